/** kubectl run and expose. */
import { copy } from "../../../core/copy.ts";
import { parseYaml } from "../../../core/yaml.ts";
import type { Obj } from "../../../core/json.ts";
import { parseReference } from "../../../cri/images.ts";
import { mergePatch } from "../../apiserver/patch/merge.ts";
import { Failure } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { Session } from "../session.ts";
import { targetsOf } from "../targets.ts";
import type { Command } from "./command.ts";
import { attach } from "./exec.ts";
import { logs } from "./logs.ts";
import { changeFlags, dryRunOf, gone, report, writeQuery, type DryRun } from "./manage.ts";
import { eachObject } from "./objects.ts";
import { recordFlag } from "./record.ts";

const labelsOf = (text: string): Obj =>
  Object.fromEntries(
    text.split(",").map((e) => {
      const [key, value, ...more] = e.split("=");
      if (value === undefined || more.length > 0) throw new Failure(`error: unexpected label spec: ${e}`);
      return [key, value];
    }),
  );

function portOf(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw new Failure(`error: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

export const run: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "run",
    argv,
    {
      ...changeFlags,
      ...recordFlag,
      image: "string",
      "image-pull-policy": "string",
      labels: "string",
      env: "words",
      port: "string",
      restart: "string",
      command: "bool",
      stdin: "bool",
      tty: "bool",
      rm: "bool",
      attach: "bool",
      quiet: "bool",
      expose: "bool",
      overrides: "string",
      "override-type": "string",
      annotations: "words",
      privileged: "bool",
      "leave-stdin-open": "bool",
      "pod-running-timeout": "duration",
      force: "bool",
      "grace-period": "int",
      timeout: "duration",
      wait: "bool",
      cascade: "string",
    },
    { l: "labels", i: "stdin", t: "tty", q: "quiet" },
  );
  const s = new Session(p, flags);
  const [name] = flags.args;
  if (!name || flags.dash === 0) throw new Failure("error: NAME is required for run\nSee 'kubectl run -h' for help and examples");
  const image = flags.text("image");
  if (!image) throw new Failure('error: required flag(s) "image" not set');
  try {
    parseReference(image);
  } catch (error) {
    throw new Failure(`error: Invalid image name ${JSON.stringify(image)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const badVariable = flags.list("env").find((e) => !/^[^=]+=/.test(e));
  const restart = flags.text("restart") ?? "Always";
  if (!["Always", "OnFailure", "Never"].includes(restart))
    throw new Failure(`error: invalid restart policy: ${restart}\nSee 'kubectl run -h' for help and examples`);
  const dry = await dryRunOf(s);
  if (badVariable !== undefined) throw new Failure(`error: invalid env: ${badVariable}`);
  const words = flags.dash >= 0 ? flags.args.slice(flags.dash) : flags.args.slice(1);
  const stdin = flags.bool("stdin");
  let object: Obj = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      creationTimestamp: null,
      labels: flags.text("labels") ? labelsOf(flags.text("labels")!) : { run: name },
      name,
      ...(flags.list("annotations").length > 0 ? { annotations: labelsOf(flags.list("annotations").join(",")) } : {}),
      ...(flags.text("namespace") ? { namespace: flags.text("namespace") } : {}),
    },
    spec: {
      containers: [
        {
          ...(words.length > 0 ? (flags.bool("command") ? { command: words } : { args: words }) : {}),
          ...(flags.list("env").length > 0
            ? { env: flags.list("env").map((e) => ({ name: e.slice(0, e.indexOf("=")), value: e.slice(e.indexOf("=") + 1) })) }
            : {}),
          image,
          name,
          ...(flags.text("image-pull-policy") ? { imagePullPolicy: flags.text("image-pull-policy") } : {}),
          ...(flags.text("port") ? { ports: [{ containerPort: portOf(flags.text("port")!) }] } : {}),
          resources: {},
          ...(flags.bool("privileged") ? { securityContext: { privileged: true } } : {}),
          ...(stdin ? { stdin: true, stdinOnce: !flags.bool("leave-stdin-open") } : {}),
          ...(flags.bool("tty") ? { tty: true } : {}),
        },
      ],
      dnsPolicy: "ClusterFirst",
      restartPolicy: restart,
    },
    status: {},
  };
  const overrides = flags.text("overrides");
  if (overrides) {
    if (flags.text("override-type") && flags.text("override-type") !== "merge")
      p.notSimulated("kubectl run --override-type other than merge");
    object = mergePatch(object, parseYaml(overrides)) as Obj;
  }
  if (flags.bool("expose") && !flags.text("port"))
    throw new Failure("error: --port must be set when exposing a service\nSee 'kubectl run -h' for help and examples");
  const kind = await s.kind("pods");
  const interactive = stdin || flags.bool("attach");
  if (flags.bool("rm") && !interactive) throw new Failure("error: --rm should only be used for attached containers");
  if (flags.bool("expose")) await exposePod(s, object, dry);
  if (dry === "client") {
    await report(s, kind, object, "created", dry);
    return 0;
  }
  const sent: Obj = copy(object);
  sent.metadata.namespace ??= s.namespace;
  const body = await s.request("POST", s.path(kind, s.namespace), sent, { query: writeQuery(s, "kubectl-run", dry) });
  if (!interactive) {
    await report(s, kind, body, "created", dry);
    return 0;
  }
  const restarts = object.spec.restartPolicy === "Always" || object.spec.restartPolicy === undefined;
  const common = [name, `--namespace=${s.namespace}`, ...(flags.text("kubeconfig") ? [`--kubeconfig=${flags.text("kubeconfig")}`] : [])];
  try {
    if (await attachOrLog(s, common, name, restarts)) return 0;
    if (restarts || flags.bool("leave-stdin-open")) return 0;
    const pod = await podWhen(s, name, (phase) => phase === "Succeeded" || phase === "Failed");
    if (pod.status?.phase !== "Failed") return 0;
    const ended = pod.status.containerStatuses?.[0]?.state?.terminated as Obj | undefined;
    if (!ended?.exitCode) throw new Failure(`error: pod ${s.namespace}/${name} failed with unknown exit code`);
    throw new Failure(
      `pod ${s.namespace}/${name} terminated (${ended.reason ?? ""})\n${ended.message ?? ""}`.trimEnd(),
      Number(ended.exitCode),
    );
  } finally {
    if (flags.bool("rm")) {
      await s.request("DELETE", s.path(kind, s.namespace, name), { kind: "DeleteOptions", apiVersion: "v1" });
      await gone(s, kind, s.namespace, name, 60_000);
      if (!flags.bool("quiet"))
        await p.out(`pod ${JSON.stringify(name)} deleted${s.minor >= 33 ? ` from ${s.namespace} namespace` : ""}\n`);
    }
  }
};

/** generateService of cmd/run: the service comes before the pod, and in YAML two lines between them (recorded with kubectl 1.36.4). */
async function exposePod(s: Session, pod: Obj, dry: DryRun): Promise<void> {
  const kind = await s.kind("services");
  const port = Number(s.flags.text("port"));
  const { labels, ...metadata } = pod.metadata as Obj;
  const service: Obj = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, ...(s.flags.text("labels") ? { labels } : {}) },
    spec: { ports: [{ port, protocol: "TCP", targetPort: port }], selector: labels as Obj },
    status: { loadBalancer: {} },
  };
  const made =
    dry === "client" ? service : await s.request("POST", s.path(kind, s.namespace), service, { query: writeQuery(s, "kubectl-run", dry) });
  await report(s, kind, made, "created", dry);
  if (s.flags.text("output") === "yaml") await s.p.out("---\n---\n");
}

async function podWhen(s: Session, name: string, reached: (phase: string, pod: Obj) => boolean, limit?: number): Promise<Obj> {
  const kind = await s.kind("pods");
  for (const end = s.p.now + (limit ?? Infinity); ;) {
    const pod = await s.get(kind, name);
    if (reached(String(pod.status?.phase), pod)) return pod;
    if (s.p.now > end) throw new Failure("error: timed out waiting for the condition");
    await s.p.sleep(200);
  }
}

/** handleAttachPod of cmd/run: attaches once the pod is ready; true when the pod has already ended and its log was all there is to show. */
async function attachOrLog(s: Session, common: string[], name: string, restarts: boolean): Promise<boolean> {
  const { p, flags } = s;
  const ready = (pod: Obj): boolean =>
    (pod.status?.conditions as Obj[] | undefined)?.some((c) => c.type === "Ready" && c.status === "True") === true;
  const pod = await podWhen(
    s,
    name,
    (phase, o) => phase === "Succeeded" || phase === "Failed" || (phase === "Running" && ready(o)),
    60_000,
  );
  if (pod.status?.phase !== "Running") {
    await logs(p, common);
    return false;
  }
  if (!flags.bool("quiet") && flags.bool("stdin") && flags.bool("tty"))
    await p.err("If you don't see a command prompt, try pressing enter.\n");
  try {
    await attach(p, [...common, ...(flags.bool("stdin") ? ["--stdin"] : []), ...(flags.bool("tty") ? ["--tty"] : [])]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.message.startsWith("command terminated")) return restarts;
    await p.err(`warning: couldn't attach to pod/${name}, falling back to streaming logs: ${error.message.replace(/^error: /, "")}\n`);
    await logs(p, [...common, "--follow"]);
  }
  return restarts;
}

export const expose: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "expose",
    argv,
    {
      ...changeFlags,
      ...recordFlag,
      port: "string",
      "target-port": "string",
      type: "string",
      name: "string",
      selector: "string",
      protocol: "string",
      labels: "string",
      "cluster-ip": "string",
      "external-ip": "string",
      "session-affinity": "string",
      "load-balancer-ip": "string",
      overrides: "string",
      "override-type": "string",
    },
    { l: "labels" },
  );
  const s = new Session(p, flags);
  if (flags.text("overrides")) p.notSimulated("kubectl expose --overrides");
  const dry = await dryRunOf(s);
  const kind = await s.kind("services");
  // 1.20 takes what is wrong with the names for wrong usage
  if (s.minor <= 20 && flags.args.length > 0)
    await targetsOf(s, flags.args, "expose").catch((error: unknown) => {
      throw error instanceof Failure ? new Failure(`${error.message}\nSee 'kubectl expose -h' for help and examples`) : error;
    });
  await eachObject(s, flags.args, "expose", async (l) => {
    const { object } = l;
    const spec = (object.spec ?? {}) as Obj;
    const selector = flags.text("selector")
      ? labelsOf(flags.text("selector")!)
      : l.kind.plural === "pods"
        ? (object.metadata.labels as Obj | undefined)
        : l.kind.plural === "services" || l.kind.plural === "replicationcontrollers"
          ? (spec.selector as Obj)
          : (spec.selector?.matchLabels as Obj | undefined);
    if (!selector)
      throw new Failure(
        `error: couldn't retrieve selectors via --selector flag or introspection: the ${l.kind.kind.toLowerCase()} has no labels and cannot be exposed`,
      );
    const found =
      l.kind.plural === "services"
        ? ((spec.ports ?? []) as Obj[]).map((x) => Number(x.port))
        : (((l.kind.plural === "pods" ? spec.containers : spec.template?.spec?.containers) ?? []) as Obj[]).flatMap((c) =>
            ((c.ports ?? []) as Obj[]).map((x) => Number(x.containerPort)),
          );
    const numbers = flags.text("port") ? flags.text("port")!.split(",").map(Number) : found;
    if (numbers.length === 0)
      throw new Failure("error: couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples");
    const target = flags.text("target-port");
    const ports = numbers.map((port, i) => ({
      ...(numbers.length > 1 ? { name: `port-${i + 1}` } : {}),
      port,
      protocol: flags.text("protocol") ?? "TCP",
      targetPort: target === undefined ? port : /^\d+$/.test(target) ? Number(target) : target,
    }));
    const made: Obj = {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        creationTimestamp: null,
        ...(flags.text("labels")
          ? { labels: labelsOf(flags.text("labels")!) }
          : object.metadata.labels
            ? { labels: object.metadata.labels as Obj }
            : {}),
        name: flags.text("name") ?? l.name,
        ...(flags.text("namespace") ? { namespace: flags.text("namespace") } : {}),
      },
      spec: {
        ports,
        selector,
        ...(flags.text("type") ? { type: flags.text("type") } : {}),
        ...(flags.text("cluster-ip") !== undefined ? { clusterIP: flags.text("cluster-ip") } : {}),
        ...(flags.text("external-ip") ? { externalIPs: [flags.text("external-ip")] } : {}),
        ...(flags.text("session-affinity") ? { sessionAffinity: flags.text("session-affinity") } : {}),
      },
      status: { loadBalancer: {} },
    };
    const body =
      dry === "client"
        ? made
        : await s.request(
            "POST",
            s.path(kind, l.namespace),
            { ...made, metadata: { ...(made.metadata as Obj), namespace: l.namespace } },
            { query: writeQuery(s, "kubectl-expose", dry) },
          );
    await report(s, kind, body, "exposed", dry);
  });
  return 0;
};
