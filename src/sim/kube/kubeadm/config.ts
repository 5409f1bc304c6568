/** kubeadm's configuration: read from files and flags, defaulted, and written in the API version of the release. */
import { copy as copyData } from "../../core/copy.ts";
import type { Obj } from "../../core/json.ts";
import { releases } from "../control/releases.ts";
import { defaultAddress } from "./address.ts";
import { KubeadmError, type Context } from "./context.ts";
import { openError } from "./files.ts";
import { isKind, fieldsBeyond, unknownFields, wrongType } from "./schema.ts";
import { kubeletFields } from "../node/kubelet/configuration-types.ts";
import { fromYaml, toYaml } from "./yaml.ts";

export interface Arg {
  name: string;
  value: string;
}

/** `{name, value}` lists of v1beta4 are the internal form; maps of older versions are turned into them. */
export function argsOf(value: unknown): Arg[] {
  if (Array.isArray(value)) return value as Arg[];
  return Object.entries((value as Record<string, string> | undefined) ?? {}).map(([name, v]) => ({ name, value: String(v) }));
}

/** Everything that a command works with. Objects have the fields of the API; lists of arguments are in the internal form. */
export interface Config {
  cluster: Obj;
  /** Fields of InitConfiguration that are about this node. */
  init: Obj;
  join?: Obj;
  reset?: Obj;
  kubelet: Obj;
  proxy: Obj;
  /** The user gave a KubeletConfiguration or KubeProxyConfiguration. */
  userKubelet: boolean;
  userProxy: boolean;
}

/** API version that a release writes. */
export const apiVersionOf = (minor: number): string => `kubeadm.k8s.io/${minor >= 31 ? "v1beta4" : minor >= 22 ? "v1beta3" : "v1beta2"}`;

/** Versions that a release reads. */
function readable(minor: number): string[] {
  return [
    ...(minor <= 21 ? ["v1beta1"] : []),
    ...(minor <= 26 ? ["v1beta2"] : []),
    ...(minor >= 22 ? ["v1beta3"] : []),
    ...(minor >= 31 ? ["v1beta4"] : []),
  ];
}

/** Last release that could read a version that is gone (cmd/kubeadm/app/util/config/common.go). */
const oldVersions: Record<string, string> = { v1alpha1: "v1.11", v1alpha2: "v1.12", v1alpha3: "v1.14", v1beta1: "v1.15", v1beta2: "v1.22" };

const defaultRepository = (minor: number): string => (minor >= 25 ? "registry.k8s.io" : "k8s.gcr.io");

/** Containerd's socket as the release writes it. */
const defaultSocket = (minor: number): string =>
  minor >= 24 ? "unix:///var/run/containerd/containerd.sock" : "/run/containerd/containerd.sock";

export interface Documents {
  [kind: string]: Obj;
}

const ours = /^kubeadm\.k8s\.io\//;

/** The documents of a configuration file by kind. */
export async function readDocuments(c: Context, path: string): Promise<Documents> {
  let text: string;
  try {
    text = c.p.fs.readText(path);
  } catch (error) {
    throw new KubeadmError(`unable to read config from "${path}" : ${openError(error, path)}`);
  }
  return await parseDocuments(c, text);
}

/** `strict`: what does not fit is an error; `migrate`: old versions are what it is about. */
export async function parseDocuments(c: Context, text: string, how: "lenient" | "strict" | "migrate" = "lenient"): Promise<Documents> {
  let documents: unknown[];
  try {
    documents = fromYaml(text);
  } catch (error) {
    throw new KubeadmError(`could not interpret GroupVersionKind; unmarshal error: ${(error as Error).message}`);
  }
  const found: Documents = {};
  for (const document of documents) {
    if (document === null || document === undefined) continue;
    const object = document as Obj;
    const { apiVersion, kind } = object as { apiVersion?: string; kind?: string };
    if (typeof object !== "object" || !apiVersion || !kind)
      throw new KubeadmError(
        "invalid configuration for GroupVersionKind /, Kind=: kind and apiVersion is mandatory information that must be specified",
      );
    const [group, version] = [apiVersion.slice(0, apiVersion.lastIndexOf("/")), apiVersion.slice(apiVersion.lastIndexOf("/") + 1)];
    const gvk = `schema.GroupVersionKind{Group:"${group}", Version:"${version}", Kind:"${kind}"}`;
    if (ours.test(apiVersion)) {
      if (!readable(c.minor).includes(version)) {
        if (oldVersions[version] && c.minor >= 15)
          throw new KubeadmError(
            `your configuration file uses an old API spec: "${apiVersion}" (kind: "${kind}"). Please use kubeadm ${oldVersions[version]} instead and run 'kubeadm config migrate --old-config old-config.yaml --new-config new-config.yaml', which will write the new, similar spec using a newer API version.`,
          );
        await unknownConfiguration(c, gvk);
        throw new KubeadmError(
          `no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme/scheme.go:31"`,
        );
      }
      if (apiVersion !== apiVersionOf(c.minor) && how !== "migrate")
        await c.klog(
          "W",
          "common.go:101",
          c.minor >= 31
            ? `your configuration file uses a deprecated API spec: "${apiVersion}" (kind: "${kind}"). Please use 'kubeadm config migrate --old-config old-config.yaml --new-config new-config.yaml', which will write the new, similar spec using a newer API version.`
            : `your configuration file uses a deprecated API spec: "${apiVersion}". Please use 'kubeadm config migrate --old-config old.yaml --new-config new.yaml', which will write the new, similar spec using a newer API version.`,
        );
      if (!isKind(kind)) {
        await unknownConfiguration(c, gvk);
        await c.out(`[config] WARNING: Ignored YAML document with GroupVersionKind ${apiVersion}, Kind=${kind}`);
        continue;
      }
      const strange = unknownFields(kind, object, version);
      if (strange.length > 0) {
        const why =
          c.minor >= 23
            ? `strict decoding error: ${strange.map((f) => `unknown field "${f}"`).join(", ")}`
            : `error unmarshaling JSON: while decoding JSON: json: unknown field "${strange[0]!.replace(/^.*\./, "")}"`;
        if (how === "strict") throw new KubeadmError(`error unmarshaling configuration ${gvk}: ${why}`);
        await c.klog("W", "strict.go:54", `error unmarshaling configuration ${gvk}: ${why}`);
      }
      if (how === "lenient") for (const field of fieldsBeyond(kind, object)) c.p.notSimulated(`kubeadm's ${kind}, field ${field}`);
      const wrong = wrongType(kind, object);
      if (wrong !== undefined) {
        const why = `json: cannot unmarshal ${wrong.got} into Go struct field ${wrong.struct}.${wrong.path} of type string`;
        if (c.minor >= 23) throw new KubeadmError(why);
        await c.klog("W", "strict.go:54", `error unmarshaling configuration ${gvk}: error unmarshaling JSON: while decoding JSON: ${why}`);
        throw new KubeadmError(jsonIterator(version, kind, object, wrong.path));
      }
    } else if (kind === "KubeletConfiguration") {
      const strange = Object.keys(object).filter((name) => name !== "apiVersion" && name !== "kind" && !kubeletFields.has(name));
      if (strange.length > 0)
        await c.klog(
          "W",
          "strict.go:54",
          `error unmarshaling configuration ${gvk}: ${
            c.minor >= 23
              ? `strict decoding error: ${strange.map((f) => `unknown field "${f}"`).join(", ")}`
              : `error unmarshaling JSON: while decoding JSON: json: unknown field "${strange[0]!}"`
          }`,
        );
    } else if (kind !== "KubeProxyConfiguration") {
      await c.out(`[config] WARNING: Ignored YAML document with GroupVersionKind ${apiVersion}, Kind=${kind}`);
      continue;
    }
    found[kind] = object;
  }
  return found;
}

async function unknownConfiguration(c: Context, gvk: string): Promise<void> {
  if (c.minor > 22) return;
  const scheme = (name: string): string => `"k8s.io/kubernetes/cmd/kubeadm/app/${name}"`;
  await c.klog(
    "W",
    "strict.go:47",
    `unknown configuration ${gvk} for scheme definitions in ${scheme("apis/kubeadm/scheme/scheme.go:31")} and ${scheme("componentconfigs/scheme.go:28")}`,
  );
}

/** What json-iterator, the decoder up to 1.22, says of a value that is no string, with the text around it (iter.go, ReportError). */
function jsonIterator(version: string, kind: string, object: Obj, path: string): string {
  const text = JSON.stringify(object, (_key, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  const names = path.split(".");
  let at = 0;
  for (const name of names) at = text.indexOf(`${JSON.stringify(name)}:`, at) + name.length + 3;
  const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
  const where = [kind, ...names.map(capital)].slice(0, -1).map((owner, i) => `${version}.${owner}.${capital(names[i]!)}: `);
  const around = (size: number): string => text.slice(Math.max(0, at + 1 - size), at + 1 + size);
  return `${where.join("")}ReadString: expects " or n, but found ${text[at]!}, error found in #${Math.min(10, at + 1)} byte of ...|${around(10)}|..., bigger context ...|${around(50)}|...`;
}

function isList(version: string): boolean {
  return version === "v1beta4";
}

/** Turns maps of arguments into lists, in place of the copy that is returned. */
function internal(object: Obj): Obj {
  const copy = copyData(object);
  for (const holder of [copy.apiServer, copy.controllerManager, copy.scheduler, copy.etcd?.local])
    if (holder?.extraArgs !== undefined) holder.extraArgs = argsOf(holder.extraArgs);
  if (copy.nodeRegistration?.kubeletExtraArgs !== undefined)
    copy.nodeRegistration.kubeletExtraArgs = argsOf(copy.nodeRegistration.kubeletExtraArgs);
  delete copy.apiVersion;
  delete copy.kind;
  return copy;
}

/** The object as the release writes it. */
export function external(minor: number, kind: string, object: Obj): Obj {
  const apiVersion = apiVersionOf(minor);
  const copy = copyData(object);
  if (!isList(apiVersion.replace(/^.*\//, ""))) {
    const asMap = (args: Arg[]): Record<string, string> => Object.fromEntries(args.map((a) => [a.name, a.value]));
    for (const holder of [copy.apiServer, copy.controllerManager, copy.scheduler, copy.etcd?.local])
      if (holder?.extraArgs !== undefined) holder.extraArgs = asMap(holder.extraArgs as Arg[]);
    if (copy.nodeRegistration?.kubeletExtraArgs !== undefined)
      copy.nodeRegistration.kubeletExtraArgs = asMap(copy.nodeRegistration.kubeletExtraArgs as Arg[]);
  }
  return { ...copy, apiVersion, kind };
}

export const newToken = (c: Context): string => {
  const random = c.p.machine.random("kubeadm/token");
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  return `${random.word(6, alphabet)}.${random.word(16, alphabet)}`;
};

/** Finds the runtime's socket; several known ones are an error (cmd/kubeadm/app/util/runtime). */
export function detectSocket(c: Context): string {
  const known: [path: string, socket: string][] =
    c.minor >= 24
      ? [
          ["/var/run/containerd/containerd.sock", "unix:///var/run/containerd/containerd.sock"],
          ["/var/run/crio/crio.sock", "unix:///var/run/crio/crio.sock"],
          ["/var/run/cri-dockerd.sock", "unix:///var/run/cri-dockerd.sock"],
        ]
      : [
          ["/var/run/docker.sock", "/var/run/dockershim.sock"],
          ["/run/containerd/containerd.sock", "/run/containerd/containerd.sock"],
          ["/var/run/crio/crio.sock", "/var/run/crio/crio.sock"],
        ];
  const found = known.filter(([path]) => c.p.fs.tryStat(path)?.type === "socket").map(([, socket]) => socket);
  if (found.length > 1)
    throw new KubeadmError(
      c.minor >= 24
        ? `found multiple CRI endpoints on the host. Please define which one do you wish to use by setting the 'criSocket' field in the kubeadm configuration file: ${found.join(", ")}`
        : `found multiple CRI sockets, please use --cri-socket to select one: ${found.join(", ")}`,
    );
  return found[0] ?? (c.minor >= 24 ? defaultSocket(c.minor) : "/var/run/dockershim.sock");
}

export const controlPlaneTaints = (minor: number): Obj[] =>
  minor >= 25
    ? [{ effect: "NoSchedule", key: "node-role.kubernetes.io/control-plane" }]
    : minor === 24
      ? [
          { effect: "NoSchedule", key: "node-role.kubernetes.io/master" },
          { effect: "NoSchedule", key: "node-role.kubernetes.io/control-plane" },
        ]
      : [{ effect: "NoSchedule", key: "node-role.kubernetes.io/master" }];

function defaultNode(c: Context, given: Obj | undefined, controlPlane: boolean): Obj {
  const node: Obj = { ...given };
  node.name = String(node.name ?? "") === "" ? c.p.hostname.toLowerCase() : String(node.name).toLowerCase();
  node.criSocket ??= detectSocket(c);
  if (c.minor >= 24 && String(node.criSocket).startsWith("/")) node.criSocket = `unix://${node.criSocket}`;
  if (node.taints === undefined) node.taints = controlPlane ? controlPlaneTaints(c.minor) : null;
  if (c.minor >= 22) node.imagePullPolicy ??= "IfNotPresent";
  if (c.minor >= 31) node.imagePullSerial ??= true;
  return node;
}

function defaultEndpoint(given: Obj | undefined): { advertiseAddress: string; bindPort: number } {
  const bindPort = Number(given?.bindPort ?? 0) || 6443;
  const advertiseAddress = String(given?.advertiseAddress ?? "");
  return { advertiseAddress, bindPort };
}

/** Fills in the advertise address as ChooseAPIServerBindAddress does. */
export async function chooseAddress(c: Context, endpoint: { advertiseAddress: string }): Promise<void> {
  if (endpoint.advertiseAddress !== "" && endpoint.advertiseAddress !== "0.0.0.0") return;
  const found = defaultAddress(c.p);
  if (found) {
    await c.trace(5, "interface.go:411", `Found active IP ${found.address} `);
    endpoint.advertiseAddress = found.address;
    return;
  }
  await c.klog(
    "W",
    "common.go:148",
    'WARNING: could not obtain a bind address for the API Server: no default routes found in "/proc/net/route" or "/proc/net/ipv6_route"; using: 0.0.0.0',
  );
  throw new KubeadmError('cannot use "0.0.0.0" as the bind address for the API Server');
}

export function defaultCluster(c: Context, given: Obj | undefined): Obj {
  const cluster = internal(given ?? {});
  cluster.certificatesDir ??= "/etc/kubernetes/pki";
  cluster.clusterName ??= "kubernetes";
  cluster.imageRepository ??= defaultRepository(c.minor);
  cluster.kubernetesVersion ??= "stable-1";
  cluster.networking = { dnsDomain: "cluster.local", serviceSubnet: "10.96.0.0/12", ...cluster.networking };
  cluster.apiServer ??= {};
  cluster.controllerManager ??= {};
  cluster.scheduler ??= {};
  cluster.dns ??= {};
  if (c.minor < 22) cluster.dns.type ??= "CoreDNS";
  if (!cluster.etcd?.external) cluster.etcd = { local: { dataDir: "/var/lib/etcd", ...cluster.etcd?.local } };
  if (c.minor < 31) cluster.apiServer.timeoutForControlPlane ??= "4m0s";
  else {
    delete cluster.apiServer.timeoutForControlPlane;
    cluster.proxy ??= {};
    cluster.encryptionAlgorithm ??= "RSA-2048";
    cluster.certificateValidityPeriod ??= "8760h0m0s";
    cluster.caCertificateValidityPeriod ??= "87600h0m0s";
  }
  return cluster;
}

function defaultTimeouts(given: Obj | undefined): Obj {
  return {
    controlPlaneComponentHealthCheck: "4m0s",
    discovery: "5m0s",
    etcdAPICall: "2m0s",
    kubeletHealthCheck: "4m0s",
    kubernetesAPICall: "1m0s",
    tlsBootstrap: "5m0s",
    upgradeManifests: "5m0s",
    ...given,
  };
}

/** Defaults of `kubeadm init`, before the address and version are resolved. */
export function initConfig(c: Context, documents: Documents): Config {
  const cluster = defaultCluster(c, documents.ClusterConfiguration);
  const given = internal(documents.InitConfiguration ?? {});
  const tokens: Obj[] = given.bootstrapTokens?.length ? (given.bootstrapTokens as Obj[]) : [{}];
  const init: Obj = {
    ...given,
    bootstrapTokens: tokens.map((token) => ({
      groups: ["system:bootstrappers:kubeadm:default-node-token"],
      ttl: token.expires === undefined ? "24h0m0s" : undefined,
      usages: ["signing", "authentication"],
      ...token,
      token: token.token ?? newToken(c),
    })),
    localAPIEndpoint: defaultEndpoint(given.localAPIEndpoint),
    nodeRegistration: defaultNode(c, given.nodeRegistration, true),
  };
  if (c.minor >= 31) init.timeouts = defaultTimeouts(given.timeouts);
  return {
    cluster,
    init,
    kubelet: copyData(documents.KubeletConfiguration ?? {}),
    proxy: copyData(documents.KubeProxyConfiguration ?? {}),
    userKubelet: documents.KubeletConfiguration !== undefined,
    userProxy: documents.KubeProxyConfiguration !== undefined,
  };
}

export function joinConfig(c: Context, documents: Documents): Obj {
  const given = internal(documents.JoinConfiguration ?? {});
  const join: Obj = { ...given };
  join.caCertPath ??= "/etc/kubernetes/pki/ca.crt";
  join.discovery = { ...given.discovery };
  if (c.minor < 31) join.discovery.timeout ??= "5m0s";
  else join.timeouts = defaultTimeouts(given.timeouts);
  const token = join.discovery.bootstrapToken;
  if (!join.discovery.tlsBootstrapToken && token?.token) join.discovery.tlsBootstrapToken = token.token;
  join.nodeRegistration = defaultNode(c, given.nodeRegistration, given.controlPlane !== undefined && given.controlPlane !== null);
  if (join.controlPlane)
    join.controlPlane = { ...join.controlPlane, localAPIEndpoint: defaultEndpoint(join.controlPlane.localAPIEndpoint) };
  return join;
}

export const discoveryTimeout = (join: Obj): string => String(join.timeouts?.discovery ?? join.discovery?.timeout ?? "5m0s");

/** ClusterConfiguration as it lies in the kubeadm-config ConfigMap. */
export function marshalCluster(minor: number, cluster: Obj): string {
  const object = external(minor, "ClusterConfiguration", cluster);
  if (minor <= 29)
    object.apiServer = { ...object.apiServer, extraArgs: { "authorization-mode": "Node,RBAC", ...object.apiServer.extraArgs } };
  return toYaml(object);
}

/** Reads what marshalCluster wrote. */
export const unmarshalCluster = (text: string): Obj => internal((fromYaml(text)[0] ?? {}) as Obj);

/** Images of the control plane in the order in which kubeadm lists them. */
export function controlPlaneImages(c: Context, cluster: Obj): string[] {
  const minor = Number(/^v?1\.(\d+)/.exec(String(cluster.kubernetesVersion))?.[1] ?? c.minor);
  const repository = String(cluster.imageRepository);
  const core = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"].map(
    (n) => `${repository}/${n}:${cluster.kubernetesVersion}`,
  );
  const rest = [pauseImage(c, cluster), ...(cluster.etcd.local ? [etcdImage(c, cluster, minor)] : []), coreDnsImage(c, cluster)];
  // 1.24 moved CoreDNS before pause and etcd
  return minor >= 24 ? [...core, rest.at(-1)!, ...rest.slice(0, -1)] : [...core, ...rest];
}

const release = (c: Context, minor = c.minor): (typeof releases)[number] => releases[minor] ?? releases[c.minor] ?? releases[35]!;

export const pauseImage = (c: Context, cluster: Obj): string => `${cluster.imageRepository}/pause:${release(c).pause}`;

export function etcdImage(c: Context, cluster: Obj, minor: number): string {
  const local = cluster.etcd.local as Obj;
  // etcd follows the control plane's version as far as this kubeadm knows it
  return `${local.imageRepository ?? cluster.imageRepository}/etcd:${local.imageTag ?? release(c, Math.min(minor, c.minor)).etcd}`;
}

export function coreDnsImage(c: Context, cluster: Obj): string {
  const repository = String(cluster.dns.imageRepository ?? cluster.imageRepository);
  // the repository moved one level down in registry.k8s.io with 1.21
  const nested = c.minor >= 21 && repository === defaultRepository(c.minor) ? `${repository}/coredns` : repository;
  return `${nested}/coredns:${cluster.dns.imageTag ?? release(c).coredns}`;
}
