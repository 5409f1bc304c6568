/**
 * Connections that are passed on (stream.c, backend.c). Bytes are not looked at: TLS, HTTP and everything else is between the
 * client and the server.
 */
import { Errno } from "../../../core/errno.ts";
import type { Data } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { Hangup, type Connected, type Incoming } from "../../../net/api.ts";
import { choose, usable } from "./balance.ts";
import { log } from "./say.ts";
import type { Proxy, Server } from "./settings.ts";
import { keyOf, worker, type Session } from "./state.ts";
import { backendOf } from "./validity.ts";

/** Milliseconds between two attempts to reach a server that refuses (backend.c: one second). */
const turnAround = 1000;

interface Arrived {
  conn: number;
  peer: { ip: string; port: number };
  local: { ip: string; port: number };
}

/** Accepts a client and connects it to a server. The result: undefined when it is connected, or milliseconds until haproxy gives up. */
function begin(p: Proc, { conn, peer, local }: Arrived): Session | number {
  const s = worker(p);
  const there = s.sessions[conn];
  if (there) return there;
  const frontend = frontendOf(p, local);
  if (!frontend) return 0;
  count(p, frontend.name, "fe");
  const backend = backendOf(s.config, frontend);
  const session: Session = {
    frontend: frontend.name,
    backend: backend?.name ?? frontend.name,
    server: "",
    client: peer,
    begun: p.now,
    active: p.now,
    bytes: 0,
    retries: 0,
  };
  s.sessions[conn] = session;
  if (backend) count(p, backend.name, "be");
  const waited = backend ? connect(p, conn, session, backend) : 0;
  if (waited !== undefined) return waited;
  idle(p, conn, session);
  return session;
}

const count = (p: Proc, name: string, side: "fe" | "be"): void => {
  const { cumulated } = worker(p);
  (cumulated[name] ??= { fe: 0, be: 0 })[side]++;
};

function frontendOf(p: Proc, local: { ip: string; port: number }): Proxy | undefined {
  return worker(p).config.proxies.find((proxy) =>
    proxy.binds.some((bind) => bind.port === local.port && (bind.ip === local.ip || bind.ip === "0.0.0.0")),
  );
}

/**
 * Tries a server, `retries` times more when it does not answer, and with `option redispatch` another one. Those attempts take
 * no time here; what they would have taken is the result when none succeeded.
 */
function connect(p: Proc, client: number, session: Session, backend: Proxy): number | undefined {
  const s = worker(p);
  let waited = 0;
  let late = false;
  let last: Server | undefined;
  for (let attempt = 0; attempt <= backend.retries; attempt++) {
    const server = last && !backend.redispatch ? last : choose(s, backend, session.client.ip, last?.name);
    if (!server) break;
    session.redispatched ||= last !== undefined && server !== last;
    session.server = server.name;
    session.retries = attempt;
    const met = attemptTo(p, server.ip, server.port === 0 ? portOf(p, client) : server.port);
    if (met.ok) {
      session.conn = met.conn;
      s.clients[met.conn] = client;
      const front = p.machine.world.network.tcp.get(client);
      if (front) front.onward = met.conn;
      const state = s.servers[keyOf(backend.name, server.name)]!;
      state.current++;
      state.total++;
      return undefined;
    }
    last = server;
    late = met.code === "ETIMEDOUT";
    const elsewhere = backend.redispatch && usable(s, backend).some((other) => other !== server);
    if (late) waited += backend.timeouts.connect ?? 0;
    else if (attempt < backend.retries && !elsewhere) waited += turnAround;
  }
  end(p, client, session, late ? "sC" : "SC", waited);
  return waited;
}

function attemptTo(p: Proc, ip: string, port: number): Connected {
  try {
    return p.net.connect(ip, port);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return { ok: false, code: error.code, after: 0 } as Connected;
  }
}

const portOf = (p: Proc, client: number): number => p.machine.world.network.tcp.get(client)?.ends[1].port ?? 0;

/** A client is there that has said nothing yet. */
export function accepted(p: Proc, arrived: Arrived): void {
  const state = begin(p, arrived);
  if (typeof state === "number") p.after(state, "hang-up", { conn: arrived.conn });
}

/** A client asks something: the server's answer is the answer. */
export function serve(p: Proc, incoming: Incoming): unknown {
  const session = begin(p, incoming);
  if (typeof session === "number") {
    p.after(session, "hang-up", { conn: incoming.conn });
    return new Hangup(session);
  }
  if (session.conn === undefined) return new Hangup(0);
  session.active = p.now;
  const met = p.net.exchange(session.conn, incoming.message);
  if (met.ok) {
    if (met.reply !== undefined) session.bytes += sizeOf(met.reply);
    return met.reply;
  }
  if (met.code === "ETIMEDOUT") {
    const timeout = backendTimeout(p, session);
    return new Hangup(timeout);
  }
  p.after(0, "server-closed", { conn: session.conn });
  return new Hangup(met.after);
}

function backendTimeout(p: Proc, session: Session): number {
  const timeout = worker(p).config.proxies.find((proxy) => proxy.name === session.backend)?.timeouts.server;
  return timeout === undefined || timeout === 0 ? Infinity : timeout;
}

/** Bytes of the log line; messages that are objects count as a record of theirs. */
const sizeOf = (reply: unknown): number => {
  const r = reply as { bytes?: Uint8Array; response?: { body?: string | Uint8Array } } | undefined;
  return r?.bytes?.length ?? (r?.response?.body?.length ?? 0) + 400;
};

/** Something was sent one way: by a server (to its client), or by a client (to its server). */
export function passOn(p: Proc, conn: number, message: Data): void {
  const s = worker(p);
  const client = s.clients[conn];
  if (client !== undefined) {
    const session = s.sessions[client];
    if (!session) return;
    session.active = p.now;
    session.bytes += sizeOf(message);
    if (p.net.isOpen(client)) p.net.send(client, message);
    return;
  }
  const session = s.sessions[conn];
  if (session?.conn === undefined) return;
  session.active = p.now;
  if (!p.machine.world.network.tcp.answers(session.conn, p.machine.name, p.pid)) {
    if (p.net.isOpen(session.conn)) p.net.send(session.conn, message);
    return;
  }
  const met = p.net.exchange<Data>(session.conn, message);
  if (!met.ok) {
    if (met.code !== "ETIMEDOUT") closeOf(p, conn, "--");
    return;
  }
  // a server that does not understand what it got closes
  if (met.reply === undefined) return closeOf(p, conn, "--");
  session.bytes += sizeOf(met.reply);
  if (p.net.isOpen(conn)) p.net.send(conn, met.reply);
}

/** One side has closed: the other is told. */
export function closed(p: Proc, conn: number, why: string): void {
  const s = worker(p);
  const client = s.clients[conn] ?? conn;
  if (!s.sessions[client]) {
    // a check's, or one that was never passed on
    p.net.shut(conn);
    return;
  }
  const byServer = s.clients[conn] !== undefined;
  closeOf(p, client, why === "fin" ? "--" : byServer ? "SD" : "CD");
}

/** Ends a session. `state`: the termination state of the log (configuration.txt 8.5). */
export function closeOf(p: Proc, client: number, state: string): void {
  const session = worker(p).sessions[client];
  if (!session) return;
  end(p, client, session, state, 0);
  if (session.conn !== undefined) p.net.shut(session.conn);
  p.net.shut(client);
}

/** Forgets a session and writes its line in the log. */
function end(p: Proc, client: number, session: Session, state: string, waited: number): void {
  const s = worker(p);
  const frontend = s.config.proxies.find((proxy) => proxy.name === session.frontend)!;
  const key = keyOf(session.backend, session.server);
  const open = Object.values(s.sessions);
  const actives = [
    open.length,
    open.filter((x) => x.frontend === session.frontend).length,
    open.filter((x) => x.backend === session.backend && x.conn !== undefined).length - (session.conn === undefined ? 0 : 1),
    Math.max(0, (s.servers[key]?.current ?? 0) - (session.conn === undefined ? 0 : 1)),
  ];
  delete s.sessions[client];
  if (session.timer !== undefined) p.cancel(session.timer);
  if (session.conn !== undefined) {
    delete s.clients[session.conn];
    const server = s.servers[key];
    if (server) server.current--;
  }
  const silent = frontend.dontlognull && session.bytes === 0 && state === "--";
  if (frontend.logFormat === "tcplog" && !silent) {
    const none = session.server === "";
    const total = Math.floor(p.now - session.begun + waited);
    log(
      p,
      frontend,
      "info",
      `${session.client.ip}:${session.client.port} [${stamp(session.begun)}] ${session.frontend} ${session.backend}/${none ? "<NOSRV>" : session.server} ${none ? -1 : 1}/${session.conn === undefined ? -1 : 0}/${total} ${session.bytes} ${state} ${actives.join("/")}/${session.redispatched ? "+" : ""}${session.retries} 0/0`,
    );
  }
  if (s.stopping && Object.keys(s.sessions).length === 0) p.after(0, "drained", null);
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** `21/Nov/2026:03:21:45.088` */
function stamp(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 23)}`;
}

/** Ends it after `timeout client` or `timeout server` without a byte in either direction. */
function idle(p: Proc, client: number, session: Session): void {
  const { config } = worker(p);
  const of = (name: string, side: "client" | "server"): number =>
    config.proxies.find((proxy) => proxy.name === name)?.timeouts[side] || Infinity;
  const [patient, impatient] = [of(session.frontend, "client"), of(session.backend, "server")];
  const limit = Math.min(patient, impatient);
  if (limit === Infinity) return;
  const left = session.active + limit - p.now;
  if (left > 0) session.timer = p.after(left, "idle", { conn: client });
  else closeOf(p, client, impatient <= patient ? "sD" : "cD");
}

export function onIdle(p: Proc, client: number): void {
  const session = worker(p).sessions[client];
  if (session) idle(p, client, session);
}
