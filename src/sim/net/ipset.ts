/** IP sets of a network namespace (ipset(8)): hash:ip, hash:net, hash:ip,port and their kin. */
import { Errno, NotSimulated } from "../core/errno.ts";
import { ipOf, ipText, networkOf } from "./ip.ts";
import { elements, netText } from "./ipset-elements.ts";
import type { Packet } from "./packet.ts";
import type { IpSetState, NsState } from "./state.ts";

export const setTypes: readonly string[] = [
  "hash:ip",
  "hash:net",
  "hash:ip,port",
  "hash:ip,port,ip",
  "hash:ip,port,net",
  "hash:net,port",
  "hash:net,net",
  "hash:ip,mark",
  "bitmap:port",
  "hash:mac",
  "hash:net,iface",
  "list:set",
];

/** The IPv4 sets of one namespace. An IPv6 set can be made, but no packet here is ever in it. */
export class IpSets {
  readonly #state: NsState;
  readonly #now: () => number;
  readonly #index = new WeakMap<IpSetState, { count: number; lengths: number[] }>();

  readonly #changed: () => void;

  constructor(state: NsState, now: () => number, changed: () => void) {
    this.#state = state;
    this.#now = now;
    this.#changed = changed;
  }

  get(name: string): IpSetState | undefined {
    return this.#state.sets[name];
  }
  /** In the kernel's order: sets of sets come last. */
  names(): string[] {
    const names = Object.keys(this.#state.sets);
    const isList = (name: string): boolean => this.#state.sets[name]!.type === "list:set";
    return [...names.filter((name) => !isList(name)), ...names.filter(isList)];
  }

  /** How many sets of sets have this one as a member. */
  listed(name: string): number {
    return Object.values(this.#state.sets).filter((set) => set.type === "list:set" && name in set.members).length;
  }

  /** Throws EEXIST, EINVAL (unknown type). */
  create(name: string, type: string, options: Partial<IpSetState["header"]> = {}): void {
    if (this.#state.sets[name]) throw new Errno("EEXIST");
    if (!setTypes.includes(type)) throw new Errno("EINVAL");
    this.#changed();
    this.#state.sets[name] = { type, header: { family: "inet", hashsize: 1024, maxelem: 65536, ...options }, members: {} };
  }

  /** Throws ENOENT; EBUSY is for the caller, who knows the rules. */
  destroy(name: string): void {
    if (!this.#state.sets[name]) throw new Errno("ENOENT");
    this.#changed();
    delete this.#state.sets[name];
  }

  rename(from: string, to: string): void {
    const set = this.#need(from);
    if (this.#state.sets[to]) throw new Errno("EEXIST");
    this.#changed();
    delete this.#state.sets[from];
    this.#state.sets[to] = set;
  }

  swap(a: string, b: string): void {
    const first = this.#need(a);
    const second = this.#need(b);
    this.#changed();
    this.#state.sets[a] = second;
    this.#state.sets[b] = first;
  }

  #need(name: string): IpSetState {
    const set = this.#state.sets[name];
    if (!set) throw new Errno("ENOENT");
    return set;
  }

  flush(name: string): void {
    this.#changed();
    this.#need(name).members = {};
  }

  /** Adds all that `entry` stands for. Throws ENOENT, EEXIST, ENOSPC (maxelem), ERANGE (of a bitmap), ElementError. */
  add(name: string, entry: string, options: { timeout?: number; comment?: string; nomatch?: boolean; exist?: boolean } = {}): void {
    const set = this.#need(name);
    const timeout = options.timeout ?? set.header.timeout;
    let size = Object.keys(set.members).length;
    this.#changed();
    for (const member of elements(set, entry)) {
      const there = member in set.members && !this.#expired(set, member);
      if (there && !options.exist) throw new Errno("EEXIST");
      if (!there) this.#checkRoom(set, member, size++);
      set.members[member] = {
        ...(timeout ? { expires: this.#now() + timeout * 1000 } : {}),
        ...(options.comment === undefined ? {} : { comment: options.comment }),
        ...(options.nomatch ? { nomatch: true } : {}),
      };
    }
  }

  #checkRoom(set: IpSetState, member: string, size: number): void {
    if (set.type === "bitmap:port") {
      const [low, high] = (set.header.range ?? "0-65535").split("-").map(Number);
      if (Number(member) < low! || Number(member) > (high ?? low!)) throw new Errno("ERANGE");
      return;
    }
    if (set.type === "list:set" || size < set.header.maxelem) return;
    for (const old of Object.keys(set.members)) this.#expired(set, old);
    if (Object.keys(set.members).length >= set.header.maxelem) throw new Errno("ENOSPC");
  }

  /** Throws ENOENT, ElementError. */
  delete(name: string, entry: string): void {
    const set = this.#need(name);
    this.#changed();
    for (const member of elements(set, entry)) {
      if (!(member in set.members)) throw new Errno("ENOENT");
      delete set.members[member];
    }
  }

  /** Throws ENOENT, ElementError. */
  has(name: string, entry: string): boolean {
    const set = this.#need(name);
    const member = elements(set, entry)[0]!;
    const [net, ...others] = member.split(",");
    // an address is in the set when the longest prefix around it is
    if (set.type.startsWith("hash:net") && set.header.family !== "inet6" && !net!.includes("/"))
      return this.#inNets(set, ipOf(net!), others);
    return member in set.members && !this.#expired(set, member) && !set.members[member]!.nomatch;
  }

  #inNets(set: IpSetState, ip: number, others: readonly string[] = []): boolean {
    for (const len of this.#lengths(set)) {
      const member = [netText(networkOf(ip, len), len), ...others].join(",");
      if (member in set.members && !this.#expired(set, member)) return !set.members[member]!.nomatch;
    }
    return false;
  }

  members(name: string): string[] {
    const set = this.#need(name);
    return Object.keys(set.members).filter((member) => !this.#expired(set, member));
  }

  #expired(set: IpSetState, member: string): boolean {
    const { expires } = set.members[member]!;
    if (expires === undefined || expires > this.#now()) return false;
    delete set.members[member];
    return true;
  }

  /** Whether the packet is in the set; `dirs` says which side each dimension takes (src, dst). A set that is not there matches nothing. */
  test(name: string, dirs: string[], p: Packet): boolean {
    const set = this.#state.sets[name];
    if (!set || set.header.family === "inet6") return false;
    if (set.type === "list:set") return Object.keys(set.members).some((inner) => this.test(inner, dirs, p));
    const side = (i: number): number => (dirs[i] === "src" ? p.src : p.dst);
    const port = (i: number): string =>
      `${p.proto === 6 ? "tcp" : p.proto === 17 ? "udp" : p.proto === 132 ? "sctp" : "?"}:${dirs[i] === "src" ? p.sport : p.dport}`;
    const has = (member: string): boolean => member in set.members && !this.#expired(set, member);
    switch (set.type) {
      case "hash:ip":
        return has(ipText(side(0)));
      case "hash:net":
        return this.#inNets(set, side(0));
      case "hash:ip,port":
        return has(`${ipText(side(0))},${port(1)}`);
      case "hash:ip,port,ip":
        return has(`${ipText(side(0))},${port(1)},${ipText(side(2))}`);
      case "hash:net,port":
        return this.#inNets(set, side(0), [port(1)]);
      case "hash:ip,port,net":
        for (let len = 32; len >= 0; len--) if (has(`${ipText(side(0))},${port(1)},${netText(networkOf(side(2), len), len)}`)) return true;
        return false;
      case "hash:net,net":
        for (let a = 32; a >= 0; a--)
          for (let b = 32; b >= 0; b--) if (has(`${netText(networkOf(side(0), a), a)},${netText(networkOf(side(1), b), b)}`)) return true;
        return false;
      case "bitmap:port":
        return has(String(dirs[0] === "src" ? p.sport : p.dport));
      default:
        throw new NotSimulated(`ipset type ${set.type} in a rule`);
    }
  }

  /** Prefix lengths that occur in the set, longest first. */
  #lengths(set: IpSetState): number[] {
    const count = Object.keys(set.members).length;
    let known = this.#index.get(set);
    if (!known || known.count !== count) {
      const lengths = new Set(Object.keys(set.members).map((m) => Number(m.split(",")[0]!.split("/")[1] ?? 32)));
      known = { count, lengths: [...lengths].sort((a, b) => b - a) };
      this.#index.set(set, known);
    }
    return known.lengths;
  }
}
