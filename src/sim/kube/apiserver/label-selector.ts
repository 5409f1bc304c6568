/** Label selectors as text: lexer and parser of k8s.io/apimachinery/pkg/labels/selector.go. */
import { badRequest } from "./status.ts";
import { labelValue, qualifiedName } from "./strategy/names.ts";

export type LabelTerm =
  | { key: string; op: "in" | "notin"; values: string[] }
  | { key: string; op: "exists" | "!" }
  | { key: string; op: "gt" | "lt"; value: number };

type Operator = "in" | "notin" | "=" | "==" | "!=" | ">" | "<";
type Kind = "end" | "identifier" | "," | "(" | ")" | "!" | Operator;
interface Token {
  kind: Kind;
  text: string;
}

const marks = ["==", "!=", "!", "=", "<", ">", "(", ")", ","] as const;

function lex(text: string): Token[] {
  const out: Token[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest);
    const mark = marks.find((m) => rest.startsWith(m));
    const word = space?.[0] ?? mark ?? /^[^\s=!<>(),]+/.exec(rest)![0];
    at += word.length;
    if (mark) out.push({ kind: mark, text: mark });
    else if (!space) out.push({ kind: word === "in" || word === "notin" ? word : "identifier", text: word });
  }
  return out;
}

/** Parses `a=b,c!=d,e in (f,g),!h`. Throws BadRequest with the words of the API server of that minor version. */
export function parseLabelSelector(text: string, minor: number): LabelTerm[] {
  const tokens = lex(text);
  let at = 0;
  const fail = (why: string): never => {
    throw badRequest(why);
  };
  /** Where values are expected, `in` and `notin` are words like others. */
  const peek = (values = true): Token => {
    const token = tokens[at] ?? { kind: "end", text: "" };
    return values && (token.kind === "in" || token.kind === "notin") ? { ...token, kind: "identifier" } : token;
  };
  const take = (values = true): Token => {
    const token = peek(values);
    at++;
    return token;
  };
  const wrong = (why: string): never => fail(`unable to parse requirement: ${why}`);
  const found = ({ text: shown }: Token, expected: string): never => wrong(`found '${shown}', expected: ${expected}`);
  const invalid = (path: string, value: string, why: string): never => wrong(`${path}: Invalid value: ${JSON.stringify(value)}: ${why}`);

  const list = (): string[] => {
    const open = take();
    if (open.kind !== "(") wrong(`found '${open.text}' expected: '('`);
    const out = new Set<string>();
    if (peek().kind === ")") {
      at++;
      return [""];
    }
    if (peek().kind !== "identifier" && peek().kind !== ",") found(peek(), "',', ')' or identifier");
    for (;;) {
      const token = take();
      if (token.kind === "identifier") {
        out.add(token.text);
        const next = peek();
        if (next.kind === ")") break;
        if (next.kind !== ",") found(next, "',' or ')'");
      } else if (token.kind === ",") {
        if (out.size === 0) out.add("");
        if (peek().kind === ")") {
          out.add("");
          break;
        }
        if (peek().kind === ",") {
          at++;
          out.add("");
        }
      } else found(token, "',', or identifier");
    }
    const close = take();
    if (close.kind !== ")") found(close, "')'");
    return [...out].toSorted();
  };

  const exact = (): string[] => {
    const next = peek();
    if (next.kind === "end" || next.kind === ",") return [""];
    at++;
    return next.kind === "identifier" ? [next.text] : found(next, "identifier");
  };

  const operators = minor >= 21 ? "in, notin, =, ==, !=, gt, lt" : "'=', '!=', '==', 'in', notin'";
  const requirement = (): LabelTerm => {
    const not = peek().kind === "!";
    if (not) at++;
    const { kind, text: key } = take();
    if (kind !== "identifier") found({ kind, text: key }, "identifier");
    const badKey = qualifiedName(key);
    if (badKey !== undefined) {
      if (minor >= 21) invalid("<nil>", key, badKey);
      wrong(`invalid label key ${JSON.stringify(key)}: ${badKey}`);
    }
    if (not) return { key, op: "!" };
    if (peek().kind === "end" || peek().kind === ",") return { key, op: "exists" };
    const operator = take(false);
    switch (operator.kind) {
      case "in":
      case "notin":
        return { key, op: operator.kind, values: checked(key, list()) };
      case "=":
      case "==":
        return { key, op: "in", values: checked(key, exact()) };
      case "!=":
        return { key, op: "notin", values: checked(key, exact()) };
      case ">":
      case "<": {
        const [value = ""] = exact();
        const integer = "for 'Gt', 'Lt' operators, the value must be an integer";
        if (!/^[-+]?\d+$/.test(value)) {
          if (minor >= 21) invalid("values[0]", value, integer);
          wrong(integer);
        }
        return { key, op: operator.kind === ">" ? "gt" : "lt", value: Number(value) };
      }
      default:
        return found(operator, operators);
    }
  };
  const checked = (key: string, values: string[]): string[] => {
    for (const [i, value] of values.entries()) {
      const bad = labelValue(value);
      if (bad === undefined) continue;
      if (minor >= 21) invalid(`values[${i}][${key}]`, value, bad);
      wrong(`invalid label value: ${JSON.stringify(value)}: at key: ${JSON.stringify(key)}: ${bad}`);
    }
    return values;
  };

  const terms: LabelTerm[] = [];
  for (;;) {
    const next = peek();
    if (next.kind === "end") return terms;
    if (next.kind !== "identifier" && next.kind !== "!") fail(`found '${next.text}', expected: !, identifier, or 'end of string'`);
    terms.push(requirement());
    const after = take();
    if (after.kind === "end") return terms;
    if (after.kind !== ",") fail(`found '${after.text}', expected: ',' or 'end of string'`);
    if (peek().kind !== "identifier" && peek().kind !== "!") fail(`found '${peek().text}', expected: identifier after ','`);
  }
}
