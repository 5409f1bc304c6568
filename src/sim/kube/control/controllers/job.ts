/** Jobs and CronJobs (pkg/controller/job, cronjob). */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import { seconds, type Controller, type Runtime, type Work } from "../framework/runtime.ts";
import { nextTime } from "./cron.ts";
import { controllerOf, createPod, isActive, isDeleting, isReady, ownedBy, ownerReference, phaseOf, podFrom, same } from "./pods.ts";

const finished = (job: Obj): Obj | undefined =>
  ((job.status?.conditions as Obj[] | undefined) ?? []).find((c) => (c.type === "Complete" || c.type === "Failed") && c.status === "True");

const tracking = "batch.kubernetes.io/job-tracking";

export const job: Controller = {
  name: "job",
  account: "job-controller",
  interested(_r: Runtime, resource: string, object: Obj): string[] {
    if (resource === "jobs.batch") return [keyOf(object)];
    const owner = resource === "pods" ? controllerOf(object) : undefined;
    return owner?.kind === "Job" ? [`${object.metadata.namespace}/${owner.name}`] : [];
  },
  sync(w: Work, key: string): void {
    const j = w.cache.byKey("jobs.batch", key);
    if (!j) return;
    const pods = w.cache.list("pods", String(j.metadata.namespace)).filter((pod) => ownedBy(pod, j));
    release(w, j, pods);
    if (isDeleting(j) || finished(j)) return;
    run(w, j, pods);
  },
};

/** Pods that have ended, or whose job is over, no longer need the finalizer that kept them countable. */
function release(w: Work, j: Obj, pods: Obj[]): void {
  for (const pod of pods) {
    const finalizers = (pod.metadata.finalizers as string[] | undefined) ?? [];
    if (!finalizers.includes(tracking)) continue;
    if (isActive(pod) && !finished(j) && !isDeleting(j)) continue;
    w.patch("pods", pod, { metadata: { finalizers: finalizers.filter((f) => f !== tracking) } });
  }
}

function run(w: Work, j: Obj, pods: Obj[]): void {
  const { spec } = j;
  if (spec.completionMode === "Indexed") w.p.notSimulated("Jobs with completionMode Indexed");
  if (spec.podFailurePolicy || spec.successPolicy) w.p.notSimulated("Jobs with a podFailurePolicy or successPolicy");
  const active = pods.filter(isActive);
  const succeeded = pods.filter((pod) => phaseOf(pod) === "Succeeded").length;
  const failed = pods.filter((pod) => phaseOf(pod) === "Failed").length;
  const limit = Number(spec.backoffLimit ?? 6);
  const restarts =
    spec.template?.spec?.restartPolicy === "OnFailure"
      ? active.reduce(
          (sum, pod) =>
            sum + ((pod.status?.containerStatuses as Obj[] | undefined) ?? []).reduce((s, c) => s + Number(c.restartCount ?? 0), 0),
          0,
        )
      : 0;
  const started = j.status?.startTime ? Date.parse(String(j.status.startTime)) : w.now;
  const deadline = spec.activeDeadlineSeconds === undefined ? Infinity : started + Number(spec.activeDeadlineSeconds) * 1000;
  const end = (type: "Complete" | "Failed", reason: string, message: string): void => {
    for (const pod of active) w.delete("pods", pod);
    write(w, j, { active: 0, succeeded, failed: failed + (type === "Failed" ? active.length : 0), ready: 0 }, started, {
      type,
      reason,
      message,
    });
    if (type === "Complete") w.event(j, "Normal", "Completed", "Job completed");
    else w.event(j, "Warning", reason, message);
    if (spec.ttlSecondsAfterFinished !== undefined)
      w.r.enqueue("ttl-after-finished", keyOf(j), Number(spec.ttlSecondsAfterFinished) * 1000);
  };
  if (failed > limit || (restarts > 0 && restarts >= limit && spec.template.spec.restartPolicy === "OnFailure"))
    return end("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
  if (w.now >= deadline) return end("Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
  const completions = spec.completions as number | undefined;
  const complete = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (complete) return end("Complete", "CompletionsReached", "Reached expected number of succeeded pods");
  let running = active;
  if (spec.suspend === true) {
    for (const pod of active) w.delete("pods", pod);
    running = [];
  } else {
    const parallelism = Number(spec.parallelism ?? 1);
    const wanted =
      completions === undefined ? (succeeded > 0 ? active.length : parallelism) : Math.min(parallelism, completions - succeeded);
    for (const pod of active.slice(Math.max(0, wanted))) w.delete("pods", pod);
    running = active.slice(0, Math.max(0, wanted));
    const missing = wanted - running.length;
    if (missing > 0) {
      // failed pods are replaced after 10 s, doubling up to 6 minutes
      const last = Math.max(0, ...pods.filter((pod) => phaseOf(pod) === "Failed").map((pod) => endedAt(pod)));
      const wait = failed === 0 ? 0 : last + Math.min(360_000, 10_000 * 2 ** (failed - 1)) - w.now;
      if (wait > 0) w.enqueue(keyOf(j), wait);
      else for (let i = 0; i < missing; i++) running = [...running, createPod(w, j, podFor(w, j))];
    }
  }
  if (Number.isFinite(deadline)) w.enqueue(keyOf(j), Math.max(0, deadline - w.now));
  write(w, j, { active: running.length, succeeded, failed, ready: running.filter(isReady).length }, started);
}

function endedAt(pod: Obj): number {
  const times = ((pod.status?.containerStatuses as Obj[] | undefined) ?? [])
    .map((c) => Date.parse(String(c.state?.terminated?.finishedAt ?? "")))
    .filter((t) => !Number.isNaN(t));
  return times.length > 0 ? Math.max(...times) : Date.parse(String(pod.metadata.creationTimestamp));
}

function podFor(w: Work, j: Obj): Obj {
  const pod = podFrom(j.spec.template as Obj, String(j.metadata.namespace), ownerReference(j, "batch/v1", "Job"), String(j.metadata.name));
  if (w.r.minor >= 26) pod.metadata.finalizers = [...((pod.metadata.finalizers as string[] | undefined) ?? []), tracking];
  return pod;
}

function write(
  w: Work,
  j: Obj,
  n: { active: number; succeeded: number; failed: number; ready: number },
  started: number,
  end?: { type: string; reason: string; message: string },
): void {
  const count = (value: number, name: string): Obj => (value > 0 ? { [name]: value } : {});
  const now = seconds(w.now);
  const make = (type: string, reason: string, message: string): Obj => ({
    type,
    status: "True",
    lastProbeTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  const before = (j.status?.conditions as Obj[] | undefined) ?? [];
  const added = end
    ? [
        ...(w.r.minor >= 31 ? [make(end.type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget", end.reason, end.message)] : []),
        make(end.type, end.reason, end.message),
      ]
    : [];
  const conditions = [...before, ...added];
  const next: Obj = {
    ...count(n.active, "active"),
    ...(end?.type === "Complete" ? { completionTime: now } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
    ...count(n.failed, "failed"),
    ready: n.ready,
    ...(j.spec.suspend === true ? {} : { startTime: (j.status?.startTime as string | undefined) ?? seconds(started) }),
    ...count(n.succeeded, "succeeded"),
    terminating: 0,
    uncountedTerminatedPods: {},
  };
  const current = w.cache.byKey("jobs.batch", keyOf(j)) ?? j;
  if (!same(next, current.status)) w.updateStatus("jobs.batch", { ...current, status: next });
}

export const ttlAfterFinished: Controller = {
  name: "ttl-after-finished",
  account: "ttl-after-finished-controller",
  interested(_r, resource, object, deleted) {
    return resource === "jobs.batch" && !deleted && object.spec?.ttlSecondsAfterFinished !== undefined && finished(object)
      ? [keyOf(object)]
      : [];
  },
  sync(w: Work, key: string): void {
    const j = w.cache.byKey("jobs.batch", key);
    const end = j && finished(j);
    if (!j || !end || isDeleting(j)) return;
    const due = Date.parse(String(end.lastTransitionTime)) + Number(j.spec.ttlSecondsAfterFinished) * 1000;
    if (due > w.now) w.enqueue(key, due - w.now);
    else w.delete("jobs.batch", j, { propagationPolicy: "Foreground" });
  },
};

export const cronjob: Controller = {
  name: "cronjob",
  account: "cronjob-controller",
  interested(_r, resource, object) {
    if (resource === "cronjobs.batch") return [keyOf(object)];
    const owner = resource === "jobs.batch" ? controllerOf(object) : undefined;
    return owner?.kind === "CronJob" ? [`${object.metadata.namespace}/${owner.name}`] : [];
  },
  sync(w: Work, key: string): void {
    const cj = w.cache.byKey("cronjobs.batch", key);
    if (!cj || isDeleting(cj)) return;
    if (cj.spec.timeZone && cj.spec.timeZone !== "Etc/UTC" && cj.spec.timeZone !== "UTC")
      w.p.notSimulated("CronJobs in other time zones than UTC");
    const jobs = w.cache.list("jobs.batch", String(cj.metadata.namespace)).filter((j) => ownedBy(j, cj));
    const running = jobs.filter((j) => !finished(j));
    let status: Obj = { ...cj.status };
    trim(w, cj, jobs);
    const made = cj.spec.suspend === true ? undefined : due(w, cj, running);
    if (made) {
      status = { ...status, lastScheduleTime: made.time };
      running.push(made.job);
    }
    const active = running.map((j) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      name: j.metadata.name as string,
      namespace: j.metadata.namespace as string,
      uid: j.metadata.uid as string,
      resourceVersion: j.metadata.resourceVersion as string,
    }));
    const succeeded = jobs
      .map(finished)
      .filter((c) => c?.type === "Complete")
      .map((c) => String(c!.lastTransitionTime))
      .sort()
      .at(-1);
    const names = (list: unknown): string => ((list as Obj[] | undefined) ?? []).map((a) => String(a.name)).join();
    const next: Obj = { ...status, ...(succeeded ? { lastSuccessfulTime: succeeded } : {}) };
    if (active.length > 0) next.active = names(cj.status?.active) === names(active) ? cj.status.active : active;
    else delete next.active;
    const current = w.cache.byKey("cronjobs.batch", key) ?? cj;
    if (!same(next, current.status)) w.updateStatus("cronjobs.batch", { ...current, status: next });
    const following = nextTime(String(cj.spec.schedule), w.now);
    if (following !== undefined) w.enqueue(key, following - w.now + 100);
  },
};

/** Starts the job whose time has come. */
function due(w: Work, cj: Obj, running: Obj[]): { job: Obj; time: string } | undefined {
  const since = Date.parse(String(cj.status?.lastScheduleTime ?? cj.metadata.creationTimestamp));
  let at: number | undefined;
  // of several missed times only the latest counts
  for (
    let next = nextTime(String(cj.spec.schedule), since);
    next !== undefined && next <= w.now;
    next = nextTime(String(cj.spec.schedule), next)
  )
    at = next;
  if (at === undefined) return undefined;
  const deadline = cj.spec.startingDeadlineSeconds as number | undefined;
  if (deadline !== undefined && at + deadline * 1000 < w.now) {
    w.event(cj, "Warning", "MissSchedule", `Missed scheduled time to start a job: ${new Date(at).toUTCString()}`);
    return undefined;
  }
  if (running.length > 0 && cj.spec.concurrencyPolicy === "Forbid") {
    w.event(cj, "Normal", "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
    return undefined;
  }
  if (cj.spec.concurrencyPolicy === "Replace")
    for (const j of running.splice(0)) {
      w.delete("jobs.batch", j, { propagationPolicy: "Background" });
      w.event(cj, "Normal", "SuccessfulDelete", `Deleted job ${j.metadata.name}`);
    }
  const template = cj.spec.jobTemplate as Obj;
  const name = `${cj.metadata.name}-${Math.floor(at / 60_000)}`;
  const made = w.tryCreate("jobs.batch", {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: cj.metadata.namespace as string,
      labels: { ...(template.metadata?.labels as Obj | undefined) },
      annotations: {
        ...(template.metadata?.annotations as Obj | undefined),
        "batch.kubernetes.io/cronjob-scheduled-timestamp": seconds(at),
      },
      ownerReferences: [ownerReference(cj, "batch/v1", "CronJob")],
    },
    spec: copy(template.spec) as Obj,
  });
  if (!made.ok) {
    if (made.kind === "status" && made.code === 409) return undefined;
    w.event(cj, "Warning", "FailedCreate", `Error creating job: ${made.message}`);
    return undefined;
  }
  w.event(cj, "Normal", "SuccessfulCreate", `Created job ${name}`);
  return { job: made.body, time: seconds(at) };
}

function trim(w: Work, cj: Obj, jobs: Obj[]): void {
  for (const [type, limit] of [
    ["Complete", Number(cj.spec.successfulJobsHistoryLimit ?? 3)],
    ["Failed", Number(cj.spec.failedJobsHistoryLimit ?? 1)],
  ] as const) {
    const done = jobs
      .filter((j) => finished(j)?.type === type && !isDeleting(j))
      .sort((a, b) => Date.parse(String(a.metadata.creationTimestamp)) - Date.parse(String(b.metadata.creationTimestamp)));
    for (const j of done.slice(0, Math.max(0, done.length - limit))) {
      w.delete("jobs.batch", j, { propagationPolicy: "Background" });
      w.event(cj, "Normal", "SuccessfulDelete", `Deleted job ${j.metadata.name}`);
    }
  }
}
