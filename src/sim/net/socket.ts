/** The socket calls of one process (api.ts) over the simulated stack. */
import { Errno, NotSimulated } from "../core/errno.ts";
import type { Data } from "../core/json.ts";
import { isDaemon } from "../kernel/program.ts";
import type { Proc } from "../kernel/proc.ts";
import type { Caller, Connected, ConnectOptions, Exchange, Outcome, PingResult, ProcNet } from "./api.ts";
import { fatalForDatagrams, icmpErrno } from "./errors.ts";
import { icmpError } from "./icmp.ts";
import { ipOf, ipText, parseIp } from "./ip.ts";
import type { NetNs } from "./netlink.ts";
import type { Network } from "./network.ts";
import { isIcmpError, makePacket, newWalk, protocols } from "./packet.ts";
import { resolveName } from "./resolver.ts";
import type { SocketState } from "./state.ts";
import { outputPacket } from "./walk.ts";

const pingCodes: Record<number, "net" | "host" | "port" | "prohibited" | "admin-prohibited" | "frag-needed"> = {
  0: "net",
  1: "host",
  3: "port",
  4: "frag-needed",
  9: "prohibited",
  10: "prohibited",
  13: "admin-prohibited",
};

export class SocketCalls implements ProcNet {
  readonly #network: Network;
  readonly #p: Proc;

  constructor(network: Network, p: Proc) {
    this.#network = network;
    this.#p = p;
  }

  get #ns(): NetNs {
    return this.#network.ns(this.#p.machine.name, this.#p.state.netns);
  }

  get #owner(): Caller {
    const p = this.#p;
    return { machine: p.machine.name, netns: p.state.netns, pid: p.pid, uid: p.uid };
  }

  // --- servers

  listen(
    transport: "tcp" | "udp",
    ip: string,
    port: number,
    options: { accept?: "events" | "serve" | "stream"; device?: string; backlog?: number } = {},
  ): number {
    const ns = this.#ns;
    const v6 = ip === "::" || ip === "" || ip === "*";
    const address = v6 ? 0 : ip === "::1" ? 0x7f000001 : ipOf(ip);
    if (
      port > 0 &&
      port < Number(ns.sysctl("net/ipv4/ip_unprivileged_port_start") ?? 1024) &&
      this.#p.uid !== 0 &&
      !this.#p.state.capabilities?.includes("net_bind_service")
    )
      throw new Errno("EACCES");
    if (address !== 0 && !ns.isLocal(address) && ns.sysctl("net/ipv4/ip_nonlocal_bind") !== "1") throw new Errno("EADDRNOTAVAIL");
    const number = port === 0 ? this.#network.tcp.freePort(ns) : port;
    for (const other of ns.sockets())
      if (
        other.transport === transport &&
        other.port === number &&
        (other.ip === address || other.ip === 0 || address === 0) &&
        other.device === options.device
      )
        throw new Errno("EADDRINUSE");
    const socket: SocketState = {
      id: this.#network.nextId(),
      transport,
      ip: address,
      v6,
      port: number,
      pid: this.#p.pid,
      uid: this.#p.uid,
      accept: options.accept ?? (isDaemon(this.#p.program) ? "serve" : "stream"),
      ...(options.device === undefined ? {} : { device: options.device }),
      ...(options.backlog === undefined ? {} : { backlog: options.backlog }),
      pending: [],
    };
    ns.addSocket(socket);
    return socket.id;
  }

  /** Port that a socket is bound to. */
  portOf(socket: number): number | undefined {
    return this.#ns.state.sockets[socket]?.port;
  }

  listenUnix(path: string): number {
    return this.#network.unix.listen(this.#p, path);
  }

  close(socket: number): void {
    if (this.#network.unix.close(this.#p, socket)) return;
    this.#network.find(this.#p.machine.name, this.#p.state.netns)?.dropSocket(socket);
  }

  // --- connections

  connect(ip: string, port: number, options: ConnectOptions = {}): Connected {
    const address = this.#address(ip);
    if (address === undefined) return { ok: false, code: "ENETUNREACH", after: 0 };
    return this.#network.tcp.connect(this.#owner, address, port, isDaemon(this.#p.program) ? "events" : "stream", options);
  }

  /** IPv6: nothing but the loopback has an address, and that is not modelled. */
  #address(ip: string): number | undefined {
    const address = parseIp(ip);
    if (address !== undefined) return address;
    if (ip === "::1") throw new NotSimulated("connections over IPv6 (::1)");
    if (ip.includes(":")) return undefined;
    throw new Errno("EINVAL", ip);
  }

  connectUnix(path: string): Connected {
    return this.#network.unix.connect(this.#p, path);
  }

  async dial(ip: string, port: number, options: ConnectOptions & { timeout?: number } = {}): Promise<Connected> {
    const started = this.#p.now;
    const limit = options.timeout ?? 127_000;
    const deadline = started + limit;
    const sourcePort = options.sourcePort;
    for (let wait = 1000; ; wait *= 2) {
      const result = this.connect(ip, port, sourcePort === undefined ? options : { ...options, sourcePort });
      if (result.ok) return result;
      if (result.code !== "ETIMEDOUT") {
        if (this.#p.now + result.after > deadline) break;
        await this.#p.sleep(result.after);
        return result;
      }
      const left = deadline - this.#p.now;
      if (left <= 0) break;
      await this.#p.sleep(Math.min(wait, left));
      if (this.#p.now >= deadline || wait >= 64_000) break;
    }
    return { ok: false, code: "ETIMEDOUT", after: this.#p.now - started };
  }

  #side(conn: number): 0 | 1 | undefined {
    return this.#network.tcp.sideOf(conn, this.#p.machine.name, this.#p.pid);
  }

  exchange<T = unknown>(conn: number, message: unknown): Exchange<T> {
    const side = this.#side(conn);
    if (side === undefined) return { ok: false, code: "ENOTCONN", after: 0 };
    return this.#network.tcp.exchange(conn, side, message) as Exchange<T>;
  }

  send(conn: number, message: Data): void {
    const side = this.#side(conn);
    if (side === undefined || !this.#network.tcp.send(conn, side, message)) throw new Errno("EPIPE");
  }

  async receive(conn: number): Promise<Data | undefined> {
    for (;;) {
      const state = this.#network.tcp.get(conn);
      const side = this.#side(conn);
      const end = state && side !== undefined ? state.ends[side] : undefined;
      if (!end) return undefined;
      const message = end.inbox.shift();
      if (message !== undefined) return message;
      if (end.error) throw new Errno(end.error);
      if (end.eof || end.state === "CLOSED") return undefined;
      await this.#waitFor(`receive ${conn} ${side}`);
    }
  }

  #waitFor(key: string): Promise<void> {
    return this.#p.block(
      new Promise<void>((resolve) => {
        const { waiting } = this.#network.tcp;
        const list = waiting.get(key);
        if (list) list.push(resolve);
        else waiting.set(key, [resolve]);
      }),
    );
  }

  async accept(socket: number): Promise<{ conn: number; peer: { ip: string; port: number } }> {
    for (;;) {
      const state = this.#ns.state.sockets[socket];
      if (!state) throw new Errno("EBADF");
      const conn = state.pending.shift();
      const end = conn === undefined ? undefined : this.#network.tcp.get(conn)?.ends[1];
      if (conn !== undefined && end) return { conn, peer: { ip: ipText(end.peerIp), port: end.peerPort } };
      if (conn === undefined) await this.#waitFor(`accept ${socket}`);
    }
  }

  shut(conn: number, reset = false): void {
    const side = this.#side(conn);
    if (side !== undefined) this.#network.tcp.shut(conn, side, reset);
  }

  isOpen(conn: number): boolean {
    const side = this.#side(conn);
    return side !== undefined && this.#network.tcp.get(conn)?.ends[side].state === "ESTAB";
  }

  // --- datagrams

  ask<T = unknown>(ip: string, port: number, message: unknown, options: ConnectOptions = {}): Exchange<T> | Exclude<Outcome, { ok: true }> {
    const ns = this.#ns;
    const given = this.#address(ip);
    if (given === undefined) return { ok: false, code: "ENETUNREACH", after: 0 };
    const dst = given === 0 ? 0x7f000001 : given;
    const oif = options.device === undefined ? undefined : ns.linkState(options.device)?.index;
    const bound = options.source === undefined ? undefined : ipOf(options.source);
    if (bound !== undefined && !ns.isLocal(bound)) return { ok: false, code: "EADDRNOTAVAIL", after: 0 };
    const src = bound ?? ns.sourceFor(dst, oif);
    const sport = options.sourcePort ?? this.#network.tcp.freePort(ns);
    const walk = newWalk();
    const failure = outputPacket(
      ns,
      makePacket({ src: src ?? 0, dst, proto: protocols.udp, sport, dport: port, size: 90, ttl: options.ttl ?? 64, uid: this.#p.uid }),
      walk,
      { oif },
    );
    const refusal = (w: typeof walk): Exclude<Outcome, { ok: true }> | undefined => {
      for (const { ns: there, packet } of w.arrivals) {
        if (there !== ns || !isIcmpError(packet) || packet.inner?.proto !== protocols.udp) continue;
        if (packet.inner.sport !== sport || packet.inner.dst !== dst || packet.inner.dport !== port) continue;
        if (packet.icmpType !== 3 || !fatalForDatagrams.has(packet.icmpCode)) continue;
        return { ok: false, code: icmpErrno(3, packet.icmpCode) as "ECONNREFUSED", after: w.delay || 0.4 };
      }
      return undefined;
    };
    const early = refusal(walk);
    if (early) return early;
    if (failure !== undefined) return { ok: false, code: failure as "EPERM", after: 0 };
    const arrival = walk.arrivals.find((a) => a.packet.proto === protocols.udp);
    if (!arrival) return { ok: false, code: "ETIMEDOUT", after: Infinity };
    const { ns: there, packet } = arrival;
    let reply: unknown;
    if (there.isGateway && (packet.dst !== ipOf("10.0.2.3") ? !there.isLocal(packet.dst) : true)) {
      if (this.#network.internet?.answers(ipText(packet.dst), packet.dport, "udp") !== true)
        return { ok: false, code: "ETIMEDOUT", after: Infinity };
      reply = this.#network.internet.serve(ipText(packet.dst), packet.dport, message);
    } else {
      const socket = this.#network.tcp.listener(there, "udp", packet.dst, packet.dport, arrival.device);
      if (!socket) {
        const back = newWalk();
        icmpError(there, packet, 3, 3, back, { attach: false });
        return refusal(back) ?? { ok: false, code: "ETIMEDOUT", after: Infinity };
      }
      const server = there.machine?.procs.get(socket.pid);
      if (!server) return { ok: false, code: "ETIMEDOUT", after: Infinity };
      if (isDaemon(server.program) && server.program.serve && !server.state.stopped) {
        const { program } = server;
        const { uid } = this.#p;
        const machine = this.#p.machine.name;
        server.machine.step(server, () => {
          reply = program.serve!(server, {
            transport: "udp",
            conn: 0,
            peer: { ip: ipText(packet.src), port: packet.sport, uid, machine },
            local: { ip: ipText(packet.dst), port: packet.dport },
            message,
          });
        });
      } else if (!isDaemon(server.program)) {
        this.#network.tcp.datagram(socket.id, { ip: ipText(packet.src), port: packet.sport }, message as Data);
      }
    }
    if (reply === undefined) return { ok: false, code: "ETIMEDOUT", after: Infinity };
    const back = newWalk();
    outputPacket(
      there,
      makePacket({ src: packet.dst, dst: packet.src, proto: protocols.udp, sport: packet.dport, dport: packet.sport, size: 120 }),
      back,
      {},
    );
    const home = back.arrivals.some(
      (a) => a.ns === ns && a.packet.proto === protocols.udp && a.packet.src === dst && a.packet.sport === port && a.packet.dport === sport,
    );
    return home ? { ok: true, reply: reply as T } : { ok: false, code: "ETIMEDOUT", after: Infinity };
  }

  /** recvfrom(2) of a command program on a UDP socket. */
  async receiveFrom(socket: number): Promise<{ from: { ip: string; port: number }; message: Data }> {
    for (;;) {
      if (!this.#ns.state.sockets[socket]) throw new Errno("EBADF");
      const got = this.#network.tcp.takeDatagram(socket);
      if (got) return got;
      await this.#waitFor(`datagram ${socket}`);
    }
  }

  // --- ping and names

  ping(ip: string, options: { source?: string; device?: string; ttl?: number; size?: number; dontFragment?: boolean } = {}): PingResult {
    const ns = this.#ns;
    const given = this.#address(ip);
    if (given === undefined) return { ok: false, kind: "local", code: "ENETUNREACH" };
    const dst = given === 0 ? 0x7f000001 : given;
    const oif = options.device === undefined ? undefined : ns.linkState(options.device)?.index;
    if (options.device !== undefined && oif === undefined) return { ok: false, kind: "local", code: "ENODEV" };
    const src = options.source === undefined ? ns.sourceFor(dst, oif) : ipOf(options.source);
    if (options.source !== undefined && !ns.isLocal(src!)) return { ok: false, kind: "local", code: "EADDRNOTAVAIL" };
    const walk = newWalk();
    const id = this.#p.pid & 0xffff;
    const size = (options.size ?? 56) + 28;
    const df = options.dontFragment === true;
    if (df) {
      const decision = ns.fib.lookup({ dst, src, oif });
      if (decision.kind === "unicast" && size > decision.link.mtu)
        return { ok: false, kind: "local", code: "EMSGSIZE", mtu: decision.link.mtu };
    }
    const failure = outputPacket(
      ns,
      makePacket({ src: src ?? 0, dst, proto: protocols.icmp, icmpType: 8, sport: id, size, ttl: options.ttl ?? 64, df, uid: this.#p.uid }),
      walk,
      { oif },
    );
    for (const { ns: there, packet } of walk.arrivals) {
      if (there.isGateway && packet.proto === protocols.icmp && packet.icmpType === 8 && !there.isLocal(packet.dst)) {
        if (this.#network.internet?.answers(ipText(packet.dst), 0, "udp") === undefined) continue;
        const back = newWalk();
        outputPacket(
          there,
          makePacket({ src: packet.dst, dst: packet.src, proto: protocols.icmp, icmpType: 0, sport: packet.sport, size, ttl: 63 }),
          back,
          {},
        );
        const home = back.arrivals.find((a) => a.ns === ns && a.packet.icmpType === 0 && a.packet.proto === protocols.icmp);
        if (home) return { ok: true, from: ipText(home.packet.src), ttl: home.packet.ttl, rtt: 12 + this.#jitter() * 6 };
        continue;
      }
      if (there !== ns || packet.proto !== protocols.icmp) continue;
      if (packet.icmpType === 0 && packet.sport === id)
        return {
          ok: true,
          from: ipText(packet.src),
          ttl: packet.ttl,
          rtt: ns.isLocal(dst) ? 0.02 + this.#jitter() * 0.03 : 0.25 + this.#jitter() * 0.6,
        };
      if (packet.icmpType === 3 && packet.inner?.sport === id)
        return {
          ok: false,
          kind: "unreachable",
          from: ipText(packet.src),
          code: pingCodes[packet.icmpCode] ?? "host",
          after: walk.delay,
          ...(packet.mtu === undefined ? {} : { mtu: packet.mtu }),
        };
      if (packet.icmpType === 11 && packet.inner?.sport === id)
        return { ok: false, kind: "unreachable", from: ipText(packet.src), code: "time-exceeded" };
    }
    if (failure !== undefined) return { ok: false, kind: "local", code: failure };
    return { ok: false, kind: "lost" };
  }

  #jitter(): number {
    return this.#p.machine.random("net/rtt").float();
  }

  resolve(name: string): ReturnType<ProcNet["resolve"]> {
    return resolveName(this.#p.fs, this, this.#p.hostname, name);
  }

  // --- the end

  closeAll(): void {
    const p = this.#p;
    const ns = this.#network.find(p.machine.name, p.state.netns);
    if (ns) {
      for (const socket of ns.sockets()) if (socket.pid === p.pid) ns.dropSocket(socket.id);
      if (ns.state.synSent.length > 0) ns.state.synSent = ns.state.synSent.filter((s) => s.pid !== p.pid);
    }
    if (!p.machine.state.on) return;
    this.#network.unix.closeProcess(p);
    this.#network.tcp.closeProcess(p.machine.name, p.pid);
  }
}
