import { Errno } from "../../../core/errno.ts";
import { basename } from "../../../fs/view.ts";
import { command, type Context } from "../command.ts";
import { quoteAlways } from "../quote.ts";
import { backupControl, backUp, type BackupControl } from "./backup.ts";
import { applyAttributes, copyBytes, join } from "./copy.ts";
import { confirm, underFile } from "./cp.ts";
import { destination } from "./destination.ts";

export const mv = command({
  name: "mv",
  options:
    "b backup=? f,force i,interactive n,no-clobber !strip-trailing-slashes S,suffix= t,target-directory= T,no-target-directory u,update v,verbose !Z,context",
  usage: "[OPTION]... [-T] SOURCE DEST\n  or:  mv [OPTION]... SOURCE... DIRECTORY\n  or:  mv [OPTION]... -t DIRECTORY SOURCE...",
  summary: "Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.",
  async run(c) {
    const to = await destination(c);
    const backup = await backupControl(c);
    for (const source of to.sources) await move(c, source, to.inside ? join(to.path, basename(source)) : to.path, backup);
  },
});

async function move(c: Context, from: string, to: string, backup: BackupControl): Promise<void> {
  const { p, o } = c;
  const s = p.fs.tryStat(from, false);
  if (!s) return c.warn(`cannot stat ${quoteAlways(from)}: No such file or directory`);
  if (underFile(c, to)) return c.warn(`cannot stat ${quoteAlways(to)}: Not a directory`);
  const there = p.fs.tryStat(to, false);
  let moved: string | undefined;
  if (there) {
    if (there.ino === s.ino && there.dev === s.dev && s.nlink < 2)
      return c.warn(`${quoteAlways(from)} and ${quoteAlways(to)} are the same file`);
    if (o.last("n", "i", "f") === "n") return;
    if (o.has("u") && there.mtime >= s.mtime) return;
    if (there.type === "dir" && s.type !== "dir") return c.warn(`cannot overwrite directory ${quoteAlways(to)} with non-directory`);
    if (there.type !== "dir" && s.type === "dir")
      return c.warn(`cannot overwrite non-directory ${quoteAlways(to)} with directory ${quoteAlways(from)}`);
    const protectedFile = p.file(0).isTerminal && !p.fs.access(to, 2) && there.type !== "symlink";
    if ((o.last("n", "i", "f") === "i" || (protectedFile && !o.has("f"))) && !(await confirm(c, `overwrite ${quoteAlways(to)}? `))) {
      c.status = 1;
      return;
    }
    moved = backUp(c, to, backup);
  }
  if (s.type === "dir") {
    const target = p.fs.absolute(to);
    const source = p.fs.absolute(from);
    if (target.startsWith(`${source}/`)) return c.warn(`cannot move ${quoteAlways(from)} to a subdirectory of itself, ${quoteAlways(to)}`);
  }
  try {
    try {
      p.fs.rename(from, to);
    } catch (error) {
      if (!(error instanceof Errno) || error.code !== "EXDEV") throw error;
      await transfer(c, from, to);
      p.fs.removeAll(from);
    }
    const aside = moved === undefined ? "" : ` (backup: ${quoteAlways(moved)})`;
    if (o.has("v")) c.out.text(`renamed ${quoteAlways(from)} -> ${quoteAlways(to)}${aside}\n`);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await c.warn(`cannot move ${quoteAlways(from)} to ${quoteAlways(to)}: ${error.text}`);
  }
}

/** A move between filesystems copies everything with its attributes. */
async function transfer(c: Context, from: string, to: string): Promise<void> {
  const { p } = c;
  const s = p.fs.lstat(from);
  const keep = { mode: true, owner: true, times: true };
  if (s.type === "symlink") {
    if (p.fs.tryStat(to, false)) p.fs.unlink(to);
    p.fs.symlink(p.fs.readlink(from), to);
    applyAttributes(p, to, s, keep, true);
  } else if (s.type === "dir") {
    if (!p.fs.exists(to)) p.fs.mkdir(to);
    for (const name of p.fs.readdir(from)) await transfer(c, join(from, name), join(to, name));
    applyAttributes(p, to, s, keep);
  } else if (s.type === "file") {
    await copyBytes(p, from, to, s.mode);
    applyAttributes(p, to, s, keep);
  } else p.fs.mknod(to, s.type, s.mode, s.rdev);
}
