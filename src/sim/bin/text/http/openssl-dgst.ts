/** openssl's digests and its base64 coder. */
import { createHash, createHmac } from "node:crypto";
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { readInput } from "../command.ts";

type Options = Map<string, string>;

/** Digests by their names on the command line: Node's name, and how OpenSSL 3 prints it. */
const digests: Record<string, [string, string]> = {
  md5: ["md5", "MD5"],
  sha1: ["sha1", "SHA1"],
  sha224: ["sha224", "SHA2-224"],
  sha256: ["sha256", "SHA2-256"],
  sha384: ["sha384", "SHA2-384"],
  sha512: ["sha512", "SHA2-512"],
  "sha512-224": ["sha512-224", "SHA2-512/224"],
  "sha512-256": ["sha512-256", "SHA2-512/256"],
  "sha3-224": ["sha3-224", "SHA3-224"],
  "sha3-256": ["sha3-256", "SHA3-256"],
  "sha3-384": ["sha3-384", "SHA3-384"],
  "sha3-512": ["sha3-512", "SHA3-512"],
  blake2b512: ["blake2b512", "BLAKE2B-512"],
  blake2s256: ["blake2s256", "BLAKE2S-256"],
};

export const digestNames = Object.keys(digests);

export async function output(p: Proc, o: Options, data: Uint8Array | string): Promise<void> {
  const to = o.get("out");
  if (to === undefined) await p.write(1, data);
  else p.fs.write(to, data, { mode: 0o600 });
}

export async function dgst(p: Proc, o: Options, files: string[]): Promise<number> {
  const asked = digestNames.findLast((x) => o.has(x));
  const [name, title] = digests[asked ?? "sha256"]!;
  const key = o.get("hmac");
  const label = `${key === undefined ? "" : "HMAC-"}${asked === undefined && key === undefined ? "SHA256" : title}`;
  let status = 0;
  for (const file of files.length > 0 ? files : ["-"]) {
    try {
      const data = await readInput(p, file);
      const sum = (key === undefined ? createHash(name) : createHmac(name, key)).update(data).digest();
      const hex = sum.toString("hex");
      const shown = file === "-" ? "stdin" : file;
      const text = o.has("r") ? `${hex} *${shown}\n` : `${label}(${shown})= ${o.has("c") ? hex.replace(/..(?=.)/g, "$&:") : hex}\n`;
      await output(p, o, o.has("binary") ? sum : text);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(error.code === "EISDIR" ? `Read error in ${file}\n` : `${file}: ${error.text}\n`);
      status = 1;
    }
  }
  return status;
}

/** enc -base64, and base64. The decoder reads whole lines, or with -A one text without any. */
export async function enc(p: Proc, o: Options, rest: string[]): Promise<number> {
  if (!o.has("base64") && !o.has("a")) p.notSimulated("openssl enc with a cipher");
  if (rest.length > 0) {
    await p.err("base64: Use -help for summary.\n");
    return 1;
  }
  let data: Buffer;
  try {
    data = await readInput(p, o.get("in") ?? "-");
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await p.err(`Can't open "${o.get("in")}" for reading, ${error.text}\n`);
    return 1;
  }
  if (o.has("d")) {
    const text = data.toString("latin1");
    const whole = (o.has("A") ? text : text.slice(0, text.lastIndexOf("\n") + 1)).replace(/\s/g, "");
    await output(p, o, /^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/.test(whole) ? Buffer.from(whole, "base64") : "");
  } else {
    const text = data.toString("base64");
    await output(p, o, o.has("A") || text === "" ? text : `${text.replace(/.{64}(?=.)/g, "$&\n")}\n`);
  }
  return 0;
}
