/**
 * The state of one kube-apiserver process: options, files as they were read at start (in `p.data`), and caches of the store in
 * memory that can be thrown away at any time (they are what the real server's informers hold).
 */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { Policy } from "./auth/rbac.ts";
import { dropped, found, placed, type Listed } from "./listed.ts";
import { apiVersionOf, builtinResources, keyOf, servedVersions, storageKey, storagePrefix, type Resource } from "./resources.ts";
import { Store, type EtcdConfig } from "./store.ts";

export interface Options {
  advertiseAddress: string;
  bindAddress: string;
  securePort: number;
  serviceRange: string;
  nodePorts: [number, number];
  anonymous: boolean;
  bootstrapTokens: boolean;
  allowPrivileged: boolean;
  authorization: string[];
  admission: string[];
  issuer: string;
  audiences: string[];
  kubeletAddressTypes: string[];
  etcd: EtcdConfig;
  /** PEM texts, as the files held at start. */
  certificate: string;
  clientCa: string;
  serviceAccountKeys: string[];
  serviceAccountSigner: string;
  requestHeaderCa: string;
  kubeletClientCertificate: string;
  kubeletClientKey: string;
  kubeletCa: string;
}

export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED";
  /** Storage prefix of the resource. */
  prefix: string;
  object: Obj;
  old?: Obj;
  revision: number;
}

const noResources: readonly Resource[] = [];
const windowSize = 200;

const builtins = new Map(builtinResources.map((r) => [keyOf(r), r]));

export class ApiServer {
  readonly p: Proc;
  readonly store: Store;
  readonly #lists = new Map<string, Listed>();
  readonly #windows = new Map<string, WatchEvent[]>();
  /** Revision up to which no event is remembered. */
  #windowStart = 0;
  #custom: { crds: Obj[]; resources: Resource[] } | undefined;
  /** Streams to clients outside of the simulation (server/): they live as long as this memory does. */
  readonly outside = new Set<(event: WatchEvent) => void>();

  constructor(p: Proc) {
    this.p = p;
    this.store = new Store(p, this.options.etcd);
    this.#windowStart = Number(p.data.revision ?? 0);
  }

  get options(): Options {
    return this.p.data.options as Options;
  }

  /** 35 for version 1.35.2. */
  get minor(): number {
    const { version } = this.p.state;
    if (this.#minor?.version !== version) this.#minor = { version, minor: Number(version.replace(/^v/, "").split(".")[1] ?? "35") };
    return this.#minor.minor;
  }
  #minor: { version: string; minor: number } | undefined;

  get now(): string {
    return timestamp(this.p.now);
  }

  // --- caches

  /** All objects under a prefix, from memory when nothing has changed there. Throws StoreError. */
  cached(prefix: string): Obj[] {
    return this.#listed(prefix).items;
  }

  #listed(prefix: string): Listed {
    let list = this.#lists.get(prefix);
    if (!list) this.#lists.set(prefix, (list = this.store.list(prefix)));
    return list;
  }

  /** The same, from the last known state when etcd does not answer, as informers do. */
  known(resource: { group: string; plural: string }): Obj[] {
    return this.cached(storagePrefix(builtins.get(keyOf(resource))!));
  }

  /** One of them. */
  knownOne(resource: { group: string; plural: string }, namespace: string, name: string): Obj | undefined {
    return this.current(builtins.get(keyOf(resource))!, namespace, name);
  }

  /** One of any resource's. */
  current(r: Resource, namespace: string, name: string): Obj | undefined {
    return found(this.#listed(storagePrefix(r)), storageKey(r, namespace, name));
  }

  forget(): void {
    this.#lists.clear();
    this.#custom = undefined;
  }

  /** What is under a key has changed: to an object, or it was deleted at a revision. */
  changed(key: string, to: Obj | number): void {
    for (const [prefix, list] of this.#lists)
      if (key.startsWith(prefix)) this.#lists.set(prefix, typeof to === "number" ? dropped(list, key, to) : placed(list, key, to));
  }

  // --- events

  /** Notes what etcd reported; the caller tells the watchers. */
  remember(event: WatchEvent): void {
    let list = this.#windows.get(event.prefix);
    if (!list) this.#windows.set(event.prefix, (list = []));
    list.push(event);
    if (list.length > windowSize) this.#windowStart = Math.max(this.#windowStart, list.shift()!.revision);
  }

  startWindow(revision: number): void {
    this.#windows.clear();
    this.#windowStart = revision;
  }

  /** Events of a resource after a revision; undefined when that is too long ago. */
  since(prefix: string, revision: number): WatchEvent[] | undefined {
    if (revision < this.#windowStart) return undefined;
    return (this.#windows.get(prefix) ?? []).filter((e) => e.revision > revision);
  }

  // --- resources

  /** The same array while the definitions are the same. */
  customResources(): readonly Resource[] {
    let crds: Obj[];
    try {
      crds = this.known({ group: "apiextensions.k8s.io", plural: "customresourcedefinitions" });
    } catch {
      return this.#custom?.resources ?? noResources;
    }
    if (this.#custom?.crds !== crds) this.#custom = { crds, resources: crds.filter(established).map(resourceOf) };
    return this.#custom.resources;
  }

  resources(): Resource[] {
    return [...builtinResources, ...this.customResources()];
  }

  /** Versions that are served, preferred first. */
  versions(r: Resource): string[] {
    return r.crd ? r.versions.map((v) => v.name) : servedVersions(r, this.minor);
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    const fits = (r: Resource): boolean => r.group === group && r.plural === plural && this.versions(r).includes(version);
    const own = builtins.get(keyOf({ group, plural }));
    return own && fits(own) ? own : this.customResources().find(fits);
  }

  /** By `plural.group` key. */
  byKey(key: string): Resource | undefined {
    return this.resources().find((r) => keyOf(r) === key);
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    return this.resources().find((r) => r.kind === kind && this.versions(r).some((v) => apiVersionOf(r.group, v) === apiVersion));
  }

  /** The resource that a storage key belongs to. */
  byStorage(key: string): Resource | undefined {
    const custom = this.customResources();
    if (this.#prefixes?.custom !== custom) {
      const by = new Map<string, Resource>();
      for (const r of this.resources())
        if (r.group !== "events.k8s.io" && r.group !== "extensions" && !by.has(storagePrefix(r))) by.set(storagePrefix(r), r);
      this.#prefixes = { custom, by };
    }
    // the longest prefix
    for (let end = key.lastIndexOf("/"); end > 0; end = key.lastIndexOf("/", end - 1)) {
      const found = this.#prefixes.by.get(key.slice(0, end + 1));
      if (found) return found;
    }
    return undefined;
  }
  #prefixes: { custom: readonly Resource[]; by: Map<string, Resource> } | undefined;

  get policy(): Policy {
    const group = "rbac.authorization.k8s.io";
    return {
      roles: () => this.known({ group, plural: "roles" }),
      clusterRoles: () => this.known({ group, plural: "clusterroles" }),
      roleBindings: () => this.known({ group, plural: "rolebindings" }),
      clusterRoleBindings: () => this.known({ group, plural: "clusterrolebindings" }),
    };
  }
}

const established = (crd: Obj): boolean =>
  ((crd.status?.conditions ?? []) as Obj[]).some((c) => c.type === "Established" && c.status === "True");

/** The resource that a CustomResourceDefinition makes. */
function resourceOf(crd: Obj): Resource {
  const { spec } = crd;
  const served = (spec.versions as Obj[])
    .filter((v) => v.served === true)
    .toSorted((a, b) => versionPriority(String(b.name)) - versionPriority(String(a.name)));
  const any = (name: string): boolean => served.some((v) => v.subresources?.[name] !== undefined);
  return {
    group: String(spec.group),
    plural: String(spec.names.plural),
    singular: String(spec.names.singular ?? ""),
    kind: String(spec.names.kind),
    short: (spec.names.shortNames ?? []) as string[],
    namespaced: spec.scope === "Namespaced",
    versions: served.map((v) => ({ name: String(v.name) })),
    subresources: [...(any("scale") ? ["scale"] : []), ...(any("status") ? ["status"] : [])],
    categories: (spec.names.categories ?? []) as string[],
    verbs: ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
    type: "",
    storage: `${spec.group}/${spec.names.plural}`,
    generation: true,
    crd,
  };
}

/** version.CompareKubeAwareVersionStrings: GA before beta before alpha, then by number. */
export function versionPriority(version: string): number {
  const m = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!m) return -1;
  return (m[2] === undefined ? 3e6 : m[2] === "beta" ? 2e6 : 1e6) + Number(m[1]) * 1000 + Number(m[3] ?? 0);
}

/** metav1.Time. */
export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const servers = new WeakMap<Proc, ApiServer>();

export function apiOf(p: Proc): ApiServer {
  let found = servers.get(p);
  if (!found) {
    found = new ApiServer(p);
    servers.set(p, found);
  }
  return found;
}
