/** Versions that a specification may name, as data. */

export interface KubernetesRelease {
  /** Minor, as written in a specification. */
  minor: string;
  kubeadmApi: "v1beta2" | "v1beta3" | "v1beta4";
}

export const oldestMinor = 20;
export const newestMinor = 36;
export const defaultKubernetes = "1.35";

/** kubeadm configuration API that a minor version's kubeadm reads and prints: v1beta2 to 1.21, v1beta3 from 1.22, v1beta4 from 1.31. */
export function releaseOf(kubernetes: string): KubernetesRelease {
  const minor = Number(kubernetes.split(".")[1]);
  return { minor: `1.${minor}`, kubeadmApi: minor >= 31 ? "v1beta4" : minor >= 22 ? "v1beta3" : "v1beta2" };
}

/** Calico that is installed by default. */
export const calicoVersion = "v3.31.2";

/** flannel that is installed. */
export const flannelVersion = "v0.27.4";

/** Ubuntu 24.04 with amd64 and arm64 builds for VirtualBox, VMware, Parallels, libvirt. */
export const defaultBox = "bento/ubuntu-24.04";

/** Release of cri-dockerd, which stands between docker and the kubelet from Kubernetes 1.24 on. */
export const criDockerdVersion = "0.3.24";

/** Oldest minor version of which the community's archive (pkgs.k8s.io) has packages. */
export const oldestPackaged = 24;

/** A copy of apt.kubernetes.io, which was shut down in 2024. */
export const legacyArchive = "https://mirrors.aliyun.com/kubernetes/apt kubernetes-xenial main";
