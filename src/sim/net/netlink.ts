/** One network namespace: its links, addresses, routes, rules, neighbours, tables and sets, as rtnetlink and nfnetlink offer them. */
import { Errno } from "../core/errno.ts";
import { addAddress, connectLink, deleteAddress, disconnectLink, type AddressOptions } from "./addresses.ts";
import type { Machine } from "../kernel/machine.ts";
import { Fib, selectSource, type Decision, type Flow } from "./fib.ts";
import { FlowCache } from "./flow-cache.ts";
import { inPrefix, ipOf, ipText, prefixText } from "./ip.ts";
import { IpSets } from "./ipset.ts";
import { ask, receiveFrame } from "./link.ts";
import { ConntrackTable } from "./netfilter/conntrack.ts";
import type { Env } from "./netfilter/env.ts";
import { restore, save } from "./netfilter/save.ts";
import { Netfilter } from "./netfilter/tables.ts";
import { Neighbours, type NeighbourSpec } from "./neighbours.ts";
import {
  NetlinkError,
  type LinkChange,
  type LinkInfo,
  type LinkSpec,
  type NeighbourInfo,
  type RouteInfo,
  type RouteSpec,
} from "./netspec.ts";
import type { Network } from "./network.ts";
import type { Packet, Walk } from "./packet.ts";
import { Routing } from "./routes.ts";
import type { LinkKind, LinkState, NsState, PolicyRule, SocketState, TableName } from "./state.ts";
import { Sysctls } from "./sysctl.ts";
import { routeInput } from "./walk.ts";

export * from "./netspec.ts";

export class NetNs {
  readonly state: NsState;
  readonly network: Network;
  readonly machine: Machine | undefined;
  readonly fib: Fib;
  readonly netfilter: Netfilter;
  readonly conntrack: ConntrackTable;
  readonly sets: IpSets;
  readonly routing: Routing;
  readonly arp: Neighbours;
  readonly sysctls: Sysctls;
  /** Called with every packet that passes a link (packet capture). */
  seen: ((link: LinkState, p: Packet, way: "in" | "out") => void) | undefined;
  /** Counts changes of whatever decides where a packet goes: links, routes, parameters, rules, sets, neighbours. */
  generation = 0;
  readonly flows: FlowCache;
  #cabling = "";
  #byIndex: Map<number, LinkState> | undefined;
  #locals: Set<number> | undefined;
  #settings = new Map<string, number>();
  #sources = { generation: -1, by: new Map<number, number | undefined>() };
  #sockets: SocketState[] | undefined;

  constructor(network: Network, machine: Machine | undefined, state: NsState) {
    this.network = network;
    this.machine = machine;
    this.state = state;
    this.fib = new Fib(this);
    this.netfilter = new Netfilter(
      state,
      () => this.touched(),
      () => network.count(),
    );
    this.conntrack = new ConntrackTable(state, () => this.now);
    this.sets = new IpSets(
      state,
      () => this.now,
      () => this.touched(),
    );
    this.flows = new FlowCache(this);
    this.routing = new Routing(this);
    this.arp = new Neighbours(this);
    this.sysctls = new Sysctls(
      state.sysctls,
      () => state.links.map((link) => link.name),
      () => machine !== undefined && network.bridgeNetfilter(machine),
    );
    this.sysctls.changed = () => {
      this.#settings.clear();
      this.touched();
    };
  }

  get name(): string {
    return this.state.name;
  }
  /** A machine's NAT engine, behind which the Internet lies. */
  get isGateway(): boolean {
    return this.machine === undefined && this.state.name.startsWith("nat:");
  }
  get machineName(): string {
    return this.machine?.name ?? "host";
  }
  get now(): number {
    return this.network.world.timeline.now;
  }
  text(ip: number): string {
    return ipText(ip);
  }
  /** 31 random bits, for the statistic match. */
  random31(): number {
    return (this.machine ?? this.network.world).random("net/statistic").u32() >>> 1;
  }

  /** Everything derived from links, addresses, routes and rules is made anew. */
  changed(): void {
    this.#byIndex = undefined;
    this.routing.invalidate();
    this.#locals = undefined;
    this.#settings.clear();
    this.fib.invalidate();
    this.touched();
    const cabling = this.state.links
      .map((l) => `${l.index} ${l.mac} ${l.up} ${l.master} ${l.peer?.ns} ${l.peer?.index} ${l.segment}`)
      .join();
    if (cabling !== this.#cabling) this.network.linksChanged();
    this.#cabling = cabling;
  }

  /** What was remembered of packets' ways through here no longer holds. */
  touched(): void {
    this.generation++;
  }

  // --- links

  linkByIndex(index: number): LinkState | undefined {
    this.#byIndex ??= new Map(this.state.links.map((link) => [link.index, link]));
    return this.#byIndex.get(index);
  }

  linkState(name: string): LinkState | undefined {
    return this.state.links.find((link) => link.name === name || link.altnames?.includes(name));
  }

  needLink(name: string): LinkState {
    const link = this.linkState(name);
    if (!link) throw new NetlinkError("ENODEV");
    return link;
  }

  get loopback(): LinkState {
    return this.state.links[0]!;
  }

  #info(link: LinkState): LinkInfo {
    return {
      index: link.index,
      name: link.name,
      kind: link.kind,
      mac: link.mac,
      mtu: link.mtu,
      up: link.up,
      master: link.master === undefined ? undefined : this.linkByIndex(link.master)?.name,
      addresses: link.addresses.map((a) => ({
        cidr: prefixText(a.ip, a.len),
        ip: ipText(a.ip),
        len: a.len,
        scope: a.scope,
        label: a.label,
      })),
    };
  }

  links(): LinkInfo[] {
    return this.state.links.map((link) => this.#info(link));
  }

  link(name: string): LinkInfo | undefined {
    const link = this.linkState(name);
    return link && this.#info(link);
  }

  /** Whether there is a carrier: both ends of a cable are up. */
  carrier(link: LinkState): boolean {
    if (!link.up) return false;
    if (link.kind === "veth") return this.peerOf(link)?.link.up === true;
    if (link.kind === "bridge") return this.state.links.some((port) => port.master === link.index && port.up);
    return true;
  }

  peerOf(link: LinkState): { ns: NetNs; link: LinkState } | undefined {
    if (!link.peer || !this.machine) return undefined;
    const ns = link.peer.ns === this.name ? this : this.network.find(this.machine.name, link.peer.ns);
    const peer = ns?.linkByIndex(link.peer.index);
    return ns && peer ? { ns, link: peer } : undefined;
  }

  #randomMac(): string {
    const bytes = (this.machine ?? this.network.world).random("net/mac").bytes(6);
    bytes[0] = (bytes[0]! & 0xfe) | 2;
    return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join(":");
  }

  /** Throws EEXIST, EINVAL (dev_valid_name). */
  #checkName(name: string): void {
    if (this.linkState(name)) throw new NetlinkError("EEXIST");
    if (name.length > 15) throw new NetlinkError("EINVAL", "Attribute failed policy validation");
    if (name.length === 0 || /[/\s:]/.test(name) || name === "." || name === "..") throw new NetlinkError("EINVAL");
  }

  #makeLink(name: string, kind: LinkKind, mac: string, mtu: number): LinkState {
    const link: LinkState = {
      index: this.state.nextIndex++,
      name,
      kind,
      mac,
      mtu,
      up: false,
      addresses: [],
      rx: { packets: 0, bytes: 0, dropped: 0 },
      tx: { packets: 0, bytes: 0, dropped: 0 },
    };
    this.state.links.push(link);
    this.sysctls.copyDefaults(name);
    return link;
  }

  /** Makes a link, down. Throws EEXIST, EINVAL, ENODEV (master). */
  addLink(spec: LinkSpec): LinkInfo {
    if (spec.master !== undefined) this.needLink(spec.master);
    this.#checkName(spec.name);
    const base = spec.dev === undefined ? undefined : this.needLink(spec.dev);
    const mtu =
      spec.mtu ??
      (spec.kind === "vxlan" ? (base?.mtu ?? 1500) - 50 : spec.kind === "ipip" ? 1480 : spec.kind === "loopback" ? 65536 : 1500);
    if (spec.kind === "vxlan") this.#checkVni(spec);
    if (spec.kind === "veth") {
      const peer = spec.peer ?? { name: this.#freeName("veth") };
      const other = peer.ns === undefined || peer.ns === this.name ? this : this.network.ns(this.machineName, peer.ns);
      other.#checkName(peer.name);
      if (other === this && peer.name === spec.name) throw new NetlinkError("EEXIST");
      // the peer is made first, as the kernel numbers them
      const b = other.#makeLink(peer.name, "veth", peer.mac ?? this.#randomMac(), mtu);
      const a = this.#makeLink(spec.name, "veth", spec.mac ?? this.#randomMac(), mtu);
      a.peer = { ns: other.name, index: b.index };
      b.peer = { ns: this.name, index: a.index };
      other.changed();
    } else {
      const mac =
        spec.mac ?? (spec.kind === "loopback" ? "00:00:00:00:00:00" : spec.kind === "ipip" ? (spec.local ?? "0.0.0.0") : this.#randomMac());
      const link = this.#makeLink(spec.name, spec.kind, mac, mtu);
      if (spec.kind === "vxlan") {
        link.vxlan = {
          id: spec.vni!,
          port: spec.port ?? 4789,
          learning: spec.learning ?? true,
          ...(spec.local === undefined ? {} : { local: ipOf(spec.local) }),
          ...(spec.remote === undefined ? {} : { remote: ipOf(spec.remote) }),
          ...(spec.dev === undefined ? {} : { dev: spec.dev }),
        };
      }
      if (spec.kind === "ipip")
        link.ipip = {
          ...(spec.local === undefined || spec.local === "any" ? {} : { local: ipOf(spec.local) }),
          ...(spec.remote === undefined || spec.remote === "any" ? {} : { remote: ipOf(spec.remote) }),
        };
      if (spec.segment !== undefined) link.segment = spec.segment;
    }
    const link = this.needLink(spec.name);
    if (spec.master !== undefined) link.master = this.needLink(spec.master).index;
    this.changed();
    return this.#info(link);
  }

  #checkVni(spec: LinkSpec): void {
    if (spec.vni === undefined) throw new NetlinkError("EINVAL", "Required attributes not provided to perform the operation");
    if (this.state.links.some((l) => l.vxlan?.id === spec.vni && l.vxlan?.port === (spec.port ?? 4789)))
      throw new NetlinkError("EEXIST", "A VXLAN device with the specified VNI already exists");
  }

  #freeName(prefix: string): string {
    for (let i = 0; ; i++) if (!this.linkState(`${prefix}${i}`)) return `${prefix}${i}`;
  }

  /** Throws ENODEV, EOPNOTSUPP (devices that are hardware). */
  deleteLink(name: string): void {
    const link = this.needLink(name);
    if (link.kind === "loopback" || link.kind === "ether" || link.name === "tunl0") throw new NetlinkError("EOPNOTSUPP");
    const peer = this.peerOf(link);
    this.#drop(link);
    if (peer) {
      peer.ns.#drop(peer.link);
      peer.ns.changed();
    }
    this.changed();
  }

  #drop(link: LinkState): void {
    this.state.links = this.state.links.filter((l) => l !== link);
    for (const l of this.state.links) if (l.master === link.index) delete l.master;
    disconnectLink(this, link);
    this.state.neighbours = this.state.neighbours.filter((n) => n.dev !== link.index);
    this.state.fdb = this.state.fdb.filter((e) => e.dev !== link.index);
    this.sysctls.forget(link.name);
    this.changed();
  }

  /** Called when the namespace goes: virtual links go with it, hardware returns to the machine's own. */
  dissolve(): void {
    for (const link of this.state.links.slice(1)) {
      const peer = this.peerOf(link);
      this.#drop(link);
      if (peer && peer.ns !== this) {
        peer.ns.#drop(peer.link);
        peer.ns.changed();
      }
    }
  }

  setUp(name: string, up: boolean): void {
    const link = this.needLink(name);
    if (link.up === up) return;
    link.up = up;
    // a loopback that comes up without 127.0.0.1 gets it (inetdev_event)
    if (up && link.kind === "loopback" && !link.addresses.some((a) => a.ip === 0x7f000001 && a.len === 8))
      addAddress(this, link, "127.0.0.1/8", {});
    if (up) {
      link.activated = true;
      connectLink(this, link);
    } else {
      disconnectLink(this, link);
      this.state.neighbours = this.state.neighbours.filter((n) => n.dev !== link.index || n.permanent);
    }
    this.changed();
    const peer = this.peerOf(link);
    if (peer) peer.ns.changed();
  }

  setMaster(name: string, master: string | undefined): void {
    const link = this.needLink(name);
    if (master === undefined) delete link.master;
    else {
      const bridge = this.needLink(master);
      if (bridge.kind !== "bridge") throw new NetlinkError("EOPNOTSUPP");
      if (link.kind === "loopback") throw new NetlinkError("EINVAL");
      if (link.kind === "bridge") throw new NetlinkError("EINVAL", "Can not enslave a bridge to a bridge");
      link.master = bridge.index;
    }
    this.changed();
  }

  setLink(name: string, change: LinkChange): void {
    const link = this.needLink(name);
    if (change.mtu !== undefined) {
      if (change.mtu < 68) throw new NetlinkError("EINVAL", "mtu less than device minimum");
      if (change.mtu > 65535 && link.kind !== "loopback") throw new NetlinkError("EINVAL", "mtu greater than device maximum");
      link.mtu = change.mtu;
    }
    if (change.mac !== undefined) link.mac = change.mac;
    if (change.hairpin !== undefined) link.hairpin = change.hairpin;
    if (change.promisc !== undefined) link.promisc = change.promisc;
    if (change.alias !== undefined) link.alias = change.alias;
    if (change.txqlen !== undefined) link.txqlen = change.txqlen;
    if (change.newName !== undefined) this.#rename(link, change.newName);
    this.changed();
  }

  #rename(link: LinkState, to: string): void {
    if (this.linkState(to)) throw new NetlinkError("EEXIST");
    if (to.length > 15) throw new NetlinkError("EINVAL");
    this.sysctls.rename(link.name, to);
    for (const address of link.addresses) if (address.label === link.name) address.label = to;
    link.name = to;
  }

  /** ip link set dev NAME netns NS [name NEW]: addresses and routes stay behind. */
  moveLink(name: string, toNs: string, newName?: string): void {
    const link = this.needLink(name);
    const to = this.network.ns(this.machineName, toNs);
    if (to === this) return;
    const as = newName ?? link.name;
    if (to.linkState(as)) throw new NetlinkError("EEXIST");
    const peer = this.peerOf(link);
    const kept = { ...link };
    this.#drop(link);
    const { index } = to.#makeLink(as, kept.kind, kept.mac, kept.mtu);
    const moved = to.linkByIndexFresh(index)!;
    if (kept.vxlan) moved.vxlan = kept.vxlan;
    if (kept.ipip) moved.ipip = kept.ipip;
    if (kept.segment !== undefined) moved.segment = kept.segment;
    if (peer) {
      moved.peer = { ns: peer.ns.name, index: peer.link.index };
      peer.link.peer = { ns: to.name, index };
      peer.ns.changed();
    }
    to.changed();
  }

  linkByIndexFresh(index: number): LinkState | undefined {
    return this.state.links.find((link) => link.index === index);
  }

  receiveFrame(link: LinkState, mac: string, p: Packet, walk: Walk): boolean {
    return receiveFrame(this, link, mac, p, walk);
  }
  routeInput(link: LinkState, p: Packet, walk: Walk): void {
    routeInput(this, link, p, walk);
  }

  // --- addresses

  /** `cidr`: address with prefix length. Throws EEXIST, ENODEV, EINVAL. */
  addAddress(name: string, cidr: string, options: AddressOptions = {}): void {
    addAddress(this, this.needLink(name), cidr, options);
    this.changed();
  }
  /** Throws EADDRNOTAVAIL. */
  deleteAddress(name: string, cidr: string): void {
    deleteAddress(this, this.needLink(name), cidr);
    this.changed();
  }

  owns(ip: number): boolean {
    return this.state.links.some((link) => link.addresses.some((a) => a.ip === ip));
  }

  /** Whether packets to `ip` stay here. A link that is down keeps its addresses, and they stay local ones. */
  isLocal(ip: number): boolean {
    if (ip >>> 24 === 127) return this.loopback.addresses.some((a) => inPrefix(ip, a.ip, a.len));
    this.#locals ??= new Set([
      ...this.state.links.flatMap((link) => link.addresses.map((a) => a.ip)),
      ...this.state.routes.filter((r) => r.type === "local" && r.len === 32).map((r) => r.dst),
    ]);
    return this.#locals.has(ip);
  }

  /** The source address that packets to `ip` would carry; undefined without a route. */
  sourceFor(ip: number, oif?: number): number | undefined {
    if (oif !== undefined) return this.sourceOf(this.fib.lookup({ dst: ip, oif }), ip);
    if (this.#sources.generation !== this.generation || this.#sources.by.size > 1000)
      this.#sources = { generation: this.generation, by: new Map() };
    const { by } = this.#sources;
    let source = by.get(ip);
    if (source === undefined && !by.has(ip)) by.set(ip, (source = this.sourceOf(this.fib.lookup({ dst: ip }), ip)));
    return source;
  }

  sourceOf(decision: Decision, ip: number): number | undefined {
    if (decision.kind === "local") return decision.route.src ?? ip;
    if (decision.kind === "broadcast") return decision.route.src ?? selectSource(this, decision.link, ip);
    if (decision.kind !== "unicast") return undefined;
    return decision.route.src ?? selectSource(this, decision.link, decision.via ?? ip);
  }

  /** The address MASQUERADE takes: the link's, towards the next hop. */
  masqueradeAddress(link: LinkState, dst: number): number | undefined {
    const decision = this.fib.lookup({ dst, oif: link.index });
    const towards = decision.kind === "unicast" ? (decision.via ?? dst) : dst;
    // lo has addresses of host scope only: the first of any other link does (inet_select_addr goes on to all devices)
    if (link.kind === "loopback")
      return this.state.links.flatMap((l) => (l.kind !== "loopback" && l.up ? l.addresses : [])).find((a) => a.scope === "global")?.ip;
    return selectSource(this, link, towards);
  }

  // --- routes and rules

  routes(table?: number | string): RouteInfo[] {
    return this.routing.list(table);
  }
  /** Throws EEXIST (same prefix and metric), ENETUNREACH, ENODEV, EINVAL, ENETDOWN. */
  addRoute(spec: RouteSpec, options: { append?: boolean } = {}): void {
    this.routing.add(spec, options);
  }
  replaceRoute(spec: RouteSpec): void {
    this.routing.replace(spec);
  }
  /** Deletes the first route that fits what is given. Throws ESRCH. */
  deleteRoute(spec: RouteSpec): void {
    this.routing.delete(spec);
  }
  /** Route decision as `ip route get` asks it. */
  lookup(flow: Flow): Decision {
    return this.fib.lookup(flow);
  }
  get rulesInOrder(): PolicyRule[] {
    return this.routing.rulesInOrder;
  }
  /** Throws EEXIST. */
  addRule(rule: PolicyRule): void {
    this.routing.addRule(rule);
  }
  /** Deletes the first rule that `matches` holds for. Throws ENOENT. */
  deleteRule(matches: (rule: PolicyRule) => boolean): void {
    this.routing.deleteRule(matches);
  }

  // --- neighbours and forwarding entries

  neighbours(): NeighbourInfo[] {
    return this.arp.list();
  }
  /** A permanent entry (or one to be confirmed, with `permanent: false`). */
  setNeighbour(spec: NeighbourSpec): void {
    this.arp.set(spec);
  }
  /** Throws ENOENT. */
  deleteNeighbour(spec: { ip: string; dev: string }): void {
    this.arp.delete(spec);
  }
  flushNeighbours(dev?: string): void {
    this.arp.flush(dev);
  }
  /** bridge fdb replace MAC dev DEV dst IP. */
  setFdb(spec: { dev: string; mac: string; dst?: string }): void {
    const dev = this.needLink(spec.dev).index;
    this.touched();
    this.state.fdb = this.state.fdb.filter((e) => e.dev !== dev || e.mac !== spec.mac);
    this.state.fdb.push({ dev, mac: spec.mac, permanent: true, ...(spec.dst === undefined ? {} : { dst: ipOf(spec.dst) }) });
  }
  deleteFdb(spec: { dev: string; mac: string }): void {
    const dev = this.needLink(spec.dev).index;
    this.touched();
    this.state.fdb = this.state.fdb.filter((e) => e.dev !== dev || e.mac !== spec.mac);
  }
  fdb(): { dev: string; mac: string; dst?: string; permanent: boolean }[] {
    return this.state.fdb.flatMap((e) => {
      const link = this.linkByIndex(e.dev);
      return link ? [{ dev: link.name, mac: e.mac, permanent: e.permanent, ...(e.dst === undefined ? {} : { dst: ipText(e.dst) }) }] : [];
    });
  }

  /** Whether this host answers an ARP request for `ip` that came in by the link (arp_process, with proxy_arp and arp_ignore). */
  answersArp(link: LinkState, ip: number): boolean {
    if (this.isLocal(ip) && ip >>> 24 !== 127) return this.setting(link, "arp_ignore") === 0 || link.addresses.some((a) => a.ip === ip);
    if (this.setting(link, "proxy_arp") === 0 || !this.forwarding(link)) return false;
    const decision = this.fib.lookup({ dst: ip, iif: link.name });
    return decision.kind === "unicast" && decision.link !== link;
  }

  /** Resolves a neighbour as arping does; undefined when nobody answers. */
  arping(device: string, ip: string): string | undefined {
    const link = this.linkState(device);
    return link && ask(this, link, ipOf(ip), 0);
  }

  // --- parameters

  /** `path` under /proc/sys, such as net/ipv4/ip_forward; undefined when there is none. */
  sysctl(path: string): string | undefined {
    if (path === "net/netfilter/nf_conntrack_count") return String(this.conntrack.list().length);
    return this.sysctls.get(path);
  }
  /** Throws ENOENT. */
  setSysctl(path: string, value: string): void {
    if (!this.sysctls.set(path, value.trim())) throw new Errno("ENOENT", `/proc/sys/${path}`);
  }

  numberSetting(path: string): number {
    let value = this.#settings.get(path);
    if (value === undefined) this.#settings.set(path, (value = Number(this.sysctls.get(path) ?? 0)));
    return value;
  }

  /** An interface's setting: the greater (or the sum) of `all` and its own, as IN_DEV_MAXCONF and IN_DEV_ORCONF do. */
  setting(link: LinkState, key: string): number {
    const cached = `${link.index} ${key}`;
    let value = this.#settings.get(cached);
    if (value === undefined) {
      value = Math.max(
        Number(this.sysctls.get(`net/ipv4/conf/all/${key}`) ?? 0),
        Number(this.sysctls.get(`net/ipv4/conf/${link.name}/${key}`) ?? 0),
      );
      this.#settings.set(cached, value);
    }
    return value;
  }
  rpFilter(link: LinkState): number {
    return this.setting(link, "rp_filter");
  }
  forwarding(link: LinkState): boolean {
    return this.numberSetting(`net/ipv4/conf/${link.name}/forwarding`) === 1;
  }

  // --- netfilter

  /** As iptables-save prints it (without the comments at both ends). */
  iptablesSave(table?: TableName, counters = false): string {
    if (counters) return save(this, table, true);
    if (table === undefined) return save(this, undefined, false);
    const generation = this.netfilter.generation(table);
    let saved = this.#saved.get(table);
    if (saved?.generation !== generation) this.#saved.set(table, (saved = { generation, text: save(this, table, false) }));
    return saved.text;
  }
  readonly #saved = new Map<TableName, { generation: number; text: string }>();

  /** Throws IptablesError with a line number in `message`, NotSimulated. Nothing changes when it throws. */
  iptablesRestore(text: string, options: { noflush?: boolean; counters?: boolean } = {}): void {
    restore(this, text, options);
  }
  kernelLog(_p: Packet, _env: Env, _prefix: string, _level: number): void {
    this.network.onKernelLog?.(this, _p, _env, _prefix, _level);
  }

  // --- sockets

  sockets(): readonly SocketState[] {
    return (this.#sockets ??= Object.values(this.state.sockets));
  }
  addSocket(socket: SocketState): void {
    this.state.sockets[socket.id] = socket;
    this.#sockets = undefined;
  }
  dropSocket(id: number): void {
    delete this.state.sockets[id];
    this.#sockets = undefined;
  }
}
