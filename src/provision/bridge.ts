/** The bridge network's steps: each node a range of its own behind a bridge, and routes to the others, set or learnt. */
import type { Plan, PlannedMachine } from "../cluster/plan.ts";
import type { Step } from "./steps.ts";

/** Lines `NAME ADDRESS RANGE`, once the controller manager has given every node its range. */
const nodeRanges = [
  "export KUBECONFIG=/etc/kubernetes/admin.conf",
  "for _ in $(seq 60); do",
  `  ranges=$(kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.addresses[?(@.type=="InternalIP")].address} {.spec.podCIDR}{"\\n"}{end}')`,
  '  [ -n "$ranges" ] && ! grep -qv / <<<"$ranges" && break',
  "  sleep 1",
  "done",
  'echo "$ranges"',
].join("\n");

export function bridgeSteps(plan: Plan, machine: PlannedMachine): Step[] {
  const environment = { NODE: machine.name, PODS: plan.specification.network.pods };
  const bridge: Step = { script: "bridge.sh", title: "put pods on a bridge", environment };
  if (plan.specification.cni.routes !== "bird")
    return [
      bridge,
      { script: "routes-static.sh", title: "set routes to the other nodes' pods", environment, asks: { RANGES: nodeRanges } },
    ];
  const peers = plan.machines.filter((m) => m.role !== "loadbalancer" && m !== machine);
  return [
    bridge,
    {
      script: "routes-bird.sh",
      title: "learn routes to the other nodes' pods with BIRD",
      environment: { ...environment, NODE_IP: machine.ip, PEERS: peers.map((m) => `${m.name} ${m.ip}`).join(";") },
    },
  ];
}
