/** One resource request on its way through the server. */
import type { Obj } from "../../../core/json.ts";
import type { User } from "../auth/types.ts";
import type { RequestInfo } from "../request.ts";
import type { Streamer } from "../watch.ts";
import { apiVersionOf, storageKey, type Resource } from "../resources.ts";
import type { ApiServer } from "../server.ts";
import { modified, notFound, type Subject } from "../status.ts";
import { StoreError } from "../store.ts";
import { fromStored } from "../versions.ts";

export interface Call {
  api: ApiServer;
  user: User;
  info: RequestInfo;
  resource: Resource;
  version: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  /** Warnings for the client (Warning: 299 headers). */
  warnings: string[];
  dryRun: boolean;
  /** How a stream reaches the client, when it can take one. */
  stream?: Streamer;
  /** fieldManager, or the first word of the user agent. */
  manager: string;
}

export const subjectOf = (r: Resource): Subject => ({ group: r.group, plural: r.plural, kind: r.kind });

export function load(c: Call): Obj {
  const found = c.api.store.get(storageKey(c.resource, c.info.namespace, c.info.name));
  if (!found) throw notFound(c.resource, c.info.name);
  return found;
}

/**
 * Changes the object as this server knows it, without a look into etcd: it is stored only if it is still that. When the change fails, it is
 * tried again on what etcd has, if that is another (GuaranteedUpdate of k8s.io/apiserver, storage/etcd3/store.go; events are not cached).
 */
export function onCurrent<T>(c: Call, change: (old: Obj | undefined) => T): T {
  const { api, info, resource: r } = c;
  const fresh = (): Obj | undefined => api.store.get(storageKey(r, info.namespace, info.name));
  const known = r.plural === "events" ? undefined : api.current(r, info.namespace, info.name);
  if (!known) return change(fresh());
  const warned = c.warnings.length;
  try {
    return change(known);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const old = fresh();
    if (old?.metadata.resourceVersion === known.metadata.resourceVersion) throw error;
    c.warnings.length = warned;
    return change(old);
  }
}

/** Stores a changed object. Throws Conflict when somebody was faster. */
export function save(c: Call, o: Obj, old: Obj): Obj {
  if (c.dryRun) return o;
  const key = storageKey(c.resource, String(old.metadata.namespace ?? ""), String(old.metadata.name));
  const saved = c.api.store.update(key, o, String(old.metadata.resourceVersion));
  if (!saved) throw modified(c.resource, String(old.metadata.name));
  c.api.changed(key, saved);
  return saved;
}

export const apiVersion = (c: Call): string => apiVersionOf(c.resource.group, c.version);

/** The object as the requested version shows it. */
export function present(c: { resource: Resource; version: string }, o: Obj): Obj {
  return convert(o, c.resource, c.version);
}

const converted = new WeakMap<Obj, Map<string, Obj>>();

/** Between versions of one kind: mostly only the name differs. Source: pkg/apis/*\/conversion.go. */
function convert(o: Obj, r: Resource, version: string): Obj {
  const wanted = apiVersionOf(r.group, version);
  // an autoscaler is kept as v2 has it, whichever version it was made in
  const autoscaler = r.type === "HorizontalPodAutoscaler" && version === "v1";
  if (o.apiVersion === wanted && !autoscaler) return o;
  let cache = converted.get(o);
  if (!cache) converted.set(o, (cache = new Map()));
  let out = cache.get(wanted);
  if (!out) {
    out = { ...o, apiVersion: wanted, kind: r.kind };
    if (r.type === "EventV1" && o.apiVersion === "v1") out = Object.freeze({ ...toEventsV1(o), apiVersion: wanted });
    else if (r.type === "Event" && String(o.apiVersion).startsWith("events.k8s.io/")) out = Object.freeze(toCoreEvent(o));
    else if (r.crd || (version === "v1" && !autoscaler)) Object.freeze(out);
    else out = Object.freeze({ ...fromStored(r, version, o), apiVersion: wanted, kind: r.kind });
    cache.set(wanted, out);
  }
  return out;
}

function toEventsV1(o: Obj): Obj {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, ...rest } = o;
  return {
    ...rest,
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    eventTime: o.eventTime ?? null,
    regarding: involvedObject as Obj,
    note: message as string,
    ...(reportingComponent ? { reportingController: reportingComponent as string } : {}),
    ...(source ? { deprecatedSource: source as Obj } : {}),
    ...(firstTimestamp ? { deprecatedFirstTimestamp: firstTimestamp as string } : {}),
    ...(lastTimestamp ? { deprecatedLastTimestamp: lastTimestamp as string } : {}),
    ...(count ? { deprecatedCount: count as number } : {}),
  };
}

export function toCoreEvent(o: Obj): Obj {
  const {
    regarding,
    note,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    reportingController,
    ...rest
  } = o;
  return {
    ...rest,
    apiVersion: "v1",
    kind: "Event",
    involvedObject: regarding as Obj,
    message: note as string,
    source: (deprecatedSource ?? {}) as Obj,
    firstTimestamp: (deprecatedFirstTimestamp ?? null) as string,
    lastTimestamp: (deprecatedLastTimestamp ?? null) as string,
    ...(deprecatedCount ? { count: deprecatedCount as number } : {}),
    ...(reportingController ? { reportingComponent: reportingController as string } : {}),
  };
}
