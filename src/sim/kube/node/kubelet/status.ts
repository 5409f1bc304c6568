/** A pod's status from what the runtime says (pkg/kubelet/kubelet_pods.go, pkg/kubelet/status). */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { minorOf } from "../klog.ts";
import { qosOf } from "./cgroups.ts";
import { hasExited, isRunning, msOf, podIpOf, type RuntimePod } from "./runtime.ts";
import { isHostNetwork, stateOf, timeText, type PodEntry } from "./state.ts";

/** Text of a message file that the container left (terminationMessagePath), or of its log's end. */
function terminationMessage(p: Proc, spec: Obj, c: Obj): string {
  const path = (spec.terminationMessagePath ?? "/dev/termination-log") as string;
  const mount = ((c.mounts ?? []) as Obj[]).find((m) => m.containerPath === path);
  const text = mount ? (p.fs.tryReadText(mount.hostPath as string) ?? "") : "";
  if (text !== "" || spec.terminationMessagePolicy !== "FallbackToLogsOnError" || c.exitCode === 0)
    return text || ((c.message ?? "") as string);
  const log = p.fs.tryReadText(c.logPath as string) ?? "";
  return log
    .split("\n")
    .filter((l) => l !== "")
    .map((l) => `${l.split(" ").slice(3).join(" ")}\n`)
    .slice(-80)
    .join("")
    .slice(-2048);
}

function stateOfContainer(p: Proc, spec: Obj, c: Obj): Obj {
  if (isRunning(c)) return { running: { startedAt: timeText(msOf(c.startedAt as string)) } };
  if (hasExited(c)) {
    const message = terminationMessage(p, spec, c);
    return {
      terminated: {
        exitCode: c.exitCode as number,
        reason: c.reason as string,
        ...(message === "" ? {} : { message }),
        startedAt: c.startedAt === "0" ? null : timeText(msOf(c.startedAt as string)),
        finishedAt: timeText(msOf(c.finishedAt as string)),
        containerID: `${stateOf(p).runtimeName}://${c.id as string}`,
      },
    };
  }
  return { waiting: { reason: "ContainerCreating" } };
}

const restarts = (c: Obj | undefined): number =>
  Number(c?.annotations?.["io.kubernetes.container.restartCount"] ?? c?.metadata?.attempt ?? 0);

function containerStatus(p: Proc, e: PodEntry, spec: Obj, rt: RuntimePod, init: boolean, blocked: boolean): Obj {
  const name = spec.name as string;
  const work = e.containers[name] ?? {};
  const all = rt.containers.filter((c) => c.metadata.name === name && c.state !== "CONTAINER_CREATED");
  const now = all[0];
  const before = all[1];
  const waiting = work.waiting;
  let state: Obj;
  let lastState: Obj = before && hasExited(before) ? stateOfContainer(p, spec, before) : {};
  if (now && isRunning(now)) state = stateOfContainer(p, spec, now);
  else if (waiting && !e.killing) {
    state = { waiting: { reason: waiting.reason, ...(waiting.message === undefined ? {} : { message: waiting.message }) } };
    if (now) lastState = stateOfContainer(p, spec, now);
  } else if (now) state = stateOfContainer(p, spec, now);
  else state = { waiting: { reason: blocked ? "PodInitializing" : "ContainerCreating" } };
  const running = isRunning(now);
  const probed = now !== undefined && work.probed === now.id;
  const needsStartup = spec.startupProbe !== undefined;
  const started = running && (!needsStartup || (probed && work.started === true));
  const needsReady = spec.readinessProbe !== undefined;
  const ready =
    init && !isSidecar(spec)
      ? hasExited(now) && now!.exitCode === 0
      : running && started && (!needsReady || (probed && work.ready === true));
  return {
    name,
    state,
    lastState,
    ready,
    restartCount: restarts(now),
    image: now ? ((now.image as Obj).image as string) : (spec.image as string),
    imageID: (now?.imageRef ?? "") as string,
    ...(now ? { containerID: `${stateOf(p).runtimeName}://${now.id as string}` } : {}),
    started,
  };
}

/** A restartable init container (KEP-753). */
export const isSidecar = (spec: Obj): boolean => spec.restartPolicy === "Always";

function phaseOf(e: PodEntry, init: Obj[], main: Obj[]): string {
  if (e.failed) return "Failed";
  const policy = (e.pod.spec.restartPolicy ?? "Always") as string;
  const specs = (e.pod.spec.initContainers ?? []) as Obj[];
  for (const [i, s] of init.entries()) {
    if (isSidecar(specs[i]!)) continue;
    const t = (s.state.terminated ?? (s.state.waiting ? s.lastState.terminated : undefined)) as Obj | undefined;
    if (t && t.exitCode === 0) continue;
    if (t && policy === "Never") return "Failed";
    return "Pending";
  }
  let running = 0;
  let waiting = 0;
  let succeeded = 0;
  let stopped = 0;
  for (const s of main) {
    // stopped to be made anew in the same pass: no end that the pod could have
    if (s.state.running || e.containers[s.name as string]?.replacing) running++;
    else if (s.state.terminated) {
      stopped++;
      if (s.state.terminated.exitCode === 0) succeeded++;
    } else if (s.lastState.terminated) stopped++;
    else waiting++;
  }
  if (waiting > 0) return "Pending";
  if (running > 0) return "Running";
  if (stopped > 0) {
    if (policy === "Always") return "Running";
    if (stopped === succeeded) return "Succeeded";
    return policy === "Never" ? "Failed" : "Running";
  }
  return "Pending";
}

export function generateStatus(p: Proc, e: PodEntry, rt: RuntimePod): Obj {
  const s = stateOf(p);
  const minor = minorOf(p.state.version);
  const spec = e.pod.spec as Obj;
  const inits = (spec.initContainers ?? []) as Obj[];
  const initStatuses: Obj[] = [];
  let blocked = false;
  for (const c of inits) {
    const st = containerStatus(p, e, c, rt, true, blocked);
    initStatuses.push(st);
    if (!(isSidecar(c) ? st.started : st.ready)) blocked = true;
  }
  const statuses = ((spec.containers ?? []) as Obj[]).map((c) => containerStatus(p, e, c, rt, false, blocked));
  const ephemeral = ((spec.ephemeralContainers ?? []) as Obj[]).map((c) => {
    const { started: _s, ...status } = containerStatus(p, e, c, rt, false, false);
    return { ...status, ready: false };
  });
  const phase = phaseOf(e, initStatuses, statuses);
  const unready = statuses.filter((c) => !c.ready).map((c) => c.name as string);
  const done = phase === "Succeeded" || phase === "Failed";
  const incomplete = initStatuses.filter((c, i) => !(isSidecar(inits[i]!) ? c.started : c.ready)).map((c) => c.name as string);
  const sandboxReady = rt.sandboxes.some((x) => x.state === "SANDBOX_READY");
  const readiness = done
    ? { status: "False", reason: phase === "Succeeded" ? "PodCompleted" : "PodFailed" }
    : unready.length > 0
      ? { status: "False", reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` }
      : { status: "True" };
  const initialized =
    phase === "Succeeded"
      ? { status: "True", reason: "PodCompleted" }
      : incomplete.length > 0
        ? { status: "False", reason: "ContainersNotInitialized", message: `containers with incomplete status: [${incomplete.join(" ")}]` }
        : { status: "True" };
  const wanted: [string, Obj][] = [
    ...(minor >= 29 ? [["PodReadyToStartContainers", { status: sandboxReady ? "True" : "False" }] as [string, Obj]] : []),
    ["Initialized", initialized],
    ["Ready", gates(e, readiness)],
    ["ContainersReady", readiness],
    ["PodScheduled", { status: "True" }],
  ];
  const conditions = wanted.map(([type, c]) => {
    const old = e.conditions[type];
    if (!old || old[0] !== c.status) e.conditions[type] = [c.status as string, timeText(p.now)];
    return {
      type,
      ...c,
      lastProbeTime: null,
      lastTransitionTime: e.conditions[type]![1],
      ...(minor >= 34 ? { observedGeneration: (e.pod.metadata.generation ?? 1) as number } : {}),
    };
  });
  const known = ((e.pod.status?.conditions ?? []) as Obj[]).filter((c) => !wanted.some(([type]) => type === c.type));
  const ip = podIpOf(rt, isHostNetwork(e.pod), s.nodeIp);
  e.startTime ??= timeText(p.now);
  const shown = ip !== "" && !(isHostNetwork(e.pod) && rt.sandboxes.length === 0);
  return {
    phase,
    ...(e.failed ? { reason: e.failed.reason, message: e.failed.message } : {}),
    conditions: [...conditions, ...known],
    hostIP: s.nodeIp,
    ...(minor >= 28 ? { hostIPs: [{ ip: s.nodeIp }] } : {}),
    ...(shown ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: e.startTime,
    ...(inits.length > 0 ? { initContainerStatuses: initStatuses } : {}),
    containerStatuses: statuses,
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
    qosClass: qosOf(e.pod),
    ...(minor >= 34 ? { observedGeneration: (e.pod.metadata.generation ?? 1) as number } : {}),
  };
}

function gates(e: PodEntry, readiness: Obj): Obj {
  if (readiness.status !== "True") return readiness;
  const names = ((e.pod.spec.readinessGates ?? []) as Obj[]).map((g) => g.conditionType as string);
  const have = (e.pod.status?.conditions ?? []) as Obj[];
  const missing = names.filter((n) => have.find((c) => c.type === n)?.status !== "True");
  if (missing.length === 0) return readiness;
  return {
    status: "False",
    reason: "ReadinessGatesNotReady",
    message: missing.map((n) => `the status of pod readiness gate "${n}" is not "True"`).join(", "),
  };
}
