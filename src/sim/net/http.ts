/** HTTP and TLS over simulated connections. */
import type { Proc } from "../kernel/proc.ts";

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
  /** TLS handshake: the server answers {certificate: PEM chain, requestsClientCertificate?: boolean} or {alert: "handshake_failure"}. */
  | { type: "tls-hello"; serverName: string }
  /** Bytes that are no TLS and no known protocol (telnet, nc): answer with bytes, or undefined to close. */
  | { type: "bytes"; bytes: Uint8Array };

export interface HttpCall {
  method?: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  object?: unknown;
  /** PEM texts. `ca` undefined: the machine's trust store. */
  tls?: { ca?: string; insecure?: boolean; certificate?: string; key?: string; serverName?: string };
  /** Addresses to use instead of resolving (curl --resolve). */
  addresses?: string[];
  source?: string;
  device?: string;
}

/**
 * What a call met. `after`: virtual milliseconds until the caller knows (blackholed connections: Infinity, the caller's time-out
 * applies). `detail` is the bare cause in Go's words, e.g. `dial tcp 192.168.56.10:6443: connect: connection refused`,
 * `x509: certificate signed by unknown authority`, `lookup nowhere on 127.0.0.53:53: no such host`.
 */
export type HttpResult =
  | { ok: true; response: HttpResponse; after: number; remote: { ip: string; port: number }; local: { ip: string; port: number } }
  | {
      ok: false;
      phase: "resolve" | "connect" | "tls" | "response";
      code: string;
      detail: string;
      after: number;
      remote?: { ip: string; port: number };
    };

/** One request, now; see HttpResult for what can happen. Redirects are the caller's. */
export function httpCall(_p: Proc, _call: HttpCall): HttpResult {
  throw new Error("http: not built yet");
}
