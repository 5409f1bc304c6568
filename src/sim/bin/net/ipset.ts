/** ipset (7.19). */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { NetNs } from "../../net/netlink.ts";

const version = "ipset v7.19";

class Failed extends Error {}

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
      if (out.note !== undefined) await p.err(out.note);
      return out.status ?? 0;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (!has("-q", "-quiet")) await p.err(`${version}: ${error.message}\n`);
      return 1;
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
    throw new Failed(words.length === 0 ? "No command specified." : `No command specified: unknown argument ${words[0]}`);
  const [, name = "", ...rest] = words;
  switch (verb) {
    case "create":
      create(ns, name, rest, o.exist);
      return { text: "" };
    case "add":
    case "del":
      change(ns, verb, name, rest, o.exist);
      return { text: "" };
    case "test": {
      guard(() => ns.sets.has(name, rest[0] ?? ""), "The set with the given name does not exist");
      return ns.sets.has(name, rest[0]!)
        ? { text: "", note: `Warning: ${rest[0]} is in set ${name}.\n` }
        : { text: "", note: `${rest[0]} is NOT in set ${name}.\n`, status: 1 };
    }
    case "destroy":
      for (const set of name === "" ? ns.sets.names() : [name]) {
        if (!ns.sets.get(set)) throw new Failed("The set with the given name does not exist");
        if (references(ns, set) > 0) throw new Failed("Set cannot be destroyed: it is in use by a kernel component");
        ns.sets.destroy(set);
      }
      return { text: "" };
    case "flush":
      for (const set of name === "" ? ns.sets.names() : [name])
        guard(() => ns.sets.flush(set), "The set with the given name does not exist");
      return { text: "" };
    case "rename":
      guard(() => ns.sets.rename(name, rest[0] ?? ""), "The set with the given name does not exist");
      return { text: "" };
    case "swap":
      guard(() => ns.sets.swap(name, rest[0] ?? ""), "Sets cannot be swapped: the second set does not exist");
      return { text: "" };
    case "list":
      if (name !== "" && !ns.sets.get(name)) throw new Failed("The set with the given name does not exist");
      return {
        text: o.names
          ? ns.sets
              .names()
              .map((set) => `${set}\n`)
              .join("")
          : (name === "" ? ns.sets.names() : [name]).map((set) => describe(ns, set, o.terse)).join("\n"),
      };
    case "save":
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
          if (error instanceof Failed) throw new Failed(`Error in line ${i + 1}: ${error.message}`);
          throw error;
        }
      }
      return { text: "" };
    }
  }
}

function guard(work: () => unknown, message: string): void {
  try {
    work();
  } catch (error) {
    if (error instanceof Errno) throw new Failed(message);
    throw error;
  }
}

function create(ns: NetNs, name: string, rest: string[], exist: boolean): void {
  const [type = "", ...words] = rest;
  const header: Record<string, unknown> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "family") header.family = words[++i];
    else if (word === "hashsize" || word === "maxelem" || word === "timeout" || word === "bucketsize") header[word] = Number(words[++i]);
    else if (word === "initval" || word === "range") header[word] = words[++i];
    else if (word === "comment") header.comment = true;
    else throw new NotSimulated(`ipset create ${word}`);
  }
  delete header.bucketsize;
  delete header.initval;
  try {
    ns.sets.create(name, type, header);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === "EEXIST" && exist) return;
    throw new Failed(
      error.code === "EEXIST" ? "Set cannot be created: set with the same name already exists" : `Syntax error: unknown settype ${type}`,
    );
  }
}

function change(ns: NetNs, verb: string, name: string, rest: string[], exist: boolean): void {
  const [entry = "", ...words] = rest;
  const options: { timeout?: number; comment?: string; exist?: boolean } = { exist };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "timeout") options.timeout = Number(words[++i]);
    else if (words[i] === "comment") options.comment = words[++i]!.replace(/^"|"$/g, "");
    else throw new NotSimulated(`ipset ${verb} ${words[i]}`);
  }
  if (!ns.sets.get(name)) throw new Failed("The set with the given name does not exist");
  try {
    if (verb === "add") ns.sets.add(name, entry, options);
    else ns.sets.delete(name, entry);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === "EINVAL") throw new Failed(`Syntax error: cannot parse ${entry}: resolving to IPv4 address failed`);
    if (verb === "del" && exist) return;
    throw new Failed(
      verb === "add" ? "Element cannot be added to the set: it's already added" : "Element cannot be deleted from the set: it's not added",
    );
  }
}

const references = (ns: NetNs, set: string): number =>
  Object.values(ns.state.tables).reduce(
    (sum, table) =>
      sum +
      Object.values(table?.chains ?? {}).reduce(
        (n, chain) => n + chain.rules.reduce((m, rule) => m + rule.matches.filter((x) => x.name === "set" && x.set === set).length, 0),
        0,
      ),
    0,
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
  return `family ${h.family} hashsize ${h.hashsize} maxelem ${h.maxelem}${h.timeout === undefined ? "" : ` timeout ${h.timeout}`}${h.comment ? " comment" : ""} bucketsize 12 initval 0x${seed.toString(16).padStart(8, "0")}`;
}

function member(ns: NetNs, set: string, entry: string): string {
  const { expires, comment } = ns.sets.get(set)!.members[entry]!;
  return `${entry}${expires === undefined ? "" : ` timeout ${Math.max(0, Math.floor((expires - ns.now) / 1000))}`}${comment === undefined ? "" : ` comment "${comment}"`}`;
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
