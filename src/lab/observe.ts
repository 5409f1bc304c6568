/** Runs checks and symptoms on the machines, each within its window. */
import { scriptText } from "./folder.ts";
import type { Cluster } from "../provision/cluster.ts";
import { usageError } from "../error.ts";
import { rootScript } from "../ssh/pool.ts";
import { watch, type CommandOutput, type Eyes, type Look, type Seen } from "../watch.ts";
import { seconds, type Lab, type Observation, type Step } from "./definition.ts";

export interface Observed extends Seen {
  observation: Observation;
  machine: string;
}

/** Between two looks at real machines, milliseconds. */
const pauses = { first: 2000, growth: 1.6, longest: 5000 };
/** Milliseconds after which a look is given up. */
const patience = 120_000;

/** The machines that a selector names. Throws `unknown-machine`. */
function machinesOf(cluster: Cluster, selector: string): string[] {
  const named = cluster.plan.machines;
  if (selector === "nodes") return named.filter((m) => m.role !== "loadbalancer").map((m) => m.name);
  if (selector === "workers") return named.filter((m) => m.role === "worker").map((m) => m.name);
  if (selector === "controlplane") return [cluster.machineNamed(undefined)];
  if (named.some((m) => m.name === selector)) return [selector];
  throw usageError("unknown-machine", `the lab names the machine "${selector}", which this cluster does not have`, {
    hint: `Machines are: ${named.map((m) => m.name).join(", ")}; selectors: controlplane, workers, nodes.`,
  });
}

/**
 * When the windows of checks begin: when somebody last did something to a machine, for what has not come of it by then does not come.
 * Undefined where nobody knows when that was.
 */
export const lastChange = async (cluster: Cluster): Promise<number | undefined> => cluster.provider.activity?.last();

/** What is to be looked at: one look a machine that the observation names. Throws `unknown-machine`. */
export async function looksOf(cluster: Cluster, lab: Lab, observation: Observation): Promise<Look[]> {
  const { id, status, stdout, absent, within, environment } = observation;
  const text = observation.run ?? (await scriptText(lab, observation.script!));
  return machinesOf(cluster, observation.machine).map((machine) => ({
    machine,
    ...rootScript(id, text, environment),
    status,
    within: seconds(within) * 1000,
    ...(stdout === undefined ? {} : { stdout }),
    ...(absent === undefined ? {} : { absent }),
  }));
}

/** Joins what was seen to what was looked for. */
export const observed = (observation: Observation, looks: readonly Look[], seen: readonly Seen[]): Observed[] =>
  looks.map(({ machine }, i) => ({ observation, machine, ...seen[i]! }));

/** Looks until the observation holds on every machine it names, or its window is over. */
export async function observe(cluster: Cluster, lab: Lab, observation: Observation): Promise<Observed[]> {
  return (await observeTogether(cluster, lab, [observation]))[0]!;
}

/**
 * Looks at them in rounds, at each until it holds on every machine it names or its own window is over; at each once at least. They are
 * in the order of cause and consequence (see `watch`). `since`: when the windows began, by the machines' clock; now, when missing. The
 * result is in the order of the observations.
 */
export async function observeTogether(
  cluster: Cluster,
  lab: Lab,
  observations: readonly Observation[],
  since?: number,
): Promise<Observed[][]> {
  const looks = await Promise.all(observations.map((observation) => looksOf(cluster, lab, observation)));
  const { watcher } = cluster.provider;
  const seen = watcher ? await watcher.look(looks, since) : await watch(looks, overSsh(cluster), since);
  return observations.map((observation, i) => observed(observation, looks[i]!, seen[i]!));
}

function overSsh(cluster: Cluster): Eyes {
  const { clock } = cluster.provider;
  const run = async ({ machine, command, stdin }: Look): Promise<CommandOutput | string> => {
    try {
      return await cluster.ssh.exec(machine, command, { stdin, timeout: patience });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  return { now: () => clock.now(), sleep: (ms) => clock.sleep(ms), run: (looks) => Promise.all(looks.map(run)), pauses };
}

/** Runs the steps in order, each on every machine it names. Throws RemoteError-like text through `failed`. */
export async function runSteps(
  cluster: Cluster,
  lab: Lab,
  steps: readonly Step[],
  say: (text: string) => void,
): Promise<{ machine: string; script: string; status: number; output: string } | undefined> {
  for (const step of steps) {
    const text = await scriptText(lab, step.script);
    for (const machine of machinesOf(cluster, step.machine)) {
      say(`${machine}: ${step.script}`);
      const result = await cluster.provider.clock.hurry(() => cluster.ssh.script(machine, step.script, text, step.environment));
      if (result.status !== 0)
        return {
          machine,
          script: step.script,
          status: result.status,
          output: `${result.stdout}${result.stderr}`.trim().split("\n").slice(-15).join("\n"),
        };
    }
    await cluster.provider.activity?.note();
  }
  return undefined;
}
