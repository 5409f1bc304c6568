/** What a learner looks at, run in both worlds: on the real cluster and on its twin in the simulator. */

export interface Look {
  machine: string;
  command: string;
  /** Why the simulator rightly prints something else. A look that has become equal fails, so that this list only shrinks. */
  differs?: string;
}

const look = (machine: string, command: string, differs?: string): Look => ({
  machine,
  command,
  ...(differs === undefined ? {} : { differs }),
});
const controlplane = (command: string, differs?: string): Look => look("controlplane", command, differs);
const worker1 = (command: string, differs?: string): Look => look("worker1", command, differs);

const conditions = "kubectl describe node worker1 | sed -n '/^Conditions/,/^Addresses/p'";

/** What differs between two clusters on two kinds of machines: added to what differs between any two runs. */
export const machineWords: [RegExp, string][] = [
  [/\b6\.\d+\.\d+-[\w-]+/g, "KERNEL"],
  // nodes get their ranges in the order in which they join, which is a race
  [/\b10\.244\.\d+\./g, "10.244.N."],
  // the NAT's network is VirtualBox's in the simulator and lxcbr0's here
  [/\b10\.0\.[23]\.\d+/g, "NAT"],
  [/docker:\/\/[\w.+]+/g, "docker://VERSION"],
  [/^BIRD [\d.]+ ready/gm, "BIRD VERSION ready"],
  [/kubelet-client-[\d-]+\.pem/g, "kubelet-client-TIME.pem"],
  // Debian 12 still names /lib where Ubuntu 24.04 says /usr/lib
  [/^# \/usr\/lib\/systemd/gm, "# /lib/systemd"],
];

/** Of a cluster that is well. */
export const healthy: Look[] = [
  controlplane("kubectl get nodes"),
  controlplane("kubectl get nodes -o wide"),
  controlplane("kubectl get pods -n kube-system"),
  controlplane("kubectl get pods -n kube-system -l tier=control-plane -o wide"),
  controlplane("kubectl get all -n kube-system | grep -v ^pod"),
  controlplane("kubectl get services -A; kubectl get endpoints kubernetes"),
  controlplane("kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR,TAINTS:.spec.taints[*].key"),
  controlplane("kubectl get componentstatuses | sort"),
  controlplane("kubectl get configmaps -n kube-system"),
  controlplane("kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}'"),
  controlplane("kubectl -n kube-system get configmap kube-proxy -o jsonpath='{.data.config\\.conf}'"),
  controlplane(conditions, "Ubuntu has AppArmor, which the kubelet mentions; the containers here have none"),
  controlplane("kubeadm version -o short; kubelet --version; kubectl version --short"),
  controlplane("kubeadm certs check-expiration | awk '{ print $1 }'"),
  controlplane("kubeadm config images list --kubernetes-version v1.20.2"),
  controlplane("ls /etc/kubernetes /etc/kubernetes/manifests /etc/kubernetes/pki /etc/kubernetes/pki/etcd"),
  controlplane("cat /etc/kubernetes/manifests/kube-apiserver.yaml"),
  controlplane("cat /etc/kubernetes/manifests/etcd.yaml"),
  controlplane("cat /etc/kubernetes/manifests/kube-scheduler.yaml"),
  controlplane("cat /etc/kubernetes/manifests/kube-controller-manager.yaml"),
  worker1("cat /var/lib/kubelet/config.yaml", "Ubuntu runs systemd-resolved, so kubeadm names its resolv.conf; the box has none"),
  worker1("cat /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet"),
  worker1("ls /etc/kubernetes /etc/kubernetes/pki /var/lib/kubelet/pki"),
  worker1("systemctl is-active kubelet containerd; systemctl is-enabled kubelet containerd"),
  worker1("systemctl cat kubelet"),
  worker1("grep -E 'SystemdCgroup|sandbox_image' /etc/containerd/config.toml"),
  worker1("ip route show proto bird"),
  worker1("birdc show protocols"),
  worker1("cat /etc/cni/net.d/10-bridge.conflist"),
];

/** Of a cluster that is well, with docker and static routes. */
export const healthyDocker: Look[] = [
  controlplane("kubectl get nodes -o wide"),
  controlplane("kubectl get pods -n kube-system"),
  controlplane("kubectl get node worker1 -o jsonpath='{.metadata.annotations}'"),
  controlplane(
    "docker ps --filter name=kube-system --format '{{.Names}}' | grep -v -e coredns -e kube-proxy | sed 's/_[0-9a-f-]*_\\([0-9]*\\)$/_\\1/' | sort",
  ),
  controlplane("docker ps --filter name=k8s_POD_etcd --format '{{.Image}} {{.Command}}'"),
  controlplane("docker ps --filter name=k8s_etcd --format '{{.Image}} {{.Command}}' | sed -E 's/^[0-9a-f]{12} /IMAGE /'"),
  controlplane("docker ps -a --filter status=exited --format '{{.Names}}'"),
  controlplane(
    "docker inspect -f '{{.HostConfig.NetworkMode}} {{.HostConfig.LogConfig.Type}} {{.State.Status}}' $(docker ps -q --filter name=k8s_etcd)",
  ),
  controlplane("docker inspect -f '{{json .Config.Labels}}' $(docker ps -q --filter name=k8s_POD_etcd) | grep -o '\"[^\"]*\":'"),
  controlplane("readlink /var/log/pods/kube-system_etcd*/etcd/0.log"),
  worker1("docker info -f '{{.CgroupDriver}} {{.Driver}} {{.LoggingDriver}} {{.LiveRestoreEnabled}}'"),
  worker1("cat /etc/docker/daemon.json /etc/crictl.yaml /var/lib/kubelet/kubeadm-flags.env"),
  worker1("systemctl is-active docker containerd kubelet; systemctl is-enabled docker containerd kubelet"),
  worker1("docker run --rm --network none busybox:1.35 echo hello 2>/dev/null"),
  worker1("docker logs nosuch; docker stop nosuch; docker inspect nosuch; docker ps --foo"),
  worker1("iptables -S | grep DOCKER; iptables -t nat -S | grep -i docker"),
  worker1("systemctl cat pod-routes; systemctl is-active pod-routes"),
  worker1("ip route | grep via | grep -v default"),
];

/** Of a cluster that a lab has broken. */
export const broken: Record<string, Look[]> = {
  "kubelet-stopped": [
    controlplane("kubectl get nodes"),
    controlplane(conditions),
    worker1("systemctl is-active kubelet containerd; systemctl is-enabled kubelet"),
  ],
  "containerd-stopped": [
    controlplane("kubectl get nodes"),
    controlplane(conditions),
    worker1(
      "systemctl is-active containerd kubelet; systemctl is-enabled containerd",
      "real shims end with SIGTERM, and stopping the masked unit sends them one; the simulator's outlive it, so that the stop times out",
    ),
    worker1("systemctl start containerd"),
  ],
  "cgroup-driver-mismatch/kubelet": [
    controlplane("kubectl get nodes"),
    controlplane(
      "kubectl get events -n kube-system --field-selector reason=FailedCreatePodSandBox -o custom-columns=M:.message | grep -o 'expected cgroupsPath.*' | sed 's|/kubepods/[^\"]*|/kubepods|' | sort -u",
    ),
    worker1("grep cgroupDriver /var/lib/kubelet/config.yaml"),
  ],
  "cgroup-driver-docker": [
    controlplane("kubectl get nodes"),
    controlplane(conditions),
    worker1("systemctl is-active docker; docker ps"),
    worker1("docker info -f '{{.CgroupDriver}}'; grep cgroupDriver /var/lib/kubelet/config.yaml"),
    worker1("journalctl -u kubelet --no-pager -o cat | grep 'misconfiguration' | tail -n 1"),
  ],
  "cgroup-driver-docker/kubelet": [
    worker1("journalctl -u kubelet --no-pager -o cat | grep 'misconfiguration' | tail -n 1"),
    worker1("docker ps --filter name=k8s_POD_kube-proxy --format '{{.Status}}' | sed 's/ .*//'"),
  ],
  "static-pod-broken": [
    controlplane("kubectl get nodes"),
    controlplane("kubectl get --raw /readyz"),
    worker1("nc -zv -w 2 controlplane 6443"),
  ],
  "advertise-address": [controlplane("kubectl get endpoints kubernetes"), controlplane("kubectl get nodes")],
  "node-ip": [controlplane("kubectl get nodes -o custom-columns=NAME:.metadata.name,IP:.status.addresses[0].address")],
  "join-token": [controlplane("kubectl get nodes")],
  "bgp-port-blocked/hosts": [
    // a session that is down goes to and fro between Idle, Connect and Active
    worker1("birdc show protocols | sed -E 's/(Idle|Connect|Active) /down /'"),
    worker1("ip route show proto bird"),
    worker1("nc -zv -w 2 worker2 179"),
    worker1("iptables -S INPUT | grep -v KUBE-"),
    worker1("iptables -S INPUT | grep KUBE-", "the simulator's kube-proxy makes the chains of newer releases in a cluster of 1.20 too"),
    controlplane("ip route show proto bird"),
    controlplane("kubectl get nodes"),
  ],
};
