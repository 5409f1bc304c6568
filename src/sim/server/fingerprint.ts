/** What counts as a change of a world: processes, routes and API objects, but no heartbeat and no clock. */
import { createHash } from "node:crypto";
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import { apiOf } from "../kube/apiserver/server.ts";
import { StoreError } from "../kube/apiserver/store.ts";
import type { World } from "../world.ts";

/** What tells the state of pods, nodes and workloads, without the times of their heartbeats. */
function objectsOf(p: Proc): string[] {
  const api = apiOf(p);
  const lines: string[] = [];
  for (const pod of api.known({ group: "", plural: "pods" })) lines.push(`${pod.metadata.uid} ${pod.metadata.resourceVersion}`);
  for (const node of api.known({ group: "", plural: "nodes" }))
    lines.push(
      `${node.metadata.uid} ${JSON.stringify(node.spec)} ${((node.status?.conditions ?? []) as Obj[]).map((c) => `${c.type}=${c.status}`).join()}`,
    );
  for (const plural of ["deployments", "daemonsets"])
    for (const o of api.known({ group: "apps", plural })) lines.push(`${o.metadata.uid} ${o.metadata.resourceVersion}`);
  return lines;
}

/** An API server whose etcd does not answer knows nothing. */
function known(p: Proc): string[] {
  try {
    return objectsOf(p);
  } catch (error) {
    if (error instanceof StoreError) return [];
    throw error;
  }
}

export function fingerprint(world: World): string {
  const hash = createHash("sha1");
  for (const machine of world.machines.values()) {
    hash.update(machine.name);
    hash.update(String(machine.state.on));
    for (const p of Object.values(machine.state.procs)) if (p.daemon) hash.update(`${p.pid}.`);
    if (!machine.state.on) continue;
    for (const p of machine.procs.values())
      if (p.state.program === "kube-apiserver" && p.data.options) for (const line of known(p)) hash.update(line);
    for (const route of world.network.ns(machine.name, "").routes()) hash.update(JSON.stringify(route));
  }
  return hash.digest("hex");
}
