/** Runs checks and symptoms on the machines, each within its window. */
import { scriptText } from "./folder.ts";
import type { Cluster } from "../provision/cluster.ts";
import { usageError } from "../error.ts";
import { seconds, type Lab, type Observation, type Step } from "./definition.ts";

export interface Observed {
  observation: Observation;
  machine: string;
  pass: boolean;
  /** What was there at the last look. */
  seen: string;
  /** Milliseconds of the machines' time until it passed (or was given up). */
  took: number;
}

/**
 * Between two looks, milliseconds of the machines' time: short at first, then longer. By kind of clock: a person waits for a real
 * one; with a virtual one it is the looks that a person waits for.
 */
const pauses = { real: { first: 2000, growth: 1.6, longest: 5000 }, virtual: { first: 4000, growth: 3, longest: 60_000 } };

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

/** Looks until the observation holds on every machine it names, or its window is over. */
export async function observe(cluster: Cluster, lab: Lab, observation: Observation): Promise<Observed[]> {
  return (await observeTogether(cluster, lab, [observation]))[0]!;
}

/**
 * When the windows of checks begin: when somebody last did something to a machine, for what has not come of it by then does not come.
 * Undefined where nobody knows when that was.
 */
export const lastChange = async (cluster: Cluster): Promise<number | undefined> => cluster.provider.activity?.last();

/**
 * Looks at all of them in rounds, at each until it holds on every machine it names or its own window is over; at each once at least.
 * `since`: when the windows began, by the machines' clock; now, when missing. The result is in the order of the observations.
 */
export async function observeTogether(
  cluster: Cluster,
  lab: Lab,
  observations: readonly Observation[],
  since?: number,
): Promise<Observed[][]> {
  const { clock, capabilities } = cluster.provider;
  const texts = await Promise.all(observations.map(async (o) => o.run ?? (await scriptText(lab, o.script!))));
  const looks = observations.map((observation) =>
    machinesOf(cluster, observation.machine).map((machine): Observed => ({ observation, machine, pass: false, seen: "", took: 0 })),
  );
  const windowOf = (look: Observed): number => seconds(look.observation.within) * 1000;
  const pause = pauses[capabilities.virtualTime ? "virtual" : "real"];
  const now = await clock.now();
  const begin = Math.min(now, since ?? now);
  let open = looks.flatMap((of, i) => of.map((look) => ({ look, text: texts[i]! })));
  for (let wait = pause.first; ; wait = Math.min(pause.longest, wait * pause.growth)) {
    await clock.hurry(() =>
      Promise.all(open.map(async ({ look, text }) => Object.assign(look, await once(cluster, look.machine, look.observation, text)))),
    );
    const took = (await clock.now()) - begin;
    for (const { look } of open) look.took = took;
    open = open.filter(({ look }) => !look.pass && took < windowOf(look));
    if (open.length === 0) return looks;
    // at each once more when its window ends
    await clock.sleep(Math.max(1, Math.min(wait, ...open.map(({ look }) => windowOf(look) - took))));
  }
}

async function once(cluster: Cluster, machine: string, observation: Observation, text: string): Promise<{ pass: boolean; seen: string }> {
  try {
    const result = await cluster.ssh.script(machine, observation.id, text, observation.environment, { timeout: 120_000 });
    const output = `${result.stdout}${result.stderr}`.trim();
    const pass =
      result.status === observation.status &&
      (observation.stdout === undefined || new RegExp(observation.stdout, "m").test(result.stdout)) &&
      (observation.absent === undefined || !new RegExp(observation.absent, "m").test(result.stdout));
    const short = output.split("\n").slice(-6).join("\n");
    return {
      pass,
      seen: `${short === "" ? "(no output)" : short}${result.status === observation.status ? "" : `\n(exit status ${result.status})`}`,
    };
  } catch (error) {
    // a machine that cannot be reached fails the check; it is no error of the engine
    return { pass: false, seen: error instanceof Error ? error.message : String(error) };
  }
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
