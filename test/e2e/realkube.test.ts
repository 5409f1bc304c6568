/**
 * The other world: a kubeadm cluster that the product's own scripts build on real machines, its labs, and beside it the same cluster in
 * the simulator, which has to print what the real one prints. realkube-docker.test.ts has one with docker, and the labs of control planes.
 */
import { execa } from "execa";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { quote } from "../../src/ssh/pool.ts";
import { container } from "./lxc/machines.ts";
import { mirror } from "./realkube/kubernetes.ts";
import { hosted, provesInBothWorlds, provesRepairs, today } from "./realkube/labs.ts";
import { healthy } from "./realkube/looks.ts";
import { expectReach, kubectl, needsPair, patience, usePair } from "./realkube/pair.ts";
import { allProofs, proofs } from "./realkube/proofs.ts";

const there = needsPair();

// Other tests' machines are on other networks.
const fields = `cni: { name: bridge, routes: bird }
network: { nodes: 192.168.62.0/24 }
containerd: { restrictOomScoreAdj: true, sandboxImage: "k8s.gcr.io/pause:3.2" }
`;

describe.skipIf(!there)("a real cluster of kubeadm 1.20", () => {
  const pair = usePair("real", fields);
  const { cwd, kubemend, on } = pair;

  it(
    "has three Ready nodes, for kubectl on this host too",
    async () => {
      const file = String((await kubemend(["kubeconfig", "--name", "real"])).stdout);
      const { stdout } = await execa(kubectl, ["get", "nodes", "--no-headers"], { env: { KUBECONFIG: file } });
      expect(stdout.split("\n").map((line) => line.split(/\s+/).filter((_, i) => i !== 3))).toEqual([
        ["controlplane", "Ready", "control-plane,master", "v1.20.2"],
        ["worker1", "Ready", "<none>", "v1.20.2"],
        ["worker2", "Ready", "<none>", "v1.20.2"],
      ]);
    },
    patience,
  );

  it(
    "lets pods reach each other across nodes",
    async () => {
      await expectReach(pair);
    },
    patience,
  );

  it("has a twin in the simulator that prints the same", () => pair.compare(healthy), patience);

  it("hosts no lab that is not proven", () => {
    expect(hosted(pair.real()).filter((id) => !allProofs.has(id))).toEqual([]);
  });

  describe("labs", () => {
    // with what follows here
    const withRest = (seconds?: number): number | undefined => (seconds === undefined ? undefined : seconds + 330);
    for (const { id, looks, seconds } of proofs.real.compared) provesInBothWorlds(pair, id, looks, withRest(seconds));
    for (const { id, seconds, grace } of today(proofs.real.repairs)) provesRepairs(pair, id, { seconds: withRest(seconds), grace });
  });

  it(
    "comes back after its machines were halted",
    async () => {
      await pair.real().close();
      expect((await kubemend(["halt", "--name", "real"])).exitCode).toBe(0);
      const { exitCode, stderr } = await kubemend(["up", "-f", "real.yaml"]);
      expect(exitCode, String(stderr)).toBe(0);
      // the machines have new addresses
      await pair.reopen();
      const { stdout } = await on("controlplane", "kubectl get nodes --no-headers");
      expect(stdout.match(/ Ready /g)).toHaveLength(3);
      expect((await on("worker1", "ip route show proto bird")).stdout.trim().split("\n")).toHaveLength(2);
    },
    patience,
  );

  describe("machines of it as an inventory", () => {
    const inventory = async (): Promise<string> => {
      const real = pair.real();
      const found = await real.machines();
      const entry = (machine: string): string => {
        const { host, user, keyFile } = found.find((m) => m.name === machine)!.ssh!;
        const { ip } = real.plan.machines.find((m) => m.name === machine)!;
        return `{ ip: ${ip}, ssh: { host: ${host}, user: ${user}, identityFile: "${keyFile}" } }`;
      };
      const machines = `machines:\n  controlplane: ${entry("worker2")}\n  worker1: ${entry("worker1")}\n`;
      return pair.specification("again", `provider: ssh\nworkers: 1\nmirror: ${mirror}\n${machines}`);
    };
    const members = ["worker1", "worker2"];

    it(
      "are left alone while they belong to a cluster",
      async () => {
        writeFileSync(join(cwd, "again.yaml"), await inventory());
        const { exitCode, stderr } = await kubemend(["up", "-f", "again.yaml", "--yes"]);
        expect(exitCode).toBe(3);
        expect(String(stderr)).toContain("worker1 belongs to a cluster already (/etc/kubernetes/kubelet.conf, API server https://");
      },
      patience,
    );

    it(
      "become another, of which one gets another name, once they were reset by hand and earlier scripts have ended",
      async () => {
        for (const machine of members) await on(machine, "kubeadm reset --force");
        await on("worker1", "flock /run/kubemend.lock sleep 8 >/dev/null 2>&1 &");
        const { exitCode, stderr } = await kubemend(["up", "-f", "again.yaml", "--yes"]);
        expect(exitCode, String(stderr)).toBe(0);
        expect(String(stderr)).toContain("controlplane: renaming it, from worker2");
        expect(readFileSync(join(cwd, ".kubemend", "again", "logs", "worker1.log"), "utf8")).toContain("begun earlier is still at work");
        const script = [
          "kubectl get nodes --no-headers -o custom-columns=N:.metadata.name,R:.status.conditions[-1].status",
          "kubectl run probe --image=busybox:1.35 --restart=Never -- sleep 1d >/dev/null",
          "kubectl wait --for=condition=Ready --timeout=100s pod/probe >/dev/null",
          'ping -c 2 "$(kubectl get pod probe -o jsonpath={.status.podIP})"',
        ].join("; ");
        const seen = String((await kubemend(["ssh", "--name", "again", "controlplane", "--", `sudo bash -c ${quote(script)}`])).stdout);
        expect(seen).toMatch(/^controlplane\s+True\nworker1\s+True\n/);
        expect(seen).toContain(", 0% packet loss");
      },
      patience,
    );

    it(
      "are never stopped, and are given back as they were but for packages and names",
      async () => {
        const halt = await kubemend(["halt", "--name", "again"]);
        expect([halt.exitCode, String(halt.stderr)]).toEqual([3, expect.stringContaining("these machines are yours")]);
        const { exitCode, stderr } = await kubemend(["destroy", "--name", "again", "--reset"]);
        expect(exitCode, String(stderr)).toBe(0);
        for (const machine of members) {
          const left = await on(
            machine,
            "ls -d /etc/kubernetes /sys/class/net/cni0 /etc/bird/bird.conf-org 2>/dev/null; ip route show proto bird; grep 'nodes of again' /root/.ssh/authorized_keys; ls /etc/cni; systemctl is-active containerd bird",
          );
          expect(left.stdout).toBe("net.d\nactive\nactive\n");
        }
      },
      patience,
    );
  });

  it(
    "is removed also when its record is damaged",
    async () => {
      await pair.real().close();
      const state = join(cwd, ".kubemend", "real");
      const containers = (): Promise<(string | undefined)[]> =>
        Promise.all(["controlplane", "worker1", "worker2"].map((machine) => container(state, machine)));
      expect(await containers()).not.toContain(undefined);
      writeFileSync(join(state, "cluster.json"), "{ half");
      const { exitCode, stderr } = await kubemend(["destroy", "--name", "real"]);
      expect(exitCode, String(stderr)).toBe(0);
      expect(await containers()).toEqual([undefined, undefined, undefined]);
    },
    patience,
  );
});
