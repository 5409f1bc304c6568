/** Reading a running cluster's configuration on a control plane (util/config/cluster.go). */
import { Errno } from "../../core/errno.ts";
import type { Obj } from "../../core/json.ts";
import { kubeconfigClient } from "../client.ts";
import { Api } from "./api.ts";
import { unmarshalCluster, type Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { adminConf, kubeletConf, manifestsDir } from "./files.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { fromYaml } from "./yaml.ts";

/**
 * The kubeconfig that `kubeadm token` uses (GetKubeConfigPath of cmd/util): the one given, else the first that is there of
 * KUBECONFIG or ~/.kube/config, and admin.conf.
 */
export function kubeconfigPath(c: Context, given: string | undefined): string {
  if (given !== undefined && given !== "") return given;
  const { KUBECONFIG: fromEnv, HOME: home } = c.p.env;
  const places = fromEnv ? fromEnv.split(":").filter((x) => x !== "") : [`${home ?? ""}/.kube/config`];
  places.push(adminConf);
  return places.find((path) => c.p.fs.exists(path)) ?? places[0]!;
}

/** Throws what kubeadm prints when there is no kubeconfig. */
export function openApi(c: Context, given: string | undefined): Api {
  const path = given === undefined || given === "" ? adminConf : given;
  let text: string | undefined;
  try {
    text = c.p.fs.tryReadText(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new KubeadmError(
      `failed to load admin kubeconfig: error loading config file ${JSON.stringify(path)}: open ${path}: permission denied`,
    );
  }
  if (text === undefined) throw new KubeadmError(`failed to load admin kubeconfig: open ${path}: no such file or directory`);
  if (!readKubeconfig(text))
    throw new KubeadmError(
      "failed to load admin kubeconfig: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
    );
  return new Api(c, kubeconfigClient(c.p, path));
}

/** ClusterConfiguration from the cluster. Throws KubeadmError; `once`: a single try, as reset makes. */
export async function fetchClusterConfiguration(api: Api, once = false): Promise<Obj> {
  if (once) {
    const path = "/api/v1/namespaces/kube-system/configmaps/kubeadm-config";
    const result = await api.settle(api.client.get("configmaps", "kubeadm-config", "kube-system"));
    if (!result.ok)
      throw new KubeadmError(
        `failed to get config map: ${result.kind === "status" ? result.message : `Get "${api.client.server}${path}?timeout=10s": ${result.message}`}`,
      );
    return unmarshalCluster(String(result.body.data?.ClusterConfiguration ?? ""));
  }
  const map = await api.get("configmaps", "kubeadm-config", "kube-system");
  if (!map) throw new KubeadmError('failed to get config map: configmaps "kubeadm-config" not found');
  return unmarshalCluster(String(map.data?.ClusterConfiguration ?? ""));
}

/** What this node is in the cluster: its name from the kubelet's credentials, its address from its API server's pod. */
export function localNode(c: Context): Obj {
  const kubelet = readKubeconfig(c.p.fs.tryReadText(kubeletConf) ?? "");
  const name = /system:node:(.+)$/.exec(kubelet?.user ?? "")?.[1] ?? c.p.hostname.toLowerCase();
  const text = c.p.fs.tryReadText(`${manifestsDir}/kube-apiserver.yaml`);
  const pod = text === undefined ? undefined : (fromYaml(text)[0] as Obj | undefined);
  const endpoint = String(pod?.metadata?.annotations?.["kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint"] ?? "");
  const cut = endpoint.lastIndexOf(":");
  return {
    nodeRegistration: { name },
    localAPIEndpoint: { advertiseAddress: endpoint.slice(0, Math.max(0, cut)), bindPort: Number(endpoint.slice(cut + 1) || 6443) },
    bootstrapTokens: [],
  };
}

export const configOf = (cluster: Obj, init: Obj): Config => ({
  cluster,
  init,
  kubelet: {},
  proxy: {},
  userKubelet: false,
  userProxy: false,
});
