/**
 * Remembers the way of packets, as a router's flow table does: the next packet of the same flow changes the same counters and
 * connection entries without each rule and route being looked at again. What was remembered holds while the namespaces it led
 * through are unchanged (`NetNs.generation`) and connection tracking is where it was; everything else takes the long way.
 */
import { reachable } from "./neighbours.ts";
import type { NetNs } from "./netlink.ts";
import type { Packet, Walk } from "./packet.ts";
import { ephemeralPorts, Recording, type Ephemeral, type Pass } from "./recording.ts";
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
    const flow = this.#find(key, p, ephemeral, other);
    if (flow) {
      for (const way of flow.ways) {
        if (!this.#holds(way, p, port)) continue;
        this.#again(way, p, port, walk);
        return undefined;
      }
    }
    // as it is sent: on its way it may be translated
    const { src, dst, flags, size, uid } = p;
    const recording = new Recording(ephemeral, p, this.#ns.network.cables);
    walk.recording = recording;
    const failure = outputPacket(this.#ns, p, walk, options);
    walk.recording = undefined;
    const [arrival] = walk.arrivals;
    if (failure !== undefined || !recording.usable || walk.delay > 0 || walk.arrivals.length !== 1 || arrival!.packet !== p) return failure;
    recording.arrived(arrival!.ns, arrival!.device, p);
    const ways = flow?.ways ?? this.#remember(key, { src, dst, ephemeral, other, flags, size, uid, ways: [] });
    const old = ways.findIndex((way) => !this.#current(way));
    if (old >= 0) ways.splice(old, 1);
    else if (ways.length >= waysPerFlow) ways.shift();
    ways.push(recording);
    return undefined;
  }

  #find(key: number, p: Packet, ephemeral: Ephemeral, other: number): Flow | undefined {
    const bucket = this.#flows.get(key);
    if (!bucket) return undefined;
    for (const f of bucket)
      if (
        f.dst === p.dst &&
        f.src === p.src &&
        f.other === other &&
        f.flags === p.flags &&
        f.size === p.size &&
        f.uid === p.uid &&
        f.ephemeral === ephemeral
      )
        return f;
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
    const { spaces, generations } = way;
    for (let i = 0; i < spaces.length; i++) {
      const ns = spaces[i]!;
      if (ns.generation !== generations[i] || ns.seen) return false;
    }
    return true;
  }

  /** Changes nothing that lasts: looks whether the packet would go that way. */
  #holds(way: Recording, p: Packet, port: number): boolean {
    if (!this.#current(way)) return false;
    if (way.neighbours.length > 0) {
      const { now } = this.#ns;
      for (const { entry, mac } of way.neighbours)
        if (entry.mac !== mac || (!entry.permanent && (entry.failing !== undefined || now - entry.at >= reachable))) return false;
    }
    const source = way.ephemeral === "sport";
    for (const pass of way.passes) if (!wouldPass(pass, p.proto, port, source)) return false;
    return true;
  }

  /** The packet goes a known way; `#holds` has just said so. */
  #again(way: Recording, p: Packet, port: number, walk: Walk): void {
    if (way.uncounted++ === 0) this.#ns.network.countLater(way);
    for (const { counters, extra } of way.links) {
      counters.packets++;
      counters.bytes += p.size + extra;
    }
    const source = way.ephemeral === "sport";
    for (const pass of way.passes) {
      const { conntrack } = pass.ns;
      if (pass.found) {
        conntrack.follow(p, pass.found, pass.direction);
        pass.found = undefined;
        continue;
      }
      put(p, pass.src, pass.dst, pass.port, port, source);
      conntrack.track(p);
      const { ct } = p;
      if (!ct) continue;
      if (pass.srcSettled) ct.srcDone = true;
      if (pass.dstSettled) ct.dstDone = true;
      if (pass.confirmed) conntrack.confirm(p);
    }
    p.ttl -= way.hops;
    const { ns, device, src, dst, port: fixed } = way.arrival!;
    put(p, src, dst, fixed, port, source);
    walk.arrivals.push({ ns, packet: p, device });
  }
}

/** Addresses and ports of a packet; `source` says whether the ephemeral port is its source port. */
function put(p: Packet, src: number, dst: number, fixed: number, ephemeral: number, source: boolean): void {
  p.src = src;
  p.dst = dst;
  p.sport = source ? ephemeral : fixed;
  p.dport = source ? fixed : ephemeral;
}

/** Whether connection tracking would do with the packet what it did with the recorded one. */
function wouldPass(pass: Pass, proto: number, ephemeral: number, source: boolean): boolean {
  const { before, src, dst } = pass;
  const { conntrack } = pass.ns;
  const sport = source ? ephemeral : pass.port;
  const dport = source ? pass.port : ephemeral;
  const ct = conntrack.peek(proto, src, dst, sport, dport);
  pass.found = ct;
  // a reply's tuple that is taken would be translated to another port
  if (!before) return ct === undefined && !(pass.srcSettled && conntrack.taken(proto, src, dst, sport, dport));
  if (
    !ct ||
    ct.state !== before.state ||
    ct.seenReply !== before.seenReply ||
    ct.mark !== before.mark ||
    ct.srcDone !== before.srcDone ||
    ct.dstDone !== before.dstDone ||
    ct.confirmed !== before.confirmed
  )
    return false;
  const { orig } = ct;
  const direction = orig.src === src && orig.dst === dst && orig.sport === sport && orig.dport === dport ? 0 : 1;
  if (direction !== pass.direction) return false;
  const to = direction === 0 ? ct.reply : orig;
  const { toDestination, toSource } = pass;
  if (toDestination && (to.src !== toDestination.ip || to.sport !== (source ? toDestination.port : ephemeral))) return false;
  return !toSource || (to.dst === toSource.ip && to.dport === (source ? ephemeral : toSource.port));
}
