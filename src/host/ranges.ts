/** Finds a range for the machines that nothing on this host and nothing in the plan uses. */
import { contains, formatCidr, overlaps, parseCidr, sizeOf, within, type Cidr } from "../cluster/cidr.ts";
import type { Specification } from "../cluster/specification.ts";
import type { HostFacts } from "./facts.ts";

/** VirtualBox 6.1.28 and newer allow no other host-only addresses unless told so (VirtualBox manual, "Host-Only Networking"). */
const hostOnlyDefault = parseCidr("192.168.56.0/21")!;

/** The line that allows a range, and where it goes. */
export const allowLine = (cidr: string): string => `the line "* ${cidr}" to /etc/vbox/networks.conf on this host (as root)`;

/** Where /etc/vbox/networks.conf exists, only what it lists is allowed. undefined: everything is, as on Windows and newer macOS. */
export function allowedByVirtualBox(facts: HostFacts): Cidr[] | undefined {
  if (facts.platform === "win32" || facts.platform === "darwin") return undefined;
  const text = facts.virtualbox?.networks;
  if (text === undefined) return [hostOnlyDefault];
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("*"))
    .flatMap((line) => line.slice(1).trim().split(/\s+/))
    .flatMap((word) => parseCidr(word) ?? []);
}

/** Of every machine, and of docker, LXC and libvirt on many hosts: not worth suggesting. */
const avoided = ["10.0.2.0/24", "10.0.3.0/24", "172.17.0.0/16", "192.168.121.0/24", "192.168.122.0/24", "192.168.0.0/23"].map((text) =>
  parseCidr(text)!,
);

/** In the order in which people expect them: first what VirtualBox allows without being told, then the rest of private space. */
const candidates: readonly Cidr[] = [
  ...Array.from({ length: 8 }, (_, i) => `192.168.${56 + i}.0`),
  ...Array.from({ length: 190 }, (_, i) => `192.168.${64 + i}.0`),
  ...Array.from({ length: 200 }, (_, i) => `10.${10 + i}.10.0`),
  ...Array.from({ length: 15 }, (_, i) => `172.${16 + i}.10.0`),
].map((base) => parseCidr(`${base}/24`)!);

/**
 * A range for the machines that overlaps no route of this host and no range of the plan; for VirtualBox one that it allows, if there is
 * any. undefined when there is none at all.
 */
export function freeRange(
  specification: Specification,
  facts: HostFacts,
  machines: number,
): { cidr: string; allowed: boolean } | undefined {
  const taken = [...(facts.routes ?? []).map((route) => route.cidr), specification.network.pods, specification.network.services].flatMap(
    (text) => parseCidr(text) ?? [],
  );
  const allowed = specification.provider === "virtualbox" ? allowedByVirtualBox(facts) : undefined;
  const isAllowed = (range: Cidr): boolean => allowed === undefined || allowed.some((outer) => within(outer, range));
  const free = [...candidates, ...(allowed ?? []).flatMap(inside)].filter(
    (range) => ![...taken, ...avoided].some((other) => overlaps(other, range)) && sizeOf(range) - 3 >= machines,
  );
  const best = free.find(isAllowed) ?? free[0];
  return best && { cidr: formatCidr(best), allowed: isAllowed(best) };
}

/** The first /24s of a range that somebody allowed, or the range itself when it is smaller. */
function inside(outer: Cidr): Cidr[] {
  if (outer.prefix > 24) return [outer];
  return Array.from({ length: Math.min(256, 2 ** (24 - outer.prefix)) }, (_, i) => ({ base: outer.base + i * 256, prefix: 24 })).filter(
    (range) => contains(outer, range.base) && range.base >>> 24 !== 0 && range.base >>> 24 !== 127 && range.base >>> 28 < 14,
  );
}
