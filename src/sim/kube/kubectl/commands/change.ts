/** label, annotate, patch, scale, certificate. */
import { applyPatch, type Operation } from "rfc6902";
import { copy } from "../../../core/copy.ts";
import { parseYaml } from "../../../core/yaml.ts";
import type { Obj } from "../../../core/json.ts";
import { equal, isObject, mergePatch } from "../../apiserver/patch/merge.ts";
import { strategicMerge } from "../../apiserver/patch/strategic.ts";
import { builtinResources } from "../../apiserver/resources.ts";
import { labelValue } from "../../apiserver/strategy/names.ts";
import { Failure, ServerRefusal } from "../failure.ts";
import { parseFlags, selectorFlags } from "../flags.ts";
import { Unparsed } from "../../client.ts";
import { Session } from "../session.ts";
import type { Command } from "./command.ts";
import { changeFlags, dryRunOf, report, type DryRun } from "./manage.ts";
import { changeCause, recordFlag, recordOn } from "./record.ts";
import { eachObject, visitObjects, type Live } from "./objects.ts";

/** kubectl 1.20 keeps some dry runs to itself. */
const said = (s: Session, dry: DryRun): DryRun => (s.minor <= 20 ? "none" : dry);

/** `a=b` sets, `a-` removes. The rest are resources. */
export function assignments(args: string[]): { resources: string[]; set: Record<string, string>; remove: string[] } {
  const resources: string[] = [];
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const arg of args) {
    if (/^[^=]+=/.test(arg) && !arg.startsWith("/")) set[arg.slice(0, arg.indexOf("="))] = arg.slice(arg.indexOf("=") + 1);
    else if (arg.endsWith("-") && arg.length > 1) remove.push(arg.slice(0, -1));
    else resources.push(arg);
  }
  return { resources, set, remove };
}

export async function patchLive(s: Session, l: Live, patch: Obj, manager: string, dry: DryRun, subresource = ""): Promise<Obj> {
  if (dry === "client") return l.object;
  return s.request("PATCH", s.path(l.kind, l.namespace, l.name, subresource), patch, {
    contentType: "application/merge-patch+json",
    query: { fieldManager: s.flags.text("field-manager") ?? manager, ...(dry === "server" ? { dryRun: "All" } : {}) },
  });
}

const metadataCommand =
  (what: "label" | "annotation"): Command =>
  async (p, argv) => {
    const name = what === "label" ? "label" : "annotate";
    const flags = parseFlags(p, name, argv, {
      ...changeFlags,
      ...selectorFlags,
      ...recordFlag,
      list: "bool",
      local: "bool",
      "resource-version": "string",
    });
    const s = new Session(p, flags);
    if (flags.bool("local")) p.notSimulated(`kubectl ${name} --local`);
    const { resources, set, remove } = assignments(flags.args);
    const field = what === "label" ? "labels" : "annotations";
    // a label's value holds no further `=`, an annotation's may (cmd/label/label.go, parseLabels)
    const spoilt = flags.args.find((arg) => what === "label" && arg.split("=").length > 2);
    if (spoilt !== undefined) throw new Failure(`error: invalid label spec: ${spoilt}`);
    if (Object.keys(set).length === 0 && remove.length === 0 && !flags.bool("list"))
      throw new Failure(`error: at least one ${what} update is required`);
    if (what === "label") {
      // keys are the server's to judge
      for (const [k, v] of Object.entries(set)) {
        const badValue = labelValue(v);
        if (badValue) throw new Failure(`error: invalid label value: ${JSON.stringify(`${k}=${v}`)}: ${badValue}`);
      }
    }
    const dry = await dryRunOf(s);
    const cause = await changeCause(s);
    // one name was asked for (cli-runtime/pkg/resource/builder.go, singleItemImplied)
    const single =
      resources.length === 0 ? flags.list("filename").length === 1 : resources.length === (resources[0]!.includes("/") ? 1 : 2);
    await eachObject(s, resources, name, async (l) => {
      const current = (l.object.metadata[field] ?? {}) as Record<string, string>;
      const clash = flags.bool("overwrite")
        ? undefined
        : Object.keys(set).find((k) => current[k] !== undefined && (what === "annotation" || s.minor < 25 || current[k] !== set[k]));
      if (clash !== undefined)
        throw new Failure(
          what === "label"
            ? `error: '${clash}' already has a value (${current[clash]}), and --overwrite is false`
            : `error: --overwrite is false but found the following declared annotation(s): '${clash}' already has a value (${current[clash]})`,
        );
      const missing = remove.filter((k) => current[k] === undefined);
      for (const k of missing) await p.out(`${what} ${JSON.stringify(k)} not found.\n`);
      const changes: Obj = {};
      for (const [k, v] of Object.entries(set)) if (current[k] !== v) changes[k] = v;
      for (const k of remove) if (current[k] !== undefined) changes[k] = null;
      if (flags.bool("list")) {
        // as they would be; nothing is sent
        if (!single) await p.err(`Listing ${field} for ${l.kind.kind}.${l.kind.group}/${l.name}:\n`);
        const would = Object.entries({ ...current, ...changes }).filter(([, v]) => v !== null);
        for (const [k, v] of would.toSorted(([a], [b]) => (a < b ? -1 : 1))) await p.out(`${single ? "" : " "}${k}=${v}\n`);
        return;
      }
      const changed = Object.keys(changes).length > 0;
      const body = changed ? await patchLive(s, l, { metadata: { [field]: changes } }, `kubectl-${name}`, dry) : l.object;
      const verb =
        what === "annotation"
          ? "annotated"
          : !changed
            ? "not labeled"
            : Object.keys(set).length === 0 && s.minor >= 24
              ? "unlabeled"
              : "labeled";
      await recordOn(s, l, cause, dry);
      await report(s, l.kind, body, verb, what === "label" ? said(s, dry) : dry);
    });
    return 0;
  };

export const label = metadataCommand("label");
export const annotate = metadataCommand("annotation");

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return new Unparsed(text);
  }
}

export const patch: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "patch",
    argv,
    { ...changeFlags, ...recordFlag, patch: "string", "patch-file": "string", type: "string", local: "bool", subresource: "string" },
    { p: "patch" },
  );
  const s = new Session(p, flags);
  if (flags.bool("local")) p.notSimulated("kubectl patch --local");
  const type = (flags.text("type") ?? "strategic").toLowerCase();
  const contentType = {
    json: "application/json-patch+json",
    merge: "application/merge-patch+json",
    strategic: "application/strategic-merge-patch+json",
  }[type];
  if (!contentType)
    throw new Failure(
      `error: --type must be one of [json merge strategic], not ${JSON.stringify(type)}\nSee 'kubectl patch -h' for help and examples`,
    );
  const file = flags.text("patch-file");
  const text = flags.text("patch") ?? (file ? p.fs.tryReadText(file) : undefined);
  if (text === undefined || text === "")
    throw new Failure("error: must specify --patch or --patch-file containing the contents of the patch");
  let body: unknown;
  try {
    // what begins as JSON goes to the server as it is (k8s.io/apimachinery/pkg/util/yaml, ToJSON)
    body = text.trimStart().startsWith("{") ? jsonOr(text) : parseYaml(text);
  } catch (error) {
    throw new Failure(`error: unable to parse ${JSON.stringify(text)}: yaml: ${(error as Error).message}`);
  }
  const dry = await dryRunOf(s);
  const cause = await changeCause(s);
  await eachObject(s, flags.args, "patch", async (l) => {
    const result =
      dry === "client"
        ? patchedHere(s, l, contentType, body)
        : await s.request("PATCH", s.path(l.kind, l.namespace, l.name, flags.text("subresource") ?? ""), body, {
            contentType,
            query: { fieldManager: flags.text("field-manager") ?? "kubectl-patch", ...(dry === "server" ? { dryRun: "All" } : {}) },
          });
    await recordOn(s, l, cause, dry);
    // whether it was a dry run is not said
    await report(s, l.kind, result, equal(result, l.object) ? "patched (no change)" : "patched");
  });
  return 0;
};

/** The object as the patch would leave it, by kubectl's own lights (cmd/patch/patch.go, getPatchedJSON). */
function patchedHere(s: Session, l: Live, contentType: string, body: unknown): Obj {
  if (contentType === "application/json-patch+json" && Array.isArray(body)) {
    const patched = copy(l.object);
    if (applyPatch(patched, body as Operation[]).every((failure) => failure === null)) return patched;
  } else if (isObject(body)) {
    if (contentType === "application/merge-patch+json") return mergePatch(l.object, body) as Obj;
    const type = builtinResources.find((r) => r.group === l.kind.group && r.kind === l.kind.kind)?.type;
    if (type !== undefined) return strategicMerge(l.object, body as Obj, type);
  }
  return s.p.notSimulated("kubectl patch --dry-run=client with a patch that cannot be applied");
}

export const scale: Command = async (p, argv) => {
  const flags = parseFlags(p, "scale", argv, {
    ...changeFlags,
    ...selectorFlags,
    ...recordFlag,
    replicas: "int",
    "current-replicas": "int",
    "resource-version": "string",
    timeout: "duration",
  });
  const s = new Session(p, flags);
  const given = flags.number("replicas");
  if (given === undefined) throw new Failure('error: required flag(s) "replicas" not set');
  // Go's int32(), which does not ask whether the number fits
  const replicas = given | 0;
  if (given < 0) throw new Failure("error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  const dry = await dryRunOf(s);
  const cause = await changeCause(s);
  const one = async (l: Live): Promise<void> => {
    const current = Number(l.object.spec?.replicas ?? 0);
    const wanted = flags.number("current-replicas");
    if (wanted !== undefined && wanted >= 0 && wanted !== current)
      throw new Failure(`error: Expected replicas to be ${wanted}, was ${current}`);
    if (dry !== "client") await patchLive(s, l, { spec: { replicas } }, "kubectl-scale", dry, "scale");
    await recordOn(s, l, cause, dry);
    await report(s, l.kind, l.object, "scaled", said(s, dry));
  };
  if (s.minor < 26) await eachObject(s, flags.args, "scale", one);
  else await scaleFound(s, flags.args, one);
  return 0;
};

/** Looks for all objects before it scales the first, and stops when one cannot be scaled. */
async function scaleFound(s: Session, args: string[], one: (l: Live) => Promise<void>): Promise<void> {
  const found: Live[] = [];
  const missing = await visitObjects(s, args, "scale", async (l) => void found.push(l));
  // seen in 1.32, no longer in 1.36
  if (found.length === 0 && s.minor < 36) throw new Failure(`error: no objects passed to scale ${missing.text}`);
  for (const l of found) await one(l);
  missing.end();
}

export const certificate: Command = async (p, argv) => {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  const what = argv[at];
  if (what !== "approve" && what !== "deny")
    throw new Failure(`error: unknown command ${JSON.stringify(what ?? "")}\nSee 'kubectl certificate -h' for help and examples`);
  const flags = parseFlags(p, `certificate ${what}`, [...argv.slice(0, at), ...argv.slice(at + 1)], {
    ...changeFlags,
    ...selectorFlags,
    force: "bool",
  });
  const s = new Session(p, flags);
  if (flags.args.length === 0 && flags.list("filename").length === 0)
    throw new Failure("error: one or more CSRs must be specified as <name> or -f <filename>");
  const kind = await s.kind("certificatesigningrequests");
  const names = flags.args.map((a) => a.replace(/^(csr|certificatesigningrequests?(\.certificates\.k8s\.io)?)\//, ""));
  let status = 0;
  for (const name of names) {
    try {
      const csr = copy(await s.get(kind, name));
      const type = what === "approve" ? "Approved" : "Denied";
      const conditions = ((csr.status?.conditions ?? []) as Obj[]).slice();
      if (!conditions.some((c) => c.type === type))
        conditions.push({
          type,
          status: "True",
          reason: what === "approve" ? "KubectlApprove" : "KubectlDeny",
          message: `This CSR was ${what === "approve" ? "approved" : "denied"} by kubectl certificate ${what}.`,
          lastUpdateTime: new Date(p.now).toISOString().replace(/\.\d+Z$/, "Z"),
        });
      const body = await s.request("PUT", s.path(kind, "", name, "approval"), {
        ...csr,
        status: { ...(csr.status as Obj | undefined), conditions },
      });
      await report(s, kind, body, what === "approve" ? "approved" : "denied");
    } catch (error) {
      if (!(error instanceof ServerRefusal)) throw error;
      await p.err(`${error.message}\n`);
      status = 1;
    }
  }
  return status;
};
