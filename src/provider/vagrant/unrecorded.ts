/** Removes machines of a folder whose record cannot be read any more: what Vagrant itself keeps there is enough to find them. */
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { providerError } from "../../error.ts";
import type { Progress } from "../provider.ts";
import { Vagrant } from "./adapter.ts";
import { removeHalfMade } from "./half-made.ts";
import { knownMachines } from "./folder.ts";
import { heartbeat } from "./heartbeat.ts";

/** Throws `machines-left` with those that are still there. Does nothing in a folder that Vagrant has never worked in. */
export async function destroyUnrecorded(dir: string, progress: (event: Progress) => void): Promise<void> {
  const machines = join(dir, ".vagrant", "machines");
  const names = await readdir(machines).catch(() => []);
  const beat = heartbeat(progress);
  try {
    for (const provider of await providersIn(machines, names)) {
      const vagrant = new Vagrant({
        dir,
        provider,
        log: join(dir, "logs", "vagrant.log"),
        onLine: (text, machine) => beat.tell({ text, ...(machine === undefined ? {} : { machine }) }),
      });
      await vagrant.idle();
      // the one in use may be damaged as well
      const spare = existsSync(join(dir, "Vagrantfile.kubemend")) ? "Vagrantfile.kubemend" : undefined;
      if ((await knownMachines(dir)).length > 0)
        await vagrant.destroy().catch((error: unknown) => {
          if (spare === undefined) throw error;
        });
      if (spare !== undefined && (await knownMachines(dir)).length > 0) await vagrant.destroy(spare);
      await removeHalfMade(provider, dir, names, beat.tell);
    }
  } finally {
    beat.stop();
  }
  const left = await knownMachines(dir);
  if (left.length > 0)
    throw providerError("machines-left", `vagrant did not remove ${left.join(", ")}`, {
      hint: `The Vagrantfile in ${dir} does not define them. Remove them with the tools of their provider, then delete ${join(dir, ".vagrant")} and run \`kubemend destroy\` again.`,
    });
  await rm(join(dir, ".vagrant"), { recursive: true, force: true });
}

async function providersIn(machines: string, names: string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => readdir(join(machines, name)).catch(() => [])));
  return [...new Set(found.flat())];
}
