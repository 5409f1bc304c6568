/** The part of Go's text/template that people give to --format: fields, json, join, index and plain text. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";

/** A field that is not there; what came before it has been printed. */
export class TemplateError extends Error {
  readonly before: string;
  constructor(message: string, before: string) {
    super(message);
    this.before = before;
  }
}

/** Throws TemplateError. */
export function render(p: Proc, template: string, data: unknown, type: string): string {
  const source = template.replaceAll("\\t", "\t").replaceAll("\\n", "\n");
  let out = "";
  let end = 0;
  for (const m of source.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/gs)) {
    out += source.slice(end, m.index);
    end = m.index + m[0].length;
    out += evaluate(m[1]!, m.index + m[0].indexOf(m[1]!));
  }
  return out + source.slice(end);

  function evaluate(expression: string, at: number): string {
    const words = expression.match(/"[^"]*"|\S+/g) ?? [];
    const value = (word: string): unknown => {
      if (word.startsWith('"')) return JSON.parse(word) as string;
      if (/^\d+$/.test(word)) return Number(word);
      if (!/^\.[\w.]*$/.test(word)) return p.notSimulated(`docker --format {{${expression}}}`);
      let here: unknown = data;
      for (const name of word.split(".").filter((n) => n !== "")) {
        if (here === null || typeof here !== "object" || !(name in here)) {
          if (here !== null && typeof here === "object" && here !== data) return undefined;
          throw new TemplateError(
            `template: :1:${at + expression.indexOf(word)}: executing "" at <${word}>: can't evaluate field ${name} in type ${type}`,
            out,
          );
        }
        here = (here as Obj)[name];
      }
      return here;
    };
    const [head = "", ...rest] = words;
    if (head === "json" && rest.length === 1) return JSON.stringify(value(rest[0]!));
    if (head === "len" && rest.length === 1) return String(Object.keys(value(rest[0]!) as Obj).length);
    if (head === "index" && rest.length === 2) return text((value(rest[0]!) as Obj)[value(rest[1]!) as string] ?? "");
    if (head === "join" && rest.length === 2) return (value(rest[0]!) as string[]).join(value(rest[1]!) as string);
    if (words.length !== 1) return p.notSimulated(`docker --format {{${expression}}}`);
    return text(value(head));
  }
}

/** As fmt prints it. */
function text(v: unknown): string {
  if (v === null || v === undefined) return "<no value>";
  if (Array.isArray(v)) return `[${v.map(text).join(" ")}]`;
  if (typeof v === "object")
    return `map[${Object.entries(v)
      .map(([k, x]) => `${k}:${text(x)}`)
      .join(" ")}]`;
  return typeof v === "string" ? v : JSON.stringify(v);
}
