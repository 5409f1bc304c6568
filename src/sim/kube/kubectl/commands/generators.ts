/** kubectl create NAME: the generators of k8s.io/kubectl/pkg/cmd/create. */
import { copy } from "../../../core/copy.ts";
import { Errno } from "../../../core/errno.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { minorOf } from "../../control/releases.ts";
import { Failure, ServerRefusal } from "../failure.ts";
import { parseFlags, type Flags } from "../flags.ts";
import { parseQuantity, quantityRule } from "../../quantity.ts";
import { Session, type Kind } from "../session.ts";
import { changeFlags, dryRunOf, durationMs, report, writeQuery } from "./manage.ts";

type Made = Obj;
type Generator = (s: Session, flags: Flags, name: string) => Promise<Made> | Made;

const meta = (s: Session, name: string, namespaced = true): Obj => ({
  creationTimestamp: null,
  name,
  ...(namespaced && s.flags.text("namespace") ? { namespace: s.flags.text("namespace") } : {}),
});

/** `configMap` names the object where the message does; a secret's does not. */
const literals = (s: Session, flags: Flags, configMap?: string): { data: Obj; binary: Obj } => {
  const data: Obj = {};
  const binary: Obj = {};
  const put = (key: string, bytes: Uint8Array): void => {
    if (key in data || key in binary)
      throw new Failure(
        configMap === undefined
          ? `error: cannot add key ${key}, another key by that name already exists`
          : `error: cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ConfigMap ${JSON.stringify(configMap)}`,
      );
    try {
      data[key] = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      binary[key] = Buffer.from(bytes).toString("base64");
    }
  };
  for (const item of flags.list("from-literal")) {
    const eq = item.indexOf("=");
    if (eq <= 0) throw new Failure(`error: invalid literal source ${item}, expected key=value`);
    put(item.slice(0, eq), Buffer.from(item.slice(eq + 1).replace(/^(['"])(.*)\1$/s, "$2")));
  }
  for (const item of flags.list("from-file")) {
    const eq = item.indexOf("=");
    const path = eq < 0 ? item : item.slice(eq + 1);
    try {
      if (s.p.fs.isDir(path)) {
        for (const f of s.p.fs.readdir(path).toSorted()) if (s.p.fs.isFile(`${path}/${f}`)) put(f, s.p.fs.read(`${path}/${f}`));
      } else put(eq < 0 ? path.slice(path.lastIndexOf("/") + 1) : item.slice(0, eq), s.p.fs.read(path));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(`error: error reading ${path}: ${error.text[0]!.toLowerCase()}${error.text.slice(1)}`);
    }
  }
  for (const path of flags.list("from-env-file")) {
    const text = s.p.fs.tryReadText(path);
    if (text === undefined) throw new Failure(`error: stat ${path}: no such file or directory`);
    for (const line of text.split("\n")) {
      if (line.trim() === "" || line.startsWith("#")) continue;
      const eq = line.indexOf("=");
      put(eq < 0 ? line : line.slice(0, eq), Buffer.from(eq < 0 ? (s.p.env[line] ?? "") : line.slice(eq + 1)));
    }
  }
  return { data, binary };
};

const dataFlags = { "from-literal": "words", "from-file": "list", "from-env-file": "list", "append-hash": "bool" } as const;
const need = (flags: Flags, name: string): string => {
  const value = flags.text(name);
  if (!value) throw new Failure(`error: required flag(s) ${JSON.stringify(name)} not set`);
  return value;
};

/** The mapper's own error, which has no "error: " before it. */
async function resourceKind(s: Session, type: string): Promise<Kind> {
  try {
    return await s.kind(type);
  } catch (error) {
    if (error instanceof Failure && error.message.startsWith("error: the server doesn't have a resource type"))
      throw new Failure(error.message.slice("error: ".length));
    throw error;
  }
}

/** create_role.go; the last ones are of special resources. */
const standardVerbs = [
  "*",
  "get",
  "delete",
  "list",
  "create",
  "update",
  "patch",
  "watch",
  "proxy",
  "deletecollection",
  "use",
  "bind",
  "escalate",
  "impersonate",
];

/** What they are for, as resource.group. */
const specialVerbs: Record<string, string[]> = {
  use: ["podsecuritypolicies.policy", "podsecuritypolicies.extensions"],
  bind: ["roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io"],
  escalate: ["roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io"],
  impersonate: ["users.", "serviceaccounts.", "groups.", "userextras.authentication.k8s.io"],
};

async function rules(s: Session, flags: Flags): Promise<Obj[]> {
  const verbs = [...new Set(flags.list("verb"))];
  if (verbs.length === 0) throw new Failure("error: at least one verb must be specified");
  if (flags.list("non-resource-url").length === 0)
    for (const verb of verbs) if (!standardVerbs.includes(verb)) await s.p.err(`Warning: '${verb}' is not a standard resource verb\n`);
  const resources = flags.list("resource");
  const urls = flags.list("non-resource-url");
  if (urls.length > 0) {
    const bad = verbs.find((verb) => !["*", "get", "post", "put", "delete", "patch", "head", "options"].includes(verb));
    if (bad !== undefined) throw new Failure(`error: invalid verb: '${bad}' for nonResourceURL`);
    if (urls.some((url) => url !== "*" && !url.startsWith("/"))) throw new Failure("error: nonResourceURL should start with /");
    return [{ verbs, nonResourceURLs: urls }];
  }
  if (resources.length === 0) throw new Failure("error: at least one resource must be specified");
  const by = new Map<string, string[]>();
  for (const word of resources) {
    const [type, sub] = word.split("/");
    if (word === "*") {
      by.set("*", ["*"]);
      continue;
    }
    const k = await resourceKind(s, type!);
    for (const verb of verbs)
      if (specialVerbs[verb] && !specialVerbs[verb].includes(`${k.plural}.${k.group}`))
        throw new Failure(`error: can not perform '${verb}' on '${k.plural}' in group '${k.group}'`);
    by.set(k.group, [...(by.get(k.group) ?? []), sub ? `${k.plural}/${sub}` : k.plural]);
  }
  const names = flags.list("resource-name");
  return [...by].map(([group, list]) => ({
    apiGroups: [group],
    ...(names.length > 0 ? { resourceNames: names } : {}),
    resources: list,
    verbs,
  }));
}

const subjects = (_s: Session, flags: Flags): Obj[] => [
  ...flags.list("user").map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "User", name })),
  ...flags.list("group").map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name })),
  ...flags.list("serviceaccount").map((text) => {
    const [namespace, name] = text.split(":");
    if (!namespace || !name) throw new Failure("error: serviceaccount must be <namespace>:<name>");
    return { kind: "ServiceAccount", name, namespace };
  }),
];

const subjectFlags = { user: "words", group: "words", serviceaccount: "words" } as const;

/** The image's own name; one that cannot be a container's is made fit and gets a random ending (create_deployment.go). */
function containerName(s: Session, image: string): string {
  const name = image.split("/").at(-1)!.split(":")[0]!.split("@")[0]!;
  if (!/[_.]/.test(name)) return name;
  return `${name.replace(/[_.]/g, "-")}-${s.p.machine.random("kubectl").word(5)}`;
}

const workload = (s: Session, flags: Flags): Obj => {
  const images = flags.list("image");
  const command = flags.dash >= 0 ? flags.args.slice(flags.dash) : [];
  const ports = flags.number("port");
  return {
    containers: images.map((image) => ({
      image,
      name: containerName(s, image),
      resources: {},
      ...(command.length > 0 && images.length === 1 ? { command } : {}),
      ...(ports ? { ports: [{ containerPort: ports }] } : {}),
    })),
  };
};

const service =
  (type: string): Generator =>
  (s, flags, name) => {
    const tcp = flags.list("tcp");
    const headless = type === "ClusterIP" && flags.text("clusterip") === "None";
    if (tcp.length === 0 && !headless && type !== "ExternalName")
      throw new Failure("error: at least one tcp port specifier must be provided");
    const ports = tcp.map((text) => {
      const [port, target] = text.split(":");
      return {
        name: text.replace(":", "-"),
        port: Number(port),
        protocol: "TCP",
        targetPort: target === undefined ? Number(port) : /^\d+$/.test(target) ? Number(target) : target,
        ...(flags.number("node-port") ? { nodePort: flags.number("node-port") } : {}),
      };
    });
    return {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...meta(s, name), labels: { app: name } },
      spec: {
        ...(ports.length > 0 ? { ports } : {}),
        selector: { app: name },
        type,
        ...(flags.text("clusterip") ? { clusterIP: flags.text("clusterip") } : {}),
        ...(type === "ExternalName" ? { externalName: need(flags, "external-name") } : {}),
      },
      status: { loadBalancer: {} },
    };
  };

const generators: Record<
  string,
  { flags: Record<string, "string" | "list" | "words" | "bool" | "int" | "duration">; make: Generator; short?: Record<string, string> }
> = {
  namespace: {
    flags: {},
    make: (_s, _f, name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { creationTimestamp: null, name }, spec: {}, status: {} }),
  },
  configmap: {
    flags: dataFlags,
    make: (s, flags, name) => {
      const { data, binary } = literals(s, flags, name);
      return {
        apiVersion: "v1",
        ...(Object.keys(data).length > 0 ? { data } : {}),
        ...(Object.keys(binary).length > 0 ? { binaryData: binary } : {}),
        kind: "ConfigMap",
        metadata: meta(s, name),
      };
    },
  },
  serviceaccount: { flags: {}, make: (s, _f, name) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: meta(s, name) }) },
  deployment: {
    flags: { image: "list", replicas: "int", port: "int" },
    short: { r: "replicas" },
    make: (s, flags, name) => {
      if (flags.list("image").length === 0) throw new Failure('error: required flag(s) "image" not set');
      return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { ...meta(s, name), labels: { app: name } },
        spec: {
          replicas: flags.number("replicas") ?? 1,
          selector: { matchLabels: { app: name } },
          strategy: {},
          template: { metadata: { creationTimestamp: null, labels: { app: name } }, spec: workload(s, flags) },
        },
        status: {},
      };
    },
  },
  job: {
    flags: { image: "list", from: "string" },
    make: async (s, flags, name) => {
      const from = flags.text("from");
      if (from) {
        const [, cron] = from.split("/");
        if (!/^(cj|cronjobs?)(\.batch)?\//.test(from)) throw new Failure(`error: from must be an existing cronjob: ${from}`);
        const found = await s.get(await s.kind("cronjobs.batch"), cron!);
        return {
          apiVersion: "batch/v1",
          kind: "Job",
          metadata: {
            ...meta(s, name),
            annotations: {
              "cronjob.kubernetes.io/instantiate": "manual",
              ...(found.spec.jobTemplate.metadata?.annotations as Obj | undefined),
            },
            ...(found.spec.jobTemplate.metadata?.labels ? { labels: found.spec.jobTemplate.metadata.labels as Obj } : {}),
            ownerReferences: [
              {
                apiVersion: "batch/v1",
                kind: "CronJob",
                name: found.metadata.name as string,
                uid: found.metadata.uid as string,
                controller: true,
              },
            ],
          },
          spec: found.spec.jobTemplate.spec as Obj,
        };
      }
      if (flags.list("image").length === 0) throw new Failure("error: either --image or --from must be specified");
      return {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: meta(s, name),
        spec: {
          template: { metadata: { creationTimestamp: null }, spec: { ...named(workload(s, flags), name), restartPolicy: "Never" } },
        },
        status: {},
      };
    },
  },
  cronjob: {
    flags: { image: "list", schedule: "string", restart: "string" },
    make: (s, flags, name) => ({
      apiVersion: s.minor <= 20 ? "batch/v1beta1" : "batch/v1",
      kind: "CronJob",
      metadata: meta(s, name),
      spec: {
        jobTemplate: {
          metadata: meta(s, name, false),
          spec: {
            template: {
              metadata: { creationTimestamp: null },
              spec: { ...named(workload(s, flags), name), restartPolicy: flags.text("restart") ?? "OnFailure" },
            },
          },
        },
        schedule: need(flags, "schedule"),
      },
      status: {},
    }),
  },
  role: {
    flags: { verb: "list", resource: "list", "resource-name": "list" },
    make: async (s, flags, name) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: meta(s, name),
      rules: await rules(s, flags),
    }),
  },
  clusterrole: {
    flags: { verb: "list", resource: "list", "resource-name": "list", "non-resource-url": "list", "aggregation-rule": "string" },
    make: async (s, flags, name) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: meta(s, name, false),
      rules: await rules(s, flags),
    }),
  },
  rolebinding: {
    flags: { role: "string", clusterrole: "string", ...subjectFlags },
    make: (s, flags, name) => {
      const role = flags.text("role");
      const cluster = flags.text("clusterrole");
      if (!role === !cluster) throw new Failure("error: exactly one of clusterrole or role must be specified");
      return {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: meta(s, name),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: role ? "Role" : "ClusterRole", name: role ?? cluster },
        subjects: subjects(s, flags),
      };
    },
  },
  clusterrolebinding: {
    flags: { clusterrole: "string", ...subjectFlags },
    make: (s, flags, name) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: meta(s, name, false),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: need(flags, "clusterrole") },
      subjects: subjects(s, flags),
    }),
  },
  quota: {
    flags: { hard: "string", scopes: "string" },
    make: (s, flags, name) => ({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: meta(s, name),
      spec: {
        ...(flags.text("hard")
          ? {
              hard: Object.fromEntries(
                flags
                  .text("hard")!
                  .split(",")
                  .map((e) => e.split("=") as [string, string])
                  .map(([resource, amount]) => {
                    if (parseQuantity(amount) !== undefined) return [resource, amount];
                    throw new Failure(`error: ${quantityRule}`);
                  }),
              ),
            }
          : {}),
        ...(flags.text("scopes") ? { scopes: flags.text("scopes")!.split(",") } : {}),
      },
      status: {},
    }),
  },
  priorityclass: {
    flags: { value: "int", "global-default": "bool", description: "string", "preemption-policy": "string" },
    make: (s, flags, name) => ({
      apiVersion: "scheduling.k8s.io/v1",
      ...(flags.text("description") ? { description: flags.text("description") } : {}),
      ...(flags.bool("global-default") ? { globalDefault: true } : {}),
      kind: "PriorityClass",
      metadata: meta(s, name, false),
      preemptionPolicy: flags.text("preemption-policy") ?? "PreemptLowerPriority",
      value: flags.number("value") ?? 0,
    }),
  },
  poddisruptionbudget: {
    flags: { selector: "string", "min-available": "string", "max-unavailable": "string" },
    make: (s, flags, name) => {
      const [least, most] = [flags.text("min-available"), flags.text("max-unavailable")];
      if (!flags.text("selector")) throw new Failure("error: a selector must be specified");
      if (!least && !most) throw new Failure("error: one of min-available or max-unavailable must be specified");
      if (least && most) throw new Failure("error: min-available and max-unavailable cannot be both specified");
      const value = (text: string | undefined): unknown => (text !== undefined && /^\d+$/.test(text) ? Number(text) : text);
      return {
        apiVersion: s.minor <= 20 ? "policy/v1beta1" : "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: meta(s, name),
        spec: {
          ...(flags.text("min-available") ? { minAvailable: value(flags.text("min-available")) } : {}),
          ...(flags.text("max-unavailable") ? { maxUnavailable: value(flags.text("max-unavailable")) } : {}),
          selector: {
            matchLabels: Object.fromEntries(
              need(flags, "selector")
                .split(",")
                .map((e) => e.split("=") as [string, string]),
            ),
          },
        },
        status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
      };
    },
  },
  ingress: {
    flags: { rule: "words", class: "string", annotation: "words", "default-backend": "string" },
    make: (s, flags, name) => {
      const backend = (text: string): Obj => {
        const [service, port] = text.split(":");
        return { service: { name: service, port: /^\d+$/.test(port ?? "") ? { number: Number(port) } : { name: port } } };
      };
      const hosts = new Map<string, Obj[]>();
      const tls = new Map<string, Obj>();
      for (const text of flags.list("rule")) {
        const m = /^([^/=]*)(\/[^=]*)?=([^,]+)(?:,tls(?:=(.*))?)?$/.exec(text);
        if (!m) throw new Failure(`error: rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
        const [, host, path = "/", target, certificate] = m as unknown as [string, string, string | undefined, string, string | undefined];
        hosts.set(host, [
          ...(hosts.get(host) ?? []),
          { backend: backend(target), path: path.replace(/\*$/, ""), pathType: path.endsWith("*") ? "Prefix" : "Exact" },
        ]);
        if (/,tls(=|$)/.test(text)) tls.set(host, { hosts: [host], ...(certificate ? { secretName: certificate } : {}) });
      }
      if (hosts.size === 0 && !flags.text("default-backend"))
        throw new Failure(
          "error: not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
        );
      const annotations = Object.fromEntries(
        flags.list("annotation").map((text) => {
          const eq = text.indexOf("=");
          return [text.slice(0, eq), text.slice(eq + 1)];
        }),
      );
      return {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { ...meta(s, name), ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
        spec: {
          ...(flags.text("class") ? { ingressClassName: flags.text("class") } : {}),
          ...(flags.text("default-backend") ? { defaultBackend: backend(flags.text("default-backend")!) } : {}),
          ...(hosts.size > 0 ? { rules: [...hosts].map(([host, paths]) => ({ ...(host ? { host } : {}), http: { paths } })) } : {}),
          ...(tls.size > 0 ? { tls: [...tls.values()] } : {}),
        },
        status: { loadBalancer: {} },
      };
    },
  },
  "secret generic": {
    flags: { ...dataFlags, type: "string" },
    make: (s, flags, name) => {
      const { data, binary } = literals(s, flags);
      const all: Obj = { ...binary };
      for (const [k, v] of Object.entries(data)) all[k] = Buffer.from(String(v)).toString("base64");
      return {
        apiVersion: "v1",
        ...(Object.keys(all).length > 0 ? { data: all } : {}),
        kind: "Secret",
        metadata: meta(s, name),
        ...(flags.text("type") ? { type: flags.text("type") } : {}),
      };
    },
  },
  "secret tls": {
    flags: { cert: "string", key: "string" },
    make: (s, flags, name) => {
      const file = (path: string): string => {
        const text = s.p.fs.tryReadText(path);
        if (text === undefined) throw new Failure(`error: Cannot read file ${path}, open ${path}: no such file or directory`);
        return Buffer.from(text).toString("base64");
      };
      return {
        apiVersion: "v1",
        data: { "tls.crt": file(need(flags, "cert")), "tls.key": file(need(flags, "key")) },
        kind: "Secret",
        metadata: meta(s, name),
        type: "kubernetes.io/tls",
      };
    },
  },
  "secret docker-registry": {
    flags: { "docker-username": "string", "docker-password": "string", "docker-email": "string", "docker-server": "string" },
    make: (s, flags, name) => {
      const [username, password] = [need(flags, "docker-username"), need(flags, "docker-password")];
      const entry = {
        username,
        password,
        ...(flags.text("docker-email") ? { email: flags.text("docker-email") } : {}),
        auth: Buffer.from(`${username}:${password}`).toString("base64"),
      };
      return {
        apiVersion: "v1",
        data: {
          ".dockerconfigjson": Buffer.from(
            JSON.stringify({ auths: { [flags.text("docker-server") ?? "https://index.docker.io/v1/"]: entry } }),
          ).toString("base64"),
        },
        kind: "Secret",
        metadata: meta(s, name),
        type: "kubernetes.io/dockerconfigjson",
      };
    },
  },
  "service clusterip": { flags: { tcp: "list", clusterip: "string" }, make: service("ClusterIP") },
  "service nodeport": { flags: { tcp: "list", "node-port": "int" }, make: service("NodePort") },
  "service loadbalancer": { flags: { tcp: "list" }, make: service("LoadBalancer") },
  "service externalname": { flags: { tcp: "list", "external-name": "string" }, make: service("ExternalName") },
};

const named = (spec: Obj, name: string): Obj => ({ ...spec, containers: (spec.containers as Obj[]).map((c) => ({ ...c, name })) });

const aliases: Record<string, string> = {
  ns: "namespace",
  cm: "configmap",
  sa: "serviceaccount",
  deploy: "deployment",
  cj: "cronjob",
  pdb: "poddisruptionbudget",
  pc: "priorityclass",
  resourcequota: "quota",
  svc: "service",
  ing: "ingress",
};

export async function generate(p: Proc, argv: string[]): Promise<number> {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  let word = aliases[argv[at]!] ?? argv[at]!;
  let rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
  if (word === "token" && minorOf(p.state.version) >= 24) return token(p, rest);
  if (word === "secret" || word === "service") {
    const sub = rest.findIndex((a) => !a.startsWith("-"));
    word = `${word} ${rest[sub] ?? ""}`;
    rest = [...rest.slice(0, sub), ...rest.slice(sub + 1)];
  }
  const g = generators[word];
  if (!g) throw await unknownCommand(p, word, argv.filter((a) => !a.startsWith("-")).join(" "));
  const flags = parseFlags(p, `create ${word}`, rest, { ...changeFlags, ...g.flags }, g.short);
  const s = new Session(p, flags);
  // cobra looks at required flags before it calls the command
  if (word === "deployment") need(flags, "image");
  const names = flags.dash >= 0 ? flags.args.slice(0, flags.dash) : flags.args;
  if (names.length !== 1)
    throw new Failure(`error: exactly one NAME is required, got ${names.length}\nSee 'kubectl create ${word} -h' for help and examples`);
  const dry = await dryRunOf(s);
  const object = await g.make(s, flags, names[0]!);
  const kind =
    (await s.kinds()).find(
      (k) => k.kind === object.kind && (k.group === "" ? k.version : `${k.group}/${k.version}`) === object.apiVersion,
    ) ?? (await s.kind(String(object.kind).toLowerCase()));
  if (dry === "client") {
    await report(s, kind, object, "created", dry);
    return 0;
  }
  const namespace = kind.namespaced ? s.namespace : "";
  try {
    const sent = copy(object);
    if (kind.namespaced) sent.metadata.namespace = namespace;
    const body = await s.request("POST", s.path(kind, namespace), sent, { query: writeQuery(s, "kubectl-create", dry) });
    await report(s, kind, body, "created", dry);
  } catch (error) {
    const what = refusedWhat(word, s.minor);
    if (error instanceof ServerRefusal && what !== undefined) throw new Failure(`error: failed to create ${what} ${error.detail}`);
    throw error;
  }
  return 0;
}

async function unknownCommand(p: Proc, word: string, all: string): Promise<Failure> {
  const [first] = word.split(" ");
  const own = first === "secret" || first === "service" ? ` ${first}` : "";
  if (own !== "" && all === first) return p.notSimulated(`kubectl create${own} without a subcommand`);
  const shown = own === "" ? all : all.slice(first!.length + 1);
  const help = `See 'kubectl create${own} -h' for help and examples`;
  const minor = minorOf(p.state.version);
  if (own !== "") return new Failure(`error: unknown command ${JSON.stringify(shown)}\n${help}`);
  if (minor > 20) return new Failure(`error: Unexpected args: [${shown}]\n${help}`);
  await p.err("Error: must specify one of -f and -k\n\n");
  return new Failure(`error: unknown command ${JSON.stringify(shown)}\n${help}`);
}

/** What "failed to create" names, with its colon where there is one; undefined where the server's words are passed on. */
function refusedWhat(word: string, minor: number): string | undefined {
  const [first, type] = word.split(" ");
  if (first === "deployment") return "deployment:";
  if (first === "service")
    return `${{ nodeport: "NodePort", loadbalancer: "LoadBalancer", externalname: "ExternalName" }[type!] ?? "ClusterIP"} service:`;
  if (minor < 21 && first !== "cronjob") return undefined;
  if (["namespace", "role", "clusterrole"].includes(first!)) return undefined;
  return first === "secret" ? "secret" : `${first === "poddisruptionbudget" ? "poddisruptionbudgets" : first!}:`;
}

async function token(p: Proc, argv: string[]): Promise<number> {
  const flags = parseFlags(p, "create token", argv, {
    ...changeFlags,
    audience: "list",
    duration: "string",
    "bound-object-kind": "string",
    "bound-object-name": "string",
    "bound-object-uid": "string",
  });
  const s = new Session(p, flags);
  const [name] = flags.args;
  if (!name) throw new Failure("error: exactly one NAME is required, got 0\nSee 'kubectl create token -h' for help and examples");
  const kind = await s.kind("serviceaccounts");
  const seconds = flags.text("duration") ? durationMs(flags.text("duration")) / 1000 : undefined;
  try {
    const body = await s.request("POST", s.path(kind, s.namespace, name, "token"), {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { creationTimestamp: null },
      spec: {
        audiences: flags.list("audience"),
        ...(seconds ? { expirationSeconds: seconds } : {}),
        ...(flags.text("bound-object-name")
          ? {
              boundObjectRef: {
                kind: flags.text("bound-object-kind"),
                apiVersion: "v1",
                name: flags.text("bound-object-name"),
                ...(flags.text("bound-object-uid") ? { uid: flags.text("bound-object-uid") } : {}),
              },
            }
          : {}),
      },
    });
    if (flags.text("output")) await report(s, kind, body, "");
    else await p.out(`${body.status.token}\n`);
  } catch (error) {
    if (error instanceof ServerRefusal) throw new Failure(`error: failed to create token: ${error.detail}`);
    throw error;
  }
  return 0;
}
