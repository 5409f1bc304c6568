/** What every command works with: configuration, client, discovery, and lookups by what users type. */
import { Errno } from "../../core/errno.ts";
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { klogLine } from "../apiserver/klog.ts";
import { Client, configClient, type RawResponse, type RawResult } from "../client.ts";
import { clientConfig, KubeconfigError, openError, readKubeconfig, type ClientConfig } from "../kubeconfig.ts";
import { Failure, ServerRefusal, statusText, TransportFailure, transportText } from "./failure.ts";
import type { Flags } from "./flags.ts";

/** A served resource as discovery tells it. */
export interface Kind {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  short: string[];
  categories: string[];
  namespaced: boolean;
  verbs: string[];
  preferred: boolean;
  /** It has the subresource scale. */
  scales: boolean;
}

export const apiVersionOf = (k: { group: string; version: string }): string => (k.group === "" ? k.version : `${k.group}/${k.version}`);
export const resourceName = (k: { group: string; plural: string }): string => (k.group === "" ? k.plural : `${k.plural}.${k.group}`);
/** `deployment.apps/web`. */
export const objectName = (k: Kind, name: string): string => `${k.kind.toLowerCase()}${k.group === "" ? "" : `.${k.group}`}/${name}`;

export class Session {
  readonly p: Proc;
  readonly flags: Flags;
  #config: ClientConfig | undefined;
  #client: Client | undefined;
  #kinds: Kind[] | undefined;

  constructor(p: Proc, flags: Flags) {
    this.p = p;
    this.flags = flags;
  }

  get minor(): number {
    return Number(this.p.state.version.replace(/^v/, "").split(".")[1] ?? "35");
  }

  // --- configuration

  /** Files that are read, in order; the flag's file must exist. */
  configPaths(): { paths: string[]; explicit: boolean } {
    const flag = this.flags.text("kubeconfig");
    if (flag) return { paths: [this.p.fs.absolute(flag)], explicit: true };
    const env = this.p.env.KUBECONFIG;
    if (env)
      return {
        paths: env
          .split(":")
          .filter((x) => x !== "")
          .map((x) => this.p.fs.absolute(x)),
        explicit: false,
      };
    return { paths: [`${this.p.env.HOME ?? "/"}/.kube/config`], explicit: false };
  }

  /** All files merged: the first to set something wins. */
  rawConfig(): { config: Obj; folder: string; found: boolean } {
    const { paths, explicit } = this.configPaths();
    const merged: Obj = {};
    let folder = "/";
    let found = false;
    for (const path of paths) {
      let one: Obj;
      try {
        one = readKubeconfig(this.p, path);
      } catch (error) {
        if (error instanceof KubeconfigError) throw new Failure(`error: ${error.message}`);
        if (!(error instanceof Errno)) throw error;
        if (explicit) throw new Failure(`error: ${openError(path, error).replace(/^open /, "stat ")}`);
        continue;
      }
      if (!found) folder = path.slice(0, path.lastIndexOf("/")) || "/";
      found = true;
      for (const list of ["clusters", "users", "contexts"]) {
        const before = (merged[list] ?? []) as Obj[];
        merged[list] = [...before, ...((one[list] ?? []) as Obj[]).filter((e) => !before.some((b) => b.name === e.name))];
      }
      merged["current-context"] ||= one["current-context"];
    }
    return { config: merged, folder, found };
  }

  get config(): ClientConfig {
    if (this.#config) return this.#config;
    const { config, folder } = this.rawConfig();
    const f = this.flags;
    let made: ClientConfig;
    try {
      made = clientConfig(this.p, config, folder, {
        context: f.global("context"),
        cluster: f.global("cluster"),
        user: f.global("user"),
        server: f.global("server"),
        insecure: f.maybe("insecure-skip-tls-verify"),
        ca: f.global("certificate-authority"),
        token: f.global("token"),
        clientCertificate: f.global("client-certificate"),
        clientKey: f.global("client-key"),
        serverName: f.global("tls-server-name"),
        as: f.global("as"),
        asGroups: f.list("as-group"),
      });
    } catch (error) {
      if (!(error instanceof KubeconfigError)) throw error;
      // checkErr of kubectl names an invalid configuration otherwise than other errors
      const invalid = /^(?:invalid configuration: \[(.*)\]|(context was not found .*))$/s.exec(error.message);
      throw new Failure(invalid ? `Error in configuration: ${invalid[1] ?? invalid[2]}` : `error: ${error.message}`);
    }
    const account = "/var/run/secrets/kubernetes.io/serviceaccount";
    if (made.server === "") {
      // nothing configured: a pod's service account, else localhost
      if (this.p.env.KUBERNETES_SERVICE_HOST && this.p.fs.exists(`${account}/token`)) {
        const ca = this.p.fs.tryReadText(`${account}/ca.crt`);
        made = {
          ...made,
          server: `https://${this.p.env.KUBERNETES_SERVICE_HOST}:${this.p.env.KUBERNETES_SERVICE_PORT ?? "443"}`,
          tokenFile: `${account}/token`,
          ...(ca === undefined ? {} : { ca }),
          namespace: this.p.fs.tryReadText(`${account}/namespace`) ?? "default",
        };
      } else made.server = "http://localhost:8080";
    }
    return (this.#config = made);
  }

  get namespace(): string {
    return this.flags.text("namespace") || this.config.namespace || "default";
  }

  get client(): Client {
    return (this.#client ??= configClient(this.p, this.config, "kubectl"));
  }

  // --- requests

  #identified = false;
  /** Without any credentials client-go asks for a name and a password (clientcmd/client_config.go, canIdentifyUser). */
  async #identify(): Promise<void> {
    if (this.#identified) return;
    this.#identified = true;
    const { server, certificate, token, tokenFile } = this.config;
    if (!server.startsWith("https://") || certificate || token || tokenFile) return;
    if (this.flags.text("username") || this.flags.text("password")) this.p.notSimulated("kubectl --username and --password");
    await this.p.out("Please enter Username: ");
    const typed = await this.p.read(0);
    if (typed.length === 0) throw new Failure("error: EOF");
    this.p.notSimulated("kubectl with a name and a password");
  }

  /** How long the command waits for an answer that does not come. */
  #patience(after: number): number {
    const wanted = this.flags.text("request-timeout");
    const m = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(wanted ?? "");
    const limit = m && Number(m[1]) > 0 ? Number(m[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[m[2] ?? "s"]! : 30_000;
    return Math.min(Number.isFinite(after) ? after : limit, limit);
  }

  /** A request that may wait in virtual time; failures are returned. */
  async attempt(
    method: string,
    path: string,
    body?: unknown,
    options: { contentType?: string; headers?: Record<string, string>; query?: Record<string, string> } = {},
  ): Promise<RawResult> {
    await this.#identify();
    const result = this.client.raw(method, path, body, options);
    if (!result.ok) {
      const wait = this.#patience(result.after);
      if (wait > 0) await this.p.sleep(wait);
    } else {
      await this.p.sleep(Number(result.response.headers["x-after"] ?? 0) || 2);
      const { warning } = result.response.headers;
      if (warning) for (const m of warning.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)) await this.warn(String(JSON.parse(m[1]!)));
    }
    return result;
  }

  readonly #warned = new Set<string>();
  async warn(text: string): Promise<void> {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    await this.p.err(`Warning: ${text}\n`);
  }

  /** The answer's object; throws ServerRefusal or TransportFailure. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    options: { contentType?: string; headers?: Record<string, string>; query?: Record<string, string> } = {},
  ): Promise<Obj> {
    const result = await this.attempt(method, path, body, options);
    if (!result.ok) throw new TransportFailure(transportText(this.config.server, result));
    return objectOf(result.response, this.minor, asked(method, path));
  }

  // --- discovery

  #cacheFile(): string {
    const host = this.config.server.replace(/^https?:\/\//, "").replace(/[^A-Za-z0-9.]/g, "_");
    return `${this.flags.text("cache-dir") ?? `${this.p.env.HOME ?? "/"}/.kube/cache`}/discovery/${host}/servergroups.json`;
  }

  async kinds(fresh = false): Promise<Kind[]> {
    if (this.#kinds && !fresh) return this.#kinds;
    const file = this.#cacheFile();
    const there = this.p.fs.tryStat(file);
    const ttl = this.minor >= 25 ? 6 * 3_600_000 : 600_000;
    if (!fresh && there && this.p.now - there.mtime < ttl) {
      try {
        return (this.#kinds = JSON.parse(this.p.fs.readText(file)) as Kind[]);
      } catch {
        // a damaged cache is read anew
      }
    }
    const kinds = await this.#discover();
    try {
      this.p.fs.mkdirp(file.slice(0, file.lastIndexOf("/")), 0o750);
      this.p.fs.write(file, JSON.stringify(kinds), { mode: 0o640 });
    } catch (error) {
      if (!(error instanceof Errno)) throw error; // a cache that cannot be written is done without
    }
    return (this.#kinds = kinds);
  }

  async #discover(): Promise<Kind[]> {
    const accept =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
    const first = await this.#discoveryRequest("/api", accept);
    const second = objectOf(must(this, await this.attempt("GET", "/apis", undefined, { headers: { accept } })));
    if (first.kind === "APIGroupDiscoveryList") return preferFirst([...aggregated(first), ...aggregated(second)]);
    const kinds: Kind[] = [];
    const groups: { name: string; versions: string[] }[] = [
      { name: "", versions: (first.versions ?? ["v1"]) as string[] },
      ...((second.groups ?? []) as Obj[]).map((g) => ({
        name: String(g.name),
        versions: (g.versions as Obj[]).map((v) => String(v.version)),
      })),
    ];
    for (const g of groups)
      for (const [i, version] of g.versions.entries()) {
        const result = await this.attempt("GET", g.name === "" ? `/api/${version}` : `/apis/${g.name}/${version}`);
        if (!result.ok || result.response.code !== 200) continue;
        const all = (objectOf(result.response).resources ?? []) as Obj[];
        for (const r of all) {
          if (String(r.name).includes("/")) continue;
          kinds.push({
            group: g.name,
            version,
            plural: String(r.name),
            singular: String(r.singularName ?? ""),
            kind: String(r.kind),
            short: (r.shortNames ?? []) as string[],
            categories: (r.categories ?? []) as string[],
            namespaced: r.namespaced === true,
            verbs: r.verbs as string[],
            preferred: i === 0,
            scales: all.some((x) => x.name === `${r.name}/scale`),
          });
        }
      }
    return preferFirst(kinds);
  }

  /** kubectl tries discovery several times and says so each time (1.24 and newer: memcache.go). */
  async #discoveryRequest(path: string, accept: string): Promise<Obj> {
    const tries = this.minor >= 24 ? 5 : 1;
    for (let i = 1; ; i++) {
      const result = await this.attempt("GET", `${path}?timeout=32s`, undefined, { headers: { accept } });
      if (result.ok && result.response.code < 300) return objectOf(result.response);
      const detail = result.ok
        ? result.response.code === 401
          ? "the server has asked for the client to provide credentials"
          : objectText(result.response) || `unknown (get ${path})`
        : `Get "${this.config.server}${path}?timeout=32s": ${result.message}`;
      if (this.minor >= 24) {
        const text = `couldn't get current server API group list: ${detail}`;
        const d = klogLine(
          this.p,
          "E",
          "memcache.go:265",
          this.minor >= 32 ? `"Unhandled Error" err=${JSON.stringify(text)}` : text,
        ).replace("       1 memcache", `${String(this.p.pid).padStart(8)} memcache`);
        await this.p.err(`${d}\n`);
      }
      if (i < tries) continue;
      if (!result.ok) throw new TransportFailure(transportText(this.config.server, result));
      if (result.response.code === 401)
        throw new Failure(
          `error: You must be logged in to the server (${this.minor >= 24 ? "the server has asked for the client to provide credentials" : "Unauthorized"})`,
        );
      objectOf(result.response);
    }
  }

  /** The kind that a word means: plural, singular, short name, kind, with or without version and group. */
  async kind(word: string): Promise<Kind> {
    const find = (kinds: Kind[]): Kind | undefined => {
      const lower = word.toLowerCase();
      const [first, ...rest] = lower.split(".");
      const named = (k: Kind, name: string): boolean =>
        k.plural === name || k.singular === name || k.short.includes(name) || k.kind.toLowerCase() === name;
      const whole = kinds.filter((k) => named(k, lower));
      const list =
        whole.length > 0
          ? whole
          : kinds.filter(
              (k) =>
                named(k, first!) &&
                rest.length > 0 &&
                (k.group === rest.join(".") || `${k.version}.${k.group}` === rest.join(".") || k.group.startsWith(`${rest.join(".")}.`)),
            );
      return list.find((k) => k.preferred && (k.plural === first || k.singular === first)) ?? list.find((k) => k.preferred) ?? list[0];
    };
    const found = find(await this.kinds()) ?? find(await this.kinds(true));
    if (!found) throw new Failure(`error: the server doesn't have a resource type ${JSON.stringify(word)}`);
    return found;
  }

  async kindOf(apiVersion: string, kind: string): Promise<Kind | undefined> {
    // without a version any will do for the mapper, and the server is asked for none
    if (apiVersion === "") return this.kindOf("v1", kind).then((k) => k && { ...k, version: "" });
    // the mapper knows each kind in lower case, too (restmapper/discovery.go); the server does not
    const fits = (k: Kind): boolean => apiVersionOf(k) === apiVersion && (k.kind === kind || k.kind.toLowerCase() === kind);
    return (await this.kinds()).find(fits) ?? (await this.kinds(true)).find(fits);
  }

  path(k: Kind, namespace: string, name = "", subresource = ""): string {
    const base = k.group === "" ? `/api/${k.version}` : `/apis/${k.group}/${k.version}`;
    return `${base}${k.namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : ""}/${k.plural}${name === "" ? "" : `/${encodeURIComponent(name)}`}${subresource === "" ? "" : `/${subresource}`}`;
  }

  get(k: Kind, name: string, namespace = this.namespace): Promise<Obj> {
    return this.request("GET", this.path(k, namespace, name));
  }
}

export function must(s: Session, result: RawResult): RawResponse {
  if (!result.ok) throw new TransportFailure(transportText(s.config.server, result));
  return result.response;
}

function objectText(r: RawResponse): string {
  const o = r.object as Obj | undefined;
  return o?.kind === "Status" ? String(o.message) : r.body.trim();
}

/** A refusal that is none of an API server's (k8s.io/apimachinery/pkg/api/errors, NewGenericServerResponse). */
const unexplained = "the server rejected our request for an unknown reason";

/** ` (get pods x)`: what a refusal that is none of an API server's is about. */
function asked(method: string, path: string): string {
  const m = /^\/(?:api|apis\/([^/]+))\/[^/]*(?:\/namespaces\/[^/]+(?=\/))?\/([^/?]+)(?:\/([^/?]+))?/.exec(path);
  if (!m) return "";
  const [, group, plural, name] = m;
  return ` (${[method.toLowerCase(), group === undefined ? plural : `${plural}.${group}`, ...(name === undefined ? [] : [name])].join(" ")})`;
}

/** The object of a good answer; throws ServerRefusal otherwise. `about`: what was asked, for answers that do not say so themselves. */
export function objectOf(r: RawResponse, minor?: number, about = ""): Obj {
  let object = r.object as Obj | undefined;
  if (object === undefined) {
    try {
      object = JSON.parse(r.body) as Obj;
    } catch {
      object = undefined;
    }
  }
  if (r.code >= 200 && r.code < 300) return object ?? { text: r.body };
  const body: Obj =
    object?.kind === "Status"
      ? object
      : {
          reason: { 400: "BadRequest", 404: "NotFound", 503: "ServiceUnavailable" }[r.code] ?? "",
          message:
            r.code === 400
              ? `${unexplained}${about}`
              : r.code === 404
                ? `the server could not find the requested resource${about}`
                : r.code === 503
                  ? "the server is currently unable to handle the request"
                  : r.body.trim(),
        };
  throw new ServerRefusal(r.code, body, statusText(body, r.code, minor));
}

/** Of each resource the first version that has it, as groups list theirs (discovery.ServerPreferredResources). */
function preferFirst(kinds: Kind[]): Kind[] {
  const seen = new Set<string>();
  for (const k of kinds) {
    const name = `${k.group}/${k.plural}`;
    k.preferred = !seen.has(name);
    seen.add(name);
  }
  return kinds;
}

function aggregated(list: Obj): Kind[] {
  return ((list.items ?? []) as Obj[]).flatMap((g) =>
    ((g.versions ?? []) as Obj[]).flatMap((v, i) =>
      ((v.resources ?? []) as Obj[]).map((r) => ({
        group: String(g.metadata?.name ?? ""),
        version: String(v.version),
        plural: String(r.resource),
        singular: String(r.singularResource ?? ""),
        kind: String(r.responseKind.kind),
        short: (r.shortNames ?? []) as string[],
        categories: (r.categories ?? []) as string[],
        namespaced: r.scope === "Namespaced",
        verbs: r.verbs as string[],
        preferred: i === 0,
        scales: ((r.subresources ?? []) as Obj[]).some((x) => x.subresource === "scale"),
      })),
    ),
  );
}
