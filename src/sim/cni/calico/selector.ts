/** Selectors over labels (libcalico-go/lib/selector): a || b, a && b, !a, ( ), has(k), all(), global(), k == "v", k != "v", k in {…}, k not in {…}, contains, starts with, ends with. */
import { StacklessError } from "../../core/stackless.ts";

/** Why a selector cannot be parsed. */
export class SelectorError extends StacklessError {
  constructor(message: string) {
    super(message);
    this.name = "SelectorError";
  }
}

type Labels = Record<string, string>;
type Test = (labels: Labels) => boolean;

const kinds = {
  "(": "LParen",
  ")": "RParen",
  "{": "LBrace",
  "}": "RBrace",
  ",": "Comma",
  "==": "Eq",
  "!=": "Ne",
  "!": "Not",
  "&&": "And",
  "||": "Or",
} as const;

interface Token {
  kind: (typeof kinds)[keyof typeof kinds] | "Label" | "StringLiteral" | "Has" | "All" | "Global" | "In" | "NotIn" | Matcher | "EOF";
  value: string;
}
type Matcher = "Contains" | "StartsWith" | "EndsWith";

const operators: [RegExp, Token["kind"]][] = [
  [/^contains/, "Contains"],
  [/^starts[ \t]*with/, "StartsWith"],
  [/^ends[ \t]*with/, "EndsWith"],
  [/^not[ \t]*in/, "NotIn"],
  [/^in/, "In"],
];
const calls = { has: "Has", all: "All", global: "Global" } as const;

/** Tokens with an EOF at their end (tokenizer.go). Throws SelectorError. */
function tokenize(input: string): Token[] {
  const tokens: Token[] = [];
  let rest = input;
  for (;;) {
    rest = rest.replace(/^[ \t]+/, "");
    if (rest === "") return [...tokens, { kind: "EOF", value: "" }];
    const [token, length] = nextToken(rest, tokens.at(-1));
    tokens.push(token);
    rest = rest.slice(length);
  }
}

function nextToken(rest: string, last: Token | undefined): [Token, number] {
  const quote = /^(["'])(.*?)\1/s.exec(rest);
  if (quote) return [{ kind: "StringLiteral", value: quote[2]! }, quote[0].length];
  if (/^["']/.test(rest)) throw new SelectorError("unterminated string");
  const sign = /^(==|!=|&&|\|\||[(){},!])/.exec(rest)?.[0];
  if (sign !== undefined) return [{ kind: kinds[sign as keyof typeof kinds], value: "" }, sign.length];
  if (/^[=&|]/.test(rest)) throw new SelectorError(`expected ${rest[0]!.repeat(2)}`);
  if (last?.kind === "Label") {
    for (const [pattern, kind] of operators) {
      const m = pattern.exec(rest);
      if (m) return [{ kind, value: "" }, m[0].length];
    }
    throw new SelectorError(`unexpected characters after label '${last.value}', was expecting an operator`);
  }
  const call = /^(has|all|global)\([ \t]*/.exec(rest);
  if (call) return callToken(rest, call[1] as keyof typeof calls, call[0].length);
  const label = /^[A-Za-z0-9_./-]+/.exec(rest)?.[0];
  // a selector that ends in a label has no operator anyhow
  if (label === undefined || label.length === rest.length) throw new SelectorError("unexpected characters");
  return [{ kind: "Label", value: label }, label.length];
}

function callToken(rest: string, name: keyof typeof calls, open: number): [Token, number] {
  const label = name === "has" ? (/^[A-Za-z0-9_./-]+/.exec(rest.slice(open))?.[0] ?? "") : "";
  if (name === "has" && label === "") throw new SelectorError("no label name in has( expression");
  const close = /^[ \t]*\)/.exec(rest.slice(open + label.length));
  if (!close) throw new SelectorError(`no closing ')' after ${name}(`);
  return [{ kind: calls[name], value: label }, open + label.length + close[0].length];
}

const matchers: Record<"Eq" | "Ne" | Matcher, (value: string | undefined, wanted: string) => boolean> = {
  Eq: (value, wanted) => value === wanted,
  Ne: (value, wanted) => value !== wanted,
  Contains: (value, wanted) => value?.includes(wanted) === true,
  StartsWith: (value, wanted) => value?.startsWith(wanted) === true,
  EndsWith: (value, wanted) => value?.endsWith(wanted) === true,
};

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  #peek(): Token["kind"] {
    return this.#tokens[this.#at]!.kind;
  }
  #take(): Token {
    return this.#tokens[this.#at++]!;
  }

  root(): Test {
    if (this.#peek() === "EOF") return () => true;
    const test = this.#or();
    if (this.#peek() !== "EOF") {
      const rest = this.#tokens.slice(this.#at).map((t) => `Tok${t.kind}(${t.value})`);
      throw new SelectorError(`unexpected content at end of selector [${rest.join(" ")}]`);
    }
    return test;
  }
  #or(): Test {
    const tests = this.#between("Or", () => this.#and());
    return (labels) => tests.some((t) => t(labels));
  }
  #and(): Test {
    const tests = this.#between("And", () => this.#operation());
    return (labels) => tests.every((t) => t(labels));
  }
  #between(kind: "Or" | "And", operand: () => Test): Test[] {
    const tests = [operand()];
    while (this.#peek() === kind) {
      this.#at++;
      tests.push(operand());
    }
    return tests;
  }
  #operation(): Test {
    let negated = false;
    for (; this.#peek() === "Not"; this.#at++) negated = !negated;
    const test = this.#term();
    return negated ? (labels) => !test(labels) : test;
  }
  #term(): Test {
    const token = this.#take();
    switch (token.kind) {
      case "Has":
        return (labels) => Object.hasOwn(labels, token.value);
      case "All":
      case "Global":
        return () => true;
      case "Label":
        return this.#comparison(token.value);
      case "LParen": {
        const test = this.#or();
        if (this.#take().kind !== "RParen") throw new SelectorError("expected )");
        return test;
      }
      default:
        throw new SelectorError(`unexpected token: Tok${token.kind}(${token.value})`);
    }
  }
  #comparison(label: string): Test {
    const operator = this.#take();
    const value = (labels: Labels): string | undefined => (Object.hasOwn(labels, label) ? labels[label] : undefined);
    // two tokens more at least, the end being one
    if (this.#at >= this.#tokens.length) throw new SelectorError("unexpected end of string looking for op");
    if (operator.kind === "In" || operator.kind === "NotIn") {
      const set = this.#set();
      return (labels) => set.has(value(labels)) === (operator.kind === "In");
    }
    const matches = matchers[operator.kind as keyof typeof matchers];
    if (!matches) throw new SelectorError(`expected == or != not: Tok${operator.kind}(${operator.value})`);
    const wanted = this.#take();
    if (wanted.kind !== "StringLiteral") throw new SelectorError("expected string");
    return (labels) => matches(value(labels), wanted.value);
  }
  #set(): Set<string | undefined> {
    const set = new Set<string | undefined>();
    if (this.#take().kind !== "LBrace") throw new SelectorError("expected set literal");
    while (this.#peek() === "StringLiteral") {
      set.add(this.#take().value);
      if (this.#peek() !== "Comma") break;
      this.#at++;
    }
    if (this.#take().kind !== "RBrace") throw new SelectorError("expected }");
    return set;
  }
}

/** Throws SelectorError when the expression cannot be parsed. */
export const parseSelector = (selector: string): Test => new Parser(tokenize(selector)).root();

/** Throws SelectorError when the expression cannot be parsed. */
export const selects = (selector: string, labels: Labels): boolean => parseSelector(selector)(labels);
