/** CustomResourceDefinitions of crd.projectcalico.org and operator.tigera.io, with the fields that are used; others are kept as they come. */
import type { Obj } from "../../../core/json.ts";
import { group } from "../versions.ts";

const open: Obj = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

interface Definition {
  kind: string;
  plural: string;
  namespaced?: boolean;
  short?: string[];
  spec?: Obj;
  columns?: Obj[];
  status?: boolean;
}

const text: Obj = { type: "string" };
const flag: Obj = { type: "boolean" };
const whole: Obj = { type: "integer" };
const texts: Obj = { type: "array", items: text };
const object = (properties: Obj, required?: string[]): Obj => ({
  type: "object",
  properties,
  ...(required ? { required } : {}),
  "x-kubernetes-preserve-unknown-fields": true,
});

const calico: Definition[] = [
  {
    kind: "BGPConfiguration",
    plural: "bgpconfigurations",
    spec: object({
      asNumber: whole,
      listenPort: { ...whole, minimum: 1, maximum: 65535 },
      logSeverityScreen: text,
      nodeToNodeMeshEnabled: flag,
      nodeMeshMaxRestartTime: text,
      ignoredInterfaces: texts,
    }),
  },
  { kind: "BGPFilter", plural: "bgpfilters" },
  {
    kind: "BGPPeer",
    plural: "bgppeers",
    spec: object({
      asNumber: whole,
      node: text,
      nodeSelector: text,
      peerIP: text,
      peerSelector: text,
      keepOriginalNextHop: flag,
      sourceAddress: text,
    }),
  },
  {
    kind: "BlockAffinity",
    plural: "blockaffinities",
    spec: object({ cidr: text, deleted: text, node: text, state: text, type: text }, ["cidr", "deleted", "node", "state"]),
  },
  { kind: "CalicoNodeStatus", plural: "caliconodestatuses" },
  {
    kind: "ClusterInformation",
    plural: "clusterinformations",
    spec: object({ calicoVersion: text, clusterGUID: text, clusterType: text, datastoreReady: flag, variant: text }),
  },
  { kind: "FelixConfiguration", plural: "felixconfigurations" },
  { kind: "GlobalNetworkPolicy", plural: "globalnetworkpolicies" },
  { kind: "GlobalNetworkSet", plural: "globalnetworksets" },
  { kind: "HostEndpoint", plural: "hostendpoints" },
  {
    kind: "IPAMBlock",
    plural: "ipamblocks",
    spec: object(
      {
        affinity: text,
        allocations: { type: "array", items: { type: "integer", nullable: true } },
        attributes: { type: "array", items: object({ handle_id: text, secondary: { type: "object", additionalProperties: text } }) },
        cidr: text,
        deleted: flag,
        sequenceNumber: { type: "integer", format: "int64", default: 0 },
        sequenceNumberForAllocation: { type: "object", additionalProperties: { type: "integer", format: "int64" } },
        strictAffinity: flag,
        unallocated: { type: "array", items: whole },
      },
      ["allocations", "attributes", "cidr", "strictAffinity", "unallocated"],
    ),
  },
  {
    kind: "IPAMConfig",
    plural: "ipamconfigs",
    spec: object({ autoAllocateBlocks: flag, maxBlocksPerHost: { ...whole, minimum: 0, maximum: 2147483647 }, strictAffinity: flag }, [
      "autoAllocateBlocks",
      "strictAffinity",
    ]),
  },
  {
    kind: "IPAMHandle",
    plural: "ipamhandles",
    spec: object({ block: { type: "object", additionalProperties: whole }, deleted: flag, handleID: text }, ["block", "handleID"]),
  },
  {
    kind: "IPPool",
    plural: "ippools",
    spec: object(
      {
        allowedUses: texts,
        assignmentMode: { type: "string", enum: ["Automatic", "Manual"] },
        blockSize: whole,
        cidr: text,
        disableBGPExport: flag,
        disabled: flag,
        ipipMode: text,
        natOutgoing: flag,
        nodeSelector: text,
        vxlanMode: text,
      },
      ["cidr"],
    ),
  },
  { kind: "IPReservation", plural: "ipreservations" },
  { kind: "KubeControllersConfiguration", plural: "kubecontrollersconfigurations", status: true },
  { kind: "NetworkPolicy", plural: "networkpolicies", namespaced: true },
  { kind: "NetworkSet", plural: "networksets", namespaced: true },
  { kind: "StagedGlobalNetworkPolicy", plural: "stagedglobalnetworkpolicies" },
  { kind: "StagedKubernetesNetworkPolicy", plural: "stagedkubernetesnetworkpolicies", namespaced: true },
  { kind: "StagedNetworkPolicy", plural: "stagednetworkpolicies", namespaced: true },
  { kind: "Tier", plural: "tiers" },
];

const conditionColumn = (name: string): Obj => ({ jsonPath: `.status.conditions[?(@.type=='${name}')].status`, name, type: "string" });

const operator: Definition[] = [
  { kind: "APIServer", plural: "apiservers", status: true },
  { kind: "Goldmane", plural: "goldmanes", status: true },
  { kind: "ImageSet", plural: "imagesets" },
  { kind: "Installation", plural: "installations", status: true },
  {
    kind: "TigeraStatus",
    plural: "tigerastatuses",
    status: true,
    columns: [
      conditionColumn("Available"),
      conditionColumn("Progressing"),
      conditionColumn("Degraded"),
      { jsonPath: ".status.conditions[?(@.type=='Available')].lastTransitionTime", name: "Since", type: "date" },
    ],
  },
  { kind: "Whisker", plural: "whiskers", status: true },
];

const definition = (d: Definition, g: string): Obj => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${d.plural}.${g}` },
  spec: {
    group: g,
    names: {
      kind: d.kind,
      listKind: `${d.kind}List`,
      plural: d.plural,
      singular: d.kind.toLowerCase(),
      ...(d.short ? { shortNames: d.short } : {}),
    },
    ...(g === group ? { preserveUnknownFields: false } : {}),
    scope: d.namespaced ? "Namespaced" : "Cluster",
    versions: [
      {
        ...(d.columns ? { additionalPrinterColumns: d.columns } : {}),
        name: "v1",
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              apiVersion: text,
              kind: text,
              metadata: { type: "object" },
              spec: d.spec ?? open,
              ...(d.status ? { status: open } : {}),
            },
          },
        },
        served: true,
        storage: true,
        ...(d.status ? { subresources: { status: {} } } : {}),
      },
    ],
  },
});

export const calicoCrds = (): Obj[] => calico.map((d) => definition(d, group));
export const operatorCrds = (): Obj[] => operator.map((d) => definition(d, "operator.tigera.io"));
