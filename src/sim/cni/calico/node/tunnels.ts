/** `calico-node -allocate-tunnel-addrs`: gives the node's IPIP and VXLAN devices addresses out of the pools (node/pkg/allocateip). */
import type { Proc } from "../../../kernel/proc.ts";
import { contains, DatastoreError, nodeOf, pools, type Datastore, type Pool } from "../datastore.ts";
import { autoAssign, IpamError, releaseHandle } from "../ipam.ts";
import { SelectorError, selects } from "../selector.ts";
import { log } from "./log.ts";
import type { Role } from "./role.ts";
import { nodeName } from "./startup.ts";

const kinds = [
  {
    annotation: "projectcalico.org/IPv4IPIPTunnelAddr",
    type: "ipipTunnelAddress",
    handle: "ipip-tunnel-addr",
    wants: (x: Pool): boolean => x.ipipMode !== "Never",
    get: "ipipTunnel",
  },
  {
    annotation: "projectcalico.org/IPv4VXLANTunnelAddr",
    type: "vxlanTunnelAddress",
    handle: "vxlan-tunnel-addr",
    wants: (x: Pool): boolean => x.vxlanMode !== "Never",
    get: "vxlanTunnel",
  },
] as const;

export const tunnelRole: Role = {
  watches: ["ippools.crd.projectcalico.org"],
  delay: 50,
  reconcile: allocateTunnels,
  failed: (p, error) =>
    log(p, "ERROR", "tunnel-ip-allocator/allocateip.go 187", `Error reconciling tunnel addresses error=${error.message}`),
};

function selectsNode(pool: Pool, labels: Record<string, string>): boolean {
  try {
    return selects(pool.nodeSelector, labels);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new DatastoreError("other", error.message);
  }
}

function allocateTunnels(p: Proc, d: Datastore): void {
  const node = nodeOf(d.get("nodes", nodeName(p)));
  const usable = pools(d).filter((x) => !x.disabled && x.allowedUses.includes("Tunnel") && selectsNode(x, node.labels));
  for (const kind of kinds) {
    const wanted = usable.filter(kind.wants);
    const handle = `${kind.handle}-${node.name}`;
    const current = node[kind.get];
    if (wanted.length === 0) {
      if (current === undefined) continue;
      releaseHandle(d, handle);
      d.annotateNode(node.name, { [kind.annotation]: null });
      continue;
    }
    if (current !== undefined && wanted.some((x) => contains(x.cidr, current))) continue;
    if (current !== undefined) releaseHandle(d, handle);
    try {
      const { ip } = autoAssign(
        d,
        {
          host: node.name,
          nodeLabels: node.labels,
          handle,
          attributes: { node: node.name, type: kind.type },
          use: "Tunnel",
          pools: wanted.map((x) => x.name),
        },
        p.now,
      );
      log(
        p,
        "INFO",
        "tunnel-ip-allocator/allocateip.go 421",
        `Assigned tunnel address to node IP="${ip}" node="${node.name}" type="${kind.type}"`,
      );
      d.annotateNode(node.name, { [kind.annotation]: ip });
    } catch (error) {
      if (!(error instanceof IpamError)) throw error;
      log(
        p,
        "ERROR",
        "tunnel-ip-allocator/allocateip.go 411",
        `Unable to autoassign an address error=${error.message} type="${kind.type}"`,
      );
    }
  }
}
