/** Bash's wording of syntax errors. The parser recovers and goes on, bash stops at the first. */
import { forEachChild, type ParsedScript, type Statement, type SyntaxNode } from "unbash";
import { conditionalFailure } from "./conditional-syntax.ts";
import type { Source } from "./syntax.ts";

export interface SyntaxFailure {
  message: string;
  /** Line that the message names. */
  line: number;
  /** First line of the command that could not be read; what is before it runs. */
  fromLine: number;
  /** The line that bash shows, for errors near a token. */
  shown: string | undefined;
  /** More input could mend it. */
  incomplete: boolean;
  /** Status of a script that ends with it: 2 when missing; "kept" leaves the last command's. */
  status?: number | "kept";
  /** A message that comes first. */
  earlier?: { message: string; line: number };
}

/** Errors of a script and of the command substitutions in it. */
function errorsOf(script: ParsedScript): { message: string; pos: number }[] {
  const errors = [...(script.errors ?? [])];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Script") {
      const nested = (node as ParsedScript).errors;
      if (nested) errors.push(...nested);
    }
    forEachChild(node, visit);
  };
  if (errors.length === 0) forEachChild(script, visit);
  return errors.sort((a, b) => a.pos - b.pos);
}

const checked = new WeakMap<ParsedScript, SyntaxFailure | null>();

export function syntaxError(script: ParsedScript, source: Source): SyntaxFailure | undefined {
  let failure = checked.get(script);
  if (failure === undefined) {
    const errors = errorsOf(script);
    failure = errors.length > 0 ? worded(errors, script, source) : (strayParenthesis(script, source) ?? null);
    checked.set(script, failure);
  }
  return failure ?? undefined;
}

/** Quote or bracket that an unterminated construct waits for, and whether bash names the line on which it looked last. */
const unterminated: [RegExp, string, boolean][] = [
  [/substitution/, ")", true],
  [/single quote|ANSI-C/, "'", false],
  [/double quote|locale/i, '"', false],
  [/backtick/, "`", false],
  [/parameter expansion/, "}", false],
  [/./, ")", false],
];

const closers = new Set(["fi", "done", "esac", "else", "elif", "then", "do", "}", ")"]);

/** The statement that an error belongs to: one that nothing closes has no end of its own. */
function failing(script: ParsedScript, error: { message: string }, at: number): Statement | undefined {
  const stray = error.message.startsWith("unexpected token");
  return script.commands.findLast((statement) => statement.pos <= at && (at <= statement.end || statement.end <= statement.pos || !stray));
}

/** `x=(1 2;`: only words may stand in the parentheses. */
function arrayFailure(text: string, at: number, near: (token: string, offset: number) => SyntaxFailure): SyntaxFailure | undefined {
  if (text[at - 1] !== "=" && text[at] !== "=") return undefined;
  const from = text.indexOf("(", at) + 1;
  const word = /\s+|#.*|(?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\$\([^)]*\)|[^\s;&|<>()'"\\])+/y;
  word.lastIndex = from;
  let end = from;
  while (word.test(text)) end = word.lastIndex;
  const operator = /^(;;|&&|\|\||[;&|<>(])/.exec(text.slice(end));
  return operator ? { ...near(operator[0], end), status: 1 } : undefined;
}

function worded(errors: { message: string; pos: number }[], script: ParsedScript, source: Source): SyntaxFailure {
  const { text } = source;
  const error = errors[0]!;
  const at = Math.min(error.pos, text.length);
  const last = source.lineOf(text.length) + (text.endsWith("\n") ? 0 : 1);
  // statements that end on a line before the failed command's own first line have run by then
  const containing = failing(script, error, at);
  const fromLine = source.lineOf(containing ? containing.pos : at);
  const endOfFile: SyntaxFailure = {
    message: "syntax error: unexpected end of file",
    line: last,
    fromLine,
    shown: undefined,
    incomplete: true,
  };
  const near = (token: string, offset: number): SyntaxFailure => {
    const line = source.lineOf(Math.min(offset, text.length));
    return {
      message: `syntax error near unexpected token \`${token}'`,
      line,
      fromLine,
      shown: text.split("\n")[line - source.firstLine] ?? "",
      incomplete: false,
    };
  };
  const open = errors.filter((e) => e.message.startsWith("unterminated"));
  if (open.length > 0) {
    const found = open.map((e) => ({ e, kind: unterminated.find(([pattern]) => pattern.test(e.message))! }));
    const array = arrayFailure(text, open[0]!.pos, near);
    if (array) return array;
    const { e, kind } = found.find(({ kind: k }) => k[2]) ?? found[0]!;
    return {
      message: `unexpected EOF while looking for matching \`${kind[1]}'`,
      line: kind[2] && !text.startsWith("$((", e.pos) ? last : source.lineOf(Math.min(e.pos, text.length)),
      fromLine,
      shown: undefined,
      incomplete: true,
      ...(text[e.pos - 1] === "=" || text[e.pos] === "=" ? { status: 1 } : {}),
    };
  }
  const opening = text.slice(containing?.pos ?? 0, at).search(/(?<=^|[\s;&|(!])\[\[(?=\s)/);
  const conditional = opening < 0 ? undefined : conditionalFailure(text, (containing?.pos ?? 0) + opening);
  if (conditional) {
    const { message, offset, atEnd, earlier } = conditional;
    return {
      message,
      line: source.lineOf(offset),
      fromLine,
      shown: undefined,
      incomplete: atEnd,
      ...(atEnd || (/`newline'/.test(message) && text.slice(offset).trim() === "") ? {} : { status: "kept" as const }),
      ...(earlier ? { earlier: { message: earlier.message, line: source.lineOf(earlier.offset) } } : {}),
    };
  }
  // what the parser waited for when it met something else: the token before its position
  const wanted = /^expected '(do|then|in)'/.exec(error.message);
  if (wanted) {
    const head = text.slice(0, at);
    if (/\bcase\s+\S+\s*$/.test(head) && text.slice(at).trim() === "") return endOfFile;
    const token = /(\S+)\s*$/.exec(head)?.[1]?.replace(/[;)]+$/, "") ?? "";
    const offset = head.lastIndexOf(token);
    const misplaced =
      /\bfor\s+\w+\s+(?!in\b)[^\s;]+\s*$/.test(head) ||
      (wanted[1] === "do" && /\bfor\b[^;\n]*[;\n]\s*[^\s;]+\s*$/.test(head)) ||
      wanted[1] === "in";
    return token !== "" && (misplaced || closers.has(token)) ? near(token, offset) : endOfFile;
  }
  let rest = text.slice(at);
  // an empty group is reported at its opening
  if (error.message.startsWith("expected command in")) rest = rest.replace(/^[{(]/, "");
  rest = rest.replace(/^[ \t]+/, "");
  const offset = text.length - rest.length;
  if (error.message === "expected redirect target" && rest.trim() === "") return near("newline", offset);
  // comments are no command either
  if (rest.replaceAll(/(^|\s)#.*$/gm, "").trim() === "") return endOfFile;
  // `word (`: bash takes it for the head of a function and stumbles over what follows
  const call = rest.startsWith(")") ? /\S+\s*\(\s*([^\s()]+)\s*$/.exec(text.slice(0, offset)) : undefined;
  if (call) return near(call[1]!, offset);
  const token = rest.startsWith("\n")
    ? "newline"
    : (/^(;;&|;;|;&|&&|\|\||<<<|<<-|<<|>>|<&|>&|<>|>\||\(|\)|;|&|\||<|>|[^\s;&|<>()]+)/.exec(rest)?.[1] ?? "newline");
  return near(token, offset);
}

/** `echo (`, which the parser lets pass. */
function strayParenthesis(script: ParsedScript, source: Source): SyntaxFailure | undefined {
  const end = script.commands.at(-1)?.end ?? 0;
  const tail = /^[ \t]*\([ \t]*(?=\n|$)/.exec(source.text.slice(end));
  if (!tail || script.commands.length === 0) return undefined;
  const line = source.lineOf(end);
  return {
    message: "syntax error near unexpected token `newline'",
    line,
    fromLine: line,
    shown: source.text.split("\n")[line - source.firstLine] ?? "",
    incomplete: false,
  };
}

/** Whether the text ends in the middle of a command: a quote, a here-document or a compound command is open. */
export function needsMore(script: ParsedScript, source: Source): boolean {
  if (/(^|[^\\])(\\\\)*\\\n$/.test(source.text)) return true;
  const failure = syntaxError(script, source);
  if (failure) return failure.incomplete;
  let open = false;
  const visit = (node: SyntaxNode): void => {
    if (node.type === "HereDoc" && !node.closing) open = true;
    if (!open) forEachChild(node, visit);
  };
  forEachChild(script, visit);
  return open;
}
