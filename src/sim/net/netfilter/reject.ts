/** REJECT: the ICMP error or TCP reset that it sends (nf_reject_ipv4.c). */
import { protocols, tcpFlags, isIcmpError, makePacket, type Packet, type Walk } from "../packet.ts";
import { icmpError } from "../icmp.ts";
import { outputPacket } from "../walk.ts";
import type { Env } from "./env.ts";

/** Types of --reject-with in the real table's order: name, alias, ICMP code. */
const types: readonly [name: string, alias: string, code: number | "reset"][] = [
  ["icmp-net-unreachable", "net-unreach", 0],
  ["icmp-host-unreachable", "host-unreach", 1],
  ["icmp-port-unreachable", "port-unreach", 3],
  ["icmp-proto-unreachable", "proto-unreach", 2],
  ["icmp-net-prohibited", "net-prohib", 9],
  ["icmp-host-prohibited", "host-prohib", 10],
  ["tcp-reset", "tcp-rst", "reset"],
  ["icmp-admin-prohibited", "admin-prohib", 13],
];
const types6: readonly [name: string, alias: string][] = [
  ["icmp6-no-route", "no-route"],
  ["icmp6-adm-prohibited", "adm-prohibited"],
  ["icmp6-addr-unreachable", "addr-unreach"],
  ["icmp6-port-unreachable", "port-unreach"],
  ["tcp-reset", "tcp-reset"],
  ["icmp6-policy-fail", "policy-fail"],
  ["icmp6-reject-route", "reject-route"],
];
const rejectCodes = new Map(types.map(([name, , code]) => [name, code]));

/** The type that a word, possibly cut short, names; undefined when it is none. */
export const rejectType = (word: string, family: 4 | 6): string | undefined =>
  (family === 6 ? types6 : types).find(([name, alias]) => name.startsWith(word.toLowerCase()) || alias.startsWith(word.toLowerCase()))?.[0];

export function reject(how: string, p: Packet, env: Env, walk: Walk): void {
  const code = rejectCodes.get(how)!;
  if (code !== "reset") {
    if (!isIcmpError(p)) icmpError(env.ns, p, 3, code, walk, { attach: true });
    return;
  }
  if (p.proto !== protocols.tcp || p.flags & tcpFlags.RST) return;
  const reset = makePacket({
    src: p.dst,
    dst: p.src,
    proto: protocols.tcp,
    sport: p.dport,
    dport: p.sport,
    flags: p.flags & tcpFlags.ACK ? tcpFlags.RST : tcpFlags.RST | tcpFlags.ACK,
    size: 40,
    ct: p.ct,
    ctDir: p.ctDir === 0 ? 1 : 0,
    ctInfo: p.ct ? "RELATED" : undefined,
  });
  outputPacket(env.ns, reset, walk, { anySource: true });
}
