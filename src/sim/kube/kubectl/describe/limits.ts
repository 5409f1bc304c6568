/** What bounds workloads: quotas, limit ranges, budgets, autoscalers, priorities. Layout recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import { formatSelector } from "../../apiserver/selectors.ts";
import type { Session } from "../session.ts";
import { flatAnnotations } from "./storage.ts";
import { longTime, mapField, Writer } from "./writer.ts";

const list = (v: unknown): Obj[] => (v ?? []) as Obj[];

function begin(o: Obj, namespaced = true): Writer {
  const w = new Writer();
  w.line(0, "Name:", String(o.metadata.name));
  if (namespaced) w.line(0, "Namespace:", String(o.metadata.namespace));
  return w;
}

/** helpTextForResourceQuotaScope */
const scopes: Record<string, string> = {
  Terminating:
    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
  NotTerminating:
    "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
  BestEffort: "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
  NotBestEffort:
    "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
};

export function quotaScopes(w: Writer, o: Obj, level: number): void {
  const given = ((o.spec?.scopes ?? []) as string[]).toSorted();
  if (given.length === 0) return;
  w.line(level, "Scopes:", given.join(", "));
  for (const scope of given) if (scopes[scope]) w.raw(`${"  ".repeat(level)} * ${scopes[scope]}`);
}

export function resourceQuota(_s: Session, o: Obj): Writer {
  const w = begin(o);
  quotaScopes(w, o, 0);
  w.line(0, "Resource", "Used", "Hard");
  w.line(0, "--------", "----", "----");
  for (const name of Object.keys((o.status?.hard ?? {}) as Obj).toSorted())
    w.line(0, name, String(o.status.used?.[name] ?? "0"), String(o.status.hard[name]));
  return w;
}

export function limitRange(_s: Session, o: Obj): Writer {
  const w = begin(o);
  const fields = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
  w.line(0, "Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio");
  w.line(0, "----", "--------", "---", "---", "---------------", "-------------", "-----------------------");
  for (const limit of list(o.spec?.limits)) {
    const names = new Set(fields.flatMap((f) => Object.keys((limit[f] ?? {}) as Obj)));
    for (const name of [...names].toSorted()) w.line(0, String(limit.type), name, ...fields.map((f) => String(limit[f]?.[name] ?? "-")));
  }
  return w;
}

export function disruptionBudget(_s: Session, o: Obj): Writer {
  const w = begin(o);
  if (o.spec?.minAvailable !== undefined) w.line(0, "Min available:", String(o.spec.minAvailable));
  else if (o.spec?.maxUnavailable !== undefined) w.line(0, "Max unavailable:", String(o.spec.maxUnavailable));
  w.line(0, "Selector:", o.spec?.selector ? formatSelector(o.spec.selector as Obj) : "<unset>");
  w.line(0, "Status:");
  const status = (o.status ?? {}) as Obj;
  w.line(2, "Allowed disruptions:", String(status.disruptionsAllowed ?? 0));
  w.line(2, "Current:", String(status.currentHealthy ?? 0));
  w.line(2, "Desired:", String(status.desiredHealthy ?? 0));
  w.line(2, "Total:", String(status.expectedPods ?? 0));
  return w;
}

function direction(w: Writer, title: string, rules: Obj | undefined): void {
  if (!rules) return;
  w.line(1, `${title}:`);
  if (rules.stabilizationWindowSeconds !== undefined) w.line(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds`);
  if (list(rules.policies).length === 0) return;
  w.line(2, `Select Policy: ${rules.selectPolicy ?? "Max"}`);
  w.line(2, "Policies:");
  for (const p of list(rules.policies)) w.line(3, `- Type: ${p.type}`, `Value: ${p.value}`, `Period: ${p.periodSeconds} seconds`);
}

/** describeHorizontalPodAutoscalerV2, of resources: nothing measures, so what is current is unknown. */
export function autoscaler(s: Session, o: Obj): Writer {
  const w = begin(o);
  mapField(w, 0, "Labels", o.metadata.labels as Record<string, string>);
  mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);
  w.line(0, "CreationTimestamp:", longTime(o.metadata.creationTimestamp));
  w.line(0, "Reference:", `${o.spec.scaleTargetRef.kind}/${o.spec.scaleTargetRef.name}`);
  w.line(0, "Metrics:", "( current / target )");
  for (const metric of list(o.spec.metrics)) {
    if (metric.type !== "Resource") return s.p.notSimulated(`kubectl describe of an autoscaler with metrics of type ${metric.type}`);
    const { name, target } = metric.resource as Obj;
    if (target.averageValue === undefined)
      w.line(1, `resource ${name} on pods  (as a percentage of request):`, `<unknown> / ${target.averageUtilization}%`);
    else w.line(1, `resource ${name} on pods:`, `<unknown> / ${target.averageValue}`);
  }
  w.line(0, "Min replicas:", String(o.spec.minReplicas ?? "<unset>"));
  w.line(0, "Max replicas:", String(o.spec.maxReplicas));
  if (o.spec.behavior) {
    w.line(0, "Behavior:");
    direction(w, "Scale Up", o.spec.behavior.scaleUp as Obj | undefined);
    direction(w, "Scale Down", o.spec.behavior.scaleDown as Obj | undefined);
  }
  w.line(
    0,
    `${o.spec?.scaleTargetRef?.kind as string} pods:`,
    `${o.status?.currentReplicas ?? 0} current / ${o.status?.desiredReplicas ?? 0} desired`,
  );
  return w;
}

export function priorityClass(s: Session, o: Obj): Writer {
  const w = begin(o, false);
  w.line(0, "Value:", String(o.value ?? 0));
  w.line(0, "GlobalDefault:", String(o.globalDefault === true));
  if (s.minor > 20) w.line(0, "PreemptionPolicy:", String(o.preemptionPolicy));
  w.line(0, "Description:", String(o.description ?? ""));
  flatAnnotations(w, o);
  return w;
}
