import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { usageError } from "../../error.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { clusterOption } from "../options.ts";

export function copy(program: Command, context: Context): void {
  program
    .command("cp")
    .argument("<source>", "file, or MACHINE:PATH")
    .argument("<target>", "file, or MACHINE:PATH")
    .description("copy a file to or from a machine")
    .addOption(clusterOption())
    .addHelpText("after", "\nExamples:\n  kubemend cp worker1:/etc/hosts .\n  kubemend cp manifest.yaml controlplane:")
    .action((source: string, target: string, options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => {
        const from = remote(source);
        const to = remote(target);
        if ((from === undefined) === (to === undefined))
          throw usageError("copy-sides", "one side of the copy must be a machine, the other a file of this host", {
            hint: "For example: kubemend cp worker1:/etc/hosts .",
          });
        if (to && !existsSync(source)) throw usageError("no-such-file", `there is no file ${source}`);
        const machine = cluster.machineNamed((from ?? to)!.machine);
        const connection = await cluster.ssh.connection(machine);
        if (from)
          await connection.download(from.path, target === "." || target.endsWith("/") ? `${target}/${basename(from.path)}` : target);
        else await connection.upload(source, to!.path === "" || to!.path.endsWith("/") ? `${to!.path}${basename(source)}` : to!.path);
      }),
    );
}

/** MACHINE:PATH, but not a Windows drive. */
function remote(text: string): { machine: string; path: string } | undefined {
  const match = /^([a-z][a-z0-9-]+):(.*)$/s.exec(text);
  return match ? { machine: match[1]!, path: match[2]! } : undefined;
}
