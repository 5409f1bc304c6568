/** Deployments: ReplicaSets by template, rolled over within maxSurge and maxUnavailable (pkg/controller/deployment). */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import { seconds, type Controller, type Runtime, type Work } from "../framework/runtime.ts";
import { condition, controllerOf, isDeleting, ownedBy, ownerReference, percentOf, phaseOf, same, selects, templateHash } from "./pods.ts";

const revisionKey = "deployment.kubernetes.io/revision";
const desiredKey = "deployment.kubernetes.io/desired-replicas";
const maxKey = "deployment.kubernetes.io/max-replicas";
const hashLabel = "pod-template-hash";

const annotation = (object: Obj, key: string): string | undefined =>
  (object.metadata.annotations as Record<string, string> | undefined)?.[key];
const revisionOf = (rs: Obj): number => Number(annotation(rs, revisionKey) ?? 0);
const replicasOf = (rs: Obj): number => Number(rs.spec.replicas ?? 1);
const availableOf = (rs: Obj): number => Number(rs.status?.availableReplicas ?? 0);
const total = (sets: Obj[], of: (rs: Obj) => number): number => sets.reduce((sum, rs) => sum + of(rs), 0);

/** A template without the label that the controller adds. */
function plain(template: Obj): Obj {
  const labels = { ...(template.metadata?.labels as Record<string, string> | undefined) };
  delete labels[hashLabel];
  return { ...template, metadata: { ...template.metadata, labels, creationTimestamp: undefined } };
}

interface Limits {
  surge: number;
  unavailable: number;
}

function limitsOf(d: Obj): Limits {
  const replicas = Number(d.spec.replicas ?? 1);
  const rolling = (d.spec.strategy?.rollingUpdate ?? {}) as Obj;
  if (d.spec.strategy?.type === "Recreate") return { surge: 0, unavailable: 0 };
  const surge = percentOf(rolling.maxSurge ?? "25%", replicas, true);
  let unavailable = percentOf(rolling.maxUnavailable ?? "25%", replicas, false);
  if (surge === 0 && unavailable === 0) unavailable = 1;
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

export const deployment: Controller = {
  name: "deployment",
  account: "deployment-controller",
  interested(r: Runtime, resource: string, object: Obj): string[] {
    if (resource === "deployments.apps") return [keyOf(object)];
    if (resource === "replicasets.apps") {
      const owner = controllerOf(object);
      if (owner) return owner.kind === "Deployment" ? [`${object.metadata.namespace}/${owner.name}`] : [];
      return r.cache
        .list("deployments.apps", String(object.metadata.namespace))
        .filter((d) => selects(d.spec.selector as Obj, object.metadata.labels as Record<string, string>))
        .map(keyOf);
    }
    // Recreate waits for the old pods to be gone
    if (resource === "pods" && controllerOf(object)?.kind === "ReplicaSet") {
      const rs = r.cache.get("replicasets.apps", String(controllerOf(object)!.name), String(object.metadata.namespace));
      const owner = rs && controllerOf(rs);
      const d = owner && r.cache.get("deployments.apps", String(owner.name), String(object.metadata.namespace));
      return d?.spec.strategy?.type === "Recreate" ? [keyOf(d)] : [];
    }
    return [];
  },
  sync(w: Work, key: string): void {
    const d = w.cache.byKey("deployments.apps", key);
    if (!d) return;
    const sets = ownedSets(w, d);
    if (isDeleting(d)) return updateStatus(w, d, sets, undefined);
    const wanted = plain(d.spec.template as Obj);
    let current = sets.filter((rs) => same(plain(rs.spec.template as Obj), wanted)).sort(byAge)[0];
    const old = sets.filter((rs) => rs !== current);
    if (d.spec.paused === true) {
      if (current) proportional(w, d, [current, ...old]);
      return updateStatus(w, d, ownedSets(w, d), current);
    }
    if (scaled(d, sets)) {
      proportional(w, d, current ? [current, ...old] : old);
      return updateStatus(w, d, ownedSets(w, d), current);
    }
    if (d.spec.strategy?.type === "Recreate") {
      for (const rs of old) if (replicasOf(rs) > 0) scale(w, d, rs, 0);
      if (old.some((rs) => total([rs], replicasOf) > 0) || oldPodsRun(w, d, old)) return updateStatus(w, d, ownedSets(w, d), current);
      current = newSet(w, d, current, old, Number(d.spec.replicas ?? 1));
      if (replicasOf(current) !== Number(d.spec.replicas ?? 1)) scale(w, d, current, Number(d.spec.replicas ?? 1));
    } else {
      current = newSet(w, d, current, old, initialReplicas(d, old));
      rollOut(w, d, current, old);
    }
    cleanup(w, d, old);
    updateStatus(w, d, ownedSets(w, d), w.cache.byKey("replicasets.apps", keyOf(current)) ?? current);
  },
};

const byAge = (a: Obj, b: Obj): number =>
  Date.parse(String(a.metadata.creationTimestamp)) - Date.parse(String(b.metadata.creationTimestamp)) ||
  (String(a.metadata.name) < String(b.metadata.name) ? -1 : 1);

/** ReplicaSets of a deployment; those without an owner that fit are adopted. */
function ownedSets(w: Work, d: Obj): Obj[] {
  const mine: Obj[] = [];
  for (const rs of w.cache.list("replicasets.apps", String(d.metadata.namespace))) {
    if (ownedBy(rs, d)) mine.push(rs);
    else if (
      !controllerOf(rs) &&
      !isDeleting(d) &&
      !isDeleting(rs) &&
      selects(d.spec.selector as Obj, rs.metadata.labels as Record<string, string>)
    )
      mine.push(
        w.patch("replicasets.apps", rs, {
          metadata: {
            ownerReferences: [...((rs.metadata.ownerReferences as Obj[] | undefined) ?? []), ownerReference(d, "apps/v1", "Deployment")],
          },
        }),
      );
  }
  return mine;
}

/** The deployment's size changed since the sets were last sized. */
function scaled(d: Obj, sets: Obj[]): boolean {
  return sets.some(
    (rs) =>
      replicasOf(rs) > 0 && annotation(rs, desiredKey) !== undefined && Number(annotation(rs, desiredKey)) !== Number(d.spec.replicas ?? 1),
  );
}

function oldPodsRun(w: Work, d: Obj, old: Obj[]): boolean {
  return w.cache
    .list("pods", String(d.metadata.namespace))
    .some((pod) => old.some((rs) => ownedBy(pod, rs)) && phaseOf(pod) !== "Succeeded" && phaseOf(pod) !== "Failed");
}

function initialReplicas(d: Obj, old: Obj[]): number {
  const replicas = Number(d.spec.replicas ?? 1);
  const room = replicas + limitsOf(d).surge - total(old, replicasOf);
  return Math.max(0, Math.min(room, replicas));
}

function sizes(d: Obj): Record<string, string> {
  return { [desiredKey]: String(d.spec.replicas ?? 1), [maxKey]: String(Number(d.spec.replicas ?? 1) + limitsOf(d).surge) };
}

/** The set of the current template, made when there is none, with the highest revision. */
function newSet(w: Work, d: Obj, there: Obj | undefined, old: Obj[], replicas: number): Obj {
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const copied = { ...(d.metadata.annotations as Record<string, string> | undefined) };
  for (const key of [
    "kubectl.kubernetes.io/last-applied-configuration",
    revisionKey,
    "deprecated.deployment.rollback.to",
    desiredKey,
    maxKey,
    "deployment.kubernetes.io/revision-history",
  ])
    delete copied[key];
  if (there) {
    const next = Math.max(revision, revisionOf(there));
    let rs = there;
    const annotations: Record<string, string> = {
      ...(there.metadata.annotations as Record<string, string> | undefined),
      ...copied,
      [revisionKey]: String(next),
      ...sizes(d),
    };
    if (revisionOf(there) !== next && annotation(there, revisionKey) !== undefined) {
      const history = annotation(there, "deployment.kubernetes.io/revision-history");
      annotations["deployment.kubernetes.io/revision-history"] = history ? `${history},${revisionOf(there)}` : String(revisionOf(there));
    }
    const minReady = Number(d.spec.minReadySeconds ?? 0);
    if (!same(annotations, there.metadata.annotations) || minReady !== Number(there.spec.minReadySeconds ?? 0))
      rs = w.update("replicasets.apps", {
        ...there,
        metadata: { ...there.metadata, annotations },
        spec: { ...there.spec, ...(minReady ? { minReadySeconds: minReady } : {}) },
      });
    setRevision(w, d, next);
    return rs;
  }
  const hash = templateHash(plain(d.spec.template as Obj), Number(d.status?.collisionCount ?? 0));
  const template = copy(d.spec.template) as Obj;
  template.metadata = { ...template.metadata, labels: { ...template.metadata?.labels, [hashLabel]: hash } };
  const selector = copy(d.spec.selector) as Obj;
  selector.matchLabels = { ...selector.matchLabels, [hashLabel]: hash };
  const made = w.create("replicasets.apps", {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${d.metadata.name}-${hash}`,
      namespace: d.metadata.namespace as string,
      labels: template.metadata.labels as Obj,
      annotations: { ...copied, [revisionKey]: String(revision), ...sizes(d) },
      ownerReferences: [ownerReference(d, "apps/v1", "Deployment")],
    },
    spec: { replicas, ...(d.spec.minReadySeconds ? { minReadySeconds: d.spec.minReadySeconds as number } : {}), selector, template },
  });
  if (replicas > 0) w.event(d, "Normal", "ScalingReplicaSet", scaledText(w, made, 0, replicas));
  setRevision(w, d, revision);
  return made;
}

/** `Scaled up replica set web-1 from 0 to 3` since 1.28 (`to 3` only before). */
function scaledText(w: Work, rs: Obj, from: number, to: number): string {
  const direction = to > from ? "up" : "down";
  return `Scaled ${direction} replica set ${rs.metadata.name} ${w.r.minor >= 28 ? `from ${from} ` : ""}to ${to}`;
}

function setRevision(w: Work, d: Obj, revision: number): void {
  const current = w.cache.byKey("deployments.apps", keyOf(d)) ?? d;
  if (annotation(current, revisionKey) === String(revision)) return;
  w.update("deployments.apps", {
    ...current,
    metadata: {
      ...current.metadata,
      annotations: { ...(current.metadata.annotations as Obj | undefined), [revisionKey]: String(revision) },
    },
  });
}

function scale(w: Work, d: Obj, rs: Obj, to: number): Obj {
  const from = replicasOf(rs);
  const current = w.cache.byKey("replicasets.apps", keyOf(rs)) ?? rs;
  const annotations = { ...(current.metadata.annotations as Obj | undefined), ...sizes(d) };
  if (from === to && same(annotations, current.metadata.annotations)) return current;
  const next = w.update("replicasets.apps", {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec: { ...current.spec, replicas: to },
  });
  if (from !== to) w.event(d, "Normal", "ScalingReplicaSet", scaledText(w, rs, from, to));
  return next;
}

/** Sizes the sets after the deployment was scaled: the active one alone, or all in proportion. */
function proportional(w: Work, d: Obj, sets: Obj[]): void {
  const replicas = Number(d.spec.replicas ?? 1);
  const active = sets.filter((rs) => replicasOf(rs) > 0);
  if (active.length <= 1) {
    const one = active[0] ?? sets[0];
    if (one && replicasOf(one) !== replicas) scale(w, d, one, replicas);
    else if (one) scale(w, d, one, replicasOf(one));
    return;
  }
  const allowed = replicas > 0 ? replicas + limitsOf(d).surge : 0;
  let rest = allowed - total(active, replicasOf);
  const sorted = [...active].sort((a, b) => replicasOf(b) - replicasOf(a));
  const before = total(active, replicasOf);
  const shares = sorted.map((rs) => {
    const share = before === 0 ? 0 : Math.round((replicasOf(rs) * allowed) / before) - replicasOf(rs);
    const given = rest > 0 ? Math.min(share, rest) : Math.max(share, rest);
    rest -= given;
    return replicasOf(rs) + given;
  });
  shares[0]! += rest;
  for (const [i, rs] of sorted.entries()) scale(w, d, rs, Math.max(0, shares[i]!));
}

/** One step of a rolling update. */
function rollOut(w: Work, d: Obj, current: Obj, old: Obj[]): void {
  const replicas = Number(d.spec.replicas ?? 1);
  const { surge, unavailable } = limitsOf(d);
  const all = [current, ...old];
  if (replicasOf(current) > replicas) {
    scale(w, d, current, replicas);
    return;
  }
  if (replicasOf(current) < replicas) {
    const room = replicas + surge - total(all, replicasOf);
    const up = Math.min(room, replicas - replicasOf(current));
    if (up > 0) {
      scale(w, d, current, replicasOf(current) + up);
      return;
    }
  }
  const oldTotal = total(old, replicasOf);
  if (oldTotal === 0) return;
  const minAvailable = replicas - unavailable;
  const newUnavailable = replicasOf(current) - availableOf(current);
  let down = total(all, replicasOf) - minAvailable - newUnavailable;
  if (down <= 0) return;
  // pods of old sets that are not healthy go first
  for (const rs of [...old].sort(byAge)) {
    if (down <= 0) break;
    const broken = Math.min(down, replicasOf(rs) - availableOf(rs));
    if (broken <= 0) continue;
    scale(w, d, rs, replicasOf(rs) - broken);
    down -= broken;
  }
  const fresh = old.map((rs) => w.cache.byKey("replicasets.apps", keyOf(rs)) ?? rs);
  let spare = total([current, ...fresh], availableOf) - minAvailable;
  for (const rs of fresh.sort(byAge)) {
    if (spare <= 0) break;
    const less = Math.min(replicasOf(rs), spare);
    if (less <= 0) continue;
    scale(w, d, rs, replicasOf(rs) - less);
    spare -= less;
  }
}

function cleanup(w: Work, d: Obj, old: Obj[]): void {
  const limit = Number(d.spec.revisionHistoryLimit ?? 10);
  const idle = old
    .filter((rs) => !isDeleting(rs) && replicasOf(rs) === 0 && Number(rs.status?.replicas ?? 0) === 0)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const rs of idle.slice(0, Math.max(0, idle.length - limit))) w.delete("replicasets.apps", rs, { propagationPolicy: "Background" });
}

function updateStatus(w: Work, given: Obj, sets: Obj[], current: Obj | undefined): void {
  const d = w.cache.byKey("deployments.apps", keyOf(given)) ?? given;
  const replicas = Number(d.spec.replicas ?? 1);
  const available = total(sets, availableOf);
  const actual = total(sets, (rs) => Number(rs.status?.replicas ?? 0));
  const updated = current ? Number(current.status?.replicas ?? 0) : 0;
  const unavailable = Math.max(0, total(sets, replicasOf) - available);
  const count = (n: number, name: string): Obj => (n > 0 ? { [name]: n } : {});
  const next: Obj = {
    ...count(available, "availableReplicas"),
    ...(d.status?.collisionCount === undefined ? {} : { collisionCount: d.status.collisionCount as number }),
    conditions: conditions(w, d, { replicas, available, actual, updated, unavailable }, sets, current),
    observedGeneration: Number(d.metadata.generation ?? 0),
    ...count(
      total(sets, (rs) => Number(rs.status?.readyReplicas ?? 0)),
      "readyReplicas",
    ),
    ...count(actual, "replicas"),
    ...count(unavailable, "unavailableReplicas"),
    ...count(updated, "updatedReplicas"),
  };
  if (!same(next, d.status)) w.updateStatus("deployments.apps", { ...d, status: next });
}

interface Counts {
  replicas: number;
  available: number;
  actual: number;
  updated: number;
  unavailable: number;
}

function conditions(w: Work, d: Obj, n: Counts, sets: Obj[], current: Obj | undefined): Obj[] {
  const enough = n.available >= n.replicas - limitsOf(d).unavailable;
  const list: Obj[] = [];
  const put = (type: string, status: string, reason: string, message: string, progressed = false): void => {
    const before = condition(d, type);
    const unchanged = before?.status === status;
    const quiet = unchanged && before.reason === reason && before.message === message && !progressed;
    list.push({
      type,
      status,
      reason,
      message,
      lastTransitionTime: unchanged ? (before.lastTransitionTime as string) : seconds(w.now),
      lastUpdateTime: quiet ? (before.lastUpdateTime as string) : seconds(w.now),
    });
  };
  put(
    "Available",
    enough ? "True" : "False",
    enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
  );
  const failing = sets.map((rs) => condition(rs, "ReplicaFailure")).find((c) => c?.status === "True");
  if (failing) put("ReplicaFailure", "True", String(failing.reason), String(failing.message));
  const deadline = d.spec.progressDeadlineSeconds as number | undefined;
  if (deadline === undefined || deadline === 2_147_483_647) return list;
  const name = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${d.metadata.name}"`;
  const before = condition(d, "Progressing");
  const complete = n.updated === n.replicas && n.actual === n.replicas && n.available === n.replicas;
  if (d.spec.paused === true) {
    put("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
  } else if (complete) put("Progressing", "True", "NewReplicaSetAvailable", `${name} has successfully progressed.`);
  else {
    const old = (d.status ?? {}) as Obj;
    const moved =
      n.updated > Number(old.updatedReplicas ?? 0) ||
      n.actual - n.updated < Number(old.replicas ?? 0) - Number(old.updatedReplicas ?? 0) ||
      n.available > Number(old.availableReplicas ?? 0);
    const fresh = current && !condition(d, "Progressing");
    if (fresh) put("Progressing", "True", "NewReplicaSetCreated", `Created new replica set "${current.metadata.name}"`, true);
    else if (moved || before?.reason === "NewReplicaSetAvailable" || before?.reason === "DeploymentPaused")
      put("Progressing", "True", "ReplicaSetUpdated", `${name} is progressing.`, moved);
    else {
      const since = Date.parse(String(before?.lastUpdateTime ?? seconds(w.now)));
      const left = since + deadline * 1000 - w.now;
      if (left <= 0) {
        if (before?.reason !== "ProgressDeadlineExceeded")
          put("Progressing", "False", "ProgressDeadlineExceeded", `${name} has timed out progressing.`);
        else list.push(before);
      } else {
        if (before) list.push(before);
        w.enqueue(keyOf(d), left + 1000);
      }
    }
  }
  return list;
}
