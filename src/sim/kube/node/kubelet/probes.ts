/** Liveness, readiness and startup probes (pkg/kubelet/prober). */
import type { Obj } from "../../../core/json.ts";
import { Errno } from "../../../core/errno.ts";
import type { CriReply } from "../../../cri/messages.ts";
import { httpCall } from "../../../net/http.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { latest, msOf, runtimePod } from "./runtime.ts";
import { cri, criLater, isHostNetwork, stateOf, type PodEntry } from "./state.ts";
import { killContainers } from "./stop.ts";
import { event, reportStatus, specOf, wake } from "./work.ts";

type ProbeKind = "startup" | "liveness" | "readiness";
const kinds: ProbeKind[] = ["startup", "liveness", "readiness"];
const field: Record<ProbeKind, string> = { startup: "startupProbe", liveness: "livenessProbe", readiness: "readinessProbe" };
const title: Record<ProbeKind, string> = { startup: "Startup", liveness: "Liveness", readiness: "Readiness" };

/** Starts the probes of a container instance that are not running yet. */
export function scheduleProbes(p: Proc, e: PodEntry, spec: Obj, c: Obj): void {
  const name = spec.name as string;
  const work = (e.containers[name] ??= {});
  if (work.probed !== c.id) {
    work.probed = c.id as string;
    delete work.started;
    delete work.ready;
    work.runs = {};
  }
  for (const kind of kinds) {
    const probe = spec[field[kind]] as Obj | undefined;
    const mark = `${c.id as string}/${kind}`;
    if (!probe || e.probing[mark]) continue;
    e.probing[mark] = true;
    const started = msOf(c.startedAt as string);
    const first = Math.max(0, started + Number(probe.initialDelaySeconds ?? 0) * 1000 - p.now);
    const period = Number(probe.periodSeconds ?? 10) * 1000;
    // a worker begins at a random point of the first period when the kubelet itself has just started
    p.after(first + (p.now - stateOf(p).startedAt < 10_000 ? Math.round(p.machine.random("probe").float() * period) : 300), "probe", {
      uid: e.uid,
      container: name,
      id: c.id as string,
      kind,
    });
  }
}

/** The container's state as a prober knows it: as of the last relist, or asked for when it is younger. Undefined: nobody answers. */
function stateSeen(p: Proc, id: string): string | undefined {
  const seen = stateOf(p).seen[id];
  if (seen !== undefined) return seen;
  const got = cri(p, "ContainerStatus", { containerId: id });
  if (got.ok) return got.response.status.state as string;
  return got.code === "NotFound" ? "" : undefined;
}

/** A probe's time has come. */
export function probe(p: Proc, d: Obj): void {
  const s = stateOf(p);
  const e = s.pods[d.uid as string];
  const found = e && specOf(e, d.container as string);
  const kind = d.kind as ProbeKind;
  if (!e || !found || (e.killing && kind !== "readiness")) return;
  const again = (): void => void p.after(Number((found.spec[field[kind]] as Obj).periodSeconds ?? 10) * 1000, "probe", d as never);
  const state = stateSeen(p, d.id as string);
  if (state === undefined) return again();
  const work = e.containers[d.container as string] ?? {};
  if (state !== "CONTAINER_RUNNING") {
    delete e.probing[`${d.id as string}/${kind}`];
    return;
  }
  // a startup probe holds the others back, and ends with its first success
  if (kind !== "startup" && found.spec.startupProbe && work.started !== true) return again();
  if (kind === "startup" && work.started === true) return;
  again();
  const spec = found.spec[field[kind]] as Obj;
  const timeout = Number(spec.timeoutSeconds ?? 1);
  const ip = isHostNetwork(e.pod) ? s.nodeIp : ((e.status?.podIP ?? "") as string);
  if (spec.exec) {
    const id = s.nextCall++;
    const opened = criLater(p, id, "ExecSync", { containerId: d.id as string, cmd: spec.exec.command as string[], timeout });
    if (opened.ok) s.calls[id] = { conn: opened.conn, kind: "probe", uid: e.uid, data: { ...d, timeout } };
    return;
  }
  let result: [boolean, string];
  if (spec.httpGet) result = http(p, spec.httpGet as Obj, ip, found.spec, timeout);
  else if (spec.tcpSocket) result = tcp(p, spec.tcpSocket as Obj, ip, found.spec);
  else {
    p.machine.world.gap(p.machine.name, "kubelet", "gRPC probe");
    result = [false, "kubemend: not simulated: gRPC probe"];
  }
  outcome(p, e, d, ...result);
}

const portOf = (port: number | string, spec: Obj): number =>
  typeof port === "number" ? port : ((((spec.ports ?? []) as Obj[]).find((x) => x.name === port)?.containerPort ?? Number(port)) as number);

function http(p: Proc, get: Obj, ip: string, spec: Obj, timeout: number): [boolean, string] {
  const host = (get.host as string | undefined) || ip;
  const url = `${((get.scheme ?? "HTTP") as string).toLowerCase()}://${host}:${portOf(get.port as number, spec)}${(get.path ?? "/") as string}`;
  const headers: Record<string, string> = { "user-agent": `kube-probe/${p.state.version.split(".").slice(0, 2).join(".")}`, accept: "*/*" };
  for (const h of (get.httpHeaders ?? []) as Obj[]) headers[(h.name as string).toLowerCase()] = h.value as string;
  const result = httpCall(p, { url, headers, tls: { insecure: true } });
  if (!result.ok) {
    const late = result.after > timeout * 1000;
    return [
      false,
      `Get "${url}": ${late ? (result.phase === "response" ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)" : "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)").replace("net/http: request canceled while waiting for connection", "context deadline exceeded") : result.detail}`,
    ];
  }
  const { status } = result.response;
  if (status >= 200 && status < 400) return [true, ""];
  return [false, `HTTP probe failed with statuscode: ${status}`];
}

function tcp(p: Proc, socket: Obj, ip: string, spec: Obj): [boolean, string] {
  const host = (socket.host as string | undefined) || ip;
  const port = portOf(socket.port as number, spec);
  const at = `dial tcp ${host}:${port}`;
  try {
    const met = p.net.connect(host, port);
    if (met.ok) {
      p.net.shut(met.conn);
      return [true, ""];
    }
    if (met.code === "ETIMEDOUT") return [false, `${at}: i/o timeout`];
    const text = new Errno(met.code).text;
    return [false, `${at}: connect: ${text[0]!.toLowerCase()}${text.slice(1)}`];
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return [false, `${at}: connect: ${error.text[0]!.toLowerCase()}${error.text.slice(1)}`];
  }
}

/** The runtime has run an exec probe. */
export function execAnswered(p: Proc, e: PodEntry, d: Obj, reply: CriReply): void {
  if (reply.ok) {
    const text = `${reply.response.stdout as string}${reply.response.stderr as string}`;
    return outcome(p, e, d, reply.response.exitCode === 0, text);
  }
  const spec = specOf(e, d.container as string)?.spec[field[d.kind as ProbeKind]] as Obj | undefined;
  if (reply.code === "DeadlineExceeded")
    return outcome(
      p,
      e,
      d,
      false,
      `command timed out: "${((spec?.exec?.command ?? []) as string[]).join(" ")}" timed out after ${d.timeout as number}s`,
    );
  // the runtime could not run it: an error, which counts neither way but is told
  if (reply.code === "Unavailable" || /stopped state|is in CONTAINER/.test(reply.message)) return;
  event(
    p,
    e,
    "Warning",
    "Unhealthy",
    `${title[d.kind as ProbeKind]} probe errored: rpc error: code = ${reply.code} desc = ${reply.message}`,
    d.container as string,
  );
  outcome(p, e, d, false, undefined);
}

function outcome(p: Proc, e: PodEntry, d: Obj, ok: boolean, output: string | undefined): void {
  const kind = d.kind as ProbeKind;
  const name = d.container as string;
  const found = specOf(e, name);
  const work = e.containers[name];
  if (!found || !work || work.probed !== d.id) return;
  const spec = found.spec[field[kind]] as Obj;
  if (!ok && output !== undefined) event(p, e, "Warning", "Unhealthy", `${title[kind]} probe failed: ${output}`, name);
  const runs = (work.runs ??= {});
  const run = runs[kind] ?? 0;
  runs[kind] = ok ? Math.max(1, run + 1) : Math.min(-1, run - 1);
  const enough = ok ? runs[kind] >= Number(spec.successThreshold ?? 1) : -runs[kind] >= Number(spec.failureThreshold ?? 3);
  if (!enough) return;
  if (kind === "readiness") {
    if (work.ready !== ok) {
      work.ready = ok;
      const rt = runtimePod(p, e.uid);
      if (rt) reportStatus(p, e, rt);
    }
    return;
  }
  if (ok) {
    if (kind === "startup" && work.started !== true) {
      work.started = true;
      wake(p, e, 0);
    }
    return;
  }
  runs[kind] = 0;
  const rt = runtimePod(p, e.uid);
  const c = rt && latest(rt, name);
  if (!c || c.id !== d.id) return;
  const grace = Number(spec.terminationGracePeriodSeconds ?? e.pod.spec.terminationGracePeriodSeconds ?? 30);
  killContainers(
    p,
    e,
    [c],
    kind === "startup"
      ? `Container ${name} failed startup probe, will be restarted`
      : `Container ${name} failed liveness probe, will be restarted`,
    grace,
    "stop",
  );
}
