import type { Command } from "commander";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { specificationOptions } from "../options.ts";
import { clusterNames } from "../../provision/cluster.ts";
import { withLock } from "../../provision/lock.ts";
import { up as bringUp, type UpOptions } from "../../provision/up.ts";
import { SimProvider, type SimulatorStatus } from "../../provider/sim/provider.ts";
import { join } from "node:path";

export function up(program: Command, context: Context): void {
  specificationOptions(program.command("up"))
    .description('boot and provision the cluster until every node is Ready; run again, it continues or says "already up"')
    .option("-y, --yes", "agree that machines of an inventory (provider ssh) are changed")
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  kubemend up -f examples/seed-001.yaml\n  kubemend up -f inventory.yaml --yes")
    .action(async (options: GlobalOptions & { yes?: boolean }) => {
      const emit = context.reporter(options);
      const { plan, findings, locate } = await context.plan(options);
      for (const finding of findings) emit({ type: "finding", finding });
      await withLock(
        join(context.home, plan.name),
        "up",
        (text) => context.say(text),
        async () => {
          const { cluster, fresh } = await bringUp(context.home, plan, emit, { locate, ...agreement(context, options) });
          const unsaved = cluster.provider instanceof SimProvider ? (await cluster.provider.call<SimulatorStatus>("status")).unsaved : "";
          if (unsaved !== "") emit({ type: "note", text: `Not saved: ${unsaved}` });
          await cluster.close();
          if (options.output === "json") return;
          if (!fresh) context.say(`Cluster ${plan.name} was already up.`);
          else {
            const first = plan.machines.find((m) => m.role === "controlplane")!.name;
            const which = (await clusterNames(context.home)).length > 1 ? ` --name ${plan.name}` : "";
            const shell = `kubemend ssh${which} ${first}`;
            context.say(`\n  ${shell}   a shell on the control plane (kubectl works there)`);
            context.say(`  ${"kubemend lab list".padEnd(shell.length)}   what can be broken\n`);
          }
        },
      );
    });
}

/** `--yes`, or a question on a terminal; neither where nobody can answer. */
function agreement(context: Context, options: { yes?: boolean }): Pick<UpOptions, "agree"> {
  if (options.yes === true) return { agree: () => Promise.resolve(true) };
  if (!context.asks) return {};
  return { agree: (text) => context.ask(`${text}\n\nChange these machines?`) };
}
