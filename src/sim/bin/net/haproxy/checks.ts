/** Health checks (check.c, tcpcheck.c): a connection, or a request, every `inter`. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { httpCall } from "../../../net/http.ts";
import { usable } from "./balance.ts";
import { log, say } from "./say.ts";
import { closeOf } from "./session.ts";
import type { Proxy, Server } from "./settings.ts";
import { keyOf, worker } from "./state.ts";

interface Verdict {
  ok: boolean;
  /** `Layer4 connection problem, info: "Connection refused"`. */
  reason: string;
  /** Milliseconds that it took. */
  took: number;
}

const phrases: Record<number, string> = {
  200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable",
}; // prettier-ignore

/** The checks of all servers, spread over the shortest interval. */
export function startChecks(p: Proc): void {
  const all = worker(p).config.proxies.flatMap((proxy) =>
    proxy.servers.filter((server) => server.check).map((server) => ({ proxy, server })),
  );
  const shortest = Math.min(...all.map(({ server }) => server.inter));
  for (const [i, { proxy, server }] of all.entries())
    p.after((shortest * i) / all.length, "check", { backend: proxy.name, server: server.name });
}

export function runCheck(p: Proc, at: { backend: string; server: string }): void {
  const found = find(p, at);
  if (!found) return;
  const { backend, server } = found;
  const limit = backend.timeouts.check ?? Math.min(backend.timeouts.connect ?? server.inter, server.inter);
  const verdict = attempt(p, backend, server, limit);
  if (verdict.took === 0) judge(p, backend, server, verdict);
  else p.after(verdict.took, "checked", { ...at, verdict: { ...verdict } });
}

/** A check whose answer took time has ended. */
export function checked(p: Proc, at: { backend: string; server: string; verdict: Verdict }): void {
  const found = find(p, at);
  if (found) judge(p, found.backend, found.server, at.verdict);
}

function find(p: Proc, at: { backend: string; server: string }): { backend: Proxy; server: Server } | undefined {
  const backend = worker(p).config.proxies.find((proxy) => proxy.name === at.backend && proxy.kind !== "frontend");
  const server = backend?.servers.find((one) => one.name === at.server);
  return backend && server && { backend, server };
}

function attempt(p: Proc, backend: Proxy, server: Server, limit: number): Verdict {
  const port = server.checkPort ?? server.port;
  if (backend.httpCheck) return attemptHttp(p, backend, server, port, limit);
  const info = backend.tcpCheck ? " at initial connection step of tcp-check" : "";
  let met;
  try {
    met = p.net.connect(server.ip, port);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    met = { ok: false as const, code: error.code, after: 0 };
  }
  if (met.ok) {
    p.net.shut(met.conn, true);
    return { ok: true, reason: "Layer4 check passed", took: 0 };
  }
  return layer4(met.code, met.after, limit, info);
}

/** What a failed connection is called. */
function layer4(code: string, after: number, limit: number, info: string): Verdict {
  if (code === "ETIMEDOUT" || after > limit)
    return { ok: false, reason: `Layer4 timeout${info === "" ? "" : `, info: "${info}"`}`, took: limit };
  const text =
    code === "ECONNREFUSED" || code === "EHOSTUNREACH"
      ? new Errno(code).text
      : `General socket error (${new Errno(code as "ENETUNREACH").text})`;
  return { ok: false, reason: `Layer4 connection problem, info: "${text}${info}"`, took: after < 1 ? 0 : after };
}

function attemptHttp(p: Proc, backend: Proxy, server: Server, port: number, limit: number): Verdict {
  const { method, uri, ssl, expect } = backend.httpCheck!;
  const secure = ssl || server.checkSsl;
  const met = httpCall(p, { method, url: `${secure ? "https" : "http"}://${server.ip}:${port}${uri}`, tls: { insecure: true } });
  if (met.ok) {
    const { status } = met.response;
    const good = expect === undefined ? status >= 200 && status < 400 : status === expect;
    if (good) return { ok: true, reason: `Layer7 check passed, code: ${status}`, took: 1 };
    return { ok: false, reason: `Layer7 wrong status, code: ${status}, info: "${phrases[status] ?? status}"`, took: 1 };
  }
  if (met.phase === "connect") return layer4(met.code, met.after, limit, "");
  if (met.after > limit) return { ok: false, reason: met.phase === "tls" ? "Layer6 timeout" : "Layer7 timeout", took: limit };
  if (met.phase === "tls") return { ok: false, reason: 'Layer6 invalid response, info: "SSL handshake failure"', took: 1 };
  return { ok: false, reason: "Layer7 invalid response", took: 1 };
}

/** check.c, check_notify_success and check_notify_failure. */
function judge(p: Proc, backend: Proxy, server: Server, verdict: Verdict): void {
  const s = worker(p);
  const state = s.servers[keyOf(backend.name, server.name)]!;
  const before = state.health >= server.rise;
  const full = server.rise + server.fall - 1;
  if (verdict.ok) {
    state.health = Math.min(full, state.health + 1);
    if (!before && state.health >= server.rise) state.health = full;
  } else if (state.health > server.rise) state.health--;
  else state.health = 0;
  const after = state.health >= server.rise;
  if (before !== after) changed(p, backend, server, verdict, after);
  const settled = state.health === 0 || state.health === full;
  const pause = settled ? (after ? server.inter : (server.downinter ?? server.inter)) : (server.fastinter ?? server.inter);
  p.after(Math.max(0, pause - verdict.took), "check", { backend: backend.name, server: server.name });
}

function changed(p: Proc, backend: Proxy, server: Server, verdict: Verdict, up: boolean): void {
  const s = worker(p);
  const left = usable(s, backend);
  const active = left.filter((one) => !one.backup).length;
  const spare = backend.servers.filter((one) => one.backup && s.servers[keyOf(backend.name, one.name)]!.health >= one.rise).length;
  const key = keyOf(backend.name, server.name);
  const text =
    `Server ${key} is ${up ? "UP" : "DOWN"}, reason: ${verdict.reason}, check duration: ${Math.floor(verdict.took)}ms. ` +
    `${active} active and ${spare} backup servers ${up ? "online" : "left"}. ` +
    (up ? "0 sessions requeued, 0 total in queue." : `${s.servers[key]!.current} sessions active, 0 requeued, 0 remaining in queue.`);
  say(p, "WARNING", text);
  log(p, backend, up ? "notice" : "alert", text);
  if (!up && server.shutdownSessions)
    for (const [client, session] of Object.entries(s.sessions))
      if (session.backend === backend.name && session.server === server.name) closeOf(p, Number(client), "D-");
  if (!up && left.length === 0) {
    say(p, "ALERT", `backend '${backend.name}' has no server available!`);
    log(p, backend, "emerg", `backend ${backend.name} has no server available!`);
  }
}
