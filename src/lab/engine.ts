/** implements labs: start, check, hint, solve, reset, stop over a cluster, knowing nothing of where its machines run. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitStatus, KubemendError, usageError } from "../error.ts";
import type { Cluster } from "../provision/cluster.ts";
import type { Listener } from "../report/events.ts";
import { asVariant, type Check, type Lab, type Repair } from "./definition.ts";
import { awaitSymptoms, breakCluster, refuseMissing, runBreak } from "./break.ts";
import { refuseUnmet, unmetNeeds } from "./needs.ts";
import { lastChange, looksOf, observed, observeTogether, runSteps, type Observed } from "./observe.ts";
import { clearProgress, readProgress, writeProgress, type LabProgress } from "./progress.ts";
import { bySnapshots, byUndoing, rewindOf, type Rewind } from "./rewind.ts";

/** What the snapshots of the lab in progress are called after. */
const purpose = "lab";

export interface CheckReport {
  lab: string;
  pass: boolean;
  /** 0–100 after hints. */
  score: number;
  checks: (Observed & { check: Check })[];
}

/**
 * Breaks the cluster. Where the provider can look by itself, the symptoms are waited for in the background while the brief is read, and
 * whoever needs them waits (shown); with `wait`, and with any other provider, they are there at the end. Throws `lab-running`,
 * `lab-needs`, `lab-break-failed`, `lab-no-symptom`; on failure the cluster is healthy again.
 */
export async function startLab(
  cluster: Cluster,
  lab: Lab,
  variant: string | undefined,
  emit: Listener,
  { wait = true }: { wait?: boolean } = {},
): Promise<LabProgress> {
  const running = await readProgress(cluster.dir);
  if (running) {
    throw usageError("lab-running", `the lab ${running.lab} is in progress on cluster ${cluster.name}`, {
      hint: "`kubemend lab stop` ends it and mends the cluster; `kubemend lab reset` breaks it anew.",
    });
  }
  const chosen = asVariant(lab, variant);
  refuseUnmet(lab, variant, (candidate) => unmetNeeds(candidate, cluster));
  const rewind = rewindOf(cluster, chosen, purpose);
  emit({ type: "progress", id: "", text: "keeping the healthy cluster" });
  await rewind.keepHealthy().finally(() => emit({ type: "progress", id: "" }));
  const progress: LabProgress = { lab: lab.id, variant: variant ?? "", phase: "breaking", startedAt: Date.now(), hints: 0, penalty: 0 };
  await writeProgress(cluster.dir, progress);
  await orHealthy(cluster, rewind, () => runBreak(cluster, chosen, emit));
  progress.phase = "showing";
  const { watcher } = cluster.provider;
  if (watcher && rewind.broken !== undefined) {
    await watcher.begin(await Promise.all(chosen.symptoms.map((symptom) => looksOf(cluster, chosen, symptom))), rewind.broken);
    await writeProgress(cluster.dir, progress);
    if (!wait) return progress;
  }
  return shown(cluster, chosen, progress, emit);
}

/** Does the work; if it fails, the cluster is put back and the lab is over. */
async function orHealthy<T>(cluster: Cluster, rewind: Rewind, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await rewind.toHealthy();
    await rewind.forget();
    await clearProgress(cluster.dir);
    throw error;
  }
}

/** Waits until the symptoms of a lab that was broken show, and the broken cluster is kept. Throws `lab-no-symptom`. */
async function shown(cluster: Cluster, lab: Lab, progress: LabProgress, emit: Listener): Promise<LabProgress> {
  if (progress.phase !== "showing") return progress;
  const rewind = rewindOf(cluster, lab, purpose);
  await orHealthy(cluster, rewind, async () => {
    emit({ type: "progress", id: "", text: "waiting until it shows" });
    const seen = await cluster.provider.watcher?.outcome().finally(() => emit({ type: "progress", id: "" }));
    if (!seen) {
      // nobody looks, or the one who did is gone
      await awaitSymptoms(cluster, lab, emit);
      return rewind.keepBroken();
    }
    for (const [i, symptom] of lab.symptoms.entries())
      refuseMissing(lab, observed(symptom, await looksOf(cluster, lab, symptom), seen[i]!));
  });
  const next: LabProgress = { ...progress, phase: "broken" };
  await writeProgress(cluster.dir, next);
  return next;
}

/** Runs every check: a cluster that stays broken costs the window of the first that does not hold. */
export async function checkLab(cluster: Cluster, lab: Lab, penalty: number, emit: Listener): Promise<CheckReport> {
  const results: CheckReport["checks"] = [];
  const total = lab.checks.reduce((sum, check) => sum + check.weight, 0);
  let earned = 0;
  emit({ type: "progress", id: "", text: `looking at ${lab.checks.length} checks` });
  const looks = await observeTogether(cluster, lab, lab.checks, await lastChange(cluster)).finally(() =>
    emit({ type: "progress", id: "" }),
  );
  for (const [i, check] of lab.checks.entries()) {
    const observed = looks[i]!;
    const pass = observed.every((o) => o.pass);
    const shown = observed.find((o) => !o.pass) ?? observed[0]!;
    if (pass) earned += check.weight;
    results.push({ ...shown, pass, check });
    emit({
      type: "check",
      lab: lab.id,
      id: check.id,
      title: check.title,
      machine: shown.machine,
      pass,
      points: pass ? check.weight : 0,
      of: check.weight,
      expected: check.expected,
      seen: shown.seen,
    });
  }
  return {
    lab: lab.id,
    pass: results.every((r) => r.pass),
    score: Math.max(0, Math.round((100 * earned) / total) - penalty),
    checks: results,
  };
}

/** Applies a repair. Throws `lab-step-failed`. */
export async function applyRepair(cluster: Cluster, lab: Lab, repair: Repair, say: (text: string) => void): Promise<void> {
  const failed = await runSteps(cluster, lab, repair.steps, say);
  if (failed)
    throw new KubemendError(
      "lab-step-failed",
      exitStatus.provider,
      `${failed.machine}: ${failed.script} ended with status ${failed.status}\n${failed.output}`,
      { hint: "`kubemend lab reset` goes back to just broken." },
    );
}

async function inProgress(cluster: Cluster): Promise<LabProgress> {
  const progress = await readProgress(cluster.dir);
  if (!progress)
    throw usageError("no-lab", `no lab is in progress on cluster ${cluster.name}`, {
      hint: "`kubemend lab list` shows the labs, `kubemend lab start ID` begins one.",
    });
  return progress;
}

/** The lab in progress, also one that is half broken. Throws `no-lab`, `lab-gone`. */
async function labOf(cluster: Cluster, labs: Lab[]): Promise<{ lab: Lab; progress: LabProgress }> {
  const progress = await inProgress(cluster);
  const lab = labs.find((l) => l.id === progress.lab);
  if (!lab)
    throw usageError("lab-gone", `the lab in progress, ${progress.lab}, is not in the catalogue any more`, {
      hint: "`kubemend lab stop` mends the cluster.",
    });
  return { lab: asVariant(lab, progress.variant), progress };
}

/** The lab in progress, once its symptoms show. Throws `no-lab`, `lab-gone`, `lab-half-broken`, `lab-no-symptom`. */
export async function currentLab(cluster: Cluster, labs: Lab[], emit: Listener): Promise<{ lab: Lab; progress: LabProgress }> {
  const { lab, progress } = await labOf(cluster, labs);
  if (progress.phase === "breaking")
    throw usageError("lab-half-broken", `breaking the cluster for ${lab.id} was interrupted`, {
      hint: "`kubemend lab reset` breaks it anew, `kubemend lab stop` mends it.",
    });
  return { lab, progress: await shown(cluster, lab, progress, emit) };
}

/** Back to just broken. */
export async function resetLab(cluster: Cluster, labs: Lab[], emit: Listener): Promise<void> {
  const { lab, progress: before } = await labOf(cluster, labs);
  const progress = await shown(cluster, lab, before, emit);
  const rewind = rewindOf(cluster, lab, purpose);
  if (progress.phase === "breaking") {
    await rewind.toHealthy();
    await breakCluster(cluster, lab, emit);
    await rewind.keepBroken();
  } else {
    emit({ type: "progress", id: "", text: "going back to the broken cluster" });
    await rewind.toBroken().finally(() => emit({ type: "progress", id: "" }));
  }
  await writeProgress(cluster.dir, { ...progress, phase: "broken" });
}

/** Back to the healthy cluster; the lab is over. */
export async function stopLab(cluster: Cluster, labs: Lab[], emit: Listener): Promise<void> {
  // snapshots take a cluster back even if the lab is not in the catalogue any more
  const rewind = cluster.provider.capabilities.snapshots
    ? (await inProgress(cluster), bySnapshots(cluster, purpose))
    : byUndoing(cluster, (await labOf(cluster, labs)).lab);
  emit({ type: "progress", id: "", text: "going back to the healthy cluster" });
  await rewind.toHealthy().finally(() => emit({ type: "progress", id: "" }));
  await rewind.forget();
  await clearProgress(cluster.dir);
}

export const brief = (lab: Lab): Promise<string> => readFile(join(lab.dir, lab.brief), "utf8");
export const debrief = (lab: Lab): Promise<string> => readFile(join(lab.dir, lab.debrief), "utf8");
