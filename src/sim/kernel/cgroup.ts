/** The kernel's cgroup v2 tree: which groups exist and which controllers each passes on to its children. */
import { Errno } from "../core/errno.ts";
import type { Machine } from "./machine.ts";

/** Controllers of the root group, in the kernel's order (cgroup.controllers of Ubuntu 24.04, Linux 6.8). */
export const rootControllers = ["cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc"] as const;

interface CgroupState {
  /** Groups made by mkdir, with their cgroup.subtree_control. Groups that hold processes exist anyhow. */
  groups: Record<string, { subtree: string[] }>;
}

const stateOf = (machine: Machine): CgroupState =>
  machine.layer("cgroup", () => ({ groups: { "/": { subtree: ["cpuset", "cpu", "io", "memory", "pids"] } } }));

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
const within = (path: string, group: string): boolean => group === "/" || path === group || path.startsWith(`${group}/`);

export function cgroupExists(machine: Machine, path: string): boolean {
  if (path === "/" || path in stateOf(machine).groups) return true;
  for (const p of machine.procs.values()) if (within(p.state.cgroup, path)) return true;
  return false;
}

/** mkdir -p. */
export function makeCgroup(machine: Machine, path: string): void {
  const { groups } = stateOf(machine);
  let at = "";
  for (const part of path.split("/").filter((s) => s !== "")) {
    at += `/${part}`;
    // systemd gives the groups of its own units what the root has, but for the controllers it was not asked for
    groups[at] ??= { subtree: [] };
  }
}

/** rmdir. Throws EBUSY while processes or groups live in it, ENOENT when there is none. */
export function removeCgroup(machine: Machine, path: string): void {
  const { groups } = stateOf(machine);
  if (!cgroupExists(machine, path)) throw new Errno("ENOENT", path);
  for (const p of machine.procs.values()) if (within(p.state.cgroup, path)) throw new Errno("EBUSY", path);
  if (cgroupChildren(machine, path).length > 0) throw new Errno("EBUSY", path);
  delete groups[path];
}

/** Names of the groups right under one. */
export function cgroupChildren(machine: Machine, path: string): string[] {
  const prefix = path === "/" ? "/" : `${path}/`;
  const names = new Set<string>();
  const consider = (other: string): void => {
    if (other !== path && other.startsWith(prefix)) names.add(other.slice(prefix.length).split("/")[0]!);
  };
  for (const other of Object.keys(stateOf(machine).groups)) consider(other);
  for (const p of machine.procs.values()) consider(p.state.cgroup);
  names.delete("");
  return [...names].sort();
}

/** cgroup.subtree_control. */
export const subtreeControl = (machine: Machine, path: string): string[] => {
  const own = stateOf(machine).groups[path]?.subtree ?? [];
  return rootControllers.filter((c) => own.includes(c));
};

/** cgroup.controllers: what the parent passes on. */
export function controllersOf(machine: Machine, path: string): string[] {
  if (path === "/") return [...rootControllers];
  const above = controllersOf(machine, parentOf(path));
  return subtreeControl(machine, parentOf(path)).filter((c) => above.includes(c));
}

/** Writes `+a -b` to cgroup.subtree_control. */
export function setSubtreeControl(machine: Machine, path: string, add: readonly string[], remove: readonly string[] = []): void {
  makeCgroup(machine, path);
  const group = stateOf(machine).groups[path] ?? (stateOf(machine).groups[path] = { subtree: [] });
  const next = new Set(group.subtree);
  for (const c of remove) next.delete(c);
  const offered = controllersOf(machine, path);
  for (const c of add) if (offered.includes(c)) next.add(c);
  group.subtree = rootControllers.filter((c) => next.has(c));
}

/** What libcontainer does when it makes a group: mkdir, with every controller enabled in each ancestor (runc, libcontainer/cgroups/fs2/create.go). */
export function createCgroupPath(machine: Machine, path: string): void {
  makeCgroup(machine, path);
  let at = "/";
  for (const part of path.split("/").filter((s) => s !== "")) {
    setSubtreeControl(machine, at, rootControllers);
    at = at === "/" ? `/${part}` : `${at}/${part}`;
  }
}
