/** ipset (7.19). */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { setTypes } from "../../net/ipset.ts";
import { ElementError, repeated } from "../../net/ipset-elements.ts";
import type { NetNs } from "../../net/netlink.ts";
import type { IpSetState } from "../../net/state.ts";

const version = "ipset v7.19";

/** A refusal in ipset's words; wrong usage ends with 2. */
class Failed extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
class Usage extends Failed {
  constructor(message: string) {
    super(`${message}\nTry \`ipset help' for more information.`, 2);
  }
}

/** Types that the real tool has and that are not modelled. */
const otherTypes = ["bitmap:ip", "bitmap:ip,mac", "hash:ip,mac", "hash:net,port,net"];

const noSet = "The set with the given name does not exist";

export const ipset: CommandProgram = {
  name: "ipset",
  async main(p) {
    const flags = p.args.filter((a) => ["-exist", "-!", "-q", "-quiet", "-t", "-terse", "-n", "-name", "-s", "-sorted"].includes(a));
    const words = p.args.filter((a) => !flags.includes(a));
    const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
    const has = (...names: string[]): boolean => flags.some((f) => names.includes(f));
    if (words[0] === "-v" || words[0] === "--version" || words[0] === "version") {
      await p.out(`${version}, protocol version: 7\n`);
      return 0;
    }
    if (p.uid !== 0) {
      await p.err(`${version}: Kernel error received: Operation not permitted\n`);
      return 1;
    }
    try {
      const out = await command(p, ns, words, { exist: has("-exist", "-!"), terse: has("-t", "-terse"), names: has("-n", "-name") });
      await p.out(out.text);
      if (out.note !== undefined && !has("-q", "-quiet")) await p.err(out.note);
      return out.status ?? 0;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (!has("-q", "-quiet")) await p.err(`${version}: ${error.message}\n`);
      return error.status;
    }
  },
};

const verbs: Record<string, string> = {
  "-N": "create",
  n: "create",
  create: "create",
  "-A": "add",
  add: "add",
  "-D": "del",
  del: "del",
  "-T": "test",
  test: "test",
  "-X": "destroy",
  x: "destroy",
  destroy: "destroy",
  "-L": "list",
  list: "list",
  "-S": "save",
  save: "save",
  "-R": "restore",
  restore: "restore",
  "-F": "flush",
  flush: "flush",
  "-E": "rename",
  rename: "rename",
  "-W": "swap",
  swap: "swap",
};

async function command(
  p: Proc,
  ns: NetNs,
  words: string[],
  o: { exist: boolean; terse: boolean; names: boolean },
): Promise<{ text: string; note?: string; status?: number }> {
  const verb = verbs[words[0] ?? ""];
  if (verb === undefined)
    throw new Usage(words.length === 0 ? "No command specified." : `No command specified: unknown argument ${words[0]}`);
  const [, name = "", ...rest] = words;
  checkCount(verb, words.slice(1));
  switch (verb) {
    case "create":
      create(ns, name, rest, o.exist);
      return { text: "" };
    case "add":
    case "del":
      change(ns, verb, name, rest, o.exist);
      return { text: "" };
    case "test": {
      const set = need(ns, name);
      return guard(() => {
        const text = repeated(set, rest[0]!);
        return ns.sets.has(name, rest[0]!)
          ? { text: "", note: `Warning: ${text} is in set ${name}.\n` }
          : { text: "", note: `${text} is NOT in set ${name}.\n`, status: 1 };
      });
    }
    case "destroy":
      if (name !== "") need(ns, name);
      for (const set of name === "" ? ns.sets.names() : [name])
        if (references(ns, set) > 0) throw new Failed("Set cannot be destroyed: it is in use by a kernel component");
      for (const set of name === "" ? ns.sets.names() : [name]) ns.sets.destroy(set);
      return { text: "" };
    case "flush":
      if (name !== "") need(ns, name);
      for (const set of name === "" ? ns.sets.names() : [name]) ns.sets.flush(set);
      return { text: "" };
    case "rename":
      need(ns, name);
      if (ns.sets.get(rest[0]!)) throw new Failed("Set cannot be renamed: a set with the new name already exists");
      if (references(ns, name) > 0) throw new Failed("Set cannot be renamed: it is in use by another system");
      ns.sets.rename(name, rest[0]!);
      return { text: "" };
    case "swap": {
      const first = need(ns, name);
      const second = ns.sets.get(rest[0]!);
      if (!second) throw new Failed("Sets cannot be swapped: the second set does not exist");
      if (first.type !== second.type || first.header.family !== second.header.family)
        throw new Failed("The sets cannot be swapped: their type does not match");
      ns.sets.swap(name, rest[0]!);
      return { text: "" };
    }
    case "list":
      if (name !== "") need(ns, name);
      return {
        text: o.names
          ? ns.sets
              .names()
              .map((set) => `${set}\n`)
              .join("")
          : (name === "" ? ns.sets.names() : [name]).map((set) => describe(ns, set, o.terse)).join("\n"),
      };
    case "save":
      if (name !== "") need(ns, name);
      return { text: (name === "" ? ns.sets.names() : [name]).map((set) => saved(ns, set)).join("") };
    default: {
      const lines = (await p.readAll()).toString("utf8").split("\n");
      for (const [i, line] of lines.entries()) {
        const list = line
          .trim()
          .split(/\s+/)
          .filter((w) => w !== "");
        if (list.length === 0 || list[0]!.startsWith("#") || list[0] === "quit" || list[0] === "COMMIT") continue;
        const exist = o.exist || list.includes("-exist");
        const bare = list.filter((w) => w !== "-exist");
        try {
          await command(p, ns, bare, { ...o, exist });
        } catch (error) {
          if (error instanceof Failed && !(error instanceof Usage)) throw new Failed(`Error in line ${i + 1}: ${error.message}`);
          throw error;
        }
      }
      return { text: "" };
    }
  }
}

/** How many arguments a command must have, and may have. */
const counts: Record<string, [least: number, most: number]> = {
  create: [2, Infinity],
  add: [2, Infinity],
  del: [2, Infinity],
  test: [2, Infinity],
  rename: [2, 2],
  swap: [2, 2],
  destroy: [0, 1],
  flush: [0, 1],
  list: [0, 1],
  save: [0, 1],
};

function checkCount(verb: string, args: readonly string[]): void {
  const [least, most] = counts[verb] ?? [0, Infinity];
  if (args.length < least) throw new Usage(`Missing ${args.length === 0 ? "" : "second "}mandatory argument to command ${verb}`);
  if (args.length > most) throw new Usage(`Unknown argument ${args[most]}`);
}

function need(ns: NetNs, name: string): IpSetState {
  const set = ns.sets.get(name);
  if (!set) throw new Failed(noSet);
  return set;
}

/** Runs what reads elements. */
function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ElementError) throw new Failed(error.message);
    throw error;
  }
}

/** Options of `create` that are known to the real tool. */
const otherOptions = ["counters", "skbinfo", "netmask", "bitmask", "forceadd", "markmask", "size"];

function create(ns: NetNs, name: string, rest: string[], exist: boolean): void {
  const [type = "", ...words] = rest;
  if (name.length > 31) throw new Failed(`Syntax error: setname '${name}' is longer than 31 characters`);
  if (!setTypes.includes(type)) {
    if (otherTypes.includes(type)) throw new NotSimulated(`ipset create ${type}`);
    throw new Failed(`Syntax error: typename '${type}' is unknown`);
  }
  const header: Partial<IpSetState["header"]> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const value = (): string => {
      const next = words[++i];
      if (next === undefined) throw new Usage(`Missing mandatory argument of option \`${word}'`);
      return next;
    };
    if (word === "family") header.family = family(value());
    else if (word === "hashsize" || word === "maxelem" || word === "timeout") header[word] = natural(value());
    else if (word === "bucketsize") natural(value());
    else if (word === "initval") value();
    else if (word === "range") header.range = value();
    else if (word === "comment") header.comment = true;
    else if (otherOptions.includes(word)) throw new NotSimulated(`ipset create ${word}`);
    else throw new Usage(`Unknown argument: \`${word}'`);
  }
  if (type === "bitmap:port" && header.range === undefined) throw new Usage("Mandatory option `range' is missing");
  const there = ns.sets.get(name);
  if (!there) ns.sets.create(name, type, header);
  else if (!exist || there.type !== type) throw new Failed("Set cannot be created: set with the same name already exists");
}

function family(word: string): string {
  if (word === "inet" || word === "inet6") return word;
  if (word === "ipv4" || word === "-4") return "inet";
  if (word === "ipv6" || word === "-6") return "inet6";
  throw new Failed(`Syntax error: unknown inet family ${word}`);
}

function natural(word: string): number {
  if (!/^\d+$/.test(word)) throw new Failed(`Syntax error: '${word}' is invalid as number`);
  return Number(word);
}

function change(ns: NetNs, verb: string, name: string, rest: string[], exist: boolean): void {
  const [entry = "", ...words] = rest;
  const set = need(ns, name);
  const options: { timeout?: number; comment?: string; nomatch?: boolean; exist?: boolean } = { exist };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "timeout") options.timeout = natural(words[++i] ?? "");
    else if (word === "comment") options.comment = words[++i]!.replace(/^"|"$/g, "");
    else if (word === "nomatch") options.nomatch = true;
    else throw new NotSimulated(`ipset ${verb} ${word}`);
  }
  if (options.timeout !== undefined && set.header.timeout === undefined)
    throw new Failed("Timeout cannot be used: set was created without timeout support");
  if (options.comment !== undefined && !set.header.comment)
    throw new Failed("Comment cannot be used: set was created without comment support");
  if (set.type === "list:set") checkMember(ns, entry);
  try {
    guard(() => (verb === "add" ? ns.sets.add(name, entry, options) : ns.sets.delete(name, entry)));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (verb === "del" && exist) return;
    throw new Failed(
      error.code === "ENOSPC"
        ? "Hash is full, cannot add more elements"
        : error.code === "ERANGE"
          ? "Element is out of the range of the set"
          : verb === "add"
            ? "Element cannot be added to the set: it's already added"
            : "Element cannot be deleted from the set: it's not added",
    );
  }
}

/** A set of sets has only sets that are there, and none of its own kind. */
function checkMember(ns: NetNs, name: string): void {
  const set = ns.sets.get(name);
  if (!set) throw new Failed("Set to be added/deleted/tested as element does not exist.");
  if (set.type === "list:set") throw new Failed("Sets with list:set type cannot be added to the set.");
}

/** Rules and sets of sets that hold on to a set. */
const references = (ns: NetNs, set: string): number =>
  Object.values(ns.state.tables).reduce(
    (sum, table) =>
      sum +
      Object.values(table?.chains ?? {}).reduce(
        (n, chain) => n + chain.rules.reduce((m, rule) => m + rule.matches.filter((x) => x.name === "set" && x.set === set).length, 0),
        0,
      ),
    ns.sets.listed(set),
  );

const revisions: Record<string, number> = {
  "hash:ip": 6,
  "hash:net": 7,
  "hash:ip,port": 7,
  "hash:net,port": 8,
  "hash:ip,port,ip": 7,
  "hash:ip,port,net": 8,
  "hash:net,net": 4,
  "bitmap:port": 3,
  "list:set": 3,
};

function header(ns: NetNs, set: string): string {
  const { type, header: h } = ns.sets.get(set)!;
  const seed = set.split("").reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0, 17);
  if (type === "list:set") return "size 8";
  if (type === "bitmap:port")
    return `range ${h.range}${h.timeout === undefined ? "" : ` timeout ${h.timeout}`}${h.comment ? " comment" : ""}`;
  return `family ${h.family} hashsize ${h.hashsize} maxelem ${h.maxelem}${h.timeout === undefined ? "" : ` timeout ${h.timeout}`}${h.comment ? " comment" : ""} bucketsize 12 initval 0x${seed.toString(16).padStart(8, "0")}`;
}

function member(ns: NetNs, set: string, entry: string): string {
  const { expires, comment, nomatch } = ns.sets.get(set)!.members[entry]!;
  return `${entry}${nomatch ? " nomatch" : ""}${expires === undefined ? "" : ` timeout ${Math.max(0, Math.floor((expires - ns.now) / 1000))}`}${comment === undefined ? "" : ` comment "${comment}"`}`;
}

function describe(ns: NetNs, set: string, terse: boolean): string {
  const members = ns.sets.members(set);
  const { type } = ns.sets.get(set)!;
  const head = `Name: ${set}\nType: ${type}\nRevision: ${revisions[type] ?? 0}\nHeader: ${header(ns, set)}\nSize in memory: ${200 + members.length * 56}\nReferences: ${references(ns, set)}\nNumber of entries: ${members.length}\n`;
  return terse ? head : `${head}Members:\n${members.map((m) => `${member(ns, set, m)}\n`).join("")}`;
}

const saved = (ns: NetNs, set: string): string =>
  `create ${set} ${ns.sets.get(set)!.type} ${header(ns, set)}\n${ns.sets
    .members(set)
    .map((m) => `add ${set} ${member(ns, set, m)}\n`)
    .join("")}`;
