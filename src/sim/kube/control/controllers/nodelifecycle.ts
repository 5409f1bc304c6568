/** Nodes that stop reporting: conditions turn Unknown, taints follow, pods are evicted (pkg/controller/nodelifecycle, tainteviction). */
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import { seconds, type Controller, type Work } from "../framework/runtime.ts";
import { klog } from "../../node/klog.ts";
import { toleratesTaint } from "../scheduling/nodes.ts";
import { condition, isDeleting, same } from "./pods.ts";

/** How often nodes are looked at (--node-monitor-period). */
const period = 5000;
/** --node-monitor-grace-period: 40 s, 50 s from 1.32 on. */
const gracePeriod = (minor: number): number => (minor >= 32 ? 50_000 : 40_000);

interface Health {
  /** When the node was last heard of, by this process's clock. */
  probed: number;
  /** What it said then: lease and status heartbeat. */
  seen: string;
}

const healthOf = (w: Work): Record<string, Health> => (w.p.data.nodeHealth ??= {}) as Record<string, Health>;

const conditionTaints: Record<string, Record<string, string>> = {
  Ready: { False: "node.kubernetes.io/not-ready", Unknown: "node.kubernetes.io/unreachable" },
  MemoryPressure: { True: "node.kubernetes.io/memory-pressure" },
  DiskPressure: { True: "node.kubernetes.io/disk-pressure" },
  NetworkUnavailable: { True: "node.kubernetes.io/network-unavailable" },
  PIDPressure: { True: "node.kubernetes.io/pid-pressure" },
};
const managed = new Set([...Object.values(conditionTaints).flatMap((t) => Object.values(t)), "node.kubernetes.io/unschedulable"]);

const taintsOf = (node: Obj): Obj[] => (node.spec?.taints as Obj[] | undefined) ?? [];

export const nodelifecycle: Controller = {
  name: "nodelifecycle",
  account: "node-controller",
  interested(_r, resource, object) {
    return resource === "nodes" ? [String(object.metadata.name)] : [];
  },
  start(w: Work): void {
    w.enqueue("monitor");
  },
  sync(w: Work, key: string): void {
    if (key === "monitor") {
      monitor(w);
      w.enqueue("monitor", period);
      return;
    }
    const node = w.cache.get("nodes", key);
    const health = healthOf(w);
    if (!node) {
      if (!health[key]) return;
      delete health[key];
      return;
    }
    if (!health[key]) {
      health[key] = { probed: w.now, seen: "" };
      klog(
        w.p,
        "I",
        "node_lifecycle_controller.go:873",
        `"Missing timestamp for Node. Assuming now as a timestamp" node=${JSON.stringify(key)}`,
      );
      w.event(node, "Normal", "RegisteredNode", `Node ${key} event: Registered Node ${key} in Controller`, "node-controller");
    }
    labels(w, node);
    taint(w, w.cache.get("nodes", key) ?? node);
  },
};

/** Well-known labels that the controller keeps equal. */
function labels(w: Work, node: Obj): void {
  const have = (node.metadata.labels ?? {}) as Record<string, string>;
  const wanted: Record<string, string> = {};
  for (const [primary, secondary] of [
    ["kubernetes.io/os", "beta.kubernetes.io/os"],
    ["kubernetes.io/arch", "beta.kubernetes.io/arch"],
  ] as const)
    if (have[primary] !== undefined && have[secondary] !== have[primary]) wanted[secondary] = have[primary];
  if (Object.keys(wanted).length > 0) w.patch("nodes", node, { metadata: { labels: wanted } });
}

function monitor(w: Work): void {
  const health = healthOf(w);
  const leases = w.client.list("leases.coordination.k8s.io", { namespace: "kube-node-lease" });
  const renewed = new Map((leases.ok ? leases.body.items : []).map((l) => [String(l.metadata.name), String(l.spec?.renewTime ?? "")]));
  for (const node of w.cache.list("nodes")) {
    const name = String(node.metadata.name);
    const mine = (health[name] ??= { probed: w.now, seen: "" });
    const seen = `${renewed.get(name) ?? ""} ${condition(node, "Ready")?.lastHeartbeatTime ?? ""}`;
    if (seen !== mine.seen) {
      mine.seen = seen;
      mine.probed = w.now;
    }
    // a node that never reported gets a minute to start (--node-startup-grace-period)
    const grace = condition(node, "Ready") ? gracePeriod(w.r.minor) : 60_000;
    if (w.now - mine.probed > grace) silent(w, node);
  }
}

const kubeletConditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

function silent(w: Work, node: Obj): void {
  const now = seconds(w.now);
  const before = (node.status?.conditions as Obj[] | undefined) ?? [];
  const conditions = [...before];
  for (const type of kubeletConditions) {
    const at = conditions.findIndex((c) => c.type === type);
    if (at < 0)
      conditions.push({
        type,
        status: "Unknown",
        reason: "NodeStatusNeverUpdated",
        message: "Kubelet never posted node status.",
        lastHeartbeatTime: node.metadata.creationTimestamp as string,
        lastTransitionTime: now,
      });
    else if (conditions[at]!.status !== "Unknown")
      conditions[at] = {
        ...conditions[at],
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
        lastTransitionTime: now,
      };
  }
  if (same(conditions, before)) return;
  const name = String(node.metadata.name);
  const wasReady = condition(node, "Ready")?.status === "True";
  w.updateStatus("nodes", { ...node, status: { ...node.status, conditions } });
  if (!wasReady) return;
  w.event(node, "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`, "node-controller");
  markPods(w, name);
}

/** Pods of a node that went silent are no longer ready. */
function markPods(w: Work, node: string): void {
  for (const pod of w.cache.list("pods")) {
    if (pod.spec?.nodeName !== node) continue;
    const ready = condition(pod, "Ready");
    if (ready?.status !== "True") continue;
    const conditions = (pod.status.conditions as Obj[]).map((c) =>
      c.type === "Ready" ? { ...c, status: "False", lastTransitionTime: seconds(w.now) } : c,
    );
    w.patch("pods", pod, { status: { conditions } }, { type: "strategic", subresource: "status" });
    w.event(pod, "Warning", "NodeNotReady", "Node is not ready", "node-controller");
  }
}

/** Taints follow the node's conditions; those that somebody else set are kept. */
function taint(w: Work, node: Obj): void {
  const wanted: { key: string; effect: string }[] = [];
  for (const [type, states] of Object.entries(conditionTaints)) {
    const status = condition(node, type)?.status as string | undefined;
    const key = status === undefined ? undefined : states[status];
    if (key !== undefined) wanted.push({ key, effect: "NoSchedule" });
    if (type === "Ready" && key !== undefined) wanted.push({ key, effect: "NoExecute" });
  }
  if (node.spec?.unschedulable === true) wanted.push({ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" });
  const have = taintsOf(node);
  const foreign = have.filter((t) => !managed.has(String(t.key)));
  const mine = wanted.map((t) => have.find((h) => h.key === t.key && h.effect === t.effect) ?? { ...t, timeAdded: seconds(w.now) });
  const next = [...foreign, ...mine];
  if (same(next, have)) return;
  if (same([...next].sort(byKey), [...have].sort(byKey))) return;
  w.patch("nodes", node, { spec: { taints: next.length > 0 ? next : null } }, { type: "merge" });
}

const byKey = (a: Obj, b: Obj): number => (`${a.key}${a.effect}` < `${b.key}${b.effect}` ? -1 : 1);

/** Evicts pods that do not tolerate a NoExecute taint, when their time is over. */
export const taintEviction: Controller = {
  name: "taint-eviction-controller",
  account: "node-controller",
  interested(r, resource, object, deleted) {
    if (resource === "pods" && object.spec?.nodeName) return deleted ? [] : [keyOf(object)];
    if (resource !== "nodes") return [];
    return r.cache
      .list("pods")
      .filter((pod) => pod.spec?.nodeName === object.metadata.name)
      .map(keyOf);
  },
  sync(w: Work, key: string): void {
    const pod = w.cache.byKey("pods", key);
    const planned = (w.p.data.evictions ??= {}) as Record<string, number>;
    const node = pod && w.cache.get("nodes", String(pod.spec?.nodeName));
    const taints = node ? taintsOf(node).filter((t) => t.effect === "NoExecute") : [];
    if (!pod || isDeleting(pod) || taints.length === 0) {
      if (planned[key] !== undefined && pod && !isDeleting(pod))
        w.event(pod, "Normal", "TaintManagerEviction", `Cancelling deletion of Pod ${key}`, "taint-eviction-controller");
      delete planned[key];
      return;
    }
    const tolerations = (pod.spec.tolerations as Obj[] | undefined) ?? [];
    let limit = Infinity;
    for (const t of taints) {
      const mine = tolerations.filter((toleration) => toleratesTaint(toleration, t));
      if (mine.length === 0) limit = 0;
      // the shortest of the times that tolerations give
      for (const toleration of mine)
        if (toleration.tolerationSeconds !== undefined && toleration.tolerationSeconds !== null)
          limit = Math.min(limit, Math.max(0, Number(toleration.tolerationSeconds)) * 1000);
    }
    if (limit === Infinity) {
      delete planned[key];
      return;
    }
    const due = (planned[key] ??= Math.min(...taints.map((t) => Date.parse(String(t.timeAdded ?? seconds(w.now))))) + limit);
    if (due > w.now) return w.enqueue(key, due - w.now);
    delete planned[key];
    w.event(pod, "Normal", "TaintManagerEviction", `Marking for deletion Pod ${key}`, "taint-eviction-controller");
    // since 1.26 the pod's status says why it went
    if (w.r.minor >= 26) {
      const target = {
        type: "DisruptionTarget",
        status: "True",
        reason: "DeletionByTaintManager",
        message: "Taint manager: deleting due to NoExecute taint",
        lastTransitionTime: seconds(w.now),
      };
      w.patch("pods", pod, { status: { conditions: [target] } }, { type: "strategic", subresource: "status" });
    }
    w.delete("pods", pod);
  },
};
