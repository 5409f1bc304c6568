import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { clusterNames, forgetCluster, openCluster } from "../../provision/cluster.ts";
import { withLock } from "../../provision/lock.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { clusterOption } from "../options.ts";

export function halt(program: Command, context: Context): void {
  program
    .command("halt")
    .description("stop the machines; their disks stay, `kubemend up` boots them again")
    .addOption(clusterOption())
    .addHelpText("after", "\nExample:\n  kubemend halt")
    .action((options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => {
        await withLock(
          cluster.dir,
          "halt",
          (text) => context.say(text),
          () => cluster.provider.halt(),
        );
        context.say(`Cluster ${cluster.name} is halted.`);
      }),
    );
}

export function destroy(program: Command, context: Context): void {
  program
    .command("destroy")
    .description("remove the machines and all state of the cluster, also half-made ones")
    .addOption(clusterOption())
    .addHelpText("after", "\nExample:\n  kubemend destroy --name lab")
    .action(async (options: GlobalOptions) => {
      const names = await clusterNames(context.home);
      const name = options.name ?? (names.length === 1 ? names[0]! : undefined);
      if (name !== undefined && !names.includes(name) && existsSync(join(context.home, name))) {
        // a folder without a record: an `up` that died before it wrote one
        await forgetCluster(join(context.home, name));
        return context.say(`Removed what was left of cluster ${name}.`);
      }
      if (names.length === 0 && options.name === undefined) return context.say("There is no cluster here.");
      const cluster = await openCluster(context.home, name);
      await withLock(
        cluster.dir,
        "destroy",
        (text) => context.say(text),
        () => cluster.provider.destroy(),
      );
      await cluster.close();
      await forgetCluster(cluster.dir);
      context.say(`Cluster ${cluster.name} is gone.`);
    });
}
