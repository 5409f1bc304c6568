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

/** Of any file that a command writes. */
const diskTrouble = new Map([
  ["ENOSPC", "no space left on the device"],
  ["EDQUOT", "the quota is used up"],
  ["EROFS", "the file system is read-only"],
]);

/** What stands behind `--`, or is `ssh`'s, is for a machine. */
function wantsJson(argv: readonly string[]): boolean {
  if (argv[0] === "ssh") return false;
  const own = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  return own.some(
    (word, i) => word === "--output=json" || word === "-ojson" || (word === "json" && ["-o", "--output"].includes(own[i - 1]!)),
  );
}

function report(error: unknown, io: Io, argv: string[]): number {
  const color = paint(io, "stderr");
  const say = (code: string, message: string, rest: Record<string, unknown> = {}): void => {
    if (wantsJson(argv)) io.stdout.write(`${JSON.stringify({ type: "error", code, message, ...rest })}\n`);
  };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitStatus.ok;
    // commander has said it on stderr
    say("usage", error.message.replace(/^error: /, ""));
    return exitStatus.usage;
  }
  if (error instanceof KubemendError) {
    say(error.code, error.message, { hint: error.hint, ...error.details });
    io.stderr.write(`${color("red", "Error:")} ${error.message}\n`);
    if (error.hint !== undefined) io.stderr.write(`${color("dim", "→")} ${error.hint}\n`);
    if (io.env.KUBEMEND_DEBUG && error.cause instanceof Error) io.stderr.write(`${error.cause.stack ?? error.cause.message}\n`);
    return error.status;
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && diskTrouble.has(code)) {
    const message = `cannot write${path === undefined ? "" : ` ${path}`}: ${diskTrouble.get(code)}`;
    const hint = "Free some space, or make the folder writable; KUBEMEND_HOME puts the state elsewhere.";
    say("disk", message, { hint });
    io.stderr.write(`${color("red", "Error:")} ${message}\n${color("dim", "→")} ${hint}\n`);
    return exitStatus.provider;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say("internal", error instanceof Error ? error.message : String(error));
  io.stderr.write(`${color("red", "Internal error:")} ${text}\nThis is a defect of kubemend; please report it with the text above.\n`);
  return exitStatus.internal;
}
