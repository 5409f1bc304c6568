/** Creating, starting and removing containers. */
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import { dirname } from "../fs/view.ts";
import { which } from "../kernel/machine.ts";
import type { Signal } from "../kernel/program.ts";
import { CriError } from "./messages.ts";
import { accountOf, createRootfs, removeRootfs, type BindMount } from "./rootfs.ts";
import { leaveCgroup, placeInCgroup } from "./runc.ts";
import { callMonitor, type Service } from "./service.ts";
import { startError, startShim, type ProcessSpec } from "./shim.ts";
import { findStoredImage, type ContainerRecord, type ImageRecord, type SandboxRecord } from "./store.ts";

export const newId = (s: Service): string => s.p.machine.random("container-id").hex(64);

export function createContainer(s: Service, sandbox: SandboxRecord, config: Obj): string {
  if (sandbox.state !== "SANDBOX_READY")
    throw new CriError("Unknown", `failed to get sandbox container task: no running task found: task ${sandbox.id} not found: not found`);
  const image = findStoredImage(s.store, config.image.image as string);
  if (!image)
    throw new CriError(
      "NotFound",
      `failed to resolve image "${config.image.image as string}": failed to get image from containerd "${config.image.image as string}": image not found`,
    );
  const meta = config.metadata as Obj;
  const pod = sandbox.config.metadata as Obj;
  const name = (c: ContainerRecord): string => `${c.config.metadata.name as string}_${c.config.metadata.attempt as number}`;
  const twin = Object.values(s.store.containers).find(
    (c) => c.sandbox === sandbox.id && name(c) === `${meta.name as string}_${meta.attempt as number}`,
  );
  const full = `${meta.name as string}_${pod.name as string}_${pod.namespace as string}_${pod.uid as string}_${meta.attempt as number}`;
  if (twin) throw new CriError("Unknown", `failed to reserve container name "${full}": name "${full}" is reserved for "${twin.id}"`);
  const argv = [...(config.command?.length ? (config.command as string[]) : (image.config.Entrypoint ?? []))];
  const args = config.args?.length ? (config.args as string[]) : config.command?.length ? [] : (image.config.Cmd ?? []);
  argv.push(...args);
  const id = newId(s);
  if (argv.length === 0)
    throw new CriError("Unknown", `failed to generate container "${id}" spec: failed to generate spec: no command specified`);
  const security = (config.linux?.securityContext ?? {}) as Obj;
  const binds: BindMount[] = [];
  const dir = s.runtime.sandboxDir(sandbox.id);
  const given = (config.mounts ?? []) as (BindMount & { selinuxRelabel?: boolean })[];
  for (const [file, path] of [
    ["hostname", "/etc/hostname"],
    ["hosts", "/etc/hosts"],
    ["resolv.conf", "/etc/resolv.conf"],
  ] as const) {
    if (given.some((m) => m.containerPath === path)) continue;
    if (s.p.fs.exists(`${dir}/${file}`)) binds.push({ containerPath: path, hostPath: `${dir}/${file}` });
  }
  for (const m of given) binds.push(m);
  try {
    createRootfs(s.p.machine, id, image.root, binds, {
      privileged: security.privileged === true,
      readonlyRoot: security.readonlyRootfs === true,
    });
  } catch (error) {
    removeRootfs(s.p.machine, id);
    if (error instanceof Errno)
      throw new CriError("Unknown", `failed to generate container "${id}" spec: failed to generate spec: ${error.message}`);
    throw error instanceof CriError ? error : new CriError("Unknown", (error as Error).message);
  }
  const logPath =
    config.logPath && sandbox.config.logDirectory ? `${sandbox.config.logDirectory as string}/${config.logPath as string}` : "";
  if (s.runtime.createsEarly) {
    const wrong = badCommand(s, id, config, image, argv);
    if (wrong !== undefined) {
      removeRootfs(s.p.machine, id);
      throw new CriError("Unknown", s.runtime.words.createFailed(wrong));
    }
  }
  s.store.containers[id] = {
    id,
    sandbox: sandbox.id,
    config: { ...config, resolvedArgv: argv },
    image: image.id,
    state: "CONTAINER_CREATED",
    createdAt: s.p.now,
    startedAt: 0,
    finishedAt: 0,
    exitCode: 0,
    reason: "",
    message: "",
    logPath,
    cgroup: "",
  };
  s.runtime.journal(s.p, { what: "created", meta, pod, id });
  return id;
}

/** The OCI runtime's words when the container's program is not there; undefined when it is. */
function badCommand(s: Service, id: string, config: Obj, image: ImageRecord, argv: string[]): string | undefined {
  const path = [...((config.envs ?? []) as { key: string; value: string }[]).map((e) => `${e.key}=${e.value}`), ...(image.config.Env ?? [])]
    .find((e) => e.startsWith("PATH="))
    ?.slice("PATH=".length);
  try {
    which(s.p.machine.rootFs(id), argv[0]!, path ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    return undefined;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return startError(s.p, s.runtime.monitor.oci, error, argv);
  }
}

/** What a process of the container is run with. Throws CriError when the image's user is unknown. */
export function processSpec(s: Service, c: ContainerRecord, argv: string[]): ProcessSpec {
  const sandbox = s.store.sandboxes[c.sandbox]!;
  const image = s.store.images[c.image]?.config ?? {};
  const security = (c.config.linux?.securityContext ?? {}) as Obj;
  const options = (security.namespaceOptions ?? {}) as Obj;
  const fs = s.p.machine.rootFs(c.id);
  const account = accountOf(fs, image.User ?? "", security);
  if (!account)
    throw new CriError(
      "Unknown",
      `failed to generate container "${c.id}" spec: failed to generate spec: no users found for "${image.User ?? ""}": unable to find user ${image.User ?? ""}: no matching entries in passwd file`,
    );
  const env: Record<string, string> = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
  for (const pair of image.Env ?? []) env[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
  env.HOSTNAME = sandbox.config.hostname ? (sandbox.config.hostname as string) : s.p.machine.hostname;
  for (const { key, value } of (c.config.envs ?? []) as { key: string; value: string }[]) env[key] = value;
  env.HOME ??= account.home;
  const target = options.targetId as string | undefined;
  return {
    argv,
    env,
    cwd: (c.config.workingDir as string | undefined) || image.WorkingDir || "/",
    uid: account.uid,
    gid: account.gid,
    groups: account.groups,
    mntns: c.id,
    netns: sandbox.netns,
    pidns: options.pid === "NODE" ? "" : options.pid === "POD" ? sandbox.id : options.pid === "TARGET" && target ? target : c.id,
    ...(sandbox.config.hostname ? { hostname: sandbox.config.hostname as string } : {}),
    cgroup: c.cgroup,
    log: c.logPath,
    tty: c.config.tty === true,
    stdin: c.config.stdin === true,
  };
}

/** StartContainer. A container whose process cannot be started has exited with 128, "StartError", as containerd records it. */
export function startContainer(s: Service, c: ContainerRecord): void {
  if (c.state !== "CONTAINER_CREATED")
    throw new CriError("Unknown", `failed to set starting state for container "${c.id}": container is in ${c.state} state`);
  const sandbox = s.store.sandboxes[c.sandbox]!;
  const failed = (message: string): never => {
    c.state = "CONTAINER_EXITED";
    c.exitCode = 128;
    c.reason = "StartError";
    c.message = message;
    c.finishedAt = s.p.now;
    c.startedAt = 0;
    leaveCgroup(s.p.machine, c);
    if (s.runtime.monitor.each === "container") callMonitor(s, c.sandbox, c.id, { type: "shim", method: "Shutdown" });
    throw new CriError("Unknown", message);
  };
  const { words } = s.runtime;
  if (s.runtime.monitor.each === "container") startShim(s.p, s.runtime.monitor, c.id);
  const state = callMonitor(s, c.sandbox, c.id, { type: "shim", method: "State" });
  if (!state?.ok) return failed(words.monitorGone);
  const missing = missingRuntime(s);
  if (missing) return failed(missing);
  const parent = (sandbox.config.linux?.cgroupParent ?? "") as string;
  const shimCgroup = (state.pid === undefined ? undefined : s.p.machine.procs.get(state.pid)?.state.cgroup) ?? s.p.state.cgroup;
  const { systemdCgroup } = s.settings;
  const placed = placeInCgroup(s.p.machine, systemdCgroup, s.runtime.cgroupsPath(parent, c.id, systemdCgroup), shimCgroup);
  if ("error" in placed) return failed(words.createFailed(placed.error));
  c.cgroup = placed.cgroup;
  if (placed.scope !== undefined) c.scope = placed.scope;
  if (c.logPath !== "") {
    s.p.fs.mkdirp(dirname(c.logPath), 0o755);
    if (!s.p.fs.exists(c.logPath)) s.p.fs.write(c.logPath, "", { mode: 0o640 });
  }
  let spec: ProcessSpec;
  try {
    spec = processSpec(s, c, c.config.resolvedArgv as string[]);
  } catch (error) {
    if (error instanceof CriError) return failed(error.message);
    throw error;
  }
  const view = s.p.machine.rootFs(c.id);
  if (!view.isDir(spec.cwd)) view.mkdirp(spec.cwd, 0o755);
  const reply = callMonitor(s, c.sandbox, c.id, { type: "shim", method: "Start", id: c.id, spec });
  if (!reply) return failed(words.monitorGone);
  if (!reply.ok) return failed(reply.exec ? words.createFailed(reply.error) : reply.error);
  c.state = "CONTAINER_RUNNING";
  c.startedAt = s.p.now;
  s.runtime.journal(s.p, { what: "started", meta: c.config.metadata as Obj, pod: sandbox.config.metadata as Obj, id: c.id });
}

/** Go's exec error when runc is not there, as the shim reports it. */
export function missingRuntime(s: Service): string | undefined {
  try {
    which(s.p.fs, s.settings.runtimeBinary, s.p.env.PATH);
    return undefined;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return s.runtime.words.runtimeMissing(s.settings.runtimeBinary);
  }
}

/** Records the end of a container's first process. */
export function containerExited(s: Service, c: ContainerRecord, status: number, at: number): void {
  if (c.state !== "CONTAINER_RUNNING") return;
  c.state = "CONTAINER_EXITED";
  c.exitCode = status;
  c.finishedAt = at;
  c.reason = status === 0 ? "Completed" : "Error";
  leaveCgroup(s.p.machine, c);
  callMonitor(s, c.sandbox, c.id, { type: "shim", method: "Delete", id: c.id });
}

export function killContainer(s: Service, c: ContainerRecord, signal: Signal): void {
  callMonitor(s, c.sandbox, c.id, { type: "shim", method: "Kill", id: c.id, signal });
}

export const stopSignal = (s: Service, c: ContainerRecord): Signal => {
  const name = s.store.images[c.image]?.config.StopSignal;
  return (name && /^SIG[A-Z0-9]+$/.test(name) ? name : "SIGTERM") as Signal;
};

export function removeContainer(s: Service, c: ContainerRecord): void {
  if (c.state === "CONTAINER_RUNNING") killContainer(s, c, "SIGKILL");
  leaveCgroup(s.p.machine, c);
  removeRootfs(s.p.machine, c.id);
  delete s.store.containers[c.id];
  s.runtime.journal(s.p, { what: "removed", id: c.id, of: "container" });
}
