/**
 * Transient slices and scopes that others ask systemd for (org.freedesktop.systemd1.Manager.StartTransientUnit), and what
 * systemd does to their part of the cgroup tree. It owns that part: whenever it realises a slice it enables exactly the
 * controllers that the units beneath need, and disables the others (systemd, src/core/cgroup.c, unit_get_members_mask and
 * cg_enable_everywhere). `cpuset` is needed only by a unit with Delegate=yes or AllowedCPUs=; the groups that the kubelet
 * makes for pods are plain slices, so `cpuset` stays enabled above them only as long as a delegated scope — a container run
 * through runc's systemd driver — lives in one of them (coreos/go-systemd#443, kubernetes/kubernetes#122955 and #131567).
 */
import { cgroupExists, makeCgroup, removeCgroup, setSubtreeControl } from "../kernel/cgroup.ts";
import type { Machine } from "../kernel/machine.ts";

interface TransientUnit {
  path: string;
  delegate: boolean;
}
interface TransientState {
  units: Record<string, TransientUnit>;
}

/** Transient units by name. */
const transientUnits = (machine: Machine): TransientState => machine.layer("transient-units", () => ({ units: {} }));

/** Controllers that systemd manages; it leaves hugetlb, rdma and misc alone (CGROUP_MASK_V2). */
const managed = ["cpuset", "cpu", "io", "memory", "pids"];

/** `a-b-c.slice` lies in /a.slice/a-b.slice/a-b-c.slice. */
export function slicePath(slice: string): string {
  if (slice === "-.slice") return "";
  const parts = slice.replace(/\.slice$/, "").split("-");
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join("-")}.slice`).join("");
}

/** Starts a slice (its place follows from its name) or a scope within `slice`; returns its cgroup path. */
export function startTransientUnit(machine: Machine, name: string, options: { slice?: string; delegate?: boolean } = {}): string {
  const path = name.endsWith(".slice") ? slicePath(name) : `${slicePath(options.slice ?? "system.slice")}/${name}`;
  const { units } = transientUnits(machine);
  // slices above come into being with it
  if (name.endsWith(".slice")) {
    const parts = name.replace(/\.slice$/, "").split("-");
    for (let i = 1; i < parts.length; i++) {
      const above = `${parts.slice(0, i).join("-")}.slice`;
      units[above] ??= { path: slicePath(above), delegate: false };
    }
  }
  units[name] = { path, delegate: options.delegate ?? false };
  makeCgroup(machine, path);
  if (options.delegate) realizeAbove(machine, path);
  return path;
}

/** Removes a unit whose processes are gone. */
export function stopTransientUnit(machine: Machine, name: string): void {
  const { units } = transientUnits(machine);
  const unit = units[name];
  if (!unit) return;
  delete units[name];
  for (const [other, { path }] of Object.entries(units)) if (path.startsWith(`${unit.path}/`)) delete units[other];
  if (cgroupExists(machine, unit.path)) removeCgroup(machine, unit.path);
}

/** SetUnitProperties on a slice: its properties are invalidated, so it is realised anew. */
export function setSliceProperties(machine: Machine, slice: string): void {
  const { units } = transientUnits(machine);
  const path = slicePath(slice);
  units[slice] ??= { path, delegate: false };
  realize(machine, path);
}

function realizeAbove(machine: Machine, path: string): void {
  let at = path.slice(0, path.lastIndexOf("/"));
  while (at !== "") {
    realize(machine, at);
    at = at.slice(0, at.lastIndexOf("/"));
  }
}

function realize(machine: Machine, path: string): void {
  const beneath = Object.values(transientUnits(machine).units).filter((u) => u.path.startsWith(`${path}/`));
  // weights and limits that the kubelet sets on pod slices need these
  const needed = new Set(beneath.length > 0 ? ["cpu", "memory", "pids"] : []);
  if (beneath.some((u) => u.delegate)) for (const c of managed) needed.add(c);
  setSubtreeControl(
    machine,
    path,
    [...needed],
    managed.filter((c) => !needed.has(c)),
  );
}
