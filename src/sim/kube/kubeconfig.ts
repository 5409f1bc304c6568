/** Kubeconfig files: parsing, merging, and what a context means (k8s.io/client-go/tools/clientcmd). */
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import { parseYamlOnce, YamlError } from "../core/yaml.ts";
import type { Proc } from "../kernel/proc.ts";
import { checkKeyPair } from "../pki/index.ts";
import { minorOf } from "./control/releases.ts";

/** A kubeconfig that cannot be used; `message` is client-go's. */
export class KubeconfigError extends Error {}

export interface ClientConfig {
  server: string;
  /** PEM; undefined: the machine's trust store. */
  ca?: string;
  insecure: boolean;
  serverName?: string;
  certificate?: string;
  key?: string;
  token?: string;
  /** File that holds the token; read with every request. */
  tokenFile?: string;
  namespace?: string;
  impersonate?: string;
  impersonateGroups?: string[];
  user: string;
}

/** Go's text of an error in reading a file. */
export function openError(path: string, error: unknown): string {
  if (!(error instanceof Errno)) throw error;
  return `open ${path}: ${error.text[0]!.toLowerCase()}${error.text.slice(1)}`;
}

/** Reads one file. Throws Errno when it is not there, KubeconfigError when it is damaged. */
export function readKubeconfig(p: Proc, path: string): Obj {
  let text: string;
  try {
    text = p.fs.readText(path);
  } catch (error) {
    if (error instanceof Errno && error.code === "ENOENT") throw error;
    throw new KubeconfigError(`error loading config file "${path}": ${openError(path, error)}`);
  }
  return parseKubeconfig(p, text, path);
}

function parseKubeconfig(p: Proc, text: string, path: string): Obj {
  let document: unknown;
  try {
    document = parseYamlOnce(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubeconfigError(`error loading config file "${path}": yaml: ${error.message}`);
  }
  if (document === null || document === undefined) return {};
  if (typeof document !== "object" || Array.isArray(document))
    throw new KubeconfigError(
      `error loading config file "${path}": couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(document) ? "array" : typeof document} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  const config = document as Obj;
  if ((config.kind !== undefined && config.kind !== "Config") || (config.apiVersion !== undefined && config.apiVersion !== "v1")) {
    // a scheme is named after the line that makes it, in today's builds a line of apimachinery
    const scheme = minorOf(p.state.version) < 24 ? "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50" : "pkg/runtime/scheme.go:110";
    throw new KubeconfigError(
      `error loading config file "${path}": no kind "${config.kind ?? ""}" is registered for version "${config.apiVersion ?? ""}" in scheme "${scheme}"`,
    );
  }
  return config;
}

const named = (list: unknown, name: string, field: string): Obj | undefined =>
  ((list ?? []) as Obj[]).find((e) => e.name === name)?.[field] as Obj | undefined;

const decode64 = (text: unknown): string | undefined =>
  typeof text === "string" && text !== "" ? Buffer.from(text, "base64").toString() : undefined;

export interface Overrides {
  context?: string;
  cluster?: string;
  user?: string;
  server?: string;
  insecure?: boolean;
  ca?: string;
  token?: string;
  clientCertificate?: string;
  clientKey?: string;
  serverName?: string;
  namespace?: string;
  as?: string;
  asGroups?: string[];
}

/** What the current (or another) context connects to. `folder`: where relative file names start. Throws KubeconfigError. */
export function clientConfig(p: Proc, config: Obj, folder: string, o: Overrides = {}): ClientConfig {
  const contextName = o.context ?? (config["current-context"] as string | undefined) ?? "";
  const context = contextName === "" ? undefined : named(config.contexts, contextName, "context");
  if (contextName !== "" && !context && o.context !== undefined)
    throw new KubeconfigError(`context was not found for specified context: ${contextName}`);
  const clusterName = o.cluster ?? (context?.cluster as string | undefined) ?? "";
  const cluster = named(config.clusters, clusterName, "cluster");
  if (o.cluster !== undefined && !cluster) throw new KubeconfigError(`cluster "${o.cluster}" does not exist`);
  const userName = o.user ?? (context?.user as string | undefined) ?? "";
  const user = named(config.users, userName, "user");
  if (o.user !== undefined && !user) throw new KubeconfigError(`auth info "${o.user}" does not exist`);
  const file = (path: string, what: string): string => {
    const full = path.startsWith("/") ? path : `${folder}/${path}`;
    try {
      return p.fs.readText(full);
    } catch (error) {
      throw new KubeconfigError(
        `invalid configuration: [unable to read ${what} ${full} for ${what === "certificate-authority" ? clusterName : userName} due to ${openError(full, error)}]`.replace(
          /^invalid configuration: \[(.*)\]$/,
          "invalid configuration: [$1]",
        ),
      );
    }
  };
  const ca = o.ca
    ? file(o.ca, "certificate-authority")
    : (decode64(cluster?.["certificate-authority-data"]) ??
      (cluster?.["certificate-authority"] ? file(String(cluster["certificate-authority"]), "certificate-authority") : undefined));
  const certificate = o.clientCertificate
    ? file(o.clientCertificate, "client-cert")
    : (decode64(user?.["client-certificate-data"]) ??
      (user?.["client-certificate"] ? file(String(user["client-certificate"]), "client-cert") : undefined));
  const key = o.clientKey
    ? file(o.clientKey, "client-key")
    : (decode64(user?.["client-key-data"]) ?? (user?.["client-key"] ? file(String(user["client-key"]), "client-key") : undefined));
  if (certificate !== undefined || key !== undefined) {
    const bad = checkKeyPair(certificate ?? "", key ?? "");
    if (bad !== undefined) throw new KubeconfigError(bad);
  }
  if (user?.exec || user?.["auth-provider"]) p.notSimulated("kubeconfig: exec and auth-provider plugins");
  const tokenFile = user?.tokenFile as string | undefined;
  const token = o.token ?? (user?.token as string | undefined);
  const insecure = o.insecure ?? cluster?.["insecure-skip-tls-verify"] === true;
  if (insecure && ca !== undefined && o.insecure === undefined)
    throw new KubeconfigError("specifying a root certificates file with the insecure flag is not allowed");
  let server = o.server ?? (cluster?.server as string | undefined) ?? "";
  if (server !== "" && !server.includes("://")) server = `${/:(443|6443)$/.test(server) ? "http" : "http"}://${server}`;
  return {
    server: server.replace(/\/$/, ""),
    ...(ca !== undefined && !insecure ? { ca } : {}),
    insecure,
    ...((o.serverName ?? cluster?.["tls-server-name"]) ? { serverName: o.serverName ?? String(cluster?.["tls-server-name"]) } : {}),
    ...(certificate !== undefined ? { certificate } : {}),
    ...(key !== undefined ? { key } : {}),
    ...(token !== undefined ? { token } : {}),
    ...(token === undefined && tokenFile ? { tokenFile } : {}),
    ...((o.namespace ?? context?.namespace) !== undefined ? { namespace: o.namespace ?? String(context?.namespace) } : {}),
    ...(o.as ? { impersonate: o.as } : user?.as ? { impersonate: String(user.as) } : {}),
    ...(o.asGroups?.length ? { impersonateGroups: o.asGroups } : {}),
    user: userName,
  };
}
