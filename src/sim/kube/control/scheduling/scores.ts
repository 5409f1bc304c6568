/** Scores of the default profile, of those plugins that tell ordinary nodes apart. Deterministic: equal scores go to the first name. */
import type { Obj } from "../../../core/json.ts";
import { controllerOf, selects } from "../controllers/pods.ts";
import { nodeName, type NodeInfo, type Situation } from "./filters.ts";
import { matchesTerm, toleratesTaint } from "./nodes.ts";
import { quantity } from "../../quantity.ts";
import { scoredRequests } from "./resources.ts";

const labelsOf = (object: Obj): Record<string, string> => (object.metadata.labels as Record<string, string> | undefined) ?? {};

function used(info: NodeInfo, pod: Obj): { cpu: number; memory: number } {
  const sum = scoredRequests(pod);
  for (const other of info.pods) {
    const { cpu, memory } = scoredRequests(other);
    sum.cpu += cpu;
    sum.memory += memory;
  }
  return sum;
}

function fractions(info: NodeInfo, pod: Obj): { cpu: number; memory: number } {
  const allocatable = (info.node.status?.allocatable ?? {}) as Obj;
  const asked = used(info, pod);
  return {
    cpu: Math.min(1, asked.cpu / (quantity(allocatable.cpu) || 1)),
    memory: Math.min(1, asked.memory / (quantity(allocatable.memory) || 1)),
  };
}

/** NodeResourcesFit (LeastAllocated) and NodeResourcesBalancedAllocation. */
function resources(info: NodeInfo, pod: Obj): number {
  const { cpu, memory } = fractions(info, pod);
  return ((1 - cpu) * 100 + (1 - memory) * 100) / 2 + (1 - Math.abs(cpu - memory) / 2) * 100;
}

/** PodTopologySpread with the built-in defaults: pods of one controller or Service keep apart by host. */
function spread(s: Situation, info: NodeInfo, pod: Obj): number {
  const owner = controllerOf(pod);
  const services = s
    .list("services")
    .filter(
      (v) =>
        v.metadata.namespace === pod.metadata.namespace &&
        v.spec?.selector &&
        Object.entries(v.spec.selector as Record<string, string>).every(([k, x]) => labelsOf(pod)[k] === x),
    );
  const sibling = (other: Obj): boolean =>
    other.metadata.namespace === pod.metadata.namespace &&
    !other.metadata.deletionTimestamp &&
    ((owner !== undefined && controllerOf(other)?.uid === owner.uid) ||
      services.some((v) => Object.entries(v.spec.selector as Record<string, string>).every(([k, x]) => labelsOf(other)[k] === x)));
  const count = (i: NodeInfo): number => i.pods.filter(sibling).length;
  const most = Math.max(...s.nodes.map(count));
  const least = Math.min(...s.nodes.map(count));
  return most === least ? 100 : (100 * (most - count(info))) / (most - least);
}

/** Preferred node affinity: the weights of the terms that fit. */
function nodeAffinity(s: Situation, info: NodeInfo, pod: Obj): number {
  const terms = (pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution as Obj[] | undefined) ?? [];
  if (terms.length === 0) return 0;
  const sum = (i: NodeInfo): number =>
    terms.reduce((total, t) => total + (matchesTerm(t.preference as Obj, i.node) ? Number(t.weight) : 0), 0);
  const most = Math.max(...s.nodes.map(sum));
  return most === 0 ? 0 : (100 * sum(info)) / most;
}

/** Preferred pod affinity and anti-affinity. */
function podAffinity(s: Situation, info: NodeInfo, pod: Obj): number {
  const sum = (i: NodeInfo): number => {
    let total = 0;
    for (const [kind, sign] of [
      ["podAffinity", 1],
      ["podAntiAffinity", -1],
    ] as const) {
      for (const t of (pod.spec.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution as Obj[] | undefined) ?? []) {
        const term = t.podAffinityTerm as Obj;
        const key = String(term.topologyKey);
        for (const other of s.nodes) {
          if (labelsOf(other.node)[key] === undefined || labelsOf(other.node)[key] !== labelsOf(i.node)[key]) continue;
          total +=
            sign *
            Number(t.weight) *
            other.pods.filter((p) => p.metadata.namespace === pod.metadata.namespace && selects(term.labelSelector as Obj, labelsOf(p)))
              .length;
        }
      }
    }
    return total;
  };
  const all = s.nodes.map(sum);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return most === least ? 0 : (100 * (sum(info) - least)) / (most - least);
}

/** TaintToleration: fewer untolerated PreferNoSchedule taints. */
function taints(s: Situation, info: NodeInfo, pod: Obj): number {
  const tolerations = (pod.spec.tolerations as Obj[] | undefined) ?? [];
  const count = (i: NodeInfo): number =>
    ((i.node.spec?.taints as Obj[] | undefined) ?? []).filter(
      (t) => t.effect === "PreferNoSchedule" && !tolerations.some((x) => toleratesTaint(x, t)),
    ).length;
  const most = Math.max(...s.nodes.map(count));
  return most === 0 ? 100 : 100 - (100 * count(info)) / most;
}

/** ImageLocality: images that are there already, by size. */
function images(info: NodeInfo, pod: Obj): number {
  const there = (info.node.status?.images as Obj[] | undefined) ?? [];
  const wanted = ((pod.spec.containers as Obj[] | undefined) ?? []).map((c) => String(c.image));
  const bytes = there
    .filter((i) => ((i.names as string[] | undefined) ?? []).some((n) => wanted.includes(n)))
    .reduce((sum, i) => sum + Number(i.sizeBytes ?? 0), 0);
  const [low, high] = [23 * 2 ** 20, 1000 * 2 ** 20 * Math.max(1, wanted.length)];
  return bytes <= low ? 0 : Math.min(100, (100 * (bytes - low)) / (high - low));
}

/** The best of the nodes that passed the filters. */
export function choose(s: Situation, pod: Obj, feasible: NodeInfo[]): NodeInfo {
  const among: Situation = { ...s, nodes: feasible };
  const score = (info: NodeInfo): number =>
    resources(info, pod) +
    2 * spread(among, info, pod) +
    2 * nodeAffinity(among, info, pod) +
    2 * podAffinity({ ...among, nodes: s.nodes }, info, pod) +
    3 * taints(among, info, pod) +
    images(info, pod);
  let best = feasible[0]!;
  let top = -Infinity;
  for (const info of [...feasible].sort((a, b) => (nodeName(a) < nodeName(b) ? -1 : 1))) {
    const points = Math.round(score(info) * 1000) / 1000;
    if (points > top) [best, top] = [info, points];
  }
  return best;
}
