/** crictl's commands that start, stop and remove (cri-tools cmd/crictl/container.go, sandbox.go, image.go). */
import { Errno } from "../../core/errno.ts";
import type { Obj } from "../../core/json.ts";
import { criAsk } from "../client.ts";
import { rpcError } from "../messages.ts";
import { call, Fatal, flags, idEmpty, say, type Command, type Context, type Flags } from "./crictl-context.ts";

const quoted = (id: string): string => JSON.stringify(id);

/** Calls a method; a failure is fatal, with what was being done before it. */
async function act(c: Context, doing: string, method: string, request: Obj, done: string): Promise<void> {
  const reply = await criAsk(c.p, c.endpoint, method, request);
  if (!reply.ok) throw new Fatal(`${doing}: ${rpcError(reply)}`);
  await c.p.out(`${done}\n`);
}

const startContainer = (c: Context, id: string): Promise<void> =>
  act(c, `starting the container ${quoted(id)}`, "StartContainer", { containerId: id }, id);
const stopContainer = (c: Context, id: string, timeout: number): Promise<void> =>
  act(c, `stopping the container ${quoted(id)}`, "StopContainer", { containerId: id, timeout }, id);
const stopSandbox = (c: Context, id: string, failed = ""): Promise<void> =>
  act(c, `stopping the pod sandbox ${quoted(id)}${failed}`, "StopPodSandbox", { podSandboxId: id }, `Stopped sandbox ${id}`);

export const start: Command = async (c, args) => {
  const { rest } = flags(args, {});
  if (rest.length === 0) throw idEmpty();
  for (const id of rest) await startContainer(c, id);
  return 0;
};

export const stop: Command = async (c, args) => {
  const f = flags(args, { t: "timeout=", timeout: "timeout=", a: "all", all: "all" });
  const timeout = Number(f.values.timeout?.at(-1) ?? 0);
  const problem = !f.on.has("all")
    ? f.rest.length === 0 && "you must specify at least one CONTAINER-ID or use --all"
    : f.rest.length > 0 && "cannot specify CONTAINER-ID(s) when using --all";
  if (problem) {
    await c.p.err(`${problem}\n`);
    return 1;
  }
  const running = (): string[] =>
    (call(c, "ListContainers").containers as Obj[]).filter((x) => x.state === "CONTAINER_RUNNING").map((x) => x.id as string);
  const ids = f.on.has("all") ? running() : f.rest;
  if (ids.length === 0) await c.p.out("No running containers found.\n");
  for (const id of ids) await stopContainer(c, id, timeout);
  return 0;
};

export const stopp: Command = async (c, args) => {
  const { rest } = flags(args, {});
  if (rest.length === 0) throw idEmpty();
  for (const id of rest) await stopSandbox(c, id);
  return 0;
};

/** Works on what is named, or with --all on everything; what fails does not keep the others. */
async function removeEach(c: Context, f: Flags, kind: string, all: () => Obj[], remove: (id: string) => Promise<void>): Promise<number> {
  const ids = f.on.has("all") ? all().map((x) => x.id as string) : f.rest;
  if (ids.length === 0) {
    if (!f.on.has("all")) throw idEmpty();
    await say(c.p, "INFO", `No ${kind}s to remove`);
    return 0;
  }
  const problems: string[] = [];
  for (const id of ids) {
    try {
      await remove(id);
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new Fatal(problems.length === 1 ? problems[0]! : `[${problems.join(", ")}]`);
  return 0;
}

async function statusOf(c: Context, doing: string, method: string, request: Obj): Promise<Obj> {
  const reply = await criAsk(c.p, c.endpoint, method, request);
  if (!reply.ok) throw new Fatal(`${doing}: ${rpcError(reply)}`);
  return reply.response.status as Obj;
}

export const rm: Command = async (c, args) => {
  const f = flags(args, { f: "force", force: "force", a: "all", all: "all", k: "keep-logs", "keep-logs": "keep-logs" });
  return removeEach(
    c,
    f,
    "container",
    () => call(c, "ListContainers").containers as Obj[],
    async (id) => {
      const status = await statusOf(c, `getting container status ${quoted(id)}`, "ContainerStatus", { containerId: id });
      if (status.state === "CONTAINER_RUNNING") {
        if (!f.on.has("force")) throw new Fatal(`container ${quoted(id)} is running, please stop it first`);
        await stopContainer(c, id, 0);
      }
      await act(c, `removing container ${quoted(id)}`, "RemoveContainer", { containerId: id }, id);
      if (!f.on.has("keep-logs")) await removeLogs(c, id, (status.logPath ?? "") as string);
    },
  );
};

/** The log of a removed container, and its rotations. */
async function removeLogs({ p }: Context, id: string, path: string): Promise<void> {
  if (path === "") return;
  const cut = path.lastIndexOf("/");
  const folder = path.slice(0, cut);
  const rotations = p.fs.isDir(folder) ? p.fs.readdir(folder).filter((name) => name.startsWith(`${path.slice(cut + 1)}.`)) : [];
  for (const file of [...rotations.map((name) => `${folder}/${name}`), path]) {
    try {
      p.fs.unlink(file);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await say(p, "ERRO", `removing log file ${file} for container ${quoted(id)} failed: remove ${file}: ${error.text.toLowerCase()}`);
    }
  }
}

export const rmp: Command = async (c, args) => {
  const f = flags(args, { f: "force", force: "force", a: "all", all: "all" });
  return removeEach(
    c,
    f,
    "pod",
    () => call(c, "ListPodSandbox").items as Obj[],
    async (id) => {
      const status = await statusOf(c, `getting sandbox status of pod ${quoted(id)}`, "PodSandboxStatus", { podSandboxId: id });
      if (status.state === "SANDBOX_READY") {
        if (!f.on.has("force")) throw new Fatal(`pod sandbox ${quoted(id)} is running, please stop it first`);
        await stopSandbox(c, id, " failed");
      }
      await act(c, `removing the pod sandbox ${quoted(id)}`, "RemovePodSandbox", { podSandboxId: id }, `Removed sandbox ${id}`);
    },
  );
};

const imageOf = (c: Context, image: string): Obj | null => call(c, "ImageStatus", { image: { image } }).image as Obj | null;

/** What --all and --prune mean: every image, or those that are neither pinned nor of a container. */
function chosenImages(c: Context, prune: boolean): string[] {
  const images = call(c, "ListImages").images as Obj[];
  if (!prune) return images.map((x) => x.id as string);
  const used = new Set((call(c, "ListContainers").containers as Obj[]).map((x) => imageOf(c, x.image.image as string)?.id));
  return images.filter((x) => x.pinned !== true && !used.has(x.id)).map((x) => x.id as string);
}

export const rmi: Command = async (c, args) => {
  const f = flags(args, { q: "prune", prune: "prune", a: "all", all: "all" });
  const prune = f.on.has("prune");
  const chosen = prune || f.on.has("all");
  const ids = new Set([...f.rest, ...(chosen ? chosenImages(c, prune) : [])]);
  if (ids.size === 0 && !chosen) throw idEmpty();
  if (ids.size === 0) await say(c.p, "INFO", "No images to remove");
  let failed = false;
  for (const id of ids) failed = !(await removeImage(c, id, prune)) || failed;
  if (failed) throw new Fatal("unable to remove the image(s)");
  return 0;
};

async function removeImage(c: Context, id: string, prune: boolean): Promise<boolean> {
  const image = imageOf(c, id);
  if (image === null) {
    await say(c.p, "ERRO", `no such image ${id}`);
    return false;
  }
  const reply = await criAsk(c.p, c.endpoint, "RemoveImage", { image: { image: id } });
  if (!reply.ok) {
    // somebody else may have been quicker with an unused one
    if (!prune) await say(c.p, "ERRO", `error of removing image ${quoted(id)}: ${rpcError(reply)}`);
    return prune;
  }
  const names = (image.repoTags as string[]).length > 0 ? image.repoTags : image.repoDigests;
  for (const name of names as string[]) await c.p.out(`Deleted: ${name}\n`);
  return true;
}
