/**
 * A copy of plain data that is the caller's own, frozen parts thawed. structuredClone does the same several times slower: it
 * writes the value down in a form for other threads first.
 */
export function copy<T>(value: T): T {
  return duplicate(value) as T;
}

function duplicate(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(duplicate);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value);
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) out[key] = duplicate((value as Record<string, unknown>)[key]);
  return out;
}
