/** The BGP session: RFC 4271's state machine as BIRD runs it (proto/bgp/bgp.c), over connections to TCP port 179. */
import { Errno, strerror, type ErrnoCode } from "../../core/errno.ts";
import type { Data } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { parseIp } from "../../net/ip.ts";
import { attachedTo, importUpdate, transmitPending, type BgpUpdate } from "./bgproutes.ts";
import { log, traceState } from "./log.ts";
import { feed, flush } from "./rib.ts";
import { arm, birdState, jittered, type BgpConn, type BgpSession, type PeerOpen, type ProtocolState, type Timer } from "./state.ts";

type Which = "outgoing" | "incoming";
type BgpMessage =
  | ({ type: "bgp"; kind: "open" } & PeerOpen)
  | { type: "bgp"; kind: "keepalive" }
  | { type: "bgp"; kind: "notification"; code: number; subcode: number; data?: number }
  | BgpUpdate;

/** RFC 4271 error codes in BIRD's words (proto/bgp/packets.c, bgp_msg_table). */
const errors: Record<string, string> = {
  "1.0": "Invalid message header",
  "2.0": "Invalid OPEN message",
  "2.1": "Unsupported version number",
  "2.2": "Bad peer AS",
  "2.3": "Bad BGP identifier",
  "2.6": "Unacceptable hold time",
  "2.7": "Required capability missing",
  "3.0": "Invalid UPDATE message",
  "4.0": "Hold timer expired",
  "5.0": "Finite state machine error",
  "6.0": "Cease",
  "6.1": "Maximum number of prefixes reached",
  "6.2": "Administrative shutdown",
  "6.3": "Peer de-configured",
  "6.4": "Administrative reset",
  "6.5": "Connection rejected",
  "6.6": "Other configuration change",
  "6.7": "Connection collision resolution",
  "6.8": "Out of Resources",
};
const errorText = (code: number, subcode: number): string =>
  errors[`${code}.${subcode}`] ?? errors[`${code}.0`] ?? `Unknown error ${code}.${subcode}`;

export const ceases = { shutdown: 2, deconfigured: 3, reset: 4, changed: 6, collision: 7 } as const;

/** SYN retransmission of Linux (net.ipv4.tcp_syn_retries = 6): seconds between one SYN and the next. */
const synGaps = [1, 2, 4, 8, 16, 32, 64];

const newConn = (): BgpConn => ({ state: "Idle", syns: 0, holdTime: 0, keepaliveTime: 0 });

export function newSession(): BgpSession {
  return {
    ready: false,
    startupDelay: 0,
    lastErrorAt: 0,
    lastError: { class: "", text: "" },
    outgoing: newConn(),
    incoming: newConn(),
    sent: {},
    pending: {},
  };
}

// --- the protocol's life

export function startBgp(p: Proc, ps: ProtocolState): void {
  const bgp = ps.bgp!;
  ps.state = "start";
  ps.since = p.now;
  traceState(p, ps, "start");
  bgp.ready = false;
  bgp.outgoing = newConn();
  bgp.incoming = newConn();
  delete bgp.active;
  forgetSent(p, bgp);
  if (bgp.startupDelay > 0) bgp.startup = arm(p, bgp.startup, jittered(p, bgp.startupDelay), "bgp-startup", { proto: ps.name });
  else startup(p, ps);
}

/** A direct session needs its neighbor on a network of this machine; BIRD waits until it is (BSS_PREPARE). */
const reachable = (p: Proc, ps: ProtocolState): boolean =>
  ps.config.bgp!.multihop !== false || attachedTo(p, ps.config.bgp!.neighbor) !== undefined;

/** Looks at the interfaces under direct sessions (bgp_neigh_notify); seen with BIRD 2.0.12. */
export function watchNeighbors(p: Proc): void {
  for (const ps of birdState(p).protocols) {
    const { bgp } = ps;
    if (!bgp || ps.state === "down") continue;
    if (bgp.ready && !reachable(p, ps)) {
      stopBgp(p, ps, 0);
      bgp.lastError = { class: "Error: ", text: "Neighbor lost" };
    } else if (!bgp.ready && ps.state === "start" && bgp.startup === undefined && reachable(p, ps)) startup(p, ps);
  }
}

function startup(p: Proc, ps: ProtocolState): void {
  if (!reachable(p, ps)) {
    delete ps.bgp!.startup;
    return;
  }
  ps.bgp!.ready = true;
  delete ps.bgp!.startup;
  if (!ps.config.bgp!.passive) active(p, ps);
}

/** Stops the session; a peer that hears us is told why. */
export function stopBgp(p: Proc, ps: ProtocolState, subcode: number): void {
  const bgp = ps.bgp!;
  for (const which of ["outgoing", "incoming"] as const) {
    const c = bgp[which];
    if (c.conn !== undefined && (c.state === "OpenSent" || c.state === "OpenConfirm" || c.state === "Established"))
      send(p, c, { type: "bgp", kind: "notification", code: 6, subcode });
    close(p, c);
  }
  bgp.lastError = { class: "", text: "" };
  down(p, ps);
}

/** The session's end: its routes go, and it is started again unless somebody disabled it. */
function down(p: Proc, ps: ProtocolState, delay = 0): void {
  const bgp = ps.bgp!;
  for (const which of ["outgoing", "incoming"] as const) close(p, bgp[which]);
  cancel(p, bgp.startup);
  cancel(p, bgp.gracefulTimer);
  delete bgp.startup;
  delete bgp.gracefulTimer;
  delete bgp.active;
  bgp.ready = false;
  if (ps.state === "up") traceState(p, ps, "flush");
  flush(p, ps);
  ps.state = "down";
  ps.since = p.now;
  if (ps.disabled) return;
  if (delay > 0) ps.restart = arm(p, ps.restart, delay, "restart-protocol", { proto: ps.name });
  else startBgp(p, ps);
}

function updateStartupDelay(p: Proc, ps: ProtocolState): void {
  const bgp = ps.bgp!;
  const { errorWait, errorForget, disableAfterError } = ps.config.bgp!;
  if (bgp.lastErrorAt > 0 && p.now - bgp.lastErrorAt >= errorForget * 1000) bgp.startupDelay = 0;
  bgp.lastErrorAt = p.now;
  if (disableAfterError) {
    bgp.startupDelay = 0;
    ps.disabled = true;
    return;
  }
  bgp.startupDelay = bgp.startupDelay === 0 ? errorWait[0] : Math.min(2 * bgp.startupDelay, errorWait[1]);
}

function forgetSent(p: Proc, bgp: BgpSession): void {
  bgp.sent = {};
  bgp.pending = {};
  cancel(p, bgp.transmit);
  delete bgp.transmit;
  delete bgp.owesEndOfRib;
}

// --- connections

function active(p: Proc, ps: ProtocolState): void {
  const c = ps.bgp!.outgoing;
  c.state = "Active";
  c.connect = arm(p, c.connect, jittered(p, Math.max(1, ps.config.bgp!.connectDelayTime)), "bgp-connect", { proto: ps.name });
}

function connect(p: Proc, ps: ProtocolState): void {
  const c = ps.bgp!.outgoing;
  close(p, c);
  c.state = "Connect";
  c.connect = arm(p, c.connect, jittered(p, ps.config.bgp!.connectRetryTime), "bgp-connect", { proto: ps.name });
  attempt(p, ps);
}

/** One SYN. */
function attempt(p: Proc, ps: ProtocolState): void {
  const b = ps.config.bgp!;
  const c = ps.bgp!.outgoing;
  const source = b.sourceAddress ?? b.localAddress;
  // a direct session is bound to the interface of its neighbor
  const device = b.multihop === false ? attachedTo(p, b.neighbor) : undefined;
  try {
    const r = p.net.connect(b.neighbor, b.port, {
      ...(source === undefined ? {} : { source }),
      ...(device === undefined ? {} : { device }),
    });
    if (r.ok) {
      c.conn = r.conn;
      c.local = r.local.ip;
      return sendOpen(p, ps, "outgoing");
    }
    if (r.code === "ETIMEDOUT") {
      const gap = synGaps[c.syns++];
      if (gap !== undefined) c.syn = arm(p, c.syn, gap * 1000, "bgp-syn", { proto: ps.name });
      else socketError(p, ps, "outgoing", strerror("ETIMEDOUT"));
      return;
    }
    if (r.after > 0) c.syn = arm(p, c.syn, r.after, "bgp-refused", { proto: ps.name, code: r.code });
    else socketError(p, ps, "outgoing", strerror(r.code));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    socketError(p, ps, "outgoing", error.text);
  }
}

function sendOpen(p: Proc, ps: ProtocolState, which: Which): void {
  const b = ps.config.bgp!;
  const c = ps.bgp![which];
  cancel(p, c.connect);
  cancel(p, c.syn);
  delete c.connect;
  delete c.syn;
  c.state = "OpenSent";
  c.hold = arm(p, c.hold, jittered(p, 240), "bgp-hold", { proto: ps.name, which });
  send(p, c, {
    type: "bgp",
    kind: "open",
    as: b.localAs,
    id: birdState(p).routerId,
    holdTime: b.holdTime,
    gracefulRestart: b.gracefulRestart === "on" ? "able" : b.gracefulRestart === "aware" ? "aware" : "none",
    gracefulRestartTime: b.gracefulRestartTime,
    longLived: birdState(p).flavour === "bird2",
    addPaths: ps.config.channels.some((x) => x.addPaths),
    enhancedRefresh: true,
  });
}

/** A peer connects to us (bgp_incoming_connection). */
export function incoming(p: Proc, conn: number, peer: { ip: string; port: number }, local: string): void {
  const s = birdState(p);
  const ps = s.protocols.find((x) => x.config.kind === "BGP" && x.config.bgp!.neighbor === peer.ip);
  if (!ps) {
    log(p, "WARN", `BGP: Unexpected connect from unknown address ${peer.ip} (port ${peer.port})`);
    return reject(p, conn);
  }
  const bgp = ps.bgp!;
  if (bgp.active && gracefulReady(ps)) {
    bgp.lastError = { class: "Error: ", text: "Graceful restart" };
    const old = bgp[bgp.active];
    gracefulRestart(p, ps);
    close(p, old);
    close(p, bgp.incoming);
  } else if ((ps.state !== "start" && ps.state !== "up") || !bgp.ready || bgp.incoming.conn !== undefined) return reject(p, conn);
  close(p, bgp.incoming);
  bgp.incoming.conn = conn;
  bgp.incoming.local = local;
  sendOpen(p, ps, "incoming");
}

/** Closed with data unread it is a reset, otherwise a FIN: which one it is depends on whose packet was faster. */
const reject = (p: Proc, conn: number): void => p.net.shut(conn, p.machine.random("bird").float() < 0.5);

function find(p: Proc, conn: number): { ps: ProtocolState; which: Which } | undefined {
  for (const ps of birdState(p).protocols) {
    if (ps.bgp?.outgoing.conn === conn) return { ps, which: "outgoing" };
    if (ps.bgp?.incoming.conn === conn) return { ps, which: "incoming" };
  }
  return undefined;
}

/** The connection went, or never came to be. */
function socketError(p: Proc, ps: ProtocolState, which: Which, text: string): void {
  const bgp = ps.bgp!;
  const c = bgp[which];
  storeError(ps, which, "Socket: ", text);
  const established = c.state === "Established";
  if (established && gracefulReady(ps)) {
    gracefulRestart(p, ps);
    close(p, c);
    return decide(p, ps);
  }
  close(p, c);
  if (established) return down(p, ps);
  decide(p, ps);
}

/** What to do once a connection is idle again (bgp_decision). */
function decide(p: Proc, ps: ProtocolState): void {
  const bgp = ps.bgp!;
  if (ps.state === "start" && bgp.ready && bgp.outgoing.state === "Idle" && bgp.incoming.state !== "OpenConfirm" && !ps.config.bgp!.passive)
    active(p, ps);
}

function close(p: Proc, c: BgpConn): void {
  for (const timer of [c.connect, c.syn, c.hold, c.keepalive]) cancel(p, timer);
  if (c.conn !== undefined && p.net.isOpen(c.conn)) p.net.shut(c.conn);
  for (const key of ["conn", "local", "connect", "syn", "hold", "keepalive", "peer"] as const) delete c[key];
  c.state = "Idle";
  c.syns = 0;
}

// --- messages

export function onData(p: Proc, conn: number, message: Data): void {
  const at = find(p, conn);
  if (!at) return;
  const { ps, which } = at;
  const c = ps.bgp![which];
  const m = message as unknown as BgpMessage;
  if (typeof m !== "object" || m === null || m.type !== "bgp") return fail(p, ps, which, 1, 0);
  switch (m.kind) {
    case "open":
      return onOpen(p, ps, which, m);
    case "keepalive":
      if (c.state === "OpenConfirm") established(p, ps, which);
      else if (c.state !== "Established") return fail(p, ps, which, 5, 0);
      return holdAgain(p, ps, which);
    case "update":
      if (c.state === "OpenConfirm") established(p, ps, which);
      if (c.state !== "Established") return fail(p, ps, which, 5, 0);
      holdAgain(p, ps, which);
      importUpdate(p, ps, m);
      if (m.endOfRib) endOfRib(p, ps);
      return;
    case "notification":
      return onNotification(p, ps, which, m.code, m.subcode, m.data);
  }
}

function onOpen(p: Proc, ps: ProtocolState, which: Which, open: PeerOpen): void {
  const s = birdState(p);
  const bgp = ps.bgp!;
  const c = bgp[which];
  const b = ps.config.bgp!;
  if (c.state !== "OpenSent") return fail(p, ps, which, 5, 0);
  if (open.as !== b.neighborAs) return fail(p, ps, which, 2, 2, open.as);
  if (b.internal && open.id === s.routerId) return fail(p, ps, which, 2, 3);
  if (open.holdTime > 0 && open.holdTime < 3) return fail(p, ps, which, 2, 6);
  const otherName = which === "outgoing" ? "incoming" : "outgoing";
  const other = bgp[otherName];
  if (other.state === "Connect" || other.state === "Active") close(p, other);
  else if (other.state === "OpenConfirm" || other.state === "Established") {
    const closeOther = other.state === "OpenConfirm" && (parseIp(s.routerId) ?? 0) < (parseIp(open.id) ?? 0) === (which === "incoming");
    if (!closeOther) return fail(p, ps, which, 6, ceases.collision);
    fail(p, ps, otherName, 6, ceases.collision);
  }
  c.peer = { ...open };
  c.holdTime = Math.min(open.holdTime, b.holdTime);
  c.keepaliveTime = b.keepaliveTime ?? c.holdTime / 3;
  sendKeepalive(p, ps, which);
  holdAgain(p, ps, which);
  c.state = "OpenConfirm";
}

function established(p: Proc, ps: ProtocolState, which: Which): void {
  const bgp = ps.bgp!;
  const c = bgp[which];
  c.state = "Established";
  bgp.active = which;
  bgp.lastError = { class: "", text: "" };
  forgetSent(p, bgp);
  bgp.endOfRib = false;
  const other = bgp[which === "outgoing" ? "incoming" : "outgoing"];
  if (other.state === "Connect" || other.state === "Active" || other.state === "Idle") close(p, other);
  ps.state = "up";
  ps.since = p.now;
  traceState(p, ps, "feed");
  feed(p, ps);
  bgp.owesEndOfRib = true;
  bgp.transmit ??= arm(p, undefined, 50, "bgp-transmit", { proto: ps.name });
  traceState(p, ps, "up");
}

function endOfRib(p: Proc, ps: ProtocolState): void {
  const bgp = ps.bgp!;
  bgp.endOfRib = true;
  cancel(p, bgp.gracefulTimer);
  delete bgp.gracefulTimer;
  flush(p, ps, (r) => r.stale === true);
  const s = birdState(p);
  if (s.recovering && s.protocols.every((x) => x.config.kind !== "BGP" || x.bgp?.endOfRib || x.disabled)) {
    cancel(p, s.recovering);
    delete s.recovering;
  }
}

function holdAgain(p: Proc, ps: ProtocolState, which: Which): void {
  const c = ps.bgp![which];
  if (c.holdTime > 0) c.hold = arm(p, c.hold, jittered(p, c.holdTime), "bgp-hold", { proto: ps.name, which });
  else cancel(p, c.hold);
}

function sendKeepalive(p: Proc, ps: ProtocolState, which: Which): void {
  const c = ps.bgp![which];
  send(p, c, { type: "bgp", kind: "keepalive" });
  if (c.keepaliveTime > 0) c.keepalive = arm(p, c.keepalive, jittered(p, c.keepaliveTime), "bgp-keepalive", { proto: ps.name, which });
}

function send(p: Proc, c: BgpConn, message: BgpMessage): void {
  if (c.conn !== undefined && p.net.isOpen(c.conn)) p.net.send(c.conn, message as unknown as Data);
}

// --- errors

function storeError(ps: ProtocolState, which: Which | undefined, kind: string, text: string): void {
  const bgp = ps.bgp!;
  // while the session is up, the other connection's troubles do not show (bgp_store_error)
  if (ps.state === "up" && which && which !== bgp.active) return;
  bgp.lastError = { class: kind, text };
}

/** We found an error: tell the peer and close (bgp_error). */
function fail(p: Proc, ps: ProtocolState, which: Which, code: number, subcode: number, data?: number): void {
  const bgp = ps.bgp!;
  const c = bgp[which];
  if (code !== 6) log(p, "RMT", `${ps.name}: Error: ${errorText(code, subcode)}${data === undefined ? "" : `: ${data}`}`);
  storeError(ps, which, "BGP Error: ", errorText(code, subcode));
  send(p, c, { type: "bgp", kind: "notification", code, subcode, ...(data === undefined ? {} : { data }) });
  close(p, c);
  if (code === 6) return decide(p, ps);
  updateStartupDelay(p, ps);
  // a silent peer leaves nothing that would wake BIRD's main loop before its poll of 3 s ends (sysdep/unix/io.c)
  if (code === 4) bgp[which].state = "Close";
  if (code === 4) ps.restart = arm(p, ps.restart, 3000, "bgp-down", { proto: ps.name });
  else down(p, ps);
}

function onNotification(p: Proc, ps: ProtocolState, which: Which, code: number, subcode: number, data?: number): void {
  const bgp = ps.bgp!;
  const secondary = ps.state === "up" && which !== bgp.active;
  if (!secondary && !(code === 6 && subcode === ceases.collision))
    log(p, "RMT", `${ps.name}: Received: ${errorText(code, subcode)}${data === undefined ? "" : `: ${data}`}`);
  storeError(ps, which, "Received: ", errorText(code, subcode));
  const wasActive = bgp.active === which;
  close(p, bgp[which]);
  if (code !== 6) {
    updateStartupDelay(p, ps);
    return down(p, ps);
  }
  if (wasActive) down(p, ps);
  else decide(p, ps);
}

// --- graceful restart (RFC 4724): the peer's routes stay while it comes back

function gracefulReady(ps: ProtocolState): boolean {
  const bgp = ps.bgp!;
  const peer = bgp.active && bgp[bgp.active].peer;
  return ps.config.bgp!.gracefulRestart !== "off" && peer?.gracefulRestart === "able";
}

function gracefulRestart(p: Proc, ps: ProtocolState): void {
  const bgp = ps.bgp!;
  const time = bgp[bgp.active!].peer!.gracefulRestartTime;
  ps.state = "start";
  ps.since = p.now;
  traceState(p, ps, "start");
  for (const list of Object.values(birdState(p).table)) for (const r of list) if (r.proto === ps.name) r.stale = true;
  forgetSent(p, bgp);
  delete bgp.active;
  bgp.gracefulTimer = arm(p, bgp.gracefulTimer, time * 1000, "bgp-graceful", { proto: ps.name });
}

// --- events

export function onBgpEvent(p: Proc, event: string, data: { proto: string; which?: Which; code?: ErrnoCode }): void {
  const ps = birdState(p).protocols.find((x) => x.name === data.proto);
  const bgp = ps?.bgp;
  if (!ps || !bgp) return;
  const c = data.which && bgp[data.which];
  switch (event) {
    case "bgp-startup":
      return startup(p, ps);
    case "bgp-connect":
      delete bgp.outgoing.connect;
      if (bgp.outgoing.state === "Active" || bgp.outgoing.state === "Connect") connect(p, ps);
      return;
    case "bgp-syn":
      delete bgp.outgoing.syn;
      if (bgp.outgoing.state === "Connect") attempt(p, ps);
      return;
    case "bgp-refused":
      delete bgp.outgoing.syn;
      if (bgp.outgoing.state === "Connect") socketError(p, ps, "outgoing", strerror(data.code!));
      return;
    case "bgp-hold":
      if (c) {
        delete c.hold;
        fail(p, ps, data.which!, 4, 0);
      }
      return;
    case "bgp-keepalive":
      if (c && (c.state === "Established" || c.state === "OpenConfirm")) sendKeepalive(p, ps, data.which!);
      return;
    case "bgp-transmit":
      return transmitPending(p, ps);
    case "bgp-down":
      delete ps.restart;
      if (bgp.outgoing.state === "Close" || bgp.incoming.state === "Close") down(p, ps);
      return;
    case "bgp-graceful":
      delete bgp.gracefulTimer;
      flush(p, ps, (r) => r.stale === true);
      return;
  }
}

export function onClosed(p: Proc, conn: number, why: string): void {
  const at = find(p, conn);
  if (!at) return;
  const text = why === "reset" ? strerror("ECONNRESET") : why === "timeout" ? strerror("ETIMEDOUT") : "Connection closed";
  socketError(p, at.ps, at.which, text);
}

const cancel = (p: Proc, timer: Timer | undefined): void => {
  if (timer) p.cancel(timer.id);
};
