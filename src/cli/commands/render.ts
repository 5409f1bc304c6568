import type { Command } from "commander";
import { usageError } from "../../error.ts";
import { formatFinding } from "../../cluster/finding.ts";
import { networkFacts, networkFindings } from "../../host/index.ts";
import { refuseUnbuilt } from "../../provision/unbuilt.ts";
import { renderVagrantfile } from "../../provider/vagrant/render.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { specificationOptions } from "../options.ts";

export function render(program: Command, context: Context): void {
  specificationOptions(program.command("render"))
    .description("print the Vagrantfile; it also works with plain `vagrant up`")
    .addHelpText(
      "after",
      "\nExample:\n  kubemend render --provider virtualbox > Vagrantfile && vagrant up\n\nThe Vagrantfile runs the scripts of this installation of kubemend from where they are.",
    )
    .action(async (options: GlobalOptions) => {
      const { plan, findings } = await context.plan(options);
      refuseUnbuilt(plan);
      if (plan.specification.provider === "ssh")
        throw usageError("nothing-to-render", "machines that exist already need no Vagrantfile", {
          hint: "`kubemend up` uses them; `--provider virtualbox` renders machines to make.",
        });
      findings.push(...networkFindings(plan, await networkFacts()));
      for (const finding of findings) context.say(formatFinding(finding));
      context.io.stdout.write(renderVagrantfile(plan));
    });
}
