/** `lab run`: a lab from brief to debrief in one terminal. */
import type { Command } from "commander";
import { exitStatus, KubemendError, usageError } from "../../../error.ts";
import { asVariant, type Lab } from "../../../lab/definition.ts";
import { applyRepair, brief, checkLab, currentLab, startLab, stopLab } from "../../../lab/engine.ts";
import { readProgress, writeProgress } from "../../../lab/progress.ts";
import type { Cluster } from "../../../provision/cluster.ts";
import type { Listener } from "../../../report/events.ts";
import type { Context } from "../../context.ts";
import { specificationOptions } from "../../options.ts";
import { openShell } from "../ssh.ts";
import { find, labsOption, locked, rendered, sayVerdict, withUpCluster, type LabOptions } from "./shared.ts";

export function run(group: Command, context: Context): void {
  specificationOptions(group.command("run"))
    .argument("<id>")
    .description("all of it in one terminal: brief, shell, check on exit, debrief; without a terminal the lab is played through")
    .option("--variant <variant>", "break it in this way (see lab show)")
    .addOption(labsOption())
    .action(async (id: string, options: LabOptions) => {
      const found = await find(context, options, id);
      await withUpCluster(context, options, found, (cluster, emit) =>
        context.io.stdin.isTTY && context.io.stdout.isTTY
          ? interactive(context, cluster, found, options, emit)
          : playThrough(context, cluster, found, options, emit),
      );
    });
}

async function interactive(context: Context, cluster: Cluster, found: Lab, options: LabOptions, emit: Listener): Promise<void> {
  const progress = await readProgress(cluster.dir);
  if (progress && progress.lab !== found.id)
    throw usageError("lab-running", `the lab ${progress.lab} is in progress on cluster ${cluster.name}`, {
      hint: "`kubemend lab stop` ends it.",
    });
  const { variant } =
    progress ?? (await locked(context, cluster, "lab run", () => startLab(cluster, found, options.variant, emit, { wait: false })));
  const current = asVariant(found, variant);
  context.print(rendered(context, await brief(current)));
  await locked(context, cluster, "lab run", () => currentLab(cluster, [found], emit));
  const first = cluster.machineNamed(undefined);
  context.say(
    `\nYou get a shell on ${first}; from there \`ssh worker1\` goes on, or use \`kubemend ssh worker1\` in another terminal.\nLeave the shell (exit) to be judged.\n`,
  );
  await openShell(context, cluster, first);
  const { progress: now } = await currentLab(cluster, [found], emit);
  const report = await checkLab(cluster, current, now.penalty, emit);
  await writeProgress(cluster.dir, { ...now, score: report.score, phase: report.pass ? "solved" : "broken" });
  await sayVerdict(context, current, report);
  if (!report.pass) context.status = exitStatus.failed;
}

/** For a machine without a terminal: break, symptoms, check fails, reference solution, check passes; says so at each step. */
async function playThrough(context: Context, cluster: Cluster, found: Lab, options: LabOptions, emit: Listener): Promise<void> {
  await locked(context, cluster, "lab run", async () => {
    context.print(`Lab ${found.id}: ${found.title}`);
    const progress = await startLab(cluster, found, options.variant, emit);
    const { lab: current } = await currentLab(cluster, [found], emit);
    context.print("1. The cluster is broken; the symptoms show:");
    for (const symptom of current.symptoms) context.print(`   ${symptom.title}: ${symptom.expected}`);
    try {
      const before = await checkLab(cluster, current, progress.penalty, (event) => {
        if (event.type === "progress") emit(event);
      });
      if (before.pass) throw new KubemendError("lab-unsound", exitStatus.failed, `the lab ${found.id} is broken, but every check passes`);
      context.print(`2. The check fails, as it must: ${before.checks.filter((c) => !c.pass).length} of ${before.checks.length} checks.`);
      const solution = current.solutions[0]!;
      await applyRepair(cluster, current, solution, () => undefined);
      context.print(`3. The reference solution is applied: ${solution.title}.`);
      const after = await checkLab(cluster, current, 0, emit);
      if (!after.pass)
        throw new KubemendError("lab-unsound", exitStatus.failed, `the reference solution of ${found.id} does not pass the check`);
      context.print(`4. The check passes: ${after.score} of 100.`);
    } finally {
      await stopLab(cluster, [found], emit);
    }
    context.print("5. The lab is over; the cluster is healthy again.");
  });
}
