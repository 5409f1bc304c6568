/** What the registries' strategies set by themselves when objects are made and changed (PrepareForCreate, PrepareForUpdate). */
import type { Obj } from "../../../core/json.ts";
import { crdVersion } from "../crd-schema.ts";
import { allocate, contains, parseCidr } from "../ranges.ts";
import type { Resource } from "../resources.ts";
import type { ApiServer } from "../server.ts";
import { invalidValue, type Cause } from "../status.ts";
import { qosClass } from "./pod-defaults.ts";
import type { User } from "../auth/types.ts";

export interface Request {
  api: ApiServer;
  user: User;
  resource: Resource;
  version: string;
  /** Of the request, "" for the object itself. */
  subresource?: string;
}

/** Kinds whose status a creator may set. */
const statusOnCreate = new Set(["Node", "Event", "EventV1", "APIService_"]);

export function prepareCreate(q: Request, o: Obj, causes: Cause[]): void {
  const { resource: r, api } = q;
  // pods have had one since 1.33
  if (r.generation && (r.plural !== "pods" || q.api.minor >= 33)) o.metadata.generation = 1;
  if (r.crd) {
    if (crdVersion(r.crd, q.version)?.subresources?.status) delete o.status;
    return;
  }
  if (r.subresources.includes("status") && !statusOnCreate.has(r.type)) o.status = {};
  switch (r.type) {
    case "Pod":
      o.status = { phase: "Pending", qosClass: qosClass((o.spec ?? {}) as Obj) };
      break;
    case "Namespace":
      o.spec = { finalizers: ["kubernetes"] };
      o.status = { phase: "Active" };
      break;
    case "PersistentVolumeClaim":
    case "PersistentVolume":
      o.status = { phase: "Pending" };
      break;
    case "Service":
      allocateService(q, o, undefined, causes);
      o.status = { loadBalancer: {} };
      break;
    case "ServiceAccount":
    case "ConfigMap":
    case "Secret":
      break;
    case "Job":
      prepareJob(o);
      o.status = {};
      break;
    case "Ingress":
      o.status = { loadBalancer: {} };
      break;
    case "PodDisruptionBudget":
      o.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
      break;
    case "DaemonSet":
      o.metadata.annotations = { "deprecated.daemonset.template.generation": "1", ...(o.metadata.annotations as Obj | undefined) };
      o.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
      break;
    case "ReplicaSet":
    case "ReplicationController":
      o.status = { replicas: 0 };
      break;
    case "StatefulSet":
      o.status = { replicas: 0, availableReplicas: 0 };
      break;
    case "HorizontalPodAutoscaler":
      o.status = { currentMetrics: null, desiredReplicas: 0 };
      break;
    case "CertificateSigningRequest":
      o.spec.username = q.user.name;
      if (q.user.uid) o.spec.uid = q.user.uid;
      o.spec.groups = q.user.groups;
      if (Object.keys(q.user.extra).length > 0) o.spec.extra = q.user.extra;
      o.status = {};
      break;
    case "CustomResourceDefinition":
      establish(api, o);
      break;
    case "APIService":
      o.status = { conditions: [] };
      break;
  }
}

function prepareJob(o: Obj): void {
  if (o.spec.manualSelector === true) return;
  const uid = String(o.metadata.uid);
  const labels = {
    ...(o.spec.template.metadata.labels as Obj | undefined),
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": o.metadata.name,
    "controller-uid": uid,
    "job-name": o.metadata.name,
  };
  o.spec.template.metadata.labels = labels;
  o.spec.selector = { matchLabels: { "batch.kubernetes.io/controller-uid": uid } };
}

/** Sets the conditions that the CRD controllers would. Names taken by another resource of the group are not accepted. */
function establish(api: ApiServer, o: Obj): void {
  const at = api.now;
  const clash = api
    .resources()
    .find((r) => r.group === o.spec.group && r.crd && r.crd.metadata.name !== o.metadata.name && r.kind === o.spec.names.kind);
  const accepted = clash
    ? {
        type: "NamesAccepted",
        status: "False",
        reason: "KindConflict",
        message: `"${o.spec.names.kind}" is already in use`,
        lastTransitionTime: at,
      }
    : { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found", lastTransitionTime: at };
  o.status = {
    acceptedNames: clash ? { kind: "", plural: "" } : o.spec.names,
    conditions: [
      accepted,
      clash
        ? { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted", lastTransitionTime: at }
        : {
            type: "Established",
            status: "True",
            reason: "InitialNamesAccepted",
            message: "the initial names have been accepted",
            lastTransitionTime: at,
          },
    ],
    storedVersions: ((o.spec.versions ?? []) as Obj[]).filter((v) => v.storage === true).map((v) => v.name),
  };
}

/** ipallocator's refusal of an address, in the words of the release (pkg/registry/core/service). */
function notAllocated(minor: number, ip: string, why: string): Cause {
  const text = minor < 23 ? `failed to allocated ip:${ip} with error:${why}` : `failed to allocate IP ${ip}: ${why}`;
  const cause = invalidValue("spec.clusterIPs", [ip], text);
  return minor < 33 ? { ...cause, message: `Invalid value: []string{${JSON.stringify(ip)}}: ${text}` } : cause;
}

/** ClusterIP and node ports. */
function allocateService(q: Request, o: Obj, old: Obj | undefined, causes: Cause[]): void {
  const { api } = q;
  const spec = o.spec as Obj;
  const services = api.known({ group: "", plural: "services" }).filter((s) => s.metadata.uid !== o.metadata.uid);
  if (spec.type === "ExternalName") {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
  } else {
    if (old && !spec.clusterIP && old.spec.clusterIP) spec.clusterIP = old.spec.clusterIP;
    if (Array.isArray(spec.clusterIPs) && spec.clusterIPs.length > 0 && !spec.clusterIP) spec.clusterIP = spec.clusterIPs[0];
    const range = parseCidr(api.options.serviceRange);
    const used = new Set(services.map((s) => String(s.spec?.clusterIP ?? "")));
    if (!spec.clusterIP) {
      const random = api.p.machine.random("service-ip");
      const ip = allocate(range, used, (low, high) => random.int(low, high));
      if (!ip) causes.push(invalidValue("spec.clusterIPs", [], "failed to allocate a serviceIP: range is full"));
      else spec.clusterIP = ip;
    } else if (spec.clusterIP !== "None" && spec.clusterIP !== old?.spec.clusterIP) {
      if (!contains(range, String(spec.clusterIP)))
        causes.push(
          notAllocated(
            api.minor,
            String(spec.clusterIP),
            api.minor < 33
              ? `provided IP is not in the valid range. The range of valid IPs is ${api.options.serviceRange}`
              : "the provided network does not match the current range",
          ),
        );
      else if (used.has(String(spec.clusterIP)))
        causes.push(notAllocated(api.minor, String(spec.clusterIP), "provided IP is already allocated"));
    }
    spec.clusterIPs = spec.clusterIP ? [spec.clusterIP] : [];
    // before IPv6DualStack was on by default (1.21) the fields were dropped
    if (api.minor >= 21) {
      spec.ipFamilies ??= ["IPv4"];
      spec.ipFamilyPolicy ??= "SingleStack";
    }
  }
  const needsPorts = spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
  const taken = new Set(services.flatMap((s) => ((s.spec?.ports ?? []) as Obj[]).map((p) => Number(p.nodePort ?? 0))));
  const [low, high] = api.options.nodePorts;
  ((spec.ports ?? []) as Obj[]).forEach((port, i) => {
    if (!needsPorts) {
      if (old && (old.spec.type === "NodePort" || old.spec.type === "LoadBalancer")) delete port.nodePort;
      return;
    }
    const before = ((old?.spec.ports ?? []) as Obj[]).find((p) => p.port === port.port && p.protocol === port.protocol);
    if (!port.nodePort && before?.nodePort) port.nodePort = before.nodePort;
    if (port.nodePort) {
      if (port.nodePort < low || port.nodePort > high)
        causes.push(
          invalidValue(
            `spec.ports[${i}].nodePort`,
            port.nodePort,
            `provided port is not in the valid range. The range of valid ports is ${low}-${high}`,
          ),
        );
      else if (taken.has(Number(port.nodePort)))
        causes.push(invalidValue(`spec.ports[${i}].nodePort`, port.nodePort, "provided port is already allocated"));
      taken.add(Number(port.nodePort));
      return;
    }
    const random = api.p.machine.random("node-port");
    // the lower 86 ports of the default range are for static choices
    for (let tries = 0; tries < 10_000; tries++) {
      const n = random.int(Math.min(low + 86, high), high);
      if (taken.has(n)) continue;
      port.nodePort = n;
      taken.add(n);
      break;
    }
  });
}

/** `o` becomes what an update of the main resource may store. */
export function prepareUpdate(q: Request, o: Obj, old: Obj, causes: Cause[]): void {
  const { resource: r } = q;
  const hasStatus = r.crd ? crdVersion(r.crd, q.version)?.subresources?.status !== undefined : r.subresources.includes("status");
  if (hasStatus) {
    if (old.status === undefined) delete o.status;
    else o.status = old.status;
  }
  switch (r.type) {
    case "Pod":
      // each is changed by its own requests only (podEphemeralContainersStrategy, podStrategy)
      if (q.subresource === "ephemeralcontainers") {
        const own = o.spec?.ephemeralContainers as Obj[] | undefined;
        o.spec = { ...(old.spec as Obj), ...(own ? { ephemeralContainers: own } : {}) };
        if (!own) delete o.spec.ephemeralContainers;
      } else if (old.spec?.ephemeralContainers) o.spec.ephemeralContainers = old.spec.ephemeralContainers;
      break;
    case "Service":
      allocateService(q, o, old, causes);
      break;
    case "Namespace":
      o.spec = old.spec;
      break;
    case "CertificateSigningRequest":
      o.spec = old.spec;
      break;
    case "CustomResourceDefinition": {
      establish(q.api, o);
      const stored = new Set([...((old.status?.storedVersions ?? []) as string[]), ...(o.status.storedVersions as string[])]);
      o.status.storedVersions = [...stored];
      for (const c of o.status.conditions as Obj[]) {
        const before = ((old.status?.conditions ?? []) as Obj[]).find((b) => b.type === c.type && b.status === c.status);
        if (before) c.lastTransitionTime = before.lastTransitionTime;
      }
      break;
    }
    case "DaemonSet":
      break;
  }
}

/** `o` becomes what an update of the status subresource may store. */
export function prepareStatus(q: Request, o: Obj, old: Obj): Obj {
  const { resource: r } = q;
  if (r.crd)
    return {
      ...old,
      metadata: {
        ...(old.metadata as Obj),
        resourceVersion: o.metadata.resourceVersion,
        managedFields: o.metadata.managedFields ?? old.metadata.managedFields,
      },
      status: o.status,
    };
  const keepsMetadata = r.type === "Node" || r.type === "Pod";
  const metadata = keepsMetadata
    ? {
        ...(o.metadata as Obj),
        deletionTimestamp: old.metadata.deletionTimestamp,
        deletionGracePeriodSeconds: old.metadata.deletionGracePeriodSeconds,
        ownerReferences: old.metadata.ownerReferences,
      }
    : { ...(old.metadata as Obj), resourceVersion: o.metadata.resourceVersion };
  for (const k of Object.keys(metadata)) if ((metadata as Obj)[k] === undefined) delete (metadata as Obj)[k];
  const status = (o.status ?? {}) as Obj;
  if (r.type === "Pod" && old.status?.qosClass && !status.qosClass) status.qosClass = old.status.qosClass;
  return { ...old, metadata, status };
}
