/** What a rule sees beside the packet. */
import type { NetNs } from "../netlink.ts";
import type { Packet } from "../packet.ts";
import type { LinkState } from "../state.ts";

export type Hook = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

export interface Env {
  ns: NetNs;
  hook: Hook;
  in: LinkState | undefined;
  out: LinkState | undefined;
}

export type Test = (p: Packet, env: Env) => boolean;

/** A wrong argument, in iptables' words (without the program's name). `usage`: whether "Try `iptables -h'…" follows. */
export class IptablesError extends Error {
  readonly usage: boolean;
  readonly status: number;
  constructor(message: string, options: { usage?: boolean; status?: number } = {}) {
    super(message);
    this.name = "IptablesError";
    this.usage = options.usage ?? true;
    this.status = options.status ?? 2;
  }
}

/** Interface name with a trailing + as wildcard. */
export function nameTest(pattern: string): (name: string) => boolean {
  if (!pattern.endsWith("+")) return (name) => name === pattern;
  const prefix = pattern.slice(0, -1);
  return (name) => name.startsWith(prefix);
}

/** As iptables-save quotes strings. */
export const quote = (text: string): string => (/^[A-Za-z0-9_\-./:+]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`);

/** A number as iptables reads it: decimal, octal or hexadecimal. */
export function numberOf(text: string, extension: string, option: string): number {
  const value = /^0x[0-9a-f]+$/i.test(text)
    ? Number.parseInt(text, 16)
    : /^0[0-7]+$/.test(text)
      ? Number.parseInt(text, 8)
      : /^\d+$/.test(text)
        ? Number(text)
        : NaN;
  if (!Number.isFinite(value) || value > 0xffffffff)
    throw new IptablesError(`${extension}: bad integer value for option "--${option}", or out of range.\n`);
  return value;
}

export const hex = (n: number): string => `0x${n.toString(16)}`;
