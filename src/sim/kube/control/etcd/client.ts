/** A client of etcd's API for commands: etcdctl, kubeadm. */
import type { Proc } from "../../../kernel/proc.ts";
import { httpConnect } from "../../../net/http.ts";
import { alertText, type TlsAlert } from "../../../net/tls.ts";
import type { EtcdReply, EtcdRequest } from "../../apiserver/etcd-messages.ts";

export interface EtcdAccess {
  endpoint: string;
  /** PEM texts; an endpoint with http needs none. */
  ca?: string;
  certificate?: string;
  key?: string;
  insecure?: boolean;
}

/** `unreachable`: no answer at all; `detail` in Go's words, `after` ms until the client knows. */
export type EtcdResult<T> =
  | { ok: true; body: T; reply: Extract<EtcdReply<T>, { ok: true }> }
  | { ok: false; unreachable: boolean; detail: string; after: number };

/** The endpoint as a URL: etcdctl takes bare host:port as http. */
export const endpointUrl = (endpoint: string): string => (/^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`);

export function callEtcd<T = unknown>(p: Proc, access: EtcdAccess, request: EtcdRequest): EtcdResult<T> {
  const opened = httpConnect(p, {
    url: endpointUrl(access.endpoint),
    tls: { ca: access.ca, certificate: access.certificate, key: access.key, insecure: access.insecure },
  });
  if (!opened.ok) return { ok: false, unreachable: true, detail: opened.detail, after: opened.after };
  const { conn, tls } = opened.connection;
  const met = p.net.exchange<EtcdReply<T> | { alert: TlsAlert } | undefined>(conn, {
    type: "etcd",
    request,
    clientCertificate: tls?.clientCertificate,
  });
  p.net.shut(conn);
  if (!met.ok)
    return {
      ok: false,
      unreachable: true,
      detail: met.code === "ETIMEDOUT" ? "i/o timeout" : "EOF",
      after: met.code === "ETIMEDOUT" ? Infinity : met.after,
    };
  if (!met.reply) return { ok: false, unreachable: true, detail: "EOF", after: 0 };
  if ("alert" in met.reply) return { ok: false, unreachable: true, detail: alertText(met.reply.alert), after: 0 };
  if (!met.reply.ok) return { ok: false, unreachable: false, detail: met.reply.message, after: met.reply.after };
  return { ok: true, body: met.reply.body, reply: met.reply };
}
