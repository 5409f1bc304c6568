import type { Proc } from "../../../kernel/proc.ts";
import { Errno } from "../../../core/errno.ts";
import { command, keptLines, linesOf, readInput, toBytes, type Context } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";
import { compareVersions } from "../versions.ts";

interface Key {
  startField: number;
  startChar: number;
  /** 0: to the end of the line. */
  endField: number;
  endChar: number;
  flags: string;
}

const order = "bdfgiMhnRrV";

async function parseKey(c: Context, text: string): Promise<Key> {
  const bad = (why: string): Promise<never> => c.fail(`${why}: invalid field specification ${quote(c.p, text)}`, 2);
  const m = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
  if (!m) {
    if (!/^\d/.test(text)) await c.fail(`invalid number at field start: invalid count at start of ${quote(c.p, text)}`, 2);
    await bad("stray character in field spec");
  }
  const [, f1, c1, o1, f2, c2, o2] = m as unknown as (string | undefined)[];
  if (Number(f1) === 0) await bad("field number is zero");
  if (c1 !== undefined && Number(c1) === 0) await bad("character offset is zero");
  if (f2 !== undefined && Number(f2) === 0) await bad("field number is zero");
  const flags = (o1 ?? "") + (o2 ?? "");
  for (const letter of flags) if (!order.includes(letter)) await bad("stray character in field spec");
  return {
    startField: Number(f1),
    startChar: Number(c1 ?? "1"),
    endField: f2 === undefined ? 0 : Number(f2),
    endChar: Number(c2 ?? "0"),
    flags: (o1 ?? "").replace("b", "") + (o2 ?? "").replace("b", "") + (/b/.test(o1 ?? "") ? "<" : "") + (/b/.test(o2 ?? "") ? ">" : ""),
  };
}

/** Where the fields of a line are. Without a separator a field begins with the blanks before it. */
function fieldStart(line: string, field: number, tab: string | undefined): number {
  let at = 0;
  for (let n = 1; n < field && at < line.length; n++) {
    if (tab !== undefined) {
      const next = line.indexOf(tab, at);
      at = next < 0 ? line.length : next + 1;
    } else {
      while (at < line.length && /[ \t\n]/.test(line[at]!)) at++;
      while (at < line.length && !/[ \t\n]/.test(line[at]!)) at++;
    }
  }
  return at;
}

function fieldEnd(line: string, field: number, tab: string | undefined): number {
  let at = fieldStart(line, field, tab);
  if (tab !== undefined) {
    const next = line.indexOf(tab, at);
    return next < 0 ? line.length : next;
  }
  while (at < line.length && /[ \t\n]/.test(line[at]!)) at++;
  while (at < line.length && !/[ \t\n]/.test(line[at]!)) at++;
  return at;
}

const skipBlanks = (line: string, at: number): number => {
  while (at < line.length && /[ \t]/.test(line[at]!)) at++;
  return at;
};

function keyText(line: string, key: Key, tab: string | undefined): string {
  let start = fieldStart(line, key.startField, tab);
  if (key.flags.includes("<")) start = skipBlanks(line, start);
  start = Math.min(line.length, start + key.startChar - 1);
  let end = line.length;
  if (key.endField > 0) {
    if (key.endChar === 0) end = fieldEnd(line, key.endField, tab);
    else {
      end = fieldStart(line, key.endField, tab);
      if (key.flags.includes(">")) end = skipBlanks(line, end);
      end = Math.min(line.length, end + key.endChar);
    }
  }
  return end > start ? line.slice(start, end) : "";
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** The leading number as digits, compared without loss. */
function compareNumbers(a: string, b: string): number {
  const parse = (s: string): { negative: boolean; whole: string; fraction: string } => {
    const m = /^[ \t]*(-?)(\d*)(?:\.(\d*))?/.exec(s)!;
    const whole = (m[2] ?? "").replace(/^0+/, "");
    const fraction = (m[3] ?? "").replace(/0+$/, "");
    return { negative: m[1] === "-" && whole + fraction !== "", whole, fraction };
  };
  const [x, y] = [parse(a), parse(b)];
  if (x.negative !== y.negative) return x.negative ? -1 : 1;
  const size = x.whole.length - y.whole.length || bytewise(x.whole, y.whole) || bytewise(x.fraction, y.fraction);
  return x.negative ? -size : size;
}

function humanOrder(s: string): number {
  const m = /^[ \t]*(-?)(\d*)(?:\.(\d*))?([KkMGTPEZYRQ])?/.exec(s)!;
  const zero = !/[1-9]/.test((m[2] ?? "") + (m[3] ?? ""));
  const rank = zero || !m[4] ? 0 : "KMGTPEZYRQ".indexOf(m[4].toUpperCase()) + 1;
  return m[1] === "-" ? -rank : rank;
}

const bytewise = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** NaN after nothing, before numbers, as sort -g. */
function general(s: string): [number, number] {
  const m = /^[ \t]*([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf(?:inity)?|nan|0[xX][0-9a-fA-F]+))/i.exec(s);
  if (!m) return [0, 0];
  const text = m[1]!.toLowerCase();
  if (text.includes("nan")) return [1, 0];
  return [2, text.includes("inf") ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text)];
}

function compareBy(a: string, b: string, flags: string): number {
  if (flags.includes("n")) return compareNumbers(a, b);
  if (flags.includes("h")) return humanOrder(a) - humanOrder(b) || compareNumbers(a, b);
  if (flags.includes("g")) {
    const [x, y] = [general(a), general(b)];
    return x[0] - y[0] || (x[1] < y[1] ? -1 : x[1] > y[1] ? 1 : 0);
  }
  if (flags.includes("M")) {
    const month = (s: string): number =>
      months.indexOf(
        s
          .replace(/^[ \t]+/, "")
          .slice(0, 3)
          .toUpperCase(),
      );
    return month(a) - month(b);
  }
  let [x, y] = [a, b];
  if (flags.includes("V")) return compareVersions(x, y);
  if (flags.includes("d")) [x, y] = [x.replace(/[^A-Za-z0-9 \t]/g, ""), y.replace(/[^A-Za-z0-9 \t]/g, "")];
  if (flags.includes("i")) [x, y] = [x.replace(/[^ -~]/g, ""), y.replace(/[^ -~]/g, "")];
  // only ASCII letters fold in the C locale
  if (flags.includes("f")) [x, y] = [upper(x), upper(y)];
  return bytewise(x, y);
}

const upper = (s: string): string => s.replace(/[a-z]/g, (c) => c.toUpperCase());

export const sort = command({
  name: "sort",
  options:
    "b,ignore-leading-blanks d,dictionary-order f,ignore-case g,general-numeric-sort i,ignore-nonprinting M,month-sort h,human-numeric-sort n,numeric-sort " +
    "R,random-sort !random-source= r,reverse sort= V,version-sort ~batch-size= c,check=? C,check-silent !compress-program= !debug files0-from= k,key= ~m,merge o,output= " +
    "s,stable ~S,buffer-size= t,field-separator= ~T,temporary-directory= ~parallel= u,unique z,zero-terminated",
  usageStatus: 2,
  usage: "[OPTION]... [FILE]...",
  summary: "Write sorted concatenation of all FILE(s) to standard output.",
  async run(c) {
    const { p, o } = c;
    let tab = o.value("t");
    if (tab !== undefined) {
      if (tab === "") await c.fail("empty tab", 2);
      if (tab === "\\0") tab = "\0";
      tab = toBytes(tab);
      if (tab.length > 1) await c.fail(`multi-character tab ${quote(p, o.value("t")!)}`, 2);
    }
    const named: Record<string, string> = {
      "general-numeric": "g",
      "human-numeric": "h",
      month: "M",
      numeric: "n",
      random: "R",
      version: "V",
    };
    let global = o.list
      .filter(([k]) => k.length === 1 && order.includes(k))
      .map(([k]) => k)
      .join("");
    const by = o.value("sort");
    if (by !== undefined) global += named[by] ?? (await c.fail(`invalid argument ${quote(p, by)} for ${quote(p, "--sort")}`, 2));
    const kinds = [...new Set([...global].filter((x) => "nghMV".includes(x)))];
    if (kinds.length > 1) await c.fail(`options '-${kinds.sort().join("")}' are incompatible`, 2);
    const keys: Key[] = [];
    for (const text of o.values("k")) {
      const key = await parseKey(c, text);
      if (key.flags === "") key.flags = global.replace("b", "") + (global.includes("b") ? "<>" : "");
      keys.push(key);
    }
    if (keys.length === 0 && global !== "" && global.replace(/r/g, "") !== "")
      keys.push({
        startField: 1,
        startChar: 1,
        endField: 0,
        endChar: 0,
        flags: global.replace("b", "") + (global.includes("b") ? "<>" : ""),
      });
    const reverse = global.includes("r");
    const random = new Map<string, number>();
    const source = p.machine.random("sort");
    const draw = (text: string): number => {
      let n = random.get(text);
      if (n === undefined) random.set(text, (n = source.u32()));
      return n;
    };
    const byKeys = (a: string, b: string): number => {
      for (const key of keys) {
        const [x, y] = [keyText(a, key, tab), keyText(b, key, tab)];
        const d = key.flags.includes("R") ? draw(x) - draw(y) : compareBy(x, y, key.flags);
        if (d !== 0) return key.flags.includes("r") ? -d : d;
      }
      return keys.length === 0 ? (reverse ? bytewise(b, a) : bytewise(a, b)) : 0;
    };
    const unique = o.has("u");
    const compare = (a: string, b: string): number =>
      byKeys(a, b) || (unique || o.has("s") || keys.length === 0 ? 0 : reverse ? bytewise(b, a) : bytewise(a, b));
    const end = o.has("z") ? "\0" : "\n";
    const names = o.operands.length > 0 ? [...o.operands] : ["-"];
    const zeroList = o.value("files0-from");
    if (zeroList !== undefined)
      names.splice(0, names.length, ...(await readInput(p, zeroList)).toString("utf8").replace(/\0$/, "").split("\0"));
    if (o.has("c", "C")) {
      if (names.length > 1) await c.fail(`extra operand ${quoteAlways(names[1]!)} not allowed with -c`, 2);
      let previous: string | undefined;
      let number = 0;
      for await (const { line } of linesOf(p, names[0]!, "latin1", end)) {
        number++;
        if (previous !== undefined) {
          const d = compare(previous, line);
          if (d > 0 || (unique && byKeys(previous, line) === 0)) {
            if (!o.has("C") && o.value("c") !== "quiet" && o.value("c") !== "silent")
              await p.err(`sort: ${names[0]}:${number}: disorder: ${Buffer.from(line, "latin1").toString("utf8")}\n`);
            return 1;
          }
        }
        previous = line;
      }
      return 0;
    }
    let lines: string[] = [];
    for (const name of names) {
      try {
        for (const line of await keptLines(p, name, end)) lines.push(line);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.fail(error.code === "EISDIR" ? `read failed: ${name}: ${error.text}` : `cannot read: ${name}: ${error.text}`, 2);
      }
    }
    lines = await sorted(p, lines, compare);
    const kept = unique ? lines.filter((line, i) => i === 0 || byKeys(lines[i - 1]!, line) !== 0) : lines;
    const to = o.value("o");
    const text = Buffer.from(kept.map((line) => line + end).join(""), "latin1");
    if (to === undefined) c.out.bytes(text);
    else {
      try {
        const file = p.open(to, { write: true, create: true, truncate: true }).retain();
        await file.write(text, p);
        file.release();
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.fail(`open failed: ${to}: ${error.text}`, 2);
      }
    }
    return 0;
  },
});

/** Lines that are put in order at once. */
const stretch = 4096;

/** Merge sort that gives way to others now and then. */
async function sorted(p: Proc, lines: string[], compare: (a: string, b: string) => number): Promise<string[]> {
  if (lines.length <= stretch) return lines.sort(compare);
  let runs: string[][] = [];
  for (let at = 0; at < lines.length; at += stretch) {
    runs.push(lines.slice(at, at + stretch).sort(compare));
    await p.giveWay();
  }
  while (runs.length > 1) {
    const longer: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) longer.push(runs[i + 1] ? await merged(p, runs[i]!, runs[i + 1]!, compare) : runs[i]!);
    runs = longer;
  }
  return runs[0]!;
}

async function merged(p: Proc, a: string[], b: string[], compare: (a: string, b: string) => number): Promise<string[]> {
  const out: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    // of equals the earlier one comes first
    if (j >= b.length || (i < a.length && compare(a[i]!, b[j]!) <= 0)) out.push(a[i++]!);
    else out.push(b[j++]!);
    if (out.length % stretch === 0) await p.giveWay();
  }
  return out;
}
