/** Failures of real Vagrant, made here, and texts of those that this machine cannot make. */
import { execa } from "execa";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { explain } from "../../src/provider/vagrant/errors.ts";
import { needs } from "../needs.ts";

const vagrant = needs("vagrant", ["vagrant", "--version"]);

describe.skipIf(!vagrant)("what real Vagrant says when it fails", () => {
  const scratch = mkdtempSync(join(tmpdir(), "kubemend-vagrant-errors-"));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  // no VirtualBox, whatever this machine has
  const env = { VAGRANT_HOME: join(scratch, "home"), VAGRANT_CHECKPOINT_DISABLE: "1", PATH: "/usr/bin:/bin" };
  const machine = (body: string): string =>
    `Vagrant.configure('2') do |config|\n  config.vm.define 'worker1' do |node|\n${body}\n  end\nend\n`;
  const box = "    node.vm.box = 'kubemend/nowhere'";
  let folders = 0;

  const failing = async (vagrantfile: string | undefined, args: string[]) => {
    const cwd = join(scratch, `folder ${++folders}`);
    mkdirSync(cwd);
    if (vagrantfile !== undefined) writeFileSync(join(cwd, "Vagrantfile"), vagrantfile);
    const plain = await execa("vagrant", args, { cwd, env, reject: false, all: true });
    const forMachines = await execa("vagrant", [...args, "--machine-readable"], { cwd, env, reject: false, all: true });
    expect([plain.exitCode, forMachines.exitCode]).toEqual([1, 1]);
    return [explain(plain.all), explain(forMachines.all)];
  };

  it.each([
    ["no Vagrantfile", undefined, ["status"], "vagrant-no-vagrantfile", /no Vagrantfile/],
    ["a Vagrantfile that is not Ruby", "Vagrant.configure('2') do |config|\n", ["status"], "vagrantfile-syntax", /Vagrantfile/],
    ["a Vagrantfile that fails", machine("    raise 'boom'"), ["validate"], "vagrantfile-error", /line 3: boom/],
    ["an unknown setting", machine("    node.vm.boxx = 'x'"), ["validate"], "vagrant-config", /boxx/],
    ["an unknown machine", machine(box), ["status", "nosuch"], "machine-unknown", /nosuch/],
    ["an unknown provider", machine(box), ["up", "--provider=nosuch"], "provider-missing", /no provider nosuch/],
    ["VirtualBox missing", machine(box), ["up", "--provider=virtualbox"], "virtualbox-missing", /VirtualBox/],
    ["another Vagrant wanted", `Vagrant.require_version '>= 99'\n${machine(box)}`, ["validate"], "vagrant-version-required", />= 99/],
  ])("%s", async (_, vagrantfile, args, code, message) => {
    for (const explanation of await failing(vagrantfile, args)) {
      expect(explanation).toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect(explanation?.hint).not.toMatch(/\{\w+\}/);
    }
  });
});

/** From the locales of Vagrant 2.3.4, vagrant-lxc 1.4.3 and vagrant-libvirt 0.11.2, and recorded runs of these. */
describe("explain", () => {
  it.each([
    [
      "virtualbox-version",
      "The provider 'virtualbox' that was requested to back the machine\n'controlplane' is reporting that it isn't usable on this system. The\nreason is shown below:\n\nVagrant has detected that you have a version of VirtualBox installed\nthat is not supported by this version of Vagrant. Please install one of\nthe supported versions listed below to use Vagrant:\n\n4.0, 4.1, 6.1, 7.0\n\nA Vagrant update may also be available",
      "it knows 4.0, 4.1, 6.1, 7.0",
    ],
    [
      "box-offline",
      "The box 'no/suchbox' could not be found or\ncould not be accessed in the remote catalog. If this is a private\nbox on HashiCorp's Vagrant Cloud, please verify you're logged in via\n`vagrant login`. Also, please double-check the name. The expanded\nURL and error message are shown below:\n\nURL: [\"https://vagrantcloud.com/api/v2/vagrant/no/suchbox\"]\nError: Could not resolve host: vagrantcloud.com",
      "the box no/suchbox is not here, and could not be downloaded: Could not resolve host: vagrantcloud.com",
    ],
    [
      "machine-locked",
      "==> b: An action 'halt' was attempted on the machine 'b',\n==> b: but another process is already executing an action on the machine.",
      "another vagrant is at work on b",
    ],
    [
      "snapshot-missing",
      "1,,error-exit,Vagrant::Errors::SnapshotNotFound,The snapshot name `nope` was not found for the\\nvirtual machine `worker1`.",
      "worker1 has no snapshot nope",
    ],
    [
      "host-only-range",
      "The IP address configured for the host-only network is not within the\nallowed ranges. Please update the address used to be within the allowed\nranges and run the command again.\n\n  Address: 10.5.0.11\n  Ranges: 192.168.56.0/21\n\nValid ranges can be modified in the /etc/vbox/networks.conf file.",
      "VirtualBox refuses the host-only address 10.5.0.11: allowed are 192.168.56.0/21",
    ],
    [
      "ssh-key-refused",
      "    worker1: Warning: Authentication failure. Retrying...\nTimed out while waiting for the machine to boot. This means that\nVagrant was unable to communicate with the guest machine within\nthe configured",
      "refuses the SSH key",
    ],
    [
      "boot-timeout",
      "    worker1: Warning: Connection refused. Retrying...\nTimed out while waiting for the machine to boot.",
      "does not answer SSH in time",
    ],
    [
      "libvirt-down",
      "Error while connecting to Libvirt: Error making a connection to libvirt URI qemu:///system:\nCall to virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
      "libvirt does not answer /var/run/libvirt/libvirt-sock",
    ],
    [
      "lxc-start",
      'There was an error executing ["sudo", "/usr/bin/env", "lxc-start", "-d", "--name", "lab-worker1"]',
      "lab-worker1 does not start",
    ],
    [
      "machine-name-taken",
      "Name `lab-worker1` of domain about to create is already taken. Please try to run\n`vagrant up` command again.",
      "libvirt has a machine called lab-worker1 already",
    ],
    [
      "kvm-unavailable",
      "Error while creating domain: Call to virDomainStartWithFlags failed: internal error: Could not access KVM kernel module: No such file or directory",
      "KVM cannot be used: No such file or directory",
    ],
    [
      "kvm-unavailable",
      "Error while creating domain: Error saving the server: Call to virDomainDefineXML failed: invalid argument: could not get preferred machine for /usr/bin/qemu-system-x86_64 type=kvm",
      "KVM cannot be used: could not get preferred machine",
    ],
    [
      "lxc-cgroup",
      'There was an error executing ["sudo", "/usr/share/vagrant-lxc/scripts/pipework", "br0", "lab-worker1"]',
      "cgroup called like the container",
    ],
    [
      "virtualization-off",
      'There was an error while executing `VBoxManage`, a CLI used by Vagrant\nfor controlling VirtualBox. The command and stderr is shown below.\n\nCommand: ["startvm", "1"]\n\nStderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)',
      "virtualisation (VT-x, AMD-V) is off",
    ],
    [
      "vboxmanage",
      'There was an error while executing `VBoxManage`, a CLI used by Vagrant\nfor controlling VirtualBox. The command and stderr is shown below.\n\nCommand: ["import", "x"]\n\nStderr: VBoxManage: error: something else',
      "VirtualBox failed: VBoxManage: error: something else",
    ],
  ])("knows %s", (code, output, message) => {
    expect(explain(output)).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it("says nothing about what it does not know", () => {
    expect(explain("")).toBeUndefined();
    expect(explain("something entirely new went wrong")).toBeUndefined();
  });
});
