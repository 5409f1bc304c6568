/** ip address. */
import { briefJson, linkJson, linkLines, linkLocal, addressJson, addressLines, fullName, operstate, statistics } from "./show.ts";
import { inPrefix, ipText, parsePrefix } from "../../../net/ip.ts";
import type { LinkState } from "../../../net/state.ts";
import {
  change,
  duplicate,
  fullPrefix,
  IpError,
  json,
  notSimulated,
  pick,
  prefixError,
  prefixWord,
  type Context,
  type Words,
} from "./words.ts";

export function address(c: Context, words: Words): void {
  const verb = words.next() ?? "show";
  switch (pick(verb, ["add", "change", "replace", "delete", "show", "lst", "list", "flush", "save", "restore", "showdump", "help"])) {
    case "add":
    case "change":
    case "replace":
      return modify(c, words, pick(verb, ["add", "change", "replace"])!);
    case "delete":
      return modify(c, words, "delete");
    case "show":
    case "list":
    case "lst":
      return show(c, words);
    case "flush":
      return flush(c, words);
    case undefined:
      throw new IpError(`Command "${verb}" is unknown, try "ip address help".`, 255);
    default:
      notSimulated(`address ${verb}`);
  }
}

function modify(c: Context, words: Words, verb: "add" | "change" | "replace" | "delete"): void {
  let local: string | undefined;
  let given = "";
  let dev: string | undefined;
  let label: string | undefined;
  let scope: "global" | "link" | "host" | undefined;
  let metric: number | undefined;
  let broadcast = "none";
  let noprefixroute = false;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "dev":
        dev = words.value(word);
        break;
      case "label":
        label = words.value(word);
        break;
      case "scope":
        scope = words.value(word) as "link";
        break;
      case "metric":
      case "priority":
      case "preference":
        metric = Number(words.value(word));
        break;
      case "broadcast":
      case "brd": {
        const value = words.value(word);
        broadcast = value === "+" || value === "-" ? (value === "+" ? "+" : "none") : value;
        break;
      }
      case "noprefixroute":
        noprefixroute = true;
        break;
      case "valid_lft":
      case "preferred_lft":
      case "peer":
      case "proto":
      case "home":
      case "nodad":
        notSimulated(`address ${verb} ${word}`);
        break;
      default:
        if (word === "local") word = words.value(word);
        if (local !== undefined) throw duplicate("local", word);
        if (word.includes(":")) notSimulated("address with IPv6");
        local = fullPrefix(word);
        if (local === undefined) throw prefixError(word);
        given = word;
    }
  }
  if (dev === undefined) throw new IpError('Not enough information: "dev" argument is required.', 1);
  if (!c.ns.link(dev)) throw new IpError(`Cannot find device "${dev}"`);
  if (local === undefined) throw new IpError("RTNETLINK answers: Operation not supported", 2);
  if (verb === "delete" && !local.includes("/")) c.warn(wildcard(given));
  const cidr = local;
  const device = dev;
  change(c, () => {
    if (verb === "delete") {
      c.ns.deleteAddress(device, cidr);
      return;
    }
    if (verb !== "add") {
      const full = parsePrefix(cidr)!;
      if (c.ns.link(device)!.addresses.some((a) => a.ip === ipText(full.ip) && a.len === full.len)) c.ns.deleteAddress(device, cidr);
    }
    c.ns.addAddress(device, cidr, { scope, label, metric, noprefixroute, broadcast });
  });
}

const wildcard = (word: string): string =>
  `Warning: Executing wildcard deletion to stay compatible with old scripts.
         Explicitly specify the prefix length (${word}/32) to avoid this warning.
         This special behaviour is likely to disappear in further releases,
         fix your scripts!
`;

interface Filter {
  dev?: string;
  up?: boolean;
  scope?: string;
  type?: string;
  master?: string;
  to?: { ip: number; len: number };
  label?: string;
  dynamic?: boolean;
  permanent?: boolean;
}

function filterOf(c: Context, words: Words): Filter {
  const f: Filter = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    switch (word) {
      case "up":
        f.up = true;
        break;
      case "scope":
        f.scope = words.value(word);
        break;
      case "type":
        f.type = words.value(word);
        break;
      case "master":
        f.master = words.value(word);
        break;
      case "label":
        f.label = words.value(word);
        break;
      case "to": {
        const value = words.value(word);
        f.to = prefixWord(value);
        break;
      }
      case "dynamic":
        f.dynamic = true;
        break;
      case "permanent":
        f.permanent = true;
        break;
      case "primary":
      case "secondary":
      case "tentative":
      case "deprecated":
      case "vrf":
      case "group":
        notSimulated(`address show ${word}`);
        break;
      default: {
        const name = word === "dev" ? words.value(word) : word;
        if (f.dev !== undefined) throw duplicate("dev", name);
        f.dev = name;
      }
    }
  }
  if (f.dev !== undefined && !c.ns.linkState(f.dev)) throw new IpError(`Device "${f.dev}" does not exist.`);
  if (f.master !== undefined && !c.ns.linkState(f.master)) throw new IpError(`Device does not exist`);
  return f;
}

function selected(c: Context, f: Filter): LinkState[] {
  const dev = f.dev === undefined ? undefined : c.ns.linkState(f.dev);
  const master = f.master === undefined ? undefined : c.ns.linkState(f.master)?.index;
  return [...c.ns.state.links]
    .sort((a, b) => a.index - b.index)
    .filter(
      (link) =>
        (!dev || link === dev) &&
        (!f.up || link.up) &&
        (f.type === undefined || link.kind === f.type) &&
        (master === undefined || link.master === master),
    );
}

function show(c: Context, words: Words): void {
  const f = filterOf(c, words);
  const { options, ns } = c;
  const documents: unknown[] = [];
  for (const link of selected(c, f)) {
    const v4 =
      options.family === "inet6"
        ? []
        : link.addresses.filter(
            (a) =>
              (f.scope === undefined || a.scope === f.scope) &&
              (!f.to || inPrefix(a.ip, f.to.ip, f.to.len)) &&
              (f.label === undefined || a.label === f.label) &&
              (!f.dynamic || a.until !== undefined) &&
              (!f.permanent || a.until === undefined),
          );
    const v6text = options.family === "inet" || f.to || f.label !== undefined || f.dynamic ? undefined : linkLocal(ns, link);
    const v6 =
      v6text !== undefined && (f.scope === undefined || f.scope === (link.kind === "loopback" ? "host" : "link")) ? v6text : undefined;
    // a family or filter leaves out links without such an address
    const restricted = options.family !== "any" || f.scope !== undefined || f.to !== undefined || f.label !== undefined || f.dynamic;
    if (restricted && v4.length === 0 && v6 === undefined) continue;
    if (options.json && options.brief) {
      const brief = [...v4.map((a) => `${ipText(a.ip)}/${a.len}`), ...(v6 === undefined ? [] : [v6])].map((text) => text.split("/"));
      documents.push({
        ...briefJson(ns, link),
        addr_info: brief.map(([ip, len]) => ({ local: ip, prefixlen: Number(len) })),
      });
      continue;
    }
    if (options.json) {
      documents.push({
        ...linkJson(ns, link, options.family === "any"),
        addr_info: [
          ...v4.map((a) => addressJson(link, a, c.p.now)),
          ...(v6 === undefined
            ? []
            : [
                {
                  family: "inet6",
                  local: v6.split("/")[0],
                  prefixlen: Number(v6.split("/")[1]),
                  scope: link.kind === "loopback" ? "host" : "link",
                  ...(link.kind === "loopback" ? { noprefixroute: true } : {}),
                  valid_life_time: 4294967295,
                  preferred_life_time: 4294967295,
                },
              ]),
        ],
      });
      continue;
    }
    if (options.brief) {
      c.out(
        `${fullName(ns, link).padEnd(16)} ${operstate(ns, link).padEnd(14)} ${[...v4.map((a) => `${ipText(a.ip)}/${a.len}${a.metric ? ` metric ${a.metric}` : ""}`), ...(v6 === undefined ? [] : [v6])].map((a) => `${a} `).join("")}\n`,
      );
      continue;
    }
    const addresses = [...v4.map((a) => addressLines(link, a, c.p.now)), ...(v6 === undefined ? [] : [inet6(link, v6)])];
    if (options.oneline) {
      for (const lines of addresses) c.out(`${link.index}: ${link.name}${lines.join("\\")}\n`);
      continue;
    }
    let head = linkLines(ns, link, options, false);
    if (options.family === "inet") head = head.slice(0, 1);
    if (options.family === "inet6") head = [head[0]!.replace(/ qdisc \S+/, "").replace(" group default", "")];
    for (const line of [...head, ...addresses.flat(), ...(options.statistics > 0 ? statistics(link, options.statistics > 1) : [])])
      c.out(`${line}\n`);
  }
  if (options.json) c.out(json(documents));
}

function inet6(link: LinkState, text: string): string[] {
  return [
    `    inet6 ${text} scope ${link.kind === "loopback" ? "host noprefixroute" : "link"} `,
    "       valid_lft forever preferred_lft forever",
  ];
}

function flush(c: Context, words: Words): void {
  if (words.done) throw new IpError("Flush requires arguments.");
  const f = filterOf(c, words);
  change(c, () => {
    for (const link of selected(c, f))
      for (const a of link.addresses)
        if (
          (f.scope === undefined || a.scope === f.scope) &&
          (!f.to || inPrefix(a.ip, f.to.ip, f.to.len)) &&
          (f.label === undefined || a.label === f.label)
        )
          c.ns.deleteAddress(link.name, `${ipText(a.ip)}/${a.len}`);
  });
}
