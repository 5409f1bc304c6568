/** One HTTP transfer in virtual time: connecting waits, lost packets are sent again, time-outs apply. Shared by curl and wget. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import {
  handshake,
  httpExchange,
  parseTarget,
  type HttpConnection,
  type HttpFailure,
  type HttpResponse,
  type Target,
} from "../../../net/http.ts";
import type { HelloReply, TlsClient } from "../../../net/tls.ts";

export interface Transfer {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  tls: TlsClient;
  /** Address by host:port (curl --resolve). */
  fixed?: (host: string, port: number) => string[] | undefined;
  /** Milliseconds; 0: none. */
  connectTimeout: number;
  totalTimeout: number;
  device?: string;
  source?: string;
  unix?: string;
  /** What happens, for -v. */
  note?: (event: TransferEvent) => void;
}

export type TransferEvent =
  | { kind: "resolved"; host: string; addresses: string[] }
  | { kind: "trying"; ip: string; port: number }
  | { kind: "failed"; ip: string; port: number; after: number; code: string }
  | { kind: "connected"; host: string; ip: string; port: number }
  | { kind: "secured"; hello: HelloReply }
  | { kind: "sending" };

export type Transferred =
  | {
      ok: true;
      response: HttpResponse;
      body: Buffer;
      remote: { ip: string; port: number };
      local: { ip: string; port: number };
      connectMs: number;
      totalMs: number;
      target: Target;
      secure: boolean;
    }
  | {
      ok: false;
      phase: "url" | "resolve" | "connect" | "tls" | "response";
      code: string;
      detail: string;
      host: string;
      port: number;
      elapsed: number;
      remote?: { ip: string; port: number };
    };

/** The bytes of a response; a document handed over as an object is written as the API server writes it to people. */
function bodyOf(response: HttpResponse): Buffer {
  const { body, object } = response;
  if (object !== undefined && body.length === 0) return Buffer.from(JSON.stringify(object, null, 2), "utf8");
  return typeof body === "string" ? Buffer.from(body, "utf8") : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** Bytes a millisecond: a hundred-megabit line. */
const rate = 12_500;

export async function transfer(p: Proc, t: Transfer): Promise<Transferred> {
  const began = p.now;
  const elapsed = (): number => p.now - began;
  const target = parseTarget(t.url);
  const fail = (
    phase: "url" | "resolve" | "connect" | "tls" | "response",
    code: string,
    detail: string,
    remote?: { ip: string; port: number },
  ): Transferred => ({
    ok: false,
    phase,
    code,
    detail,
    host: target?.host ?? "",
    port: target?.port ?? 0,
    elapsed: elapsed(),
    ...(remote ? { remote } : {}),
  });
  if (!target) return fail("url", "EINVAL", "malformed");
  /** Milliseconds left of a limit that began with the transfer. */
  const left = (limit: number): number => (limit === 0 ? Infinity : Math.max(0, limit - elapsed()));
  const budget = (): number => Math.min(left(t.totalTimeout), left(t.connectTimeout));

  let addresses = t.unix === undefined ? t.fixed?.(target.host, target.port) : [];
  if (!addresses) {
    const found =
      /^[\d.]+$/.test(target.host) || target.host.includes(":")
        ? { ok: true as const, addresses: [target.host], took: 0, canonical: "" }
        : p.net.resolve(target.host);
    if (found.took > budget()) {
      await p.sleep(budget());
      return fail("resolve", "TIMEOUT", "Resolving timed out");
    }
    if (found.took > 0) await p.sleep(found.took);
    if (!found.ok) return fail("resolve", found.code, found.detail);
    addresses = found.addresses;
    t.note?.({ kind: "resolved", host: target.host, addresses });
  }

  const opened = await open(p, t, target, addresses, budget);
  if ("failed" in opened) {
    if (left(t.totalTimeout) <= 0) return fail("connect", "TOTAL", "timed out", opened.failed);
    if (t.connectTimeout > 0 && left(t.connectTimeout) <= 0) return fail("connect", "CONNECT", "timed out", opened.failed);
    return fail("connect", opened.code, "", opened.failed);
  }
  const { connection } = opened;
  t.note?.({ kind: "connected", host: target.host, ip: connection.remote.ip, port: connection.remote.port });
  const close = (): void => p.net.shut(connection.conn);
  try {
    if (target.scheme === "https") {
      const failed = await again(
        p,
        () => handshake(p, connection, t.tls, target),
        (f) => f?.code === "ETIMEDOUT",
        budget,
      );
      if (failed === "timeout")
        return fail("tls", left(t.totalTimeout) <= 0 ? "TOTAL" : "CONNECT", "SSL connection timeout", connection.remote);
      if (failed) return fail("tls", failed.code, failed.detail, connection.remote);
      t.note?.({ kind: "secured", hello: connection.tls!.hello });
    }
    const connectMs = elapsed();
    t.note?.({ kind: "sending" });
    const call = { method: t.method, url: t.url, headers: t.headers, ...(t.body === undefined ? {} : { body: t.body }) };
    const met = await again(
      p,
      () => httpExchange(p, connection, target, call),
      (r) => !r.ok && r.code === "ETIMEDOUT",
      () => left(t.totalTimeout),
    );
    if (met === "timeout") return fail("response", "TOTAL", "timed out", connection.remote);
    if (!met.ok) return fail((met as HttpFailure).phase, met.code, met.detail, connection.remote);
    const body = t.method === "HEAD" ? Buffer.alloc(0) : bodyOf(met.response);
    const needed = Math.ceil(body.length / rate) + 1;
    if (needed > left(t.totalTimeout)) {
      await p.sleep(left(t.totalTimeout));
      return fail("response", "TOTAL", "timed out", connection.remote);
    }
    await p.sleep(needed);
    return {
      ok: true,
      response: met.response,
      body,
      remote: met.remote,
      local: met.local,
      connectMs,
      totalMs: elapsed(),
      target,
      secure: target.scheme === "https",
    };
  } finally {
    close();
  }
}

/** Tries the addresses one after another. */
async function open(
  p: Proc,
  t: Transfer,
  target: Target,
  addresses: string[],
  budget: () => number,
): Promise<{ connection: HttpConnection } | { failed: { ip: string; port: number }; code: string }> {
  const { port } = target;
  const remote = { ip: addresses[0] ?? "", port };
  if (t.unix !== undefined) {
    const met = p.net.connectUnix(t.unix);
    return met.ok ? { connection: { conn: met.conn, remote, local: remote, after: 0 } } : { failed: remote, code: met.code };
  }
  let code = "ECONNREFUSED";
  for (const ip of addresses) {
    if (budget() <= 0) break;
    t.note?.({ kind: "trying", ip, port });
    const began = p.now;
    try {
      const limit = budget();
      const met = await p.net.dial(ip, port, { device: t.device, source: t.source, ...(limit === Infinity ? {} : { timeout: limit }) });
      if (met.ok) return { connection: { conn: met.conn, remote: { ip, port }, local: met.local, after: 0 } };
      code = met.code;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      code = error.code;
    }
    t.note?.({ kind: "failed", ip, port, after: p.now - began, code });
  }
  return { failed: remote, code };
}

/** Does something again while its packets are lost, as TCP does: 200 ms, doubling, for as long as the budget lasts. */
async function again<T>(p: Proc, attempt: () => T, lost: (result: T) => boolean, budget: () => number): Promise<T | "timeout"> {
  let pause = 200;
  for (let total = 0; ;) {
    const result = attempt();
    if (!lost(result)) return result;
    const limit = budget();
    // tcp_retries2 gives up after about a quarter of an hour
    if (limit <= 0 || total > 924_600) return "timeout";
    const wait = Math.min(pause, limit);
    await p.sleep(wait);
    total += wait;
    pause = Math.min(120_000, pause * 2);
    if (budget() <= 0) return "timeout";
  }
}
