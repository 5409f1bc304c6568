/** Validation by kind: the rules of k8s.io/kubernetes/pkg/apis that users meet, in their words. */
import type { Obj } from "../../../core/json.ts";
import { DerError } from "../../../pki/der.ts";
import { parseRequest } from "../../../pki/request.ts";
import type { Resource } from "../resources.ts";
import { matchesSelector } from "../selectors.ts";
import { duplicateValue, forbiddenField, invalidValue, required, unsupportedValue, type Cause } from "../status.ts";
import { parseQuantity } from "../../quantity.ts";
import { configMapKey, dns1035Label, dnsLabel, dnsSubdomain, labelValue, pathSegment, qualifiedName } from "./names.ts";
import { stable, validatePodSpec, validatePodUpdate } from "./validate-pod.ts";

type Rule = (o: Obj, causes: Cause[], old?: Obj, minor?: number) => void;

const isIp = (text: string): boolean => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split(".").every((n) => Number(n) < 256);

function nameRule(r: Resource): (name: string) => string | undefined {
  if (r.group === "rbac.authorization.k8s.io") return pathSegment;
  // `v1.` is the name of the core group's (pkg/apis/apiregistration/validation: ValidateAPIServiceName is path.ValidatePathSegmentName)
  if (r.group === "apiregistration.k8s.io") return pathSegment;
  if (r.group === "" && r.plural === "namespaces") return dnsLabel;
  if (r.group === "" && r.plural === "services") return dns1035Label;
  return dnsSubdomain;
}

export function validateMetadata(r: Resource, o: Obj, causes: Cause[]): void {
  const meta = (o.metadata ?? {}) as Obj;
  if (!meta.name && !meta.generateName) causes.push(required("metadata.name", "name or generateName is required"));
  else {
    const rule = nameRule(r);
    if (meta.generateName && !meta.name) {
      const bad = rule(`${String(meta.generateName).replace(/-$/, "")}-x`);
      if (bad) causes.push(invalidValue("metadata.generateName", meta.generateName, bad));
    }
    if (meta.name) {
      const bad = rule(String(meta.name));
      if (bad) causes.push(invalidValue("metadata.name", meta.name, bad));
    }
  }
  for (const [k, v] of Object.entries((meta.labels ?? {}) as Record<string, string>)) {
    const badKey = qualifiedName(k);
    if (badKey) causes.push(invalidValue("metadata.labels", k, badKey));
    const bad = labelValue(v);
    if (bad) causes.push(invalidValue("metadata.labels", v, bad));
  }
  for (const k of Object.keys((meta.annotations ?? {}) as Obj)) {
    const bad = qualifiedName(k.toLowerCase());
    if (bad) causes.push(invalidValue("metadata.annotations", k, bad));
  }
  ((meta.ownerReferences ?? []) as Obj[]).forEach((ref, i) => {
    for (const f of ["apiVersion", "kind", "name", "uid"])
      if (!ref[f])
        causes.push(invalidValue(`metadata.ownerReferences[${i}].${f}`, "", `${f === "apiVersion" ? "version" : f} must not be empty`));
  });
}

/** metadata that may not change (ValidateObjectMetaUpdate). */
export function validateMetadataUpdate(o: Obj, old: Obj, causes: Cause[]): void {
  for (const f of ["name", "namespace", "uid", "creationTimestamp"]) {
    if (o.metadata[f] !== undefined && old.metadata[f] !== undefined && o.metadata[f] !== old.metadata[f])
      causes.push(invalidValue(`metadata.${f}`, o.metadata[f], "field is immutable"));
  }
}

const goMap = (map: Obj | undefined): string =>
  `map[string]string{${Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`)
    .join(", ")}}`;

const raw = (field: string, shown: string, detail: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${shown}: ${detail}`,
  field,
});

const selectorShown = (s: Obj | undefined, minor: number): string =>
  minor >= 33
    ? JSON.stringify(s ?? {})
    : `v1.LabelSelector{MatchLabels:${s?.matchLabels ? goMap(s.matchLabels as Obj) : "map[string]string(nil)"}, MatchExpressions:[]v1.LabelSelectorRequirement${s?.matchExpressions ? "{…}" : "(nil)"}}`;

function workload(restart: string[]): Rule {
  return (o, causes, old, minor = 35) => {
    const spec = (o.spec ?? {}) as Obj;
    if (Number(spec.replicas) < 0) causes.push(invalidValue("spec.replicas", spec.replicas, "must be greater than or equal to 0"));
    const labels = spec.template?.metadata?.labels as Obj | undefined;
    if (!spec.selector) causes.push(required("spec.selector"));
    else if (!spec.selector.matchLabels && !spec.selector.matchExpressions)
      causes.push(raw("spec.selector", selectorShown(spec.selector as Obj, minor), "empty selector is invalid for deployment"));
    else if (!matchesSelector(labels as Record<string, string>, spec.selector as Obj))
      causes.push(
        raw(
          "spec.template.metadata.labels",
          minor >= 33 ? JSON.stringify(labels ?? null) : goMap(labels),
          "`selector` does not match template `labels`",
        ),
      );
    if (spec.template?.spec) {
      validatePodSpec(spec.template.spec as Obj, "spec.template.spec", causes);
      const policy = String(spec.template.spec.restartPolicy);
      if (["Always", "OnFailure", "Never"].includes(policy) && !restart.includes(policy))
        causes.push(unsupportedValue("spec.template.spec.restartPolicy", policy, restart));
    } else causes.push(required("spec.template.spec.containers"));
    if (old && spec.selector && stable(spec.selector) !== stable(old.spec.selector))
      causes.push(raw("spec.selector", selectorShown(spec.selector as Obj, minor), "field is immutable"));
  };
}

const service: Rule = (o, causes, old) => {
  const spec = (o.spec ?? {}) as Obj;
  const ports = (spec.ports ?? []) as Obj[];
  if (!["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].includes(String(spec.type)))
    causes.push(unsupportedValue("spec.type", spec.type, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]));
  if (ports.length === 0 && spec.clusterIP !== "None" && spec.type !== "ExternalName") causes.push(required("spec.ports"));
  if (spec.type === "ExternalName" && !spec.externalName) causes.push(required("spec.externalName"));
  const names = new Set<string>();
  const seen = new Set<string>();
  ports.forEach((p, i) => {
    const at = `spec.ports[${i}]`;
    if (ports.length > 1 && !p.name) causes.push(required(`${at}.name`));
    if (p.name) {
      const bad = dnsLabel(String(p.name));
      if (bad) causes.push(invalidValue(`${at}.name`, p.name, bad));
      if (names.has(String(p.name))) causes.push(duplicateValue(`${at}.name`, p.name));
      names.add(String(p.name));
    }
    if (!(p.port >= 1 && p.port <= 65535)) causes.push(invalidValue(`${at}.port`, p.port ?? 0, "must be between 1 and 65535, inclusive"));
    if (!["TCP", "UDP", "SCTP"].includes(String(p.protocol)))
      causes.push(unsupportedValue(`${at}.protocol`, p.protocol, ["SCTP", "TCP", "UDP"]));
    if (typeof p.targetPort === "number" && !(p.targetPort >= 1 && p.targetPort <= 65535))
      causes.push(invalidValue(`${at}.targetPort`, p.targetPort, "must be between 1 and 65535, inclusive"));
    if (p.nodePort && spec.type === "ClusterIP")
      causes.push(forbiddenField(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    const key = `${p.protocol}/${p.port}`;
    if (seen.has(key)) causes.push(duplicateValue(at, { port: p.port, protocol: p.protocol }));
    seen.add(key);
  });
  if (spec.clusterIP && spec.clusterIP !== "None" && !isIp(String(spec.clusterIP)))
    causes.push(invalidValue("spec.clusterIPs[0]", spec.clusterIP, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
  if (
    old &&
    old.spec.clusterIP &&
    old.spec.clusterIP !== spec.clusterIP &&
    old.spec.type !== "ExternalName" &&
    spec.type !== "ExternalName"
  )
    causes.push(invalidValue("spec.clusterIPs[0]", spec.clusterIPs ?? [spec.clusterIP], "may not change once set"));
};

const binding: Rule = (o, causes, old) => {
  const ref = (o.roleRef ?? {}) as Obj;
  const kinds = o.kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(String(ref.kind))) causes.push(unsupportedValue("roleRef.kind", ref.kind ?? "", kinds));
  if (!ref.name) causes.push(required("roleRef.name"));
  ((o.subjects ?? []) as Obj[]).forEach((s, i) => {
    if (!s.name) causes.push(required(`subjects[${i}].name`));
    if (!["ServiceAccount", "User", "Group"].includes(String(s.kind)))
      causes.push(unsupportedValue(`subjects[${i}].kind`, s.kind ?? "", ["ServiceAccount", "User", "Group"]));
    if (s.kind === "ServiceAccount" && !s.namespace && o.kind === "ClusterRoleBinding") causes.push(required(`subjects[${i}].namespace`));
  });
  if (old && stable(old.roleRef) !== stable(ref)) causes.push(invalidValue("roleRef", ref, "cannot change roleRef"));
};

const role: Rule = (o, causes) =>
  ((o.rules ?? []) as Obj[]).forEach((rule, i) => {
    const at = `rules[${i}]`;
    if (!(rule.verbs as unknown[] | undefined)?.length) causes.push(required(`${at}.verbs`, "verbs must contain at least one value"));
    if ((rule.nonResourceURLs as unknown[] | undefined)?.length) return;
    if (!(rule.apiGroups as unknown[] | undefined)?.length)
      causes.push(required(`${at}.apiGroups`, "resource rules must supply at least one api group"));
    if (!(rule.resources as unknown[] | undefined)?.length)
      causes.push(required(`${at}.resources`, "resource rules must supply at least one resource"));
  });

/** By schema type. */
export const rules: Record<string, Rule> = {
  Pod: (o, causes, old) => {
    if (old) {
      validatePodUpdate(o, old, causes);
      return;
    }
    validatePodSpec((o.spec ?? {}) as Obj, "spec", causes);
  },
  Deployment: workload(["Always"]),
  ReplicaSet: workload(["Always"]),
  DaemonSet: workload(["Always"]),
  StatefulSet: workload(["Always"]),
  ReplicationController: (o, causes) => {
    if (o.spec?.template?.spec) validatePodSpec(o.spec.template.spec as Obj, "spec.template.spec", causes);
  },
  Job: (o, causes, old) => {
    const spec = (o.spec?.template?.spec ?? {}) as Obj;
    validatePodSpec(spec, "spec.template.spec", causes);
    if (!["OnFailure", "Never"].includes(String(spec.restartPolicy)))
      causes.push(
        spec.restartPolicy === "Always"
          ? unsupportedValue("spec.template.spec.restartPolicy", "Always", ["OnFailure", "Never"])
          : required("spec.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"'),
      );
    if (old && stable(old.spec.template) !== stable(o.spec.template))
      causes.push(invalidValue("spec.template", o.spec.template, "field is immutable"));
  },
  CronJob: (o, causes, _old, minor = 35) => {
    const schedule = String(o.spec?.schedule ?? "");
    const words = schedule.trim().split(/\s+/);
    if (schedule === "") causes.push(required("spec.schedule"));
    else if (!schedule.startsWith("@") && words.length !== 5)
      causes.push(
        invalidValue(
          "spec.schedule",
          schedule,
          minor <= 20
            ? `Expected exactly 5 fields, found ${words.length}: ${schedule}`
            : `expected exactly 5 fields, found ${words.length}: [${words.join(" ")}]`,
        ),
      );
    const spec = o.spec?.jobTemplate?.spec?.template?.spec as Obj | undefined;
    if (!spec) causes.push(required("spec.jobTemplate.spec.template.spec.containers"));
    else validatePodSpec(spec, "spec.jobTemplate.spec.template.spec", causes);
  },
  Service: service,
  ConfigMap: (o, causes, old) => {
    for (const k of [...Object.keys((o.data ?? {}) as Obj), ...Object.keys((o.binaryData ?? {}) as Obj)]) {
      const bad = configMapKey(k);
      if (bad) causes.push(invalidValue(`data[${k}]`, k, bad));
    }
    if (old?.immutable === true && (stable(old.data) !== stable(o.data) || o.immutable !== true))
      causes.push(forbiddenField("data", "field is immutable when `immutable` is set"));
  },
  Secret: (o, causes, old) => {
    for (const k of Object.keys((o.data ?? {}) as Obj)) {
      const bad = configMapKey(k);
      if (bad) causes.push(invalidValue(`data[${k}]`, k, bad));
    }
    if (old && old.type !== o.type) causes.push(invalidValue("type", o.type, "field is immutable"));
    if (o.type === "kubernetes.io/tls")
      for (const k of ["tls.crt", "tls.key"]) if (o.data?.[k] === undefined) causes.push(required(`data[${k}]`));
    if (o.type === "kubernetes.io/dockerconfigjson" && o.data?.[".dockerconfigjson"] === undefined)
      causes.push(required("data[.dockerconfigjson]"));
  },
  Node: (o, causes, old) => {
    const seen = new Set<string>();
    ((o.spec?.taints ?? []) as Obj[]).forEach((t, i) => {
      const bad = qualifiedName(String(t.key ?? ""));
      if (bad) causes.push(invalidValue(`spec.taints[${i}].key`, t.key ?? "", bad));
      if (!["NoSchedule", "PreferNoSchedule", "NoExecute"].includes(String(t.effect)))
        causes.push(unsupportedValue(`spec.taints[${i}].effect`, t.effect ?? "", ["NoExecute", "NoSchedule", "PreferNoSchedule"]));
      const key = `${t.key}:${t.effect}`;
      if (seen.has(key)) causes.push(duplicateValue(`spec.taints[${i}]`, t));
      seen.add(key);
    });
    if (old?.spec?.podCIDR && o.spec?.podCIDR !== old.spec.podCIDR)
      causes.push(forbiddenField("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid'));
  },
  Role: role,
  ClusterRole: role,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  PersistentVolume: (o, causes) => {
    if (!(o.spec?.accessModes as unknown[] | undefined)?.length) causes.push(required("spec.accessModes"));
    if (!o.spec?.capacity?.storage) causes.push(required("spec.capacity"));
    if (parseQuantity(o.spec?.capacity?.storage) === 0)
      causes.push(invalidValue("spec.capacity[storage]", "0", "must be greater than zero"));
  },
  PersistentVolumeClaim: (o, causes, old) => {
    if (!(o.spec?.accessModes as unknown[] | undefined)?.length)
      causes.push(required("spec.accessModes", "at least 1 access mode is required"));
    if (!o.spec?.resources?.requests?.storage) causes.push(required("spec.resources[storage]"));
    if (old) {
      const core = (s: Obj): string => stable({ ...s, volumeName: null, resources: null, storageClassName: s.storageClassName ?? null });
      if (core({ ...o.spec }) !== core({ ...old.spec }))
        causes.push(
          forbiddenField(
            "spec",
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
          ),
        );
    }
  },
  PriorityClass: (o, causes, old) => {
    if (old && old.value !== o.value) causes.push(forbiddenField("value", "may not be changed in an update."));
    if (Number(o.value) > 1_000_000_000 && !String(o.metadata.name).startsWith("system-"))
      causes.push(forbiddenField("value", "maximum allowed value of a user defined priority is 1000000000"));
  },
  PodDisruptionBudget: (o, causes) => {
    if (o.spec?.minAvailable !== undefined && o.spec?.maxUnavailable !== undefined)
      causes.push(invalidValue("spec", o.spec, "minAvailable and maxUnavailable cannot be both set"));
  },
  CertificateSigningRequest: (o, causes, old) => {
    if (old) return;
    const request = o.spec?.request as string | undefined;
    try {
      parseRequest(Buffer.from(request ?? "", "base64").toString());
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      causes.push(invalidValue("spec.request", request ?? null, error instanceof DerError ? error.message : "asn1: structure error"));
    }
  },
  NetworkPolicy: (o, causes) => {
    for (const [kind, peers] of [
      ["ingress", "from"],
      ["egress", "to"],
    ] as const)
      ((o.spec?.[kind] ?? []) as Obj[]).forEach((rule, i) => {
        ((rule[peers] ?? []) as Obj[]).forEach((peer, j) => {
          const at = `spec.${kind}[${i}].${peers}[${j}]`;
          if (Object.keys(peer).length === 0) causes.push(required(at, "must specify a peer"));
          if (peer.ipBlock && (peer.podSelector || peer.namespaceSelector))
            causes.push(forbiddenField(at, "may not specify both ipBlock and another peer"));
        });
      });
  },
  Ingress: (o, causes) => {
    if (!(o.spec?.rules as unknown[] | undefined)?.length && !o.spec?.defaultBackend)
      causes.push(invalidValue("spec", o.spec ?? {}, "either `defaultBackend` or `rules` must be specified"));
    ((o.spec?.rules ?? []) as Obj[]).forEach((rule, i) =>
      ((rule.http?.paths ?? []) as Obj[]).forEach((p, j) => {
        const at = `spec.rules[${i}].http.paths[${j}]`;
        if (!p.pathType) causes.push(required(`${at}.pathType`, "pathType must be specified"));
        else if (!["Exact", "Prefix", "ImplementationSpecific"].includes(String(p.pathType)))
          causes.push(unsupportedValue(`${at}.pathType`, p.pathType, ["Exact", "ImplementationSpecific", "Prefix"]));
        else if (p.pathType !== "ImplementationSpecific" && !String(p.path ?? "").startsWith("/"))
          causes.push(invalidValue(`${at}.path`, p.path ?? "", "must be an absolute path"));
      }),
    );
  },
  CustomResourceDefinition: (o, causes, old) => {
    const spec = (o.spec ?? {}) as Obj;
    const expected = `${spec.names?.plural}.${spec.group}`;
    if (o.metadata.name !== expected)
      causes.push(invalidValue("metadata.name", o.metadata.name, `must be spec.names.plural+"."+spec.group`));
    if (!["Namespaced", "Cluster"].includes(String(spec.scope)))
      causes.push(unsupportedValue("spec.scope", spec.scope ?? "", ["Cluster", "Namespaced"]));
    const versions = (spec.versions ?? []) as Obj[];
    if (versions.filter((v) => v.storage === true).length !== 1)
      causes.push(
        invalidValue(
          "spec.versions",
          versions.map((v) => v.name),
          "must have exactly one version marked as storage version",
        ),
      );
    versions.forEach((v, i) => {
      if (!v.schema?.openAPIV3Schema) causes.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, "schemas are required"));
    });
    if (old && old.spec.scope !== spec.scope) causes.push(invalidValue("spec.scope", spec.scope, "field is immutable"));
  },
  Namespace: () => undefined,
};
