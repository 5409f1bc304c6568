/** Judges what a provider needs of this host: pure. An empty answer, or one of warnings only, means that it can run here. */
import type { Finding } from "../cluster/finding.ts";
import type { Specification } from "../cluster/specification.ts";
import type { HostFacts, ProviderName } from "./facts.ts";
import { hypervisorFindings } from "./hypervisors.ts";
import { atLeast } from "./version.ts";

/** `message`: what is the matter; `fix`: the exact repair. */
export type Complain = (severity: Finding["severity"], code: string, message: string, fix: string) => void;

/** Vagrant that is driven by Kubemend; 2.3.4 is the oldest that was tried. */
const oldestVagrant = "2.3.0";
const oldestNode = "20.18.0";

/** The plugin of a provider that Vagrant does not bring itself. */
const vagrantPlugin: Partial<Record<ProviderName, string>> = {
  libvirt: "vagrant-libvirt",
  lxc: "vagrant-lxc",
  vmware_desktop: "vagrant-vmware-desktop",
  parallels: "vagrant-parallels",
};

/** What a specification says about its provider. */
export type ProviderSettings = Pick<Specification, "libvirt">;

export function providerFindings(provider: ProviderName, facts: HostFacts, settings?: ProviderSettings): Finding[] {
  const findings: Finding[] = [];
  const complain: Complain = (severity, code, message, fix) =>
    findings.push({ severity, code, field: "provider", value: provider, message, fix });
  if (!atLeast(facts.node, oldestNode))
    complain(
      "error",
      "node-too-old",
      `Node.js ${facts.node} is too old: ${oldestNode} is needed`,
      "Install Node.js 22 or 24: https://nodejs.org",
    );
  if (facts.ssh?.found === false || facts.scp?.found === false)
    complain(
      "warning",
      "openssh-missing",
      "there is no OpenSSH client (ssh, scp) here; `kubemend ssh` and `kubemend cp` work without, other tools do not",
      opensshRepair[facts.platform] ?? "Install the OpenSSH client.",
    );
  if (provider === "sim") {
    if (facts.loopback === false)
      complain("error", "loopback-ports", "no port of 127.0.0.1 can be listened on", "Is the interface lo up? `sudo ip link set lo up`");
    return findings;
  }
  if (provider === "ssh") return findings;
  const before = findings.length;
  hypervisorFindings(provider, facts, complain, settings);
  // on the wrong platform altogether, nothing else is worth installing
  if (!findings.slice(before).some((finding) => finding.code === "wrong-platform")) vagrantFindings(provider, facts, complain);
  return findings;
}

function vagrantFindings(provider: ProviderName, facts: HostFacts, complain: Complain): void {
  const { vagrant } = facts;
  if (vagrant === undefined) return;
  const install = vagrantRepair[facts.platform] ?? "Install it: https://developer.hashicorp.com/vagrant/install";
  if (!vagrant.found) return complain("error", "vagrant-missing", "Vagrant is not installed (or not on the PATH)", install);
  if (vagrant.trouble !== undefined)
    return complain(
      "error",
      "vagrant-broken",
      `Vagrant does not run: ${vagrant.trouble}`,
      `Run \`vagrant --version\` and mend what it says, or install it again. ${install}`,
    );
  if (vagrant.version !== undefined && !atLeast(vagrant.version, oldestVagrant))
    return complain("error", "vagrant-too-old", `Vagrant ${vagrant.version} is too old: ${oldestVagrant} is needed`, install);
  const plugin = vagrantPlugin[provider];
  if (plugin !== undefined && vagrant.plugins !== undefined && !vagrant.plugins.includes(plugin))
    complain(
      "error",
      "vagrant-plugin-missing",
      `Vagrant has no plugin for ${provider}`,
      // Debian's package of Vagrant has the plugins as packages beside it
      `\`vagrant plugin install ${plugin}\`${["vagrant-libvirt", "vagrant-lxc"].includes(plugin) && facts.platform === "linux" ? `; with the Vagrant of Debian or Ubuntu \`sudo apt-get install ${plugin}\`` : ""}`,
    );
}

const vagrantRepair: Partial<Record<NodeJS.Platform, string>> = {
  linux: "Install it from https://developer.hashicorp.com/vagrant/install (on Debian 12 `sudo apt-get install vagrant` does, too).",
  darwin: "`brew install --cask hashicorp/tap/hashicorp-vagrant`, or https://developer.hashicorp.com/vagrant/install",
  win32: "`winget install Hashicorp.Vagrant`, or https://developer.hashicorp.com/vagrant/install",
};

const opensshRepair: Partial<Record<NodeJS.Platform, string>> = {
  linux: "`sudo apt-get install openssh-client`, or your distribution's package of it.",
  win32: "As administrator: `Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0`",
};
