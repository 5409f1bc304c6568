/**
 * The other world: a kubeadm cluster that the product's own scripts build on real machines, its labs, and beside it the same cluster in
 * the simulator, which has to print what the real one prints.
 */
import { execa } from "execa";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asVariant, readLabs, type Lab } from "../../src/lab/definition.ts";
import { breakCluster } from "../../src/lab/break.ts";
import { applyRepair, checkLab } from "../../src/lab/engine.ts";
import { unmetNeeds } from "../../src/lab/needs.ts";
import { openCluster, type Cluster } from "../../src/provision/cluster.ts";
import { quote } from "../../src/ssh/pool.ts";
import { needs } from "../needs.ts";
import { normalise } from "../recorded/normalise.ts";
import { box, environment } from "./lxc/machines.ts";
import { mirror, needsKubernetes } from "./realkube/kubernetes.ts";
import { broken, healthy, machineWords, type Look } from "./realkube/looks.ts";
import { useScratch } from "./support.ts";

const kubectl = (process.env.KUBEMEND_KUBECTL ?? "kubectl").split(":")[0]!;
const there = needsKubernetes() && needs("kubectl (in PATH, or named by KUBEMEND_KUBECTL)", [kubectl, "version", "--client"]);

const patience = 900_000;
const nothing = (): void => undefined;
/** Labs that wait for minutes on real machines: with KUBEMEND_E2E_LABS=all, so that a run that builds Kubernetes first ends in time. */
const longest = ["static-pod-broken", "advertise-address"];
const labs = readLabs(fileURLToPath(new URL("../../labs", import.meta.url)));

/** The same cluster in both worlds, but for where its packages come from. Other tests' machines are on other networks. */
const specification = (name: string, more: string): string => `name: ${name}
kubernetes: "1.20.2"
cni: { name: bridge, routes: bird }
network: { nodes: 192.168.62.0/24 }
containerd: { restrictOomScoreAdj: true, sandboxImage: "k8s.gcr.io/pause:3.2" }
kubeProxy: { conntrackMaxPerCore: 0 }
${more}`;

describe.skipIf(!there)("a real cluster of kubeadm 1.20", () => {
  // Vagrant writes the path into ssh_config, where a quote has no place
  const { cwd, kubemend } = useScratch("real", { prefix: "kubemend real " });
  let real: Cluster;
  let twin: Cluster;

  beforeAll(async () => {
    Object.assign(process.env, environment);
    writeFileSync(join(cwd, "real.yaml"), specification("real", `provider: lxc\nmachine: { box: ${box} }\nmirror: ${mirror}\n`));
    const legacy = "https://mirrors.aliyun.com/kubernetes/apt kubernetes-xenial main";
    writeFileSync(join(cwd, "twin.yaml"), specification("twin", `provider: sim\nmirror: { packages: "${legacy}" }\n`));
    for (const name of ["real", "twin"]) {
      const { exitCode, stdout, stderr } = await kubemend(["up", "-f", `${name}.yaml`]);
      expect(exitCode, `${String(stdout)}\n${String(stderr)}`).toBe(0);
    }
    const home = join(cwd, ".kubemend");
    [real, twin] = await Promise.all([openCluster(home, "real"), openCluster(home, "twin")]);
    await Promise.all([real.refresh(), twin.refresh()]);
  }, patience);
  afterAll(async () => {
    await real?.close();
    await twin?.close();
    await kubemend(["destroy", "--name", "real"]);
  }, patience);

  const on = (machine: string, command: string) => real.ssh.run(machine, `sudo bash -c ${quote(command)}`, { timeout: 120_000 });

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
      for (const worker of ["worker1", "worker2"])
        await on(
          "controlplane",
          `kubectl run on-${worker} --image=busybox:1.35 --restart=Never --overrides='{"spec":{"nodeName":"${worker}","terminationGracePeriodSeconds":1}}' -- sleep 1d`,
        );
      await on("controlplane", "kubectl wait --for=condition=Ready --timeout=100s pod/on-worker1 pod/on-worker2");
      const ip = (await on("controlplane", "kubectl get pod on-worker2 -o jsonpath={.status.podIP}")).stdout;
      expect((await on("controlplane", `kubectl exec on-worker1 -- ping -c 2 ${ip}`)).stdout).toContain(", 0% packet loss");
      await on("controlplane", "kubectl delete pod on-worker1 on-worker2 --wait=true");
    },
    patience,
  );

  /** What one of the two worlds prints, without what differs between two runs. */
  async function seen(cluster: Cluster, { machine, command }: Look): Promise<string> {
    const { status, stdout, stderr } = await cluster.provider.clock.hurry(() =>
      cluster.ssh.exec(machine, `sudo bash -c ${quote(command)}`, { timeout: 120_000 }),
    );
    return normalise(`${stdout}${stderr}[exit ${status}]`, [[new RegExp(cluster.name, "g"), "CLUSTER"], ...machineWords]);
  }

  async function compare(looks: Look[]): Promise<void> {
    for (const look of looks) {
      const [wanted, got] = await Promise.all([seen(real, look), seen(twin, look)]);
      const what = `${look.machine}$ ${look.command}`;
      if (look.differs === undefined) expect.soft(got, what).toBe(wanted);
      else expect.soft(got, `${what}: no longer different, strike its reason (${look.differs})`).not.toBe(wanted);
    }
  }

  it("has a twin in the simulator that prints the same", () => compare(healthy), patience);

  describe("labs", () => {
    it.each(Object.entries(broken).filter(([id]) => process.env.KUBEMEND_E2E_LABS === "all" || !longest.includes(id)))(
      "%s",
      async (id, looks) => {
        const [name, variant] = id.split("/") as [string, string?];
        const lab: Lab = asVariant(
          labs.find((l) => l.id === name)!,
          variant,
        );
        for (const cluster of [real, twin]) expect(unmetNeeds(lab, cluster)).toEqual([]);
        await Promise.all([real, twin].map((cluster) => breakCluster(cluster, lab)));
        await compare(looks);
        for (const cluster of [real, twin]) await applyRepair(cluster, lab, lab.solutions[0]!, nothing);
        for (const cluster of [real, twin]) {
          const { checks } = await checkLab(cluster, lab, 0, nothing);
          expect(checks.filter((c) => !c.pass).map((c) => `${c.check.title} [${c.machine}]: ${c.seen}`)).toEqual([]);
        }
      },
      patience,
    );
  });

  it(
    "comes back after its machines were halted",
    async () => {
      await real.close();
      expect((await kubemend(["halt", "--name", "real"])).exitCode).toBe(0);
      const { exitCode, stderr } = await kubemend(["up", "-f", "real.yaml"]);
      expect(exitCode, String(stderr)).toBe(0);
      // the machines have new addresses
      real = await openCluster(join(cwd, ".kubemend"), "real");
      await real.refresh();
      const { stdout } = await on("controlplane", "kubectl get nodes --no-headers");
      expect(stdout.match(/ Ready /g)).toHaveLength(3);
      expect((await on("worker1", "ip route show proto bird")).stdout.trim().split("\n")).toHaveLength(2);
    },
    patience,
  );

  describe("machines of it as an inventory", () => {
    const inventory = async (): Promise<string> => {
      const found = await real.machines();
      const entry = (machine: string): string => {
        const { host, user, keyFile } = found.find((m) => m.name === machine)!.ssh!;
        const { ip } = real.plan.machines.find((m) => m.name === machine)!;
        return `{ ip: ${ip}, ssh: { host: ${host}, user: ${user}, identityFile: "${keyFile}" } }`;
      };
      const machines = `machines:\n  controlplane: ${entry("worker2")}\n  worker1: ${entry("worker1")}\n`;
      return specification("again", `provider: ssh\nworkers: 1\nmirror: ${mirror}\n${machines}`);
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
      await real.close();
      writeFileSync(join(cwd, ".kubemend", "real", "cluster.json"), "{ half");
      const { exitCode, stderr } = await kubemend(["destroy", "--name", "real"]);
      expect(exitCode, String(stderr)).toBe(0);
      expect((await execa("lxc-ls", ["-1"])).stdout).not.toMatch(/^real-/m);
    },
    patience,
  );
});
