/** log, exec, attach, proxy: passed on to the node's kubelet over the simulated network (pkg/registry/core/pod/rest). */
import type { Data, Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { httpCall, httpConnect, httpExchange, type HttpCall, type HttpRequest, type HttpResponse } from "../../../net/http.ts";
import { badRequest, notSimulated, StatusError } from "../status.ts";
import { StoreError } from "../store.ts";
import { load, type Call } from "./context.ts";

/** The address at which the API server reaches a node's kubelet. */
function kubeletUrl(c: Call, name: string): string {
  const node = c.api.store.get(`/registry/minions/${name}`);
  if (!node) throw new StatusError(500, "", `nodes "${name}" not found`);
  const addresses = (node.status?.addresses ?? []) as Obj[];
  for (const type of c.api.options.kubeletAddressTypes) {
    const found = addresses.find((a) => a.type === type);
    if (found) return `https://${found.address}:${node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250}`;
  }
  throw new StatusError(
    500,
    "",
    `no preferred addresses found; known addresses: [${addresses.map((a) => `{${a.type} ${a.address}}`).join(" ")}]`,
  );
}

function containerOf(c: Call, pod: Obj, kind: string): string {
  const wanted = c.query.get("container") ?? "";
  const names = (list: string): string[] => ((pod.spec[list] ?? []) as Obj[]).map((x) => String(x.name));
  const regular = names("containers");
  const init = names("initContainers");
  if (wanted === "") {
    if (regular.length === 1) return regular[0]!;
    const fallback = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"] as string | undefined;
    if (fallback && regular.includes(fallback) && kind !== "log") return fallback;
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${regular.join(" ")}]${init.length > 0 ? ` or one of the init containers: [${init.join(" ")}]` : ""}`,
    );
  }
  if (![...regular, ...init, ...names("ephemeralContainers")].includes(wanted))
    throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
  return wanted;
}

export function toKubelet(c: Call, request: HttpRequest): HttpResponse {
  const sub = c.info.subresource;
  if (sub === "proxy" || sub === "portforward") throw notSimulated(`${c.resource.plural}/${sub}`);
  const pod = load(c);
  const container = containerOf(c, pod, sub);
  if (!pod.spec?.nodeName) {
    if (sub === "log") return { status: 200, headers: { "content-type": "text/plain" }, body: "" };
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  }
  const base = kubeletUrl(c, String(pod.spec.nodeName));
  const where = `${pod.metadata.namespace}/${pod.metadata.name}/${container}`;
  const query = new URLSearchParams();
  let path: string;
  if (sub === "log") {
    for (const key of ["follow", "previous", "tailLines", "sinceSeconds", "sinceTime", "timestamps", "limitBytes"])
      if (c.query.has(key) && c.query.get(key) !== "false") query.set(key, c.query.get(key)!);
    path = `/containerLogs/${where}`;
  } else {
    if (/spdy/i.test(request.headers.upgrade ?? ""))
      throw notSimulated(`${sub} over SPDY (kubectl 1.30 and newer speaks WebSocket; kubectl on the nodes works too)`);
    if (/websocket/i.test(request.headers.upgrade ?? "")) throw notSimulated(`${sub} over this WebSocket protocol`);
    for (const command of c.query.getAll("command")) query.append("command", command);
    for (const [from, to] of [
      ["stdin", "input"],
      ["stdout", "output"],
      ["stderr", "error"],
      ["tty", "tty"],
    ] as const)
      if (c.query.get(from) === "true" || c.query.get(from) === "1") query.set(to, "1");
    path = `/${sub}/${where}`;
  }
  const text = query.toString();
  const { options, p } = c.api;
  const call: HttpCall = {
    method: sub === "log" ? "GET" : "POST",
    url: `${base}${path}${text === "" ? "" : `?${text}`}`,
    headers: { "user-agent": "Go-http-client/2.0" },
    tls: {
      ...(options.kubeletCa ? { ca: options.kubeletCa } : { insecure: true }),
      certificate: options.kubeletClientCertificate,
      key: options.kubeletClientKey,
    },
  };
  const failed = (detail: string, after: number): StoreError =>
    new StoreError(
      `${sub === "log" ? "Get" : "error dialing backend"}${sub === "log" ? ` ${JSON.stringify(call.url)}` : ""}: ${detail}`,
      Number.isFinite(after) ? after : 30_000,
    );
  const from = c.stream && "conn" in c.stream && request.headers["x-stream"] ? c.stream.conn : undefined;
  if (from === undefined) {
    if (sub !== "log") throw notSimulated(`pods/${sub} for this client`);
    const result = httpCall(p, call);
    if (!result.ok) throw failed(result.detail, result.after);
    return relayed(result.response);
  }
  const opened = httpConnect(p, call);
  if (!opened.ok) throw failed(opened.detail, opened.after);
  call.headers!["x-stream"] = "1";
  const result = httpExchange(p, opened.connection, opened.target, call);
  if (!result.ok) throw failed(result.detail, result.after);
  if (result.response.status >= 300) {
    p.net.shut(opened.connection.conn);
    return relayed(result.response);
  }
  relays(p)[from] = opened.connection.conn;
  relays(p)[opened.connection.conn] = from;
  return result.response;
}

/** The kubelet's refusals are plain text; clients get them as a Status. */
function relayed(response: HttpResponse): HttpResponse {
  if (response.status < 300) return response;
  const text = typeof response.body === "string" ? response.body.trim() : Buffer.from(response.body).toString("utf8").trim();
  const reasons: Record<number, string> = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    500: "InternalError",
  };
  throw new StatusError(response.status, reasons[response.status] ?? "", text);
}

/** Connections that are passed on to one another. */
const relays = (p: Proc): Record<number, number> => (p.data.relays ??= {}) as Record<number, number>;

/** A message of a stream; false when the connection is none of ours. */
export function relay(p: Proc, conn: number, message: Data): boolean {
  const other = relays(p)[conn];
  if (other === undefined) return false;
  if (!p.net.isOpen(other)) {
    relayClosed(p, other);
    p.net.shut(conn);
    return true;
  }
  p.net.send(other, message);
  return true;
}

export function relayClosed(p: Proc, conn: number): void {
  const other = relays(p)[conn];
  if (other === undefined) return;
  delete relays(p)[conn];
  delete relays(p)[other];
  p.net.shut(other);
}
