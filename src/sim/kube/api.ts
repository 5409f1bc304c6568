/** How components talk to the API server: over the simulated network, with their own credentials. */
import type { Obj } from "../core/json.ts";

/**
 * `transport`: the request got no answer. `message` in Go's words without the leading `Get "url": `, e.g.
 * `dial tcp 10.96.0.1:443: connect: connection refused`; `after` ms until the client knows (its own time-out when Infinity).
 * `status`: the server said no; `status` is the metav1.Status object.
 */
export type ApiResult<T = Obj> =
  | { ok: true; code: number; body: T }
  | { ok: false; kind: "status"; code: number; status: Obj; message: string }
  | { ok: false; kind: "transport"; message: string; after: number };

/** `pods`, `deployments.apps`, `ippools.crd.projectcalico.org`: plural and group; the preferred version is taken. */
export type ResourceName = string;

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/**
 * A client of the API server for one process. Objects that come back are shared with the server and frozen: copy
 * (`copy` of core/copy.ts) before changing. Built by `kubeconfigClient(p, path)` and `inClusterClient(p)` in client.ts.
 */
export interface KubeClient {
  /** Server address as in the kubeconfig, e.g. https://192.168.56.10:6443. */
  readonly server: string;
  request(method: string, path: string, body?: Obj, options?: { contentType?: string; query?: Record<string, string> }): ApiResult;
  get(resource: ResourceName, name: string, namespace?: string): ApiResult;
  list(resource: ResourceName, options?: ListOptions): ApiResult<{ items: Obj[]; metadata: Obj }>;
  create(resource: ResourceName, object: Obj): ApiResult;
  update(resource: ResourceName, object: Obj): ApiResult;
  /** PUT …/status. */
  updateStatus(resource: ResourceName, object: Obj): ApiResult;
  /** type: "merge" (application/merge-patch+json), "strategic", "json", "apply". */
  patch(
    resource: ResourceName,
    name: string,
    patch: unknown,
    options?: { namespace?: string; type?: "merge" | "strategic" | "json" | "apply"; subresource?: string; fieldManager?: string },
  ): ApiResult;
  delete(
    resource: ResourceName,
    name: string,
    options?: { namespace?: string; gracePeriodSeconds?: number; propagationPolicy?: string },
  ): ApiResult;
  /**
   * Watches resources over one connection. While the path holds, every change makes the process get
   * `on("api", {resource, namespace, name, type, resourceVersion})` (ADDED, MODIFIED, DELETED) shortly after.
   * When the connection is found dead (HTTP/2 ping after 30 s idle, 15 s more without answer; or reset at once) it gets
   * `on("api-lost", {message})`; it then lists and watches again when it chooses. Returns the first list's outcome per resource.
   */
  watch(resources: ResourceName[], options?: { fieldSelector?: string }): ApiResult<Obj>;
}
