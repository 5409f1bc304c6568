/** Execution of the syntax tree. */
import type { AndOr, ArrayValue, Assignment, CommandNode, CompoundList, Pipeline, PipelineNode, Redirect, Statement, Word } from "unbash";
import { NotSimulated } from "../core/errno.ts";
import { nullDevice, type OpenFile } from "../kernel/file.ts";
import { MemoryExhausted } from "../kernel/limits.ts";
import { shellStatus, type Proc } from "../kernel/proc.ts";
import { commandText } from "./command-text.ts";
import { compoundCommand } from "./compound.ts";
import { expandString, expandText, expandWord, ExpansionError, RedirectionError } from "./expand.ts";
import { DiscardFlow, ExitFlow } from "./flow.ts";
import { waitForeground } from "./foreground.ts";
import { traced } from "./quote.ts";
import { implied, redirect, restore, type Saved } from "./redirect.ts";
import { runSimple } from "./simple.ts";
import type { Shell } from "./shell.ts";
import { subscript } from "./parameter.ts";
import { subscriptOf, wordOf } from "./syntax.ts";
import { ReadonlyVariable } from "./variables.ts";

/** `last`: the process has nothing left to do afterwards, so its last command may replace it. */
export async function runStatements(sh: Shell, statements: readonly Statement[], last = false): Promise<number> {
  let status = 0;
  for (let i = 0; i < statements.length; i++) {
    const statement = statements[i]!;
    if (sh.flags.noexec && !sh.interactive) continue;
    status = await runStatement(sh, statement, last && i === statements.length - 1);
  }
  if (statements.length === 0) sh.status = 0;
  return status;
}

export const runList = (sh: Shell, list: CompoundList): Promise<number> => runStatements(sh, list.commands);

async function runStatement(sh: Shell, statement: Statement, last: boolean): Promise<number> {
  const turn = sh.p.tick();
  if (turn) await turn;
  if (sh.pending.length > 0 || sh.killedBy || sh.interrupted) await sh.runPending();
  const { command } = statement;
  if (statement.background) return await background(sh, statement);
  if (command.type === "AndOr") return await andOr(sh, command, last);
  return await pipelineNode(sh, command, last);
}

async function andOr(sh: Shell, node: AndOr, last: boolean): Promise<number> {
  let status = 0;
  for (let i = 0; i < node.commands.length; i++) {
    if (i > 0 && (node.operators[i - 1] === "&&") !== (status === 0)) continue;
    const final = i === node.commands.length - 1;
    if (final) status = await pipelineNode(sh, node.commands[i]!, last);
    else {
      sh.noErrexit++;
      try {
        status = await pipelineNode(sh, node.commands[i]!, false);
      } finally {
        sh.noErrexit--;
      }
    }
  }
  return status;
}

async function pipelineNode(sh: Shell, node: PipelineNode, last: boolean): Promise<number> {
  if (node.type === "Pipeline") return await pipeline(sh, node);
  const status = await runCommand(sh, node, last);
  sh.status = status;
  if (node.type !== "Function") sh.pipeStatus = [status];
  if (status !== 0 && failable.has(node.type)) await failed(sh, status, node);
  return status;
}

/** The DEBUG trap, before a simple command and before what a compound command tests or goes through. */
export async function debugTrap(sh: Shell, at: { pos: number }, text: () => string): Promise<void> {
  const trap = sh.traps.get("DEBUG");
  if (!trap || sh.inTrap || (sh.frames.length > 0 && !sh.flags.functrace)) return;
  sh.pos = at.pos;
  sh.inTrap = true;
  sh.trapped = text();
  try {
    await sh.evaluateText(trap, "command-trap");
  } finally {
    sh.inTrap = false;
    sh.trapped = undefined;
  }
}

/** Commands whose failure counts for `set -e` (a compound command's parts have been looked at one by one). */
const failable = new Set(["Command", "Subshell", "TestCommand", "ArithmeticCommand", "Pipeline"]);

async function failed(sh: Shell, status: number, node: PipelineNode): Promise<void> {
  if (sh.noErrexit > 0) return;
  const trap = sh.traps.get("ERR");
  if (trap && !sh.inTrap && (sh.frames.length === 0 || sh.flags.errtrace)) {
    // of a pipeline bash has run the last command itself
    const at = node.type === "Pipeline" ? node.commands.at(-1)! : node;
    const { pos } = sh;
    sh.inTrap = true;
    sh.trapped = commandText(at as CommandNode, sh.source);
    try {
      sh.pos = at.pos;
      await sh.evaluateText(trap, "command-trap");
      sh.pos = pos;
    } finally {
      sh.inTrap = false;
      sh.trapped = undefined;
    }
    sh.status = status;
  }
  if (sh.flags.errexit) throw new ExitFlow(status);
}

/** One command, whatever its kind; expansion errors are printed here. */
export async function runCommand(sh: Shell, node: CommandNode, last = false): Promise<number> {
  try {
    switch (node.type) {
      case "Command":
        return await runSimple(sh, node, last);
      case "Redirected": {
        const saved: Saved = new Map();
        const mark = sh.temporary.length;
        try {
          sh.pos = node.redirects[0]?.pos ?? node.pos;
          await redirect(sh, node.redirects, saved);
        } catch (error) {
          if (!(error instanceof RedirectionError)) throw error;
          await sh.error(error.message);
          sh.closeTemporary(mark);
          return await afterFailure(sh, node.command.type === "Subshell" ? "Subshell" : "", 1, node);
        }
        try {
          const status = await runCommand(sh, node.command);
          if (status !== 0 && failable.has(node.command.type)) {
            sh.status = status;
            await failed(sh, status, node);
          }
          return status;
        } finally {
          restore(sh, saved);
          sh.closeTemporary(mark);
        }
      }
      case "Subshell":
        sh.pos = node.pos;
        return await subshell(sh, node.body, last);
      case "Function": {
        const { name, body } = node;
        const text = name.text.replaceAll(/['"\\]/g, "");
        if (sh.functions.get(text)?.readonly) {
          await sh.error(`${text}: readonly function`);
          return 1;
        }
        sh.functions.set(text, { name: text, body, source: sh.source, pos: node.pos, end: node.end, exported: false, readonly: false });
        return 0;
      }
      case "Coproc":
        throw new NotSimulated("coproc");
      default:
        return await compoundCommand(sh, node);
    }
  } catch (error) {
    if (error instanceof ExpansionError) {
      await sh.error(error.message);
      sh.status = 1;
      // ${x?} and set -u end a shell that is not interactive; under -c with status 127 (parse_and_execute)
      if (error.status === 127 && !sh.interactive) throw new ExitFlow(sh.commandString !== undefined && sh.depth === 0 ? 127 : 1);
      throw new DiscardFlow(1);
    }
    if (error instanceof MemoryExhausted || (error instanceof RangeError && error.message === "Invalid string length")) {
      // fatal in bash as well, an interactive one included; the number is that of a size_t that went over
      await sh.p.err(`${sh.prefix.replace(/line \d+: $/, "")}xrealloc: cannot allocate 18446744071562067968 bytes\n`);
      throw new ExitFlow(2);
    }
    if (error instanceof ReadonlyVariable || error instanceof RangeError) {
      await sh.error(error.message);
      sh.status = 1;
      return 1;
    }
    throw error;
  }
}

async function afterFailure(sh: Shell, kind: string, status: number, node: PipelineNode): Promise<number> {
  void kind;
  sh.status = status;
  await failed(sh, status, node);
  return status;
}

async function subshell(sh: Shell, body: CompoundList, last: boolean): Promise<number> {
  if (last && sh.depth > 0 && sh.traps.size === 0) {
    // already a child with nothing else to do
    sh.depth++;
    sh.jobs.clear();
    return await runStatements(sh, body.commands);
  }
  const child = await sh.started(() => sh.fork((copy) => runStatements(copy, body.commands, true), sh.flags.monitor ? { pgid: true } : {}));
  return await waitForeground(sh, [child], `( ${sh.source.text.slice(body.pos, body.end).trim()} )`);
}

/** What bash shows for a job. */
const jobText = (sh: Shell, node: { pos: number; end: number }): string =>
  sh.source.text
    .slice(node.pos, node.end)
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");

async function background(sh: Shell, statement: Statement): Promise<number> {
  const fds = new Map(sh.p.fds);
  if (!sh.flags.monitor) fds.set(0, nullDevice());
  const { command } = statement;
  const text = jobText(sh, command);
  let procs: Proc[];
  let pgid = sh.p.state.pgid;
  if (command.type === "Pipeline" && command.prefixes.length === 0)
    ({ procs } = await startPipeline(sh, command, fds, true, command.commands.length));
  else {
    if (command.type === "Command") await debugTrap(sh, command, () => commandText(command, sh.source));
    const run = (child: Shell): Promise<number> =>
      command.type === "AndOr"
        ? andOr(child, command, true)
        : command.type === "Pipeline"
          ? pipelineNode(child, command, true)
          : forked(child, command);
    procs = [await sh.started(() => sh.fork(run, { fds, job: true, ...(sh.flags.monitor ? { pgid: true as const } : {}) }))];
  }
  if (sh.flags.monitor) pgid = procs[0]!.pid;
  const last = procs.at(-1)!;
  sh.lastBackground = last.pid;
  for (const proc of procs) sh.jobs.remember(proc);
  const job = sh.jobs.add(procs, pgid, text, true, command.type === "Pipeline" ? command.commands.map((one) => jobText(sh, one)) : [text]);
  if (sh.interactive) sh.p.log(`[${job.id}] ${last.pid}`);
  return (sh.status = 0);
}

/** `cmd |&`: 2>&1 after the redirections of the command itself. */
function withErrors(node: CommandNode): CommandNode {
  const place = { pos: node.pos, end: node.pos };
  const extra: Redirect = {
    type: "Redirect",
    operator: ">&",
    descriptor: { type: "FileDescriptor", value: 2, ...place },
    target: { type: "Word", text: "1", value: "1", ...place },
    ...place,
  };
  if (node.type === "Command") {
    implied.set(node, extra);
    return node;
  }
  if (node.type === "Redirected") return { ...node, redirects: [...node.redirects, extra] };
  if (node.type === "Function" || node.type === "Coproc") return node;
  return { type: "Redirected", command: node, redirects: [extra], pos: node.pos, end: node.end };
}

async function forked(child: Shell, command: CommandNode): Promise<number> {
  if (command.type === "Command") child.debugged = command;
  return await pipelineNode(child, command, true);
}

/** `jobs` itself, whose output bash allows to be piped (jobs_hack). */
function isJobs(node: CommandNode): boolean {
  if (node.type !== "Command") return false;
  return (node.name?.value === "command" ? node.args[0]?.text : node.name?.value) === "jobs";
}

/** Starts the first `count` processes of a pipeline; `rest`: what the next would read. */
async function startPipeline(
  sh: Shell,
  node: Pipeline,
  base: Map<number, OpenFile>,
  job: boolean,
  count: number,
): Promise<{ procs: Proc[]; rest?: OpenFile }> {
  const procs: Proc[] = [];
  let input: OpenFile | undefined;
  let pgid: true | number | undefined = sh.flags.monitor ? true : undefined;
  for (let i = 0; i < count; i++) {
    const command = node.operators[i] === "|&" ? withErrors(node.commands[i]!) : node.commands[i]!;
    const fds = new Map(base);
    if (input) fds.set(0, input);
    let output: [OpenFile, OpenFile] | undefined;
    if (i < node.commands.length - 1) {
      output = sh.p.pipe();
      output[0].retain();
      output[1].retain();
      fds.set(1, output[1]);
    }
    // a simple command's trap runs before the fork, in this shell
    if (command.type === "Command") await debugTrap(sh, command, () => commandText(command, sh.source));
    try {
      const group: true | number | undefined = pgid;
      const proc: Proc = await sh.started(() =>
        sh.fork((child) => forked(child, command), {
          fds,
          job,
          listsJobs: !job && isJobs(command),
          ...(group === undefined ? {} : { pgid: group }),
        }),
      );
      if (pgid === true) pgid = proc.pid;
      procs.push(proc);
    } finally {
      input?.release();
      output?.[1].release();
      input = output?.[0];
    }
  }
  return { procs, ...(input ? { rest: input } : {}) };
}

/** `shopt -s lastpipe`: the last command runs in this shell. */
async function lastInShell(sh: Shell, node: Pipeline): Promise<number> {
  const count = node.commands.length - 1;
  const { procs, rest } = await startPipeline(sh, node, sh.p.fds, false, count);
  const before = sh.p.fds.get(0)?.retain();
  sh.p.setFd(0, rest!);
  rest!.release();
  let status: number;
  try {
    status = await pipelineNode(sh, node.commands[count]!, false);
  } finally {
    restore(sh, new Map([[0, before]]));
  }
  for (const proc of procs) await sh.p.wait(proc);
  sh.pipeStatus = [...procs.map((p) => shellStatus(p.status!)), status];
  return sh.flags.pipefail ? (sh.pipeStatus.findLast((one) => one !== 0) ?? 0) : status;
}

async function pipeline(sh: Shell, node: Pipeline): Promise<number> {
  const negations = node.prefixes.filter((prefix) => prefix.type === "Negation").length;
  const time = node.prefixes.find((prefix) => prefix.type === "Time");
  const started = sh.p.now;
  let status: number;
  /** Whether a failure has been looked at already. */
  let counted = node.commands.length === 1;
  if (negations > 0) sh.noErrexit++;
  try {
    if (node.commands.length === 1) {
      status = await pipelineNode(sh, node.commands[0]!, false);
    } else if (node.commands.length === 0) {
      status = 0;
    } else if (sh.shopt.lastpipe && !sh.flags.monitor) {
      sh.pos = node.pos;
      status = await lastInShell(sh, node);
      counted = status === sh.pipeStatus.at(-1);
    } else {
      sh.pos = node.pos;
      const { procs } = await startPipeline(sh, node, sh.p.fds, false, node.commands.length);
      status = await waitForeground(sh, procs, jobText(sh, node));
      sh.pipeStatus = procs.map((p) => (p.status ? shellStatus(p.status) : 148));
      if (sh.flags.pipefail) status = sh.pipeStatus.findLast((s) => s !== 0) ?? 0;
    }
  } finally {
    if (negations > 0) sh.noErrexit--;
  }
  if (time) await sh.p.err(timeText(sh, sh.p.now - started, time.posix !== undefined));
  if (negations % 2 === 1) status = status === 0 ? 1 : 0;
  sh.status = status;
  if (status !== 0 && negations === 0 && !counted) await failed(sh, status, node);
  return status;
}

function timeText(sh: Shell, ms: number, posix: boolean): string {
  if (posix) return `real ${(ms / 1000).toFixed(2)}\nuser 0.00\nsys 0.00\n`;
  const one = (t: number): string => `${Math.floor(t / 60000)}m${((t % 60000) / 1000).toFixed(3)}s`;
  const format = sh.vars.get("TIMEFORMAT");
  if (format === undefined) return `\nreal\t${one(ms)}\nuser\t${one(0)}\nsys\t${one(0)}\n`;
  if (format === "") return "";
  const text = format.replaceAll(/%(\d)?(l)?([RUSP%])/g, (_all, digits: string | undefined, long: string | undefined, kind: string) => {
    if (kind === "%") return "%";
    if (kind === "P") return "0.00";
    const t = kind === "R" ? ms : 0;
    const places = Math.min(3, Number(digits ?? 3));
    return long ? `${Math.floor(t / 60000)}m${((t % 60000) / 1000).toFixed(places)}s` : (t / 1000).toFixed(places);
  });
  return `${text}\n`;
}

// --- assignments

/** name=value, name[i]=value, name=(…), with += . */
export async function assign(sh: Shell, a: Assignment, trace = false): Promise<void> {
  if (a.value.type === "ArrayValue") {
    await assignArray(sh, a.name, a.value, a.append ?? false);
    if (trace) await sh.p.err(`${await ps4(sh)}${a.text}\n`);
    return;
  }
  const value = await expandString(sh, a.value, "assign");
  const index = a.index ? await subscript(sh, a.name, a.index) : undefined;
  if (a.index && isEmptySubscript(sh, a.name, a.index, index!)) throw new RangeError(`${a.name}[${a.index.text}]: bad array subscript`);
  if (trace) await sh.p.err(`${await ps4(sh)}${a.text.slice(0, a.text.indexOf("=") + 1)}${value === "" ? "" : traced(value)}\n`);
  sh.vars.set(a.name, value, index, a.append ?? false);
}

const isEmptySubscript = (sh: Shell, name: string, written: Word, expanded: string): boolean =>
  written.text.trim() === "" || (expanded === "" && sh.vars.find(name)?.kind === "assoc");

export async function assignArray(sh: Shell, name: string, value: ArrayValue, append: boolean): Promise<void> {
  setElements(sh, name, await arrayElements(sh, value), append);
}

export interface Element {
  /** [key]= as the key of an associative array, and as an arithmetic expression. */
  key: { text: string; expression: string } | undefined;
  value: string;
  append?: boolean;
}

/** The elements of (…), expanded. */
export async function arrayElements(sh: Shell, value: ArrayValue): Promise<Element[]> {
  const elements: Element[] = [];
  for (const word of value.elements) {
    const keyed = keyOf(word);
    if (keyed) {
      const text = await expandString(sh, keyed.key);
      if (keyed.key.text === "") {
        await sh.error(`${word.text}: bad array subscript`);
        continue;
      }
      const expression = /[$`]/.test(keyed.key.text) ? text : keyed.key.text;
      elements.push({ key: { text, expression }, value: await expandString(sh, keyed.value, "assign"), append: keyed.append });
      continue;
    }
    const fields: string[] = [];
    await expandWord(sh, word, fields);
    for (const field of fields) elements.push({ key: undefined, value: field });
  }
  return elements;
}

export function setElements(sh: Shell, name: string, elements: Element[], append: boolean): void {
  const keyed = sh.vars.find(name)?.kind === "assoc";
  sh.vars.setArray(
    name,
    elements.map(({ key, ...rest }) => ({ key: key && (keyed ? key.text : key.expression), ...rest })),
    append,
  );
}

const keys = new WeakMap<Word, { key: Word; value: Word; append: boolean } | null>();

/** [key]=value within (…). */
function keyOf(word: Word): { key: Word; value: Word; append: boolean } | undefined {
  let found = keys.get(word);
  if (found === undefined) {
    found = null;
    if (word.text.startsWith("[")) {
      let depth = 0;
      let at = 0;
      for (; at < word.text.length; at++) {
        const c = word.text[at]!;
        if (c === "\\") at++;
        else if (c === "'" || c === '"') {
          const end = word.text.indexOf(c, at + 1);
          at = end < 0 ? word.text.length : end;
        } else if (c === "[") depth++;
        else if (c === "]" && --depth === 0) break;
      }
      const match = /^\](\+?)=/.exec(word.text.slice(at));
      if (match)
        found = {
          key: subscriptOf(word.text.slice(1, at)),
          value: wordOf(word.text.slice(at + match[0].length)),
          append: match[1] === "+",
        };
    }
    keys.set(word, found);
  }
  return found ?? undefined;
}

/** The prefix of a line of set -x: the first character of PS4 once for each level of nesting. */
export async function ps4(sh: Shell): Promise<string> {
  const text = sh.vars.get("PS4") ?? "+ ";
  const { xtrace } = sh.flags;
  sh.flags.xtrace = false;
  try {
    const expanded = await expandText(sh, text);
    return expanded.slice(0, 1).repeat(sh.indirection) + expanded;
  } finally {
    sh.flags.xtrace = xtrace;
  }
}
