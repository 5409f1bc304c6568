/** ps of procps 4.0.4; pidof. */
import { memoryOf } from "../../image/memory.ts";
import { threadsOf } from "../../image/procfs.ts";
import { userByName, userName } from "../../image/users.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { command } from "../text/command.ts";

/** Processes of the caller's PID namespace with their numbers there. */
export function processes(p: Proc): { pid: number; ppid: number; q: Proc }[] {
  const ns = p.state.pidns;
  const all = [...p.machine.procs.values()].sort((a, b) => a.pid - b.pid);
  if (ns === "") return all.map((q) => ({ pid: q.pid, ppid: q.state.ppid, q }));
  const own = all.filter((q) => q.state.pidns === ns);
  const number = new Map(own.map((q, i) => [q.pid, i + 1]));
  return own.map((q) => ({ pid: number.get(q.pid)!, ppid: number.get(q.state.ppid) ?? 0, q }));
}

interface Row {
  pid: number;
  ppid: number;
  q: Proc;
  p: Proc;
  depth: string;
}

const two = (n: number): string => String(n).padStart(2, "0");

function cpuTime(ms: number): string {
  const s = Math.floor(ms / 1000);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

function elapsed(ms: number): string {
  const s = Math.floor(ms / 1000);
  const d = Math.floor(s / 86400);
  const h = Math.floor(s / 3600) % 24;
  return `${d > 0 ? `${d}-` : ""}${d > 0 || h > 0 ? `${two(h)}:` : ""}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

function started(r: Row): string {
  const d = new Date(r.q.state.startedAt);
  if (r.p.now - r.q.state.startedAt < 86_400_000) return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  return `${["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][d.getUTCMonth()]}${two(d.getUTCDate())}`;
}

function state(r: Row): string {
  const s = r.q.state;
  if (s.stopped) return "T";
  return r.q === r.p ? "R" : "S";
}

const args = (r: Row): string => (r.q.argv.length === 0 ? `[${r.q.state.comm}]` : r.q.argv.join(" ").replace(/\n/g, " "));
const percent = (r: Row): number => (100 * r.q.state.cpu) / Math.max(1000, r.p.now - r.q.state.startedAt);

const user = (r: Row): string => {
  const name = userName(r.p.fs, r.q.uid);
  return name.length > 8 ? `${name.slice(0, 7)}+` : name;
};

interface Column {
  head: string;
  right?: boolean;
  width: number;
  of: (r: Row) => string;
}

const columns: Record<string, Column> = {
  pid: { head: "PID", right: true, width: 7, of: (r) => String(r.pid) },
  ppid: { head: "PPID", right: true, width: 7, of: (r) => String(r.ppid) },
  pgid: { head: "PGID", right: true, width: 7, of: (r) => String(r.q.state.pgid) },
  sid: { head: "SID", right: true, width: 7, of: (r) => String(r.q.state.sid) },
  user: { head: "USER", width: 8, of: user },
  uid: { head: "UID", right: true, width: 5, of: (r) => String(r.q.uid) },
  gid: { head: "GID", right: true, width: 5, of: (r) => String(r.q.state.gid) },
  group: { head: "GROUP", width: 8, of: (r) => String(r.q.state.gid) },
  comm: { head: "COMMAND", width: 15, of: (r) => `${r.depth}${r.q.state.comm}` },
  args: { head: "COMMAND", width: 27, of: (r) => `${r.depth}${args(r)}` },
  tty: { head: "TT", width: 8, of: (r) => r.q.state.tty || "?" },
  tname: { head: "TTY", width: 8, of: (r) => r.q.state.tty || "?" },
  time: { head: "TIME", right: true, width: 8, of: (r) => cpuTime(r.q.state.cpu) },
  etime: { head: "ELAPSED", right: true, width: 11, of: (r) => elapsed(r.p.now - r.q.state.startedAt) },
  etimes: { head: "ELAPSED", right: true, width: 7, of: (r) => String(Math.floor((r.p.now - r.q.state.startedAt) / 1000)) },
  stat: {
    head: "STAT",
    width: 4,
    of: (r) => `${state(r)}${r.q.state.sid === r.q.pid ? "s" : ""}${threadsOf(r.q) > 1 ? "l" : ""}${r.q === r.p ? "+" : ""}`,
  },
  state: { head: "S", width: 1, of: state },
  s: { head: "S", width: 1, of: state },
  rss: { head: "RSS", right: true, width: 5, of: (r) => String(r.q.state.rss) },
  vsz: { head: "VSZ", right: true, width: 6, of: (r) => String(r.q.state.rss * 4) },
  pcpu: { head: "%CPU", right: true, width: 4, of: (r) => percent(r).toFixed(1) },
  pmem: { head: "%MEM", right: true, width: 4, of: (r) => ((100 * r.q.state.rss) / memoryOf(r.p.machine).total).toFixed(1) },
  ni: { head: "NI", right: true, width: 3, of: () => "0" },
  pri: { head: "PRI", right: true, width: 3, of: () => "19" },
  nlwp: { head: "NLWP", right: true, width: 4, of: (r) => String(threadsOf(r.q)) },
  start: { head: "STARTED", right: true, width: 8, of: (r) => `${started(r)}:${two(new Date(r.q.state.startedAt).getUTCSeconds())}` },
  stime: { head: "STIME", width: 5, of: started },
  lstart: {
    head: "STARTED",
    right: true,
    width: 24,
    of: (r) => {
      const m = /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(new Date(r.q.state.startedAt).toUTCString())!;
      return `${m[1]} ${m[3]} ${m[2]!.replace(/^0/, " ")} ${m[5]} ${m[4]}`;
    },
  },
  cgroup: { head: "CGROUP", width: 27, of: (r) => `0::${r.q.state.cgroup}` },
  unit: { head: "UNIT", width: 31, of: (r) => r.q.state.cgroup.split("/").findLast((x) => /\.(service|scope)$/.test(x)) ?? "-" },
  wchan: { head: "WCHAN", width: 6, of: () => "-" },
  c: { head: "C", right: true, width: 2, of: (r) => String(Math.min(99, Math.floor(percent(r)))) },
};
const aliases: Record<string, string> = {
  cmd: "args",
  command: "args",
  ucmd: "comm",
  ucomm: "comm",
  euser: "user",
  uname: "user",
  ruser: "user",
  "%cpu": "pcpu",
  "%mem": "pmem",
  pgrp: "pgid",
  sess: "sid",
  session: "sid",
  tt: "tty",
  cputime: "time",
  rssize: "rss",
  rsz: "rss",
  vsize: "vsz",
  euid: "uid",
  nice: "ni",
  thcount: "nlwp",
  start_time: "stime",
  bsdstart: "stime",
  egid: "gid",
  cls: "pri",
};

function column(spec: string): { key: string; column: Column } | undefined {
  const cut = spec.indexOf("=");
  const name = cut < 0 ? spec : spec.slice(0, cut);
  const [bare, width] = name.split(":") as [string, string | undefined];
  const key = aliases[bare.toLowerCase()] ?? bare.toLowerCase();
  const base = columns[key];
  if (!base) return undefined;
  const head =
    cut >= 0
      ? spec.slice(cut + 1)
      : key === "args" && /^cmd$/i.test(bare)
        ? "CMD"
        : key === "args" && /^args$/i.test(bare)
          ? "COMMAND"
          : base.head;
  return { key, column: { ...base, head, width: width === undefined ? Math.max(base.width, head.length) : Number(width) } };
}

interface Wanted {
  columns: Column[];
  noHeader: boolean;
  pick: (r: Row) => boolean;
  forest: boolean;
  sort: string[];
}

class PsError extends Error {}

/** Names and numbers of users, as -u takes them. */
function usersNamed(p: Proc, text: string): string[] {
  const list = text.split(/[,\s]+/);
  if (list.some((word) => !/^\d+$/.test(word) && !userByName(p.fs, word))) throw new PsError("error: user name does not exist");
  return list;
}

function parse(p: Proc): Wanted {
  const tests: ((r: Row) => boolean)[] = [];
  let every = false;
  let notLeaders = false;
  let formats: string[] | undefined;
  let style: "default" | "f" | "F" | "aux" | "bsd" | "l" | "j" | "u-only" = "default";
  let forest = false;
  let noHeader = false;
  let bsdA = false;
  let bsdX = false;
  const sort: string[] = [];
  const list = p.args;
  const need = (i: number, attached: string): [string, number] => {
    if (attached !== "") return [attached, i];
    if (i + 1 >= list.length) throw new PsError("error: list of process IDs must follow -p");
    return [list[i + 1]!, i + 1];
  };
  const numbers = (text: string): number[] =>
    text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((n) => {
        if (!/^\d+$/.test(n)) throw new PsError("error: process ID list syntax error");
        return Number(n);
      });
  for (let i = 0; i < list.length; i++) {
    const arg = list[i]!;
    if (arg.startsWith("--")) {
      const [name, value] = arg.slice(2).split(/=(.*)/s) as [string, string | undefined];
      const take = () => value ?? list[++i] ?? "";
      if (name === "forest") forest = true;
      else if (name === "no-headers" || name === "no-heading" || name === "no-headings") noHeader = true;
      else if (name === "headers") noHeader = false;
      else if (name === "sort") sort.push(...take().split(","));
      else if (name === "pid") {
        const ids = numbers(take());
        tests.push((r) => ids.includes(r.pid));
      } else if (name === "ppid") {
        const ids = numbers(take());
        tests.push((r) => ids.includes(r.ppid));
      } else if (name === "user") {
        const u = usersNamed(p, take());
        tests.push((r) => u.includes(userName(p.fs, r.q.uid)) || u.includes(String(r.q.uid)));
      } else if (name === "format") formats = [...(formats ?? []), ...take().split(",")];
      else if (name === "version") throw new PsError("version");
      else if (
        [
          "cols",
          "columns",
          "width",
          "cumulative",
          "deselect",
          "group",
          "help",
          "info",
          "lines",
          "rows",
          "quick-pid",
          "sid",
          "tty",
          "context",
        ].includes(name)
      )
        p.notSimulated(`ps --${name}`);
      else throw new PsError("error: unknown gnu long option");
      continue;
    }
    const bsd = !arg.startsWith("-");
    const letters = bsd ? arg : arg.slice(1);
    if (bsd && /^\d+$/.test(arg)) {
      const ids = [Number(arg)];
      tests.push((r) => ids.includes(r.pid));
      continue;
    }
    for (let j = 0; j < letters.length; j++) {
      const letter = letters[j]!;
      const rest = letters.slice(j + 1);
      if (bsd) {
        if (letter === "a") bsdA = true;
        else if (letter === "x") bsdX = true;
        else if (letter === "u") style = "aux";
        else if (letter === "f") forest = true;
        else if (letter === "w") continue;
        else if (letter === "e") p.notSimulated("ps e");
        else if (letter === "h") noHeader = true;
        else if (letter === "j") style = "j";
        else if (letter === "l") p.notSimulated("ps l");
        else if (letter === "o" || letter === "p" || letter === "U") {
          const [text, at] = need(i, rest);
          i = at;
          if (letter === "o") formats = [...(formats ?? []), ...text.split(/[,\s]+/)];
          else if (letter === "p") {
            const ids = numbers(text);
            tests.push((r) => ids.includes(r.pid));
          } else {
            const u = usersNamed(p, text);
            tests.push((r) => u.includes(userName(p.fs, r.q.uid)) || u.includes(String(r.q.uid)));
          }
          break;
        } else throw new PsError("error: unsupported option (BSD syntax)");
        continue;
      }
      if (letter === "e" || letter === "A") every = true;
      else if (letter === "f") style = style === "F" ? "F" : "f";
      else if (letter === "F") style = "F";
      else if (letter === "l") p.notSimulated("ps -l");
      else if (letter === "j") style = "j";
      else if (letter === "a" || letter === "d") {
        notLeaders = true;
        every = true;
      } else if (letter === "w" || letter === "y" || letter === "M") continue;
      else if (letter === "H") forest = true;
      else if (letter === "L" || letter === "T" || letter === "m") p.notSimulated(`ps -${letter}`);
      else if ("opCugGstUk".includes(letter)) {
        const [text, at] = need(i, rest);
        i = at;
        if (letter === "o") formats = [...(formats ?? []), ...splitFormat(text)];
        else if (letter === "p") {
          const ids = numbers(text);
          tests.push((r) => ids.includes(r.pid));
        } else if (letter === "C") {
          const names = text.split(/[,\s]+/);
          tests.push((r) => names.includes(r.q.state.comm));
        } else if (letter === "u" || letter === "U") {
          const u = usersNamed(p, text);
          tests.push((r) => u.includes(userName(p.fs, r.q.uid)) || u.includes(String(r.q.uid)));
        } else if (letter === "g" || letter === "s") {
          const ids = numbers(text);
          tests.push((r) => ids.includes(r.q.state.sid));
        } else if (letter === "t") {
          const names = text.split(",").map((t) => t.replace(/^\/dev\//, "").replace(/^(\d+)$/, "pts/$1"));
          tests.push((r) => names.includes(r.q.state.tty));
        } else p.notSimulated(`ps -${letter}`);
        break;
      } else throw new PsError("error: unsupported SysV option");
    }
  }
  const named: Record<string, string[]> = {
    default: ["pid", "tname", "time", "comm=CMD"],
    f: ["user=UID", "pid", "ppid", "c", "stime", "tname", "time", "args=CMD"],
    F: ["user=UID", "pid", "ppid", "c", "vsz=SZ", "rss", "stime", "tname", "time", "args=CMD"],
    aux: ["user", "pid", "pcpu", "pmem", "vsz", "rss", "tname", "stat", "stime=START", "bsdtime", "args"],
    bsd: ["pid", "tname", "stat", "bsdtime", "args"],
    j: ["pid", "pgid", "sid", "tname", "time", "comm=CMD"],
    "u-only": [],
  };
  columns.bsdtime ??= {
    head: "TIME",
    right: true,
    width: 6,
    of: (r) => `${Math.floor(r.q.state.cpu / 60_000)}:${two(Math.floor(r.q.state.cpu / 1000) % 60)}`,
  };
  if (bsdA || bsdX) style = style === "aux" ? "aux" : style === "j" ? "j" : "bsd";
  const chosen = (formats ?? named[style]!)
    .filter((f) => f !== "")
    .map((spec) => {
      const found = column(spec);
      if (!found) throw new PsError(`error: unknown user-defined format specifier "${spec}"`);
      return found.column;
    });
  const mine = (r: Row): boolean =>
    r.q.uid === p.uid && (p.state.tty === "" ? r.q.state.sid === p.state.sid : r.q.state.tty === p.state.tty);
  const pick = (r: Row): boolean => {
    if (tests.length > 0) return tests.some((t) => t(r));
    if (every) return !notLeaders || (r.q.state.sid !== r.q.pid && r.q.state.tty !== "");
    if (bsdA && bsdX) return true;
    if (bsdA) return r.q.state.tty !== "";
    if (bsdX) return r.q.uid === p.uid;
    return mine(r);
  };
  return { columns: chosen, noHeader: noHeader || (formats !== undefined && chosen.every((c) => c.head === "")), pick, forest, sort };
}

/** `-o pid,args=COMMAND LINE`: after `=` the rest is the header. */
function splitFormat(text: string): string[] {
  const cut = text.indexOf("=");
  if (cut < 0) return text.split(/[,\s]+/);
  const before = text.slice(0, cut);
  const parts = before.split(/[,\s]+/);
  const head = text.slice(cut + 1);
  // an empty header may be followed by further columns
  if (head === "" || head.startsWith(","))
    return [...parts.slice(0, -1), `${parts.at(-1)}=`, ...splitFormat(head.replace(/^,/, ""))].filter((f) => f !== "");
  const [mine, ...more] = head.split(",");
  return [...parts.slice(0, -1), `${parts.at(-1)}=${mine}`, ...(more.length > 0 ? splitFormat(more.join(",")) : [])];
}

export const ps: CommandProgram = {
  name: "ps",
  async main(p) {
    let wanted: Wanted;
    try {
      wanted = parse(p);
    } catch (error) {
      if (!(error instanceof PsError)) throw error;
      if (error.message === "version") {
        await p.out("ps from procps-ng 4.0.4\n");
        return 0;
      }
      await p.err(
        `${error.message}\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n`,
      );
      return 1;
    }
    let rows: Row[] = processes(p)
      .map((x) => ({ ...x, p, depth: "" }))
      .filter(wanted.pick);
    for (const key of [...wanted.sort].reverse()) {
      const down = key.startsWith("-");
      const name = key.replace(/^[+-]/, "");
      const by = columns[aliases[name] ?? name];
      if (!by) {
        await p.err("error: unknown sort specifier\n");
        return 1;
      }
      const value = (r: Row): number | string =>
        by.right && !/[:-]/.test(by.of(r))
          ? Number(by.of(r))
          : name === "etime"
            ? r.p.now - r.q.state.startedAt
            : name === "time"
              ? r.q.state.cpu
              : by.of(r);
      rows = [...rows].sort((a, b) => {
        const x = value(a);
        const y = value(b);
        return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
      });
    }
    if (wanted.forest) rows = asForest(rows);
    const cells = rows.map((r) => wanted.columns.map((c) => c.of(r)));
    const heads = wanted.columns.map((c) => c.head);
    const line = (texts: string[]): string =>
      texts
        .map((t, i) => {
          const c = wanted.columns[i]!;
          const last = i === texts.length - 1;
          if (c.right) return t.padStart(c.width);
          return last ? t : t.padEnd(c.width);
        })
        .join(" ")
        .trimEnd();
    const terminal = p.fds.get(1)?.isTerminal === true;
    const cut = (text: string): string =>
      terminal && !p.args.some((a) => /w/.test(a)) ? text.slice(0, Number(p.env.COLUMNS ?? 0) || undefined) : text;
    await p.out([...(wanted.noHeader ? [] : [cut(line(heads))]), ...cells.map((c) => cut(line(c)))].map((l) => `${l}\n`).join(""));
    return rows.length === 0 ? 1 : 0;
  },
};

function asForest(rows: Row[]): Row[] {
  const ids = new Set(rows.map((r) => r.pid));
  const out: Row[] = [];
  const visit = (r: Row, prefix: string, own: string) => {
    out.push({ ...r, depth: own });
    const children = rows.filter((x) => x.ppid === r.pid && x !== r);
    children.forEach((child, i) => {
      const last = i === children.length - 1;
      visit(child, `${prefix}${last ? "    " : "|   "}`, `${prefix}\\_ `);
    });
  };
  for (const r of rows) if (!ids.has(r.ppid) || r.ppid === r.pid) visit(r, " ", "");
  return out;
}

export const pidof = command({
  name: "pidof",
  usage: "[options] [program [...]]",
  summary: "",
  options: "s,single-shot o,omit-pid= x c,check-root q w S,separator=",
  version: "from procps-ng 4.0.4",
  run(c) {
    const ids = processes(c.p)
      .filter(({ q }) => c.operands.some((n) => q.state.comm === n.slice(n.lastIndexOf("/") + 1).slice(0, 15) || q.state.exe === n))
      .map((x) => x.pid)
      .reverse();
    if (ids.length === 0) return 1;
    if (!c.o.has("q")) c.out.text(`${(c.o.has("s") ? ids.slice(0, 1) : ids).join(c.o.value("S") ?? " ")}\n`);
    return 0;
  },
});

/** ps of BusyBox (procps/ps.c): every process, in four columns. */
export const busyboxPs: CommandProgram = {
  name: "busybox-ps",
  async main(p) {
    if (p.args.some((arg) => !/^-?[aefuwx]+$/.test(arg))) p.notSimulated(`ps ${p.args.join(" ")} (BusyBox)`);
    let out = "PID   USER     TIME  COMMAND\n";
    for (const { pid, q } of processes(p)) {
      const seconds = Math.floor(q.state.cpu / 1000);
      const time = `${String(Math.floor(seconds / 60)).padStart(3)}:${two(seconds % 60)}`;
      const words = q.argv.length === 0 ? `[${q.state.comm}]` : q.argv.join(" ");
      out += `${String(pid).padStart(5)} ${userName(p.fs, q.uid).padEnd(8).slice(0, 8)} ${time} ${words}\n`;
    }
    await p.out(out);
    return 0;
  },
};
