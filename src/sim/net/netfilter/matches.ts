/** Match extensions: how each is written, saved (iptables-save), listed (iptables -L) and evaluated. Forms: iptables-extensions(8), iptables 1.8.10. */
import { ipOf, ipText } from "../ip.ts";
import { tcpFlags } from "../packet.ts";
import type { MatchState } from "../state.ts";
import { addressType, type AddressType } from "../fib.ts";
import { hex, IptablesError, nameTest, numberOf, quote, type Env, type Hook, type Test } from "./env.ts";
import { icmp, icmp6 } from "./icmp-match.ts";
import { owner } from "./owner-match.ts";
import { formatPorts, namedPorts, parsePort, parsePorts, portName, type Ports } from "./ports.ts";
import { routeBack } from "../fib.ts";
import type { Packet } from "../packet.ts";

/** What the words of a rule may refer to outside of it. */
export interface ParseContext {
  family: 4 | 6;
  /** Number of a user's name. */
  uid(name: string): number | undefined;
}

export interface MatchExtension {
  /** Only with this family's program. */
  family?: 4 | 6;
  /** Tables and hooks that it is confined to. */
  tables?: readonly string[];
  hooks?: readonly Hook[];
  /** The protocol that the rule must have. */
  proto?: number;
  /** Whether it may not stand in this built-in chain (in others nobody looks). */
  refuses?(m: MatchState, hook: Hook): boolean;
  /** Option (without dashes) → how many words follow; null: known to the real tool, not simulated. */
  options: Record<string, number | null>;
  /** Takes one option into the rule. */
  parse(m: MatchState, option: string, words: string[], not: boolean, context: ParseContext): void;
  save(m: MatchState): string;
  /** `numeric`: -n was given; otherwise ports and ICMP types go by name. */
  list(m: MatchState, numeric: boolean): string;
  test(m: MatchState): Test;
  /** Throws when mandatory options are missing. */
  check?(m: MatchState): void;
}

/** Throws when none of the option's facts has been given. */
const needs =
  (message: string, ...facts: string[]) =>
  (m: MatchState): void => {
    if (facts.every((fact) => m[fact] === undefined)) throw new IptablesError(message);
  };

const bang = (not: unknown): string => (not ? "! " : "");

interface PortOptions {
  sport?: Ports;
  dport?: Ports;
}

const portTest = (ports: Ports | undefined, which: "sport" | "dport"): Test => {
  if (!ports) return () => true;
  const { low, high, not } = ports;
  return (p) => (p[which] >= low && p[which] <= high) !== not;
};

function portOptions(proto: string): Pick<MatchExtension, "options" | "parse" | "save" | "list" | "test"> {
  return {
    options: { sport: 1, "source-port": 1, dport: 1, "destination-port": 1 },
    parse(m, option, [word], not) {
      m[option.startsWith("s") ? "sport" : "dport"] = { ...parsePorts(word!, proto), not };
    },
    save(m) {
      const { sport, dport } = m as unknown as PortOptions;
      return `${sport ? ` ${bang(sport.not)}--sport ${formatPorts(sport)}` : ""}${dport ? ` ${bang(dport.not)}--dport ${formatPorts(dport)}` : ""}`;
    },
    list(m, numeric) {
      const { sport, dport } = m as unknown as PortOptions;
      const one = (name: string, ports: Ports | undefined): string =>
        ports
          ? ` ${name}${ports.low === ports.high ? "" : "s"}:${ports.not ? "!" : ""}${numeric ? formatPorts(ports) : namedPorts(ports)}`
          : "";
      return `${proto}${one("spt", sport)}${one("dpt", dport)}`;
    },
    test(m) {
      const { sport, dport } = m as unknown as PortOptions;
      const number = proto === "tcp" ? 6 : proto === "udp" ? 17 : 132;
      const a = portTest(sport, "sport");
      const b = portTest(dport, "dport");
      return (p, env) => p.proto === number && a(p, env) && b(p, env);
    },
  };
}

const flagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] as const;
function parseFlags(word: string): number {
  if (word === "ALL") return 63;
  if (word === "NONE") return 0;
  return word.split(",").reduce((sum, name) => {
    const bit = tcpFlags[name as keyof typeof tcpFlags];
    if (bit === undefined) throw new IptablesError(`Unknown TCP flag \`${name}'`);
    return sum | bit;
  }, 0);
}
const formatFlags = (flags: number): string => (flags === 0 ? "NONE" : flagNames.filter((name) => flags & tcpFlags[name]).join(","));

interface FlagOption {
  flags?: { mask: number; value: number; not: boolean };
}

const tcpPorts = portOptions("tcp");
const tcp: MatchExtension = {
  ...tcpPorts,
  options: { ...tcpPorts.options, "tcp-flags": 2, syn: 0, "tcp-option": null },
  parse(m, option, words, not, context) {
    if (option === "syn") m.flags = { mask: 23, value: 2, not };
    else if (option === "tcp-flags") m.flags = { mask: parseFlags(words[0]!), value: parseFlags(words[1]!), not };
    else tcpPorts.parse(m, option, words, not, context);
  },
  save(m) {
    const { flags } = m as unknown as FlagOption;
    return `${tcpPorts.save(m)}${flags ? ` ${bang(flags.not)}--tcp-flags ${formatFlags(flags.mask)} ${formatFlags(flags.value)}` : ""}`;
  },
  list(m, numeric) {
    const { flags } = m as unknown as FlagOption;
    if (flags && !numeric)
      return `${tcpPorts.list(m, numeric)} flags:${flags.not ? "!" : ""}${formatFlags(flags.mask)}/${formatFlags(flags.value)}`;
    return `${tcpPorts.list(m, numeric)}${flags ? ` flags:${flags.not ? "!" : ""}0x${flags.mask.toString(16).toUpperCase().padStart(2, "0")}/0x${flags.value.toString(16).toUpperCase().padStart(2, "0")}` : ""}`;
  },
  test(m) {
    const ports = tcpPorts.test(m);
    const { flags } = m as unknown as FlagOption;
    if (!flags) return ports;
    return (p, env) => ports(p, env) && ((p.flags & flags.mask) === flags.value) !== flags.not;
  },
};

const ctStates = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"];

function parseStates(word: string, allowed: string[]): string[] {
  const wanted = word.toUpperCase().split(",");
  for (const state of wanted) if (!allowed.includes(state)) throw new IptablesError(`Bad ctstate "${state}"`);
  return allowed.filter((state) => wanted.includes(state));
}

const hasState = (states: string[]): ((p: Packet) => boolean) => {
  const set = new Set(states);
  return (p) => {
    if (set.has(p.ctInfo ?? "INVALID")) return true;
    const ct = p.ct;
    if (!ct) return false;
    if (set.has("SNAT") && (ct.orig.src !== ct.reply.dst || (ct.proto !== 1 && ct.orig.sport !== ct.reply.dport))) return true;
    return set.has("DNAT") && (ct.orig.dst !== ct.reply.src || (ct.proto !== 1 && ct.orig.dport !== ct.reply.sport));
  };
};

interface CtOption {
  states?: string[];
  statesNot?: boolean;
  dir?: string;
  origdst?: { ip: number; len: number; not: boolean };
}

const conntrack: MatchExtension = {
  options: {
    ctstate: 1,
    ctdir: 1,
    ctorigdst: 1,
    ctstatus: null,
    ctexpire: null,
    ctproto: null,
    ctorigsrc: null,
    ctreplsrc: null,
    ctrepldst: null,
    ctorigdstport: null,
    ctorigsrcport: null,
    ctreplsrcport: null,
    ctrepldstport: null,
  },
  parse(m, option, [word], not) {
    if (option === "ctstate") Object.assign(m, { states: parseStates(word!, ctStates), statesNot: not });
    else if (option === "ctdir") m.dir = word!.toUpperCase();
    else {
      const [ip, len] = word!.split("/");
      m.origdst = { ip: ipOf(ip!), len: len === undefined ? 32 : Number(len), not };
    }
  },
  save(m) {
    const o = m as unknown as CtOption;
    return `${o.states ? ` ${bang(o.statesNot)}--ctstate ${o.states.join(",")}` : ""}${o.origdst ? ` ${bang(o.origdst.not)}--ctorigdst ${ipText(o.origdst.ip)}${o.origdst.len === 32 ? "" : `/${o.origdst.len}`}` : ""}${o.dir ? ` --ctdir ${o.dir}` : ""}`;
  },
  list(m) {
    const o = m as unknown as CtOption;
    return `${o.states ? `${bang(o.statesNot)}ctstate ${o.states.join(",")}` : ""}${o.origdst ? `${bang(o.origdst.not)}ctorigdst ${ipText(o.origdst.ip)}` : ""}${o.dir ? ` ctdir ${o.dir}` : ""}`;
  },
  test(m) {
    const o = m as unknown as CtOption;
    const tests: ((p: Packet) => boolean)[] = [];
    if (o.states) {
      const has = hasState(o.states);
      const not = o.statesNot === true;
      tests.push((p) => has(p) !== not);
    }
    if (o.dir) tests.push((p) => p.ct !== undefined && (p.ctDir === 0) === (o.dir === "ORIGINAL"));
    if (o.origdst) {
      const { ip, len, not } = o.origdst;
      const mask = len === 0 ? 0 : -1 << (32 - len);
      tests.push((p) => p.ct !== undefined && (((p.ct.orig.dst ^ ip) & mask) === 0) !== not);
    }
    return (p) => tests.every((t) => t(p));
  },
  check: needs("conntrack: At least one option is required", "states", "dir", "origdst"),
};

const state: MatchExtension = {
  options: { state: 1 },
  parse(m, _option, [word], not) {
    if (m.states) throw new IptablesError(`state: option "--state" can only be used once.\n`);
    Object.assign(m, { states: parseStates(word!, ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"]), not });
  },
  save: (m) => ` ${bang(m.not)}--state ${(m.states as string[]).join(",")}`,
  list: (m) => `${bang(m.not)}state ${(m.states as string[]).join(",")}`,
  test(m) {
    const has = hasState(m.states as string[]);
    const not = m.not === true;
    return (p) => has(p) !== not;
  },
  check: needs(`state: option "--state" must be specified\n`, "states"),
};

function markOption(of: (p: Packet) => number, word: string): MatchExtension {
  return {
    options: { mark: 1 },
    parse(m, option, [text], not) {
      const [value, mask] = text!.split("/");
      Object.assign(m, {
        value: numberOf(value!, "mark", option),
        mask: mask === undefined ? 0xffffffff : numberOf(mask, "mark", option),
        not,
      });
    },
    save: (m) => ` ${bang(m.not)}--mark ${hex(m.value as number)}${m.mask === 0xffffffff ? "" : `/${hex(m.mask as number)}`}`,
    list: (m) => `${word} match ${m.not ? "! " : ""}${hex(m.value as number)}${m.mask === 0xffffffff ? "" : `/${hex(m.mask as number)}`}`,
    test(m) {
      const value = m.value as number;
      const mask = m.mask as number;
      const not = m.not === true;
      return (p) => ((of(p) & mask) >>> 0 === value) !== not;
    },
    check: needs(`${word}: option "--mark" must be specified\n`, "value"),
  };
}

interface AddrTypeOption {
  src?: { types: string[]; not: boolean };
  dst?: { types: string[]; not: boolean };
  limitIn?: boolean;
  limitOut?: boolean;
}

const addressTypes = "UNSPEC UNICAST LOCAL BROADCAST ANYCAST MULTICAST BLACKHOLE UNREACHABLE PROHIBIT THROW NAT XRESOLVE".split(" ");
function addressTypeName(word: string): string {
  const name = addressTypes.find((type) => type.startsWith(word));
  if (name === undefined || word === "") throw new IptablesError(`addrtype: bad type "${word}"`);
  return name;
}

const addrtype: MatchExtension = {
  options: { "src-type": 1, "dst-type": 1, "limit-iface-in": 0, "limit-iface-out": 0 },
  parse(m, option, [word], not) {
    if (option === "limit-iface-in") m.limitIn = true;
    else if (option === "limit-iface-out") m.limitOut = true;
    else m[option === "src-type" ? "src" : "dst"] = { types: word!.toUpperCase().split(",").map(addressTypeName), not };
  },
  check: needs("addrtype: you must specify --src-type or --dst-type", "src", "dst"),
  refuses: (m, hook) =>
    m.limitOut ? hook === "PREROUTING" || hook === "INPUT" : m.limitIn === true && (hook === "POSTROUTING" || hook === "OUTPUT"),
  save(m) {
    const o = m as unknown as AddrTypeOption;
    return `${o.src ? ` ${bang(o.src.not)}--src-type ${o.src.types.join(",")}` : ""}${o.dst ? ` ${bang(o.dst.not)}--dst-type ${o.dst.types.join(",")}` : ""}${o.limitIn ? " --limit-iface-in" : ""}${o.limitOut ? " --limit-iface-out" : ""}`;
  },
  list(m) {
    const o = m as unknown as AddrTypeOption;
    return `ADDRTYPE match${o.src ? ` src-type ${bang(o.src.not)}${o.src.types.join(",")}` : ""}${o.dst ? ` dst-type ${bang(o.dst.not)}${o.dst.types.join(",")}` : ""}${o.limitIn ? " limit-in" : ""}${o.limitOut ? " limit-out" : ""}`;
  },
  test(m) {
    const o = m as unknown as AddrTypeOption;
    const one = (ip: number, side: { types: string[]; not: boolean } | undefined, env: Env): boolean => {
      if (!side) return true;
      const device = o.limitIn ? env.in : o.limitOut ? env.out : undefined;
      const type: AddressType = addressType(env.ns, ip, device);
      return side.types.includes(type) !== side.not;
    };
    return (p, env) => one(p.src, o.src, env) && one(p.dst, o.dst, env);
  },
};

const setDirections = (word: string): string[] => word.split(",");

const set: MatchExtension = {
  options: {
    "match-set": 2,
    "return-nomatch": null,
    "update-counters": null,
    "update-subcounters": null,
    "packets-eq": null,
    "bytes-eq": null,
  },
  parse(m, _option, words, not) {
    Object.assign(m, { set: words[0]!, dirs: setDirections(words[1]!), not });
  },
  save: (m) => ` ${bang(m.not)}--match-set ${m.set as string} ${(m.dirs as string[]).join(",")}`,
  list: (m) => `${bang(m.not)}match-set ${m.set as string} ${(m.dirs as string[]).join(",")}`,
  test(m) {
    const name = m.set as string;
    const dirs = m.dirs as string[];
    const not = m.not === true;
    return (p, env) => env.ns.sets.test(name, dirs, p) !== not;
  },
  check: needs("You must specify `--match-set' with proper arguments", "set"),
};

const multiport: MatchExtension = {
  check: needs("multiport expection an option", "list"),
  options: { sports: 1, "source-ports": 1, dports: 1, "destination-ports": 1, ports: 1 },
  parse(m, option, [word], not) {
    const list = word!.split(",");
    if (list.reduce((n, part) => n + (part.includes(":") ? 2 : 1), 0) > 15) throw new IptablesError("too many ports specified");
    Object.assign(m, {
      kind: option.startsWith("s") ? "sports" : option.startsWith("d") ? "dports" : "ports",
      list: list.map((part) => part.split(":").map((port) => parsePort(port, "tcp"))),
      not,
    });
  },
  save: (m) => ` ${bang(m.not)}--${m.kind as string} ${(m.list as number[][]).map((r) => r.join(":")).join(",")}`,
  list: (m, numeric) =>
    `multiport ${m.kind as string} ${m.not ? "!" : ""}${(m.list as number[][]).map((r) => r.map((port) => (numeric ? String(port) : portName(port))).join(":")).join(",")}`,
  test(m) {
    const list = (m.list as number[][]).map((r) => [r[0]!, r[1] ?? r[0]!] as const);
    const not = m.not === true;
    const inside = (port: number): boolean => list.some(([low, high]) => port >= low && port <= high);
    const kind = m.kind as string;
    return (p) => (kind === "sports" ? inside(p.sport) : kind === "dports" ? inside(p.dport) : inside(p.sport) || inside(p.dport)) !== not;
  },
};

const statistic: MatchExtension = {
  check(m) {
    if (m.mode === "nth") {
      if (m.every === undefined) throw new IptablesError("--every and --packet must be specified when using nth mode");
    } else if (m.probability === undefined) throw new IptablesError("--probability must be specified when using random mode");
  },
  options: { mode: 1, probability: 1, every: 1, packet: 1 },
  parse(m, option, [word], not) {
    if (option === "mode") {
      if (word !== "random" && word !== "nth") throw new IptablesError(`Bad mode "${word}"`);
      m.mode = word;
    } else if (option === "probability") {
      if (!(Number(word) >= 0 && Number(word) <= 1))
        throw new IptablesError(`statistic: bad value for option "--probability", or out of range (0-1).\n`);
      Object.assign(m, { probability: Math.round(Number(word) * 0x80000000), not });
    } else if (option === "every") Object.assign(m, { every: Number(word), packet: m.packet ?? 0, not });
    else m.packet = Number(word);
  },
  save: (m) =>
    m.mode === "random"
      ? ` --mode random ${bang(m.not)}--probability ${((m.probability as number) / 0x80000000).toFixed(11)}`
      : ` --mode nth ${bang(m.not)}--every ${m.every as number} --packet ${m.packet as number}`,
  list: (m) =>
    m.mode === "random"
      ? `statistic mode random ${m.not ? "!" : ""}probability ${((m.probability as number) / 0x80000000).toFixed(11)}`
      : `statistic mode nth ${m.not ? "!" : ""}every ${m.every as number}${m.packet ? ` packet ${m.packet as number}` : ""}`,
  test(m) {
    const not = m.not === true;
    if (m.mode === "random") {
      const probability = m.probability as number;
      return (_p, env) => env.ns.random31() < probability !== not;
    }
    const every = m.every as number;
    // the counter is part of the rule's state, as in the kernel
    m.count ??= ((m.packet as number) === 0 ? every - 1 : every - 1 - (m.packet as number)) as number;
    return () => {
      const count = m.count as number;
      const hit = count >= every - 1;
      m.count = hit ? 0 : count + 1;
      return hit !== not;
    };
  },
};

interface PhysdevOption {
  in?: { name: string; not: boolean };
  out?: { name: string; not: boolean };
  isIn?: { not: boolean };
  isOut?: { not: boolean };
  isBridged?: { not: boolean };
}

const physdev: MatchExtension = {
  check: needs("PHYSDEV: no physdev option specified", "in", "out", "isIn", "isOut", "isBridged"),
  // for packets that are not bridged the port they leave by is not known yet (xt_physdev.c)
  refuses: (m, hook) =>
    hook === "OUTPUT" && (m.out !== undefined || m.isOut !== undefined) && !(m.isBridged && !(m.isBridged as { not: boolean }).not),
  options: { "physdev-in": 1, "physdev-out": 1, "physdev-is-in": 0, "physdev-is-out": 0, "physdev-is-bridged": 0 },
  parse(m, option, [word], not) {
    if (option === "physdev-in") m.in = { name: word!, not };
    else if (option === "physdev-out") m.out = { name: word!, not };
    else m[option === "physdev-is-in" ? "isIn" : option === "physdev-is-out" ? "isOut" : "isBridged"] = { not };
  },
  save(m) {
    const o = m as unknown as PhysdevOption;
    return [
      o.isIn && ` ${bang(o.isIn.not)}--physdev-is-in`,
      o.in && ` ${bang(o.in.not)}--physdev-in ${o.in.name}`,
      o.isOut && ` ${bang(o.isOut.not)}--physdev-is-out`,
      o.out && ` ${bang(o.out.not)}--physdev-out ${o.out.name}`,
      o.isBridged && ` ${bang(o.isBridged.not)}--physdev-is-bridged`,
    ]
      .filter((part) => part !== undefined)
      .join("");
  },
  list: (m) => `PHYSDEV match${physdev.save(m)}`,
  test(m) {
    const o = m as unknown as PhysdevOption;
    const inName = o.in && nameTest(o.in.name);
    const outName = o.out && nameTest(o.out.name);
    return (p) => {
      if (o.isIn && (p.physIn !== undefined) === o.isIn.not) return false;
      if (o.isOut && (p.physOut !== undefined) === o.isOut.not) return false;
      if (o.isBridged && (p.physIn !== undefined && p.physOut !== undefined) === o.isBridged.not) return false;
      if (o.in && (p.physIn !== undefined && inName!(p.physIn.name)) === o.in.not) return false;
      return !(o.out && (p.physOut !== undefined && outName!(p.physOut.name)) === o.out.not);
    };
  },
};

const periods: Record<string, number> = { second: 1, sec: 1, s: 1, minute: 60, min: 60, m: 60, hour: 3600, h: 3600, day: 86400, d: 86400 };

const limit: MatchExtension = {
  options: { limit: 1, "limit-burst": 1 },
  parse(m, option, [word]) {
    if (option === "limit-burst") m.burst = Number(word);
    else {
      const match = /^(\d+)(?:\/([a-z]+))?$/.exec(word!);
      const period = match && periods[match[2] ?? "second"];
      if (!match || period === undefined || Number(match[1]) === 0) throw new IptablesError(`bad rate "${word}"'`);
      Object.assign(m, { rate: Number(match[1]), period });
    }
  },
  save(m) {
    const name = { 1: "sec", 60: "min", 3600: "hour", 86400: "day" }[m.period as number];
    return ` --limit ${m.rate as number}/${name}${m.burst === 5 ? "" : ` --limit-burst ${m.burst as number}`}`;
  },
  list(m) {
    const name = { 1: "sec", 60: "min", 3600: "hour", 86400: "day" }[m.period as number];
    return `limit: avg ${m.rate as number}/${name} burst ${m.burst as number}`;
  },
  check(m) {
    m.rate ??= 3;
    m.period ??= 3600;
    m.burst ??= 5;
  },
  test(m) {
    const perMs = (m.rate as number) / ((m.period as number) * 1000);
    const burst = m.burst as number;
    return (_p, env) => {
      const now = env.ns.now;
      const credit = Math.min(burst, ((m.credit as number | undefined) ?? burst) + (now - ((m.at as number | undefined) ?? now)) * perMs);
      m.at = now;
      m.credit = credit >= 1 ? credit - 1 : credit;
      return credit >= 1;
    };
  },
};

const comment: MatchExtension = {
  check: needs(`comment: option "--comment" must be specified\n`, "text"),
  options: { comment: 1 },
  parse(m, _option, [word]) {
    if (word!.length > 255) throw new IptablesError("comment: too long");
    m.text = word!;
  },
  save: (m) => ` --comment ${quote(m.text as string)}`,
  list: (m) => `/* ${m.text as string} */`,
  test: () => () => true,
};

const iprange: MatchExtension = {
  check: needs("iprange match: You must specify `--src-range' or `--dst-range'", "src", "dst"),
  options: { "src-range": 1, "dst-range": 1 },
  parse(m, option, [word], not) {
    const [low, high] = word!.split("-");
    m[option === "src-range" ? "src" : "dst"] = { low: ipOf(low!), high: ipOf(high ?? low!), not };
  },
  save(m) {
    const one = (name: string, r: { low: number; high: number; not: boolean } | undefined): string =>
      r ? ` ${bang(r.not)}--${name} ${ipText(r.low)}-${ipText(r.high)}` : "";
    return one("src-range", m.src as never) + one("dst-range", m.dst as never);
  },
  list(m) {
    const one = (name: string, r: { low: number; high: number; not: boolean } | undefined): string =>
      r ? ` ${name} IP range ${bang(r.not)}${ipText(r.low)}-${ipText(r.high)}` : "";
    return (one("source", m.src as never) + one("destination", m.dst as never)).trim();
  },
  test(m) {
    const one = (ip: number, r: { low: number; high: number; not: boolean } | undefined): boolean =>
      !r || (ip >= r.low && ip <= r.high) !== r.not;
    return (p) => one(p.src, m.src as never) && one(p.dst, m.dst as never);
  },
};

const rpfilter: MatchExtension = {
  tables: ["raw", "mangle"],
  hooks: ["PREROUTING"],
  options: { loose: 0, validmark: 0, "accept-local": 0, invert: 0 },
  parse(m, option) {
    m[option] = true;
  },
  save: (m) => ["loose", "validmark", "accept-local", "invert"].map((o) => (m[o] ? ` --${o}` : "")).join(""),
  list: (m) =>
    `rpfilter${["loose", "validmark", "accept-local", "invert"].map((o) => (m[o] ? ` ${o === "accept-local" ? "accept-local" : o}` : "")).join("")}`,
  test: (m) => (p, env) =>
    routeBack(env.ns, p, env.in, { loose: m.loose === true, mark: m.validmark === true, acceptLocal: m["accept-local"] === true }) !==
    (m.invert === true),
};

const ttl: MatchExtension = {
  check: needs("TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt", "value"),
  options: { "ttl-eq": 1, "ttl-lt": 1, "ttl-gt": 1 },
  parse(m, option, [word], not) {
    if (!/^\d+$/.test(word!) || Number(word) > 255)
      throw new IptablesError(`ttl: bad value for option "--${option}", or out of range (0-255).\n`);
    Object.assign(m, { op: option.slice(4), value: Number(word), not });
  },
  save: (m) => ` ${bang(m.not)}--ttl-${m.op as string} ${m.value as number}`,
  list: (m) => `TTL match TTL ${m.not ? "!=" : { eq: "==", lt: "<", gt: ">" }[m.op as string]} ${m.value as number}`,
  test(m) {
    const value = m.value as number;
    return (p) => (m.op === "eq" ? (p.ttl === value) !== (m.not === true) : m.op === "lt" ? p.ttl < value : p.ttl > value);
  },
};

const length: MatchExtension = {
  check: needs(`length: option "--length" must be specified\n`, "low"),
  options: { length: 1 },
  parse(m, _option, [word], not) {
    if (!/^\d*(:\d*)?$/.test(word!) || word === "")
      throw new IptablesError(`length: bad value for option "--length" near "${word}", or out of range (0-65535).\n`);
    const [low, high] = word!.split(":");
    Object.assign(m, { low: Number(low), high: high === "" ? 65535 : Number(high ?? low), not });
  },
  save: (m) => ` ${bang(m.not)}--length ${m.low as number}${m.high === m.low ? "" : `:${m.high as number}`}`,
  list: (m) => `length ${m.not ? "!" : ""}${m.low as number}${m.high === m.low ? "" : `:${m.high as number}`}`,
  test: (m) => (p) => (p.size >= (m.low as number) && p.size <= (m.high as number)) !== (m.not === true),
};

export const matchExtensions: Record<string, MatchExtension> = {
  tcp,
  udp: portOptions("udp"),
  sctp: portOptions("sctp"),
  icmp,
  icmp6,
  conntrack,
  state,
  mark: markOption((p) => p.mark, "mark"),
  connmark: markOption((p) => p.ct?.mark ?? 0, "connmark"),
  addrtype,
  set,
  multiport,
  statistic,
  physdev,
  limit,
  comment,
  owner,
  iprange,
  rpfilter,
  ttl,
  length,
};

/** Extensions that the real tool has and that are not modelled. */
export const otherMatches = [
  "bpf",
  "cgroup",
  "cluster",
  "connbytes",
  "connlabel",
  "connlimit",
  "cpu",
  "dccp",
  "devgroup",
  "dscp",
  "ecn",
  "esp",
  "hashlimit",
  "helper",
  "ipvs",
  "mac",
  "nfacct",
  "osf",
  "pkttype",
  "policy",
  "quota",
  "recent",
  "realm",
  "sctp",
  "socket",
  "string",
  "tcpmss",
  "time",
  "tos",
  "u32",
  "ah",
];
