/** kube-proxy in iptables mode. */
import { parseYaml } from "../../../core/yaml.ts";
import { Errno } from "../../../core/errno.ts";
import type { Data, Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import { serveHttp, textResponse } from "../../../net/http.ts";
import type { NetNs } from "../../../net/netlink.ts";
import type { ChainState, TableName } from "../../../net/state.ts";
import type { KubeClient } from "../../api.ts";
import { eventName } from "../../event-name.ts";
import { inClusterClient, kubeconfigClient } from "../../client.ts";
import { klogS } from "../klog.ts";
import { jumps, rulesText, servicePorts } from "./rules.ts";

const clients = new WeakMap<Proc, KubeClient>();
function clientOf(p: Proc): KubeClient {
  let client = clients.get(p);
  if (!client) {
    const path = (p.data.config.clientConnection?.kubeconfig ?? "") as string;
    client = path === "" ? inClusterClient(p, "kube-proxy") : kubeconfigClient(p, path, "kube-proxy");
    clients.set(p, client);
  }
  return client;
}

const netns = (p: Proc): NetNs => p.machine.world.network.ns(p.machine.name, p.state.netns);

function fatal(p: Proc, err: string): never {
  klogS(p, "E", "run.go:72", "command failed", { err });
  p.exit(1);
}

function option(p: Proc, name: string): string | undefined {
  for (const [i, a] of p.args.entries()) {
    if (a === `--${name}`) return p.args[i + 1];
    if (a.startsWith(`--${name}=`)) return a.slice(name.length + 3);
  }
  return undefined;
}

/** Lists and watches; writes the rules. Comes again later when the API server does not answer. */
function connect(p: Proc): void {
  let client: KubeClient;
  try {
    client = clientOf(p);
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended" || error.name === "NotSimulated") throw error;
    return fatal(p, error.message);
  }
  const watched = client.watch(["services", "endpointslices.discovery.k8s.io"]);
  if (!watched.ok) {
    const wait = Math.min(Number(p.data.wait ?? 400) * 2, 30_000);
    p.data.wait = wait;
    const why =
      watched.kind === "transport"
        ? `Get "${client.server}/api/v1/services?labelSelector=%21service.kubernetes.io%2Fheadless%2C%21service.kubernetes.io%2Fservice-proxy-name&limit=500&resourceVersion=0": ${watched.message}`
        : watched.message;
    klogS(p, "E", "reflector.go:200", "Failed to watch", {
      err: `failed to list *v1.Service: ${why}`,
      reflector: "k8s.io/client-go/informers/factory.go:161",
      type: "*v1.Service",
    });
    return void p.after(wait, "connect");
  }
  p.data.wait = 400;
  if (p.data.started !== true) {
    p.data.started = true;
    announce(p, client);
    for (const name of ["node config controller", "service config controller", "endpoint slice config controller"])
      klogS(p, "I", name === "service config controller" ? "config.go:200" : "config.go:106", `Starting ${name}`);
    klogS(p, "I", "shared_informer.go:356", "Caches are synced", { controller: "service config" });
    klogS(p, "I", "shared_informer.go:356", "Caches are synced", { controller: "endpoint slice config" });
  }
  sync(p);
}

/** The event "Starting" of the node (cmd/kube-proxy/app/server.go); its message went with the new events API in 1.22. */
function announce(p: Proc, client: KubeClient): void {
  const name = p.data.nodeName as string;
  const time = new Date(p.now).toISOString().replace(/\.\d+Z$/, "Z");
  const old = Number(p.state.version.split(".")[1]) < 22;
  client.create("events", {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: eventName(p.machine, name), namespace: "default" },
    involvedObject: { kind: "Node", name, uid: name },
    reason: "Starting",
    message: old ? "Starting kube-proxy." : "",
    type: "Normal",
    ...(old
      ? { source: { component: "kube-proxy", host: name }, firstTimestamp: time, lastTimestamp: time, count: 1 }
      : {
          source: {},
          firstTimestamp: null,
          lastTimestamp: null,
          eventTime: time.replace("Z", ".000000Z"),
          action: "StartKubeProxy",
          reportingComponent: "kube-proxy",
          reportingInstance: `kube-proxy-${name}`,
        }),
  });
}

function schedule(p: Proc): void {
  if (p.data.pending !== true) {
    p.data.pending = true;
    // minSyncPeriod
    p.after(1000, "sync");
  }
}

/** What the last rules were made from, and where they lie; in memory, so that they are written again after a restore. */
interface Written {
  from: readonly Obj[];
  text: string;
  tables: string;
}
const written = new WeakMap<Proc, Written>();

const same = (a: readonly Obj[], b: readonly Obj[]): boolean => a.length === b.length && a.every((object, i) => object === b[i]);

function sync(p: Proc): void {
  p.data.pending = false;
  const client = clientOf(p);
  const services = client.list("services");
  const slices = client.list("endpointslices.discovery.k8s.io");
  if (!services.ok || !slices.ok) return;
  const { config, nodeName } = p.data as { config: Obj; nodeName: string };
  const ns = netns(p);
  const from = [...services.body.items, ...slices.body.items];
  const last = written.get(p);
  if (last && same(last.from, from) && last.tables === ownLines(ns)) {
    // writing them again would give the same rules
    ns.netfilter.countAnew(chainsOf(ns, last.text));
    p.data.synced = p.now;
    return;
  }
  const nat = ns.iptablesSave("nat");
  const old = [...nat.matchAll(/^:(KUBE-\S+) /gm)].map((m) => m[1]!);
  const bit = (config.iptables?.masqueradeBit ?? 14) as number;
  const mark = `0x${(2 ** bit)
    .toString(16)
    .padStart(8, "0")
    .replace(/^0+(?=.)/, "")}`;
  const settings = {
    clusterCIDR: (config.clusterCIDR ?? "") as string,
    masqueradeAll: config.iptables?.masqueradeAll === true,
    masqueradeMark: mark,
    nodeIps: [],
    nodeName,
  };
  try {
    const text = rulesText(servicePorts(services.body.items, slices.body.items, nodeName), settings, old);
    ns.iptablesRestore(text, { noflush: true });
    const lines: Record<"filter" | "nat", string[]> = { filter: [], nat: [] };
    for (const jump of jumps.toReversed()) {
      const target = /-j (\S+)$/.exec(jump.rule)![1]!;
      const have = ns
        .iptablesSave(jump.table)
        .split("\n")
        .some((l) => l.startsWith(`-A ${jump.chain} `) && l.endsWith(`-j ${target}`));
      if (!have) lines[jump.table].push(`-I ${jump.chain} ${jump.rule}`);
    }
    for (const table of ["filter", "nat"] as const)
      if (lines[table].length > 0) ns.iptablesRestore(`*${table}\n${lines[table].join("\n")}\nCOMMIT\n`, { noflush: true });
    p.data.synced = p.now;
    written.set(p, { from, text, tables: ownLines(ns) });
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended" || error.name === "NotSimulated") throw error;
    klogS(p, "E", "proxier.go:1519", "Failed to execute iptables-restore", { err: error.message, ipFamily: "IPv4" });
    p.after(30_000, "sync");
  }
}

/** Its own part of the tables: what lies in its chains, and what leads there. */
const ownLines = (ns: NetNs): string =>
  (["nat", "filter"] as const)
    .flatMap((table) => ns.iptablesSave(table).split("\n"))
    .filter((line) => line.includes("KUBE-"))
    .join("\n");

/** The chains that a text for iptables-restore writes. */
function chainsOf(ns: NetNs, text: string): ChainState[] {
  const out: ChainState[] = [];
  let table: TableName = "filter";
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1) as TableName;
    else if (line.startsWith(":")) {
      const chain = ns.netfilter.chain(table, line.slice(1, line.indexOf(" ")));
      if (chain && chain.policy === undefined) out.push(chain);
    }
  }
  return out;
}

export const kubeProxy: DaemonProgram = {
  name: "kube-proxy",
  start(p) {
    if (p.args.includes("--version")) {
      p.log(`Kubernetes v${p.state.version}`, 1);
      p.exit(0);
    }
    const file = option(p, "config");
    if (file === undefined) return p.notSimulated("kube-proxy without --config");
    const text = p.fs.tryReadText(file);
    if (text === undefined) return fatal(p, `failed complete: open ${file}: no such file or directory`);
    let config: Obj;
    try {
      config = parseYaml(text) as Obj;
    } catch (error) {
      return fatal(p, `failed complete: yaml: ${(error as Error).message}`);
    }
    if (config?.kind !== "KubeProxyConfiguration" || config.apiVersion !== "kubeproxy.config.k8s.io/v1alpha1")
      return fatal(
        p,
        `failed complete: no kind "${String(config?.kind)}" is registered for version "${String(config?.apiVersion)}" in scheme "k8s.io/kubernetes/pkg/proxy/apis/config/scheme/scheme.go:29"`,
      );
    p.data.config = config;
    p.data.nodeName = (option(p, "hostname-override") || (config.hostnameOverride as string) || p.machine.hostname).toLowerCase();
    const mode = (config.mode ?? "") as string;
    if (mode !== "" && mode !== "iptables") {
      if (/^(ipvs|nftables)$/.test(mode)) p.notSimulated(`kube-proxy mode ${mode}`);
      return fatal(
        p,
        `failed validate: KubeProxyConfiguration.Mode: Invalid value: "${mode}": must be iptables, ipvs, nftables or blank (blank means the best-available proxy [currently iptables])`,
      );
    }
    klogS(p, "I", "server_linux.go:53", "Using iptables proxy");
    const kubeconfig = config.clientConnection?.kubeconfig as string | undefined;
    if (kubeconfig && !p.fs.exists(kubeconfig)) return fatal(p, `failed to run kube-proxy: stat ${kubeconfig}: no such file or directory`);
    try {
      netns(p).setSysctl("net/ipv4/conf/all/route_localnet", "1");
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
    conntrack(p, config);
    klogS(p, "I", "server.go:715", "Version info", { version: `v${p.state.version}` });
    if (!config.clusterCIDR)
      klogS(p, "W", "server.go:256", "Kube-proxy configuration may be incomplete or incorrect", {
        err: "nodePortAddresses is unset; NodePort connections will be accepted on all local IPs. Consider using `--nodeport-addresses primary`",
      });
    const [ip, port] = ((config.healthzBindAddress as string) || "0.0.0.0:10256").split(":") as [string, string];
    try {
      p.net.listen("tcp", ip, Number(port), { accept: "serve" });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      klogS(p, "E", "proxy_health.go:139", "Failed to start proxier healthz", {
        err: `failed to start proxier healthz on ${ip}:${port}: listen tcp ${ip}:${port}: bind: address already in use`,
      });
    }
    p.after(100, "connect");
    p.after(30_000, "periodic");
  },
  on(p, event, data: Data) {
    const d = (data ?? {}) as Obj;
    if (event === "connect") return connect(p);
    if (event === "sync") return sync(p);
    if (
      event === "api" &&
      (d.resource === "services" || d.resource === "endpointslices.discovery.k8s.io" || d.resource === "endpointslices")
    )
      return schedule(p);
    if (event === "api-lost") return void p.after(1000, "connect");
    if (event === "periodic") {
      p.after(30_000, "periodic");
      schedule(p);
    }
  },
  serve(p, incoming) {
    return serveHttp(p, incoming, {}, (r) => {
      const path = r.path.split("?")[0];
      if (path !== "/healthz" && path !== "/livez") return textResponse(404, "404 page not found\n");
      const ok = p.data.synced !== undefined;
      const last = new Date(Number(p.data.synced ?? 0)).toISOString().replace("T", " ").replace("Z", "000000 +0000 UTC");
      return {
        status: ok ? 200 : 503,
        headers: { "content-type": "application/json" },
        body: `{"lastUpdated": "${last}","currentTime": "${new Date(p.now).toISOString().replace("T", " ").replace("Z", "000000 +0000 UTC")}", "nodeEligible": true}`,
      };
    });
  },
  signal: (_p, signal) => signal === "SIGPIPE",
};

/** Raises nf_conntrack_max as conntrack.maxPerCore and min say. */
function conntrack(p: Proc, config: Obj): void {
  const per = (config.conntrack?.maxPerCore ?? 32_768) as number;
  const min = (config.conntrack?.min ?? 131_072) as number;
  if (per === 0) return;
  const wanted = Math.max(per * p.machine.state.cpus, min);
  try {
    netns(p).setSysctl("net/netfilter/nf_conntrack_max", String(wanted));
    klogS(p, "I", "conntrack.go:60", "Setting nf_conntrack_max", { nfConntrackMax: wanted });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}
