import { Errno } from "../../../core/errno.ts";
import { basename, dirname } from "../../../fs/view.ts";
import { command, type Context } from "../command.ts";
import { quoteAlways } from "../quote.ts";
import { backupControl, backUp, type BackupControl } from "./backup.ts";
import { join } from "./copy.ts";
import { relativePath } from "./realpath.ts";

export const ln = command({
  name: "ln",
  options:
    "b backup=? !d !F,directory f,force !i,interactive L,logical n,no-dereference ~P,physical r,relative s,symbolic S,suffix= t,target-directory= T,no-target-directory v,verbose",
  usage:
    "[OPTION]... [-T] TARGET LINK_NAME\n  or:  ln [OPTION]... TARGET\n  or:  ln [OPTION]... TARGET... DIRECTORY\n  or:  ln [OPTION]... -t DIRECTORY TARGET...",
  summary: "Make links between files. Create hard links by default, symbolic links with --symbolic.",
  async run(c) {
    const { p, o } = c;
    const operands = [...o.operands];
    if (operands.length === 0) await c.usage("missing file operand");
    const backup = await backupControl(c);
    let dir = o.value("t");
    if (dir === undefined && !o.has("T")) {
      if (operands.length === 1) dir = ".";
      else {
        const last = operands.at(-1)!;
        const s = p.fs.tryStat(last, !o.has("n"));
        if (s?.type === "dir") dir = operands.pop()!;
        else if (operands.length > 2) await c.fail(`target ${quoteAlways(last)}: ${s ? "Not a directory" : "No such file or directory"}`);
      }
    }
    if (dir === undefined) {
      if (operands.length === 1) await c.usage(`missing destination file operand after ${quoteAlways(operands[0]!)}`);
      if (operands.length > 2) await c.usage(`extra operand ${quoteAlways(operands[2]!)}`);
      await make(c, operands[0]!, operands[1]!, backup);
    } else
      for (const target of operands)
        await make(
          c,
          target,
          dir === "." ? (operands.length === 1 ? `./${basename(target)}` : join(dir, basename(target))) : join(dir, basename(target)),
          backup,
        );
  },
});

async function make(c: Context, target: string, path: string, backup: BackupControl): Promise<void> {
  const { p, o } = c;
  const symbolic = o.has("s");
  const what = symbolic ? "symbolic" : "hard";
  const stored = symbolic && o.has("r") ? relativePath(p.fs.absolute(target), realDir(c, dirname(path))) : target;
  try {
    if (!symbolic) {
      const s = p.fs.tryStat(target, o.has("L"));
      if (!s) return c.warn(`failed to access ${quoteAlways(target)}: No such file or directory`);
      if (s.type === "dir") return c.warn(`${target}: hard link not allowed for directory`);
    }
    const there = p.fs.tryStat(path, false);
    let moved: string | undefined;
    if (there && (o.has("f") || backup !== "none")) {
      const source = symbolic ? undefined : p.fs.lstat(target);
      const same = source !== undefined && source.ino === there.ino && source.dev === there.dev;
      if (same && (source.nlink === 1 || sameName(c, target, path)))
        return c.warn(`${quoteAlways(target)} and ${quoteAlways(path)} are the same file`);
      if (there.type === "dir") return c.warn(`${path}: cannot overwrite directory`);
      moved = backUp(c, path, backup);
      if (moved === undefined) p.fs.unlink(path);
    }
    if (symbolic) p.fs.symlink(stored, path);
    else p.fs.link(target, path);
    const aside = moved === undefined ? "" : `${quoteAlways(moved)} ~ `;
    if (o.has("v")) c.out.text(`${aside}${quoteAlways(path)} ${symbolic ? "->" : "=>"} ${quoteAlways(stored)}\n`);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const arrow = !symbolic && error.code !== "EEXIST" ? ` => ${quoteAlways(target)}` : !symbolic && error.code === "EEXIST" ? "" : "";
    await c.warn(`failed to create ${what} link ${quoteAlways(path)}${arrow}: ${error.text}`);
  }
}

/** One directory entry under two spellings. */
const sameName = (c: Context, a: string, b: string): boolean =>
  basename(a) === basename(b) && realDir(c, dirname(a)) === realDir(c, dirname(b));

const realDir = (c: Context, dir: string): string => (c.p.fs.exists(dir) ? c.p.fs.realpath(dir) : c.p.fs.absolute(dir));
