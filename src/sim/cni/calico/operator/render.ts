/** What the operator makes of an Installation: every object of Calico (tigera operator's render package). */
import type { Obj } from "../../../core/json.ts";
import { calicoRbac, typhaRbac } from "../manifests/rbac.ts";
import { cniNetwork, csiDriver, deployment, kubeControllers, nodeDaemonSet, typha } from "../manifests/workloads.ts";
import { image } from "../versions.ts";

export const namespace = "calico-system";

/** `k8s-app` names of the daemon sets and deployments whose state makes up `tigerastatus calico`. */
export const components = { daemonSets: ["calico-node", "csi-node-driver"], deployments: ["calico-kube-controllers", "calico-typha"] };

/** As many as GetExpectedTyphaScale asks for. */
const typhaReplicas = (nodes: number): number => (nodes <= 2 ? 1 : nodes <= 4 ? 2 : Math.max(3, Math.floor(nodes / 200) + 2));

/** IP_AUTODETECTION_METHOD for the Installation's nodeAddressAutodetectionV4. */
function autodetection(spec: Obj): string {
  const a = ((spec.calicoNetwork as Obj | undefined)?.nodeAddressAutodetectionV4 ?? {}) as Obj;
  if (a.kubernetes) return "kubernetes-internal-ip";
  if (a.interface) return `interface=${a.interface as string}`;
  if (a.skipInterface) return `skip-interface=${a.skipInterface as string}`;
  if (a.canReach) return `can-reach=${a.canReach as string}`;
  if (a.cidrs) return `cidr=${(a.cidrs as string[]).join(",")}`;
  return "first-found";
}

function bgpEnabled(spec: Obj): boolean {
  return ((spec.calicoNetwork as Obj | undefined)?.bgp ?? "Enabled") === "Enabled";
}

export function renderCalico(spec: Obj, version: string, nodes: number): Obj[] {
  const bgp = bgpEnabled(spec);
  const mtu = ((spec.calicoNetwork as Obj | undefined)?.mtu as number | undefined) ?? 0;
  const node = nodeDaemonSet(
    namespace,
    version,
    [
      { name: "CLUSTER_TYPE", value: `k8s,operator${bgp ? ",bgp" : ""}` },
      { name: "CALICO_NETWORKING_BACKEND", value: bgp ? "bird" : "vxlan" },
      { name: "CALICO_MANAGE_CNI", value: "true" },
      { name: "NO_DEFAULT_POOLS", value: "true" },
      { name: "IP", value: "autodetect" },
      { name: "IP_AUTODETECTION_METHOD", value: autodetection(spec) },
      { name: "IP6", value: "none" },
      { name: "FELIX_HEALTHPORT", value: "9099" },
      { name: "NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      { name: "FELIX_TYPHAK8SNAMESPACE", value: namespace },
      { name: "FELIX_TYPHAK8SSERVICENAME", value: "calico-typha" },
      ...(mtu > 0
        ? [
            { name: "FELIX_VXLANMTU", value: String(mtu) },
            { name: "FELIX_IPINIPMTU", value: String(mtu) },
            { name: "FELIX_WIREGUARDMTU", value: String(mtu) },
          ]
        : []),
    ],
    "operator",
  );
  if (!bgp) ((node.spec as Obj).template as Obj).spec.containers[0].readinessProbe.exec.command = ["/bin/calico-node", "-felix-ready"];
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: namespace,
        labels: {
          name: namespace,
          "pod-security.kubernetes.io/enforce": "privileged",
          "pod-security.kubernetes.io/enforce-version": "latest",
        },
      },
    },
    ...calicoRbac(namespace),
    ...typhaRbac(namespace),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "cni-config", namespace },
      data: { config: cniNetwork(mtu, [{ type: "bandwidth", capabilities: { bandwidth: true } }]) },
    },
    ...typha(namespace, version, typhaReplicas(nodes)),
    node,
    kubeControllers(namespace, version),
    ...csiDriver(namespace, version),
  ];
}

const tolerations = [
  { key: "CriticalAddonsOnly", operator: "Exists" },
  { key: "node-role.kubernetes.io/master", effect: "NoSchedule" },
  { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
];

export function renderApiServer(version: string, nodes: number): Obj[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "calico-apiserver", namespace } },
    deployment("calico-apiserver", namespace, nodes > 1 ? 2 : 1, {
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations,
      serviceAccountName: "calico-apiserver",
      containers: [
        { name: "calico-apiserver", image: image("apiserver", version), imagePullPolicy: "IfNotPresent", args: ["--secure-port=5443"] },
      ],
    }),
  ];
}

export function renderGoldmane(version: string): Obj[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "goldmane", namespace } },
    deployment("goldmane", namespace, 1, {
      tolerations,
      serviceAccountName: "goldmane",
      containers: [
        { name: "goldmane", image: image("goldmane", version), imagePullPolicy: "IfNotPresent", env: [{ name: "PORT", value: "7443" }] },
      ],
    }),
  ];
}

export function renderWhisker(version: string): Obj[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "whisker", namespace } },
    deployment("whisker", namespace, 1, {
      tolerations,
      serviceAccountName: "whisker",
      containers: [
        { name: "whisker", image: image("whisker", version), imagePullPolicy: "IfNotPresent" },
        {
          name: "whisker-backend",
          image: image("whisker-backend", version),
          imagePullPolicy: "IfNotPresent",
          env: [{ name: "PORT", value: "3002" }],
        },
      ],
    }),
  ];
}

/** An IPPool for an entry of calicoNetwork.ipPools. */
export function renderPool(pool: Obj): Obj {
  const encapsulation = (pool.encapsulation as string | undefined) ?? "IPIP";
  const cidr = pool.cidr as string;
  return {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "IPPool",
    metadata: {
      name: (pool.name as string | undefined) ?? cidr.replace(/[./]/g, "-"),
      labels: { "app.kubernetes.io/managed-by": "tigera-operator" },
    },
    spec: {
      allowedUses: (pool.allowedUses as string[] | undefined) ?? ["Workload", "Tunnel"],
      assignmentMode: "Automatic",
      blockSize: (pool.blockSize as number | undefined) ?? 26,
      cidr,
      ...(pool.disableBGPExport ? { disableBGPExport: true } : {}),
      ipipMode: encapsulation === "IPIP" ? "Always" : encapsulation === "IPIPCrossSubnet" ? "CrossSubnet" : "Never",
      natOutgoing: (pool.natOutgoing ?? "Enabled") === "Enabled",
      nodeSelector: (pool.nodeSelector as string | undefined) ?? "all()",
      vxlanMode: encapsulation === "VXLAN" ? "Always" : encapsulation === "VXLANCrossSubnet" ? "CrossSubnet" : "Never",
    },
  };
}
