/** kubectl debug: an ephemeral container, a pod on a node, or a changed copy of a pod (k8s.io/kubectl/pkg/cmd/debug/debug.go, profiles.go). */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { parseReference } from "../../../cri/images.ts";
import { Failure, ServerRefusal } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { Session } from "../session.ts";
import { targetsOf } from "../targets.ts";
import type { Command } from "./command.ts";
import { attach } from "./exec.ts";
import { logs } from "./logs.ts";

const legacyNotice =
  '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n';
const profiles = ["legacy", "general", "baseline", "restricted", "netadmin", "sysadmin"];

export const debug: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "debug",
    argv,
    {
      image: "string",
      container: "string",
      target: "string",
      stdin: "bool",
      tty: "bool",
      attach: "bool",
      quiet: "bool",
      env: "list",
      "image-pull-policy": "string",
      "arguments-only": "bool",
      "copy-to": "string",
      replace: "bool",
      "same-node": "bool",
      "share-processes": "bool",
      "set-image": "list",
      profile: "string",
      custom: "string",
      "keep-annotations": "bool",
      "keep-labels": "bool",
      "keep-liveness": "bool",
      "keep-readiness": "bool",
      "keep-startup": "bool",
      "keep-init-containers": "bool",
      filename: "list",
    },
    { c: "container", i: "stdin", t: "tty", q: "quiet", f: "filename" },
  );
  const s = new Session(p, flags);
  const names = flags.dash >= 0 ? flags.args.slice(0, flags.dash) : flags.args;
  const words = flags.dash >= 0 ? flags.args.slice(flags.dash) : [];
  const image = flags.text("image");
  const to = flags.text("copy-to");
  const said = (text: string): Promise<void> => (flags.bool("quiet") ? Promise.resolve() : p.out(text));
  const profile = flags.text("profile") ?? (s.minor >= 36 ? "general" : "legacy");
  if (!profiles.includes(profile) || (profile === "legacy" && s.minor >= 36)) throw new Failure(`error: unknown profile: ${profile}`);
  if (to === undefined) {
    for (const only of ["replace", "same-node"] as const)
      if (flags.bool(only)) throw new Failure(`error: --${only} may only be used with --copy-to.`);
    if (flags.list("set-image").length > 0) throw new Failure("error: --set-image may only be used with --copy-to.");
    if (!image) throw new Failure("error: you must specify --image when not using --copy-to.");
  }
  if (image) {
    try {
      parseReference(image);
    } catch {
      throw new Failure(`error: invalid image name ${JSON.stringify(image)}: invalid reference format`);
    }
  }
  if (names.length === 0) throw new Failure(`error: NAME ${s.minor >= 30 ? "or filename " : ""}is required for debug`);
  const target = flags.text("target");
  if (target !== undefined) {
    if (to !== undefined) throw new Failure("error: --target is incompatible with --copy-to. Use --share-processes instead.");
    if (s.minor >= 21)
      await said(
        `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
      );
  }
  const stdin = flags.bool("stdin");
  if (flags.bool("tty") && !stdin) throw new Failure("error: -i/--stdin is required for containers with -t/--tty=true");
  if (profile === "legacy" && s.minor >= 31) await p.err(legacyNotice);

  const fresh: Obj = {
    ...(flags.list("env").length > 0
      ? { env: flags.list("env").map((e) => ({ name: e.slice(0, e.indexOf("=")), value: e.slice(e.indexOf("=") + 1) })) }
      : {}),
    ...(image ? { image } : {}),
    ...(flags.text("image-pull-policy") ? { imagePullPolicy: flags.text("image-pull-policy")! } : {}),
    ...(stdin ? { stdin: true } : {}),
    ...(flags.bool("tty") ? { tty: true } : {}),
    terminationMessagePolicy: "File",
    ...(words.length === 0 ? {} : flags.bool("arguments-only") ? { args: words } : { command: words }),
  };
  const suffix = (): string => p.machine.random("kubectl-debug").word(5);
  const nameFor = async (pod: Obj): Promise<string> => {
    const asked = flags.text("container");
    if (asked !== undefined) return asked;
    const taken = ["containers", "initContainers", "ephemeralContainers"].flatMap((f) => ((pod.spec[f] ?? []) as Obj[]).map((c) => c.name));
    let name: string;
    do name = `debugger-${suffix()}`;
    while (taken.includes(name));
    await said(`Defaulting debug container name to ${name}.\n`);
    return name;
  };
  const pods = await s.kind("pods");

  for (const found of await targetsOf(
    s,
    names.map((n) => (n.includes("/") ? n : `pod/${n}`)),
    "debug",
  )) {
    const object = await s.get(found.kind, found.name);
    let pod: Obj;
    let container: string;
    if (found.kind.plural === "nodes") {
      container = flags.text("container") ?? "debugger";
      const name = `node-debugger-${found.name}-${suffix()}`;
      await said(`Creating debugging pod ${name} with container ${container} on node ${found.name}.\n`);
      pod = await s.request("POST", s.path(pods, s.namespace), nodePod(name, found.name, { name: container, ...fresh }, profile, s.minor));
    } else if (found.kind.plural !== "pods") {
      throw new Failure(`error: ${JSON.stringify(`${found.kind.version}, Kind=${found.kind.kind}`)} not supported by debug`);
    } else if (to !== undefined) {
      const made = await copied(s, object, to, fresh, nameFor, profile);
      pod = await s.request("POST", s.path(pods, s.namespace), made.pod);
      if (flags.bool("replace"))
        await s.request("DELETE", s.path(pods, s.namespace, found.name), {
          kind: "DeleteOptions",
          apiVersion: "v1",
          gracePeriodSeconds: 0,
        });
      container = made.container;
    } else {
      container = await nameFor(object);
      const own: Obj = { name: container, ...fresh, ...(target === undefined ? {} : { targetContainerName: target }) };
      secure(own, profile);
      pod = await inserted(s, s.path(pods, s.namespace, found.name, "ephemeralcontainers"), own);
    }
    if (container !== "" && (flags.bool("attach") || (stdin && flags.text("attach") !== "false"))) await follow(s, pod, container);
  }
  return 0;
};

/** Rights that a profile gives a debugging container. */
function secure(container: Obj, profile: string): void {
  const add: Record<string, string[]> = { general: ["SYS_PTRACE"], netadmin: ["NET_ADMIN", "NET_RAW"] };
  if (profile === "sysadmin") container.securityContext = { privileged: true };
  else if (profile === "restricted")
    container.securityContext = {
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      allowPrivilegeEscalation: false,
      seccompProfile: { type: "RuntimeDefault" },
    };
  else if (add[profile]) container.securityContext = { capabilities: { add: add[profile]! } };
}

function nodePod(name: string, node: string, container: Obj, profile: string, minor: number): Obj {
  const host = profile !== "baseline" && profile !== "restricted";
  const mount = host && profile !== "netadmin";
  if (profile !== "general") secure(container, profile);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...(minor >= 33 ? { labels: { "app.kubernetes.io/managed-by": "kubectl-debug" } } : {}) },
    spec: {
      containers: [{ ...container, ...(mount ? { volumeMounts: [{ mountPath: "/host", name: "host-root" }] } : {}) }],
      ...(host ? { hostIPC: true, hostNetwork: true, hostPID: true } : {}),
      nodeName: node,
      restartPolicy: "Never",
      ...(minor >= 25 ? { tolerations: [{ operator: "Exists" }] } : {}),
      ...(mount ? { volumes: [{ name: "host-root", hostPath: { path: "/" } }] } : {}),
    },
  };
}

async function copied(
  s: Session,
  pod: Obj,
  name: string,
  fresh: Obj,
  nameFor: (pod: Obj) => Promise<string>,
  profile: string,
): Promise<{ pod: Obj; container: string }> {
  const { flags } = s;
  const spec = copy(pod.spec as Obj);
  delete spec.ephemeralContainers;
  if (!flags.bool("same-node")) delete spec.nodeName;
  const shared = flags.text("share-processes");
  if (shared === "true" || (shared === undefined && (s.minor < 25 || !["legacy", "restricted"].includes(profile))))
    spec.shareProcessNamespace = true;
  const images = Object.fromEntries(
    flags
      .list("set-image")
      .flatMap((x) => x.split(","))
      .map((x) => x.split("=") as [string, string]),
  );
  const containers = spec.containers as Obj[];
  for (const c of containers) c.image = images[String(c.name)] ?? images["*"] ?? (c.image as string);
  const metadata: Obj = { name, ...(flags.bool("keep-labels") ? { labels: pod.metadata.labels as Obj } : {}) };
  const object: Obj = { apiVersion: "v1", kind: "Pod", metadata, spec };
  const asked = flags.text("container");
  let c = containers.find((x) => x.name === asked);
  if (!c) {
    if (!fresh.image) {
      if (Object.keys(images).length > 0) return { pod: object, container: "" };
      throw new Failure("error: you must specify image when creating new container");
    }
    c = { name: asked ?? (await nameFor(object)) };
    containers.push(c);
  }
  if (fresh.command) delete c.args;
  Object.assign(c, fresh);
  for (const each of containers)
    for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) if (profile !== "legacy") delete each[probe];
  secure(c, profile);
  return { pod: object, container: String(c.name) };
}

async function inserted(s: Session, path: string, container: Obj): Promise<Obj> {
  try {
    return await s.request(
      "PATCH",
      path,
      { spec: { ephemeralContainers: [container] } },
      { contentType: "application/strategic-merge-patch+json" },
    );
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.reason !== "NotFound" || s.minor < 20) throw error;
    throw new Failure(`error: ephemeral containers are disabled for this cluster (error from server: ${JSON.stringify(error.detail)})`);
  }
}

/** Waits until the container runs, and attaches; shows its log where it has ended already. */
async function follow(s: Session, pod: Obj, container: string): Promise<void> {
  const { p, flags } = s;
  const kind = await s.kind("pods");
  const name = String(pod.metadata.name);
  let told = "";
  let state: Obj | undefined;
  for (;;) {
    const now = await s.get(kind, name);
    state = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"]
      .flatMap((f) => (now.status?.[f] ?? []) as Obj[])
      .find((x) => x.name === container)?.state as Obj | undefined;
    if (state?.running || state?.terminated) break;
    const why = (state?.waiting?.message ?? "") as string;
    if (why !== "" && why !== told && !flags.bool("quiet")) await p.err(`Warning: container ${container}: ${why}\n`);
    told = why;
    await p.sleep(200);
  }
  const common = [
    name,
    `--namespace=${s.namespace}`,
    `--container=${container}`,
    ...(flags.text("kubeconfig") ? [`--kubeconfig=${flags.text("kubeconfig")}`] : []),
  ];
  if (state.terminated) return void (await logs(p, common));
  if (!flags.bool("quiet") && flags.bool("stdin") && flags.bool("tty"))
    await p.err(
      `${s.minor >= 33 ? "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\n" : ""}If you don't see a command prompt, try pressing enter.\n`,
    );
  try {
    await attach(p, [...common, ...(flags.bool("stdin") ? ["--stdin"] : []), ...(flags.bool("tty") ? ["--tty"] : [])]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.message.startsWith("command terminated")) return;
    await p.err(`warning: couldn't attach to pod/${name}, falling back to streaming logs: ${error.message.replace(/^error: /, "")}\n`);
    await logs(p, common);
  }
}
