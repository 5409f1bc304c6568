/** A cluster of kubeadm 1.20 on real machines, and beside it the same one in the simulator, which has to print what the real one prints. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { openCluster, type Cluster } from "../../../src/provision/cluster.ts";
import { quote } from "../../../src/ssh/pool.ts";
import { firstKubectl, needsKubectl } from "../../kubectl.ts";
import { normalise } from "../../recorded/normalise.ts";
import { box, environment } from "../lxc/machines.ts";
import { useScratch } from "../support.ts";
import { mirror, needsKubernetes } from "./kubernetes.ts";
import { machineWords, type Look } from "./looks.ts";

export const kubectl = firstKubectl;

/** True when a pair can be built. Throws in CI when it cannot. */
export const needsPair = (): boolean => needsKubernetes() && needsKubectl();

export const patience = 900_000;

/** Of every cluster of kubeadm 1.20 on machines that share a kernel. */
const common = `kubernetes: "1.20.2"\nkubeProxy: { conntrackMaxPerCore: 0 }\n`;
const legacy = "https://mirrors.aliyun.com/kubernetes/apt kubernetes-xenial main";

export interface Pair extends Pick<ReturnType<typeof useScratch>, "cwd" | "kubemend"> {
  /** The name of the real cluster; that of the other ends in -twin. */
  name: string;
  real: () => Cluster;
  twin: () => Cluster;
  /** Of a specification for real machines with that name and those fields. */
  specification: (name: string, fields: string) => string;
  /** Opens the real cluster again, after its machines got new addresses. */
  reopen: () => Promise<void>;
  /** As root on a real machine. Throws when it fails. */
  on: (machine: string, command: string) => Promise<{ stdout: string; stderr: string }>;
  /** Expects both worlds to print the same. */
  compare: (looks: Look[]) => Promise<void>;
}

/** Builds both for the tests of a file, the real one from `NAME.yaml`. `fields`: what they have in common. */
export function usePair(name: string, fields: string): Pair {
  // Vagrant writes the path into ssh_config, where a quote has no place
  const { cwd, kubemend } = useScratch(name, { prefix: `kubemend ${name} ` });
  let real: Cluster | undefined;
  let twin: Cluster | undefined;
  const twinName = `${name}-twin`;
  const open = (cluster: string): Promise<Cluster> => openCluster(join(cwd, ".kubemend"), cluster);

  const pair: Pair = {
    name,
    cwd,
    kubemend,
    real: () => real!,
    twin: () => twin!,
    specification: (cluster, more) => `name: ${cluster}\n${common}${fields}${more}`,
    reopen: async () => {
      await real?.close();
      real = await open(name);
      await real.refresh();
    },
    on: (machine, command) => real!.ssh.run(machine, `sudo bash -c ${quote(command)}`, { timeout: 120_000 }),
    compare: async (looks) => {
      for (const look of looks) {
        const [wanted, got] = await Promise.all([seen(real!, look), seen(twin!, look)]);
        const what = `${look.machine}$ ${look.command}`;
        if (look.differs === undefined) expect.soft(got, what).toBe(wanted);
        else expect.soft(got, `${what}: no longer different, strike its reason (${look.differs})`).not.toBe(wanted);
      }
    },
  };

  beforeAll(async () => {
    Object.assign(process.env, environment);
    const write = (cluster: string, more: string): void => writeFileSync(join(cwd, `${cluster}.yaml`), pair.specification(cluster, more));
    write(name, `provider: lxc\nmachine: { box: ${box} }\nmirror: ${mirror}\n`);
    write(twinName, `provider: sim\nmirror: { packages: "${legacy}" }\n`);
    for (const cluster of [name, twinName]) {
      const { exitCode, stdout, stderr } = await kubemend(["up", "-f", `${cluster}.yaml`]);
      expect(exitCode, `${String(stdout)}\n${String(stderr)}`).toBe(0);
    }
    [real, twin] = await Promise.all([open(name), open(twinName)]);
    await Promise.all([real.refresh(), twin.refresh()]);
  }, patience);
  afterAll(async () => {
    await real?.close();
    await twin?.close();
    await kubemend(["destroy", "--name", name]);
  }, patience);
  return pair;
}

/** What one of the two worlds prints, without what differs between two runs. */
async function seen(cluster: Cluster, { machine, command }: Look): Promise<string> {
  const { status, stdout, stderr } = await cluster.provider.clock.hurry(() =>
    cluster.ssh.exec(machine, `sudo bash -c ${quote(command)}`, { timeout: 120_000 }),
  );
  return normalise(`${stdout}${stderr}[exit ${status}]`, [[new RegExp(cluster.name, "g"), "CLUSTER"], ...machineWords]);
}

/** A pod on each worker; the one reaches the other. */
export async function expectReach({ on }: Pair): Promise<void> {
  for (const worker of ["worker1", "worker2"])
    await on(
      "controlplane",
      `kubectl run on-${worker} --image=busybox:1.35 --restart=Never --overrides='{"spec":{"nodeName":"${worker}","terminationGracePeriodSeconds":1}}' -- sleep 1d`,
    );
  await on("controlplane", "kubectl wait --for=condition=Ready --timeout=100s pod/on-worker1 pod/on-worker2");
  const ip = (await on("controlplane", "kubectl get pod on-worker2 -o jsonpath={.status.podIP}")).stdout;
  expect((await on("controlplane", `kubectl exec on-worker1 -- ping -c 2 ${ip}`)).stdout).toContain(", 0% packet loss");
  await on("controlplane", "kubectl delete pod on-worker1 on-worker2 --wait=true");
}
