/**
 * Schemas of the built-in kinds, parsed from compact tables (schema/core.ts and its neighbours).
 *
 * A line is `Type: field field …`. A field is `name` (string), with `!` when it is required, then its type:
 * `:int`, `:bool`, `:time`, `:quantity`, `:intstr`, `:any`, `:bytes`, `:Type`; `[]` list of strings, `[]Type` list of that type;
 * `{}` map of strings, `{}type` map of that type. `/key` after a list gives its strategic-merge key, `/=` a merging list of
 * scalars, `/~` a list that strategic merge replaces, `/@a,b` the keys of server-side apply where they differ.
 */
export interface FieldType {
  kind: "string" | "int" | "bool" | "time" | "quantity" | "intstr" | "any" | "bytes" | "number" | "object" | "list" | "map";
  /** Element of a list or map. */
  item?: FieldType;
  /** Name of an object type. */
  type?: string;
}

export interface Field extends FieldType {
  name: string;
  required: boolean;
  /** Merge key of strategic merge patch ("" for scalars); undefined: the list is replaced. */
  mergeKey?: string;
  /** Keys that identify a list's items in server-side apply; undefined: atomic. */
  listKeys?: string[];
}

export interface ObjectType {
  name: string;
  /** As OpenAPI names it, e.g. io.k8s.api.core.v1.PodSpec. */
  openapi: string;
  fields: Map<string, Field>;
}

export const objectTypes = new Map<string, ObjectType>();

const scalars = new Set(["int", "bool", "time", "quantity", "intstr", "any", "bytes", "number", "string"]);

function fieldType(text: string): FieldType {
  if (text === "") return { kind: "string" };
  if (text.startsWith(":")) return fieldType(text.slice(1));
  if (text.startsWith("[]")) return { kind: "list", item: fieldType(text.slice(2)) };
  if (text.startsWith("{}")) return { kind: "map", item: fieldType(text.slice(2)) };
  if (scalars.has(text)) return { kind: text as FieldType["kind"] };
  return { kind: "object", type: text };
}

/** Adds a table; `prefix` is the OpenAPI package such as `io.k8s.api.core.v1`. */
export function defineTypes(prefix: string, table: string): void {
  for (const line of table.trim().split("\n")) {
    const colon = line.indexOf(": ");
    const name = (colon < 0 ? line.replace(/:$/, "") : line.slice(0, colon)).trim();
    const fields = new Map<string, Field>();
    for (const word of colon < 0
      ? []
      : line
          .slice(colon + 2)
          .trim()
          .split(/\s+/)) {
      const m = /^([$A-Za-z0-9]+)(!?)([^/]*)(?:\/(.*))?$/.exec(word);
      if (!m) throw new Error(`schema: ${name}: ${word}`);
      const field: Field = { name: m[1]!, required: m[2] === "!", ...fieldType(m[3]!) };
      if (m[4] !== undefined && m[4] !== "~") {
        const [merge, keys] = m[4].split("@");
        if (merge !== "") field.mergeKey = merge === "=" ? "" : merge;
        field.listKeys = keys !== undefined ? keys.split(",") : merge === "=" ? [] : [merge!];
      }
      fields.set(field.name, field);
    }
    objectTypes.set(name, { name, openapi: `${prefix}.${name}`, fields });
  }
}

export function objectType(name: string): ObjectType {
  const type = objectTypes.get(name);
  if (!type) throw new Error(`schema: no type ${name}`);
  return type;
}
