/** Bash's wording of syntax errors. The parser recovers and goes on, bash stops at the first. */
import { forEachChild, type ParsedScript, type SyntaxNode } from "unbash";
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
  if (errors.length === 0 && /[$`<>]\(|`/.test("$(")) forEachChild(script, visit);
  return errors.sort((a, b) => a.pos - b.pos);
}

const checked = new WeakMap<ParsedScript, SyntaxFailure | null>();

export function syntaxError(script: ParsedScript, source: Source): SyntaxFailure | undefined {
  let failure = checked.get(script);
  if (failure === undefined) {
    const [first] = errorsOf(script);
    failure = first ? worded(first, script, source) : null;
    checked.set(script, failure);
  }
  return failure ?? undefined;
}

function worded(error: { message: string; pos: number }, script: ParsedScript, source: Source): SyntaxFailure {
  const { text } = source;
  const at = Math.min(error.pos, text.length);
  const last = source.lineOf(text.length) + (text.endsWith("\n") ? 0 : 1);
  const errorLine = source.lineOf(at);
  // statements that end on a line before the failed command's own first line have run by then
  const containing = script.commands.find((statement) => statement.pos <= at && at <= statement.end);
  const fromLine = containing ? source.lineOf(containing.pos) : errorLine;
  const lines = text.split("\n");
  const quote = /unterminated (single quote|double quote|backtick|.*substitution|.*expansion|.*quot)/.exec(error.message);
  if (quote) {
    const c = quote[1]!.includes("single") ? "'" : quote[1]!.includes("double") ? '"' : quote[1]!.includes("backtick") ? "`" : quote[1]!.includes("parameter") ? "}" : ")";
    return {
      message: `unexpected EOF while looking for matching \`${c}'`,
      line: errorLine,
      fromLine,
      shown: undefined,
      incomplete: true,
    };
  }
  const rest = text.slice(at).replace(/^[ \t]+/, "");
  const offset = text.length - rest.length;
  if (rest.trim() === "") {
    return { message: "syntax error: unexpected end of file", line: last, fromLine, shown: undefined, incomplete: true };
  }
  const token = rest.startsWith("\n") ? "newline" : (/^(;;&|;;|;&|&&|\|\||<<<|<<-|<<|>>|<&|>&|<>|>\||\(|\)|;|&|\||<|>|[^\s;&|<>()]+)/.exec(rest)?.[1] ?? "newline");
  const line = source.lineOf(offset);
  return {
    message: `syntax error near unexpected token \`${token}'`,
    line,
    fromLine,
    shown: lines[line - source.firstLine] ?? "",
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
