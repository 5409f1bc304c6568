/** Going back to the healthy cluster, or to the one that was just broken: by snapshots, or by undoing where machines have none. */
import { exitStatus, KubemendError } from "../error.ts";
import type { Cluster } from "../provision/cluster.ts";
import type { Lab } from "./definition.ts";
import { breakCluster } from "./break.ts";
import { observeTogether, runSteps } from "./observe.ts";

export interface Rewind {
  /** Called on the healthy cluster, and just after the break. */
  keepHealthy(): Promise<void>;
  keepBroken(): Promise<void>;
  toHealthy(): Promise<void>;
  toBroken(): Promise<void>;
  /** Nobody goes back any more. */
  forget(): Promise<void>;
  /** Name of the snapshot that keepBroken saves, where it saves one. */
  broken?: string;
}

/** By snapshots called `PURPOSE-baseline` and `PURPOSE-broken`. */
export function bySnapshots(cluster: Cluster, purpose: string): Rewind {
  const { provider } = cluster;
  const [healthy, broken] = [`${purpose}-baseline`, `${purpose}-broken`];
  const restore = async (name: string): Promise<void> => {
    await provider.snapshotRestore(name);
    await cluster.refresh();
  };
  return {
    broken,
    keepHealthy: () => provider.snapshotSave(healthy),
    keepBroken: () => provider.snapshotSave(broken),
    toHealthy: () => restore(healthy),
    toBroken: () => restore(broken),
    forget: async () => {
      await provider.snapshotDelete(healthy);
      await provider.snapshotDelete(broken);
    },
  };
}

/**
 * By the lab's `undo`, or else its first solution: only the checks decide whether the cluster is whole again, because a repair that
 * finds nothing to mend may well end with an error. Just broken is whole, then broken anew.
 */
export function byUndoing(cluster: Cluster, lab: Lab): Rewind {
  const nothing = (): Promise<void> => Promise.resolve();
  const toHealthy = async (): Promise<void> => {
    await runSteps(cluster, lab, lab.undo ?? lab.solutions[0]!.steps, () => undefined);
    const failed = (await observeTogether(cluster, lab, lab.checks)).flat().filter((o) => !o.pass);
    if (failed.length > 0)
      throw new KubemendError(
        "lab-not-undone",
        exitStatus.failed,
        `the cluster is not whole again after undoing the lab ${lab.id}:\n${failed
          .map((o) => `"${o.observation.title}" on ${o.machine}: expected ${o.observation.expected}; seen: ${o.seen}`)
          .join("\n")}`,
        { hint: "These machines have no snapshots to go back to: mend what is named, or build the cluster again." },
      );
  };
  return {
    keepHealthy: nothing,
    keepBroken: nothing,
    toHealthy,
    toBroken: async () => {
      await toHealthy();
      await breakCluster(cluster, lab);
    },
    forget: nothing,
  };
}

export const rewindOf = (cluster: Cluster, lab: Lab, purpose: string): Rewind =>
  cluster.provider.capabilities.snapshots ? bySnapshots(cluster, purpose) : byUndoing(cluster, lab);
