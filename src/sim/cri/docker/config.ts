/** dockerd's configuration: /etc/docker/daemon.json and flags (moby, daemon/config). */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { parseGoJson } from "../../core/go-json.ts";

export interface DockerSettings {
  root: string;
  cgroupDriver: string;
  mirrors: string[];
  insecure: string[];
  /** Address of docker0. */
  bip: string;
  iptables: boolean;
  liveRestore: boolean;
  /** Seconds that containers get when the daemon ends. */
  shutdownTimeout: number;
  storageDriver: string;
}

const daemonJson = "/etc/docker/daemon.json";

type Kind = "[]string" | "string" | "bool" | "int" | "map[string]string";

/** Directives with an effect here. */
const acting: Record<string, Kind> = {
  "exec-opts": "[]string",
  "registry-mirrors": "[]string",
  "insecure-registries": "[]string",
  bip: "string",
  iptables: "bool",
  "live-restore": "bool",
  "shutdown-timeout": "int",
  "data-root": "string",
  "storage-driver": "string",
  "log-driver": "string",
  "log-opts": "map[string]string",
  hosts: "[]string",
  debug: "bool",
  "log-level": "string",
};
/** Directives that dockerd knows, too. */
const others = new Set(
  "allow-nondistributable-artifacts api-cors-header authorization-plugins bridge bridge-accept-fwmark builder cgroup-parent cluster-advertise cluster-store cluster-store-opts containerd containerd-namespace containerd-plugin-namespace cpu-rt-period cpu-rt-runtime default-address-pools default-cgroupns-mode default-gateway default-gateway-v6 default-ipc-mode default-network-opts default-runtime default-shm-size default-ulimits dns dns-opts dns-search exec-root experimental features firewall-backend fixed-cidr fixed-cidr-v6 graph group host-gateway-ip host-gateway-ips http-proxy https-proxy icc init init-path ip ip-forward ip-forward-no-drop ip-masq ip6tables ipv6 labels log-format max-concurrent-downloads max-concurrent-uploads max-download-attempts metrics-addr mtu network-control-plane-mtu no-new-privileges no-proxy node-generic-resources oom-score-adjust pidfile proxies raw-logs runtimes seccomp-profile selinux-enabled storage-opts swarm-default-advertise-addr tls tlscacert tlscert tlskey tlsverify userland-proxy userland-proxy-path userns-remap validate".split(
    " ",
  ),
);

const kindOf = (value: unknown): string =>
  Array.isArray(value)
    ? "array"
    : typeof value === "boolean"
      ? "bool"
      : value !== null && typeof value === "object"
        ? "object"
        : typeof value;
const fits = (kind: Kind, value: unknown): boolean =>
  kind === "[]string"
    ? Array.isArray(value)
    : kind === "map[string]string"
      ? kindOf(value) === "object"
      : kindOf(value) === (kind === "int" ? "number" : kind);

/**
 * Reads the file. Throws Error with dockerd's last line. The driver is systemd's where systemd has the unified cgroup tree
 * to itself (moby, daemon/daemon_unix.go UsingSystemd and cgroup v2).
 */
export function loadConfig(p: Proc, hostsFlag: string[]): DockerSettings {
  const head = `unable to configure the Docker daemon with file ${daemonJson}: `;
  let own: Obj = {};
  const text = p.fs.tryReadText(daemonJson);
  if (text !== undefined && text.trim() !== "") {
    let parsed: unknown;
    try {
      parsed = parseGoJson(text);
    } catch (error) {
      throw new Error(`${head}${(error as Error).message}`, { cause: error });
    }
    if (kindOf(parsed) !== "object")
      throw new Error(`${head}json: cannot unmarshal ${kindOf(parsed)} into Go value of type map[string]interface {}`);
    own = parsed as Obj;
  }
  const unknown = Object.keys(own).filter((k) => !(k in acting) && !others.has(k));
  if (unknown.length > 0)
    throw new Error(`${head}the following directives don't match any configuration option: ${unknown.sort().join(", ")}`);
  for (const [key, kind] of Object.entries(acting))
    if (own[key] !== undefined && !fits(kind, own[key]))
      throw new Error(`${head}json: cannot unmarshal ${kindOf(own[key])} into Go struct field Config.${key} of type ${kind}`);
  if (own.hosts !== undefined && hostsFlag.length > 0)
    throw new Error(
      `${head}the following directives are specified both as a flag and in the configuration file: hosts: (from flag: [${hostsFlag.join(" ")}], from file: [${(own.hosts as string[]).join(" ")}])`,
    );
  const gap = (what: string): void => {
    p.machine.world.gap(p.machine.name, "dockerd", what);
    p.log(`kubemend: not simulated: ${what}`);
  };
  for (const key of Object.keys(own)) if (others.has(key)) gap(`daemon.json ${key}`);
  if (own["log-driver"] !== undefined && own["log-driver"] !== "json-file") gap(`log-driver ${own["log-driver"] as string}`);
  const options = Object.fromEntries(((own["exec-opts"] ?? []) as string[]).map((o) => [o.split("=")[0]!, o.slice(o.indexOf("=") + 1)]));
  return {
    root: (own["data-root"] as string | undefined) ?? "/var/lib/docker",
    cgroupDriver: options["native.cgroupdriver"] ?? "systemd",
    mirrors: ((own["registry-mirrors"] ?? []) as string[]).map((m) => m.replace(/\/+$/, "")),
    insecure: (own["insecure-registries"] ?? []) as string[],
    bip: (own.bip as string | undefined) ?? "172.17.0.1/16",
    iptables: own.iptables !== false,
    liveRestore: own["live-restore"] === true,
    shutdownTimeout: (own["shutdown-timeout"] as number | undefined) ?? 15,
    storageDriver: (own["storage-driver"] as string | undefined) ?? "overlay2",
  };
}
