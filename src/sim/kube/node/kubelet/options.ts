/** The kubelet's flags and its KubeletConfiguration file. */
import { parseYaml, YamlError } from "../../../core/yaml.ts";
import type { Obj } from "../../../core/json.ts";
import { kubeletFields, typeError } from "./configuration-types.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { minorOf } from "../klog.ts";

export interface KubeletOptions {
  config: string;
  kubeconfig: string;
  bootstrapKubeconfig: string;
  hostnameOverride: string;
  nodeIp: string;
  certDir: string;
  rootDir: string;
  runtimeEndpoint: string;
  /** `docker` or `remote`; the flag went with dockershim. */
  runtime: string;
  podInfraImage: string;
  cniBinDir: string;
  cniConfDir: string;
  nodeLabels: Record<string, string>;
  taints: { key: string; value?: string; effect: string }[];
  /** Set by flags, which win over the file. */
  overrides: Obj;
}

/** Flags that set a field of the configuration: name → field and kind. */
const fieldFlags: Record<string, [string, "string" | "bool" | "int" | "list"]> = {
  "cgroup-driver": ["cgroupDriver", "string"],
  "fail-swap-on": ["failSwapOn", "bool"],
  "cluster-dns": ["clusterDNS", "list"],
  "cluster-domain": ["clusterDomain", "string"],
  "pod-manifest-path": ["staticPodPath", "string"],
  "resolv-conf": ["resolvConf", "string"],
  "max-pods": ["maxPods", "int"],
  port: ["port", "int"],
  "healthz-port": ["healthzPort", "int"],
  "read-only-port": ["readOnlyPort", "int"],
  "rotate-certificates": ["rotateCertificates", "bool"],
  "client-ca-file": ["authentication.x509.clientCAFile", "string"],
  "anonymous-auth": ["authentication.anonymous.enabled", "bool"],
  "authorization-mode": ["authorization.mode", "string"],
  "pod-cidr": ["podCIDR", "string"],
  "serialize-image-pulls": ["serializeImagePulls", "bool"],
  "tls-cert-file": ["tlsCertFile", "string"],
  "tls-private-key-file": ["tlsPrivateKeyFile", "string"],
};
/** Flags whose value changes nothing that could be seen here. */
const harmless = new Set(["v", "volume-plugin-dir", "logtostderr"]);
/** Flags that are not simulated. */
const beyond = new Set([
  "eviction-hard",
  "image-gc-high-threshold",
  "image-gc-low-threshold",
  "node-status-update-frequency",
  "cloud-provider",
  "cloud-config",
  "kube-reserved",
  "system-reserved",
  "feature-gates",
  "register-node",
  "provider-id",
  "runtime-cgroups",
  "kubelet-cgroups",
  "config-dir",
  "seccomp-default",
  "reserved-cpus",
  "topology-manager-policy",
  "cpu-manager-policy",
  "address",
  "tls-cipher-suites",
  "system-cgroups",
  "cgroup-root",
  "cgroups-per-qos",
]);
const removed: Record<string, number> = {
  "container-runtime": 27,
  "network-plugin": 24,
  "cni-bin-dir": 24,
  "cni-conf-dir": 24,
  "pod-infra-container-image": 35,
  logtostderr: 26,
};

/** Throws Error with the text after "failed to parse kubelet flag: ". */
export function parseFlags(p: Proc): KubeletOptions {
  const o: KubeletOptions = {
    config: "",
    kubeconfig: "",
    bootstrapKubeconfig: "",
    hostnameOverride: "",
    nodeIp: "",
    certDir: "/var/lib/kubelet/pki",
    rootDir: "/var/lib/kubelet",
    runtimeEndpoint: "",
    runtime: minorOf(p.state.version) < 24 ? "docker" : "remote",
    podInfraImage: "k8s.gcr.io/pause:3.2",
    cniBinDir: "/opt/cni/bin",
    cniConfDir: "/etc/cni/net.d",
    nodeLabels: {},
    taints: [],
    overrides: {},
  };
  const minor = minorOf(p.state.version);
  const args = [...p.args];
  while (args.length > 0) {
    const arg = args.shift()!;
    const m = /^--?([a-zA-Z0-9_-]+)(?:=(.*))?$/s.exec(arg);
    if (!m) throw new Error(`unknown command ${arg}`);
    const name = m[1]!.replaceAll("_", "-");
    const field = fieldFlags[name];
    const value = (): string => {
      if (m[2] !== undefined) return m[2];
      const next = args.shift();
      if (next === undefined) throw new Error(`flag needs an argument: --${name}`);
      return next;
    };
    if ((removed[name] ?? 99) <= minor) throw new Error(`unknown flag: --${name}`);
    switch (name) {
      case "config":
        o.config = value();
        break;
      case "kubeconfig":
        o.kubeconfig = value();
        break;
      case "bootstrap-kubeconfig":
        o.bootstrapKubeconfig = value();
        break;
      case "hostname-override":
        o.hostnameOverride = value();
        break;
      case "node-ip":
        o.nodeIp = value();
        break;
      case "cert-dir":
        o.certDir = value();
        break;
      case "root-dir":
        o.rootDir = value();
        break;
      case "container-runtime":
        o.runtime = value();
        if (!["docker", "remote"].includes(o.runtime)) throw new Error(`unsupported CRI runtime: ${JSON.stringify(o.runtime)}`);
        break;
      case "network-plugin": {
        const plugin = value();
        if (plugin !== "cni") p.notSimulated(`kubelet --network-plugin=${plugin}`);
        break;
      }
      case "pod-infra-container-image":
        o.podInfraImage = value();
        break;
      case "cni-bin-dir":
        o.cniBinDir = value();
        break;
      case "cni-conf-dir":
        o.cniConfDir = value();
        break;
      case "container-runtime-endpoint":
        o.runtimeEndpoint = value();
        break;
      case "node-labels":
        for (const pair of value()
          .split(",")
          .filter((x) => x !== "")) {
          const [key, v = ""] = pair.split("=") as [string, string?];
          o.nodeLabels[key] = v;
        }
        break;
      case "register-with-taints":
        for (const text of value()
          .split(",")
          .filter((x) => x !== "")) {
          const t = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text);
          if (!t) throw new Error(`invalid argument "${text}" for "--register-with-taints" flag: invalid taint spec: ${text}`);
          o.taints.push({ key: t[1]!, ...(t[2] ? { value: t[2] } : {}), effect: t[3]! });
        }
        break;
      case "version":
        p.log(`Kubernetes v${p.state.version}`, 1);
        p.exit(0);
        break;
      default: {
        if (field) {
          const [path, kind] = field;
          const text = kind === "bool" && m[2] === undefined ? "true" : value();
          set(
            o.overrides,
            path,
            kind === "bool" ? text === "true" : kind === "int" ? Number(text) : kind === "list" ? text.split(",") : text,
          );
        } else if (harmless.has(name)) value();
        else if (beyond.has(name)) p.notSimulated(`kubelet --${name}`);
        else throw new Error(`unknown flag: --${name}`);
      }
    }
  }
  return o;
}

function set(into: Obj, path: string, value: unknown): void {
  const parts = path.split(".");
  let at = into;
  for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Obj;
  at[parts.at(-1)!] = value;
}

const defaults: Obj = {
  address: "0.0.0.0",
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true, cacheTTL: "2m0s" }, x509: {} },
  authorization: { mode: "Webhook" },
  cgroupDriver: "cgroupfs",
  cgroupsPerQOS: true,
  clusterDNS: [],
  clusterDomain: "",
  containerRuntimeEndpoint: "",
  failSwapOn: true,
  healthzBindAddress: "127.0.0.1",
  healthzPort: 10248,
  maxPods: 110,
  port: 10250,
  podCIDR: "",
  resolvConf: "/etc/resolv.conf",
  rotateCertificates: false,
  serializeImagePulls: true,
  staticPodPath: "",
  nodeLeaseDurationSeconds: 40,
};

/** Fields with an effect; `logging`, which kubeadm always writes, has none that could be seen. */
const simulated = new Set(
  "kind apiVersion address authentication authorization cgroupDriver clusterDNS clusterDomain containerRuntimeEndpoint failSwapOn healthzBindAddress healthzPort logging maxPods nodeLeaseDurationSeconds port resolvConf rotateCertificates staticPodPath tlsCertFile tlsPrivateKeyFile".split(
    " ",
  ),
);

/** Fields that were set to something else than their default or Go's zero value, and that are not simulated. */
export function unsimulatedFields(config: Obj): string[] {
  const zero = (v: unknown): boolean => v === undefined || v === 0 || v === "" || (typeof v === "object" && JSON.stringify(v).length === 2);
  return Object.keys(config).filter(
    (k) => kubeletFields.has(k) && !simulated.has(k) && !zero(config[k]) && JSON.stringify(config[k]) !== JSON.stringify(defaults[k]),
  );
}

/** The effective configuration, and a warning when strict decoding failed. Throws Error with the text after "failed to load kubelet config file, …: ". */
export function loadConfiguration(p: Proc, o: KubeletOptions): { config: Obj; warning?: string } {
  let own: Obj = {};
  let warning: string | undefined;
  if (o.config !== "") {
    const head = `failed to load Kubelet config file ${o.config}, error `;
    const text = p.fs.tryReadText(o.config);
    if (text === undefined)
      throw new Error(`${head}failed to read kubelet config file "${o.config}", error: open ${o.config}: no such file or directory`);
    if (text.trim() === "") throw new Error(`${head}kubelet config file "${o.config}" was empty`);
    try {
      own = parseYaml(text) as Obj;
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      throw new Error(`${head}failed to decode: yaml: ${error.message}`, { cause: error });
    }
    if (own === null || typeof own !== "object")
      throw new Error(
        `${head}failed to decode: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      );
    if (!own.kind) throw new Error(`${head}failed to decode: Object 'Kind' is missing in '${text}'`);
    if (own.apiVersion !== "kubelet.config.k8s.io/v1beta1" || own.kind !== "KubeletConfiguration")
      throw new Error(
        `${head}failed to decode: no kind "${own.kind as string}" is registered for version "${String(own.apiVersion)}" in scheme "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme/scheme.go:${minorOf(p.state.version) < 22 ? 32 : 33}"`,
      );
    const mistyped = typeError(own);
    if (mistyped !== undefined) throw new Error(`${head}failed to decode: ${mistyped}`);
    const unknown = Object.keys(own).filter((k) => !kubeletFields.has(k));
    if (unknown.length > 0) warning = `strict decoding error: ${unknown.map((k) => `unknown field "${k}"`).join(", ")}`;
  }
  const clean = Object.fromEntries(Object.entries(own).filter(([, v]) => v !== null && v !== "" && v !== "0s"));
  const config = merge(merge(defaults, clean), o.overrides);
  if (o.runtimeEndpoint !== "") config.containerRuntimeEndpoint = o.runtimeEndpoint;
  return { config, ...(warning === undefined ? {} : { warning }) };
}

function merge(base: Obj, over: Obj): Obj {
  const out: Obj = { ...base };
  for (const [k, v] of Object.entries(over)) {
    const old: unknown = out[k];
    const table = (x: unknown): x is Obj => x !== null && typeof x === "object" && !Array.isArray(x);
    out[k] = table(old) && table(v) ? merge(old, v) : v;
  }
  return out;
}
