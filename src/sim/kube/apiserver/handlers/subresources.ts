/** scale, binding, eviction, token, approval, finalize; log, exec and their kind go to the kubelet (kubelet.ts). */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { createToken } from "../../../pki/index.ts";
import { decide } from "../auth/authorize.ts";
import { decodeAs } from "../decode.ts";
import { formatSelector, matchesSelector } from "../selectors.ts";
import { timestamp } from "../server.ts";
import {
  badRequest,
  conflict,
  forbidden,
  invalid,
  invalidValue,
  methodNotAllowed,
  modified,
  StatusError,
  tooManyRequests,
  unsupportedMediaType,
} from "../status.ts";
import { mergePatch } from "../patch/merge.ts";
import { strategicMerge } from "../patch/strategic.ts";
import { crdVersion } from "../crd-schema.ts";
import { load, save, subjectOf, type Call } from "./context.ts";
import { removeObject } from "./delete.ts";
import { replace } from "./write.ts";

const at = (o: Obj, path: string): unknown =>
  path
    .split(".")
    .filter((p) => p !== "")
    .reduce<unknown>((v, p) => (v as Obj | undefined)?.[p], o);

function scaleOf(c: Call, o: Obj): Obj {
  const custom = c.resource.crd ? (crdVersion(c.resource.crd, c.version)?.subresources?.scale as Obj | undefined) : undefined;
  const selector = custom
    ? custom.labelSelectorPath
      ? at(o, String(custom.labelSelectorPath))
      : undefined
    : c.resource.type === "ReplicationController"
      ? Object.entries((o.spec.selector ?? {}) as Obj)
          .map(([k, v]) => `${k}=${v}`)
          .join(",")
      : formatSelector(o.spec.selector as Obj);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = o.metadata as Obj;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: Number((custom ? at(o, String(custom.specReplicasPath)) : o.spec.replicas) ?? 0) },
    status: {
      replicas: Number((custom ? at(o, String(custom.statusReplicasPath)) : o.status?.replicas) ?? 0),
      ...(selector ? { selector } : {}),
    },
  };
}

export function scale(c: Call, method: string, contentType: string, input: unknown): { code: number; body: Obj } {
  const old = load(c);
  const current = scaleOf(c, old);
  if (method === "GET") return { code: 200, body: current };
  let wanted: Obj;
  if (method === "PUT") wanted = decodeAs("Scale", input);
  else if (method === "PATCH") {
    const type = contentType.split(";")[0]!;
    if (type === "application/merge-patch+json") wanted = mergePatch(current, input) as Obj;
    else if (type === "application/strategic-merge-patch+json") wanted = strategicMerge(current, input as Obj, "Scale");
    else throw unsupportedMediaType(["application/merge-patch+json", "application/strategic-merge-patch+json"]);
  } else throw methodNotAllowed(c.resource);
  if (wanted.metadata?.resourceVersion && wanted.metadata.resourceVersion !== old.metadata.resourceVersion)
    throw modified(c.resource, c.info.name);
  const replicas = Number(wanted.spec?.replicas ?? 0);
  if (Math.abs(replicas) > 2 ** 31 - 1)
    throw badRequest(`json: cannot unmarshal number ${replicas} into Go struct field ScaleSpec.spec.replicas of type int32`);
  if (replicas < 0)
    throw invalid({ group: "autoscaling", plural: "scales", kind: "Scale" }, c.info.name, [
      invalidValue("spec.replicas", replicas, "must be greater than or equal to 0"),
    ]);
  const next: Obj = { ...old, spec: { ...(old.spec as Obj), replicas } };
  const inner: Call = { ...c, info: { ...c.info, subresource: "" } };
  return { code: 200, body: scaleOf(c, replace(inner, copy(next), old)) };
}

export function binding(c: Call, input: unknown): { code: number; body: Obj } {
  const target = (input as Obj).target as Obj | undefined;
  const pod = load({ ...c, info: { ...c.info, name: c.info.name || String((input as Obj).metadata?.name) } });
  const name = String(pod.metadata.name);
  if (!target?.name)
    throw invalid({ group: "", plural: "bindings", kind: "Binding" }, name, [
      { reason: "FieldValueRequired", message: "Required value", field: "target.name" },
    ]);
  const pods = { ...c.resource, plural: "pods/binding" };
  if (pod.metadata.deletionTimestamp) throw conflict(pods, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw conflict(pods, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  const meta = ((input as Obj).metadata ?? {}) as Obj;
  const conditions = ((pod.status?.conditions ?? []) as Obj[]).filter((x) => x.type !== "PodScheduled");
  const next: Obj = {
    ...pod,
    metadata: {
      ...(pod.metadata as Obj),
      ...(meta.annotations ? { annotations: { ...(pod.metadata.annotations as Obj | undefined), ...(meta.annotations as Obj) } } : {}),
    },
    spec: { ...(pod.spec as Obj), nodeName: target.name },
    status: {
      ...(pod.status as Obj),
      conditions: [...conditions, { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: c.api.now }],
    },
  };
  save({ ...c, info: { ...c.info, name } }, next, pod);
  return { code: 201, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 } };
}

/** Eviction under disruption budgets: pkg/registry/core/pod/storage/eviction.go. */
export function eviction(c: Call, input: unknown): { code: number; body: Obj } {
  const pod = load(c);
  const options = ((input as Obj).deleteOptions ?? {}) as Obj;
  const inner: Call = {
    ...c,
    info: { ...c.info, subresource: "" },
    dryRun: c.dryRun || ((options.dryRun ?? []) as string[]).includes("All"),
  };
  const done = { code: 201, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 } };
  const phase = String(pod.status?.phase);
  const budgets = c.api
    .known({ group: "policy", plural: "poddisruptionbudgets" })
    .filter(
      (b) =>
        b.metadata.namespace === pod.metadata.namespace &&
        matchesSelector((pod.metadata.labels ?? {}) as Record<string, string>, b.spec?.selector as Obj),
    );
  const ignored = phase === "Succeeded" || phase === "Failed" || phase === "Pending" || pod.metadata.deletionTimestamp !== undefined;
  if (!ignored && budgets.length > 1)
    throw new StatusError(
      500,
      "InternalError",
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  const [budget] = budgets;
  if (!ignored && budget) {
    const ready = ((pod.status?.conditions ?? []) as Obj[]).some((x) => x.type === "Ready" && x.status === "True");
    const healthyEnough =
      Number(budget.status?.currentHealthy ?? 0) >= Number(budget.status?.desiredHealthy ?? 0) &&
      Number(budget.status?.desiredHealthy ?? 0) > 0;
    if (!ready && (budget.spec?.unhealthyPodEvictionPolicy === "AlwaysAllow" || healthyEnough)) {
      removeObject(inner, pod, options);
      return done;
    }
    if (Number(budget.status?.observedGeneration ?? 0) < Number(budget.metadata.generation ?? 0))
      throw tooManyRequests(
        "Cannot evict pod as it would violate the pod's disruption budget.",
        [{ reason: "DisruptionBudget", message: `The disruption budget ${budget.metadata.name} is still being processed by the server.` }],
        10,
      );
    if (Number(budget.status?.disruptionsAllowed ?? 0) <= 0)
      throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", [
        {
          reason: "DisruptionBudget",
          message: `The disruption budget ${budget.metadata.name} needs ${budget.status?.desiredHealthy ?? 0} healthy pods and has ${budget.status?.currentHealthy ?? 0} currently`,
        },
      ]);
    if (!inner.dryRun) {
      const pdb = c.api.byKey("poddisruptionbudgets.policy")!;
      save(
        { ...c, resource: pdb, dryRun: false },
        {
          ...budget,
          status: {
            ...(budget.status as Obj),
            disruptionsAllowed: Number(budget.status.disruptionsAllowed) - 1,
            disruptedPods: { ...(budget.status.disruptedPods as Obj | undefined), [String(pod.metadata.name)]: c.api.now },
          },
        },
        budget,
      );
    }
  }
  removeObject(inner, pod, options);
  return done;
}

/** TokenRequest for a service account. */
export function token(c: Call, input: unknown): { code: number; body: Obj } {
  const account = load(c);
  const { options, p } = c.api;
  const spec = ((input as Obj).spec ?? {}) as Obj;
  const seconds = Number(spec.expirationSeconds ?? 3600);
  if (seconds < 600)
    throw invalid({ group: "authentication.k8s.io", plural: "tokenrequests", kind: "TokenRequest" }, "", [
      invalidValue("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"),
    ]);
  const audiences = ((spec.audiences as string[] | undefined) ?? []).length > 0 ? (spec.audiences as string[]) : options.audiences;
  const now = Math.floor(p.now / 1000);
  const ref = spec.boundObjectRef as Obj | undefined;
  let pod: Obj | undefined;
  if (ref) {
    if (ref.kind !== "Pod" && ref.kind !== "Secret" && ref.kind !== "Node")
      throw badRequest(`cannot bind token for serviceaccount "${c.info.name}" to object kind ${ref.kind}`);
    if (ref.kind === "Pod") {
      pod = c.api.store.get(`/registry/pods/${c.info.namespace}/${ref.name}`);
      if (!pod) throw new StatusError(404, "NotFound", `pods "${ref.name}" not found`, { name: ref.name, kind: "pods" });
      if (ref.uid && ref.uid !== pod.metadata.uid)
        throw conflict(
          { group: "", plural: "pods", kind: "Pod" },
          String(ref.name),
          `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
        );
      if (((pod.spec.serviceAccountName as string) || "default") !== c.info.name)
        throw badRequest(`cannot bind token for serviceaccount "${c.info.name}" to pod running with different serviceaccount name.`);
    }
  }
  const claims = {
    aud: audiences,
    exp: now + seconds,
    iat: now,
    iss: options.issuer,
    jti: p.machine.random("uid").uuid(),
    "kubernetes.io": {
      namespace: c.info.namespace,
      ...(pod
        ? {
            node: pod.spec.nodeName ? { name: pod.spec.nodeName as string } : undefined,
            pod: { name: pod.metadata.name as string, uid: pod.metadata.uid as string },
          }
        : {}),
      serviceaccount: { name: c.info.name, uid: account.metadata.uid as string },
    },
    nbf: now,
    sub: `system:serviceaccount:${c.info.namespace}:${c.info.name}`,
  };
  return {
    code: 201,
    body: {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name: c.info.name, namespace: c.info.namespace, creationTimestamp: c.api.now },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: ref ?? null },
      status: { token: createToken(options.serviceAccountSigner, claims), expirationTimestamp: timestamp((now + seconds) * 1000) },
    },
  };
}

/** Approving or denying a CSR needs `approve` on its signer (plugin/pkg/admission/certificates/approval). */
export function approval(c: Call, input: unknown): { code: number; body: Obj } {
  const old = load(c);
  const o = decodeAs("CertificateSigningRequest", copy(input));
  if (o.metadata?.resourceVersion && o.metadata.resourceVersion !== old.metadata.resourceVersion) throw modified(c.resource, c.info.name);
  const signer = String(old.spec.signerName);
  const may = (name: string): boolean =>
    decide(c.api, {
      user: c.user,
      verb: "approve",
      isResource: true,
      group: "certificates.k8s.io",
      version: "*",
      plural: "signers",
      subresource: "",
      namespace: "",
      name,
      path: "",
    }).allowed;
  if (!may(signer) && !may(`${signer.split("/")[0]}/*`))
    throw forbidden(c.resource, c.info.name, `user not permitted to approve requests with signerName "${signer}"`);
  const before = (old.status?.conditions ?? []) as Obj[];
  const conditions = ((o.status?.conditions ?? []) as Obj[]).map((x) => ({
    ...x,
    status: x.status ?? "True",
    lastUpdateTime: x.lastUpdateTime ?? c.api.now,
    lastTransitionTime: before.find((b) => b.type === x.type && b.status === x.status)?.lastTransitionTime ?? c.api.now,
  })) as Obj[];
  if (conditions.some((x) => x.type === "Approved") && conditions.some((x) => x.type === "Denied"))
    throw invalid(subjectOf(c.resource), c.info.name, [
      invalidValue("status.conditions", "", "Approved and Denied conditions are mutually exclusive"),
    ]);
  return { code: 200, body: save(c, { ...old, status: { ...(old.status as Obj | undefined), conditions } }, old) };
}

/** PUT …/namespaces/x/finalize. */
export function finalize(c: Call, input: unknown): { code: number; body: Obj } {
  const old = load(c);
  const finalizers = ((input as Obj).spec?.finalizers ?? []) as string[];
  if ((input as Obj).metadata?.resourceVersion && (input as Obj).metadata.resourceVersion !== old.metadata.resourceVersion)
    throw modified(c.resource, c.info.name);
  const next: Obj = { ...old, spec: finalizers.length > 0 ? { finalizers } : {} };
  const saved = save(c, next, old);
  if (finalizers.length === 0 && saved.metadata.deletionTimestamp && !(saved.metadata.finalizers as unknown[] | undefined)?.length)
    removeObject({ ...c, info: { ...c.info, subresource: "" } }, saved, {});
  return { code: 200, body: saved };
}
