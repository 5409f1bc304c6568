/** Shell arithmetic: 64-bit integers, C's operators. Works on text that has been through parameter expansion. */

export class ArithmeticError extends Error {
  /** Bash's wording, without the expression. */
  readonly why: string;
  constructor(expression: string, why: string, token?: string) {
    super(`${expression}: ${why}${token === undefined ? "" : ` (error token is "${token}")`}`);
    this.why = why;
  }
}

/** Where variables live. `index` is the raw subscript. */
export interface ArithmeticVariables {
  read(name: string, index: string | undefined): string | undefined;
  write(name: string, index: string | undefined, value: string): void;
}

type Node =
  | { t: "num"; value: bigint }
  | { t: "var"; name: string; index: string | undefined; pos: number }
  | { t: "un"; op: string; a: Node }
  | { t: "inc"; op: "++" | "--"; prefix: boolean; a: Node & { t: "var" } }
  | { t: "bin"; op: string; a: Node; b: Node; pos: number }
  | { t: "assign"; op: string; a: Node & { t: "var" }; b: Node; pos: number }
  | { t: "cond"; a: Node; b: Node; c: Node };

const levels: string[][] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
  ["**"],
];
const operators = [
  "<<=",
  ">>=",
  "**",
  "++",
  "--",
  "<<",
  ">>",
  "<=",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "&=",
  "|=",
  "^=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "<",
  ">",
  "!",
  "~",
  "&",
  "|",
  "^",
  "?",
  ":",
  "=",
  ",",
  "(",
  ")",
];

interface Token {
  kind: "num" | "name" | "op" | "end";
  text: string;
  index?: string;
  pos: number;
}

class Parser {
  readonly #text: string;
  #tokens: Token[] = [];
  #at = 0;
  constructor(text: string) {
    this.#text = text;
    this.#scan();
  }

  #scan(): void {
    const text = this.#text;
    let i = 0;
    while (i < text.length) {
      const c = text[i]!;
      if (/\s/.test(c) || c === '"') {
        i++;
        continue;
      }
      const number = /^\d[\w#@]*/.exec(text.slice(i, i + 80));
      if (number) {
        this.#tokens.push({ kind: "num", text: number[0], pos: i });
        i += number[0].length;
        continue;
      }
      const name = /^[A-Za-z_]\w*/.exec(text.slice(i));
      if (name) {
        const token: Token = { kind: "name", text: name[0], pos: i };
        i += name[0].length;
        if (text[i] === "[") {
          let depth = 0;
          const from = i;
          while (i < text.length) {
            if (text[i] === "[") depth++;
            else if (text[i] === "]" && --depth === 0) break;
            i++;
          }
          token.index = text.slice(from + 1, i);
          i++;
        }
        this.#tokens.push(token);
        continue;
      }
      const op = operators.find((o) => text.startsWith(o, i));
      if (op === undefined) {
        // bash reports what is left when the error surfaces; an unknown character is an operand error
        throw new ArithmeticError(text, "syntax error: invalid arithmetic operator", text.slice(i));
      }
      this.#tokens.push({ kind: "op", text: op, pos: i });
      i += op.length;
    }
    this.#tokens.push({ kind: "end", text: "", pos: text.length });
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }
  get #done(): boolean {
    return this.#token.kind === "end";
  }
  #is(op: string): boolean {
    return this.#token.kind === "op" && this.#token.text === op;
  }
  #take(op: string): boolean {
    if (!this.#is(op)) return false;
    this.#at++;
    return true;
  }
  #fail(why: string): never {
    const token = this.#token;
    // at the end bash's token pointer still stands on the last token that it read
    const pos = token.kind === "end" && this.#at > 0 ? this.#tokens[this.#at - 1]!.pos : token.pos;
    throw new ArithmeticError(this.#text, why, this.#text.slice(pos));
  }

  parse(): Node {
    if (this.#done) return { t: "num", value: 0n };
    const node = this.#comma();
    if (!this.#done) this.#fail("syntax error in expression");
    return node;
  }

  #comma(): Node {
    let node = this.#assignment();
    while (this.#is(",")) {
      const { pos } = this.#token;
      this.#at++;
      node = { t: "bin", op: ",", a: node, b: this.#assignment(), pos };
    }
    return node;
  }

  #assignment(): Node {
    const left = this.#conditional();
    const { text: op, kind, pos } = this.#token;
    if (kind === "op" && /^(=|\+=|-=|\*=|\/=|%=|<<=|>>=|&=|\^=|\|=)$/.test(op)) {
      if (left.t !== "var") this.#fail("attempted assignment to non-variable");
      this.#at++;
      return { t: "assign", op, a: left, b: this.#assignment(), pos };
    }
    return left;
  }

  #conditional(): Node {
    const test = this.#binary(0);
    if (!this.#take("?")) return test;
    if (this.#is(":") || this.#done) this.#fail("expression expected");
    const b = this.#comma();
    if (!this.#take(":")) this.#fail("`:' expected for conditional expression");
    if (this.#done) this.#fail("expression expected");
    return { t: "cond", a: test, b, c: this.#assignmentOfElse() };
  }
  #assignmentOfElse(): Node {
    return this.#conditional();
  }

  #binary(level: number): Node {
    const ops = levels[level];
    if (!ops) return this.#unary();
    let left = this.#binary(level + 1);
    while (this.#token.kind === "op" && ops.includes(this.#token.text)) {
      const { text: op, pos } = this.#token;
      this.#at++;
      // ** binds to the right
      const right = op === "**" ? this.#binary(level) : this.#binary(level + 1);
      left = { t: "bin", op, a: left, b: right, pos: this.#tokens[this.#at - 1]!.pos };
      void pos;
    }
    return left;
  }

  #unary(): Node {
    const { kind, text } = this.#token;
    if (kind === "op") {
      if (text === "++" || text === "--") {
        const next = this.#tokens[this.#at + 1]!;
        if (next.kind === "name") {
          this.#at++;
          const a = this.#primary();
          if (a.t === "var") return { t: "inc", op: text, prefix: true, a };
        }
        // `--5` is two signs
        this.#at++;
        const a = this.#unary();
        return text === "--" ? a : a;
      }
      if (text === "!" || text === "~" || text === "-" || text === "+") {
        this.#at++;
        return { t: "un", op: text, a: this.#unary() };
      }
    }
    const a = this.#primary();
    if (a.t === "var" && (this.#is("++") || this.#is("--"))) {
      const op = this.#token.text as "++" | "--";
      this.#at++;
      return { t: "inc", op, prefix: false, a };
    }
    return a;
  }

  #primary(): Node {
    const token = this.#token;
    if (token.kind === "num") {
      this.#at++;
      return { t: "num", value: constant(token.text, this.#text) };
    }
    if (token.kind === "name") {
      this.#at++;
      return { t: "var", name: token.text, index: token.index, pos: token.pos };
    }
    if (this.#take("(")) {
      const node = this.#comma();
      if (!this.#take(")")) this.#fail("missing `)'");
      return node;
    }
    return this.#fail("syntax error: operand expected");
  }
}

/** 10, 010, 0x1f, 2#101, 64#_ */
function constant(text: string, expression: string): bigint {
  const based = /^(\d+)#([\w@]*)$/.exec(text);
  if (based) {
    const base = Number(based[1]);
    if (base < 2 || base > 64) throw new ArithmeticError(expression, "invalid arithmetic base", text);
    let value = 0n;
    for (const c of based[2]!) {
      const digit = digitOf(c, base);
      if (digit >= base) throw new ArithmeticError(expression, "value too great for base", text);
      value = value * BigInt(base) + BigInt(digit);
    }
    return BigInt.asIntN(64, value);
  }
  if (/^0[xX][0-9a-fA-F]*$/.test(text)) return BigInt.asIntN(64, BigInt(text.length > 2 ? text : 0));
  if (/^0\d*$/.test(text)) {
    if (/[89]/.test(text)) throw new ArithmeticError(expression, "value too great for base", text);
    return BigInt.asIntN(64, BigInt(text === "0" ? 0 : `0o${text.slice(1)}`));
  }
  if (!/^\d+$/.test(text)) throw new ArithmeticError(expression, "value too great for base", text);
  return BigInt.asIntN(64, BigInt(text));
}

function digitOf(c: string, base: number): number {
  if (/\d/.test(c)) return Number(c);
  if (/[a-z]/.test(c)) return c.charCodeAt(0) - 87;
  if (/[A-Z]/.test(c)) return c.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return c === "@" ? 62 : 63;
}

const cache = new Map<string, Node>();

/** Value of an expression. Throws ArithmeticError, and whatever `variables` throws. */
export function evaluate(text: string, variables: ArithmeticVariables, depth = 0): bigint {
  let node = cache.get(text);
  if (!node) {
    node = new Parser(text.replace(/^\s+/, "")).parse();
    if (cache.size > 5000) cache.clear();
    cache.set(text, node);
  }
  if (depth > 1024) throw new ArithmeticError(text, "expression recursion level exceeded", text);
  const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);
  const truth = (b: boolean): bigint => (b ? 1n : 0n);
  const read = (n: Node & { t: "var" }): bigint => {
    const value = variables.read(n.name, n.index);
    if (value === undefined || value === "") return 0n;
    if (/^-?(0|[1-9]\d{0,17})$/.test(value)) return BigInt(value);
    return evaluate(value, variables, depth + 1);
  };
  const write = (n: Node & { t: "var" }, value: bigint): bigint => {
    variables.write(n.name, n.index, value.toString());
    return value;
  };
  const binary = (op: string, a: bigint, b: bigint, pos: number): bigint => {
    switch (op) {
      case "+":
        return wrap(a + b);
      case "-":
        return wrap(a - b);
      case "*":
        return wrap(a * b);
      case "/":
      case "%":
        if (b === 0n) throw new ArithmeticError(text.replace(/^\s+/, ""), "division by 0", text.replace(/^\s+/, "").slice(pos));
        return wrap(op === "/" ? a / b : a % b);
      case "**":
        if (b < 0n) throw new ArithmeticError(text.replace(/^\s+/, ""), "exponent less than 0", text.replace(/^\s+/, "").slice(pos));
        return power(a, b);
      case "<<":
        return wrap(a << (b & 63n));
      case ">>":
        return wrap(a >> (b & 63n));
      case "<":
        return truth(a < b);
      case ">":
        return truth(a > b);
      case "<=":
        return truth(a <= b);
      case ">=":
        return truth(a >= b);
      case "==":
        return truth(a === b);
      case "!=":
        return truth(a !== b);
      case "&":
        return a & b;
      case "|":
        return a | b;
      case "^":
        return a ^ b;
      default:
        return b;
    }
  };
  const value = (n: Node): bigint => {
    switch (n.t) {
      case "num":
        return n.value;
      case "var":
        return read(n);
      case "un": {
        const a = value(n.a);
        return n.op === "-" ? wrap(-a) : n.op === "!" ? truth(a === 0n) : n.op === "~" ? ~a : a;
      }
      case "inc": {
        const old = read(n.a);
        const changed = write(n.a, wrap(old + (n.op === "++" ? 1n : -1n)));
        return n.prefix ? changed : old;
      }
      case "cond":
        return value(n.a) !== 0n ? value(n.b) : value(n.c);
      case "assign":
        return write(n.a, n.op === "=" ? value(n.b) : binary(n.op.slice(0, -1), read(n.a), value(n.b), n.pos));
      case "bin": {
        const a = value(n.a);
        if (n.op === "&&") return truth(a !== 0n && value(n.b) !== 0n);
        if (n.op === "||") return truth(a !== 0n || value(n.b) !== 0n);
        return binary(n.op, a, value(n.b), n.pos);
      }
    }
  };
  return value(node);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}
