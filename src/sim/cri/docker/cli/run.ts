/** docker run, create, start, exec, attach, and what ends containers. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { signals } from "../../../kernel/program.ts";
import { relay } from "../../bin/relay.ts";
import type { ExecStream } from "../../messages.ts";
import { withTag } from "../pods.ts";
import { dockerAsk, dockerCall } from "../api.ts";
import type { ContainerSpec } from "../store.ts";
import { fault, must, wait } from "./call.ts";
import { CliError, type Flags } from "./flags.ts";
import { pullWith } from "./pull.ts";

export const runFlags: Record<string, string> = {
  d: "detach",
  detach: "detach",
  name: "name=",
  rm: "rm",
  i: "stdin",
  interactive: "stdin",
  t: "tty",
  tty: "tty",
  e: "env=",
  env: "env=",
  p: "publish=",
  publish: "publish=",
  v: "volume=",
  volume: "volume=",
  net: "network=",
  network: "network=",
  h: "hostname=",
  hostname: "hostname=",
  entrypoint: "entrypoint=",
  w: "workdir=",
  workdir: "workdir=",
  u: "user=",
  user: "user=",
  l: "label=",
  label: "label=",
  restart: "restart=",
  privileged: "privileged",
  "read-only": "read-only",
  pid: "pid=",
  "cgroup-parent": "cgroup-parent=",
  q: "quiet",
  quiet: "quiet",
  pull: "pull=",
};
/** Known and without effect here. */
export const runBeyond =
  "add-host attach a blkio-weight cap-add cap-drop cgroupns cidfile cpu-period cpu-quota cpu-shares c cpus cpuset-cpus device dns dns-option dns-search domainname env-file expose gpus group-add health-cmd init ip ipc isolation label-file link log-driver log-opt m mac-address memory memory-swap mount oom-kill-disable oom-score-adj pids-limit platform P publish-all runtime security-opt shm-size sig-proxy stop-signal stop-timeout storage-opt sysctl tmpfs ulimit userns uts volumes-from".split(
    " ",
  );

function specOf(p: Proc, f: Flags, command: string): ContainerSpec {
  const one = (name: string): string | undefined => f.values[name]?.at(-1);
  const bad = (text: string): CliError => new CliError(`docker: ${text}\nSee 'docker ${command} --help'.`, 125);
  const [image = "", ...cmd] = f.rest;
  const binds = (f.values.volume ?? []).map((v) => {
    const [from = "", to, mode] = v.split(":");
    if (to === undefined || !from.startsWith("/")) return p.notSimulated(`docker ${command} -v ${v}: volumes`);
    return { hostPath: from, containerPath: to, ...(mode?.split(",").includes("ro") ? { readonly: true } : {}) };
  });
  const ports = (f.values.publish ?? []).map((v) => {
    const m = /^(?:(\d+\.\d+\.\d+\.\d+):)?(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(v);
    if (m) return { ip: m[1] ?? "", host: Number(m[2]), container: Number(m[3]), protocol: m[4] ?? "tcp" };
    if (/^\d+(\/\w+)?$/.test(v) || /-/.test(v)) return p.notSimulated(`docker ${command} -p ${v}: a port of docker's choice`);
    throw bad(`invalid containerPort: ${v.split(":").at(-1)!}.`);
  });
  const network = one("network") ?? "bridge";
  if (!/^(bridge|default|host|none|container:.+)$/.test(network)) p.notSimulated(`docker ${command} --network ${network}`);
  const [restart = "no", maximum = "0"] = (one("restart") ?? "no").split(":");
  if (!["no", "always", "unless-stopped", "on-failure"].includes(restart))
    throw bad(`invalid restart policy: unknown policy '${restart}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'.`);
  const entrypoint = one("entrypoint");
  return {
    name: one("name") ?? "",
    image,
    ...(entrypoint === undefined ? {} : { entrypoint: [entrypoint] }),
    ...(cmd.length > 0 ? { cmd } : {}),
    env: (f.values.env ?? []).flatMap((e) => (e.includes("=") ? [e] : p.env[e] === undefined ? [] : [`${e}=${p.env[e]!}`])),
    ...(one("hostname") === undefined ? {} : { hostname: one("hostname")! }),
    labels: Object.fromEntries((f.values.label ?? []).map((l) => [l.split("=")[0]!, l.slice(l.indexOf("=") + 1)])),
    ...(one("user") === undefined ? {} : { user: one("user")! }),
    ...(one("workdir") === undefined ? {} : { workdir: one("workdir")! }),
    tty: f.on.has("tty"),
    openStdin: f.on.has("stdin"),
    binds,
    network: network === "default" ? "bridge" : network,
    ipc: "private",
    pid: one("pid") ?? "",
    cgroupParent: one("cgroup-parent") ?? "",
    privileged: f.on.has("privileged"),
    readonlyRoot: f.on.has("read-only"),
    restart: { name: restart, maximum: Number(maximum) },
    autoRemove: f.on.has("rm"),
    ports,
  };
}

async function createFrom(p: Proc, f: Flags, command: string): Promise<string> {
  const spec = specOf(p, f, command);
  const policy = f.values.pull?.at(-1) ?? "missing";
  const failed = (error: CliError): CliError =>
    new CliError(`docker: ${error.message.replace(/\.?$/, ".")}\nSee 'docker ${command} --help'.`, 125);
  const attempt = (): ReturnType<typeof dockerCall> => dockerCall(p, "containers/create", { spec: spec as unknown as Obj });
  if (policy === "always") await pullWith(p, spec.image, true);
  let reply = attempt();
  if (!reply.ok && reply.status === 404 && reply.message.startsWith("No such image") && policy !== "never") {
    if (!f.on.has("quiet")) await p.err(`Unable to find image '${withTag(spec.image)}' locally\n`);
    try {
      await pullWith(p, spec.image, f.on.has("quiet"), 2);
    } catch (error) {
      if (error instanceof CliError) throw failed(error);
      throw error;
    }
    reply = attempt();
  }
  if (!reply.ok) throw failed(fault(reply));
  return reply.body.Id as string;
}

export async function run(p: Proc, f: Flags): Promise<number> {
  const detach = f.on.has("detach");
  if (f.on.has("tty") && !detach && f.on.has("stdin") && !p.fds.get(0)?.isTerminal) throw new CliError("the input device is not a TTY");
  const id = await createFrom(p, f, "run");
  const reply = dockerCall(p, "containers/start", { id, ...(detach ? {} : { attach: { stdin: f.on.has("stdin") } }) });
  if (!reply.ok) {
    if (f.on.has("rm")) dockerCall(p, "containers/remove", { id, force: true });
    const status = /executable file not found|no such file or directory/.test(reply.message)
      ? 127
      : /permission denied/.test(reply.message)
        ? 126
        : 125;
    throw new CliError(
      `docker: Error response from daemon: ${reply.message}.${status === 125 ? "\nSee 'docker run --help'." : ""}`,
      status,
    );
  }
  if (detach) return p.out(`${id}\n`).then(() => 0);
  const stream = reply.body.stream as unknown as ExecStream | undefined;
  if (!stream) return 0;
  const status = await relay(p, stream, f.on.has("stdin"));
  // until it has ended for docker, too: with --rm until it is removed
  await dockerAsk(p, "wait", { id });
  return status;
}

export async function create(p: Proc, f: Flags): Promise<number> {
  return p.out(`${await createFrom(p, f, "create")}\n`).then(() => 0);
}

/** Several containers, one after another; what failed is said at the end of its turn. */
async function each(p: Proc, names: string[], work: (name: string) => Promise<unknown>, summary?: string): Promise<number> {
  const failed: string[] = [];
  for (const name of names) {
    try {
      const warning = await work(name);
      await (typeof warning === "string" ? p.err(warning) : p.out(`${name}\n`));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      await p.err(`${error.message}\n`);
      failed.push(name);
    }
  }
  if (failed.length > 0 && summary !== undefined) await p.err(`Error: ${summary}: ${failed.join(", ")}\n`);
  return failed.length > 0 ? 1 : 0;
}

export async function start(p: Proc, f: Flags): Promise<number> {
  if (f.on.has("attach") || f.on.has("interactive")) {
    const body = await must(p, "containers/start", { id: f.rest[0]!, attach: { stdin: f.on.has("interactive") } });
    const stream = body.stream as unknown as ExecStream | undefined;
    return stream ? relay(p, stream, f.on.has("interactive")) : 0;
  }
  return each(p, f.rest, (id) => must(p, "containers/start", { id }), "failed to start containers");
}

export const stop = (p: Proc, f: Flags): Promise<number> =>
  each(p, f.rest, (id) => wait(p, "stop", { id, ...(f.values.time ? { timeout: Number(f.values.time[0]) } : {}) }));

export const restart = (p: Proc, f: Flags): Promise<number> =>
  each(p, f.rest, async (id) => {
    await wait(p, "stop", { id, ...(f.values.time ? { timeout: Number(f.values.time[0]) } : {}) });
    await must(p, "containers/start", { id });
  });

export const kill = (p: Proc, f: Flags): Promise<number> => {
  const asked = (f.values.signal?.[0] ?? "KILL").replace(/^SIG/, "");
  const name = /^\d+$/.test(asked) ? Object.entries(signals).find(([, n]) => n === Number(asked))?.[0] : `SIG${asked}`;
  if (name === undefined || !(name in signals)) throw new CliError(`Error response from daemon: Invalid signal: ${asked}`);
  return each(p, f.rest, (id) => must(p, "containers/kill", { id, signal: name }));
};

export const remove = (p: Proc, f: Flags): Promise<number> =>
  each(p, f.rest, async (id) => {
    const reply = dockerCall(p, "containers/remove", { id, force: f.on.has("force") });
    if (reply.ok) return;
    const error = fault(reply, true);
    // with --force what is gone already is told and no failure
    if (f.on.has("force") && reply.status === 404) return `${error.message}\n`;
    throw error;
  });

export async function exec(p: Proc, f: Flags): Promise<number> {
  const [id, ...cmd] = f.rest;
  if (f.on.has("tty") && f.on.has("stdin") && !p.fds.get(0)?.isTerminal) throw new CliError("the input device is not a TTY");
  if (f.on.has("detach")) p.notSimulated("docker exec --detach");
  const reply = dockerCall(p, "exec", {
    id: id!,
    cmd,
    stdin: f.on.has("stdin"),
    tty: f.on.has("tty"),
    env: f.values.env ?? [],
    ...(f.values.workdir ? { workdir: f.values.workdir[0]! } : {}),
  });
  if (!reply.ok) {
    // the daemon streams the OCI runtime's words
    if (reply.message.startsWith("OCI runtime exec failed"))
      throw new CliError(reply.message, /executable file not found|no such file/.test(reply.message) ? 126 : 126);
    throw fault(reply, true);
  }
  return relay(p, reply.body.stream as unknown as ExecStream, f.on.has("stdin"));
}

export async function attach(p: Proc, f: Flags): Promise<number> {
  const body = await must(p, "attach", { id: f.rest[0]! }, true);
  return relay(p, body.stream as unknown as ExecStream, true);
}

export async function waitFor(p: Proc, f: Flags): Promise<number> {
  for (const id of f.rest) {
    await must(p, "containers/inspect", { id });
    const body = await wait(p, "wait", { id });
    await p.out(`${body.StatusCode as number}\n`);
  }
  return 0;
}
