/** Containers of docker: made, started, ended, removed (moby, daemon/). Every function answers at once. */
import { Errno, strerror } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { Signal } from "../../kernel/program.ts";
import { canonical, parseReference } from "../images.ts";
import { accountOf, createRootfs, removeRootfs, type BindMount } from "../rootfs.ts";
import { leaveCgroup, placeInCgroup } from "../runc.ts";
import { callShim, startShim, type Monitor, type ProcessSpec, type ShimReply, type ShimRequest } from "../shim.ts";
import { findStoredImage, type ImageRecord } from "../store.ts";
import type { DockerSettings } from "./config.ts";
import { connect, createSandbox, disconnect, removeSandboxNs } from "./network.ts";
import { randomName } from "./names.ts";
import type { ContainerSpec, DockerContainer, DockerStore } from "./store.ts";

export interface Engine {
  p: Proc;
  settings: DockerSettings;
  store: DockerStore;
}

/** An answer of the API other than success. */
export class DockerError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const containerdSocket = "/run/containerd/containerd.sock";

/** docker has a shim of containerd's for each container, in the namespace moby. */
const monitor: Monitor = {
  each: "container",
  oci: "runc",
  socket: (id) => `/run/containerd/s/moby-${id}`,
  argv: (id) => ["/usr/bin/containerd-shim-runc-v2", "-namespace", "moby", "-id", id, "-address", containerdSocket],
  events: "/run/docker.sock",
  cgroup: () => "/system.slice/containerd.service",
};

export const callMoby = (e: Engine, id: string, request: ShimRequest): ShimReply | undefined => callShim(e.p, monitor.socket(id), request);

export const containerDir = (e: Engine, id: string): string => `${e.settings.root}/containers/${id}`;
export const logFile = (e: Engine, id: string): string => `${containerDir(e, id)}/${id}-json.log`;

/** A container by name, ID, or the beginning of its ID. */
export function find(e: Engine, name: string): DockerContainer | undefined {
  const all = Object.values(e.store.containers);
  const bare = name.replace(/^\//, "");
  return (
    e.store.containers[bare] ??
    all.find((c) => c.spec.name === bare) ??
    (/^[0-9a-f]+$/.test(bare) ? all.find((c) => c.id.startsWith(bare)) : undefined)
  );
}
export function need(e: Engine, name: string): DockerContainer {
  const found = find(e, name);
  if (!found) throw new DockerError(404, `No such container: ${name}`);
  return found;
}

export function findImage(e: Engine, name: string): ImageRecord | undefined {
  let full = name;
  try {
    full = canonical(parseReference(name));
  } catch {
    // an ID
  }
  return findStoredImage(e.store, full) ?? findStoredImage(e.store, name);
}

export function create(e: Engine, given: ContainerSpec): DockerContainer {
  const image = findImage(e, given.image);
  if (!image) {
    let text = given.image;
    try {
      const { tag, digest } = parseReference(given.image);
      if (tag === undefined && digest === undefined) text = `${given.image}:latest`;
    } catch (error) {
      throw new DockerError(400, (error as Error).message);
    }
    throw new DockerError(404, `No such image: ${text}`);
  }
  const spec = { ...given };
  if (spec.cgroupParent !== "" && e.settings.cgroupDriver === "systemd" && !/^[^/]+\.slice$/.test(spec.cgroupParent))
    throw new DockerError(400, 'cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"');
  const taken = spec.name === "" ? undefined : Object.values(e.store.containers).find((c) => c.spec.name === spec.name);
  if (taken)
    throw new DockerError(
      409,
      `Conflict. The container name "/${spec.name}" is already in use by container "${taken.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
  const argv = [...(spec.entrypoint ?? image.config.Entrypoint ?? []), ...(spec.cmd ?? (spec.entrypoint ? [] : (image.config.Cmd ?? [])))];
  if (argv.length === 0) throw new DockerError(400, "No command specified");
  for (const other of [spec.network, spec.ipc, spec.pid])
    if (other.startsWith("container:") && !find(e, other.slice("container:".length)))
      throw new DockerError(404, `No such container: ${other.slice("container:".length)}`);
  const id = e.p.machine.random("docker-container").hex(64);
  if (spec.name === "") {
    const names = new Set(Object.values(e.store.containers).map((c) => c.spec.name));
    do spec.name = randomName(e.p);
    while (names.has(spec.name));
  }
  spec.hostname ??= spec.network === "host" ? e.p.machine.hostname : id.slice(0, 12);
  const c: DockerContainer = {
    id,
    spec,
    image: image.id,
    state: "created",
    error: "",
    createdAt: e.p.now,
    startedAt: 0,
    finishedAt: 0,
    exitCode: 0,
    restarts: 0,
    stopped: false,
    argv,
    netns: "",
    cgroup: "",
  };
  e.store.containers[id] = c;
  e.p.fs.mkdirp(containerDir(e, id), 0o710);
  e.p.fs.write(logFile(e, id), "", { mode: 0o640 });
  return c;
}

/** The files that docker makes for every container, shared by those that join another's network. */
function files(e: Engine, c: DockerContainer, owner: DockerContainer): BindMount[] {
  const dir = containerDir(e, owner.id);
  const { fs } = e.p;
  if (owner === c) {
    fs.write(`${dir}/hostname`, `${c.spec.hostname!}\n`);
    const hosts =
      c.spec.network === "host"
        ? (fs.tryReadText("/etc/hosts") ?? "")
        : `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n${c.endpoint ? `${c.endpoint.ip}\t${c.spec.hostname!}\n` : ""}`;
    fs.write(`${dir}/hosts`, hosts);
    if (!fs.exists(`${dir}/resolv.conf`)) fs.write(`${dir}/resolv.conf`, resolvConf(e, c));
  }
  return [
    { containerPath: "/etc/resolv.conf", hostPath: `${dir}/resolv.conf` },
    { containerPath: "/etc/hostname", hostPath: `${dir}/hostname` },
    { containerPath: "/etc/hosts", hostPath: `${dir}/hosts` },
  ].filter((m) => fs.exists(m.hostPath));
}

/** A stub resolver on the loopback address cannot be reached from a container: systemd-resolved's real servers are taken. */
function resolvConf(e: Engine, c: DockerContainer): string {
  const { fs } = e.p;
  const own = fs.tryReadText("/etc/resolv.conf") ?? "";
  if (c.spec.network === "host" || !/^nameserver 127\./m.test(own)) return own;
  return fs.tryReadText("/run/systemd/resolve/resolv.conf") ?? own;
}

function networkOwner(e: Engine, c: DockerContainer): DockerContainer {
  if (!c.spec.network.startsWith("container:")) return c;
  const other = need(e, c.spec.network.slice("container:".length));
  if (other.state !== "running") throw new DockerError(409, `cannot join network of a non running container: ${other.id}`);
  return other;
}

function checkContainerd(e: Engine): void {
  let why: string | undefined;
  try {
    const met = e.p.net.connectUnix(containerdSocket);
    if (met.ok) return e.p.net.shut(met.conn);
    why = strerror(met.code);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    why = error.text;
  }
  throw new DockerError(
    500,
    `connection error: desc = "transport: Error while dialing: dial unix ${containerdSocket}: connect: ${why.toLowerCase()}": unavailable`,
  );
}

/** Starts a container. `attach`: its streams are wanted, which go on to the log as well. */
export function start(e: Engine, c: DockerContainer, attach: { stdin: boolean } | undefined): ShimReply {
  if (c.state === "running") return { ok: true };
  checkContainerd(e);
  const owner = networkOwner(e, c);
  c.startedAt = e.p.now;
  if (owner === c && c.spec.network !== "host") {
    createSandbox(e.p, c);
    if (c.spec.network === "bridge") connect(e.p, e.settings, e.store, c);
  }
  const undo = (status: number, message: string): never => {
    release(e, c);
    c.startedAt = 0;
    c.error = message;
    c.exitCode = /executable file not found|no such file/.test(message) ? 127 : /permission denied/.test(message) ? 126 : 128;
    callMoby(e, c.id, { type: "shim", method: "Shutdown" });
    throw new DockerError(status, message);
  };
  const image = e.store.images[c.image];
  if (!image) return undo(404, `No such image: ${c.image}`);
  try {
    if (!e.p.machine.state.mountNamespaces[c.id]) {
      const own = c.spec.binds.map((b) => b.containerPath);
      const binds = [...files(e, c, owner).filter((m) => !own.includes(m.containerPath)), ...c.spec.binds];
      // what is bound in and is not there is made, as a folder
      for (const bind of binds) if (!e.p.fs.exists(bind.hostPath)) e.p.fs.mkdirp(bind.hostPath, 0o755);
      createRootfs(e.p.machine, c.id, image.root, binds, { privileged: c.spec.privileged, readonlyRoot: c.spec.readonlyRoot });
    } else files(e, c, owner);
  } catch (error) {
    removeRootfs(e.p.machine, c.id);
    if (error instanceof Errno || (error instanceof Error && error.name === "Error")) return undo(500, error.message);
    throw error;
  }
  const { cgroupDriver } = e.settings;
  const parent = c.spec.cgroupParent;
  const path =
    cgroupDriver === "systemd"
      ? `${parent === "" ? "system.slice" : parent}:docker:${c.id}`
      : `${parent === "" ? "/docker" : parent}/${c.id}`;
  const placed = placeInCgroup(e.p.machine, cgroupDriver === "systemd", path.replace(/^([^/:]+\/)/, "/$1"), e.p.state.cgroup);
  if ("error" in placed) return undo(500, taskFailed(placed.error));
  c.cgroup = placed.cgroup;
  if (placed.scope !== undefined) c.scope = placed.scope;
  startShim(e.p, monitor, c.id);
  const spec = processSpec(e, c, owner, c.argv);
  if (typeof spec === "string") return undo(400, spec);
  const reply = callMoby(e, c.id, {
    type: "shim",
    method: "Start",
    id: c.id,
    spec: {
      ...spec,
      log: logFile(e, c.id),
      logFormat: "json-file",
      tty: c.spec.tty,
      stdin: c.spec.openStdin || attach !== undefined,
    },
  });
  if (!reply) return undo(500, "ttrpc: closed: unknown");
  if (!reply.ok) return undo(400, reply.exec ? taskFailed(reply.error) : reply.error);
  c.state = "running";
  c.error = "";
  c.exitCode = 0;
  c.finishedAt = 0;
  c.stopped = false;
  if (!attach && !c.spec.openStdin) return { ok: true };
  const attached = callMoby(e, c.id, { type: "shim", method: "Attach", id: c.id });
  if (attached?.ok && attached.stream && attach && !attach.stdin && !c.spec.tty) attached.stream.input(undefined);
  return attached ?? { ok: true };
}

const taskFailed = (text: string): string => `failed to create shim task: OCI runtime create failed: runc create failed: ${text}: unknown`;

/** A text when the container's user is unknown. */
export function processSpec(e: Engine, c: DockerContainer, owner: DockerContainer, argv: string[]): ProcessSpec | string {
  const image = e.store.images[c.image]?.config ?? {};
  const user = c.spec.user ?? image.User ?? "";
  const account = accountOf(e.p.machine.rootFs(c.id), user, {});
  if (!account) return `unable to find user ${user}: no matching entries in passwd file`;
  const env: Record<string, string> = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOSTNAME: c.spec.hostname!,
  };
  if (c.spec.tty) env.TERM = "xterm";
  for (const pair of [...(image.Env ?? []), ...c.spec.env]) env[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
  env.HOME ??= account.home;
  const { pid } = c.spec;
  return {
    argv,
    env,
    cwd: c.spec.workdir || image.WorkingDir || "/",
    uid: account.uid,
    gid: account.gid,
    groups: [...account.groups, ...(c.spec.groups ?? [])],
    mntns: c.id,
    netns: owner.netns,
    pidns: pid === "host" ? "" : pid.startsWith("container:") ? need(e, pid.slice("container:".length)).id : c.id,
    ...(owner.spec.network === "host" ? {} : { hostname: owner.spec.hostname! }),
    cgroup: c.cgroup,
  };
}

/** What a container holds while it runs. */
function release(e: Engine, c: DockerContainer): void {
  disconnect(e.p, e.settings, c);
  removeSandboxNs(e.p, c);
  leaveCgroup(e.p.machine, c);
  c.cgroup = "";
  delete c.scope;
}

/** Its first process has ended. */
export function ended(e: Engine, c: DockerContainer, status: number, at: number): void {
  if (c.state !== "running") return;
  c.state = "exited";
  c.exitCode = status;
  c.finishedAt = at;
  callMoby(e, c.id, { type: "shim", method: "Delete", id: c.id });
  release(e, c);
  if (c.spec.autoRemove) return remove(e, c, true);
  const { name, maximum } = c.spec.restart;
  const again =
    (name === "always" || name === "unless-stopped" || (name === "on-failure" && status !== 0)) &&
    !c.stopped &&
    (maximum === 0 || c.restarts < maximum);
  if (again) e.p.after(Math.min(100 * 2 ** Math.min(c.restarts, 9), 60_000), "restart", { id: c.id });
}

export const kill = (e: Engine, c: DockerContainer, signal: Signal): void =>
  void callMoby(e, c.id, { type: "shim", method: "Kill", id: c.id, signal });

export const stopSignal = (e: Engine, c: DockerContainer): Signal => {
  const name = e.store.images[c.image]?.config.StopSignal;
  return (name && /^SIG[A-Z0-9]+$/.test(name) ? name : "SIGTERM") as Signal;
};

export function remove(e: Engine, c: DockerContainer, force: boolean): void {
  if (c.state === "running") {
    if (!force)
      throw new DockerError(
        409,
        `You cannot remove a running container ${c.id}. Stop the container before attempting removal or force remove`,
      );
    c.stopped = true;
    kill(e, c, "SIGKILL");
    c.spec.autoRemove = false;
    ended(e, c, 137, e.p.now);
  }
  release(e, c);
  removeRootfs(e.p.machine, c.id);
  e.p.fs.removeAll(containerDir(e, c.id));
  callMoby(e, c.id, { type: "shim", method: "Shutdown" });
  delete e.store.containers[c.id];
}

/** After a start of the daemon: what has ended meanwhile, and what is to be started again. */
export function restore(e: Engine): void {
  for (const c of Object.values(e.store.containers)) {
    if (c.state === "running") {
      const state = callMoby(e, c.id, { type: "shim", method: "State" });
      const task = state?.ok ? state.tasks?.[c.id] : undefined;
      if (task?.state === "running") continue;
      // after a reboot its namespace and veth pair are gone, too
      ended(e, c, task?.exit ?? 255, task?.at ?? e.p.now);
    } else if (c.state === "exited" && (c.spec.restart.name === "always" || (c.spec.restart.name === "unless-stopped" && !c.stopped)))
      e.p.after(100, "restart", { id: c.id });
  }
}
