/** implements `trace`: names of machines and pods become addresses, the walk becomes lines. */
import type { Obj } from "../core/json.ts";
import { apiOf } from "../kube/apiserver/server.ts";
import { traceWalk } from "../net/trace.ts";
import { StoreError } from "../kube/apiserver/store.ts";
import type { World } from "../world.ts";

export interface TraceAnswer {
  hops: { where: string; what: string }[];
  outcome: string;
  ok: boolean;
}

interface Place {
  machine: string;
  netns: string;
  ip: string;
}

/** `from`: machine or NAMESPACE/POD. `to`: machine, address or NAMESPACE/POD, with :PORT for TCP. Throws Error naming what is unknown. */
export function traceText(world: World, from: string, to: string): TraceAnswer {
  const start = placeOf(world, from);
  const [, target = to, port] = /^(.*?)(?::(\d+))?$/.exec(to) ?? [];
  const ip = /^\d+\.\d+\.\d+\.\d+$/.test(target) ? target : placeOf(world, target).ip;
  const result = traceWalk(world, {
    machine: start.machine,
    netns: start.netns,
    to: ip,
    proto: port === undefined ? "icmp" : "tcp",
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  const lines = (hops: typeof result.there, prefix: string): TraceAnswer["hops"] =>
    hops.map(({ machine, netns, where, verdict }) => ({
      where: `${prefix} ${machine === "" ? "(outside)" : machine}${netns === "" || machine === "" ? "" : `/${netns.slice(0, 12)}`} ${where}`,
      what: verdict,
    }));
  const taken = result.arrived?.process === undefined ? "" : `, taken by ${result.arrived.process} on ${result.arrived.machine}`;
  return {
    hops: [...lines(result.there, "→"), ...lines(result.back, "←")],
    outcome: `${from} → ${to}: ${result.outcome} (${result.detail})${taken}`,
    ok: result.outcome === "answered",
  };
}

function placeOf(world: World, name: string): Place {
  const machine = world.machines.get(name);
  if (machine) {
    const link = world.network
      .ns(name)
      .links()
      .find((l) => l.name === "enp0s8");
    return { machine: name, netns: "", ip: link?.addresses[0]?.ip ?? "" };
  }
  const [namespace, podName] = name.split("/");
  const pod =
    podName === undefined ? undefined : podsOf(world).find((p) => p.metadata.namespace === namespace && p.metadata.name === podName);
  if (!pod)
    throw new Error(`there is no machine and no pod "${name}"; name a machine (${[...world.machines.keys()].join(", ")}) or NAMESPACE/POD`);
  const ip = String(pod.status?.podIP ?? "");
  for (const { name: node } of world.machines.values()) {
    for (const netns of world.network.namespaces(node))
      if (
        world.network
          .ns(node, netns)
          .links()
          .some((l) => l.addresses.some((a) => a.ip === ip))
      )
        return { machine: node, netns, ip };
  }
  throw new Error(`pod ${name} has no address yet`);
}

/** Pods as any API server that runs has them. */
function podsOf(world: World): Obj[] {
  for (const machine of world.machines.values())
    for (const p of machine.procs.values()) {
      if (p.state.program !== "kube-apiserver" || !p.data.options) continue;
      try {
        return apiOf(p).known({ group: "", plural: "pods" });
      } catch (error) {
        // its etcd does not answer; another one's may
        if (!(error instanceof StoreError)) throw error;
      }
    }
  throw new Error("no API server runs, so pods cannot be found by name; use addresses");
}
