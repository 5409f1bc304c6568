/** CRI methods that take time: pulling, stopping, running commands. Each is an entry in the daemon's data until it is answered. */
import type { Obj } from "../core/json.ts";
import { pullImage, type Pulled } from "./pull.ts";
import { killContainer, processSpec, stopSignal } from "./container.ts";
import { CriError, type CriReply } from "./messages.ts";
import { holdsNetwork, removeSandbox, runPodSandbox, stopSandbox } from "./sandbox.ts";
import { callMonitor, containerOf, normalName, type Service } from "./service.ts";
import { findStoredImage, type ImageRecord } from "./store.ts";

export interface Operation {
  id: number;
  conn: number;
  /** The client's number of the call. */
  call: number;
  method: string;
  request: Obj;
  /** Where it stands. */
  waiting?: { containers?: string[]; exec?: string; pulled?: ImageRecord; name?: string };
}

/** Milliseconds that creating a sandbox takes (namespace, plugins, runc, pause) on a small VM. */
const sandboxTime = 180;
/** Milliseconds until a failed one is taken away again: plugins' DEL, namespace, mounts. The error is told only then. */
const sandboxCleanUp = 800;

/** Starts an operation: gives the reply, or undefined when it comes later. */
export function begin(s: Service, op: Operation): Obj | undefined {
  const r = op.request;
  switch (op.method) {
    case "PullImage": {
      const pulled = pullImage(s.p, s.hosts, s.resolveName(r.image.image as string));
      if (!pulled.ok) {
        later(s, op, pulled.after, pullError(s, pulled));
        return undefined;
      }
      // the sandbox image is pinned, whoever pulls it
      op.waiting = { pulled: { ...pulled.image, pinned: pulled.image.tags.includes(normalName(s.settings.sandboxImage)) } };
      s.p.after(pulled.after, "operation", { id: op.id });
      return undefined;
    }
    case "RunPodSandbox": {
      const image = findStoredImage(s.store, normalName(s.settings.sandboxImage));
      if (!image) {
        const pulled = pullImage(s.p, s.hosts, s.settings.sandboxImage);
        if (!pulled.ok) {
          const { code, message: why } = pullError(s, pulled);
          const message = s.runtime.words.sandboxImage(s.p, s.settings.sandboxImage, why);
          s.runtime.journal(s.p, { what: "sandbox-failed", meta: r.config.metadata as Obj, why: message });
          later(s, op, pulled.after, { code, message });
          return undefined;
        }
        op.waiting = { pulled: { ...pulled.image, pinned: true } };
        s.p.after(pulled.after + sandboxTime, "operation", { id: op.id });
        return undefined;
      }
      s.p.after(sandboxTime, "operation", { id: op.id });
      return undefined;
    }
    case "StopContainer": {
      const found =
        s.store.containers[r.containerId as string] ??
        Object.values(s.store.containers).find((x) => x.id.startsWith(r.containerId as string));
      if (!found || found.state !== "CONTAINER_RUNNING") return {};
      op.waiting = { containers: [found.id] };
      const grace = Number(r.timeout ?? 0);
      if (grace <= 0) killContainer(s, found, "SIGKILL");
      else {
        killContainer(s, found, stopSignal(s, found));
        s.p.after(grace * 1000, "operation", { id: op.id, timeout: true });
      }
      return undefined;
    }
    case "StopPodSandbox": {
      const x = Object.values(s.store.sandboxes).find((y) => y.id.startsWith(r.podSandboxId as string));
      if (!x) return {};
      const running = Object.values(s.store.containers).filter((c) => c.sandbox === x.id && c.state === "CONTAINER_RUNNING");
      if (running.length === 0) {
        stopSandbox(s, x);
        return {};
      }
      op.waiting = { containers: running.map((c) => c.id) };
      for (const c of running) killContainer(s, c, "SIGKILL");
      return undefined;
    }
    case "RemovePodSandbox": {
      const x = Object.values(s.store.sandboxes).find((y) => y.id.startsWith(r.podSandboxId as string));
      if (!x) return {};
      if (x.state === "SANDBOX_READY" || holdsNetwork(s, x)) stopSandbox(s, x);
      removeSandbox(s, x);
      return {};
    }
    case "ExecSync": {
      const c = containerOf(s, r.containerId as string);
      if (c.state !== "CONTAINER_RUNNING") throw new CriError("Unknown", s.runtime.words.notRunning(c.state));
      const exec = s.p.machine.random("exec").hex(64);
      const spec = processSpec(s, c, r.cmd as string[]);
      const reply = callMonitor(s, c.sandbox, c.id, { type: "shim", method: "Exec", exec, id: c.id, spec });
      if (!reply) throw new CriError("Unknown", s.runtime.words.monitorGone);
      if (!reply.ok) throw new CriError("Unknown", reply.exec ? s.runtime.words.execFailed(exec, reply.error) : `${reply.error}: unknown`);
      op.waiting = { exec, containers: [c.id] };
      if (Number(r.timeout ?? 0) > 0) s.p.after(Number(r.timeout) * 1000, "operation", { id: op.id, timeout: true });
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Methods that `begin` knows. */
export const slowMethods = new Set(["PullImage", "RunPodSandbox", "StopContainer", "StopPodSandbox", "RemovePodSandbox", "ExecSync"]);

const pullError = (s: Service, failed: Extract<Pulled, { ok: false }>): { code: string; message: string } =>
  s.runtime.words.pull(failed.name, failed.full, failed.failure);

function later(s: Service, op: Operation, after: number, failure: { code: string; message: string }): void {
  s.p.after(Number.isFinite(after) ? after : 30_000, "operation", { id: op.id, failure });
}

/** Its time has come: gives the reply, or undefined when it still waits. */
export function resume(s: Service, op: Operation, data: Obj): CriReply | undefined {
  const failure = data.failure as { code: "Unknown"; message: string } | undefined;
  if (failure) return { ok: false, ...failure };
  switch (op.method) {
    case "PullImage":
      keep(s, op.waiting!.pulled!);
      s.runtime.journal(s.p, { what: "pulled", image: op.waiting!.pulled!.digests[0]! });
      return { ok: true, response: { imageRef: op.waiting!.pulled!.id } };
    case "RunPodSandbox": {
      if (op.waiting?.pulled) keep(s, op.waiting.pulled);
      const image = findStoredImage(s.store, normalName(s.settings.sandboxImage));
      if (!image)
        return { ok: false, code: "Unknown", message: `failed to get sandbox image "${s.settings.sandboxImage}": image not found` };
      try {
        return {
          ok: true,
          response: { podSandboxId: runPodSandbox(s, op.request.config as Obj, (op.request.runtimeHandler ?? "") as string, image) },
        };
      } catch (error) {
        if (!(error instanceof CriError)) throw error;
        later(s, op, sandboxCleanUp, { code: error.code, message: error.message });
        return undefined;
      }
    }
    case "StopContainer":
      if (data.timeout) {
        const c = s.store.containers[op.waiting!.containers![0]!];
        if (c?.state === "CONTAINER_RUNNING") killContainer(s, c, "SIGKILL");
      }
      return undefined;
    case "ExecSync": {
      if (!data.timeout) return undefined;
      const c = s.store.containers[op.waiting!.containers![0]!];
      if (c) callMonitor(s, c.sandbox, c.id, { type: "shim", method: "Kill", id: c.id, exec: op.waiting!.exec!, signal: "SIGKILL" });
      const seconds = Number(op.request.timeout);
      return {
        ok: false,
        code: "DeadlineExceeded",
        message: s.runtime.words.execTimeout(seconds),
      };
    }
    default:
      return undefined;
  }
}

/** A container has ended: the reply, if that was what the operation waited for. */
export function afterExit(s: Service, op: Operation, container: string): CriReply | undefined {
  const waiting = op.waiting?.containers;
  if (!waiting?.includes(container) || op.method === "ExecSync") return undefined;
  op.waiting!.containers = waiting.filter((id) => id !== container);
  if (op.waiting!.containers.length > 0) return undefined;
  if (op.method === "StopPodSandbox") {
    const x = Object.values(s.store.sandboxes).find((y) => y.id.startsWith(op.request.podSandboxId as string));
    if (x) stopSandbox(s, x);
  }
  return { ok: true, response: {} };
}

export function afterExec(op: Operation, event: Obj): CriReply | undefined {
  if (op.waiting?.exec !== event.exec) return undefined;
  return { ok: true, response: { stdout: event.stdout as string, stderr: event.stderr as string, exitCode: event.status as number } };
}

function keep(s: Service, image: ImageRecord): void {
  const old = s.store.images[image.id];
  for (const other of Object.values(s.store.images))
    if (other.id !== image.id) other.tags = other.tags.filter((t) => !image.tags.includes(t));
  if (!old) s.store.images[image.id] = image;
  else {
    old.tags = [...new Set([...old.tags, ...image.tags])];
    old.digests = [...new Set([...old.digests, ...image.digests])];
    old.pinned ||= image.pinned;
  }
}
