/** `lab verify`. */
import type { Command } from "commander";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { exitStatus, usageError } from "../../../error.ts";
import { readProgress } from "../../../lab/progress.ts";
import { junit, verifyLab, type Proof } from "../../../lab/verify.ts";
import type { Context } from "../../context.ts";
import { outputOption } from "../../main.ts";
import { specificationOptions } from "../../options.ts";
import { find, labs, labsOption, locked, withUpCluster, type LabOptions } from "./shared.ts";

export function verify(group: Command, context: Context): void {
  specificationOptions(group.command("verify"))
    .argument("[id...]", "labs; all when missing")
    .description("prove labs: untouched they pass, broken they fail, wrong fixes fail, solutions pass, undone they pass")
    .option("--variant <variant>", "only this variant")
    .option("--no-snapshots", "go back by the labs' own undo, as on machines that have no snapshots")
    .option("--junit <file>", "write a JUnit report")
    .addOption(labsOption())
    .addOption(outputOption())
    .action(async (ids: string[], options: LabOptions) => {
      const chosen = ids.length === 0 ? await labs(context, options) : await Promise.all(ids.map((id) => find(context, options, id)));
      await withUpCluster(context, options, chosen.length === 1 ? chosen[0] : undefined, async (cluster, emit) => {
        const running = await readProgress(cluster.dir);
        if (running)
          throw usageError("lab-running", `the lab ${running.lab} is in progress on cluster ${cluster.name}`, {
            hint: "`kubemend lab stop` ends it.",
          });
        const proofs: Proof[] = [];
        const how = {
          ...(options.variant === undefined ? {} : { variants: [options.variant] }),
          ...(options.snapshots === false ? { snapshots: false } : {}),
        };
        for (const found of chosen)
          proofs.push(...(await locked(context, cluster, "lab verify", () => verifyLab(cluster, found, emit, how))));
        if (options.junit !== undefined) await writeFile(resolve(context.io.cwd, options.junit), junit(proofs));
        if (options.output === "json") for (const proof of proofs) context.printJson({ type: "proof", ...proof });
        const tried = proofs.filter((p) => !p.leftOut);
        // whoever names a lab wants it proven
        const failed = tried.filter((p) => !p.ok).length + (ids.length > 0 && tried.length === 0 ? 1 : 0);
        const leftOut = proofs.length - tried.length;
        context.say(
          `${tried.filter((p) => p.ok).length} of ${tried.length} proofs hold.${leftOut > 0 ? ` Left out, because this cluster lacks what they need: ${leftOut}.` : ""}`,
        );
        if (failed > 0) context.status = exitStatus.failed;
      });
    });
}
