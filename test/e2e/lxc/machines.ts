/** Real Vagrant machines as LXC containers, for tests: setup.sh makes the host ready for them, cleanup.sh removes them. */
import { execa } from "execa";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { containerName } from "../../../src/provider/vagrant/folder.ts";
import { available, needs } from "../../needs.ts";

/** Where setup.sh keeps Vagrant's home and the box. */
export const scratch = process.env.KUBEMEND_E2E ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kubemend");

/** The name under which setup.sh adds the box. */
export const box = "kubemend/debian-12";

/** With these Vagrant, and so the product, uses the fixture's machines. */
export const environment = {
  VAGRANT_HOME: join(scratch, "vagrant.d"),
  VAGRANT_DEFAULT_PROVIDER: "lxc",
  VAGRANT_CHECKPOINT_DISABLE: "1",
};

/** True when this host can boot them. Throws in CI when it cannot. */
export function needsMachines(): boolean {
  return (
    available("root (for LXC machines)", process.getuid?.() === 0) &&
    needs("Vagrant", ["vagrant", "--version"]) &&
    available(
      "LXC machines (test/e2e/lxc/setup.sh)",
      existsSync("/sys/class/net/lxcbr0") && existsSync(join(environment.VAGRANT_HOME, "Vagrantfile")),
    )
  );
}

/**
 * LXC's name of a machine when it has a container for it. `state`: the cluster's state folder, whose mark the name holds: other clusters of
 * that name may be on this host.
 */
export async function container(state: string, machine: string): Promise<string | undefined> {
  const name = containerName(state, machine);
  return (await execa("lxc-ls", ["-1"])).stdout.split("\n").find((line) => line.trim() === name);
}
