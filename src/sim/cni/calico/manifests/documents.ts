/** The files of projectcalico/calico's `manifests` folder, condensed: the same objects under the same names. */
import { stringify } from "yaml";
import type { Obj } from "../../../core/json.ts";
import { operatorImage } from "../versions.ts";
import { calicoCrds, operatorCrds } from "./crds.ts";
import { calicoRbac, operatorRbac, typhaRbac } from "./rbac.ts";
import { cniNetwork, deployment, kubeControllers, nodeDaemonSet, typha } from "./workloads.ts";

const yaml = (objects: Obj[]): string => objects.map((o) => stringify(o, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");

const customResources = `# This section includes base Calico installation configuration.
# For more information, see: https://docs.tigera.io/calico/latest/reference/installation/api#operator.tigera.io/v1.Installation
apiVersion: operator.tigera.io/v1
kind: Installation
metadata:
  name: default
spec:
  # Configures Calico networking.
  calicoNetwork:
    ipPools:
    - name: default-ipv4-ippool
      blockSize: 26
      cidr: 192.168.0.0/16
      encapsulation: VXLANCrossSubnet
      natOutgoing: Enabled
      nodeSelector: all()

---

# This section configures the Calico API server.
# For more information, see: https://docs.tigera.io/calico/latest/reference/installation/api#operator.tigera.io/v1.APIServer
apiVersion: operator.tigera.io/v1
kind: APIServer
metadata:
  name: default
spec: {}

---

# Configures the Calico Goldmane flow aggregator.
apiVersion: operator.tigera.io/v1
kind: Goldmane
metadata:
  name: default

---

# Configures the Calico Whisker observability UI.
apiVersion: operator.tigera.io/v1
kind: Whisker
metadata:
  name: default
`;

const operatorDeployment = (version: string): Obj => {
  const d = deployment("tigera-operator", "tigera-operator", 1, {
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [
      { effect: "NoExecute", operator: "Exists" },
      { effect: "NoSchedule", operator: "Exists" },
    ],
    serviceAccountName: "tigera-operator",
    hostNetwork: true,
    dnsPolicy: "ClusterFirstWithHostNet",
    containers: [
      {
        name: "tigera-operator",
        image: operatorImage(version),
        imagePullPolicy: "IfNotPresent",
        command: ["operator"],
        volumeMounts: [{ name: "var-lib-calico", readOnly: true, mountPath: "/var/lib/calico" }],
        env: [
          { name: "WATCH_NAMESPACE", value: "" },
          { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "OPERATOR_NAME", value: "tigera-operator" },
          { name: "TIGERA_OPERATOR_INIT_IMAGE_VERSION", value: operatorImage(version).split(":")[1]! },
        ],
        envFrom: [{ configMapRef: { name: "kubernetes-services-endpoint", optional: true } }],
      },
    ],
    volumes: [{ name: "var-lib-calico", hostPath: { path: "/var/lib/calico", type: "DirectoryOrCreate" } }],
  });
  const spec = d.spec as Obj;
  spec.selector = { matchLabels: { name: "tigera-operator" } };
  (spec.template as Obj).metadata = { labels: { name: "tigera-operator", "k8s-app": "tigera-operator" } };
  return d;
};

const fromConfig = (name: string, key: string): Obj => ({ name, valueFrom: { configMapKeyRef: { name: "calico-config", key } } });

/** calico.yaml, calico-bgp.yaml, calico-vxlan.yaml, calico-typha.yaml: all in kube-system. */
function selfManaged(version: string, backend: "bird" | "vxlan", ipip: string, vxlan: string, withTypha: boolean): string {
  const node = nodeDaemonSet(
    "kube-system",
    version,
    [
      ...(withTypha ? [fromConfig("FELIX_TYPHAK8SSERVICENAME", "typha_service_name")] : []),
      fromConfig("CALICO_NETWORKING_BACKEND", "calico_backend"),
      { name: "CLUSTER_TYPE", value: "k8s,bgp" },
      { name: "IP", value: "autodetect" },
      { name: "CALICO_IPV4POOL_IPIP", value: ipip },
      { name: "CALICO_IPV4POOL_VXLAN", value: vxlan },
      { name: "CALICO_IPV6POOL_VXLAN", value: "Never" },
      fromConfig("FELIX_IPINIPMTU", "veth_mtu"),
      fromConfig("FELIX_VXLANMTU", "veth_mtu"),
      fromConfig("FELIX_WIREGUARDMTU", "veth_mtu"),
    ],
    "manifest",
  );
  if (backend === "vxlan") {
    const container = ((node.spec as Obj).template as Obj).spec.containers[0] as Obj;
    container.livenessProbe.exec.command = ["/bin/calico-node", "-felix-live"];
    container.readinessProbe.exec.command = ["/bin/calico-node", "-felix-ready"];
  }
  const config: Obj = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "calico-config", namespace: "kube-system" },
    data: {
      typha_service_name: withTypha ? "calico-typha" : "none",
      calico_backend: backend,
      veth_mtu: "0",
      cni_network_config: `${cniNetwork(0, [{ type: "bandwidth", capabilities: { bandwidth: true } }]).replace('"mtu": 0', '"mtu": __CNI_MTU__')}\n`,
    },
  };
  const budget = (name: string): Obj => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "kube-system", labels: { "k8s-app": name } },
    spec: { maxUnavailable: 1, selector: { matchLabels: { "k8s-app": name } } },
  });
  const text = yaml([
    budget("calico-kube-controllers"),
    ...(withTypha ? [budget("calico-typha")] : []),
    ...calicoRbac("kube-system"),
    ...(withTypha ? typhaRbac("kube-system") : []),
    config,
    ...calicoCrds(),
    ...(withTypha ? typha("kube-system", version, 1) : []),
    node,
    kubeControllers("kube-system", version),
  ]);
  // the choice that everybody makes by hand, where people look for it
  return text.replace(
    /^( *)- name: CALICO_DISABLE_FILE_LOGGING\n/m,
    (line, indent: string) =>
      [
        "# The default IPv4 pool to create on startup if none exists. Pod IPs will be",
        "# chosen from this range. Changing this value after installation will have",
        "# no effect. This should fall within `--cluster-cidr`.",
        "# - name: CALICO_IPV4POOL_CIDR",
        '#   value: "192.168.0.0/16"',
        "# Disable file logging so `kubectl logs` works.",
      ]
        .map((l) => `${indent}${l}\n`)
        .join("") + line,
  );
}

/** File name → its text for a release; undefined when the release has no such file. */
export function manifest(name: string, version: string): string | undefined {
  switch (name) {
    case "operator-crds.yaml":
      return yaml([...calicoCrds(), ...operatorCrds()]);
    case "tigera-operator.yaml":
      return yaml([
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: "tigera-operator", labels: { name: "tigera-operator", "pod-security.kubernetes.io/enforce": "privileged" } },
        },
        ...operatorRbac,
        operatorDeployment(version),
      ]);
    case "custom-resources.yaml":
      return customResources;
    case "calico.yaml":
      return selfManaged(version, "bird", "Always", "Never", false);
    case "calico-bgp.yaml":
      return selfManaged(version, "bird", "Never", "Never", false);
    case "calico-vxlan.yaml":
      return selfManaged(version, "vxlan", "Never", "Always", false);
    case "calico-typha.yaml":
      return selfManaged(version, "bird", "Always", "Never", true);
    case "crds.yaml":
      return yaml(calicoCrds());
    default:
      return undefined;
  }
}
