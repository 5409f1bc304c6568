/** The contract of simulated programs. A program is found through an executable file that names it, never by its path. */
import type { Data } from "../core/json.ts";
import type { Incoming } from "../net/api.ts";
import type { Proc } from "./proc.ts";

/**
 * A program that runs and ends: it may await (time, input, children) and its exit status is main's result. It lives only in
 * memory: when a world is loaded from a snapshot, its processes have ended, as the sessions of a restarted host have.
 */
export interface CommandProgram {
  readonly name: string;
  main(p: Proc): Promise<number> | number;
}

/**
 * A program that stays: a state machine whose state is `p.data` (plain data, saved with the world) and whose steps are
 * synchronous. It is woken by timers (`p.after`), file watches, connections, signals and children. It ends with `p.exit`.
 */
export interface DaemonProgram {
  readonly name: string;
  /** Reads its configuration and starts; may call `p.exit` with a message on stderr, as the real one does. */
  start(p: Proc): void;
  /** A timer, `sigchld`, `inotify`, `accept`, `data`, `closed` or a program's own event. */
  on(p: Proc, event: string, data: Data): void;
  /** A signal that was sent to it; return false for the default action. */
  signal?(p: Proc, signal: Signal): boolean;
  /** Answers a request on one of its listening sockets at once; undefined when it gives no answer. */
  serve?(p: Proc, incoming: Incoming): unknown;
}

export type Program = CommandProgram | DaemonProgram;

export const isDaemon = (program: Program): program is DaemonProgram => "start" in program;

/** Numbers of signal(7), x86. */
export const signals = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGWINCH: 28,
} as const;

export type Signal = keyof typeof signals;

/** What the signal does to a process that neither handles nor ignores it. */
export function defaultAction(signal: Signal): "end" | "stop" | "continue" | "ignore" {
  if (signal === "SIGCHLD" || signal === "SIGWINCH") return "ignore";
  if (signal === "SIGCONT") return "continue";
  if (signal === "SIGSTOP" || signal === "SIGTSTP" || signal === "SIGTTIN" || signal === "SIGTTOU") return "stop";
  return "end";
}

const magic = "\x7fELF\x02\x01\x01";

/** The first bytes of an executable that stands for a program; the rest of the file is padding. */
export function elfHeader(program: string, version: string): string {
  return `${magic} kubemend ${program} ${version}\n`;
}

/** The program and version that an executable's first bytes name; undefined when it is not one of ours. */
export function parseElf(head: string): { program: string; version: string } | undefined {
  if (!head.startsWith(`${magic} kubemend `)) return undefined;
  const [program, version] = head.slice(magic.length + " kubemend ".length, head.indexOf("\n")).split(" ");
  return { program: program!, version: version ?? "" };
}
