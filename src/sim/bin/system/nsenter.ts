/** nsenter(1) of util-linux 2.39: a command in the namespaces of another process. */
import { Errno, NotSimulated } from "../../core/errno.ts";
import { shellStatus, type SpawnOptions } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";

const namespaces: Record<string, "mntns" | "netns" | "pidns" | "hostname" | "other"> = {
  m: "mntns",
  mount: "mntns",
  n: "netns",
  net: "netns",
  p: "pidns",
  pid: "pidns",
  u: "hostname",
  uts: "hostname",
  i: "other",
  ipc: "other",
  C: "other",
  cgroup: "other",
};
/** Known to the real program. */
const unmodelled = [
  "U",
  "user",
  "T",
  "time",
  "r",
  "root",
  "w",
  "wd",
  "W",
  "wdns",
  "e",
  "env",
  "F",
  "no-fork",
  "S",
  "setuid",
  "G",
  "setgid",
  "preserve-credentials",
  "follow-context",
];

export const nsenter: CommandProgram = {
  name: "nsenter",
  async main(p) {
    const words = [...p.args];
    let target: number | undefined;
    const wanted = new Set<string>();
    while (words[0]?.startsWith("-") && words[0] !== "-") {
      const word = words.shift()!;
      if (word === "--") break;
      const long = word.startsWith("--") ? word.slice(2).split("=") : undefined;
      for (const flag of long ? [long[0]!] : word.slice(1).split("")) {
        if (flag === "t" || flag === "target") {
          target = Number(long?.[1] ?? (word.length > 2 && !long ? word.slice(word.indexOf("t") + 1) : words.shift()));
          if (!long) break;
        } else if (flag === "a" || flag === "all") for (const name of Object.keys(namespaces)) wanted.add(name);
        else if (flag in namespaces) {
          if (long?.[1] !== undefined) throw new NotSimulated(`nsenter --${flag}=FILE`);
          wanted.add(flag);
        } else if (unmodelled.includes(flag)) throw new NotSimulated(`nsenter ${word}`);
        else {
          await p.err(
            `nsenter: ${long ? `unrecognized option '--${flag}'` : `invalid option -- '${flag}'`}\nTry 'nsenter --help' for more information.\n`,
          );
          return 1;
        }
      }
    }
    if (target === undefined) {
      if (wanted.size > 0) {
        await p.err("nsenter: no target PID specified\n");
        return 1;
      }
      target = p.pid;
    }
    const other = p.machine.procs.get(target);
    if (!other || !Number.isInteger(target)) {
      await p.err(
        `nsenter: cannot open /proc/${target}/ns/${wanted.has("n") || wanted.has("net") ? "net" : "mnt"}: No such file or directory\n`,
      );
      return 1;
    }
    if (p.uid !== 0) {
      await p.err("nsenter: reassociate to namespaces failed: Operation not permitted\n");
      return 1;
    }
    const options: SpawnOptions = { argv: words.length > 0 ? words : [p.env.SHELL ?? "/bin/sh"] };
    for (const name of wanted) {
      const kind = namespaces[name]!;
      if (kind === "mntns") Object.assign(options, { mntns: other.state.mntns, cwd: "/" });
      else if (kind === "netns") options.netns = other.state.netns;
      else if (kind === "pidns") options.pidns = other.state.pidns;
      else if (kind === "hostname" && other.state.hostname !== undefined) options.hostname = other.state.hostname;
    }
    try {
      return shellStatus(await p.wait(p.spawn(options)));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`nsenter: failed to execute ${words[0]}: ${error.text}\n`);
      return error.code === "ENOENT" ? 127 : 126;
    }
  },
};
