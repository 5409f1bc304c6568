/** `show …` of birdc, in the formats of BIRD 2.0.12 and BIRD 1.6.8. */
import type { Proc } from "../../kernel/proc.ts";
import { inPrefix, parseIp, prefixOf } from "../../net/ip.ts";
import type { FilterRef } from "./config.ts";
import { glob, runFilter } from "./filter.ts";
import { lookup, tableOrder } from "./rib.ts";
import { offer } from "./bgproutes.ts";
import { stamp } from "./log.ts";
import { bgpStates, birdState, ipv4Channel, type PeerOpen, type ProtocolState, type Route, type Timer } from "./state.ts";

/** Times within twenty hours show the time of day, older ones the date (lib/timer.c, TM_ISO_SHORT). */
function shortTime(p: Proc, at: number): string {
  const text = stamp(at, birdState(p).flavour === "bird2");
  return p.now - at < 20 * 3600_000 ? text.slice(11) : text.slice(0, 10);
}

export function showStatus(p: Proc): string[] {
  const s = birdState(p);
  const fraction = s.flavour === "bird2";
  return [
    `BIRD ${s.version}`,
    `Router ID is ${s.routerId}`,
    ...(fraction ? [`Hostname is ${p.hostname}`] : []),
    `Current server time is ${stamp(p.now, fraction)}`,
    `Last reboot on ${stamp(s.startedAt, fraction)}`,
    `Last reconfiguration on ${stamp(s.reconfiguredAt, fraction)}`,
    ...(s.recovering
      ? [
          "Graceful restart recovery in progress",
          `  Waiting for ${waitingFor(p)} protocols to recover`,
          `  Wait timer is ${Math.ceil(left(p, s.recovering))}/240`,
        ]
      : []),
    "Daemon is up and running",
  ];
}

const waitingFor = (p: Proc): number => birdState(p).protocols.filter((x) => x.bgp && !x.disabled && !x.bgp.endOfRib).length;
const left = (p: Proc, timer: Timer): number => Math.max(0, timer.at - p.now) / 1000;
const seconds = (p: Proc, timer: Timer): string => left(p, timer).toFixed(birdState(p).flavour === "bird2" ? 3 : 0);

function bgpStateOf(ps: ProtocolState): string {
  const bgp = ps.bgp!;
  if (ps.state === "down") return "Down";
  const state = bgpStates[Math.max(bgpStates.indexOf(bgp.outgoing.state), bgpStates.indexOf(bgp.incoming.state))]!;
  return state === "Idle" && bgp.ready && ps.config.bgp!.passive ? "Passive" : state;
}

function info(ps: ProtocolState): string {
  if (!ps.bgp) return "";
  const { class: kind, text } = ps.bgp.lastError;
  if (ps.state === "down") return `${kind}${text}`;
  return `${bgpStateOf(ps).padEnd(14)}${kind}${text}`;
}

export function showProtocols(p: Proc, all: boolean, name?: string): string[] {
  const s = birdState(p);
  const two = s.flavour === "bird2";
  const pattern = name === undefined ? undefined : glob(name);
  const out = [two ? "Name       Proto      Table      State  Since         Info" : "name     proto    table    state  since       info"];
  for (const ps of s.protocols) {
    if (pattern && !pattern.test(ps.name)) continue;
    const c = ps.config;
    const kind = c.kind;
    if (two) {
      const table = kind === "Kernel" || kind === "Static" ? (ipv4Channel(c)?.table ?? "---") : "---";
      out.push(
        `${ps.name.padEnd(10)} ${kind.padEnd(10)} ${table.padEnd(10)} ${ps.state.padEnd(6)} ${shortTime(p, ps.since).padEnd(12)}  ${info(ps)}`,
      );
    } else
      out.push(
        `${ps.name.padEnd(8)} ${kind.padEnd(8)} ${"master".padEnd(8)} ${ps.state.padEnd(5)}  ${shortTime(p, ps.since).padEnd(10)}  ${info(ps)}`,
      );
    if (all) out.push(...details(p, ps), "");
  }
  return out;
}

const filterName = (ref: FilterRef): string =>
  ref === "all" ? "ACCEPT" : ref === "none" ? "REJECT" : "name" in ref ? ref.name : "(unnamed)";

function details(p: Proc, ps: ProtocolState): string[] {
  const two = birdState(p).flavour === "bird2";
  const out: string[] = [];
  if (ps.config.description !== undefined) out.push(`  Description:    ${ps.config.description}`);
  if (!two && ps.config.kind !== "Device") out.push(...channelOne(p, ps));
  if (ps.bgp) out.push(...bgpDetails(p, ps));
  if (two) for (const c of ps.config.channels) out.push(...channelTwo(p, ps, c.family));
  return out;
}

function routeCounts(p: Proc, ps: ProtocolState): { imported: number; exported: number; preferred: number } {
  const s = birdState(p);
  let imported = 0;
  let preferred = 0;
  for (const list of Object.values(s.table)) {
    if (!list.some((r) => r.proto === ps.name)) continue;
    imported++;
    if (list[0]!.proto === ps.name) preferred++;
  }
  const exported = ps.bgp ? Object.keys(ps.bgp.sent).length : ps.config.kind === "Kernel" ? Object.keys(s.installed).length : 0;
  return { imported, exported, preferred };
}

function stats(p: Proc, ps: ProtocolState): string[] {
  const n = routeCounts(p, ps);
  const s = ps.stats;
  const line = (title: string, cells: (number | string)[]): string =>
    `      ${title.padEnd(18)}${String(cells[0]).padStart(11)}${cells
      .slice(1)
      .map((c) => String(c).padStart(11))
      .join("")}`;
  const u = s.importUpdates;
  const w = s.importWithdraws;
  return [
    `    Routes:         ${n.imported} imported, ${n.exported} exported, ${n.preferred} preferred`,
    "    Route change stats:     received   rejected   filtered    ignored   accepted",
    line("Import updates:", [u.received, u.rejected, u.filtered, u.ignored, u.accepted]),
    line("Import withdraws:", [w.received, w.rejected, "---", w.ignored, w.accepted]),
    line("Export updates:", [
      s.exportUpdates.received,
      s.exportUpdates.rejected,
      s.exportUpdates.filtered,
      "---",
      s.exportUpdates.accepted,
    ]),
    line("Export withdraws:", [s.exportWithdraws.received, "---", "---", "---", s.exportWithdraws.accepted]),
  ];
}

function channelTwo(p: Proc, ps: ProtocolState, family: string): string[] {
  const c = ps.config.channels.find((x) => x.family === family)!;
  const up = ps.state === "up";
  const preference = c.preference ?? { Direct: 240, Static: 200, BGP: 100, Kernel: 10, Device: 0, BFD: 0 }[ps.config.kind];
  const conn = ps.bgp?.active && ps.bgp[ps.bgp.active];
  return [
    `  Channel ${family}`,
    `    State:          ${up ? "UP" : "DOWN"}`,
    `    Table:          ${c.table}`,
    `    Preference:     ${preference}`,
    `    Input filter:   ${filterName(c.import)}`,
    `    Output filter:  ${filterName(c.export)}`,
    ...(up ? stats(p, ps) : []),
    ...(ps.bgp && up && conn ? [`    BGP Next hop:   ${conn.local}`] : []),
    ...(ps.bgp && ps.config.bgp!.multihop ? [`    IGP IPv4 table: ${c.table}`] : []),
  ];
}

function channelOne(p: Proc, ps: ProtocolState): string[] {
  const c = ipv4Channel(ps.config);
  if (!c) return [];
  return [
    `  Preference:     ${c.preference ?? { Direct: 240, Static: 200, BGP: 100, Kernel: 10, Device: 0, BFD: 0 }[ps.config.kind]}`,
    `  Input filter:   ${filterName(c.import)}`,
    `  Output filter:  ${filterName(c.export)}`,
    ...(ps.state === "up" ? stats(p, ps).map((l) => l.slice(2)) : []),
  ];
}

function capabilities(title: string, o: Pick<PeerOpen, "gracefulRestart" | "longLived">): string[] {
  return [
    `    ${title} capabilities`,
    "      Multiprotocol",
    "        AF announced: ipv4",
    "      Route refresh",
    ...(o.gracefulRestart === "none" ? [] : ["      Graceful restart"]),
    "      4-octet AS numbers",
    "      Enhanced refresh",
    ...(o.longLived ? ["      Long-lived graceful restart"] : []),
  ];
}

/** bgp_show_proto_info of both versions. */
function bgpDetails(p: Proc, ps: ProtocolState): string[] {
  const two = birdState(p).flavour === "bird2";
  const b = ps.config.bgp!;
  const bgp = ps.bgp!;
  const out = [
    `  BGP state:          ${bgpStateOf(ps)}`,
    `    Neighbor address: ${b.neighbor}`,
    `    Neighbor AS:      ${b.neighborAs}`,
    ...(two ? [`    Local AS:         ${b.localAs}`] : []),
  ];
  if (bgp.gracefulTimer) out.push("    Neighbor graceful restart active");
  if (ps.state === "start") {
    if (bgp.startup) out.push(`    Error wait:       ${seconds(p, bgp.startup)}/${bgp.startupDelay}`);
    if (bgp.outgoing.state === "Active" && bgp.outgoing.connect)
      out.push(`    ${two ? "Connect delay:    " : "Start delay:      "}${seconds(p, bgp.outgoing.connect)}/${b.connectDelayTime}`);
    if (bgp.gracefulTimer) out.push(`    Restart timer:    ${seconds(p, bgp.gracefulTimer)}/-`);
  }
  const conn = bgp.active && bgp[bgp.active];
  if (ps.state === "up" && conn) {
    const peer = conn.peer!;
    out.push(`    Neighbor ID:      ${peer.id}`);
    const local = { gracefulRestart: b.gracefulRestart === "off" ? ("none" as const) : ("aware" as const), longLived: two };
    if (two) out.push(...capabilities("Local", local), ...capabilities("Neighbor", peer));
    else
      out.push(
        `    Neighbor caps:    refresh enhanced-refresh${peer.gracefulRestart === "able" ? " restart-able" : peer.gracefulRestart === "aware" ? " restart-aware" : ""} AS4${peer.addPaths ? " add-path-rx add-path-tx" : ""}`,
      );
    out.push(
      `    Session:          ${b.internal ? "internal" : "external"}${b.multihop ? " multihop" : ""}${b.rrClient ? " route-reflector" : ""} AS4`,
    );
    out.push(`    Source address:   ${conn.local}`);
    if (conn.hold) out.push(`    Hold timer:       ${seconds(p, conn.hold)}/${conn.holdTime}`);
    if (conn.keepalive) out.push(`    Keepalive timer:  ${seconds(p, conn.keepalive)}/${Math.trunc(conn.keepaliveTime)}`);
  }
  if (bgp.lastError.class !== "" || bgp.lastError.text !== "")
    out.push(`    Last error:       ${bgp.lastError.class}${bgp.lastError.text}`);
  return out;
}

// --- routes

/** A string back: what is not modelled. */
export function showRoutes(p: Proc, args: string[]): string[] | string {
  const s = birdState(p);
  const two = s.flavour === "bird2";
  let all = false;
  let count = false;
  let primary = false;
  let forAddress: string | undefined;
  let net: string | undefined;
  let protocol: string | undefined;
  let exported: { how: "export" | "noexport" | "preexport"; name: string } | undefined;
  const words = [...args];
  while (words.length > 0) {
    const w = words.shift()!;
    if (w === "all") all = true;
    else if (w === "count") count = true;
    else if (w === "primary") primary = true;
    else if (w === "for") forAddress = words.shift() ?? "";
    else if (w === "protocol") protocol = words.shift() ?? "";
    else if (w === "export" || w === "noexport" || w === "preexport") exported = { how: w, name: words.shift() ?? "" };
    else if (w === "table") {
      const table = words.shift();
      if (table !== (two ? "master4" : "master")) return `birdc show route table ${table}`;
    } else if (/^[\d.]+(\/\d+)?$/.test(w)) net = w.includes("/") ? w : `${w}/32`;
    else return `birdc show route ${w}`;
  }
  for (const name of [protocol, exported?.name]) {
    if (name !== undefined && !s.protocols.some((x) => x.name === name))
      return [two ? "!syntax error, unexpected CF_SYM_UNDEFINED, expecting CF_SYM_KNOWN" : `!${name} is not a protocol`];
  }
  let nets = tableOrder(s.table);
  if (forAddress !== undefined) {
    const wanted = forAddress.includes("/") ? prefixOf(forAddress) : { ip: parseIp(forAddress) ?? 0, len: 32 };
    const best = forAddress.includes("/")
      ? nets
          .filter((n) => inPrefix(wanted.ip, prefixOf(n).ip, prefixOf(n).len) && prefixOf(n).len <= wanted.len)
          .toSorted((a, b) => prefixOf(b).len - prefixOf(a).len)[0]
      : lookup(p, forAddress)?.net;
    nets = best === undefined ? [] : [best];
  }
  if (net !== undefined) nets = nets.filter((n) => n === net);
  const target = exported && s.protocols.find((x) => x.name === exported.name)!;
  const lines: string[] = [];
  let shown = 0;
  let networks = 0;
  let routes = 0;
  for (const n of nets) {
    networks++;
    const list = s.table[n]!;
    routes += list.length;
    let first = true;
    for (const [i, r] of list.entries()) {
      if (protocol !== undefined && r.proto !== protocol) continue;
      if ((primary || exported) && i > 0) continue;
      if (target && !goesTo(p, target, r, exported!.how)) continue;
      shown++;
      if (!count) lines.push(...(two ? routeTwo(p, r, i === 0, first, all) : routeOne(p, r, i === 0, first, all)));
      first = false;
    }
  }
  if (count) {
    if (!two) return [`${shown} of ${routes} routes for ${networks} networks`];
    const total = `${shown} of ${routes} routes for ${networks} networks in table master4`;
    return [
      total,
      "0 of 0 routes for 0 networks in table master6",
      `Total: ${shown} of ${routes} routes for ${networks} networks in 2 tables`,
    ];
  }
  if (lines.length === 0)
    return net !== undefined || forAddress !== undefined ? [two ? "!Network not found" : "!Network not in table"] : [];
  return two ? ["Table master4:", ...lines] : lines;
}

function goesTo(p: Proc, ps: ProtocolState, r: Route, how: "export" | "noexport" | "preexport"): boolean {
  const channel = ipv4Channel(ps.config);
  const offered = ps.bgp
    ? offer(p, ps, r)
    : r.proto === ps.name
      ? "rejected"
      : channel && runFilter(birdState(p).config, channel.export, r).accepted
        ? r
        : "filtered";
  if (how === "preexport") return offered !== "rejected";
  return how === "export" ? typeof offered !== "string" : offered === "filtered";
}

function bgpInfo(r: Route): string {
  if (r.source !== "BGP") return "";
  const last = r.asPath?.at(-1);
  return ` [${last === undefined ? "" : `AS${last}`}i]`;
}

function routeTwo(p: Proc, r: Route, best: boolean, first: boolean, all: boolean): string[] {
  const out = [
    `${(first ? r.net : "").padEnd(20)} ${r.dest} [${r.proto} ${shortTime(p, r.at)}${from(r)}] ${best ? "* " : ""}(${r.preference})${bgpInfo(r)}`,
  ];
  if (r.dest === "unicast") out.push(r.via === undefined ? `\tdev ${r.dev}` : `\tvia ${r.via} on ${r.dev}${r.onlink ? " onlink" : ""}`);
  if (!all) return out;
  const type = { DEVICE: "device", STATIC: "static", INHERIT: "inherit", BGP: "BGP" }[r.source];
  out.push(`\tType: ${type} univ`);
  if (r.source === "BGP") {
    out.push(
      "\tBGP.origin: IGP",
      `\tBGP.as_path: ${(r.asPath ?? []).join(" ")}`,
      `\tBGP.next_hop: ${r.nextHop}`,
      `\tBGP.local_pref: ${r.localPref}`,
    );
    if (r.originator !== undefined) out.push(`\tBGP.originator_id: ${r.originator}`, `\tBGP.cluster_list: ${r.clusters!.join(" ")}`);
  }
  if (r.source === "INHERIT") out.push(`\tKernel.source: ${r.krtSource}`, `\tKernel.metric: ${r.metric ?? 0}`);
  return out;
}

/** The peer is named where it is not the next hop (` from …`). */
const from = (r: Route): string => (r.from !== undefined && r.from !== r.via && r.dest === "unicast" ? ` from ${r.from}` : "");

/** nest/rt-show.c of BIRD 1.6: `%-18s %s [%s %s%s]%s%s`. */
function routeOne(p: Proc, r: Route, best: boolean, first: boolean, all: boolean): string[] {
  const how = r.dest !== "unicast" ? r.dest : r.via === undefined ? `dev ${r.dev}` : `via ${r.via} on ${r.dev}`;
  const metric = r.source === "BGP" ? `(${r.preference}/${r.dest === "unreachable" ? "-" : "0"})` : `(${r.preference})`;
  const out = [
    `${(first ? r.net : "").padEnd(18)} ${how} [${r.proto} ${shortTime(p, r.at)}${from(r)}] ${best ? "* " : ""}${metric}${bgpInfo(r)}`,
  ];
  if (!all) return out;
  const type = { DEVICE: "device", STATIC: "static", INHERIT: "inherit", BGP: "BGP" }[r.source];
  out.push(`\tType: ${type} unicast univ`);
  if (r.source === "BGP")
    out.push(
      "\tBGP.origin: IGP",
      `\tBGP.as_path: ${(r.asPath ?? []).join(" ")}`,
      `\tBGP.next_hop: ${r.nextHop}`,
      `\tBGP.local_pref: ${r.localPref}`,
    );
  return out;
}

// --- interfaces

export function showInterfaces(p: Proc, summary: boolean): string[] {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const out: string[] = summary ? [`${"Interface".padEnd(10)} State  IPv4 address       IPv6 address`] : [];
  for (const link of ns.links()) {
    const up = link.up ? "up" : "down";
    if (summary) {
      const address = link.addresses[0]?.cidr ?? "";
      out.push(`${link.name.padEnd(10)} ${up.padEnd(6)} ${address.padEnd(18)} `);
      continue;
    }
    out.push(`${link.name} ${up} (index=${link.index})`);
    const flags =
      link.kind === "loopback"
        ? "MultiAccess AdminUp LinkUp Loopback Ignored"
        : link.up
          ? "MultiAccess Broadcast Multicast AdminUp LinkUp"
          : "MultiAccess Broadcast Multicast AdminDown LinkDown";
    out.push(`\t${flags} MTU=${link.mtu}`);
    for (const a of link.addresses)
      out.push(
        `\t${a.cidr} (Preferred, scope ${a.scope === "host" ? "host" : a.scope === "link" ? "link" : isPrivate(a.cidr) ? "site" : "univ"})`,
      );
  }
  return out;
}

const isPrivate = (cidr: string): boolean => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(cidr);
