/** What dockerd remembers: images and containers. */
import type { Proc } from "../../kernel/proc.ts";
import type { BindMount } from "../rootfs.ts";
import type { ImageRecord } from "../store.ts";

/** What a container is created with: the parts of the API's Config and HostConfig that act here. */
export interface ContainerSpec {
  name: string;
  image: string;
  entrypoint?: string[];
  cmd?: string[];
  env: string[];
  hostname?: string;
  labels: Record<string, string>;
  user?: string;
  groups?: number[];
  workdir?: string;
  tty: boolean;
  openStdin: boolean;
  binds: BindMount[];
  /** `bridge`, `host`, `none` or `container:ID`. */
  network: string;
  ipc: string;
  pid: string;
  cgroupParent: string;
  privileged: boolean;
  readonlyRoot: boolean;
  restart: { name: string; maximum: number };
  autoRemove: boolean;
  ports: { host: number; container: number; protocol: string; ip: string }[];
}

export interface DockerContainer {
  id: string;
  spec: ContainerSpec;
  /** Image ID. */
  image: string;
  state: "created" | "running" | "exited";
  error: string;
  createdAt: number;
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  restarts: number;
  /** Somebody stopped it: it is not started again. */
  stopped: boolean;
  argv: string[];
  /** Its own network namespace, "" for the host's or another container's. */
  netns: string;
  endpoint?: { ip: string; mac: string; veth: string };
  cgroup: string;
  scope?: string;
}

export interface DockerStore {
  images: Record<string, ImageRecord>;
  containers: Record<string, DockerContainer>;
}

export const openDockerStore = (p: Proc, root: string): DockerStore | undefined =>
  p.fs.database(`${root}/image/overlay2/repositories.json`, () => ({ images: {}, containers: {} })) as DockerStore | undefined;

/** `docker.io/library/nginx:1.27` as people write it. */
export const familiar = (name: string): string => name.replace(/^docker\.io\/library\//, "").replace(/^docker\.io\//, "");
