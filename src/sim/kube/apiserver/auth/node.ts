/** The Node authorizer: what a kubelet may read is what the pods on its node refer to (plugin/pkg/auth/authorizer/node). */
import type { Obj } from "../../../core/json.ts";
import type { Attributes, User } from "./types.ts";

export function nodeNameOf(user: User): string | undefined {
  if (!user.groups.includes("system:nodes") || !user.name.startsWith("system:node:")) return undefined;
  return user.name.slice("system:node:".length);
}

const podUses = (pod: Obj, kind: "secrets" | "configmaps" | "persistentvolumeclaims", name: string): boolean => {
  const spec = pod.spec as Obj;
  const containers = [
    ...((spec.containers ?? []) as Obj[]),
    ...((spec.initContainers ?? []) as Obj[]),
    ...((spec.ephemeralContainers ?? []) as Obj[]),
  ];
  for (const v of (spec.volumes ?? []) as Obj[]) {
    const projected = (v.projected?.sources ?? []) as Obj[];
    if (kind === "secrets" && (v.secret?.secretName === name || projected.some((s) => s.secret?.name === name))) return true;
    if (kind === "configmaps" && (v.configMap?.name === name || projected.some((s) => s.configMap?.name === name))) return true;
    if (kind === "persistentvolumeclaims" && v.persistentVolumeClaim?.claimName === name) return true;
  }
  if (kind === "secrets" && ((spec.imagePullSecrets ?? []) as Obj[]).some((s) => s.name === name)) return true;
  const [ref, key] = kind === "secrets" ? ["secretRef", "secretKeyRef"] : ["configMapRef", "configMapKeyRef"];
  return containers.some(
    (c) =>
      ((c.envFrom ?? []) as Obj[]).some((e) => e[ref!]?.name === name) ||
      ((c.env ?? []) as Obj[]).some((e) => e.valueFrom?.[key!]?.name === name),
  );
};

/** "allow" when the authorizer says yes by itself; undefined leaves it to the next one; a text says why not. */
export function authorizeNode(a: Attributes, pods: () => Obj[]): string | undefined {
  const node = nodeNameOf(a.user);
  if (node === undefined || !a.isResource) return undefined;
  const key = a.group === "" ? a.plural : `${a.plural}.${a.group}`;
  const mine = (): Obj[] => pods().filter((p) => p.spec?.nodeName === node);
  switch (key) {
    case "secrets":
    case "configmaps": {
      if (!["get", "list", "watch"].includes(a.verb) || a.subresource !== "") return `node '${node}' cannot ${a.verb} ${a.plural}`;
      if (a.name === "") return a.verb === "get" ? undefined : `No Object name found`;
      const used = mine().some((p) => p.metadata.namespace === a.namespace && podUses(p, key, a.name));
      return used ? "allow" : `no relationship found between node '${node}' and this object`;
    }
    case "persistentvolumeclaims":
    case "persistentvolumes":
      if (a.verb !== "get") return undefined;
      if (key === "persistentvolumes") return "allow";
      return mine().some((p) => p.metadata.namespace === a.namespace && podUses(p, key, a.name))
        ? "allow"
        : `no relationship found between node '${node}' and this object`;
    case "serviceaccounts":
      if (a.subresource !== "token") return undefined;
      if (a.verb !== "create") return "can only create tokens for individual service accounts";
      return mine().some((p) => p.metadata.namespace === a.namespace && ((p.spec.serviceAccountName as string) || "default") === a.name)
        ? "allow"
        : `no relationship found between node '${node}' and this object`;
    case "leases.coordination.k8s.io":
      if (a.namespace !== "kube-node-lease") return `can only access leases in the "kube-node-lease" system namespace`;
      return a.name === "" || a.name === node || a.verb === "create"
        ? "allow"
        : `can only access node lease with the same name as the requesting node`;
    case "csinodes.storage.k8s.io":
      return a.name === "" || a.name === node ? "allow" : `can only access CSINode with the same name as the requesting node`;
    case "nodes":
      if (a.verb === "get" && a.name !== "" && a.name !== node && a.subresource === "") return undefined;
      return undefined;
    default:
      return undefined;
  }
}

/** Rules of system:node that this authorizer applies to every kubelet (bootstrappolicy NodeRules). */
export const nodeRules: Obj[] = [
  { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
  { apiGroups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews", "subjectaccessreviews"], verbs: ["create"] },
  { apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["create", "get", "list", "watch"] },
  { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch", "update"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["patch", "update"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete"] },
  { apiGroups: [""], resources: ["pods/status"], verbs: ["patch", "update"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims/status"], verbs: ["get", "patch", "update"] },
  { apiGroups: ["storage.k8s.io"], resources: ["volumeattachments"], verbs: ["get"] },
  { apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests"], verbs: ["create", "get", "list", "watch"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "delete", "get", "patch", "update"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch", "update"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
  { apiGroups: ["storage.k8s.io"], resources: ["csidrivers"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["storage.k8s.io"], resources: ["csinodes"], verbs: ["create", "delete", "get", "patch", "update"] },
  { apiGroups: ["node.k8s.io"], resources: ["runtimeclasses"], verbs: ["get", "list", "watch"] },
];
