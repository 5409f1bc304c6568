/** What is wrong with a `[[ … ]]` that cannot be read, in bash's words (cond_expr and its parts in parse.y). */

export interface ConditionalFailure {
  /** Empty: bash says nothing. */
  message: string;
  /** Where the text is whose line the message names. */
  offset: number;
  /** The end of the text was met. */
  atEnd: boolean;
  /** What was said before, about a parenthesis of a regular expression that nothing closes. */
  earlier?: { message: string; offset: number };
}

interface Token {
  kind: "word" | "operator" | "newline" | "end" | "]]";
  text: string;
  offset: number;
}

class Failed {
  readonly failure: ConditionalFailure;
  constructor(failure: ConditionalFailure) {
    this.failure = failure;
  }
}

const unary = /^-[abcdefghknoprstuvwxzGLNORS]$/;
const binary = /^(=|==|!=|=~|-(eq|ne|lt|le|gt|ge|nt|ot|ef))$/;

/** `at`: where `[[` stands. undefined: nothing wrong up to its `]]`. */
export function conditionalFailure(text: string, at: number): ConditionalFailure | undefined {
  const reader = new Reader(text, at + 2);
  try {
    reader.or();
    const last = reader.token;
    if (last.kind === "]]") return undefined;
    const plain = last.kind === "word" ? "" : `: unexpected token \`${last.text}'`;
    const message = last.kind === "end" ? "unexpected EOF while looking for `]]'" : `syntax error in conditional expression${plain}`;
    return { message, offset: at, atEnd: last.kind === "end" };
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at: number;
  token: Token;

  constructor(text: string, at: number) {
    // bash adds a newline to a last line that has none
    this.#text = text.endsWith("\n") ? text : `${text}\n`;
    this.#at = at;
    this.token = { kind: "word", text: "", offset: at };
  }

  or(): void {
    do this.#and();
    while (this.token.text === "||");
  }

  #and(): void {
    do this.#term();
    while (this.token.text === "&&");
  }

  #term(): void {
    const first = this.#skipNewlines();
    if (first.kind === "]]") this.#fail("");
    if (first.text === "(" && first.kind === "operator") {
      this.or();
      if (this.token.text !== ")" || this.token.kind !== "operator") this.#unexpected("token", "expected `)'", ", ");
      this.#skipNewlines();
    } else if (first.kind !== "word") this.#fail(`unexpected token \`${first.text}' in conditional command`);
    else if (first.text === "!") this.#term();
    else if (unary.test(first.text)) {
      this.#argument("unary");
      this.#skipNewlines();
    } else this.#comparison();
  }

  #comparison(): void {
    const operator = this.#next();
    if (operator.kind === "]]" || /^(&&|\|\||\))$/.test(operator.text)) return;
    if (!(operator.kind === "word" && binary.test(operator.text)) && operator.text !== "<" && operator.text !== ">")
      this.#unexpected("token", "conditional binary operator expected", ", ");
    this.#argument("binary", operator.text === "=~");
    this.#skipNewlines();
  }

  #argument(kind: "unary" | "binary", regex = false): void {
    const unclosed = this.#next(regex);
    if (unclosed.kind !== "word") this.#unexpected("argument", `to conditional ${kind} operator`, " ");
  }

  /** "unexpected token `x', …": words have no name that bash would show. */
  #unexpected(what: "token" | "argument", rest: string, separator: string): never {
    const { kind, text } = this.token;
    if (kind !== "word") this.#fail(`unexpected ${what} \`${text}'${separator}${rest}`);
    this.#fail(what === "token" ? rest : `unexpected argument ${rest}`);
  }

  #fail(message: string): never {
    throw new Failed({ message, offset: this.token.offset, atEnd: this.token.kind === "end" });
  }

  #skipNewlines(): Token {
    do this.#next();
    while (this.token.kind === "newline");
    return this.token;
  }

  #next(regex = false): Token {
    const text = this.#text;
    while (/[ \t]/.test(text[this.#at] ?? "") || text.startsWith("\\\n", this.#at)) this.#at += text[this.#at] === "\\" ? 2 : 1;
    const offset = this.#at;
    if (offset >= text.length) return (this.token = { kind: "end", text: "EOF", offset });
    if (text[offset] === "\n") {
      this.#at++;
      return (this.token = { kind: "newline", text: "newline", offset });
    }
    const operator = regex ? null : /^(&&|\|\||;;|[;&|()<>])/.exec(text.slice(offset, offset + 2));
    if (operator) {
      this.#at += operator[0].length;
      return (this.token = { kind: "operator", text: operator[0], offset });
    }
    this.#at = this.#wordEnd(offset, regex);
    const word = text.slice(offset, this.#at);
    return (this.token = { kind: word === "]]" ? "]]" : "word", text: word, offset });
  }

  #wordEnd(from: number, regex: boolean): number {
    const text = this.#text;
    let depth = 0;
    let at = from;
    for (; at < text.length; at++) {
      const c = text[at]!;
      if (c === "\\") at++;
      else if (c === "'" || c === '"' || c === "`") {
        const end = text.indexOf(c, at + 1);
        at = end < 0 ? text.length : end;
      } else if ((c === "(" && (regex || /[$@+*?!(]/.test(text[at - 1] ?? "") || depth > 0)) || (c === "{" && text[at - 1] === "$"))
        depth++;
      else if ((c === ")" || c === "}") && depth > 0) depth--;
      else if (depth === 0 && /[\s;&|()<>]/.test(c) && !(regex && /[|<>]/.test(c))) break;
    }
    if (regex && depth > 0)
      throw new Failed({
        message: "unexpected argument to conditional binary operator",
        offset: text.length,
        atEnd: true,
        earlier: { message: "unexpected EOF while looking for matching `)'", offset: from },
      });
    return Math.min(at, text.length);
  }
}
