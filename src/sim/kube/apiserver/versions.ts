/** Versions whose fields differ from those of the stored version (pkg/apis/*\/conversion.go), and what the server says of old ones. */
import type { Obj } from "../../core/json.ts";
import { apiVersionOf, type Resource } from "./resources.ts";
import { notSimulated } from "./status.ts";

const isOldIngress = (r: Resource, version: string): boolean => r.type === "Ingress" && version === "v1beta1";

/** Versions that are served and listed, whose objects are not converted here. */
const unconverted = new Set(["apiextensions.k8s.io/v1beta1", "autoscaling/v2beta1"]);

const known = (r: Resource, version: string): void => {
  const name = apiVersionOf(r.group, version);
  if (unconverted.has(name)) throw notSimulated(`${r.kind} of ${name}`);
};

/** A client's document as the stored version has it. */
export function toStored(r: Resource, version: string, o: Obj): Obj {
  if (r.type === "HorizontalPodAutoscaler" && version === "v1") return asMetrics(o);
  if (r.crd || version === "v1") return o;
  known(r, version);
  if (!isOldIngress(r, version)) return o;
  return withBackends(o, "backend", "defaultBackend", (b) =>
    b.serviceName === undefined && b.servicePort === undefined
      ? b
      : {
          service: {
            name: b.serviceName ?? "",
            port: typeof b.servicePort === "number" ? { number: b.servicePort } : { name: String(b.servicePort ?? "") },
          },
        },
  );
}

/** The stored object as an older version shows it. */
export function fromStored(r: Resource, version: string, o: Obj): Obj {
  known(r, version);
  if (r.type === "HorizontalPodAutoscaler" && version === "v1") return asPercentage(o);
  if (!isOldIngress(r, version)) return o;
  return withBackends(o, "defaultBackend", "backend", (b) =>
    b.service ? { serviceName: b.service.name, servicePort: b.service.port?.number ?? b.service.port?.name ?? 0 } : b,
  );
}

/** autoscaling/v1 knows the processor's percentage only; what else there is stands in an annotation there, which nothing here reads. */
function asMetrics(o: Obj): Obj {
  const { targetCPUUtilizationPercentage: percent, ...spec } = (o.spec ?? {}) as Obj;
  if (percent === undefined) return o;
  const target = { type: "Utilization", averageUtilization: percent };
  return { ...o, spec: { ...spec, metrics: [{ type: "Resource", resource: { name: "cpu", target } }] } };
}
function asPercentage(o: Obj): Obj {
  const { metrics, ...spec } = (o.spec ?? {}) as Obj;
  const cpu = ((metrics ?? []) as Obj[]).find((m) => m.type === "Resource" && m.resource?.name === "cpu");
  const percent = cpu?.resource?.target?.averageUtilization as number | undefined;
  return { ...o, spec: { ...spec, ...(percent === undefined ? {} : { targetCPUUtilizationPercentage: percent }) } };
}

function withBackends(o: Obj, from: string, to: string, convert: (backend: Obj) => Obj): Obj {
  if (!o.spec) return o;
  const { [from]: own, ...spec } = o.spec as Obj;
  return {
    ...o,
    spec: {
      ...spec,
      ...(own ? { [to]: convert(own as Obj) } : {}),
      ...(spec.rules
        ? {
            rules: (spec.rules as Obj[]).map((rule) =>
              rule.http?.paths
                ? {
                    ...rule,
                    http: {
                      ...(rule.http as Obj),
                      paths: (rule.http.paths as Obj[]).map((path) => ({
                        pathType: "ImplementationSpecific",
                        ...path,
                        ...(path.backend ? { backend: convert(path.backend as Obj) } : {}),
                      })),
                    },
                  }
                : rule,
            ),
          }
        : {}),
    },
  };
}

/** [deprecated in, gone in, what to use], 1.N; by group/version (k8s.io/api, zz_generated.prerelease-lifecycle.go). */
const deprecated: Record<string, [deprecated: number, gone: number, use?: string]> = {
  "admissionregistration.k8s.io/v1beta1": [16, 22, "admissionregistration.k8s.io/v1"],
  "apiextensions.k8s.io/v1beta1": [16, 22, "apiextensions.k8s.io/v1"],
  "apiregistration.k8s.io/v1beta1": [19, 22, "apiregistration.k8s.io/v1"],
  "authentication.k8s.io/v1beta1": [19, 22, "authentication.k8s.io/v1"],
  "authorization.k8s.io/v1beta1": [19, 22, "authorization.k8s.io/v1"],
  "autoscaling/v2beta1": [22, 25, "autoscaling/v2"],
  "autoscaling/v2beta2": [23, 26, "autoscaling/v2"],
  "batch/v1beta1": [21, 25, "batch/v1"],
  "certificates.k8s.io/v1beta1": [19, 22, "certificates.k8s.io/v1"],
  "coordination.k8s.io/v1beta1": [19, 22, "coordination.k8s.io/v1"],
  "discovery.k8s.io/v1beta1": [21, 25, "discovery.k8s.io/v1"],
  "events.k8s.io/v1beta1": [19, 25, "events.k8s.io/v1"],
  "extensions/v1beta1": [14, 22, "networking.k8s.io/v1"],
  "networking.k8s.io/v1beta1": [19, 22, "networking.k8s.io/v1"],
  "node.k8s.io/v1beta1": [22, 25],
  "policy/v1beta1": [21, 25, "policy/v1"],
  "rbac.authorization.k8s.io/v1beta1": [17, 22, "rbac.authorization.k8s.io/v1"],
  "scheduling.k8s.io/v1beta1": [14, 22, "scheduling.k8s.io/v1"],
  "storage.k8s.io/v1beta1": [19, 22, "storage.k8s.io/v1"],
};

/** The warning with which a server of 1.`minor` answers requests of an old version. */
export function deprecation(r: Resource, version: string, minor: number): string | undefined {
  if (r.crd || version === "v1") return undefined;
  const name = apiVersionOf(r.group, version);
  const [since, gone, use] = deprecated[name] ?? [99, 99];
  if (minor < since) return undefined;
  const instead = use === undefined || r.type === "PodSecurityPolicy" ? "" : `; use ${use} ${r.kind}`;
  return `${name} ${r.kind} is deprecated in v1.${since}+, unavailable in v1.${gone}+${instead}`;
}
