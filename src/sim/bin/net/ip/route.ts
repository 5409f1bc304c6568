/** ip route (iproute2 6.1: ip/iproute.c). */
import { inPrefix, ipOf, ipText, parsePrefix } from "../../../net/ip.ts";
import { tables } from "../../../net/fib.ts";
import { NetlinkError, type RouteInfo, type RouteSpec } from "../../../net/netlink.ts";
import type { RouteType } from "../../../net/state.ts";
import { usage } from "./route-usage.ts";
import {
  change,
  fullAddress,
  fullPrefix,
  IpError,
  json,
  notSimulated,
  numberOf,
  pick,
  prefixError,
  prefixWord,
  type Context,
  type Words,
} from "./words.ts";

const types: RouteType[] = ["unicast", "local", "broadcast", "blackhole", "unreachable", "prohibit", "throw"];
/** Types that the real tool has and that are not modelled. */
const otherTypes = ["multicast", "anycast", "nat", "xresolve"];
/** /etc/iproute2/rt_protos. */
const protos: Record<string, string> = {
  0: "none",
  1: "redirect",
  2: "kernel",
  3: "boot",
  4: "static",
  8: "gated",
  9: "ra",
  10: "mrt",
  11: "zebra",
  12: "bird",
  13: "dnrouted",
  14: "xorp",
  15: "ntk",
  16: "dhcp",
  18: "keepalived",
  42: "babel",
  99: "openr",
  186: "bgp",
  187: "isis",
  188: "ospf",
  189: "rip",
  192: "eigrp",
};

export function route(c: Context, words: Words): void {
  const verb = words.next() ?? "show";
  switch (
    pick(verb, [
      "add",
      "append",
      "change",
      "chg",
      "replace",
      "prepend",
      "test",
      "delete",
      "get",
      "list",
      "show",
      "lst",
      "flush",
      "save",
      "restore",
      "showdump",
      "help",
    ])
  ) {
    case "add":
    case "append":
    case "change":
    case "chg":
    case "replace":
    case "delete":
      return modify(c, words, pick(verb, ["add", "append", "change", "chg", "replace", "delete"])!);
    case "get":
      return get(c, words);
    case "list":
    case "show":
    case "lst":
      return show(c, words);
    case "flush":
      return flush(c, words);
    case undefined:
      throw new IpError(`Command "${verb}" is unknown, try "ip route help".`, 255);
    default:
      notSimulated(`route ${verb}`);
  }
}

const tableOf = (word: string, message = '"table" value is invalid\n'): number | "all" =>
  word === "all" ? "all" : word in tables ? tables[word as "main"] : numberOf(word, message);
export function protoOf(word: string): string {
  if (/^\d+$/.test(word)) return protos[word] ?? word;
  if (!Object.values(protos).includes(word)) throw new IpError(`Error: argument "${word}" is wrong: "protocol" value is invalid\n`, 255);
  return word;
}

function destination(word: string): string {
  if (word === "default" || word === "any" || word === "all") return "default";
  if (word.includes(":")) notSimulated("route with IPv6");
  const full = fullPrefix(word);
  if (full === undefined) throw prefixError(word);
  return full;
}

function scopeOf(word: string): "global" | "link" | "host" {
  if (word === "link" || word === "253") return "link";
  if (word === "host" || word === "254") return "host";
  if (word === "global" || word === "0") return "global";
  if (/^\d+$/.test(word) || word === "site" || word === "nowhere") notSimulated(`route scope ${word}`);
  throw new IpError(`Error: argument "${word}" is wrong: invalid "scope" value\n`, 255);
}

function deviceName(c: Context, name: string): string {
  if (!c.ns.linkState(name)) throw new IpError(`Cannot find device "${name}"`);
  return name;
}

function gateway(word: string): string {
  const full = fullAddress(word);
  if (full === undefined) throw new IpError(`Error: inet address is expected rather than "${word}".`, 1);
  return full;
}

function modify(c: Context, words: Words, verb: string): void {
  const spec: Partial<RouteSpec> = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "via": {
        let value = words.value(word);
        if (value === "inet6") notSimulated("route via inet6");
        if (value === "inet") value = words.value(word);
        spec.via = gateway(value);
        break;
      }
      case "dev":
      case "oif":
        spec.dev = deviceName(c, words.value(word));
        break;
      case "src":
      case "from":
        spec.src = gateway(words.value(word));
        break;
      case "proto":
      case "protocol":
        spec.proto = protoOf(words.value(word));
        break;
      case "scope": {
        const scope = words.value(word);
        spec.scope = scopeOf(scope);
        break;
      }
      case "metric":
      case "priority":
      case "preference":
        spec.metric = numberOf(words.value(word), '"metric" value is invalid\n');
        break;
      case "table": {
        const table = tableOf(words.value(word));
        if (table === "all") throw new IpError('Error: argument "all" is wrong: "table" value is invalid\n', 255);
        spec.table = table;
        break;
      }
      case "onlink":
        spec.onlink = true;
        break;
      case "mtu": {
        const value = words.value(word);
        spec.mtu = numberOf(value === "lock" ? words.value(word) : value, '"mtu" value is invalid\n');
        break;
      }
      case "nexthop":
        hops(c, words, spec);
        break;
      case "advmss":
      case "rtt":
      case "window":
      case "initcwnd":
      case "initrwnd":
      case "hoplimit":
      case "encap":
      case "nhid":
      case "tos":
      case "realms":
      case "congctl":
      case "quickack":
      case "rto_min":
        notSimulated(`route ${verb} ${word}`);
        break;
      default:
        if (otherTypes.includes(word)) notSimulated(`route type ${word}`);
        if (types.includes(word as RouteType) && spec.type === undefined && spec.dst === undefined) {
          spec.type = word as RouteType;
          break;
        }
        if (word === "to") word = words.value(word);
        if (spec.dst !== undefined) throw new IpError(`Error: either "to" is duplicate, or "${word}" is a garbage.`, 255);
        spec.dst = destination(word);
    }
  }
  if (spec.dst === undefined && verb !== "delete" && spec.nexthops === undefined && spec.dev === undefined)
    throw new IpError(usage.trimEnd(), 255);
  const dst = spec.dst ?? "default";
  // (iproute_modify puts these where the kernel has its own)
  if (spec.type === "local" || spec.type === "broadcast") spec.table ??= tables.local;
  change(c, () => {
    const full: RouteSpec = { ...spec, dst };
    if (verb === "delete") c.ns.deleteRoute(full);
    else if (verb === "replace") c.ns.replaceRoute(full);
    else if (verb === "change" || verb === "chg") {
      c.ns.deleteRoute({ dst, table: spec.table, metric: spec.metric });
      c.ns.replaceRoute(full);
    } else c.ns.addRoute(full, { append: verb === "append" });
  });
}

function hops(c: Context, words: Words, spec: Partial<RouteSpec>): void {
  const list: NonNullable<RouteSpec["nexthops"]> = [];
  let hop: NonNullable<RouteSpec["nexthops"]>[number] = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "nexthop") {
      list.push(hop);
      hop = {};
    } else if (word === "via") hop.via = gateway(words.value(word));
    else if (word === "dev") hop.dev = deviceName(c, words.value(word));
    else if (word === "weight") hop.weight = numberOf(words.value(word), "weight");
    else if (word === "onlink") hop.onlink = true;
    else throw new IpError(`Error: "nexthop" or end of line is expected instead of "${word}"`, 255);
  }
  list.push(hop);
  spec.nexthops = list;
}

interface Filter {
  table: number | "all";
  exact?: { ip: number; len: number };
  root?: { ip: number; len: number };
  match?: { ip: number; len: number };
  dev?: string;
  via?: string;
  src?: string;
  proto?: string;
  scope?: string;
  type?: string;
  metric?: number;
}

function filterOf(c: Context, words: Words): Filter {
  const f: Filter = { table: tables.main };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "table":
        f.table = tableOf(words.value(word), "table id value is invalid\n");
        break;
      case "dev":
      case "oif":
        f.dev = deviceName(c, words.value(word));
        break;
      case "via":
        f.via = gateway(words.value(word));
        break;
      case "src":
        f.src = gateway(words.value(word));
        break;
      case "proto":
      case "protocol":
        f.proto = protoOf(words.value(word));
        break;
      case "scope":
        f.scope = words.value(word);
        break;
      case "type":
        f.type = words.value(word);
        break;
      case "metric":
        f.metric = Number(words.value(word));
        break;
      case "cache":
      case "cloned":
      case "vrf":
      case "realms":
      case "from":
      case "tos":
        notSimulated(`route show ${word}`);
        break;
      default: {
        const how = word === "root" || word === "match" || word === "exact" ? word : "exact";
        if (word === "root" || word === "match" || word === "exact" || word === "to") word = words.value(word);
        if (types.includes(word as RouteType)) {
          f.type = word;
          break;
        }
        const dst = destination(word);
        f[how] = dst === "default" ? { ip: 0, len: 0 } : parsePrefix(dst)!;
      }
    }
  }
  return f;
}

function selected(c: Context, f: Filter): RouteInfo[] {
  return c.ns.routes(f.table).filter((r) => {
    const dst = r.dst === "default" ? { ip: 0, len: 0 } : parsePrefix(r.dst)!;
    return (
      (!f.exact || (dst.ip === f.exact.ip && dst.len === f.exact.len)) &&
      (!f.root || (dst.len >= f.root.len && inPrefix(dst.ip, f.root.ip, f.root.len))) &&
      (!f.match || (dst.len <= f.match.len && inPrefix(f.match.ip, dst.ip, dst.len))) &&
      (f.dev === undefined || r.dev === f.dev) &&
      (f.dev === undefined || !r.nexthops) &&
      (f.via === undefined || r.via === f.via) &&
      (f.src === undefined || r.src === f.src) &&
      (f.proto === undefined || r.proto === f.proto) &&
      (f.scope === undefined || r.scope === f.scope) &&
      (f.type === undefined || r.type === f.type) &&
      (f.metric === undefined || (r.metric ?? 0) === f.metric)
    );
  });
}

function show(c: Context, words: Words): void {
  const f = filterOf(c, words);
  if (c.options.family === "inet6") {
    for (const link of c.ns.state.links)
      if (link.up && link.kind !== "loopback" && link.kind !== "ipip" && link.master === undefined && c.ns.carrier(link))
        c.out(`fe80::/64 dev ${link.name} proto kernel metric 256 pref medium\n`);
    return;
  }
  if (
    f.table !== "all" &&
    f.table > 0 &&
    f.table < 253 &&
    !c.ns.state.routes.some((r) => r.table === f.table) &&
    !c.ns.state.rules.some((r) => r.table === f.table)
  )
    throw new IpError("Error: ipv4: FIB table does not exist.\nDump terminated", 2);
  const list = selected(c, f);
  if (c.options.json) {
    c.out(json(list.map((r) => jsonRoute(r, c.options.details))));
    return;
  }
  for (const r of list) c.out(routeText(c, r, f));
}

const tableText = (table: number): string =>
  table === tables.local ? "local" : table === tables.main ? "main" : table === tables.default ? "default" : String(table);

function routeText(c: Context, r: RouteInfo, f: Filter): string {
  const carrier = (dev: string | undefined): boolean => {
    const link = dev === undefined ? undefined : c.ns.linkState(dev);
    return !link || c.ns.carrier(link);
  };
  const { details } = c.options;
  let line = r.type === "unicast" && !details ? "" : `${r.type} `;
  line += `${r.dst} `;
  if (!r.nexthops) {
    if (r.via !== undefined && f.via === undefined) line += `via ${r.via} `;
    if (r.dev !== undefined && f.dev === undefined) line += `dev ${r.dev} `;
  }
  if (f.table === "all" && (details || r.table !== tables.main)) line += `table ${tableText(r.table)} `;
  if ((r.proto !== "boot" || details) && f.proto === undefined) line += `proto ${r.proto} `;
  if ((r.scope !== "global" || details) && f.scope === undefined && (details || r.type !== "blackhole")) line += `scope ${r.scope} `;
  if (r.src !== undefined && f.src === undefined) line += `src ${r.src} `;
  if (r.metric !== undefined) line += `metric ${r.metric} `;
  if (r.mtu !== undefined) line += `mtu ${r.mtu} `;
  if (r.onlink) line += "onlink ";
  if (!r.nexthops && r.dev !== undefined && (r.type === "unicast" || r.type === "broadcast") && !carrier(r.dev)) line += "linkdown ";
  if (r.nexthops)
    for (const h of r.nexthops)
      line += `${c.options.oneline ? "\\" : "\n"}\tnexthop ${h.via === undefined ? "" : `via ${h.via} `}dev ${h.dev} weight ${h.weight ?? 1} ${h.dead ? "dead " : ""}${h.onlink ? "onlink " : ""}${h.dead ? "linkdown " : carrier(h.dev) ? "" : "linkdown "}`;
  return `${line}\n`;
}

function jsonRoute(r: RouteInfo, details: boolean): Record<string, unknown> {
  return {
    ...(r.type === "unicast" && !details ? {} : { type: r.type }),
    dst: r.dst,
    ...(r.via === undefined || r.nexthops ? {} : { gateway: r.via }),
    ...(r.dev === undefined || r.nexthops ? {} : { dev: r.dev }),
    ...(r.proto === "boot" && !details ? {} : { protocol: r.proto }),
    ...(r.scope === "global" && !details ? {} : { scope: r.scope }),
    ...(r.src === undefined ? {} : { prefsrc: r.src }),
    ...(r.metric === undefined ? {} : { metric: r.metric }),
    flags: r.onlink ? ["onlink"] : [],
    ...(r.nexthops
      ? {
          nexthops: r.nexthops.map((h) => ({
            ...(h.via === undefined ? {} : { gateway: h.via }),
            dev: h.dev,
            weight: h.weight ?? 1,
            flags: [...(h.dead ? ["dead"] : []), ...(h.onlink ? ["onlink"] : []), ...(h.dead ? ["linkdown"] : [])],
          })),
        }
      : {}),
  };
}

function get(c: Context, words: Words): void {
  let dst: string | undefined;
  let from: string | undefined;
  let mark: number | undefined;
  let oif: string | undefined;
  let iif: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "from") from = gateway(words.value(word));
    else if (word === "mark") mark = numberOf(words.value(word), "mark");
    else if (word === "oif" || word === "dev") oif = deviceName(c, words.value(word));
    else if (word === "iif") iif = deviceName(c, words.value(word));
    else if (
      word === "fibmatch" ||
      word === "ipproto" ||
      word === "sport" ||
      word === "dport" ||
      word === "tos" ||
      word === "vrf" ||
      word === "uid"
    )
      notSimulated(`route get ${word}`);
    else {
      if (word === "to") word = words.value(word);
      if (word.includes(":")) notSimulated("route get with IPv6");
      const prefix = prefixWord(word);
      if (prefix.len !== 32) c.warn(`Warning: /${prefix.len} as prefix is invalid, only /32 (or none) is supported.\n`);
      dst = ipText(prefix.ip);
    }
  }
  if (dst === undefined) throw new IpError("need at least a destination address", 1);
  const target = ipOf(dst);
  const source = from === undefined ? undefined : ipOf(from);
  const answer = (text: string): never => {
    throw new IpError(`RTNETLINK answers: ${text}`, 2);
  };
  if (source !== undefined && iif === undefined && !c.ns.isLocal(source)) answer("Invalid argument");
  // a packet that comes in has a source
  if (iif !== undefined && source === undefined) answer("Invalid argument");
  const bound = oif === undefined ? undefined : c.ns.linkState(oif)!.index;
  // 0.0.0.0 is this host
  let decision = c.ns.lookup({ dst: target === 0 ? 0x7f000001 : target, src: source, mark, iif, oif: bound });
  if (decision.kind === "none" && iif === undefined && bound !== undefined) decision = c.ns.fib.onLink(target, bound) ?? decision;
  switch (decision.kind) {
    case "none":
      return answer("Network is unreachable");
    case "unreachable":
      return answer("No route to host");
    case "prohibit":
      return answer("Permission denied");
    case "blackhole":
      return answer("Invalid argument");
  }
  const src = c.ns.sourceOf(decision, target);
  let line = decision.kind === "unicast" ? "" : `${decision.kind} `;
  line += `${dst} `;
  if (from !== undefined) line += `from ${from} `;
  if (decision.kind === "unicast" && decision.via !== undefined) line += `via ${ipText(decision.via)} `;
  line += `dev ${decision.kind === "local" ? "lo" : decision.link.name} `;
  // once there are other rules than the three, the kernel keeps the local table apart (fib_unmerge)
  const merged = c.ns.rulesInOrder.length === 3;
  if (decision.route.table !== tables.main && !(decision.route.table === tables.local && merged))
    line += `table ${tableText(decision.route.table)} `;
  if (from === undefined && src !== undefined) line += `src ${ipText(src)} `;
  if (mark) line += `mark 0x${mark.toString(16)} `;
  if (iif === undefined) line += `uid ${c.p.uid} `;
  const cache =
    decision.kind === "local" || decision.link.kind === "loopback"
      ? "cache <local> "
      : decision.kind === "broadcast"
        ? "cache <local,brd> "
        : "cache ";
  if (c.options.json) {
    c.out(
      json([
        {
          ...(decision.kind === "unicast" ? {} : { type: decision.kind }),
          dst,
          ...(decision.kind === "unicast" && decision.via !== undefined ? { gateway: ipText(decision.via) } : {}),
          dev: decision.kind === "local" ? "lo" : decision.link.name,
          ...(src === undefined ? {} : { prefsrc: ipText(src) }),
          flags: [],
          uid: c.p.uid,
          cache: [],
        },
      ]),
    );
    return;
  }
  c.out(`${line}${c.options.oneline ? "\\" : "\n"}    ${cache}${iif === undefined ? "" : `iif ${iif} `}\n`);
}

function flush(c: Context, words: Words): void {
  if (words.done) throw new IpError('"ip route flush" requires arguments.');
  if (words.peek() === "cache") return;
  const f = filterOf(c, words);
  change(c, () => {
    for (const r of selected(c, f)) {
      try {
        c.ns.deleteRoute({
          dst: r.dst,
          table: r.table,
          metric: r.metric,
          type: r.type,
          ...(r.dev === undefined || r.nexthops ? {} : { dev: r.dev }),
        });
      } catch (error) {
        if (!(error instanceof NetlinkError)) throw error;
      }
    }
  });
}
