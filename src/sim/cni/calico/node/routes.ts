/** Felix's routes: one to each local pod, and for VXLAN pools those to other nodes' blocks (felix/dataplane/linux). */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { NetNs, RouteInfo, RouteSpec } from "../../../net/netlink.ts";
import { bare, contains, sameSubnet } from "../datastore.ts";
import { allocations, ownerOf } from "../ipam.ts";
import type { Knowledge } from "./felix.ts";
import { log } from "./log.ts";

/** Protocol number of routes that are Felix's alone (RTPROT 80). */
const felixProto = "80";

export function programRoutes(p: Proc, k: Knowledge): void {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const wanted = new Map<string, RouteSpec>();
  for (const e of k.endpoints) if (ns.link(e.interface)?.up) want(wanted, { dst: `${e.ip}/32`, dev: e.interface, scope: "link" });
  vxlanRoutes(ns, k, wanted);
  const there = ns.routes("main");
  const managed = there.filter(
    (r) => r.proto === felixProto || (r.proto === "boot" && (r.dev?.startsWith("cali") === true || r.dev === "vxlan.calico")),
  );
  for (const r of managed)
    if (!wanted.has(key(r.dst)))
      attempt(p, () => ns.deleteRoute({ dst: r.dst, proto: r.proto, ...(r.dev === undefined ? {} : { dev: r.dev }) }));
  for (const [dst, spec] of wanted) {
    const now = managed.find((r) => key(r.dst) === dst);
    if (now && same(now, spec)) continue;
    attempt(p, () => ns.replaceRoute(spec));
  }
}

const key = (dst: string): string => (dst.includes("/") ? dst : `${dst}/32`);
const want = (wanted: Map<string, RouteSpec>, spec: RouteSpec): void => void wanted.set(key(spec.dst), spec);
const same = (a: RouteInfo, b: RouteSpec): boolean =>
  a.via === b.via &&
  a.dev === b.dev &&
  a.type === (b.type ?? "unicast") &&
  (a.onlink === true) === (b.onlink === true) &&
  a.proto === (b.proto ?? "boot");

function vxlanRoutes(ns: NetNs, k: Knowledge, wanted: Map<string, RouteSpec>): void {
  const parent = ns.links().find((l) => l.addresses.some((a) => a.cidr === k.self.address))?.name;
  for (const block of k.blocks) {
    const cidr = block.spec.cidr as string;
    const pool = k.pools.find((x) => contains(x.cidr, cidr) && !x.disabled) ?? k.pools.find((x) => contains(x.cidr, cidr));
    if (!pool || pool.vxlanMode === "Never") continue;
    const owner = ownerOf(block);
    if (owner === k.self.name) want(wanted, { dst: cidr, type: "blackhole", proto: felixProto });
    else toNode(k, parent, pool.vxlanMode, owner, cidr, wanted);
    // addresses that another node borrowed out of the block go their own way
    for (const a of allocations(block)) {
      const holder = a.attributes.node;
      if (holder !== undefined && holder !== owner && holder !== k.self.name)
        toNode(k, parent, pool.vxlanMode, holder, `${a.ip}/32`, wanted);
    }
  }
}

function toNode(
  k: Knowledge,
  parent: string | undefined,
  mode: string,
  owner: string | undefined,
  dst: string,
  wanted: Map<string, RouteSpec>,
): void {
  const node = k.nodes.find((n) => n.name === owner);
  if (!node?.address) return;
  if (mode === "CrossSubnet" && sameSubnet(k.self.address, node.address)) {
    if (parent !== undefined) want(wanted, { dst, via: bare(node.address), dev: parent, proto: felixProto, onlink: true });
    return;
  }
  if (node.vxlanTunnel !== undefined) want(wanted, { dst, via: node.vxlanTunnel, dev: "vxlan.calico", onlink: true });
}

function attempt(p: Proc, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code !== "ESRCH") log(p, "WARNING", "felix/route_table.go 1105", `Failed to program route error=${error.text.toLowerCase()}`);
  }
}
