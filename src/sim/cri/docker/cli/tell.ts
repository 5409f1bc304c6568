/** docker info, version, inspect, logs. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { parseCriLog } from "../../log.ts";
import { dockerCall } from "../api.ts";
import { fault, must } from "./call.ts";
import { CliError, type Flags } from "./flags.ts";
import { render } from "./template.ts";

const client = (p: Proc): string =>
  `Client:\n Version:           ${p.state.version}\n API version:       1.50\n Go version:        go1.24.2\n Git commit:        297e128\n OS/Arch:           linux/amd64\n Context:           default\n`;

export async function version(p: Proc, f: Flags): Promise<number> {
  const reply = dockerCall(p, "version");
  const format = f.values.format?.[0];
  if (format !== undefined) {
    if (!reply.ok) throw fault(reply);
    const view = {
      Client: { Version: p.state.version, ApiVersion: "1.50" },
      Server: { Version: reply.body.Version as string, APIVersion: reply.body.ApiVersion as string },
    };
    return p.out(`${render(p, format, view, "system.versionInfo")}\n`).then(() => 0);
  }
  await p.out(client(p));
  if (!reply.ok) throw fault(reply);
  await p.out(
    `\nServer:\n Engine:\n  Version:          ${reply.body.Version as string}\n  API version:      ${reply.body.ApiVersion as string} (minimum version ${reply.body.MinAPIVersion as string})\n  Go version:       go1.24.2\n  Git commit:       5d6db84\n  OS/Arch:          linux/amd64\n  Experimental:     false\n`,
  );
  return 0;
}

const gib = (bytes: number): string => `${Number((bytes / 1024 ** 3).toPrecision(4))}GiB`;

export async function info(p: Proc, f: Flags): Promise<number> {
  const reply = dockerCall(p, "info");
  const format = f.values.format?.[0];
  if (format !== undefined) {
    if (!reply.ok) throw fault(reply);
    return p.out(`${format === "json" ? JSON.stringify(reply.body) : render(p, format, reply.body, "system.info")}\n`).then(() => 0);
  }
  await p.out(`Client:\n Version:    ${p.state.version}\n Context:    default\n Debug Mode: false\n\nServer:\n`);
  if (!reply.ok) throw new CliError(`ERROR: ${reply.message}\nerrors pretty printing info`);
  const i = reply.body;
  const lines = [
    `Containers: ${i.Containers as number}`,
    ` Running: ${i.ContainersRunning as number}`,
    ` Paused: ${i.ContainersPaused as number}`,
    ` Stopped: ${i.ContainersStopped as number}`,
    `Images: ${i.Images as number}`,
    `Server Version: ${i.ServerVersion as string}`,
    `Storage Driver: ${i.Driver as string}`,
    " Backing Filesystem: extfs",
    " Supports d_type: true",
    " Using metacopy: false",
    " Native Overlay Diff: true",
    " userxattr: false",
    `Logging Driver: ${i.LoggingDriver as string}`,
    `Cgroup Driver: ${i.CgroupDriver as string}`,
    `Cgroup Version: ${i.CgroupVersion as string}`,
    "Plugins:",
    " Volume: local",
    " Network: bridge host ipvlan macvlan null overlay",
    " Log: awslogs fluentd gcplogs gelf journald json-file local splunk syslog",
    "Swarm: inactive",
    "Runtimes: io.containerd.runc.v2 runc",
    `Default Runtime: ${i.DefaultRuntime as string}`,
    "Init Binary: docker-init",
    "Security Options:",
    " apparmor",
    " seccomp",
    "  Profile: builtin",
    " cgroupns",
    `Kernel Version: ${i.KernelVersion as string}`,
    `Operating System: ${i.OperatingSystem as string}`,
    `OSType: ${i.OSType as string}`,
    `Architecture: ${i.Architecture as string}`,
    `CPUs: ${i.NCPU as number}`,
    `Total Memory: ${gib(i.MemTotal as number)}`,
    `Name: ${i.Name as string}`,
    `ID: ${i.ID as string}`,
    `Docker Root Dir: ${i.DockerRootDir as string}`,
    "Debug Mode: false",
    "Experimental: false",
    "Insecure Registries:",
    ...(i.InsecureRegistries as string[]).map((r) => ` ${r}`),
    ...((i.RegistryMirrors as string[]).length > 0 ? ["Registry Mirrors:", ...(i.RegistryMirrors as string[]).map((r) => ` ${r}`)] : []),
    `Live Restore Enabled: ${String(i.LiveRestoreEnabled)}`,
  ];
  await p.out(`${lines.map((l) => ` ${l}`).join("\n")}\n\n`);
  return 0;
}

export async function inspect(p: Proc, f: Flags): Promise<number> {
  const type = f.values.type?.[0];
  if (type !== undefined && !["container", "image"].includes(type)) p.notSimulated(`docker inspect --type ${type}`);
  const found: Obj[] = [];
  const missing: string[] = [];
  for (const name of f.rest) {
    let reply = type === "image" ? undefined : dockerCall(p, "containers/inspect", { id: name });
    if (!reply?.ok && type !== "container" && (reply === undefined || reply.status === 404))
      reply = dockerCall(p, "images/inspect", { name });
    if (reply!.ok) {
      const { tags: _tags, digests: _digests, config: _config, bytes: _bytes, ...shown } = reply!.body;
      found.push(shown);
    } else if (reply!.status === 404) missing.push(`Error: No such ${type ?? "object"}: ${name}`);
    else throw fault(reply as Extract<typeof reply, { ok: false }>);
  }
  const format = f.values.format?.[0];
  if (format !== undefined)
    for (const object of found)
      await p.out(`${format === "json" ? JSON.stringify(object) : render(p, format, object, "types.ContainerJSON")}\n`);
  else await p.out(found.length === 0 ? "[]\n" : `${JSON.stringify(found, null, 4)}\n`);
  for (const text of missing) await p.err(`${text}\n`);
  return missing.length > 0 ? 1 : 0;
}

export async function logs(p: Proc, f: Flags): Promise<number> {
  const id = f.rest[0]!;
  const tail = f.values.tail?.[0] ?? f.values.n?.[0];
  let at = 0;
  const show = async (text: string, last: number | undefined): Promise<void> => {
    let lines = parseCriLog(text);
    if (last !== undefined) lines = lines.slice(Math.max(0, lines.length - last));
    for (const l of lines) await p.write(l.stream === "stdout" ? 1 : 2, `${f.on.has("timestamps") ? `${l.time} ` : ""}${l.text}\n`);
  };
  let body = await must(p, "containers/logs", { id }, true);
  await show(body.text as string, tail === undefined || tail === "all" ? undefined : Number(tail));
  at = (body.text as string).length;
  while (f.on.has("follow") && body.running === true) {
    await p.sleep(200);
    const next = dockerCall(p, "containers/logs", { id });
    if (!next.ok) break;
    body = next.body;
    await show((body.text as string).slice(at), undefined);
    at = (body.text as string).length;
  }
  return 0;
}
