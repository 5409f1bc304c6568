/** The kubelet's way to the API server: its kubeconfig, and the client certificate it asks for when it has none. */
import { parseYaml } from "../../../core/yaml.ts";
import { Errno } from "../../../core/errno.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { createCertificate, createKey, createRequest, parseCertificate } from "../../../pki/index.ts";
import type { KubeClient } from "../../api.ts";
import { kubeconfigClient } from "../../client.ts";
import { klogS } from "../klog.ts";
import { clientOf, forgetClient, stateOf } from "./state.ts";

/** The client, once there is a kubeconfig that can be used. */
export function apiClient(p: Proc): KubeClient | undefined {
  const { options, bootstrapping } = stateOf(p);
  if (bootstrapping || options.kubeconfig === "") return undefined;
  return clientOf(p, () => {
    try {
      return kubeconfigClient(p, options.kubeconfig, "kubelet");
    } catch (error) {
      if (!(error instanceof Error) || error.name === "Ended" || error.name === "NotSimulated") throw error;
      return undefined;
    }
  });
}

/** Why the kubeconfig cannot be used, as the kubelet ends with; undefined when it can (or when it runs without one). */
export function checkKubeconfig(p: Proc): string | undefined {
  const s = stateOf(p);
  const { kubeconfig, bootstrapKubeconfig } = s.options;
  if (kubeconfig === "") return undefined;
  if (usable(p, kubeconfig)) {
    if (bootstrapKubeconfig !== "") klogS(p, "I", "bootstrap.go:101", "Use the kubeconfig for the client", {});
    try {
      kubeconfigClient(p, kubeconfig, "kubelet");
    } catch (error) {
      if (!(error instanceof Error) || error.name === "Ended") throw error;
      return `invalid kubeconfig: ${error.message}`;
    }
    return undefined;
  }
  if (bootstrapKubeconfig === "") return p.fs.exists(kubeconfig) ? undefined : `stat ${kubeconfig}: no such file or directory`;
  if (!p.fs.exists(bootstrapKubeconfig))
    return `unable to load bootstrap kubeconfig: stat ${bootstrapKubeconfig}: no such file or directory`;
  s.bootstrapping = true;
  return undefined;
}

/** The kubeconfig is there and its client certificate still good (pkg/kubelet/certificate/bootstrap, isClientConfigStillValid). */
function usable(p: Proc, path: string): boolean {
  const text = p.fs.tryReadText(path);
  if (text === undefined) return false;
  const config = parseYaml(text) as Obj;
  const user = (config.users?.[0]?.user ?? {}) as Obj;
  const pem = user["client-certificate-data"]
    ? Buffer.from(user["client-certificate-data"] as string, "base64").toString("utf8")
    : user["client-certificate"]
      ? p.fs.tryReadText(user["client-certificate"] as string)
      : undefined;
  if (pem === undefined) return user.token !== undefined;
  try {
    const { notAfter } = parseCertificate(pem);
    if (notAfter > p.now) return true;
    klogS(p, "E", "bootstrap.go:240", "Part of the existing bootstrap client certificate in is expired", {
      kubeconfig: path,
      expiration: new Date(notAfter).toISOString(),
    });
    return false;
  } catch {
    return false;
  }
}

/** One step of the bootstrap: asks for a certificate, then looks whether it has been given. True when done. */
export function bootstrapStep(p: Proc): boolean {
  const s = stateOf(p);
  let client: KubeClient;
  try {
    client = kubeconfigClient(p, s.options.bootstrapKubeconfig, "kubelet");
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended") throw error;
    klogS(p, "E", "bootstrap.go:266", "Failed while requesting a signed certificate from the control plane", { err: error.message });
    return false;
  }
  const data = p.data as { csr?: { name: string; key: string } };
  if (!data.csr) {
    const key = createKey(p.machine.random("kubelet-client-key"));
    const request = createRequest({
      subject: { organizations: ["system:nodes"], commonName: `system:node:${s.nodeName}` },
      keyPem: key.privatePem,
      spki: key.spki,
    });
    const made = client.create("certificatesigningrequests.certificates.k8s.io", {
      apiVersion: "certificates.k8s.io/v1",
      kind: "CertificateSigningRequest",
      metadata: { generateName: "csr-" },
      spec: {
        request: Buffer.from(request).toString("base64"),
        signerName: "kubernetes.io/kube-apiserver-client-kubelet",
        usages: ["digital signature", "client auth"],
      },
    });
    if (!made.ok) {
      klogS(p, "E", "certificate_manager.go:562", "Failed while requesting a signed certificate from the control plane", {
        err: `cannot create certificate signing request: ${made.kind === "transport" ? `Post "${client.server}/apis/certificates.k8s.io/v1/certificatesigningrequests": ` : ""}${made.message}`,
        logger: "kubernetes.io/kube-apiserver-client-kubelet",
      });
      return false;
    }
    data.csr = { name: made.body.metadata.name as string, key: key.privatePem };
    return false;
  }
  const got = client.get("certificatesigningrequests.certificates.k8s.io", data.csr.name);
  if (!got.ok) {
    if (got.kind === "status" && got.code === 404) delete data.csr;
    return false;
  }
  const denied = ((got.body.status?.conditions ?? []) as Obj[]).find((c) => c.type === "Denied" || c.type === "Failed");
  if (denied) {
    klogS(p, "E", "certificate_manager.go:440", "certificate request was not signed", {
      err: `certificate signing request is ${(denied.type as string).toLowerCase()}, reason: ${denied.reason as string}, message: ${denied.message as string}`,
    });
    delete data.csr;
    return false;
  }
  const certificate = got.body.status?.certificate as string | undefined;
  if (!certificate) return false;
  keepCertificate(p, Buffer.from(certificate, "base64").toString("utf8"), data.csr.key);
  delete data.csr;
  writeKubeconfig(p);
  s.bootstrapping = false;
  forgetClient(p);
  return true;
}

/**
 * With rotation on, the certificate in the kubeconfig becomes the first of those that rotate
 * (k8s.io/client-go/util/certificate, getCurrentCertificateOrBootstrap).
 */
export function keepFirstCertificate(p: Proc): void {
  const { options, config } = stateOf(p);
  if (config.rotateCertificates !== true || p.fs.exists(`${options.certDir}/kubelet-client-current.pem`)) return;
  const read = parseYaml(p.fs.tryReadText(options.kubeconfig) ?? "") as Obj | null;
  const user = read?.users?.[0]?.user as Obj | undefined;
  const [certificate, key] = [user?.["client-certificate-data"], user?.["client-key-data"]] as (string | undefined)[];
  if (!certificate || !key) return;
  keepCertificate(p, Buffer.from(certificate, "base64").toString(), Buffer.from(key, "base64").toString());
}

function keepCertificate(p: Proc, certificate: string, key: string): void {
  const dir = stateOf(p).options.certDir;
  p.fs.mkdirp(dir, 0o755);
  const stamp = new Date(p.now).toISOString().slice(0, 19).replaceAll(":", "-").replace("T", "-");
  const file = `${dir}/kubelet-client-${stamp}.pem`;
  p.fs.write(file, `${certificate.trimEnd()}\n${key}`, { mode: 0o600 });
  const current = `${dir}/kubelet-client-current.pem`;
  if (p.fs.tryStat(current, false)) p.fs.unlink(current);
  p.fs.symlink(file, current);
}

function writeKubeconfig(p: Proc): void {
  const { options } = stateOf(p);
  const boot = parseYaml(p.fs.readText(options.bootstrapKubeconfig)) as Obj;
  const cluster = boot.clusters[0].cluster as Obj;
  const current = `${options.certDir}/kubelet-client-current.pem`;
  const ca = cluster["certificate-authority-data"]
    ? `    certificate-authority-data: ${cluster["certificate-authority-data"] as string}\n`
    : cluster["certificate-authority"]
      ? `    certificate-authority: ${cluster["certificate-authority"] as string}\n`
      : "";
  p.fs.write(
    options.kubeconfig,
    `apiVersion: v1\nclusters:\n- cluster:\n${ca}    server: ${cluster.server as string}\n  name: default-cluster\ncontexts:\n- context:\n    cluster: default-cluster\n    namespace: default\n    user: default-auth\n  name: default-context\ncurrent-context: default-context\nkind: Config\npreferences: {}\nusers:\n- name: default-auth\n  user:\n    client-certificate: ${current}\n    client-key: ${current}\n`,
    { mode: 0o600 },
  );
}

/** The serving certificate of port 10250: given, or self-signed as on every kubeadm node. */
export function servingCertificate(p: Proc): string {
  const s = stateOf(p);
  const given = s.config.tlsCertFile as string | undefined;
  if (given) return p.fs.readText(given);
  const dir = s.options.certDir;
  const file = `${dir}/kubelet.crt`;
  const there = p.fs.tryReadText(file);
  if (there !== undefined) return there;
  const random = p.machine.random("kubelet-serving-key");
  const caKey = createKey(random);
  const hour = 3_600_000;
  const at = Math.floor(p.now / 1000);
  const times = { notBefore: p.now - hour, notAfter: p.now + 365 * 24 * hour };
  const ca = createCertificate({
    subject: { commonName: `${s.nodeName}-ca@${at}` },
    spki: caKey.spki,
    keyPem: caKey.privatePem,
    ca: true,
    keyUsages: ["digitalSignature", "keyEncipherment", "keyCertSign"],
    ...times,
    serial: random.bytes(8),
  });
  const key = createKey(random);
  const leaf = createCertificate({
    subject: { commonName: `${s.nodeName}@${at}` },
    issuer: { certPem: ca, keyPem: caKey.privatePem },
    spki: key.spki,
    keyUsages: ["digitalSignature", "keyEncipherment"],
    usages: ["serverAuth"],
    dnsNames: [s.nodeName],
    ipAddresses: s.nodeIp === "" ? [] : [s.nodeIp],
    ...times,
    serial: random.bytes(8),
  });
  try {
    p.fs.mkdirp(dir, 0o755);
    p.fs.write(file, `${leaf.trimEnd()}\n${ca}`, { mode: 0o644 });
    p.fs.write(`${dir}/kubelet.key`, key.privatePem, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  return `${leaf.trimEnd()}\n${ca}`;
}
