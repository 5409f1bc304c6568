/** Kernel modules: what exists on disk, what is loaded, and what loading changes. Loaded modules are forgotten at boot. */
import type { Machine } from "../kernel/machine.ts";
import { printk } from "../systemd/journal.ts";

interface ModuleInfo {
  size: number;
  deps: string[];
  description?: string;
  /** Said in the kernel's log when it is loaded. */
  message?: string;
}

/** Modules under /lib/modules that can be loaded (sizes as lsmod shows them on 6.8.0-generic). */
export const moduleTable: Record<string, ModuleInfo> = {
  overlay: { size: 212992, deps: [], description: "Overlay filesystem" },
  br_netfilter: {
    size: 32768,
    deps: ["bridge"],
    description: "Linux ethernet netfilter firewall bridge",
    message:
      "bridge: filtering via arp/ip/ip6tables is no longer available by default. Update your scripts to load br_netfilter if you need this.",
  },
  bridge: { size: 421888, deps: ["stp", "llc"], description: "Ethernet bridge driver" },
  stp: { size: 12288, deps: ["llc"] },
  llc: { size: 16384, deps: ["stp"] },
  ip_tables: { size: 32768, deps: ["x_tables"], description: "IPv4 packet filter" },
  ip6_tables: { size: 36864, deps: ["x_tables"] },
  x_tables: { size: 65536, deps: [] },
  iptable_filter: { size: 12288, deps: ["ip_tables"] },
  iptable_nat: { size: 12288, deps: ["ip_tables", "nf_nat"] },
  iptable_mangle: { size: 12288, deps: ["ip_tables"] },
  iptable_raw: { size: 12288, deps: ["ip_tables"] },
  nf_tables: { size: 376832, deps: ["nfnetlink"] },
  nft_compat: { size: 20480, deps: ["nf_tables", "x_tables"] },
  nft_chain_nat: { size: 12288, deps: ["nf_tables", "nf_nat"] },
  nfnetlink: { size: 20480, deps: [] },
  nf_conntrack: { size: 200704, deps: ["nf_defrag_ipv4"], description: "Connection tracking" },
  nf_defrag_ipv4: { size: 12288, deps: [] },
  nf_nat: { size: 61440, deps: ["nf_conntrack"] },
  nf_conntrack_netlink: { size: 57344, deps: ["nf_conntrack", "nfnetlink"] },
  xt_conntrack: { size: 12288, deps: ["nf_conntrack", "x_tables"] },
  xt_comment: { size: 12288, deps: ["x_tables"] },
  xt_mark: { size: 12288, deps: ["x_tables"] },
  xt_MASQUERADE: { size: 16384, deps: ["nf_nat", "x_tables"] },
  xt_addrtype: { size: 12288, deps: ["x_tables"] },
  xt_set: { size: 20480, deps: ["ip_set", "x_tables"] },
  ip_set: { size: 61440, deps: ["nfnetlink"] },
  ip_set_hash_ip: { size: 45056, deps: ["ip_set"] },
  ip_set_hash_net: { size: 53248, deps: ["ip_set"] },
  ip_vs: { size: 221184, deps: ["nf_conntrack"], message: "IPVS: Registered protocols (TCP, UDP, SCTP, AH, ESP)" },
  ip_vs_rr: { size: 12288, deps: ["ip_vs"], message: "IPVS: [rr] scheduler registered." },
  ip_vs_wrr: { size: 12288, deps: ["ip_vs"], message: "IPVS: [wrr] scheduler registered." },
  ip_vs_sh: { size: 12288, deps: ["ip_vs"], message: "IPVS: [sh] scheduler registered." },
  ipip: { size: 20480, deps: ["ip_tunnel", "tunnel4"], message: "ipip: IPv4 and MPLS over IPv4 tunneling driver" },
  ip_tunnel: { size: 36864, deps: [] },
  tunnel4: { size: 12288, deps: [] },
  vxlan: { size: 155648, deps: ["udp_tunnel"] },
  udp_tunnel: { size: 36864, deps: [] },
  veth: { size: 45056, deps: [] },
  dummy: { size: 12288, deps: [] },
  tun: { size: 69632, deps: [] },
  wireguard: { size: 118784, deps: ["udp_tunnel"] },
  sch_fq_codel: { size: 24576, deps: [] },
  efi_pstore: { size: 12288, deps: [] },
  dm_multipath: { size: 45056, deps: [] },
  msr: { size: 12288, deps: [] },
  autofs4: { size: 57344, deps: [] },
  e1000: { size: 184320, deps: [] },
  nfs: { size: 593920, deps: ["sunrpc", "lockd"] },
  lockd: { size: 143360, deps: ["sunrpc"] },
  sunrpc: { size: 802816, deps: [] },
  configs: { size: 12288, deps: [] },
  vboxguest: { size: 57344, deps: [] },
  nf_reject_ipv4: { size: 16384, deps: [] },
  ipt_REJECT: { size: 12288, deps: ["nf_reject_ipv4", "x_tables"] },
};

/** Compiled into Ubuntu's kernel: modprobe succeeds and lsmod does not show them. */
export const builtin = new Set(["ext4", "crc32c", "tcp_cubic", "unix", "ipv6", "loop", "sd_mod", "cgroup"]);

/** Loaded when the machine starts (drivers that udev asks for). */
const atBoot = ["autofs4", "e1000", "vboxguest"];

interface Loaded {
  loaded: Record<string, { /** By modprobe, not as a dependency. */ asked: boolean }>;
}

const stateOf = (machine: Machine): Loaded => machine.layer("modules", () => ({ loaded: {} })) as unknown as Loaded;

/** modprobe takes - for _. */
export const canonical = (name: string): string => name.replace(/-/g, "_");

export const isLoaded = (machine: Machine, name: string): boolean => canonical(name) in stateOf(machine).loaded;
export const loadedModules = (machine: Machine): string[] => Object.keys(stateOf(machine).loaded).reverse();
export const exists = (name: string): boolean => canonical(name) in moduleTable;

/** Loads a module and what it depends on; false when there is none of that name. */
export function loadModule(machine: Machine, name: string, asked = true): boolean {
  const module = canonical(name);
  if (builtin.has(module)) return true;
  const info = moduleTable[module];
  if (!info) return false;
  const { loaded } = stateOf(machine);
  const there = loaded[module];
  if (there) {
    there.asked ||= asked;
    return true;
  }
  // stp and llc name each other through bridge; marking first ends the recursion
  loaded[module] = { asked };
  for (const dep of info.deps) loadModule(machine, dep, false);
  delete loaded[module];
  loaded[module] = { asked };
  if (module === "br_netfilter") machine.world.network.setBridgeNetfilter(machine, true);
  if (info.message) printk(machine, info.message);
  return true;
}

/** Loaded modules that use this one. */
export const usersOf = (machine: Machine, name: string): string[] =>
  loadedModules(machine).filter(
    (other) =>
      other !== name &&
      !(name === "llc" && other === "llc") &&
      moduleTable[other]!.deps.includes(name) &&
      !(name === "stp" && other === "llc"),
  );

/**
 * The module's reference count: modules that use it, and what the kernel holds of it otherwise. An overlay that is a
 * running container's root counts; that of an ended one has been unmounted by its shim.
 */
export function references(machine: Machine, name: string): number {
  const module = canonical(name);
  return usersOf(machine, module).length + (module === "overlay" ? overlaysMounted(machine) : 0);
}

function overlaysMounted(machine: Machine): number {
  const overlays = new Set<string>();
  for (const mntns of new Set([...machine.procs.values()].map((p) => p.state.mntns)))
    for (const mount of machine.state.mountNamespaces[mntns] ?? []) if (mount.fstype === "overlay") overlays.add(mount.source);
  return overlays.size;
}

/** rmmod; with `deep` also dependencies that nobody else uses (modprobe -r). False when it is in use. */
export function unloadModule(machine: Machine, name: string, deep: boolean): boolean {
  const module = canonical(name);
  if (references(machine, module) > 0) return false;
  const { loaded } = stateOf(machine);
  delete loaded[module];
  if (module === "br_netfilter") machine.world.network.setBridgeNetfilter(machine, false);
  if (deep) {
    for (const dep of moduleTable[module]?.deps ?? []) if (loaded[dep] && !loaded[dep].asked) unloadModule(machine, dep, true);
  }
  return true;
}

export function resetModules(machine: Machine): void {
  delete machine.state.layers.modules;
  for (const name of atBoot) loadModule(machine, name);
}
