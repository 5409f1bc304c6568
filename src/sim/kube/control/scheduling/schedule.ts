/** One pod's way to a node: filter, score, bind, or the reasons why not (pkg/scheduler/schedule_one.go). */
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import { seconds, type Controller, type Runtime, type Work } from "../framework/runtime.ts";
import { condition, isDeleting, phaseOf } from "../controllers/pods.ts";
import { filterNode, nodeName, preFilter, type NodeInfo, type Situation } from "./filters.ts";
import { plus } from "../../quantity.ts";
import { requestsOf } from "./resources.ts";
import { choose } from "./scores.ts";

const waiting = (pod: Obj): boolean =>
  !pod.spec?.nodeName &&
  !isDeleting(pod) &&
  phaseOf(pod) === "Pending" &&
  (pod.spec.schedulerName ?? "default-scheduler") === "default-scheduler" &&
  !((pod.spec.schedulingGates as Obj[] | undefined) ?? []).length;

function situation(w: Work): Situation {
  const { cache } = w;
  const infos = new Map<string, NodeInfo>(cache.list("nodes").map((node) => [String(node.metadata.name), { node, pods: [], used: {} }]));
  for (const pod of cache.list("pods")) {
    const info = infos.get(String(pod.spec?.nodeName));
    if (!info || phaseOf(pod) === "Succeeded" || phaseOf(pod) === "Failed") continue;
    info.pods.push(pod);
    for (const [name, value] of Object.entries(requestsOf(pod))) info.used[name] = plus(info.used[name] ?? 0, value);
  }
  return { minor: w.r.minor, nodes: [...infos.values()], get: (r, n, ns) => cache.get(r, n, ns), list: (r) => cache.list(r) };
}

/** `1 Insufficient cpu, 2 node(s) had untolerated taint …`: counted and sorted as text. */
function summary(reasons: Map<string, number>): string {
  return [...reasons]
    .map(([text, count]) => `${count} ${text}`)
    .sort()
    .join(", ");
}

/** What preemption has to say for pods that could not be placed (since 1.22 part of the message). */
function preemption(s: Situation, pod: Obj, hopeless: number, helpful: number): string {
  if (s.minor < 24) return "";
  const total = s.nodes.length;
  if (pod.spec.preemptionPolicy === "Never") return ` preemption: not eligible due to preemptionPolicy=Never..`;
  const parts: string[] = [];
  if (helpful > 0) parts.push(`${helpful} No preemption victims found for incoming pod`);
  if (hopeless > 0) parts.push(`${hopeless} Preemption is not helpful for scheduling`);
  // the message's own full stop follows the one that the plugin puts
  const end = s.minor >= 26 ? "." : ".";
  return ` preemption: 0/${total} nodes are available: ${parts.sort().join(", ")}${end}`;
}

export const scheduler: Controller = {
  name: "default-scheduler",
  interested(r: Runtime, resource: string, object: Obj, deleted: boolean): string[] {
    if (resource === "pods" && !deleted && waiting(object)) return [keyOf(object)];
    // anything that may have made room: a pod that left, a node that changed, a volume that was bound
    const room =
      resource === "nodes" ||
      (resource === "pods" && (deleted || phaseOf(object) === "Succeeded" || phaseOf(object) === "Failed")) ||
      resource === "persistentvolumeclaims" ||
      resource === "persistentvolumes";
    return room || (resource === "pods" && object.spec?.nodeName) ? unscheduled(r, resource === "pods" && !deleted) : [];
  },
  sync(w: Work, key: string): void {
    const pod = w.cache.byKey("pods", key);
    if (!pod || !waiting(pod)) return;
    const s = situation(w);
    const early = preFilter(s, pod);
    if (early !== undefined) {
      const tail =
        s.minor >= 24
          ? ` preemption: 0/${s.nodes.length} nodes are available: ${s.nodes.length} Preemption is not helpful for scheduling.`
          : "";
      return fail(
        w,
        pod,
        s.nodes.length === 0
          ? noNodes
          : `0/${s.nodes.length} nodes are available: ${s.minor >= 24 ? early : `${s.nodes.length} ${early}`}.${tail}`,
      );
    }
    const feasible: NodeInfo[] = [];
    const reasons = new Map<string, number>();
    let [hopeless, helpful] = [0, 0];
    for (const info of s.nodes) {
      const refusal = filterNode(s, pod, info);
      if (!refusal) {
        feasible.push(info);
        continue;
      }
      if (refusal.hopeless) hopeless++;
      else helpful++;
      for (const reason of refusal.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    if (feasible.length === 0) {
      if (s.nodes.length === 0) return fail(w, pod, noNodes);
      if (preempt(w, s, pod)) return;
      return fail(w, pod, `0/${s.nodes.length} nodes are available: ${summary(reasons)}.${preemption(s, pod, hopeless, helpful)}`);
    }
    bind(w, pod, nodeName(choose(s, pod, feasible)));
  },
};

const noNodes = "no nodes available to schedule pods";

/** Pods that wait although the scheduler has tried; pods that came to a node matter only to those with affinities. */
function unscheduled(r: Runtime, onlyAffinity: boolean): string[] {
  return r.cache
    .list("pods")
    .filter((pod) => waiting(pod) && condition(pod, "PodScheduled") && (!onlyAffinity || pod.spec.affinity?.podAffinity))
    .map(keyOf);
}

function bind(w: Work, pod: Obj, node: string): void {
  const { name, namespace, uid } = pod.metadata as { name: string; namespace: string; uid: string };
  const result = w.client.request("POST", `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace, uid },
    target: { kind: "Node", name: node },
  });
  if (!result.ok) {
    if (result.kind === "status" && (result.code === 404 || result.code === 409)) return;
    return fail(w, pod, `binding rejected: running Bind plugin "DefaultBinder": ${result.message}`);
  }
  // assumed there until the watch says so
  const fresh = w.client.get("pods", name, namespace);
  if (fresh.ok) w.cache.put("pods", fresh.body);
  w.event(pod, "Normal", "Scheduled", `Successfully assigned ${namespace}/${name} to ${node}`, "default-scheduler");
}

function fail(w: Work, pod: Obj, message: string): void {
  w.event(pod, "Warning", "FailedScheduling", message, "default-scheduler");
  const before = condition(pod, "PodScheduled");
  if (before?.status === "False" && before.message === message) return;
  const next = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message,
    lastProbeTime: null,
    lastTransitionTime: before?.status === "False" ? (before.lastTransitionTime as string) : seconds(w.now),
  };
  const others = ((pod.status?.conditions as Obj[] | undefined) ?? []).filter((c) => c.type !== "PodScheduled");
  const result = w.client.patch(
    "pods",
    String(pod.metadata.name),
    { status: { conditions: [...others, next] } },
    { namespace: String(pod.metadata.namespace), type: "strategic", subresource: "status" },
  );
  if (result.ok) w.cache.put("pods", result.body);
  // the queue's backstop: pods that could not be placed are tried again after five minutes at the latest
  w.enqueue(keyOf(pod), 300_000);
}

const priorityOf = (pod: Obj): number => Number(pod.spec?.priority ?? 0);

/** Makes room by deleting pods of lower priority, on the node that loses least. True when victims were found. */
function preempt(w: Work, s: Situation, pod: Obj): boolean {
  if (pod.spec.preemptionPolicy === "Never") return false;
  const mine = priorityOf(pod);
  let best: { info: NodeInfo; victims: Obj[] } | undefined;
  for (const info of s.nodes) {
    const refusal = filterNode(s, pod, info);
    if (!refusal || refusal.hopeless) continue;
    const lower = info.pods.filter((p) => priorityOf(p) < mine && !isDeleting(p)).sort((a, b) => priorityOf(b) - priorityOf(a));
    if (lower.length === 0) continue;
    const without = (gone: Obj[]): NodeInfo => {
      const pods = info.pods.filter((p) => !gone.includes(p));
      const used: Record<string, number> = {};
      for (const p of pods) for (const [name, value] of Object.entries(requestsOf(p))) used[name] = (used[name] ?? 0) + value;
      return { node: info.node, pods, used };
    };
    if (filterNode({ ...s, nodes: s.nodes.map((n) => (n === info ? without(lower) : n)) }, pod, without(lower))) continue;
    // spare as many as possible, the most important first
    let victims = [...lower];
    for (const candidate of lower) {
      const fewer = victims.filter((v) => v !== candidate);
      const tried = without(fewer);
      if (!filterNode({ ...s, nodes: s.nodes.map((n) => (n === info ? tried : n)) }, pod, tried)) victims = fewer;
    }
    if (victims.length > 0 && (!best || worse(best.victims, victims))) best = { info, victims };
  }
  if (!best) return false;
  for (const victim of best.victims) {
    w.event(victim, "Normal", "Preempted", `Preempted by pod ${pod.metadata.uid} on node ${nodeName(best.info)}`, "default-scheduler");
    w.delete("pods", victim);
  }
  w.patch("pods", pod, { status: { nominatedNodeName: nodeName(best.info) } }, { type: "merge", subresource: "status" });
  return true;
}

const worse = (a: Obj[], b: Obj[]): boolean =>
  Math.max(...a.map(priorityOf)) > Math.max(...b.map(priorityOf)) ||
  (Math.max(...a.map(priorityOf)) === Math.max(...b.map(priorityOf)) && a.length > b.length);
