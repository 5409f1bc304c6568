/** free, uptime, w and top of procps 4.0.4. */
import { loadOf, memoryOf } from "../../image/memory.ts";
import { userName } from "../../image/users.ts";
import type { Machine } from "../../kernel/machine.ts";
import type { Proc } from "../../kernel/proc.ts";
import { command } from "../text/command.ts";
import { sessions } from "./identity.ts";
import { processes } from "./ps.ts";

const two = (n: number): string => String(n).padStart(2, "0");
const clock = (ms: number): string => {
  const d = new Date(ms);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
};

/** ` 09:05:12 up 5 min,  1 user,  load average: 0.10, 0.08, 0.05`. */
function uptimeLine(p: Proc): string {
  const up = Math.floor((p.now - p.machine.state.bootedAt) / 1000);
  const days = Math.floor(up / 86400);
  const hours = Math.floor(up / 3600) % 24;
  const minutes = Math.floor(up / 60) % 60;
  const n = sessions(p).length;
  const since = `${days > 0 ? `${days} day${days === 1 ? "" : "s"}, ` : ""}${hours > 0 ? `${String(hours).padStart(2)}:${two(minutes)}` : `${minutes} min`}`;
  return ` ${clock(p.now)} up ${since}, ${String(n).padStart(2)} user${n === 1 ? "" : "s"},  load average: ${loadText(p.machine)}`;
}
const loadText = (machine: Machine): string =>
  loadOf(machine)
    .map((l) => l.toFixed(2))
    .join(", ");

const helpLines = "     --help     display this help and exit\n -V, --version  output version information and exit";

export const uptime = command({
  name: "uptime",
  tryLine:
    "\nUsage:\n uptime [options]\n\nOptions:\n -p, --pretty   show uptime in pretty format\n -h, --help     display this help and exit\n" +
    " -s, --since    system up since\n -V, --version  output version information and exit\n\nFor more details see uptime(1).",
  usage: "[options]",
  summary: "",
  options: "p,pretty s,since !V",
  version: "from procps-ng 4.0.4",
  run(c) {
    const { p, o } = c;
    if (o.has("s")) {
      c.out.text(`${new Date(p.machine.state.bootedAt).toISOString().slice(0, 19).replace("T", " ")}\n`);
      return;
    }
    if (o.has("p")) {
      const up = Math.floor((p.now - p.machine.state.bootedAt) / 60_000);
      const parts = [
        [Math.floor(up / 1440), "day"],
        [Math.floor(up / 60) % 24, "hour"],
        [up % 60, "minute"],
      ] as const;
      const shown = parts.filter(([n]) => n > 0).map(([n, w]) => `${n} ${w}${n === 1 ? "" : "s"}`);
      c.out.text(`up ${shown.length === 0 ? "0 minutes" : shown.join(", ")}\n`);
      return;
    }
    c.out.text(`${uptimeLine(p)}\n`);
  },
});

export const w = command({
  name: "w",
  tryLine:
    "\nUsage:\n w [options] [user]\n\nOptions:\n -h, --no-header     do not print header\n -u, --no-current    ignore current process username\n" +
    " -s, --short         short format\n -f, --from          show remote hostname field\n -o, --old-style     old style output\n" +
    " -i, --ip-addr       display IP address instead of hostname (if possible)\n -p, --pids          show the PID(s) of processes in WHAT\n\n" +
    `${helpLines}\n\nFor more details see w(1).`,
  usage: "[options] [user]",
  summary: "",
  options: "h,no-header !s,short !f,from !i,ip-addr !o,old-style !u,no-current !p,pids",
  version: "from procps-ng 4.0.4",
  run(c) {
    const { p } = c;
    if (!c.o.has("h")) c.out.text(`${uptimeLine(p)}\nUSER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n`);
    for (const s of sessions(p))
      c.out.text(
        `${s.user.padEnd(8)} ${s.tty.padEnd(8)} ${s.from.padEnd(16)} ${clock(s.at).slice(0, 5).padEnd(8)} 0.00s  0.01s  0.00s ${s.leader.argv.join(" ")}\n`,
      );
  },
});

const freeOptions = [
  "-b, --bytes         show output in bytes",
  "    --kilo          show output in kilobytes",
  "    --mega          show output in megabytes",
  "    --giga          show output in gigabytes",
  "    --tera          show output in terabytes",
  "    --peta          show output in petabytes",
  "-k, --kibi          show output in kibibytes",
  "-m, --mebi          show output in mebibytes",
  "-g, --gibi          show output in gibibytes",
  "    --tebi          show output in tebibytes",
  "    --pebi          show output in pebibytes",
  "-h, --human         show human-readable output",
  "    --si            use powers of 1000 not 1024",
  "-l, --lohi          show detailed low and high memory statistics",
  "-L, --line          show output on a single line",
  "-t, --total         show total for RAM + swap",
  "-v, --committed     show committed memory and commit limit",
  "-s N, --seconds N   repeat printing every N seconds",
  "-c N, --count N     repeat printing N times, then exit",
  "-w, --wide          wide output",
];

export const free = command({
  name: "free",
  tryLine: `\nUsage:\n free [options]\n\nOptions:\n${freeOptions.map((x) => ` ${x}\n`).join("")}\n${helpLines}\n\nFor more details see free(1).`,
  usage: "[options]",
  summary: "",
  options: "b,bytes ~k,kibi m,mebi g,gibi h,human si t,total w,wide !l,lohi s,seconds= c,count= !kilo mega giga !V !L,line !v,committed",
  version: "from procps-ng 4.0.4",
  run(c) {
    const { p, o } = c;
    if (o.has("s")) return p.notSimulated("free --seconds");
    const m = memoryOf(p.machine);
    const unit = (kib: number): string => {
      if (o.has("h")) {
        const step = o.has("si") ? 1000 : 1024;
        let n = kib * 1024;
        let i = 0;
        while (n >= step && i < 4) {
          n /= step;
          i++;
        }
        const suffix = o.has("si") ? ["B", "K", "M", "G", "T"][i]! : ["B", "Ki", "Mi", "Gi", "Ti"][i]!;
        return `${n >= 10 || i === 0 ? Math.round(n) : n.toFixed(1)}${suffix}`;
      }
      if (o.has("b")) return String(kib * 1024);
      if (o.has("m")) return String(Math.floor(kib / 1024));
      if (o.has("g")) return String(Math.floor(kib / 1024 / 1024));
      if (o.has("mega")) return String(Math.floor((kib * 1024) / 1e6));
      if (o.has("giga")) return String(Math.floor((kib * 1024) / 1e9));
      return String(kib);
    };
    const pad = (...n: number[]) => n.map((x) => unit(x).padStart(12)).join("");
    const cache = m.buffers + m.cached;
    c.out.text(
      `${o.has("w") ? "               total        used        free      shared     buffers       cache   available" : "               total        used        free      shared  buff/cache   available"}\n` +
        `Mem:   ${
          o.has("w")
            ? pad(m.total, m.total - m.available, m.free, m.shared, m.buffers, m.cached, m.available)
                .slice(-84)
                .padStart(85)
            : ` ${pad(m.total, m.total - m.available, m.free, m.shared, cache, m.available)}`
        }\n` +
        `Swap:  ${` ${pad(m.swapTotal, m.swapTotal - m.swapFree, m.swapFree)}`}\n`,
    );
    if (o.has("t"))
      c.out.text(`Total:  ${pad(m.total + m.swapTotal, m.total - m.available + m.swapTotal - m.swapFree, m.free + m.swapFree)}\n`);
  },
});

export const top = command({
  name: "top",
  usage: "[options]",
  summary: "",
  options:
    "b,batch-mode n,iterations= d,delay= p,pid= u,filter-any-user= c,cmdline-toggle !H,threads-show !o,sort-override= w,width=? !i,idle-toggle !1 s,secure-mode !O,list-fields !E,scale-summary-mem= !e,scale-task-mem= !U,filter-only-euser=",
  version: "from procps-ng 4.0.4",
  async run(c) {
    const { p, o } = c;
    if (!o.has("b")) return p.notSimulated("top without -b");
    const times = Number(o.value("n") ?? 1);
    if (o.value("n") === undefined) return p.notSimulated("top -b without -n");
    for (let i = 0; i < times; i++) {
      if (i > 0) await p.sleep(Number(o.value("d") ?? 3) * 1000);
      c.out.text(`${i > 0 ? "\n" : ""}${screen(p, o.has("c"), o.value("u"), o.value("p"))}`);
    }
  },
});

function screen(p: Proc, full: boolean, user: string | undefined, pids: string | undefined): string {
  const m = memoryOf(p.machine);
  const mib = (kib: number) => (kib / 1024).toFixed(1).padStart(8);
  const all = processes(p);
  const stopped = all.filter(({ q }) => q.state.stopped).length;
  const up = Math.max(1000, p.now - p.machine.state.bootedAt);
  const busy = Math.min(100, (all.reduce((sum, { q }) => sum + q.state.cpu, 0) / up / p.machine.state.cpus) * 100);
  const picked = all.filter(
    ({ q, pid }) => (user === undefined || userName(p.fs, q.uid) === user) && (pids === undefined || pids.split(",").includes(String(pid))),
  );
  const rows = picked
    .sort((a, b) => b.q.state.cpu - a.q.state.cpu || a.pid - b.pid)
    .map(({ pid, q }) => {
      const name = userName(p.fs, q.uid);
      const cpu = (100 * q.state.cpu) / Math.max(1000, p.now - q.state.startedAt);
      const t = q.state.cpu / 10;
      return `${String(pid).padStart(7)} ${(name.length > 8 ? `${name.slice(0, 7)}+` : name).padEnd(8)}  20   0 ${String(q.state.rss * 4).padStart(7)} ${String(q.state.rss).padStart(6)} ${String(Math.floor(q.state.rss / 2)).padStart(6)} ${q.state.stopped ? "T" : q === p ? "R" : "S"} ${cpu.toFixed(1).padStart(5)} ${((100 * q.state.rss) / m.total).toFixed(1).padStart(5)} ${`${Math.floor(t / 6000)}:${two(Math.floor(t / 100) % 60)}.${two(Math.floor(t % 100))}`.padStart(9)} ${full ? q.argv.join(" ") : q.state.comm}`;
    });
  return `top -${uptimeLine(p)}\nTasks: ${String(all.length).padStart(3)} total,   1 running, ${String(all.length - 1 - stopped).padStart(3)} sleeping, ${String(stopped).padStart(3)} stopped,   0 zombie\n%Cpu(s): ${(busy * 0.7).toFixed(1).padStart(4)} us, ${(busy * 0.3).toFixed(1).padStart(4)} sy,  0.0 ni, ${(100 - busy).toFixed(1).padStart(4)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st \nMiB Mem : ${mib(m.total)} total, ${mib(m.free)} free, ${mib(m.total - m.available)} used, ${mib(m.buffers + m.cached)} buff/cache     \nMiB Swap: ${mib(m.swapTotal)} total, ${mib(m.swapFree)} free, ${mib(m.swapTotal - m.swapFree)} used. ${mib(m.available)} avail Mem \n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n${rows.map((r) => `${r}\n`).join("")}`;
}
