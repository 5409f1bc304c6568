/** Describers by kind; what has none is described field by field (describe.GenericDescriberFor). */
import type { Obj } from "../../../core/json.ts";
import { formatSelector, matchesSelector } from "../../apiserver/selectors.ts";
import { ServerRefusal } from "../failure.ts";
import type { Session } from "../session.ts";
import { describeNode } from "./node.ts";
import { describePod, template } from "./pod.ts";
import { cronJob } from "./cronjob.ts";
import { signingRequest } from "./csr.ts";
import { autoscaler, disruptionBudget, limitRange, priorityClass, quotaScopes, resourceQuota } from "./limits.ts";
import { policySpec } from "./policy.ts";
import { persistentVolume, persistentVolumeClaim, storageClass } from "./storage.ts";
import { endpointSlice, ingress, ingressClass, serviceCidr, readyAddresses, slicesOf } from "./traffic.ts";
import { Writer, longTime, mapField, since } from "./writer.ts";

const list = (v: unknown): Obj[] => (v ?? []) as Obj[];

type Describer = (s: Session, o: Obj) => Promise<Writer> | Writer;

function head(w: Writer, o: Obj, namespaced = true): void {
  w.line(0, "Name:", String(o.metadata.name));
  if (namespaced) w.line(0, "Namespace:", String(o.metadata.namespace ?? ""));
}

const labels = (w: Writer, o: Obj): void => {
  mapField(w, 0, "Labels", o.metadata.labels as Record<string, string>);
  mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);
};

async function podCounts(s: Session, o: Obj): Promise<string> {
  const all = await s.request("GET", s.path(await s.kind("pods"), String(o.metadata.namespace)));
  const mine = (all.items as Obj[]).filter(
    (p) =>
      list(p.metadata.ownerReferences).some((r) => r.controller === true && r.uid === o.metadata.uid) &&
      matchesSelector((p.metadata.labels ?? {}) as Record<string, string>, o.spec.selector as Obj),
  );
  const count = (phase: string): number => mine.filter((p) => p.status?.phase === phase).length;
  return `${count("Running")} Running / ${count("Pending")} Waiting / ${count("Succeeded")} Succeeded / ${count("Failed")} Failed`;
}

const deployment: Describer = async (s, o) => {
  const w = new Writer();
  const spec = (o.spec ?? {}) as Obj;
  const st = (o.status ?? {}) as Obj;
  head(w, o);
  w.line(0, "CreationTimestamp:", longTime(o.metadata.creationTimestamp));
  labels(w, o);
  w.line(0, "Selector:", formatSelector(spec.selector as Obj));
  w.line(
    0,
    "Replicas:",
    `${spec.replicas ?? 0} desired | ${st.updatedReplicas ?? 0} updated | ${st.replicas ?? 0} total | ${st.availableReplicas ?? 0} available | ${st.unavailableReplicas ?? 0} unavailable`,
  );
  w.line(0, "StrategyType:", String(spec.strategy?.type ?? ""));
  w.line(0, "MinReadySeconds:", String(spec.minReadySeconds ?? 0));
  if (spec.strategy?.rollingUpdate)
    w.line(
      0,
      "RollingUpdateStrategy:",
      `${spec.strategy.rollingUpdate.maxUnavailable} max unavailable, ${spec.strategy.rollingUpdate.maxSurge} max surge`,
    );
  template(w, spec.template as Obj, s.minor);
  const conditions = list(st.conditions);
  if (conditions.length > 0) {
    w.raw("Conditions:");
    w.line(1, "Type", "Status", "Reason");
    w.line(1, "----", "------", "------");
    for (const c of conditions) w.line(1, String(c.type), String(c.status), String(c.reason ?? ""));
  }
  const sets = ((await s.request("GET", s.path(await s.kind("replicasets.apps"), String(o.metadata.namespace)))).items as Obj[]).filter(
    (r) => list(r.metadata.ownerReferences).some((x) => x.uid === o.metadata.uid),
  );
  // the oldest first (deploymentutil, ReplicaSetsByCreationTimestamp)
  const made = (r: Obj): string => String(r.metadata.creationTimestamp);
  sets.sort((a, b) => (made(a) < made(b) ? -1 : made(a) > made(b) ? 1 : 0));
  const revision = o.metadata.annotations?.["deployment.kubernetes.io/revision"] as string | undefined;
  const current = sets.find((r) => r.metadata.annotations?.["deployment.kubernetes.io/revision"] === revision);
  const shown = (r: Obj): string => `${r.metadata.name} (${r.status?.replicas ?? 0}/${r.spec?.replicas ?? 0} replicas created)`;
  const old = sets.filter((r) => r !== current && (s.minor >= 28 || Number(r.spec?.replicas ?? 0) > 0));
  w.line(0, "OldReplicaSets:", old.length > 0 ? old.map(shown).join(", ") : "<none>");
  w.line(0, "NewReplicaSet:", current ? shown(current) : "<none>");
  return w;
};

const replicaSet: Describer = async (s, o) => {
  const w = new Writer();
  head(w, o);
  w.line(0, "Selector:", formatSelector(o.spec?.selector as Obj));
  labels(w, o);
  const owner = list(o.metadata.ownerReferences).find((r) => r.controller === true);
  if (owner) w.line(0, "Controlled By:", `${owner.kind}/${owner.name}`);
  w.line(0, "Replicas:", `${o.status?.replicas ?? 0} current / ${o.spec?.replicas ?? 0} desired`);
  w.line(0, "Pods Status:", await podCounts(s, o));
  template(w, o.spec.template as Obj, s.minor);
  const conditions = list(o.status?.conditions);
  if (conditions.length > 0) {
    w.raw("Conditions:");
    w.line(1, "Type", "Status", "Reason");
    w.line(1, "----", "------", "------");
    for (const c of conditions) w.line(1, String(c.type), String(c.status), String(c.reason ?? ""));
  }
  return w;
};

const daemonSet: Describer = async (s, o) => {
  const w = new Writer();
  const st = (o.status ?? {}) as Obj;
  if (s.minor >= 33) head(w, o);
  else w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "Selector:", formatSelector(o.spec?.selector as Obj));
  w.line(0, "Node-Selector:", formatSelector({ matchLabels: (o.spec?.template?.spec?.nodeSelector ?? {}) as Obj }));
  labels(w, o);
  w.raw(
    `Desired Number of Nodes Scheduled: ${st.desiredNumberScheduled ?? 0}\nCurrent Number of Nodes Scheduled: ${st.currentNumberScheduled ?? 0}\nNumber of Nodes Scheduled with Up-to-date Pods: ${st.updatedNumberScheduled ?? 0}\nNumber of Nodes Scheduled with Available Pods: ${st.numberAvailable ?? 0}\nNumber of Nodes Misscheduled: ${st.numberMisscheduled ?? 0}`,
  );
  w.line(0, "Pods Status:", await podCounts(s, o));
  template(w, o.spec.template as Obj, s.minor);
  return w;
};

const statefulSet: Describer = async (s, o) => {
  const w = new Writer();
  head(w, o);
  w.line(0, "CreationTimestamp:", longTime(o.metadata.creationTimestamp));
  w.line(0, "Selector:", formatSelector(o.spec?.selector as Obj));
  labels(w, o);
  w.line(0, "Replicas:", `${o.spec?.replicas ?? 0} desired | ${o.status?.replicas ?? 0} total`);
  w.line(0, "Update Strategy:", String(o.spec?.updateStrategy?.type ?? ""));
  if (o.spec?.updateStrategy?.rollingUpdate) w.line(1, "Partition:", String(o.spec.updateStrategy.rollingUpdate.partition ?? 0));
  w.line(0, "Pods Status:", await podCounts(s, o));
  template(w, o.spec.template as Obj, s.minor);
  const claims = list(o.spec?.volumeClaimTemplates);
  if (claims.length === 0) w.line(0, "Volume Claims:", "<none>");
  else w.raw("Volume Claims:");
  for (const claim of claims) {
    w.line(1, "Name:", String(claim.metadata.name));
    w.line(1, "StorageClass:", String(claim.spec.storageClassName ?? ""));
    mapField(w, 1, "Labels", claim.metadata.labels as Record<string, string>);
    mapField(w, 1, "Annotations", claim.metadata.annotations as Record<string, string>, true);
    w.line(1, "Capacity:", String(claim.spec.resources?.requests?.storage ?? "<default>"));
    w.line(1, "Access Modes:", `[${((claim.spec.accessModes ?? []) as string[]).join(" ")}]`);
  }
  return w;
};

const job: Describer = async (s, o) => {
  const w = new Writer();
  const st = (o.status ?? {}) as Obj;
  head(w, o);
  w.line(0, "Selector:", formatSelector(o.spec?.selector as Obj));
  labels(w, o);
  const owner = list(o.metadata.ownerReferences).find((r) => r.controller === true);
  if (owner) w.line(0, "Controlled By:", `${owner.kind}/${owner.name}`);
  w.line(0, "Parallelism:", String(o.spec?.parallelism ?? "<unset>"));
  w.line(0, "Completions:", String(o.spec?.completions ?? "<unset>"));
  // seen in 1.32, not in 1.20
  if (s.minor > 20) {
    w.line(0, "Completion Mode:", String(o.spec?.completionMode ?? "NonIndexed"));
    w.line(0, "Suspend:", String(o.spec?.suspend === true));
    w.line(0, "Backoff Limit:", String(o.spec?.backoffLimit ?? 6));
  }
  if (st.startTime) w.line(0, "Start Time:", longTime(st.startTime));
  if (st.completionTime) w.line(0, "Completed At:", longTime(st.completionTime));
  if (st.startTime && st.completionTime) w.line(0, "Duration:", since(st.startTime, Date.parse(String(st.completionTime))));
  if (o.spec?.activeDeadlineSeconds !== undefined) w.line(0, "Active Deadline Seconds:", `${o.spec.activeDeadlineSeconds}s`);
  w.line(
    0,
    "Pods Statuses:",
    `${st.active ?? 0} ${s.minor > 20 ? `Active (${st.ready ?? 0} Ready)` : "Running"} / ${st.succeeded ?? 0} Succeeded / ${st.failed ?? 0} Failed`,
  );
  template(w, o.spec.template as Obj, s.minor);
  return w;
};

const service: Describer = async (s, o) => {
  const w = new Writer();
  const spec = (o.spec ?? {}) as Obj;
  head(w, o);
  labels(w, o);
  w.line(
    0,
    "Selector:",
    formatSelector(spec.selector && Object.keys(spec.selector as Obj).length > 0 ? { matchLabels: spec.selector as Obj } : undefined),
  );
  w.line(0, "Type:", String(spec.type));
  if (s.minor >= 21) w.line(0, "IP Family Policy:", String(spec.ipFamilyPolicy ?? "<none>"));
  w.line(0, "IP Families:", list(spec.ipFamilies).length > 0 ? (spec.ipFamilies as string[]).join(",") : "<none>");
  w.line(0, "IP:", String(spec.clusterIP ?? ""));
  w.line(0, "IPs:", list(spec.clusterIPs).length > 0 ? (spec.clusterIPs as string[]).join(",") : "<none>");
  if (list(spec.externalIPs).length > 0) w.line(0, "External IPs:", (spec.externalIPs as string[]).join(","));
  if (spec.externalName) w.line(0, "External Name:", String(spec.externalName));
  const ingress = list(o.status?.loadBalancer?.ingress);
  if (ingress.length > 0)
    w.line(0, "LoadBalancer Ingress:", ingress.map((i) => `${i.ip ?? i.hostname}${i.ipMode ? ` (${i.ipMode})` : ""}`).join(", "));
  // slices since 1.31 (kubernetes/kubernetes#124598)
  const slices = s.minor >= 31 ? await slicesOf(s, String(o.metadata.namespace), String(o.metadata.name)) : undefined;
  let endpoints: Obj | undefined;
  if (!slices)
    try {
      endpoints = await s.get(await s.kind("endpoints"), String(o.metadata.name), String(o.metadata.namespace));
    } catch {
      endpoints = undefined;
    }
  for (const p of list(spec.ports)) {
    const name = String(p.name ?? "") || "<unset>";
    w.line(0, "Port:", name, `${p.port}/${p.protocol}`);
    w.line(0, "TargetPort:", `${p.targetPort}/${p.protocol}`);
    if (p.nodePort) w.line(0, "NodePort:", name, `${p.nodePort}/${p.protocol}`);
    const ips = list(endpoints?.subsets).flatMap((sub) =>
      list(sub.ports)
        .filter((x) => (x.name ?? "") === (p.name ?? ""))
        .flatMap((x) => list(sub.addresses).map((a) => `${a.ip}:${x.port}`)),
    );
    const shown = ips.length === 0 ? "<none>" : ips.length > 3 ? `${ips.slice(0, 3).join(",")} + ${ips.length - 3} more...` : ips.join(",");
    w.line(0, "Endpoints:", slices ? readyAddresses(slices, String(p.name ?? "")) : shown);
  }
  w.line(0, "Session Affinity:", String(spec.sessionAffinity ?? "None"));
  if (spec.externalTrafficPolicy) w.line(0, "External Traffic Policy:", String(spec.externalTrafficPolicy));
  if (spec.internalTrafficPolicy) w.line(0, "Internal Traffic Policy:", String(spec.internalTrafficPolicy));
  return w;
};

const describeEndpoints: Describer = (_s, o) => {
  const w = new Writer();
  head(w, o);
  labels(w, o);
  w.line(0, "Subsets:");
  for (const sub of list(o.subsets)) {
    const show = (a: Obj[]): string => (a.length === 0 ? "<none>" : a.map((x) => x.ip as string).join(","));
    w.line(1, "Addresses:", show(list(sub.addresses)));
    w.line(1, "NotReadyAddresses:", show(list(sub.notReadyAddresses)));
    if (list(sub.ports).length > 0) {
      w.raw("  Ports:");
      w.line(2, "Name", "Port", "Protocol");
      w.line(2, "----", "----", "--------");
      for (const p of list(sub.ports)) w.line(2, String(p.name ?? "") || "<unset>", String(p.port), String(p.protocol));
    }
    w.raw("");
  }
  return w;
};

const configMap: Describer = (s, o) => {
  const w = new Writer();
  head(w, o);
  labels(w, o);
  w.raw("\nData\n====");
  const last = s.minor < 21 ? "" : "\n";
  for (const k of Object.keys((o.data ?? {}) as Obj).toSorted()) w.raw(`${k}:\n----\n${o.data[k]}${last}`);
  if (s.minor < 21) return w;
  w.raw("\nBinaryData\n====");
  for (const k of Object.keys((o.binaryData ?? {}) as Obj).toSorted())
    w.raw(`${k}: ${Buffer.from(String(o.binaryData[k]), "base64").length} bytes`);
  w.raw("");
  return w;
};

const secret: Describer = (_s, o) => {
  const w = new Writer();
  head(w, o);
  labels(w, o);
  w.raw(`\nType:  ${o.type}\n\nData\n====`);
  for (const k of Object.keys((o.data ?? {}) as Obj).toSorted()) {
    const bytes = Buffer.from(String(o.data[k]), "base64");
    w.line(0, `${k}:`, o.type === "kubernetes.io/service-account-token" && k === "token" ? bytes.toString() : `${bytes.length} bytes`);
  }
  return w;
};

const namespace: Describer = async (s, o) => {
  const w = new Writer();
  head(w, o, false);
  labels(w, o);
  w.line(0, "Status:", String(o.status?.phase ?? ""));
  const conditions = list(o.status?.conditions);
  if (conditions.length > 0) {
    w.raw("Conditions:");
    w.line(1, "Type", "Status", "LastTransitionTime", "Reason", "Message");
    w.line(1, "----", "------", "------------------", "------", "-------");
    for (const c of conditions)
      w.line(1, String(c.type), String(c.status), longTime(c.lastTransitionTime), String(c.reason ?? ""), String(c.message ?? ""));
  }
  const quotas = list((await s.request("GET", s.path(await s.kind("resourcequotas"), String(o.metadata.name)))).items);
  const limits = list((await s.request("GET", s.path(await s.kind("limitranges"), String(o.metadata.name)))).items);
  w.raw("");
  if (quotas.length === 0) w.raw("No resource quota.");
  else {
    w.raw("Resource Quotas");
    for (const q of quotas) {
      const indent = s.minor > 20 ? "  " : " ";
      w.line(0, `${indent}Name:`, String(q.metadata.name));
      quotaScopes(w, q, 1);
      w.line(0, `${indent}Resource`, "Used", "Hard").line(0, `${indent}--------`, "---", "---");
      for (const k of Object.keys((q.status?.hard ?? {}) as Obj).toSorted())
        w.line(0, `${indent}${k}`, String(q.status.used?.[k] ?? "0"), String(q.status.hard[k]));
    }
  }
  w.raw("");
  if (limits.length === 0) w.raw("No LimitRange resource.");
  else {
    w.raw("Resource Limits");
    w.line(1, "Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio");
    w.line(1, "----", "--------", "---", "---", "---------------", "-------------", "-----------------------");
    for (const l of limits)
      for (const i of list(l.spec?.limits))
        for (const name of [
          ...new Set(["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"].flatMap((f) => Object.keys((i[f] ?? {}) as Obj))),
        ].toSorted())
          w.line(
            1,
            String(i.type),
            name,
            String(i.min?.[name] ?? "-"),
            String(i.max?.[name] ?? "-"),
            String(i.defaultRequest?.[name] ?? "-"),
            String(i.default?.[name] ?? "-"),
            String(i.maxLimitRequestRatio?.[name] ?? "-"),
          );
  }
  return w;
};

/** undefined for whoever may not list them. */
async function secretsOf(s: Session, namespace: string): Promise<Obj[] | undefined> {
  try {
    return list((await s.request("GET", s.path(await s.kind("secrets"), namespace))).items);
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    return undefined;
  }
}

const serviceAccount: Describer = async (s, o) => {
  const w = new Writer();
  head(w, o);
  labels(w, o);
  const all = await secretsOf(s, String(o.metadata.namespace));
  const there = all && new Set(all.map((secret) => String(secret.metadata.name)));
  const names = (title: string, found: string[]): void => {
    if (found.length === 0) w.line(0, title, "<none>");
    for (const [i, name] of found.entries())
      w.line(0, i === 0 ? title : " ".repeat(19), !there || there.has(name) ? name : `${name} (not found)`);
  };
  const referred = (v: unknown): string[] => list(v).map((x) => String(x.name));
  names("Image pull secrets:", referred(o.imagePullSecrets));
  // no longer since 1.35 (kubernetes/kubernetes#117160)
  if (s.minor < 35) {
    names("Mountable secrets:", referred(o.secrets));
    const mine = (secret: Obj): boolean =>
      secret.type === "kubernetes.io/service-account-token" &&
      secret.metadata.annotations?.["kubernetes.io/service-account.name"] === o.metadata.name &&
      secret.metadata.annotations?.["kubernetes.io/service-account.uid"] === o.metadata.uid;
    names(
      "Tokens:",
      (all ?? []).filter(mine).map((secret) => String(secret.metadata.name)),
    );
  }
  return w;
};

interface Rule {
  group: string;
  resource: string;
  name: string;
  url: string;
  verbs: string[];
}

/** One rule for each resource and name, with all its verbs, in the order of the rules' own text (component-helpers/auth/rbac/validation). */
function compacted(rules: Obj[]): Rule[] {
  const simple = new Map<string, Rule>();
  const all: Rule[] = [];
  for (const r of rules) {
    const verbs = (r.verbs ?? []) as string[];
    for (const url of (r.nonResourceURLs ?? []) as string[])
      for (const verb of verbs) all.push({ group: "", resource: "", name: "", url, verbs: [verb] });
    for (const group of (r.apiGroups ?? []) as string[])
      for (const resource of (r.resources ?? []) as string[])
        for (const name of (r.resourceNames as string[] | undefined) ?? [""]) {
          const key = `${group}/${resource} ${name}`;
          const before = simple.get(key);
          if (before) before.verbs.push(...verbs);
          else simple.set(key, { group, resource, name, url: "", verbs: [...verbs] });
        }
  }
  all.push(...simple.values());
  const text = (r: Rule): string =>
    `Verbs:[${r.verbs.join(" ")}],APIGroups:[${r.group}],Resources:[${r.resource}],ResourceNames:[${r.name}],NonResourceURLs:[${r.url}],`;
  return all.toSorted((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

const role: Describer = (_s, o) => {
  const w = new Writer();
  head(w, o, false);
  labels(w, o);
  w.raw("PolicyRule:");
  w.line(1, "Resources", "Non-Resource URLs", "Resource Names", "Verbs");
  w.line(1, "---------", "-----------------", "--------------", "-----");
  const go = (v: unknown): string => `[${((v ?? []) as string[]).join(" ")}]`;
  for (const r of compacted(list(o.rules))) {
    const [plural = "", ...sub] = r.resource.split("/");
    const resource = `${plural}${r.group === "" ? "" : `.${r.group}`}${sub.length > 0 ? `/${sub.join("/")}` : ""}`;
    w.line(1, resource, go(r.url === "" ? [] : [r.url]), go(r.name === "" ? [] : [r.name]), go(r.verbs));
  }
  return w;
};

const binding: Describer = (_s, o) => {
  const w = new Writer();
  head(w, o, false);
  labels(w, o);
  w.line(0, "Role:");
  w.line(1, "Kind:", String(o.roleRef?.kind));
  w.line(1, "Name:", String(o.roleRef?.name));
  w.raw("Subjects:");
  w.line(1, "Kind", "Name", "Namespace");
  w.line(1, "----", "----", "---------");
  for (const x of list(o.subjects)) w.line(1, String(x.kind), String(x.name), String(x.namespace ?? ""));
  return w;
};

const networkPolicy: Describer = (_s, o) => {
  const w = new Writer();
  w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "Namespace:", String(o.metadata.namespace ?? ""));
  w.line(0, "Created on:", `${String(o.metadata.creationTimestamp).replace("T", " ").replace("Z", "")} +0000 UTC`);
  labels(w, o);
  policySpec(w, o.spec as Obj);
  return w;
};

/** Kinds whose describer shows no events. */
export const withoutEvents = new Set([
  "NetworkPolicy",
  "Secret",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "Namespace",
  "ResourceQuota",
  "LimitRange",
]);

export const describers: Record<string, Describer> = {
  Pod: (s, o) => describePod(o, s.minor, s.p.now),
  Node: describeNode,
  "Deployment.apps": deployment,
  "ReplicaSet.apps": replicaSet,
  "DaemonSet.apps": daemonSet,
  "StatefulSet.apps": statefulSet,
  "Job.batch": job,
  "CronJob.batch": cronJob,
  "HorizontalPodAutoscaler.autoscaling": autoscaler,
  "PodDisruptionBudget.policy": disruptionBudget,
  "PriorityClass.scheduling.k8s.io": priorityClass,
  ResourceQuota: resourceQuota,
  LimitRange: limitRange,
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: persistentVolumeClaim,
  "StorageClass.storage.k8s.io": storageClass,
  "Ingress.networking.k8s.io": ingress,
  "Ingress.extensions": ingress,
  "IngressClass.networking.k8s.io": ingressClass,
  "EndpointSlice.discovery.k8s.io": endpointSlice,
  "ServiceCIDR.networking.k8s.io": serviceCidr,
  "CertificateSigningRequest.certificates.k8s.io": signingRequest,
  Service: service,
  Endpoints: describeEndpoints,
  ConfigMap: configMap,
  Secret: secret,
  Namespace: namespace,
  ServiceAccount: serviceAccount,
  "NetworkPolicy.networking.k8s.io": networkPolicy,
  "Role.rbac.authorization.k8s.io": role,
  "ClusterRole.rbac.authorization.k8s.io": role,
  "RoleBinding.rbac.authorization.k8s.io": binding,
  "ClusterRoleBinding.rbac.authorization.k8s.io": binding,
};

/** `metadata` of unknown kinds shows these first. */
export function generic(o: Obj, namespaced: boolean): Writer {
  const w = new Writer();
  w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "Namespace:", namespaced ? String(o.metadata.namespace ?? "") : "");
  labels(w, o);
  const skip = new Set(["name", "namespace", "labels", "annotations", "managedFields", "selfLink"]);
  const body: Obj = { ...o, metadata: Object.fromEntries(Object.entries(o.metadata as Obj).filter(([k]) => !skip.has(k))) };
  fields(w, body, 0);
  return w;
}

/** smartLabelFor */
const acronyms = ["API", "URL", "UID", "OSB", "GUID"];
const title = (key: string): string => {
  if (/[^\p{L}-]/u.test(key)) return key;
  return key
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replace(/-+/g, " $& ")
    .split(" ")
    .map((part) => (acronyms.includes(part.toUpperCase()) ? part.toUpperCase() : part.slice(0, 1).toUpperCase() + part.slice(1)))
    .join(" ");
};

function fields(w: Writer, o: Obj, level: number): void {
  for (const key of Object.keys(o).toSorted()) {
    const value = o[key] as unknown;
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      w.line(level, `${title(key)}:`);
      value.forEach((item: unknown) =>
        item !== null && typeof item === "object" ? fields(w, item as Obj, level + 1) : w.line(level + 1, String(item)),
      );
    } else if (value !== null && typeof value === "object") {
      w.line(level, `${title(key)}:`);
      fields(w, value as Obj, level + 1);
    } else w.line(level, `${title(key)}:`, value === null ? "<nil>" : String(value as string));
  }
}
