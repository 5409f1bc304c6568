/** How many processes there may be, and what they may keep: a runaway program meets a limit, as on a real machine. */
import { Errno } from "../core/errno.ts";
import { StacklessError } from "../core/stackless.ts";
import type { Machine } from "./machine.ts";
import type { Proc } from "./proc.ts";

/**
 * RLIMIT_NPROC of a user, and of a user's slice (TasksMax, 33 % of the kernel's threads-max on Ubuntu); smaller here, since
 * what matters is that one learner's fork bomb ends in EAGAIN while everybody else can go on.
 */
const perUser = 400;
/** Command programs on the machine, root's included; daemons are not counted. */
const perMachine = 600;

/**
 * Bytes that a process may keep of its input, and all processes together: this much really lies in the host process's memory.
 * A real machine of 2 GiB would let a process have more.
 */
const perProcess = 64 << 20;
const altogether = 192 << 20;

/** malloc(3) has failed: GNU's programs end with `memory exhausted`, bash with `xrealloc: cannot allocate`. */
export class MemoryExhausted extends StacklessError {
  constructor() {
    super("memory exhausted");
    this.name = "MemoryExhausted";
  }
}

/** Throws MemoryExhausted; `own` and `all`: bytes that the process, and all processes, would keep. */
export function admitMemory(own: number, all: number): void {
  if (own > perProcess || all > altogether) throw new MemoryExhausted();
}

/** Throws EAGAIN when the caller may not fork; `uid`: of the new process (who becomes another user, as sudo does, does so before). */
export function admitProcess(machine: Machine, parent: Proc | undefined, uid: number): void {
  if (!parent || machine.procs.size < perUser) return;
  let commands = 0;
  let own = 0;
  for (const p of machine.procs.values()) {
    if (p.state.daemon) continue;
    commands++;
    if (p.uid === uid) own++;
  }
  if (parent.state.daemon) return;
  if (commands >= perMachine || own >= perUser) throw new Errno("EAGAIN");
}
