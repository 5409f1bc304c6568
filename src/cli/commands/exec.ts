import { Option, type Command } from "commander";
import { exitStatus, usageError } from "../../error.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { commandLine } from "./ssh.ts";
import { clusterOption } from "../options.ts";

interface ExecOptions extends GlobalOptions {
  all?: boolean;
  role?: string;
  machine?: string[];
}

export function exec(program: Command, context: Context): void {
  program
    .command("exec")
    .argument("<command...>", "command after --")
    .passThroughOptions()
    .description("the same command on several machines at once, output labelled")
    .option("-a, --all", "on every machine (the default)")
    .addOption(new Option("-r, --role <role>", "on machines of one role").choices(["controlplane", "worker", "loadbalancer"]))
    .option("-m, --machine <name...>", "on these machines")
    .addOption(clusterOption())
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  kubemend exec --role worker -- ip route\n  kubemend exec -- uptime")
    .action((command: string[], options: ExecOptions) =>
      context.withCluster(options, async (cluster) => {
        const chosen = cluster.plan.machines
          .filter(
            (m) =>
              (options.role === undefined || m.role === options.role) &&
              (options.machine === undefined || options.machine.includes(m.name)),
          )
          .map((m) => m.name);
        for (const name of options.machine ?? []) cluster.machineNamed(name);
        if (chosen.length === 0)
          throw usageError("no-machine", "no machine of this cluster matches", {
            hint: `Machines are: ${cluster.plan.machines.map((m) => `${m.name} (${m.role})`).join(", ")}.`,
          });
        const text = commandLine(command) ?? "";
        const results = await Promise.all(
          chosen.map(async (machine) => {
            try {
              return { machine, ...(await cluster.ssh.exec(machine, text)) };
            } catch (error) {
              return { machine, status: 255, stdout: "", stderr: `${error instanceof Error ? error.message : String(error)}\n` };
            }
          }),
        );
        if (options.output === "json") for (const result of results) context.printJson({ type: "result", ...result });
        else {
          const width = Math.max(...chosen.map((name) => name.length));
          for (const { machine, stdout, stderr, status } of results) {
            const label = `${machine.padEnd(width)} | `;
            for (const line of lines(stdout)) context.print(label + line);
            for (const line of lines(stderr)) context.say(label + line);
            if (status !== 0) context.say(`${label}exit status ${status}`);
          }
        }
        if (results.some((r) => r.status !== 0)) context.status = exitStatus.failed;
      }),
    );
}

const lines = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
