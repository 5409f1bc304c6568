/** What all of ip's objects share: options, words, the kernel's refusals. */
import { Errno, NotSimulated } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { parseIp, parsePrefix } from "../../../net/ip.ts";
import { NetlinkError, type NetNs } from "../../../net/netlink.ts";

export interface Options {
  family: "any" | "inet" | "inet6";
  oneline: boolean;
  json: boolean;
  brief: boolean;
  details: boolean;
  /** How often -s was given. */
  statistics: number;
}

export interface Context {
  p: Proc;
  ns: NetNs;
  netns: string;
  options: Options;
  out: (text: string) => void;
  /** A line on stderr before the output. */
  warn: (text: string) => void;
}

/** Ends ip with a message on stderr. */
export class IpError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.name = "IpError";
    this.status = status;
  }
}

/** matches(): a word may be cut short. */
const matches = (word: string, full: string): boolean => word !== "" && full.startsWith(word);

/** The first of the names that the word begins. */
export function pick<T extends string>(word: string, names: readonly T[]): T | undefined {
  return names.find((name) => matches(word, name));
}

export class Words {
  readonly #list: string[];
  #at = 0;
  constructor(list: string[]) {
    this.#list = list;
  }
  get done(): boolean {
    return this.#at >= this.#list.length;
  }
  peek(): string | undefined {
    return this.#list[this.#at];
  }
  next(): string | undefined {
    return this.#list[this.#at++];
  }
  /** NEXT_ARG: the value of a keyword. */
  value(_keyword: string): string {
    const word = this.next();
    if (word === undefined) throw new IpError('Command line is not complete. Try option "help"', 255);
    return word;
  }
}

/** `garbage` as ip says it. */
export const duplicate = (keyword: string, word: string): IpError =>
  new IpError(`Error: either "${keyword}" is duplicate, or "${word}" is a garbage.`, 255);

/** Runs a change in the kernel; only root may. */
export function change(c: Context, work: () => void): void {
  if (c.p.uid !== 0) throw new IpError("RTNETLINK answers: Operation not permitted", 2);
  try {
    work();
  } catch (error) {
    if (error instanceof NetlinkError && error.extack !== undefined) throw new IpError(`Error: ${error.extack}.`, 2);
    if (error instanceof Errno) throw new IpError(`RTNETLINK answers: ${error.text}`, 2);
    throw error;
  }
}

export const prefixError = (word: string): IpError => new IpError(`Error: any valid prefix is expected rather than "${word}".`, 1);

/** An IPv4 address as ip reads it, in full: missing octets are zero (get_addr_ipv4). */
export function fullAddress(word: string): string | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){0,3}$/.test(word)) return undefined;
  const full = [...word.split("."), "0", "0", "0"].slice(0, 4).join(".");
  return parseIp(full) === undefined ? undefined : full;
}

/** A prefix in full, with its length only where one was given. */
export function fullPrefix(word: string): string | undefined {
  const cut = word.indexOf("/");
  const ip = fullAddress(cut < 0 ? word : word.slice(0, cut));
  const full = ip === undefined ? undefined : ip + (cut < 0 ? "" : word.slice(cut));
  return full !== undefined && parsePrefix(full) ? full : undefined;
}

/** Throws on what is no prefix. */
export function prefixWord(word: string): { ip: number; len: number } {
  const full = fullPrefix(word);
  if (full === undefined) throw prefixError(word);
  return parsePrefix(full)!;
}

/** check_altifname, check_ifname: names that no link can have. */
export function checkName(keyword: string, name: string, longest: number): string {
  if (name === "" || name.length > longest || /[/\s]/.test(name))
    throw new IpError(`Error: argument "${name}" is wrong: "${keyword}" not a valid ifname`, 255);
  return name;
}

export function numberOf(word: string, what: string): number {
  const value = /^0x[0-9a-f]+$/i.test(word) ? Number.parseInt(word, 16) : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isFinite(value)) throw new IpError(`Error: argument "${word}" is wrong: ${what}`, 255);
  return value;
}

export const notSimulated = (what: string): never => {
  throw new NotSimulated(`ip ${what}`);
};

/** Columns of -j. */
export const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
