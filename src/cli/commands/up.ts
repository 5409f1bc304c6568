import type { Command } from "commander";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { specificationOptions } from "../options.ts";
import { withLock } from "../../provision/lock.ts";
import { up as bringUp } from "../../provision/up.ts";
import { join } from "node:path";

export function up(program: Command, context: Context): void {
  specificationOptions(program.command("up"))
    .description('boot and provision the cluster until every node is Ready; run again, it continues or says "already up"')
    .addOption(outputOption())
    .addHelpText("after", "\nExample:\n  kubemend up -f examples/seed-001.yaml")
    .action(async (options: GlobalOptions) => {
      const emit = context.reporter(options);
      const { plan, findings } = await context.plan(options);
      for (const finding of findings) emit({ type: "finding", finding });
      await withLock(
        join(context.home, plan.name),
        "up",
        (text) => context.say(text),
        async () => {
          const { cluster, fresh } = await bringUp(context.home, plan, emit);
          await cluster.close();
          if (options.output === "json") return;
          if (!fresh) context.say(`Cluster ${plan.name} was already up.`);
          else {
            const first = plan.machines.find((m) => m.role === "controlplane")!.name;
            context.say(
              `\n  kubemend ssh ${first}        a shell on the control plane (kubectl works there)\n  kubemend lab list${" ".repeat(first.length)}  what can be broken\n`,
            );
          }
        },
      );
    });
}
