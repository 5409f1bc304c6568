/** The container runtime of a plan: the script that installs it, and the socket under which the kubelet and kubeadm find it. */
import { mirrorOf } from "../cluster/mirror.ts";
import type { Plan } from "../cluster/plan.ts";
import { criDockerdVersion } from "../cluster/versions.ts";
import type { Step } from "./steps.ts";

const minorOf = (plan: Plan): number => Number(plan.specification.kubernetes.split(".")[1]);

/** kubeadm's criSocket. Up to 1.23 the kubelet itself spoke to docker, and served this socket (dockershim). */
export function criSocket(plan: Plan): string {
  switch (plan.specification.runtime) {
    case "containerd":
      return "unix:///run/containerd/containerd.sock";
    case "cri-o":
      return "unix:///var/run/crio/crio.sock";
    case "docker":
      return minorOf(plan) >= 24 ? "unix:///var/run/cri-dockerd.sock" : "/var/run/dockershim.sock";
  }
}

/** For crictl, which wants an address. */
export const criAddress = (plan: Plan): string => criSocket(plan).replace(/^\//, "unix:///");

export function runtimeStep(plan: Plan): Step {
  const { specification } = plan;
  switch (specification.runtime) {
    case "containerd":
      return { script: "containerd.sh", title: "install containerd", environment: containerdSettings(plan) };
    case "cri-o":
      return { script: "cri-o.sh", title: "install CRI-O", environment: { KUBERNETES: specification.kubernetes } };
    case "docker":
      return {
        script: "docker.sh",
        title: "install docker",
        environment: { KUBERNETES: specification.kubernetes, CRI_DOCKERD: criDockerdVersion },
      };
  }
}

function containerdSettings({ specification }: Plan): Record<string, string> {
  const { sandboxImage, restrictOomScoreAdj } = specification.containerd;
  const images = mirrorOf(specification)?.images;
  return {
    ...(sandboxImage === undefined ? (images ? { SANDBOX_IMAGE: "kubeadm" } : {}) : { SANDBOX_IMAGE: sandboxImage }),
    ...(images && "registry" in images ? { IMAGE_REPOSITORY: images.registry } : {}),
    ...(restrictOomScoreAdj ? { RESTRICT_OOM_SCORE_ADJ: "true" } : {}),
  };
}
