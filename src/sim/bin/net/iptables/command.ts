/** iptables: one rule at a time. Messages and exit codes of iptables 1.8.10 (nf_tables). */
import type { CommandProgram } from "../../../kernel/program.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { NotSimulated } from "../../../core/errno.ts";
import type { NetNs } from "../../../net/netlink.ts";
import { IptablesError } from "../../../net/netfilter/env.ts";
import { builtinChains, checkChainName, checkNatDrop, ruleNumber } from "../../../net/netfilter/chains.ts";
import type { ParseContext } from "../../../net/netfilter/matches.ts";
import { fullOption, splitOwn } from "../../../net/netfilter/options.ts";
import { misplaced, refusal } from "../../../net/netfilter/placement.ts";
import { RuleParser, ruleText, rulesOf, sameRule } from "../../../net/netfilter/rule.ts";
import { userChains } from "../../../net/netfilter/save.ts";
import type { ChainState, RuleState, TableName, TableState } from "../../../net/state.ts";
import { listing } from "./list.ts";
import { usage } from "./usage.ts";
import { version } from "./version.ts";

const commands: Record<string, string> = {
  "-A": "append",
  "--append": "append",
  "-C": "check",
  "--check": "check",
  "-D": "delete",
  "--delete": "delete",
  "-I": "insert",
  "--insert": "insert",
  "-R": "replace",
  "--replace": "replace",
  "-L": "list",
  "--list": "list",
  "-S": "show",
  "--list-rules": "show",
  "-F": "flush",
  "--flush": "flush",
  "-Z": "zero",
  "--zero": "zero",
  "-N": "new",
  "--new-chain": "new",
  "-X": "remove",
  "--delete-chain": "remove",
  "-P": "policy",
  "--policy": "policy",
  "-E": "rename",
  "--rename-chain": "rename",
};

interface Request {
  family: 4 | 6;
  table: TableName;
  command: string;
  chain: string | undefined;
  number: number | undefined;
  /** -P target, -E new name. */
  argument: string | undefined;
  numeric: boolean;
  verbose: boolean;
  exact: boolean;
  lineNumbers: boolean;
  rules: RuleState[];
}

/** The kernel's refusal: no usage hint. */
class Refused extends IptablesError {
  constructor(message: string, status = 1) {
    super(message, { usage: false, status });
  }
}

const noTable = (): TableState => ({ chains: {} });

function view(ns: NetNs, name: TableName): TableState {
  const table = ns.netfilter.table(name);
  if (table) return table;
  const empty = noTable();
  for (const hook of builtinChains[name]) empty.chains[hook] = { policy: "ACCEPT", packets: 0, bytes: 0, rules: [] };
  return empty;
}

/** The table that -t names, wherever it stands. */
function tableName(args: readonly string[]): string {
  const words = args.flatMap((arg) => splitOwn(fullOption(arg)));
  const at = words.findIndex((word) => word === "-t" || word === "--table");
  if (at < 0) return "filter";
  const name = words[at + 1];
  if (name === undefined) throw new IptablesError(`option "${words[at]}" requires an argument`);
  return name;
}

function parse(ns: NetNs, context: ParseContext, args: string[]): Request {
  const { family } = context;
  const words = spread(args);
  const table = tableName(words);
  if (!(table in builtinChains))
    throw new IptablesError(`table '${table}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.`, {
      usage: false,
      status: 3,
    });
  const name = table as TableName;
  const chains = view(ns, name).chains;
  const parser = new RuleParser(name, (chain) => chain in chains, context);
  const r: Request = {
    family,
    table: name,
    command: "",
    chain: undefined,
    number: undefined,
    argument: undefined,
    numeric: false,
    verbose: false,
    exact: false,
    lineNumbers: false,
    rules: [],
  };
  let hasRule = false;
  for (let i = 0; i < words.length;) {
    words.splice(i, 1, ...splitOwn(parser.full(words[i]!)));
    const word = words[i]!;
    const optional = (): string | undefined => {
      const next = words[i + 1];
      return next === undefined || next.startsWith("-") || next === "!" ? undefined : words[++i];
    };
    const needed = (): string => {
      const next = words[++i];
      if (next === undefined) throw new IptablesError(`option "${word}" requires an argument`);
      return next;
    };
    const number = (): number | undefined => {
      const next = optional();
      return next === undefined ? undefined : ruleNumber(next);
    };
    const command = commands[word];
    if (command !== undefined) {
      if (r.command !== "" && !(r.command === "list" && command === "zero") && !(r.command === "zero" && command === "list"))
        throw new IptablesError(`Cannot use -${letter(command)} with -${letter(r.command)}\n`);
      r.command = r.command === "" ? command : "list";
      switch (command) {
        case "append":
        case "check":
          r.chain = needed();
          break;
        case "insert":
        case "delete":
          r.chain = needed();
          r.number = number();
          break;
        case "replace":
          r.chain = needed();
          r.number = number();
          if (r.number === undefined) throw new IptablesError("-R requires a chain and a rule number");
          break;
        case "list":
        case "show":
        case "zero":
          r.chain = optional() ?? r.chain;
          if (r.chain !== undefined) r.number = number();
          break;
        case "flush":
        case "remove":
          r.chain = optional();
          break;
        case "new":
          r.chain = needed();
          checkChainName(r.chain);
          break;
        default:
          r.chain = needed();
          r.argument = optional();
          if (r.argument === undefined)
            throw new IptablesError(
              command === "policy" ? "-P requires a chain and a policy" : "-E requires old-chain-name and new-chain-name",
            );
      }
      i++;
      continue;
    }
    switch (word) {
      case "-t":
      case "--table":
        i += 2;
        continue;
      case "-n":
      case "--numeric":
        r.numeric = true;
        i++;
        continue;
      case "-v":
      case "--verbose":
        r.verbose = true;
        i++;
        continue;
      case "-x":
      case "--exact":
        r.exact = true;
        i++;
        continue;
      case "--line-numbers":
        r.lineNumbers = true;
        i++;
        continue;
      case "-w":
      case "--wait":
      case "-W":
      case "--wait-interval":
        if (/^\d+$/.test(words[i + 1] ?? "")) i++;
        i++;
        continue;
      case "-4":
      case "--ipv4":
        i++;
        continue;
      case "-6":
      case "--ipv6":
      case "--modprobe":
        throw new NotSimulated(`iptables ${word}`);
    }
    if (word.startsWith("--wait=")) {
      i++;
      continue;
    }
    const next = parser.take(words, i);
    if (next === undefined) throw word.startsWith("-") ? new IptablesError(`unknown option "${word}"`) : new BareArgument(word);
    hasRule = true;
    i = next;
  }
  if (r.command === "") throw new IptablesError("no command specified");
  if (["append", "check", "insert", "delete", "replace"].includes(r.command)) {
    r.rules = r.command === "delete" && r.number !== undefined ? [] : rulesOf(parser.finish());
    for (const rule of r.rules) checkPlace(r, rule);
  } else if (hasRule && r.command !== "list") throw new IptablesError("Illegal option with this command\n");
  if (r.command === "policy") checkNatDrop(r.table, r.argument);
  return r;
}

class BareArgument extends IptablesError {
  constructor(word: string) {
    super(`Bad argument \`${word}'`);
    this.bare = true;
  }
  readonly bare: boolean;
}

const letter = (command: string): string =>
  Object.keys(commands)
    .find((k) => k.length === 2 && commands[k] === command)!
    .slice(1);

/** -nvL → -n -v -L; a command letter takes what follows as its argument only when it is last. */
function spread(args: string[]): string[] {
  return args.flatMap((arg) => {
    if (!/^-[nvxwLSFZ46]{2,}$/.test(arg) && !/^-t./.test(arg)) return [arg];
    if (/^-t./.test(arg)) return ["-t", arg.slice(2)];
    return arg
      .slice(1)
      .split("")
      .map((c) => `-${c}`);
  });
}

function checkPlace(r: Request, rule: RuleState): void {
  if (rule.out && (r.chain === "INPUT" || r.chain === "PREROUTING")) throw new IptablesError(`Can't use -o with ${r.chain}\n`);
  if (rule.in && (r.chain === "OUTPUT" || r.chain === "POSTROUTING")) throw new IptablesError(`Can't use -i with ${r.chain}\n`);
}

/** Does what was asked; returns what is printed. */
function act(ns: NetNs, r: Request, names: (ip: string) => string | undefined): string {
  const table = view(ns, r.table);
  switch (r.command) {
    case "list": {
      if (r.chain !== undefined && !table.chains[r.chain])
        throw new Refused(`chain \`${r.chain}' in table \`${r.table}' is incompatible, use 'nft' tool.`);
      return listing(table, { ...r, names, zeroAddress: r.family === 6 ? "::/0" : "0.0.0.0/0" });
    }
    case "show":
      return show(table, r);
  }
  const made = ns.netfilter.need(r.table);
  const chain = r.chain === undefined ? undefined : made.chains[r.chain];
  const missing = (): never => {
    throw new Refused("iptables: No chain/target/match by that name.");
  };
  switch (r.command) {
    case "append":
      if (!chain) return missing();
      checkSets(ns, r);
      place(made, chain, r, [...chain.rules, ...r.rules]);
      return "";
    case "insert": {
      if (!chain) return missing();
      checkSets(ns, r);
      const at = (r.number ?? 1) - 1;
      if (at > chain.rules.length) throw new Refused("iptables: Index of insertion too big.");
      place(made, chain, r, chain.rules.toSpliced(at, 0, ...r.rules));
      return "";
    }
    case "replace":
      if (!chain) return missing();
      checkSets(ns, r);
      if (!chain.rules[r.number! - 1]) throw new Refused("iptables: Index of replacement too big.");
      place(made, chain, r, chain.rules.with(r.number! - 1, r.rules[0]!));
      return "";
    case "delete":
    case "check":
      if (!chain) return missing();
      if (r.number !== undefined && r.command === "delete") {
        if (!chain.rules[r.number - 1]) throw new Refused("iptables: Index of deletion too big.");
        chain.rules.splice(r.number - 1, 1);
        return "";
      }
      for (const rule of r.rules) {
        const at = chain.rules.findIndex((other) => sameRule(other, rule));
        if (at < 0) throw new Refused("iptables: Bad rule (does a matching rule exist in that chain?).");
        if (r.command === "delete") chain.rules.splice(at, 1);
      }
      return "";
    case "flush":
      if (r.chain !== undefined && !chain) return missing();
      for (const c of chain ? [chain] : Object.values(made.chains)) c.rules = [];
      return "";
    case "zero":
      if (r.chain !== undefined && !chain) return missing();
      if (r.number !== undefined && !chain!.rules[r.number - 1]) throw new Refused("iptables: Incompatible with this kernel.");
      for (const c of chain ? [chain] : Object.values(made.chains)) zero(c, r.number);
      return "";
    case "new":
      if (chain) throw new Refused("iptables: Chain already exists.");
      made.chains[r.chain!] = { packets: 0, bytes: 0, rules: [] };
      return "";
    case "remove":
      if (r.chain !== undefined) {
        if (!chain) return missing();
        removeChain(made, r.chain);
      } else for (const name of [...userChains(made)].reverse()) removeChain(made, name);
      return "";
    case "policy":
      if (!chain || chain.policy === undefined) throw new Refused("iptables: Bad built-in chain name.");
      if (r.argument !== "ACCEPT" && r.argument !== "DROP")
        throw new Refused("iptables: Bad policy name. Run `dmesg' for more information.");
      chain.policy = r.argument;
      return "";
    case "rename": {
      if (!chain || chain.policy !== undefined) return missing();
      if (made.chains[r.argument!]) throw new Refused("iptables: File exists.");
      const moved: Record<string, ChainState> = {};
      for (const [name, c] of Object.entries(made.chains)) moved[name === r.chain ? r.argument! : name] = c;
      for (const c of Object.values(moved))
        c.rules = c.rules.map((rule) =>
          rule.target?.name === r.chain ? { ...rule, target: { ...rule.target!, name: r.argument! } } : rule,
        );
      made.chains = moved;
      return "";
    }
    default:
      throw new NotSimulated(`iptables --${r.command}`);
  }
}

/** Gives the chain its new rules, unless the kernel refuses one of the request's (nft_chain_validate). */
function place(table: TableState, chain: ChainState, r: Request, rules: RuleState[]): void {
  const refuse = (reason: string): never => {
    throw new Refused(` RULE_${r.command.toUpperCase()} failed (${reason}): rule in chain ${r.chain}`, 4);
  };
  for (const rule of r.rules) {
    const reason = refusal(rule, r.table, table, r.chain!);
    if (reason !== undefined) refuse(reason);
  }
  const before = chain.rules;
  chain.rules = rules;
  const wrong = misplaced(r.table, table);
  if (!wrong) return;
  chain.rules = before;
  refuse(wrong.reason);
}

function checkSets(ns: NetNs, r: Request): void {
  for (const rule of r.rules)
    for (const m of rule.matches)
      if (m.name === "set" && !ns.sets.get(m.set as string)) throw new IptablesError(`Set ${m.set as string} doesn't exist.\n`);
}

function removeChain(table: TableState, name: string): void {
  const chain = table.chains[name]!;
  const used = Object.values(table.chains).some((c) => c.rules.some((rule) => rule.target?.name === name));
  if (chain.policy !== undefined || used || chain.rules.length > 0)
    throw new Refused(` CHAIN_DEL failed (Device or resource busy): chain ${name}`, 4);
  delete table.chains[name];
}

function zero(chain: ChainState, number: number | undefined): void {
  if (number === undefined) chain.packets = chain.bytes = 0;
  for (const rule of number === undefined ? chain.rules : chain.rules.slice(number - 1, number)) rule.packets = rule.bytes = 0;
}

function show(table: TableState, r: Request): string {
  const builtin = Object.keys(table.chains).filter((name) => table.chains[name]!.policy !== undefined);
  const names = r.chain === undefined ? [...builtin, ...userChains(table)] : [r.chain];
  if (r.chain !== undefined && !table.chains[r.chain]) throw new Refused("iptables: No chain/target/match by that name.");
  let out = "";
  if (r.number === undefined)
    for (const name of names) {
      const chain = table.chains[name]!;
      out +=
        chain.policy === undefined
          ? `-N ${name}\n`
          : `-P ${name} ${chain.policy}${r.verbose ? ` -c ${chain.packets} ${chain.bytes}` : ""}\n`;
    }
  for (const name of names)
    for (const rule of r.number === undefined ? table.chains[name]!.rules : table.chains[name]!.rules.slice(r.number - 1, r.number))
      out += `-A ${name} ${ruleText(rule, r.verbose)}`.trimEnd() + "\n";
  return out;
}

function program(name: string, family: 4 | 6): CommandProgram {
  return {
    name,
    async main(p: Proc): Promise<number> {
      const { args } = p;
      const label = `${p.name.replace(/-nft$|-legacy$/, "")} v${version} (nf_tables)`;
      if (args.length === 1 && (args[0] === "-V" || args[0] === "--version")) {
        await p.out(`${label}\n`);
        return 0;
      }
      if (["-h", "--help"].includes(args[0] ?? "")) {
        if (args.length > 1) throw new NotSimulated(`${name} --help of an extension`);
        await p.out(usage(`${p.name.replace(/-nft$|-legacy$/, "")}`, family));
        return 0;
      }
      if (p.uid !== 0) {
        await p.err(`${label}: Could not fetch rule set generation id: Permission denied (you must be root)\n`);
        return 4;
      }
      const ns =
        family === 4
          ? p.machine.world.network.ns(p.machine.name, p.state.netns)
          : p.machine.world.network.ns6(p.machine.name, p.state.netns);
      try {
        const request = parse(ns, { family, uid: (user) => userId(p, user) }, args);
        await p.out(act(ns, request, (ip) => hostNames(p, ip)));
        return 0;
      } catch (error) {
        if (!(error instanceof IptablesError)) throw error;
        const text = family === 6 ? error.message.replace(/^iptables:/, "ip6tables:") : error.message;
        const own =
          text.startsWith(`${p.name}:`) || text.startsWith("iptables:") || text.startsWith("ip6tables:") || error instanceof BareArgument;
        await p.err(`${own ? text : `${label}: ${text}`}\n`);
        if (error.usage) await p.err(`Try \`${p.name} -h' or '${p.name} --help' for more information.\n`);
        return error.status;
      }
    },
  };
}

/** The number of a user in /etc/passwd. */
export function userId(p: Proc, user: string): number | undefined {
  const line = (p.fs.tryReadText("/etc/passwd") ?? "").split("\n").find((entry) => entry.startsWith(`${user}:`));
  return line === undefined ? undefined : Number(line.split(":")[2]);
}

/** The name of an address in /etc/hosts, as -L without -n shows it. */
function hostNames(p: Proc, ip: string): string | undefined {
  for (const line of (p.fs.tryReadText("/etc/hosts") ?? "").split("\n")) {
    const [address, name] = line.replace(/#.*$/, "").trim().split(/\s+/);
    if (address === ip && name) return name;
  }
  return undefined;
}

export const iptables = program("iptables", 4);
export const ip6tables = program("ip6tables", 6);
