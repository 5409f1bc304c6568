/** The row of a pod: printPod in k8s.io/kubernetes/pkg/printers/internalversion/printers.go. */
import type { Obj } from "../../../core/json.ts";
import { age, humanDuration } from "./duration.ts";
import type { Cell, Columns } from "./types.ts";

const hasCondition = (pod: Obj, type: string): boolean =>
  ((pod.status?.conditions ?? []) as Obj[]).some((c) => c.type === type && c.status === "True");

/** STATUS as kubectl shows it. */
function podReason(pod: Obj): { reason: string; restarts: number; last?: string; ready: number; total: number } {
  const status = (pod.status ?? {}) as Obj;
  const spec = (pod.spec ?? {}) as Obj;
  const containers = (spec.containers ?? []) as Obj[];
  let total = containers.length;
  let ready = 0;
  let restarts = 0;
  let last: string | undefined;
  let lastRestartable: string | undefined;
  let restartableRestarts = 0;
  let reason = (status.reason as string | undefined) || (status.phase as string | undefined) || "";
  for (const c of (status.conditions ?? []) as Obj[])
    if (c.type === "PodScheduled" && c.reason === "SchedulingGated") reason = "SchedulingGated";
  const sidecars = new Set(((spec.initContainers ?? []) as Obj[]).filter((c) => c.restartPolicy === "Always").map((c) => c.name as string));
  const inits = (status.initContainerStatuses ?? []) as Obj[];
  total += sidecars.size;
  let initializing = false;
  const later = (a: string | undefined, b: unknown): string | undefined => (typeof b === "string" && (a === undefined || b > a) ? b : a);
  for (const [i, c] of inits.entries()) {
    restarts += Number(c.restartCount ?? 0);
    last = later(last, c.lastState?.terminated?.finishedAt);
    const sidecar = sidecars.has(String(c.name));
    if (sidecar) {
      restartableRestarts += Number(c.restartCount ?? 0);
      lastRestartable = later(lastRestartable, c.lastState?.terminated?.finishedAt);
    }
    const { terminated, waiting } = (c.state ?? {}) as Obj;
    if (terminated && terminated.exitCode === 0) continue;
    if (sidecar && c.started === true) {
      if (c.ready === true) ready++;
      continue;
    }
    if (terminated) {
      if (!terminated.reason) reason = terminated.signal ? `Init:Signal:${terminated.signal}` : `Init:ExitCode:${terminated.exitCode}`;
      else reason = `Init:${terminated.reason}`;
    } else if (waiting?.reason && waiting.reason !== "PodInitializing") reason = `Init:${waiting.reason}`;
    else reason = `Init:${i}/${((spec.initContainers ?? []) as Obj[]).length}`;
    initializing = true;
    break;
  }
  if (!initializing || hasCondition(pod, "Initialized")) {
    restarts = restartableRestarts;
    last = lastRestartable;
    let hasRunning = false;
    for (const c of ((status.containerStatuses ?? []) as Obj[]).toReversed()) {
      restarts += Number(c.restartCount ?? 0);
      last = later(last, c.lastState?.terminated?.finishedAt);
      const { terminated, waiting, running } = (c.state ?? {}) as Obj;
      if (waiting?.reason) reason = String(waiting.reason);
      else if (terminated?.reason) reason = String(terminated.reason);
      else if (terminated) reason = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
      else if (c.ready === true && running) {
        hasRunning = true;
        ready++;
      }
    }
    if (reason === "Completed" && hasRunning) reason = hasCondition(pod, "Ready") ? "Running" : "NotReady";
  }
  if (pod.metadata.deletionTimestamp && status.reason === "NodeLost") reason = "Unknown";
  else if (pod.metadata.deletionTimestamp && status.phase !== "Failed" && status.phase !== "Succeeded") reason = "Terminating";
  return { reason, restarts, ready, total, ...(last === undefined ? {} : { last }) };
}

function gates(pod: Obj): string {
  const list = (pod.spec?.readinessGates ?? []) as Obj[];
  if (list.length === 0) return "<none>";
  const trues = list.filter((g) => hasCondition(pod, String(g.conditionType))).length;
  return `${trues}/${list.length}`;
}

export const podColumns: Columns = {
  columns: [
    { name: "Name", type: "string", format: "name" },
    { name: "Ready", type: "string", description: "The aggregate readiness state of this pod for accepting traffic." },
    { name: "Status", type: "string", description: "The aggregate status of the containers in this pod." },
    {
      name: "Restarts",
      type: "string",
      description:
        "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.",
    },
    { name: "Age", type: "string" },
    { name: "IP", type: "string", priority: 1 },
    { name: "Node", type: "string", priority: 1 },
    { name: "Nominated Node", type: "string", priority: 1 },
    { name: "Readiness Gates", type: "string", priority: 1 },
  ],
  row: (pod, now, minor): Cell[] => {
    const { reason, restarts, ready, total, last } = podReason(pod);
    const status = (pod.status ?? {}) as Obj;
    const ip = (status.podIPs?.[0]?.ip as string | undefined) || (status.podIP as string | undefined);
    return [
      String(pod.metadata.name),
      `${ready}/${total}`,
      reason,
      restarts > 0 && last && minor >= 22 ? `${restarts} (${humanDuration(now - Date.parse(last))} ago)` : String(restarts),
      age(pod.metadata.creationTimestamp, now),
      ip || "<none>",
      (pod.spec?.nodeName as string | undefined) || "<none>",
      (status.nominatedNodeName as string | undefined) || "<none>",
      gates(pod),
    ];
  },
};
