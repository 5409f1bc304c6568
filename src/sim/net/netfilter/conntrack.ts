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

const keyOf = (proto: number, src: number, dst: number, sport: number, dport: number): string => `${proto} ${src} ${dst} ${sport} ${dport}`;
const tupleKey = (proto: number, t: Tuple): string => keyOf(proto, t.src, t.dst, t.sport, t.dport);

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
  readonly #byTuple = new Map<string, Conntrack>();

  constructor(state: NsState, now: () => number) {
    this.#state = state;
    this.#now = now;
    for (const ct of Object.values(state.conntrack)) this.#index(ct);
  }

  #index(ct: Conntrack): void {
    this.#byTuple.set(tupleKey(ct.proto, ct.orig), ct);
    this.#byTuple.set(tupleKey(ct.proto, ct.reply), ct);
  }

  remove(ct: Conntrack): void {
    delete this.#state.conntrack[ct.id];
    for (const key of [tupleKey(ct.proto, ct.orig), tupleKey(ct.proto, ct.reply)])
      if (this.#byTuple.get(key) === ct) this.#byTuple.delete(key);
  }

  flush(): void {
    this.#state.conntrack = {};
    this.#byTuple.clear();
  }

  #find(key: string): Conntrack | undefined {
    const ct = this.#byTuple.get(key);
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
    const key = tupleKey(p.proto, tuple);
    let ct = this.#find(key);
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

  /** The entry that a TCP or UDP packet belongs to and its direction; changes nothing. */
  peek(p: Pick<Packet, "proto" | "src" | "dst" | "sport" | "dport">): { ct: Conntrack; direction: 0 | 1 } | undefined {
    const ct = this.#byTuple.get(keyOf(p.proto, p.src, p.dst, p.sport, p.dport));
    if (!ct || ct.expires <= this.#now()) return undefined;
    return { ct, direction: goes(ct.orig, p) ? 0 : 1 };
  }

  /** Whether answers to such a packet belong to somebody already. */
  taken(p: Pick<Packet, "proto" | "src" | "dst" | "sport" | "dport">): boolean {
    return this.#find(keyOf(p.proto, p.dst, p.src, p.dport, p.sport)) !== undefined;
  }

  #trackError(p: Packet): void {
    const { inner } = p;
    // the quoted packet is looked up as its answer would be: it was quoted after translation (nf_conntrack_inet_error)
    const answer = inner && inverse(inner.proto, tupleOf(inner));
    const key = answer && tupleKey(inner!.proto, answer);
    const ct = key === undefined ? undefined : this.#find(key);
    if (!ct) {
      p.ctInfo = "INVALID";
      return;
    }
    p.ct = ct;
    p.ctDir = tupleKey(ct.proto, ct.reply) === key ? 1 : 0;
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
      const other = this.#find(tupleKey(ct.proto, ct.reply));
      if (!other || other === ct) return;
      ct.reply.dport = ct.reply.dport >= high ? low : ct.reply.dport + 1;
    }
  }
}
