/** The kubelet's servers: health on 10248, and its API on 10250 (pkg/kubelet/server). */
import type { Obj } from "../../../core/json.ts";
import { parseCriLog } from "../../../cri/log.ts";
import { rpcError, type ExecStream } from "../../../cri/messages.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { Incoming } from "../../../net/api.ts";
import { serveHttp, textResponse, type HttpRequest, type HttpResponse } from "../../../net/http.ts";
import { commonName, organizations, parseCertificate, verifyChain } from "../../../pki/index.ts";
import { apiClient, servingCertificate } from "./connection.ts";
import { isRunning, latest, runtimePod } from "./runtime.ts";
import { carry, followLog } from "./streams.ts";
import { cri, podText, stateOf, type PodEntry } from "./state.ts";

export function serveKubelet(p: Proc, incoming: Incoming): unknown {
  const { config } = stateOf(p);
  if (incoming.local.port === config.healthzPort)
    return serveHttp(p, incoming, {}, (r) =>
      r.path.split("?")[0] === "/healthz" ? textResponse(200, "ok") : textResponse(404, "404 page not found\n"),
    );
  return serveHttp(p, incoming, { certificate: servingCertificate(p), clientAuth: "request" }, (r) =>
    guarded(p, r, r.headers["x-stream"] === undefined ? undefined : incoming.conn),
  );
}

function guarded(p: Proc, r: HttpRequest, conn: number | undefined): HttpResponse {
  const { config, nodeName } = stateOf(p);
  const path = r.path.split("?")[0]!;
  const user = whoIs(p, r);
  if (!user) return textResponse(401, "Unauthorized");
  if (config.authorization.mode === "Webhook") {
    const verb = { GET: "get", POST: "create", PUT: "update", DELETE: "delete" }[r.method] ?? "get";
    const sub = /^\/(stats|metrics|logs|healthz|pods|configz)/.exec(path)?.[1] ?? "proxy";
    const attributes = { verb, version: "v1", resource: "nodes", subresource: sub === "logs" ? "log" : sub, name: nodeName };
    const review = apiClient(p)?.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { resourceAttributes: attributes, user: user.name, groups: [...user.groups, "system:authenticated"] },
    });
    if (!review?.ok)
      return textResponse(
        500,
        `Authorization error (user=${user.name}, verb=${verb}, resource=nodes, subresource=[${attributes.subresource}])`,
      );
    if (review.body.status?.allowed !== true)
      return textResponse(403, `Forbidden (user=${user.name}, verb=${verb}, resource=nodes, subresource=[${attributes.subresource}])`);
  }
  return handle(p, r, path, conn);
}

function whoIs(p: Proc, r: HttpRequest): { name: string; groups: string[] } | undefined {
  const { config } = stateOf(p);
  const certificate = r.tls?.clientCertificate;
  const file = config.authentication.x509?.clientCAFile as string | undefined;
  if (certificate !== undefined && file) {
    const roots = p.fs.tryReadText(file);
    if (roots !== undefined && verifyChain({ chainPem: certificate, rootsPem: roots, now: p.now, usage: "client" }) === undefined) {
      const subject = parseCertificate(certificate).subject;
      return { name: commonName(subject), groups: organizations(subject) };
    }
  }
  const bearer = /^Bearer (.+)$/.exec(r.headers.authorization ?? "")?.[1];
  if (bearer !== undefined && config.authentication.webhook?.enabled) {
    const review = apiClient(p)?.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      spec: { token: bearer },
    });
    if (review?.ok && review.body.status?.authenticated === true)
      return { name: review.body.status.user.username as string, groups: (review.body.status.user.groups ?? []) as string[] };
    return undefined;
  }
  return config.authentication.anonymous?.enabled === true ? { name: "system:anonymous", groups: ["system:unauthenticated"] } : undefined;
}

function findPod(p: Proc, namespace: string, name: string): PodEntry | undefined {
  return Object.values(stateOf(p).pods).find((e) => e.pod.metadata.namespace === namespace && e.pod.metadata.name === name);
}

function handle(p: Proc, r: HttpRequest, path: string, conn: number | undefined): HttpResponse {
  const query = new URL(r.path, "https://kubelet").searchParams;
  const parts = path.split("/").slice(1);
  switch (parts[0]) {
    case "healthz":
      return textResponse(200, "ok");
    case "pods":
    case "runningpods":
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: `${JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items: Object.values(stateOf(p).pods).map((e) => ({ metadata: e.pod.metadata as Obj, spec: e.pod.spec as Obj, status: e.status ?? {} })) })}\n`,
      };
    case "configz":
      return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ kubeletconfig: stateOf(p).config }) };
    case "containerLogs":
      return containerLogs(p, parts[1] ?? "", parts[2] ?? "", parts[3] ?? "", query, conn);
    case "exec":
    case "attach":
    case "run":
      return exec(p, parts[0], parts[1] ?? "", parts[2] ?? "", parts.at(-1)!, query, conn);
    case "portForward": {
      const e = findPod(p, parts[1] ?? "", parts[2] ?? "");
      if (!e) return textResponse(404, "pod does not exist\n");
      const rt = runtimePod(p, e.uid);
      const sandbox = rt?.sandboxes.find((x) => x.state === "SANDBOX_READY");
      if (!sandbox) return textResponse(500, `not able to find pod: ${podText(e.pod)}`);
      p.machine.world.gap(p.machine.name, "kubelet", "port-forward");
      return textResponse(501, "kubemend: not simulated: port-forward");
    }
    default:
      if (/^(stats|metrics|logs|checkpoint|debug)$/.test(parts[0] ?? "")) {
        p.machine.world.gap(p.machine.name, "kubelet", `/${parts[0]}`);
        return textResponse(501, `kubemend: not simulated: kubelet ${path}`);
      }
      return textResponse(404, "404 page not found\n");
  }
}

function containerLogs(
  p: Proc,
  namespace: string,
  name: string,
  container: string,
  query: URLSearchParams,
  conn: number | undefined,
): HttpResponse {
  const e = findPod(p, namespace, name);
  if (!e) return textResponse(404, `pod ${JSON.stringify(name)} does not exist\n`);
  const bad = (text: string): HttpResponse => textResponse(400, text);
  const rt = runtimePod(p, e.uid);
  const known = [
    ...((e.pod.spec.containers ?? []) as Obj[]),
    ...((e.pod.spec.initContainers ?? []) as Obj[]),
    ...((e.pod.spec.ephemeralContainers ?? []) as Obj[]),
  ].some((c) => c.name === container);
  if (!known) return textResponse(404, `container ${container} not found in pod ${name}`);
  const all = (rt?.containers ?? []).filter((c) => c.metadata.name === container && c.state !== "CONTAINER_CREATED");
  const previous = query.get("previous") === "true";
  const waiting = e.containers[container]?.waiting;
  let found: Obj | undefined;
  if (previous) {
    found = isRunning(all[0]) || !waiting ? all[1] : all[0];
    if (!found) return bad(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`);
  } else {
    found = all[0];
    if (!found && rt)
      return bad(
        waiting && /Image/.test(waiting.reason)
          ? `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${/Err|BackOff/.test(waiting.reason) ? "trying and failing to pull image" : waiting.reason}`
          : `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${waiting?.reason ?? (((e.pod.spec.initContainers ?? []) as Obj[]).length > 0 ? "PodInitializing" : "ContainerCreating")}`,
      );
  }
  if (!found || !rt) {
    const id = e.status?.containerStatuses?.find((c: Obj) => c.name === container)?.containerID as string | undefined;
    return textResponse(200, `unable to retrieve container logs for ${id ?? `${stateOf(p).runtimeName}://`}`);
  }
  const file = found.logPath as string;
  const since =
    query.get("sinceTime") ??
    (query.get("sinceSeconds") === null ? undefined : new Date(p.now - Number(query.get("sinceSeconds")) * 1000).toISOString());
  const stamps = query.get("timestamps") === "true";
  const render = (text: string): string =>
    parseCriLog(text)
      .filter((l) => since === undefined || Date.parse(l.time) >= Date.parse(since))
      .map((l) => `${stamps ? `${l.time} ` : ""}${l.text}\n`)
      .join("");
  const raw = p.fs.tryReadText(file);
  if (raw === undefined)
    return textResponse(200, `failed to try resolving symlinks in path ${JSON.stringify(file)}: lstat ${file}: no such file or directory`);
  let text = render(raw);
  const tail = query.get("tailLines");
  if (tail !== null && Number(tail) >= 0) {
    const lines = text.split("\n").slice(0, -1);
    text = lines
      .slice(Math.max(0, lines.length - Number(tail)))
      .map((l) => `${l}\n`)
      .join("");
  }
  const limit = query.get("limitBytes");
  if (limit !== null) text = Buffer.from(text).subarray(0, Number(limit)).toString("utf8");
  if (query.get("follow") !== "true") return textResponse(200, text, { "content-type": "text/plain" });
  if (conn === undefined) return textResponse(501, "kubemend: not simulated: following a log without a stream");
  followLog(p, conn, file, raw.lastIndexOf("\n") + 1, found.id as string, stamps);
  return { status: 200, headers: { "content-type": "text/plain", "transfer-encoding": "chunked" }, body: text };
}

function exec(
  p: Proc,
  kind: string,
  namespace: string,
  name: string,
  container: string,
  query: URLSearchParams,
  conn: number | undefined,
): HttpResponse {
  const e = findPod(p, namespace, name);
  if (!e) return textResponse(404, "pod does not exist\n");
  const rt = runtimePod(p, e.uid);
  const c = rt && latest(rt, container);
  if (rt && (!c || !isRunning(c))) return textResponse(500, `container not found (${JSON.stringify(container)})`);
  const status = e.status?.containerStatuses?.find((x: Obj) => x.name === container) as Obj | undefined;
  const containerId = (c?.id ?? (status?.containerID as string | undefined)?.replace(/^\w+:\/\//, "") ?? "") as string;
  const on = (flag: string, old: string): boolean => ["true", "1"].includes(query.get(flag) ?? query.get(old) ?? "");
  const tty = on("tty", "tty");
  const request = { containerId, cmd: query.getAll("command"), tty, stdin: on("input", "stdin"), stdout: true, stderr: !tty };
  const reply = cri(p, kind === "attach" ? "Attach" : "Exec", request);
  // the runtime takes the call and then fails on the stream (k8s.io/kubelet/pkg/cri/streaming/remotecommand/exec.go)
  if (!reply.ok && kind === "exec" && reply.message.startsWith("failed to exec in container"))
    return textResponse(500, `error executing command in container: ${reply.message}`);
  if (!reply.ok) return textResponse(500, rpcError(reply));
  const stream = reply.response.stream as ExecStream;
  if (conn === undefined) {
    stream.close();
    return textResponse(400, "you must specify at least 1 of stdin, stdout, stderr");
  }
  carry(p, conn, stream);
  return { status: 101, headers: { connection: "Upgrade" }, body: "" };
}
