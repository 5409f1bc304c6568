import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Option, type Command } from "commander";
import { exitStatus, KubemendError, usageError } from "../../error.ts";
import { installation } from "../../root.ts";
import { asVariant, readLabs, type Lab } from "../../lab/definition.ts";
import { brief, checkLab, currentLab, debrief, applyRepair, resetLab, startLab, stopLab, type CheckReport } from "../../lab/engine.ts";
import { fitted, refuseUnmet, unmetByPlan } from "../../lab/needs.ts";
import { readProgress, writeProgress } from "../../lab/progress.ts";
import { junit, verifyLab, type Proof } from "../../lab/verify.ts";
import { openCluster, type Cluster } from "../../provision/cluster.ts";
import { withLock } from "../../provision/lock.ts";
import { up } from "../../provision/up.ts";
import { table } from "../../report/table.ts";
import { markdown } from "../../report/markdown.ts";
import { formatFinding } from "../../cluster/finding.ts";
import type { Listener } from "../../report/events.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { paint } from "../io.ts";
import { outputOption } from "../main.ts";
import { clusterOption, specificationOptions } from "../options.ts";
import { openShell } from "./ssh.ts";

interface LabOptions extends GlobalOptions {
  labs?: string;
  variant?: string;
  junit?: string;
  snapshots?: boolean;
}

const shipped = join(installation, "labs");

export function lab(program: Command, context: Context): void {
  const group = program
    .command("lab")
    .description("break the cluster, find out why, mend it, be judged")
    .addHelpText("after", "\nExamples:\n  kubemend lab list\n  kubemend lab start bgp-port-blocked\n  kubemend lab check");
  const labsOption = (): Option => new Option("--labs <folder>", "folder of labs").default(undefined, "those of kubemend");
  const labs = (options: LabOptions): Lab[] => {
    const folder = options.labs === undefined ? shipped : resolve(context.io.cwd, options.labs);
    if (!existsSync(folder)) throw usageError("no-labs", `there is no folder ${folder}`);
    return readLabs(folder);
  };
  const find = (options: LabOptions, id: string): Lab => {
    const all = labs(options);
    const found = all.find((l) => l.id === id);
    if (!found) throw usageError("unknown-lab", `there is no lab "${id}"`, { hint: `Labs are: ${all.map((l) => l.id).join(", ")}.` });
    return found;
  };
  const locked = <T>(cluster: Cluster, what: string, work: () => Promise<T>): Promise<T> =>
    withLock(cluster.dir, what, (text) => context.say(text), work);

  group
    .command("list")
    .description("the catalogue")
    .addOption(labsOption())
    .addOption(outputOption())
    .action((options: LabOptions) => {
      const all = labs(options);
      if (options.output === "json") {
        for (const { id, title, summary, level, minutes, curriculum, variants } of all)
          context.printJson({
            type: "lab",
            id,
            title,
            summary,
            level,
            minutes,
            curriculum,
            variants: variants.map((v) => ({ id: v.id, title: v.title })),
          });
        return;
      }
      context.print(
        table(
          ["LAB", "LEVEL", "TIME", "EXAM", "TITLE"],
          all.map((l) => [
            l.id,
            l.level,
            `${l.minutes} min`,
            [...new Set(l.curriculum.map((c) => `${c.exam} ${c.domain}`))].join("; "),
            l.title,
          ]),
        ),
      );
    });

  group
    .command("show")
    .argument("<id>")
    .description("one lab: what it is about, what it needs, its variants")
    .addOption(labsOption())
    .addOption(outputOption())
    .action(async (id: string, options: LabOptions) => {
      const found = find(options, id);
      const { title, summary, level, minutes, curriculum, variants, hints, cluster } = found;
      if (options.output === "json")
        return context.printJson({
          type: "lab",
          id,
          title,
          summary,
          level,
          minutes,
          curriculum,
          cluster,
          hints: hints.length,
          variants: variants.map((v) => ({ id: v.id, title: v.title })),
        });
      context.print(`${title} (${id})\n${level}, ${minutes} min, ${hints.length} hints\n${summary}\n`);
      for (const c of curriculum) context.print(`${c.exam}: ${c.domain}: ${c.competency}`);
      for (const v of variants) context.print(`variant ${v.id}: ${v.title}`);
      context.print(`\n${markdown(await brief(found), paint(context.io, "stdout"), context.io.stdout.columns)}`);
    });

  specificationOptions(group.command("start"))
    .argument("<id>")
    .description("bring up what the lab needs if it is not up, break it, show the brief")
    .option("--variant <variant>", "break it in this way (see lab show)")
    .addOption(labsOption())
    .addOption(outputOption())
    .action(async (id: string, options: LabOptions) => {
      const found = find(options, id);
      await withUpCluster(context, options, found, async (cluster, emit) => {
        await locked(cluster, "lab start", () => startLab(cluster, found, options.variant, emit));
        const text = await brief(asVariant(found, options.variant));
        if (options.output === "json")
          return context.printJson({ type: "phase", lab: id, variant: options.variant ?? "", phase: "broken", brief: text });
        context.print(markdown(text, paint(context.io, "stdout"), context.io.stdout.columns));
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
        context.withCluster(options, (cluster) => locked(cluster, `lab ${name}`, () => work(cluster, options, labs(options)))),
      );
  };

  inLab("check", "run the checks: what was expected, what was seen, where; and the score", async (cluster, options, all) => {
    const { lab: found, progress } = await currentLab(cluster, all);
    const report = await checkLab(
      cluster,
      found,
      progress.penalty,
      options.output === "json" ? () => undefined : context.reporter(options),
    );
    await writeProgress(cluster.dir, { ...progress, score: report.score, phase: report.pass ? "solved" : "broken" });
    if (options.output === "json") context.printJson(checkJson(report));
    else await sayVerdict(context, found, report);
    if (!report.pass) context.status = exitStatus.failed;
  });

  inLab("hint", "the next hint (it costs points)", async (cluster, options, all) => {
    const { lab: found, progress } = await currentLab(cluster, all);
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
    const { lab: found, progress } = await currentLab(cluster, all);
    const solution = found.solutions[0]!;
    await applyRepair(cluster, found, solution, (text) => context.say(`  ${text}`));
    await writeProgress(cluster.dir, { ...progress, penalty: 100 });
    if (options.output === "json") return context.printJson({ type: "solution", lab: found.id, solution });
    context.print(`${solution.title}\n`);
    for (const s of solution.steps) context.print(`--- on ${s.machine}: ${join(found.dir, s.script)}`);
    context.print(`\n${markdown(await debrief(found), paint(context.io, "stdout"), context.io.stdout.columns)}`);
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

  specificationOptions(group.command("run"))
    .argument("<id>")
    .description("all of it in one terminal: brief, shell, check on exit, debrief; without a terminal the lab is played through")
    .option("--variant <variant>", "break it in this way (see lab show)")
    .addOption(labsOption())
    .action(async (id: string, options: LabOptions) => {
      const found = find(options, id);
      await withUpCluster(context, options, found, (cluster, emit) =>
        context.io.stdin.isTTY && context.io.stdout.isTTY
          ? interactive(context, cluster, found, options, emit)
          : playThrough(context, cluster, found, options, emit),
      );
    });

  specificationOptions(group.command("verify"))
    .argument("[id...]", "labs; all when missing")
    .description("prove labs: untouched they pass, broken they fail, wrong fixes fail, solutions pass, undone they pass")
    .option("--variant <variant>", "only this variant")
    .option("--no-snapshots", "go back by the labs' own undo, as on machines that have no snapshots")
    .option("--junit <file>", "write a JUnit report")
    .addOption(labsOption())
    .addOption(outputOption())
    .action(async (ids: string[], options: LabOptions) => {
      const chosen = ids.length === 0 ? labs(options) : ids.map((id) => find(options, id));
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
        for (const found of chosen) proofs.push(...(await locked(cluster, "lab verify", () => verifyLab(cluster, found, emit, how))));
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

/** The cluster of the options, brought up if there is none: one that has what the lab needs, where nobody wrote a specification. */
async function withUpCluster(
  context: Context,
  options: LabOptions,
  lab: Lab | undefined,
  work: (cluster: Cluster, emit: Listener) => Promise<void>,
): Promise<void> {
  const emit = context.reporter(options);
  const existing = await openCluster(context.home, options.name).catch((error: unknown) => {
    if (error instanceof KubemendError && error.code === "no-cluster") return undefined;
    throw error;
  });
  if (existing) {
    const machines = await existing.machines();
    if (existing.record.ready && machines.every((m) => m.state === "running")) {
      try {
        return await work(existing, emit);
      } finally {
        await existing.close();
      }
    }
    await existing.close();
  }
  const wanted = lab && asVariant(lab, options.variant);
  const { plan, findings } = existing
    ? { plan: existing.plan, findings: [] }
    : await context.plan(options, wanted && ((specification) => fitted(specification, wanted)));
  for (const finding of findings) context.say(formatFinding(finding));
  if (wanted) refuseUnmet(wanted, unmetByPlan(wanted, plan));
  const { cluster } = await withLock(
    join(context.home, plan.name),
    "up",
    (text) => context.say(text),
    () => up(context.home, plan, emit),
  );
  try {
    await work(cluster, emit);
  } finally {
    await cluster.close();
  }
}

function afterBrief(cluster: Cluster): string {
  const names = cluster.plan.machines.map((m) => m.name);
  return `\nMachines: ${names.join(", ")}.\n  kubemend ssh ${names[0]}    look around (sudo works without a password)\n  kubemend lab check    be judged      kubemend lab hint    a hint      kubemend lab reset    start over\n`;
}

async function interactive(context: Context, cluster: Cluster, found: Lab, options: LabOptions, emit: Listener): Promise<void> {
  const progress = await readProgress(cluster.dir);
  if (progress && progress.lab !== found.id)
    throw usageError("lab-running", `the lab ${progress.lab} is in progress on cluster ${cluster.name}`, {
      hint: "`kubemend lab stop` ends it.",
    });
  if (!progress)
    await withLock(
      cluster.dir,
      "lab run",
      (text) => context.say(text),
      () => startLab(cluster, found, options.variant, emit),
    );
  const { lab: current } = await currentLab(cluster, [found]);
  context.print(markdown(await brief(current), paint(context.io, "stdout"), context.io.stdout.columns));
  const first = cluster.machineNamed(undefined);
  context.say(
    `\nYou get a shell on ${first}; from there \`ssh worker1\` goes on, or use \`kubemend ssh worker1\` in another terminal.\nLeave the shell (exit) to be judged.\n`,
  );
  await openShell(context, cluster, first);
  const { progress: now } = await currentLab(cluster, [found]);
  const report = await checkLab(cluster, current, now.penalty, emit);
  await writeProgress(cluster.dir, { ...now, score: report.score, phase: report.pass ? "solved" : "broken" });
  await sayVerdict(context, current, report);
  if (!report.pass) context.status = exitStatus.failed;
}

async function sayVerdict(context: Context, found: Lab, report: CheckReport): Promise<void> {
  context.say(
    `\nScore: ${report.score} of 100.${report.pass ? " Solved." : " Not solved yet: look again, or ask for a hint (`kubemend lab hint`)."}`,
  );
  if (!report.pass) return;
  context.print(`\n${markdown(await debrief(found), paint(context.io, "stdout"), context.io.stdout.columns)}`);
  context.say("`kubemend lab stop` ends the lab.");
}

/** For a machine without a terminal: break, symptoms, check fails, reference solution, check passes; says so at each step. */
async function playThrough(context: Context, cluster: Cluster, found: Lab, options: LabOptions, emit: Listener): Promise<void> {
  await withLock(
    cluster.dir,
    "lab run",
    (text) => context.say(text),
    async () => {
      context.print(`Lab ${found.id}: ${found.title}`);
      const progress = await startLab(cluster, found, options.variant, emit);
      const { lab: current } = await currentLab(cluster, [found]);
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
    },
  );
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
