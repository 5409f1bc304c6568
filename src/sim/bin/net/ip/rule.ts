/** ip rule. */
import { ipText, parsePrefix } from "../../../net/ip.ts";
import { tables } from "../../../net/fib.ts";
import type { PolicyRule } from "../../../net/state.ts";
import { change, IpError, json, notSimulated, numberOf, pick, prefixError, type Context, type Words } from "./words.ts";

export function rule(c: Context, words: Words): void {
  const verb = words.next() ?? "show";
  const which = pick(verb, ["show", "list", "lst", "add", "delete", "flush", "save", "restore", "help"]);
  if (which === undefined) throw new IpError(`Command "${verb}" is unknown, try "ip rule help".`, 255);
  if (which === "add" || which === "delete") return modify(c, words, which);
  if (which === "flush") {
    change(c, () => {
      for (const r of c.ns.rulesInOrder.filter((x) => x.priority !== 0)) c.ns.deleteRule((x) => x === r);
    });
    return;
  }
  if (which !== "show" && which !== "list" && which !== "lst") notSimulated(`rule ${verb}`);
  if (!words.done) notSimulated(`rule show ${words.peek()}`);
  if (c.options.json) {
    c.out(
      json(
        c.ns.rulesInOrder.map((r) => ({
          priority: r.priority,
          src: r.from ? ipText(r.from.ip) : "all",
          ...(r.mark ? { fwmark: `0x${r.mark.value.toString(16)}`, fwmask: `0x${r.mark.mask.toString(16)}` } : {}),
          table: tableName(r.table),
        })),
      ),
    );
    return;
  }
  for (const r of c.ns.rulesInOrder) c.out(`${ruleText(r)}\n`);
}

const tableName = (n: number): string =>
  n === tables.local ? "local" : n === tables.main ? "main" : n === tables.default ? "default" : String(n);
const prefix = (p: { ip: number; len: number }): string => `${ipText(p.ip)}${p.len === 32 ? "" : `/${p.len}`}`;

function ruleText(r: PolicyRule): string {
  return `${r.priority}:\t${r.not ? "not " : ""}from ${r.from ? prefix(r.from) : "all"} ${r.to ? `to ${prefix(r.to)} ` : ""}${r.mark ? `fwmark 0x${r.mark.value.toString(16)}${r.mark.mask === 0xffffffff ? "" : `/0x${r.mark.mask.toString(16)}`} ` : ""}${r.iif === undefined ? "" : `iif ${r.iif} `}${r.oif === undefined ? "" : `oif ${r.oif} `}${r.action ?? `lookup ${tableName(r.table)}`}${r.proto === undefined || r.proto === "boot" ? "" : ` proto ${r.proto}`}`;
}

function modify(c: Context, words: Words, verb: "add" | "delete"): void {
  const r: Partial<PolicyRule> = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "not":
        r.not = true;
        break;
      case "from":
      case "to": {
        const value = words.value(word);
        if (value === "all" || value === "default" || value === "any") break;
        const parsed = parsePrefix(value);
        if (!parsed) throw prefixError(value);
        r[word] = parsed;
        break;
      }
      case "fwmark": {
        const [value, mask] = words.value(word).split("/");
        r.mark = {
          value: numberOf(value!, "fwmark value is invalid\n"),
          mask: mask === undefined ? 0xffffffff : numberOf(mask, "fwmask value is invalid\n"),
        };
        break;
      }
      case "table":
      case "lookup": {
        const value = words.value(word);
        r.table = value in tables ? tables[value as "main"] : numberOf(value, "invalid table ID\n");
        break;
      }
      case "priority":
      case "preference":
      case "pref":
      case "order":
      case "prio":
        r.priority = numberOf(words.value(word), "preference value is invalid\n");
        break;
      case "iif":
      case "dev":
        r.iif = words.value(word);
        break;
      case "oif":
        r.oif = words.value(word);
        break;
      case "blackhole":
      case "unreachable":
      case "prohibit":
        r.action = word;
        break;
      case "protocol":
      case "proto":
        r.proto = words.value(word);
        break;
      default:
        notSimulated(`rule ${verb} ${word}`);
    }
  }
  change(c, () => {
    if (verb === "delete") {
      c.ns.deleteRule(
        (x) =>
          (r.priority === undefined || x.priority === r.priority) &&
          (r.table === undefined || x.table === r.table) &&
          (!r.from || JSON.stringify(x.from) === JSON.stringify(r.from)) &&
          (!r.to || JSON.stringify(x.to) === JSON.stringify(r.to)) &&
          (!r.mark || JSON.stringify(x.mark) === JSON.stringify(r.mark)) &&
          (r.iif === undefined || x.iif === r.iif),
      );
      return;
    }
    // without a number: one below the second rule's (fib_default_rule_pref)
    const second = c.ns.rulesInOrder[1]?.priority ?? 0;
    c.ns.addRule({ priority: Math.max(0, second - 1), table: tables.main, ...r });
  });
}
