/** Endpoints and EndpointSlices of Services (pkg/controller/endpoint, endpointslice). */
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import { seconds, type Controller, type Runtime, type Work } from "../framework/runtime.ts";
import { isDeleting, isReady, matchesAll, phaseOf, same } from "./pods.ts";

/** Services that select the pod, and the Service itself. */
function interested(r: Runtime, resource: string, object: Obj): string[] {
  if (resource === "services") return [keyOf(object)];
  if (resource !== "pods") return [];
  return r.cache
    .list("services", String(object.metadata.namespace))
    .filter(
      (s) => s.spec?.selector && matchesAll(s.spec.selector as Record<string, string>, object.metadata.labels as Record<string, string>),
    )
    .map(keyOf);
}

interface Port {
  name?: string;
  port: number;
  protocol: string;
}

/** The number behind a target port on this pod; undefined when the pod has no such port. */
function findPort(pod: Obj, port: Obj): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target;
  for (const container of (pod.spec.containers as Obj[] | undefined) ?? [])
    for (const p of (container.ports as Obj[] | undefined) ?? [])
      if (p.name === target && (p.protocol ?? "TCP") === (port.protocol ?? "TCP")) return Number(p.containerPort);
  return undefined;
}

function portsOf(service: Obj, pod: Obj): Port[] {
  const ports = (service.spec.ports as Obj[] | undefined) ?? [];
  return ports.flatMap((p) => {
    const number = findPort(pod, p);
    return number === undefined
      ? []
      : [{ ...(p.name ? { name: p.name as string } : {}), port: number, protocol: (p.protocol as string | undefined) ?? "TCP" }];
  });
}

interface Target {
  pod: Obj;
  ports: Port[];
  ready: boolean;
  serving: boolean;
  terminating: boolean;
}

function targets(w: Work, service: Obj): Target[] {
  const selector = service.spec.selector as Record<string, string>;
  const publish = service.spec.publishNotReadyAddresses === true;
  return w.cache
    .list("pods", String(service.metadata.namespace))
    .filter(
      (pod) =>
        matchesAll(selector, pod.metadata.labels as Record<string, string>) &&
        pod.status?.podIP &&
        phaseOf(pod) !== "Failed" &&
        phaseOf(pod) !== "Succeeded",
    )
    .map((pod) => {
      const serving = isReady(pod);
      const terminating = isDeleting(pod);
      return { pod, ports: portsOf(service, pod), serving, terminating, ready: publish || (serving && !terminating) };
    })
    .sort((a, b) => compareIp(String(a.pod.status.podIP), String(b.pod.status.podIP)));
}

function compareIp(a: string, b: string): number {
  const number = (ip: string): number => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return number(a) - number(b);
}

const reference = (pod: Obj, minor: number): Obj => ({
  kind: "Pod",
  name: pod.metadata.name as string,
  namespace: pod.metadata.namespace as string,
  // until 1.24 (kubernetes#108450)
  ...(minor < 24 ? { resourceVersion: pod.metadata.resourceVersion as string } : {}),
  uid: pod.metadata.uid as string,
});

/** Equal but for the versions of the pods, which alone are no reason to write. */
const sameTargets = (minor: number, there: unknown, wanted: unknown): boolean =>
  same(there, wanted) || (minor < 24 && same(unversioned(there), unversioned(wanted)));
const unversioned = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, v: unknown) => (key === "resourceVersion" ? undefined : v)));

/** Labels that say who manages the object come and go with it; the rest are the Service's. */
const isHeadless = (service: Obj): boolean => service.spec.clusterIP === "None";

export const endpoint: Controller = {
  name: "endpoint",
  account: "endpoint-controller",
  interested,
  sync(w: Work, key: string): void {
    const service = w.cache.byKey("services", key);
    const there = w.cache.byKey("endpoints", key);
    if (!service) {
      // endpoints of a Service that is gone go too; those without a Service are somebody's own
      if (there && (there.metadata.annotations as Record<string, string> | undefined)?.["endpoints.kubernetes.io/last-change-trigger-time"])
        w.delete("endpoints", there);
      return;
    }
    if (!service.spec?.selector) return;
    const bySet = new Map<string, { ports: Port[]; addresses: Obj[]; notReady: Obj[] }>();
    for (const t of targets(w, service)) {
      if (t.terminating && service.spec.publishNotReadyAddresses !== true) continue;
      if (t.ports.length === 0 && ((service.spec.ports as Obj[] | undefined) ?? []).length > 0) continue;
      const id = JSON.stringify(t.ports);
      const subset = bySet.get(id) ?? { ports: t.ports, addresses: [], notReady: [] };
      bySet.set(id, subset);
      const address: Obj = {
        ip: t.pod.status.podIP as string,
        nodeName: t.pod.spec.nodeName as string,
        targetRef: reference(t.pod, w.r.minor),
      };
      if (t.pod.spec.hostname && t.pod.spec.subdomain === service.metadata.name) address.hostname = t.pod.spec.hostname as string;
      (t.ready ? subset.addresses : subset.notReady).push(address);
    }
    const subsets = [...bySet.values()].map((s) => ({
      ...(s.addresses.length > 0 ? { addresses: s.addresses } : {}),
      ...(s.notReady.length > 0 ? { notReadyAddresses: s.notReady } : {}),
      ...(s.ports.length > 0 ? { ports: s.ports } : {}),
    }));
    const labels: Record<string, string> = {
      ...(service.metadata.labels as Record<string, string> | undefined),
      ...(w.r.minor >= 33 ? { "endpoints.kubernetes.io/managed-by": "endpoint-controller" } : {}),
    };
    if (isHeadless(service)) labels["service.kubernetes.io/headless"] = "";
    if (there && sameTargets(w.r.minor, there.subsets ?? [], subsets) && same(there.metadata.labels ?? {}, labels)) return;
    const annotations = { "endpoints.kubernetes.io/last-change-trigger-time": seconds(w.now) };
    if (there)
      w.update("endpoints", {
        ...there,
        metadata: { ...there.metadata, labels, annotations: { ...(there.metadata.annotations as Obj | undefined), ...annotations } },
        subsets,
      });
    else
      w.create("endpoints", {
        apiVersion: "v1",
        kind: "Endpoints",
        metadata: { name: service.metadata.name as string, namespace: service.metadata.namespace as string, labels, annotations },
        subsets,
      });
  },
};

const managedBy = "endpointslice.kubernetes.io/managed-by";
const serviceLabel = "kubernetes.io/service-name";

export const endpointslice: Controller = {
  name: "endpointslice",
  account: "endpointslice-controller",
  interested(r, resource, object) {
    if (resource === "endpointslices.discovery.k8s.io") {
      const labels = object.metadata.labels as Record<string, string> | undefined;
      return labels?.[managedBy] === "endpointslice-controller.k8s.io" && labels[serviceLabel]
        ? [`${object.metadata.namespace}/${labels[serviceLabel]}`]
        : [];
    }
    return interested(r, resource, object);
  },
  sync(w: Work, key: string): void {
    const service = w.cache.byKey("services", key);
    const [namespace, name] = key.split("/") as [string, string];
    const mine = w.cache.list("endpointslices.discovery.k8s.io", namespace).filter((s) => {
      const labels = s.metadata.labels as Record<string, string> | undefined;
      return labels?.[managedBy] === "endpointslice-controller.k8s.io" && labels[serviceLabel] === name && !isDeleting(s);
    });
    // slices of a deleted Service are the garbage collector's
    if (!service) return;
    if (!service.spec?.selector) return;
    const groups = new Map<string, { ports: Port[]; endpoints: Obj[] }>();
    for (const t of targets(w, service)) {
      const id = JSON.stringify(t.ports);
      const group = groups.get(id) ?? { ports: t.ports, endpoints: [] };
      groups.set(id, group);
      const node = w.cache.get("nodes", String(t.pod.spec.nodeName));
      const zone = (node?.metadata.labels as Record<string, string> | undefined)?.["topology.kubernetes.io/zone"];
      group.endpoints.push({
        addresses: [t.pod.status.podIP as string],
        conditions: { ready: t.ready, serving: t.serving, terminating: t.terminating },
        ...(t.pod.spec.hostname && t.pod.spec.subdomain === name ? { hostname: t.pod.spec.hostname as string } : {}),
        nodeName: t.pod.spec.nodeName as string,
        targetRef: reference(t.pod, w.r.minor),
        ...(zone ? { zone } : {}),
      });
    }
    if (groups.size === 0) groups.set("", { ports: [], endpoints: [] });
    const labels: Record<string, string> = {
      ...(service.metadata.labels as Record<string, string> | undefined),
      [managedBy]: "endpointslice-controller.k8s.io",
      [serviceLabel]: name,
    };
    if (isHeadless(service)) labels["service.kubernetes.io/headless"] = "";
    const free = [...mine];
    for (const group of groups.values()) {
      // at most a hundred endpoints a slice (--max-endpoints-per-slice)
      for (let i = 0; i === 0 || i < group.endpoints.length; i += 100) {
        const endpoints = group.endpoints.slice(i, i + 100);
        const ports = group.ports.map((p) => ({ name: p.name ?? "", port: p.port, protocol: p.protocol }));
        const at = free.findIndex((s) => same(s.ports ?? [], ports));
        const [slice] = at >= 0 ? free.splice(at, 1) : free.splice(0, 1);
        if (
          slice &&
          sameTargets(w.r.minor, slice.endpoints ?? [], endpoints) &&
          same(slice.ports ?? [], ports) &&
          same(slice.metadata.labels, labels)
        )
          continue;
        if (slice) w.update("endpointslices.discovery.k8s.io", { ...slice, metadata: { ...slice.metadata, labels }, endpoints, ports });
        else
          w.create("endpointslices.discovery.k8s.io", {
            apiVersion: w.r.minor >= 21 ? "discovery.k8s.io/v1" : "discovery.k8s.io/v1beta1",
            kind: "EndpointSlice",
            metadata: {
              generateName: `${name}-`,
              namespace,
              labels,
              annotations: { "endpoints.kubernetes.io/last-change-trigger-time": seconds(w.now) },
              ownerReferences: [
                {
                  apiVersion: "v1",
                  kind: "Service",
                  name,
                  uid: service.metadata.uid as string,
                  controller: true,
                  blockOwnerDeletion: true,
                },
              ],
            },
            addressType: "IPv4",
            endpoints,
            ports,
          });
      }
    }
    for (const slice of free) w.delete("endpointslices.discovery.k8s.io", slice);
  },
};

/** Slices for Endpoints that somebody made by hand for a Service without a selector. */
export const endpointslicemirroring: Controller = {
  name: "endpointslicemirroring",
  account: "endpointslicemirroring-controller",
  interested(_r, resource, object) {
    return resource === "endpoints" || resource === "services" ? [keyOf(object)] : [];
  },
  sync(w: Work, key: string): void {
    const service = w.cache.byKey("services", key);
    const endpoints = w.cache.byKey("endpoints", key);
    const [namespace, name] = key.split("/") as [string, string];
    const mine = w.cache.list("endpointslices.discovery.k8s.io", namespace).filter((s) => {
      const labels = s.metadata.labels as Record<string, string> | undefined;
      return labels?.[managedBy] === "endpointslicemirroring-controller.k8s.io" && labels[serviceLabel] === name;
    });
    const mirrored =
      service &&
      endpoints &&
      !service.spec?.selector &&
      (endpoints.metadata.labels as Record<string, string> | undefined)?.["endpointslice.kubernetes.io/skip-mirror"] !== "true";
    if (!mirrored) {
      for (const slice of mine) w.delete("endpointslices.discovery.k8s.io", slice);
      return;
    }
    const free = [...mine];
    for (const subset of (endpoints.subsets as Obj[] | undefined) ?? []) {
      const of = (list: Obj[] | undefined, ready: boolean): Obj[] =>
        (list ?? []).map((a) => ({
          addresses: [a.ip as string],
          conditions: { ready },
          ...(a.nodeName ? { nodeName: a.nodeName as string } : {}),
          ...(a.targetRef ? { targetRef: a.targetRef as Obj } : {}),
        }));
      const list = [...of(subset.addresses as Obj[] | undefined, true), ...of(subset.notReadyAddresses as Obj[] | undefined, false)];
      const ports = ((subset.ports as Obj[] | undefined) ?? []).map((p) => ({
        name: (p.name as string | undefined) ?? "",
        port: Number(p.port),
        protocol: (p.protocol as string | undefined) ?? "TCP",
      }));
      const slice = free.shift();
      if (slice && same(slice.endpoints, list) && same(slice.ports, ports)) continue;
      if (slice) w.update("endpointslices.discovery.k8s.io", { ...slice, endpoints: list, ports });
      else
        w.create("endpointslices.discovery.k8s.io", {
          apiVersion: w.r.minor >= 21 ? "discovery.k8s.io/v1" : "discovery.k8s.io/v1beta1",
          kind: "EndpointSlice",
          metadata: {
            generateName: `${name}-`,
            namespace,
            labels: { [managedBy]: "endpointslicemirroring-controller.k8s.io", [serviceLabel]: name },
            ownerReferences: [
              {
                apiVersion: "v1",
                kind: "Endpoints",
                name,
                uid: endpoints.metadata.uid as string,
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          },
          addressType: "IPv4",
          endpoints: list,
          ports,
        });
    }
    for (const slice of free) w.delete("endpointslices.discovery.k8s.io", slice);
  },
};
