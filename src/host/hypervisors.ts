/** Judges the hypervisors: there, of a version that works, and allowed to use the processor. */
import type { HostFacts, ProviderName } from "./facts.ts";
import type { Complain, ProviderSettings } from "./requirements.ts";
import { atLeast } from "./version.ts";

const platforms: Partial<Record<ProviderName, NodeJS.Platform[]>> = {
  libvirt: ["linux"],
  lxc: ["linux"],
  vmware_desktop: ["linux", "darwin", "win32"],
  parallels: ["darwin"],
  hyperv: ["win32"],
};
const platformNames: Partial<Record<NodeJS.Platform, string>> = { linux: "Linux", darwin: "macOS", win32: "Windows" };

export function hypervisorFindings(
  provider: ProviderName,
  facts: HostFacts,
  complain: Complain,
  settings: ProviderSettings | undefined,
): void {
  const on = platforms[provider];
  if (on && !on.includes(facts.platform))
    return complain(
      "error",
      "wrong-platform",
      `${provider} is for ${on.map((name) => platformNames[name]).join(", ")}; this host runs ${platformNames[facts.platform] ?? facts.platform}`,
      "Use `--provider sim`, which runs everywhere, or another provider of `kubemend doctor`'s table.",
    );
  if (provider === "virtualbox") virtualbox(facts, complain);
  else if (provider === "libvirt") libvirt(facts, complain, settings?.libvirt?.driver ?? "kvm");
  else if (provider === "lxc") lxc(facts, complain);
  else if (provider === "vmware_desktop") vmware(facts, complain);
  else if (provider === "parallels") parallels(facts, complain);
  else if (provider === "hyperv") hyperv(facts, complain);
}

/** Vagrant from which on it knows a VirtualBox (Vagrant's CHANGELOG: GH-12947, GH-13513, GH-13709). */
const vagrantFor: Record<string, string> = { "7.0": "2.3.2", "7.1": "2.4.2", "7.2": "2.4.9" };

function virtualbox(facts: HostFacts, complain: Complain): void {
  const { virtualbox: found, vagrant } = facts;
  if (!found) return;
  if (!found.found)
    return complain(
      "error",
      "hypervisor-missing",
      "VirtualBox is not installed: there is no VBoxManage on the PATH",
      "Install VirtualBox 7.0 or newer: https://www.virtualbox.org/wiki/Downloads",
    );
  if (found.trouble !== undefined)
    complain(
      "error",
      "virtualbox-broken",
      `VirtualBox cannot start machines: ${found.trouble}`,
      facts.platform === "linux"
        ? "`sudo modprobe vboxdrv`; when there is no such module, `sudo /sbin/vboxconfig` (Oracle's package) or `sudo apt-get install virtualbox-dkms linux-headers-$(uname -r)`."
        : "Install VirtualBox again, and allow its extension in the system's settings.",
    );
  const [major, minor] = (found.version ?? "").split(".");
  const series = `${major}.${minor}`;
  const needed = vagrantFor[series];
  if (vagrant?.version !== undefined && needed !== undefined && !atLeast(vagrant.version, needed))
    complain(
      "error",
      "virtualbox-unsupported",
      `Vagrant ${vagrant.version} does not know VirtualBox ${found.version}`,
      `Install Vagrant ${needed} or newer (https://developer.hashicorp.com/vagrant/install), or VirtualBox ${[...Object.entries(vagrantFor)].findLast(([, least]) => atLeast(vagrant.version!, least))?.[0] ?? "6.1"}.`,
    );
  else if (found.version !== undefined && needed === undefined && atLeast(found.version, "7.3"))
    complain(
      "warning",
      "virtualbox-new",
      `VirtualBox ${found.version} is newer than what Kubemend knows of; Vagrant may refuse it`,
      "If it does, install VirtualBox 7.2.",
    );
  if (facts.arch === "arm64" && found.version !== undefined && !atLeast(found.version, "7.1"))
    complain(
      "error",
      "virtualbox-arm64",
      `VirtualBox ${found.version} runs no machines on this processor (arm64)`,
      "Install VirtualBox 7.1 or newer with Vagrant 2.4.2 or newer, or use `--provider sim`, parallels or vmware_desktop.",
    );
  if (facts.platform === "linux" && facts.virtualization?.flag === false) firmware(complain, "VirtualBox");
  // KVM takes VT-x when it is loaded since Linux 6.12, and VirtualBox then ends with VERR_VMX_IN_VMX_ROOT_MODE
  if (
    facts.platform === "linux" &&
    facts.virtualization?.kvmModule === true &&
    atLeast(facts.kernel ?? "0", "6.12") &&
    !atLeast(found.version ?? "0", "7.2")
  )
    complain(
      "warning",
      "kvm-has-vtx",
      "the kernel's KVM is loaded and may keep VT-x or AMD-V to itself (VERR_VMX_IN_VMX_ROOT_MODE)",
      "`sudo modprobe -r kvm_intel kvm_amd`, for good with the kernel parameter kvm.enable_virt_at_load=0; or `--provider libvirt`.",
    );
}

function firmware(complain: Complain, what: string, otherwise = "Or use `--provider sim`."): void {
  complain(
    "error",
    "virtualization-off",
    `the processor offers neither VT-x nor AMD-V, without which ${what} starts no machine`,
    `Switch it on in the firmware (BIOS: Intel Virtualization Technology, SVM Mode); inside a virtual machine, switch nested virtualisation on there. ${otherwise}`,
  );
}

/** For hosts that will never have KVM. */
const emulate =
  "Or go on without it, some ten times slower, with `libvirt: { driver: qemu }` in the specification; or use `--provider sim`.";

function libvirt(facts: HostFacts, complain: Complain, driver: "kvm" | "qemu"): void {
  const found = facts.libvirt;
  if (!found) return;
  const install = "`sudo apt-get install qemu-system libvirt-daemon-system`, or your distribution's packages of them.";
  if (!found.qemu) complain("error", "hypervisor-missing", "QEMU is not installed", install);
  if (found.socket === "missing")
    complain(
      "error",
      "libvirt-down",
      "libvirtd does not run: there is no socket in /run/libvirt",
      `\`sudo systemctl enable --now libvirtd\`; when there is no such unit, ${install}`,
    );
  else if (found.socket === "denied")
    complain("error", "libvirt-denied", `this user may not write ${found.path}`, "`sudo usermod -aG libvirt $USER`, then log in again.");
  if (driver === "kvm") kvm(facts, complain);
  else if (found.kvm === true)
    complain(
      "warning",
      "kvm-unused",
      "the machines are emulated, though this host has KVM, which is some ten times faster",
      "Leave libvirt.driver out.",
    );
}

function kvm({ virtualization, libvirt: found }: HostFacts, complain: Complain): void {
  if (virtualization?.kvm === "denied")
    complain("error", "kvm-denied", "this user may not open /dev/kvm", "`sudo usermod -aG kvm $USER`, then log in again.");
  else if (virtualization?.kvm === "missing") {
    if (virtualization.flag === false) firmware(complain, "KVM", emulate);
    else
      complain(
        "error",
        "kvm-missing",
        "there is no /dev/kvm",
        `\`sudo modprobe kvm_intel\` (Intel) or \`sudo modprobe kvm_amd\` (AMD); if that is refused, switch VT-x or AMD-V on in the firmware. ${emulate}`,
      );
  } else if (found?.kvm === false)
    complain(
      "error",
      "kvm-unusable",
      "there is a /dev/kvm, but libvirt can run no machine with it",
      `\`virsh -c qemu:///system domcapabilities --virttype kvm\` says why; inside a virtual machine, switch nested virtualisation on there. ${emulate}`,
    );
}

function lxc(facts: HostFacts, complain: Complain): void {
  const found = facts.lxc;
  if (!found) return;
  if (!found.found)
    return complain("error", "hypervisor-missing", "LXC is not installed: there is no lxc-start", "`sudo apt-get install lxc`");
  if (facts.routes !== undefined && !facts.routes.some((route) => route.device === "lxcbr0"))
    complain(
      "warning",
      "lxc-bridge",
      "the bridge lxcbr0, over which containers reach the Internet, has no address",
      "`sudo systemctl enable --now lxc-net`",
    );
}

function vmware(facts: HostFacts, complain: Complain): void {
  const found = facts.vmware;
  if (!found) return;
  if (!found.found)
    return complain(
      "error",
      "hypervisor-missing",
      facts.platform === "darwin" ? "VMware Fusion is not installed" : "VMware Workstation is not installed",
      "Install it from https://support.broadcom.com (free of charge), then Vagrant's VMware utility.",
    );
  if (found.utility === false)
    complain(
      "error",
      "vmware-utility-missing",
      "Vagrant's VMware utility is not installed; the plugin needs it",
      "Install it: https://developer.hashicorp.com/vagrant/install/vmware",
    );
}

function parallels(facts: HostFacts, complain: Complain): void {
  if (facts.parallels?.found === false)
    complain(
      "error",
      "hypervisor-missing",
      "Parallels Desktop is not installed: there is no prlctl",
      "Install Parallels Desktop, Pro or Business edition: others have no command line.",
    );
}

function hyperv(facts: HostFacts, complain: Complain): void {
  const found = facts.hyperv;
  if (!found) return;
  if (!found.found)
    return complain(
      "error",
      "hypervisor-missing",
      "Hyper-V is off",
      "As administrator: `Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All`, then restart. Home editions have none.",
    );
  if (found.trouble !== undefined)
    complain("error", "hyperv-down", `Hyper-V does not work: ${found.trouble}`, "As administrator: `Start-Service vmms`");
  if (facts.privileged === false)
    complain(
      "error",
      "not-elevated",
      "Vagrant drives Hyper-V only for an administrator",
      'Start the terminal with "Run as administrator".',
    );
}
