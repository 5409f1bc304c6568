/** Which lab is proven on which real cluster: every one that either can host. */
import { broken, type Look } from "./looks.ts";

interface Proofs {
  /** In both worlds, with what a learner looks at; on every run, or with `seconds` when there is that much time. */
  compared: { id: string; looks: Look[]; seconds?: number }[];
  /**
   * Wrong fixes and solutions, as long as there is time. `seconds`: about how long it takes on two busy cores; missing: only when there is
   * time for everything.
   */
  repairs: { id: string; seconds?: number; grace?: number }[];
}

const compared = (...ids: string[]): Proofs["compared"] => ids.map((id) => ({ id, looks: broken[id] ?? [] }));

/** A BGP session that may come back tries again after half a minute. */
const sessions = 40;

export const proofs: Record<"real" | "docker", Proofs> = {
  /** containerd, routes of BIRD. */
  real: {
    compared: [
      ...compared(
        "kubelet-stopped",
        "containerd-stopped",
        "cgroup-driver-mismatch/kubelet",
        "node-ip",
        "join-token",
        "bgp-port-blocked/hosts",
      ),
      ...compared("static-pod-broken", "advertise-address").map((proof) => ({ ...proof, seconds: 100 })),
    ],
    repairs: [
      { id: "containerd-stopped", seconds: 150 },
      { id: "node-ip", seconds: 155 },
      { id: "bgp-port-blocked/hosts", seconds: 260, grace: sessions },
      { id: "kubelet-stopped", seconds: 155 },
      { id: "join-token", seconds: 335 },
      { id: "cgroup-driver-mismatch/kubelet", seconds: 570 },
      { id: "containerd-stopped/config", seconds: 165 },
      { id: "containerd-stopped/cri-disabled", seconds: 155 },
      { id: "bgp-port-blocked/hosts-peers", seconds: 340, grace: sessions },
    ],
  },
  /** docker, static routes; its tests run when there is time for everything. */
  docker: {
    compared: compared("cgroup-driver-docker", "cgroup-driver-docker/kubelet", "static-pod-broken", "advertise-address"),
    repairs: [
      { id: "cgroup-driver-docker" },
      { id: "static-pod-broken" },
      { id: "advertise-address" },
      { id: "static-pod-broken/yaml" },
      { id: "static-pod-broken/scheduler" },
      { id: "kubelet-stopped/drop-in" },
      { id: "kubelet-stopped/config" },
      { id: "node-ip/bridge" },
      { id: "join-token/ca-hash" },
      { id: "advertise-address/nat" },
      { id: "cgroup-driver-docker/kubelet" },
    ],
  },
};

export const allProofs = new Set(Object.values(proofs).flatMap((of) => [...of.compared, ...of.repairs].map(({ id }) => id)));
