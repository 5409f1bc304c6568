/** Routing: policy rules, tables, longest prefix, metric, source selection (fib_rules.c, fib_trie.c, devinet.c). */
import { broadcastOf, inPrefix, maskOf, networkOf } from "./ip.ts";
import type { Packet } from "./packet.ts";
import type { LinkState, PolicyRule, RouteState } from "./state.ts";
import type { NetNs } from "./netlink.ts";

export const tables = { local: 255, main: 254, default: 253 } as const;

export interface Flow {
  dst: number;
  src?: number;
  mark?: number;
  /** Name of the interface it came in by. */
  iif?: string;
  /** Index of the interface it must leave by. */
  oif?: number;
}

export type Decision =
  | { kind: "local"; link: LinkState; route: RouteState }
  | { kind: "broadcast"; link: LinkState; route: RouteState }
  | { kind: "unicast"; link: LinkState; via: number | undefined; route: RouteState }
  | { kind: "blackhole" | "unreachable" | "prohibit"; route: RouteState | undefined }
  | { kind: "none" };

export type AddressType = "UNSPEC" | "UNICAST" | "LOCAL" | "BROADCAST" | "ANYCAST" | "MULTICAST" | "BLACKHOLE" | "UNREACHABLE" | "PROHIBIT";

/** Tables in lookup order: most specific prefix first, then lowest metric. Rebuilt whenever links, addresses or routes change. */
export class Fib {
  readonly #ns: NetNs;
  #tables: Map<number, RouteState[]> | undefined;

  constructor(ns: NetNs) {
    this.#ns = ns;
  }

  invalidate(): void {
    this.#tables = undefined;
  }

  /** Routes of a table; the local table is made from the addresses. */
  routes(table: number): RouteState[] {
    this.#tables ??= this.#build();
    return this.#tables.get(table) ?? [];
  }

  #build(): Map<number, RouteState[]> {
    const out = new Map<number, RouteState[]>([[tables.local, this.#local()]]);
    for (const route of this.#ns.state.routes) {
      const list = out.get(route.table);
      if (list) list.push(route);
      else out.set(route.table, [route]);
    }
    for (const list of out.values()) list.sort((a, b) => b.len - a.len || a.metric - b.metric);
    return out;
  }

  #local(): RouteState[] {
    const out: RouteState[] = [];
    const add = (link: LinkState, type: "local" | "broadcast", dst: number, len: number, src: number): void => {
      const scope = type === "local" ? "host" : "link";
      if (!out.some((r) => r.dst === dst && r.len === len && r.dev === link.index && r.type === type))
        out.push({ table: tables.local, type, dst, len, dev: link.index, src, proto: "kernel", scope, metric: 0 });
    };
    for (const link of this.#ns.state.links) {
      for (const { ip, len } of link.addresses) {
        if (link.kind === "loopback" && len < 32 && (link.up || link.activated)) add(link, "local", networkOf(ip, len), len, ip);
        add(link, "local", ip, 32, ip);
        if (link.up && len < 31) add(link, "broadcast", broadcastOf(ip, len), 32, ip);
      }
    }
    return out;
  }

  lookup(flow: Flow): Decision {
    if (flow.dst === 0xffffffff) {
      const link = this.#ns.state.links.find((l) => l.up && (flow.oif === undefined || l.index === flow.oif));
      if (link)
        return {
          kind: "broadcast",
          link,
          route: { table: 255, type: "broadcast", dst: flow.dst, len: 32, dev: link.index, proto: "kernel", scope: "link", metric: 0 },
        };
    }
    for (const rule of this.#ns.rulesInOrder) {
      if (!ruleApplies(this.#ns, rule, flow)) continue;
      if (rule.action) return { kind: rule.action, route: undefined };
      const found = this.#inTable(rule.table, flow);
      if (found && !(rule.suppress !== undefined && "route" in found && (found.route?.len ?? 0) <= rule.suppress)) return found;
    }
    return { kind: "none" };
  }

  /** Bound to a device without a route: the destination is taken to be on the link (ip_route_output_key_hash_rcu). */
  onLink(dst: number, oif: number): Decision | undefined {
    const link = this.#ns.linkByIndex(oif);
    if (!link?.up) return undefined;
    const route: RouteState = { table: tables.main, type: "unicast", dst, len: 32, dev: oif, proto: "boot", scope: "link", metric: 0 };
    return { kind: "unicast", link, via: undefined, route };
  }

  #inTable(table: number, flow: Flow): Decision | undefined {
    for (const route of this.routes(table)) {
      if (((flow.dst ^ route.dst) & maskOf(route.len)) !== 0) continue;
      switch (route.type) {
        case "throw":
          return undefined;
        case "blackhole":
        case "unreachable":
        case "prohibit":
          return { kind: route.type, route };
      }
      let { via, dev } = route;
      if (route.nexthops) {
        const usable = route.nexthops.filter((hop) => !hop.dead && this.#ns.linkByIndex(hop.dev)?.up);
        if (usable.length === 0) continue;
        // one flow keeps to one next hop (fib_multipath_hash_policy 0: source and destination address)
        const hop = usable[(((flow.src ?? 0) ^ flow.dst) >>> 0) % usable.length]!;
        ({ via, dev } = hop);
      }
      const link = this.#ns.linkByIndex(dev);
      if (!link) continue;
      if (route.type === "local") return { kind: "local", link, route };
      if (!link.up || (flow.oif !== undefined && flow.oif !== link.index)) continue;
      if (route.type === "broadcast") return { kind: "broadcast", link, route };
      return { kind: "unicast", link, via, route };
    }
    return undefined;
  }
}

function ruleApplies(ns: NetNs, rule: PolicyRule, flow: Flow): boolean {
  const applies =
    (!rule.from || (flow.src !== undefined && inPrefix(flow.src, rule.from.ip, rule.from.len)) || rule.from.len === 0) &&
    (!rule.to || inPrefix(flow.dst, rule.to.ip, rule.to.len)) &&
    (!rule.mark || ((flow.mark ?? 0) & rule.mark.mask) >>> 0 === rule.mark.value) &&
    (rule.iif === undefined || rule.iif === (flow.iif ?? "lo")) &&
    (rule.oif === undefined || (flow.oif !== undefined && ns.linkState(rule.oif)?.index === flow.oif));
  return applies !== (rule.not === true);
}

/** The address that packets leaving by this link towards `dst` carry (inet_select_addr). */
export function selectSource(ns: NetNs, link: LinkState, towards: number): number | undefined {
  const usable = link.addresses.filter((a) => a.scope !== "host");
  const same = usable.find((a) => inPrefix(towards, a.ip, a.len));
  if (same) return same.ip;
  if (usable[0]) return usable[0].ip;
  for (const other of ns.state.links) {
    const address = other.addresses.find((a) => a.scope === "global");
    if (address && other.up) return address.ip;
  }
  return undefined;
}

/** What kind of address it is to this host (inet_addr_type). */
export function addressType(ns: NetNs, ip: number, device: LinkState | undefined): AddressType {
  if (ip === 0 || ip === 0xffffffff) return "BROADCAST";
  if (ip >>> 28 === 14) return "MULTICAST";
  for (const route of ns.fib.routes(tables.local))
    if (((ip ^ route.dst) & maskOf(route.len)) === 0 && (!device || route.dev === device.index))
      return route.type === "local" ? "LOCAL" : "BROADCAST";
  return "UNICAST";
}

/** Reverse path: whether an answer to the packet would leave by the interface that it came in by (fib_validate_source). */
export function routeBack(
  ns: NetNs,
  p: Packet,
  inLink: LinkState | undefined,
  options: { loose: boolean; mark: boolean; acceptLocal: boolean },
): boolean {
  if (!inLink || inLink.kind === "loopback") return true;
  const decision = ns.fib.lookup({ dst: p.src, src: p.dst, mark: options.mark ? p.mark : 0, iif: inLink.name });
  if (decision.kind === "local") return options.acceptLocal;
  if (decision.kind !== "unicast") return false;
  return options.loose || decision.link === inLink || decision.route.nexthops?.some((hop) => hop.dev === inLink.index) === true;
}
