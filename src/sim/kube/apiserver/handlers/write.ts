/** Create, update, patch: k8s.io/apiserver/pkg/registry/generic/registry/store.go. */
import { copy as copyData } from "../../../core/copy.ts";
import { applyPatch, type Operation } from "rfc6902";
import type { Obj } from "../../../core/json.ts";
import { admitEarly, admitLate, mutate, type Admission } from "../admission/admit.ts";
import { uncovered } from "../auth/rbac.ts";
import { applyDefaults, crdVersion, prune, validateSchema } from "../crd-schema.ts";
import { decodeAs, DecodeError } from "../decode.ts";
import { applyServerSide, noteUpdate } from "../patch/apply.ts";
import { equal, mergePatch } from "../patch/merge.ts";
import { strategicMerge } from "../patch/strategic.ts";
import { apiVersionOf, storageKey } from "../resources.ts";
import {
  alreadyExists,
  badRequest,
  forbidden,
  invalid,
  invalidValue,
  modified,
  notFound,
  StatusError,
  unsupportedMediaType,
  type Cause,
} from "../status.ts";
import { defaults } from "../strategy/defaults.ts";
import { prepareCreate, prepareStatus, prepareUpdate } from "../strategy/prepare.ts";
import { rules, validateMetadata, validateMetadataUpdate } from "../strategy/validate.ts";
import { toStored } from "../versions.ts";
import { apiVersion, onCurrent, present, save, subjectOf, toCoreEvent, type Call } from "./context.ts";
import { removeNow } from "./delete.ts";

/** The object in a request's body, of the right kind, cleaned and with defaults. */
function read(c: Call, input: unknown): Obj {
  const { resource: r } = c;
  if (input === null || typeof input !== "object")
    throw badRequest("the object provided is unrecognized (must be of type " + r.kind + "): couldn't get version/kind; json parse error");
  const body = input as Obj;
  if (!body.kind) throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(input)}'`);
  if (!body.apiVersion) throw badRequest(`Object 'apiVersion' is missing in '${JSON.stringify(input)}'`);
  if (body.kind === r.kind.toLowerCase() && body.kind !== r.kind)
    throw badRequest(
      `${body.kind} in version "${c.version}" cannot be handled as a ${r.kind}: no kind "${body.kind}" is registered for version "${String(body.apiVersion)}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  const kindMatches = body.kind === r.kind;
  const group = String(body.apiVersion).includes("/") ? String(body.apiVersion).split("/")[0]! : "";
  if (!kindMatches || group !== r.group)
    throw badRequest(
      `${r.kind} in version "${String(body.apiVersion).split("/").at(-1)}" cannot be handled as a ${r.kind}: converting (${body.apiVersion}, Kind=${body.kind}) to (${apiVersion(c)}, Kind=${r.kind}): unknown conversion`,
    );
  const unknown: string[] = [];
  let o: Obj;
  if (r.crd) {
    o = copyData(body);
    try {
      o.metadata = decodeAs("ObjectMeta", o.metadata ?? {}, unknown);
    } catch (error) {
      throw decodeFailure(c, error);
    }
    const schema = crdVersion(r.crd, c.version)?.schema?.openAPIV3Schema as Obj | undefined;
    if (r.crd.spec.preserveUnknownFields !== true) prune(o, schema, "", unknown, true);
    applyDefaults(o, schema);
  } else {
    try {
      o = decodeAs(r.type, toStored(r, c.version, copyData(body)), unknown);
    } catch (error) {
      throw decodeFailure(c, error);
    }
    o.metadata ??= {};
    defaults[r.type]?.(o, c.api.minor);
  }
  if (unknown.length > 0) {
    const validation = c.query.get("fieldValidation") ?? (c.api.minor >= 27 ? "Warn" : "Ignore");
    const text = [...new Set(unknown)].join(", ");
    if (validation === "Strict")
      throw badRequest(`${r.kind} in version "${c.version}" cannot be handled as a ${r.kind}: strict decoding error: ${text}`);
    if (validation === "Warn") c.warnings.push(...new Set(unknown));
  }
  return o;
}

const decodeFailure = (c: Call, error: unknown): unknown =>
  error instanceof DecodeError
    ? badRequest(`${c.resource.kind} in version "${c.version}" cannot be handled as a ${c.resource.kind}: ${error.message}`)
    : error;

const admission = (c: Call, operation: Admission["operation"], name: string): Admission => ({
  api: c.api,
  user: c.user,
  resource: c.resource,
  version: c.version,
  operation,
  subresource: c.info.subresource,
  namespace: c.info.namespace,
  name,
  dryRun: c.dryRun,
});

function validate(c: Call, o: Obj, old: Obj | undefined, causes: Cause[]): void {
  const { resource: r } = c;
  validateMetadata(r, o, causes);
  if (old) validateMetadataUpdate(o, old, causes);
  if (r.crd) validateSchema(o, crdVersion(r.crd, c.version)?.schema?.openAPIV3Schema as Obj | undefined, "", causes);
  else rules[r.type]?.(o, causes, old, c.api.minor);
}

export function create(c: Call, input: unknown): { code: number; body: Obj } {
  const { resource: r, info, api } = c;
  const o = read(c, input);
  const meta = o.metadata as Obj;
  if (r.namespaced) {
    if (meta.namespace && meta.namespace !== info.namespace)
      throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
    if (info.namespace === "") throw badRequest(`an empty namespace may not be set during creation`);
    meta.namespace = info.namespace;
  } else if (meta.namespace) throw badRequest("namespace may not be set on cluster-scoped resources");
  if (meta.resourceVersion) throw badRequest("resourceVersion should not be set on objects to be created");
  if (!meta.name && meta.generateName) {
    const base = String(meta.generateName).slice(0, 58);
    meta.name = base + api.p.machine.random("names").word(5);
  }
  return { code: 201, body: present(c, createReady(c, o)) };
}

/** Creates a decoded object whose name and namespace are settled. */
export function createReady(c: Call, o: Obj): Obj {
  const { resource: r, api } = c;
  const meta = o.metadata as Obj;
  const name = String(meta.name ?? "");
  const a = { ...admission(c, "CREATE", name), namespace: String(meta.namespace ?? "") };
  admitEarly(a, o, undefined);
  meta.uid = api.p.machine.random("uid").uuid();
  meta.creationTimestamp = api.now;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
  delete meta.generation;
  delete meta.managedFields;
  if (c.manager.startsWith("\0apply:")) meta.managedFields = (o as { $managed?: Obj[] }).$managed;
  delete (o as { $managed?: Obj[] }).$managed;
  mutate(a, o);
  const causes: Cause[] = [];
  prepareCreate({ api, user: c.user, resource: r, version: c.version }, o, causes);
  validate(c, o, undefined, causes);
  if (causes.length > 0) throw invalid(subjectOf(r), name, causes);
  checkEscalation(c, o, undefined);
  admitLate(a, o, undefined);
  const stored = r.type === "EventV1" ? toCoreEvent(o) : o;
  stored.apiVersion =
    r.type === "EventV1" ? "v1" : r.group === "extensions" ? "networking.k8s.io/v1" : apiVersionOf(r.group, storageVersion(c));
  stored.kind = r.kind;
  const key = storageKey(r, String(meta.namespace ?? ""), name);
  if (c.dryRun) {
    if (api.store.get(key)) throw alreadyExists(r.type === "EventV1" ? { ...subjectOf(r) } : subjectOf(r), name);
    return stored;
  }
  const saved = api.store.create(key, stored);
  if (!saved) throw alreadyExists(subjectOf(r), name);
  api.changed(key, saved);
  return saved;
}

function storageVersion(c: Call): string {
  const { resource: r } = c;
  if (r.crd) return String(((r.crd.spec.versions ?? []) as Obj[]).find((v) => v.storage === true)?.name ?? c.version);
  return r.versions[0]!.name === "v2" ? c.version : (c.api.versions(r)[0] ?? c.version);
}

/** RBAC objects may not grant what their author does not have (pkg/registry/rbac/…/policybased). */
function checkEscalation(c: Call, o: Obj, old: Obj | undefined): void {
  const { resource: r, api, user } = c;
  if (r.group !== "rbac.authorization.k8s.io" || user.groups.includes("system:masters")) return;
  const namespace = String(o.metadata.namespace ?? "");
  const can = (verb: string, plural: string, name: string, group = r.group): boolean =>
    uncovered(api.policy, user, namespace, [
      { apiGroups: [group], resources: [plural], verbs: [verb], ...(name ? { resourceNames: [name] } : {}) },
    ]).length === 0;
  let wanted: Obj[];
  if (r.kind === "Role" || r.kind === "ClusterRole") {
    if (old && equal(old.rules, o.rules)) return;
    if (can("escalate", r.plural, String(o.metadata.name))) return;
    wanted = (o.rules ?? []) as Obj[];
  } else {
    if (old && equal(old.subjects, o.subjects)) return;
    const plural = o.roleRef.kind === "ClusterRole" ? "clusterroles" : "roles";
    if (can("bind", plural, String(o.roleRef.name))) return;
    const list =
      plural === "clusterroles" ? api.policy.clusterRoles() : api.policy.roles().filter((x) => x.metadata.namespace === namespace);
    const role = list.find((x) => x.metadata.name === o.roleRef.name);
    if (!role) throw notFound({ group: r.group, plural, kind: String(o.roleRef.kind) }, String(o.roleRef.name));
    wanted = (role.rules ?? []) as Obj[];
  }
  const missing = uncovered(api.policy, user, namespace, wanted);
  if (missing.length === 0) return;
  const shown = missing
    .map((m) =>
      m.nonResourceURLs
        ? `{NonResourceURLs:${go(m.nonResourceURLs)}, Verbs:${go(m.verbs)}}`
        : `{APIGroups:${go(m.apiGroups)}, Resources:${go(m.resources)}${m.resourceNames ? `, ResourceNames:${go(m.resourceNames)}` : ""}, Verbs:${go(m.verbs)}}`,
    )
    .join("\n");
  throw forbidden(
    r,
    String(o.metadata.name),
    `user "${user.name}" (groups=${go(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${shown}`,
  );
}

const go = (list: unknown): string => `[${((list ?? []) as string[]).map((s) => JSON.stringify(s)).join(" ")}]`;

/** What is written has the name that it is written to (endpoints/handlers/rest.go, checkName). */
function checkName({ info, resource: r }: Call, o: Obj): void {
  const { name, namespace } = o.metadata as { name?: string; namespace?: string };
  if (!name) throw badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`);
  if (name !== info.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
  if (r.namespaced && namespace && namespace !== info.namespace)
    throw badRequest(`the namespace of the object (${namespace}) does not match the namespace on the request (${info.namespace})`);
}

export function update(c: Call, input: unknown): { code: number; body: Obj } {
  let first: Obj | undefined = read(c, input);
  checkName(c, first);
  return onCurrent(c, (old) => {
    // the rules of the resource write into it: another try needs another
    const o = first ?? read({ ...c, warnings: [] }, input);
    first = undefined;
    return updateCurrent(c, o, old);
  });
}

function updateCurrent(c: Call, o: Obj, old: Obj | undefined): { code: number; body: Obj } {
  const { info, resource: r } = c;
  if (!old) {
    // kinds that may be created by an update
    if (
      ["Event", "EventV1", "Endpoints", "Node", "LimitRange", "Lease", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"].includes(
        r.type,
      ) &&
      info.subresource === "" &&
      !o.metadata.resourceVersion
    ) {
      o.metadata.name = info.name;
      if (r.namespaced) o.metadata.namespace = info.namespace;
      return { code: 201, body: present(c, createReady(c, o)) };
    }
    throw notFound(r, info.name);
  }
  const version = o.metadata.resourceVersion as string | undefined;
  if (
    !version &&
    (r.crd || ["Endpoints_", "Lease", "PriorityClass_", "PodDisruptionBudget", "CustomResourceDefinition", "APIService"].includes(r.type))
  )
    throw invalid(subjectOf(r), info.name, [
      {
        ...invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
        message: "Invalid value: 0x0: must be specified for an update",
      },
    ]);
  if (version && version !== old.metadata.resourceVersion) throw modified(r, info.name);
  if (o.metadata.uid && o.metadata.uid !== old.metadata.uid)
    throw new StatusError(
      409,
      "Conflict",
      `Operation cannot be fulfilled on ${r.group === "" ? r.plural : `${r.plural}.${r.group}`} "${info.name}": StorageError: invalid object, Code: 4, Key: ${storageKey(r, info.namespace, info.name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${o.metadata.uid}, UID in object meta: ${old.metadata.uid}`,
      { name: info.name, kind: r.plural },
    );
  return { code: 200, body: present(c, replace(c, o, old)) };
}

/** Stores `o` in place of `old`, by the rules of the main resource or of its status. */
export function replace(c: Call, input: Obj, old: Obj): Obj {
  const { resource: r, api, info } = c;
  let o = input;
  const a = admission(c, "UPDATE", info.name);
  admitEarly(a, o, old);
  const q = { api, user: c.user, resource: r, version: c.version, subresource: info.subresource };
  const causes: Cause[] = [];
  o.apiVersion = old.apiVersion as string;
  o.kind = r.kind;
  const managed = o.metadata.managedFields as Obj[] | undefined;
  // what clients cannot set
  o.metadata = { ...(o.metadata as Obj), name: old.metadata.name as string };
  for (const key of [
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "namespace",
    "generateName",
  ]) {
    if (key === "uid" || key === "creationTimestamp") o.metadata[key] ??= old.metadata[key];
    else if (old.metadata[key] === undefined) delete o.metadata[key];
    else o.metadata[key] = old.metadata[key];
  }
  if (info.subresource === "status") o = prepareStatus(q, o, old);
  else {
    mutate(a, o);
    prepareUpdate(q, o, old, causes);
  }
  if (r.generation && info.subresource !== "status" && old.metadata.generation !== undefined) {
    const part = (x: Obj): unknown => {
      if (!r.crd) return { ...x, metadata: null, status: null };
      const { metadata: _m, status: _s, ...rest } = x;
      return rest;
    };
    if (!equal(part(o), part(old))) o.metadata.generation = Number(old.metadata.generation ?? 0) + 1;
  }
  if (c.manager.startsWith("\0apply:")) o.metadata.managedFields = managed;
  else if (old.metadata.managedFields) noteUpdate(old, o, c.manager, r.type || undefined, apiVersion(c), api.now);
  else delete o.metadata.managedFields;
  if (info.subresource === "status" && r.crd)
    validateSchema(o, crdVersion(r.crd, c.version)?.schema?.openAPIV3Schema as Obj | undefined, "", causes);
  else if (info.subresource !== "status") validate(c, o, old, causes);
  if (causes.length > 0) throw invalid(subjectOf(r), info.name, causes);
  checkEscalation(c, o, old);
  admitLate(a, o, old);
  const bare = (x: Obj): Obj => ({ ...x, metadata: { ...(x.metadata as Obj), resourceVersion: null } });
  if (equal(bare(o), bare(old))) return old;
  // the last finalizer of an object that is being deleted
  if (
    old.metadata.deletionTimestamp &&
    !(o.metadata.finalizers as unknown[] | undefined)?.length &&
    Number(old.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    (old.metadata.finalizers as unknown[] | undefined)?.length &&
    !(r.type === "Namespace" && (o.spec?.finalizers as unknown[] | undefined)?.length)
  ) {
    if (!c.dryRun) removeNow(c, save(c, o, old));
    return o;
  }
  return save(c, o, old);
}

const patchTypes = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

export function patch(c: Call, contentType: string, input: unknown): { code: number; body: Obj } {
  const { resource: r } = c;
  const type = contentType.split(";")[0]!.trim();
  if (type === "application/apply-patch+yaml" || type === "application/apply-patch+cbor") return apply(c, input);
  const accepted = r.crd ? patchTypes : [patchTypes[0]!, patchTypes[1]!, "application/strategic-merge-patch+json", patchTypes[2]!];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  return onCurrent(c, (old) => {
    if (!old) throw notFound(r, c.info.name);
    return patchCurrent(c, type, input, old);
  });
}

function patchCurrent(c: Call, type: string, input: unknown, old: Obj): { code: number; body: Obj } {
  const { resource: r, info } = c;
  const current = present(c, old);
  let result: Obj;
  if (type === "application/json-patch+json") {
    if (!Array.isArray(input))
      throw badRequest("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
    const copy = copyData(current);
    const failed = applyPatch(copy, input as Operation[]).find((e) => e !== null);
    if (failed) throw new StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {});
    result = copy;
  } else if (typeof input !== "object" || input === null || Array.isArray(input))
    throw badRequest(
      `json: cannot unmarshal ${Array.isArray(input) ? "array" : typeof input} into Go value of type map[string]interface {}`,
    );
  else if (type === "application/merge-patch+json") result = mergePatch(current, input) as Obj;
  else result = strategicMerge(current, input as Obj, r.type);
  const strategic = type === "application/strategic-merge-patch+json";
  if (!r.crd) {
    // a strategic patch is one of the object's own type, whatever it says; of the others what is left of the type decides
    for (const field of ["kind", "apiVersion"]) if (strategic || !result[field]) result[field] = current[field];
    if (result.kind !== current.kind || result.apiVersion !== current.apiVersion) throw otherKind(c, result);
  }
  const o = strategic ? readPatched(c, result, input as Obj) : read(c, result);
  checkName(c, o);
  const wanted = result.metadata?.resourceVersion as string | undefined;
  if (wanted && wanted !== old.metadata.resourceVersion) throw modified(r, info.name);
  return { code: 200, body: present(c, replace(c, o, old)) };
}

/** As Go writes metadata (ObjectMeta), which a patch leaves as it was encoded. */
const metadataOrder = [
  "name",
  "generateName",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "labels",
  "annotations",
  "ownerReferences",
  "finalizers",
  "managedFields",
];

/** A patched document that is no longer of the resource's kind (endpoints/handlers/patch.go). */
function otherKind({ api, resource: r }: Call, result: Obj): StatusError {
  const [kind, version] = [String(result.kind), String(result.apiVersion)];
  const known = api.resources().some((x) => x.kind === kind && api.versions(x).some((v) => apiVersionOf(x.group, v) === version));
  const why = known
    ? `converting (${version.split("/").at(-1)}.${kind}) to (${r.group.split(".")[0] || "core"}.${r.kind}): unknown conversion`
    : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
  const metadata = Object.fromEntries(
    metadataOrder.flatMap((key) => (key in result.metadata ? [[key, result.metadata[key] as unknown]] : [])),
  );
  const written = Object.fromEntries(Object.entries({ ...result, metadata }).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const cause = {
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(JSON.stringify(written))}: ${why}`,
    field: "patch",
  };
  return new StatusError(422, "Invalid", ` "" is invalid: patch: ${cause.message}`, { causes: [cause] });
}

/** A strategic patch is converted field by field, not decoded (k8s.io/apimachinery/pkg/runtime/converter.go, fromUnstructured). */
function readPatched(c: Call, result: Obj, input: Obj): Obj {
  try {
    return read(c, result);
  } catch (error) {
    const m =
      error instanceof StatusError ? /json: cannot unmarshal (\w+) into Go struct field \S+ of type (\S+)/.exec(error.message) : null;
    if (!m) throw error;
    const [, got, to] = m as unknown as [string, string, string];
    const kind = { number: "int64", object: "map", array: "slice" }[got] ?? got;
    const why = to.startsWith("[]")
      ? `cannot restore slice from ${kind}`
      : to.startsWith("map[")
        ? `cannot restore map from ${kind}`
        : to.startsWith("v1.")
          ? `cannot restore struct from: ${kind}`
          : kind === "int64" && to === "string"
            ? "cannot convert int64 to string"
            : `unrecognized type: ${to}`;
    const cause = { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(goValue(input))}: ${why}`, field: "patch" };
    throw new StatusError(422, "Invalid", ` "" is invalid: patch: ${cause.message}`, { causes: [cause] });
  }
}

/** fmt's %v of a JSON document. */
const goValue = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(goValue).join(" ")}]`
    : value === null
      ? "<nil>"
      : typeof value === "object"
        ? `map[${Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, v]) => `${key}:${goValue(v)}`)
            .join(" ")}]`
        : String(value as string | number | boolean);

function apply(c: Call, input: unknown): { code: number; body: Obj } {
  const { resource: r, info, api } = c;
  const manager = c.query.get("fieldManager");
  if (!manager)
    throw new StatusError(
      422,
      "Invalid",
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {
        group: "meta.k8s.io",
        kind: "PatchOptions",
        causes: [{ reason: "FieldValueRequired", message: "Required value: is required for apply patch", field: "fieldManager" }],
      },
    );
  const applied = input as Obj;
  if (!applied || typeof applied !== "object" || !applied.kind || !applied.apiVersion) throw badRequest("Object 'Kind' is missing");
  if (applied.metadata?.managedFields) throw badRequest("metadata.managedFields must be nil");
  const key = storageKey(r, info.namespace, info.name);
  const old = api.store.get(key);
  const options = {
    manager,
    force: c.query.get("force") === "true",
    apiVersion: apiVersion(c),
    type: r.type || undefined,
    time: api.now,
    ...(info.subresource ? { subresource: info.subresource } : {}),
  };
  const clean = copyData(applied);
  delete clean.metadata?.creationTimestamp;
  clean.metadata = { ...(clean.metadata as Obj | undefined), name: info.name, ...(r.namespaced ? { namespace: info.namespace } : {}) };
  const merged = applyServerSide(old && copyData(present(c, old)), clean, options);
  const inner: Call = { ...c, manager: `\0apply:${manager}` };
  const managed = merged.metadata.managedFields as Obj[];
  const o = read(inner, merged);
  if (!old) {
    (o as { $managed?: Obj[] }).$managed = managed;
    return { code: 201, body: present(c, createReady(inner, o)) };
  }
  o.metadata.managedFields = managed;
  return { code: 200, body: present(c, replace(inner, o, old)) };
}
