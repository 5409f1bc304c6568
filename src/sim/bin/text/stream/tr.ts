import { command, pieces, toBytes, type Context } from "../command.ts";
import { quote } from "../quote.ts";

const range = (a: number, b: number): string => Array.from({ length: b - a + 1 }, (_, i) => String.fromCharCode(a + i)).join("");
const all = range(0, 255);
const classes: Record<string, RegExp> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

interface CharSet {
  chars: string;
  /** Where `[c*]` stands, to be filled up to the other set's length. */
  fill?: { at: number; char: string };
  classes: string[];
}

async function parseSet(c: Context, text: string, second: boolean): Promise<CharSet> {
  const raw = toBytes(text);
  const units: { char: string; escaped: boolean }[] = [];
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] !== "\\" || i + 1 >= raw.length) {
      units.push({ char: raw[i]!, escaped: false });
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(raw.slice(i + 1, i + 4))?.[0];
    if (octal) {
      const value = parseInt(octal, 8) > 255 ? octal.slice(0, 2) : octal;
      units.push({ char: String.fromCharCode(parseInt(value, 8)), escaped: true });
      i += value.length;
      continue;
    }
    const next = raw[++i]!;
    const names: Record<string, string> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
    units.push({ char: names[next] ?? next, escaped: true });
  }
  const set: CharSet = { chars: "", classes: [] };
  const plain = (i: number, char: string): boolean => units[i] !== undefined && !units[i].escaped && units[i].char === char;
  for (let i = 0; i < units.length; i++) {
    if (plain(i, "[") && (plain(i + 1, ":") || plain(i + 1, "="))) {
      const mark = units[i + 1]!.char;
      let j = i + 2;
      while (j + 1 < units.length && !(plain(j, mark) && plain(j + 1, "]"))) j++;
      if (j + 1 < units.length) {
        const name = units
          .slice(i + 2, j)
          .map((u) => u.char)
          .join("");
        if (mark === ":") {
          const matcher = classes[name];
          if (!matcher) await c.fail(`invalid character class ${quote(c.p, name)}`);
          set.chars += [...all].filter((x) => matcher!.test(x)).join("");
          set.classes.push(name);
        } else set.chars += name;
        i = j + 1;
        continue;
      }
    }
    if (second && plain(i, "[") && units[i + 1] && plain(i + 2, "*")) {
      let j = i + 3;
      while (units[j] && /\d/.test(units[j]!.char)) j++;
      if (plain(j, "]")) {
        const count = units
          .slice(i + 3, j)
          .map((u) => u.char)
          .join("");
        const number = count === "" ? 0 : parseInt(count, count.startsWith("0") ? 8 : 10);
        if (number === 0) set.fill = { at: set.chars.length, char: units[i + 1]!.char };
        else set.chars += units[i + 1]!.char.repeat(number);
        i = j;
        continue;
      }
    }
    if (plain(i + 1, "-") && units[i + 2]) {
      const [a, b] = [units[i]!.char.charCodeAt(0), units[i + 2]!.char.charCodeAt(0)];
      if (b < a) await c.fail(`range-endpoints of '${units[i]!.char}-${units[i + 2]!.char}' are in reverse collating sequence order`);
      set.chars += range(a, b);
      i += 2;
      continue;
    }
    set.chars += units[i]!.char;
  }
  return set;
}

export const tr = command({
  name: "tr",
  options: "c,complement C d,delete s,squeeze-repeats t,truncate-set1 +",
  usage: "[OPTION]... STRING1 [STRING2]",
  summary: "Translate, squeeze, and/or delete characters from standard input,\nwriting to standard output.",
  async run(c) {
    const { p, o } = c;
    const complement = o.has("c", "C");
    const [remove, squeeze] = [o.has("d"), o.has("s")];
    const given = o.operands;
    if (given.length === 0) await c.usage("missing operand");
    const needed = remove === squeeze ? 2 : 1;
    if (given.length < needed) {
      await c.warn(`missing operand after ${quote(p, given.at(-1)!)}`);
      await p.err(
        `${remove && squeeze ? "Two strings must be given when both deleting and squeezing repeats." : "Two strings must be given when translating."}\n`,
      );
      await p.err(`Try '${c.name} --help' for more information.\n`);
      return 1;
    }
    const most = remove && !squeeze ? 1 : 2;
    if (given.length > most) {
      await c.warn(`extra operand ${quote(p, given[most]!)}`);
      if (most === 1) await p.err("Only one string may be given when deleting without squeezing repeats.\n");
      await p.err(`Try '${c.name} --help' for more information.\n`);
      return 1;
    }
    const one = await parseSet(c, given[0]!, false);
    const two = given[1] === undefined ? undefined : await parseSet(c, given[1], true);
    let first = complement ? [...all].filter((x) => !one.chars.includes(x)).join("") : one.chars;
    const translate = !remove && two !== undefined;
    const map = all.split("");
    if (translate) {
      let second = two.chars;
      if (two.fill) {
        const missing = Math.max(0, first.length - second.length);
        second = second.slice(0, two.fill.at) + two.fill.char.repeat(missing) + second.slice(two.fill.at);
      }
      if (second === "" && !o.has("t")) await c.fail("when not truncating set1, string2 must be non-empty");
      if (o.has("t")) first = first.slice(0, second.length);
      else if (second.length < first.length) second += second.at(-1)!.repeat(first.length - second.length);
      for (let i = 0; i < first.length; i++) map[first.charCodeAt(i)] = second[i]!;
    }
    const deleted = new Set(remove ? first : "");
    const squeezed = new Set(squeeze ? (two?.chars ?? first) : "");
    let previous = "";
    for await (const part of pieces(p, "-")) {
      let out = "";
      for (const x of part.toString("latin1")) {
        if (deleted.has(x)) continue;
        const y = map[x.charCodeAt(0)]!;
        if (y === previous && squeezed.has(y)) continue;
        out += y;
        previous = y;
      }
      c.out.bytes(Buffer.from(out, "latin1"));
      await c.out.flush();
    }
  },
});
