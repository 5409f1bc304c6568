import { join } from "node:path";
import type { Command } from "commander";
import { clusterNames, forgetCluster, isRemnant, openCluster, removeUnrecorded, type Cluster } from "../../provision/cluster.ts";
import { resetMachines } from "../../provision/reset.ts";
import { KubemendError, usageError } from "../../error.ts";
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
    .option("--reset", "machines of an inventory (provider ssh): `kubeadm reset` on them first; they themselves always stay")
    .addHelpText("after", "\nExample:\n  kubemend destroy --name lab")
    .action(async (options: GlobalOptions & { reset?: boolean }) => {
      const names = await clusterNames(context.home);
      const name = options.name ?? (names.length === 1 ? names[0]! : undefined);
      if (name !== undefined && !names.includes(name) && (await isRemnant(join(context.home, name)))) {
        // a folder without a record: an `up` that died before it wrote one, or somebody removed it
        await removeUnrecorded(join(context.home, name), context.reporter({}));
        return context.say(`Removed what was left of cluster ${name}.`);
      }
      if (names.length === 0 && options.name === undefined) return context.say("There is no cluster here.");
      const cluster = await openCluster(context.home, name).catch((error: unknown) => {
        // without the record nobody knows on which machines to do it
        if (!(error instanceof KubemendError) || error.code !== "state-damaged" || options.reset === true) throw error;
        context.say(error.message);
      });
      if (!cluster) {
        const dir = join(context.home, name!);
        await withLock(
          dir,
          "destroy",
          (text) => context.say(text),
          () => removeUnrecorded(dir, context.reporter({})),
        );
        return context.say(
          `Removed what was left of cluster ${name}; machines of an inventory (provider ssh), if it had any, are as they were.`,
        );
      }
      const foreign = cluster.provider.agreement !== undefined;
      if (options.reset === true && !foreign)
        throw usageError("reset-own", "--reset is for machines of an inventory; this cluster's own are removed as a whole", {
          hint: "Leave --reset out.",
        });
      let reset = false;
      await withLock(
        cluster.dir,
        "destroy",
        (text) => context.say(text),
        async () => {
          if (foreign && cluster.record.agreed === true) reset = options.reset ?? (context.asks && (await context.ask(resetQuestion)));
          if (reset) {
            await cluster.machines();
            await resetMachines(cluster, context.reporter({}));
          }
          await cluster.provider.destroy();
        },
      );
      await cluster.close();
      await forgetCluster(cluster.dir);
      context.say(foreign ? farewell(cluster, reset) : `Cluster ${cluster.name} is gone.`);
    });
}

const resetQuestion = "The machines are yours and stay. Run `kubeadm reset` on them first, so that they belong to no cluster?";

/** What is left on machines that are not ours. */
function farewell(cluster: Cluster, reset: boolean): string {
  const names = cluster.plan.machines.map((machine) => machine.name).join(", ");
  if (cluster.record.agreed !== true) return `Cluster ${cluster.name} is forgotten; nothing was changed on ${names}.`;
  const { kubernetes, runtime } = cluster.plan.specification;
  const packages = `the packages of Kubernetes ${kubernetes} and ${runtime} (held), the machines' names, swap switched off in /etc/fstab`;
  return reset
    ? `Cluster ${cluster.name} is gone. On ${names} remain: ${packages}; restart them to be rid of the last firewall rules.`
    : `Cluster ${cluster.name} is forgotten and still runs on ${names}, with all that was installed: ${packages}, the nodes' key in authorized_keys.\nTo take a machine out of it: \`sudo kubeadm reset\` there.`;
}
