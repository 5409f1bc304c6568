/**
 * Pods as docker containers: names, labels and what the CRI shows of them. dockershim (in the kubelet up to 1.23) and
 * cri-dockerd (since) are the same code (core/naming.go, core/convert.go, core/helpers.go of cri-dockerd).
 */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { parseReference } from "../images.ts";

const prefix = "io.kubernetes.docker.type";
const sandboxLabel = "io.kubernetes.sandbox.id";
const logLabel = "io.kubernetes.container.logpath";
/** Of a sandbox it is the shim's own. */
const nameLabel = "io.kubernetes.container.name";
const internal = new Set([prefix, sandboxLabel, logLabel]);

export const typeOf = (c: Obj): string | undefined => (c.Labels as Record<string, string>)[prefix];
const sandboxOf = (c: Obj): string => (c.Labels as Record<string, string>)[sandboxLabel] ?? "";
export const logPathOf = (labels: Record<string, string>): string => labels[logLabel] ?? "";

/** Labels of docker's container: the CRI's, its annotations with a prefix, and what the shim wants to know again. */
function dockerLabels(config: Obj, own: Record<string, string>): Record<string, string> {
  const out: Record<string, string> = { ...((config.labels ?? {}) as Record<string, string>) };
  for (const [k, v] of Object.entries((config.annotations ?? {}) as Record<string, string>)) out[`annotation.${k}`] = v;
  return { ...out, ...own };
}
export const sandboxLabels = (config: Obj): Record<string, string> => dockerLabels(config, { [prefix]: "podsandbox", [nameLabel]: "POD" });
export const containerLabels = (config: Obj, sandbox: string, log: string): Record<string, string> =>
  dockerLabels(config, { [prefix]: "container", [sandboxLabel]: sandbox, [logLabel]: log });

function criLabels(labels: Record<string, string>): { labels: Obj; annotations: Obj } {
  const out = { labels: {} as Obj, annotations: {} as Obj };
  for (const [k, v] of Object.entries(labels)) {
    if (k.startsWith("annotation.")) out.annotations[k.slice("annotation.".length)] = v;
    else if (!internal.has(k) && !(k === nameLabel && labels[prefix] === "podsandbox")) out.labels[k] = v;
  }
  return out;
}

export const sandboxName = (m: Obj): string =>
  `k8s_POD_${m.name as string}_${m.namespace as string}_${m.uid as string}_${m.attempt as number}`;
export const containerName = (m: Obj, labels: Record<string, string>): string =>
  `k8s_${m.name as string}_${labels["io.kubernetes.pod.name"] ?? ""}_${labels["io.kubernetes.pod.namespace"] ?? ""}_${labels["io.kubernetes.pod.uid"] ?? ""}_${m.attempt as number}`;

function sandboxMeta(name: string): Obj {
  const [, , pod = "", namespace = "", uid = "", attempt = "0"] = name.replace(/^\//, "").split("_");
  return { name: pod, namespace, uid, attempt: Number(attempt) };
}
function containerMeta(name: string): Obj {
  const parts = name.replace(/^\//, "").split("_");
  return { name: parts[1] ?? "", attempt: Number(parts[5] ?? "0") };
}

const nanos = (ms: number): string => (ms === 0 ? "0" : `${Math.floor(ms)}000000`);
const parsed = (time: string): number => (time.startsWith("0001") ? 0 : Date.parse(time));

export const sandboxItem = (c: Obj): Obj => ({
  id: c.Id as string,
  metadata: sandboxMeta((c.Names as string[])[0]!),
  state: c.State === "running" ? "SANDBOX_READY" : "SANDBOX_NOTREADY",
  createdAt: nanos(c.Created as number),
  ...criLabels(c.Labels as Record<string, string>),
  runtimeHandler: "",
});

const containerState = (state: string): string =>
  state === "running" ? "CONTAINER_RUNNING" : state === "exited" ? "CONTAINER_EXITED" : "CONTAINER_CREATED";

export const containerItem = (c: Obj): Obj => ({
  id: c.Id as string,
  podSandboxId: sandboxOf(c),
  metadata: containerMeta((c.Names as string[])[0]!),
  image: { image: c.Image as string },
  imageRef: c.ImageID as string,
  state: containerState(c.State as string),
  createdAt: nanos(c.Created as number),
  ...criLabels(c.Labels as Record<string, string>),
});

/** Addresses in a pod's network namespace, as the shim reads them there. */
export function podAddress(p: Proc, netns: string): string {
  if (!p.machine.world.network.find(p.machine.name, netns)) return "";
  const link = p.machine.world.network.ns(p.machine.name, netns).link("eth0");
  return link?.addresses.find((a) => a.scope === "global")?.ip ?? "";
}

export function sandboxStatus(i: Obj, ip: string): Obj {
  const host = i.HostConfig.NetworkMode === "host";
  return {
    id: i.Id as string,
    metadata: sandboxMeta(i.Name as string),
    state: i.State.Running ? "SANDBOX_READY" : "SANDBOX_NOTREADY",
    createdAt: nanos(parsed(i.Created as string)),
    network: { additionalIps: [], ip },
    linux: {
      namespaces: {
        options: { ipc: i.HostConfig.IpcMode === "host" ? "NODE" : "POD", network: host ? "NODE" : "POD", pid: "CONTAINER", targetId: "" },
      },
    },
    ...criLabels(i.Config.Labels as Record<string, string>),
    runtimeHandler: "",
  };
}

/** `image`: docker's object of its image, when that is still there. */
export function containerStatus(i: Obj, image: Obj | undefined): Obj {
  const s = i.State as Obj;
  const state = s.Status as string;
  const labels = i.Config.Labels as Record<string, string>;
  const tag = ((image?.RepoTags ?? []) as string[])[0];
  const digest = ((image?.RepoDigests ?? []) as string[])[0];
  const finished = state === "exited" || (state === "created" && s.ExitCode !== 0);
  return {
    id: i.Id as string,
    metadata: containerMeta(i.Name as string),
    state: finished ? "CONTAINER_EXITED" : containerState(state),
    createdAt: nanos(parsed(i.Created as string)),
    startedAt: nanos(parsed(s.StartedAt as string)),
    finishedAt: finished ? nanos(parsed(s.FinishedAt as string) || parsed(i.Created as string)) : "0",
    exitCode: s.ExitCode as number,
    image: { image: tag ?? (i.Config.Image as string), annotations: {}, runtimeHandler: "", userSpecifiedImage: "" },
    imageRef: digest === undefined ? `docker://${i.Image as string}` : `docker-pullable://${digest}`,
    imageId: i.Image as string,
    // core/container_status.go
    reason: !finished ? "" : state === "created" ? "ContainerCannotRun" : s.ExitCode === 0 ? "Completed" : "Error",
    message: s.Error as string,
    ...criLabels(labels),
    mounts: ((i.Mounts ?? []) as Obj[]).map((m) => ({
      containerPath: m.Destination as string,
      hostPath: m.Source as string,
      readonly: m.RW !== true,
    })),
    logPath: logPathOf(labels),
    resources: null,
  };
}

export function imageProto(i: Obj): Obj {
  const user = String(i.Config?.User ?? "").split(":")[0]!;
  return {
    id: i.Id as string,
    repoTags: i.RepoTags as string[],
    repoDigests: i.RepoDigests as string[],
    size: String(i.Size),
    uid: /^\d+$/.test(user) ? { value: user } : null,
    username: /^\d*$/.test(user) ? "" : user,
    spec: null,
    pinned: false,
  };
}

export const withTag = (name: string): string => {
  try {
    const { tag, digest } = parseReference(name);
    return tag === undefined && digest === undefined ? `${name}:latest` : name;
  } catch {
    return name;
  }
};
