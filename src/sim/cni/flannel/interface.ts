/** Which interface flanneld uses (pkg/ipmatch/match.go): --iface, --iface-regex, --iface-can-reach, or the default route's. */
import type { NetNs } from "../../net/netlink.ts";
import { steadyRegExp } from "../../core/regexp/index.ts";

export interface Flags {
  iface: string[];
  ifaceRegex: string[];
  ifaceCanReach: string;
}

export interface External {
  name: string;
  ip: string;
  mtu: number;
}

export class NoInterface extends Error {}

const parse = (ip: string): number => ip.split(".").reduce((n, byte) => n * 256 + Number(byte), 0);
const isAddress = (text: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(text);

function addressOf(ns: NetNs, name: string): External | undefined {
  const link = ns.link(name);
  const address = link?.addresses.find((a) => a.scope === "global") ?? link?.addresses[0];
  return link && address && { name, ip: address.cidr.split("/")[0]!, mtu: link.mtu };
}

/** Throws NoInterface with the text that flanneld logs. `say`: each attempt. */
export function externalInterface(ns: NetNs, flags: Flags, say: (text: string) => void): External {
  if (flags.iface.length > 0) {
    for (const wanted of flags.iface) {
      say(`Searching for interface using ${wanted}`);
      const found = ns.links().find((l) => l.name === wanted || l.addresses.some((a) => a.cidr.split("/")[0] === wanted));
      if (!found) {
        say(
          `Could not find valid interface matching ${wanted}: error looking up interface ${wanted}: route ip+net: no such network interface`,
        );
        continue;
      }
      const external = addressOf(ns, found.name);
      if (external) return isAddress(wanted) ? { ...external, ip: wanted } : external;
    }
    throw new NoInterface("Failed to find interface to use that matches the interfaces and/or regexes provided");
  }
  if (flags.ifaceRegex.length > 0) {
    for (const text of flags.ifaceRegex) {
      say(`Searching for interface using ${text}`);
      const regex = steadyRegExp(text);
      for (const link of ns.links()) {
        const address = link.addresses.find((a) => regex.test(a.cidr.split("/")[0]!));
        if (address) return { name: link.name, ip: address.cidr.split("/")[0]!, mtu: link.mtu };
      }
      const named = ns.links().find((link) => regex.test(link.name));
      const external = named && addressOf(ns, named.name);
      if (external) return external;
      say(
        `Could not find valid interface matching ${text}: failed to match pattern ${text} to any of the available network interfaces (${ns
          .links()
          .map((l) => l.name)
          .join(", ")})`,
      );
    }
    throw new NoInterface("Failed to find interface to use that matches the interfaces and/or regexes provided");
  }
  if (flags.ifaceCanReach !== "") {
    say(`Determining interface to use based on given ifaceCanReach: ${flags.ifaceCanReach}`);
    return byRoute(ns, flags.ifaceCanReach);
  }
  say("Determining IP address of default interface");
  const route = ns.routes("main").find((r) => r.dst === "default");
  if (!route?.dev) throw new NoInterface("failed to get default interface: unable to find default route");
  const external = addressOf(ns, route.dev);
  if (!external) throw new NoInterface(`failed to find IPv4 address for interface ${route.dev}`);
  return external;
}

function byRoute(ns: NetNs, ip: string): External {
  const decision = ns.lookup({ dst: parse(ip) });
  const found = decision.kind === "unicast" ? addressOf(ns, decision.link.name) : undefined;
  if (!found) throw new NoInterface(`failed to get ifaceCanReach based interface: unable to find interface to reach ${ip}`);
  return found;
}
