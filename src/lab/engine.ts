/** implements labs: start, check, hint, solve, reset, stop over a cluster, knowing nothing of where its machines run. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitStatus, KubemendError, usageError } from "../error.ts";
import type { Cluster } from "../provision/cluster.ts";
import type { Listener } from "../report/events.ts";
import { asVariant, type Check, type Lab, type Repair } from "./definition.ts";
import { observe, observeTogether, runSteps, type Observed } from "./observe.ts";
import { clearProgress, readProgress, writeProgress, type LabProgress } from "./progress.ts";

/** Snapshots that belong to the lab in progress. */
const baseline = "lab-baseline";
const broken = "lab-broken";

export interface CheckReport {
  lab: string;
  pass: boolean;
  /** 0–100 after hints. */
  score: number;
  checks: (Observed & { check: Check })[];
}

/** What the cluster lacks for the lab; empty when it fits. */
export function unmetNeeds(lab: Lab, cluster: Cluster): string[] {
  const { specification, machines } = cluster.plan;
  const needs: string[] = [];
  const workers = machines.filter((m) => m.role === "worker").length;
  if (workers < lab.cluster.workers) needs.push(`${lab.cluster.workers} workers (the cluster has ${workers})`);
  if (lab.cluster.cni && !lab.cluster.cni.includes(specification.cni.name))
    needs.push(`cni ${lab.cluster.cni.join(" or ")} (the cluster has ${specification.cni.name})`);
  if (lab.cluster.encapsulation && !lab.cluster.encapsulation.includes(specification.cni.encapsulation))
    needs.push(`encapsulation ${lab.cluster.encapsulation.join(" or ")} (the cluster has ${specification.cni.encapsulation})`);
  if (lab.cluster.runtime && !lab.cluster.runtime.includes(specification.runtime))
    needs.push(`runtime ${lab.cluster.runtime.join(" or ")} (the cluster has ${specification.runtime})`);
  const minor = (version: string): number => Number(version.replace(">=", "").split(".")[1]);
  if (lab.cluster.kubernetes && minor(specification.kubernetes) < minor(lab.cluster.kubernetes))
    needs.push(`Kubernetes ${lab.cluster.kubernetes} (the cluster has ${specification.kubernetes})`);
  return needs;
}

/** Breaks the cluster. Throws `lab-running`, `lab-needs`, `lab-break-failed`; on failure the cluster is healthy again. */
export async function startLab(cluster: Cluster, lab: Lab, variant: string | undefined): Promise<LabProgress> {
  const running = await readProgress(cluster.dir);
  if (running) {
    throw usageError("lab-running", `the lab ${running.lab} is in progress on cluster ${cluster.name}`, {
      hint: "`kubemend lab stop` ends it and mends the cluster; `kubemend lab reset` breaks it anew.",
    });
  }
  const needs = unmetNeeds(lab, cluster);
  if (needs.length > 0)
    throw usageError("lab-needs", `the lab ${lab.id} needs ${needs.join(", ")}`, {
      hint: "`kubemend destroy`, then `kubemend up` with a specification that has it; or another cluster with --name.",
    });
  const chosen = asVariant(lab, variant);
  await cluster.provider.snapshotSave(baseline);
  const progress: LabProgress = { lab: lab.id, variant: variant ?? "", phase: "breaking", startedAt: Date.now(), hints: 0, penalty: 0 };
  await writeProgress(cluster.dir, progress);
  try {
    await breakCluster(cluster, chosen);
  } catch (error) {
    await cluster.provider.snapshotRestore(baseline);
    await cluster.refresh();
    await cluster.provider.snapshotDelete(baseline);
    await clearProgress(cluster.dir);
    throw error;
  }
  await cluster.provider.snapshotSave(broken);
  progress.phase = "broken";
  await writeProgress(cluster.dir, progress);
  return progress;
}

/** Runs the break and waits until its symptoms show. */
export async function breakCluster(cluster: Cluster, lab: Lab): Promise<Observed[]> {
  const failed = await runSteps(cluster, lab, lab.break, () => undefined);
  if (failed) {
    throw new KubemendError(
      "lab-break-failed",
      exitStatus.provider,
      `${failed.machine}: ${failed.script} ended with status ${failed.status}\n${failed.output}`,
      { hint: "The cluster was put back as it was. `kubemend lab verify` shows whether the lab or the cluster is at fault." },
    );
  }
  const observed: Observed[] = [];
  for (const symptom of lab.symptoms) observed.push(...(await observe(cluster, lab, symptom)));
  const missing = observed.filter((o) => !o.pass);
  if (missing.length > 0) {
    throw new KubemendError(
      "lab-no-symptom",
      exitStatus.provider,
      `the lab ${lab.id} did not break the cluster as it should:\n${missing
        .map((o) => `"${o.observation.title}" on ${o.machine}: expected ${o.observation.expected}; seen: ${o.seen}`)
        .join("\n")}`,
      { hint: "The cluster was put back as it was. Was it healthy? `kubemend status`." },
    );
  }
  return observed;
}

/** Runs every check. They are looked at side by side, so that a cluster that stays broken costs the longest window, not their sum. */
export async function checkLab(cluster: Cluster, lab: Lab, penalty: number, emit: Listener): Promise<CheckReport> {
  const results: CheckReport["checks"] = [];
  const total = lab.checks.reduce((sum, check) => sum + check.weight, 0);
  let earned = 0;
  const looks = await observeTogether(cluster, lab, lab.checks);
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

/** The lab in progress. Throws `no-lab`. */
export async function currentLab(cluster: Cluster, labs: Lab[]): Promise<{ lab: Lab; progress: LabProgress }> {
  const progress = await readProgress(cluster.dir);
  if (!progress)
    throw usageError("no-lab", `no lab is in progress on cluster ${cluster.name}`, {
      hint: "`kubemend lab list` shows the labs, `kubemend lab start ID` begins one.",
    });
  const lab = labs.find((l) => l.id === progress.lab);
  if (!lab)
    throw usageError("lab-gone", `the lab in progress, ${progress.lab}, is not in the catalogue any more`, {
      hint: "`kubemend lab stop` mends the cluster.",
    });
  if (progress.phase === "breaking")
    throw usageError("lab-half-broken", `breaking the cluster for ${progress.lab} was interrupted`, {
      hint: "`kubemend lab reset` breaks it anew, `kubemend lab stop` mends it.",
    });
  return { lab: asVariant(lab, progress.variant), progress };
}

/** Back to just broken. */
export async function resetLab(cluster: Cluster, labs: Lab[]): Promise<void> {
  const progress = await readProgress(cluster.dir);
  if (progress?.phase !== "breaking") {
    await currentLab(cluster, labs);
    await cluster.provider.snapshotRestore(broken);
    await cluster.refresh();
  } else {
    await cluster.provider.snapshotRestore(baseline);
    await cluster.refresh();
    const lab = labs.find((l) => l.id === progress.lab);
    if (!lab)
      throw usageError("lab-gone", `the lab in progress, ${progress.lab}, is not in the catalogue any more`, {
        hint: "`kubemend lab stop` mends the cluster.",
      });
    await breakCluster(cluster, asVariant(lab, progress.variant));
    await cluster.provider.snapshotSave(broken);
  }
  await writeProgress(cluster.dir, { ...progress!, phase: "broken" });
}

/** Back to the healthy baseline; the lab is over. */
export async function stopLab(cluster: Cluster): Promise<void> {
  const progress = await readProgress(cluster.dir);
  if (!progress)
    throw usageError("no-lab", `no lab is in progress on cluster ${cluster.name}`, { hint: "`kubemend lab start ID` begins one." });
  await cluster.provider.snapshotRestore(baseline);
  await cluster.provider.snapshotDelete(baseline);
  await cluster.provider.snapshotDelete(broken);
  await clearProgress(cluster.dir);
  await cluster.refresh();
}

export const brief = (lab: Lab): Promise<string> => readFile(join(lab.dir, lab.brief), "utf8");
export const debrief = (lab: Lab): Promise<string> => readFile(join(lab.dir, lab.debrief), "utf8");
