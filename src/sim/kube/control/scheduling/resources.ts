/** Resource quantities and requests of pods. */
import type { Obj } from "../../../core/json.ts";

const binary: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
const decimal: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };

/** A quantity such as 100m, 2Gi or 1e3 as a number of its unit. */
export function quantity(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return 0;
  const m = /^([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?)$/.exec(value.trim());
  if (!m) return 0;
  return Number(m[1]) * (binary[m[2]!] ?? decimal[m[2]!] ?? 1);
}

export type Amounts = Record<string, number>;

function add(into: Amounts, more: Obj | undefined): Amounts {
  for (const [name, value] of Object.entries(more ?? {})) into[name] = (into[name] ?? 0) + quantity(value);
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
