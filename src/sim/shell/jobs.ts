/** Jobs of one shell. */
import { shellStatus, type Proc } from "../kernel/proc.ts";
import { signals } from "../kernel/program.ts";

export interface Job {
  id: number;
  procs: Proc[];
  pgid: number;
  text: string;
  /** The commands of a pipeline. */
  parts: string[];
  /** Whether its present state has been shown. */
  notified: boolean;
  /** Disowned with -h: no SIGHUP. */
  noHup: boolean;
  background: boolean;
  /** In the list that a subshell was given: the state at the fork. Only the parent hears of what comes later. */
  inherited?: JobState;
}

export type JobState = "Running" | "Stopped" | "Done";

export const jobState = (job: Job): JobState => job.inherited ?? stateNow(job);

const stateNow = (job: Job): JobState =>
  job.procs.every((p) => p.status) ? "Done" : job.procs.some((p) => !p.status && p.state.stopped) ? "Stopped" : "Running";

/** Status of the last process of the pipeline. */
export const jobStatus = (job: Job): number => {
  const last = job.procs.at(-1)!;
  return last.status ? shellStatus(last.status) : 128 + signals[last.stopSignal];
};

const deaths: Record<string, string> = {
  SIGHUP: "Hangup",
  SIGINT: "Interrupt",
  SIGQUIT: "Quit",
  SIGILL: "Illegal instruction",
  SIGTRAP: "Trace/breakpoint trap",
  SIGABRT: "Aborted",
  SIGBUS: "Bus error",
  SIGFPE: "Floating point exception",
  SIGKILL: "Killed",
  SIGUSR1: "User defined signal 1",
  SIGSEGV: "Segmentation fault",
  SIGUSR2: "User defined signal 2",
  SIGPIPE: "Broken pipe",
  SIGALRM: "Alarm clock",
  SIGTERM: "Terminated",
};
export const deathText = (signal: string): string => deaths[signal] ?? signal;

/** Ended jobs that a shell keeps for `wait` and `jobs`. */
const remembered = 512;

export class JobTable {
  readonly list: Job[] = [];
  /** Background processes by pid, also after they have ended, for `wait`. */
  readonly known = new Map<number, Proc>();
  /** Those whose end `wait` has told: `wait -n` does not tell it again. */
  readonly waited = new WeakSet<Proc>();
  /** A subshell of an interactive shell words its messages as that one does. */
  interactiveParent = false;
  #order: Job[] = [];

  /** The parent's jobs as a command substitution finds them: to be listed and signalled, not to be waited for. */
  inherited(): JobTable {
    const copy = new JobTable();
    for (const job of this.list) copy.list.push({ ...job, inherited: jobState(job) });
    copy.#order = this.#order.flatMap((job) => copy.list[this.list.indexOf(job)] ?? []);
    return copy;
  }

  clear(): void {
    this.list.length = 0;
    this.#order = [];
    this.known.clear();
  }

  remember(proc: Proc): void {
    this.known.set(proc.pid, proc);
    if (this.known.size > remembered) this.known.delete(this.known.keys().next().value!);
  }

  add(procs: Proc[], pgid: number, text: string, background: boolean, parts = [text]): Job {
    // a script that starts one job after the other never looks at them; bash cleans its table up when it has to grow
    if (this.list.length > remembered) for (const done of this.list.filter((j) => jobState(j) === "Done")) this.remove(done);
    const id = (this.list.at(-1)?.id ?? 0) + 1;
    const job: Job = { id, procs, pgid, text, parts, notified: false, noHup: false, background };
    this.list.push(job);
    this.#order.push(job);
    return job;
  }

  remove(job: Job): void {
    const at = this.list.indexOf(job);
    if (at >= 0) this.list.splice(at, 1);
    this.#order = this.#order.filter((other) => other !== job);
  }

  /** Makes a job the current one (it was stopped, or put into the foreground). */
  touch(job: Job): void {
    this.#order = [...this.#order.filter((other) => other !== job), job];
  }

  get current(): Job | undefined {
    return this.#ranked()[0];
  }
  get previous(): Job | undefined {
    return this.#ranked()[1];
  }
  #ranked(): Job[] {
    const alive = this.#order.filter((job) => this.list.includes(job)).reverse();
    return [...alive.filter((job) => jobState(job) === "Stopped"), ...alive.filter((job) => jobState(job) !== "Stopped")];
  }

  mark(job: Job): string {
    return job === this.current ? "+" : job === this.previous ? "-" : " ";
  }

  /** %1, %%, %+, %-, %name, %?text */
  find(spec: string): Job | "ambiguous" | undefined {
    const name = spec.replace(/^%/, "");
    if (name === "" || name === "%" || name === "+") return this.current;
    if (name === "-") return this.previous ?? this.current;
    if (/^\d+$/.test(name)) return this.list.find((job) => job.id === Number(name));
    const found = this.list.filter((job) => (name.startsWith("?") ? job.text.includes(name.slice(1)) : job.text.startsWith(name)));
    return found.length > 1 ? "ambiguous" : found[0];
  }

  /** A line of `jobs`. */
  line(job: Job, long = false): string {
    const state = jobState(job);
    const last = job.procs.at(-1)!;
    let word: string = state;
    if (state === "Done") {
      const signal = last.status!.signal;
      word = signal ? deathText(signal) : last.status!.code === 0 ? "Done" : `Exit ${last.status!.code}`;
    }
    const pid = long ? `${String(job.procs[0]!.pid).padStart(5)} ` : "";
    return `[${job.id}]${this.mark(job)} ${long ? pid : " "}${word.padEnd(24)}${job.text}${state === "Running" ? " &" : ""}`;
  }
}

export type Jobs = JobTable;
