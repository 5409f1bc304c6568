/** The objects that arguments and files name: k8s.io/cli-runtime/pkg/resource.Builder. */
import { Errno } from "../../core/errno.ts";
import type { Obj } from "../../core/json.ts";
import { isObject } from "../apiserver/patch/merge.ts";
import { httpCall } from "../../net/http.ts";
import { parseYaml, YamlError, yamlTexts } from "../../core/yaml.ts";
import { descriptorOf } from "../../kernel/device.ts";
import { Failure } from "./failure.ts";
import type { Kind, Session } from "./session.ts";

export interface Target {
  kind: Kind;
  /** "" for all of the kind. */
  name: string;
}

/** `pods a b`, `pod/a svc/b`, `pods,svc`. */
export async function targetsOf(s: Session, args: string[], command: string): Promise<Target[]> {
  if (args.length === 0)
    throw new Failure(
      `You must specify the type of resource to ${command}. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl ${command} -h' for help and examples`,
    );
  const slashed = args.filter((a) => a.includes("/"));
  if (slashed.length > 0) {
    if (slashed.length !== args.length)
      throw new Failure(
        `error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'`,
      );
    const out: Target[] = [];
    for (const arg of args) {
      const [type, name, more] = arg.split("/");
      if (more !== undefined) throw new Failure("error: arguments in resource/name form may not have more than one slash");
      if (!type || !name) throw new Failure(`error: arguments in resource/name form must have a single resource and name`);
      for (const t of type.split(",")) out.push({ kind: await s.kind(t), name });
    }
    return out;
  }
  const [types, ...names] = args;
  const kinds: Kind[] = [];
  for (const word of types!.split(",")) {
    const all = (await s.kinds()).filter((k) => k.preferred && k.categories.includes(word));
    if (all.length > 0) kinds.push(...(word === "all" ? orderAll(all) : all).filter((k) => k.verbs.includes("list")));
    else kinds.push(await s.kind(word));
  }
  if (names.length === 0) return kinds.map((kind) => ({ kind, name: "" }));
  return kinds.flatMap((kind) => names.map((name) => ({ kind, name })));
}

/** A type alone, where it takes more to mean all objects. */
export const noName = (s: Session): Failure =>
  new Failure(
    `error: resource(s) were provided, but no name${s.minor < 23 ? ", label selector, or --all flag specified" : " was specified"}`,
  );

/** `kubectl get all` in the order of discovery, core first. */
const orderAll = (kinds: Kind[]): Kind[] => {
  const order = [
    "pods",
    "replicationcontrollers",
    "services",
    "daemonsets",
    "deployments",
    "replicasets",
    "statefulsets",
    "horizontalpodautoscalers",
    "cronjobs",
    "jobs",
  ];
  // a version's resources stand together: with cron jobs of v1beta1 jobs come first
  const at = (k: Kind): number => (!order.includes(k.plural) || k.version.includes("beta") ? 99 : order.indexOf(k.plural));
  return kinds.toSorted((a, b) => at(a) - at(b));
};

export interface Document {
  object: Obj;
  /** Where it came from, as messages show it. */
  source: string;
}

/** Documents of -f: files, folders, URLs, standard input. */
export async function readFiles(s: Session, names: string[], recursive: boolean): Promise<Document[]> {
  const out: Document[] = [];
  for (const name of names) {
    if (name === "-") out.push(...parseDocuments(s, (await s.p.readAll()).toString("utf8"), "STDIN"));
    else if (/^https?:\/\//.test(name)) out.push(...parseDocuments(s, await download(s, name), name));
    else {
      for (const path of filesOf(s, name, recursive)) {
        let text: string;
        try {
          const fd = descriptorOf(s.p, s.p.fs.absolute(path));
          text = fd !== undefined && s.p.fds.get(fd) ? (await s.p.readAll(fd)).toString("utf8") : s.p.fs.readText(path);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          throw new Failure(`error: open ${path}: ${error.text[0]!.toLowerCase()}${error.text.slice(1)}`);
        }
        out.push(...parseDocuments(s, text, path));
      }
    }
  }
  return out;
}

function filesOf(s: Session, name: string, recursive: boolean): string[] {
  const { fs } = s.p;
  if (!fs.exists(name)) throw new Failure(`error: the path ${JSON.stringify(name)} does not exist`);
  if (!fs.isDir(name)) return [name];
  const out: string[] = [];
  for (const entry of fs.readdir(name).toSorted()) {
    const path = `${name.replace(/\/$/, "")}/${entry}`;
    if (fs.isDir(path)) {
      if (recursive) out.push(...filesOf(s, path, true));
    } else if (/\.(json|ya?ml)$/.test(entry)) out.push(path);
  }
  if (out.length === 0 && !recursive)
    throw new Failure(`error: error reading [${name}]: recognized file extensions are [.json .yaml .yml]`);
  return out;
}

async function download(s: Session, url: string): Promise<string> {
  let at = url;
  for (let hops = 0; hops < 10; hops++) {
    const result = httpCall(s.p, { url: at });
    if (!result.ok) {
      await s.p.sleep(Number.isFinite(result.after) ? result.after : 30_000);
      const host = url.replace(/^https?:\/\//, "").split("/")[0]!;
      throw new Failure(
        result.detail.includes("connection refused")
          ? `The connection to the server ${host} was refused - did you specify the right host or port?`
          : `Unable to connect to the server: ${result.detail}`,
      );
    }
    await s.p.sleep(50);
    const { status, headers, body } = result.response;
    if (status >= 300 && status < 400 && headers.location) {
      at = new URL(headers.location, at).toString();
      continue;
    }
    if (status !== 200)
      throw new Failure(
        `error: unable to read URL ${JSON.stringify(url)}, server reported ${status} ${reasonPhrase[status] ?? ""}, status code=${status}`,
      );
    return typeof body === "string" ? body : Buffer.from(body).toString("utf8");
  }
  throw new Failure(`error: Get ${JSON.stringify(url)}: stopped after 10 redirects`);
}

const reasonPhrase: Record<number, string> = {
  404: "Not Found",
  403: "Forbidden",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** JSON objects one after another, which need nothing between them (apimachinery's YAMLOrJSONDecoder); undefined when it is anything else. */
function jsonStream(text: string): Obj[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const out: Obj[] = [];
  let depth = 0;
  let from = 0;
  for (const m of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (m[0] === "{") depth++;
    if (m[0] !== "}" || --depth > 0) continue;
    try {
      out.push(JSON.parse(text.slice(from, m.index + 1)) as Obj);
    } catch {
      return undefined;
    }
    from = m.index + 1;
  }
  return text.slice(from).trim() === "" ? out : undefined;
}

/** Documents of one text; lists are taken apart. */
function parseDocuments(s: Session, text: string, source: string): Document[] {
  const out: Document[] = [];
  const take = (object: Obj): void => {
    if (Array.isArray(object.items) && String(object.kind ?? "").endsWith("List"))
      for (const item of object.items as Obj[]) out.push({ object: item, source });
    else out.push({ object, source });
  };
  const stream = jsonStream(text);
  if (stream) {
    for (const object of stream) take(object);
    return out;
  }
  // 1.20 takes such a line for a part of the document; of those that refuse it 1.32 is the oldest that was asked
  const separator = s.minor >= 32 ? /^---[ \t]*([^\s#].*?)\s*$/m.exec(text)?.[1] : undefined;
  if (separator !== undefined) throw new Failure(`error: error parsing ${source}: invalid Yaml document separator: ${separator}`);
  for (const part of yamlTexts(text)) {
    let object: Obj | null;
    try {
      object = parseYaml(part) as Obj | null;
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      throw new Failure(`error: error parsing ${source}: error converting YAML to JSON: yaml: ${error.message}`);
    }
    if (object === null || object === undefined) continue;
    if (typeof object !== "object" || Array.isArray(object))
      throw new Failure(
        `error: error parsing ${source}: json: cannot unmarshal ${Array.isArray(object) ? "array" : typeof object} into Go value of type unstructured.detector`,
      );
    take(object);
  }
  return out;
}

/** The kind of a document. Throws what kubectl says of unknown ones. */
export async function kindOfDocument(s: Session, d: Document): Promise<Kind> {
  const { apiVersion = "", kind } = d.object as { apiVersion?: string; kind?: string };
  const source = JSON.stringify(d.source);
  if (!kind) throw new Failure(`error: unable to decode ${source}: Object 'Kind' is missing in '${JSON.stringify(sortKeys(d.object))}'`);
  const found = await s.kindOf(apiVersion, kind);
  if (found) return found;
  const unknown = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
  if (s.minor < 22) throw new Failure(`error: unable to recognize ${source}: ${unknown}`);
  const { name = "", namespace = "" } = (d.object.metadata ?? {}) as { name?: string; namespace?: string };
  throw new Failure(
    `error: resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(namespace)} from ${source}: ${unknown}\nensure CRDs are installed first`,
  );
}

/** As Go writes maps. */
export const sortKeys = (v: unknown): unknown =>
  Array.isArray(v)
    ? v.map(sortKeys)
    : isObject(v)
      ? Object.fromEntries(
          Object.keys(v)
            .toSorted()
            .map((k) => [k, sortKeys(v[k])]),
        )
      : v;

/** Namespace of a document: its own, or the command's; they must not differ when -n was given. */
export function namespaceOf(s: Session, d: Document, k: Kind): string {
  if (!k.namespaced) return "";
  const own = d.object.metadata?.namespace as string | undefined;
  const flag = s.flags.text("namespace");
  if (own && flag && own !== flag)
    throw new Failure(
      `error: the namespace from the provided object ${JSON.stringify(own)} does not match the namespace ${JSON.stringify(flag)}. You must pass '--namespace=${own}' to perform this operation.`,
    );
  return own ?? s.namespace;
}
