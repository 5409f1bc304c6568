/** flock(1) of util-linux 2.39: a command, or the rest of a script, while holding a file's lock. */
import { Errno } from "../../core/errno.ts";
import type { LockMode, OpenFile } from "../../kernel/file.ts";
import { shellStatus, type Proc } from "../../kernel/proc.ts";
import { command, type Context } from "../text/command.ts";

/** sysexits(3), as sys-utils/flock.c uses them. */
const exits = { usage: 64, data: 65, noInput: 66, unavailable: 69 };

export const flock = command({
  name: "flock",
  usage: "[options] <file>|<directory> <command> [<argument>...]",
  summary: "Manage file locks from shell scripts.",
  options: "+ s,shared ~x,e,exclusive u,unlock n,nb,nonblock w,timeout,wait= o,close E,conflict-exit-code= ~F,no-fork !c,command verbose",
  version: "from util-linux 2.39.3",
  usageStatus: exits.usage,
  async run(c) {
    const { p, o } = c;
    const [target, ...rest] = c.operands;
    if (target === undefined)
      return o.list.length === 0 ? c.usage("not enough arguments") : c.fail("requires file descriptor, file or directory", exits.usage);
    const timeout = await seconds(c);
    const conflict = Number(o.value("E") ?? 1);
    if (!(conflict >= 0 && conflict <= 255)) return c.fail("exit code out of range (expected 0 to 255)", exits.usage);

    let file: OpenFile;
    if (rest.length === 0) {
      if (!/^\d+$/.test(target)) return c.fail(`bad file descriptor: '${target}'`, exits.usage);
      const open = p.fds.get(Number(target));
      if (!open) return c.fail(`${target}: Bad file descriptor`, exits.data);
      file = open;
    } else {
      try {
        file = p.open(target, p.fs.exists(target) ? { read: true } : { write: true, create: true, mode: 0o666 });
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        return c.fail(`cannot open lock file ${target}: ${error.text}`, exits.noInput);
      }
      p.setFd(Math.max(...p.fds.keys()) + 1, file);
    }
    const begin = p.now;
    if (o.has("u")) file.unlock();
    else if (!(await acquire(p, file, o.has("s") ? "shared" : "exclusive", o.has("n") ? 0 : timeout))) {
      if (o.has("verbose"))
        await p.err(`flock: ${timeout === undefined || o.has("n") ? "failed to get lock" : "timeout while waiting to get lock"}\n`);
      return conflict;
    } else if (o.has("verbose")) c.out.text(`flock: getting lock took ${((p.now - begin) / 1000).toFixed(6)} seconds\n`);
    if (rest.length === 0) return 0;
    return within(c, rest, file);
  },
});

/** Milliseconds; undefined: for ever. */
async function seconds(c: Context): Promise<number | undefined> {
  const text = c.o.value("w");
  if (text === undefined) return undefined;
  if (!/^\d+(\.\d*)?$/.test(text)) return c.fail(`invalid timeout value: '${text}'`, exits.usage);
  return Number(text) * 1000;
}

async function acquire(p: Proc, file: OpenFile, mode: LockMode, limit: number | undefined): Promise<boolean> {
  const end = limit === undefined ? Infinity : p.now + limit;
  for (;;) {
    const holder = holderAgainst(p, file, mode);
    if (!holder) {
      file.lock(mode);
      return true;
    }
    if (p.now >= end) return false;
    const free = holder.unlocked();
    if (end === Infinity) await p.block(free);
    else {
      const wait = p.machine.world.wait(end - p.now);
      await p.block(Promise.race([free, wait.done])).finally(() => wait.cancel());
    }
  }
}

/** Another open file description of the same file whose lock does not go with this one. */
function holderAgainst(p: Proc, file: OpenFile, mode: LockMode): OpenFile | undefined {
  for (const other of p.machine.procs.values())
    for (const held of other.fds.values())
      if (held !== file && held.path === file.path && held.locked !== undefined && (mode === "exclusive" || held.locked === "exclusive"))
        return held;
  return undefined;
}

async function within(c: Context, words: string[], file: OpenFile): Promise<number> {
  const { p, o } = c;
  const shell = words[0] === "-c" || words[0] === "--command";
  if (shell && words.length !== 2) return c.fail("-c requires exactly one command argument", exits.usage);
  const argv = shell ? [p.env.SHELL ?? "/bin/sh", "-c", words[1]!] : words;
  if (o.has("verbose")) c.out.text(`flock: executing ${argv[0]}\n`);
  await c.out.flush();
  const fds = o.has("o") ? new Map([...p.fds].filter(([, open]) => open !== file)) : new Map(p.fds);
  try {
    return shellStatus(await p.wait(p.spawn({ argv, fds })));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return c.fail(`failed to execute ${argv[0]}: ${error.text}`, exits.unavailable);
  }
}
