/** HTTP and TLS over simulated connections. */
import { Errno, strerror, type ErrnoCode } from "../core/errno.ts";
import type { Proc } from "../kernel/proc.ts";
import type { Incoming } from "./api.ts";
import { proxyFor } from "./proxy.ts";
import {
  alertText,
  clientProblem,
  goVerifyText,
  isHelloReply,
  localProblem,
  serverProblem,
  type HelloReply,
  type TlsAlert,
  type TlsClient,
} from "./tls.ts";

export interface HttpRequest {
  method: string;
  /** Path with query. */
  path: string;
  /** Value of the Host header. */
  host: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Text, or bytes. */
  body: string | Uint8Array;
  /**
   * A JSON document handed over as it is, without being written and parsed again (the content type still says JSON). Both
   * sides treat it as frozen. Servers that are asked for a form they only have as an object answer with `object` too.
   */
  object?: unknown;
  tls?: { serverName: string; /** Client certificate chain, PEM, proven in the handshake. */ clientCertificate?: string };
  peer: { ip: string; port: number };
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
  object?: unknown;
}

/** Messages that an HTTP(S) server's `serve` gets. */
export type HttpMessage =
  | { type: "http"; request: HttpRequest }
  /** TLS handshake: the server answers a HelloReply (net/tls.ts). */
  | { type: "tls-hello"; serverName: string }
  /** Bytes that are no TLS and no known protocol (telnet, nc): answer with bytes, or undefined to close. */
  | { type: "bytes"; bytes: Uint8Array };

/** What an HTTP server answers: the response, an alert about the client's certificate, or raw bytes. */
export type HttpReply = { type: "http"; response: HttpResponse } | { type: "bytes"; bytes: Uint8Array } | HelloReply | undefined;

export interface HttpCall {
  method?: string;
  /** http://…, https://…; the path is sent as it stands. */
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  object?: unknown;
  /** PEM texts. `ca` undefined: the machine's trust store. */
  tls?: TlsClient;
  /** Addresses to use instead of resolving (curl --resolve). */
  addresses?: string[];
  source?: string;
  device?: string;
  /** Path of a unix socket to use instead of TCP. */
  unix?: string;
}

/** Where a call went wrong; see HttpResult. */
export interface HttpFailure {
  ok: false;
  phase: "resolve" | "connect" | "tls" | "response";
  /**
   * resolve: EAI_NONAME, EAI_AGAIN. connect: an errno. tls: ETIMEDOUT, ECONNRESET, X509 (certificate rejected), ALERT,
   * NOT_TLS (a plain HTTP server), EOF, LOCAL (bad client certificate). response: ETIMEDOUT, ECONNRESET, EOF, NOT_HTTP, ALERT.
   */
  code: string;
  detail: string;
  after: number;
  remote?: { ip: string; port: number };
  /** Every address tried, in order, when connecting failed. */
  tried?: { ip: string; code: ErrnoCode; after: number }[];
}

/**
 * What a call met. `after`: virtual milliseconds until the caller knows (Infinity: nothing comes back, the caller's time-out
 * applies). `detail` is the bare cause in Go's words, e.g. `dial tcp 192.168.56.10:6443: connect: connection refused`,
 * `tls: failed to verify certificate: x509: certificate signed by unknown authority`,
 * `dial tcp: lookup nowhere on 127.0.0.53:53: no such host`.
 */
export type HttpResult =
  | { ok: true; response: HttpResponse; after: number; remote: { ip: string; port: number }; local: { ip: string; port: number } }
  | HttpFailure;

/** An open connection after its TLS handshake, for callers that keep it (watches, keep-alive). */
export interface HttpConnection {
  conn: number;
  remote: { ip: string; port: number };
  local: { ip: string; port: number };
  tls?: { serverName: string; clientCertificate?: string; hello: HelloReply };
  after: number;
}

export interface Target {
  scheme: "http" | "https";
  /** Without brackets. */
  host: string;
  port: number;
  /** Path with query, at least `/`. */
  path: string;
  /** Value of the Host header. */
  hostHeader: string;
}

/** Go's text of an errno: strerror in lower case. */
export const goErrno = (code: ErrnoCode): string => {
  const text = strerror(code);
  return code === "EIO" ? "input/output error" : text[0]!.toLowerCase() + text.slice(1);
};

const joinHostPort = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

const targets = new Map<string, Readonly<Target> | undefined>();

/** Parses a URL; undefined when it is none with scheme http or https. */
export function parseTarget(url: string): Readonly<Target> | undefined {
  let target = targets.get(url);
  if (target === undefined) {
    target = parsed(url);
    if (targets.size > 1000) targets.clear();
    targets.set(url, target);
  }
  return target;
}

function parsed(url: string): Target | undefined {
  const m = /^(https?):\/\/(?:[^@/?#]*@)?(\[[^\]]+\]|[^/:?#]*)(?::(\d*))?([/?][^#]*)?(?:#.*)?$/i.exec(url);
  if (!m || m[2] === "") return undefined;
  const scheme = m[1]!.toLowerCase() as "http" | "https";
  const host = m[2]!.replace(/^\[|\]$/g, "");
  const standard = scheme === "http" ? 80 : 443;
  const port = m[3] ? Number(m[3]) : standard;
  if (port > 65535) return undefined;
  const path = m[4] ?? "/";
  return { scheme, host, port, path: path.startsWith("?") ? `/${path}` : path, hostHeader: port === standard ? m[2]! : `${m[2]}:${port}` };
}

/** Name resolution as Go reports it. */
function lookup(p: Proc, host: string): { ok: true; addresses: string[]; took: number } | HttpFailure {
  if (isAddress(host)) return { ok: true, addresses: [host], took: 0 };
  const found = p.net.resolve(host);
  if (found.ok) return found;
  const server = /^nameserver\s+(\S+)/m.exec(p.fs.tryReadText("/etc/resolv.conf") ?? "")?.[1];
  const on = server === undefined ? "" : ` on ${joinHostPort(server, 53)}`;
  const why =
    found.code === "EAI_NONAME" ? "no such host" : /timeout|refused|misbehaving/.test(found.detail) ? found.detail : "server misbehaving";
  return { ok: false, phase: "resolve", code: found.code, detail: `dial tcp: lookup ${host}${on}: ${why}`, after: found.took };
}

const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(":");

/** Connects and shakes hands. Connections are closed with `p.net.shut(conn)`. */
export function httpConnect(p: Proc, call: HttpCall): { ok: true; connection: HttpConnection; target: Target } | HttpFailure {
  const target = parseTarget(call.url);
  if (!target) {
    const port = /^https?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(call.url)?.[1];
    const detail = Number(port) > 65535 ? `dial tcp: address ${port}: invalid port` : `parse "${call.url}": invalid URL`;
    return { ok: false, phase: "resolve", code: "EINVAL", detail, after: 0 };
  }
  const opened = call.unix === undefined ? connectTcp(p, call, target) : connectUnix(p, call.unix);
  if (!opened.ok) return opened;
  const { connection } = opened;
  if (target.scheme === "http") return { ok: true, connection, target };
  const failed = handshake(p, connection, call.tls ?? {}, target);
  if (!failed) return { ok: true, connection, target };
  p.net.shut(connection.conn);
  return failed;
}

function connectUnix(p: Proc, path: string): { ok: true; connection: HttpConnection } | HttpFailure {
  const met = p.net.connectUnix(path);
  const at = { ip: "", port: 0 };
  if (met.ok) return { ok: true, connection: { conn: met.conn, remote: at, local: at, after: 0 } };
  return { ok: false, phase: "connect", code: met.code, detail: `dial unix ${path}: connect: ${goErrno(met.code)}`, after: met.after };
}

function connectTcp(p: Proc, call: HttpCall, target: Target): { ok: true; connection: HttpConnection } | HttpFailure {
  const via = proxyFor(p, target);
  const where = via ?? target;
  const found = call.addresses && !via ? { ok: true as const, addresses: call.addresses, took: 0 } : lookup(p, where.host);
  if (!found.ok) return via ? { ...found, detail: `proxyconnect tcp: ${found.detail}` } : found;
  let after = found.took;
  let first: { ip: string; code: ErrnoCode } | undefined;
  const tried: { ip: string; code: ErrnoCode; after: number }[] = [];
  for (const ip of found.addresses) {
    let met;
    try {
      met = p.net.connect(ip, where.port, { source: call.source, device: call.device });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      met = { ok: false as const, code: error.code, after: 0 };
    }
    if (met.ok) {
      if (via) p.notSimulated(`HTTP proxy ${joinHostPort(via.host, via.port)} (from the environment)`);
      return { ok: true, connection: { conn: met.conn, remote: { ip, port: where.port }, local: met.local, after } };
    }
    tried.push({ ip, code: met.code, after: met.code === "ETIMEDOUT" ? Infinity : met.after });
    first ??= { ip, code: met.code };
    after += met.code === "ETIMEDOUT" ? Infinity : met.after;
  }
  const { ip, code } = first ?? { ip: where.host, code: "EADDRNOTAVAIL" as const };
  const why = code === "ETIMEDOUT" ? "i/o timeout" : `connect: ${goErrno(code)}`;
  return {
    ok: false,
    phase: "connect",
    code,
    detail: `${via ? "proxyconnect tcp: " : ""}dial tcp ${joinHostPort(ip, where.port)}: ${why}`,
    after,
    remote: { ip, port: where.port },
    tried,
  };
}

/** Go's http.Transport waits ten seconds for a handshake (DefaultTransport, and client-go's). */
const handshakeTimeout = 10_000;

/** The TLS handshake on an open connection: undefined when it succeeded. */
export function handshake(p: Proc, connection: HttpConnection, tls: TlsClient, target: Target): HttpFailure | undefined {
  const { conn, remote, after } = connection;
  const fail = (code: string, detail: string, more = 0): HttpFailure => ({
    ok: false,
    phase: "tls",
    code,
    detail,
    after: after + more,
    remote,
  });
  const serverName = tls.serverName ?? target.host;
  const local = localProblem(tls);
  if (local !== undefined) return fail("LOCAL", local);
  const met = p.net.exchange(conn, { type: "tls-hello", serverName: isAddress(serverName) ? "" : serverName });
  if (!met.ok) {
    if (met.code === "ETIMEDOUT") return fail("ETIMEDOUT", "net/http: TLS handshake timeout", handshakeTimeout);
    return fail("ECONNRESET", met.code === "ENOTCONN" ? "EOF" : `read tcp ${ends(connection)}: read: connection reset by peer`, met.after);
  }
  const hello: unknown = met.reply;
  if (hello === undefined || hello === null) return fail("EOF", "EOF");
  if (!isHelloReply(hello)) {
    const bytes = bytesIn(hello);
    return bytes.startsWith("HTTP/")
      ? fail("NOT_TLS", "http: server gave HTTP response to HTTPS client")
      : fail("NOT_TLS", "tls: first record does not look like a TLS handshake");
  }
  if ("alert" in hello) return fail("ALERT", alertText(hello.alert));
  const problem = serverProblem(p, hello, serverName, tls);
  if (problem !== undefined) return fail("X509", goVerifyText(p.state.version, problem));
  const asked = "requestsClientCertificate" in hello && hello.requestsClientCertificate === true;
  connection.tls = { serverName, hello, ...(asked && tls.certificate !== undefined ? { clientCertificate: tls.certificate } : {}) };
  return undefined;
}

const ends = (c: HttpConnection): string => `${joinHostPort(c.local.ip, c.local.port)}->${joinHostPort(c.remote.ip, c.remote.port)}`;

function bytesIn(reply: unknown): string {
  const r = reply as { type?: string; bytes?: Uint8Array } | null;
  return r && r.bytes instanceof Uint8Array ? Buffer.from(r.bytes).toString("latin1") : "";
}

/** One request over an open connection. */
export function httpExchange(p: Proc, connection: HttpConnection, target: Target, call: HttpCall): HttpResult {
  const { conn, remote, local, after } = connection;
  const fail = (phase: "tls" | "response", code: string, detail: string, more = 0): HttpFailure => ({
    ok: false,
    phase,
    code,
    detail,
    after: after + more,
    remote,
  });
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers ?? {})) headers[name.toLowerCase()] = value;
  const request: HttpRequest = {
    method: call.method ?? "GET",
    path: target.path,
    host: headers.host ?? target.hostHeader,
    headers,
    body: call.body ?? "",
    ...(call.object === undefined ? {} : { object: call.object }),
    ...(connection.tls
      ? {
          tls: {
            serverName: connection.tls.serverName,
            ...(connection.tls.clientCertificate === undefined ? {} : { clientCertificate: connection.tls.clientCertificate }),
          },
        }
      : {}),
    peer: local,
  };
  const met = p.net.exchange<HttpReply>(conn, { type: "http", request });
  if (!met.ok) {
    if (met.code === "ETIMEDOUT")
      return fail("response", "ETIMEDOUT", "context deadline exceeded (Client.Timeout exceeded while awaiting headers)", Infinity);
    if (met.code === "ENOTCONN") return fail("response", "EOF", "EOF", met.after);
    return fail("response", "ECONNRESET", `read tcp ${ends(connection)}: read: connection reset by peer`, met.after);
  }
  const { reply } = met;
  if (reply === undefined || reply === null) return fail("response", "EOF", "EOF");
  if ("alert" in reply) return fail("tls", "ALERT", alertText(reply.alert));
  if ("type" in reply && reply.type === "http") return { ok: true, response: reply.response, after: after + 1, remote, local };
  if ("type" in reply && reply.type === "bytes") {
    const text = bytesIn(reply);
    return fail("response", "NOT_HTTP", `malformed HTTP response "${text.split("\n")[0]!.replace(/\r$/, "")}"`);
  }
  return fail("response", "NOT_HTTP", 'malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"');
}

/** One request, now; see HttpResult for what can happen. Redirects are the caller's. */
export function httpCall(p: Proc, call: HttpCall): HttpResult {
  const opened = httpConnect(p, call);
  if (!opened.ok) return opened;
  const result = httpExchange(p, opened.connection, opened.target, call);
  p.net.shut(opened.connection.conn);
  return result;
}

export interface HttpServer {
  /** PEM chain, leaf first; undefined: plain HTTP. */
  certificate?: string;
  /** "request": certificates are handed to the handler unjudged (kube-apiserver, kubelet). "require": must verify against clientCa (etcd). */
  clientAuth?: "none" | "request" | "require";
  /** PEM roots for clientAuth "require". */
  clientCa?: string;
}

/**
 * Server side: turns what `serve` was given into the reply. The handler gives a response, or undefined to drop the
 * connection without an answer. A server that has a certificate refuses plain HTTP, and one without answers a TLS hello
 * with HTTP, both as Go's net/http does.
 */
export function serveHttp(
  p: Proc,
  incoming: Incoming,
  server: HttpServer,
  handler: (request: HttpRequest, incoming: Incoming) => HttpResponse | undefined,
): HttpReply {
  const message = incoming.message as HttpMessage | { type?: undefined };
  const secure = server.certificate !== undefined;
  switch (message?.type) {
    case "tls-hello":
      if (!secure)
        return rawResponse(
          "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request",
        );
      return { certificate: server.certificate!, requestsClientCertificate: (server.clientAuth ?? "none") !== "none" };
    case "http": {
      const { request } = message;
      if (secure && !request.tls)
        return { type: "http", response: { status: 400, headers: {}, body: "Client sent an HTTP request to an HTTPS server.\n" } };
      if (!secure && request.tls) return rawResponse("HTTP/1.1 400 Bad Request\r\n\r\n");
      if (server.clientAuth === "require") {
        const alert: TlsAlert | undefined = clientProblem(request.tls?.clientCertificate, server.clientCa ?? "", p.now);
        if (alert) return { alert };
      }
      const response = handler({ ...request, peer: { ip: incoming.peer.ip, port: incoming.peer.port } }, incoming);
      return response && { type: "http", response };
    }
    case "bytes":
      if (secure) return rawResponse("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
      return rawResponse("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request");
    default:
      return undefined;
  }
}

const rawResponse = (text: string): HttpReply => ({ type: "bytes", bytes: new Uint8Array(Buffer.from(text, "latin1")) });

/** A plain-text response. */
export const textResponse = (status: number, body: string, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body,
});
