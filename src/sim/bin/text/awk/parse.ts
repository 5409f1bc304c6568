/** The grammar of AWK (POSIX.1-2017, with mawk's extensions). */
import { AwkSyntax, lex, type Token } from "./lex.ts";

export type Expr =
  | { t: "value"; v: Value }
  | { t: "regex"; source: string }
  | { t: "var"; name: string; slot?: number }
  | { t: "index"; array: Expr & { t: "var" }; keys: Expr[] }
  | { t: "field"; of: Expr }
  | { t: "assign"; op: string; to: Expr; value: Expr }
  | { t: "cond"; test: Expr; yes: Expr; no: Expr }
  | { t: "and" | "or"; a: Expr; b: Expr }
  | { t: "binary"; op: string; a: Expr; b: Expr }
  | { t: "match"; negate: boolean; a: Expr; b: Expr }
  | { t: "in"; keys: Expr[]; array: Expr & { t: "var" } }
  | { t: "unary"; op: string; a: Expr }
  | { t: "step"; by: 1 | -1; post: boolean; to: Expr }
  | { t: "group"; items: Expr[] }
  | { t: "call"; name: string; args: Expr[] }
  | { t: "builtin"; name: string; args: Expr[] }
  | { t: "getline"; from: "main" | "file" | "command"; source?: Expr; to?: Expr };

export type Stat =
  | { t: "expr"; e: Expr }
  | { t: "print"; printf: boolean; args: Expr[]; to?: { op: ">" | ">>" | "|"; e: Expr } }
  | { t: "if"; test: Expr; yes: Stat; no?: Stat }
  | { t: "while"; test: Expr; body: Stat }
  | { t: "do"; test: Expr; body: Stat }
  | { t: "for"; init?: Stat; test?: Expr; step?: Stat; body: Stat }
  | { t: "forin"; to: Expr; array: Expr & { t: "var" }; body: Stat }
  | { t: "block"; list: Stat[] }
  | { t: "next" | "nextfile" | "break" | "continue" }
  | { t: "exit" | "return"; e?: Expr }
  | { t: "delete"; array: Expr & { t: "var" }; keys?: Expr[] };

export type Value = number | string | StrNum | undefined;

/** Text from outside that looks like a number. */
export class StrNum {
  readonly s: string;
  readonly n: number;
  constructor(s: string, n: number) {
    this.s = s;
    this.n = n;
  }
}

interface Rule {
  kind: "BEGIN" | "END" | "pattern";
  pattern?: Expr;
  /** End of a range pattern. */
  to?: Expr;
  body?: Stat;
}
export interface Fn {
  params: string[];
  body: Stat;
}
export interface Program {
  rules: Rule[];
  functions: Map<string, Fn>;
}

export function parse(source: string): Program {
  return new Parser(lex(source)).program();
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #locals: string[] = [];
  #noIn = false;
  #noGreater = false;
  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  get #t(): Token {
    return this.#tokens[this.#at]!;
  }
  #is(text: string): boolean {
    const t = this.#t;
    return (t.kind === "op" || t.kind === "keyword" || t.kind === "newline") && t.text === text;
  }
  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }
  #fail(): never {
    const t = this.#t;
    if (t.kind === "end") throw new AwkSyntax(`line ${t.line + 1}: missing } near end of file`);
    throw new AwkSyntax(`line ${t.line}: syntax error at or near ${t.kind === "newline" ? "end of line" : t.text}`);
  }
  #expect(text: string): void {
    if (this.#take(text)) return;
    if (text === ")" && (this.#t.kind === "newline" || this.#t.kind === "end"))
      throw new AwkSyntax(`line ${this.#t.line}: missing ) near end of line`);
    this.#fail();
  }
  #newlines(): void {
    while (this.#t.kind === "newline") this.#at++;
  }
  #separators(): void {
    while (this.#t.kind === "newline" || this.#is(";")) this.#at++;
  }

  program(): Program {
    const program: Program = { rules: [], functions: new Map() };
    for (;;) {
      this.#separators();
      if (this.#t.kind === "end") return program;
      if (this.#take("function")) {
        const t = this.#t;
        if (t.kind !== "name" && t.kind !== "call") this.#fail();
        this.#at++;
        this.#expect("(");
        const params: string[] = [];
        while (!this.#is(")")) {
          this.#newlines();
          if (this.#t.kind !== "name") this.#fail();
          params.push(this.#t.text);
          this.#at++;
          this.#newlines();
          if (!this.#take(",")) break;
        }
        this.#expect(")");
        this.#newlines();
        this.#locals = params;
        program.functions.set(t.text, { params, body: this.#block() });
        this.#locals = [];
        continue;
      }
      if (this.#is("BEGIN") || this.#is("END")) {
        const kind = this.#t.text as "BEGIN" | "END";
        this.#at++;
        this.#newlines();
        program.rules.push({ kind, body: this.#block() });
        continue;
      }
      const rule: Rule = { kind: "pattern" };
      if (!this.#is("{")) {
        rule.pattern = this.#expr();
        if (this.#take(",")) {
          this.#newlines();
          rule.to = this.#expr();
        }
      }
      if (this.#is("{")) rule.body = this.#block();
      else if (!this.#atEnd()) this.#fail();
      program.rules.push(rule);
    }
  }

  #atEnd(): boolean {
    return this.#t.kind === "newline" || this.#t.kind === "end" || this.#is(";");
  }

  #block(): Stat {
    this.#expect("{");
    const list: Stat[] = [];
    for (;;) {
      this.#separators();
      if (this.#take("}")) return { t: "block", list };
      list.push(this.#statement());
    }
  }

  /** The end of a simple statement. */
  #end(): void {
    if (this.#t.kind === "newline" || this.#is(";")) {
      this.#at++;
      return;
    }
    if (this.#is("}")) return;
    this.#fail();
  }

  #body(): Stat {
    this.#newlines();
    if (this.#take(";")) return { t: "block", list: [] };
    return this.#statement();
  }

  #statement(): Stat {
    const t = this.#t;
    if (this.#is("{")) return this.#block();
    if (t.kind === "keyword") {
      switch (t.text) {
        case "if": {
          this.#at++;
          this.#expect("(");
          const test = this.#expr();
          this.#expect(")");
          const yes = this.#body();
          const save = this.#at;
          this.#separators();
          if (this.#take("else")) return { t: "if", test, yes, no: this.#body() };
          this.#at = save;
          return { t: "if", test, yes };
        }
        case "while": {
          this.#at++;
          this.#expect("(");
          const test = this.#expr();
          this.#expect(")");
          return { t: "while", test, body: this.#body() };
        }
        case "do": {
          this.#at++;
          const body = this.#body();
          this.#separators();
          this.#expect("while");
          this.#expect("(");
          const test = this.#expr();
          this.#expect(")");
          this.#end();
          return { t: "do", test, body };
        }
        case "for":
          return this.#for();
        case "break":
        case "continue":
        case "next":
        case "nextfile":
          this.#at++;
          this.#end();
          return { t: t.text as "next" };
        case "exit":
        case "return": {
          this.#at++;
          const bare = this.#t.kind === "newline" || this.#is(";") || this.#is("}");
          const e = bare ? undefined : this.#expr();
          this.#end();
          return { t: t.text as "exit", ...(e ? { e } : {}) };
        }
      }
    }
    const s = this.#simple();
    this.#end();
    return s;
  }

  #for(): Stat {
    this.#at++;
    this.#expect("(");
    const save = this.#at;
    if (this.#t.kind === "name") {
      const name = this.#t.text;
      this.#at++;
      if (this.#take("in") && this.#t.kind === "name") {
        const array = this.#variable(this.#t.text);
        this.#at++;
        if (this.#take(")")) return { t: "forin", to: this.#variable(name), array, body: this.#body() };
      }
      this.#at = save;
    }
    const init = this.#is(";") ? undefined : this.#simple();
    this.#expect(";");
    this.#newlines();
    const test = this.#is(";") ? undefined : this.#expr();
    this.#expect(";");
    this.#newlines();
    const step = this.#is(")") ? undefined : this.#simple();
    this.#expect(")");
    return { t: "for", ...(init ? { init } : {}), ...(test ? { test } : {}), ...(step ? { step } : {}), body: this.#body() };
  }

  #simple(): Stat {
    if (this.#is("print") || this.#is("printf")) return this.#print();
    if (this.#take("delete")) {
      const name = this.#t;
      if (name.kind !== "name") this.#fail();
      this.#at++;
      const array = this.#variable(name.text);
      if (!this.#take("[")) return { t: "delete", array };
      const keys = this.#list("]");
      return { t: "delete", array, keys };
    }
    return { t: "expr", e: this.#expr() };
  }

  #print(): Stat {
    const printf = this.#t.text === "printf";
    this.#at++;
    let args: Expr[] = [];
    const stops = (): boolean =>
      this.#t.kind === "newline" ||
      this.#t.kind === "end" ||
      this.#is(";") ||
      this.#is("}") ||
      this.#is(">") ||
      this.#is(">>") ||
      this.#is("|");
    if (!stops()) {
      const saved = this.#noGreater;
      this.#noGreater = true;
      // a parenthesised list may be all of it
      if (this.#is("(")) {
        const save = this.#at;
        this.#at++;
        this.#noGreater = false;
        const list = this.#list(")");
        if (stops()) args = list;
        else {
          this.#at = save;
          this.#noGreater = true;
          args = this.#exprs();
        }
      } else args = this.#exprs();
      this.#noGreater = saved;
      if (args.length === 1 && args[0]!.t === "group") args = args[0]!.items;
    }
    for (const op of [">", ">>", "|"] as const) {
      if (this.#take(op)) {
        const saved = this.#noGreater;
        this.#noGreater = true;
        const e = this.#concat();
        this.#noGreater = saved;
        return { t: "print", printf, args, to: { op, e } };
      }
    }
    return { t: "print", printf, args };
  }

  #exprs(): Expr[] {
    const out = [this.#expr()];
    while (this.#take(",")) {
      this.#newlines();
      out.push(this.#expr());
    }
    return out;
  }

  /** Expressions up to a closing bracket. */
  #list(close: string): Expr[] {
    const saved: [boolean, boolean] = [this.#noIn, this.#noGreater];
    this.#noIn = this.#noGreater = false;
    const out: Expr[] = [];
    this.#newlines();
    while (!this.#is(close)) {
      out.push(this.#expr());
      this.#newlines();
      if (!this.#take(",")) break;
      this.#newlines();
    }
    this.#expect(close);
    [this.#noIn, this.#noGreater] = saved;
    return out;
  }

  #variable(name: string): Expr & { t: "var" } {
    const slot = this.#locals.indexOf(name);
    return slot >= 0 ? { t: "var", name, slot } : { t: "var", name };
  }

  #expr(): Expr {
    return this.#ternary();
  }

  #isLvalue(e: Expr): boolean {
    return e.t === "var" || e.t === "field" || e.t === "index";
  }

  #ternary(): Expr {
    const test = this.#or();
    if (this.#take("?")) {
      this.#newlines();
      const yes = this.#ternary();
      this.#newlines();
      this.#expect(":");
      this.#newlines();
      return { t: "cond", test, yes, no: this.#ternary() };
    }
    for (const op of ["=", "+=", "-=", "*=", "/=", "%=", "^=", "**="]) {
      if (this.#is(op)) {
        if (!this.#isLvalue(test)) return this.#assignInside(test, op);
        this.#at++;
        this.#newlines();
        return { t: "assign", op: op === "**=" ? "^" : op.slice(0, -1), to: test, value: this.#ternary() };
      }
    }
    return test;
  }

  /** `a && b = c`, `!x = y`: the assignment belongs to the rightmost operand. */
  #assignInside(e: Expr, op: string): Expr {
    const grow = (inner: Expr): Expr => {
      this.#at++;
      this.#newlines();
      return { t: "assign", op: op === "**=" ? "^" : op.slice(0, -1), to: inner, value: this.#ternary() };
    };
    if ((e.t === "and" || e.t === "or" || e.t === "binary" || e.t === "match") && this.#isLvalue(e.b))
      return { ...e, b: grow(e.b) } as Expr;
    if (e.t === "unary" && this.#isLvalue(e.a)) return { ...e, a: grow(e.a) };
    this.#fail();
  }

  #or(): Expr {
    let a = this.#and();
    while (this.#take("||")) {
      this.#newlines();
      a = { t: "or", a, b: this.#and() };
    }
    return a;
  }
  #and(): Expr {
    let a = this.#in();
    while (this.#take("&&")) {
      this.#newlines();
      a = { t: "and", a, b: this.#in() };
    }
    return a;
  }
  #in(): Expr {
    let a = this.#matching();
    while (!this.#noIn && this.#take("in")) {
      if (this.#t.kind !== "name") this.#fail();
      const array = this.#variable(this.#t.text);
      this.#at++;
      a = { t: "in", keys: a.t === "group" ? a.items : [a], array };
    }
    return a;
  }
  #matching(): Expr {
    let a = this.#comparison();
    for (;;) {
      if (this.#take("~")) a = { t: "match", negate: false, a, b: this.#comparison() };
      else if (this.#take("!~")) a = { t: "match", negate: true, a, b: this.#comparison() };
      else return a;
    }
  }
  #comparison(): Expr {
    let a = this.#concat();
    if (this.#is("|") && this.#tokens[this.#at + 1]?.text === "getline") a = this.#pipes(a);
    for (const op of ["==", "!=", "<=", ">=", "<", ">"]) {
      if (op === ">" && this.#noGreater) continue;
      if (this.#take(op)) return { t: "binary", op, a, b: this.#concat() };
    }
    return a;
  }

  #pipes(from: Expr): Expr {
    let a = from;
    while (this.#is("|") && this.#tokens[this.#at + 1]?.text === "getline") {
      this.#at += 2;
      const to = this.#optionalLvalue();
      a = { t: "getline", from: "command", source: a, ...(to ? { to } : {}) };
    }
    return a;
  }

  #startsOperand(): boolean {
    const t = this.#t;
    if (t.kind === "number" || t.kind === "string" || t.kind === "name" || t.kind === "call" || t.kind === "builtin" || t.kind === "regex")
      return true;
    if (t.kind === "op")
      return t.text === "$" || t.text === "!" || t.text === "(" || t.text === "-" || t.text === "+" || t.text === "++" || t.text === "--";
    return false;
  }

  #concat(): Expr {
    let a = this.#additive();
    while (this.#startsOperand() && !this.#is("+") && !this.#is("-")) {
      if (this.#is("!")) break;
      a = { t: "binary", op: " ", a, b: this.#additive() };
    }
    return a;
  }
  #additive(): Expr {
    let a = this.#multiplicative();
    for (;;) {
      if (this.#take("+")) a = { t: "binary", op: "+", a, b: this.#multiplicative() };
      else if (this.#take("-")) a = { t: "binary", op: "-", a, b: this.#multiplicative() };
      else return a;
    }
  }
  #multiplicative(): Expr {
    let a = this.#unary();
    for (;;) {
      const op = ["*", "/", "%"].find((x) => this.#is(x));
      if (!op) return a;
      this.#at++;
      a = { t: "binary", op, a, b: this.#unary() };
    }
  }
  #unary(): Expr {
    for (const op of ["!", "-", "+"]) if (this.#take(op)) return { t: "unary", op, a: op === "!" ? this.#unary() : this.#unary() };
    return this.#power();
  }
  #power(): Expr {
    const a = this.#postfix();
    if (this.#take("^")) {
      // right to left, and a sign binds looser on the left only
      const b = this.#is("-") || this.#is("+") || this.#is("!") ? this.#unary() : this.#power();
      return { t: "binary", op: "^", a, b };
    }
    return a;
  }
  #postfix(): Expr {
    const a = this.#primary();
    if (this.#isLvalue(a)) {
      if (this.#take("++")) return { t: "step", by: 1, post: true, to: a };
      if (this.#take("--")) return { t: "step", by: -1, post: true, to: a };
    }
    return a;
  }

  #optionalLvalue(): Expr | undefined {
    if (this.#is("$") || this.#t.kind === "name") {
      const e = this.#primary();
      return e;
    }
    return undefined;
  }

  #primary(): Expr {
    const t = this.#t;
    switch (t.kind) {
      case "number":
        this.#at++;
        return { t: "value", v: t.value! };
      case "string":
        this.#at++;
        return { t: "value", v: t.text };
      case "regex":
        this.#at++;
        return { t: "regex", source: t.text };
      case "builtin": {
        this.#at++;
        const bare = !this.#is("(");
        if (bare && t.text !== "length") this.#fail();
        if (!bare) this.#at++;
        return { t: "builtin", name: t.text, args: bare ? [] : this.#list(")") };
      }
      case "call":
        this.#at += 2;
        return { t: "call", name: t.text, args: this.#list(")") };
      case "name": {
        this.#at++;
        const v = this.#variable(t.text);
        if (this.#take("[")) return { t: "index", array: v, keys: this.#list("]") };
        return v;
      }
      case "keyword":
        if (t.text === "getline") {
          this.#at++;
          const to = this.#optionalLvalue();
          if (this.#take("<")) {
            const source = this.#postfix();
            return { t: "getline", from: "file", source, ...(to ? { to } : {}) };
          }
          return { t: "getline", from: "main", ...(to ? { to } : {}) };
        }
        this.#fail();
      // falls through
      case "op":
        if (this.#take("(")) {
          const items = this.#list(")");
          if (items.length === 0) this.#fail();
          if (items.length === 1) return { t: "group", items };
          return { t: "group", items };
        }
        if (this.#take("$")) {
          if (this.#is("++") || this.#is("--")) return { t: "field", of: this.#primary() };
          if (this.#is("-") || this.#is("+")) return { t: "field", of: this.#unary() };
          return { t: "field", of: this.#primary() };
        }
        if (this.#is("++") || this.#is("--")) {
          const by = t.text === "++" ? 1 : -1;
          this.#at++;
          return { t: "step", by, post: false, to: this.#primary() };
        }
        if (this.#is("-") || this.#is("+") || this.#is("!")) return this.#unary();
        this.#fail();
      // falls through
      default:
        this.#fail();
    }
  }
}
