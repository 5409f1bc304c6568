import { Errno } from "../../../core/errno.ts";
import { basename } from "../../../fs/view.ts";
import { groupNamed, ownerNamed } from "../../../image/users.ts";
import { command, type Context } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";
import { backupControl, backUp } from "./backup.ts";
import { copyBytes, join } from "./copy.ts";
import { destination } from "./destination.ts";
import { parseMode } from "./mode.ts";

export const install = command({
  name: "install",
  options:
    "b backup=? c !C,compare d,directory D g,group= m,mode= o,owner= p,preserve-timestamps !s,strip !strip-program= S,suffix= t,target-directory= !T,no-target-directory v,verbose !Z !context=?",
  usage:
    "[OPTION]... [-T] SOURCE DEST\n  or:  install [OPTION]... SOURCE... DIRECTORY\n  or:  install [OPTION]... -t DIRECTORY SOURCE...\n  or:  install [OPTION]... -d DIRECTORY...",
  summary: "Copy files and set attributes, or create folders.",
  async run(c) {
    const { p, o } = c;
    const text = o.value("m") ?? "755";
    const change = parseMode(text) ?? (await c.fail(`invalid mode ${quote(p, text)}`));
    const owner = o.value("o");
    const group = o.value("g");
    const uid = owner === undefined ? undefined : (ownerNamed(p.fs, owner)?.uid ?? (await c.fail(`invalid user: ${quote(p, owner)}`)));
    const gid = group === undefined ? undefined : (groupNamed(p.fs, group) ?? (await c.fail(`invalid group: ${quote(p, group)}`)));
    const finishFile = (path: string, dir: boolean): void => {
      const s = p.fs.stat(path);
      if (uid !== undefined || gid !== undefined) p.fs.chown(path, uid ?? s.uid, gid ?? s.gid);
      p.fs.chmod(path, change(0, dir, 0));
    };
    if (o.has("d")) {
      if (o.operands.length === 0) await c.usage("missing file operand");
      for (const path of o.operands) {
        try {
          for (const made of makeParents(c, path)) if (o.has("v")) c.out.text(`install: creating directory ${quoteAlways(made)}\n`);
          finishFile(path, true);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          await c.warn(
            `cannot create directory ${quoteAlways(path)}: ${error.code === "ENOTDIR" && p.fs.isFile(path) ? "File exists" : error.text}`,
          );
        }
      }
      return;
    }
    const wanted = o.value("t");
    if (o.has("D")) {
      const last = o.operands.at(-1);
      const dir = wanted ?? (last?.includes("/") && o.operands.length > 1 ? last.slice(0, last.lastIndexOf("/")) || "/" : undefined);
      if (dir !== undefined && !p.fs.exists(dir))
        for (const made of makeParents(c, dir)) if (o.has("v")) c.out.text(`install: creating directory ${quoteAlways(made)}\n`);
    }
    const backup = await backupControl(c);
    const to = await destination(c);
    for (const source of to.sources) {
      const path = to.inside ? join(to.path, basename(source)) : to.path;
      try {
        const s = p.fs.tryStat(source);
        if (!s) {
          await c.warn(`cannot stat ${quoteAlways(source)}: No such file or directory`);
          continue;
        }
        if (s.type === "dir") {
          await c.warn(`omitting directory ${quoteAlways(source)}`);
          continue;
        }
        const there = p.fs.tryStat(path, false);
        if (there?.type === "dir") throw new Errno("EISDIR", path);
        if (there && there.ino === s.ino && there.dev === s.dev) {
          await c.warn(`${quoteAlways(source)} and ${quoteAlways(path)} are the same file`);
          continue;
        }
        const moved = there && backUp(c, path, backup);
        if (there && moved === undefined) p.fs.unlink(path);
        await copyBytes(p, source, path, 0o600);
        finishFile(path, false);
        if (o.has("p")) p.fs.utimes(path, s.mtime);
        const removed = there && moved === undefined ? `removed ${quoteAlways(path)}\n` : "";
        const aside = moved === undefined ? "" : ` (backup: ${quoteAlways(moved)})`;
        if (o.has("v")) c.out.text(`${removed}${quoteAlways(source)} -> ${quoteAlways(path)}${aside}\n`);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot create regular file ${quoteAlways(path)}: ${error.text}`);
      }
    }
  },
});

/** Creates missing folders, and says which. */
function makeParents(c: Context, path: string): string[] {
  const made: string[] = [];
  let at = path.startsWith("/") ? "/" : "";
  for (const part of path.split("/").filter((x) => x !== "")) {
    at += (at === "" || at.endsWith("/") ? "" : "/") + part;
    const s = c.p.fs.tryStat(at);
    if (s?.type === "dir") continue;
    if (s) throw new Errno("ENOTDIR", path);
    c.p.fs.mkdir(at, 0o755);
    made.push(at);
  }
  return made;
}
