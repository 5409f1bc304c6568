/** `kubeadm config` and `kubeadm version`. */
import type { Obj } from "../../core/json.ts";
import { minorOf, releases } from "../control/releases.ts";
import { proxyConfiguration } from "./addons.ts";
import {
  apiVersionOf,
  controlPlaneImages,
  controlPlaneTaints,
  defaultCluster,
  external,
  initConfig,
  parseDocuments,
  readDocuments,
  type Config,
} from "./config.ts";
import { kubeconfigPath, openApi } from "./cluster.ts";
import { KubeadmError, type Context } from "./context.ts";
import { followDocker } from "./docker.ts";
import { openError, write } from "./files.ts";
import { loadInit, type InitFlags } from "./init.ts";
import { kubeletConfiguration } from "./kubelet.ts";
import { imageExists, pullImage } from "./preflight.ts";
import { checkSupported, resolveVersion } from "./version.ts";
import { toYaml } from "./yaml.ts";

async function imageConfig(c: Context, flags: InitFlags): Promise<Config> {
  const documents =
    flags.values.config === undefined
      ? {
          ClusterConfiguration: {
            ...(flags.values["kubernetes-version"] ? { kubernetesVersion: flags.values["kubernetes-version"] } : {}),
            ...(flags.values["image-repository"] ? { imageRepository: flags.values["image-repository"] } : {}),
          },
        }
      : await readDocuments(c, flags.values.config);
  const config = initConfig(c, documents);
  if (flags.values["cri-socket"]) config.init.nodeRegistration.criSocket = flags.values["cri-socket"];
  try {
    config.cluster.kubernetesVersion = await resolveVersion(c, String(config.cluster.kubernetesVersion));
    checkSupported(c, String(config.cluster.kubernetesVersion));
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    throw new KubeadmError(`could not convert cfg to an internal cfg: ${error.message}`);
  }
  return config;
}

export async function imagesList(c: Context, flags: InitFlags): Promise<void> {
  const output = flags.values.output ?? "text";
  if (output !== "text") c.p.notSimulated(`kubeadm config images list -o ${output}`);
  const config = await imageConfig(c, flags);
  const version = String(config.cluster.kubernetesVersion);
  // a release knows the etcd of the next one (constants.EtcdSupportedVersion)
  if (minorOf(version) > c.minor + 1)
    await c.klog(
      "W",
      "images.go:80",
      `could not find officially supported version of etcd for Kubernetes ${version}, falling back to the nearest etcd version (${releases[c.minor]!.etcd})`,
    );
  for (const image of controlPlaneImages(c, config.cluster)) await c.out(image);
}

export async function imagesPull(c: Context, flags: InitFlags): Promise<void> {
  const config = await imageConfig(c, flags);
  const socket = String(config.init.nodeRegistration.criSocket);
  for (const image of controlPlaneImages(c, config.cluster)) {
    const problem = (await imageExists(c, socket, image)) && c.minor >= 31 ? undefined : await pullImage(c, socket, image);
    if (problem !== undefined) throw new KubeadmError(`failed to pull image "${image}": ${problem}`);
    await c.out(`[config/images] Pulled ${image}`);
  }
}

/** Values that stand in for what only a real node knows. */
function placeholderInit(c: Context): Obj {
  const { minor } = c;
  return {
    bootstrapTokens: [
      {
        groups: ["system:bootstrappers:kubeadm:default-node-token"],
        token: "abcdef.0123456789abcdef",
        ttl: "24h0m0s",
        usages: ["signing", "authentication"],
      },
    ],
    localAPIEndpoint: { advertiseAddress: "1.2.3.4", bindPort: 6443 },
    nodeRegistration: {
      criSocket: minor >= 24 ? "unix:///var/run/containerd/containerd.sock" : "/var/run/dockershim.sock",
      ...(minor >= 22 ? { imagePullPolicy: "IfNotPresent" } : {}),
      ...(minor >= 31 ? { imagePullSerial: true } : {}),
      name: minor >= 22 ? "node" : c.p.hostname,
      taints: minor >= 22 ? null : controlPlaneTaints(minor),
    },
    ...(minor >= 31 ? { timeouts: defaults } : {}),
  };
}

const defaults = {
  controlPlaneComponentHealthCheck: "4m0s",
  discovery: "5m0s",
  etcdAPICall: "2m0s",
  kubeletHealthCheck: "4m0s",
  kubernetesAPICall: "1m0s",
  tlsBootstrap: "5m0s",
  upgradeManifests: "5m0s",
};

function placeholderCluster(c: Context): Obj {
  return defaultCluster(c, { kubernetesVersion: c.minor >= 22 ? `1.${c.minor}.0` : `v1.${c.minor}.0` });
}

export async function printInitDefaults(c: Context, flags: InitFlags): Promise<void> {
  const cluster = placeholderCluster(c);
  const documents = [
    toYaml(external(c.minor, "InitConfiguration", placeholderInit(c))),
    toYaml(external(c.minor, "ClusterConfiguration", cluster)),
  ];
  const config: Config = { cluster, init: placeholderInit(c), kubelet: {}, proxy: {}, userKubelet: false, userProxy: false };
  // the defaults are made once for each document that they are taken from
  for (let i = 0; i <= (flags.lists["component-configs"]?.length ?? 0); i++) await followDocker(c, config);
  for (const kind of flags.lists["component-configs"] ?? []) {
    if (kind === "KubeletConfiguration") documents.push(toYaml(kubeletConfiguration(c, config)));
    else if (kind === "KubeProxyConfiguration") documents.push(toYaml(proxyConfiguration(c, config)));
    else throw new KubeadmError(`--component-configs needs to contain some of [KubeProxyConfiguration KubeletConfiguration]`);
  }
  await c.p.out(documents.join("---\n"));
}

export async function printJoinDefaults(c: Context): Promise<void> {
  const { nodeRegistration } = placeholderInit(c) as { nodeRegistration: Obj };
  await c.p.out(
    toYaml(
      external(c.minor, "JoinConfiguration", {
        caCertPath: "/etc/kubernetes/pki/ca.crt",
        discovery: {
          bootstrapToken: { apiServerEndpoint: "kube-apiserver:6443", token: "abcdef.0123456789abcdef", unsafeSkipCAVerification: true },
          ...(c.minor >= 31 ? {} : { timeout: "5m0s" }),
          tlsBootstrapToken: "abcdef.0123456789abcdef",
        },
        nodeRegistration: { ...nodeRegistration, taints: null },
        ...(c.minor >= 31 ? { timeouts: defaults } : {}),
      }),
    ),
  );
}

export async function printResetDefaults(c: Context): Promise<void> {
  if (c.minor < 31) throw new KubeadmError('unknown command "reset-defaults" for "kubeadm config print"');
  await c.p.out(
    toYaml({
      apiVersion: apiVersionOf(c.minor),
      certificatesDir: "/etc/kubernetes/pki",
      criSocket: "unix:///var/run/containerd/containerd.sock",
      kind: "ResetConfiguration",
      timeouts: defaults,
    }),
  );
}

/** Up to 1.21. */
export async function configView(c: Context, flags: InitFlags): Promise<void> {
  await c.err(
    `Command "view" is deprecated, This command is deprecated and will be removed in a future release, please use 'kubectl get cm -o yaml -n kube-system kubeadm-config' to get the kubeadm config directly.`,
  );
  const map = await openApi(c, kubeconfigPath(c, flags.values.kubeconfig)).get("configmaps", "kubeadm-config", "kube-system");
  if (!map) throw new KubeadmError('configmaps "kubeadm-config" not found');
  await c.p.out(String(map.data?.ClusterConfiguration ?? ""));
}

export async function migrate(c: Context, flags: InitFlags): Promise<void> {
  const path = flags.values["old-config"];
  if (!path) throw new KubeadmError("the --old-config flag is mandatory");
  let text: string;
  try {
    text = c.p.fs.readText(path);
  } catch (error) {
    throw new KubeadmError(openError(error, path));
  }
  const documents = await parseDocuments(c, text, "migrate");
  if (documents.JoinConfiguration) c.p.notSimulated("kubeadm config migrate of a JoinConfiguration");
  const config = await loadInit(c, { values: { config: path }, lists: {} }, true, documents);
  const out = `${toYaml(external(c.minor, "InitConfiguration", config.init))}---\n${toYaml(external(c.minor, "ClusterConfiguration", config.cluster))}`;
  const target = flags.values["new-config"];
  if (target) write(c.p, target, out, 0o644);
  else await c.p.out(out);
}

export async function validate(c: Context, flags: InitFlags): Promise<void> {
  const path = flags.values.config;
  if (!path) throw new KubeadmError("the --config flag is mandatory");
  let text: string;
  try {
    text = c.p.fs.readText(path);
  } catch (error) {
    throw new KubeadmError(openError(error, path));
  }
  const documents = await parseDocuments(c, text, "strict");
  if (documents.InitConfiguration || documents.ClusterConfiguration) await loadInit(c, { values: { config: path }, lists: {} });
  await c.out("ok");
}

/** Go release that a Kubernetes minor is built with. */
const goVersions: Record<number, string> = {
  20: "go1.15.15",
  21: "go1.16.15",
  22: "go1.16.15",
  23: "go1.17.13",
  24: "go1.18.10",
  25: "go1.20.10",
  26: "go1.21.7",
  27: "go1.22.5",
  28: "go1.22.8",
  29: "go1.23.6",
  30: "go1.23.10",
  31: "go1.23.12",
  32: "go1.24.9",
  33: "go1.24.9",
  34: "go1.24.9",
  35: "go1.25.6",
  36: "go1.26.0",
};

export async function version(c: Context, output: string | undefined): Promise<void> {
  const info: Record<string, string> = {
    major: "1",
    minor: String(c.minor),
    gitVersion: c.version,
    gitCommit: "0000000000000000000000000000000000000000",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: goVersions[c.minor] ?? "go1.25.6",
    compiler: "gc",
    platform: "linux/amd64",
  };
  switch (output) {
    case undefined:
    case "": {
      const fields = Object.entries(info).map(([key, value]) => `${key[0]!.toUpperCase()}${key.slice(1)}:"${value}"`);
      return await c.out(`kubeadm version: &version.Info{${fields.join(", ")}}`);
    }
    case "short":
      return await c.out(c.version);
    case "yaml":
      return await c.out(toYaml({ clientVersion: info }));
    case "json":
      return await c.out(JSON.stringify({ clientVersion: info }, null, 2));
    default:
      throw new KubeadmError(`invalid output format: ${output}`);
  }
}
