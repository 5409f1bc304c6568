/** BIRD's state: plain data in the process. Times are virtual milliseconds. */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { BirdConfig, ChannelConfig, Flavour, ProtocolConfig } from "./config.ts";

export interface Route {
  net: string;
  /** Name of the protocol that brought it. */
  proto: string;
  source: "DEVICE" | "STATIC" | "INHERIT" | "BGP";
  dest: "unicast" | "blackhole" | "unreachable" | "prohibit";
  via?: string;
  dev?: string;
  onlink?: boolean;
  preference: number;
  at: number;
  /** BGP attributes. */
  from?: string;
  nextHop?: string;
  asPath?: number[];
  localPref?: number;
  med?: number;
  originator?: string;
  clusters?: string[];
  /** The next hop is looked up in the table (gateway recursive). */
  recursive?: boolean;
  /** Kept through a graceful restart of the peer. */
  stale?: boolean;
  /** Kernel attributes. */
  krtSource?: string;
  metric?: number;
  prefsrc?: string;
  tunnel?: string;
}

export interface Stats {
  importUpdates: { received: number; rejected: number; filtered: number; ignored: number; accepted: number };
  importWithdraws: { received: number; rejected: number; ignored: number; accepted: number };
  exportUpdates: { received: number; rejected: number; filtered: number; accepted: number };
  exportWithdraws: { received: number; accepted: number };
}

export const noStats = (): Stats => ({
  importUpdates: { received: 0, rejected: 0, filtered: 0, ignored: 0, accepted: 0 },
  importWithdraws: { received: 0, rejected: 0, ignored: 0, accepted: 0 },
  exportUpdates: { received: 0, rejected: 0, filtered: 0, accepted: 0 },
  exportWithdraws: { received: 0, accepted: 0 },
});

/** In the order of BIRD's BS_*: the higher of a session's two connections is shown. */
export const bgpStates = ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established", "Close"] as const;
type BgpStateName = (typeof bgpStates)[number];

/** A timer with the instant it runs out, so that what remains can be shown. */
export interface Timer {
  id: number;
  at: number;
}

export interface BgpConn {
  state: BgpStateName;
  conn?: number;
  /** Our address on it. */
  local?: string;
  connect?: Timer;
  /** Next SYN of an unanswered attempt, and how many went out. */
  syn?: Timer;
  syns: number;
  hold?: Timer;
  keepalive?: Timer;
  holdTime: number;
  keepaliveTime: number;
  peer?: PeerOpen;
}

export interface PeerOpen {
  as: number;
  id: string;
  holdTime: number;
  /** Restart time when the peer can restart gracefully. */
  gracefulRestart: "aware" | "able" | "none";
  gracefulRestartTime: number;
  longLived: boolean;
  addPaths: boolean;
  enhancedRefresh: boolean;
}

export interface BgpSession {
  /** Started far enough to accept and make connections (BSS_CONNECT). */
  ready: boolean;
  startup?: Timer;
  /** Seconds; doubles with each error. */
  startupDelay: number;
  lastErrorAt: number;
  lastError: { class: string; text: string };
  outgoing: BgpConn;
  incoming: BgpConn;
  /** Which of the two is the session, once Established. */
  active?: "outgoing" | "incoming";
  /** What the peer has been told: net → printed attributes. */
  sent: Record<string, string>;
  gracefulTimer?: Timer;
  /** The peer announced the end of its first routes. */
  endOfRib?: boolean;
  /** Nets whose new state the peer has not been told yet, and when it will be. */
  pending: Record<string, true>;
  transmit?: Timer;
  /** Our own end of the first routes is still to be sent. */
  owesEndOfRib?: boolean;
}

export interface ProtocolState {
  name: string;
  config: ProtocolConfig;
  state: "down" | "start" | "up";
  since: number;
  disabled: boolean;
  stats: Stats;
  bgp?: BgpSession;
  /** Waits to be started again. */
  restart?: Timer;
}

export interface BirdState {
  flavour: Flavour;
  version: string;
  configPath: string;
  socketPath: string;
  control: number;
  listener: number;
  startedAt: number;
  reconfiguredAt: number;
  routerId: string;
  config: BirdConfig;
  /** In the order of the configuration. */
  protocols: ProtocolState[];
  /** net → routes, best first. */
  table: Record<string, Route[]>;
  /** What the kernel protocol has put into the kernel: net → printed route. */
  installed: Record<string, string>;
  /** Nets that the kernel has from somebody else already (said once in the log). */
  refused?: string[];
  scan?: Timer;
  /** Graceful restart recovery (`-R`): routes left from before stay in the kernel until it ends. */
  recovering?: Timer;
}

export const birdState = (p: Proc): BirdState => p.data as Obj as BirdState;

/** The IPv4 channel of a protocol, the only one that carries routes here. */
export const ipv4Channel = (c: ProtocolConfig): ChannelConfig | undefined => c.channels.find((x) => x.family === "ipv4");

/** A random share of `seconds`: BIRD shortens its session timers by up to a quarter (bgp_start_timer). */
export const jittered = (p: Proc, seconds: number): number => Math.round(seconds * 1000 * (1 - p.machine.random("bird").float() / 4));

/** Sets a timer; the old one in its place is cancelled. */
export function arm(p: Proc, old: Timer | undefined, ms: number, event: string, data: { [key: string]: string | number } = {}): Timer {
  if (old) p.cancel(old.id);
  return { id: p.after(ms, event, data), at: p.now + ms };
}
