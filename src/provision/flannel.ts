/** flannel's settings for a plan. */
import { formatAddress, parseCidr, sizeOf } from "../cluster/cidr.ts";
import type { Plan } from "../cluster/plan.ts";
import { flannelVersion } from "../cluster/versions.ts";
import type { Step } from "./steps.ts";

/**
 * A regular expression for all addresses of a network, whole octets first and then those that differ; shorter networks than
 * an octet's are matched by the octet, in which no other network of the machine lies.
 */
export function addressPattern(network: string): string {
  const cidr = parseCidr(network)!;
  const octets = formatAddress(cidr.base).split(".").map(Number);
  const whole = Math.floor(Math.min(cidr.prefix, 24) / 8);
  const fixed = octets.slice(0, whole).map((octet) => `${octet}\\.`);
  if (cidr.prefix >= 24 || cidr.prefix % 8 === 0) return `^${fixed.join("")}`;
  const count = sizeOf(cidr) / 256 ** (3 - whole);
  const range = Array.from({ length: count }, (_, i) => octets[whole]! + i);
  return `^${fixed.join("")}(${range.join("|")})\\.`;
}

export function flannelStep(plan: Plan, manifests: string | undefined): Step {
  const { network } = plan.specification;
  return {
    script: "flannel.sh",
    title: "install flannel",
    environment: {
      FLANNEL: flannelVersion,
      PODS: network.pods,
      ADDRESSES: addressPattern(network.nodes),
      ...(manifests === undefined ? {} : { MANIFESTS: `${manifests}/flannel/${flannelVersion}` }),
    },
  };
}
