/** Reading a running cluster's configuration on a control plane (util/config/cluster.go). */
import type { Obj } from "../../core/json.ts";
import { kubeconfigClient } from "../client.ts";
import { Api } from "./api.ts";
import { unmarshalCluster, type Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { adminConf, kubeletConf, manifestsDir } from "./files.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { fromYaml } from "./yaml.ts";

/** The kubeconfig that a command uses: the one given, KUBECONFIG, or admin.conf. */
export function kubeconfigPath(c: Context, given: string | undefined): string {
  if (given !== undefined && given !== adminConf) return given;
  const { KUBECONFIG: fromEnv } = c.p.env;
  if (c.p.fs.exists(adminConf)) return adminConf;
  return fromEnv && c.p.fs.exists(fromEnv) ? fromEnv : adminConf;
}

/** Throws what kubeadm prints when there is no kubeconfig. */
export function openApi(c: Context, given?: string): Api {
  const path = kubeconfigPath(c, given);
  const text = c.p.fs.tryReadText(path);
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
