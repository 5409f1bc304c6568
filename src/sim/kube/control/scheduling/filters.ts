/** Filters of the default scheduling profile, each with the reason it gives for a node (pkg/scheduler/framework/plugins). */
import type { Obj } from "../../../core/json.ts";
import { selects } from "../controllers/pods.ts";
import { matchesNode, toleratesTaint } from "./nodes.ts";
import { plus, quantity } from "../../quantity.ts";
import { requestsOf, type Amounts } from "./resources.ts";

export interface NodeInfo {
  node: Obj;
  /** Pods on it that have not ended, those being bound included. */
  pods: Obj[];
  used: Amounts;
}

export interface Situation {
  minor: number;
  nodes: NodeInfo[];
  /** Looks up objects of the scheduler's caches. */
  get: (resource: string, name: string, namespace?: string) => Obj | undefined;
  list: (resource: string) => Obj[];
}

export const nodeName = (info: NodeInfo): string => String(info.node.metadata.name);
const labelsOf = (object: Obj): Record<string, string> => (object.metadata.labels as Record<string, string> | undefined) ?? {};
const tolerationsOf = (pod: Obj): Obj[] => (pod.spec.tolerations as Obj[] | undefined) ?? [];

/** Why a node will not do: one or more texts; `hopeless` when evicting pods there would not help. */
export interface Refusal {
  reasons: string[];
  hopeless: boolean;
}

type Filter = (s: Situation, pod: Obj, info: NodeInfo) => Refusal | undefined;

const refuse = (hopeless: boolean, ...reasons: string[]): Refusal => ({ reasons, hopeless });

const unschedulable: Filter = (_s, pod, { node }) => {
  if (node.spec?.unschedulable !== true) return undefined;
  const taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
  return tolerationsOf(pod).some((t) => toleratesTaint(t, taint)) ? undefined : refuse(true, "node(s) were unschedulable");
};

const nodeNameFilter: Filter = (_s, pod, info) =>
  pod.spec.nodeName && pod.spec.nodeName !== nodeName(info) ? refuse(true, "node(s) didn't match the requested node name") : undefined;

const taints: Filter = (s, pod, { node }) => {
  const tolerations = tolerationsOf(pod);
  const bad = ((node.spec?.taints as Obj[] | undefined) ?? []).find(
    (t) => (t.effect === "NoSchedule" || t.effect === "NoExecute") && !tolerations.some((toleration) => toleratesTaint(toleration, t)),
  );
  if (!bad) return undefined;
  const shown = `{${bad.key}: ${bad.value ?? ""}}`;
  if (s.minor >= 36) return refuse(true, `node(s) had untolerated taint(s)`);
  return refuse(
    true,
    s.minor >= 24 ? `node(s) had untolerated taint ${shown}` : `node(s) had taint ${shown}, that the pod didn't tolerate`,
  );
};

const affinity: Filter = (s, pod, { node }) =>
  matchesNode(pod.spec as Obj, node)
    ? undefined
    : refuse(true, s.minor >= 22 ? "node(s) didn't match Pod's node affinity/selector" : "node(s) didn't match Pod's node affinity");

const hostPorts = (pod: Obj): { ip: string; protocol: string; port: number }[] =>
  ((pod.spec.containers as Obj[] | undefined) ?? []).flatMap((c) =>
    ((c.ports as Obj[] | undefined) ?? [])
      .filter((p) => Number(p.hostPort ?? 0) > 0)
      .map((p) => ({ ip: String(p.hostIP ?? "0.0.0.0"), protocol: String(p.protocol ?? "TCP"), port: Number(p.hostPort) })),
  );

const ports: Filter = (_s, pod, info) => {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  const taken = info.pods.flatMap(hostPorts);
  const clash = wanted.some((w) =>
    taken.some((t) => t.port === w.port && t.protocol === w.protocol && (t.ip === w.ip || t.ip === "0.0.0.0" || w.ip === "0.0.0.0")),
  );
  return clash ? refuse(false, "node(s) didn't have free ports for the requested pod ports") : undefined;
};

const fit: Filter = (_s, pod, info) => {
  const allocatable = (info.node.status?.allocatable ?? {}) as Obj;
  const reasons: string[] = [];
  let hopeless = false;
  if (info.pods.length + 1 > quantity(allocatable.pods ?? 0)) reasons.push("Too many pods");
  for (const [name, wanted] of Object.entries(requestsOf(pod))) {
    if (wanted === 0) continue;
    const capacity = quantity(allocatable[name] ?? 0);
    if (plus(info.used[name] ?? 0, wanted) > capacity) reasons.push(`Insufficient ${name}`);
    if (wanted > capacity) hopeless = true;
  }
  return reasons.length > 0 ? refuse(hopeless, ...reasons) : undefined;
};

/** Claims must exist and be bound (or wait for a consumer); bound volumes must be usable on the node. */
const volumes: Filter = (s, pod, { node }) => {
  for (const volume of (pod.spec.volumes as Obj[] | undefined) ?? []) {
    const name = volume.persistentVolumeClaim?.claimName as string | undefined;
    if (name === undefined) continue;
    const claim = s.get("persistentvolumeclaims", name, String(pod.metadata.namespace));
    if (!claim) continue;
    const pv = claim.spec?.volumeName ? s.get("persistentvolumes", String(claim.spec.volumeName)) : undefined;
    const required = pv?.spec?.nodeAffinity?.required as Obj | undefined;
    if (required && !matchesNode({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }, node))
      return refuse(true, "node(s) had volume node affinity conflict");
  }
  return undefined;
};

/** A pod that cannot be scheduled anywhere before something else happens. */
export function preFilter(s: Situation, pod: Obj): string | undefined {
  for (const volume of (pod.spec.volumes as Obj[] | undefined) ?? []) {
    const name = volume.persistentVolumeClaim?.claimName as string | undefined;
    if (name === undefined) continue;
    const claim = s.get("persistentvolumeclaims", name, String(pod.metadata.namespace));
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
    if (!claim.spec?.volumeName) {
      const storage = claim.spec?.storageClassName
        ? s.get("storageclasses.storage.k8s.io", String(claim.spec.storageClassName))
        : undefined;
      if (storage?.volumeBindingMode !== "WaitForFirstConsumer")
        return s.minor >= 33 ? "pod has unbound immediate PersistentVolumeClaims" : "pod has unbound immediate PersistentVolumeClaims";
    }
  }
  return undefined;
}

function termMatches(term: Obj, owner: Obj, other: Obj, s: Situation): boolean {
  const names = term.namespaces as string[] | undefined;
  const namespace = String(other.metadata.namespace);
  const byName =
    names && names.length > 0 ? names.includes(namespace) : term.namespaceSelector ? false : namespace === owner.metadata.namespace;
  const ns = term.namespaceSelector ? s.get("namespaces", namespace) : undefined;
  const bySelector = ns !== undefined && selects(term.namespaceSelector as Obj, labelsOf(ns));
  return (byName || bySelector) && selects(term.labelSelector as Obj | undefined, labelsOf(other));
}

const required = (pod: Obj, kind: "podAffinity" | "podAntiAffinity"): Obj[] =>
  (pod.spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution as Obj[] | undefined) ?? [];

const podAffinity: Filter = (s, pod, info) => {
  const here = labelsOf(info.node);
  // pods that are there and do not want this one
  for (const other of s.nodes) {
    for (const existing of other.pods)
      for (const term of required(existing, "podAntiAffinity")) {
        const key = String(term.topologyKey);
        if (here[key] !== undefined && labelsOf(other.node)[key] === here[key] && termMatches(term, existing, pod, s))
          return refuse(false, "node(s) didn't satisfy existing pods anti-affinity rules");
      }
  }
  const near = (term: Obj): boolean => {
    const key = String(term.topologyKey);
    return s.nodes.some(
      (other) =>
        here[key] !== undefined &&
        labelsOf(other.node)[key] === here[key] &&
        other.pods.some((existing) => termMatches(term, pod, existing, s)),
    );
  };
  for (const term of required(pod, "podAffinity")) {
    if (near(term)) continue;
    // the first pod of a group may go anywhere: it matches its own term and nobody else does yet
    const nobody = !s.nodes.some((other) => other.pods.some((existing) => termMatches(term, pod, existing, s)));
    if (nobody && termMatches(term, pod, pod, s) && here[String(term.topologyKey)] !== undefined) continue;
    return refuse(true, "node(s) didn't match pod affinity rules");
  }
  return required(pod, "podAntiAffinity").some(near) ? refuse(false, "node(s) didn't match pod anti-affinity rules") : undefined;
};

const spread: Filter = (s, pod, info) => {
  const constraints = ((pod.spec.topologySpreadConstraints as Obj[] | undefined) ?? []).filter(
    (c) => c.whenUnsatisfiable !== "ScheduleAnyway",
  );
  for (const c of constraints) {
    const key = String(c.topologyKey);
    const here = labelsOf(info.node)[key];
    if (here === undefined) return refuse(true, "node(s) didn't match pod topology spread constraints (missing required label)");
    const counts = new Map<string, number>();
    for (const other of s.nodes) {
      const domain = labelsOf(other.node)[key];
      if (domain === undefined || !matchesNode(pod.spec as Obj, other.node)) continue;
      const matching = other.pods.filter(
        (p) =>
          p.metadata.namespace === pod.metadata.namespace &&
          !p.metadata.deletionTimestamp &&
          selects(c.labelSelector as Obj | undefined, labelsOf(p)),
      ).length;
      counts.set(domain, (counts.get(domain) ?? 0) + matching);
    }
    const self = selects(c.labelSelector as Obj | undefined, labelsOf(pod)) ? 1 : 0;
    const least = counts.size < Number(c.minDomains ?? 1) ? 0 : Math.min(...counts.values());
    if ((counts.get(here) ?? 0) + self - least > Number(c.maxSkew))
      return refuse(false, "node(s) didn't match pod topology spread constraints");
  }
  return undefined;
};

/** In the order of the default profile: the first filter that refuses gives the reason. */
const filters: Filter[] = [unschedulable, nodeNameFilter, taints, affinity, ports, fit, volumes, spread, podAffinity];

export function filterNode(s: Situation, pod: Obj, info: NodeInfo): Refusal | undefined {
  for (const filter of filters) {
    const refusal = filter(s, pod, info);
    if (refusal) return refusal;
  }
  return undefined;
}
