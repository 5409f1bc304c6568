/** What a haproxy.cfg says, as plain data. Times are milliseconds. */

export interface LogTarget {
  address: string;
  /** Highest syslog level that is sent (7: debug). */
  level: number;
}

interface HttpCheck {
  method: string;
  uri: string;
  /** `http-check connect ssl`. */
  ssl: boolean;
  /** `http-check expect status N`. */
  expect?: number;
}

export interface Server {
  name: string;
  line: number;
  /** As written. */
  host: string;
  ip: string;
  /** 0: the port that the client connected to. */
  port: number;
  check: boolean;
  checkSsl: boolean;
  verifyNone: boolean;
  checkPort?: number;
  inter: number;
  fastinter?: number;
  downinter?: number;
  rise: number;
  fall: number;
  backup: boolean;
  weight: number;
  /** `on-marked-down shutdown-sessions`. */
  shutdownSessions: boolean;
}

export interface Bind {
  ip: string;
  port: number;
  line: number;
  /** As haproxy names it. */
  text: string;
}

type TimeoutName = "client" | "server" | "connect" | "check" | "queue" | "tunnel";

/** What a `defaults` section gives to the proxies after it. */
export interface ProxySettings {
  mode: "tcp" | "http";
  timeouts: Partial<Record<TimeoutName, number>>;
  balance: "roundrobin" | "leastconn" | "source" | "first";
  retries: number;
  redispatch: boolean;
  logs: LogTarget[] | "global";
  logFormat: "none" | "tcplog" | "httplog";
  /** `FILE:LINE` of `option httplog`. */
  httplogAt: string;
  dontlognull: boolean;
  tcpCheck: boolean;
  httpCheck?: HttpCheck;
  maxconn?: number;
  defaultBackend?: string;
  defaultServer: Omit<Server, "name" | "line" | "host" | "ip" | "port">;
}

export interface Proxy extends ProxySettings {
  name: string;
  kind: "frontend" | "backend" | "listen";
  line: number;
  binds: Bind[];
  servers: Server[];
}

export interface HaproxyConfig {
  file: string;
  logs: LogTarget[];
  maxconn?: number;
  /** Path of `stats socket`: counts as a listener. */
  statsSocket?: string;
  proxies: Proxy[];
}

export const hasFrontend = (proxy: Proxy): boolean => proxy.kind !== "backend";
export const hasBackend = (proxy: Proxy): boolean => proxy.kind !== "frontend";

/** A fresh `defaults` section (cfgparse.c, proxy_preset_defaults, and server.c, srv_settings_init: inter 2 s, rise 2, fall 3). */
export const preset = (): ProxySettings => ({
  mode: "tcp",
  timeouts: {},
  balance: "roundrobin",
  retries: 3,
  redispatch: false,
  logs: [],
  logFormat: "none",
  httplogAt: "",
  dontlognull: false,
  tcpCheck: false,
  defaultServer: {
    check: false,
    checkSsl: false,
    verifyNone: false,
    inter: 2000,
    rise: 2,
    fall: 3,
    backup: false,
    weight: 1,
    shutdownSessions: false,
  },
});

export interface Message {
  level: "ALERT" | "WARNING";
  text: string;
}

/** Collects what haproxy says while it reads a file; it goes on after an error to find the others. */
export class Report {
  readonly messages: Message[] = [];
  /** Set by what ends the parsing of this file with `Error(s) found in configuration file`. */
  inFile = false;
  /** Nothing after this was read. */
  aborted = false;

  alert(text: string): void {
    this.messages.push({ level: "ALERT", text: `config : ${text}` });
  }
  warn(text: string): void {
    this.messages.push({ level: "WARNING", text: `config : ${text}` });
  }
  get failed(): boolean {
    return this.messages.some((m) => m.level === "ALERT");
  }
  get warned(): boolean {
    return this.messages.some((m) => m.level === "WARNING");
  }
}
