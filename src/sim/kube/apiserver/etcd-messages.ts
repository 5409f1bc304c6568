/**
 * What kube-apiserver (and etcdctl) say to an etcd member on its client port. The subset of etcd's v3 API that they use.
 *
 * A client connects, says `{type: "tls-hello", serverName}` when its endpoint is https (net/http.ts: the member answers
 * `{certificate, requestsClientCertificate}`), then exchanges `EtcdMessage`s: the answer of the member's `serve` is an
 * `EtcdReply`. Values are API objects handed over by reference and frozen: neither side copies or changes them. Strings and
 * bytes (etcdctl put) are values too.
 *
 * The member keeps its keys so that a range over a prefix such as `/registry/pods/` costs what it returns, not what it stores.
 */
import type { Data, Obj } from "../../core/json.ts";

export type EtcdValue = Obj | string | Uint8Array;

export interface KeyValue {
  key: string;
  value: EtcdValue;
  /** Revision at which the key was created, and last changed. */
  createRevision: number;
  modRevision: number;
  /** 1 when created, then counted up; 0 stands for "not there" in compares. */
  version: number;
  /** Lease id ("0" or missing: none). */
  lease?: string;
}

/** A comparison of a transaction: a key that is not there has modRevision, createRevision and version 0. */
export interface Compare {
  key: string;
  target: "modRevision" | "createRevision" | "version" | "value";
  result: "=" | "!=" | ">" | "<";
  value: number | string;
}

export interface RangeRequest {
  op: "range";
  key: string;
  /** true: all keys that begin with `key`. A string: [key, end). */
  prefix?: boolean;
  end?: string;
  limit?: number;
  countOnly?: boolean;
  keysOnly?: boolean;
  /** Reads the store as of this revision where it is still known; members may answer `compacted` for any past revision. */
  revision?: number;
  /** true: no quorum needed, may be stale. */
  serializable?: boolean;
}
export interface PutRequest {
  op: "put";
  key: string;
  value: EtcdValue;
  lease?: string;
  prevKv?: boolean;
}
export interface DeleteRangeRequest {
  op: "deleteRange";
  key: string;
  prefix?: boolean;
  end?: string;
  prevKv?: boolean;
}
export interface TxnRequest {
  op: "txn";
  compare: Compare[];
  success: (RangeRequest | PutRequest | DeleteRangeRequest)[];
  failure: (RangeRequest | PutRequest | DeleteRangeRequest)[];
}
/**
 * Streams changes of all keys with this prefix over the connection: the member `net.send`s `EtcdEvents` from
 * `startRevision` on (0 or missing: from now on). Ends with the connection.
 */
export interface WatchRequest {
  op: "watch";
  prefix: string;
  startRevision?: number;
}

export type EtcdRequest =
  | RangeRequest
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | WatchRequest
  | { op: "compact"; revision: number }
  | { op: "leaseGrant"; ttl: number; id?: string }
  | { op: "leaseRevoke"; id: string }
  | { op: "leaseKeepAlive"; id: string }
  /** Maintenance and cluster calls of etcdctl. */
  | { op: "status" }
  | { op: "hash" }
  | { op: "defragment" }
  | { op: "snapshot" }
  | { op: "alarm"; action: "get" | "activate" | "deactivate"; member?: string; alarm?: "NOSPACE" | "CORRUPT" }
  | { op: "memberList"; linearizable?: boolean }
  | { op: "memberAdd"; peerUrls: string[]; learner?: boolean }
  | { op: "memberRemove"; id: string }
  | { op: "memberUpdate"; id: string; peerUrls: string[] }
  | { op: "memberPromote"; id: string }
  | { op: "moveLeader"; target: string };

export interface EtcdMessage {
  type: "etcd";
  request: EtcdRequest;
  /** PEM chain that the client proved in the handshake (see HttpRequest.tls). */
  clientCertificate?: string;
}

/** Every answer carries the store's revision as of the answer. */
export interface EtcdHeader {
  revision: number;
  memberId: string;
  clusterId: string;
  raftTerm: number;
}

export interface RangeReply {
  kvs: KeyValue[];
  count: number;
  more: boolean;
}
export interface TxnReply {
  succeeded: boolean;
  responses: (RangeReply | { prevKv?: KeyValue } | { deleted: number; prevKvs?: KeyValue[] })[];
}

/**
 * gRPC status codes and texts as etcd's api/v3/v3rpc/rpctypes has them, e.g.
 * Unavailable `etcdserver: request timed out`, `etcdserver: no leader`, `etcdserver: leader changed`, `etcdserver: request timed out, possibly due to previous leader failure`;
 * ResourceExhausted `etcdserver: mvcc: database space exceeded`; OutOfRange `etcdserver: mvcc: required revision has been compacted`,
 * `etcdserver: mvcc: required revision is a future revision`; NotFound `etcdserver: requested lease not found`.
 * `after`: virtual milliseconds until the member says so (time-outs of proposals without quorum: 7000).
 */
export interface EtcdError {
  ok: false;
  code:
    | "Unavailable"
    | "ResourceExhausted"
    | "OutOfRange"
    | "NotFound"
    | "FailedPrecondition"
    | "InvalidArgument"
    | "PermissionDenied"
    | "Unknown";
  message: string;
  after: number;
}

/** `body` by op: RangeReply, {prevKv?}, {deleted, prevKvs?}, TxnReply; data of their own shape for the rest. */
export type EtcdReply<T = unknown> = { ok: true; header: EtcdHeader; body: T } | EtcdError;

export interface WatchEvent {
  type: "put" | "delete";
  /** For deletes: key and modRevision of the deletion, with `value` an empty string. */
  kv: KeyValue;
  /** State before, when there was one. */
  prevKv?: KeyValue;
}
/** A message of a watch, sent with `net.send` (plain data: objects by reference while in memory). All events of one revision come together. */
export interface EtcdEvents {
  type: "etcd-events";
  revision: number;
  events: WatchEvent[];
  /** Set when startRevision is older than the member remembers: the watch has ended. */
  compacted?: number;
}

/** As `net.send` takes it. */
export const asData = (events: EtcdEvents): Data => events as unknown as Data;
