/** Watches: registrations of clients inside the simulation are data; streams to the outside live in memory. */
import type { Data, Obj } from "../../core/json.ts";
import type { HttpRequest, HttpResponse } from "../../net/http.ts";
import type { EtcdEvents, KeyValue } from "./etcd-messages.ts";
import { present, type Call } from "./handlers/context.ts";
import { filterOf, initialEvents, seenBy, type Filter } from "./handlers/read.ts";
import { apiVersionOf, storagePrefix } from "./resources.ts";
import { apiOf, type ApiServer, type WatchEvent } from "./server.ts";
import { notSimulated } from "./status.ts";
import { objectOf } from "./store.ts";
import { tableOf } from "./tables.ts";
import type { Proc } from "../../kernel/proc.ts";

/** How a watcher is reached. */
export type Streamer =
  /** A simulated connection: events are sent over it as messages. */
  | { conn: number }
  /** A real connection: `write` gets lines of JSON, `end` closes it. Returns a function that ends the watch. */
  | { open(status: number, headers: Record<string, string>): { write(line: string): void; end(): void; onClosed(fn: () => void): void } };

/** A watch of a client inside the simulation, as `p.data.watches` keeps it. */
interface Registration {
  conn: number;
  /** Name under which the client knows it. */
  id: string;
  group: string;
  plural: string;
  version: string;
  table: boolean;
  filter: Filter;
  /** What happened up to this revision the client knows. */
  from: number;
}

const registrations = (p: Proc): Registration[] => (p.data.watches ??= []) as Registration[];

export function startWatch(c: Call, request: HttpRequest, stream: Streamer | undefined, table: boolean): HttpResponse {
  const filter = filterOf(c);
  const { events, revision } = initialEvents(c.api, c, filter);
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "cache-control": "no-cache, private",
    "transfer-encoding": "chunked",
  };
  if (stream && "open" in stream) {
    outside(c, stream, filter, table, events, revision);
    return { status: 200, headers, body: "" };
  }
  const id = request.headers["x-stream"];
  if (!stream || !id) throw notSimulated("watch streams for this client (kubectl get --watch works)");
  registrations(c.api.p).push({
    conn: stream.conn,
    id,
    group: c.resource.group,
    plural: c.resource.plural,
    version: c.version,
    table,
    filter,
    from: revision,
  });
  for (const e of events) if (c.api.p.net.isOpen(stream.conn)) c.api.p.net.send(stream.conn, message(c, id, table, e.type, e.object));
  return { status: 200, headers, body: "", object: {} };
}

/** What a client inside the simulation gets: contract of KubeClient.watch, with the object itself. */
function message(
  c: { api: ApiServer; resource: Call["resource"]; version: string },
  id: string,
  table: boolean,
  type: string,
  o: Obj,
): Data {
  const object = present(c, o);
  return {
    resource: id,
    namespace: (o.metadata.namespace as string | undefined) ?? "",
    name: String(o.metadata.name),
    type,
    resourceVersion: String(o.metadata.resourceVersion),
    object: (table ? tableOf(c.api, c.resource, c.version, object, "Object") : object) as Data,
  };
}

function outside(
  c: Call,
  stream: Extract<Streamer, { open: unknown }>,
  filter: Filter,
  table: boolean,
  first: { type: string; object: Obj }[],
  revision: number,
): void {
  const { api } = c;
  const out = stream.open(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  const include = c.query.get("includeObject") ?? "Metadata";
  let headed = false;
  const line = (type: string, o: Obj): void => {
    let object = present(c, o);
    if (table) {
      object = tableOf(api, c.resource, c.version, object, include);
      // only the first table of a stream has column definitions
      if (headed) object = { ...object, columnDefinitions: null };
      headed = true;
    }
    out.write(`${JSON.stringify({ type, object })}\n`);
  };
  for (const e of first) line(e.type, e.object);
  const bookmark = (annotations?: Obj): void => {
    const object = {
      kind: c.resource.kind,
      apiVersion: apiVersionOf(c.resource.group, c.version),
      metadata: { resourceVersion: String(revision), creationTimestamp: null, ...(annotations ? { annotations } : {}) },
    };
    out.write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
  };
  if (c.query.get("sendInitialEvents") === "true") bookmark({ "k8s.io/initial-events-end": "true" });
  const listener = (e: WatchEvent): void => {
    const seen = e.revision > revision ? seenBy(filter, e) : undefined;
    if (seen) line(seen.type, seen.object);
  };
  api.outside.add(listener);
  out.onClosed(() => api.outside.delete(listener));
  const seconds = Number(c.query.get("timeoutSeconds") ?? 0);
  // the stream ends by itself, in virtual time, as the real one does
  const wait = api.p.machine.world.wait((seconds > 0 ? seconds : 1800 + api.p.machine.random("watch").int(0, 1800)) * 1000);
  void wait.done.then(() => {
    api.outside.delete(listener);
    out.end();
  });
  out.onClosed(() => wait.cancel());
}

/** The object of a key; undefined when something else is kept there. */
const objectIn = (kv: KeyValue): Obj | undefined => (typeof kv.value === "object" && "metadata" in kv.value ? objectOf(kv) : undefined);

/** etcd's events, passed on to everybody who watches. */
export function distribute(p: Proc, batch: EtcdEvents): void {
  const api = apiOf(p);
  const list = registrations(p);
  const dead = new Set([...new Set(list.map((w) => w.conn))].filter((conn) => !p.net.isOpen(conn)));
  if (dead.size > 0) p.data.watches = list.filter((w) => !dead.has(w.conn));
  const live = registrations(p);
  for (const { type, kv, prevKv } of batch.events) {
    const key = api.store.path(kv.key);
    const now = type === "delete" ? undefined : objectIn(kv);
    if (now || type === "delete") api.changed(key, now ?? kv.modRevision);
    const r = api.byStorage(key);
    if (!r) continue;
    const old = prevKv && objectIn(prevKv);
    const object =
      now ??
      (old && Object.freeze({ ...old, metadata: Object.freeze({ ...(old.metadata as Obj), resourceVersion: String(kv.modRevision) }) }));
    if (!object) continue;
    const event: WatchEvent = {
      type: type === "delete" ? "DELETED" : old ? "MODIFIED" : "ADDED",
      prefix: storagePrefix(r),
      object,
      ...(old ? { old } : {}),
      revision: kv.modRevision,
    };
    api.remember(event);
    for (const w of live) {
      const seen = w.filter.prefix === event.prefix && event.revision > w.from ? seenBy(w.filter, event) : undefined;
      // a watcher that has just gone is no reason to end: word of it is on its way
      if (!seen || !p.net.isOpen(w.conn)) continue;
      const resource = api.find(w.group, w.version, w.plural) ?? r;
      p.net.send(w.conn, message({ api, resource, version: w.version }, w.id, w.table, seen.type, seen.object));
    }
    for (const listener of api.outside) listener(event);
  }
}

/** Ends all watches of a client that has gone. */
export function dropWatches(p: Proc, conn: number): void {
  p.data.watches = registrations(p).filter((w) => w.conn !== conn);
}
