/**
 * What the rest of the simulator sees of the network. Everything is synchronous: a call says what the packets met at this
 * instant. Waiting (retransmission, time-outs, retries) is the caller's, in virtual time; `ProcNet.dial` does it for commands.
 */
import type { Data } from "../core/json.ts";
import type { ErrnoCode } from "../core/errno.ts";

/** Who sends: the process's network namespace on its machine. */
export interface Caller {
  machine: string;
  netns: string;
  pid: number;
  uid: number;
}

/** What one attempt to connect (or one datagram) met. */
export type Outcome =
  | { ok: true }
  /** An answer or local error: refused, reset, unreachable, EPERM (OUTPUT dropped a datagram of ours with REJECT), EADDRNOTAVAIL… `after` ms. */
  | { ok: false; code: Exclude<ErrnoCode, "ETIMEDOUT">; after: number }
  /** Nothing came back (DROP, black hole, host down): the caller's own time-out applies. */
  | { ok: false; code: "ETIMEDOUT"; after: number };

export interface ConnectOptions {
  /** Source address to bind. */
  source?: string;
  sourcePort?: number;
  /** Interface to bind (SO_BINDTODEVICE). */
  device?: string;
  /** IP_TTL. */
  ttl?: number;
}

export type Connected = { ok: true; conn: number; local: { ip: string; port: number } } | Exclude<Outcome, { ok: true }>;

/** Result of asking a server over an open connection. `lost`: a packet of either direction was dropped, nothing came back. */
export type Exchange<T = unknown> = { ok: true; reply: T } | { ok: false; code: "ETIMEDOUT" | "ECONNRESET" | "ENOTCONN"; after: number };

/** What `serve` gives when it has no answer: the server closes the connection `after` ms later (Infinity: never). */
export class Hangup {
  readonly after: number;
  constructor(after: number) {
    this.after = after;
  }
}

/** What a server's `serve` is given. */
export interface Incoming {
  transport: "tcp" | "udp" | "unix";
  /** Connection id; 0 for datagrams. */
  conn: number;
  peer: { ip: string; port: number; uid: number; machine: string };
  /** Address it was sent to, as the server's socket sees it (after DNAT). */
  local: { ip: string; port: number };
  /** Path of a unix socket. */
  path?: string;
  /** A message of the protocol both ends speak, e.g. {type: "http", …}, {type: "tls-hello", …}, {type: "dns", …}, {type: "cri", method, …}. */
  message: unknown;
}

/** The system calls of one process. Every method may throw Errno where the local call itself fails. */
export interface ProcNet {
  /** bind + listen. `ip` "0.0.0.0" or "::" for all. Throws EADDRINUSE, EADDRNOTAVAIL, EACCES (port below 1024, not root). Returns a socket id. */
  listen(
    transport: "tcp" | "udp",
    ip: string,
    port: number,
    options?: { accept?: "events" | "serve" | "stream"; backlog?: number },
  ): number;
  /** Binds a unix socket file (which must not exist). Throws EADDRINUSE. */
  listenUnix(path: string): number;
  /** Stops listening (and removes nothing from the filesystem). */
  close(socket: number): void;

  /** One SYN, and its answer, now. */
  connect(ip: string, port: number, options?: ConnectOptions): Connected;
  /** connect(2) on a unix socket: ENOENT, ECONNREFUSED (nobody listens), EACCES. */
  connectUnix(path: string): Connected;
  /** connect with SYN retransmission (1, 3, 7, 15, 31, 63 s) until an answer or `timeout` ms (default 127 s as Linux with tcp_syn_retries 6). */
  dial(ip: string, port: number, options?: ConnectOptions & { timeout?: number }): Promise<Connected>;

  /** Sends a message over the connection and takes the answer of the peer's `serve`. */
  exchange<T = unknown>(conn: number, message: unknown): Exchange<T>;
  /**
   * Sends a message one way. A daemon peer gets `on("data", {conn, message})`, a command peer reads it with `receive`.
   * When it is lost TCP sends it again (200 ms doubling to 120 s) until it arrives or the connection dies after
   * tcp_retries2; the sender then gets `closed` with why "timeout".
   */
  send(conn: number, message: Data): void;
  /** Next message for a command program; undefined when the peer closed. Throws ECONNRESET, ETIMEDOUT. */
  receive(conn: number): Promise<Data | undefined>;
  /** A command program's accept(2) on a socket that listens with accept "stream". */
  accept(socket: number): Promise<{ conn: number; peer: { ip: string; port: number } }>;
  /** FIN (or RST): the peer gets `on("closed", {conn, why: "fin" | "reset"})` if the packet arrives. */
  shut(conn: number, reset?: boolean): void;
  /** True while neither end has closed or reset the connection (a dropped path does not show here). */
  isOpen(conn: number): boolean;

  /** One datagram and the answer of the peer's `serve`. ECONNREFUSED = ICMP port unreachable. */
  ask<T = unknown>(ip: string, port: number, message: unknown, options?: ConnectOptions): Exchange<T> | Exclude<Outcome, { ok: true }>;
  /** A command program's recvfrom(2) on a UDP socket with accept "stream". */
  receiveFrom(socket: number): Promise<{ from: { ip: string; port: number }; message: Data }>;
  /** ICMP echo: round-trip time, or who answered what. */
  ping(ip: string, options?: { source?: string; device?: string; ttl?: number; size?: number; dontFragment?: boolean }): PingResult;

  /** getaddrinfo through nsswitch.conf, /etc/hosts, resolv.conf of the process's filesystem. `took` is the virtual time it needed (ms). */
  resolve(
    name: string,
  ):
    | { ok: true; addresses: string[]; canonical: string; took: number }
    | { ok: false; code: "EAI_NONAME" | "EAI_AGAIN"; took: number; detail: string };

  /** Closes all sockets and connections of the process (called when it ends). */
  closeAll(): void;
}

export type PingResult =
  | { ok: true; from: string; ttl: number; rtt: number }
  /** An ICMP error came back. */
  | {
      ok: false;
      kind: "unreachable";
      from: string;
      code: "net" | "host" | "port" | "prohibited" | "admin-prohibited" | "frag-needed" | "time-exceeded";
      mtu?: number;
      /** Milliseconds until it was there (an address that nobody answers for: three seconds). */
      after?: number;
    }
  /** sendmsg itself failed. `mtu` with EMSGSIZE. */
  | { ok: false; kind: "local"; code: ErrnoCode; mtu?: number }
  | { ok: false; kind: "lost" };
