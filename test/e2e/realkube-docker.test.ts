/** A real cluster of kubeadm 1.20 whose kubelets speak to docker, with static routes, beside its twin in the simulator; and labs of control planes. */
import { describe, expect, it } from "vitest";
import { hosted, provesInBothWorlds, provesRepairs } from "./realkube/labs.ts";
import { healthyDocker } from "./realkube/looks.ts";
import { expectReach, needsPair, patience, usePair } from "./realkube/pair.ts";
import { allProofs, proofs } from "./realkube/proofs.ts";
import { timeFor } from "./realkube/time.ts";

const there = needsPair() && timeFor("a real cluster with docker, and its labs");

// Other tests' machines are on other networks.
const fields = `runtime: docker
cni: { name: bridge, routes: static }
network: { nodes: 192.168.65.0/24 }
`;

describe.skipIf(!there)("a real cluster of kubeadm 1.20 with docker", () => {
  const pair = usePair("whale", fields);
  const { on } = pair;

  it(
    "lets pods reach each other across nodes, and docker's own containers the outside of their machine",
    async () => {
      await expectReach(pair);
      expect((await on("worker1", "docker run --rm busybox:1.35 ping -c 2 192.168.65.22")).stdout).toContain(", 0% packet loss");
    },
    patience,
  );

  it("has a twin in the simulator that prints the same", () => pair.compare(healthyDocker), patience);

  it("hosts no lab that is not proven", () => {
    expect(hosted(pair.real()).filter((id) => !allProofs.has(id))).toEqual([]);
  });

  describe("labs", () => {
    for (const { id, looks } of proofs.docker.compared) provesInBothWorlds(pair, id, looks);
    for (const { id, grace } of proofs.docker.repairs) provesRepairs(pair, id, { grace });
  });
});
