/** Fields of kubeadm's configuration kinds, for the strict decoding that warns of (or refuses) unknown ones. */

type Fields = { [name: string]: true | Fields | [Fields] };

const endpoint: Fields = { advertiseAddress: true, bindPort: true };
const taints: [Fields] = [{ key: true, value: true, effect: true, timeAdded: true }];
const nodeRegistration: Fields = {
  name: true,
  criSocket: true,
  taints,
  kubeletExtraArgs: true,
  ignorePreflightErrors: true,
  imagePullPolicy: true,
  imagePullSerial: true,
};
const timeouts: Fields = {
  controlPlaneComponentHealthCheck: true,
  kubeletHealthCheck: true,
  kubernetesAPICall: true,
  etcdAPICall: true,
  tlsBootstrap: true,
  discovery: true,
  upgradeManifests: true,
};
const volumes: [Fields] = [{ name: true, hostPath: true, mountPath: true, readOnly: true, pathType: true }];
const component: Fields = { extraArgs: true, extraVolumes: volumes, extraEnvs: true };
const image: Fields = { imageRepository: true, imageTag: true };

const kinds: Record<string, Fields> = {
  InitConfiguration: {
    bootstrapTokens: [{ token: true, description: true, ttl: true, expires: true, usages: true, groups: true }],
    dryRun: true,
    nodeRegistration,
    localAPIEndpoint: endpoint,
    certificateKey: true,
    skipPhases: true,
    patches: { directory: true },
    timeouts,
  },
  ClusterConfiguration: {
    etcd: {
      local: { ...image, dataDir: true, extraArgs: true, extraEnvs: true, serverCertSANs: true, peerCertSANs: true },
      external: { endpoints: true, caFile: true, certFile: true, keyFile: true, httpEndpoints: true },
    },
    networking: { serviceSubnet: true, podSubnet: true, dnsDomain: true },
    kubernetesVersion: true,
    controlPlaneEndpoint: true,
    apiServer: { ...component, certSANs: true, timeoutForControlPlane: true },
    controllerManager: component,
    scheduler: component,
    dns: { ...image, type: true, disabled: true },
    proxy: { disabled: true },
    certificatesDir: true,
    imageRepository: true,
    useHyperKubeImage: true,
    featureGates: true,
    clusterName: true,
    encryptionAlgorithm: true,
    certificateValidityPeriod: true,
    caCertificateValidityPeriod: true,
  },
  JoinConfiguration: {
    dryRun: true,
    nodeRegistration,
    caCertPath: true,
    discovery: {
      bootstrapToken: { token: true, apiServerEndpoint: true, caCertHashes: true, unsafeSkipCAVerification: true },
      file: { kubeConfigPath: true },
      tlsBootstrapToken: true,
      timeout: true,
    },
    controlPlane: { localAPIEndpoint: endpoint, certificateKey: true },
    skipPhases: true,
    patches: { directory: true },
    timeouts,
  },
  ResetConfiguration: {
    cleanupTmpDir: true,
    certificatesDir: true,
    criSocket: true,
    dryRun: true,
    force: true,
    ignorePreflightErrors: true,
    skipPhases: true,
    unmountFlags: true,
    timeouts,
  },
  UpgradeConfiguration: { apply: true, node: true, plan: true, diff: true, timeouts },
};

export const isKind = (kind: string): boolean => Object.hasOwn(kinds, kind) || kind === "ClusterStatus";

/** Paths of fields that the kind does not have, in order of appearance. */
export function unknownFields(kind: string, document: unknown): string[] {
  const fields = kinds[kind];
  if (!fields) return [];
  return scan({ apiVersion: true, kind: true, ...fields }, document, "");
}

/** Texts among the fields: by kind, the Go struct that holds them and their path. */
const texts: Record<string, [struct: string, paths: string][]> = {
  ClusterConfiguration: [
    ["ClusterConfiguration", "kubernetesVersion controlPlaneEndpoint certificatesDir imageRepository clusterName"],
    ["Networking", "networking.serviceSubnet networking.podSubnet networking.dnsDomain"],
  ],
  InitConfiguration: [["APIEndpoint", "localAPIEndpoint.advertiseAddress"]],
};

/** The first text that is something else. */
export function wrongType(kind: string, document: unknown): { struct: string; path: string; got: string } | undefined {
  for (const [struct, paths] of texts[kind] ?? [])
    for (const path of paths.split(" ")) {
      const value = path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown> | null | undefined)?.[name], document);
      if (value === undefined || value === null || typeof value === "string") continue;
      const got = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
      return { struct, path, got };
    }
  return undefined;
}

function scan(fields: Fields, value: unknown, path: string): string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = Object.hasOwn(fields, name) ? fields[name]! : undefined;
    const at = path === "" ? name : `${path}.${name}`;
    if (field === undefined) return [at];
    if (field === true) return [];
    if (Array.isArray(field)) return Array.isArray(inner) ? inner.flatMap((item, i) => scan(field[0], item, `${at}[${i}]`)) : [];
    return scan(field, inner, at);
  });
}
