/** ip link. */
import { briefJson, linkJson, linkLines, mac, flags, fullName, operstate, statistics } from "./show.ts";
import type { LinkKind } from "../../../net/state.ts";
import type { LinkSpec } from "../../../net/netlink.ts";
import { change, checkName, duplicate, IpError, json, notSimulated, numberOf, pick, type Context, type Words } from "./words.ts";

const kinds: Record<string, LinkKind> = { veth: "veth", bridge: "bridge", dummy: "dummy", vxlan: "vxlan", ipip: "ipip" };
const otherKinds = [
  "bond",
  "vlan",
  "macvlan",
  "ipvlan",
  "macvtap",
  "gre",
  "gretap",
  "sit",
  "vti",
  "tun",
  "tap",
  "vrf",
  "geneve",
  "wireguard",
  "ifb",
  "team",
  "nlmon",
  "can",
  "vcan",
  "hsr",
  "ip6tnl",
  "ip6gre",
  "xfrm",
  "bareudp",
  "netdevsim",
];

export function link(c: Context, words: Words): void {
  const verb = words.next() ?? "show";
  switch (pick(verb, ["add", "set", "change", "replace", "delete", "show", "lst", "list", "xstats", "afstats", "property", "help"])) {
    case "add":
      return add(c, words);
    case "set":
    case "change":
      return set(c, words);
    case "delete":
      return remove(c, words);
    case "show":
    case "list":
    case "lst":
      return show(c, words);
    case undefined:
      throw new IpError(`Command "${verb}" is unknown, try "ip link help".`, 255);
    default:
      notSimulated(`link ${verb}`);
  }
}

function show(c: Context, words: Words): void {
  const { ns, options } = c;
  let dev: string | undefined;
  let up = false;
  let type: string | undefined;
  let master: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "up") up = true;
    else if (word === "type") type = words.value(word);
    else if (word === "master") master = words.value(word);
    else if (word === "group" || word === "vrf") notSimulated(`link show ${word}`);
    else {
      const name = word === "dev" ? words.value(word) : word;
      if (dev !== undefined) throw duplicate("dev", name);
      dev = name;
    }
  }
  if (dev !== undefined && !ns.linkState(dev)) throw new IpError(`Device "${dev}" does not exist.`);
  if (master !== undefined && !ns.linkState(master)) throw new IpError("Device does not exist");
  const documents: unknown[] = [];
  for (const l of [...ns.state.links].sort((a, b) => a.index - b.index)) {
    if ((dev !== undefined && ns.linkState(dev) !== l) || (up && !l.up) || (type !== undefined && l.kind !== type)) continue;
    if (master !== undefined && l.master !== ns.linkState(master)!.index) continue;
    if (options.json && options.brief) documents.push({ ...briefJson(ns, l), address: mac(l), flags: flags(ns, l) });
    else if (options.json) documents.push({ ...linkJson(ns, l), linkmode: "DEFAULT", ...(l.alias ? { ifalias: l.alias } : {}) });
    else if (options.brief) c.out(`${fullName(ns, l).padEnd(16)} ${operstate(ns, l).padEnd(14)} ${mac(l)} <${flags(ns, l).join(",")}> \n`);
    else {
      const lines = [...linkLines(ns, l, options, true), ...(options.statistics > 0 ? statistics(l, options.statistics > 1) : [])];
      c.out(options.oneline ? `${lines.join("\\")}\n` : `${lines.join("\n")}\n`);
    }
  }
  if (options.json) c.out(json(documents));
}

function add(c: Context, words: Words): void {
  const spec: Partial<LinkSpec> & { name?: string } = {};
  let type: string | undefined;
  let device: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "name":
        spec.name = checkName("name", words.value(word), 15);
        break;
      case "link":
        device = words.value(word);
        break;
      case "mtu":
        spec.mtu = numberOf(words.value(word), `Invalid "mtu" value`);
        break;
      case "address":
        spec.mac = words.value(word).toLowerCase();
        break;
      case "master":
        spec.master = words.value(word);
        break;
      case "up":
      case "txqueuelen":
      case "numtxqueues":
      case "netns":
      case "index":
        notSimulated(`link add ${word}`);
        break;
      case "type":
        type = words.value(word);
        rest(c, words, type, spec);
        break;
      default: {
        const name = word === "dev" ? words.value(word) : word;
        if (spec.name !== undefined) throw duplicate("dev", name);
        spec.name = checkName("dev", name, 127);
      }
    }
  }
  if (type === undefined) throw new IpError('Not enough information: "type" argument is required');
  if (!kinds[type]) {
    if (otherKinds.includes(type)) notSimulated(`link add type ${type}`);
    throw new IpError("Error: Unknown device type.", 2);
  }
  if (spec.master !== undefined && !c.ns.linkState(spec.master)) throw new IpError(`Cannot find device "${spec.master}"`);
  for (const needed of [device, spec.dev])
    if (needed !== undefined && !c.ns.linkState(needed)) throw new IpError(`Cannot find device "${needed}"`);
  const kind = kinds[type]!;
  // the peer is made first, and takes the first name that is free
  if (kind === "veth") spec.peer ??= { name: free(c, "veth") };
  const name = spec.name ?? free(c, kind === "ipip" ? "tunl" : kind, spec.peer?.name);
  change(c, () => {
    c.ns.addLink({ ...spec, name, kind });
  });
}

const free = (c: Context, prefix: string, taken?: string): string => {
  for (let i = 0; ; i++) if (!c.ns.linkState(`${prefix}${i}`) && `${prefix}${i}` !== taken) return `${prefix}${i}`;
};

function vni(word: string): number {
  const id = numberOf(word, "invalid id");
  if (id >= 1 << 24) throw new IpError(`Error: argument "${word}" is wrong: invalid id`, 255);
  return id;
}

/** The words after `type TYPE`. */
function rest(c: Context, words: Words, type: string, spec: Partial<LinkSpec>): void {
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (type === "veth" && word === "peer") {
      const peer: { name: string; ns?: string; mac?: string } = { name: "" };
      for (let w = words.next(); w !== undefined; w = words.next()) {
        if (w === "name") peer.name = checkName("name", words.value(w), 15);
        else if (w === "netns") peer.ns = words.value(w);
        else if (w === "address") peer.mac = words.value(w);
        else if (w === "mtu") words.value(w);
        else peer.name = w;
      }
      spec.peer = { ...peer, name: peer.name || free(c, "veth") };
    } else if (type === "vxlan" && (word === "id" || word === "vni")) spec.vni = vni(words.value(word));
    else if (type === "vxlan" && word === "dstport") spec.port = numberOf(words.value(word), "dst port");
    else if (type === "vxlan" && (word === "nolearning" || word === "learning")) spec.learning = word === "learning";
    else if ((type === "vxlan" || type === "ipip") && word === "local") spec.local = words.value(word);
    else if ((type === "vxlan" || type === "ipip") && word === "remote") spec.remote = words.value(word);
    else if (type === "vxlan" && word === "dev") spec.dev = words.value(word);
    else if (kinds[type] || otherKinds.includes(type)) notSimulated(`link add type ${type} ${word}`);
    else return;
  }
}

function set(c: Context, words: Words): void {
  let name: string | undefined;
  const steps: ((device: string) => void)[] = [];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "up":
      case "down": {
        const up = word === "up";
        steps.push((d) => c.ns.setUp(d, up));
        break;
      }
      case "mtu": {
        const value = words.value(word);
        const mtu = numberOf(value, `Invalid "mtu" value\n`);
        steps.push((d) => c.ns.setLink(d, { mtu }));
        break;
      }
      case "address": {
        const mac = words.value(word).toLowerCase();
        if (!/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/.test(mac)) throw new IpError(`"${mac}" is invalid lladdr.`, 1);
        steps.push((d) => c.ns.setLink(d, { mac }));
        break;
      }
      case "master": {
        const master = words.value(word);
        if (!c.ns.linkState(master)) throw new IpError(`Error: argument "${master}" is wrong: Device does not exist\n`, 255);
        steps.push((d) => c.ns.setMaster(d, master));
        break;
      }
      case "nomaster":
        steps.push((d) => c.ns.setMaster(d, undefined));
        break;
      case "netns": {
        const to = words.value(word);
        const pid = /^\d+$/.test(to) ? c.p.machine.procs.get(Number(to))?.state.netns : undefined;
        const target = pid ?? to;
        if (!c.p.machine.world.network.find(c.p.machine.name, target))
          throw new IpError(`Error: argument "${to}" is wrong: Invalid "netns" value\n`, 255);
        steps.push((d) => c.p.machine.world.network.ns(c.p.machine.name, c.netns).moveLink(d, target));
        break;
      }
      case "name": {
        const newName = checkName("name", words.value(word), 15);
        steps.push((d) => c.ns.setLink(d, { newName }));
        break;
      }
      case "promisc": {
        const promisc = words.value(word) === "on";
        steps.push((d) => c.ns.setLink(d, { promisc }));
        break;
      }
      case "alias": {
        const alias = words.value(word);
        steps.push((d) => c.ns.setLink(d, { alias }));
        break;
      }
      case "txqueuelen":
      case "txqlen":
      case "qlen": {
        const txqlen = numberOf(words.value(word), 'Invalid "txqueuelen" value\n');
        steps.push((d) => c.ns.setLink(d, { txqlen }));
        break;
      }
      case "group":
      case "arp":
      case "multicast":
      case "allmulticast":
      case "type":
      case "vf":
      case "addrgenmode":
      case "xdp":
      case "carrier":
        notSimulated(`link set ${word}`);
        break;
      default: {
        const device = word === "dev" ? words.value(word) : word;
        if (name !== undefined) throw duplicate("dev", device);
        name = checkName("dev", device, 127);
      }
    }
  }
  if (name === undefined) throw new IpError('Not enough information: "dev" argument is required.', 255);
  if (!c.ns.linkState(name)) throw new IpError(`Cannot find device "${name}"`);
  const device = name;
  change(c, () => {
    for (const step of steps) step(device);
  });
}

function remove(c: Context, words: Words): void {
  let name: string | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "type") words.value(word);
    else name = checkName("dev", word === "dev" ? words.value(word) : word, 127);
  }
  if (name === undefined) throw new IpError('Not enough information: "dev" argument is required.', 255);
  if (!c.ns.linkState(name)) throw new IpError(`Cannot find device "${name}"`);
  const device = name;
  change(c, () => c.ns.deleteLink(device));
}
