/** -p icmp --icmp-type and -p icmpv6 --icmpv6-type (libipt_icmp.c, libip6t_icmp6.c). */
import { IptablesError } from "./env.ts";
import type { MatchExtension } from "./matches.ts";

/** Name → type, lowest and highest code. */
type Types = Record<string, [type: number, low: number, high: number]>;

const types4: Types = {
  any: [255, 0, 255],
  "echo-reply": [0, 0, 255],
  pong: [0, 0, 255],
  "destination-unreachable": [3, 0, 255],
  "network-unreachable": [3, 0, 0],
  "host-unreachable": [3, 1, 1],
  "protocol-unreachable": [3, 2, 2],
  "port-unreachable": [3, 3, 3],
  "fragmentation-needed": [3, 4, 4],
  "source-route-failed": [3, 5, 5],
  "network-unknown": [3, 6, 6],
  "host-unknown": [3, 7, 7],
  "network-prohibited": [3, 9, 9],
  "host-prohibited": [3, 10, 10],
  "tos-network-unreachable": [3, 11, 11],
  "tos-host-unreachable": [3, 12, 12],
  "communication-prohibited": [3, 13, 13],
  "host-precedence-violation": [3, 14, 14],
  "precedence-cutoff": [3, 15, 15],
  "source-quench": [4, 0, 255],
  redirect: [5, 0, 255],
  "network-redirect": [5, 0, 0],
  "host-redirect": [5, 1, 1],
  "tos-network-redirect": [5, 2, 2],
  "tos-host-redirect": [5, 3, 3],
  "echo-request": [8, 0, 255],
  ping: [8, 0, 255],
  "router-advertisement": [9, 0, 255],
  "router-solicitation": [10, 0, 255],
  "time-exceeded": [11, 0, 255],
  "ttl-exceeded": [11, 0, 255],
  "ttl-zero-during-transit": [11, 0, 0],
  "ttl-zero-during-reassembly": [11, 1, 1],
  "parameter-problem": [12, 0, 255],
  "ip-header-bad": [12, 0, 0],
  "required-option-missing": [12, 1, 1],
  "timestamp-request": [13, 0, 255],
  "timestamp-reply": [14, 0, 255],
  "address-mask-request": [17, 0, 255],
  "address-mask-reply": [18, 0, 255],
};

const types6: Types = {
  "destination-unreachable": [1, 0, 255],
  "no-route": [1, 0, 0],
  "communication-prohibited": [1, 1, 1],
  "beyond-scope": [1, 2, 2],
  "address-unreachable": [1, 3, 3],
  "port-unreachable": [1, 4, 4],
  "failed-policy": [1, 5, 5],
  "reject-route": [1, 6, 6],
  "packet-too-big": [2, 0, 255],
  "time-exceeded": [3, 0, 255],
  "ttl-exceeded": [3, 0, 255],
  "ttl-zero-during-transit": [3, 0, 0],
  "ttl-zero-during-reassembly": [3, 1, 1],
  "parameter-problem": [4, 0, 255],
  "bad-header": [4, 0, 0],
  "unknown-header-type": [4, 1, 1],
  "unknown-option": [4, 2, 2],
  "echo-request": [128, 0, 255],
  ping: [128, 0, 255],
  "echo-reply": [129, 0, 255],
  pong: [129, 0, 255],
  "router-solicitation": [133, 0, 255],
  "router-advertisement": [134, 0, 255],
  "neighbour-solicitation": [135, 0, 255],
  "neighbor-solicitation": [135, 0, 255],
  "neighbour-advertisement": [136, 0, 255],
  "neighbor-advertisement": [136, 0, 255],
  redirect: [137, 0, 255],
};

interface IcmpOption {
  type: number;
  low: number;
  high: number;
  not: boolean;
}

/** The type that a name, the beginning of one, or TYPE[/CODE] stands for. */
function parseType(word: string, types: Types, protocol: string): { type: number; low: number; high: number } {
  const lower = word.toLowerCase();
  const names = lower in types ? [lower] : Object.keys(types).filter((name) => lower !== "" && name.startsWith(lower));
  if (names.length > 1) throw new IptablesError(`Ambiguous ${protocol} type \`${word}': \`${names[0]}' or \`${names[1]}'?`);
  const known = types[names[0] ?? ""];
  if (known) return { type: known[0], low: known[1], high: known[2] };
  const numeric = /^(\d+)(?:\/(\d+))?$/.exec(word);
  if (!numeric || Number(numeric[1]) > 255 || Number(numeric[2] ?? 0) > 255) throw new IptablesError(`Unknown ${protocol} type \`${word}'`);
  const code = numeric[2] === undefined ? undefined : Number(numeric[2]);
  return { type: Number(numeric[1]), low: code ?? 0, high: code ?? 255 };
}

function icmpMatch(family: 4 | 6): MatchExtension {
  const six = family === 6;
  const types = six ? types6 : types4;
  const option = six ? "icmpv6-type" : "icmp-type";
  return {
    family,
    proto: six ? 58 : 1,
    options: { [option]: 1 },
    parse(m, _option, [word], not) {
      Object.assign(m, parseType(word!, types, six ? "ICMPv6" : "ICMP"), { not });
    },
    save(m) {
      const o = m as unknown as IcmpOption;
      const which = !six && o.type === 255 ? "any" : `${o.type}${o.low === o.high ? `/${o.low}` : ""}`;
      return ` ${o.not ? "! " : ""}--${option} ${which}`;
    },
    list(m, numeric) {
      const o = m as unknown as IcmpOption;
      const name = six ? "ipv6-icmp" : "icmp";
      if (!six && o.type === 255) return `${o.not ? "!" : ""}icmp any`;
      const named = Object.entries(types).find(([, [type, low, high]]) => type === o.type && low === o.low && high === o.high);
      if (!numeric && named) return `${name} ${o.not ? "!" : ""}${named[0]}`;
      return `${o.not ? "!" : ""}${name}type ${o.type}${o.low === o.high ? ` code ${o.low}` : ""}`;
    },
    test(m) {
      const o = m as unknown as IcmpOption;
      const proto = six ? 58 : 1;
      return (p) =>
        p.proto === proto && ((!six && o.type === 255) || (p.icmpType === o.type && p.icmpCode >= o.low && p.icmpCode <= o.high)) !== o.not;
    },
    check(m) {
      if (m.type === undefined) throw new IptablesError(`${six ? "icmp6" : "icmp"}: option "--${option}" must be specified\n`);
    },
  };
}

export const icmp = icmpMatch(4);
export const icmp6 = icmpMatch(6);
