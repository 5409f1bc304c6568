/** How a link and its addresses look (iproute2 6.1: ip/ipaddress.c). */
import { broadcastOf, ipText } from "../../../net/ip.ts";
import type { NetNs } from "../../../net/netlink.ts";
import type { AddressState, LinkState } from "../../../net/state.ts";
import type { Options } from "./words.ts";

export function flags(ns: NetNs, link: LinkState): string[] {
  const out: string[] = [];
  const carrier = ns.carrier(link);
  if (link.up && !carrier) out.push("NO-CARRIER");
  if (link.kind === "loopback") out.push("LOOPBACK");
  else if (link.kind === "ipip") out.push("NOARP");
  else if (link.kind === "dummy") out.push("BROADCAST", "NOARP");
  else out.push("BROADCAST", "MULTICAST");
  if (link.promisc) out.push("PROMISC");
  if (link.up) out.push("UP");
  if (link.up && carrier) out.push("LOWER_UP");
  const peer = link.kind === "veth" ? ns.peerOf(link) : undefined;
  if (peer && peer.ns === ns && !peer.link.up) out.push("M-DOWN");
  return out;
}

export function operstate(ns: NetNs, link: LinkState): string {
  if (!link.up) return "DOWN";
  if (link.kind === "loopback" || link.kind === "vxlan" || link.kind === "ipip" || link.kind === "dummy") return "UNKNOWN";
  if (ns.carrier(link)) return "UP";
  return link.kind === "veth" ? "LOWERLAYERDOWN" : "DOWN";
}

/** The discipline that a link gets when it first comes up, and keeps. */
const qdisc = (link: LinkState): string => (!link.up && !link.activated ? "noop" : link.kind === "ether" ? "fq_codel" : "noqueue");

/** NAME, NAME@PEER, NAME@ifN. */
export function fullName(ns: NetNs, link: LinkState): string {
  if (link.kind === "ipip") return `${link.name}@NONE`;
  if (!link.peer) return link.name;
  const peer = ns.peerOf(link);
  return peer?.ns === ns ? `${link.name}@${peer.link.name}` : `${link.name}@if${link.peer.index}`;
}

const linkType = (link: LinkState): string => (link.kind === "loopback" ? "loopback" : link.kind === "ipip" ? "ipip" : "ether");
const broadcast = (link: LinkState): string =>
  link.kind === "loopback" ? "00:00:00:00:00:00" : link.kind === "ipip" ? "0.0.0.0" : "ff:ff:ff:ff:ff:ff";
export const mac = (link: LinkState): string => (link.kind === "ipip" ? ipText(link.ipip?.local ?? 0) : link.mac);

/** The link-local address the kernel makes from a MAC address (RFC 4291, EUI-64). */
export function linkLocal(ns: NetNs, link: LinkState): string | undefined {
  if (link.kind === "loopback") return link.up ? "::1/128" : undefined;
  if (!link.up || !ns.carrier(link) || link.kind === "ipip" || link.master !== undefined) return undefined;
  if (ns.sysctl(`net/ipv6/conf/${link.name}/disable_ipv6`) === "1" || ns.sysctl("net/ipv6/conf/all/disable_ipv6") === "1") return undefined;
  const bytes = link.mac.split(":").map((b) => Number.parseInt(b, 16));
  const eui = [bytes[0]! ^ 2, bytes[1]!, bytes[2]!, 0xff, 0xfe, bytes[3]!, bytes[4]!, bytes[5]!];
  const groups = [0, 2, 4, 6].map((i) => ((eui[i]! << 8) | eui[i + 1]!).toString(16));
  return `fe80::${groups.join(":")}/64`;
}

export function linkLines(ns: NetNs, link: LinkState, options: Options, withMode: boolean): string[] {
  const master = link.master === undefined ? "" : ` master ${ns.linkByIndex(link.master)?.name ?? ""}`;
  const first = `${link.index}: ${fullName(ns, link)}: <${flags(ns, link).join(",")}> mtu ${link.mtu} qdisc ${qdisc(link)}${master} state ${operstate(ns, link)}${withMode ? " mode DEFAULT" : ""} group default qlen ${link.txqlen ?? 1000}`;
  let second = `    link/${linkType(link)} ${mac(link)} brd ${broadcast(link)}`;
  if (link.peer && ns.peerOf(link)?.ns !== ns) second += link.peer.ns === "" ? " link-netnsid 0" : ` link-netns ${link.peer.ns}`;
  const lines = [first, second];
  if (options.details) {
    lines[1] += ` promiscuity ${link.master === undefined ? 0 : 1}  allmulti 0 minmtu ${link.kind === "loopback" ? 0 : 68} maxmtu ${link.kind === "loopback" ? 0 : 65535} `;
    const tail = `numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 `;
    const eui = "addrgenmode eui64 ";
    if (link.kind === "vxlan") {
      const v = link.vxlan!;
      lines.push(
        `    vxlan id ${v.id} ${v.remote === undefined ? "" : `remote ${ipText(v.remote)} `}${v.local === undefined ? "" : `local ${ipText(v.local)} `}${v.dev === undefined ? "" : `dev ${v.dev} `}srcport 0 0 dstport ${v.port} ${v.learning ? "" : "nolearning "}ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx ${eui}${tail}`,
      );
    } else if (link.kind === "ipip")
      lines.push(
        `    ipip any remote ${link.ipip?.remote === undefined ? "any" : ipText(link.ipip.remote)} local ${link.ipip?.local === undefined ? "any" : ipText(link.ipip.local)} ttl inherit nopmtudisc ${eui}${tail}`,
      );
    else if (link.kind === "veth" || link.kind === "dummy") lines.push(`    ${link.kind} ${eui}${tail}`);
    else if (link.kind === "bridge")
      lines.push(
        `    bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 priority 32768 vlan_filtering 0 bridge_id 8000.${link.mac} ${eui}${tail}`,
      );
    else lines[1] += `${eui}${tail}`;
  }
  if (link.alias && withMode) lines.push(`    alias ${link.alias}`);
  for (const name of link.altnames ?? []) lines.push(`    altname ${name}`);
  return lines;
}

export function statistics(link: LinkState, twice: boolean): string[] {
  const lines = [
    "    RX:  bytes packets errors dropped  missed   mcast           ",
    `    ${String(link.rx.bytes).padStart(10)} ${String(link.rx.packets).padStart(7)} ${"0".padStart(6)} ${String(link.rx.dropped).padStart(7)} ${"0".padStart(7)} ${"0".padStart(7)} `,
  ];
  if (twice) lines.push("    RX errors:  length    crc   frame    fifo overrun", "                     0      0       0       0       0 ");
  lines.push(
    "    TX:  bytes packets errors dropped carrier collsns           ",
    `    ${String(link.tx.bytes).padStart(10)} ${String(link.tx.packets).padStart(7)} ${"0".padStart(6)} ${String(link.tx.dropped).padStart(7)} ${"0".padStart(7)} ${"0".padStart(7)} `,
  );
  if (twice) lines.push("    TX errors: aborted   fifo  window heartbt transns", "                     0      0       0       0       0 ");
  return lines;
}

const isSecondary = (link: LinkState, a: AddressState): boolean =>
  link.addresses
    .slice(0, link.addresses.indexOf(a))
    .some((b) => b.len === a.len && a.len < 32 && broadcastOf(a.ip, a.len) === broadcastOf(b.ip, b.len));

export function addressLines(link: LinkState, a: AddressState, now: number): string[] {
  const metric = a.metric ? ` metric ${a.metric}` : "";
  const brd = a.broadcast === undefined ? "" : ` brd ${ipText(a.broadcast)}`;
  const life = a.until === undefined ? "forever" : `${Math.max(0, Math.floor((a.until - now) / 1000))}sec`;
  return [
    `    inet ${ipText(a.ip)}/${a.len}${metric}${brd} scope ${a.scope}${isSecondary(link, a) ? " secondary" : ""}${a.until === undefined ? "" : " dynamic"}${a.noprefixroute ? " noprefixroute" : ""} ${a.label}`,
    `       valid_lft ${life} preferred_lft ${life}`,
  ];
}

/** What a link hangs on, and its name. */
function nameJson(ns: NetNs, link: LinkState): Record<string, unknown> {
  const peer = link.peer ? ns.peerOf(link) : undefined;
  return {
    ...(link.kind === "ipip"
      ? { link: null }
      : link.peer
        ? peer?.ns === ns
          ? { link: peer.link.name }
          : { link_index: link.peer.index }
        : {}),
    ifname: link.name,
  };
}

/** -br -j. */
export const briefJson = (ns: NetNs, link: LinkState): Record<string, unknown> => ({
  ...nameJson(ns, link),
  operstate: operstate(ns, link),
});

/** `layer2`: with what belongs to the link itself, not to one family's addresses. */
export function linkJson(ns: NetNs, link: LinkState, layer2 = true): Record<string, unknown> {
  const peer = link.peer ? ns.peerOf(link) : undefined;
  return {
    ifindex: link.index,
    ...nameJson(ns, link),
    flags: flags(ns, link),
    mtu: link.mtu,
    qdisc: qdisc(link),
    ...(link.master === undefined ? {} : { master: ns.linkByIndex(link.master)?.name }),
    operstate: operstate(ns, link),
    group: "default",
    txqlen: link.txqlen ?? 1000,
    ...(layer2 ? { link_type: linkType(link), address: mac(link), broadcast: broadcast(link) } : {}),
    ...(layer2 && link.peer && peer?.ns !== ns ? (link.peer.ns === "" ? { link_netnsid: 0 } : { link_netns: link.peer.ns }) : {}),
  };
}

export function addressJson(link: LinkState, a: AddressState, now: number): Record<string, unknown> {
  const life = a.until === undefined ? 4294967295 : Math.max(0, Math.floor((a.until - now) / 1000));
  return {
    family: "inet",
    local: ipText(a.ip),
    prefixlen: a.len,
    ...(a.metric ? { metric: a.metric } : {}),
    ...(a.broadcast === undefined ? {} : { broadcast: ipText(a.broadcast) }),
    scope: a.scope,
    ...(isSecondary(link, a) ? { secondary: true } : {}),
    ...(a.until === undefined ? {} : { dynamic: true }),
    label: a.label,
    valid_life_time: life,
    preferred_life_time: life,
  };
}
