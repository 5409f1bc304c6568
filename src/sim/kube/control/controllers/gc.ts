/** Garbage collection by owner references: background, foreground and orphaning (pkg/controller/garbagecollector). */
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import type { Controller, Runtime, Work } from "../framework/runtime.ts";

const owners = (object: Obj): Obj[] => (object.metadata.ownerReferences as Obj[] | undefined) ?? [];
const finalizers = (object: Obj): string[] => (object.metadata.finalizers as string[] | undefined) ?? [];

/** Every known object that names this owner. */
function dependents(r: Runtime, uid: string): { resource: string; object: Obj }[] {
  const found: { resource: string; object: Obj }[] = [];
  for (const resource of r.cache.resources)
    for (const object of r.cache.list(resource)) if (owners(object).some((o) => o.uid === uid)) found.push({ resource, object });
  return found;
}

/** Resources by kind, as far as they are watched. */
const plurals: Record<string, string> = {
  "v1/Pod": "pods",
  "v1/Service": "services",
  "v1/Endpoints": "endpoints",
  "v1/Secret": "secrets",
  "v1/ConfigMap": "configmaps",
  "v1/Node": "nodes",
  "v1/Namespace": "namespaces",
  "v1/ServiceAccount": "serviceaccounts",
  "v1/ReplicationController": "replicationcontrollers",
  "v1/PersistentVolumeClaim": "persistentvolumeclaims",
  "apps/v1/ReplicaSet": "replicasets.apps",
  "apps/v1/Deployment": "deployments.apps",
  "apps/v1/DaemonSet": "daemonsets.apps",
  "apps/v1/StatefulSet": "statefulsets.apps",
  "apps/v1/ControllerRevision": "controllerrevisions.apps",
  "batch/v1/Job": "jobs.batch",
  "batch/v1/CronJob": "cronjobs.batch",
};

function resourceOf(reference: Obj): string | undefined {
  return plurals[`${reference.apiVersion}/${reference.kind}`];
}

/** Whether the owner is there with that uid; undefined when it cannot be known now. */
function exists(w: Work, reference: Obj, namespace: string | undefined): boolean | undefined {
  const resource = resourceOf(reference);
  const known =
    resource === undefined
      ? undefined
      : (w.cache.get(resource, String(reference.name), namespace) ?? w.cache.get(resource, String(reference.name)));
  if (known) return known.metadata.uid === reference.uid;
  const [group, version] = String(reference.apiVersion).includes("/")
    ? (String(reference.apiVersion).split("/") as [string, string])
    : ["", String(reference.apiVersion)];
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  let plural = resource?.split(".")[0];
  let namespaced = true;
  if (plural === undefined) {
    const list = w.client.request("GET", base);
    if (!list.ok) return undefined;
    const entry = ((list.body.resources as Obj[] | undefined) ?? []).find(
      (r) => r.kind === reference.kind && !String(r.name).includes("/"),
    );
    if (!entry) return undefined;
    plural = String(entry.name);
    namespaced = entry.namespaced === true;
  } else namespaced = plural !== "nodes" && plural !== "namespaces";
  const result = w.client.request("GET", `${base}${namespaced && namespace ? `/namespaces/${namespace}` : ""}/${plural}/${reference.name}`);
  if (result.ok) return result.body.metadata.uid === reference.uid;
  return result.kind === "status" && result.code === 404 ? false : undefined;
}

export const garbagecollector: Controller = {
  name: "garbagecollector",
  account: "generic-garbage-collector",
  interested(r, resource, object, deleted) {
    const keys: string[] = [];
    if (deleted) {
      for (const d of dependents(r, String(object.metadata.uid))) keys.push(`${d.resource} ${keyOf(d.object)}`);
      // an owner that waits for its dependents looks again
      for (const o of owners(object)) {
        const of = resourceOf(o);
        const name = String(o.name);
        const owner =
          of === undefined ? undefined : (r.cache.get(of, name, object.metadata.namespace as string | undefined) ?? r.cache.get(of, name));
        if (of && owner?.metadata.deletionTimestamp) keys.push(`${of} ${keyOf(owner)}`);
      }
    } else if (
      object.metadata.deletionTimestamp
        ? finalizers(object).some((f) => f === "foregroundDeletion" || f === "orphan")
        : owners(object).length > 0
    )
      keys.push(`${resource} ${keyOf(object)}`);
    return keys;
  },
  sync(w: Work, id: string): void {
    const cut = id.indexOf(" ");
    const resource = id.slice(0, cut);
    const object = w.cache.byKey(resource, id.slice(cut + 1));
    if (!object) return;
    if (object.metadata.deletionTimestamp) return ending(w, resource, object);
    const references = owners(object);
    if (references.length === 0) return;
    const states = references.map((o) => exists(w, o, object.metadata.namespace as string | undefined));
    if (states.includes(undefined)) return w.enqueue(id, 30_000);
    const live = references.filter((_, i) => states[i] === true);
    if (live.length > 0) {
      if (live.length < references.length) w.patch(resource, object, { metadata: { ownerReferences: live } });
      return;
    }
    w.delete(resource, object, {
      propagationPolicy: finalizers(object).includes("foregroundDeletion")
        ? "Foreground"
        : finalizers(object).includes("orphan")
          ? "Orphan"
          : "Background",
    });
  },
};

function ending(w: Work, resource: string, object: Obj): void {
  const uid = String(object.metadata.uid);
  const mine = dependents(w.r, uid);
  const drop = (finalizer: string): void => {
    w.patch(resource, object, { metadata: { finalizers: finalizers(object).filter((f) => f !== finalizer) } });
  };
  if (finalizers(object).includes("orphan")) {
    for (const d of mine) w.patch(d.resource, d.object, { metadata: { ownerReferences: owners(d.object).filter((o) => o.uid !== uid) } });
    return drop("orphan");
  }
  if (!finalizers(object).includes("foregroundDeletion")) return;
  const blocking = mine.filter((d) => owners(d.object).some((o) => o.uid === uid && o.blockOwnerDeletion === true));
  for (const d of mine)
    if (!d.object.metadata.deletionTimestamp)
      w.delete(d.resource, d.object, { propagationPolicy: d.resource === "pods" ? "Background" : "Foreground" });
  if (blocking.length === 0) drop("foregroundDeletion");
}
