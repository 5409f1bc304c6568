/** Binding of claims to volumes that somebody made (pkg/controller/volume/persistentvolume). Provisioners are not part of the manager. */
import type { Obj } from "../../../core/json.ts";
import { keyOf } from "../framework/cache.ts";
import type { Controller, Work } from "../framework/runtime.ts";
import { quantity } from "../../quantity.ts";
import { isDeleting, selects } from "./pods.ts";

const claims = "persistentvolumeclaims";
const volumes = "persistentvolumes";

/** The smallest available volume that satisfies the claim. */
function match(w: Work, claim: Obj): Obj | undefined {
  const wanted = quantity(claim.spec.resources?.requests?.storage ?? 0);
  const modes = (claim.spec.accessModes as string[] | undefined) ?? [];
  const fits = (pv: Obj): boolean => {
    const ref = pv.spec.claimRef as Obj | undefined;
    if (
      ref &&
      (ref.namespace !== claim.metadata.namespace || ref.name !== claim.metadata.name || (ref.uid && ref.uid !== claim.metadata.uid))
    )
      return false;
    if (isDeleting(pv) || (pv.status?.phase !== "Available" && !ref)) return false;
    if (
      (pv.spec.storageClassName ?? "") !== (claim.spec.storageClassName ?? "") ||
      (pv.spec.volumeMode ?? "Filesystem") !== (claim.spec.volumeMode ?? "Filesystem")
    )
      return false;
    if (claim.spec.selector && !selects(claim.spec.selector as Obj, pv.metadata.labels as Record<string, string>)) return false;
    return (
      modes.every((m) => ((pv.spec.accessModes as string[] | undefined) ?? []).includes(m)) &&
      quantity(pv.spec.capacity?.storage ?? 0) >= wanted
    );
  };
  return w.cache
    .list(volumes)
    .filter(fits)
    .sort((a, b) => quantity(a.spec.capacity?.storage) - quantity(b.spec.capacity?.storage))[0];
}

export const persistentvolumeBinder: Controller = {
  name: "persistentvolume-binder",
  account: "persistent-volume-binder",
  interested(r, resource, object) {
    if (resource === claims) return [`claim ${keyOf(object)}`, ...(object.spec?.volumeName ? [`volume ${object.spec.volumeName}`] : [])];
    if (resource !== volumes) return [];
    const waiting = r.cache
      .list(claims)
      .filter((c) => c.status?.phase !== "Bound")
      .map((c) => `claim ${keyOf(c)}`);
    return [`volume ${object.metadata.name}`, ...waiting];
  },
  sync(w: Work, key: string): void {
    if (key.startsWith("volume ")) return volume(w, key.slice("volume ".length));
    const claim = w.cache.byKey(claims, key.slice("claim ".length));
    if (!claim || isDeleting(claim) || claim.status?.phase === "Bound") return;
    const storage = claim.spec.storageClassName
      ? w.cache.get("storageclasses.storage.k8s.io", String(claim.spec.storageClassName))
      : undefined;
    const pv = claim.spec.volumeName ? w.cache.get(volumes, String(claim.spec.volumeName)) : match(w, claim);
    if (!pv) {
      if (storage?.volumeBindingMode === "WaitForFirstConsumer")
        w.event(
          claim,
          "Normal",
          "WaitForFirstConsumer",
          "waiting for first consumer to be created before binding",
          "persistentvolume-controller",
        );
      else if (storage)
        w.event(
          claim,
          "Normal",
          "ExternalProvisioning",
          `Waiting for a volume to be created either by the external provisioner '${storage.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
          "persistentvolume-controller",
        );
      else if (claim.spec.storageClassName)
        w.event(
          claim,
          "Warning",
          "ProvisioningFailed",
          `storageclass.storage.k8s.io "${claim.spec.storageClassName}" not found`,
          "persistentvolume-controller",
        );
      else
        w.event(
          claim,
          "Normal",
          "FailedBinding",
          "no persistent volumes available for this claim and no storage class is set",
          "persistentvolume-controller",
        );
      if (claim.status?.phase !== "Pending") w.updateStatus(claims, { ...claim, status: { ...claim.status, phase: "Pending" } });
      return;
    }
    const ref = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      namespace: claim.metadata.namespace as string,
      name: claim.metadata.name as string,
      uid: claim.metadata.uid as string,
      resourceVersion: claim.metadata.resourceVersion as string,
    };
    const bound =
      pv.spec.claimRef?.uid === claim.metadata.uid
        ? pv
        : w.update(volumes, {
            ...pv,
            metadata: {
              ...pv.metadata,
              annotations: { ...(pv.metadata.annotations as Obj | undefined), "pv.kubernetes.io/bound-by-controller": "yes" },
            },
            spec: { ...pv.spec, claimRef: ref },
          });
    if (bound.status?.phase !== "Bound") w.updateStatus(volumes, { ...bound, status: { ...bound.status, phase: "Bound" } });
    const updated = w.update(claims, {
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: {
          ...(claim.metadata.annotations as Obj | undefined),
          "pv.kubernetes.io/bind-completed": "yes",
          "pv.kubernetes.io/bound-by-controller": "yes",
        },
      },
      spec: { ...claim.spec, volumeName: pv.metadata.name as string },
    });
    w.updateStatus(claims, {
      ...updated,
      status: { ...updated.status, phase: "Bound", accessModes: pv.spec.accessModes as string[], capacity: pv.spec.capacity as Obj },
    });
  },
};

function volume(w: Work, name: string): void {
  const pv = w.cache.get(volumes, name);
  if (!pv || isDeleting(pv)) return;
  const ref = pv.spec.claimRef as Obj | undefined;
  const phase = pv.status?.phase as string | undefined;
  const set = (next: string): void => {
    if (phase !== next) w.updateStatus(volumes, { ...pv, status: { ...pv.status, phase: next } });
  };
  if (!ref?.uid) return set("Available");
  const claim = w.cache.get(claims, String(ref.name), String(ref.namespace));
  if (claim?.metadata.uid === ref.uid) return;
  const policy = pv.spec.persistentVolumeReclaimPolicy ?? "Retain";
  if (policy === "Delete" && !pv.metadata.annotations?.["pv.kubernetes.io/provisioned-by"]) {
    w.event(
      pv,
      "Warning",
      "VolumeFailedDelete",
      'error getting deleter volume plugin for volume "' + name + '": no volume plugin matched',
      "persistentvolume-controller",
    );
    return set("Failed");
  }
  set("Released");
}

const protect = "kubernetes.io/pvc-protection";

/** Claims in use are not removed: the finalizer goes when no pod uses them any more. */
export const pvcProtection: Controller = {
  name: "pvc-protection",
  account: "pvc-protection-controller",
  interested(_r, resource, object) {
    if (resource === claims) return object.metadata.deletionTimestamp ? [keyOf(object)] : [];
    if (resource !== "pods") return [];
    return ((object.spec?.volumes as Obj[] | undefined) ?? [])
      .filter((v) => v.persistentVolumeClaim)
      .map((v) => `${object.metadata.namespace}/${v.persistentVolumeClaim.claimName}`);
  },
  sync(w: Work, key: string): void {
    const claim = w.cache.byKey(claims, key);
    const finalizers = (claim?.metadata.finalizers as string[] | undefined) ?? [];
    if (!claim?.metadata.deletionTimestamp || !finalizers.includes(protect)) return;
    const used = w.cache
      .list("pods", String(claim.metadata.namespace))
      .some((pod) =>
        ((pod.spec?.volumes as Obj[] | undefined) ?? []).some((v) => v.persistentVolumeClaim?.claimName === claim.metadata.name),
      );
    if (!used) w.patch(claims, claim, { metadata: { finalizers: finalizers.filter((f) => f !== protect) } });
  },
};
