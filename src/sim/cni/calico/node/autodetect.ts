/** How calico-node finds the node's address (node/pkg/lifecycle/startup/autodetection). */
import type { Proc } from "../../../kernel/proc.ts";
import { parseIp } from "../../../net/ip.ts";
import { contains, type CalicoNode } from "../datastore.ts";
import { log } from "./log.ts";
import { steadyRegExp } from "../../../core/regexp/index.ts";

/** Interfaces that no method but interface= looks at. */
const excluded = [
  /^docker.*/,
  /^cbr.*/,
  /^dummy.*/,
  /^virbr.*/,
  /^lxcbr.*/,
  /^veth.*/,
  /^lo$/,
  /^cali.*/,
  /^tunl.*/,
  /^flannel.*/,
  /^kube-ipvs.*/,
  /^cni.*/,
  /^vxlan\.calico.*/,
  /^vxlan-v6\.calico.*/,
  /^wireguard\.cali.*/,
  /^wg-v6\.cali.*/,
  /^nodelocaldns.*/,
];

export interface Found {
  interface: string;
  cidr: string;
}

/** `who`: `startup` or `monitor-addresses`, as the log lines name the caller. Undefined when nothing was found (a warning was logged). */
export function autodetect(p: Proc, method: string, node: CalicoNode | undefined, who: string): Found | undefined {
  const found = find(p, method, node, who);
  if (found)
    log(p, "INFO", `${who}/autodetection_methods.go 103`, `Using autodetected IPv4 address on interface ${found.interface}: ${found.cidr}`);
  return found;
}

function find(p: Proc, method: string, node: CalicoNode | undefined, who: string): Found | undefined {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const usable = ns
    .links()
    .filter((l) => l.up && l.kind !== "loopback")
    .flatMap((l) => l.addresses.filter((a) => a.scope === "global").map((a) => ({ interface: l.name, cidr: a.cidr, ip: a.ip })));
  const regular = usable.filter((a) => !excluded.some((e) => e.test(a.interface)));
  const at = `${who}/autodetection_methods.go`;
  if (method === "" || method === "first-found") {
    if (regular[0]) return regular[0];
    log(p, "WARNING", `${at} 96`, "Unable to auto-detect an IPv4 address: no valid IPv4 addresses found on the host interfaces");
    return undefined;
  }
  const [name, value = ""] = split(method);
  switch (name) {
    case "interface": {
      for (const pattern of value.split(/\s*,\s*/)) {
        const match = usable.find((a) => steadyRegExp(pattern).test(a.interface));
        if (match) return match;
      }
      log(
        p,
        "WARNING",
        `${at} 113`,
        `Unable to auto-detect an IPv4 address using interface regexes [${value.split(/\s*,\s*/).join(" ")}]: no valid host interfaces found`,
      );
      return undefined;
    }
    case "skip-interface": {
      const patterns = value.split(/\s*,\s*/).map((x) => steadyRegExp(x));
      const match = regular.find((a) => !patterns.some((x) => x.test(a.interface)));
      if (!match)
        log(
          p,
          "WARNING",
          `${at} 130`,
          `Unable to auto-detect an IPv4 address using interface regexes [${value}]: no valid host interfaces found`,
        );
      return match;
    }
    case "can-reach": {
      let target = parseIp(value);
      if (target === undefined) {
        const r = p.net.resolve(value);
        target = r.ok ? parseIp(r.addresses.find((x) => x.includes(".")) ?? "") : undefined;
      }
      const source = target === undefined ? undefined : ns.sourceFor(target);
      const match = source === undefined ? undefined : usable.find((a) => a.ip === ns.text(source));
      if (!match)
        log(
          p,
          "WARNING",
          `${at} 145`,
          `Unable to auto-detect IPv4 address by connecting to ${value}: dial udp4 ${value}:80: connect: network is unreachable`,
        );
      return match;
    }
    case "cidr": {
      const cidrs = value.split(/\s*,\s*/);
      const match = regular.find((a) => cidrs.some((c) => contains(c, a.ip)));
      if (!match)
        log(
          p,
          "WARNING",
          `${at} 170`,
          `Unable to auto-detect an IPv4 address using interface cidrs [${cidrs.join(" ")}]: no valid host interfaces found`,
        );
      return match;
    }
    case "kubernetes-internal-ip": {
      const match = node?.internalIp === undefined ? undefined : usable.find((a) => a.ip === node.internalIp);
      if (match) return match;
      return node?.internalIp === undefined ? undefined : { interface: "", cidr: `${node.internalIp}/32` };
    }
    default:
      log(p, "FATAL", `${at} 85`, `Invalid IP autodetection method: ${method}`);
      p.exit(1);
  }
}

function split(method: string): [string, string?] {
  const cut = method.indexOf("=");
  return cut < 0 ? [method] : [method.slice(0, cut), method.slice(cut + 1)];
}
