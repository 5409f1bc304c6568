/** The routing table: what protocols bring in, which route is best, and who hears of it (nest/rt-table.c). */
import type { Proc } from "../../kernel/proc.ts";
import { inPrefix, parseIp, prefixOf } from "../../net/ip.ts";
import { exportToPeer } from "./bgproutes.ts";
import { runFilter } from "./filter.ts";
import { exportToKernel } from "./kernel.ts";
import { birdState, ipv4Channel, type ProtocolState, type Route } from "./state.ts";

/** Default preferences (nest/route.h). */
export const preferences = { Direct: 240, Static: 200, BGP: 100, Kernel: 10 } as const;

/** How often a process's table has changed; it tells two looks apart and is no state. */
const revisions = new WeakMap<Proc, number>();
export const revision = (p: Proc): number => revisions.get(p) ?? 0;

/** Routes of a net, best first; none take the net out. */
function put(p: Proc, net: string, routes: Route[]): void {
  const { table } = birdState(p);
  if (routes.length > 0) table[net] = routes;
  else delete table[net];
  revisions.set(p, revision(p) + 1);
}

/** A protocol announces a route (it replaces the one it announced before for the same net). */
export function announce(p: Proc, ps: ProtocolState, route: Route): void {
  const s = birdState(p);
  const channel = ipv4Channel(ps.config);
  if (!channel) return;
  const { importUpdates } = ps.stats;
  importUpdates.received++;
  const verdict = runFilter(s.config, channel.import, { ...route, preference: channel.preference ?? route.preference });
  if (!verdict.accepted) {
    importUpdates.filtered++;
    remove(p, route.net, ps.name);
    return;
  }
  const made = verdict.route.recursive ? resolved(p, verdict.route) : verdict.route;
  const list = s.table[route.net] ?? [];
  const old = list.find((r) => r.proto === ps.name);
  if (old && same(old, made)) {
    importUpdates.ignored++;
    delete old.stale;
    return;
  }
  importUpdates.accepted++;
  const best = list[0];
  put(p, route.net, sorted([...list.filter((r) => r !== old), made]));
  changed(p, route.net, best);
  if (!made.recursive) lookAgain(p);
}

/** A protocol takes its route back. */
export function withdraw(p: Proc, ps: ProtocolState, net: string): void {
  const { importWithdraws } = ps.stats;
  importWithdraws.received++;
  if (remove(p, net, ps.name)) importWithdraws.accepted++;
  else importWithdraws.ignored++;
}

function remove(p: Proc, net: string, proto: string): boolean {
  const s = birdState(p);
  const list = s.table[net];
  const gone = list?.find((r) => r.proto === proto);
  if (!list || !gone) return false;
  put(
    p,
    net,
    list.filter((r) => r !== gone),
  );
  changed(p, net, list[0]);
  if (!gone.recursive) lookAgain(p);
  return true;
}

/** Everything a protocol brought goes when it goes down. */
export function flush(p: Proc, ps: ProtocolState, which: (r: Route) => boolean = () => true): void {
  const s = birdState(p);
  for (const net of Object.keys(s.table)) if (s.table[net]?.some((r) => r.proto === ps.name && which(r))) remove(p, net, ps.name);
}

function changed(p: Proc, net: string, before: Route | undefined): void {
  const s = birdState(p);
  const best = s.table[net]?.[0];
  if (best === before || (best && before && same(best, before) && best.proto === before.proto)) return;
  for (const ps of s.protocols) {
    if (ps.state !== "up") continue;
    if (ps.config.kind === "Kernel") exportToKernel(p, ps, net, best);
    else if (ps.config.kind === "BGP") exportToPeer(p, ps, net);
  }
}

/** All best routes, for a protocol that has just come up. */
export function feed(p: Proc, ps: ProtocolState): void {
  const s = birdState(p);
  for (const net of tableOrder(s.table)) {
    const best = s.table[net]![0]!;
    if (ps.config.kind === "Kernel") exportToKernel(p, ps, net, best);
    else if (ps.config.kind === "BGP") exportToPeer(p, ps, net);
  }
}

/** Next hops of recursive routes are looked up again when the routes they hang on have changed (rt_next_hop_update). */
function lookAgain(p: Proc): void {
  const s = birdState(p);
  for (const [net, list] of Object.entries(s.table)) {
    if (!list.some((r) => r.recursive)) continue;
    const before = list[0];
    const next = list.map((r) => (r.recursive ? resolved(p, r) : r));
    if (next.every((r, i) => same(r, list[i]!))) continue;
    put(p, net, sorted(next));
    changed(p, net, before);
  }
}

/** A recursive route may not depend on another recursive route: it becomes unreachable (rt_update_hostentry). */
function resolved(p: Proc, route: Route): Route {
  const over = lookup(p, route.nextHop!);
  const { via: _via, dev: _dev, ...rest } = route;
  if (!over || over.recursive || over.dest !== "unicast") return { ...rest, dest: "unreachable" };
  return { ...rest, dest: "unicast", via: over.via ?? route.nextHop!, ...(over.dev === undefined ? {} : { dev: over.dev }) };
}

/** The best route of the longest prefix that covers an address. */
export function lookup(p: Proc, ip: string): Route | undefined {
  const address = parseIp(ip);
  if (address === undefined) return undefined;
  let found: { len: number; route: Route } | undefined;
  for (const [net, list] of Object.entries(birdState(p).table)) {
    const n = prefixOf(net);
    if (inPrefix(address, n.ip, n.len) && (!found || n.len > found.len)) found = { len: n.len, route: list[0]! };
  }
  return found?.route;
}

const same = (a: Route, b: Route): boolean => describe(a) === describe(b);
const describe = (r: Route): string =>
  JSON.stringify([
    r.proto,
    r.dest,
    r.via,
    r.dev,
    r.onlink,
    r.preference,
    r.nextHop,
    r.asPath,
    r.localPref,
    r.med,
    r.tunnel,
    r.originator,
    r.metric,
  ]);

/** Preference first, then BGP's rules (bgp_rte_better). */
function sorted(list: Route[]): Route[] {
  return list
    .map((route, i) => ({ route, i }))
    .toSorted((a, b) => {
      const [x, y] = [a.route, b.route];
      if (x.preference !== y.preference) return y.preference - x.preference;
      if (x.source === "BGP" && y.source === "BGP") {
        const reach = Number(y.dest !== "unreachable") - Number(x.dest !== "unreachable");
        if (reach !== 0) return reach;
        if (x.localPref !== y.localPref) return (y.localPref ?? 100) - (x.localPref ?? 100);
        const length = (x.asPath?.length ?? 0) - (y.asPath?.length ?? 0);
        if (length !== 0) return length;
        if (x.med !== y.med) return (x.med ?? 0) - (y.med ?? 0);
        const from = (parseIp(x.from ?? "") ?? 0) - (parseIp(y.from ?? "") ?? 0);
        if (from !== 0) return from;
      }
      return a.i - b.i;
    })
    .map((x) => x.route);
}

/** Nets in the order of BIRD's hash table (nest/rt-fib.c: net_hash_ip4 with 1024 buckets). */
export function tableOrder(table: Record<string, unknown>): string[] {
  return Object.keys(table)
    .map((net, i) => {
      const { ip, len } = prefixOf(net);
      return { net, i, bucket: ((Math.imul(ip, 2902958171) ^ (len << 26)) >>> 0) >>> 22 };
    })
    .toSorted((a, b) => a.bucket - b.bucket || a.i - b.i)
    .map((x) => x.net);
}
