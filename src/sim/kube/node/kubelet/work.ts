/** What every part of the pod worker needs: events, timers, calls to the runtime, the reported status. */
import type { Obj } from "../../../core/json.ts";
import { rpcError } from "../../../cri/messages.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { klogS } from "../klog.ts";
import { apiClient } from "./connection.ts";
import type { PodFacts } from "./environment.ts";
import { record } from "./events.ts";
import { podIpOf, type RuntimePod } from "./runtime.ts";
import { criLater, isHostNetwork, podRef, stateOf, type PodEntry } from "./state.ts";
import { generateStatus } from "./status.ts";

/** Milliseconds: pkg/kubelet backOffPeriod. */
export const backOffPeriod = 10_000;

interface ContainerSpec {
  spec: Obj;
  init: boolean;
}

export const ephemeralOf = (e: PodEntry): Obj[] => (e.pod.spec.ephemeralContainers ?? []) as Obj[];
export const specsOf = (e: PodEntry): ContainerSpec[] => [
  ...((e.pod.spec.initContainers ?? []) as Obj[]).map((spec) => ({ spec, init: true })),
  ...((e.pod.spec.containers ?? []) as Obj[]).map((spec) => ({ spec, init: false })),
];
export const specOf = (e: PodEntry, name: string): ContainerSpec | undefined =>
  [...specsOf(e), ...ephemeralOf(e).map((spec) => ({ spec, init: false }))].find((c) => c.spec.name === name);
export const workOf = (e: PodEntry, name: string): PodEntry["containers"][string] => (e.containers[name] ??= {});

export function event(p: Proc, e: PodEntry, type: "Normal" | "Warning", reason: string, message: string, container?: string): void {
  const list =
    container === undefined || !specOf(e, container)?.init
      ? ephemeralOf(e).some((c) => c.name === container)
        ? "ephemeralContainers"
        : "containers"
      : "initContainers";
  record(p, apiClient(p), e.pod, "Pod", { type, reason, message, ...(container === undefined ? {} : { container, list }) });
}

/** Asks for a pass over the pod in `ms`. */
export function wake(p: Proc, e: PodEntry, ms = 0): void {
  p.cancel(e.timer);
  e.timer = p.after(ms, "sync", { uid: e.uid });
}
export const jitter = (p: Proc): number => Math.round(backOffPeriod * (1 + 0.5 * p.machine.random("kubelet-jitter").float()));

/** Starts a call to the runtime for a pod; false when it cannot be reached. */
export function call(p: Proc, e: PodEntry, kind: string, method: string, request: Obj, data: Obj = {}): boolean {
  const s = stateOf(p);
  const id = s.nextCall++;
  const opened = criLater(p, id, method, request);
  if (!opened.ok) {
    klogS(p, "E", "log.go:32", `${method} from runtime service failed`, { err: rpcError(opened) });
    return false;
  }
  s.calls[id] = { conn: opened.conn, kind, uid: e.uid, data };
  return true;
}

export function skip(p: Proc, e: PodEntry, err: string, again: number): void {
  klogS(p, "E", "pod_workers.go:1324", "Error syncing pod, skipping", { err, pod: podRef(e.pod), podUID: e.uid });
  // what was asked for meanwhile does not wait for the back-off (pod_workers.go, lastUndeliveredWorkUpdate)
  wake(p, e, e.again ? 0 : again);
}

export const factsOf = (p: Proc, e: PodEntry, rt: RuntimePod | undefined): PodFacts => ({
  podIp: podIpOf(rt, isHostNetwork(e.pod), stateOf(p).nodeIp),
  hostIp: stateOf(p).nodeIp,
  nodeName: stateOf(p).nodeName,
});

export const graceOf = (e: PodEntry): number =>
  (e.pod.metadata.deletionGracePeriodSeconds ?? e.pod.spec.terminationGracePeriodSeconds ?? 30) as number;

/** What a two-way merge patch says of a list's order: the scheduler's condition does not stay in front. */
const conditionOrder = (status: Obj): Obj[] => ((status.conditions ?? []) as Obj[]).map((c) => ({ type: c.type as string }));

/** Conditions are merged by type: what one no longer says is to be removed by name. */
const told = (conditions: Obj[]): Obj[] => conditions.map((c) => ({ reason: null, message: null, ...c }));

/** Computes the status and writes it to the API server when it has changed. */
export function reportStatus(p: Proc, e: PodEntry, rt: RuntimePod): Obj {
  const status = generateStatus(p, e, rt);
  e.status = status;
  const client = apiClient(p);
  const text = JSON.stringify(status);
  if (!client || !stateOf(p).apiReady || e.reported === text) return status;
  if (e.source === "file" && e.mirror === undefined) return status;
  const done = client.patch(
    "pods",
    e.pod.metadata.name as string,
    {
      metadata: { uid: e.mirror ?? e.uid },
      status: { ...status, conditions: told(status.conditions as Obj[]), "$setElementOrder/conditions": conditionOrder(status) },
    },
    { namespace: e.pod.metadata.namespace as string, type: "strategic", subresource: "status" },
  );
  if (done.ok) e.reported = text;
  else if (done.kind === "status" && done.code !== 404)
    klogS(p, "E", "status_manager.go:1018", "Failed to update status for pod", { err: done.message, pod: podRef(e.pod) });
  return status;
}
