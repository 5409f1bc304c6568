/** What a kubelet process keeps: plain data, saved with the world. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { criCall, criSend } from "../../../cri/client.ts";
import { answer, open, type Shim } from "../../../cri/docker/shim.ts";
import type { CriReply } from "../../../cri/messages.ts";
import type { KubeClient } from "../../api.ts";
import type { Correlator } from "../../event-recorder.ts";
import type { Waiting } from "./events.ts";
import type { KubeletOptions } from "./options.ts";

interface Backoff {
  /** Milliseconds. */
  delay: number;
  /** When it was last raised. */
  at: number;
}

interface ContainerWork {
  /** Why it waits, when the runtime has nothing to say. */
  waiting?: { reason: string; message?: string };
  /** What the next pass makes of `waiting`. */
  next?: { reason: string; message?: string };
  /** It was stopped because its definition changed: it is started again whatever the restart policy says. */
  replacing?: boolean;
  /** Probe results: true/false, undefined unknown. */
  started?: boolean;
  ready?: boolean;
  /** Container ID that the probe results belong to. */
  probed?: string;
  /** Consecutive results per probe: positive successes, negative failures. */
  runs?: Record<string, number>;
  /** postStart hook of this container ID has run. */
  hooked?: string;
}

export interface PodEntry {
  uid: string;
  /** The pod's object as the source gives it. */
  pod: Obj;
  source: "api" | "file";
  /** Manifest that a static pod comes from. */
  file?: string;
  /** A call to the runtime is under way. */
  busy?: string;
  timer?: number;
  /** A pass over the pod that was asked for while busy. */
  again?: boolean;
  containers: Record<string, ContainerWork>;
  backoff: Record<string, Backoff>;
  /** Pod is to go: since when, with which grace (s). */
  killing?: { since: number; grace: number; deleted: boolean };
  /** All its containers have been stopped. */
  stopped?: boolean;
  /** Sandboxes that the runtime has stopped when it was asked to. */
  stoppedSandboxes?: string[];
  /** The pass that makes the sandbox anew has begun. */
  recreating?: boolean;
  /** Final phase that was decided for it. */
  failed?: { reason: string; message: string };
  mounted?: boolean;
  mountDelay?: number;
  status?: Obj;
  /** Status that the API server has. */
  reported?: string;
  startTime?: string;
  /** Transition times of conditions: type → [status, time]. */
  conditions: Record<string, [string, string]>;
  /** Sandbox attempt of the next sandbox. */
  attempt: number;
  probing: Record<string, true>;
  /** Mirror pod's UID for a static pod. */
  mirror?: string;
}

interface Call {
  conn: number;
  kind: string;
  uid: string;
  data: Obj;
}

export interface KubeletState {
  options: KubeletOptions;
  config: Obj;
  /** What the runtime calls itself: containerd, cri-o, docker. */
  runtimeName: string;
  nodeName: string;
  nodeIp: string;
  cgroupDriver: "systemd" | "cgroupfs";
  pods: Record<string, PodEntry>;
  calls: Record<string, Call>;
  nextCall: number;
  /** Last good answer of the runtime. */
  runtimeSeen: number;
  runtimeDown?: string;
  networkNotReady?: string;
  registered: boolean;
  watching: boolean;
  /** The API's first list has come. */
  apiReady: boolean;
  bootstrapping: boolean;
  correlator: Correlator;
  eventQueue: Waiting[];
  nodeConditions: Record<string, [string, string]>;
  nodeReported?: string;
  nodeReportedAt: number;
  /** ID → last state seen by PLEG. */
  seen: Record<string, string>;
  startedAt: number;
  lastLease: number;
  podCIDR: string;
  /** Up to 1.23, when the runtime is docker. */
  dockershim?: Shim;
}

export const stateOf = (p: Proc): KubeletState => p.data as unknown as KubeletState;

const endpointOf = (p: Proc): string => (stateOf(p).config.containerRuntimeEndpoint as string) || "unix:///run/containerd/containerd.sock";

export function cri(p: Proc, method: string, request: Obj = {}): CriReply {
  const { dockershim } = stateOf(p);
  return dockershim ? answer(p, dockershim, { type: "cri", method, request }) : criCall(p, endpointOf(p), method, request);
}

/** A call whose answer comes later, under the number `id`: the connection over which it comes, 0 within the process. */
export function criLater(p: Proc, id: number, method: string, request: Obj): ReturnType<typeof criSend> {
  const { dockershim } = stateOf(p);
  if (!dockershim) return criSend(p, endpointOf(p), id, method, request);
  open(p, dockershim, 0, { type: "cri", id, method, request: structuredClone(request) });
  return { ok: true, conn: 0 };
}

/** `name_namespace(uid)`, as messages name a pod. */
export const podText = (pod: Obj): string =>
  `${pod.metadata.name as string}_${pod.metadata.namespace as string}(${pod.metadata.uid as string})`;
/** `namespace/name`. */
export const podRef = (pod: Obj): string => `${pod.metadata.namespace as string}/${pod.metadata.name as string}`;

export const isHostNetwork = (pod: Obj): boolean => pod.spec.hostNetwork === true;

const clients = new WeakMap<Proc, KubeClient>();
/** The client of this process, made again after a restore. */
export function clientOf(p: Proc, make: () => KubeClient | undefined): KubeClient | undefined {
  let client = clients.get(p);
  if (!client) {
    client = make();
    if (client) clients.set(p, client);
  }
  return client;
}
export const forgetClient = (p: Proc): void => void clients.delete(p);

/** RFC 3339 with seconds, as metav1.Time is written. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
