/** The program `flanneld` with --kube-subnet-mgr (main.go, pkg/subnet/kube, v0.27): a node's range, the tunnel, the other nodes. */
import { Errno } from "../../core/errno.ts";
import type { Data, Obj } from "../../core/json.ts";
import type { DaemonProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { KubeClient } from "../../kube/api.ts";
import { inClusterClient } from "../../kube/client.ts";
import { klog } from "../../kube/node/klog.ts";
import type { NetNs } from "../../net/netlink.ts";
import { addPeer, deviceOf, ensureDevice, ensureRules, newMac, removePeer, type Lease, type Vxlan } from "./dataplane.ts";
import { externalInterface, NoInterface, type External, type Flags } from "./interface.ts";

interface Options extends Flags {
  ipMasq: boolean;
  kubeSubnetMgr: boolean;
  forwardRules: boolean;
  subnetFile: string;
  netConfPath: string;
  publicIp: string;
  resyncSeconds: number;
}

interface State {
  options: Options;
  node: string;
  network: string;
  vxlan: Vxlan;
  external: External;
  subnet: string;
  mac: string;
  /** Other nodes, by name. */
  peers: Record<string, Lease>;
  running: boolean;
}

const stateOf = (p: Proc): State => p.data as unknown as State;
const nsOf = (p: Proc): NetNs => p.machine.world.network.ns(p.machine.name, p.state.netns);
const annotation = "flannel.alpha.coreos.com";

const clients = new WeakMap<Proc, KubeClient>();
function clientOf(p: Proc): KubeClient {
  let client = clients.get(p);
  if (!client) clients.set(p, (client = inClusterClient(p, "flanneld")));
  return client;
}

function parseArguments(p: Proc): Options {
  const o: Options = {
    iface: [],
    ifaceRegex: [],
    ifaceCanReach: "",
    ipMasq: false,
    kubeSubnetMgr: false,
    forwardRules: true,
    subnetFile: "/run/flannel/subnet.env",
    netConfPath: "/etc/kube-flannel/net-conf.json",
    publicIp: "",
    resyncSeconds: 5,
  };
  const { args } = p;
  for (let i = 0; i < args.length; i++) {
    const m = /^--?([\w-]+)(?:=(.*))?$/.exec(args[i]!);
    if (!m) p.notSimulated(`flanneld ${args[i]}`);
    const [, name, given] = m as unknown as [string, string, string | undefined];
    const text = (): string => given ?? args[++i] ?? "";
    const yes = given === undefined || given === "true";
    if (name === "ip-masq") o.ipMasq = yes;
    else if (name === "kube-subnet-mgr") o.kubeSubnetMgr = yes;
    else if (name === "iptables-forward-rules") o.forwardRules = yes;
    else if (name === "iface") o.iface.push(text());
    else if (name === "iface-regex") o.ifaceRegex.push(text());
    else if (name === "iface-can-reach") o.ifaceCanReach = text();
    else if (name === "subnet-file") o.subnetFile = text();
    else if (name === "net-config-path") o.netConfPath = text();
    else if (name === "public-ip") o.publicIp = text();
    else if (name === "iptables-resync") o.resyncSeconds = Number(text());
    else if (name === "v") text();
    else if (name === "version") {
      p.log(p.state.version);
      p.exit(0);
    } else p.notSimulated(`flanneld --${name}`);
  }
  return o;
}

const flagsText = (o: Options): string =>
  `{etcdEndpoints:http://127.0.0.1:4001,http://127.0.0.1:2379 etcdPrefix:/coreos.com/network etcdKeyfile: etcdCertfile: etcdCAFile: etcdUsername: etcdPassword: version:false kubeSubnetMgr:${o.kubeSubnetMgr} kubeApiUrl: kubeAnnotationPrefix:${annotation} kubeConfigFile: iface:[${o.iface.join(" ")}] ifaceRegex:[${o.ifaceRegex.join(" ")}] ipMasq:${o.ipMasq} ipMasqRandomFullyDisable:false ifaceCanReach:${o.ifaceCanReach} subnetFile:${o.subnetFile} publicIP:${o.publicIp} publicIPv6: subnetLeaseRenewMargin:60 healthzIP:0.0.0.0 healthzPort:0 iptablesResyncSeconds:${o.resyncSeconds} iptablesForwardRules:${o.forwardRules} blackholeRoute:false netConfPath:${o.netConfPath} setNodeNetworkUnavailable:true}`;

function fatal(p: Proc, source: string, text: string): never {
  klog(p, "E", source, text);
  p.exit(1);
}

/** The node that the pod runs on, as the pod's own object says it (kube.go, NewSubnetManager). */
function begin(p: Proc): void {
  let client: KubeClient;
  try {
    client = clientOf(p);
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended" || error.name === "NotSimulated") throw error;
    return fatal(p, "main.go:227", `Failed to create SubnetManager: fail to create kubernetes config: ${error.message}`);
  }
  let node = p.env.NODE_NAME;
  if (node === undefined) {
    const { POD_NAME: name, POD_NAMESPACE: namespace } = p.env;
    if (!name || !namespace)
      return fatal(p, "main.go:227", "Failed to create SubnetManager: env variables POD_NAME and POD_NAMESPACE must be set");
    const pod = client.get("pods", name, namespace);
    if (!pod.ok) {
      const path = `${client.server}/api/v1/namespaces/${namespace}/pods/${name}`;
      const why = pod.kind === "transport" ? `Get "${path}": ${pod.message}` : pod.message;
      const text = `Failed to create SubnetManager: error retrieving pod spec for '${namespace}/${name}': ${why}`;
      const after = pod.kind === "transport" && Number.isFinite(pod.after) ? pod.after : pod.kind === "transport" ? 30_000 : 0;
      return void p.after(after, "give-up", { source: "main.go:227", text });
    }
    node = String(pod.body.spec?.nodeName ?? "");
  }
  stateOf(p).node = node;
  klog(p, "I", "kube.go:139", "Waiting 10m0s for node controller to sync");
  klog(p, "I", "kube.go:469", "Starting kube subnet manager");
  const watched = client.watch(["nodes"]);
  if (!watched.ok) return void p.after(1000, "connect");
  for (const cidrs of nodes(p).flatMap((n) => (n.spec?.podCIDRs ? [n.spec.podCIDRs as string[]] : [])))
    klog(p, "I", "kube.go:490", `Creating the node lease for IPv4. This is the n.Spec.PodCIDRs: [${cidrs.join(" ")}]`);
  p.after(1000, "synced");
}

function nodes(p: Proc): Obj[] {
  const list = clientOf(p).list("nodes");
  return list.ok ? list.body.items : [];
}

/** main.go from the subnet manager on: configuration, interface, lease, backend. */
function register(p: Proc): void {
  const s = stateOf(p);
  klog(p, "I", "kube.go:146", "Node controller sync successful");
  klog(p, "I", "main.go:231", `Created subnet manager: Kubernetes Subnet Manager - ${s.node}`);
  klog(p, "I", "main.go:234", "Installing signal handlers");
  const config = networkConfig(p);
  klog(p, "I", "main.go:523", `Found network config - Backend type: ${config.type}`);
  if (config.type !== "vxlan") p.notSimulated(`flannel backend ${config.type}`);
  if (nsOf(p).sysctl("net/bridge/bridge-nf-call-iptables") === undefined)
    fatal(p, "main.go:278", "Failed to check br_netfilter: stat /proc/sys/net/bridge/bridge-nf-call-iptables: no such file or directory");
  let external: External;
  try {
    external = externalInterface(nsOf(p), s.options, (text) => klog(p, "I", "match.go:211", text));
  } catch (error) {
    if (!(error instanceof NoInterface)) throw error;
    return fatal(p, "main.go:291", error.message);
  }
  klog(p, "I", "match.go:264", `Using interface with name ${external.name} and address ${external.ip}`);
  if (s.options.publicIp === "") klog(p, "I", "match.go:286", `Defaulting external address to interface address (${external.ip})`);
  else klog(p, "I", "match.go:288", `Using ${s.options.publicIp} as external address`);
  klog(p, "I", "vxlan.go:141", `VXLAN config: VNI=${config.vni} Port=${config.port} GBP=false Learning=false DirectRouting=false`);
  const mine = clientOf(p).get("nodes", s.node);
  if (!mine.ok) return fatal(p, "main.go:359", `Error registering network: failed to acquire lease: ${mine.message}`);
  const subnet = mine.body.spec?.podCIDR as string | undefined;
  if (subnet === undefined)
    return fatal(p, "main.go:359", `Error registering network: failed to acquire lease: node "${s.node}" pod cidr not assigned`);
  if (!inside(subnet, config.network))
    return fatal(
      p,
      "main.go:359",
      `Error registering network: failed to acquire lease: subnet "${config.network}" specified in the flannel net config doesn't contain "${subnet}" PodCIDR of the "${s.node}" node`,
    );
  const vxlan = { vni: config.vni, port: config.port === 0 ? 8472 : config.port, mtu: config.mtu ?? external.mtu - 50 };
  const known = backendData(mine.body);
  const mac = nsOf(p).link(deviceOf(vxlan))?.mac ?? known ?? newMac(`${p.machine.state.machineId} ${s.node}`);
  Object.assign(s, { network: config.network, vxlan, external, subnet, mac });
  lease(p);
}

function networkConfig(p: Proc): { network: string; type: string; vni: number; port: number; mtu?: number } {
  const { netConfPath } = stateOf(p).options;
  const bad = (why: string): never => fatal(p, "main.go:227", `Failed to create SubnetManager: ${why}`);
  let text = "";
  try {
    text = p.fs.readText(netConfPath);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    bad(`failed to read net conf: open ${netConfPath}: ${error.text.toLowerCase()}`);
  }
  let parsed: Obj = {};
  try {
    parsed = JSON.parse(text) as Obj;
  } catch {
    bad(`error parsing subnet config: invalid JSON in ${netConfPath}`);
  }
  if (parsed.EnableNFTables === true) p.notSimulated("flannel EnableNFTables");
  if (parsed.EnableIPv6 === true) p.notSimulated("flannel EnableIPv6");
  const backend = (parsed.Backend ?? { Type: "udp" }) as Obj;
  if (backend.DirectRouting === true) p.notSimulated("flannel DirectRouting");
  if (typeof parsed.Network !== "string")
    bad("error parsing subnet config: please define a correct Network parameter in the flannel config");
  return {
    network: parsed.Network as string,
    type: String(backend.Type ?? "udp"),
    vni: Number(backend.VNI ?? 1),
    port: Number(backend.Port ?? 0),
    ...(backend.MTU === undefined ? {} : { mtu: Number(backend.MTU) }),
  };
}

function inside(subnet: string, network: string): boolean {
  const parse = (cidr: string): [number, number] => {
    const [ip, length] = cidr.split("/") as [string, string];
    return [ip.split(".").reduce((n, byte) => n * 256 + Number(byte), 0), Number(length)];
  };
  const [base, length] = parse(subnet);
  const [outer, bits] = parse(network);
  return length >= bits && Math.floor(base / 2 ** (32 - bits)) === Math.floor(outer / 2 ** (32 - bits));
}

/** The device's address that a node's annotation tells. */
function backendData(node: Obj): string | undefined {
  const text = (node.metadata?.annotations as Record<string, string> | undefined)?.[`${annotation}/backend-data`];
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as { VtepMAC?: string }).VtepMAC;
  } catch {
    return undefined;
  }
}

/** Says in the node's annotations where this node's range is, and that its network is there (kube.go, AcquireLease). */
function lease(p: Proc): void {
  const s = stateOf(p);
  const address = s.options.publicIp === "" ? s.external.ip : s.options.publicIp;
  const patched = clientOf(p).patch(
    "nodes",
    s.node,
    {
      metadata: {
        annotations: {
          [`${annotation}/backend-data`]: JSON.stringify({ VNI: s.vxlan.vni, VtepMAC: s.mac }),
          [`${annotation}/backend-type`]: "vxlan",
          [`${annotation}/kube-subnet-manager`]: "true",
          [`${annotation}/public-ip`]: address,
        },
      },
    },
    { type: "strategic", subresource: "status" },
  );
  if (!patched.ok) return fatal(p, "main.go:359", `Error registering network: failed to acquire lease: ${patched.message}`);
  klog(p, "I", "kube.go:626", `List of node(${s.node}) annotations: map[string]string{"${annotation}/backend-type":"vxlan"}`);
  const now = new Date(p.now).toISOString().replace(/\.\d+Z$/, "Z");
  clientOf(p).patch(
    "nodes",
    s.node,
    {
      status: {
        conditions: [
          {
            type: "NetworkUnavailable",
            status: "False",
            reason: "FlannelIsUp",
            message: "Flannel is running on this node",
            lastTransitionTime: now,
            lastHeartbeatTime: now,
          },
        ],
      },
    },
    { type: "strategic", subresource: "status" },
  );
  run(p);
}

function run(p: Proc): void {
  const s = stateOf(p);
  const { options, vxlan, subnet, network } = s;
  ensureDevice(nsOf(p), vxlan, s.external, subnet, s.mac);
  klog(p, "I", "iptables.go:51", "Starting flannel in iptables mode...");
  if (options.ipMasq) klog(p, "I", "iptables.go:125", "Setting up masking rules");
  if (options.forwardRules) klog(p, "I", "iptables.go:226", "Changing default FORWARD chain policy to ACCEPT");
  ensureRules(nsOf(p), network, subnet, options.ipMasq);
  writeSubnetFile(p);
  klog(p, "I", "main.go:412", `Wrote subnet file to ${options.subnetFile}`);
  klog(p, "I", "main.go:416", "Running backend.");
  klog(p, "I", "vxlan_network.go:65", "watching for new subnet leases");
  s.running = true;
  follow(p);
  klog(p, "I", "main.go:437", "Waiting for all goroutines to exit");
  klog(p, "I", "iptables.go:372", "bootstrap done");
  p.after(options.resyncSeconds * 1000, "resync");
}

function writeSubnetFile(p: Proc): void {
  const { options, network, subnet, vxlan } = stateOf(p);
  const [base, length] = subnet.split("/") as [string, string];
  const first = base.replace(/\d+$/, (last) => String(Number(last) + 1));
  const dir = options.subnetFile.slice(0, options.subnetFile.lastIndexOf("/"));
  p.fs.mkdirp(dir, 0o755);
  p.fs.write(
    options.subnetFile,
    `FLANNEL_NETWORK=${network}\nFLANNEL_SUBNET=${first}/${length}\nFLANNEL_MTU=${vxlan.mtu}\nFLANNEL_IPMASQ=${options.ipMasq}\n`,
  );
}

/** The other nodes' leases: tunnels to those that are there, none to those that are gone. */
function follow(p: Proc): void {
  const s = stateOf(p);
  const list = clientOf(p).list("nodes");
  if (!list.ok) return;
  const device = deviceOf(s.vxlan);
  if (!nsOf(p).link(device)) return;
  const found: Record<string, Lease> = {};
  for (const node of list.body.items) {
    const name = String(node.metadata.name);
    const annotations = (node.metadata.annotations ?? {}) as Record<string, string>;
    const mac = backendData(node);
    const subnet = node.spec?.podCIDR as string | undefined;
    const publicIp = annotations[`${annotation}/public-ip-overwrite`] ?? annotations[`${annotation}/public-ip`];
    if (name === s.node || annotations[`${annotation}/kube-subnet-manager`] !== "true") continue;
    if (mac !== undefined && subnet !== undefined && publicIp !== undefined) found[name] = { node: name, subnet, publicIp, mac };
  }
  for (const [name, old] of Object.entries(s.peers)) {
    if (JSON.stringify(found[name]) === JSON.stringify(old)) continue;
    removePeer(nsOf(p), device, old);
    delete s.peers[name];
  }
  for (const [name, peer] of Object.entries(found)) {
    if (s.peers[name]) continue;
    s.peers[name] = peer;
    klog(
      p,
      "I",
      "vxlan_network.go:115",
      `Received Subnet Event with VxLan: BackendType: vxlan, PublicIP: ${peer.publicIp}, PublicIPv6: (nil), BackendData: {"VNI":${s.vxlan.vni},"VtepMAC":"${peer.mac}"}, BackendV6Data: (nil)`,
    );
    try {
      addPeer(nsOf(p), device, peer);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      klog(
        p,
        "E",
        "vxlan_network.go:188",
        `failed to add vxlanRoute (${peer.subnet} -> ${peer.subnet.split("/")[0]}): ${error.text.toLowerCase()}`,
      );
    }
  }
}

export const flanneld: DaemonProgram = {
  name: "flanneld",

  start(p) {
    const options = parseArguments(p);
    Object.assign(p.data, { options, node: "", network: "", subnet: "", mac: "", peers: {}, running: false });
    klog(p, "I", "main.go:211", `CLI flags config: ${flagsText(options)}`);
    if (!options.kubeSubnetMgr) p.notSimulated("flanneld without --kube-subnet-mgr (leases in etcd)");
    klog(
      p,
      "W",
      "client_config.go:659",
      "Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work.",
    );
    begin(p);
  },

  on(p, event, data) {
    const s = stateOf(p);
    switch (event) {
      case "give-up": {
        const { source, text } = data as { source: string; text: string };
        return fatal(p, source, text);
      }
      case "synced":
        return register(p);
      case "api":
        if (s.running && p.data.pending !== true) {
          p.data.pending = true;
          p.after(100, "follow");
        }
        return;
      case "follow":
        p.data.pending = false;
        return follow(p);
      case "api-lost":
        klog(
          p,
          "W",
          "reflector.go:458",
          `pkg/subnet/kube/kube.go:470: watch of *v1.Node ended with: ${(data as { message: string }).message}`,
        );
        p.after(1000, "connect");
        return;
      case "connect": {
        const watched = clientOf(p).watch(["nodes"]);
        if (watched.ok) return s.running ? follow(p) : void p.after(1000, "synced");
        const after: Data = watched.kind === "transport" && Number.isFinite(watched.after) ? watched.after : 30_000;
        p.after(after + 2000, "connect");
        return;
      }
      case "resync":
        if (ensureRules(nsOf(p), s.network, s.subnet, s.options.ipMasq))
          klog(p, "I", "iptables.go:421", "Some iptables rules are missing; deleting and recreating rules");
        p.after(s.options.resyncSeconds * 1000, "resync");
        return;
    }
  },

  signal(p, signal) {
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    // the device and the routes stay: pods go on
    klog(p, "I", "main.go:470", "shutdownHandler sent cancel signal...");
    klog(p, "I", "vxlan_network.go:75", "evts chan closed");
    klog(p, "I", "main.go:440", "Exiting cleanly...");
    p.finish({ code: 0 });
    return true;
  },
};
