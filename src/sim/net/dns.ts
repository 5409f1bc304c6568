/** DNS as messages between simulated resolvers and servers: {type: "dns", name, qtype} → DnsReply. */

export type QueryType = "A" | "AAAA" | "CNAME" | "MX" | "NS" | "PTR" | "SOA" | "SRV" | "TXT" | "ANY";

export interface DnsQuery {
  type: "dns";
  /** Without the final dot. */
  name: string;
  qtype: QueryType;
  /** RD flag; servers that only answer for their own zones ignore it. */
  recursion?: boolean;
}

export interface DnsRecord {
  /** Owner, without the final dot. */
  name: string;
  type: QueryType;
  ttl: number;
  /** A: address; CNAME, NS, PTR: name without the final dot; SRV: "priority weight port target"; TXT: the text. */
  data: string;
}

export interface DnsReply {
  type: "dns";
  rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED" | "NOTIMP" | "FORMERR";
  answers: DnsRecord[];
  authority?: DnsRecord[];
  authoritative?: boolean;
}

export const isDnsQuery = (message: unknown): message is DnsQuery =>
  typeof message === "object" &&
  message !== null &&
  (message as { type?: unknown }).type === "dns" &&
  typeof (message as { name?: unknown }).name === "string";

/** The name asked for by the reverse lookup of an IPv4 address. */
export const reverseName = (ip: string): string => `${ip.split(".").reverse().join(".")}.in-addr.arpa`;
