/** The built-in resources as data: names, scope, versions, subresources, storage. Behaviour by kind lives in strategy/. */
import type { Obj } from "../../core/json.ts";

interface ServedVersion {
  name: string;
  /** Minor versions of Kubernetes that serve it: from `since` up to and including `until`. */
  since?: number;
  until?: number;
}

export interface Resource {
  group: string;
  plural: string;
  singular: string;
  kind: string;
  short: string[];
  namespaced: boolean;
  /** Preferred first. */
  versions: ServedVersion[];
  /** status, scale, log, exec, binding, eviction, token, approval, ephemeralcontainers, resize… */
  subresources: string[];
  categories: string[];
  /** Verbs in discovery; create-only for reviews. */
  verbs: string[];
  /** Schema of the kind (schema/types.ts), "" for custom resources. */
  type: string;
  /** Path under /registry. */
  storage: string;
  /** spec changes count up metadata.generation. */
  generation: boolean;
  /** The CustomResourceDefinition behind it. */
  crd?: Obj;
}

const all = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const creates = ["create"];

interface Row {
  kind: string;
  plural: string;
  singular?: string;
  short?: string;
  cluster?: boolean;
  versions?: string;
  sub?: string;
  categories?: string;
  verbs?: string[];
  storage?: string;
  type?: string;
  generation?: boolean;
}

/** `v1`, `v1:21-` (from 1.21 on), `v1beta1:-21` (up to 1.21). */
function versions(text: string): ServedVersion[] {
  return text.split(" ").map((word) => {
    const [name, range] = word.split(":");
    const [since, until] = (range ?? "").split("-");
    return { name: name!, ...(since ? { since: Number(since) } : {}), ...(until ? { until: Number(until) } : {}) };
  });
}

function group(name: string, defaultVersions: string, rows: Row[]): Resource[] {
  return rows.map((r) => ({
    group: name,
    plural: r.plural,
    singular: r.singular ?? r.kind.toLowerCase(),
    kind: r.kind,
    short: r.short ? r.short.split(",") : [],
    namespaced: !r.cluster,
    versions: versions(r.versions ?? defaultVersions),
    subresources: r.sub ? r.sub.split(",") : [],
    categories: r.categories ? r.categories.split(",") : [],
    verbs: r.verbs ?? all,
    type: r.type ?? r.kind,
    storage: r.storage ?? r.plural,
    generation: r.generation ?? false,
  }));
}

/** Storage paths as in the real registry (k8s.io/kubernetes/pkg/registry). */
export const builtinResources: Resource[] = [
  ...group("", "v1", [
    { kind: "Binding", plural: "bindings", verbs: creates },
    { kind: "ComponentStatus", plural: "componentstatuses", short: "cs", cluster: true, verbs: ["get", "list"] },
    { kind: "ConfigMap", plural: "configmaps", short: "cm" },
    { kind: "Endpoints", plural: "endpoints", singular: "endpoints", short: "ep", storage: "services/endpoints" },
    { kind: "Event", plural: "events", short: "ev" },
    { kind: "LimitRange", plural: "limitranges", short: "limits" },
    {
      kind: "Namespace",
      plural: "namespaces",
      short: "ns",
      cluster: true,
      sub: "finalize,status",
      verbs: all.filter((v) => v !== "deletecollection"),
    },
    { kind: "Node", plural: "nodes", short: "no", cluster: true, sub: "proxy,status", storage: "minions" },
    { kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims", short: "pvc", sub: "status" },
    { kind: "PersistentVolume", plural: "persistentvolumes", short: "pv", cluster: true, sub: "status" },
    {
      kind: "Pod",
      plural: "pods",
      short: "po",
      sub: "attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status",
      categories: "all",
      generation: true,
    },
    { kind: "PodTemplate", plural: "podtemplates" },
    {
      kind: "ReplicationController",
      plural: "replicationcontrollers",
      short: "rc",
      sub: "scale,status",
      categories: "all",
      storage: "controllers",
      generation: true,
    },
    { kind: "ResourceQuota", plural: "resourcequotas", short: "quota", sub: "status" },
    { kind: "Secret", plural: "secrets" },
    { kind: "ServiceAccount", plural: "serviceaccounts", short: "sa", sub: "token" },
    { kind: "Service", plural: "services", short: "svc", sub: "proxy,status", categories: "all", storage: "services/specs" },
  ]),
  ...group("admissionregistration.k8s.io", "v1 v1beta1:-21", [
    { kind: "MutatingWebhookConfiguration", plural: "mutatingwebhookconfigurations", cluster: true, generation: true },
    {
      kind: "ValidatingAdmissionPolicy",
      plural: "validatingadmissionpolicies",
      cluster: true,
      sub: "status",
      versions: "v1:30-",
      generation: true,
    },
    {
      kind: "ValidatingAdmissionPolicyBinding",
      plural: "validatingadmissionpolicybindings",
      cluster: true,
      versions: "v1:30-",
      generation: true,
    },
    { kind: "ValidatingWebhookConfiguration", plural: "validatingwebhookconfigurations", cluster: true, generation: true },
  ]),
  ...group("apiextensions.k8s.io", "v1 v1beta1:-21", [
    {
      kind: "CustomResourceDefinition",
      plural: "customresourcedefinitions",
      short: "crd,crds",
      cluster: true,
      sub: "status",
      categories: "api-extensions",
      storage: "apiextensions.k8s.io/customresourcedefinitions",
      generation: true,
    },
  ]),
  ...group("apiregistration.k8s.io", "v1 v1beta1:-21", [
    {
      kind: "APIService",
      plural: "apiservices",
      cluster: true,
      sub: "status",
      categories: "api-extensions",
      storage: "apiregistration.k8s.io/apiservices",
    },
  ]),
  ...group("apps", "v1", [
    { kind: "ControllerRevision", plural: "controllerrevisions" },
    { kind: "DaemonSet", plural: "daemonsets", short: "ds", sub: "status", categories: "all", generation: true },
    { kind: "Deployment", plural: "deployments", short: "deploy", sub: "scale,status", categories: "all", generation: true },
    { kind: "ReplicaSet", plural: "replicasets", short: "rs", sub: "scale,status", categories: "all", generation: true },
    { kind: "StatefulSet", plural: "statefulsets", short: "sts", sub: "scale,status", categories: "all", generation: true },
  ]),
  ...group("authentication.k8s.io", "v1 v1beta1:-21", [
    { kind: "SelfSubjectReview", plural: "selfsubjectreviews", cluster: true, verbs: creates, versions: "v1:28-" },
    { kind: "TokenReview", plural: "tokenreviews", cluster: true, verbs: creates },
  ]),
  ...group("authorization.k8s.io", "v1 v1beta1:-21", [
    { kind: "LocalSubjectAccessReview", plural: "localsubjectaccessreviews", verbs: creates },
    { kind: "SelfSubjectAccessReview", plural: "selfsubjectaccessreviews", cluster: true, verbs: creates },
    { kind: "SelfSubjectRulesReview", plural: "selfsubjectrulesreviews", cluster: true, verbs: creates },
    { kind: "SubjectAccessReview", plural: "subjectaccessreviews", cluster: true, verbs: creates },
  ]),
  ...group("autoscaling", "v2:23- v1 v2beta1:-24 v2beta2:-25", [
    { kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers", short: "hpa", sub: "status", categories: "all" },
  ]),
  ...group("batch", "v1", [
    {
      kind: "CronJob",
      plural: "cronjobs",
      short: "cj",
      sub: "status",
      categories: "all",
      versions: "v1:21- v1beta1:-24",
      generation: true,
    },
    { kind: "Job", plural: "jobs", sub: "status", categories: "all", generation: true },
  ]),
  ...group("certificates.k8s.io", "v1 v1beta1:-21", [
    { kind: "CertificateSigningRequest", plural: "certificatesigningrequests", short: "csr", cluster: true, sub: "approval,status" },
  ]),
  ...group("coordination.k8s.io", "v1 v1beta1:-21", [{ kind: "Lease", plural: "leases" }]),
  ...group("discovery.k8s.io", "v1:21- v1beta1:-24", [{ kind: "EndpointSlice", plural: "endpointslices" }]),
  ...group("events.k8s.io", "v1 v1beta1:-24", [{ kind: "Event", plural: "events", short: "ev", type: "EventV1" }]),
  ...group("flowcontrol.apiserver.k8s.io", "v1:29- v1beta3:26-31 v1beta2:23-28 v1beta1:20-25", [
    { kind: "FlowSchema", plural: "flowschemas", cluster: true, sub: "status" },
    { kind: "PriorityLevelConfiguration", plural: "prioritylevelconfigurations", cluster: true, sub: "status" },
  ]),
  ...group("networking.k8s.io", "v1", [
    { kind: "IngressClass", plural: "ingressclasses", cluster: true, versions: "v1 v1beta1:-21", generation: true },
    {
      kind: "Ingress",
      plural: "ingresses",
      short: "ing",
      sub: "status",
      storage: "ingress",
      versions: "v1 v1beta1:-21",
      generation: true,
    },
    { kind: "IPAddress", plural: "ipaddresses", short: "ip", cluster: true, versions: "v1:33-" },
    { kind: "NetworkPolicy", plural: "networkpolicies", short: "netpol", generation: true },
    { kind: "ServiceCIDR", plural: "servicecidrs", cluster: true, sub: "status", versions: "v1:33-" },
  ]),
  // the same objects as networking.k8s.io's
  ...group("extensions", "v1beta1:-21", [
    { kind: "Ingress", plural: "ingresses", short: "ing", sub: "status", storage: "ingress", generation: true },
  ]),
  ...group("node.k8s.io", "v1 v1beta1:-24", [{ kind: "RuntimeClass", plural: "runtimeclasses", cluster: true }]),
  ...group("policy", "v1:21- v1beta1:-24", [
    { kind: "PodDisruptionBudget", plural: "poddisruptionbudgets", short: "pdb", sub: "status", generation: true },
    { kind: "PodSecurityPolicy", plural: "podsecuritypolicies", short: "psp", cluster: true, versions: "v1beta1:-24" },
  ]),
  ...group("rbac.authorization.k8s.io", "v1 v1beta1:-21", [
    { kind: "ClusterRoleBinding", plural: "clusterrolebindings", cluster: true },
    { kind: "ClusterRole", plural: "clusterroles", cluster: true },
    { kind: "RoleBinding", plural: "rolebindings" },
    { kind: "Role", plural: "roles" },
  ]),
  ...group("resource.k8s.io", "v1:34-", [
    { kind: "DeviceClass", plural: "deviceclasses", cluster: true, generation: true },
    { kind: "ResourceClaim", plural: "resourceclaims", sub: "status", type: "ResourceClaim_" },
    { kind: "ResourceClaimTemplate", plural: "resourceclaimtemplates" },
    { kind: "ResourceSlice", plural: "resourceslices", cluster: true, generation: true },
  ]),
  ...group("scheduling.k8s.io", "v1 v1beta1:-21", [{ kind: "PriorityClass", plural: "priorityclasses", short: "pc", cluster: true }]),
  ...group("storage.k8s.io", "v1 v1beta1:-21", [
    { kind: "CSIDriver", plural: "csidrivers", cluster: true },
    { kind: "CSINode", plural: "csinodes", cluster: true },
    { kind: "CSIStorageCapacity", plural: "csistoragecapacities", versions: "v1:24- v1beta1:21-26" },
    { kind: "StorageClass", plural: "storageclasses", short: "sc", cluster: true },
    { kind: "VolumeAttachment", plural: "volumeattachments", cluster: true, sub: "status" },
    { kind: "VolumeAttributesClass", plural: "volumeattributesclasses", short: "vac", cluster: true, versions: "v1:34-" },
  ]),
];

/** Versions of a resource that Kubernetes 1.`minor` serves. */
export const servedVersions = (r: Resource, minor: number): string[] =>
  r.versions.filter((v) => minor >= (v.since ?? 0) && minor <= (v.until ?? 999)).map((v) => v.name);

export const apiVersionOf = (group: string, version: string): string => (group === "" ? version : `${group}/${version}`);

export const keyOf = (r: { group: string; plural: string }): string => (r.group === "" ? r.plural : `${r.plural}.${r.group}`);

/**
 * Groups in discovery order: groupPriorityMinimum and versionPriority of the aggregator's local APIServices
 * (k8s.io/kubernetes/pkg/controlplane/apiserver/aggregator.go).
 */
export const groupPriority: Record<string, number> = {
  "": 18000,
  "apiregistration.k8s.io": 18000,
  // above the rest for the command line's sake
  extensions: 17900,
  apps: 17800,
  "events.k8s.io": 17750,
  "authentication.k8s.io": 17700,
  "authorization.k8s.io": 17600,
  autoscaling: 17500,
  batch: 17400,
  "certificates.k8s.io": 17300,
  "networking.k8s.io": 17200,
  policy: 17100,
  "rbac.authorization.k8s.io": 17000,
  "storage.k8s.io": 16800,
  "admissionregistration.k8s.io": 16700,
  "apiextensions.k8s.io": 16700,
  "scheduling.k8s.io": 16600,
  "coordination.k8s.io": 16500,
  "node.k8s.io": 16300,
  "discovery.k8s.io": 16200,
  "resource.k8s.io": 16200,
  "flowcontrol.apiserver.k8s.io": 16100,
};

/** The key under which an object is stored. */
export function storageKey(r: Resource, namespace: string, name: string): string {
  return r.namespaced ? `/registry/${r.storage}/${namespace}/${name}` : `/registry/${r.storage}/${name}`;
}

/** Prefix of all objects (in a namespace, when given). */
export const storagePrefix = (r: Resource, namespace = ""): string =>
  r.namespaced && namespace !== "" ? `/registry/${r.storage}/${namespace}/` : `/registry/${r.storage}/`;
