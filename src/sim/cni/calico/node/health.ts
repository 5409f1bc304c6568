/** `calico-node -felix-ready -bird-ready …`: the probes (node/pkg/health). */
import { Errno, strerror } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { httpCall } from "../../../net/http.ts";
import type { Answer } from "../../bird/control.ts";
import { log } from "./log.ts";
import { nodenameFile } from "./startup.ts";

const control = "/var/run/calico/bird.ctl";

export function runProbe(p: Proc, flags: Set<string>, thresholdSeconds: number): never {
  const problem =
    (flags.has("felix-live") && felix(p, "liveness", "Felix is not live")) ||
    (flags.has("bird-live") && birdLive(p)) ||
    (flags.has("felix-ready") && felix(p, "readiness", "felix is not ready")) ||
    (flags.has("bird-ready") && birdReady(p, thresholdSeconds * 1000));
  if (typeof problem === "string") {
    p.log(`calico/node is not ready: ${problem}`, 1);
    p.exit(1);
  }
  p.exit(0);
}

function felix(p: Proc, endpoint: "liveness" | "readiness", prefix: string): string | undefined {
  const port = p.env.FELIX_HEALTHPORT ?? "9099";
  const host = p.env.FELIX_HEALTHHOST ?? "localhost";
  const url = `http://${host}:${port}/${endpoint}`;
  const r = httpCall(p, { url, addresses: ["127.0.0.1"] });
  if (!r.ok) return `${prefix}: Get "${url}": ${r.detail}`;
  return r.response.status < 200 || r.response.status >= 400 ? `${prefix}: ${endpoint} probe reporting ${r.response.status}` : undefined;
}

/** A command on BIRD's socket. */
export function askBird(p: Proc, command: string, socket = control): { ok: true; lines: string[] } | { ok: false; text: string } {
  try {
    const c = p.net.connectUnix(socket);
    if (!c.ok) return { ok: false, text: `dial unix ${socket}: connect: ${strerror(c.code).toLowerCase()}` };
    const r = p.net.exchange<Answer>(c.conn, { type: "bird-cli", command });
    p.net.shut(c.conn);
    return r.ok ? { ok: true, lines: r.reply.lines } : { ok: false, text: `read unix @->${socket}: i/o timeout` };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return { ok: false, text: `dial unix ${socket}: connect: ${error.text.toLowerCase()}` };
  }
}

function birdLive(p: Proc): string | undefined {
  for (const service of ["confd", "bird"]) {
    const pid = Number(p.fs.tryReadText(`/etc/service/enabled/${service}/supervise/pid`)?.trim() ?? 0);
    if (!p.machine.procs.has(pid))
      return `bird/confd is not live: Service ${service} is not running. Output << down: /etc/service/enabled/${service}: 1s, normally up, want up >>`;
  }
  const r = askBird(p, "show status");
  return r.ok ? undefined : `bird is not live: exit status 1`;
}

export interface BirdPeer {
  type: "Mesh" | "Node" | "Global";
  ip: string;
  state: string;
  since: string;
  bgpState: string;
  info: string;
}

/** Peers as `show protocols` lists them. */
export function parsePeers(lines: string[]): BirdPeer[] {
  return lines.flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const name = /^(Global|Node|Mesh)_(.+?)(?:_port_(\d+))?$/.exec(columns[0] ?? "");
    if (columns.length < 6 || columns[1] !== "BGP" || !name) return [];
    return [
      {
        type: name[1] as BirdPeer["type"],
        ip: name[2]!.replaceAll("_", "."),
        state: columns[3]!,
        since: columns[4]!,
        bgpState: columns[5]!,
        info: columns.slice(6).join(" "),
      },
    ];
  });
}

function birdReady(p: Proc, threshold: number): string | undefined {
  const nodename = p.fs.tryStat(nodenameFile);
  const prefix = "BIRD is not ready: ";
  if (!nodename) return `${prefix}Failed to stat() nodename file: stat ${nodenameFile}: no such file or directory`;
  const shown = askBird(p, "show protocols");
  if (!shown.ok) return `${prefix}Error querying BIRD: unable to connect to BIRDv4 socket: ${shown.text}`;
  const peers = parsePeers(shown.lines);
  const down = peers.filter((x) => x.bgpState !== "Established").map((x) => x.ip);
  const established = peers.length - down.length;
  log(p, "INFO", "node/health.go 202", `Number of node(s) with BGP peering established = ${established}`, 1);
  if (peers.length === 0) return undefined;
  if (p.now - nodename.mtime < threshold) {
    // at first all peerings have to be up, so that a rolling update waits for BGP
    if (down.length > 0) return `${prefix}BGP not established with ${down.join(",")}`;
    const status = askBird(p, "show status");
    return status.ok && status.lines.some((l) => l.startsWith("Graceful restart recovery in progress"))
      ? `${prefix}graceful restart in progress`
      : undefined;
  }
  // later one is enough, so that a node that went down does not make all others unready
  return established > 0 ? undefined : `${prefix}BGP not established with ${down.join(",")}`;
}
