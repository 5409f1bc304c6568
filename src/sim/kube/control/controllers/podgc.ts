/** Pods that nobody will finish: of nodes that are gone, unscheduled and deleted, or too many that have ended (pkg/controller/podgc). */
import type { Controller, Work } from "../framework/runtime.ts";
import { isDeleting, phaseOf } from "./pods.ts";

const every = 20_000;
/** A node must be missing this long before its pods go. */
const quarantine = 40_000;

export const podgc: Controller = {
  name: "podgc",
  account: "pod-garbage-collector",
  interested(_r, resource, _object, deleted) {
    return resource === "nodes" && deleted ? ["collect"] : [];
  },
  start(w: Work): void {
    w.enqueue("collect", every);
  },
  sync(w: Work): void {
    const missing = (w.p.data.missingNodes ??= {}) as Record<string, number>;
    const pods = w.cache.list("pods");
    let waiting = false;
    for (const pod of pods) {
      const node = pod.spec?.nodeName as string | undefined;
      if (node === undefined) {
        // terminating and never scheduled
        if (isDeleting(pod)) w.delete("pods", pod, { gracePeriodSeconds: 0 });
        continue;
      }
      if (w.cache.get("nodes", node)) {
        delete missing[node];
        continue;
      }
      const since = (missing[node] ??= w.now);
      if (w.now - since < quarantine) waiting = true;
      else w.delete("pods", pod, { gracePeriodSeconds: 0 });
    }
    const ended = pods
      .filter((pod) => phaseOf(pod) === "Succeeded" || phaseOf(pod) === "Failed")
      .sort((a, b) => Date.parse(String(a.metadata.creationTimestamp)) - Date.parse(String(b.metadata.creationTimestamp)));
    // --terminated-pod-gc-threshold
    for (const pod of ended.slice(0, Math.max(0, ended.length - 12_500))) w.delete("pods", pod, { gracePeriodSeconds: 0 });
    // with nothing to look for the next deletion of a node wakes it again
    if (waiting || pods.some((pod) => !pod.spec?.nodeName && isDeleting(pod))) w.enqueue("collect", every);
  },
};
