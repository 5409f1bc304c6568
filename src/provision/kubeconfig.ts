/** A kubeconfig that works from this host. */
import type { MachineStatus } from "../provider/provider.ts";
import type { Cluster } from "./cluster.ts";

/**
 * admin.conf of a control plane, with the address under which this host reaches the API: through the load balancer when there is
 * one, so that it goes on without any single control plane. undefined when there is no admin.conf (yet). The certificate names
 * the machines, hence tls-server-name.
 */
export async function hostKubeconfig(cluster: Cluster): Promise<string | undefined> {
  const found = await cluster.machines();
  const running = (role: string): MachineStatus[] =>
    cluster.plan.machines.flatMap((m) => found.filter((f) => m.role === role && f.name === m.name && f.state === "running"));
  const servers = running("controlplane");
  for (const { name } of servers) {
    const { stdout, status } = await cluster.ssh.exec(name, "sudo cat /etc/kubernetes/admin.conf");
    if (status === 0) return await reachable(stdout, [...running("loadbalancer"), ...servers]);
  }
  return undefined;
}

/** The machines of virtual networks that this host is part of are reached as they reach each other. */
async function reachable(text: string, doors: MachineStatus[]): Promise<string> {
  const door = doors.find((status) => status.api !== undefined);
  if (!door) return text;
  // loaded when needed; kubectl reads 1.1
  const { parse, stringify } = await import("yaml");
  const config = parse(text, { version: "1.1" }) as { clusters: { cluster: Record<string, unknown> }[] };
  for (const { cluster: entry } of config.clusters) {
    entry.server = door.api;
    entry["tls-server-name"] = door.name;
  }
  return stringify(config, { version: "1.1" });
}
