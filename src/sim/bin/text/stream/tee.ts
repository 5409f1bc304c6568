import { Errno } from "../../../core/errno.ts";
import type { OpenFile } from "../../../kernel/file.ts";
import { command } from "../command.ts";
import { quoteName } from "../quote.ts";

export const tee = command({
  name: "tee",
  options: "a,append i,ignore-interrupts !p !output-error=?",
  usage: "[OPTION]... [FILE]...",
  summary: "Copy standard input to each FILE, and also to standard output.",
  async run(c) {
    const { p, o } = c;
    if (o.has("i")) p.traps.set("SIGINT", "ignore");
    const files: { name: string; file: OpenFile }[] = [];
    for (const name of o.operands) {
      try {
        const append = o.has("a");
        files.push({ name, file: p.open(name, { write: true, create: true, append, truncate: !append, mode: 0o666 }).retain() });
      } catch (error) {
        await c.report(error, name);
      }
    }
    for (;;) {
      const part = await p.read(0);
      if (part.length === 0) break;
      await p.write(1, part);
      for (const { name, file } of files) {
        try {
          await file.write(part, p);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          await c.warn(`${quoteName(name)}: ${error.text}`);
        }
      }
      await p.tick();
    }
    for (const { file } of files) file.release();
  },
});
