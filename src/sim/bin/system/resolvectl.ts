/** resolvectl (systemd 255): what systemd-resolved knows, and the servers and domains of a link. */
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { parseIp } from "../../net/ip.ts";
import { configureLink, globalServers, servers } from "../../systemd/resolved.ts";

async function query(p: Proc, names: string[]): Promise<number> {
  let status = 0;
  for (const name of names) {
    const r = p.net.resolve(name);
    await p.sleep(r.took);
    if (r.ok)
      await p.out(
        `${name}: ${r.addresses.join(`\n${" ".repeat(name.length + 2)}`)}\n\n-- Information acquired via protocol DNS in ${Math.max(1, Math.round(r.took))}ms.\n-- Data is authenticated: no; Data was acquired via local or encrypted transport: no\n-- Data from: network\n`,
      );
    else {
      await p.err(
        `${name}: resolve call failed: ${r.code === "EAI_NONAME" ? `'${name}' not found` : "All attempts to contact name servers or networks failed"}\n`,
      );
      status = 1;
    }
  }
  return status;
}

function status(p: Proc, running: Proc, names: string[]): string {
  const ns = p.machine.world.network.ns(p.machine.name);
  const all = servers(running);
  const global = globalServers(running);
  let text = `Global\n         Protocols: -LLMNR -mDNS -DNSOverTLS DNSSEC=no/unsupported\n  resolv.conf mode: ${p.fs.tryStat("/etc/resolv.conf", false)?.type === "symlink" ? "stub" : "foreign"}\n${global.length > 0 ? `       DNS Servers: ${global.join(" ")}\n` : ""}`;
  for (const l of ns.links()) {
    if (l.name === "lo" || (names.length > 0 && !names.includes(l.name))) continue;
    const s = all.find((x) => x.link === l.name);
    const on = (s?.dns.length ?? 0) > 0;
    text += `\nLink ${l.index} (${l.name})\n    Current Scopes: ${on ? "DNS" : "none"}\n         Protocols: ${on ? "+" : "-"}DefaultRoute -LLMNR -mDNS -DNSOverTLS DNSSEC=no/unsupported\n${on ? `Current DNS Server: ${s!.dns[0]}\n       DNS Servers: ${s!.dns.join(" ")}\n` : ""}`;
  }
  return text;
}

/** `dns` and `domain`: all links, one, or one that is given others. */
async function setting(p: Proc, running: Proc, what: "dns" | "domains", [link, ...given]: string[]): Promise<number> {
  const ns = p.machine.world.network.ns(p.machine.name);
  const chosen = link === undefined ? undefined : ns.links().find((l) => l.name === link || String(l.index) === link);
  if (link !== undefined && !chosen) {
    await p.err(`Failed to resolve interface "${link}": No such device\n`);
    return 1;
  }
  if (chosen && given.length > 0) {
    const problem = change(p, running, what, chosen.name, given.length === 1 && given[0] === "" ? [] : given);
    if (problem !== undefined) await p.err(`Failed to set ${what === "dns" ? "DNS" : "domain"} configuration: ${problem}\n`);
    return problem === undefined ? 0 : 1;
  }
  const all = servers(running);
  const line = (words: string[]): string => `${words.map((w) => ` ${w}`).join("")}\n`;
  if (!chosen) await p.out(`Global:${line(what === "dns" ? globalServers(running) : [])}`);
  for (const l of chosen ? [chosen] : ns.links().filter((x) => x.name !== "lo"))
    await p.out(`Link ${l.index} (${l.name}):${line(all.find((s) => s.link === l.name)?.[what] ?? [])}`);
  return 0;
}

/** What is wrong, when it is not done. */
function change(p: Proc, running: Proc, what: "dns" | "domains", link: string, given: string[]): string | undefined {
  if (what === "dns" && given.some((ip) => ip.includes(":") || ip.includes("#")))
    return p.notSimulated("resolvectl dns with a port, a name or IPv6");
  if (what === "dns" && given.some((ip) => parseIp(ip) === undefined)) return "Invalid argument";
  // a domain with ~ says which link's servers are asked for it; here all are
  if (what === "domains" && given.some((d) => d.startsWith("~"))) return p.notSimulated("resolvectl domain with a route-only domain");
  if (p.uid !== 0) return "Interactive authentication required.";
  if (link === "lo") return "Link lo is loopback device.";
  configureLink(running, link, { [what]: given });
  return undefined;
}

async function revert(p: Proc, running: Proc, links: string[]): Promise<number> {
  const ns = p.machine.world.network.ns(p.machine.name);
  const chosen = ns.links().find((l) => l.name === links[0] || String(l.index) === links[0]);
  if (!chosen) {
    await p.err(links.length === 0 ? "Interface argument required.\n" : `Failed to resolve interface "${links[0]}": No such device\n`);
    return 1;
  }
  if (p.uid !== 0) {
    await p.err("Failed to revert interface configuration: Interactive authentication required.\n");
    return 1;
  }
  configureLink(running, chosen.name, { dns: undefined, domains: undefined });
  return 0;
}

export const resolvectl: CommandProgram = {
  name: "resolvectl",
  async main(p) {
    const option = p.args.find((a) => a.startsWith("-"));
    if (option !== undefined && option !== "--no-pager") return p.notSimulated(`resolvectl ${option}`);
    const [verb = "status", ...words] = p.args.filter((a) => !a.startsWith("-"));
    const running = [...p.machine.procs.values()].find((q) => q.state.program === "systemd-resolved");
    if (!running) {
      await p.err("Failed to get global data: Unit dbus-org.freedesktop.resolve1.service not found.\n");
      return 1;
    }
    switch (verb) {
      case "query":
        return query(p, words);
      case "flush-caches":
      case "reset-server-features":
        return 0;
      case "dns":
        return setting(p, running, "dns", words);
      case "domain":
        return setting(p, running, "domains", words);
      case "revert":
        return revert(p, running, words);
      case "status":
        await p.out(status(p, running, words));
        return 0;
      default:
        return p.notSimulated(`resolvectl ${verb}`);
    }
  },
};
