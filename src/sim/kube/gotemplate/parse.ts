/** The syntax of Go's text/template (text/template/parse), without `define`, `template`, `block`, `break` and `continue`. */
import { NotSimulated } from "../../core/errno.ts";

export class TemplateError extends Error {}

export type Node =
  | { kind: "text"; text: string }
  | { kind: "print"; pipe: Pipe }
  | { kind: "if" | "with" | "range"; pipe: Pipe; body: Node[]; otherwise: Node[] };

export interface Pipe {
  /** `$x := …`, or `$i, $x := …` of a range. */
  declares: string[];
  assigns: boolean;
  commands: Command[];
  text: string;
}
export interface Command {
  words: Operand[];
  text: string;
  at: number;
}
export type Operand =
  | { kind: "dot" }
  | { kind: "field"; names: string[]; text: string; at: number }
  | { kind: "variable"; name: string; names: string[]; text: string; at: number }
  | { kind: "function"; name: string; at: number }
  | { kind: "value"; value: string | number | bigint | boolean | null }
  | { kind: "group"; pipe: Pipe; names: string[]; text: string; at: number };

interface Token {
  text: string;
  at: number;
  /** White space before it ends a word: `.a .b` are two, `.a.b` is one. */
  spaced: boolean;
}

const tokenPattern =
  /\s+|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)+'|:=|\.[A-Za-z_][A-Za-z0-9_]*|\$[A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*|[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|[.|()=,]/y;

const lineOf = (source: string, at: number): number => source.slice(0, at).split("\n").length;

/** Throws TemplateError with the text after "template: ". `functions`: the names that are known. */
export function parse(source: string, functions: ReadonlySet<string>): Node[] {
  const open: { node: Extract<Node, { pipe: Pipe; body: Node[] }>; into: Node[]; inElse: boolean; chained: boolean; variables: number }[] =
    [];
  const root: Node[] = [];
  const variables = ["$"];
  let into = root;
  let at = 0;
  const fail = (where: number, message: string): never => {
    throw new TemplateError(`output:${lineOf(source, where)}: ${message}`);
  };
  const close = (): void => {
    for (;;) {
      const last = open.pop()!;
      into = last.into;
      variables.length = last.variables;
      if (!last.chained) return;
    }
  };
  while (at < source.length) {
    const start = source.indexOf("{{", at);
    let text = source.slice(at, start < 0 ? undefined : start);
    if (start >= 0 && /^\{\{-\s/.test(source.slice(start))) text = text.trimEnd();
    if (text !== "") into.push({ kind: "text", text });
    if (start < 0) break;
    let from = start + 2;
    if (/^-\s/.test(source.slice(from))) from++;
    const comment = /^\s*\/\*[\s\S]*?\*\/\s*-?\}\}/.exec(source.slice(from));
    const end = comment ? from + comment[0].length : endOf(source, from);
    if (end < 0) fail(start, "unclosed action");
    at = end;
    const trims = /\s-\}\}$/.test(source.slice(0, end));
    if (trims) while (/\s/.test(source[at] ?? "")) at++;
    if (comment) continue;
    const tokens = tokenize(source, from, end - 2 - (trims ? 1 : 0), fail);
    const word = tokens[0]?.text ?? "";
    const pipe = (skip: number): Pipe => new Pipes(source, tokens.slice(skip), functions, variables, fail).whole();
    if (word === "") fail(start, "missing value for command");
    else if (word === "if" || word === "with" || word === "range") {
      const before = variables.length;
      const node: Node = { kind: word, pipe: pipe(1), body: [], otherwise: [] };
      into.push(node);
      open.push({ node, into, inElse: false, chained: false, variables: before });
      into = node.body;
    } else if (word === "else") {
      const last = open.at(-1);
      if (!last || last.inElse) return fail(start, "unexpected {{else}}");
      last.inElse = true;
      into = last.node.otherwise;
      const next = tokens[1]?.text;
      if (next === "if" || next === "with") {
        const before = variables.length;
        const node: Node = { kind: next, pipe: pipe(2), body: [], otherwise: [] };
        into.push(node);
        open.push({ node, into, inElse: false, chained: true, variables: before });
        into = node.body;
      }
    } else if (word === "end") {
      if (open.length === 0) fail(start, "unexpected {{end}}");
      close();
    } else if (["define", "template", "block", "break", "continue"].includes(word)) throw new NotSimulated(`go-template {{${word}}}`);
    else into.push({ kind: "print", pipe: pipe(0) });
  }
  if (open.length > 0) fail(source.length, "unexpected EOF");
  return root;
}

/** Where the action that begins at `from` ends, behind its braces; strings may hold braces. */
function endOf(source: string, from: number): number {
  for (let i = from; i < source.length; i++) {
    const quote = source[i]!;
    if (source.startsWith("}}", i)) return i + 2;
    if (quote !== '"' && quote !== "`" && quote !== "'") continue;
    for (i++; i < source.length && source[i] !== quote; i++) if (quote !== "`" && source[i] === "\\") i++;
  }
  return -1;
}

function tokenize(source: string, from: number, end: number, fail: (at: number, message: string) => never): Token[] {
  const tokens: Token[] = [];
  let spaced = true;
  for (let at = from; at < end;) {
    tokenPattern.lastIndex = at;
    const found = tokenPattern.exec(source)?.[0];
    if (found === undefined || at + found.length > end) return fail(at, `unexpected ${JSON.stringify(source[at])} in command`);
    if (/^\s/.test(found)) spaced = true;
    else {
      tokens.push({ text: found, at, spaced });
      spaced = false;
    }
    at += found.length;
  }
  return tokens;
}

class Pipes {
  readonly #source: string;
  readonly #tokens: Token[];
  readonly #functions: ReadonlySet<string>;
  readonly #variables: string[];
  readonly #fail: (at: number, message: string) => never;
  #i = 0;

  constructor(
    source: string,
    tokens: Token[],
    functions: ReadonlySet<string>,
    variables: string[],
    fail: (at: number, message: string) => never,
  ) {
    this.#source = source;
    this.#tokens = tokens;
    this.#functions = functions;
    this.#variables = variables;
    this.#fail = fail;
  }

  whole(): Pipe {
    const pipe = this.#pipe();
    const rest = this.#tokens[this.#i];
    if (rest) this.#fail(rest.at, `unexpected ${JSON.stringify(rest.text)} in operand`);
    return pipe;
  }

  #pipe(): Pipe {
    const begin = this.#i;
    const [a, b, c, d] = this.#tokens.slice(this.#i, this.#i + 4).map((t) => t.text);
    let declares: string[] = [];
    let assigns = false;
    if (a?.startsWith("$") && (b === ":=" || b === "=")) {
      declares = [a];
      assigns = b === "=";
      this.#i += 2;
    } else if (a?.startsWith("$") && b === "," && c?.startsWith("$") && d === ":=") {
      declares = [a, c];
      this.#i += 4;
    }
    if (assigns && !this.#variables.includes(declares[0]!)) this.#undefined(this.#tokens[begin]!);
    if (!assigns) this.#variables.push(...declares);
    const commands = [this.#command()];
    while (this.#tokens[this.#i]?.text === "|") {
      this.#i++;
      commands.push(this.#command());
    }
    return { declares, assigns, commands, text: this.#text(begin) };
  }

  #undefined(token: Token): never {
    return this.#fail(token.at, `undefined variable ${JSON.stringify(token.text)}`);
  }

  #text(begin: number): string {
    const [first, last] = [this.#tokens[begin], this.#tokens[this.#i - 1]];
    return first && last ? this.#source.slice(first.at, last.at + last.text.length) : "";
  }

  #command(): Command {
    const begin = this.#i;
    const words: Operand[] = [];
    for (;;) {
      const token = this.#tokens[this.#i];
      if (!token || token.text === "|" || token.text === ")") break;
      words.push(this.#operand(token));
    }
    if (words.length === 0) this.#fail(this.#tokens[begin]?.at ?? this.#source.length, "missing value for command");
    return { words, text: this.#text(begin), at: this.#tokens[begin]!.at };
  }

  /** `.a.b` behind a value, without white space between. */
  #fields(): { names: string[]; at: number | undefined } {
    const names: string[] = [];
    let at: number | undefined;
    for (let t = this.#tokens[this.#i]; t && !t.spaced && /^\.[A-Za-z_]/.test(t.text); t = this.#tokens[++this.#i]) {
      at ??= t.at;
      names.push(t.text.slice(1));
    }
    return { names, at };
  }

  #operand(token: Token): Operand {
    const begin = this.#i++;
    const { text } = token;
    if (text === "(") {
      const pipe = this.#pipe();
      if (this.#tokens[this.#i++]?.text !== ")") this.#fail(token.at, "unclosed left paren");
      const { names } = this.#fields();
      return { kind: "group", pipe, names, text: this.#text(begin), at: token.at };
    }
    if (text === ".") return { kind: "dot" };
    if (text.startsWith(".")) {
      const more = this.#fields();
      // Go gives a chain the place of its second field
      return { kind: "field", names: [text.slice(1), ...more.names], text: this.#text(begin), at: more.at ?? token.at };
    }
    if (text.startsWith("$")) {
      if (!this.#variables.includes(text)) this.#undefined(token);
      const more = this.#fields();
      return { kind: "variable", name: text, names: more.names, text: this.#text(begin), at: more.at ?? token.at };
    }
    if (text.startsWith("`")) return { kind: "value", value: text.slice(1, -1) };
    if (text.startsWith('"')) return { kind: "value", value: JSON.parse(text.replace(/\\'/g, "'").replace(/\t/g, "\\t")) as string };
    if (text.startsWith("'"))
      return { kind: "value", value: BigInt((JSON.parse(`"${text.slice(1, -1).replace(/"/g, '\\"')}"`) as string).codePointAt(0)!) };
    if (/^[+-]?\d/.test(text)) return { kind: "value", value: /^[+-]?(?:0x|\d+$)/.test(text) ? integer(text) : Number(text) };
    if (text === "true" || text === "false") return { kind: "value", value: text === "true" };
    if (text === "nil") return { kind: "value", value: null };
    if (/^[A-Za-z_]/.test(text)) {
      if (!this.#functions.has(text)) this.#fail(token.at, `function ${JSON.stringify(text)} not defined`);
      return { kind: "function", name: text, at: token.at };
    }
    return this.#fail(token.at, `unexpected ${JSON.stringify(text)} in operand`);
  }
}

const integer = (text: string): bigint => (text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text.replace(/^\+/, "")));
