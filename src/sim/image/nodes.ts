/** Device nodes and socket files of a fresh boot. */
import type { FsView } from "../fs/view.ts";

const devices: [path: string, type: "char" | "block", mode: number, rdev: string, gid?: number][] = [
  ["null", "char", 0o666, "1:3"],
  ["zero", "char", 0o666, "1:5"],
  ["full", "char", 0o666, "1:7"],
  ["random", "char", 0o666, "1:8"],
  ["urandom", "char", 0o666, "1:9"],
  ["kmsg", "char", 0o644, "1:11"],
  ["mem", "char", 0o640, "1:1", 15],
  ["tty", "char", 0o666, "5:0", 5],
  ["console", "char", 0o600, "5:1"],
  ["ptmx", "char", 0o666, "5:2", 5],
  ["tty0", "char", 0o620, "4:0", 5],
  ["tty1", "char", 0o620, "4:1", 5],
  ["ttyS0", "char", 0o660, "4:64", 20],
  ["sda", "block", 0o660, "8:0", 6],
  ["sda1", "block", 0o660, "8:1", 6],
  ["loop0", "block", 0o660, "7:0", 6],
  ["fuse", "char", 0o666, "10:229"],
  ["rtc0", "char", 0o600, "249:0"],
  ["hwrng", "char", 0o600, "10:183"],
];

export function makeDevices(fs: FsView): void {
  for (const [name, type, mode, rdev, gid] of devices) {
    fs.mknod(`/dev/${name}`, type, mode, rdev);
    fs.chmod(`/dev/${name}`, mode);
    if (gid !== undefined) fs.chown(`/dev/${name}`, 0, gid);
  }
  fs.mkdirp("/dev/net", 0o755);
  fs.mknod("/dev/net/tun", "char", 0o666, "10:200");
  fs.chmod("/dev/net/tun", 0o666);
  fs.symlink("/proc/self/fd", "/dev/fd");
  fs.symlink("/proc/self/fd/0", "/dev/stdin");
  fs.symlink("/proc/self/fd/1", "/dev/stdout");
  fs.symlink("/proc/self/fd/2", "/dev/stderr");
  fs.symlink("/proc/kcore", "/dev/core");
  fs.mkdirp("/dev/disk/by-uuid", 0o755);
  fs.mkdirp("/dev/mqueue", 0o1777);
  fs.mkdirp("/dev/hugepages", 0o755);
  fs.symlink("rtc0", "/dev/rtc");
}

/** A socket file at which something listens that is no process of its own (systemd's, journald's). */
export function makeUnixSocketFile(fs: FsView, path: string): void {
  fs.mkdirp(path.slice(0, path.lastIndexOf("/")), 0o755);
  if (!fs.exists(path)) fs.mknod(path, "socket", 0o777);
}
