/** A packet's way through a host: output, input, forwarding (ip_output.c, ip_input.c, ip_forward.c). */
import type { ErrnoCode } from "../core/errno.ts";
import { icmpError } from "./icmp.ts";
import type { NetNs } from "./netlink.ts";
import { routeBack } from "./fib.ts";
import { makePacket, protocols, type Packet, type Walk } from "./packet.ts";
import { transmit } from "./link.ts";
import type { LinkState } from "./state.ts";

/** Routers and tunnels on one way; beyond it the packet is dropped, as the kernel's own limits do. */
const stepLimit = 200;

export function note(walk: Walk, ns: NetNs, where: string, verdict: string): void {
  walk.hops?.push({ machine: ns.machineName, netns: ns.name, where, verdict });
}

export interface OutputOptions {
  /** Bound device (index). */
  oif?: number;
  /** The source is not ours (RST of REJECT in OUTPUT). */
  anySource?: boolean;
}

/** Sends a packet that this host makes. The result is what sendmsg would fail with; drops further on are silent. */
export function outputPacket(ns: NetNs, p: Packet, walk: Walk, options: OutputOptions): ErrnoCode | undefined {
  if (++walk.steps > stepLimit) return undefined;
  walk.recording?.visit(ns);
  let decision = ns.fib.lookup({ dst: p.dst, src: p.src, mark: p.mark, oif: options.oif });
  if (decision.kind === "none" && options.oif !== undefined) decision = ns.fib.onLink(p.dst, options.oif) ?? decision;
  switch (decision.kind) {
    case "none":
      note(walk, ns, "routing", "no route: Network is unreachable");
      return "ENETUNREACH";
    case "unreachable":
      note(walk, ns, "routing", "unreachable route");
      return "EHOSTUNREACH";
    case "prohibit":
      note(walk, ns, "routing", "prohibit route");
      return "EACCES";
    case "blackhole":
      note(walk, ns, "routing", "blackhole route");
      return "EINVAL";
  }
  const first = decision;
  let link = first.kind === "local" ? ns.loopback : first.link;
  let via = first.kind === "unicast" ? first.via : undefined;
  const { dst, src, mark } = p;
  if (!ns.netfilter.run(p, { ns, hook: "OUTPUT", in: undefined, out: link }, walk)) return "EPERM";
  let local = first.kind === "local";
  let mtu = first.route.mtu;
  if (p.dst !== dst || p.src !== src || p.mark !== mark) {
    // translated or marked: route again (ip_route_me_harder)
    const again = ns.fib.lookup({ dst: p.dst, src: p.src, mark: p.mark });
    if (!("link" in again)) {
      note(walk, ns, "routing after OUTPUT", again.kind);
      return "EPERM";
    }
    local = again.kind === "local";
    link = local ? ns.loopback : again.link;
    via = again.kind === "unicast" ? again.via : undefined;
    mtu = again.route.mtu;
  }
  if (walk.hops) note(walk, ns, "routing", `dev ${link.name}${via === undefined ? "" : ` via ${ns.text(via)}`} src ${ns.text(p.src)}`);
  return finish(ns, p, link, via, mtu, walk, local);
}

/** POSTROUTING, size, and out by the link. */
function finish(
  ns: NetNs,
  p: Packet,
  link: LinkState,
  via: number | undefined,
  routeMtu: number | undefined,
  walk: Walk,
  local: boolean,
): ErrnoCode | undefined {
  if (!ns.netfilter.run(p, { ns, hook: "POSTROUTING", in: undefined, out: link }, walk)) return "EPERM";
  if (local) {
    if (!ns.loopback.up) {
      note(walk, ns, `dev ${ns.loopback.name}`, "down, DROP");
      return undefined;
    }
    ns.loopback.tx.packets++;
    ns.loopback.tx.bytes += p.size;
    ns.loopback.rx.packets++;
    ns.loopback.rx.bytes += p.size;
    walk.recording?.link(ns.loopback.tx);
    walk.recording?.link(ns.loopback.rx);
    inputPacket(ns, ns.loopback, p, walk);
    return undefined;
  }
  const mtu = Math.min(link.mtu, routeMtu ?? link.mtu);
  if (p.size > mtu && p.df) {
    note(walk, ns, `dev ${link.name} mtu ${mtu}`, `too big (${p.size} bytes, DF)`);
    icmpError(ns, p, 3, 4, walk, { mtu });
    return undefined;
  }
  transmit(ns, link, via ?? p.dst, p, walk);
  return undefined;
}

/** A packet came in by a link (ip_rcv). */
export function inputPacket(ns: NetNs, link: LinkState, p: Packet, walk: Walk): void {
  if (++walk.steps > stepLimit) return;
  ns.seen?.(link, p, "in");
  walk.recording?.visit(ns);
  if (!ns.netfilter.run(p, { ns, hook: "PREROUTING", in: link, out: undefined }, walk)) return;
  routeInput(ns, link, p, walk);
}

/** From PREROUTING on; also entered by bridged packets whose destination was translated to this host. */
export function routeInput(ns: NetNs, link: LinkState, p: Packet, walk: Walk): void {
  const looped = link.kind === "loopback";
  if (!looped) {
    if (p.src >>> 24 === 127 || p.dst >>> 24 === 127) {
      if (!ns.setting(link, "route_localnet")) {
        note(walk, ns, `dev ${link.name}`, "martian: loopback address on the wire, DROP");
        return;
      }
    }
    const mode = ns.rpFilter(link);
    if (ns.isLocal(p.src) && !ns.setting(link, "accept_local") && p.src !== 0) {
      note(walk, ns, `dev ${link.name}`, "martian source (our own address), DROP");
      return;
    }
    if (
      mode !== 0 &&
      p.src !== 0 &&
      !routeBack(ns, p, link, { loose: mode === 2, mark: ns.setting(link, "src_valid_mark") === 1, acceptLocal: true })
    ) {
      note(walk, ns, `dev ${link.name}`, `rp_filter=${mode}: no route back to ${ns.text(p.src)} by it, DROP`);
      return;
    }
  }
  const decision = ns.fib.lookup({ dst: p.dst, src: p.src, mark: p.mark, iif: link.name });
  if (decision.kind === "local" || decision.kind === "broadcast") {
    deliverLocal(ns, link, p, walk);
    return;
  }
  if (looped) return;
  if (ns.isGateway && decision.kind !== "unicast") {
    // the NAT engine hands what is neither its own nor the host's to the Internet
    walk.arrivals.push({ ns, packet: p, device: link.name });
    return;
  }
  if (!ns.forwarding(link)) {
    note(walk, ns, "ip_forward=0", `not for this host, DROP`);
    return;
  }
  switch (decision.kind) {
    case "none":
      note(walk, ns, "routing", "no route: ICMP network unreachable");
      icmpError(ns, p, 3, 0, walk);
      return;
    case "unreachable":
      note(walk, ns, "routing", "unreachable route: ICMP host unreachable");
      icmpError(ns, p, 3, 1, walk);
      return;
    case "prohibit":
      note(walk, ns, "routing", "prohibit route: ICMP packet filtered");
      icmpError(ns, p, 3, 13, walk);
      return;
    case "blackhole":
      note(walk, ns, "routing", "blackhole route, DROP");
      return;
  }
  forward(ns, link, decision.link, decision.via, decision.route.mtu, p, walk);
}

function forward(
  ns: NetNs,
  from: LinkState,
  to: LinkState,
  via: number | undefined,
  routeMtu: number | undefined,
  p: Packet,
  walk: Walk,
): void {
  if (p.ttl <= 1) {
    note(walk, ns, "forwarding", "TTL exceeded");
    icmpError(ns, p, 11, 0, walk);
    return;
  }
  p.ttl--;
  walk.recording?.hop();
  const mtu = Math.min(to.mtu, routeMtu ?? to.mtu);
  if (p.size > mtu && p.df) {
    note(walk, ns, `dev ${to.name} mtu ${mtu}`, `too big (${p.size} bytes, DF): ICMP fragmentation needed`);
    icmpError(ns, p, 3, 4, walk, { mtu });
    return;
  }
  if (!ns.netfilter.run(p, { ns, hook: "FORWARD", in: from, out: to }, walk)) return;
  if (walk.hops) note(walk, ns, "forwarding", `dev ${from.name} → dev ${to.name}${via === undefined ? "" : ` via ${ns.text(via)}`}`);
  finish(ns, p, to, via, routeMtu, walk, false);
}

function deliverLocal(ns: NetNs, link: LinkState, p: Packet, walk: Walk): void {
  if (!ns.netfilter.run(p, { ns, hook: "INPUT", in: link, out: undefined }, walk)) return;
  if (p.proto === protocols.ipip && p.inner) {
    const tunnel = ns.state.links.find((l) => l.kind === "ipip" && l.up && (l.ipip!.local === undefined || l.ipip!.local === p.dst));
    if (!tunnel) {
      note(walk, ns, "ipip", "no tunnel takes it: ICMP protocol unreachable");
      icmpError(ns, p, 3, 2, walk);
      return;
    }
    tunnel.rx.packets++;
    tunnel.rx.bytes += p.inner.size;
    if (walk.hops) note(walk, ns, `dev ${tunnel.name}`, "decapsulated (IPIP)");
    inputPacket(ns, tunnel, { ...p.inner, ct: undefined, ctInfo: undefined, physIn: undefined }, walk);
    return;
  }
  if (p.proto === protocols.udp && p.inner && p.vni !== undefined) {
    const tunnel = ns.state.links.find((l) => l.kind === "vxlan" && l.up && l.vxlan!.id === p.vni && l.vxlan!.port === p.dport);
    if (!tunnel) {
      note(walk, ns, "vxlan", `no device for VNI ${p.vni}`);
      icmpError(ns, p, 3, 3, walk);
      return;
    }
    if (walk.hops) note(walk, ns, `dev ${tunnel.name}`, `decapsulated (VXLAN ${p.vni})`);
    ns.receiveFrame(tunnel, p.innerMac!, { ...p.inner, ct: undefined, ctInfo: undefined, physIn: undefined }, walk);
    return;
  }
  if (p.proto === protocols.icmp && p.icmpType === 8) {
    if (ns.numberSetting("net/ipv4/icmp_echo_ignore_all") === 1) return;
    walk.arrivals.push({ ns, packet: p, device: link.name });
    const reply = makePacket({ src: p.dst, dst: p.src, proto: 1, icmpType: 0, sport: p.sport, seq: p.seq, size: p.size, df: false });
    outputPacket(ns, reply, walk, {});
    return;
  }
  if (walk.hops) note(walk, ns, `dev ${link.name}`, "delivered");
  walk.arrivals.push({ ns, packet: p, device: link.name });
}
