/** What a runtime remembers on disk: images, sandboxes and containers. */
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";

export interface ImageRecord {
  /** Digest of the configuration: the image ID. */
  id: string;
  /** Names with tags, and with digests. */
  tags: string[];
  digests: string[];
  size: number;
  /** Name of the root filesystem among the world's images. */
  root: string;
  config: { Entrypoint?: string[]; Cmd?: string[]; Env?: string[]; User?: string; WorkingDir?: string; StopSignal?: string };
  pinned: boolean;
  createdAt: number;
}

export interface SandboxRecord {
  id: string;
  /** PodSandboxConfig. */
  config: Obj;
  state: "SANDBOX_READY" | "SANDBOX_NOTREADY";
  createdAt: number;
  /** "" with host network. */
  netns: string;
  ips: string[];
  cniResult?: Obj;
  /** CNI network configuration that was used, for DEL. */
  cni?: Obj;
  cgroup: string;
  /** Transient scope that holds it, with runc's systemd driver. */
  scope?: string;
  runtimeHandler: string;
}

export interface ContainerRecord {
  id: string;
  sandbox: string;
  /** ContainerConfig. */
  config: Obj;
  image: string;
  state: "CONTAINER_CREATED" | "CONTAINER_RUNNING" | "CONTAINER_EXITED" | "CONTAINER_UNKNOWN";
  createdAt: number;
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  reason: string;
  message: string;
  logPath: string;
  cgroup: string;
  scope?: string;
}

export interface Store {
  images: Record<string, ImageRecord>;
  sandboxes: Record<string, SandboxRecord>;
  containers: Record<string, ContainerRecord>;
}

/** The database in a file. Undefined when the file holds something else. */
export const openStore = (p: Proc, path: string): Store | undefined =>
  p.fs.database(path, () => ({ images: {}, sandboxes: {}, containers: {} })) as Store | undefined;

/** The image that a name (canonical), ID or ID prefix means. */
export function findStoredImage(store: Pick<Store, "images">, name: string): ImageRecord | undefined {
  const direct = Object.values(store.images).find((i) => i.tags.includes(name) || i.digests.includes(name) || i.id === name);
  if (direct) return direct;
  const hex = name.replace(/^sha256:/, "");
  return /^[0-9a-f]{4,64}$/.test(hex) ? Object.values(store.images).find((i) => i.id.startsWith(`sha256:${hex}`)) : undefined;
}
