/** /api, /apis, /version and what hangs below them; aggregated discovery v2 (k8s.io/apiserver/pkg/endpoints/discovery). */
import type { Obj } from "../../core/json.ts";
import { apiVersionOf, builtinResources, groupPriority, type Resource } from "./resources.ts";
import { versionPriority, type ApiServer } from "./server.ts";
import { deepFreeze } from "./store.ts";

export interface Group {
  name: string;
  /** Preferred first. */
  versions: string[];
  resources: Resource[];
  /** Served by another server through the aggregator. */
  aggregated?: Obj;
}

export function groups(api: ApiServer): Group[] {
  const by = new Map<string, Group>();
  for (const r of api.resources()) {
    const versions = api.versions(r);
    if (versions.length === 0) continue;
    let group = by.get(r.group);
    if (!group) by.set(r.group, (group = { name: r.group, versions: [], resources: [] }));
    for (const v of versions) if (!group.versions.includes(v)) group.versions.push(v);
    group.resources.push(r);
  }
  for (const group of by.values()) group.versions.sort((a, b) => versionPriority(b) - versionPriority(a));
  for (const service of remoteServices(api)) {
    const name = String(service.spec.group);
    if (!by.has(name)) by.set(name, { name, versions: [String(service.spec.version)], resources: [], aggregated: service });
  }
  const order = (g: Group): number => groupPriority[g.name] ?? (g.aggregated ? Number(g.aggregated.spec.groupPriorityMinimum) : 1000);
  const builtin = [...new Set(builtinResources.map((r) => r.group))];
  return [...by.values()].toSorted(
    (a, b) => order(b) - order(a) || builtin.indexOf(a.name) - builtin.indexOf(b.name) || (a.name < b.name ? -1 : 1),
  );
}

const none: Obj[] = [];
function apiServices(api: ApiServer): Obj[] {
  try {
    return api.known({ group: "apiregistration.k8s.io", plural: "apiservices" });
  } catch {
    return none;
  }
}

/** APIServices that another server answers. */
export const remoteServices = (api: ApiServer): Obj[] => apiServices(api).filter((s) => s.spec?.service);

const subKind: Record<string, { kind: string; group?: string; version?: string; verbs: string[] }> = {
  status: { kind: "", verbs: ["get", "patch", "update"] },
  scale: { kind: "Scale", group: "autoscaling", version: "v1", verbs: ["get", "patch", "update"] },
  log: { kind: "Pod", verbs: ["get"] },
  exec: { kind: "PodExecOptions", verbs: ["create", "get"] },
  attach: { kind: "PodAttachOptions", verbs: ["create", "get"] },
  portforward: { kind: "PodPortForwardOptions", verbs: ["create", "get"] },
  proxy: { kind: "", verbs: ["create", "delete", "get", "patch", "update"] },
  binding: { kind: "Binding", verbs: ["create"] },
  eviction: { kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
  ephemeralcontainers: { kind: "Pod", verbs: ["get", "patch", "update"] },
  resize: { kind: "Pod", verbs: ["get", "patch", "update"] },
  token: { kind: "TokenRequest", group: "authentication.k8s.io", version: "v1", verbs: ["create"] },
  approval: { kind: "CertificateSigningRequest", verbs: ["get", "patch", "update"] },
  finalize: { kind: "Namespace", verbs: ["update"] },
};

const proxyKind: Record<string, string> = { nodes: "NodeProxyOptions", pods: "PodProxyOptions", services: "ServiceProxyOptions" };

const served = (api: ApiServer, g: Group, version: string): Resource[] =>
  g.resources.filter((r) => api.versions(r).includes(version)).toSorted((a, b) => (a.plural < b.plural ? -1 : 1));

function resourceList(api: ApiServer, g: Group, version: string): Obj {
  const resources: Obj[] = [];
  for (const r of served(api, g, version)) {
    resources.push({
      name: r.plural,
      singularName: r.singular,
      namespaced: r.namespaced,
      kind: r.kind,
      verbs: [...r.verbs].toSorted(),
      ...(r.short.length > 0 ? { shortNames: r.short } : {}),
      ...(r.categories.length > 0 ? { categories: r.categories } : {}),
      ...(r.verbs.includes("watch") ? { storageVersionHash: hash(`${r.group}/${version}/${r.kind}`) } : {}),
    });
    for (const sub of r.subresources) {
      const s = subKind[sub]!;
      if (sub === "resize" && api.minor < 33) continue;
      resources.push({
        name: `${r.plural}/${sub}`,
        singularName: "",
        namespaced: r.namespaced,
        ...(s.group ? { group: s.group, version: s.version } : {}),
        kind: sub === "proxy" ? proxyKind[r.plural] : s.kind === "" ? r.kind : s.kind,
        verbs: s.verbs,
      });
    }
  }
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersionOf(g.name, version), resources };
}

function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (const ch of text) {
    a = Math.imul(a ^ ch.charCodeAt(0), 16777619);
    b = Math.imul(b + ch.charCodeAt(0), 2654435761);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(a, 0);
  bytes.writeInt32BE(b, 4);
  return bytes.toString("base64");
}

const apiGroup = (g: Group): Obj => {
  const versions = g.versions.map((v) => ({ groupVersion: apiVersionOf(g.name, v), version: v }));
  return { name: g.name, versions, preferredVersion: versions[0]! };
};

/** Documents that were made already, while the definitions and the aggregated services are the same. */
interface Documents {
  custom: readonly Resource[];
  services: readonly Obj[];
  made: Map<string, Obj | undefined>;
}
const documents = new WeakMap<ApiServer, Documents>();

function once(api: ApiServer, what: string, make: () => Obj | undefined): Obj | undefined {
  const custom = api.customResources();
  const services = apiServices(api);
  let known = documents.get(api);
  if (known?.custom !== custom || known.services !== services) documents.set(api, (known = { custom, services, made: new Map() }));
  if (!known.made.has(what)) known.made.set(what, deepFreeze(make()));
  return known.made.get(what);
}

/** Legacy documents. `undefined`: no such path. */
export const legacyDiscovery = (api: ApiServer, path: string): Obj | undefined => once(api, path, () => legacyDocument(api, path));

function legacyDocument(api: ApiServer, path: string): Obj | undefined {
  const parts = path.split("/").filter((s) => s !== "");
  const all = groups(api);
  if (path.replace(/\/$/, "") === "/api")
    return {
      kind: "APIVersions",
      versions: ["v1"],
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: `${api.options.advertiseAddress}:${api.options.securePort}` }],
    };
  if (path.replace(/\/$/, "") === "/apis")
    return { kind: "APIGroupList", apiVersion: "v1", groups: all.filter((g) => g.name !== "").map(apiGroup) };
  if (parts[0] === "api" && parts[1] === "v1" && parts.length === 2)
    return resourceList(
      api,
      all.find((g) => g.name === "")!,
      "v1",
    );
  if (parts[0] === "apis") {
    const g = all.find((x) => x.name === parts[1]);
    if (!g || g.name === "") return undefined;
    if (parts.length === 2) return { kind: "APIGroup", apiVersion: "v1", ...apiGroup(g) };
    if (parts.length === 3 && g.versions.includes(parts[2]!) && !g.aggregated) return resourceList(api, g, parts[2]!);
  }
  return undefined;
}

/** apidiscovery.k8s.io/v2 for /api or /apis. */
export const aggregatedDiscovery = (api: ApiServer, which: "api" | "apis", version: string): Obj =>
  once(api, `${which} ${version}`, () => aggregatedDocument(api, which, version))!;

function aggregatedDocument(api: ApiServer, which: "api" | "apis", version: string): Obj {
  const list = groups(api).filter((g) => (which === "api") === (g.name === ""));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: list.map((g) => ({
      metadata: { ...(g.name === "" ? {} : { name: g.name }), creationTimestamp: null },
      versions: g.versions.map((v) => ({
        version: v,
        freshness: g.aggregated && !available(g.aggregated) ? "Stale" : "Current",
        resources: served(api, g, v).map((r) => ({
          resource: r.plural,
          responseKind: { group: r.group, version: v, kind: r.kind },
          scope: r.namespaced ? "Namespaced" : "Cluster",
          singularResource: r.singular,
          verbs: [...r.verbs].toSorted(),
          ...(r.short.length > 0 ? { shortNames: r.short } : {}),
          ...(r.categories.length > 0 ? { categories: r.categories } : {}),
          ...(r.subresources.length > 0
            ? {
                subresources: r.subresources.map((sub) => ({
                  subresource: sub,
                  responseKind: {
                    group: subKind[sub]!.group ?? r.group,
                    version: subKind[sub]!.version ?? v,
                    kind: sub === "proxy" ? proxyKind[r.plural] : subKind[sub]!.kind || r.kind,
                  },
                  verbs: subKind[sub]!.verbs,
                })),
              }
            : {}),
        })),
      })),
    })),
  };
}

export const available = (service: Obj): boolean =>
  ((service.status?.conditions ?? []) as Obj[]).some((c) => c.type === "Available" && c.status === "True");

/** /version, for the version of the running binary. */
export function versionInfo(version: string): Obj {
  const text = version.replace(/^v/, "");
  const [major, minor] = text.split(".");
  const release = releaseOf(text);
  return {
    major,
    minor,
    ...(Number(minor) >= 33
      ? { emulationMajor: major, emulationMinor: minor, minCompatibilityMajor: major, minCompatibilityMinor: String(Number(minor) - 1) }
      : {}),
    gitVersion: `v${text}`,
    gitCommit: release.commit,
    gitTreeState: "clean",
    buildDate: release.date,
    goVersion: release.go,
    compiler: "gc",
    platform: "linux/amd64",
  };
}

/** Commit and date are made up from the version: they identify nothing real. Go versions: the release's build/build-image files. */
function releaseOf(version: string): { commit: string; date: string; go: string } {
  const minor = Number(version.split(".")[1]);
  const digits = Buffer.from(`${version}-kubemend-kubernetes-release`).toString("hex").slice(0, 40);
  const go =
    minor >= 35
      ? "go1.25.5"
      : minor >= 34
        ? "go1.24.6"
        : minor >= 32
          ? "go1.23.10"
          : minor >= 30
            ? "go1.22.12"
            : minor >= 28
              ? "go1.20.14"
              : minor >= 26
                ? "go1.19.13"
                : minor >= 24
                  ? "go1.18.10"
                  : minor >= 21
                    ? "go1.16.15"
                    : "go1.15.15";
  const month = 8 + (minor - 20) * 4;
  const date = new Date(Date.UTC(2020, month + Number(version.split(".")[2] ?? 0), 15, 10, 0, 0)).toISOString().slice(0, 19);
  return { commit: digits, date: `${date}Z`, go };
}
