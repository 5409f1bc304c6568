/** Strategic merge patch: k8s.io/apimachinery/pkg/util/strategicpatch, with merge keys from the schema. */
import type { Obj } from "../../../core/json.ts";
import { fieldOf } from "../decode.ts";
import type { Field, FieldType } from "../schema/index.ts";
import { badRequest } from "../status.ts";
import { equal, isObject } from "./merge.ts";

const directive = "$patch";
const deletePrefix = "$deleteFromPrimitiveList/";
const orderPrefix = "$setElementOrder/";
const retain = "$retainKeys";

const itemType = (field: FieldType | undefined): string | undefined => (field?.item?.kind === "object" ? field.item.type : undefined);
const isDirective = (key: string): boolean =>
  key === directive || key === retain || key.startsWith(deletePrefix) || key.startsWith(orderPrefix);

/** Applies `patch` to an object of a schema type (undefined: unknown fields, lists are replaced). */
export function strategicMerge(target: Obj, patch: Obj, type: string | undefined): Obj {
  if (patch[directive] === "replace") return without(patch);
  if (patch[directive] === "delete") return {};
  const out: Obj = { ...target };
  if (Array.isArray(patch[retain])) for (const key of Object.keys(out)) if (!(patch[retain] as string[]).includes(key)) delete out[key];
  for (const [key, value] of Object.entries(patch) as [string, unknown][]) {
    if (key.startsWith(deletePrefix)) {
      const name = key.slice(deletePrefix.length);
      if (Array.isArray(out[name]))
        out[name] = (out[name] as unknown[]).filter((item) => !(value as unknown[]).some((v) => equal(v, item)));
      continue;
    }
    if (isDirective(key)) continue;
    const field = fieldOf(type, key);
    if (value === null) delete out[key];
    else if (Array.isArray(value)) {
      const order = patch[`${orderPrefix}${key}`] as unknown[] | undefined;
      out[key] = mergeList(out[key] as unknown[] | undefined, value, field, order, key);
    } else if (isObject(value)) {
      const inner = field?.kind === "object" ? field.type : undefined;
      const before = out[key] as unknown;
      if (value[directive] === "delete") delete out[key];
      else out[key] = strategicMerge(isObject(before) ? before : {}, value, inner);
    } else out[key] = value;
  }
  // an order for a list that the patch does not otherwise touch
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    const name = key.slice(orderPrefix.length);
    if (patch[name] === undefined && Array.isArray(out[name]))
      out[name] = sortBy(out[name] as unknown[], order as unknown[], fieldOf(type, name)?.mergeKey, out[name] as unknown[]);
  }
  return out;
}

function without(patch: Obj): Obj {
  const out: Obj = {};
  for (const [key, value] of Object.entries(patch)) if (!isDirective(key) && value !== null) out[key] = value;
  return out;
}

function mergeList(
  target: unknown[] | undefined,
  patch: unknown[],
  field: Field | undefined,
  order: unknown[] | undefined,
  name: string,
): unknown[] {
  const key = field?.mergeKey;
  if (key === undefined)
    return patch
      .filter((item) => !(isObject(item) && item[directive] !== undefined))
      .map((item) => (isObject(item) ? without(item) : item));
  const before = target ?? [];
  if (key === "") {
    const out = [...before];
    for (const item of patch) if (!out.some((o) => equal(o, item))) out.push(item);
    return order ? sortBy(out, order, key, before) : out;
  }
  if (patch.some((item) => isObject(item) && item[directive] === "replace" && Object.keys(item).length === 1))
    return patch.filter((item) => !(isObject(item) && item[directive] === "replace"));
  let out = [...before] as Obj[];
  for (const item of patch as Obj[]) {
    if (!isObject(item)) throw badRequest(`cannot merge ${typeof item} into list ${name}`);
    const id = item[key] as unknown;
    if (id === undefined) throw badRequest(`map: ${goMap(item)} does not contain declared merge key: ${key}`);
    if (item[directive] === "delete") {
      out = out.filter((o) => o[key] !== id);
      continue;
    }
    const at = out.findIndex((o) => o[key] === id);
    if (item[directive] === "replace") {
      if (at >= 0) out[at] = without(item);
      else out.push(without(item));
    } else if (at >= 0) out[at] = strategicMerge(out[at]!, item, itemType(field));
    else out.push(strategicMerge({}, item, itemType(field)));
  }
  return order ? sortBy(out, order, key, before) : out;
}

const goMap = (item: Obj): string =>
  `map[${Object.entries(item)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}:${String(v)}`)
    .join(" ")}]`;

/** Items named in `order` in that order; the others stay relative to where the server had them. */
function sortBy(items: unknown[], order: unknown[], key: string | undefined, server: unknown[]): unknown[] {
  const idOf = (item: unknown): unknown => (key ? (isObject(item) ? (item[key] as unknown) : undefined) : item);
  const wanted = order.map((o) => (key && isObject(o) ? (o[key] as unknown) : o));
  const place = (item: unknown): number => wanted.findIndex((w) => equal(w, idOf(item)));
  const inOrder = items.filter((item) => place(item) >= 0).toSorted((a, b) => place(a) - place(b));
  const serverPlace = (item: unknown): number => server.findIndex((s) => equal(idOf(s), idOf(item)));
  const others = items.filter((item) => place(item) < 0);
  const out: unknown[] = [];
  // merge: a server-only item goes before the first ordered item that the server has after it
  for (const item of inOrder) {
    const at = serverPlace(item);
    while (others.length > 0 && at >= 0 && serverPlace(others[0]) >= 0 && serverPlace(others[0]) < at) out.push(others.shift());
    out.push(item);
  }
  return [...out, ...others];
}

/** The two-way patch that makes `to` of `from`, ignoring what only `from` has when `keepExtra` is set (kubectl's three-way merge). */
export function strategicDiff(
  from: Obj,
  to: Obj,
  type: string | undefined,
  options: { ignoreDeletions?: boolean; ignoreChangesAndAdditions?: boolean } = {},
): Obj {
  const patch: Obj = {};
  if (!options.ignoreDeletions) for (const key of Object.keys(from)) if (!(key in to) || to[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(to) as [string, unknown][]) {
    if (value === undefined) continue;
    const before = from[key] as unknown;
    const field = fieldOf(type, key);
    if (before === undefined || before === null) {
      if (!options.ignoreChangesAndAdditions && value !== null) patch[key] = value;
      continue;
    }
    if (isObject(value) && isObject(before)) {
      const inner = strategicDiff(before, value, field?.kind === "object" ? field.type : undefined, options);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (Array.isArray(value) && Array.isArray(before) && field?.mergeKey !== undefined)
      diffList(patch, key, before, value, field, options);
    else if (!options.ignoreChangesAndAdditions && !equal(before, value)) patch[key] = value;
  }
  return patch;
}

function diffList(
  patch: Obj,
  name: string,
  from: unknown[],
  to: unknown[],
  field: Field,
  options: { ignoreDeletions?: boolean; ignoreChangesAndAdditions?: boolean },
): void {
  const key = field.mergeKey!;
  if (key === "") {
    const added = to.filter((item) => !from.some((f) => equal(f, item)));
    const removed = from.filter((item) => !to.some((t) => equal(t, item)));
    if (added.length > 0 && !options.ignoreChangesAndAdditions) patch[name] = added;
    if (removed.length > 0 && !options.ignoreDeletions) patch[`${deletePrefix}${name}`] = removed;
    return;
  }
  const items: Obj[] = [];
  for (const item of to as Obj[]) {
    const before = (from as Obj[]).find((f) => f[key] === item[key]);
    if (!before) {
      if (!options.ignoreChangesAndAdditions) items.push(item);
      continue;
    }
    const inner = strategicDiff(before, item, itemType(field), options);
    if (Object.keys(inner).length > 0) items.push({ ...inner, [key]: item[key] });
  }
  if (!options.ignoreDeletions)
    for (const item of from as Obj[])
      if (!(to as Obj[]).some((t) => t[key] === item[key])) items.push({ [directive]: "delete", [key]: item[key] });
  if (items.length > 0) {
    patch[name] = items;
    if (!options.ignoreChangesAndAdditions) patch[`${orderPrefix}${name}`] = (to as Obj[]).map((t) => ({ [key]: t[key] }));
  }
}

/**
 * kubectl apply's patch: deletions from last-applied to modified, changes and additions from live to modified
 * (strategicpatch.CreateThreeWayMergePatch).
 */
export function threeWay(original: Obj, modified: Obj, current: Obj, type: string | undefined): Obj {
  const changes = strategicDiff(current, modified, type, { ignoreDeletions: true });
  const deletions = strategicDiff(original, modified, type, { ignoreChangesAndAdditions: true });
  return combine(deletions, changes, type);
}

/** Merges two patches, keeping directives of both. */
function combine(a: Obj, b: Obj, type: string | undefined): Obj {
  const out: Obj = { ...a };
  for (const [key, value] of Object.entries(b) as [string, unknown][]) {
    const before = out[key] as unknown;
    const field = fieldOf(type, key);
    if (isObject(before) && isObject(value)) out[key] = combine(before, value, field?.kind === "object" ? field.type : undefined);
    else if (Array.isArray(before) && Array.isArray(value) && field?.mergeKey) {
      const list = [...(before as Obj[])];
      for (const item of value as Obj[]) {
        const at = list.findIndex((o) => o[field.mergeKey!] === item[field.mergeKey!]);
        if (at >= 0) list[at] = combine(list[at]!, item, itemType(field));
        else list.push(item);
      }
      out[key] = list;
    } else out[key] = value;
  }
  return out;
}
