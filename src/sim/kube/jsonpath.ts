/** JSONPath templates: k8s.io/client-go/util/jsonpath. */
import type { Obj } from "../core/json.ts";

export class JsonPathError extends Error {}

type Step =
  | { kind: "field"; name: string }
  | { kind: "wildcard" }
  | { kind: "recursive" }
  | { kind: "index"; at: number }
  | { kind: "slice"; from?: number; to?: number; step?: number }
  | { kind: "filter"; left: Operand; op: string; right: Operand }
  | { kind: "union"; paths: Step[][] };

type Operand = { path: Step[] } | { value: string | number | boolean | null };

type Node = { kind: "text"; text: string } | { kind: "path"; steps: Step[] } | { kind: "range"; steps: Step[]; body: Node[] };

/** The values of one path, with or without braces and leading `$`. */
export function jsonPath(path: string, data: unknown): unknown[] {
  const inner = /^\{(.*)\}$/s.exec(path.trim())?.[1] ?? path.trim();
  return walk(parseSteps(inner), [data], data);
}

function parseSteps(text: string): Step[] {
  const steps: Step[] = [];
  let i = 0;
  if (text[i] === "$" || text[i] === "@") i++;
  while (i < text.length) {
    const c = text[i]!;
    if (c === "." && text[i + 1] === ".") {
      steps.push({ kind: "recursive" });
      i += 2;
      if (text[i] === "[") continue;
      const m = /^(?:\\.|[^.[\\\s])+/.exec(text.slice(i));
      if (!m) continue;
      steps.push(m[0] === "*" ? { kind: "wildcard" } : { kind: "field", name: unescape(m[0]) });
      i += m[0].length;
    } else if (c === ".") {
      i++;
      const m = /^(?:\\.|[^.[\\\s])+/.exec(text.slice(i));
      if (!m) {
        if (i >= text.length) break;
        if (text[i] === "[") continue;
        throw new JsonPathError(
          `unrecognized character in action: U+${text.charCodeAt(i).toString(16).toUpperCase().padStart(4, "0")} '${text[i]}'`,
        );
      }
      steps.push(m[0] === "*" ? { kind: "wildcard" } : { kind: "field", name: unescape(m[0]) });
      i += m[0].length;
    } else if (c === "[") {
      const end = closing(text, i);
      steps.push(bracket(text.slice(i + 1, end)));
      i = end + 1;
    } else if (/\s/.test(c)) i++;
    else {
      // a bare name at the start
      const m = /^(?:\\.|[^.[\\\s])+/.exec(text.slice(i))!;
      if (steps.length > 0)
        throw new JsonPathError(
          `unrecognized character in action: U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")} '${c}'`,
        );
      if (/^[A-Za-z_]/.test(m[0])) throw new JsonPathError(`unrecognized identifier ${m[0]}`);
      steps.push({ kind: "field", name: unescape(m[0]) });
      i += m[0].length;
    }
  }
  return steps;
}

const unescape = (text: string): string => text.replace(/\\(.)/g, "$1");

function closing(text: string, open: number): number {
  let depth = 0;
  let quote = "";
  for (let i = open; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== "") {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (c === "'" || c === '"') quote = c;
    else if (c === "[") depth++;
    else if (c === "]" && --depth === 0) return i;
  }
  throw new JsonPathError("unterminated array");
}

function bracket(text: string): Step {
  const t = text.trim();
  if (t === "*") return { kind: "wildcard" };
  const filter = /^\?\((.*)\)$/s.exec(t);
  if (filter) return parseFilter(filter[1]!);
  if (/^(['"]).*\1$/s.test(t) && splitCommas(t).length === 1) return { kind: "field", name: t.slice(1, -1).replace(/\\(.)/g, "$1") };
  const parts = splitCommas(t);
  if (parts.length > 1) return { kind: "union", paths: parts.map((p) => [bracket(p)]) };
  if (/^-?\d+$/.test(t)) return { kind: "index", at: Number(t) };
  const slice = /^(-?\d*):(-?\d*)(?::(-?\d*))?$/.exec(t);
  if (slice)
    return {
      kind: "slice",
      ...(slice[1] ? { from: Number(slice[1]) } : {}),
      ...(slice[2] ? { to: Number(slice[2]) } : {}),
      ...(slice[3] ? { step: Number(slice[3]) } : {}),
    };
  throw new JsonPathError(`invalid array index ${t}`);
}

function splitCommas(text: string): string[] {
  const out: string[] = [];
  let quote = "";
  let current = "";
  for (const c of text) {
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === "'" || c === '"') quote = c;
    if (c === "," && quote === "") {
      out.push(current.trim());
      current = "";
    } else current += c;
  }
  out.push(current.trim());
  return out;
}

function parseFilter(text: string): Step {
  const m = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s.exec(text.trim());
  if (!m) return { kind: "filter", left: operand(text.trim()), op: "exists", right: { value: null } };
  return { kind: "filter", left: operand(m[1]!.trim()), op: m[2]!, right: operand(m[3]!.trim()) };
}

function operand(text: string): Operand {
  if (/^(['"]).*\1$/s.test(text)) return { value: text.slice(1, -1) };
  if (/^-?\d+(\.\d+)?$/.test(text)) return { value: Number(text) };
  if (text === "true" || text === "false") return { value: text === "true" };
  if (text.startsWith("@") || text.startsWith("$") || text.startsWith(".")) return { path: parseSteps(text) };
  return { value: text };
}

function walk(steps: Step[], start: unknown[], root: unknown): unknown[] {
  let values = start;
  for (const step of steps) values = values.flatMap((v) => take(step, v, root));
  return values;
}

function take(step: Step, value: unknown, root: unknown): unknown[] {
  switch (step.kind) {
    case "field":
      if (value !== null && typeof value === "object" && !Array.isArray(value) && Object.hasOwn(value, step.name))
        return [(value as Obj)[step.name]];
      return [];
    case "wildcard":
      return Array.isArray(value) ? value : value !== null && typeof value === "object" ? Object.values(value) : [];
    case "recursive":
      return descend(value);
    case "index": {
      if (!Array.isArray(value)) return [];
      const at = step.at < 0 ? value.length + step.at : step.at;
      if (at >= value.length || at < 0) throw new JsonPathError(`array index out of bounds: index ${step.at}, length ${value.length}`);
      return [value[at]];
    }
    case "slice": {
      if (!Array.isArray(value)) return [];
      const fix = (n: number): number => (n < 0 ? value.length + n : n);
      const part = value.slice(fix(step.from ?? 0), step.to === undefined ? undefined : fix(step.to));
      return step.step && step.step > 1 ? part.filter((_, i) => i % step.step! === 0) : part;
    }
    case "union":
      return step.paths.flatMap((p) => walk(p, [value], root));
    case "filter":
      return (Array.isArray(value) ? value : value !== null && typeof value === "object" ? Object.values(value) : []).filter((item) =>
        holds(step, item, root),
      );
  }
}

function descend(value: unknown): unknown[] {
  if (value === null || typeof value !== "object") return [];
  return [value, ...Object.values(value).flatMap(descend)];
}

function holds(step: Extract<Step, { kind: "filter" }>, item: unknown, root: unknown): boolean {
  const get = (o: Operand): unknown[] => ("path" in o ? walk(o.path, [item], root) : [o.value]);
  const left = get(step.left);
  if (step.op === "exists") return left.length > 0;
  const right = get(step.right);
  if (left.length === 0 || right.length === 0) return false;
  const [a, b] = [left[0], right[0]] as [never, never];
  switch (step.op) {
    case "==":
      return a === b || String(a) === String(b);
    case "!=":
      return !(a === b || String(a) === String(b));
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    default:
      return a >= b;
  }
}

// --- templates

export function parseTemplate(template: string): Node[] {
  const stack: { node?: Extract<Node, { kind: "range" }>; body: Node[] }[] = [{ body: [] }];
  let i = 0;
  while (i < template.length) {
    const open = template.indexOf("{", i);
    if (open < 0) {
      stack.at(-1)!.body.push({ kind: "text", text: template.slice(i) });
      break;
    }
    if (open > i) stack.at(-1)!.body.push({ kind: "text", text: template.slice(i, open) });
    const end = actionEnd(template, open);
    const action = template.slice(open + 1, end).trim();
    i = end + 1;
    const range = /^range\s+(.*)$/s.exec(action);
    if (range) stack.push({ node: { kind: "range", steps: parseSteps(range[1]!), body: [] }, body: [] });
    else if (action === "end") {
      const done = stack.pop()!;
      if (!done.node) throw new JsonPathError("not in range, nothing to end");
      done.node.body = done.body;
      stack.at(-1)!.body.push(done.node);
    } else if (/^(['"]).*\1$/s.test(action)) stack.at(-1)!.body.push({ kind: "text", text: literal(action) });
    else stack.at(-1)!.body.push({ kind: "path", steps: parseSteps(action) });
  }
  if (stack.length > 1) throw new JsonPathError("unclosed range");
  return stack[0]!.body;
}

const literal = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(n|t|r|\\|'|")/g, (_m, c: string) => ({ n: "\n", t: "\t", r: "\r" })[c] ?? c);

function actionEnd(text: string, open: number): number {
  let quote = "";
  for (let i = open + 1; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== "") {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (c === "'" || c === '"') quote = c;
    else if (c === "}") return i;
  }
  throw new JsonPathError(text.lastIndexOf("[") > Math.max(open, text.lastIndexOf("]")) ? "unterminated array" : "unclosed action");
}

/** Missing keys are an error unless `lenient` (kubectl's --allow-missing-template-keys, on by default). */
export function renderTemplate(nodes: Node[], data: unknown, root: unknown = data): string {
  return nodes
    .map((n) => {
      if (n.kind === "text") return n.text;
      const values = walk(n.steps, [data], root);
      if (n.kind === "path") return values.map(shown).join(" ");
      return values.map((v) => renderTemplate(n.body, v, root)).join("");
    })
    .join("");
}

/** Structures are printed as JSON, whose keys encoding/json sorts; the rest plain. */
const shown = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value, inOrder) : String(value as string);

const inOrder = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
