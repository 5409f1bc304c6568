/** The tokens of a YAML text, as go-yaml's scanner finds them (gopkg.in/yaml.v2, scannerc.go, after libyaml), without their values. */

interface Mark {
  index: number;
  line: number;
  column: number;
}

export type Kind =
  | "stream-end"
  | "directive"
  | "document-start"
  | "document-end"
  | "block-sequence-start"
  | "block-mapping-start"
  | "block-end"
  | "["
  | "]"
  | "{"
  | "}"
  | "-"
  | ","
  | "?"
  | ":"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

interface Token {
  kind: Kind;
  start: Mark;
  /** Name of an anchor or alias. */
  name?: string;
}

interface SimpleKey {
  possible: boolean;
  required: boolean;
  token: number;
  mark: Mark;
}

/** Its message is go-yaml's, with the line. */
export class Bad extends Error {}

/** The scanner names the line that it is at; the first line has no number (decode.go, fail). */
const scannerError = (line: number, problem: string): Bad => new Bad(line === 0 ? problem : `line ${line + 1}: ${problem}`);

const isBlank = (c: string): boolean => c === " " || c === "\t";
const isBreak = (c: string): boolean => c === "\n" || c === "\r" || c === "\x85" || c === "\u2028" || c === "\u2029";
const isEnd = (c: string): boolean => c === "" || isBreak(c);
const isBlankOrEnd = (c: string): boolean => isBlank(c) || isEnd(c);

export class Scanner {
  readonly #text: string;
  #mark: Mark = { index: 0, line: 0, column: 0 };
  #flow = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  #keyAllowed = true;
  readonly #keys: SimpleKey[] = [{ possible: false, required: false, token: 0, mark: { index: 0, line: 0, column: 0 } }];
  readonly #tokens: Token[] = [];
  /** Tokens that the parser has taken. */
  #taken = 0;
  #ended = false;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): Token {
    this.#fill();
    return this.#tokens[0]!;
  }

  skip(): void {
    this.peek();
    this.#tokens.shift();
    this.#taken++;
  }

  #fill(): void {
    while (!this.#ended || this.#tokens.length === 0) {
      if (this.#tokens.length > 0) {
        let more = false;
        for (const key of this.#keys) if (this.#valid(key) && key.token === this.#taken) more = true;
        if (!more) return;
      }
      this.#next();
    }
  }

  // --- characters

  #at(offset = 0): string {
    return this.#text[this.#mark.index + offset] ?? "";
  }
  #forward(count = 1): void {
    const { index, line, column } = this.#mark;
    this.#mark = { index: index + count, line, column: column + count };
  }
  #lineBreak(): void {
    const { index, line } = this.#mark;
    this.#mark = { index: index + (this.#at() === "\r" && this.#at(1) === "\n" ? 2 : 1), line: line + 1, column: 0 };
  }
  #documentMark(): boolean {
    const here = this.#text.slice(this.#mark.index, this.#mark.index + 3);
    return this.#mark.column === 0 && (here === "---" || here === "...") && isBlankOrEnd(this.#at(3));
  }
  #fail(problem: string): never {
    throw scannerError(this.#mark.line, problem);
  }

  // --- simple keys and indentation

  #valid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.mark.line < this.#mark.line || key.mark.index + 1024 < this.#mark.index) {
      if (key.required) this.#fail("could not find expected ':'");
      key.possible = false;
      return false;
    }
    return true;
  }
  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const required = this.#flow === 0 && this.#indent === this.#mark.column;
    this.#removeKey();
    this.#keys[this.#keys.length - 1] = { possible: true, required, token: this.#taken + this.#tokens.length, mark: this.#mark };
  }
  #removeKey(): void {
    const key = this.#keys.at(-1)!;
    if (key.possible && key.required) this.#fail("could not find expected ':'");
    key.possible = false;
  }
  #roll(column: number, number: number, kind: Kind, mark: Mark): void {
    if (this.#flow > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    const token = { kind, start: mark };
    if (number < 0) this.#tokens.push(token);
    else this.#tokens.splice(number - this.#taken, 0, token);
  }
  #unroll(column: number): void {
    if (this.#flow > 0) return;
    while (this.#indent > column) {
      this.#add("block-end");
      this.#indent = this.#indents.pop()!;
    }
  }
  #add(kind: Kind, start = this.#mark): void {
    this.#tokens.push({ kind, start });
  }

  // --- tokens

  #next(): void {
    this.#toNextToken();
    this.#unroll(this.#mark.column);
    const c = this.#at();
    const next = this.#at(1);
    if (c === "") return this.#streamEnd();
    if (this.#mark.column === 0 && c === "%") return this.#directive();
    if (this.#documentMark()) {
      this.#unroll(-1);
      this.#removeKey();
      this.#keyAllowed = false;
      this.#add(c === "-" ? "document-start" : "document-end");
      return this.#forward(3);
    }
    if (c === "[" || c === "{") {
      this.#saveKey();
      this.#keys.push({ possible: false, required: false, token: 0, mark: this.#mark });
      this.#flow++;
      this.#keyAllowed = true;
      this.#add(c);
      return this.#forward();
    }
    if (c === "]" || c === "}") {
      this.#removeKey();
      if (this.#flow > 0) {
        this.#flow--;
        this.#keys.pop();
      }
      this.#keyAllowed = false;
      this.#add(c);
      return this.#forward();
    }
    if (c === ",") {
      this.#removeKey();
      this.#keyAllowed = true;
      this.#add(c);
      return this.#forward();
    }
    if (c === "-" && isBlankOrEnd(next)) return this.#blockEntry();
    if (c === "?" && (this.#flow > 0 || isBlankOrEnd(next))) return this.#key();
    if (c === ":" && (this.#flow > 0 || isBlankOrEnd(next))) return this.#value();
    if (c === "*" || c === "&") return this.#anchor(c);
    if (c === "!") return this.#tag();
    if ((c === "|" || c === ">") && this.#flow === 0) return this.#blockScalar();
    if (c === "'" || c === '"') return this.#quoted(c);
    const plain =
      !(isBlankOrEnd(c) || "-?:,[]{}#&*!|>'\"%@`".includes(c)) ||
      (c === "-" && !isBlank(next)) ||
      (this.#flow === 0 && (c === "?" || c === ":") && !isBlankOrEnd(next));
    if (plain) return this.#plain();
    return this.#fail("found character that cannot start any token");
  }

  #toNextToken(): void {
    for (;;) {
      if (this.#mark.index === 0 && this.#at() === "\ufeff") this.#forward();
      while (this.#at() === " " || ((this.#flow > 0 || !this.#keyAllowed) && this.#at() === "\t")) this.#forward();
      if (this.#at() === "#") while (!isEnd(this.#at())) this.#forward();
      if (!isBreak(this.#at())) return;
      this.#lineBreak();
      if (this.#flow === 0) this.#keyAllowed = true;
    }
  }

  #streamEnd(): void {
    if (this.#mark.column !== 0) this.#mark = { ...this.#mark, line: this.#mark.line + 1, column: 0 };
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    this.#add("stream-end");
    this.#ended = true;
  }

  #directive(): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    this.#add("directive");
    while (!isEnd(this.#at())) this.#forward();
  }

  #blockEntry(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed) this.#fail("block sequence entries are not allowed in this context");
      this.#roll(this.#mark.column, -1, "block-sequence-start", this.#mark);
    }
    this.#removeKey();
    this.#keyAllowed = true;
    this.#add("-");
    this.#forward();
  }

  #key(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed) this.#fail("mapping keys are not allowed in this context");
      this.#roll(this.#mark.column, -1, "block-mapping-start", this.#mark);
    }
    this.#removeKey();
    this.#keyAllowed = this.#flow === 0;
    this.#add("?");
    this.#forward();
  }

  #value(): void {
    const key = this.#keys.at(-1)!;
    if (this.#valid(key)) {
      this.#tokens.splice(key.token - this.#taken, 0, { kind: "?", start: key.mark });
      this.#roll(key.mark.column, key.token, "block-mapping-start", key.mark);
      key.possible = false;
      this.#keyAllowed = false;
    } else {
      if (this.#flow === 0) {
        if (!this.#keyAllowed) this.#fail("mapping values are not allowed in this context");
        this.#roll(this.#mark.column, -1, "block-mapping-start", this.#mark);
      }
      this.#keyAllowed = this.#flow === 0;
    }
    this.#add(":");
    this.#forward();
  }

  #anchor(sign: string): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#mark;
    this.#forward();
    let name = "";
    while (/[\w-]/.test(this.#at())) {
      name += this.#at();
      this.#forward();
    }
    const c = this.#at();
    if (name === "" || !(isBlankOrEnd(c) || "?:,]}%@`".includes(c))) this.#fail("did not find expected alphabetic or numeric character");
    this.#tokens.push({ kind: sign === "*" ? "alias" : "anchor", start, name });
  }

  #tag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    this.#add("tag");
    while (!isBlankOrEnd(this.#at()) && !(this.#flow > 0 && ",]}".includes(this.#at()))) this.#forward();
  }

  #blockScalar(): void {
    this.#removeKey();
    this.#keyAllowed = true;
    this.#add("scalar");
    this.#forward();
    let increment = 0;
    for (let i = 0; i < 2; i++) {
      const c = this.#at();
      if (c === "0") this.#fail("found an indentation indicator equal to 0");
      if (/\d/.test(c) && increment === 0) increment = Number(c);
      else if (c !== "+" && c !== "-") break;
      this.#forward();
    }
    while (isBlank(this.#at())) this.#forward();
    if (this.#at() === "#") while (!isEnd(this.#at())) this.#forward();
    if (!isEnd(this.#at())) this.#fail("did not find expected comment or line break");
    if (isBreak(this.#at())) this.#lineBreak();
    let indent = increment === 0 ? 0 : Math.max(this.#indent, 0) + increment;
    const breaks = (): void => {
      let deepest = 0;
      for (;;) {
        while ((indent === 0 || this.#mark.column < indent) && this.#at() === " ") this.#forward();
        deepest = Math.max(deepest, this.#mark.column);
        if ((indent === 0 || this.#mark.column < indent) && this.#at() === "\t")
          this.#fail("found a tab character where an indentation space is expected");
        if (!isBreak(this.#at())) break;
        this.#lineBreak();
      }
      if (indent === 0) indent = Math.max(deepest, this.#indent + 1, 1);
    };
    breaks();
    while (this.#mark.column === indent && this.#at() !== "") {
      while (!isEnd(this.#at())) this.#forward();
      if (isBreak(this.#at())) this.#lineBreak();
      breaks();
    }
  }

  #quoted(quote: string): void {
    this.#saveKey();
    this.#keyAllowed = false;
    this.#add("scalar");
    this.#forward();
    for (;;) {
      if (this.#documentMark()) this.#fail("found unexpected document indicator");
      const c = this.#at();
      if (c === "") this.#fail("found unexpected end of stream");
      if (isBreak(c)) this.#lineBreak();
      else if (c === quote && quote === "'" && this.#at(1) === "'") this.#forward(2);
      else if (c === quote) return this.#forward();
      else if (c === "\\" && quote === '"') this.#escape();
      else this.#forward();
    }
  }

  #escape(): void {
    const c = this.#at(1);
    if (isBreak(c)) {
      this.#forward();
      return this.#lineBreak();
    }
    const digits = { x: 2, u: 4, U: 8 }[c] ?? 0;
    if (digits === 0 && (c === "" || !"0abt\tnvfre \"'/\\N_LP".includes(c))) this.#fail("found unknown escape character");
    this.#forward(2);
    for (let i = 0; i < digits; i++) if (!/[0-9A-Fa-f]/.test(this.#at(i))) this.#fail("did not find expected hexdecimal number");
    this.#forward(digits);
  }

  #plain(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    this.#add("scalar");
    const indent = this.#indent + 1;
    let leading = false;
    while (!this.#documentMark() && this.#at() !== "#") {
      while (!isBlankOrEnd(this.#at())) {
        const c = this.#at();
        if ((c === ":" && isBlankOrEnd(this.#at(1))) || (this.#flow > 0 && ",?[]{}".includes(c))) break;
        leading = false;
        this.#forward();
      }
      if (!isBlank(this.#at()) && !isBreak(this.#at())) break;
      while (isBlank(this.#at()) || isBreak(this.#at())) {
        if (isBreak(this.#at())) {
          this.#lineBreak();
          leading = true;
          continue;
        }
        if (leading && this.#mark.column < indent && this.#at() === "\t") this.#fail("found a tab character that violates indentation");
        this.#forward();
      }
      if (this.#flow === 0 && this.#mark.column < indent) break;
    }
    if (leading) this.#keyAllowed = true;
  }
}
