/** `calico-node -confd`: writes BIRD's configuration from the datastore and has BIRD read it again (confd/etc/calico/confd/templates). */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { prefixOf, networkOf, prefixText } from "../../../net/ip.ts";
import { bare, nodeOf, pools, type CalicoNode, type Datastore, type Pool } from "../datastore.ts";
import { hostAffinities } from "../ipam.ts";
import { SelectorError, selects } from "../selector.ts";
import { log } from "./log.ts";
import type { Role } from "./role.ts";
import { nodeName } from "./startup.ts";

const folder = "/etc/calico/confd/config";

export const confdRole: Role = {
  watches: [
    "nodes",
    "ippools.crd.projectcalico.org",
    "blockaffinities.crd.projectcalico.org",
    "bgppeers.crd.projectcalico.org",
    "bgpconfigurations.crd.projectcalico.org",
  ],
  delay: 100,
  start: (p) => log(p, "INFO", "confd/config.go 84", "Skipping confd config file."),
  reconcile: render,
  failed: (p, error) => log(p, "ERROR", "confd/client.go 270", `Unable to initialize the confd client error=${error.message}`),
};

interface Peer {
  kind: "Mesh" | "Global" | "Node";
  ip: string;
  port?: number;
  as: number;
  name: string;
  passive?: boolean;
  restartTime?: number;
  client?: boolean;
  keepNextHop?: boolean;
  sourceNodeIp: boolean;
}

function render(p: Proc, d: Datastore): void {
  const self = nodeOf(d.get("nodes", nodeName(p)));
  const nodes = d.list("nodes").map(nodeOf);
  const usable = pools(d).filter((x) => x.cidr.includes("."));
  const configurations = d.list("bgpconfigurations");
  const global = specOf(configurations.find((c) => c.metadata.name === "default"));
  const own = specOf(configurations.find((c) => c.metadata.name === `node.${self.name}`));
  const affinities = hostAffinities(d, self.name);
  const files: Record<string, string> = {
    "bird_aggr.cfg": aggregation(affinities),
    "bird_ipam.cfg": filters(usable, self),
    "bird.cfg": main(self, peers(d, self, nodes, global), global, own, p.env.CALICO_ROUTER_ID ?? ""),
  };
  p.fs.mkdirp(folder);
  let changed = false;
  for (const [name, text] of Object.entries(files)) {
    if (p.fs.tryReadText(`${folder}/${name}`) === text) continue;
    p.fs.write(`${folder}/${name}`, text);
    log(p, "INFO", "confd/resource.go 278", `Target config ${folder}/${name} has been updated due to change in key: /calico/bgp/v1`);
    changed = true;
  }
  if (changed) p.spawn({ argv: ["sv", "hup", "bird"] });
}

const specOf = (object: Obj | undefined): Obj => (object?.spec ?? {}) as Obj;

/** A selector that cannot be parsed matches nothing. */
function matches(selector: string, labels: Record<string, string>): boolean {
  try {
    return selects(selector, labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

function peers(d: Datastore, self: CalicoNode, nodes: CalicoNode[], global: Obj): Peer[] {
  if (self.address === undefined) return [];
  const myIp = bare(self.address);
  const globalAs = Number(global.asNumber ?? 64512);
  const asOf = (n: CalicoNode): number => n.asNumber ?? globalAs;
  const out: Peer[] = [];
  const named = (kind: Peer["kind"], ip: string, port?: number): string =>
    `${kind}_${ip.replaceAll(".", "_")}${port === undefined || port === 179 ? "" : `_port_${port}`}`;
  if (global.nodeToNodeMeshEnabled !== false && self.routeReflectorId === undefined)
    for (const n of nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (n.address === undefined || bare(n.address) === myIp || n.routeReflectorId !== undefined) continue;
      const ip = bare(n.address);
      const port = global.listenPort as number | undefined;
      out.push({
        kind: "Mesh",
        ip,
        as: asOf(n),
        name: named("Mesh", ip),
        // only one of the two connects: the one whose address sorts higher as text
        passive: ip > myIp,
        sourceNodeIp: true,
        ...(port === undefined ? {} : { port }),
        restartTime: global.nodeMeshMaxRestartTime === undefined ? 120 : Number.parseInt(String(global.nodeMeshMaxRestartTime), 10),
      });
    }
  for (const object of d.list("bgppeers")) {
    const spec = object.spec as Obj;
    const forAll = !spec.node && !spec.nodeSelector;
    if (spec.node && spec.node !== self.name) continue;
    if (spec.nodeSelector && !matches(spec.nodeSelector as string, self.labels)) continue;
    const kind = forAll ? "Global" : "Node";
    const add = (ip: string, as: number, port: number | undefined, client: boolean): void => {
      if (ip === myIp || out.some((x) => x.ip === ip && x.kind === kind)) return;
      out.push({
        kind,
        ip,
        as,
        name: named(kind, ip, port),
        sourceNodeIp: (spec.sourceAddress ?? "UseNodeIP") === "UseNodeIP",
        client,
        keepNextHop: spec.keepOriginalNextHop === true,
        ...(port === undefined ? {} : { port }),
      });
    };
    if (spec.peerSelector)
      for (const n of nodes) {
        if (n.address !== undefined && matches(spec.peerSelector as string, n.labels))
          add(
            bare(n.address),
            asOf(n),
            undefined,
            self.routeReflectorId !== undefined && n.routeReflectorId !== self.routeReflectorId && asOf(n) === asOf(self),
          );
      }
    else if (spec.peerIP) {
      const [ip, port] = String(spec.peerIP).split(":");
      add(
        ip!,
        Number(spec.asNumber ?? globalAs),
        port === undefined ? undefined : Number(port),
        self.routeReflectorId !== undefined && Number(spec.asNumber) === asOf(self),
      );
    }
  }
  return out;
}

function main(self: CalicoNode, list: Peer[], global: Obj, own: Obj, routerId: string): string {
  const ip = self.address === undefined ? "" : bare(self.address);
  const as = self.asNumber ?? Number(global.asNumber ?? 64512);
  const port = (own.listenPort ?? global.listenPort) as number | undefined;
  const level = String(own.logSeverityScreen ?? global.logSeverityScreen ?? "info").toLowerCase();
  const debug = level === "debug" ? "  debug all;" : level === "none" ? "" : "  debug { states };";
  const ignored = (global.ignoredInterfaces as string[] | undefined) ?? [];
  const section = (kind: Peer["kind"], none: string): string => {
    const mine = list.filter((x) => x.kind === kind);
    return mine.length === 0 ? none : mine.map((x) => protocol(x, ip, self.routeReflectorId)).join("\n\n");
  };
  const meshOff = global.nodeToNodeMeshEnabled === false;
  return `function apply_communities ()
{
}

# Generated by confd
include "bird_aggr.cfg";
include "bird_ipam.cfg";

router id ${routerId !== "" && routerId !== "hash" ? routerId : ip};
${port === undefined ? "" : `listen bgp port ${port};\n`}
# Configure synchronization between routing tables and kernel.
protocol kernel {
  learn;             # Learn all alien routes from the kernel
  persist;           # Don't remove routes on bird shutdown
  scan time 2;       # Scan kernel routing table every 2 seconds
  import all;
  export filter calico_kernel_programming; # Default is export none
  graceful restart;  # Turn on graceful restart to reduce potential flaps in
                     # routes when reloading BIRD configuration.  With a full
                     # automatic mesh, there is no way to prevent BGP from
                     # flapping since multiple nodes update their BGP
                     # configuration at the same time, GR is not guaranteed to
                     # work correctly in this scenario.
  merge paths on;    # Allow export multipath routes (ECMP)
}

# Watch interface up/down events.
protocol device {
${debug}
  scan time 2;    # Scan interfaces every 2 seconds
}

protocol direct {
${debug}
  interface -"cali*", -"kube-ipvs*", ${ignored.map((x) => `-"${x}", `).join("")}"*"; # Exclude cali* and kube-ipvs* but include everything else.
}

${
  ip === ""
    ? "# IPv4 disabled on this node."
    : `# Template for all BGP clients
template bgp bgp_template {
${debug}
  description "Connection to BGP peer";
  local as ${as};
  multihop;
  gateway recursive; # This should be the default, but just in case.
  import all;        # Import all routes, since we don't know what the upstream
                     # topology is and therefore have to trust the ToR/RR.
  export filter {
    calico_export_to_bgp_peers(true);
    reject;
  }; # Only want to export routes for workloads.
  add paths on;
  graceful restart;  # See comment in kernel section about graceful restart.
  connect delay time 2;
  connect retry time 5;
  error wait time 5,30;
}

# ------------- Node-to-node mesh -------------
${self.routeReflectorId !== undefined ? `# This node (${self.name}) is configured as a route reflector with cluster ID ${self.routeReflectorId};\n# ignore node-to-node mesh setting.` : meshOff ? "# Node-to-node mesh disabled" : section("Mesh", "")}

# ------------- Global peers -------------
${section("Global", "# No global peers configured.")}

# ------------- Node-specific peers -------------
${section("Node", "# No node-specific peers configured.")}
`
}
`;
}

function protocol(x: Peer, ip: string, cluster: string | undefined): string {
  return [
    `# For peer ${x.kind === "Mesh" ? "/host" : "/global"}/${x.ip}`,
    `protocol bgp ${x.name} from bgp_template {`,
    ...(x.passive ? ["  passive on; # Mesh is unidirectional, peer will connect to us."] : []),
    `  neighbor ${x.ip} ${x.port === undefined ? "" : `port ${x.port} `}as ${x.as};`,
    ...(x.sourceNodeIp ? [`  source address ${ip};  # The local address we use for the TCP connection`] : []),
    ...(x.restartTime === undefined || x.restartTime === 120 ? [] : [`  graceful restart time ${x.restartTime};`]),
    ...(x.client && cluster !== undefined ? ["  rr client;", `  rr cluster id ${cluster};`] : []),
    ...(x.keepNextHop ? ["  next hop keep;"] : []),
    "}",
  ].join("\n");
}

/** bird_aggr.cfg: own blocks go out as they are, what lies inside them does not. An affinity that is not confirmed has its route, no more. */
function aggregation(affinities: Obj[]): string {
  const blocks = affinities.map((a) => ({ cidr: a.spec.cidr as string, state: (a.spec.state as string | undefined) ?? "" }));
  const sorted = blocks.toSorted((a, b) => (a.cidr < b.cidr ? -1 : 1));
  const routes = sorted.filter((b) => !b.cidr.endsWith("/32")).map((b) => `   route ${b.cidr} blackhole;\n`);
  const statics =
    sorted.length === 0
      ? "# No IP blocks or static routes for this host.\n"
      : `\nprotocol static {\n   # IP blocks for this host.\n${routes.join("")}}\n\n`;
  return `# Generated by confd
${statics}
# Aggregation of routes on this host; export the block, nothing beneath it.
function calico_aggr ()
{
${sorted.map(aggregate).join("")}}
`;
}

function aggregate({ cidr, state }: { cidr: string; state: string }): string {
  const head = state === "" ? `      # Block ${cidr} is implicitly confirmed.\n` : `      # Block ${cidr} is ${state}\n`;
  if (state !== "" && state !== "confirmed") return head;
  return `${head}      if ( net = ${cidr} ) then { accept; }\n      if ( net ~ ${cidr} ) then { reject; }\n`;
}

function filters(list: Pool[], self: CalicoNode): string {
  const network = self.address === undefined ? undefined : prefixOf(self.address);
  const subnet = network && prefixText(networkOf(network.ip, network.len), network.len);
  const rejected = list.filter((x) => x.disableBGPExport).map((x) => `  if ( net ~ ${x.cidr} ) then { reject; }`);
  const exported = list.filter((x) => !x.disableBGPExport).map((x) => `  if ( net ~ ${x.cidr} ) then {\n    accept;\n  }`);
  const kernel = list.map((x) => {
    const tunnel = x.ipipMode === "Never" ? "" : "tunl0";
    if (x.vxlanMode !== "Never")
      return `  if ( net ~ ${x.cidr} ) then {\n    # Don't program VXLAN routes into the kernel - these are handled by Felix.\n    reject;\n  }`;
    if (x.ipipMode === "CrossSubnet" && subnet !== undefined)
      return `  if ( net ~ ${x.cidr} ) then {\n    if defined(bgp_next_hop) && ( bgp_next_hop ~ ${subnet} ) then\n      krt_tunnel = "";\n    else\n      krt_tunnel = "${tunnel}";\n    accept;\n  }`;
    return `  if ( net ~ ${x.cidr} ) then {\n    krt_tunnel = "${tunnel}";\n    accept;\n  }`;
  });
  return `# Generated by confd
function reject_disabled_pools ()
{
${rejected.join("\n")}
}

function reject_tunnel_routes () {
  # Don't export tunnel routes to other nodes, Felix programs them.
  # IPIP routes are handled by Bird, and it does not re-advertise them.
  if (defined(ifname)) then {
     if ((ifname ~ "*.cali") || (ifname ~ "*.calico")) then {
        reject;
     }
  }
}

function calico_export_to_bgp_peers(bool internal_peer) {
  # filter code terminates when it calls \`accept;\` or \`reject;\`,
  # call reject_disabled_pools() first, then reject_tunnel_routes(),
  # then apply_communities() and then calico_aggr()
  reject_disabled_pools();
  if (internal_peer) then {
    reject_tunnel_routes();
  }
  apply_communities();
  calico_aggr();

${exported.join("\n")}
}

filter calico_kernel_programming {
${kernel.join("\n\n")}

  accept;
}
`;
}
