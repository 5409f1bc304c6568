/** Roles and bindings that kubeadm makes, as small constructors. */
import type { Obj } from "../../core/json.ts";

const api = "rbac.authorization.k8s.io";

export interface Rule {
  apiGroups?: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

export type Who = { kind: "Group" | "User"; name: string } | { kind: "ServiceAccount"; name: string; namespace: string };

export const role = (namespace: string, name: string, rules: Rule[]): Obj => ({
  apiVersion: `${api}/v1`,
  kind: "Role",
  metadata: { name, namespace },
  rules: rules.map((r) => ({ apiGroups: [""], ...r })),
});

export const clusterRole = (name: string, rules: Rule[]): Obj => ({
  apiVersion: `${api}/v1`,
  kind: "ClusterRole",
  metadata: { name },
  rules: rules.map((r) => ({ apiGroups: [""], ...r })),
});

const subjects = (who: Who[]): Obj[] => who.map((w) => (w.kind === "ServiceAccount" ? w : { apiGroup: api, ...w }));

export const roleBinding = (namespace: string, name: string, who: Who[]): Obj => ({
  apiVersion: `${api}/v1`,
  kind: "RoleBinding",
  metadata: { name, namespace },
  roleRef: { apiGroup: api, kind: "Role", name },
  subjects: subjects(who),
});

export const clusterRoleBinding = (name: string, to: string, who: Who[]): Obj => ({
  apiVersion: `${api}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name },
  roleRef: { apiGroup: api, kind: "ClusterRole", name: to },
  subjects: subjects(who),
});

export const bootstrappers: Who = { kind: "Group", name: "system:bootstrappers:kubeadm:default-node-token" };
export const nodes: Who = { kind: "Group", name: "system:nodes" };
