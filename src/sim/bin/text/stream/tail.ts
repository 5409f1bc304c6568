import { Errno } from "../../../core/errno.ts";
import { command, pieces, readInput, type Context } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";
import { amountOf, startOfLast } from "./head.ts";

interface Followed {
  name: string;
  /** Bytes shown so far. */
  at: number;
  ino: number | undefined;
}

export const tail = command({
  name: "tail",
  options: "n,lines= c,bytes= q,quiet,silent v,verbose z,zero-terminated f follow=? F retry s,sleep-interval= pid= !max-unchanged-stats=",
  digits: true,
  usage: "[OPTION]... [FILE]...",
  summary: "Print the last 10 lines of each FILE to standard output.",
  async run(c) {
    const { p, o } = c;
    if (/^\+\d+$/.test(o.operands[0] ?? "")) o.list.push(["n", o.operands.shift()!]);
    const { unit, sign, count } = await amountOf(c, true);
    const names = o.operands.length > 0 ? o.operands : ["-"];
    const titles = o.last("q", "v") === "v" || (names.length > 1 && !o.has("q"));
    const separator = o.has("z") ? 0 : 10;
    const follow = o.has("f", "F", "follow");
    const byName = o.has("F") || o.value("follow") === "name";
    const retry = o.has("F", "retry");
    const followed: Followed[] = [];
    let first = true;
    const title = (name: string): void => {
      c.out.text(`${first ? "" : "\n"}==> ${name === "-" ? "standard input" : name} <==\n`);
      first = false;
    };
    for (const name of names) {
      try {
        if (name !== "-" && p.fs.stat(name).type === "dir") {
          if (titles) title(name);
          await c.warn(`error reading ${quoteAlways(name)}: Is a directory`);
          if (follow) await c.warn(`${name}: cannot follow end of this type of file; giving up on this name`);
          continue;
        }
        const all = await readTail(c, name, unit, sign, count, separator);
        if (titles) title(name);
        c.out.bytes(all.bytes.subarray(begin(all.bytes, unit, sign, count, separator)));
        followed.push({ name, at: all.size, ino: name === "-" ? undefined : p.fs.stat(name).ino });
      } catch (error) {
        if (!(error instanceof Errno) || error.code === "EPIPE") throw error;
        await c.warn(`cannot open ${quoteAlways(name)} for reading: ${error.text}`);
        if (follow && retry) followed.push({ name, at: 0, ino: undefined });
      }
    }
    await c.out.flush();
    if (!follow || (followed.length === 1 && followed[0]!.name === "-" && p.file(0).kind !== "file")) return;
    if (followed.length === 0) return c.fail("no files remaining");
    const interval = Number(o.value("s") ?? "1");
    if (!(interval >= 0)) await c.fail(`invalid number of seconds: ${quote(p, o.value("s")!)}`);
    let shown = followed.at(-1)?.name;
    for (;;) {
      // inotify would wake at once; half the poll keeps a follower close behind without a busy loop
      await p.sleep(Math.max(50, Math.min(interval * 1000, 250)));
      const pid = o.value("pid");
      for (const file of followed) {
        if (file.name === "-") continue;
        const s = p.fs.tryStat(file.name);
        if (!s) {
          if (byName && file.ino !== undefined) {
            await c.warn(`${quoteAlways(file.name)} has become inaccessible: No such file or directory`);
            file.ino = undefined;
            if (!retry) return c.fail("no files remaining");
          }
          continue;
        }
        if (file.ino === undefined || (byName && s.ino !== file.ino)) {
          if (file.ino === undefined) await c.warn(`${quoteAlways(file.name)} has appeared;  following new file`, c.status);
          else await c.warn(`${quoteAlways(file.name)} has been replaced;  following new file`, c.status);
          file.at = 0;
          file.ino = s.ino;
        } else if (s.ino !== file.ino) continue;
        if (s.size < file.at) {
          await c.warn(`${file.name}: file truncated`, c.status);
          file.at = 0;
        }
        if (s.size <= file.at) continue;
        const bytes = p.fs.read(file.name).subarray(file.at);
        file.at += bytes.length;
        if (titles && shown !== file.name) title(file.name);
        shown = file.name;
        c.out.bytes(bytes);
      }
      await c.out.flush();
      if (pid !== undefined && !p.machine.procs.has(Number(pid))) return;
    }
  },
});

function begin(all: Buffer, unit: "lines" | "bytes", sign: string, count: number, separator: number): number {
  if (sign !== "+") return unit === "bytes" ? Math.max(0, all.length - count) : startOfLast(all, count, separator);
  if (unit === "bytes") return Math.max(0, count - 1);
  let at = 0;
  for (let left = Math.max(0, count - 1); left > 0; left--) {
    const next = all.indexOf(separator, at);
    if (next < 0) return all.length;
    at = next + 1;
  }
  return at;
}

/** Pieces that have come since the beginning was cut off. */
const cutAt = 1 << 20;

/** The whole of a file; of a stream whose end is wanted, not much more than that end. */
async function readTail(
  c: Context,
  name: string,
  unit: "lines" | "bytes",
  sign: string,
  count: number,
  separator: number,
): Promise<{ bytes: Buffer; size: number }> {
  if (sign === "+") {
    const bytes = await readInput(c.p, name);
    return { bytes, size: bytes.length };
  }
  let parts: Buffer[] = [];
  let [kept, held, size] = [0, 0, 0];
  const cut = (): Buffer => {
    const all = Buffer.concat(parts);
    const end = all.subarray(unit === "bytes" ? Math.max(0, all.length - count) : startOfLast(all, count, separator));
    c.p.hold(end.length - held);
    held = kept = end.length;
    // a copy, so that what was cut off can go
    parts = [Buffer.from(end)];
    return parts[0]!;
  };
  for await (const part of pieces(c.p, name)) {
    size += part.length;
    kept += part.length;
    parts.push(part);
    if (kept - held > Math.max(cutAt, held)) cut();
  }
  return { bytes: cut(), size };
}
