/** The state of one bash process and what expansion and execution share. */
import { decodeText } from "../core/text-bytes.ts";
import { MemoryExhausted } from "../kernel/limits.ts";
import type { Command, CompoundCommand, CompoundList, Redirected, Script } from "unbash";
import { Errno, NotSimulated } from "../core/errno.ts";
import type { OpenFile } from "../kernel/file.ts";
import { Ended, shellStatus, type Proc } from "../kernel/proc.ts";
import { signals, type Signal } from "../kernel/program.ts";
import type { Terminal } from "../kernel/tty.ts";
import { ArithmeticError, evaluate } from "./arithmetic.ts";
import { builtins } from "./builtins/index.ts";
import { commandText } from "./command-text.ts";
import { runStatements } from "./execute.ts";
import { ExpansionError, type Pieces, expandTarget } from "./expand.ts";
import { BreakFlow, DiscardFlow, ExitFlow, KilledFlow, ReturnFlow } from "./flow.ts";
import type { Jobs } from "./jobs.ts";
import { JobTable } from "./jobs.ts";
import { defaultFlags, dollarMinus, shoptDefaults, type Flags, type Shopt } from "./options.ts";
import { parseScript, Source } from "./syntax.ts";
import { Variables } from "./variables.ts";
import { shellFunctionText } from "./print.ts";
import { syntaxError } from "./syntax-error.ts";

export interface ShellFunction {
  name: string;
  body: CompoundCommand | Redirected | CompoundList;
  source: Source;
  pos: number;
  end: number;
  exported: boolean;
  readonly: boolean;
}

/** A call of a function or of `source`. */
export interface Frame {
  /** Name of the function, "source" or "main". */
  name: string;
  source: string;
  /** Line of the call. */
  line: number;
  /** Options to put back when it returns (`local -`). */
  flags?: Flags;
}

interface ForkOptions {
  fds?: Map<number, OpenFile>;
  pgid?: true | number;
  job?: boolean;
  listsJobs?: boolean;
}

export class Shell {
  p: Proc;
  vars: Variables;
  functions = new Map<string, ShellFunction>();
  aliases = new Map<string, string>();
  hashed = new Map<string, { path: string; hits: number }>();
  flags: Flags = defaultFlags();
  shopt: Shopt = { ...shoptDefaults };
  name0: string;
  positional: string[] = [];
  status = 0;
  pipeStatus: number[] = [0];
  lastBackground: number | undefined;
  /** Trap commands by signal name or EXIT, ERR, DEBUG, RETURN; "" ignores. */
  traps = new Map<string, string>();
  pending: Signal[] = [];
  dirs: string[] = [];
  frames: Frame[] = [];
  source: Source = new Source("", "");
  pos = 0;
  interactive = false;
  login = false;
  fromCommand = false;
  fromStdin = false;
  /** Nested contexts in which a failure does not end a `set -e` shell. */
  noErrexit = 0;
  loops = 0;
  /** Nested functions and sourced files: where `return` is allowed. */
  returns = 0;
  /** Status of the last command substitution in the current command. */
  substituted: number | undefined;
  jobs: Jobs;
  terminal: Terminal | undefined;
  /** Set in subshells. */
  depth = 0;
  /** Levels of eval, source and command substitution, as set -x shows them. */
  indirection = 0;
  killedBy: Signal | undefined;
  interrupted = false;
  waiting = false;
  inTrap = false;
  /** BASH_COMMAND in a trap: what ran when it was sprung. */
  trapped: string | undefined;
  /** A command whose DEBUG trap has run in the shell that forked this one. */
  debugged: Command | undefined;
  /** The simple command that runs, or ran last. */
  command: Command | undefined;
  startedAt: number;
  optind = 1;
  optpos = 0;
  history: string[] = [];
  historyBase = 0;
  /** Descriptors and pids of process substitutions of the current command. */
  temporary: { fd: number; proc: Proc }[] = [];
  shellPid: number;
  lastArgument: string;
  commandString: string | undefined;
  completions = new Map<string, string[]>();
  builtinName: string | undefined;
  /** "There are stopped jobs." has been said. */
  exitWarned = false;

  constructor(p: Proc, name0: string) {
    this.p = p;
    this.name0 = name0;
    this.vars = new Variables();
    this.vars.arithmetic = (text) => this.arithmetic(text);
    this.jobs = new JobTable();
    this.startedAt = p.now;
    this.shellPid = p.pid;
    this.lastArgument = p.argv[0] ?? "bash";
    this.#specials();
  }

  /** A copy for a child process; its Proc is set when the child starts. */
  clone(): Shell {
    const copy = new Shell(this.p, this.name0);
    Object.assign(copy, this);
    copy.vars = this.vars.clone();
    copy.vars.arithmetic = (text) => copy.arithmetic(text);
    copy.functions = new Map(this.functions);
    copy.aliases = new Map(this.aliases);
    copy.hashed = new Map(this.hashed);
    copy.flags = { ...this.flags };
    copy.shopt = { ...this.shopt };
    copy.positional = this.positional;
    copy.pipeStatus = this.pipeStatus;
    copy.pending = [];
    copy.dirs = [...this.dirs];
    copy.frames = [...this.frames];
    copy.jobs = new JobTable();
    copy.temporary = [];
    copy.depth = this.depth + 1;
    copy.interactive = false;
    copy.waiting = false;
    copy.loops = 0;
    copy.interrupted = false;
    copy.traps = new Map(this.traps);
    copy.#specials(new Set(this.vars.special.keys()));
    return copy;
  }

  // --- special variables

  #specials(only?: Set<string>): void {
    const random = (): { u32(): number } => this.p.machine.random("bash-RANDOM");
    const add = (name: string, get: () => string | string[], set?: (value: string) => void): void => {
      if (!only || only.has(name)) this.vars.special.set(name, { get, ...(set ? { set } : {}) });
    };
    add("RANDOM", () => String(random().u32() & 32767));
    add("SRANDOM", () => String(random().u32()));
    add(
      "SECONDS",
      () => String(Math.floor((this.p.now - this.startedAt) / 1000)),
      (value) => (this.startedAt = this.p.now - Number.parseInt(value, 10) * 1000),
    );
    add("EPOCHSECONDS", () => String(Math.floor(this.p.now / 1000)));
    add("EPOCHREALTIME", () => `${Math.floor(this.p.now / 1000)}.${String(Math.floor(this.p.now % 1000) * 1000).padStart(6, "0")}`);
    add("LINENO", () => String(this.line));
    add("BASHPID", () => String(this.p.pid));
    add("PPID", () => String(this.p.machine.procs.get(this.shellPid)?.state.ppid ?? this.p.state.ppid));
    add("PIPESTATUS", () => this.pipeStatus.map(String));
    add("FUNCNAME", () =>
      this.frames.length > 0
        ? [...this.frames.map((f) => f.name).reverse(), ...(this.commandString === undefined && !this.fromStdin ? ["main"] : [])]
        : [],
    );
    add("BASH_SOURCE", () => this.sources());
    add("BASH_LINENO", () => [...this.frames.map((f) => String(f.line)).reverse(), ...(this.commandString === undefined ? ["0"] : [])]);
    add("BASH_SUBSHELL", () => String(this.depth));
    add("DIRSTACK", () => [this.p.cwd, ...this.dirs]);
    add("BASH_COMMAND", () => this.trapped ?? (this.command ? commandText(this.command, this.source) : ""));
    add("GROUPS", () => [this.p.state.gid, ...this.p.state.groups.filter((g) => g !== this.p.state.gid)].map(String));
    if (!only || only.has("HISTCMD")) this.vars.special.set("HISTCMD", { get: () => String(this.history.length + 1) });
  }

  sources(): string[] {
    const names = [this.source.name, ...this.frames.map((f) => f.source).reverse()];
    return this.commandString === undefined && !this.fromStdin ? names : names.slice(0, this.frames.length);
  }

  get line(): number {
    return this.source.lineOf(this.pos);
  }

  // --- messages

  /** What stands before a message of the shell itself (error_prolog of bash). */
  get prefix(): string {
    if (this.interactive || (this.depth > 0 && this.jobs.interactiveParent))
      return `${this.name0.slice(this.name0.lastIndexOf("/") + 1)}: `;
    const file = this.frames.length > 0 || (this.commandString === undefined && !this.fromStdin) ? this.source.name : "";
    return `${file === "" ? this.name0 : file}: line ${this.line}: `;
  }

  async error(message: string): Promise<void> {
    try {
      await this.p.err(`${this.prefix}${message}\n`);
    } catch (error) {
      // nobody hears of a message that cannot be written
      if (!(error instanceof Errno) || error.code === "EINTR") throw error;
    }
  }

  /** Says and counts what is not simulated; the status of it. */
  async notSimulated(error: NotSimulated): Promise<number> {
    const { machine } = this.p;
    machine.world.gap(machine.name, this.name0, error.what);
    await this.p.err(`${error.message}\n`);
    return 125;
  }

  /** Lets through what is not a failure of the command itself; turns the rest into its message. */
  message(error: unknown): string {
    if (error instanceof Errno) {
      if (error.code === "EINTR") {
        this.checkSignals();
        throw new DiscardFlow(130);
      }
      return error.message;
    }
    if (
      error instanceof Ended ||
      error instanceof NotSimulated ||
      error instanceof BreakFlow ||
      error instanceof ReturnFlow ||
      error instanceof ExitFlow ||
      error instanceof DiscardFlow ||
      error instanceof KilledFlow
    )
      throw error;
    throw error;
  }

  // --- parameters

  specialParameter(name: string): string | undefined {
    switch (name) {
      case "?":
        return String(this.status);
      case "$":
        return String(this.shellPid);
      case "!":
        return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case "#":
        return String(this.positional.length);
      case "-":
        return dollarMinus(this.flags, { interactive: this.interactive, command: this.commandString !== undefined, stdin: this.fromStdin });
      case "0":
        return this.name0;
      default:
        return this.positional[Number(name) - 1];
    }
  }

  /** $name */
  parameter(name: string, quoted: boolean, out: Pieces): void {
    const first = name.charCodeAt(0);
    // a name rather than @ * # ? - $ ! or a digit
    if (first >= 65) {
      if (name === "_") {
        out.push({ text: this.lastArgument, quoted, split: !quoted });
        return;
      }
      const value = this.vars.get(name);
      if (value === undefined) {
        const target = this.vars.resolve(name);
        const all = target === name ? null : /^(\w+)\[([@*])\]$/.exec(target);
        if (all) return this.emitAll(this.vars.values(all[1]!), all[2] as "@" | "*", quoted, out);
        this.unbound(name);
      }
      out.push({ text: value ?? "", quoted, split: !quoted });
      return;
    }
    if (name === "@" || name === "*") return this.emitAll(this.positional, name, quoted, out);
    const value = this.specialParameter(name);
    if (value === undefined) this.unbound(name);
    out.push({ text: value ?? "", quoted, split: !quoted });
  }

  emitAll(values: readonly string[], all: "@" | "*", quoted: boolean, out: Pieces): void {
    if (quoted && all === "*") {
      const ifs = this.vars.get("IFS");
      out.push({ text: values.join(ifs === undefined ? " " : ifs.slice(0, 1)), quoted, split: false });
      return;
    }
    values.forEach((text, i) => {
      if (i > 0) out.push(null);
      out.push({ text, quoted, split: !quoted });
    });
  }

  /** With `set -u`, a parameter that is not set is an error. */
  unbound(name: string, index?: string): void {
    if (!this.flags.nounset) return;
    throw new ExpansionError(`${/^\d/.test(name) ? `$${name}` : name}${index === undefined ? "" : `[${index}]`}: unbound variable`, 127);
  }

  variableNames(prefix: string): string[] {
    return [...new Set([...this.vars.all.keys(), ...this.vars.special.keys()])].filter((name) => name.startsWith(prefix)).sort();
  }

  /** ~ and ~user */
  home(user: string): string {
    if (user === "+") return this.vars.get("PWD") ?? this.p.cwd;
    if (user === "-") return this.vars.get("OLDPWD") ?? "~-";
    const home = user === "" ? this.vars.get("HOME") : undefined;
    if (home !== undefined) return home;
    for (const line of (this.p.fs.tryReadText("/etc/passwd") ?? "").split("\n")) {
      const fields = line.split(":");
      if (user === "" ? fields[2] === String(this.p.uid) : fields[0] === user) return fields[5] ?? `~${user}`;
    }
    return `~${user}`;
  }

  arithmetic(text: string): bigint {
    try {
      return evaluate(text, {
        read: (name, index) => {
          const value = index === undefined ? this.vars.get(name) : this.vars.element(name, index);
          if (value === undefined && this.flags.nounset) this.unbound(name, index);
          return value;
        },
        write: (name, index, value) => this.vars.set(name, value, index),
      });
    } catch (error) {
      if (error instanceof ArithmeticError) throw new ExpansionError(error.message);
      throw error;
    }
  }

  isBuiltin(name: string): boolean {
    return builtins.has(name);
  }
  builtinNames(): string[] {
    return [...builtins.keys()].sort();
  }

  functionText(f: ShellFunction): string {
    return shellFunctionText(f);
  }

  // --- children

  /**
   * Runs `body` in a forked copy of this shell. Throws Errno EAGAIN.
   * `fds`: its descriptors, all of ours when missing.
   * `listsJobs`: it still sees our jobs, which bash leaves to command and process substitutions and to `jobs` in a pipeline.
   */
  fork(body: (child: Shell) => Promise<number>, options: ForkOptions = {}): Proc {
    const child = this.clone();
    if (options.listsJobs) child.jobs = this.jobs.inherited();
    child.jobs.interactiveParent = this.interactive || this.jobs.interactiveParent;
    const proc = this.p.fork(async (p) => {
      child.p = p;
      return await child.#life(body);
    }, options);
    this.#childSignals(proc, options.job ?? false);
    child.p = proc;
    return proc;
  }

  #childSignals(child: Proc, job: boolean): void {
    // a background child of a shell without job control ignores the keyboard's signals
    if (job && !this.flags.monitor) {
      child.traps.set("SIGINT", "ignore");
      child.traps.set("SIGQUIT", "ignore");
    }
    for (const [name, command] of this.traps) if (command === "" && name.startsWith("SIG")) child.traps.set(name as Signal, "ignore");
    if (this.interactive)
      for (const signal of ["SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGTERM", "SIGINT", "SIGQUIT"] as const)
        if (!(job && !this.flags.monitor)) child.traps.delete(signal);
  }

  async #life(body: (child: Shell) => Promise<number>): Promise<number> {
    // traps are reset in a child, except that ignored signals stay ignored
    for (const [name, command] of this.traps) {
      const inherited = (name === "ERR" && this.flags.errtrace) || ((name === "DEBUG" || name === "RETURN") && this.flags.functrace);
      if (command !== "" && !inherited) this.traps.delete(name);
    }
    this.flags.monitor = false;
    return await this.live(() => body(this));
  }

  /** Runs a whole shell: what leaves it, its EXIT trap, and how it ends. */
  async live(body: () => Promise<number>): Promise<number> {
    let status: number;
    try {
      status = await body();
    } catch (error) {
      if (error instanceof ExitFlow || error instanceof ReturnFlow || error instanceof DiscardFlow) status = error.status;
      else if (error instanceof BreakFlow) status = 0;
      else if (error instanceof KilledFlow) {
        await this.exitTrap(128 + signals[error.signal]);
        this.p.finish({ code: 0, signal: error.signal });
        throw new Ended({ code: 0, signal: error.signal });
      } else throw error;
    }
    return await this.exitTrap(status);
  }

  /** Runs the EXIT trap, which may change the status. */
  async exitTrap(status: number): Promise<number> {
    const command = this.traps.get("EXIT");
    if (command === undefined || command === "") return status;
    this.traps.delete("EXIT");
    this.status = status;
    this.noErrexit = 0;
    this.killedBy = undefined;
    try {
      await this.evaluateText(command, "trap");
      return status;
    } catch (error) {
      if (error instanceof ExitFlow || error instanceof DiscardFlow) return error.status;
      if (error instanceof ReturnFlow || error instanceof BreakFlow) return status;
      throw error;
    }
  }

  /** Output of a command, without trailing newlines. */
  async substitute(script: Script, text: string): Promise<string> {
    const only = script.commands.length === 1 ? script.commands[0]!.command : undefined;
    if (only?.type === "Command" && !only.name && only.prefix.length === 1 && only.suffix.length === 0) {
      const redirect = only.prefix[0];
      if (redirect?.type === "Redirect" && redirect.operator === "<" && redirect.target && !redirect.descriptor)
        return await this.#fileText(redirect.target);
    }
    const [read, write] = this.p.pipe();
    read.retain();
    write.retain();
    const fds = new Map(this.p.fds);
    fds.set(1, write);
    let child: Proc;
    try {
      child = await this.started(() =>
        this.fork(
          async (sh) => {
            if (!sh.shopt.inherit_errexit) sh.flags.errexit = false;
            sh.temporary = [];
            sh.indirection++;
            if (script.source !== undefined) sh.source = new Source(script.source, sh.source.name, sh.line);
            return await runStatements(sh, script.commands, true);
          },
          { fds, listsJobs: true },
        ),
      );
    } catch (error) {
      read.release();
      write.release();
      throw error;
    }
    write.release();
    const parts: Uint8Array[] = [];
    let held = 0;
    try {
      for (;;) {
        const part = await read.read(65536, this.p);
        if (part.length === 0) break;
        this.p.hold(part.length);
        held += part.length;
        parts.push(part);
        await this.p.tick();
      }
    } finally {
      this.p.hold(-held);
      read.release();
    }
    this.status = this.substituted = shellStatus(await this.p.wait(child));
    if (child.status?.signal === "SIGINT" && this.interactive) throw new DiscardFlow(130);
    void text;
    return decodeText(Buffer.concat(parts)).replaceAll("\0", "").replace(/\n+$/, "");
  }

  async #fileText(target: import("unbash").Word): Promise<string> {
    const path = await expandTarget(this, target);
    try {
      const file = this.p.open(path, { read: true }).retain();
      const parts: Uint8Array[] = [];
      let held = 0;
      try {
        for (;;) {
          const part = await file.read(65536, this.p);
          if (part.length === 0) break;
          this.p.hold(part.length);
          held += part.length;
          parts.push(part);
          await this.p.tick();
        }
      } finally {
        this.p.hold(-held);
        file.release();
      }
      this.status = this.substituted = 0;
      return decodeText(Buffer.concat(parts)).replaceAll("\0", "").replace(/\n+$/, "");
    } catch (error) {
      if (error instanceof MemoryExhausted) throw error;
      await this.error(`${path}: ${error instanceof Errno ? error.text : this.message(error)}`);
      this.status = this.substituted = 1;
      return "";
    }
  }

  /** Starts a process; when there are too many, tries again after 1, 2, 4 and 8 seconds, then gives up the line (make_child). */
  async started<T>(start: () => T): Promise<T> {
    for (let wait = 1000; ; wait *= 2) {
      try {
        return start();
      } catch (error) {
        if (!(error instanceof Errno) || error.code !== "EAGAIN") throw error;
        const name = this.prefix.replace(/line \d+: $/, "");
        if (wait > 8000) {
          await this.p.err(`${name}fork: ${error.text}\n`);
          throw this.interactive ? new DiscardFlow(254) : new ExitFlow(254);
        }
        await this.p.err(`${name}fork: retry: ${error.text}\n`);
        await this.p.sleep(wait);
      }
    }
  }

  /** <(…) and >(…): the path under which the command finds the pipe. */
  async processSubstitution(script: Script, operator: "<" | ">"): Promise<string> {
    const [read, write] = this.p.pipe();
    read.retain();
    write.retain();
    const ours = operator === "<" ? read : write;
    const theirs = operator === "<" ? write : read;
    const fds = new Map(this.p.fds);
    for (const { fd } of this.temporary) fds.delete(fd);
    fds.set(operator === "<" ? 1 : 0, theirs);
    const proc = await this.started(() =>
      this.fork((sh) => ((sh.temporary = []), runStatements(sh, script.commands, true)), { fds, listsJobs: true }),
    );
    theirs.release();
    let fd = 63;
    while (this.p.fds.has(fd)) fd--;
    this.p.setFd(fd, ours);
    ours.release();
    this.temporary.push({ fd, proc });
    this.lastBackground = proc.pid;
    this.jobs.remember(proc);
    return `/dev/fd/${fd}`;
  }

  /** Closes the pipes of process substitutions that came up since `mark`. */
  closeTemporary(mark: number): void {
    for (const { fd } of this.temporary.splice(mark)) this.p.closeFd(fd);
  }

  // --- running text

  /** eval, traps, PROMPT_COMMAND: the text runs in this shell; its lines are counted from where we are. */
  async evaluateText(text: string, kind: "eval" | "trap" | "command-trap"): Promise<number> {
    const { source, pos } = this;
    const next = new Source(text, source.name, kind === "trap" ? 1 : this.line);
    this.source = next;
    this.pos = 0;
    this.indirection++;
    const saved = { status: this.status, command: this.command, trapped: this.trapped };
    if (kind === "trap") this.trapped ??= this.command && commandText(this.command, source);
    try {
      const status = await this.runText(next, kind === "eval" ? "eval" : undefined);
      if (kind !== "eval") this.status = saved.status;
      return status;
    } finally {
      this.indirection--;
      this.source = source;
      this.pos = pos;
      if (kind !== "eval") {
        this.command = saved.command;
        this.trapped = saved.trapped;
      }
    }
  }

  /**
   * Runs all of a source. What stands before a syntax error runs first, as bash reads and runs line by line; `label` goes
   * into the syntax error's message (`-c`, `eval`).
   */
  async runText(source: Source, label?: string): Promise<number> {
    const script = parseScript(source.text);
    const failure = syntaxError(script, source);
    const statements = failure ? script.commands.filter((statement) => source.lineOf(statement.end) < failure.fromLine) : script.commands;
    this.source = source;
    let status = statements.length === 0 && !failure ? 0 : this.status;
    if (statements.length === 0 && !failure) this.status = 0;
    // a unit is what stands on one line: an expansion error gives up the rest of it
    for (let at = 0; at < statements.length;) {
      let to = at + 1;
      while (to < statements.length && !source.text.slice(statements[to - 1]!.end, statements[to]!.pos).includes("\n")) to++;
      try {
        status = await runStatements(this, statements.slice(at, to), label === "-c" && to === statements.length && !failure);
      } catch (error) {
        if (!(error instanceof DiscardFlow) || this.returns > 0 || this.depth > 0) throw error;
        if (this.interactive) throw error;
        status = this.status = error.status;
      }
      at = to;
    }
    if (failure) {
      const own = label === "eval" && source.name !== "" && this.commandString === undefined ? source.name : this.name0;
      const prefix = this.interactive
        ? `${this.name0.slice(this.name0.lastIndexOf("/") + 1)}: `
        : `${label === undefined ? source.name || this.name0 : `${own}: ${label}`}: `;
      const location = this.interactive ? "" : `line ${failure.line}: `;
      const { earlier } = failure;
      if (earlier) await this.p.err(`${prefix}${this.interactive ? "" : `line ${earlier.line}: `}${earlier.message}\n`);
      if (failure.message !== "") await this.p.err(`${prefix}${location}${failure.message}\n`);
      if (failure.shown !== undefined && !this.interactive) await this.p.err(`${prefix}${location}\`${failure.shown}'\n`);
      const kept = failure.status === "kept" && label !== "eval" && this.returns === 0;
      status = this.status = kept ? this.status : typeof failure.status === "number" ? failure.status : 2;
      if (!this.interactive && label !== "eval" && this.returns === 0) throw new ExitFlow(status);
    }
    return status;
  }

  // --- signals

  /** What has come in since the last command: traps, ^C, an end. */
  checkSignals(): void {
    if (this.killedBy) throw new KilledFlow(this.killedBy);
    if (this.interrupted) {
      this.interrupted = false;
      throw new DiscardFlow(130);
    }
  }

  async runPending(): Promise<void> {
    this.checkSignals();
    while (this.pending.length > 0) {
      const signal = this.pending.shift()!;
      const command = this.traps.get(signal);
      if (command) {
        const { status } = this;
        await this.evaluateText(command, "trap");
        this.status = status;
      }
    }
  }

  /** Brings the process's signal handling in line with the traps. */
  installSignal(signal: Signal): void {
    const command = this.traps.get(signal);
    const { traps } = this.p;
    if (command === "") traps.set(signal, "ignore");
    else if (command !== undefined) {
      traps.set(signal, () => {
        this.pending.push(signal);
        if (this.waiting) this.p.interrupt();
      });
    } else if (this.interactive && signal === "SIGINT") {
      traps.set(signal, () => {
        this.interrupted = true;
        this.p.interrupt();
      });
    } else if (
      this.interactive &&
      (signal === "SIGTERM" || signal === "SIGQUIT" || signal === "SIGTSTP" || signal === "SIGTTOU" || signal === "SIGTTIN")
    )
      traps.set(signal, "ignore");
    else if (
      (signal === "SIGHUP" || signal === "SIGINT" || signal === "SIGTERM") &&
      (this.traps.has("EXIT") || (this.interactive && signal === "SIGHUP"))
    ) {
      traps.set(signal, () => {
        this.killedBy = signal;
        this.p.interrupt();
      });
    } else traps.delete(signal);
  }

  installSignals(): void {
    for (const signal of Object.keys(signals) as Signal[]) if (signal !== "SIGCHLD" || this.traps.has(signal)) this.installSignal(signal);
  }

  /** Waits for a child in the foreground. */
  async waitFor(child: Proc): Promise<number> {
    const status = await this.p.wait(child);
    return shellStatus(status);
  }
}
