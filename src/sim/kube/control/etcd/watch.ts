/** Watches: events go out over the connection on which they were asked for. */
import type { Proc } from "../../../kernel/proc.ts";
import { asData, type WatchEvent, type WatchRequest } from "../../apiserver/etcd-messages.ts";
import { databaseOf, stateOf } from "./state.ts";
import { since } from "./store.ts";

export function notifyWatches(p: Proc, events: WatchEvent[]): void {
  if (events.length === 0) return;
  const { revision } = databaseOf(p);
  for (const watch of stateOf(p).watches) {
    const mine = events.filter((e) => e.kv.key.startsWith(watch.prefix));
    // a client that has just gone is no reason to end: word of it is on its way
    if (mine.length > 0 && p.net.isOpen(watch.conn)) p.net.send(watch.conn, asData({ type: "etcd-events", revision, events: mine }));
  }
}

export function startWatch(p: Proc, conn: number, request: WatchRequest): void {
  const db = databaseOf(p);
  const from = request.startRevision ?? 0;
  if (from > 0) {
    const missed = since(db, request.prefix, from);
    if (!missed) {
      const compacted = Math.max(db.compacted, (db.history[0]?.revision ?? db.revision + 1) - 1);
      if (p.net.isOpen(conn)) p.net.send(conn, asData({ type: "etcd-events", revision: db.revision, events: [], compacted }));
      return;
    }
    for (const { revision, events } of missed) if (p.net.isOpen(conn)) p.net.send(conn, asData({ type: "etcd-events", revision, events }));
  }
  stateOf(p).watches.push({ conn, prefix: request.prefix });
}
