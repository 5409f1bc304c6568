/** Builtins of control and output. */
import { decodeText, encodeText } from "../../core/text-bytes.ts";
import { Errno } from "../../core/errno.ts";
import { isVariableSet } from "../conditional.ts";
import type { Shell } from "../shell.ts";
import { BreakFlow, DiscardFlow, ExitFlow, ReturnFlow } from "../flow.ts";
import { format } from "../printf.ts";
import { unescape } from "../quote.ts";
import { strftime } from "../strftime.ts";
import { Source } from "../syntax.ts";
import { evaluateTest, TestError } from "../test.ts";
import { isName, options, type Builtin } from "./builtin.ts";
import { locate, runBuiltin } from "../simple.ts";
import { jobState } from "../jobs.ts";
import { ExpansionError } from "../expand.ts";
import { describe } from "./describe.ts";
import { builtins } from "./index.ts";
import { waitForeground } from "../foreground.ts";

export const colon: Builtin = () => 0;
export const falseBuiltin: Builtin = () => 1;

export const echo: Builtin = async (sh, words) => {
  let newline = true;
  let escapes = sh.shopt.xpg_echo;
  let at = 1;
  for (; at < words.length && /^-[neE]+$/.test(words[at]!); at++) {
    for (const letter of words[at]!.slice(1)) {
      if (letter === "n") newline = false;
      else escapes = letter === "e";
    }
  }
  let text = words.slice(at).join(" ");
  if (escapes) {
    const done = unescape(text, "echo");
    ({ text } = done);
    if (done.stop) newline = false;
  }
  const written = sh.p.file(1).write(encodeText(newline ? `${text}\n` : text), sh.p);
  if (written) await written;
  return 0;
};

export const printf: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "v:", "printf [-v var] format [arguments]");
  if (!parsed) return 2;
  const [template, ...args] = parsed.rest;
  if (template === undefined) {
    await sh.p.err("printf: usage: printf [-v var] format [arguments]\n");
    return 2;
  }
  const { text, errors, status } = format(template, args, sh.p.now, strftime);
  const name = parsed.values.get("v");
  if (name !== undefined) {
    const element = /^(\w+)\[(.*)\]$/s.exec(name);
    if (!element && !isName(name)) {
      await sh.error(`printf: \`${name}': not a valid identifier`);
      return 2;
    }
    sh.vars.set(element?.[1] ?? name, text, element?.[2]);
  } else if (text !== "") await sh.p.out(text);
  for (const error of errors) await sh.error(`printf: ${error}`);
  return status;
};

export const test: Builtin = async (sh, words) => {
  const args = words.slice(1);
  if (words[0] === "[") {
    if (args.pop() !== "]") {
      await sh.error("[: missing `]'");
      return 2;
    }
  }
  try {
    return evaluateTest(sh.p, args, {
      isSet: (name) => isVariableSet(sh, name),
      option: (name) => (sh.flags as Record<string, boolean>)[name] ?? false,
      isReference: (name) => sh.vars.all.get(name)?.nameref ?? false,
    })
      ? 0
      : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    await sh.error(`${words[0]}: ${error.message}`);
    return 2;
  }
};

async function numeric(sh: Parameters<Builtin>[0], name: string, text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text);
  await sh.error(`${name}: ${text}: numeric argument required`);
  return Number.NaN;
}

/** Builtins of one numeric argument (no_args): more give up the line. */
async function tooMany(sh: Shell, words: string[]): Promise<void> {
  if (words.length <= (words[1] === "--" ? 3 : 2)) return;
  await sh.error(`${words[0]}: too many arguments`);
  throw new DiscardFlow(1);
}

export const exit: Builtin = async (sh, words) => {
  if (sh.interactive && sh.login) await sh.p.err("logout\n");
  else if (sh.interactive) await sh.p.err("exit\n");
  if (sh.interactive && !sh.exitWarned && sh.jobs.list.some((job) => jobState(job) === "Stopped")) {
    sh.exitWarned = true;
    await sh.p.err("There are stopped jobs.\n");
    return 1;
  }
  const status = await numeric(sh, "exit", words[1] === "--" ? words[2] : words[1]);
  if (status !== undefined && Number.isNaN(status)) throw new ExitFlow(2);
  await tooMany(sh, words);
  throw new ExitFlow((status ?? sh.status) & 255);
};

export const returnBuiltin: Builtin = async (sh, words) => {
  const status = await numeric(sh, "return", words[1] === "--" ? words[2] : words[1]);
  if (!Number.isNaN(status)) await tooMany(sh, words);
  if (sh.returns === 0) {
    await sh.error("return: can only `return' from a function or sourced script");
    return 2;
  }
  if (status !== undefined && Number.isNaN(status)) throw new ReturnFlow(2);
  throw new ReturnFlow((status ?? sh.status) & 255);
};

const leave =
  (name: "break" | "continue"): Builtin =>
  async (sh, words) => {
    if (sh.loops === 0) {
      await sh.error(`${name}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    const levels = await numeric(sh, name, words[1]);
    if (levels !== undefined && Number.isNaN(levels)) throw new ExitFlow(128);
    await tooMany(sh, words);
    if (levels !== undefined && levels <= 0) {
      await sh.error(`${name}: ${words[1]}: loop count out of range`);
      throw new BreakFlow(sh.loops, false);
    }
    throw new BreakFlow(Math.min(levels ?? 1, sh.loops), name === "continue");
  };
export const breakBuiltin = leave("break");
export const continueBuiltin = leave("continue");

export const shift: Builtin = async (sh, words) => {
  const count = await numeric(sh, "shift", words[1]);
  if (count !== undefined && Number.isNaN(count)) return 1;
  await tooMany(sh, words);
  if ((count ?? 1) < 0) {
    await sh.error(`shift: ${words[1]}: shift count out of range`);
    return 1;
  }
  if ((count ?? 1) > sh.positional.length) {
    if (sh.shopt.shift_verbose) await sh.error(`shift: ${words[1] ?? 1}: shift count out of range`);
    return 1;
  }
  sh.positional = sh.positional.slice(count ?? 1);
  return 0;
};

export const letBuiltin: Builtin = async (sh, words) => {
  if (words.length < 2) {
    await sh.error("let: expression expected");
    return 1;
  }
  let value = 0n;
  for (const text of words.slice(1)) {
    try {
      value = sh.arithmetic(text);
    } catch (error) {
      if (!(error instanceof ExpansionError) || error.status === 127) throw error;
      await sh.error(`let: ${error.message}`);
      return 1;
    }
  }
  return value === 0n ? 1 : 0;
};

export const evalBuiltin: Builtin = async (sh, words) => {
  const text = words.slice(words[1] === "--" ? 2 : 1).join(" ");
  if (text.trim() === "") return 0;
  return await sh.evaluateText(text, "eval");
};

export const source: Builtin = async (sh, words) => {
  const name = words[0]!;
  const args = words.slice(words[1] === "--" ? 2 : 1);
  const file = args[0];
  if (file === undefined) {
    await sh.error(`${name}: filename argument required`);
    await sh.p.err(`${name}: usage: ${name} filename [arguments]\n`);
    return 2;
  }
  let path = file;
  const { fs } = sh.p;
  if (!file.includes("/") && sh.shopt.sourcepath) {
    const dir = (sh.vars.get("PATH") ?? "").split(":").find((d) => fs.isFile(`${d === "" ? "." : d}/${file}`));
    if (dir !== undefined) path = `${dir === "" ? "." : dir}/${file}`;
  }
  let text: string;
  try {
    const open = sh.p.open(path, { read: true }).retain();
    try {
      const parts: Uint8Array[] = [];
      if (fs.isDir(path)) throw new Errno("EISDIR", path);
      for (;;) {
        const part = await open.read(65536, sh.p);
        if (part.length === 0) break;
        parts.push(part);
      }
      text = decodeText(Buffer.concat(parts));
    } finally {
      open.release();
    }
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === "EISDIR") await sh.error(`${name}: ${file}: is a directory`);
    else await sh.error(`${file}: ${error.text}`);
    return 1;
  }
  const { positional, source: outer, pos } = sh;
  sh.frames.push({ name: "source", source: outer.name, line: sh.line });
  sh.returns++;
  sh.indirection++;
  if (args.length > 1) sh.positional = args.slice(1);
  const given = sh.positional;
  try {
    return await sh.runText(new Source(text, path));
  } catch (error) {
    if (!(error instanceof ReturnFlow)) throw error;
    return error.status;
  } finally {
    sh.returns--;
    sh.indirection--;
    sh.frames.pop();
    sh.source = outer;
    sh.pos = pos;
    if (args.length > 1 && sh.positional === given) sh.positional = positional;
  }
};

export const command: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "pvV", "command [-pVv] command [arg ...]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  if (rest.length === 0) return 0;
  if (flags.has("v") || flags.has("V")) {
    let status = 1;
    for (const name of rest) {
      const found = describe(sh, name, flags.has("v") ? "short" : "long", flags.has("p"));
      if (found.length > 0) {
        status = 0;
        await sh.p.out(found[0]!);
      } else if (flags.has("V")) await sh.error(`command: ${name}: not found`);
    }
    return status;
  }
  if (builtins.has(rest[0]!)) return await runBuiltin(sh, rest[0]!, rest);
  return await runProgram(sh, rest);
};

/** Runs a program from a builtin: no function of that name. */
async function runProgram(sh: Parameters<Builtin>[0], argv: string[]): Promise<number> {
  const found = locate(sh, argv[0]!);
  if (!("path" in found)) {
    await sh.error(found.message);
    return found.status;
  }
  try {
    const child = sh.p.spawn({
      argv,
      exe: found.path,
      env: sh.vars.environment(),
      fds: new Map(sh.p.fds),
      ...(sh.flags.monitor ? { pgid: true as const } : {}),
    });
    return await waitForeground(sh, [child], argv.join(" "));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await sh.error(`${argv[0]}: ${error.text}`);
    return error.code === "ENOENT" ? 127 : 126;
  }
}

export const builtin: Builtin = async (sh, words) => {
  const rest = words.slice(words[1] === "--" ? 2 : 1);
  if (rest.length === 0) return 0;
  if (!builtins.has(rest[0]!)) {
    await sh.error(`builtin: ${rest[0]}: not a shell builtin`);
    return 1;
  }
  return await runBuiltin(sh, rest[0]!, rest);
};

export const times: Builtin = async (sh) => {
  await sh.p.out("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
  return 0;
};

export const umask: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "pS", "umask [-p] [-S] [mode]");
  if (!parsed) return 2;
  const [mode] = parsed.rest;
  const { fs } = sh.p;
  const symbolic = (mask: number): string =>
    [6, 3, 0]
      .map((shiftBy, i) => `${"ugo"[i]}=${["r", "w", "x"].filter((_l, bit) => !((mask >> shiftBy) & (4 >> bit))).join("")}`)
      .join(",");
  if (mode === undefined) {
    const text = parsed.flags.has("S") ? symbolic(fs.umask) : fs.umask.toString(8).padStart(4, "0");
    await sh.p.out(parsed.flags.has("p") ? `umask ${parsed.flags.has("S") ? "-S " : ""}${text}\n` : `${text}\n`);
    return 0;
  }
  if (/^[0-7]+$/.test(mode) && Number.parseInt(mode, 8) <= 0o777) fs.umask = Number.parseInt(mode, 8);
  else if (/^\d/.test(mode)) {
    await sh.error(`umask: ${mode}: octal number out of range`);
    return 1;
  } else {
    let mask = fs.umask;
    for (const clause of mode.split(",")) {
      const match = /^([ugoa]*)([-+=])([rwxX]*)$/.exec(clause);
      if (!match) {
        await sh.error(`umask: \`${clause[0] ?? ""}': invalid symbolic mode operator`);
        return 1;
      }
      const who = match[1] === "" || match[1]!.includes("a") ? "ugo" : match[1]!;
      for (const w of who) {
        const shiftBy = w === "u" ? 6 : w === "g" ? 3 : 0;
        let bits = 0;
        for (const r of match[3]!) bits |= r === "r" ? 4 : r === "w" ? 2 : 1;
        if (match[2] === "+") mask &= ~(bits << shiftBy);
        else if (match[2] === "-") mask |= bits << shiftBy;
        else mask = (mask & ~(7 << shiftBy)) | ((7 & ~bits) << shiftBy);
      }
    }
    fs.umask = mask;
  }
  sh.p.state.umask = fs.umask;
  if (parsed.flags.has("S")) await sh.p.out(`${symbolic(fs.umask)}\n`);
  return 0;
};

export const help: Builtin = async (sh) => sh.p.notSimulated("help");

export const caller: Builtin = async (sh, words) => {
  const level = words[1] === undefined ? undefined : Number(words[1]);
  const frame = sh.frames.at(-1 - (level ?? 0));
  if (!frame) return 1;
  if (level === undefined) await sh.p.out(`${frame.line} ${frame.source === "" ? "NULL" : frame.source}\n`);
  else await sh.p.out(`${frame.line} ${sh.frames.at(-2 - level)?.name ?? "main"} ${frame.source}\n`);
  return 0;
};
