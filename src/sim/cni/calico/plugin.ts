/** The CNI plugins `calico` and `calico-ipam` (cni-plugin of projectcalico/calico), as containerd calls them. */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { kubeconfigClient } from "../../kube/client.ts";
import type { NetNs } from "../../net/netlink.ts";
import { CniError, type CniCall, type CniPlugin, type CniResult } from "../plugin.ts";
import { Datastore, DatastoreError } from "./datastore.ts";
import { assignAddress, autoAssign, byHandle, IpamError, releaseHandle } from "./ipam.ts";
import { vethName } from "./workload.ts";

const nodenameFile = "/var/lib/calico/nodename";

interface Settings {
  node: string;
  store: Datastore;
  mtu: number;
  ipam: string;
  annotations: Record<string, string>;
}

function internal(message: string): CniError {
  return new CniError(999, message);
}

/** Runs a step of the plugin; failures of the datastore become the plugin's errors. */
function guarded<T>(prefix: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DatastoreError || error instanceof IpamError) throw internal(`${prefix}${error.message}`);
    if (error instanceof Errno) throw internal(`${prefix}${error.text}`);
    throw error;
  }
}

function settings(call: CniCall): Settings {
  const { p, config } = call;
  let node = config.nodename as string | undefined;
  if (!node) {
    const text = p.fs.tryReadText(nodenameFile);
    if (text === undefined)
      throw internal(
        `stat ${nodenameFile}: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/`,
      );
    node = text.trim();
  }
  const path = ((config.kubernetes as Obj | undefined)?.kubeconfig as string | undefined) ?? "/etc/cni/net.d/calico-kubeconfig";
  if (!p.fs.exists(path)) throw internal(`stat ${path}: no such file or directory`);
  const store = new Datastore(kubeconfigClient(p, path));
  const info = guarded("error getting ClusterInformation: ", () => store.get("clusterinformations", "default"));
  if (info.spec.datastoreReady === false) throw internal("Calico is currently not ready to process requests");
  const pod = guarded("", () => store.get("pods", call.args.K8S_POD_NAME!, call.args.K8S_POD_NAMESPACE));
  return {
    node,
    store,
    mtu: Number(config.mtu ?? 0) || Number(p.fs.tryReadText("/var/lib/calico/mtu")?.trim() ?? 0) || 1500,
    ipam: ((config.ipam as Obj | undefined)?.type as string | undefined) ?? "calico-ipam",
    annotations: ((pod.metadata as Obj).annotations ?? {}) as Record<string, string>,
  };
}

/** Handle under which a sandbox's addresses are kept. */
const handleOf = (call: CniCall): string => `${call.config.name as string}.${call.containerId}`;

function add(call: CniCall): CniResult {
  const s = settings(call);
  if (s.ipam !== "calico-ipam") throw new NotSimulated(`Calico with IPAM plugin ${s.ipam}`);
  const namespace = call.args.K8S_POD_NAMESPACE!;
  const pod = call.args.K8S_POD_NAME!;
  const ip = assign(call, s, namespace, pod);
  const host = vethName(namespace, pod);
  let mac: string;
  try {
    mac = guarded(`error adding host side routes for interface: ${host}, error: `, () => connect(call, s, host, ip));
    guarded("", () =>
      s.store.annotatePod(namespace, pod, {
        "cni.projectcalico.org/podIP": `${ip}/32`,
        "cni.projectcalico.org/podIPs": `${ip}/32`,
        "cni.projectcalico.org/containerID": call.containerId,
      }),
    );
  } catch (error) {
    // what was assigned for a pod that did not come to be is given back
    releaseQuietly(s.store, handleOf(call));
    throw error;
  }
  return {
    cniVersion: call.config.cniVersion as string,
    interfaces: [{ name: host }, { name: call.ifname, mac, sandbox: call.netns }],
    ips: [{ version: "4", address: `${ip}/32`, interface: 1 }],
    routes: [{ dst: "0.0.0.0/0", gw: "169.254.1.1" }],
    dns: {},
  };
}

function assign(call: CniCall, s: Settings, namespace: string, pod: string): string {
  const { p } = call;
  const node = guarded("", () => s.store.find("nodes", s.node));
  const request = {
    host: s.node,
    nodeLabels: ((node?.metadata as Obj | undefined)?.labels ?? {}) as Record<string, string>,
    handle: handleOf(call),
    attributes: { namespace, node: s.node, pod },
    use: "Workload" as const,
  };
  const fixed = s.annotations["cni.projectcalico.org/ipAddrs"];
  const ofNamespace = (): string | undefined =>
    (
      (guarded("", () => s.store.find("namespaces", namespace))?.metadata as Obj | undefined)?.annotations as
        | Record<string, string>
        | undefined
    )?.["cni.projectcalico.org/ipv4pools"];
  // the pod's own annotation goes before its namespace's, and that before the configuration file
  const wanted = s.annotations["cni.projectcalico.org/ipv4pools"] ?? ofNamespace() ?? (call.config.ipam as Obj | undefined)?.ipv4_pools;
  try {
    if (fixed !== undefined) return assignAddress(s.store, (JSON.parse(fixed) as string[])[0]!, request, p.now).ip;
    const pools = wanted === undefined ? undefined : typeof wanted === "string" ? (JSON.parse(wanted) as string[]) : (wanted as string[]);
    return autoAssign(s.store, { ...request, ...(pools ? { pools } : {}) }, p.now).ip;
  } catch (error) {
    if (error instanceof IpamError) throw internal(`failed to request IPv4 addresses: ${error.message}`);
    if (error instanceof DatastoreError) throw internal(`failed to request IPv4 addresses: ${error.message}`);
    throw error;
  }
}

/** The veth, the pod's addresses and routes, and the host's route to it; returns the MAC of the pod's end. */
function connect(call: CniCall, s: Settings, host: string, ip: string): string {
  const { p } = call;
  const network = p.machine.world.network;
  const ns = network.ns(p.machine.name, p.state.netns);
  const inside = network.ns(p.machine.name, call.netns);
  if (ns.link(host)) ns.deleteLink(host);
  // the host's end always has this address (kernels before 4.x could not make one up); pods never see it
  ns.addLink({ name: host, kind: "veth", mtu: s.mtu, mac: "ee:ee:ee:ee:ee:ee", peer: { name: call.ifname, ns: call.netns } });
  inside.setUp(call.ifname, true);
  ns.setUp(host, true);
  inside.addAddress(call.ifname, `${ip}/32`);
  inside.addRoute({ dst: "169.254.1.1/32", dev: call.ifname, scope: "link" });
  inside.addRoute({ dst: "default", via: "169.254.1.1", dev: call.ifname });
  inside.setNeighbour({ ip: "169.254.1.1", dev: call.ifname, mac: "ee:ee:ee:ee:ee:ee" });
  hostSysctls(ns, host);
  ns.replaceRoute({ dst: `${ip}/32`, dev: host, scope: "link" });
  return inside.link(call.ifname)!.mac;
}

function hostSysctls(ns: NetNs, host: string): void {
  for (const [key, value] of [
    [`net/ipv4/conf/${host}/route_localnet`, "1"],
    [`net/ipv4/neigh/${host}/proxy_delay`, "0"],
    [`net/ipv4/conf/${host}/proxy_arp`, "1"],
    [`net/ipv4/conf/${host}/forwarding`, "1"],
  ] as const) {
    try {
      ns.setSysctl(key, value);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}

function del(call: CniCall): void {
  const { p, config } = call;
  const path = ((config.kubernetes as Obj | undefined)?.kubeconfig as string | undefined) ?? "/etc/cni/net.d/calico-kubeconfig";
  if (!p.fs.exists(path)) throw internal(`stat ${path}: no such file or directory`);
  const store = new Datastore(kubeconfigClient(p, path));
  guarded("error getting ClusterInformation: ", () => store.get("clusterinformations", "default"));
  guarded("", () => releaseHandle(store, handleOf(call)));
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const host = vethName(call.args.K8S_POD_NAMESPACE!, call.args.K8S_POD_NAME!);
  if (ns.link(host)) ns.deleteLink(host);
}

function releaseQuietly(store: Datastore, handle: string): void {
  try {
    if (byHandle(store, handle).length > 0) releaseHandle(store, handle);
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error;
  }
}

async function main(p: Proc): Promise<number> {
  if (p.args[0] === "-v") {
    await p.out(`${p.state.version}\n`);
    return 0;
  }
  // init containers call `calico-ipam -upgrade` where host-local IPAM might have been in use
  if (p.args[0] === "-upgrade") {
    if (p.fs.isDir("/var/lib/cni/networks/k8s-pod-network") && p.fs.readdir("/var/lib/cni/networks/k8s-pod-network").length > 0)
      throw new NotSimulated("moving from host-local IPAM to calico-ipam");
    await p.err(
      `${new Date(p.now).toISOString().replace("T", " ").slice(0, 23)} [INFO][1] cni-plugin/ipam_plugin.go 68: migrating from host-local to calico-ipam...\n`,
    );
    return 0;
  }
  throw new NotSimulated("running a CNI plugin by hand");
}

export const calicoCni: CniPlugin = { name: "calico", main, cni: { add, del } };
export const calicoIpam: CniPlugin = {
  name: "calico-ipam",
  main,
  cni: {
    add: () => {
      throw new NotSimulated("calico-ipam under another plugin");
    },
    del: () => undefined,
  },
};
