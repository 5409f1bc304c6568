/** What travels: an IPv4 packet, its conntrack entry, and the record of where it went. */
import type { LinkState } from "./state.ts";
import type { Conntrack } from "./state.ts";
import type { NetNs } from "./netlink.ts";
import type { Recording } from "./recording.ts";

export const protocols = { icmp: 1, ipip: 4, tcp: 6, udp: 17, sctp: 132 } as const;
export const tcpFlags = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 } as const;

type CtInfo = "NEW" | "ESTABLISHED" | "RELATED" | "INVALID" | "UNTRACKED";

export interface Packet {
  src: number;
  dst: number;
  proto: number;
  /** TCP and UDP ports; for ICMP echo sport is the identifier. */
  sport: number;
  dport: number;
  /** TCP flags. */
  flags: number;
  icmpType: number;
  icmpCode: number;
  /** Sequence number of an ICMP echo. */
  seq?: number;
  /** Bytes of the IP packet. */
  size: number;
  ttl: number;
  df: boolean;
  mark: number;
  ct?: Conntrack;
  /** 0 original, 1 reply. */
  ctDir: 0 | 1;
  ctInfo?: CtInfo;
  /** The packet inside a tunnel packet, or the one that an ICMP error quotes. */
  inner?: Packet;
  /** Ethernet destination of the frame in a VXLAN packet. */
  innerMac?: string;
  vni?: number;
  /** Next-hop MTU of "fragmentation needed". */
  mtu?: number;
  /** Owner of the local socket it came from. */
  uid?: number;
  physIn?: LinkState;
  physOut?: LinkState;
}

export function makePacket(from: Partial<Packet> & { src: number; dst: number; proto: number }): Packet {
  return {
    src: from.src,
    dst: from.dst,
    proto: from.proto,
    sport: from.sport ?? 0,
    dport: from.dport ?? 0,
    flags: from.flags ?? 0,
    icmpType: from.icmpType ?? 0,
    icmpCode: from.icmpCode ?? 0,
    seq: from.seq,
    size: from.size ?? 60,
    ttl: from.ttl ?? 64,
    df: from.df ?? from.proto === 6,
    mark: from.mark ?? 0,
    ct: from.ct,
    ctDir: from.ctDir ?? 0,
    ctInfo: from.ctInfo,
    inner: from.inner,
    innerMac: from.innerMac,
    vni: from.vni,
    mtu: from.mtu,
    uid: from.uid,
    physIn: undefined,
    physOut: undefined,
  };
}

export const isIcmpError = (p: Packet): boolean =>
  p.proto === 1 && (p.icmpType === 3 || p.icmpType === 11 || p.icmpType === 12 || p.icmpType === 4);

/** One thing that happened to a packet, for `kubemend trace` and the TRACE of tests. */
export interface Hop {
  machine: string;
  netns: string;
  where: string;
  verdict: string;
}

/** Collects where packets of one walk ended up. */
export interface Walk {
  /** Packets that reached a local stack, in order. */
  arrivals: { ns: NetNs; packet: Packet; device: string }[];
  /** Virtual milliseconds until the last of them would have been there (address resolution that fails takes three seconds). */
  delay: number;
  hops: Hop[] | undefined;
  /** Links passed; a routing loop in tunnels ends at a limit, as the kernel's recursion limit does. */
  steps: number;
  /** Takes down the way of the packet that began the walk. */
  recording?: Recording | undefined;
}

export const newWalk = (trace = false): Walk => ({ arrivals: [], delay: 0, hops: trace ? [] : undefined, steps: 0 });
