/** containerd as a CRI runtime (internal/cri of containerd 1.7 and 2.x). */
import type { Obj } from "../core/json.ts";
import type { NetworkConfig } from "./cni.ts";
import { logLine, majorOf, type CriSettings } from "./config.ts";
import type { Runtime } from "./runtime.ts";

const taskFailed = (text: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: ${text}: unknown`;

export const containerdRuntime: Runtime = {
  name: "containerd",
  version: (p) => (majorOf(p.state.version) >= 2 ? `v${p.state.version}` : p.state.version),
  tellsDriver: (p) => majorOf(p.state.version) >= 2,
  handlers: (p) =>
    majorOf(p.state.version) >= 2
      ? ["", "runc"].map((name) => ({ name, features: { recursiveReadOnlyMounts: true, userNamespaces: true } }))
      : undefined,
  conditions: (p) =>
    majorOf(p.state.version) >= 2 || p.state.version.startsWith("1.7")
      ? [{ type: "ContainerdHasNoDeprecationWarnings", status: true, reason: "", message: "" }]
      : [],
  monitor: {
    each: "pod",
    oci: "runc",
    socket: (id) => `/run/containerd/s/${id}`,
    argv: (id) => ["/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", id, "-address", "/run/containerd/containerd.sock"],
    events: "/run/containerd/containerd.sock.ttrpc",
  },
  sandboxDir: (id) => `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}`,
  imageFs: "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs",
  // internal/cri/server getCgroupsPath: the parent's form decides, not the driver's; runc finds out whether it fits
  cgroupsPath(parent, id) {
    if (parent === "") return `/k8s.io/${id}`;
    const base = parent.slice(parent.lastIndexOf("/") + 1);
    if (base.endsWith(".slice")) return `${base}:cri-containerd:${id}`;
    return `${parent.replace(/\/+$/, "")}/${id}`;
  },
  dropsPause: false,
  // containerd/containerd#5904 keeps it; #10770 and its twin for 1.6, #10778, no longer when the set-up had failed: 1.6.37, 1.7.23, 2.0
  keepsFailedSandbox(p, networkWasSetUp) {
    if (networkWasSetUp) return true;
    const [major = 1, minor = 7, patch = 0] = p.state.version.split(".").map(Number);
    return major === 1 && (minor === 7 ? patch < 23 : minor === 6 && patch < 37);
  },
  createsEarly: false,
  netns: (uuid) => `cni-${uuid}`,
  info,
  journal(p, event) {
    if (event.what !== "sandbox-failed") return;
    const m = event.meta;
    p.log(
      logLine(
        p,
        "error",
        `RunPodSandbox for &PodSandboxMetadata{Name:${m.name as string},Uid:${m.uid as string},Namespace:${m.namespace as string},Attempt:${m.attempt as number},} failed, error`,
        { error: event.why },
      ),
    );
  },
  words: {
    noSandbox: () => "an error occurred when try to find sandbox: not found",
    noContainer: (id) => `an error occurred when try to find container "${id}": not found`,
    networkNotReady: () => "Network plugin returns error: cni plugin not initialized",
    sandboxNameTaken: (m, other) => `failed to reserve sandbox name "${nameOf(m)}": name "${nameOf(m)}" is reserved for "${other}"`,
    noHandler: (handler) => `failed to get sandbox runtime: no runtime for "${handler}" is configured`,
    noNetwork: "cni plugin not initialized",
    networkFailed: (x, why) => `failed to setup network for sandbox "${x.id}": ${why}`,
    teardownFailed: (x, why) => `failed to destroy network for sandbox "${x.id}": ${why}`,
    sandboxFailed: (p, id, why) => `${majorOf(p.state.version) >= 2 ? `failed to start sandbox "${id}": ` : ""}${why}`,
    sandboxImage(p, image, why) {
      const text = `failed to get sandbox image "${image}": failed to pull image "${image}": ${why}`;
      return majorOf(p.state.version) >= 2 ? `failed to start sandbox "${p.machine.random("container-id").hex(64)}": ${text}` : text;
    },
    createFailed: (text) => taskFailed(`runc create failed: ${text}`),
    execFailed: (exec, text) =>
      `failed to exec in container: failed to start exec "${exec}": OCI runtime exec failed: exec failed: ${text}: unknown`,
    monitorGone: "failed to create containerd task: failed to create shim task: ttrpc: closed: unknown",
    runtimeMissing: (binary) =>
      taskFailed(
        `unable to retrieve OCI runtime error (open /run/containerd/io.containerd.runtime.v2.task/k8s.io/log.json: no such file or directory): exec: "${binary}": executable file not found in $PATH`,
      ),
    notRunning: (state) => `container is in ${state} state`,
    execTimeout: (seconds) => `failed to exec in container: timeout ${seconds}s exceeded: context deadline exceeded`,
    pull(name, full, failure) {
      const resolve = `failed to pull and unpack image "${full}": failed to resolve reference "${full}": `;
      switch (failure.kind) {
        case "reference":
          return { code: "InvalidArgument", message: `failed to parse image reference "${name}": ${failure.detail}` };
        case "transport":
          return {
            code: failure.timedOut && /i\/o timeout/.test(failure.detail) ? "DeadlineExceeded" : "Unknown",
            message: `${resolve}failed to do request: Head "${failure.base}${failure.path}": ${failure.detail}`,
          };
        case "denied":
          return {
            code: "Unknown",
            message: `${resolve}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
          };
        case "missing":
          return { code: "NotFound", message: `${resolve}${full}: not found` };
        case "status":
          return {
            code: "Unknown",
            message: `${resolve}unexpected status from HEAD request to ${failure.base}${failure.path}: ${failure.status}`,
          };
        case "copy":
          return {
            code: "Unknown",
            message: `failed to pull and unpack image "${full}": failed to copy: ${failure.status === undefined ? `httpReadSeeker: failed open: failed to do request: ${failure.detail}` : `unexpected status ${failure.status}`}`,
          };
      }
    },
  },
};

const nameOf = (m: Obj): string => `${m.name as string}_${m.namespace as string}_${m.uid as string}_${m.attempt as number}`;

function info(settings: CriSettings, network: NetworkConfig | { error: string }): Obj {
  return {
    config: JSON.stringify({
      containerd: {
        defaultRuntimeName: settings.defaultRuntime,
        snapshotter: settings.snapshotter,
        runtimes: {
          runc: {
            runtimeType: "io.containerd.runc.v2",
            options: {
              BinaryName: settings.runtimeBinary === "runc" ? "" : settings.runtimeBinary,
              SystemdCgroup: settings.systemdCgroup,
            },
          },
        },
      },
      cni: { binDir: settings.binDirs[0], confDir: settings.confDir, maxConfNum: settings.maxConfNum },
      sandboxImage: settings.sandboxImage,
      registry: { configPath: settings.registryConfigPath },
    }),
    cniconfig: JSON.stringify(
      "error" in network
        ? {
            PluginDirs: settings.binDirs,
            PluginConfDir: settings.confDir,
            PluginMaxConfNum: settings.maxConfNum,
            Prefix: "eth",
            Networks: [],
          }
        : {
            PluginDirs: settings.binDirs,
            PluginConfDir: settings.confDir,
            PluginMaxConfNum: settings.maxConfNum,
            Prefix: "eth",
            Networks: [{ Config: { Name: network.name, CNIVersion: network.cniVersion, Plugins: network.plugins }, IFName: "eth0" }],
          },
    ),
    golang: JSON.stringify("go1.24.6"),
    lastCNILoadStatus: JSON.stringify("error" in network ? `cni config load failed: ${network.error}` : "OK"),
  };
}
