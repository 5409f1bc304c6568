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
        environment: {
          KUBERNETES: specification.kubernetes,
          CRI_DOCKERD: criDockerdVersion,
          ...(minorOf(plan) >= 24 ? mirroredSandbox(plan) : {}),
        },
      };
  }
}

/** Runtimes have a pause image of their own choice, which a mirror of kubeadm's images need not have. */
function mirroredSandbox({ specification }: Plan): Record<string, string> {
  const images = mirrorOf(specification)?.images;
  if (!images) return {};
  return { SANDBOX_IMAGE: "kubeadm", ...("registry" in images ? { IMAGE_REPOSITORY: images.registry } : {}) };
}

function containerdSettings(plan: Plan): Record<string, string> {
  const { sandboxImage, restrictOomScoreAdj } = plan.specification.containerd;
  return {
    ...mirroredSandbox(plan),
    ...(sandboxImage === undefined ? {} : { SANDBOX_IMAGE: sandboxImage }),
    ...(restrictOomScoreAdj ? { RESTRICT_OOM_SCORE_ADJ: "true" } : {}),
  };
}
