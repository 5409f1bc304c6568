/** Virtual filesystems made from a function that describes one path. */
import { Errno } from "../core/errno.ts";
import type { Credentials, Stat, VirtualFs } from "../fs/view.ts";

/** What is at a path: a folder (names), a file (how to read and write), or a link. */
export type Node =
  | { dir: () => string[]; mode?: number }
  | { read: () => string | Uint8Array; write?: (text: string) => void; mode?: number; size?: number }
  | { link: () => string };

/** `find` says what is at a path (parts without slashes), undefined when nothing is. */
export function virtualFs(
  dev: string,
  now: () => number,
  find: (parts: string[], who: Credentials) => Node | undefined,
  owner?: (parts: string[]) => { uid: number; gid: number },
): VirtualFs {
  const at = (path: string, who: Credentials) => find(path === "" ? [] : path.split("/"), who);
  const need = (path: string, who: Credentials): Node => {
    const node = at(path, who);
    if (!node) throw new Errno("ENOENT", path);
    return node;
  };
  return {
    stat(path, who): Stat | undefined {
      const node = at(path, who);
      if (!node) return undefined;
      const own = owner?.(path.split("/")) ?? { uid: 0, gid: 0 };
      const time = now();
      const base = { ...own, mtime: time, ctime: time, nlink: 1, ino: hash(path), dev };
      if ("dir" in node) return { ...base, type: "dir", mode: node.mode ?? 0o555, size: 0, nlink: 2 };
      if ("link" in node) return { ...base, type: "symlink", mode: 0o777, size: 0 };
      return { ...base, type: "file", mode: node.mode ?? (node.write ? 0o644 : 0o444), size: node.size ?? 0 };
    },
    list(path, who) {
      const node = need(path, who);
      if (!("dir" in node)) throw new Errno("ENOTDIR", path);
      return node.dir();
    },
    read(path, who) {
      const node = need(path, who);
      if (!("read" in node)) throw new Errno("EISDIR", path);
      return node.read();
    },
    write(path, data, who) {
      const node = need(path, who);
      if (!("read" in node)) throw new Errno("EISDIR", path);
      if (!node.write) {
        // a file of /proc that takes nothing can be opened by root all the same; sysctls and sysfs refuse that
        if (dev !== "proc" || path.startsWith("sys/")) throw new Errno("EACCES", path);
        if (data === "") return;
        throw new Errno("EIO", path);
      }
      // opening for writing truncates nothing here, and an empty write changes nothing
      if (data !== "") node.write(data);
    },
    absent: dev === "proc" ? "ENOENT" : "EACCES",
    link(path, who) {
      const node = at(path, who);
      return node && "link" in node ? node.link() : undefined;
    },
  };
}

function hash(text: string): number {
  let h = 5381;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 33) ^ text.charCodeAt(i)) | 0;
  return (h >>> 0) + 4_026_531_840;
}

/** A tree of nodes given as nested objects; functions make nodes late. */
export type Folder = { [name: string]: Folder | Node | (() => Folder | Node | undefined) };

const isNode = (x: Folder | Node): x is Node =>
  "dir" in x && typeof x.dir === "function" && x.dir.length === 0
    ? true
    : ("read" in x && typeof x.read === "function") || ("link" in x && typeof x.link === "function");

export function inFolder(folder: Folder, parts: string[]): Node | undefined {
  let here: Folder | Node = folder;
  for (const part of parts) {
    if (isNode(here)) return undefined;
    if (!Object.hasOwn(here, part)) return undefined;
    const next: Folder | Node | (() => Folder | Node | undefined) = here[part]!;
    const value: Folder | Node | undefined = typeof next === "function" ? next() : next;
    if (value === undefined) return undefined;
    here = value;
  }
  if (isNode(here)) return here;
  const names = Object.keys(here);
  return { dir: () => names };
}

export const file = (read: () => string, write?: (text: string) => void): Node => ({ read, ...(write ? { write } : {}) });
