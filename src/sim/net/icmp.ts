/** ICMP errors that a host or router sends about a packet (icmp_send). */
import { isIcmpError, makePacket, type Packet, type Walk } from "./packet.ts";
import type { NetNs } from "./netlink.ts";
import { outputPacket } from "./walk.ts";

export function icmpError(
  ns: NetNs,
  about: Packet,
  type: number,
  code: number,
  walk: Walk,
  options: { mtu?: number; attach?: boolean } = {},
): void {
  if (isIcmpError(about) || about.src === 0 || about.dst === 0xffffffff || about.dst >>> 28 === 14) return;
  // from the address the packet was for when it is ours, else from the one that routes back
  const source = ns.isLocal(about.dst) ? about.dst : ns.sourceFor(about.src);
  if (source === undefined) return;
  const { ct, inner: _inner, ...quoted } = about;
  const error = makePacket({
    src: source,
    dst: about.src,
    proto: 1,
    icmpType: type,
    icmpCode: code,
    size: 28 + Math.min(about.size, 548),
    inner: { ...quoted, ct: undefined, ctInfo: undefined, physIn: undefined, physOut: undefined },
    mtu: options.mtu,
  });
  if (ct && options.attach !== false) {
    error.ct = ct;
    error.ctDir = about.ctDir === 0 ? 1 : 0;
    error.ctInfo = "RELATED";
  }
  outputPacket(ns, error, walk, {});
}
