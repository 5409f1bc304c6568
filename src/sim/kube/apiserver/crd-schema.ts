/** Structural schemas of custom resources: pruning, defaulting, validation (k8s.io/apiextensions-apiserver/pkg/apiserver/schema, validation). */
import { copy } from "../../core/copy.ts";
import type { Obj } from "../../core/json.ts";
import { invalidValue, required, unsupportedValue, type Cause } from "./status.ts";
import { steadyRegExp } from "../../core/regexp/index.ts";

/** Removes what the schema does not name; collects paths of what went. */
export function prune(value: unknown, schema: Obj | undefined, path: string, dropped: string[], root = false): void {
  if (!schema || value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    // long lists of numbers, such as those of an IPAM block, have nothing to lose
    for (const [i, item] of value.entries())
      if (typeof item === "object") prune(item, schema.items as Obj | undefined, `${path}[${i}]`, dropped);
    return;
  }
  const keep = schema["x-kubernetes-preserve-unknown-fields"] === true;
  const properties = (schema.properties ?? {}) as Record<string, Obj>;
  const additional = schema.additionalProperties as Obj | boolean | undefined;
  const embedded = schema["x-kubernetes-embedded-resource"] === true;
  for (const key of Object.keys(value)) {
    if ((root || embedded) && (key === "apiVersion" || key === "kind" || key === "metadata")) continue;
    const item = (value as Obj)[key] as unknown;
    const inner = Object.hasOwn(properties, key) ? properties[key] : additional;
    if (inner && typeof inner === "object") {
      if (typeof item === "object") prune(item, inner, path === "" ? key : `${path}.${key}`, dropped);
    } else if (additional !== true && !keep) {
      dropped.push(`unknown field ${JSON.stringify(path === "" ? key : `${path}.${key}`)}`);
      delete (value as Obj)[key];
    }
  }
}

export function applyDefaults(value: unknown, schema: Obj | undefined): void {
  if (!schema || value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const item of value) applyDefaults(item, schema.items as Obj | undefined);
    return;
  }
  for (const [key, property] of Object.entries((schema.properties ?? {}) as Record<string, Obj>)) {
    const object = value as Obj;
    if (object[key] === null && property.nullable !== true) delete object[key];
    if (object[key] === undefined && property.default !== undefined) object[key] = copy(property.default);
    applyDefaults(object[key], property);
  }
  if (schema.additionalProperties && typeof schema.additionalProperties === "object")
    for (const item of Object.values(value as Obj)) applyDefaults(item, schema.additionalProperties as Obj);
}

const typeOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "array"
      : typeof value === "number"
        ? Number.isInteger(value)
          ? "integer"
          : "number"
        : typeof value;

/** Errors in the words of the OpenAPI validator. CEL rules (x-kubernetes-validations) are not evaluated: docs/known-differences. */
export function validateSchema(value: unknown, schema: Obj | undefined, path: string, causes: Cause[]): void {
  if (!schema || value === undefined) return;
  if (value === null) {
    if (schema.nullable === true || schema.type === undefined) return;
    causes.push(typeInvalid(path, value, String(schema.type)));
    return;
  }
  const actual = typeOf(value);
  if (schema["x-kubernetes-int-or-string"] === true) {
    if (actual !== "integer" && actual !== "string") causes.push(typeInvalid(path, value, "integer,string"));
  } else if (schema.type !== undefined && schema.type !== actual && !(schema.type === "number" && actual === "integer")) {
    causes.push(typeInvalid(path, value, String(schema.type)));
    return;
  }
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) causes.push(unsupportedValue(path, value, schema.enum.map(String)));
  if (typeof value === "number") {
    if (schema.minimum !== undefined && value < Number(schema.minimum))
      causes.push(invalidValue(path, value, `${path} in body should be greater than or equal to ${schema.minimum}`));
    if (schema.maximum !== undefined && value > Number(schema.maximum))
      causes.push(invalidValue(path, value, `${path} in body should be less than or equal to ${schema.maximum}`));
  }
  if (typeof value === "string") {
    if (schema.minLength !== undefined && value.length < Number(schema.minLength))
      causes.push(invalidValue(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
    if (schema.maxLength !== undefined && value.length > Number(schema.maxLength))
      causes.push({ reason: "FieldValueTooLong", message: `Too long: may not be more than ${schema.maxLength} bytes`, field: path });
    if (typeof schema.pattern === "string" && !pattern(schema.pattern).test(value))
      causes.push(invalidValue(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (Array.isArray(value)) {
    if (schema.maxItems !== undefined && value.length > Number(schema.maxItems))
      causes.push({
        reason: "FieldValueTooMany",
        message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
        field: path,
      });
    if (schema.minItems !== undefined && value.length < Number(schema.minItems))
      causes.push(invalidValue(path, value.length, `${path} in body should have at least ${schema.minItems} items`));
    value.forEach((item, i) => validateSchema(item, schema.items as Obj | undefined, `${path}[${i}]`, causes));
    return;
  }
  if (typeof value === "object") {
    const object = value as Obj;
    for (const name of (schema.required ?? []) as string[])
      if (object[name] === undefined) causes.push(required(path === "" ? name : `${path}.${name}`));
    for (const [key, property] of Object.entries((schema.properties ?? {}) as Record<string, Obj>))
      if (object[key] !== undefined && !(path === "" && (key === "metadata" || key === "apiVersion" || key === "kind")))
        validateSchema(object[key], property, path === "" ? key : `${path}.${key}`, causes);
    if (schema.additionalProperties && typeof schema.additionalProperties === "object")
      for (const [key, item] of Object.entries(object))
        if (!(schema.properties && key in (schema.properties as Obj)))
          validateSchema(item, schema.additionalProperties as Obj, `${path}.${key}`, causes);
  }
}

const typeInvalid = (path: string, value: unknown, type: string): Cause => ({
  reason: "FieldValueTypeInvalid",
  message: `Invalid value: ${JSON.stringify(typeOf(value))}: ${path} in body must be of type ${type}: ${JSON.stringify(typeOf(value))}`,
  field: path,
});

const patterns = new Map<string, RegExp>();
function pattern(text: string): RegExp {
  let found = patterns.get(text);
  if (!found) {
    try {
      found = steadyRegExp(text);
    } catch {
      found = /(?:)/; // a Go expression that JavaScript does not have
    }
    patterns.set(text, found);
  }
  return found;
}

/** The version entry of a CRD. */
export const crdVersion = (crd: Obj, version: string): Obj | undefined =>
  ((crd.spec?.versions ?? []) as Obj[]).find((v) => v.name === version);
