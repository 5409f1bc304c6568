/** Facts about this host on which it depends whether machines can run here: plain data, gathered in gather.ts, judged elsewhere. */
import type { providers } from "../cluster/providers.ts";

export type ProviderName = (typeof providers)[number];

/** A program or a service of this host. */
export interface Program {
  found: boolean;
  version?: string;
  /** What it said when it does not work though it is there; its first lines. */
  trouble?: string;
}

/** An address range that this host reaches over an interface. */
export interface Route {
  /** `192.168.1.0/24`; the default route is left out. */
  cidr: string;
  device: string;
  /** Next hop; undefined: the range is on the link, so the host has an address in it. */
  gateway?: string;
}

/** Of every fact: undefined means that nobody asked, or that this host does not tell; then nothing is concluded from it. */
export interface HostFacts {
  platform: NodeJS.Platform;
  /** Of the processor, also where Node.js itself is translated: `x64`, `arm64`. */
  arch: string;
  /** Version of Node.js, `20.18.0`. */
  node: string;
  /** Version of the kernel, `6.12.1-amd64`. */
  kernel?: string;
  /** The user is root (Linux, macOS) or runs elevated (Windows). */
  privileged?: boolean;
  /** MiB. */
  memory?: { total: number; available: number };
  /** GiB that are free where the provider keeps machines. */
  disks?: { path: string; free: number }[];
  routes?: Route[];
  /** A listening socket on 127.0.0.1 can be made. */
  loopback?: boolean;
  /** `flag`: the processor offers VT-x or AMD-V; off in the firmware, it does not. */
  virtualization?: { flag?: boolean; kvm?: "usable" | "denied" | "missing"; kvmModule?: boolean };
  ssh?: Program;
  scp?: Program;
  vagrant?: Program & { plugins?: string[] };
  virtualbox?: Program & {
    /** Content of /etc/vbox/networks.conf; undefined when there is none. */
    networks?: string;
    /** Names of all virtual machines. */
    machines?: string[];
    running?: string[];
  };
  /** `kvm`: what libvirt itself says of it; a /dev/kvm that is there may be good for nothing. */
  libvirt?: { socket: "usable" | "denied" | "missing"; path?: string; qemu: boolean; kvm?: boolean; machines?: string[] };
  lxc?: Program & { machines?: string[] };
  vmware?: Program & { utility?: boolean };
  parallels?: Program & { machines?: string[] };
  hyperv?: Program & { machines?: string[] };
}
