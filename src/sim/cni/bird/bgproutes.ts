/** Routes between a BGP session and the table: updates in, updates out (proto/bgp/attrs.c). */
import type { Proc } from "../../kernel/proc.ts";
import { inPrefix, parseIp, prefixOf } from "../../net/ip.ts";
import { runFilter } from "./filter.ts";
import { log } from "./log.ts";
import { announce, preferences, withdraw } from "./rib.ts";
import { arm, birdState, ipv4Channel, type ProtocolState, type Route } from "./state.ts";

export interface BgpUpdate {
  type: "bgp";
  kind: "update";
  announce: {
    net: string;
    nextHop: string;
    asPath: number[];
    localPref?: number;
    med?: number;
    originator?: string;
    clusters?: string[];
  }[];
  withdraw: string[];
  /** An empty update: the end of the first routes (RFC 4724). */
  endOfRib?: boolean;
}

export function importUpdate(p: Proc, ps: ProtocolState, update: BgpUpdate): void {
  const b = ps.config.bgp!;
  const s = birdState(p);
  for (const net of update.withdraw) withdraw(p, ps, net);
  for (const a of update.announce) {
    // our own AS in the path, or our own router as originator: a loop
    if (a.asPath.includes(b.localAs) && !b.internal) continue;
    if (a.originator === s.routerId || a.clusters?.includes(b.rrClusterId ?? s.routerId)) continue;
    const recursive = (ipv4Channel(ps.config)?.gateway ?? (b.multihop ? "recursive" : "direct")) === "recursive";
    const dev = recursive ? undefined : attachedTo(p, a.nextHop);
    if (!recursive && dev === undefined) {
      log(
        p,
        "RMT",
        `${ps.name}: Invalid route ${a.net} withdrawn: Invalid NEXT_HOP attribute - neighbor address ${a.nextHop} is not directly reachable`,
      );
      withdraw(p, ps, a.net);
      continue;
    }
    const route: Route = {
      net: a.net,
      proto: ps.name,
      source: "BGP",
      dest: "unicast",
      preference: preferences.BGP,
      at: p.now,
      from: b.neighbor,
      nextHop: a.nextHop,
      asPath: a.asPath,
      localPref: a.localPref ?? 100,
      ...(dev === undefined ? { recursive: true } : { via: a.nextHop, dev }),
      ...(a.med === undefined ? {} : { med: a.med }),
      ...(a.originator === undefined ? {} : { originator: a.originator }),
      ...(a.clusters === undefined ? {} : { clusters: a.clusters }),
    };
    announce(p, ps, route);
  }
}

/** The interface on whose network an address is (neigh_find). */
export function attachedTo(p: Proc, ip: string): string | undefined {
  const address = parseIp(ip);
  if (address === undefined) return undefined;
  const links = p.machine.world.network.ns(p.machine.name, p.state.netns).links();
  return links.find(
    (link) =>
      link.up &&
      link.addresses.some((a) => {
        const n = prefixOf(a.cidr);
        return n.ip !== address && inPrefix(address, n.ip, n.len);
      }),
  )?.name;
}

const session = (ps: ProtocolState): { conn?: number; local?: string; peer?: { id: string } } | undefined =>
  ps.bgp?.active && ps.bgp[ps.bgp.active];

/**
 * A net's best route changed: the peer is told within some milliseconds, of the state that holds then (BIRD's transmit event
 * gathers changes likewise; two routers that react to each other's updates at the very same instant would never come to rest).
 */
export function exportToPeer(p: Proc, ps: ProtocolState, net: string): void {
  const bgp = ps.bgp!;
  bgp.pending[net] = true;
  bgp.transmit ??= arm(p, undefined, p.machine.random("bird").int(1, 40), "bgp-transmit", { proto: ps.name });
}

export function transmitPending(p: Proc, ps: ProtocolState): void {
  const bgp = ps.bgp!;
  delete bgp.transmit;
  const nets = Object.keys(bgp.pending);
  bgp.pending = {};
  for (const net of nets) tell(p, ps, net, birdState(p).table[net]?.[0]);
  const conn = session(ps);
  if (!bgp.owesEndOfRib || conn?.conn === undefined) return;
  delete bgp.owesEndOfRib;
  send(p, conn.conn, { type: "bgp", kind: "update", announce: [], withdraw: [], endOfRib: true });
}

/** Tells the peer of the new best route of a net, or that there is none any more. */
function tell(p: Proc, ps: ProtocolState, net: string, best: Route | undefined): void {
  const s = birdState(p);
  const b = ps.config.bgp!;
  const bgp = ps.bgp!;
  const channel = ipv4Channel(ps.config);
  const conn = session(ps);
  if (!channel || conn?.conn === undefined) return;
  const offered = best && offer(p, ps, best);
  if (best) {
    const { exportUpdates } = ps.stats;
    exportUpdates.received++;
    if (offered === "rejected") exportUpdates.rejected++;
    else if (offered === "filtered") exportUpdates.filtered++;
    else exportUpdates.accepted++;
  }
  if (!offered || typeof offered === "string") {
    if (!(net in bgp.sent)) return;
    delete bgp.sent[net];
    if (!best) ps.stats.exportWithdraws.received++;
    ps.stats.exportWithdraws.accepted++;
    send(p, conn.conn, { type: "bgp", kind: "update", announce: [], withdraw: [net] });
    return;
  }
  const keep = channel.nextHopKeep || (b.internal && best!.source === "BGP" && !channel.nextHopSelf);
  const entry: BgpUpdate["announce"][number] = {
    net,
    nextHop: keep && offered.nextHop ? offered.nextHop : conn.local!,
    asPath: b.internal ? (offered.asPath ?? []) : [b.localAs, ...(offered.asPath ?? [])],
    ...(b.internal ? { localPref: offered.localPref ?? 100 } : {}),
    ...(offered.med === undefined ? {} : { med: offered.med }),
  };
  if (b.internal && best!.source === "BGP" && internalRoute(p, best!)) {
    entry.originator = best!.originator ?? peerId(p, best!.proto);
    entry.clusters = [b.rrClusterId ?? s.routerId, ...(best!.clusters ?? [])];
  }
  const printed = JSON.stringify(entry);
  if (bgp.sent[net] === printed) return;
  bgp.sent[net] = printed;
  send(p, conn.conn, { type: "bgp", kind: "update", announce: [entry], withdraw: [] });
}

/** The route as the export filter leaves it; a peer's own routes, and iBGP routes to iBGP peers without reflection, do not go out. */
export function offer(p: Proc, ps: ProtocolState, best: Route): Route | "rejected" | "filtered" {
  const b = ps.config.bgp!;
  const channel = ipv4Channel(ps.config)!;
  if (best.proto === ps.name) return "rejected";
  if (b.internal && best.source === "BGP" && internalRoute(p, best) && !b.rrClient && !clientOf(p, best)) return "rejected";
  const verdict = runFilter(birdState(p).config, channel.export, best);
  return verdict.accepted ? verdict.route : "filtered";
}

const protocolOf = (p: Proc, name: string): ProtocolState | undefined => birdState(p).protocols.find((x) => x.name === name);
const internalRoute = (p: Proc, r: Route): boolean => protocolOf(p, r.proto)?.config.bgp?.internal === true;
const clientOf = (p: Proc, r: Route): boolean => protocolOf(p, r.proto)?.config.bgp?.rrClient === true;
const peerId = (p: Proc, name: string): string => {
  const ps = protocolOf(p, name);
  return (ps && session(ps)?.peer?.id) ?? ps?.config.bgp?.neighbor ?? "";
};

function send(p: Proc, conn: number, update: BgpUpdate): void {
  if (p.net.isOpen(conn)) p.net.send(conn, update as never);
}
