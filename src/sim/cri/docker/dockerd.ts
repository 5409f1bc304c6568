/** dockerd: the docker daemon. It needs containerd, whose shims are the parents of its containers' processes. */
import { Errno } from "../../core/errno.ts";
import type { Data, Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { DaemonProgram, Signal } from "../../kernel/program.ts";
import type { Incoming } from "../../net/api.ts";
import { groups } from "../../image/users.ts";
import { sdNotify } from "../../systemd/notify.ts";
import { logLine } from "../config.ts";
import { publicHost, pullImage, type RegistryHost } from "../pull.ts";
import type { ImageRecord } from "../store.ts";
import { calls, daemonMissing, execIn, keepImage, pullError, type ApiReply } from "./api.ts";
import { loadConfig, type DockerSettings } from "./config.ts";
import { DockerError, ended, find, kill, need, restore, start, stopSignal, type Engine } from "./engine.ts";
import { setupBridge } from "./network.ts";
import { openDockerStore } from "./store.ts";

const socket = "/run/docker.sock";
const containerdSocket = "/run/containerd/containerd.sock";

interface Operation {
  id: number;
  conn: number;
  /** The client's number of the call. */
  call: number;
  kind: "pull" | "stop" | "wait" | "exec";
  container?: string;
  exec?: string;
  image?: ImageRecord;
  name?: string;
}

const settingsOf = (p: Proc): DockerSettings => p.data.settings as unknown as DockerSettings;
const operations = (p: Proc): Record<string, Operation> => (p.data.operations ??= {}) as Record<string, Operation>;

function engine(p: Proc): Engine {
  const settings = settingsOf(p);
  const dir = `${settings.root}/image/overlay2`;
  if (!p.fs.isDir(dir)) p.fs.mkdirp(dir, 0o700);
  const store = openDockerStore(p, settings.root);
  if (!store) {
    p.log("failed to start daemon: couldn't create image store: invalid character in repositories.json");
    p.exit(1);
  }
  return { p, settings, store };
}

function hosts(e: Engine, domain: string): RegistryHost[] {
  const mirrors = domain === "docker.io" ? e.settings.mirrors.map((base) => ({ base, insecure: e.settings.insecure.length > 0 })) : [];
  const insecure = e.settings.insecure.includes(domain);
  return [...mirrors, insecure ? { base: `http://${domain}`, insecure: true } : publicHost(domain)];
}

function reply(p: Proc, op: Operation, message: ApiReply): void {
  delete operations(p)[op.id];
  if (op.conn === 0) return;
  try {
    p.net.send(op.conn, { ...message, id: op.call } as unknown as Data);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

const failure = (error: DockerError): ApiReply => ({ ok: false, status: error.status, message: error.message });

function atOnce(p: Proc, m: Obj): ApiReply {
  // the API is closed before the containers are stopped (cmd/dockerd: shutdownDaemon follows serveAPIWait)
  if (p.data.ending && m.call === "info") return { ok: false, status: 0, message: daemonMissing, later: true };
  const call = calls[m.call as string];
  if (!call) return { ok: false, status: 404, message: "page not found" };
  try {
    return { ok: true, body: call(engine(p), (m.args ?? {}) as Obj) };
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    if (error.status >= 500) p.log(logLine(p, "error", `Handler for ${m.call as string} returned error: ${error.message}`));
    return failure(error);
  }
}

/** A call with a number; the answer may come later. */
function open(p: Proc, conn: number, m: Obj): void {
  const a = (m.args ?? {}) as Obj;
  const id = (p.data.nextOperation ?? 1) as number;
  p.data.nextOperation = id + 1;
  const op: Operation = { id, conn, call: m.id as number, kind: m.call as Operation["kind"] };
  operations(p)[id] = op;
  try {
    const e = engine(p);
    switch (m.call) {
      case "pull": {
        const pulled = pullImage(p, (domain) => hosts(e, domain), a.name as string);
        if (pulled.ok) {
          op.image = pulled.image;
          op.name = pulled.name;
          p.after(pulled.after, "pulled", { id });
        } else {
          const message = pullError(pulled.full, pulled.failure);
          p.log(logLine(p, "error", `Handler for POST /v1.50/images/create returned error: ${message}`));
          p.after(Number.isFinite(pulled.after) ? pulled.after : 15_000, "failed", { id, message });
        }
        return;
      }
      case "stop": {
        const c = need(e, a.id as string);
        c.stopped = true;
        if (c.state !== "running") return reply(p, op, { ok: true, body: {} });
        op.container = c.id;
        const seconds = a.timeout === undefined ? 10 : Number(a.timeout);
        kill(e, c, seconds === 0 ? "SIGKILL" : stopSignal(e, c));
        if (seconds > 0) p.after(seconds * 1000, "stop-timeout", { id });
        return;
      }
      case "wait": {
        const c = find(e, a.id as string);
        if (!c || c.state === "exited") return reply(p, op, { ok: true, body: { StatusCode: c?.exitCode ?? 0 } });
        op.container = c.id;
        return;
      }
      case "exec": {
        op.exec = p.machine.random("docker-exec").hex(64);
        const began = execIn(e, need(e, a.id as string), a, op.exec);
        if (!began.ok) return reply(p, op, { ok: false, status: 400, message: began.error });
        if (Number(a.timeout ?? 0) > 0) p.after(Number(a.timeout) * 1000, "exec-timeout", { id });
        return;
      }
      default:
        return reply(p, op, atOnce(p, m));
    }
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    reply(p, op, failure(error));
  }
}

function event(p: Proc, name: string, d: Obj): void {
  const op = operations(p)[d.id as number];
  switch (name) {
    case "pulled": {
      if (!op) return;
      const fresh = keepImage(engine(p), op.image!);
      return reply(p, op, { ok: true, body: { fresh, id: op.image!.id, digest: op.image!.digests[0]!, name: op.name! } });
    }
    case "failed":
      return op && reply(p, op, { ok: false, status: 500, message: d.message as string });
    case "stop-timeout": {
      const c = op?.container === undefined ? undefined : find(engine(p), op.container);
      if (!c || c.state !== "running") return;
      p.log(logLine(p, "info", "Container failed to exit within 10s of signal 15 - using the force", { container: c.id }));
      return kill(engine(p), c, "SIGKILL");
    }
    case "exec-timeout":
      return op && reply(p, op, { ok: false, status: 408, message: "context deadline exceeded" });
    case "task-exit": {
      const e = engine(p);
      const c = find(e, d.id as string);
      if (c) ended(e, c, d.status as number, d.at as number);
      p.log(
        logLine(p, "info", "ignoring event", {
          container: d.id as string,
          module: "libcontainerd",
          namespace: "moby",
          topic: "/tasks/delete",
          type: "*events.TaskDelete",
        }),
      );
      for (const waiting of Object.values(operations(p)))
        if (waiting.container === d.id) reply(p, waiting, { ok: true, body: { StatusCode: d.status as number } });
      if (p.data.ending && Object.values(e.store.containers).every((x) => x.state !== "running")) finish(p);
      return;
    }
    case "exec-exit":
      for (const waiting of Object.values(operations(p)))
        if (waiting.exec === d.exec)
          reply(p, waiting, { ok: true, body: { stdout: d.stdout as string, stderr: d.stderr as string, status: d.status as number } });
      return;
    case "restart": {
      const e = engine(p);
      const c = e.store.containers[d.id as string];
      if (!c || c.state === "running" || p.data.ending) return;
      c.restarts++;
      try {
        start(e, c, undefined);
      } catch (error) {
        if (!(error instanceof DockerError)) throw error;
        p.log(logLine(p, "error", `failed to start container: ${error.message}`, { container: c.id }));
      }
      return;
    }
    case "boot":
      return boot(p);
    case "shutdown":
      return finish(p);
  }
}

function finish(p: Proc): void {
  p.log(logLine(p, "info", "Daemon shutdown complete"));
  p.finish({ code: 0 });
}

function reachable(p: Proc, path: string): boolean {
  try {
    const met = p.net.connectUnix(path);
    if (met.ok) p.net.shut(met.conn);
    return met.ok;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return false;
  }
}

/** Once containerd answers; it is waited for. */
function boot(p: Proc): void {
  const tries = Number(p.data.tries ?? 0);
  if (!reachable(p, containerdSocket)) {
    p.data.tries = tries + 1;
    if (tries < 60) return void p.after(1000, "boot");
    p.log(
      `failed to start daemon: failed to dial "${containerdSocket}": failed to dial "${containerdSocket}": context deadline exceeded: connection error: desc = "transport: error while dialing: dial unix:///run/containerd/containerd.sock: timeout"`,
    );
    p.exit(1);
  }
  const e = engine(p);
  p.log(logLine(p, "info", "Loading containers: start."));
  setupBridge(p, e.settings);
  p.log(
    logLine(
      p,
      "info",
      `Default bridge (docker0) is assigned with an IP address ${e.settings.bip.replace(/\.\d+\//, ".0/")}. Daemon option --bip can be used to set a preferred IP address`,
    ),
  );
  restore(e);
  p.log(logLine(p, "info", "Loading containers: done."));
  p.log(logLine(p, "info", "Docker daemon", { "graphdriver(s)": "overlay2", version: p.state.version }));
  p.log(logLine(p, "info", "Daemon has completed initialization"));
  if (p.fs.exists(socket)) p.fs.unlink(socket);
  p.net.listenUnix(socket);
  p.fs.chmod(socket, 0o660);
  const group = groups(p.fs).find((g) => g.name === "docker");
  if (group) p.fs.chown(socket, 0, group.gid);
  p.log(logLine(p, "info", `API listen on ${socket}`));
  sdNotify(p, "READY=1");
}

export const dockerd: DaemonProgram = {
  name: "dockerd",
  start(p) {
    if (p.args.includes("--version") || p.args.includes("-v")) {
      p.log(`Docker version ${p.state.version}, build 297e128`, 1);
      return p.exit(0);
    }
    const hostsFlag: string[] = [];
    for (let i = 0; i < p.args.length; i++) {
      const m = /^(--?[\w-]+)(?:=(.*))?$/.exec(p.args[i]!);
      if (m?.[1] === "-H" || m?.[1] === "--host") hostsFlag.push(m[2] ?? p.args[++i] ?? "");
      else if (m?.[1] === "--containerd") void (m[2] ?? p.args[++i]);
      else if (m?.[1] === "--validate") {
        try {
          loadConfig(p, hostsFlag);
        } catch (error) {
          p.log((error as Error).message);
          p.exit(1);
        }
        p.log("configuration OK", 1);
        return p.exit(0);
      } else if (m && /^--(exec-opt|data-root|storage-driver|bip|log-driver|debug|iptables)$/.test(m[1]!))
        p.notSimulated(`dockerd ${m[1]!}`);
      else {
        p.log(`Status: unknown flag: ${m?.[1] ?? p.args[i]!}\nSee 'dockerd --help'., Code: 125`);
        p.exit(1);
      }
    }
    try {
      p.data.settings = loadConfig(p, hostsFlag) as unknown as Obj;
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Errno) throw error;
      p.log(error.message);
      p.exit(1);
    }
    const settings = settingsOf(p);
    if (p.uid !== 0) {
      p.log(
        "dockerd needs to be started with root privileges. To run dockerd in rootless mode as an unprivileged user, see https://docs.docker.com/go/rootless/",
      );
      p.exit(1);
    }
    p.log(logLine(p, "info", "Starting up"));
    if (!["systemd", "cgroupfs"].includes(settings.cgroupDriver)) {
      p.log(`failed to start daemon: native.cgroupdriver option ${settings.cgroupDriver} not supported`);
      p.exit(1);
    }
    if (settings.storageDriver !== "overlay2") {
      if (["btrfs", "zfs", "vfs", "fuse-overlayfs", "overlay"].includes(settings.storageDriver))
        p.notSimulated(`dockerd storage-driver ${settings.storageDriver}`);
      p.log("failed to start daemon: error initializing graphdriver: driver not supported");
      p.exit(1);
    }
    boot(p);
  },
  on(p, name, data) {
    const d = (data ?? {}) as Obj;
    if (name === "data") {
      const m = d.message as Obj | undefined;
      if (m?.type === "docker") open(p, d.conn as number, m);
    } else event(p, name, d);
  },
  signal(p, signal: Signal) {
    if (signal === "SIGPIPE") return true;
    if (signal === "SIGHUP") {
      try {
        loadConfig(p, []);
        p.log(logLine(p, "info", "Reloaded configuration"));
      } catch (error) {
        p.log(logLine(p, "error", `Error reconfiguring the daemon: ${(error as Error).message}`));
      }
      return true;
    }
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    p.log(logLine(p, "info", `Processing signal '${signal === "SIGTERM" ? "terminated" : "interrupt"}'`));
    if (p.data.settings === undefined) return false;
    const e = engine(p);
    const running = Object.values(e.store.containers).filter((c) => c.state === "running");
    p.data.ending = true;
    if (e.settings.liveRestore || running.length === 0) {
      finish(p);
      return true;
    }
    // without live-restore its containers end with it
    for (const c of running) {
      kill(e, c, stopSignal(e, c));
      p.after(10_000, "stop-timeout", { id: stopOperation(p, c.id) });
    }
    p.after(e.settings.shutdownTimeout * 1000, "shutdown");
    return true;
  },
  serve(p, incoming: Incoming) {
    const m = incoming.message as Obj;
    if (m.type === "docker") return atOnce(p, m) as unknown as Data;
    if (m.type !== "shim-event") return undefined;
    p.after(0, m.topic === "/tasks/exit" ? "task-exit" : "exec-exit", m as Data);
    return {};
  },
};

/** The daemon's own stop of a container, that nobody waits for. */
function stopOperation(p: Proc, container: string): number {
  const id = (p.data.nextOperation ?? 1) as number;
  p.data.nextOperation = id + 1;
  operations(p)[id] = { id, conn: 0, call: 0, kind: "stop", container };
  return id;
}
