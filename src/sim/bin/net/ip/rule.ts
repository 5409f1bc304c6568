/** ip rule. */
import { ipText } from "../../../net/ip.ts";
import { tables } from "../../../net/fib.ts";
import type { PolicyRule } from "../../../net/state.ts";
import { protoOf } from "./route.ts";
import { change, fullPrefix, IpError, json, notSimulated, numberOf, pick, prefixWord, type Context, type Words } from "./words.ts";

export function rule(c: Context, words: Words): void {
  const verb = words.next() ?? "show";
  const which = pick(verb, ["show", "list", "lst", "add", "delete", "flush", "save", "restore", "help"]);
  if (which === undefined) throw new IpError(`Command "${verb}" is unknown, try "ip rule help".`, 255);
  switch (which) {
    case "add":
    case "delete":
      if (words.done) throw new IpError(`"ip rule ${which === "add" ? "add" : "del"}" requires arguments.`);
      if (c.options.family === "inet6") notSimulated(`-6 rule ${verb}`);
      return modify(c, words, which);
    case "flush":
      return flush(c, words);
    case "save":
    case "restore":
    case "help":
      return notSimulated(`rule ${verb}`);
    default:
      return show(c, words);
  }
}

/** The rules of IPv6, which nobody can change here. */
const rules6: PolicyRule[] = [
  { priority: 0, table: tables.local, proto: "kernel" },
  { priority: 32766, table: tables.main, proto: "kernel" },
];

function show(c: Context, words: Words): void {
  const wanted = selector(words);
  const list = (c.options.family === "inet6" ? rules6 : c.ns.rulesInOrder).filter(wanted);
  if (c.options.json) c.out(json(list.map((r) => ruleJson(c, r))));
  else for (const r of list) c.out(`${ruleText(c, r)}\n`);
}

/** ip rule flush leaves only rule 0, which nothing deletes this way. */
function flush(c: Context, words: Words): void {
  const wanted = selector(words);
  change(c, () => {
    for (const r of c.ns.rulesInOrder.filter((x) => x.priority !== 0 && wanted(x))) c.ns.deleteRule((x) => x === r);
  });
}

/** The rules that the words after `show` or `flush` choose. */
function selector(words: Words): (rule: PolicyRule) => boolean {
  const tests: ((rule: PolicyRule) => boolean)[] = [];
  const same = (a: { ip: number; len: number } | undefined, b: { ip: number; len: number }): boolean => a?.ip === b.ip && a.len === b.len;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "priority":
      case "preference":
      case "pref":
      case "order":
      case "prio": {
        const priority = numberOf(words.value(word), "preference value is invalid\n");
        tests.push((r) => r.priority === priority);
        break;
      }
      case "table":
      case "lookup": {
        const table = tableOf(words.value(word));
        tests.push((r) => r.table === table && r.action === undefined);
        break;
      }
      case "fwmark": {
        const mark = markOf(words.value(word));
        tests.push((r) => r.mark?.value === mark.value && (mark.mask === 0xffffffff || r.mark.mask === mark.mask));
        break;
      }
      case "iif":
      case "dev": {
        const name = words.value(word);
        tests.push((r) => r.iif === name);
        break;
      }
      case "oif": {
        const name = words.value(word);
        tests.push((r) => r.oif === name);
        break;
      }
      case "not":
      case "tos":
      case "dsfield":
      case "uidrange":
      case "tun_id":
      case "ipproto":
      case "sport":
      case "dport":
      case "l3mdev":
      case "protocol":
        notSimulated(`rule show ${word}`);
        break;
      case "to": {
        const to = prefixWord(words.value(word));
        tests.push((r) => same(r.to, to));
        break;
      }
      default: {
        const value = word === "from" ? words.value(word) : word;
        const full = fullPrefix(value);
        if (full === undefined) throw new IpError(`Error: inet prefix is expected rather than "${value}".`);
        const from = prefixWord(full);
        tests.push((r) => same(r.from, from));
      }
    }
  }
  return (r) => tests.every((test) => test(r));
}

const tableName = (n: number): string =>
  n === tables.local ? "local" : n === tables.main ? "main" : n === tables.default ? "default" : String(n);
const tableOf = (word: string): number => (word in tables ? tables[word as "main"] : numberOf(word, "invalid table ID\n"));
const prefix = (p: { ip: number; len: number }): string => `${ipText(p.ip)}${p.len === 32 ? "" : `/${p.len}`}`;
const hex = (n: number): string => `0x${n.toString(16)}`;

function markOf(word: string): { value: number; mask: number } {
  const [value, mask] = word.split("/");
  return {
    value: numberOf(value!, "fwmark value is invalid\n"),
    mask: mask === undefined ? 0xffffffff : numberOf(mask, "fwmask value is invalid\n"),
  };
}

/** Who made the rule, where ip tells. */
const maker = (c: Context, r: PolicyRule): string | undefined =>
  c.options.details || (r.proto !== undefined && r.proto !== "kernel") ? (r.proto ?? "unspec") : undefined;

function ruleText(c: Context, r: PolicyRule): string {
  const device = (keyword: string, name: string | undefined): string[] =>
    name === undefined ? [] : [keyword, name, ...(c.ns.linkState(name) ? [] : ["[detached]"])];
  const made = maker(c, r);
  const words = [
    ...(r.not ? ["not"] : []),
    `from ${r.from ? prefix(r.from) : "all"}`,
    ...(r.to ? [`to ${prefix(r.to)}`] : []),
    ...(r.mark ? [`fwmark ${hex(r.mark.value)}${r.mark.mask === 0xffffffff ? "" : `/${hex(r.mark.mask)}`}`] : []),
    ...device("iif", r.iif),
    ...device("oif", r.oif),
    r.action ?? `lookup ${tableName(r.table)}`,
    ...(r.suppress === undefined ? [] : [`suppress_prefixlength ${r.suppress}`]),
    ...(made === undefined ? [] : [`proto ${made}`]),
  ];
  return `${r.priority}:\t${words.join(" ")}`;
}

function ruleJson(c: Context, r: PolicyRule): Record<string, unknown> {
  const side = (name: string, p: { ip: number; len: number } | undefined): Record<string, unknown> =>
    p ? { [name]: ipText(p.ip), ...(p.len === 32 ? {} : { [`${name}len`]: p.len }) } : {};
  const device = (keyword: string, name: string | undefined): Record<string, unknown> =>
    name === undefined ? {} : { [keyword]: name, ...(c.ns.linkState(name) ? {} : { [`${keyword}_detached`]: null }) };
  const made = maker(c, r);
  return {
    priority: r.priority,
    ...(r.not ? { not: null } : {}),
    ...(r.from ? side("src", r.from) : { src: "all" }),
    ...side("dst", r.to),
    ...(r.mark ? { fwmark: hex(r.mark.value), ...(r.mark.mask === 0xffffffff ? {} : { fwmask: hex(r.mark.mask) }) } : {}),
    ...device("iif", r.iif),
    ...device("oif", r.oif),
    ...(r.action ? { action: r.action } : { table: tableName(r.table) }),
    ...(r.suppress === undefined ? {} : { suppress_prefixlen: r.suppress }),
    ...(made === undefined ? {} : { protocol: made }),
  };
}

/** Words of rules that are not modelled. */
const others = "tos dsfield ipproto sport dport uidrange goto nop l3mdev realms nat tun_id suppress_ifgroup type".split(" ");

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
        r[word] = prefixWord(value);
        break;
      }
      case "fwmark": {
        r.mark = markOf(words.value(word));
        break;
      }
      case "table":
      case "lookup": {
        r.table = tableOf(words.value(word));
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
        r.proto = protoOf(words.value(word));
        break;
      case "suppress_prefixlength":
      case "sup_pl":
        r.suppress = numberOf(words.value(word), "suppress_prefixlength value is invalid\n");
        break;
      default:
        if (others.includes(word)) notSimulated(`rule ${verb} ${word}`);
        throw new IpError(`Error: argument "${word}" is wrong: Failed to parse rule type`, 255);
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
          (r.iif === undefined || x.iif === r.iif) &&
          (r.oif === undefined || x.oif === r.oif) &&
          (r.action === undefined || x.action === r.action) &&
          (r.suppress === undefined || x.suppress === r.suppress) &&
          (!r.not || x.not === true),
      );
      return;
    }
    // without a number: one below the second rule's (fib_default_rule_pref)
    const second = c.ns.rulesInOrder[1]?.priority ?? 0;
    c.ns.addRule({ priority: Math.max(0, second - 1), table: tables.main, ...r });
  });
}
