/** Service addresses and node ports: k8s.io/kubernetes/pkg/registry/core/service/{ipallocator,portallocator}. */

const ipNumber = (ip: string): number => ip.split(".").reduce((n, part) => n * 256 + Number(part), 0);
const ipText = (n: number): string => [24, 16, 8, 0].map((s) => Math.floor(n / 2 ** s) % 256).join(".");

export interface Range {
  first: number;
  /** Number of addresses, with network and broadcast. */
  size: number;
}

/** Throws RangeError when the text is no IPv4 CIDR. */
export function parseCidr(text: string): Range {
  const m = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
  if (!m || Number(m[2]) > 32 || m[1]!.split(".").some((n) => Number(n) > 255)) throw new RangeError(`invalid CIDR address: ${text}`);
  const size = 2 ** (32 - Number(m[2]));
  const n = ipNumber(m[1]!);
  return { first: n - (n % size), size };
}

export const contains = (range: Range, ip: string): boolean => {
  const n = ipNumber(ip);
  return n > range.first && n < range.first + range.size - 1;
};

/** The address of the service `default/kubernetes`. */
export const firstAddress = (range: Range): string => ipText(range.first + 1);

/** A free address: from the upper part of the range first (the lower min(max(16, size/16), 256) are left to static choices). */
export function allocate(range: Range, used: Set<string>, pick: (low: number, high: number) => number): string | undefined {
  const low = Math.min(Math.max(16, Math.floor(range.size / 16)), 256);
  const bands =
    range.size > low + 2
      ? [
          [low, range.size - 2],
          [1, low - 1],
        ]
      : [[1, range.size - 2]];
  for (const [from, to] of bands) {
    if (to! < from!) continue;
    const start = pick(from!, to!);
    const count = to! - from! + 1;
    for (let i = 0; i < count; i++) {
      const ip = ipText(range.first + from! + ((start - from! + i) % count));
      if (!used.has(ip)) return ip;
    }
  }
  return undefined;
}
