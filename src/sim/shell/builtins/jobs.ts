/** Job control builtins, signals and traps. */
import { Errno } from "../../core/errno.ts";
import { shellStatus, type ExitStatus, type Proc } from "../../kernel/proc.ts";
import { signals, type Signal } from "../../kernel/program.ts";
import { reportBackground, waitForeground } from "../foreground.ts";
import { jobState, jobStatus, type Job } from "../jobs.ts";
import { single } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { options, type Builtin } from "./builtin.ts";
import { realSignals, signalNamed, signalTable } from "../signal-names.ts";

async function findJob(sh: Shell, name: string, spec: string): Promise<Job | undefined> {
  const job = sh.jobs.find(spec);
  if (job === "ambiguous") {
    await sh.error(`${name}: ${spec.replace(/^%/, "")}: ambiguous job spec`);
    return undefined;
  }
  if (!job) await sh.error(`${name}: ${spec === "" ? "current" : spec}: no such job`);
  return job;
}

/** Drops what has ended and been reported. */
export async function notifyJobs(sh: Shell): Promise<void> {
  for (const job of sh.jobs.list.slice()) {
    if (jobState(job) === "Done") {
      if (sh.interactive) await sh.p.err(`${sh.jobs.line(job)}\n`);
      sh.jobs.remove(job);
    } else if (jobState(job) === "Stopped" && !job.notified) {
      if (sh.interactive) await sh.p.err(`${sh.jobs.line(job)}\n`);
      job.notified = true;
    } else if (jobState(job) === "Running") job.notified = false;
  }
}

export const jobs: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "lpnrs", "jobs [-lnprs] [jobspec ...] or jobs -x command [args]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  const list: Job[] = [];
  let status = 0;
  if (rest.length === 0) list.push(...sh.jobs.list);
  for (const spec of rest) {
    const job = await findJob(sh, "jobs", spec);
    if (job) list.push(job);
    else status = 1;
  }
  for (const job of list) {
    const state = jobState(job);
    if ((flags.has("r") && state !== "Running") || (flags.has("s") && state !== "Stopped")) continue;
    if (flags.has("p")) await sh.p.out(`${job.procs[0]!.pid}\n`);
    else await sh.p.out(`${sh.jobs.line(job, flags.has("l"))}\n`);
    job.notified = true;
    if (state === "Done") sh.jobs.remove(job);
  }
  return status;
};

const resume = (sh: Shell, job: Job): void => {
  for (const proc of job.procs) if (!proc.status && proc.state.stopped) sh.p.machine.kill(sh.p, proc.pid, "SIGCONT");
  job.notified = false;
};

export const fg: Builtin = async (sh, words) => {
  if (!sh.flags.monitor) {
    await sh.error("fg: no job control");
    return 1;
  }
  const job = await findJob(sh, "fg", words[1] ?? "");
  if (!job) return 1;
  await sh.p.out(`${job.text}\n`);
  job.background = false;
  if (jobState(job) === "Done") {
    sh.jobs.remove(job);
    return jobStatus(job);
  }
  sh.terminal?.setForeground(job.pgid);
  resume(sh, job);
  const status = await waitForeground(sh, job.procs, job.text);
  if (jobState(job) === "Done") sh.jobs.remove(job);
  return status;
};

export const bg: Builtin = async (sh, words) => {
  if (!sh.flags.monitor) {
    await sh.error("bg: no job control");
    return 1;
  }
  for (const spec of words.length > 1 ? words.slice(1) : [""]) {
    const job = await findJob(sh, "bg", spec);
    if (!job) return 1;
    if (jobState(job) === "Running") {
      await sh.error(`bg: job ${job.id} already in background`);
      continue;
    }
    job.background = true;
    const mark = sh.jobs.mark(job);
    resume(sh, job);
    sh.lastBackground = job.procs.at(-1)!.pid;
    for (const proc of job.procs) sh.jobs.remember(proc);
    await sh.p.out(`[${job.id}]${mark} ${job.text} &\n`);
  }
  return 0;
};

/** wait: interrupted by a trapped signal with status 128+n. */
export const wait: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "fnp:", "wait [-fn] [-p var] [id ...]");
  if (!parsed) return 2;
  const { flags, values, rest } = parsed;
  const until = async <T>(promise: Promise<T>): Promise<T | number> => {
    sh.waiting = true;
    try {
      return await sh.p.block(promise);
    } catch (error) {
      if (error instanceof Errno && error.code === "EINTR") {
        const signal = sh.pending[0];
        await sh.runPending();
        if (signal) return 128 + signals[signal];
      }
      throw error;
    } finally {
      sh.waiting = false;
    }
  };
  const forget = async (proc: Proc): Promise<void> => {
    await reportBackground(sh);
    const job = sh.jobs.list.find((j) => j.procs.includes(proc));
    if (job && jobState(job) === "Done") sh.jobs.remove(job);
  };
  /** Waits for a process, and for the rest of its job. */
  const end = async (proc: Proc): Promise<ExitStatus | number> => {
    const job = sh.jobs.list.find((j) => j.procs.includes(proc));
    for (const one of job?.procs ?? [proc]) {
      const done = one.status ?? (await until(one.ended));
      if (typeof done === "number") return done;
    }
    return proc.status!;
  };
  const procs: Proc[] = [];
  let status = 0;
  for (const id of rest) {
    if (id.startsWith("%")) {
      const job = await findJob(sh, "wait", id);
      if (job && !job.inherited) procs.push(job.procs.at(-1)!);
      else status = 127;
      continue;
    }
    if (!/^\d+$/.test(id)) {
      await sh.error(`wait: \`${id}': not a pid or valid job spec`);
      status = 1;
      continue;
    }
    const proc = sh.jobs.known.get(Number(id));
    if (proc && !(flags.has("n") && sh.jobs.waited.has(proc))) procs.push(proc);
    else if (flags.has("n")) {
      await sh.error(`wait: ${id}: no such job`);
      status = 127;
    } else {
      await sh.error(`wait: pid ${id} is not a child of this shell`);
      status = 127;
    }
  }
  const name = values.get("p");
  if (name !== undefined) sh.vars.unset(name);
  if (flags.has("n")) {
    const candidates = rest.length > 0 ? procs : [...sh.jobs.known.values()].filter((proc) => !sh.jobs.waited.has(proc));
    if (candidates.length === 0) return 127;
    const first = await until(Promise.race(candidates.map((proc) => proc.ended.then(() => proc))));
    if (typeof first === "number") return first;
    sh.jobs.waited.add(first);
    await forget(first);
    if (name !== undefined) sh.vars.set(name, String(first.pid));
    return shellStatus(first.status!);
  }
  if (rest.length === 0) {
    for (const proc of sh.jobs.known.values()) {
      const done = await end(proc);
      if (typeof done === "number") return done;
      await forget(proc);
    }
    sh.jobs.known.clear();
    return 0;
  }
  for (const proc of procs) {
    const done = await end(proc);
    if (typeof done === "number") return done;
    status = shellStatus(done);
    sh.jobs.waited.add(proc);
    await forget(proc);
    if (name !== undefined) sh.vars.set(name, String(proc.pid));
  }
  return status;
};

export const disown: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "ahr", "disown [-h] [-ar] [jobspec ... | pid ...]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  const list: Job[] = [];
  if (flags.has("a") || flags.has("r")) list.push(...sh.jobs.list.filter((job) => !flags.has("r") || jobState(job) === "Running"));
  else {
    for (const spec of rest.length > 0 ? rest : [""]) {
      const byPid = /^\d+$/.test(spec) ? sh.jobs.list.find((j) => j.procs.some((p) => p.pid === Number(spec))) : undefined;
      const job = byPid ?? (await findJob(sh, "disown", spec));
      if (!job) return 1;
      list.push(job);
    }
  }
  for (const job of list) {
    if (flags.has("h")) job.noHup = true;
    else sh.jobs.remove(job);
  }
  return 0;
};

export const kill: Builtin = async (sh, words) => {
  const args = words.slice(1);
  let signal: Signal | 0 = "SIGTERM";
  const bad = async (text: string): Promise<number> => {
    await sh.error(`kill: ${text}: invalid signal specification`);
    return 1;
  };
  if (args[0] === "-l" || args[0] === "-L") {
    const names = args.slice(1);
    if (names.length === 0) await sh.p.out(signalTable());
    for (const name of names) {
      const number = Number(name);
      if (Number.isNaN(number)) {
        const found = signalNamed(name);
        if (found === undefined) return await bad(name);
        await sh.p.out(`${realSignals[found] ?? 0}\n`);
      } else {
        const found = Object.keys(realSignals).find((key) => realSignals[key] === (number > 128 ? number - 128 : number));
        if (!found) return await bad(name);
        await sh.p.out(`${found.slice(3)}\n`);
      }
    }
    return 0;
  }
  if (args[0] === "-s" || args[0] === "-n") {
    const found = signalNamed(args[1] ?? "");
    if (found === undefined) return await bad(args[1] ?? "");
    signal = found === "0" ? 0 : (found as Signal);
    args.splice(0, 2);
  } else if (args[0]?.startsWith("-") && args[0] !== "--" && args[0].length > 1) {
    const found = signalNamed(args[0].slice(1));
    if (found === undefined) return await bad(args[0].slice(1));
    signal = found === "0" ? 0 : (found as Signal);
    args.shift();
  }
  if (args[0] === "--") args.shift();
  if (args.length === 0) {
    await sh.p.err("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n");
    return 2;
  }
  let status = 0;
  for (const target of args) {
    const send = (pid: number): void => {
      if (signal !== 0 && !(signal in signals)) sh.p.notSimulated(`signal ${signal}`);
      sh.p.machine.kill(sh.p, pid, signal === 0 ? undefined : signal);
    };
    try {
      if (target.startsWith("%")) {
        const job = await findJob(sh, "kill", target);
        if (!job) {
          status = 1;
          continue;
        }
        if (sh.flags.monitor) send(-job.pgid);
        else for (const proc of job.procs) if (!proc.status) send(proc.pid);
        if (jobState(job) === "Stopped" && signal !== 0 && ["SIGTERM", "SIGHUP"].includes(signal)) resume(sh, job);
        continue;
      }
      if (!/^-?\d+$/.test(target)) {
        await sh.error(`kill: ${target}: arguments must be process or job IDs`);
        status = 1;
        continue;
      }
      const pid = Number(target);
      if (pid === 0) send(-sh.p.state.pgid);
      else if (pid === sh.p.pid && signal !== 0) {
        sh.p.raise(signal);
      } else send(pid);
    } catch (error) {
      if (!(error instanceof Errno) || error.code === "EINTR") throw error;
      await sh.error(`kill: (${target}) - ${error.text}`);
      status = 1;
    }
  }
  if (sh.p.status) await sh.p.block(Promise.resolve());
  return status;
};

const pseudo = ["EXIT", "ERR", "DEBUG", "RETURN"];

export const trap: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "lp", "trap [-lp] [[arg] signal_spec ...]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  if (flags.has("l")) {
    await sh.p.out(signalTable());
    return 0;
  }
  const named = (text: string): string | undefined => {
    if (pseudo.includes(text.toUpperCase())) return text.toUpperCase();
    const found = signalNamed(text);
    return found === "0" ? "EXIT" : found;
  };
  const print = async (name: string): Promise<void> => {
    const command = sh.traps.get(name);
    if (command !== undefined) await sh.p.out(`trap -- ${single(command)} ${name}\n`);
  };
  if (rest.length === 0 || flags.has("p")) {
    const order = (name: string): number => (name === "EXIT" ? 0 : (realSignals[name] ?? 100 + pseudo.indexOf(name)));
    const names = rest.length > 0 ? rest.map((text) => named(text) ?? text) : [...sh.traps.keys()].sort((a, b) => order(a) - order(b));
    for (const name of names) await print(name);
    return 0;
  }
  let [command, ...names] = rest as [string, ...string[]];
  let reset = command === "-";
  // a single signal number or name resets it
  if (names.length === 0 || /^\d+$/.test(command)) {
    if (named(command) === undefined) {
      if (names.length === 0) {
        await sh.p.err("trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
        return 2;
      }
    } else {
      names = rest;
      reset = true;
    }
  }
  let status = 0;
  for (const text of names) {
    const name = named(text);
    if (name === undefined) {
      await sh.error(`trap: ${text}: invalid signal specification`);
      status = 1;
      continue;
    }
    if (reset) sh.traps.delete(name);
    else sh.traps.set(name, command);
    if (name in signals) sh.installSignal(name as Signal);
    if (name === "EXIT") sh.installSignals();
  }
  return status;
};
