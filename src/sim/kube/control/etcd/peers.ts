/** Member-to-member calls over the network, with both certificates checked. */
import type { Proc } from "../../../kernel/proc.ts";
import { httpConnect } from "../../../net/http.ts";
import type { WriteRequest } from "./store.ts";
import { stateOf } from "./state.ts";
import type { Database, Member } from "./store.ts";

export type PeerBody =
  | { kind: "heartbeat"; index: number }
  | { kind: "pre-vote"; index: number }
  | { kind: "vote"; index: number }
  | { kind: "append"; request: WriteRequest; now: number }
  | { kind: "snapshot"; database: Database }
  | { kind: "members"; members: Member[] }
  | { kind: "cluster" }
  | { kind: "propose"; request: WriteRequest }
  | { kind: "read-index" }
  | { kind: "membership"; request: { op: string; [key: string]: unknown } }
  | { kind: "publish"; id: string; name: string; clientUrls: string[] }
  | { kind: "timeout-now" }
  | { kind: "removed" };

export interface PeerMessage {
  type: "etcd-peer";
  from: string;
  clusterId: string;
  term: number;
  body: PeerBody;
  clientCertificate?: string;
}

/** `term` and `index` of the answering member; `body` by kind. */
export interface PeerReply {
  ok: boolean;
  term: number;
  index: number;
  body?: unknown;
}

/** Why the last call to a peer failed, in Go's words. */
export const lastFailure = new WeakMap<Proc, string>();

function connect(p: Proc, url: string): number | undefined {
  const { flags, peerCa } = stateOf(p);
  const opened = httpConnect(p, {
    url,
    tls: {
      ca: peerCa,
      certificate: p.fs.tryReadText(flags["peer-cert-file"] ?? ""),
      key: p.fs.tryReadText(flags["peer-key-file"] ?? ""),
    },
  });
  if (opened.ok) return opened.connection.conn;
  lastFailure.set(p, opened.detail);
  return undefined;
}

/** One message to a peer and its answer; undefined when it cannot be reached now. */
export function callPeer(
  p: Proc,
  to: { id: string; peerUrls: string[] },
  from: { id: string; clusterId: string; term: number },
  body: PeerBody,
): PeerReply | undefined {
  const s = stateOf(p);
  const message: PeerMessage = {
    type: "etcd-peer",
    from: from.id,
    clusterId: from.clusterId,
    term: from.term,
    body,
    clientCertificate: p.fs.tryReadText(s.flags["peer-cert-file"] ?? ""),
  };
  // a connection that died since it was used is opened again, once
  for (const fresh of [false, true]) {
    let conn = s.peers[to.id];
    if (conn === undefined || fresh) {
      if (conn !== undefined) p.net.shut(conn);
      conn = to.peerUrls.map((url) => connect(p, url)).find((c) => c !== undefined);
      if (conn === undefined) {
        delete s.peers[to.id];
        return undefined;
      }
      s.peers[to.id] = conn;
    }
    const met = p.net.exchange<PeerReply | { alert: string } | undefined>(conn, message);
    if (met.ok && met.reply && !("alert" in met.reply)) return met.reply;
    if (!met.ok && met.code === "ETIMEDOUT") {
      lastFailure.set(p, "i/o timeout");
      return undefined;
    }
    if (met.ok) lastFailure.set(p, met.reply ? "remote error: tls: bad certificate" : "EOF");
  }
  delete s.peers[to.id];
  return undefined;
}
