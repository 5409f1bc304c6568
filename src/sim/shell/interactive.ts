/** The interactive shell: prompt, line, command; job control and history. */
import { Errno, NotSimulated } from "../core/errno.ts";
import { Tty } from "../kernel/tty.ts";
import { notifyJobs } from "./builtins/jobs.ts";
import { readLine } from "./builtins/read.ts";
import { DiscardFlow, ExitFlow, KilledFlow } from "./flow.ts";
import { expandHistory } from "./history-expansion.ts";
import { jobState } from "./jobs.ts";
import { LineEditor } from "./line-editor.ts";
import { promptText } from "./prompt.ts";
import type { Shell } from "./shell.ts";
import { needsMore } from "./syntax-error.ts";
import { parseScript, Source } from "./syntax.ts";

export async function interactiveLoop(sh: Shell, startup: () => Promise<void>): Promise<number> {
  const { p } = sh;
  const stdin = p.file(0);
  const tty = stdin instanceof Tty ? stdin : undefined;
  sh.installSignals();
  p.traps.set("SIGWINCH", () => undefined);
  if (tty) {
    sh.terminal = tty;
    if (p.state.tty === tty.name) {
      // job control: a process group of its own, in the foreground
      if (p.state.pgid !== p.pid && p.state.sid !== p.pid) p.state.pgid = p.pid;
      tty.setForeground(p.state.pgid);
      tty.restoreAfter(false);
      sh.flags.monitor = true;
    } else {
      await p.err(
        `${sh.name0.replace(/^.*\//, "")}: cannot set terminal process group (${p.state.pgid}): Inappropriate ioctl for device\n${sh.name0.replace(/^.*\//, "")}: no job control in this shell\n`,
      );
    }
    windowSize(sh, tty);
  }
  try {
    try {
      await startup();
    } catch (error) {
      if (error instanceof NotSimulated) await sh.notSimulated(error);
      else if (!(error instanceof DiscardFlow)) throw error;
    }
    loadHistory(sh);
    return await loop(sh, tty);
  } catch (error) {
    if (error instanceof KilledFlow && error.signal === "SIGHUP") hangUpJobs(sh);
    throw error;
  } finally {
    if (!p.status) saveHistory(sh);
  }
}

async function loop(sh: Shell, tty: Tty | undefined): Promise<number> {
  const editor = tty && new LineEditor(sh, tty);
  let text = "";
  let first = 1;
  let number = 0;
  for (;;) {
    try {
      if (text === "") {
        sh.source = new Source("", "");
        await notifyJobs(sh);
        if (tty) windowSize(sh, tty);
        for (const command of sh.vars.values("PROMPT_COMMAND")) {
          const { status } = sh;
          await sh.evaluateText(command, "trap");
          sh.status = status;
        }
      }
      const prompt = await promptText(sh, sh.vars.get(text === "" ? "PS1" : "PS2") ?? (text === "" ? unsetPrompt(sh) : "> "));
      const read = editor ? await editor.read(prompt) : await plainLine(sh, prompt);
      sh.checkSignals();
      if (read === undefined) {
        if (text !== "") {
          await sh.p.err(`${sh.prefix}syntax error: unexpected end of file\n`);
          text = "";
          sh.status = 2;
          continue;
        }
        if (!sh.exitWarned && sh.jobs.list.some((job) => jobState(job) === "Stopped")) {
          sh.exitWarned = true;
          await sh.p.err(`${sh.login ? "logout" : "exit"}\nThere are stopped jobs.\n`);
          continue;
        }
        if (tty?.hungUp) {
          sh.p.raise("SIGHUP");
          sh.checkSignals();
        }
        await sh.p.err(sh.login ? "logout\n" : "exit\n");
        return sh.status;
      }
      let line = read;
      if (sh.flags.histexpand && /[!^]/.test(line)) {
        const expanded = expandHistory(line, sh.history);
        if (expanded.error !== undefined) {
          await sh.p.err(`${sh.prefix}${expanded.error}\n`);
          text = "";
          continue;
        }
        if (expanded.changed) {
          await sh.p.err(`${expanded.text}\n`);
          if (expanded.printOnly) {
            remember(sh, expanded.text);
            continue;
          }
          line = expanded.text;
        }
      }
      number++;
      if (text === "") first = number;
      text += `${line}\n`;
      const source = new Source(text, "", first);
      if (needsMore(parseScript(text), source)) continue;
      remember(sh, joined(text));
      const { exitWarned } = sh;
      text = "";
      if (source.text.trim() !== "") await sh.runText(source);
      if (exitWarned) sh.exitWarned = false;
    } catch (error) {
      if (error instanceof Errno && error.code === "EINTR") {
        // ^C at the prompt
        sh.interrupted = false;
        if (sh.killedBy) throw new KilledFlow(sh.killedBy);
        await sh.runPending();
        sh.status = 130;
        text = "";
        continue;
      }
      if (error instanceof Errno && error.code === "EIO") throw new ExitFlow(sh.status);
      if (error instanceof NotSimulated) sh.status = await sh.notSimulated(error);
      else if (error instanceof DiscardFlow) sh.status = error.status;
      else throw error;
      sh.interrupted = false;
      sh.noErrexit = 0;
      sh.loops = 0;
      text = "";
    }
  }
}

async function plainLine(sh: Shell, prompt: string): Promise<string | undefined> {
  // eslint-disable-next-line no-control-regex -- marks of invisible text
  await sh.p.err(prompt.replaceAll(/[\x01\x02]/g, ""));
  const line = await readLine(sh, 0, "\n", { raw: true });
  return line?.text;
}

function windowSize(sh: Shell, tty: Tty): void {
  if (!sh.shopt.checkwinsize) return;
  sh.vars.set("LINES", String(tty.rows));
  sh.vars.set("COLUMNS", String(tty.cols));
}

// --- history

const historyFile = (sh: Shell): string => sh.vars.get("HISTFILE") ?? `${sh.vars.get("HOME") ?? "/"}/.bash_history`;

function loadHistory(sh: Shell): void {
  try {
    const text = sh.p.fs.readText(historyFile(sh));
    sh.history = text.split("\n").filter((line) => line !== "");
  } catch {
    sh.history = [];
  }
  trim(sh);
  sh.historyBase = sh.history.length;
}

function trim(sh: Shell): void {
  const size = Number(sh.vars.get("HISTSIZE") ?? 500);
  if (size >= 0 && sh.history.length > size) sh.history.splice(0, sh.history.length - size);
}

/** Several lines as one entry (cmdhist). */
function joined(text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  if (lines.length === 1 || /<<-?\s*['"\\]?\w/.test(text)) return lines.join("\n");
  return lines.reduce((all, line) =>
    /(^|[\s;])(do|then|else|in|\{|\()$|[|&;({]$/.test(all.trimEnd())
      ? `${all} ${line.trim()}`
      : all.endsWith("\\")
        ? all.slice(0, -1) + line
        : `${all}; ${line.trim()}`,
  );
}

function remember(sh: Shell, line: string): void {
  if (!sh.flags.history || line.trim() === "") return;
  const control = (sh.vars.get("HISTCONTROL") ?? "").split(":");
  if ((control.includes("ignorespace") || control.includes("ignoreboth")) && line.startsWith(" ")) return;
  if ((control.includes("ignoredups") || control.includes("ignoreboth")) && sh.history.at(-1) === line) return;
  sh.history.push(line);
  trim(sh);
}

function saveHistory(sh: Shell): void {
  if (sh.history.length === 0) return;
  const added = sh.history.slice(sh.historyBase);
  try {
    const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join("");
    if (sh.shopt.histappend) {
      if (added.length > 0) sh.p.fs.write(historyFile(sh), text(added), { append: true, mode: 0o600 });
    } else sh.p.fs.write(historyFile(sh), text(sh.history), { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

/** The line was hung up: jobs are told. */
function hangUpJobs(sh: Shell): void {
  for (const job of sh.jobs.list) {
    if (job.noHup) continue;
    for (const proc of job.procs) {
      if (proc.status) continue;
      proc.raise("SIGHUP");
      if (proc.state.stopped) proc.raise("SIGCONT");
    }
  }
}

/** What stands before a command where no file has set PS1: dash as /bin/sh has a sign, BusyBox's ash the folder too. */
function unsetPrompt(sh: Shell): string {
  if (!sh.flags.posix) return "\\s-\\v\\$ ";
  return sh.p.fs.exists("/bin/busybox") ? "\\w \\$ " : "\\$ ";
}
