/** kubectl logs. */
import type { Obj } from "../../../core/json.ts";
import { httpConnect, httpExchange } from "../../../net/http.ts";
import type { StreamMessage } from "../../stream-messages.ts";
import { matchesSelector } from "../../apiserver/selectors.ts";
import { toResult } from "../../client.ts";
import { Failure, ServerRefusal, TransportFailure, transportText } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { must, objectOf, Session, type Kind } from "../session.ts";
import { targetsOf } from "../targets.ts";
import type { Command } from "./command.ts";
import { durationMs } from "./manage.ts";

export const logs: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "logs",
    argv,
    {
      follow: "bool",
      previous: "bool",
      container: "string",
      tail: "int",
      since: "string",
      "since-time": "string",
      timestamps: "bool",
      "all-containers": "bool",
      "all-pods": "bool",
      selector: "string",
      prefix: "bool",
      "limit-bytes": "int",
      "ignore-errors": "bool",
      "max-log-requests": "int",
      "pod-running-timeout": "duration",
      "insecure-skip-tls-verify-backend": "bool",
    },
    { f: "follow", p: "previous", c: "container", l: "selector" },
  );
  const s = new Session(p, flags);
  const selector = flags.text("selector");
  const [first, second] = flags.args;
  if (!first && selector === undefined)
    throw new Failure(
      "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples",
    );
  const pods = await podsOf(s, first, selector);
  const every = flags.bool("all-containers");
  const named = flags.text("container") ?? second;
  const sources: { pod: Obj; container: string }[] = [];
  for (const pod of pods) {
    const containers = [...((pod.spec.initContainers ?? []) as Obj[]), ...((pod.spec.containers ?? []) as Obj[])].map((c) =>
      String(c.name),
    );
    if (every) for (const c of containers) sources.push({ pod, container: c });
    else if (named !== undefined) sources.push({ pod, container: checkContainer(s, pod, named) });
    else sources.push({ pod, container: await defaultContainer(s, pod, "logs") });
  }
  const query: Record<string, string> = {
    ...(flags.bool("previous") ? { previous: "true" } : {}),
    ...(flags.bool("timestamps") ? { timestamps: "true" } : {}),
    ...(flags.text("since") ? { sinceSeconds: String(Math.ceil(durationMs(flags.text("since")) / 1000)) } : {}),
    ...(flags.text("since-time") ? { sinceTime: flags.text("since-time")! } : {}),
    ...(flags.number("limit-bytes") ? { limitBytes: String(flags.number("limit-bytes")) } : {}),
  };
  const tail = flags.number("tail") ?? (selector !== undefined ? 10 : -1);
  if (tail >= 0) query.tailLines = String(tail);
  const kind = await s.kind("pods");
  const follow = flags.bool("follow");
  if (follow && sources.length > 1) p.notSimulated("kubectl logs --follow of several containers");
  for (const { pod, container } of sources) {
    const path = s.path(kind, String(pod.metadata.namespace), String(pod.metadata.name), "log");
    const prefix = flags.bool("prefix") ? `[pod/${pod.metadata.name}/${container}] ` : "";
    const put = async (text: string): Promise<void> => {
      if (text !== "") await p.out(prefix === "" ? text : text.replace(/^(?=.)/gm, prefix));
    };
    if (follow) {
      await followLogs(s, path, { ...query, container, follow: "true" }, put);
      continue;
    }
    const response = must(s, await s.attempt("GET", path, undefined, { query: { ...query, container } }));
    if (response.code >= 300) {
      try {
        objectOf(response);
      } catch (error) {
        if (!(error instanceof ServerRefusal) || sources.length === 1 || flags.bool("ignore-errors") === false) throw error;
        await p.err(`${error.message}\n`);
      }
      continue;
    }
    await put(response.body);
  }
  return 0;
};

/** The container that is taken when none is named, said on stderr when there was a choice. */
export async function defaultContainer(s: Session, pod: Obj, command: "logs" | "exec" | "attach"): Promise<string> {
  const names = ((pod.spec.containers ?? []) as Obj[]).map((c) => String(c.name));
  const annotated = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"] as string | undefined;
  if (annotated && names.includes(annotated)) return annotated;
  if (names.length + ((pod.spec.initContainers ?? []) as Obj[]).length > 1) {
    if (s.minor < 21 && command === "logs")
      throw new Failure(`error: a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]`);
    if (s.minor < 21) {
      await s.p.err(
        `Defaulting container name to ${names[0]}.\nUse 'kubectl describe pod/${pod.metadata.name} -n ${pod.metadata.namespace}' to see all of the containers in this pod.\n`,
      );
      return names[0]!;
    }
    const inits = ((pod.spec.initContainers ?? []) as Obj[]).map((c) => `${c.name} (init)`);
    await s.p.err(`Defaulted container ${JSON.stringify(names[0])} out of: ${[...names, ...inits].join(", ")}\n`);
  }
  return names[0]!;
}

/** A container that was asked for by name; kubectl looks itself whether the pod has it. */
export function checkContainer(s: Session, pod: Obj, name: string): string {
  const names = ["containers", "initContainers", "ephemeralContainers"].flatMap((list) =>
    ((pod.spec[list] ?? []) as Obj[]).map((c) => String(c.name)),
  );
  if (names.includes(name)) return name;
  throw new Failure(
    `error: container ${name} is not valid for pod ${pod.metadata.name}${s.minor >= 34 ? ` out of: ${names.join(", ")}` : ""}`,
  );
}

/** `logs` words a missing pod itself (1.32, 1.36; 1.20 passes the server's words on). */
async function podNamed(s: Session, kind: Kind, name: string): Promise<Obj> {
  try {
    return await s.get(kind, name);
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.reason !== "NotFound" || s.minor < 29) throw error;
    throw new Failure(`error: error from server (NotFound): ${error.detail} in namespace ${JSON.stringify(s.namespace)}`);
  }
}

/** Pods of an argument (POD, pod/x, deploy/x, job/x…) or of a selector. */
export async function podsOf(s: Session, word: string | undefined, selector: string | undefined, command = "logs"): Promise<Obj[]> {
  const kind = await s.kind("pods");
  if (selector !== undefined) {
    const list = await s.request("GET", s.path(kind, s.namespace), undefined, { query: { labelSelector: selector } });
    const items = list.items as Obj[];
    if (items.length === 0) await s.p.err(`No resources found in ${s.namespace} namespace.\n`);
    return items;
  }
  if (!word!.includes("/")) return [await (command === "logs" ? podNamed(s, kind, word!) : s.get(kind, word!))];
  const [target] = await targetsOf(s, [word!], "logs");
  const found = await s.get(target!.kind, target!.name);
  if (target!.kind.plural === "pods") return [found];
  const spec = found.spec as Obj;
  const list = await s.request("GET", s.path(kind, s.namespace));
  const match = (pod: Obj): boolean =>
    target!.kind.plural === "services" || target!.kind.plural === "replicationcontrollers"
      ? spec.selector && Object.entries(spec.selector as Obj).every(([k, v]) => pod.metadata.labels?.[k] === v)
      : matchesSelector((pod.metadata.labels ?? {}) as Record<string, string>, spec.selector as Obj);
  const pods = (list.items as Obj[]).filter(match);
  if (pods.length === 0) throw new Failure(`error: timed out waiting for the condition`);
  const ready = (o: Obj): number =>
    ((o.status?.conditions ?? []) as Obj[]).some((c) => c.type === "Ready" && c.status === "True") ? 0 : 1;
  const sorted = pods.toSorted(
    (a, b) => ready(a) - ready(b) || String(a.metadata.creationTimestamp).localeCompare(String(b.metadata.creationTimestamp)),
  );
  if (sorted.length > 1) await s.p.err(`Found ${sorted.length} pods, using pod/${sorted[0]!.metadata.name}\n`);
  return [sorted[0]!];
}

async function followLogs(s: Session, path: string, query: Record<string, string>, put: (text: string) => Promise<void>): Promise<void> {
  const { p } = s;
  const call = s.client.callFor("GET", `${path}?${new URLSearchParams(query).toString()}`, { "x-stream": "1" });
  const opened = httpConnect(p, call);
  if (!opened.ok)
    throw new TransportFailure(transportText(s.config.server, { ok: false, result: opened, message: opened.detail, after: opened.after }));
  const met = httpExchange(p, opened.connection, opened.target, call);
  if (!met.ok)
    throw new TransportFailure(transportText(s.config.server, { ok: false, result: met, message: met.detail, after: met.after }));
  const { status, body } = met.response;
  if (status >= 300) {
    const refused = toResult({
      ok: true,
      response: { code: status, headers: met.response.headers, body: String(body), object: met.response.object },
    });
    if (!refused.ok && refused.kind === "status") throw new ServerRefusal(refused.code, refused.status);
  }
  await put(typeof body === "string" ? body : Buffer.from(body).toString("utf8"));
  for (;;) {
    const message = (await p.net.receive(opened.connection.conn)) as StreamMessage | undefined;
    if (message === undefined) return;
    if (message.type === "log") await put(message.text);
  }
}
