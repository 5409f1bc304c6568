/**
 * Remembers the way of packets, as a router's flow table does: the next packet of the same flow changes the same counters and
 * connection entries without each rule and route being looked at again. What was remembered holds while the namespaces it led
 * through are unchanged (`NetNs.generation`) and connection tracking is where it was; everything else takes the long way.
 */
import { leaveStack } from "./link.ts";
import { reachable } from "./neighbours.ts";
import { translate } from "./netfilter/nat.ts";
import type { NetNs } from "./netlink.ts";
import type { Packet, Walk } from "./packet.ts";
import { ephemeralPorts, Recording, type Ephemeral } from "./recording.ts";
import type { Conntrack } from "./state.ts";
import { outputPacket, type OutputOptions } from "./walk.ts";

/** Ways that differ by the state of the connection only. */
const waysPerFlow = 4;
const flowLimit = 300;

/** What all packets of a flow have in common, but for the ephemeral port. */
interface Flow extends Pick<Packet, "src" | "dst" | "flags" | "size" | "uid"> {
  ephemeral: Ephemeral;
  other: number;
  ways: Recording[];
}

const hash = (p: Packet, other: number): number =>
  (Math.imul(p.src, 0x9e3779b1) ^ Math.imul(p.dst, 0x85ebca6b) ^ Math.imul((other << 12) ^ (p.size << 6) ^ p.flags, 0xc2b2ae35)) >>> 2;

export class FlowCache {
  readonly #ns: NetNs;
  /** By a number made of what flows differ in; those that share one lie beside each other. */
  readonly #flows = new Map<number, Flow[]>();
  /** How many flows are remembered. */
  size = 0;

  constructor(ns: NetNs) {
    this.#ns = ns;
  }

  /** outputPacket for a packet of a connection (nothing that is traced). */
  output(p: Packet, walk: Walk, options: OutputOptions, ephemeral: Ephemeral): ReturnType<typeof outputPacket> {
    const port = p[ephemeral];
    if (walk.hops || options.oif !== undefined || port < ephemeralPorts.low || port > ephemeralPorts.high)
      return outputPacket(this.#ns, p, walk, options);
    const other = ephemeral === "sport" ? p.dport : p.sport;
    const key = hash(p, other);
    // as it is sent: on its way it may be translated
    const { src, dst, flags, size, uid } = p;
    const flow = this.#flows
      .get(key)
      ?.find(
        (f) =>
          f.dst === dst &&
          f.src === src &&
          f.other === other &&
          f.flags === flags &&
          f.size === size &&
          f.uid === uid &&
          f.ephemeral === ephemeral,
      );
    if (flow) {
      for (const way of flow.ways) {
        if (!this.#holds(way, p)) continue;
        again(way, p, walk);
        return undefined;
      }
    }
    const recording = new Recording(ephemeral, port, this.#ns.network.cables);
    walk.recording = recording;
    const failure = outputPacket(this.#ns, p, walk, options);
    walk.recording = undefined;
    const [arrival] = walk.arrivals;
    if (failure !== undefined || !recording.usable || walk.delay > 0 || walk.arrivals.length !== 1 || arrival!.packet !== p) return failure;
    recording.arrival = { ns: arrival!.ns, device: arrival!.device };
    const ways = flow?.ways ?? this.#remember(key, { src, dst, ephemeral, other, flags, size, uid, ways: [] });
    const old = ways.findIndex((way) => !this.#current(way));
    if (old >= 0) ways.splice(old, 1);
    else if (ways.length >= waysPerFlow) ways.shift();
    ways.push(recording);
    return undefined;
  }

  #remember(key: number, flow: Flow): Recording[] {
    if (this.size >= flowLimit) {
      this.#flows.clear();
      this.size = 0;
    }
    this.size++;
    const bucket = this.#flows.get(key);
    if (bucket) bucket.push(flow);
    else this.#flows.set(key, [flow]);
    return flow.ways;
  }

  /** Whether nothing has changed that the way depended on. */
  #current(way: Recording): boolean {
    if (way.cables !== this.#ns.network.cables) return false;
    for (const [ns, generation] of way.spaces) if (ns.generation !== generation || ns.seen) return false;
    return true;
  }

  /** Changes nothing: looks whether the packet would go that way. */
  #holds(way: Recording, p: Packet): boolean {
    if (!this.#current(way)) return false;
    const { now } = this.#ns;
    for (const { entry, mac } of way.neighbours)
      if (entry.mac !== mac || (!entry.permanent && (entry.failing !== undefined || now - entry.at >= reachable))) return false;
    const fixed = way.ephemeral === "sport" ? "dport" : "sport";
    const probe = { proto: p.proto, src: p.src, dst: p.dst, sport: p.sport, dport: p.dport, icmpType: 0 };
    let ct: Conntrack | undefined;
    let direction: 0 | 1 = 0;
    for (const step of way.steps) {
      switch (step.what) {
        case "track": {
          const { ns, before } = step.tracked;
          const found = ns.conntrack.peek(probe);
          ct = found?.ct;
          direction = found?.direction ?? 0;
          if (!before) {
            if (ct) return false;
            break;
          }
          if (
            !ct ||
            direction !== step.tracked.direction ||
            ct.state !== before.state ||
            ct.seenReply !== before.seenReply ||
            ct.mark !== before.mark ||
            ct.srcDone !== before.srcDone ||
            ct.dstDone !== before.dstDone ||
            ct.confirmed !== before.confirmed
          )
            return false;
          break;
        }
        case "nat": {
          if (ct) {
            const to = direction === 0 ? ct.reply : ct.orig;
            if (step.kind === "dst") {
              probe.dst = to.src;
              probe.dport = to.sport;
            } else {
              probe.src = to.dst;
              probe.sport = to.dport;
            }
          } else if (step.kind === "src" && step.fresh && step.ns.conntrack.taken(probe)) return false;
          if (probe.src !== step.src || probe.dst !== step.dst || probe[fixed] !== step.port || probe[way.ephemeral] !== p[way.ephemeral])
            return false;
          break;
        }
        case "fresh":
        case "untrack":
          ct = undefined;
      }
    }
    return true;
  }
}

/** The packet goes a known way. */
function again(way: Recording, p: Packet, walk: Walk): void {
  for (const step of way.steps) {
    switch (step.what) {
      case "count":
        for (const counters of step.counters) {
          counters.packets++;
          counters.bytes += p.size;
        }
        break;
      case "link":
        step.counters.packets++;
        step.counters.bytes += p.size + step.extra;
        break;
      case "track":
        step.tracked.ns.conntrack.track(p);
        break;
      case "nat":
        if (step.fresh) {
          const ct = p.ct!;
          if (step.kind === "src") ct.srcDone = true;
          else ct.dstDone = true;
        }
        translate(p, step.kind);
        break;
      case "confirm":
        step.ns.conntrack.confirm(p);
        break;
      case "fresh":
        leaveStack(p);
        break;
      case "untrack":
        p.ct = undefined;
        p.ctInfo = undefined;
        break;
      case "hop":
        p.ttl--;
    }
  }
  const { ns, device } = way.arrival!;
  walk.arrivals.push({ ns, packet: p, device });
}
