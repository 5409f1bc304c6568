/** Network programs of the Ubuntu image. */
import { NotSimulated } from "../../core/errno.ts";
import type { Area } from "../../area.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { brctl, bridge } from "./bridge.ts";
import { busyboxNslookup, busyboxPing } from "./busybox.ts";
import { conntrack } from "./conntrack.ts";
import { dig, host, nslookup } from "./dnstools.ts";
import { haproxy } from "./haproxy/haproxy.ts";
import { ip } from "./ip/ip.ts";
import { ipset } from "./ipset.ts";
import { ip6tables, iptables } from "./iptables/command.ts";
import { ip6tablesRestore, ip6tablesSave, iptablesRestore, iptablesSave } from "./iptables/restore.ts";
import { nc } from "./nc.ts";
import { arp, ifconfig, netstat, route } from "./netstat.ts";
import { ping } from "./ping.ts";
import { ss } from "./ss.ts";
import { telnet, tracepath, traceroute } from "./traceroute.ts";

/** Programs that are there on the real machine and that nothing stands behind here: they say so. */
const absent: CommandProgram[] = ["nft", "tcpdump", "ethtool", "mtr"].map((name) => ({
  name,
  main: (p) => {
    throw new NotSimulated([name, ...p.args].join(" "));
  },
}));

const bin = [dig, host, nslookup, nc, netstat, ping, ss, telnet, tracepath, traceroute, ip];
const sbin = [conntrack, ipset, bridge, brctl, route, arp, ifconfig];

export const netArea: Area = {
  programs: [
    ...bin,
    ...sbin,
    ...absent,
    busyboxNslookup,
    busyboxPing,
    haproxy,
    iptables,
    ip6tables,
    iptablesSave,
    ip6tablesSave,
    iptablesRestore,
    ip6tablesRestore,
  ],
  base: {
    ...Object.fromEntries(bin.map(({ name }) => [`/usr/bin/${name}`, name])),
    ...Object.fromEntries(sbin.map(({ name }) => [`/usr/sbin/${name}`, name])),
    "/usr/bin/nc.openbsd": "nc",
    "/usr/bin/netcat": "nc",
    "/usr/bin/ping4": "ping",
    "/usr/sbin/ip": "ip",
    "/usr/sbin/ss": "ss",
    "/usr/sbin/nft": "nft",
    "/usr/bin/tcpdump": "tcpdump",
    "/usr/sbin/ethtool": "ethtool",
    "/usr/bin/mtr": "mtr",
    ...Object.fromEntries(
      ["", "-nft", "-legacy"].flatMap((backend) =>
        ["iptables", "ip6tables"].flatMap((name) => [
          [`/usr/sbin/${name}${backend}`, name],
          [`/usr/sbin/${name}${backend}-save`, `${name}-save`],
          [`/usr/sbin/${name}${backend}-restore`, `${name}-restore`],
        ]),
      ),
    ),
  },
};
