/** Built-in chains of each table, and what users may call theirs. */
import type { TableName } from "../state.ts";
import { IptablesError, type Hook } from "./env.ts";
import { otherTargets, targetExtensions } from "./targets.ts";

export const builtinChains: Record<TableName, Hook[]> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
};

/** Throws on a name that no new chain may have (assert_valid_chain_name). */
export function checkChainName(name: string): void {
  if (name.startsWith("-") || name.startsWith("!")) throw new IptablesError(`chain name not allowed to start with \`${name[0]}'`);
  if (name === "" || name === "RETURN" || name in targetExtensions || otherTargets.includes(name))
    throw new IptablesError("chain name may not clash with target name");
  if (name.length > 28) throw new IptablesError(`chain name \`${name}' too long (must be under 29 chars)`);
  if (/\s/.test(name)) throw new IptablesError(`Invalid chain name \`${name}'`);
}

/** In the nat table nothing is dropped (xtables-standalone, nft_cmd): neither by a rule nor by a policy. */
export function checkNatDrop(table: string, verdict: string | undefined): void {
  if (table === "nat" && verdict === "DROP")
    throw new IptablesError('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n');
}

/** A rule's number on the command line. */
export function ruleNumber(word: string): number {
  if (!/^\d+$/.test(word) || Number(word) === 0) throw new IptablesError(`Invalid rule number \`${word}'`);
  return Number(word);
}
