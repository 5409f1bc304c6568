/**
 * The folder in which plain `vagrant` works as well: the Vagrantfile, the node scripts beside it, and the checksum that tells whether
 * somebody edited the Vagrantfile.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Plan } from "../../cluster/plan.ts";
import { KubemendError } from "../../error.ts";
import { makeFolder } from "../../folder.ts";
import { installation } from "../../root.ts";
import { renderVagrantfile } from "./render.ts";

/** Kubemend's own version of an edited Vagrantfile. */
const pristineName = "Vagrantfile.kubemend";

const checksumOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A name of its own for every folder on this host, so that what was half made is known as ours. */
export function containerName(dir: string, machine: string): string {
  return `${basename(dir)}-${machine}-${checksumOf(resolve(dir)).slice(0, 8)}`;
}

/** With provisioners, unless plain `vagrant up` cannot build such a cluster. */
function rendered(dir: string, plan: Plan): string {
  const options = { scripts: "scripts", container: (machine: string) => containerName(dir, machine) };
  try {
    return renderVagrantfile(plan, options);
  } catch (error) {
    if (!(error instanceof KubemendError)) throw error;
    return renderVagrantfile(plan, { ...options, bare: error.message.split("\n")[0]! });
  }
}

/** Writes what `vagrant` needs. A Vagrantfile that was edited by hand stays; ours is put beside it then. */
export async function writeFolder(dir: string, plan: Plan): Promise<{ edited: boolean }> {
  await makeFolder(join(dir, "scripts"));
  const from = join(installation, "scripts");
  for (const name of await readdir(from)) if (name.endsWith(".sh")) await copyFile(join(from, name), join(dir, "scripts", name));
  const text = rendered(dir, plan);
  const edited = await isEdited(dir);
  if (edited) await writeFile(join(dir, pristineName), text, { mode: 0o600 });
  else {
    await writeFile(join(dir, "Vagrantfile"), text, { mode: 0o600 });
    await writeFile(join(dir, "Vagrantfile.sha256"), `${checksumOf(text)}  Vagrantfile\n`);
    await rm(join(dir, pristineName), { force: true });
  }
  return { edited };
}

/** True when the Vagrantfile is there and not as it was written. */
export async function isEdited(dir: string): Promise<boolean> {
  const text = await readFile(join(dir, "Vagrantfile"), "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const written = await readFile(join(dir, "Vagrantfile.sha256"), "utf8").catch(() => "");
  return written.split(" ")[0] !== checksumOf(text);
}

/** Writes our own Vagrantfile beside whatever is there; its name. */
export async function writePristine(dir: string, plan: Plan): Promise<string> {
  await writeFile(join(dir, pristineName), rendered(dir, plan), { mode: 0o600 });
  return pristineName;
}

/** Machines that Vagrant has an ID of, as it keeps them in .vagrant/machines/NAME/PROVIDER/id. */
export async function knownMachines(dir: string): Promise<string[]> {
  const machines = join(dir, ".vagrant", "machines");
  const names = await readdir(machines).catch(() => []);
  const known = await Promise.all(
    names.map(async (name) => {
      const providers = await readdir(join(machines, name)).catch(() => []);
      return providers.some((provider) => existsSync(join(machines, name, provider, "id")));
    }),
  );
  return names.filter((_, i) => known[i]);
}

/**
 * Tells Vagrant that a machine is provisioned, as it does itself (lib/vagrant/action/builtin/provision.rb): kubemend does that over SSH,
 * and a plain `vagrant up` later must not run the scripts on a cluster that somebody has changed since.
 */
export async function markProvisioned(dir: string, machine: string, provider: string): Promise<void> {
  const data = join(dir, ".vagrant", "machines", machine, provider);
  const id = await readFile(join(data, "id"), "utf8").catch(() => undefined);
  if (id !== undefined) await writeFile(join(data, "action_provision"), `1.5:${id.trim()}`);
}
