/** Machines of an inventory: what the plan asks for, and what is concluded from what they tell of themselves. */
import { describe, expect, it } from "vitest";
import { withIdentityPaths } from "../../src/cluster/inventory.ts";
import { makePlan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import type { Inspection } from "../../src/provider/ssh/inspection.ts";
import { judgeMachines } from "../../src/provider/ssh/judge.ts";

const planned = (text: string) => {
  const { specification, findings, locate } = readSpecification(text, "inventory.yaml", "lab");
  return specification ? makePlan(specification, locate) : { findings };
};

describe("the plan of an inventory", () => {
  it("wants to know where every machine answers, all at once, with the place in the file", () => {
    const { plan, findings } = planned(
      "provider: ssh\nmachines:\n  worker1: { ip: 192.168.56.31 }\n  worker2: { ssh: { host: a, user: ada } }\n",
    );
    expect(plan).toBeUndefined();
    expect(findings.map((f) => [f.code, f.field, f.at?.line])).toEqual([
      ["inventory-missing", "machines.controlplane.ssh", 2],
      ["inventory-missing", "machines.worker1.ssh", 3],
    ]);
    expect(findings[0]!.fix).toContain("user: ada");
  });
  it("refuses two that are one", () => {
    const { findings } = planned(
      "provider: ssh\nworkers: 1\nmachines:\n  controlplane: { ssh: { host: a } }\n  worker1: { ssh: { host: a, port: 22 } }\n",
    );
    expect(findings.map((f) => [f.code, f.field, f.at?.line])).toEqual([["inventory-duplicate", "machines.worker1.ssh.host", 5]]);
  });
  it("takes ranges and first addresses that machines of its own could not have", () => {
    const { plan, findings } = planned(
      "provider: ssh\nworkers: 0\nnetwork: { nodes: 10.0.2.0/24 }\nmachines: { controlplane: { ip: 10.0.2.1, ssh: { host: a } } }\n",
    );
    expect(findings).toEqual([]);
    expect(plan!.machines).toMatchObject([{ ip: "10.0.2.1", ssh: { host: "a", port: 22, user: "root" } }]);
  });
  it("makes the keys' paths whole, and leaves other machines alone", () => {
    const { specification } = readSpecification(
      "machines: { worker1: { ssh: { host: a, identityFile: keys/lab } }, worker2: { cpus: 1 } }\n",
      "",
      "lab",
    );
    const { machines } = withIdentityPaths(specification!, (path) => `/whole/${path}`);
    expect(machines.worker1!.ssh!.identityFile).toBe("/whole/keys/lab");
    expect(machines.worker2).toEqual({ cpus: 1 });
  });
});

describe("machines", () => {
  const { plan } = planned(
    "provider: ssh\nworkers: 1\nmachines:\n  controlplane: { ssh: { host: a, user: ada } }\n  worker1: { ssh: { host: b, user: ada } }\n",
  ) as { plan: NonNullable<ReturnType<typeof makePlan>["plan"]> };
  const fit = (name: string, ip: string, uuid: string): Inspection => ({
    os: "ubuntu",
    osLike: ["debian"],
    osName: "Ubuntu 24.04.3 LTS",
    osVersion: "24.04",
    swap: 0,
    cgroup: 2,
    arch: "x86_64",
    hostname: name,
    uid: 1000,
    init: "systemd",
    cpus: 2,
    memory: 1954,
    disk: 30_000,
    ahead: 0.2,
    sudo: "yes",
    sudoSaid: "",
    productUuid: uuid,
    addresses: [
      { cidr: "127.0.0.1/8", device: "lo" },
      { cidr: "10.0.2.15/24", device: "eth0" },
      { cidr: `${ip}/24`, device: "eth1" },
    ],
    ports: [22, 53],
    cluster: [],
  });
  const judge = (controlplane: Partial<Inspection>, worker1: Partial<Inspection> = {}, agreed = false) =>
    judgeMachines(
      plan,
      new Map([
        ["controlplane", { ...fit("controlplane", "192.168.56.11", "u1"), ...controlplane }],
        ["worker1", { ...fit("worker1", "192.168.56.21", "u2"), ...worker1 }],
      ]),
      agreed,
    );

  it("that are fit raise no findings", () => {
    expect(judge({})).toEqual([]);
    expect(judge({ os: "raspbian", arch: "aarch64" })).toEqual([]);
  });

  const eth1 = (cidr: string): Partial<Inspection> => ({ addresses: [{ cidr, device: "eth1" }] });
  it.each([
    ["an old release", { osName: "Ubuntu 20.04.6 LTS", osVersion: "20.04" }, "machine-release", "warning", "Ubuntu 24.04"],
    ["control groups v1", { cgroup: 1 }, "machine-cgroup", "error", "unified_cgroup_hierarchy"],
    ["swap", { swap: 2048 }, "machine-swap", "warning", "sudo swapoff -a"],
    ["another system", { os: "rocky", osLike: ["rhel", "fedora"], osName: "Rocky Linux 9.4" }, "machine-os", "error", "Ubuntu 24.04"],
    ["another processor", { arch: "riscv64" }, "machine-arch", "error", "another machine"],
    ["no systemd", { init: "tini" }, "machine-init", "error", "systemd units"],
    ["one processor", { cpus: 1 }, "machine-cpus", "error", "two"],
    ["little memory", { memory: 1024 }, "machine-memory", "error", "2048 MiB"],
    ["a disk that is nearly full", { disk: 4000 }, "machine-disk", "warning", "apt-get clean"],
    ["a disk that is full", { disk: 100 }, "machine-disk", "error", "apt-get clean"],
    ["no sudo", { sudo: "missing" }, "sudo-missing", "error", "apt-get install sudo"],
    [
      "sudo with a password",
      { sudo: "no", sudoSaid: "sudo: a password is required" },
      "sudo-password",
      "error",
      "ada ALL=(ALL) NOPASSWD:ALL",
    ],
    ["another address in the range", eth1("192.168.56.77/24"), "address-missing", "error", "{ controlplane: { ip: 192.168.56.77 } }"],
    ["no address in the range", eth1("10.9.0.4/16"), "address-missing", "error", "network.nodes"],
    [
      "a cluster",
      { cluster: ["/etc/kubernetes/admin.conf"], ports: [6443, 2379], clusterServer: "https://10.0.0.1:6443" },
      "machine-in-cluster",
      "error",
      "kubeadm reset",
    ],
    ["a port in use", { ports: [22, 6443] }, "machine-ports", "error", "ss -lntp"],
    ["another name", { hostname: "ip-10-0-0-4" }, "machine-renamed", "warning", "set-hostname ip-10-0-0-4"],
    ["the other's product_uuid", { productUuid: "u2" }, "machine-uuid", "warning", "containers"],
    ["a clock that is a little off", { ahead: -30 }, "machine-clocks", "warning", "timedatectl set-ntp true"],
    ["a clock that is far off", { ahead: 3600 }, "machine-clocks", "error", "timedatectl set-ntp true"],
  ] as [string, Partial<Inspection>, string, string, string][])("with %s", (_what, change, code, severity, fix) => {
    const findings = judge(change);
    expect(findings.map((f) => [f.code, f.severity])).toEqual([[code, severity]]);
    expect(findings[0]!.fix).toContain(fix);
  });

  it("that are one and the same are found out", () => {
    const codes = judge({}, { hostname: "controlplane", productUuid: "u1", addresses: fit("", "192.168.56.11", "").addresses }).map(
      (f) => f.code,
    );
    expect(codes).toContain("machine-twice");
  });

  it("that are this cluster's already have its ports and files", () => {
    const member = { cluster: ["/etc/kubernetes/kubelet.conf"], ports: [10250] };
    expect(judge(member, member, true)).toEqual([]);
  });

  it("of which one could not be reached are judged as far as they are known", () => {
    expect(judgeMachines(plan, new Map([["worker1", fit("worker1", "192.168.56.21", "u2")]]), false)).toEqual([]);
  });
});
