/** TOML 1.0 as far as configuration files use it: tables, arrays of tables, dotted and quoted keys, strings, numbers, booleans, arrays, inline tables. */
import type { Obj } from "../core/json.ts";

/** A syntax error; `line` and `column` count from one. */
export class TomlError extends Error {
  readonly line: number;
  readonly column: number;
  constructor(line: number, column: number, message: string) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Parses a document. Throws TomlError; the messages are those of pelletier/go-toml 1.9, which containerd 1.x uses. */
export function parseToml(text: string): Obj {
  let at = 0;
  const fail = (message: string, where = at): never => {
    const before = text.slice(0, where).split("\n");
    throw new TomlError(before.length, before.at(-1)!.length + 1, message);
  };
  const blank = (lines: boolean): void => {
    for (;;) {
      const c = text[at];
      if (c === " " || c === "\t" || c === "\r" || (lines && c === "\n")) at++;
      else if (c === "#") while (at < text.length && text[at] !== "\n") at++;
      else return;
    }
  };
  const keyPart = (): string => {
    const c = text[at];
    if (c === '"' || c === "'") return string();
    const m = /^[A-Za-z0-9_-]+/.exec(text.slice(at, at + 200));
    if (!m) return fail(c === undefined ? "unexpected end of file, was expecting a key" : `keys cannot contain ${c} character`);
    at += m[0].length;
    return m[0];
  };
  const key = (): string[] => {
    const parts = [keyPart()];
    for (;;) {
      blank(false);
      if (text[at] !== ".") return parts;
      at++;
      blank(false);
      parts.push(keyPart());
    }
  };
  const string = (): string => {
    const quote = text[at]!;
    const start = at;
    if (text.startsWith(quote.repeat(3), at)) {
      at += 3;
      if (text[at] === "\n") at++;
      const end = text.indexOf(quote.repeat(3), at);
      if (end < 0) fail("unclosed string", start);
      const raw = text.slice(at, end);
      at = end + 3;
      return quote === "'" ? raw : unescape(raw.replace(/\\\n\s*/g, ""));
    }
    at++;
    let raw = "";
    for (;;) {
      const c = text[at];
      if (c === undefined || c === "\n") fail("unclosed string", start);
      if (c === quote) break;
      if (c === "\\" && quote === '"') raw += text[at++]!;
      raw += text[at++]!;
    }
    at++;
    return quote === "'" ? raw : unescape(raw);
  };
  const unescape = (raw: string): string =>
    raw.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_all, e: string) => {
      const simple = ({ n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", '"': '"', "\\": "\\" } as Record<string, string>)[e];
      if (simple !== undefined) return simple;
      if (e.length === 5) return String.fromCharCode(parseInt(e.slice(1), 16));
      return fail(`invalid escape sequence: \\${e}`);
    });
  const value = (): unknown => {
    const c = text[at];
    const start = at;
    if (c === '"' || c === "'") return string();
    if (c === "[") {
      at++;
      const items: unknown[] = [];
      for (;;) {
        blank(true);
        if (text[at] === undefined) fail("unterminated array", start);
        if (text[at] === "]") break;
        items.push(value());
        blank(true);
        if (text[at] === ",") at++;
        else if (text[at] !== "]")
          fail(text[at] === undefined ? "unterminated array" : "missing comma", text[at] === undefined ? start : at);
      }
      at++;
      return items;
    }
    if (c === "{") {
      at++;
      const table: Obj = {};
      for (;;) {
        blank(false);
        if (text[at] === "}") break;
        const path = key();
        expectEquals();
        assign(table, path, value());
        blank(false);
        if (text[at] === ",") at++;
        else if (text[at] !== "}") fail("missing comma in inline table");
      }
      at++;
      return table;
    }
    const m = /^[^\s,\]}#]+/.exec(text.slice(at, at + 100))?.[0] ?? "";
    at += m.length;
    if (m === "true" || m === "false") return m === "true";
    const plain = m.replaceAll("_", "");
    if (/^[+-]?(\d+|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/.test(plain) || /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(plain)) return Number(plain);
    return fail("no value can start with " + (m[0] ?? "newline"), start);
  };
  const expectEquals = (): void => {
    blank(false);
    if (text[at] !== "=") fail("unexpected token, was expecting =");
    at++;
    blank(false);
  };
  const descend = (from: Obj, path: string[]): Obj => {
    let table = from;
    for (const part of path) {
      const next: unknown = (table[part] ??= {});
      const last: unknown = Array.isArray(next) ? next.at(-1) : next;
      if (last === null || typeof last !== "object") fail(`Key '${part}' is already defined and is not a table`);
      table = last as Obj;
    }
    return table;
  };
  const assign = (table: Obj, path: string[], v: unknown): void => {
    const into = descend(table, path.slice(0, -1));
    const name = path.at(-1)!;
    if (Object.hasOwn(into, name)) fail(`The following key was defined twice: ${path.join(".")}`);
    into[name] = v;
  };
  const root: Obj = {};
  const declared = new Set<string>();
  let current = root;
  for (;;) {
    blank(true);
    if (at >= text.length) return root;
    if (text[at] === "[") {
      const start = at;
      const array = text[at + 1] === "[";
      at += array ? 2 : 1;
      const line = text.slice(at, text.indexOf("\n", at) < 0 ? undefined : text.indexOf("\n", at));
      if (!line.includes("]")) fail("unexpected token unclosed table key, was expecting a table key", start + 1);
      blank(false);
      const path = key();
      if (!text.startsWith(array ? "]]" : "]", at)) fail("unexpected token, was expecting ]");
      at += array ? 2 : 1;
      if (array) {
        const into = descend(root, path.slice(0, -1));
        const list = (into[path.at(-1)!] ??= []) as Obj[];
        current = {};
        list.push(current);
      } else {
        const name = JSON.stringify(path);
        if (declared.has(name)) fail("duplicated tables", start + 1);
        declared.add(name);
        current = descend(root, path);
      }
    } else {
      const path = key();
      expectEquals();
      assign(current, path, value());
    }
    blank(false);
    if (at < text.length && text[at] !== "\n") fail("unexpected token, was expecting newline");
  }
}
