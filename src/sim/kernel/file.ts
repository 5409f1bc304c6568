/** Open file descriptions: what a file descriptor refers to. */
import { encodeText } from "../core/text-bytes.ts";
import { Errno } from "../core/errno.ts";
import type { FsView } from "../fs/view.ts";
import type { Proc } from "./proc.ts";

export type Bytes = Uint8Array;
const nothing: Bytes = new Uint8Array();

/** Where a daemon's output goes, as data, so that it can be opened again after a restore. */
export type Sink =
  | { kind: "null" }
  | { kind: "file"; path: string }
  /** systemd's journal, under a unit and syslog identifier. */
  | { kind: "journal"; unit: string; identifier: string }
  /** A container's log file in CRI format, with rotation left out. */
  | { kind: "cri"; path: string; stream: "stdout" | "stderr" }
  /** The same as docker writes it (json-file). */
  | { kind: "json-file"; path: string; stream: "stdout" | "stderr" };

/** Modes of flock(2). */
export type LockMode = "shared" | "exclusive";

export abstract class OpenFile {
  abstract readonly kind: "file" | "dir" | "pipe" | "tty" | "device" | "sink" | "socket";
  /** As /proc/PID/fd shows it. */
  abstract readonly path: string;
  #refs = 0;
  #lock: LockMode | undefined;
  readonly #waiting: (() => void)[] = [];

  retain(): this {
    this.#refs++;
    return this;
  }
  release(): void {
    if (--this.#refs > 0) return;
    this.unlock();
    this.closed();
  }
  /** The lock that flock(2) put on it: it belongs to the description, so to whoever has a descriptor of it. */
  get locked(): LockMode | undefined {
    return this.#lock;
  }
  /** The caller has looked whether another description's lock stands against it. */
  lock(mode: LockMode): void {
    this.unlock();
    this.#lock = mode;
  }
  unlock(): void {
    this.#lock = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
  /** Resolves once its lock is given up, or changed. */
  unlocked(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  protected closed(): void {
    // nothing to give back
  }
  /** Up to `max` bytes; an empty array is the end of the file. */
  read(_max: number, _p: Proc): Promise<Bytes> | Bytes {
    throw new Errno("EBADF");
  }
  /** Writes all of `data`, waiting where the real call would block. */
  write(_data: Bytes, _p: Proc): Promise<void> | void {
    throw new Errno("EBADF");
  }
  /** Absolute position after the move. */
  seek(_offset: number, _whence: "set" | "current" | "end"): number {
    throw new Errno("ESPIPE");
  }
  get isTerminal(): boolean {
    return false;
  }
}

export interface OpenFlags {
  read?: boolean;
  write?: boolean;
  append?: boolean;
  create?: boolean;
  truncate?: boolean;
  exclusive?: boolean;
  mode?: number;
}

/** A regular file (or a file of a virtual filesystem). */
export class RegularFile extends OpenFile {
  readonly kind = "file";
  readonly path: string;
  readonly #view: FsView;
  readonly #flags: OpenFlags;
  #offset = 0;

  constructor(view: FsView, path: string, flags: OpenFlags) {
    super();
    this.#view = view;
    this.#flags = flags;
    const absolute = view.absolute(path);
    const there = view.tryStat(absolute);
    if (flags.write) {
      if (!there && !flags.create) throw new Errno("ENOENT", path);
      if (there?.type === "dir") throw new Errno("EISDIR", path);
      try {
        if (!there || flags.exclusive) view.write(absolute, nothing, { mode: flags.mode, exclusive: flags.exclusive });
        else if (!view.access(absolute, 2)) throw new Errno("EACCES", path);
        else if (view.isVirtual(absolute)) view.write(absolute, nothing);
        else if (flags.truncate && there.type === "file" && there.size > 0) view.write(absolute, nothing);
      } catch (error) {
        throw error instanceof Errno ? new Errno(error.code, path) : error;
      }
    } else {
      if (!view.access(absolute, 4)) {
        view.stat(absolute); // ENOENT, ENOTDIR or ELOOP before EACCES
        throw new Errno("EACCES", path);
      }
    }
    this.path = view.realpath(absolute);
  }

  override read(max: number): Bytes {
    if (!this.#flags.read) throw new Errno("EBADF");
    const part = this.#view.slice(this.path, this.#offset, max);
    this.#offset += part.length;
    return part;
  }

  override write(data: Bytes): void {
    if (!this.#flags.write) throw new Errno("EBADF");
    if (!this.#view.exists(this.path)) return; // unlinked while open: the bytes go with the inode
    const size = this.#view.stat(this.path).size;
    if (this.#flags.append || this.#offset >= size) {
      if (!this.#flags.append && this.#offset > size) this.#view.writeAt(this.path, this.#offset, data);
      else this.#view.write(this.path, data, { append: true });
      this.#offset = (this.#flags.append ? size : this.#offset) + data.length;
    } else {
      this.#view.writeAt(this.path, this.#offset, data);
      this.#offset += data.length;
    }
  }

  override seek(offset: number, whence: "set" | "current" | "end"): number {
    const base = whence === "set" ? 0 : whence === "current" ? this.#offset : this.#view.stat(this.path).size;
    if (base + offset < 0) throw new Errno("EINVAL");
    return (this.#offset = base + offset);
  }
}

/** Bytes held in memory: here-documents and captured output. */
export class MemoryFile extends OpenFile {
  readonly kind = "file";
  readonly path = "/memfd";
  readonly #chunks: Bytes[] = [];
  #offset = 0;

  constructor(initial?: Bytes | string) {
    super();
    if (initial !== undefined) this.#chunks.push(typeof initial === "string" ? encodeText(initial) : initial);
  }
  override read(max: number): Bytes {
    const part = this.bytes().subarray(this.#offset, this.#offset + max);
    this.#offset += part.length;
    return part;
  }
  override write(data: Bytes): void {
    this.#chunks.push(new Uint8Array(data));
  }
  override seek(offset: number, whence: "set" | "current" | "end"): number {
    return (this.#offset = (whence === "set" ? 0 : whence === "current" ? this.#offset : this.bytes().length) + offset);
  }
  bytes(): Bytes {
    if (this.#chunks.length > 1) this.#chunks.splice(0, this.#chunks.length, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? nothing;
  }
  text(): string {
    return Buffer.from(this.bytes()).toString("utf8");
  }
}

const pipeCapacity = 65536;

/** The buffer of a pipe or fifo: at most 64 KiB, with readers and writers counted. */
export class Pipe {
  readonly id: number;
  readers: number;
  writers: number;
  #chunks: Bytes[] = [];
  #size = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(id: number, readers: number, writers: number) {
    this.id = id;
    this.readers = readers;
    this.writers = writers;
  }

  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  wait(p: Proc): Promise<void> {
    return p.block(new Promise<void>((resolve) => this.#waiting.push(resolve)));
  }

  get buffered(): number {
    return this.#size;
  }

  /** Whether a read would not block. */
  get readable(): boolean {
    return this.#chunks.length > 0 || this.writers === 0;
  }

  /** At once when there is something to read (or nobody left to write). */
  read(max: number, p: Proc): Bytes | Promise<Bytes> {
    if (this.#chunks.length === 0) return this.writers === 0 ? nothing : this.wait(p).then(() => this.read(max, p));
    let chunk = this.#chunks[0]!;
    if (chunk.length > max) {
      this.#chunks[0] = chunk.subarray(max);
      chunk = chunk.subarray(0, max);
    } else this.#chunks.shift();
    this.#size -= chunk.length;
    this.wake();
    return chunk;
  }

  async write(data: Bytes, p: Proc): Promise<void> {
    let at = 0;
    do {
      if (this.readers === 0) {
        p.raise("SIGPIPE");
        // throws when the signal ended the process
        await p.block(Promise.resolve());
        throw new Errno("EPIPE");
      }
      const room = pipeCapacity - this.#size;
      if (room <= 0) {
        await this.wait(p);
        continue;
      }
      if (data.length === 0) return;
      const part = data.slice(at, at + room);
      this.#chunks.push(part);
      this.#size += part.length;
      at += part.length;
      this.wake();
    } while (at < data.length);
  }
}

class PipeEnd extends OpenFile {
  readonly kind = "pipe";
  readonly path: string;
  readonly #pipe: Pipe;
  readonly #writes: boolean;
  constructor(pipe: Pipe, writes: boolean) {
    super();
    this.#pipe = pipe;
    this.#writes = writes;
    this.path = `pipe:[${pipe.id}]`;
  }
  protected override closed(): void {
    if (this.#writes) this.#pipe.writers--;
    else this.#pipe.readers--;
    this.#pipe.wake();
  }
  override read(max: number, p: Proc): Bytes | Promise<Bytes> {
    if (this.#writes) throw new Errno("EBADF");
    return this.#pipe.read(max, p);
  }
  override write(data: Bytes, p: Proc): Promise<void> {
    if (!this.#writes) throw new Errno("EBADF");
    return this.#pipe.write(data, p);
  }
}

/** pipe(2): [read end, write end]. */
export function makePipe(id: number): [OpenFile, OpenFile] {
  const pipe = new Pipe(id, 1, 1);
  return [new PipeEnd(pipe, false), new PipeEnd(pipe, true)];
}

/** A character device without state, by what reading and writing do. */
export class DeviceFile extends OpenFile {
  readonly kind = "device";
  readonly path: string;
  readonly #reader: (max: number) => Bytes;
  readonly #writer: (data: Bytes) => void;
  constructor(path: string, reader: (max: number) => Bytes, writer: (data: Bytes) => void) {
    super();
    this.path = path;
    this.#reader = reader;
    this.#writer = writer;
  }
  override read(max: number): Bytes {
    return this.#reader(max);
  }
  override write(data: Bytes): void {
    this.#writer(data);
  }
  override seek(): number {
    return 0;
  }
}

export const nullDevice = (): OpenFile =>
  new DeviceFile(
    "/dev/null",
    () => nothing,
    () => undefined,
  );

/** Output of a daemon, delivered line by line to a function. */
export class SinkFile extends OpenFile {
  readonly kind = "sink";
  readonly path = "socket:[journal]";
  readonly #line: (text: string) => void;
  #rest = "";
  constructor(line: (text: string) => void) {
    super();
    this.#line = line;
  }
  override read(): Bytes {
    return nothing;
  }
  override write(data: Bytes): void {
    const lines = (this.#rest + Buffer.from(data).toString("utf8")).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#line(line);
  }
  protected override closed(): void {
    if (this.#rest !== "") this.#line(this.#rest);
    this.#rest = "";
  }
}
