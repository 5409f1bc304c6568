/** Out by a link: address resolution, tunnels, bridges, cables. */
import { icmpError } from "./icmp.ts";
import { inPrefix } from "./ip.ts";
import { reachable } from "./neighbours.ts";
import type { NetNs } from "./netlink.ts";
import { makePacket, protocols, type Packet, type Walk } from "./packet.ts";
import type { LinkState, NeighbourState } from "./state.ts";
import { inputPacket, note, outputPacket } from "./walk.ts";

/** Seconds of neigh/default: three probes a second apart; confirmed for about 30 s; stale entries are probed 5 + 3 s before they fail. */
const resolution = 3000;

/** Sends an IP packet to a next hop on a link. */
export function transmit(ns: NetNs, link: LinkState, nextHop: number, p: Packet, walk: Walk): void {
  if (!link.up) {
    note(walk, ns, `dev ${link.name}`, "down, DROP");
    return;
  }
  ns.seen?.(link, p, "out");
  walk.recording?.visit(ns);
  switch (link.kind) {
    case "loopback":
      inputPacket(ns, link, p, walk);
      return;
    case "dummy":
      count(link, p, walk);
      return;
    case "ipip":
      encapsulateIpip(ns, link, nextHop, p, walk);
      return;
  }
  const mac = p.dst === 0xffffffff || isBroadcast(link, p.dst) ? "ff:ff:ff:ff:ff:ff" : resolve(ns, link, nextHop, p, walk);
  if (mac === undefined) return;
  count(link, p, walk);
  sendFrame(ns, link, mac, p, walk);
}

const count = (link: LinkState, p: Packet, walk: Walk): void => {
  link.tx.packets++;
  link.tx.bytes += p.size + 14;
  walk.recording?.link(link.tx, 14);
};

const countIn = (link: LinkState, p: Packet, walk: Walk): void => {
  link.rx.packets++;
  link.rx.bytes += p.size;
  walk.recording?.link(link.rx);
};

const isBroadcast = (link: LinkState, ip: number): boolean =>
  link.addresses.some(
    (a) => a.len < 31 && inPrefix(ip, a.ip, a.len) && (ip | (a.len === 0 ? 0xffffffff : 0xffffffff >>> a.len)) >>> 0 === ip,
  );

/** The MAC address of a neighbour; undefined when the packet can go no further (errors have been sent). */
function resolve(ns: NetNs, link: LinkState, ip: number, p: Packet, walk: Walk): string | undefined {
  const entry = ns.arp.get(link.index, ip);
  if (entry) walk.recording?.neighbour(entry);
  if (entry?.permanent) return entry.mac;
  const now = ns.now;
  if (entry?.mac !== undefined && entry.failing === undefined && now - entry.at < reachable) return entry.mac;
  // asked for now: the next packet finds the answer in the table
  walk.recording?.spoil();
  if (link.kind === "vxlan" && !link.vxlan!.learning) return failed(ns, link, ip, entry, p, walk);
  const mac = ask(ns, link, ip, 0);
  if (mac !== undefined) {
    ns.arp.learn(link.index, ip, mac);
    return mac;
  }
  // a known neighbour that stopped answering: used while it is probed (5 s delay, 3 probes), then it has failed
  if (entry?.mac !== undefined) {
    entry.failing ??= now;
    if (now - entry.failing < 8000) return entry.mac;
    delete entry.mac;
    delete entry.failing;
    entry.at = now - resolution;
  }
  return failed(ns, link, ip, entry, p, walk);
}

function failed(ns: NetNs, link: LinkState, ip: number, entry: NeighbourState | undefined, p: Packet, walk: Walk): undefined {
  const now = ns.now;
  const asking = entry && entry.mac === undefined && now - entry.at < resolution ? entry.at : now;
  ns.arp.unanswered(link.index, ip, asking);
  walk.delay = Math.max(walk.delay, asking + resolution + 70 - now);
  note(walk, ns, `dev ${link.name}`, `no answer to ARP for ${ns.text(ip)}: Host is unreachable`);
  icmpError(ns, p, 3, 1, walk);
}

/** Who has `ip`? The MAC of who answers on the link's layer-2 network. */
export function ask(ns: NetNs, link: LinkState, ip: number, depth: number): string | undefined {
  if (!link.up || depth > 8) return undefined;
  if (link.kind === "bridge") {
    for (const port of ns.state.links) {
      if (port.master !== link.index || !port.up) continue;
      const mac = askOut(ns, port, ip, depth + 1);
      if (mac !== undefined) return mac;
    }
    return undefined;
  }
  return askOut(ns, link, ip, depth);
}

/** The request leaves by this port. */
function askOut(ns: NetNs, port: LinkState, ip: number, depth: number): string | undefined {
  if (port.kind === "veth") {
    const peer = ns.peerOf(port);
    return peer && answer(peer.ns, peer.link, ip, depth);
  }
  if (port.kind === "ether") {
    for (const { ns: other, link } of ns.network.onSegment(port.segment ?? "")) {
      if (link === port) continue;
      const mac = answer(other, link, ip, depth);
      if (mac !== undefined) return mac;
    }
  }
  return undefined;
}

/** A request has come in by `link`. */
function answer(ns: NetNs, link: LinkState, ip: number, depth: number): string | undefined {
  if (!link.up || depth > 8) return undefined;
  if (link.master !== undefined) {
    const bridge = ns.linkByIndex(link.master);
    if (!bridge?.up) return undefined;
    if (ns.answersArp(bridge, ip)) return bridge.mac;
    for (const port of ns.state.links) {
      if (port === link || port.master !== bridge.index || !port.up) continue;
      const mac = askOut(ns, port, ip, depth + 1);
      if (mac !== undefined) return mac;
    }
    return undefined;
  }
  return ns.answersArp(link, ip) ? link.mac : undefined;
}

const everyone = "ff:ff:ff:ff:ff:ff";

/** Puts a frame on the link. */
function sendFrame(ns: NetNs, link: LinkState, mac: string, p: Packet, walk: Walk): boolean {
  if (!link.up || ++walk.steps > 400) return false;
  switch (link.kind) {
    case "veth": {
      const peer = ns.peerOf(link);
      if (!peer?.link.up) return false;
      return peer.ns.receiveFrame(peer.link, mac, p, walk);
    }
    case "ether": {
      if (mac === everyone) walk.recording?.spoil();
      for (const { ns: other, link: to } of ns.network.onSegment(link.segment ?? "")) {
        if (to === link || !to.up) continue;
        if (mac === everyone) other.receiveFrame(to, mac, { ...p }, walk);
        else if ((to.mac === mac || to.master !== undefined) && other.receiveFrame(to, mac, p, walk)) return true;
      }
      return false;
    }
    case "bridge":
      return bridgeOut(ns, link, undefined, mac, p, walk);
    case "vxlan":
      return encapsulateVxlan(ns, link, mac, p, walk);
    default:
      return false;
  }
}

/** Whether a frame for `mac` belongs out of this port. */
function leadsTo(ns: NetNs, port: LinkState, mac: string): boolean {
  if (port.kind === "veth") {
    const peer = ns.peerOf(port);
    return peer !== undefined && (peer.link.mac === mac || peer.link.master !== undefined);
  }
  if (port.kind === "vxlan") return ns.state.fdb.some((e) => e.dev === port.index && e.mac === mac);
  return ns.network.onSegment(port.segment ?? "").some(({ link }) => link !== port && (link.mac === mac || link.master !== undefined));
}

function bridgeOut(ns: NetNs, bridge: LinkState, from: LinkState | undefined, mac: string, p: Packet, walk: Walk): boolean {
  for (const port of ns.state.links) {
    if (port.master !== bridge.index || !port.up || (port === from && !port.hairpin)) continue;
    if (mac === everyone) {
      walk.recording?.spoil();
      sendFrame(ns, port, mac, { ...p }, walk);
      continue;
    }
    if (!leadsTo(ns, port, mac)) continue;
    if (from && ns.numberSetting("net/bridge/bridge-nf-call-iptables") === 1) {
      p.physIn = from;
      p.physOut = port;
      if (!ns.netfilter.run(p, { ns, hook: "FORWARD", in: bridge, out: bridge }, walk)) return true;
      if (!ns.netfilter.run(p, { ns, hook: "POSTROUTING", in: undefined, out: bridge }, walk)) return true;
      p.physIn = p.physOut = undefined;
      p.ct = undefined;
      p.ctInfo = undefined;
      walk.recording?.leave();
    }
    count(port, p, walk);
    if (sendFrame(ns, port, mac, p, walk)) return true;
  }
  return false;
}

/** A frame has come in by a link; whether somebody took it. */
export function receiveFrame(ns: NetNs, link: LinkState, mac: string, p: Packet, walk: Walk): boolean {
  if (!link.up) return false;
  const forUs = mac === everyone || mac === link.mac;
  // a different host (or namespace) has its own idea of the connection
  if (link.master === undefined) {
    if (!forUs) return false;
    countIn(link, p, walk);
    walk.recording?.leave();
    inputPacket(ns, link, leaveStack(p), walk);
    return true;
  }
  const bridge = ns.linkByIndex(link.master);
  if (!bridge?.up) return false;
  countIn(link, p, walk);
  const local = mac === bridge.mac || mac === everyone || ns.state.links.some((l) => l.master === bridge.index && l.mac === mac);
  const q = leaveStack(p);
  walk.recording?.leave();
  walk.recording?.visit(ns);
  ns.seen?.(link, q, "in");
  if (local && mac !== everyone) {
    countIn(bridge, p, walk);
    if (ns.numberSetting("net/bridge/bridge-nf-call-iptables") === 1) q.physIn = link;
    inputPacket(ns, bridge, q, walk);
    return true;
  }
  if (mac === everyone) inputPacket(ns, bridge, { ...q }, walk);
  if (ns.numberSetting("net/bridge/bridge-nf-call-iptables") === 1) {
    q.physIn = link;
    const { dst } = q;
    if (!ns.netfilter.run(q, { ns, hook: "PREROUTING", in: bridge, out: undefined }, walk)) return true;
    if (q.dst !== dst) {
      // translated: back into routing, as br_nf_pre_routing_finish does
      const decision = ns.fib.lookup({ dst: q.dst, src: q.src, mark: q.mark, iif: bridge.name });
      if (decision.kind === "unicast" && decision.link === bridge) {
        const to = ask(ns, bridge, decision.via ?? q.dst, 0);
        return to === undefined ? true : bridgeOut(ns, bridge, link, to, q, walk) || true;
      }
      ns.routeInput(bridge, q, walk);
      return true;
    }
  }
  return bridgeOut(ns, bridge, link, mac, q, walk);
}

/** The packet as it arrives at another stack: connection, mark and owner stay behind. */
function leaveStack(p: Packet): Packet {
  p.ct = undefined;
  p.ctInfo = undefined;
  p.ctDir = 0;
  p.mark = 0;
  p.uid = undefined;
  p.physIn = undefined;
  p.physOut = undefined;
  return p;
}

function encapsulateIpip(ns: NetNs, link: LinkState, nextHop: number, p: Packet, walk: Walk): void {
  const remote = link.ipip!.remote ?? nextHop;
  const source = link.ipip!.local ?? ns.sourceFor(remote);
  if (source === undefined) return;
  walk.recording?.spoil();
  count(link, p, walk);
  const { ct: _ct, ...inner } = p;
  const outer = makePacket({
    src: source,
    dst: remote,
    proto: protocols.ipip,
    size: p.size + 20,
    df: true,
    mark: p.mark,
    inner: { ...inner, ct: undefined, ctInfo: undefined },
  });
  note(walk, ns, `dev ${link.name}`, `encapsulated (IPIP) ${ns.text(source)} → ${ns.text(remote)}`);
  if (walk.steps > 150 || (p.proto === protocols.ipip && p.inner?.inner)) return;
  if (outputPacket(ns, outer, walk, {}) !== undefined) link.tx.dropped++;
}

function encapsulateVxlan(ns: NetNs, link: LinkState, mac: string, p: Packet, walk: Walk): boolean {
  walk.recording?.spoil();
  const { vxlan } = link;
  const targets = ns.state.fdb
    .filter((e) => e.dev === link.index && e.dst !== undefined && (e.mac === mac || (mac === everyone && e.mac === "00:00:00:00:00:00")))
    .map((e) => e.dst!);
  if (targets.length === 0 && vxlan!.remote !== undefined) targets.push(vxlan!.remote);
  if (targets.length === 0) {
    note(walk, ns, `dev ${link.name}`, `no forwarding entry for ${mac}, DROP`);
    link.tx.dropped++;
    return true;
  }
  for (const remote of targets) {
    const source = vxlan!.local ?? ns.sourceFor(remote);
    if (source === undefined) continue;
    const { ct: _ct, ...inner } = p;
    const outer = makePacket({
      src: source,
      dst: remote,
      proto: protocols.udp,
      // the source port is a hash of the inner flow
      sport: 32768 + (((p.src ^ p.dst ^ (p.sport << 3) ^ p.dport) >>> 0) % 28232),
      dport: vxlan!.port,
      size: p.size + 50,
      df: false,
      inner: { ...inner, ct: undefined, ctInfo: undefined },
      innerMac: mac,
      vni: vxlan!.id,
      mark: p.mark,
    });
    note(walk, ns, `dev ${link.name}`, `encapsulated (VXLAN ${vxlan!.id}) ${ns.text(source)} → ${ns.text(remote)}`);
    if (outputPacket(ns, outer, walk, {}) !== undefined) link.tx.dropped++;
  }
  return true;
}
