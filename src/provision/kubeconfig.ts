/** A kubeconfig that works from this host. */
import type { Cluster } from "./cluster.ts";

/**
 * admin.conf of the first control plane, with the address under which this host reaches its API server. undefined when there is
 * no admin.conf (yet). The certificate names the control plane's own address, hence tls-server-name.
 */
export async function hostKubeconfig(cluster: Cluster): Promise<string | undefined> {
  const first = cluster.machineNamed(undefined);
  const status = (await cluster.machines()).find((m) => m.name === first);
  if (status?.state !== "running") return undefined;
  const { stdout, status: exit } = await cluster.ssh.exec(first, "sudo cat /etc/kubernetes/admin.conf");
  if (exit !== 0) return undefined;
  if (status.api === undefined) return stdout;
  const { parse, stringify } = await import("yaml");
  const config = parse(stdout) as { clusters: { cluster: Record<string, unknown> }[] };
  for (const { cluster: entry } of config.clusters) {
    entry.server = status.api;
    entry["tls-server-name"] = first;
  }
  return stringify(config);
}
