import { Errno } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { command, pieces, readInput, sized, type Context } from "../command.ts";
import { quote, quoteName } from "../quote.ts";

async function inputs(c: Context): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const name of c.operands.length > 0 ? c.operands : ["-"]) {
    try {
      parts.push(await readInput(c.p, name));
    } catch (error) {
      await c.report(error, name);
    }
  }
  return Buffer.concat(parts);
}

interface Format {
  size: number;
  width: number;
  show: (b: Buffer, at: number) => string;
  /** The line ends with its bytes as text (od's z). */
  text?: boolean;
}

const printable = (row: Uint8Array): string => [...row].map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : ".")).join("");

const names = [
  "nul",
  "soh",
  "stx",
  "etx",
  "eot",
  "enq",
  "ack",
  "bel",
  "bs",
  "ht",
  "nl",
  "vt",
  "ff",
  "cr",
  "so",
  "si",
  "dle",
  "dc1",
  "dc2",
  "dc3",
  "dc4",
  "nak",
  "syn",
  "etb",
  "can",
  "em",
  "sub",
  "esc",
  "fs",
  "gs",
  "rs",
  "us",
  "sp",
];
const escapes: Record<number, string> = { 0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r" };

function formatOf(type: string): Format | undefined {
  const m = /^([acdoux])(\d|[CSIL])?z?$/.exec(type);
  if (!m) return undefined;
  if (m[1] === "c")
    return {
      size: 1,
      width: 3,
      show: (b, i) => escapes[b[i]!] ?? (b[i]! >= 32 && b[i]! < 127 ? String.fromCharCode(b[i]!) : b[i]!.toString(8).padStart(3, "0")),
    };
  if (m[1] === "a")
    return {
      size: 1,
      width: 3,
      show: (b, i) => ((b[i]! & 127) < 33 ? names[b[i]! & 127]! : (b[i]! & 127) === 127 ? "del" : String.fromCharCode(b[i]! & 127)),
    };
  const size = ({ C: 1, S: 2, I: 4, L: 8 } as Record<string, number>)[m[2] ?? ""] ?? Number(m[2] ?? "4");
  if (![1, 2, 4, 8].includes(size)) return undefined;
  const read = (b: Buffer, i: number): bigint => {
    let n = 0n;
    for (let k = size - 1; k >= 0; k--) n = (n << 8n) | BigInt(b[i + k] ?? 0);
    return n;
  };
  const bits = size * 8;
  if (m[1] === "x")
    return {
      size,
      width: size * 2,
      show: (b, i) =>
        read(b, i)
          .toString(16)
          .padStart(size * 2, "0"),
    };
  if (m[1] === "o")
    return {
      size,
      width: Math.ceil(bits / 3),
      show: (b, i) =>
        read(b, i)
          .toString(8)
          .padStart(Math.ceil(bits / 3), "0"),
    };
  if (m[1] === "u") return { size, width: String(2n ** BigInt(bits) - 1n).length, show: (b, i) => String(read(b, i)) };
  return { size, width: String(2n ** BigInt(bits - 1)).length + 1, show: (b, i) => String(BigInt.asIntN(bits, read(b, i))) };
}

export const od = command({
  name: "od",
  options:
    "A,address-radix= endian= j,skip-bytes= N,read-bytes= S,strings=? t,format= v,output-duplicates w,width=? !traditional a b c d f i l o s x",
  usage: "[OPTION]... [FILE]...",
  summary: "Write an unambiguous representation, octal bytes by default, of FILE to standard output.",
  async run(c) {
    const { p, o } = c;
    if (o.has("S", "f", "endian")) p.notSimulated("od with floats, strings or byte order");
    const short: Record<string, string> = { a: "a", b: "o1", c: "c", d: "u2", i: "d4", l: "d8", o: "o2", s: "d2", x: "x2" };
    const types = o.list.flatMap(([k, v]) => (k === "t" ? (v.match(/[acdoux](?:\d|[CSIL])?z?|./g) ?? []) : short[k] ? [short[k]] : []));
    const formats: Format[] = [];
    for (const type of types.length > 0 ? types : ["o2"])
      formats.push({
        ...(formatOf(type) ?? (await c.fail(`invalid character '${type[0]}' in type string ${quote(p, type)}`))),
        text: type.endsWith("z"),
      });
    const radix = o.value("A") ?? "o";
    if (!/^[doxn]$/.test(radix)) await c.fail(`invalid output address radix '${radix}'; it must be one character from [doxn]`);
    const address = (n: number): string =>
      radix === "n"
        ? ""
        : radix === "d"
          ? String(n).padStart(7, "0")
          : radix === "x"
            ? n.toString(16).padStart(6, "0")
            : n.toString(8).padStart(7, "0");
    const skip = o.value("j") === undefined ? 0 : (sized(o.value("j")!) ?? 0);
    const most = o.value("N") === undefined ? Infinity : (sized(o.value("N")!) ?? 0);
    const all = (await inputs(c)).subarray(skip).subarray(0, most === Infinity ? undefined : most);
    const width = o.has("w") ? Number(o.value("w") || "32") : 16;
    const block = Math.max(...formats.map((f) => f.size));
    const cell = Math.max(...formats.map((f) => (f.width + 1) * (block / f.size)));
    let last = "";
    let starred = false;
    for (let at = 0; at < all.length; at += width) {
      const row = all.subarray(at, at + width);
      const key = row.toString("latin1");
      if (!o.has("v") && row.length === width && key === last && at + width <= all.length) {
        if (!starred) c.out.text("*\n");
        starred = true;
        continue;
      }
      starred = false;
      last = key;
      formats.forEach((f, n) => {
        let line = n === 0 ? address(at + skip) : " ".repeat(address(at).length);
        const each = cell / (block / f.size);
        for (let i = 0; i < row.length; i += f.size) line += f.show(row, i).padStart(each);
        if (f.text) line += " ".repeat(each * Math.floor((width - row.length) / f.size)) + `  >${printable(row)}<`;
        c.out.text(`${line}\n`);
      });
    }
    if (radix !== "n" && !(all.length === 0 && c.status !== 0)) c.out.text(`${address(all.length + skip)}\n`);
  },
});

const pair = (b: Buffer, i: number): number => (b[i + 1] ?? 0) * 256 + b[i]!;

/** Cells of hexdump by the option that asks for them. */
const hexdumpFormats: Record<string, Format> = {
  "": { size: 2, width: 5, show: (b, i) => pair(b, i).toString(16).padStart(4, "0") },
  x: { size: 2, width: 8, show: (b, i) => pair(b, i).toString(16).padStart(4, "0") },
  d: { size: 2, width: 8, show: (b, i) => String(pair(b, i)).padStart(5, "0") },
  o: { size: 2, width: 8, show: (b, i) => pair(b, i).toString(8).padStart(6, "0") },
  b: { size: 1, width: 4, show: (b, i) => b[i]!.toString(8).padStart(3, "0") },
  c: {
    size: 1,
    width: 4,
    show: (b, i) => escapes[b[i]!] ?? (b[i]! >= 32 && b[i]! < 127 ? String.fromCharCode(b[i]!) : b[i]!.toString(8).padStart(3, "0")),
  },
};

const hexdumpLike = (name: string): CommandProgram =>
  command({
    name,
    options:
      "b,one-byte-octal C,canonical c,one-byte-char d,two-bytes-decimal o,two-bytes-octal x,two-bytes-hex !e,format= !f,format-file= n,length= s,skip= v,no-squeezing !L,color=?",
    version: "from util-linux 2.39.3",
    usage: "[options] <file>...",
    summary: "Display file contents in hexadecimal, decimal, octal, or ascii.",
    async run(c) {
      const { p, o } = c;
      const shape = o.last("b", "c", "d", "o", "x", "C");
      if (o.list.filter(([key]) => "bcdoxC".includes(key)).length > 1) p.notSimulated("hexdump with more than one format");
      const skip = Number(o.value("s") ?? "0");
      const all = (await inputs(c)).subarray(skip).subarray(0, o.value("n") === undefined ? undefined : Number(o.value("n")));
      const canonical = shape === "C" || c.name === "hd";
      const digits = canonical ? 8 : 7;
      let last = "";
      let starred = false;
      for (let at = 0; at < all.length; at += 16) {
        const row = all.subarray(at, at + 16);
        const key = row.toString("latin1");
        if (!o.has("v") && row.length === 16 && key === last) {
          if (!starred) c.out.text("*\n");
          starred = true;
          continue;
        }
        starred = false;
        last = key;
        const address = (at + skip).toString(16).padStart(digits, "0");
        if (canonical) {
          const hex = Array.from({ length: 16 }, (_, i) => (i < row.length ? row[i]!.toString(16).padStart(2, "0") : "  "));
          const text = printable(row);
          c.out.text(`${address}  ${hex.slice(0, 8).join(" ")}  ${hex.slice(8).join(" ")}  |${text}|\n`);
        } else {
          const { width, size, show } = hexdumpFormats[shape ?? ""]!;
          let line = address;
          for (let i = 0; i < 16; i += size) line += (i < row.length ? show(row, i) : "").padStart(width);
          c.out.text(`${line}\n`);
        }
      }
      if (all.length > 0) c.out.text(`${(all.length + skip).toString(16).padStart(digits, "0")}\n`);
      // none of the files could be read
      if (all.length === 0 && c.status !== 0) await c.warn("all input file arguments failed");
    },
  });
export const hexdump = hexdumpLike("hexdump");
export const hd = hexdumpLike("hd");

/** Vim's xxd has options of its own making: -r, -p, long forms with one dash. */
export const xxd: CommandProgram = {
  name: "xxd",
  async main(p) {
    let [plain, reverse, upper, include] = [false, false, false, false];
    let [cols, group, length, seek] = [0, 2, Infinity, 0];
    const files: string[] = [];
    const args = [...p.args];
    while (args.length > 0) {
      const a = args.shift()!;
      const number = (): number => Number(args.shift() ?? "0");
      if (/^-(p|ps|postscript|plain)$/.test(a)) plain = true;
      else if (/^-(r|revert)$/.test(a)) reverse = true;
      else if (a === "-rp" || a === "-pr") plain = reverse = true;
      else if (a === "-u") upper = true;
      else if (a === "-i") include = true;
      else if (/^-c\d*$/.test(a)) cols = a.length > 2 ? Number(a.slice(2)) : number();
      else if (/^-g\d*$/.test(a)) group = a.length > 2 ? Number(a.slice(2)) : number();
      else if (/^-l\d*$/.test(a)) length = a.length > 2 ? Number(a.slice(2)) : number();
      else if (/^-s\d*$/.test(a)) seek = a.length > 2 ? Number(a.slice(2)) : number();
      else if (a.startsWith("-") && a !== "-") p.notSimulated(`xxd ${a}`);
      else files.push(a);
    }
    if (include) p.notSimulated("xxd -i");
    let data: Buffer;
    try {
      data = await readInput(p, files[0] ?? "-");
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`xxd: ${files[0]}: ${error.text}\n`);
      return 2;
    }
    if (reverse) {
      const text = data.toString("latin1");
      const hex = plain
        ? text.replace(/[^0-9a-fA-F]/g, "")
        : text
            .split("\n")
            .map((line) => (/^[0-9a-fA-F]+:\s?((?:[0-9a-fA-F]{2,}\s?)+)/.exec(line)?.[1] ?? "").replace(/\s/g, ""))
            .join("");
      await p.write(1, Buffer.from(hex, "hex"));
      return 0;
    }
    data = data.subarray(seek).subarray(0, length === Infinity ? undefined : length);
    const shown = (b: number): string => (upper ? b.toString(16).toUpperCase() : b.toString(16)).padStart(2, "0");
    let out = "";
    if (plain) {
      const width = cols || 30;
      for (let i = 0; i < data.length; i += width) out += `${[...data.subarray(i, i + width)].map(shown).join("")}\n`;
    } else {
      const width = cols || 16;
      for (let at = 0; at < data.length; at += width) {
        const row = data.subarray(at, at + width);
        let hex = "";
        for (let i = 0; i < width; i++) {
          hex += i < row.length ? shown(row[i]!) : "  ";
          if (group > 0 && (i + 1) % group === 0) hex += " ";
        }
        if (group === 0 || width % group !== 0) hex += " ";
        out += `${(at + seek).toString(16).padStart(8, "0")}: ${hex} ${printable(row)}\n`;
      }
    }
    await p.out(out);
    return 0;
  },
};

export const strings = command({
  name: "strings",
  options: "a,all n,bytes= t,radix= f,print-file-name o !e,encoding= w,include-all-whitespace s,output-separator= d",
  digits: true,
  version: "(GNU Binutils for Ubuntu) 2.42",
  usage: "[option(s)] [file(s)]",
  summary: "Display printable strings in [file(s)] (stdin by default)",
  async run(c) {
    const { p, o } = c;
    const least = Number(o.value("digits") ?? o.value("n") ?? "4");
    for (const name of c.operands.length > 0 ? c.operands : ["-"]) {
      if (name !== "-" && !p.fs.exists(name)) {
        await c.warn(`'${name}': No such file`);
        continue;
      }
      let run = "";
      let at = 0;
      const emit = (end: number): void => {
        if (run.length >= least) {
          const where = o.value("t") ?? (o.has("o") ? "o" : undefined);
          const start = end - run.length;
          const offset = where === undefined ? "" : `${start.toString(where === "x" ? 16 : where === "o" ? 8 : 10).padStart(7)} `;
          c.out.text(`${o.has("f") ? `${name}: ` : ""}${offset}${run}\n`);
        }
        run = "";
      };
      try {
        for await (const part of pieces(p, name)) {
          for (const b of part) {
            if ((b >= 32 && b < 127) || b === 9) run += String.fromCharCode(b);
            else emit(at);
            at++;
          }
        }
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(error.code === "EISDIR" ? `Warning: '${name}' is a directory` : `${quoteName(name)}: ${error.text}`);
      }
      emit(at);
    }
  },
});

export const cmp = command({
  name: "cmp",
  tryLine: "cmp: Try 'cmp --help' for more information.",
  options: "b,print-bytes i,ignore-initial= l,verbose n,bytes= s,quiet silent",
  usageStatus: 2,
  version: "(GNU diffutils) 3.10",
  usage: "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
  summary: "Compare two files byte by byte.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) await c.usage(`missing operand after 'cmp'`);
    const [a, b = "-"] = o.operands as [string, string?];
    const quiet = o.has("s", "silent");
    const read = async (name: string): Promise<Buffer | undefined> => {
      try {
        return await readInput(p, name);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (!quiet) await c.warn(`${name}: ${error.text}`, 2);
        return undefined;
      }
    };
    let [x, y] = [await read(a), await read(b)];
    if (!x || !y) return 2;
    const skip = (o.value("i") ?? "0").split(":").map((t) => sized(t) ?? 0);
    x = x.subarray(skip[0]);
    y = y.subarray(skip[1] ?? skip[0]);
    const limit = o.value("n") === undefined ? Infinity : (sized(o.value("n")!) ?? 0);
    const shared = Math.min(x.length, y.length, limit);
    let status = 0;
    for (let i = 0; i < shared; i++) {
      if (x[i] === y[i]) continue;
      status = 1;
      if (quiet) return 1;
      if (o.has("l")) {
        c.out.text(`${String(i + 1).padStart(String(shared).length)} ${x[i]!.toString(8).padStart(3)} ${y[i]!.toString(8).padStart(3)}\n`);
        continue;
      }
      const line = x.subarray(0, i).reduce((n, byte) => n + (byte === 10 ? 1 : 0), 1);
      const show = (n: number): string =>
        ` ${n.toString(8).padStart(3)} ${n < 32 ? `^${String.fromCharCode(n + 64)}` : n < 127 ? String.fromCharCode(n) : `M-${String.fromCharCode(n & 127)}`}`;
      c.out.text(
        `${a} ${b} differ: ${o.has("b") ? "byte" : "byte"} ${i + 1}, line ${line}${o.has("b") ? ` is${show(x[i]!)}${show(y[i]!)}` : ""}\n`,
      );
      return 1;
    }
    if (x.length !== y.length && shared < limit) {
      if (quiet) return 1;
      const shorter = x.length < y.length ? a : b;
      const data = x.length < y.length ? x : y;
      const newlines = data.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0);
      const where =
        o.has("l") && data.length > 0
          ? ` after byte ${data.length}`
          : data.length === 0
            ? " which is empty"
            : ` after byte ${data.length}, ${data.at(-1) === 10 ? `line ${newlines}` : `in line ${newlines + 1}`}`;
      await c.warn(`EOF on ${quoteName(shorter)}${where}`, 1);
      return 1;
    }
    return status;
  },
});
