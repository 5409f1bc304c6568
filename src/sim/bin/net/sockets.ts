/** The sockets of a namespace in one list, as ss and netstat show them. */
import type { Machine } from "../../kernel/machine.ts";
import type { Proc } from "../../kernel/proc.ts";
import { ipText } from "../../net/ip.ts";

export interface SocketRow {
  netid: "tcp" | "udp" | "u_str";
  /** ss's name of the state. */
  state: string;
  recv: number;
  send: number;
  local: string;
  localPort: string;
  peer: string;
  peerPort: string;
  v6: boolean;
  pid: number;
  uid: number;
  /** Made-up descriptor and inode numbers that stay the same for one socket. */
  fd: number;
  inode: number;
  /** ss -o. */
  timer?: string;
}

/** ss's time format: 29sec, 1min29sec, 3.176ms, 212ms. */
function timerText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  const rest = ms % 1000;
  if (minutes > 0) return `${minutes}min${seconds > 0 ? `${seconds}sec` : ""}`;
  if (seconds > 9) return `${seconds}sec`;
  if (seconds > 0) return `${seconds}.${String(Math.round(rest)).padStart(3, "0")}ms`;
  return `${Math.round(rest)}ms`;
}

export function socketRows(p: Proc): SocketRow[] {
  const { network } = p.machine.world;
  const ns = network.ns(p.machine.name, p.state.netns);
  const rows: SocketRow[] = [];
  const inode = (id: number): number => 20_000 + id * 7;
  for (const s of ns.sockets()) {
    const any = s.ip === 0;
    rows.push({
      netid: s.transport,
      state: s.transport === "tcp" ? "LISTEN" : "UNCONN",
      recv: s.pending.length,
      send: s.transport === "tcp" ? (s.backlog ?? (s.accept === "stream" ? 1 : 4096)) : 0,
      local: any && s.v6 ? "*" : any ? "0.0.0.0" : bound(s.ip, s.device),
      localPort: String(s.port),
      peer: any && s.v6 ? "*" : "0.0.0.0",
      peerPort: "*",
      v6: s.v6,
      pid: s.pid,
      uid: s.uid,
      fd: fdOf(p.machine, s.pid, s.id),
      inode: inode(s.id),
    });
  }
  for (const conn of network.tcp.all()) {
    if (conn.transport !== "tcp") continue;
    for (const end of conn.ends) {
      if (end.machine !== p.machine.name || end.netns !== p.state.netns || end.state === "CLOSED") continue;
      const waiting = end.queue.reduce((sum, item) => sum + (item.fin ? 1 : 19), 0);
      const pending = end.timer === undefined ? undefined : p.machine.world.timeline.pending(end.timer);
      const until = end.state === "TIME-WAIT" ? end.until : pending?.at;
      const left = (until ?? p.now) - p.now;
      const orphan = end.state !== "ESTAB" && end.state !== "CLOSE-WAIT";
      rows.push({
        netid: "tcp",
        state: end.state,
        recv: end.inbox.length,
        send: waiting,
        local: bound(end.ip, end.device),
        localPort: String(end.port),
        peer: ipText(end.peerIp),
        peerPort: String(end.peerPort),
        v6: false,
        pid: orphan || !p.machine.procs.has(end.pid) ? 0 : end.pid,
        uid: end.uid,
        fd: fdOf(p.machine, end.pid, conn.id),
        inode: orphan ? 0 : inode(conn.id),
        ...(until === undefined
          ? {}
          : {
              timer:
                end.state === "TIME-WAIT" || end.state === "FIN-WAIT-2"
                  ? `timer:(timewait,${timerText(left)},0)`
                  : `timer:(on,${timerText(left)},${end.tries})`,
            }),
      });
    }
  }
  for (const s of ns.state.synSent) {
    const age = p.now - s.at;
    if (age > 127_000) continue;
    // the next retransmission after 1, 3, 7, 15, 31, 63 s
    let tries = 0;
    let next = 1000;
    while (age >= next) next += 1000 * 2 ** ++tries;
    rows.push({
      netid: "tcp",
      state: "SYN-SENT",
      recv: 0,
      send: 1,
      local: bound(s.src, s.device),
      localPort: String(s.sport),
      peer: ipText(s.dst),
      peerPort: String(s.dport),
      v6: false,
      pid: s.pid,
      uid: 0,
      fd: fdOf(p.machine, s.pid, s.sport),
      inode: inode(s.sport),
      timer: `timer:(on,${timerText(next - age)},${tries})`,
    });
  }
  return rows;
}

const bound = (ip: number, device: string | undefined): string => ipText(ip) + (device === undefined ? "" : `%${device}`);

/** Descriptors of listening sockets and connections by age, after the three standard ones. */
export function fdOf(machine: Machine, pid: number, id: number): number {
  const { network } = machine.world;
  const ids = new Set<number>([id]);
  for (const name of network.namespaces(machine.name))
    for (const s of network.ns(machine.name, name).sockets()) if (s.pid === pid) ids.add(s.id);
  for (const s of network.unix.list({ machine })) if (s.pid === pid) ids.add(s.id);
  for (const conn of network.tcp.all()) if (conn.ends.some((end) => end.machine === machine.name && end.pid === pid)) ids.add(conn.id);
  return 3 + [...ids].sort((a, b) => a - b).indexOf(id);
}

export function unixRows(p: Proc): SocketRow[] {
  const { network } = p.machine.world;
  const rows: SocketRow[] = network.unix.list(p).map((s) => ({
    netid: "u_str",
    state: "LISTEN",
    recv: 0,
    send: 4096,
    local: s.path,
    localPort: String(20_000 + s.id * 7),
    peer: "*",
    peerPort: "0",
    v6: false,
    pid: s.pid,
    uid: s.uid,
    fd: fdOf(p.machine, s.pid, s.id),
    inode: 20_000 + s.id * 7,
  }));
  for (const conn of network.tcp.all()) {
    if (conn.transport !== "unix" || conn.ends[0].machine !== p.machine.name) continue;
    conn.ends.forEach((end, i) => {
      if (end.state === "CLOSED") return;
      const own = 20_000 + conn.id * 7 + i;
      const other = 20_000 + conn.id * 7 + (1 - i);
      rows.push({
        netid: "u_str",
        state: "ESTAB",
        recv: 0,
        send: 0,
        local: i === 0 ? "*" : conn.path!,
        localPort: String(own),
        peer: "*",
        peerPort: String(other),
        v6: false,
        pid: end.pid,
        uid: end.uid,
        fd: fdOf(p.machine, end.pid, conn.id),
        inode: own,
      });
    });
  }
  return rows;
}

export const commandOf = (p: Proc, pid: number): string | undefined => p.machine.procs.get(pid)?.state.comm;

/** Who may see the process behind a socket: its owner and root. */
export const maySee = (p: Proc, pid: number): boolean => pid !== 0 && (p.uid === 0 || p.machine.procs.get(pid)?.uid === p.uid);
