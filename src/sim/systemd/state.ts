/** What process 1 remembers: plain data in its `p.data`. */
import type { Definition } from "./load.ts";

export type ActiveState = "inactive" | "activating" | "active" | "deactivating" | "failed" | "reloading";
export type Result =
  | "success"
  | "exit-code"
  | "signal"
  | "core-dump"
  | "timeout"
  | "start-limit-hit"
  | "resources"
  | "protocol"
  | "exec-condition"
  | "watchdog";

/** One command that was run, as `systemctl status` lists it. */
export interface ExecRecord {
  kind: "ExecCondition" | "ExecStartPre" | "ExecStart" | "ExecStartPost" | "ExecReload" | "ExecStop" | "ExecStopPost";
  pid: number;
  argv: string[];
  comm: string;
  startedAt: number;
  endedAt?: number;
  code?: number;
  signal?: string;
  ignoreFailure: boolean;
}

export interface Unit {
  def: Definition;
  active: ActiveState;
  sub: string;
  /** Virtual times of the last change of each kind, 0 when never. */
  since: {
    active: number;
    inactive: number;
    change: number;
    activeEnter: number;
    activeExit: number;
    inactiveEnter: number;
    inactiveExit: number;
  };
  result: Result;
  reloadResult?: Result;
  main?: number;
  control?: { pid: number; kind: ExecRecord["kind"] };
  execs: ExecRecord[];
  /** Position in the current list of commands. */
  step: number;
  restarts: number;
  /** Times of recent starts, for StartLimitBurst. */
  starts: number[];
  timer?: { handle: number; kind: string; due: number };
  statusText?: string;
  invocation: string;
  /** A stop was asked for, so that Restart= does not apply. */
  stopping?: boolean;
  condition?: { result: boolean; at: number; failed?: string };
  cpu: number;
  peak: number;
  /** Timers: when it fires next and fired last. */
  next?: number;
  last?: number;
  /** Sockets: file descriptors are passed on when something connects; the service it starts. */
  listening?: boolean;
  runtimeProperties?: [string, string, string][];
}

export type JobType = "start" | "stop" | "restart" | "reload" | "verify-active" | "nop";
export interface Job {
  id: number;
  unit: string;
  type: JobType;
  running: boolean;
  /** Made by the user's request itself, not as a dependency. */
  anchor: boolean;
  /** How it is to be announced. */
  ignoreOrder?: boolean;
}

export type JobResult = "done" | "failed" | "canceled" | "timeout" | "dependency" | "skipped" | "invalid" | "assert";

export interface ManagerState {
  units: Record<string, Unit>;
  jobs: Record<string, Job>;
  nextJob: number;
  /** The first transaction has ended. */
  up: boolean;
  /** Set while the machine goes down. */
  goingDown?: "reboot" | "poweroff" | "halt";
  startedAt: number;
  finishedAt: number;
  targets: Record<string, number>;
  environment: Record<string, string>;
}
