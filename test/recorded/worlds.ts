/** The worlds that recordings started from. */
import { readFileSync } from "node:fs";
import { executable } from "../../src/sim/fs/image.ts";
import { layers } from "../../src/sim/assemble.ts";
import type { Store } from "../../src/sim/cri/store.ts";
import { World } from "../../src/sim/world.ts";
import type { Machine } from "../../src/sim/kernel/machine.ts";
import { useNodes } from "../sim/control/cluster.ts";
import { run } from "../sim/support.ts";

/** Places a program of a version that no package of the simulated archive has. */
export function place(machine: Machine, path: string, program: string, version: string): void {
  const fs = machine.rootFs();
  if (!fs.exists(path)) fs.write(path, "");
  fs.setContent(path, executable(program, version));
  fs.chmod(path, 0o755);
}

export async function must(machine: Machine, line: string): Promise<string> {
  const done = await run(machine, line);
  if (done.status !== 0) throw new Error(`${machine.name}: ${line}: ${done.status}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

const saved = new Map<string, Promise<string>>();
/** Builds a world once and hands out copies. */
function once(name: string, build: () => Promise<World>): () => Promise<World> {
  return async () => {
    let text = saved.get(name);
    if (!text) saved.set(name, (text = build().then((w) => w.save())));
    return World.load(layers(), await text);
  };
}

/** Machines with containerd and Kubernetes 1.20.2, as Debian's source package builds it: packages of 1.35, binaries of 1.20.2. */
export const nodes120 = once("nodes-1.20", async () => {
  const world = await useNodes(["master", "node1", "node2"], "1.35");
  for (const machine of world.machines.values()) {
    for (const name of ["kubeadm", "kubelet", "kubectl"]) place(machine, `/usr/bin/${name}`, name, "1.20.2");
    await must(machine, "apt-get install -y -qq socat ebtables ethtool >/dev/null");
    for (const image of ["docker.io/library/nginx:1.19", "docker.io/library/nginx:1.20", "docker.io/library/busybox:1.35"]) await must(machine, `crictl pull ${image}`);
    // images came with `ctr images import`, which gives them no digest; runc is Debian's
    const store = machine.rootFs().database("/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db") as Store | undefined;
    for (const image of Object.values(store!.images)) image.digests = [];
    place(machine, (await must(machine, "command -v runc")).trim(), "runc", "1.1.5");
    place(machine, "/usr/bin/containerd", "containerd", "1.6.20");
    await must(machine, "sed -i s/SystemdCgroup.*/SystemdCgroup=false/ /etc/containerd/config.toml; systemctl restart containerd; systemctl enable -q kubelet");
  }
  return world;
});

/** The same after `kubeadm init` and `kubeadm join` on both nodes, with a bridge CNI on each and routes between them. */
export const cluster120 = once("cluster-1.20", async () => {
  const world = await nodes120();
  const master = world.machine("master");
  await must(
    master,
    "kubeadm init --kubernetes-version v1.20.2 --cri-socket /run/containerd/containerd.sock --apiserver-advertise-address 192.168.56.10 --pod-network-cidr 172.16.0.0/16",
  );
  const join = (await must(master, "kubeadm token create --print-join-command")).trim();
  for (const name of ["node1", "node2"]) await must(world.machine(name), `${join} --cri-socket /run/containerd/containerd.sock`);
  [...world.machines.values()].forEach((machine, i) => {
    machine.rootFs().mkdirp("/etc/cni/net.d");
    machine.rootFs().write(
      "/etc/cni/net.d/10-bridge.conf",
      JSON.stringify({
        cniVersion: "0.3.1",
        name: "podnet",
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: false,
        ipam: { type: "host-local", subnet: `172.16.${i}.0/24`, routes: [{ dst: "0.0.0.0/0" }] },
      }),
    );
  });
  await world.advance(60_000);
  return world;
});

/** Runs one of the scripts that recordings need, as the recorder did. */
export async function runScript(machine: Machine, name: string): Promise<void> {
  machine.rootFs().write(`/tmp/${name}`, readFileSync(new URL(`record/${name}`, import.meta.url), "utf8"));
  await must(machine, `bash /tmp/${name}`);
}

/** A control plane on master with the token of the recordings, and two machines that have not joined. */
export const joinable = once("joinable-1.20", async () => {
  const world = await nodes120();
  await must(
    world.machine("master"),
    "kubeadm init --kubernetes-version v1.20.2 --cri-socket /run/containerd/containerd.sock --apiserver-advertise-address 192.168.56.10 --pod-network-cidr 172.16.0.0/16",
  );
  const line = await must(world.machine("master"), "kubeadm token create cb5c3t.5fopuo23tze5ai14 --print-join-command");
  for (const name of ["node1", "node2"]) world.machine(name).rootFs().write("/root/hash", `${/sha256:\w+/.exec(line)![0]}\n`);
  return world;
});
