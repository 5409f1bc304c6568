/**
 * Programs that Ubuntu or one of the packages has and that nobody has simulated: they say so, instead of not being found.
 * Whoever simulates one of them adds it to an area, and it takes its place.
 */
import type { Program } from "../../kernel/program.ts";

/** Executables of the box. */
const paths: Record<string, string> = Object.fromEntries(
  [
    ..."man apropos whatis info last lastlog python3 perl tmux screen htop strace ltrace gdb rsync git zip unzip bzip2 zstd passwd chsh gpgv update-alternatives lsusb lspci script at batch crontab mesg wall write ionice taskset chrt unshare nsenter lsns lsattr chattr getfacl setfacl expect make gcc snap pinky logname localectl busctl coredumpctl systemd-run systemd-nspawn systemd-resolve systemd-inhibit systemd-cat systemd-escape systemd-tmpfiles_ ssh-agent ssh-add apt-key apt-config apt-file add-apt-repository dpkg-deb dpkg-reconfigure lsb_release run-parts"
      .split(" ")
      .map((name) => [`/usr/bin/${name}`, name] as const),
    ..."ethtool nft chpasswd userdel groupdel adduser addgroup deluser visudo fdisk parted mkfs.ext4 fsck resize2fs losetup cryptsetup pvs vgs lvs insmod depmod chroot aa-status apparmor_parser logrotate tc sshd_ arping ipvsadm ebtables update-ca-certificates unattended-upgrade needrestart service invoke-rc.d runuser switch_root pivot_root swaplabel iotop hwclock"
      .split(" ")
      .map((name) => [`/usr/sbin/${name}`, name] as const),
  ].filter(([, name]) => !name.endsWith("_")),
);

/** Of packages. */
const ofPackages = [
  "ebtables",
  "ipvsadm",
  "socat",
  "tree",
  "jq",
  "containerd-stress",
  "pinns",
  "docker-proxy",
  "etcdctl",
  "traceroute",
  "busybox",
];

/** Paths that `base` has not. */
export const absentPaths = (base: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(paths).filter(([path]) => !(path in base)));

export function absentPrograms(known: ReadonlySet<string>): Program[] {
  return [...new Set([...Object.values(paths), ...ofPackages])]
    .filter((name) => !known.has(name))
    .map((name) => ({ name, main: (p) => p.notSimulated(name) }));
}
