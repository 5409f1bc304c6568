/** How many processes there may be: a fork bomb meets a limit, as on a real machine. */
import { Errno } from "../core/errno.ts";
import type { Machine } from "./machine.ts";
import type { Proc } from "./proc.ts";

/**
 * RLIMIT_NPROC of a user, and of a user's slice (TasksMax, 33 % of the kernel's threads-max on Ubuntu); smaller here, since
 * what matters is that one learner's fork bomb ends in EAGAIN while everybody else can go on.
 */
const perUser = 400;
/** Command programs on the machine, root's included; daemons are not counted. */
const perMachine = 600;

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
