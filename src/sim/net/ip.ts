/** IPv4 addresses as unsigned 32-bit numbers. */
import { Errno } from "../core/errno.ts";

/** Dotted quad → number; undefined when it is not one. */
export function parseIp(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const octet = Number(match[i]);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

/** As parseIp; throws EINVAL. */
export function ipOf(text: string): number {
  const value = parseIp(text);
  if (value === undefined) throw new Errno("EINVAL", text);
  return value;
}

export const ipText = (ip: number): string => `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;

/** Netmask of a prefix length. */
export const maskOf = (len: number): number => (len === 0 ? 0 : (0xffffffff << (32 - len)) >>> 0);

export const networkOf = (ip: number, len: number): number => (ip & maskOf(len)) >>> 0;

export const inPrefix = (ip: number, network: number, len: number): boolean => ((ip ^ network) & maskOf(len)) === 0;

export const broadcastOf = (ip: number, len: number): number => (ip | ~maskOf(len)) >>> 0;

/** "a.b.c.d/len" (or a bare address, /32) without masking; undefined when malformed. */
export function parsePrefix(text: string): { ip: number; len: number } | undefined {
  const cut = text.indexOf("/");
  const ip = parseIp(cut < 0 ? text : text.slice(0, cut));
  const tail = cut < 0 ? "32" : text.slice(cut + 1);
  if (ip === undefined || !/^\d{1,2}$/.test(tail) || Number(tail) > 32) return undefined;
  return { ip, len: Number(tail) };
}

export function prefixOf(text: string): { ip: number; len: number } {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Errno("EINVAL", text);
  return prefix;
}

export const prefixText = (ip: number, len: number): string => `${ipText(ip)}/${len}`;
