/** The API server's side of etcd: a connection with fail-over, and objects in and out of keys. */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { httpConnect, type HttpConnection } from "../../net/http.ts";
import type { EtcdReply, EtcdRequest, KeyValue, RangeReply, TxnReply } from "./etcd-messages.ts";
import type { Listed } from "./listed.ts";
import { StatusError } from "./status.ts";

export interface EtcdConfig {
  servers: string[];
  /** PEM texts. */
  ca?: string;
  certificate?: string;
  key?: string;
  prefix: string;
}

/** etcd could not be reached or refused: what the server answers, and how long that took. */
export class StoreError extends StatusError {
  readonly after: number;
  constructor(message: string, after: number, code = 500) {
    super(code, code === 504 ? "Timeout" : "", message);
    this.after = after;
  }
}

const decoded = new WeakMap<object, Obj>();

/** The object of a key, with its resourceVersion. The same stored value always gives the same (frozen) object. */
export function objectOf(kv: KeyValue): Obj {
  const value = kv.value as Obj;
  const known = decoded.get(value);
  const resourceVersion = String(kv.modRevision);
  if (known?.metadata.resourceVersion === resourceVersion) return known;
  const object: Obj = Object.freeze({ ...value, metadata: Object.freeze({ ...(value.metadata as Obj), resourceVersion }) });
  decoded.set(value, object);
  return object;
}

export function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

/** What is stored: without the resourceVersion, which is the key's revision. */
function valueOf(object: Obj): Obj {
  const { resourceVersion: _, ...metadata } = object.metadata as Obj;
  return deepFreeze({ ...object, metadata });
}

interface Link {
  server: number;
  connection?: HttpConnection;
  /** Connection of the watch over everything. */
  watch?: HttpConnection;
}

export class Store {
  readonly #p: Proc;
  readonly config: EtcdConfig;

  constructor(p: Proc, config: EtcdConfig) {
    this.#p = p;
    this.config = config;
  }

  get #link(): Link {
    return (this.#p.data.etcd ??= { server: 0 }) as Link;
  }

  #connect(): { ok: true; connection: HttpConnection } | { ok: false; detail: string; after: number } {
    const { servers, ca, certificate, key } = this.config;
    const link = this.#link;
    let last = { detail: "", after: 0 };
    for (let i = 0; i < servers.length; i++) {
      const n = (link.server + i) % servers.length;
      const opened = httpConnect(this.#p, {
        url: servers[n]!,
        tls: { ...(ca ? { ca } : {}), ...(certificate ? { certificate } : {}), ...(key ? { key } : {}) },
      });
      if (opened.ok) {
        link.server = n;
        return { ok: true, connection: opened.connection };
      }
      last = opened;
    }
    return { ok: false, ...last };
  }

  /** One request; throws StoreError. */
  call<T>(request: EtcdRequest): { revision: number; body: T } {
    const link = this.#link;
    for (let attempt = 0; ; attempt++) {
      if (link.connection && !this.#p.net.isOpen(link.connection.conn)) delete link.connection;
      const fresh = !link.connection;
      if (!link.connection) {
        const opened = this.#connect();
        if (!opened.ok) throw unreachable(opened.detail, opened.after);
        link.connection = opened.connection;
      }
      const { conn, tls } = link.connection;
      const met = this.#p.net.exchange<EtcdReply<T> | { alert: string } | undefined>(conn, {
        type: "etcd",
        request,
        ...(tls?.clientCertificate ? { clientCertificate: tls.clientCertificate } : {}),
      });
      if (met.ok && met.reply && "ok" in met.reply) {
        if (met.reply.ok) return { revision: met.reply.header.revision, body: met.reply.body };
        // another member may do better: the real client's balancer moves on
        if (met.reply.code === "Unavailable" && attempt + 1 < this.config.servers.length) {
          this.#drop();
          link.server = (link.server + 1) % this.config.servers.length;
          continue;
        }
        throw new StoreError(met.reply.message, met.reply.after);
      }
      this.#drop();
      if (!fresh) continue;
      if (attempt + 1 < this.config.servers.length) {
        link.server = (link.server + 1) % this.config.servers.length;
        continue;
      }
      if (met.ok) throw unreachable("remote error: tls: bad certificate", 0);
      throw met.code === "ETIMEDOUT"
        ? new StoreError(
            "the server was unable to return a response in the time allotted, but may still be processing the request",
            60_000,
            504,
          )
        : unreachable("EOF", met.after);
    }
  }

  #drop(): void {
    const link = this.#link;
    if (link.connection) this.#p.net.shut(link.connection.conn);
    delete link.connection;
  }

  /** Opens the watch over all keys; false when no member takes it. */
  watch(): boolean {
    const link = this.#link;
    if (link.watch && this.#p.net.isOpen(link.watch.conn)) return true;
    const opened = this.#connect();
    if (!opened.ok) return false;
    const { conn, tls } = opened.connection;
    const met = this.#p.net.exchange<EtcdReply>(conn, {
      type: "etcd",
      request: { op: "watch", prefix: `${this.config.prefix}/` },
      ...(tls?.clientCertificate ? { clientCertificate: tls.clientCertificate } : {}),
    });
    if (!met.ok || !met.reply?.ok) {
      this.#p.net.shut(conn);
      return false;
    }
    link.watch = opened.connection;
    return true;
  }

  isWatch(conn: number): boolean {
    return this.#link.watch?.conn === conn;
  }

  lostWatch(): void {
    delete this.#link.watch;
  }

  #key(path: string): string {
    return this.config.prefix === "/registry" ? path : this.config.prefix + path.slice("/registry".length);
  }

  get(path: string): Obj | undefined {
    const { body } = this.call<RangeReply>({ op: "range", key: this.#key(path) });
    const [kv] = body.kvs;
    return kv && objectOf(kv);
  }

  list(prefix: string): Listed {
    const { body, revision } = this.call<RangeReply>({ op: "range", key: this.#key(prefix), prefix: true });
    return { keys: body.kvs.map(({ key }) => this.path(key)), items: body.kvs.map(objectOf), revision };
  }

  /** From a key in etcd to that of the API server's storage. */
  path(key: string): string {
    return this.config.prefix === "/registry" ? key : `/registry${key.slice(this.config.prefix.length)}`;
  }

  /** undefined when the key is there already. */
  create(path: string, object: Obj): Obj | undefined {
    const key = this.#key(path);
    const value = valueOf(object);
    const { body, revision } = this.call<TxnReply>({
      op: "txn",
      compare: [{ key, target: "modRevision", result: "=", value: 0 }],
      success: [{ op: "put", key, value }],
      failure: [],
    });
    return body.succeeded ? objectOf({ key, value, modRevision: revision, createRevision: revision, version: 1 }) : undefined;
  }

  /** undefined when the key has changed since `resourceVersion`. */
  update(path: string, object: Obj, resourceVersion: string): Obj | undefined {
    const key = this.#key(path);
    const value = valueOf(object);
    const { body, revision } = this.call<TxnReply>({
      op: "txn",
      compare: [{ key, target: "modRevision", result: "=", value: Number(resourceVersion) }],
      success: [{ op: "put", key, value }],
      failure: [],
    });
    return body.succeeded ? objectOf({ key, value, modRevision: revision, createRevision: 0, version: 0 }) : undefined;
  }

  /** The revision of the deletion; undefined when the key has changed since `resourceVersion`. */
  delete(path: string, resourceVersion: string): number | undefined {
    const key = this.#key(path);
    const { body, revision } = this.call<TxnReply>({
      op: "txn",
      compare: [{ key, target: "modRevision", result: "=", value: Number(resourceVersion) }],
      success: [{ op: "deleteRange", key }],
      failure: [],
    });
    return body.succeeded ? revision : undefined;
  }

  /** Current revision. */
  revision(): number {
    return this.call<RangeReply>({ op: "range", key: `${this.config.prefix}/health`, countOnly: true }).revision;
  }
}

/** What a handler answers when no member takes the request (the storage layer's error, unwrapped). */
const unreachable = (detail: string, after: number): StoreError =>
  Number.isFinite(after)
    ? new StoreError(`rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: ${detail}"`, after)
    : new StoreError(
        "the server was unable to return a response in the time allotted, but may still be processing the request",
        60_000,
        504,
      );
