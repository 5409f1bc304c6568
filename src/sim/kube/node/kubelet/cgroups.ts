/**
 * The kubelet's part of the cgroup tree: /kubepods with a group per QoS class and pod. With the systemd driver they are
 * slices that systemd owns; with cgroupfs plain folders. A pod's group "exists" only while every controller that the kubelet
 * uses is enabled in it (pkg/kubelet/cm/cgroup_v2_manager_linux.go, Validate), and a pod whose containers run although its
 * group does not exist is killed and started anew (pkg/kubelet/kubelet.go, SyncPod). That is what ends containers when the
 * runtime puts them elsewhere: see systemd/transient.ts.
 */
import { Errno } from "../../../core/errno.ts";
import type { Obj } from "../../../core/json.ts";
import { cgroupExists, controllersOf, createCgroupPath, removeCgroup, rootControllers } from "../../../kernel/cgroup.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { setSliceProperties, slicePath, startTransientUnit, stopTransientUnit } from "../../../systemd/transient.ts";
import { stateOf } from "./state.ts";

export type Qos = "Guaranteed" | "Burstable" | "BestEffort";

/** pkg/apis/core/v1/helper/qos. */
export function qosOf(pod: Obj): Qos {
  const all = [...((pod.spec.containers ?? []) as Obj[]), ...((pod.spec.initContainers ?? []) as Obj[])];
  let any = false;
  let guaranteed = true;
  for (const c of all) {
    const requests = (c.resources?.requests ?? {}) as Record<string, string>;
    const limits = (c.resources?.limits ?? {}) as Record<string, string>;
    for (const r of ["cpu", "memory"]) {
      if (requests[r] !== undefined || limits[r] !== undefined) any = true;
      if (limits[r] === undefined || (requests[r] !== undefined && requests[r] !== limits[r])) guaranteed = false;
    }
  }
  return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

const systemd = (p: Proc): boolean => stateOf(p).cgroupDriver === "systemd";
const slice = (qos: Qos): string => (qos === "Guaranteed" ? "kubepods" : `kubepods-${qos.toLowerCase()}`);

const podSlice = (pod: Obj): string => `${slice(qosOf(pod))}-pod${(pod.metadata.uid as string).replaceAll("-", "_")}.slice`;

/** The cgroup parent that the runtime is given for a pod. */
export function podCgroup(p: Proc, pod: Obj): string {
  if (systemd(p)) return slicePath(podSlice(pod));
  const qos = qosOf(pod);
  return `/kubepods${qos === "Guaranteed" ? "" : `/${qos.toLowerCase()}`}/pod${pod.metadata.uid as string}`;
}

/** Controllers that the kubelet wants and the kernel has. */
const wanted = ["cpu", "cpuset", "memory", "hugetlb", "pids"].filter((c) => (rootControllers as readonly string[]).includes(c));

export function podCgroupExists(p: Proc, pod: Obj): boolean {
  const path = podCgroup(p, pod);
  if (!cgroupExists(p.machine, path)) return false;
  const enabled = controllersOf(p.machine, path);
  return wanted.every((c) => enabled.includes(c));
}

export function ensurePodCgroup(p: Proc, pod: Obj): void {
  if (systemd(p)) startTransientUnit(p.machine, podSlice(pod));
  createCgroupPath(p.machine, podCgroup(p, pod));
}

/** At start: the group of all pods and those of the QoS classes. */
export function createTopCgroups(p: Proc): void {
  if (systemd(p)) {
    for (const name of ["kubepods.slice", "kubepods-burstable.slice", "kubepods-besteffort.slice"]) {
      startTransientUnit(p.machine, name);
      createCgroupPath(p.machine, slicePath(name));
    }
  } else for (const path of ["/kubepods", "/kubepods/burstable", "/kubepods/besteffort"]) createCgroupPath(p.machine, path);
}

/** UpdateQOSCgroups: every minute and before a pod's group is made. Through systemd it means SetUnitProperties on the slices. */
export function updateQosCgroups(p: Proc): void {
  if (systemd(p)) for (const name of ["kubepods-burstable.slice", "kubepods-besteffort.slice"]) setSliceProperties(p.machine, name);
}

export function removePodCgroup(p: Proc, pod: Obj): void {
  const path = podCgroup(p, pod);
  if (!cgroupExists(p.machine, path)) return;
  try {
    if (systemd(p)) stopTransientUnit(p.machine, podSlice(pod));
    else removeCgroup(p.machine, path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}
