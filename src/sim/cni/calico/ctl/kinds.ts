/** Kinds that calicoctl knows in the Kubernetes datastore: names, tables, and how v3 resources are kept there. */
import type { Obj } from "../../../core/json.ts";
import { nodeOf } from "../datastore.ts";

export interface Kind {
  kind: string;
  /** As crd.projectcalico.org calls it; `nodes` for the core resource. */
  plural: string;
  names: string[];
  namespaced?: boolean;
  columns: [heading: string, value: (o: Obj) => string][];
  wide: [heading: string, value: (o: Obj) => string][];
}

const spec = (o: Obj): Obj => (o.spec ?? {}) as Obj;
const name: Kind["columns"][number] = ["NAME", (o) => (o.metadata as Obj).name as string];
const text = (v: string | number | boolean | null | undefined): string => (v === undefined || v === null ? "" : String(v));

export const kinds: Kind[] = [
  {
    kind: "IPPool",
    plural: "ippools",
    names: ["ippool", "ippools", "ipp", "pool", "pools"],
    columns: [name, ["CIDR", (o) => text(spec(o).cidr)], ["SELECTOR", (o) => text(spec(o).nodeSelector ?? "all()")]],
    wide: [
      name,
      ["CIDR", (o) => text(spec(o).cidr)],
      ["NAT", (o) => text(spec(o).natOutgoing === true)],
      ["IPIPMODE", (o) => text(spec(o).ipipMode ?? "Never")],
      ["VXLANMODE", (o) => text(spec(o).vxlanMode ?? "Never")],
      ["DISABLED", (o) => text(spec(o).disabled === true)],
      ["DISABLEBGPEXPORT", (o) => text(spec(o).disableBGPExport === true)],
      ["SELECTOR", (o) => text(spec(o).nodeSelector ?? "all()")],
      ["ASSIGNMENTMODE", (o) => text(spec(o).assignmentMode ?? "Automatic")],
    ],
  },
  {
    kind: "Node",
    plural: "nodes",
    names: ["node", "nodes", "no", "nos"],
    columns: [name],
    wide: [
      name,
      ["ASN", (o) => text(spec(o).bgp?.asNumber ?? "(64512)")],
      ["IPV4", (o) => text(spec(o).bgp?.ipv4Address)],
      ["IPV6", () => ""],
    ],
  },
  {
    kind: "BGPPeer",
    plural: "bgppeers",
    names: ["bgppeer", "bgppeers", "bgpp", "bgpps", "bp", "bps"],
    columns: [
      name,
      ["PEERIP", (o) => text(spec(o).peerIP)],
      ["NODE", (o) => text(spec(o).nodeSelector ?? spec(o).node ?? "(global)")],
      ["ASN", (o) => text(spec(o).asNumber ?? 0)],
    ],
    wide: [],
  },
  {
    kind: "BGPConfiguration",
    plural: "bgpconfigurations",
    names: ["bgpconfiguration", "bgpconfigurations", "bgpconfig", "bgpconfigs"],
    columns: [
      name,
      ["LOGSEVERITY", (o) => text(spec(o).logSeverityScreen)],
      ["MESHENABLED", (o) => text(spec(o).nodeToNodeMeshEnabled)],
      ["ASNUMBER", (o) => text(spec(o).asNumber ?? "-")],
    ],
    wide: [],
  },
  {
    kind: "FelixConfiguration",
    plural: "felixconfigurations",
    names: ["felixconfiguration", "felixconfigurations", "felixconfig", "felixconfigs"],
    columns: [name],
    wide: [],
  },
  {
    kind: "GlobalNetworkPolicy",
    plural: "globalnetworkpolicies",
    names: ["globalnetworkpolicy", "globalnetworkpolicies", "gnp", "gnps"],
    columns: [name],
    wide: [name, ["ORDER", (o) => text(spec(o).order)], ["SELECTOR", (o) => text(spec(o).selector)]],
  },
  {
    kind: "ClusterInformation",
    plural: "clusterinformations",
    names: ["clusterinformation", "clusterinformations", "clusterinfo"],
    columns: [name],
    wide: [],
  },
  { kind: "IPReservation", plural: "ipreservations", names: ["ipreservation", "ipreservations"], columns: [name], wide: [] },
  {
    kind: "KubeControllersConfiguration",
    plural: "kubecontrollersconfigurations",
    names: ["kubecontrollersconfiguration", "kubecontrollersconfig"],
    columns: [name],
    wide: [],
  },
];

/** Known to the real tool; not modelled. */
export const otherKinds = [
  "bgpfilter",
  "globalnetworkset",
  "hostendpoint",
  "networkpolicy",
  "networkset",
  "profile",
  "workloadendpoint",
  "tier",
  "caliconodestatus",
  "blockaffinity",
  "stagednetworkpolicy",
  "stagedglobalnetworkpolicy",
  "stagedkubernetesnetworkpolicy",
];

export const kindNamed = (word: string): Kind | undefined => kinds.find((k) => k.names.includes(word.toLowerCase()) || k.kind === word);

/** A stored object as calicoctl shows it: projectcalico.org/v3. */
export function shown(kind: Kind, object: Obj): Obj {
  const meta = object.metadata as Obj;
  const metadata: Obj = {
    ...(kind.plural === "nodes"
      ? { annotations: { "projectcalico.org/kube-labels": JSON.stringify(meta.labels ?? {}) } }
      : meta.annotations
        ? { annotations: meta.annotations as Obj }
        : {}),
    creationTimestamp: meta.creationTimestamp as string,
    ...(meta.labels ? { labels: meta.labels as Obj } : {}),
    name: meta.name as string,
    resourceVersion: meta.resourceVersion as string,
    uid: meta.uid as string,
  };
  if (kind.plural !== "nodes") return { apiVersion: "projectcalico.org/v3", kind: kind.kind, metadata, spec: (object.spec ?? {}) as Obj };
  const n = nodeOf(object);
  return {
    apiVersion: "projectcalico.org/v3",
    kind: "Node",
    metadata,
    spec: {
      ...(n.internalIp === undefined
        ? {}
        : {
            addresses: [
              ...(n.address === undefined ? [] : [{ address: n.address, type: "CalicoNodeIP" }]),
              { address: n.internalIp, type: "InternalIP" },
            ],
          }),
      ...(n.address === undefined
        ? {}
        : {
            bgp: {
              ...(n.asNumber === undefined ? {} : { asNumber: n.asNumber }),
              ipv4Address: n.address,
              ...(n.ipipTunnel === undefined ? {} : { ipv4IPIPTunnelAddr: n.ipipTunnel }),
              ...(n.routeReflectorId === undefined ? {} : { routeReflectorClusterID: n.routeReflectorId }),
            },
          }),
      ...(n.vxlanTunnel === undefined ? {} : { ipv4VXLANTunnelAddr: n.vxlanTunnel }),
      orchRefs: [{ nodeName: n.name, orchestrator: "k8s" }],
    },
    status: {},
  };
}
