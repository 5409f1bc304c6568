/** Options that several commands share. */
import { Option, type Command } from "commander";
import { dnsLabel, labelFrom } from "../cluster/name.ts";
import { providers } from "../cluster/providers.ts";
import { usageError } from "../error.ts";

/** Which cluster: the only one here unless named. */
export const clusterOption = (): Option => nameOption("name of the cluster, when there are several");

/** It becomes a folder: what is no label must not lead elsewhere. */
const nameOption = (description: string): Option =>
  new Option("-n, --name <name>", description).argParser((name: string) => {
    if (dnsLabel.test(name)) return name;
    throw usageError("cluster-name", `--name: "${name}" is no name of a cluster: a DNS label of lower-case letters, digits and hyphens`, {
      hint: `For example: --name ${labelFrom(name)}.`,
    });
  });

/** Which specification, and what overrides it. */
export function specificationOptions(command: Command): Command {
  return command
    .option("-f, --file <file>", "cluster specification (default: ./kubemend.yaml if there is one)")
    .addOption(new Option("-p, --provider <provider>", "where the machines run").choices(providers))
    .addOption(nameOption("name of the cluster (default: the specification's, or this folder's)"));
}
