import { Bounded } from "../../core/regexp/index.ts";

/**
 * POSIX regular expressions (basic, extended, awk's) with GNU's extensions, run by JavaScript's engine, or by one that does not
 * backtrack where that could take very long. Leftmost-longest is kept: where JavaScript's engine could stop at a shorter match,
 * longer ones at the same place are looked for.
 */

export class BadRegex extends Error {}

export interface RegexOptions {
  syntax: "basic" | "extended" | "awk";
  ignoreCase?: boolean;
  /** ^ and $ also at line breaks (sed's M). */
  multiline?: boolean;
  /** Called for `\x` where x has no meaning (grep 3.8 and newer warn). */
  onStray?: (what: string) => void;
}

export interface Match {
  index: number;
  end: number;
  /** Whole match first; undefined: group did not take part. */
  groups: (string | undefined)[];
}

const classBodies: Record<string, string> = {
  alpha: "\\p{L}",
  digit: "0-9",
  alnum: "\\p{L}\\p{Nd}",
  upper: "\\p{Lu}",
  lower: "\\p{Ll}",
  space: " \\t\\n\\r\\f\\v",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`\\{-~\\p{P}\\p{S}",
  print: "\\u0020-\\u007e\\u00a0-\\u{10ffff}",
  graph: "!-~\\u00a1-\\u{10ffff}",
  cntrl: "\\u0000-\\u001f\\u007f",
  xdigit: "0-9A-Fa-f",
};
const word = "[\\p{L}\\p{Nd}_]";
const notWord = "[^\\p{L}\\p{Nd}_]";

const literal = (c: string): string => c.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const inClass = (c: string): string => c.replace(/[\\^\]\-[]/g, "\\$&");

const awkEscapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v", a: "\x07", b: "\b" };

interface Translated {
  source: string;
  groups: number;
  /** A shorter match than the longest is possible. */
  ambiguous: boolean;
}

/** A bracket expression starting at `[`: its source and where it ends. */
function bracket(pattern: string, start: number, awk: boolean, ignoreCase: boolean): [string, number] {
  let i = start + 1;
  let negate = false;
  if (pattern[i] === "^") {
    negate = true;
    i++;
  }
  const items: string[] = [];
  const unmatched = (): never => {
    throw new BadRegex(awk ? "unterminated character class" : "Unmatched [, [^, [:, [., or [=");
  };
  if (/^\[\^?:[a-z]+:\]$/.test(pattern.slice(start)) && !awk) throw new BadRegex("character class syntax is [[:space:]], not [:space:]");
  for (let first = true; ; first = false) {
    if (i >= pattern.length) unmatched();
    let c = pattern[i]!;
    if (c === "]" && !first) break;
    if (c === "[" && /[:.=]/.test(pattern[i + 1] ?? "")) {
      const kind = pattern[i + 1]!;
      const end = pattern.indexOf(`${kind}]`, i + 2);
      if (end < 0) unmatched();
      const name = pattern.slice(i + 2, end);
      i = end + 2;
      if (kind === ":") {
        let body = classBodies[name];
        if (body === undefined) throw new BadRegex("Invalid character class name");
        if (ignoreCase && (name === "upper" || name === "lower")) body = "\\p{Lu}\\p{Ll}";
        items.push(body);
        continue;
      }
      c = name;
      if (pattern[i] === "-" && pattern[i + 1] !== "]") {
        i = range(c, i);
        continue;
      }
      items.push(inClass(c));
      continue;
    }
    let width = 1;
    const code = pattern.codePointAt(i)!;
    if (code > 0xffff) {
      c = String.fromCodePoint(code);
      width = 2;
    }
    if (awk && c === "\\" && i + 1 < pattern.length) {
      c = awkEscapes[pattern[i + 1]!] ?? pattern[i + 1]!;
      width = 2;
    }
    i += width;
    if (pattern[i] === "-" && i + 1 < pattern.length && pattern[i + 1] !== "]") {
      i = range(c, i);
      continue;
    }
    items.push(inClass(c));
  }
  function range(from: string, at: number): number {
    let j = at + 1;
    let to = pattern[j]!;
    if (to === "[" && /[.=]/.test(pattern[j + 1] ?? "")) {
      const end = pattern.indexOf(`${pattern[j + 1]}]`, j + 2);
      if (end < 0) unmatched();
      to = pattern.slice(j + 2, end);
      j = end + 2;
    } else if (awk && to === "\\" && j + 1 < pattern.length) {
      to = awkEscapes[pattern[j + 1]!] ?? pattern[j + 1]!;
      j += 2;
    } else {
      to = String.fromCodePoint(pattern.codePointAt(j)!);
      j += to.length;
    }
    if (from.codePointAt(0)! > to.codePointAt(0)!) throw new BadRegex("Invalid range end");
    items.push(`${inClass(from)}-${inClass(to)}`);
    return j;
  }
  const body = items.join("");
  if (negate) return [body === "" ? "[^]" : `[^${body}]`, i + 1];
  return [body === "" ? "(?!)" : `[${body}]`, i + 1];
}

function translate(pattern: string, o: RegexOptions): Translated {
  const basic = o.syntax === "basic";
  const awk = o.syntax === "awk";
  let out = "";
  let groups = 0;
  let ambiguous = false;
  /** Start of the last atom in `out`, or -1 when there is nothing to repeat. */
  let atom = -1;
  const open: { at: number; number: number }[] = [];
  const closed = new Set<number>();
  let startOfBranch = true;
  const push = (text: string): void => {
    atom = out.length;
    out += text;
    startOfBranch = false;
  };
  const quantify = (q: string): void => {
    if (atom < 0) {
      if (basic || /^[*+?]$/.test(q) === false) throw new BadRegex("Invalid preceding regular expression");
      return; // GNU's extended syntax ignores a leading operator
    }
    if (out[atom] === "(") ambiguous = true;
    // repeated quantifiers nest
    out = `${out.slice(0, atom)}(?:${out.slice(atom)})${q}`;
    startOfBranch = false;
  };
  const interval = (from: number, close: string): [string, number] | undefined => {
    const end = pattern.indexOf(close, from);
    if (end < 0) {
      if (basic) throw new BadRegex("Unmatched \\{");
      return undefined;
    }
    const m = /^(\d*)(,?)(\d*)$/.exec(pattern.slice(from, end));
    if (!m || (m[1] === "" && m[2] === "")) {
      if (basic) throw new BadRegex("Invalid content of \\{\\}");
      return undefined;
    }
    const [low, high] = [Number(m[1] || "0"), m[2] === "" ? Number(m[1]) : m[3] === "" ? undefined : Number(m[3])];
    if (high !== undefined && low > high) throw new BadRegex("Invalid content of \\{\\}");
    if (low > 32767 || (high ?? 0) > 32767) throw new BadRegex("Regular expression too big");
    return [`{${low}${m[2] === "" ? "" : `,${high ?? ""}`}}`, end + close.length];
  };
  const group = (): void => {
    open.push({ at: out.length, number: ++groups });
    out += "(";
    atom = -1;
    startOfBranch = true;
  };
  const endGroup = (): void => {
    const { at, number } = open.pop()!;
    closed.add(number);
    out += ")";
    atom = at;
    startOfBranch = false;
  };
  const alternate = (): void => {
    ambiguous = true;
    out += "|";
    atom = -1;
    startOfBranch = true;
  };
  for (let i = 0; i < pattern.length;) {
    const c = String.fromCodePoint(pattern.codePointAt(i)!);
    if (c === "\\") {
      const next = pattern[i + 1];
      if (next === undefined) {
        if (awk) {
          push("\\\\");
          break;
        }
        throw new BadRegex("Trailing backslash");
      }
      i += 2;
      if (basic) {
        if (next === "(") {
          group();
          continue;
        }
        if (next === ")") {
          if (open.length === 0) throw new BadRegex("Unmatched ) or \\)");
          endGroup();
          continue;
        }
        if (next === "{") {
          if (atom < 0) {
            if (startOfBranch) throw new BadRegex("Invalid preceding regular expression");
          }
          const found = interval(i, "\\}")!;
          quantify(found[0]);
          i = found[1];
          continue;
        }
        if (next === "|") {
          alternate();
          continue;
        }
        if (next === "+" || next === "?") {
          if (atom < 0) push(literal(next));
          else quantify(next);
          continue;
        }
      }
      if (awk) {
        if (/[ntrfvab]/.test(next)) push(literal(awkEscapes[next]!));
        else if (/[0-7]/.test(next)) {
          const octal = /^[0-7]{1,3}/.exec(pattern.slice(i - 1))![0];
          push(literal(String.fromCharCode(parseInt(octal, 8))));
          i += octal.length - 1;
        } else push(literal(next));
        continue;
      }
      if (/[1-9]/.test(next)) {
        if (!closed.has(Number(next))) throw new BadRegex("Invalid back reference");
        push(`(?:\\${next})`);
        ambiguous = true;
        continue;
      }
      const special: Record<string, string> = { w: word, W: notWord, s: "[\\s]", S: "[^\\s]" };
      if (special[next]) push(special[next]);
      else if (next === "b") zero(`(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`);
      else if (next === "B") zero(`(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`);
      else if (next === "<") zero(`(?<!${word})(?=${word})`);
      else if (next === ">") zero(`(?<=${word})(?!${word})`);
      else if (next === "`") zero("(?<![^])");
      else if (next === "'") zero("(?![^])");
      else {
        if (/[A-Za-z0-9"#%&,:;=@_~!-]/.test(next) || /\s/.test(next)) o.onStray?.(next);
        push(literal(next));
      }
      continue;
    }
    if (c === "[") {
      const [text, end] = bracket(pattern, i, awk, o.ignoreCase === true);
      push(text);
      i = end;
      continue;
    }
    i += c.length;
    if (c === ".") push(awk ? "[^]" : "[^\\0]");
    else if (c === "*") {
      if (atom < 0 && basic) push("\\*");
      else quantify("*");
    } else if (c === "^") {
      if (!basic || startOfBranch) {
        out += o.multiline ? "(?<![^\\n])" : "(?<![^])";
        atom = -1;
        // a star after it is ordinary in basic syntax
        startOfBranch = basic;
      } else push("\\^");
    } else if (c === "$") {
      const rest = pattern.slice(i);
      if (!basic || rest === "" || rest.startsWith("\\)") || rest.startsWith("\\|")) {
        out += o.multiline ? "(?![^\\n])" : "(?![^])";
        atom = -1;
        startOfBranch = false;
      } else push("\\$");
    } else if (basic) push(literal(c));
    else if (c === "(") group();
    else if (c === ")") {
      if (open.length === 0) {
        if (awk) throw new BadRegex("missing (");
        throw new BadRegex("Unmatched ) or \\)");
      }
      endGroup();
    } else if (c === "|") alternate();
    else if (c === "+" || c === "?") quantify(c);
    else if (c === "{") {
      const found = atom < 0 ? undefined : interval(i, "}");
      if (found) {
        quantify(found[0]);
        i = found[1];
      } else push("\\{");
    } else push(literal(c));
  }
  if (open.length > 0) throw new BadRegex(awk ? "missing )" : "Unmatched ( or \\(");
  function zero(text: string): void {
    out += text;
    atom = -1;
    startOfBranch = false;
  }
  return { source: out, groups, ambiguous };
}

/** Finding the longest of several matches takes up to one search for each character. */
const severalSearches = 1000;

export class Regex {
  readonly groups: number;
  readonly #source: string;
  readonly #flags: string;
  readonly #ambiguous: boolean;
  readonly #search: RegExp;
  readonly #longer = new Map<number, RegExp>();
  readonly #bounded: Bounded;
  /** JavaScript's engine takes texts up to this long. */
  readonly #harmless: number;

  /** Throws BadRegex. */
  constructor(pattern: string, o: RegexOptions) {
    const t = translate(pattern, o);
    this.groups = t.groups;
    this.#source = t.source;
    this.#ambiguous = t.ambiguous;
    this.#flags = `u${o.ignoreCase ? "i" : ""}`;
    try {
      this.#search = new RegExp(t.source, `${this.#flags}g`);
    } catch {
      throw new BadRegex("Invalid regular expression");
    }
    this.#bounded = new Bounded(t.source, this.#flags);
    this.#harmless = t.ambiguous ? Math.min(this.#bounded.harmless, severalSearches) : this.#bounded.harmless;
  }

  test(text: string): boolean {
    if (text.length > this.#bounded.harmless) return this.#bounded.exec(text, 0) !== undefined;
    this.#search.lastIndex = 0;
    return this.#search.test(text);
  }

  /** The leftmost longest match at or after `from`. */
  exec(text: string, from = 0): Match | undefined {
    if (text.length > this.#harmless) return this.#execBounded(text, from);
    this.#search.lastIndex = from;
    let m = this.#search.exec(text);
    if (!m) return undefined;
    const index = m.index;
    let end = index + m[0].length;
    if (this.#ambiguous) {
      while (end < text.length) {
        const longer = this.#atLeast(text.length - end - 1);
        longer.lastIndex = index;
        const found = longer.exec(text);
        if (!found) break;
        // what is left is counted in characters, the end in UTF-16 units
        if (index + found[0].length <= end) return this.#execBounded(text, from);
        m = found;
        end = index + found[0].length;
      }
    }
    return { index, end, groups: [...m] };
  }

  #execBounded(text: string, from: number): Match | undefined {
    const found = this.#bounded.exec(text, from, { longest: true });
    if (!found) return undefined;
    const groups = Array.from({ length: found.length / 2 }, (_, n) =>
      found[2 * n]! < 0 || found[2 * n + 1]! < found[2 * n]! ? undefined : text.slice(found[2 * n], found[2 * n + 1]),
    );
    return { index: found[0]!, end: found[1]!, groups };
  }

  /** Matches that leave at most `left` characters. */
  #atLeast(left: number): RegExp {
    let re = this.#longer.get(left);
    if (!re) {
      if (this.#longer.size > 500) this.#longer.clear();
      re = new RegExp(`(?:${this.#source})(?=[^]{0,${left}}(?![^]))`, `${this.#flags}y`);
      this.#longer.set(left, re);
    }
    return re;
  }
}
