/** describeCronJob of k8s.io/kubectl/pkg/describe. Layout recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import { formatSelector } from "../../apiserver/selectors.ts";
import type { Session } from "../session.ts";
import { template } from "./pod.ts";
import { longTime, mapField, Writer } from "./writer.ts";

export function cronJob(s: Session, o: Obj): Writer {
  const w = new Writer();
  const spec = (o.spec ?? {}) as Obj;
  const job = (spec.jobTemplate?.spec ?? {}) as Obj;
  const or = (v: unknown, unit = ""): string => (v === undefined || v === null ? "<unset>" : `${v as string}${unit}`);
  w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "Namespace:", String(o.metadata.namespace));
  mapField(w, 0, "Labels", o.metadata.labels as Record<string, string>);
  mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);
  w.line(0, "Schedule:", String(spec.schedule));
  w.line(0, "Concurrency Policy:", String(spec.concurrencyPolicy));
  w.line(0, "Suspend:", spec.suspend === undefined ? "<unset>" : spec.suspend === true ? "True" : "False");
  // #136663
  if (s.minor >= 36) w.line(0, "Time Zone:", or(spec.timeZone));
  w.line(0, "Successful Job History Limit:", or(spec.successfulJobsHistoryLimit));
  w.line(0, "Failed Job History Limit:", or(spec.failedJobsHistoryLimit));
  w.line(0, "Starting Deadline Seconds:", or(spec.startingDeadlineSeconds, "s"));
  w.line(0, "Selector:", job.selector ? formatSelector(job.selector as Obj) : "<unset>");
  w.line(0, "Parallelism:", or(job.parallelism));
  w.line(0, "Completions:", or(job.completions));
  if (job.activeDeadlineSeconds !== undefined) w.line(0, "Active Deadline Seconds:", or(job.activeDeadlineSeconds, "s"));
  template(w, (job.template ?? {}) as Obj, s.minor);
  w.line(0, "Last Schedule Time:", longTime(o.status?.lastScheduleTime));
  const active = ((o.status?.active ?? []) as Obj[]).map((a) => String(a.name));
  w.line(0, "Active Jobs:", active.length > 0 ? active.join(", ") : "<none>");
  return w;
}
