/** lsof 4.95 (-i, -p, a file) and fuser of psmisc 23.7 (PORT/tcp, a file). */
import type { Proc } from "../../kernel/proc.ts";
import { ipText } from "../../net/ip.ts";
import { userName } from "../../image/users.ts";
import { fdOf } from "../net/sockets.ts";
import { command } from "../text/command.ts";

interface Line {
  q: Proc;
  fd: string;
  type: string;
  device: string;
  size: string;
  node: string;
  name: string;
  transport?: "tcp" | "udp";
  port?: number;
}

/** Sockets of the caller's network namespace. */
function sockets(p: Proc): Line[] {
  const out: Line[] = [];
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const where = (ip: number, port: number) => `${ip === 0 ? "*" : ipText(ip)}:${port}`;
  for (const s of Object.values(ns.state.sockets)) {
    const q = p.machine.procs.get(s.pid);
    if (!q) continue;
    out.push({
      q,
      fd: `${fdOf(p.machine, s.pid, s.id)}u`,
      type: s.v6 ? "IPv6" : "IPv4",
      device: String(20_000 + s.id),
      size: "0t0",
      node: s.transport.toUpperCase(),
      name: `${where(s.ip, s.port)}${s.transport === "tcp" ? " (LISTEN)" : ""}`,
      transport: s.transport,
      port: s.port,
    });
  }
  for (const c of p.machine.world.network.tcp.all()) {
    if (c.transport !== "tcp") continue;
    for (const e of c.ends) {
      const q = e.machine === p.machine.name && e.netns === p.state.netns ? p.machine.procs.get(e.pid) : undefined;
      if (!q || e.state === "CLOSED") continue;
      const state = e.state === "ESTAB" ? "ESTABLISHED" : e.state.replace(/-/g, "_");
      out.push({
        q,
        fd: `${fdOf(p.machine, e.pid, c.id)}u`,
        type: "IPv4",
        device: String(20_000 + c.id),
        size: "0t0",
        node: "TCP",
        name: `${ipText(e.ip)}:${e.port}->${ipText(e.peerIp)}:${e.peerPort} (${state})`,
        transport: "tcp",
        port: e.port,
      });
    }
  }
  return out;
}

const filesOf = (q: Proc): Line[] => [
  { q, fd: "cwd", type: "DIR", device: "8,1", size: "4096", node: "2", name: q.fs.cwd },
  {
    q,
    fd: "txt",
    type: "REG",
    device: "8,1",
    size: String(q.machine.rootFs(q.state.mntns).tryStat(q.state.exe)?.size ?? 0),
    node: "2",
    name: q.state.exe,
  },
  ...[...q.fds].map(([fd, file]): Line => ({
    q,
    fd: `${fd}u`,
    type: file.kind === "file" ? "REG" : file.kind === "pipe" ? "FIFO" : file.kind === "sink" ? "unix" : "CHR",
    device: "8,1",
    size: "0t0",
    node: "3",
    name: file.path,
  })),
];

export const lsof = command({
  name: "lsof",
  usage: "[options] [names]",
  summary: "",
  options: "i=? n P p= t a c= !u= s=? !U !N !d= !D= !r= !F= !T= !+ b w",
  version: "4.95.0",
  async run(c) {
    const { p, o } = c;
    const may = (q: Proc) => p.uid === 0 || q.uid === p.uid;
    let lines: Line[] = [];
    if (!o.has("a") && ["i", "p", "c"].filter((k) => o.has(k)).length > 1) p.notSimulated("lsof with several selections and without -a");
    if (o.has("i")) {
      // the address may be a word of its own
      const spec = o.value("i") || (/^[46]?(tcp|udp)?([@:].+)?$/i.test(c.operands[0] ?? "-") ? c.operands.shift()! : "");
      const m = /^(?:4)?(tcp|udp)?(?:@([^:]+))?(?::(.+))?$/i.exec(spec);
      if (!m) return c.fail(`unacceptable Internet address: ${spec}`);
      const ports = m[3]?.split(",").map(Number);
      lines = sockets(p).filter(
        (l) => (!m[1] || l.transport === m[1].toLowerCase()) && (!ports || ports.includes(l.port!)) && (!m[2] || l.name.includes(m[2])),
      );
    } else if (c.operands.length > 0) {
      const wanted = c.operands.map((f) => (p.fs.exists(f) ? p.fs.realpath(f) : f));
      lines = [...p.machine.procs.values()].flatMap(filesOf).filter((l) => wanted.includes(l.name));
    } else lines = [...p.machine.procs.values()].flatMap(filesOf);
    if (o.has("p")) {
      const ids = o.value("p")!.split(",").map(Number);
      lines = lines.filter((l) => ids.includes(l.q.pid));
    }
    if (o.has("c")) lines = lines.filter((l) => l.q.state.comm.startsWith(o.value("c")!));
    lines = lines.filter((l) => may(l.q)).sort((a, b) => a.q.pid - b.q.pid);
    if (lines.length === 0) return 1;
    if (o.has("t")) {
      c.out.text([...new Set(lines.map((l) => l.q.pid))].map((pid) => `${pid}\n`).join(""));
      return 0;
    }
    const rows = lines.map((l) => [
      l.q.state.comm.slice(0, 9),
      String(l.q.pid),
      userName(p.fs, l.q.uid),
      l.fd,
      l.type,
      l.device,
      l.size,
      l.node,
      l.name,
    ]);
    const heads = ["COMMAND", "PID", "USER", "FD", "TYPE", "DEVICE", "SIZE/OFF", "NODE", "NAME"];
    const w = heads.map((h, i) => Math.max(i === 0 ? 9 : h.length, ...rows.map((r) => r[i]!.length)));
    for (const r of [heads, ...rows])
      c.out.text(`${r.map((t, i) => (i === 0 || i === 8 ? (i === 0 ? t.padEnd(w[0]!) : t) : t.padStart(w[i]!))).join(" ")}\n`);
    return 0;
  },
});

export const fuser = command({
  name: "fuser",
  usage: "[options] name...",
  summary: "",
  options: "k,kill !v,verbose n,namespace= s,silent !i,interactive m,mount !a,all !u,user",
  version: "23.7",
  async run(c) {
    const { p, o } = c;
    let found = false;
    for (const word of c.operands) {
      const m = /^(\d+)\/(tcp|udp)$/.exec(o.has("n") ? `${word}/${o.value("n")}` : word);
      let ids: number[];
      if (m)
        ids = sockets(p)
          .filter((l) => l.transport === m[2] && l.port === Number(m[1]))
          .map((l) => l.q.pid);
      else {
        if (!p.fs.exists(word)) {
          await p.err(`Specified filename ${word} does not exist.\n`);
          continue;
        }
        const path = p.fs.realpath(word);
        ids = [...p.machine.procs.values()]
          .flatMap(filesOf)
          .filter((l) => l.name === path || (o.has("m") && l.name.startsWith(`${path}/`)))
          .map((l) => l.q.pid);
      }
      ids = [...new Set(ids)].sort((a, b) => a - b);
      if (ids.length === 0) continue;
      found = true;
      if (!o.has("s")) {
        await c.out.flush();
        await p.err(`${`${word}:`.padEnd(21)}`);
        await p.out(ids.map((n) => String(n).padStart(6)).join(""));
        await p.err("\n");
      }
      if (o.has("k")) for (const n of ids) p.machine.kill(p, n, "SIGKILL");
    }
    return found ? 0 : 1;
  },
});
