/** Turns what a client sent into an object of its kind: unknown fields, wrong types, nulls (sigs.k8s.io/json as the API server uses it). */
import type { Obj } from "../../core/json.ts";
import { objectType, type Field, type FieldType } from "./schema/index.ts";
import { parseQuantity, quantityRule } from "../quantity.ts";

export class DecodeError extends Error {
  /** Where a value of a wrong type is, with indices. */
  readonly path: string;
  constructor(message: string, path = "") {
    super(message);
    this.path = path;
  }
}

const wide = new Set([
  "terminationGracePeriodSeconds",
  "activeDeadlineSeconds",
  "runAsUser",
  "runAsGroup",
  "fsGroup",
  "tolerationSeconds",
  "generation",
  "observedGeneration",
  "deletionGracePeriodSeconds",
  "gracePeriodSeconds",
  "expirationSeconds",
  "sizeBytes",
  "revision",
  "startingDeadlineSeconds",
  "remainingItemCount",
]);

interface Walk {
  unknown: string[];
}

const goKind = (value: unknown): string =>
  Array.isArray(value)
    ? "array"
    : value === null
      ? "null"
      : typeof value === "object"
        ? "object"
        : typeof value === "boolean"
          ? "bool"
          : typeof value;

const goType = (field: FieldType, name: string): string => {
  switch (field.kind) {
    case "int":
      return wide.has(name) ? "int64" : "int32";
    case "object":
      return `v1.${field.type === "EventV1" ? "Event" : field.type}`;
    case "list":
      return `[]${goType(field.item!, name)}`;
    case "map":
      return `map[string]${goType(field.item!, name)}`;
    default:
      return field.kind;
  }
};

/** A cleaned copy; `unknown` collects paths of fields that the type does not have. Throws DecodeError with Go's words. */
export function decodeAs(type: string, input: unknown, unknown: string[] = []): Obj {
  if (input === null || typeof input !== "object" || Array.isArray(input))
    throw new DecodeError(`json: cannot unmarshal ${goKind(input)} into Go value of type v1.${type}`);
  return object(type, input as Obj, "", { unknown });
}

function object(type: string, input: Obj, path: string, walk: Walk): Obj {
  const { fields } = objectType(type);
  const out: Obj = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const field = fields.get(name);
    const where = path === "" ? name : `${path}.${name}`;
    if (!field) {
      walk.unknown.push(`unknown field ${JSON.stringify(where)}`);
      continue;
    }
    if (value === null) continue;
    out[name] = scalar(type, field, name, value, where, walk);
  }
  return out;
}

function wrong(owner: string, field: FieldType, name: string, value: unknown, path: string): never {
  throw new DecodeError(
    `json: cannot unmarshal ${goKind(value)} into Go struct field ${owner}.${path.replace(/\[\d+\]/g, "")} of type ${goType(field, name)}`,
    path,
  );
}

function scalar(owner: string, field: FieldType, name: string, value: unknown, path: string, walk: Walk): unknown {
  switch (field.kind) {
    case "any":
      return value;
    case "string":
    case "bytes":
      return typeof value === "string" ? value : wrong(owner, field, name, value, path);
    case "time":
      if (typeof value !== "string") return wrong(owner, field, name, value, path);
      if (Number.isNaN(Date.parse(value)))
        throw new DecodeError(
          `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
        );
      return value;
    case "bool":
      return typeof value === "boolean" ? value : wrong(owner, field, name, value, path);
    case "int":
      if (typeof value !== "number") return wrong(owner, field, name, value, path);
      if (!Number.isInteger(value))
        throw new DecodeError(
          `json: cannot unmarshal number ${value} into Go struct field ${owner}.${path.replace(/\[\d+\]/g, "")} of type ${goType(field, name)}`,
        );
      if (Math.abs(value) > (wide.has(name) ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1))
        throw new DecodeError(
          `json: cannot unmarshal number ${value} into Go struct field ${owner}.${path.replace(/\[\d+\]/g, "")} of type ${goType(field, name)}`,
        );
      return value;
    case "number":
      return typeof value === "number" ? value : wrong(owner, field, name, value, path);
    case "intstr":
      return typeof value === "number" || typeof value === "string" ? value : wrong(owner, field, name, value, path);
    case "quantity":
      if (parseQuantity(value) === undefined) throw new DecodeError(quantityRule);
      return typeof value === "number" ? String(value) : value;
    case "object":
      if (typeof value !== "object" || Array.isArray(value)) return wrong(owner, field, name, value, path);
      return object(field.type!, value as Obj, path, walk);
    case "list":
      if (!Array.isArray(value)) return wrong(owner, field, name, value, path);
      return value.map((item: unknown, i) =>
        item === null ? (field.item!.kind === "object" ? {} : "") : scalar(owner, field.item!, name, item, `${path}[${i}]`, walk),
      );
    case "map": {
      if (typeof value !== "object" || Array.isArray(value)) return wrong(owner, field, name, value, path);
      const out: Obj = {};
      for (const [key, item] of Object.entries(value as Obj))
        out[key] = item === null ? (field.item!.kind === "string" ? "" : {}) : scalar(owner, field.item!, name, item, path, walk);
      return out;
    }
  }
}

/** The field that a name means within a type; undefined when there is none. */
export const fieldOf = (type: string | undefined, name: string): Field | undefined =>
  type ? objectType(type).fields.get(name) : undefined;
