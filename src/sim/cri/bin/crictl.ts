/** crictl (kubernetes-sigs/cri-tools 1.3x). */
import { parse as parseYaml, stringify } from "yaml";
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { criAsk, criCall, socketPath } from "../client.ts";
import { ask, call, Fatal, flags, idEmpty, say, type Command, type Flags } from "./crictl-context.ts";
import { rm, rmi, rmp, start, stop, stopp } from "./crictl-end.ts";
import { parseCriLog } from "../log.ts";
import { rpcError, type CriReply, type ExecStream } from "../messages.ts";
import { humanDuration, humanSize, table } from "./format.ts";
import { relay } from "./relay.ts";
import { steadyRegExp } from "../../core/regexp/index.ts";

const defaults = ["unix:///run/containerd/containerd.sock", "unix:///run/crio/crio.sock", "unix:///var/run/cri-dockerd.sock"];

const short = (id: string): string => id.replace(/^sha256:/, "").slice(0, 13);
const ms = (nanos: string): number => Number(BigInt(nanos) / 1000000n);
const states: Record<string, string> = {
  CONTAINER_RUNNING: "Running",
  CONTAINER_EXITED: "Exited",
  CONTAINER_CREATED: "Created",
  CONTAINER_UNKNOWN: "Unknown",
  SANDBOX_READY: "Ready",
  SANDBOX_NOTREADY: "NotReady",
};
const newest = (a: Obj, b: Obj): number => ms(b.createdAt as string) - ms(a.createdAt as string);

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function emit(p: Proc, f: Flags, value: unknown): Promise<boolean> {
  const form = f.values.output?.at(-1);
  if (form === undefined || form === "table") return false;
  if (form === "json") await p.out(json(value));
  else if (form === "yaml") {
    await p.out(stringify(value));
  } else p.notSimulated(`crictl -o ${form}`);
  return true;
}

const list = {
  a: "all",
  all: "all",
  q: "quiet",
  quiet: "quiet",
  o: "output=",
  output: "output=",
  template: "template=",
  name: "name=",
  p: "pod=",
  pod: "pod=",
  s: "state=",
  state: "state=",
  id: "id=",
  label: "label=",
  image: "image=",
  "no-trunc": "wide",
  l: "latest",
  latest: "latest",
  n: "last=",
  last: "last=",
  namespace: "namespace=",
  v: "verbose",
  verbose: "verbose",
};

const matchesLabels = (item: Obj, f: Flags): boolean =>
  (f.values.label ?? []).every((l) => item.labels?.[l.split("=")[0]!] === l.split("=").slice(1).join("="));

const ps: Command = async (c, args) => {
  const f = flags(args, list);
  const { p } = c;
  let items = (call(c, "ListContainers", {}).containers as Obj[]).filter((x) => matchesLabels(x, f));
  const wanted = f.values.state?.at(-1)?.toLowerCase();
  if (wanted !== undefined) items = items.filter((x) => states[x.state as string]?.toLowerCase() === wanted);
  else if (!f.on.has("all") && !f.on.has("latest") && !f.values.last) items = items.filter((x) => x.state === "CONTAINER_RUNNING");
  if (f.values.name) items = items.filter((x) => steadyRegExp(f.values.name!.at(-1)!).test(x.metadata.name as string));
  if (f.values.pod) items = items.filter((x) => (x.podSandboxId as string).startsWith(f.values.pod!.at(-1)!));
  if (f.values.id) items = items.filter((x) => (x.id as string).startsWith(f.values.id!.at(-1)!));
  items.sort(newest);
  if (f.on.has("latest")) items = items.slice(0, 1);
  if (f.values.last) items = items.slice(0, Number(f.values.last[0]));
  if (f.on.has("quiet")) {
    for (const x of items) await p.out(`${x.id as string}\n`);
    return 0;
  }
  if (await emit(p, f, { containers: items })) return 0;
  const wide = f.on.has("wide");
  const rows = [["CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE"]];
  for (const x of items)
    rows.push([
      wide ? (x.id as string) : short(x.id as string),
      wide
        ? (x.image.image as string)
        : short(x.image.image as string).includes("/")
          ? (x.image.image as string)
          : short(x.image.image as string),
      `${humanDuration(p.now - ms(x.createdAt as string))} ago`,
      states[x.state as string]!,
      x.metadata.name as string,
      String(x.metadata.attempt),
      wide ? (x.podSandboxId as string) : short(x.podSandboxId as string),
      (x.labels?.["io.kubernetes.pod.name"] ?? "unknown") as string,
      (x.labels?.["io.kubernetes.pod.namespace"] ?? "unknown") as string,
    ]);
  await p.out(table(rows));
  return 0;
};

const pods: Command = async (c, args) => {
  const f = flags(args, list);
  const { p } = c;
  let items = (call(c, "ListPodSandbox", {}).items as Obj[]).filter((x) => matchesLabels(x, f));
  const wanted = f.values.state?.at(-1)?.toLowerCase();
  if (wanted !== undefined) items = items.filter((x) => states[x.state as string]?.toLowerCase() === wanted);
  if (f.values.name) items = items.filter((x) => steadyRegExp(f.values.name!.at(-1)!).test(x.metadata.name as string));
  if (f.values.namespace) items = items.filter((x) => steadyRegExp(f.values.namespace!.at(-1)!).test(x.metadata.namespace as string));
  if (f.values.id) items = items.filter((x) => (x.id as string).startsWith(f.values.id!.at(-1)!));
  items.sort(newest);
  if (f.on.has("latest")) items = items.slice(0, 1);
  if (f.on.has("quiet")) {
    for (const x of items) await p.out(`${x.id as string}\n`);
    return 0;
  }
  if (await emit(p, f, { items })) return 0;
  const rows = [["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"]];
  for (const x of items)
    rows.push([
      f.on.has("wide") ? (x.id as string) : short(x.id as string),
      `${humanDuration(p.now - ms(x.createdAt as string))} ago`,
      states[x.state as string]!,
      x.metadata.name as string,
      x.metadata.namespace as string,
      String(x.metadata.attempt),
      (x.runtimeHandler as string) || "(default)",
    ]);
  await p.out(table(rows));
  return 0;
};

const images: Command = async (c, args) => {
  const f = flags(args, { ...list, digests: "digests" });
  const { p } = c;
  const items = call(c, "ListImages", f.rest[0] === undefined ? {} : { filter: { image: { image: f.rest[0] } } }).images as Obj[];
  items.sort((a, b) => ((a.repoTags as string[])[0] ?? "").localeCompare((b.repoTags as string[])[0] ?? ""));
  if (f.on.has("quiet")) {
    for (const x of items) await p.out(`${x.id as string}\n`);
    return 0;
  }
  if (await emit(p, f, { images: items })) return 0;
  const rows = [["IMAGE", "TAG", ...(f.on.has("digests") ? ["DIGEST"] : []), "IMAGE ID", "SIZE"]];
  for (const x of items) {
    const digest = ((x.repoDigests as string[])[0] ?? "@<none>").split("@");
    for (const tag of (x.repoTags as string[]).length > 0 ? (x.repoTags as string[]) : [`${digest[0]}:<none>`]) {
      const cut = tag.lastIndexOf(":");
      rows.push([
        tag.slice(0, cut),
        tag.slice(cut + 1),
        ...(f.on.has("digests") ? [digest[1]!.slice(0, 19)] : []),
        f.on.has("wide") ? (x.id as string) : short(x.id as string),
        humanSize(Number(x.size)),
      ]);
    }
  }
  await p.out(table(rows));
  return 0;
};

const pull: Command = async (c, args) => {
  const f = flags(args, { q: "quiet", quiet: "quiet", creds: "creds=", auth: "auth=", a: "annotation=" });
  const image = f.rest[0];
  if (image === undefined) throw new Fatal("image name or ID is required");
  const reply = await criAsk(c.p, c.endpoint, "PullImage", { image: { image } });
  if (!reply.ok) throw new Fatal(`pulling image: ${rpcError(reply)}`);
  await c.p.out(`Image is up to date for ${reply.response.imageRef as string}\n`);
  return 0;
};

/** The inspecting commands print JSON here, whatever else the real ones can. */
function onlyJson(p: Proc, f: Flags): void {
  const form = f.values.output?.at(-1) ?? "json";
  if (form !== "json") p.notSimulated(`crictl inspect -o ${form}`);
  if (f.values.template) p.notSimulated("crictl inspect --template");
}

const inspect: Command = async (c, args) => {
  const f = flags(args, list);
  if (f.rest.length === 0) throw idEmpty();
  onlyJson(c.p, f);
  for (const id of f.rest) {
    const got = criCall(c.p, c.endpoint, "ContainerStatus", { containerId: id, verbose: true });
    if (!got.ok) throw new Fatal(`getting the status of the container ${JSON.stringify(id)}: ${rpcError(got)}`);
    await c.p.out(json({ info: JSON.parse(got.response.info.info as string), status: readable(got.response.status as Obj) }));
  }
  return 0;
};
const inspectp: Command = async (c, args) => {
  const f = flags(args, list);
  if (f.rest.length === 0) throw idEmpty();
  onlyJson(c.p, f);
  for (const id of f.rest) {
    const got = criCall(c.p, c.endpoint, "PodSandboxStatus", { podSandboxId: id, verbose: true });
    if (!got.ok) throw new Fatal(`getting the status of the pod sandbox ${JSON.stringify(id)}: ${rpcError(got)}`);
    await c.p.out(json({ info: JSON.parse(got.response.info.info as string), status: readable(got.response.status as Obj) }));
  }
  return 0;
};
const inspecti: Command = async (c, args) => {
  const f = flags(args, list);
  const got = call(c, "ImageStatus", { image: { image: f.rest[0] ?? "" }, verbose: true });
  if (got.image === null) throw new Fatal(`no such image ${JSON.stringify(f.rest[0])} present`);
  await c.p.out(json({ info: JSON.parse(got.info.info as string), status: got.image }));
  return 0;
};
/** Times as RFC 3339, as crictl rewrites them. */
function readable(status: Obj): Obj {
  const out: Obj = { ...status };
  for (const k of ["createdAt", "startedAt", "finishedAt"])
    if (typeof out[k] === "string")
      out[k] = out[k] === "0" ? "0001-01-01T00:00:00Z" : new Date(ms(out[k])).toISOString().replace("Z", "000000Z");
  return out;
}

const logs: Command = async (c, args) => {
  const f = flags(args, {
    f: "follow",
    follow: "follow",
    tail: "tail=",
    t: "timestamps",
    timestamps: "timestamps",
    p: "previous",
    previous: "previous",
    since: "since=",
    "limit-bytes": "limit=",
  });
  const id = f.rest[0];
  if (id === undefined) throw idEmpty();
  const { p } = c;
  const got = criCall(p, c.endpoint, "ContainerStatus", { containerId: id });
  if (!got.ok) throw new Fatal(rpcError(got));
  const path = got.response.status.logPath as string;
  if (path === "") throw new Fatal("The container has not set log path");
  let at = 0;
  const show = async (): Promise<void> => {
    const text = p.fs.tryReadText(path);
    if (text === undefined)
      throw new Fatal(`failed to try resolving symlinks in path ${JSON.stringify(path)}: lstat ${path}: no such file or directory`);
    let entries = parseCriLog(text.slice(at));
    if (at === 0 && f.values.tail) entries = entries.slice(-Number(f.values.tail[0]));
    at = text.lastIndexOf("\n") + 1;
    for (const e of entries) await p.write(e.stream === "stdout" ? 1 : 2, `${f.on.has("timestamps") ? `${e.time} ` : ""}${e.text}\n`);
  };
  await show();
  while (f.on.has("follow")) {
    await p.sleep(500);
    await show();
    const now = criCall(p, c.endpoint, "ContainerStatus", { containerId: id });
    if (!now.ok || now.response.status.state !== "CONTAINER_RUNNING") break;
  }
  return 0;
};

const exec: Command = async (c, args) => {
  const f = flags(args, { i: "stdin", interactive: "stdin", t: "tty", tty: "tty", s: "sync", sync: "sync", timeout: "timeout=" });
  const [id, ...cmd] = f.rest;
  const { p } = c;
  if (id === undefined) throw idEmpty();
  if (cmd.length === 0) throw new Fatal("command cannot be empty");
  if (f.on.has("sync")) {
    const got = await ask(c, "ExecSync", { containerId: id, cmd, timeout: Number(f.values.timeout?.[0] ?? 0) });
    await p.out(got.stdout as string);
    await p.err(got.stderr as string);
    if (got.exitCode !== 0)
      throw new Fatal(
        `execing command in container synchronously: command in container exited with non-zero exit code: ${got.exitCode as number}`,
      );
    return 0;
  }
  const got = criCall(p, c.endpoint, "Exec", { containerId: id, cmd, stdin: f.on.has("stdin"), tty: f.on.has("tty") });
  if (!got.ok) throw new Fatal(`execing command in container: ${rpcError(got)}`);
  const status = await relay(p, got.response.stream as ExecStream, f.on.has("stdin"));
  if (status !== 0) throw new Fatal(`execing command in container: command terminated with exit code ${status}`);
  return 0;
};

const info: Command = async (c, args) => {
  flags(args, list);
  const got = call(c, "Status", { verbose: true });
  const parsed = Object.fromEntries(Object.entries((got.info ?? {}) as Record<string, string>).map(([k, v]) => [k, tryJson(v)]));
  await c.p.out(json({ status: got.status, ...parsed, ...(got.runtimeHandlers ? { runtimeHandlers: got.runtimeHandlers } : {}) }));
  return 0;
};
const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const version: Command = async (c) => {
  const got = call(c, "Version", {});
  await c.p.out(
    `Version:  0.1.0\nRuntimeName:  ${got.runtimeName as string}\nRuntimeVersion:  ${got.runtimeVersion as string}\nRuntimeApiVersion:  ${got.runtimeApiVersion as string}\n`,
  );
  return 0;
};

const stats: Command = async (c, args) => {
  flags(args, list);
  const items = call(c, "ListContainerStats", {}).stats as Obj[];
  const rows = [["CONTAINER", "NAME", "CPU %", "MEM", "DISK", "INODES"]];
  for (const x of items)
    rows.push([
      short(x.attributes.id as string),
      x.attributes.metadata.name as string,
      "0.00",
      humanSize(Number(x.memory.workingSetBytes.value)),
      humanSize(Number(x.writableLayer.usedBytes.value)),
      "0",
    ]);
  await c.p.out(table(rows));
  return 0;
};

const commands: Record<string, Command> = {
  ps,
  pods,
  images,
  image: images,
  img: images,
  pull,
  inspect,
  inspectp,
  inspecti,
  logs,
  exec,
  info,
  version,
  stats,
  start,
  stop,
  stopp,
  rm,
  rmp,
  rmi,
};
const known = new Set([
  "attach",
  "create",
  "run",
  "runp",
  "update",
  "port-forward",
  "statsp",
  "metricsp",
  "metricdescs",
  "metdescs",
  "imagefsinfo",
  "checkpoint",
  "completion",
  "config",
  "events",
  "runtime-config",
  "update-runtime-config",
]);

export const crictl: CommandProgram = {
  name: "crictl",
  async main(p) {
    const args = [...p.args];
    let endpoint: string | undefined = p.env.CONTAINER_RUNTIME_ENDPOINT;
    let config = p.env.CRI_CONFIG_FILE ?? "/etc/crictl.yaml";
    while (args[0]?.startsWith("-")) {
      const m = /^--?([\w-]+)(?:=(.*))?$/.exec(args.shift()!);
      const name = m?.[1] ?? "";
      const value = (): string => m?.[2] ?? args.shift() ?? "";
      if (name === "runtime-endpoint" || name === "r") endpoint = value();
      else if (name === "image-endpoint" || name === "i" || name === "timeout" || name === "t") value();
      else if (name === "config" || name === "c") config = value();
      else if (name === "version" || name === "v") return p.out(`crictl version v${p.state.version}\n`).then(() => 0);
      else if (name === "help" || name === "h") args.unshift("help");
      else if (name !== "debug" && name !== "D") {
        await p.err(`Incorrect Usage: flag provided but not defined: -${name}\n`);
        await say(p, "FATA", `flag provided but not defined: -${name}`);
        return 1;
      }
    }
    const name = args.shift();
    try {
      if (name === undefined || name === "help") {
        await p.out(
          `NAME:\n   crictl - client for CRI\n\nUSAGE:\n   crictl [global options] command [command options]\n\nVERSION:\n   v${p.state.version}\n\nCOMMANDS:\n   ${Object.keys(commands).sort().join(", ")}\n`,
        );
        return 0;
      }
      const command = commands[name];
      if (!command) {
        if (known.has(name)) p.notSimulated(`crictl ${name}`);
        await p.err(`No help topic for '${name}'\n`);
        return 3;
      }
      const text = p.fs.tryReadText(config);
      if (text !== undefined) {
        const settings = (parseYaml(text) ?? {}) as Obj;
        const unknown = Object.keys(settings).find(
          (k) => !["runtime-endpoint", "image-endpoint", "timeout", "debug", "pull-image-on-create", "disable-pull-on-run"].includes(k),
        );
        if (unknown !== undefined) throw new Fatal(`failed to load config file: unrecognized key ${JSON.stringify(unknown)}`);
        endpoint ??= (settings["runtime-endpoint"] as string | undefined) || undefined;
      } else if (endpoint === undefined)
        await say(p, "WARN", `Config ${JSON.stringify(config)} does not exist, trying next: "/usr/bin/crictl.yaml"`);
      if (endpoint === undefined) {
        await say(
          p,
          "WARN",
          `runtime connect using default endpoints: [${defaults.join(" ")}]. As the default settings are now deprecated, you should set the endpoint instead.`,
        );
        if (/^(ps|images|img|image|pull|rmi|inspecti)$/.test(name))
          await say(
            p,
            "WARN",
            `Image connect using default endpoints: [${defaults.join(" ")}]. As the default settings are now deprecated, you should set the endpoint instead.`,
          );
        endpoint = defaults.find((d) => p.fs.exists(socketPath(d))) ?? defaults[0]!;
      }
      if (!endpoint.startsWith("unix://") && endpoint.startsWith("/")) endpoint = `unix://${endpoint}`;
      const probe: CriReply = criCall(p, endpoint, "Version", {});
      if (!probe.ok)
        throw new Fatal(
          `validate service connection: validate CRI v1 runtime API for endpoint ${JSON.stringify(endpoint)}: ${rpcError(probe)}`,
        );
      return await command({ p, endpoint }, args);
    } catch (error) {
      if (error instanceof Fatal) {
        await say(p, "FATA", error.message);
        return 1;
      }
      if (error !== null && typeof error === "object" && "code" in error && "message" in error && "ok" in error) {
        await say(p, "FATA", rpcError(error as unknown as Extract<CriReply, { ok: false }>));
        return 1;
      }
      throw error;
    }
  },
};
