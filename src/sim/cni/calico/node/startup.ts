/** `calico-node -startup`: registers the node in the datastore before anything else runs (node/pkg/lifecycle/startup). */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { bare, DatastoreError, nodeOf, type Datastore } from "../datastore.ts";
import { autodetect } from "./autodetect.ts";
import { log } from "./log.ts";
import { datastore } from "./role.ts";

export const nodenameFile = "/var/lib/calico/nodename";

export function startStartup(p: Proc): void {
  log(p, "INFO", "startup/startup.go 445", "Early log level set to info");
  if (p.env.NODENAME !== undefined) log(p, "INFO", "startup/utils.go 128", `Using NODENAME environment for node name ${p.env.NODENAME}`);
  log(p, "INFO", "startup/utils.go 140", `Determined node name: ${nodeName(p)}`);
  log(p, "INFO", "startup/startup.go 95", `Starting node ${nodeName(p)} with version ${p.state.version}`);
  if (p.env.WAIT_FOR_DATASTORE === "true") log(p, "INFO", "startup/startup.go 450", "Checking datastore connection");
  step(p);
}

export const nodeName = (p: Proc): string => (p.env.NODENAME ?? p.hostname).trim().toLowerCase();

export function onStartup(p: Proc): void {
  step(p);
}

function step(p: Proc): void {
  try {
    const d = datastore(p);
    const object = d.get("nodes", nodeName(p));
    log(p, "INFO", "startup/startup.go 474", "Datastore connection verified");
    log(p, "INFO", "startup/startup.go 105", "Datastore is ready");
    register(p, d, object);
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error;
    if (error.kind === "unreachable" || error.kind === "unauthorized" || error.kind === "forbidden") {
      log(p, "INFO", "startup/startup.go 465", `Hit error connecting to datastore - retry error=${error.message}`);
      p.after(/i\/o timeout|deadline/.test(error.message) ? 30_000 : 1000, "startup-again");
      return;
    }
    log(p, "ERROR", "startup/startup.go 158", `Unable to set up the node error=${error.message}`);
    terminate(p);
  }
}

function register(p: Proc, d: Datastore, object: Obj): void {
  const name = nodeName(p);
  const old = nodeOf(object);
  const annotations: Record<string, string | null> = {};
  if ((p.env.CALICO_NETWORKING_BACKEND ?? "bird") !== "none") {
    log(p, "INFO", "startup/startup.go 503", "Initialize BGP data");
    const address = configureAddress(p, object, old.address);
    if (address !== undefined && address !== old.address) {
      log(p, "INFO", "startup/startup.go 579", "Node IPv4 changed, will check for conflicts");
      const taken = d
        .list("nodes")
        .map(nodeOf)
        .find((n) => n.name !== name && n.address !== undefined && bare(n.address) === bare(address));
      if (taken) {
        log(p, "WARNING", "startup/startup.go 1033", `Calico node '${taken.name}' is already using the IPv4 address ${bare(address)}.`);
        log(p, "INFO", "startup/startup.go 390", `Clearing out-of-date IPv4 address from this node IP="${old.address ?? ""}"`);
        if (old.address !== undefined) d.annotateNode(name, { "projectcalico.org/IPv4Address": null });
        return terminate(p);
      }
      annotations["projectcalico.org/IPv4Address"] = address;
    }
    if (p.env.AS) {
      log(p, "INFO", "startup/startup.go 741", `Using AS number specified in environment (AS=${p.env.AS})`);
      annotations["projectcalico.org/ASNumber"] = p.env.AS;
    } else log(p, "INFO", "startup/startup.go 744", "No AS number configured on node resource, using global value");
  }
  if (Object.keys(annotations).length > 0) d.annotateNode(name, annotations);
  defaults(p, d);
  p.fs.mkdirp("/var/lib/calico");
  // its time tells the readiness probe how long this instance has been running
  p.fs.write(nodenameFile, name);
  p.fs.utimes(nodenameFile, p.now);
  markNetworkAvailable(p, d, object);
  log(p, "INFO", "startup/startup.go 218", `Using node name: ${name}`);
  log(p, "INFO", "startup/utils.go 189", `Setting NetworkUnavailable to false`);
  p.exit(0);
}

function configureAddress(p: Proc, object: Obj, old: string | undefined): string | undefined {
  const ip = p.env.IP ?? "";
  if (ip === "none") return undefined;
  if (ip !== "" && ip !== "autodetect") return ip.includes("/") ? ip : `${ip}/32`;
  if (ip === "" && old !== undefined) return old;
  const found = autodetect(p, p.env.IP_AUTODETECTION_METHOD ?? "first-found", nodeOf(object), "startup");
  if (!found) {
    log(
      p,
      "WARNING",
      "startup/startup.go 525",
      "Couldn't autodetect an IPv4 address. If auto-detecting, choose a different autodetection method. Otherwise provide an explicit address.",
    );
    terminate(p);
  }
  return found.cidr;
}

function terminate(p: Proc): never {
  log(p, "WARNING", "startup/utils.go 49", "Terminating");
  p.log("Calico node failed to start");
  p.exit(1);
}

/** Cluster-wide objects that the first node makes. */
function defaults(p: Proc, d: Datastore): void {
  const make = (plural: string, kind: string, spec: Obj): void => {
    if (d.find(plural, "default")) return;
    try {
      d.create(plural, kind, "default", spec);
    } catch (error) {
      if (!(error instanceof DatastoreError) || error.kind !== "exists") throw error;
    }
  };
  const info = d.find("clusterinformations", "default");
  const version = p.state.version;
  const clusterType = p.env.CLUSTER_TYPE ?? "k8s";
  if (!info)
    make("clusterinformations", "ClusterInformation", {
      clusterGUID: p.machine.random("calico").hex(32),
      clusterType,
      calicoVersion: version,
      datastoreReady: true,
    });
  else if (info.spec.calicoVersion !== version)
    d.update("clusterinformations", { ...info, spec: { ...(info.spec as Obj), calicoVersion: version } });
  make("felixconfigurations", "FelixConfiguration", {
    bpfConnectTimeLoadBalancing: "TCP",
    bpfHostNetworkedNATWithoutCTLB: "Enabled",
    floatingIPs: "Disabled",
    logSeverityScreen: "Info",
    reportingInterval: "0s",
  });
  if (p.env.NO_DEFAULT_POOLS === "true" || d.list("ippools").length > 0) return;
  const cidr = p.env.CALICO_IPV4POOL_CIDR ?? kubeadmPodSubnet(d) ?? "192.168.0.0/16";
  log(
    p,
    "INFO",
    "startup/startup.go 873",
    `Ensure default IPv4 pool is created. IPIP mode: ${p.env.CALICO_IPV4POOL_IPIP ?? "Off"}, VXLAN mode: ${p.env.CALICO_IPV4POOL_VXLAN ?? "Never"}, DisableBGPExport: false`,
  );
  const mode = (value: string | undefined): string =>
    /^always$/i.test(value ?? "") ? "Always" : /^cross-?subnet$/i.test(value ?? "") ? "CrossSubnet" : "Never";
  try {
    d.create("ippools", "IPPool", "default-ipv4-ippool", {
      allowedUses: ["Workload", "Tunnel"],
      assignmentMode: "Automatic",
      blockSize: Number(p.env.CALICO_IPV4POOL_BLOCK_SIZE ?? 26),
      cidr,
      ipipMode: mode(p.env.CALICO_IPV4POOL_IPIP),
      natOutgoing: p.env.CALICO_IPV4POOL_NAT_OUTGOING !== "false",
      nodeSelector: p.env.CALICO_IPV4POOL_NODE_SELECTOR ?? "all()",
      vxlanMode: mode(p.env.CALICO_IPV4POOL_VXLAN),
    });
    log(
      p,
      "INFO",
      "startup/startup.go 884",
      `Created default IPv4 pool (${cidr}) with NAT outgoing true. IPIP mode: ${mode(p.env.CALICO_IPV4POOL_IPIP)}, VXLAN mode: ${mode(p.env.CALICO_IPV4POOL_VXLAN)}, DisableBGPExport: false`,
    );
  } catch (error) {
    if (!(error instanceof DatastoreError) || error.kind !== "exists") throw error;
  }
}

/** The pod network that kubeadm was given (the ConfigMap kubeadm-config). */
function kubeadmPodSubnet(d: Datastore): string | undefined {
  try {
    const text =
      ((d.find("configmaps", "kubeadm-config", "kube-system")?.data as Obj | undefined)?.ClusterConfiguration as string | undefined) ?? "";
    return /^\s*podSubnet:\s*"?([^"\s]+)"?/m.exec(text)?.[1]?.split(",")[0];
  } catch (error) {
    if (error instanceof DatastoreError && error.kind === "forbidden") return undefined;
    throw error;
  }
}

function markNetworkAvailable(p: Proc, d: Datastore, object: Obj): void {
  const now = new Date(p.now).toISOString().replace(/\.\d+Z$/, "Z");
  const condition = {
    type: "NetworkUnavailable",
    status: "False",
    reason: "CalicoIsUp",
    message: "Calico is running on this node",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  const r = d.client.patch(
    "nodes",
    (object.metadata as Obj).name as string,
    { status: { conditions: [condition] } },
    { type: "strategic", subresource: "status" },
  );
  if (!r.ok) log(p, "WARNING", "startup/utils.go 195", `Failed to set NetworkUnavailable to False: ${r.message}`);
}
