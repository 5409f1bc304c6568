import { command, readInput } from "../command.ts";

/** BSD's 16-bit sum that rotates, of blocks of 1024 bytes. */
function rotating(data: Uint8Array): [string, number] {
  let sum = 0;
  for (const byte of data) sum = (((sum >>> 1) | ((sum & 1) << 15)) + byte) & 0xffff;
  return [String(sum).padStart(5, "0"), Math.ceil(data.length / 1024)];
}

/** System V's, of blocks of 512. */
function folded(data: Uint8Array): [string, number] {
  let sum = 0;
  for (const byte of data) sum = (sum + byte) >>> 0;
  const once = (sum & 0xffff) + (sum >>> 16);
  return [String((once & 0xffff) + (once >>> 16)), Math.ceil(data.length / 512)];
}

export const sum = command({
  name: "sum",
  options: "r s,sysv",
  usage: "[OPTION]... [FILE]...",
  summary: "Print or check checksums. By default use the BSD algorithm.",
  async run(c) {
    const sysv = c.o.last("r", "s") === "s";
    const names = c.operands.length > 0 ? c.operands : ["-"];
    for (const name of names) {
      try {
        const [value, blocks] = (sysv ? folded : rotating)(await readInput(c.p, name));
        const shown = c.operands.length > 0 ? ` ${name}` : "";
        c.out.text(sysv ? `${value} ${blocks}${shown}\n` : `${value} ${String(blocks).padStart(5)}${shown}\n`);
      } catch (error) {
        await c.report(error, name);
      }
    }
  },
});
