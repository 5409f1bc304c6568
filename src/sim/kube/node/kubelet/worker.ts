/** The pod worker: brings a pod from what it is to what it should be, one step after another (pkg/kubelet/kuberuntime SyncPod). */
import { createHash } from "node:crypto";
import type { Obj } from "../../../core/json.ts";
import { criSend } from "../../../cri/client.ts";
import { rpcError, type CriReply } from "../../../cri/messages.ts";
import { httpCall } from "../../../net/http.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { klogS, minorOf } from "../klog.ts";
import { apiClient } from "./connection.ts";
import { ensurePodCgroup, podCgroup, podCgroupExists, removePodCgroup, updateQosCgroups } from "./cgroups.ts";
import { ConfigError, environmentOf, expand, fetcher, serviceVariables, type PodFacts } from "./environment.ts";
import { record } from "./events.ts";
import { scheduleProbes } from "./probes.ts";
import { hasExited, isRunning, latest, msOf, podIpOf, runtimePod, type RuntimePod } from "./runtime.ts";
import { cri, endpointOf, isHostNetwork, podRef, podText, stateOf, type PodEntry } from "./state.ts";
import { generateStatus, isSidecar } from "./status.ts";
import { dnsConfig, hostnameOf, mountsOf, podDir, setUpVolumes, VolumeError, writeHosts } from "./volumes.ts";

/** Milliseconds: pkg/kubelet backOffPeriod, MaxContainerBackOff, resyncInterval. */
const backOffPeriod = 10_000;
const maxBackOff = 300_000;
const resync = 60_000;

const specsOf = (e: PodEntry): { spec: Obj; init: boolean }[] => [
  ...((e.pod.spec.initContainers ?? []) as Obj[]).map((spec) => ({ spec, init: true })),
  ...((e.pod.spec.containers ?? []) as Obj[]).map((spec) => ({ spec, init: false })),
];
export const specOf = (e: PodEntry, name: string): { spec: Obj; init: boolean } | undefined => specsOf(e).find((c) => c.spec.name === name);
const workOf = (e: PodEntry, name: string): PodEntry["containers"][string] => (e.containers[name] ??= {});

export function event(p: Proc, e: PodEntry, type: "Normal" | "Warning", reason: string, message: string, container?: string): void {
  const init = container !== undefined && specOf(e, container)?.init === true;
  record(p, apiClient(p), e.pod, "Pod", { type, reason, message, ...(container === undefined ? {} : { container, init }) });
}

/** Asks for a pass over the pod in `ms`. */
export function wake(p: Proc, e: PodEntry, ms = 0): void {
  p.cancel(e.timer);
  e.timer = p.after(ms, "sync", { uid: e.uid });
}
const jitter = (p: Proc): number => Math.round(backOffPeriod * (1 + 0.5 * p.machine.random("kubelet-jitter").float()));

/** Starts a call to the runtime for a pod; false when it cannot be reached. */
function call(p: Proc, e: PodEntry, kind: string, method: string, request: Obj, data: Obj = {}): boolean {
  const s = stateOf(p);
  const id = s.nextCall++;
  const opened = criSend(p, endpointOf(p), id, method, request);
  if (!opened.ok) {
    klogS(p, "E", "log.go:32", `${method} from runtime service failed`, { err: rpcError(opened) });
    return false;
  }
  s.calls[id] = { conn: opened.conn, kind, uid: e.uid, data };
  return true;
}

const working = (p: Proc, e: PodEntry): boolean =>
  Object.values(stateOf(p).calls).some((c) => c.uid === e.uid && c.kind !== "probe" && c.kind !== "gc");

function skip(p: Proc, e: PodEntry, err: string, again: number): void {
  klogS(p, "E", "pod_workers.go:1324", "Error syncing pod, skipping", { err, pod: podRef(e.pod), podUID: e.uid });
  wake(p, e, again);
}

export function syncPod(p: Proc, uid: string): void {
  const s = stateOf(p);
  const e = s.pods[uid];
  if (!e) return;
  if (working(p, e)) {
    e.again = true;
    return;
  }
  e.again = false;
  const rt = runtimePod(p, uid);
  if (!rt) return wake(p, e, 2000);
  if (e.killing) return terminate(p, e, rt);
  if (
    e.source === "file" &&
    Object.values(s.pods).some(
      (o) => o !== e && o.killing && o.pod.metadata.name === e.pod.metadata.name && o.pod.metadata.namespace === e.pod.metadata.namespace,
    )
  )
    return wake(p, e, 1000);
  const status = reportStatus(p, e, rt);
  if (status.phase === "Succeeded" || status.phase === "Failed") return finish(p, e, rt);
  wake(p, e, resync + Math.round(p.machine.random("kubelet-jitter").float() * 30_000));
  if (s.networkNotReady !== undefined && !isHostNetwork(e.pod)) {
    const text = `network is not ready: ${s.networkNotReady}`;
    event(p, e, "Warning", "NetworkNotReady", text);
    return skip(p, e, text, 2000);
  }
  if (!cgroupReady(p, e, rt)) return;
  if (!volumesReady(p, e, rt)) return;
  if (!sandboxReady(p, e, rt)) return;
  startContainers(p, e, rt);
}

const factsOf = (p: Proc, e: PodEntry, rt: RuntimePod | undefined): PodFacts => ({
  podIp: podIpOf(rt, isHostNetwork(e.pod), stateOf(p).nodeIp),
  hostIp: stateOf(p).nodeIp,
  nodeName: stateOf(p).nodeName,
});

/** kubelet.go, SyncPod: containers that run while their pod's group does not exist are killed. */
function cgroupReady(p: Proc, e: PodEntry, rt: RuntimePod): boolean {
  if (podCgroupExists(p, e.pod)) return true;
  const running = rt.containers.filter(isRunning);
  if (running.length > 0) {
    killContainers(p, e, running, undefined, graceOf(e), "kill-pod");
    return false;
  }
  updateQosCgroups(p);
  ensurePodCgroup(p, e.pod);
  return true;
}

const graceOf = (e: PodEntry): number =>
  (e.pod.metadata.deletionGracePeriodSeconds ?? e.pod.spec.terminationGracePeriodSeconds ?? 30) as number;

function volumesReady(p: Proc, e: PodEntry, rt: RuntimePod): boolean {
  try {
    setUpVolumes(p, e, apiClient(p), factsOf(p, e, rt));
    e.mounted = true;
    delete e.mountDelay;
    return true;
  } catch (error) {
    if (!(error instanceof VolumeError)) throw error;
    // volumes that are already mounted keep what they have
    if (e.mounted) return true;
    const text = `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`;
    e.mountDelay = Math.min((e.mountDelay ?? 250) * 2, 122_000);
    event(p, e, "Warning", "FailedMount", text);
    const until = new Date(p.now + e.mountDelay).toISOString().replace("T", " ").replace("Z", "000000 +0000 UTC");
    klogS(
      p,
      "E",
      "nestedpendingoperations.go:348",
      `Operation for "{volumeName:${error.volume} podName:${e.uid} nodeName:}" failed. No retries permitted until ${until} (durationBeforeRetry ${e.mountDelay < 1000 ? `${e.mountDelay}ms` : `${e.mountDelay / 1000}s`}). Error: ${text} pod "${e.pod.metadata.name as string}" (UID: "${e.uid}") : ${error.message}`,
    );
    wake(p, e, e.mountDelay);
    return false;
  }
}

function sandboxReady(p: Proc, e: PodEntry, rt: RuntimePod): boolean {
  const [newest] = rt.sandboxes;
  const ready = rt.sandboxes.filter((x) => x.state === "SANDBOX_READY");
  if (ready.length === 1 && ready[0] === newest) return true;
  if (newest) event(p, e, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
  const running = rt.containers.filter(isRunning);
  if (running.length > 0 || ready.length > 0) {
    killContainers(p, e, running, undefined, graceOf(e), "kill-pod");
    return false;
  }
  const dns = dnsConfig(p, e.pod);
  if (dns.warning) event(p, e, "Warning", "MissingClusterDNS", `pod: "${podText(e.pod)}". ${dns.warning}`);
  const config = sandboxConfig(p, e, newest ? (newest.metadata.attempt as number) + 1 : e.attempt, dns);
  if (!call(p, e, "sandbox", "RunPodSandbox", { config, runtimeHandler: (e.pod.spec.runtimeClassName ?? "") as string }))
    wake(p, e, jitter(p));
  return false;
}

function sandboxConfig(p: Proc, e: PodEntry, attempt: number, dns: { servers: string[]; searches: string[]; options: string[] }): Obj {
  const pod = e.pod;
  const spec = pod.spec as Obj;
  const host = isHostNetwork(pod);
  const ports = ((spec.containers ?? []) as Obj[]).flatMap((c) => (c.ports ?? []) as Obj[]);
  return {
    metadata: { name: pod.metadata.name as string, uid: e.uid, namespace: pod.metadata.namespace as string, attempt },
    hostname: host ? "" : hostnameOf(pod),
    logDirectory: `/var/log/pods/${pod.metadata.namespace as string}_${pod.metadata.name as string}_${e.uid}`,
    dnsConfig: dns,
    portMappings: host
      ? []
      : ports.map((x) => ({
          protocol: (x.protocol ?? "TCP") as string,
          containerPort: x.containerPort as number,
          hostPort: (x.hostPort ?? 0) as number,
          hostIp: (x.hostIP ?? "") as string,
        })),
    labels: {
      ...(pod.metadata.labels as Obj),
      "io.kubernetes.pod.name": pod.metadata.name as string,
      "io.kubernetes.pod.namespace": pod.metadata.namespace as string,
      "io.kubernetes.pod.uid": e.uid,
    },
    annotations: { ...(pod.metadata.annotations as Obj) },
    linux: {
      cgroupParent: podCgroup(p, pod),
      securityContext: {
        namespaceOptions: {
          network: host ? "NODE" : "POD",
          pid: spec.hostPID ? "NODE" : spec.shareProcessNamespace ? "POD" : "CONTAINER",
          ipc: spec.hostIPC ? "NODE" : "POD",
        },
      },
    },
  };
}

const key = (e: PodEntry, name: string): string => `${name}/${e.uid}`;

/** Doubles a back-off; the first is ten seconds, forgotten after ten quiet minutes. */
function raise(p: Proc, e: PodEntry, id: string): void {
  const old = e.backoff[id];
  const delay = !old || p.now - old.at > 2 * maxBackOff ? backOffPeriod : Math.min(old.delay * 2, maxBackOff);
  e.backoff[id] = { delay, at: p.now };
}
const goDuration = (ms: number): string => {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${s % 60}s`;
};

function startContainers(p: Proc, e: PodEntry, rt: RuntimePod): void {
  const policy = (e.pod.spec.restartPolicy ?? "Always") as string;
  for (const { spec, init } of specsOf(e)) {
    const name = spec.name as string;
    const now = latest(rt, name);
    const inSandbox = now && rt.sandboxes[0]?.id === now.sandbox;
    if (init && !isSidecar(spec)) {
      if (inSandbox && hasExited(now) && now.exitCode === 0) continue;
      // init containers that had finished run again only when the sandbox is new
      if (inSandbox && isRunning(now)) return;
      if (now && hasExited(now) && now.exitCode !== 0 && policy === "Never") return;
      startOne(p, e, rt, spec, now);
      return;
    }
    if (isRunning(now)) {
      delete workOf(e, name).waiting;
      scheduleProbes(p, e, spec, now!);
      if (!hook(p, e, rt, spec, now!)) return;
      if (init && spec.startupProbe && workOf(e, name).started !== true) return;
      continue;
    }
    if (now && hasExited(now) && inSandbox) {
      const again = isSidecar(spec) || policy === "Always" || (policy === "OnFailure" && now.exitCode !== 0);
      if (!again) continue;
    }
    if (startOne(p, e, rt, spec, now) === "busy") return;
  }
  reportStatus(p, e, runtimePod(p, e.uid) ?? rt);
}

/** Image, back-off, creation and start of one container. "busy": a call is under way. */
function startOne(p: Proc, e: PodEntry, rt: RuntimePod, spec: Obj, before: Obj | undefined): "busy" | "done" | "failed" {
  const name = spec.name as string;
  const work = workOf(e, name);
  const id = key(e, name);
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
      work.waiting = { reason: "CrashLoopBackOff", message: text };
      reportStatus(p, e, rt);
      skip(p, e, `failed to "StartContainer" for "${name}" with CrashLoopBackOff: "${text}"`, jitter(p));
      return "failed";
    }
  }
  const image = pull(p, e, rt, spec);
  if (image !== "present") return image;
  if (before && hasExited(before)) raise(p, e, id);
  return create(p, e, rt, spec, before);
}

function fail(p: Proc, e: PodEntry, rt: RuntimePod, name: string, reason: string, message: string, again: number): "failed" {
  workOf(e, name).waiting = { reason, message };
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
    return fail(p, e, rt, name, "ImagePullBackOff", text, jitter(p));
  }
  event(p, e, "Normal", "Pulling", `Pulling image "${image}"`, name);
  if (call(p, e, "pull", "PullImage", { image: { image }, auth: null }, { container: name, image, at: p.now })) return "busy";
  return fail(p, e, rt, name, "ErrImagePull", "container runtime is down", jitter(p));
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
        "io.kubernetes.container.hash": createHash("md5").update(JSON.stringify(spec)).digest("hex").slice(0, 8),
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
            pid: e.pod.spec.hostPID ? "NODE" : e.pod.spec.shareProcessNamespace ? "POD" : "CONTAINER",
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
  const made = cri(p, "CreateContainer", { podSandboxId: sandbox.id as string, config, sandboxConfig: {} });
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
  delete work.started;
  delete work.ready;
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

/** Removes sandboxes that are not the newest and hold no containers any more, as the kubelet's garbage collection does. */
function collectSandboxes(p: Proc, e: PodEntry): void {
  const rt = runtimePod(p, e.uid);
  if (!rt) return;
  for (const c of rt.containers)
    if (hasExited(c) && c !== latest(rt, c.metadata.name as string) && c.sandbox !== rt.sandboxes[0]?.id)
      cri(p, "RemoveContainer", { containerId: c.id as string });
  const left = runtimePod(p, e.uid);
  for (const x of left?.sandboxes.slice(1) ?? [])
    if (x.state !== "SANDBOX_READY" && !left!.containers.some((c) => c.sandbox === x.id))
      call(p, e, "gc", "RemovePodSandbox", { podSandboxId: x.id as string });
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
function hook(p: Proc, e: PodEntry, rt: RuntimePod, spec: Obj, c: Obj): boolean {
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

function httpGet(p: Proc, get: Obj, ip: string, spec: Obj): string | undefined {
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

/** Stops containers; a reason other than undefined is told in the event. */
export function killContainers(p: Proc, e: PodEntry, containers: Obj[], reason: string | undefined, grace: number, kind: string): void {
  for (const c of containers) {
    const name = c.metadata.name as string;
    event(p, e, "Normal", "Killing", reason ?? `Stopping container ${name}`, name);
    const pre = specOf(e, name)?.spec.lifecycle?.preStop as Obj | undefined;
    if (pre?.exec && grace > 0) {
      call(
        p,
        e,
        "prestop",
        "ExecSync",
        { containerId: c.id as string, cmd: pre.exec.command as string[], timeout: grace },
        { container: c.id as string, grace, at: p.now, next: kind },
      );
      continue;
    }
    const rest = pre?.sleep ? Number(pre.sleep.seconds) * 1000 : 0;
    if (pre?.httpGet) httpGet(p, pre.httpGet as Obj, factsOf(p, e, runtimePod(p, e.uid)).podIp, specOf(e, name)!.spec);
    if (rest > 0)
      p.after(Math.min(rest, grace * 1000), "stop-container", {
        uid: e.uid,
        id: c.id as string,
        grace: Math.max(2, grace - rest / 1000),
        kind,
      });
    else stopContainer(p, e, c.id as string, grace, kind);
  }
  if (containers.length === 0) stopSandboxes(p, e);
}

export function stopContainer(p: Proc, e: PodEntry, id: string, grace: number, kind: string): void {
  if (!call(p, e, kind, "StopContainer", { containerId: id, timeout: grace })) wake(p, e, jitter(p));
}

function stopSandboxes(p: Proc, e: PodEntry): void {
  const rt = runtimePod(p, e.uid);
  for (const x of rt?.sandboxes ?? [])
    if (x.state === "SANDBOX_READY") call(p, e, "stop-sandbox", "StopPodSandbox", { podSandboxId: x.id as string }, { id: x.id as string });
}

/** A pod that has ended by itself: its sandbox goes, its containers stay for their logs. */
function finish(p: Proc, e: PodEntry, rt: RuntimePod): void {
  const running = rt.containers.filter(isRunning);
  if (running.length > 0) return killContainers(p, e, running, undefined, graceOf(e), "kill-pod");
  if (rt.sandboxes.some((x) => x.state === "SANDBOX_READY")) return stopSandboxes(p, e);
  removePodCgroup(p, e.pod);
}

function terminate(p: Proc, e: PodEntry, rt: RuntimePod): void {
  reportStatus(p, e, rt);
  const running = rt.containers.filter(isRunning);
  if (running.length > 0) return killContainers(p, e, running, undefined, e.killing!.grace, "kill-pod");
  if (rt.sandboxes.some((x) => x.state === "SANDBOX_READY")) {
    const before = Object.keys(stateOf(p).calls).length;
    stopSandboxes(p, e);
    if (Object.keys(stateOf(p).calls).length === before) wake(p, e, 2000);
    return;
  }
  for (const c of rt.containers) cri(p, "RemoveContainer", { containerId: c.id as string });
  for (const x of rt.sandboxes) cri(p, "RemovePodSandbox", { podSandboxId: x.id as string });
  removePodCgroup(p, e.pod);
  const dir = podDir(p, e.uid);
  const host = p.machine.mounts("");
  for (const m of host.filter((x) => x.dir.startsWith(`${dir}/`))) {
    host.splice(host.indexOf(m), 1);
    if (m.source.startsWith("emptydir-")) p.machine.dropTree(m.source);
  }
  p.fs.removeAll(dir);
  p.fs.removeAll(`/var/log/pods/${e.pod.metadata.namespace as string}_${e.pod.metadata.name as string}_${e.uid}`);
  const client = apiClient(p);
  if (e.source === "api") {
    const gone = client?.delete("pods", e.pod.metadata.name as string, {
      namespace: e.pod.metadata.namespace as string,
      gracePeriodSeconds: 0,
    });
    if (!gone || (!gone.ok && gone.kind === "transport")) return wake(p, e, 10_000);
  }
  delete stateOf(p).pods[e.uid];
}

/** Computes the status and writes it to the API server when it has changed. */
export function reportStatus(p: Proc, e: PodEntry, rt: RuntimePod): Obj {
  const status = generateStatus(p, e, rt);
  e.status = status;
  const client = apiClient(p);
  const text = JSON.stringify(status);
  if (!client || !stateOf(p).apiReady || e.reported === text) return status;
  if (e.source === "file" && e.mirror === undefined) return status;
  const done = client.patch(
    "pods",
    e.pod.metadata.name as string,
    { metadata: { uid: e.mirror ?? e.uid }, status },
    { namespace: e.pod.metadata.namespace as string, type: "strategic", subresource: "status" },
  );
  if (done.ok) e.reported = text;
  else if (done.kind === "status" && done.code !== 404)
    klogS(p, "E", "status_manager.go:1018", "Failed to update status for pod", { err: done.message, pod: podRef(e.pod) });
  return status;
}

/** The runtime has answered a call. */
export function answered(p: Proc, e: PodEntry, kind: string, data: Obj, reply: CriReply): void {
  const name = data.container as string;
  switch (kind) {
    case "gc":
      return;
    case "sandbox":
      if (!reply.ok) {
        const err = rpcError(reply);
        event(p, e, "Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: ${err}`);
        klogS(p, "E", "log.go:32", "RunPodSandbox from runtime service failed", { err });
        klogS(p, "E", "kuberuntime_sandbox.go:71", "Failed to create sandbox for pod", { err, pod: podRef(e.pod) });
        klogS(p, "E", "kuberuntime_manager.go:1252", "CreatePodSandbox for pod failed", { err, pod: podRef(e.pod) });
        return skip(
          p,
          e,
          `failed to "CreatePodSandbox" for "${podText(e.pod)}" with CreatePodSandboxError: ${JSON.stringify(`Failed to create sandbox for pod ${JSON.stringify(podText(e.pod))}: ${err}`)}`,
          jitter(p),
        );
      }
      collectSandboxes(p, e);
      break;
    case "pull": {
      const work = workOf(e, name) as { pulled?: boolean } & PodEntry["containers"][string];
      const image = data.image as string;
      if (reply.ok) {
        work.pulled = true;
        delete e.backoff[`image/${image}`];
        const took = p.now - (data.at as number);
        const d = took < 1000 ? `${took}ms` : `${(took / 1000).toFixed(3).replace(/0+$/, "").replace(/\.$/, "")}s`;
        const minor = minorOf(p.state.version);
        const found = cri(p, "ImageStatus", { image: { image } });
        const size = found.ok ? ((found.response.image as Obj | null)?.size as string | undefined) : undefined;
        event(
          p,
          e,
          "Normal",
          "Pulled",
          `Successfully pulled image "${image}" in ${d}${minor >= 27 ? ` (${d} including waiting).` : ""}${minor >= 29 && size ? ` Image size: ${size} bytes.` : ""}`.replace(
            /\.$/,
            minor >= 29 ? "." : "",
          ),
          name,
        );
        break;
      }
      const err = rpcError(reply);
      raise(p, e, `image/${image}`);
      klogS(p, "E", "log.go:32", "PullImage from image service failed", { err, image });
      klogS(p, "E", "kuberuntime_image.go:43", "Failed to pull image", { err, image });
      event(p, e, "Warning", "Failed", `Failed to pull image "${image}": ${err}`, name);
      event(p, e, "Warning", "Failed", "Error: ErrImagePull", name);
      const rt = runtimePod(p, e.uid);
      if (rt)
        fail(
          p,
          e,
          rt,
          name,
          "ErrImagePull",
          minorOf(p.state.version) >= 31
            ? `failed to pull and unpack image: ${err}`.replace(/^failed to pull and unpack image: /, "")
            : err,
          jitter(p),
        );
      return;
    }
    case "hook":
      if (!reply.ok || reply.response.exitCode !== 0) {
        event(p, e, "Warning", "FailedPostStartHook", "PostStartHook failed", name);
        const rt = runtimePod(p, e.uid);
        const c = rt && latest(rt, name);
        if (c && isRunning(c)) return killContainers(p, e, [c], "FailedPostStartHook", graceOf(e), "stop");
      }
      break;
    case "prestop": {
      if (!reply.ok || reply.response.exitCode !== 0) event(p, e, "Warning", "FailedPreStopHook", "PreStopHook failed");
      const left = Math.max(2, (data.grace as number) - Math.round((p.now - (data.at as number)) / 1000));
      return stopContainer(p, e, data.container as string, left, data.next as string);
    }
    case "kill-pod": {
      const more = Object.values(stateOf(p).calls).some((c) => c.uid === e.uid && (c.kind === "kill-pod" || c.kind === "prestop"));
      if (more) return;
      stopSandboxes(p, e);
      break;
    }
    case "stop-sandbox":
      if (!reply.ok) {
        klogS(p, "E", "log.go:32", "StopPodSandbox from runtime service failed", { err: rpcError(reply), podSandboxID: data.id });
        event(
          p,
          e,
          "Warning",
          "FailedKillPod",
          `error killing pod: failed to "KillPodSandbox" for "${e.uid}" with KillPodSandboxError: ${JSON.stringify(rpcError(reply))}`,
        );
        return skip(
          p,
          e,
          `failed to "KillPodSandbox" for "${e.uid}" with KillPodSandboxError: ${JSON.stringify(rpcError(reply))}`,
          jitter(p),
        );
      }
      break;
    default:
  }
  wake(p, e, 0);
}
