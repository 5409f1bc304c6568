/** version, cluster-info, api-resources, api-versions. */
import type { Obj } from "../../../core/json.ts";
import { versionInfo } from "../../apiserver/discovery.ts";
import { tabulate } from "../columns.ts";
import { Failure, transportText } from "../failure.ts";
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
