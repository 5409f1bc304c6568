/** A plan from a specification's text, and facts of hosts that have everything, to take something away from. */
import { makePlan, type Plan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import { hostFindings, type HostFacts } from "../../src/host/index.ts";

export function planOf(text: string): { plan: Plan; locate: ReturnType<typeof readSpecification>["locate"] } {
  const { specification, locate, findings } = readSpecification(text, "kubemend.yaml", "lab");
  const made = specification && makePlan(specification, locate);
  if (!made?.plan) throw new Error(JSON.stringify([...findings, ...(made?.findings ?? [])]));
  return { plan: made.plan, locate };
}

/** Codes of the findings for a specification on a host. */
export function findingsFor(text: string, facts: HostFacts, existing: string[] = []) {
  const { plan, locate } = planOf(text);
  return hostFindings(plan, facts, { locate, existing });
}

const vagrant = {
  found: true,
  version: "2.4.9",
  plugins: ["vagrant-libvirt", "vagrant-lxc", "vagrant-vmware-desktop", "vagrant-parallels"],
};
const common = {
  node: "22.12.0",
  memory: { total: 32_000, available: 24_000 },
  disks: [{ path: "/home/ada/.vagrant.d", free: 200 }],
  ssh: { found: true, version: "9.6" },
  scp: { found: true },
  vagrant,
  loopback: true,
};

export const linux: HostFacts = {
  ...common,
  platform: "linux",
  arch: "x64",
  kernel: "6.8.0-45-generic",
  privileged: false,
  routes: [
    { cidr: "192.168.178.0/24", device: "wlp2s0" },
    { cidr: "172.17.0.0/16", device: "docker0" },
    { cidr: "10.0.3.0/24", device: "lxcbr0" },
  ],
  virtualization: { flag: true, kvm: "usable", kvmModule: true },
  virtualbox: { found: true, version: "7.1.4", machines: [], running: [] },
  libvirt: { socket: "usable", path: "/run/libvirt/libvirt-sock", qemu: true, machines: [] },
  lxc: { found: true, version: "5.0.2", machines: [] },
  vmware: { found: true, version: "17.5.0", utility: true },
};

export const mac: HostFacts = {
  ...common,
  platform: "darwin",
  arch: "arm64",
  kernel: "24.1.0",
  routes: [{ cidr: "192.168.1.0/24", device: "en0" }],
  virtualization: {},
  virtualbox: { found: true, version: "7.1.4", machines: [], running: [] },
  vmware: { found: true, utility: true },
  parallels: { found: true, version: "20.1.1", machines: [] },
};

export const windows: HostFacts = {
  ...common,
  platform: "win32",
  arch: "x64",
  kernel: "10.0.26100",
  privileged: true,
  routes: [{ cidr: "192.168.1.0/24", device: "Wi-Fi" }],
  virtualization: {},
  virtualbox: { found: true, version: "7.0.20", machines: [], running: [] },
  vmware: { found: true, utility: true },
  hyperv: { found: true, machines: [] },
};
