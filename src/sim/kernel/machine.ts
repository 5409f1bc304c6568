/** One machine: its power state, filesystems, processes and the layers that hang on them. */
import { Errno, NotSimulated } from "../core/errno.ts";
import type { Data, Obj } from "../core/json.ts";
import { Random } from "../core/random.ts";
import { bytesOf, type Content } from "../fs/content.ts";
import { Tree, type TreeState } from "../fs/tree.ts";
import { FsView, type Credentials, type FsChange, type FsHost, type Mount, type VirtualFs } from "../fs/view.ts";
import type { World } from "../world.ts";
import { descriptorOf } from "./device.ts";
import { nullDevice, RegularFile, type OpenFile, type OpenFlags } from "./file.ts";
import { MemoryExhausted } from "./limits.ts";
import { Ended, Proc, type ExitStatus, type ProcState, type SpawnOptions } from "./proc.ts";
import { routed } from "./connections.ts";
import { isDaemon, parseElf, type Signal } from "./program.ts";
import type { Tty } from "./tty.ts";

export interface MachineState {
  name: string;
  /** Name of the read-only root image, such as `ubuntu-24.04`. */
  image: string;
  on: boolean;
  /** Counts boots, so that timers of an earlier boot are void. */
  boot: number;
  bootedAt: number;
  cpus: number;
  /** MiB. */
  memory: number;
  hostname: string;
  machineId: string;
  trees: Record<string, TreeState>;
  /** Mount namespaces; "" is the machine's own. */
  mountNamespaces: Record<string, Mount[]>;
  procs: Record<number, ProcState>;
  nextPid: number;
  nextPipe: number;
  watches: { pid: number; tree: string; ino: number; path: string }[];
  /** Other layers' state by name (net, systemd, kernel modules and sysctls, accounting). */
  layers: Record<string, Obj>;
}

export class Machine implements FsHost {
  readonly world: World;
  readonly state: MachineState;
  readonly procs = new Map<number, Proc>();
  /** Open terminals by name (`pts/0`); they live in memory, like the sessions on them. */
  readonly terminals = new Map<string, Tty>();
  readonly #trees = new Map<string, Tree>();
  /** Called when a child of process 1 or of a daemon ends; layers may subscribe (cgroup emptiness, job control). */
  readonly onReap: ((p: Proc, status: ExitStatus) => void)[] = [];
  readonly onChildChanged: ((p: Proc, change: "stopped" | "continued") => void)[] = [];

  constructor(world: World, state: MachineState) {
    this.world = world;
    this.state = state;
  }

  get name(): string {
    return this.state.name;
  }
  /** The kernel's hostname (uname -n). */
  get hostname(): string {
    return this.state.hostname;
  }

  /** Randomness of one purpose on this machine. */
  random(purpose: string): Random {
    return this.world.random(`${this.name}/${purpose}`);
  }

  /** A layer's saved state on this machine, made on first use. */
  layer<T extends Obj>(name: string, create: () => T): T {
    return (this.state.layers[name] ??= create()) as T;
  }

  nextPipe(): number {
    return this.state.nextPipe++;
  }

  // --- filesystems

  tree(id: string): Tree {
    let tree = this.#trees.get(id);
    if (!tree) {
      const state = this.state.trees[id];
      if (!state) throw new Errno("EIO");
      tree = new Tree(state, state.lower === undefined ? undefined : this.world.image(state.lower), () => this.world.timeline.now);
      this.#trees.set(id, tree);
    }
    return tree;
  }

  addTree(state: TreeState): Tree {
    this.state.trees[state.id] = state;
    this.#trees.delete(state.id);
    return this.tree(state.id);
  }

  dropTree(id: string): void {
    delete this.state.trees[id];
    this.#trees.delete(id);
  }

  virtual(name: string): VirtualFs {
    return this.world.virtualFs(name, this);
  }

  /** Root's view of a mount namespace. */
  rootFs(mntns = "", pid = 0): FsView {
    return new FsView(this, this.mounts(mntns), { uid: 0, gid: 0, groups: [], pid }, "/");
  }

  mounts(mntns: string): Mount[] {
    const mounts = this.state.mountNamespaces[mntns];
    if (!mounts) throw new Errno("EINVAL");
    return mounts;
  }

  changed(tree: string, dir: number, name: string, what: FsChange): void {
    for (const watch of this.state.watches) {
      if (watch.tree === tree && watch.ino === dir) this.procs.get(watch.pid)?.after(1, "inotify", { path: watch.path, name, what });
    }
  }

  watch(p: Proc, dir: string): void {
    const at = p.fs.locate(dir);
    if (!at) throw new Errno("ENOENT", dir);
    if (this.state.watches.some((w) => w.pid === p.pid && w.tree === at.tree && w.ino === at.ino)) return;
    this.state.watches.push({ pid: p.pid, tree: at.tree, ino: at.ino, path: dir });
  }

  /** open(2) for a process. */
  open(p: Proc, path: string, flags: OpenFlags): OpenFile {
    const full = p.fs.absolute(path);
    const fd = descriptorOf(p, full);
    if (fd !== undefined) {
      const file = p.fds.get(fd);
      if (!file) throw new Errno("ENOENT", path);
      return file;
    }
    const s = p.fs.tryStat(full);
    const opened = s && this.world.openSpecial(p, full, s, flags);
    return opened ?? new RegularFile(p.fs, path, flags);
  }

  // --- processes

  /** Starts a process. Throws Errno as execve(2) and fork(2) do. */
  spawn(options: SpawnOptions, parent?: Proc): Proc {
    if (!this.state.on) throw new Errno("ESRCH");
    const base = parent?.state;
    const mntns = options.mntns ?? base?.mntns ?? "";
    const who: Credentials & { pid: number } = {
      uid: options.uid ?? base?.uid ?? 0,
      gid: options.gid ?? base?.gid ?? 0,
      groups: options.groups ?? base?.groups ?? [],
      pid: this.state.nextPid,
    };
    const cwd = options.cwd ?? (mntns === (base?.mntns ?? "") ? (parent?.fs.cwd ?? "/") : "/");
    const fs = new FsView(this, this.mounts(mntns), who, cwd, parent?.fs.umask ?? 0o022);
    const env = options.env ?? { ...base?.env };
    const image = this.#load(fs, options.exe ?? which(fs, options.argv[0] ?? "", env.PATH), options.argv);
    this.world.admit(this, parent, who.uid);

    const pid = this.state.nextPid++;
    const session = options.session ? pid : (base?.sid ?? pid);
    const state: ProcState = {
      pid,
      ppid: base?.pid ?? (pid === 1 ? 0 : 1),
      pgid: options.session || options.pgid === true ? pid : (options.pgid ?? base?.pgid ?? pid),
      sid: session,
      tty: options.tty ?? (options.session ? "" : (base?.tty ?? "")),
      uid: who.uid,
      gid: who.gid,
      groups: [...who.groups],
      comm: image.comm.slice(0, 15),
      exe: image.exe,
      version: image.version,
      argv: image.argv,
      env: { ...env },
      cwd,
      umask: parent?.fs.umask ?? 0o022,
      startedAt: this.world.timeline.now,
      cgroup: options.cgroup ?? base?.cgroup ?? "/",
      ...((options.capabilities ?? base?.capabilities) ? { capabilities: options.capabilities ?? base?.capabilities } : {}),
      netns: options.netns ?? base?.netns ?? "",
      mntns,
      pidns: options.pidns ?? base?.pidns ?? "",
      ...((options.hostname ?? base?.hostname) === undefined ? {} : { hostname: options.hostname ?? base?.hostname }),
      program: image.program,
      daemon: false,
      data: {},
      ...(options.sinks ? { sinks: options.sinks } : {}),
      stopped: false,
      cpu: 0,
      rss: 4096,
    };
    const program = this.world.program(image.program)!;
    state.daemon = isDaemon(program);
    const p = new Proc(this, state, program, fs);
    if (options.sinks) this.#openSinks(p);
    else for (const [fd, file] of options.fds ?? parent?.fds ?? []) if (options.fds || fd <= 2) p.setFd(fd, file);
    for (const fd of [0, 1, 2]) if (!p.fds.has(fd)) p.setFd(fd, nullDevice());
    if (parent && !options.session) for (const [signal, trap] of parent.traps) if (trap === "ignore") p.traps.set(signal, trap);
    this.procs.set(pid, p);
    this.state.procs[pid] = state;
    if (!state.daemon) this.world.commands++;
    if (options.session && options.tty !== undefined) this.terminals.get(options.tty)?.attach(pid, state.pgid);
    this.#run(p);
    return p;
  }

  /**
   * fork(2): a child with the parent's credentials, descriptors, namespaces and ignored signals that goes on with `main`
   * (the caller copies its own memory into it). Throws EAGAIN.
   */
  fork(parent: Proc, main: (p: Proc) => Promise<number>, options: { fds?: Map<number, OpenFile>; pgid?: true | number } = {}): Proc {
    if (!this.state.on || parent.status) throw new Errno("ESRCH");
    this.world.admit(this, parent, parent.uid);
    const pid = this.state.nextPid++;
    const base = parent.state;
    const state: ProcState = {
      ...base,
      pid,
      ppid: base.pid,
      pgid: options.pgid === true ? pid : (options.pgid ?? base.pgid),
      argv: [...base.argv],
      env: { ...base.env },
      cwd: parent.fs.cwd,
      umask: parent.fs.umask,
      startedAt: this.world.timeline.now,
      daemon: false,
      data: {},
      stopped: false,
      cpu: 0,
    };
    delete state.sinks;
    const fs = new FsView(
      this,
      parent.fs.mounts,
      { uid: base.uid, gid: base.gid, groups: base.groups, pid },
      parent.fs.cwd,
      parent.fs.umask,
    );
    const p = new Proc(this, state, { name: base.program, main }, fs);
    for (const [fd, file] of options.fds ?? parent.fds) p.setFd(fd, file);
    for (const [signal, trap] of parent.traps) if (trap === "ignore") p.traps.set(signal, trap);
    this.procs.set(pid, p);
    this.state.procs[pid] = state;
    this.world.commands++;
    this.#run(p);
    return p;
  }

  /**
   * execve(2): the process goes on as another program, with its pid, descriptors and ignored signals. Throws Errno while
   * the file cannot be run; otherwise it never returns (it ends with the program's end).
   */
  async exec(p: Proc, options: { argv: string[]; exe?: string; env?: Record<string, string> }): Promise<never> {
    const env = options.env ?? p.env;
    const image = this.#load(p.fs, options.exe ?? which(p.fs, options.argv[0] ?? "", env.PATH), options.argv);
    const program = this.world.program(image.program)!;
    const { state } = p;
    state.comm = image.comm.slice(0, 15);
    state.exe = image.exe;
    state.version = image.version;
    state.argv = image.argv;
    state.env = { ...env };
    state.program = image.program;
    p.program = program;
    for (const [signal, trap] of p.traps) if (trap !== "ignore") p.traps.delete(signal);
    if (isDaemon(program)) {
      state.daemon = true;
      state.data = {};
      this.world.commands--;
      p.after(0, "start");
      return await p.block(new Promise<never>(() => undefined));
    }
    let code: number;
    try {
      code = await program.main(p);
    } catch (error) {
      // the program's own failure: whoever called execve is gone and must not take it for execve's
      this.#failed(p, error);
      throw new Ended(p.status!);
    }
    return p.exit(code & 255);
  }

  #run(p: Proc): void {
    const { program } = p;
    if (isDaemon(program)) {
      // started in an event of its own, so that the parent sees the process before anything it does
      p.after(0, "start");
      return;
    }
    void (this.world.starting(`${this.name}${p.state.cgroup}`) ?? Promise.resolve())
      .then(() => (p.status ? 0 : program.main(p)))
      .then(
        (code) => p.finish({ code: code & 255 }),
        (error: unknown) => this.#failed(p, error),
      );
  }

  /** Runs one step of a daemon, turning what it throws into its end. */
  step(p: Proc, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(p, error);
    }
  }

  #failed(p: Proc, error: unknown): void {
    if (error instanceof Ended) return p.finish(error.status);
    if (p.status) return;
    if (error instanceof NotSimulated) {
      this.world.gap(this.name, p.state.argv.join(" "), error.what);
      p.log(error.message);
      return p.finish({ code: 125 });
    }
    if (error instanceof MemoryExhausted) {
      p.log(`${p.name}: ${error.message}`);
      return p.finish({ code: 1 });
    }
    if (error instanceof Errno) {
      if (error.code !== "EPIPE") p.log(`${p.name}: ${error.message}`);
      return p.finish({ code: 1 });
    }
    this.world.bug(this.name, p.state.argv.join(" "), error);
    p.log(`kubemend: internal error in ${p.state.program}: ${error instanceof Error ? error.message : String(error)}`);
    p.finish({ code: 70 });
  }

  #openSinks(p: Proc): void {
    const { sinks } = p.state;
    if (!sinks) return;
    p.setFd(0, nullDevice());
    p.setFd(1, this.world.openSink(this, p, sinks.out));
    p.setFd(2, this.world.openSink(this, p, sinks.err));
  }

  /** The program behind an executable file, with a script's interpreter put before its arguments. */
  #load(
    fs: FsView,
    path: string,
    argv: string[],
    depth = 0,
  ): { program: string; version: string; exe: string; comm: string; argv: string[] } {
    const s = fs.stat(path);
    if (s.type === "dir" || !fs.access(path, 1)) throw new Errno("EACCES", path);
    const first = head(fs.content(path));
    if (first.startsWith("#!")) {
      if (depth > 4) throw new Errno("ELOOP", path);
      const [interpreter, ...rest] = first
        .slice(2, first.indexOf("\n") < 0 ? undefined : first.indexOf("\n"))
        .trim()
        .split(/\s+(.*)/s)
        .filter((w) => w !== "");
      if (!interpreter) throw new Errno("ENOEXEC", path);
      const next = this.#load(fs, interpreter, [interpreter, ...rest, path, ...argv.slice(1)], depth + 1);
      return depth === 0 ? { ...next, comm: path.slice(path.lastIndexOf("/") + 1) } : next;
    }
    const elf = parseElf(first);
    if (!elf || !this.world.program(elf.program)) throw new Errno("ENOEXEC", path);
    const exe = fs.realpath(path);
    return { program: elf.program, version: elf.version, exe, comm: path.slice(path.lastIndexOf("/") + 1), argv };
  }

  /** Called by a process that has ended. */
  reap(p: Proc): void {
    this.procs.delete(p.pid);
    if (!p.state.daemon) this.world.commands--;
    delete this.state.procs[p.pid];
    this.state.watches = this.state.watches.filter((w) => w.pid !== p.pid);
    for (const child of this.procs.values()) if (child.state.ppid === p.pid) child.state.ppid = 1;
    const parent = this.procs.get(p.state.ppid);
    if (parent?.state.daemon) parent.after(0, "sigchld", { pid: p.pid, code: p.status!.code, signal: p.status!.signal ?? null });
    else parent?.raise("SIGCHLD");
    for (const hook of this.onReap) hook(p, p.status!);
  }

  childChanged(p: Proc, change: "stopped" | "continued"): void {
    for (const hook of this.onChildChanged) hook(p, change);
  }

  /** kill(2): a positive pid, a negative process group, -1 for everybody but process 1 and the caller. Throws ESRCH, EPERM. */
  kill(who: Proc | undefined, pid: number, signal: Signal | undefined): void {
    const group = pid === 0 ? (who?.state.pgid ?? 0) : -pid;
    const targets =
      pid > 0
        ? [this.procs.get(pid)].filter((p) => p !== undefined)
        : [...this.procs.values()].filter((p) => (pid === -1 ? p.pid !== 1 && p !== who : p.state.pgid === group));
    if (targets.length === 0) throw new Errno("ESRCH");
    // a shell may always continue the jobs of its session
    const allowed = targets.filter(
      (t) => !who || who.uid === 0 || who.uid === t.uid || (signal === "SIGCONT" && who.state.sid === t.state.sid),
    );
    if (allowed.length === 0) throw new Errno("EPERM");
    for (const target of allowed) if (signal && !(target.pid === 1 && (signal === "SIGKILL" || signal === "SIGSTOP"))) target.raise(signal);
  }

  /** Delivers a queued event to a daemon. */
  deliver(pid: number, boot: number, event: string, data: Data): void {
    const p = this.procs.get(pid);
    if (!p || boot !== this.state.boot || !isDaemon(p.program)) return;
    const { program } = p;
    this.step(p, () => {
      if (event === "start") return program.start(p);
      const mine = routed(p, event, data);
      if (mine) program.on(p, mine.event, mine.data);
    });
  }

  /** After a load: daemons live on; command programs and what hung on them have ended. */
  resume(): void {
    const lost: ProcState[] = [];
    for (const state of Object.values(this.state.procs)) {
      const program = this.world.program(state.program);
      if (!state.daemon || !program) {
        lost.push(state);
        continue;
      }
      const who = { uid: state.uid, gid: state.gid, groups: state.groups, pid: state.pid };
      const p = new Proc(this, state, program, new FsView(this, this.mounts(state.mntns), who, state.cwd, state.umask));
      this.#openSinks(p);
      for (const fd of [0, 1, 2]) if (!p.fds.has(fd)) p.setFd(fd, nullDevice());
      this.procs.set(state.pid, p);
    }
    for (const state of lost) {
      const program = this.world.program(state.program)!;
      const p = new Proc(this, state, program, this.rootFs(state.mntns in this.state.mountNamespaces ? state.mntns : "", state.pid));
      this.procs.set(state.pid, p);
      if (!state.daemon) this.world.commands++;
    }
    for (const state of lost) this.procs.get(state.pid)?.finish({ code: 0, signal: "SIGKILL" });
    // terminals went with their sessions
    const fs = this.rootFs();
    if (fs.isDir("/dev/pts")) for (const name of fs.readdir("/dev/pts")) if (/^\d+$/.test(name)) fs.unlink(`/dev/pts/${name}`);
  }

  // --- power

  powerOn(): void {
    if (this.state.on) return;
    this.state.on = true;
    this.state.boot++;
    this.state.bootedAt = this.world.timeline.now;
    this.state.nextPid = 1;
    this.world.boot(this);
  }

  /** Power is cut: everything in memory is gone, disks stay. */
  powerOff(): void {
    if (!this.state.on) return;
    this.state.on = false;
    for (const p of this.procs.values()) if (!p.status) p.finish({ code: 0, signal: "SIGKILL" });
    for (const tty of this.terminals.values()) tty.hangup();
    this.procs.clear();
    this.state.procs = {};
    this.state.watches = [];
    this.world.lostPower(this);
  }
}

/** The first bytes of a file as text, without reading all of it. */
function head(content: Content | undefined): string {
  if (typeof content === "string") return content.slice(0, 256);
  if (content && typeof content === "object" && "extents" in content) {
    const [first] = content.extents;
    return first && "bytes" in first ? Buffer.from(first.bytes.subarray(0, 256)).toString("latin1") : "";
  }
  return Buffer.from(bytesOf(content).subarray(0, 256)).toString("latin1");
}

/** The path execvp(3) would run. Throws ENOENT. */
export function which(fs: FsView, name: string, path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"): string {
  if (name.includes("/")) return name;
  let denied = false;
  for (const dir of path.split(":")) {
    const candidate = `${dir === "" ? "." : dir}/${name}`;
    const s = fs.tryStat(candidate);
    if (s?.type !== "file") continue;
    if (fs.access(candidate, 1)) return candidate;
    denied = true;
  }
  throw new Errno(denied ? "EACCES" : "ENOENT", name);
}
