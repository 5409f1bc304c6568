/** Go's text/template over decoded JSON, with the two functions that kubectl adds (k8s.io/cli-runtime/pkg/printers/template.go). */
import { show, sprint, sprintf, type Value } from "./format.ts";
import { parse, TemplateError, type Command, type Node, type Operand, type Pipe } from "./parse.ts";

type Call = (values: Value[]) => Value;

/** A function that fails: Go puts where before it. */
class CallError extends Error {}

const truth = (v: Value): boolean => {
  if (v === undefined || v === null || v === false || v === 0 || v === 0n || v === "") return false;
  if (Array.isArray(v)) return v.length > 0;
  return typeof v === "object" ? Object.keys(v).length > 0 : true;
};

const basic = (v: Value): string => (v === undefined || v === null ? "nil" : Array.isArray(v) ? "array" : typeof v);

function equal(a: Value, b: Value): boolean {
  if (["object", "array"].includes(basic(a))) throw new CallError("non-comparable type " + show(a, false));
  if (basic(a) === "nil" || basic(b) === "nil") return basic(a) === basic(b);
  if (basic(a) !== basic(b)) throw new CallError("incompatible types for comparison");
  return a === b;
}

function less(a: Value, b: Value): boolean {
  if (basic(a) !== basic(b)) throw new CallError("incompatible types for comparison");
  if (!["string", "number", "bigint"].includes(basic(a))) throw new CallError("invalid type for comparison");
  return (a as string) < (b as string);
}

function index(values: Value[]): Value {
  let at = values[0];
  for (const key of values.slice(1)) {
    if (at === undefined || at === null) throw new CallError("index of untyped nil");
    if (Array.isArray(at)) {
      if (typeof key !== "bigint")
        throw new CallError(`cannot index slice/array with type ${typeof key === "string" ? "string" : "float64"}`);
      if (key < 0n || key >= BigInt(at.length)) throw new CallError(`index out of range: ${key}`);
      at = at[Number(key)] as Value;
    } else if (typeof at === "object") {
      if (typeof key !== "string") throw new CallError(`value has type ${typeof key === "bigint" ? "int" : "float64"}; should be string`);
      at = Object.hasOwn(at, key) ? (at as Record<string, Value>)[key] : undefined;
    } else throw new CallError(`can't index item of type ${typeof at === "number" ? "float64" : typeof at}`);
  }
  return at;
}

const functions: Record<string, Call> = {
  and: (v) => v.find((x) => !truth(x)) ?? v.at(-1),
  or: (v) => v.find(truth) ?? v.at(-1),
  not: ([a]) => !truth(a),
  len: ([a]) => {
    if (typeof a === "string") return BigInt(Buffer.byteLength(a));
    if (Array.isArray(a)) return BigInt(a.length);
    if (a !== null && typeof a === "object") return BigInt(Object.keys(a).length);
    throw new CallError(
      a === undefined || a === null
        ? "reflect: call of reflect.Value.Type on zero Value"
        : `len of type ${typeof a === "number" ? "float64" : typeof a}`,
    );
  },
  index,
  print: (v) => sprint(v),
  println: (v) => `${v.map((x) => show(x, false)).join(" ")}\n`,
  printf: ([format, ...rest]) => sprintf(String(format), rest),
  eq: ([a, ...rest]) => rest.some((b) => equal(a, b)),
  ne: ([a, b]) => !equal(a, b),
  lt: ([a, b]) => less(a, b),
  le: ([a, b]) => less(a, b) || equal(a, b),
  gt: ([a, b]) => !less(a, b) && !equal(a, b),
  ge: ([a, b]) => !less(a, b),
  urlquery: (v) => encodeURIComponent(sprint(v)).replace(/%20/g, "+"),
  exists: ([a, ...keys]) => {
    let at = a;
    for (const key of keys) {
      if (Array.isArray(at)) at = at[Number(key)] as Value;
      else if (at !== null && typeof at === "object") at = (at as Record<string, Value>)[String(key)];
      else return false;
      if (at === undefined) return false;
    }
    return true;
  },
  base64decode: ([a]) => Buffer.from(String(a), "base64").toString("utf8"),
};

interface Scope {
  dot: Value;
  variables: Map<string, Value>[];
}

/** Throws TemplateError: with the text after "template: " when the template or its execution fails. */
export function renderGoTemplate(source: string, data: Value): string {
  const nodes = parse(source, new Set(Object.keys(functions)));
  const dot = integers(data);
  return new Execution(source).list(nodes, { dot, variables: [new Map([["$", dot]])] });
}

/** k8s.io/apimachinery/pkg/util/json decodes whole numbers as int64. */
function integers(v: Value): Value {
  if (typeof v === "number" && Number.isInteger(v)) return BigInt(v);
  if (Array.isArray(v)) return v.map(integers);
  if (v !== null && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, integers(x)]));
  return v;
}

class Execution {
  readonly #source: string;
  constructor(source: string) {
    this.#source = source;
  }

  #fail(at: number, text: string, message: string): never {
    const before = this.#source.slice(0, at);
    throw new TemplateError(
      `output:${before.split("\n").length}:${at - before.lastIndexOf("\n") - 1}: executing "output" at <${text}>: ${message}`,
    );
  }

  list(nodes: Node[], scope: Scope): string {
    return nodes.map((node) => this.#node(node, scope)).join("");
  }

  #node(node: Node, scope: Scope): string {
    if (node.kind === "text") return node.text;
    if (node.kind === "print") {
      const value = this.#pipe(node.pipe, scope);
      return node.pipe.declares.length > 0 ? "" : show(value);
    }
    const inner: Scope = { dot: scope.dot, variables: [...scope.variables, new Map()] };
    if (node.kind === "range") return this.#range(node, inner);
    const value = this.#pipe(node.pipe, inner);
    if (!truth(value)) return this.list(node.otherwise, inner);
    return this.list(node.body, node.kind === "with" ? { ...inner, dot: value } : inner);
  }

  #range(node: Extract<Node, { pipe: Pipe; body: Node[] }>, scope: Scope): string {
    const value = this.#pipe({ ...node.pipe, declares: [] }, scope);
    const entries: [Value, Value][] | undefined =
      value === undefined || value === null
        ? []
        : Array.isArray(value)
          ? value.map((v, i): [Value, Value] => [BigInt(i), v as Value])
          : typeof value === "object"
            ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
            : undefined;
    const last = node.pipe.commands.at(-1)!;
    const word = last.words.at(-1)!;
    if (!entries) return this.#fail("at" in word ? word.at : last.at, node.pipe.text, `range can't iterate over ${show(value)}`);
    if (entries.length === 0) return this.list(node.otherwise, scope);
    const names = node.pipe.declares;
    return entries
      .map(([key, item]) => {
        const own = new Map<string, Value>();
        if (names.length === 1) own.set(names[0]!, item);
        else if (names.length === 2) own.set(names[0]!, key).set(names[1]!, item);
        return this.list(node.body, { dot: item, variables: [...scope.variables, own] });
      })
      .join("");
  }

  #pipe(pipe: Pipe, scope: Scope): Value {
    let value: Value;
    pipe.commands.forEach((command, i) => {
      value = this.#command(command, scope, i > 0, value);
    });
    for (const name of pipe.declares)
      (pipe.assigns ? scope.variables.findLast((m) => m.has(name)) : scope.variables.at(-1))!.set(name, value);
    return value;
  }

  #command(command: Command, scope: Scope, piped: boolean, last: Value): Value {
    const first = command.words[0]!;
    const rest = command.words.slice(1);
    if (first.kind !== "function") {
      if (rest.length > 0 || piped)
        this.#fail(command.at, command.text, `can't give argument to non-function ${command.text.split(" ")[0]}`);
      return this.#operand(first, scope);
    }
    const values = rest.map((w) => this.#operand(w, scope));
    if (piped) values.push(last);
    if (values.length === 0) this.#fail(first.at, command.text, `wrong number of args for ${first.name}: want at least 1 got 0`);
    try {
      return functions[first.name]!(values);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return this.#fail(first.at, command.text, `error calling ${first.name}: ${error.message}`);
    }
  }

  #operand(word: Operand, scope: Scope): Value {
    switch (word.kind) {
      case "dot":
        return scope.dot;
      case "value":
        return word.value;
      case "function":
        return this.#command({ words: [word], text: word.name, at: word.at }, scope, false, undefined);
      case "field":
        return this.#walk(scope.dot, word);
      case "group":
        return this.#walk(this.#pipe(word.pipe, scope), word);
      case "variable": {
        const holder = scope.variables.findLast((m) => m.has(word.name))!;
        return this.#walk(holder.get(word.name), word);
      }
    }
  }

  /** A key that is missing has no value, and neither has what is looked for in it. */
  #walk(value: Value, word: { names: string[]; text: string; at: number }): Value {
    let at = value;
    for (const name of word.names) {
      if (at === undefined || at === null) return undefined;
      if (typeof at !== "object" || Array.isArray(at)) this.#fail(word.at, word.text, `can't evaluate field ${name} in type interface {}`);
      at = Object.hasOwn(at as object, name) ? (at as Record<string, Value>)[name] : undefined;
    }
    return at;
  }
}
