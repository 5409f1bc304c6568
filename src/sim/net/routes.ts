/** Routes and policy rules of a namespace: adding, replacing, deleting as rtnetlink does (fib_frontend.c, fib_semantics.c). */
import { NotSimulated } from "../core/errno.ts";
import { tables } from "./fib.ts";
import { ipOf, ipText, maskOf, prefixOf, prefixText } from "./ip.ts";
import type { NetNs } from "./netlink.ts";
import { NetlinkError, tableNumber, type RouteInfo, type RouteSpec } from "./netspec.ts";
import type { PolicyRule, RouteState } from "./state.ts";

const prefixFor = (dst: string): { ip: number; len: number } => (dst === "default" ? { ip: 0, len: 0 } : prefixOf(dst));

export class Routing {
  readonly #ns: NetNs;
  #rules: PolicyRule[] | undefined;

  constructor(ns: NetNs) {
    this.#ns = ns;
  }

  invalidate(): void {
    this.#rules = undefined;
  }

  list(table?: number | string): RouteInfo[] {
    const list =
      table === "all"
        ? [...this.#ns.state.routes.filter((r) => r.table !== tables.local), ...this.#ns.fib.routes(tables.local)]
        : tableNumber(table) === tables.local
          ? this.#ns.fib.routes(tables.local)
          : this.#ns.state.routes.filter((r) => r.table === tableNumber(table));
    return this.sorted(list).map((r) => this.info(r));
  }

  /** The order in which the kernel's trie hands routes out: by address, then the longest prefix, then metric. */
  sorted(list: RouteState[]): RouteState[] {
    return [...list].sort((a, b) => a.table - b.table || a.dst - b.dst || b.len - a.len || a.metric - b.metric);
  }

  info(r: RouteState): RouteInfo {
    const devName = (index: number): string | undefined => this.#ns.linkByIndex(index)?.name;
    return {
      dst: r.len === 0 ? "default" : r.len === 32 ? ipText(r.dst) : prefixText(r.dst, r.len),
      table: r.table,
      type: r.type,
      proto: r.proto,
      scope: r.scope,
      ...(r.via === undefined ? {} : { via: ipText(r.via) }),
      ...(r.dev === 0 ? {} : { dev: devName(r.dev) }),
      ...(r.src === undefined ? {} : { src: ipText(r.src) }),
      ...(r.metric === 0 ? {} : { metric: r.metric }),
      ...(r.onlink ? { onlink: true } : {}),
      ...(r.mtu === undefined ? {} : { mtu: r.mtu }),
      ...(r.nexthops
        ? {
            nexthops: r.nexthops.map((h) => ({
              ...(h.via === undefined ? {} : { via: ipText(h.via) }),
              dev: devName(h.dev),
              weight: h.weight,
              ...(h.onlink ? { onlink: true } : {}),
              ...(h.dead ? { dead: true } : {}),
            })),
          }
        : {}),
    };
  }

  #route(spec: RouteSpec): RouteState {
    const { ip, len } = prefixFor(spec.dst);
    if ((ip & ~maskOf(len)) >>> 0 !== 0) throw new NetlinkError("EINVAL", "Invalid prefix for given prefix length");
    const type = spec.type ?? "unicast";
    const table = tableNumber(spec.table);
    const base = {
      table,
      type,
      dst: ip,
      len,
      proto: spec.proto ?? "boot",
      metric: spec.metric ?? 0,
      ...(spec.mtu === undefined ? {} : { mtu: spec.mtu }),
    };
    if (type === "blackhole" || type === "unreachable" || type === "prohibit" || type === "throw")
      return { ...base, dev: 0, scope: "global" };
    let source: number | undefined;
    if (spec.src !== undefined) {
      source = ipOf(spec.src);
      if (!this.#ns.isLocal(source) && !this.#ns.owns(source)) throw new NetlinkError("EINVAL", "Invalid prefsrc address");
    }
    const hop = (h: { via?: string; dev?: string; onlink?: boolean }): { via?: number; dev: number; onlink?: boolean } => {
      const via = h.via === undefined ? undefined : ipOf(h.via);
      const link = h.dev === undefined ? undefined : this.#ns.needLink(h.dev);
      if (via !== undefined && this.#ns.isLocal(via)) throw new NetlinkError("EINVAL", "Nexthop has invalid gateway");
      if (link && !link.up) throw new NetlinkError("ENETDOWN", "Device for nexthop is not up");
      if (via !== undefined) {
        if (h.onlink) {
          if (!link) throw new NetlinkError("EINVAL", "Device for nexthop is required");
          return { via, dev: link.index, onlink: true };
        }
        // the gateway must be on the link by a route of link scope
        const decision = this.#ns.fib.lookup({ dst: via, ...(link ? { oif: link.index } : {}) });
        if (decision.kind === "none") throw new NetlinkError("ENETUNREACH", "Nexthop has invalid gateway");
        if (decision.kind !== "unicast" || decision.route.scope === "global")
          throw new NetlinkError("ENETUNREACH", "Nexthop has invalid gateway");
        return { via, dev: decision.link.index };
      }
      if (!link) throw new NetlinkError("ENODEV");
      return { dev: link.index };
    };
    if (spec.nexthops && spec.nexthops.length > 0) {
      const nexthops = spec.nexthops.map((h) => ({ ...hop(h), weight: h.weight ?? 1 }));
      return { ...base, dev: nexthops[0]!.dev, scope: spec.scope ?? "global", nexthops, ...(source === undefined ? {} : { src: source }) };
    }
    const { via, dev, onlink } = hop(spec);
    return {
      ...base,
      dev,
      scope: spec.scope ?? (via === undefined ? (type === "local" ? "host" : "link") : "global"),
      ...(via === undefined ? {} : { via }),
      ...(source === undefined ? {} : { src: source }),
      ...(onlink ? { onlink: true } : {}),
    };
  }

  #same(a: RouteState, b: RouteState): boolean {
    return a.table === b.table && a.dst === b.dst && a.len === b.len && a.metric === b.metric;
  }

  /** Throws EEXIST (same prefix and metric), ENETUNREACH, ENODEV, EINVAL, ENETDOWN. */
  add(spec: RouteSpec, options: { append?: boolean } = {}): void {
    const route = this.#route(spec);
    const there = this.#ns.state.routes.find((r) => this.#same(r, route));
    if (there && !options.append) throw new NetlinkError("EEXIST");
    this.#ns.state.routes.push(route);
    this.#ns.changed();
  }

  replace(spec: RouteSpec): void {
    const route = this.#route(spec);
    const at = this.#ns.state.routes.findIndex((r) => this.#same(r, route));
    if (at >= 0) this.#ns.state.routes[at] = route;
    else this.#ns.state.routes.push(route);
    this.#ns.changed();
  }

  /** Deletes the first route that fits what is given. Throws ESRCH. */
  delete(spec: RouteSpec): void {
    const { ip, len } = prefixFor(spec.dst);
    const table = tableNumber(spec.table);
    const dev = spec.dev === undefined ? undefined : this.#ns.needLink(spec.dev).index;
    const at = this.#ns.state.routes.findIndex(
      (r) =>
        r.table === table &&
        r.dst === ip &&
        r.len === len &&
        (spec.type === undefined || r.type === spec.type) &&
        (spec.via === undefined || r.via === ipOf(spec.via)) &&
        (dev === undefined || r.dev === dev) &&
        (spec.proto === undefined || r.proto === spec.proto) &&
        (spec.metric === undefined || spec.metric === 0 || r.metric === spec.metric) &&
        (spec.src === undefined || r.src === ipOf(spec.src)) &&
        (spec.scope === undefined || r.scope === spec.scope),
    );
    if (at < 0) {
      if (
        table === tables.local &&
        this.#ns.fib.routes(tables.local).some((r) => r.dst === ip && r.len === len && r.type === (spec.type ?? r.type))
      )
        throw new NotSimulated("deleting a route that the kernel made of an address");
      throw new NetlinkError("ESRCH");
    }
    this.#ns.state.routes.splice(at, 1);
    this.#ns.changed();
  }

  get rulesInOrder(): PolicyRule[] {
    return (this.#rules ??= [...this.#ns.state.rules].sort((a, b) => a.priority - b.priority));
  }
  addRule(rule: PolicyRule): void {
    if (this.#ns.state.rules.some((r) => JSON.stringify(r) === JSON.stringify(rule))) throw new NetlinkError("EEXIST");
    this.#ns.state.rules.push(rule);
    this.#ns.changed();
  }
  deleteRule(matches: (rule: PolicyRule) => boolean): void {
    const rule = this.rulesInOrder.find(matches);
    if (!rule) throw new NetlinkError("ENOENT");
    this.#ns.state.rules = this.#ns.state.rules.filter((r) => r !== rule);
    this.#ns.changed();
  }
}
