/**
 * What stands between a runtime and its containers' processes, is their parent, and outlives the runtime's restarts:
 * containerd-shim-runc-v2 (one for each pod; with docker for each container) and conmon (CRI-O; one for each container).
 */
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import { MemoryFile, type OpenFile } from "../kernel/file.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";
import { signals, type DaemonProgram, type Signal } from "../kernel/program.ts";
import { openPty, type Pty } from "../kernel/tty.ts";
import type { Incoming } from "../net/api.ts";
import { openCriLog, openJsonLog } from "./log.ts";
import { saysContainerInit } from "./runc.ts";
import type { ExecStream } from "./messages.ts";
import { InputPipe, OutputPipe } from "./stream.ts";

/** What a container or exec process is started with. */
export interface ProcessSpec {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  uid: number;
  gid: number;
  groups: number[];
  mntns: string;
  netns: string;
  pidns: string;
  hostname?: string;
  cgroup: string;
  /** Log file; "" for none. */
  log?: string;
  /** Its format: the CRI's when missing. */
  logFormat?: "json-file";
  tty?: boolean;
  stdin?: boolean;
}

interface Task {
  pid: number;
  state: "running" | "stopped";
  exit?: number;
  at?: number;
}

export type ShimRequest =
  | { type: "shim"; method: "Start"; id: string; spec: ProcessSpec }
  | { type: "shim"; method: "Exec"; exec: string; id: string; spec: ProcessSpec; stream?: { stdin: boolean; tty: boolean } }
  | { type: "shim"; method: "Kill"; id: string; signal: Signal; exec?: string }
  | { type: "shim"; method: "Attach"; id: string }
  | { type: "shim"; method: "State" }
  | { type: "shim"; method: "Delete"; id: string }
  | { type: "shim"; method: "Shutdown" };

/** `exec` is set when the OCI runtime could not start a process: then `error` is its own text. */
export type ShimReply =
  | { ok: true; pid?: number; tasks?: Record<string, Task>; stream?: ExecStream }
  | { ok: false; error: string; exec?: true };

/** The kind of it that a runtime uses. */
export interface Monitor {
  each: "pod" | "container";
  /** Words of runc's or crun's own. */
  oci: "runc" | "crun";
  /** The pod's or container's socket under which it is called. */
  socket(id: string): string;
  argv(id: string): string[];
  /** Socket that learns of ends of processes. */
  events: string;
  /** Its own cgroup; that of the runtime when missing. */
  cgroup?(id: string): string;
}

/** Streams and captured output live as long as the host process does. */
interface Live {
  capture?: { out: MemoryFile; err: MemoryFile };
  stream?: ExecStream & { finish: (status: number) => void };
}
const lives = new WeakMap<Machine, Map<number, Live>>();
const livesOf = (p: Proc): Map<number, Live> => {
  let map = lives.get(p.machine);
  if (!map) lives.set(p.machine, (map = new Map()));
  return map;
};

const tasksOf = (p: Proc): Record<string, Task> => (p.data.tasks ??= {}) as Record<string, Task>;
const execsOf = (p: Proc): Record<string, { exec: string; id: string }> =>
  (p.data.execs ??= {}) as Record<string, { exec: string; id: string }>;

/** The runtime's words for an executable that cannot be run (runc, libcontainer/utils and Go's os/exec; crun, libcrun/linux.c). */
export function startError(p: Proc, oci: Monitor["oci"], error: Errno, argv: string[], exec = false): string {
  if (oci === "crun")
    return error.code === "ENOENT" && !argv[0]?.includes("/")
      ? `executable file \`${argv[0] ?? ""}\` not found in $PATH: No such file or directory`
      : `open executable: ${error.text}`;
  const name = JSON.stringify(argv[0] ?? "");
  const why =
    error.code === "ENOENT"
      ? argv[0]?.includes("/")
        ? `stat ${argv[0]}: no such file or directory`
        : "executable file not found in $PATH"
      : error.text.toLowerCase();
  return `unable to start container process: ${!exec && saysContainerInit(p) ? "error during container init: " : ""}exec: ${name}: ${why}`;
}

function spawn(p: Proc, spec: ProcessSpec, io: { fds?: Map<number, OpenFile>; tty?: string }): Proc {
  return p.spawn({
    argv: spec.argv,
    env: spec.env,
    cwd: spec.cwd,
    uid: spec.uid,
    gid: spec.gid,
    groups: spec.groups,
    mntns: spec.mntns,
    netns: spec.netns,
    pidns: spec.pidns,
    ...(spec.hostname === undefined ? {} : { hostname: spec.hostname }),
    cgroup: spec.cgroup,
    session: true,
    ...(io.tty === undefined ? {} : { tty: io.tty }),
    ...(io.fds
      ? { fds: io.fds }
      : spec.log
        ? {
            sinks: {
              out: { kind: spec.logFormat ?? "cri", path: spec.log, stream: "stdout" },
              err: { kind: spec.logFormat ?? "cri", path: spec.log, stream: "stderr" },
            },
          }
        : { fds: new Map<number, OpenFile>() }),
  });
}

/** What a container writes is logged, whether somebody is attached or not (containerd, internal/cri/io: stdout and stderr groups). */
function logged(p: Proc, spec: ProcessSpec | undefined, stream: "stdout" | "stderr"): (bytes: Uint8Array) => void {
  if (!spec?.log) return () => undefined;
  const file = (spec.logFormat === "json-file" ? openJsonLog : openCriLog)(p.machine, spec.log, stream);
  return (bytes) => file.write(bytes);
}

function pipes(p: Proc, log?: ProcessSpec): { stream: Live["stream"] & object; fds: Map<number, OpenFile>; input: InputPipe } {
  const input = new InputPipe();
  let finish!: (status: number) => void;
  const exited = new Promise<number>((resolve) => (finish = resolve));
  const stream = {
    input: (bytes: Uint8Array | undefined) => input.push(bytes),
    onOutput: (_fd: 1 | 2, _bytes: Uint8Array): void => undefined,
    resize: () => undefined,
    exited,
    close: () => input.push(undefined),
    finish,
  };
  const output = (fd: 1 | 2, write: (bytes: Uint8Array) => void): OutputPipe =>
    new OutputPipe((bytes) => {
      write(bytes);
      stream.onOutput(fd, bytes);
    });
  const fds = new Map<number, OpenFile>([
    [0, input],
    [1, output(1, logged(p, log, "stdout"))],
    [2, output(2, logged(p, log, "stderr"))],
  ]);
  return { stream, fds, input };
}

function terminal(p: Proc, log?: ProcessSpec): { stream: Live["stream"] & object; fds: Map<number, OpenFile>; pty: Pty } {
  const pty = openPty(p.machine, { cols: 80, rows: 24, term: "xterm" });
  let finish!: (status: number) => void;
  const exited = new Promise<number>((resolve) => (finish = resolve));
  const stream = {
    input: (bytes: Uint8Array | undefined) => (bytes === undefined ? pty.input(new Uint8Array([4])) : pty.input(bytes)),
    onOutput: (_fd: 1 | 2, _bytes: Uint8Array): void => undefined,
    resize: (cols: number, rows: number) => pty.resize(cols, rows),
    exited,
    close: () => pty.hangup(),
    finish,
  };
  const toLog = logged(p, log, "stdout");
  pty.onOutput((bytes) => {
    toLog(bytes);
    stream.onOutput(1, bytes);
  });
  const fds = new Map<number, OpenFile>([0, 1, 2].map((fd) => [fd, pty.slave]));
  return { stream, fds, pty };
}

function handle(p: Proc, m: ShimRequest): ShimReply {
  const tasks = tasksOf(p);
  switch (m.method) {
    case "State":
      return { ok: true, pid: p.pid, tasks };
    case "Start": {
      try {
        const live: Live = {};
        let io: { fds?: Map<number, OpenFile>; tty?: string } = {};
        if (m.spec.tty) {
          const t = terminal(p, m.spec);
          live.stream = t.stream;
          io = { fds: t.fds, tty: t.pty.name };
        } else if (m.spec.stdin) {
          const t = pipes(p, m.spec);
          live.stream = t.stream;
          io = { fds: t.fds };
        }
        const child = spawn(p, m.spec, io);
        if (live.stream) livesOf(p).set(child.pid, live);
        tasks[m.id] = { pid: child.pid, state: "running" };
        return { ok: true, pid: child.pid };
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        return { ok: false, exec: true, error: startError(p, ociOf(p), error, m.spec.argv) };
      }
    }
    case "Exec": {
      const task = tasks[m.id];
      if (!task || task.state !== "running") return { ok: false, error: "cannot exec in a stopped state" };
      try {
        const live: Live = {};
        let io: { fds: Map<number, OpenFile>; tty?: string };
        if (m.stream?.tty) {
          const t = terminal(p);
          live.stream = t.stream;
          io = { fds: t.fds, tty: t.pty.name };
        } else if (m.stream) {
          const t = pipes(p);
          live.stream = t.stream;
          if (!m.stream.stdin) t.input.push(undefined);
          io = { fds: t.fds };
        } else {
          live.capture = { out: new MemoryFile(), err: new MemoryFile() };
          io = {
            fds: new Map<number, OpenFile>([
              [0, new MemoryFile("")],
              [1, live.capture.out],
              [2, live.capture.err],
            ]),
          };
        }
        const child = spawn(p, m.spec, io);
        livesOf(p).set(child.pid, live);
        execsOf(p)[child.pid] = { exec: m.exec, id: m.id };
        return { ok: true, pid: child.pid, ...(live.stream ? { stream: live.stream } : {}) };
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        return { ok: false, exec: true, error: startError(p, ociOf(p), error, m.spec.argv, true) };
      }
    }
    case "Attach": {
      const stream = livesOf(p).get(tasks[m.id]?.pid ?? -1)?.stream;
      return stream ? { ok: true, stream } : { ok: false, error: "container has no streams to attach to" };
    }
    case "Kill": {
      const pid = m.exec === undefined ? tasks[m.id]?.pid : Number(Object.entries(execsOf(p)).find(([, e]) => e.exec === m.exec)?.[0]);
      const proc = pid === undefined ? undefined : p.machine.procs.get(pid);
      if (!proc || (m.exec === undefined && tasks[m.id]?.state !== "running"))
        return { ok: false, error: "process already finished: not found" };
      proc.raise(m.signal);
      return { ok: true };
    }
    case "Delete":
      delete tasks[m.id];
      if (p.data.each === "container") shutDown(p);
      return { ok: true };
    case "Shutdown":
      shutDown(p);
      return { ok: true };
  }
}

/** Tells the runtime, if it is there; when it is not, it asks for State once it is back. */
function publish(p: Proc, event: Obj): void {
  try {
    const met = p.net.connectUnix((p.data.events as string | undefined) ?? "/run/containerd/containerd.sock.ttrpc");
    if (!met.ok) return;
    p.net.exchange(met.conn, { type: "shim-event", ...event });
    p.net.shut(met.conn);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

export const shim: DaemonProgram = {
  name: "containerd-shim-runc-v2",
  start(p) {
    const id = p.args.includes("-id") ? p.args[p.args.indexOf("-id") + 1] : undefined;
    if (id === undefined) {
      p.log(`containerd-shim-runc-v2:\n  Version:  ${p.state.version}\n  Revision: \n  Go version: go1.24.3\n`, 1);
      return p.exit(0);
    }
    if (p.data.started) return;
    p.data.id = id;
    listen(p, `/run/containerd/s/${id}`);
  },
  on(p, event, data) {
    if (event === "shutdown") p.exit(0);
    if (event !== "sigchld") return;
    const { pid, code, signal } = data as { pid: number; code: number; signal: Signal | null };
    const status = signal ? 128 + signals[signal] : code;
    const live = livesOf(p).get(pid);
    livesOf(p).delete(pid);
    live?.stream?.finish(status);
    const exec = execsOf(p)[pid];
    if (exec) {
      delete execsOf(p)[pid];
      publish(p, {
        topic: "/tasks/exec-exit",
        exec: exec.exec,
        id: exec.id,
        status,
        stdout: live?.capture?.out.text() ?? "",
        stderr: live?.capture?.err.text() ?? "",
      });
      return;
    }
    const found = Object.entries(tasksOf(p)).find(([, t]) => t.pid === pid && t.state === "running");
    if (!found) return;
    const [id, task] = found;
    task.state = "stopped";
    task.exit = status;
    task.at = p.now;
    // the namespace's init is gone: the kernel kills the rest
    for (const other of Array.from(p.machine.procs.values())) if (other.state.pidns === id) other.finish({ code: 0, signal: "SIGKILL" });
    publish(p, { topic: "/tasks/exit", id, status, at: p.now });
  },
  signal: (_p, signal) => signal === "SIGTERM" || signal === "SIGINT" || signal === "SIGPIPE" || signal === "SIGHUP",
  serve(p, incoming: Incoming) {
    const m = incoming.message as ShimRequest | { type?: undefined };
    return m.type === "shim" ? handle(p, m) : undefined;
  },
};

function listen(p: Proc, path: string): void {
  p.fs.mkdirp(path.slice(0, path.lastIndexOf("/")), 0o711);
  if (p.fs.exists(path)) p.fs.unlink(path);
  p.net.listenUnix(path);
  p.data.socket = path;
}

/** Ends after this step. Its socket goes at once: the next monitor of the same container binds it again. */
function shutDown(p: Proc): void {
  const path = p.data.socket as string;
  if (p.fs.exists(path)) p.fs.unlink(path);
  p.after(0, "shutdown");
}

const ociOf = (p: Proc): Monitor["oci"] => (p.data.oci as Monitor["oci"] | undefined) ?? "runc";

/** conmon: the same part, of CRI-O (containers/conmon). It is started by CRI-O only. */
export const conmon: DaemonProgram = {
  ...shim,
  name: "conmon",
  start(p) {
    if (p.args.includes("--version")) {
      p.log(`conmon version ${p.state.version}\ncommit: unknown`, 1);
      return p.exit(0);
    }
    if (p.data.started) return;
    p.log("[conmon:e]: Container ID not provided. Use --cid");
    p.exit(1);
  },
};

/** Starts a monitor (it detaches: its parent is process 1), ready to be called. */
export function startShim(p: Proc, monitor: Monitor, id: string): void {
  const child = p.machine.spawn({
    argv: monitor.argv(id),
    env: { PATH: p.env.PATH ?? "" },
    cgroup: monitor.cgroup?.(id) ?? p.state.cgroup,
    cwd: "/",
    session: true,
    fds: new Map<number, OpenFile>(),
  });
  // the real runtime waits until it has said that it is ready
  if ("start" in child.program) {
    child.data.id = id;
    child.data.events = monitor.events;
    child.data.each = monitor.each;
    child.data.oci = monitor.oci;
    listen(child, monitor.socket(id));
    child.data.started = true;
  }
}

/** Calls a monitor by its socket; undefined when it is not there. */
export function callShim(p: Proc, path: string, request: ShimRequest): ShimReply | undefined {
  try {
    const met = p.net.connectUnix(path);
    if (!met.ok) return undefined;
    const reply = p.net.exchange<ShimReply | undefined>(met.conn, request);
    p.net.shut(met.conn);
    return reply.ok ? reply.reply : undefined;
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}
