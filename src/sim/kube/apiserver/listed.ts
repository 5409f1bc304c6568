/** What an API server knows of the objects under a prefix, kept up to date by what is written and watched (the watch cache). */
import type { Obj } from "../../core/json.ts";

export interface Listed {
  /** Storage keys in order, and the object of each. */
  readonly keys: readonly string[];
  readonly items: Obj[];
  /** etcd's revision that it was read at. */
  readonly revision: number;
}

/** Where a key is, or belongs. */
function positionOf(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function found({ keys, items }: Listed, key: string): Obj | undefined {
  const at = positionOf(keys, key);
  return keys[at] === key ? items[at] : undefined;
}

/** The list with an object that was made or changed; the same list when it has that, or a later one, already. */
export function placed(list: Listed, key: string, object: Obj): Listed {
  const revision = Number(object.metadata.resourceVersion);
  if (revision <= list.revision) return list;
  const at = positionOf(list.keys, key);
  if (list.keys[at] !== key) return { ...list, keys: list.keys.toSpliced(at, 0, key), items: list.items.toSpliced(at, 0, object) };
  if (Number(list.items[at]!.metadata.resourceVersion) >= revision) return list;
  return { ...list, items: list.items.with(at, object) };
}

/** The list without an object that was deleted at a revision; the same list when that was another one of this name. */
export function dropped(list: Listed, key: string, revision: number): Listed {
  const at = positionOf(list.keys, key);
  if (revision <= list.revision || list.keys[at] !== key || Number(list.items[at]!.metadata.resourceVersion) > revision) return list;
  return { ...list, keys: list.keys.toSpliced(at, 1), items: list.items.toSpliced(at, 1) };
}
