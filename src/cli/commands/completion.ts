import type { Command } from "commander";
import { Argument } from "commander";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { installation } from "../../root.ts";
import type { Context } from "../context.ts";
import { completionScript, shells } from "../completion-script.ts";

export function completion(program: Command, context: Context): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>").choices(shells))
    .description("print a completion script")
    .addHelpText(
      "after",
      "\nExamples:\n  source <(kubemend completion bash)\n  kubemend completion fish > ~/.config/fish/completions/kubemend.fish",
    )
    .action((shell: (typeof shells)[number]) => context.print(completionScript(program, shell, labNames())));
}

/** A lab is called as its folder is. */
const labNames = (): string[] =>
  readdirSync(join(installation, "labs"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
