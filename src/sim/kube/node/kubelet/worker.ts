/** The pod worker: brings a pod from what it is to what it should be, one step after another (pkg/kubelet/kuberuntime SyncPod). */
import type { Obj } from "../../../core/json.ts";
import { rpcError, type CriReply } from "../../../cri/messages.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { klogS, minorOf } from "../klog.ts";
import { ensurePodCgroup, podCgroup, podCgroupExists, removePodCgroup, updateQosCgroups } from "./cgroups.ts";
import { apiClient } from "./connection.ts";
import { definitionChanged, fail, hook, raise, startOne } from "./containers.ts";
import { scheduleProbes } from "./probes.ts";
import { hasExited, isRunning, latest, runtimePod, type RuntimePod } from "./runtime.ts";
import { cri, isHostNetwork, podRef, podText, stateOf, type PodEntry } from "./state.ts";
import { isSidecar } from "./status.ts";
import { collectSandboxes, killContainers, sandboxesToStop, stopContainer, stopSandboxes } from "./stop.ts";
import { dnsConfig, hostnameOf, podDir, podLogs, setUpVolumes, VolumeError } from "./volumes.ts";
import { call, ephemeralOf, event, factsOf, graceOf, jitter, reportStatus, skip, specsOf, wake, workOf } from "./work.ts";

/** Milliseconds: resyncInterval. */
const resync = 60_000;

const working = (p: Proc, e: PodEntry): boolean =>
  Object.values(stateOf(p).calls).some((c) => c.uid === e.uid && c.kind !== "probe" && c.kind !== "gc");

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
  for (const work of Object.values(e.containers)) {
    if (work.next) work.waiting = work.next;
    delete work.next;
  }
  const status = reportStatus(p, e, rt);
  if (status.phase === "Succeeded" || status.phase === "Failed") return finish(p, e, rt);
  wake(p, e, resync + Math.round(p.machine.random("kubelet-jitter").float() * 30_000));
  if (s.networkNotReady !== undefined && !isHostNetwork(e.pod)) {
    const why = minorOf(p.state.version) < 22 ? s.networkNotReady.replace(/^container /, "") : s.networkNotReady;
    const text = `network is not ready: ${why}`;
    event(p, e, "Warning", "NetworkNotReady", text);
    return skip(p, e, text, 2000);
  }
  if (!cgroupReady(p, e, rt)) return;
  if (!volumesReady(p, e, rt)) return;
  if (!sandboxReady(p, e, rt)) return;
  startContainers(p, e, rt);
}

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
  if (newest && !e.recreating) event(p, e, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
  e.recreating = true;
  const running = rt.containers.filter(isRunning);
  if (running.length > 0 || sandboxesToStop(e, rt).length > 0) {
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
    logDirectory: podLogs(pod, e.uid),
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

function startContainers(p: Proc, e: PodEntry, rt: RuntimePod): void {
  const policy = (e.pod.spec.restartPolicy ?? "Always") as string;
  // once each, whatever becomes of the others (kuberuntime_manager.go, "Step 5: start ephemeral containers")
  for (const spec of ephemeralOf(e)) if (!latest(rt, spec.name as string) && startOne(p, e, rt, spec, undefined) === "busy") return;
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
    if (isRunning(now) && definitionChanged(spec, now!)) {
      workOf(e, name).replacing = true;
      return killContainers(p, e, [now!], `Container ${name} definition changed, will be restarted`, graceOf(e), "stop");
    }
    if (isRunning(now)) {
      delete workOf(e, name).waiting;
      scheduleProbes(p, e, spec, now!);
      if (!hook(p, e, rt, spec, now!)) return;
      if (init && spec.startupProbe && workOf(e, name).started !== true) return;
      continue;
    }
    if (now && hasExited(now) && inSandbox) {
      const again = workOf(e, name).replacing || isSidecar(spec) || policy === "Always" || (policy === "OnFailure" && now.exitCode !== 0);
      if (!again) continue;
    }
    if (startOne(p, e, rt, spec, now) === "busy") return;
  }
  reportStatus(p, e, runtimePod(p, e.uid) ?? rt);
}

/** A pod that has ended by itself: its sandbox goes, its containers stay for their logs. */
function finish(p: Proc, e: PodEntry, rt: RuntimePod): void {
  const running = rt.containers.filter(isRunning);
  if (running.length > 0) return killContainers(p, e, running, undefined, graceOf(e), "kill-pod");
  if (sandboxesToStop(e, rt).length > 0) return void stopSandboxes(p, e);
  removePodCgroup(p, e.pod);
}

function terminate(p: Proc, e: PodEntry, rt: RuntimePod): void {
  reportStatus(p, e, rt);
  const running = rt.containers.filter(isRunning);
  if (running.length > 0) return killContainers(p, e, running, undefined, e.killing!.grace, "kill-pod");
  if (sandboxesToStop(e, rt).length > 0) {
    if (!stopSandboxes(p, e)) wake(p, e, 2000);
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
  p.fs.removeAll(podLogs(e.pod, e.uid));
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

/** The runtime has answered a call. */
export function answered(p: Proc, e: PodEntry, kind: string, data: Obj, reply: CriReply): void {
  const name = data.container as string;
  switch (kind) {
    case "gc":
      return;
    case "sandbox":
      delete e.recreating;
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
      if (reply.ok) (e.stoppedSandboxes ??= []).push(data.id as string);
      else {
        const recreating = e.recreating;
        delete e.recreating;
        klogS(p, "E", "log.go:32", "StopPodSandbox from runtime service failed", { err: rpcError(reply), podSandboxID: data.id });
        if (!recreating)
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
