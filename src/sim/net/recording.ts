/** The steps of one packet's way, so that the next packet of the flow can take them without looking (flow-cache.ts). */
import type { NetNs } from "./netlink.ts";
import { tcpFlags, type Packet } from "./packet.ts";
import type { Conntrack, NeighbourState } from "./state.ts";

/** Which port of the packet was given by the kernel: rules hardly ever tell one such port from another. */
export type Ephemeral = "sport" | "dport";

/** Range of ports that clients get (ip_local_port_range); a rule that splits it makes its packets take the long way. */
export const ephemeralPorts = { low: 32768, high: 60999 } as const;

/** What a connection entry must be like for the packet to meet the same rules again. */
interface Tracked {
  ns: NetNs;
  /** undefined: there is none, the packet makes it. */
  before: Pick<Conntrack, "state" | "seenReply" | "mark" | "srcDone" | "dstDone" | "confirmed"> | undefined;
  direction: 0 | 1;
}

export type Step =
  | { what: "count"; counters: { packets: number; bytes: number }[] }
  | { what: "link"; counters: { packets: number; bytes: number }; extra: number }
  | { what: "track"; tracked: Tracked }
  | { what: "nat"; ns: NetNs; kind: "src" | "dst"; fresh: boolean; src: number; dst: number; port: number }
  | { what: "confirm"; ns: NetNs }
  /** Another stack: what belongs to the sender's stays behind. */
  | { what: "fresh" }
  /** Another pass through connection tracking in the same stack (bridged, then routed). */
  | { what: "untrack" }
  | { what: "hop" };

export class Recording {
  readonly ephemeral: Ephemeral;
  readonly port: number;
  readonly steps: Step[] = [];
  readonly spaces = new Map<NetNs, number>();
  readonly neighbours: { entry: NeighbourState; mac: string }[] = [];
  readonly cables: number;
  usable = true;
  arrival: { ns: NetNs; device: string } | undefined;

  constructor(ephemeral: Ephemeral, port: number, cables: number) {
    this.ephemeral = ephemeral;
    this.port = port;
    this.cables = cables;
  }

  /** Something that may come out otherwise next time. */
  spoil(): void {
    this.usable = false;
  }

  visit(ns: NetNs): void {
    this.spaces.set(ns, ns.generation);
    if (ns.seen) this.usable = false;
  }

  count(counters: { packets: number; bytes: number }): void {
    const last = this.steps.at(-1);
    if (last?.what === "count") last.counters.push(counters);
    else this.steps.push({ what: "count", counters: [counters] });
  }

  link(counters: { packets: number; bytes: number }, extra = 0): void {
    this.steps.push({ what: "link", counters, extra });
  }

  neighbour(entry: NeighbourState): void {
    this.neighbours.push({ entry, mac: entry.mac! });
  }

  /** To be called before the packet is tracked. */
  track(ns: NetNs, p: Packet): void {
    const found = ns.conntrack.peek(p);
    const ct = found?.ct;
    // a port used again: the entry of the connection before gives way
    if (ct && (p.flags & (tcpFlags.SYN | tcpFlags.ACK)) === tcpFlags.SYN) this.usable = false;
    this.steps.push({
      what: "track",
      tracked: {
        ns,
        before: ct && {
          state: ct.state,
          seenReply: ct.seenReply,
          mark: ct.mark,
          srcDone: ct.srcDone,
          dstDone: ct.dstDone,
          confirmed: ct.confirmed,
        },
        direction: found?.direction ?? 0,
      },
    });
  }

  /** After a translation. `fresh`: it was settled just now. */
  nat(ns: NetNs, p: Packet, kind: "src" | "dst", fresh: boolean): void {
    if (p[this.ephemeral] !== this.port) this.usable = false;
    this.steps.push({ what: "nat", ns, kind, fresh, src: p.src, dst: p.dst, port: p[this.ephemeral === "sport" ? "dport" : "sport"] });
  }

  confirm(ns: NetNs): void {
    this.steps.push({ what: "confirm", ns });
  }
  fresh(): void {
    this.steps.push({ what: "fresh" });
  }
  untrack(): void {
    this.steps.push({ what: "untrack" });
  }
  hop(): void {
    this.steps.push({ what: "hop" });
  }
}
