/** etcd's multi-version store: one member's database file as plain data, and the requests on it. */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import type {
  Compare,
  DeleteRangeRequest,
  EtcdRequest,
  EtcdValue,
  KeyValue,
  PutRequest,
  RangeReply,
  RangeRequest,
  TxnReply,
  TxnRequest,
  WatchEvent,
} from "../../apiserver/etcd-messages.ts";

export interface Member {
  /** 16 hexadecimal digits. */
  id: string;
  /** "" until the member has started once. */
  name: string;
  peerUrls: string[];
  clientUrls: string[];
  learner: boolean;
}

interface Lease {
  id: string;
  /** Seconds. */
  ttl: number;
  /** Virtual time, milliseconds. */
  expires: number;
}

/** The content of <data-dir>/member/snap/db. */
export interface Database extends Obj {
  etcd: 3;
  clusterId: string;
  memberId: string;
  members: Member[];
  term: number;
  /** Entries applied, counting elections and membership changes as raft's log does. */
  index: number;
  revision: number;
  compacted: number;
  kvs: Record<string, KeyValue>;
  /** Bytes of each current value. */
  sizes: Record<string, number>;
  /** Changes since `compacted` that watches may still ask for, oldest first. */
  history: { revision: number; events: WatchEvent[] }[];
  leases: Record<string, Lease>;
  alarms: { member: string; alarm: "NOSPACE" | "CORRUPT" }[];
  /** Bytes of the file; only defragmentation makes it smaller. */
  size: number;
  inUse: number;
  /** Bytes that the next compaction frees. */
  garbage: number;
}

/** Revisions that a member keeps for watches although nobody compacted. Real etcd keeps all; a simulated disk need not. */
const kept = 500;
/** Bytes of an empty bbolt file. */
const emptySize = 20_480;

export function emptyDatabase(clusterId: string, memberId: string, members: Member[]): Database {
  return {
    etcd: 3,
    clusterId,
    memberId,
    members,
    term: 1,
    index: members.length,
    revision: 1,
    compacted: 0,
    kvs: {},
    sizes: {},
    history: [],
    leases: {},
    alarms: [],
    size: emptySize,
    inUse: emptySize,
    garbage: 0,
  };
}

/** A request that the store refuses. */
export class StoreError extends Error {
  readonly code: "OutOfRange" | "ResourceExhausted" | "NotFound" | "InvalidArgument";
  constructor(code: StoreError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export type WriteRequest = Extract<
  EtcdRequest,
  { op: "put" | "deleteRange" | "txn" | "compact" | "leaseGrant" | "leaseRevoke" | "leaseKeepAlive" }
>;

/** Sorted keys of each database in memory; rebuilt after a load. */
const indexes = new WeakMap<Database, string[]>();

function keysOf(db: Database): string[] {
  let keys = indexes.get(db);
  if (!keys) {
    keys = Object.keys(db.kvs).sort(compareKeys);
    indexes.set(db, keys);
  }
  return keys;
}

/** To be called when the database was changed in another way than by `apply`. */
export const forgetIndex = (db: Database): boolean => indexes.delete(db);

const compareKeys = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function lowerBound(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* matching(db: Database, request: { key: string; prefix?: boolean; end?: string }): Generator<string> {
  if (!request.prefix && request.end === undefined) {
    if (Object.hasOwn(db.kvs, request.key)) yield request.key;
    return;
  }
  const keys = keysOf(db);
  for (let i = lowerBound(keys, request.key); i < keys.length; i++) {
    const key = keys[i]!;
    // an end of "\0" is etcd's "everything from key on"
    if (request.prefix ? !key.startsWith(request.key) : request.end !== "\0" && key >= request.end!) return;
    yield key;
  }
}

export function range(db: Database, request: RangeRequest): RangeReply {
  if (request.revision !== undefined && request.revision > db.revision)
    throw new StoreError("OutOfRange", "etcdserver: mvcc: required revision is a future revision");
  if (request.revision !== undefined && request.revision > 0 && request.revision < db.revision)
    throw new StoreError("OutOfRange", "etcdserver: mvcc: required revision has been compacted");
  const kvs: KeyValue[] = [];
  let count = 0;
  for (const key of matching(db, request)) {
    count++;
    if (request.countOnly || (request.limit && kvs.length >= request.limit)) continue;
    const kv = db.kvs[key]!;
    kvs.push(request.keysOnly ? { ...kv, value: "" } : kv);
  }
  return { kvs, count, more: !request.countOnly && kvs.length < count };
}

function sizeOf(value: EtcdValue): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length : JSON.stringify(value).length;
}

interface Change {
  revision: number;
  events: WatchEvent[];
}

/** --max-request-bytes: 1.5 MiB. */
const maxRequestBytes = 1.5 * 1024 ** 2;

function put(db: Database, request: PutRequest, change: Change): { prevKv?: KeyValue } {
  if (request.lease && request.lease !== "0" && !db.leases[request.lease])
    throw new StoreError("NotFound", "etcdserver: requested lease not found");
  const size = sizeOf(request.value) + request.key.length + 64;
  if (size > maxRequestBytes) throw new StoreError("InvalidArgument", "etcdserver: request is too large");
  const before = db.kvs[request.key];
  const kv: KeyValue = {
    key: request.key,
    value: request.value,
    createRevision: before?.createRevision ?? change.revision,
    modRevision: change.revision,
    version: (before?.version ?? 0) + 1,
    ...(request.lease && request.lease !== "0" ? { lease: request.lease } : {}),
  };
  if (!before) {
    const keys = indexes.get(db);
    keys?.splice(lowerBound(keys, request.key), 0, request.key);
  }
  db.kvs[request.key] = kv;
  db.garbage += db.sizes[request.key] ?? 0;
  db.sizes[request.key] = size;
  db.inUse += size;
  db.size = Math.max(db.size, Math.ceil(db.inUse / 4096) * 4096);
  change.events.push({ type: "put", kv, ...(before ? { prevKv: before } : {}) });
  return request.prevKv && before ? { prevKv: before } : {};
}

function deleteRange(db: Database, request: DeleteRangeRequest, change: Change): { deleted: number; prevKvs?: KeyValue[] } {
  const gone = [...matching(db, request)];
  const prevKvs = gone.map((key) => db.kvs[key]!);
  for (const [i, key] of gone.entries()) {
    delete db.kvs[key];
    db.garbage += db.sizes[key] ?? 0;
    delete db.sizes[key];
    const keys = indexes.get(db);
    keys?.splice(lowerBound(keys, key), 1);
    const kv: KeyValue = { key, value: "", createRevision: 0, modRevision: change.revision, version: 0 };
    change.events.push({ type: "delete", kv, prevKv: prevKvs[i]! });
  }
  return { deleted: gone.length, ...(request.prevKv ? { prevKvs } : {}) };
}

function holds(db: Database, compare: Compare): boolean {
  const kv = db.kvs[compare.key];
  if (compare.target === "value") {
    // etcd: a comparison of the value of a key that is not there is false
    if (!kv) return false;
    return relate(typeof kv.value === "string" ? kv.value : JSON.stringify(kv.value), compare.result, String(compare.value));
  }
  return relate(kv?.[compare.target] ?? 0, compare.result, Number(compare.value));
}

function relate<T extends number | string>(left: T, how: Compare["result"], right: T): boolean {
  return how === "=" ? left === right : how === "!=" ? left !== right : how === ">" ? left > right : left < right;
}

function txn(db: Database, request: TxnRequest, change: Change): TxnReply {
  const succeeded = request.compare.every((compare) => holds(db, compare));
  const responses = (succeeded ? request.success : request.failure).map((one) =>
    one.op === "range" ? range(db, one) : one.op === "put" ? put(db, one, change) : deleteRange(db, one, change),
  );
  return { succeeded, responses };
}

/** Applies a write. `events` are those of the new revision; none when nothing changed. */
export function apply(db: Database, request: WriteRequest, now: number): { body: unknown; events: WatchEvent[] } {
  const change: Change = { revision: db.revision + 1, events: [] };
  const body = write(db, request, change, now);
  db.index++;
  if (change.events.length > 0) {
    db.revision = change.revision;
    db.history.push({ revision: change.revision, events: change.events });
    if (db.history.length > kept) db.history.splice(0, db.history.length - kept);
  }
  return { body, events: change.events };
}

function write(db: Database, request: WriteRequest, change: Change, now: number): unknown {
  switch (request.op) {
    case "put":
      return put(db, request, change);
    case "deleteRange":
      return deleteRange(db, request, change);
    case "txn":
      return txn(db, request, change);
    case "compact":
      if (request.revision <= db.compacted) throw new StoreError("OutOfRange", "etcdserver: mvcc: required revision has been compacted");
      if (request.revision > db.revision) throw new StoreError("OutOfRange", "etcdserver: mvcc: required revision is a future revision");
      db.compacted = request.revision;
      db.history = db.history.filter((h) => h.revision > request.revision);
      db.inUse -= db.garbage;
      db.garbage = 0;
      return {};
    case "leaseGrant": {
      const id = request.id ?? (0x70_00_00_00_00_00n + BigInt(db.index) * 7919n + BigInt(now % 1_000_000)).toString(16);
      db.leases[id] = { id, ttl: request.ttl, expires: now + request.ttl * 1000 };
      return { id, ttl: request.ttl };
    }
    case "leaseKeepAlive": {
      const lease = db.leases[request.id];
      if (!lease) throw new StoreError("NotFound", "etcdserver: requested lease not found");
      lease.expires = now + lease.ttl * 1000;
      return { id: lease.id, ttl: lease.ttl };
    }
    case "leaseRevoke": {
      if (!db.leases[request.id]) throw new StoreError("NotFound", "etcdserver: requested lease not found");
      delete db.leases[request.id];
      for (const [key, kv] of Object.entries(db.kvs)) if (kv.lease === request.id) deleteRange(db, { op: "deleteRange", key }, change);
      return {};
    }
  }
}

/** Events from `revision` on for keys with the prefix; undefined when the store no longer has them. */
export function since(db: Database, prefix: string, revision: number): { revision: number; events: WatchEvent[] }[] | undefined {
  const oldest = db.history[0]?.revision ?? db.revision + 1;
  if (revision < oldest && revision <= db.revision) return undefined;
  return db.history
    .filter((h) => h.revision >= revision)
    .map((h) => ({ revision: h.revision, events: h.events.filter((e) => e.kv.key.startsWith(prefix)) }))
    .filter((h) => h.events.length > 0);
}

/** A copy that shares the values (they are frozen) but none of the structure. */
export function copyDatabase(db: Database): Database {
  return {
    ...db,
    members: copy(db.members),
    kvs: { ...db.kvs },
    sizes: { ...db.sizes },
    history: [],
    leases: copy(db.leases),
    alarms: copy(db.alarms),
  };
}
