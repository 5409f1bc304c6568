/** What the container runtime knows of a pod. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { cri } from "./state.ts";

export interface RuntimePod {
  /** PodSandboxStatus, newest first. */
  sandboxes: Obj[];
  /** ContainerStatus with `sandbox`, newest first. */
  containers: Obj[];
}

/** The runtime's view; undefined when it does not answer. */
export function runtimePod(p: Proc, uid: string): RuntimePod | undefined {
  const labelSelector = { "io.kubernetes.pod.uid": uid };
  const sandboxes = cri(p, "ListPodSandbox", { filter: { labelSelector } });
  const containers = cri(p, "ListContainers", { filter: { labelSelector } });
  if (!sandboxes.ok || !containers.ok) return undefined;
  const out: RuntimePod = { sandboxes: [], containers: [] };
  const newest = (a: Obj, b: Obj): number =>
    Number(BigInt(b.createdAt as string) / 1000000n - BigInt(a.createdAt as string) / 1000000n) ||
    (b.metadata.attempt as number) - (a.metadata.attempt as number);
  for (const s of sandboxes.response.items as Obj[]) {
    const status = cri(p, "PodSandboxStatus", { podSandboxId: s.id as string });
    if (status.ok) out.sandboxes.push(status.response.status as Obj);
  }
  for (const c of containers.response.containers as Obj[]) {
    const status = cri(p, "ContainerStatus", { containerId: c.id as string });
    if (status.ok) out.containers.push({ ...(status.response.status as Obj), sandbox: c.podSandboxId as string });
  }
  out.sandboxes.sort(newest);
  out.containers.sort(newest);
  return out;
}

/** Newest instance of a container. */
export const latest = (rt: RuntimePod, name: string): Obj | undefined => rt.containers.find((c) => c.metadata.name === name);
export const isRunning = (c: Obj | undefined): boolean => c?.state === "CONTAINER_RUNNING";
export const hasExited = (c: Obj | undefined): boolean => c?.state === "CONTAINER_EXITED";
export const msOf = (nanos: string): number => Number(BigInt(nanos) / 1000000n);

/** Address of the pod: of its newest ready sandbox, or the node's with host networking. */
export function podIpOf(rt: RuntimePod | undefined, hostNetwork: boolean, nodeIp: string): string {
  if (hostNetwork) return nodeIp;
  const ready = rt?.sandboxes.find((s) => s.state === "SANDBOX_READY");
  return (ready?.network?.ip ?? "") as string;
}
