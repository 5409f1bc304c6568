/** systemd-networkd: applies .network files to the machine's links. */
import type { FsView } from "../fs/view.ts";
import type { Proc } from "../kernel/proc.ts";
import type { DaemonProgram } from "../kernel/program.ts";
import { natEngine } from "../net/network.ts";
import { NetlinkError, type NetNs } from "../net/netlink.ts";
import { sdNotify } from "./notify.ts";
import { parseUnit, value, values, type Sections } from "./unit-file.ts";

/** How a link is doing, by name: what networkctl shows and resolved reads (in reality /run/systemd/netif/links/<index>). */
export interface LinkStatus {
  file: string;
  setup: "unmanaged" | "configuring" | "configured" | "failed";
  dns: string[];
  domains: string[];
  given?: GivenServers;
  dhcp: boolean;
  addresses: string[];
  routes: { dst: string; via?: string; metric?: number; table?: string }[];
}

/** Servers and domains that a link is given at run time; they take the place of its file's and its lease's until taken back. */
export interface GivenServers {
  dns?: string[] | undefined;
  domains?: string[] | undefined;
}

/** False when the link is not managed. */
export function setLinkServers(p: Proc, link: string, change: GivenServers): boolean {
  const status = statuses(p)[link];
  if (!status || status.setup === "unmanaged") return false;
  status.given = { ...status.given, ...change };
  publish(p);
  return true;
}

/** Address leases are renewed long before they end. */
const lease = 86_400_000;

function networkFiles(fs: FsView): { path: string; sections: Sections }[] {
  const found = new Map<string, string>();
  for (const dir of ["/etc/systemd/network", "/run/systemd/network", "/usr/lib/systemd/network"]) {
    if (fs.isDir(dir))
      for (const file of fs.readdir(dir)) if (file.endsWith(".network") && !found.has(file)) found.set(file, `${dir}/${file}`);
  }
  return [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => ({ path, sections: parseUnit(fs.readText(path)).sections }));
}

export const networkd: DaemonProgram = {
  name: "systemd-networkd",
  start(p) {
    p.state.rss = 9_600;
    p.data.links = {};
    p.after(40, "configure");
    p.after(70, "ready");
  },
  on(p, event, data) {
    if (event === "configure") configure(p);
    else if (event === "ready") sdNotify(p, "READY=1");
    else if (event === "dhcp") dhcp(p, data as string);
    else if (event === "renew") {
      // the lease is asked for again; without an answer the address stays until it expires
      const name = data as string;
      if (statuses(p)[name]?.dhcp) p.after(lease / 2, "renew", name);
    }
  },
  signal(p, signal) {
    if (signal === "SIGTERM") {
      // addresses and routes stay when networkd goes
      p.finish({ code: 0 });
      return true;
    }
    if (signal === "SIGHUP") {
      configure(p);
      p.after(5, "ready");
      return true;
    }
    return signal === "SIGUSR1" || signal === "SIGUSR2";
  },
};

const statuses = (p: Proc): Record<string, LinkStatus> => p.data.links as Record<string, LinkStatus>;

function matches(sections: Sections, link: { name: string; mac: string }): boolean {
  const names = values(sections, "Match", "Name").flatMap((n) => n.split(/\s+/));
  const macs = values(sections, "Match", "PermanentMACAddress", "MACAddress").flatMap((n) => n.split(/\s+/).map((m) => m.toLowerCase()));
  if (names.length === 0 && macs.length === 0) return false;
  const glob = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|\\]/g, "\\$&")
        .replace(/\*/g, ".*")
        .replace(/\?/g, ".")}$`,
    ).test(link.name);
  return (names.length === 0 || names.some(glob)) && (macs.length === 0 || macs.includes(link.mac));
}

/** Brings every matched link to what its file says, and removes what an earlier file of ours said. */
function configure(p: Proc): void {
  const ns = p.machine.world.network.ns(p.machine.name);
  const files = networkFiles(p.fs);
  const before = statuses(p);
  const links: Record<string, LinkStatus> = {};
  for (const link of ns.links()) {
    if (link.kind !== "ether" && link.kind !== "dummy" && link.kind !== "bridge") continue;
    const file = files.find((f) => matches(f.sections, link));
    const old = before[link.name];
    if (!file) {
      if (old) withdraw(ns, link.name, old, undefined);
      continue;
    }
    const s = file.sections;
    const status: LinkStatus = {
      file: file.path,
      setup: "configuring",
      dns: values(s, "Network", "DNS").flatMap((d) => d.split(/\s+/)),
      domains: values(s, "Network", "Domains").flatMap((d) => d.split(/\s+/)),
      dhcp: /^(yes|ipv4|true|both)$/.test(value(s, "Network", "DHCP")),
      addresses: [...values(s, "Network", "Address"), ...values(s, "Address", "Address")].filter((a) => !a.includes(":")),
      routes: [
        ...values(s, "Network", "Gateway")
          .filter((g) => !g.includes(":"))
          .map((via) => ({ dst: "default", via })),
        ...routesOf(s),
      ],
    };
    links[link.name] = status;
    if (old) withdraw(ns, link.name, old, status);
    const mtu = value(s, "Link", "MTUBytes");
    if (mtu !== "") {
      const state = ns.linkState(link.name);
      if (state) state.mtu = Number(mtu);
    }
    if (!link.up) {
      ns.setUp(link.name, true);
      p.log(`${link.name}: Link UP`);
      p.log(`${link.name}: Gained carrier`);
    }
    for (const address of status.addresses)
      if (!ns.link(link.name)!.addresses.some((a) => a.cidr === address)) attempt(p, () => ns.addAddress(link.name, address));
    for (const route of status.routes) attempt(p, () => ns.replaceRoute({ ...route, dev: link.name, proto: "static" }));
    if (status.dhcp) {
      const held = old?.dhcp && ns.link(link.name)!.addresses.some((a) => a.ip === natEngine.guest);
      if (held) {
        status.setup = "configured";
        if (!status.dns.includes(natEngine.dns)) status.dns.push(natEngine.dns);
      } else p.after(120, "dhcp", link.name);
    } else status.setup = "configured";
  }
  p.data.links = links;
  publish(p);
}

function attempt(p: Proc, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    if (error.code !== "EEXIST") p.log(`<4>Could not set up link: ${error.text}`);
  }
}

function routesOf(s: Sections): LinkStatus["routes"] {
  const out: LinkStatus["routes"] = [];
  let current: LinkStatus["routes"][number] | undefined;
  // the parser joins the [Route] sections of one file; each begins with its destination
  for (const [key, text] of s.Route ?? []) {
    if (key === "Destination" || !current) {
      current = { dst: "default" };
      out.push(current);
    }
    if (key === "Destination") current.dst = text === "0.0.0.0/0" ? "default" : text;
    else if (key === "Gateway") current.via = text;
    else if (key === "Metric") current.metric = Number(text);
    else if (key === "Table") current.table = text;
  }
  return out.filter((r) => !r.dst.includes(":"));
}

/** Takes back what an earlier configuration set and the new one does not. */
function withdraw(ns: NetNs, name: string, old: LinkStatus, next: LinkStatus | undefined): void {
  const quietly = (work: () => void) => {
    try {
      work();
    } catch {
      // somebody else has removed it
    }
  };
  for (const address of old.addresses) if (!next?.addresses.includes(address)) quietly(() => ns.deleteAddress(name, address));
  for (const route of old.routes)
    if (!next?.routes.some((r) => r.dst === route.dst && r.via === route.via)) quietly(() => ns.deleteRoute({ ...route, dev: name }));
  if (old.dhcp && !next?.dhcp) {
    quietly(() => ns.deleteRoute({ dst: "default", via: natEngine.gateway, dev: name }));
    quietly(() => ns.deleteAddress(name, `${natEngine.guest}/24`));
  }
}

/** DISCOVER … ACK: VirtualBox's NAT engine answers on the cable that leads to it, and nowhere else. */
function dhcp(p: Proc, name: string): void {
  const status = statuses(p)[name];
  const ns = p.machine.world.network.ns(p.machine.name);
  const link = ns.linkState(name);
  if (!status?.dhcp || !link) return;
  if (!link.segment?.startsWith("nat:") || !link.up) {
    p.after(link.up ? 8000 : 2000, "dhcp", name);
    return;
  }
  attempt(p, () => ns.addAddress(name, `${natEngine.guest}/24`, { metric: 100, until: p.now + lease }));
  attempt(p, () =>
    ns.replaceRoute({ dst: "default", via: natEngine.gateway, dev: name, proto: "dhcp", src: natEngine.guest, metric: 100 }),
  );
  attempt(p, () => ns.replaceRoute({ dst: natEngine.gateway, dev: name, proto: "dhcp", scope: "link", src: natEngine.guest, metric: 100 }));
  attempt(p, () => ns.replaceRoute({ dst: natEngine.dns, dev: name, proto: "dhcp", scope: "link", src: natEngine.guest, metric: 100 }));
  p.log(`${name}: DHCPv4 address ${natEngine.guest}/24, gateway ${natEngine.gateway} acquired from ${natEngine.gateway}`);
  if (!status.dns.includes(natEngine.dns)) status.dns.push(natEngine.dns);
  status.setup = "configured";
  p.after(lease / 2, "renew", name);
  publish(p);
}

/** Files under /run/systemd/netif, from which resolved learns the servers. */
function publish(p: Proc): void {
  const root = p.machine.rootFs();
  const ns = p.machine.world.network.ns(p.machine.name);
  root.mkdirp("/run/systemd/netif/links", 0o755);
  for (const [name, s] of Object.entries(statuses(p))) {
    const index = ns.linkState(name)?.index ?? 0;
    root.write(
      `/run/systemd/netif/links/${index}`,
      `# This is private data. Do not parse.\nADMIN_STATE=${s.setup}\nNETWORK_FILE=${s.file}\nDNS=${(s.given?.dns ?? s.dns).join(" ")}\nDOMAINS=${(s.given?.domains ?? s.domains).join(" ")}\n`,
    );
  }
  const online = Object.values(statuses(p)).every((s) => s.setup === "configured");
  root.write(
    "/run/systemd/netif/state",
    `# This is private data. Do not parse.\nOPER_STATE=routable\nONLINE_STATE=${online ? "online" : "partial"}\n`,
  );
}
