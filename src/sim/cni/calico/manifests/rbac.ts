/** Roles of Calico's components (calico/templates/*-rbac.yaml, tigera operator's render package). */
import type { Obj } from "../../../core/json.ts";
import { group } from "../versions.ts";

const read = ["get", "list", "watch"];
const rule = (groups: string[], resources: string[], verbs: string[]): Obj => ({ apiGroups: groups, resources, verbs });

const nodeRules: Obj[] = [
  rule([""], ["serviceaccounts/token"], ["create"]),
  rule([""], ["nodes", "namespaces", "configmaps", "pods", "services", "endpoints", "serviceaccounts"], read),
  rule([""], ["nodes/status", "pods/status"], ["patch", "update"]),
  rule(["discovery.k8s.io"], ["endpointslices"], read),
  rule(["networking.k8s.io"], ["networkpolicies"], read),
  rule(["policy.networking.k8s.io"], ["adminnetworkpolicies", "baselineadminnetworkpolicies"], read),
  rule([group], ["*"], [...read, "create", "update", "patch", "delete"]),
];

const cniRules: Obj[] = [
  rule([""], ["pods", "nodes", "namespaces"], ["get"]),
  rule([""], ["pods/status"], ["patch"]),
  rule(
    [group],
    ["blockaffinities", "ipamblocks", "ipamhandles", "clusterinformations", "ippools", "ipreservations", "ipamconfigs"],
    ["get", "list", "create", "update", "delete"],
  ),
];

const controllerRules: Obj[] = [
  rule(
    [""],
    ["nodes", "pods", "namespaces", "configmaps", "services", "serviceaccounts", "endpoints"],
    [...read, "create", "update", "delete"],
  ),
  rule(["networking.k8s.io"], ["networkpolicies"], read),
  rule([group], ["*"], [...read, "create", "update", "patch", "delete"]),
];

const role = (name: string, rules: Obj[]): Obj => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name },
  rules,
});
const binding = (name: string, namespace: string, account = name): Obj => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
  subjects: [{ kind: "ServiceAccount", name: account, namespace }],
});
const account = (name: string, namespace: string): Obj => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } });

/** Accounts, roles and bindings of calico-node, its CNI plugin and calico-kube-controllers. */
export const calicoRbac = (namespace: string): Obj[] => [
  account("calico-kube-controllers", namespace),
  account("calico-node", namespace),
  account("calico-cni-plugin", namespace),
  role("calico-kube-controllers", controllerRules),
  role("calico-node", nodeRules),
  role("calico-cni-plugin", cniRules),
  binding("calico-kube-controllers", namespace),
  binding("calico-node", namespace),
  binding("calico-cni-plugin", namespace),
];

export const typhaRbac = (namespace: string): Obj[] => [
  account("calico-typha", namespace),
  role("calico-typha", nodeRules),
  binding("calico-typha", namespace),
];

const write = ["create", "get", "list", "update", "patch", "delete", "watch"];
export const operatorRbac: Obj[] = [
  account("tigera-operator", "tigera-operator"),
  role("tigera-operator", [
    rule(
      [""],
      ["namespaces", "pods", "podtemplates", "services", "endpoints", "events", "configmaps", "secrets", "serviceaccounts"],
      write,
    ),
    rule([""], ["resourcequotas"], write),
    rule([""], ["nodes"], ["get", "patch", "list", "watch"]),
    rule(["rbac.authorization.k8s.io"], ["clusterroles", "clusterrolebindings", "rolebindings", "roles"], [...write, "bind", "escalate"]),
    rule(["apps"], ["deployments", "daemonsets", "statefulsets"], write),
    rule(["operator.tigera.io"], ["*"], write),
    rule(["networking.k8s.io"], ["networkpolicies"], write),
    rule([group], ["*"], write),
    rule(["scheduling.k8s.io"], ["priorityclasses"], write),
    rule(["policy"], ["poddisruptionbudgets"], write),
    rule(["apiregistration.k8s.io"], ["apiservices"], write),
    rule(["coordination.k8s.io"], ["leases"], write),
    rule(["storage.k8s.io"], ["csidrivers"], write),
    rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], write),
    rule(["certificates.k8s.io"], ["certificatesigningrequests"], ["list", "watch"]),
  ]),
  binding("tigera-operator", "tigera-operator"),
];
