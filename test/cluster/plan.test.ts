import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broadcastOf, contains, formatAddress, overlaps, parseAddress, parseCidr } from "../../src/cluster/cidr.ts";
import { makePlan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";

const read = (text: string) => readSpecification(text, "kubemend.yaml", "lab");
const planned = (text: string) => {
  const { specification, findings, locate } = read(text);
  if (!specification) return { findings };
  return makePlan(specification, locate);
};

describe("specification", () => {
  it("fills in every default", () => {
    const { plan, findings } = planned("");
    expect(findings).toEqual([]);
    expect(plan!.machines.map((m) => [m.name, m.ip])).toEqual([
      ["controlplane", "192.168.56.11"],
      ["worker1", "192.168.56.21"],
      ["worker2", "192.168.56.22"],
    ]);
    expect(plan!.controlPlaneEndpoint).toBe("192.168.56.11:6443");
    expect(plan!.kubeadmApi).toBe("v1beta4");
  });

  it("puts a load balancer before several control planes, unless there is one outside, which has work to do", () => {
    const own = planned("controlplanes: 3\n").plan!;
    expect(own.machines.slice(0, 2).map((m) => [m.name, m.role])).toEqual([
      ["lb", "loadbalancer"],
      ["controlplane1", "controlplane"],
    ]);
    expect(own.controlPlaneEndpoint).toBe(`${own.machines[0]!.ip}:6443`);
    const { plan, findings } = planned("controlplanes: 3\ncontrolPlaneEndpoint: 10.1.10.100\n");
    expect(plan!.machines.map((m) => m.role)).not.toContain("loadbalancer");
    expect(plan!.controlPlaneEndpoint).toBe("10.1.10.100:6443");
    expect(findings.map((f) => [f.severity, f.code, f.at?.line])).toEqual([["warning", "outside-endpoint", 2]]);
    expect(findings[0]!.message).toContain("192.168.56.11:6443, 192.168.56.12:6443, 192.168.56.13:6443");
  });

  it("refuses routes of the bridge network with another network", () => {
    expect(planned("cni: { routes: bird }\n").findings.map((f) => [f.code, f.field, f.at?.line])).toEqual([
      ["routes-without-bridge", "cni.routes", 1],
    ]);
    expect(planned("cni: { name: bridge, routes: bird }\n").findings).toEqual([]);
  });

  it("says that Calico of today is too new for 1.20", () => {
    expect(planned('kubernetes: "1.20"\n').findings.map((f) => f.code)).toEqual(["calico-too-new"]);
    expect(planned('kubernetes: "1.20"\ncni: { name: bridge }\n').findings).toEqual([]);
  });

  it("names every problem of form at once, each with its place and a way out", () => {
    const { findings } = planned("workerz: 2\nkubernetes: 1.99\ncni:\n  name: calicoo\n  blocksize: 26\nmachine: { cpus: two }\n");
    expect(findings.map((f) => [f.code, f.field, f.at?.line, f.at?.column])).toEqual([
      ["wrong-type", "kubernetes", 2, 13],
      ["invalid-value", "cni.name", 4, 9],
      ["unknown-key", "cni.blocksize", 5, 3],
      ["wrong-type", "machine.cpus", 6, 18],
      ["unknown-key", "workerz", 1, 1],
    ]);
    expect(findings.find((f) => f.field === "workerz")!.fix).toContain('Did you mean "workers"');
    expect(findings.find((f) => f.field === "cni.name")!.fix).toContain('"calico"');
    for (const finding of findings) expect(finding.fix).not.toBe("");
  });

  it("reports YAML errors with their line", () => {
    const { findings } = planned("workers: [1\nname: x\n");
    expect(findings.length).toBeGreaterThan(0);
    expect(findings[0]!.code).toBe("yaml");
    expect(findings[0]!.at!.file).toBe("kubemend.yaml");
  });
});

describe("plan", () => {
  const addresses = [
    ["192.168.56.1", "node-address-first"],
    ["192.168.56.0", "node-address-network"],
    ["192.168.56.255", "node-address-broadcast"],
    ["192.168.57.9", "node-address-outside"],
    ["192.168.56.300", "not-an-address"],
  ] as const;
  it.each(addresses)("refuses %s as a machine's address (%s) and names one that works", (ip, code) => {
    const text = `machines:\n  worker1:\n    ip: ${ip}\n`;
    const { plan, findings } = planned(text);
    expect(plan).toBeUndefined();
    expect(findings.map((f) => f.code)).toEqual([code]);
    expect(findings[0]!.at).toEqual({ file: "kubemend.yaml", line: 3, column: 9 });
    const suggested = /192\.168\.56\.\d+/.exec(findings[0]!.fix)![0];
    expect(planned(text.replace(ip, suggested)).plan).toBeDefined();
  });

  it("finds everything that is wrong with addresses, ranges and numbers at once", () => {
    const { findings } = planned(
      "controlplanes: 2\ncni: { blockSize: 20 }\nnetwork: { nodes: 10.0.2.0/24, pods: 10.96.0.0/24, services: 10.96.0.0/12 }\nmachines:\n  worker1: { ip: 10.0.2.9 }\n  worker2: { ip: 10.0.2.9 }\n  worker3: { ip: 10.0.2.10 }\n",
    );
    expect(new Set(findings.map((f) => f.code))).toEqual(
      new Set(["cidr-overlap", "even-controlplanes", "block-too-large", "node-address-duplicate", "unknown-machine"]),
    );
    expect(findings.filter((f) => f.code === "cidr-overlap").map((f) => f.field)).toEqual(["network.nodes", "network.pods"]);
    for (const finding of findings) expect(finding.at, finding.code).toBeDefined();
  });

  it.each([
    ["virtualbox", "10.0.2.0/24"],
    ["libvirt", "192.168.121.0/24"],
    ["lxc", "10.0.3.0/24"],
  ])("keeps every network apart from the one over which %s's machines reach the Internet", (provider, nat) => {
    const { findings } = planned(`provider: ${provider}\nnetwork: { nodes: ${nat} }\n`);
    expect(findings.map((f) => [f.code, f.field])).toEqual([["cidr-overlap", "network.nodes"]]);
    expect(findings[0]!.message).toContain(nat);
    expect(planned(`provider: ssh\nnetwork: { nodes: ${nat} }\n`).findings.map((f) => f.code)).not.toContain("cidr-overlap");
  });

  it("refuses more machines than addresses", () => {
    expect(planned("workers: 9\nnetwork: { nodes: 192.168.56.0/29 }\n").findings.map((f) => f.code)).toEqual(["too-many-machines"]);
  });

  it("warns when blocks are fewer than nodes, as with a /24 and blocks of 24", () => {
    const { plan, findings } = planned("network: { pods: 172.16.0.0/24 }\ncni: { blockSize: 24 }\n");
    expect(plan).toBeDefined();
    expect(findings.map((f) => f.code)).toEqual(["fewer-blocks-than-nodes"]);
  });

  it("gives any valid specification distinct, usable addresses in disjoint ranges, or names its fault", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const cidr = fc.tuple(octet, octet, octet, fc.integer({ min: 8, max: 30 })).map(([a, b, c, p]) => `${a}.${b}.${c}.0/${p}`);
    fc.assert(
      fc.property(
        cidr,
        cidr,
        cidr,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 20 }),
        (nodes, pods, services, controlplanes, workers) => {
          const { plan, findings } = planned(
            `controlplanes: ${controlplanes}\nworkers: ${workers}\nnetwork: { nodes: ${nodes}, pods: ${pods}, services: ${services} }\n`,
          );
          if (!plan) {
            expect(findings.some((f) => f.severity === "error")).toBe(true);
            return;
          }
          const range = parseCidr(nodes)!;
          const given = plan.machines.map((m) => parseAddress(m.ip)!);
          expect(new Set(given).size).toBe(given.length);
          for (const address of given) {
            expect(contains(range, address), formatAddress(address)).toBe(true);
            expect([range.base, range.base + 1, broadcastOf(range)]).not.toContain(address);
          }
          const ranges = [nodes, pods, services, "10.0.2.0/24"].map((text) => parseCidr(text)!);
          for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) expect(overlaps(ranges[i]!, ranges[j]!)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
