/** API clients of simulated processes: requests over kept connections, and watches. */
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import {
  httpConnect,
  httpExchange,
  parseTarget,
  type HttpCall,
  type HttpConnection,
  type HttpResponse,
  type HttpResult,
} from "../net/http.ts";
import type { ApiResult, KubeClient, ListOptions, ResourceName } from "./api.ts";
import { clientConfig, readKubeconfig, type ClientConfig } from "./kubeconfig.ts";
import { builtinResources, keyOf, servedVersions } from "./apiserver/resources.ts";
import type { TlsClient } from "../net/tls.ts";
import { minorOf } from "./control/releases.ts";

/** What a process keeps between events, in `p.data.$kube`. */
interface Kept {
  /** By server and credentials. */
  connections: Record<string, HttpConnection>;
  /** `plural.group` → where it is served, as discovery said. */
  discovered: Record<string, Record<string, { path: string; namespaced: boolean; kind: string; apiVersion: string }>>;
}

const kept = (p: Proc): Kept => (p.data.$kube ??= { connections: {}, discovered: {} }) as Kept;

const contentTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
};

/** Client of a kubeconfig file. Throws Errno (no such file) or KubeconfigError. */
export function kubeconfigClient(p: Proc, path: string, userAgent = p.name): KubeClient {
  const full = p.fs.absolute(path);
  return new Client(p, clientConfig(p, readKubeconfig(p, full), full.slice(0, full.lastIndexOf("/")) || "/"), userAgent);
}

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Client of a pod's service account (rest.InClusterConfig). Throws Error with client-go's text. */
export function inClusterClient(p: Proc, userAgent = p.name): KubeClient {
  const host = p.env.KUBERNETES_SERVICE_HOST;
  const port = p.env.KUBERNETES_SERVICE_PORT;
  if (!host || !port)
    throw new Error("unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined");
  const token = p.fs.tryReadText(`${accountFolder}/token`);
  if (token === undefined) throw new Error(`open ${accountFolder}/token: no such file or directory`);
  const ca = p.fs.tryReadText(`${accountFolder}/ca.crt`);
  return new Client(
    p,
    {
      server: `https://${host}:${port}`,
      ...(ca === undefined ? {} : { ca }),
      insecure: false,
      tokenFile: `${accountFolder}/token`,
      user: "",
    },
    userAgent,
  );
}

/** Client of settings that are known already. */
export const configClient = (p: Proc, config: ClientConfig, userAgent = p.name): Client => new Client(p, config, userAgent);

export interface RawResponse {
  code: number;
  headers: Record<string, string>;
  body: string;
  object?: unknown;
}
export type RawResult =
  | { ok: true; response: RawResponse }
  | { ok: false; result: Exclude<HttpResult, { ok: true }>; message: string; after: number };

/** A body that is no document: sent as it is. */
export class Unparsed {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export class Client implements KubeClient {
  readonly p: Proc;
  readonly config: ClientConfig;
  readonly #agent: string;

  constructor(p: Proc, config: ClientConfig, userAgent: string) {
    this.p = p;
    this.config = config;
    this.#agent = userAgent;
  }

  get server(): string {
    return this.config.server;
  }

  /** Identifies a kept connection: the server and who speaks over it. */
  get #key(): string {
    const { server, certificate, serverName, insecure, ca } = this.config;
    return (this.#known ??= [server, serverName ?? "", insecure ? "insecure" : "", hash(certificate ?? ""), hash(ca ?? "")].join(" "));
  }
  #known: string | undefined;

  #call(method: string, path: string, body: unknown, contentType: string, headers: Record<string, string>): HttpCall {
    const { config, p } = this;
    const token = config.token ?? (config.tokenFile ? p.fs.tryReadText(config.tokenFile)?.trim() : undefined);
    const all: Record<string, string> = {
      accept: "application/json",
      "user-agent": `${this.#agent}/${p.state.version || "v0.0.0"} (linux/amd64) kubernetes/$Format`,
      // both ends are in the same simulation: the document may travel as an object
      "x-object": "1",
    };
    if (token) all.authorization = `Bearer ${token}`;
    if (config.impersonate) all["impersonate-user"] = config.impersonate;
    if (config.impersonateGroups) all["impersonate-group"] = config.impersonateGroups.join(",");
    if (body !== undefined) all["content-type"] = contentType;
    const call: HttpCall = { method, url: `${config.server}${path}`, headers: Object.assign(all, headers), tls: this.#tls };
    if (body instanceof Unparsed) call.body = body.text;
    else if (body !== undefined) call.object = body;
    return call;
  }

  get #tls(): TlsClient {
    const { ca, insecure, certificate, key, serverName } = this.config;
    return (this.#knownTls ??= {
      ...(ca === undefined ? {} : { ca }),
      ...(insecure ? { insecure: true } : {}),
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { serverName }),
    });
  }
  #knownTls: TlsClient | undefined;

  /** The HTTP call of a request without a body, for streams over a connection of their own. */
  callFor(method: string, path: string, headers: Record<string, string>): HttpCall {
    return this.#call(method, path, undefined, "", headers);
  }

  /** A request and its answer, whatever it is. */
  raw(
    method: string,
    path: string,
    body?: unknown,
    options: { contentType?: string; headers?: Record<string, string>; query?: Record<string, string> } = {},
  ): RawResult {
    const query =
      options.query && Object.keys(options.query).length > 0
        ? `${path.includes("?") ? "&" : "?"}${new URLSearchParams(options.query).toString()}`
        : "";
    const call = this.#call(method, path + query, body, options.contentType ?? "application/json", options.headers ?? {});
    const connections = kept(this.p).connections;
    const key = this.#key;
    const target = parseTarget(call.url)!;
    for (;;) {
      let connection = connections[key];
      const reused = connection !== undefined && this.p.net.isOpen(connection.conn);
      if (!reused || connection === undefined) {
        const opened = httpConnect(this.p, call);
        if (!opened.ok) return { ok: false, result: opened, message: opened.detail, after: opened.after };
        connection = opened.connection;
        connections[key] = connection;
        this.p.ownConnection(connection.conn, "");
      }
      const met = httpExchange(this.p, connection, target, call);
      if (met.ok) return { ok: true, response: rawOf(met.response) };
      this.p.net.shut(connection.conn);
      delete connections[key];
      // a connection that the server had closed meanwhile: Go's transport opens another
      if (reused && (met.code === "EOF" || met.code === "ECONNRESET")) continue;
      return { ok: false, result: met, message: met.detail, after: met.after };
    }
  }

  request(method: string, path: string, body?: Obj, options: { contentType?: string; query?: Record<string, string> } = {}): ApiResult {
    return toResult(this.raw(method, path, body, options));
  }

  #discover(
    resource: ResourceName,
  ): { ok: true; path: string; namespaced: boolean; kind: string; apiVersion: string } | Exclude<ApiResult, { ok: true }> {
    const builtin = byName.get(resource);
    const cache = (kept(this.p).discovered[this.config.server] ??= {});
    const known = cache[resource];
    if (known) return { ok: true, ...known };
    const dot = resource.indexOf(".");
    const plural = dot < 0 ? resource : resource.slice(0, dot);
    const group = dot < 0 ? "" : resource.slice(dot + 1);
    let version = "v1";
    if (group !== "" && (!builtin || builtin.versions[0]!.since !== undefined || builtin.versions[0]!.until !== undefined)) {
      const found = this.request("GET", `/apis/${group}`);
      if (!found.ok) return found;
      const offered = ((found.body.versions ?? []) as Obj[]).map((v) => String(v.version));
      // a program of Kubernetes uses the version that it was built for: of a group's versions not every one has every resource
      const own =
        builtin && /^v?1\.\d+\./.test(this.p.state.version) ? servedVersions(builtin, minorOf(this.p.state.version))[0] : undefined;
      version = own !== undefined && offered.includes(own) ? own : String(found.body.preferredVersion?.version ?? "v1");
    }
    const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const list = builtin ? undefined : this.request("GET", base);
    if (list && !list.ok) return list;
    const entry = builtin ?? ((list?.body.resources ?? []) as Obj[]).find((r) => r.name === plural);
    if (!entry)
      return {
        ok: false,
        kind: "status",
        code: 404,
        status: {
          kind: "Status",
          apiVersion: "v1",
          status: "Failure",
          reason: "NotFound",
          message: "the server could not find the requested resource",
          code: 404,
        },
        message: "the server could not find the requested resource",
      };
    const where = {
      path: base,
      namespaced: Boolean(entry.namespaced),
      kind: String(entry.kind),
      apiVersion: group === "" ? version : `${group}/${version}`,
    };
    cache[resource] = where;
    return { ok: true, ...where };
  }

  /** Path of a resource, of one object when `name` is given. */
  #path(
    resource: ResourceName,
    namespace: string | undefined,
    name: string | undefined,
    subresource = "",
  ): { ok: true; path: string; plural: string } | Exclude<ApiResult, { ok: true }> {
    const found = this.#discover(resource);
    if (!found.ok) return found;
    const plural = resource.split(".")[0]!;
    const where =
      found.namespaced && namespace ? `${found.path}/namespaces/${encodeURIComponent(namespace)}/${plural}` : `${found.path}/${plural}`;
    return {
      ok: true,
      plural,
      path: `${where}${name === undefined ? "" : `/${encodeURIComponent(name)}`}${subresource === "" ? "" : `/${subresource}`}`,
    };
  }

  get(resource: ResourceName, name: string, namespace?: string): ApiResult {
    const at = this.#path(resource, namespace, name);
    return at.ok ? this.request("GET", at.path) : at;
  }

  list(resource: ResourceName, options: ListOptions = {}): ApiResult<{ items: Obj[]; metadata: Obj }> {
    const at = this.#path(resource, options.namespace, undefined);
    if (!at.ok) return at;
    return this.request("GET", at.path, undefined, { query: selectors(options) }) as ApiResult<{ items: Obj[]; metadata: Obj }>;
  }

  #write(method: string, resource: ResourceName, object: Obj, named: boolean, subresource = ""): ApiResult {
    const meta = (object.metadata ?? {}) as Obj;
    const at = this.#path(resource, meta.namespace as string | undefined, named ? String(meta.name) : undefined, subresource);
    if (!at.ok) return at;
    const found = this.#discover(resource);
    const body =
      object.kind && object.apiVersion ? object : { ...object, ...(found.ok ? { apiVersion: found.apiVersion, kind: found.kind } : {}) };
    return this.request(method, at.path, body);
  }

  create(resource: ResourceName, object: Obj): ApiResult {
    return this.#write("POST", resource, object, false);
  }
  update(resource: ResourceName, object: Obj): ApiResult {
    return this.#write("PUT", resource, object, true);
  }
  updateStatus(resource: ResourceName, object: Obj): ApiResult {
    return this.#write("PUT", resource, object, true, "status");
  }

  patch(
    resource: ResourceName,
    name: string,
    patch: unknown,
    options: { namespace?: string; type?: "merge" | "strategic" | "json" | "apply"; subresource?: string; fieldManager?: string } = {},
  ): ApiResult {
    const at = this.#path(resource, options.namespace, name, options.subresource);
    if (!at.ok) return at;
    const type = options.type ?? "merge";
    return this.request("PATCH", at.path, patch as Obj, {
      contentType: contentTypes[type],
      query: {
        ...(options.fieldManager || type === "apply" ? { fieldManager: options.fieldManager ?? this.#agent } : {}),
        ...(type === "apply" ? { force: "true" } : {}),
      },
    });
  }

  delete(
    resource: ResourceName,
    name: string,
    options: { namespace?: string; gracePeriodSeconds?: number; propagationPolicy?: string } = {},
  ): ApiResult {
    const at = this.#path(resource, options.namespace, name);
    if (!at.ok) return at;
    const { gracePeriodSeconds, propagationPolicy } = options;
    return this.request("DELETE", at.path, {
      kind: "DeleteOptions",
      apiVersion: "v1",
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    });
  }

  watch(resources: ResourceName[], options: { fieldSelector?: string } = {}): ApiResult<Obj> {
    const lists: Obj = {};
    const paths: string[] = [];
    for (const resource of resources) {
      const at = this.#path(resource, undefined, undefined);
      if (!at.ok) return at;
      paths.push(at.path);
    }
    const opened = this.openWatch(
      resources.map((resource, i) => ({
        resource,
        path: paths[i]!,
        ...(options.fieldSelector ? { fieldSelector: options.fieldSelector } : {}),
      })),
    );
    if (!opened.ok) return opened.failure;
    Object.assign(lists, opened.lists);
    return { ok: true, code: 200, body: lists };
  }

  /**
   * A connection of its own on which all of these are listed and then watched. The process gets `on("api", …)` and
   * `on("api-lost", …)`; command programs read the events with `p.net.receive(conn)`.
   */
  openWatch(
    requests: { resource: string; path: string; fieldSelector?: string; labelSelector?: string; table?: boolean }[],
  ): { ok: true; conn: number; lists: Obj } | { ok: false; failure: Exclude<ApiResult, { ok: true }> } {
    const first = this.#call("GET", requests[0]!.path, undefined, "", {});
    const opened = httpConnect(this.p, first);
    if (!opened.ok) return { ok: false, failure: { ok: false, kind: "transport", message: opened.detail, after: opened.after } };
    const { connection } = opened;
    const lists: Obj = {};
    for (const r of requests) {
      const query = new URLSearchParams({
        ...(r.fieldSelector ? { fieldSelector: r.fieldSelector } : {}),
        ...(r.labelSelector ? { labelSelector: r.labelSelector } : {}),
      });
      const path = `${r.path}?${query.toString()}`;
      const accept: Record<string, string> = r.table ? { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } : {};
      for (const stream of [false, true]) {
        const call = this.#call(
          "GET",
          stream ? `${path}&watch=true&resourceVersion=${lists[r.resource].metadata.resourceVersion}` : path,
          undefined,
          "",
          stream ? { ...accept, "x-stream": r.resource } : accept,
        );
        const met = httpExchange(this.p, connection, parseTarget(call.url)!, call);
        if (!met.ok) {
          this.p.net.shut(connection.conn);
          return { ok: false, failure: { ok: false, kind: "transport", message: met.detail, after: met.after } };
        }
        const result = toResult({ ok: true, response: rawOf(met.response) });
        if (!result.ok) {
          this.p.net.shut(connection.conn);
          return { ok: false, failure: result };
        }
        if (!stream) lists[r.resource] = result.body;
      }
    }
    this.p.ownConnection(connection.conn, "api");
    return { ok: true, conn: connection.conn, lists };
  }
}

const byName = new Map(builtinResources.map((r) => [keyOf(r), r]));

const selectors = (o: ListOptions): Record<string, string> => ({
  ...(o.labelSelector ? { labelSelector: o.labelSelector } : {}),
  ...(o.fieldSelector ? { fieldSelector: o.fieldSelector } : {}),
});

const rawOf = (r: HttpResponse): RawResponse => ({
  code: r.status,
  headers: r.headers,
  body: typeof r.body === "string" ? r.body : Buffer.from(r.body).toString("utf8"),
  ...(r.object === undefined ? {} : { object: r.object }),
});

/** The answer as clients of typed objects see it. */
export function toResult(raw: RawResult): ApiResult {
  if (!raw.ok) return { ok: false, kind: "transport", message: raw.message, after: raw.after };
  const { code, body } = raw.response;
  let object = raw.response.object as Obj | undefined;
  if (object === undefined) {
    try {
      object = JSON.parse(body) as Obj;
    } catch {
      object = undefined;
    }
  }
  if (code >= 200 && code < 300) return { ok: true, code, body: object ?? { text: body } };
  const status =
    object?.kind === "Status"
      ? object
      : {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message: body.trim() || "unknown",
          reason: code === 404 ? "NotFound" : "",
          code,
        };
  return { ok: false, kind: "status", code, status, message: String(status.message ?? "") };
}

function hash(text: string): string {
  if (text === "") return "";
  let known = hashes.get(text);
  if (known === undefined) {
    let h = 5381;
    for (let i = 0; i < text.length; i++) h = ((h << 5) + h + text.charCodeAt(i)) | 0;
    known = (h >>> 0).toString(36);
    if (hashes.size >= 200) hashes.clear();
    hashes.set(text, known);
  }
  return known;
}

/** Of certificates, which are few and long. */
const hashes = new Map<string, string>();
