/** What on this host keeps Vagrant from bringing the plan up, found before anything is made. */
import { join } from "node:path";
import type { Finding } from "../../cluster/finding.ts";
import type { Plan } from "../../cluster/plan.ts";
import { gatherFacts, hostFindings, type ProviderName } from "../../host/index.ts";
import { isEdited, knownMachines } from "./folder.ts";
import { takenAddresses } from "./neighbours.ts";

/** Providers that nobody has run this product on. */
const untested = new Set(["vmware_desktop", "parallels", "hyperv"]);

/** `begun`: machines were being booted, perhaps still are. */
export async function preflight(dir: string, plan: Plan, begun: boolean): Promise<Finding[]> {
  const { provider } = plan.specification;
  const existing = await knownMachines(dir);
  const findings = hostFindings(plan, await gatherFacts({ providers: [provider as ProviderName], state: dir }), { existing });
  const add = (severity: Finding["severity"], code: string, field: string, value: string, message: string, fix: string): void => {
    findings.push({ severity, code, field, value, message, fix });
  };
  if (untested.has(provider))
    add(
      "warning",
      "provider-untested",
      "provider",
      provider,
      `kubemend's Vagrantfile has never been tried with ${provider}`,
      "Please report what happens.",
    );
  if (provider === "hyperv")
    add(
      "warning",
      "hyperv-addresses",
      "provider",
      provider,
      "Vagrant cannot give Hyper-V machines fixed addresses: they will lack those of the plan",
      "Set them in the machines by hand, or use machines that exist already with provider: ssh.",
    );
  if (await isEdited(dir))
    add(
      "warning",
      "vagrantfile-edited",
      "",
      join(dir, "Vagrantfile"),
      `${join(dir, "Vagrantfile")} was edited by hand; it is used as it is`,
      "Remove it to get kubemend's own back.",
    );

  // machines of ours that exist already have their addresses
  if (existing.length === 0 && !begun) {
    for (const { ip, cluster } of await takenAddresses(dir, plan))
      add(
        "error",
        "address-taken",
        "network.nodes",
        ip,
        cluster === undefined ? `another machine answers at ${ip} already` : `the cluster ${cluster} has a running machine at ${ip}`,
        cluster === undefined
          ? "Use another network.nodes, or stop that machine first."
          : `Use another network.nodes, or stop that cluster first: \`kubemend halt --name ${cluster}\`.`,
      );
  }
  return findings;
}
