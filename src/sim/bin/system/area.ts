/** Programs of the system: the service manager and its tools, packages, processes, memory and disks. */
import type { Area } from "../../area.ts";
import { networkd } from "../../systemd/networkd.ts";
import { resolved } from "../../systemd/resolved.ts";
import { systemd } from "../../systemd/systemd.ts";
import { groupadd, nologin, useradd, usermod } from "./accounts.ts";
import { aptCache } from "./apt/apt-cache.ts";
import { aptGet } from "./apt/apt-get.ts";
import { aptMark } from "./apt/apt-mark.ts";
import { dpkg, dpkgQuery } from "./apt/dpkg.ts";
import { gpg } from "./apt/gpg.ts";
import { bootStepPaths, bootSteps } from "./boot-steps.ts";
import { df } from "./df.ts";
import { blkid, findmnt, lsblk, mount, umount } from "./disks.ts";
import { getconf } from "./getconf.ts";
import { flock } from "./flock.ts";
import { analyze, cgls, detectVirt, dmidecode, hostnamectl, logger, loginctl, lscpu, netplan, networkctl, timedatectl } from "./hosts.ts";
import { arch, dnsdomainname, getent, groups, hostid, hostname, id, nproc, uname, users, who, whoami } from "./identity.ts";
import { resolvectl } from "./resolvectl.ts";
import { dmesg, lsmod, modinfo, modprobe, rmmod, sysctl } from "./kernel-tools.ts";
import { mountpoint } from "./mountpoint.ts";
import { free, top, uptime, w } from "./load.ts";
import { busyboxPs, pidof, ps } from "./ps.ts";
import { mkswap, swapoff, swapon } from "./swap-tools.ts";
import { nsenter } from "./nsenter.ts";
import { journalctl } from "./journalctl.ts";
import { standbyPaths, standbys } from "./standby.ts";
import { stdbuf } from "./stdbuf.ts";
import { systemctl } from "./systemctl.ts";
import { fuser, lsof } from "./open-files.ts";
import { ufw, ufwInit } from "./ufw.ts";

/** Tools in /usr/bin and /usr/sbin under their own names. */
const userTools = [
  lsof,
  fuser,
  nsenter,
  ps,
  pidof,
  free,
  top,
  uptime,
  w,
  dmesg,
  lscpu,
  df,
  mount,
  umount,
  mountpoint,
  flock,
  findmnt,
  lsblk,
  hostname,
  dnsdomainname,
  hostid,
  getconf,
  stdbuf,
  uname,
  nproc,
  arch,
  id,
  whoami,
  groups,
  who,
  users,
  getent,
  logger,
  hostnamectl,
  timedatectl,
  loginctl,
  networkctl,
  resolvectl,
  detectVirt,
  cgls,
  analyze,
];
const rootTools = [
  modprobe,
  rmmod,
  lsmod,
  modinfo,
  sysctl,
  swapon,
  swapoff,
  mkswap,
  blkid,
  useradd,
  usermod,
  groupadd,
  dmidecode,
  netplan,
  nologin,
];

export const systemArea: Area = {
  programs: [
    systemd,
    networkd,
    resolved,
    ...standbys,
    ...bootSteps,
    systemctl,
    journalctl,
    ufw,
    ufwInit,
    aptGet,
    aptCache,
    aptMark,
    dpkg,
    dpkgQuery,
    gpg,
    ...userTools,
    ...rootTools,
    busyboxPs,
  ],
  base: {
    "/usr/lib/systemd/systemd": "systemd",
    "/usr/lib/systemd/systemd-networkd": "systemd-networkd",
    "/usr/lib/systemd/systemd-resolved": "systemd-resolved",
    ...standbyPaths,
    ...bootStepPaths,
    ...Object.fromEntries(userTools.map(({ name }) => [`/usr/bin/${name}`, name])),
    ...Object.fromEntries(rootTools.map(({ name }) => [`/usr/sbin/${name}`, name])),
    "/usr/bin/systemctl": "systemctl",
    "/usr/sbin/reboot": "systemctl",
    "/usr/sbin/poweroff": "systemctl",
    "/usr/sbin/halt": "systemctl",
    "/usr/sbin/shutdown": "systemctl",
    "/usr/bin/journalctl": "journalctl",
    "/usr/bin/apt-get": "apt-get",
    "/usr/bin/apt": "apt-get",
    "/usr/bin/apt-cache": "apt-cache",
    "/usr/bin/apt-mark": "apt-mark",
    "/usr/bin/dpkg": "dpkg",
    "/usr/bin/dpkg-query": "dpkg-query",
    "/usr/bin/gpg": "gpg",
    "/usr/sbin/ufw": "ufw",
    "/usr/lib/ufw/ufw-init": "ufw-init",
  },
};
