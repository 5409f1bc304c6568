import { Errno } from "../../../core/errno.ts";
import type { Stat } from "../../../fs/view.ts";
import { command, type Context } from "../command.ts";
import { quoteAlways } from "../quote.ts";
import { confirm } from "./cp.ts";
import { join } from "./copy.ts";

export const rm = command({
  name: "rm",
  options: "f,force i I interactive=? !one-file-system no-preserve-root ~preserve-root=? r R recursive d,dir v,verbose",
  usage: "[OPTION]... [FILE]...",
  summary: "Remove (unlink) the FILE(s).",
  async run(c) {
    const { p, o } = c;
    const force = o.last("f", "i", "interactive") === "f";
    if (o.operands.length === 0) {
      if (o.has("f")) return;
      await c.usage("missing operand");
    }
    const recursive = o.has("r", "R", "recursive");
    if (o.last("f", "I", "i") === "I" && (o.operands.length > 3 || recursive)) {
      const n = o.operands.length;
      if (!(await confirm(c, `remove ${n} argument${n === 1 ? "" : "s"}${recursive ? " recursively" : ""}? `))) return;
    }
    for (const name of o.operands) {
      const base = name.replace(/\/+$/, "").split("/").at(-1);
      if ((base === "." || base === "..") && (recursive || o.has("d"))) {
        await c.warn(`refusing to remove '.' or '..' directory: skipping ${quoteAlways(name)}`);
        continue;
      }
      if (recursive && p.fs.absolute(name) === "/" && !o.has("no-preserve-root")) {
        await c.warn(`it is dangerous to operate recursively on '/'`);
        await p.err(`${c.name}: use --no-preserve-root to override this failsafe\n`);
        continue;
      }
      let s: Stat;
      try {
        s = p.fs.lstat(name);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (!(force && (error.code === "ENOENT" || error.code === "ENOTDIR")))
          await c.warn(`cannot remove ${quoteAlways(name)}: ${error.text}`);
        continue;
      }
      await remove(c, name, s, recursive);
    }
  },
});

async function remove(c: Context, path: string, s: Stat, recursive: boolean): Promise<boolean> {
  const { p, o } = c;
  await p.tick();
  const mode = o.last("f", "i", "interactive");
  const ask = mode === "i" || (mode === "interactive" && /^(|always|yes)$/.test(o.value("interactive")!));
  const shielded = mode !== "f" && p.file(0).isTerminal && s.type !== "symlink" && !p.fs.access(path, 2);
  try {
    if (s.type === "dir") {
      if (!recursive && !o.has("d")) {
        await c.warn(`cannot remove ${quoteAlways(path)}: Is a directory`);
        return false;
      }
      const names = p.fs.readdir(path);
      if (names.length > 0 && !recursive) throw new Errno("ENOTEMPTY", path);
      if (
        names.length > 0 &&
        (ask || shielded) &&
        !(await confirm(c, `descend into ${shielded ? "write-protected " : ""}directory ${quoteAlways(path)}? `))
      )
        return false;
      let emptied = true;
      for (const name of names) {
        const child = join(path, name);
        if (!(await remove(c, child, p.fs.lstat(child), recursive))) emptied = false;
      }
      if (!emptied) return false;
      if ((ask || shielded) && !(await confirm(c, `remove ${shielded ? "write-protected " : ""}directory ${quoteAlways(path)}? `)))
        return false;
      p.fs.rmdir(path);
      if (o.has("v")) c.out.text(`removed directory ${quoteAlways(path)}\n`);
      return true;
    }
    if (ask || shielded) {
      const kind =
        s.type === "file" ? (s.size === 0 ? "regular empty file" : "regular file") : s.type === "symlink" ? "symbolic link" : s.type;
      if (!(await confirm(c, `remove ${shielded ? "write-protected " : ""}${kind} ${quoteAlways(path)}? `))) return false;
    }
    p.fs.unlink(path);
    if (o.has("v")) c.out.text(`removed ${quoteAlways(path)}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await c.warn(`cannot remove ${quoteAlways(path)}: ${error.text}`);
    return false;
  }
}
