/** kill (procps-ng 4.0), pkill, pgrep, killall (psmisc 23). */
import { Errno } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import { signals, type CommandProgram, type Signal } from "../../kernel/program.ts";
import { realSignals, signalNamed } from "../signal-names.ts";
import { getopt } from "./run.ts";
import { steadyRegExp } from "../../core/regexp/index.ts";

function send(p: Proc, pid: number, name: string): void {
  if (name !== "0" && !(name in signals)) p.notSimulated(`signal ${name}`);
  p.machine.kill(p, pid, name === "0" ? undefined : (name as Signal));
}

export const kill: CommandProgram = {
  name: "kill",
  async main(p) {
    const args = [...p.args];
    if (args[0] === "-l" || args[0] === "--list") {
      if (args[1] === undefined) {
        await p.out(
          `${Object.keys(realSignals)
            .slice(0, 31)
            .map((n) => n.slice(3))
            .join(" ")}\n`,
        );
        return 0;
      }
      const found = signalNamed(args[1]);
      if (found === undefined || found === "0") {
        await p.err(`kill: unknown signal name ${args[1]}\n`);
        return 1;
      }
      await p.out(/^\d+$/.test(args[1]) ? `${found.slice(3)}\n` : `${realSignals[found]}\n`);
      return 0;
    }
    let name: string | undefined = "SIGTERM";
    if (args[0] === "-s" || args[0] === "--signal" || args[0] === "-n") name = signalNamed(args.splice(0, 2)[1] ?? "");
    else if (args[0]?.startsWith("--signal=")) name = signalNamed(args.shift()!.slice(9));
    else if (args[0] && /^-[A-Za-z0-9+]+$/.test(args[0])) {
      const given = args.shift()!;
      name = signalNamed(given.slice(1));
      if (name === undefined) {
        await p.err(`kill: unknown signal name ${given.slice(1)}\n`);
        return 1;
      }
    }
    if (args[0] === "--") args.shift();
    if (name === undefined || args.length === 0) {
      await p.err(
        "\nUsage:\n kill [options] <pid> [...]\n\nOptions:\n <pid> [...]            send signal to every <pid> listed\n -<signal>, -s, --signal <signal>\n                        specify the <signal> to be sent\n -q, --queue <value>    integer value to be sent with the signal\n -l, --list=[<signal>]  list all signal names, or convert one to a name\n -L, --table            list all signal names in a nice table\n\n -h, --help     display this help and exit\n -V, --version  output version information and exit\n\nFor more details see kill(1).\n",
      );
      return 1;
    }
    let status = 0;
    for (const target of args) {
      if (!/^-?\d+$/.test(target)) {
        await p.err(`kill: failed to parse argument: '${target}'\n`);
        status = 1;
        continue;
      }
      try {
        send(p, Number(target), name);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await p.err(`kill: (${target}): ${error.text}\n`);
        status = 1;
      }
    }
    return status;
  },
};

/** Processes that this one can see: those of its pid namespace. */
const visible = (p: Proc): Proc[] =>
  [...p.machine.procs.values()]
    .filter((other) => p.state.pidns === "" || other.state.pidns === p.state.pidns)
    .sort((a, b) => a.pid - b.pid);

const userId = (p: Proc, text: string): number | undefined => {
  if (/^\d+$/.test(text)) return Number(text);
  const line = (p.fs.tryReadText("/etc/passwd") ?? "").split("\n").find((l) => l.split(":")[0] === text);
  return line === undefined ? undefined : Number(line.split(":")[2]);
};

/** Options of pgrep and pkill and whom they choose. */
async function select(
  p: Proc,
  signal: boolean,
): Promise<{ found: Proc[]; name: string; list: boolean; count: boolean; delimiter: string; full: boolean; silent: boolean } | number> {
  let args = [...p.args];
  let name = "SIGTERM";
  const usage = async (message: string): Promise<number> => {
    await p.err(`${p.name}: ${message}\nTry \`${p.name} --help' for more information.\n`);
    return 2;
  };
  if (signal) {
    for (const [i, arg] of args.entries()) {
      if (!/^-([A-Z][A-Z0-9+-]*|\d+)$/.test(arg)) continue;
      const found = signalNamed(arg.slice(1));
      if (found === undefined) continue;
      name = found;
      args = args.filter((_a, j) => j !== i);
      break;
    }
  }
  const o = getopt(
    args,
    "acd:efg:G:ilLnoP:qs:t:u:U:vxF:wH",
    {
      "list-full": "a",
      count: "c",
      delimiter: "d",
      echo: "e",
      full: "f",
      pgroup: "g",
      group: "G",
      "ignore-case": "i",
      "list-name": "l",
      newest: "n",
      oldest: "o",
      parent: "P",
      signal: signal ? "s" : "S",
      session: "s",
      terminal: "t",
      euid: "u",
      uid: "U",
      inverse: "v",
      exact: "x",
    },
    true,
  );
  if (typeof o === "string") return await usage(o);
  for (const letter of ["F", "L", "w", "H", "G"]) if (o.has(letter)) p.notSimulated(`${p.name} -${letter}`);
  if (o.rest.length > 1) return await usage("only one pattern can be provided");
  const criteria = ["g", "P", "t", "u", "U", ...(signal ? [] : ["s"])].some((letter) => o.has(letter));
  if (o.rest.length === 0 && !criteria) return await usage("no matching criteria specified");
  if (signal && o.value("s") !== undefined) {
    const found = signalNamed(o.value("s")!);
    if (found === undefined) return await usage(`unknown signal '${o.value("s")}'`);
    name = found;
  }
  let regex: RegExp | undefined;
  if (o.rest[0] !== undefined) {
    try {
      regex = steadyRegExp(o.has("x") ? `^(?:${o.rest[0]})$` : o.rest[0], o.has("i") ? "i" : "");
    } catch {
      await p.err(`${p.name}: regex error: ${o.rest[0]}\n`);
      return 2;
    }
    if (!o.has("f") && o.rest[0].length > 15 && /^[\w.-]+$/.test(o.rest[0]))
      await p.err(
        `${p.name}: pattern that searches for process name longer than 15 characters will result in zero matches\nTry \`${p.name} -f' option to match against the complete command line.\n`,
      );
  }
  const listed = (letter: string): string[] | undefined => o.value(letter)?.split(",");
  const users = listed("u") ?? listed("U");
  let found = visible(p).filter((other) => {
    if (other === p) return false;
    const text = o.has("f") ? other.state.argv.join(" ") : other.state.comm;
    const hit =
      (!regex || regex.test(text)) &&
      (!users || users.some((u) => userId(p, u) === other.uid)) &&
      (!listed("P") || listed("P")!.includes(String(other.state.ppid))) &&
      (!listed("g") || listed("g")!.some((g) => (g === "0" ? p.state.pgid : Number(g)) === other.state.pgid)) &&
      (!listed("t") || listed("t")!.includes(other.state.tty)) &&
      (signal || !listed("s") || listed("s")!.some((s) => (s === "0" ? p.state.sid : Number(s)) === other.state.sid));
    return hit !== o.has("v");
  });
  const newest = (a: Proc, b: Proc): number => a.state.startedAt - b.state.startedAt || a.pid - b.pid;
  if (o.has("n")) found = found.sort(newest).slice(-1);
  else if (o.has("o")) found = found.sort(newest).slice(0, 1);
  return {
    found,
    name,
    list: o.has("l") || (signal && o.has("e")),
    full: o.has("a"),
    count: o.has("c"),
    delimiter: o.value("d") ?? "\n",
    silent: o.has("q"),
  };
}

export const pgrep: CommandProgram = {
  name: "pgrep",
  async main(p) {
    const chosen = await select(p, false);
    if (typeof chosen === "number") return chosen;
    const { found, list, full, count, delimiter } = chosen;
    if (count) await p.out(`${found.length}\n`);
    else if (found.length > 0)
      await p.out(
        `${found.map((o) => (full ? `${o.pid} ${o.state.argv.join(" ")}` : list ? `${o.pid} ${o.state.comm}` : String(o.pid))).join(delimiter)}\n`,
      );
    return found.length > 0 ? 0 : 1;
  },
};

export const pkill: CommandProgram = {
  name: "pkill",
  async main(p) {
    const chosen = await select(p, true);
    if (typeof chosen === "number") return chosen;
    const { found, name, list, count } = chosen;
    if (count) await p.out(`${found.length}\n`);
    let sent = 0;
    for (const other of found) {
      try {
        send(p, other.pid, name);
        sent++;
        if (list) await p.out(`${other.state.comm} killed (pid ${other.pid})\n`);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await p.err(`pkill: killing pid ${other.pid} failed: ${error.text}\n`);
      }
    }
    return sent > 0 ? 0 : 1;
  },
};

export const killall: CommandProgram = {
  name: "killall",
  async main(p) {
    let name: string | undefined = "SIGTERM";
    const args: string[] = [];
    for (let i = 0; i < p.args.length; i++) {
      const arg = p.args[i]!;
      if (arg === "-s" || arg === "--signal") name = signalNamed(p.args[++i] ?? "");
      else if (/^-([A-Z][A-Z0-9]+|\d+)$/.test(arg)) name = signalNamed(arg.slice(1));
      else args.push(arg);
      if (name === undefined) {
        await p.err(`${arg.replace(/^-/, "")}: unknown signal; killall -l lists signals.\n`);
        return 1;
      }
    }
    const o = getopt(args, "qweIu:r", { quiet: "q", wait: "w", exact: "e", "ignore-case": "I", user: "u", regexp: "r" }, true);
    if (typeof o === "string") {
      await p.err(`killall: ${o}\n`);
      return 1;
    }
    if (o.rest.length === 0 && !o.has("u")) {
      await p.err("Usage: killall [OPTION]... [--] NAME...\n       killall -l, --list\n       killall -V, --version\n");
      return 1;
    }
    let status = 0;
    const waited: Proc[] = [];
    for (const wanted of o.rest.length > 0 ? o.rest : [""]) {
      const base = wanted.slice(wanted.lastIndexOf("/") + 1).slice(0, 15);
      const found = visible(p).filter(
        (other) =>
          other !== p &&
          (wanted === "" ||
            (o.has("r")
              ? steadyRegExp(wanted).test(other.state.comm)
              : o.has("I")
                ? other.state.comm.toLowerCase() === base.toLowerCase()
                : other.state.comm === base)) &&
          (!o.value("u") || userId(p, o.value("u")!) === other.uid),
      );
      if (found.length === 0) {
        if (!o.has("q")) await p.err(`${wanted}: no process found\n`);
        status = 1;
      }
      for (const other of found) {
        try {
          send(p, other.pid, name!);
          waited.push(other);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          if (!o.has("q")) await p.err(`${other.state.comm}(${other.pid}): ${error.text}\n`);
          status = 1;
        }
      }
    }
    if (o.has("w")) for (const other of waited) if (!other.status) await p.block(other.ended);
    return status;
  },
};
