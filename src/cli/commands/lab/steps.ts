/** `lab start`, `check`, `hint`, `solve`, `reset`, `stop`. */
import type { Command } from "commander";
import { exitStatus, usageError } from "../../../error.ts";
import { asVariant, type Lab } from "../../../lab/definition.ts";
import { applyRepair, brief, checkLab, currentLab, debrief, resetLab, startLab, stopLab, type CheckReport } from "../../../lab/engine.ts";
import { readProgress, writeProgress } from "../../../lab/progress.ts";
import { scriptFile, scriptText } from "../../../lab/folder.ts";
import type { Cluster } from "../../../provision/cluster.ts";
import type { Context } from "../../context.ts";
import { outputOption } from "../../main.ts";
import { clusterOption, specificationOptions } from "../../options.ts";
import { find, labs, labsOption, locked, rendered, sayVerdict, withUpCluster, type LabOptions } from "./shared.ts";

export function steps(group: Command, context: Context): void {
  specificationOptions(group.command("start"))
    .argument("<id>")
    .description("bring up what the lab needs if it is not up, break it, show the brief")
    .option("--variant <variant>", "break it in this way (see lab show)")
    .option(
      "--wait",
      "return only once the symptoms show (default: on simulated machines they come while you read, and what you do next waits for them)",
    )
    .addOption(labsOption())
    .addOption(outputOption())
    .action(async (id: string, options: LabOptions) => {
      const found = await find(context, options, id);
      await withUpCluster(context, options, found, async (cluster, emit) => {
        await locked(context, cluster, "lab start", () => startLab(cluster, found, options.variant, emit, { wait: options.wait ?? false }));
        const text = await brief(asVariant(found, options.variant));
        if (options.output === "json")
          return context.printJson({ type: "phase", lab: id, variant: options.variant ?? "", phase: "broken", brief: text });
        context.print(rendered(context, text));
        context.say(afterBrief(cluster));
      });
    });

  const inLab = (name: string, description: string, work: (cluster: Cluster, options: LabOptions, all: Lab[]) => Promise<void>): void => {
    group
      .command(name)
      .description(description)
      .addOption(clusterOption())
      .addOption(labsOption())
      .addOption(outputOption())
      .action((options: LabOptions) =>
        context.withCluster(options, (cluster) =>
          locked(context, cluster, `lab ${name}`, async () =>
            work(cluster, options, await labs(context, options, (await readProgress(cluster.dir))?.lab)),
          ),
        ),
      );
  };

  inLab("check", "run the checks: what was expected, what was seen, where; and the score", async (cluster, options, all) => {
    const emit = options.output === "json" ? () => undefined : context.reporter(options);
    const { lab: found, progress } = await currentLab(cluster, all, emit);
    const report = await checkLab(cluster, found, progress.penalty, emit);
    await writeProgress(cluster.dir, { ...progress, score: report.score, phase: report.pass ? "solved" : "broken" });
    if (options.output === "json") context.printJson(checkJson(report));
    else await sayVerdict(context, found, report);
    if (!report.pass) context.status = exitStatus.failed;
  });

  inLab("hint", "the next hint (it costs points)", async (cluster, options, all) => {
    const { lab: found, progress } = await currentLab(cluster, all, context.reporter(options));
    const hint = found.hints[progress.hints];
    if (!hint)
      throw usageError("no-more-hints", `all ${found.hints.length} hints were given`, {
        hint: "`kubemend lab solve` applies and shows the reference solution.",
      });
    await writeProgress(cluster.dir, { ...progress, hints: progress.hints + 1, penalty: progress.penalty + hint.cost });
    if (options.output === "json")
      return context.printJson({
        type: "hint",
        lab: found.id,
        hint: progress.hints + 1,
        of: found.hints.length,
        cost: hint.cost,
        text: hint.text,
      });
    context.print(`Hint ${progress.hints + 1} of ${found.hints.length} (−${hint.cost} points): ${hint.text}`);
  });

  inLab("solve", "apply the reference solution and show it", async (cluster, options, all) => {
    const { lab: found, progress } = await currentLab(cluster, all, context.reporter(options));
    const solution = found.solutions[0]!;
    await applyRepair(cluster, found, solution, (text) => context.say(`  ${text}`));
    await writeProgress(cluster.dir, { ...progress, penalty: 100 });
    if (options.output === "json") return context.printJson({ type: "solution", lab: found.id, solution });
    context.print(`${solution.title}\n`);
    for (const s of solution.steps) {
      const settings = Object.entries(s.environment ?? {}).map(([name, value]) => `${name}=${value} `);
      context.print(`--- on ${s.machine}: ${settings.join("")}${scriptFile(found, s.script)}\n${await scriptText(found, s.script)}`);
    }
    context.print(`\n${rendered(context, await debrief(found))}`);
  });

  inLab("reset", "back to just broken", async (cluster, options, all) => {
    await resetLab(cluster, all, context.reporter(options));
    if (options.output === "json") context.printJson({ type: "phase", cluster: cluster.name, phase: "broken" });
    context.say("The cluster is as it was just after the break.");
  });

  inLab("stop", "end the lab: back to the healthy cluster", async (cluster, options, all) => {
    await stopLab(cluster, all, context.reporter(options));
    if (options.output === "json") context.printJson({ type: "phase", cluster: cluster.name, phase: "stopped" });
    context.say("The lab is over; the cluster is as it was before.");
  });
}

function afterBrief(cluster: Cluster): string {
  const names = cluster.plan.machines.map((m) => m.name);
  return `\nMachines: ${names.join(", ")}.\n  kubemend ssh ${names[0]}    look around (sudo works without a password)\n  kubemend lab check    be judged      kubemend lab hint    a hint      kubemend lab reset    start over\n`;
}

function checkJson(report: CheckReport): { type: string } & Record<string, unknown> {
  return {
    type: "score",
    lab: report.lab,
    pass: report.pass,
    score: report.score,
    checks: report.checks.map(({ check, machine, pass, seen }) => ({
      id: check.id,
      title: check.title,
      machine,
      pass,
      weight: check.weight,
      expected: check.expected,
      seen,
    })),
  };
}
