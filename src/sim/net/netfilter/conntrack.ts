/** Connection tracking of one network namespace; entries expire by virtual time when they are looked at. */
import { isIcmpError, protocols, tcpFlags, type Packet } from "../packet.ts";
import type { Conntrack, NsState, Tuple } from "../state.ts";

/** Seconds; nf_conntrack_*_timeout defaults of Linux 6.8 (nf_conntrack_proto_*.c). */
const timeouts = {
  SYN_SENT: 120,
  SYN_RECV: 60,
  ESTABLISHED: 432_000,
  FIN_WAIT: 120,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  TIME_WAIT: 120,
  CLOSE: 10,
  udp: 30,
  udpStream: 120,
  icmp: 30,
  generic: 600,
};

/** A connection under one of its two tuples; those whose hash is the same hang on one another. */
interface Node {
  proto: number;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  ct: Conntrack;
  next: Node | undefined;
}

const hashOf = (proto: number, src: number, dst: number, sport: number, dport: number): number =>
  (Math.imul(src, 0x9e3779b1) ^ Math.imul(dst, 0x85ebca6b) ^ Math.imul((sport << 16) ^ dport, 0xc2b2ae35) ^ proto) >>> 2;

/** As the nodes hold addresses: numbers that V8 need not put in boxes. */
const isAt = (n: Node, proto: number, src: number, dst: number, sport: number, dport: number): boolean =>
  n.dport === dport && n.sport === sport && n.src === src && n.dst === dst && n.proto === proto;

function tupleOf(p: Packet): Tuple {
  if (p.proto === protocols.tcp || p.proto === protocols.udp) return { src: p.src, dst: p.dst, sport: p.sport, dport: p.dport };
  // echo: the identifier, and which way it goes
  if (p.proto === protocols.icmp) return { src: p.src, dst: p.dst, sport: p.sport, dport: p.icmpType === 0 ? 0 : 8 };
  return { src: p.src, dst: p.dst, sport: 0, dport: 0 };
}

function inverse(proto: number, t: Tuple): Tuple {
  if (proto === protocols.icmp) return { src: t.dst, dst: t.src, sport: t.sport, dport: t.dport === 8 ? 0 : 8 };
  return { src: t.dst, dst: t.src, sport: t.dport, dport: t.sport };
}

const goes = (t: Tuple, p: Tuple): boolean => t.src === p.src && t.dst === p.dst && t.sport === p.sport && t.dport === p.dport;

export class ConntrackTable {
  readonly #state: NsState;
  readonly #now: () => number;
  /** By the hash of the tuple. */
  readonly #byTuple = new Map<number, Node>();

  constructor(state: NsState, now: () => number) {
    this.#state = state;
    this.#now = now;
    for (const ct of Object.values(state.conntrack)) this.#index(ct);
  }

  #index(ct: Conntrack): void {
    this.#put(ct, ct.orig);
    this.#put(ct, ct.reply);
  }

  #put(ct: Conntrack, { src, dst, sport, dport }: Tuple): void {
    const hash = hashOf(ct.proto, src, dst, sport, dport);
    const first = this.#byTuple.get(hash);
    for (let n = first; n; n = n.next)
      if (isAt(n, ct.proto, src | 0, dst | 0, sport, dport)) {
        n.ct = ct;
        return;
      }
    this.#byTuple.set(hash, { proto: ct.proto, src: src | 0, dst: dst | 0, sport, dport, ct, next: first });
  }

  #take(ct: Conntrack, { src, dst, sport, dport }: Tuple): void {
    const hash = hashOf(ct.proto, src, dst, sport, dport);
    let before: Node | undefined;
    for (let n = this.#byTuple.get(hash); n; before = n, n = n.next) {
      if (!isAt(n, ct.proto, src | 0, dst | 0, sport, dport)) continue;
      if (n.ct !== ct) return;
      if (before) before.next = n.next;
      else if (n.next) this.#byTuple.set(hash, n.next);
      else this.#byTuple.delete(hash);
      return;
    }
  }

  remove(ct: Conntrack): void {
    delete this.#state.conntrack[ct.id];
    this.#take(ct, ct.orig);
    this.#take(ct, ct.reply);
  }

  flush(): void {
    this.#state.conntrack = {};
    this.#byTuple.clear();
  }

  #at(proto: number, src: number, dst: number, sport: number, dport: number): Conntrack | undefined {
    for (let n = this.#byTuple.get(hashOf(proto, src, dst, sport, dport)); n; n = n.next)
      if (isAt(n, proto, src | 0, dst | 0, sport, dport)) return n.ct;
    return undefined;
  }

  #find(proto: number, src: number, dst: number, sport: number, dport: number): Conntrack | undefined {
    const ct = this.#at(proto, src, dst, sport, dport);
    if (ct && ct.expires <= this.#now()) {
      this.remove(ct);
      return undefined;
    }
    return ct;
  }

  /** Entries that are alive. */
  list(): Conntrack[] {
    for (const ct of Object.values(this.#state.conntrack)) if (ct.expires <= this.#now()) this.remove(ct);
    return Object.values(this.#state.conntrack);
  }

  /** The hook at priority -200: finds or prepares the packet's entry and its state. */
  track(p: Packet): void {
    if (isIcmpError(p)) {
      this.#trackError(p);
      return;
    }
    if (p.proto === protocols.icmp && p.icmpType !== 0 && p.icmpType !== 8) {
      p.ctInfo = "INVALID";
      return;
    }
    const tuple = tupleOf(p);
    let ct = this.#find(p.proto, tuple.src, tuple.dst, tuple.sport, tuple.dport);
    let direction: 0 | 1 = ct && !goes(ct.orig, tuple) ? 1 : 0;
    if (
      ct &&
      p.proto === protocols.tcp &&
      p.flags & tcpFlags.SYN &&
      !(p.flags & tcpFlags.ACK) &&
      (ct.state === "TIME_WAIT" || ct.state === "CLOSE")
    ) {
      this.remove(ct);
      ct = undefined;
      direction = 0;
    }
    if (!ct) {
      ct = this.#create(p, tuple);
      if (!ct) {
        p.ctInfo = "INVALID";
        return;
      }
    }
    this.follow(p, ct, direction);
  }

  /** The packet belongs to that entry. */
  follow(p: Packet, ct: Conntrack, direction: 0 | 1): void {
    p.ct = ct;
    p.ctDir = direction;
    if (!this.#advance(ct, p, direction)) {
      p.ct = undefined;
      p.ctInfo = "INVALID";
      return;
    }
    ct.packets[direction]++;
    ct.bytes[direction] += p.size;
    if (direction === 1) ct.seenReply = true;
    p.ctInfo = direction === 1 || ct.seenReply ? "ESTABLISHED" : "NEW";
  }

  /** The entry that a TCP or UDP packet belongs to; changes nothing. */
  peek(proto: number, src: number, dst: number, sport: number, dport: number): Conntrack | undefined {
    const ct = this.#at(proto, src, dst, sport, dport);
    return ct && ct.expires > this.#now() ? ct : undefined;
  }

  /** Whether a TCP or UDP packet goes the way that the connection began, or back. */
  direction(ct: Conntrack, p: Tuple): 0 | 1 {
    return goes(ct.orig, p) ? 0 : 1;
  }

  /** Whether answers to a TCP or UDP packet of these addresses and ports belong to somebody already. */
  taken(proto: number, src: number, dst: number, sport: number, dport: number): boolean {
    return this.#find(proto, dst, src, dport, sport) !== undefined;
  }

  #trackError(p: Packet): void {
    const { inner } = p;
    // the quoted packet is looked up as its answer would be: it was quoted after translation (nf_conntrack_inet_error)
    const answer = inner && inverse(inner.proto, tupleOf(inner));
    const ct = answer && this.#find(inner.proto, answer.src, answer.dst, answer.sport, answer.dport);
    if (!ct) {
      p.ctInfo = "INVALID";
      return;
    }
    p.ct = ct;
    p.ctDir = goes(ct.reply, answer!) ? 1 : 0;
    p.ctInfo = "RELATED";
  }

  #create(p: Packet, tuple: Tuple): Conntrack | undefined {
    let state: string | undefined;
    if (p.proto === protocols.tcp) {
      // first packets of nf_conntrack_proto_tcp.c: SYN opens, ACK is picked up (nf_conntrack_tcp_loose), the rest is invalid
      if (p.flags & tcpFlags.RST || p.flags & tcpFlags.FIN) return undefined;
      if (p.flags & tcpFlags.SYN) {
        if (p.flags & tcpFlags.ACK) return undefined;
        state = "SYN_SENT";
      } else if (p.flags & tcpFlags.ACK) state = "ESTABLISHED";
      else return undefined;
    } else if (p.proto === protocols.icmp && p.icmpType === 0) return undefined;
    return {
      id: 0,
      proto: p.proto,
      orig: tuple,
      reply: inverse(p.proto, tuple),
      ...(state === undefined ? {} : { state }),
      seenReply: false,
      assured: false,
      confirmed: false,
      expires: 0,
      mark: 0,
      srcDone: false,
      dstDone: false,
      packets: [0, 0],
      bytes: [0, 0],
    };
  }

  /** Moves the entry's state; false when the packet does not fit (INVALID). */
  #advance(ct: Conntrack, p: Packet, direction: 0 | 1): boolean {
    const now = this.#now();
    if (ct.proto === protocols.tcp) {
      const { flags } = p;
      let { state } = ct;
      if (flags & tcpFlags.RST) {
        if (state === "SYN_SENT" && direction === 0) return false;
        state = "CLOSE";
      } else if (flags & tcpFlags.SYN) {
        if (flags & tcpFlags.ACK) {
          if (direction === 0) return false;
          if (state === "SYN_SENT") state = "SYN_RECV";
        } else if (direction === 1 && state !== "SYN_SENT") return false;
      } else if (flags & tcpFlags.FIN) {
        if (state === "SYN_SENT") return false;
        state =
          state === "FIN_WAIT" || state === "CLOSE_WAIT" ? "LAST_ACK" : state === "LAST_ACK" || state === "TIME_WAIT" ? state : "FIN_WAIT";
      } else if (flags & tcpFlags.ACK) {
        if (state === "SYN_SENT") return false;
        if (state === "SYN_RECV" && direction === 0) {
          state = "ESTABLISHED";
          ct.assured = true;
        } else if (state === "FIN_WAIT") state = "CLOSE_WAIT";
        else if (state === "LAST_ACK") state = "TIME_WAIT";
        if (state === "ESTABLISHED" && (ct.seenReply || direction === 1)) ct.assured = true;
      }
      ct.state = state;
      ct.expires = now + timeouts[state as "ESTABLISHED"] * 1000;
      return true;
    }
    if (ct.proto === protocols.udp) {
      // a stream once it was answered more than two seconds after it began; answered before, it keeps the short time
      if (ct.seenReply && direction === 0) ct.assured = true;
      ct.expires = now + (ct.assured ? timeouts.udpStream : timeouts.udp) * 1000;
    } else ct.expires = now + (ct.proto === protocols.icmp ? timeouts.icmp : timeouts.generic) * 1000;
    return true;
  }

  /** Puts a new connection into the table once its first packet has passed all hooks. */
  confirm(p: Packet): void {
    const ct = p.ct;
    if (!ct || ct.confirmed || p.ctDir !== 0) return;
    ct.confirmed = true;
    ct.id = this.#state.nextConntrack++;
    this.#state.conntrack[ct.id] = ct;
    this.#index(ct);
    // now and then the dead are buried, so that a world that runs for long does not grow
    if (ct.id % 256 === 0) this.list();
  }

  /** Chooses another source port when the reply tuple is taken (nf_nat_l4proto_unique_tuple). */
  makeUnique(
    ct: Conntrack,
    low = ct.orig.sport < 512 ? 1 : ct.orig.sport < 1024 ? 600 : 1024,
    high = ct.orig.sport < 512 ? 511 : ct.orig.sport < 1024 ? 1023 : 65535,
  ): void {
    if (ct.proto !== protocols.tcp && ct.proto !== protocols.udp) return;
    for (let tries = 0; tries <= high - low; tries++) {
      const { src, dst, sport, dport } = ct.reply;
      const other = this.#find(ct.proto, src, dst, sport, dport);
      if (!other || other === ct) return;
      ct.reply.dport = ct.reply.dport >= high ? low : ct.reply.dport + 1;
    }
  }
}
