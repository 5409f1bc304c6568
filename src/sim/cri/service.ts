/** The CRI service of containerd and CRI-O: the methods that answer at once. */
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import { loadNetwork, parsedOnce } from "./cni.ts";
import type { CriSettings } from "./config.ts";
import { createContainer, removeContainer, startContainer } from "./container.ts";
import { canonical, parseReference } from "./images.ts";
import { CriError, type ExecStream } from "./messages.ts";
import { processSpec } from "./container.ts";
import type { RegistryHosts } from "./pull.ts";
import type { Runtime } from "./runtime.ts";
import { callShim, type ShimReply, type ShimRequest } from "./shim.ts";
import { findStoredImage, type ContainerRecord, type ImageRecord, type SandboxRecord, type Store } from "./store.ts";

export interface Service {
  p: Proc;
  settings: CriSettings;
  store: Store;
  runtime: Runtime;
  hosts: RegistryHosts;
  /** The full name that a short one means here. Throws CriError when it means none. */
  resolveName: (name: string) => string;
}

/** Calls the monitor of a container (or, with the sandbox's own id, of its pause process). */
export const callMonitor = (s: Service, sandbox: string, id: string, request: ShimRequest): ShimReply | undefined => {
  const { monitor } = s.runtime;
  return callShim(s.p, monitor.socket(monitor.each === "pod" ? sandbox : id), request);
};

/** protojson writes 64-bit numbers as strings; times are nanoseconds. */
const nanos = (ms: number): string => (ms === 0 ? "0" : `${Math.floor(ms)}000000`);

const matches = (labels: Record<string, string> | undefined, selector: Record<string, string> | undefined): boolean =>
  Object.entries(selector ?? {}).every(([k, v]) => labels?.[k] === v);

export const normalName = (name: string): string => {
  try {
    return canonical(parseReference(name));
  } catch {
    return name;
  }
};

const imageProto = (i: ImageRecord): Obj => ({
  id: i.id,
  repoTags: i.tags,
  repoDigests: i.digests,
  size: String(i.size),
  uid: /^\d+/.test(i.config.User ?? "") ? { value: String(parseInt(i.config.User!, 10)) } : null,
  username: /^\d*$/.test((i.config.User ?? "").split(":")[0]!) ? "" : i.config.User!.split(":")[0]!,
  spec: null,
  pinned: i.pinned,
});

/** As they were told last: the kubelet asks every second, and hardly any of them changes. */
const told = new WeakMap<ContainerRecord | SandboxRecord, Obj>();

function sandboxProto(s: SandboxRecord): Obj {
  let proto = told.get(s);
  if (proto?.state !== s.state || proto.metadata !== s.config.metadata) told.set(s, (proto = sandboxOnce(s)));
  return proto;
}

const sandboxOnce = (s: SandboxRecord): Obj => ({
  id: s.id,
  metadata: s.config.metadata as Obj,
  state: s.state,
  createdAt: nanos(s.createdAt),
  labels: (s.config.labels ?? {}) as Obj,
  annotations: (s.config.annotations ?? {}) as Obj,
  runtimeHandler: s.runtimeHandler,
});

function containerProto(c: ContainerRecord): Obj {
  let proto = told.get(c);
  if (proto?.state !== c.state || proto.imageRef !== c.image) told.set(c, (proto = containerOnce(c)));
  return proto;
}

const containerOnce = (c: ContainerRecord): Obj => ({
  id: c.id,
  podSandboxId: c.sandbox,
  metadata: c.config.metadata as Obj,
  image: { ...(c.config.image as Obj), annotations: {}, runtimeHandler: "", userSpecifiedImage: "" },
  imageRef: c.image,
  state: c.state,
  createdAt: nanos(c.createdAt),
  labels: (c.config.labels ?? {}) as Obj,
  annotations: (c.config.annotations ?? {}) as Obj,
});

const byId = <T>(all: Record<string, T>, id: string): T | undefined => {
  if (all[id]) return all[id];
  const found = id === "" ? [] : Object.keys(all).filter((k) => k.startsWith(id));
  return found.length === 1 ? all[found[0]!] : undefined;
};
const sandboxOf = (s: Service, id: string): SandboxRecord => {
  const found = byId(s.store.sandboxes, id);
  if (!found) throw new CriError("NotFound", s.runtime.words.noSandbox(id));
  return found;
};
export const containerOf = (s: Service, id: string): ContainerRecord => {
  const found = byId(s.store.containers, id);
  if (!found) throw new CriError("NotFound", s.runtime.words.noContainer(id));
  return found;
};

type Method = (s: Service, request: Obj) => Obj;

export const methods: Record<string, Method> = {
  Version: (s) => ({
    version: "0.1.0",
    runtimeName: s.runtime.name,
    runtimeVersion: s.runtime.version(s.p),
    runtimeApiVersion: "v1",
  }),

  Status: (s, r) => {
    const network = loadNetwork(s.p, s.settings, parsedOnce);
    const ready = !("error" in network);
    const conditions = [
      { type: "RuntimeReady", status: true, reason: "", message: "" },
      ready
        ? { type: "NetworkReady", status: true, reason: "", message: "" }
        : {
            type: "NetworkReady",
            status: false,
            reason: "NetworkPluginNotReady",
            message: s.runtime.words.networkNotReady(),
          },
      ...s.runtime.conditions(s.p),
    ];
    const runtimeHandlers = s.runtime.handlers(s.p);
    return {
      status: { conditions },
      ...(r.verbose ? { info: s.runtime.info(s.settings, network) } : {}),
      ...(runtimeHandlers ? { runtimeHandlers } : {}),
    };
  },

  RuntimeConfig: (s) => {
    if (!s.runtime.tellsDriver(s.p))
      throw new CriError("Unimplemented", "unknown method RuntimeConfig for service runtime.v1.RuntimeService");
    return { linux: { cgroupDriver: s.settings.systemdCgroup ? "SYSTEMD" : "CGROUPFS" } };
  },
  UpdateRuntimeConfig: () => ({}),

  ListPodSandbox: (s, r) => {
    const f = (r.filter ?? {}) as Obj;
    const items = Object.values(s.store.sandboxes).filter(
      (x) =>
        (!f.id || x.id.startsWith(f.id as string)) &&
        (!f.state || x.state === f.state.state) &&
        matches(x.config.labels as Record<string, string>, f.labelSelector as Record<string, string>),
    );
    return { items: items.map(sandboxProto) };
  },
  PodSandboxStatus: (s, r) => {
    const x = sandboxOf(s, r.podSandboxId as string);
    const [ip, ...more] = x.ips;
    const linux = (x.config.linux ?? {}) as Obj;
    return {
      status: {
        id: x.id,
        metadata: x.config.metadata as Obj,
        state: x.state,
        createdAt: nanos(x.createdAt),
        network: { additionalIps: more.map((a) => ({ ip: a })), ip: x.state === "SANDBOX_READY" ? (ip ?? "") : (ip ?? "") },
        linux: {
          namespaces: {
            options: { ipc: "POD", network: "POD", pid: "CONTAINER", ...(linux.securityContext?.namespaceOptions as Obj), targetId: "" },
          },
        },
        labels: (x.config.labels ?? {}) as Obj,
        annotations: (x.config.annotations ?? {}) as Obj,
        runtimeHandler: x.runtimeHandler,
      },
      ...(r.verbose ? { info: { info: JSON.stringify(sandboxInfo(s, x)) } } : {}),
    };
  },

  ListContainers: (s, r) => {
    const f = (r.filter ?? {}) as Obj;
    const items = Object.values(s.store.containers).filter(
      (x) =>
        (!f.id || x.id.startsWith(f.id as string)) &&
        (!f.state || x.state === f.state.state) &&
        (!f.podSandboxId || x.sandbox.startsWith(f.podSandboxId as string)) &&
        matches(x.config.labels as Record<string, string>, f.labelSelector as Record<string, string>),
    );
    return { containers: items.map(containerProto) };
  },
  ContainerStatus: (s, r) => {
    const x = containerOf(s, r.containerId as string);
    return {
      status: {
        id: x.id,
        metadata: x.config.metadata as Obj,
        state: x.state,
        createdAt: nanos(x.createdAt),
        startedAt: nanos(x.startedAt),
        finishedAt: nanos(x.finishedAt),
        exitCode: x.exitCode,
        image: {
          ...(x.config.image as Obj),
          // kubelet creates it by the image's ID; its status names it (containerd, toCRIContainerStatus)
          image: s.store.images[x.image]?.tags[0] ?? (x.config.image as Obj).image,
          annotations: {},
          runtimeHandler: "",
          userSpecifiedImage: (x.config.image as Obj).userSpecifiedImage ?? "",
        },
        imageRef: s.store.images[x.image]?.digests[0] ?? x.image,
        imageId: x.image,
        reason: x.reason,
        message: x.message,
        labels: (x.config.labels ?? {}) as Obj,
        annotations: (x.config.annotations ?? {}) as Obj,
        mounts: (x.config.mounts ?? []) as Obj[],
        logPath: x.logPath,
        resources: null,
      },
      ...(r.verbose ? { info: { info: JSON.stringify(containerInfo(s, x)) } } : {}),
    };
  },
  CreateContainer: (s, r) => ({ containerId: createContainer(s, sandboxOf(s, r.podSandboxId as string), r.config as Obj) }),
  StartContainer: (s, r) => {
    startContainer(s, containerOf(s, r.containerId as string));
    return {};
  },
  RemoveContainer: (s, r) => {
    const x = byId(s.store.containers, r.containerId as string);
    if (!x) return {};
    if (x.state === "CONTAINER_RUNNING" && !r.force)
      throw new CriError("Unknown", `failed to set removing state for container "${x.id}": container is still running, to stop first`);
    removeContainer(s, x);
    return {};
  },
  UpdateContainerResources: () => ({}),
  ReopenContainerLog: (s, r) => {
    containerOf(s, r.containerId as string);
    return {};
  },
  ContainerStats: (s, r) => ({ stats: statsOf(s, containerOf(s, r.containerId as string)) }),
  ListContainerStats: (s) => ({
    stats: Object.values(s.store.containers)
      .filter((c) => c.state === "CONTAINER_RUNNING")
      .map((c) => statsOf(s, c)),
  }),

  ListImages: (s, r) => {
    const wanted = (r.filter?.image?.image ?? "") as string;
    if (wanted === "") return { images: Object.values(s.store.images).map(imageProto) };
    const found = findStoredImage(s.store, normalName(wanted)) ?? findStoredImage(s.store, wanted);
    return { images: found ? [imageProto(found)] : [] };
  },
  ImageStatus: (s, r) => {
    const wanted = r.image.image as string;
    const found = findStoredImage(s.store, wanted) ?? findStoredImage(s.store, normalName(s.resolveName(wanted)));
    return {
      image: found ? imageProto(found) : null,
      ...(r.verbose ? { info: { info: JSON.stringify({ imageSpec: { config: found?.config ?? {} } }) } } : {}),
    };
  },
  RemoveImage: (s, r) => {
    const wanted = r.image.image as string;
    const found = findStoredImage(s.store, normalName(wanted)) ?? findStoredImage(s.store, wanted);
    if (found) delete s.store.images[found.id];
    return {};
  },
  ImageFsInfo: (s) => ({
    imageFilesystems: [
      {
        timestamp: nanos(s.p.now),
        fsId: { mountpoint: s.runtime.imageFs },
        usedBytes: { value: String(Object.values(s.store.images).reduce((sum, i) => sum + i.size * 3, 0)) },
        inodesUsed: { value: String(Object.keys(s.store.images).length * 900) },
      },
    ],
    containerFilesystems: [],
  }),

  Exec: (s, r) => {
    const c = containerOf(s, r.containerId as string);
    if (c.state !== "CONTAINER_RUNNING") throw new CriError("Unknown", s.runtime.words.notRunning(c.state));
    const exec = s.p.machine.random("exec").hex(64);
    const reply = callMonitor(s, c.sandbox, c.id, {
      type: "shim",
      method: "Exec",
      exec,
      id: c.id,
      spec: processSpec(s, c, r.cmd as string[]),
      stream: { stdin: r.stdin === true, tty: r.tty === true },
    });
    if (!reply) throw new CriError("Unknown", s.runtime.words.monitorGone);
    if (!reply.ok) throw new CriError("Unknown", reply.exec ? s.runtime.words.execFailed(exec, reply.error) : `${reply.error}: unknown`);
    return { url: `http://127.0.0.1:43210/exec/${exec.slice(0, 8)}`, stream: reply.stream as ExecStream };
  },
  Attach: (s, r) => {
    const c = containerOf(s, r.containerId as string);
    if (c.state !== "CONTAINER_RUNNING") throw new CriError("Unknown", s.runtime.words.notRunning(c.state));
    const reply = callMonitor(s, c.sandbox, c.id, { type: "shim", method: "Attach", id: c.id });
    if (!reply?.ok) throw new CriError("Unknown", reply ? reply.error : s.runtime.words.monitorGone);
    return { url: "http://127.0.0.1:43210/attach", stream: reply.stream as ExecStream };
  },
};

function statsOf(s: Service, c: ContainerRecord): Obj {
  let cpu = 0;
  let rss = 0;
  for (const p of s.p.machine.procs.values()) {
    if (p.state.mntns !== c.id) continue;
    cpu += p.state.cpu;
    rss += p.state.rss * 1024;
  }
  return {
    attributes: {
      id: c.id,
      metadata: c.config.metadata as Obj,
      labels: (c.config.labels ?? {}) as Obj,
      annotations: (c.config.annotations ?? {}) as Obj,
    },
    cpu: { timestamp: nanos(s.p.now), usageCoreNanoSeconds: { value: String(Math.round(cpu * 1e6)) }, usageNanoCores: { value: "0" } },
    memory: { timestamp: nanos(s.p.now), workingSetBytes: { value: String(rss) }, rssBytes: { value: String(rss) } },
    writableLayer: {
      timestamp: nanos(s.p.now),
      fsId: { mountpoint: s.runtime.imageFs },
      usedBytes: { value: String(s.p.machine.state.trees[c.id] ? Object.keys(s.p.machine.state.trees[c.id]!.nodes).length * 4096 : 0) },
    },
  };
}

const sandboxInfo = (s: Service, x: SandboxRecord): Obj => ({
  pid: pidOf(s, x.id, x.id),
  processStatus: x.state === "SANDBOX_READY" ? "running" : "deleted",
  netNamespaceClosed: false,
  image: s.settings.sandboxImage,
  snapshotter: s.settings.snapshotter,
  runtimeHandler: x.runtimeHandler,
  runtimeType: "io.containerd.runc.v2",
  config: x.config,
  runtimeSpec: {
    linux: { cgroupsPath: x.cgroup, namespaces: [{ type: "network", path: x.netns === "" ? "" : `/var/run/netns/${x.netns}` }] },
  },
  cniResult: x.cniResult ?? null,
});
const containerInfo = (s: Service, x: ContainerRecord): Obj => ({
  sandboxID: x.sandbox,
  pid: pidOf(s, x.sandbox, x.id),
  removing: false,
  snapshotKey: x.id,
  snapshotter: s.settings.snapshotter,
  runtimeType: "io.containerd.runc.v2",
  config: x.config,
  runtimeSpec: { linux: { cgroupsPath: x.cgroup } },
});

function pidOf(s: Service, sandbox: string, id: string): number {
  const reply = callMonitor(s, sandbox, id, { type: "shim", method: "State" });
  return reply?.ok && reply.tasks?.[id]?.state === "running" ? reply.tasks[id].pid : 0;
}
