/** link, unlink, mkfifo and mknod: one system call each. */
import { Errno } from "../../../core/errno.ts";
import { command, type Context } from "../command.ts";
import { quote, quoteAlways, quoteName } from "../quote.ts";
import { parseMode } from "./mode.ts";

async function exactly(c: Context, count: number): Promise<string[]> {
  const { operands, p } = c;
  if (operands.length === 0) await c.usage("missing operand");
  if (operands.length < count) await c.usage(`missing operand after ${quote(p, operands.at(-1)!)}`);
  if (operands.length > count) await c.usage(`extra operand ${quote(p, operands[count]!)}`);
  return operands;
}

export const link = command({
  name: "link",
  usage: "FILE1 FILE2\n  or:  link OPTION",
  summary: "Call the link function to create a link named FILE2 to an existing FILE1.",
  async run(c) {
    const [from, to] = (await exactly(c, 2)) as [string, string];
    try {
      c.p.fs.link(from, to);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.fail(`cannot create link ${quoteAlways(to)} to ${quoteAlways(from)}: ${error.text}`);
    }
  },
});

export const unlink = command({
  name: "unlink",
  usage: "FILE\n  or:  unlink OPTION",
  summary: "Call the unlink function to remove the specified FILE.",
  async run(c) {
    const [path] = (await exactly(c, 1)) as [string];
    try {
      c.p.fs.unlink(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.fail(`cannot unlink ${quoteAlways(path)}: ${error.text}`);
    }
  },
});

/** Permission bits of -m; undefined: what the umask leaves of 666. */
async function modeOf(c: Context): Promise<number | undefined> {
  const text = c.o.value("m");
  if (text === undefined) return undefined;
  const mode = (parseMode(text) ?? (await c.fail("invalid mode")))(0o666, false, c.p.fs.umask);
  if (mode & ~0o777) await c.fail("mode must specify only file permission bits");
  return mode;
}

export const mkfifo = command({
  name: "mkfifo",
  options: "m,mode= !Z !context=?",
  usage: "[OPTION]... NAME...",
  summary: "Create named pipes (FIFOs) with the given NAMEs.",
  async run(c) {
    const { p } = c;
    if (c.operands.length === 0) await c.usage("missing operand");
    const mode = await modeOf(c);
    for (const path of c.operands) {
      try {
        p.fs.mknod(path, "fifo", 0o666);
        if (mode !== undefined) p.fs.chmod(path, mode);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot create fifo ${quoteAlways(path)}: ${error.text}`);
      }
    }
  },
});

export const mknod = command({
  name: "mknod",
  options: "m,mode= !Z !context=?",
  usage: "[OPTION]... NAME TYPE [MAJOR MINOR]",
  summary: "Create the special file NAME of the given TYPE.",
  async run(c) {
    const { p, operands } = c;
    const mode = await modeOf(c);
    const [path, type] = operands as [string, string];
    const fifo = type === "p";
    const device = operands.length < 2 ? "" : type;
    if (operands.length === 2 && device !== "p")
      await c.usage(`missing operand after ${quote(p, type)}\nSpecial files require major and minor device numbers.`);
    if (operands.length === 4 && fifo)
      await c.usage(`extra operand ${quote(p, operands[2]!)}\nFifos do not have major and minor device numbers.`);
    await exactly(c, fifo ? 2 : 4);
    const kind =
      ({ b: "block", c: "char", u: "char", p: "fifo" } as const)[type] ?? (await c.usage(`invalid device type ${quote(p, type)}`));
    const numbers = operands.slice(2);
    for (const [i, text] of numbers.entries())
      if (!/^\d+$/.test(text)) await c.fail(`invalid ${i === 0 ? "major" : "minor"} device number ${quote(p, text)}`);
    try {
      if (!fifo && p.uid !== 0) throw new Errno("EPERM", path);
      p.fs.mknod(path, kind, 0o666, fifo ? undefined : numbers.map(Number).join(":"));
      if (mode !== undefined) p.fs.chmod(path, mode);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.fail(`${quoteName(path)}: ${error.text}`);
    }
  },
});
