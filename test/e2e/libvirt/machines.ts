/**
 * Real virtual machines of libvirt with QEMU in software emulation, for tests: setup.sh makes the host ready for them, cleanup.sh removes
 * them. They are slow, so only who asks for them with KUBEMEND_E2E_LIBVIRT=1 gets them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { available, needs } from "../../needs.ts";
import { scratch } from "../lxc/machines.ts";

/** With these Vagrant, and so the product, uses the fixture's machines. */
export const emulated = {
  VAGRANT_HOME: join(scratch, "libvirt", "vagrant.d"),
  VAGRANT_DEFAULT_PROVIDER: "libvirt",
  VAGRANT_CHECKPOINT_DISABLE: "1",
};

/** True when they are asked for and this host can boot them. Throws in CI when it cannot. */
export function needsEmulated(): boolean {
  return (
    process.env.KUBEMEND_E2E_LIBVIRT === "1" &&
    needs("Vagrant", ["vagrant", "--version"]) &&
    available(
      "libvirt machines (test/e2e/libvirt/setup.sh)",
      needs("libvirt", ["virsh", "-c", "qemu:///system", "version"]) && existsSync(join(emulated.VAGRANT_HOME, "Vagrantfile")),
    )
  );
}
