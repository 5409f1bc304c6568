/** Breaks a cluster as a lab says, and waits until its symptoms show. */
import { exitStatus, KubemendError } from "../error.ts";
import type { Cluster } from "../provision/cluster.ts";
import type { Listener } from "../report/events.ts";
import type { Lab } from "./definition.ts";
import { observe, runSteps, type Observed } from "./observe.ts";

/** Throws `lab-break-failed`, `lab-no-symptom`. */
export async function breakCluster(cluster: Cluster, lab: Lab, emit: Listener = () => undefined): Promise<Observed[]> {
  const progress = (text?: string): void => emit({ type: "progress", id: "", ...(text === undefined ? {} : { text }) });
  try {
    return await breakAndLook(cluster, lab, progress);
  } finally {
    progress();
  }
}

async function breakAndLook(cluster: Cluster, lab: Lab, progress: (text: string) => void): Promise<Observed[]> {
  progress("breaking the cluster");
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
  for (const [i, symptom] of lab.symptoms.entries()) {
    // its title would give the cause away
    progress(`waiting until it shows: symptom ${i + 1} of ${lab.symptoms.length}, at most ${symptom.within}`);
    observed.push(...(await observe(cluster, lab, symptom)));
  }
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
