import { Errno } from "../../../core/errno.ts";
import type { OpenFile } from "../../../kernel/file.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { quote, quoteAlways } from "../quote.ts";
import { resize } from "./resize.ts";

/** dd's numbers: suffixes and products (`2x512`). */
function number(text: string): number | undefined {
  let product = 1;
  for (const part of text.split("x")) {
    const m = /^(\d+)(c|w|b|kB|K|k|KiB|MB|M|MiB|GB|G|GiB|TB|T|TiB)?$/.exec(part);
    if (!m) return undefined;
    const unit = m[2] ?? "";
    const scale =
      unit === "" || unit === "c"
        ? 1
        : unit === "w"
          ? 2
          : unit === "b"
            ? 512
            : (unit.endsWith("B") && !unit.endsWith("iB") ? 1000 : 1024) ** ("KMGT".indexOf(unit[0]!.toUpperCase()) + 1);
    product *= Number(m[1]) * scale;
  }
  return product;
}

const known = ["if", "of", "bs", "ibs", "obs", "cbs", "count", "skip", "iseek", "seek", "oseek", "conv", "iflag", "oflag", "status"];
/** Bytes a millisecond: a plain virtual disk. */
const rate = 400_000;

export const dd: CommandProgram = {
  name: "dd",
  async main(p) {
    const o: Record<string, string> = {};
    const bad = async (text: string): Promise<number> => {
      await p.err(`dd: ${text}\nTry 'dd --help' for more information.\n`);
      return 1;
    };
    for (const arg of p.args) {
      if (arg === "--help") {
        await p.out("Usage: dd [OPERAND]...\n  or:  dd OPTION\nCopy a file, converting and formatting according to the operands.\n");
        return 0;
      }
      if (arg === "--version") {
        await p.out("dd (coreutils) 9.4\n");
        return 0;
      }
      const cut = arg.indexOf("=");
      if (cut < 0 || !known.includes(arg.slice(0, cut))) return bad(`unrecognized operand ${quote(p, arg)}`);
      o[arg.slice(0, cut)] = arg.slice(cut + 1);
    }
    const numbers: Record<string, number> = {};
    for (const key of ["bs", "ibs", "obs", "count", "skip", "iseek", "seek", "oseek"]) {
      if (o[key] === undefined) continue;
      const value = number(o[key].replace(/B$/, (x, at: number) => (/\d/.test(o[key]![at - 1] ?? "") ? "" : x)));
      if (value === undefined || (key.endsWith("bs") && value === 0)) {
        await p.err(`dd: invalid number: ${quote(p, o[key])}\n`);
        return 1;
      }
      numbers[key] = value;
    }
    const conv = new Set((o.conv ?? "").split(",").filter((x) => x !== ""));
    for (const c of conv)
      if (!["notrunc", "fsync", "fdatasync", "sparse", "sync", "noerror", "nocreat", "excl", "ucase", "lcase"].includes(c))
        p.notSimulated(`dd conv=${c}`);
    const status = o.status ?? "default";
    if (!["none", "noxfer", "progress", "default"].includes(status)) return bad(`invalid status level: ${quote(p, status)}`);
    return new Copy(p, o, numbers, conv, status).run();
  },
};

class Copy {
  readonly #p: Proc;
  readonly #o: Record<string, string>;
  readonly #n: Record<string, number>;
  readonly #conv: Set<string>;
  readonly #status: string;
  constructor(p: Proc, o: Record<string, string>, n: Record<string, number>, conv: Set<string>, status: string) {
    this.#p = p;
    this.#o = o;
    this.#n = n;
    this.#conv = conv;
    this.#status = status;
  }

  async run(): Promise<number> {
    const p = this.#p;
    const { if: from, of: to } = this.#o;
    const size = this.#n.bs ?? this.#n.ibs ?? 512;
    const count = this.#n.count ?? Infinity;
    const skip = (this.#n.skip ?? this.#n.iseek ?? 0) * size;
    const seek = (this.#n.seek ?? this.#n.oseek ?? 0) * (this.#n.bs ?? this.#n.obs ?? 512);
    let input: OpenFile;
    let output: OpenFile;
    try {
      input = (from === undefined ? p.file(0) : p.open(from, { read: true })).retain();
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`dd: failed to open ${quoteAlways(from!)}: ${error.text}\n`);
      return 1;
    }
    try {
      output = (
        to === undefined
          ? p.file(1)
          : p.open(to, {
              write: true,
              create: !this.#conv.has("nocreat"),
              truncate: !this.#conv.has("notrunc") && seek === 0,
              exclusive: this.#conv.has("excl"),
              mode: 0o666,
            })
      ).retain();
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`dd: failed to open ${quoteAlways(to!)}: ${error.text}\n`);
      return 1;
    }
    const began = p.now;
    let copied = 0;
    let [fullIn, partIn, fullOut, partOut] = [0, 0, 0, 0];
    let code = 0;
    try {
      if (skip > 0) {
        if (input.kind === "file") input.seek(skip, "set");
        else
          for (let left = skip; left > 0;) {
            const part = await input.read(Math.min(left, 65536), p);
            if (part.length === 0) break;
            left -= part.length;
          }
      }
      if (seek > 0) {
        if (output.kind !== "file") return await this.#seekError(to);
        if (to !== undefined && !this.#conv.has("notrunc")) resize(p, to, seek);
        output.seek(seek, "set");
      }
      const zeros =
        from !== undefined &&
        p.fs.absolute(from) === "/dev/zero" &&
        to !== undefined &&
        output.kind === "file" &&
        seek === 0 &&
        Number.isFinite(count);
      if (zeros) {
        const total = await this.#fill(to, size * count);
        copied = total;
        fullIn = fullOut = Math.floor(total / size);
        if (total % size !== 0) partOut = 1;
        if (total < size * count) {
          fullIn++;
          await p.err(`dd: error writing ${quoteAlways(to)}: No space left on device\n`);
          code = 1;
        }
      } else {
        for (let n = 0; n < count; n++) {
          let part = await input.read(size, p);
          if (part.length === 0) break;
          if (part.length === size) fullIn++;
          else partIn++;
          if (this.#conv.has("sync") && part.length < size) part = Buffer.concat([part, Buffer.alloc(size - part.length)]);
          if (this.#conv.has("ucase") || this.#conv.has("lcase")) {
            const text = Buffer.from(part).toString("latin1");
            part = Buffer.from(
              this.#conv.has("ucase") ? text.replace(/[a-z]/g, (x) => x.toUpperCase()) : text.replace(/[A-Z]/g, (x) => x.toLowerCase()),
              "latin1",
            );
          }
          try {
            await output.write(part, p);
          } catch (error) {
            if (!(error instanceof Errno) || error.code === "EPIPE") throw error;
            await p.err(`dd: error writing ${to === undefined ? "'standard output'" : quoteAlways(to)}: ${error.text}\n`);
            code = 1;
            break;
          }
          copied += part.length;
          if (part.length === size) fullOut++;
          else partOut++;
          await p.tick();
        }
      }
    } catch (error) {
      if (!(error instanceof Errno) || error.code === "EPIPE") throw error;
      await p.err(`dd: error reading ${from === undefined ? "'standard input'" : quoteAlways(from)}: ${error.text}\n`);
      code = 1;
    } finally {
      input.release();
      output.release();
    }
    await p.sleep(Math.ceil(copied / rate));
    if (this.#status !== "none") {
      await p.err(`${fullIn}+${partIn} records in\n${fullOut}+${partOut} records out\n`);
      if (this.#status !== "noxfer") await p.err(`${summary(copied, Math.max(p.now - began, 0.05))}\n`);
    }
    return code;
  }

  async #seekError(to: string | undefined): Promise<number> {
    await this.#p.err(`dd: ${to === undefined ? "'standard output'" : quoteAlways(to)}: cannot seek: Illegal seek\n`);
    return 1;
  }

  /** A run of zeros in one piece; as much of it as the disk holds. */
  async #fill(to: string, wanted: number): Promise<number> {
    const { fs } = this.#p;
    const put = (length: number): void => fs.setContent(to, { extents: [{ fill: 0, length }] });
    try {
      put(wanted);
      return wanted;
    } catch (error) {
      if (!(error instanceof Errno) || error.code !== "ENOSPC") throw error;
    }
    let [low, high] = [0, wanted];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      try {
        put(middle);
        low = middle;
      } catch {
        high = middle;
      }
    }
    put(low);
    return low;
  }
}

function human(n: number, base: 1000 | 1024): string {
  const units = base === 1000 ? ["kB", "MB", "GB", "TB"] : ["KiB", "MiB", "GiB", "TiB"];
  let value = n / base;
  let i = 0;
  while (value >= base && i < 3) {
    value /= base;
    i++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[i]}`;
}

function summary(bytes: number, ms: number): string {
  const s = ms / 1000;
  const time = s >= 1e-3 ? Number(s.toPrecision(6)) : s;
  const speed = `${human(bytes / s, 1000)}/s`;
  if (bytes < 1000) return `${bytes} byte${bytes === 1 ? "" : "s"} copied, ${time} s, ${speed}`;
  return `${bytes} bytes (${human(bytes, 1000)}${bytes >= 1024 ? `, ${human(bytes, 1024)}` : ""}) copied, ${time} s, ${speed}`;
}
