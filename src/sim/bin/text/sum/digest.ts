import { createHash } from "node:crypto";
import { Errno } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { command, pieces, readInput, type Context } from "../command.ts";
import { quoteName } from "../quote.ts";

async function digest(c: Context, algorithm: string, name: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const part of pieces(c.p, name)) hash.update(part);
  return hash.digest("hex");
}

function sumProgram(name: string, algorithm: string, label: string, more = ""): CommandProgram {
  const length = createHash(algorithm).digest("hex").length;
  return command({
    name,
    options: `b,binary c,check tag ~t,text z,zero ignore-missing quiet status strict w,warn ${more}`,
    usage: "[OPTION]... [FILE]...",
    summary: `Print or check ${label} checksums.`,
    async run(c) {
      const { p, o } = c;
      const names = o.operands.length > 0 ? o.operands : ["-"];
      if (!o.has("c")) {
        for (const file of names) {
          try {
            const sum = await digest(c, algorithm, file);
            const shown = /[\\\n]/.test(file) ? file.replaceAll("\\", "\\\\").replaceAll("\n", "\\n") : file;
            const escape = shown === file ? "" : "\\";
            c.out.text(
              o.has("tag")
                ? `${label} (${file}) = ${sum}\n`
                : `${escape}${sum} ${o.has("b") ? "*" : " "}${shown}${o.has("z") ? "\0" : "\n"}`,
            );
          } catch (error) {
            await c.report(error, file);
          }
        }
        return;
      }
      for (const list of names) {
        let text: string;
        try {
          text = (await readInput(p, list)).toString("utf8");
        } catch (error) {
          await c.report(error, list);
          continue;
        }
        let [bad, malformed, unread, good] = [0, 0, 0, 0];
        for (const [i, line] of text.replace(/\n$/, "").split("\n").entries()) {
          const m =
            new RegExp(`^\\\\?([0-9a-fA-F]{${length}}) [ *](.+)$`).exec(line) ??
            new RegExp(`^${label} \\((.+)\\) = ([0-9a-fA-F]{${length}})$`).exec(line);
          if (!m) {
            if (line.startsWith("#")) continue;
            malformed++;
            if (o.has("w")) await c.warn(`${list}: ${i + 1}: improperly formatted ${label} checksum line`, c.status);
            continue;
          }
          const [sum, file] = line.startsWith(label) ? [m[2]!, m[1]!] : [m[1]!, m[2]!];
          try {
            const ok = (await digest(c, algorithm, file)) === sum.toLowerCase();
            if (!ok) bad++;
            else good++;
            if (!o.has("status") && !(ok && o.has("quiet"))) c.out.text(`${file}: ${ok ? "OK" : "FAILED"}\n`);
          } catch (error) {
            if (!(error instanceof Errno)) throw error;
            if (o.has("ignore-missing") && error.code === "ENOENT") continue;
            unread++;
            await c.warn(`${quoteName(file)}: ${error.text}`);
            if (!o.has("status")) c.out.text(`${file}: FAILED open or read\n`);
          }
        }
        const shown = list === "-" ? "'standard input'" : quoteName(list);
        if (good + bad + unread === 0) await c.warn(`${shown}: no properly formatted checksum lines found`);
        else if (!o.has("status")) {
          if (malformed > 0) await c.warn(`WARNING: ${malformed} line${malformed === 1 ? " is" : "s are"} improperly formatted`, c.status);
          if (unread > 0) await c.warn(`WARNING: ${unread} listed file${unread === 1 ? "" : "s"} could not be read`);
          if (bad > 0) await c.warn(`WARNING: ${bad} computed checksum${bad === 1 ? "" : "s"} did NOT match`);
        }
        if (bad + unread > 0 || (o.has("strict") && malformed > 0)) c.status = 1;
      }
    },
  });
}

export const md5sum = sumProgram("md5sum", "md5", "MD5");
export const sha1sum = sumProgram("sha1sum", "sha1", "SHA1");
export const sha224sum = sumProgram("sha224sum", "sha224", "SHA224");
export const sha256sum = sumProgram("sha256sum", "sha256", "SHA256");
export const sha384sum = sumProgram("sha384sum", "sha384", "SHA384");
export const b2sum = sumProgram("b2sum", "blake2b512", "BLAKE2b", "!l,length=");
export const sha512sum = sumProgram("sha512sum", "sha512", "SHA512");

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n << 24;
  for (let k = 0; k < 8; k++) c = c & 0x80000000 ? (c << 1) ^ 0x04c11db7 : c << 1;
  return c >>> 0;
});

export const cksum = command({
  name: "cksum",
  options: "!a,algorithm= !c,check !base64 !raw !tag !untagged !z,zero",
  usage: "[OPTION]... [FILE]...",
  summary: "Print or verify checksums. By default use the 32 bit CRC algorithm.",
  async run(c) {
    for (const name of c.operands.length > 0 ? c.operands : ["-"]) {
      try {
        let crc = 0;
        let length = 0;
        const step = (b: number): void => {
          crc = ((crc << 8) ^ crcTable[((crc >>> 24) ^ b) & 255]!) >>> 0;
        };
        for await (const part of pieces(c.p, name)) {
          for (const b of part) step(b);
          length += part.length;
        }
        for (let n = length; n > 0; n = Math.floor(n / 256)) step(n & 255);
        c.out.text(`${~crc >>> 0} ${length}${c.operands.length > 0 ? ` ${name}` : ""}\n`);
      } catch (error) {
        await c.report(error, name);
      }
    }
  },
});
