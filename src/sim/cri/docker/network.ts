/** docker's bridge network: docker0, a veth pair a container, and the rules that dockerd keeps (libnetwork, drivers/bridge). */
import { createHash } from "node:crypto";
import type { Proc } from "../../kernel/proc.ts";
import { ipOf, ipText } from "../../net/ip.ts";
import type { NetNs } from "../../net/netlink.ts";
import type { DockerSettings } from "./config.ts";
import type { DockerContainer, DockerStore } from "./store.ts";

const hostNs = (p: Proc): NetNs => p.machine.world.network.ns(p.machine.name);
const gatewayOf = (settings: DockerSettings): string => settings.bip.split("/")[0]!;
const subnetOf = (settings: DockerSettings): { base: number; bits: number; text: string } => {
  const [ip, len] = settings.bip.split("/") as [string, string];
  const bits = Number(len);
  const base = (ipOf(ip) & ((0xffffffff << (32 - bits)) >>> 0)) >>> 0;
  return { base, bits, text: `${ipText(base)}/${bits}` };
};

const broadcastOf = (settings: DockerSettings): string => {
  const { base, bits } = subnetOf(settings);
  return ipText((base | (0xffffffff >>> bits)) >>> 0);
};

/** At the daemon's start. */
export function setupBridge(p: Proc, settings: DockerSettings): void {
  const host = hostNs(p);
  if (!host.link("docker0")) {
    host.addLink({ name: "docker0", kind: "bridge" });
    host.addAddress("docker0", settings.bip, { broadcast: broadcastOf(settings) });
  }
  host.setUp("docker0", true);
  // whoever switches forwarding on also closes what it opens; where it was on before, the policy is left alone
  const forwarded = host.sysctl("net/ipv4/ip_forward") === "1";
  if (!forwarded) host.setSysctl("net/ipv4/ip_forward", "1");
  if (!settings.iptables) return;
  rules(host, subnetOf(settings).text, !forwarded);
}

const forward = [
  "-j DOCKER-USER",
  "-j DOCKER-ISOLATION-STAGE-1",
  "-o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
  "-o docker0 -j DOCKER",
  "-i docker0 ! -o docker0 -j ACCEPT",
  "-i docker0 -o docker0 -j ACCEPT",
];

/** Chains and rules, as recorded with docker 20.10. Those in FORWARD are put before all others again at every start. */
function rules(host: NetNs, subnet: string, drop: boolean): void {
  const filter = host.iptablesSave("filter");
  const fresh = !/^:DOCKER /m.test(filter);
  const lines: string[] = [];
  for (const chain of ["DOCKER", "DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2", "DOCKER-USER"])
    if (!new RegExp(`^:${chain} `, "m").test(filter)) lines.push(`:${chain} - [0:0]`);
  if (fresh)
    lines.push(
      "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
      "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
      "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP",
      "-A DOCKER-ISOLATION-STAGE-2 -j RETURN",
      "-A DOCKER-USER -j RETURN",
    );
  for (const rule of forward) if (filter.includes(`-A FORWARD ${rule}\n`)) lines.push(`-D FORWARD ${rule}`);
  for (const rule of forward.toReversed()) lines.push(`-I FORWARD 1 ${rule}`);
  host.iptablesRestore(`*filter\n${drop ? ":FORWARD DROP [0:0]\n" : ""}${lines.join("\n")}\nCOMMIT\n`, { noflush: true });
  const nat = host.iptablesSave("nat");
  const wanted = [
    "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
    "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
    `-A POSTROUTING -s ${subnet} ! -o docker0 -j MASQUERADE`,
    "-A DOCKER -i docker0 -j RETURN",
  ].filter((rule) => !nat.includes(`${rule}\n`));
  const chain = /^:DOCKER /m.test(nat) ? "" : ":DOCKER - [0:0]\n";
  if (wanted.length > 0) host.iptablesRestore(`*nat\n${chain}${wanted.join("\n")}\nCOMMIT\n`, { noflush: true });
}

/** Namespace of a container's own. */
export function createSandbox(p: Proc, c: DockerContainer): void {
  c.netns = `docker-${createHash("sha256").update(`${c.id} ${c.startedAt}`).digest("hex").slice(0, 12)}`;
  p.machine.world.network.createNs(p.machine.name, c.netns);
  p.machine.world.network.ns(p.machine.name, c.netns).setUp("lo", true);
}

export const sandboxKey = (c: DockerContainer): string => `/var/run/docker/netns/${c.netns.replace(/^docker-/, "")}`;

export function removeSandboxNs(p: Proc, c: DockerContainer): void {
  if (c.netns === "") return;
  if (p.machine.world.network.find(p.machine.name, c.netns)) p.machine.world.network.deleteNs(p.machine.name, c.netns);
  c.netns = "";
}

/** Connects a container to docker0 with the lowest free address. */
export function connect(p: Proc, settings: DockerSettings, store: DockerStore, c: DockerContainer): void {
  const { base, bits } = subnetOf(settings);
  const taken = new Set([gatewayOf(settings), ...Object.values(store.containers).flatMap((x) => (x.endpoint ? [x.endpoint.ip] : []))]);
  let n = base + 1;
  while (taken.has(ipText(n))) n++;
  const ip = ipText(n);
  const mac = `02:42:${[24, 16, 8, 0].map((shift) => ((n >>> shift) & 255).toString(16).padStart(2, "0")).join(":")}`;
  const veth = `veth${createHash("sha256").update(c.netns).digest("hex").slice(0, 7)}`;
  const host = hostNs(p);
  host.addLink({ name: veth, kind: "veth", peer: { name: "eth0", ns: c.netns } });
  host.setMaster(veth, "docker0");
  host.setUp(veth, true);
  const own = p.machine.world.network.ns(p.machine.name, c.netns);
  own.setLink("eth0", { mac });
  own.setUp("eth0", true);
  own.addAddress("eth0", `${ip}/${bits}`, { broadcast: broadcastOf(settings) });
  own.addRoute({ dst: "default", via: gatewayOf(settings), dev: "eth0" });
  c.endpoint = { ip, mac, veth };
  publish(p, settings, c, "-A");
}

export function disconnect(p: Proc, settings: DockerSettings, c: DockerContainer): void {
  if (!c.endpoint) return;
  publish(p, settings, c, "-D");
  const host = hostNs(p);
  if (host.link(c.endpoint.veth)) host.deleteLink(c.endpoint.veth);
  delete c.endpoint;
}

function publish(p: Proc, settings: DockerSettings, c: DockerContainer, how: "-A" | "-D"): void {
  if (!settings.iptables || !c.endpoint || c.spec.ports.length === 0) return;
  const { ip } = c.endpoint;
  const host = hostNs(p);
  const all = host.iptablesSave("nat") + host.iptablesSave("filter");
  const filter: string[] = [];
  const nat: string[] = [];
  for (const port of c.spec.ports) {
    const proto = `-p ${port.protocol} -m ${port.protocol}`;
    const to = port.ip === "" || port.ip === "0.0.0.0" ? "" : `-d ${port.ip}/32 `;
    filter.push(`DOCKER -d ${ip}/32 ! -i docker0 -o docker0 ${proto} --dport ${port.container} -j ACCEPT`);
    nat.push(`POSTROUTING -s ${ip}/32 -d ${ip}/32 ${proto} --dport ${port.container} -j MASQUERADE`);
    nat.push(`DOCKER ${to}! -i docker0 ${proto} --dport ${port.host} -j DNAT --to-destination ${ip}:${port.container}`);
  }
  // somebody may have flushed them
  const lines = (rules: string[]): string[] => rules.filter((r) => how === "-A" || all.includes(`-A ${r}\n`)).map((r) => `${how} ${r}`);
  for (const [table, list] of [
    ["filter", lines(filter)],
    ["nat", lines(nat)],
  ] as const)
    if (list.length > 0) host.iptablesRestore(`*${table}\n${list.join("\n")}\nCOMMIT\n`, { noflush: true });
}
