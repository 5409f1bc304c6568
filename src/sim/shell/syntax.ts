/** Script text and its syntax tree, and the words of the tree in the form that expansion works on. */
import {
  parse,
  type ArithmeticExpansionPart,
  type ParameterExpansionPart,
  type ParsedScript,
  type Script,
  type Word,
  type WordPart,
  type DoubleQuotedChild,
} from "unbash";
import { braceExpand } from "./brace.ts";
import { unescape } from "./quote.ts";

/** A text that is being run: a file, a `-c` argument, a line of a terminal. */
export class Source {
  readonly text: string;
  /** As BASH_SOURCE and messages name it. */
  readonly name: string;
  /** Line of the file on which the text begins. */
  readonly firstLine: number;
  #starts: number[] | undefined;
  constructor(text: string, name: string, firstLine = 1) {
    this.text = text;
    this.name = name;
    this.firstLine = firstLine;
  }
  lineOf(pos: number): number {
    if (!this.#starts) {
      this.#starts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
    }
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= pos) low = middle;
      else high = middle - 1;
    }
    return this.firstLine + low;
  }
}

/** A stretch of a word. `split`: subject to word splitting when its value comes from an expansion. */
export type Segment =
  | { t: "lit"; text: string; quoted: boolean; split: boolean }
  | { t: "tilde"; user: string }
  | { t: "param"; part: ParameterExpansionPart; quoted: boolean }
  | { t: "name"; name: string; quoted: boolean }
  | { t: "command"; script: Script; text: string; quoted: boolean }
  | { t: "arith"; text: string; quoted: boolean }
  | { t: "process"; script: Script; operator: "<" | ">" };

export interface Compiled {
  segments: Segment[];
  /** Set when the word is nothing but literal text that no expansion touches. */
  literal: string | undefined;
}

/**
 * How a word stands: `word` in a command; `assign` after `=` (tilde after colons too); `operand` of ${x:-…} outside quotes
 * (its literal text is split); `dquote` the same within double quotes.
 */
export type Context = "word" | "assign" | "operand" | "dquote";

const caches: Record<Context, WeakMap<Word, Compiled>> = {
  word: new WeakMap(),
  assign: new WeakMap(),
  operand: new WeakMap(),
  dquote: new WeakMap(),
};

export function compile(word: Word, context: Context): Compiled {
  let compiled = caches[context].get(word);
  if (!compiled) {
    const segments: Segment[] = [];
    if (word.parts) for (const part of word.parts) addPart(segments, part, context);
    else unquotedText(segments, word.text, context);
    if (context !== "dquote") tildes(segments, context);
    const literal =
      segments.every((s) => s.t === "lit") && context !== "operand" && !globbing(segments)
        ? segments.map((s) => (s as { text: string }).text).join("")
        : undefined;
    compiled = { segments, literal };
    caches[context].set(word, compiled);
  }
  return compiled;
}

const globbing = (segments: Segment[]): boolean =>
  segments.some((s) => s.t === "lit" && !s.quoted && /[*?[\]\\]|[@+!]\(/.test(s.text)) || segments.length === 0;

function lit(out: Segment[], text: string, quoted: boolean, split = false): void {
  const last = out.at(-1);
  if (last?.t === "lit" && last.quoted === quoted && last.split === split) last.text += text;
  else out.push({ t: "lit", text, quoted, split });
}

/** Text outside quotes: a backslash quotes the next character. */
function unquotedText(out: Segment[], text: string, context: Context): void {
  if (context === "dquote") {
    // within double quotes only these may be escaped; double quotes themselves have been taken apart by the parser
    lit(out, text.replaceAll(/\\(?:\n|([$`"\\}]))/g, "$1"), true);
    return;
  }
  const split = context === "operand";
  let at = 0;
  while (at < text.length) {
    const slash = text.indexOf("\\", at);
    if (slash < 0) {
      lit(out, text.slice(at), false, split);
      return;
    }
    if (slash > at) lit(out, text.slice(at, slash), false, split);
    const c = text[slash + 1];
    if (c === undefined) lit(out, "\\", true);
    else if (c !== "\n") lit(out, c, true);
    at = slash + 2;
  }
}

function addPart(out: Segment[], part: WordPart, context: Context): void {
  const quoted = context === "dquote";
  switch (part.type) {
    case "Literal":
      return unquotedText(out, part.text, context);
    case "Glob":
      if (part.kind !== "bracket") return lit(out, part.text, quoted, context === "operand");
      lit(out, "[", quoted, context === "operand");
      for (const inner of part.parts) addPart(out, inner, context);
      return lit(out, "]", quoted, context === "operand");
    case "ExtendedGlob":
      lit(out, `${part.operator}(`, quoted, context === "operand");
      if (part.parts) for (const inner of part.parts) addPart(out, inner, context);
      else unquotedText(out, part.pattern, context);
      return lit(out, ")", quoted, context === "operand");
    case "SingleQuoted":
      return lit(out, quoted ? part.text : part.value, true);
    case "AnsiCQuoted":
      return lit(out, quoted ? part.text : ansiCValue(part.text, part.value), true);
    case "DoubleQuoted":
    case "LocaleString":
      if (part.parts.length === 0) lit(out, "", true);
      for (const inner of part.parts) addQuoted(out, inner);
      return;
    case "BraceExpansion":
      // expanded before the word is compiled; what is left of it here is ordinary text
      if (!part.parts) return unquotedText(out, part.text, context);
      unquotedText(out, "{", context);
      for (const inner of part.parts) addPart(out, inner, context);
      return unquotedText(out, "}", context);
    case "ProcessSubstitution":
      if (quoted || !part.script) return lit(out, part.text, quoted);
      out.push({ t: "process", script: part.script, operator: part.operator });
      return;
    default:
      addExpansion(out, part, quoted);
  }
}

/** $'…' with bytes above 0x7f, which need not be UTF-8. */
const ansiCValue = (text: string, value: string): string =>
  /\\(x[89a-fA-F][0-9a-fA-F]|[2-3][0-7]{2})/.test(text) ? unescape(text.slice(2, -1), "ansi-c").text : value;

function addQuoted(out: Segment[], part: DoubleQuotedChild): void {
  if (part.type === "Literal") lit(out, part.value, true);
  else addExpansion(out, part, true);
}

function addExpansion(out: Segment[], part: Exclude<DoubleQuotedChild, { type: "Literal" }>, quoted: boolean): void {
  switch (part.type) {
    case "SimpleExpansion":
      out.push({ t: "name", name: part.text.slice(1), quoted });
      return;
    case "ParameterExpansion":
      out.push({ t: "param", part, quoted });
      return;
    case "CommandExpansion":
      if (part.script) out.push({ t: "command", script: part.script, text: part.text, quoted });
      else lit(out, "", quoted);
      return;
    case "ArithmeticExpansion":
      out.push({ t: "arith", text: arithmeticText(part), quoted });
  }
}

const arithmeticText = (part: ArithmeticExpansionPart): string =>
  part.text.startsWith("$[") ? part.text.slice(2, -1) : part.text.slice(3, -2);

/** A tilde at the start of the word (in assignments also after a colon) that nothing quotes. */
function tildes(segments: Segment[], context: Context): void {
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (segment.t !== "lit" || segment.quoted || !segment.text.includes("~")) continue;
    const pieces: Segment[] = [];
    let text = segment.text;
    const more = i + 1 < segments.length;
    let start = i === 0;
    if (start && context === "word") {
      // bash also looks behind the = of a word that has the form of an assignment
      const assignment = /^[A-Za-z_]\w*\+?=(?=~)/.exec(text);
      if (assignment) {
        pieces.push({ ...segment, text: assignment[0] });
        text = text.slice(assignment[0].length);
      }
    }
    for (;;) {
      const match = start ? /^~([\w.+-]*)/.exec(text) : null;
      const next = match ? text[match[0].length] : undefined;
      if (match && ((next === undefined && !more) || next === "/" || (context === "assign" && next === ":"))) {
        pieces.push({ t: "tilde", user: match[1]! });
        text = text.slice(match[0].length);
      }
      const colon = context === "assign" ? text.indexOf(":~") : -1;
      if (colon < 0) {
        if (text !== "") pieces.push({ ...segment, text });
        break;
      }
      pieces.push({ ...segment, text: text.slice(0, colon + 1) });
      text = text.slice(colon + 1);
      start = true;
    }
    segments.splice(i, 1, ...pieces);
    i += pieces.length - 1;
  }
}

const braces = new WeakMap<Word, readonly Word[] | null>();

/** The words that brace expansion makes of a word. */
export function braceWords(word: Word): readonly Word[] | undefined {
  if (!word.text.includes("{")) return undefined;
  let words = braces.get(word);
  if (words === undefined) {
    const has = word.parts?.some((part) => part.type === "BraceExpansion") ?? false;
    words = has ? braceExpand(word.text).map(wordOf) : null;
    braces.set(word, words);
  }
  return words ?? undefined;
}

const words = new Map<string, Word>();

/** A word of its own, parsed from raw text. */
export function wordOf(text: string): Word {
  let word = words.get(text);
  if (!word) {
    const command = parse(`: ${text}`).commands[0]?.command;
    const first = command?.type === "Command" ? command.suffix[0] : undefined;
    word =
      first?.type === "Word"
        ? first
        : ({ type: "Word", text, value: text, pos: 0, end: text.length, parts: text === "" ? [] : undefined } as Word);
    if (words.size > 5000) words.clear();
    words.set(text, word);
  }
  return word;
}

/** A subscript parsed from raw text: blanks are part of it. */
export function subscriptOf(text: string): Word {
  const command = parse(`x[${text}]=`).commands[0]?.command;
  const first = command?.type === "Command" ? command.prefix[0] : undefined;
  return (first?.type === "Assignment" ? first.index : undefined) ?? wordOf(text);
}

const bodies = new Map<string, Segment[]>();

/** Text as within a here-document: expansions, but no quotes (arithmetic, PS1 and ${x@P} are read like this). */
export function hereText(text: string): Segment[] {
  if (!/[$`\\]/.test(text)) return [{ t: "lit", text, quoted: true, split: false }];
  let segments = bodies.get(text);
  if (!segments) {
    let mark = "E_O_F";
    while (text.includes(mark)) mark += "_";
    const command = parse(`:<<${mark}\n${text}\n${mark}\n`).commands[0]?.command;
    const document = command?.type === "Command" ? command.redirects[0] : undefined;
    segments = document?.type === "HereDoc" ? bodySegments(document.body.parts, `${text}\n`) : [];
    // the newline before the mark is not part of the text
    const last = segments.at(-1);
    if (last?.t === "lit" && last.text.endsWith("\n")) last.text = last.text.slice(0, -1);
    if (bodies.size > 5000) bodies.clear();
    bodies.set(text, segments);
  }
  return segments;
}

/** The body of a here-document whose delimiter is not quoted. */
export function bodySegments(parts: readonly WordPart[] | undefined, text: string): Segment[] {
  if (!parts) return [{ t: "lit", text, quoted: true, split: false }];
  const out: Segment[] = [];
  for (const part of parts) {
    if (part.type === "Literal") lit(out, part.value, true);
    else addPart(out, part, "dquote");
  }
  return out;
}

const scripts = new Map<string, ParsedScript>();

export function parseScript(text: string): ParsedScript {
  let script = scripts.get(text);
  if (!script) {
    script = parse(text);
    if (scripts.size > 500) scripts.clear();
    scripts.set(text, script);
  }
  return script;
}
