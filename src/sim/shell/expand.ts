/** Word expansion: from words of the syntax tree to the strings that commands are given. */
import type { Word } from "unbash";
import { pathnames } from "./glob.ts";
import { expandParameter } from "./parameter.ts";
import { escaped } from "./pattern.ts";
import type { Shell } from "./shell.ts";
import { braceWords, compile, hereText, type Context, type Segment } from "./syntax.ts";

/** A stretch of expanded text. `null` in a list separates fields (as between the elements of "$@"). */
interface Piece {
  text: string;
  quoted: boolean;
  split: boolean;
}
export type Pieces = (Piece | null)[];

/** A failed expansion: the message is printed, and a non-interactive shell ends. */
export class ExpansionError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

export async function expandSegments(sh: Shell, segments: readonly Segment[], out: Pieces): Promise<void> {
  for (const segment of segments) {
    switch (segment.t) {
      case "lit":
        out.push({ text: segment.text, quoted: segment.quoted, split: segment.split });
        break;
      case "name":
        sh.parameter(segment.name, segment.quoted, out);
        break;
      case "param":
        await expandParameter(sh, segment.part, segment.quoted, out);
        break;
      case "tilde":
        out.push({ text: sh.home(segment.user), quoted: true, split: false });
        break;
      case "arith":
        out.push({ text: String(sh.arithmetic(await expandText(sh, segment.text))), quoted: segment.quoted, split: !segment.quoted });
        break;
      case "command":
        out.push({ text: await sh.substitute(segment.script, segment.text), quoted: segment.quoted, split: !segment.quoted });
        break;
      case "process":
        out.push({ text: await sh.processSubstitution(segment.script, segment.operator), quoted: true, split: false });
    }
  }
}

/** Expansions within text that has no quotes of its own (here-documents, arithmetic, prompts). */
export async function expandText(sh: Shell, text: string): Promise<string> {
  const segments = hereText(text);
  if (segments.length === 1 && segments[0]!.t === "lit") return segments[0]!.text;
  return await joinSegments(sh, segments);
}

export async function joinSegments(sh: Shell, segments: readonly Segment[]): Promise<string> {
  const pieces: Pieces = [];
  await expandSegments(sh, segments, pieces);
  return join(pieces);
}

const join = (pieces: Pieces): string => {
  if (pieces.length === 1) return pieces[0]?.text ?? "";
  let text = "";
  for (const piece of pieces) text += piece === null ? " " : piece.text;
  return text;
};

/** One string: no splitting, no pathname expansion (assignments, redirection targets of here-strings, case words). */
export async function expandString(sh: Shell, word: Word, context: Context = "word"): Promise<string> {
  const compiled = compile(word, context);
  if (compiled.literal !== undefined) return compiled.literal;
  return await joinSegments(sh, compiled.segments);
}

/** A pattern, with quoted text made literal. */
export async function expandPattern(sh: Shell, word: Word, context: Context = "word"): Promise<string> {
  return patternOf(await expandPieces(sh, word, context));
}

export async function expandPieces(sh: Shell, word: Word, context: Context = "word"): Promise<Pieces> {
  const pieces: Pieces = [];
  await expandSegments(sh, compile(word, context).segments, pieces);
  return pieces;
}

export function patternOf(pieces: Pieces): string {
  let pattern = "";
  for (const piece of pieces) pattern += piece === null ? " " : piece.quoted ? escaped(piece.text) : piece.text;
  return pattern;
}

/** Fields of several words, with everything that bash does to words of a command. */
export async function expandWords(sh: Shell, list: readonly Word[]): Promise<string[]> {
  const out: string[] = [];
  for (const word of list) await expandWord(sh, word, out);
  return out;
}

export async function expandWord(sh: Shell, word: Word, out: string[]): Promise<void> {
  const several = sh.flags.braceexpand ? braceWords(word) : undefined;
  if (several) {
    for (const one of several) await expandOne(sh, one, out);
    return;
  }
  await expandOne(sh, word, out);
}

async function expandOne(sh: Shell, word: Word, out: string[]): Promise<void> {
  const compiled = compile(word, "word");
  if (compiled.literal !== undefined) {
    out.push(compiled.literal);
    return;
  }
  const pieces: Pieces = [];
  await expandSegments(sh, compiled.segments, pieces);
  for (const field of splitFields(pieces, sh.vars.get("IFS"))) {
    if (sh.flags.noglob || !field.some((piece) => !piece.quoted && /[*?[\\]|[@+!]\(/.test(piece.text))) {
      out.push(field.length === 1 ? field[0]!.text : field.map((piece) => piece.text).join(""));
      continue;
    }
    const found = pathnames(sh, patternOf(field));
    if (found.length > 0) out.push(...found);
    else if (sh.shopt.failglob) throw new ExpansionError(`no match: ${field.map((piece) => piece.text).join("")}`);
    else if (!sh.shopt.nullglob || !found.pattern) out.push(field.map((piece) => piece.text).join(""));
  }
}

/** Word splitting. A field exists when it has a character or a quoted (even empty) piece. */
function splitFields(pieces: Pieces, ifs = " \t\n"): Piece[][] {
  const fields: Piece[][] = [];
  let current: Piece[] | undefined;
  let afterBlank = false;
  const blank = (c: string): boolean => (c === " " || c === "\t" || c === "\n") && ifs.includes(c);
  const end = (): void => {
    if (current) fields.push(current);
    current = undefined;
  };
  for (const [i, piece] of pieces.entries()) {
    if (piece === null) {
      // what $* and $@ stand for, outside quotes, is split as if the first character of IFS were between
      const joined = ifs !== "" && !blank(ifs[0]!) && (pieces[i - 1]?.split ?? false);
      if (joined && !current && !afterBlank) fields.push([]);
      end();
      afterBlank = false;
      continue;
    }
    if (!piece.split) {
      if (piece.text !== "" || piece.quoted) {
        (current ??= []).push(piece);
        afterBlank = false;
      }
      continue;
    }
    const { text } = piece;
    let from = 0;
    for (let i = 0; i <= text.length; i++) {
      const c = text[i];
      if (c !== undefined && !ifs.includes(c)) continue;
      if (i > from) {
        (current ??= []).push(from === 0 && i === text.length ? piece : { text: text.slice(from, i), quoted: false, split: true });
        afterBlank = false;
      }
      from = i + 1;
      if (c === undefined) break;
      if (blank(c)) {
        if (current) {
          end();
          afterBlank = true;
        }
      } else if (current) end();
      else if (afterBlank) afterBlank = false;
      else fields.push([]);
    }
  }
  end();
  return fields;
}

/** Expansion of a redirection's target: exactly one word. */
export async function expandTarget(sh: Shell, word: Word): Promise<string> {
  const fields: string[] = [];
  await expandWord(sh, word, fields);
  if (fields.length !== 1) throw new RedirectionError(`${word.text}: ambiguous redirect`);
  return fields[0]!;
}

/** A redirection that failed: its command is not run. */
export class RedirectionError extends Error {}
