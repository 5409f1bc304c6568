import { Errno } from "../../../core/errno.ts";
import { command, pieces } from "../command.ts";

/** Control and high bytes as cat -v shows them. */
function visible(raw: string, tabs: boolean): string {
  let out = "";
  for (const c of raw) {
    const b = c.charCodeAt(0);
    const low = b & 127;
    if (b === 10 || (b === 9 && !tabs)) out += c;
    else out += (b >= 128 ? "M-" : "") + (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? "^?" : String.fromCharCode(low));
  }
  return out;
}

export const cat = command({
  name: "cat",
  options: "b,number-nonblank n,number s,squeeze-blank v,show-nonprinting E,show-ends T,show-tabs A,show-all e t ~u",
  usage: "[OPTION]... [FILE]...",
  summary: "Concatenate FILE(s) to standard output.",
  async run(c) {
    const { o, p } = c;
    const nonBlank = o.has("b");
    const number = o.has("n") || nonBlank;
    const ends = o.has("A", "E", "e");
    const tabs = o.has("A", "T", "t");
    const show = o.has("A", "e", "t", "v");
    const squeeze = o.has("s");
    const simple = !number && !ends && !tabs && !show && !squeeze;
    let line = 0;
    let atStart = true;
    let blank = 0;
    for (const name of o.operands.length > 0 ? o.operands : ["-"]) {
      try {
        for await (const part of pieces(p, name)) {
          if (simple) c.out.bytes(part);
          else {
            for (const piece of part.toString("latin1").split(/(?<=\n)/)) {
              const empty = piece === "\n" && atStart;
              blank = empty ? blank + 1 : 0;
              if (squeeze && blank > 1) continue;
              if (atStart && number && !(nonBlank && empty)) c.out.raw(`${String(++line).padStart(6)}\t`);
              let text = show ? visible(piece, tabs) : tabs ? piece.replaceAll("\t", "^I") : piece;
              if (ends && text.endsWith("\n")) text = `${text.slice(0, -1)}$\n`;
              c.out.raw(text);
              atStart = piece.endsWith("\n");
            }
          }
          await c.out.flush();
        }
      } catch (error) {
        if (error instanceof Errno && (error.code === "EPIPE" || error.code === "ENOSPC")) throw error;
        await c.report(error, name);
      }
    }
  },
});
