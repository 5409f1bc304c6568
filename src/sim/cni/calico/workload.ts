/** What Calico calls a workload endpoint: a pod and the veth behind it. */
import { createHash } from "node:crypto";
import type { Obj } from "../../core/json.ts";

/** Name of the host's end of a pod's veth: `cali` and eleven digits of SHA-1 of `namespace.pod` (libcalico-go/lib/backend/k8s/conversion). */
export const vethName = (namespace: string, pod: string): string =>
  `cali${createHash("sha1").update(`${namespace}.${pod}`).digest("hex").slice(0, 11)}`;

export interface Endpoint {
  namespace: string;
  pod: string;
  node: string;
  ip: string;
  interface: string;
  labels: Record<string, string>;
}

/** The endpoint of a pod that has an address of Calico's; host-networked and finished pods have none. */
export function endpointOf(pod: Obj): Endpoint | undefined {
  const meta = pod.metadata as Obj;
  const spec = pod.spec as Obj;
  const status = (pod.status ?? {}) as Obj;
  if (spec.hostNetwork === true || !spec.nodeName || status.phase === "Succeeded" || status.phase === "Failed") return undefined;
  const annotated = (meta.annotations as Record<string, string> | undefined)?.["cni.projectcalico.org/podIP"];
  const ip = (annotated ?? (status.podIP as string | undefined) ?? "").split("/")[0]!;
  if (ip === "") return undefined;
  const namespace = meta.namespace as string;
  return {
    namespace,
    pod: meta.name as string,
    node: spec.nodeName as string,
    ip,
    interface: vethName(namespace, meta.name as string),
    labels: (meta.labels ?? {}) as Record<string, string>,
  };
}
