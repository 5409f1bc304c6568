/** Whether a pod's wishes fit a node: selectors, affinity, taints. Shared by the scheduler and the DaemonSet controller. */
import type { Obj } from "../../../core/json.ts";

/** v1.Toleration.ToleratesTaint. */
export function toleratesTaint(toleration: Obj, taint: Obj): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (!toleration.operator || toleration.operator === "Equal")
    return Boolean(toleration.key) && (toleration.value ?? "") === (taint.value ?? "");
  return toleration.operator === "Exists";
}

interface Expression {
  key: string;
  operator: string;
  values?: string[];
}

function holds(e: Expression, value: string | undefined): boolean {
  switch (e.operator) {
    case "In":
      return value !== undefined && (e.values ?? []).includes(value);
    case "NotIn":
      return value === undefined || !(e.values ?? []).includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(e.values?.[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(e.values?.[0]);
    default:
      return false;
  }
}

const labelsOf = (node: Obj): Record<string, string> => (node.metadata.labels as Record<string, string> | undefined) ?? {};

/** One term: all of its expressions and fields. An empty term matches nothing. */
export function matchesTerm(term: Obj, node: Obj): boolean {
  const expressions = (term.matchExpressions as Expression[] | undefined) ?? [];
  const fields = (term.matchFields as Expression[] | undefined) ?? [];
  if (expressions.length + fields.length === 0) return false;
  return (
    expressions.every((e) => holds(e, labelsOf(node)[e.key])) &&
    fields.every((e) => e.key === "metadata.name" && holds(e, String(node.metadata.name)))
  );
}

/** nodeSelector and required node affinity of a pod spec. */
export function matchesNode(spec: Obj, node: Obj): boolean {
  const selector = (spec.nodeSelector as Record<string, string> | undefined) ?? {};
  const labels = labelsOf(node);
  if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution as Obj | undefined;
  if (!required) return true;
  return ((required.nodeSelectorTerms as Obj[] | undefined) ?? []).some((term) => matchesTerm(term, node));
}
