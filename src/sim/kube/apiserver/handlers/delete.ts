/** Delete and deletecollection: grace periods, finalizers, propagation (registry/generic/registry/store.go, rest/delete.go). */
import type { Obj } from "../../../core/json.ts";
import { admitEarly } from "../admission/admit.ts";
import { storageKey } from "../resources.ts";
import { timestamp } from "../server.ts";
import { modified, StatusError, success } from "../status.ts";
import { load, present, save, subjectOf, type Call } from "./context.ts";

/** Kinds whose DELETE answers with the object rather than a Status. */
const returnsObject = new Set(["Pod", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "ServiceAccount", "Service", "Node_"]);

/** Takes the object out of the store. */
export function removeNow(c: Call, o: Obj): void {
  if (c.dryRun) return;
  const key = storageKey(c.resource, String(o.metadata.namespace ?? ""), String(o.metadata.name));
  const revision = c.api.store.delete(key, String(o.metadata.resourceVersion));
  if (revision === undefined) throw modified(c.resource, String(o.metadata.name));
  c.api.changed(key, revision);
}

export function remove(c: Call, options: Obj): { code: number; body: Obj } {
  const { info, resource: r, api } = c;
  admitEarly(
    {
      api,
      user: c.user,
      resource: r,
      version: c.version,
      operation: "DELETE",
      subresource: "",
      namespace: info.namespace,
      name: info.name,
      dryRun: c.dryRun,
    },
    undefined,
    c.api.store.get(storageKey(r, info.namespace, info.name)),
  );
  const old = load(c);
  const uid = options.preconditions?.uid as string | undefined;
  if (uid && uid !== old.metadata.uid)
    throw new StatusError(
      409,
      "Conflict",
      `Operation cannot be fulfilled on ${r.plural} "${info.name}": Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
      { name: info.name, kind: r.plural },
    );
  const wantedVersion = options.preconditions?.resourceVersion as string | undefined;
  if (wantedVersion && wantedVersion !== old.metadata.resourceVersion) throw modified(r, info.name);
  return { code: 200, body: removeObject(c, old, options) };
}

export function removeObject(c: Call, old: Obj, options: Obj): Obj {
  const { resource: r, api } = c;
  const answer = (o: Obj): Obj =>
    r.crd || !returnsObject.has(r.type) ? success(subjectOf(r), String(o.metadata.name), String(o.metadata.uid)) : present(c, o);
  const grace = gracePeriod(c, old, options);
  const finalizers = propagationFinalizers(old, options);
  const namespaceFinalizers = r.type === "Namespace" ? ((old.spec?.finalizers ?? []) as string[]) : [];
  if (finalizers.length === 0 && namespaceFinalizers.length === 0 && grace === 0) {
    removeNow(c, old);
    return answer(old);
  }
  const already = old.metadata.deletionTimestamp !== undefined;
  const metadata: Obj = { ...(old.metadata as Obj) };
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  if (!already || grace < Number(old.metadata.deletionGracePeriodSeconds ?? 0)) {
    metadata.deletionTimestamp = timestamp(api.p.now + grace * 1000);
    metadata.deletionGracePeriodSeconds = grace;
    if (!already && r.generation && old.metadata.generation !== undefined) metadata.generation = Number(old.metadata.generation) + 1;
  }
  const next: Obj = { ...old, metadata };
  if (r.type === "Namespace") next.status = { ...(old.status as Obj | undefined), phase: "Terminating" };
  const same = already && JSON.stringify(metadata) === JSON.stringify(old.metadata);
  const stored = same ? old : save(c, next, old);
  return present(c, stored);
}

/** Only pods have graceful deletion (pod strategy, CheckGracefulDelete). */
function gracePeriod(c: Call, old: Obj, options: Obj): number {
  if (c.resource.type !== "Pod") return 0;
  if (!old.spec?.nodeName) return 0;
  if (old.status?.phase === "Failed" || old.status?.phase === "Succeeded") return 0;
  const wanted = options.gracePeriodSeconds as number | undefined;
  const grace = wanted ?? Number(old.spec.terminationGracePeriodSeconds ?? 30);
  if (old.metadata.deletionTimestamp !== undefined && wanted === undefined) return Number(old.metadata.deletionGracePeriodSeconds ?? 0);
  return Math.max(0, grace);
}

function propagationFinalizers(old: Obj, options: Obj): string[] {
  let list = [...((old.metadata.finalizers ?? []) as string[])];
  const policy = (options.propagationPolicy as string | undefined) ?? (options.orphanDependents === true ? "Orphan" : undefined);
  if (policy !== undefined) {
    list = list.filter((f) => f !== "orphan" && f !== "foregroundDeletion");
    if (policy === "Orphan") list.push("orphan");
    if (policy === "Foreground") list.push("foregroundDeletion");
  }
  return list;
}
