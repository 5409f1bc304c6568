/** Calico's resources as they lie in the Kubernetes API (libcalico-go, backend k8s), and the texts of its failures. */
import type { Obj } from "../../core/json.ts";
import { StacklessError } from "../../core/stackless.ts";
import { inPrefix, ipText, parseIp, prefixOf } from "../../net/ip.ts";
import type { ApiResult, KubeClient } from "../../kube/api.ts";
import { group } from "./versions.ts";

export class DatastoreError extends StacklessError {
  readonly kind: "notFound" | "conflict" | "exists" | "unauthorized" | "forbidden" | "unreachable" | "other";
  constructor(kind: DatastoreError["kind"], message: string) {
    super(message);
    this.name = "DatastoreError";
    this.kind = kind;
  }
}

const verbs: Record<string, string> = { get: "Get", list: "Get", create: "Post", update: "Put", delete: "Delete", patch: "Patch" };

function failure(client: KubeClient, verb: string, path: string, r: Exclude<ApiResult<unknown>, { ok: true }>): DatastoreError {
  if (r.kind === "transport") return new DatastoreError("unreachable", `${verbs[verb]} "${client.server}${path}": ${r.message}`);
  if (r.code === 401) return new DatastoreError("unauthorized", "connection is unauthorized: Unauthorized");
  if (r.code === 403) return new DatastoreError("forbidden", `connection is unauthorized: ${r.message}`);
  if (r.code === 404) return new DatastoreError("notFound", r.message);
  if (r.code === 409) return new DatastoreError(r.status.reason === "AlreadyExists" ? "exists" : "conflict", r.message);
  return new DatastoreError("other", r.message);
}

/** Resources by their plural in crd.projectcalico.org, or `nodes`, `pods` of the core group. */
export class Datastore {
  readonly client: KubeClient;
  constructor(client: KubeClient) {
    this.client = client;
  }

  #name(plural: string): string {
    return plural === "nodes" || plural === "pods" || plural === "namespaces" || plural === "configmaps" ? plural : `${plural}.${group}`;
  }
  #path(plural: string, name?: string, namespace?: string): string {
    const root = plural === this.#name(plural) ? "/api/v1" : `/apis/${group}/v1`;
    return `${root}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}${name === undefined ? "" : `/${name}`}`;
  }

  get(plural: string, name: string, namespace?: string): Obj {
    const r = this.client.get(this.#name(plural), name, namespace);
    if (!r.ok) throw failure(this.client, "get", this.#path(plural, name, namespace), r);
    return r.body;
  }
  find(plural: string, name: string, namespace?: string): Obj | undefined {
    try {
      return this.get(plural, name, namespace);
    } catch (error) {
      if (error instanceof DatastoreError && error.kind === "notFound") return undefined;
      throw error;
    }
  }
  list(plural: string, options: { namespace?: string; fieldSelector?: string; labelSelector?: string } = {}): Obj[] {
    const r = this.client.list(this.#name(plural), options);
    if (!r.ok) {
      const e = failure(this.client, "list", this.#path(plural), r);
      throw e;
    }
    return r.body.items;
  }
  create(plural: string, kind: string, name: string, spec: Obj, extra: Obj = {}): Obj {
    const object = { apiVersion: `${group}/v1`, kind, metadata: { name, ...(extra.metadata as Obj | undefined) }, spec };
    const r = this.client.create(this.#name(plural), object);
    if (!r.ok) throw failure(this.client, "create", this.#path(plural), r);
    return r.body;
  }
  update(plural: string, object: Obj): Obj {
    const r = this.client.update(this.#name(plural), object);
    if (!r.ok) throw failure(this.client, "update", this.#path(plural, (object.metadata as Obj).name as string), r);
    return r.body;
  }
  remove(plural: string, name: string, namespace?: string): void {
    const r = this.client.delete(this.#name(plural), name, namespace === undefined ? {} : { namespace });
    if (!r.ok) throw failure(this.client, "delete", this.#path(plural, name, namespace), r);
  }
  annotateNode(name: string, annotations: Record<string, string | null>): void {
    const r = this.client.patch("nodes", name, { metadata: { annotations } }, { type: "strategic", subresource: "status" });
    if (!r.ok) throw failure(this.client, "patch", this.#path("nodes", name), r);
  }
  annotatePod(namespace: string, name: string, annotations: Record<string, string | null>): void {
    const r = this.client.patch("pods", name, { metadata: { annotations } }, { namespace, type: "strategic", subresource: "status" });
    if (!r.ok) throw failure(this.client, "patch", this.#path("pods", name, namespace), r);
  }
}

// --- resources

type Encapsulation = "Never" | "Always" | "CrossSubnet";

export interface Pool {
  name: string;
  cidr: string;
  blockSize: number;
  ipipMode: Encapsulation;
  vxlanMode: Encapsulation;
  natOutgoing: boolean;
  disabled: boolean;
  disableBGPExport: boolean;
  nodeSelector: string;
  allowedUses: string[];
}

export function poolOf(object: Obj): Pool {
  const spec = object.spec as Obj;
  return {
    name: (object.metadata as Obj).name as string,
    cidr: spec.cidr as string,
    blockSize: (spec.blockSize as number | undefined) ?? 26,
    ipipMode: encapsulation(spec.ipipMode),
    vxlanMode: encapsulation(spec.vxlanMode),
    natOutgoing: spec.natOutgoing === true,
    disabled: spec.disabled === true,
    disableBGPExport: spec.disableBGPExport === true,
    nodeSelector: (spec.nodeSelector as string | undefined) || "all()",
    allowedUses: (spec.allowedUses as string[] | undefined) ?? ["Workload", "Tunnel"],
  };
}

/** The API takes any text for a mode; whoever reads the pool takes an unknown one for none (updateprocessors/ippoolprocessor.go). */
const encapsulation = (mode: unknown): Encapsulation => (mode === "Always" || mode === "CrossSubnet" ? mode : "Never");

export const pools = (d: Datastore): Pool[] => d.list("ippools").map(poolOf);

/** What a node says of itself (annotations that calico-node writes). */
export interface CalicoNode {
  name: string;
  labels: Record<string, string>;
  /** With prefix length. */
  address?: string;
  asNumber?: number;
  ipipTunnel?: string;
  vxlanTunnel?: string;
  vxlanMac?: string;
  routeReflectorId?: string;
  internalIp?: string;
}

export function nodeOf(object: Obj): CalicoNode {
  const meta = object.metadata as Obj;
  const a = (meta.annotations ?? {}) as Record<string, string>;
  const internal = (((object.status as Obj | undefined)?.addresses ?? []) as Obj[]).find((x) => x.type === "InternalIP");
  return {
    name: meta.name as string,
    labels: (meta.labels ?? {}) as Record<string, string>,
    ...(a["projectcalico.org/IPv4Address"] === undefined ? {} : { address: a["projectcalico.org/IPv4Address"] }),
    ...(a["projectcalico.org/ASNumber"] === undefined ? {} : { asNumber: Number(a["projectcalico.org/ASNumber"]) }),
    ...(a["projectcalico.org/IPv4IPIPTunnelAddr"] === undefined ? {} : { ipipTunnel: a["projectcalico.org/IPv4IPIPTunnelAddr"] }),
    ...(a["projectcalico.org/IPv4VXLANTunnelAddr"] === undefined ? {} : { vxlanTunnel: a["projectcalico.org/IPv4VXLANTunnelAddr"] }),
    ...(a["projectcalico.org/VXLANTunnelMACAddr"] === undefined ? {} : { vxlanMac: a["projectcalico.org/VXLANTunnelMACAddr"] }),
    ...(a["projectcalico.org/RouteReflectorClusterID"] === undefined
      ? {}
      : { routeReflectorId: a["projectcalico.org/RouteReflectorClusterID"] }),
    ...(internal ? { internalIp: internal.address as string } : {}),
  };
}

// --- addresses

export const bare = (address: string): string => address.split("/")[0]!;
export const contains = (cidr: string, ip: string): boolean => {
  const c = prefixOf(cidr);
  const n = parseIp(bare(ip));
  return n !== undefined && inPrefix(n, c.ip, c.len);
};
export const addressAt = (cidr: string, ordinal: number): string => ipText((prefixOf(cidr).ip + ordinal) >>> 0);
export const ordinalIn = (cidr: string, ip: string): number => parseIp(ip)! - prefixOf(cidr).ip;
/** Name of a resource that stands for a CIDR: `10.244.0.0/26` → `10-244-0-0-26`. */
export const dashed = (cidr: string): string => cidr.replace(/[./:]/g, "-");
/** True when two addresses with lengths are in one subnet as the first node sees it. */
export const sameSubnet = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && contains(a, bare(b));
