/** `kubeadm init` and its phases (cmd/kubeadm/app/cmd/init.go, cmd/phases/init). */
import { followDocker } from "./docker.ts";
import { copy } from "../../core/copy.ts";
import type { Obj } from "../../core/json.ts";
import { publicKeyHash } from "../../pki/index.ts";
import { kubeconfigClient } from "../client.ts";
import { coreDnsAddon, kubeProxyAddon } from "./addons.ts";
import { Api } from "./api.ts";
import { bootstrapTokenPhase } from "./bootstrap-token.ts";
import { authorities, authorityPhase, certificatesDir, certsPhase, leafPhase, leaves, serviceAccountPhase } from "./certs.ts";
import { argsOf, chooseAddress, initConfig, readDocuments, type Config, type Documents } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { adminConf, kubeletConf, superAdminConf, write } from "./files.ts";
import { controlPlaneEndpoint, fileNames, kubeconfigFilePhase, kubeconfigPhase, readKubeconfig } from "./kubeconfig.ts";
import { kubeletConfiguration, kubeletStartPhase } from "./kubelet.ts";
import { components, controlPlanePhase, etcdPhase, writeComponent } from "./manifests.ts";
import { ignoredChecks, initPreflight } from "./preflight.ts";
import { clusterRoleBinding } from "./rbac.ts";
import { annotateSocket, newCertificateKey, uploadCerts, uploadKubeadmConfig, uploadKubeletConfig } from "./upload.ts";
import { validateInit, verifyAddress } from "./validate.ts";
import { checkSupported, resolveVersion } from "./version.ts";
import { waitControlPlane } from "./wait.ts";
import { toYaml } from "./yaml.ts";

export interface InitFlags {
  values: Record<string, string>;
  lists: Record<string, string[]>;
}

/** Flags that may stand beside --config. */
const besideConfig = new Set([
  "config",
  "ignore-preflight-errors",
  "skip-token-print",
  "skip-certificate-key-print",
  "dry-run",
  "skip-phases",
  "upload-certs",
  "v",
  "rootfs",
  "kubeconfig",
  "patches",
  "certificate-key",
  "node-name",
  "cri-socket",
  "control-plane",
  "print-join-command",
  "force",
]);

export function refuseMixedFlags(c: Context, flags: InitFlags): void {
  if (flags.values.config === undefined) return;
  const allowed = (name: string): boolean =>
    besideConfig.has(name) &&
    !((name === "node-name" || name === "cri-socket") && c.minor < 27) &&
    !(name === "certificate-key" && c.minor >= 22);
  const mixed = Object.keys(flags.values).filter((name) => !allowed(name));
  if (mixed.length > 0) throw new KubeadmError(`can not mix '--config' with arguments [${mixed.sort().join(" ")}]`);
}

/** Documents made of flags, in the form of a configuration file. */
function documentsOfFlags({ values, lists }: InitFlags): Documents {
  const given = (name: string): string | undefined => (values[name] === "" ? undefined : values[name]);
  const cluster: Obj = {
    kubernetesVersion: given("kubernetes-version"),
    controlPlaneEndpoint: given("control-plane-endpoint"),
    imageRepository: given("image-repository"),
    certificatesDir: given("cert-dir"),
    networking: { podSubnet: given("pod-network-cidr"), serviceSubnet: given("service-cidr"), dnsDomain: given("service-dns-domain") },
    apiServer: lists["apiserver-cert-extra-sans"] ? { certSANs: lists["apiserver-cert-extra-sans"] } : {},
  };
  if (values["feature-gates"] !== undefined) {
    cluster.featureGates = {};
    for (const pair of values["feature-gates"].split(",").filter((g) => g !== "")) {
      const [name, value] = pair.split("=") as [string, string | undefined];
      if (value === undefined) throw new KubeadmError(`missing bool value for feature-gate key:${name}`);
      if (!knownGates.includes(name)) throw new KubeadmError(`unrecognized feature-gate key: ${name}`);
      cluster.featureGates[name] = value === "true";
    }
  }
  const clean = (object: Obj): Obj => {
    for (const [key, value] of Object.entries(object)) {
      if (value === undefined) delete object[key];
      else if (value !== null && typeof value === "object" && !Array.isArray(value)) clean(value as Obj);
    }
    return object;
  };
  const init: Obj = {
    localAPIEndpoint: {
      advertiseAddress: given("apiserver-advertise-address"),
      bindPort: values["apiserver-bind-port"] === undefined ? undefined : Number(values["apiserver-bind-port"]),
    },
    nodeRegistration: { name: given("node-name"), criSocket: given("cri-socket") },
    certificateKey: given("certificate-key"),
  };
  if (given("token") || given("token-ttl"))
    init.bootstrapTokens = [{ token: given("token"), ttl: given("token-ttl"), description: undefined }];
  for (const token of (init.bootstrapTokens as Obj[] | undefined) ?? []) clean(token);
  return { ClusterConfiguration: clean(cluster), InitConfiguration: clean(init) };
}

const knownGates = [
  "IPv6DualStack",
  "PublicKeysECDSA",
  "RootlessControlPlane",
  "EtcdLearnerMode",
  "UpgradeAddonsBeforeControlPlane",
  "WaitForAllControlPlaneComponents",
  "ControlPlaneKubeletLocalMode",
  "NodeLocalCRISocket",
];

/** Reads, defaults, resolves and validates what a command was given. `resolve`: ask the network for version labels. */
/** `given`: the documents of `--config`, when they are read already. */
export async function loadInit(c: Context, flags: InitFlags, resolve = true, given?: Documents): Promise<Config> {
  refuseMixedFlags(c, flags);
  const { values } = flags;
  let documents: Documents;
  if (values.config === undefined) documents = documentsOfFlags(flags);
  else {
    documents = given ?? (await readDocuments(c, values.config));
    if (!documents.InitConfiguration && !documents.ClusterConfiguration)
      throw new KubeadmError("no InitConfiguration or ClusterConfiguration kind was found in the YAML file");
    if (values["node-name"])
      documents.InitConfiguration = {
        ...documents.InitConfiguration,
        nodeRegistration: { ...documents.InitConfiguration?.nodeRegistration, name: values["node-name"] },
      };
  }
  const config = initConfig(c, documents);
  for (const token of config.init.bootstrapTokens as Obj[])
    if (values.config === undefined) token.description ??= "The default bootstrap token generated by 'kubeadm init'.";
  const endpoint = config.init.localAPIEndpoint as { advertiseAddress: string; bindPort: number };
  verifyAddress(c, endpoint);
  await chooseAddress(c, endpoint);
  // phases that do not need the version ask nobody for it and take kubeadm's own
  const version = String(config.cluster.kubernetesVersion);
  config.cluster.kubernetesVersion = resolve ? await resolveVersion(c, version) : /^v?\d/.test(version) ? version : c.version;
  checkSupported(c, String(config.cluster.kubernetesVersion));
  validateInit(c, config);
  // what was checked is in small letters; what is used is the flag as it was given (cmd/init.go, newInitData)
  if (values["node-name"]) config.init.nodeRegistration.name = values["node-name"];
  if (flags.lists["extra-args"]) config.cluster.apiServer.extraArgs = argsOf(config.cluster.apiServer.extraArgs);
  return config;
}

/** The administrator's client; the first calls of 1.29 and later make the administrator one. */
async function administrator(c: Context): Promise<Api> {
  const api = new Api(c, kubeconfigClient(c.p, adminConf));
  if (c.minor < 29 || !c.p.fs.exists(superAdminConf)) return api;
  const attempt = api.client.create(
    "clusterrolebindings.rbac.authorization.k8s.io",
    clusterRoleBinding("kubeadm:cluster-admins", "cluster-admin", [{ kind: "Group", name: "kubeadm:cluster-admins" }]),
  );
  if (attempt.ok || (attempt.kind === "status" && attempt.code === 409)) return api;
  const powerful = new Api(c, kubeconfigClient(c.p, superAdminConf));
  await powerful.ensure(
    "clusterrolebindings.rbac.authorization.k8s.io",
    clusterRoleBinding("kubeadm:cluster-admins", "cluster-admin", [{ kind: "Group", name: "kubeadm:cluster-admins" }]),
  );
  return api;
}

const roleLabels = (minor: number): string[] =>
  minor >= 24
    ? ["node-role.kubernetes.io/control-plane", "node.kubernetes.io/exclude-from-external-load-balancers"]
    : minor >= 21
      ? [
          "node-role.kubernetes.io/master",
          "node-role.kubernetes.io/control-plane",
          "node.kubernetes.io/exclude-from-external-load-balancers",
        ]
      : ["node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"];

export async function markControlPlane(c: Context, config: Config, api: Api): Promise<void> {
  const name = String(config.init.nodeRegistration.name);
  const labels = roleLabels(c.minor);
  if (c.minor <= 20)
    await c.out(
      `[mark-control-plane] Marking the node ${name} as control-plane by adding the labels "node-role.kubernetes.io/master=''" and "node-role.kubernetes.io/control-plane='' (deprecated)"`,
    );
  else if (c.minor <= 23)
    await c.out(
      `[mark-control-plane] Marking the node ${name} as control-plane by adding the labels: [node-role.kubernetes.io/master(deprecated) node-role.kubernetes.io/control-plane node.kubernetes.io/exclude-from-external-load-balancers]`,
    );
  else await c.out(`[mark-control-plane] Marking the node ${name} as control-plane by adding the labels: [${labels.join(" ")}]`);
  const taints = (config.init.nodeRegistration.taints as Obj[] | null) ?? [];
  if (taints.length > 0)
    await c.out(
      `[mark-control-plane] Marking the node ${name} as control-plane by adding the taints [${taints.map((t) => `${t.key}${t.value ? `=${t.value}` : ""}:${t.effect}`).join(" ")}]`,
    );
  const result = await api.retry(() => {
    const node = api.client.get("nodes", name);
    if (!node.ok) return node;
    const there = ((node.body as Obj).spec?.taints as Obj[] | undefined) ?? [];
    const merged = [...taints, ...there.filter((t) => !taints.some((mine) => mine.key === t.key && mine.effect === t.effect))];
    return api.client.patch(
      "nodes",
      name,
      { metadata: { labels: Object.fromEntries(labels.map((l) => [l, ""])) }, spec: { taints: merged } },
      { type: "strategic" },
    );
  });
  if (!result.ok) throw new KubeadmError(`error patching Node "${name}": ${result.message}`);
}

/** kubelet.conf points at the rotated certificate once the kubelet has one. */
async function kubeletFinalize(c: Context): Promise<void> {
  const pem = "/var/lib/kubelet/pki/kubelet-client-current.pem";
  if (!c.p.fs.exists(pem)) return;
  await c.out(`[kubelet-finalize] Updating "${kubeletConf}" to point to a rotatable kubelet client certificate and key`);
  const read = readKubeconfig(c.p.fs.readText(kubeletConf));
  if (!read) throw new KubeadmError(`could not load "${kubeletConf}"`);
  const document = copy(read.document);
  for (const user of document.users as Obj[]) user.user = { "client-certificate": pem, "client-key": pem };
  write(c.p, kubeletConf, toYaml(document), 0o600);
}

const tokenOf = (config: Config): string => String((config.init.bootstrapTokens as Obj[])[0]?.token ?? "");

function caHash(c: Context, config: Config): string {
  return publicKeyHash(c.p.fs.readText(`${certificatesDir(config)}/ca.crt`));
}

async function done(c: Context, config: Config, flags: InitFlags, key: string | undefined): Promise<void> {
  const server = controlPlaneEndpoint(
    config.cluster,
    config.init.localAPIEndpoint as { advertiseAddress: string; bindPort: number },
  ).replace("https://", "");
  const token = flags.values["skip-token-print"] === "true" ? "<value withheld>" : tokenOf(config);
  const join = `kubeadm join ${server} --token ${token} \\\n\t--discovery-token-ca-cert-hash ${caHash(c, config)}`.replace(
    "\n\t",
    c.minor >= 22 ? "\n\t" : "\n    ",
  );
  await c.out(`
Your Kubernetes control-plane has initialized successfully!

To start using your cluster, you need to run the following as a regular user:

  mkdir -p $HOME/.kube
  sudo cp -i ${adminConf} $HOME/.kube/config
  sudo chown $(id -u):$(id -g) $HOME/.kube/config

Alternatively, if you are the root user, you can run:

  export KUBECONFIG=${adminConf}

You should now deploy a pod network to the cluster.
Run "kubectl apply -f [podnetwork].yaml" with one of the options listed at:
  https://kubernetes.io/docs/concepts/cluster-administration/addons/
`);
  if (config.cluster.controlPlaneEndpoint) {
    const shown = flags.values["skip-certificate-key-print"] === "true" ? "<value withheld>" : key;
    if (key !== undefined) {
      await c.out(`You can now join any number of ${c.minor >= 31 ? "control-plane nodes" : "the control-plane node"} running the following command on each as root:

  ${join} \\
	--control-plane --certificate-key ${shown}

Please note that the certificate-key gives access to cluster sensitive data, keep it secret!
As a safeguard, uploaded-certs will be deleted in two hours; If necessary, you can use
"kubeadm init phase upload-certs --upload-certs" to reload certs afterward.
`);
    } else {
      await c.out(`You can now join any number of control-plane nodes by copying certificate authorities
and service account keys on each node and then running the following as root:

  ${join} \\
	--control-plane 
`);
    }
  }
  await c.out(`Then you can join any number of worker nodes by running the following on each as root:\n\n${join} `);
}

interface Phase {
  name: string;
  run: () => Promise<void>;
}

/** The workflow in the order of the release: 1.29 moved the kubelet's start behind the manifests. */
function workflow(
  c: Context,
  config: Config,
  flags: InitFlags,
  skip: (phase: string) => boolean,
  state: { api?: Api; key?: string },
): Phase[] {
  const api = async (): Promise<Api> => (state.api ??= await administrator(c));
  const etcd: Phase = { name: "etcd", run: () => etcdPhase(c, config) };
  const controlPlane: Phase = { name: "control-plane", run: () => controlPlanePhase(c, config, skip) };
  const kubelet: Phase = { name: "kubelet-start", run: () => kubeletStartPhase(c, config) };
  const ignored = (): Set<string> =>
    ignoredChecks([
      ...(flags.lists["ignore-preflight-errors"] ?? []),
      ...((config.init.nodeRegistration.ignorePreflightErrors as string[] | undefined) ?? []),
    ]);
  return [
    { name: "preflight", run: () => initPreflight(c, config, ignored()) },
    { name: "certs", run: () => certsPhase(c, config, skip) },
    { name: "kubeconfig", run: () => kubeconfigPhase(c, config, skip) },
    ...(c.minor >= 29 ? [etcd, controlPlane, kubelet] : [kubelet, controlPlane, etcd]),
    {
      name: "wait-control-plane",
      run: () => waitControlPlane(c, config, kubeconfigClient(c.p, adminConf), kubeletConfiguration(c, config)),
    },
    {
      name: "upload-config",
      run: async () => {
        const client = await api();
        if (!skip("upload-config/kubeadm")) await uploadKubeadmConfig(c, config, client);
        if (skip("upload-config/kubelet")) return;
        await uploadKubeletConfig(c, config, client);
        await annotateSocket(c, config, client);
      },
    },
    {
      name: "upload-certs",
      run: async () => {
        if (flags.values["upload-certs"] !== "true") return await c.out("[upload-certs] Skipping phase. Please see --upload-certs");
        state.key = (config.init.certificateKey as string | undefined) ?? newCertificateKey(c);
        await uploadCerts(c, config, await api(), state.key);
      },
    },
    { name: "mark-control-plane", run: async () => await markControlPlane(c, config, await api()) },
    {
      name: "bootstrap-token",
      run: async () => await bootstrapTokenPhase(c, config, await api(), flags.values["skip-token-print"] === "true"),
    },
    { name: "kubelet-finalize", run: () => kubeletFinalize(c) },
    {
      name: "addon",
      run: async () => {
        const client = await api();
        if (!skip("addon/coredns")) await coreDnsAddon(c, config, client);
        if (!skip("addon/kube-proxy")) await kubeProxyAddon(c, config, client);
      },
    },
  ];
}

const subPhases: Record<string, string[]> = {
  certs: [
    "ca",
    "apiserver",
    "apiserver-kubelet-client",
    "front-proxy-ca",
    "front-proxy-client",
    "etcd-ca",
    "etcd-server",
    "etcd-peer",
    "etcd-healthcheck-client",
    "apiserver-etcd-client",
    "sa",
  ],
  kubeconfig: ["admin", "super-admin", "kubelet", "controller-manager", "scheduler"],
  "control-plane": ["apiserver", "controller-manager", "scheduler"],
  etcd: ["local"],
  "upload-config": ["kubeadm", "kubelet"],
  addon: ["coredns", "kube-proxy"],
  "kubelet-finalize": ["experimental-cert-rotation", "enable-client-cert-rotation"],
};

function skipper(names: string[], known: string[]): (phase: string) => boolean {
  for (const name of names) {
    const [phase, sub] = name.split("/") as [string, string | undefined];
    if (!known.includes(phase) || (sub !== undefined && !subPhases[phase]?.includes(sub)))
      throw new KubeadmError(`invalid phase name: ${name}`);
  }
  const set = new Set(names);
  return (phase) => set.has(phase) || set.has(phase.split("/")[0]!);
}

async function inPhase(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    throw new KubeadmError(`error execution phase ${name}: ${error.message}`);
  }
}

/** `init --dry-run`: checks, then certificates in a temporary folder. The objects that it would send are not printed. */
async function dryRun(c: Context, config: Config, flags: InitFlags): Promise<void> {
  await inPhase("preflight", () => initPreflight(c, config, ignoredChecks(flags.lists["ignore-preflight-errors"] ?? []), true));
  const folder = `/etc/kubernetes/tmp/kubeadm-init-dryrun${c.p.machine.random("kubeadm-dryrun").int(0, 4_294_967_295)}`;
  c.p.fs.mkdirp(folder, 0o700);
  config.cluster.certificatesDir = folder;
  await inPhase("certs", () => certsPhase(c, config, () => false));
  c.p.notSimulated("kubeadm init --dry-run: the files and objects that it prints");
}

export async function init(c: Context, flags: InitFlags): Promise<void> {
  if (flags.values.patches !== undefined) c.p.notSimulated("kubeadm init --patches");
  ignoredChecks(flags.lists["ignore-preflight-errors"] ?? []);
  const config = await loadInit(c, flags);
  if (config.init.patches?.directory) c.p.notSimulated("patches of an InitConfiguration");
  const state: { api?: Api; key?: string } = {};
  let skip: (phase: string) => boolean = () => false;
  const phases = workflow(c, config, flags, (phase) => skip(phase), state);
  await followDocker(c, config);
  await c.out(`[init] Using Kubernetes version: ${config.cluster.kubernetesVersion}`);
  skip = skipper(
    [...(flags.lists["skip-phases"] ?? (config.init.skipPhases as string[] | undefined) ?? [])],
    phases.map((p) => p.name),
  );
  if (flags.values["dry-run"] === "true" || config.init.dryRun === true) return await dryRun(c, config, flags);
  for (const phase of phases) if (!skip(phase.name)) await inPhase(phase.name, phase.run);
  await done(c, config, flags, state.key);
}

/** `kubeadm init phase NAME [SUB]`; false when there is no such phase. */
export async function initPhase(c: Context, name: string, sub: string | undefined, flags: InitFlags): Promise<boolean> {
  const subs = subPhases[name];
  if (subs && sub !== undefined && sub !== "all" && !subs.includes(sub)) return false;
  if (flags.values["dry-run"] === "true") c.p.notSimulated("kubeadm init phase --dry-run");
  const config = await loadInit(
    c,
    flags,
    name === "preflight" || name === "control-plane" || name === "addon" || name === "upload-config" || c.minor <= 24,
  );
  const state: { api?: Api; key?: string } = {};
  const phase = workflow(c, config, flags, () => false, state).find((p) => p.name === name);
  if (!phase) return false;
  if (sub === undefined || sub === "all") {
    await inPhase(name, phase.run);
    return true;
  }
  await inPhase(`${name}/${sub}`, () => one(c, config, name, sub, state));
  return true;
}

async function one(c: Context, config: Config, name: string, sub: string, state: { api?: Api }): Promise<void> {
  const api = async (): Promise<Api> => (state.api ??= await administrator(c));
  switch (name) {
    case "certs": {
      const authority = authorities.find((a) => a.name === sub);
      if (authority) return await authorityPhase(c, config, authority.base);
      const leaf = leaves.find((l) => l.name === sub);
      return leaf ? await leafPhase(c, config, leaf) : await serviceAccountPhase(c, config);
    }
    case "kubeconfig":
      if (!fileNames(c.minor).includes(`${sub}.conf`)) throw new KubeadmError(`invalid subcommand ${sub}`);
      return await kubeconfigFilePhase(c, config, `${sub}.conf`);
    case "control-plane":
      return await writeComponent(
        c,
        config,
        components.find((n) => n === `kube-${sub}`)!,
      );
    case "etcd":
      return await etcdPhase(c, config);
    case "upload-config":
      if (sub === "kubeadm") return await uploadKubeadmConfig(c, config, await api());
      await uploadKubeletConfig(c, config, await api());
      return await annotateSocket(c, config, await api());
    case "addon":
      return sub === "coredns" ? await coreDnsAddon(c, config, await api()) : await kubeProxyAddon(c, config, await api());
    case "kubelet-finalize":
      return await kubeletFinalize(c);
  }
}
