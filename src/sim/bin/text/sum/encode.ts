import type { CommandProgram } from "../../../kernel/program.ts";
import { command, readInput } from "../command.ts";
import { quote } from "../quote.ts";

const alphabet32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function encode32(bytes: Uint8Array): string {
  let out = "";
  let bits = 0;
  let value = 0;
  for (const b of bytes) {
    value = (value << 8) | b;
    bits += 8;
    while (bits >= 5) {
      out += alphabet32[(value >>> (bits - 5)) & 31];
      bits -= 5;
      value &= (1 << bits) - 1;
    }
  }
  if (bits > 0) out += alphabet32[(value << (5 - bits)) & 31];
  return out.padEnd(Math.ceil(out.length / 8) * 8, "=");
}

function decode32(text: string): Buffer {
  const out: number[] = [];
  let bits = 0;
  let value = 0;
  for (const c of text.replace(/=+$/, "")) {
    value = (value << 5) | alphabet32.indexOf(c);
    bits += 5;
    if (bits >= 8) {
      out.push((value >>> (bits - 8)) & 255);
      bits -= 8;
      value &= (1 << bits) - 1;
    }
  }
  return Buffer.from(out);
}

function coder(name: string, valid: RegExp, group: number, encode: (b: Buffer) => string, decode: (t: string) => Buffer): CommandProgram {
  return command({
    name,
    options: "d,decode i,ignore-garbage w,wrap=",
    usage: "[OPTION]... [FILE]",
    summary: `${name === "base64" ? "Base64" : "Base32"} encode or decode FILE, or standard input, to standard output.`,
    async run(c) {
      const { p, o } = c;
      if (o.operands.length > 1) await c.usage(`extra operand ${quote(p, o.operands[1]!)}`);
      let data: Buffer;
      try {
        data = await readInput(p, o.operands[0] ?? "-");
      } catch (error) {
        await c.report(error, o.operands[0]!);
        return;
      }
      if (!o.has("d")) {
        const width = o.value("w") ?? "76";
        if (!/^\d+$/.test(width)) await c.fail(`invalid wrap size: ${quote(p, width)}`);
        const text = encode(data);
        if (width === "0" || text === "") c.out.text(text);
        else for (let i = 0; i < text.length; i += Number(width)) c.out.text(`${text.slice(i, i + Number(width))}\n`);
        return;
      }
      let text = data.toString("latin1").replace(/\n/g, "");
      if (o.has("i")) text = [...text].filter((x) => valid.test(x)).join("");
      const bad = [...text].findIndex((x) => !valid.test(x));
      const good = bad < 0 ? text : text.slice(0, bad - (bad % group));
      c.out.bytes(decode(good));
      if (bad >= 0 || text.length % group !== 0) await c.fail("invalid input");
    },
  });
}

export const base64 = coder(
  "base64",
  /[A-Za-z0-9+/=]/,
  4,
  (b) => b.toString("base64"),
  (t) => Buffer.from(t, "base64"),
);
export const base32 = coder("base32", /[A-Z2-7=]/, 8, encode32, decode32);
