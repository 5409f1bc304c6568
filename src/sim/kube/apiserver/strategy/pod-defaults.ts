/** Defaults of pod specifications: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go. Objects are changed in place. */
import type { Obj } from "../../../core/json.ts";
import { canonicalQuantity } from "../../quantity.ts";

const set = (o: Obj, field: string, value: unknown): void => {
  if (o[field] === undefined || o[field] === null) o[field] = value;
};

function defaultProbe(probe: Obj | undefined): void {
  if (!probe) return;
  set(probe, "timeoutSeconds", 1);
  set(probe, "periodSeconds", 10);
  set(probe, "successThreshold", 1);
  set(probe, "failureThreshold", 3);
  defaultHandler(probe);
}

function defaultHandler(handler: Obj | undefined): void {
  if (handler?.httpGet) {
    set(handler.httpGet as Obj, "path", "/");
    set(handler.httpGet as Obj, "scheme", "HTTP");
  }
  if (handler?.grpc) set(handler.grpc as Obj, "service", "");
}

function pullPolicy(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  if (image.includes("@")) return "IfNotPresent";
  return !last.includes(":") || last.endsWith(":latest") ? "Always" : "IfNotPresent";
}

export function canonicalResources(resources: Obj | undefined): void {
  for (const list of [resources?.limits, resources?.requests] as (Obj | undefined)[]) {
    for (const [name, value] of Object.entries(list ?? {})) list![name] = canonicalQuantity(value as string);
  }
}

function defaultContainer(c: Obj): void {
  if (typeof c.image === "string") set(c, "imagePullPolicy", pullPolicy(c.image));
  set(c, "terminationMessagePath", "/dev/termination-log");
  set(c, "terminationMessagePolicy", "File");
  set(c, "resources", {});
  canonicalResources(c.resources as Obj);
  for (const port of (c.ports ?? []) as Obj[]) set(port, "protocol", "TCP");
  for (const env of (c.env ?? []) as Obj[]) if (env.valueFrom?.fieldRef) set(env.valueFrom.fieldRef as Obj, "apiVersion", "v1");
  defaultProbe(c.livenessProbe as Obj);
  defaultProbe(c.readinessProbe as Obj);
  defaultProbe(c.startupProbe as Obj);
  defaultHandler(c.lifecycle?.preStop as Obj);
  defaultHandler(c.lifecycle?.postStart as Obj);
}

/** Of a pod, not of a template: a limit without a request is also the request (SetDefaults_Pod). */
function defaultRequests(c: Obj): void {
  if (!c.resources?.limits) return;
  const requests = { ...(c.resources.requests as Obj | undefined) };
  for (const [name, value] of Object.entries(c.resources.limits as Obj)) if (requests[name] === undefined) requests[name] = value;
  if (Object.keys(requests).length > 0) c.resources.requests = requests;
}

export function defaultPodSpec(spec: Obj): void {
  set(spec, "restartPolicy", "Always");
  set(spec, "terminationGracePeriodSeconds", 30);
  set(spec, "dnsPolicy", "ClusterFirst");
  set(spec, "securityContext", {});
  set(spec, "schedulerName", "default-scheduler");
  if (spec.serviceAccountName === undefined && typeof spec.serviceAccount === "string") spec.serviceAccountName = spec.serviceAccount;
  else if (typeof spec.serviceAccountName === "string" && spec.serviceAccountName !== "") spec.serviceAccount = spec.serviceAccountName;
  for (const list of [spec.initContainers, spec.containers, spec.ephemeralContainers] as (Obj[] | undefined)[])
    for (const c of list ?? []) {
      defaultContainer(c);
      if (spec.hostNetwork === true) for (const port of (c.ports ?? []) as Obj[]) set(port, "hostPort", port.containerPort);
    }
  for (const volume of (spec.volumes ?? []) as Obj[]) defaultVolume(volume);
  for (const key of ["hostNetwork", "hostPID", "hostIPC"]) if (spec[key] === false) delete spec[key];
}

function defaultVolume(volume: Obj): void {
  if (!Object.keys(volume).some((k) => k !== "name")) volume.emptyDir = {};
  if (volume.secret) set(volume.secret as Obj, "defaultMode", 420);
  if (volume.configMap) set(volume.configMap as Obj, "defaultMode", 420);
  if (volume.downwardAPI) {
    set(volume.downwardAPI as Obj, "defaultMode", 420);
    for (const item of (volume.downwardAPI.items ?? []) as Obj[]) if (item.fieldRef) set(item.fieldRef as Obj, "apiVersion", "v1");
  }
  if (volume.projected) {
    set(volume.projected as Obj, "defaultMode", 420);
    for (const source of (volume.projected.sources ?? []) as Obj[]) {
      if (source.serviceAccountToken) set(source.serviceAccountToken as Obj, "expirationSeconds", 3600);
      for (const item of (source.downwardAPI?.items ?? []) as Obj[]) if (item.fieldRef) set(item.fieldRef as Obj, "apiVersion", "v1");
    }
  }
  if (volume.hostPath) set(volume.hostPath as Obj, "type", "");
  if (volume.emptyDir === null) volume.emptyDir = {};
}

/** A pod itself (not a template): requests, enableServiceLinks, phase and QoS class. */
export function defaultPod(pod: Obj): void {
  defaultPodSpec(pod.spec as Obj);
  for (const c of [...((pod.spec?.containers ?? []) as Obj[]), ...((pod.spec?.initContainers ?? []) as Obj[])]) defaultRequests(c);
  set(pod.spec as Obj, "enableServiceLinks", true);
  // Go writes the time of a probe that never was as null
  for (const c of (pod.status?.conditions ?? []) as Obj[]) c.lastProbeTime ??= null;
}

/** The pod's quality of service class (pkg/apis/core/helper/qos). */
export function qosClass(spec: Obj): string {
  const containers = [...((spec.containers ?? []) as Obj[]), ...((spec.initContainers ?? []) as Obj[])];
  let guaranteed = true;
  let any = false;
  for (const c of containers) {
    const limits = (c.resources?.limits ?? {}) as Obj;
    const requests = (c.resources?.requests ?? {}) as Obj;
    for (const name of ["cpu", "memory"]) {
      if (requests[name] !== undefined || limits[name] !== undefined) any = true;
      if (limits[name] === undefined || (requests[name] !== undefined && requests[name] !== limits[name])) guaranteed = false;
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}
