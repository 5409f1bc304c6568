/** systemd-resolved: the stub resolver at 127.0.0.53, which asks the links' servers. */
import type { Proc } from "../kernel/proc.ts";
import type { DaemonProgram } from "../kernel/program.ts";
import { isDnsQuery, type DnsQuery, type DnsReply } from "../net/dns.ts";
import { setLinkServers, type GivenServers } from "./networkd.ts";
import { sdNotify } from "./notify.ts";
import { parseUnit, values } from "./unit-file.ts";

export const resolved: DaemonProgram = {
  name: "systemd-resolved",
  start(p) {
    p.state.rss = 13_000;
    writeFiles(p);
    try {
      for (const transport of ["udp", "tcp"] as const) {
        p.net.listen(transport, "127.0.0.53", 53, { accept: "serve" });
        p.net.listen(transport, "127.0.0.54", 53, { accept: "serve" });
      }
    } catch (error) {
      p.log(`<4>Failed to listen on UDP socket 127.0.0.53:53: ${(error as Error).message}`);
    }
    p.log("Positive Trust Anchors:");
    p.log(". IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d");
    p.log(`Using system hostname '${p.machine.hostname}'.`);
    p.after(30, "ready");
    p.machine.rootFs().mkdirp("/run/systemd/netif/links", 0o755);
    p.watch("/run/systemd/netif/links");
  },
  on(p, event) {
    if (event === "ready") sdNotify(p, "READY=1");
    if (event === "inotify") writeFiles(p);
  },
  signal(p, signal) {
    if (signal !== "SIGTERM") return signal === "SIGHUP" || signal === "SIGUSR1" || signal === "SIGUSR2";
    p.finish({ code: 0 });
    return true;
  },
  serve(p, incoming): DnsReply | undefined {
    if (!isDnsQuery(incoming.message)) return undefined;
    return answer(p, incoming.message);
  },
};

/** Servers of all links, then those of resolved.conf. */
export function servers(p: Proc): { link: string; dns: string[]; domains: string[] }[] {
  const root = p.machine.rootFs();
  const out: { link: string; dns: string[]; domains: string[] }[] = [];
  const ns = p.machine.world.network.ns(p.machine.name);
  const dir = "/run/systemd/netif/links";
  for (const file of root.isDir(dir) ? root.readdir(dir) : []) {
    const get = (key: string) =>
      new RegExp(`^${key}=(.*)$`, "m")
        .exec(root.readText(`${dir}/${file}`))?.[1]
        ?.split(/\s+/)
        .filter((w) => w !== "") ?? [];
    const link = ns.linkByIndex(Number(file))?.name;
    if (link) out.push({ link, dns: get("DNS"), domains: get("DOMAINS") });
  }
  for (const [link, given] of Object.entries(givenTo(p)))
    if (ns.linkState(link)) out.push({ link, dns: given.dns ?? [], domains: given.domains ?? [] });
  return out;
}

/** What links that networkd does not manage were given over the bus. */
const givenTo = (p: Proc): Record<string, GivenServers> => (p.data.links ??= {}) as Record<string, GivenServers>;

/** SetLinkDNS, SetLinkDomains, RevertLink: for a link of networkd's it is networkd that is told. */
export function configureLink(p: Proc, link: string, change: GivenServers): void {
  const networkd = [...p.machine.procs.values()].find((q) => q.state.program === "systemd-networkd");
  if (!networkd || !setLinkServers(networkd, link, change)) givenTo(p)[link] = { ...givenTo(p)[link], ...change };
  writeFiles(p);
}

export function globalServers(p: Proc): string[] {
  const { fs } = p;
  const texts = [fs.tryReadText("/etc/systemd/resolved.conf") ?? ""];
  for (const dir of ["/etc/systemd/resolved.conf.d", "/run/systemd/resolved.conf.d"])
    if (fs.isDir(dir)) for (const f of fs.readdir(dir)) if (f.endsWith(".conf")) texts.push(fs.readText(`${dir}/${f}`));
  return texts.flatMap((t) => values(parseUnit(t).sections, "Resolve", "DNS")).flatMap((v) => v.split(/\s+/));
}

function writeFiles(p: Proc): void {
  const root = p.machine.rootFs();
  root.mkdirp("/run/systemd/resolve", 0o755);
  const all = servers(p);
  const domains = [...new Set(all.flatMap((s) => s.domains))];
  const search = `search ${domains.length === 0 ? "." : domains.join(" ")}\n`;
  const note =
    '# This is /run/systemd/resolve/stub-resolv.conf managed by man:systemd-resolved(8).\n# Do not edit.\n#\n# This file might be symlinked as /etc/resolv.conf. If you\'re looking at\n# /etc/resolv.conf and seeing this text, you have followed the symlink.\n#\n# This is a dynamic resolv.conf file for connecting local clients to the\n# internal DNS stub resolver of systemd-resolved. This file lists all\n# configured search domains.\n#\n# Run "resolvectl status" to see details about the uplink DNS servers\n# currently in use.\n#\n# Third party programs should typically not access this file directly, but only\n# through the symlink at /etc/resolv.conf. To manage man:resolv.conf(5) in a\n# different way, replace this symlink by a static file or a different symlink.\n#\n# See man:systemd-resolved.service(8) for details about the supported modes of\n# operation for /etc/resolv.conf.\n\n';
  root.write("/run/systemd/resolve/stub-resolv.conf", `${note}nameserver 127.0.0.53\noptions edns0 trust-ad\n${search}`);
  const upstream = [...globalServers(p), ...all.flatMap((s) => s.dns)];
  root.write(
    "/run/systemd/resolve/resolv.conf",
    `${note.replace("stub-resolv.conf", "resolv.conf").replace('connecting local clients to the\n# internal DNS stub resolver of systemd-resolved. This file lists all\n# configured search domains.\n#\n# Run "resolvectl status" to see details about the uplink DNS servers\n# currently in use.', "connecting local clients directly to\n# all known uplink DNS servers. This file lists all configured search domains.")}${upstream.map((s) => `nameserver ${s}\n`).join("")}${search}`,
  );
}

function answer(p: Proc, query: DnsQuery): DnsReply {
  const name = query.name.replace(/\.$/, "").toLowerCase();
  const reply = (rcode: DnsReply["rcode"], answers: DnsReply["answers"] = []): DnsReply => ({ type: "dns", rcode, answers });
  const record = (data: string): DnsReply => reply("NOERROR", [{ name, type: "A", ttl: 0, data }]);
  // nss-resolve's own names come first, then /etc/hosts, as resolved.conf(5) ReadEtcHosts= says
  if (query.qtype === "A" && (name === "localhost" || name.endsWith(".localhost"))) return record("127.0.0.1");
  if (query.qtype === "A" || query.qtype === "AAAA") {
    for (const line of (p.fs.tryReadText("/etc/hosts") ?? "").split("\n")) {
      const [ip, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (!ip || !names.some((n) => n.toLowerCase() === name)) continue;
      if (ip.includes(":") === (query.qtype === "AAAA")) return { ...record(ip), answers: [{ name, type: query.qtype, ttl: 0, data: ip }] };
    }
    if (name === p.machine.hostname.toLowerCase() && query.qtype === "A") {
      const ns = p.machine.world.network.ns(p.machine.name);
      const own = ns
        .links()
        .flatMap((l) => l.addresses)
        .find((a) => a.scope === "global");
      if (own) return record(own.ip);
    }
  }
  for (const server of [...globalServers(p), ...servers(p).flatMap((s) => s.dns)]) {
    const asked = p.net.ask<DnsReply>(server, 53, { ...query, name, recursion: true });
    if (asked.ok && asked.reply) return asked.reply;
  }
  return reply("SERVFAIL");
}
