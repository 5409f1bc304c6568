/** StatefulSets: pods with names and volumes of their own, in order (pkg/controller/statefulset). */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import type { Controller, Runtime, Work } from "../framework/runtime.ts";
import {
  CreateFailed,
  isDeleting,
  isReady,
  ownedBy,
  ownersOf,
  ownerReference,
  phaseOf,
  podFrom,
  same,
  selects,
  templateHash,
  untilAvailable,
} from "./pods.ts";

const ordinalOf = (set: Obj, pod: Obj): number =>
  Number(new RegExp(`^${String(set.metadata.name)}-(\\d+)$`).exec(String(pod.metadata.name))?.[1] ?? -1);
const hashOf = (pod: Obj): string | undefined => (pod.metadata.labels as Record<string, string> | undefined)?.["controller-revision-hash"];

/** The revision of the current template; its name is the hash label of pods. */
function revision(w: Work, set: Obj): { name: string; all: Obj[] } {
  const data = { spec: { template: { ...(set.spec.template as Obj), $patch: "replace" } } };
  const all = w.cache.list("controllerrevisions.apps", String(set.metadata.namespace)).filter((r) => ownedBy(r, set));
  const found = all.find((r) => same(r.data, data));
  const latest = Math.max(0, ...all.map((r) => Number(r.revision)));
  if (found) {
    if (Number(found.revision) < latest) w.update("controllerrevisions.apps", { ...found, revision: latest + 1 });
    return { name: String(found.metadata.name), all };
  }
  const name = `${set.metadata.name}-${templateHash(data)}`;
  const made = w.create("controllerrevisions.apps", {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name,
      namespace: set.metadata.namespace as string,
      labels: { ...(set.spec.template.metadata?.labels as Obj | undefined), "controller.kubernetes.io/hash": templateHash(data) },
      ownerReferences: [ownerReference(set, "apps/v1", "StatefulSet")],
    },
    data,
    revision: latest + 1,
  });
  return { name, all: [...all, made] };
}

/** Pods of older revisions are made again from that revision's template. */
function templateOf(set: Obj, revisions: Obj[], name: string): Obj {
  const found = revisions.find((r) => r.metadata.name === name);
  return ((found?.data?.spec?.template as Obj | undefined) ?? set.spec.template) as Obj;
}

function podFor(w: Work, set: Obj, ordinal: number, template: Obj, rev: string): Obj {
  const name = `${set.metadata.name}-${ordinal}`;
  const pod = podFrom(template, String(set.metadata.namespace), ownerReference(set, "apps/v1", "StatefulSet"), name);
  delete pod.metadata.generateName;
  pod.metadata.name = name;
  pod.metadata.labels = {
    ...pod.metadata.labels,
    "statefulset.kubernetes.io/pod-name": name,
    "controller-revision-hash": rev,
    ...(w.r.minor >= 28 ? { "apps.kubernetes.io/pod-index": String(ordinal) } : {}),
  };
  pod.spec.hostname = name;
  if (set.spec.serviceName) pod.spec.subdomain = set.spec.serviceName as string;
  const claims = (set.spec.volumeClaimTemplates as Obj[] | undefined) ?? [];
  const volumes = ((pod.spec.volumes as Obj[] | undefined) ?? []).filter((v) => !claims.some((c) => c.metadata.name === v.name));
  pod.spec.volumes = [
    ...volumes,
    ...claims.map((c) => ({ name: c.metadata.name as string, persistentVolumeClaim: { claimName: `${c.metadata.name}-${name}` } })),
  ];
  return pod;
}

function makeClaims(w: Work, set: Obj, ordinal: number): void {
  for (const template of (set.spec.volumeClaimTemplates as Obj[] | undefined) ?? []) {
    const name = `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
    const namespace = String(set.metadata.namespace);
    if (w.client.get("persistentvolumeclaims", name, namespace).ok) continue;
    const labels = { ...(template.metadata.labels as Obj | undefined), ...(set.spec.selector?.matchLabels as Obj | undefined) };
    const result = w.tryCreate("persistentvolumeclaims", {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name, namespace, labels },
      spec: copy(template.spec) as Obj,
    });
    if (!result.ok) throw new CreateFailed(result.message);
    w.event(
      set,
      "Normal",
      "SuccessfulCreate",
      `create Claim ${name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} success`,
    );
  }
}

export const statefulset: Controller = {
  name: "statefulset",
  account: "statefulset-controller",
  interested(r: Runtime, resource: string, object: Obj): string[] {
    if (resource === "statefulsets.apps") return [keyOf(object)];
    if (resource !== "pods") return [];
    return ownersOf(r, object, "statefulsets.apps", "StatefulSet", (owner) =>
      selects(owner.spec.selector as Obj, object.metadata.labels as Record<string, string>),
    );
  },
  sync(w: Work, key: string): void {
    const set = w.cache.byKey("statefulsets.apps", key);
    if (!set || isDeleting(set)) return;
    const { name: update, all } = revision(w, set);
    const current = String(set.status?.currentRevision ?? update);
    step(w, set, update, current, all);
    status(w, set, update, current);
  },
};

function podsOf(w: Work, set: Obj): Map<number, Obj> {
  const pods = new Map<number, Obj>();
  for (const pod of w.cache.list("pods", String(set.metadata.namespace)))
    if (ownedBy(pod, set) && ordinalOf(set, pod) >= 0) pods.set(ordinalOf(set, pod), pod);
  return pods;
}

/** One step towards the wanted pods; OrderedReady goes one pod at a time. */
function step(w: Work, set: Obj, update: string, current: string, revisions: Obj[]): void {
  const start = Number(set.spec.ordinals?.start ?? 0);
  const replicas = Number(set.spec.replicas ?? 1);
  const parallel = set.spec.podManagementPolicy === "Parallel";
  const partition = Number(set.spec.updateStrategy?.rollingUpdate?.partition ?? 0);
  const minReady = Number(set.spec.minReadySeconds ?? 0);
  const pods = podsOf(w, set);
  for (let ordinal = start; ordinal < start + replicas; ordinal++) {
    const pod = pods.get(ordinal);
    if (pod && (phaseOf(pod) === "Failed" || phaseOf(pod) === "Succeeded") && !isDeleting(pod)) {
      w.event(
        set,
        "Warning",
        "RecreatingFailedPod",
        `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating failed Pod ${pod.metadata.name}`,
      );
      w.delete("pods", pod);
      if (!parallel) return;
      continue;
    }
    if (!pod) {
      const rev = ordinal < start + partition ? current : update;
      makeClaims(w, set, ordinal);
      const result = w.tryCreate("pods", podFor(w, set, ordinal, templateOf(set, revisions, rev), rev));
      if (!result.ok) {
        w.event(
          set,
          "Warning",
          "FailedCreate",
          `create Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} failed error: ${result.message}`,
        );
        throw new CreateFailed(result.message);
      }
      w.event(
        set,
        "Normal",
        "SuccessfulCreate",
        `create Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} successful`,
      );
      if (!parallel) return;
      continue;
    }
    if (!parallel && (isDeleting(pod) || untilAvailable(pod, minReady, w.now) > 0)) {
      const wait = untilAvailable(pod, minReady, w.now);
      if (Number.isFinite(wait) && wait > 0) w.enqueue(keyOf(set), wait);
      return;
    }
  }
  // what is beyond goes from the highest down
  const condemned = [...pods.keys()].filter((o) => o >= start + replicas || o < start).sort((a, b) => b - a);
  for (const ordinal of condemned) {
    const pod = pods.get(ordinal)!;
    if (isDeleting(pod)) {
      if (!parallel) return;
      continue;
    }
    remove(w, set, pod);
    if (!parallel) return;
  }
  if (set.spec.updateStrategy?.type === "OnDelete") return;
  for (let ordinal = start + replicas - 1; ordinal >= start + partition; ordinal--) {
    const pod = pods.get(ordinal);
    if (!pod || isDeleting(pod)) return;
    if (hashOf(pod) !== update) return remove(w, set, pod);
    if (!isReady(pod)) return;
  }
}

function remove(w: Work, set: Obj, pod: Obj): void {
  w.delete("pods", pod);
  w.event(set, "Normal", "SuccessfulDelete", `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
}

function status(w: Work, given: Obj, update: string, before: string): void {
  const set = w.cache.byKey("statefulsets.apps", keyOf(given)) ?? given;
  const pods = [...podsOf(w, set).values()].filter((pod) => !isDeleting(pod));
  const replicas = Number(set.spec.replicas ?? 1);
  const minReady = Number(set.spec.minReadySeconds ?? 0);
  const updated = pods.filter((pod) => hashOf(pod) === update).length;
  const ready = pods.filter(isReady).length;
  // the update has become the current revision once every pod has it
  const finished = updated === replicas && ready === replicas && pods.length === replicas;
  const current = finished ? update : before;
  const count = (n: number, name: string): Obj => (n > 0 ? { [name]: n } : {});
  const next: Obj = {
    availableReplicas: pods.filter((pod) => untilAvailable(pod, minReady, w.now) === 0).length,
    collisionCount: Number(set.status?.collisionCount ?? 0),
    ...count(pods.filter((pod) => hashOf(pod) === current).length, "currentReplicas"),
    currentRevision: current,
    observedGeneration: Number(set.metadata.generation ?? 0),
    ...count(ready, "readyReplicas"),
    replicas: pods.length,
    updateRevision: update,
    ...count(updated, "updatedReplicas"),
  };
  if (!same(next, set.status)) w.updateStatus("statefulsets.apps", { ...set, status: next });
}
