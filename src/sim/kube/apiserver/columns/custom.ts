/** Columns of custom resources: additionalPrinterColumns with JSONPath (apiextensions-apiserver, tableconvertor). */
import type { Obj } from "../../../core/json.ts";
import { jsonPath } from "../../jsonpath.ts";
import { crdVersion } from "../crd-schema.ts";
import { age } from "./duration.ts";
import type { Cell, Column, Columns } from "./types.ts";

const cache = new WeakMap<Obj, Map<string, Columns>>();

export function customColumns(crd: Obj, version: string): Columns {
  let by = cache.get(crd);
  if (!by) cache.set(crd, (by = new Map()));
  let found = by.get(version);
  if (!found) by.set(version, (found = build((crdVersion(crd, version)?.additionalPrinterColumns ?? []) as Obj[])));
  return found;
}

function build(own: Obj[]): Columns {
  const list = own.length > 0 ? own : [{ name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }];
  const columns: Column[] = [
    { name: "Name", type: "string", format: "name", description: "Name must be unique within a namespace." },
    ...list.map((c) => ({
      name: String(c.name),
      type: c.type as Column["type"],
      format: String(c.format ?? ""),
      description: String(c.description ?? ""),
      priority: Number(c.priority ?? 0),
    })),
  ];
  return { columns, row: (o, now) => [String(o.metadata.name), ...list.map((c) => cell(o, c, now))] };
}

function cell(o: Obj, column: Obj, now: number): Cell {
  let values: unknown[];
  try {
    values = jsonPath(String(column.jsonPath), o);
  } catch {
    return "<none>";
  }
  if (values.length === 0 || values[0] === undefined || values[0] === null) return null;
  const [value] = values;
  switch (column.type) {
    case "date":
      return typeof value === "string" ? (Number.isNaN(Date.parse(value)) ? "<invalid>" : age(value, now)) : null;
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    default:
      if (values.length > 1) return values.map(text).join(",");
      return text(value);
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
