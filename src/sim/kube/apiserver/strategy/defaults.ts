/** Defaults by kind: the defaults.go files of k8s.io/kubernetes/pkg/apis. Objects are changed in place. */
import type { Obj } from "../../../core/json.ts";
import { canonicalQuantity } from "../../quantity.ts";
import { canonicalResources, defaultPod, defaultPodSpec } from "./pod-defaults.ts";

const set = (o: Obj, field: string, value: unknown): void => {
  if (o[field] === undefined || o[field] === null) o[field] = value;
};

const specOf = (o: Obj): Obj => (o.spec ??= {}) as Obj;
const rbacGroup = "rbac.authorization.k8s.io";

function template(spec: Obj): void {
  const t = (spec.template ??= {}) as Obj;
  // templates always carry a metadata object
  t.metadata ??= {};
  if (t.spec) defaultPodSpec(t.spec as Obj);
}

function binding(o: Obj): void {
  set((o.roleRef ??= {}) as Obj, "apiGroup", rbacGroup);
  for (const s of (o.subjects ?? []) as Obj[]) {
    if (s.kind === "User" || s.kind === "Group") set(s, "apiGroup", rbacGroup);
    if (s.kind === "ServiceAccount" && s.apiGroup === "") delete s.apiGroup;
  }
}

function jobSpec(spec: Obj): void {
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1;
    spec.parallelism = 1;
  }
  set(spec, "parallelism", 1);
  set(spec, "backoffLimit", 6);
  set(spec, "completionMode", "NonIndexed");
  set(spec, "suspend", false);
  set(spec, "manualSelector", false);
  set(spec, "podReplacementPolicy", spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed");
  template(spec);
}

/** By schema type. */
export const defaults: Record<string, (o: Obj, minor: number) => void> = {
  Pod: (o) => defaultPod(o),
  PodTemplate: (o) => template(o),
  Namespace: (o, minor) => {
    if (minor < 21) return;
    const labels = ((o.metadata as Obj).labels ??= {}) as Obj;
    labels["kubernetes.io/metadata.name"] ??= o.metadata.name;
  },
  Service: (o, minor) => {
    const spec = specOf(o);
    set(spec, "type", "ClusterIP");
    set(spec, "sessionAffinity", "None");
    if (spec.sessionAffinity === "ClientIP") spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: 10800 } };
    for (const port of (spec.ports ?? []) as Obj[]) {
      set(port, "protocol", "TCP");
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "") port.targetPort = port.port;
    }
    // the field came with 1.21, its default with the feature's beta in 1.22
    if (spec.type !== "ExternalName" && minor >= 22) set(spec, "internalTrafficPolicy", "Cluster");
    if (spec.type === "NodePort" || spec.type === "LoadBalancer") set(spec, "externalTrafficPolicy", "Cluster");
    if (spec.type === "LoadBalancer") set(spec, "allocateLoadBalancerNodePorts", true);
  },
  Endpoints: (o) => {
    for (const subset of (o.subsets ?? []) as Obj[]) for (const port of (subset.ports ?? []) as Obj[]) set(port, "protocol", "TCP");
  },
  EndpointSlice: (o) => {
    for (const port of (o.ports ?? []) as Obj[]) {
      set(port, "name", "");
      set(port, "protocol", "TCP");
    }
    o.endpoints ??= [];
  },
  Secret: (o) => {
    set(o, "type", "Opaque");
    if (o.stringData) {
      o.data = { ...(o.data as Obj | undefined) };
      for (const [k, v] of Object.entries(o.stringData as Record<string, string>)) o.data[k] = Buffer.from(v).toString("base64");
      delete o.stringData;
    }
  },
  Node: (o) => {
    const status = (o.status ??= {}) as Obj;
    for (const list of [status.capacity, status.allocatable] as (Obj | undefined)[])
      for (const [k, v] of Object.entries(list ?? {})) list![k] = canonicalQuantity(v as string);
    if (status.capacity && !status.allocatable) status.allocatable = { ...(status.capacity as Obj) };
  },
  ReplicationController: (o) => {
    const spec = specOf(o);
    template(spec);
    const labels = spec.template.metadata.labels as Obj | undefined;
    if (labels) {
      if (Object.keys((spec.selector ?? {}) as Obj).length === 0) spec.selector = { ...labels };
      if (Object.keys((o.metadata.labels ?? {}) as Obj).length === 0) o.metadata.labels = { ...labels };
    }
    set(spec, "replicas", 1);
  },
  Deployment: (o) => {
    const spec = specOf(o);
    set(spec, "replicas", 1);
    const strategy = (spec.strategy ??= {}) as Obj;
    set(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") {
      strategy.rollingUpdate ??= {};
      set(strategy.rollingUpdate as Obj, "maxUnavailable", "25%");
      set(strategy.rollingUpdate as Obj, "maxSurge", "25%");
    }
    set(spec, "revisionHistoryLimit", 10);
    set(spec, "progressDeadlineSeconds", 600);
    template(spec);
  },
  ReplicaSet: (o) => {
    const spec = specOf(o);
    set(spec, "replicas", 1);
    template(spec);
  },
  DaemonSet: (o) => {
    const spec = specOf(o);
    const strategy = (spec.updateStrategy ??= {}) as Obj;
    set(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") {
      strategy.rollingUpdate ??= {};
      set(strategy.rollingUpdate as Obj, "maxUnavailable", 1);
      set(strategy.rollingUpdate as Obj, "maxSurge", 0);
    }
    set(spec, "revisionHistoryLimit", 10);
    template(spec);
  },
  StatefulSet: (o) => {
    const spec = specOf(o);
    set(spec, "podManagementPolicy", "OrderedReady");
    const strategy = (spec.updateStrategy ??= {}) as Obj;
    set(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") {
      strategy.rollingUpdate ??= {};
      set(strategy.rollingUpdate as Obj, "partition", 0);
    }
    spec.persistentVolumeClaimRetentionPolicy ??= { whenDeleted: "Retain", whenScaled: "Retain" };
    set(spec, "replicas", 1);
    set(spec, "revisionHistoryLimit", 10);
    template(spec);
    for (const claim of (spec.volumeClaimTemplates ?? []) as Obj[]) {
      claim.apiVersion ??= "v1";
      claim.kind ??= "PersistentVolumeClaim";
      defaults.PersistentVolumeClaim!(claim, 0);
    }
  },
  Job: (o) => jobSpec(specOf(o)),
  CronJob: (o) => {
    const spec = specOf(o);
    set(spec, "concurrencyPolicy", "Allow");
    set(spec, "suspend", false);
    set(spec, "successfulJobsHistoryLimit", 3);
    set(spec, "failedJobsHistoryLimit", 1);
    const job = spec.jobTemplate as Obj | undefined;
    if (job) {
      job.metadata ??= {};
      if (job.spec) template(job.spec as Obj);
    }
  },
  PersistentVolume: (o) => {
    const spec = specOf(o);
    o.status ??= {};
    set(o.status as Obj, "phase", "Pending");
    set(spec, "persistentVolumeReclaimPolicy", "Retain");
    set(spec, "volumeMode", "Filesystem");
    if (spec.hostPath) set(spec.hostPath as Obj, "type", "");
    for (const [k, v] of Object.entries((spec.capacity ?? {}) as Obj)) spec.capacity[k] = canonicalQuantity(v as string);
  },
  PersistentVolumeClaim: (o) => {
    const spec = specOf(o);
    o.status ??= {};
    set(o.status as Obj, "phase", "Pending");
    set(spec, "volumeMode", "Filesystem");
    canonicalResources(spec.resources as Obj);
  },
  StorageClass: (o) => {
    set(o, "reclaimPolicy", "Delete");
    set(o, "volumeBindingMode", "Immediate");
  },
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  NetworkPolicy: (o) => {
    const spec = specOf(o);
    spec.podSelector ??= {};
    for (const rule of [...((spec.ingress ?? []) as Obj[]), ...((spec.egress ?? []) as Obj[])])
      for (const port of (rule.ports ?? []) as Obj[]) set(port, "protocol", "TCP");
    if (!spec.policyTypes) spec.policyTypes = ["Ingress", ...(spec.egress ? ["Egress"] : [])];
  },
  PriorityClass: (o) => set(o, "preemptionPolicy", "PreemptLowerPriority"),
  HorizontalPodAutoscaler: (o) => {
    const spec = specOf(o);
    set(spec, "minReplicas", 1);
    if (!spec.metrics && spec.targetCPUUtilizationPercentage === undefined)
      spec.metrics = [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }];
  },
  APIService: (o) => {
    if (o.spec?.service) set(o.spec.service as Obj, "port", 443);
  },
  CustomResourceDefinition: (o) => {
    const spec = specOf(o);
    const names = (spec.names ?? {}) as Obj;
    if (names.kind) {
      set(names, "singular", String(names.kind).toLowerCase());
      set(names, "listKind", `${names.kind}List`);
    }
    spec.conversion ??= { strategy: "None" };
  },
  CertificateSigningRequest: (o) => {
    if (o.spec) o.spec.usages ??= ["digital signature", "key encipherment"];
  },
  ResourceQuota: (o) => {
    for (const [k, v] of Object.entries((o.spec?.hard ?? {}) as Obj)) o.spec.hard[k] = canonicalQuantity(v as string);
  },
  LimitRange: (o) => {
    for (const item of (o.spec?.limits ?? []) as Obj[]) {
      if (item.type !== "Container") continue;
      item.default = { ...(item.max as Obj | undefined), ...(item.default as Obj | undefined) };
      item.defaultRequest = { ...(item.min as Obj | undefined), ...(item.default as Obj), ...(item.defaultRequest as Obj | undefined) };
      if (Object.keys(item.default as Obj).length === 0) delete item.default;
      if (Object.keys(item.defaultRequest as Obj).length === 0) delete item.defaultRequest;
    }
  },
};
