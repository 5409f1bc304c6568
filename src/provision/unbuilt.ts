/** What a specification may say and bring-up cannot do yet: said before anything is made, never skipped in silence. */
import type { Finding } from "../cluster/finding.ts";
import { mirrorOf } from "../cluster/mirror.ts";
import type { Plan } from "../cluster/plan.ts";
import { legacyArchive, oldestPackaged } from "../cluster/versions.ts";
import { usageError } from "../error.ts";
import { formatFinding } from "../cluster/finding.ts";

/** Oldest minor version of which there are packages of CRI-O (download.opensuse.org, isv:cri-o:stable). */
const oldestCrio = 30;

export function unbuilt(plan: Plan): Finding[] {
  const { specification } = plan;
  const findings: Finding[] = [];
  const add = (field: string, value: unknown, message: string, fix: string): void => {
    findings.push({ severity: "error", code: "not-built-yet", field, value: String(value), message, fix });
  };
  const minor = Number(specification.kubernetes.split(".")[1]);
  if (minor < oldestPackaged && !mirrorOf(specification)?.packages)
    add(
      "kubernetes",
      specification.kubernetes,
      `the package archive has no Kubernetes older than 1.${oldestPackaged}`,
      `Use kubernetes: "1.${oldestPackaged}" or newer, or name a mirror that still has it, such as mirror: { packages: "${legacyArchive}" }.`,
    );
  if (specification.runtime === "cri-o" && minor < oldestCrio)
    add(
      "runtime",
      specification.runtime,
      `CRI-O has the minor version of Kubernetes, and there are no packages of CRI-O older than 1.${oldestCrio}`,
      `Use kubernetes: "1.${oldestCrio}" or newer, or runtime: containerd.`,
    );
  if (specification.runtime === "cri-o" && mirrorOf(specification)?.images)
    add(
      "mirror",
      JSON.stringify(specification.mirror),
      `images of a mirror are not given to ${specification.runtime} yet`,
      "Use runtime: containerd, or a mirror of packages and manifests only.",
    );
  if (specification.provider === "sim" && specification.kubeProxy.mode !== "iptables")
    add(
      "kubeProxy.mode",
      specification.kubeProxy.mode,
      "the simulated kube-proxy programs iptables only",
      "Leave kubeProxy.mode out, or use another provider.",
    );
  const outside = specification.controlPlaneEndpoint;
  const [host] = plan.controlPlaneEndpoint.split(":");
  if (outside !== undefined && specification.provider === "sim" && !plan.machines.some((m) => m.ip === host || m.name === host))
    findings.push({
      severity: "error",
      code: "endpoint-not-simulated",
      field: "controlPlaneEndpoint",
      value: outside,
      message: `the simulated machines reach each other and nothing else on their network, so there is no load balancer at ${outside}`,
      fix: "Leave controlPlaneEndpoint out: with several control planes a machine lb is made. Or use another provider.",
    });
  return findings;
}

/** Throws `specification` when there is any. */
export function refuseUnbuilt(plan: Plan): void {
  const findings = unbuilt(plan);
  if (findings.length > 0)
    throw usageError("specification", `this cluster cannot be built:\n\n${findings.map(formatFinding).join("\n")}`, {
      details: { findings },
    });
}
