/** Checks before anything is changed (cmd/kubeadm/app/preflight/checks.go), each with its real texts. */
import type { Obj } from "../../core/json.ts";
import { criAsk, criCall } from "../../cri/client.ts";
import { rpcError } from "../../cri/messages.ts";
import { Errno } from "../../core/errno.ts";
import { minorOf } from "../control/releases.ts";
import { isIp } from "./address.ts";
import { controlPlaneImages, pauseImage, type Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { dockerChecks, dockerHasImage, dockerPull, dockerVersionCheck, isDocker } from "./docker.ts";
import { bootstrapConf, kubeletConf, manifestsDir } from "./files.ts";
import { inPath, runProgram } from "./run.ts";

interface Findings {
  warnings: string[];
  errors: string[];
}
interface Check {
  name: string;
  run(c: Context): Promise<Findings> | Findings;
}

const fine: Findings = { warnings: [], errors: [] };
const error = (...errors: string[]): Findings => ({ warnings: [], errors });
const warning = (...warnings: string[]): Findings => ({ warnings, errors: [] });

const slug = (path: string): string => path.replaceAll("/", "-");

const privileged: Check = { name: "IsPrivilegedUser", run: (c) => (c.p.uid === 0 ? fine : error("user is not running as root")) };

const cpus = (needed: number): Check => ({
  name: "NumCPU",
  run: (c) => {
    const { cpus: there } = c.p.machine.state;
    return there < needed ? error(`the number of available CPUs ${there} is less than the required ${needed}`) : fine;
  },
});

const memory = (needed: number): Check => ({
  name: "Mem",
  run: (c) => {
    const total = Number(/^MemTotal:\s+(\d+)/m.exec(c.p.fs.tryReadText("/proc/meminfo") ?? "")?.[1] ?? c.p.machine.state.memory * 1024);
    const megabytes = Math.floor((total * 1024) / 1_000_000);
    return megabytes < needed ? error(`the system RAM (${megabytes} MB) is less than the minimum ${needed} MB`) : fine;
  },
});

const kubernetesVersion = (version: string): Check => ({
  name: "KubernetesVersion",
  run: (c) => {
    if (minorOf(version) > c.minor)
      return warning(
        `Kubernetes version is greater than kubeadm version. Please consider to upgrade kubeadm. Kubernetes version: ${version.slice(1).replace(/[-+].*$/, "")}. Kubeadm version: 1.${c.minor}.x`,
      );
    return fine;
  },
});

const firewalld = (ports: number[]): Check => ({
  name: "Firewalld",
  run: async (c) => {
    const active = (await runProgram(c.p, ["systemctl", "is-active", "firewalld"]))?.status === 0;
    return active
      ? warning(`firewalld is active, please ensure ports [${ports.join(" ")}] are open or your cluster may not function correctly`)
      : fine;
  },
});

const port = (number: number): Check => ({
  name: `Port-${number}`,
  run: (c) => {
    try {
      c.p.net.close(c.p.net.listen("tcp", "::", number));
      return fine;
    } catch (problem) {
      if (!(problem instanceof Errno)) throw problem;
      return error(`Port ${number} is in use`);
    }
  },
});

const absent = (path: string): Check => ({
  name: `FileAvailable-${slug(path)}`,
  run: (c) => (c.p.fs.exists(path) ? error(`${path} already exists`) : fine),
});

const emptyDir = (path: string): Check => ({
  name: `DirAvailable-${slug(path)}`,
  run: (c) => (c.p.fs.isDir(path) && c.p.fs.readdir(path).length > 0 ? error(`${path} is not empty`) : fine),
});

const content = (path: string, wanted: string): Check => ({
  name: `FileContent-${slug(path)}`,
  run: (c) => {
    const text = c.p.fs.tryReadText(path);
    if (text === undefined) return error(`${path} does not exist`);
    return text.trim().startsWith(wanted) ? fine : error(`${path} contents are not set to ${wanted}`);
  },
});

const inSystemPath = (name: string, mandatory: boolean): Check => ({
  name: `FileExisting-${name}`,
  run: (c) => {
    if (inPath(c.p, name)) return fine;
    const text = `${name} not found in system path`;
    return mandatory ? error(text) : warning(text);
  },
});

const proxyFor = (c: Context, host: string): string | undefined => {
  const proxy = c.p.env.HTTPS_PROXY ?? c.p.env.https_proxy;
  if (!proxy) return undefined;
  const exceptions = (c.p.env.NO_PROXY ?? c.p.env.no_proxy ?? "").split(",").map((e) => e.trim());
  return exceptions.some((e) => e === "*" || e === host || (e !== "" && host.endsWith(e))) ? undefined : proxy;
};

const httpProxy = (host: string): Check => ({
  name: "HTTPProxy",
  run: (c) => {
    const proxy = proxyFor(c, host);
    return proxy
      ? warning(`Connection to "https://${host}" uses proxy "${proxy}". If that is not intended, adjust your proxy settings`)
      : fine;
  },
});

const httpProxyCidr = (cidr: string): Check => ({
  name: "HTTPProxyCIDR",
  run: (c) => {
    if (cidr === "") return fine;
    const proxy = proxyFor(c, cidr);
    return proxy
      ? warning(
          `connection to "${cidr}" uses proxy "${proxy}". This may lead to malfunctional cluster setup. Make sure that Pod and Services IP ranges specified correctly as exceptions in proxy configuration`,
        )
      : fine;
  },
});

const unconnected = (socket: string, detail: string): string =>
  `could not connect to the container runtime: failed to create new CRI runtime service: validate service connection: validate CRI v1 runtime API for endpoint "${socket}": ${detail}`;

const runtime = (socket: string): Check => ({
  name: "CRI",
  run: (c) => {
    const reply = criCall(c.p, socket, c.minor >= 31 ? "Status" : "Version", {});
    if (reply.ok) return fine;
    const detail = rpcError(reply);
    if (c.minor >= 31) return error(unconnected(socket, detail));
    // before 1.31 kubeadm asked through crictl, whose output it shows
    const at = new Date(c.p.now).toISOString().replace("Z", "Z");
    return error(
      `container runtime is not running: output: time="${at.slice(0, 19)}Z" level=fatal msg="validate service connection: validate CRI v1 runtime API for endpoint \\"${socket}\\": ${detail.replaceAll('"', '\\"')}"\n, error: exit status 1`,
    );
  },
});

/**
 * KEP-4033, since 1.35 (kubernetes/kubernetes#134906). Each release named the next one as that in which the kubelet would no longer go
 * without the call (#136898); it was put off to 1.38 (#139122).
 */
const runtimeConfig = (socket: string): Check => ({
  name: "ContainerRuntimeVersion",
  run: (c) => {
    const reply = criCall(c.p, socket, "RuntimeConfig", {});
    if (reply.ok) return fine;
    if (reply.code !== "Unimplemented" || !reply.message.startsWith("unknown method")) return error(unconnected(socket, rpcError(reply)));
    return warning(
      `You must update your container runtime to a version that supports the CRI method RuntimeConfig. Falling back to using cgroupDriver from kubelet config will be removed in 1.${c.minor + 1}. For more information, see https://git.k8s.io/enhancements/keps/sig-node/4033-group-driver-detection-over-cri`,
    );
  },
});

/** Up to 1.30 kubeadm talks to the runtime through a program, without which it leaves the checks of the runtime out. */
function runtimeProblem(c: Context, socket: string): string | undefined {
  const program = isDocker(c, socket) ? "docker" : "crictl";
  if (c.minor >= 31 || inPath(c.p, program)) return undefined;
  return `${program} is required for container runtime: exec: "${program}": executable file not found in $PATH`;
}

async function warnRuntime(c: Context, socket: string): Promise<void> {
  const problem = runtimeProblem(c, socket);
  if (problem !== undefined)
    await c.out(`[preflight] WARNING: Couldn't create the interface used for talking to the container runtime: ${problem}`);
}

const swap: Check = {
  name: "Swap",
  run: (c) => {
    const lines = (c.p.fs.tryReadText("/proc/swaps") ?? "").split("\n").filter((l) => l.trim() !== "");
    if (lines.length <= 1) return fine;
    if (c.minor >= 28 && c.minor <= 31)
      return warning("swap is supported for cgroup v2 only; the NodeSwap feature gate of the kubelet is beta but disabled by default");
    if (c.minor >= 32)
      return warning(
        "swap is supported for cgroup v2 only. The kubelet must be properly configured to use swap. Please refer to https://kubernetes.io/docs/concepts/architecture/nodes/#swap-memory, or disable swap on the node",
      );
    if (c.minor >= 22)
      return warning("swap is enabled; production deployments should disable swap unless testing the NodeSwap feature gate of the kubelet");
    return error("running with swap on is not supported. Please disable swap");
  },
};

/** Programs that the kubelet and kube-proxy need; the list became shorter over time. */
function executables(minor: number): Check[] {
  if (minor >= 31)
    return [
      ...(minor >= 33 ? [] : [inSystemPath("conntrack", true)]),
      inSystemPath("ip", true),
      inSystemPath("iptables", true),
      inSystemPath("mount", true),
      inSystemPath("nsenter", true),
      ...(minor >= 33 ? [] : [inSystemPath("ethtool", false)]),
      inSystemPath("tc", false),
      inSystemPath("touch", false),
    ];
  return [
    inSystemPath("crictl", true),
    inSystemPath("conntrack", true),
    inSystemPath("ip", true),
    inSystemPath("iptables", true),
    inSystemPath("mount", true),
    inSystemPath("nsenter", true),
    inSystemPath("ebtables", false),
    inSystemPath("ethtool", false),
    inSystemPath("socat", false),
    inSystemPath("tc", false),
    inSystemPath("touch", false),
  ];
}

const hostname = (name: string): Check => ({
  name: "Hostname",
  run: (c) => {
    const found = c.p.net.resolve(name);
    if (found.ok) return fine;
    const server = /^nameserver\s+(\S+)/m.exec(c.p.fs.tryReadText("/etc/resolv.conf") ?? "")?.[1] ?? "127.0.0.53";
    const why = found.code === "EAI_NONAME" ? "no such host" : found.detail;
    return warning(`hostname "${name}" could not be reached`, `hostname "${name}": lookup ${name} on ${server}:53: ${why}`);
  },
});

const kubeletVersion = (controlPlane: string): Check => ({
  name: "KubeletVersion",
  run: async (c) => {
    const ran = await runProgram(c.p, ["kubelet", "--version"]);
    if (!ran) return error("couldn't get kubelet version: cannot execute 'kubelet --version': executable file not found in $PATH");
    const found = /v(\d+\.(\d+)\.\d+)/.exec(ran.stdout);
    if (!found) return error(`couldn't get kubelet version: cannot parse version ${JSON.stringify(ran.stdout.trim())}`);
    const minor = Number(found[2]);
    const oldest = c.minor - (c.minor >= 28 ? 3 : 1);
    if (minor < oldest)
      return error(`Kubelet version "${found[1]}" is lower than kubeadm can support. Please upgrade kubelet to >= "1.${oldest}.0"`);
    if (controlPlane !== "" && minor > minorOf(controlPlane))
      return error(
        `the kubelet version is higher than the control plane version. This is not a supported version skew and may lead to a malfunctional cluster. Kubelet version: "${found[1]}" Control plane version: "${controlPlane.slice(1)}"`,
      );
    return fine;
  },
});

const kubeletService: Check = {
  name: "Service-Kubelet",
  run: async (c) => {
    const enabled = (await runProgram(c.p, ["systemctl", "is-enabled", "kubelet"]))?.status === 0;
    return enabled ? fine : warning("kubelet service is not enabled, please run 'systemctl enable kubelet.service'");
  },
};

/** Checks that init and join share, in their order. */
function common(c: Context, controlPlane: string, node: Obj, forwarding: Check[]): Check[] {
  const bridge = c.minor <= 29 ? [content("/proc/sys/net/bridge/bridge-nf-call-iptables", "1")] : [];
  const early = c.minor <= 23 ? [...bridge, content("/proc/sys/net/ipv4/ip_forward", "1")] : [];
  const late = c.minor <= 23 ? [] : [...bridge, ...forwarding];
  const usable = runtimeProblem(c, String(node.criSocket)) === undefined;
  const docker = usable && isDocker(c, node.criSocket);
  return [
    ...(docker ? dockerChecks(c) : usable ? [runtime(String(node.criSocket))] : []),
    ...(c.minor >= 35 ? [runtimeConfig(String(node.criSocket))] : []),
    ...early,
    swap,
    ...executables(c.minor),
    ...(docker ? [dockerVersionCheck(c)] : []),
    hostname(String(node.name)),
    kubeletVersion(controlPlane),
    kubeletService,
    port(10250),
    ...late,
  ];
}

const ipv4Forwarding = [content("/proc/sys/net/ipv4/ip_forward", "1")];
/** As 1.23 and older check it, after all else. */
const ipv6Bridge = [
  content("/proc/sys/net/bridge/bridge-nf-call-ip6tables", "1"),
  content("/proc/sys/net/ipv6/conf/default/forwarding", "1"),
];
const ipv6Forwarding = [content("/proc/sys/net/ipv6/conf/default/forwarding", "1")];

function initChecks(c: Context, config: Config, secondary: boolean): Check[] {
  const { cluster, init } = config;
  const address = String(init.localAPIEndpoint.advertiseAddress);
  const bind = Number(init.localAPIEndpoint.bindPort);
  const manifest = (name: string): Check => absent(`${manifestsDir}/${name}.yaml`);
  const pods = String(cluster.networking.podSubnet ?? "");
  const forwarding = address.includes(":") ? ipv6Forwarding : ipv4Forwarding;
  return [
    cpus(2),
    ...(c.minor >= 22 ? [memory(1700)] : []),
    kubernetesVersion(String(cluster.kubernetesVersion)),
    firewalld([bind, 10250]),
    port(bind),
    port(10259),
    port(10257),
    ...["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"].map(manifest),
    httpProxy(address),
    httpProxyCidr(String(cluster.networking.serviceSubnet)),
    httpProxyCidr(pods),
    ...(secondary ? [] : common(c, String(cluster.kubernetesVersion), init.nodeRegistration as Obj, forwarding)),
    ...(!secondary && c.minor <= 23 && address.includes(":") ? ipv6Bridge : []),
    ...(cluster.etcd.local ? [port(2379), port(2380), emptyDir(String(cluster.etcd.local.dataDir))] : []),
  ];
}

function joinChecks(c: Context, join: Obj): Check[] {
  const endpoint = String(join.discovery.bootstrapToken?.apiServerEndpoint ?? "");
  const host = endpoint.replace(/:[^:]*$/, "").replaceAll(/[[\]]/g, "");
  const forwarding = isIp(host) ? (host.includes(":") ? ipv6Forwarding : ipv4Forwarding) : [];
  const shared = common(c, "", join.nodeRegistration as Obj, []);
  return [
    ...(c.minor <= 25 ? [emptyDir(manifestsDir)] : []),
    absent(kubeletConf),
    absent(bootstrapConf),
    ...shared,
    ...(join.controlPlane ? [] : [absent(String(join.caCertPath))]),
    ...(endpoint === "" ? [] : [httpProxy(host)]),
    ...(c.minor <= 23 ? [] : forwarding),
  ];
}

async function runChecks(c: Context, checks: Check[], ignored: Set<string>): Promise<void> {
  const failures: string[] = [];
  for (const check of checks) {
    const found = await check.run(c);
    const lenient = ignored.has("all") || ignored.has(check.name.toLowerCase());
    const warnings = lenient ? [...found.warnings, ...found.errors] : found.warnings;
    for (const text of warnings) await c.err(`\t[WARNING ${check.name}]: ${text}`);
    if (!lenient) failures.push(...found.errors.map((text) => `\t[ERROR ${check.name}]: ${text}\n`));
  }
  if (failures.length === 0) return;
  const text = `[preflight] Some fatal errors occurred:\n${failures.join("")}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``;
  if (c.minor < 34) throw new KubeadmError(text);
  await c.err(text);
  throw new KubeadmError("preflight checks failed");
}

/** `all` cannot be mixed with names; names are compared without case. */
export function ignoredChecks(names: string[]): Set<string> {
  const set = new Set(names.map((n) => n.toLowerCase()));
  if (set.has("all") && set.size > 1)
    throw new KubeadmError("ignore-preflight-errors: Invalid value: \"all\": don't specify individual checks if 'all' is used", 3);
  return set;
}

export async function rootCheck(c: Context, ignored: Set<string>): Promise<void> {
  await runChecks(c, [privileged], ignored);
}

export async function initPreflight(c: Context, config: Config, ignored: Set<string>, dry = false): Promise<void> {
  await c.out("[preflight] Running pre-flight checks");
  await rootCheck(c, ignored);
  await warnRuntime(c, String(config.init.nodeRegistration.criSocket));
  await runChecks(c, initChecks(c, config, false), ignored);
  if (dry) return await c.out("[preflight] Would pull the required images (like 'kubeadm config images pull')");
  await c.out("[preflight] Pulling images required for setting up a Kubernetes cluster");
  await c.out("[preflight] This might take a minute or two, depending on the speed of your internet connection");
  await c.out(
    c.minor >= 32
      ? "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'"
      : "[preflight] You can also perform this action in beforehand using 'kubeadm config images pull'",
  );
  await pullPreflight(c, config, ignored);
}

export async function secondaryPreflight(c: Context, config: Config, ignored: Set<string>): Promise<void> {
  await runChecks(c, initChecks(c, config, true), ignored);
}

export async function joinPreflight(c: Context, join: Obj, ignored: Set<string>): Promise<void> {
  await c.out("[preflight] Running pre-flight checks");
  await rootCheck(c, ignored);
  await warnRuntime(c, String(join.nodeRegistration.criSocket));
  await runChecks(c, joinChecks(c, join), ignored);
}

export async function pullPreflight(c: Context, config: Config, ignored: Set<string>): Promise<void> {
  const socket = String(config.init.nodeRegistration.criSocket);
  const problem = runtimeProblem(c, socket);
  if (problem !== undefined) throw new KubeadmError(problem);
  await warnSandboxImage(c, config, socket);
  const policy = String(config.init.nodeRegistration.imagePullPolicy ?? "IfNotPresent");
  const check: Check = {
    name: "ImagePull",
    run: async () => {
      const found: Findings = { warnings: [], errors: [] };
      if (policy === "Never") return found;
      for (const image of controlPlaneImages(c, config.cluster)) {
        if (policy === "IfNotPresent" && (await imageExists(c, socket, image))) {
          await c.trace(1, "checks.go:839", `image exists: ${image}`);
          continue;
        }
        await c.trace(1, "checks.go:845", `pulling: ${image}`);
        const problem = await pullImage(c, socket, image);
        if (problem !== undefined) found.errors.push(`failed to pull image ${image}: ${problem}`);
      }
      return found;
    },
  };
  await runChecks(c, [check], ignored);
}

/** Since 1.29 kubeadm says when the runtime's pause image is another than its own. */
async function warnSandboxImage(c: Context, config: Config, socket: string): Promise<void> {
  if (c.minor < 29) return;
  const reply = criCall(c.p, socket, "Status", { verbose: true });
  if (!reply.ok) return;
  let image: string | undefined;
  try {
    const info = JSON.parse(String((reply.response.info as Obj | undefined)?.config ?? "{}")) as Obj;
    image = (info.sandboxImage as string | undefined) ?? (info.pinnedImages?.sandbox as string | undefined);
  } catch {
    return;
  }
  const wanted = pauseImage(c, config.cluster);
  if (image !== undefined && image !== wanted)
    await c.klog(
      "W",
      "checks.go:827",
      `detected that the sandbox image "${image}" of the container runtime is inconsistent with that used by kubeadm. It is recommended to use "${wanted}" as the CRI sandbox image.`,
    );
}

export async function imageExists(c: Context, socket: string, image: string): Promise<boolean> {
  if (isDocker(c, socket)) return dockerHasImage(c, image);
  const reply = criCall(c.p, socket, "ImageStatus", { image: { image } });
  return reply.ok && Boolean((reply.response as Obj).image);
}

/** undefined when it was pulled. Kubeadm tries five times. */
export async function pullImage(c: Context, socket: string, image: string): Promise<string | undefined> {
  if (isDocker(c, socket)) return dockerPull(c, image);
  let problem = "";
  for (let attempt = 0; attempt < 5; attempt++) {
    const reply = await criAsk(c.p, socket, "PullImage", { image: { image } });
    if (reply.ok) return undefined;
    problem = rpcError(reply);
    if (c.minor >= 31) await c.p.sleep(0);
  }
  if (c.minor >= 31) return `failed to pull image ${image}: ${problem}`;
  const at = new Date(c.p.now).toISOString().slice(0, 19);
  return `output: time="${at}Z" level=fatal msg="pulling image: ${problem.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"\n, error: exit status 1`;
}
