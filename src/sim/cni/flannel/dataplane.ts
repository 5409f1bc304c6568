/** What flanneld sets up on the node (pkg/backend/vxlan, pkg/trafficmngr/iptables): device, neighbours, routes, rules. */
import { createHash } from "node:crypto";
import { Errno } from "../../core/errno.ts";
import type { NetNs } from "../../net/netlink.ts";

export interface Lease {
  node: string;
  /** `10.244.1.0/24` */
  subnet: string;
  publicIp: string;
  mac: string;
}

export interface Vxlan {
  vni: number;
  port: number;
  mtu: number;
}

export const deviceOf = (vxlan: Vxlan): string => `flannel.${vxlan.vni}`;
const baseOf = (cidr: string): string => cidr.split("/")[0]!;

/** The device's address, made once and kept in the node's annotation. */
export function newMac(machineId: string): string {
  const h = createHash("sha1").update(`flannel ${machineId}`).digest();
  return [(h[0]! & 0xfe) | 0x02, h[1]!, h[2]!, h[3]!, h[4]!, h[5]!].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

export function ensureDevice(ns: NetNs, vxlan: Vxlan, external: { name: string; ip: string }, subnet: string, mac: string): void {
  const name = deviceOf(vxlan);
  const there = ns.link(name);
  if (there && there.mac !== mac) ns.deleteLink(name);
  if (!ns.link(name))
    ns.addLink({
      name,
      kind: "vxlan",
      vni: vxlan.vni,
      port: vxlan.port,
      local: external.ip,
      dev: external.name,
      learning: false,
      mac,
      mtu: vxlan.mtu,
    });
  const wanted = `${baseOf(subnet)}/32`;
  for (const { cidr, scope } of ns.link(name)!.addresses) if (scope !== "link" && cidr !== wanted) ns.deleteAddress(name, cidr);
  if (!ns.link(name)!.addresses.some((a) => a.cidr === wanted)) ns.addAddress(name, wanted);
  ns.setUp(name, true);
}

/** ARP, FDB and route for one other node (vxlan_network.go, handleSubnetEvents). */
export function addPeer(ns: NetNs, device: string, lease: Lease): void {
  const ip = baseOf(lease.subnet);
  ns.setNeighbour({ ip, dev: device, mac: lease.mac });
  for (const old of ns.fdb().filter((f) => f.dev === device && f.mac === lease.mac && f.dst !== lease.publicIp))
    ns.deleteFdb({ dev: device, mac: old.mac });
  ns.setFdb({ dev: device, mac: lease.mac, dst: lease.publicIp });
  ns.replaceRoute({ dst: lease.subnet, via: ip, dev: device, onlink: true });
}

export function removePeer(ns: NetNs, device: string, lease: Lease): void {
  const ip = baseOf(lease.subnet);
  for (const attempt of [
    () => ns.deleteRoute({ dst: lease.subnet, via: ip, dev: device }),
    () => ns.deleteFdb({ dev: device, mac: lease.mac }),
    () => ns.deleteNeighbour({ ip, dev: device }),
  ]) {
    try {
      attempt();
    } catch (error) {
      // somebody else was faster
      if (!(error instanceof Errno)) throw error;
    }
  }
}

/** Rules of the nat table, in order (iptables.go, masqRules). */
const masquerade = (network: string, subnet: string): string[] => {
  const rule = (text: string, target: string): string => `-A FLANNEL-POSTRTG ${text} -m comment --comment "flanneld masq" -j ${target}`;
  return [
    rule("-m mark --mark 0x4000/0x4000", "RETURN"),
    rule(`-s ${subnet} -d ${network}`, "RETURN"),
    rule(`-s ${network} -d ${subnet}`, "RETURN"),
    rule(`! -s ${network} -d ${subnet}`, "RETURN"),
    rule(`-s ${network} ! -d 224.0.0.0/4`, "MASQUERADE --random-fully"),
    rule(`! -s ${network} -d ${network}`, "MASQUERADE --random-fully"),
  ];
};
const forward = (network: string): string[] => [
  `-A FLANNEL-FWD -s ${network} -m comment --comment "flanneld forward" -j ACCEPT`,
  `-A FLANNEL-FWD -d ${network} -m comment --comment "flanneld forward" -j ACCEPT`,
];
const jumps = {
  nat: '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
  filter: '-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD',
} as const;

/** Sets the rules that are missing; true when some were. */
export function ensureRules(ns: NetNs, network: string, subnet: string, masq: boolean): boolean {
  let changed = false;
  for (const table of ["nat", "filter"] as const) {
    if (table === "nat" && !masq) continue;
    const chain = table === "nat" ? "FLANNEL-POSTRTG" : "FLANNEL-FWD";
    const rules = table === "nat" ? masquerade(network, subnet) : forward(network);
    const text = ns.iptablesSave(table);
    const own = text.split("\n").filter((line) => line.startsWith(`-A ${chain} `)).length;
    const jump = text.includes(jumps[table]);
    if (own === rules.length && jump) continue;
    ns.iptablesRestore(`*${table}\n:${chain} - [0:0]\n-F ${chain}\n${rules.join("\n")}\n${jump ? "" : `${jumps[table]}\n`}COMMIT\n`, {
      noflush: true,
    });
    changed = true;
  }
  return changed;
}
