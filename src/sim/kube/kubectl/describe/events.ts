/** The events section of describe: DescribeEvents. */
import type { Obj } from "../../../core/json.ts";
import { age } from "../../apiserver/columns/duration.ts";
import { ServerRefusal } from "../failure.ts";
import type { Session } from "../session.ts";
import { Writer } from "./writer.ts";

export async function eventsOf(s: Session, o: Obj): Promise<Obj[]> {
  // kubelets name a node as its own UID, controllers the object's; kubectl 1.20 asks for the first only, 1.36 for both (recordings)
  const { name, uid } = o.metadata as { name: string; uid: string };
  // a static pod's are those of its manifest
  const mirrored = o.metadata.annotations?.["kubernetes.io/config.mirror"] as string | undefined;
  const wanted = o.kind === "Node" ? (s.minor < 25 ? [name] : [uid, name]) : [mirrored ?? uid];
  const kind = await s.kind("events");
  try {
    const list = await s.request("GET", s.path(kind, o.metadata.namespace ? String(o.metadata.namespace) : ""), undefined, {
      query: { fieldSelector: `involvedObject.name=${o.metadata.name}` },
    });
    // one question after the other
    return wanted.flatMap((of, i) =>
      (list.items as Obj[]).filter(
        (e) => e.involvedObject?.kind === o.kind && (e.involvedObject.uid ? e.involvedObject.uid === of : i === 0),
      ),
    );
  } catch (error) {
    if (error instanceof ServerRefusal) return [];
    throw error;
  }
}

export const lastSeen = (e: Obj): string =>
  String(e.series?.lastObservedTime ?? e.lastTimestamp ?? e.eventTime ?? e.firstTimestamp ?? e.metadata.creationTimestamp ?? "");

export function interval(e: Obj, now: number): string {
  const first = e.firstTimestamp ?? e.eventTime;
  const count = Number(e.series?.count ?? e.count ?? 1);
  if (e.series) return `${age(e.series.lastObservedTime, now)} (x${count} over ${age(first, now)})`;
  if (count > 1) return `${age(e.lastTimestamp, now)} (x${count} over ${age(first, now)})`;
  return age(first ?? e.lastTimestamp, now);
}

export function printEvents(w: Writer, events: Obj[], now: number, minor = 35): void {
  if (events.length === 0) {
    w.line(0, "Events:", "<none>");
    return;
  }
  w.raw("Events:");
  w.line(1, "Type", "Reason", "Age", "From", "Message");
  w.line(1, "----", "------", "----", "----", "-------");
  // by the old field alone, which events of the new API leave empty (util/event/sorted_event_list.go)
  const at = (e: Obj): string => String(e.lastTimestamp ?? "");
  for (const e of events.toSorted((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0))) {
    const path = e.involvedObject?.fieldPath as string | undefined;
    // 1.36 names the container in front of the message (recorded with kubectl 1.36.4)
    const message = `${minor >= 36 && path ? `${path}: ` : ""}${String(e.message ?? "").trim()}`;
    const [first, ...more] = message.split("\n");
    w.line(
      1,
      String(e.type ?? ""),
      String(e.reason ?? ""),
      interval(e, now),
      String(e.source?.component || e.reportingComponent || ""),
      first!,
    );
    for (const m of more) w.raw(m);
  }
}
