import { command, linesOf, toBytes, type Context } from "../command.ts";
import { quote } from "../quote.ts";

type Range = [number, number];

async function ranges(c: Context, list: string, what: "fields" | "bytes"): Promise<Range[]> {
  const field = what === "fields";
  const out: Range[] = [];
  for (const item of list.split(/[,\s]/)) {
    const m = /^(\d*)(-?)(\d*)$/.exec(item);
    if (!m) {
      const bad = /[^\d,-].*$/.exec(item)?.[0] ?? item;
      await c.usage(field ? `invalid field value ${quote(c.p, bad)}` : `invalid byte/character position ${quote(c.p, bad)}`);
    }
    const [, from, dash, to] = m as unknown as [string, string, string, string];
    if (dash && from === "" && to === "") await c.usage("invalid range with no endpoint: -");
    if ((from === "" && !dash) || Number(from === "" ? 1 : from) === 0 || (to !== "" && Number(to) === 0 && from === ""))
      await c.usage(field ? "fields are numbered from 1" : "byte/character positions are numbered from 1");
    const low = from === "" ? 1 : Number(from);
    const high = !dash ? low : to === "" ? Infinity : Number(to);
    if (high < low) await c.usage("invalid decreasing range");
    out.push([low, high]);
  }
  return out.sort((a, b) => a[0] - b[0]);
}

function merge(list: Range[], complement: boolean): Range[] {
  const merged: Range[] = [];
  for (const [a, b] of list) {
    const last = merged.at(-1);
    if (last && a <= last[1]) last[1] = Math.max(last[1], b);
    else merged.push([a, b]);
  }
  if (!complement) return merged;
  const out: Range[] = [];
  let next = 1;
  for (const [a, b] of merged) {
    if (a > next) out.push([next, a - 1]);
    next = b + 1;
  }
  if (next !== Infinity) out.push([next, Infinity]);
  return out;
}

export const cut = command({
  name: "cut",
  options: "b,bytes= c,characters= d,delimiter= f,fields= ~n complement s,only-delimited output-delimiter= z,zero-terminated",
  usage: "OPTION... [FILE]...",
  summary: "Print selected parts of lines from each FILE to standard output.",
  async run(c) {
    const { p, o } = c;
    const kinds = o.list.filter(([k]) => k === "b" || k === "c" || k === "f");
    if (kinds.length > 1) await c.usage("only one list may be specified");
    if (kinds.length === 0) await c.usage("you must specify a list of bytes, characters, or fields");
    const [kind, list] = kinds[0]!;
    const delimiter = o.value("d");
    if (delimiter !== undefined && kind !== "f") await c.usage("an input delimiter may be specified only when operating on fields");
    if (o.has("s") && kind !== "f") await c.usage("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
    const d = toBytes(delimiter ?? "\t");
    if (d.length > 1) await c.usage("the delimiter must be a single character");
    const picked = merge(await ranges(c, list, kind === "f" ? "fields" : "bytes"), o.has("complement"));
    const joint = toBytes(o.value("output-delimiter") ?? (kind === "f" ? d : ""));
    const end = o.has("z") ? "\0" : "\n";
    for (const name of o.operands.length > 0 ? o.operands : ["-"]) {
      try {
        for await (const { line, last } of linesOf(p, name, "latin1", end)) {
          if (kind === "f") {
            if (d !== "" && !line.includes(d)) {
              if (!o.has("s")) c.out.raw(line + end);
            } else {
              const fields = line.split(d === "" ? "\0" : d);
              const parts: string[] = [];
              for (const [a, b] of picked) for (let i = a; i <= Math.min(b, fields.length); i++) parts.push(fields[i - 1]!);
              c.out.raw(parts.join(joint) + end);
            }
          } else
            c.out.raw(
              picked
                .filter(([a]) => a <= line.length)
                .map(([a, b]) => line.slice(a - 1, b))
                .join(joint) + end,
            );
          if (last || c.out.full) await c.out.flush();
        }
      } catch (error) {
        await c.report(error, name);
      }
    }
  },
});
