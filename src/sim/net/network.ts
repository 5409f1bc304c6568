/** The networks of a world: namespaces of all machines, the cables between them, and what lies outside. */
import { Errno } from "../core/errno.ts";
import type { Data } from "../core/json.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";
import type { MachineSpec, World } from "../world.ts";
import type { Connected, Exchange, ProcNet } from "./api.ts";
import { ipOf, networkOf, prefixOf, prefixText } from "./ip.ts";
import type { Env } from "./netfilter/env.ts";
import { NetNs } from "./netlink.ts";
import type { Packet } from "./packet.ts";
import type { Recording } from "./recording.ts";
import { SocketCalls } from "./socket.ts";
import type { EndState, LinkState, MachineNetState, NsState, WorldNetState } from "./state.ts";
import { Tcp } from "./tcp.ts";
import { UnixSockets } from "./unix.ts";

/** The simulated Internet as the NAT engine reaches it. */
export interface Internet {
  /** Whether somebody listens there; undefined: no such host (packets vanish). */
  answers(ip: string, port: number, transport: "tcp" | "udp"): boolean | undefined;
  serve(ip: string, port: number, message: unknown): unknown;
}

/** Addresses of VirtualBox's NAT engine, the same for every machine. */
export const natEngine = { gateway: "10.0.2.2", dns: "10.0.2.3", network: "10.0.2.0/24", guest: "10.0.2.15" } as const;

export class Network {
  readonly world: World;
  readonly state: WorldNetState;
  readonly tcp: Tcp;
  readonly unix: UnixSockets;
  /** Set by whoever puts the world together; without it the NAT leads nowhere. */
  internet: Internet | undefined;
  /** A LOG target has matched. */
  onKernelLog: ((ns: NetNs, p: Packet, env: Env, prefix: string, level: number) => void) | undefined;
  /** Machine → name → namespace. */
  readonly #spaces = new Map<string, Map<string, NetNs>>();
  #segments: Map<string, { ns: NetNs; link: LinkState }[]> | undefined;

  constructor(world: World) {
    this.world = world;
    this.state = world.layer<WorldNetState>("net", () => ({ nics: {}, nextId: 1, connections: {}, outside: {} }));
    this.tcp = new Tcp(this);
    this.unix = new UnixSockets(this);
    world.timeline.handle("tcp-time-wait", () => this.tcp.sweepTimeWaits());
    world.timeline.handle("tcp", ({ data }) => this.tcp.retransmit(data as { conn: number; side: 0 | 1 }));
  }

  nextId(): number {
    return this.state.nextId++;
  }

  // --- namespaces

  layer(machine: Machine): MachineNetState {
    return machine.layer<MachineNetState>("net", () => ({ namespaces: {}, bridgeNetfilter: false, unix: {} }));
  }

  /** A namespace of a machine ("" is its own), or undefined. With machine "": one of the stacks outside. */
  find(machine: string, name: string): NetNs | undefined {
    const known = this.#spaces.get(machine)?.get(name);
    if (known) return known;
    const owner = machine === "" ? undefined : this.world.machines.get(machine);
    const state = owner ? this.layer(owner).namespaces[name] : machine === "" ? this.state.outside[name] : undefined;
    if (!state) return undefined;
    const ns = new NetNs(this, owner, state);
    this.#know(machine, name, ns);
    return ns;
  }

  #know(machine: string, name: string, ns: NetNs): void {
    const there = this.#spaces.get(machine);
    if (there) there.set(name, ns);
    else this.#spaces.set(machine, new Map([[name, ns]]));
  }

  /** Throws EINVAL when there is no such namespace (or the machine has never been on). */
  ns(machine: string, name = ""): NetNs {
    const ns = this.find(machine, name);
    if (!ns) throw new Errno("EINVAL", name === "" ? machine : name);
    return ns;
  }

  /**
   * Where a namespace's ip6tables rules live. They are kept and listed; packets here are all IPv4, so no rule of theirs is
   * ever met.
   */
  ns6(machine: string, name = ""): NetNs {
    const layer = this.layer(this.world.machine(machine));
    const key = `${name}\tipv6`;
    this.ns(machine, name);
    layer.namespaces6 ??= {};
    layer.namespaces6[name] ??= this.#emptyNs(key);
    const cached = this.#spaces.get(machine)?.get(key);
    if (cached) return cached;
    const ns = new NetNs(this, this.world.machine(machine), layer.namespaces6[name]);
    this.#know(machine, key, ns);
    return ns;
  }

  namespaces(machine: string): string[] {
    const owner = this.world.machines.get(machine);
    return owner ? Object.keys(this.layer(owner).namespaces) : [];
  }

  /** unshare(CLONE_NEWNET): a namespace with a loopback that is down. Throws EEXIST. */
  createNs(machine: string, name: string): NetNs {
    const layer = this.layer(this.world.machine(machine));
    if (layer.namespaces[name]) throw new Errno("EEXIST", name);
    layer.namespaces[name] = this.#emptyNs(name);
    return this.#withLoopback(this.ns(machine, name));
  }

  deleteNs(machine: string, name: string): void {
    const ns = this.find(machine, name);
    if (!ns || name === "") throw new Errno("ENOENT", name);
    ns.dissolve();
    this.tcp.dropNamespace(machine, name);
    const layer = this.layer(this.world.machine(machine));
    delete layer.namespaces[name];
    delete layer.namespaces6?.[name];
    this.#spaces.get(machine)?.delete(`${name}\tipv6`);
    this.#spaces.get(machine)?.delete(name);
    this.linksChanged();
  }

  #withLoopback(ns: NetNs): NetNs {
    ns.addLink({ name: "lo", kind: "loopback" });
    return ns;
  }

  #emptyNs(name: string): NsState {
    return {
      name,
      nextIndex: 1,
      links: [],
      routes: [],
      rules: [
        { priority: 0, table: 255, proto: "kernel" },
        { priority: 32766, table: 254, proto: "kernel" },
        { priority: 32767, table: 253, proto: "kernel" },
      ],
      neighbours: [],
      fdb: [],
      tables: {},
      tracking: false,
      conntrack: {},
      nextConntrack: 1,
      sets: {},
      sysctls: {},
      sockets: {},
      synSent: [],
      nextPort: 32768 + this.world.random("net/port").int(0, 28000),
    };
  }

  // --- counters

  readonly #uncounted: Recording[] = [];

  /** Packets have gone a known way (flow-cache.ts); the rules there will count them when somebody looks. */
  countLater(way: Recording): void {
    if (this.#uncounted.push(way) > 4000) this.count();
  }

  /** To be called before counters of rules and chains are looked at. */
  count(): void {
    for (const way of this.#uncounted) way.settle();
    this.#uncounted.length = 0;
  }

  // --- machines

  /**
   * Screws the network cards into a new machine: enp0s3 on its own NAT network, enp0s8 on the layer-2 network of its
   * private subnet. Called once, when the machine is made.
   */
  install(machine: Machine, spec: Pick<MachineSpec, "address">): void {
    const { ip, len } = prefixOf(spec.address);
    const subnet = prefixText(networkOf(ip, len), len);
    const random = machine.random("net/nic");
    const mac = (): string => `08:00:27:${random.hex(2)}:${random.hex(2)}:${random.hex(2)}`;
    this.state.nics[machine.name] = [
      { name: "enp0s3", mac: mac(), segment: `nat:${machine.name}` },
      { name: "enp0s8", mac: mac(), segment: `private:${subnet}` },
    ];
    this.#outside(`nat:${machine.name}`, "nat", `nat:${machine.name}`, "52:54:00:12:35:02", [
      `${natEngine.gateway}/24`,
      `${natEngine.dns}/24`,
    ]);
    // the host's own card on the private network has the first address, as VirtualBox's host-only adapter does
    this.#outside("host", `vboxnet-${subnet}`, `private:${subnet}`, "0a:00:27:00:00:00", [`${prefixText(networkOf(ip, len) + 1, len)}`]);
    this.#uplink(`nat:${machine.name}`);
  }

  /**
   * The NAT engine opens its connections from the host, so a guest whose private card is down still reaches the private
   * networks through it, under the host's address there. Modelled as a cable between engine and host, with masquerading
   * at both.
   */
  #uplink(engineName: string): void {
    const host = this.ns("", "host");
    const engine = this.ns("", engineName);
    if (!host.link("uplink")) {
      host.addLink({ name: "uplink", kind: "ether", mac: "0a:00:27:ff:ff:01", segment: "host" });
      host.setUp("uplink", true);
      host.addAddress("uplink", "100.64.0.1/16");
      host.setSysctl("net/ipv4/ip_forward", "1");
    }
    host.iptablesRestore("*nat\n-A POSTROUTING -s 100.64.0.0/16 ! -o uplink -j MASQUERADE\nCOMMIT\n");
    if (!engine.link("uplink")) {
      const number = Object.keys(this.state.outside).length;
      engine.addLink({
        name: "uplink",
        kind: "ether",
        mac: `0a:00:27:fe:${(number >> 8).toString(16).padStart(2, "0")}:${(number & 255).toString(16).padStart(2, "0")}`,
        segment: "host",
      });
      engine.setUp("uplink", true);
      engine.addAddress("uplink", `100.64.${number >> 8}.${(number & 255) + 1}/16`);
      engine.setSysctl("net/ipv4/ip_forward", "1");
      engine.iptablesRestore("*nat\n-A POSTROUTING -o uplink -j MASQUERADE\nCOMMIT\n");
    }
    const subnets = host.routes().filter((r) => r.proto === "kernel" && r.dev !== "uplink");
    for (const name of Object.keys(this.state.outside))
      if (name !== "host" && this.find("", name)?.link("uplink"))
        for (const { dst } of subnets) this.ns("", name).replaceRoute({ dst, via: "100.64.0.1" });
  }

  #outside(name: string, link: string, segment: string, mac: string, addresses: string[]): void {
    if (!this.state.outside[name]) {
      this.state.outside[name] = this.#emptyNs(name);
      this.#withLoopback(this.ns("", name)).setUp("lo", true);
    }
    const ns = this.ns("", name);
    const short = link.slice(0, 15);
    if (ns.state.links.some((l) => l.segment === segment)) return;
    ns.addLink({ name: ns.linkState(short) ? `eth${ns.state.nextIndex}` : short, kind: "ether", mac, segment });
    const made = ns.state.links.at(-1)!;
    ns.setUp(made.name, true);
    for (const address of addresses) ns.addAddress(made.name, address);
  }

  /**
   * Kernel start: nothing is left of the last boot. The loopback is up, the cards are there and down. Whoever plays
   * systemd-networkd configures them:
   *   const ns = network.ns(machine.name);
   *   ns.setUp("enp0s3", true); ns.addAddress("enp0s3", "10.0.2.15/24", { metric: 100, until: … });
   *   ns.addRoute({ dst: "default", via: "10.0.2.2", dev: "enp0s3", proto: "dhcp", src: "10.0.2.15", metric: 100 });
   *   ns.setUp("enp0s8", true); ns.addAddress("enp0s8", spec.address);
   */
  boot(machine: Machine): void {
    machine.state.layers.net = { namespaces: {}, bridgeNetfilter: false, unix: {} } satisfies MachineNetState;
    this.#forget(machine);
    this.layer(machine).namespaces[""] = this.#emptyNs("");
    const ns = this.#withLoopback(this.ns(machine.name));
    ns.setUp("lo", true);
    for (const nic of this.state.nics[machine.name] ?? [])
      ns.addLink({ name: nic.name, kind: "ether", mac: nic.mac, segment: nic.segment });
  }

  /** Power is gone: sockets vanish without a word to their peers. */
  lostPower(machine: Machine): void {
    this.tcp.dropMachine(machine.name);
    machine.state.layers.net = { namespaces: {}, bridgeNetfilter: false, unix: {} } satisfies MachineNetState;
    this.#forget(machine);
  }

  #forget(machine: Machine): void {
    this.#spaces.delete(machine.name);
    this.linksChanged();
  }

  /** br_netfilter is (un)loaded: /proc/sys/net/bridge appears, and bridged packets pass iptables. */
  setBridgeNetfilter(machine: Machine, loaded: boolean): void {
    this.layer(machine).bridgeNetfilter = loaded;
    for (const name of this.namespaces(machine.name)) this.ns(machine.name, name).sysctls.changed();
  }
  bridgeNetfilter(machine: Machine): boolean {
    return this.layer(machine).bridgeNetfilter;
  }

  // --- cables

  /** Counts changes of what is plugged in where. */
  cables = 0;

  linksChanged(): void {
    this.#segments = undefined;
    this.cables++;
  }

  /** Every card on a layer-2 network whose machine is on. */
  onSegment(segment: string): readonly { ns: NetNs; link: LinkState }[] {
    this.#segments ??= this.#plug();
    return this.#segments.get(segment) ?? [];
  }

  #plug(): Map<string, { ns: NetNs; link: LinkState }[]> {
    const out = new Map<string, { ns: NetNs; link: LinkState }[]>();
    const plug = (ns: NetNs): void => {
      for (const link of ns.state.links) {
        if (link.segment === undefined) continue;
        const list = out.get(link.segment);
        if (list) list.push({ ns, link });
        else out.set(link.segment, [{ ns, link }]);
      }
    };
    for (const machine of this.world.machines.values())
      if (machine.state.on) for (const name of this.namespaces(machine.name)) plug(this.ns(machine.name, name));
    for (const name of Object.keys(this.state.outside)) plug(this.ns("", name));
    return out;
  }

  // --- processes

  forProc(p: Proc): ProcNet {
    return new SocketCalls(this, p);
  }

  // --- the host

  /**
   * A connection from the host: to a forwarded port through the NAT (10.0.2.2 → 10.0.2.15 on enp0s3), or to the private
   * address from the host's own address on that network. It passes the machine's rules like any other.
   */
  fromHost(machine: string, port: number, address?: string): Connected {
    const engine = { machine: "", netns: address === undefined ? `nat:${machine}` : "host", pid: 0, uid: 0 };
    return this.tcp.connect(
      engine,
      address === undefined ? ipOf(natEngine.guest) : ipOf(address),
      port,
      "serve",
      address === undefined ? { source: natEngine.gateway } : {},
    );
  }
  /** Asks the server at the other end of such a connection. */
  exchangeFromHost<T = unknown>(conn: number, message: unknown): Exchange<T> {
    return this.tcp.exchange(conn, 0, message) as Exchange<T>;
  }
  /** One-way messages on such a connection. */
  sendFromHost(conn: number, message: Data): void {
    this.tcp.send(conn, 0, message);
  }
  /** The next message of the server; undefined when the connection has ended. */
  async receiveFromHost(conn: number): Promise<Data | undefined> {
    for (;;) {
      const end = this.tcp.get(conn)?.ends[0];
      const message = end?.inbox.shift();
      if (message !== undefined) return message;
      if (!end || end.error || end.eof || end.state !== "ESTAB") return undefined;
      await new Promise<void>((resolve) => {
        const key = `receive ${conn} 0`;
        const list = this.tcp.waiting.get(key);
        if (list) list.push(resolve);
        else this.tcp.waiting.set(key, [resolve]);
      });
    }
  }
  /** Who is at the far end of such a connection, behind whatever passes it on; undefined: nobody yet. */
  farEnd(conn: number): EndState | undefined {
    const state = this.state.connections[conn];
    return state?.onward === undefined ? state?.ends[1] : this.farEnd(state.onward);
  }
  shutFromHost(conn: number): void {
    this.tcp.shut(conn, 0, false);
  }
  isOpenFromHost(conn: number): boolean {
    return this.state.connections[conn]?.ends[0].state === "ESTAB";
  }
}
