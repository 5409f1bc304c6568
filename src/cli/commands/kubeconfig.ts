import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { providerError } from "../../error.ts";
import type { Cluster } from "../../provision/cluster.ts";
import { hostKubeconfig } from "../../provision/kubeconfig.ts";
import { quote } from "../../ssh/pool.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { clusterOption } from "../options.ts";

export function kubeconfig(program: Command, context: Context): void {
  program
    .command("kubeconfig")
    .description("print the path of a kubeconfig that works from this host")
    .addOption(clusterOption())
    .addHelpText("after", '\nExample:\n  kubectl --kubeconfig "$(kubemend kubeconfig)" get nodes')
    .action((options: GlobalOptions) => context.withCluster(options, async (cluster) => context.print(await fresh(cluster))));
}

export function environment(program: Command, context: Context): void {
  program
    .command("env")
    .description("print the line that points KUBECONFIG at the cluster")
    .addOption(clusterOption())
    .addHelpText("after", '\nExample:\n  eval "$(kubemend env)"')
    .action((options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => context.print(`export KUBECONFIG=${quote(await fresh(cluster))}`)),
    );
}

/** The path, with the file written anew: ports and certificates may have changed. */
async function fresh(cluster: Cluster): Promise<string> {
  const text = await hostKubeconfig(cluster);
  if (text === undefined)
    throw providerError("no-kubeconfig", "the control plane has no /etc/kubernetes/admin.conf", {
      hint: "`kubemend up` provisions the cluster; after `kubeadm reset` there is none until `kubeadm init`.",
    });
  const path = join(cluster.dir, "kubeconfig");
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
