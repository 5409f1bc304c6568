/** What the API tells: objects of containers, images and the daemon, in the API's names (recorded with docker 20.10). */
import { createHash } from "node:crypto";
import type { Obj } from "../../core/json.ts";
import type { ImageRecord } from "../store.ts";
import { containerDir, callMoby, logFile, type Engine } from "./engine.ts";
import { sandboxKey } from "./network.ts";
import { familiar, type DockerContainer } from "./store.ts";

const goTime = (ms: number): string => (ms === 0 ? "0001-01-01T00:00:00Z" : new Date(ms).toISOString().replace("Z", "000000Z"));

export function pidOf(e: Engine, c: DockerContainer): number {
  if (c.state !== "running") return 0;
  const state = callMoby(e, c.id, { type: "shim", method: "State" });
  const task = state?.ok ? state.tasks?.[c.id] : undefined;
  return task?.state === "running" ? task.pid : 0;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
export const networkId = (e: Engine, name: string): string => hash(`${e.p.machine.name} network ${name}`);

export function inspectContainer(e: Engine, c: DockerContainer): Obj {
  const { spec } = c;
  const [bip = "", bits = ""] = e.settings.bip.split("/");
  const image = e.store.images[c.image]?.config ?? {};
  const running = c.state === "running";
  const address = {
    gateway: c.endpoint ? bip : "",
    ip: c.endpoint?.ip ?? "",
    length: c.endpoint ? Number(bits) : 0,
    mac: c.endpoint?.mac ?? "",
  };
  const network = spec.network.startsWith("container:") ? undefined : spec.network;
  const ports: Obj = {};
  if (running)
    for (const p of spec.ports) ports[`${p.container}/${p.protocol}`] = [{ HostIp: p.ip || "0.0.0.0", HostPort: String(p.host) }];
  return {
    Id: c.id,
    Created: goTime(c.createdAt),
    Path: c.argv[0]!,
    Args: c.argv.slice(1),
    State: {
      Status: c.state,
      Running: running,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: pidOf(e, c),
      ExitCode: c.exitCode,
      Error: c.error,
      StartedAt: goTime(c.startedAt),
      FinishedAt: goTime(c.finishedAt),
    },
    Image: c.image,
    ResolvConfPath: `${containerDir(e, c.id)}/resolv.conf`,
    HostnamePath: `${containerDir(e, c.id)}/hostname`,
    HostsPath: `${containerDir(e, c.id)}/hosts`,
    LogPath: logFile(e, c.id),
    Name: `/${spec.name}`,
    RestartCount: c.restarts,
    Driver: "overlay2",
    Platform: "linux",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: spec.privileged ? "unconfined" : "docker-default",
    ExecIDs: null,
    HostConfig: {
      Binds: spec.binds.length === 0 ? null : spec.binds.map((b) => `${b.hostPath}:${b.containerPath}${b.readonly ? ":ro" : ""}`),
      LogConfig: { Type: "json-file", Config: {} },
      NetworkMode: spec.network,
      PortBindings: Object.fromEntries(
        spec.ports.map((p) => [`${p.container}/${p.protocol}`, [{ HostIp: p.ip, HostPort: String(p.host) }]]),
      ) as Obj,
      RestartPolicy: { Name: spec.restart.name, MaximumRetryCount: spec.restart.maximum },
      AutoRemove: spec.autoRemove,
      CgroupnsMode: spec.privileged ? "host" : "private",
      IpcMode: spec.ipc,
      PidMode: spec.pid,
      Privileged: spec.privileged,
      ReadonlyRootfs: spec.readonlyRoot,
      Runtime: "runc",
      CgroupParent: spec.cgroupParent,
    },
    GraphDriver: { Data: null, Name: "overlay2" },
    Mounts: spec.binds.map((b) => ({
      Type: "bind",
      Source: b.hostPath,
      Destination: b.containerPath,
      Mode: b.readonly ? "ro" : "",
      RW: !b.readonly,
      Propagation: "rprivate",
    })),
    Config: {
      Hostname: spec.hostname ?? "",
      User: spec.user ?? image.User ?? "",
      Tty: spec.tty,
      OpenStdin: spec.openStdin,
      Env: [...(image.Env ?? []), ...spec.env],
      Cmd: spec.cmd ?? image.Cmd ?? null,
      Image: spec.image,
      WorkingDir: spec.workdir ?? image.WorkingDir ?? "",
      Entrypoint: spec.entrypoint ?? image.Entrypoint ?? null,
      // as Go writes a map
      Labels: Object.fromEntries(Object.entries(spec.labels).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    NetworkSettings: {
      Bridge: "",
      SandboxID: c.netns === "" ? "" : hash(c.netns),
      HairpinMode: false,
      Ports: ports,
      SandboxKey: c.netns === "" ? "" : sandboxKey(c),
      Gateway: address.gateway,
      IPAddress: address.ip,
      IPPrefixLen: address.length,
      MacAddress: address.mac,
      Networks:
        network === undefined
          ? {}
          : {
              [network]: {
                NetworkID: networkId(e, network),
                EndpointID: c.endpoint ? hash(`${c.id} endpoint`) : "",
                Gateway: address.gateway,
                IPAddress: address.ip,
                IPPrefixLen: address.length,
                MacAddress: address.mac,
              },
            },
    },
  };
}

export const inspectImage = (i: ImageRecord): Obj => ({
  Id: i.id,
  RepoTags: i.tags.map(familiar),
  RepoDigests: i.digests.map(familiar),
  Parent: "",
  Created: goTime(i.createdAt),
  Config: {
    User: i.config.User ?? "",
    Env: i.config.Env ?? null,
    Cmd: i.config.Cmd ?? null,
    Entrypoint: i.config.Entrypoint ?? null,
    WorkingDir: i.config.WorkingDir ?? "",
    StopSignal: i.config.StopSignal ?? "",
  },
  Architecture: "amd64",
  Os: "linux",
  Size: i.size * 3,
  VirtualSize: i.size * 3,
});

export function infoOf(e: Engine): Obj {
  const all = Object.values(e.store.containers);
  const running = all.filter((c) => c.state === "running").length;
  const { machine } = e.p;
  const memory = Number(/^MemTotal:\s+(\d+)/m.exec(e.p.fs.tryReadText("/proc/meminfo") ?? "")?.[1] ?? machine.state.memory * 1024) * 1024;
  return {
    ID: machine.random("docker-id").uuid(),
    Containers: all.length,
    ContainersRunning: running,
    ContainersPaused: 0,
    ContainersStopped: all.length - running,
    Images: Object.keys(e.store.images).length,
    Driver: "overlay2",
    LoggingDriver: "json-file",
    CgroupDriver: e.settings.cgroupDriver,
    CgroupVersion: "2",
    ServerVersion: e.p.state.version,
    KernelVersion: (e.p.fs.tryReadText("/proc/sys/kernel/osrelease") ?? "").trim(),
    OperatingSystem: /^PRETTY_NAME="?([^"\n]*)"?/m.exec(e.p.fs.tryReadText("/etc/os-release") ?? "")?.[1] ?? "Linux",
    OSType: "linux",
    Architecture: "x86_64",
    NCPU: machine.state.cpus,
    MemTotal: memory,
    Name: machine.hostname,
    DockerRootDir: e.settings.root,
    Debug: false,
    IndexServerAddress: "https://index.docker.io/v1/",
    RegistryMirrors: e.settings.mirrors,
    InsecureRegistries: [...e.settings.insecure, "::1/128", "127.0.0.0/8"],
    LiveRestoreEnabled: e.settings.liveRestore,
    DefaultRuntime: "runc",
    ExperimentalBuild: false,
  };
}
