/**
 * Where runc (or crun) puts a container in the cgroup tree. The runtime builds cgroupsPath from the cgroup parent that the
 * kubelet asked for (`slice:cri-containerd:id` below a .slice, `parent/id` otherwise); runc's systemd driver wants the first form and starts a delegated scope, its cgroupfs driver takes either form for a path:
 * an absolute one under the root, a relative one beside runc's own cgroup (runc, libcontainer/cgroups/fs2/defaultpath.go).
 */
import { createCgroupPath, removeCgroup, cgroupExists } from "../kernel/cgroup.ts";
import { bytesOf } from "../fs/content.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";
import { parseElf } from "../kernel/program.ts";
import { startTransientUnit, stopTransientUnit } from "../systemd/transient.ts";

/** The program that an executable file holds; undefined when it is none. */
export function binaryAt(p: Proc, file: string): { program: string; version: string } | undefined {
  const content = p.fs.content(file);
  return parseElf(
    Buffer.from(
      typeof content === "object" && content && "extents" in content ? bytesOf({ extents: [content.extents[0]!] }) : bytesOf(content),
    )
      .subarray(0, 256)
      .toString("latin1"),
  );
}

/** Before 1.2 runc passes on the error of a process that cannot be started without saying where it came up. */
export function saysContainerInit(p: Proc): boolean {
  const file = ["/usr/local/sbin/runc", "/usr/sbin/runc", "/usr/bin/runc"].find((path) => p.fs.isFile(path));
  const version = file === undefined ? undefined : binaryAt(p, file)?.version;
  return version === undefined || !/^1\.[01]\./.test(version);
}

export type Placed = { cgroup: string; scope?: string } | { error: string };

/** `own`: runc's own cgroup, which is the shim's. */
export function placeInCgroup(machine: Machine, systemdCgroup: boolean, path: string, own: string): Placed {
  if (systemdCgroup) {
    const parts = path.split(":");
    if (parts.length !== 3)
      return { error: `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "${path}" instead` };
    const [slice, prefix, name] = parts as [string, string, string];
    const scope = `${prefix}-${name}.scope`;
    return { cgroup: startTransientUnit(machine, scope, { slice, delegate: true }), scope };
  }
  const beside = own.slice(0, own.lastIndexOf("/"));
  const cgroup = path.startsWith("/") ? path : `${beside}/${path}`;
  createCgroupPath(machine, cgroup);
  return { cgroup };
}

export function leaveCgroup(machine: Machine, placed: { cgroup: string; scope?: string }): void {
  if (placed.cgroup === "") return;
  for (const p of machine.procs.values()) if (p.state.cgroup === placed.cgroup) return;
  if (placed.scope !== undefined) stopTransientUnit(machine, placed.scope);
  else if (cgroupExists(machine, placed.cgroup)) removeCgroup(machine, placed.cgroup);
}
