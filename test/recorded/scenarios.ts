/** Which recording is replayed in which world. */
import type { World } from "../../src/sim/world.ts";
import type { Scenario } from "./replay.ts";
import { cluster120, joinable, must, nodes120, place, runScript } from "./worlds.ts";

const admin = { KUBECONFIG: "/etc/kubernetes/admin.conf" };

/** The cluster with the files that kubectl's recordings name, and kubectl of three versions. */
async function kubectlWorld(): Promise<World> {
  const world = await cluster120();
  const master = world.machine("master");
  place(master, "/usr/local/bin/kubectl-1.32", "kubectl", "1.32.3");
  place(master, "/usr/local/bin/kubectl-1.36", "kubectl", "1.36.4");
  await runScript(master, "manifests.sh");
  // an admin.conf of another cluster, as it stays behind after kubeadm reset and init
  await must(
    master,
    "cd /etc/kubernetes; mkdir /tmp/k; mv admin.conf pki/ca.crt pki/ca.key /tmp/k; kubeadm init phase certs ca; " +
      "kubeadm init phase kubeconfig admin --apiserver-advertise-address 192.168.56.10; mv admin.conf /root/old-admin.conf; " +
      "mv /tmp/k/admin.conf .; mv /tmp/k/ca.* pki; sleep 60",
  );
  return world;
}
/** node2 had no pod network yet. */
async function halfNetworked(): Promise<World> {
  const world = await kubectlWorld();
  await must(world.machine("node2"), "mv /etc/cni/net.d/10-bridge.conf /root; sleep 60");
  return world;
}
async function kubeadmWorld(): Promise<World> {
  const world = await nodes120();
  await runScript(world.machine("master"), "kubeadm-configs.sh");
  return world;
}
/** The recording's token and hash → this cluster's. */
const joinWorld = async (): Promise<World> => joinable();

export const scenarios: Scenario[] = [
  { recording: "kubeadm-03-bad-values.txt", world: kubeadmWorld },
  {
    recording: "kubeadm-02-preflight.txt",
    world: kubeadmWorld,
    byHand: {
      "ip_forward = 0": "swapoff -a",
      "swap on (SIMULATED: a fake file bind-mounted over /proc/swaps; swap is not really on)": "swapon /swap.img",
      "line 276": "rmmod br_netfilter",
      "ports in use (6443 only, then 6443+10259+10257+10250+2379+2380)": "modprobe br_netfilter; sysctl -qw net.bridge.bridge-nf-call-iptables=1",
      "line 423": { does: "mv /usr/bin/kubelet /tmp/away", undo: "mv /tmp/away /usr/bin/kubelet" },
      "line 431": "systemctl disable -q --now kubelet",
      "line 452": "systemctl enable -q kubelet",
      "one CPU (taskset)": "rm -rf /etc/kubernetes/manifests/* /var/lib/etcd/*",
      "proxy variables": "ip route add default via 10.0.2.2 dev enp0s3 src 10.0.2.15",
      ...Object.fromEntries(
      ["/usr/local/bin/crictl", "/usr/sbin/conntrack", "/usr/sbin/ip", "/usr/sbin/iptables", "/usr/bin/mount", "/usr/bin/nsenter", "/usr/sbin/ebtables", "/usr/sbin/ethtool", "/usr/bin/socat", "/usr/sbin/tc", "/usr/bin/touch"].map(
        (path) => [`${path} renamed away`, { does: `p=$(command -v ${path.split("/").at(-1)}); echo $p >/tmp/was; mv $p /tmp/away`, undo: "/usr/bin/mv /tmp/away $(cat /tmp/was)" }],
      ),
    ),
    },
  },
  { recording: "kubeadm-06-reset.txt", world: cluster120 },
  { recording: "cluster-01-kubeadm-init.txt", world: kubeadmWorld },
  ...[
    "cluster-03-join-errors-immediate.txt",
    ...["dns", "expired-token", "no-such-host", "port-99999", "port-closed", "wrong-hash", "wrong-token-secret", "wrong-token"].map((n) => `cluster-04-join-${n}.txt`),
  ].map((recording) => ({
    recording,
    world: joinWorld,
    command: (line: string) => line.replace(/sha256:7941[0-9a-f]{60}/, "$(cat /root/hash)"),
  })),
  { recording: "cluster-11-misc-kubeadm.txt", world: kubectlWorld, env: admin },
  ...["kubectl-1.20-01-version-config.txt", "kubectl-1.32-errors-subset.txt", "kubectl-1.36-02-nodes.txt"].map(
    (recording) => ({ recording, world: kubectlWorld, env: admin }),
  ),
  { recording: "kubectl-1.20-02-nodes.txt", world: halfNetworked, env: admin },
  // what the recorder slept, where ages tell
  { recording: "kubectl-1.20-03-workloads.txt", world: kubectlWorld, env: admin, byHand: { "line 1120": "sleep 24" } },
  { recording: "kubectl-1.20-05-apply-and-errors.txt", world: kubectlWorld, env: admin, byHand: { "line 843": "sleep 30" } },
  {
    recording: "kubectl-1.20-04-pods.txt",
    world: halfNetworked,
    env: admin,
    byHand: { "line 407": "sleep 43.5" },
  },
  { recording: "kubectl-1.36-01-version-config.txt", world: kubectlWorld, env: admin },
  { recording: "kubectl-1.36-04-pods.txt", world: kubectlWorld, env: admin, byHand: { "line 341": "sleep 43.5" } },
  { recording: "kubectl-x509-and-permissions.txt", world: kubectlWorld },
];
