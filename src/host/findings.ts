/** What on this host would keep a plan from working: requirements of its provider, network, room, names. Pure: facts in, findings out. */
import type { Finding, Location } from "../cluster/finding.ts";
import type { Plan } from "../cluster/plan.ts";
import { capacityFindings } from "./capacity.ts";
import type { HostFacts } from "./facts.ts";
import { networkFindings } from "./network.ts";
import { providerFindings } from "./requirements.ts";

export interface Circumstances {
  /** Machines of the plan that are there already. */
  existing?: readonly string[];
  /** Where a field stands in the specification's file. */
  locate?: (field: string) => Location | undefined;
}

export function hostFindings(plan: Plan, facts: HostFacts, { existing = [], locate }: Circumstances = {}): Finding[] {
  return [
    // what the host lacks stands nowhere in the file
    ...providerFindings(plan.specification.provider, facts, plan.specification),
    ...[...networkFindings(plan, facts), ...capacityFindings(plan, facts, existing)].map((finding) => {
      const at = finding.field === "" || finding.field === "provider" ? undefined : locate?.(finding.field);
      return at ? { ...finding, at } : finding;
    }),
  ];
}
