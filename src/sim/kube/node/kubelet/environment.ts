/** A container's environment: literal values, ConfigMaps, Secrets, the downward API, and the variables of services. */
import { quantity } from "../../quantity.ts";
import type { Obj } from "../../../core/json.ts";
import type { KubeClient } from "../../api.ts";

/** A reference that cannot be resolved: the container waits with CreateContainerConfigError. */
export class ConfigError extends Error {}

export interface PodFacts {
  podIp: string;
  hostIp: string;
  nodeName: string;
}

/** Value of a downward-API field path. */
export function fieldValue(pod: Obj, path: string, facts: PodFacts): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) return ((pod.metadata[subscript[1]!] ?? {}) as Record<string, string>)[subscript[2]!] ?? "";
  switch (path) {
    case "metadata.name":
      return pod.metadata.name as string;
    case "metadata.namespace":
      return pod.metadata.namespace as string;
    case "metadata.uid":
      return pod.metadata.uid as string;
    case "spec.nodeName":
      return facts.nodeName;
    case "spec.serviceAccountName":
      return (pod.spec.serviceAccountName ?? "") as string;
    case "status.podIP":
    case "status.podIPs":
      return facts.podIp;
    case "status.hostIP":
    case "status.hostIPs":
      return facts.hostIp;
    case "metadata.labels":
    case "metadata.annotations": {
      const map = (pod.metadata[path.slice(9)] ?? {}) as Record<string, string>;
      return Object.entries(map)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
        .join("\n");
    }
    default:
      throw new ConfigError(`field path ${JSON.stringify(path)} is not supported`);
  }
}

/** $(NAME) expansion (k8s.io/kubernetes/third_party/forked/golang/expansion). */
export function expand(text: string, env: Record<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (all, name?: string) =>
    all === "$$" ? "$" : name !== undefined && name in env ? env[name]! : all,
  );
}

type Fetch = (resource: "configmaps" | "secrets", name: string, namespace: string) => Obj | undefined;

/** Fetches a ConfigMap or Secret; undefined when it is not there. Throws ConfigError when the API server cannot be asked. */
export const fetcher =
  (client: KubeClient | undefined): Fetch =>
  (resource, name, namespace) => {
    const kind = resource === "secrets" ? "secret" : "configmap";
    if (!client) throw new ConfigError(`failed to sync ${kind} cache: timed out waiting for the condition`);
    const got = client.get(resource, name, namespace);
    if (got.ok) return got.body;
    if (got.kind === "status" && got.code === 404) return undefined;
    if (got.kind === "status") throw new ConfigError(got.message);
    throw new ConfigError(`failed to sync ${kind} cache: timed out waiting for the condition`);
  };

/** The data of a ConfigMap (text) or Secret (decoded) as text. */
export function dataOf(object: Obj, kind: "configmaps" | "secrets"): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [k, v] of Object.entries((object.data ?? {}) as Record<string, string>))
    out[k] = kind === "secrets" ? Buffer.from(v, "base64").toString("utf8") : v;
  for (const [k, v] of Object.entries((object.binaryData ?? {}) as Record<string, string>))
    out[k] = Buffer.from(v, "base64").toString("utf8");
  return out;
}

/** Variables of services in the pod's namespace and of `kubernetes` (pkg/kubelet/envvars). */
export function serviceVariables(services: Obj[], namespace: string, links: boolean): Record<string, string> {
  const out: Record<string, string> = {};
  for (const s of services) {
    const own = s.metadata.namespace === namespace;
    const master = s.metadata.namespace === "default" && s.metadata.name === "kubernetes";
    if (!(master || (own && links))) continue;
    const ip = s.spec.clusterIP as string | undefined;
    if (!ip || ip === "None") continue;
    const prefix = (s.metadata.name as string).toUpperCase().replaceAll("-", "_");
    const ports = (s.spec.ports ?? []) as Obj[];
    if (ports.length === 0) continue;
    out[`${prefix}_SERVICE_HOST`] = ip;
    out[`${prefix}_SERVICE_PORT`] = String(ports[0]!.port);
    for (const port of ports)
      if (port.name) out[`${prefix}_SERVICE_PORT_${(port.name as string).toUpperCase().replaceAll("-", "_")}`] = String(port.port);
    for (const [i, port] of ports.entries()) {
      const proto = ((port.protocol ?? "TCP") as string).toLowerCase();
      const url = `${proto}://${ip}:${port.port as number}`;
      if (i === 0) out[`${prefix}_PORT`] = url;
      const p = `${prefix}_PORT_${port.port as number}_${proto.toUpperCase()}`;
      out[p] = url;
      out[`${p}_PROTO`] = proto;
      out[`${p}_PORT`] = String(port.port);
      out[`${p}_ADDR`] = ip;
    }
  }
  return out;
}

/** Throws ConfigError with the text that the container's waiting state shows. */
export function environmentOf(
  pod: Obj,
  container: Obj,
  facts: PodFacts,
  services: Record<string, string>,
  fetch: Fetch,
): Record<string, string> {
  const ns = pod.metadata.namespace as string;
  const env: Record<string, string> = {};
  const need = (kind: "configmaps" | "secrets", ref: Obj): Record<string, string> | undefined => {
    const found = fetch(kind, ref.name as string, ns);
    if (found) return dataOf(found, kind);
    if (ref.optional) return undefined;
    throw new ConfigError(`${kind === "secrets" ? "secret" : "configmap"} "${ref.name as string}" not found`);
  };
  for (const from of (container.envFrom ?? []) as Obj[]) {
    const [kind, ref] = from.configMapRef ? (["configmaps", from.configMapRef] as const) : (["secrets", from.secretRef] as const);
    for (const [k, v] of Object.entries(need(kind, ref as Obj) ?? {}))
      if (/^[A-Za-z_.-][\w.-]*$/.test(k)) env[`${(from.prefix ?? "") as string}${k}`] = v;
  }
  for (const v of (container.env ?? []) as Obj[]) {
    const name = v.name as string;
    const from = v.valueFrom as Obj | undefined;
    if (!from) {
      env[name] = expand((v.value ?? "") as string, { ...services, ...env });
      continue;
    }
    if (from.fieldRef) env[name] = fieldValue(pod, from.fieldRef.fieldPath as string, facts);
    else if (from.resourceFieldRef) env[name] = resourceValue(container, from.resourceFieldRef as Obj);
    else {
      const [kind, ref] = from.configMapKeyRef
        ? (["configmaps", from.configMapKeyRef as Obj] as const)
        : (["secrets", from.secretKeyRef as Obj] as const);
      const data = need(kind, ref);
      if (!data) continue;
      const value = data[ref.key as string];
      if (value !== undefined) env[name] = value;
      else if (!ref.optional)
        throw new ConfigError(
          `couldn't find key ${ref.key as string} in ${kind === "secrets" ? "Secret" : "ConfigMap"} ${ns}/${ref.name as string}`,
        );
    }
  }
  for (const [k, v] of Object.entries(services)) env[k] ??= v;
  return env;
}

function resourceValue(container: Obj, ref: Obj): string {
  const [list, name] = (ref.resource as string).split(".") as ["requests" | "limits", string];
  const text = (container.resources?.[list]?.[name] ?? "0") as string;
  const number = quantity(text);
  const divisor = quantity((ref.divisor as string | undefined) || "1") || 1;
  return String(Math.ceil(number / divisor));
}
