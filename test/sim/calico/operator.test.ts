import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Obj } from "../../../src/sim/core/json.ts";
import { executable } from "../../../src/sim/fs/image.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import { manifest } from "../../../src/sim/cni/calico/manifests/documents.ts";
import { calicoVersion, releases } from "../../../src/sim/cni/calico/versions.ts";
import { startApi, type Cluster } from "../api/support.ts";
import { useWorld } from "../support.ts";

const paths: Record<string, string> = {
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  ServiceAccount: "/api/v1/namespaces/tigera-operator/serviceaccounts",
  Namespace: "/api/v1/namespaces",
  Deployment: "/apis/apps/v1/namespaces/tigera-operator/deployments",
  Installation: "/apis/operator.tigera.io/v1/installations",
  APIServer: "/apis/operator.tigera.io/v1/apiservers",
};

async function useOperator(
  podSubnet: string,
  installation: Obj,
): Promise<{ cluster: Cluster; operator: Proc; get: (path: string) => Obj }> {
  const world = await useWorld(["node1"], "operator");
  const cluster = await startApi(world);
  const create = (path: string, object: Obj): void => {
    const r = cluster.call("POST", path, object);
    if (r.code >= 300) throw new Error(`${path}: ${r.text}`);
  };
  create("/api/v1/namespaces/kube-system/configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kubeadm-config" },
    data: {
      ClusterConfiguration: `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  podSubnet: ${podSubnet}\n`,
    },
  });
  for (const file of ["operator-crds.yaml", "tigera-operator.yaml"])
    for (const d of parseAllDocuments(manifest(file, calicoVersion)!).map((x) => x.toJS() as Obj)) create(paths[d.kind as string]!, d);
  await world.advance(2000);
  create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "node1" } });
  create(paths.Installation!, {
    apiVersion: "operator.tigera.io/v1",
    kind: "Installation",
    metadata: { name: "default" },
    spec: installation,
  });
  create(paths.APIServer!, { apiVersion: "operator.tigera.io/v1", kind: "APIServer", metadata: { name: "default" }, spec: {} });
  const machine = world.machine("node1");
  const fs = machine.rootFs();
  const token = cluster.call("POST", "/api/v1/namespaces/tigera-operator/serviceaccounts/tigera-operator/token", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {},
  });
  fs.mkdirp("/var/run/secrets/kubernetes.io/serviceaccount");
  fs.write("/var/run/secrets/kubernetes.io/serviceaccount/token", (token.body.status as Obj).token as string);
  fs.write("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", fs.readText("/etc/kubernetes/pki/ca.crt"));
  fs.write("/usr/bin/operator", "");
  fs.setContent("/usr/bin/operator", executable("tigera-operator", releases[calicoVersion]!.operator));
  fs.chmod("/usr/bin/operator", 0o755);
  const operator = machine.spawn({
    argv: ["operator"],
    exe: "/usr/bin/operator",
    env: { KUBERNETES_SERVICE_HOST: "192.168.56.10", KUBERNETES_SERVICE_PORT: "6443" },
    cwd: "/",
    session: true,
    sinks: { out: { kind: "file", path: "/var/log/operator.log" }, err: { kind: "file", path: "/var/log/operator.log" } },
  });
  await world.advance(5000);
  return { cluster, operator, get: (path) => cluster.call("GET", path).body };
}

const pool = (cidr: string): Obj => ({
  calicoNetwork: {
    bgp: "Enabled",
    nodeAddressAutodetectionV4: { kubernetes: "NodeInternalIP" },
    ipPools: [
      { name: "default-ipv4-ippool", blockSize: 26, cidr, encapsulation: "IPIPCrossSubnet", natOutgoing: "Enabled", nodeSelector: "all()" },
    ],
  },
});

test("the operator makes Calico of an Installation", async () => {
  const { cluster, operator, get } = await useOperator("10.244.0.0/16", pool("10.244.0.0/16"));
  expect(operator.status).toBeUndefined();
  const names = (path: string): string[] => (get(path).items as Obj[]).map((o) => (o.metadata as Obj).name as string).toSorted();
  expect(names("/apis/apps/v1/namespaces/calico-system/daemonsets")).toEqual(["calico-node", "csi-node-driver"]);
  expect(names("/apis/apps/v1/namespaces/calico-system/deployments")).toEqual([
    "calico-apiserver",
    "calico-kube-controllers",
    "calico-typha",
  ]);
  expect(get("/apis/crd.projectcalico.org/v1/ippools/default-ipv4-ippool").spec).toMatchObject({
    cidr: "10.244.0.0/16",
    ipipMode: "CrossSubnet",
    vxlanMode: "Never",
    natOutgoing: true,
  });
  const env = (get("/apis/apps/v1/namespaces/calico-system/daemonsets/calico-node").spec as Obj).template.spec.containers[0].env as Obj[];
  expect(env).toContainEqual({ name: "IP_AUTODETECTION_METHOD", value: "kubernetes-internal-ip" });
  const conditions = (name: string): Record<string, string> =>
    Object.fromEntries(
      (get(`/apis/operator.tigera.io/v1/tigerastatuses/${name}`).status.conditions as Obj[]).map((c) => [
        c.type as string,
        c.status as string,
      ]),
    );
  expect(conditions("calico")).toEqual({ Available: "False", Progressing: "True", Degraded: "False" });
  // somebody deletes the pool: the operator makes it again
  cluster.call("DELETE", "/apis/crd.projectcalico.org/v1/ippools/default-ipv4-ippool");
  await cluster.world.advance(5000);
  expect(get("/apis/crd.projectcalico.org/v1/ippools/default-ipv4-ippool").kind).toBe("IPPool");
  // the Installation asks for another range: another pool
  cluster.call(
    "PATCH",
    "/apis/operator.tigera.io/v1/installations/default",
    { spec: pool("10.244.128.0/17") },
    { type: "application/merge-patch+json" },
  );
  await cluster.world.advance(5000);
  expect(get("/apis/crd.projectcalico.org/v1/ippools/default-ipv4-ippool").spec.cidr).toBe("10.244.128.0/17");
  cluster.call("DELETE", "/apis/operator.tigera.io/v1/installations/default");
  await cluster.world.advance(5000);
  expect(get("/apis/apps/v1/namespaces/calico-system/daemonsets").items).toEqual([]);
});

test("a pool outside of kubeadm's pod network degrades Calico with the real text", async () => {
  const { get } = await useOperator("10.244.0.0/16", pool("192.168.0.0/16"));
  const degraded = (get("/apis/operator.tigera.io/v1/tigerastatuses/calico").status.conditions as Obj[]).find((c) => c.type === "Degraded");
  expect(degraded).toMatchObject({
    status: "True",
    reason: "ResourceReadError",
    message:
      "Error querying installation: Could not resolve CalicoNetwork IPPool and kubeadm configuration: IPPool 192.168.0.0/16 is not within the platform's configured pod network CIDR(s) [10.244.0.0/16]",
  });
  expect(get("/api/v1/namespaces/calico-system").code).toBe(404);
});

test("without an API server the operator ends and says where it failed", async () => {
  const { cluster, operator } = await useOperator("10.244.0.0/16", pool("10.244.0.0/16"));
  const { machine, world } = { machine: cluster.machine, world: cluster.world };
  operator.raise("SIGKILL");
  cluster.api.raise("SIGKILL");
  await world.advance(1000);
  const again = machine.spawn({
    argv: ["operator"],
    exe: "/usr/bin/operator",
    env: { KUBERNETES_SERVICE_HOST: "192.168.56.10", KUBERNETES_SERVICE_PORT: "6443" },
    cwd: "/",
    session: true,
    sinks: { out: { kind: "file", path: "/var/log/again.log" }, err: { kind: "file", path: "/var/log/again.log" } },
  });
  await world.advance(5000);
  expect(again.status).toEqual({ code: 1 });
  expect(machine.rootFs().readText("/var/log/again.log")).toContain(
    'Get \\"https://192.168.56.10:6443/api/v1/namespaces/kube-system\\": dial tcp 192.168.56.10:6443: connect: connection refused',
  );
});
