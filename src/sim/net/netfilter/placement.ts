/** Where rules may stand: tables and hooks of targets and matches, and chains that lead in circles (nft_compat.c, nft_chain_validate). */
import type { ChainState, RuleState, TableName, TableState } from "../state.ts";
import { builtinChains } from "./chains.ts";
import type { Hook } from "./env.ts";
import { matchExtensions } from "./matches.ts";
import { targetExtensions } from "./targets.ts";

/** The rule that the kernel does not take, by its chain and place there, and its words for it. */
export interface Misplaced {
  chain: string;
  rule: RuleState;
  reason: string;
}

const invalid = "Invalid argument";

/** Whether a target or match cannot be in this table at all, or in this built-in chain (what xt_check_target and xt_check_match look at). */
function unfit(rule: RuleState, table: string, base: Hook | undefined): boolean {
  for (const match of rule.matches) {
    const extension = matchExtensions[match.name]!;
    if (extension.tables && !extension.tables.includes(table)) return true;
    if (extension.proto !== undefined && (rule.proto?.number !== extension.proto || rule.proto.not)) return true;
    if (base && extension.refuses?.(match, base)) return true;
  }
  if (!rule.target) return false;
  const extension = targetExtensions[rule.target.name];
  if (!extension) return false;
  if (extension.tables && !extension.tables.includes(table)) return true;
  const proto = rule.target.with === "tcp-reset" ? 6 : extension.proto;
  if (proto !== undefined && (rule.proto?.number !== proto || rule.proto.not)) return true;
  return base !== undefined && extension.refuses?.(rule.target, base) === true;
}

/** Why the kernel does not take a new rule into a chain, whatever leads there; undefined when it does. */
export function refusal(rule: RuleState, name: TableName, table: TableState, chain: string): string | undefined {
  if (rule.target && !targetExtensions[rule.target.name] && table.chains[rule.target.name]?.policy !== undefined)
    return "Operation not supported";
  return unfit(rule, name, table.chains[chain]!.policy === undefined ? undefined : (chain as Hook)) ? invalid : undefined;
}

/** The hooks that a rule's target and matches are confined to: one list for each that is. */
function confinements(rule: RuleState): readonly (readonly Hook[])[] {
  let known = confined.get(rule);
  if (!known) {
    const extensions = [rule.target && targetExtensions[rule.target.name], ...rule.matches.map((match) => matchExtensions[match.name])];
    const hooks = extensions.flatMap((extension) => (extension?.hooks ? [extension.hooks] : []));
    confined.set(rule, (known = hooks.length === 0 ? anywhere : hooks));
  }
  return known;
}
/** Rules are never altered. */
const confined = new WeakMap<RuleState, readonly (readonly Hook[])[]>();
const anywhere: readonly (readonly Hook[])[] = [];

const allowed = (rule: RuleState, hook: Hook): boolean => confinements(rule).every((hooks) => hooks.includes(hook));

/** What is wrong with a table, seen from its built-in chains: undefined when nothing is. `order` tells which of two rules was written later. */
export function misplaced(name: TableName, table: TableState, order: (rule: RuleState) => number = () => 0): Misplaced | undefined {
  for (const hook of builtinChains[name]) {
    const found = walk(table, hook, order);
    if (found) return found;
  }
  return undefined;
}

function walk(table: TableState, hook: Hook, order: (rule: RuleState) => number): Misplaced | undefined {
  const seen = new Set<ChainState>();
  const visit = (name: string, chain: ChainState, above: readonly ChainState[], last: Misplaced | undefined): Misplaced | undefined => {
    for (const rule of chain.rules) {
      const here = { chain: name, rule, reason: invalid };
      const latest = last && order(last.rule) >= order(rule) ? last : here;
      if (!allowed(rule, hook)) return latest;
      const target = rule.target && !targetExtensions[rule.target.name] ? table.chains[rule.target.name] : undefined;
      if (!target) continue;
      if (target === chain || above.includes(target)) return { ...latest, reason: "Too many links" };
      if (seen.has(target)) continue;
      const deeper = visit(rule.target!.name, target, [...above, chain], latest);
      if (deeper) return deeper;
      seen.add(target);
    }
    return undefined;
  };
  const base = table.chains[hook];
  return base && visit(hook, base, [], undefined);
}
