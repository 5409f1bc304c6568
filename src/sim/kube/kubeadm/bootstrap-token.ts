/** The phase bootstrap-token: tokens, what they may do, and the public cluster-info. */
import type { Obj } from "../../core/json.ts";
import { parseDuration } from "../control/flags.ts";
import type { Api } from "./api.ts";
import type { Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { adminConf } from "./files.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { bootstrappers, clusterRole, clusterRoleBinding, nodes, role, roleBinding } from "./rbac.ts";
import { tokenSecret } from "./token-secret.ts";
import { toYaml } from "./yaml.ts";

const rbac = "rbac.authorization.k8s.io";

function tokenOf(c: Context, given: Obj): Parameters<typeof tokenSecret>[0] {
  const ttl = given.ttl === undefined ? undefined : parseDuration(String(given.ttl));
  return {
    token: String(given.token),
    description: given.description as string | undefined,
    ...(given.expires === undefined ? (ttl ? { expires: c.p.now + ttl } : {}) : { expires: Date.parse(String(given.expires)) }),
    usages: given.usages as string[],
    groups: given.groups as string[],
  };
}

/** Creates tokens; an id that exists is an error unless it is to be updated. */
export async function createTokens(c: Context, api: Api, tokens: Obj[], mayExist: boolean): Promise<void> {
  for (const given of tokens) {
    const secret = tokenSecret(tokenOf(c, given));
    const name = String(secret.metadata.name);
    const there = await api.get("secrets", name, "kube-system");
    if (there && !mayExist) throw new KubeadmError(`a token with id "${name.slice("bootstrap-token-".length)}" already exists`);
    await api.ensure("secrets", secret);
  }
}

export async function bootstrapTokenPhase(c: Context, config: Config, api: Api, skipPrint = false): Promise<void> {
  const tokens = config.init.bootstrapTokens as Obj[];
  if (!skipPrint) for (const { token } of tokens) await c.out(`[bootstrap-token] Using token: ${token}`);
  await c.out("[bootstrap-token] Configuring bootstrap tokens, cluster-info ConfigMap, RBAC Roles");
  await createTokens(c, api, tokens, true);
  const verb = c.minor >= 25 ? "Configured" : "configured";
  await c.out(`[bootstrap-token] ${verb} RBAC rules to allow Node Bootstrap tokens to get nodes`);
  await api.ensure(`clusterroles.${rbac}`, clusterRole("kubeadm:get-nodes", [{ resources: ["nodes"], verbs: ["get"] }]));
  await api.ensure(`clusterrolebindings.${rbac}`, clusterRoleBinding("kubeadm:get-nodes", "kubeadm:get-nodes", [bootstrappers]));
  await c.out(
    `[bootstrap-token] ${verb} RBAC rules to allow Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials`,
  );
  await api.ensure(
    `clusterrolebindings.${rbac}`,
    clusterRoleBinding("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", [bootstrappers]),
  );
  await c.out(
    `[bootstrap-token] ${verb} RBAC rules to allow the csrapprover controller automatically approve CSRs from a Node Bootstrap Token`,
  );
  const csr = "system:certificates.k8s.io:certificatesigningrequests";
  await api.ensure(
    `clusterrolebindings.${rbac}`,
    clusterRoleBinding("kubeadm:node-autoapprove-bootstrap", `${csr}:nodeclient`, [bootstrappers]),
  );
  await c.out(`[bootstrap-token] ${verb} RBAC rules to allow certificate rotation for all node client certificates in the cluster`);
  await api.ensure(
    `clusterrolebindings.${rbac}`,
    clusterRoleBinding("kubeadm:node-autoapprove-certificate-rotation", `${csr}:selfnodeclient`, [nodes]),
  );
  await clusterInfo(c, api);
}

async function clusterInfo(c: Context, api: Api): Promise<void> {
  await c.out('[bootstrap-token] Creating the "cluster-info" ConfigMap in the "kube-public" namespace');
  const admin = readKubeconfig(c.p.fs.readText(adminConf));
  if (!admin?.caPem) throw new KubeadmError("error creating bootstrap ConfigMap: failed to load admin kubeconfig");
  const kubeconfig = toYaml({
    apiVersion: "v1",
    clusters: [{ cluster: { "certificate-authority-data": Buffer.from(admin.caPem).toString("base64"), server: admin.server }, name: "" }],
    contexts: null,
    "current-context": "",
    kind: "Config",
    ...(c.minor >= 34 ? {} : { preferences: {} }),
    users: null,
  });
  const there = await api.get("configmaps", "cluster-info", "kube-public");
  const kept = (there?.data ?? {}) as Record<string, string>;
  await api.ensure("configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cluster-info", namespace: "kube-public" },
    data: { ...kept, kubeconfig },
  });
  const name = "kubeadm:bootstrap-signer-clusterinfo";
  await api.ensure(
    `roles.${rbac}`,
    role("kube-public", name, [{ resources: ["configmaps"], resourceNames: ["cluster-info"], verbs: ["get"] }]),
  );
  await api.ensure(`rolebindings.${rbac}`, roleBinding("kube-public", name, [{ kind: "User", name: "system:anonymous" }]));
}
