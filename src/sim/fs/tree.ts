/** One filesystem: inodes by number, as plain data, over an optional read-only image. */
import { Errno } from "../core/errno.ts";
import { contentOf, joined, realSize, sizeOf, type Content } from "./content.ts";

export type InodeType = "file" | "dir" | "symlink" | "fifo" | "socket" | "char" | "block";

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

/** Sizes of text in bytes, by the inode that holds it: what is added to a log is counted, not all of the log. */
const counted = new WeakMap<Readonly<Inode>, { text: string; size: number }>();

/** Bytes of an inode's content. */
export function fileSize(node: Readonly<Inode>): number {
  const { content } = node;
  if (typeof content !== "string") return sizeOf(content);
  const known = counted.get(node);
  if (known && known.text === content) return known.size;
  const size = sizeOf(content);
  counted.set(node, { text: content, size });
  return size;
}

/** Bytes that one tree may hold in the host's memory. */
const realLimit = 96 * 1024 * 1024;

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

  /** Inodes in use, counted anew. */
  get inodes(): number {
    let n = this.#lower?.size ?? 0;
    for (const [ino, node] of Object.entries(this.state.nodes)) {
      const below = this.#lower?.has(Number(ino)) === true;
      if (node === null && below) n--;
      else if (node !== null && !below) n++;
    }
    return n;
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
      this.#grow(-fileSize(node));
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
    this.#put(this.writable(ino), content, sizeOf(content));
  }

  /** Adds to the end. */
  append(ino: number, data: Uint8Array | string): void {
    const node = this.writable(ino);
    if (node.content === undefined) return this.setContent(ino, contentOf(data));
    const content = joined(node.content, data);
    const size = typeof content === "string" ? fileSize(node) + Buffer.byteLength(data) : sizeOf(content);
    this.#put(node, content, size);
  }

  #put(node: Inode, content: Content, size: number): void {
    this.#growReal(realSize(content) - realSize(node.content));
    this.#grow(size - fileSize(node));
    node.content = content;
    node.mtime = node.ctime = this.#now();
    if (typeof content === "string") counted.set(node, { text: content, size });
  }

  /** Bytes in use. */
  get used(): number {
    if (this.#used === undefined) {
      let sum = this.state.unseen ?? 0;
      const seen = new Set<number>();
      for (const [ino, node] of Object.entries(this.state.nodes)) {
        seen.add(Number(ino));
        if (node) sum += fileSize(node);
      }
      for (const [ino, node] of this.#lower ?? []) if (!seen.has(ino)) sum += fileSize(node);
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
