import { Errno } from "../../../core/errno.ts";
import { command, openInput, readInput, sized, type Context } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";

/** Options shared by head and tail: how much, of what. */
export async function amountOf(c: Context, digits: boolean): Promise<{ unit: "lines" | "bytes"; sign: string; count: number }> {
  const { o, p } = c;
  const key = o.last("n", "c", "digits");
  const text = key === undefined ? "10" : o.value(key)!;
  const unit = key === "c" ? "bytes" : "lines";
  const sign = digits && key === "digits" ? "" : /^[+-]/.test(text) ? text[0]! : "";
  const count = sized(sign === "" ? text : text.slice(1));
  if (count === undefined)
    await c.fail(
      `invalid number of ${unit}: ${quote(
        p,
        text.replace(/^[-+]/, (s) => (c.name === "head" ? s : "")),
      )}`,
    );
  return { unit, sign, count: count! };
}

export const head = command({
  name: "head",
  options: "n,lines= c,bytes= q,quiet,silent v,verbose z,zero-terminated",
  digits: true,
  usage: "[OPTION]... [FILE]...",
  summary: "Print the first 10 lines of each FILE to standard output.",
  async run(c) {
    const { p, o } = c;
    const { unit, sign, count } = await amountOf(c, true);
    const names = o.operands.length > 0 ? o.operands : ["-"];
    const titles = o.last("q", "v") === "v" || (names.length > 1 && !o.has("q"));
    const separator = o.has("z") ? 0 : 10;
    let first = true;
    for (const name of names) {
      try {
        if (p.fs.tryStat(name)?.type === "dir" && name !== "-") {
          if (titles) c.out.text(`${first ? "" : "\n"}==> ${name} <==\n`);
          first = false;
          await c.warn(`error reading ${quoteAlways(name)}: Is a directory`);
          continue;
        }
        const file = openInput(p, name).retain();
        if (titles) c.out.text(`${first ? "" : "\n"}==> ${name === "-" ? "standard input" : name} <==\n`);
        first = false;
        try {
          if (sign === "-") {
            const all = await readInput(p, name);
            c.out.bytes(
              unit === "bytes" ? all.subarray(0, Math.max(0, all.length - count)) : all.subarray(0, startOfLast(all, count, separator)),
            );
            continue;
          }
          let left = count;
          while (left > 0) {
            const part = await file.read(unit === "bytes" ? Math.min(left, 65536) : 65536, p);
            if (part.length === 0) break;
            let end = part.length;
            if (unit === "bytes") {
              end = Math.min(left, part.length);
              left -= end;
            } else {
              let at = -1;
              while (left > 0) {
                const next = part.indexOf(separator, at + 1);
                if (next < 0) break;
                at = next;
                left--;
              }
              if (left === 0) end = at + 1;
            }
            c.out.bytes(part.subarray(0, end));
            if (left === 0 && end < part.length && file.kind === "file") file.seek(end - part.length, "current");
            await c.out.flush();
            await p.tick();
          }
        } finally {
          file.release();
        }
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (error.code === "EPIPE" || error.code === "ENOSPC") throw error;
        await c.warn(`cannot open ${quoteAlways(name)} for reading: ${error.text}`);
      }
    }
  },
});

/** Where the last `count` lines of a text begin. */
export function startOfLast(all: Buffer, count: number, separator = 10): number {
  let at = all.length;
  if (count === 0) return at;
  if (at > 0 && all[at - 1] === separator) at--;
  for (let left = count; left > 0; left--) {
    if (at <= 0) return 0;
    const cut = all.lastIndexOf(separator, at - 1);
    if (cut < 0) return 0;
    at = cut;
  }
  return at + 1;
}
