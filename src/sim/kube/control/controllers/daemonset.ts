/** DaemonSets: one pod on every node that it fits (pkg/controller/daemon). */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import type { Controller, Runtime, Work } from "../framework/runtime.ts";
import {
  createPod,
  deletePod,
  isDeleting,
  isReady,
  ownedBy,
  ownersOf,
  ownerReference,
  percentOf,
  phaseOf,
  podFrom,
  same,
  selects,
  templateHash,
  untilAvailable,
} from "./pods.ts";
import { matchesNode, toleratesTaint } from "../scheduling/nodes.ts";

/** Tolerations that every daemon pod gets (AddOrUpdateDaemonPodTolerations). */
function daemonTolerations(hostNetwork: boolean): Obj[] {
  const each = (key: string, effect: string): Obj => ({ key: `node.kubernetes.io/${key}`, operator: "Exists", effect });
  return [
    each("not-ready", "NoExecute"),
    each("unreachable", "NoExecute"),
    each("disk-pressure", "NoSchedule"),
    each("memory-pressure", "NoSchedule"),
    each("pid-pressure", "NoSchedule"),
    each("unschedulable", "NoSchedule"),
    ...(hostNetwork ? [each("network-unavailable", "NoSchedule")] : []),
  ];
}

function tolerationsOf(ds: Obj): Obj[] {
  const own = ((ds.spec.template.spec.tolerations as Obj[] | undefined) ?? []).slice();
  for (const extra of daemonTolerations(ds.spec.template.spec.hostNetwork === true))
    if (!own.some((t) => t.key === extra.key && t.effect === extra.effect && t.operator === extra.operator)) own.push(extra);
  return own;
}

/** Whether the node is to run a pod, and whether one that is there may stay. */
function wants(ds: Obj, node: Obj): { run: boolean; stay: boolean } {
  const spec = ds.spec.template.spec as Obj;
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return { run: false, stay: false };
  if (!matchesNode({ ...spec, affinity: spec.affinity }, node)) return { run: false, stay: false };
  const tolerations = tolerationsOf(ds);
  const taints = ((node.spec?.taints as Obj[] | undefined) ?? []).filter((t) => t.effect !== "PreferNoSchedule");
  const untolerated = taints.filter((t) => !tolerations.some((toleration) => toleratesTaint(toleration, t)));
  return { run: untolerated.length === 0, stay: untolerated.every((t) => t.effect !== "NoExecute") };
}

function targetOf(pod: Obj): string | undefined {
  if (pod.spec?.nodeName) return String(pod.spec.nodeName);
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms as Obj[] | undefined;
  for (const term of terms ?? [])
    for (const field of (term.matchFields as Obj[] | undefined) ?? [])
      if (field.key === "metadata.name" && field.operator === "In") return String((field.values as string[])[0]);
  return undefined;
}

function podFor(ds: Obj, node: Obj, hash: string): Obj {
  const pod = podFrom(
    ds.spec.template as Obj,
    String(ds.metadata.namespace),
    ownerReference(ds, "apps/v1", "DaemonSet"),
    String(ds.metadata.name),
  );
  const generation = (ds.metadata.annotations as Record<string, string> | undefined)?.["deprecated.daemonset.template.generation"];
  pod.metadata.labels = {
    ...pod.metadata.labels,
    "controller-revision-hash": hash,
    ...(generation ? { "pod-template-generation": generation } : {}),
  };
  const match = { key: "metadata.name", operator: "In", values: [node.metadata.name as string] };
  const affinity = copy(pod.spec.affinity ?? {}) as Obj;
  const required = affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution as Obj | undefined;
  const terms = (required?.nodeSelectorTerms as Obj[] | undefined)?.map((term) => ({ ...term, matchFields: [match] })) ?? [
    { matchFields: [match] },
  ];
  affinity.nodeAffinity = { ...affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
  pod.spec.affinity = affinity;
  pod.spec.tolerations = tolerationsOf(ds);
  return pod;
}

/** The ControllerRevision of the current template; older ones beyond the limit go. */
function revision(w: Work, ds: Obj): string {
  const data = { spec: { template: { ...(ds.spec.template as Obj), $patch: "replace" } } };
  const all = w.cache.list("controllerrevisions.apps", String(ds.metadata.namespace)).filter((r) => ownedBy(r, ds));
  const current = all.find((r) => same(r.data, data));
  const latest = Math.max(0, ...all.map((r) => Number(r.revision)));
  if (current) {
    if (Number(current.revision) < latest) w.update("controllerrevisions.apps", { ...current, revision: latest + 1 });
    return String(current.metadata.labels["controller-revision-hash"]);
  }
  const hash = templateHash(data);
  w.create("controllerrevisions.apps", {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: `${ds.metadata.name}-${hash}`,
      namespace: ds.metadata.namespace as string,
      labels: { ...(ds.spec.template.metadata?.labels as Obj | undefined), "controller-revision-hash": hash },
      ownerReferences: [ownerReference(ds, "apps/v1", "DaemonSet")],
    },
    data,
    revision: latest + 1,
  });
  const limit = Number(ds.spec.revisionHistoryLimit ?? 10);
  const old = all.sort((a, b) => Number(a.revision) - Number(b.revision));
  for (const r of old.slice(0, Math.max(0, old.length - limit))) w.delete("controllerrevisions.apps", r);
  return hash;
}

export const daemonset: Controller = {
  name: "daemonset",
  account: "daemon-set-controller",
  recorder: "daemonset-controller",
  interested(r: Runtime, resource: string, object: Obj): string[] {
    if (resource === "daemonsets.apps") return [keyOf(object)];
    if (resource === "nodes") return r.cache.list("daemonsets.apps").map(keyOf);
    if (resource !== "pods") return [];
    return ownersOf(r, object, "daemonsets.apps", "DaemonSet", (owner) =>
      selects(owner.spec.selector as Obj, object.metadata.labels as Record<string, string>),
    );
  },
  sync(w: Work, key: string): void {
    const ds = w.cache.byKey("daemonsets.apps", key);
    if (!ds || isDeleting(ds)) return;
    const hash = revision(w, ds);
    const nodes = w.cache.list("nodes");
    const pods = w.cache.list("pods", String(ds.metadata.namespace)).filter((pod) => ownedBy(pod, ds));
    const byNode = new Map<string, Obj[]>();
    for (const pod of pods) {
      const target = targetOf(pod);
      if (target !== undefined) byNode.set(target, [...(byNode.get(target) ?? []), pod]);
    }
    const state = new Map<string, { run: boolean; pod: Obj | undefined }>();
    for (const node of nodes) {
      const name = String(node.metadata.name);
      const { run, stay } = wants(ds, node);
      const mine = byNode.get(name) ?? [];
      const living = mine.filter((pod) => !isDeleting(pod));
      for (const pod of living) {
        if (phaseOf(pod) === "Failed") {
          w.event(
            ds,
            "Warning",
            "FailedDaemonPod",
            `Found failed daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${name}, will try to kill it`,
          );
          deletePod(w, ds, pod);
        }
      }
      const healthy = living
        .filter((pod) => phaseOf(pod) !== "Failed")
        .sort((a, b) => Date.parse(String(a.metadata.creationTimestamp)) - Date.parse(String(b.metadata.creationTimestamp)));
      if (!run && !stay) for (const pod of healthy.splice(0)) deletePod(w, ds, pod);
      // one a node: the oldest stays
      for (const pod of healthy.splice(1)) deletePod(w, ds, pod);
      let [pod] = healthy;
      // a pod that is still going holds its place
      if (run && !pod && !mine.some(isDeleting)) pod = createPod(w, ds, podFor(ds, node, hash));
      state.set(name, { run, pod });
    }
    // pods of nodes that are gone are collected by podgc
    roll(w, ds, hash, state, byNode);
    status(w, ds, hash, state);
  },
};

/** RollingUpdate: replaces pods of older templates within maxUnavailable. */
function roll(
  w: Work,
  ds: Obj,
  hash: string,
  state: Map<string, { run: boolean; pod: Obj | undefined }>,
  byNode: Map<string, Obj[]>,
): void {
  if (ds.spec.updateStrategy?.type === "OnDelete") return;
  const desired = [...state.values()].filter((s) => s.run).length;
  const minReady = Number(ds.spec.minReadySeconds ?? 0);
  if (percentOf(ds.spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, desired, true) > 0)
    w.p.notSimulated("DaemonSet updates with maxSurge");
  const max = Math.max(1, percentOf(ds.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired, true));
  let unavailable = 0;
  const old: Obj[] = [];
  for (const [name, { run, pod }] of state) {
    if (!run) continue;
    const available = pod !== undefined && untilAvailable(pod, minReady, w.now) === 0;
    if (!available) unavailable++;
    if (pod && pod.metadata.labels?.["controller-revision-hash"] !== hash && !(byNode.get(name) ?? []).some(isDeleting)) {
      // an old pod that is not available costs nothing
      if (available) old.push(pod);
      else deletePod(w, ds, pod);
    }
  }
  for (const pod of old) {
    if (unavailable >= max) return;
    deletePod(w, ds, pod);
    unavailable++;
  }
}

function status(w: Work, ds: Obj, hash: string, state: Map<string, { run: boolean; pod: Obj | undefined }>): void {
  const minReady = Number(ds.spec.minReadySeconds ?? 0);
  let [desired, current, mis, ready, available, updated] = [0, 0, 0, 0, 0, 0];
  let soon = Infinity;
  for (const { run, pod: seen } of state.values()) {
    const pod = seen && (w.cache.byKey("pods", keyOf(seen)) ?? seen);
    if (!run) {
      if (pod && !isDeleting(pod)) mis++;
      continue;
    }
    desired++;
    if (!pod || isDeleting(pod)) continue;
    current++;
    if (isReady(pod)) ready++;
    const wait = untilAvailable(pod, minReady, w.now);
    if (wait === 0) available++;
    else soon = Math.min(soon, wait);
    if (pod.metadata.labels?.["controller-revision-hash"] === hash) updated++;
  }
  const count = (n: number, name: string): Obj => (n > 0 ? { [name]: n } : {});
  const next: Obj = {
    currentNumberScheduled: current,
    desiredNumberScheduled: desired,
    ...count(available, "numberAvailable"),
    numberMisscheduled: mis,
    numberReady: ready,
    ...count(desired - available, "numberUnavailable"),
    observedGeneration: Number(ds.metadata.generation ?? 0),
    ...count(updated, "updatedNumberScheduled"),
  };
  if (Number.isFinite(soon)) w.enqueue(keyOf(ds), soon);
  const latest = w.cache.byKey("daemonsets.apps", keyOf(ds)) ?? ds;
  if (!same(next, latest.status)) w.updateStatus("daemonsets.apps", { ...latest, status: next });
}
