/** calicoctl get, create, apply, replace, delete, patch. */
import { parseAllDocuments, stringify } from "yaml";
import { NotSimulated } from "../../../core/errno.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { DatastoreError, type Datastore } from "../datastore.ts";
import { kindNamed, kinds, otherKinds, shown, type Kind } from "./kinds.ts";
import { deletePool, validPool } from "./pool.ts";
import { columns } from "./table.ts";
import { CtlError } from "./error.ts";

export interface Given {
  words: string[];
  file?: string;
  output?: string;
  patch?: string;
  skipExists?: boolean;
  skipNotExists?: boolean;
}

function kindOf(word: string): Kind {
  const kind = kindNamed(word);
  if (kind) return kind;
  if (otherKinds.some((k) => k === word.toLowerCase() || `${k}s` === word.toLowerCase())) throw new NotSimulated(`calicoctl with ${word}`);
  throw new CtlError(`Failed to get resources: resource type '${word}' is not supported`);
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value as Obj)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, v]) => [k, sorted(v)]),
        )
      : value;

export function get(d: Datastore, given: Given): string {
  const [word, ...names] = given.words;
  if (word === undefined) throw new CtlError("Failed to get resources: resource type not specified");
  const list: Obj[] = [];
  const several = names.length === 0 && word.toLowerCase() !== "all";
  const kind = kindOf(word);
  const problems: string[] = [];
  if (names.length === 0) list.push(...d.list(kind.plural).map((o) => shown(kind, o)));
  else
    for (const name of names) {
      const o = d.find(kind.plural, name);
      if (o) list.push(shown(kind, o));
      else problems.push(`resource does not exist: ${kind.kind}(${name}) with error: ${notFoundText(kind, name)}`);
    }
  if (problems.length > 0) throw new CtlError(`Failed to get resources: ${problems.join("\n")}`);
  list.sort((a, b) => ((a.metadata as Obj).name < (b.metadata as Obj).name ? -1 : 1));
  const output = given.output ?? "ps";
  switch (output.split("=")[0]) {
    case "ps":
      return columns(
        kind.columns.map(([h]) => h),
        list.map((o) => kind.columns.map(([, v]) => v(o))),
      );
    case "wide": {
      const cols = kind.wide.length > 0 ? kind.wide : kind.columns;
      return columns(
        cols.map(([h]) => h),
        list.map((o) => cols.map(([, v]) => v(o))),
      );
    }
    case "yaml":
    case "json": {
      const whole = several
        ? { apiVersion: "projectcalico.org/v3", items: list, kind: `${kind.kind}List`, metadata: { resourceVersion: "" } }
        : list.length === 1
          ? list[0]!
          : list;
      return output === "yaml"
        ? stringify(sorted(whole), { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })
        : `${JSON.stringify(whole, undefined, 2)}\n`;
    }
    case "custom-columns":
    case "go-template":
    case "go-template-file":
      throw new NotSimulated(`calicoctl get -o ${output.split("=")[0]}`);
    default:
      throw new CtlError(`unrecognized output format '${output}'`);
  }
}

const notFoundText = (kind: Kind, name: string): string =>
  kind.plural === "nodes" ? `nodes "${name}" not found` : `${kind.plural}.crd.projectcalico.org "${name}" not found`;

/** Documents of -f FILE (or standard input), with their kinds. */
async function documents(p: Proc, file: string): Promise<{ kind: Kind; object: Obj }[]> {
  let source: string;
  if (file === "-") source = (await p.readAll()).toString("utf8");
  else {
    const found = p.fs.tryReadText(file);
    if (found === undefined) throw new CtlError(`Failed to execute command: open ${file}: no such file or directory`);
    source = found;
  }
  const out: { kind: Kind; object: Obj }[] = [];
  for (const document of parseAllDocuments(source)) {
    const problem = document.errors?.[0];
    if (problem) throw new CtlError(`Failed to execute command: error with the following fields:\n${problem.message}`);
    const value = document.toJS() as Obj | Obj[] | null;
    for (const object of Array.isArray(value) ? value : value ? [value] : []) {
      if (object.apiVersion !== "projectcalico.org/v3")
        throw new CtlError(
          `Failed to execute command: Unknown resource type (${String(object.kind ?? "")}) and/or version (${String(object.apiVersion ?? "")})`,
        );
      if (String(object.kind).endsWith("List")) {
        for (const item of (object.items ?? []) as Obj[]) out.push({ kind: kindOf(item.kind as string), object: item });
        continue;
      }
      const known = kinds.find((k) => k.kind === object.kind);
      if (!known) {
        if (otherKinds.includes(String(object.kind).toLowerCase())) throw new NotSimulated(`calicoctl with ${String(object.kind)}`);
        throw new CtlError(
          `Failed to execute command: Unknown resource type (${String(object.kind ?? "")}) and/or version (projectcalico.org/v3)`,
        );
      }
      out.push({ kind: known, object });
    }
  }
  return out;
}

type Verb = "create" | "apply" | "replace" | "delete";
const past: Record<Verb, string> = { create: "created", apply: "applied", replace: "replaced", delete: "deleted" };

export async function write(p: Proc, d: Datastore, verb: Verb, given: Given): Promise<string> {
  const items =
    given.file === undefined
      ? given.words.slice(1).map((name) => ({ kind: kindOf(given.words[0]!), object: { metadata: { name } } as Obj }))
      : await documents(p, given.file);
  if (items.length === 0) throw new CtlError(`Failed to execute command: no resources specified in file`);
  const done: Kind[] = [];
  const problems: string[] = [];
  for (const { kind, object } of items) {
    const name = (object.metadata as Obj | undefined)?.name as string | undefined;
    try {
      if (name === undefined) throw new CtlError("error with field Metadata.Name = '' (Reason: name is required)");
      one(d, verb, kind, name, object, given);
      done.push(kind);
    } catch (error) {
      if (!(error instanceof CtlError) && !(error instanceof DatastoreError)) throw error;
      problems.push(`${kind.kind}(${name ?? ""}): ${error.message}`);
      if (problems.length > 0 && given.file === undefined) break;
    }
  }
  const kindsDone = new Set(done);
  const summary =
    done.length === 0
      ? ""
      : kindsDone.size === 1
        ? `Successfully ${past[verb]} ${done.length} '${done[0]!.kind}' resource(s)\n`
        : `Successfully ${past[verb]} ${done.length} resource(s)\n`;
  if (problems.length > 0) {
    const text = problems.map((x) => x.replace(/^[^:]*: /, "")).join("\n");
    throw new CtlError(
      done.length > 0
        ? `Partial success: ${past[verb]} the first ${done.length} out of ${items.length} resources:\nHit error: ${text}`
        : `Failed to ${verb} '${items[0]!.kind.kind}' resource: [${text}]`,
    );
  }
  return summary;
}

function one(d: Datastore, verb: Verb, kind: Kind, name: string, object: Obj, given: Given): void {
  const old = d.find(kind.plural, name);
  if (verb === "delete") {
    if (!old) {
      if (given.skipNotExists) return;
      throw new CtlError(`resource does not exist: ${kind.kind}(${name}) with error: ${notFoundText(kind, name)}`);
    }
    if (kind.plural === "nodes") throw new NotSimulated("calicoctl delete node");
    if (kind.plural === "ippools") deletePool(d, old);
    else d.remove(kind.plural, name);
    return;
  }
  if (kind.kind === "GlobalNetworkPolicy" || kind.kind === "IPReservation") throw new NotSimulated(`acting on a ${kind.kind}`);
  if (verb === "create" && old) {
    if (given.skipExists) return;
    throw new CtlError(`resource already exists: ${kind.kind}(${name})`);
  }
  if (verb === "replace" && !old)
    throw new CtlError(`resource does not exist: ${kind.kind}(${name}) with error: ${notFoundText(kind, name)}`);
  if (kind.plural === "nodes") return writeNode(d, name, object, old);
  const next: Obj = { ...object, spec: { ...(object.spec as Obj | undefined) } };
  if (kind.plural === "ippools") next.spec = validPool(d, name, next.spec as Obj, old?.spec as Obj | undefined);
  if (!old)
    d.create(kind.plural, kind.kind, name, next.spec as Obj, {
      metadata: (object.metadata as Obj).labels ? { labels: (object.metadata as Obj).labels as Obj } : {},
    });
  else
    d.update(kind.plural, {
      ...old,
      metadata: {
        ...(old.metadata as Obj),
        ...((object.metadata as Obj).labels ? { labels: (object.metadata as Obj).labels as Obj } : {}),
      },
      spec: next.spec as Obj,
    });
}

/** A v3 Node is a Kubernetes node with annotations. */
function writeNode(d: Datastore, name: string, object: Obj, old: Obj | undefined): void {
  if (!old) throw new CtlError(`operation Create is not supported on Node(${name})`);
  const bgp = ((object.spec as Obj | undefined)?.bgp ?? {}) as Obj;
  d.annotateNode(name, {
    "projectcalico.org/ASNumber": bgp.asNumber === undefined ? null : String(bgp.asNumber),
    "projectcalico.org/RouteReflectorClusterID": bgp.routeReflectorClusterID === undefined ? null : String(bgp.routeReflectorClusterID),
    ...(bgp.ipv4Address === undefined ? {} : { "projectcalico.org/IPv4Address": String(bgp.ipv4Address) }),
  });
}

/** RFC 7386, as --type=merge and (for these schemaless fields) strategic do. */
function merged(target: unknown, change: unknown): unknown {
  if (!change || typeof change !== "object" || Array.isArray(change)) return change;
  const out: Obj = target && typeof target === "object" && !Array.isArray(target) ? { ...(target as Obj) } : {};
  for (const [key, value] of Object.entries(change as Obj)) {
    if (value === null) delete out[key];
    else out[key] = merged(out[key], value);
  }
  return out;
}

export function patch(d: Datastore, given: Given): string {
  const [word, name] = given.words;
  const kind = kindOf(word ?? "");
  if (given.patch === undefined) throw new CtlError("Failed to execute command: no patch given");
  let change: Obj;
  try {
    change = JSON.parse(given.patch) as Obj;
  } catch {
    throw new CtlError(`Failed to patch '${kind.kind}' resource: [failed to decode patch: invalid character in JSON]`);
  }
  const old = d.find(kind.plural, name ?? "");
  if (!old)
    throw new CtlError(
      `Failed to patch '${kind.kind}' resource: [resource does not exist: ${kind.kind}(${name ?? ""}) with error: ${notFoundText(kind, name ?? "")}]`,
    );
  const next = merged(shown(kind, old), change) as Obj;
  try {
    one(d, "replace", kind, name!, next, given);
  } catch (error) {
    if (error instanceof CtlError || error instanceof DatastoreError)
      throw new CtlError(`Failed to patch '${kind.kind}' resource: [${error.message}]`);
    throw error;
  }
  return `Successfully patched 1 '${kind.kind}' resource\n`;
}
