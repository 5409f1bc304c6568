import { execa } from "execa";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makePlan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import { renderVagrantfile, ruby } from "../../src/provider/vagrant/render.ts";
import { needs } from "../needs.ts";

const rendered = (yaml: string): string => {
  const { specification } = readSpecification(yaml, "kubemend.yaml", "lab");
  return renderVagrantfile(makePlan(specification!).plan!);
};

const specifications = {
  default: "",
  "five workers and Calico by manifest": "workers: 5\ncni: { install: manifest }\n",
  "seed 001": "network: { nodes: 192.168.1.0/24, pods: 172.16.0.0/16 }\nmachines: { controlplane: { ip: 192.168.1.2 } }\n",
  "three control planes and flannel": "controlplanes: 3\ncni: { name: flannel }\n",
  "libvirt without KVM": "provider: libvirt\nlibvirt: { driver: qemu }\n",
  "Kubernetes 1.24 and a box of one version": 'kubernetes: "1.24"\nmachine: { box: "bento/ubuntu-22.04", boxVersion: "202401.31.0" }\n',
};

describe("ruby", () => {
  it("cannot be left by any text", async () => {
    for (const text of ["plain", "it's", "\\", "\\'", "#{exit 7}", "'; exit 7; '", "a\nb"])
      expect(ruby(text)).toMatch(/^'(?:[^'\\]|\\\\|\\')*'$/s);
  });
});

describe("libvirt's machines in a Vagrantfile", () => {
  it("use KVM unless the specification says otherwise", () => {
    expect(rendered("")).toContain("lv.driver = 'kvm'");
    expect(rendered("libvirt: { driver: qemu }\n")).toContain("lv.driver = 'qemu'");
  });
  it("are given time by kubeadm when they are emulated", () => {
    const emulated = "provider: libvirt\nlibvirt: { driver: qemu }\n";
    const mirrored =
      'kubernetes: "1.20"\ncni: { name: bridge, routes: bird }\nmirror: { packages: "https://mirror.example/apt kubernetes-xenial main" }\n';
    expect(rendered(emulated + mirrored)).toMatch(/apiServer:\s+certSANs:[^:]*\n\s+timeoutForControlPlane: 20m0s/);
    expect(rendered(emulated)).toMatch(/kind: JoinConfiguration[\s\S]*timeouts:\s+controlPlaneComponentHealthCheck: 20m0s/);
    for (const others of ["", "provider: libvirt\n", mirrored]) expect(rendered(others)).not.toContain("20m0s");
  });
});

describe("the bridge network in a Vagrantfile", () => {
  it("has every node announce its own pods over BGP", () => {
    const machines = rendered("cni: { name: bridge, routes: bird }\n").split("config.vm.define").slice(1);
    for (const machine of machines) expect(machine).toMatch(/kubeadm (init|join)[\s\S]*bridge\.sh[\s\S]*routes-bird\.sh/);
    expect(machines[1]).toContain("'PEERS' => 'controlplane 192.168.56.11;worker2 192.168.56.22'");
  });
  it("cannot have static routes, which need every node's range before there are all nodes", () => {
    expect(() => rendered("cni: { name: bridge }\n")).toThrow(/provisions controlplane before the other nodes exist/);
  });
});

describe("several control planes in a Vagrantfile", () => {
  const machines = rendered("controlplanes: 3\nworkers: 1\n").split("config.vm.define").slice(1);
  it("are provisioned after their load balancer and before the workers", () => {
    expect(machines.map((text) => /'([a-z0-9]+)'/.exec(text)![1])).toEqual([
      "lb",
      "controlplane1",
      "controlplane2",
      "controlplane3",
      "worker1",
    ]);
    expect(machines[0]).toContain(
      "'SERVERS' => 'controlplane1 192.168.56.11:6443;controlplane2 192.168.56.12:6443;controlplane3 192.168.56.13:6443'",
    );
    expect(machines.map((text) => text.includes("primary: true"))).toEqual([false, true, false, false, false]);
  });
  it("fetch the first one's certificates with a key that every rendering has the same", () => {
    const keys = machines.map((text) => /certificateKey: ([0-9a-f]{64})/.exec(text)?.[1]);
    expect(keys[1]).toBeDefined();
    expect(keys).toEqual([undefined, keys[1], keys[1], keys[1], undefined]);
    expect(machines[2]).toContain("advertiseAddress: 192.168.56.12");
    expect(rendered("controlplanes: 3\n")).toContain(keys[1]!);
  });
  it("need no load balancer of their own when there is one outside", () => {
    const text = rendered("controlplanes: 3\ncontrolPlaneEndpoint: 10.1.10.100:6443\n");
    expect(text).not.toContain("loadbalancer.sh");
    expect(text).toContain("controlPlaneEndpoint: 10.1.10.100:6443");
  });
});

const vagrant = needs("vagrant", ["vagrant", "--version"]);

describe.skipIf(!vagrant)("the Vagrantfile, read by Vagrant", () => {
  const scratch = mkdtempSync(join(tmpdir(), "kubemend-vagrant-"));
  // Vagrant checks VirtualBox's options only when it sees a VirtualBox
  const bin = join(scratch, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "VBoxManage"), "#!/bin/sh\necho 7.0.20r163906\n");
  chmodSync(join(bin, "VBoxManage"), 0o755);
  const env = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    VAGRANT_HOME: join(scratch, "home"),
    VAGRANT_CHECKPOINT_DISABLE: "1",
    VAGRANT_DEFAULT_PROVIDER: "virtualbox",
  };
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const inFolder = async (name: string, text: string, args: string[]) => {
    const cwd = join(scratch, name.replaceAll(" ", "-"));
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(cwd, "Vagrantfile"), text);
    return execa("vagrant", args, { cwd, env, reject: false });
  };

  it.each(Object.entries(specifications))("is valid for %s and names every machine", async (name, yaml) => {
    const text = rendered(yaml);
    const validated = await inFolder(name, text, ["validate"]);
    expect(validated.stdout + validated.stderr).toContain("Vagrantfile validated successfully.");
    const status = await inFolder(name, text, ["status", "--machine-readable"]);
    const { specification } = readSpecification(yaml, "kubemend.yaml", "lab");
    const names = makePlan(specification!).plan!.machines.map((m) => m.name);
    expect([...status.stdout.matchAll(/^\d+,([^,]+),state,(.*)$/gm)].map((m) => [m[1], m[2]])).toEqual(
      names.map((machine) => [machine, "not_created"]),
    );
  });

  it("would say so if an option were misspelt", async () => {
    const result = await inFolder("misspelt", rendered("").replaceAll("vb.memory", "vb.memry"), ["validate"]);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("memry");
  });
});
