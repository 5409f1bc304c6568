/** version, cluster-info, api-resources, api-versions, explain. */
import type { Obj } from "../../../core/json.ts";
import { versionInfo } from "../../apiserver/discovery.ts";
import { tabulate } from "../columns.ts";
import { Failure, TransportFailure, transportText } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { toJson } from "../output.ts";
import { apiVersionOf, objectOf, resourceName, Session, type Kind } from "../session.ts";
import { toYaml } from "../yaml-out.ts";
import type { Command } from "./command.ts";

/** Kustomize built into each minor of kubectl (its go.mod). */
const kustomize: Record<number, string> = {
  24: "v4.5.4",
  25: "v4.5.7",
  26: "v4.5.7",
  27: "v5.0.1",
  28: "v5.0.4-0.20230601165947-6ce0bf390ce3",
  29: "v5.0.4-0.20230601165947-6ce0bf390ce3",
  30: "v5.0.4-0.20230601165947-6ce0bf390ce3",
  31: "v5.4.2",
  32: "v5.5.0",
  33: "v5.6.0",
  34: "v5.7.1",
  35: "v5.7.1",
  36: "v5.8.1",
};

const goStruct = (v: Obj): string =>
  `version.Info{Major:"${v.major}", Minor:"${v.minor}", GitVersion:"${v.gitVersion}", GitCommit:"${v.gitCommit}", GitTreeState:"${v.gitTreeState}", BuildDate:"${v.buildDate}", GoVersion:"${v.goVersion}", Compiler:"${v.compiler}", Platform:"${v.platform}"}`;

export const version: Command = async (p, argv) => {
  const minor = new Session(p, parseFlags(p, "version", [], {})).minor;
  const flags = parseFlags(
    p,
    "version",
    argv,
    { client: "bool", output: "string", ...(minor < 28 ? { short: "bool" as const } : {}) },
    { o: "output" },
  );
  const s = new Session(p, flags);
  const {
    emulationMajor: _a,
    emulationMinor: _b,
    minCompatibilityMajor: _c,
    minCompatibilityMinor: _d,
    ...own
  } = versionInfo(p.state.version);
  let server: Obj | undefined;
  let failure: string | undefined;
  if (!flags.bool("client")) {
    const result = await s.attempt("GET", "/version?timeout=32s");
    if (!result.ok) failure = transportText(s.config.server, result);
    else {
      try {
        server = objectOf(result.response);
      } catch (error) {
        failure = (error as Error).message;
      }
    }
  }
  const output = flags.text("output");
  const kustomizeVersion = kustomize[minor];
  if (output === "yaml" || output === "json") {
    const object: Obj = {
      clientVersion: own,
      ...(kustomizeVersion ? { kustomizeVersion } : {}),
      ...(server ? { serverVersion: server } : {}),
    };
    await p.out(output === "yaml" ? `${toYaml(object)}\n` : toJson(object));
  } else if (output !== undefined) throw new Failure(`error: --output must be 'yaml' or 'json'`);
  else if (minor >= 28 || flags.bool("short")) {
    await p.out(
      `Client Version: ${own.gitVersion}\n${kustomizeVersion ? `Kustomize Version: ${kustomizeVersion}\n` : ""}${server ? `Server Version: ${server.gitVersion}\n` : ""}`,
    );
    const skew = server ? Math.abs(Number(server.minor) - minor) : 0;
    if (skew > 1)
      await p.err(
        `${s.minor >= 34 ? "Warning" : "WARNING"}: version difference between client (1.${minor}) and server (1.${server!.minor}) exceeds the supported minor version skew of +/-1\n`,
      );
  } else
    await p.out(
      `Client Version: ${goStruct(own)}\n${kustomizeVersion ? `Kustomize Version: ${kustomizeVersion}\n` : ""}${server ? `Server Version: ${goStruct(server)}\n` : ""}`,
    );
  if (failure !== undefined) throw new Failure(failure);
  return 0;
};

export const clusterInfo: Command = async (p, argv) => {
  const flags = parseFlags(p, "cluster-info", argv, {});
  const s = new Session(p, flags);
  if (flags.args[0] === "dump") p.notSimulated("kubectl cluster-info dump");
  const tail = "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n";
  try {
    const kind = await s.kind("services");
    const list = await s.request("GET", s.path(kind, "kube-system"), undefined, {
      query: { labelSelector: "kubernetes.io/cluster-service=true" },
    });
    // 1.20 asks TERM only, and colours what goes into a file, too
    const able = !["", "dumb"].includes(p.env.TERM ?? "");
    const bold = able && (s.minor <= 20 || p.fds.get(1)?.isTerminal === true);
    const line = (name: string, link: string): string =>
      bold ? `\x1b[0;32m${name}\x1b[0m is running at \x1b[0;33m${link}\x1b[0m\n` : `${name} is running at ${link}\n`;
    await p.out(line("Kubernetes control plane", s.config.server));
    for (const o of list.items as Obj[]) {
      const [port] = (o.spec.ports ?? []) as Obj[];
      const name = String(o.metadata.labels?.["kubernetes.io/name"] ?? o.metadata.name);
      await p.out(
        line(
          name,
          `${s.config.server}/api/v1/namespaces/${o.metadata.namespace}/services/${o.metadata.name}${port?.name ? `:${port.name}` : ""}/proxy`,
        ),
      );
    }
    await p.out(tail);
    return 0;
  } catch (error) {
    await p.out(tail);
    throw error;
  }
};

export const apiVersions: Command = async (p, argv) => {
  const s = new Session(p, parseFlags(p, "api-versions", argv, {}));
  const all = [...new Set((await s.kinds(true)).map(apiVersionOf))].toSorted();
  await p.out(all.map((v) => `${v}\n`).join(""));
  return 0;
};

export const apiResources: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "api-resources",
    argv,
    {
      "api-group": "string",
      namespaced: "bool",
      verbs: "list",
      "no-headers": "bool",
      output: "string",
      cached: "bool",
      categories: "list",
      "sort-by": "string",
    },
    { o: "output" },
  );
  const s = new Session(p, flags);
  const group = flags.text("api-group");
  const scoped = flags.maybe("namespaced");
  const output = flags.text("output") ?? "";
  const list = (await s.kinds(true)).filter(
    (k) =>
      k.preferred &&
      (group === undefined || k.group === group) &&
      (scoped === undefined || k.namespaced === scoped) &&
      flags.list("verbs").every((v) => k.verbs.includes(v)) &&
      flags.list("categories").every((c) => k.categories.includes(c)),
  );
  const by = flags.text("sort-by");
  const order = (k: Kind): string => (by === "name" ? k.plural : by === "kind" ? k.kind : `${k.group}\0${k.plural}`);
  list.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  if (output === "name") await p.out(list.map((k) => `${resourceName(k)}\n`).join(""));
  else if (output === "" || output === "wide")
    await p.out(
      tabulate([
        ...(flags.bool("no-headers")
          ? []
          : [["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", ...(output === "wide" ? ["VERBS", "CATEGORIES"] : [])]]),
        ...list.map((k) => [
          k.plural,
          k.short.join(","),
          apiVersionOf(k),
          String(k.namespaced),
          k.kind,
          ...(output === "wide" ? [k.verbs.join(","), k.categories.join(",")] : []),
        ]),
      ]),
    );
  else throw new Failure(`error: --output ${output} is not available`);
  return 0;
};

export const explain: Command = async (p, argv) => {
  const flags = parseFlags(p, "explain", argv, { recursive: "bool", "api-version": "string", output: "string" });
  const s = new Session(p, flags);
  const [word] = flags.args;
  if (!word)
    throw new Failure(
      'error: You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  const [type, ...path] = word.split(".");
  const k = await s.kind(type!).catch((error: unknown) => {
    // explain prints this one without "error:"
    throw error instanceof Failure ? new Failure(error.message.replace(/^error: (the server doesn't have)/, "$1")) : error;
  });
  const result = await s.attempt("GET", `/openapi/v3/${k.group === "" ? "api" : `apis/${k.group}`}/${k.version}`);
  if (!result.ok) throw new TransportFailure(transportText(s.config.server, result));
  const schemas = (objectOf(result.response).components?.schemas ?? {}) as Record<string, Obj>;
  const resolve = (o: Obj | undefined): Obj | undefined => {
    const ref = (o?.$ref ?? o?.allOf?.[0]?.$ref) as string | undefined;
    return ref ? schemas[ref.split("/").at(-1)!] : o;
  };
  let node = Object.values(schemas).find((x) =>
    ((x["x-kubernetes-group-version-kind"] ?? []) as Obj[]).some(
      (g) => g.group === k.group && g.version === k.version && g.kind === k.kind,
    ),
  );
  let typeName = k.kind;
  let field: Obj | undefined;
  for (const part of path) {
    const inner = node?.type === "array" ? resolve(node.items as Obj) : node;
    field = (inner?.properties as Obj | undefined)?.[part] as Obj | undefined;
    if (!field) throw new Failure(`error: field ${JSON.stringify(part)} does not exist`);
    typeName = shownType(field);
    node = resolve(field);
    if (node?.type === "array") node = resolve(node.items as Obj) ?? node;
  }
  const lines = [...(k.group === "" ? [] : [`GROUP:      ${k.group}`]), `KIND:       ${k.kind}`, `VERSION:    ${k.version}`, ""];
  if (path.length > 0) lines.push(`FIELD: ${path.at(-1)} <${typeName}>`, "", "");
  lines.push("DESCRIPTION:", `    ${String(field?.description ?? node?.description ?? "<empty>")}`);
  const print = (o: Obj | undefined, indent: string): void => {
    const required = (o?.required ?? []) as string[];
    for (const [name, value] of Object.entries((o?.properties ?? {}) as Record<string, Obj>).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      lines.push(`${indent}${name}\t<${shownType(value)}>${required.includes(name) ? " -required-" : ""}`);
      if (flags.bool("recursive")) {
        const next = resolve(value.type === "array" ? (value.items as Obj) : value);
        if (indent.length < 24) print(next, `${indent}  `);
      } else lines.push(`${indent}  ${String(value.description ?? "<no description>")}`, "");
    }
  };
  if (node?.properties) {
    lines.push("", "FIELDS:");
    print(node, "  ");
  }
  await p.out(`${lines.join("\n")}\n`);
  return 0;
};

function shownType(f: Obj): string {
  const ref = (f.$ref ?? f.allOf?.[0]?.$ref) as string | undefined;
  if (ref) return ref.split(".").at(-1)!;
  if (f.type === "array") return `[]${shownType((f.items ?? {}) as Obj)}`;
  if (f.additionalProperties) return `map[string]${shownType(f.additionalProperties as Obj)}`;
  return f.type === "object" ? "Object" : String(f.type ?? (f.oneOf ? "IntOrString" : "Object"));
}
