/** Addresses of links and the routes that come and go with them (devinet.c, fib_frontend.c). */
import { tables } from "./fib.ts";
import { broadcastOf, ipOf, networkOf, prefixOf } from "./ip.ts";
import type { NetNs } from "./netlink.ts";
import { NetlinkError } from "./netspec.ts";
import type { AddressState, LinkState, RouteState } from "./state.ts";

export interface AddressOptions {
  scope?: AddressState["scope"];
  label?: string;
  until?: number;
  metric?: number;
  noprefixroute?: boolean;
  broadcast?: string;
}

/** `cidr`: address with prefix length. Throws EEXIST, EINVAL. */
export function addAddress(ns: NetNs, link: LinkState, cidr: string, options: AddressOptions): void {
  const { ip, len } = prefixOf(cidr);
  if (link.addresses.some((a) => a.ip === ip && a.len === len)) throw new NetlinkError("EEXIST", "ipv4: Address already assigned");
  const scope = options.scope ?? (link.kind === "loopback" && ip >>> 24 === 127 ? "host" : "global");
  if (link.addresses.some((a) => a.len === len && networkOf(a.ip, len) === networkOf(ip, len) && a.scope !== scope))
    throw new NetlinkError("EINVAL", "ipv4: Invalid scope value");
  // networkd gives every address of a card its broadcast address; `ip addr add` gives none ("none")
  const wanted = options.broadcast ?? (link.kind === "ether" && len < 31 ? "+" : "none");
  const broadcast = wanted === "none" ? undefined : wanted === "+" ? broadcastOf(ip, len) : ipOf(wanted);
  const address: AddressState = {
    ip,
    len,
    scope,
    label: options.label ?? link.name,
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.metric === undefined ? {} : { metric: options.metric }),
    ...(options.noprefixroute ? { noprefixroute: true } : {}),
  };
  insert(link.addresses, address);
  if (link.up) connectLink(ns, link);
}

/** Primary addresses stand before those of a wider scope that came earlier; secondary ones come last (inet_insert_ifa). */
function insert(list: AddressState[], address: AddressState): void {
  const sameNet = (a: AddressState, b: AddressState): boolean => a.len === b.len && networkOf(a.ip, a.len) === networkOf(b.ip, b.len);
  const secondary = (a: AddressState, before: readonly AddressState[]): boolean => before.some((b) => b.scope === a.scope && sameNet(a, b));
  let at = secondary(address, list) ? list.length : 0;
  for (const [i, there] of list.entries())
    if (!secondary(there, list.slice(0, i)) && scopes[address.scope] <= scopes[there.scope]) at = Math.max(at, i + 1);
  list.splice(at, 0, address);
}
const scopes = { global: 0, link: 253, host: 254 };

/** The link is up: its prefixes have routes, and next hops by it live (fib_sync_up). */
export function connectLink(ns: NetNs, link: LinkState): void {
  for (const address of link.addresses) connect(ns, link, address);
  for (const { nexthops } of ns.state.routes) for (const hop of nexthops ?? []) if (hop.dev === link.index) delete hop.dead;
}

function connect(ns: NetNs, link: LinkState, address: AddressState): void {
  if (address.noprefixroute || address.len === 32 || link.kind === "loopback") return;
  const dst = networkOf(address.ip, address.len);
  const there = (r: RouteState): boolean =>
    r.table === tables.main && r.dst === dst && r.len === address.len && r.dev === link.index && r.proto === "kernel";
  if (ns.state.routes.some(there)) return;
  ns.state.routes.push({
    table: tables.main,
    type: "unicast",
    dst,
    len: address.len,
    dev: link.index,
    src: address.ip,
    proto: "kernel",
    scope: "link",
    metric: address.metric ?? 0,
  });
}

/** The link is down or has no address left: no route of any table leads out by it (fib_sync_down_dev). */
export function disconnectLink(ns: NetNs, link: LinkState): void {
  ns.state.routes = ns.state.routes.filter((route) => {
    if (!route.nexthops) return route.dev !== link.index;
    for (const hop of route.nexthops) if (hop.dev === link.index) hop.dead = true;
    return route.nexthops.some((hop) => !hop.dead);
  });
}

/** Throws EADDRNOTAVAIL. */
export function deleteAddress(ns: NetNs, link: LinkState, cidr: string): void {
  const { ip, len } = prefixOf(cidr);
  const address = link.addresses.find((a) => a.ip === ip && (a.len === len || !cidr.includes("/")));
  if (!address) throw new NetlinkError("EADDRNOTAVAIL", "ipv4: Address not found");
  const dst = networkOf(ip, address.len);
  const sameNet = (a: AddressState): boolean => a.len === address.len && networkOf(a.ip, a.len) === dst;
  const primary = link.addresses.find(sameNet) === address;
  const gone = primary && ns.setting(link, "promote_secondaries") === 0 ? link.addresses.filter(sameNet) : [address];
  link.addresses = link.addresses.filter((a) => !gone.includes(a));
  if (link.addresses.length === 0) {
    disconnectLink(ns, link);
    return;
  }
  const still = link.addresses.find(sameNet);
  ns.state.routes = ns.state.routes.filter((r) => {
    if (r.dev === link.index && r.proto === "kernel" && r.dst === dst && r.len === address.len && r.src === ip) {
      if (!still) return false;
      r.src = still.ip;
    }
    // routes that prefer a source address which is no longer ours go too (fib_sync_down_addr)
    return r.src === undefined || !gone.some((a) => a.ip === r.src) || ns.owns(r.src);
  });
}
