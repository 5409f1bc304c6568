/** implements the command line: parse, call, print errors in one place. */
import { Command, CommanderError, Option } from "commander";
import { exitStatus, KubemendError } from "../error.ts";
import { installedVersion } from "../root.ts";
import { commandsFor, type Register } from "./commands/index.ts";
import { Context } from "./context.ts";
import { paint, type Io } from "./io.ts";

/** Runs one command line; resolves with the exit status, never throws. */
export async function main(argv: string[], io: Io): Promise<number> {
  const context = new Context(io, argv);
  try {
    const program = build(context, await commandsFor(argv));
    await program.parseAsync(argv, { from: "user" });
    return context.status;
  } catch (error) {
    return report(error, io, argv);
  }
}

/** The command tree. */
function build(context: Context, commands: Register[]): Command {
  const { io } = context;
  const program = new Command("kubemend")
    .description(
      "Kubernetes clusters to break and mend: a kubeadm cluster on your machine, labs that break it as clusters really break, and a judge.",
    )
    .version(installedVersion(), "-V, --version")
    .showHelpAfterError("(run with --help for the options)")
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .exitOverride()
    .addHelpText(
      "after",
      "\nExamples:\n  kubemend up\n  kubemend lab list\n  kubemend lab run bgp-port-blocked\n  kubemend ssh worker1 -- ip route\n\nState is kept in ./.kubemend (KUBEMEND_HOME moves it).",
    );
  program.enablePositionalOptions();
  for (const add of commands) add(program, context);
  for (const command of all(program)) {
    command
      .exitOverride()
      .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) });
  }
  return program;
}

function all(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...all(child)]);
}

/** `--output` as every command that prints for machines has it. */
export const outputOption = (): Option => new Option("-o, --output <format>", "how to print").choices(["text", "json"]).default("text");

function report(error: unknown, io: Io, argv: string[]): number {
  const color = paint(io, "stderr");
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.ok : exitStatus.usage;
  const json =
    argv.includes("--output=json") || ["-o", "--output"].some((flag) => argv[argv.indexOf(flag) + 1] === "json" && argv.includes(flag));
  if (error instanceof KubemendError) {
    if (json)
      io.stdout.write(
        `${JSON.stringify({ type: "error", code: error.code, message: error.message, hint: error.hint, ...error.details })}\n`,
      );
    io.stderr.write(`${color("red", "Error:")} ${error.message}\n`);
    if (error.hint !== undefined) io.stderr.write(`${color("dim", "→")} ${error.hint}\n`);
    if (io.env.KUBEMEND_DEBUG && error.cause instanceof Error) io.stderr.write(`${error.cause.stack ?? error.cause.message}\n`);
    return error.status;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`${color("red", "Internal error:")} ${text}\nThis is a defect of kubemend; please report it with the text above.\n`);
  return exitStatus.internal;
}
