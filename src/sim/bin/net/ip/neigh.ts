/** ip neighbour. */
import { NetlinkError, type NeighbourInfo } from "../../../net/netlink.ts";
import { change, fullAddress, fullPrefix, IpError, json, notSimulated, pick, type Context, type Words } from "./words.ts";

export function neighbour(c: Context, words: Words): void {
  const verb = words.next() ?? "show";
  const which = pick(verb, ["add", "change", "chg", "replace", "delete", "get", "show", "lst", "list", "flush", "help"]);
  switch (which) {
    case "add":
    case "change":
    case "chg":
    case "replace":
    case "delete":
      return modify(c, words, which);
    case "get":
      return get(c, words);
    case "show":
    case "list":
    case "lst":
    case "flush":
      if (which === "flush" && words.done) throw new IpError("Flush requires arguments.");
      return show(c, words, which === "flush");
    case undefined:
      throw new IpError(`Command "${verb}" is unknown, try "ip neighbour help".`, 255);
    default:
      notSimulated(`neighbour ${verb}`);
  }
}

const states = {
  permanent: "PERMANENT",
  noarp: "NOARP",
  reachable: "REACHABLE",
  stale: "STALE",
  failed: "FAILED",
} as const;
/** States that pass by themselves, and that ip can set as well. */
const passing = ["none", "incomplete", "delay", "probe"];

function nudOf(word: string): (typeof states)[keyof typeof states] {
  if (word in states) return states[word as keyof typeof states];
  if (passing.includes(word) || /^(0x)?\d/.test(word)) notSimulated(`neighbour nud ${word}`);
  throw new IpError(`Error: argument "${word}" is wrong: nud state is bad`, 255);
}

function modify(c: Context, words: Words, verb: string): void {
  let ip: string | undefined;
  let dev: string | undefined;
  let mac: string | undefined;
  let state: (typeof states)[keyof typeof states] = "PERMANENT";
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") dev = words.value(word);
    else if (word === "lladdr") mac = words.value(word).toLowerCase();
    else if (word === "nud") state = nudOf(words.value(word));
    else if (["proxy", "router", "extern_learn", "use", "managed", "protocol"].includes(word)) notSimulated(`neighbour ${verb} ${word}`);
    else ip = addressWord(word === "to" ? words.value(word) : word);
  }
  if (dev === undefined || ip === undefined) throw new IpError("Device and destination are required arguments.", 255);
  const link = c.ns.linkState(dev);
  if (!link) throw new IpError(`Cannot find device "${dev}"`);
  const entry = { ip, dev, ...(mac === undefined ? {} : { mac }), state };
  change(c, () => {
    if (verb === "delete") {
      c.ns.deleteNeighbour(entry);
      return;
    }
    const there = c.ns.neighbours().find((n) => n.ip === entry.ip && n.dev === link.name);
    if (there && verb === "add") throw new NetlinkError("EEXIST");
    if (!there && (verb === "change" || verb === "chg")) throw new NetlinkError("ENOENT");
    if (mac !== undefined && !/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/.test(mac)) throw new NetlinkError("EINVAL", "Invalid link address");
    if (mac === undefined && state !== "FAILED") {
      if (there?.mac === undefined) throw new NetlinkError("EINVAL", "No link layer address given");
      entry.mac = there.mac;
    }
    c.ns.setNeighbour(entry);
  });
}

function addressWord(word: string): string {
  const full = fullAddress(word);
  if (full === undefined) throw new IpError(`Error: any valid address is expected rather than "${word}".`);
  return full;
}

const entryText = (n: NeighbourInfo, dev: boolean): string =>
  `${n.ip} ${dev ? `dev ${n.dev} ` : ""}${n.mac === undefined ? "" : `lladdr ${n.mac} `}${n.state} \n`;

function get(c: Context, words: Words): void {
  let ip: string | undefined;
  let dev: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") dev = words.value(word);
    else if (word === "proxy") notSimulated("neighbour get proxy");
    else ip = addressWord(word === "to" ? words.value(word) : word);
  }
  if (ip === undefined || dev === undefined) throw new IpError("Device and address are required arguments.");
  const link = c.ns.linkState(dev);
  if (!link) throw new IpError(`Cannot find device "${dev}"`);
  const entry = c.ns.neighbours().find((n) => n.ip === ip && n.dev === link.name);
  if (!entry) throw new IpError("Error: Neighbour entry not found.", 2);
  if (c.options.json) notSimulated("-j neighbour get");
  c.out(entryText(entry, true));
}

function show(c: Context, words: Words, flush: boolean): void {
  let dev: string | undefined;
  let nud: string | undefined;
  let all = false;
  let to: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") dev = words.value(word);
    else if (word === "nud") {
      const value = words.value(word);
      if (value === "all") all = true;
      else if (!(value in states) && !passing.includes(value))
        throw new IpError(`Error: argument "${value}" is wrong: nud state is bad`, 255);
      else nud = value.toUpperCase();
    } else if (word === "proxy" || word === "unused" || word === "vrf" || word === "master" || word === "nomaster")
      notSimulated(`neighbour show ${word}`);
    else to = fullPrefix(word === "to" ? words.value(word) : word);
  }
  if (dev !== undefined && !c.ns.linkState(dev)) throw new IpError(`Cannot find device "${dev}"`);
  const list = c.ns
    .neighbours()
    .filter(
      (n) =>
        (dev === undefined || n.dev === c.ns.linkState(dev)!.name) &&
        (nud === undefined ? all || flush || n.state !== "NOARP" : n.state === nud) &&
        (to === undefined || n.ip === to),
    );
  if (flush) {
    change(c, () => {
      for (const n of list) if ((n.state !== "PERMANENT" && n.state !== "NOARP") || nud !== undefined) c.ns.deleteNeighbour(n);
    });
    return;
  }
  if (c.options.family === "inet6") return;
  if (c.options.json) {
    c.out(
      json(
        list.map((n) => ({
          dst: n.ip,
          ...(dev === undefined ? { dev: n.dev } : {}),
          ...(n.mac === undefined ? {} : { lladdr: n.mac }),
          state: [n.state],
        })),
      ),
    );
    return;
  }
  for (const n of list) c.out(entryText(n, dev === undefined));
}
