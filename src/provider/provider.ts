/** The contract of a provider: what boots and removes machines. Everything else is written once, over SSH. */
import type { Finding } from "../cluster/finding.ts";
import type { Plan } from "../cluster/plan.ts";
import type { Endpoint } from "../ssh/client.ts";
import type { Look, Seen } from "../watch.ts";

export interface MachineStatus {
  name: string;
  state: "running" | "stopped" | "missing" | "unknown";
  /** The provider's own word for the state. */
  detail?: string;
  ssh?: Endpoint;
  /** URL under which the machine's API server port answers on this host. */
  api?: string;
}

export interface Progress {
  machine?: string;
  text: string;
}

/** Time as the machines live it: the wall clock's for real ones, virtual for the simulator's. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): Promise<number>;
  sleep(ms: number): Promise<void>;
  /** Runs the work with the machines' own waits taking as little real time as they can. */
  hurry<T>(work: () => Promise<T>): Promise<T>;
}

export interface SnapshotInfo {
  name: string;
  /** When it was saved; missing where nobody knows, as of one that was not saved through Kubemend. */
  at?: number;
  bytes?: number;
}

/** Looks at machines on its own account; as `watch` does. */
export interface Watcher {
  look(groups: readonly Look[][], since?: number): Promise<Seen[][]>;
  /**
   * The same in the background, a group after the other, and a snapshot of that name at the end. Who comes to a machine meanwhile waits
   * for the end.
   */
  begin(groups: readonly Look[][], snapshot: string): Promise<void>;
  /** What became of that, once it has ended; undefined when there is nothing that anybody knows of, as after a restart. */
  outcome(): Promise<Seen[][] | undefined>;
}

export interface Provider {
  readonly name: string;
  /** `ownKernel`: each machine has modules and sysctls of its own, as virtual machines have and containers have not. */
  readonly capabilities: { snapshots: boolean; ownKernel: boolean };
  readonly clock: Clock;
  /**
   * When somebody last did something to a machine, by the machines' clock: people's own commands, and what is noted. Only where the
   * provider sees it.
   */
  readonly activity?: { last(): Promise<number | undefined>; note(): Promise<void> };
  /** Looks at machines without a connection a look, where the provider can. */
  readonly watcher?: Watcher;
  /** What on this host would keep the plan from working. Changes nothing. */
  preflight(plan: Plan): Promise<Finding[]>;
  /**
   * What bring-up will change on machines that are not the cluster's own, for the user to agree to; without this method the provider
   * makes its machines, and there is nothing to ask.
   */
  agreement?(plan: Plan): string;
  /**
   * Boots every machine of the plan that does not run; idempotent. Afterwards each answers SSH with the cluster's key. `made`: machines
   * were made, so nothing that was done on them before is there.
   */
  up(plan: Plan, progress: (event: Progress) => void): Promise<{ made: boolean }>;
  /** Stops the machines; their disks stay. */
  halt(): Promise<void>;
  /** Removes everything, also half-made things; idempotent. */
  destroy(): Promise<void>;
  /** Never boots anything; machines that were never made are `missing`. */
  machines(): Promise<MachineStatus[]>;
  /** Saves all machines under a name; an existing one is replaced. */
  snapshotSave(name: string): Promise<void>;
  /** Throws KubemendError `snapshot-missing`, `snapshot-damaged`. */
  snapshotRestore(name: string): Promise<void>;
  snapshotList(): Promise<SnapshotInfo[]>;
  snapshotDelete(name: string): Promise<void>;
}
