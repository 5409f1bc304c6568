/** Events that the kubelet records (client-go tools/record): same source and text within ten minutes are counted up. */
import { createHash } from "node:crypto";
import { eventName } from "../../event-name.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { KubeClient } from "../../api.ts";
import { stateOf, timeText } from "./state.ts";

export interface EventOptions {
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  /** Container name, for spec.containers{name}. */
  container?: string;
  /** Field of the pod that the container is in. */
  list?: "containers" | "initContainers" | "ephemeralContainers";
}

/** Queues an event; it is sent at once when the API server answers, and again with every node status update until it does. */
export function record(p: Proc, client: KubeClient | undefined, object: Obj, kind: "Pod" | "Node", o: EventOptions): void {
  const queue = stateOf(p).eventQueue;
  const reference =
    kind === "Node"
      ? { kind: "Node", name: object.metadata.name as string, uid: (object.metadata.uid ?? object.metadata.name) as string }
      : {
          kind: "Pod",
          namespace: object.metadata.namespace as string,
          name: object.metadata.name as string,
          uid: object.metadata.uid as string,
          apiVersion: "v1",
          ...(object.metadata.resourceVersion ? { resourceVersion: object.metadata.resourceVersion as string } : {}),
          ...(o.container === undefined ? {} : { fieldPath: `spec.${o.list ?? "containers"}{${o.container}}` }),
        };
  queue.push({ reference, type: o.type, reason: o.reason, message: o.message, at: p.now });
  if (queue.length > 1000) queue.shift();
  flushEvents(p, client);
}

export function flushEvents(p: Proc, client: KubeClient | undefined): void {
  const s = stateOf(p);
  if (!client || !s.registered) return;
  while (s.eventQueue.length > 0) {
    const e = s.eventQueue[0]!;
    const ref = e.reference as Obj;
    const namespace = (ref.namespace ?? "default") as string;
    const key = createHash("sha1")
      .update(JSON.stringify([ref.kind, namespace, ref.name, ref.uid, ref.fieldPath, e.type, e.reason, e.message]))
      .digest("hex");
    const time = timeText(e.at as number);
    const old = s.events[key];
    if (old) {
      old.count++;
      const patched = client.patch(
        "events",
        old.name,
        { count: old.count, lastTimestamp: time, message: e.message as string },
        { namespace: old.namespace, type: "strategic" },
      );
      if (patched.ok) {
        s.eventQueue.shift();
        continue;
      }
      if (patched.kind === "transport") return;
      delete s.events[key];
    }
    const name = eventName(p.machine, ref.name as string);
    const created = client.create("events", {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace },
      involvedObject: ref,
      reason: e.reason as string,
      message: e.message as string,
      source: { component: "kubelet", host: s.nodeName },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type: e.type as string,
      reportingComponent: "kubelet",
      reportingInstance: s.nodeName,
    });
    if (!created.ok && created.kind === "transport") return;
    s.eventQueue.shift();
    if (created.ok) s.events[key] = { namespace, name, count: 1 };
    const keys = Object.keys(s.events);
    if (keys.length > 500) delete s.events[keys[0]!];
  }
}
