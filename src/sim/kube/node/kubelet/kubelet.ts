/** kubelet: the node agent. */
import type { Data, Obj } from "../../../core/json.ts";
import { Errno } from "../../../core/errno.ts";
import { rpcError, type CriReply } from "../../../cri/messages.ts";
import type { FsChange } from "../../../fs/view.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import { newCorrelator } from "../../event-recorder.ts";
import { klog, klogS, minorOf } from "../klog.ts";
import { createTopCgroups, updateQosCgroups } from "./cgroups.ts";
import { apiClient, bootstrapStep, checkKubeconfig, keepFirstCertificate, servingCertificate } from "./connection.ts";
import { ensureIptables } from "./iptables.ts";
import { listManifests, manifestChanged, watchManifests } from "./manifests.ts";
import { chooseNodeIp, nodeEvent, registerNode, renewLease, runtimeProblem, updateNodeStatus, updateRuntimeUp } from "./node.ts";
import { loadConfiguration, parseFlags, unsimulatedFields, type KubeletOptions } from "./options.ts";
import { mirrors, podChanged, readApiPods } from "./pods.ts";
import { execAnswered, probe } from "./probes.ts";
import { cri, stateOf, type KubeletState } from "./state.ts";
import { logFollowed, streamClosed, streamMessage } from "./streams.ts";
import { dockershimEvent, dockershimServe, startDockershim, usesDocker } from "./dockershim.ts";
import { serveKubelet } from "./server.ts";
import { configurationProblem } from "./validation.ts";
import { stopContainer } from "./stop.ts";
import { wake } from "./work.ts";
import { answered, syncPod } from "./worker.ts";

/** Ends as the cobra command does: 1.20 and 1.21 with klog.Fatal (255), later ones with status 1. */
function die(p: Proc, text: string, source = "server.go:198"): never {
  if (minorOf(p.state.version) < 22) {
    klog(p, "F", source, text);
    p.exit(255);
  }
  klogS(p, "E", minorOf(p.state.version) >= 31 ? "run.go:72" : "run.go:74", "command failed", { err: text });
  p.exit(1);
}

function start(p: Proc): void {
  const minor = minorOf(p.state.version);
  let options: KubeletOptions;
  try {
    options = parseFlags(p);
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended" || error.name === "NotSimulated") throw error;
    return die(p, `${minor < 22 ? "" : "failed to parse kubelet flag: "}${error.message}`);
  }
  const s = p.data as unknown as KubeletState;
  Object.assign(s, {
    options,
    runtimeName: "containerd",
    nodeName: (options.hostnameOverride || p.machine.hostname).toLowerCase(),
    nodeIp: "",
    cgroupDriver: "cgroupfs",
    pods: {},
    calls: {},
    nextCall: 1,
    runtimeSeen: 0,
    registered: false,
    watching: false,
    apiReady: false,
    bootstrapping: false,
    correlator: newCorrelator(),
    eventQueue: [],
    nodeConditions: {},
    nodeReportedAt: 0,
    seen: {},
    startedAt: p.now,
    lastLease: 0,
    podCIDR: "",
    config: {},
  } satisfies KubeletState);
  try {
    const { config, warning } = loadConfiguration(p, options);
    s.config = config;
    for (const field of unsimulatedFields(config)) {
      p.machine.world.gap(p.machine.name, "kubelet", `KubeletConfiguration ${field}`);
      p.log(`kubemend: not simulated: KubeletConfiguration ${field}`);
    }
    if (warning !== undefined) klogS(p, "W", "codec.go:118", "Using lenient decoding as strict decoding failed", { err: warning });
    const problem = configurationProblem(config);
    if (problem !== undefined)
      return die(
        p,
        minor >= 24 ? `failed to validate kubelet configuration, error: ${problem}, path: ${options.config}` : problem,
        "server.go:215",
      );
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended" || error instanceof Errno) throw error;
    return die(p, minor >= 24 ? `failed to load kubelet config file, path: ${options.config}, error: ${error.message}` : error.message);
  }
  if (minor >= 22) {
    klogS(p, "I", "server.go:525", "Kubelet version", { kubeletVersion: `v${p.state.version}` });
    klogS(p, "I", "server.go:527", "Golang settings", { GOGC: "", GOMAXPROCS: "", GOTRACEBACK: "" });
  } else klog(p, "I", "server.go:416", `Version: v${p.state.version}`);
  if (p.uid !== 0) return die(p, "failed to run Kubelet: kubelet must be run as root");
  const ca = s.config.authentication?.x509?.clientCAFile as string | undefined;
  if (ca && !p.fs.exists(ca))
    return die(
      p,
      `${minor >= 22 ? "failed to construct kubelet dependencies: " : ""}unable to load client CA file ${ca}: open ${ca}: no such file or directory`,
      "server.go:269",
    );
  if (options.kubeconfig === "") klogS(p, "I", "server.go:655", "Standalone mode, no API client");
  else {
    if (s.config.rotateCertificates === true) klogS(p, "I", "server.go:956", "Client rotation is on, will bootstrap in background");
    const problem = checkKubeconfig(p);
    if (problem !== undefined) return die(p, `failed to run Kubelet: ${problem}`, "server.go:269");
    keepFirstCertificate(p);
  }
  cgroupDriver(p);
}

/** KEP-4033: from 1.31 the runtime is asked for its driver; one that does not know the call leaves it to the configuration, until 1.38. */
function cgroupDriver(p: Proc): void {
  const s = stateOf(p);
  const minor = minorOf(p.state.version);
  const configured = s.config.cgroupDriver === "systemd" ? "systemd" : "cgroupfs";
  s.cgroupDriver = configured;
  if (minor >= 31) {
    const got = cri(p, "RuntimeConfig");
    if (got.ok) {
      s.cgroupDriver = got.response.linux?.cgroupDriver === "SYSTEMD" ? "systemd" : "cgroupfs";
      klogS(p, "I", "server.go:1422", "Using cgroup driver setting received from the CRI runtime", { cgroupDriver: s.cgroupDriver });
    } else if (got.code === "Unimplemented" && /unknown method/.test(got.message)) {
      klogS(p, "E", "log.go:32", "RuntimeConfig from runtime service failed", { err: rpcError(got) });
      klogS(
        p,
        "I",
        "server.go:1408",
        // the gate became general with 1.34
        `CRI implementation should be updated to support RuntimeConfig${minor < 34 ? " when KubeletCgroupDriverFromCRI feature gate has been enabled" : ""}. Falling back to using cgroupDriver from kubelet config.`,
      );
    } else {
      klogS(p, "E", "log.go:32", "RuntimeConfig from runtime service failed", { err: rpcError(got) });
      const tries = Number(p.data.tries ?? 0) + 1;
      p.data.tries = tries;
      if (tries < 3) return void p.after(2000, "driver");
      return die(p, `failed to run Kubelet: ${rpcError(got)}`);
    }
  }
  swap(p);
}

function swap(p: Proc): void {
  const s = stateOf(p);
  const minor = minorOf(p.state.version);
  const swaps = (p.fs.tryReadText("/proc/swaps") ?? "").trim().split("\n");
  klogS(p, "I", "server.go:770", "--cgroups-per-qos enabled, but --cgroup-root was not specified. Defaulting to /");
  if (swaps.length > 1) {
    if (minor >= 30) klogS(p, "I", "swap_util.go:119", "Swap is on", { "/proc/swaps contents": swaps.join("\n") });
    if (s.config.failSwapOn === true)
      return die(
        p,
        `failed to run Kubelet: running with swap on is not supported, please disable swap${minor >= 31 ? " or" : "! or"} set --fail-swap-on flag to false${minor >= 31 ? "" : `. /proc/swaps contained: [${swaps.join(" ")}]`}`,
        "server.go:269",
      );
  }
  openRuntime(p);
}

/** The runtime must answer. */
function openRuntime(p: Proc): void {
  const s = stateOf(p);
  const minor = minorOf(p.state.version);
  if (usesDocker(p)) {
    const problem = startDockershim(p);
    if (problem === "later") return void p.after(1000, "docker");
    if (problem !== undefined) return die(p, problem, "server.go:269");
  }
  const version = cri(p, "Version");
  if (!version.ok) {
    if (minor >= 22) klogS(p, "E", "log.go:32", "Version from runtime service failed", { err: rpcError(version) });
    else {
      klog(p, "E", "remote_runtime.go:86", `Version from runtime service failed: ${rpcError(version)}`);
      klog(
        p,
        "E",
        "kuberuntime_manager.go:202",
        `Get runtime version failed: get remote runtime typed version failed: ${rpcError(version)}`,
      );
    }
    if (version.code === "Unimplemented")
      return die(
        p,
        `failed to run Kubelet: validate service connection: validate CRI v1 runtime API for endpoint "${(s.config.containerRuntimeEndpoint as string) || "unix:///run/containerd/containerd.sock"}": ${rpcError(version)}`,
      );
    return die(
      p,
      minor >= 24
        ? `failed to run Kubelet: validate service connection: validate CRI v1 runtime API for endpoint "${(s.config.containerRuntimeEndpoint as string) || "unix:///run/containerd/containerd.sock"}": ${rpcError(version)}`
        : `failed to run Kubelet: failed to create kubelet: get remote runtime typed version failed: ${rpcError(version)}`,
      "server.go:269",
    );
  }
  run(p, version);
}

function run(p: Proc, version: Extract<CriReply, { ok: true }>): void {
  const s = stateOf(p);
  const minor = minorOf(p.state.version);
  klogS(p, "I", "container_manager_linux.go:281", "Creating Container Manager object based on Node Config", {
    nodeConfig: `{"NodeName":"${s.nodeName}","RuntimeCgroupsName":"","SystemCgroupsName":"","KubeletCgroupsName":"","KubeletRootDir":"${s.options.rootDir}","CgroupsPerQOS":true,"CgroupRoot":"/","CgroupDriver":"${s.cgroupDriver}"}`,
  });
  const manifests = s.config.staticPodPath as string;
  if (minor < 22) {
    if (manifests !== "") klog(p, "I", "kubelet.go:262", `Adding pod path: ${manifests}`);
    if (s.options.kubeconfig !== "") klog(p, "I", "kubelet.go:273", "Watching apiserver");
  } else {
    if (s.options.kubeconfig !== "") klogS(p, "I", "kubelet.go:475", "Attempting to sync node with API server");
    if (manifests !== "") klogS(p, "I", "kubelet.go:376", "Adding static pod path", { path: manifests });
    if (s.options.kubeconfig !== "") klogS(p, "I", "kubelet.go:387", "Adding apiserver pod source");
  }
  s.runtimeName = version.response.runtimeName as string;
  klogS(p, "I", "kuberuntime_manager.go:279", "Container runtime initialized", {
    containerRuntime: s.runtimeName,
    version: version.response.runtimeVersion as string,
    apiVersion: "v1",
  });
  chooseNodeIp(p);
  createTopCgroups(p);
  s.runtimeSeen = p.now;
  p.fs.mkdirp(s.options.rootDir, 0o755);
  p.fs.mkdirp(`${s.options.rootDir}/pods`, 0o750);
  servingCertificate(p);
  try {
    p.net.listen("tcp", s.config.healthzBindAddress as string, s.config.healthzPort as number, { accept: "serve" });
    p.net.listen("tcp", s.config.address as string, s.config.port as number, { accept: "serve" });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const err = `listen tcp ${s.config.address as string}:${s.config.port as number}: bind: address already in use`;
    if (minor < 22) klog(p, "E", "server.go:155", err);
    else klogS(p, "E", "server.go:240", "Failed to listen and serve", { err });
    p.exit(1);
  }
  klogS(p, "I", "server.go:1274", "Started kubelet");
  nodeEvent(p, "Normal", "Starting", "Starting kubelet.");
  klogS(p, "I", "server.go:180", "Starting to listen", { address: s.config.address as string, port: s.config.port as number });
  ensureIptables(p);
  updateRuntimeUp(p);
  if (manifests !== "") watchManifests(p);
  listManifests(p);
  if (manifests !== "") p.after(20_000, "manifests");
  p.after(1000, "pleg");
  p.after(5000, "runtime");
  p.after(60_000, "qos");
  if (s.options.kubeconfig !== "") p.after(50, s.bootstrapping ? "bootstrap" : "connect");
  nodeEvent(p, "Normal", "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
}

/** Registers, lists and watches; again after a while when the API server does not answer. */
function connect(p: Proc): void {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client) return void p.after(1000, "connect");
  const wait = Math.min(Number(p.data.connectWait ?? 400) * 2, 7000);
  if (!s.registered && !registerNode(p)) {
    p.data.connectWait = wait;
    return void p.after(wait, "connect");
  }
  if (!s.watching) {
    const watched = client.watch(["pods"], { fieldSelector: `spec.nodeName=${s.nodeName}` });
    if (!watched.ok) {
      p.data.connectWait = wait;
      const url = `${client.server}/api/v1/pods?fieldSelector=spec.nodeName%3D${s.nodeName}&limit=500&resourceVersion=0`;
      klogS(p, "E", "reflector.go:200", "Failed to watch", {
        err: `failed to list *v1.Pod: ${watched.kind === "transport" ? `Get "${url}": ` : ""}${watched.message}`,
        logger: "UnhandledError",
        reflector: "pkg/kubelet/config/apiserver.go:66",
        type: "*v1.Pod",
      });
      return void p.after(wait, "connect");
    }
    s.watching = true;
  }
  p.data.connectWait = 400;
  readApiPods(p);
  mirrors(p);
  updateNodeStatus(p);
  renewLease(p);
  if (p.data.loops !== true) {
    p.data.loops = true;
    p.after(10_000, "node-status");
    p.after(10_000, "lease");
  }
}

/** GenericPLEG: looks for containers that have changed. */
function relist(p: Proc): void {
  const s = stateOf(p);
  const sandboxes = cri(p, "ListPodSandbox");
  const containers = cri(p, "ListContainers");
  if (!sandboxes.ok || !containers.ok) {
    const err = rpcError((sandboxes.ok ? containers : sandboxes) as Extract<CriReply, { ok: false }>);
    if (minorOf(p.state.version) >= 22) {
      klogS(p, "E", "log.go:32", "ListPodSandbox with filter from runtime service failed", { err, filter: "nil" });
      klogS(p, "E", "kuberuntime_sandbox.go:310", "Failed to list pod sandboxes", { err });
      klogS(p, "E", "generic.go:256", "GenericPLEG: Unable to retrieve pods", { err });
    } else {
      klog(p, "E", "remote_runtime.go:206", `ListPodSandbox with filter nil from runtime service failed: ${err}`);
      klog(p, "E", "kuberuntime_sandbox.go:227", `ListPodSandbox failed: ${err}`);
      klog(p, "E", "generic.go:205", `GenericPLEG: Unable to retrieve pods: ${err}`);
    }
    return;
  }
  const all = [...(sandboxes.response.items as Obj[]), ...(containers.response.containers as Obj[])];
  if (all.every((x) => s.seen[x.id as string] === x.state) && Object.keys(s.seen).length === all.length) return;
  const now: Record<string, string> = {};
  const changed = new Set<string>();
  for (const x of all) {
    const id = x.id as string;
    now[id] = x.state as string;
    const uid = x.labels?.["io.kubernetes.pod.uid"] as string | undefined;
    if (uid !== undefined && s.seen[id] !== now[id]) changed.add(uid);
  }
  s.seen = now;
  for (const uid of changed) {
    const e = s.pods[uid];
    if (e) wake(p, e, 0);
    else if (s.apiReady || s.options.kubeconfig === "") orphan(p, uid, sandboxes.response.items as Obj[]);
  }
}

/** Containers of a pod that nobody wants any more (housekeeping). */
function orphan(p: Proc, uid: string, sandboxes: Obj[]): void {
  for (const x of sandboxes) {
    if (x.labels?.["io.kubernetes.pod.uid"] !== uid) continue;
    const s = stateOf(p);
    const pod: Obj = {
      metadata: { name: x.metadata.name as string, namespace: x.metadata.namespace as string, uid },
      spec: { containers: [] },
    };
    s.pods[uid] = {
      uid,
      pod,
      source: "file",
      containers: {},
      backoff: {},
      conditions: {},
      attempt: 0,
      probing: {},
      killing: { since: p.now, grace: 1, deleted: true },
    };
    wake(p, s.pods[uid], 0);
    return;
  }
}

function runtimeAnswer(p: Proc, message: CriReply): void {
  const s = stateOf(p);
  const call = s.calls[message.id ?? -1];
  if (!call) return;
  delete s.calls[message.id ?? -1];
  if (call.conn !== 0) p.net.shut(call.conn);
  const e = s.pods[call.uid];
  if (!e) return;
  if (call.kind === "probe") execAnswered(p, e, call.data, message);
  else answered(p, e, call.kind, call.data, message);
}

export const kubelet: DaemonProgram = {
  name: "kubelet",
  start,
  on(p, event, data: Data) {
    const s = stateOf(p);
    const d = (data ?? {}) as Obj;
    if (dockershimEvent(p, event, d)) return;
    switch (event) {
      case "driver":
        return cgroupDriver(p);
      case "docker":
        return openRuntime(p);
      case "sync":
        return syncPod(p, d.uid as string);
      case "log-follow":
        return logFollowed(p, d);
      case "dockershim-answer":
        return runtimeAnswer(p, d as unknown as CriReply);
      case "data":
        if (streamMessage(p, d.conn as number, d.message as Data)) return;
        return runtimeAnswer(p, d.message as unknown as CriReply);
      case "closed":
        streamClosed(p, d.conn as number);
        for (const [id, call] of Object.entries(s.calls))
          if (call.conn === d.conn)
            runtimeAnswer(p, { ok: false, id: Number(id), code: "Unavailable", message: "error reading from server: EOF" });
        return;
      case "probe":
        return probe(p, d);
      case "stop-container": {
        const e = s.pods[d.uid as string];
        if (e) stopContainer(p, e, d.id as string, d.grace as number, d.kind as string);
        return;
      }
      case "pleg":
        p.after(1000, "pleg");
        return relist(p);
      case "runtime": {
        p.after(5000, "runtime");
        const before = runtimeProblem(p);
        updateRuntimeUp(p);
        // a change of the runtime's state is told without waiting for the next period (fastStatusUpdateOnce)
        if (before !== runtimeProblem(p) && s.registered) updateNodeStatus(p);
        return;
      }
      case "qos":
        p.after(60_000, "qos");
        if (!/^:KUBE-FIREWALL /m.test(p.machine.world.network.ns(p.machine.name, p.state.netns).iptablesSave("filter"))) ensureIptables(p);
        return updateQosCgroups(p);
      case "inotify":
        return manifestChanged(p, d.name as string, d.what as FsChange);
      case "manifest-watch":
        return watchManifests(p);
      case "manifests":
        p.after(20_000, "manifests");
        return listManifests(p);
      case "bootstrap":
        if (bootstrapStep(p)) p.after(10, "connect");
        else p.after(p.data.csr ? 500 : 5000, "bootstrap");
        return;
      case "connect":
        return connect(p);
      case "api":
        if (d.resource === "pods") podChanged(p, d);
        return;
      case "api-lost":
        s.watching = false;
        p.after(1000, "connect");
        return;
      case "node-status":
        p.after(10_000, "node-status");
        if (!s.registered) p.after(100, "connect");
        return updateNodeStatus(p);
      case "lease":
        p.after(10_000, "lease");
        return renewLease(p);
      default:
    }
  },
  signal(p, signal) {
    if (signal === "SIGHUP" || signal === "SIGPIPE") return true;
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    p.finish({ code: 0 });
    return true;
  },
  serve: (p, incoming) => (incoming.transport === "unix" ? dockershimServe(p, incoming.message as Obj) : serveKubelet(p, incoming)),
};
