/** Target extensions: how each is written, saved, listed and what it does to the packet. Forms: iptables-extensions(8), iptables 1.8.10. */
import { NotSimulated } from "../../core/errno.ts";
import { ipText, parseIp } from "../ip.ts";
import type { Packet, Walk } from "../packet.ts";
import type { TargetState } from "../state.ts";
import { hex, IptablesError, numberOf, quote, type Env, type Hook } from "./env.ts";
import type { ParseContext } from "./matches.ts";
import { decideNat } from "./nat.ts";
import { reject, rejectType } from "./reject.ts";

/** What a target says: undefined goes on with the next rule. */
export type Verdict = "ACCEPT" | "DROP" | undefined;

export interface TargetExtension {
  options: Record<string, number | null>;
  parse(t: TargetState, option: string, words: string[], context: ParseContext): void;
  save(t: TargetState): string;
  list(t: TargetState, numeric: boolean): string;
  check?(t: TargetState, context: ParseContext): void;
  /** Tables and hooks that it is confined to, and the protocol that it needs. */
  tables?: readonly string[];
  hooks?: readonly Hook[];
  proto?: number;
  /** Whether it may not stand in this built-in chain (in others nobody looks). */
  refuses?(t: TargetState, hook: Hook): boolean;
  act(t: TargetState): (p: Packet, env: Env, walk: Walk) => Verdict;
}

const plain = (verdict: Verdict): TargetExtension => ({
  options: {},
  parse: () => undefined,
  save: () => "",
  list: () => "",
  act: () => () => verdict,
});

const REJECT: TargetExtension = {
  options: { "reject-with": 1 },
  tables: ["filter"],
  hooks: ["INPUT", "FORWARD", "OUTPUT"],
  parse(t, _option, [word], context) {
    const full = rejectType(word!, context.family);
    if (full === undefined) throw new IptablesError(`unknown reject type "${word}"`);
    t.with = full;
  },
  check(t, context) {
    t.with ??= context.family === 6 ? "icmp6-port-unreachable" : "icmp-port-unreachable";
  },
  save: (t) => ` --reject-with ${t.with as string}`,
  list: (t) => `reject-with ${t.with as string}`,
  act(t) {
    const how = t.with as string;
    return (p, env, walk) => {
      reject(how, p, env, walk);
      return "DROP";
    };
  },
};

interface Range {
  low?: number;
  high?: number;
  portLow?: number;
  portHigh?: number;
}

function addressOf(word: string): number {
  const ip = parseIp(word);
  if (ip === undefined) throw new IptablesError(`Bad IP address "${word}"`);
  return ip;
}

function parseTo(word: string): Range {
  const [addresses = "", ports] = word.split(":");
  const [low, high] = addresses.split("-");
  const range: Range = {};
  if (low) {
    range.low = addressOf(low);
    range.high = high ? addressOf(high) : range.low;
  }
  if (ports !== undefined) Object.assign(range, parsePortRange(ports));
  return range;
}

function parsePortRange(word: string): Range {
  const match = /^(\d+)(?:-(\d+))?$/.exec(word);
  if (!match || Number(match[1]) > 65535 || Number(match[2] ?? 0) > 65535) throw new IptablesError(`Port \`${word}' not valid`);
  return { portLow: Number(match[1]), portHigh: Number(match[2] ?? match[1]) };
}

const portText = (r: Range): string => (r.portLow === undefined ? "" : `${r.portLow}${r.portHigh === r.portLow ? "" : `-${r.portHigh}`}`);
const rangeText = (r: Range): string =>
  `${r.low === undefined ? "" : ipText(r.low)}${r.high === undefined || r.high === r.low ? "" : `-${ipText(r.high)}`}${r.portLow === undefined ? "" : `:${portText(r)}`}`;

const sourceHooks: Hook[] = ["POSTROUTING", "INPUT"];
const destinationHooks: Hook[] = ["PREROUTING", "OUTPUT"];

function natTarget(kind: "src" | "dst", option: string): TargetExtension {
  return {
    options: { [option]: 1, random: 0, "random-fully": 0, persistent: 0 },
    tables: ["nat"],
    hooks: kind === "src" ? sourceHooks : destinationHooks,
    parse(t, name, [word], context) {
      if (name === option && context.family === 6) throw new NotSimulated(`ip6tables --${option}`);
      if (name === option) t.to = { ...parseTo(word!) };
      else t[name] = true;
    },
    check(t) {
      if (!t.to) throw new IptablesError(`${kind === "src" ? "SNAT" : "DNAT"}: option "--${option}" must be specified\n`);
    },
    save: (t) =>
      ` --${option} ${rangeText(t.to as Range)}${t.random ? " --random" : ""}${t["random-fully"] ? " --random-fully" : ""}${t.persistent ? " --persistent" : ""}`,
    list: (t) =>
      `to:${rangeText(t.to as Range)}${t.random ? " random" : ""}${t["random-fully"] ? " random-fully" : ""}${t.persistent ? " persistent" : ""}`,
    act(t) {
      const range = t.to as Range;
      return (p, env) => decideNat(p, env, kind, range);
    },
  };
}

const MASQUERADE: TargetExtension = {
  options: { "to-ports": 1, random: 0, "random-fully": 0 },
  tables: ["nat"],
  hooks: ["POSTROUTING"],
  parse(t, name, [word]) {
    if (name === "to-ports") t.to = { ...parsePortRange(word!) };
    else t[name] = true;
  },
  save: (t) =>
    `${t.to ? ` --to-ports ${portText(t.to as Range)}` : ""}${t.random ? " --random" : ""}${t["random-fully"] ? " --random-fully" : ""}`,
  list: (t) =>
    `${t.to ? `masq ports: ${portText(t.to as Range)}` : ""}${t.random ? "random" : ""}${t["random-fully"] ? "random-fully" : ""}`,
  act(t) {
    const range = (t.to ?? {}) as Range;
    return (p, env) => {
      const address = env.out && env.ns.masqueradeAddress(env.out, p.dst);
      if (address === undefined) return "DROP";
      return decideNat(p, env, "src", { ...range, low: address, high: address });
    };
  },
};

const REDIRECT: TargetExtension = {
  options: { "to-ports": 1, random: 0 },
  tables: ["nat"],
  hooks: destinationHooks,
  parse(t, name, [word]) {
    if (name === "to-ports") t.to = { ...parsePortRange(word!) };
    else t.random = true;
  },
  save: (t) => (t.to ? ` --to-ports ${portText(t.to as Range)}` : ""),
  list: (t) => (t.to ? `redir ports ${portText(t.to as Range)}` : ""),
  act(t) {
    const range = (t.to ?? {}) as Range;
    return (p, env) => {
      const address = env.hook === "OUTPUT" ? 0x7f000001 : env.in?.addresses[0]?.ip;
      if (address === undefined) return "DROP";
      return decideNat(p, env, "dst", { ...range, low: address, high: address });
    };
  },
};

/** Value and mask of --set-xmark, from any of the ways to write it. */
function parseMark(extension: string, option: string, word: string): { value: number; mask: number } {
  const [v, m] = word.split("/");
  const value = numberOf(v!, extension, option);
  const mask = m === undefined ? 0xffffffff : numberOf(m, extension, option);
  switch (option) {
    case "set-xmark":
      return { value, mask };
    case "set-mark":
      return { value, mask: (mask | value) >>> 0 };
    case "and-mark":
      return { value: 0, mask: ~value >>> 0 };
    case "or-mark":
      return { value, mask: value };
    default:
      return { value, mask: 0 };
  }
}

const setMark = (old: number, value: number, mask: number): number => (((old & ~mask) >>> 0) ^ value) >>> 0;
const markWords = { "set-xmark": 1, "set-mark": 1, "and-mark": 1, "or-mark": 1, "xor-mark": 1 };

function listMark(name: string, value: number, mask: number): string {
  if (mask === 0xffffffff) return `${name} set ${hex(value)}`;
  if (mask === value) return `${name} or ${hex(value)}`;
  if (value === 0) return `${name} and ${hex(~mask >>> 0)}`;
  if (mask === 0) return `${name} xor ${hex(value)}`;
  return `${name} xset ${hex(value)}/${hex(mask)}`;
}

const MARK: TargetExtension = {
  options: { ...markWords },
  tables: undefined,
  parse(t, option, [word]) {
    Object.assign(t, parseMark("MARK", option, word!));
  },
  check(t) {
    if (t.value === undefined) throw new IptablesError("MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required");
  },
  save: (t) => ` --set-xmark ${hex(t.value as number)}/${hex(t.mask as number)}`,
  list: (t) => listMark("MARK", t.value as number, t.mask as number),
  act(t) {
    const value = t.value as number;
    const mask = t.mask as number;
    return (p) => {
      p.mark = setMark(p.mark, value, mask);
      return undefined;
    };
  },
};

const CONNMARK: TargetExtension = {
  options: { ...markWords, "save-mark": 0, "restore-mark": 0, nfmask: 1, ctmask: 1, mask: 1 },
  parse(t, option, [word]) {
    if (option === "save-mark" || option === "restore-mark") t.mode = option.slice(0, -5);
    else if (option === "nfmask") t.nfmask = numberOf(word!, "CONNMARK", option);
    else if (option === "ctmask") t.ctmask = numberOf(word!, "CONNMARK", option);
    else if (option === "mask") t.nfmask = t.ctmask = numberOf(word!, "CONNMARK", option);
    else Object.assign(t, parseMark("CONNMARK", option, word!), { mode: "set" });
  },
  check(t) {
    if (t.mode === undefined) throw new IptablesError("CONNMARK target: No operation specified");
    if (t.mode !== "set") {
      t.nfmask ??= 0xffffffff;
      t.ctmask ??= 0xffffffff;
    }
  },
  save: (t) =>
    t.mode === "set"
      ? ` --set-xmark ${hex(t.value as number)}/${hex(t.mask as number)}`
      : ` --${t.mode as string}-mark --nfmask ${hex(t.nfmask as number)} --ctmask ${hex(t.ctmask as number)}`,
  list(t) {
    if (t.mode === "set") return listMark("CONNMARK", t.value as number, t.mask as number);
    const full = t.nfmask === 0xffffffff && t.ctmask === 0xffffffff;
    return `CONNMARK ${t.mode as string}${full ? "" : t.nfmask === t.ctmask ? ` mask ${hex(t.ctmask as number)}` : ` nfmask ${hex(t.nfmask as number)} ctmask ~${hex(t.ctmask as number)}`}`;
  },
  act(t) {
    return (p) => {
      const ct = p.ct;
      if (!ct) return undefined;
      if (t.mode === "set") ct.mark = setMark(ct.mark, t.value as number, t.mask as number);
      else if (t.mode === "save") ct.mark = ((ct.mark & ~(t.ctmask as number)) ^ (p.mark & (t.nfmask as number))) >>> 0;
      else p.mark = ((p.mark & ~(t.nfmask as number)) ^ (ct.mark & (t.ctmask as number))) >>> 0;
      return undefined;
    };
  },
};

const levels = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"];
const LOG: TargetExtension = {
  options: {
    "log-prefix": 1,
    "log-level": 1,
    "log-tcp-sequence": 0,
    "log-tcp-options": 0,
    "log-ip-options": 0,
    "log-uid": 0,
    "log-macdecode": 0,
  },
  parse(t, option, [word]) {
    if (option === "log-prefix") {
      t.prefix = word!.slice(0, 29);
    } else if (option === "log-level") {
      const level = /^\d$/.test(word!) ? Number(word) : levels.indexOf({ panic: "emerg", err: "error", warn: "warning" }[word!] ?? word!);
      if (level < 0 || level > 7) throw new IptablesError(`log-level "${word}" unknown`);
      t.level = level;
    } else t[option] = true;
  },
  check(t) {
    t.level ??= 4;
  },
  save: (t) =>
    `${t.prefix === undefined ? "" : ` --log-prefix ${quote(t.prefix as string)}`}${t.level === 4 ? "" : ` --log-level ${t.level as number}`}${["log-tcp-sequence", "log-tcp-options", "log-ip-options", "log-uid", "log-macdecode"].map((o) => (t[o] ? ` --${o}` : "")).join("")}`,
  list: (t, numeric) =>
    `LOG ${numeric ? `flags 0 level ${t.level as number}` : `level ${["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"][t.level as number]}`}${t.prefix === undefined ? "" : ` prefix "${t.prefix as string}"`}`,
  act: (t) => (p, env) => {
    env.ns.kernelLog(p, env, (t.prefix as string | undefined) ?? "", t.level as number);
    return undefined;
  },
};

const NFLOG: TargetExtension = {
  options: { "nflog-group": 1, "nflog-prefix": 1, "nflog-size": 1, "nflog-range": 1, "nflog-threshold": 1 },
  parse(t, option, [word]) {
    t[option] = option === "nflog-prefix" ? word! : Number(word);
  },
  save: (t) =>
    ["nflog-prefix", "nflog-group", "nflog-size", "nflog-range", "nflog-threshold"]
      .map((o) =>
        t[o] === undefined || (o === "nflog-group" && t[o] === 0)
          ? ""
          : ` --${o} ${o === "nflog-prefix" ? quote(t[o] as string) : (t[o] as number)}`,
      )
      .join(""),
  list: (t) => NFLOG.save(t).replaceAll(" --", " ").trim(),
  // nobody listens on an nfnetlink_log group here; the packet goes on as it does in the kernel
  act: () => () => undefined,
};

const CT: TargetExtension = {
  options: { notrack: 0, zone: null, helper: null, ctevents: null, expevents: null, timeout: null },
  tables: ["raw"],
  parse(t) {
    t.notrack = true;
  },
  save: () => " --notrack",
  list: () => "CT notrack",
  act: () => (p) => {
    p.ctInfo = "UNTRACKED";
    return undefined;
  },
};

const TCPMSS: TargetExtension = {
  options: { "set-mss": 1, "clamp-mss-to-pmtu": 0 },
  proto: 6,
  refuses: (t, hook) => t.clamp === true && (hook === "PREROUTING" || hook === "INPUT"),
  check(t) {
    if (t.clamp === undefined && t.mss === undefined) throw new IptablesError("TCPMSS target: At least one parameter is required");
  },
  parse(t, option, [word]) {
    if (option === "set-mss") t.mss = Number(word);
    else t.clamp = true;
  },
  save: (t) => (t.clamp ? " --clamp-mss-to-pmtu" : ` --set-mss ${t.mss as number}`),
  list: (t) => (t.clamp ? "TCPMSS clamp to PMTU" : `TCPMSS set ${t.mss as number}`),
  // segments are not cut here, so their maximum size changes nothing
  act: () => () => undefined,
};

export const targetExtensions: Record<string, TargetExtension> = {
  ACCEPT: plain("ACCEPT"),
  DROP: plain("DROP"),
  REJECT,
  SNAT: natTarget("src", "to-source"),
  DNAT: natTarget("dst", "to-destination"),
  MASQUERADE,
  REDIRECT,
  MARK,
  CONNMARK,
  LOG,
  NFLOG,
  CT,
  NOTRACK: { ...CT, options: {}, save: () => "" },
  TCPMSS,
};

/** Extensions that the real tool has and that are not modelled. */
export const otherTargets = [
  "AUDIT",
  "CHECKSUM",
  "CLASSIFY",
  "CLUSTERIP",
  "CONNSECMARK",
  "DSCP",
  "ECN",
  "HMARK",
  "IDLETIMER",
  "LED",
  "NETMAP",
  "NFQUEUE",
  "QUEUE",
  "RATEEST",
  "SECMARK",
  "SET",
  "SYNPROXY",
  "TCPOPTSTRIP",
  "TEE",
  "TOS",
  "TPROXY",
  "TRACE",
  "TTL",
  "ULOG",
];
