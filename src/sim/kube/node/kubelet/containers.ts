/** One container: its image, its back-off, its configuration, its start (pkg/kubelet/kuberuntime startContainer). */
import { createHash } from "node:crypto";
import type { Obj } from "../../../core/json.ts";
import { rpcError } from "../../../cri/messages.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { httpCall } from "../../../net/http.ts";
import { minorOf } from "../klog.ts";
import { podCgroup } from "./cgroups.ts";
import { apiClient } from "./connection.ts";
import { ConfigError, environmentOf, expand, fetcher, serviceVariables } from "./environment.ts";
import { scheduleProbes } from "./probes.ts";
import { hasExited, isRunning, latest, msOf, runtimePod, type RuntimePod } from "./runtime.ts";
import { cri, isHostNetwork, podText, type PodEntry } from "./state.ts";
import { killContainers } from "./stop.ts";
import { mountsOf, podDir, podLogs, VolumeError, writeHosts } from "./volumes.ts";
import { backOffPeriod, call, event, factsOf, graceOf, jitter, reportStatus, skip, workOf } from "./work.ts";

/** Milliseconds: MaxContainerBackOff. */
const maxBackOff = 300_000;

const key = (e: PodEntry, spec: Obj): string => `${spec.name}/${e.uid}/${specHash(spec)}`;

/** kubecontainer.HashContainer: of the fields for which a container is made anew. */
const specHash = (spec: Obj): string =>
  createHash("md5")
    .update(JSON.stringify({ name: spec.name, image: spec.image }))
    .digest("hex")
    .slice(0, 8);

/** The pod wants another container than the one that runs (kuberuntime_manager.go, containerChanged). */
export const definitionChanged = (spec: Obj, running: Obj): boolean =>
  running.annotations?.["io.kubernetes.container.hash"] !== specHash(spec);

/** Doubles a back-off; the first is ten seconds, forgotten after ten quiet minutes. */
export function raise(p: Proc, e: PodEntry, id: string): void {
  const old = e.backoff[id];
  const delay = !old || p.now - old.at > 2 * maxBackOff ? backOffPeriod : Math.min(old.delay * 2, maxBackOff);
  e.backoff[id] = { delay, at: p.now };
}
const goDuration = (ms: number): string => {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${s % 60}s`;
};

/** Image, back-off, creation and start of one container. "busy": a call is under way. */
export function startOne(p: Proc, e: PodEntry, rt: RuntimePod, spec: Obj, before: Obj | undefined): "busy" | "done" | "failed" {
  const name = spec.name as string;
  const work = workOf(e, name);
  const id = key(e, spec);
  const back = e.backoff[id];
  if (before && hasExited(before)) {
    const finished = msOf(before.finishedAt as string);
    if (back && p.now - back.at <= 2 * maxBackOff && p.now - finished < back.delay) {
      const text = `back-off ${goDuration(back.delay)} restarting failed container=${name} pod=${podText(e.pod)}`;
      event(
        p,
        e,
        "Warning",
        "BackOff",
        `Back-off restarting failed container ${name} in pod ${podText(e.pod)}`.replace(
          minorOf(p.state.version) < 25 ? / \S+ in pod .*/ : /(?!)/,
          "",
        ),
        name,
      );
      work.next = { reason: "CrashLoopBackOff", message: text };
      skip(p, e, `failed to "StartContainer" for "${name}" with CrashLoopBackOff: "${text}"`, jitter(p));
      return "failed";
    }
  }
  const image = pull(p, e, rt, spec);
  if (image !== "present") return image;
  if (before && hasExited(before)) raise(p, e, id);
  return create(p, e, rt, spec, before);
}

/** A back-off: the status tells it with the pass after this one, as the kubelet's reason cache has it (pkg/kubelet/reason_cache.go). */
function backOff(p: Proc, e: PodEntry, name: string, reason: string, message: string): "failed" {
  workOf(e, name).next = { reason, message };
  skip(p, e, `failed to "StartContainer" for "${name}" with ${reason}: ${JSON.stringify(message)}`, jitter(p));
  return "failed";
}

export function fail(p: Proc, e: PodEntry, rt: RuntimePod, name: string, reason: string, message: string, again: number): "failed" {
  const work = workOf(e, name);
  work.waiting = { reason, message };
  delete work.next;
  reportStatus(p, e, runtimePod(p, e.uid) ?? rt);
  skip(p, e, `failed to "StartContainer" for "${name}" with ${reason}: ${JSON.stringify(message)}`, again);
  return "failed";
}

/** EnsureImageExists (pkg/kubelet/images/image_manager.go). */
function pull(p: Proc, e: PodEntry, rt: RuntimePod, spec: Obj): "present" | "busy" | "failed" {
  const name = spec.name as string;
  const image = spec.image as string;
  const work = workOf(e, name) as { pulled?: boolean } & PodEntry["containers"][string];
  const minor = minorOf(p.state.version);
  const tag = /:([^/:@]+)(@.*)?$/.exec(image)?.[1] ?? (image.includes("@") ? "@" : "latest");
  const policy = (spec.imagePullPolicy ?? (tag === "latest" ? "Always" : "IfNotPresent")) as string;
  const found = cri(p, "ImageStatus", { image: { image } });
  if (!found.ok) {
    event(p, e, "Warning", "Failed", `Failed to inspect image "${image}": ${rpcError(found)}`, name);
    return fail(
      p,
      e,
      rt,
      name,
      /invalid reference|couldn't parse/.test(found.message) ? "InvalidImageName" : "ImageInspectError",
      rpcError(found),
      jitter(p),
    );
  }
  const present = found.response.image !== null;
  if (work.pulled) {
    delete work.pulled;
    if (present) return "present";
  }
  if (present && policy !== "Always") {
    event(
      p,
      e,
      "Normal",
      "Pulled",
      `Container image "${image}" already present on machine${minor >= 35 ? " and can be accessed by the pod" : ""}`,
      name,
    );
    return "present";
  }
  if (policy === "Never") {
    event(p, e, "Warning", "ErrImageNeverPull", `Container image "${image}" is not present with pull policy of Never`, name);
    return fail(p, e, rt, name, "ErrImageNeverPull", `Container image "${image}" is not present with pull policy of Never`, jitter(p));
  }
  const id = `image/${image}`;
  const back = e.backoff[id];
  if (back && p.now - back.at < back.delay) {
    const text = `Back-off pulling image "${image}"${minor >= 31 && work.waiting?.message?.startsWith("failed") ? `: ErrImagePull: ${work.waiting.message}` : ""}`;
    event(p, e, "Normal", "BackOff", `Back-off pulling image "${image}"`, name);
    event(p, e, "Warning", "Failed", "Error: ImagePullBackOff", name);
    return backOff(p, e, name, "ImagePullBackOff", text);
  }
  event(p, e, "Normal", "Pulling", `Pulling image "${image}"`, name);
  if (call(p, e, "pull", "PullImage", { image: { image }, auth: null }, { container: name, image, at: p.now })) return "busy";
  return fail(p, e, rt, name, "ErrImagePull", "container runtime is down", jitter(p));
}

/** Which processes a container sees; an ephemeral one may look at those of another. */
function processes(e: PodEntry, rt: RuntimePod, spec: Obj): { pid: string; targetId?: string } {
  const target = spec.targetContainerName === undefined ? undefined : latest(rt, spec.targetContainerName as string);
  if (target) return { pid: "TARGET", targetId: target.id as string };
  return { pid: e.pod.spec.hostPID ? "NODE" : e.pod.spec.shareProcessNamespace ? "POD" : "CONTAINER" };
}

function create(p: Proc, e: PodEntry, rt: RuntimePod, spec: Obj, before: Obj | undefined): "done" | "failed" {
  const name = spec.name as string;
  const client = apiClient(p);
  const sandbox = rt.sandboxes[0]!;
  const facts = factsOf(p, e, rt);
  const attempt = before ? (before.metadata.attempt as number) + 1 : 0;
  const minor = minorOf(p.state.version);
  let config: Obj;
  try {
    let services: Obj[] = [];
    if (e.source === "api" || client) {
      const listed = client?.list("services");
      services = listed?.ok ? listed.body.items : [];
    }
    const variables = serviceVariables(services, e.pod.metadata.namespace as string, e.pod.spec.enableServiceLinks !== false);
    const env = environmentOf(e.pod, spec, facts, variables, fetcher(client));
    const mounts = mountsOf(p, e, spec, writeHosts(p, e, facts.podIp));
    const message = `${podDir(p, e.uid)}/containers/${name}/${p.machine.random("termination-log").hex(8)}`;
    p.fs.mkdirp(message.slice(0, message.lastIndexOf("/")), 0o750);
    p.fs.write(message, "", { mode: 0o666 });
    p.fs.chmod(message, 0o666);
    mounts.push({
      containerPath: (spec.terminationMessagePath ?? "/dev/termination-log") as string,
      hostPath: message,
      readonly: false,
      propagation: "PROPAGATION_PRIVATE",
      selinuxRelabel: false,
    });
    const pod = (e.pod.spec.securityContext ?? {}) as Obj;
    const own = { ...pod, ...(spec.securityContext as Obj) } as Obj;
    const status = cri(p, "ImageStatus", { image: { image: spec.image as string } });
    const imageId = (status.ok ? (status.response.image as Obj | null)?.id : undefined) as string | undefined;
    const imageUser = status.ok ? (status.response.image as Obj | null)?.uid?.value : undefined;
    if (own.runAsNonRoot && own.runAsUser === undefined && (imageUser === undefined || imageUser === "0"))
      throw new ConfigError(`container has runAsNonRoot and image will run as root (pod: "${podText(e.pod)}", container: ${name})`);
    if (own.runAsNonRoot && own.runAsUser === 0)
      throw new ConfigError(`container's runAsUser breaks non-root policy (pod: "${podText(e.pod)}", container: ${name})`);
    config = {
      metadata: { name, attempt },
      image: { image: imageId ?? (spec.image as string), userSpecifiedImage: spec.image as string },
      command: ((spec.command ?? []) as string[]).map((x) => expand(x, env)),
      args: ((spec.args ?? []) as string[]).map((x) => expand(x, env)),
      workingDir: (spec.workingDir ?? "") as string,
      envs: Object.entries(env).map(([k, value]) => ({ key: k, value })),
      mounts,
      labels: {
        "io.kubernetes.container.name": name,
        "io.kubernetes.pod.name": e.pod.metadata.name as string,
        "io.kubernetes.pod.namespace": e.pod.metadata.namespace as string,
        "io.kubernetes.pod.uid": e.uid,
      },
      annotations: {
        "io.kubernetes.container.hash": specHash(spec),
        "io.kubernetes.container.restartCount": String(attempt),
        "io.kubernetes.container.terminationMessagePath": (spec.terminationMessagePath ?? "/dev/termination-log") as string,
        "io.kubernetes.container.terminationMessagePolicy": (spec.terminationMessagePolicy ?? "File") as string,
        "io.kubernetes.pod.terminationGracePeriod": String(e.pod.spec.terminationGracePeriodSeconds ?? 30),
      },
      logPath: `${name}/${attempt}.log`,
      stdin: spec.stdin === true,
      stdinOnce: spec.stdinOnce === true,
      tty: spec.tty === true,
      linux: {
        securityContext: {
          privileged: own.privileged === true,
          ...(own.runAsUser === undefined ? {} : { runAsUser: own.runAsUser as number }),
          ...(own.runAsGroup === undefined ? {} : { runAsGroup: own.runAsGroup as number }),
          readonlyRootfs: own.readOnlyRootFilesystem === true,
          supplementalGroups: [
            ...((pod.supplementalGroups ?? []) as number[]),
            ...(pod.fsGroup === undefined ? [] : [pod.fsGroup as number]),
          ],
          namespaceOptions: {
            network: isHostNetwork(e.pod) ? "NODE" : "POD",
            ...processes(e, rt, spec),
            ipc: "POD",
          },
        },
      },
    };
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof VolumeError)) throw error;
    event(p, e, "Warning", "Failed", `Error: ${error.message}`, name);
    return fail(p, e, rt, name, "CreateContainerConfigError", error.message, jitter(p));
  }
  const made = cri(p, "CreateContainer", {
    podSandboxId: sandbox.id as string,
    config,
    sandboxConfig: { logDirectory: podLogs(e.pod, e.uid), linux: { cgroupParent: podCgroup(p, e.pod) } },
  });
  if (!made.ok) {
    event(p, e, "Warning", "Failed", `Error: ${made.message}`, name);
    return fail(p, e, rt, name, "CreateContainerError", made.message, jitter(p));
  }
  const id = made.response.containerId as string;
  event(
    p,
    e,
    "Normal",
    "Created",
    minor >= 35 ? "Container created" : minor >= 32 ? `Created container: ${name}` : `Created container ${name}`,
    name,
  );
  const started = cri(p, "StartContainer", { containerId: id });
  collect(p, rt, name);
  if (!started.ok) {
    event(p, e, "Warning", "Failed", `Error: ${started.message}`, name);
    return fail(p, e, rt, name, "RunContainerError", started.message, jitter(p));
  }
  event(p, e, "Normal", "Started", minor >= 35 ? "Container started" : `Started container ${name}`, name);
  const work = workOf(e, name);
  delete work.waiting;
  delete work.next;
  delete work.started;
  delete work.ready;
  delete work.replacing;
  work.runs = {};
  linkLog(p, e, name, id, attempt);
  const after = runtimePod(p, e.uid);
  const status = after && latest(after, name);
  if (status && isRunning(status)) {
    scheduleProbes(p, e, spec, status);
    hook(p, e, after, spec, status);
  }
  reportStatus(p, e, after ?? rt);
  return "done";
}

/** /var/log/containers/POD_NS_CONTAINER-ID.log, for log collectors. */
function linkLog(p: Proc, e: PodEntry, name: string, id: string, attempt: number): void {
  const path = `/var/log/containers/${e.pod.metadata.name as string}_${e.pod.metadata.namespace as string}_${name}-${id}.log`;
  p.fs.mkdirp("/var/log/containers", 0o755);
  if (!p.fs.tryStat(path, false))
    p.fs.symlink(
      `/var/log/pods/${e.pod.metadata.namespace as string}_${e.pod.metadata.name as string}_${e.uid}/${name}/${attempt}.log`,
      path,
    );
}

/** Keeps one dead instance of a container, as the kubelet's container GC does. */
function collect(p: Proc, rt: RuntimePod, name: string): void {
  const dead = rt.containers.filter((c) => c.metadata.name === name && hasExited(c));
  for (const old of dead.slice(1)) cri(p, "RemoveContainer", { containerId: old.id as string });
}

/** postStart. False while it runs. */
export function hook(p: Proc, e: PodEntry, rt: RuntimePod, spec: Obj, c: Obj): boolean {
  const handler = spec.lifecycle?.postStart as Obj | undefined;
  const work = workOf(e, spec.name as string);
  if (!handler || work.hooked === c.id) return true;
  work.hooked = c.id as string;
  const name = spec.name as string;
  const failed = (why: string): void => {
    event(p, e, "Warning", "FailedPostStartHook", why === "" ? "PostStartHook failed" : `PostStartHook failed`, name);
    killContainers(p, e, [c], "FailedPostStartHook", graceOf(e), "stop");
  };
  if (handler.exec)
    return !call(
      p,
      e,
      "hook",
      "ExecSync",
      { containerId: c.id as string, cmd: handler.exec.command as string[], timeout: 0 },
      { container: name },
    );
  if (handler.httpGet) {
    const result = httpGet(p, handler.httpGet as Obj, factsOf(p, e, rt).podIp, spec);
    if (result !== undefined) failed(result);
  }
  return true;
}

export function httpGet(p: Proc, get: Obj, ip: string, spec: Obj): string | undefined {
  const port =
    typeof get.port === "string"
      ? (((spec.ports ?? []) as Obj[]).find((x) => x.name === get.port)?.containerPort as number)
      : (get.port as number);
  const result = httpCall(p, {
    url: `${((get.scheme ?? "HTTP") as string).toLowerCase()}://${(get.host as string) || ip}:${port}${(get.path ?? "/") as string}`,
    tls: { insecure: true },
  });
  return result.ok ? undefined : result.detail;
}
