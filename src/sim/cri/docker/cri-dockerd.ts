/** cri-dockerd: the CRI in front of docker since the kubelet lost its own (Mirantis/cri-dockerd 0.3). */
import type { Data, Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { DaemonProgram } from "../../kernel/program.ts";
import type { Incoming } from "../../net/api.ts";
import { sdNotify } from "../../systemd/notify.ts";
import { logLine } from "../config.ts";
import type { CriRequest } from "../messages.ts";
import { dockerCall } from "./api.ts";
import { answer, onEvent, open, type Shim } from "./shim.ts";

const socket = "/run/cri-dockerd.sock";
const shimOf = (p: Proc): Shim => p.data.shim as unknown as Shim;

const valued = new Set([
  "container-runtime-endpoint",
  "network-plugin",
  "pod-infra-container-image",
  "cni-bin-dir",
  "cni-conf-dir",
  "cni-cache-dir",
  "log-level",
  "docker-endpoint",
  "cri-dockerd-root-directory",
  "hairpin-mode",
  "image-pull-progress-deadline",
  "runtime-cgroups",
  "streaming-bind-addr",
]);

function flags(p: Proc): Record<string, string> {
  const out: Record<string, string> = {};
  const args = [...p.args];
  while (args.length > 0) {
    const arg = args.shift()!;
    const m = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg);
    const name = m?.[1] ?? "";
    if (name === "version" || name === "buildinfo") {
      p.log(`cri-dockerd ${p.state.version} (unknown)`, 1);
      p.exit(0);
    }
    if (!m || !valued.has(name)) {
      if (name === "ipv6-dual-stack" || name === "network-plugin-mtu") p.notSimulated(`cri-dockerd --${name}`);
      p.log(m ? `Error: unknown flag: ${arg.split("=")[0]!}` : `Error: unknown command ${JSON.stringify(arg)} for "cri-dockerd"`);
      p.exit(1);
    }
    out[name] = m[2] ?? args.shift() ?? "";
  }
  return out;
}

/** Which release tells the kubelet docker's cgroup driver (pull requests 302 and 425). */
const tellsDriver = (version: string): boolean => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return major > 0 || minor > 3 || (minor === 3 && patch >= 17);
};

export const criDockerd: DaemonProgram = {
  name: "cri-dockerd",
  start(p) {
    const o = flags(p);
    const info = (text: string): void => p.log(logLine(p, "info", text));
    const endpoint = o["docker-endpoint"] ?? "unix:///var/run/docker.sock";
    if (endpoint !== "unix:///var/run/docker.sock") p.notSimulated(`cri-dockerd --docker-endpoint ${endpoint}`);
    if ((o["network-plugin"] ?? "cni") !== "cni") p.notSimulated(`cri-dockerd --network-plugin=${o["network-plugin"] ?? ""}`);
    info(`Connecting to docker on the Endpoint ${endpoint}`);
    info("Start docker client with request timeout 0s");
    const reply = dockerCall(p, "info");
    if (!reply.ok) {
      p.log(logLine(p, "error", reply.message).replace("level=error", "level=fatal"));
      return p.exit(1);
    }
    info("Hairpin mode is set to none");
    info("Loaded network plugin cni");
    info("Docker cri networking managed by network plugin cni");
    const driver = reply.body.CgroupDriver as string;
    info(`Setting cgroupDriver ${driver}`);
    p.data.shim = {
      checkpoints: `${o["cri-dockerd-root-directory"] ?? "/var/lib/cri-dockerd"}/sandbox`,
      sandboxImage: o["pod-infra-container-image"] ?? "registry.k8s.io/pause:3.10",
      cgroupDriver: driver,
      cni: { confDir: o["cni-conf-dir"] ?? "/etc/cni/net.d", binDirs: (o["cni-bin-dir"] ?? "/opt/cni/bin").split(",") },
      tellsDriver: tellsDriver(p.state.version),
      events: "docker",
    } satisfies Shim as unknown as Obj;
    p.fs.mkdirp("/var/lib/cri-dockerd/sandbox", 0o755);
    info("Starting the GRPC backend for the Docker CRI interface.");
    const asked = (o["container-runtime-endpoint"] ?? "unix:///run/cri-dockerd.sock").replace(/^unix:\/\//, "");
    const path = asked === "fd://" ? socket : asked;
    if (p.fs.exists(path)) p.fs.unlink(path);
    p.net.listenUnix(path);
    p.fs.chmod(path, 0o660);
    info("Start cri-dockerd grpc backend");
    sdNotify(p, "READY=1");
  },
  on(p, event, data) {
    const d = (data ?? {}) as Obj;
    if (event === "data") {
      const message = d.message as unknown as CriRequest;
      if (message?.type === "cri") open(p, shimOf(p), d.conn as number, message);
    } else onEvent(p, shimOf(p), event, d);
  },
  signal(p, signal) {
    if (signal === "SIGPIPE" || signal === "SIGHUP") return true;
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    p.finish({ code: 0 });
    return true;
  },
  serve(p, incoming: Incoming) {
    const m = incoming.message as Obj;
    return m.type === "cri" ? (answer(p, shimOf(p), m as unknown as CriRequest) as unknown as Data) : undefined;
  },
};
