/** Builds read-only images: root filesystems of machines and containers. */
import { elfHeader } from "../kernel/program.ts";
import type { Content } from "./content.ts";
import type { Image, Inode } from "./tree.ts";

export interface Attributes {
  mode?: number;
  uid?: number;
  gid?: number;
}

export class ImageBuilder {
  readonly #nodes = new Map<number, Inode>();
  readonly #time: number;
  #next = 2;

  /** `time`: modification time of everything in the image, milliseconds since the epoch. */
  constructor(time: number) {
    this.#time = time;
    this.#nodes.set(1, this.#inode(1, "dir", { mode: 0o755 }));
  }

  #inode(ino: number, type: Inode["type"], a: Attributes): Inode {
    return {
      ino,
      type,
      mode: a.mode ?? (type === "dir" ? 0o755 : type === "symlink" ? 0o777 : 0o644),
      uid: a.uid ?? 0,
      gid: a.gid ?? 0,
      mtime: this.#time,
      ctime: this.#time,
      nlink: type === "dir" ? 2 : 1,
      ...(type === "dir" ? { entries: {} } : {}),
    };
  }

  #add(path: string, type: Inode["type"], a: Attributes): Inode {
    const parts = path.split("/").filter((p) => p !== "");
    const name = parts.pop();
    if (name === undefined) return this.#nodes.get(1)!;
    const parent = this.#dir(parts);
    const there = parent.entries![name];
    if (there !== undefined) {
      const node = this.#nodes.get(there)!;
      if (type === "dir" && node.type === "dir") {
        if (a.mode !== undefined) node.mode = a.mode;
        if (a.uid !== undefined) node.uid = a.uid;
        if (a.gid !== undefined) node.gid = a.gid;
        return node;
      }
      this.#nodes.delete(there);
    }
    const node = this.#inode(this.#next++, type, a);
    this.#nodes.set(node.ino, node);
    parent.entries![name] = node.ino;
    if (type === "dir") parent.nlink++;
    return node;
  }

  /** Follows symbolic links between folders (/bin → /usr/bin). */
  #dir(parts: string[]): Inode {
    let node = this.#nodes.get(1)!;
    const pending = [...parts];
    while (pending.length > 0) {
      const part = pending.shift()!;
      let child = node.entries![part];
      if (child === undefined) {
        const made = this.#inode(this.#next++, "dir", {});
        this.#nodes.set(made.ino, made);
        node.entries![part] = made.ino;
        node.nlink++;
        child = made.ino;
      }
      const found = this.#nodes.get(child)!;
      if (found.type === "symlink") {
        pending.unshift(...found.target!.split("/").filter((p) => p !== "" && p !== "."));
        if (found.target!.startsWith("/")) node = this.#nodes.get(1)!;
        continue;
      }
      node = found;
    }
    return node;
  }

  dir(path: string, attributes: Attributes = {}): this {
    this.#add(path, "dir", attributes);
    return this;
  }

  file(path: string, content: Content, attributes: Attributes = {}): this {
    this.#add(path, "file", attributes).content = content;
    return this;
  }

  link(path: string, target: string): this {
    this.#add(path, "symlink", {}).target = target;
    return this;
  }

  /** An executable that stands for a simulated program. `size`: bytes that ls shows. */
  binary(path: string, program: string, version = "", size = 65536, attributes: Attributes = {}): this {
    return this.file(path, executable(program, version, size), { mode: 0o755, ...attributes });
  }

  build(): Image {
    return this.#nodes;
  }
}

/** Tells two builds of an image apart: which inode is what, under which name. */
export function imageFingerprint(image: Image): string {
  let a = 0x811c9dc5;
  for (const node of image.values()) {
    const text = `${node.ino}${node.type}${node.entries ? Object.entries(node.entries).join() : ""}`;
    // FNV-1a
    for (let i = 0; i < text.length; i++) a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
  }
  return `${image.size}-${(a >>> 0).toString(16)}`;
}

/** Content of an executable file that stands for a simulated program. */
export function executable(program: string, version = "", size = 65536): Content {
  const bytes = Buffer.from(elfHeader(program, version), "latin1");
  return { extents: [{ bytes: new Uint8Array(bytes) }, { fill: 0, length: Math.max(0, size - bytes.length) }] };
}
