/** ReplicaSets and ReplicationControllers: as many pods as wanted (pkg/controller/replicaset). */
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import type { Controller, Runtime, Work } from "../framework/runtime.ts";
import { seconds } from "../framework/runtime.ts";
import {
  controllerOf,
  CreateFailed,
  createPod,
  deletePod,
  isActive,
  isDeleting,
  isReady,
  matchesAll,
  ownedBy,
  ownersOf,
  ownerReference,
  phaseOf,
  podFrom,
  same,
  selects,
  untilAvailable,
} from "./pods.ts";

interface Kind {
  name: string;
  account: string;
  resource: string;
  apiVersion: string;
  kind: string;
  selects(owner: Obj, pod: Obj): boolean;
}

/** The pods that go first when there are too many (ActivePodsWithRanks). */
function victims(pods: Obj[]): Obj[] {
  const rank = (pod: Obj): number[] => [
    pod.spec?.nodeName ? 1 : 0,
    phaseOf(pod) === "Pending" ? 0 : phaseOf(pod) === "Unknown" ? 1 : 2,
    isReady(pod) ? 1 : 0,
    Number((pod.metadata.annotations as Record<string, string> | undefined)?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0),
    -Math.max(0, ...((pod.status?.containerStatuses as Obj[] | undefined) ?? []).map((c) => Number(c.restartCount ?? 0))),
    -Date.parse(String(pod.metadata.creationTimestamp)),
  ];
  return [...pods].sort((a, b) => {
    const left = rank(a);
    const right = rank(b);
    const at = left.findIndex((v, i) => v !== right[i]);
    return at < 0 ? (String(a.metadata.name) < String(b.metadata.name) ? -1 : 1) : left[at]! - right[at]!;
  });
}

function controllerFor(k: Kind): Controller {
  return {
    name: k.name,
    account: k.account,
    interested(r: Runtime, resource: string, object: Obj): string[] {
      if (resource === k.resource) return [keyOf(object)];
      if (resource !== "pods") return [];
      return ownersOf(r, object, k.resource, k.kind, (owner) => k.selects(owner, object));
    },
    sync(w: Work, key: string): void {
      const owner = w.cache.byKey(k.resource, key);
      if (!owner) return;
      const namespace = String(owner.metadata.namespace);
      const reference = ownerReference(owner, k.apiVersion, k.kind);
      const pods: Obj[] = [];
      for (const pod of w.cache.list("pods", namespace)) {
        if (ownedBy(pod, owner)) {
          // a pod whose labels no longer fit is let go
          if (!isDeleting(pod) && !k.selects(owner, pod)) {
            const references = (pod.metadata.ownerReferences as Obj[]).filter((o) => o.uid !== owner.metadata.uid);
            w.patch("pods", pod, { metadata: { ownerReferences: references } });
          } else if (isActive(pod)) pods.push(pod);
        } else if (!controllerOf(pod) && isActive(pod) && !isDeleting(owner) && k.selects(owner, pod)) {
          pods.push(
            w.patch("pods", pod, {
              metadata: { ownerReferences: [...((pod.metadata.ownerReferences as Obj[] | undefined) ?? []), reference] },
            }),
          );
        }
      }
      let failure: CreateFailed | undefined;
      if (!isDeleting(owner)) {
        const missing = Number(owner.spec.replicas ?? 1) - pods.length;
        // slow start: a batch of 1, 2, 4… so that a quota is not hammered; at most 500 in one sync
        try {
          for (let i = 0; i < Math.min(missing, 500); i++)
            pods.push(createPod(w, owner, podFrom(owner.spec.template as Obj, namespace, reference, String(owner.metadata.name))));
        } catch (error) {
          if (!(error instanceof CreateFailed)) throw error;
          failure = error;
        }
        for (const pod of victims(pods).slice(0, Math.max(0, -missing))) {
          deletePod(w, owner, pod);
          pods.splice(pods.indexOf(pod), 1);
        }
      }
      status(w, k, owner, pods, failure);
      if (failure) throw failure;
    },
  };
}

function status(w: Work, k: Kind, owner: Obj, pods: Obj[], failure: CreateFailed | undefined): void {
  const minReady = Number(owner.spec.minReadySeconds ?? 0);
  const waits = pods.map((pod) => untilAvailable(pod, minReady, w.now));
  const template = (owner.spec.template?.metadata?.labels ?? {}) as Record<string, string>;
  const count = (n: number, name: string): Obj => (n > 0 ? { [name]: n } : {});
  const others = ((owner.status?.conditions as Obj[] | undefined) ?? []).filter((c) => c.type !== "ReplicaFailure");
  const conditions = failure
    ? [
        ...others,
        { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure.message, lastTransitionTime: seconds(w.now) },
      ]
    : others;
  const next: Obj = {
    ...count(waits.filter((ms) => ms === 0).length, "availableReplicas"),
    ...(conditions.length > 0 ? { conditions } : {}),
    ...count(pods.filter((pod) => matchesAll(template, pod.metadata.labels as Record<string, string>)).length, "fullyLabeledReplicas"),
    observedGeneration: Number(owner.metadata.generation ?? 0),
    ...count(pods.filter(isReady).length, "readyReplicas"),
    replicas: pods.length,
  };
  const soon = Math.min(...waits.filter((ms) => ms > 0));
  if (Number.isFinite(soon)) w.enqueue(keyOf(owner), soon);
  const current = w.cache.byKey(k.resource, keyOf(owner)) ?? owner;
  // the time of an unchanged failure is kept
  if (failure && condition(current)?.message === failure.message) return;
  if (!same(current.status, next)) w.updateStatus(k.resource, { ...current, status: next });
}

const condition = (owner: Obj): Obj | undefined =>
  ((owner.status?.conditions as Obj[] | undefined) ?? []).find((c) => c.type === "ReplicaFailure");

export const replicaset = controllerFor({
  name: "replicaset",
  account: "replicaset-controller",
  resource: "replicasets.apps",
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  selects: (owner, pod) => selects(owner.spec.selector as Obj, pod.metadata.labels as Record<string, string>),
});

export const replicationcontroller = controllerFor({
  name: "replicationcontroller",
  account: "replication-controller",
  resource: "replicationcontrollers",
  apiVersion: "v1",
  kind: "ReplicationController",
  selects: (owner, pod) => matchesAll((owner.spec.selector ?? {}) as Record<string, string>, pod.metadata.labels as Record<string, string>),
});
