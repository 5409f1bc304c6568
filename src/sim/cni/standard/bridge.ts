/** bridge and loopback (containernetworking/plugins, plugins/main). */
import { createHash } from "node:crypto";
import { Errno } from "../../core/errno.ts";
import type { Obj } from "../../core/json.ts";
import type { NetNs } from "../../net/netlink.ts";
import { CniError, type CniCall, type CniPlugin, type CniResult } from "../plugin.ts";
import { allocate, release } from "./host-local.ts";

const hostNs = (call: CniCall): NetNs => call.p.machine.world.network.ns(call.p.machine.name);
const podNs = (call: CniCall): NetNs => call.p.machine.world.network.ns(call.p.machine.name, call.netns);

function needIpam(call: CniCall): void {
  const type = call.config.ipam?.type as string | undefined;
  if (type === undefined) throw new CniError(7, "no IPAM plugin configured");
  if (!call.p.fs.exists(`/opt/cni/bin/${type}`)) throw new CniError(100, `failed to find plugin "${type}" in path [/opt/cni/bin]`);
  if (type !== "host-local") throw new CniError(100, `kubemend: not simulated: ipam ${type}`);
}

/** The bridge, made when missing. */
function ensureBridge(host: NetNs, name: string, mtu: number | undefined, promisc: boolean): void {
  const there = host.link(name);
  if (there && there.kind !== "bridge") throw new CniError(100, `"${name}" already exists but is not a bridge`);
  if (!there) host.addLink({ name, kind: "bridge", ...(mtu ? { mtu } : {}) });
  if (promisc) host.setLink(name, { promisc });
  host.setUp(name, true);
}

function add(call: CniCall): CniResult {
  const { config } = call;
  const host = hostNs(call);
  const bridge = (config.bridge ?? "cni0") as string;
  const gateway = config.isGateway === true || config.isDefaultGateway === true;
  if (config.vlan || config.macspoofchk || config.preserveDefaultVlan === false) call.p.notSimulated("CNI bridge: vlan, macspoofchk");
  ensureBridge(host, bridge, config.mtu as number | undefined, config.promiscMode === true);
  needIpam(call);
  const result = allocate(call);
  const ip = (result.ips as Obj[])[0]!;
  const address = ip.address as string;
  const len = address.split("/")[1]!;
  try {
    const name = `veth${createHash("sha256").update(call.containerId).digest("hex").slice(0, 8)}`;
    host.addLink({ name, kind: "veth", peer: { name: call.ifname, ns: call.netns } });
    host.setMaster(name, bridge);
    if (config.hairpinMode === true) host.setLink(name, { hairpin: true });
    host.setUp(name, true);
    const pod = podNs(call);
    pod.setUp(call.ifname, true);
    pod.addAddress(call.ifname, address);
    for (const route of (result.routes ?? []) as Obj[])
      pod.addRoute({
        dst: route.dst === "0.0.0.0/0" ? "default" : (route.dst as string),
        via: (route.gw ?? ip.gateway) as string,
        dev: call.ifname,
      });
    if (config.isDefaultGateway === true && !((result.routes ?? []) as Obj[]).some((r) => r.dst === "0.0.0.0/0"))
      pod.addRoute({ dst: "default", via: ip.gateway as string, dev: call.ifname });
    if (gateway) {
      const wanted = `${ip.gateway as string}/${len}`;
      const have = host.link(bridge)!.addresses.filter((a) => a.scope !== "link");
      if (!have.some((a) => a.cidr === wanted)) {
        if (have.length > 0) {
          if (config.forceAddress !== true)
            throw new CniError(100, `failed to set bridge addr: "${bridge}" already has an IP address different from ${wanted}`);
          for (const a of have) host.deleteAddress(bridge, a.cidr);
        }
        host.addAddress(bridge, wanted);
      }
      host.setSysctl("net/ipv4/ip_forward", "1");
    }
    if (config.ipMasq === true) masquerade(call, host, address.split("/")[0]!, `${result.ips[0].address as string}`);
    return {
      ...result,
      interfaces: [
        { name: bridge, mac: host.link(bridge)!.mac },
        { name, mac: host.link(name)!.mac },
        { name: call.ifname, mac: pod.link(call.ifname)!.mac, sandbox: `/var/run/netns/${call.netns}` },
      ],
      ips: [{ ...ip, interface: 2 }],
    };
  } catch (error) {
    release(call);
    if (error instanceof Errno) throw new CniError(100, error.text.toLowerCase());
    throw error;
  }
}

const chainName = (call: CniCall): string =>
  `CNI-${createHash("sha512")
    .update(`${call.config.name as string}${call.containerId}`)
    .digest("hex")
    .slice(0, 24)}`;

/** ip.SetupIPMasq: a chain per container in the nat table. */
function masquerade(call: CniCall, host: NetNs, ip: string, cidr: string): void {
  const chain = chainName(call);
  const note = `name: \\"${call.config.name as string}\\" id: \\"${call.containerId}\\"`;
  host.iptablesRestore(
    `*nat\n:${chain} - [0:0]\n-A ${chain} -d ${cidr} -m comment --comment "${note}" -j ACCEPT\n-A ${chain} ! -d 224.0.0.0/4 -m comment --comment "${note}" -j MASQUERADE\n-A POSTROUTING -s ${ip}/32 -m comment --comment "${note}" -j ${chain}\nCOMMIT\n`,
    { noflush: true },
  );
}

function del(call: CniCall): void {
  const host = hostNs(call);
  const pod = call.netns === "" ? undefined : podNs(call);
  if (pod?.link(call.ifname)) pod.deleteLink(call.ifname);
  release(call);
  const chain = chainName(call);
  const rules = host
    .iptablesSave("nat")
    .split("\n")
    .filter((l) => l.startsWith("-A POSTROUTING") && l.endsWith(`-j ${chain}`));
  if (rules.length > 0)
    host.iptablesRestore(`*nat\n:${chain} - [0:0]\n${rules.map((r) => r.replace(/^-A/, "-D")).join("\n")}\n-X ${chain}\nCOMMIT\n`, {
      noflush: true,
    });
}

/** A plugin that is run by hand says what it is. */
const about: CniPlugin["main"] = (p) => {
  p.log("CNI plugin v1.7.1\nCNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0");
  return 0;
};

export const bridge: CniPlugin = {
  name: "cni-bridge",
  main: about,
  cni: { add, del },
};

/** ptp: a veth pair with a route to the pod, no bridge. */
export const ptp: CniPlugin = {
  name: "ptp",
  main: about,
  cni: {
    add: (call) => call.p.notSimulated("CNI plugin ptp"),
    del: () => undefined,
  },
};

export const loopback: CniPlugin = {
  name: "loopback",
  main: about,
  cni: {
    add(call) {
      podNs(call).setUp("lo", true);
      return {
        cniVersion: call.config.cniVersion as string,
        interfaces: [{ name: "lo", mac: "00:00:00:00:00:00", sandbox: `/var/run/netns/${call.netns}` }],
        ips: [{ interface: 0, address: "127.0.0.1/8" }],
        dns: {},
      };
    },
    del(call) {
      if (call.netns !== "") podNs(call).setUp("lo", false);
    },
  },
};
