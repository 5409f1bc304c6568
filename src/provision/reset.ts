/** Takes machines that stay out of a cluster that goes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { KubemendError, exitStatus } from "../error.ts";
import type { Listener } from "../report/events.ts";
import { scriptsFolder } from "./bring-up.ts";
import type { Cluster } from "./cluster.ts";
import { guarded } from "./guard.ts";
import { criSocket } from "./runtime.ts";

/** Runs scripts/reset.sh everywhere. Throws `reset-failed` with every machine on which it failed; the others are done. */
export async function resetMachines(cluster: Cluster, emit: Listener): Promise<void> {
  const text = await readFile(join(scriptsFolder, "reset.sh"), "utf8");
  // of a cluster that came so far; what was never begun has none
  const nodeKey = await readFile(join(cluster.dir, "node_ed25519.pub"), "utf8").catch(() => "");
  emit({ type: "stage", title: `Taking ${cluster.plan.machines.length} machines out of the cluster` });
  const problems = await Promise.all(
    cluster.plan.machines.map(async ({ name, role }) => {
      const environment = { CRI_SOCKET: criSocket(cluster.plan), ROLE: role, NODE_KEY_PUBLIC: nodeKey.trim() };
      const about = { machine: name, script: "reset.sh", title: "kubeadm reset" };
      const begin = performance.now();
      emit({ type: "step-started", ...about });
      const problem = await cluster.ssh.script(name, "reset.sh", guarded(text), environment).then(
        ({ status, stderr, stdout }) =>
          status === 0 ? undefined : `${name}: status ${status}\n${(stderr.trim() || stdout.trim()).split("\n").slice(-5).join("\n")}`,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      emit({ type: "step-finished", ...about, ok: problem === undefined, milliseconds: performance.now() - begin });
      return problem;
    }),
  );
  const failed = problems.filter((problem) => problem !== undefined);
  if (failed.length > 0)
    throw new KubemendError("reset-failed", exitStatus.provider, `not every machine could be reset:\n${failed.join("\n")}`, {
      hint: "Mend it and run `kubemend destroy --reset` again, or `kubemend destroy` to forget them as they are.",
    });
}
