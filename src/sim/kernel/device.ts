/** Device nodes by number, fifos, and the descriptors under /dev/fd. */
import { Errno, NotSimulated } from "../core/errno.ts";
import type { Stat } from "../fs/view.ts";
import { DeviceFile, nullDevice, OpenFile, Pipe, type Bytes, type OpenFlags } from "./file.ts";
import type { Proc } from "./proc.ts";

const nothing: Bytes = new Uint8Array();

/** open(2) of a device, fifo or socket; undefined for everything else. */
export function openDevice(p: Proc, path: string, stat: Stat, flags: OpenFlags): OpenFile | undefined {
  if (stat.type === "char") {
    const need = (flags.read ? 4 : 0) | (flags.write ? 2 : 0);
    if (!p.fs.access(path, need)) throw new Errno("EACCES", path);
    return character(p, path, stat.rdev ?? "");
  }
  if (stat.type === "fifo") {
    if (!p.fs.access(path, (flags.read ? 4 : 0) | (flags.write ? 2 : 0))) throw new Errno("EACCES", path);
    return openFifo(p, path, stat, flags);
  }
  if (stat.type === "socket") throw new Errno("ENXIO", path);
  if (stat.type === "block") {
    if (!p.fs.access(path, (flags.read ? 4 : 0) | (flags.write ? 2 : 0))) throw new Errno("EACCES", path);
    throw new NotSimulated(`contents of the block device ${path}`);
  }
  return undefined;
}

function character(p: Proc, path: string, rdev: string): OpenFile {
  const discard = (): void => undefined;
  // a whole block at once, as the kernel does: dd counts the short ones
  const random = (max: number): Bytes => p.machine.random("urandom").bytes(Math.min(max, 4 * 1024 * 1024));
  switch (rdev) {
    case "1:3":
      return nullDevice();
    case "1:5":
      return new DeviceFile(path, (max) => new Uint8Array(Math.min(max, 65536)), discard);
    case "1:7":
      return new DeviceFile(
        path,
        (max) => new Uint8Array(Math.min(max, 65536)),
        () => {
          throw new Errno("ENOSPC");
        },
      );
    case "1:8":
    case "1:9":
      return new DeviceFile(path, random, discard);
    case "5:0": {
      const tty = p.machine.terminals.get(p.state.tty);
      if (!tty) throw new Errno("ENXIO", path);
      return tty;
    }
    case "5:1":
    case "4:0":
    case "4:1":
    case "4:64":
      return new DeviceFile(path, () => nothing, discard);
    case "1:11":
      throw new NotSimulated(`reading and writing ${path}`);
    case "10:200":
      throw new NotSimulated("tun devices");
  }
  if (rdev.startsWith("136:")) {
    const tty = p.machine.terminals.get(`pts/${rdev.slice(4)}`);
    if (!tty) throw new Errno("EIO", path);
    return tty;
  }
  throw new Errno("ENXIO", path);
}

/** Named pipes that are open, by filesystem and inode. They live in memory, like the processes that hold them. */
const fifos = new WeakMap<object, Map<string, Pipe>>();

/** One end of a named pipe. open(2) would wait for the other end; here the first read or write does. */
class FifoEnd extends OpenFile {
  readonly kind = "pipe";
  readonly path: string;
  readonly #pipe: Pipe;
  readonly #flags: OpenFlags;
  readonly #drop: () => void;
  #met = false;
  constructor(path: string, pipe: Pipe, flags: OpenFlags, drop: () => void) {
    super();
    this.path = path;
    this.#pipe = pipe;
    this.#flags = flags;
    this.#drop = drop;
    if (flags.read) pipe.readers++;
    if (flags.write) pipe.writers++;
    pipe.wake();
  }
  protected override closed(): void {
    if (this.#flags.read) this.#pipe.readers--;
    if (this.#flags.write) this.#pipe.writers--;
    if (this.#pipe.readers + this.#pipe.writers === 0) this.#drop();
    this.#pipe.wake();
  }
  async #meet(p: Proc, there: () => boolean): Promise<void> {
    while (!this.#met && !there()) await this.#pipe.wait(p);
    this.#met = true;
  }
  override async read(max: number, p: Proc): Promise<Bytes> {
    if (!this.#flags.read) throw new Errno("EBADF");
    await this.#meet(p, () => this.#pipe.writers > 0 || this.#pipe.buffered > 0);
    return await this.#pipe.read(max, p);
  }
  override async write(data: Bytes, p: Proc): Promise<void> {
    if (!this.#flags.write) throw new Errno("EBADF");
    await this.#meet(p, () => this.#pipe.readers > 0);
    await this.#pipe.write(data, p);
  }
}

function openFifo(p: Proc, path: string, stat: Stat, flags: OpenFlags): OpenFile {
  const all = fifos.get(p.machine) ?? new Map<string, Pipe>();
  fifos.set(p.machine, all);
  const key = `${stat.dev}/${stat.ino}`;
  let pipe = all.get(key);
  if (!pipe) {
    pipe = new Pipe(p.machine.nextPipe(), 0, 0);
    all.set(key, pipe);
  }
  return new FifoEnd(path, pipe, flags, () => all.delete(key));
}

/** stat(2) of such a path; undefined for all others (and for files, whose own path says more). */
export function descriptorStat(p: Proc, path: string): Stat | undefined {
  if (!path.startsWith("/dev/") && !path.startsWith("/proc/")) return undefined;
  const fd = descriptorOf(p, path);
  const file = fd === undefined ? undefined : p.fds.get(fd);
  if (!file || (file.kind === "file" && file.path !== "/memfd")) return undefined;
  const type =
    file.kind === "pipe"
      ? "fifo"
      : file.kind === "socket" || file.kind === "sink"
        ? "socket"
        : file.kind === "tty" || file.kind === "device"
          ? "char"
          : "file";
  return {
    type,
    mode: type === "char" ? 0o620 : 0o600,
    uid: p.uid,
    gid: p.state.gid,
    size: 0,
    mtime: p.now,
    ctime: p.now,
    nlink: 1,
    ino: 0,
    dev: "pipefs",
  };
}

/** The descriptor that a path such as /dev/stdin, /dev/fd/63 or /proc/self/fd/1 stands for. */
export function descriptorOf(p: Proc, path: string): number | undefined {
  const match = /^\/(?:dev\/(?:(stdin|stdout|stderr)|fd\/(\d+))|proc\/(?:self|thread-self|(\d+))\/fd\/(\d+))$/.exec(path);
  if (!match) return undefined;
  if (match[1]) return ["stdin", "stdout", "stderr"].indexOf(match[1]);
  if (match[3] !== undefined && Number(match[3]) !== p.pid) return undefined;
  return Number(match[2] ?? match[4]);
}
