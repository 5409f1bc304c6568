/** componentstatuses: what the probes of controller-manager, scheduler and etcd say right now (pkg/registry/core/componentstatus). */
import type { Obj } from "../../../core/json.ts";
import type { HttpRequest, HttpResponse } from "../../../net/http.ts";
import { httpCall } from "../../../net/http.ts";
import { json } from "../rest.ts";
import { notFound } from "../status.ts";
import { tableOf } from "../tables.ts";
import type { Call } from "./context.ts";

export function componentStatuses(c: Call, request: HttpRequest): HttpResponse {
  c.warnings.push("v1 ComponentStatus is deprecated in v1.19+");
  const { p, store } = c.api;
  const probe = (name: string, port: number): Obj => {
    // insecure ports up to 1.21, https since
    const url = c.api.minor <= 21 ? `http://127.0.0.1:${port === 10257 ? 10252 : 10251}/healthz` : `https://127.0.0.1:${port}/healthz`;
    const result = httpCall(p, { url, tls: { insecure: true } });
    if (!result.ok) return status(name, false, `Get ${JSON.stringify(url)}: ${result.detail}`);
    return status(name, result.response.status === 200, String(result.response.body));
  };
  const items = [probe("controller-manager", 10257), probe("scheduler", 10259)];
  store.config.servers.forEach((_server, i) => {
    let ok = true;
    try {
      store.revision();
    } catch {
      ok = false;
    }
    items.push(status(`etcd-${i}`, ok, c.api.minor >= 23 ? "ok" : '{"health":"true"}'));
  });
  const found = c.info.name === "" ? undefined : items.find((i) => i.metadata.name === c.info.name);
  if (c.info.name !== "" && !found) throw notFound(c.resource, c.info.name);
  const body: Obj = found ?? { kind: "ComponentStatusList", apiVersion: "v1", metadata: {}, items };
  return json(
    request,
    200,
    (request.headers.accept ?? "").split(",")[0]!.includes("as=Table") ? tableOf(c.api, c.resource, "v1", body, "Metadata") : body,
  );
}

const status = (name: string, ok: boolean, message: string): Obj => ({
  kind: "ComponentStatus",
  apiVersion: "v1",
  metadata: { name, creationTimestamp: null },
  conditions: [{ type: "Healthy", status: ok ? "True" : "False", message }],
});
