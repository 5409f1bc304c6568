/** Elements of IP sets as ipset(8) reads and prints them: ranges and prefixes become one element each where the type has no prefixes. */
import { NotSimulated } from "../core/errno.ts";
import { ip6Text, network6, parseIp6 } from "./ip6.ts";
import { ipText, maskOf, networkOf, parseIp, parsePrefix } from "./ip.ts";
import { services } from "./netfilter/ports.ts";
import type { IpSetState } from "./state.ts";

/** What ipset says of an element that it cannot read, or that no set of the type can hold. */
export class ElementError extends Error {}

/** No single command adds more (IPSET_MAX_RANGE). */
const most = 1 << 20;

const resolving = (word: string, family: string): ElementError =>
  new ElementError(`Syntax error: cannot parse ${word}: resolving to IPv${family === "inet6" ? 6 : 4} address failed`);
const badCidr = (): ElementError => new ElementError("The value of the CIDR parameter of the IP address is invalid");
const nothing = (): ElementError => new ElementError("Null-valued element, cannot be stored in a hash type of set");

export const netText = (ip: number, len: number): string => (len === 32 ? ipText(ip) : `${ipText(ip)}/${len}`);

function range(word: string): { low: number; high: number } | undefined {
  const [from = "", to = ""] = word.split("-");
  const low = parseIp(from);
  const high = parseIp(to);
  return low === undefined || high === undefined ? undefined : { low: Math.min(low, high), high: Math.max(low, high) };
}

/** Addresses of `a`, `a/len` and `a-b`. */
function addresses(word: string): string[] {
  const between = word.includes("-") ? range(word) : undefined;
  const prefix = between ? undefined : parsePrefix(word);
  if (!between && !prefix) throw resolving(word, "inet");
  if (prefix?.len === 0) throw badCidr();
  const low = between?.low ?? networkOf(prefix!.ip, prefix!.len);
  const high = between?.high ?? (low | ~maskOf(prefix!.len)) >>> 0;
  if (low === 0) throw nothing();
  if (high - low >= most) throw new NotSimulated(`an ipset range of ${high - low + 1} addresses`);
  return Array.from({ length: high - low + 1 }, (_, i) => ipText(low + i));
}

/** Networks of `a/len`, and the fewest that make up `a-b`. */
function networks(word: string): string[] {
  const between = word.includes("-") ? range(word) : undefined;
  const prefix = between ? undefined : parsePrefix(word);
  if (!between && !prefix) throw resolving(word, "inet");
  if (prefix) {
    if (prefix.len === 0) throw badCidr();
    return [netText(networkOf(prefix.ip, prefix.len), prefix.len)];
  }
  const out: string[] = [];
  for (let at = between!.low; at <= between!.high;) {
    let len = 32;
    while (len > 1 && networkOf(at, len - 1) === at && at + 2 ** (33 - len) - 1 <= between!.high) len--;
    out.push(netText(at, len));
    at += 2 ** (32 - len);
  }
  return out;
}

function address6(word: string, net: boolean): string[] {
  const [host = "", tail] = word.split("/");
  const groups = parseIp6(host);
  if (!groups) throw resolving(word, "inet6");
  const len = tail === undefined ? 128 : Number(tail);
  if (!(len > 0 && len <= 128)) throw badCidr();
  if (!net && len !== 128) throw new NotSimulated("ipset ranges of IPv6 addresses");
  return [`${ip6Text(network6(groups, len))}${len === 128 ? "" : `/${len}`}`];
}

function portNumber(word: string): number {
  const number = /^\d+$/.test(word) ? Number(word) : services[word];
  if (number !== undefined && number <= 65535) return number;
  const why = number === undefined ? `'${word}' is invalid as number` : `'${word}' is out of range 0-65535`;
  throw new ElementError(`Syntax error: ${why}\nSyntax error: 'tcp' is invalid as number\ncannot parse '${word}' as a tcp port`);
}

function numbers(word: string): number[] {
  const [low, high] = word.split("-").map(portNumber);
  const [from, to] = [Math.min(low!, high ?? low!), Math.max(low!, high ?? low!)];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** `80`, `tcp:80`, `udp:53-54`. */
function ports(word: string): string[] {
  const cut = word.indexOf(":");
  const protocol = cut < 0 ? "tcp" : word.slice(0, cut);
  if (!["tcp", "udp", "sctp", "udplite"].includes(protocol)) throw new NotSimulated(`ipset elements of protocol ${protocol}`);
  return numbers(word.slice(cut + 1)).map((port) => `${protocol}:${port}`);
}

function dimension(kind: string, word: string, family: string): string[] {
  switch (kind) {
    case "ip":
      return family === "inet6" ? address6(word, false) : addresses(word);
    case "net":
      return family === "inet6" ? address6(word, true) : networks(word);
    case "port":
      return ports(word);
    case "mac":
      return [word.toUpperCase()];
    default:
      return [word];
  }
}

const ordinals = ["First", "Second", "Third"];

function split(set: IpSetState, text: string): { kinds: string[]; words: string[] } {
  const kinds = set.type.slice(set.type.indexOf(":") + 1).split(",");
  const words = text.split(",");
  if (words.length > kinds.length)
    throw new ElementError(
      kinds.length === 1
        ? `Syntax error: Elem separator in ${text}, but settype ${set.type} supports none.`
        : `Syntax error: Too many elem separators in ${text}, but settype ${set.type} supports none.`,
    );
  if (words.length < kinds.length) throw new ElementError(`Syntax error: ${ordinals[words.length]} element is missing from ${text}.`);
  return { kinds, words };
}

/** Members, in their printed form, that the text stands for. Throws ElementError. */
export function elements(set: IpSetState, text: string): string[] {
  if (set.type === "list:set") return [text];
  if (set.type === "bitmap:port") return numbers(text.replace(/^tcp:/, "")).map(String);
  const { kinds, words } = split(set, text);
  return words
    .map((word, i) => dimension(kinds[i]!, word, set.header.family))
    .reduce<string[]>((heads, tails) => heads.flatMap((head) => tails.map((tail) => `${head},${tail}`)), [""])
    .map((element) => element.slice(1));
}

/** The text as `ipset test` repeats it: with the protocol of its port. */
export function repeated(set: IpSetState, text: string): string {
  if (set.type === "list:set" || set.type === "bitmap:port") return text;
  const { kinds, words } = split(set, text);
  return words.map((word, i) => (kinds[i] === "port" && /^\d+$/.test(word) ? `tcp:${word}` : word)).join(",");
}
