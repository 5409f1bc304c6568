/** PodSecurity by the namespace label `enforce` (`warn` and `audit` only say things in places that are not modelled): k8s.io/pod-security-admission/policy. */
import type { Obj } from "../../../core/json.ts";
import { forbidden, invalidValue, invalid } from "../status.ts";
import type { Admission } from "./admit.ts";

interface Finding {
  reason: string;
  detail: string;
}

const names = (list: string[]): string =>
  `${list.length === 1 ? "container" : "containers"} ${list.map((n) => JSON.stringify(n)).join(", ")}`;

function baseline(spec: Obj, metadata: Obj): Finding[] {
  const out: Finding[] = [];
  const containers = every(spec);
  const which = (test: (c: Obj) => boolean): string[] => containers.filter(test).map((c) => String(c.name));
  const hosts = ["hostNetwork", "hostPID", "hostIPC"].filter((k) => spec[k] === true);
  if (hosts.length > 0) out.push({ reason: "host namespaces", detail: hosts.map((h) => `${h}=true`).join(", ") });
  const paths = ((spec.volumes ?? []) as Obj[]).filter((v) => v.hostPath).map((v) => JSON.stringify(v.name));
  if (paths.length > 0) out.push({ reason: "hostPath volumes", detail: `volume${paths.length > 1 ? "s" : ""} ${paths.join(", ")}` });
  const ports = containers.filter((c) => ((c.ports ?? []) as Obj[]).some((p) => p.hostPort));
  if (ports.length > 0) {
    const numbers = ports.flatMap((c) => ((c.ports ?? []) as Obj[]).filter((p) => p.hostPort).map((p) => String(p.hostPort)));
    out.push({
      reason: "hostPort",
      detail: `${names(ports.map((c) => String(c.name)))} ${ports.length === 1 ? "uses" : "use"} hostPort${numbers.length > 1 ? "s" : ""} ${numbers.join(", ")}`,
    });
  }
  const privileged = which((c) => c.securityContext?.privileged === true);
  if (privileged.length > 0)
    out.push({ reason: "privileged", detail: `${names(privileged)} must not set securityContext.privileged=true` });
  const safe = new Set([
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
  ]);
  const caps = which((c) => ((c.securityContext?.capabilities?.add ?? []) as string[]).some((x) => !safe.has(x)));
  if (caps.length > 0) {
    const bad = [
      ...new Set(containers.flatMap((c) => ((c.securityContext?.capabilities?.add ?? []) as string[]).filter((x) => !safe.has(x)))),
    ].toSorted();
    out.push({
      reason: "non-default capabilities",
      detail: `${names(caps)} must not include ${bad.map((b) => JSON.stringify(b)).join(", ")} in securityContext.capabilities.add`,
    });
  }
  if (spec.securityContext?.seccompProfile?.type === "Unconfined")
    out.push({ reason: "seccompProfile", detail: 'pod must not set securityContext.seccompProfile.type to "Unconfined"' });
  const proc = which((c) => c.securityContext?.procMount !== undefined && c.securityContext.procMount !== "Default");
  if (proc.length > 0) out.push({ reason: "procMount", detail: `${names(proc)} must not set securityContext.procMount to "Unmasked"` });
  void metadata;
  return out;
}

function restricted(spec: Obj, metadata: Obj): Finding[] {
  const out = baseline(spec, metadata).filter((f) => f.reason !== "non-default capabilities");
  const containers = every(spec);
  const which = (test: (c: Obj) => boolean): string[] => containers.filter(test).map((c) => String(c.name));
  const escalation = which((c) => c.securityContext?.allowPrivilegeEscalation !== false);
  if (escalation.length > 0)
    out.push({
      reason: "allowPrivilegeEscalation != false",
      detail: `${names(escalation)} must set securityContext.allowPrivilegeEscalation=false`,
    });
  const drop = which((c) => !((c.securityContext?.capabilities?.drop ?? []) as string[]).includes("ALL"));
  const add = which((c) => ((c.securityContext?.capabilities?.add ?? []) as string[]).some((x) => x !== "NET_BIND_SERVICE"));
  if (drop.length > 0 || add.length > 0)
    out.push({
      reason: "unrestricted capabilities",
      detail: [
        ...(drop.length > 0 ? [`${names(drop)} must set securityContext.capabilities.drop=["ALL"]`] : []),
        ...(add.length > 0
          ? [`${names(add)} must not include capabilities other than "NET_BIND_SERVICE" in securityContext.capabilities.add`]
          : []),
      ].join("; "),
    });
  const allowed = new Set([
    "name",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
    "image",
    "hostPath",
  ]);
  const types = ((spec.volumes ?? []) as Obj[]).filter((v) => Object.keys(v).some((k) => !allowed.has(k)) || v.hostPath);
  if (types.length > 0)
    out.push({
      reason: "restricted volume types",
      detail: `${types.map((v) => `volume ${JSON.stringify(v.name)} uses restricted volume type ${JSON.stringify(Object.keys(v).find((k) => k !== "name"))}`).join(", ")}`,
    });
  const pod = (spec.securityContext ?? {}) as Obj;
  const root = which((c) => (c.securityContext?.runAsNonRoot ?? pod.runAsNonRoot) !== true);
  if (root.length > 0)
    out.push({ reason: "runAsNonRoot != true", detail: `pod or ${names(root)} must set securityContext.runAsNonRoot=true` });
  const zero = which((c) => c.securityContext?.runAsUser === 0);
  if (pod.runAsUser === 0 || zero.length > 0)
    out.push({ reason: "runAsUser=0", detail: `${pod.runAsUser === 0 ? "pod" : names(zero)} must not set runAsUser=0` });
  const seccomp = which(
    (c) => !["RuntimeDefault", "Localhost"].includes(String(c.securityContext?.seccompProfile?.type ?? pod.seccompProfile?.type)),
  );
  if (seccomp.length > 0)
    out.push({
      reason: "seccompProfile",
      detail: `pod or ${names(seccomp)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
    });
  return out;
}

const every = (spec: Obj): Obj[] => [
  ...((spec.initContainers ?? []) as Obj[]),
  ...((spec.containers ?? []) as Obj[]),
  ...((spec.ephemeralContainers ?? []) as Obj[]),
];

export function podSecurity(a: Admission, o: Obj, old: Obj | undefined): void {
  const { resource: r } = a;
  if (r.type === "Namespace") {
    for (const mode of ["enforce", "warn", "audit"]) {
      const label = `pod-security.kubernetes.io/${mode}`;
      const value = o.metadata.labels?.[label] as string | undefined;
      if (value !== undefined && !["privileged", "baseline", "restricted"].includes(value))
        throw invalid(r, a.name, [invalidValue(`metadata.labels[${label}]`, value, `must be one of privileged, baseline, restricted`)]);
    }
    return;
  }
  if (r.type !== "Pod" || a.subresource === "status" || a.operation === "DELETE") return;
  if (a.operation === "UPDATE" && old && JSON.stringify(old.spec) === JSON.stringify(o.spec)) return;
  const namespace = a.api.store.get(`/registry/namespaces/${a.namespace}`);
  const level = namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"] as string | undefined;
  if (!level || level === "privileged") return;
  const version = (namespace!.metadata.labels["pod-security.kubernetes.io/enforce-version"] as string | undefined) ?? "latest";
  const findings = (level === "restricted" ? restricted : baseline)(o.spec as Obj, o.metadata as Obj);
  if (findings.length > 0)
    throw forbidden(
      r,
      a.name,
      `violates PodSecurity "${level}:${version}": ${findings.map((f) => `${f.reason} (${f.detail})`).join(", ")}`,
    );
}
