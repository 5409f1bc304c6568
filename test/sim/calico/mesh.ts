/** Three nodes that run calico-node against a real (simulated) API server, without kubelets: pods are made by hand. */
import { parseAllDocuments } from "yaml";
import type { Obj } from "../../../src/sim/core/json.ts";
import { executable } from "../../../src/sim/fs/image.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import { cniNetwork } from "../../../src/sim/cni/calico/manifests/workloads.ts";
import { manifest } from "../../../src/sim/cni/calico/manifests/documents.ts";
import { calicoCni } from "../../../src/sim/cni/calico/plugin.ts";
import { birdVersion, calicoVersion } from "../../../src/sim/cni/calico/versions.ts";
import type { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";
import { startApi, type Cluster } from "../api/support.ts";

export const nodes = ["node1", "node2", "node3"];
export const addressOf = (name: string): string => `192.168.56.${10 + nodes.indexOf(name)}`;

export interface Mesh {
  cluster: Cluster;
  world: World;
  on(node: string, command: string): Promise<string>;
  pod(node: string, name: string, pool?: string, ports?: Obj[]): { ip: string; p: Proc; remove(): void };
  routes(node: string, proto?: string): string[];
  rules(node: string, ...rules: string[]): void;
  pool(name: string, spec: Obj): void;
}

const programs = [
  ["/usr/bin/calico-node", "calico-node", calicoVersion],
  ["/usr/bin/bird", "bird", birdVersion],
  ["/usr/bin/birdcl", "birdcl", birdVersion],
  ["/usr/bin/sv", "sv", "2.1.2"],
  ["/usr/sbin/start_runit", "start_runit", calicoVersion],
  ["/usr/local/bin/calicoctl", "calicoctl", calicoVersion],
  ["/usr/bin/kube-controllers", "calico-kube-controllers", calicoVersion],
] as const;

export const poolSpec = (more: Obj = {}): Obj => ({
  cidr: "10.244.0.0/16",
  blockSize: 26,
  ipipMode: "CrossSubnet",
  vxlanMode: "Never",
  natOutgoing: true,
  nodeSelector: "all()",
  allowedUses: ["Workload", "Tunnel"],
  ...more,
});

const environment = (node: string): Record<string, string> => ({
  PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  NODENAME: node,
  IP: "autodetect",
  IP_AUTODETECTION_METHOD: "kubernetes-internal-ip",
  CALICO_NETWORKING_BACKEND: "bird",
  NO_DEFAULT_POOLS: "true",
  FELIX_HEALTHENABLED: "true",
  WAIT_FOR_DATASTORE: "true",
  CLUSTER_TYPE: "k8s,bgp",
  KUBERNETES_SERVICE_HOST: "192.168.56.10",
  KUBERNETES_SERVICE_PORT: "6443",
});

export async function useMesh(pool: Obj = poolSpec(), seed = "mesh"): Promise<Mesh> {
  const world = await useWorld(nodes, seed);
  const cluster = await startApi(world);
  const create = (path: string, object: Obj): void => {
    const r = cluster.call("POST", path, object);
    if (r.code >= 300) throw new Error(`${path}: ${r.text}`);
  };
  const documents = parseAllDocuments(manifest("calico.yaml", calicoVersion)!).map((d) => d.toJS() as Obj);
  const paths: Record<string, string> = {
    CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    ServiceAccount: "/api/v1/namespaces/kube-system/serviceaccounts",
  };
  for (const d of documents) if (paths[d.kind as string]) create(paths[d.kind as string]!, d);
  create("/api/v1/namespaces/default/serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } });
  await world.advance(2000);
  create("/apis/crd.projectcalico.org/v1/ippools", {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "IPPool",
    metadata: { name: "default-ipv4-ippool" },
    spec: pool,
  });
  const config = world.machine("node1").rootFs().readText("/root/.kube/config");
  const ca = world.machine("node1").rootFs().readText("/etc/kubernetes/pki/ca.crt");
  for (const node of nodes) {
    create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: node } });
    cluster.call(
      "PATCH",
      `/api/v1/nodes/${node}/status`,
      { status: { addresses: [{ type: "InternalIP", address: addressOf(node) }] } },
      { type: "application/merge-patch+json" },
    );
    const token = cluster.call("POST", "/api/v1/namespaces/kube-system/serviceaccounts/calico-node/token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {},
    });
    const fs = world.machine(node).rootFs();
    for (const [path, program, version] of programs) {
      fs.write(path, "");
      fs.setContent(path, executable(program, version));
      fs.chmod(path, 0o755);
    }
    for (const dir of [
      "/var/run/secrets/kubernetes.io/serviceaccount",
      "/var/run/calico",
      "/var/lib/calico",
      "/etc/service/enabled",
      "/etc/cni/net.d",
      "/root/.kube",
    ])
      fs.mkdirp(dir);
    fs.write("/var/run/secrets/kubernetes.io/serviceaccount/token", (token.body.status as Obj).token as string);
    fs.write("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", ca);
    fs.write("/root/.kube/config", config);
    fs.write("/etc/cni/net.d/calico-kubeconfig", config);
    world.network.ns(node, "").setSysctl("net/ipv4/ip_forward", "1");
    world.machine(node).spawn({
      argv: ["start_runit"],
      env: environment(node),
      cwd: "/",
      session: true,
      sinks: { out: { kind: "file", path: "/var/log/calico-node.log" }, err: { kind: "file", path: "/var/log/calico-node.log" } },
    });
  }
  world.machine("node1").rootFs().mkdirp("/status");
  world.machine("node1").spawn({ argv: ["kube-controllers"], env: environment("node1"), cwd: "/", session: true });
  await world.advance(20_000);
  return {
    cluster,
    world,
    async on(node, command) {
      const r = await run(world.machine(node), command.split(" "), { env: environment(node) });
      return r.stdout + r.stderr;
    },
    pod(node, name, ofPool, ports = []) {
      const annotations = ofPool === undefined ? {} : { "cni.projectcalico.org/ipv4pools": JSON.stringify([ofPool]) };
      create("/api/v1/namespaces/default/pods", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, annotations },
        spec: {
          nodeName: node,
          serviceAccountName: "default",
          automountServiceAccountToken: false,
          containers: [{ name: "c", image: "pause", ports }],
        },
      });
      const ns = `cni-${name}`;
      world.network.createNs(node, ns);
      world.network.ns(node, ns).setUp("lo", true);
      const helper = world
        .machine(node)
        .spawn({ argv: ["calico-node", "-monitor-token"], env: environment(node), cwd: "/", session: true });
      const plugin = (
        JSON.parse(
          cniNetwork(0)
            .replaceAll("__KUBERNETES_NODE_NAME__", node)
            .replaceAll("__KUBECONFIG_FILEPATH__", "/etc/cni/net.d/calico-kubeconfig"),
        ) as Obj
      ).plugins[0] as Obj;
      const call = {
        p: helper,
        containerId: `container-${name}`,
        netns: ns,
        ifname: "eth0",
        args: { K8S_POD_NAMESPACE: "default", K8S_POD_NAME: name },
        config: { ...plugin, name: "k8s-pod-network", cniVersion: "0.3.1" },
      };
      const result = calicoCni.cni.add(call);
      const ip = ((result.ips as Obj[])[0]!.address as string).split("/")[0]!;
      return {
        ip,
        p: world
          .machine(node)
          .spawn({ argv: ["calico-node", "-monitor-token"], env: environment(node), cwd: "/", netns: ns, session: true }),
        remove: () => {
          calicoCni.cni.del(call);
          cluster.call("DELETE", `/api/v1/namespaces/default/pods/${name}`, { gracePeriodSeconds: 0 });
        },
      };
    },
    routes: (node, proto = "bird") =>
      world.network
        .ns(node, "")
        .routes("main")
        .flatMap((r) =>
          r.proto === proto
            ? [
                `${r.type === "unicast" ? "" : `${r.type} `}${r.dst}${r.via === undefined ? "" : ` via ${r.via}`}${r.dev === undefined ? "" : ` dev ${r.dev}`}`,
              ]
            : [],
        ),
    rules: (node, ...rules) => world.network.ns(node, "").iptablesRestore(`*filter\n${rules.join("\n")}\nCOMMIT\n`, { noflush: true }),
    pool: (name, spec) =>
      create("/apis/crd.projectcalico.org/v1/ippools", {
        apiVersion: "crd.projectcalico.org/v1",
        kind: "IPPool",
        metadata: { name },
        spec,
      }),
  };
}
