/** Small controllers that keep one object in step with others: aggregated ClusterRoles, quotas, disruption budgets, the TTL annotation. */
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import { seconds, type Controller, type Work } from "../framework/runtime.ts";
import { inScope, unknownScope } from "../../apiserver/admission/quota-scopes.ts";
import { plus, quantity } from "../../quantity.ts";
import { requestsOf } from "../scheduling/resources.ts";
import { controllerOf, isDeleting, isReady, percentOf, phaseOf, same, selects } from "./pods.ts";

export const clusterroleAggregation: Controller = {
  name: "clusterrole-aggregation",
  account: "clusterrole-aggregation-controller",
  interested(r, resource, object) {
    if (resource !== "clusterroles.rbac.authorization.k8s.io") return [];
    return r.cache
      .list(resource)
      .filter((role) => role.aggregationRule)
      .map(keyOf)
      .filter((name) => name !== object.metadata.name || object.aggregationRule);
  },
  sync(w: Work, name: string): void {
    const resource = "clusterroles.rbac.authorization.k8s.io";
    const role = w.cache.get(resource, name);
    const selectors = (role?.aggregationRule?.clusterRoleSelectors as Obj[] | undefined) ?? [];
    if (!role || selectors.length === 0) return;
    const rules: Obj[] = [];
    const parts = w.cache
      .list(resource)
      .filter(
        (other) => other.metadata.name !== name && selectors.some((s) => selects(s, other.metadata.labels as Record<string, string>)),
      );
    for (const part of parts.sort((a, b) => (String(a.metadata.name) < String(b.metadata.name) ? -1 : 1)))
      for (const rule of (part.rules as Obj[] | null) ?? []) if (!rules.some((r) => same(r, rule))) rules.push(rule);
    if (!same(rules, role.rules ?? [])) w.update(resource, { ...role, rules });
  },
};

const counted: Record<string, string> = {
  pods: "pods",
  "count/pods": "pods",
  services: "services",
  "count/services": "services",
  configmaps: "configmaps",
  "count/configmaps": "configmaps",
  secrets: "secrets",
  "count/secrets": "secrets",
  persistentvolumeclaims: "persistentvolumeclaims",
  replicationcontrollers: "replicationcontrollers",
  "count/deployments.apps": "deployments.apps",
  "count/replicasets.apps": "replicasets.apps",
  "count/statefulsets.apps": "statefulsets.apps",
  "count/jobs.batch": "jobs.batch",
  "count/cronjobs.batch": "cronjobs.batch",
};
const quotaResources = new Set(Object.values(counted));

function shown(name: string, value: number): string {
  if (name.endsWith("cpu")) return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
  if (!name.endsWith("memory") && !name.endsWith("storage")) return String(value);
  for (const [unit, size] of [
    ["Gi", 2 ** 30],
    ["Mi", 2 ** 20],
    ["Ki", 2 ** 10],
  ] as const)
    if (value > 0 && value % size === 0) return `${value / size}${unit}`;
  return String(value);
}

export const resourcequota: Controller = {
  name: "resourcequota",
  account: "resourcequota-controller",
  interested(r, resource, object) {
    if (resource === "resourcequotas") return [keyOf(object)];
    return quotaResources.has(resource) ? r.cache.list("resourcequotas", String(object.metadata.namespace)).map(keyOf) : [];
  },
  sync(w: Work, key: string): void {
    const quota = w.cache.byKey("resourcequotas", key);
    if (!quota || isDeleting(quota)) return;
    const namespace = String(quota.metadata.namespace);
    const unknown = unknownScope(quota);
    if (unknown !== undefined) w.p.notSimulated(`ResourceQuotas with the scope ${unknown}`);
    const hard = (quota.spec?.hard ?? {}) as Record<string, string>;
    const pods = w.cache
      .list("pods", namespace)
      .filter((pod) => phaseOf(pod) !== "Succeeded" && phaseOf(pod) !== "Failed" && inScope(quota, "pods", pod));
    const used: Record<string, string> = {};
    for (const name of Object.keys(hard)) {
      const resource = counted[name];
      if (resource) used[name] = String(resource === "pods" ? pods.length : w.cache.list(resource, namespace).length);
      else if (name.startsWith("limits.")) {
        const total = pods
          .flatMap((pod) => (pod.spec.containers as Obj[] | undefined) ?? [])
          .reduce((sum, c) => plus(sum, quantity((c.resources?.limits as Obj | undefined)?.[name.slice("limits.".length)])), 0);
        used[name] = shown(name, total);
      } else {
        const total = pods.reduce((sum, pod) => plus(sum, requestsOf(pod)[name.replace(/^requests\./, "")] ?? 0), 0);
        used[name] = shown(name, total);
      }
    }
    if (!same(quota.status?.hard, hard) || !same(quota.status?.used, used))
      w.updateStatus("resourcequotas", { ...quota, status: { hard, used } });
  },
};

export const disruption: Controller = {
  name: "disruption",
  account: "disruption-controller",
  interested(r, resource, object) {
    if (resource === "poddisruptionbudgets.policy") return [keyOf(object)];
    if (resource !== "pods") return [];
    return r.cache
      .list("poddisruptionbudgets.policy", String(object.metadata.namespace))
      .filter((b) => selects(b.spec?.selector as Obj, object.metadata.labels as Record<string, string>))
      .map(keyOf);
  },
  sync(w: Work, key: string): void {
    const budget = w.cache.byKey("poddisruptionbudgets.policy", key);
    if (!budget || isDeleting(budget)) return;
    const namespace = String(budget.metadata.namespace);
    const pods = w.cache
      .list("pods", namespace)
      .filter(
        (pod) =>
          selects(budget.spec.selector as Obj, pod.metadata.labels as Record<string, string>) &&
          phaseOf(pod) !== "Succeeded" &&
          phaseOf(pod) !== "Failed",
      );
    // what the pods' controllers want counts, not what happens to be there
    const owners = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (!owner) {
        owners.set(String(pod.metadata.uid), 1);
        continue;
      }
      const resource = {
        ReplicaSet: "replicasets.apps",
        StatefulSet: "statefulsets.apps",
        ReplicationController: "replicationcontrollers",
      }[String(owner.kind)];
      const object = resource ? w.cache.get(resource, String(owner.name), namespace) : undefined;
      owners.set(String(owner.uid), object ? Number(object.spec?.replicas ?? 1) : (owners.get(String(owner.uid)) ?? 0) + 1);
    }
    const expected = [...owners.values()].reduce((sum, n) => sum + n, 0);
    const { minAvailable, maxUnavailable } = budget.spec as { minAvailable?: unknown; maxUnavailable?: unknown };
    const desired =
      maxUnavailable === undefined
        ? percentOf(minAvailable ?? 0, expected, true)
        : Math.max(0, expected - percentOf(maxUnavailable, expected, true));
    const healthy = pods.filter((pod) => isReady(pod) && !isDeleting(pod)).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    const before = ((budget.status?.conditions as Obj[] | undefined) ?? []).find((c) => c.type === "DisruptionAllowed");
    const state = allowed > 0 ? "True" : "False";
    const next = {
      conditions: [
        {
          type: "DisruptionAllowed",
          status: state,
          reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
          message: "",
          observedGeneration: Number(budget.metadata.generation ?? 0),
          lastTransitionTime: before?.status === state ? (before.lastTransitionTime as string) : seconds(w.now),
        },
      ],
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed: allowed,
      expectedPods: expected,
      observedGeneration: Number(budget.metadata.generation ?? 0),
    };
    if (!same(next, budget.status)) w.updateStatus("poddisruptionbudgets.policy", { ...budget, status: next });
  },
};

const ttlKey = "node.alpha.kubernetes.io/ttl";

/** How long kubelets may keep Secrets and ConfigMaps, by the cluster's size. */
export const ttl: Controller = {
  name: "ttl",
  account: "ttl-controller",
  interested(_r, resource, object, deleted) {
    return resource === "nodes" && !deleted ? [String(object.metadata.name)] : [];
  },
  sync(w: Work, name: string): void {
    const node = w.cache.get("nodes", name);
    if (!node) return;
    const size = w.cache.list("nodes").length;
    const value = String(size <= 100 ? 0 : size <= 500 ? 15 : size <= 1000 ? 30 : 60);
    if ((node.metadata.annotations as Record<string, string> | undefined)?.[ttlKey] !== value)
      w.patch("nodes", node, { metadata: { annotations: { [ttlKey]: value } } });
  },
};
