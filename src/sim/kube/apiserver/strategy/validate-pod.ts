/** Validation of pod specifications: k8s.io/kubernetes/pkg/apis/core/validation, the rules that users meet. */
import type { Obj } from "../../../core/json.ts";
import { parseQuantity } from "../../quantity.ts";
import { duplicateValue, forbiddenField, invalidValue, notFoundValue, required, unsupportedValue, type Cause } from "../status.ts";
import { dnsLabel, dnsSubdomain, ianaServiceName, qualifiedName } from "./names.ts";

export function validatePodSpec(spec: Obj, path: string, causes: Cause[]): void {
  const containers = (spec.containers ?? []) as Obj[];
  if (containers.length === 0) causes.push(required(`${path}.containers`));
  const names = new Set<string>();
  const volumes = new Set<string>();
  ((spec.volumes ?? []) as Obj[]).forEach((v, i) => {
    const at = `${path}.volumes[${i}]`;
    if (!v.name) causes.push(required(`${at}.name`));
    else {
      const bad = dnsLabel(String(v.name));
      if (bad) causes.push(invalidValue(`${at}.name`, v.name, bad));
      if (volumes.has(String(v.name))) causes.push(duplicateValue(`${at}.name`, v.name));
      volumes.add(String(v.name));
    }
    const sources = Object.keys(v).filter((k) => k !== "name");
    if (sources.length > 1) causes.push(forbiddenField(`${at}.${sources[1]}`, "may not specify more than 1 volume type"));
    if (v.hostPath && !v.hostPath.path) causes.push(required(`${at}.hostPath.path`));
    if (v.secret && !v.secret.secretName) causes.push(required(`${at}.secret.secretName`));
    if (v.configMap && !v.configMap.name) causes.push(required(`${at}.configMap.name`));
  });
  for (const list of ["initContainers", "containers"] as const)
    ((spec[list] ?? []) as Obj[]).forEach((c, i) => validateContainer(c, `${path}.${list}[${i}]`, names, volumes, causes, spec));
  if (spec.restartPolicy !== undefined && !["Always", "OnFailure", "Never"].includes(String(spec.restartPolicy)))
    causes.push(unsupportedValue(`${path}.restartPolicy`, spec.restartPolicy, ["Always", "OnFailure", "Never"]));
  if (!["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"].includes(String(spec.dnsPolicy)))
    causes.push(unsupportedValue(`${path}.dnsPolicy`, spec.dnsPolicy, ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]));
  if (spec.dnsPolicy === "None" && !(spec.dnsConfig?.nameservers as unknown[] | undefined)?.length)
    causes.push(required(`${path}.dnsConfig.nameservers`, "must provide at least one DNS nameserver when `dnsPolicy` is None"));
  if (Number(spec.terminationGracePeriodSeconds) < 0)
    causes.push(
      invalidValue(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds, "must be greater than or equal to 0"),
    );
  if (spec.nodeName) {
    const bad = dnsSubdomain(String(spec.nodeName));
    if (bad) causes.push(invalidValue(`${path}.nodeName`, spec.nodeName, bad));
  }
  if (spec.serviceAccountName) {
    const bad = dnsSubdomain(String(spec.serviceAccountName));
    if (bad) causes.push(invalidValue(`${path}.serviceAccountName`, spec.serviceAccountName, bad));
  }
  ((spec.tolerations ?? []) as Obj[]).forEach((t, i) => {
    const at = `${path}.tolerations[${i}]`;
    if (t.operator === "Exists" && t.value)
      causes.push(invalidValue(`${at}.operator`, t, "value must be empty when `operator` is 'Exists'"));
    if (t.operator && !["Exists", "Equal", "Lt", "Gt"].includes(String(t.operator)))
      causes.push(unsupportedValue(`${at}.operator`, t.operator, ["Equal", "Exists"]));
    if (!t.key && t.operator !== "Exists")
      causes.push(
        invalidValue(
          `${at}.operator`,
          t.operator ?? "",
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (t.effect && !["NoSchedule", "PreferNoSchedule", "NoExecute"].includes(String(t.effect)))
      causes.push(unsupportedValue(`${at}.effect`, t.effect, ["NoExecute", "NoSchedule", "PreferNoSchedule"]));
  });
}

function validateContainer(c: Obj, path: string, names: Set<string>, volumes: Set<string>, causes: Cause[], spec: Obj): void {
  if (!c.name) causes.push(required(`${path}.name`));
  else {
    const bad = dnsLabel(String(c.name));
    if (bad) causes.push(invalidValue(`${path}.name`, c.name, bad));
    if (names.has(String(c.name))) causes.push(duplicateValue(`${path}.name`, c.name));
    names.add(String(c.name));
  }
  if (!c.image) causes.push(required(`${path}.image`));
  else if (String(c.image) !== String(c.image).trim())
    causes.push(invalidValue(`${path}.image`, c.image, "must not have leading or trailing whitespace"));
  if (c.imagePullPolicy !== undefined && !["Always", "IfNotPresent", "Never"].includes(String(c.imagePullPolicy)))
    causes.push(unsupportedValue(`${path}.imagePullPolicy`, c.imagePullPolicy, ["Always", "IfNotPresent", "Never"]));
  const portNames = new Set<string>();
  ((c.ports ?? []) as Obj[]).forEach((p, i) => {
    const at = `${path}.ports[${i}]`;
    if (!p.containerPort) causes.push(required(`${at}.containerPort`));
    else if (p.containerPort < 1 || p.containerPort > 65535)
      causes.push(invalidValue(`${at}.containerPort`, p.containerPort, "must be between 1 and 65535, inclusive"));
    if (p.hostPort !== undefined && p.hostPort !== 0 && (p.hostPort < 1 || p.hostPort > 65535))
      causes.push(invalidValue(`${at}.hostPort`, p.hostPort, "must be between 1 and 65535, inclusive"));
    if (spec.hostNetwork === true && p.hostPort !== p.containerPort)
      causes.push(invalidValue(`${at}.hostPort`, p.hostPort ?? 0, "must match `containerPort` when `hostNetwork` is true"));
    if (!["TCP", "UDP", "SCTP"].includes(String(p.protocol)))
      causes.push(unsupportedValue(`${at}.protocol`, p.protocol, ["SCTP", "TCP", "UDP"]));
    if (p.name) {
      const bad = ianaServiceName(String(p.name));
      if (bad) causes.push(invalidValue(`${at}.name`, p.name, bad));
      if (portNames.has(String(p.name))) causes.push(duplicateValue(`${at}.name`, p.name));
      portNames.add(String(p.name));
    }
  });
  ((c.env ?? []) as Obj[]).forEach((e, i) => {
    if (!e.name) causes.push(required(`${path}.env[${i}].name`));
    if (e.value && e.valueFrom)
      causes.push(invalidValue(`${path}.env[${i}].valueFrom`, "", "may not be specified when `value` is not empty"));
  });
  const mounts = new Set<string>();
  ((c.volumeMounts ?? []) as Obj[]).forEach((m, i) => {
    const at = `${path}.volumeMounts[${i}]`;
    if (!m.name) causes.push(required(`${at}.name`));
    else if (!volumes.has(String(m.name))) causes.push(notFoundValue(`${at}.name`, m.name));
    if (!m.mountPath) causes.push(required(`${at}.mountPath`));
    else if (mounts.has(String(m.mountPath))) causes.push(invalidValue(`${at}.mountPath`, m.mountPath, "must be unique"));
    mounts.add(String(m.mountPath));
  });
  validateResources((c.resources ?? {}) as Obj, `${path}.resources`, causes);
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const o = c[probe] as Obj | undefined;
    if (!o) continue;
    const handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter((h) => o[h]);
    if (handlers.length === 0) causes.push(required(`${path}.${probe}`, "must specify a handler type"));
    if (handlers.length > 1) causes.push(forbiddenField(`${path}.${probe}.${handlers[1]}`, "may not specify more than 1 handler type"));
    if (probe !== "readinessProbe" && Number(o.successThreshold) !== 1)
      causes.push(invalidValue(`${path}.${probe}.successThreshold`, o.successThreshold, "must be 1"));
  }
}

function validateResources(resources: Obj, path: string, causes: Cause[]): void {
  for (const kind of ["limits", "requests"]) {
    for (const [name, value] of Object.entries((resources[kind] ?? {}) as Obj)) {
      const q = parseQuantity(value);
      if (q !== undefined && q < 0) causes.push(invalidValue(`${path}.${kind}.${name}`, value, "must be greater than or equal to 0"));
      if (!name.includes("/") && !/^(cpu|memory|ephemeral-storage|storage|hugepages-.*)$/.test(name))
        causes.push(
          invalidValue(`${path}.${kind}[${name}]`, name, "must be a standard resource type or fully qualified"),
          invalidValue(`${path}.${kind}[${name}]`, name, "must be a standard resource for containers"),
        );
      else if (qualifiedName(name)) causes.push(invalidValue(`${path}.${kind}[${name}]`, name, qualifiedName(name)!));
    }
  }
  for (const [name, value] of Object.entries((resources.requests ?? {}) as Obj)) {
    const limit = parseQuantity(resources.limits?.[name]);
    if (limit !== undefined && parseQuantity(value)! > limit)
      causes.push(invalidValue(`${path}.requests`, value, `must be less than or equal to ${name} limit of ${resources.limits[name]}`));
  }
}

/** Containers that were put into a pod later (validateEphemeralContainers, ValidatePodEphemeralContainersUpdate). */
function validateEphemeral(spec: Obj, before: Obj[], volumes: Set<string>, causes: Cause[]): void {
  const all = (spec.ephemeralContainers ?? []) as Obj[];
  const names = new Set([...((spec.containers ?? []) as Obj[]), ...((spec.initContainers ?? []) as Obj[])].map((c) => String(c.name)));
  const targets = new Set(((spec.containers ?? []) as Obj[]).map((c) => String(c.name)));
  all.forEach((c, i) => {
    const path = `spec.ephemeralContainers[${i}]`;
    validateContainer(c, path, names, volumes, causes, spec);
    if (c.targetContainerName && !targets.has(String(c.targetContainerName)))
      causes.push(notFoundValue(`${path}.targetContainerName`, c.targetContainerName));
    for (const field of ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"])
      if (c[field] && (!Array.isArray(c[field]) || (c[field] as unknown[]).length > 0))
        causes.push(forbiddenField(`${path}.${field}`, "cannot be set for an Ephemeral Container"));
  });
  for (const old of before) {
    const now = all.find((c) => c.name === old.name);
    if (!now)
      causes.push(
        forbiddenField("spec.ephemeralContainers", `existing ephemeral containers ${JSON.stringify(old.name)} may not be removed\n`),
      );
    else if (stable(now) !== stable(old))
      causes.push(
        forbiddenField("spec.ephemeralContainers", `existing ephemeral containers ${JSON.stringify(old.name)} may not be changed\n`),
      );
  }
}

/** Fields of a pod that may change after creation (ValidatePodUpdate). */
export function validatePodUpdate(pod: Obj, old: Obj, causes: Cause[]): void {
  const volumes = new Set(((pod.spec.volumes ?? []) as Obj[]).map((v) => String(v.name)));
  if (pod.spec.ephemeralContainers || old.spec.ephemeralContainers)
    validateEphemeral(pod.spec as Obj, (old.spec.ephemeralContainers ?? []) as Obj[], volumes, causes);
  const mask = (spec: Obj): string => {
    const {
      activeDeadlineSeconds: _a,
      terminationGracePeriodSeconds: _g,
      tolerations: _t,
      containers,
      initContainers,
      schedulingGates: _s,
      nodeSelector: _n,
      affinity: _f,
      ephemeralContainers: _e,
      ...rest
    } = spec;
    const images = (list: unknown): unknown => ((list ?? []) as Obj[]).map(({ image: _i, ...c }) => c);
    return stable({
      ...rest,
      containers: images(containers),
      initContainers: images(initContainers),
      ...((old.spec.schedulingGates as unknown[] | undefined)?.length ? {} : { _n: spec.nodeSelector, _f: spec.affinity }),
    });
  };
  if (mask(pod.spec as Obj) !== mask(old.spec as Obj))
    causes.push(
      forbiddenField(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
      ),
    );
  const gone = ((old.spec.tolerations ?? []) as Obj[]).some(
    (t) =>
      !((pod.spec.tolerations ?? []) as Obj[]).some(
        (n) => stable({ ...n, tolerationSeconds: 0 }) === stable({ ...t, tolerationSeconds: 0 }),
      ),
  );
  if (gone) causes.push(forbiddenField("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
}

/** JSON with sorted keys: equality of documents. */
export const stable = (value: unknown): string =>
  JSON.stringify(value, (_k, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  );
