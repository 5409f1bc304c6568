import { join } from "node:path";
import type { Command } from "commander";
import type { Cluster } from "../../provision/cluster.ts";
import { SimProvider, type SimulatorStatus } from "../../provider/sim/provider.ts";
import type { MachineStatus } from "../../provider/provider.ts";
import { readProgress } from "../../lab/progress.ts";
import { table } from "../../report/table.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { clusterOption } from "../options.ts";

export function status(program: Command, context: Context): void {
  program
    .command("status")
    .description("machines (state, address, SSH endpoint), nodes, the lab in progress")
    .addOption(clusterOption())
    .addOption(outputOption())
    .addHelpText("after", "\nExample:\n  kubemend status --output json")
    .action((options: GlobalOptions) =>
      context.withCluster(options, async (cluster, machines) => {
        const nodes = machines.some((m) => m.state === "running") ? await nodesOf(cluster, machines) : undefined;
        const progress = await readProgress(cluster.dir);
        const simulator =
          cluster.provider instanceof SimProvider && machines.some((m) => m.state === "running")
            ? await cluster.provider.call<SimulatorStatus>("status")
            : undefined;
        const rows = machines.map((m) => {
          const planned = cluster.plan.machines.find((p) => p.name === m.name)!;
          const ssh = m.ssh ? { host: m.ssh.host, port: m.ssh.port, user: m.ssh.user } : null;
          return {
            name: m.name,
            role: planned.role,
            state: m.state,
            detail: m.detail ?? null,
            address: planned.ip,
            ssh,
            node: nodes?.find((n) => n.name === m.name)?.status ?? null,
          };
        });
        if (options.output === "json") {
          return context.printJson({
            type: "status",
            name: cluster.name,
            provider: cluster.provider.name,
            ready: cluster.record.ready,
            machines: rows,
            lab: progress ?? null,
            simulator: simulator ? { ...simulator, gaps: gapsOf(simulator) } : null,
          });
        }
        context.print(
          `Cluster ${cluster.name} (${cluster.provider.name})${cluster.record.ready ? "" : ", not complete: `kubemend up` continues"}`,
        );
        const trouble = cluster.provider instanceof SimProvider ? rows.find((r) => r.detail !== null)?.detail : undefined;
        context.print(
          table(
            ["MACHINE", "ROLE", "STATE", "ADDRESS", "SSH", "NODE"],
            rows.map((r) => [
              r.name,
              r.role,
              r.state === "unknown" && r.detail !== null && trouble === undefined ? `unknown (${r.detail})` : r.state,
              r.address,
              r.ssh ? `${r.ssh.host}:${r.ssh.port}` : "-",
              r.node ?? (nodes ? "-" : "unknown"),
            ]),
          ),
        );
        // one process has all of them
        if (trouble) context.print(`\n${trouble}; \`kubemend up\` goes on from its last snapshot.`);
        context.print(`\nssh -F ${join(cluster.dir, "ssh_config")} ${rows[0]!.name}`);
        if (progress)
          context.print(`Lab in progress: ${progress.lab}${progress.score === undefined ? "" : `, last check ${progress.score}`}`);
        if (simulator) {
          for (const text of simulator.damaged) context.print(`A snapshot was damaged: ${text}`);
          if (simulator.unsaved !== "") context.print(`Not saved: ${simulator.unsaved}`);
          const gaps = gapsOf(simulator).reduce((sum, gap) => sum + gap.count, 0);
          if (gaps > 0)
            context.print(`${gaps} time${gaps === 1 ? "" : "s"} something was asked for that is not simulated (see --output json).`);
        }
      }),
    );
}

/** Nodes as the API server has them, from whichever control plane runs; undefined when none answers. */
async function nodesOf(cluster: Cluster, machines: MachineStatus[]): Promise<{ name: string; status: string }[] | undefined> {
  const running = cluster.plan.machines.filter((m) => m.role === "controlplane" && machines.some((s) => s.name === m.name && s.ssh));
  const command = "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s get nodes --no-headers";
  const stdout = await cluster.provider.clock
    .hurry(() => Promise.any(running.map(async ({ name }) => (await cluster.ssh.run(name, command, { timeout: 20_000 })).stdout)))
    .catch(() => undefined);
  return stdout
    ?.trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name, state] = line.split(/\s+/);
      return { name: name!, status: state! };
    });
}

/** What was asked for and is not simulated, the most frequent first. */
function gapsOf(simulator: SimulatorStatus): { what: string; command: string; count: number }[] {
  return Object.entries(simulator.gaps)
    .map(([key, count]) => {
      const [what = "", command = ""] = key.split("\t");
      return { what, command, count };
    })
    .sort((a, b) => b.count - a.count);
}
