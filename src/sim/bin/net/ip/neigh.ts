/** ip neighbour. */
import { parseIp } from "../../../net/ip.ts";
import { change, IpError, json, notSimulated, pick, type Context, type Words } from "./words.ts";

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
    case "show":
    case "list":
    case "lst":
    case "flush":
      return show(c, words, which === "flush");
    case undefined:
      throw new IpError(`Command "${verb}" is unknown, try "ip neighbour help".`, 255);
    default:
      notSimulated(`neighbour ${verb}`);
  }
}

function modify(c: Context, words: Words, verb: string): void {
  let ip: string | undefined;
  let dev: string | undefined;
  let mac: string | undefined;
  let nud = "permanent";
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") dev = words.value(word);
    else if (word === "lladdr") mac = words.value(word).toLowerCase();
    else if (word === "nud") nud = words.value(word);
    else if (
      word === "proxy" ||
      word === "router" ||
      word === "extern_learn" ||
      word === "use" ||
      word === "managed" ||
      word === "protocol"
    )
      notSimulated(`neighbour ${verb} ${word}`);
    else ip = word === "to" ? words.value(word) : word;
  }
  if (dev === undefined || ip === undefined) throw new IpError("Device and destination are required arguments.", 255);
  if (parseIp(ip) === undefined) throw new IpError(`Error: any valid prefix is expected rather than "${ip}".`, 1);
  if (!c.ns.linkState(dev)) throw new IpError(`Cannot find device "${dev}"`);
  const device = dev;
  const address = ip;
  change(c, () => {
    if (verb === "delete") {
      c.ns.deleteNeighbour({ ip: address, dev: device });
      return;
    }
    if (mac === undefined) {
      if (verb === "add" || verb === "replace")
        c.ns.setNeighbour({ ip: address, dev: device, mac: "00:00:00:00:00:00", permanent: nud === "permanent" });
      return;
    }
    c.ns.setNeighbour({ ip: address, dev: device, mac, permanent: nud === "permanent" });
  });
}

function show(c: Context, words: Words, flush: boolean): void {
  let dev: string | undefined;
  let nud: string | undefined;
  let to: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "dev") dev = words.value(word);
    else if (word === "nud") nud = words.value(word).toUpperCase();
    else if (word === "proxy" || word === "unused" || word === "vrf" || word === "master" || word === "nomaster")
      notSimulated(`neighbour show ${word}`);
    else if (word === "all") nud = undefined;
    else to = word === "to" ? words.value(word) : word;
  }
  if (dev !== undefined && !c.ns.linkState(dev)) throw new IpError(`Cannot find device "${dev}"`);
  const list = c.ns
    .neighbours()
    .filter(
      (n) =>
        (dev === undefined || n.dev === c.ns.linkState(dev)!.name) &&
        (nud === undefined || n.state === nud) &&
        (to === undefined || n.ip === to),
    );
  if (flush) {
    change(c, () => {
      for (const n of list) if (n.state !== "PERMANENT" || nud !== undefined) c.ns.deleteNeighbour(n);
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
  for (const n of list)
    c.out(`${n.ip} ${dev === undefined ? `dev ${n.dev} ` : ""}${n.mac === undefined ? "" : `lladdr ${n.mac} `}${n.state} \n`);
}
