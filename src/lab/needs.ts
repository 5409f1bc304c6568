/** What a lab needs of a cluster, and how the default cluster is fitted to it. */
import type { Plan } from "../cluster/plan.ts";
import type { Specification } from "../cluster/specification.ts";
import { legacyArchive, oldestPackaged } from "../cluster/versions.ts";
import { usageError } from "../error.ts";
import type { Cluster } from "../provision/cluster.ts";
import { asVariant, type Lab } from "./definition.ts";

const minor = (version: string): number => Number(version.replace(/^[<>]=/, "").split(".")[1]);
const hasVersion = (wanted: string | undefined, version: string): boolean =>
  wanted === undefined || (wanted.startsWith("<=") ? minor(version) <= minor(wanted) : minor(version) >= minor(wanted));

/** What the planned cluster lacks for the lab; empty when it fits. */
export function unmetByPlan({ cluster }: Lab, { specification, machines }: Plan): string[] {
  const needs: string[] = [];
  const count = (role: string): number => machines.filter((m) => m.role === role).length;
  if (count("worker") < cluster.workers) needs.push(`${cluster.workers} workers (the cluster has ${count("worker")})`);
  if (count("controlplane") < cluster.controlplanes)
    needs.push(`${cluster.controlplanes} control planes (the cluster has ${count("controlplane")})`);
  const oneOf = (what: string, wanted: string[] | undefined, actual: string): void => {
    if (wanted && !wanted.includes(actual)) needs.push(`${what} ${wanted.join(" or ")} (the cluster has ${actual})`);
  };
  oneOf("cni", cluster.cni, specification.cni.name);
  if (specification.cni.name === "bridge") oneOf("routes", cluster.routes, specification.cni.routes ?? "none");
  if (specification.cni.name === "calico") oneOf("encapsulation", cluster.encapsulation, specification.cni.encapsulation);
  oneOf("runtime", cluster.runtime, specification.runtime);
  if (!hasVersion(cluster.kubernetes, specification.kubernetes))
    needs.push(`Kubernetes ${cluster.kubernetes} (the cluster has ${specification.kubernetes})`);
  return needs;
}

const abilities = {
  snapshots: { of: "snapshots", means: "machines with snapshots" },
  "own-kernel": { of: "ownKernel", means: "machines with a kernel of their own" },
} as const;

/** The same, with what only the provider can tell. */
export function unmetNeeds(lab: Lab, { plan, provider }: Cluster): string[] {
  const lacking = lab.cluster.machines.filter((need) => !provider.capabilities[abilities[need].of]);
  return [...unmetByPlan(lab, plan), ...lacking.map((need) => `${abilities[need].means} (the provider ${provider.name} has none)`)];
}

/** Throws `lab-needs` when the lab, as one of its variants, lacks anything; names the variants that lack nothing. */
export function refuseUnmet(lab: Lab, variant: string | undefined, lacks: (lab: Lab) => string[]): void {
  const needs = lacks(asVariant(lab, variant));
  if (needs.length === 0) return;
  const fitting = ["", ...lab.variants.map(({ id }) => id)].filter((id) => lacks(asVariant(lab, id)).length === 0);
  const words = fitting.map((id) => (id === "" ? "without --variant" : `--variant ${id}`));
  throw usageError("lab-needs", `the lab ${lab.id} needs ${needs.join(", ")}`, {
    hint: `${words.length > 0 ? `On this cluster it can be played ${words.join(", or ")}. ` : ""}\`kubemend destroy\`, then \`kubemend up\` with a specification that has it; or another cluster with --name.`,
  });
}

/** The default cluster, changed as little as the lab needs. Only for a specification that nobody wrote. */
export function fitted(specification: Specification, { cluster }: Lab): Specification {
  const pick = <T extends string>(wanted: string[] | undefined, actual: T): T =>
    wanted && !wanted.includes(actual) ? (wanted[0] as T) : actual;
  const { cni } = specification;
  const kubernetes = hasVersion(cluster.kubernetes, specification.kubernetes)
    ? specification.kubernetes
    : cluster.kubernetes!.replace(/^[<>]=/, "");
  return {
    ...specification,
    workers: Math.max(specification.workers, cluster.workers),
    controlplanes: Math.max(specification.controlplanes, cluster.controlplanes),
    runtime: pick(cluster.runtime, specification.runtime),
    kubernetes,
    // the community's own archive begins later
    ...(minor(kubernetes) < oldestPackaged && specification.mirror === undefined ? { mirror: { packages: legacyArchive } } : {}),
    cni: {
      ...cni,
      name: pick(cluster.cni, cni.name),
      encapsulation: pick(cluster.encapsulation, cni.encapsulation),
      ...(cluster.routes && !cluster.routes.some((routes) => routes === cni.routes) ? { routes: cluster.routes[0] } : {}),
    },
  };
}
