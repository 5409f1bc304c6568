/**
 * Where the machines answered when Vagrant was last asked. Vagrant takes two seconds for each of its two answers; logging in takes a tenth
 * of one, and proves more: each machine has a key of its own, which no other machine at the same address takes.
 */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { SshConnection } from "../../ssh/client.ts";
import type { MachineStatus } from "../provider.ts";

interface Remembered {
  /** Of the Vagrantfile: what was said of another counts no more. */
  vagrantfile: string;
  machines: MachineStatus[];
}

/** Milliseconds in which a machine has to let one in. */
const limit = 10_000;

const fileIn = (dir: string): string => join(dir, "endpoints.json");
const checksum = async (dir: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(join(dir, "Vagrantfile")))
    .digest("hex");

/** Only machines that all run, each with the key that Vagrant made for it, can be recognised again. */
export async function rememberEndpoints(dir: string, machines: MachineStatus[]): Promise<void> {
  const own = ({ name, state, ssh }: MachineStatus): boolean =>
    state === "running" && ssh?.keyFile !== undefined && ssh.keyFile.startsWith(join(dir, ".vagrant", "machines", name) + sep);
  if (!machines.every(own)) return;
  try {
    const remembered: Remembered = { vagrantfile: await checksum(dir), machines };
    await writeFile(fileIn(dir), `${JSON.stringify(remembered)}\n`, { mode: 0o600 });
  } catch {
    // a full disk: then Vagrant is asked again
  }
}

export const forgetEndpoints = (dir: string): Promise<void> => rm(fileIn(dir), { force: true });

/** The machines, when all of them are where they were and let us in; otherwise undefined. */
export async function recallEndpoints(dir: string, names: readonly string[]): Promise<MachineStatus[] | undefined> {
  try {
    const { vagrantfile, machines } = JSON.parse(await readFile(fileIn(dir), "utf8")) as Remembered;
    if (vagrantfile !== (await checksum(dir)) || machines.map((m) => m.name).join(" ") !== names.join(" ")) return undefined;
    await Promise.all(
      machines.map(async ({ ssh }) => (await SshConnection.open(ssh!, { ident: "kubemend-engine", timeout: limit })).close()),
    );
    return machines;
  } catch {
    return undefined;
  }
}
