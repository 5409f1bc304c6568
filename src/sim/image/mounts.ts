/** Mounting and unmounting, and the mount table of a fresh boot. */
import { Errno, NotSimulated } from "../core/errno.ts";
import { Tree } from "../fs/tree.ts";
import type { FsView, Mount } from "../fs/view.ts";
import type { Machine } from "../kernel/machine.ts";

const mib = 1024 * 1024;

/** Filesystems of a running Ubuntu, in the order in which findmnt lists them. */
export function bootMounts(machine: Machine): Mount[] {
  const memory = machine.state.memory * mib;
  const fresh = (id: string, fstype: string, capacity: number): string => {
    machine.dropTree(id);
    machine.addTree(Tree.empty(id, fstype, capacity));
    return id;
  };
  const kb = (bytes: number) => Math.floor(bytes / 1024);
  return [
    { dir: "/", source: "root", fstype: "ext4", options: "rw,relatime", root: 1, device: "/dev/sda1" },
    { dir: "/sys", source: "sysfs", fstype: "sysfs", options: "rw,nosuid,nodev,noexec,relatime", root: 1, device: "sysfs" },
    { dir: "/proc", source: "proc", fstype: "proc", options: "rw,nosuid,nodev,noexec,relatime", root: 1, device: "proc" },
    {
      dir: "/dev",
      source: fresh("dev", "devtmpfs", memory / 2),
      fstype: "devtmpfs",
      options: `rw,nosuid,relatime,size=${kb(memory / 2)}k,mode=755,inode64`,
      root: 1,
      device: "udev",
    },
    {
      dir: "/dev/pts",
      source: fresh("devpts", "devpts", mib),
      fstype: "devpts",
      options: "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000",
      root: 1,
      device: "devpts",
    },
    {
      dir: "/run",
      source: fresh("run", "tmpfs", memory / 10),
      fstype: "tmpfs",
      options: `rw,nosuid,nodev,noexec,relatime,size=${kb(memory / 10)}k,mode=755,inode64`,
      root: 1,
      device: "tmpfs",
    },
    {
      dir: "/dev/shm",
      source: fresh("shm", "tmpfs", memory / 2),
      fstype: "tmpfs",
      options: "rw,nosuid,nodev,inode64",
      root: 1,
      device: "tmpfs",
    },
    {
      dir: "/run/lock",
      source: fresh("lock", "tmpfs", 5 * mib),
      fstype: "tmpfs",
      options: "rw,nosuid,nodev,noexec,relatime,size=5120k,inode64",
      root: 1,
      device: "tmpfs",
    },
    {
      dir: "/sys/fs/cgroup",
      source: "cgroup2",
      fstype: "cgroup2",
      options: "rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot",
      root: 1,
      device: "cgroup2",
    },
  ];
}

export interface MountRequest {
  what: string;
  where: string;
  type: string;
  options: string[];
  /** systemd makes the mount point. */
  create?: boolean;
}

const flags = new Set(["defaults", "auto", "noauto", "nofail", "user", "users", "_netdev", "x-systemd.automount", ""]);

/** mount(2) for the kinds that are modelled: tmpfs, bind mounts, and another view of a virtual filesystem. */
export function mountFilesystem(machine: Machine, fs: FsView, request: MountRequest): void {
  const { what, where, type, options } = request;
  if (!fs.exists(where)) {
    if (!request.create) throw new Errno("ENOENT", where);
    fs.mkdirp(where, 0o755);
  }
  const dir = fs.realpath(where);
  const s = fs.stat(dir);
  const shown = options.filter((o) => !flags.has(o) && !/^(size|mode|uid|gid|remount|bind|rbind|ro|rw)(=|$)/.test(o));
  const access = options.includes("ro") ? "ro" : "rw";
  if (options.includes("remount")) {
    const mount = fs.mounts.findLast((m) => m.dir === dir);
    if (!mount) throw new Errno("EINVAL", where);
    mount.options = [access, ...mount.options.split(",").filter((o) => o !== "ro" && o !== "rw")].join(",");
    return;
  }
  if (options.includes("bind") || options.includes("rbind") || type === "bind") {
    const from = fs.stat(what);
    if ((from.type === "dir") !== (s.type === "dir")) throw new Errno("ENOTDIR", where);
    const at = fs.locate(what);
    const mount = fs.mountOf(what);
    if (!at) throw new NotSimulated(`bind mount of ${what}`);
    fs.mounts.push({
      dir,
      source: at.tree,
      fstype: mount.fstype,
      options: mount.options.replace(/^r[ow]/, access),
      root: at.ino,
      device: mount.device,
    });
    return;
  }
  if (s.type !== "dir") throw new Errno("ENOTDIR", where);
  if (type === "tmpfs" || type === "ramfs") {
    const size = options.find((o) => o.startsWith("size="))?.slice(5);
    const memory = machine.state.memory * mib;
    const bytes =
      size === undefined
        ? memory / 2
        : size.endsWith("%")
          ? (memory * parseFloat(size)) / 100
          : parseFloat(size) * ({ k: 1024, m: mib, g: 1024 * mib }[size.slice(-1).toLowerCase()] ?? 1);
    const id = `tmpfs-${machine.state.boot}-${machine.nextPipe()}`;
    const tree = machine.addTree(Tree.empty(id, "tmpfs", bytes));
    const mode = options.find((o) => o.startsWith("mode="))?.slice(5);
    tree.writable(1).mode = mode === undefined ? 0o1777 : parseInt(mode, 8);
    fs.mounts.push({
      dir,
      source: id,
      fstype: "tmpfs",
      options: [
        access,
        ...(shown.length > 0 ? shown : []),
        "relatime",
        ...(size === undefined ? [] : [`size=${Math.floor(bytes / 1024)}k`]),
        ...(mode ? [`mode=${mode}`] : []),
        "inode64",
      ].join(","),
      root: 1,
      device: what,
    });
    return;
  }
  if (type === "proc" || type === "sysfs" || type === "cgroup2") {
    fs.mounts.push({ dir, source: type, fstype: type, options: [access, ...shown, "relatime"].join(","), root: 1, device: what });
    return;
  }
  if (what.startsWith("/") || what.startsWith("UUID=") || what.startsWith("LABEL=")) {
    if (!what.startsWith("/") || !fs.exists(what)) throw new Errno("ENODEV", what);
    if (what === "/dev/sda1") {
      fs.mounts.push({ dir, source: "root", fstype: "ext4", options: `${access},relatime`, root: 1, device: "/dev/sda1" });
      return;
    }
  }
  throw new NotSimulated(`mount of a ${type} filesystem`);
}

/** umount(2). Throws EINVAL when nothing is mounted there, EBUSY for mounts below it. */
export function unmount(fs: FsView, where: string): Mount {
  const dir = fs.exists(where) ? fs.realpath(where) : fs.absolute(where);
  const at = fs.mounts.findLastIndex((m) => m.dir === dir);
  if (at < 0) throw new Errno("EINVAL", where);
  if (dir === "/" || fs.mounts.some((m, i) => i > at && m.dir.startsWith(`${dir}/`))) throw new Errno("EBUSY", where);
  return fs.mounts.splice(at, 1)[0]!;
}
