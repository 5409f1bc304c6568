/** The neighbour (ARP) table of a namespace. */
import { ipOf, ipText } from "./ip.ts";
import type { NetNs } from "./netlink.ts";
import { NetlinkError, type NeighbourInfo } from "./netspec.ts";
import type { NeighbourState } from "./state.ts";

/** Milliseconds that an entry counts as confirmed (base_reachable_time). */
export const reachable = 30_000;

export interface NeighbourSpec {
  ip: string;
  dev: string;
  mac?: string;
  permanent?: boolean;
  state?: "PERMANENT" | "NOARP" | "REACHABLE" | "STALE" | "FAILED";
}

export class Neighbours {
  readonly #ns: NetNs;

  constructor(ns: NetNs) {
    this.#ns = ns;
  }

  get(dev: number, ip: number): NeighbourState | undefined {
    return this.#ns.state.neighbours.find((n) => n.dev === dev && n.ip === ip);
  }
  learn(dev: number, ip: number, mac: string): void {
    const entry = this.get(dev, ip);
    if (entry) {
      entry.mac = mac;
      entry.at = this.#ns.now;
      delete entry.failing;
    } else this.#ns.state.neighbours.push({ ip, dev, mac, permanent: false, at: this.#ns.now });
  }
  unanswered(dev: number, ip: number, since: number): void {
    const entry = this.get(dev, ip);
    if (entry) {
      delete entry.mac;
      delete entry.failing;
      entry.at = since;
    } else this.#ns.state.neighbours.push({ ip, dev, permanent: false, at: since });
  }

  list(): NeighbourInfo[] {
    return this.#ns.state.neighbours.flatMap((n) => {
      const link = this.#ns.linkByIndex(n.dev);
      return link ? [{ ip: ipText(n.ip), dev: link.name, mac: n.mac, state: this.#stateOf(n) }] : [];
    });
  }

  #stateOf(n: NeighbourState): NeighbourInfo["state"] {
    if (n.permanent) return n.noarp ? "NOARP" : "PERMANENT";
    const age = this.#ns.now - n.at;
    if (n.mac === undefined) return age < 3000 ? "INCOMPLETE" : "FAILED";
    if (n.failing !== undefined) return this.#ns.now - n.failing < 8000 ? "PROBE" : "FAILED";
    return age < reachable ? "REACHABLE" : "STALE";
  }

  /** A permanent entry, or one in another state (NUD_*) as of now. */
  set(spec: NeighbourSpec): void {
    const dev = this.#ns.needLink(spec.dev).index;
    const ip = ipOf(spec.ip);
    const { now } = this.#ns;
    const state = spec.state ?? ((spec.permanent ?? true) ? "PERMANENT" : "REACHABLE");
    const entry: NeighbourState = { ip, dev, permanent: state === "PERMANENT" || state === "NOARP", at: now };
    if (spec.mac !== undefined) entry.mac = spec.mac;
    if (state === "NOARP") entry.noarp = true;
    if (state === "STALE") entry.at = now - reachable;
    if (state === "FAILED") {
      delete entry.mac;
      entry.at = now - reachable;
    }
    this.#ns.touched();
    const { neighbours } = this.#ns.state;
    const at = neighbours.findIndex((n) => n.dev === dev && n.ip === ip);
    if (at < 0) neighbours.push(entry);
    else neighbours[at] = entry;
  }
  /** Throws ENOENT. */
  delete(spec: { ip: string; dev: string }): void {
    const dev = this.#ns.needLink(spec.dev).index;
    const ip = ipOf(spec.ip);
    this.#ns.touched();
    const before = this.#ns.state.neighbours.length;
    this.#ns.state.neighbours = this.#ns.state.neighbours.filter((n) => n.dev !== dev || n.ip !== ip);
    if (this.#ns.state.neighbours.length === before) throw new NetlinkError("ENOENT");
  }
  flush(dev?: string): void {
    const index = dev === undefined ? undefined : this.#ns.needLink(dev).index;
    this.#ns.touched();
    this.#ns.state.neighbours = this.#ns.state.neighbours.filter((n) => n.permanent || (index !== undefined && n.dev !== index));
  }
}
