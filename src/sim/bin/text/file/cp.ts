import { Errno } from "../../../core/errno.ts";
import { basename, type Stat } from "../../../fs/view.ts";
import { argmatch } from "../argmatch.ts";
import { command, type Context } from "../command.ts";
import { quoteAlways } from "../quote.ts";
import { backupControl, backUp, type BackupControl } from "./backup.ts";
import { applyAttributes, copyBytes, join, type Preserve } from "./copy.ts";
import { destination } from "./destination.ts";

export const cp = command({
  name: "cp",
  options:
    "a,archive attributes-only b backup=? !copy-contents d !debug f,force i,interactive H l,link L,dereference n,no-clobber P,no-dereference p preserve=? no-preserve= " +
    "parents r R recursive ~reflink=? remove-destination ~sparse= !strip-trailing-slashes s,symbolic-link S,suffix= t,target-directory= T,no-target-directory u,update v,verbose !x,one-file-system !Z !context=?",
  usage: "[OPTION]... [-T] SOURCE DEST\n  or:  cp [OPTION]... SOURCE... DIRECTORY\n  or:  cp [OPTION]... -t DIRECTORY SOURCE...",
  summary: "Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.",
  async run(c) {
    const { p, o } = c;
    const to = await destination(c);
    const preserve = o.value("preserve") ?? "";
    for (const word of [...preserve.split(","), ...(o.value("no-preserve") ?? "").split(",")])
      if (word !== "") await argmatch(c, word, o.has("no-preserve") ? "--no-preserve" : "--preserve", attributes);
    const copier = new Copier(c, await backupControl(c));
    for (const source of to.sources) {
      let target = to.path;
      if (to.inside) {
        if (o.has("parents")) {
          target = join(to.path, source.replace(/^\/+/, ""));
          p.fs.mkdirp(target.slice(0, target.lastIndexOf("/")));
        } else target = join(to.path, basename(source) === ".." ? "." : basename(source));
      }
      await copier.copy(source, target, true);
    }
  },
});

const attributes = ["mode", "timestamps", "ownership", "links", "context", "xattr", "all"].map((x) => [x]);

class Copier {
  readonly #c: Context;
  readonly #backup: BackupControl;
  readonly #recursive: boolean;
  readonly #keep: Preserve;
  readonly #links: "follow" | "keep" | "arguments";
  constructor(c: Context, backup: BackupControl) {
    const { o } = c;
    this.#c = c;
    this.#backup = backup;
    this.#recursive = o.has("r", "R", "recursive", "a");
    const list = (o.value("preserve") ?? "").split(",");
    const preserve = o.has("p", "a") || (o.has("preserve") && list[0] === "");
    const not = (o.value("no-preserve") ?? "").split(",");
    const wants = (what: string): boolean => (preserve || list.includes(what) || list.includes("all")) && !not.includes(what);
    this.#keep = { mode: wants("mode"), owner: wants("ownership"), times: wants("timestamps") };
    const last = o.last("L", "P", "d", "a", "H");
    this.#links = last === "L" ? "follow" : last === "H" ? "arguments" : last !== undefined || this.#recursive ? "keep" : "follow";
  }

  async copy(from: string, to: string, argument: boolean): Promise<void> {
    const { p, o } = this.#c;
    const c = this.#c;
    await p.tick();
    let s: Stat;
    try {
      const follow = this.#links === "follow" || (this.#links === "arguments" && argument);
      s = follow ? p.fs.stat(from) : p.fs.lstat(from);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.warn(`cannot stat ${quoteAlways(from)}: ${error.text}`);
      return;
    }
    if (underFile(c, to)) return c.warn(`cannot stat ${quoteAlways(to)}: Not a directory`);
    const there = p.fs.tryStat(to, s.type !== "symlink" && !o.has("remove-destination"));
    const same = there && there.ino === s.ino && there.dev === s.dev;
    if (s.type === "dir") {
      if (!this.#recursive) return c.warn(`-r not specified; omitting directory ${quoteAlways(from)}`);
      if (there && there.type !== "dir")
        return c.warn(`cannot overwrite non-directory ${quoteAlways(to)} with directory ${quoteAlways(from)}`);
      const [real, realTo] = [p.fs.realpath(from), there ? p.fs.realpath(to) : p.fs.absolute(to)];
      if (same || realTo.startsWith(`${real === "/" ? "" : real}/`))
        return c.warn(`cannot copy a directory, ${quoteAlways(from)}, into itself, ${quoteAlways(to)}`);
      try {
        if (!there) {
          p.fs.mkdir(to, s.mode | 0o700);
          if (o.has("v")) this.#say(from, to);
        }
        const names = p.fs.readdir(from);
        for (const name of names) await this.copy(join(from, name), join(to, name), false);
        if (!there && !this.#keep.mode) p.fs.chmod(to, s.mode & ~p.fs.umask);
        applyAttributes(p, to, s, this.#keep);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        const opening = error.path === from;
        await c.warn(`${opening ? `cannot access ${quoteAlways(from)}` : `cannot create directory ${quoteAlways(to)}`}: ${error.text}`);
      }
      return;
    }
    if (there?.type === "dir")
      return c.warn(
        `cannot overwrite directory ${quoteAlways(to)} with non-directory${s.type === "symlink" ? ` ${quoteAlways(from)}` : ""}`,
      );
    if (
      same &&
      !o.has("l", "s") &&
      (this.#backup === "none" || (p.fs.absolute(from) === p.fs.absolute(to) && !o.has("f"))) &&
      (s.type !== "symlink" || p.fs.lstat(to).ino === s.ino) &&
      !(o.has("remove-destination") && p.fs.lstat(to).type === "symlink")
    )
      return c.warn(`${quoteAlways(from)} and ${quoteAlways(to)} are the same file`);
    let moved: string | undefined;
    if (there) {
      if (o.last("n", "i", "f") === "n") return;
      if (o.has("u") && there.mtime >= s.mtime) return;
      if (o.last("n", "i") === "i" && !(await confirm(c, `overwrite ${quoteAlways(to)}? `))) {
        c.status = 1;
        return;
      }
      moved = backUp(c, to, this.#backup);
      if (moved !== undefined && p.fs.absolute(from) === p.fs.absolute(to)) from = moved;
      if (moved === undefined && o.has("remove-destination")) {
        p.fs.unlink(to);
        if (o.has("v")) c.out.text(`removed ${quoteAlways(to)}\n`);
      }
    }
    try {
      if (o.has("l")) {
        if (there && moved === undefined) p.fs.unlink(to);
        p.fs.link(from, to);
      } else if (o.has("s")) {
        if (there && o.has("f") && moved === undefined) p.fs.unlink(to);
        p.fs.symlink(from, to);
      } else if (s.type === "symlink") {
        if (p.fs.tryStat(to, false)) p.fs.unlink(to);
        p.fs.symlink(p.fs.readlink(from), to);
        applyAttributes(p, to, s, this.#keep, true);
      } else if (s.type === "file" || !this.#recursive) {
        if (!p.fs.access(from, 4)) return c.warn(`cannot open ${quoteAlways(from)} for reading: Permission denied`);
        if (o.has("f") && there && moved === undefined && !p.fs.access(to, 2)) p.fs.unlink(to);
        const dangling = !there && p.fs.tryStat(to, false)?.type === "symlink" && !o.has("remove-destination");
        if (dangling) return c.warn(`not writing through dangling symlink ${quoteAlways(to)}`);
        if (!o.has("attributes-only")) await copyBytes(p, from, to, s.mode & 0o777);
        else if (!p.fs.exists(to)) p.fs.write(to, "", { mode: s.mode & 0o777 });
        applyAttributes(p, to, s, this.#keep);
      } else p.fs.mknod(to, s.type, s.mode, s.rdev);
      if (o.has("v")) this.#say(from, to, moved);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code === "ENOSPC") return c.warn(`error writing ${quoteAlways(to)}: ${error.text}`);
      await c.warn(
        `cannot create ${o.has("l") ? "hard link" : s.type === "symlink" || o.has("s") ? "symbolic link" : "regular file"} ${quoteAlways(to)}: ${error.text}`,
      );
    }
  }

  #say(from: string, to: string, backup?: string): void {
    const aside = backup === undefined ? "" : ` (backup: ${quoteAlways(backup)})`;
    this.#c.out.text(`${quoteAlways(from)} -> ${quoteAlways(to)}${aside}\n`);
  }
}

/** The destination would be inside of a file. */
export function underFile(c: Context, path: string): boolean {
  try {
    c.p.fs.stat(path);
    return false;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return error.code === "ENOTDIR";
  }
}

/** A question on stderr; y or Y is yes. */
export async function confirm(c: Context, question: string): Promise<boolean> {
  await c.out.flush();
  await c.p.err(`${c.name}: ${question}`);
  let answer = "";
  for (;;) {
    const byte = await c.p.read(0, 1);
    if (byte.length === 0 || byte[0] === 10) break;
    answer += String.fromCharCode(byte[0]!);
  }
  return /^[yY]/.test(answer);
}
