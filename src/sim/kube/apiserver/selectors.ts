/** What label and field selectors match: k8s.io/apimachinery/pkg/labels and fields. */
import type { Obj } from "../../core/json.ts";
import type { LabelTerm } from "./label-selector.ts";
import { badRequest } from "./status.ts";

export function matchesLabels(labels: Record<string, string> | undefined, terms: LabelTerm[]): boolean {
  for (const term of terms) {
    const value = labels?.[term.key];
    switch (term.op) {
      case "in":
        if (value === undefined || !term.values.includes(value)) return false;
        break;
      case "notin":
        if (value !== undefined && term.values.includes(value)) return false;
        break;
      case "exists":
        if (value === undefined) return false;
        break;
      case "!":
        if (value !== undefined) return false;
        break;
      case "gt":
        if (value === undefined || !(Number(value) > term.value)) return false;
        break;
      case "lt":
        if (value === undefined || !(Number(value) < term.value)) return false;
    }
  }
  return true;
}

/** Whether labels match a metav1.LabelSelector object; a missing selector matches nothing, an empty one everything. */
export function matchesSelector(labels: Record<string, string> | undefined, selector: Obj | undefined | null): boolean {
  if (!selector) return false;
  for (const [key, value] of Object.entries((selector.matchLabels ?? {}) as Record<string, string>))
    if (labels?.[key] !== value) return false;
  for (const e of (selector.matchExpressions ?? []) as Obj[]) {
    const value = labels?.[e.key as string];
    if (e.operator === "In" && (value === undefined || !(e.values as string[]).includes(value))) return false;
    if (e.operator === "NotIn" && value !== undefined && (e.values as string[]).includes(value)) return false;
    if (e.operator === "Exists" && value === undefined) return false;
    if (e.operator === "DoesNotExist" && value !== undefined) return false;
  }
  return true;
}

/** metav1.FormatLabelSelector. */
export function formatSelector(selector: Obj | undefined | null): string {
  if (!selector) return "<none>";
  const parts = Object.entries((selector.matchLabels ?? {}) as Record<string, string>)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}=${v}`);
  for (const e of (selector.matchExpressions ?? []) as Obj[]) {
    const values = ((e.values ?? []) as string[]).toSorted().join(",");
    if (e.operator === "In") parts.push(`${e.key} in (${values})`);
    else if (e.operator === "NotIn") parts.push(`${e.key} notin (${values})`);
    else if (e.operator === "Exists") parts.push(`${e.key}`);
    else parts.push(`!${e.key}`);
  }
  return parts.length === 0 ? "<none>" : parts.join(",");
}

export interface FieldTerm {
  field: string;
  equal: boolean;
  value: string;
}

export function parseFieldSelector(text: string): FieldTerm[] {
  return text
    .split(",")
    .filter((t) => t !== "")
    .map((part) => {
      const m = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
      if (!m) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      return { field: m[1]!, equal: m[2] !== "!=", value: m[3]! };
    });
}

/** Selectable fields by `plural.group`; metadata.name (and namespace) are always there. Source: strategies' SelectableFields / conversion functions. */
const selectable: Record<string, string[]> = {
  pods: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  events: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  nodes: ["spec.unschedulable"],
  namespaces: ["status.phase"],
  secrets: ["type"],
  services: ["spec.clusterIP", "spec.type"],
  replicationcontrollers: ["status.replicas"],
  "replicasets.apps": ["status.replicas"],
  "jobs.batch": ["status.successful"],
  "certificatesigningrequests.certificates.k8s.io": ["spec.signerName"],
};

/** Throws BadRequest `field label not supported: x` as the API server does. */
export function checkFieldSelector(terms: FieldTerm[], key: string, namespaced: boolean, extra: string[] = []): void {
  const known = ["metadata.name", ...(namespaced ? ["metadata.namespace"] : []), ...(selectable[key] ?? []), ...extra];
  for (const term of terms) {
    if (!known.includes(term.field)) throw badRequest(`field label not supported: ${term.field}`);
  }
}

export function matchesFields(object: Obj, terms: FieldTerm[]): boolean {
  return terms.every((term) => (fieldOf(object, term.field) === term.value) === term.equal);
}

function fieldOf(object: Obj, field: string): string {
  if (field === "source") return String(object.source?.component ?? object.reportingComponent ?? "");
  let value: unknown = object;
  for (const part of field.split(".")) value = (value as Obj | undefined)?.[part];
  if (value === undefined || value === null) return field === "spec.unschedulable" || field === "spec.hostNetwork" ? "false" : "";
  return String(value as string);
}
