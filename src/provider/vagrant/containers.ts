/** LXC containers whose making was cut off: LXC has them, Vagrant does not know them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Progress } from "../provider.ts";
import { containerName } from "./folder.ts";

/** Their names hold this folder's mark, so they are nobody else's. */
export async function removeContainers(dir: string, machines: readonly string[], progress: (event: Progress) => void): Promise<void> {
  // not lxc-ls: it does not list what has no configuration yet
  const { stdout } = await lxc("lxc-config", ["lxc.lxcpath"]);
  const path = stdout.trim() || "/var/lib/lxc";
  for (const machine of machines) {
    const name = containerName(dir, machine);
    if (!existsSync(join(path, name))) continue;
    progress({ machine, text: "removing what an interrupted `up` left" });
    await lxc("lxc-destroy", ["--force", "--name", name]);
    if (existsSync(join(path, name))) await lxc("rm", ["-rf", join(path, name)]);
  }
}

/** As root, which vagrant-lxc's containers need. */
const lxc = (program: string, args: string[]) =>
  process.getuid?.() === 0
    ? execa(program, args, { reject: false, stdin: "ignore", timeout: 120_000 })
    : execa("sudo", ["-n", program, ...args], { reject: false, stdin: "ignore", timeout: 120_000 });
