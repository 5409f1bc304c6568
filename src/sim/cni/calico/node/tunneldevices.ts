/** tunl0 and vxlan.calico as Felix sets them up (ipip_mgr.go, vxlan_mgr.go). */
import { createHash } from "node:crypto";
import type { Proc } from "../../../kernel/proc.ts";
import type { NetNs } from "../../../net/netlink.ts";
import { bare } from "../datastore.ts";
import type { Knowledge } from "./felix.ts";

/** Felix derives the device's address from the node's name, so that it is the same after a restart. */
function tunnelMac(node: string): string {
  const h = createHash("sha1").update(node).digest();
  return ["66", ...[0, 1, 2, 3, 4].map((i) => h[i]!.toString(16).padStart(2, "0"))].join(":");
}

export function programTunnels(p: Proc, k: Knowledge): void {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const parent = ns.links().find((l) => l.addresses.some((a) => a.cidr === k.self.address));
  const mtu = parent?.mtu ?? 1500;
  const ipip = k.pools.some((x) => !x.disabled && x.ipipMode !== "Never");
  const vxlan = k.pools.some((x) => !x.disabled && x.vxlanMode !== "Never");
  const overhead = vxlan ? 50 : ipip ? 20 : 0;
  writeMtu(p, k, mtu - overhead);
  if (ipip) {
    if (!ns.link("tunl0")) ns.addLink({ name: "tunl0", kind: "ipip" });
    const own = Number(k.felix.ipipMTU ?? p.env.FELIX_IPINIPMTU ?? 0) || mtu - 20;
    if (ns.link("tunl0")!.mtu !== own) ns.setLink("tunl0", { mtu: own });
    ns.setUp("tunl0", true);
    keepAddress(ns, "tunl0", k.self.ipipTunnel);
  } else if (ns.link("tunl0") && ns.link("tunl0")!.addresses.length > 0) keepAddress(ns, "tunl0", undefined);
  if (vxlan && k.self.address !== undefined && parent) {
    const mac = tunnelMac(k.self.name);
    const there = ns.link("vxlan.calico");
    if (!there)
      ns.addLink({
        name: "vxlan.calico",
        kind: "vxlan",
        vni: Number(k.felix.vxlanVNI ?? 4096),
        port: Number(k.felix.vxlanPort ?? 4789),
        local: bare(k.self.address),
        dev: parent.name,
        learning: false,
        mac,
        mtu: Number(k.felix.vxlanMTU ?? p.env.FELIX_VXLANMTU ?? 0) || mtu - 50,
      });
    ns.setUp("vxlan.calico", true);
    keepAddress(ns, "vxlan.calico", k.self.vxlanTunnel);
    peers(ns, k);
  } else if (ns.link("vxlan.calico")) ns.deleteLink("vxlan.calico");
}

/** Every other node's endpoint as a static neighbour and forwarding entry. */
function peers(ns: NetNs, k: Knowledge): void {
  const wanted = new Map<string, { mac: string; node: string }>();
  for (const n of k.nodes) {
    if (n.name === k.self.name || n.vxlanTunnel === undefined || n.address === undefined) continue;
    wanted.set(n.vxlanTunnel, { mac: n.vxlanMac ?? tunnelMac(n.name), node: bare(n.address) });
  }
  const known = ns.neighbours().filter((x) => x.dev === "vxlan.calico");
  for (const x of known) if (!wanted.has(x.ip)) ns.deleteNeighbour({ ip: x.ip, dev: x.dev });
  for (const x of ns.fdb().filter((f) => f.dev === "vxlan.calico"))
    if (![...wanted.values()].some((w) => w.mac === x.mac && w.node === x.dst)) ns.deleteFdb({ dev: x.dev, mac: x.mac });
  for (const [ip, w] of wanted) {
    if (known.find((x) => x.ip === ip)?.mac !== w.mac) ns.setNeighbour({ ip, dev: "vxlan.calico", mac: w.mac });
    if (!ns.fdb().some((f) => f.dev === "vxlan.calico" && f.mac === w.mac && f.dst === w.node))
      ns.setFdb({ dev: "vxlan.calico", mac: w.mac, dst: w.node });
  }
}

function keepAddress(ns: NetNs, link: string, address: string | undefined): void {
  const now = ns.link(link)!.addresses.map((a) => a.cidr);
  for (const cidr of now) if (cidr !== `${address}/32`) ns.deleteAddress(link, cidr);
  if (address !== undefined && !now.includes(`${address}/32`)) ns.addAddress(link, `${address}/32`);
}

/** The MTU that new pods get (`mtu: 0` in the CNI configuration means: look here). */
function writeMtu(p: Proc, k: Knowledge, automatic: number): void {
  const mtu = String(Number(k.felix.mtu ?? 0) || automatic);
  if (p.fs.isDir("/var/lib/calico") && p.fs.tryReadText("/var/lib/calico/mtu") !== mtu) p.fs.write("/var/lib/calico/mtu", mtu);
}
