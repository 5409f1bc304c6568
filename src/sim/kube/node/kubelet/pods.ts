/** Pods that the API server has for this node, and its mirrors of static pods. */
import { copy as copyData } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { klogS } from "../klog.ts";
import { apiClient } from "./connection.ts";
import { podRef, stateOf, type PodEntry } from "./state.ts";
import { wake } from "./work.ts";

export function entry(pod: Obj, source: "api" | "file"): PodEntry {
  return { uid: pod.metadata.uid as string, pod, source, containers: {}, backoff: {}, conditions: {}, attempt: 0, probing: {} };
}

/** Makes the API server's mirrors of static pods be what they should. */
export function mirrors(p: Proc): void {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client || !s.registered || !s.apiReady) return;
  const listed = client.list("pods", { fieldSelector: `spec.nodeName=${s.nodeName}` });
  if (!listed.ok) return;
  const own = listed.body.items.filter((x) => x.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined);
  for (const m of own) {
    const hash = m.metadata.annotations["kubernetes.io/config.mirror"] as string;
    const e = s.pods[hash];
    if (e && !e.killing && m.metadata.deletionTimestamp === undefined) {
      if (e.mirror !== m.metadata.uid) {
        e.mirror = m.metadata.uid as string;
        delete e.reported;
        wake(p, e, 0);
      }
      continue;
    }
    client.delete("pods", m.metadata.name as string, { namespace: m.metadata.namespace as string, gracePeriodSeconds: 0 });
  }
  let node: ReturnType<typeof client.get> | undefined;
  for (const e of Object.values(s.pods)) {
    if (e.source !== "file" || e.killing) continue;
    const there = own.find(
      (m) => m.metadata.annotations["kubernetes.io/config.mirror"] === e.uid && m.metadata.deletionTimestamp === undefined,
    );
    if (there) continue;
    const copy = copyData(e.pod);
    delete copy.metadata.uid;
    copy.metadata.annotations["kubernetes.io/config.mirror"] = e.uid;
    node ??= client.get("nodes", s.nodeName);
    if (node.ok)
      copy.metadata.ownerReferences = [
        { apiVersion: "v1", kind: "Node", name: s.nodeName, uid: node.body.metadata.uid as string, controller: true },
      ];
    const made = client.create("pods", copy);
    if (made.ok) {
      e.mirror = made.body.metadata.uid as string;
      delete e.reported;
      wake(p, e, 0);
    } else if (!(made.kind === "status" && made.code === 409))
      klogS(p, "E", "kubelet.go:3196", "Failed creating a mirror pod for", { err: made.message, pod: podRef(e.pod) });
  }
}

/** Lists the node's pods and takes over what has changed. */
export function readApiPods(p: Proc): boolean {
  const s = stateOf(p);
  const listed = apiClient(p)?.list("pods", { fieldSelector: `spec.nodeName=${s.nodeName}` });
  if (!listed?.ok) return false;
  s.apiReady = true;
  const seen = new Set<string>();
  for (const pod of listed.body.items) {
    if (pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) continue;
    seen.add(pod.metadata.uid as string);
    take(p, pod);
  }
  for (const e of Object.values(s.pods)) if (e.source === "api" && !seen.has(e.uid)) gone(p, e);
  return true;
}

function take(p: Proc, pod: Obj): void {
  const s = stateOf(p);
  const uid = pod.metadata.uid as string;
  let e = s.pods[uid];
  if (!e) {
    const phase = pod.status?.phase as string | undefined;
    if (pod.metadata.deletionTimestamp === undefined && (phase === "Succeeded" || phase === "Failed") && !pod.status?.containerStatuses)
      return;
    e = s.pods[uid] = entry(copyData(pod), "api");
    klogS(p, "I", "kubelet.go:2537", "SyncLoop ADD", { source: "api", pods: [podRef(pod)] });
    for (const c of (pod.status?.conditions ?? []) as Obj[])
      if (c.type !== "PodScheduled") e.conditions[c.type as string] = [c.status as string, c.lastTransitionTime as string];
    const scheduled = ((pod.status?.conditions ?? []) as Obj[]).find((c) => c.type === "PodScheduled");
    if (scheduled) e.conditions.PodScheduled = ["True", scheduled.lastTransitionTime as string];
    if (pod.status?.startTime) e.startTime = pod.status.startTime as string;
    wake(p, e, 20);
  } else {
    const same =
      JSON.stringify([e.pod.spec, e.pod.metadata.labels, e.pod.metadata.annotations, e.pod.metadata.deletionTimestamp]) ===
      JSON.stringify([pod.spec, pod.metadata.labels, pod.metadata.annotations, pod.metadata.deletionTimestamp]);
    e.pod = copyData(pod);
    if (!same) wake(p, e, 20);
  }
  if (pod.metadata.deletionTimestamp !== undefined && !e.killing) {
    klogS(p, "I", "kubelet.go:2553", "SyncLoop DELETE", { source: "api", pods: [podRef(pod)] });
    e.killing = {
      since: p.now,
      grace: Number(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30),
      deleted: true,
    };
    wake(p, e, 0);
  }
}

function gone(p: Proc, e: PodEntry): void {
  if (e.killing) return;
  klogS(p, "I", "kubelet.go:2547", "SyncLoop REMOVE", { source: "api", pods: [podRef(e.pod)] });
  e.killing = { since: p.now, grace: Math.min(1, Number(e.pod.spec.terminationGracePeriodSeconds ?? 30)), deleted: true };
  wake(p, e, 0);
}

/** A change that the watch told of. */
export function podChanged(p: Proc, change: Obj): void {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client) return;
  const got = client.get("pods", change.name as string, change.namespace as string);
  if (got.ok && got.body.spec.nodeName === s.nodeName) {
    if (got.body.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) {
      if (got.body.metadata.deletionTimestamp !== undefined) mirrors(p);
      return;
    }
    const other = Object.values(s.pods).find(
      (e) =>
        e.source === "api" &&
        e.uid !== got.body.metadata.uid &&
        e.pod.metadata.name === change.name &&
        e.pod.metadata.namespace === change.namespace,
    );
    if (other) gone(p, other);
    take(p, got.body);
  } else if (!got.ok && got.kind === "status" && got.code === 404) {
    for (const e of Object.values(s.pods)) {
      if (e.pod.metadata.name !== change.name || e.pod.metadata.namespace !== change.namespace) continue;
      if (e.source === "api") gone(p, e);
      else mirrors(p);
    }
  }
}
