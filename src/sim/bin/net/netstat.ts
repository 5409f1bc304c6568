/** netstat, route, arp and ifconfig (net-tools 2.10): output recorded from the real tools. */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { ipText, maskOf, parseIp } from "../../net/ip.ts";
import type { NetNs } from "../../net/netlink.ts";
import { portName } from "../../net/netfilter/ports.ts";
import type { LinkState, RouteState } from "../../net/state.ts";
import { flags, linkLocal } from "./ip/show.ts";
import { commandOf, maySee, socketRows, unixRows } from "./sockets.ts";

const namespace = (p: Proc): NetNs => p.machine.world.network.ns(p.machine.name, p.state.netns);

const netstatStates: Record<string, string> = {
  ESTAB: "ESTABLISHED",
  LISTEN: "LISTEN",
  "SYN-SENT": "SYN_SENT",
  "SYN-RECV": "SYN_RECV",
  "FIN-WAIT-1": "FIN_WAIT1",
  "FIN-WAIT-2": "FIN_WAIT2",
  "TIME-WAIT": "TIME_WAIT",
  "CLOSE-WAIT": "CLOSE_WAIT",
  "LAST-ACK": "LAST_ACK",
  CLOSING: "CLOSING",
  UNCONN: "",
};

export const netstat: CommandProgram = {
  name: "netstat",
  async main(p) {
    const seen = new Set<string>();
    const long: Record<string, string> = {
      "--listening": "l",
      "--numeric": "n",
      "--tcp": "t",
      "--udp": "u",
      "--programs": "p",
      "--program": "p",
      "--all": "a",
      "--route": "r",
      "--interfaces": "i",
      "--statistics": "s",
      "--unix": "x",
      "--wide": "W",
    };
    for (const arg of p.args) {
      const letters = arg.startsWith("--") ? long[arg] : arg.startsWith("-") ? arg.slice(1) : undefined;
      if (letters === undefined) throw new NotSimulated(`netstat ${arg}`);
      for (const c of letters) {
        if (!"lntupaxr4Wi".includes(c)) throw new NotSimulated(`netstat -${c}`);
        seen.add(c);
      }
    }
    if (seen.has("r")) {
      await p.out(routeTable(namespace(p), "netstat", seen.has("n")));
      return 0;
    }
    if (seen.has("i")) throw new NotSimulated("netstat -i");
    const kinds = seen.has("t") || seen.has("u") || seen.has("x");
    const [all, listening] = [seen.has("a"), seen.has("l")];
    const rows = socketRows(p).filter((r) => {
      if (kinds && !seen.has(r.netid === "tcp" ? "t" : "u")) return false;
      const listens = r.state === "LISTEN" || r.state === "UNCONN";
      return all || (listening ? listens : !listens);
    });
    const programs = seen.has("p");
    const numeric = seen.has("n");
    let out = "";
    if (programs && p.uid !== 0)
      out +=
        "(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n";
    out += `Active Internet connections (${all ? "servers and established" : listening ? "only servers" : "w/o servers"})\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${programs ? " PID/Program name    " : ""}\n`;
    for (const r of [...rows.filter((x) => x.netid === "tcp"), ...rows.filter((x) => x.netid === "udp")]) {
      const port = (text: string): string => (numeric || text === "*" ? text : portName(Number(text)));
      const local = `${r.v6 ? "::" : r.local === "*" ? "0.0.0.0" : r.local.split("%")[0]}${r.v6 ? ":" : ":"}${port(r.localPort)}`;
      const peer = `${r.v6 && r.peer === "*" ? "::" : r.peer}:${port(r.peerPort)}`;
      out += `${(r.netid + (r.v6 ? "6" : "")).padEnd(5)} ${String(r.recv).padStart(6)} ${String(r.netid === "tcp" && r.state === "LISTEN" ? 0 : r.send).padStart(6)} ${local.padEnd(23)} ${peer.padEnd(23)} ${netstatStates[r.state]!.padEnd(11)}`;
      if (programs) out += ` ${(maySee(p, r.pid) ? `${r.pid}/${(commandOf(p, r.pid) ?? "").slice(0, 15)}` : "-").padEnd(20)}`;
      out += "\n";
    }
    if (!kinds || seen.has("x")) {
      out += `Active UNIX domain sockets (${all ? "servers and established" : listening ? "only servers" : "w/o servers"})\nProto RefCnt Flags       Type       State         I-Node  ${programs ? " PID/Program name    " : ""} Path\n`;
      for (const r of unixRows(p)) {
        const listens = r.state === "LISTEN";
        if (!all && listening !== listens) continue;
        out += `unix  ${listens ? "2" : "3"}      [ ${listens ? "ACC" : ""} ]${" ".repeat(listens ? 5 : 8)}STREAM     ${(listens ? "LISTENING" : "CONNECTED").padEnd(13)} ${String(r.inode).padEnd(8)}${programs ? `${(maySee(p, r.pid) ? `${r.pid}/${commandOf(p, r.pid) ?? ""}` : "-").padEnd(20)} ` : ""}${r.local === "*" ? "" : r.local}\n`;
      }
    }
    await p.out(out);
    return 0;
  },
};

function routeRow(
  ns: NetNs,
  r: RouteState,
): { dst: string; gw: string; mask: string; flags: string; metric: number; dev: string; refuse: boolean } {
  const refuse = r.type === "unreachable" || r.type === "prohibit";
  return {
    dst: ipText(r.dst),
    gw: refuse ? "-" : r.via === undefined ? "0.0.0.0" : ipText(r.via),
    mask: ipText(maskOf(r.len)),
    flags: refuse ? "!" : `U${r.via === undefined ? "" : "G"}${r.len === 32 ? "H" : ""}`,
    metric: r.metric,
    dev: refuse ? "-" : r.dev === 0 ? "*" : (ns.linkByIndex(r.dev)?.name ?? "*"),
    refuse,
  };
}

function routeTable(ns: NetNs, style: "route" | "netstat", numeric: boolean): string {
  let out = `Kernel IP routing table\n${style === "route" ? "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface" : "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface"}\n`;
  for (const r of ns.routing.sorted(ns.state.routes.filter((x) => x.table === 254))) {
    const row = routeRow(ns, r);
    const dst = !numeric && r.len === 0 ? "default" : row.dst;
    // /proc/net/route leaves these out of netstat's view of gateways by name; "_gateway" comes from nss-myhostname
    const gw = !numeric && r.via !== undefined && r.len === 0 ? "_gateway" : row.gw;
    out += `${dst.padEnd(15)} ${gw.padEnd(15)} ${row.mask.padEnd(15)} ${row.flags.padEnd(5)} `;
    out +=
      style === "route"
        ? `${String(row.metric).padEnd(6)} ${row.refuse ? "-" : "0"}${" ".repeat(row.refuse ? 8 : 8)}0 ${row.dev}\n`
        : `${row.refuse ? "    - -          -" : "    0 0          0"} ${row.dev}\n`;
  }
  return out;
}

/** `route add|del [-net|-host] TARGET [netmask M] [gw G] [metric N] [[dev] IF]` (net-tools, lib/inet_sr.c). */
async function changeRoute(p: Proc, verb: "add" | "del", words: string[]): Promise<number> {
  const args = [...words];
  const kind = args[0] === "-net" || args[0] === "-host" ? args.shift() : undefined;
  const target = args.shift();
  if (target === undefined) throw new NotSimulated(`route ${verb} without a target`);
  let [mask, gateway, dev] = [undefined, undefined, undefined] as (string | undefined)[];
  let metric: number | undefined;
  for (let word = args.shift(); word !== undefined; word = args.shift()) {
    if (word === "netmask") mask = args.shift();
    else if (word === "gw") gateway = args.shift();
    else if (word === "metric") metric = Number(args.shift());
    else if (word === "dev") dev = args.shift();
    else if (/^[a-z][\w.-]*\d$/.test(word) && args.length === 0) dev = word;
    else throw new NotSimulated(`route ${verb} ${word}`);
  }
  const length = mask === undefined ? undefined : maskLength(mask);
  if (mask !== undefined && length === undefined) {
    await p.err(`route: bogus netmask ${mask}\n`);
    return 4;
  }
  if (kind === "-net" && length === undefined && !target.includes("/")) throw new NotSimulated(`route ${verb} -net without a netmask`);
  const all = target === "default" || (target === "0.0.0.0" && (length === 0 || length === undefined));
  const dst = all ? "default" : target.includes("/") ? target : `${target}/${length ?? 32}`;
  const [address, bits = "32"] = dst.split("/");
  if (!all && Number(bits) > 0 && ((parseIp(address!) ?? 0) & (0xffffffff << (32 - Number(bits)))) >>> 0 !== parseIp(address!)) {
    await p.err(`route: netmask doesn't match route address\n`);
    return 4;
  }
  if (p.uid !== 0) {
    await p.err(`SIOC${verb === "add" ? "ADD" : "DEL"}RT: Operation not permitted\n`);
    return 7;
  }
  const spec = {
    dst,
    ...(gateway === undefined || gateway === "0.0.0.0" ? {} : { via: gateway }),
    ...(dev === undefined ? {} : { dev }),
    ...(metric === undefined ? {} : { metric }),
  };
  try {
    if (verb === "add") namespace(p).addRoute(spec);
    else namespace(p).deleteRoute(spec);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await p.err(`SIOC${verb === "add" ? "ADD" : "DEL"}RT: ${error.text}\n`);
    return 7;
  }
  return 0;
}

function maskLength(mask: string): number | undefined {
  const value = parseIp(mask);
  if (value === undefined) return undefined;
  const bits = value.toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.replaceAll("0", "").length : undefined;
}

export const route: CommandProgram = {
  name: "route",
  async main(p) {
    let numeric = false;
    for (const [i, arg] of p.args.entries()) {
      if (arg === "-n") numeric = true;
      else if (arg === "add" || arg === "del") return await changeRoute(p, arg, p.args.slice(i + 1));
      else throw new NotSimulated(`route ${arg}`);
    }
    await p.out(routeTable(namespace(p), "route", numeric));
    return 0;
  },
};

export const arp: CommandProgram = {
  name: "arp",
  async main(p) {
    let bsd = false;
    for (const arg of p.args) {
      if (/^-[an]+$/.test(arg)) bsd ||= arg.includes("a");
      else throw new NotSimulated(`arp ${arg}`);
    }
    const list = namespace(p).neighbours();
    if (bsd) {
      for (const n of list)
        await p.out(
          `? (${n.ip}) at ${n.mac === undefined ? "<incomplete>" : `${n.mac} [ether]${n.state === "PERMANENT" ? " PERM" : ""}`} on ${n.dev}\n`,
        );
      return 0;
    }
    if (list.length === 0) return 0;
    await p.out("Address                  HWtype  HWaddress           Flags Mask            Iface\n");
    for (const n of list)
      await p.out(
        n.mac === undefined
          ? `${n.ip.padEnd(23)}          (incomplete)                              ${n.dev}\n`
          : `${n.ip.padEnd(23)}  ether   ${n.mac.padEnd(18)}  ${(n.state === "PERMANENT" ? "CM" : "C").padEnd(20)}  ${n.dev}\n`,
      );
    return 0;
  },
};

function human(bytes: number): string {
  for (const [unit, size] of [
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
  ] as const)
    if (bytes >= size) return `${(Math.floor((bytes / size) * 10) / 10).toFixed(1)} ${unit}`;
  return `${bytes.toFixed(1)} B`;
}

const flagBits: Record<string, number> = { UP: 1, BROADCAST: 2, LOOPBACK: 8, RUNNING: 64, NOARP: 128, PROMISC: 256, MULTICAST: 4096 };

function interfaceText(ns: NetNs, link: LinkState): string {
  const set = new Set(flags(ns, link));
  if (set.has("LOWER_UP")) set.add("RUNNING");
  const names = ["UP", "BROADCAST", "LOOPBACK", "RUNNING", "NOARP", "PROMISC", "MULTICAST"].filter((f) => set.has(f));
  const lines = [`${link.name}: flags=${names.reduce((sum, f) => sum + flagBits[f]!, 0)}<${names.join(",")}>  mtu ${link.mtu}`];
  const [a] = link.addresses;
  if (a)
    lines.push(
      `        inet ${ipText(a.ip)}  netmask ${ipText(maskOf(a.len))}${link.kind === "loopback" ? "" : `  broadcast ${ipText(a.broadcast ?? 0)}`}`,
    );
  const v6 = linkLocal(ns, link);
  if (v6 !== undefined)
    lines.push(
      `        inet6 ${v6.split("/")[0]}  prefixlen ${v6.split("/")[1]}  scopeid ${link.kind === "loopback" ? "0x10<host>" : "0x20<link>"}`,
    );
  if (link.kind === "loopback") lines.push("        loop  txqueuelen 1000  (Local Loopback)");
  else if (link.kind === "ipip") lines.push("        tunnel   txqueuelen 1000  (IPIP Tunnel)");
  else lines.push(`        ether ${link.mac}  txqueuelen 1000  (Ethernet)`);
  lines.push(
    `        RX packets ${link.rx.packets}  bytes ${link.rx.bytes} (${human(link.rx.bytes)})`,
    `        RX errors 0  dropped ${link.rx.dropped}  overruns 0  frame 0`,
    `        TX packets ${link.tx.packets}  bytes ${link.tx.bytes} (${human(link.tx.bytes)})`,
    `        TX errors 0  dropped ${link.tx.dropped} overruns 0  carrier 0  collisions 0`,
  );
  return `${lines.join("\n")}\n\n`;
}

export const ifconfig: CommandProgram = {
  name: "ifconfig",
  async main(p) {
    const ns = namespace(p);
    const args = p.args.filter((a) => a !== "-a");
    if (args.length > 1 || args[0]?.startsWith("-")) throw new NotSimulated(`ifconfig ${p.args.join(" ")}`);
    if (args[0] !== undefined) {
      const link = ns.linkState(args[0]);
      if (!link) {
        await p.err(`${args[0]}: error fetching interface information: Device not found\n`);
        return 1;
      }
      await p.out(interfaceText(ns, link));
      return 0;
    }
    const links = ns.state.links.filter((l) => l.up || p.args.includes("-a")).sort((a, b) => a.name.localeCompare(b.name));
    await p.out(links.map((link) => interfaceText(ns, link)).join(""));
    return 0;
  },
};
