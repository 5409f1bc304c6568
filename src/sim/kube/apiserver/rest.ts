/** From an HTTP request to its response: authentication, authorization, dispatch, negotiation. */
import { parseYaml } from "../../core/yaml.ts";
import { parseGoJson } from "../../core/go-json.ts";
import type { Obj } from "../../core/json.ts";
import type { HttpRequest, HttpResponse } from "../../net/http.ts";
import { authenticate } from "./auth/authn.ts";
import { decide, denial, impersonate } from "./auth/authorize.ts";
import type { Attributes, User } from "./auth/types.ts";
import { aggregatedDiscovery, available, legacyDiscovery, remoteServices, versionInfo } from "./discovery.ts";
import { subjectOf, type Call } from "./handlers/context.ts";
import { remove, removeObject } from "./handlers/delete.ts";
import { health } from "./health.ts";
import { klogLine } from "./klog.ts";
import { toKubelet } from "./handlers/kubelet.ts";
import { componentStatuses } from "./handlers/component-status.ts";
import { filterOf, get, list, matches } from "./handlers/read.ts";
import { isReview, review } from "./handlers/reviews.ts";
import { approval, binding, eviction, finalize, scale, token } from "./handlers/subresources.ts";
import { create, patch, update } from "./handlers/write.ts";
import { openapiV2, openapiV3 } from "./openapi.ts";
import { decodeEnvelope } from "./protobuf/decode.ts";
import { encodeOpenapi } from "./protobuf/openapi.ts";
import { requestLine, type RequestInfo } from "./request.ts";
import { storagePrefix } from "./resources.ts";
import { deprecation } from "./versions.ts";
import type { ApiServer } from "./server.ts";
import {
  badRequest,
  internalError,
  methodNotAllowed,
  noSuchResource,
  notAcceptable,
  StatusError,
  success,
  unsupportedMediaType,
} from "./status.ts";
import { StoreError } from "./store.ts";
import { tableOf } from "./tables.ts";
import { startWatch, type Streamer } from "./watch.ts";

/** A request's response. `stream`: how events reach the asker of a watch; undefined when it cannot take any. */
export function handle(api: ApiServer, request: HttpRequest, stream?: Streamer): HttpResponse {
  const warnings: string[] = [];
  let response: HttpResponse;
  try {
    response = dispatch(api, request, stream, warnings);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    response = json(request, error.code, error.status);
    if (error instanceof StoreError) response.headers["x-after"] = String(error.after);
    if (error.code === 401) response.headers["www-authenticate"] = "Bearer";
    if (error.code === 429 && error.status.details?.retryAfterSeconds)
      response.headers["retry-after"] = String(error.status.details.retryAfterSeconds);
  }
  response.headers["audit-id"] = api.p.machine.random("audit").uuid();
  response.headers["cache-control"] ??= "no-cache, private";
  if (warnings.length > 0) response.headers.warning = warnings.map((w) => `299 - ${JSON.stringify(w)}`).join(", ");
  return response;
}

/** A JSON answer; callers inside the simulation (x-object) get the object itself. */
export function json(request: HttpRequest, status: number, object: Obj): HttpResponse {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (request.headers["x-object"]) return { status, headers, body: "", object };
  const pretty = /curl|Wget|Mozilla/i.test(request.headers["user-agent"] ?? "") || /[?&]pretty=(true|1)/.test(request.path);
  return { status, headers, body: pretty ? `${JSON.stringify(object, null, 2)}\n` : `${JSON.stringify(object)}\n` };
}

export const text = (status: number, body: string, type = "text/plain; charset=utf-8"): HttpResponse => ({
  status,
  headers: { "content-type": type },
  body,
});

function dispatch(api: ApiServer, request: HttpRequest, stream: Streamer | undefined, warnings: string[]): HttpResponse {
  const { info, query } = requestLine(request.method, request.path);
  const who = impersonate(api, authenticate(api, request.tls?.clientCertificate, request.headers.authorization), request.headers);
  const attributes: Attributes = { user: who, ...info };
  const decision = decide(api, attributes);
  if (!decision.allowed) throw denial(attributes, decision.reason);
  if (info.isResource) return resource(api, request, info, who, query, stream, warnings);
  return other(api, request, info.path, query);
}

function other(api: ApiServer, request: HttpRequest, path: string, query: URLSearchParams): HttpResponse {
  const clean = path.replace(/\/$/, "");
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return health(api, path, query);
  if (clean === "/version") return json(request, 200, versionInfo(api.p.state.version));
  if (clean === "/metrics") return text(200, metrics(api), "text/plain; version=0.0.4; charset=utf-8");
  if (clean === "/api" || clean === "/apis" || path.startsWith("/api/") || path.startsWith("/apis/")) {
    const accept = request.headers.accept ?? "";
    const wanted = /g=apidiscovery\.k8s\.io;v=(v2beta1|v2)|v=(v2beta1|v2);g=apidiscovery\.k8s\.io/.exec(accept);
    const version =
      accept.includes("v=v2;g=apidiscovery") && api.minor >= 30
        ? "v2"
        : wanted && accept.includes("v2beta1") && api.minor >= 27
          ? "v2beta1"
          : undefined;
    if (version && (clean === "/api" || clean === "/apis")) {
      const response = json(request, 200, aggregatedDiscovery(api, clean === "/api" ? "api" : "apis", version));
      response.headers["content-type"] = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      return response;
    }
    const document = legacyDiscovery(api, path);
    if (document) return json(request, 200, document);
    const service = remoteServices(api).find((s) => path.startsWith(`/apis/${s.spec.group}/${s.spec.version}`));
    if (service) return aggregated(service);
    return text(404, "404 page not found\n");
  }
  if (clean === "/openapi/v2") {
    const accept = request.headers.accept ?? "";
    const binary = /application\/com\.github\.proto-openapi\.spec\.v2(@|\.)v1\.0\+protobuf/.exec(accept);
    if (binary && !accept.slice(0, binary.index).includes("json"))
      // named with a dot, since @ is no part of a media type for clients that parse it (kube-openapi, pkg/handler)
      return { status: 200, headers: { "content-type": binary[0].replace("@", ".") }, body: encodeOpenapi(openapiV2(api)) };
    return json(request, 200, openapiV2(api));
  }
  if (path.startsWith("/openapi/v3")) {
    const document = openapiV3(api, clean.slice("/openapi/v3".length).replace(/^\//, ""));
    return document ? json(request, 200, document) : text(404, "404 page not found\n");
  }
  if (clean === "")
    return json(request, 200, {
      paths: [
        "/.well-known/openid-configuration",
        "/api",
        "/api/v1",
        "/apis",
        "/apis/",
        "/healthz",
        "/livez",
        "/metrics",
        "/openapi/v2",
        "/openapi/v3",
        "/openapi/v3/",
        "/openid/v1/jwks",
        "/readyz",
        "/version",
      ],
    });
  if (clean === "/.well-known/openid-configuration")
    return json(request, 200, {
      issuer: api.options.issuer,
      jwks_uri: `https://${api.options.advertiseAddress}:${api.options.securePort}/openid/v1/jwks`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    });
  return text(404, "404 page not found\n");
}

const metrics = (api: ApiServer): string =>
  `# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last check split by kind.\n# TYPE apiserver_storage_objects gauge\n${[
    "pods",
    "nodes",
    "services",
  ]
    .map((plural) => `apiserver_storage_objects{resource="${plural}"} ${api.known({ group: "", plural }).length}`)
    .join(
      "\n",
    )}\n# HELP kubernetes_build_info [ALPHA] A metric with a constant '1' value labeled by version.\n# TYPE kubernetes_build_info gauge\nkubernetes_build_info{git_version="v${api.p.state.version.replace(/^v/, "")}",platform="linux/amd64"} 1\n`;

/** A group whose server is another one. Requests to it are not proxied. */
function aggregated(service: Obj): HttpResponse {
  if (!available(service)) return text(503, "service unavailable\n");
  throw new StatusError(
    501,
    "NotImplemented",
    `kubemend: not simulated: requests to the aggregated API server ${service.spec.service.namespace}/${service.spec.service.name}`,
  );
}

const bodyTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

function bodyOf(request: HttpRequest): unknown {
  if (request.object !== undefined) return request.object;
  const format = (request.headers["content-type"] ?? "").split(";")[0]!;
  if (format === "application/vnd.kubernetes.protobuf" && typeof request.body !== "string") {
    if (request.body.length === 0) return undefined;
    let object: Obj | undefined;
    try {
      object = decodeEnvelope(request.body);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw badRequest(error.message);
    }
    if (!object) throw unsupportedMediaType(["application/json", "application/yaml"]);
    return object;
  }
  const body = typeof request.body === "string" ? request.body : Buffer.from(request.body).toString("utf8");
  const type = (request.headers["content-type"] ?? "application/json").split(";")[0]!.trim();
  if (type.includes("protobuf") || type.includes("cbor")) throw unsupportedMediaType(["application/json", "application/yaml"]);
  if (body === "") return undefined;
  if (type.includes("yaml")) {
    try {
      return parseYaml(body);
    } catch (error) {
      throw badRequest(`error converting YAML to JSON: yaml: ${(error as Error).message}`);
    }
  }
  if (request.method === "POST" || request.method === "PUT") {
    if (!bodyTypes.includes(type)) throw unsupportedMediaType(bodyTypes);
  }
  try {
    return request.method === "PATCH" ? parseGoJson(body) : (JSON.parse(body) as unknown);
  } catch (error) {
    if (request.method === "PATCH") throw badRequest((error as Error).message);
    throw badRequest(
      `the object provided is unrecognized (must be of type): couldn't get version/kind; json parse error: invalid character '${body[0]}' looking for beginning of value (${Buffer.from(body.slice(0, 16)).toString("hex")} ...)`,
    );
  }
}

function resource(
  api: ApiServer,
  request: HttpRequest,
  info: RequestInfo,
  user: User,
  query: URLSearchParams,
  stream: Streamer | undefined,
  warnings: string[],
): HttpResponse {
  const r = api.find(info.group, info.version, info.plural);
  if (!r) {
    const service = remoteServices(api).find((s) => s.spec.group === info.group && s.spec.version === info.version);
    if (service) return aggregated(service);
    const known = legacyDiscovery(api, info.group === "" ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`) !== undefined;
    if (known) throw noSuchResource();
    return text(404, "404 page not found\n");
  }
  if (info.namespace !== "" && !r.namespaced && !(r.plural === "namespaces" && r.group === "")) throw noSuchResource();
  const accept = request.headers.accept ?? "";
  if (accept.includes("protobuf") && !/json|yaml|\*\/\*|application\/\*/.test(accept))
    throw notAcceptable(["application/json", "application/yaml"]);
  const agent = request.headers["user-agent"] ?? "";
  const c: Call = {
    api,
    user,
    resource: r,
    version: info.version,
    query,
    headers: request.headers,
    warnings,
    info: r.namespaced ? info : { ...info, namespace: "" },
    dryRun: query.getAll("dryRun").includes("All"),
    ...(stream ? { stream } : {}),
    manager: query.get("fieldManager") ?? agent.split("/")[0]!.slice(0, 128),
  };
  if (query.has("dryRun") && !c.dryRun) throw badRequest(`invalid dryRun value`);
  if (r.plural === "endpoints" && r.group === "" && api.minor >= 33)
    warnings.push("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
  if (r.plural === "componentstatuses" && r.group === "") return componentStatuses(c, request);
  const old = deprecation(r, c.version, api.minor);
  if (old !== undefined) warnings.push(old);
  if (info.subresource !== "") return subresource(c, request);
  return main(c, request, stream);
}

/** What the client would like best. */
const accepted = (request: HttpRequest): string => {
  const { accept = "" } = request.headers;
  const cut = accept.indexOf(",");
  return cut < 0 ? accept : accept.slice(0, cut);
};

const wantsTable = (request: HttpRequest): boolean => accepted(request).includes("as=Table");

const wantsMetadata = (request: HttpRequest): "PartialObjectMetadata" | "PartialObjectMetadataList" | undefined => {
  const m = /as=(PartialObjectMetadataList|PartialObjectMetadata)/.exec(accepted(request));
  return m?.[1] as "PartialObjectMetadata" | undefined;
};

/** The body in the form that the Accept header asks for. */
function shaped(c: Call, request: HttpRequest, body: Obj): Obj {
  if (wantsTable(request) && body.kind !== "Status")
    return tableOf(c.api, c.resource, c.version, body, c.query.get("includeObject") ?? "Metadata");
  if (wantsMetadata(request)) {
    const one = (o: Obj): Obj => ({ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: o.metadata as Obj });
    return Array.isArray(body.items)
      ? {
          kind: "PartialObjectMetadataList",
          apiVersion: "meta.k8s.io/v1",
          metadata: body.metadata as Obj,
          items: (body.items as Obj[]).map(one),
        }
      : one(body);
  }
  return body;
}

function main(c: Call, request: HttpRequest, stream: Streamer | undefined): HttpResponse {
  const { resource: r, info } = c;
  if (!r.verbs.includes(info.verb)) throw methodNotAllowed(r);
  if (isReview(r.type)) {
    const { code, body } = review(c, bodyOf(request));
    return json(request, code, body);
  }
  switch (info.verb) {
    case "get":
      return json(request, 200, shaped(c, request, get(c)));
    case "list":
      return json(request, 200, shaped(c, request, list(c)));
    case "watch":
      return startWatch(c, request, stream, wantsTable(request));
    case "create": {
      if (r.plural === "bindings") {
        const { code, body } = binding(
          { ...c, resource: c.api.find("", "v1", "pods")!, info: { ...info, name: String((bodyOf(request) as Obj).metadata?.name) } },
          bodyOf(request),
        );
        return json(request, code, body);
      }
      const { code, body } = create(c, bodyOf(request));
      return json(request, code, shaped(c, request, body));
    }
    case "update": {
      const { code, body } = update(c, bodyOf(request));
      return json(request, code, shaped(c, request, body));
    }
    case "patch": {
      const { code, body } = patch(c, request.headers["content-type"] ?? "", bodyOf(request));
      return json(request, code, shaped(c, request, body));
    }
    case "delete":
      return json(request, 200, remove(deleteCall(c, request), deleteOptions(c, request)).body);
    case "deletecollection":
      return json(request, 200, removeAll(deleteCall(c, request), deleteOptions(c, request)));
    default:
      throw methodNotAllowed(r);
  }
}

function deleteOptions(c: Call, request: HttpRequest): Obj {
  const body = (bodyOf(request) ?? {}) as Obj;
  const q = c.query;
  return {
    ...body,
    ...(q.has("gracePeriodSeconds") ? { gracePeriodSeconds: Number(q.get("gracePeriodSeconds")) } : {}),
    ...(q.has("propagationPolicy") ? { propagationPolicy: q.get("propagationPolicy")! } : {}),
  };
}

const deleteCall = (c: Call, request: HttpRequest): Call => {
  const dry = (((bodyOf(request) ?? {}) as Obj).dryRun ?? []) as string[];
  return dry.includes("All") ? { ...c, dryRun: true } : c;
};

function removeAll(c: Call, options: Obj): Obj {
  const filter = filterOf(c);
  for (const o of c.api.store.list(storagePrefix(c.resource, filter.namespace)).items) if (matches(filter, o)) removeObject(c, o, options);
  return success(subjectOf(c.resource), "");
}

function subresource(c: Call, request: HttpRequest): HttpResponse {
  const { resource: r, info } = c;
  const sub = info.subresource;
  if (!r.subresources.includes(sub)) throw noSuchResource();
  const done = ({ code, body }: { code: number; body: Obj }): HttpResponse => json(request, code, shaped(c, request, body));
  const type = request.headers["content-type"] ?? "";
  const only = (...methods: string[]): void => {
    if (!methods.includes(request.method)) throw methodNotAllowed(r);
  };
  switch (sub) {
    case "status":
    case "ephemeralcontainers":
    case "resize":
      only("GET", "PUT", "PATCH");
      if (request.method === "GET") return json(request, 200, shaped(c, request, get(c)));
      if (sub === "ephemeralcontainers" && c.api.minor < 23) throw noSuchResource();
      if (sub === "resize") throw new StatusError(501, "NotImplemented", `kubemend: not simulated: ${r.plural}/${sub}`);
      return done(request.method === "PUT" ? update(c, bodyOf(request)) : patch(c, type, bodyOf(request)));
    case "scale":
      return done(scale(c, request.method, type, bodyOf(request)));
    case "binding":
      only("POST");
      return done(binding(c, bodyOf(request)));
    case "eviction":
      only("POST");
      return done(eviction(c, bodyOf(request)));
    case "token":
      only("POST");
      return done(token(c, bodyOf(request)));
    case "approval":
      only("GET", "PUT", "PATCH");
      if (request.method === "GET") return json(request, 200, get(c));
      if (request.method === "PATCH")
        throw new StatusError(501, "NotImplemented", "kubemend: not simulated: PATCH of certificatesigningrequests/approval");
      return done(approval(c, bodyOf(request)));
    case "finalize":
      only("PUT");
      return done(finalize(c, bodyOf(request)));
    default:
      return toKubelet(c, request);
  }
}

/** Reports an error of the simulator as the server's panic handler would. */
export function panic(api: ApiServer, error: unknown): StatusError {
  api.p.log(klogLine(api.p, "E", "wrap.go:57", `"apiserver panic'd" err=${JSON.stringify(String(error))}`));
  return internalError("this request caused apiserver to panic. Look in the logs for details.");
}
