/** What a controller process has seen of the cluster. In memory only: after a restart or a load it is listed again. */
import type { Obj } from "../../../core/json.ts";

export const keyOf = (object: Obj): string =>
  object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : String(object.metadata.name);

const versionOf = (object: Obj | undefined): number => Number(object?.metadata?.resourceVersion ?? 0);

export class Cache {
  readonly #objects = new Map<string, Map<string, Obj>>();
  /** Latest version at which a key is known to be gone, so that a late event does not bring it back. */
  readonly #gone = new Map<string, number>();

  #of(resource: string): Map<string, Obj> {
    let map = this.#objects.get(resource);
    if (!map) this.#objects.set(resource, (map = new Map()));
    return map;
  }

  /** Replaces everything known of a resource by a list; returns what changed. */
  replace(resource: string, items: Obj[]): { changed: Obj[]; removed: Obj[] } {
    const before = this.#of(resource);
    const after = new Map(items.map((item) => [keyOf(item), item]));
    this.#objects.set(resource, after);
    return {
      changed: items.filter((item) => versionOf(before.get(keyOf(item))) !== versionOf(item)),
      removed: [...before].filter(([key]) => !after.has(key)).map(([, item]) => item),
    };
  }

  /** Takes an object over unless it is older than what is known; returns whether it was news. */
  put(resource: string, object: Obj): boolean {
    const map = this.#of(resource);
    const key = keyOf(object);
    const version = versionOf(object);
    if (versionOf(map.get(key)) >= version || (this.#gone.get(`${resource} ${key}`) ?? 0) >= version) return false;
    map.set(key, object);
    return true;
  }

  /** Forgets an object that was deleted at `version`. */
  remove(resource: string, key: string, version: number): Obj | undefined {
    const map = this.#of(resource);
    const there = map.get(key);
    if (versionOf(there) > version) return undefined;
    map.delete(key);
    if (this.#gone.size > 2000) this.#gone.clear();
    this.#gone.set(`${resource} ${key}`, version);
    return there;
  }

  get(resource: string, name: string, namespace?: string): Obj | undefined {
    return this.#of(resource).get(namespace ? `${namespace}/${name}` : name);
  }

  byKey(resource: string, key: string): Obj | undefined {
    return this.#of(resource).get(key);
  }

  list(resource: string, namespace?: string): Obj[] {
    const all = [...this.#of(resource).values()];
    return namespace === undefined ? all : all.filter((o) => o.metadata.namespace === namespace);
  }

  get resources(): string[] {
    return [...this.#objects.keys()];
  }
}
