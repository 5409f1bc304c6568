/** REJECT: the ICMP error or TCP reset that it sends (nf_reject_ipv4.c). */
import { protocols, tcpFlags, isIcmpError, makePacket, type Packet, type Walk } from "../packet.ts";
import { icmpError } from "../icmp.ts";
import { outputPacket } from "../walk.ts";
import type { Env } from "./env.ts";

export const rejectCodes: Record<string, number | "reset"> = {
  "icmp-net-unreachable": 0,
  "icmp-host-unreachable": 1,
  "icmp-proto-unreachable": 2,
  "icmp-port-unreachable": 3,
  "icmp-net-prohibited": 9,
  "icmp-host-prohibited": 10,
  "icmp-admin-prohibited": 13,
  "tcp-reset": "reset",
};

export function reject(how: string, p: Packet, env: Env, walk: Walk): void {
  const code = rejectCodes[how]!;
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
