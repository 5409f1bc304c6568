/** Facts of this host that a plan depends on. */
import { readFileSync } from "node:fs";
import type { HostFacts } from "../cluster/plan.ts";

export function hostFacts(): HostFacts {
  let vboxNetworks = "";
  try {
    vboxNetworks = readFileSync("/etc/vbox/networks.conf", "utf8");
  } catch {
    // not there: VirtualBox's default applies
  }
  return { platform: process.platform, vboxNetworks };
}
