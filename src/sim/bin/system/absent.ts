/**
 * Programs that Ubuntu or one of the packages has and that nobody has simulated: they say so, instead of not being found.
 * Whoever simulates one of them adds it to an area, and it takes its place.
 */
import type { Program } from "../../kernel/program.ts";

const inBin =
  "man apropos whatis info last lastlog python3 perl tmux screen htop strace ltrace gdb rsync git zip unzip bzip2 zstd passwd chsh " +
  "gpgv update-alternatives lsusb lspci script at batch crontab mesg wall write ionice taskset chrt unshare nsenter lsns lsattr " +
  "chattr getfacl setfacl expect make gcc snap pinky logname localectl busctl coredumpctl systemd-run systemd-nspawn " +
  "systemd-resolve systemd-inhibit systemd-cat systemd-escape ssh-agent ssh-add apt-key apt-config apt-file add-apt-repository " +
  "dpkg-deb dpkg-reconfigure lsb_release run-parts basenc chcon csplit dircolors factor fmt pathchk pr ptx runcon shred tsort col " +
  "colcrt colrm look ul diff3 sdiff file rgrep renice scriptlive scriptreplay bunzip2 bzcat bzcmp bzdiff bzgrep bzless bzmore xz " +
  "unxz xzcat xzcmp xzdiff xzgrep xzless xzmore gzexe uncompress zcmp zdiff zegrep zfgrep zforce zless zmore znew ischroot savelog " +
  "dpkg-divert dpkg-split dpkg-statoverride dpkg-trigger filefrag iconv ldd locale localedef pldd tzselect zdump faillog login " +
  "newgrp sg chage chfn expiry gpasswd infocmp tabs tic toe tset scp sftp ssh-argv0 ssh-copy-id ssh-keygen ssh-keyscan c_rehash " +
  "pidwait pmap pwdx skill slabtop snice tload vmstat pstree prtstat pslog peekfd choom hardlink ipcmk ipcrm ipcs lsipc lslocks " +
  "lslogins lsmem mcookie namei prlimit rename setarch setterm uclampset utmpdump linux32 linux64 i386 x86_64 kmod lnstat nstat " +
  "rdma routel systemd-ask-password systemd-cgtop systemd-creds systemd-delta systemd-id128 systemd-mount systemd-notify " +
  "systemd-path systemd-socket-activate systemd-sysusers systemd-umount deb-systemd-helper deb-systemd-invoke ping6 bashbug cpio ed " +
  "mandb manpath delv nsupdate eject setfont loadkeys openvt chvt";
const inSbin =
  "ethtool nft chpasswd userdel groupdel adduser addgroup deluser visudo fdisk parted mkfs.ext4 fsck resize2fs losetup cryptsetup " +
  "pvs vgs lvs insmod depmod chroot aa-status apparmor_parser logrotate tc arping ipvsadm ebtables update-ca-certificates " +
  "unattended-upgrade needrestart service invoke-rc.d runuser switch_root pivot_root swaplabel iotop hwclock badblocks debugfs " +
  "dumpe2fs e2freefrag e2fsck e2image e2label e2scrub e2undo e4crypt e4defrag fsck.ext2 fsck.ext3 fsck.ext4 mke2fs mkfs mkfs.ext2 " +
  "mkfs.ext3 mklost+found tune2fs add-shell remove-shell installkernel start-stop-daemon devlink genl tipc vdpa arpd ctstat dcb " +
  "rtacct rtmon ldconfig iconvconfig zic chgpasswd cpgr cppw groupmems groupmod grpck grpconv grpunconv newusers pwck pwconv " +
  "pwunconv vigr vipw blkdiscard blkzone blockdev chcpu chmem ctrlaltdel fsfreeze getty ldattach readprofile rtcwake sulogin wipefs " +
  "zramctl findfs addpart delpart partx resizepart isosize killall5 fstab-decode update-rc.d cfdisk sfdisk sgdisk gdisk e2mmpstatus " +
  "dmsetup lvm pvcreate vgcreate lvcreate lvextend vgextend pvdisplay vgdisplay lvdisplay growpart";

/** Executables of the box. */
const paths: Record<string, string> = Object.fromEntries([
  ...inBin.split(" ").map((name) => [`/usr/bin/${name}`, name] as const),
  ...inSbin.split(" ").map((name) => [`/usr/sbin/${name}`, name] as const),
]);

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
