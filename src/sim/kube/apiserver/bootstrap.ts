/** What the server makes sure is stored, whoever else writes: namespaces, roles, priority classes, API services, default/kubernetes. */
import { copy as copyData } from "../../core/copy.ts";
import type { Obj } from "../../core/json.ts";
import { bootstrapClusterRoleBindings, bootstrapClusterRoles, bootstrapRoles } from "./auth/bootstrap.ts";
import type { User } from "./auth/types.ts";
import { groups, remoteServices } from "./discovery.ts";
import type { Call } from "./handlers/context.ts";
import { createReady, replace } from "./handlers/write.ts";
import { equal } from "./patch/merge.ts";
import { firstAddress, parseCidr } from "./ranges.ts";
import { apiVersionOf, groupPriority, storageKey } from "./resources.ts";
import type { ApiServer } from "./server.ts";
import { StatusError } from "./status.ts";
import { StoreError } from "./store.ts";
import { httpCall } from "../../net/http.ts";

/** The server itself, on its loopback connection. */
const self: User = { name: "system:apiserver", uid: "", groups: ["system:masters", "system:authenticated"], extra: {} };

function call(api: ApiServer, key: string, namespace: string, name: string, subresource = ""): Call {
  const resource = api.byKey(key)!;
  const version = api.versions(resource)[0]!;
  return {
    api,
    user: self,
    resource,
    version,
    query: new URLSearchParams(),
    headers: {},
    warnings: [],
    dryRun: false,
    manager: "kube-apiserver",
    info: {
      verb: "create",
      path: "",
      isResource: true,
      group: resource.group,
      version,
      plural: resource.plural,
      subresource,
      namespace,
      name,
      rest: "",
    },
  };
}

/** Makes the object when it is not there. */
function ensure(api: ApiServer, key: string, object: Obj): void {
  const namespace = String(object.metadata.namespace ?? "");
  const c = call(api, key, namespace, String(object.metadata.name));
  if (api.store.get(storageKey(c.resource, namespace, String(object.metadata.name)))) return;
  const copy: Obj = copyData(object);
  copy.apiVersion = apiVersionOf(c.resource.group, c.version);
  copy.kind = c.resource.kind;
  try {
    createReady(c, copy);
  } catch (error) {
    if (!(error instanceof StatusError) || error instanceof StoreError || error.code !== 409) throw error;
  }
}

function store(api: ApiServer, key: string, object: Obj, old: Obj, subresource = ""): void {
  const namespace = String(object.metadata.namespace ?? "");
  const name = String(object.metadata.name);
  try {
    replace(call(api, key, namespace, name, subresource), copyData(object), old);
  } catch (error) {
    if (!(error instanceof StatusError) || error instanceof StoreError || error.code !== 409) throw error;
  }
}

/** Throws StoreError when etcd does not take it; it is then tried again. */
export function bootstrap(api: ApiServer): void {
  for (const name of ["kube-system", "kube-public", "kube-node-lease", "default"]) ensure(api, "namespaces", { metadata: { name } });
  for (const [name, value, description] of [
    ["system-node-critical", 2000001000, "Used for system critical pods that must not be moved from their current node."],
    [
      "system-cluster-critical",
      2000000000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ],
  ] as const)
    ensure(api, "priorityclasses.scheduling.k8s.io", { metadata: { name }, value, description, preemptionPolicy: "PreemptLowerPriority" });
  for (const role of bootstrapClusterRoles(api.minor)) ensure(api, "clusterroles.rbac.authorization.k8s.io", role);
  for (const binding of bootstrapClusterRoleBindings()) ensure(api, "clusterrolebindings.rbac.authorization.k8s.io", binding);
  const { roles, bindings } = bootstrapRoles();
  for (const role of roles) ensure(api, "roles.rbac.authorization.k8s.io", role);
  for (const binding of bindings) ensure(api, "rolebindings.rbac.authorization.k8s.io", binding);
  if (api.minor >= 33)
    ensure(api, "servicecidrs.networking.k8s.io", { metadata: { name: "kubernetes" }, spec: { cidrs: [api.options.serviceRange] } });
  const { clientCa, requestHeaderCa } = api.options;
  ensure(api, "configmaps", {
    metadata: { name: "extension-apiserver-authentication", namespace: "kube-system" },
    data: {
      "client-ca-file": clientCa,
      ...(requestHeaderCa
        ? {
            "requestheader-allowed-names": '["front-proxy-client"]',
            "requestheader-client-ca-file": requestHeaderCa,
            "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
            "requestheader-group-headers": '["X-Remote-Group"]',
            "requestheader-username-headers": '["X-Remote-User"]',
          }
        : {}),
    },
  });
  reconcile(api);
}

/** Every ten seconds. */
export function reconcile(api: ApiServer): void {
  masterService(api);
  apiServices(api);
}

const leaseTime = 15_000;

/** default/kubernetes and its endpoints: one address for every server that has renewed its lease (controlplane/reconcilers/lease.go). */
function masterService(api: ApiServer): void {
  const { options, p } = api;
  const leases = "/registry/masterleases/";
  const mine = `${leases}${options.advertiseAddress}`;
  api.store.call({
    op: "put",
    key: api.store.config.prefix + mine.slice("/registry".length),
    value: { kind: "Endpoints", apiVersion: "v1", metadata: {}, expires: p.now + leaseTime },
  });
  ensure(api, "services", {
    metadata: { name: "kubernetes", namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      type: "ClusterIP",
      sessionAffinity: "None",
      clusterIP: firstAddress(parseCidr(options.serviceRange)),
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: options.securePort }],
    },
  });
  publish(api);
}

/** Addresses of live servers, as endpoints and slice. */
function publish(api: ApiServer): void {
  const { body } = api.store.call<{ kvs: { key: string; value: Obj }[] }>({
    op: "range",
    key: `${api.store.config.prefix}/masterleases/`,
    prefix: true,
  });
  const ips = body.kvs
    .filter((kv) => Number(kv.value.expires) > api.p.now)
    .map((kv) => kv.key.slice(kv.key.lastIndexOf("/") + 1))
    .toSorted();
  const labels = { "endpointslice.kubernetes.io/skip-mirror": "true" };
  const subsets =
    ips.length === 0
      ? []
      : [{ addresses: ips.map((ip) => ({ ip })), ports: [{ name: "https", port: api.options.securePort, protocol: "TCP" }] }];
  const current = api.store.get("/registry/services/endpoints/default/kubernetes");
  if (!current) ensure(api, "endpoints", { metadata: { name: "kubernetes", namespace: "default", labels }, subsets });
  else if (!equal(current.subsets ?? [], subsets)) store(api, "endpoints", { ...current, subsets }, current);
  const slice = api.store.get("/registry/endpointslices/default/kubernetes");
  const endpoints = ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } }));
  const ports = [{ name: "https", port: api.options.securePort, protocol: "TCP" }];
  if (!slice)
    ensure(api, "endpointslices.discovery.k8s.io", {
      metadata: { name: "kubernetes", namespace: "default", labels: { "kubernetes.io/service-name": "kubernetes" } },
      addressType: "IPv4",
      endpoints,
      ports,
    });
  else if (!equal(slice.endpoints, endpoints)) store(api, "endpointslices.discovery.k8s.io", { ...slice, endpoints, ports }, slice);
}

/** A server that ends in good order takes its address out at once. */
export function leave(api: ApiServer): void {
  try {
    api.store.call({ op: "deleteRange", key: `${api.store.config.prefix}/masterleases/${api.options.advertiseAddress}` });
    publish(api);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
}

/** APIServices of the local groups, and whether the remote ones answer. */
function apiServices(api: ApiServer): void {
  const key = "apiservices.apiregistration.k8s.io";
  const known = new Set(api.known({ group: "apiregistration.k8s.io", plural: "apiservices" }).map((s) => String(s.metadata.name)));
  const wanted = new Set<string>();
  for (const g of groups(api)) {
    if (g.aggregated) continue;
    g.versions.forEach((version, i) => {
      const name = g.name === "" ? `${version}.` : `${version}.${g.name}`;
      wanted.add(name);
      if (known.has(name)) return;
      const builtin = g.name in groupPriority;
      ensure(api, key, {
        metadata: { name, labels: { "kube-aggregator.kubernetes.io/automanaged": builtin ? "onstart" : "true" } },
        spec: {
          ...(g.name === "" ? {} : { group: g.name }),
          version,
          groupPriorityMinimum: groupPriority[g.name] ?? 1000,
          versionPriority: builtin ? 15 - i : 100,
        },
      });
      const made = api.store.get(`/registry/apiregistration.k8s.io/apiservices/${name}`);
      if (made) condition(api, made, "True", "Local", "Local APIServices are always available");
    });
  }
  for (const s of remoteServices(api)) checkRemote(api, s);
}

function condition(api: ApiServer, service: Obj, status: string, reason: string, message: string): void {
  const [old] = ((service.status?.conditions ?? []) as Obj[]).filter((c) => c.type === "Available");
  if (old && old.status === status && old.reason === reason && old.message === message) return;
  const lastTransitionTime = old?.status === status ? (old.lastTransitionTime as string) : api.now;
  store(
    api,
    "apiservices.apiregistration.k8s.io",
    { ...service, status: { conditions: [{ type: "Available", status, lastTransitionTime, reason, message }] } },
    service,
    "status",
  );
}

/** kube-aggregator's remote availability controller. */
function checkRemote(api: ApiServer, s: Obj): void {
  const { namespace, name, port } = s.spec.service as { namespace: string; name: string; port?: number };
  const where = `service/${name} in ${JSON.stringify(namespace)}`;
  const service = api.known({ group: "", plural: "services" }).find((x) => x.metadata.namespace === namespace && x.metadata.name === name);
  if (!service) return condition(api, s, "False", "ServiceNotFound", `${where} is not present`);
  const servicePort = ((service.spec.ports ?? []) as Obj[]).find((x) => x.port === (port ?? 443));
  if (!servicePort) return condition(api, s, "False", "ServicePortError", `${where} is not listening on port ${port ?? 443}`);
  const endpoints = api
    .known({ group: "", plural: "endpoints" })
    .find((x) => x.metadata.namespace === namespace && x.metadata.name === name);
  if (!endpoints) return condition(api, s, "False", "EndpointsNotFound", `cannot find endpoints for ${where}`);
  if (!((endpoints.subsets ?? []) as Obj[]).some((x) => ((x.addresses ?? []) as unknown[]).length > 0))
    return condition(
      api,
      s,
      "False",
      "MissingEndpoints",
      `endpoints for ${where} have no addresses with port name ${JSON.stringify(servicePort.name ?? "")}`,
    );
  const url = `https://${service.spec.clusterIP}:${port ?? 443}/apis/${s.spec.group}/${s.spec.version}`;
  const result = httpCall(api.p, { url, tls: { insecure: true } });
  if (!result.ok)
    return condition(
      api,
      s,
      "False",
      "FailedDiscoveryCheck",
      `failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${result.detail}`,
    );
  if (result.response.status >= 300 && result.response.status !== 403)
    return condition(
      api,
      s,
      "False",
      "FailedDiscoveryCheck",
      `failing or missing response from ${url}: bad status from ${url}: ${result.response.status}`,
    );
  condition(api, s, "True", "Passed", "all checks passed");
}

/** Events live for an hour. */
export function expireEvents(api: ApiServer): void {
  const limit = api.p.now - 3_600_000;
  for (const e of api.known({ group: "", plural: "events" })) {
    const last = Date.parse(String(e.series?.lastObservedTime ?? e.lastTimestamp ?? e.eventTime ?? e.metadata.creationTimestamp));
    if (last >= limit) continue;
    const key = `/registry/events/${e.metadata.namespace}/${e.metadata.name}`;
    const revision = api.store.delete(key, String(e.metadata.resourceVersion));
    if (revision !== undefined) api.changed(key, revision);
  }
}
