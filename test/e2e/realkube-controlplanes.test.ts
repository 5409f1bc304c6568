/**
 * Three real control planes behind a real haproxy, which lose one. Five machines and some minutes: when there is time for everything (realkube/time.ts).
 * The machine lb takes haproxy from the distribution's archive.
 */
import { execa } from "execa";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { box, container, environment } from "./lxc/machines.ts";
import { mirror } from "./realkube/kubernetes.ts";
import { kubectl, needsPair } from "./realkube/pair.ts";
import { timeFor } from "./realkube/time.ts";
import { until, useScratch } from "./support.ts";

const there = needsPair() && timeFor("three real control planes of which one is lost");
const patience = 1_200_000;

describe.skipIf(!there)("three control planes of kubeadm 1.20", () => {
  const { cwd, kubemend } = useScratch("three", { prefix: "kubemend three " });
  let kubeconfig: string;

  beforeAll(async () => {
    Object.assign(process.env, environment);
    writeFileSync(
      join(cwd, "kubemend.yaml"),
      `name: three
provider: lxc
kubernetes: "1.20.2"
controlplanes: 3
workers: 1
machine: { box: ${box} }
mirror: ${mirror}
cni: { name: bridge, routes: bird }
network: { nodes: 192.168.64.0/24 }
containerd: { restrictOomScoreAdj: true, sandboxImage: "k8s.gcr.io/pause:3.2" }
kubeProxy: { conntrackMaxPerCore: 0 }
`,
    );
    const { exitCode, stderr } = await kubemend(["up"]);
    expect(exitCode, String(stderr)).toBe(0);
    kubeconfig = String((await kubemend(["kubeconfig"])).stdout);
  }, patience);
  afterAll(() => kubemend(["destroy", "--name", "three"]), patience);

  const nodes = async (): Promise<Record<string, string>> => {
    const { stdout } = await execa(kubectl, ["get", "nodes", "--no-headers", "--request-timeout=20s"], { env: { KUBECONFIG: kubeconfig } });
    return Object.fromEntries(stdout.split("\n").map((line) => line.split(/\s+/).slice(0, 2) as [string, string]));
  };
  const all = { controlplane1: "Ready", controlplane2: "Ready", controlplane3: "Ready", worker1: "Ready" };

  it("has a stacked etcd of three members", async () => {
    expect(await nodes()).toEqual(all);
    const pki = "/etc/kubernetes/pki/etcd";
    const list = `sudo kubectl -n kube-system exec etcd-controlplane3 -- etcdctl --cacert ${pki}/ca.crt --cert ${pki}/server.crt --key ${pki}/server.key member list`;
    const { stdout } = await kubemend(["ssh", "controlplane2", "--", list]);
    expect(String(stdout).match(/, started, controlplane[123], /g)).toHaveLength(3);
  });

  it(
    "answers through haproxy when the first is lost, and takes it back",
    async () => {
      const lost = await container(join(cwd, ".kubemend", "three"), "controlplane1");
      await execa("lxc-stop", ["--kill", "--name", lost!]);
      await until(async () => (await nodes()).controlplane1 === "NotReady");
      const status = JSON.parse(String((await kubemend(["status", "--output", "json"])).stdout)) as {
        machines: { name: string; state: string; node: string | null }[];
      };
      expect(status.machines.map(({ name, state, node }) => [name, state, node])).toEqual([
        ["lb", "running", null],
        ["controlplane1", "stopped", "NotReady"],
        ["controlplane2", "running", "Ready"],
        ["controlplane3", "running", "Ready"],
        ["worker1", "running", "Ready"],
      ]);
      const { exitCode, stderr } = await kubemend(["up"]);
      expect(exitCode, String(stderr)).toBe(0);
      expect(await nodes()).toEqual(all);
    },
    patience,
  );
});
