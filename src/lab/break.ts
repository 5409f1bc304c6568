/** Breaks a cluster as a lab says, and waits until its symptoms show. */
import { exitStatus, KubemendError } from "../error.ts";
import type { Cluster } from "../provision/cluster.ts";
import type { Listener } from "../report/events.ts";
import type { Lab } from "./definition.ts";
import { observe, runSteps, type Observed } from "./observe.ts";

/** Breaks it, and waits for the symptoms. Throws `lab-break-failed`, `lab-no-symptom`. */
export async function breakCluster(cluster: Cluster, lab: Lab, emit: Listener = () => undefined): Promise<void> {
  await runBreak(cluster, lab, emit);
  await awaitSymptoms(cluster, lab, emit);
}

/** Throws `lab-break-failed`. */
export async function runBreak(cluster: Cluster, lab: Lab, emit: Listener): Promise<void> {
  emit({ type: "progress", id: "", text: "breaking the cluster" });
  const failed = await runSteps(cluster, lab, lab.break, () => undefined).finally(() => emit({ type: "progress", id: "" }));
  if (failed)
    throw new KubemendError(
      "lab-break-failed",
      exitStatus.provider,
      `${failed.machine}: ${failed.script} ended with status ${failed.status}\n${failed.output}`,
      { hint: "The cluster was put back as it was. `kubemend lab verify` shows whether the lab or the cluster is at fault." },
    );
}

/** Waits for one after the other: a later one must hold when the earlier ones do. Throws `lab-no-symptom`. */
export async function awaitSymptoms(cluster: Cluster, lab: Lab, emit: Listener): Promise<void> {
  const seen: Observed[] = [];
  try {
    for (const [i, symptom] of lab.symptoms.entries()) {
      // its title would give the cause away
      const text = `waiting until it shows: symptom ${i + 1} of ${lab.symptoms.length}, at most ${symptom.within}`;
      emit({ type: "progress", id: "", text });
      seen.push(...(await observe(cluster, lab, symptom)));
    }
  } finally {
    emit({ type: "progress", id: "" });
  }
  refuseMissing(lab, seen);
}

/** Throws `lab-no-symptom` unless all of them were there. */
export function refuseMissing(lab: Lab, seen: readonly Observed[]): void {
  const missing = seen.filter((o) => !o.pass);
  if (missing.length > 0)
    throw new KubemendError(
      "lab-no-symptom",
      exitStatus.provider,
      `the lab ${lab.id} did not break the cluster as it should:\n${missing
        .map((o) => `"${o.observation.title}" on ${o.machine}: expected ${o.observation.expected}; seen: ${o.seen}`)
        .join("\n")}`,
      { hint: "The cluster was put back as it was. Was it healthy? `kubemend status`." },
    );
}
