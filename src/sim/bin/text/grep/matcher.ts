/** What grep looks for in a line: several patterns of one kind, whole words or lines. */
import { NotSimulated } from "../../../core/errno.ts";
import { BadRegex, Regex } from "../regex.ts";
import { steadyRegExp } from "../../../core/regexp/index.ts";

export interface LineMatcher {
  test(line: string): boolean;
  /** Non-empty matches, left to right. */
  all(line: string): [number, number][];
}

export interface MatcherOptions {
  kind: "E" | "F" | "G" | "P";
  ignoreCase: boolean;
  word: boolean;
  line: boolean;
  onStray: (what: string) => void;
}

type Finder = (text: string, from: number) => [number, number] | undefined;

const isWord = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{Nd}_]/u.test(c);

export function lineMatcher(patterns: string[], o: MatcherOptions): LineMatcher {
  const finders =
    o.kind === "P" ? [perl(patterns, o)] : patterns.map((pattern) => (o.kind === "F" ? fixed(pattern, o) : posix(pattern, o)));
  /** Leftmost, then longest, over all patterns. */
  const find: Finder = (text, from) => {
    let best: [number, number] | undefined;
    for (const finder of finders) {
      const m = finder(text, from);
      if (m && (!best || m[0] < best[0] || (m[0] === best[0] && m[1] > best[1]))) best = m;
    }
    return best;
  };
  return {
    test: (line) => finders.some((finder) => finder(line, 0) !== undefined),
    all(line) {
      const out: [number, number][] = [];
      for (let at = 0; at <= line.length;) {
        const m = find(line, at);
        if (!m) break;
        if (m[1] > m[0]) out.push(m);
        at = m[1] > m[0] ? m[1] : m[0] + 1;
      }
      return out;
    },
  };
}

function posix(pattern: string, o: MatcherOptions): Finder {
  const syntax = o.kind === "E" ? "extended" : "basic";
  const regex = new Regex(pattern, { syntax, ignoreCase: o.ignoreCase, onStray: o.onStray });
  if (o.line) {
    const whole = new Regex(syntax === "extended" ? `^(${pattern})$` : `^\\(${pattern}\\)$`, { syntax, ignoreCase: o.ignoreCase });
    // group numbers move by one, so back-references are looked at in the plain form
    if (/\\[1-9]/.test(pattern)) return (text, from) => exact(regex, text, from);
    return (text, from) => (from === 0 && whole.test(text) ? [0, text.length] : undefined);
  }
  if (!o.word) {
    return (text, from) => {
      const m = regex.exec(text, from);
      return m && [m.index, m.end];
    };
  }
  return (text, from) =>
    words(text, from, (t, at) => {
      const m = regex.exec(t, at);
      return m && [m.index, m.end];
    });
}

function exact(regex: Regex, text: string, from: number): [number, number] | undefined {
  if (from > 0) return undefined;
  const m = regex.exec(text, 0);
  return m?.index === 0 && m.end === text.length ? [0, m.end] : undefined;
}

/** A match whose neighbours are no word characters; shorter matches at a place are tried as grep does. */
function words(text: string, from: number, find: Finder): [number, number] | undefined {
  for (let at = from; at <= text.length;) {
    const m = find(text, at);
    if (!m) return undefined;
    let [start, end] = m;
    if (!isWord(text[start - 1])) {
      for (;;) {
        if (!isWord(text[end])) return [start, end];
        if (end <= start) break;
        const shorter = find(text.slice(0, end - 1), start);
        if (!shorter || shorter[0] !== start) break;
        end = shorter[1];
      }
    }
    at = start + 1;
  }
  return undefined;
}

function fixed(pattern: string, o: MatcherOptions): Finder {
  const needle = o.ignoreCase ? pattern.toLowerCase() : pattern;
  const fold = (text: string): string => (o.ignoreCase ? text.toLowerCase() : text);
  if (o.line) return (text, from) => (from === 0 && fold(text) === needle ? [0, text.length] : undefined);
  const plain: Finder = (text, from) => {
    const at = fold(text).indexOf(needle, from);
    return at < 0 ? undefined : [at, at + needle.length];
  };
  return o.word ? (text, from) => words(text, from, plain) : plain;
}

/** PCRE: JavaScript's expressions with the common additions rewritten. */
function perl(patterns: string[], o: MatcherOptions): Finder {
  let source = patterns.join("|");
  if (patterns.length > 1) throw new BadRegex("the -P option only supports a single pattern");
  let flags = "gu";
  let ignore = o.ignoreCase;
  const inline = /^\(\?([a-z]+)\)/.exec(source);
  if (inline) {
    if (/[^ims]/.test(inline[1]!)) throw new NotSimulated(`grep -P ${inline[0]}`);
    ignore ||= inline[1]!.includes("i");
    if (inline[1]!.includes("s")) flags += "s";
    source = source.slice(inline[0].length);
  }
  if (ignore) flags += "i";
  source = source
    .replace(/\\Q(.*?)(\\E|$)/g, (_m, text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
    .replace(/\[:(alpha|digit|alnum|upper|lower|space|punct|xdigit|blank|word):\]/g, (_m, name: string) => perlClasses[name]!)
    .replace(/\(\?P?<([A-Za-z_]\w*)>/g, "(?<$1>")
    .replace(/\\h/g, "[ \\t]")
    .replace(/\\A/g, "^")
    .replace(/\\[zZ]/g, "$")
    .replace(/\\([^A-Za-z0-9^$\\.*+?()[\]{}|/-])/g, "$1");
  const keep = source.indexOf("\\K");
  if (/\(\?>|[*+?}]\+|\(\?R\)|\(\?\(/.test(source)) throw new NotSimulated(`grep -P ${patterns[0]}`);
  if (keep >= 0) source = `(?<=${source.slice(0, keep)})${source.slice(keep + 2)}`;
  if (o.line) source = `^(?:${source})$`;
  if (o.word) source = `(?<!\\w)(?:${source})(?!\\w)`;
  let regex: RegExp;
  try {
    regex = steadyRegExp(source, flags);
  } catch {
    try {
      regex = steadyRegExp(source, flags.replace("u", ""));
    } catch {
      throw new NotSimulated(`grep -P ${patterns[0]}`);
    }
  }
  return (text, from) => {
    regex.lastIndex = from;
    const m = regex.exec(text);
    return m ? [m.index, m.index + m[0].length] : undefined;
  };
}

const perlClasses: Record<string, string> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  punct: "!-\\/:-@\\[-`{-~",
  xdigit: "0-9A-Fa-f",
  blank: " \\t",
  word: "\\w",
};
