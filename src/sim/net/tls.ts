/**
 * TLS as an exchange of messages: the client says hello, the server shows its certificates, the client judges them; the
 * client's own certificate travels with each request (its possession of the key was checked when it was loaded).
 */
import type { Proc } from "../kernel/proc.ts";
import { checkKeyPair, verifyChain } from "../pki/verify.ts";

/** What a server answers to {type: "tls-hello"}. Anything else (bytes, nothing) is no TLS. */
export type HelloReply =
  /** `certificate`: PEM chain, leaf first. */
  | { certificate: string; requestsClientCertificate?: boolean }
  /** A site of the simulated Internet: its chain ends at a public root, its certificate names these hosts (`*.example.com` allowed). */
  | { publicNames: string[] }
  | { alert: TlsAlert };

/** Alert descriptions of RFC 8446 with the words of Go's crypto/tls/alert.go. */
const alerts = {
  handshake_failure: "handshake failure",
  bad_certificate: "bad certificate",
  certificate_expired: "expired certificate",
  unknown_ca: "unknown certificate authority",
  certificate_required: "certificate required",
  unrecognized_name: "unrecognized name",
  protocol_version: "protocol version not supported",
  internal_error: "internal error",
} as const;
export type TlsAlert = keyof typeof alerts;

/** `remote error: tls: …`, as Go's client reports an alert of the server. */
export const alertText = (alert: TlsAlert): string => `remote error: tls: ${alerts[alert]}`;

export interface TlsClient {
  /** PEM roots; undefined: the machine's trust store. */
  ca?: string;
  insecure?: boolean;
  /** Client certificate chain and key, PEM. */
  certificate?: string;
  key?: string;
  serverName?: string;
}

/** Debian's bundle (package ca-certificates). */
export const trustStore = "/etc/ssl/certs/ca-certificates.crt";

/** Why the client's own certificate cannot be used, in the words of Go's tls.X509KeyPair. */
export function localProblem(client: TlsClient): string | undefined {
  if (client.certificate === undefined || client.key === undefined) return undefined;
  return checkKeyPair(client.certificate, client.key);
}

/** Whether the text is a reply to a TLS hello. */
export function isHelloReply(reply: unknown): reply is HelloReply {
  return typeof reply === "object" && reply !== null && ("certificate" in reply || "publicNames" in reply || "alert" in reply);
}

/** The client's judgement of the server's certificates: undefined, or crypto/x509's words. */
export function serverProblem(
  p: Proc,
  reply: Exclude<HelloReply, { alert: TlsAlert }>,
  host: string,
  client: TlsClient,
): string | undefined {
  if (client.insecure) return undefined;
  const store = client.ca === undefined ? p.fs.tryReadText(trustStore) : undefined;
  if ("publicNames" in reply) {
    if (store === undefined || !store.includes("-----BEGIN CERTIFICATE-----")) return "x509: certificate signed by unknown authority";
    if (reply.publicNames.some((name) => matchesName(name, host))) return undefined;
    return `x509: certificate is valid for ${reply.publicNames.join(", ")}, not ${host}`;
  }
  return verifyChain({ chainPem: reply.certificate, rootsPem: client.ca ?? store ?? "", now: p.now, serverName: host, usage: "server" });
}

/** The server's judgement of a client's certificate, as the alert it sends. */
export function clientProblem(certificate: string | undefined, clientCa: string, now: number): TlsAlert | undefined {
  if (certificate === undefined) return "certificate_required";
  const problem = verifyChain({ chainPem: certificate, rootsPem: clientCa, now, usage: "client" });
  if (problem === undefined) return undefined;
  // crypto/tls/handshake_server.go, processCertsFromClient
  if (problem.includes("unknown authority")) return "unknown_ca";
  return problem.includes("expired") ? "certificate_expired" : "bad_certificate";
}

/** RFC 6125: a wildcard stands for exactly one leftmost label. */
function matchesName(pattern: string, host: string): boolean {
  const name = host.toLowerCase();
  if (!pattern.startsWith("*.")) return pattern.toLowerCase() === name;
  const dot = name.indexOf(".");
  return dot > 0 && name.slice(dot) === pattern.slice(1).toLowerCase();
}

/** Go 1.20 put `tls: failed to verify certificate: ` before x509's words; Kubernetes 1.26 was the last release built with an older Go. */
export function goVerifyText(version: string, problem: string): string {
  const old = /^v?1\.(\d+)\./.exec(version);
  const minor = old ? Number(old[1]) : 0;
  return minor >= 20 && minor < 27 ? problem : `tls: failed to verify certificate: ${problem}`;
}
