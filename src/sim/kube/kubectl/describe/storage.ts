/** Volumes, claims and storage classes: k8s.io/kubectl/pkg/describe. Layout recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import type { Session } from "../session.ts";
import { volumeSource } from "./pod.ts";
import { mapField, Writer } from "./writer.ts";

const list = (v: unknown): Obj[] => (v ?? []) as Obj[];

/** labels.FormatLabels */
const joined = (map: unknown): string => {
  const entries = Object.entries((map ?? {}) as Record<string, string>).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "<none>" : entries.map(([k, v]) => `${k}=${v}`).join(",");
};

/** Annotations on one line; the last applied configuration ends with a line end of its own. */
export function flatAnnotations(w: Writer, o: Obj): void {
  const text = joined(o.metadata.annotations);
  w.line(0, "Annotations:", text.trimEnd());
  if (text.endsWith("\n")) w.raw("");
}

const modes = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" };
const accessModes = (given: unknown): string =>
  Object.entries(modes)
    .filter(([mode]) => ((given ?? []) as string[]).includes(mode))
    .map(([, short]) => short)
    .join(",");

function common(w: Writer, o: Obj): void {
  mapField(w, 0, "Labels", o.metadata.labels as Record<string, string>);
  mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);
  w.line(0, "Finalizers:", `[${((o.metadata.finalizers ?? []) as string[]).join(" ")}]`);
}

const status = (o: Obj): string => (o.metadata.deletionTimestamp ? "Terminating" : String(o.status?.phase ?? ""));

function nodeAffinity(w: Writer, affinity: Obj | undefined): void {
  const required = affinity?.required as Obj | undefined;
  if (!required) {
    w.line(0, "Node Affinity:", "<none>");
    return;
  }
  w.line(0, "Node Affinity:", "");
  w.line(1, "Required Terms:", "");
  for (const [i, term] of list(required.nodeSelectorTerms).entries())
    for (const [j, e] of list(term.matchExpressions).entries())
      w.line(
        2,
        j === 0 ? `Term ${i}:` : "",
        `${e.key} ${String(e.operator).toLowerCase()}${list(e.values).length > 0 ? ` [${(e.values as string[]).join(", ")}]` : ""}`,
      );
}

export function persistentVolume(s: Session, o: Obj): Writer {
  const w = new Writer();
  const spec = (o.spec ?? {}) as Obj;
  w.line(0, "Name:", String(o.metadata.name));
  common(w, o);
  w.line(0, "StorageClass:", String(spec.storageClassName ?? ""));
  w.line(0, "Status:", status(o));
  w.line(0, "Claim:", spec.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : "");
  w.line(0, "Reclaim Policy:", String(spec.persistentVolumeReclaimPolicy ?? ""));
  w.line(0, "Access Modes:", accessModes(spec.accessModes));
  w.line(0, "VolumeMode:", String(spec.volumeMode ?? "Filesystem"));
  w.line(0, "Capacity:", String(spec.capacity?.storage ?? ""));
  nodeAffinity(w, spec.nodeAffinity as Obj | undefined);
  w.line(0, "Message:", String(o.status?.message ?? ""));
  w.line(0, "Source:");
  volumeSource(w, s.minor, 2, spec);
  return w;
}

export async function persistentVolumeClaim(s: Session, o: Obj): Promise<Writer> {
  const w = new Writer();
  const bound = o.spec?.volumeName ? ((o.status ?? {}) as Obj) : {};
  w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "Namespace:", String(o.metadata.namespace));
  w.line(0, "StorageClass:", String(o.spec?.storageClassName ?? ""));
  w.line(0, "Status:", status(o));
  w.line(0, "Volume:", String(o.spec?.volumeName ?? ""));
  common(w, o);
  w.line(0, "Capacity:", String(bound.capacity?.storage ?? ""));
  w.line(0, "Access Modes:", accessModes(bound.accessModes));
  w.line(0, "VolumeMode:", String(o.spec?.volumeMode ?? "Filesystem"));
  const source = o.spec?.dataSource as Obj | undefined;
  if (source) {
    w.line(0, "DataSource:");
    if (source.apiGroup) w.line(1, "APIGroup:", String(source.apiGroup));
    w.line(1, "Kind:", String(source.kind));
    w.line(1, "Name:", String(source.name));
  }
  const pods = await s.request("GET", s.path(await s.kind("pods"), String(o.metadata.namespace)));
  const users = list(pods.items)
    .filter((p) => list(p.spec?.volumes).some((v) => v.persistentVolumeClaim?.claimName === o.metadata.name))
    .map((p) => String(p.metadata.name));
  for (const [i, user] of (users.length > 0 ? users : ["<none>"]).entries()) w.line(0, i === 0 ? "Used By:" : "", user);
  return w;
}

export function storageClass(_s: Session, o: Obj): Writer {
  const w = new Writer();
  w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "IsDefaultClass:", o.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true" ? "Yes" : "No");
  flatAnnotations(w, o);
  w.line(0, "Provisioner:", String(o.provisioner));
  w.line(0, "Parameters:", joined(o.parameters));
  w.line(0, "AllowVolumeExpansion:", o.allowVolumeExpansion === undefined ? "<unset>" : o.allowVolumeExpansion === true ? "True" : "False");
  const options = (o.mountOptions ?? []) as string[];
  if (options.length === 0) w.line(0, "MountOptions:", "<none>");
  else {
    w.line(0, "MountOptions:");
    for (const option of options) w.line(1, option);
  }
  w.line(0, "ReclaimPolicy:", String(o.reclaimPolicy ?? ""));
  w.line(0, "VolumeBindingMode:", String(o.volumeBindingMode ?? ""));
  return w;
}
