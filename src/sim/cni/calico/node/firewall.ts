/** Felix's chains and sets in the iptables dataplane (felix/rules/static.go, dispatch.go, endpoints.go, nat.go). */
import { createHash } from "node:crypto";
import type { Proc } from "../../../kernel/proc.ts";
import type { NetNs } from "../../../net/netlink.ts";
import type { TableName } from "../../../net/state.ts";
import { bare } from "../datastore.ts";
import type { Knowledge } from "./felix.ts";
import { isFor, type Policies } from "./policy.ts";

/** Marks of Felix's default mask 0xffff0000: accepted, pass, scratch. */
const accept = "0x10000/0x10000";
const drop = "0x20000";

/** Every rule carries a hash of what comes before it in its chain, as Felix recognises its own rules. */
function commented(chain: string, bodies: string[]): string[] {
  const text = `${chain}\n${bodies.join("\n")}`;
  let rules = written.get(text);
  if (!rules) {
    if (written.size > 2000) written.clear();
    written.set(text, (rules = writeRules(chain, bodies)));
  }
  return rules;
}

/** Chains with their rules' hashes, by their text: most of them are the same on every node, and each time. */
const written = new Map<string, string[]>();

function writeRules(chain: string, bodies: string[]): string[] {
  let previous = chain;
  return bodies.map((body) => {
    previous = createHash("sha224").update(`${previous} ${body}`).digest("base64url").slice(0, 16);
    const [comment, rest] = body.startsWith('"') ? (/^"([^"]*)"(.*)$/s.exec(body)!.slice(1, 3) as [string, string]) : ["", body];
    const proto = /^ ?(-[pios] \S+( |$))*/.exec(rest.trimStart())![0].trim();
    const tail = rest.trimStart().slice(proto.length).trim();
    return `-A ${chain}${proto === "" ? "" : ` ${proto}`} -m comment --comment "cali:${previous}"${comment === "" ? "" : ` -m comment --comment "${comment}"`}${tail === "" ? "" : ` ${tail}`}`;
  });
}

interface Table {
  chains: Record<string, string[]>;
  /** Rules at the head (or the end) of built-in chains. */
  insert: [chain: string, body: string][];
  append: [chain: string, body: string][];
}

export function programFirewall(p: Proc, k: Knowledge, policies: Policies): void {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  programSets(ns, k, policies);
  apply(ns, "raw", rawTable(k));
  apply(ns, "mangle", mangleTable());
  apply(ns, "nat", natTable(ns, k));
  apply(ns, "filter", filterTable(k, policies));
}

/** As Felix compares (felix/iptables/table.go): a chain of its own by its rules' hashes, rules in built-in chains by their text. */
function apply(ns: NetNs, name: TableName, table: Table): void {
  const saved = ns.iptablesSave(name);
  const chains = Object.entries(table.chains).map(([chain, bodies]) => [chain, commented(chain, bodies)] as const);
  const wanted = chains.flatMap(([chain, rules]) => [chain, ...rules]).join("\n");
  const whole = complete.get(ns) ?? {};
  complete.set(ns, whole);
  if (whole[name]?.saved === saved && whole[name].wanted === wanted) return;
  // the printed form of a comment depends on iptables' quoting rules: compare without quotes
  const present = bareText(saved).split("\n");
  const there = new Map<string, string[]>();
  for (const line of present) {
    if (line.startsWith(":cali-")) there.set(line.slice(1, line.indexOf(" ")), []);
    else if (line.startsWith("-A cali-")) there.get(line.slice(3, line.indexOf(" ", 3)))!.push(hashOf(line));
  }
  const changed = chains.filter(([chain, rules]) => there.get(chain)?.join() !== rules.map(hashOf).join());
  const gone = [...there.keys()].filter((chain) => !(chain in table.chains));
  const missing = (lines: string[]): string[] => lines.filter((line) => !present.includes(bareText(line)));
  const heads = missing(table.insert.map(([chain, body]) => commented(chain, [body])[0]!));
  const tails = missing(commentedTails(table.append));
  if (changed.length + gone.length + heads.length + tails.length === 0) {
    whole[name] = { saved, wanted };
    return;
  }
  const input = [
    `*${name}`,
    ...[...changed.map(([chain]) => chain), ...gone].map((chain) => `:${chain} - [0:0]`),
    ...changed.flatMap(([, rules]) => rules),
    ...heads.map((line) => line.replace(/^-A (\S+)/, "-I $1 1")),
    ...tails,
    ...gone.map((chain) => `-X ${chain}`),
    "COMMIT",
    "",
  ].join("\n");
  ns.iptablesRestore(input, { noflush: true });
}

/** Of a rule of Felix's; a rule that somebody else put into its chain has none. */
const hashOf = (line: string): string => /cali:([\w-]{16})/.exec(line)?.[1] ?? "-";

/** Tables that were found to hold all that is wanted, as iptables-save printed them. */
const complete = new WeakMap<NetNs, Record<string, { saved: string; wanted: string }>>();

const bareText = (text: string): string => text.replaceAll('"', "");

function commentedTails(append: [string, string][]): string[] {
  const byChain = new Map<string, string[]>();
  for (const [chain, body] of append) byChain.set(chain, [...(byChain.get(chain) ?? []), body]);
  return [...byChain].flatMap(([chain, bodies]) => commented(chain, bodies));
}

// --- sets

function programSets(ns: NetNs, k: Knowledge, policies: Policies): void {
  const ipip = k.pools.some((x) => x.ipipMode !== "Never");
  const vxlan = k.pools.some((x) => x.vxlanMode !== "Never");
  const addresses = k.nodes.flatMap((n) => (n.address === undefined ? [] : [bare(n.address)]));
  const types = new Map(policies.sets.map((s) => [s.name, s.type]));
  const wanted = new Map<string, string[]>([
    ["cali40all-ipam-pools", k.pools.map((x) => x.cidr)],
    ["cali40masq-ipam-pools", k.pools.filter((x) => x.natOutgoing).map((x) => x.cidr)],
    ["cali40all-hosts-net", ipip ? addresses : []],
    ["cali40all-vxlan-net", vxlan ? addresses.filter((x) => k.self.address === undefined || x !== bare(k.self.address)) : []],
    ["cali40this-host", ns.links().flatMap((l) => l.addresses.map((a) => a.ip))],
    ...policies.sets.map((s) => [s.name, s.members] as [string, string[]]),
  ]);
  for (const [name, members] of wanted) {
    const type = types.get(name) ?? (name === "cali40this-host" ? "hash:ip" : "hash:net");
    if (!ns.sets.get(name)) ns.sets.create(name, type, { hashsize: 1024, maxelem: 1048576 });
    const now = ns.sets.members(name).map(short);
    for (const m of now) if (!members.map(short).includes(m)) ns.sets.delete(name, m);
    for (const m of members) if (!now.includes(short(m))) ns.sets.add(name, m, { exist: true });
  }
}

const short = (m: string): string => m.split(" ")[0]!.replace(/\/32$/, "");

// --- tables

const rawTable = (k: Knowledge): Table => ({
  chains: {
    "cali-OUTPUT": [`-j MARK --set-xmark 0x0/0xf0000`, `-j cali-to-host-endpoint`, `-m mark --mark ${accept} -j ACCEPT`],
    "cali-PREROUTING": [
      `-j MARK --set-xmark 0x0/0xf0000`,
      `-i cali+ -j MARK --set-xmark 0x40000/0x40000`,
      ...(k.pools.length > 0 ? [`-m mark --mark 0x40000/0x40000 -m rpfilter --validmark --invert -j cali-rpf-skip`] : []),
      `-m mark --mark 0x0/0x40000 -j cali-from-host-endpoint`,
      `-m mark --mark ${accept} -j ACCEPT`,
    ],
    "cali-rpf-skip": ["-j DROP"],
    "cali-from-host-endpoint": [],
    "cali-to-host-endpoint": [],
  },
  insert: [
    ["PREROUTING", "-j cali-PREROUTING"],
    ["OUTPUT", "-j cali-OUTPUT"],
  ],
  append: [],
});

const mangleTable = (): Table => ({
  chains: {
    "cali-PREROUTING": [
      `-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `-m mark --mark ${accept} -j ACCEPT`,
      `-j cali-from-host-endpoint`,
      `"Host endpoint policy accepted packet." -m mark --mark ${accept} -j ACCEPT`,
    ],
    "cali-POSTROUTING": [
      `-m mark --mark ${accept} -j RETURN`,
      `-j MARK --set-xmark 0x0/0xf0000`,
      `-m conntrack --ctstate DNAT -j cali-to-host-endpoint`,
      `"Host endpoint policy accepted packet." -m mark --mark ${accept} -j RETURN`,
    ],
    "cali-from-host-endpoint": [],
    "cali-to-host-endpoint": [],
  },
  insert: [
    ["PREROUTING", "-j cali-PREROUTING"],
    ["POSTROUTING", "-j cali-POSTROUTING"],
  ],
  append: [],
});

function natTable(ns: NetNs, k: Knowledge): Table {
  const tunnels = ["tunl0", "vxlan.calico"].filter((name) => (ns.link(name)?.addresses.length ?? 0) > 0);
  return {
    chains: {
      "cali-PREROUTING": ["-j cali-fip-dnat"],
      "cali-POSTROUTING": [
        "-j cali-fip-snat",
        "-j cali-nat-outgoing",
        ...tunnels.map(
          (name) => `-o ${name} -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE --random-fully`,
        ),
      ],
      "cali-OUTPUT": ["-j cali-fip-dnat"],
      "cali-fip-dnat": [],
      "cali-fip-snat": [],
      "cali-nat-outgoing": k.pools.some((x) => x.natOutgoing)
        ? ["-m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully"]
        : [],
    },
    insert: [
      ["PREROUTING", "-j cali-PREROUTING"],
      ["OUTPUT", "-j cali-OUTPUT"],
      ["POSTROUTING", "-j cali-POSTROUTING"],
    ],
    append: [],
  };
}

function filterTable(k: Knowledge, policies: Policies): Table {
  const chains: Record<string, string[]> = {
    "cali-INPUT": [
      ...(k.pools.some((x) => x.ipipMode !== "Never")
        ? [
            `"Allow IPIP packets from Calico hosts" -p ipencap -m set --match-set cali40all-hosts-net src -m addrtype --dst-type LOCAL -j ACCEPT`,
            `"Drop IPIP packets from non-Calico hosts" -p ipencap -j DROP`,
          ]
        : []),
      ...(k.pools.some((x) => x.vxlanMode !== "Never")
        ? [
            `"Allow IPv4 VXLAN packets from allowed hosts" -p udp -m multiport --dports 4789 -m set --match-set cali40all-vxlan-net src -m addrtype --dst-type LOCAL -j ACCEPT`,
            `"Drop IPv4 VXLAN packets from non-allowed hosts" -p udp -m multiport --dports 4789 -m addrtype --dst-type LOCAL -j DROP`,
          ]
        : []),
      "-i cali+ -g cali-wl-to-host",
      `-m mark --mark ${accept} -j ACCEPT`,
      "-j MARK --set-xmark 0x0/0xf0000",
      "-j cali-from-host-endpoint",
      `"Host endpoint policy accepted packet." -m mark --mark ${accept} -j ACCEPT`,
    ],
    "cali-OUTPUT": [
      `-m mark --mark ${accept} -j ACCEPT`,
      "-o cali+ -j RETURN",
      "-j MARK --set-xmark 0x0/0xf0000",
      `-m conntrack ! --ctstate DNAT -j cali-to-host-endpoint`,
      `"Host endpoint policy accepted packet." -m mark --mark ${accept} -j ACCEPT`,
    ],
    "cali-FORWARD": [
      "-j MARK --set-xmark 0x0/0xe0000",
      "-m mark --mark 0x0/0x10000 -j cali-from-hep-forward",
      "-i cali+ -j cali-from-wl-dispatch",
      "-o cali+ -j cali-to-wl-dispatch",
      "-j cali-to-hep-forward",
      "-j cali-cidr-block",
    ],
    "cali-from-hep-forward": [],
    "cali-to-hep-forward": [],
    "cali-from-host-endpoint": [],
    "cali-to-host-endpoint": [],
    "cali-cidr-block": [],
    "cali-wl-to-host": ["-j cali-from-wl-dispatch", `"Configured DefaultEndpointToHostAction" -j ACCEPT`],
    "cali-from-wl-dispatch": [...k.endpoints.map((e) => `-i ${e.interface} -g cali-fw-${e.interface}`), `"Unknown interface" -j DROP`],
    "cali-to-wl-dispatch": [...k.endpoints.map((e) => `-o ${e.interface} -g cali-tw-${e.interface}`), `"Unknown interface" -j DROP`],
  };
  const used = new Set<string>();
  for (const e of k.endpoints) {
    const mine = policies.chains.filter((c) => isFor(c, e));
    for (const direction of ["egress", "ingress"] as const) {
      const applied = mine.filter((c) => c.direction === direction);
      for (const c of applied) used.add(c.chain);
      chains[`cali-${direction === "egress" ? "fw" : "tw"}-${e.interface}`] = [
        "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-m conntrack --ctstate INVALID -j DROP",
        "-j MARK --set-xmark 0x0/0x30000",
        ...(direction === "egress"
          ? [
              `"Drop VXLAN encapped packets originating in workloads" -p udp -m multiport --dports 4789 -j DROP`,
              `"Drop IPinIP encapped packets originating in workloads" -p ipencap -j DROP`,
            ]
          : []),
        ...(applied.length > 0
          ? [
              `"Start of tier default" -j MARK --set-xmark 0x0/${drop}`,
              ...applied.flatMap((c) => [
                `-m mark --mark 0x0/${drop} -j ${c.chain}`,
                `"Return if policy accepted" -m mark --mark ${accept} -j RETURN`,
              ]),
              `"End of tier default. Drop if no policies passed packet" -m mark --mark 0x0/${drop} -j DROP`,
            ]
          : [
              `-j ${direction === "egress" ? "cali-pro" : "cali-pri"}-kns.${e.namespace.slice(0, 15)}`,
              `"Return if profile accepted" -m mark --mark ${accept} -j RETURN`,
              `"Drop if no profiles matched" -j DROP`,
            ]),
      ];
      if (applied.length === 0)
        chains[`${direction === "egress" ? "cali-pro" : "cali-pri"}-kns.${e.namespace.slice(0, 15)}`] = [
          `"Profile kns.${e.namespace} ${direction}" -j MARK --set-xmark 0x10000/0x10000`,
          `-m mark --mark ${accept} -j RETURN`,
        ];
    }
  }
  for (const c of policies.chains)
    if (used.has(c.chain))
      chains[c.chain] = c.rules.flatMap((r) => [
        `"Policy ${c.namespace}/${c.policy} ${c.direction}"${r.match} -j MARK --set-xmark 0x10000/0x10000`,
        `-m mark --mark ${accept} -j RETURN`,
      ]);
  return {
    chains,
    insert: [
      ["INPUT", "-j cali-INPUT"],
      ["FORWARD", "-j cali-FORWARD"],
      ["OUTPUT", "-j cali-OUTPUT"],
    ],
    append: [
      ["FORWARD", `"Policy explicitly accepted packet." -m mark --mark ${accept} -j ACCEPT`],
      ["FORWARD", "-j MARK --set-xmark 0x10000/0x10000"],
    ],
  };
}
