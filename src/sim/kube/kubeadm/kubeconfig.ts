/** kubeconfig files of the control plane's users. */
import type { Obj } from "../../core/json.ts";
import { parseCertificates } from "../../pki/index.ts";
import { administrators, certificatesDir, loadPair, makeLeaf, type Pair } from "./certs.ts";
import type { Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { kubernetesDir, write } from "./files.ts";
import { parseHostPort } from "./validate.ts";
import { fromYaml, toYaml } from "./yaml.ts";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const bracket = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** Server address of this node's API server. */
const localEndpoint = (endpoint: { advertiseAddress: string; bindPort: number }): string =>
  `https://${bracket(endpoint.advertiseAddress)}:${endpoint.bindPort}`;

/** The address that clients use: controlPlaneEndpoint with its port, or this node's. */
export function controlPlaneEndpoint(cluster: Obj, endpoint: { advertiseAddress: string; bindPort: number }): string {
  if (!cluster.controlPlaneEndpoint) return localEndpoint(endpoint);
  const { host, port } = parseHostPort(String(cluster.controlPlaneEndpoint));
  return `https://${bracket(host)}:${port === "" ? endpoint.bindPort : port}`;
}

export interface Kubeconfig {
  server: string;
  caPem?: string;
  clusterName: string;
  user: string;
  /** Name of the context; `user@cluster` when missing. */
  context?: string;
  credentials?: Obj;
}

export function kubeconfigText(k: Kubeconfig, minor: number): string {
  const context = k.context ?? `${k.user}@${k.clusterName}`;
  return toYaml({
    apiVersion: "v1",
    clusters: [
      {
        cluster: { ...(k.caPem === undefined ? {} : { "certificate-authority-data": base64(k.caPem) }), server: k.server },
        name: k.clusterName,
      },
    ],
    contexts: [{ context: { cluster: k.clusterName, user: k.user }, name: context }],
    "current-context": context,
    kind: "Config",
    // client-go stopped writing the empty field with 1.34
    ...(minor >= 34 ? {} : { preferences: {} }),
    users: [{ name: k.user, user: k.credentials ?? {} }],
  });
}

interface FileSpec {
  file: string;
  user: string;
  commonName: (config: Config) => string;
  organizations: (minor: number) => string[];
  /** The component talks to the API server of its own node. */
  local: (minor: number) => boolean;
  longName: string;
}

const files: FileSpec[] = [
  {
    file: "admin.conf",
    user: "kubernetes-admin",
    commonName: () => "kubernetes-admin",
    organizations: (m) => [administrators(m)],
    local: () => false,
    longName: "kubeconfig file for the admin to use and for kubeadm itself",
  },
  {
    file: "super-admin.conf",
    user: "kubernetes-super-admin",
    commonName: () => "kubernetes-super-admin",
    organizations: () => ["system:masters"],
    local: () => false,
    longName: "kubeconfig file for the super-admin",
  },
  {
    file: "kubelet.conf",
    user: "",
    commonName: (config) => `system:node:${config.init.nodeRegistration.name}`,
    organizations: () => ["system:nodes"],
    // feature gate ControlPlaneKubeletLocalMode, on by default since 1.33
    local: (m) => m >= 33,
    longName: "kubeconfig file for the kubelet to use *only* for cluster bootstrapping purposes",
  },
  {
    file: "controller-manager.conf",
    user: "system:kube-controller-manager",
    commonName: () => "system:kube-controller-manager",
    organizations: () => [],
    local: (m) => m >= 20,
    longName: "kubeconfig file for the controller manager to use",
  },
  {
    file: "scheduler.conf",
    user: "system:kube-scheduler",
    commonName: () => "system:kube-scheduler",
    organizations: () => [],
    local: (m) => m >= 20,
    longName: "kubeconfig file for the scheduler to use",
  },
];

export const fileNames = (minor: number): string[] => files.map((f) => f.file).filter((f) => minor >= 29 || f !== "super-admin.conf");

export function clientPair(c: Context, config: Config, commonName: string, organizations: string[]): { ca: Pair; pair: Pair } {
  let ca: Pair;
  try {
    ca = loadPair(c, certificatesDir(config), "ca");
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    throw new KubeadmError(`couldn't create a kubeconfig; the CA files couldn't be loaded: ${error.message}`);
  }
  return { ca, pair: makeLeaf(c, config, ca, { commonName, organizations, usages: ["clientAuth"] }) };
}

function kubeconfigFor(c: Context, config: Config, spec: FileSpec): string {
  const commonName = spec.commonName(config);
  const { ca, pair } = clientPair(c, config, commonName, spec.organizations(c.minor));
  const { cluster, init } = config;
  const endpoint = init.localAPIEndpoint as { advertiseAddress: string; bindPort: number };
  return kubeconfigText(
    {
      server: spec.local(c.minor) ? localEndpoint(endpoint) : controlPlaneEndpoint(cluster, endpoint),
      caPem: ca.certPem,
      clusterName: String(cluster.clusterName),
      user: spec.user === "" ? commonName : spec.user,
      credentials: { "client-certificate-data": base64(pair.certPem), "client-key-data": base64(pair.keyPem) },
    },
    c.minor,
  );
}

/** Writes one file, or keeps one that fits (createKubeConfigFileIfNotExists). */
export async function kubeconfigFilePhase(c: Context, config: Config, name: string): Promise<void> {
  const spec = files.find((f) => f.file === name)!;
  const path = `${kubernetesDir}/${name}`;
  const there = c.p.fs.tryReadText(path);
  if (there === undefined) {
    await c.out(`[kubeconfig] Writing "${name}" kubeconfig file`);
    write(c.p, path, kubeconfigFor(c, config, spec), 0o600);
    return;
  }
  const ca = c.p.fs.readText(`${certificatesDir(config)}/ca.crt`);
  const parsed = readKubeconfig(there);
  const same = parsed?.caPem !== undefined && parseCertificates(parsed.caPem)[0]?.fingerprint === parseCertificates(ca)[0]?.fingerprint;
  if (!same) throw new KubeadmError(`a kubeconfig file "${path}" exists already but has got the wrong CA cert`);
  await c.out(`[kubeconfig] Using existing kubeconfig file: "${path}"`);
}

export async function kubeconfigPhase(c: Context, config: Config, skip: (phase: string) => boolean = () => false): Promise<void> {
  await c.out(`[kubeconfig] Using kubeconfig folder "${kubernetesDir}"`);
  for (const name of fileNames(c.minor)) if (!skip(`kubeconfig/${name.replace(".conf", "")}`)) await kubeconfigFilePhase(c, config, name);
}

export interface ReadKubeconfig {
  server: string;
  caPem: string | undefined;
  user: string;
  certPem: string | undefined;
  keyPem: string | undefined;
  document: Obj;
}

/** The parts of a kubeconfig's current context; undefined when it has none. */
export function readKubeconfig(text: string): ReadKubeconfig | undefined {
  let document: Obj;
  try {
    document = (fromYaml(text)[0] ?? {}) as Obj;
  } catch {
    return undefined;
  }
  const named = (list: unknown, name: string): Obj | undefined => ((list ?? []) as Obj[]).find((item) => item.name === name);
  const context = named(document.contexts, String(document["current-context"] ?? ""))?.context as Obj | undefined;
  const cluster = named(document.clusters, String(context?.cluster ?? ""))?.cluster as Obj | undefined;
  const user = named(document.users, String(context?.user ?? ""))?.user as Obj | undefined;
  if (!context || !cluster) return undefined;
  const decoded = (value: unknown): string | undefined =>
    typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : undefined;
  return {
    server: String(cluster.server ?? ""),
    caPem: decoded(cluster["certificate-authority-data"]),
    user: String(context.user ?? ""),
    certPem: decoded(user?.["client-certificate-data"]),
    keyPem: decoded(user?.["client-key-data"]),
    document,
  };
}
