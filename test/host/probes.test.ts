/** Probes ask real programs: those of this machine, and little ones that print what the real ones are known to print. */
import { chmodSync, writeFileSync } from "node:fs";
import { networkInterfaces, totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { gatherFacts } from "../../src/host/index.ts";
import { lxcProbe, programProbe, vagrantProbe, virtualboxProbe } from "../../src/host/programs.ts";
import { ask } from "../../src/host/run.ts";
import { needs } from "../needs.ts";
import { useFolder } from "../cli/support.ts";

const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

/** Puts programs in front of this machine's. */
function programs(scripts: Record<string, string>): void {
  const dir = useFolder();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, name), 0o755);
  }
  process.env.PATH = dir + delimiter + path;
}

describe("this machine", () => {
  it("tells what every provider would want to know, whatever is missing here", async () => {
    const facts = await gatherFacts({
      providers: ["sim", "virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv", "ssh"],
      state: useFolder(),
    });
    expect(facts.platform).toBe(process.platform);
    expect(facts.node).toBe(process.versions.node);
    expect(facts.loopback).toBe(true);
    expect(facts.memory!.total).toBe(Math.floor(totalmem() / 2 ** 20));
    expect(facts.memory!.available).toBeLessThanOrEqual(facts.memory!.total);
    expect(facts.disks!.length).toBeGreaterThan(1);
    // every interface that has an address is among the routes
    const devices = Object.entries(networkInterfaces())
      .filter(([, list]) => list!.some((entry) => entry.family === "IPv4" && !entry.internal && !entry.cidr!.endsWith("/32")))
      .map(([name]) => name);
    expect(facts.routes!.map((route) => route.device)).toEqual(expect.arrayContaining(devices));
    for (const key of ["vagrant", "virtualbox", "vmware", "parallels"] as const) expect(typeof facts[key]!.found).toBe("boolean");
  });

  it.runIf(needs("Vagrant", ["vagrant", "--version"]))("has the Vagrant that it has", async () => {
    const facts = await vagrantProbe(ask);
    expect(facts).toMatchObject({ found: true });
    expect(facts.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Array.isArray(facts.plugins)).toBe(true);
  });

  it.runIf(needs("LXC", ["lxc-start", "--version"]))("has the LXC that it has", async () => {
    expect((await lxcProbe(ask)).version).toMatch(/^\d+\.\d+/);
  });

  it("says of a program that is not there that it is missing", async () => {
    expect(await programProbe(ask, "no-such-program-of-kubemend", ["--version"])).toEqual({ found: false });
  });
});

describe("programs", () => {
  it("that hang are given up", async () => {
    programs({ vagrant: "exec sleep 60" });
    expect(await vagrantProbe((command, args) => ask(command, args, 300))).toEqual({ found: true, trouble: "vagrant does not answer" });
  });

  it("Vagrant with plugins of the distribution and of the user, and a constraint", async () => {
    programs({
      vagrant: `case "$*" in
--version) echo "Vagrant 2.4.1" ;;
"plugin list") printf 'vagrant-libvirt (0.12.2, global)\\n  - Version Constraint: 0.12.2\\nvagrant-lxc (1.4.3, system)\\n' ;;
esac`,
    });
    expect(await vagrantProbe(ask)).toEqual({ found: true, version: "2.4.1", plugins: ["vagrant-libvirt", "vagrant-lxc"] });
  });

  it("Vagrant that prints nothing, or a Ruby backtrace", async () => {
    programs({ vagrant: "exit 0" });
    expect((await vagrantProbe(ask)).trouble).toContain("status 0");
    programs({ vagrant: "echo '<internal:gem_prelude>:1:in require: cannot load such file -- rubygems.rb (LoadError)' >&2; exit 1" });
    expect((await vagrantProbe(ask)).trouble).toContain("cannot load such file");
  });

  it("VirtualBox, with machines", async () => {
    programs({
      VBoxManage: `case "$*" in
--version) echo 7.0.20r163906 ;;
"list vms") printf '"lab-worker1" {0b7b4e3d-6ce5-4d42-8f3f-3c3a1f2f6f5e}\\n"my VM" {1b7b4e3d-6ce5-4d42-8f3f-3c3a1f2f6f5e}\\n' ;;
"list runningvms") printf '"my VM" {1b7b4e3d-6ce5-4d42-8f3f-3c3a1f2f6f5e}\\n' ;;
esac`,
    });
    expect(await virtualboxProbe(ask)).toMatchObject({
      found: true,
      version: "7.0.20",
      machines: ["lab-worker1", "my VM"],
      running: ["my VM"],
    });
  });

  it("VirtualBox without its kernel module (the warning of its Linux packages)", async () => {
    programs({
      VBoxManage: `[ "$1" = --version ] || exit 1
echo "WARNING: The vboxdrv kernel module is not loaded. Either there is no module"
echo "         available for the current kernel (6.1.0-18-amd64) or it failed to"
echo "         load. Please recompile the kernel module and install it by"
echo ""
echo "           sudo /sbin/vboxconfig"
echo "7.0.20r163906"`,
    });
    const facts = await virtualboxProbe(ask);
    expect(facts.version).toBe("7.0.20");
    expect(facts.trouble).toMatch(/^WARNING: The vboxdrv kernel module is not loaded/);
    expect(facts.machines).toBeUndefined();
  });
});
