/** A process: credentials, descriptors, children, and the system calls that programs make. */
import { encodeText } from "../core/text-bytes.ts";
import { Errno, NotSimulated } from "../core/errno.ts";
import type { Data, Obj } from "../core/json.ts";
import { StacklessError } from "../core/stackless.ts";
import type { FsView } from "../fs/view.ts";
import type { ProcNet } from "../net/api.ts";
import { ownConnection } from "./connections.ts";
import { descriptorStat } from "./device.ts";
import { makePipe, type Bytes, type OpenFile, type OpenFlags, type Sink } from "./file.ts";
import { admitMemory } from "./limits.ts";
import { LineSplitter } from "./lines.ts";
import type { Machine } from "./machine.ts";
import { defaultAction, signals, type Program, type Signal } from "./program.ts";

export interface ProcState {
  pid: number;
  ppid: number;
  pgid: number;
  sid: number;
  /** Name of the controlling terminal such as `pts/0`, or "". */
  tty: string;
  uid: number;
  gid: number;
  groups: number[];
  /** Name that ps shows, at most 15 characters. */
  comm: string;
  /** Path of the executable file. */
  exe: string;
  /** Version that the executable names ("" for scripts). */
  version: string;
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  umask: number;
  startedAt: number;
  /** Capabilities of a process that is not root's, such as `net_bind_service`. */
  capabilities?: string[];
  /** Cgroup v2 path, such as `/system.slice/kubelet.service`. */
  cgroup: string;
  /** Network namespace: "" is the machine's own. */
  netns: string;
  /** Mount namespace: "" is the machine's own. */
  mntns: string;
  /** PID namespace: "" is the machine's own. */
  pidns: string;
  /** UTS namespace: hostname of a container, or undefined for the machine's. */
  hostname?: string;
  /** Program name, for processes that are restored from a snapshot. */
  program: string;
  daemon: boolean;
  /** A daemon's own state. */
  data: Obj;
  sinks?: { out: Sink; err: Sink };
  /** Connections that belong to a library in the process, with the name under which their events come. */
  connections?: Record<number, string>;
  stopped: boolean;
  /** CPU time used, milliseconds. */
  cpu: number;
  /** Resident set, KiB. */
  rss: number;
}

/** How a process ended: an exit status, or a signal. */
export interface ExitStatus {
  code: number;
  signal?: Signal;
}

/** Status as the shell's $? shows it. */
export const shellStatus = (status: ExitStatus): number => (status.signal ? 128 + signals[status.signal] : status.code);

/** Unwinds a program that was ended by a signal or by `exit`; programs let it pass. */
export class Ended extends StacklessError {
  readonly status: ExitStatus;
  constructor(status: ExitStatus) {
    super("process ended");
    this.name = "Ended";
    this.status = status;
  }
}

export interface SpawnOptions {
  argv: string[];
  /** Path of the executable; argv[0] looked up in PATH when missing. */
  exe?: string;
  env?: Record<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
  groups?: number[];
  /** Descriptors that the child gets (all of the parent's 0, 1, 2 when missing). */
  fds?: Map<number, OpenFile>;
  sinks?: { out: Sink; err: Sink };
  netns?: string;
  mntns?: string;
  pidns?: string;
  hostname?: string;
  cgroup?: string;
  /** Ambient capabilities. */
  capabilities?: string[];
  tty?: string;
  /** true: a new process group; a number: that group. */
  pgid?: true | number;
  /** A new session (setsid). */
  session?: boolean;
}

export class Proc {
  readonly machine: Machine;
  readonly state: ProcState;
  /** Changes with exec. */
  program: Program;
  readonly fs: FsView;
  readonly fds = new Map<number, OpenFile>();
  /** Signal handlers of a command program; "ignore" for SIG_IGN. */
  readonly traps = new Map<Signal, ((signal: Signal) => void) | "ignore">();
  /** The signal that stopped it last. */
  stopSignal: Signal = "SIGSTOP";
  /** Set once the process has ended. */
  status: ExitStatus | undefined;
  readonly #blocked = new Set<(error: unknown) => void>();
  readonly #exitWaiters: ((status: ExitStatus) => void)[] = [];
  readonly #stopWaiters: (() => void)[] = [];
  readonly #changeWaiters: (() => void)[] = [];
  #net: ProcNet | undefined;
  #ticks = 0;

  constructor(machine: Machine, state: ProcState, program: Program, fs: FsView) {
    this.machine = machine;
    this.state = state;
    this.program = program;
    this.fs = fs;
    fs.descriptor = (path) => descriptorStat(this, path);
  }

  get pid(): number {
    return this.state.pid;
  }
  get uid(): number {
    return this.state.uid;
  }
  get env(): Record<string, string> {
    return this.state.env;
  }
  get argv(): string[] {
    return this.state.argv;
  }
  /** Arguments without argv[0]. */
  get args(): string[] {
    return this.state.argv.slice(1);
  }
  /** argv[0] without its folder, as messages show it. */
  get name(): string {
    const zero = this.state.argv[0] ?? this.state.comm;
    return zero.slice(zero.lastIndexOf("/") + 1);
  }
  get now(): number {
    return this.machine.world.timeline.now;
  }
  get cwd(): string {
    return this.fs.cwd;
  }
  get hostname(): string {
    return this.state.hostname ?? this.machine.hostname;
  }
  /** A daemon's saved state, typed by the daemon. */
  get data(): Obj {
    return this.state.data;
  }
  get net(): ProcNet {
    return (this.#net ??= this.machine.world.network.forProc(this));
  }

  chdir(path: string): void {
    const s = this.fs.stat(path);
    if (s.type !== "dir") throw new Errno("ENOTDIR", path);
    if (!this.fs.access(path, 1)) throw new Errno("EACCES", path);
    this.fs.cwd = this.fs.realpath(path);
    this.state.cwd = this.fs.cwd;
  }

  // --- waiting

  /** Awaits something outside the process; rejects with Ended when the process is killed meanwhile, EINTR when interrupted. */
  async block<T>(promise: Promise<T>): Promise<T> {
    if (this.status) throw new Ended(this.status);
    let reject!: (error: unknown) => void;
    const interrupted = new Promise<never>((_resolve, r) => {
      reject = r;
    });
    this.#blocked.add(reject);
    try {
      const value = await Promise.race([promise, interrupted]);
      while (this.state.stopped && !this.status) await Promise.race([new Promise<void>((r) => this.#stopWaiters.push(r)), interrupted]);
      if (this.status) throw new Ended(this.status);
      return value;
    } finally {
      this.#blocked.delete(reject);
    }
  }

  /** Virtual time. */
  async sleep(ms: number): Promise<void> {
    const wait = this.machine.world.wait(ms);
    try {
      await this.block(wait.done);
    } finally {
      wait.cancel();
    }
  }

  /** To be called (and awaited) in loops that may go on for long: gives way to everybody else now and then. */
  tick(): Promise<void> | undefined {
    this.state.cpu += 0.01;
    this.machine.world.ticks++;
    if (this.status) throw new Ended(this.status);
    if (++this.#ticks % 64 === 0) return this.giveWay();
    return this.state.stopped ? this.block(Promise.resolve()) : undefined;
  }

  #held = 0;
  /** The process keeps so many more bytes (fewer when negative) until it ends. Throws MemoryExhausted. */
  hold(bytes: number): void {
    const { world } = this.machine;
    if (this.status) return; // all of it has been given back
    if (bytes > 0) admitMemory(this.#held + bytes, world.held + bytes);
    this.#held += bytes;
    world.held += bytes;
  }

  /** Gives way in the middle of a computation that has no loop with a `tick`. */
  giveWay(): Promise<void> {
    this.machine.world.ticks++;
    return this.block(this.machine.world.turnOf(`${this.machine.name}${this.state.cgroup}`));
  }

  /** Makes whatever the process awaits fail with EINTR. */
  interrupt(): void {
    for (const reject of this.#blocked) reject(new Errno("EINTR"));
  }

  // --- descriptors

  file(fd: number): OpenFile {
    const file = this.fds.get(fd);
    if (!file) throw new Errno("EBADF");
    return file;
  }

  setFd(fd: number, file: OpenFile): void {
    file.retain();
    this.fds.get(fd)?.release();
    this.fds.set(fd, file);
  }

  closeFd(fd: number): void {
    this.fds.get(fd)?.release();
    this.fds.delete(fd);
  }

  /** open(2), without a descriptor: the caller retains it or puts it in a slot. */
  open(path: string, flags: OpenFlags): OpenFile {
    return this.machine.open(this, path, flags);
  }

  pipe(): [OpenFile, OpenFile] {
    return makePipe(this.machine.nextPipe());
  }

  async read(fd = 0, max = 65536): Promise<Bytes> {
    return await this.file(fd).read(max, this);
  }

  async write(fd: number, data: Bytes | string): Promise<void> {
    await this.file(fd).write(typeof data === "string" ? encodeText(data) : data, this);
  }

  /** Everything up to the end of the file. */
  async readAll(fd = 0): Promise<Buffer> {
    const parts: Bytes[] = [];
    for (;;) {
      const part = await this.read(fd);
      if (part.length === 0) return Buffer.concat(parts);
      this.hold(part.length);
      parts.push(part);
      await this.tick();
    }
  }

  /** Lines without their newline; the last one also when it has none. */
  async *lines(fd = 0): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    const splitter = new LineSplitter(this, "\n");
    for (;;) {
      const part = await this.read(fd);
      yield* splitter.add(decoder.decode(part, { stream: part.length > 0 }));
      if (part.length === 0) break;
    }
    const rest = splitter.end();
    if (rest !== "") yield rest;
  }

  /** Writes text to stdout. */
  out(text: string): Promise<void> {
    return this.write(1, text);
  }

  /** Writes text to stderr. */
  err(text: string): Promise<void> {
    return this.write(2, text);
  }

  /** A line of output from a synchronous step; where a real write would block, it is delivered later. */
  log(line: string, fd: 1 | 2 = 2): void {
    const done = this.fds.get(fd)?.write(encodeText(`${line}\n`), this);
    if (done instanceof Promise) done.catch(() => undefined);
  }

  // --- children

  /** Starts a child process. Throws Errno: ENOENT, EACCES, ENOEXEC, EAGAIN. */
  spawn(options: SpawnOptions): Proc {
    return this.machine.spawn(options, this);
  }

  /** Resolves when this process has ended. */
  get ended(): Promise<ExitStatus> {
    return this.status ? Promise.resolve(this.status) : new Promise((resolve) => this.#exitWaiters.push(resolve));
  }

  /** Resolves when this process ends, or is stopped by a signal (at once if it is already). */
  get changed(): Promise<ExitStatus | "stopped"> {
    if (this.status) return Promise.resolve(this.status);
    if (this.state.stopped) return Promise.resolve("stopped");
    return new Promise((resolve) => this.#changeWaiters.push(() => resolve(this.status ?? "stopped")));
  }

  /** fork(2); see Machine.fork. */
  fork(main: (p: Proc) => Promise<number>, options: { fds?: Map<number, OpenFile>; pgid?: true | number } = {}): Proc {
    return this.machine.fork(this, main, options);
  }

  /** execve(2); see Machine.exec. */
  exec(options: { argv: string[]; exe?: string; env?: Record<string, string> }): Promise<never> {
    return this.machine.exec(this, options);
  }

  /** Waits for a child. */
  wait(child: Proc): Promise<ExitStatus> {
    return this.block(child.ended);
  }

  // --- signals and the end

  /** Delivers a signal to this process. */
  raise(signal: Signal): void {
    if (this.status) return;
    if (signal === "SIGCONT" && this.state.stopped) this.#resume();
    const trap = signal === "SIGKILL" || signal === "SIGSTOP" ? undefined : this.traps.get(signal);
    if (trap === "ignore") return;
    if (trap) return trap(signal);
    if ("signal" in this.program && this.program.signal && signal !== "SIGKILL" && signal !== "SIGSTOP") {
      if (this.program.signal(this, signal)) return;
    }
    switch (defaultAction(signal)) {
      case "ignore":
        return;
      case "continue":
        return;
      case "stop":
        if (this.state.stopped) return;
        this.state.stopped = true;
        this.stopSignal = signal;
        this.machine.childChanged(this, "stopped");
        for (const changed of this.#changeWaiters.splice(0)) changed();
        return;
      case "end":
        this.finish({ code: 0, signal });
    }
  }

  #resume(): void {
    this.state.stopped = false;
    for (const resume of this.#stopWaiters.splice(0)) resume();
    this.machine.childChanged(this, "continued");
  }

  /** Ends this process from within; never returns. */
  exit(code: number): never {
    const status = { code };
    this.finish(status);
    throw new Ended(status);
  }

  /** Records the end, wakes waiters, closes descriptors and tells the parent. */
  finish(status: ExitStatus): void {
    if (this.status) return;
    this.status = status;
    for (const reject of this.#blocked) reject(new Ended(status));
    for (const fd of this.fds.keys()) this.closeFd(fd);
    this.net.closeAll(); // also what it had opened before the world was loaded
    this.machine.reap(this);
    this.machine.world.held -= this.#held;
    // a fork's program holds its parent's memory, that one's its own parent's, and so on: whoever knows this process keeps none of it
    this.program = { name: this.program.name, main: () => 0 };
    for (const resolve of this.#exitWaiters.splice(0)) resolve(status);
    for (const changed of this.#changeWaiters.splice(0)) changed();
  }

  // --- for daemons

  /** Queues `on(event, data)` in `ms` milliseconds; returns a handle for `cancel`. */
  after(ms: number, event: string, data: Data = null): number {
    return this.machine.world.timeline.add(ms, "daemon", this.machine.name, { pid: this.pid, boot: this.machine.state.boot, event, data });
  }

  /** A connection whose events go to a library in this process: see kernel/connections.ts. */
  ownConnection(conn: number, name: string): void {
    ownConnection(this, conn, name);
  }

  cancel(timer: number | undefined): void {
    if (timer !== undefined) this.machine.world.timeline.cancel(timer);
  }

  /** inotify: `on("inotify", {path, name, what})` (what: FsChange) whenever something in the folder changes. */
  watch(dir: string): void {
    this.machine.watch(this, dir);
  }

  /** Ends with `kubemend: not simulated: <what>` and status 125. */
  notSimulated(what: string): never {
    throw new NotSimulated(what);
  }
}
