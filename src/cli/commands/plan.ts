import type { Command } from "commander";
import { formatFinding } from "../../cluster/finding.ts";
import { natNetworks } from "../../cluster/providers.ts";
import { exitStatus } from "../../error.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { specificationOptions } from "../options.ts";
import { mirrorFindings } from "../../provision/mirror.ts";
import { unbuilt } from "../../provision/unbuilt.ts";
import { table } from "../../report/table.ts";

const example = `
Example specification (every field is optional; these are the defaults):
  name: lab
  provider: sim
  kubernetes: "1.35"
  controlplanes: 1
  workers: 2
  runtime: containerd
  cni: { name: calico, install: operator, encapsulation: IPIPCrossSubnet, blockSize: 26 }
  network: { nodes: 192.168.56.0/24, pods: 10.244.0.0/16, services: 10.96.0.0/12 }
  machine: { cpus: 2, memory: 2048 }
  machines: { worker1: { ip: 192.168.56.31 } }

Example:
  kubemend plan -f examples/seed-001.yaml --provider virtualbox`;

export function plan(program: Command, context: Context): void {
  specificationOptions(program.command("plan"))
    .description("show addresses, ranges, machines and findings, without booting anything")
    .addOption(outputOption())
    .addHelpText("after", example)
    .action(async (options: GlobalOptions) => {
      const { plan, findings, locate } = await context.tryPlan(options);
      if (plan) findings.push(...(await context.hostFindings(plan, locate)));
      if (plan) findings.push(...(await mirrorFindings(plan)));
      if (plan) findings.push(...unbuilt(plan).map((finding) => ({ ...finding, severity: "warning" as const })));
      if (options.output === "json") context.printJson({ type: "plan", plan: plan ?? null, findings });
      else if (plan) {
        const { network, cni, kubernetes, provider, runtime } = plan.specification;
        const nat = natNetworks[provider];
        context.print(`Cluster ${plan.name}: Kubernetes ${kubernetes}, ${runtime}, ${cni.name}, on ${provider}\n`);
        context.print(
          table(
            ["MACHINE", "ROLE", "ADDRESS", "CPUS", "MEMORY"],
            plan.machines.map((m) => [m.name, m.role, m.ip, String(m.cpus), `${m.memory} MiB`]),
          ),
        );
        context.print("");
        context.print(
          table(
            ["RANGE", "CIDR"],
            [
              ["nodes", network.nodes],
              ["pods", network.pods + (cni.name === "calico" ? ` (blocks of /${cni.blockSize})` : "")],
              ["services", network.services],
              ...(nat === undefined ? [] : [["NAT (every machine)", nat]]),
              ["control plane endpoint", plan.controlPlaneEndpoint],
            ],
          ),
        );
      }
      if (options.output !== "json") for (const finding of findings) context.say(`\n${formatFinding(finding)}`);
      if (!plan) context.status = exitStatus.usage;
    });
}
