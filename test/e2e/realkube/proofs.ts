/** Which lab is proven on which real cluster: every one that either can host. */
import { broken, type Look } from "./looks.ts";

interface Proofs {
  /** In both worlds, on every run, with what a learner looks at. */
  compared: { id: string; looks: Look[] }[];
  /** Wrong fixes and solutions, as long as there is time. `seconds`: about how long it takes on two busy cores. */
  repairs: { id: string; seconds: number; grace?: number }[];
}

const compared = (...ids: string[]): Proofs["compared"] => ids.map((id) => ({ id, looks: broken[id] ?? [] }));

/** A BGP session that may come back tries again after half a minute. */
const sessions = 40;

export const proofs: Record<"real" | "docker", Proofs> = {
  /** containerd, routes of BIRD. */
  real: {
    compared: compared(
      "kubelet-stopped",
      "containerd-stopped",
      "cgroup-driver-mismatch/kubelet",
      "node-ip",
      "join-token",
      "bgp-port-blocked/hosts",
    ),
    repairs: [
      { id: "containerd-stopped", seconds: 140 },
      { id: "node-ip", seconds: 130 },
      { id: "bgp-port-blocked/hosts", seconds: 260, grace: sessions },
      { id: "kubelet-stopped", seconds: 140 },
      { id: "join-token", seconds: 335 },
      { id: "cgroup-driver-mismatch/kubelet", seconds: 300 },
      { id: "containerd-stopped/config", seconds: 150 },
      { id: "containerd-stopped/cri-disabled", seconds: 150 },
      { id: "bgp-port-blocked/hosts-peers", seconds: 330, grace: sessions },
    ],
  },
  /** docker, static routes. */
  docker: {
    compared: compared("cgroup-driver-docker", "cgroup-driver-docker/kubelet", "static-pod-broken", "advertise-address"),
    repairs: [
      { id: "cgroup-driver-docker", seconds: 330 },
      { id: "static-pod-broken", seconds: 345 },
      { id: "advertise-address", seconds: 600 },
      { id: "static-pod-broken/yaml", seconds: 345 },
      { id: "static-pod-broken/scheduler", seconds: 300 },
      { id: "kubelet-stopped/drop-in", seconds: 170 },
      { id: "kubelet-stopped/config", seconds: 170 },
      { id: "node-ip/bridge", seconds: 140 },
      { id: "join-token/ca-hash", seconds: 335 },
      { id: "advertise-address/nat", seconds: 600 },
      { id: "cgroup-driver-docker/kubelet", seconds: 330 },
    ],
  },
};

export const allProofs = new Set(Object.values(proofs).flatMap((of) => [...of.compared, ...of.repairs].map(({ id }) => id)));
