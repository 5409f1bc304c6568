/** TCP connections: handshake, data, retransmission, resets (tcp_input.c, tcp_timer.c). */
import type { Data } from "../core/json.ts";
import { isDaemon } from "../kernel/program.ts";
import type { Proc } from "../kernel/proc.ts";
import { Hangup, type Caller, type Connected, type ConnectOptions, type Exchange, type Incoming, type Outcome } from "./api.ts";
import { icmpErrno } from "./errors.ts";
import { ipOf, ipText } from "./ip.ts";
import type { NetNs } from "./netlink.ts";
import type { Network } from "./network.ts";
import { isIcmpError, makePacket, newWalk, protocols, tcpFlags, type Packet, type Walk } from "./packet.ts";
import type { ConnState, EndState, SocketState } from "./state.ts";
import { outputPacket } from "./walk.ts";

const { SYN, ACK, RST, FIN, PSH } = tcpFlags;

/** Time-outs that callers see when nothing comes back: SYN retries (127 s) and tcp_retries2 (924.6 s), ip-sysctl.rst. */
const synTimeout = 127_000;
const dataTimeout = 924_600;
const rtt = 0.4;
/** TCP_TIMEWAIT_LEN, and how often those whose time is over are looked for. */
const timeWait = 60_000;
const timeWaitSweep = 10_000;

export class Tcp {
  readonly #network: Network;
  /** Machine → process → connections it is an end of. */
  readonly #owned = new Map<string, Map<number, Set<number>>>();
  /** Programs that wait in receive. */
  readonly waiting = new Map<string, (() => void)[]>();

  constructor(network: Network) {
    this.#network = network;
    for (const conn of Object.values(network.state.connections)) this.#index(conn);
  }

  #index(conn: ConnState): void {
    for (const end of conn.ends) {
      if (end.state === "CLOSED") continue;
      let there = this.#owned.get(end.machine);
      if (!there) this.#owned.set(end.machine, (there = new Map()));
      const set = there.get(end.pid);
      if (set) set.add(conn.id);
      else there.set(end.pid, new Set([conn.id]));
    }
  }

  get(id: number): ConnState | undefined {
    return this.#network.state.connections[id];
  }

  all(): ConnState[] {
    this.#endTimeWaits();
    return Object.values(this.#network.state.connections);
  }

  #nsOf(end: EndState): NetNs | undefined {
    if (end.machine !== "" && !this.#network.world.machines.get(end.machine)?.state.on) return undefined;
    return this.#network.find(end.machine, end.netns);
  }

  #procOf(end: EndState): Proc | undefined {
    return end.machine === "" ? undefined : this.#network.world.machines.get(end.machine)?.procs.get(end.pid);
  }

  // --- connecting

  connect(owner: Caller, dst: number, port: number, mode: EndState["mode"], options: ConnectOptions = {}): Connected {
    const ns = this.#network.ns(owner.machine, owner.netns);
    const oif = options.device === undefined ? undefined : ns.linkState(options.device)?.index;
    if (options.device !== undefined && oif === undefined) return { ok: false, code: "ENODEV", after: 0 };
    const bound = options.source === undefined ? undefined : ipOf(options.source);
    if (bound !== undefined && !ns.isLocal(bound)) return { ok: false, code: "EADDRNOTAVAIL", after: 0 };
    // connecting to 0.0.0.0 is connecting to this host
    const target = dst === 0 ? 0x7f000001 : dst;
    const src = bound ?? ns.sourceFor(target, oif) ?? 0;
    const sport = options.sourcePort ?? this.freePort(ns);
    const walk = newWalk();
    const syn = makePacket({
      src,
      dst: target,
      proto: protocols.tcp,
      sport,
      dport: port,
      flags: SYN,
      size: 60,
      ttl: options.ttl ?? 64,
      uid: owner.uid,
    });
    const failure = options.ttl === undefined ? ns.flows.output(syn, walk, { oif }, "sport") : outputPacket(ns, syn, walk, { oif });
    // a socket that tries again is the same socket; one that gave up after 127 s is gone
    if (ns.state.synSent.length > 0)
      ns.state.synSent = ns.state.synSent.filter(
        (x) => !(x.pid === owner.pid && x.dst === target && x.dport === port) && ns.now - x.at < synTimeout,
      );
    if (failure !== undefined && failure !== "EPERM") return { ok: false, code: failure as "EINVAL", after: 0 };
    const lost = (): Connected => {
      ns.state.synSent.push({
        pid: owner.pid,
        src,
        sport,
        dst: target,
        dport: port,
        at: ns.now,
        ...(options.device === undefined ? {} : { device: options.device }),
      });
      return { ok: false, code: "ETIMEDOUT", after: synTimeout };
    };
    const mine = { ns, local: src, localPort: sport, remote: target, remotePort: port };
    const answer = this.#refusal(walk, mine);
    if (answer) return answer;
    const arrival = walk.arrivals.find((a) => a.packet.proto === protocols.tcp && (a.packet.flags & (SYN | ACK | RST)) === SYN);
    if (!arrival) return lost();
    const { ns: there, packet } = arrival;
    const inside = packet;
    const outsideHost = there.isGateway && !there.isLocal(inside.dst);
    let listener: SocketState | undefined;
    if (outsideHost) {
      const open = this.#network.internet?.answers(ipText(inside.dst), inside.dport, "tcp");
      if (open === undefined) return lost();
      if (!open) return this.#reset(there, inside, mine) ?? lost();
    } else {
      listener = this.listener(there, "tcp", inside.dst, inside.dport, arrival.device);
      if (!listener) return this.#reset(there, inside, mine) ?? lost();
    }
    const back = newWalk();
    there.flows.output(
      makePacket({
        src: inside.dst,
        dst: inside.src,
        proto: protocols.tcp,
        sport: inside.dport,
        dport: inside.sport,
        flags: SYN | ACK,
        size: 60,
      }),
      back,
      {},
      "dport",
    );
    const refused = this.#refusal(back, mine);
    if (refused) return refused;
    if (!back.arrivals.some((a) => a.ns === ns && this.#isFor(a.packet, mine))) return lost();
    const conn: ConnState = {
      id: this.#network.nextId(),
      transport: "tcp",
      ends: [
        this.#end(owner, src, sport, target, port, mode),
        this.#end(
          listener
            ? { machine: there.machine?.name ?? "", netns: there.name, pid: listener.pid, uid: listener.uid }
            : { machine: "", netns: there.name, pid: 0, uid: 0 },
          inside.dst,
          inside.dport,
          inside.src,
          inside.sport,
          listener?.accept ?? "serve",
        ),
      ],
      ...(outsideHost ? { internet: { ip: ipText(inside.dst), port: inside.dport } } : {}),
    };
    if (options.device !== undefined) conn.ends[0]!.device = options.device;
    // the handshake's third packet; when it is lost, the first data completes the handshake
    ns.flows.output(
      makePacket({ src, dst: target, proto: protocols.tcp, sport, dport: port, flags: ACK, size: 52, uid: owner.uid }),
      newWalk(),
      { oif },
      "sport",
    );
    this.add(conn);
    if (listener) this.accepted(listener, conn);
    return { ok: true, conn: conn.id, local: { ip: ipText(src), port: sport } };
  }

  add(conn: ConnState): void {
    this.#network.state.connections[conn.id] = conn;
    this.#index(conn);
  }

  #end(owner: Caller, ip: number, port: number, peerIp: number, peerPort: number, mode: EndState["mode"]): EndState {
    const { machine, netns, pid, uid } = owner;
    return { machine, netns, pid, uid, ip, port, peerIp, peerPort, state: "ESTAB", mode, inbox: [], queue: [], tries: 0 };
  }

  /** Tells the listening process of a new connection. */
  accepted(listener: Pick<SocketState, "id" | "pid" | "accept"> & { pending?: number[] }, conn: ConnState): void {
    const end = conn.ends[1];
    const p = this.#procOf(end);
    if (!p) return;
    if (listener.accept === "events") {
      p.after(0, "accept", {
        socket: listener.id,
        conn: conn.id,
        peer: { ip: ipText(end.peerIp), port: end.peerPort },
        local: { ip: ipText(end.ip), port: end.port },
      });
    } else if (listener.accept === "stream") {
      listener.pending?.push(conn.id);
      this.wake(`accept ${listener.id}`);
    }
  }

  readonly #datagrams = new Map<number, { from: { ip: string; port: number }; message: Data }[]>();
  /** A datagram for a command program. */
  datagram(socket: number, from: { ip: string; port: number }, message: Data): void {
    const list = this.#datagrams.get(socket);
    if (list) list.push({ from, message });
    else this.#datagrams.set(socket, [{ from, message }]);
    this.wake(`datagram ${socket}`);
  }
  takeDatagram(socket: number): { from: { ip: string; port: number }; message: Data } | undefined {
    return this.#datagrams.get(socket)?.shift();
  }

  wake(key: string): void {
    const list = this.waiting.get(key);
    this.waiting.delete(key);
    for (const resolve of list ?? []) resolve();
  }

  #wakeReceiver(conn: ConnState, side: 0 | 1): void {
    if (this.waiting.size > 0) this.wake(`receive ${conn.id} ${side}`);
  }

  #isFor(p: Packet, mine: Mine): boolean {
    return (
      p.proto === protocols.tcp &&
      p.dst === mine.local &&
      p.dport === mine.localPort &&
      p.src === mine.remote &&
      p.sport === mine.remotePort
    );
  }

  /** A reset or an ICMP error that came back to us. */
  #refusal(walk: Walk, mine: Mine): Exclude<Connected, { ok: true }> | undefined {
    for (const { ns, packet } of walk.arrivals) {
      if (ns !== mine.ns) continue;
      if (this.#isFor(packet, mine) && packet.flags & RST) return { ok: false, code: "ECONNREFUSED", after: rtt };
      if (isIcmpError(packet) && packet.inner && this.#quotes(packet.inner, mine)) {
        const code = icmpErrno(packet.icmpType, packet.icmpCode);
        if (code !== undefined) return { ok: false, code, after: walk.delay || rtt } as Exclude<Outcome, { ok: true }>;
      }
    }
    return undefined;
  }

  #quotes(inner: Packet, mine: Mine): boolean {
    return (
      inner.proto === protocols.tcp &&
      inner.src === mine.local &&
      inner.sport === mine.localPort &&
      inner.dst === mine.remote &&
      inner.dport === mine.remotePort
    );
  }

  /** Nobody listens: the host answers with a reset. */
  #reset(there: NetNs, p: Packet, mine: Mine): Exclude<Connected, { ok: true }> | undefined {
    const walk = newWalk();
    outputPacket(
      there,
      makePacket({ src: p.dst, dst: p.src, proto: protocols.tcp, sport: p.dport, dport: p.sport, flags: RST | ACK, size: 40 }),
      walk,
      {},
    );
    return this.#refusal(walk, mine);
  }

  listener(ns: NetNs, transport: "tcp" | "udp", ip: number, port: number, device: string): SocketState | undefined {
    let wild: SocketState | undefined;
    for (const socket of ns.sockets()) {
      if (socket.port !== port || socket.transport !== transport) continue;
      if (socket.device !== undefined && socket.device !== device) continue;
      if (socket.ip === ip) return socket;
      if (socket.ip === 0) wild ??= socket;
    }
    return wild;
  }

  #range = { text: "", low: 0, high: 0 };
  /** An ephemeral port that no socket or connection of the namespace uses. */
  freePort(ns: NetNs): number {
    const text = ns.sysctl("net/ipv4/ip_local_port_range") ?? "32768\t60999";
    if (text !== this.#range.text) {
      const [low = 32768, high = 60999] = text.split(/\s+/).map(Number);
      this.#range = { text, low, high };
    }
    const { low, high } = this.#range;
    for (;;) {
      const port = ns.state.nextPort < low || ns.state.nextPort > high ? low : ns.state.nextPort;
      // an odd stride spreads the numbers as the kernel's random offset does
      ns.state.nextPort = low + ((port - low + 2011) % (high - low + 1));
      if (!ns.sockets().some((s) => s.port === port)) return port;
    }
  }

  // --- segments

  /** Sends one segment from an end: whether it arrived, was answered with a reset, or was lost. */
  #segment(conn: ConnState, side: 0 | 1, flags: number, size: number): "arrived" | "reset" | "lost" {
    const end = conn.ends[side];
    const other = conn.ends[side === 0 ? 1 : 0];
    if (conn.transport === "unix") return other.state === "CLOSED" ? "reset" : "arrived";
    const ns = this.#nsOf(end);
    if (!ns) return "lost";
    const walk = newWalk();
    ns.flows.output(
      makePacket({ src: end.ip, dst: end.peerIp, proto: protocols.tcp, sport: end.port, dport: end.peerPort, flags, size, uid: end.uid }),
      walk,
      {},
      side === 0 ? "sport" : "dport",
    );
    const mine: Mine = { ns, local: end.ip, localPort: end.port, remote: end.peerIp, remotePort: end.peerPort };
    // ICMP errors are soft on a connection that is established; only a reset ends it
    if (walk.arrivals.some((a) => a.ns === ns && this.#isFor(a.packet, mine) && a.packet.flags & RST)) return "reset";
    const arrival = walk.arrivals.find(
      (a) =>
        a.packet.proto === protocols.tcp &&
        !(a.packet.flags & SYN) &&
        (a.ns !== ns || a.packet.dst !== end.ip || a.packet.dport !== end.port),
    );
    if (!arrival) return "lost";
    const { packet, ns: there } = arrival;
    const known =
      there === this.#nsOf(other) &&
      packet.dst === other.ip &&
      packet.dport === other.port &&
      packet.src === other.peerIp &&
      packet.sport === other.peerPort;
    if (known && other.state !== "CLOSED") return "arrived";
    if (flags & RST) return "lost";
    const back = newWalk();
    outputPacket(
      there,
      makePacket({
        src: packet.dst,
        dst: packet.src,
        proto: protocols.tcp,
        sport: packet.dport,
        dport: packet.sport,
        flags: RST,
        size: 40,
      }),
      back,
      {},
    );
    return back.arrivals.some((a) => a.ns === ns && this.#isFor(a.packet, mine) && a.packet.flags & RST) ? "reset" : "lost";
  }

  // --- request and answer

  exchange(id: number, side: 0 | 1, message: unknown): Exchange {
    const conn = this.get(id);
    const end = conn?.ends[side];
    if (!conn || !end || end.state === "CLOSED")
      return { ok: false, code: end?.error === "ECONNRESET" ? "ECONNRESET" : "ENOTCONN", after: 0 };
    if (end.state !== "ESTAB" && end.state !== "CLOSE-WAIT") return { ok: false, code: "ENOTCONN", after: 0 };
    const back: 0 | 1 = side === 0 ? 1 : 0;
    const other = conn.ends[back];
    const sent = this.#segment(conn, side, PSH | ACK, 300);
    if (sent === "lost") return { ok: false, code: "ETIMEDOUT", after: dataTimeout };
    if (sent === "reset") {
      this.#ended(conn, side, "reset");
      return { ok: false, code: "ECONNRESET", after: rtt };
    }
    let reply: unknown;
    if (conn.internet) reply = this.#network.internet?.serve(conn.internet.ip, conn.internet.port, message);
    else {
      const p = this.#procOf(other);
      if (!p || other.state !== "ESTAB") return { ok: false, code: "ECONNRESET", after: rtt };
      if (!isDaemon(p.program) || !p.program.serve) {
        other.inbox.push(message as Data);
        this.#wakeReceiver(conn, back);
        return { ok: false, code: "ETIMEDOUT", after: dataTimeout };
      }
      const { program } = p;
      if (p.state.stopped) return { ok: false, code: "ETIMEDOUT", after: dataTimeout };
      p.machine.step(p, () => {
        reply = program.serve!(p, this.#incoming(conn, back, message));
      });
      if (p.status) return { ok: false, code: "ECONNRESET", after: rtt };
      if (reply instanceof Hangup)
        return reply.after === Infinity
          ? { ok: false, code: "ETIMEDOUT", after: dataTimeout }
          : { ok: false, code: "ENOTCONN", after: reply.after };
    }
    const answered = this.#segment(conn, back, PSH | ACK, 600);
    if (answered === "reset") {
      this.#ended(conn, back, "reset");
      return { ok: false, code: "ETIMEDOUT", after: dataTimeout };
    }
    if (answered === "lost") return { ok: false, code: "ETIMEDOUT", after: dataTimeout };
    return { ok: true, reply };
  }

  #incoming(conn: ConnState, side: 0 | 1, message: unknown): Incoming {
    const end = conn.ends[side];
    const other = conn.ends[side === 0 ? 1 : 0];
    return {
      transport: conn.transport,
      conn: conn.id,
      peer: { ip: ipText(end.peerIp), port: end.peerPort, uid: other.uid, machine: other.machine },
      local: { ip: ipText(end.ip), port: end.port },
      ...(conn.path === undefined ? {} : { path: conn.path }),
      message,
    };
  }

  // --- one way, with retransmission

  send(id: number, side: 0 | 1, message: Data): boolean {
    const conn = this.get(id);
    const end = conn?.ends[side];
    if (!conn || !end || (end.state !== "ESTAB" && end.state !== "CLOSE-WAIT")) return false;
    end.queue.push({ message });
    if (end.timer === undefined) this.#flush(conn, side);
    return true;
  }

  /** Sends what waits, in order, until something is lost; then again after the retransmission time-out. */
  #flush(conn: ConnState, side: 0 | 1): void {
    const end = conn.ends[side];
    const back: 0 | 1 = side === 0 ? 1 : 0;
    while (end.queue.length > 0) {
      const item = end.queue[0]!;
      const sent = this.#segment(conn, side, item.fin ? FIN | ACK : PSH | ACK, item.fin ? 52 : 120);
      if (sent === "reset") {
        this.#ended(conn, side, "reset");
        return;
      }
      if (sent === "arrived") {
        if (!item.got) {
          item.got = true;
          if (item.fin) this.#finArrived(conn, back);
          else this.#deliver(conn, back, item.message!);
        }
        const acknowledged = this.#segment(conn, back, ACK, 52);
        if (acknowledged === "arrived" || conn.ends[back].state === "CLOSED") {
          end.queue.shift();
          end.tries = 0;
          end.since = undefined;
          if (item.fin) this.#finAcknowledged(conn, side);
          continue;
        }
      }
      this.#later(conn, side);
      return;
    }
  }

  #later(conn: ConnState, side: 0 | 1): void {
    const end = conn.ends[side];
    const orphan = this.#procOf(end) === undefined || end.state === "FIN-WAIT-1" || end.state === "LAST-ACK";
    // tcp_retries2 = 15, and 8 for a socket that its process has closed (tcp_orphan_retries)
    if (end.tries >= (orphan ? 8 : 15)) {
      this.#ended(conn, side, "timeout");
      return;
    }
    const rto = Math.min(120_000, 200 * 2 ** end.tries);
    end.tries++;
    end.rto = rto;
    end.since ??= this.#network.world.timeline.now;
    end.timer = this.#network.world.timeline.add(rto, "tcp", end.machine, { conn: conn.id, side });
  }

  retransmit({ conn: id, side }: { conn: number; side: 0 | 1 }): void {
    const conn = this.get(id);
    const end = conn?.ends[side];
    if (!conn || !end) return;
    end.timer = undefined;
    if (end.state === "FIN-WAIT-2") {
      this.#gone(conn, side);
      return;
    }
    if (end.state !== "CLOSED") this.#flush(conn, side);
  }

  #deliver(conn: ConnState, side: 0 | 1, message: Data): void {
    const end = conn.ends[side];
    const p = this.#procOf(end);
    // the host itself is no process
    if ((!p && end.machine !== "") || end.state === "CLOSED") return;
    if (p && isDaemon(p.program)) p.after(0, "data", { conn: conn.id, message });
    else {
      end.inbox.push(message);
      this.#wakeReceiver(conn, side);
    }
  }

  // --- closing

  shut(id: number, side: 0 | 1, reset: boolean): void {
    const conn = this.get(id);
    const end = conn?.ends[side];
    if (!conn || !end) return;
    if (end.state !== "ESTAB" && end.state !== "CLOSE-WAIT") return;
    const back: 0 | 1 = side === 0 ? 1 : 0;
    if (reset || conn.transport === "unix") {
      const arrived = this.#segment(conn, side, reset ? RST | ACK : FIN | ACK, 40) === "arrived";
      // first our own end, so that the other's close does not come back to a process that has closed already
      this.#gone(conn, side);
      if (arrived) this.#ended(conn, back, reset ? "reset" : "fin");
      return;
    }
    end.state = end.state === "ESTAB" ? "FIN-WAIT-1" : "LAST-ACK";
    end.queue.push({ fin: true });
    if (end.timer === undefined) this.#flush(conn, side);
  }

  #finArrived(conn: ConnState, side: 0 | 1): void {
    const end = conn.ends[side];
    switch (end.state) {
      case "ESTAB":
        end.state = "CLOSE-WAIT";
        this.#tell(conn, side, "fin");
        return;
      case "FIN-WAIT-1":
        end.state = "CLOSING";
        break;
      case "FIN-WAIT-2":
        this.#timeWait(conn, side);
    }
    end.eof = true;
    this.#wakeReceiver(conn, side);
  }

  #finAcknowledged(conn: ConnState, side: 0 | 1): void {
    const end = conn.ends[side];
    if (end.state === "LAST-ACK") this.#gone(conn, side);
    else if (end.state === "CLOSING") this.#timeWait(conn, side);
    else if (end.state === "FIN-WAIT-1") {
      end.state = "FIN-WAIT-2";
      end.timer = this.#network.world.timeline.add(60_000, "tcp", end.machine, { conn: conn.id, side });
    }
  }

  #timeWait(conn: ConnState, side: 0 | 1): void {
    const end = conn.ends[side];
    if (end.timer !== undefined) this.#network.world.timeline.cancel(end.timer);
    end.timer = undefined;
    end.state = "TIME-WAIT";
    const { timeline } = this.#network.world;
    end.until = timeline.now + timeWait;
    const waits = (this.#network.state.timeWaits ??= { armed: false, ends: [] });
    waits.ends.push({ conn: conn.id, side });
    if (!waits.armed) timeline.add(timeWait, "tcp-time-wait", "");
    waits.armed = true;
  }

  /** The timer: what is over goes, and the timer is set for the rest, not for each by itself. */
  sweepTimeWaits(): void {
    this.#endTimeWaits();
    const waits = this.#network.state.timeWaits!;
    const [first] = waits.ends;
    waits.armed = first !== undefined;
    if (!first) return;
    const { timeline } = this.#network.world;
    const until = this.get(first.conn)?.ends[first.side].until ?? timeline.now;
    timeline.add(Math.max(timeWaitSweep, until - timeline.now), "tcp-time-wait", "");
  }

  /** Also before anyone looks, so that nobody sees an end that is over. */
  #endTimeWaits(): void {
    const { now } = this.#network.world.timeline;
    const waits = this.#network.state.timeWaits;
    if (!waits) return;
    let over = 0;
    for (const { conn: id, side } of waits.ends) {
      const conn = this.get(id);
      const end = conn?.ends[side];
      if (end?.state === "TIME-WAIT" && end.until! > now) break;
      over++;
      if (conn && end?.state === "TIME-WAIT") this.#gone(conn, side);
    }
    waits.ends.splice(0, over);
  }

  /** The end is over by a reset or because nothing was acknowledged; its process hears of it. */
  #ended(conn: ConnState, side: 0 | 1, why: "reset" | "timeout" | "fin"): void {
    const end = conn.ends[side];
    if (end.state === "CLOSED") return;
    end.error = why === "reset" ? "ECONNRESET" : why === "timeout" ? "ETIMEDOUT" : undefined;
    if (why === "fin") end.state = "CLOSE-WAIT";
    this.#tell(conn, side, why);
    if (why !== "fin") this.#gone(conn, side);
  }

  #tell(conn: ConnState, side: 0 | 1, why: "fin" | "reset" | "timeout"): void {
    const end = conn.ends[side];
    if (why === "fin") end.eof = true;
    const p = this.#procOf(end);
    if (end.machine === "" && why === "fin") this.shut(conn.id, side, false);
    else if (p && isDaemon(p.program)) {
      if (end.mode === "events" || side === 0) p.after(0, "closed", { conn: conn.id, why });
      // a server that only answers closes its end as soon as the client has
      else this.shut(conn.id, side, false);
    } else this.#wakeReceiver(conn, side);
  }

  #gone(conn: ConnState, side: 0 | 1): void {
    const end = conn.ends[side];
    if (end.timer !== undefined) this.#network.world.timeline.cancel(end.timer);
    end.timer = undefined;
    end.queue = [];
    end.state = "CLOSED";
    this.#owned.get(end.machine)?.get(end.pid)?.delete(conn.id);
    this.#wakeReceiver(conn, side);
    if (conn.ends[0].state === "CLOSED" && conn.ends[1].state === "CLOSED" && !conn.ends.some((e) => e.inbox.length > 0))
      delete this.#network.state.connections[conn.id];
  }

  /** A process has ended. */
  closeProcess(machine: string, pid: number): void {
    const there = this.#owned.get(machine);
    for (const id of there?.get(pid) ?? []) {
      const conn = this.get(id);
      if (!conn) continue;
      for (const side of [0, 1] as const) {
        const end = conn.ends[side];
        if (end.machine !== machine || end.pid !== pid) continue;
        end.inbox = [];
        this.shut(id, side, false);
      }
    }
    there?.delete(pid);
  }

  dropMachine(machine: string): void {
    for (const conn of this.all()) for (const side of [0, 1] as const) if (conn.ends[side].machine === machine) this.#gone(conn, side);
  }

  dropNamespace(machine: string, netns: string): void {
    for (const conn of this.all())
      for (const side of [0, 1] as const)
        if (conn.transport === "tcp" && conn.ends[side].machine === machine && conn.ends[side].netns === netns) this.#gone(conn, side);
  }

  /** Whether the other end answers messages at once (a server of requests), rather than taking a stream. */
  answers(id: number, machine: string, pid: number): boolean {
    const conn = this.get(id);
    const side = this.sideOf(id, machine, pid);
    if (!conn || side === undefined) return false;
    const other = conn.ends[side === 0 ? 1 : 0];
    return conn.internet !== undefined || other.mode === "serve";
  }

  /** Which end of the connection belongs to the process. */
  sideOf(id: number, machine: string, pid: number): 0 | 1 | undefined {
    const conn = this.get(id);
    if (!conn) return undefined;
    const [client, server] = conn.ends;
    const first = client.pid === pid && client.machine === machine;
    if (first && client.state !== "CLOSED") return 0;
    const second = server.pid === pid && server.machine === machine;
    if (second && server.state !== "CLOSED") return 1;
    return first ? 0 : second ? 1 : undefined;
  }
}

interface Mine {
  ns: NetNs;
  local: number;
  localPort: number;
  remote: number;
  remotePort: number;
}
