/** The CRI in front of docker (dockershim, cri-dockerd): every method is calls of docker's API, and CNI plugins for pods' networks. */
import type { Data, Obj } from "../../core/json.ts";
import { Errno } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import { loadNetwork, setupNetwork, teardownNetwork } from "../cni.ts";
import type { CriSettings } from "../config.ts";
import { CriError, type CriReply, type CriRequest, type ExecStream } from "../messages.ts";
import type { BindMount } from "../rootfs.ts";
import type { SandboxRecord } from "../store.ts";
import { connectDocker, daemonMissing, dockerCall, type ApiReply } from "./api.ts";
import {
  containerItem,
  containerLabels,
  containerName,
  containerStatus,
  imageProto,
  logPathOf,
  podAddress,
  sandboxItem,
  sandboxLabels,
  sandboxName,
  sandboxStatus,
  typeOf,
  withTag,
} from "./pods.ts";
import type { ContainerSpec } from "./store.ts";

export interface Shim {
  /** Where its checkpoints of sandboxes are. */
  checkpoints: string;
  sandboxImage: string;
  /** docker's, as it was when the shim started. */
  cgroupDriver: string;
  cni: Pick<CriSettings, "confDir" | "binDirs">;
  /** It knows the call RuntimeConfig. */
  tellsDriver: boolean;
  /** Name of the events in which docker's later answers come. */
  events: string;
}

interface Operation {
  id: number;
  /** Who asked: a connection, or 0 for the process itself. */
  conn: number;
  call: number;
  method: string;
  request: Obj;
  docker?: number;
}

const operations = (p: Proc): Record<string, Operation> => (p.data.dockerOperations ??= {}) as Record<string, Operation>;

/** Milliseconds that a sandbox takes. */
const sandboxTime = 300;

const said = (reply: Extract<ApiReply, { ok: false }>): string =>
  reply.status === 0 ? reply.message : `Error response from daemon: ${reply.message}`;
const unknown = (text: string): CriError => new CriError("Unknown", text);

function docker(p: Proc, call: string, args: Obj = {}): Obj {
  const reply = dockerCall(p, call, args);
  if (!reply.ok) throw reply.status === 404 ? new CriError("NotFound", said(reply)) : unknown(said(reply));
  return reply.body;
}

const cniSettings = (shim: Shim): CriSettings => shim.cni as CriSettings;

/** The text of network.Status. */
function networkProblem(p: Proc, shim: Shim): string | undefined {
  const network = loadNetwork(p, cniSettings(shim));
  return "error" in network ? "cni config uninitialized" : undefined;
}

const has = (labels: Record<string, string>, selector: Record<string, string> | undefined): boolean =>
  Object.entries(selector ?? {}).every(([k, v]) => labels[k] === v);

function list(p: Proc, type: "podsandbox" | "container"): Obj[] {
  return (docker(p, "containers/list", { all: true }).items as Obj[]).filter((c) => typeOf(c) === type);
}
function inspect(p: Proc, id: string, type: "podsandbox" | "container"): Obj {
  const i = docker(p, "containers/inspect", { id });
  if (typeOf({ Labels: i.Config.Labels as Obj }) !== type)
    throw new CriError("NotFound", `Error response from daemon: No such container: ${id}`);
  return i;
}

/** The sandbox as the CNI calls want it. */
function record(p: Proc, shim: Shim, i: Obj): SandboxRecord {
  const netns = netnsOf(i);
  const meta = sandboxStatus(i, "").metadata as Obj;
  const saved = p.fs.tryReadText(`${shim.checkpoints}/${i.Id as string}`);
  const data = saved === undefined ? {} : (JSON.parse(saved) as { data?: { port_mappings?: Obj[] } });
  return {
    id: i.Id as string,
    config: {
      metadata: meta,
      portMappings: (data.data?.port_mappings ?? []).map((m) => ({
        protocol: String(m.protocol ?? "tcp").toUpperCase(),
        containerPort: m.container_port as number,
        hostPort: m.host_port as number,
        hostIp: (m.host_ip ?? "") as string,
      })),
    },
    state: "SANDBOX_READY",
    createdAt: 0,
    netns: p.machine.world.network.find(p.machine.name, netns) ? netns : "",
    ips: [],
    cgroup: "",
    runtimeHandler: "",
  };
}
/** docker keeps the namespace under its own folder; its name is the machine's. */
const netnsOf = (i: Obj): string => {
  const key = i.NetworkSettings.SandboxKey as string;
  return key === "" ? "" : `docker-${key.slice(key.lastIndexOf("/") + 1)}`;
};

/** core/docker_service.go, GenerateExpectedCgroupParent. */
const cgroupParent = (shim: Shim, parent: string): string =>
  shim.cgroupDriver === "systemd" ? parent.slice(parent.lastIndexOf("/") + 1) : parent;

type Method = (p: Proc, shim: Shim, r: Obj) => Obj;

const methods: Record<string, Method> = {
  Version(p) {
    const reply = dockerCall(p, "version");
    if (!reply.ok) throw unknown(`failed to get docker version from dockerd: ${said(reply)}`);
    return { version: "0.1.0", runtimeName: "docker", runtimeVersion: reply.body.Version as string, runtimeApiVersion: "v1" };
  },
  Status(p, shim, r) {
    const version = dockerCall(p, "version");
    const problem = networkProblem(p, shim);
    return {
      status: {
        conditions: [
          version.ok
            ? { type: "RuntimeReady", status: true, reason: "", message: "" }
            : {
                type: "RuntimeReady",
                status: false,
                reason: "DockerDaemonNotReady",
                message: `docker: failed to get docker version: failed to get docker version from dockerd: ${said(version)}`,
              },
          problem === undefined
            ? { type: "NetworkReady", status: true, reason: "", message: "" }
            : {
                type: "NetworkReady",
                status: false,
                reason: "NetworkPluginNotReady",
                message: `docker: network plugin is not ready: ${problem}`,
              },
        ],
      },
      ...(r.verbose ? { info: { config: JSON.stringify({ sandboxImage: shim.sandboxImage }) } } : {}),
    };
  },
  RuntimeConfig(_p, shim) {
    if (!shim.tellsDriver) throw new CriError("Unimplemented", "unknown method RuntimeConfig for service runtime.v1.RuntimeService");
    return { linux: { cgroupDriver: shim.cgroupDriver === "systemd" ? "SYSTEMD" : "CGROUPFS" } };
  },
  UpdateRuntimeConfig: () => ({}),

  ListPodSandbox(p, _shim, r) {
    const f = (r.filter ?? {}) as Obj;
    const items = list(p, "podsandbox")
      .map(sandboxItem)
      .filter(
        (x) =>
          (!f.id || (x.id as string).startsWith(f.id as string)) &&
          (!f.state || x.state === f.state.state) &&
          has(x.labels as Record<string, string>, f.labelSelector as Record<string, string>),
      );
    return { items };
  },
  PodSandboxStatus(p, _shim, r) {
    const i = inspect(p, r.podSandboxId as string, "podsandbox");
    const ip = i.State.Running && i.HostConfig.NetworkMode !== "host" ? podAddress(p, netnsOf(i)) : "";
    return { status: sandboxStatus(i, ip), ...(r.verbose ? { info: {} } : {}) };
  },
  ListContainers(p, _shim, r) {
    const f = (r.filter ?? {}) as Obj;
    const containers = list(p, "container")
      .map(containerItem)
      .filter(
        (x) =>
          (!f.id || (x.id as string).startsWith(f.id as string)) &&
          (!f.state || x.state === f.state.state) &&
          (!f.podSandboxId || (x.podSandboxId as string).startsWith(f.podSandboxId as string)) &&
          has(x.labels as Record<string, string>, f.labelSelector as Record<string, string>),
      );
    return { containers };
  },
  ContainerStatus(p, _shim, r) {
    const i = inspect(p, r.containerId as string, "container");
    const image = dockerCall(p, "images/inspect", { name: i.Image as string });
    return { status: containerStatus(i, image.ok ? image.body : undefined), ...(r.verbose ? { info: {} } : {}) };
  },
  CreateContainer: createContainer,
  StartContainer(p, _shim, r) {
    const i = inspect(p, r.containerId as string, "container");
    const reply = dockerCall(p, "containers/start", { id: i.Id as string });
    linkLog(p, i);
    if (!reply.ok) throw unknown(`failed to start container "${i.Id as string}": ${said(reply)}`);
    return {};
  },
  RemoveContainer(p, _shim, r) {
    const found = list(p, "container").find((c) => (c.Id as string).startsWith(r.containerId as string));
    if (!found) return {};
    const log = logPathOf(found.Labels as Record<string, string>);
    if (log !== "" && p.fs.tryStat(log, false)?.type === "symlink") p.fs.unlink(log);
    docker(p, "containers/remove", { id: found.Id as string, force: true });
    return {};
  },
  RemovePodSandbox(p, shim, r) {
    const id = r.podSandboxId as string;
    for (const c of list(p, "container"))
      if (containerItem(c).podSandboxId === id) docker(p, "containers/remove", { id: c.Id as string, force: true });
    const found = list(p, "podsandbox").find((c) => (c.Id as string).startsWith(id));
    if (!found) return {};
    docker(p, "containers/remove", { id: found.Id as string, force: true });
    p.fs.removeAll(`${shim.checkpoints}/${found.Id as string}`);
    return {};
  },
  UpdateContainerResources: () => ({}),
  ReopenContainerLog: () => {
    throw unknown("docker does not support reopening container log files");
  },
  ListContainerStats: (p) => ({ stats: list(p, "container").flatMap((c) => (c.State === "running" ? [statsOf(p, c)] : [])) }),
  ContainerStats: (p, _shim, r) => {
    const found = list(p, "container").find((c) => (c.Id as string).startsWith(r.containerId as string));
    if (!found) throw new CriError("NotFound", `Error response from daemon: No such container: ${r.containerId as string}`);
    return { stats: statsOf(p, found) };
  },

  ListImages(p, _shim, r) {
    const wanted = (r.filter?.image?.image ?? "") as string;
    if (wanted === "") return { images: (docker(p, "images/list").items as Obj[]).map(imageProto) };
    const reply = dockerCall(p, "images/inspect", { name: wanted });
    return { images: reply.ok ? [imageProto(reply.body)] : [] };
  },
  ImageStatus(p, _shim, r) {
    const reply = dockerCall(p, "images/inspect", { name: r.image.image as string });
    if (!reply.ok && reply.status !== 404) throw unknown(said(reply));
    return { image: reply.ok ? imageProto(reply.body) : null, ...(r.verbose ? { info: {} } : {}) };
  },
  RemoveImage(p, _shim, r) {
    const reply = dockerCall(p, "images/remove", { name: r.image.image as string });
    if (!reply.ok && reply.status !== 404) throw unknown(said(reply));
    return {};
  },
  ImageFsInfo(p) {
    const images = docker(p, "images/list").items as Obj[];
    return {
      imageFilesystems: [
        {
          timestamp: `${p.now}000000`,
          fsId: { mountpoint: docker(p, "info").DockerRootDir as string },
          usedBytes: { value: String(images.reduce((sum, i) => sum + Number(i.Size), 0)) },
          inodesUsed: { value: "0" },
        },
      ],
      containerFilesystems: [],
    };
  },

  Exec(p, _shim, r) {
    const i = inspect(p, r.containerId as string, "container");
    if (!i.State.Running) throw unknown(`container not running (${i.Id as string})`);
    const body = docker(p, "exec", { id: i.Id as string, cmd: r.cmd as string[], stdin: r.stdin === true, tty: r.tty === true });
    return { url: "http://127.0.0.1:38011/exec", stream: body.stream as unknown as ExecStream as unknown as Obj };
  },
  Attach(p, _shim, r) {
    const body = docker(p, "attach", { id: r.containerId as string });
    return { url: "http://127.0.0.1:38011/attach", stream: body.stream as Obj };
  },
};

function statsOf(p: Proc, c: Obj): Obj {
  let rss = 0;
  for (const x of p.machine.procs.values()) if (x.state.mntns === c.Id) rss += x.state.rss * 1024;
  const item = containerItem(c);
  return {
    attributes: { id: item.id as string, metadata: item.metadata as Obj, labels: item.labels as Obj, annotations: item.annotations as Obj },
    cpu: { timestamp: `${p.now}000000`, usageCoreNanoSeconds: { value: "0" }, usageNanoCores: { value: "0" } },
    memory: { timestamp: `${p.now}000000`, workingSetBytes: { value: String(rss) }, rssBytes: { value: String(rss) } },
    writableLayer: { timestamp: `${p.now}000000`, fsId: { mountpoint: "/var/lib/docker" }, usedBytes: { value: "0" } },
  };
}

function createContainer(p: Proc, shim: Shim, r: Obj): Obj {
  const config = r.config as Obj;
  const sandbox = inspect(p, r.podSandboxId as string, "podsandbox");
  const id = sandbox.Id as string;
  const security = (config.linux?.securityContext ?? {}) as Obj;
  const options = (security.namespaceOptions ?? {}) as Obj;
  const directory = (r.sandboxConfig?.logDirectory ?? "") as string;
  const log = config.logPath && directory !== "" ? `${directory}/${config.logPath as string}` : "";
  const user =
    security.runAsUser === undefined
      ? undefined
      : `${security.runAsUser as number}${security.runAsGroup === undefined ? "" : `:${security.runAsGroup as number}`}`;
  const spec: ContainerSpec = {
    name: containerName(config.metadata as Obj, config.labels as Record<string, string>),
    image: config.image.image as string,
    ...(config.command?.length ? { entrypoint: config.command as string[] } : {}),
    ...(config.args?.length ? { cmd: config.args as string[] } : {}),
    env: ((config.envs ?? []) as { key: string; value: string }[]).map((e) => `${e.key}=${e.value}`),
    labels: containerLabels(config, id, log),
    ...(user === undefined ? {} : { user }),
    groups: (security.supplementalGroups ?? []) as number[],
    ...(config.workingDir ? { workdir: config.workingDir as string } : {}),
    tty: config.tty === true,
    openStdin: config.stdin === true,
    binds: ((config.mounts ?? []) as BindMount[]).map(({ hostPath, containerPath, readonly }) => ({
      hostPath,
      containerPath,
      ...(readonly === undefined ? {} : { readonly }),
    })),
    // of a sandbox on the host's network, too
    network: `container:${id}`,
    ipc: `container:${id}`,
    pid: options.pid === "NODE" ? "host" : options.pid === "POD" ? `container:${id}` : "",
    cgroupParent: cgroupParent(shim, (r.sandboxConfig?.linux?.cgroupParent ?? sandbox.HostConfig.CgroupParent ?? "") as string),
    privileged: security.privileged === true,
    readonlyRoot: security.readonlyRootfs === true,
    restart: { name: "no", maximum: 0 },
    autoRemove: false,
    ports: [],
  };
  return { containerId: create(p, spec, `container "${config.metadata.name as string}"`) };
}

/** docker create; a container that is in the way by its name is removed (core/helpers.go, recoverFromCreationConflictIfNeeded). */
function create(p: Proc, spec: ContainerSpec, what: string): string {
  let reply = dockerCall(p, "containers/create", { spec: spec as unknown as Obj });
  const conflict = !reply.ok && /already in use by container "([0-9a-f]+)"/.exec(reply.message);
  if (conflict) {
    dockerCall(p, "containers/remove", { id: conflict[1]!, force: true });
    reply = dockerCall(p, "containers/create", { spec: spec as unknown as Obj });
  }
  if (!reply.ok) throw unknown(`failed to create ${what}: ${said(reply)}`);
  return reply.body.Id as string;
}

/** The kubelet reads the CRI's log path: a link to docker's file. */
function linkLog(p: Proc, i: Obj): void {
  const path = logPathOf(i.Config.Labels as Record<string, string>);
  if (path === "") return;
  p.fs.mkdirp(path.slice(0, path.lastIndexOf("/")), 0o755);
  if (p.fs.tryStat(path, false)) p.fs.unlink(path);
  p.fs.symlink(i.LogPath as string, path);
}

/** The part of RunPodSandbox after the image is there. */
function runSandbox(p: Proc, shim: Shim, config: Obj): Obj {
  const meta = config.metadata as Obj;
  const pod = JSON.stringify(meta.name);
  const options = (config.linux?.securityContext?.namespaceOptions ?? {}) as Obj;
  const host = options.network === "NODE";
  const spec: ContainerSpec = {
    name: sandboxName(meta),
    image: shim.sandboxImage,
    env: [],
    ...(host || !config.hostname ? {} : { hostname: config.hostname as string }),
    labels: sandboxLabels(config),
    tty: false,
    openStdin: false,
    binds: [],
    // the pod's network is the CNI plugins' business
    network: host ? "host" : "none",
    ipc: options.ipc === "NODE" ? "host" : "shareable",
    pid: options.pid === "NODE" ? "host" : "",
    cgroupParent: cgroupParent(shim, (config.linux?.cgroupParent ?? "") as string),
    privileged: false,
    readonlyRoot: false,
    restart: { name: "no", maximum: 0 },
    autoRemove: false,
    ports: [],
  };
  const id = create(p, spec, `a sandbox for pod ${pod}`);
  checkpoint(p, shim, id, config, host);
  const started = dockerCall(p, "containers/start", { id });
  if (!started.ok) throw unknown(`failed to start sandbox container for pod ${pod}: ${said(started)}`);
  const i = docker(p, "containers/inspect", { id });
  const dns = config.dnsConfig as { servers?: string[]; searches?: string[]; options?: string[] } | undefined;
  if (dns) {
    const lines = [
      ...(dns.servers ?? []).map((s) => `nameserver ${s}`),
      ...(dns.searches?.length ? [`search ${dns.searches.join(" ")}`] : []),
      ...(dns.options?.length ? [`options ${dns.options.join(" ")}`] : []),
    ];
    if (lines.length > 0) p.fs.write(i.ResolvConfPath as string, `${lines.join("\n")}\n`);
  }
  if (host) return { podSandboxId: id };
  const x = record(p, shim, i);
  const network = loadNetwork(p, cniSettings(shim));
  try {
    if ("error" in network) throw new Error("cni config uninitialized");
    setupNetwork(p, cniSettings(shim), network, { ...x, config: { ...x.config, dnsConfig: config.dnsConfig as Obj } });
  } catch (error) {
    if (!(error instanceof Error) || error.name === "NotSimulated") throw error;
    const errors = [
      `failed to set up sandbox container "${id}" network for pod ${pod}: networkPlugin cni failed to set up pod "${meta.name as string}_${meta.namespace as string}" network: ${error.message}`,
    ];
    try {
      if (!("error" in network)) teardownNetwork(p, cniSettings(shim), network, x);
    } catch (problem) {
      errors.push(
        `failed to clean up sandbox container "${id}" network for pod ${pod}: networkPlugin cni failed to teardown pod "${meta.name as string}_${meta.namespace as string}" network: ${(problem as Error).message}`,
      );
    }
    dockerCall(p, "containers/kill", { id, signal: "SIGKILL" });
    throw unknown(errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]`);
  }
  return { podSandboxId: id };
}

function checkpoint(p: Proc, shim: Shim, id: string, config: Obj, host: boolean): void {
  p.fs.mkdirp(shim.checkpoints, 0o755);
  const mappings = ((config.portMappings ?? []) as Obj[])
    .filter((m) => m.hostPort > 0)
    .map((m) => ({
      protocol: String(m.protocol ?? "TCP").toLowerCase(),
      container_port: m.containerPort as number,
      host_port: m.hostPort as number,
      host_ip: (m.hostIp ?? "") as string,
    }));
  const meta = config.metadata as Obj;
  p.fs.write(
    `${shim.checkpoints}/${id}`,
    JSON.stringify({
      version: "v1",
      name: meta.name as string,
      namespace: meta.namespace as string,
      data: { port_mappings: mappings, ...(host ? { host_network: true } : {}) },
    }),
  );
}

function teardown(p: Proc, shim: Shim, i: Obj): void {
  if (i.HostConfig.NetworkMode === "host" || !i.State.Running) return;
  const network = loadNetwork(p, cniSettings(shim));
  const meta = sandboxStatus(i, "").metadata as Obj;
  try {
    if ("error" in network) throw new Error("cni config uninitialized");
    teardownNetwork(p, cniSettings(shim), network, record(p, shim, i));
  } catch (error) {
    if (!(error instanceof Error) || error.name === "NotSimulated") throw error;
    throw unknown(
      `networkPlugin cni failed to teardown pod "${meta.name as string}_${meta.namespace as string}" network: ${error.message}`,
    );
  }
}

// --- calls

/** A call that is answered at once. */
export function answer(p: Proc, shim: Shim, request: CriRequest): CriReply {
  const method = methods[request.method];
  if (!method)
    return { ok: false, code: "Unimplemented", message: `unknown method ${request.method} for service runtime.v1.RuntimeService` };
  try {
    return { ok: true, response: method(p, shim, request.request) };
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

function reply(p: Proc, shim: Shim, op: Operation, message: CriReply): void {
  delete operations(p)[op.id];
  const full = { ...message, id: op.call } as unknown as Data;
  if (op.conn === 0) return void p.after(0, `${shim.events}-answer`, full);
  try {
    p.net.send(op.conn, full);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

/** A call whose answer may come later. `conn` 0: the process itself asks, and gets it as the event `NAME-answer`. */
export function open(p: Proc, shim: Shim, conn: number, request: CriRequest): void {
  const id = (p.data.nextDockerOperation ?? 1) as number;
  p.data.nextDockerOperation = id + 1;
  const op: Operation = { id, conn, call: request.id ?? 0, method: request.method, request: request.request };
  operations(p)[id] = op;
  step(p, shim, op, () => begin(p, shim, op));
}

function step(p: Proc, shim: Shim, op: Operation, work: () => CriReply | undefined): void {
  try {
    const done = work();
    if (done) reply(p, shim, op, done);
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    reply(p, shim, op, { ok: false, code: error.code, message: error.message });
  }
}

/** Sends a call to docker whose answer comes later. */
function ask(p: Proc, shim: Shim, op: Operation, call: string, args: Obj): undefined {
  const conn = connectDocker(p);
  if (typeof conn !== "number") throw unknown(conn.message);
  op.docker = conn;
  p.ownConnection(conn, shim.events);
  p.net.send(conn, { type: "docker", id: op.id, call, args: structuredClone(args) });
  return undefined;
}

function begin(p: Proc, shim: Shim, op: Operation): CriReply | undefined {
  const r = op.request;
  switch (op.method) {
    case "PullImage":
      return ask(p, shim, op, "pull", { name: withTag(r.image.image as string) });
    case "RunPodSandbox": {
      const there = dockerCall(p, "images/inspect", { name: shim.sandboxImage });
      if (there.ok) return void p.after(sandboxTime, `${shim.events}-run`, { id: op.id });
      if (there.status !== 404) throw unknown(`failed to inspect sandbox image ${JSON.stringify(shim.sandboxImage)}: ${said(there)}`);
      return ask(p, shim, op, "pull", { name: shim.sandboxImage });
    }
    case "StopContainer": {
      const found = list(p, "container").find((c) => (c.Id as string).startsWith(r.containerId as string));
      if (!found) return { ok: true, response: {} };
      return ask(p, shim, op, "stop", { id: found.Id as string, timeout: Number(r.timeout ?? 0) });
    }
    case "StopPodSandbox": {
      const found = list(p, "podsandbox").find((c) => (c.Id as string).startsWith(r.podSandboxId as string));
      if (!found) return { ok: true, response: {} };
      teardown(p, shim, docker(p, "containers/inspect", { id: found.Id as string }));
      return ask(p, shim, op, "stop", { id: found.Id as string, timeout: 10 });
    }
    case "ExecSync": {
      const i = inspect(p, r.containerId as string, "container");
      if (!i.State.Running) throw unknown(`container not running (${i.Id as string})`);
      return ask(p, shim, op, "exec", { id: i.Id as string, cmd: r.cmd as string[], timeout: Number(r.timeout ?? 0) });
    }
    default:
      return answer(p, shim, { type: "cri", method: op.method, request: r });
  }
}

/** An event of the process; false when it is none of the shim's. */
export function onEvent(p: Proc, shim: Shim, event: string, d: Obj): boolean {
  if (event === `${shim.events}-run`) {
    const op = operations(p)[d.id as number];
    if (op) step(p, shim, op, () => ({ ok: true, response: runSandbox(p, shim, op.request.config as Obj) }));
    return true;
  }
  if (event === `${shim.events}-lost`) {
    for (const op of Object.values(operations(p)))
      if (op.docker === d.conn) reply(p, shim, op, { ok: false, code: "Unknown", message: daemonMissing });
    return true;
  }
  if (event !== shim.events) return false;
  const message = d as unknown as ApiReply;
  const op = operations(p)[message.id ?? 0];
  if (!op) return true;
  if (op.docker !== undefined) {
    const conn = op.docker;
    delete op.docker;
    p.net.shut(conn);
  }
  step(p, shim, op, () => answered(p, shim, op, message));
  return true;
}

function answered(p: Proc, shim: Shim, op: Operation, message: ApiReply): CriReply | undefined {
  switch (op.method) {
    case "PullImage":
      if (!message.ok) throw unknown(said(message));
      return { ok: true, response: { imageRef: message.body.id as string } };
    case "RunPodSandbox":
      if (!message.ok) throw unknown(`failed pulling image ${JSON.stringify(shim.sandboxImage)}: ${said(message)}`);
      return void p.after(sandboxTime, `${shim.events}-run`, { id: op.id });
    case "ExecSync": {
      if (!message.ok && message.status === 408)
        throw new CriError("DeadlineExceeded", `command ${JSON.stringify((op.request.cmd as string[]).join(" "))} timed out`);
      if (!message.ok) {
        // docker's exec answers with a status of its own for a command that cannot be run
        if (/executable file not found|no such file/.test(message.message))
          return { ok: true, response: { stdout: `${message.message}\r\n`, stderr: "", exitCode: 126 } };
        throw unknown(said(message));
      }
      return {
        ok: true,
        response: { stdout: message.body.stdout as string, stderr: message.body.stderr as string, exitCode: message.body.status as number },
      };
    }
    default:
      if (!message.ok) throw unknown(said(message));
      return { ok: true, response: {} };
  }
}
