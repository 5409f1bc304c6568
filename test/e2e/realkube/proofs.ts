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
      { id: "containerd-stopped", seconds: 150 },
      { id: "node-ip", seconds: 150 },
      { id: "bgp-port-blocked/hosts", seconds: 210, grace: sessions },
      { id: "kubelet-stopped", seconds: 160 },
      { id: "join-token", seconds: 240 },
      { id: "cgroup-driver-mismatch/kubelet", seconds: 270 },
      { id: "containerd-stopped/config", seconds: 170 },
      { id: "containerd-stopped/cri-disabled", seconds: 170 },
      { id: "bgp-port-blocked/hosts-peers", seconds: 330, grace: sessions },
    ],
  },
  /** docker, static routes. */
  docker: {
    compared: compared("cgroup-driver-docker", "cgroup-driver-docker/kubelet", "static-pod-broken", "advertise-address"),
    repairs: [
      { id: "cgroup-driver-docker", seconds: 300 },
      { id: "static-pod-broken", seconds: 200 },
      { id: "advertise-address", seconds: 240 },
      { id: "static-pod-broken/yaml", seconds: 200 },
      { id: "static-pod-broken/scheduler", seconds: 200 },
      { id: "kubelet-stopped/drop-in", seconds: 200 },
      { id: "kubelet-stopped/config", seconds: 200 },
      { id: "node-ip/bridge", seconds: 200 },
      { id: "join-token/ca-hash", seconds: 300 },
      { id: "advertise-address/nat", seconds: 240 },
      { id: "cgroup-driver-docker/kubelet", seconds: 300 },
    ],
  },
};

export const allProofs = new Set(Object.values(proofs).flatMap((of) => [...of.compared, ...of.repairs].map(({ id }) => id)));
