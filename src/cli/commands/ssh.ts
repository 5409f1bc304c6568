import type { Command } from "commander";
import { SshConnection } from "../../ssh/client.ts";
import type { Cluster } from "../../provision/cluster.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { clusterOption } from "../options.ts";

export function ssh(program: Command, context: Context): void {
  program
    .command("ssh")
    .argument("[node]", "machine; the first control plane when missing")
    .argument("[command...]", "command after --")
    .passThroughOptions()
    .description("a shell on a machine, or run a command there and end with its status")
    .addOption(clusterOption())
    .addHelpText(
      "after",
      "\nExamples:\n  kubemend ssh worker1\n  kubemend ssh worker1 -- sudo iptables -L -n\n\nThe command is given to the machine's shell as ssh does; quote what that shell must not touch.",
    )
    .action((first: string | undefined, rest: string[], options: GlobalOptions) =>
      context.withCluster(options, async (cluster) => {
        // `ssh -- CMD`: what stands behind the dashes is never the machine
        const dashes = context.argv.indexOf("--");
        const nameless = first !== undefined && dashes >= 0 && context.argv.indexOf(first, 1) > dashes;
        const [node, command] = nameless ? [undefined, [first, ...rest]] : [first, rest];
        context.status = await openShell(context, cluster, cluster.machineNamed(node), commandLine(command));
      }),
    );
}

/** The words after NODE as one line for the machine's shell; a leading `--` only ends our own options. */
export function commandLine(words: readonly string[]): string | undefined {
  const rest = words[0] === "--" ? words.slice(1) : words;
  return rest.length === 0 ? undefined : rest.join(" ");
}

/** Joins this terminal to a machine of a cluster that was looked at; resolves with the status of what ran there. */
export async function openShell(context: Context, cluster: Cluster, machine: string, command?: string): Promise<number> {
  const endpoint = cluster.endpoint(machine);
  const { io } = context;
  const connection = await SshConnection.open(endpoint);
  const terminal = io.stdin.isTTY === true && io.stdout.isTTY === true && command === undefined;
  if (terminal) io.stdin.setRawMode?.(true);
  try {
    return await connection.interact({
      ...(command === undefined ? {} : { command }),
      ...(terminal
        ? { terminal: { columns: io.stdout.columns ?? 80, rows: io.stdout.rows ?? 24, term: io.env.TERM ?? "xterm-256color" } }
        : {}),
      stdin: io.stdin,
      stdout: io.stdout,
      stderr: io.stderr,
      onResize: (listener) => {
        const resized = (): void => listener(io.stdout.columns ?? 80, io.stdout.rows ?? 24);
        io.stdout.on("resize", resized);
        return () => io.stdout.off("resize", resized);
      },
    });
  } finally {
    if (terminal) io.stdin.setRawMode?.(false);
    connection.close();
  }
}
