/**
 * What a component's recorder makes of its events before they reach the API (client-go tools/record/events_cache.go):
 * many texts of one reason become one event, the same event again counts up, and who says too much about an object is not heard.
 */
import { createHash } from "node:crypto";
import type { Obj } from "../core/json.ts";
import type { Machine } from "../kernel/machine.ts";
import type { KubeClient } from "./api.ts";
import { eventName } from "./event-name.ts";

/** maxLruCacheEntries */
const cacheSize = 4096;
/** defaultAggregateMaxEvents, defaultAggregateIntervalInSeconds */
const aggregateFrom = 10;
const aggregateWithin = 600_000;
/** defaultSpamBurst, and the time in which one more is allowed (defaultSpamQPS) */
const burst = 25;
const refill = 300_000;

/** The three caches; each in the order in which its entries were used. */
export interface Correlator {
  aggregates: Record<string, { texts: string[]; at: number }>;
  logged: Record<string, { name: string; count: number; first: string }>;
  budgets: Record<string, { left: number; at: number }>;
}

export const newCorrelator = (): Correlator => ({ aggregates: {}, logged: {}, budgets: {} });

export interface NewEvent {
  /** involvedObject */
  about: Obj;
  type: string;
  reason: string;
  message: string;
  source: { component: string; host?: string };
  /** When it happened; milliseconds. */
  at: number;
  /** Only the same again is counted: the scheduler's recorder (tools/events) neither combines nor throttles. */
  counted?: boolean;
}

/** An event as it is sent: whole when it is new, by its name and what has changed when it was there. */
export interface Correlated {
  event: Obj;
  known: boolean;
}

function remember<T>(cache: Record<string, T>, key: string, value: T): void {
  delete cache[key];
  cache[key] = value;
  const keys = Object.keys(cache);
  if (keys.length > cacheSize) delete cache[keys[0]!];
}

const hash = (...parts: unknown[]): string => `k${createHash("sha1").update(JSON.stringify(parts)).digest("base64")}`;
const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const objectKey = ({ about, source }: NewEvent): unknown[] => [
  source.component,
  source.host,
  about.kind,
  about.namespace,
  about.name,
  about.uid,
  about.apiVersion,
];

/** Nothing when the event is not to be sent. */
export function correlate(machine: Machine, c: Correlator, e: NewEvent, now: number): Correlated | undefined {
  const { message, key, reporting } = e.counted ? itself(e) : aggregated(c, e, now);
  const logged = c.logged[key];
  const time = seconds(e.at);
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: logged?.name ?? eventName(machine, e.about.name as string),
      namespace: (e.about.namespace as string | undefined) ?? "default",
    },
    involvedObject: e.about,
    reason: e.reason,
    message,
    source: e.source,
    firstTimestamp: logged?.first ?? time,
    lastTimestamp: time,
    count: (logged?.count ?? 0) + 1,
    type: e.type,
    ...(reporting ? { reportingComponent: e.source.component, reportingInstance: e.source.host ?? "" } : {}),
  };
  remember(c.logged, key, { name: event.metadata.name, count: event.count, first: event.firstTimestamp });
  return e.counted || allowed(c, e, now) ? { event, known: logged !== undefined } : undefined;
}

interface Told {
  message: string;
  key: string;
  reporting: boolean;
}

const itself = (e: NewEvent): Told => ({
  message: e.message,
  key: hash(...objectKey(e), e.about.fieldPath, e.type, e.reason, e.message),
  reporting: true,
});

/** From the tenth text of one reason on within ten minutes, one event stands for them all (EventAggregator). */
function aggregated(c: Correlator, e: NewEvent, now: number): Told {
  const key = hash(...objectKey(e), e.type, e.reason);
  const old = c.aggregates[key];
  const texts = old && now - old.at <= aggregateWithin ? old.texts : [];
  const text = hash(e.message);
  if (!texts.includes(text)) texts.push(text);
  const many = texts.length >= aggregateFrom;
  // the set grows no larger; which one goes is left to chance in client-go
  if (many) texts.shift();
  remember(c.aggregates, key, { texts, at: now });
  return many ? { message: `(combined from similar events): ${e.message}`, key, reporting: false } : itself(e);
}

/** EventSourceObjectSpamFilter */
function allowed(c: Correlator, e: NewEvent, now: number): boolean {
  const key = hash(...objectKey(e));
  const old = c.budgets[key] ?? { left: burst, at: now };
  const left = Math.min(burst, old.left + (now - old.at) / refill);
  const yes = left >= 1;
  remember(c.budgets, key, { left: yes ? left - 1 : left, at: now });
  return yes;
}

/** False when the API server cannot be reached: it is to be tried again. What the server refuses is given up. */
export function send(client: KubeClient, { event, known }: Correlated): boolean {
  if (known) {
    const { count, lastTimestamp, message, metadata } = event as { count: number; lastTimestamp: string; message: string; metadata: Obj };
    const patched = client.patch(
      "events",
      metadata.name as string,
      { count, lastTimestamp, message },
      { namespace: metadata.namespace as string, type: "strategic" },
    );
    if (patched.ok) return true;
    if (patched.kind === "transport") return false;
    // one that has expired meanwhile is made again, with its count
    if (patched.code !== 404) return true;
  }
  const created = client.create("events", event);
  return created.ok || created.kind !== "transport";
}
