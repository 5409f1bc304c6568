/** What workload controllers share about pods. */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import { keyOf } from "../framework/cache.ts";
import { SyncError, type Runtime, type Work } from "../framework/runtime.ts";

export const controllerOf = (object: Obj): Obj | undefined =>
  ((object.metadata.ownerReferences as Obj[] | undefined) ?? []).find((o) => o.controller === true);

export const ownedBy = (object: Obj, owner: Obj): boolean => controllerOf(object)?.uid === owner.metadata.uid;

/** Keys of the workloads that a pod concerns: its controller's, or for an orphan all of the resource that select it. */
export function ownersOf(r: Runtime, pod: Obj, resource: string, kind: string, selectedBy: (owner: Obj) => boolean): string[] {
  const owner = controllerOf(pod);
  if (owner) return owner.kind === kind ? [`${pod.metadata.namespace}/${owner.name}`] : [];
  return r.cache.list(resource, String(pod.metadata.namespace)).filter(selectedBy).map(keyOf);
}

export const ownerReference = (owner: Obj, apiVersion: string, kind: string): Obj => ({
  apiVersion,
  kind,
  name: owner.metadata.name as string,
  uid: owner.metadata.uid as string,
  controller: true,
  blockOwnerDeletion: true,
});

export const isDeleting = (object: Obj): boolean =>
  object.metadata.deletionTimestamp !== undefined && object.metadata.deletionTimestamp !== null;

export const phaseOf = (pod: Obj): string => (pod.status?.phase as string | undefined) ?? "Pending";

export const isActive = (pod: Obj): boolean => phaseOf(pod) !== "Succeeded" && phaseOf(pod) !== "Failed" && !isDeleting(pod);

export const condition = (object: Obj, type: string): Obj | undefined =>
  ((object.status?.conditions as Obj[] | undefined) ?? []).find((c) => c.type === type);

export const isReady = (pod: Obj): boolean => condition(pod, "Ready")?.status === "True";

/** Milliseconds until a ready pod counts as available; 0 when it does now, Infinity when it is not ready. */
export function untilAvailable(pod: Obj, minReadySeconds: number, now: number): number {
  const ready = condition(pod, "Ready");
  if (ready?.status !== "True") return Infinity;
  if (minReadySeconds === 0) return 0;
  return Math.max(0, Date.parse(String(ready.lastTransitionTime)) + minReadySeconds * 1000 - now);
}

/** metav1.LabelSelector against labels. An empty selector matches everything, a missing one nothing. */
export function selects(selector: Obj | undefined | null, labels: Record<string, string> | undefined): boolean {
  if (!selector) return false;
  const have = labels ?? {};
  for (const [key, value] of Object.entries((selector.matchLabels as Record<string, string> | undefined) ?? {}))
    if (have[key] !== value) return false;
  for (const { key, operator, values } of (selector.matchExpressions as
    | { key: string; operator: string; values?: string[] }[]
    | undefined) ?? []) {
    const value = have[key];
    if (operator === "In" && (value === undefined || !values?.includes(value))) return false;
    if (operator === "NotIn" && value !== undefined && values?.includes(value)) return false;
    if (operator === "Exists" && value === undefined) return false;
    if (operator === "DoesNotExist" && value !== undefined) return false;
  }
  return true;
}

/** A plain map selector, as Services and ReplicationControllers have. */
export const matchesAll = (selector: Record<string, string>, labels: Record<string, string> | undefined): boolean =>
  Object.entries(selector).every(([key, value]) => labels?.[key] === value);

/** A pod made from a template. */
export function podFrom(template: Obj, namespace: string, owner: Obj, prefix: string): Obj {
  const meta = (template.metadata ?? {}) as Obj;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: `${prefix}-`,
      namespace,
      labels: { ...(meta.labels as Obj | undefined) },
      ...(meta.annotations ? { annotations: { ...(meta.annotations as Obj) } } : {}),
      ...(meta.finalizers ? { finalizers: [...(meta.finalizers as string[])] } : {}),
      ownerReferences: [owner],
    },
    spec: copy(template.spec),
  };
}

/** Creates a pod and says so; a refusal is an event and a failed sync. */
export function createPod(w: Work, owner: Obj, pod: Obj): Obj {
  const result = w.tryCreate("pods", pod);
  if (!result.ok) {
    w.event(owner, "Warning", "FailedCreate", `Error creating: ${result.message}`);
    throw new CreateFailed(result.message);
  }
  w.event(owner, "Normal", "SuccessfulCreate", `Created pod: ${result.body.metadata.name}`);
  return result.body;
}

export class CreateFailed extends SyncError {}

export function deletePod(w: Work, owner: Obj, pod: Obj): void {
  w.delete("pods", pod);
  w.event(owner, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
}

/** Stable JSON: keys sorted, so that equal documents give equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object")
    return `{${Object.entries(value)
      .filter(([, v]) => v !== undefined && v !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
      .join(",")}}`;
  return JSON.stringify(value) ?? "null";
}

const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A hash of a template in the characters of Kubernetes' generated names (rand.SafeEncodeString of a 32-bit number). */
export function templateHash(template: unknown, collisions = 0): string {
  const bytes = sha256(Buffer.from(`${canonical(template)}${collisions || ""}`));
  const number = ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
  return Array.from(String(number), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join("");
}

/** `25%` of a number, or the number itself. */
export function percentOf(value: unknown, total: number, roundUp: boolean): number {
  if (typeof value === "string" && value.endsWith("%")) {
    const exact = (Number(value.slice(0, -1)) * total) / 100;
    return roundUp ? Math.ceil(exact) : Math.floor(exact);
  }
  return Number(value ?? 0);
}

/** Whether canonical() of both is the same. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return (a ?? null) === (b ?? null);
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((value, i) => same(value, b[i]));
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in left) if (!same(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && right[key] !== null && !(key in left)) return false;
  return true;
}
