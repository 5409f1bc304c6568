import type { Command } from "commander";
import { SimProvider } from "../../provider/sim/provider.ts";
import { usageError } from "../../error.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { clusterOption } from "../options.ts";

export function trace(program: Command, context: Context): void {
  program
    .command("trace")
    .argument("<from>", "machine, or NAMESPACE/POD")
    .argument("<to>", "machine, address or NAMESPACE/POD, with :PORT for TCP (ICMP without)")
    .description("simulator: the packet's walk, hop by hop, and the rule, route or socket that decided")
    .addOption(clusterOption())
    .addOption(outputOption())
    .addHelpText("after", "\nExample:\n  kubemend trace worker1 worker2:179")
    .action((from: string, to: string, options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => {
        if (!(cluster.provider instanceof SimProvider))
          throw usageError("not-simulated", `packets on ${cluster.provider.name} machines cannot be traced from here`, {
            hint: "Use tcpdump and conntrack on the machines.",
          });
        const result = await cluster.provider.call<{ hops: { where: string; what: string }[]; outcome: string; ok: boolean }>("trace", {
          from,
          to,
        });
        if (options.output === "json") context.printJson({ type: "trace", ...result });
        else {
          for (const { where, what } of result.hops) context.print(`${where.padEnd(28)} ${what}`);
          context.print(`→ ${result.outcome}`);
        }
        if (!result.ok) context.status = 1;
      }),
    );
}
