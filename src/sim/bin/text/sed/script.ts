/** Parses sed scripts (GNU sed 4.9), with its messages and the character positions in them. */
import { NotSimulated } from "../../../core/errno.ts";
import { fromBytes, toBytes } from "../command.ts";
import { BadRegex, Regex } from "../regex.ts";

export type Address =
  | { kind: "line"; line: number }
  | { kind: "last" }
  | { kind: "regex"; regex: Regex | undefined }
  | { kind: "step"; first: number; step: number }
  | { kind: "plus"; count: number }
  | { kind: "multiple"; of: number };

export interface Command {
  name: string;
  a1?: Address;
  a2?: Address;
  negate: boolean;
  /** Text of a, i, c; file of r, R, w, W; label; exit code. */
  text?: string;
  number?: number;
  /** Where a block's end or a jump's label is. */
  target?: number;
  substitute?: Substitute;
  map?: Map<string, string>;
  /** State of a range: the line at which it ends, or that it is open. */
  open?: boolean;
  until?: number;
}

export interface Substitute {
  regex: Regex | undefined;
  parts: Part[];
  global: boolean;
  print: number;
  nth: number;
  file?: string;
}

export type Part = { text: string } | { group: number } | { case: "L" | "U" | "l" | "u" | "E" };

export class BadScript extends Error {}

export interface Piece {
  text: string;
  /** `-e expression #1` or `file x line 2:`. */
  file?: string;
}

class Reader {
  readonly text: string;
  readonly #file: string | undefined;
  readonly #expression: number;
  at = 0;
  constructor(text: string, file: string | undefined, expression: number) {
    this.text = text;
    this.#file = file;
    this.#expression = expression;
  }
  fail(message: string, at = this.at): never {
    if (this.#file !== undefined) {
      const line = this.text.slice(0, at).split("\n").length;
      throw new BadScript(`file ${this.#file} line ${line}: ${message}`);
    }
    throw new BadScript(`-e expression #${this.#expression}, char ${at}: ${message}`);
  }
  /** The next character; "" at the end. (A getter would be narrowed by what was asked before.) */
  look(): string {
    return this.text[this.at] ?? "";
  }
  next(): string {
    const c = this.text[this.at] ?? "";
    if (this.at < this.text.length) this.at++;
    return c;
  }
  blanks(): void {
    while (this.look() !== "" && /[ \t\v\f\r]/.test(this.look())) this.at++;
  }
  space(): void {
    while (this.look() !== "" && /\s/.test(this.look())) this.at++;
  }
}

export function parseScript(pieces: Piece[], extended: boolean): { commands: Command[]; quiet: boolean } {
  const commands: Command[] = [];
  const blocks: { index: number; reader: Reader; at: number }[] = [];
  let quiet = false;
  let expression = 0;
  for (const [n, piece] of pieces.entries()) {
    if (piece.file === undefined) expression++;
    const reader = new Reader(piece.text, piece.file, expression);
    if (n === 0 && /^#n(\n|$)/.test(piece.text)) {
      quiet = true;
    }
    parsePiece(reader, commands, blocks, extended);
  }
  const open = blocks.at(-1);
  if (open) throw new BadScript(`-e expression #1, char 0: unmatched \`{'`);
  const labels = new Map<string, number>();
  commands.forEach((command, i) => {
    if (command.name === ":") labels.set(command.text!, i);
  });
  for (const command of commands) {
    if (!/^[btT]$/.test(command.name) || command.text === "") continue;
    const target = labels.get(command.text!);
    if (target === undefined)
      throw new BadScript(
        `-e expression #${expression}, char ${pieces.at(-1)!.text.length}: can't find label for jump to \`${command.text}'`.replace(
          /^-e expression #\d+, char \d+: /,
          "",
        ),
      );
    command.target = target;
  }
  return { commands, quiet };
}

function parsePiece(r: Reader, commands: Command[], blocks: { index: number; reader: Reader; at: number }[], extended: boolean): void {
  for (;;) {
    while (r.look() !== "" && /[\s;]/.test(r.look())) r.at++;
    if (r.at >= r.text.length) return;
    if (r.look() === "#") {
      while (r.look() !== "" && r.look() !== "\n") r.at++;
      continue;
    }
    const command: Command = { name: "", negate: false };
    const a1 = address(r, extended, false);
    if (a1) {
      command.a1 = a1;
      r.blanks();
      if (r.look() === ",") {
        r.at++;
        r.blanks();
        const a2 = address(r, extended, true);
        if (!a2) r.fail("unexpected `,'", Math.min(r.at + 1, r.text.length));
        command.a2 = a2;
      }
      if (a1.kind === "line" && a1.line === 0 && command.a2?.kind !== "regex")
        r.fail("invalid usage of line address 0", Math.min(r.at + 1, r.text.length));
    }
    r.blanks();
    while (r.look() === "!") {
      r.at++;
      command.negate = true;
      r.blanks();
      if (r.look() === "!") {
        r.at++;
        r.fail("multiple `!'s");
      }
    }
    const name = r.next();
    command.name = name;
    if (name === "" || name === "\n" || name === ";") r.fail("missing command");
    switch (name) {
      case "#":
        if (command.a1) r.fail("comments don't accept any addresses");
        while (r.look() !== "" && r.look() !== "\n") r.at++;
        continue;
      case ":": {
        if (command.a1) r.fail(": doesn't want any addresses");
        r.blanks();
        command.text = /^[^\s;]*/.exec(r.text.slice(r.at))![0];
        r.at += command.text.length;
        if (command.text === "") r.fail('":" lacks a label');
        break;
      }
      case "{":
        blocks.push({ index: commands.length, reader: r, at: r.at });
        commands.push(command);
        continue;
      case "}": {
        const open = blocks.pop();
        if (!open) r.fail("unexpected `}'");
        if (command.a1) r.fail("} doesn't want any addresses");
        commands[open!.index]!.target = commands.length;
        commands.push(command);
        end(r);
        continue;
      }
      case "a":
      case "i":
      case "c":
        command.text = textOf(r);
        break;
      case "b":
      case "t":
      case "T":
        r.blanks();
        command.text = /^[^\s;}]*/.exec(r.text.slice(r.at))![0];
        r.at += command.text.length;
        end(r);
        break;
      case "r":
      case "R":
      case "w":
      case "W": {
        r.blanks();
        const to = r.text.indexOf("\n", r.at);
        command.text = r.text.slice(r.at, to < 0 ? undefined : to);
        r.at = to < 0 ? r.text.length : to;
        if (command.text === "") r.fail("missing filename in r/R/w/W commands");
        break;
      }
      case "q":
      case "Q":
      case "l":
      case "L": {
        if (/[qQ]/.test(name) && command.a2) r.fail("command only uses one address");
        r.blanks();
        const digits = /^\d*/.exec(r.text.slice(r.at))![0];
        r.at += digits.length;
        if (digits !== "") command.number = Number(digits);
        end(r);
        break;
      }
      case "=":
      case "d":
      case "D":
      case "F":
      case "g":
      case "G":
      case "h":
      case "H":
      case "n":
      case "N":
      case "p":
      case "P":
      case "x":
      case "z":
        end(r);
        break;
      case "e":
        throw new NotSimulated("sed's e command");
      case "v":
        while (r.look() !== "" && r.look() !== "\n" && r.look() !== ";") r.at++;
        continue;
      case "s":
        command.substitute = substitute(r, extended);
        break;
      case "y":
        command.map = transliterate(r);
        end(r);
        break;
      default:
        r.fail(`unknown command: \`${name}'`);
    }
    commands.push(command);
  }
}

/** After a command: blanks, then `;`, a newline, `}`, `#` or the end. */
function end(r: Reader): void {
  r.blanks();
  if (r.look() === "" || r.look() === "\n" || r.look() === ";") {
    r.next();
    return;
  }
  if (r.look() === "}" || r.look() === "#") return;
  r.at++;
  r.fail("extra characters after command");
}

function address(r: Reader, extended: boolean, second: boolean): Address | undefined {
  const c = r.look();
  if (/\d/.test(c)) {
    const number = Number(take(r, /^\d+/));
    const save = r.at;
    r.blanks();
    if (r.look() === "~" && !second) {
      r.at++;
      return { kind: "step", first: number, step: Number(take(r, /^\d*/) || "0") };
    }
    r.at = save;
    return { kind: "line", line: number };
  }
  if (second && (c === "+" || c === "~")) {
    r.at++;
    const digits = take(r, /^\d*/);
    if (digits === "") r.fail("expected newer version of sed".replace(/.*/, "unexpected `,'"));
    return c === "+" ? { kind: "plus", count: Number(digits) } : { kind: "multiple", of: Number(digits) };
  }
  if (c === "$") {
    r.at++;
    return { kind: "last" };
  }
  if (c === "/" || c === "\\") {
    r.at++;
    const delimiter = c === "\\" ? r.next() : "/";
    const text = delimited(r, delimiter, true);
    if (text === undefined) r.fail("unterminated address regex");
    let [ignoreCase, multiline] = [false, false];
    for (;;) {
      if (r.look() === "I") ignoreCase = true;
      else if (r.look() === "M") multiline = true;
      else break;
      r.at++;
    }
    return { kind: "regex", regex: compile(r, text!, extended, ignoreCase, multiline) };
  }
  return undefined;
}

function take(r: Reader, what: RegExp): string {
  const found = what.exec(r.text.slice(r.at))![0];
  r.at += found.length;
  return found;
}

/**
 * Text up to an unescaped delimiter; `\` before the delimiter goes, `\n` becomes a newline in expressions. A bracket expression is taken
 * whole: a delimiter in it is ordinary, and so is a `\`.
 */
function delimited(r: Reader, delimiter: string, regex: boolean): string | undefined {
  let out = "";
  for (;;) {
    const c = r.next();
    if (c === "") return undefined;
    if (c === delimiter) return out;
    if (c === "\n" && regex) {
      r.at--;
      return undefined;
    }
    if (c === "[" && regex) {
      out += c + take(r, bracketRest);
      if (r.look() !== "]") return undefined;
      out += r.next();
      continue;
    }
    if (c === "\\") {
      const next = r.next();
      if (next === "") return undefined;
      if (next === delimiter) out += next;
      else if (next === "n" && regex) out += "\n";
      else if (next === "\n" && !regex) out += "\\\n";
      else out += c + next;
      continue;
    }
    out += c;
  }
}

/** What follows the `[` of a bracket expression, up to the `]` that ends it, a newline or the end. */
const bracketRest = /^\^?(?:\](?!\n))?(?:\[([:.=])(?:(?!\1\])[^\n])*(?:\1\]|(?=\n|$))|[^\]\n])*/;

const escapes: Record<string, string> = { a: "\x07", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** GNU's character escapes in an expression, before it is compiled. */
function unescapeRegex(text: string): string {
  return text.replace(/\\(\\|[afnrtv]|c.|d\d{3}|o[0-7]{3}|x[0-9A-Fa-f]{1,2}|.)/gs, (whole, what: string) => {
    const plain = character(what);
    if (plain === undefined) return whole;
    // a special character that was written by its code stands for itself
    return /[\\^$.*+?()[\]{}|]/.test(plain) ? `\\${plain}` : plain;
  });
}

function character(what: string): string | undefined {
  if (what.length === 1) return escapes[what];
  if (what[0] === "c") return String.fromCharCode(what[1]!.toUpperCase().charCodeAt(0) ^ 64);
  if (what[0] === "d") return byteText(Number(what.slice(1)));
  if (what[0] === "o") return byteText(parseInt(what.slice(1), 8));
  if (what[0] === "x") return byteText(parseInt(what.slice(1), 16));
  return undefined;
}

/** A byte as encoding.ts carries it: above 0x7f it is a part of a character, or none. */
const byteText = (code: number): string => String.fromCharCode((code & 0xff) < 0x80 ? code & 0xff : 0xdc00 + (code & 0xff));

/** Bytes written one by one that make a character together. */
const joinBytes = (text: string): string => (/[\udc80-\udcff]/.test(text) ? fromBytes(toBytes(text)) : text);

/** undefined for the empty expression: the last one used. */
function compile(r: Reader, text: string, extended: boolean, ignoreCase: boolean, multiline: boolean): Regex | undefined {
  if (text === "") return undefined;
  try {
    return new Regex(joinBytes(unescapeRegex(text)), { syntax: extended ? "extended" : "basic", ignoreCase, multiline });
  } catch (error) {
    if (!(error instanceof BadRegex)) throw error;
    r.fail(error.message === "Unmatched [, [^, [:, [., or [=" ? "unterminated address regex" : error.message);
  }
}

function textOf(r: Reader): string {
  r.blanks();
  if (r.look() === "") r.fail("expected \\ after `a', `c' or `i'");
  let keep = false;
  if (r.look() === "\\") {
    r.at++;
    const save = r.at;
    r.blanks();
    if (r.look() === "\n") r.at++;
    else {
      // `a\text`: GNU's one-line form that keeps leading blanks
      r.at = save;
      keep = true;
    }
    if (r.at >= r.text.length && !keep) r.fail("expected \\ after `a', `c' or `i'");
    if (r.at >= r.text.length) r.fail("expected \\ after `a', `c' or `i'");
  }
  let out = "";
  for (;;) {
    const c = r.next();
    if (c === "") break;
    if (c === "\n") break;
    if (c === "\\") {
      const next = r.next();
      if (next === "") break;
      out += next === "\n" ? "\n" : next === "t" && out !== "" ? "\t" : next;
      continue;
    }
    out += c;
  }
  return `${out}\n`;
}

function substitute(r: Reader, extended: boolean): Substitute {
  const delimiter: string = r.next();
  if (delimiter === "" || delimiter === "\n" || delimiter === "\\") r.fail("unterminated `s' command");
  const pattern = subPattern(r, delimiter);
  const replacement = subReplacement(r, delimiter);
  const s: Substitute = { regex: undefined, parts: [], global: false, print: 0, nth: 0 };
  let [ignoreCase, multiline] = [false, false];
  for (;;) {
    const c = r.look();
    if (c === "g") {
      if (s.global) r.fail("multiple `g' options to `s' command", r.at + 1);
      s.global = true;
    } else if (c === "p") s.print++;
    else if (c === "i" || c === "I") ignoreCase = true;
    else if (c === "m" || c === "M") multiline = true;
    else if (c === "e") throw new NotSimulated("the e flag of sed's s command");
    else if (/[0-9]/.test(c)) {
      s.nth = Number(take(r, /^\d+/));
      if (s.nth === 0) r.fail("number option to `s' command may not be zero");
      continue;
    } else if (c === "w") {
      r.at++;
      r.blanks();
      const to = r.text.indexOf("\n", r.at);
      s.file = r.text.slice(r.at, to < 0 ? undefined : to);
      r.at = to < 0 ? r.text.length : to;
      if (s.file === "") r.fail("missing filename in r/R/w/W commands");
      break;
    } else if (c === "" || c === "\n" || c === ";" || c === "}" || c === "#") {
      if (c === "\n" || c === ";") r.at++;
      break;
    } else if (/[ \t\r]/.test(c)) {
      r.at++;
      continue;
    } else {
      r.at++;
      r.fail("unknown option to `s'");
    }
    r.at++;
  }
  s.regex = compile(r, pattern, extended, ignoreCase, multiline);
  s.parts = replacementParts(replacement);
  const highest = Math.max(0, ...s.parts.map((part) => ("group" in part ? part.group : 0)));
  if (s.regex && highest > s.regex.groups) r.fail(`invalid reference \\${highest} on \`s' command's RHS`);
  return s;
}

function subPattern(r: Reader, delimiter: string): string {
  const text = delimited(r, delimiter, true);
  if (text === undefined) r.fail("unterminated `s' command");
  return text!;
}

function subReplacement(r: Reader, delimiter: string): string {
  let out = "";
  for (;;) {
    const c = r.next();
    if (c === "") r.fail("unterminated `s' command");
    if (c === delimiter) return out;
    if (c === "\\") {
      const next = r.next();
      if (next === "") r.fail("unterminated `s' command");
      out += next === delimiter && next !== "&" && !/[0-9]/.test(next) ? next : c + next;
      continue;
    }
    out += c;
  }
}

function replacementParts(text: string): Part[] {
  const parts: Part[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push({ text: joinBytes(plain) });
    plain = "";
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "&") {
      flush();
      parts.push({ group: 0 });
    } else if (c === "\\" && i + 1 < text.length) {
      const next = text[++i]!;
      if (/\d/.test(next)) {
        flush();
        parts.push({ group: Number(next) });
      } else if (/[LUluE]/.test(next)) {
        flush();
        parts.push({ case: next as "L" });
      } else {
        const m = /^(c.|d\d{3}|o[0-7]{3}|x[0-9A-Fa-f]{1,2}|[afnrtv])/s.exec(text.slice(i));
        const found = m ? character(m[1]!) : undefined;
        if (found !== undefined) {
          plain += found;
          i += m![1]!.length - 1;
        } else plain += next;
      }
    } else plain += c;
  }
  flush();
  return parts;
}

function transliterate(r: Reader): Map<string, string> {
  const delimiter = r.next();
  const one = delimited(r, delimiter, false);
  const two = one === undefined ? undefined : delimited(r, delimiter, false);
  if (one === undefined || two === undefined) r.fail("unterminated `y' command");
  const plain = (text: string): string[] => [
    ...text.replace(/\\(.)/gs, (whole, c: string) => (c === "\\" ? "\\" : c === "\n" ? "\n" : (escapes[c] ?? whole))),
  ];
  const [from, to] = [plain(one!), plain(two!)];
  if (from.length !== to.length) r.fail("strings for `y' command are different lengths");
  return new Map(from.map((c, i) => [c, to[i]!]));
}
