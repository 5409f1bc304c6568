/** What a worker keeps between events: plain data. */
import type { Proc } from "../../../kernel/proc.ts";
import type { HaproxyConfig } from "./settings.ts";

/** A server as its checks see it (include/haproxy/check-t.h): up while health ≥ rise, never above rise + fall - 1. */
interface ServerState {
  health: number;
  /** Connections to it now, and ever. */
  current: number;
  total: number;
}

/** A client's connection, and the one to the server behind it. */
export interface Session {
  frontend: string;
  backend: string;
  /** "" when there was none. */
  server: string;
  /** Connection to the server. */
  conn?: number;
  client: { ip: string; port: number };
  begun: number;
  /** When something went over it last. */
  active: number;
  bytes: number;
  timer?: number;
  retries: number;
  /** Taken from another server than was chosen first (`+` in the log). */
  redispatched?: boolean;
}

export interface WorkerState {
  role: "worker";
  config: HaproxyConfig;
  servers: Record<string, ServerState>;
  /** By the client's connection. */
  sessions: Record<number, Session>;
  /** Connection to a server → connection of the client. */
  clients: Record<number, number>;
  /** Sockets → frontend. */
  listeners: Record<number, string>;
  /** Next turn of round robin, by backend. */
  turns: Record<string, number>;
  /** Connections so far, by proxy. */
  cumulated: Record<string, { fe: number; be: number }>;
  /** Ends once no session is left (SIGUSR1). */
  stopping: boolean;
}

export interface MasterState {
  role: "master";
  options: { file: string; pidFile?: string };
  worker: number;
  /** Workers of before the last reload. */
  former: number[];
  stopping: boolean;
  /** Whether this process has said its version, as it does once before its first warning. */
  introduced: boolean;
}

export const worker = (p: Proc): WorkerState => p.data as unknown as WorkerState;
export const master = (p: Proc): MasterState => p.data as unknown as MasterState;

export const keyOf = (backend: string, server: string): string => `${backend}/${server}`;
