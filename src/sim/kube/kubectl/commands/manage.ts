/** apply, create -f, replace, delete, diff: k8s.io/kubectl/pkg/cmd/{apply,create,replace,delete,diff}. */
import { copy as copyData } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { builtinResources } from "../../apiserver/resources.ts";
import { klogLine } from "../../apiserver/klog.ts";
import { diffMerge, isObject } from "../../apiserver/patch/merge.ts";
import { threeWay } from "../../apiserver/patch/strategic.ts";
import { Failure, Failures, ServerRefusal, when } from "../failure.ts";
import { noResources } from "../help/bare.ts";
import { fileFlags, outputFlags, parseFlags, selectorFlags, type Flags } from "../flags.ts";
import { formatted } from "../output.ts";
import { objectName, resourceName, Session, type Kind } from "../session.ts";
import { kindOfDocument, namespaceOf, noName, readFiles, sortKeys, targetsOf, type Document } from "../targets.ts";
import type { Command } from "./command.ts";
import { changeCause, recordFlag } from "./record.ts";
import { generate } from "./generators.ts";
import { serverValidates, validationFailure } from "../validation.ts";
import { toYaml } from "../yaml-out.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

export const changeFlags = {
  ...outputFlags,
  ...fileFlags,
  "dry-run": "string",
  "field-manager": "string",
  validate: "string",
  "save-config": "bool",
  overwrite: "bool",
} as const;

export type DryRun = "none" | "client" | "server";

export async function dryRunOf(s: Session): Promise<DryRun> {
  const value = s.flags.text("dry-run");
  if (value === undefined || value === "none" || value === "false") return "none";
  if (value === "unchanged" || value === "true") {
    await s.p.err(`${klogLine(s.p, "W", "helpers.go:704", "--dry-run is deprecated and can be replaced with --dry-run=client.")}\n`);
    return "client";
  }
  if (value === "client" || value === "server") return value;
  throw new Failure(`error: Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}

export const suffix = (dry: DryRun): string => (dry === "client" ? " (dry run)" : dry === "server" ? " (server dry run)" : "");

/** Query parameters of a write. */
export function writeQuery(s: Session, manager: string, dry: DryRun): Record<string, string> {
  const validate = s.flags.text("validate") ?? "true";
  const validation = validate === "false" || validate === "ignore" ? "Ignore" : validate === "warn" ? "Warn" : "Strict";
  return {
    fieldManager: s.flags.text("field-manager") ?? manager,
    ...(s.minor >= 25 ? { fieldValidation: validation } : {}),
    ...(dry === "server" ? { dryRun: "All" } : {}),
  };
}

/** Says what happened to an object, or prints it with -o. */
export async function report(s: Session, k: Kind, object: Obj, verb: string, dry: DryRun = "none"): Promise<void> {
  const output = s.flags.text("output") ?? "";
  if (output === "") await s.p.out(`${objectName(k, String(object.metadata?.name))} ${verb}${suffix(dry)}\n`);
  else await s.p.out(formatted(s, output, s.minor >= 34 ? timed(object) : object, (o) => objectName(k, String(o.metadata.name)))!);
}

/** Without `creationTimestamp: null`, which the types' zero times are no longer written as since 1.34. */
function timed<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => timed(item)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== "creationTimestamp" || item !== null)
      .map(([key, item]: [string, unknown]) => [key, timed(item)]),
  ) as T;
}

function requireFiles(flags: Flags): string[] {
  const files = flags.list("filename");
  if (files.length === 0) throw new Failure("error: must specify one of -f and -k");
  return files;
}

/**
 * Works on each document, as the builder reads them: one of an unknown kind is passed over, one that is not valid ends its file. What was
 * wrong with documents is told after the rest; `first`: before it, by commands that read all of them before they begin.
 */
async function each(
  s: Session,
  documents: Document[],
  work: (d: Document, k: Kind, namespace: string) => Promise<void>,
  first = false,
): Promise<number> {
  const [unread, failures] = [new Failures(), new Failures()];
  const byServer = documents.length === 0 || (await serverValidates(s, documents[0]!.source));
  const ended = new Set<string>();
  for (const d of documents) {
    if (ended.has(d.source)) continue;
    await unread.during(async () => {
      const wrong = validationFailure(s, d, byServer);
      if (wrong) ended.add(d.source);
      if (wrong) throw wrong;
      const k = await kindOfDocument(s, d);
      await failures.during(async () => work(d, k, namespaceOf(s, d, k)));
    });
  }
  const all = new Failures();
  if (first) all.add(unread);
  all.addAll(failures);
  if (!first) all.add(unread);
  all.end();
  return 0;
}

const applied = (o: Obj): string => {
  const copy: Obj = copyData(o);
  if (copy.metadata) {
    const { [lastApplied]: _, ...rest } = (copy.metadata.annotations ?? {}) as Obj;
    copy.metadata.annotations = rest;
  }
  return `${JSON.stringify(sortKeys(copy))}\n`;
};
export const apply: Command = async (p, argv) => {
  const flags = parseFlags(p, "apply", argv, {
    ...changeFlags,
    ...recordFlag,
    "server-side": "bool",
    "force-conflicts": "bool",
    force: "bool",
    prune: "bool",
    selector: "string",
    all: "bool",
    wait: "bool",
    "grace-period": "int",
    timeout: "duration",
    cascade: "string",
    "openapi-patch": "bool",
    "prune-allowlist": "list",
    applyset: "string",
  });
  const s = new Session(p, flags);
  if (["view-last-applied", "set-last-applied", "edit-last-applied"].includes(flags.args[0] ?? ""))
    p.notSimulated(`kubectl apply ${flags.args[0]}`);
  if (flags.args.length > 0)
    throw new Failure(`error: Unexpected args: [${flags.args.join(" ")}]\nSee 'kubectl apply -h' for help and examples`);
  if (flags.bool("prune")) p.notSimulated("kubectl apply --prune");
  const dry = await dryRunOf(s);
  const documents = await readFiles(s, requireFiles(flags), flags.bool("recursive"));
  if (documents.length === 0) throw new Failure("error: no objects passed to apply");
  const one = async (d: Document, k: Kind, namespace: string): Promise<void> => {
    const object = copyData(withNamespace(d.object, k, namespace));
    const cause = await changeCause(s);
    if (cause)
      object.metadata = { ...(object.metadata as Obj), annotations: { ...(object.metadata?.annotations as Obj | undefined), ...cause } };
    const wanted = { ...d, object };
    return flags.bool("server-side") ? applyOnServer(s, wanted, k, namespace, dry) : applyOne(s, wanted, k, namespace, dry);
  };
  return each(s, documents, one, true);
};

async function applyOnServer(s: Session, d: Document, k: Kind, namespace: string, dry: DryRun): Promise<void> {
  const { object } = d;
  const name = String(object.metadata?.name ?? "");
  try {
    const body = await s.request("PATCH", s.path(k, namespace, name), object, {
      contentType: "application/apply-patch+yaml",
      query: { ...writeQuery(s, "kubectl", dry), ...(s.flags.bool("force-conflicts") ? { force: "true" } : {}) },
    });
    await report(s, k, body, "serverside-applied", dry);
  } catch (error) {
    if (error instanceof ServerRefusal && error.reason === "Conflict")
      throw new Failure(
        `error: ${error.detail}\nPlease review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the \`--force-conflicts\` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to remove references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating your manifest to match the existing\n  value; in this case, you'll become the manager if the other manager(s)\n  stop managing the field (remove it from their configuration).\nSee https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`,
      );
    throw error;
  }
}

const withNamespace = (o: Obj, k: Kind, namespace: string): Obj =>
  k.namespaced && !o.metadata?.namespace ? { ...o, metadata: { ...(o.metadata as Obj | undefined), namespace } } : o;

async function applyOne(s: Session, d: Document, k: Kind, namespace: string, dry: DryRun): Promise<void> {
  const { object } = d;
  const name = String(object.metadata?.name ?? "");
  if (name === "")
    throw new Failure(
      `error: error when retrieving current configuration of:\nResource: "${k.group === "" ? "" : `${k.group}/`}${k.version}, Resource=${k.plural}", GroupVersionKind: "${k.group}/${k.version}, Kind=${k.kind}"\nName: "", Namespace: "${namespace}"\nfrom server for: ${JSON.stringify(d.source)}: resource name may not be empty`,
    );
  const original = applied(object);
  object.metadata.annotations = { ...(object.metadata.annotations as Obj | undefined), [lastApplied]: original };
  let live: Obj | undefined;
  try {
    live = await s.request("GET", s.path(k, namespace, name));
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.code !== 404)
      throw error instanceof ServerRefusal
        ? when(
            error,
            `error when retrieving current configuration of:\nResource: "${k.group === "" ? "" : `${k.group}/`}${k.version}, Resource=${k.plural}", GroupVersionKind: "${k.group === "" ? "/" : `${k.group}/`}${k.version}, Kind=${k.kind}"\nName: "${name}", Namespace: "${namespace}"\nfrom server for: ${JSON.stringify(d.source)}: `,
          )
        : error;
  }
  if (!live) {
    if (dry === "client") return report(s, k, object, "created", dry);
    try {
      const body = await s.request("POST", s.path(k, namespace), object, { query: writeQuery(s, "kubectl-client-side-apply", dry) });
      return await report(s, k, body, "created", dry);
    } catch (error) {
      throw when(error, `error when creating ${JSON.stringify(d.source)}: `);
    }
  }
  const annotation = live.metadata.annotations?.[lastApplied] as string | undefined;
  if (annotation === undefined)
    await s.p.err(
      `Warning: resource ${resourceName({ group: "", plural: k.plural })}/${name} is missing the ${lastApplied} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  const before = annotation === undefined ? {} : (JSON.parse(annotation) as Obj);
  const type = builtinResources.find((r) => r.group === k.group && r.kind === k.kind)?.type;
  const { patch, contentType } = patchFor(before, object, live, type);
  // without the server's answer nothing is found unchanged (pkg/cmd/apply/apply.go)
  if (dry === "client") return report(s, k, object, "configured", dry);
  if (Object.keys(patch).length === 0) return report(s, k, live, "unchanged", dry);
  try {
    const body = await s.request("PATCH", s.path(k, namespace, name), patch, {
      contentType,
      query: writeQuery(s, "kubectl-client-side-apply", dry),
    });
    await report(s, k, body, body.metadata.resourceVersion === live.metadata.resourceVersion ? "unchanged" : "configured", dry);
  } catch (error) {
    if (s.flags.bool("force") && error instanceof ServerRefusal && (error.code === 409 || error.code === 422)) {
      await s.request("DELETE", s.path(k, namespace, name), { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds: 0 });
      const body = await s.request("POST", s.path(k, namespace), object, { query: writeQuery(s, "kubectl-client-side-apply", dry) });
      return report(s, k, body, "configured", dry);
    }
    const text = JSON.stringify(patch);
    throw when(
      error,
      `error when applying patch:\n${text}\nto:\nResource: "${k.group === "" ? "" : `${k.group}/`}${k.version}, Resource=${k.plural}", GroupVersionKind: "${k.group === "" ? "/" : `${k.group}/`}${k.version}, Kind=${k.kind}"\nName: "${name}", Namespace: "${namespace}"\nfor: ${JSON.stringify(d.source)}: `,
    );
  }
}

/** The three-way patch of apply; custom resources take a JSON merge patch. */
function patchFor(before: Obj, modified: Obj, live: Obj, type: string | undefined): { patch: Obj; contentType: string } {
  if (type !== undefined) return { patch: threeWay(before, modified, live, type), contentType: "application/strategic-merge-patch+json" };
  const additions = keep(diffMerge(live, modified), false);
  const deletions = keep(diffMerge(before, modified), true);
  return { patch: mergeDeep(additions, deletions), contentType: "application/merge-patch+json" };
}

/** Only the deletions (nulls) of a merge patch, or everything but them. */
function keep(patch: Obj, deletions: boolean): Obj {
  const out: Obj = {};
  for (const [k, v] of Object.entries(patch) as [string, unknown][]) {
    if (isObject(v)) {
      const inner = keep(v, deletions);
      if (Object.keys(inner).length > 0 || (!deletions && Object.keys(v).length === 0)) out[k] = inner;
    } else if ((v === null) === deletions) out[k] = v;
  }
  return out;
}

function mergeDeep(a: Obj, b: Obj): Obj {
  const out: Obj = { ...a };
  for (const [k, v] of Object.entries(b) as [string, unknown][]) out[k] = isObject(v) && isObject(out[k]) ? mergeDeep(out[k] as Obj, v) : v;
  return out;
}

/** What is created has no version yet: a manifest that was read from a cluster brings one (cli-runtime/pkg/resource/helper.go, CreateWithOptions). */
const unversioned = (o: Obj): Obj => {
  if (!o.metadata?.resourceVersion) return o;
  const { resourceVersion: _, ...metadata } = o.metadata as Obj;
  return { ...o, metadata };
};

export const create: Command = async (p, argv) => {
  // a generator's name comes first
  const position = argv.findIndex((a) => !a.startsWith("-"));
  const hasFile = argv.some(
    (a) =>
      a === "-f" || a.startsWith("--filename") || a.startsWith("-f") || a === "-k" || a.startsWith("--kustomize") || a.startsWith("--raw"),
  );
  if (!hasFile && position >= 0) return generate(p, argv);
  const flags = parseFlags(p, "create", argv, {
    ...changeFlags,
    ...recordFlag,
    edit: "bool",
    raw: "string",
    selector: "string",
    "windows-line-endings": "bool",
  });
  const s = new Session(p, flags);
  if (flags.text("raw") || flags.bool("edit")) p.notSimulated("kubectl create --raw and --edit");
  if (flags.args.length > 0)
    throw new Failure(`error: unknown command "${flags.args.join(" ")}"\nSee 'kubectl create -h' for help and examples`);
  const dry = await dryRunOf(s);
  const documents = await readFiles(s, requireFiles(flags), flags.bool("recursive"));
  if (documents.length === 0) throw new Failure("error: no objects passed to create");
  return each(s, documents, async (d, k, namespace) => {
    let object = unversioned(withNamespace(d.object, k, namespace));
    if (flags.bool("save-config"))
      object = {
        ...object,
        metadata: {
          ...(object.metadata as Obj),
          annotations: { ...(object.metadata.annotations as Obj | undefined), [lastApplied]: applied(object) },
        },
      };
    if (dry === "client") return report(s, k, object, "created", dry);
    try {
      await report(
        s,
        k,
        await s.request("POST", s.path(k, namespace), object, { query: writeQuery(s, "kubectl-create", dry) }),
        "created",
        dry,
      );
    } catch (error) {
      throw when(error, `error when creating ${JSON.stringify(d.source)}: `);
    }
  });
};

export const replace: Command = async (p, argv) => {
  const flags = parseFlags(p, "replace", argv, {
    ...changeFlags,
    force: "bool",
    "grace-period": "int",
    cascade: "string",
    wait: "bool",
    timeout: "duration",
    raw: "string",
    subresource: "string",
  });
  const s = new Session(p, flags);
  if (flags.text("raw")) p.notSimulated("kubectl replace --raw");
  const dry = await dryRunOf(s);
  const documents = await readFiles(s, requireFiles(flags), flags.bool("recursive"));
  if (documents.length === 0) throw new Failure("error: no objects passed to replace");
  return each(s, documents, async (d, k, namespace) => {
    const object = withNamespace(d.object, k, namespace);
    const name = String(object.metadata?.name ?? "");
    try {
      if (flags.bool("force")) {
        await deleteForReplace(s, k, namespace, name);
        return await report(
          s,
          k,
          await s.request("POST", s.path(k, namespace), unversioned(object), { query: writeQuery(s, "kubectl-replace", dry) }),
          "replaced",
          dry,
        );
      }
      await report(
        s,
        k,
        await s.request("PUT", s.path(k, namespace, name, flags.text("subresource") ?? ""), object, {
          query: writeQuery(s, "kubectl-replace", dry),
        }),
        "replaced",
        dry,
      );
    } catch (error) {
      throw when(error, `error when replacing ${JSON.stringify(d.source)}: `);
    }
  });
};

/** The first half of `replace --force`: an object that is not there is created all the same (pkg/cmd/replace/replace.go). */
async function deleteForReplace(s: Session, k: Kind, namespace: string, name: string): Promise<void> {
  const grace = s.flags.number("grace-period") ?? -1;
  try {
    await s.request("DELETE", s.path(k, namespace, name), {
      kind: "DeleteOptions",
      apiVersion: "v1",
      propagationPolicy: "Background",
      ...(grace < 0 ? {} : { gracePeriodSeconds: Math.max(grace, 1) }),
    });
  } catch (error) {
    if (error instanceof ServerRefusal && error.code === 404) return;
    throw error;
  }
  await s.p.out(`${deletedText(s, k, namespace, name)}\n`);
  if (!(await gone(s, k, namespace, name, 300_000))) throw new Failure("error: timed out waiting for the condition");
}

/** PrintObj of pkg/cmd/delete. */
const deletedText = (s: Session, k: Kind, namespace: string, name: string, force = false): string =>
  `${k.kind.toLowerCase()}${k.group === "" ? "" : `.${k.group}`} ${JSON.stringify(name)} ${force ? "force deleted" : "deleted"}${s.minor >= 33 && k.namespaced ? ` from ${namespace} namespace` : ""}`;

/** Waits until the object is gone (or another has its name); false after `limit` ms. */
export async function gone(s: Session, k: Kind, namespace: string, name: string, limit: number, uid?: string): Promise<boolean> {
  const end = s.p.now + limit;
  for (;;) {
    try {
      const found = await s.request("GET", s.path(k, namespace, name));
      if (uid !== undefined && found.metadata.uid !== uid) return true;
    } catch (error) {
      if (error instanceof ServerRefusal && error.code === 404) return true;
      throw error;
    }
    if (s.p.now >= end) return false;
    await s.p.sleep(Math.min(500, end - s.p.now));
  }
}

export const deleteCommand: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "delete",
    argv,
    {
      ...outputFlags,
      ...fileFlags,
      ...selectorFlags,
      force: "bool",
      "grace-period": "int",
      wait: "bool",
      timeout: "duration",
      cascade: "string",
      now: "bool",
      "ignore-not-found": "bool",
      "dry-run": "string",
      interactive: "bool",
      raw: "string",
    },
    { i: "interactive" },
  );
  const s = new Session(p, flags);
  if (flags.bool("interactive") || flags.text("raw")) p.notSimulated("kubectl delete --interactive and --raw");
  const output = flags.text("output") ?? "";
  if (output !== "" && output !== "name") throw new Failure(`error: unexpected -o output mode: ${output}. We only support '-o name'`);
  const dry = await dryRunOf(s);
  const selector = flags.text("selector");
  const field = flags.text("field-selector");
  const everywhere = flags.bool("all-namespaces");
  const items: { kind: Kind; namespace: string; name: string; source?: string }[] = [];
  let ignore = flags.bool("ignore-not-found");
  const files = flags.list("filename");
  const [unread, failures] = [new Failures(), new Failures()];
  if (files.length > 0) {
    for (const d of await readFiles(s, files, flags.bool("recursive")))
      await unread.during(async () => {
        const kind = await kindOfDocument(s, d);
        items.push({ kind, namespace: namespaceOf(s, d, kind), name: String(d.object.metadata?.name), source: d.source });
      });
  } else {
    const targets = await targetsOf(s, flags.args, "delete").catch((error: unknown) => {
      if (flags.args.length === 0) throw new Failure(noResources);
      throw error;
    });
    for (const t of targets) {
      if (t.name !== "") {
        items.push({ kind: t.kind, namespace: t.kind.namespaced ? s.namespace : "", name: t.name });
        continue;
      }
      if (!flags.bool("all") && selector === undefined && field === undefined) throw noName(s);
      ignore = true;
      const list = await s.request("GET", s.path(t.kind, everywhere ? "" : s.namespace), undefined, {
        query: { ...(selector ? { labelSelector: selector } : {}), ...(field ? { fieldSelector: field } : {}) },
      });
      for (const o of list.items as Obj[])
        items.push({ kind: t.kind, namespace: String(o.metadata.namespace ?? ""), name: String(o.metadata.name) });
    }
    if (items.length === 0) {
      await p.out("No resources found\n");
      return 0;
    }
  }
  const force = flags.bool("force");
  let grace = flags.number("grace-period");
  if (flags.bool("now")) grace = 1;
  if (grace === 0 && !force) {
    // the real one deletes after one second and waits
    grace = 1;
  }
  if (force && (grace ?? -1) < 0) grace = 0;
  if (force)
    await p.err(
      `${s.minor < 24 ? "warning" : "Warning"}: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n`,
    );
  const cascade = flags.text("cascade") ?? "background";
  const policy = { background: "Background", true: "Background", foreground: "Foreground", orphan: "Orphan", false: "Orphan" }[cascade];
  if (!policy) throw new Failure(`error: Invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan".`);
  const waits: { kind: Kind; namespace: string; name: string; uid: string }[] = [];
  for (const item of items) {
    const { kind, namespace, name } = item;
    try {
      let uid = "";
      if (dry !== "client") {
        const body = await s.request("DELETE", s.path(kind, namespace, name), {
          kind: "DeleteOptions",
          apiVersion: "v1",
          propagationPolicy: policy,
          ...(grace === undefined || grace < 0 ? {} : { gracePeriodSeconds: grace }),
          ...(dry === "server" ? { dryRun: ["All"] } : {}),
        });
        uid = String(body.metadata?.uid ?? body.details?.uid ?? "");
      } else await s.request("GET", s.path(kind, namespace, name));
      if (output === "name") await p.out(`${objectName(kind, name)}\n`);
      else await p.out(`${deletedText(s, kind, namespace, name, force)}${suffix(dry)}\n`);
      if (dry === "none") waits.push({ kind, namespace, name, uid });
    } catch (error) {
      if (error instanceof ServerRefusal && error.code === 404 && ignore) continue;
      const told = item.source ? when(error, `error when deleting ${JSON.stringify(item.source)}: `) : error;
      if (!(told instanceof Failure)) throw told;
      failures.add(told);
    }
  }
  failures.add(unread);
  failures.end();
  if (flags.maybe("wait") !== false) {
    const limit = durationMs(flags.text("timeout")) || 7 * 86_400_000;
    for (const w of waits)
      if (!(await gone(s, w.kind, w.namespace, w.name, limit, w.uid === "" ? undefined : w.uid)))
        throw new Failure(`error: timed out waiting for the condition on ${w.kind.plural}/${w.name}`);
  }
  return 0;
};

/** Milliseconds of `30s`, `5m`; 0 when there is none. */
export function durationMs(text: string | undefined): number {
  let total = 0;
  for (const [, n, unit] of (text ?? "").matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(n) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit!]!;
  return total;
}

/** Writes both states to files and runs diff on them, as the real one does. */
export const diff: Command = async (p, argv) => {
  const flags = parseFlags(p, "diff", argv, {
    ...fileFlags,
    ...outputFlags,
    selector: "string",
    "server-side": "bool",
    "force-conflicts": "bool",
    "field-manager": "string",
    prune: "bool",
    concurrency: "int",
  });
  const s = new Session(p, flags);
  if (flags.bool("prune")) p.notSimulated("kubectl diff --prune");
  const documents = await readFiles(s, requireFiles(flags), flags.bool("recursive"));
  const random = p.machine.random("kubectl-diff");
  const live = `/tmp/LIVE-${random.int(1e8, 4e9)}`;
  const merged = `/tmp/MERGED-${random.int(1e8, 4e9)}`;
  p.fs.mkdirp(live, 0o700);
  p.fs.mkdirp(merged, 0o700);
  for (const d of documents) {
    const k = await kindOfDocument(s, d);
    const namespace = namespaceOf(s, d, k);
    const object = copyData(withNamespace(d.object, k, namespace));
    const name = String(object.metadata?.name);
    const file = `${k.group === "" ? "" : `${k.group}.`}${k.version}.${k.kind}.${namespace}.${name}`;
    object.metadata.annotations = { ...(object.metadata.annotations as Obj | undefined), [lastApplied]: applied(object) };
    let before: Obj | undefined;
    try {
      before = await s.request("GET", s.path(k, namespace, name));
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.code !== 404) throw error;
    }
    const annotation = before?.metadata.annotations?.[lastApplied] as string | undefined;
    const type = builtinResources.find((r) => r.group === k.group && r.kind === k.kind)?.type;
    const query = { fieldManager: "kubectl-client-side-apply", dryRun: "All" };
    const after = before
      ? await s.request(
          "PATCH",
          s.path(k, namespace, name),
          patchFor(annotation ? (JSON.parse(annotation) as Obj) : {}, object, before, type).patch,
          { contentType: type ? "application/strategic-merge-patch+json" : "application/merge-patch+json", query },
        )
      : await s.request("POST", s.path(k, namespace), object, { query });
    const trim = (o: Obj): Obj => {
      const copy: Obj = copyData(o);
      delete copy.metadata.managedFields;
      if (copy.metadata.annotations) delete copy.metadata.annotations[lastApplied];
      if (copy.metadata.annotations && Object.keys(copy.metadata.annotations as Obj).length === 0) copy.metadata.annotations = {};
      return copy;
    };
    if (before) p.fs.write(`${live}/${file}`, toYaml(trim(before)));
    p.fs.write(`${merged}/${file}`, toYaml(trim(after)));
  }
  const child = p.spawn({ argv: ["diff", "-u", "-N", live, merged] });
  const ended = await p.wait(child);
  p.fs.removeAll(live);
  p.fs.removeAll(merged);
  return ended.code;
};
