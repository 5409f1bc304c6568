/** Options that several commands share. */
import { Option, type Command } from "commander";
import { providers } from "../cluster/providers.ts";

/** Which cluster: the only one here unless named. */
export const clusterOption = (): Option => new Option("-n, --name <name>", "name of the cluster, when there are several");

/** Which specification, and what overrides it. */
export function specificationOptions(command: Command): Command {
  return command
    .option("-f, --file <file>", "cluster specification (default: ./kubemend.yaml if there is one)")
    .addOption(new Option("-p, --provider <provider>", "where the machines run").choices(providers))
    .option("-n, --name <name>", "name of the cluster (default: the specification's, or this folder's)");
}
