/** `kubeadm join` (cmd/kubeadm/app/cmd/join.go, discovery/token, cmd/phases/join). */
import type { Obj } from "../../core/json.ts";
import { followDocker } from "./docker.ts";
import { httpCall } from "../../net/http.ts";
import { detachedSignature, parseCertificates, publicKeyHash } from "../../pki/index.ts";
import { kubeconfigClient } from "../client.ts";
import { parseDuration } from "../control/flags.ts";
import { Api } from "./api.ts";
import { certificatesDir, certsPhase } from "./certs.ts";
import { chooseAddress, discoveryTimeout, joinConfig, readDocuments, unmarshalCluster, type Config, type Documents } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { addMember, checkMembers } from "./etcd-members.ts";
import { adminConf, bootstrapConf, kubeletConf, kubernetesDir, openError, write } from "./files.ts";
import { markControlPlane, refuseMixedFlags, type InitFlags } from "./init.ts";
import { kubeconfigFilePhase, kubeconfigText, readKubeconfig } from "./kubeconfig.ts";
import { kubeletConfiguration, startKubelet, stopKubelet, writeConfiguration, writeFlags } from "./kubelet.ts";
import { controlPlanePhase } from "./manifests.ts";
import { ignoredChecks, joinPreflight, pullPreflight, secondaryPreflight } from "./preflight.ts";
import { downloadCerts, kubeletConfigMap } from "./upload.ts";
import { validateJoin, verifyAddress } from "./validate.ts";
import { OldKubeletCheck, waitForKubelet } from "./wait.ts";
import { fromYaml } from "./yaml.ts";

function documentsOfFlags({ values, lists }: InitFlags, endpoint: string | undefined): Documents {
  const given = (name: string): string | undefined => (values[name] === "" ? undefined : values[name]);
  const token = given("discovery-token") ?? given("token");
  const discovery: Obj = {};
  if (endpoint !== undefined)
    discovery.bootstrapToken = {
      apiServerEndpoint: endpoint,
      token,
      caCertHashes: lists["discovery-token-ca-cert-hash"],
      ...(values["discovery-token-unsafe-skip-ca-verification"] === "true" ? { unsafeSkipCAVerification: true } : {}),
    };
  if (given("discovery-file")) discovery.file = { kubeConfigPath: given("discovery-file") };
  discovery.tlsBootstrapToken = given("tls-bootstrap-token") ?? given("token");
  const join: Obj = { discovery, nodeRegistration: { name: given("node-name"), criSocket: given("cri-socket") } };
  for (const [key, value] of Object.entries(join.nodeRegistration as Obj)) if (value === undefined) delete join.nodeRegistration[key];
  if (values["control-plane"] === "true")
    join.controlPlane = {
      certificateKey: given("certificate-key"),
      localAPIEndpoint: {
        advertiseAddress: given("apiserver-advertise-address") ?? "",
        bindPort: Number(values["apiserver-bind-port"] ?? 6443),
      },
    };
  return { JoinConfiguration: join };
}

interface Access {
  server: string;
  caPem: string | undefined;
  token: string;
}

/** One GET with the bootstrap token's credentials (or none). */
function fetchObject(
  c: Context,
  access: Partial<Access> & { server: string },
  path: string,
): { ok: true; object: Obj } | { ok: false; text: string; after: number; status?: number } {
  const url = `${access.server}${path}?timeout=10s`;
  const result = httpCall(c.p, {
    url,
    headers: { accept: "application/json", ...(access.token ? { authorization: `Bearer ${access.token}` } : {}) },
    tls: access.caPem === undefined ? { insecure: true } : { ca: access.caPem },
  });
  if (!result.ok) {
    const late = result.after > 10_000;
    const why =
      late && result.phase === "connect" ? `context deadline exceeded (Client.Timeout exceeded while awaiting headers)` : result.detail;
    return { ok: false, text: `Get "${url}": ${why}`, after: Math.min(result.after, 10_000) };
  }
  const { response } = result;
  const object = (response.object ?? JSON.parse(Buffer.from(response.body as string).toString() || "{}")) as Obj;
  if (response.status === 200) return { ok: true, object };
  return {
    ok: false,
    text: String(object.message ?? `the server responded with status ${response.status}`),
    after: result.after,
    status: response.status,
  };
}

const infoPath = "/api/v1/namespaces/kube-public/configmaps/cluster-info";

/** Waits for a cluster-info that is signed for this token. */
async function clusterInfo(c: Context, access: Partial<Access> & { server: string }, tokenId: string, timeout: number): Promise<Obj> {
  const end = c.p.now + timeout;
  let last = "";
  for (;;) {
    const got = fetchObject(c, access, infoPath);
    if (got.ok) {
      if ((got.object.data as Obj | undefined)?.[`jws-kubeconfig-${tokenId}`] !== undefined) return got.object;
      last = `could not find a JWS signature in the cluster-info ConfigMap for token ID "${tokenId}"`;
      await c.trace(
        1,
        "token.go:221",
        `[discovery] The cluster-info ConfigMap does not yet contain a JWS signature for token ID "${tokenId}", will try again`,
      );
    } else {
      await c.p.sleep(got.after);
      last = c.minor >= 32 ? `failed to request the cluster-info ConfigMap: ${got.text}` : got.text;
      await c.trace(1, "token.go:215", `[discovery] Failed to request cluster-info, will try again: ${got.text}`);
    }
    // five seconds with some jitter before 1.32, exactly five since
    const pause = c.minor >= 32 ? 5000 : 5000 + c.p.machine.random("kubeadm/discovery").int(0, 1500);
    if (c.p.now + pause >= end) {
      await c.p.sleep(Math.max(0, end - c.p.now));
      throw new KubeadmError(last);
    }
    await c.p.sleep(pause);
  }
}

function checkPins(caPem: string, hashes: string[]): void {
  const found = parseCertificates(caPem).map((certificate) => publicKeyHash(certificate.pem));
  if (!found.some((hash) => hashes.some((pin) => pin.toLowerCase() === hash)))
    throw new KubeadmError(
      `cluster CA found in cluster-info ConfigMap is invalid: none of the public keys "${found.join(":")}" are pinned`,
    );
}

function validatePins(c: Context, hashes: string[]): void {
  const refuse = (text: string): never => {
    throw new KubeadmError(c.minor >= 24 ? `invalid discovery token CA certificate hash: ${text}` : text);
  };
  for (const hash of hashes) {
    const cut = hash.indexOf(":");
    if (cut < 0) refuse('invalid public key hash, expected "format:value"');
    const kind = hash.slice(0, cut).toLowerCase();
    if (kind !== "sha256") refuse(`unknown hash format "${hash.slice(0, cut)}"${c.minor >= 24 ? ". Known format(s) are: sha256" : ""}`);
    const value = hash.slice(cut + 1);
    if (!/^[0-9a-fA-F]*$/.test(value))
      refuse(
        `could not decode SHA-256 from public key hash: encoding/hex: invalid byte: ${goByte(value.replaceAll(/[0-9a-fA-F]/g, "")[0] ?? "")}`,
      );
    if (value.length !== 64) refuse(`expected a 32 byte SHA-256 hash, found ${Math.floor(value.length / 2)} bytes`);
  }
}

const goByte = (char: string): string => `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")} '${char}'`;

/** Discovery by token: cluster-info is trusted by its signature and the pinned key. */
async function discover(c: Context, join: Obj): Promise<Access> {
  const { bootstrapToken, file, tlsBootstrapToken } = join.discovery as { bootstrapToken?: Obj; file?: Obj; tlsBootstrapToken?: string };
  if (file) return discoverByFile(c, String(file.kubeConfigPath), tlsBootstrapToken);
  const timeout = parseDuration(discoveryTimeout(join)) ?? 300_000;
  const endpoint = String(bootstrapToken!.apiServerEndpoint);
  const [id, secret] = String(bootstrapToken!.token).split(".") as [string, string];
  const hashes = (bootstrapToken!.caCertHashes as string[] | undefined) ?? [];
  const server = `https://${endpoint}`;
  // the pins were parsed before the first request until 1.27
  if (c.minor < 28) validatePins(c, hashes);
  await c.trace(1, "token.go:78", `[discovery] Created cluster-info discovery client, requesting info from "${endpoint}"`);
  const info = await clusterInfo(c, { server }, id, timeout);
  if (c.minor >= 28) validatePins(c, hashes);
  const data = (info.data ?? {}) as Record<string, string>;
  const kubeconfig = data.kubeconfig ?? "";
  if (kubeconfig === "")
    throw new KubeadmError(
      "there is no kubeconfig key in the cluster-info ConfigMap. This API Server isn't set up for token bootstrapping, can't connect",
    );
  if (detachedSignature(kubeconfig, id, secret) !== data[`jws-kubeconfig-${id}`])
    throw new KubeadmError("failed to verify JWS signature of received cluster info object, can't trust this API Server");
  const cluster = ((fromYaml(kubeconfig)[0] as Obj).clusters as Obj[])[0]!.cluster as Obj;
  const caPem = Buffer.from(String(cluster["certificate-authority-data"] ?? ""), "base64").toString();
  if (hashes.length > 0) {
    checkPins(caPem, hashes);
    await c.trace(1, "token.go:118", `[discovery] Requesting info from "${endpoint}" again to validate TLS against the pinned public key`);
    const again = await clusterInfo(c, { server, caPem }, id, timeout);
    if ((again.data as Record<string, string>).kubeconfig !== kubeconfig)
      throw new KubeadmError("the second kubeconfig from the cluster-info ConfigMap (using validated TLS) was different from the first");
  }
  return { server: String(cluster.server), caPem, token: tlsBootstrapToken ?? `${id}.${secret}` };
}

function discoverByFile(c: Context, path: string, token: string | undefined): Access {
  if (path.startsWith("https://")) c.p.notSimulated("kubeadm join --discovery-file with a URL");
  let text: string;
  try {
    text = c.p.fs.readText(path);
  } catch (error) {
    throw new KubeadmError(openError(error, path));
  }
  const read = readKubeconfig(text);
  if (!read?.caPem || !token) c.p.notSimulated("a discovery file without authority data or without --tls-bootstrap-token");
  return { server: read!.server, caPem: read!.caPem, token: token! };
}

/** The cluster's configuration as the ConfigMaps have it. */
async function fetchCluster(c: Context, access: Access, join: Obj): Promise<{ config: Config; kubelet: Obj }> {
  if (c.minor >= 32) {
    await c.out('[preflight] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...');
    await c.out("[preflight] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.");
  } else {
    await c.out("[preflight] Reading configuration from the cluster...");
    await c.out("[preflight] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'");
  }
  const read = async (name: string): Promise<Obj> => {
    const path = `/api/v1/namespaces/kube-system/configmaps/${name}`;
    const end = c.p.now + 60_000;
    for (;;) {
      const got = fetchObject(c, access, path);
      if (got.ok) return got.object;
      if (got.status === 401 || got.status === 404 || c.p.now >= end)
        throw new KubeadmError(`unable to fetch the kubeadm-config ConfigMap: failed to get config map: ${got.text}`);
      await c.p.sleep(got.after + 500);
    }
  };
  const cluster = unmarshalCluster(String((await read("kubeadm-config")).data?.ClusterConfiguration ?? ""));
  // a cluster's kubelet configuration is kept under the name that its version uses
  const minor = Number(/^v1\.(\d+)/.exec(String(cluster.kubernetesVersion))?.[1] ?? c.minor);
  const kubelet = (fromYaml(String((await read(kubeletConfigMap(minor))).data?.kubelet ?? ""))[0] ?? {}) as Obj;
  const endpoint = join.controlPlane?.localAPIEndpoint ?? { advertiseAddress: "", bindPort: 6443 };
  const init: Obj = { nodeRegistration: join.nodeRegistration, localAPIEndpoint: endpoint, timeouts: join.timeouts, bootstrapTokens: [] };
  return { config: { cluster, init, kubelet: {}, proxy: {}, userKubelet: false, userProxy: false }, kubelet };
}

async function inPhase<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    throw new KubeadmError(`error execution phase ${name}: ${error.message}`);
  }
}

async function kubeletStart(c: Context, join: Obj, config: Config, kubelet: Obj, access: Access): Promise<void> {
  const name = String(join.nodeRegistration.name);
  const local =
    join.controlPlane && c.minor >= 33
      ? `https://${config.init.localAPIEndpoint.advertiseAddress}:${config.init.localAPIEndpoint.bindPort}`
      : access.server;
  write(
    c.p,
    bootstrapConf,
    kubeconfigText(
      {
        server: local,
        caPem: access.caPem,
        clusterName: String(config.cluster.clusterName ?? "kubernetes"),
        user: "tls-bootstrap-token-user",
        credentials: { token: access.token },
      },
      c.minor,
    ),
    0o600,
  );
  if (!c.p.fs.exists(String(join.caCertPath))) write(c.p, String(join.caCertPath), access.caPem ?? "", 0o644);
  const node = fetchObject(c, access, `/api/v1/nodes/${name}`);
  if (node.ok) {
    const ready = ((node.object.status?.conditions as Obj[] | undefined) ?? []).find((condition) => condition.type === "Ready");
    if (ready?.status === "True") {
      c.p.fs.removeAll(bootstrapConf);
      throw new KubeadmError(
        `a Node with name "${name}" and status "Ready" already exists in the cluster. You must delete the existing Node or change the name of this new joining Node`,
      );
    }
  } else if (node.status !== 404) {
    c.p.fs.removeAll(bootstrapConf);
    throw new KubeadmError(`cannot get Node "${name}": ${node.text}`);
  }
  await stopKubelet(c);
  await writeConfiguration(c, config, kubelet);
  await writeFlags(c, config, !join.controlPlane);
  await startKubelet(c);
}

async function waitBootstrap(c: Context, join: Obj, kubelet: Obj): Promise<void> {
  const setting = (name: string): number =>
    parseDuration(String(join.timeouts?.[name] ?? "")) ?? (name === "tlsBootstrap" ? 300_000 : 240_000);
  try {
    if (c.minor < 29) await oldWait(c);
    else {
      await waitForKubelet(c, setting("kubeletHealthCheck"), kubelet);
      await c.out("[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap");
      const end = c.p.now + setting("tlsBootstrap");
      while (!bootstrapped(c)) {
        if (c.p.now >= end) {
          const text = "context deadline exceeded";
          await c.out(
            `\n\tUnfortunately, an error has occurred:\n\t\t${text}\n\n\tThis error is likely caused by:\n\t\t- The kubelet is not running\n\t\t- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)\n\n\tIf you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:\n\t\t- 'systemctl status kubelet'\n\t\t- 'journalctl -xeu kubelet'\n`,
          );
          throw new KubeadmError(text);
        }
        await c.p.sleep(1000);
      }
    }
  } finally {
    if (c.p.status === undefined && !join.controlPlane) c.p.fs.removeAll(bootstrapConf);
  }
}

/** The kubelet has written its own kubeconfig, and the files that it names are there. */
function bootstrapped(c: Context): boolean {
  const text = c.p.fs.tryReadText(kubeletConf);
  const user = text === undefined ? undefined : ((readKubeconfig(text)?.document.users as Obj[] | undefined)?.[0]?.user as Obj | undefined);
  if (!user) return false;
  const file = user["client-certificate"] as string | undefined;
  return file === undefined || c.p.fs.exists(file);
}

async function oldWait(c: Context): Promise<void> {
  await c.out("[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap...");
  const check = new OldKubeletCheck(c);
  const end = c.p.now + 300_000;
  while (!bootstrapped(c)) {
    await check.look();
    if (c.p.now >= end) throw new KubeadmError("timed out waiting for the condition");
    await c.p.sleep(1000);
  }
}

async function annotate(c: Context, join: Obj): Promise<void> {
  if (c.minor >= 34) return;
  const client = kubeconfigClient(c.p, kubeletConf);
  const api = new Api(c, client);
  const end = c.p.now + 120_000;
  const patch = { metadata: { annotations: { "kubeadm.alpha.kubernetes.io/cri-socket": String(join.nodeRegistration.criSocket) } } };
  for (;;) {
    const result = await api.settle(client.patch("nodes", String(join.nodeRegistration.name), patch, { type: "strategic" }));
    if (result.ok) return;
    if (c.p.now >= end)
      throw new KubeadmError(
        `error ${c.minor >= 29 ? "writing CRISocket for this node" : "uploading crisocket"}: ${c.minor >= 29 ? result.message : "timed out waiting for the condition"}`,
      );
    await c.p.sleep(500);
  }
}

export async function join(c: Context, flags: InitFlags, endpoint: string | undefined): Promise<void> {
  if (flags.values["dry-run"] === "true") c.p.notSimulated("kubeadm join --dry-run");
  if (flags.lists["skip-phases"]?.length) c.p.notSimulated("kubeadm join --skip-phases");
  if (flags.values.patches !== undefined) c.p.notSimulated("kubeadm join --patches");
  refuseMixedFlags(c, flags);
  let documents: Documents;
  if (flags.values.config === undefined) documents = documentsOfFlags(flags, endpoint);
  else {
    documents = await readDocuments(c, flags.values.config);
    if (!documents.JoinConfiguration) throw new KubeadmError("no JoinConfiguration found in the supplied config");
  }
  const config = joinConfig(c, documents);
  const secondary = Boolean(config.controlPlane);
  if (secondary) {
    verifyAddress(c, config.controlPlane.localAPIEndpoint as { advertiseAddress: string });
    await chooseAddress(c, config.controlPlane.localAPIEndpoint as { advertiseAddress: string });
  }
  validateJoin(config);
  const ignored = ignoredChecks([
    ...(flags.lists["ignore-preflight-errors"] ?? []),
    ...((config.nodeRegistration.ignorePreflightErrors as string[] | undefined) ?? []),
  ]);
  const { access, fetched } = await inPhase("preflight", async () => {
    await joinPreflight(c, config, ignored);
    let found: Access;
    try {
      found = await discover(c, config);
    } catch (error) {
      if (!(error instanceof KubeadmError)) throw error;
      throw new KubeadmError(`couldn't validate the identity of the API Server: ${error.message}`);
    }
    const cluster = await fetchCluster(c, found, config);
    if (secondary) await preflightControlPlane(c, config, cluster.config, ignored);
    return { access: found, fetched: cluster };
  });
  if (secondary) await prepareControlPlane(c, config, fetched.config, access);
  const own = { ...fetched.config.init, nodeRegistration: config.nodeRegistration as Obj };
  await followDocker(c, { ...fetched.config, init: own, kubelet: fetched.kubelet });
  await inPhase("kubelet-start", () => kubeletStart(c, config, fetched.config, fetched.kubelet, access));
  // since 1.33 the kubelet of a control plane waits for the API server beside it
  const localMode = secondary && c.minor >= 33;
  const wait = async (): Promise<void> => {
    await waitBootstrap(c, config, kubeletConfiguration(c, fetched.config));
    await annotate(c, config);
  };
  if (!localMode) await inPhase("kubelet-start", wait);
  if (!secondary) {
    await c.out(`
This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
* The Kubelet was informed of the new secure connection details.

Run 'kubectl get nodes' on the control-plane to see this node join the cluster.
`);
    return;
  }
  const api = new Api(c, kubeconfigClient(c.p, adminConf));
  if (fetched.config.cluster.etcd?.local)
    await inPhase(localMode ? "etcd-join" : "control-plane-join/etcd", () => addMember(c, fetched.config, api));
  if (localMode) await inPhase("kubelet-wait-bootstrap", wait);
  c.p.fs.removeAll(bootstrapConf);
  if (c.minor <= 21)
    await c.out('[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace');
  else if (c.minor < 32)
    await c.out("The 'update-status' phase is deprecated and will be removed in a future release. Currently it performs no operation");
  await inPhase("control-plane-join/mark-control-plane", () => markControlPlane(c, fetched.config, api));
  await c.out(`
This node has joined the cluster and a new control plane instance was created:

* Certificate signing request was sent to apiserver and approval was received.
* The Kubelet was informed of the new secure connection details.
* Control plane label and taint were applied to the new node.
* The Kubernetes control plane instances scaled up.
* A new etcd member was added to the local/stacked etcd cluster.

To start administering your cluster from this node, you need to run the following as a regular user:

	mkdir -p $HOME/.kube
	sudo cp -i ${adminConf} $HOME/.kube/config
	sudo chown $(id -u):$(id -g) $HOME/.kube/config

Run 'kubectl get nodes' to see this node join the cluster.
`);
}

async function preflightControlPlane(c: Context, join: Obj, config: Config, ignored: Set<string>): Promise<void> {
  if (!config.cluster.controlPlaneEndpoint) {
    throw new KubeadmError(`
One or more conditions for hosting a new control plane instance is not satisfied.

unable to add a new control plane instance to a cluster that doesn't have a stable controlPlaneEndpoint address

Please ensure that:
* The cluster has a stable controlPlaneEndpoint address.
* The certificates that must be shared among control plane instances are provided.

`);
  }
  const dir = certificatesDir(config);
  const needed = ["ca.crt", "ca.key", "sa.key", "front-proxy-ca.crt", "front-proxy-ca.key", "etcd/ca.crt", "etcd/ca.key"].map(
    (n) => `${dir}/${n}`,
  );
  if (!join.controlPlane.certificateKey) {
    const missing = needed.filter((path) => !c.p.fs.exists(path));
    if (missing.length > 0) {
      const what: Record<string, string> = {
        "ca.crt": "CA",
        "sa.key": "service account key",
        "front-proxy-ca.crt": "front-proxy CA",
        "etcd/ca.crt": "etcd CA",
      };
      const lines = missing
        .filter((path) => what[path.slice(dir.length + 1)])
        .map((path) =>
          path.endsWith("sa.key")
            ? `failure loading key for service account: couldn't load the private key file ${path}: open ${path}: no such file or directory`
            : `failure loading certificate for ${what[path.slice(dir.length + 1)]}: couldn't load the certificate file ${path}: open ${path}: no such file or directory`,
        );
      throw new KubeadmError(`
One or more conditions for hosting a new control plane instance is not satisfied.

[${lines.join(", ")}]

Please ensure that:
* The cluster has a stable controlPlaneEndpoint address.
* The certificates that must be shared among control plane instances are provided.

`);
    }
  }
  await c.out("[preflight] Running pre-flight checks before initializing the new control plane instance");
  await secondaryPreflight(c, config, ignored);
  await c.out("[preflight] Pulling images required for setting up a Kubernetes cluster");
  await c.out("[preflight] This might take a minute or two, depending on the speed of your internet connection");
  await c.out(
    c.minor >= 32
      ? "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'"
      : "[preflight] You can also perform this action in beforehand using 'kubeadm config images pull'",
  );
  await pullPreflight(c, config, ignored);
}

async function prepareControlPlane(c: Context, join: Obj, config: Config, access: Access): Promise<void> {
  const key = join.controlPlane.certificateKey as string | undefined;
  if (key)
    await inPhase("control-plane-prepare/download-certs", async () => {
      // the secret may be read with the bootstrap token
      const path = `${kubernetesDir}/.kubeadm-download.conf`;
      write(
        c.p,
        path,
        kubeconfigText(
          {
            server: access.server,
            caPem: access.caPem,
            clusterName: "kubernetes",
            user: "token-bootstrap-client",
            credentials: { token: access.token },
          },
          c.minor,
        ),
        0o600,
      );
      try {
        await downloadCerts(c, config, new Api(c, kubeconfigClient(c.p, path)), key);
      } finally {
        c.p.fs.removeAll(path);
      }
    });
  await inPhase("control-plane-prepare/certs", async () => {
    await certsPhase(c, config);
    await c.out('[certs] Valid certificates and keys now exist in "' + certificatesDir(config) + '"');
  });
  await inPhase("control-plane-prepare/kubeconfig", async () => {
    await c.out("[kubeconfig] Generating kubeconfig files");
    await c.out(`[kubeconfig] Using kubeconfig folder "${kubernetesDir}"`);
    for (const name of ["admin.conf", "controller-manager.conf", "scheduler.conf"]) await kubeconfigFilePhase(c, config, name);
  });
  await inPhase("control-plane-prepare/control-plane", () => controlPlanePhase(c, config));
  if (config.cluster.etcd?.local)
    await inPhase("check-etcd", async () => {
      await c.out("[check-etcd] Checking that the etcd cluster is healthy");
      await checkMembers(c, config, new Api(c, kubeconfigClient(c.p, adminConf)));
    });
}
