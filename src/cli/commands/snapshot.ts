import type { Command } from "commander";
import { usageError } from "../../error.ts";
import { withLock } from "../../provision/lock.ts";
import { table } from "../../report/table.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { clusterOption } from "../options.ts";

export function snapshot(program: Command, context: Context): void {
  const group = program
    .command("snapshot")
    .description("save and restore all machines")
    .addHelpText("after", "\nExample:\n  kubemend snapshot save before-upgrade");
  group
    .command("save")
    .argument("<name>")
    .description("save all machines under a name")
    .addOption(clusterOption())
    .action((name: string, options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => {
        if (name.trim() === "") throw usageError("snapshot-name", "a snapshot needs a name", { hint: "For example: before-upgrade." });
        await withLock(
          cluster.dir,
          "snapshot save",
          (text) => context.say(text),
          () => cluster.provider.snapshotSave(name),
        );
        context.say(`Saved snapshot ${name}.`);
      }),
    );
  group
    .command("restore")
    .argument("<name>")
    .description("put all machines back to a snapshot")
    .addOption(clusterOption())
    .action((name: string, options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => {
        await withLock(
          cluster.dir,
          "snapshot restore",
          (text) => context.say(text),
          () => cluster.provider.snapshotRestore(name),
        );
        context.say(`Restored snapshot ${name}.`);
      }),
    );
  group
    .command("delete")
    .argument("<name>")
    .description("remove a snapshot")
    .addOption(clusterOption())
    .action((name: string, options: GlobalOptions) => context.withCluster(options, (cluster) => cluster.provider.snapshotDelete(name)));
  group
    .command("list")
    .description("snapshots of the cluster")
    .addOption(clusterOption())
    .addOption(outputOption())
    .action((options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => {
        const list = await cluster.provider.snapshotList();
        if (options.output === "json") return list.forEach((entry) => context.printJson({ type: "snapshot", ...entry }));
        context.print(
          table(
            ["NAME", "SAVED", "SIZE"],
            list.map((s) => [
              s.name,
              s.at === undefined ? "-" : new Date(s.at).toISOString(),
              s.bytes === undefined ? "-" : `${Math.ceil(s.bytes / 1024)} KiB`,
            ]),
          ),
        );
      }),
    );
}
