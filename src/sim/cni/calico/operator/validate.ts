/** Whether an Installation fits the cluster (tigera operator, installation controller and ippool controller). */
import type { Obj } from "../../../core/json.ts";
import { inPrefix, parsePrefix } from "../../../net/ip.ts";

/** Pools of the Installation, or the one that kubeadm's pod network stands for. */
export function effectivePools(spec: Obj, platform: string[]): Obj[] {
  const pools = (spec.calicoNetwork as Obj | undefined)?.ipPools as Obj[] | undefined;
  if (pools) return pools;
  const [first] = platform.filter((c) => c.includes("."));
  return [
    {
      name: "default-ipv4-ippool",
      cidr: first ?? "192.168.0.0/16",
      encapsulation: "IPIP",
      natOutgoing: "Enabled",
      nodeSelector: "all()",
      blockSize: 26,
    },
  ];
}

/** undefined when all is well. */
export function objection(pools: Obj[], platform: string[]): string | undefined {
  for (const pool of pools) {
    const cidr = pool.cidr as string;
    const p = parsePrefix(cidr);
    if (!p) return `ipPool.CIDR(${cidr}) is invalid: invalid CIDR address: ${cidr}`;
    const size = (pool.blockSize as number | undefined) ?? 26;
    if (size > 32 || size < 20) return `ipPool.blockSize must be greater than 19 and less than or equal to 32`;
    if (size < p.len) return `IP pool size is too small. It must be equal to or greater than the block size.`;
    const encapsulations = ["IPIP", "IPIPCrossSubnet", "VXLAN", "VXLANCrossSubnet", "None", undefined];
    if (!encapsulations.includes(pool.encapsulation as string | undefined))
      return `${pool.encapsulation as string} is invalid for ipPool.encapsulation, should be one of None,IPIP,VXLAN,IPIPCrossSubnet,VXLANCrossSubnet`;
    if (platform.length > 0 && !platform.some((c) => within(c, cidr)))
      return `Could not resolve CalicoNetwork IPPool and kubeadm configuration: IPPool ${cidr} is not within the platform's configured pod network CIDR(s) [${platform.join(" ")}]`;
  }
  return undefined;
}

function within(outer: string, inner: string): boolean {
  const [o, i] = [parsePrefix(outer), parsePrefix(inner)];
  return o !== undefined && i !== undefined && i.len >= o.len && inPrefix(i.ip, o.ip, o.len);
}

/** podSubnet of the ConfigMap kubeadm-config. */
export function platformCidrs(config: Obj | undefined): string[] {
  const text = ((config?.data as Obj | undefined)?.ClusterConfiguration as string | undefined) ?? "";
  return (/^\s*podSubnet:\s*"?([^"\s]+)"?/m.exec(text)?.[1] ?? "").split(",").filter((c) => c !== "");
}
