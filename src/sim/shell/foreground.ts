/** Waiting for a foreground job, with job control when the shell has a terminal. */
import { shellStatus, type Proc } from "../kernel/proc.ts";
import { signals } from "../kernel/program.ts";
import { DiscardFlow } from "./flow.ts";
import { deathText, jobState, type Job } from "./jobs.ts";
import type { Shell } from "./shell.ts";

/** Status of the last process. A job that is stopped goes into the job table. */
export async function waitForeground(sh: Shell, procs: Proc[], text: string): Promise<number> {
  const last = procs.at(-1)!;
  if (!sh.flags.monitor) {
    for (const proc of procs) if (!proc.status) await sh.p.wait(proc);
    const status = last.status!;
    if (status.signal === "SIGINT" && sh.interactive) throw new DiscardFlow(130);
    await reportBackground(sh);
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
  await reportBackground(sh);
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

/**
 * What a shell that is not interactive says of its background jobs when it has waited for something: those that a signal has
 * ended, which it then forgets (notify_of_job_status, cleanup_dead_jobs).
 */
export async function reportBackground(sh: Shell): Promise<void> {
  if (sh.interactive) return;
  for (const job of sh.jobs.list.filter((j) => !j.inherited && jobState(j) === "Done")) {
    const line = sh.jobs.line(job);
    const signal = job.procs.at(-1)!.status?.signal;
    // a script keeps what has ended by itself for `jobs` and `wait`
    if (!signal && sh.commandString === undefined) continue;
    sh.jobs.remove(job);
    if (!signal || signal === "SIGINT" || signal === "SIGPIPE" || sh.jobs.interactiveParent) continue;
    if (signal !== "SIGTERM") await sh.p.err(`${sh.prefix}${deathLines(job)}`);
    else if (sh.flags.monitor) await sh.p.err(`${line}\n`);
  }
}

function deathLines(job: Job): string {
  const parts = job.procs.length > 1 ? job.parts : [job.text];
  return job.procs
    .map((proc, i) => {
      const { signal, code } = proc.status!;
      const word = signal ? deathText(signal) : code === 0 ? "Done" : `Exit ${code}`;
      const margin = i === 0 ? "" : "     ";
      return `${margin}${String(proc.pid).padStart(5)} ${word.padEnd(23)} ${i === 0 ? "" : "| "}${parts[i] ?? ""}\n`;
    })
    .join("");
}

/** "Killed", "Terminated"…: bash says so when a foreground process dies of a signal other than SIGINT and SIGPIPE. */
async function reportDeath(sh: Shell, proc: Proc, text: string): Promise<void> {
  const signal = proc.status?.signal;
  if (!signal || signal === "SIGINT" || signal === "SIGPIPE") return;
  // jobs.c: SIGTERM is not reported like the others (DONT_REPORT_SIGTERM), but named as a foreground job's end is
  if (sh.interactive || signal === "SIGTERM") await sh.p.err(`${deathText(signal)}\n`);
  else await sh.p.err(`${sh.prefix}${String(proc.pid).padStart(5)} ${deathText(signal).padEnd(23)} ${text}\n`);
}
