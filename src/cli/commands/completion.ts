import type { Command } from "commander";
import { Argument } from "commander";
import { join } from "node:path";
import { labNames } from "../../lab/folder.ts";
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
    .action((shell: (typeof shells)[number]) => context.print(completionScript(program, shell, labNames(join(installation, "labs")))));
}
