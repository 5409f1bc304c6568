/**
 * Server-side apply: field sets per manager as managedFields, conflicts, and removal of what a manager no longer applies
 * (sigs.k8s.io/structured-merge-diff). Managers other than appliers are recorded when they take a field from one.
 */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { fieldOf } from "../decode.ts";
import type { Field, FieldType } from "../schema/index.ts";
import { StatusError } from "../status.ts";
import { equal, isObject } from "./merge.ts";

/** FieldsV1: {"f:spec": {"f:replicas": {}, 'k:{"name":"x"}': {".": {}}}}. */
type FieldSet = { [key: string]: FieldSet };

const itemType = (field: FieldType | undefined): string | undefined => (field?.item?.kind === "object" ? field.item.type : undefined);
const skip = new Set(["apiVersion", "kind"]);
const skipMetadata = new Set([
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "generation",
  "managedFields",
  "selfLink",
]);

const itemKey = (item: Obj, keys: string[], protocol = true): string =>
  `k:${JSON.stringify(Object.fromEntries(keys.map((k) => [k, item[k] ?? (protocol && k === "protocol" ? "TCP" : undefined)])))}`;

function fieldSet(object: Obj, type: string | undefined, depth = 0, inMetadata = false): FieldSet {
  const out: FieldSet = {};
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    if (value === undefined || (depth === 0 && skip.has(key)) || (inMetadata && skipMetadata.has(key))) continue;
    out[`f:${key}`] = valueSet(value, fieldOf(type, key), depth === 0 && key === "metadata");
  }
  return out;
}

function valueSet(value: unknown, field: Field | undefined, metadata = false): FieldSet {
  if (isObject(value)) {
    if (field?.kind === "any") return {};
    const inner = fieldSet(value, field?.kind === "object" ? field.type : undefined, 1, metadata);
    return Object.keys(inner).length === 0 ? {} : inner;
  }
  if (Array.isArray(value) && field?.listKeys) {
    const out: FieldSet = {};
    for (const item of value) {
      if (field.listKeys.length === 0) out[`v:${JSON.stringify(item)}`] = {};
      else if (isObject(item)) out[itemKey(item, field.listKeys)] = { ".": {}, ...fieldSet(item, itemType(field), 1) };
    }
    return out;
  }
  return {};
}

const leaves = (set: FieldSet, path: string[] = []): string[][] =>
  Object.entries(set).flatMap(([k, v]) => (Object.keys(v).length === 0 ? [[...path, k]] : leaves(v, [...path, k])));

const hasPath = (set: FieldSet, path: string[]): boolean => {
  let here: FieldSet | undefined = set;
  for (const p of path) {
    here = here[p];
    if (here === undefined) return false;
  }
  return true;
};

/** Value at a path of set elements within an object. */
function valueAt(object: unknown, path: string[]): unknown {
  let here: unknown = object;
  for (const p of path) {
    if (here === undefined || here === null || p === ".") return here === null ? undefined : here;
    if (p.startsWith("f:")) here = (here as Obj)[p.slice(2)];
    else if (p.startsWith("k:")) {
      const key = JSON.parse(p.slice(2)) as Obj;
      here = Array.isArray(here)
        ? (here as Obj[]).find((item) =>
            Object.entries(key).every(([k, v]) => item[k] === v || (k === "protocol" && item[k] === undefined && v === "TCP")),
          )
        : undefined;
    } else if (p.startsWith("v:"))
      here = Array.isArray(here) && here.some((item) => equal(item, JSON.parse(p.slice(2)))) ? true : undefined;
  }
  return here;
}

function removeAt(object: Obj, path: string[]): void {
  const last = path.at(-1)!;
  if (last === ".") {
    removeAt(object, path.slice(0, -1));
    return;
  }
  const parent = path.length === 1 ? object : (valueAt(object, path.slice(0, -1)) as Obj | unknown[] | undefined);
  if (parent === undefined || parent === null) return;
  if (last.startsWith("f:")) delete (parent as Obj)[last.slice(2)];
  else if (Array.isArray(parent)) {
    const at = parent.findIndex((item: unknown) =>
      last.startsWith("v:")
        ? equal(item, JSON.parse(last.slice(2)))
        : Object.entries(JSON.parse(last.slice(2)) as Obj).every(([k, v]) => (item as Obj)[k] === v),
    );
    if (at >= 0) parent.splice(at, 1);
  }
}

function removePath(set: FieldSet, path: string[]): void {
  const [first, ...rest] = path;
  if (rest.length === 0) {
    delete set[first!];
    return;
  }
  const inner = set[first!];
  if (!inner) return;
  removePath(inner, rest);
  if (Object.keys(inner).length === 0) delete set[first!];
}

function mergeApplied(target: unknown, applied: unknown, field: Field | undefined): unknown {
  if (isObject(applied)) {
    if (field?.kind === "any" && !isObject(target)) return applied;
    const out: Obj = isObject(target) ? { ...target } : {};
    const type = field === undefined || field.kind !== "object" ? undefined : field.type;
    for (const [k, v] of Object.entries(applied)) out[k] = mergeApplied(out[k], v, fieldOf(type, k));
    return out;
  }
  if (Array.isArray(applied) && field?.listKeys && Array.isArray(target)) {
    const out = [...(target as unknown[])];
    for (const item of applied as unknown[]) {
      if (field.listKeys.length === 0) {
        if (!out.some((o) => equal(o, item))) out.push(item);
        continue;
      }
      const key = itemKey(item as Obj, field.listKeys);
      const at = out.findIndex((o) => itemKey(o as Obj, field.listKeys!) === key);
      const inner: Field = { name: "", required: false, kind: "object", type: itemType(field) } as Field;
      if (at >= 0) out[at] = mergeApplied(out[at], item, inner);
      else out.push(item);
    }
    return out;
  }
  return applied;
}

const pathText = (path: string[]): string =>
  path
    .filter((p) => p !== ".")
    .map((p) => {
      if (p.startsWith("f:")) return `.${p.slice(2)}`;
      if (p.startsWith("k:"))
        return `[${Object.entries(JSON.parse(p.slice(2)) as Obj)
          .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
          .join(",")}]`;
      return `[=${p.slice(2)}]`;
    })
    .join("");

export interface ApplyOptions {
  manager: string;
  force: boolean;
  apiVersion: string;
  type: string | undefined;
  time: string;
  subresource?: string;
}

/** Merges an applied configuration into the live object (undefined: there is none). Throws Conflict. */
export function applyServerSide(live: Obj | undefined, applied: Obj, o: ApplyOptions): Obj {
  const mine = fieldSet(applied, o.type);
  const entries = copy((live?.metadata.managedFields ?? []) as Obj[]);
  const isMine = (e: Obj): boolean => e.manager === o.manager && e.operation === "Apply" && (e.subresource ?? "") === (o.subresource ?? "");
  const conflicts: { manager: string; apiVersion: string; path: string }[] = [];
  for (const entry of entries) {
    if (isMine(entry)) continue;
    for (const path of leaves(mine)) {
      if (path.at(-1) === "." || !hasPath(entry.fieldsV1 as FieldSet, path)) continue;
      if (equal(valueAt(live, path), valueAt(applied, path))) continue;
      if (o.force) removePath(entry.fieldsV1 as FieldSet, path);
      else conflicts.push({ manager: String(entry.manager), apiVersion: String(entry.apiVersion), path: pathText(path) });
    }
  }
  if (conflicts.length > 0) throw conflictError(conflicts);
  let merged: Obj = live ? copy(live) : {};
  const before = entries.find(isMine);
  if (before) {
    const others = entries.filter((e) => !isMine(e));
    // longest first, so that a list item goes after its fields
    for (const path of leaves(before.fieldsV1 as FieldSet).toSorted((a, b) => b.length - a.length))
      if (!hasPath(mine, path) && !others.some((e) => hasPath(e.fieldsV1 as FieldSet, path))) removeAt(merged, path);
  }
  const root: Field = { name: "", required: false, kind: "object", ...(o.type ? { type: o.type } : {}) } as Field;
  merged = mergeApplied(merged, applied, o.type ? root : ({ ...root, type: undefined } as Field)) as Obj;
  const kept = entries.filter((e) => !isMine(e) && Object.keys(e.fieldsV1 as Obj).length > 0);
  const same = before && equal(before.fieldsV1, mine);
  kept.unshift({
    manager: o.manager,
    operation: "Apply",
    apiVersion: o.apiVersion,
    time: same ? before.time : o.time,
    fieldsType: "FieldsV1",
    fieldsV1: mine,
    ...(o.subresource ? { subresource: o.subresource } : {}),
  });
  merged.metadata = { ...(merged.metadata as Obj), managedFields: kept };
  return merged;
}

function conflictError(conflicts: { manager: string; apiVersion: string; path: string }[]): StatusError {
  const by = new Map<string, string[]>();
  for (const c of conflicts) {
    const key = `conflict${conflicts.length > 1 ? "s" : ""} with ${JSON.stringify(c.manager)} using ${c.apiVersion}`;
    by.set(key, [...(by.get(key) ?? []), c.path]);
  }
  const single = conflicts.length === 1;
  const text = single
    ? `Apply failed with 1 conflict: conflict with ${JSON.stringify(conflicts[0]!.manager)} using ${conflicts[0]!.apiVersion}: ${conflicts[0]!.path}`
    : `Apply failed with ${conflicts.length} conflicts: ${[...by].map(([k, paths]) => `${k}:\n${paths.map((p) => `- ${p}`).join("\n")}`).join("\n")}`;
  return new StatusError(409, "Conflict", text, {
    causes: conflicts.map((c) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${JSON.stringify(c.manager)} using ${c.apiVersion}`,
      field: c.path,
    })),
  });
}

/** After an ordinary update: fields that changed under an applier move to the updater. */
export function noteUpdate(old: Obj, next: Obj, manager: string, type: string | undefined, apiVersion: string, time: string): void {
  const entries = copy((old.metadata.managedFields ?? []) as Obj[]);
  if (entries.length === 0) return;
  const moved: string[][] = [];
  for (const entry of entries) {
    if (entry.manager === manager && entry.operation === "Update") continue;
    for (const path of leaves(entry.fieldsV1 as FieldSet)) {
      if (path.at(-1) === "." || equal(valueAt(old, path), valueAt(next, path))) continue;
      removePath(entry.fieldsV1 as FieldSet, path);
      if (valueAt(next, path) !== undefined) moved.push(path);
    }
  }
  if (moved.length > 0) {
    let own = entries.find((e) => e.manager === manager && e.operation === "Update");
    if (!own) entries.push((own = { manager, operation: "Update", apiVersion, time, fieldsType: "FieldsV1", fieldsV1: {} }));
    own.time = time;
    for (const path of moved) {
      let here = own.fieldsV1 as FieldSet;
      for (const p of path) here = here[p] ??= {};
    }
  }
  void type;
  next.metadata = { ...(next.metadata as Obj), managedFields: entries.filter((e) => Object.keys(e.fieldsV1 as Obj).length > 0) };
}
