/** The root filesystem of a fresh Ubuntu 24.04 machine (Vagrant box bento/ubuntu-24.04). */
import { ImageBuilder } from "../fs/image.ts";
import type { Image } from "../fs/tree.ts";
import { installedAtFirst } from "../internet/installed.ts";
import { etcFiles } from "./etc.ts";
import { moduleTable } from "./modules.ts";
import { kernelRelease } from "./release.ts";
import { swapSignature } from "./swap.ts";
import { baseUnits, enabledLinks, vendorLinks } from "./units.ts";

const folders: [path: string, mode?: number, uid?: number, gid?: number][] = [
  ["/boot"],
  ["/dev"],
  ["/etc"],
  ["/home"],
  ["/media"],
  ["/mnt"],
  ["/opt"],
  ["/proc", 0o555],
  ["/root", 0o700],
  ["/run"],
  ["/srv"],
  ["/sys", 0o555],
  ["/tmp", 0o1777],
  ["/vagrant"],
  ["/usr/bin"],
  ["/usr/sbin"],
  ["/usr/lib"],
  ["/usr/lib64"],
  ["/usr/local/bin"],
  ["/usr/local/sbin"],
  ["/usr/local/lib"],
  ["/usr/share"],
  ["/usr/src"],
  ["/usr/include"],
  ["/usr/games"],
  ["/var/backups"],
  ["/var/cache/apt/archives/partial", 0o700],
  ["/var/lib/apt/lists/partial", 0o700],
  ["/var/lib/dpkg/info"],
  ["/var/lib/systemd"],
  ["/var/local"],
  ["/var/log/apt"],
  ["/var/mail", 0o2775, 0, 8],
  ["/var/log/journal", 0o2755, 0, 999],
  ["/var/opt"],
  ["/var/spool/cron/crontabs", 0o1730],
  ["/var/tmp", 0o1777],
  ["/home/vagrant", 0o750, 1000, 1000],
  ["/home/vagrant/.ssh", 0o700, 1000, 1000],
  ["/root/.ssh", 0o700],
  ["/etc/apt/keyrings"],
  ["/etc/apt/trusted.gpg.d"],
  ["/etc/apt/preferences.d"],
  ["/etc/apt/apt.conf.d"],
  ["/etc/apt/auth.conf.d"],
  ["/etc/modules-load.d"],
  ["/etc/systemd/system"],
  ["/etc/systemd/network"],
  ["/etc/profile.d"],
  ["/etc/ssh/sshd_config.d"],
  ["/etc/ssh/ssh_config.d"],
  ["/etc/init.d"],
  ["/etc/cron.d"],
  ["/etc/cron.hourly"],
  ["/etc/cron.daily"],
  ["/etc/cron.weekly"],
  ["/etc/logrotate.d"],
  ["/etc/ssl/certs"],
  ["/etc/ssl/private", 0o710],
  ["/etc/tmpfiles.d"],
  ["/usr/lib/tmpfiles.d"],
  ["/etc/networkd-dispatcher"],
  ["/etc/security/limits.d"],
  ["/etc/udev/rules.d"],
  ["/lost+found", 0o700],
  ["/usr/lib/systemd/network"],
  ["/usr/share/keyrings"],
  ["/etc/apparmor.d"],
  ["/snap"],
];

/** `base`: executables by path, see Area. */
export function ubuntu(base: Record<string, string>): Image {
  const b = new ImageBuilder(Date.UTC(2026, 3, 22));
  for (const dir of ["bin", "sbin", "lib", "lib64"]) b.dir(`/usr/${dir}`).link(`/${dir}`, `usr/${dir}`);
  for (const [path, mode, uid, gid] of folders) b.dir(path, { mode, uid, gid });
  for (const [path, file] of Object.entries(etcFiles)) {
    if (typeof file === "string") b.file(path, file);
    else b.file(path, file.text, { mode: file.mode, uid: file.uid, gid: file.gid });
  }
  b.link("/etc/os-release", "../usr/lib/os-release")
    .link("/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf")
    .link("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC")
    .link("/etc/mtab", "../proc/self/mounts")
    .link("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf")
    .link("/etc/modules-load.d/modules.conf", "../modules")
    .link("/var/run", "/run")
    .link("/var/lock", "/run/lock")
    .link("/usr/bin/sh", "dash")
    .link("/usr/sbin/init", "../lib/systemd/systemd")
    .link("/etc/alternatives/vi", "/usr/bin/vim.basic");
  const system = "/usr/lib/systemd/system";
  for (const [name, text] of Object.entries(baseUnits)) b.file(`${system}/${name}`, text);
  for (const [path, target] of vendorLinks) b.link(`${system}/${path}`, target);
  for (const [path, unit] of enabledLinks) b.link(`/etc/systemd/system/${path}`, `${system}/${unit}`);
  // swapfile of 2 GiB, as the server installer makes one
  b.file(
    "/swap.img",
    { extents: [{ bytes: new Uint8Array(Buffer.from(swapSignature)) }, { fill: 0, length: 2048 * 1024 * 1024 - swapSignature.length }] },
    { mode: 0o600 },
  );
  const modules = `/usr/lib/modules/${kernelRelease}`;
  for (const name of Object.keys(moduleTable))
    b.file(`${modules}/kernel/${name}.ko.zst`, { extents: [{ fill: 0, length: moduleTable[name]!.size }] });
  b.file(
    `${modules}/modules.dep`,
    Object.keys(moduleTable)
      .map((n) => `kernel/${n}.ko.zst:${moduleTable[n]!.deps.map((d) => ` kernel/${d}.ko.zst`).join("")}\n`)
      .join(""),
  );
  b.file(`/boot/vmlinuz-${kernelRelease}`, { extents: [{ fill: 0, length: 14_981_512 }] }, { mode: 0o600 });
  b.file(
    `/boot/config-${kernelRelease}`,
    "CONFIG_CGROUPS=y\nCONFIG_OVERLAY_FS=m\nCONFIG_BRIDGE_NETFILTER=m\nCONFIG_NETFILTER_XT_TARGET_REDIRECT=m\nCONFIG_NETFILTER_XT_MATCH_COMMENT=m\nCONFIG_NAMESPACES=y\nCONFIG_NET_NS=y\nCONFIG_PID_NS=y\nCONFIG_IPC_NS=y\nCONFIG_UTS_NS=y\nCONFIG_CGROUP_CPUACCT=y\nCONFIG_CGROUP_DEVICE=y\nCONFIG_CGROUP_FREEZER=y\nCONFIG_CGROUP_PIDS=y\nCONFIG_CGROUP_SCHED=y\nCONFIG_CPUSETS=y\nCONFIG_MEMCG=y\nCONFIG_INET=y\nCONFIG_EXT4_FS=y\nCONFIG_PROC_FS=y\nCONFIG_FAIR_GROUP_SCHED=y\nCONFIG_CFS_BANDWIDTH=y\nCONFIG_CGROUP_HUGETLB=y\nCONFIG_SECCOMP=y\nCONFIG_SECCOMP_FILTER=y\n",
  );
  b.link("/boot/vmlinuz", `vmlinuz-${kernelRelease}`);
  for (const [path, program] of Object.entries(base)) b.binary(path, program);
  installedAtFirst(b);
  return b.build();
}
