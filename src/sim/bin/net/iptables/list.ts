/** iptables -L: tables of rules as people read them (layout of iptables 1.8.10). */
import { ipText, maskOf } from "../../../net/ip.ts";
import { matchExtensions } from "../../../net/netfilter/matches.ts";
import { protocolText } from "../../../net/netfilter/rule.ts";
import { userChains } from "../../../net/netfilter/save.ts";
import { targetExtensions } from "../../../net/netfilter/targets.ts";
import type { RuleState, TableState } from "../../../net/state.ts";

export interface ListOptions {
  chain: string | undefined;
  number: number | undefined;
  numeric: boolean;
  verbose: boolean;
  exact: boolean;
  lineNumbers: boolean;
  zeroAddress: string;
  names(ip: string): string | undefined;
}

/** xtables_print_num: five digits, then K, M, G, T. */
function count(n: number, exact: boolean): string {
  if (exact || n <= 99_999) return String(n);
  for (const [unit, size] of [
    ["K", 1e3],
    ["M", 1e6],
    ["G", 1e9],
  ] as const) {
    const scaled = Math.floor((n + size / 2) / size);
    if (scaled <= 9999) return `${scaled}${unit}`;
  }
  return `${Math.floor(n / 1e12)}T`;
}

export function listing(table: TableState, o: ListOptions): string {
  const builtin = Object.keys(table.chains).filter((name) => table.chains[name]!.policy !== undefined);
  const names = o.chain === undefined ? [...builtin, ...userChains(table)] : [o.chain];
  const blocks = names.map((name) => {
    const chain = table.chains[name]!;
    if (o.number !== undefined)
      return chain.rules
        .slice(o.number - 1, o.number)
        .map((rule) => ruleLine(rule, o.number!, o))
        .join("");
    const references = Object.values(table.chains).reduce((sum, c) => sum + c.rules.filter((rule) => rule.target?.name === name).length, 0);
    const head =
      chain.policy === undefined
        ? `Chain ${name} (${references} references)\n`
        : `Chain ${name} (policy ${chain.policy}${o.verbose ? ` ${count(chain.packets, o.exact)} packets, ${count(chain.bytes, o.exact)} bytes` : ""})\n`;
    return head + columns(o) + chain.rules.map((rule, i) => ruleLine(rule, i + 1, o)).join("");
  });
  return blocks.join("\n");
}

function columns(o: ListOptions): string {
  return `${o.lineNumbers ? "num  " : ""}${o.verbose ? (o.exact ? "    pkts      bytes " : " pkts bytes ") : ""}target     prot opt ${o.verbose ? "in     out     " : ""}source               destination         \n`;
}

function address(a: { ip: number; mask: number } | undefined, o: ListOptions): string {
  if (!a || a.mask === 0) return o.numeric ? o.zeroAddress : "anywhere";
  const text = ipText(a.ip);
  if (a.mask === 0xffffffff) return (o.numeric ? undefined : o.names(text)) ?? text;
  for (let len = 1; len < 32; len++) if (maskOf(len) === a.mask) return `${text}/${len}`;
  return `${text}/${ipText(a.mask)}`;
}

function ruleLine(rule: RuleState, number: number, o: ListOptions): string {
  let line = o.lineNumbers ? `${String(number).padEnd(4)} ` : "";
  if (o.verbose)
    line += o.exact
      ? `${String(rule.packets).padStart(8)} ${String(rule.bytes).padStart(8)} `
      : `${count(rule.packets, false).padStart(5)} ${count(rule.bytes, false).padStart(5)} `;
  const proto = rule.proto
    ? `${rule.proto.not ? "!" : ""}${o.numeric ? rule.proto.number : protocolText(rule.proto.number)}`
    : o.numeric
      ? "0"
      : "all";
  line += `${(rule.target?.name ?? "").padEnd(9)}  ${proto.padEnd(4)} ${rule.fragment ? (rule.fragment.not ? "!f" : "-f") : "--"} `;
  if (o.verbose) {
    const name = (side: { name: string; not: boolean } | undefined): string =>
      (side ? `${side.not ? "!" : ""}${side.name}` : "*").padEnd(6);
    line += ` ${name(rule.in)} ${name(rule.out)} `;
  }
  const side = (v4: RuleState["src"], v6: RuleState["src6"]): string =>
    `${v4?.not || v6?.not ? "!" : " "}${(v6 ? v6.prefix.replace(/\/128$/, "") : address(v4, o)).padEnd(19)} `;
  line += side(rule.src, rule.src6) + side(rule.dst, rule.dst6);
  if (rule.target?.goto) line += "[goto] ";
  for (const match of rule.matches) line += ` ${matchExtensions[match.name]!.list(match, o.numeric)}`;
  const extension = rule.target && targetExtensions[rule.target.name];
  const text = extension ? extension.list(rule.target!, o.numeric) : "";
  if (text !== "") line += ` ${text}`;
  return `${line}\n`;
}
