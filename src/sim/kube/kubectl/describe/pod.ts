/** Pods and pod templates: describePod and DescribeContainers of k8s.io/kubectl/pkg/describe. */
import type { Obj } from "../../../core/json.ts";
import { quantity } from "../../quantity.ts";
import { Writer, longTime, mapField, since } from "./writer.ts";

const list = (v: unknown): Obj[] => (v ?? []) as Obj[];

function state(w: Writer, level: number, title: string, s: Obj | undefined): void {
  if (s?.running) {
    w.line(level, `${title}:`, "Running");
    w.line(level + 1, "Started:", longTime(s.running.startedAt));
  } else if (s?.waiting) {
    w.line(level, `${title}:`, "Waiting");
    if (s.waiting.reason) w.line(level + 1, "Reason:", String(s.waiting.reason));
    if (s.waiting.message && s.waiting.reason !== s.waiting.message) void 0;
  } else if (s?.terminated) {
    const t = s.terminated as Obj;
    w.line(level, `${title}:`, "Terminated");
    if (t.reason) w.line(level + 1, "Reason:", String(t.reason));
    if (t.message) w.line(level + 1, "Message:", String(t.message));
    w.line(level + 1, "Exit Code:", String(t.exitCode));
    if (t.signal) w.line(level + 1, "Signal:", String(t.signal));
    w.line(level + 1, "Started:", t.startedAt ? longTime(t.startedAt) : "Mon, 01 Jan 0001 00:00:00 +0000");
    w.line(level + 1, "Finished:", t.finishedAt ? longTime(t.finishedAt) : "Mon, 01 Jan 0001 00:00:00 +0000");
  } else w.line(level, `${title}:`, "Waiting");
}

/** As Go's URL.String writes a path: of a query it knows nothing here. */
const escapedPath = (path: string): string => path.replace(/[^A-Za-z0-9\-._~$&+,/:;=@!'()*]/g, (c) => encodeURIComponent(c));

function probe(p: Obj): string {
  const attrs = `delay=${p.initialDelaySeconds ?? 0}s timeout=${p.timeoutSeconds ?? 1}s period=${p.periodSeconds ?? 10}s #success=${p.successThreshold ?? 1} #failure=${p.failureThreshold ?? 3}`;
  if (p.exec) return `exec [${((p.exec.command ?? []) as string[]).join(" ")}] ${attrs}`;
  if (p.httpGet)
    return `http-get ${String(p.httpGet.scheme ?? "HTTP").toLowerCase()}://${p.httpGet.host ?? ""}:${p.httpGet.port}${escapedPath(String(p.httpGet.path ?? ""))} ${attrs}`;
  if (p.tcpSocket) return `tcp-socket ${p.tcpSocket.host ?? ""}:${p.tcpSocket.port} ${attrs}`;
  if (p.grpc) return `grpc <pod>:${p.grpc.port} ${p.grpc.service ?? ""} ${attrs}`;
  return `unknown ${attrs}`;
}

function words(w: Writer, level: number, title: string, values: string[]): void {
  if (values.length === 0) return;
  w.line(level, `${title}:`);
  for (const v of values) for (const part of v.split("\n")) w.line(level + 1, part);
}

/** ExtractContainerResourceValue: rounded up to whole divisors. */
function resourceValue(c: Obj, ref: Obj): string {
  const [kind, name] = String(ref.resource).split(".") as [string, string];
  const amount = Math.ceil(quantity(c.resources?.[kind]?.[name]) / (quantity(ref.divisor) || 1));
  return amount === 0 && kind === "limits" && name !== "ephemeral-storage" ? "node allocatable" : String(amount);
}

function environment(w: Writer, level: number, c: Obj, pod: Obj | undefined): void {
  const from = list(c.envFrom);
  if (from.length > 0) {
    w.line(level, "Environment Variables from:");
    for (const f of from) {
      const ref = (f.configMapRef ?? f.secretRef) as Obj;
      w.line(
        level + 1,
        String(ref.name),
        `${f.configMapRef ? "ConfigMap" : "Secret"}${f.prefix ? ` with prefix '${f.prefix}'` : ""}`,
        `Optional: ${ref.optional === true}`,
      );
    }
  }
  const env = list(c.env);
  if (env.length === 0) {
    w.line(level, "Environment:", ...(from.length > 0 ? ["<none>"] : ["<none>"]));
    return;
  }
  w.line(level, "Environment:");
  for (const e of env) {
    const v = e.valueFrom as Obj | undefined;
    if (!v) {
      const [first, ...rest] = String(e.value ?? "").split("\n");
      w.line(level + 1, `${e.name}:`, first!);
      for (const r of rest) w.line(level + 1, "", r);
    } else if (v.fieldRef) {
      const path = String(v.fieldRef.fieldPath);
      // fieldpath.ExtractFieldPathAsString knows the metadata only
      const at = path.startsWith("metadata.") ? path.split(".").reduce<unknown>((o, k) => (o as Obj | undefined)?.[k], pod) : "";
      w.line(level + 1, `${e.name}:`, `${pod && typeof at === "string" ? at : ""} (${v.fieldRef.apiVersion}:${path})`);
    } else if (v.resourceFieldRef)
      w.line(level + 1, `${e.name}:`, `${resourceValue(c, v.resourceFieldRef as Obj)} (${v.resourceFieldRef.resource})`);
    else if (v.secretKeyRef)
      w.line(
        level + 1,
        `${e.name}:`,
        `<set to the key '${v.secretKeyRef.key}' in secret '${v.secretKeyRef.name}'>`,
        `Optional: ${v.secretKeyRef.optional === true}`,
      );
    else if (v.configMapKeyRef)
      w.line(
        level + 1,
        `${e.name}:`,
        `<set to the key '${v.configMapKeyRef.key}' of config map '${v.configMapKeyRef.name}'>`,
        `Optional: ${v.configMapKeyRef.optional === true}`,
      );
  }
}

/** Port names are shown since 1.35 (#133018). */
const portText = (number: unknown, port: Obj, minor: number): string =>
  `${number as number}/${port.protocol ?? "TCP"}${port.name && minor >= 35 ? ` (${port.name})` : ""}`;

function containers(
  w: Writer,
  minor: number,
  title: string,
  specs: Obj[],
  statuses: Obj[] | undefined,
  pod: Obj | undefined,
  space: string,
): void {
  if (specs.length === 0) return;
  w.line(0, `${space}${title}:`);
  for (const c of specs) {
    const st = statuses?.find((s) => s.name === c.name);
    const level = 2;
    w.line(1, `${space === "" ? "" : " "}${c.name}:`);
    if (st) {
      w.line(level, "Container ID:", String(st.containerID ?? ""));
      w.line(level, "Image:", String(c.image ?? ""));
      w.line(level, "Image ID:", String(st.imageID ?? ""));
    } else w.line(level, "Image:", String(c.image ?? ""));
    const ports = list(c.ports);
    const several = ports.length > 1 ? "s" : "";
    w.line(
      level,
      several ? "Ports:" : "Port:",
      ports.length === 0 ? "<none>" : ports.map((p) => portText(p.containerPort, p, minor)).join(", "),
    );
    w.line(
      level,
      several ? "Host Ports:" : "Host Port:",
      ports.length === 0 ? "<none>" : ports.map((p) => portText(p.hostPort ?? 0, p, minor)).join(", "),
    );
    if (c.securityContext?.seccompProfile) w.line(level, "SeccompProfile:", String(c.securityContext.seccompProfile.type));
    words(w, level, "Command", (c.command ?? []) as string[]);
    words(w, level, "Args", (c.args ?? []) as string[]);
    if (statuses && st) {
      state(w, level, "State", st.state as Obj);
      if (st.lastState?.terminated) state(w, level, "Last State", st.lastState as Obj);
      w.line(level, "Ready:", st.ready === true ? "True" : "False");
      w.line(level, "Restart Count:", String(st.restartCount ?? 0));
    }
    for (const kind of ["limits", "requests"] as const) {
      const r = (c.resources?.[kind] ?? {}) as Obj;
      if (Object.keys(r).length === 0) continue;
      w.line(level, kind === "limits" ? "Limits:" : "Requests:");
      for (const k of Object.keys(r).toSorted()) w.line(level + 1, `${k}:`, String(r[k]));
    }
    if (c.livenessProbe) w.line(level, "Liveness:", probe(c.livenessProbe as Obj));
    if (c.readinessProbe) w.line(level, "Readiness:", probe(c.readinessProbe as Obj));
    if (c.startupProbe) w.line(level, "Startup:", probe(c.startupProbe as Obj));
    environment(w, level, c, pod);
    const mounts = list(c.volumeMounts).toSorted((a, b) => (String(a.mountPath) < String(b.mountPath) ? -1 : 1));
    if (mounts.length === 0) w.line(level, "Mounts:", "<none>");
    else {
      w.line(level, "Mounts:");
      for (const m of mounts)
        w.line(level + 1, `${m.mountPath} from ${m.name} (${m.readOnly ? "ro" : "rw"}${m.subPath ? `,path="${m.subPath}"` : ""})`);
    }
  }
}

/** What a volume of a pod, or a persistent one, is made of. */
export function volumeSource(w: Writer, minor: number, l: number, v: Obj): void {
  if (v.hostPath)
    w.line(l, "Type:", "HostPath (bare host directory volume)")
      .line(l, "Path:", String(v.hostPath.path))
      .line(l, "HostPathType:", String(v.hostPath.type ?? ""));
  else if (v.emptyDir)
    w.line(l, "Type:", "EmptyDir (a temporary directory that shares a pod's lifetime)")
      .line(l, "Medium:", String(v.emptyDir.medium ?? ""))
      .line(l, "SizeLimit:", String(v.emptyDir.sizeLimit ?? "<unset>"));
  else if (v.secret)
    w.line(l, "Type:", "Secret (a volume populated by a Secret)")
      .line(l, "SecretName:", String(v.secret.secretName))
      .line(l, "Optional:", String(v.secret.optional === true));
  else if (v.configMap)
    w.line(l, "Type:", "ConfigMap (a volume populated by a ConfigMap)")
      .line(l, "Name:", String(v.configMap.name))
      .line(l, "Optional:", String(v.configMap.optional === true));
  else if (v.persistentVolumeClaim)
    w.line(l, "Type:", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)")
      .line(l, "ClaimName:", String(v.persistentVolumeClaim.claimName))
      .line(l, "ReadOnly:", String(v.persistentVolumeClaim.readOnly === true));
  else if (v.projected) {
    w.line(l, "Type:", "Projected (a volume that contains injected data from multiple sources)");
    for (const s of list(v.projected.sources)) {
      if (s.serviceAccountToken) w.line(l, "TokenExpirationSeconds:", String(s.serviceAccountToken.expirationSeconds));
      // up to 1.32 a pointer is shown, under names of its own
      const optional = (of: Obj, name: string): void => {
        if (minor > 32) w.line(l, "Optional:", String(of.optional === true));
        else w.line(l, `${name}:`, of.optional === undefined ? "<nil>" : "0xc000000000");
      };
      if (s.configMap) {
        w.line(l, "ConfigMapName:", String(s.configMap.name));
        optional(s.configMap as Obj, "ConfigMapOptional");
      }
      if (s.secret) {
        w.line(l, "SecretName:", String(s.secret.name));
        optional(s.secret as Obj, "SecretOptionalName");
      }
      if (s.downwardAPI) w.line(l, "DownwardAPI:", "true");
    }
  } else if (v.downwardAPI) {
    w.line(l, "Type:", "DownwardAPI (a volume populated by information about the pod)").line(l, "Items:");
    for (const i of list(v.downwardAPI.items)) w.line(l + 1, `${i.fieldRef?.fieldPath ?? i.resourceFieldRef?.resource} -> ${i.path}`);
  } else if (v.csi)
    w.line(l, "Type:", "CSI (a Container Storage Interface (CSI) volume source)")
      .line(l, "Driver:", String(v.csi.driver))
      .line(l, "FSType:", String(v.csi.fsType ?? ""))
      .line(l, "ReadOnly:", String(v.csi.readOnly === true));
  else if (v.nfs)
    w.line(l, "Type:", "NFS (an NFS mount that lasts the lifetime of a pod)")
      .line(l, "Server:", String(v.nfs.server))
      .line(l, "Path:", String(v.nfs.path))
      .line(l, "ReadOnly:", String(v.nfs.readOnly === true));
  else w.line(l, "<unknown>");
}

function volumes(w: Writer, minor: number, specs: Obj[], space: string): void {
  if (specs.length === 0) {
    w.line(0, `${space}Volumes:`, "<none>");
    return;
  }
  w.line(0, `${space}Volumes:`);
  const l = 2;
  for (const v of specs) {
    w.line(1, `${space === "" ? "" : " "}${v.name}:`);
    volumeSource(w, minor, l, v);
  }
}

const toleration = (t: Obj): string => {
  let text = String(t.key ?? "");
  if (t.value) text += `=${t.value}`;
  if (t.effect) text += `:${t.effect}`;
  if (t.operator === "Exists" && !t.value) text += t.key || t.effect ? " op=Exists" : "op=Exists";
  if (t.tolerationSeconds !== undefined) text += ` for ${t.tolerationSeconds}s`;
  return text;
};

function tolerations(w: Writer, specs: Obj[], level = 0): void {
  if (specs.length === 0) {
    w.line(level, "Tolerations:", "<none>");
    return;
  }
  specs
    .toSorted((a, b) => Buffer.compare(Buffer.from(String(a.key ?? "")), Buffer.from(String(b.key ?? ""))))
    .forEach((t, i) => w.line(level, i === 0 ? "Tolerations:" : "", toleration(t)));
}

export function describePod(pod: Obj, minor: number, now: number): Writer {
  const w = new Writer();
  const spec = (pod.spec ?? {}) as Obj;
  const st = (pod.status ?? {}) as Obj;
  w.line(0, "Name:", String(pod.metadata.name));
  w.line(0, "Namespace:", String(pod.metadata.namespace));
  if (spec.priority !== undefined) {
    w.line(0, "Priority:", String(spec.priority));
    if (spec.priorityClassName) w.line(0, "Priority Class Name:", String(spec.priorityClassName));
  }
  if (spec.runtimeClassName) w.line(0, "Runtime Class Name:", String(spec.runtimeClassName));
  if (spec.serviceAccountName && minor >= 23) w.line(0, "Service Account:", String(spec.serviceAccountName));
  w.line(0, "Node:", spec.nodeName ? `${spec.nodeName}/${st.hostIP ?? ""}` : "<none>");
  if (st.startTime) w.line(0, "Start Time:", longTime(st.startTime));
  mapField(w, 0, "Labels", pod.metadata.labels as Record<string, string>);
  mapField(w, 0, "Annotations", pod.metadata.annotations as Record<string, string>, true);
  if (pod.metadata.deletionTimestamp && st.phase !== "Failed" && st.phase !== "Succeeded") {
    w.line(0, "Status:", `Terminating (lasts ${since(pod.metadata.deletionTimestamp, now)})`);
    w.line(0, "Termination Grace Period:", `${pod.metadata.deletionGracePeriodSeconds}s`);
  } else w.line(0, "Status:", String(st.phase ?? ""));
  if (st.reason) w.line(0, "Reason:", String(st.reason));
  if (st.message) w.line(0, "Message:", String(st.message));
  if (spec.securityContext?.seccompProfile) w.line(0, "SeccompProfile:", String(spec.securityContext.seccompProfile.type));
  w.line(0, "IP:", String(st.podIP ?? ""));
  const ips = list(st.podIPs);
  if (ips.length === 0) w.line(0, "IPs:", "<none>");
  else {
    w.line(0, "IPs:");
    for (const ip of ips) w.line(1, "IP:", String(ip.ip));
  }
  const owner = list(pod.metadata.ownerReferences).find((r) => r.controller === true);
  if (owner) w.line(0, "Controlled By:", `${owner.kind}/${owner.name}`);
  if (st.nominatedNodeName) w.line(0, "NominatedNodeName:", String(st.nominatedNodeName));
  containers(w, minor, "Init Containers", list(spec.initContainers), list(st.initContainerStatuses), pod, "");
  containers(w, minor, "Containers", list(spec.containers), list(st.containerStatuses), pod, "");
  if (minor >= 19)
    containers(w, minor, "Ephemeral Containers", list(spec.ephemeralContainers), list(st.ephemeralContainerStatuses), pod, "");
  const conditions = list(st.conditions);
  if (conditions.length > 0) {
    w.line(0, "Conditions:");
    w.line(1, "Type", "Status");
    for (const c of conditions) w.line(1, `${c.type} `, `${c.status} `);
  }
  volumes(w, minor, list(spec.volumes), "");
  w.line(0, "QoS Class:", String(st.qosClass ?? ""));
  mapField(w, 0, "Node-Selectors", spec.nodeSelector as Record<string, string>);
  tolerations(w, list(spec.tolerations));
  return w;
}

/** The template part of workloads. */
export function template(w: Writer, t: Obj, minor: number, title = "Pod Template"): void {
  w.line(0, `${title}:`);
  mapField(w, 1, "Labels", t.metadata?.labels as Record<string, string>);
  if (Object.keys((t.metadata?.annotations ?? {}) as Obj).length > 0)
    mapField(w, 1, "Annotations", t.metadata.annotations as Record<string, string>, true);
  if (t.spec?.serviceAccountName) w.line(1, "Service Account:", String(t.spec.serviceAccountName));
  containers(w, minor, "Init Containers", list(t.spec?.initContainers), undefined, undefined, "  ");
  containers(w, minor, "Containers", list(t.spec?.containers), undefined, undefined, "  ");
  volumes(w, minor, list(t.spec?.volumes), "  ");
  if (t.spec?.priorityClassName) w.line(1, "Priority Class Name:", String(t.spec.priorityClassName));
  if (minor < 31) return;
  mapField(w, 1, "Node-Selectors", t.spec?.nodeSelector as Record<string, string>);
  tolerations(w, list(t.spec?.tolerations), 1);
}

/** Of `rollout history --revision`, which does not align it (polymorphichelpers/history.go). */
export function podTemplate(t: Obj, minor: number): string {
  const w = new Writer();
  template(w, t, minor);
  return w.toTabbed();
}
