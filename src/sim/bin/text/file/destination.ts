/** The operands of cp, mv, ln and install: sources, and a file or folder to go to. */
import { type Context } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";

export interface Destination {
  sources: string[];
  path: string;
  /** The path is a folder that the sources go into. */
  inside: boolean;
}

export async function destination(c: Context): Promise<Destination> {
  const { p, o } = c;
  const operands = [...o.operands];
  const dir = o.value("t");
  const plain = o.has("T");
  if (dir !== undefined && plain) await c.fail("cannot combine --target-directory (-t) and --no-target-directory (-T)");
  if (dir === undefined) {
    if (operands.length === 0) await c.usage("missing file operand");
    if (operands.length === 1) await c.usage(`missing destination file operand after ${quoteAlways(operands[0]!)}`);
    if (plain) {
      if (operands.length > 2) await c.usage(`extra operand ${quote(p, operands[2]!).replace(/^‘|’$/g, "'")}`);
      return { sources: [operands[0]!], path: operands[1]!, inside: false };
    }
    const path = operands.pop()!;
    const inside = p.fs.isDir(path);
    if (!inside && operands.length > 1) {
      const there = p.fs.tryStat(path);
      await c.fail(`target ${quoteAlways(path)}: ${there ? "Not a directory" : "No such file or directory"}`);
    }
    if (!inside && path.endsWith("/") && !p.fs.isDir(operands[0]!)) {
      await c.fail(`cannot create regular file ${quoteAlways(path)}: Not a directory`);
    }
    return { sources: operands, path, inside };
  }
  if (operands.length === 0) await c.usage("missing file operand");
  if (!p.fs.isDir(dir))
    await c.fail(`target directory ${quoteAlways(dir)}: ${p.fs.tryStat(dir) ? "Not a directory" : "No such file or directory"}`);
  return { sources: operands, path: dir, inside: true };
}
