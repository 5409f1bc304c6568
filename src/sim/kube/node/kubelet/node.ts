/** The Node object: registration, status, lease (pkg/kubelet/kubelet_node_status.go, nodestatus/setters.go). */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { rpcError } from "../../../cri/messages.ts";
import { klog, klogS, minorOf } from "../klog.ts";
import { apiClient } from "./connection.ts";
import { quantity } from "../../quantity.ts";
import { flushEvents, record } from "./events.ts";
import { cri, stateOf, timeText } from "./state.ts";

/**
 * The node's address, chosen anew with every status (nodestatus.NodeAddress): --node-ip, when the machine has it; else the address that the
 * node's name resolves to, or that of the interface with the default route. It stays as it was while --node-ip is wrong.
 */
export function chooseNodeIp(p: Proc): void {
  const s = stateOf(p);
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const own = ns.links().flatMap((l) => l.addresses.map((a) => ({ ip: a.ip, dev: l.name })));
  const given = s.options.nodeIp.split(",")[0]!;
  if (given !== "" && given !== "0.0.0.0") {
    const problem = given.startsWith("127.")
      ? "nodeIP can't be loopback address"
      : own.some((a) => a.ip === given)
        ? undefined
        : `node IP: "${given}" not found in the host's network interfaces`;
    if (problem === undefined) s.nodeIp = given;
    else if (minorOf(p.state.version) < 22)
      klog(p, "E", "kubelet_node_status.go:586", `Failed to set some node status fields: failed to validate nodeIP: ${problem}`);
    else
      klogS(p, "E", "kubelet_node_status.go:736", "Failed to set some node status fields", {
        err: `failed to validate nodeIP: ${problem}`,
        node: s.nodeName,
      });
    return;
  }
  const found = p.net.resolve(s.nodeName);
  const mine = found.ok ? found.addresses.find((ip) => !ip.startsWith("127.") && own.some((a) => a.ip === ip)) : undefined;
  const route = ns
    .routes()
    .filter((r) => r.dst === "default")
    .sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0];
  s.nodeIp = mine ?? route?.src ?? own.find((a) => a.dev === route?.dev)?.ip ?? "";
}

/** What cAdvisor finds out once, when the kubelet starts. */
function machineInfo(p: Proc): { capacity: { capacity: Obj; allocatable: Obj }; info: Obj } {
  return (p.data.machine ??= { capacity: capacity(p), info: systemInfo(p) }) as {
    capacity: { capacity: Obj; allocatable: Obj };
    info: Obj;
  };
}

function capacity(p: Proc): { capacity: Obj; allocatable: Obj } {
  const meminfo = /^MemTotal:\s+(\d+) kB/m.exec(p.fs.tryReadText("/proc/meminfo") ?? "");
  const memory = meminfo ? Number(meminfo[1]) : p.machine.state.memory * 1024 - 60_000;
  const disk = Math.floor((p.machine.state.trees.root?.capacity ?? 0) / 1024);
  const reserve = quantity("100Mi") / 1024;
  const base = { "hugepages-1Gi": "0", "hugepages-2Mi": "0", pods: String(stateOf(p).config.maxPods) };
  return {
    capacity: { cpu: String(p.machine.state.cpus), "ephemeral-storage": `${disk}Ki`, ...base, memory: `${memory}Ki` },
    allocatable: {
      cpu: String(p.machine.state.cpus),
      // the eviction threshold of 10 % is a float32 (cm/node_container_manager_linux.go, eviction/api/types.go)
      "ephemeral-storage": String(disk * 1024 - Math.trunc(disk * 1024 * Math.fround(0.1))),
      ...base,
      memory: `${memory - reserve}Ki`,
    },
  };
}

const line = (p: Proc, path: string): string => (p.fs.tryReadText(path) ?? "").trim();

function nodeInfo(p: Proc): Obj {
  const version = cri(p, "Version");
  const runtime = version.ok
    ? `${version.response.runtimeName as string}://${(version.response.runtimeVersion as string).replace(/^v/, "")}`
    : `${stateOf(p).runtimeName}://Unknown`;
  return { ...machineInfo(p).info, containerRuntimeVersion: runtime };
}

function systemInfo(p: Proc): Obj {
  const minor = minorOf(p.state.version);
  return {
    architecture: "amd64",
    bootID: line(p, "/proc/sys/kernel/random/boot_id") || p.machine.random("boot-id").uuid(),
    kernelVersion: line(p, "/proc/sys/kernel/osrelease") || "6.8.0-86-generic",
    kubeProxyVersion: minor >= 33 ? "" : `v${p.state.version}`,
    kubeletVersion: `v${p.state.version}`,
    machineID: line(p, "/etc/machine-id"),
    operatingSystem: "linux",
    osImage: /^PRETTY_NAME="?([^"\n]*)"?/m.exec(p.fs.tryReadText("/etc/os-release") ?? "")?.[1] ?? "Ubuntu 24.04.3 LTS",
    systemUUID:
      line(p, "/sys/class/dmi/id/product_uuid") ||
      line(p, "/etc/machine-id").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  };
}

/** Why the runtime is not usable, as the Ready condition says it; undefined when it is. */
export function runtimeProblem(p: Proc): string | undefined {
  const s = stateOf(p);
  const problems: string[] = [];
  const minor = minorOf(p.state.version);
  if (p.now - s.runtimeSeen > 30_000) {
    problems.push("container runtime is down");
    if (p.now - s.runtimeSeen > 180_000)
      problems.push(`PLEG is not healthy: pleg was last seen active ${goDuration(p.now - s.runtimeSeen)} ago; threshold is 3m0s`);
  }
  if (s.networkNotReady !== undefined) problems.push(minor >= 22 ? s.networkNotReady : s.networkNotReady.replace(/^container /, ""));
  if (problems.length === 0) return undefined;
  return problems.length === 1 ? problems[0] : `[${problems.join(", ")}]`;
}

const goDuration = (ms: number): string => {
  const s = ms / 1000;
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${(s % 60).toFixed(3).replace(/\.?0+$/, "")}s`;
};

function conditions(p: Proc): Obj[] {
  const s = stateOf(p);
  const now = timeText(p.now);
  const problem = runtimeProblem(p);
  const posting = minorOf(p.state.version) < 31 ? "kubelet is posting ready status. AppArmor enabled" : "kubelet is posting ready status";
  const wanted: [string, string, string, string][] = [
    ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
    ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
    ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
    ["Ready", problem === undefined ? "True" : "False", problem === undefined ? "KubeletReady" : "KubeletNotReady", problem ?? posting],
  ];
  return wanted.map(([type, status, reason, message]) => {
    const old = s.nodeConditions[type];
    if (!old || old[0] !== status) {
      if (old || type !== "Ready") s.nodeConditions[type] = [status, now];
      else s.nodeConditions[type] = [status, now];
      const name = {
        MemoryPressure: "NodeHasSufficientMemory",
        DiskPressure: "NodeHasNoDiskPressure",
        PIDPressure: "NodeHasSufficientPID",
        Ready: status === "True" ? "NodeReady" : "NodeNotReady",
      }[type]!;
      nodeEvent(p, "Normal", name, `Node ${s.nodeName} status is now: ${name}`);
    }
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: s.nodeConditions[type]![1] };
  });
}

function images(p: Proc): Obj[] {
  const listed = cri(p, "ListImages");
  if (!listed.ok) return [];
  return (listed.response.images as Obj[])
    .map((i) => ({ names: [...(i.repoDigests as string[]), ...(i.repoTags as string[])], sizeBytes: Number(i.size) }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, 50);
}

function status(p: Proc): Obj {
  const s = stateOf(p);
  chooseNodeIp(p);
  return {
    ...(s.nodeIp === ""
      ? {}
      : {
          addresses: [
            { type: "InternalIP", address: s.nodeIp },
            { type: "Hostname", address: s.options.hostnameOverride || p.machine.hostname },
          ],
        }),
    ...machineInfo(p).capacity,
    conditions: conditions(p),
    daemonEndpoints: { kubeletEndpoint: { Port: s.config.port as number } },
    images: images(p),
    nodeInfo: nodeInfo(p),
    ...(minorOf(p.state.version) >= 30
      ? {
          runtimeHandlers: [
            { name: "", features: { recursiveReadOnlyMounts: true, userNamespaces: true } },
            { name: "runc", features: { recursiveReadOnlyMounts: true, userNamespaces: true } },
          ],
        }
      : {}),
  };
}

const labels = (p: Proc): Record<string, string> => ({
  "beta.kubernetes.io/arch": "amd64",
  "beta.kubernetes.io/os": "linux",
  "kubernetes.io/arch": "amd64",
  "kubernetes.io/hostname": stateOf(p).options.hostnameOverride || p.machine.hostname,
  "kubernetes.io/os": "linux",
  ...stateOf(p).options.nodeLabels,
});

export function nodeEvent(p: Proc, type: "Normal" | "Warning", reason: string, message: string): void {
  record(p, apiClient(p), { metadata: { name: stateOf(p).nodeName } }, "Node", { type, reason, message });
}

/** Registers the node; true when it is. */
export function registerNode(p: Proc): boolean {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client) return false;
  klogS(p, "I", "kubelet_node_status.go:75", "Attempting to register node", { node: s.nodeName });
  const node: Obj = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: s.nodeName, labels: labels(p), annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" } },
    spec: s.options.taints.length > 0 ? { taints: s.options.taints } : {},
    status: status(p),
  };
  const made = client.create("nodes", node);
  if (made.ok) {
    klogS(p, "I", "kubelet_node_status.go:78", "Successfully registered node", { node: s.nodeName });
    s.registered = true;
    s.nodeReportedAt = 0;
    return true;
  }
  if (made.kind === "status" && made.code === 409) {
    const old = client.get("nodes", s.nodeName);
    if (old.ok) {
      for (const c of (old.body.status?.conditions ?? []) as Obj[])
        s.nodeConditions[c.type as string] ??= [c.status as string, c.lastTransitionTime as string];
      klogS(p, "I", "kubelet_node_status.go:124", "Node was previously registered", { node: s.nodeName });
      const missing = Object.fromEntries(Object.entries(labels(p)).filter(([k, v]) => old.body.metadata.labels?.[k] !== v));
      if (Object.keys(missing).length > 0) client.patch("nodes", s.nodeName, { metadata: { labels: missing } }, { type: "strategic" });
      klogS(p, "I", "kubelet_node_status.go:78", "Successfully registered node", { node: s.nodeName });
      s.registered = true;
      s.nodeReportedAt = 0;
      return true;
    }
  }
  const why = made.kind === "transport" ? `Post "${client.server}/api/v1/nodes": ${made.message}` : made.message;
  klogS(p, "E", "kubelet_node_status.go:107", "Unable to register node with API server", { err: why, node: s.nodeName });
  return false;
}

/** Every ten seconds: writes the status when it has changed, or after five minutes. */
export function updateNodeStatus(p: Proc): void {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client || !s.registered) return;
  const next = status(p);
  const shape = JSON.stringify({ ...next, conditions: (next.conditions as Obj[]).map((c) => ({ ...c, lastHeartbeatTime: "" })) });
  flushEvents(p, client);
  const got = client.get("nodes", s.nodeName);
  if (!got.ok) {
    const url = `${client.server}/api/v1/nodes/${s.nodeName}?resourceVersion=0&timeout=10s`;
    const why = got.kind === "transport" ? `Get "${url}": ${got.message}` : got.message;
    for (let i = 0; i < 5; i++)
      klogS(p, "E", "kubelet_node_status.go:548", "Error updating node status, will retry", {
        err: `error getting node "${s.nodeName}": ${why}`,
      });
    klogS(p, "E", "kubelet_node_status.go:535", "Unable to update node status", { err: "update node status exceeds retry count" });
    if (got.kind === "status" && got.code === 404) s.registered = false;
    return;
  }
  const cidr = (got.body.spec?.podCIDR ?? "") as string;
  if (cidr !== s.podCIDR) {
    klogS(p, "I", "kuberuntime_manager.go:1841", "Updating runtime config through cri with podcidr", { CIDR: cidr });
    klogS(p, "I", "kubelet_network.go:47", "Updating Pod CIDR", { originalPodCIDR: s.podCIDR, newPodCIDR: cidr });
    cri(p, "UpdateRuntimeConfig", { runtimeConfig: { networkConfig: { podCidr: cidr } } });
    s.podCIDR = cidr;
  }
  // somebody else (the node lifecycle controller) may have written Unknown meanwhile
  const theirs = ((got.body.status?.conditions ?? []) as Obj[]).find((c) => c.type === "Ready");
  if (s.nodeReported === shape && p.now - s.nodeReportedAt < 300_000 && theirs?.status !== "Unknown") return;
  if (theirs?.status === "Unknown") for (const c of next.conditions as Obj[]) c.lastTransitionTime = timeText(p.now);
  const done = client.patch("nodes", s.nodeName, { status: next }, { type: "strategic", subresource: "status" });
  if (!done.ok) {
    klogS(p, "E", "kubelet_node_status.go:548", "Error updating node status, will retry", {
      err: `failed to patch status for node "${s.nodeName}": ${done.message}`,
    });
    return;
  }
  s.nodeReported = shape;
  s.nodeReportedAt = p.now;
}

/** The node's lease, renewed every ten seconds (k8s.io/component-helpers/apimachinery/lease). */
export function renewLease(p: Proc): void {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client || !s.registered) return;
  const renewTime = new Date(p.now).toISOString().replace("Z", "000Z");
  const namespace = "kube-node-lease";
  const seconds = s.config.nodeLeaseDurationSeconds as number;
  const done = client.patch("leases.coordination.k8s.io", s.nodeName, { spec: { renewTime } }, { namespace, type: "merge" });
  if (done.ok) {
    s.lastLease = p.now;
    return;
  }
  if (done.kind === "status" && done.code === 404) {
    const node = client.get("nodes", s.nodeName);
    const made = client.create("leases.coordination.k8s.io", {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name: s.nodeName,
        namespace,
        ...(node.ok
          ? { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: s.nodeName, uid: node.body.metadata.uid as string }] }
          : {}),
      },
      spec: { holderIdentity: s.nodeName, leaseDurationSeconds: seconds, renewTime },
    });
    if (made.ok) s.lastLease = p.now;
    return;
  }
  const url = `${client.server}/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${s.nodeName}?timeout=10s`;
  klogS(p, "E", "controller.go:195", "Failed to update lease", {
    err: done.kind === "transport" ? `Put "${url}": ${done.message}` : done.message,
  });
}

/** Every five seconds: asks the runtime how it is. */
export function updateRuntimeUp(p: Proc): void {
  const s = stateOf(p);
  const got = cri(p, "Status", {});
  const source = "kubelet.go:3011";
  if (!got.ok) {
    klogS(p, "E", "log.go:32", "Status from runtime service failed", { err: rpcError(got) });
    klogS(p, "E", source, "Container runtime sanity check failed", { err: rpcError(got) });
    return;
  }
  const list = got.response.status.conditions as Obj[];
  const network = list.find((c) => c.type === "NetworkReady");
  const runtime = list.find((c) => c.type === "RuntimeReady");
  if (network?.status !== true) {
    const text = `NetworkReady=${network ? String(network.status) : "false"} reason:${(network?.reason ?? "") as string} message:${(network?.message ?? "") as string}`;
    if (minorOf(p.state.version) >= 22) klogS(p, "E", source, "Container runtime network not ready", { networkReady: text });
    else klog(p, "E", "kubelet.go:2163", `Container runtime network not ready: ${text}`);
    s.networkNotReady = `container runtime network not ready: ${text}`;
  } else if (s.networkNotReady !== undefined) {
    delete s.networkNotReady;
  }
  if (runtime?.status === true) s.runtimeSeen = p.now;
}
