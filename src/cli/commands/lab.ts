import type { Command } from "commander";
import type { Context } from "../context.ts";
import { catalogue } from "./lab/catalogue.ts";
import { run } from "./lab/run.ts";
import { steps } from "./lab/steps.ts";
import { verify } from "./lab/verify.ts";

export function lab(program: Command, context: Context): void {
  const group = program
    .command("lab")
    .description("break the cluster, find out why, mend it, be judged")
    .addHelpText("after", "\nExamples:\n  kubemend lab list\n  kubemend lab start bgp-port-blocked\n  kubemend lab check");
  catalogue(group, context);
  steps(group, context);
  run(group, context);
  verify(group, context);
}
