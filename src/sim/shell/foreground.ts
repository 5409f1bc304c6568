/** Waiting for a foreground job, with job control when the shell has a terminal. */
import { shellStatus, type Proc } from "../kernel/proc.ts";
import { signals } from "../kernel/program.ts";
import { DiscardFlow } from "./flow.ts";
import { deathText } from "./jobs.ts";
import type { Shell } from "./shell.ts";

/** Status of the last process. A job that is stopped goes into the job table. */
export async function waitForeground(sh: Shell, procs: Proc[], text: string): Promise<number> {
  const last = procs.at(-1)!;
  if (!sh.flags.monitor) {
    for (const proc of procs) if (!proc.status) await sh.p.wait(proc);
    const status = last.status!;
    if (status.signal === "SIGINT" && sh.interactive) throw new DiscardFlow(130);
    await reportDeath(sh, last, text);
    return shellStatus(status);
  }
  const pgid = procs[0]!.state.pgid;
  const { terminal } = sh;
  terminal?.setForeground(pgid);
  try {
    for (const proc of procs) {
      while (!proc.status) {
        const change = await sh.p.block(proc.changed);
        if (change === "stopped") return stopped(sh, procs, pgid, text);
      }
    }
  } finally {
    terminal?.setForeground(sh.p.state.pgid);
  }
  const status = last.status!;
  terminal?.restoreAfter(procs.some((p) => p.status?.signal !== undefined));
  if (status.signal === "SIGINT") {
    await sh.p.err("\n");
    if (sh.interactive) throw new DiscardFlow(130);
  }
  await reportDeath(sh, last, text);
  return shellStatus(status);
}

function stopped(sh: Shell, procs: Proc[], pgid: number, text: string): number {
  const job = sh.jobs.list.find((j) => j.pgid === pgid) ?? sh.jobs.add(procs, pgid, text, false);
  sh.jobs.touch(job);
  job.notified = true;
  sh.p.log(`\n${sh.jobs.line(job)}`);
  const stoppedOne = procs.find((p) => p.state.stopped) ?? procs.at(-1)!;
  return 128 + signals[stoppedOne.stopSignal];
}

/** "Killed", "Terminated"…: bash says so when a foreground process dies of a signal other than SIGINT and SIGPIPE. */
async function reportDeath(sh: Shell, proc: Proc, text: string): Promise<void> {
  const signal = proc.status?.signal;
  if (!signal || signal === "SIGINT" || signal === "SIGPIPE") return;
  // jobs.c: SIGTERM is not reported like the others (DONT_REPORT_SIGTERM), but named as a foreground job's end is
  if (sh.interactive || signal === "SIGTERM") await sh.p.err(`${deathText(signal)}\n`);
  else await sh.p.err(`${sh.prefix}${String(proc.pid).padStart(5)} ${deathText(signal).padEnd(23)} ${text}\n`);
}
