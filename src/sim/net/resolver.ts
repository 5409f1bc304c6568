/** getaddrinfo(3): nsswitch.conf, /etc/hosts and resolv.conf of the process's own filesystem (glibc 2.39's rules). */
import type { FsView } from "../fs/view.ts";
import type { ProcNet } from "./api.ts";
import type { DnsQuery, DnsReply, QueryType } from "./dns.ts";
import { parseIp } from "./ip.ts";

export interface ResolverConfig {
  servers: string[];
  search: string[];
  ndots: number;
  /** Seconds. */
  timeout: number;
  attempts: number;
}

/** resolv.conf(5); without the file: the server on this host. */
export function resolverConfig(fs: FsView): ResolverConfig {
  const config: ResolverConfig = { servers: [], search: [], ndots: 1, timeout: 5, attempts: 2 };
  for (const line of (fs.tryReadText("/etc/resolv.conf") ?? "").split("\n")) {
    const [key, ...rest] = line
      .replace(/[#;].*$/, "")
      .trim()
      .split(/\s+/);
    if (key === "nameserver" && rest[0] && config.servers.length < 3) config.servers.push(rest[0]);
    else if (key === "search") config.search = rest.filter((d) => d !== ".");
    else if (key === "domain" && rest[0]) config.search = [rest[0]];
    else if (key === "options")
      for (const option of rest) {
        const [name, value] = option.split(":");
        if (name === "ndots") config.ndots = Math.min(15, Number(value));
        else if (name === "timeout") config.timeout = Number(value);
        else if (name === "attempts") config.attempts = Number(value);
      }
  }
  if (config.servers.length === 0) config.servers.push("127.0.0.1");
  return config;
}

/** IPv4 addresses and the first (canonical) name of a hosts(5) entry. */
function inHosts(text: string, name: string): { addresses: string[]; canonical: string } | undefined {
  const wanted = name.toLowerCase();
  const addresses: string[] = [];
  let canonical = name;
  for (const line of text.split("\n")) {
    const [address, ...names] = line.replace(/#.*$/, "").trim().split(/\s+/);
    if (!address || parseIp(address) === undefined || !names.some((n) => n.toLowerCase() === wanted)) continue;
    if (addresses.length === 0) canonical = names[0]!;
    if (!addresses.includes(address)) addresses.push(address);
  }
  return addresses.length > 0 ? { addresses, canonical } : undefined;
}

export type Answer =
  | { kind: "reply"; reply: DnsReply; server: string; took: number }
  | { kind: "silent"; why: "timeout" | "refused" | "unreachable"; server: string; took: number };

/** Asks the servers in order, `attempts` times around. */
export function queryServers(
  net: ProcNet,
  config: Pick<ResolverConfig, "servers" | "timeout" | "attempts">,
  name: string,
  qtype: QueryType,
): Answer {
  let took = 0;
  let last: Answer = { kind: "silent", why: "timeout", server: config.servers[0]!, took };
  for (let attempt = 0; attempt < config.attempts; attempt++)
    for (const server of config.servers) {
      const query: DnsQuery = { type: "dns", name, qtype, recursion: true };
      const got = net.ask<DnsReply>(server, 53, query);
      if (got.ok) {
        took += 1;
        if (got.reply?.rcode === "SERVFAIL" || got.reply?.rcode === "REFUSED" || got.reply?.rcode === "NOTIMP") {
          last = { kind: "reply", reply: got.reply, server, took };
          continue;
        }
        if (got.reply) return { kind: "reply", reply: got.reply, server, took };
        took += config.timeout * 1000;
        last = { kind: "silent", why: "timeout", server, took };
        continue;
      }
      if (got.code === "ETIMEDOUT") {
        took += config.timeout * 1000;
        last = { kind: "silent", why: "timeout", server, took };
      } else {
        took += Math.min(got.after, config.timeout * 1000);
        last = { kind: "silent", why: got.code === "ECONNREFUSED" ? "refused" : "unreachable", server, took };
      }
    }
  return last.kind === "silent" ? { ...last, took } : last;
}

export type Resolved =
  | { ok: true; addresses: string[]; canonical: string; took: number }
  | { ok: false; code: "EAI_NONAME" | "EAI_AGAIN"; took: number; detail: string };

export function resolveName(fs: FsView, net: ProcNet, hostname: string, name: string): Resolved {
  if (parseIp(name) !== undefined) return { ok: true, addresses: [name], canonical: name, took: 0 };
  if (name === "" || name.length > 253) return { ok: false, code: "EAI_NONAME", took: 0, detail: "no such host" };
  const sources = hostsLine(fs.tryReadText("/etc/nsswitch.conf"));
  let took = 0;
  let again = false;
  let detail = "no such host";
  for (const source of sources) {
    if (source === "files") {
      const found = inHosts(fs.tryReadText("/etc/hosts") ?? "", name.replace(/\.$/, ""));
      if (found) return { ok: true, ...found, took };
    } else if (source === "myhostname") {
      const lower = name.toLowerCase();
      if (lower === "localhost" || lower.endsWith(".localhost"))
        return { ok: true, addresses: ["127.0.0.1"], canonical: "localhost", took };
      if (lower === hostname.toLowerCase()) return { ok: true, addresses: ["127.0.1.1"], canonical: name, took };
    } else if (source === "dns" || source === "resolve") {
      const answer = dns(net, resolverConfig(fs), name);
      took += answer.took;
      if (answer.ok) return { ...answer, took };
      again = answer.code === "EAI_AGAIN";
      detail = answer.detail;
    }
  }
  return { ok: false, code: again ? "EAI_AGAIN" : "EAI_NONAME", took, detail };
}

function hostsLine(text: string | undefined): string[] {
  const line = /^\s*hosts:\s*(.*)$/m.exec(text ?? "")?.[1];
  return line === undefined
    ? ["files", "dns"]
    : line
        .replace(/\[[^\]]*\]/g, " ")
        .replace(/#.*$/, "")
        .trim()
        .split(/\s+/);
}

function dns(net: ProcNet, config: ResolverConfig, name: string): Resolved {
  const absolute = name.endsWith(".");
  const bare = name.replace(/\.$/, "");
  const dots = bare.split(".").length - 1;
  const searched = absolute ? [] : config.search.map((domain) => `${bare}.${domain}`);
  const candidates = absolute ? [bare] : dots >= config.ndots ? [bare, ...searched] : [...searched, bare];
  let took = 0;
  let failed: Resolved | undefined;
  for (const candidate of candidates) {
    const answer = queryServers(net, config, candidate, "A");
    took += answer.took;
    if (answer.kind === "silent") {
      // no server answers: the other names would not fare better (res_search gives up on TRY_AGAIN with no reply)
      const why =
        answer.why === "timeout" ? "i/o timeout" : answer.why === "refused" ? "read: connection refused" : "dial: no route to host";
      return { ok: false, code: "EAI_AGAIN", took, detail: `lookup ${bare} on ${answer.server}:53: ${why}` };
    }
    const addresses = answer.reply.answers.filter((r) => r.type === "A").map((r) => r.data);
    if (addresses.length > 0) return { ok: true, addresses, canonical: answer.reply.answers.find((r) => r.type === "A")!.name, took };
    if (answer.reply.rcode === "SERVFAIL" || answer.reply.rcode === "REFUSED")
      failed ??= { ok: false, code: "EAI_AGAIN", took, detail: `lookup ${bare} on ${answer.server}:53: server misbehaving` };
    else if (candidate === candidates.at(-1) && !failed)
      return { ok: false, code: "EAI_NONAME", took, detail: `lookup ${bare} on ${answer.server}:53: no such host` };
  }
  return failed ? { ...failed, took } : { ok: false, code: "EAI_NONAME", took, detail: "no such host" };
}
