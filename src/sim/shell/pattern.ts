/** Shell patterns (glob, extglob) as regular expressions. In a pattern a backslash makes the next character literal. */
import { steadyRegExp } from "../core/regexp/index.ts";

const classes: Record<string, string> = {
  alpha: "\\p{L}",
  digit: "0-9",
  alnum: "\\p{L}\\p{N}",
  upper: "\\p{Lu}",
  lower: "\\p{Ll}",
  space: "\\s",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  cntrl: "\\x00-\\x1f\\x7f",
  xdigit: "0-9a-fA-F",
  print: "\\x20-\\x7e\\u00a0-\\u{10ffff}",
  graph: "\\x21-\\x7e\\u00a1-\\u{10ffff}",
  word: "\\p{L}\\p{N}_",
};

const literal = (c: string): string => (/[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c);

/** Makes every character of a text literal within a pattern. */
export const escaped = (text: string): string => text.replaceAll(/[^A-Za-z0-9_/.\s]/gu, "\\$&");

/** Removes the backslashes again. */
export const unescaped = (pattern: string): string => pattern.replaceAll(/\\(.)/gsu, "$1");

export const isPattern = (pattern: string, extglob = false): boolean => {
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === "\\") i++;
    else if (c === "*" || c === "?") return true;
    else if (c === "[" && pattern.indexOf("]", i + 1) > 0) return true;
    else if (extglob && pattern[i + 1] === "(" && "@+!".includes(c)) return true;
  }
  return false;
};

export interface PatternOptions {
  extglob?: boolean;
  nocase?: boolean;
  /** `*` and `?` do not match a slash (pathname expansion). */
  path?: boolean;
}

/** The body of a regular expression, without anchors. `lazy`: `*` takes as little as it can. */
function patternSource(pattern: string, options: PatternOptions = {}, lazy = false): string {
  let at = 0;
  const any = options.path ? "[^/]" : "[\\s\\S]";
  const chars = Array.from(pattern);
  const sequence = (stop: string): string => {
    let out = "";
    while (at < chars.length) {
      const c = chars[at]!;
      if (stop.includes(c)) return out;
      at++;
      if (options.extglob && "?*+@!".includes(c) && chars[at] === "(") {
        const before = at;
        at++;
        const alternatives: string[] = [];
        for (;;) {
          alternatives.push(sequence("|)"));
          if (chars[at++] !== "|") break;
        }
        if (chars[at - 1] !== ")") {
          at = before;
        } else {
          const body = alternatives.join("|");
          if (c === "!") {
            // everything that is not one of the alternatives, followed by the rest of the pattern
            const save = at;
            const rest = sequence(stop);
            at = save;
            out += `(?!(?:${body})${rest}${stop === "" ? "$" : ""})${any}*?`;
          } else out += `(?:${body})${c === "@" ? "" : c}`;
          continue;
        }
      }
      if (c === "*") {
        while (chars[at] === "*") at++;
        out += any + (lazy ? "*?" : "*");
      } else if (c === "?") out += any;
      else if (c === "\\" && at < chars.length) out += literal(chars[at++]!);
      else if (c === "[") {
        const set = bracket(chars, at);
        if (set) {
          out += set.source;
          at = set.end;
        } else out += "\\[";
      } else out += literal(c);
    }
    return out;
  };
  return sequence("");
}

function bracket(chars: string[], start: number): { source: string; end: number } | undefined {
  let at = start;
  let out = "";
  const negated = chars[at] === "!" || chars[at] === "^";
  if (negated) at++;
  for (let first = true; ; first = false) {
    let c = chars[at];
    if (c === undefined) return undefined;
    if (c === "]" && !first) break;
    if (c === "[" && (chars[at + 1] === ":" || chars[at + 1] === "=" || chars[at + 1] === ".")) {
      const kind = chars[at + 1]!;
      const end = chars.indexOf("]", at + 2);
      if (end > 0 && chars[end - 1] === kind) {
        const name = chars.slice(at + 2, end - 1).join("");
        if (kind === ":") out += classes[name] ?? "";
        else out += inSet(name);
        at = end + 1;
        continue;
      }
    }
    if (c === "\\" && at + 1 < chars.length) c = chars[++at]!;
    at++;
    if (chars[at] === "-" && chars[at + 1] !== undefined && chars[at + 1] !== "]") {
      let high = chars[at + 1]!;
      at += 2;
      if (high === "\\" && at < chars.length) high = chars[at++]!;
      if (c <= high) out += `${inSet(c)}-${inSet(high)}`;
      continue;
    }
    out += inSet(c);
  }
  if (out === "") return { source: negated ? "[\\s\\S]" : "(?!)", end: at + 1 };
  return { source: `[${negated ? "^" : ""}${out}]`, end: at + 1 };
}

const inSet = (c: string): string => (/[\\\]^[\-&~!#$%*+,.:;<=>?@`|/(){}]/.test(c) ? (/[\\\]^[\-(){}|/.*+?$]/.test(c) ? `\\${c}` : c) : c);

const cache = new Map<string, RegExp>();

/** A regular expression that matches the whole of what the pattern matches. */
export function patternRegex(pattern: string, options: PatternOptions = {}): RegExp {
  const key = `${options.extglob ? "e" : ""}${options.nocase ? "i" : ""}${options.path ? "p" : ""}:${pattern}`;
  let regex = cache.get(key);
  if (!regex) {
    if (cache.size > 2000) cache.clear();
    regex = compile(`^(?:${patternSource(pattern, options)})$`, options.nocase);
    cache.set(key, regex);
  }
  return regex;
}

function compile(source: string, nocase?: boolean): RegExp {
  try {
    return steadyRegExp(source, nocase ? "iu" : "u");
  } catch {
    return /(?!)/;
  }
}

export const matches = (text: string, pattern: string, options: PatternOptions = {}): boolean => patternRegex(pattern, options).test(text);

/** ${x#p} ${x##p} ${x%p} ${x%%p} */
export function removed(text: string, pattern: string, operator: "#" | "##" | "%" | "%%", options: PatternOptions): string {
  if (operator === "#" || operator === "##") {
    const match = compile(`^(?:${patternSource(pattern, options, operator === "#")})`).exec(text);
    return match ? text.slice(match[0].length) : text;
  }
  const whole = compile(`^(?:${patternSource(pattern, options)})$`);
  const literalTail = isPattern(pattern, true) ? undefined : unescaped(pattern);
  if (literalTail !== undefined) return text.endsWith(literalTail) ? text.slice(0, text.length - literalTail.length) : text;
  const positions = [...Array(text.length + 1).keys()];
  if (operator === "%") positions.reverse();
  for (const at of positions) if (whole.test(text.slice(at))) return text.slice(0, at);
  return text;
}

/** ${x/p/r} and its kin; `replacement` is literal. */
export function replaced(
  text: string,
  pattern: string,
  operator: "/" | "//" | "/#" | "/%",
  replacement: (match: string) => string,
  options: PatternOptions,
): string {
  if (pattern === "") return operator === "/#" ? replacement("") + text : operator === "/%" ? text + replacement("") : text;
  const source = patternSource(pattern, options);
  const anchored = operator === "/#" ? `^(?:${source})` : operator === "/%" ? `(?:${source})$` : source;
  let regex: RegExp;
  try {
    regex = steadyRegExp(anchored, operator === "//" ? "gu" : "u");
  } catch {
    return text;
  }
  return text.replace(regex, (match) => (match === "" && operator === "//" ? "" : replacement(match)));
}

/** A POSIX extended regular expression ([[ =~ ]]) as a JavaScript one. Throws SyntaxError. */
export function extendedRegex(source: string, nocase: boolean): RegExp {
  let out = "";
  const chars = Array.from(source);
  for (let at = 0; at < chars.length; at++) {
    const c = chars[at]!;
    if (c === "[") {
      const set = regexBracket(chars, at + 1);
      if (!set) throw new SyntaxError("bracket");
      out += set.source;
      at = set.end - 1;
    } else if (c === "\\" && at + 1 < chars.length) {
      const next = chars[++at]!;
      if (next === "w" || next === "W" || next === "s" || next === "S" || next === "b" || next === "B") out += `\\${next}`;
      else if (next === "<") out += "\\b(?=\\w)";
      else if (next === ">") out += "\\b(?<=\\w)";
      else out += literal(next);
    } else if (c === "{" && !/^\{\d*(,\d*)?\}/.test(chars.slice(at).join(""))) out += "\\{";
    else if (c === "}" && !/\{\d*(,\d*)?$/.test(out)) out += "\\}";
    else if (c === "]" || c === "/") out += `\\${c}`;
    else out += c;
  }
  return steadyRegExp(out, nocase ? "iu" : "u");
}

function regexBracket(chars: string[], start: number): { source: string; end: number } | undefined {
  // within brackets of a regular expression a backslash is an ordinary character; the word expander has doubled it
  return bracket(chars, start);
}
