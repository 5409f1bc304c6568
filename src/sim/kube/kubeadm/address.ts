/** IPv4 and IPv6 prefixes, and the address that kubeadm takes when none is given. */
import type { Proc } from "../../kernel/proc.ts";
import { addressBytes, addressText } from "../../pki/index.ts";

export interface Prefix {
  bytes: Uint8Array;
  length: number;
  /** 32 or 128. */
  bits: number;
}

/** As Go's net.ParseIP: no leading zeros, four numbers or IPv6. */
export function isIp(text: string): boolean {
  if (/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return text.split(".").every((n) => Number(n) < 256);
  if (!text.includes(":") || !/^[0-9a-fA-F:]+$/.test(text) || text.split("::").length > 2) return false;
  const words = text.split(":").filter((w) => w !== "");
  return words.every((w) => w.length <= 4) && (text.includes("::") ? words.length < 8 : words.length === 8) && !/^:[^:]|[^:]:$/.test(text);
}

export function parsePrefix(text: string): Prefix | undefined {
  const m = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (!m || !isIp(m[1]!)) return undefined;
  const bytes = addressBytes(m[1]!);
  const bits = bytes.length * 8;
  const length = Number(m[2]);
  return length <= bits ? { bytes, length, bits } : undefined;
}

/** The address `offset` after the prefix's first, as text. */
export function addressIn(prefix: Prefix, offset: number): string {
  const out = new Uint8Array(prefix.bytes);
  for (let bit = prefix.length; bit < prefix.bits; bit++) out[bit >> 3]! &= ~(0x80 >> (bit & 7));
  let carry = offset;
  for (let i = out.length - 1; i >= 0 && carry > 0; i--) {
    carry += out[i]!;
    out[i] = carry & 255;
    carry >>= 8;
  }
  return addressText(out);
}

/** Addresses that a prefix holds, as far as a number tells (k8s.io/utils/net RangeSize). */
export function rangeSize(prefix: Prefix): number {
  const free = prefix.bits - prefix.length;
  // RangeSize answers 0 where an int64 would overflow or the prefix is a single host of IPv4
  if (prefix.bits === 32 && (free >= 31 || free < 0)) return 0;
  return free >= 63 ? Number.MAX_SAFE_INTEGER : 2 ** free;
}

/** Address of the interface that the default route leaves through (k8s.io/apimachinery/pkg/util/net/interface.go). */
export function defaultAddress(p: Proc): { address: string; device: string } | undefined {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  for (const route of ns.routes()) {
    if ((route.dst !== "default" && route.dst !== "0.0.0.0/0") || !route.dev) continue;
    const address = addressOf(p, route.dev);
    if (address) return { address, device: route.dev };
  }
  return undefined;
}

/** First global IPv4 address of an interface. */
export function addressOf(p: Proc, device: string): string | undefined {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const link = ns.link(device);
  const found = link?.addresses.find((a) => !a.ip.includes(":"));
  return found?.ip;
}
