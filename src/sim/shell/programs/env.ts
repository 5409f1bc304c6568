/** env, nohup, nice, setsid, timeout: programs that start another one (coreutils 9.4, util-linux 2.39). */
import { Errno } from "../../core/errno.ts";
import { shellStatus, type Proc } from "../../kernel/proc.ts";
import { signals, type CommandProgram, type Signal } from "../../kernel/program.ts";
import { signalNamed } from "../signal-names.ts";
import { become, getopt, quoteName, usageError } from "./run.ts";

export const env: CommandProgram = {
  name: "env",
  async main(p) {
    let { args } = p;
    const split = args.findIndex((a) => /^-[a-zA-Z]*S/.test(a) || a.startsWith("--split-string"));
    if (split === 0) {
      const word = args[0]!;
      const text = word.startsWith("--")
        ? word.includes("=")
          ? word.slice(word.indexOf("=") + 1)
          : args[1]!
        : word.slice(word.indexOf("S") + 1) || args[1]!;
      const after = args.slice(word === "-S" || word === "--split-string" ? 2 : 1);
      args = [...text.split(/\s+/).filter((w) => w !== ""), ...after];
    }
    const o = getopt(args, "iu:0C:v", { "ignore-environment": "i", unset: "u", null: "0", chdir: "C", debug: "v" });
    if (typeof o === "string") return await usageError(p, o, 125);
    if (o.has("v")) return p.notSimulated("env --debug");
    const variables: Record<string, string> = o.has("i") ? {} : { ...p.env };
    for (const name of o.values("u")) delete variables[name];
    let at = 0;
    if (o.rest[0] === "-") {
      for (const name of Object.keys(variables)) delete variables[name];
      at++;
    }
    for (; at < o.rest.length && o.rest[at]!.includes("="); at++) {
      const cut = o.rest[at]!.indexOf("=");
      variables[o.rest[at]!.slice(0, cut)] = o.rest[at]!.slice(cut + 1);
    }
    const dir = o.value("C");
    const command = o.rest.slice(at);
    if (dir !== undefined) {
      if (command.length === 0) return await usageError(p, "must specify command with --chdir (-C)", 125);
      try {
        p.chdir(dir);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await p.err(`env: cannot change directory to ${quoteName(dir)}: ${error.text}\n`);
        return 125;
      }
    }
    if (command.length === 0) {
      const end = o.has("0") ? "\0" : "\n";
      await p.out(
        Object.entries(variables)
          .map(([name, value]) => `${name}=${value}${end}`)
          .join(""),
      );
      return 0;
    }
    if (o.has("0")) return await usageError(p, "cannot specify --null (-0) with command", 125);
    return await become(p, command, variables);
  },
};

export const nohup: CommandProgram = {
  name: "nohup",
  async main(p) {
    const { args } = p;
    if (args[0] === "--") args.shift();
    if (args.length === 0) return await usageError(p, "missing operand", 125);
    if (args[0]!.startsWith("-")) return await usageError(p, `invalid option -- '${args[0]!.slice(1, 2)}'`, 125);
    const input = p.file(0).isTerminal;
    const output = p.file(1).isTerminal;
    const errors = p.file(2).isTerminal;
    if (input) p.setFd(0, p.open("/dev/null", { write: true }));
    if (output) {
      let path = "nohup.out";
      try {
        p.setFd(1, p.open(path, { write: true, append: true, create: true, mode: 0o600 }));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        path = `${p.env.HOME ?? ""}/nohup.out`;
        p.setFd(1, p.open(path, { write: true, append: true, create: true, mode: 0o600 }));
      }
      await p.err(`nohup: ${input ? "ignoring input and " : ""}appending output to ${quoteName(path)}\n`);
    } else if (input) await p.err(`nohup: ignoring input${errors ? " and redirecting stderr to stdout" : ""}\n`);
    if (errors) p.setFd(2, p.file(1));
    p.traps.set("SIGHUP", "ignore");
    return await become(p, args);
  },
};

export const nice: CommandProgram = {
  name: "nice",
  async main(p) {
    const args = p.args.map((a) => (/^-\d+$/.test(a) ? `-n${a.slice(1)}` : a));
    const o = getopt(args, "n:", { adjustment: "n" });
    if (typeof o === "string") return await usageError(p, o, 125);
    const n = o.value("n") ?? "10";
    if (!/^[-+]?\d+$/.test(n)) {
      await p.err(`nice: invalid adjustment ${quoteName(n)}\n`);
      return 125;
    }
    if (o.rest.length === 0) {
      await p.out("0\n");
      return 0;
    }
    if (Number(n) !== 0) p.notSimulated("nice with an adjustment");
    return await become(p, o.rest);
  },
};

export const setsid: CommandProgram = {
  name: "setsid",
  async main(p) {
    const o = getopt(p.args, "cfwVh", { ctty: "c", fork: "f", wait: "w", version: "V", help: "h" });
    if (typeof o === "string") return await usageError(p, o, 1);
    if (o.has("c") || o.has("V") || o.has("h")) return p.notSimulated("setsid with --ctty, --version or --help");
    if (o.rest.length === 0) {
      await p.err("setsid: no command specified\nTry 'setsid --help' for more information.\n");
      return 1;
    }
    const leader = p.state.pgid === p.pid;
    const start = (): Proc => p.spawn({ argv: o.rest, session: true, tty: "", fds: new Map(p.fds) });
    if (!leader && !o.has("f")) {
      p.state.sid = p.pid;
      p.state.pgid = p.pid;
      p.state.tty = "";
      return await become(p, o.rest);
    }
    try {
      const child = start();
      return o.has("w") ? shellStatus(await p.wait(child)) : 0;
    } catch (error) {
      if (!(error instanceof Errno) || p.status) throw error;
      await p.err(`setsid: failed to execute ${o.rest[0]}: ${error.text}\n`);
      return error.code === "ENOENT" ? 127 : 126;
    }
  },
};

/** 10, 0.5s, 2m, 1h, 1d in milliseconds; undefined when it is no time. */
function duration(text: string): number | undefined {
  const match = /^(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|inf(?:inity)?)([smhd]?)$/.exec(text);
  if (!match) return undefined;
  const seconds = match[1]!.startsWith("inf") ? Number.POSITIVE_INFINITY : Number(match[1]);
  return seconds * { "": 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2]!]! * 1000;
}

export const sleep: CommandProgram = {
  name: "sleep",
  async main(p) {
    const args = p.args.filter((a) => a !== "--");
    if (args.length === 0) return await usageError(p, "missing operand", 1);
    let total = 0;
    const bad: string[] = [];
    for (const text of args) {
      if (text.startsWith("--")) return p.notSimulated(`sleep ${text}`);
      if (/^-[a-zA-Z]/.test(text)) return await usageError(p, `invalid option -- '${text[1]}'`, 1);
      const ms = duration(text);
      if (ms === undefined) bad.push(text);
      else total += ms;
    }
    if (bad.length > 0) {
      for (const text of bad) await p.err(`sleep: invalid time interval ${quoteName(text)}\n`);
      await p.err("Try 'sleep --help' for more information.\n");
      return 1;
    }
    if (total === Number.POSITIVE_INFINITY) await p.block(new Promise<void>(() => undefined));
    await p.sleep(total);
    return 0;
  },
};

export const timeout: CommandProgram = {
  name: "timeout",
  async main(p) {
    const o = getopt(p.args, "k:s:vFP", { "kill-after": "k", signal: "s", verbose: "v", foreground: "F", "preserve-status": "P" });
    if (typeof o === "string") return await usageError(p, o, 125);
    const [limit, ...command] = o.rest;
    if (limit === undefined || command.length === 0) return await usageError(p, "missing operand", 125);
    const ms = duration(limit);
    if (ms === undefined) return await usageError(p, `invalid time interval ${quoteName(limit)}`, 125);
    const again = o.value("k") === undefined ? undefined : duration(o.value("k")!);
    if (o.value("k") !== undefined && again === undefined)
      return await usageError(p, `invalid time interval ${quoteName(o.value("k")!)}`, 125);
    const name = signalNamed(o.value("s") ?? "TERM");
    if (name === undefined || !(name in signals)) return await usageError(p, `${quoteName(o.value("s") ?? "")}: invalid signal`, 125);
    const signal = name as Signal;
    // its own process group, so that the signal reaches what the command starts
    if (!o.has("F")) p.state.pgid = p.pid;
    let child: Proc;
    try {
      child = p.spawn({ argv: command, fds: new Map(p.fds), pgid: p.state.pgid });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`timeout: failed to run command ${quoteName(command[0]!)}: ${error.text}\n`);
      return error.code === "ENOENT" ? 127 : 126;
    }
    const send = async (which: Signal): Promise<void> => {
      if (o.has("v")) await p.err(`timeout: sending signal ${which.slice(3)} to command ${quoteName(command[0]!)}\n`);
      child.raise(which);
      if (o.has("F")) return;
      // the group, ourselves excepted
      for (const other of p.machine.procs.values()) if (other !== p && other !== child && other.state.pgid === p.pid) other.raise(which);
      if (which !== "SIGKILL" && which !== "SIGCONT") child.raise("SIGCONT");
    };
    for (const one of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const) p.traps.set(one, () => void send(one));
    const wait = async (time: number): Promise<boolean> => {
      if (time === 0 || time === Number.POSITIVE_INFINITY) {
        await p.wait(child);
        return true;
      }
      const timer = p.machine.world.wait(time);
      try {
        return (await p.block(Promise.race([child.ended.then(() => true), timer.done.then(() => false)]))) || child.status !== undefined;
      } finally {
        timer.cancel();
      }
    };
    if (await wait(ms)) return shellStatus(child.status!);
    await send(signal);
    if (again !== undefined && !(await wait(again))) {
      await send("SIGKILL");
      await p.wait(child);
      return 137;
    }
    await p.wait(child);
    if (o.has("P")) return shellStatus(child.status!);
    return signal === "SIGKILL" ? 137 : 124;
  },
};
