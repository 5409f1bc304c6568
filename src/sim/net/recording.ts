/** One packet's way, so that the next packet of the flow can go it without looking (flow-cache.ts). */
import type { NetNs } from "./netlink.ts";
import { tcpFlags, type Packet } from "./packet.ts";
import type { Conntrack, NeighbourState, Tuple } from "./state.ts";

/** Which port of the packet was given by the kernel: rules hardly ever tell one such port from another. */
export type Ephemeral = "sport" | "dport";

/** Range of ports that clients get (ip_local_port_range); a rule that splits it makes its packets take the long way. */
export const ephemeralPorts = { low: 32768, high: 60999 } as const;

interface Counters {
  packets: number;
  bytes: number;
}

/** One pass through connection tracking, and what the packet's entry must be like for it to meet the same rules again. */
export interface Pass {
  ns: NetNs;
  /** As the packet came to it; which port is not the ephemeral one, the recording says. */
  src: number;
  dst: number;
  port: number;
  /** undefined: there is no entry, the packet makes it. */
  before: Pick<Conntrack, "state" | "seenReply" | "mark" | "srcDone" | "dstDone" | "confirmed"> | undefined;
  direction: 0 | 1;
  /** What the entry makes of destination and source; undefined: it was not asked. */
  toDestination: { ip: number; port: number } | undefined;
  toSource: { ip: number; port: number } | undefined;
  /** A new entry: what was settled about its translation, and that it came into the table. */
  srcSettled: boolean;
  dstSettled: boolean;
  confirmed: boolean;
  /** The entry that was found when it was last looked whether a packet would go this way. */
  found: Conntrack | undefined;
}

export class Recording {
  readonly ephemeral: Ephemeral;
  readonly port: number;
  readonly spaces: NetNs[] = [];
  readonly generations: number[] = [];
  readonly neighbours: { entry: NeighbourState; mac: string }[] = [];
  readonly cables: number;
  /** Rules and chains. */
  readonly counters: Counters[] = [];
  /** Ends of links, with the bytes that are counted there beyond the packet's own. */
  readonly links: { counters: Counters; extra: number }[] = [];
  readonly passes: Pass[] = [];
  hops = 0;
  usable = true;
  arrival: { ns: NetNs; device: string; src: number; dst: number; port: number } | undefined;
  /** Packets that went this way and that `counters` do not know of yet. */
  uncounted = 0;
  readonly #size: number;
  #pass: Pass | undefined;

  constructor(ephemeral: Ephemeral, p: Packet, cables: number) {
    this.ephemeral = ephemeral;
    this.port = p[ephemeral];
    this.#size = p.size;
    this.cables = cables;
  }

  /** Something that may come out otherwise next time. */
  spoil(): void {
    this.usable = false;
  }

  visit(ns: NetNs): void {
    const known = this.spaces.indexOf(ns);
    if (known < 0) this.generations[this.spaces.push(ns) - 1] = ns.generation;
    else this.generations[known] = ns.generation;
    if (ns.seen) this.usable = false;
  }

  count(counters: Counters): void {
    this.counters.push(counters);
  }

  link(counters: Counters, extra = 0): void {
    this.links.push({ counters, extra });
  }

  neighbour(entry: NeighbourState): void {
    this.neighbours.push({ entry, mac: entry.mac! });
  }

  #fixed(p: Tuple): number {
    return this.ephemeral === "sport" ? p.dport : p.sport;
  }

  /** To be called before the packet is tracked. */
  track(ns: NetNs, p: Packet): void {
    const ct = ns.conntrack.peek(p.proto, p.src, p.dst, p.sport, p.dport);
    // a port used again: the entry of the connection before gives way
    if (ct && (p.flags & (tcpFlags.SYN | tcpFlags.ACK)) === tcpFlags.SYN) this.usable = false;
    this.#pass = {
      ns,
      src: p.src,
      dst: p.dst,
      port: this.#fixed(p),
      before: ct && {
        state: ct.state,
        seenReply: ct.seenReply,
        mark: ct.mark,
        srcDone: ct.srcDone,
        dstDone: ct.dstDone,
        confirmed: ct.confirmed,
      },
      direction: ct ? ns.conntrack.direction(ct, p) : 0,
      toDestination: undefined,
      toSource: undefined,
      srcSettled: false,
      dstSettled: false,
      confirmed: false,
      found: undefined,
    };
    this.passes.push(this.#pass);
  }

  /** After a translation. `settled`: how the connection is translated was decided just now. */
  nat(p: Packet, kind: "src" | "dst", settled: boolean): void {
    const pass = this.#pass;
    if (!pass || p[this.ephemeral] !== this.port) return this.spoil();
    if (pass.before) {
      if (settled) this.spoil();
      else if (kind === "dst") pass.toDestination = { ip: p.dst, port: p.dport };
      else pass.toSource = { ip: p.src, port: p.sport };
      return;
    }
    // a new connection that is translated is settled by rules anew each time
    if (p.src !== pass.src || p.dst !== pass.dst || this.#fixed(p) !== pass.port) this.spoil();
    if (settled && kind === "src") pass.srcSettled = true;
    else if (settled) pass.dstSettled = true;
  }

  confirm(): void {
    if (this.#pass) this.#pass.confirmed = true;
    else this.spoil();
  }

  /** What belongs to the sender's stack stays behind, or there is another pass through connection tracking in the same stack. */
  leave(): void {
    this.#pass = undefined;
  }

  hop(): void {
    this.hops++;
  }

  arrived(ns: NetNs, device: string, p: Packet): void {
    this.arrival = { ns, device, src: p.src, dst: p.dst, port: this.#fixed(p) };
  }

  /** Brings the counters up to date. */
  settle(): void {
    const { uncounted } = this;
    if (uncounted === 0) return;
    this.uncounted = 0;
    const bytes = uncounted * this.#size;
    for (const counters of this.counters) {
      counters.packets += uncounted;
      counters.bytes += bytes;
    }
  }
}
