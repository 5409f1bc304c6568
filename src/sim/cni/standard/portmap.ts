/** portmap: host ports by DNAT (containernetworking/plugins, plugins/meta/portmap). bandwidth and tuning pass the result on when they are asked for nothing. */
import { createHash } from "node:crypto";
import type { Obj } from "../../core/json.ts";
import type { NetNs } from "../../net/netlink.ts";
import { CniError, type CniCall, type CniPlugin, type CniResult } from "../plugin.ts";

const hostNs = (call: CniCall): NetNs => call.p.machine.world.network.ns(call.p.machine.name);
const chains = (call: CniCall): { dn: string } => ({
  dn: `CNI-DN-${createHash("sha512")
    .update(`${call.config.name as string}${call.containerId}`)
    .digest("hex")
    .slice(0, 21)}`,
});

/** Chains of the plugin in the nat table; restoring them with --noflush leaves what is in them. */
const toplevel = ":CNI-HOSTPORT-DNAT - [0:0]\n:CNI-HOSTPORT-MASQ - [0:0]\n:CNI-HOSTPORT-SETMARK - [0:0]\n";

function ensure(host: NetNs): void {
  const text = host.iptablesSave("nat");
  const rules: string[] = [];
  const want = (rule: string): void => void (text.includes(rule) || rules.push(rule));
  if (!/^:CNI-HOSTPORT-DNAT /m.test(text)) rules.push(...toplevel.trim().split("\n"));
  want("-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT");
  want("-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT");
  want('-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ');
  want("-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE");
  want('-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000');
  if (rules.length > 0) host.iptablesRestore(`*nat\n${rules.join("\n")}\nCOMMIT\n`, { noflush: true });
}

function add(call: CniCall): CniResult {
  const previous = call.config.prevResult as CniResult | undefined;
  if (!previous) throw new CniError(7, "must be called as chained plugin");
  const mappings = (call.config.runtimeConfig?.portMappings ?? []) as Obj[];
  if (mappings.length === 0) return previous;
  const address = ((previous.ips ?? []) as Obj[])[0]?.address as string | undefined;
  if (address === undefined) throw new CniError(100, "could not determine container IP");
  const ip = address.split("/")[0]!;
  const host = hostNs(call);
  ensure(host);
  const { dn } = chains(call);
  const note = `dnat name: \\"${call.config.name as string}\\" id: \\"${call.containerId}\\"`;
  const lines = [`:${dn} - [0:0]`];
  for (const proto of ["tcp", "udp"]) {
    const ports = mappings.filter((m) => m.protocol === proto);
    if (ports.length === 0) continue;
    lines.push(
      `-A CNI-HOSTPORT-DNAT -p ${proto} -m comment --comment "${note}" -m multiport --dports ${ports.map((m) => m.hostPort as number).join(",")} -j ${dn}`,
    );
    for (const m of ports) {
      const to = m.hostIP && m.hostIP !== "0.0.0.0" ? `-d ${m.hostIP as string}/32 ` : "";
      lines.push(`-A ${dn} -s ${ip}/32 ${to}-p ${proto} -m ${proto} --dport ${m.hostPort as number} -j CNI-HOSTPORT-SETMARK`);
      lines.push(`-A ${dn} -s 127.0.0.1/32 ${to}-p ${proto} -m ${proto} --dport ${m.hostPort as number} -j CNI-HOSTPORT-SETMARK`);
      lines.push(
        `-A ${dn} ${to}-p ${proto} -m ${proto} --dport ${m.hostPort as number} -j DNAT --to-destination ${ip}:${m.containerPort as number}`,
      );
    }
  }
  host.iptablesRestore(`*nat\n${lines.join("\n")}\nCOMMIT\n`, { noflush: true });
  return previous;
}

function del(call: CniCall): void {
  const host = hostNs(call);
  const { dn } = chains(call);
  const text = host.iptablesSave("nat");
  if (!new RegExp(`^:${dn} `, "m").test(text)) return;
  const rules = text.split("\n").filter((l) => l.startsWith("-A CNI-HOSTPORT-DNAT") && l.endsWith(`-j ${dn}`));
  host.iptablesRestore(`*nat\n:${dn} - [0:0]\n${rules.map((r) => `${r.replace(/^-A/, "-D")}\n`).join("")}-X ${dn}\nCOMMIT\n`, {
    noflush: true,
  });
}

const version =
  (name: string): CniPlugin["main"] =>
  (p) => {
    p.log(`CNI ${name} plugin v1.7.1`);
    return 0;
  };

export const portmap: CniPlugin = { name: "portmap", main: version("portmap"), cni: { add, del } };

/** A plugin that does nothing unless asked for what is not simulated. */
function idle(name: string, asked: (config: Obj) => boolean): CniPlugin {
  return {
    name,
    main: version(name),
    cni: {
      add(call) {
        if (asked(call.config)) call.p.notSimulated(`CNI plugin ${name}`);
        return (call.config.prevResult ?? {}) as CniResult;
      },
      del: () => undefined,
    },
  };
}

export const bandwidth = idle("bandwidth", (c) => Boolean(c.runtimeConfig?.bandwidth ?? c.ingressRate ?? c.egressRate));
export const tuning = idle("tuning", (c) => Object.keys((c.sysctl ?? {}) as Obj).length > 0 || Boolean(c.mtu ?? c.mac ?? c.promisc));

/** Plugins of the package that are there and not simulated. */
export const others: CniPlugin[] = [
  "dhcp",
  "cni-dummy",
  "cni-firewall",
  "host-device",
  "ipvlan",
  "macvlan",
  "sbr",
  "cni-static",
  "cni-tap",
  "cni-vlan",
  "vrf",
].map((name) => ({
  name,
  main: version(name.replace(/^cni-/, "")),
  cni: { add: (call) => call.p.notSimulated(`CNI plugin ${name.replace(/^cni-/, "")}`), del: () => undefined },
}));
