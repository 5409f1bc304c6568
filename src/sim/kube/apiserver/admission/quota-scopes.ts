/** Which objects the scopes of a ResourceQuota take in (kubernetes/pkg/quota/v1/evaluator/core/pods.go, podMatchesScopeFunc). */
import type { Obj } from "../../../core/json.ts";

const bestEffort = (pod: Obj): boolean =>
  [...((pod.spec?.containers ?? []) as Obj[]), ...((pod.spec?.initContainers ?? []) as Obj[])].every((c) =>
    ["requests", "limits"].every((kind) =>
      Object.keys((c.resources?.[kind] ?? {}) as Obj).every((name) => name !== "cpu" && name !== "memory"),
    ),
  );

const matches: Record<string, (pod: Obj, e: Obj) => boolean> = {
  Terminating: (pod) => pod.spec?.activeDeadlineSeconds !== undefined,
  NotTerminating: (pod) => pod.spec?.activeDeadlineSeconds === undefined,
  BestEffort: bestEffort,
  NotBestEffort: (pod) => !bestEffort(pod),
  PriorityClass(pod, e) {
    const name = (pod.spec?.priorityClassName ?? "") as string;
    const listed = ((e.values ?? []) as string[]).includes(name);
    if (e.operator === "In") return listed;
    if (e.operator === "NotIn") return !listed;
    return (name !== "") === (e.operator !== "DoesNotExist");
  },
};

const expressions = (quota: Obj): Obj[] => [
  ...((quota.spec?.scopes ?? []) as string[]).map((scopeName) => ({ scopeName, operator: "Exists" })),
  ...((quota.spec?.scopeSelector?.matchExpressions ?? []) as Obj[]),
];

/** The first scope that is not known here. */
export const unknownScope = (quota: Obj): string | undefined =>
  expressions(quota)
    .map((e) => String(e.scopeName))
    .find((name) => !matches[name]);

/** `key`: plural, with its group. Scopes are of pods: a quota that has some counts nothing else. */
export function inScope(quota: Obj, key: string, object: Obj): boolean {
  const wanted = expressions(quota);
  if (wanted.length === 0) return true;
  return key === "pods" && wanted.every((e) => matches[String(e.scopeName)]?.(object, e) === true);
}
