/** One filesystem: inodes by number, as plain data, over an optional read-only image. */
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";

export type InodeType = "file" | "dir" | "symlink" | "fifo" | "socket" | "char" | "block";

/** Bytes of a file: text, raw bytes, `extents` for long runs of one byte, or `object` for databases kept as structured data. */
export type Content = string | Uint8Array | { extents: Extent[] } | { object: Obj };
type Extent = { bytes: Uint8Array } | { fill: number; length: number };

export interface Inode {
  ino: number;
  type: InodeType;
  /** Permission bits, including setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds since the epoch. */
  mtime: number;
  ctime: number;
  nlink: number;
  content?: Content;
  entries?: Record<string, number>;
  target?: string;
  /** Device number "major:minor". */
  rdev?: string;
}

export interface TreeState {
  id: string;
  fstype: string;
  /** Name of the read-only image beneath, if any. */
  lower?: string;
  /** Bytes that fit (what df shows). */
  capacity: number;
  /** Bytes of those that are taken by files of an installation which nobody has modelled. */
  unseen?: number;
  nextIno: number;
  /** Inodes that differ from the image. null: gone. */
  nodes: Record<number, Inode | null>;
}

/** A read-only image; inode 1 is the root. Never modified after it was built. */
export type Image = ReadonlyMap<number, Readonly<Inode>>;

const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function sizeOf(content: Content | undefined): number {
  if (content === undefined) return 0;
  if (typeof content === "string") return Buffer.byteLength(content);
  if (content instanceof Uint8Array) return content.length;
  if ("object" in content) return databaseSize(content.object);
  return content.extents.reduce((sum, e) => sum + ("fill" in e ? e.length : e.bytes.length), 0);
}

/** Bytes that one tree may hold in the host's memory. */
const realLimit = 96 * 1024 * 1024;

const realSize = (content: Content | undefined): number => {
  if (content === undefined) return 0;
  if (typeof content === "string" || content instanceof Uint8Array) return content.length;
  if ("object" in content) return 0;
  let sum = 0;
  for (const e of content.extents) if (!("fill" in e)) sum += e.bytes.length;
  return sum;
};

/** Size that a database file shows: by its number of records, since writing it out for every stat(2) would be dear. */
function databaseSize(object: Obj): number {
  let records = 0;
  for (const value of Object.values(object) as unknown[])
    records += value !== null && typeof value === "object" ? Object.keys(value).length : 1;
  return Math.max(16384, Math.ceil((records * 1100) / 4096) * 4096);
}

export function bytesOf(content: Content | undefined): Uint8Array {
  if (content === undefined) return new Uint8Array();
  if (typeof content === "object" && "extents" in content && sizeOf(content) > 1024 ** 3) throw new Errno("ENOMEM");
  if (typeof content === "string") return Buffer.from(content, "utf8");
  if (content instanceof Uint8Array) return content;
  if ("object" in content) return Buffer.from(JSON.stringify(content.object), "utf8");
  return Buffer.concat(content.extents.map((e) => ("fill" in e ? Buffer.alloc(e.length, e.fill) : e.bytes)));
}

/** Part of a file's bytes, without making the runs of a sparse file real. */
export function sliceOf(content: Content | undefined, offset: number, length: number): Uint8Array {
  if (content === undefined || typeof content === "string" || content instanceof Uint8Array || "object" in content)
    return bytesOf(content).subarray(offset, offset + length);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const e of content.extents) {
    const size = "fill" in e ? e.length : e.bytes.length;
    const from = Math.max(0, offset - at);
    const to = Math.min(size, offset + length - at);
    if (to > from) parts.push("fill" in e ? Buffer.alloc(to - from, e.fill) : e.bytes.subarray(from, to));
    at += size;
    if (at >= offset + length) break;
  }
  return Buffer.concat(parts);
}

/** Keeps text as text, so that snapshots stay readable and small. */
export function contentOf(bytes: Uint8Array | string): Content {
  if (typeof bytes === "string") return bytes;
  try {
    return text.decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}

export class Tree {
  readonly state: TreeState;
  readonly #lower: Image | undefined;
  readonly #now: () => number;
  #used: number | undefined;
  /** Counts changes of what is found under which name. */
  names = 0;

  constructor(state: TreeState, lower: Image | undefined, now: () => number) {
    this.state = state;
    this.#lower = lower;
    this.#now = now;
    if (!lower && Object.keys(state.nodes).length === 0) {
      state.nodes[1] = { ino: 1, type: "dir", mode: 0o755, uid: 0, gid: 0, mtime: now(), ctime: now(), nlink: 2, entries: {} };
    }
  }

  static empty(id: string, fstype: string, capacity: number, lower?: string): TreeState {
    return { id, fstype, lower, capacity, nextIno: lower ? 1_000_000 : 2, nodes: {} };
  }

  node(ino: number): Readonly<Inode> {
    const own = this.state.nodes[ino];
    if (own) return own;
    const below = own === null ? undefined : this.#lower?.get(ino);
    if (!below) throw new Errno("EIO");
    return below;
  }

  /** The inode, copied up from the image if need be, to be changed in place. */
  writable(ino: number): Inode {
    const own = this.state.nodes[ino];
    if (own) return own;
    const below = this.#lower?.get(ino);
    if (!below || own === null) throw new Errno("EIO");
    const copy: Inode = { ...below, ...(below.entries ? { entries: { ...below.entries } } : {}) };
    this.state.nodes[ino] = copy;
    return copy;
  }

  lookup(dir: number, name: string): number | undefined {
    const entries = this.node(dir).entries;
    return entries && Object.hasOwn(entries, name) ? entries[name] : undefined;
  }

  create(dir: number, name: string, type: InodeType, mode: number, uid: number, gid: number): Inode {
    if (name.length > 255) throw new Errno("ENAMETOOLONG");
    const now = this.#now();
    const ino = this.state.nextIno++;
    const node: Inode = { ino, type, mode, uid, gid, mtime: now, ctime: now, nlink: type === "dir" ? 2 : 1 };
    if (type === "dir") node.entries = {};
    this.state.nodes[ino] = node;
    this.link(dir, name, ino);
    if (type === "dir") this.writable(dir).nlink++;
    return node;
  }

  link(dir: number, name: string, ino: number): void {
    const parent = this.writable(dir);
    this.names++;
    parent.entries![name] = ino;
    parent.mtime = parent.ctime = this.#now();
  }

  /** Removes the name; the inode goes when its last link does. */
  unlink(dir: number, name: string): void {
    const parent = this.writable(dir);
    const ino = parent.entries![name]!;
    this.names++;
    delete parent.entries![name];
    parent.mtime = parent.ctime = this.#now();
    const node = this.writable(ino);
    if (node.type === "dir") {
      parent.nlink--;
      this.#forget(ino);
    } else if (--node.nlink <= 0) {
      this.#growReal(-realSize(node.content));
      this.#grow(-sizeOf(node.content));
      this.#forget(ino);
    }
  }

  /** Moves an inode to another name, in another folder perhaps. */
  rename(from: number, name: string, to: number, as: string): void {
    const parent = this.writable(from);
    const ino = parent.entries![name]!;
    delete parent.entries![name];
    this.link(to, as, ino);
    if (this.node(ino).type === "dir" && from !== to) {
      parent.nlink--;
      this.writable(to).nlink++;
    }
  }

  #forget(ino: number): void {
    if (this.#lower?.has(ino)) this.state.nodes[ino] = null;
    else delete this.state.nodes[ino];
  }

  setContent(ino: number, content: Content): void {
    const node = this.writable(ino);
    this.#growReal(realSize(content) - realSize(node.content));
    this.#grow(sizeOf(content) - sizeOf(node.content));
    node.content = content;
    node.mtime = node.ctime = this.#now();
  }

  /** Bytes in use. */
  get used(): number {
    if (this.#used === undefined) {
      let sum = this.state.unseen ?? 0;
      const seen = new Set<number>();
      for (const [ino, node] of Object.entries(this.state.nodes)) {
        seen.add(Number(ino));
        if (node) sum += sizeOf(node.content);
      }
      for (const [ino, node] of this.#lower ?? []) if (!seen.has(ino)) sum += sizeOf(node.content);
      this.#used = sum;
    }
    return this.#used;
  }

  /** Bytes of files that are not runs of one byte, beyond the image's: what this tree costs the host's memory. */
  #real: number | undefined;

  #growReal(by: number): void {
    if (this.#real === undefined) {
      this.#real = 0;
      for (const node of Object.values(this.state.nodes)) if (node) this.#real += realSize(node.content);
    }
    // not a limit of the real machine: a runaway `yes > file` must not take the host's memory
    if (by > 0 && this.#real + by > realLimit) throw new Errno("ENOSPC");
    this.#real += by;
  }

  #grow(by: number): void {
    const used = this.used;
    if (by > 0 && used + by > this.state.capacity) throw new Errno("ENOSPC");
    this.#used = used + by;
  }

  touch(ino: number, mtime = this.#now()): void {
    const node = this.writable(ino);
    node.mtime = mtime;
    node.ctime = this.#now();
  }
}
