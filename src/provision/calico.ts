/** Calico's settings for a plan. */
import { yamlOf } from "./yaml.ts";
import type { Plan } from "../cluster/plan.ts";

/** The Installation (and APIServer) that the operator reads. Addresses are taken from the node's InternalIP, never from the NAT. */
export function calicoResources(plan: Plan): string {
  const { cni, network } = plan.specification;
  return [
    {
      apiVersion: "operator.tigera.io/v1",
      kind: "Installation",
      metadata: { name: "default" },
      spec: {
        calicoNetwork: {
          bgp: "Enabled",
          nodeAddressAutodetectionV4: { kubernetes: "NodeInternalIP" },
          ipPools: [
            {
              name: "default-ipv4-ippool",
              blockSize: cni.blockSize,
              cidr: network.pods,
              encapsulation: cni.encapsulation,
              natOutgoing: "Enabled",
              nodeSelector: "all()",
            },
          ],
        },
      },
    },
    { apiVersion: "operator.tigera.io/v1", kind: "APIServer", metadata: { name: "default" }, spec: {} },
  ]
    .map((document) => yamlOf(document))
    .join("---\n");
}

/** Modes of an IPPool for an encapsulation of the specification. */
export function poolModes(plan: Plan): { ipip: string; vxlan: string } {
  switch (plan.specification.cni.encapsulation) {
    case "IPIP":
      return { ipip: "Always", vxlan: "Never" };
    case "IPIPCrossSubnet":
      return { ipip: "CrossSubnet", vxlan: "Never" };
    case "VXLAN":
      return { ipip: "Never", vxlan: "Always" };
    case "VXLANCrossSubnet":
      return { ipip: "Never", vxlan: "CrossSubnet" };
    case "None":
      return { ipip: "Never", vxlan: "Never" };
  }
}
