/** The network's saved state: plain data only. Addresses are unsigned 32-bit numbers. */
import type { Data } from "../core/json.ts";

export type LinkKind = "loopback" | "ether" | "veth" | "bridge" | "ipip" | "vxlan" | "dummy";

export interface AddressState {
  ip: number;
  len: number;
  scope: "global" | "link" | "host";
  label: string;
  broadcast?: number;
  /** Lease given by DHCP: valid until (ms). */
  until?: number;
  noprefixroute?: boolean;
  metric?: number;
}

interface Counters {
  packets: number;
  bytes: number;
  dropped: number;
}

export interface LinkState {
  index: number;
  name: string;
  kind: LinkKind;
  mac: string;
  mtu: number;
  up: boolean;
  /** It has been up, so it has its queueing discipline. */
  activated?: boolean;
  /** Index of the bridge it is a port of. */
  master?: number;
  /** veth: the other end, on the same machine. */
  peer?: { ns: string; index: number };
  /** ether: the layer-2 network its cable goes to. */
  segment?: string;
  vxlan?: { id: number; local?: number; port: number; dev?: string; remote?: number; learning: boolean };
  ipip?: { local?: number; remote?: number };
  addresses: AddressState[];
  rx: Counters;
  tx: Counters;
  altnames?: string[];
  alias?: string;
  /** When it is not 1000. */
  txqlen?: number;
  promisc?: boolean;
  hairpin?: boolean;
}

export type RouteType = "unicast" | "local" | "broadcast" | "blackhole" | "unreachable" | "prohibit" | "throw";

export interface RouteState {
  table: number;
  type: RouteType;
  dst: number;
  len: number;
  via?: number;
  /** Interface index; 0 for types without one. */
  dev: number;
  src?: number;
  proto: string;
  scope: "global" | "link" | "host";
  metric: number;
  onlink?: boolean;
  mtu?: number;
  /** Several next hops (ECMP). */
  nexthops?: { via?: number; dev: number; weight: number; onlink?: boolean; dead?: boolean }[];
}

export interface PolicyRule {
  priority: number;
  not?: boolean;
  from?: { ip: number; len: number };
  to?: { ip: number; len: number };
  mark?: { value: number; mask: number };
  iif?: string;
  oif?: string;
  table: number;
  action?: "blackhole" | "unreachable" | "prohibit";
  /** suppress_prefixlength: routes no longer than this do not count. */
  suppress?: number;
  proto?: string;
}

export interface NeighbourState {
  ip: number;
  dev: number;
  mac?: string;
  permanent: boolean;
  /** Set by hand for a link that needs no resolution (NUD_NOARP). */
  noarp?: boolean;
  /** When it was last confirmed (with a MAC) or first asked for (without), ms. */
  at: number;
  /** Asked again since then without an answer, ms. */
  failing?: number;
}

interface FdbEntry {
  dev: number;
  mac: string;
  /** VXLAN: the tunnel endpoint. */
  dst?: number;
  permanent: boolean;
}

export interface Tuple {
  src: number;
  dst: number;
  sport: number;
  dport: number;
}

export interface Conntrack {
  id: number;
  proto: number;
  orig: Tuple;
  reply: Tuple;
  /** TCP: SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSE. */
  state?: string;
  seenReply: boolean;
  assured: boolean;
  confirmed: boolean;
  /** Virtual time at which it is forgotten. */
  expires: number;
  mark: number;
  /** NAT decided for this kind of manipulation. */
  srcDone: boolean;
  dstDone: boolean;
  packets: [number, number];
  bytes: [number, number];
}

export interface MatchState {
  name: string;
  [option: string]: Data | undefined;
}

export interface TargetState {
  /** An extension's name, a verdict or a user chain. */
  name: string;
  goto?: boolean;
  [option: string]: Data | undefined;
}

export interface RuleState {
  src?: { ip: number; mask: number; not: boolean };
  dst?: { ip: number; mask: number; not: boolean };
  /** Of ip6tables; no packet here has such an address. */
  src6?: { prefix: string; not: boolean };
  dst6?: { prefix: string; not: boolean };
  in?: { name: string; not: boolean };
  out?: { name: string; not: boolean };
  proto?: { number: number; not: boolean };
  fragment?: { not: boolean };
  matches: MatchState[];
  target?: TargetState;
  packets: number;
  bytes: number;
}

export interface ChainState {
  /** Built-in chains have one. */
  policy?: "ACCEPT" | "DROP";
  packets: number;
  bytes: number;
  rules: RuleState[];
}

export type TableName = "raw" | "mangle" | "nat" | "filter" | "security";

export interface TableState {
  chains: Record<string, ChainState>;
}

export interface IpSetState {
  type: string;
  /** Options as `ipset list` shows them. */
  header: { family: string; hashsize: number; maxelem: number; timeout?: number; comment?: boolean; range?: string };
  /** Members in their printed form. */
  members: Record<string, { expires?: number; comment?: string; nomatch?: boolean }>;
}

export interface SocketState {
  id: number;
  transport: "tcp" | "udp";
  ip: number;
  /** Bound to `::` (a dual-stack socket, shown as *). */
  v6: boolean;
  port: number;
  pid: number;
  uid: number;
  accept: "events" | "serve" | "stream";
  device?: string;
  /** listen(2)'s, when it is not the kernel's most (net.core.somaxconn). */
  backlog?: number;
  /** Connections a command program has not accepted yet. */
  pending: number[];
}

interface SynSent {
  pid: number;
  src: number;
  sport: number;
  dst: number;
  dport: number;
  at: number;
  device?: string;
}

export interface NsState {
  name: string;
  nextIndex: number;
  links: LinkState[];
  routes: RouteState[];
  rules: PolicyRule[];
  neighbours: NeighbourState[];
  fdb: FdbEntry[];
  tables: Partial<Record<TableName, TableState>>;
  tracking: boolean;
  conntrack: Record<number, Conntrack>;
  nextConntrack: number;
  sets: Record<string, IpSetState>;
  sysctls: Record<string, string>;
  sockets: Record<number, SocketState>;
  synSent: SynSent[];
  nextPort: number;
}

export interface MachineNetState {
  namespaces: Record<string, NsState>;
  /** The ip6tables rules of each. */
  namespaces6?: Record<string, NsState>;
  /** br_netfilter is loaded. */
  bridgeNetfilter: boolean;
  unix: Record<number, UnixSocketState>;
}

export interface UnixSocketState {
  id: number;
  path: string;
  tree: string;
  ino: number;
  pid: number;
  uid: number;
}

/** One end of a connection. */
export interface EndState {
  /** "" for the stacks outside of machines. */
  machine: string;
  netns: string;
  pid: number;
  uid: number;
  ip: number;
  port: number;
  /** What the other end's address is as this end sees it (NAT lies between). */
  peerIp: number;
  peerPort: number;
  /** Interface that it is bound to. */
  device?: string;
  state: "ESTAB" | "SYN-RECV" | "FIN-WAIT-1" | "FIN-WAIT-2" | "CLOSE-WAIT" | "LAST-ACK" | "CLOSING" | "TIME-WAIT" | "CLOSED";
  /** How messages reach the process. */
  mode: "events" | "serve" | "stream";
  /** Arrived, not read yet by a command program. */
  inbox: Data[];
  /** Sent, not acknowledged: in order. `got`: it arrived, only its acknowledgement was lost. */
  queue: { message?: Data; fin?: boolean; got?: boolean }[];
  /** Retransmission: how often, timer. */
  tries: number;
  timer?: number;
  /** TIME-WAIT: when it is over. */
  until?: number;
  since?: number;
  rto?: number;
  error?: "ECONNRESET" | "ETIMEDOUT";
  eof?: boolean;
}

export interface ConnState {
  id: number;
  transport: "tcp" | "unix";
  /** Unix: the listening path. */
  path?: string;
  /** 0 connected, 1 accepted. */
  ends: [EndState, EndState];
  /** Address the client asked for at the simulated Internet, when no machine is at the other end. */
  internet?: { ip: string; port: number };
  /** The connection on which the accepting process passes everything on, as a load balancer does. */
  onward?: number;
}

/** A machine's network cards, as its virtual hardware has them. */
interface NicState {
  name: string;
  mac: string;
  segment: string;
}

export interface WorldNetState {
  nics: Record<string, NicState[]>;
  nextId: number;
  connections: Record<number, ConnState>;
  /** Ends in TIME-WAIT in the order in which they go: one timer for all of them. */
  timeWaits?: { armed: boolean; ends: { conn: number; side: 0 | 1 }[] };
  /** The stacks outside of machines: the host, and each machine's NAT engine. */
  outside: Record<string, NsState>;
}
