/** IPv4 addresses and blocks as numbers. */
import ipaddr from "ipaddr.js";

export interface Cidr {
  /** Network address (host bits cleared). */
  base: number;
  prefix: number;
}

/** An IPv4 address as a 32-bit number, or undefined when the text is none (octal and short forms are refused). */
export function parseAddress(text: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  const [a, b, c, d] = ipaddr.IPv4.parse(text).octets as [number, number, number, number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** A block such as 10.244.0.0/16. With host bits set the block is still given: compare `formatCidr` with the text. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([0-9.]+)\/([0-9]|[12][0-9]|3[0-2])$/.exec(text);
  const address = match && parseAddress(match[1]!);
  if (address === null || address === undefined) return undefined;
  const prefix = Number(match![2]);
  return { base: (address & maskOf(prefix)) >>> 0, prefix };
}

const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (~0 << (32 - prefix)) >>> 0);
export const formatCidr = (cidr: Cidr): string => `${formatAddress(cidr.base)}/${cidr.prefix}`;
export const sizeOf = (cidr: Cidr): number => 2 ** (32 - cidr.prefix);
export const broadcastOf = (cidr: Cidr): number => cidr.base + sizeOf(cidr) - 1;
export const contains = (cidr: Cidr, address: number): boolean => (address & maskOf(cidr.prefix)) >>> 0 === cidr.base;
export const overlaps = (a: Cidr, b: Cidr): boolean => contains(a, b.base) || contains(b, a.base);
export const within = (outer: Cidr, inner: Cidr): boolean => inner.prefix >= outer.prefix && contains(outer, inner.base);
