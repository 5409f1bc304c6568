/** Machines of libvirt whose making was cut off: a domain, a disk, or a network that Vagrant does not know or would stumble over. */
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { execa } from "execa";
import type { Progress } from "../provider.ts";
import { knownMachines } from "./folder.ts";

export async function removeDomains(dir: string, machines: readonly string[], progress: (event: Progress) => void): Promise<void> {
  for (const machine of machines) {
    const name = `${basename(dir)}-${machine}`;
    const tell = (): void => progress({ machine, text: "removing what an interrupted `up` left" });
    // vagrant-libvirt writes into a domain's description of which Vagrantfile it is
    if ((await said("desc", name)).trim() === `Source: ${join(resolve(dir), "Vagrantfile")}`) {
      tell();
      await virsh("destroy", name);
      await virsh("undefine", name, "--managed-save", "--snapshots-metadata", "--nvram");
    }
    for (const { pool, path } of await disks(`${name}.img`)) {
      if (await inUse(path)) continue;
      tell();
      await virsh("vol-delete", "--pool", pool, `${name}.img`);
    }
  }
  if ((await knownMachines(dir)).length === 0) await removeNetworks(dir, machines);
}

/** Disks of that name, in any storage pool, that are overlays of a Vagrant box. */
async function disks(name: string): Promise<{ pool: string; path: string }[]> {
  const found: { pool: string; path: string }[] = [];
  for (const pool of words(await said("pool-list", "--name"))) {
    const path = (await said("vol-path", "--pool", pool, name)).trim();
    // the name is that of handle_box_image.rb of vagrant-libvirt
    if (path !== "" && /<path>[^<]*_vagrant_box_image_/.test(await said("vol-dumpxml", "--pool", pool, name))) found.push({ pool, path });
  }
  return found;
}

async function inUse(path: string): Promise<boolean> {
  for (const domain of words(await said("list", "--all", "--name")))
    if (words(await said("domblklist", domain)).includes(path)) return true;
  return false;
}

/** Those that Vagrant noted for the machines, unless another machine is on them. */
async function removeNetworks(dir: string, machines: readonly string[]): Promise<void> {
  const notes = machines.map((machine) => join(dir, ".vagrant", "machines", machine, "libvirt", "created_networks"));
  const noted = await Promise.all(notes.map((file) => readFile(file, "utf8").catch(() => "")));
  for (const network of new Set(noted.flatMap(words))) {
    const definition = await said("net-dumpxml", network);
    if (definition === "" || definition.includes(" connections=")) continue;
    await virsh("net-destroy", network);
    await virsh("net-undefine", network);
  }
}

const virsh = (...args: string[]) =>
  execa("virsh", ["-q", "-c", "qemu:///system", ...args], { reject: false, stdin: "ignore", timeout: 120_000, env: { LC_ALL: "C" } });

/** Nothing, where there is no such thing or no virsh. */
async function said(...args: string[]): Promise<string> {
  const { exitCode, stdout } = await virsh(...args);
  return exitCode === 0 ? stdout : "";
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
