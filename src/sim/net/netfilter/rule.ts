/** Rules: from words to data and back. Command-line grammar of iptables 1.8.10. */
import { copy } from "../../core/copy.ts";
import { NotSimulated } from "../../core/errno.ts";
import { ipText, maskOf, parseIp } from "../ip.ts";
import type { MatchState, RuleState } from "../state.ts";
import { IptablesError } from "./env.ts";
import { ip6Text, maskLength6, network6, parseIp6 } from "../ip6.ts";
import { checkNatDrop } from "./chains.ts";
import { matchExtensions, otherMatches, type MatchExtension, type ParseContext } from "./matches.ts";
import { fullOption } from "./options.ts";
import { otherTargets, targetExtensions } from "./targets.ts";

const protocolNames: Record<string, number> = {
  all: 0,
  ip: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  "ipv6-icmp": 58,
  icmpv6: 58,
  ospf: 89,
  sctp: 132,
  udplite: 136,
};
/** Names that iptables-save prints. */
const printedProtocols: Record<number, string> = {
  1: "icmp",
  4: "ipencap",
  6: "tcp",
  17: "udp",
  33: "dccp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "ipv6-icmp",
  89: "ospf",
  132: "sctp",
  136: "udplite",
};
/** Protocols that NAT finds ports in (libxt_NAT.c). */
const withPorts = [1, 6, 17, 33, 132];

export const protocolText = (n: number): string => printedProtocols[n] ?? String(n);

/** What was read from the words of a rule; `rest` holds the options that belong to the command (-n, -v, …) in place. */
export interface ParsedRule {
  rule: RuleState;
  /** Several addresses for -s or -d make several rules. */
  sources: Address[];
  destinations: Address[];
  counters?: [number, number];
}

/** One side's address, in either family. */
type Address = { v4: NonNullable<RuleState["src"]> } | { v6: NonNullable<RuleState["src6"]> } | undefined;

/** The IPv6 prefix as rules print it. */
function parseAddress6(text: string): string {
  const [host = "", tail] = text.split("/");
  const groups = parseIp6(host);
  if (!groups) throw new IptablesError(`host/network \`${host}' not found`);
  const mask = tail === undefined ? undefined : parseIp6(tail);
  const len = tail === undefined ? 128 : mask ? maskLength6(mask) : /^\d{1,3}$/.test(tail) ? Number(tail) : 129;
  if (len === undefined) throw new NotSimulated(`ip6tables with the mask ${tail}`);
  if (len > 128) throw new IptablesError(`invalid mask \`${tail}' specified`);
  return `${ip6Text(network6(groups, len))}/${len}`;
}

function parseAddress(text: string): { ip: number; mask: number } {
  const [host = "", tail] = text.split("/");
  const ip = parseIp(host) ?? parseShort(host, tail !== undefined);
  if (ip === undefined) throw new IptablesError(`host/network \`${host}' not found`);
  let mask = 0xffffffff;
  if (tail !== undefined) {
    const dotted = parseIp(tail);
    if (dotted !== undefined) mask = dotted;
    else if (/^\d{1,2}$/.test(tail) && Number(tail) <= 32) mask = maskOf(Number(tail));
    else throw new IptablesError(`invalid mask \`${tail}' specified`);
  }
  return { ip: (ip & mask) >>> 0, mask };
}

/** 10/8 and 192.168/16: missing octets are zero. */
function parseShort(host: string, network: boolean): number | undefined {
  return network && /^\d{1,3}(\.\d{1,3}){0,2}$/.test(host) ? parseIp([...host.split("."), "0", "0", "0"].slice(0, 4).join(".")) : undefined;
}

function parseAddresses(words: string, not: boolean, family: 4 | 6): Address[] {
  if (not && words.includes(",")) throw new IptablesError("! not allowed with multiple source or destination IP addresses");
  return words
    .split(",")
    .map((word) => (family === 6 ? { v6: { prefix: parseAddress6(word), not } } : { v4: { ...parseAddress(word), not } }));
}

const basic: Record<string, string> = {
  "-p": "proto",
  "--protocol": "proto",
  "-s": "src",
  "--source": "src",
  "--src": "src",
  "-d": "dst",
  "--destination": "dst",
  "--dst": "dst",
  "-i": "in",
  "--in-interface": "in",
  "-o": "out",
  "--out-interface": "out",
  "-j": "jump",
  "--jump": "jump",
  "-g": "goto",
  "--goto": "goto",
  "-m": "match",
  "--match": "match",
  "-f": "fragment",
  "--fragments": "fragment",
  "-c": "counters",
  "--set-counters": "counters",
};

export class RuleParser {
  readonly #rule: RuleState = { matches: [], packets: 0, bytes: 0 };
  readonly #sources: Address[] = [];
  readonly #destinations: Address[] = [];
  #counters: [number, number] | undefined;
  readonly #isChain: (name: string) => boolean;
  readonly #table: string;
  readonly #context: ParseContext;

  constructor(table: string, isChain: (name: string) => boolean, context: ParseContext) {
    this.#table = table;
    this.#isChain = isChain;
    this.#context = context;
  }

  /** The word with its option spelt out. */
  full(word: string): string {
    if (!word.startsWith("--") || word in basic) return word;
    const { target, matches } = this.#rule;
    const loaded = [target && targetExtensions[target.name], ...matches.map((m) => matchExtensions[m.name])];
    const option = word.slice(2);
    if (loaded.some((extension) => extension && option in extension.options)) return word;
    const own = this.#protocolMatch();
    if (own && option in matchExtensions[own]!.options) return word;
    return fullOption(
      word,
      loaded.flatMap((extension) => Object.keys(extension?.options ?? {})),
      own ? Object.keys(matchExtensions[own]!.options) : [],
    );
  }

  /** The match of the rule's protocol that -p brings with it, unless it is there already. */
  #protocolMatch(): string | undefined {
    const { proto, matches } = this.#rule;
    if (!proto || proto.not) return undefined;
    const text = protocolText(proto.number);
    const name = text === "ipv6-icmp" ? "icmp6" : text;
    return this.#isMatch(name) && !matches.some((m) => m.name === name) ? name : undefined;
  }

  #isMatch(name: string): boolean {
    const extension = matchExtensions[name];
    return extension !== undefined && (extension.family ?? this.#context.family) === this.#context.family;
  }

  /** Takes the option at `at`; returns the index after it, or undefined when the option is none of a rule's. */
  take(words: string[], at: number): number | undefined {
    let i = at;
    let not = false;
    if (words[i] === "!") {
      not = true;
      i++;
    }
    if (words[i] === undefined) throw new IptablesError("Bad argument `!'");
    const word = this.full(words[i]!);
    const cut = word.startsWith("--") ? word.indexOf("=") : -1;
    const name = cut > 0 ? word.slice(0, cut) : word;
    const inline = cut > 0 ? [word.slice(cut + 1)] : [];
    const next = (): string => {
      const value = inline.shift() ?? words[++i];
      if (value === undefined) throw new IptablesError(`option "${name}" requires an argument`);
      // the old place of the exclamation mark
      if (value === "!" && words[i + 1] !== undefined)
        throw new IptablesError(`Using intrapositioned negation (\`--option ! this\`) is not supported`);
      return value;
    };
    const kind = basic[name] ?? (/^-[psdijogm]./.test(name) && !name.startsWith("--") ? "glued" : undefined);
    if (kind === "glued") {
      const spread = [...words.slice(0, i), name.slice(0, 2), name.slice(2), ...words.slice(i + 1)];
      const after = this.take(spread, at);
      return after === undefined ? undefined : after - 1;
    }
    if (kind !== undefined) {
      this.#basic(kind, not, next);
      return i + 1;
    }
    if (!name.startsWith("--")) return undefined;
    const option = name.slice(2);
    return this.#extension(option, not, next) ? i + 1 : undefined;
  }

  #basic(kind: string, not: boolean, next: () => string): void {
    const rule = this.#rule;
    switch (kind) {
      case "proto": {
        const word = next().toLowerCase();
        const number = /^\d+$/.test(word) ? Number(word) : protocolNames[word];
        if (number === undefined || number > 255) throw new IptablesError(`unknown protocol "${word}" specified`);
        if (number === 0 && not) throw new IptablesError("rule would never match protocol");
        if (number !== 0) rule.proto = { number, not };
        return;
      }
      case "src":
        this.#sources.push(...parseAddresses(next(), not, this.#context.family));
        return;
      case "dst":
        this.#destinations.push(...parseAddresses(next(), not, this.#context.family));
        return;
      case "in":
      case "out": {
        const name = next();
        if (name.length > 15) throw new IptablesError(`interface name \`${name}' must be shorter than 16 characters`);
        if (name !== "+" || not) rule[kind] = { name, not };
        return;
      }
      case "fragment":
        rule.fragment = { not };
        return;
      case "counters": {
        const [packets, bytes] = next().split(",");
        this.#counters = [Number(packets), Number(bytes ?? next())];
        return;
      }
      case "match": {
        const name = next();
        if (!this.#isMatch(name)) {
          if (otherMatches.includes(name)) throw new NotSimulated(`iptables -m ${name}`);
          throw new IptablesError(`Couldn't load match \`${name}':No such file or directory\n`);
        }
        rule.matches.push({ name });
        return;
      }
      default: {
        if (rule.target) throw new IptablesError("multiple -j flags not allowed");
        const name = next();
        if (!targetExtensions[name] && !this.#isChain(name) && name !== "RETURN") {
          if (otherTargets.includes(name)) throw new NotSimulated(`iptables -j ${name}`);
          if (name.length > 28) throw new IptablesError(`Invalid target name \`${name}' (28 chars max)`);
          throw new UnknownTarget(name);
        }
        checkNatDrop(this.#table, name);
        rule.target = { name, ...(kind === "goto" ? { goto: true } : {}) };
      }
    }
  }

  #extension(option: string, not: boolean, next: () => string): boolean {
    const rule = this.#rule;
    const target = rule.target && targetExtensions[rule.target.name];
    if (target && option in target.options) {
      const count = target.options[option]!;
      if (count === null) throw new NotSimulated(`iptables -j ${rule.target!.name} --${option}`);
      target.parse(rule.target!, option, take(count, next), this.#context);
      const to = rule.target!.to as { portLow?: number } | undefined;
      if (to?.portLow !== undefined && !withPorts.includes(rule.proto?.number ?? 0))
        throw new IptablesError("Need TCP, UDP, SCTP or DCCP with port specification");
      return true;
    }
    for (let m = rule.matches.length - 1; m >= 0; m--) {
      const match = rule.matches[m]!;
      if (this.#tryMatch(match, matchExtensions[match.name]!, option, not, next)) return true;
    }
    // -p tcp --dport 80 without -m tcp
    const name = this.#protocolMatch();
    if (name !== undefined && option in matchExtensions[name]!.options) {
      const match: MatchState = { name };
      this.#tryMatch(match, matchExtensions[name]!, option, not, next);
      rule.matches.push(match);
      return true;
    }
    return false;
  }

  #tryMatch(match: MatchState, extension: MatchExtension, option: string, not: boolean, next: () => string): boolean {
    if (!(option in extension.options)) return false;
    const count = extension.options[option]!;
    if (count === null) throw new NotSimulated(`iptables -m ${match.name} --${option}`);
    extension.parse(match, option, take(count, next), not, this.#context);
    return true;
  }

  finish(): ParsedRule {
    const rule = this.#rule;
    for (const match of rule.matches) matchExtensions[match.name]!.check?.(match);
    if (rule.target) {
      const extension = targetExtensions[rule.target.name];
      extension?.check?.(rule.target, this.#context);
    }
    const ported = ["tcp", "udp", "sctp"].find((name) => rule.matches.some((m) => m.name === name));
    if (ported && (rule.proto?.number !== protocolNames[ported] || rule.proto?.not))
      throw new IptablesError(`${ported.toUpperCase()} match requires '-p ${ported}'`);
    if (rule.matches.some((m) => m.name === "multiport") && ![6, 17, 33, 132, 136].includes(rule.proto?.number ?? 0))
      throw new IptablesError("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
    return {
      rule,
      sources: this.#sources.length > 0 ? this.#sources : [undefined],
      destinations: this.#destinations.length > 0 ? this.#destinations : [undefined],
      ...(this.#counters ? { counters: this.#counters } : {}),
    };
  }
}

/** -j with a name that is neither a target nor a chain. */
class UnknownTarget extends IptablesError {
  constructor(name: string) {
    super(`Chain '${name}' does not exist`);
  }
}

function take(count: number, next: () => string): string[] {
  return Array.from({ length: count }, next);
}

/** The rules that the words stand for: one for each pair of addresses. */
export function rulesOf(parsed: ParsedRule): RuleState[] {
  const several = parsed.sources.length > 1 || parsed.destinations.length > 1;
  return parsed.sources.flatMap((src) =>
    parsed.destinations.map((dst) => ({
      ...(several ? copy(parsed.rule) : parsed.rule),
      ...addressOf("src", src),
      ...addressOf("dst", dst),
      packets: parsed.counters?.[0] ?? 0,
      bytes: parsed.counters?.[1] ?? 0,
    })),
  );
}

/** An address of length zero says nothing, unless negated. */
function addressOf(side: "src" | "dst", address: Address): Partial<RuleState> {
  if (!address) return {};
  if ("v6" in address) return address.v6.prefix === "::/0" && !address.v6.not ? {} : { [`${side}6`]: address.v6 };
  return address.v4.mask === 0 && !address.v4.not ? {} : { [side]: address.v4 };
}

function maskText(mask: number): string {
  for (let len = 0; len <= 32; len++) if (maskOf(len) === mask) return String(len);
  return ipText(mask);
}

/** The rule as iptables-save prints it, after the chain's name. */
export function ruleText(rule: RuleState, counters = false): string {
  if (counters) return writeRule(rule, true);
  let text = texts.get(rule);
  if (text === undefined) {
    text = writeRule(rule, false);
    if (rule.matches.every((match) => unchanging.has(match.name))) texts.set(rule, text);
  }
  return text;
}

/** Rules are shared and never altered, but for their counters and the running state of some matches. */
const texts = new WeakMap<RuleState, string>();
const unchanging = new Set(["comment", "conntrack", "state", "tcp", "udp", "multiport", "mark", "addrtype", "set", "rpfilter"]);

function writeRule(rule: RuleState, counters: boolean): string {
  const bang = (o: { not: boolean }): string => (o.not ? "! " : "");
  let text = "";
  if (rule.src) text += ` ${bang(rule.src)}-s ${ipText(rule.src.ip)}/${maskText(rule.src.mask)}`;
  if (rule.dst) text += ` ${bang(rule.dst)}-d ${ipText(rule.dst.ip)}/${maskText(rule.dst.mask)}`;
  if (rule.src6) text += ` ${bang(rule.src6)}-s ${rule.src6.prefix}`;
  if (rule.dst6) text += ` ${bang(rule.dst6)}-d ${rule.dst6.prefix}`;
  if (rule.in) text += ` ${bang(rule.in)}-i ${rule.in.name}`;
  if (rule.out) text += ` ${bang(rule.out)}-o ${rule.out.name}`;
  if (rule.proto) text += ` ${bang(rule.proto)}-p ${protocolText(rule.proto.number)}`;
  if (rule.fragment) text += ` ${bang(rule.fragment)}-f`;
  for (const match of rule.matches) text += ` -m ${match.name}${matchExtensions[match.name]!.save(match)}`;
  if (counters) text += ` -c ${rule.packets} ${rule.bytes}`;
  if (rule.target)
    text += ` ${rule.target.goto ? "-g" : "-j"} ${rule.target.name}${targetExtensions[rule.target.name]?.save(rule.target) ?? ""}`;
  return text.slice(1);
}

/** Whether two rules say the same (counters and running state aside), for -D and -C. */
export function sameRule(a: RuleState, b: RuleState): boolean {
  return ruleText(a) === ruleText(b);
}
