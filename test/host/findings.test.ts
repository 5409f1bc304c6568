/** The judgement: facts of a host and a plan in, findings out. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hostFindings, providerFindings, type HostFacts, type ProviderName } from "../../src/host/index.ts";
import { renderVagrantfile } from "../../src/provider/vagrant/render.ts";
import { findingsFor, linux, mac, planOf, windows } from "./support.ts";

const codes = (findings: { code: string }[]): string[] => findings.map((finding) => finding.code);
const only = (findings: { code: string; message: string; fix: string; severity: string }[]) => {
  expect(codes(findings)).toHaveLength(1);
  return findings[0]!;
};

describe("a host that has everything", () => {
  it.each([
    ["sim", linux],
    ["sim", mac],
    ["sim", windows],
    ["virtualbox", linux],
    ["virtualbox", mac],
    ["virtualbox", windows],
    ["libvirt", linux],
    ["lxc", linux],
    ["vmware_desktop", linux],
    ["vmware_desktop", mac],
    ["vmware_desktop", windows],
    ["parallels", mac],
    ["hyperv", windows],
  ] as [ProviderName, HostFacts][])("has no findings for %s (%#)", (provider, facts) => {
    expect(findingsFor(`provider: ${provider}\n`, facts)).toEqual([]);
  });
});

describe("what a provider needs", () => {
  // what is taken away, the provider that needs it, the finding, and a word of the repair
  const lacks: [string, ProviderName, HostFacts, string, string][] = [
    ["no Vagrant", "virtualbox", { ...linux, vagrant: { found: false } }, "vagrant-missing", "developer.hashicorp.com/vagrant/install"],
    ["no Vagrant on a Mac", "virtualbox", { ...mac, vagrant: { found: false } }, "vagrant-missing", "brew install"],
    ["no Vagrant on Windows", "hyperv", { ...windows, vagrant: { found: false } }, "vagrant-missing", "winget install"],
    ["an old Vagrant", "lxc", { ...linux, vagrant: { ...linux.vagrant!, version: "2.2.19" } }, "vagrant-too-old", "install"],
    [
      "a Vagrant that does not run",
      "lxc",
      { ...linux, vagrant: { found: true, trouble: "cannot load such file" } },
      "vagrant-broken",
      "vagrant --version",
    ],
    [
      "no plugin",
      "libvirt",
      { ...linux, vagrant: { ...linux.vagrant!, plugins: ["vagrant-lxc"] } },
      "vagrant-plugin-missing",
      "vagrant plugin install vagrant-libvirt",
    ],
    [
      "no plugin on a Mac",
      "parallels",
      { ...mac, vagrant: { ...mac.vagrant!, plugins: [] } },
      "vagrant-plugin-missing",
      "vagrant plugin install vagrant-parallels",
    ],
    ["no VirtualBox", "virtualbox", { ...linux, virtualbox: { found: false } }, "hypervisor-missing", "virtualbox.org"],
    ["no VMware", "vmware_desktop", { ...linux, vmware: { found: false } }, "hypervisor-missing", "broadcom"],
    [
      "no utility of VMware",
      "vmware_desktop",
      { ...mac, vmware: { found: true, utility: false } },
      "vmware-utility-missing",
      "install/vmware",
    ],
    ["no Parallels", "parallels", { ...mac, parallels: { found: false } }, "hypervisor-missing", "Pro"],
    ["no LXC", "lxc", { ...linux, lxc: { found: false } }, "hypervisor-missing", "apt-get install lxc"],
    ["no QEMU", "libvirt", { ...linux, libvirt: { ...linux.libvirt!, qemu: false } }, "hypervisor-missing", "qemu"],
    ["no libvirtd", "libvirt", { ...linux, libvirt: { socket: "missing", qemu: true } }, "libvirt-down", "systemctl enable --now libvirtd"],
    [
      "no right to libvirtd",
      "libvirt",
      { ...linux, libvirt: { ...linux.libvirt!, socket: "denied" } },
      "libvirt-denied",
      "usermod -aG libvirt",
    ],
    ["no right to KVM", "libvirt", { ...linux, virtualization: { flag: true, kvm: "denied" } }, "kvm-denied", "usermod -aG kvm"],
    ["no KVM", "libvirt", { ...linux, virtualization: { flag: true, kvm: "missing" } }, "kvm-missing", "modprobe kvm_intel"],
    [
      "no KVM, but QEMU",
      "libvirt",
      { ...linux, virtualization: { flag: true, kvm: "missing" } },
      "kvm-missing",
      "libvirt: { driver: qemu }",
    ],
    [
      "no KVM worth its name",
      "libvirt",
      { ...linux, libvirt: { ...linux.libvirt!, kvm: false } },
      "kvm-unusable",
      "libvirt: { driver: qemu }",
    ],
    [
      "no VT-x, but QEMU",
      "libvirt",
      { ...linux, virtualization: { flag: false, kvm: "missing" } },
      "virtualization-off",
      "libvirt: { driver: qemu }",
    ],
    ["no VT-x", "libvirt", { ...linux, virtualization: { flag: false, kvm: "missing" } }, "virtualization-off", "firmware"],
    ["no VT-x for VirtualBox", "virtualbox", { ...linux, virtualization: { flag: false } }, "virtualization-off", "firmware"],
    ["no Hyper-V", "hyperv", { ...windows, hyperv: { found: false } }, "hypervisor-missing", "Enable-WindowsOptionalFeature"],
    ["no administrator", "hyperv", { ...windows, privileged: false }, "not-elevated", "administrator"],
    ["the wrong system", "parallels", linux, "wrong-platform", "--provider sim"],
    ["an old Node.js", "sim", { ...linux, node: "18.20.4" }, "node-too-old", "nodejs.org"],
    ["no loopback", "sim", { ...linux, loopback: false }, "loopback-ports", "ip link set lo up"],
    [
      "an Intel VirtualBox on Apple's processor",
      "virtualbox",
      { ...mac, virtualbox: { ...mac.virtualbox!, version: "7.0.20" } },
      "virtualbox-arm64",
      "7.1",
    ],
  ];
  it.each(lacks)("%s (%s)", (_what, provider, facts, code, repair) => {
    const finding = only(providerFindings(provider, facts));
    expect(finding).toMatchObject({ severity: "error", code, field: "provider", value: provider });
    expect(finding.fix).toContain(repair);
  });

  it("of KVM nothing, where the processor is emulated, but that it could be had", () => {
    const emulated = "provider: libvirt\nlibvirt: { driver: qemu }\n";
    for (const virtualization of [
      { flag: false, kvm: "missing" as const },
      { flag: true, kvm: "denied" as const },
    ])
      expect(findingsFor(emulated, { ...linux, virtualization })).toEqual([]);
    expect(findingsFor(emulated, { ...linux, libvirt: { ...linux.libvirt!, kvm: false } })).toEqual([]);
    expect(only(findingsFor(emulated, { ...linux, libvirt: { ...linux.libvirt!, kvm: true } }))).toMatchObject({
      severity: "warning",
      code: "kvm-unused",
    });
  });

  it("says on a host without anything all that is to be installed, once each", () => {
    const bare: HostFacts = {
      platform: "linux",
      arch: "x64",
      node: "20.18.0",
      vagrant: { found: false },
      libvirt: { socket: "missing", qemu: false },
      virtualization: { flag: true, kvm: "missing" },
    };
    expect(codes(providerFindings("libvirt", bare))).toEqual(["hypervisor-missing", "libvirt-down", "kvm-missing", "vagrant-missing"]);
  });

  it("concludes nothing from what nobody asked", () => {
    for (const provider of ["sim", "virtualbox", "libvirt", "lxc"] as const)
      expect(providerFindings(provider, { platform: "linux", arch: "x64", node: "20.18.0" })).toEqual([]);
  });

  it("only warns without an OpenSSH client", () => {
    expect(only(providerFindings("sim", { ...linux, ssh: { found: false } }))).toMatchObject({
      severity: "warning",
      code: "openssh-missing",
    });
  });

  // Vagrant's CHANGELOG: 7.0 since 2.3.2, 7.1 since 2.4.2, 7.2 since 2.4.9
  it.each([
    ["7.2.0", "2.3.4", "2.4.9", "7.0"],
    ["7.2.0", "2.4.8", "2.4.9", "7.1"],
    ["7.1.4", "2.4.1", "2.4.2", "7.0"],
    ["7.0.20", "2.3.1", "2.3.2", "6.1"],
  ])("VirtualBox %s is not for Vagrant %s: take Vagrant %s or VirtualBox %s", (version, vagrant, newer, older) => {
    const finding = only(
      providerFindings("virtualbox", {
        ...linux,
        virtualbox: { ...linux.virtualbox!, version },
        vagrant: { found: true, version: vagrant },
      }),
    );
    expect(finding.code).toBe("virtualbox-unsupported");
    expect(finding.fix).toContain(`Vagrant ${newer}`);
    expect(finding.fix).toContain(`VirtualBox ${older}`);
  });
  it.each([
    ["7.0.20", "2.3.4"],
    ["6.1.50", "2.3.4"],
    ["7.2.0", "2.4.9"],
  ])("VirtualBox %s is for Vagrant %s", (version, vagrant) => {
    expect(
      providerFindings("virtualbox", {
        ...linux,
        virtualbox: { ...linux.virtualbox!, version },
        vagrant: { found: true, version: vagrant },
      }),
    ).toEqual([]);
  });

  it("warns of KVM, which takes VT-x from VirtualBox on new kernels", () => {
    const finding = only(providerFindings("virtualbox", { ...linux, kernel: "6.12.3-amd64" }));
    expect(finding).toMatchObject({ severity: "warning", code: "kvm-has-vtx" });
    expect(finding.fix).toContain("modprobe -r kvm_intel");
  });
});

describe("VirtualBox's host-only ranges", () => {
  const seed = readFileSync(new URL("../../examples/seed-001.yaml", import.meta.url), "utf8").replace(
    "name: seed-001",
    "name: seed-001\nprovider: virtualbox",
  );
  const withConf = (networks: string): HostFacts => ({ ...linux, virtualbox: { ...linux.virtualbox!, networks } });

  it("refuse other networks on Linux; the line that allows them is printed, with its place in the file", () => {
    const finding = only(findingsFor(seed, linux));
    expect(finding).toMatchObject({ code: "host-only-range", field: "network.nodes", value: "192.168.1.0/24" });
    expect(finding.fix).toContain('"* 192.168.1.0/24" to /etc/vbox/networks.conf');
    expect(finding).toHaveProperty("at.file", "kubemend.yaml");
  });
  it("are what /etc/vbox/networks.conf says, where it is", () => {
    expect(findingsFor(seed, withConf("# mine\n* 10.0.0.0/8 192.168.0.0/16\n* 2001::/64\n"))).toEqual([]);
    expect(findingsFor(seed, withConf("* 0.0.0.0/0 ::/0\n"))).toEqual([]);
    // Vagrant takes a file without ranges at its word
    expect(codes(findingsFor("provider: virtualbox\n", withConf("# nothing\n")))).toEqual(["host-only-range"]);
  });
  it("are not restricted on Windows, on new macOS versions, and before VirtualBox 6.1.28", () => {
    for (const facts of [
      { ...windows, routes: [] },
      { ...mac, routes: [] },
      { ...linux, virtualbox: { found: true, version: "6.1.26" } },
    ])
      expect(findingsFor(seed, facts)).toEqual([]);
  });
});

describe("a subnet that this host routes already", () => {
  const on = (cidr: string, device: string, gateway?: string): HostFacts => ({
    ...linux,
    routes: [{ cidr, device, ...(gateway === undefined ? {} : { gateway }) }],
  });
  it.each([
    ["the LAN", on("192.168.56.0/24", "eth0"), "192.168.56.0/24 over eth0"],
    ["a wider LAN", on("192.168.0.0/16", "eth0"), "192.168.0.0/16 over eth0"],
    ["a part of it behind a VPN", on("192.168.56.128/25", "tun0", "10.8.0.1"), "192.168.56.128/25 over tun0 (gateway 10.8.0.1)"],
    ["docker's bridge", on("192.168.56.0/20", "docker0"), "over docker0"],
    ["libvirt's bridge", on("192.168.56.0/24", "virbr1"), "over virbr1"],
  ])("is an error for %s", (_what, facts, route) => {
    const finding = only(findingsFor("provider: virtualbox\n", facts));
    expect(finding).toMatchObject({ severity: "error", code: "subnet-routed" });
    expect(finding.message).toContain(route);
    expect(finding.fix).toMatch(/^Use network\.nodes: \d+\.\d+\.\d+\.0\/24[.,]/);
  });
  it("is a warning for a wide route to elsewhere, such as a company's VPN", () => {
    const finding = only(findingsFor("provider: libvirt\n", on("192.168.0.0/16", "tun0", "10.8.0.1")));
    expect(finding).toMatchObject({ severity: "warning", code: "subnet-routed" });
  });
  it("is none when it is the provider's own network", () => {
    expect(findingsFor("provider: virtualbox\n", on("192.168.56.0/24", "vboxnet0"))).toEqual([]);
    expect(findingsFor("provider: libvirt\n", on("192.168.56.0/24", "virbr1"))).toEqual([]);
    const bridge = /lxc__bridge_name: '([^']+)'/.exec(renderVagrantfile(planOf("provider: lxc\n").plan))![1]!;
    expect(codes(findingsFor("provider: lxc\n", on("192.168.56.0/24", bridge)))).not.toContain("subnet-routed");
  });
  it("is a warning when somebody else's machines run on the provider's network", () => {
    const facts = {
      ...on("192.168.56.0/24", "vboxnet0"),
      virtualbox: { found: true, version: "7.1.4", running: ["lab-worker1", "other-worker1"] },
    };
    const finding = only(findingsFor("provider: virtualbox\n", facts));
    expect(finding).toMatchObject({ severity: "warning", code: "subnet-shared" });
    expect(finding.message).toContain("other-worker1");
    expect(finding.message).not.toContain("lab-worker1");
  });
  it("is none of the simulator's and of an inventory's business", () => {
    expect(findingsFor("provider: sim\n", on("192.168.56.0/24", "eth0"))).toEqual([]);
  });
});

describe("room", () => {
  it("for memory is the sum of what is not there yet", () => {
    const facts = { ...linux, memory: { total: 16_000, available: 5000 } };
    const finding = only(findingsFor("provider: virtualbox\n", facts));
    expect(finding).toMatchObject({ severity: "warning", code: "memory-short" });
    expect(finding.message).toContain("6144 MiB");
    expect(findingsFor("provider: virtualbox\n", facts, ["controlplane"])).toEqual([]);
    expect(only(findingsFor("provider: virtualbox\nmachine: { memory: 8192 }\n", facts))).toMatchObject({
      severity: "error",
      code: "memory-short",
    });
  });
  it("suggests a memory with which the plan fits", () => {
    const facts = { ...linux, memory: { total: 16_000, available: 12_000 } };
    const { fix } = only(findingsFor("provider: virtualbox\nmachine: { memory: 6144 }\n", facts));
    const memory = /memory: (\d+)/.exec(fix)![1];
    expect(findingsFor(`provider: virtualbox\nmachine: { memory: ${memory} }\n`, facts)).toEqual([]);
  });
  it("for disks is the least of the folders that are written", () => {
    const facts = {
      ...linux,
      disks: [
        { path: "/a", free: 100 },
        { path: "/b", free: 10 },
      ],
    };
    const finding = only(findingsFor("provider: virtualbox\n", facts));
    expect(finding).toMatchObject({ severity: "warning", code: "disk-short" });
    expect(finding.message).toContain("/b has 10 GiB free");
    expect(only(findingsFor("provider: virtualbox\n", { ...facts, disks: [{ path: "/b", free: 2 }] })).severity).toBe("error");
    expect(findingsFor("provider: sim\n", facts)).toEqual([]);
  });
});

describe("a processor of the arm64 kind", () => {
  it("needs a box that is built for it", () => {
    expect(only(findingsFor("provider: parallels\nmachine: { box: generic/ubuntu2204 }\n", mac))).toMatchObject({
      severity: "error",
      code: "box-not-arm64",
      value: "generic/ubuntu2204",
    });
    expect(only(findingsFor("provider: parallels\nmachine: { box: my/box }\n", mac))).toMatchObject({
      severity: "warning",
      code: "box-not-arm64",
    });
    expect(findingsFor("provider: parallels\nmachine: { box: bento/debian-12 }\n", mac)).toEqual([]);
    expect(findingsFor("provider: virtualbox\nmachine: { box: generic/ubuntu2204 }\n", linux)).toEqual([]);
  });
});

describe("names that are taken", () => {
  it("are found unless the machine is this cluster's own", () => {
    const facts = { ...linux, virtualbox: { found: true, version: "7.1.4", machines: ["lab-worker1"], running: [] } };
    const finding = only(findingsFor("provider: virtualbox\n", facts));
    expect(finding).toMatchObject({ code: "name-taken", field: "machines.worker1", value: "lab-worker1" });
    expect(finding.fix).toContain("VBoxManage unregistervm lab-worker1 --delete");
    expect(findingsFor("provider: virtualbox\n", facts, ["worker1"])).toEqual([]);
    expect(codes(findingsFor("provider: libvirt\n", { ...linux, libvirt: { ...linux.libvirt!, machines: ["lab-worker2"] } }))).toEqual([
      "name-taken",
    ]);
    expect(codes(findingsFor("provider: lxc\n", { ...linux, lxc: { found: true, machines: ["lab-controlplane"] } }))).toEqual([
      "name-taken",
    ]);
  });
});

it("every finding says what to do", () => {
  const bare: HostFacts = {
    platform: "linux",
    arch: "arm64",
    node: "18.0.0",
    ssh: { found: false },
    vagrant: { found: false },
    memory: { total: 100, available: 1 },
    disks: [{ path: "/", free: 0 }],
    routes: [
      { cidr: "0.0.0.0/1", device: "tun0", gateway: "10.0.0.1" },
      { cidr: "192.168.0.0/16", device: "eth0" },
    ],
    virtualization: { flag: false, kvm: "missing" },
    virtualbox: { found: true, version: "7.0.1", trouble: "WARNING: no driver" },
    libvirt: { socket: "missing", qemu: false },
    lxc: { found: false },
    vmware: { found: false },
  };
  for (const provider of ["sim", "virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv"] as const) {
    const findings = hostFindings(planOf(`provider: ${provider}\n`).plan, bare);
    expect(findings.length).toBeGreaterThan(1);
    for (const finding of findings) expect(finding.fix, finding.code).toMatch(/\S{3,}/);
  }
});
