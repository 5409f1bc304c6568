/** ss (iproute2 6.1): columns are as wide as their widest cell, as the real one lays them out when it writes to a pipe. */
import { NotSimulated } from "../../core/errno.ts";
import { inPrefix, parseIp, parsePrefix } from "../../net/ip.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { portName, services } from "../../net/netfilter/ports.ts";
import { commandOf, maySee, socketRows, unixRows, type SocketRow } from "./sockets.ts";

interface Options {
  tcp: boolean;
  udp: boolean;
  unix: boolean;
  listening: boolean;
  all: boolean;
  numeric: boolean;
  processes: boolean;
  timers: boolean;
  extended: boolean;
  header: boolean;
  summary: boolean;
  v4: boolean;
  v6: boolean;
}

const long: Record<string, string> = {
  "--tcp": "t",
  "--udp": "u",
  "--unix": "x",
  "--listening": "l",
  "--all": "a",
  "--numeric": "n",
  "--processes": "p",
  "--options": "o",
  "--extended": "e",
  "--no-header": "H",
  "--summary": "s",
  "--ipv4": "4",
  "--ipv6": "6",
  "--oneline": "O",
  "--version": "V",
  "--help": "h",
};

export const ss: CommandProgram = {
  name: "ss",
  async main(p) {
    const o: Options = {
      tcp: false,
      udp: false,
      unix: false,
      listening: false,
      all: false,
      numeric: false,
      processes: false,
      timers: false,
      extended: false,
      header: true,
      summary: false,
      v4: false,
      v6: false,
    };
    const filter: string[] = [];
    for (let i = 0; i < p.args.length; i++) {
      const arg = p.args[i]!;
      if (!arg.startsWith("-") || filter.length > 0) {
        filter.push(arg);
        continue;
      }
      const letters = arg.startsWith("--") ? long[arg.split("=")[0]!] : arg.slice(1);
      if (letters === undefined) {
        await p.err(`ss: unrecognized option '${arg}'\n`);
        return 1;
      }
      for (const c of letters) {
        if (c === "t") o.tcp = true;
        else if (c === "u") o.udp = true;
        else if (c === "x") o.unix = true;
        else if (c === "l") o.listening = true;
        else if (c === "a") o.all = true;
        else if (c === "n") o.numeric = true;
        else if (c === "p") o.processes = true;
        else if (c === "o") o.timers = true;
        else if (c === "e") o.extended = true;
        else if (c === "H") o.header = false;
        else if (c === "s") o.summary = true;
        else if (c === "4") o.v4 = true;
        else if (c === "6") o.v6 = true;
        else if (c === "O") continue;
        else if (c === "V") {
          await p.out("ss utility, iproute2-6.1.0\n");
          return 0;
        } else if ("rmiEbKZNdwSMf0DFAxhTqQ".includes(c)) throw new NotSimulated(`ss -${c}`);
        else {
          await p.err(`ss: invalid option -- '${c}'\n`);
          return 1;
        }
      }
    }
    if (o.summary) {
      await p.out(summary(p));
      return 0;
    }
    const everything = !o.tcp && !o.udp && !o.unix;
    const tests = parseFilter(filter);
    const rows: SocketRow[] = [];
    // a family of Internet addresses leaves Unix sockets out, unless they are asked for too
    const family = o.v4 || o.v6;
    const inetAll = everything || (family && !o.tcp && !o.udp);
    if (o.unix || (everything && !family)) rows.push(...unixRows(p));
    const inet = socketRows(p);
    if (inetAll || o.udp) rows.push(...inet.filter((r) => r.netid === "udp"));
    if (inetAll || o.tcp) rows.push(...inet.filter((r) => r.netid === "tcp"));
    const listens = (r: SocketRow): boolean => r.state === "LISTEN" || (r.state === "UNCONN" && r.netid === "udp");
    const shown = rows.filter((r) => {
      if (r.netid !== "u_str" && ((o.v4 && !o.v6 && r.v6) || (o.v6 && !o.v4 && !r.v6))) return false;
      if (tests.state === undefined && !o.all) {
        if (o.listening !== listens(r)) return false;
        if (!o.listening && r.state === "TIME-WAIT") return false;
      }
      return (tests.state === undefined || tests.state(r)) && tests.address(r);
    });
    await p.out(table(p, o, shown, everything || Number(o.tcp) + Number(o.udp) + Number(o.unix) > 1, tests.oneState));
    return 0;
  },
};

const stateNames: Record<string, string[]> = {
  established: ["ESTAB"],
  "syn-sent": ["SYN-SENT"],
  "syn-recv": ["SYN-RECV"],
  "fin-wait-1": ["FIN-WAIT-1"],
  "fin-wait-2": ["FIN-WAIT-2"],
  "time-wait": ["TIME-WAIT"],
  closed: ["UNCONN"],
  unconnected: ["UNCONN"],
  "close-wait": ["CLOSE-WAIT"],
  "last-ack": ["LAST-ACK"],
  listening: ["LISTEN"],
  listen: ["LISTEN"],
  closing: ["CLOSING"],
  connected: ["ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK", "CLOSING"],
  synchronized: ["ESTAB", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK", "CLOSING"],
  all: ["ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK", "CLOSING", "LISTEN", "UNCONN"],
};

type Test = (r: SocketRow) => boolean;

/** FILTER := [state STATE…] [EXPRESSION] (ss(8)). */
function parseFilter(words: string[]): { state: Test | undefined; oneState: boolean; address: Test } {
  const tokens = words
    .flatMap((w) => w.split(/\s+/))
    .flatMap((w) => w.split(/([()])/))
    .filter((w) => w !== "");
  let allowed: Set<string> | undefined;
  while (tokens[0] === "state" || tokens[0] === "exclude" || tokens[0] === "excl") {
    const keyword = tokens.shift()!;
    const name = tokens.shift() ?? "";
    const states = stateNames[name];
    if (!states) throw new NotSimulated(`ss state ${name}`);
    if (keyword === "state") allowed = new Set([...(allowed ?? []), ...states]);
    else {
      allowed ??= new Set(stateNames.all);
      for (const s of states) allowed.delete(s);
    }
  }
  const or = (): Test => {
    let left = and();
    while (tokens[0] === "or" || tokens[0] === "||" || tokens[0] === "|") {
      tokens.shift();
      const [a, b] = [left, and()];
      left = (r) => a(r) || b(r);
    }
    return left;
  };
  const and = (): Test => {
    let left = not();
    while (tokens.length > 0 && tokens[0] !== ")" && !["or", "||", "|"].includes(tokens[0]!)) {
      if (tokens[0] === "and" || tokens[0] === "&&" || tokens[0] === "&") tokens.shift();
      const [a, b] = [left, not()];
      left = (r) => a(r) && b(r);
    }
    return left;
  };
  const not = (): Test => {
    if (tokens[0] === "not" || tokens[0] === "!") {
      tokens.shift();
      const inner = not();
      return (r) => !inner(r);
    }
    if (tokens[0] === "(") {
      tokens.shift();
      const inner = or();
      tokens.shift();
      return inner;
    }
    return predicate();
  };
  const predicate = (): Test => {
    const key = tokens.shift()!;
    if (!["sport", "dport", "src", "dst"].includes(key)) throw new NotSimulated(`ss filter ${key}`);
    let op = "=";
    if (/^(=|==|eq|!=|ne|neq|>=|ge|geq|<=|le|leq|>|gt|<|lt)$/.test(tokens[0] ?? "")) op = tokens.shift()!;
    const value = tokens.shift() ?? "";
    if (key === "sport" || key === "dport") {
      const text = value.replace(/^:/, "");
      const port = /^\d+$/.test(text) ? Number(text) : services[text];
      if (port === undefined) throw new NotSimulated(`ss filter ${key} ${value}`);
      const of = (r: SocketRow): number => Number(key === "sport" ? r.localPort : r.peerPort);
      if (/^(=|==|eq)$/.test(op)) return (r) => of(r) === port;
      if (/^(!=|ne|neq)$/.test(op)) return (r) => of(r) !== port;
      if (/^(>=|ge|geq)$/.test(op)) return (r) => of(r) >= port;
      if (/^(<=|le|leq)$/.test(op)) return (r) => of(r) <= port;
      return /^(>|gt)$/.test(op) ? (r) => of(r) > port : (r) => of(r) < port;
    }
    const [host = "", port] = value.split(/:(?=[^:]*$)/);
    const prefix = host === "" || host === "*" ? { ip: 0, len: 0 } : parsePrefix(host);
    if (!prefix) throw new NotSimulated(`ss filter ${key} ${value}`);
    const negative = /^(!=|ne|neq)$/.test(op);
    return (r) => {
      const ip = parseIp(key === "src" ? r.local.split("%")[0]! : r.peer) ?? (prefix.len === 0 ? 0 : undefined);
      const hit =
        ip !== undefined &&
        inPrefix(ip, prefix.ip, prefix.len) &&
        (port === undefined || port === (key === "src" ? r.localPort : r.peerPort));
      return hit !== negative;
    };
  };
  const address = tokens.length > 0 ? or() : (): boolean => true;
  const states = allowed;
  return { state: states ? (r) => states.has(r.state) : undefined, oneState: states?.size === 1, address };
}

function summary(p: Proc): string {
  const rows = socketRows(p).filter((r) => r.netid === "tcp");
  const udp = socketRows(p).filter((r) => r.netid === "udp").length;
  const count = (state: string): number => rows.filter((r) => r.state === state).length;
  const line = (name: string, n: number): string => `${name}\t  ${String(n).padEnd(9)} ${String(n).padEnd(9)} ${String(0).padEnd(9)}\n`;
  return `Total: ${rows.length + udp + unixRows(p).length}\nTCP:   ${rows.length} (estab ${count("ESTAB")}, closed ${count("TIME-WAIT")}, orphaned 0, timewait ${count("TIME-WAIT")})\n\nTransport Total     IP        IPv6\n${line("RAW", 0)}${line("UDP", udp)}${line("TCP", rows.length)}${line("INET", rows.length + udp)}${line("FRAG", 0)}\n`;
}

function table(p: Proc, o: Options, rows: SocketRow[], withNetid: boolean, hideState: boolean): string {
  const port = (r: SocketRow, text: string): string => (o.numeric || r.netid === "u_str" || text === "*" ? text : portName(Number(text)));
  const extra = (r: SocketRow): string => {
    let text = "";
    if (o.processes && maySee(p, r.pid)) text += ` users:(("${commandOf(p, r.pid) ?? ""}",pid=${r.pid},fd=${r.fd}))`;
    if (o.timers && r.timer !== undefined) text += ` ${r.timer}`;
    if (o.extended)
      text += ` ${r.uid === 0 ? "" : `uid:${r.uid} `}ino:${r.inode} sk:${(r.inode % 4096).toString(16)} cgroup:${p.machine.procs.get(r.pid)?.state.cgroup ?? "/"} <->`;
    return text;
  };
  // columns: Netid, State, Recv-Q, Send-Q, Local Address, :Port, Peer Address, :Port, Process
  const cells = rows.map((r) => [
    r.netid,
    r.state,
    String(r.recv),
    String(r.send),
    r.local,
    port(r, r.localPort),
    r.peer,
    port(r, r.peerPort),
    extra(r),
  ]);
  const head = ["Netid", "State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", "Process"];
  const all = o.header ? [head, ...cells] : cells;
  const width = (i: number): number => Math.max(0, ...all.map((row) => row[i]!.length));
  const widths = head.map((_h, i) => width(i));
  const line = (row: string[], r: SocketRow | undefined): string => {
    const mark = r?.netid === "u_str" ? " " : ":";
    let text = "";
    if (withNetid) text += `${row[0]!.padEnd(widths[0]!)} `;
    if (!hideState) text += `${row[1]!.padEnd(widths[1]!)} `;
    text += `${row[2]!.padEnd(widths[2]!)} ${row[3]!.padEnd(widths[3]!)} `;
    text += `${row[4]!.padStart(widths[4]!)}${mark}${row[5]!.padEnd(widths[5]!)} ${row[6]!.padStart(widths[6]!)}${mark}${row[7]!.padEnd(widths[7]!)}`;
    text += row[8]!.padEnd(widths[8]!);
    return text;
  };
  return all.map((row, i) => `${line(row, o.header ? rows[i - 1] : rows[i])}\n`).join("");
}
