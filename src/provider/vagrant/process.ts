/** One run of a host program that may take minutes: its output as it comes, a limit, and an end in order when somebody presses Ctrl-C. */
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { execa } from "execa";

export interface RunOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Milliseconds it may take. */
  limit: number;
  /** The limit counts from its last output, not from its start. */
  silent?: boolean;
  onOutput?: (text: string, stream: "stdout" | "stderr") => void;
  /** Called when this process was asked to end and the program is ended first. */
  onInterrupt?: () => void;
}

export interface Ended {
  /** undefined: it did not start. */
  status: number | undefined;
  stdout: string;
  stderr: string;
  why?: "limit" | "interrupted" | "not-found" | "no-folder";
}

export interface Run {
  pid: number | undefined;
  stdout: Readable;
  stderr: Readable;
  ended: Promise<Ended>;
}

/** Milliseconds between the ways of asking a program to end: SIGINT, SIGTERM, SIGKILL. */
const patience = { SIGINT: 60_000, SIGTERM: 10_000 } as const;

export function run(program: string, args: string[], options: RunOptions): Run {
  const windows = process.platform === "win32";
  const child = execa(program, args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    stripFinalNewline: false,
    // a process group of its own: Ctrl-C at the terminal must not reach it twice, once from there and once from here
    detached: !windows,
  });
  let why: Ended["why"];
  let timer: NodeJS.Timeout | undefined;
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      // the group, as a terminal does: a launcher in between does not pass signals on
      if (windows) child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // ended meanwhile
    }
  };
  const end = (name: "SIGINT" | "SIGTERM" | "SIGKILL"): void => {
    clearTimeout(timer);
    signal(name);
    if (name !== "SIGKILL") timer = setTimeout(() => end(name === "SIGINT" ? "SIGTERM" : "SIGKILL"), patience[name]);
  };
  const interrupted = (): void => {
    // who asks again is in a hurry
    const again = why === "interrupted";
    why ??= "interrupted";
    if (!again) options.onInterrupt?.();
    end(again ? "SIGTERM" : "SIGINT");
  };
  const watch = (): void => {
    if (why !== undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      why = "limit";
      end("SIGINT");
    }, options.limit);
  };
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new TextDecoder();
    child[name].on("data", (data: Buffer) => {
      if (options.silent) watch();
      options.onOutput?.(decoder.decode(data, { stream: true }), name);
    });
  }
  // a daemon that it left behind may hold its output open for ever
  child.once("exit", () =>
    setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, 2000).unref(),
  );
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, interrupted);
  watch();

  const ended = child.then((result): Ended => {
    clearTimeout(timer);
    for (const name of signals) process.off(name, interrupted);
    // a missing folder and a missing program look the same
    if (result.code === "ENOENT" || result.code === "EACCES") why = existsSync(options.cwd) ? "not-found" : "no-folder";
    return { status: result.exitCode, stdout: result.stdout, stderr: result.stderr, ...(why === undefined ? {} : { why }) };
  });
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, ended };
}
