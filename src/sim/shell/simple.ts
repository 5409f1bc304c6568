/** Simple commands: expansion, assignments, redirections, and which of function, builtin and program runs. */
import { sliceOf } from "../fs/content.ts";
import type { Assignment, Command, CommandArgument } from "unbash";
import { Errno, NotSimulated } from "../core/errno.ts";
import { which } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";
import { aliased } from "./alias.ts";
import { commandText } from "./command-text.ts";
import { specials } from "./builtins/builtin.ts";
import { builtins, declarations } from "./builtins/index.ts";
import { arrayElements, assign, debugTrap, ps4, runCommand, runList, setElements } from "./execute.ts";
import { expandString, expandWord, RedirectionError } from "./expand.ts";
import { waitForeground } from "./foreground.ts";
import { DiscardFlow, ExitFlow, ReturnFlow } from "./flow.ts";
import { traced } from "./quote.ts";
import { forget, redirect, redirectsOf, restore, type Saved } from "./redirect.ts";
import type { Shell, ShellFunction } from "./shell.ts";
import { subscript } from "./parameter.ts";
import { ReadonlyVariable } from "./variables.ts";
import { runScriptFile } from "./bash.ts";

/** An argument of a declaration builtin that assigns: name, and what to assign. */
export interface Declared {
  name: string;
  append: boolean;
  index: string | undefined;
  /** A scalar's value; undefined for arrays, which `array` assigns. */
  value: string | undefined;
  array: (() => void) | undefined;
  text: string;
}

export type Argument = string | Declared;

const prefixParts = new WeakMap<Command, Assignment[]>();
function assignmentsOf(node: Command): Assignment[] {
  let list = prefixParts.get(node);
  if (!list) {
    list = node.prefix.filter((part) => part.type === "Assignment");
    prefixParts.set(node, list);
  }
  return list;
}

export async function runSimple(sh: Shell, node: Command, last: boolean): Promise<number> {
  sh.pos = node.pos;
  if (sh.shopt.expand_aliases && sh.aliases.size > 0 && node.name) {
    const statements = aliased(sh, node);
    if (statements) return await statements();
  }
  sh.command = node;
  if (sh.traps.size > 0 && sh.debugged !== node) await debugTrap(sh, node, () => commandText(node, sh.source));
  sh.substituted = undefined;
  const mark = sh.temporary.length;
  const words: Argument[] = [];
  if (node.name) {
    const names: string[] = [];
    await expandWord(sh, node.name, names);
    words.push(...names);
    const declares = typeof words[0] === "string" && declarations.has(words[0]) && !sh.functions.has(words[0]);
    for (const argument of node.args) await expandArgument(sh, argument, declares, words);
  }
  const assignments = assignmentsOf(node);
  if (words.length === 0) return await assignOnly(sh, node, assignments, mark);

  const argv = words as string[];
  const name = argv[0]!;
  const values = assignments.length > 0 ? await prefixValues(sh, assignments) : none;
  if (sh.flags.xtrace) await trace(sh, words);
  const f = sh.functions.get(name);
  const builtin = f ? undefined : builtins.get(name);
  try {
    if (f) return await withRedirects(sh, node, () => callFunction(sh, f, argv, values));
    if (name === "exec") return await execCommand(sh, node, argv, values);
    if (builtin) return await withRedirects(sh, node, () => runBuiltin(sh, name, words, values));
    return await external(sh, node, argv, values, last);
  } finally {
    if (sh.temporary.length > mark) sh.closeTemporary(mark);
    const lastWord = words.at(-1)!;
    sh.lastArgument = typeof lastWord === "string" ? lastWord : lastWord.text;
  }
}

async function expandArgument(sh: Shell, argument: CommandArgument, declares: boolean, out: Argument[]): Promise<void> {
  if (argument.type === "Word") {
    await expandWord(sh, argument, out as string[]);
    return;
  }
  const { name, value, append } = argument;
  const index = argument.index ? await subscript(sh, name, argument.index) : undefined;
  if (value.type === "ArrayValue") {
    // the elements are expanded before the builtin changes anything (IFS, attributes)
    const elements = await arrayElements(sh, value);
    out.push({
      name,
      append: append ?? false,
      index,
      value: undefined,
      array: () => setElements(sh, name, elements, append ?? false),
      text: argument.text,
    });
    return;
  }
  const text = await expandString(sh, value, "assign");
  if (!declares) {
    out.push(`${name}${index === undefined ? "" : `[${index}]`}${append ? "+" : ""}=${text}`);
    return;
  }
  out.push({
    name,
    append: append ?? false,
    index,
    value: text,
    array: undefined,
    text: `${name}${index === undefined ? "" : `[${index}]`}${append ? "+" : ""}=${text}`,
  });
}

async function trace(sh: Shell, words: Argument[]): Promise<void> {
  const shown = words.map((word) =>
    typeof word === "string"
      ? traced(word)
      : word.value === undefined
        ? word.text
        : `${word.text.slice(0, word.text.indexOf("=") + 1)}${word.value === "" ? "" : traced(word.value)}`,
  );
  await sh.p.err(`${await ps4(sh)}${shown.join(" ")}\n`);
}

/** No command word: variables of this shell are set, then files are opened and closed again. */
async function assignOnly(sh: Shell, node: Command, assignments: Assignment[], mark: number): Promise<number> {
  sh.lastArgument = "";
  try {
    for (const a of assignments) {
      try {
        await assign(sh, a, sh.flags.xtrace);
      } catch (error) {
        if (!(error instanceof ReadonlyVariable || error instanceof RangeError)) throw error;
        await sh.error(error.message);
        sh.status = 1;
        // an assignment error gives up the line, and ends a shell that is not interactive when it is in POSIX mode
        throw new DiscardFlow(1);
      }
    }
    if (node.redirects.length > 0) {
      const saved: Saved = new Map();
      try {
        await redirect(sh, redirectsOf(node), saved);
        restore(sh, saved);
      } catch (error) {
        if (!(error instanceof RedirectionError)) throw error;
        await sh.error(error.message);
        return 1;
      }
    }
    return sh.substituted ?? 0;
  } finally {
    if (sh.temporary.length > mark) sh.closeTemporary(mark);
  }
}

async function withRedirects(sh: Shell, node: Command, run: () => Promise<number> | number): Promise<number> {
  if (redirectsOf(node).length === 0) return await run();
  const saved: Saved = new Map();
  try {
    await redirect(sh, redirectsOf(node), saved);
  } catch (error) {
    if (!(error instanceof RedirectionError)) throw error;
    await sh.error(error.message);
    return 1;
  }
  try {
    return await run();
  } finally {
    restore(sh, saved);
  }
}

/** An assignment before a command, expanded. */
export interface Prefix {
  name: string;
  value: string;
}
const none: Prefix[] = [];

async function prefixValues(sh: Shell, assignments: Assignment[]): Promise<Prefix[]> {
  const values: Prefix[] = [];
  // each sees those before it
  sh.vars.enter();
  try {
    for (const a of assignments) {
      if (a.value.type === "ArrayValue") continue;
      const text = await expandString(sh, a.value, "assign");
      if (sh.flags.xtrace) await sh.p.err(`${await ps4(sh)}${a.name}=${text === "" ? "" : traced(text)}\n`);
      // the command runs all the same, without it
      if (sh.vars.find(a.name)?.readonly) {
        await sh.error(`${a.name}: readonly variable`);
        continue;
      }
      const value = a.append ? (sh.vars.get(a.name) ?? "") + text : text;
      values.push({ name: a.name, value });
      if (assignments.length > 1) sh.vars.local(a.name).value = value;
    }
  } finally {
    sh.vars.leave();
  }
  return values;
}

/** Assignments before a function or builtin hold while it runs (for special builtins of POSIX mode they would stay). */
async function withAssignments(sh: Shell, values: readonly Prefix[], run: () => Promise<number> | number): Promise<number> {
  if (values.length === 0) return await run();
  sh.vars.enter();
  try {
    for (const { name, value } of values) {
      const v = sh.vars.local(name);
      v.value = value;
      v.exported = true;
    }
    return await run();
  } finally {
    sh.vars.leave();
  }
}

/** What writing to an open file can end with. */
const writeErrors = new Set(["EBADF", "ENOSPC", "EINVAL", "EIO", "EACCES", "EPERM", "EFBIG", "EBUSY", "ECONNRESET"]);

export async function runBuiltin(sh: Shell, name: string, words: Argument[], values: readonly Prefix[] = none): Promise<number> {
  const builtin = builtins.get(name)!;
  const outer = sh.builtinName;
  sh.builtinName = name;
  try {
    if (values.length > 0 && specials.has(name) && sh.flags.posix) {
      for (const { name: variable, value } of values) sh.vars.set(variable, value);
      return await builtin(sh, words as string[]);
    }
    return await withAssignments(sh, values, () => builtin(sh, words as string[]));
  } catch (error) {
    if (error instanceof ReadonlyVariable) {
      await sh.error(
        `${name === "read" || name === "unset" || declarations.has(name) ? (declarations.has(name) ? "" : "") : ""}${error.message}`,
      );
      return 1;
    }
    if (error instanceof Errno && error.code !== "EINTR") {
      if (error.code === "EPIPE") {
        await sh.error(`${name}: write error: Broken pipe`).catch(() => undefined);
        return 1;
      }
      await sh.error(`${name}: ${writeErrors.has(error.code) ? `write error: ${error.text}` : error.message}`);
      return 1;
    }
    if (error instanceof Errno) {
      sh.message(error);
    }
    // as with a program that is not simulated: status 125, and the shell is still there
    if (error instanceof NotSimulated) return sh.notSimulated(error);
    throw error;
  } finally {
    sh.builtinName = outer;
  }
}

const maxCalls = 10_000;

async function callFunction(sh: Shell, f: ShellFunction, argv: string[], values: readonly Prefix[] = none): Promise<number> {
  return await withAssignments(sh, values, async () => {
    const limit = Number(sh.vars.get("FUNCNEST") ?? 0);
    if ((limit > 0 && sh.frames.length >= limit) || sh.frames.length >= maxCalls) {
      await sh.error(`${f.name}: maximum function nesting level exceeded (${limit > 0 ? limit : maxCalls})`);
      throw new DiscardFlow(1);
    }
    const { positional, source, pos, loops } = sh;
    // a RETURN trap is that of the function that sets it, unless functions inherit it
    const outerReturn = sh.flags.functrace ? undefined : sh.traps.get("RETURN");
    if (outerReturn !== undefined) sh.traps.delete("RETURN");
    sh.frames.push({ name: f.name, source: source.name, line: sh.line });
    sh.positional = argv.slice(1);
    sh.source = f.source;
    sh.loops = 0;
    sh.returns++;
    sh.vars.enter();
    let status: number;
    try {
      status = f.body.type === "CompoundList" ? await runList(sh, f.body) : await runCommand(sh, f.body);
    } catch (error) {
      if (!(error instanceof ReturnFlow)) throw error;
      status = error.status;
    } finally {
      const trap = sh.traps.get("RETURN");
      if (trap) await sh.evaluateText(trap, "trap");
      else if (outerReturn !== undefined) sh.traps.set("RETURN", outerReturn);
      sh.vars.leave();
      sh.returns--;
      sh.loops = loops;
      sh.positional = positional;
      sh.source = source;
      sh.pos = pos;
      const { flags } = sh.frames.pop()!;
      if (flags) {
        sh.flags = flags;
        sh.vars.exportAll = flags.allexport;
      }
    }
    sh.status = status;
    return status;
  });
}

// --- programs

/** Where the program is, or why it cannot run. */
export type Located = { path: string } | { status: 126 | 127; message: string };

export function locate(sh: Shell, name: string): Located {
  const { fs } = sh.p;
  if (name.includes("/")) {
    const s = fs.tryStat(name);
    if (s?.type === "dir") return { status: 126, message: `${name}: Is a directory` };
    return { path: name };
  }
  const known = sh.hashed.get(name);
  if (known && fs.access(known.path, 1)) {
    known.hits++;
    return { path: known.path };
  }
  if (name === "") return { status: 127, message: ": command not found" };
  const path = sh.vars.get("PATH");
  if (path === undefined || path === "") return { status: 127, message: `${name}: No such file or directory` };
  try {
    const found = which(fs, name, path);
    if (sh.flags.hashall) sh.hashed.set(name, { path: found, hits: 1 });
    return { path: found };
  } catch (error) {
    if (error instanceof Errno && error.code === "EACCES") {
      const dir = path.split(":").find((d) => fs.isFile(`${d}/${name}`));
      return { status: 126, message: `${dir}/${name}: Permission denied` };
    }
    return { status: 127, message: `${name}: command not found` };
  }
}

/** Environment of a program, with assignments before the command. */
function environment(sh: Shell, values: readonly Prefix[]): Record<string, string> {
  const env = sh.vars.environment();
  for (const f of sh.functions.values()) if (f.exported) env[`BASH_FUNC_${f.name}%%`] = `() ${f.source.text.slice(f.body.pos, f.body.end)}`;
  for (const { name, value } of values) env[name] = value;
  return env;
}

async function external(sh: Shell, node: Command, argv: string[], values: readonly Prefix[], last: boolean): Promise<number> {
  const saved: Saved = new Map();
  try {
    await redirect(sh, redirectsOf(node), saved);
  } catch (error) {
    if (!(error instanceof RedirectionError)) throw error;
    await sh.error(error.message);
    return 1;
  }
  let child: Proc;
  try {
    const env = environment(sh, values);
    const found = locate(sh, argv[0]!);
    if (!("path" in found)) {
      const handler = found.status === 127 ? sh.functions.get("command_not_found_handle") : undefined;
      if (handler) return await callFunction(sh, handler, ["command_not_found_handle", ...argv]);
      await sh.error(found.message);
      return found.status;
    }
    env._ = found.path;
    // a process with nothing left to do becomes the program, so that its pid is the one that the parent knows
    if (last && (sh.depth > 0 || sh.commandString !== undefined) && sh.traps.size === 0 && sh.temporary.length === 0) {
      forget(saved);
      saved.clear();
      try {
        return await sh.p.exec({ argv, exe: found.path, env });
      } catch (error) {
        if (!(error instanceof Errno) || !isExecError(error)) throw error;
        return await cannotExecute(sh, argv, found.path, error, env);
      }
    }
    try {
      child = await sh.started(() =>
        sh.p.spawn({ argv, exe: found.path, env, fds: childFiles(sh), ...(sh.flags.monitor ? { pgid: true as const } : {}) }),
      );
      if (sh.interactive && sh.flags.monitor)
        for (const signal of ["SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGTERM", "SIGQUIT"] as const)
          if (sh.traps.get(signal) !== "") child.traps.delete(signal);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return await cannotExecute(sh, argv, found.path, error, env);
    }
  } finally {
    restore(sh, saved);
  }
  return await waitForeground(sh, [child], sh.source.text.slice(node.pos, node.end));
}

const isExecError = (error: Errno): boolean =>
  error.code === "ENOEXEC" || error.code === "ENOENT" || error.code === "EACCES" || error.code === "ELOOP" || error.code === "ENOTDIR";

/** The descriptors that a program is given: ours, and those of process substitutions. */
const childFiles = (sh: Shell): Map<number, import("../kernel/file.ts").OpenFile> => new Map(sh.p.fds);

/** Messages of execute_cmd.c, and scripts without #! run by a copy of this shell. */
async function cannotExecute(sh: Shell, argv: string[], path: string, error: Errno, env: Record<string, string>): Promise<number> {
  const name = argv[0]!.includes("/") ? argv[0]! : path;
  const { fs } = sh.p;
  if (error.code === "ENOEXEC") {
    let start: string | undefined;
    try {
      // the beginning is enough, and a binary may be large
      start = Buffer.from(sliceOf(fs.content(path), 0, 80)).toString("latin1");
    } catch {
      start = undefined;
    }
    if (start !== undefined && !start.includes("\0") && !start.startsWith("\x7fELF")) {
      const child = sh.fork(async (copy) => {
        for (const key of copy.vars.all.keys()) if (!(key in env)) copy.vars.all.delete(key);
        return await runScriptFile(copy, path, argv);
      });
      return await waitForeground(sh, [child], argv.join(" "));
    }
    await sh.error(`${name}: cannot execute binary file: Exec format error`);
    return 126;
  }
  if (error.code === "ENOENT") {
    if (fs.exists(path)) {
      // the interpreter that #! names is missing
      await sh.error(`${name}: cannot execute: required file not found`);
      return 127;
    }
    await sh.error(`${argv[0]}: No such file or directory`);
    return 127;
  }
  await sh.error(`${name}: ${error.text}`);
  return error.code === "ENOTDIR" ? 126 : 126;
}

// --- exec

async function execCommand(sh: Shell, node: Command, words: string[], values: readonly Prefix[]): Promise<number> {
  const saved: Saved = new Map();
  try {
    await redirect(sh, redirectsOf(node), saved);
  } catch (error) {
    if (!(error instanceof RedirectionError)) throw error;
    await sh.error(error.message);
    if (!sh.interactive && sh.flags.posix) {
      throw new ExitFlow(1);
    }
    return 1;
  }
  let args = words.slice(1);
  let clear = false;
  let zero: string | undefined;
  let login = false;
  while (args[0]?.startsWith("-") && args[0] !== "-") {
    const option = args.shift()!;
    if (option === "--") break;
    for (let i = 1; i < option.length; i++) {
      if (option[i] === "c") clear = true;
      else if (option[i] === "l") login = true;
      else if (option[i] === "a") {
        zero = option.slice(i + 1) || args.shift();
        break;
      } else {
        await sh.error(`exec: -${option[i]}: invalid option`);
        await sh.p.err("exec: usage: exec [-cl] [-a name] [command [argument ...]] [redirection ...]\n");
        restore(sh, saved);
        return 2;
      }
    }
  }
  if (args.length === 0) {
    // the redirections stay
    forget(saved);
    for (const { name, value } of values) sh.vars.set(name, value);
    return 0;
  }
  const found = locate(sh, args[0]!);
  const env = clear ? {} : environment(sh, values);
  const argv = [zero ?? (login ? `-${args[0]}` : args[0]!), ...args.slice(1)];
  const fail = async (message: string, status: number): Promise<number> => {
    await sh.error(message);
    restore(sh, saved);
    if (sh.interactive || sh.shopt.execfail) return status;
    throw new ExitFlow(status);
  };
  if (!("path" in found)) return await fail(`exec: ${found.message.replace(/: command not found$/, ": not found")}`, found.status);
  if (sh.traps.has("EXIT")) sh.traps.delete("EXIT");
  try {
    forget(saved);
    return await sh.p.exec({ argv, exe: found.path, env });
  } catch (error) {
    if (!(error instanceof Errno) || !isExecError(error)) throw error;
    saved.clear();
    if (error.code === "ENOEXEC") throw new ExitFlow(await cannotExecute(sh, argv, found.path, error, env));
    return await fail(`exec: ${args[0]}: cannot execute: ${error.text}`, error.code === "ENOENT" ? 127 : 126);
  }
}
