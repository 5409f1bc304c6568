/** A container's filesystem: the image's root under a writable layer, the kernel's filesystems, and what is mounted into it. */
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import { ImageBuilder } from "../fs/image.ts";
import { Tree, type Image } from "../fs/tree.ts";
import { FsView, type Mount } from "../fs/view.ts";
import type { Machine } from "../kernel/machine.ts";

const root = { uid: 0, gid: 0, groups: [], pid: 0 };

/** The /dev of every container (runc's default devices). */
export function containerDev(): Image {
  const b = new ImageBuilder(Date.UTC(2026, 1, 10));
  const image = b
    .dir("/shm", { mode: 0o1777 })
    .dir("/pts")
    .dir("/mqueue")
    .link("/fd", "/proc/self/fd")
    .link("/stdin", "/proc/self/fd/0")
    .link("/stdout", "/proc/self/fd/1")
    .link("/stderr", "/proc/self/fd/2")
    .link("/ptmx", "pts/ptmx")
    .build() as Map<number, never>;
  const nodes = image as unknown as Map<number, { ino: number; entries?: Record<string, number> } & Record<string, unknown>>;
  const top = nodes.get(1)!;
  const devices = { null: "1:3", zero: "1:5", full: "1:7", random: "1:8", urandom: "1:9", tty: "5:0" };
  for (const [i, [name, rdev]] of Object.entries(devices).entries()) {
    const ino = 100 + i;
    nodes.set(ino, { ino, type: "char", mode: 0o666, uid: 0, gid: 0, mtime: 0, ctime: 0, nlink: 1, rdev });
    top.entries![name] = ino;
  }
  return image as unknown as Image;
}

export interface BindMount {
  containerPath: string;
  hostPath: string;
  readonly?: boolean;
}

/**
 * Makes the mount namespace `id`. Throws Error with runc's text when a source is missing.
 * `host`: also /sys writable, as privileged containers have it.
 */
export function createRootfs(
  machine: Machine,
  id: string,
  image: string,
  binds: readonly BindMount[],
  options: { privileged: boolean; readonlyRoot: boolean },
): void {
  const disk = machine.state.trees.root!;
  // docker keeps what a stopped container has written, also over a reboot
  if (!machine.state.trees[id]) machine.addTree(Tree.empty(id, "overlay", disk.capacity, image));
  const host = machine.rootFs();
  const mounts: Mount[] = [
    { dir: "/", source: id, fstype: "overlay", options: options.readonlyRoot ? "ro,relatime" : "rw,relatime", root: 1, device: "overlay" },
  ];
  const view = new FsView(machine, mounts, root);
  const at = (path: string, dir: boolean): string => {
    const parent = path.slice(0, path.lastIndexOf("/")) || "/";
    const name = path.slice(path.lastIndexOf("/") + 1);
    const saved = mounts[0]!.options;
    mounts[0]!.options = "rw,relatime";
    try {
      if (!view.exists(parent)) view.mkdirp(parent, 0o755);
      const full = `${view.realpath(parent).replace(/^\/$/, "")}/${name}`;
      const there = view.tryStat(full, false);
      if (there?.type === "symlink") return view.tryStat(full) ? view.realpath(full) : full;
      if (!there && view.locate(parent)) {
        if (dir) view.mkdir(full, 0o755);
        else view.write(full, "");
      }
      return full;
    } finally {
      mounts[0]!.options = saved;
    }
  };
  const copy = (dir: string, from: string, options_: string): void => {
    const found = machine.mounts("").findLast((m) => m.dir === from);
    if (found) mounts.push({ ...found, dir: at(dir, true), options: options_ });
  };
  copy("/proc", "/proc", "rw,nosuid,nodev,noexec,relatime");
  const dev = `${id}-dev`;
  machine.addTree(Tree.empty(dev, "tmpfs", 64 * 1024 ** 2, "image:container-dev"));
  mounts.push({ dir: at("/dev", true), source: dev, fstype: "tmpfs", options: "rw,nosuid,size=65536k,mode=755", root: 1, device: "tmpfs" });
  copy("/sys", "/sys", options.privileged ? "rw,nosuid,nodev,noexec,relatime" : "ro,nosuid,nodev,noexec,relatime");
  copy("/sys/fs/cgroup", "/sys/fs/cgroup", options.privileged ? "rw,nosuid,nodev,noexec,relatime" : "ro,nosuid,nodev,noexec,relatime");
  for (const bind of [...binds].sort((a, b) => a.containerPath.split("/").length - b.containerPath.split("/").length)) {
    const source = host.tryStat(bind.hostPath);
    if (!source)
      throw new Error(
        `failed to generate container "${id}" spec: failed to generate spec: failed to mkdir "${bind.hostPath}": mkdir ${bind.hostPath}: no such file or directory`,
      );
    const target = bind.containerPath.replace(/(.)\/+$/, "$1");
    const dir = target === "/" ? "/" : at(target, source.type === "dir");
    mounts.push(...bindFrom(machine, host.realpath(bind.hostPath), dir, bind.readonly === true));
  }
  machine.state.mountNamespaces[id] = mounts;
}

/** mount --rbind. */
function bindFrom(machine: Machine, from: string, to: string, readonly: boolean): Mount[] {
  const host = machine.rootFs();
  const under = host.mountOf(from);
  const mode = readonly ? "ro,relatime" : "rw,relatime";
  const place = host.locate(from);
  const out: Mount[] = [];
  if (place) out.push({ dir: to, source: place.tree, fstype: under.fstype, options: mode, root: place.ino, device: under.device });
  else if (under.dir === from) out.push({ ...under, dir: to, options: mode });
  else throw new Errno("EOPNOTSUPP", from);
  for (const m of machine.mounts(""))
    if (m.dir !== from && m.dir.startsWith(from === "/" ? "/" : `${from}/`) && m.dir !== "/")
      out.push({ ...m, dir: `${to === "/" ? "" : to}${from === "/" ? m.dir : m.dir.slice(from.length)}` });
  return out;
}

export function removeRootfs(machine: Machine, id: string): void {
  delete machine.state.mountNamespaces[id];
  machine.dropTree(id);
  machine.dropTree(`${id}-dev`);
}

export interface Account {
  uid: number;
  gid: number;
  groups: number[];
  home: string;
}

/** The user of an image configuration or security context, from the container's own /etc/passwd. Undefined: no such user. */
export function accountOf(fs: FsView, user: string, context: Obj): Account | undefined {
  const lines = (file: string): string[][] =>
    (fs.tryReadText(file) ?? "")
      .split("\n")
      .filter((l) => l !== "")
      .map((l) => l.split(":"));
  const passwd = lines("/etc/passwd");
  const [name, group] = user.split(":") as [string, string?];
  const asked: number | undefined = context.runAsUser;
  let uid = asked ?? 0;
  let entry: string[] | undefined;
  if (asked === undefined && name !== "") {
    if (/^\d+$/.test(name)) uid = Number(name);
    else {
      entry = passwd.find((l) => l[0] === name);
      if (!entry) return undefined;
      uid = Number(entry[2]);
    }
  }
  entry ??= passwd.find((l) => Number(l[2]) === uid);
  let gid = entry ? Number(entry[3]) : 0;
  if (group !== undefined) gid = /^\d+$/.test(group) ? Number(group) : Number(lines("/etc/group").find((l) => l[0] === group)?.[2] ?? 0);
  const askedGroup: number | undefined = context.runAsGroup;
  if (askedGroup !== undefined) gid = askedGroup;
  const groups = [gid, ...((context.supplementalGroups ?? []) as number[])];
  return { uid, gid, groups, home: entry?.[5] || "/" };
}
