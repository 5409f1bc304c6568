import { Errno } from "../../../core/errno.ts";
import type { FsView } from "../../../fs/view.ts";
import { command } from "../command.ts";
import { quoteName } from "../quote.ts";

/** `path` as seen from the folder `from`; both absolute. */
export function relativePath(path: string, from: string): string {
  const [a, b] = [path.split("/").filter(Boolean), from.split("/").filter(Boolean)];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return [...b.slice(same).map(() => ".."), ...a.slice(same)].join("/") || ".";
}

/** Resolves links. `missing`: how many components at the end may be missing: none, the last, or all. */
function canonical(fs: FsView, path: string, missing: "none" | "last" | "all"): string {
  if (path === "") throw new Errno("ENOENT", path);
  const pending = (path.startsWith("/") ? path : `${fs.cwd}/${path}`).split("/").filter((x) => x !== "" && x !== ".");
  let here = "";
  let links = 0;
  while (pending.length > 0) {
    const name = pending.shift()!;
    if (name === "..") {
      here = here.slice(0, Math.max(0, here.lastIndexOf("/")));
      continue;
    }
    const next = `${here}/${name}`;
    const s = fs.tryStat(next, false);
    if (!s) {
      const parent = fs.tryStat(here || "/");
      if (missing === "none" || (missing === "last" && pending.length > 0))
        throw new Errno(parent && parent.type !== "dir" ? "ENOTDIR" : "ENOENT", path);
      here = next;
      continue;
    }
    if (s.type === "symlink") {
      if (++links > 40) throw new Errno("ELOOP", path);
      const target = fs.readlink(next);
      pending.unshift(...target.split("/").filter((x) => x !== "" && x !== "."));
      if (target.startsWith("/")) here = "";
      continue;
    }
    if (pending.length > 0 && s.type !== "dir" && missing !== "all") throw new Errno("ENOTDIR", path);
    here = next;
  }
  return here || "/";
}

export const realpath = command({
  name: "realpath",
  options:
    "e,canonicalize-existing m,canonicalize-missing !L,logical ~P,physical q,quiet relative-to= relative-base= s,strip no-symlinks z,zero",
  usage: "[OPTION]... FILE...",
  summary: "Print the resolved absolute file name.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) await c.usage("missing operand");
    const missing = o.has("m") ? "all" : o.has("e") ? "none" : "last";
    const resolve = (path: string): string => (o.has("s", "no-symlinks") ? p.fs.absolute(path) : canonical(p.fs, path, missing));
    for (const name of o.operands) {
      try {
        let path = resolve(name);
        const base = o.value("relative-base");
        const to = o.value("relative-to") ?? base;
        if (to !== undefined && (base === undefined || `${path}/`.startsWith(`${resolve(base)}/`))) path = relativePath(path, resolve(to));
        c.out.text(path + (o.has("z") ? "\0" : "\n"));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (o.has("q")) c.status = 1;
        else await c.warn(`${quoteName(name)}: ${error.text}`);
      }
    }
  },
});

export const readlink = command({
  name: "readlink",
  options: "f,canonicalize e,canonicalize-existing m,canonicalize-missing n,no-newline q,quiet s,silent v,verbose z,zero",
  usage: "[OPTION]... FILE...",
  summary: "Print value of a symbolic link or canonical file name",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) await c.usage("missing operand");
    const way = o.last("f", "e", "m");
    if (o.has("n") && o.operands.length > 1) await c.warn("ignoring --no-newline with multiple arguments", 0);
    for (const name of o.operands) {
      try {
        const text = way === undefined ? p.fs.readlink(name) : canonical(p.fs, name, way === "m" ? "all" : way === "e" ? "none" : "last");
        c.out.text(text + (o.has("z") ? "\0" : o.has("n") && o.operands.length === 1 ? "" : "\n"));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (o.has("v")) await c.warn(`${quoteName(name)}: ${error.text}`);
        c.status = 1;
      }
    }
  },
});
