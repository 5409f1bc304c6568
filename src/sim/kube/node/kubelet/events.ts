/** Events that the kubelet records: they wait until the API server answers. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { KubeClient } from "../../api.ts";
import { correlate, send, type Correlated, type NewEvent } from "../../event-recorder.ts";
import { stateOf } from "./state.ts";

export interface EventOptions {
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  /** Container name, for spec.containers{name}. */
  container?: string;
  /** Field of the pod that the container is in. */
  list?: "containers" | "initContainers" | "ephemeralContainers";
}

/** An event that has not reached the API server. */
export interface Waiting {
  event: Omit<NewEvent, "source">;
  sending?: Correlated | "skipped";
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
  queue.push({ event: { about: reference, type: o.type, reason: o.reason, message: o.message, at: p.now } });
  if (queue.length > 1000) queue.shift();
  flushEvents(p, client);
}

export function flushEvents(p: Proc, client: KubeClient | undefined): void {
  const s = stateOf(p);
  if (!client || !s.registered) return;
  while (s.eventQueue.length > 0) {
    const waiting = s.eventQueue[0]!;
    const source = { component: "kubelet", host: s.nodeName };
    // correlated once, however often it is tried
    waiting.sending ??= correlate(p.machine, s.correlator, { ...waiting.event, source }, p.now) ?? "skipped";
    if (waiting.sending !== "skipped" && !send(client, waiting.sending)) return;
    s.eventQueue.shift();
  }
}
