/** Resource requests of pods. */
import type { Obj } from "../../../core/json.ts";
import { plus, quantity } from "../../quantity.ts";

export type Amounts = Record<string, number>;

function add(into: Amounts, more: Obj | undefined): Amounts {
  for (const [name, value] of Object.entries(more ?? {})) into[name] = plus(into[name] ?? 0, quantity(value));
  return into;
}

/** What a pod asks for: containers and sidecars together, or the largest init container. */
export function requestsOf(pod: Obj): Amounts {
  const total: Amounts = {};
  for (const container of (pod.spec.containers as Obj[] | undefined) ?? []) add(total, container.resources?.requests as Obj | undefined);
  for (const init of (pod.spec.initContainers as Obj[] | undefined) ?? []) {
    if (init.restartPolicy === "Always") add(total, init.resources?.requests as Obj | undefined);
    else
      for (const [name, value] of Object.entries((init.resources?.requests as Obj | undefined) ?? {}))
        total[name] = Math.max(total[name] ?? 0, quantity(value));
  }
  return add(total, pod.spec.overhead as Obj | undefined);
}

/** For scoring, containers without requests count as 100m and 200Mi (schedutil.DefaultMilliCPURequest). */
export function scoredRequests(pod: Obj): { cpu: number; memory: number } {
  let [cpu, memory] = [0, 0];
  for (const container of (pod.spec.containers as Obj[] | undefined) ?? []) {
    const requests = (container.resources?.requests as Obj | undefined) ?? {};
    cpu += requests.cpu === undefined ? 0.1 : quantity(requests.cpu);
    memory += requests.memory === undefined ? 200 * 2 ** 20 : quantity(requests.memory);
  }
  return { cpu, memory };
}
