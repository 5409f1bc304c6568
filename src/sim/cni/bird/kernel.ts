/** Device, direct and kernel protocols: what BIRD sees of the machine's network, and the routes it puts there (sysdep/linux/netlink.c). */
import { Errno } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import { networkOf, prefixOf, prefixText } from "../../net/ip.ts";
import type { NetNs, RouteSpec } from "../../net/netlink.ts";
import { glob, runFilter } from "./filter.ts";
import { log } from "./log.ts";
import { announce, preferences, withdraw } from "./rib.ts";
import { birdState, ipv4Channel, type ProtocolState, type Route } from "./state.ts";

const namespace = (p: Proc): NetNs => p.machine.world.network.ns(p.machine.name, p.state.netns);

/** BIRD 2 gives its kernel routes metric 32; BIRD 1.6 gives none. */
const defaultMetric = (p: Proc): number => (birdState(p).flavour === "bird2" ? 32 : 0);

/** Reads interfaces and, as the kernel protocol does at every scan, puts right what differs in the kernel. */
export function scan(p: Proc): void {
  const s = birdState(p);
  const ns = namespace(p);
  for (const ps of s.protocols) if (ps.state === "up" && ps.config.kind === "Direct") scanDirect(p, ps, ns);
  for (const ps of s.protocols) if (ps.state === "up" && ps.config.kind === "Kernel") scanKernel(p, ps, ns);
}

function scanDirect(p: Proc, ps: ProtocolState, ns: NetNs): void {
  const s = birdState(p);
  const wanted = new Map<string, string>();
  for (const link of ns.links()) {
    if (!link.up || !wantedInterface(ps.config.interfaces, link.name)) continue;
    for (const address of link.addresses) {
      if (address.scope === "host") continue;
      const { ip, len } = prefixOf(address.cidr);
      if (link.kind === "loopback" && len < 32) continue;
      wanted.set(prefixText(networkOf(ip, len), len), link.name);
    }
  }
  for (const [net, list] of Object.entries(s.table)) {
    const mine = list.find((r) => r.proto === ps.name);
    if (mine && wanted.get(net) !== mine.dev) withdraw(p, ps, net);
  }
  for (const [net, dev] of wanted) {
    if (s.table[net]?.some((r) => r.proto === ps.name && r.dev === dev)) continue;
    announce(p, ps, { net, proto: ps.name, source: "DEVICE", dest: "unicast", dev, preference: preferences.Direct, at: p.now });
  }
}

/** Interface patterns are tried in order; `-` ahead of one excludes. */
function wantedInterface(patterns: string[] | undefined, name: string): boolean {
  if (!patterns) return true;
  for (const pattern of patterns) {
    if (pattern.startsWith("-")) {
      if (glob(pattern.slice(1)).test(name)) return false;
    } else if (glob(pattern).test(name)) return true;
  }
  return false;
}

function scanKernel(p: Proc, ps: ProtocolState, ns: NetNs): void {
  const s = birdState(p);
  const there = ns.routes("main");
  if (ps.config.learn) {
    const alien = new Map<string, Route>();
    for (const r of there) {
      if (r.proto === "kernel" || r.proto === "bird" || r.proto === "redirect") continue;
      const net = r.dst === "default" ? "0.0.0.0/0" : r.dst.includes("/") ? r.dst : `${r.dst}/32`;
      if (alien.has(net)) continue;
      const dest = r.type === "blackhole" || r.type === "unreachable" || r.type === "prohibit" ? r.type : "unicast";
      alien.set(net, {
        net,
        proto: ps.name,
        source: "INHERIT",
        dest,
        preference: preferences.Kernel,
        at: p.now,
        krtSource: r.proto ?? "boot",
        ...(r.via === undefined ? {} : { via: r.via }),
        ...(r.dev === undefined ? {} : { dev: r.dev }),
        ...(r.metric === undefined ? {} : { metric: r.metric }),
      });
    }
    for (const [net, list] of Object.entries(s.table)) if (list.some((r) => r.proto === ps.name) && !alien.has(net)) withdraw(p, ps, net);
    for (const [net, route] of alien) {
      const mine = s.table[net]?.find((r) => r.proto === ps.name);
      if (mine && mine.via === route.via && mine.dev === route.dev && mine.dest === route.dest) continue;
      announce(p, ps, route);
    }
  }
  // routes of ours that vanished are put back, routes with our mark that are nobody's are taken out
  const own = new Map(there.filter((r) => r.proto === "bird").map((r) => [withLength(r.dst), r]));
  for (const [net, spec] of Object.entries(s.installed)) if (!own.has(net)) install(p, net, JSON.parse(spec) as RouteSpec);
  if (!s.recovering) for (const [net, r] of own) if (!(net in s.installed)) uninstall(p, net, r.metric ?? 0);
  for (const [net, list] of Object.entries(s.table)) if (!(net in s.installed)) exportToKernel(p, ps, net, list[0], true);
}

const withLength = (dst: string): string => (dst === "default" ? "0.0.0.0/0" : dst.includes("/") ? dst : `${dst}/32`);

/** The best route of a net goes to the kernel, through the export filter. */
export function exportToKernel(p: Proc, ps: ProtocolState, net: string, best: Route | undefined, quiet = false): void {
  const s = birdState(p);
  const channel = ipv4Channel(ps.config);
  if (!channel) return;
  const { exportUpdates, exportWithdraws } = ps.stats;
  // BIRD 1.6 leaves routes of devices to the kernel (option `device routes`, off); BIRD 2 exports them like any other
  const offered = best && best.proto !== ps.name && !(s.flavour === "bird1" && best.source === "DEVICE");
  const verdict = offered ? runFilter(s.config, channel.export, best) : undefined;
  if (best && !quiet) {
    exportUpdates.received++;
    if (!verdict) exportUpdates.rejected++;
    else if (!verdict.accepted) exportUpdates.filtered++;
    else exportUpdates.accepted++;
  }
  if (!verdict?.accepted) {
    if (!(net in s.installed)) return;
    if (!best && !quiet) exportWithdraws.received++;
    if (!quiet) exportWithdraws.accepted++;
    const spec = JSON.parse(s.installed[net]!) as RouteSpec;
    delete s.installed[net];
    uninstall(p, net, spec.metric ?? 0);
    return;
  }
  const spec = kernelRoute(p, ps, verdict.route);
  const printed = JSON.stringify(spec);
  if (s.installed[net] === printed) return;
  install(p, net, spec);
}

function kernelRoute(p: Proc, ps: ProtocolState, r: Route): RouteSpec {
  const metric = ps.config.metric ?? defaultMetric(p);
  const base: RouteSpec = { dst: r.net, proto: "bird", ...(metric > 0 ? { metric } : {}) };
  if (r.dest !== "unicast") return { ...base, type: r.dest };
  if (r.tunnel !== undefined && r.via !== undefined) return { ...base, via: r.nextHop ?? r.via, dev: r.tunnel, onlink: true };
  return {
    ...base,
    ...(r.via === undefined ? { scope: "link" as const } : { via: r.via }),
    ...(r.dev === undefined ? {} : { dev: r.dev }),
    ...(r.onlink ? { onlink: true } : {}),
    ...(r.prefsrc === undefined ? {} : { src: r.prefsrc }),
  };
}

function install(p: Proc, net: string, spec: RouteSpec): void {
  const s = birdState(p);
  const ns = namespace(p);
  // somebody else's route with this prefix and metric stays (NLM_F_EXCL)
  const taken = ns.routes("main").some((r) => withLength(r.dst) === net && (r.metric ?? 0) === (spec.metric ?? 0) && r.proto !== "bird");
  if (taken) {
    delete s.installed[net];
    if (!s.refused?.includes(net)) log(p, "ERR", "Netlink: File exists");
    s.refused = [...new Set([...(s.refused ?? []), net])];
    return;
  }
  try {
    ns.replaceRoute(spec);
    s.installed[net] = JSON.stringify(spec);
  } catch (error) {
    delete s.installed[net];
    if (!(error instanceof Errno)) throw error;
    log(p, "ERR", `Netlink: ${error.text}`);
  }
}

function uninstall(p: Proc, net: string, metric: number): void {
  try {
    namespace(p).deleteRoute({ dst: net, proto: "bird", ...(metric > 0 ? { metric } : {}) });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code !== "ESRCH") log(p, "ERR", `Netlink: ${error.text}`);
  }
}

/** On shutdown, unless the protocol persists. */
export function withdrawFromKernel(p: Proc, ps: ProtocolState): void {
  const s = birdState(p);
  if (ps.config.persist) return;
  for (const [net, printed] of Object.entries(s.installed)) {
    delete s.installed[net];
    uninstall(p, net, (JSON.parse(printed) as RouteSpec).metric ?? 0);
  }
}
