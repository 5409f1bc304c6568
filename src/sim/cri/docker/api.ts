/** dockerd's API over its socket: calls that are answered at once, and those that take time. */
import { createHash } from "node:crypto";
import type { Obj } from "../../core/json.ts";
import { Errno, strerror } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { Signal } from "../../kernel/program.ts";
import { canonical, parseReference } from "../images.ts";
import type { ExecStream } from "../messages.ts";
import type { PullFailure } from "../pull.ts";
import { findStoredImage, type ImageRecord } from "../store.ts";
import { callMoby, create, DockerError, find, findImage, kill, logFile, need, processSpec, remove, start, type Engine } from "./engine.ts";
import { infoOf, inspectContainer, inspectImage, networkId, pidOf } from "./inspect.ts";
import { familiar, type ContainerSpec, type DockerContainer } from "./store.ts";

const dockerSocket = "/var/run/docker.sock";

export type ApiReply =
  | { ok: true; id?: number; body: Obj }
  /** `later`: the daemon is ending. Its socket is systemd's, where a real call waits for the next one. */
  | { ok: false; id?: number; status: number; message: string; later?: boolean };

type Call = (e: Engine, a: Obj) => Obj;

const summary = (c: DockerContainer): Obj => ({
  Id: c.id,
  Names: [`/${c.spec.name}`],
  Image: c.spec.image,
  ImageID: c.image,
  Argv: c.argv,
  Created: c.createdAt,
  State: c.state,
  StartedAt: c.startedAt,
  FinishedAt: c.finishedAt,
  ExitCode: c.exitCode,
  Ports: c.state === "running" ? (c.spec.ports as unknown as Obj[]) : [],
  Labels: c.spec.labels,
  NetworkMode: c.spec.network,
});

export const calls: Record<string, Call> = {
  ping: () => ({}),
  version: (e) => ({ Version: e.p.state.version, ApiVersion: "1.50", MinAPIVersion: "1.24" }),
  info: infoOf,
  "containers/list": (e, a) => {
    const labels = (a.labels ?? {}) as Record<string, string>;
    const all = Object.values(e.store.containers)
      .filter((c) => (a.all === true || c.state === "running") && Object.entries(labels).every(([k, v]) => c.spec.labels[k] === v))
      .toReversed()
      .sort((x, y) => y.createdAt - x.createdAt);
    return { items: all.map((c) => summary(c)) };
  },
  "containers/create": (e, a) => ({ Id: create(e, a.spec as ContainerSpec).id }),
  "containers/start": (e, a) => {
    const reply = start(e, need(e, a.id as string), a.attach as { stdin: boolean } | undefined);
    return reply.ok && reply.stream ? { stream: reply.stream as unknown as Obj } : {};
  },
  "containers/inspect": (e, a) => inspectContainer(e, need(e, a.id as string)),
  "containers/kill": (e, a) => {
    const c = find(e, a.id as string);
    if (!c) throw new DockerError(404, `Cannot kill container: ${a.id as string}: No such container: ${a.id as string}`);
    if (c.state !== "running") throw new DockerError(409, `Cannot kill container: ${a.id as string}: Container ${c.id} is not running`);
    c.stopped = true;
    kill(e, c, a.signal as Signal);
    return {};
  },
  "containers/remove": (e, a) => {
    remove(e, need(e, a.id as string), a.force === true);
    return {};
  },
  "containers/rename": (e, a) => {
    const c = need(e, a.id as string);
    const taken = find(e, a.name as string);
    if (taken && taken.spec.name === a.name)
      throw new DockerError(
        409,
        `Error when allocating new name: Conflict. The container name "/${a.name as string}" is already in use by container "${taken.id}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
    c.spec.name = a.name as string;
    return {};
  },
  "containers/logs": (e, a) => {
    const c = need(e, a.id as string);
    return { text: e.p.fs.tryReadText(logFile(e, c.id)) ?? "", running: c.state === "running" };
  },
  "containers/top": (e, a) => {
    const c = need(e, a.id as string);
    if (c.state !== "running") throw new DockerError(409, `Container ${c.id} is not running`);
    const all = [...e.p.machine.procs.values()].filter((x) => x.state.mntns === c.id);
    return {
      processes: all.map((x) => ({
        uid: x.state.uid,
        pid: x.pid,
        ppid: x.state.ppid,
        startedAt: x.state.startedAt,
        command: x.state.argv.join(" "),
      })),
    };
  },
  exec: (e, a) => {
    const c = need(e, a.id as string);
    const reply = execIn(e, c, a);
    if (!reply.ok) throw new DockerError(400, reply.error);
    return { stream: reply.stream as unknown as Obj };
  },
  attach: (e, a) => {
    const c = need(e, a.id as string);
    if (c.state !== "running") throw new DockerError(409, "You cannot attach to a stopped container, start it first");
    const reply = callMoby(e, c.id, { type: "shim", method: "Attach", id: c.id });
    if (!reply?.ok) throw new DockerError(500, reply ? reply.error : "ttrpc: closed");
    return { stream: reply.stream as unknown as Obj };
  },
  "images/list": (e) => ({
    items: Object.values(e.store.images).map(
      (i) => ({ ...inspectImage(i), CreatedAt: i.createdAt, tags: i.tags, digests: i.digests, config: i.config, bytes: i.size }) as Obj,
    ),
  }),
  "images/inspect": (e, a) => {
    const i = findImage(e, a.name as string);
    if (!i) throw new DockerError(404, `No such image: ${a.name as string}`);
    return { ...inspectImage(i), tags: i.tags, digests: i.digests, config: i.config as Obj, bytes: i.size };
  },
  "images/remove": (e, a) => {
    const name = a.name as string;
    const i = findImage(e, name);
    if (!i) throw new DockerError(404, `No such image: ${name}`);
    const full = fullName(name);
    const used = Object.values(e.store.containers).find((c) => c.image === i.id);
    const lines: string[] = [];
    if (i.tags.includes(full) && i.tags.length > 1) {
      i.tags = i.tags.filter((t) => t !== full);
      return { lines: [`Untagged: ${familiar(full)}`] };
    }
    if (used && a.force !== true)
      throw new DockerError(
        409,
        `conflict: unable to ${i.tags.includes(full) ? `remove repository reference ${JSON.stringify(name)} (must force) - container ${used.id.slice(0, 12)} is using its referenced image ${i.id.slice(7, 19)}` : `delete ${i.id.slice(7, 19)} (${used.state === "running" ? "cannot be forced" : "must be forced"}) - image is being used by ${used.state === "running" ? "running" : "stopped"} container ${used.id.slice(0, 12)}`}`,
      );
    if (!i.tags.includes(full) && i.tags.length > 1 && a.force !== true)
      throw new DockerError(
        409,
        `conflict: unable to delete ${i.id.slice(7, 19)} (must be forced) - image is referenced in multiple repositories`,
      );
    for (const t of i.tags) lines.push(`Untagged: ${familiar(t)}`);
    for (const d of i.digests) lines.push(`Untagged: ${familiar(d)}`);
    if (!used) lines.push(`Deleted: ${i.id}`, `Deleted: sha256:${createHash("sha256").update(i.root).digest("hex")}`);
    delete e.store.images[i.id];
    return { lines };
  },
  "images/tag": (e, a) => {
    const i = findImage(e, a.name as string);
    if (!i) throw new DockerError(404, `No such image: ${a.name as string}`);
    const full = fullName(a.to as string);
    for (const other of Object.values(e.store.images)) other.tags = other.tags.filter((t) => t !== full);
    i.tags.push(full);
    return {};
  },
  "networks/list": (e) => ({
    items: ["bridge", "host", "none"].map((name) => ({
      Id: networkId(e, name),
      Name: name,
      Driver: name === "none" ? "null" : name,
      Scope: "local",
    })),
  }),
  pid: (e, a) => ({ pid: pidOf(e, need(e, a.id as string)) }),
};

const fullName = (name: string): string => {
  try {
    return canonical(parseReference(name));
  } catch {
    return name;
  }
};

export function execIn(
  e: Engine,
  c: DockerContainer,
  a: Obj,
  capture?: string,
): { ok: true; stream?: ExecStream } | { ok: false; error: string } {
  if (c.state !== "running") throw new DockerError(409, `Container ${c.id} is not running`);
  const owner = c.spec.network.startsWith("container:") ? (find(e, c.spec.network.slice("container:".length)) ?? c) : c;
  const spec = processSpec(e, c, owner, a.cmd as string[]);
  if (typeof spec === "string") throw new DockerError(400, spec);
  for (const pair of (a.env ?? []) as string[]) spec.env[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
  if (a.workdir) spec.cwd = a.workdir as string;
  const reply = callMoby(e, c.id, {
    type: "shim",
    method: "Exec",
    exec: capture ?? e.p.machine.random("docker-exec").hex(64),
    id: c.id,
    spec,
    ...(capture === undefined ? { stream: { stdin: a.stdin === true, tty: a.tty === true } } : {}),
  });
  if (!reply) return { ok: false, error: "ttrpc: closed" };
  if (!reply.ok) return { ok: false, error: reply.exec ? `OCI runtime exec failed: exec failed: ${reply.error}: unknown` : reply.error };
  return reply;
}

/** docker's words for a pull that failed (moby, distribution/errors.go). */
export function pullError(name: string, failure: PullFailure): string {
  switch (failure.kind) {
    case "reference":
      return failure.detail;
    case "transport":
      return `Get "${failure.base}/v2/": ${failure.detail}`;
    case "denied":
      return `pull access denied for ${familiar(failure.reference.repository)}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`;
    case "missing":
      return `manifest for ${familiar(name)} not found: manifest unknown: manifest unknown`;
    case "status":
      return `received unexpected HTTP status: ${failure.status}`;
    case "copy":
      return failure.status === undefined ? failure.detail : `received unexpected HTTP status: ${failure.status}`;
  }
}

/** Keeps a pulled image; whether it is new. */
export function keepImage(e: Engine, image: ImageRecord): boolean {
  const old = findStoredImage(e.store, image.id);
  const known = old?.tags.some((t) => image.tags.includes(t)) === true;
  for (const other of Object.values(e.store.images))
    if (other.id !== image.id) other.tags = other.tags.filter((t) => !image.tags.includes(t));
  if (!old) e.store.images[image.id] = image;
  else {
    old.tags = [...new Set([...old.tags, ...image.tags])];
    old.digests = [...new Set([...old.digests, ...image.digests])];
  }
  return !known;
}

// --- clients

export const daemonMissing = `Cannot connect to the Docker daemon at unix://${dockerSocket}. Is the docker daemon running?`;

/** Connects a client: the connection, or why there is none. */
export function connectDocker(p: Proc): number | { message: string } {
  try {
    const met = p.net.connectUnix(dockerSocket);
    if (met.ok) return met.conn;
    if (met.code === "EACCES")
      return {
        message: `permission denied while trying to connect to the Docker daemon socket at unix://${dockerSocket}: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/containers/json": dial unix ${dockerSocket}: connect: ${strerror(met.code).toLowerCase()}`,
      };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  return { message: daemonMissing };
}

/** A call that is answered at once. */
export function dockerCall(p: Proc, call: string, args: Obj = {}): ApiReply {
  const conn = connectDocker(p);
  if (typeof conn !== "number") return { ok: false, status: 0, message: conn.message };
  const met = p.net.exchange<ApiReply | undefined>(conn, { type: "docker", call, args });
  p.net.shut(conn);
  return met.ok && met.reply !== undefined ? met.reply : { ok: false, status: 0, message: daemonMissing };
}

/** A call of a command program that takes time: pull, stop, wait. */
export async function dockerAsk(p: Proc, call: string, args: Obj = {}): Promise<ApiReply> {
  const conn = connectDocker(p);
  if (typeof conn !== "number") return { ok: false, status: 0, message: conn.message };
  p.net.send(conn, { type: "docker", id: 1, call, args: structuredClone(args) });
  const reply = (await p.net.receive(conn)) as unknown as ApiReply | undefined;
  p.net.shut(conn);
  return reply ?? { ok: false, status: 0, message: daemonMissing };
}
