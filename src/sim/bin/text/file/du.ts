import { Errno } from "../../../core/errno.ts";
import type { Stat } from "../../../fs/view.ts";
import { command } from "../command.ts";
import { matchGlob } from "../find/glob.ts";
import { quote, quoteAlways } from "../quote.ts";
import { join } from "./copy.ts";
import { blocksOf, humanSize } from "./size.ts";

export const du = command({
  name: "du",
  options:
    "0,null a,all apparent-size B,block-size= b,bytes c,total D,dereference-args d,max-depth= !files0-from= H h,human-readable inodes k L,dereference l,count-links m ~P,no-dereference S,separate-dirs si s,summarize !t,threshold= !time=? !time-style= !X,exclude-from= exclude= x,one-file-system",
  usage: "[OPTION]... [FILE]...",
  summary: "Summarize device usage of the set of FILEs, recursively for directories.",
  async run(c) {
    const { p, o } = c;
    const depth = o.value("d");
    if (depth !== undefined && !/^\d+$/.test(depth)) await c.usage(`invalid maximum depth ${quote(p, depth)}`);
    if (o.has("s") && o.has("a")) await c.usage("cannot both summarize and show all entries");
    if (o.has("s") && depth !== undefined && depth !== "0") await c.usage(`warning: summarizing conflicts with --max-depth=${depth}`);
    const most = o.has("s") ? 0 : depth === undefined ? Infinity : Number(depth);
    const apparent = o.has("apparent-size", "b");
    const blockSize = ((): number => {
      const text = o.value("B");
      if (text === undefined) return o.has("m") ? 1024 * 1024 : 1024;
      const m = /^(\d*)([KMG]?)/.exec(text)!;
      return Number(m[1] || "1") * 1024 ** ("KMG".indexOf(m[2]!) + 1);
    })();
    const key = o.last("h", "si", "b", "k", "m", "B");
    const show = (bytes: number): string =>
      o.has("inodes")
        ? String(bytes)
        : key === "h"
          ? humanSize(bytes)
          : key === "si"
            ? humanSize(bytes, 1000)
            : key === "b"
              ? String(bytes)
              : String(Math.ceil(bytes / blockSize));
    const seen = new Set<string>();
    // of several operands each file counts once, whichever names it
    const several = o.operands.length > 1;
    const end = o.has("0") ? "\0" : "\n";
    const visit = async (path: string, level: number, device: string): Promise<number> => {
      await p.tick();
      let s: Stat;
      try {
        s = o.has("L") || (o.has("D", "H") && level === 0) ? p.fs.stat(path) : p.fs.lstat(path);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot access ${quoteAlways(path)}: ${error.text}`);
        return 0;
      }
      if (o.values("exclude").some((g) => matchGlob(g, path) || matchGlob(g, path.split("/").at(-1)!))) return 0;
      if (o.has("x") && device !== "" && s.dev !== device) return 0;
      const id = `${s.dev}:${s.ino}`;
      if ((several || o.has("L") || (s.nlink > 1 && s.type !== "dir")) && !o.has("l")) {
        if (seen.has(id)) return 0;
        seen.add(id);
      }
      const own = o.has("inodes") ? 1 : apparent ? s.size : blocksOf(s) * 512;
      let total = own;
      let below = 0;
      if (s.type === "dir") {
        let names: string[] = [];
        try {
          names = p.fs.readdir(path);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          await c.warn(`cannot read directory ${quoteAlways(path)}: ${error.text}`);
        }
        for (const name of names) {
          const child = join(path, name);
          const size = await visit(child, level + 1, s.dev);
          if (p.fs.tryStat(child, false)?.type === "dir") below += size;
          total += size;
        }
      }
      if ((s.type === "dir" || o.has("a") || level === 0) && level <= most)
        c.out.text(`${show(o.has("S") ? total - below : total)}\t${path}${end}`);
      return total;
    };
    let all = 0;
    for (const name of o.operands.length > 0 ? o.operands : ["."]) all += await visit(name.replace(/(.)\/+$/, "$1"), 0, "");
    if (o.has("c")) c.out.text(`${show(all)}\ttotal${end}`);
  },
});
