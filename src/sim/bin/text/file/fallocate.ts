/** fallocate of util-linux 2.39. Messages as 2.38.1 prints them on Debian 12. */
import { Errno } from "../../../core/errno.ts";
import { sizeOf, sliceOf } from "../../../fs/content.ts";
import { command, sized } from "../command.ts";

export const fallocate = command({
  name: "fallocate",
  options: "l,length= o,offset= n,keep-size ~x,posix v,verbose !c,collapse-range !d,dig-holes !i,insert-range !p,punch-hole !z,zero-range",
  usage: "[options] <filename>",
  summary: "Preallocate space to, or deallocate space from a file.",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    const [name, more] = o.operands;
    const [length, offset] = [o.value("l"), o.value("o") ?? "0"].map((text) => (text === undefined ? undefined : sized(text)));
    if (o.has("l") && !(length! > 0)) return c.fail("invalid length value specified");
    if (offset === undefined || offset < 0) return c.fail("invalid offset value specified");
    if (name === undefined) return c.fail("no filename specified");
    if (more !== undefined) return c.fail("unexpected number of arguments");
    if (length === undefined) return c.fail("no length argument specified");
    // space beyond a file's end belongs to nobody here
    if (o.has("n")) p.notSimulated("fallocate --keep-size");
    try {
      if (!p.fs.exists(name)) p.fs.write(name, "");
      if (p.fs.isDir(name)) throw new Errno("EISDIR", name);
      if (!p.fs.access(name, 2)) throw new Errno("EACCES", name);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return c.fail(`cannot open ${name}: ${error.text}`);
    }
    const content = p.fs.content(name);
    const size = sizeOf(content);
    try {
      if (offset + length > size)
        p.fs.setContent(name, { extents: [{ bytes: sliceOf(content, 0, size) }, { fill: 0, length: offset + length - size }] });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return c.fail(`fallocate failed: ${error.text}`);
    }
    if (o.has("v")) c.out.text(`${name}: ${human(length)} (${length} bytes) allocated.\n`);
    return 0;
  },
});

/** size_to_human_string of util-linux with two letters and a space: one digit behind the point, unless it is 0. */
function human(bytes: number): string {
  const power = Math.min(6, Math.floor(Math.log2(bytes) / 10));
  const tenths = Math.floor((bytes / 1024 ** power) * 10 + 0.5);
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} ${power === 0 ? "B" : `${"KMGTPE"[power - 1]}iB`}`;
}
