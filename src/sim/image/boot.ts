/** Power on: the kernel starts, mounts its filesystems, finds its devices, and runs /sbin/init. */
import type { Machine } from "../kernel/machine.ts";
import type { MachineSpec } from "../world.ts";
import { kernelRing, printk } from "../systemd/journal.ts";
import { bootMounts } from "./mounts.ts";
import { resetModules } from "./modules.ts";
import { makeDevices } from "./nodes.ts";
import { kernelRelease, kernelVersion } from "./release.ts";

/** State that lives in memory only. */
const volatile = ["dmesg", "modules", "swap", "cgroup", "transient-units", "sysctl", "boot", "cgroup-values", "file-locks"];

export const commandLine = `BOOT_IMAGE=/vmlinuz-${kernelRelease} root=/dev/sda1 ro`;

export function boot(machine: Machine): void {
  const { state } = machine;
  for (const layer of volatile) delete state.layers[layer];
  state.mountNamespaces = { "": bootMounts(machine) };
  for (const id of Object.keys(state.trees)) if (id.startsWith("tmpfs-")) machine.dropTree(id);
  machine.layer("boot", () => ({ id: machine.random("boot-id").hex(32) }));
  const fs = machine.rootFs();
  makeDevices(fs);
  fs.mkdirp("/run/lock", 0o1777);
  fs.chmod("/run/lock", 0o1777);
  fs.chmod("/dev/shm", 0o1777);
  // systemd sets the kernel's hostname from /etc/hostname, first thing
  state.hostname =
    (fs.tryReadText("/etc/hostname") ?? "")
      .split("\n")
      .find((l) => l.trim() !== "" && !l.startsWith("#"))
      ?.trim() || "localhost";
  const ring = kernelRing(machine);
  ring.lines = [];
  for (const line of kernelMessages(machine)) printk(machine, line);
  machine.world.network.boot(machine);
  resetModules(machine);
  machine.spawn({
    argv: ["/sbin/init"],
    env: { HOME: "/", TERM: "linux", BOOT_IMAGE: `/vmlinuz-${kernelRelease}` },
    session: true,
    cgroup: "/init.scope",
  });
}

function kernelMessages(machine: Machine): string[] {
  const kib = machine.state.memory * 1024;
  return [
    `Linux version ${kernelRelease} (buildd@lcy02-amd64-095) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0, GNU ld (GNU Binutils for Ubuntu) 2.42) ${kernelVersion} (Ubuntu ${kernelRelease.replace("-generic", "")}.87-generic 6.8.12)`,
    `Command line: ${commandLine}`,
    "DMI: innotek GmbH VirtualBox/VirtualBox, BIOS VirtualBox 12/01/2006",
    "Hypervisor detected: KVM",
    `Memory: ${Math.round(kib * 0.95)}K/${kib}K available (22528K kernel code, 4442K rwdata, 14436K rodata, 4932K init, 4716K bss, ${Math.round(kib * 0.05)}K reserved, 0K cma-reserved)`,
    `smp: Brought up 1 node, ${machine.state.cpus} CPU${machine.state.cpus === 1 ? "" : "s"}`,
    "NET: Registered PF_INET protocol family",
    "sd 2:0:0:0: [sda] Attached SCSI disk",
    "e1000 0000:00:03.0 enp0s3: renamed from eth0",
    "e1000 0000:00:08.0 enp0s8: renamed from eth1",
    "EXT4-fs (sda1): mounted filesystem with ordered data mode. Quota mode: none.",
  ];
}

/** The disk of a new machine: what differs from the box's image. */
export function install(machine: Machine, spec: MachineSpec): void {
  machine.world.network.install(machine, spec);
  machine.state.mountNamespaces = {
    "": [{ dir: "/", source: "root", fstype: "ext4", options: "rw,relatime", root: 1, device: "/dev/sda1" }],
  };
  const fs = machine.rootFs();
  fs.write("/etc/hostname", `${spec.name}\n`);
  // Vagrant writes the machine's own name at 127.0.1.1 or 127.0.2.1 when it sets config.vm.hostname
  fs.write(
    "/etc/hosts",
    `127.0.0.1 localhost\n127.0.1.1 vagrant\n\n# The following lines are desirable for IPv6 capable hosts\n::1     ip6-localhost ip6-loopback\nfe00::0 ip6-localnet\nff00::0 ip6-mcastprefix\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n127.0.2.1 ${spec.name} ${spec.name}\n`,
  );
  fs.write("/etc/machine-id", `${machine.state.machineId}\n`, { mode: 0o444 });
  fs.write(
    "/etc/netplan/50-vagrant.yaml",
    `---\nnetwork:\n  version: 2\n  renderer: networkd\n  ethernets:\n    enp0s8:\n      addresses:\n      - ${spec.address}\n`,
    { mode: 0o600 },
  );
  const random = machine.random("ssh-host-keys");
  for (const type of ["rsa", "ecdsa", "ed25519"]) {
    // the keys that clients see are those of the front that speaks the protocol; these files are what the folder lists
    fs.write(`/etc/ssh/ssh_host_${type}_key.pub`, `ssh-${type} ${Buffer.from(random.bytes(33)).toString("base64")} root@${spec.name}\n`);
    fs.write(
      `/etc/ssh/ssh_host_${type}_key`,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(random.bytes(96)).toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`,
      { mode: 0o600 },
    );
  }
  machine.state.mountNamespaces = {
    "": [{ dir: "/", source: "root", fstype: "ext4", options: "rw,relatime", root: 1, device: "/dev/sda1" }],
  };
}

export function lostPower(machine: Machine): void {
  machine.world.network.lostPower(machine);
  const { state } = machine;
  for (const mount of state.mountNamespaces[""] ?? []) {
    const tree = state.trees[mount.source];
    if (tree && (tree.fstype === "tmpfs" || tree.fstype === "devtmpfs" || tree.fstype === "devpts")) machine.dropTree(mount.source);
  }
  for (const layer of volatile) if (layer !== "boot") delete state.layers[layer];
  state.mountNamespaces = { "": [{ dir: "/", source: "root", fstype: "ext4", options: "rw,relatime", root: 1, device: "/dev/sda1" }] };
}
