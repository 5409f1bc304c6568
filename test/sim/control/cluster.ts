/** Machines that are ready for kubeadm, by the commands that a user would type. */
import { readFileSync } from "node:fs";
import { run, useWorld, type Ran } from "../support.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { World } from "../../../src/sim/world.ts";

const script = (name: string): string => readFileSync(new URL(`../../../scripts/${name}`, import.meta.url), "utf8");

/** Runs a script of scripts/ as provisioning does. */
async function provision(m: Machine, name: string, env: Record<string, string>): Promise<Ran> {
  const done = await run(m, ["/bin/bash", "-s"], { stdin: script(name), env });
  if (done.status !== 0) throw new Error(`${name} on ${m.name}: ${done.status}\n${done.stdout}${done.stderr}`);
  return done;
}

const addressOf = (w: World, name: string): string => `192.168.56.${10 + [...w.machines.keys()].indexOf(name)}`;

/** Booted machines with containerd, kubelet, kubeadm and kubectl. */
export async function useNodes(names: string[], version = "1.35"): Promise<World> {
  const w = await useWorld(names, "control");
  const hosts = names.map((n) => `${addressOf(w, n)} ${n}`).join(";");
  for (const m of w.machines.values()) {
    await provision(m, "hosts.sh", { MACHINE_IP: addressOf(w, m.name), HOSTS: hosts });
    await provision(m, "prepare.sh", {});
    await provision(m, "containerd.sh", {});
    await provision(m, "kubernetes.sh", {
      KUBERNETES: version,
      NODE_IP: addressOf(w, m.name),
      CRI_ADDRESS: "unix:///run/containerd/containerd.sock",
    });
  }
  return w;
}

export const initYaml = (address: string, version = "1.35.2", api = "v1beta4"): string => `apiVersion: kubeadm.k8s.io/${api}
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: ${address}
---
apiVersion: kubeadm.k8s.io/${api}
kind: ClusterConfiguration
kubernetesVersion: v${version}
controlPlaneEndpoint: ${address}:6443
networking:
  podSubnet: 10.244.0.0/16
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
`;
