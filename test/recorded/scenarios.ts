/** Which recording is replayed in which world. */
import type { World } from "../../src/sim/world.ts";
import { useBirds } from "../sim/calico/birds.ts";
import { readRecording } from "./recording.ts";
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
/** node2's network as a list of plugins, which containerd finds in Debian's folder. */
async function conflistWorld(): Promise<World> {
  const world = await kubectlWorld();
  const node2 = world.machine("node2");
  node2.rootFs().write(
    "/etc/cni/net.d/10-bridge.conflist",
    `${readRecording("kubelet-02-cni.txt")
      .find((r) => r.command.startsWith("head -c 200"))!
      .output.trimEnd()}-local",
        "ranges": [[{ "subnet": "172.16.3.0/24" }]],
        "routes": [{ "dst": "0.0.0.0/0" }]
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
`,
  );
  await must(
    node2,
    "rm /etc/cni/net.d/10-bridge.conf; mkdir -p /usr/lib/cni; cp /opt/cni/bin/* /usr/lib/cni; " +
      "sed -i 's#/opt/cni/bin#/usr/lib/cni#' /etc/containerd/config.toml; ip link del cni0 2>/dev/null; systemctl restart containerd; sleep 40",
  );
  // a pod that had been there made the bridge
  await must(
    world.machine("master"),
    "export KUBECONFIG=/etc/kubernetes/admin.conf; kubectl run before --image=busybox:1.35 --overrides='{\"spec\":{\"nodeName\":\"node2\"}}' -- sleep 1; sleep 10; kubectl delete pod before",
  );
  return world;
}
async function kubeadmWorld(): Promise<World> {
  const world = await nodes120();
  await runScript(world.machine("master"), "kubeadm-configs.sh");
  return world;
}
/** An API server and nothing else that acts on nodes: they are objects that nodes.sh makes. */
async function controllerWorld(): Promise<World> {
  const world = await cluster120();
  const master = world.machine("master");
  place(master, "/usr/local/bin/kube-controller-manager", "kube-controller-manager", "1.20.2");
  master.rootFs().write(
    "/root/nodes.sh",
    `for n; do [ $n = old1 ] && cidr='"podCIDR":"10.244.0.0/24","podCIDRs":["10.244.0.0/24"]' || cidr=
echo '{"apiVersion":"v1","kind":"Node","metadata":{"name":"'$n'","labels":{"kubernetes.io/hostname":"'$n'"}},"spec":{'$cidr'}}'; done | kubectl create -f - >/dev/null
`,
  );
  for (const name of ["node1", "node2"]) await must(world.machine(name), "systemctl disable -q --now kubelet");
  await must(
    master,
    "ln -s /etc/kubernetes /root/kc; ln -s /etc/kubernetes/pki /root/pki; mv /etc/kubernetes/manifests/kube-controller-manager.yaml /etc/kubernetes/manifests/kube-scheduler.yaml /root; sleep 40; " +
      "export KUBECONFIG=/etc/kubernetes/admin.conf; kubectl delete ds,deploy -A --all; kubectl delete leases -n kube-node-lease --all; kubectl delete pods -A --all --force; sleep 40; systemctl disable -q --now kubelet",
  );
  return world;
}
/** Nodes of the recording's sections. */
const nodesOf = (section: number): string => (section < 8 ? "master node1 node2" : section < 13 ? "master" : section === 13 ? "old1 node1" : "node1 node2");
const birds = async (): Promise<World> => {
  const world = await useBirds();
  // the recorder's namespaces had one interface each
  for (const machine of world.machines.values()) await must(machine, "ip addr flush dev enp0s3; ip link set enp0s3 down");
  await world.advance(15_000);
  return world;
};
/** Timers that run, ports that the kernel picks, processes and their files. */
const birdWords: [RegExp, string][] = [
  [/\d+\.\d+\/(240|80|5)\b/g, "N/$1"],
  [/(192\.168\.56\.1\d(?:%enp0s8)?):[1-9]\d{4}\b/g, "$1:PORT"],
  [/pid=\d+,fd=\d+/g, "pid=N,fd=N"],
];
/** A mesh that node1's resets have broken, and which has not come back when the packets are dropped. */
const brokenBirds = async (): Promise<World> => {
  const world = await birds();
  const node1 = world.machine("node1");
  await must(node1, "iptables -A INPUT -p tcp --dport 179 -j REJECT --reject-with tcp-reset; iptables -A INPUT -p tcp --sport 179 -s 192.168.56.10 -j REJECT --reject-with tcp-reset");
  const master = world.machine("master");
  for (let i = 0; i < 120 && !(await must(master, "birdc show protocols node1")).includes("Connection closed"); i++) await world.advance(1000);
  await must(node1, "iptables -F");
  return world;
};
/** klog's header within a line of the journal. */
const journalWords: [RegExp, string][] = [
  [/(\]: [IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ([a-z_]+\.go):\d+\]/g, "$1 TIME PID $2:LINE]"],
];
/** What the recorder did between two faults: the kubelet's files as they were. */
const asBefore =
  "mkdir -p /root/keep; for f in config.yaml kubeadm-flags.env; do if [ -e /root/keep/$f ]; then cp /root/keep/$f /var/lib/kubelet/$f; " +
  "else cp /var/lib/kubelet/$f /root/keep/$f; fi; done; systemctl reset-failed kubelet; systemctl restart kubelet; sleep 1";
/** Of a kubelet's journal and status: errors, but those of the recorder's host, and what systemd says of the unit. */
const faultLines: Scenario["lines"] = [
  { command: /systemctl status/, keep: /^ +Active:/ },
  {
    command: /^journalctl -u kubelet/,
    keep: /\]: [EF]\d{4} (?!.*(aws_credentials|rlimit|oom_score|InvalidDiskCapacity|CPU stats|machine id))|systemd\[\d+\]: (?!.*(Failed to kill|restart counter|Stopp|Start|Deactivated|Scheduled))/,
  },
];
const nameless = "apiVersion: v1\\nkind: Pod\\nmetadata:\\n  labels:\\n    a: b\\nspec:\\n  containers:\\n  - name: nginx\\n    image: nginx:1.19\\n";
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
  {
    recording: "kubectl-1.20-06-mistakes.txt",
    world: kubectlWorld,
    env: { ...admin, TERM: "xterm" },
    // the recorder's cluster was another lab's
    command: (line: string) => line.replaceAll("controlplane", "master").replaceAll("worker1", "node1"),
    words: [
      [/\bcontrolplane\b/g, "master"],
      [/\bworker(?=[12]\b)/g, "node"],
      [/\bwhale\b/g, "kubernetes"],
      [/\b192\.168\.65\.11\b/g, "192.168.56.10"],
      [/\b10\.244\.1\.0\b/g, "172.16.1.0"],
    ],
  },
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
  {
    recording: "bird-07-mesh-direct-ebgp.txt",
    world: birds,
    words: birdWords,
    byHand: {
      ...Object.fromEntries(
        readRecording("bird-07-mesh-direct-ebgp.txt")
          .filter((r) => r.command === "cat /etc/bird/bird.conf")
          .map((r) => [`line ${r.line}`, `cat >/etc/bird/bird.conf <<'E'\n${r.output}E`]),
      ),
      "line 139": "sleep 70",
    },
  },
  { recording: "bird-05-drop-tcp179.txt", world: brokenBirds, clocked: true, words: birdWords },
  {
    recording: "kcm-01-node-cidr.txt",
    world: controllerWorld,
    env: admin,
    command: (line) => line.replace(/^(kube-controller-manager .*) {3}\(run for at most 40 s\)$/, "timeout 40 $1"),
    lines: [{ command: /^kube-controller-manager .*cluster-cidr|ip-range/, keep: /^[IEW]\d.*(range_allocator|[Pp]arsing of service CIDR)|^F\d/ }],
    byHand: Object.fromEntries(
      readRecording("kcm-01-node-cidr.txt")
        .filter((r, i) => i > 0 && r.command.startsWith("kube-controller-manager"))
        .map((r, i) => [
          `line ${r.line}`,
          `kubectl delete nodes --all >/dev/null; kubectl delete events -A --all >/dev/null; bash /root/nodes.sh ${nodesOf(i)}`,
        ]),
    ),
  },
  { recording: "kubeadm-01-basic.txt", world: kubeadmWorld },
  {
    recording: "kubeadm-05-phases.txt",
    world: kubeadmWorld,
    byHand: { "line 5": `cat >/root/kubeadm.yaml <<'E'\n${readRecording("kubeadm-05-phases.txt")[0]!.output}` },
  },
  {
    recording: "kubelet-01-cgroup-driver.txt",
    world: kubectlWorld,
    env: admin,
    clocked: true,
    words: journalWords,
    byHand: {
      "containerd SystemdCgroup=true, kubelet cgroupDriver unset (= cgroupfs, the 1.20 default)":
        "sed -i 's/SystemdCgroup.*/SystemdCgroup = true/' /etc/containerd/config.toml; sed -i /cgroupDriver/d /var/lib/kubelet/config.yaml",
      "both systemd: cgroupDriver: systemd added to config.yaml": "echo 'cgroupDriver: systemd' >>/var/lib/kubelet/config.yaml",
      "kubelet systemd, containerd cgroupfs (SystemdCgroup removed)": "sed -i 's/SystemdCgroup.*/SystemdCgroup = false/' /etc/containerd/config.toml",
      "cgroupDriver: bogus": "sed -i 's/^cgroupDriver.*/cgroupDriver: bogus/' /var/lib/kubelet/config.yaml",
      "line 34": "sleep 19",
      "line 130": "sleep 10",
      "line 159": "sleep 11",
      "line 245": "sleep 20",
    },
  },
  {
    recording: "kubelet-02-cni.txt",
    world: conflistWorld,
    env: admin,
    clocked: true,
    // the library of containerd 1.7 names the network, that of 1.6 does not
    words: [...journalWords, [/(plugin type="[^"]+") name="[^"]+"/g, "$1"]],
    // pauses, and pods that were deleted before the next
    byHand: {
      "line 27": "sleep 8",
      "line 31": "sleep 13",
      "line 98": "kubectl delete pod c1 --wait=false; sleep 9",
      "line 168": "sleep 12",
      "line 208": "sleep 14",
      "line 219": "sleep 14",
      "line 250": "kubectl delete pod c2 --wait=false",
      "line 254": "sleep 14",
      "line 267": "kubectl delete pod c3 --wait=false",
      "line 275": "sleep 14",
      "line 299": { on: "node2", does: "cp /root/10-bridge.conflist /etc/cni/net.d; ip link del cni0; sleep 12" },
      "line 306": "kubectl delete pod c4 c5 --wait=false",
      "line 310": "sleep 8",
      "line 325": "sleep 9",
      "line 332": { on: "node2", does: "ip addr flush dev cni0; sleep 12" },
    },
  },
  {
    recording: "kubelet-04-containerd-kubelet-stopped.txt",
    world: kubectlWorld,
    env: admin,
    clocked: true,
    words: [...journalWords, [/(posting ready status)\. AppArmor enabled/g, "$1"]],
    byHand: {
      "line 5": { does: ":", undo: "sleep 15" },
      "line 206": "sleep 12",
      "line 213": "sleep 12",
      "line 349": "sleep 20",
      "line 356": "sleep 24",
      "line 459": "sleep 3",
      "line 478": "sleep 5",
      "line 485": "sleep 8",
    },
  },
  {
    recording: "kubelet-05-config-errors.txt",
    world: async () => {
      const world = await kubectlWorld();
      await must(world.machine("node2"), asBefore);
      return world;
    },
    env: admin,
    clocked: true,
    words: [...journalWords, [/pid=\d+,fd/g, "pid=N,fd"]],
    lines: faultLines,
    byHand: {
      // the files as they were, after each section's last command
      ...Object.fromEntries(
        readRecording("kubelet-05-config-errors.txt")
          .filter((_, i, all) => (all[i + 1]?.notes.length ?? 0) > 0)
          .map((r) => [`line ${r.line}`, { does: ":", undo: asBefore, on: "node2" }]),
      ),
      "line 518": { does: "umount /proc/swaps", undo: asBefore, on: "node2" },
      "line 581": { does: "kill $(cat /run/nc1)", undo: asBefore, on: "node2" },
    },
  },
  {
    recording: "kubelet-08-config-errors-journal-a.txt",
    world: kubectlWorld,
    env: admin,
    clocked: true,
    words: journalWords,
    byHand: {
      ...Object.fromEntries(
        readRecording("kubelet-08-config-errors-journal-a.txt")
          .flatMap((r) => r.notes)
          .map((note) => [note, asBefore]),
      ),
      // the kubelet's list of its manifests falls twenty seconds after this
      "line 87": { does: ":", undo: asBefore },
      "static pod without metadata.name": `printf '${nameless}' >/etc/kubernetes/manifests/web.yaml; sleep 12`,
    },
  },
];
