/** LimitRanger for containers and pods: plugin/pkg/admission/limitranger. */
import type { Obj } from "../../../core/json.ts";
import { parseQuantity } from "../../quantity.ts";
import { forbidden } from "../status.ts";
import type { Admission } from "./admit.ts";

const ranges = (a: Admission): Obj[] =>
  a.api.known({ group: "", plural: "limitranges" }).filter((l) => l.metadata.namespace === a.namespace);

export function defaultLimits(a: Admission, pod: Obj): void {
  for (const range of ranges(a))
    for (const item of (range.spec?.limits ?? []) as Obj[]) {
      if (item.type !== "Container") continue;
      const set: string[] = [];
      for (const c of [...((pod.spec.containers ?? []) as Obj[]), ...((pod.spec.initContainers ?? []) as Obj[])]) {
        c.resources ??= {};
        for (const [kind, from] of [
          ["limits", item.default],
          ["requests", item.defaultRequest],
        ] as const)
          for (const [name, value] of Object.entries((from ?? {}) as Obj)) {
            if (c.resources[kind]?.[name] !== undefined) continue;
            c.resources[kind] = { ...(c.resources[kind] as Obj | undefined), [name]: value };
            set.push(`${name} ${kind === "limits" ? "limit" : "request"} for container ${c.name}`);
          }
      }
      if (set.length > 0)
        pod.metadata.annotations = {
          ...(pod.metadata.annotations as Obj | undefined),
          "kubernetes.io/limit-ranger": `LimitRanger plugin set: ${set.toSorted().join("; ")}`,
        };
    }
}

export function checkLimits(a: Admission, pod: Obj): void {
  const errors: string[] = [];
  for (const range of ranges(a))
    for (const item of (range.spec?.limits ?? []) as Obj[]) {
      if (item.type !== "Container" && item.type !== "Pod") continue;
      const subjects = ((pod.spec.containers ?? []) as Obj[]).map((c) => (c.resources ?? {}) as Obj);
      const groups = item.type === "Container" ? subjects.map((r) => [r]) : [subjects];
      for (const group of groups) {
        const total = (kind: string, name: string): number | undefined => {
          const values = group.map((r) => parseQuantity(r[kind]?.[name]));
          return values.every((v) => v === undefined) ? undefined : values.reduce<number>((s, v) => s + (v ?? 0), 0);
        };
        for (const [name, max] of Object.entries((item.max ?? {}) as Obj)) {
          const limit = total("limits", name);
          if (limit === undefined) errors.push(`maximum ${name} usage per ${item.type} is ${max}.  No limit is specified`);
          else if (limit > parseQuantity(max)!)
            errors.push(
              `maximum ${name} usage per ${item.type} is ${max}, but limit is ${group.map((r) => String(r.limits?.[name])).join("+")}`,
            );
        }
        for (const [name, min] of Object.entries((item.min ?? {}) as Obj)) {
          const request = total("requests", name);
          if (request === undefined) errors.push(`minimum ${name} usage per ${item.type} is ${min}.  No request is specified`);
          else if (request < parseQuantity(min)!)
            errors.push(
              `minimum ${name} usage per ${item.type} is ${min}, but request is ${group.map((r) => String(r.requests?.[name])).join("+")}`,
            );
        }
      }
    }
  if (errors.length > 0) throw forbidden(a.resource, a.name, errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]`);
}
