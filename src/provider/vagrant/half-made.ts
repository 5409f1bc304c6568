/** What an `up` that was cut off has left, of which Vagrant does not know: the next `up` would stumble over it, and `destroy` would leave it. */
import type { Progress } from "../provider.ts";
import { removeContainers } from "./containers.ts";
import { removeDomains } from "./domains.ts";

/** Removes it for machines that Vagrant calls missing. */
export async function removeHalfMade(
  provider: string,
  dir: string,
  machines: readonly string[],
  progress: (event: Progress) => void,
): Promise<void> {
  if (machines.length === 0) return;
  if (provider === "lxc") await removeContainers(dir, machines, progress);
  else if (provider === "libvirt") await removeDomains(dir, machines, progress);
}
