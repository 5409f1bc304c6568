/** Labs on a real cluster: what a learner sees, what mends it and what does not. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readLabs } from "../../../src/lab/catalogue.ts";
import { asVariant, type Lab, type Repair } from "../../../src/lab/definition.ts";
import { breakCluster } from "../../../src/lab/break.ts";
import { applyRepair, checkLab } from "../../../src/lab/engine.ts";
import { unmetNeeds } from "../../../src/lab/needs.ts";
import { observe } from "../../../src/lab/observe.ts";
import { byUndoing } from "../../../src/lab/rewind.ts";
import type { Cluster } from "../../../src/provision/cluster.ts";
import type { Look } from "./looks.ts";
import { patience, type Pair } from "./pair.ts";
import { timeFor } from "./time.ts";

const labs = await readLabs(fileURLToPath(new URL("../../../labs", import.meta.url)));

/** `LAB` or `LAB/VARIANT`. */
function labOf(id: string): Lab {
  const [name, variant] = id.split("/") as [string, string?];
  const lab = labs.find((l) => l.id === name);
  if (!lab) throw new Error(`there is no lab ${id}`);
  return asVariant(lab, variant);
}

/** All labs and variants that a cluster can host. */
export const hosted = (cluster: Cluster): string[] =>
  labs
    .flatMap((lab) => [lab.id, ...lab.variants.map((v) => `${lab.id}/${v.id}`)])
    .filter((id) => unmetNeeds(labOf(id), cluster).length === 0);

const mend = (cluster: Cluster, lab: Lab, repair: Repair): Promise<void> => applyRepair(cluster, lab, repair, () => undefined);

async function expectHealthy(cluster: Cluster, lab: Lab): Promise<void> {
  const { checks } = await checkLab(cluster, lab, 0, () => undefined);
  expect(checks.filter((c) => !c.pass).map((c) => `${c.check.title} [${c.machine}]: ${c.seen}`)).toEqual([]);
}

/** The first solution in both worlds, which are compared while they are broken; with `seconds`, when there is that much time. */
export function provesInBothWorlds(pair: Pair, id: string, looks: Look[], seconds?: number): void {
  it(
    id,
    async ({ skip }) => {
      if (seconds !== undefined && !timeFor(`${id} on real Kubernetes`, seconds)) skip("no time left");
      const lab = labOf(id);
      const both = [pair.real(), pair.twin()];
      for (const cluster of both) expect(unmetNeeds(lab, cluster)).toEqual([]);
      await Promise.all(both.map((cluster) => breakCluster(cluster, lab)));
      await pair.compare(looks);
      for (const cluster of both) await mend(cluster, lab, lab.solutions[0]!);
      await Promise.all(both.map((cluster) => expectHealthy(cluster, lab)));
    },
    patience,
  );
}

/** One look at the checks in their order, as far as the first that fails. */
async function expectBroken(cluster: Cluster, lab: Lab, after: string): Promise<void> {
  for (const check of lab.checks) {
    const looks = await observe(cluster, lab, { ...check, within: "0s" });
    if (looks.some((o) => !o.pass)) return;
  }
  expect.fail(`every check passes after: ${after}`);
}

/**
 * A kubelet waits the longer, up to five minutes, the more often it has ended a static pod that is the same again: after a few rounds
 * of one lab. A learner's cluster has not been through them, so each round begins with kubelets that remember none.
 */
async function forgetBackOff({ real, on }: Pair): Promise<void> {
  // one that is still starting ends when its runtime goes
  const anew = "systemctl restart kubelet; until (exec 3<>/dev/tcp/127.0.0.1/10248) 2>/dev/null; do sleep 1; done; sleep 3";
  await Promise.all(real().plan.machines.map(({ name }) => on(name, anew)));
}

/** Every day another comes first, so that each has its turn where there is never time for all. */
export function today<T>(list: readonly T[]): T[] {
  const first = Math.floor(Date.now() / 86_400_000) % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/**
 * On the real cluster alone: the wrong fixes, one after another as somebody tries them who does not know better, do not mend it, and each of
 * the solutions does; what any of them leaves behind is undone, so that the lab can be played again.
 *   seconds   about how long that takes, with what the tests need that follow
 *   grace     seconds in which it would show that a fix was right; for new pods a check itself waits
 */
export function provesRepairs(
  pair: Pair,
  id: string,
  { seconds, grace = 20 }: { seconds?: number | undefined; grace?: number | undefined },
): void {
  it(
    `${id}: wrong fixes and solutions`,
    async ({ skip, signal, onTestFailed }) => {
      if (!timeFor(`${id} on real Kubernetes: wrong fixes and solutions`, seconds)) skip("no time left");
      const lab = labOf(id);
      const real = pair.real();
      const rewind = byUndoing(real, lab);
      // the next one needs a whole cluster
      onTestFailed(() => rewind.toHealthy().catch(() => undefined), patience);
      // a test that was given up must not go on beside the next
      const mendNow = async (repair: Repair): Promise<void> => {
        signal.throwIfAborted();
        await mend(real, lab, repair);
      };
      const startAnew = async (): Promise<void> => {
        await rewind.toHealthy();
        await forgetBackOff(pair);
        signal.throwIfAborted();
      };
      await breakCluster(real, lab);
      for (const wrong of lab.wrong) {
        await mendNow(wrong);
        await new Promise((resolve) => setTimeout(resolve, grace * 1000));
        await expectBroken(real, lab, wrong.title);
      }
      await startAnew();
      // undoing is the first solution, where a lab does not say how
      for (const solution of lab.solutions.slice(lab.undo ? 0 : 1)) {
        await breakCluster(real, lab);
        await mendNow(solution);
        await expectHealthy(real, lab);
        await startAnew();
      }
    },
    patience,
  );
}
