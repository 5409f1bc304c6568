/** IPv6 addresses as text: no packet here carries one, rules and sets only name them. */
import { parseIp } from "./ip.ts";

const hextets = (text: string): number[] | undefined => {
  if (text === "") return [];
  const parts = text.split(":");
  const out: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (part.includes(".") && i === parts.length - 1) {
      const v4 = parseIp(part);
      if (v4 === undefined) return undefined;
      out.push(v4 >>> 16, v4 & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) out.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return out;
};

/** The eight groups of an address; undefined when it is none. */
export function parseIp6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return undefined;
  const head = hextets(halves[0]!);
  const tail = halves.length === 2 ? hextets(halves[1]!) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** inet_ntop(3), RFC 5952: the longest run of zeros is left out. */
export function ip6Text(groups: readonly number[]): string {
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > best.length) best = { at: i, length: end - i };
    if (end > i) i = end;
  }
  const words = groups.map((g) => g.toString(16));
  if (best.at < 0) return words.join(":");
  return `${words.slice(0, best.at).join(":")}::${words.slice(best.at + best.length).join(":")}`;
}

/** Prefix length of a mask such as ffff:ffff::; undefined when it has holes. */
export function maskLength6(groups: readonly number[]): number | undefined {
  const bits = groups.map((g) => g.toString(2).padStart(16, "0")).join("");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : undefined;
}

export const network6 = (groups: readonly number[], len: number): number[] =>
  groups.map((g, i) => {
    const kept = Math.min(16, Math.max(0, len - i * 16));
    return g & (0xffff << (16 - kept)) & 0xffff;
  });
