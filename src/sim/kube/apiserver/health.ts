/** /healthz, /livez, /readyz: k8s.io/apiserver/pkg/server/healthz. */
import type { HttpResponse } from "../../net/http.ts";
import { text } from "./rest.ts";
import type { ApiServer } from "./server.ts";

/** Names as `kubectl get --raw /readyz?verbose` lists them (1.35). */
const hooks = [
  "start-apiserver-admission-initializer",
  "generic-apiserver-start-informers",
  "priority-and-fairness-config-consumer",
  "priority-and-fairness-filter",
  "storage-object-count-tracker-hook",
  "start-apiextensions-informers",
  "start-apiextensions-controllers",
  "crd-informer-synced",
  "start-system-namespaces-controller",
  "start-cluster-authentication-info-controller",
  "start-kube-apiserver-identity-lease-controller",
  "start-kube-apiserver-identity-lease-garbage-collector",
  "start-legacy-token-tracking-controller",
  "start-service-ip-repair-controllers",
  "rbac/bootstrap-roles",
  "scheduling/bootstrap-system-priority-classes",
  "priority-and-fairness-config-producer",
  "bootstrap-controller",
  "start-kubernetes-service-cidr-controller",
  "aggregator-reload-proxy-client-cert",
  "start-kube-aggregator-informers",
  "apiservice-status-local-available-controller",
  "apiservice-status-remote-available-controller",
  "apiservice-registration-controller",
  "apiservice-discovery-controller",
  "kube-apiserver-autoregistration",
  "autoregister-completion",
  "apiservice-openapi-controller",
  "apiservice-openapiv3-controller",
];

/** As recorded with 1.20. */
const hooks120 = [
  "start-kube-apiserver-admission-initializer",
  "generic-apiserver-start-informers",
  "priority-and-fairness-config-consumer",
  "priority-and-fairness-filter",
  "start-apiextensions-informers",
  "start-apiextensions-controllers",
  "crd-informer-synced",
  "bootstrap-controller",
  "rbac/bootstrap-roles",
  "scheduling/bootstrap-system-priority-classes",
  "priority-and-fairness-config-producer",
  "start-cluster-authentication-info-controller",
  "aggregator-reload-proxy-client-cert",
  "start-kube-aggregator-informers",
  "apiservice-registration-controller",
  "apiservice-status-available-controller",
  "kube-apiserver-autoregistration",
  "autoregister-completion",
  "apiservice-openapi-controller",
];

export function health(api: ApiServer, path: string, query: URLSearchParams): HttpResponse {
  const [, kind, ...rest] = path.split("/");
  const only = rest.join("/");
  const bootstrapped = api.p.data.bootstrapped === true;
  let etcd = true;
  try {
    api.store.revision();
  } catch {
    etcd = false;
  }
  if (etcd && bootstrapped && only === "" && !query.has("verbose")) return text(200, "ok");
  const checks: { name: string; ok: boolean }[] = [
    { name: "ping", ok: true },
    { name: "log", ok: true },
    { name: "etcd", ok: etcd },
    ...(kind === "readyz"
      ? [...(api.minor < 24 ? [] : [{ name: "etcd-readiness", ok: etcd }]), { name: "informer-sync", ok: bootstrapped }]
      : []),
    ...(api.minor < 24 ? hooks120 : hooks).map((h) => ({
      name: h === "autoregister-completion" ? h : `poststarthook/${h}`,
      ok: bootstrapped || !/bootstrap/.test(h),
    })),
    ...(kind === "readyz" ? [{ name: "shutdown", ok: true }] : []),
  ].filter((c) => !query.getAll("exclude").includes(c.name));
  if (only !== "") {
    const check = checks.find((c) => c.name === only);
    if (!check) return text(404, "404 page not found\n");
    return check.ok ? text(200, "ok") : text(500, `internal server error: ${only} failed: reason withheld\n`);
  }
  const failed = checks.some((c) => !c.ok);
  const lines = checks.map((c) => (c.ok ? `[+]${c.name} ok` : `[-]${c.name} failed: reason withheld`));
  if (failed) return text(500, `${lines.join("\n")}\n${kind} check failed\n`);
  return query.has("verbose") ? text(200, `${lines.join("\n")}\n${kind} check passed\n`) : text(200, "ok");
}
