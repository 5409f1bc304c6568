/** JSON merge patch, RFC 7386. */
import type { Obj } from "../../../core/json.ts";

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const out: Obj = target !== null && typeof target === "object" && !Array.isArray(target) ? { ...(target as Obj) } : {};
  for (const [key, value] of Object.entries(patch as Obj)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

/** The patch that makes `to` of `from`. */
export function diffMerge(from: Obj, to: Obj): Obj {
  const patch: Obj = {};
  for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null;
  for (const [key, value] of Object.entries(to) as [string, unknown][]) {
    const before = from[key] as unknown;
    if (isObject(before) && isObject(value)) {
      const inner = diffMerge(before, value);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!equal(before, value)) patch[key] = value;
  }
  return patch;
}

export const isObject = (value: unknown): value is Obj => value !== null && typeof value === "object" && !Array.isArray(value);

/** Deep equality of JSON documents. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  let more = 0;
  for (const key of Object.keys(a))
    if (a[key] !== undefined) {
      if (!equal(a[key], b[key])) return false;
      more++;
    }
  for (const key of Object.keys(b)) if (b[key] !== undefined) more--;
  return more === 0;
}
