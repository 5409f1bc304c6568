/** The tables of one network namespace, and a packet's way through them in the kernel's order. */
import { Errno } from "../../core/errno.ts";
import { isIcmpError, type Packet, type Walk } from "../packet.ts";
import type { ChainState, NsState, RuleState, TableName, TableState } from "../state.ts";
import type { NetNs } from "../netlink.ts";
import { ephemeralPorts, type Recording } from "../recording.ts";
import { builtinChains } from "./chains.ts";
import type { Env, Test } from "./env.ts";
import { nameTest } from "./env.ts";
import { matchExtensions } from "./matches.ts";
import { translate } from "./nat.ts";
import { ruleText } from "./rule.ts";
import { targetExtensions, type Verdict } from "./targets.ts";

interface Compiled {
  rule: RuleState;
  tests: Test[];
  /** Extension or verdict. */
  act: ((p: Packet, env: Env, walk: Walk) => Verdict) | undefined;
  jump: string | undefined;
  goto: boolean;
  returns: boolean;
  /** A match that keeps state of its own. */
  stateful: boolean;
  /** The target changes connections, or tells somebody. */
  acts: boolean;
  /** Client ports are not all the same to it: 1 source, 2 destination. */
  splits: number;
  sets: { name: string; dirs: string[] }[];
}

const compiled = new WeakMap<RuleState, Compiled>();

function compile(rule: RuleState): Compiled {
  const tests: Test[] = [];
  // cheapest first; the order has no other effect, since tests that keep state come last in rule.matches order
  if (rule.proto) {
    const { number, not } = rule.proto;
    tests.push((p) => (p.proto === number) !== not);
  }
  if (rule.src) {
    const { ip, mask, not } = rule.src;
    tests.push((p) => (((p.src ^ ip) & mask) === 0) !== not);
  }
  if (rule.dst) {
    const { ip, mask, not } = rule.dst;
    tests.push((p) => (((p.dst ^ ip) & mask) === 0) !== not);
  }
  // no packet here has an IPv6 address
  for (const side of [rule.src6, rule.dst6]) if (side) tests.push(() => side.not);
  if (rule.in) {
    const test = nameTest(rule.in.name);
    const { not } = rule.in;
    tests.push((_p, env) => (env.in !== undefined && test(env.in.name)) !== not);
  }
  if (rule.out) {
    const test = nameTest(rule.out.name);
    const { not } = rule.out;
    tests.push((_p, env) => (env.out !== undefined && test(env.out.name)) !== not);
  }
  if (rule.fragment) {
    // packets are never fragments here
    const { not } = rule.fragment;
    tests.push(() => not);
  }
  for (const match of rule.matches) if (match.name !== "comment") tests.push(matchExtensions[match.name]!.test(match));
  const { target } = rule;
  const extension = target && targetExtensions[target.name];
  return {
    rule,
    tests,
    act: target && extension ? extension.act(target) : undefined,
    jump: target && !extension && target.name !== "RETURN" ? target.name : undefined,
    goto: target?.goto === true,
    returns: target?.name === "RETURN",
    stateful: rule.matches.some((m) => m.name === "statistic" || m.name === "limit"),
    acts: extension !== undefined && !plainTargets.has(target!.name),
    splits: splitsOf(rule),
    sets: rule.matches.filter((m) => m.name === "set").map((m) => ({ name: m.set as string, dirs: m.dirs as string[] })),
  };
}

const plainTargets = new Set(["ACCEPT", "DROP", "MARK", "NFLOG", "CT", "NOTRACK", "TCPMSS"]);

/** Whether the rule tells one client port from another. */
function splitsOf(rule: RuleState): number {
  const { low, high } = ephemeralPorts;
  const cut = (from: number, to: number): boolean => !(to < low || from > high || (from <= low && to >= high));
  let out = 0;
  for (const match of rule.matches) {
    const { sport, dport } = match as unknown as { sport?: { low: number; high: number }; dport?: { low: number; high: number } };
    if (sport && typeof sport === "object" && cut(sport.low, sport.high)) out |= 1;
    if (dport && typeof dport === "object" && cut(dport.low, dport.high)) out |= 2;
    if (match.name === "multiport" && (match.list as number[][]).some((range) => cut(range[0]!, range[1] ?? range[0]!)))
      out |= match.kind === "sports" ? 1 : match.kind === "dports" ? 2 : 3;
  }
  return out;
}

/** Takes down that a packet was held against a rule. */
function recordLook(recording: Recording, c: Compiled, p: Packet, ns: NetNs): void {
  const { proto } = c.rule;
  if (proto && (p.proto !== proto.number) !== proto.not) return;
  if (c.stateful || c.splits & (recording.ephemeral === "sport" ? 1 : 2)) recording.spoil();
  for (const { name, dirs } of c.sets) {
    const set = ns.sets.get(name);
    // members that run out, and sets of ports
    if (!set || dirs.length > 1 || set.header.timeout !== undefined || (set.type !== "hash:ip" && set.type !== "hash:net"))
      recording.spoil();
  }
}

export class Netfilter {
  readonly #state: NsState;
  readonly #changed: () => void;
  readonly #counted: () => void;
  readonly #generations = new Map<TableName, number>();

  /** `changed` is called before rules, chains or policies are; `counted` before somebody sees their counters. */
  constructor(state: NsState, changed: () => void, counted: () => void) {
    this.#state = state;
    this.#changed = changed;
    this.#counted = counted;
  }

  /** A table, undefined while nobody has used it. */
  table(name: TableName): TableState | undefined {
    this.#counted();
    return this.#state.tables[name];
  }

  /** Counts changes of a table's rules, chains and policies (and of what may turn out to be none). */
  generation(table: TableName): number {
    return this.#generations.get(table) ?? 0;
  }

  /** A table to be changed, made with its built-in chains on first use. */
  need(name: TableName): TableState {
    let table = this.#state.tables[name];
    if (!table) {
      table = { chains: {} };
      for (const hook of builtinChains[name]) table.chains[hook] = { policy: "ACCEPT", packets: 0, bytes: 0, rules: [] };
      this.#state.tables[name] = table;
    }
    this.#counted();
    this.#changed();
    this.#generations.set(name, this.generation(name) + 1);
    // rules may look at connections from now on; the kernel tracks once a table that needs it is there
    this.#state.tracking = true;
    return table;
  }

  chain(table: TableName, name: string): ChainState | undefined {
    this.#counted();
    return this.#state.tables[table]?.chains[name];
  }

  /** Chains and their rules count from zero, as those do that have just been written. */
  countAnew(chains: readonly ChainState[]): void {
    this.#counted();
    for (const chain of chains) {
      chain.packets = chain.bytes = 0;
      for (const rule of chain.rules) rule.packets = rule.bytes = 0;
    }
  }

  /** Runs all that hangs on a hook. Returns false when the packet goes no further. */
  run(p: Packet, env: Env, walk: Walk): boolean {
    const { tables, tracking } = this.#state;
    switch (env.hook) {
      case "PREROUTING":
        if (tables.raw && !this.#pass("raw", p, env, walk)) return false;
        if (tracking) this.#track(p, env, walk);
        if (tables.mangle && !this.#pass("mangle", p, env, walk)) return false;
        return !p.ct || this.#nat("dst", p, env, walk);
      case "INPUT":
        if (tables.mangle && !this.#pass("mangle", p, env, walk)) return false;
        if (tables.filter && !this.#pass("filter", p, env, walk)) return false;
        if (tables.security && !this.#pass("security", p, env, walk)) return false;
        if (p.ct && !this.#nat("src", p, env, walk)) return false;
        if (p.ct) this.#confirm(p, env, walk);
        return true;
      case "FORWARD":
        if (tables.mangle && !this.#pass("mangle", p, env, walk)) return false;
        if (tables.filter && !this.#pass("filter", p, env, walk)) return false;
        return !tables.security || this.#pass("security", p, env, walk);
      case "OUTPUT":
        if (tables.raw && !this.#pass("raw", p, env, walk)) return false;
        if (tracking) this.#track(p, env, walk);
        if (tables.mangle && !this.#pass("mangle", p, env, walk)) return false;
        if (p.ct && !this.#nat("dst", p, env, walk)) return false;
        if (tables.filter && !this.#pass("filter", p, env, walk)) return false;
        return !tables.security || this.#pass("security", p, env, walk);
      case "POSTROUTING":
        if (tables.mangle && !this.#pass("mangle", p, env, walk)) return false;
        if (p.ct && !this.#nat("src", p, env, walk)) return false;
        if (p.ct) this.#confirm(p, env, walk);
        return true;
    }
  }

  #track(p: Packet, env: Env, walk: Walk): void {
    // untracked, looped back, or attached by REJECT
    if (p.ctInfo !== undefined) return;
    walk.recording?.track(env.ns, p);
    env.ns.conntrack.track(p);
  }

  #confirm(p: Packet, env: Env, walk: Walk): void {
    walk.recording?.confirm();
    env.ns.conntrack.confirm(p);
  }

  #nat(kind: "src" | "dst", p: Packet, env: Env, walk: Walk): boolean {
    const ct = p.ct!;
    const settling = p.ctInfo === "NEW" && !ct.confirmed && p.ctDir === 0 && !isIcmpError(p) && !(kind === "src" ? ct.srcDone : ct.dstDone);
    if (settling) {
      if (this.#state.tables.nat && !this.#pass("nat", p, env, walk)) return false;
      if (kind === "src") {
        ct.srcDone = true;
        env.ns.conntrack.makeUnique(ct);
      } else ct.dstDone = true;
    }
    translate(p, kind);
    walk.recording?.nat(p, kind, settling);
    return true;
  }

  #pass(tableName: TableName, p: Packet, env: Env, walk: Walk): boolean {
    const chains = this.#state.tables[tableName]!.chains;
    const base = chains[env.hook];
    if (!base) return true;
    let chain = base;
    let chainName: string = env.hook;
    const { recording } = walk;
    let at = 0;
    const stack: { chain: ChainState; name: string; at: number }[] = [];
    for (;;) {
      const rule = chain.rules[at];
      if (!rule) {
        const back = stack.pop();
        if (!back) break;
        ({ chain, at } = back);
        chainName = back.name;
        continue;
      }
      at++;
      let c = compiled.get(rule);
      if (!c) compiled.set(rule, (c = compile(rule)));
      if (recording) recordLook(recording, c, p, env.ns);
      let matched = true;
      for (const test of c.tests)
        if (!test(p, env)) {
          matched = false;
          break;
        }
      if (!matched) continue;
      rule.packets++;
      rule.bytes += p.size;
      if (recording) {
        recording.count(rule);
        if (c.acts) recording.spoil();
      }
      if (c.act) {
        const verdict = c.act(p, env, walk);
        if (verdict === undefined) continue;
        if (walk.hops && (verdict === "DROP" || tableName === "nat")) this.#note(walk, env, tableName, chainName, at, rule, verdict);
        return verdict === "ACCEPT";
      }
      if (c.jump !== undefined) {
        const next = chains[c.jump];
        if (!next) throw new Errno("EINVAL", c.jump);
        if (!c.goto) stack.push({ chain, name: chainName, at });
        chain = next;
        chainName = c.jump;
        at = 0;
        continue;
      }
      if (c.returns) {
        const back = stack.pop();
        if (!back) break;
        ({ chain, at } = back);
        chainName = back.name;
      }
    }
    base.packets++;
    base.bytes += p.size;
    recording?.count(base);
    if (base.policy === "DROP") {
      walk.hops?.push({ machine: env.ns.machineName, netns: env.ns.name, where: `${tableName}/${env.hook} policy`, verdict: "DROP" });
      return false;
    }
    return true;
  }

  #note(walk: Walk, env: Env, table: string, chain: string, number: number, rule: RuleState, verdict: string): void {
    const name = rule.target?.name ?? verdict;
    walk.hops!.push({
      machine: env.ns.machineName,
      netns: env.ns.name,
      where: `${table}/${chain} rule ${number}: -A ${chain} ${ruleText(rule)}`,
      verdict: name === "REJECT" ? "REJECT" : name in targetExtensions ? name : verdict,
    });
  }
}
