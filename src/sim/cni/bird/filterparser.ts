/** Parses the filter language into statements. */
import { NotSimulated } from "../../core/errno.ts";
import type { Expression, SetItem, Statement } from "./config.ts";
import type { Reader } from "./reader.ts";

const types = new Set([
  "int",
  "bool",
  "ip",
  "prefix",
  "string",
  "pair",
  "quad",
  "ec",
  "lc",
  "bgppath",
  "clist",
  "bgpmask",
  "rtr",
  "enum",
  "bytestring",
]);

/** `{ … }`, or one statement; local declarations (BIRD 1.6 puts them before the block) are read over. */
export function block(r: Reader): Statement[] {
  while (r.peek().kind === "symbol" && types.has(r.peek().value)) declaration(r);
  if (!r.is("{")) return [...statement(r)];
  r.expect("{");
  const out: Statement[] = [];
  while (!r.is("}")) {
    if (r.peek().kind === "symbol" && types.has(r.peek().value)) {
      const set = declaration(r);
      if (set) out.push(set);
    } else out.push(...statement(r));
  }
  r.expect("}");
  return out;
}

function declaration(r: Reader): Statement | undefined {
  r.take();
  if (r.accept("set")) void 0;
  const name = r.symbol();
  let value: Expression | undefined;
  if (r.accept("=")) value = expression(r);
  r.expect(";");
  return value && { do: "set", name, value };
}

function statement(r: Reader): Statement[] {
  if (r.accept(";")) return [];
  if (r.is("{")) return block(r);
  if (r.accept("if")) {
    const test = expression(r);
    r.expect("then");
    const yes = block(r);
    return [{ do: "if", test, yes, no: r.accept("else") ? block(r) : [] }];
  }
  if (r.accept("accept")) return ended(r, { do: "accept" });
  if (r.accept("reject")) return ended(r, { do: "reject" });
  if (r.accept("return")) return ended(r, r.is(";") ? { do: "return" } : { do: "return", value: expression(r) });
  if (r.accept("print") || r.accept("printn")) return ended(r, { do: "print", items: list(r, ";") });
  if (r.accept("unset")) {
    r.expect("(");
    const name = r.symbol();
    r.expect(")");
    return ended(r, { do: "unset", name });
  }
  if (r.is("case") || r.is("for")) throw new NotSimulated(`BIRD filter statement ${r.peek().value}`);
  const name = r.symbol();
  if (r.accept("(")) {
    const args = list(r, ")");
    r.expect(")");
    return ended(r, { do: "call", name, args });
  }
  if (r.accept(".")) {
    const method = r.symbol();
    let args: Expression[] = [];
    if (r.accept("(")) {
      args = list(r, ")");
      r.expect(")");
    }
    return ended(r, { do: "attribute", name, method, args });
  }
  r.expect("=");
  return ended(r, { do: "set", name, value: expression(r) });
}

function ended(r: Reader, s: Statement): Statement[] {
  r.expect(";");
  return [s];
}

function list(r: Reader, end: string): Expression[] {
  const out: Expression[] = [];
  while (!r.is(end)) {
    out.push(expression(r));
    if (!r.accept(",")) break;
  }
  return out;
}

export function expression(r: Reader): Expression {
  let left = conjunction(r);
  while (r.accept("||")) left = { op: "or", left, right: conjunction(r) };
  return left;
}

function conjunction(r: Reader): Expression {
  let left = comparison(r);
  while (r.accept("&&")) left = { op: "and", left, right: comparison(r) };
  return left;
}

const comparisons = ["=", "!=", "~", "!~", "<=", ">=", "<", ">"] as const;

function comparison(r: Reader): Expression {
  const left = sum(r);
  for (const op of comparisons) if (r.accept(op)) return { op, left, right: sum(r) };
  return left;
}

function sum(r: Reader): Expression {
  let left = unary(r);
  for (;;) {
    if (r.accept("+")) left = { op: "+", left, right: unary(r) };
    else if (r.accept("-")) left = { op: "-", left, right: unary(r) };
    else return left;
  }
}

function unary(r: Reader): Expression {
  if (r.accept("!")) return { op: "not", of: unary(r) };
  let e = primary(r);
  while (r.accept(".")) e = { op: "call", name: `.${r.symbol()}`, args: [e] };
  return e;
}

function primary(r: Reader): Expression {
  const token = r.peek();
  if (r.accept("(")) {
    const items = [expression(r)];
    while (r.accept(",")) items.push(expression(r));
    r.expect(")");
    return items.length === 1 ? items[0]! : { op: "pair", items };
  }
  if (r.accept("[")) return set(r);
  if (token.kind === "number") return { op: "literal", value: Number(r.take().value) };
  if (token.kind === "text") return { op: "literal", value: r.take().value };
  if (token.kind === "ip") return { op: "literal", value: { ip: r.take().value } };
  if (token.kind === "prefix") return { op: "literal", value: { prefix: r.take().value } };
  if (r.accept("true")) return { op: "literal", value: true };
  if (r.accept("false")) return { op: "literal", value: false };
  if (r.accept("defined")) {
    r.expect("(");
    const of = expression(r);
    r.expect(")");
    return { op: "defined", of };
  }
  const name = r.symbol();
  if (r.accept("(")) {
    const args = list(r, ")");
    r.expect(")");
    return { op: "call", name, args };
  }
  return { op: "name", name };
}

function set(r: Reader): Expression {
  const items: SetItem[] = [];
  while (!r.is("]")) {
    if (r.peek().kind === "prefix") {
      const prefix = r.take().value;
      const own = Number(prefix.split("/")[1]);
      if (r.accept("+")) items.push({ prefix, low: own, high: 32 });
      else if (r.accept("-")) items.push({ prefix, low: 0, high: own });
      else if (r.accept("{")) {
        const low = r.number();
        r.expect(",");
        items.push({ prefix, low, high: r.number() });
        r.expect("}");
      } else items.push({ prefix, low: own, high: own });
    } else {
      const from = sum(r);
      items.push(r.accept("..") ? { from, to: sum(r) } : { from, to: from });
    }
    if (!r.accept(",")) break;
  }
  r.expect("]");
  return { op: "set", items };
}
