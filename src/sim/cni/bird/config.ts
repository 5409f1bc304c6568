/** What a BIRD configuration says, as data. Times are in seconds, as in the file. */

export type Flavour = "bird2" | "bird1";

/** Expressions and statements of the filter language (filter/config.Y), as far as they are modelled. */
export type Expression =
  | { op: "literal"; value: Value }
  | { op: "name"; name: string }
  | { op: "call"; name: string; args: Expression[] }
  | { op: "defined"; of: Expression }
  | { op: "not"; of: Expression }
  | { op: "and" | "or" | "=" | "!=" | "~" | "!~" | "<" | ">" | "<=" | ">=" | "+" | "-"; left: Expression; right: Expression }
  | { op: "pair"; items: Expression[] }
  | { op: "set"; items: SetItem[] };
export type Value = string | number | boolean | { prefix: string } | { ip: string } | { tuple: number[] } | undefined;
export interface SetItem {
  prefix?: string;
  /** Lengths that match: `+` = from the prefix's own to 32, `-` = 0 to its own, `{a,b}`. */
  low?: number;
  high?: number;
  from?: Expression;
  to?: Expression;
}
export type Statement =
  | { do: "accept" | "reject" }
  | { do: "return"; value?: Expression }
  | { do: "if"; test: Expression; yes: Statement[]; no: Statement[] }
  | { do: "set"; name: string; value: Expression }
  | { do: "unset"; name: string }
  | { do: "attribute"; name: string; method: string; args: Expression[] }
  | { do: "call"; name: string; args: Expression[] }
  | { do: "print"; items: Expression[] };

export type FilterRef = "all" | "none" | { name: string } | { body: Statement[] };

export interface ChannelConfig {
  family: "ipv4" | "ipv6";
  table: string;
  preference?: number;
  import: FilterRef;
  export: FilterRef;
  importLimit?: number;
  nextHopSelf?: boolean;
  nextHopKeep?: boolean;
  addPaths?: boolean;
  gateway?: "direct" | "recursive";
}

export interface StaticRoute {
  net: string;
  type: "blackhole" | "unreachable" | "prohibit" | "unicast";
  via?: string;
  dev?: string;
}

export interface BgpConfig {
  localAddress?: string;
  localAs: number;
  neighbor: string;
  neighborAs: number;
  port: number;
  sourceAddress?: string;
  /** Set when parsing has come to its end. */
  multihop?: boolean;
  passive: boolean;
  holdTime: number;
  keepaliveTime?: number;
  connectRetryTime: number;
  connectDelayTime: number;
  errorWait: [number, number];
  errorForget: number;
  disableAfterError: boolean;
  gracefulRestart: "aware" | "on" | "off";
  gracefulRestartTime: number;
  rrClient: boolean;
  rrClusterId?: string;
  password?: string;
  /** False when the peer's AS differs. */
  internal: boolean;
}

export interface ProtocolConfig {
  name: string;
  kind: "Device" | "Direct" | "Kernel" | "Static" | "BGP" | "BFD";
  disabled: boolean;
  description?: string;
  channels: ChannelConfig[];
  /** `debug { states }` or `debug all`. */
  traceStates: boolean;
  scanTime?: number;
  learn?: boolean;
  persist?: boolean;
  metric?: number;
  interfaces?: string[];
  routes?: StaticRoute[];
  bgp?: BgpConfig;
}

export interface BirdConfig {
  logs: { to: "stderr" | "syslog" | { file: string } }[];
  routerId?: string;
  listen?: { address?: string; port: number };
  protocols: ProtocolConfig[];
  filters: Record<string, Statement[]>;
  functions: Record<string, { args: string[]; body: Statement[] }>;
}
