/** Fields of kubeadm's configuration kinds, for the strict decoding that warns of (or refuses) unknown ones. */

/**
 * A field: "" is read, "~" changes nothing here, "!" is not simulated but where it has one of the values behind "=" (or none). Behind a
 * blank the versions that have it: "4-" v1beta4 and later, "-3" up to v1beta3, "-2" v1beta2 only.
 * Source: cmd/kubeadm/app/apis/kubeadm/v1beta{2,3,4}/types.go of Kubernetes (docs/reference/config-api/kubeadm-config.v1beta4 as a page).
 */
type Leaf = string;
/** "" among the fields is the versions of the whole. */
type Fields = { [name: string]: Leaf | Fields | [Fields] };

const endpoint: Fields = { advertiseAddress: "", bindPort: "" };
const nodeRegistration: Fields = {
  name: "",
  criSocket: "",
  taints: [{ key: "", value: "", effect: "", timeAdded: "!" }],
  kubeletExtraArgs: "",
  ignorePreflightErrors: "",
  imagePullPolicy: " 3-",
  // images come one after another or at once: the same images
  imagePullSerial: "~ 4-",
};
const timeouts: Fields = {
  "": "4-",
  controlPlaneComponentHealthCheck: "",
  kubeletHealthCheck: "",
  kubernetesAPICall: "!=1m0s|1m",
  etcdAPICall: "!=2m0s|2m",
  tlsBootstrap: "",
  discovery: "",
  upgradeManifests: "~",
};
const volumes: [Fields] = [{ name: "", hostPath: "", mountPath: "", readOnly: "", pathType: "" }];
const component: Fields = { extraArgs: "", extraVolumes: volumes, extraEnvs: " 4-" };
const image: Fields = { imageRepository: "", imageTag: "" };

const kinds: Record<string, Fields> = {
  InitConfiguration: {
    bootstrapTokens: [{ token: "", description: "", ttl: "", expires: "", usages: "", groups: "" }],
    dryRun: " 4-",
    nodeRegistration,
    localAPIEndpoint: endpoint,
    certificateKey: "",
    skipPhases: " 3-",
    patches: { "": "3-", directory: "!" },
    timeouts,
  },
  ClusterConfiguration: {
    etcd: {
      local: { ...image, dataDir: "", extraArgs: "", extraEnvs: " 4-", serverCertSANs: "", peerCertSANs: "" },
      external: { endpoints: "", caFile: "", certFile: "", keyFile: "", httpEndpoints: "! 4-" },
    },
    networking: { serviceSubnet: "", podSubnet: "", dnsDomain: "" },
    kubernetesVersion: "",
    controlPlaneEndpoint: "",
    apiServer: { ...component, certSANs: "", timeoutForControlPlane: " -3" },
    controllerManager: component,
    scheduler: component,
    dns: { ...image, type: "!=CoreDNS -2", disabled: " 4-" },
    proxy: { "": "4-", disabled: "" },
    certificatesDir: "",
    imageRepository: "",
    useHyperKubeImage: "! -2",
    featureGates: "!",
    clusterName: "",
    encryptionAlgorithm: " 4-",
    certificateValidityPeriod: " 4-",
    caCertificateValidityPeriod: " 4-",
  },
  JoinConfiguration: {
    dryRun: "! 4-",
    nodeRegistration,
    caCertPath: "",
    discovery: {
      bootstrapToken: { token: "", apiServerEndpoint: "", caCertHashes: "", unsafeSkipCAVerification: "" },
      file: { kubeConfigPath: "" },
      tlsBootstrapToken: "",
      timeout: " -3",
    },
    controlPlane: { localAPIEndpoint: endpoint, certificateKey: "" },
    skipPhases: "! 3-",
    patches: { "": "3-", directory: "!" },
    timeouts,
  },
  ResetConfiguration: {
    "": "4-",
    cleanupTmpDir: "",
    certificatesDir: "",
    criSocket: "",
    dryRun: "!",
    force: "",
    ignorePreflightErrors: "",
    skipPhases: "",
    unmountFlags: "!",
    timeouts: "~",
  },
  // of `kubeadm upgrade` alone, which is not simulated
  UpgradeConfiguration: { "": "4-", apply: "~", node: "~", plan: "~", diff: "~", timeouts: "~" },
};

const served = (versions: string, version: number): boolean => {
  const [, from = "", to = ""] = /^(\d?)-(\d?)$/.exec(versions) ?? [];
  return (from === "" || version >= Number(from)) && (to === "" || version <= Number(to));
};
const leaf = (text: Leaf): { mark: string; usual: string[]; versions: string } => {
  const [, mark = "", usual = "", versions = ""] = /^([!~]?)(?:=(\S+))?(?: (\S+))?$/.exec(text)!;
  return { mark, usual: usual.split("|"), versions };
};
/** v1beta3 → 3. */
const numberOf = (version: string): number => Number(version.replace("v1beta", ""));

export const isKind = (kind: string): boolean => Object.hasOwn(kinds, kind) || kind === "ClusterStatus";

/** Paths of fields that the kind does not have in a version (v1beta4), in order of appearance. */
export function unknownFields(kind: string, document: unknown, version: string): string[] {
  const fields = kinds[kind];
  if (!fields) return [];
  const found: string[] = [];
  walk({ apiVersion: "", kind: "", ...fields }, document, "", (path, field) => {
    const versions =
      field === undefined
        ? undefined
        : typeof field === "string"
          ? leaf(field).versions
          : Array.isArray(field)
            ? ""
            : ((field[""] as string) ?? "");
    if (versions !== undefined && served(versions, numberOf(version))) return true;
    found.push(path);
    return false;
  });
  return found;
}

/** Paths of fields that are set to something whose effect is not simulated. */
export function fieldsBeyond(kind: string, document: unknown): string[] {
  const found: string[] = [];
  walk(kinds[kind] ?? {}, document, "", (path, field, value) => {
    if (typeof field !== "string" || leaf(field).mark !== "!") return true;
    const empty =
      value === null || value === false || value === "" || (typeof value === "object" && Object.keys(value as object).length === 0);
    if (!empty && !(typeof value === "string" && leaf(field).usual.includes(value))) found.push(path);
    return true;
  });
  return found;
}

/** Every field with its mark and versions, for those who hold the table against the code. */
export function allFields(): { kind: string; path: string; mark: string; versions: string }[] {
  const list = (kind: string, fields: Fields, path: string): { kind: string; path: string; mark: string; versions: string }[] =>
    Object.entries(fields).flatMap(([name, field]) => {
      if (name === "") return [];
      const at = path === "" ? name : `${path}.${name}`;
      if (typeof field !== "string") return list(kind, Array.isArray(field) ? field[0] : field, at);
      const { mark, versions } = leaf(field);
      return [{ kind, path: at, mark, versions }];
    });
  return Object.entries(kinds).flatMap(([kind, fields]) => list(kind, fields, ""));
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

/** Visits what stands in a document; `visit` says whether to go into it. */
function walk(
  fields: Fields,
  value: unknown,
  path: string,
  visit: (path: string, field: Leaf | Fields | [Fields] | undefined, value: unknown) => boolean,
): void {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    const field = name !== "" && Object.hasOwn(fields, name) ? fields[name]! : undefined;
    const at = path === "" ? name : `${path}.${name}`;
    if (!visit(at, field, inner) || field === undefined || typeof field === "string") continue;
    if (!Array.isArray(field)) walk(field, inner, at, visit);
    else if (Array.isArray(inner)) for (const [i, item] of inner.entries()) walk(field[0], item, `${at}[${i}]`, visit);
  }
}
