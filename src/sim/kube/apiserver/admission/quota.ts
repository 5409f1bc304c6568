/** ResourceQuota: usage is counted from what is stored at this instant (plugin/pkg/admission/resourcequota). */
import type { Obj } from "../../../core/json.ts";
import { canonicalQuantity, parseQuantity, plus } from "../../quantity.ts";
import { forbidden } from "../status.ts";
import { keyOf, storagePrefix } from "../resources.ts";
import type { Admission } from "./admit.ts";
import { inScope } from "./quota-scopes.ts";

/** What one object counts for, by quota resource name. */
function usage(key: string, o: Obj): Record<string, number> {
  const out: Record<string, number> = { [`count/${key}`]: 1 };
  const counted = new Set([
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
  ]);
  if (counted.has(key)) out[key] = 1;
  if (key === "pods") {
    if (o.status?.phase === "Succeeded" || o.status?.phase === "Failed") return { "count/pods": 1 };
    for (const kind of ["requests", "limits"])
      for (const name of ["cpu", "memory", "ephemeral-storage"]) {
        const values = ((o.spec?.containers ?? []) as Obj[]).map((c) => parseQuantity(c.resources?.[kind]?.[name]));
        if (values.every((v) => v === undefined)) continue;
        const sum = values.reduce<number>((s, v) => plus(s, v ?? 0), 0);
        out[`${kind}.${name}`] = sum;
        if (kind === "requests") out[name] = sum;
      }
  }
  if (key === "services") {
    if (o.spec?.type === "NodePort" || o.spec?.type === "LoadBalancer") out["services.nodeports"] = ((o.spec.ports ?? []) as Obj[]).length;
    if (o.spec?.type === "LoadBalancer") out["services.loadbalancers"] = 1;
  }
  if (key === "persistentvolumeclaims") out["requests.storage"] = parseQuantity(o.spec?.resources?.requests?.storage) ?? 0;
  return out;
}

export function checkQuota(a: Admission, o: Obj): void {
  if (!a.resource.namespaced || a.resource.plural === "resourcequotas") return;
  const quotas = a.api.known({ group: "", plural: "resourcequotas" }).filter((q) => q.metadata.namespace === a.namespace);
  if (quotas.length === 0) return;
  const key = keyOf(a.resource);
  const wanted = usage(key, o);
  const shown = (n: number, like: string): string =>
    canonicalQuantity(/memory|storage/.test(like) && n % 1024 === 0 && n > 0 ? binary(n) : String(n));
  for (const quota of quotas) {
    const hard = (quota.spec?.hard ?? {}) as Record<string, string>;
    if (!inScope(quota, key, o)) continue;
    if (key === "pods") {
      const missing = Object.keys(hard).filter((name) => /^((requests|limits)\.)?(cpu|memory)$/.test(name) && wanted[name] === undefined);
      if (missing.length > 0) {
        const names = ((o.spec?.containers ?? []) as Obj[]).map((c) => c.name).join(",");
        throw forbidden(
          a.resource,
          a.name,
          `failed quota: ${quota.metadata.name}: must specify ${missing
            .toSorted()
            .map((m) => `${m} for: ${names}`)
            .join("; ")}`,
        );
      }
    }
    const over = Object.keys(hard).filter((name) => {
      if (wanted[name] === undefined || wanted[name] === 0) return false;
      return plus(used(a, quota, key, name), wanted[name]) > parseQuantity(hard[name])!;
    });
    if (over.length === 0) continue;
    const list = (value: (name: string) => string): string =>
      over
        .toSorted()
        .map((name) => `${name}=${value(name)}`)
        .join(",");
    throw forbidden(
      a.resource,
      a.name,
      `exceeded quota: ${quota.metadata.name}, requested: ${list((n) => shown(wanted[n]!, n))}, used: ${list((n) => shown(used(a, quota, key, n), n))}, limited: ${list((n) => hard[n]!)}`,
    );
  }
}

const used = (a: Admission, quota: Obj, key: string, name: string): number =>
  a.api
    .cached(storagePrefix(a.resource))
    .filter((o) => o.metadata.namespace === a.namespace && inScope(quota, key, o))
    .reduce((sum, o) => plus(sum, usage(key, o)[name] ?? 0), 0);

function binary(n: number): string {
  for (const [suffix, size] of [
    ["Gi", 1024 ** 3],
    ["Mi", 1024 ** 2],
    ["Ki", 1024],
  ] as const)
    if (n % size === 0) return `${n / size}${suffix}`;
  return String(n);
}
