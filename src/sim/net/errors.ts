/** What an ICMP error means to the socket it is about (icmp_err_convert in net/ipv4/icmp.c). */
import type { ErrnoCode } from "../core/errno.ts";

const unreachable: Record<number, ErrnoCode> = {
  0: "ENETUNREACH",
  1: "EHOSTUNREACH",
  2: "ENOPROTOOPT",
  3: "ECONNREFUSED",
  5: "EOPNOTSUPP",
  6: "ENETUNREACH",
  7: "EHOSTDOWN",
  9: "ENETUNREACH",
  10: "EHOSTUNREACH",
  11: "ENETUNREACH",
  12: "EHOSTUNREACH",
  13: "EHOSTUNREACH",
  14: "EHOSTUNREACH",
  15: "EHOSTUNREACH",
};

/** Codes that end a connected datagram socket's wait; the others are only noted. */
export const fatalForDatagrams = new Set([2, 3, 9, 10, 11, 12, 13, 14, 15]);

export function icmpErrno(type: number, code: number): ErrnoCode | undefined {
  if (type === 3) return code === 4 ? "EMSGSIZE" : unreachable[code];
  if (type === 11) return "EHOSTUNREACH";
  return undefined;
}
