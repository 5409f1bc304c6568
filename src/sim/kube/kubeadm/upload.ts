/** What kubeadm stores in the cluster: its configuration, the kubelets', and (encrypted) the certificates. */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Obj } from "../../core/json.ts";
import type { Api } from "./api.ts";
import { certificatesDir } from "./certs.ts";
import { marshalCluster, newToken, type Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { openError, write } from "./files.ts";
import { kubeletConfiguration } from "./kubelet.ts";
import { bootstrappers, nodes, role, roleBinding } from "./rbac.ts";
import { tokenSecret } from "./token-secret.ts";
import { toYaml } from "./yaml.ts";

const configMap = (name: string, data: Record<string, string>, extra: Obj = {}): Obj => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "kube-system", ...extra },
  data,
});

export const kubeletConfigMap = (minor: number): string => (minor >= 24 ? "kubelet-config" : `kubelet-config-1.${minor}`);

/** componentconfigs.SignConfigMap: tells later upgrades that the user did not touch the defaults. */
export function signature(data: Record<string, string>): Obj {
  const hash = createHash("sha256");
  for (const key of Object.keys(data).sort()) hash.update(key + data[key]!);
  return { annotations: { "kubeadm.kubernetes.io/component-config.hash": `sha256:${hash.digest("hex")}` } };
}

export async function uploadKubeadmConfig(c: Context, config: Config, api: Api): Promise<void> {
  await c.out('[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace');
  const data: Record<string, string> = { ClusterConfiguration: marshalCluster(c.minor, config.cluster) };
  if (c.minor <= 21)
    data.ClusterStatus = toYaml({
      apiEndpoints: { [String(config.init.nodeRegistration.name)]: config.init.localAPIEndpoint as Obj },
      apiVersion: "kubeadm.k8s.io/v1beta2",
      kind: "ClusterStatus",
    });
  await api.ensure("configmaps", configMap("kubeadm-config", data));
  await api.ensure(
    "roles.rbac.authorization.k8s.io",
    role("kube-system", "kubeadm:nodes-kubeadm-config", [{ resources: ["configmaps"], resourceNames: ["kubeadm-config"], verbs: ["get"] }]),
  );
  await api.ensure(
    "rolebindings.rbac.authorization.k8s.io",
    roleBinding("kube-system", "kubeadm:nodes-kubeadm-config", [bootstrappers, nodes]),
  );
}

export async function uploadKubeletConfig(c: Context, config: Config, api: Api): Promise<void> {
  const name = kubeletConfigMap(c.minor);
  await c.out(`[kubelet] Creating a ConfigMap "${name}" in namespace kube-system with the configuration for the kubelets in the cluster`);
  const data = { kubelet: toYaml(kubeletConfiguration(c, config)) };
  await api.ensure("configmaps", configMap(name, data, config.userKubelet ? {} : signature(data)));
  const access = c.minor >= 24 ? "kubeadm:kubelet-config" : `kubeadm:${name}`;
  await api.ensure(
    "roles.rbac.authorization.k8s.io",
    role("kube-system", access, [{ resources: ["configmaps"], resourceNames: [name], verbs: ["get"] }]),
  );
  await api.ensure("rolebindings.rbac.authorization.k8s.io", roleBinding("kube-system", access, [nodes, bootstrappers]));
}

/** Tells later kubeadm runs which runtime the node uses; since 1.34 the node's own file does. */
export async function annotateSocket(c: Context, config: Config, api: Api): Promise<void> {
  if (c.minor >= 34) return;
  const name = String(config.init.nodeRegistration.name);
  const patch = { metadata: { annotations: { "kubeadm.alpha.kubernetes.io/cri-socket": String(config.init.nodeRegistration.criSocket) } } };
  const limit = c.p.now + 120_000;
  for (;;) {
    const result = await api.settle(api.client.patch("nodes", name, patch, { type: "strategic" }));
    if (result.ok) return;
    if (c.p.now >= limit)
      throw new KubeadmError("error writing Crisocket information for the control-plane node: timed out waiting for the condition");
    await c.p.sleep(500);
  }
}

/** Files that control planes share; the etcd ones only where etcd is stacked. */
function shared(config: Config): { name: string; path: string }[] {
  const dir = certificatesDir(config);
  const names = ["ca.crt", "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key", "sa.pub", "sa.key"];
  const etcd = config.cluster.etcd.local ? ["ca.crt", "ca.key"] : [];
  return [...names.map((n) => ({ name: n, path: `${dir}/${n}` })), ...etcd.map((n) => ({ name: `etcd-${n}`, path: `${dir}/etcd/${n}` }))];
}

/** AES-256-GCM with the nonce in front, as pkg cryptoutil of kubeadm. */
function encrypt(key: Uint8Array, nonce: Uint8Array, text: string): string {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

function decrypt(key: Uint8Array, data: string): string {
  const bytes = Buffer.from(data, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
}

export const newCertificateKey = (c: Context): string => c.p.machine.random("kubeadm/certificate-key").hex(64);

export async function uploadCerts(c: Context, config: Config, api: Api, key: string): Promise<void> {
  await c.out('[upload-certs] Storing the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace');
  const secretKey = Buffer.from(key, "hex");
  if (secretKey.length !== 32)
    throw new KubeadmError(
      `error uploading certs: error decoding certificate key: ${/^[0-9a-f]*$/i.test(key) && key.length % 2 === 0 ? "crypto/aes: invalid key size" : "encoding/hex: odd length hex string"}`,
    );
  const random = c.p.machine.random("kubeadm/certificate-key");
  const data: Record<string, string> = {};
  for (const { name, path } of shared(config)) {
    try {
      data[name] = encrypt(secretKey, random.bytes(12), c.p.fs.readText(path));
    } catch (error) {
      throw new KubeadmError(`error uploading certs: ${openError(error, path)}`);
    }
  }
  // a short-lived token owns the secret, so that the token cleaner removes both after two hours
  const token = newToken(c);
  const secret = tokenSecret({
    token,
    description: "Proxy for managing TTL for the kubeadm-certs secret",
    expires: c.p.now + 2 * 3_600_000,
    usages: [],
    groups: [],
  });
  await api.ensure("secrets", secret);
  const owner = (await api.get("secrets", String(secret.metadata.name), "kube-system"))!;
  await api.ensure("secrets", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "kubeadm-certs",
      namespace: "kube-system",
      ownerReferences: [
        {
          apiVersion: "v1",
          kind: "Secret",
          name: owner.metadata.name as string,
          uid: owner.metadata.uid as string,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    data,
  });
  await api.ensure(
    "roles.rbac.authorization.k8s.io",
    role("kube-system", "kubeadm:kubeadm-certs", [{ resources: ["secrets"], resourceNames: ["kubeadm-certs"], verbs: ["get"] }]),
  );
  await api.ensure("rolebindings.rbac.authorization.k8s.io", roleBinding("kube-system", "kubeadm:kubeadm-certs", [bootstrappers]));
  await c.out(`[upload-certs] Using certificate key:\n${key}`);
}

export async function downloadCerts(c: Context, config: Config, api: Api, key: string): Promise<void> {
  await c.out('[download-certs] Downloading the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace');
  const result = await api.settle(api.client.get("secrets", "kubeadm-certs", "kube-system"));
  if (!result.ok) {
    if (result.kind === "status" && result.code === 404)
      throw new KubeadmError(
        'error downloading certs: error downloading the secret: Secret "kubeadm-certs" was not found in the "kube-system" Namespace. This Secret might have expired. Please, run `kubeadm init phase upload-certs --upload-certs` on a control plane to generate a new one',
      );
    throw new KubeadmError(`error downloading certs: error downloading the secret: ${result.message}`);
  }
  await c.out(`[download-certs] Saving the certificates to the folder: "${certificatesDir(config)}"`);
  const data = (result.body.data ?? {}) as Record<string, string>;
  for (const { name, path } of shared(config)) {
    let text: string;
    try {
      text = decrypt(Buffer.from(key, "hex"), data[name] ?? "");
    } catch {
      throw new KubeadmError(
        "error downloading certs: error decoding secret data with provided key: cipher: message authentication failed",
      );
    }
    write(c.p, path, text, name.endsWith(".key") ? 0o600 : 0o644);
  }
}
