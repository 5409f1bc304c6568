/** /proc/net of one network namespace. */
import type { Machine } from "../kernel/machine.ts";
import { file, type Folder } from "./virtual.ts";

/** Addresses as the kernel prints them here: the bytes of the word in host (little endian) order. */
const hex = (ip: number): string =>
  [ip & 255, (ip >>> 8) & 255, (ip >>> 16) & 255, ip >>> 24].map((b) => b.toString(16).padStart(2, "0").toUpperCase()).join("");
const port = (n: number): string => n.toString(16).toUpperCase().padStart(4, "0");

const tcpStates: Record<string, string> = {
  ESTAB: "01",
  "SYN-SENT": "02",
  "SYN-RECV": "03",
  "FIN-WAIT-1": "04",
  "FIN-WAIT-2": "05",
  "TIME-WAIT": "06",
  CLOSED: "07",
  "CLOSE-WAIT": "08",
  "LAST-ACK": "09",
  LISTEN: "0A",
  CLOSING: "0B",
};

export function procNet(machine: Machine, netns: string): Folder {
  const ns = machine.world.network.find(machine.name, netns);
  if (!ns) return {};
  return {
    dev: file(() => {
      const head =
        "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
      return (
        head +
        ns.state.links
          .map(
            (l) =>
              `${l.name.padStart(6)}: ${String(l.rx.bytes).padStart(7)} ${String(l.rx.packets).padStart(7)}    0 ${String(l.rx.dropped).padStart(4)}    0     0          0         0 ${String(l.tx.bytes).padStart(8)} ${String(l.tx.packets).padStart(7)}    0 ${String(l.tx.dropped).padStart(4)}    0     0       0          0\n`,
          )
          .join("")
      );
    }),
    route: file(() => {
      const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
      const rows = ns.state.routes
        .filter((r) => r.table === 254 && r.type === "unicast")
        .map((r) => {
          const mask = r.len === 0 ? 0 : (-1 << (32 - r.len)) >>> 0;
          const dev = ns.linkByIndex(r.dev)?.name ?? "*";
          return `${dev}\t${hex(r.dst)}\t${hex(r.via ?? 0)}\t${(r.via === undefined ? 1 : 3).toString(16).padStart(4, "0")}\t0\t0\t${r.metric}\t${hex(mask)}\t0\t0\t0`;
        });
      return `${[head, ...rows].map((l) => l.padEnd(127)).join("\n")}\n`;
    }),
    arp: file(
      () =>
        `IP address       HW type     Flags       HW address            Mask     Device\n${ns
          .neighbours()
          .filter((n) => n.mac !== undefined)
          .map((n) => `${n.ip.padEnd(16)} 0x1         0x2         ${n.mac}     *        ${n.dev}\n`)
          .join("")}`,
    ),
    tcp: file(() => {
      const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
      const rows: string[] = [];
      for (const s of Object.values(ns.state.sockets))
        if (s.transport === "tcp")
          rows.push(
            `${hex(s.ip)}:${port(s.port)} 00000000:0000 ${tcpStates.LISTEN} 00000000:00000000 00:00000000 00000000 ${String(s.uid).padStart(5)}        0 ${s.id} 1 0000000000000000 100 0 0 10 0`,
          );
      for (const c of machine.world.network.tcp.all()) {
        if (c.transport !== "tcp") continue;
        for (const e of c.ends)
          if (e.machine === machine.name && e.netns === netns && e.state !== "CLOSED")
            rows.push(
              `${hex(e.ip)}:${port(e.port)} ${hex(e.peerIp)}:${port(e.peerPort)} ${tcpStates[e.state] ?? "01"} 00000000:00000000 00:00000000 00000000 ${String(e.uid).padStart(5)}        0 ${c.id} 1 0000000000000000 20 4 30 10 -1`,
            );
      }
      return `${[head.padEnd(149), ...rows.map((r, i) => `${String(i).padStart(4)}: ${r}`.padEnd(149))].join("\n")}\n`;
    }),
    udp: file(
      () =>
        `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n${Object.values(
          ns.state.sockets,
        )
          .filter((s) => s.transport === "udp")
          .map(
            (s, i) =>
              `${String(i).padStart(5)}: ${hex(s.ip)}:${port(s.port)} 00000000:0000 07 00000000:00000000 00:00000000 00000000 ${String(s.uid).padStart(5)}        0 ${s.id} 2 0000000000000000 0\n`,
          )
          .join("")}`,
    ),
    ip_tables_names: file(() =>
      Object.keys(ns.state.tables)
        .map((t) => `${t}\n`)
        .join(""),
    ),
    nf_conntrack: { read: () => "", mode: 0o440 },
    if_inet6: file(() => "00000000000000000000000000000001 01 80 10 80       lo\n"),
  };
}
