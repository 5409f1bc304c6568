/** describe node. */
import type { Obj } from "../../../core/json.ts";
import { formatBytes, formatCpu, parseQuantity } from "../../quantity.ts";
import { ServerRefusal } from "../failure.ts";
import type { Session } from "../session.ts";
import { Writer, longTime, mapField, since } from "./writer.ts";

const list = (v: unknown): Obj[] => (v ?? []) as Obj[];

/** Requests or limits of a pod: the sum of its containers, at least the largest init container. */
function podResource(pod: Obj, kind: "requests" | "limits", name: string): number {
  const of = (c: Obj): number => parseQuantity(c.resources?.[kind]?.[name]) ?? 0;
  const sum = list(pod.spec?.containers).reduce((n, c) => n + of(c), 0);
  return Math.max(sum, ...list(pod.spec?.initContainers).map(of));
}

export async function describeNode(s: Session, o: Obj): Promise<Writer> {
  const w = new Writer();
  const st = (o.status ?? {}) as Obj;
  const labels = (o.metadata.labels ?? {}) as Record<string, string>;
  const roles = Object.entries(labels).flatMap(([k, v]) =>
    k.startsWith("node-role.kubernetes.io/") && k.length > 24 ? [k.slice(24)] : k === "kubernetes.io/role" && v ? [v] : [],
  );
  w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "Roles:", roles.length > 0 ? roles.toSorted().join(",") : "<none>");
  mapField(w, 0, "Labels", labels);
  mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);
  w.line(0, "CreationTimestamp:", longTime(o.metadata.creationTimestamp));
  const taints = list(o.spec?.taints)
    .map((t) => `${t.key}${t.value ? `=${t.value}` : ""}:${t.effect}`)
    .toSorted();
  if (taints.length === 0) w.line(0, "Taints:", "<none>");
  taints.forEach((t, i) => w.line(0, i === 0 ? "Taints:" : "", t));
  w.line(0, "Unschedulable:", String(o.spec?.unschedulable === true));
  try {
    const lease = await s.get(await s.kind("leases"), String(o.metadata.name), "kube-node-lease");
    w.line(0, "Lease:");
    w.line(1, "HolderIdentity:", String(lease.spec?.holderIdentity ?? "<unset>"));
    w.line(1, "AcquireTime:", longTime(lease.spec?.acquireTime));
    w.line(1, "RenewTime:", longTime(lease.spec?.renewTime));
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    w.line(0, "Lease:", `Failed to get lease: ${error.detail}`);
  }
  const conditions = list(st.conditions);
  if (conditions.length > 0) {
    w.raw("Conditions:");
    w.line(1, "Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message");
    w.line(1, "----", "------", "-----------------", "------------------", "------", "-------");
    for (const c of conditions)
      w.line(
        1,
        `${c.type} `,
        `${c.status} `,
        `${longTime(c.lastHeartbeatTime)} `,
        `${longTime(c.lastTransitionTime)} `,
        `${c.reason ?? ""} `,
        String(c.message ?? ""),
      );
  }
  w.raw("Addresses:");
  for (const a of list(st.addresses)) w.line(1, `${a.type}:`, String(a.address));
  for (const kind of ["capacity", "allocatable"] as const) {
    const r = (st[kind] ?? {}) as Obj;
    if (Object.keys(r).length === 0) continue;
    w.raw(kind === "capacity" ? "Capacity:" : "Allocatable:");
    for (const k of Object.keys(r).toSorted()) w.line(1, `${k}:`, String(r[k]));
  }
  const info = (st.nodeInfo ?? {}) as Obj;
  w.raw("System Info:");
  for (const [title, key] of [
    ["Machine ID", "machineID"],
    ["System UUID", "systemUUID"],
    ["Boot ID", "bootID"],
    ["Kernel Version", "kernelVersion"],
    ["OS Image", "osImage"],
    ["Operating System", "operatingSystem"],
    ["Architecture", "architecture"],
    ["Container Runtime Version", "containerRuntimeVersion"],
    ["Kubelet Version", "kubeletVersion"],
    ["Kube-Proxy Version", "kubeProxyVersion"],
  ] as const) {
    // 1.36 leaves out what nodes no longer report, 1.32 does not
    if (key === "kubeProxyVersion" && !info[key] && s.minor >= 33) continue;
    w.line(1, `${title}:`, String(info[key] ?? ""));
  }
  if (o.spec?.podCIDR) w.line(0, "PodCIDR:", String(o.spec.podCIDR));
  if (list(o.spec?.podCIDRs).length > 0) w.line(0, "PodCIDRs:", (o.spec.podCIDRs as string[]).join(","));
  if (o.spec?.providerID) w.line(0, "ProviderID:", String(o.spec.providerID));
  const all = await s.request("GET", s.path(await s.kind("pods"), ""), undefined, {
    query: { fieldSelector: `spec.nodeName=${o.metadata.name},status.phase!=Failed,status.phase!=Succeeded` },
  });
  const pods = (all.items as Obj[]).toSorted((a, b) =>
    `${a.metadata.namespace}/${a.metadata.name}` < `${b.metadata.namespace}/${b.metadata.name}` ? -1 : 1,
  );
  w.line(0, "Non-terminated Pods:", `(${pods.length} in total)`);
  w.line(1, "Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", s.minor < 22 ? "AGE" : "Age");
  w.line(1, "---------", "----", "", "------------", "----------", "---------------", "-------------", "---");
  const allocatable = (st.allocatable ?? st.capacity ?? {}) as Obj;
  const total = (name: string): number => parseQuantity(allocatable[name]) ?? 0;
  // Quantity.MilliValue: sums of fractions are none of whole numbers
  const milli = (value: number): number => Math.round(value * 1000);
  const percent = (value: number, name: string): string =>
    total(name) === 0 ? "0%" : `${Math.trunc((milli(value) / milli(total(name))) * 100)}%`;
  const show = (value: number, name: string): string =>
    `${name === "cpu" ? formatCpu(value) : formatBytes(value)} (${percent(value, name)})`;
  for (const p of pods)
    w.line(
      1,
      String(p.metadata.namespace),
      String(p.metadata.name),
      "",
      show(podResource(p, "requests", "cpu"), "cpu"),
      show(podResource(p, "limits", "cpu"), "cpu"),
      show(podResource(p, "requests", "memory"), "memory"),
      show(podResource(p, "limits", "memory"), "memory"),
      since(p.metadata.creationTimestamp, s.p.now),
    );
  w.raw("Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)");
  w.line(1, "Resource", "Requests", "Limits");
  w.line(1, "--------", "--------", "------");
  for (const name of [
    "cpu",
    "memory",
    "ephemeral-storage",
    ...Object.keys(allocatable)
      .filter((k) => k.startsWith("hugepages-"))
      .toSorted(),
  ]) {
    const sum = (kind: "requests" | "limits"): number => pods.reduce((n, p) => n + podResource(p, kind, name), 0);
    w.line(1, name, show(sum("requests"), name), show(sum("limits"), name));
  }
  return w;
}
