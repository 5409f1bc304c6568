/** Network address translation over conntrack entries (nf_nat_core.c). */
import { isIcmpError, type Packet } from "../packet.ts";
import type { Conntrack } from "../state.ts";
import type { Env } from "./env.ts";

interface Range {
  low?: number;
  high?: number;
  portLow?: number;
  portHigh?: number;
}

/** Settles how the packet's new connection is translated. */
export function decideNat(p: Packet, env: Env, kind: "src" | "dst", range: Range): "ACCEPT" {
  const ct = p.ct;
  if (!ct) return "ACCEPT";
  const hasPorts = ct.proto === 6 || ct.proto === 17;
  if (kind === "dst") {
    ct.dstDone = true;
    if (range.low !== undefined) ct.reply.src = pick(range.low, range.high ?? range.low, ct);
    if (hasPorts && range.portLow !== undefined) ct.reply.sport = pick(range.portLow, range.portHigh ?? range.portLow, ct);
    return "ACCEPT";
  }
  ct.srcDone = true;
  if (range.low !== undefined) ct.reply.dst = pick(range.low, range.high ?? range.low, ct);
  if (hasPorts && range.portLow !== undefined) {
    const inside = ct.orig.sport >= range.portLow && ct.orig.sport <= (range.portHigh ?? range.portLow);
    ct.reply.dport = inside ? ct.orig.sport : range.portLow;
  }
  env.ns.conntrack.makeUnique(ct, range.portLow, range.portHigh);
  return "ACCEPT";
}

/** A member of a range, the same for one pair of addresses. */
function pick(low: number, high: number, ct: Conntrack): number {
  return low === high ? low : low + (((ct.orig.src ^ ct.orig.dst) >>> 0) % (high - low + 1));
}

/** Rewrites destination (PREROUTING, OUTPUT) or source (POSTROUTING, INPUT) as the connection's translation says. */
export function translate(p: Packet, kind: "src" | "dst"): void {
  const ct = p.ct!;
  if (isIcmpError(p)) {
    translateError(p, ct, kind);
    return;
  }
  const hasPorts = ct.proto === 6 || ct.proto === 17;
  if (kind === "dst") {
    const to = p.ctDir === 0 ? ct.reply : ct.orig;
    p.dst = to.src;
    if (hasPorts) p.dport = to.sport;
  } else {
    const to = p.ctDir === 0 ? ct.reply : ct.orig;
    p.src = to.dst;
    if (hasPorts) p.sport = to.dport;
  }
}

/** An ICMP error about a translated packet: the packet it quotes goes back to what its sender wrote, and so do the addresses around it. */
function translateError(p: Packet, ct: Conntrack, kind: "src" | "dst"): void {
  const inner = p.inner;
  if (!inner) return;
  const hasPorts = ct.proto === 6 || ct.proto === 17;
  const translatedSource = ct.orig.src !== ct.reply.dst || (hasPorts && ct.orig.sport !== ct.reply.dport);
  const translatedDestination = ct.orig.dst !== ct.reply.src || (hasPorts && ct.orig.dport !== ct.reply.sport);
  // the error travels against the packet it quotes
  if (p.ctDir === 1) {
    if (kind === "dst" && translatedSource) {
      p.dst = ct.orig.src;
      inner.src = ct.orig.src;
      if (hasPorts) inner.sport = ct.orig.sport;
    }
    if (kind === "src" && translatedDestination) {
      p.src = ct.orig.dst;
      inner.dst = ct.orig.dst;
      if (hasPorts) inner.dport = ct.orig.dport;
    }
  } else {
    if (kind === "dst" && translatedDestination) {
      p.dst = ct.reply.src;
      inner.src = ct.reply.src;
      if (hasPorts) inner.sport = ct.reply.sport;
    }
    if (kind === "src" && translatedSource) {
      p.src = ct.reply.dst;
      inner.dst = ct.reply.dst;
      if (hasPorts) inner.dport = ct.reply.dport;
    }
  }
}
