import { Errno } from "../../../core/errno.ts";
import { command, keptLines, readInput, sized, toBytes } from "../command.ts";
import { formatNumber } from "../format.ts";
import { quote, quoteName } from "../quote.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";

/** What is wrong with a format of seq -f: it takes one number as %f, %e, %g or %a print it. */
function badFormat(p: Proc, format: string): string | undefined {
  const directives = format.replaceAll("%%", "").match(/%[-'+ #0]*\d*(?:\.\d*)?L?(.?)/gs) ?? [];
  const shown = quote(p, format);
  const first = directives[0];
  if (first === undefined) return `format ${shown} has no % directive`;
  const letter = /[^-'+ #0-9.L%]$/s.exec(first)?.[0];
  if (letter === undefined) return `format ${shown} ends in %`;
  if (!/[aefgAEFG]/.test(letter)) return `format ${shown} has unknown %${letter} directive`;
  return directives.length > 1 ? `format ${shown} has too many % directives` : undefined;
}

export const seq: CommandProgram = {
  name: "seq",
  async main(p) {
    // numbers may be negative, so options end at the first that looks like one
    const args = [...p.args];
    const fail = async (text: string): Promise<number> => {
      await p.err(`seq: ${text}\nTry 'seq --help' for more information.\n`);
      return 1;
    };
    let separator = "\n";
    let wide = false;
    let format: string | undefined;
    let i = 0;
    for (; i < args.length; i++) {
      const a = args[i]!;
      if (a === "--") {
        i++;
        break;
      }
      if (/^-[\d.]/.test(a) || !a.startsWith("-") || a === "-") break;
      if (a === "-w" || a === "--equal-width") wide = true;
      else if (a.startsWith("-s") || a.startsWith("--separator"))
        separator = a.startsWith("--")
          ? a.includes("=")
            ? a.slice(a.indexOf("=") + 1)
            : args[++i]!
          : a.length > 2
            ? a.slice(2)
            : (args[++i] ?? "");
      else if (a.startsWith("-f") || a.startsWith("--format"))
        format = a.startsWith("--")
          ? a.includes("=")
            ? a.slice(a.indexOf("=") + 1)
            : args[++i]!
          : a.length > 2
            ? a.slice(2)
            : (args[++i] ?? "");
      else if (a === "--help") {
        await p.out(
          "Usage: seq [OPTION]... LAST\n  or:  seq [OPTION]... FIRST LAST\n  or:  seq [OPTION]... FIRST INCREMENT LAST\nPrint numbers from FIRST to LAST, in steps of INCREMENT.\n",
        );
        return 0;
      } else if (a.startsWith("--")) return fail(`unrecognized option '${a}'`);
      else return fail(`invalid option -- '${a[1]}'`);
    }
    const operands = args.slice(i);
    if (operands.length === 0) return fail("missing operand");
    if (operands.length > 3) return fail(`extra operand ${quote(p, operands[3]!)}`);
    for (const x of operands)
      if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(x) && !/^[-+]?inf$/.test(x))
        return fail(`invalid floating point argument: ${quote(p, x)}`);
    const texts =
      operands.length === 1
        ? ["1", "1", operands[0]!]
        : operands.length === 2
          ? [operands[0]!, "1", operands[1]!]
          : (operands as [string, string, string]);
    const [first, step, last] = texts.map((x) => (x.includes("inf") ? (x.startsWith("-") ? -Infinity : Infinity) : Number(x))) as [
      number,
      number,
      number,
    ];
    if (step === 0) return fail(`invalid Zero increment value: ${quote(p, texts[1]!)}`);
    const wrong = format === undefined ? undefined : badFormat(p, format);
    if (wrong !== undefined) {
      await p.err(`seq: ${wrong}\n`);
      return 1;
    }
    const places = Math.max(...texts.slice(0, 2).map((x) => /\.(\d*)/.exec(x)?.[1]?.length ?? 0));
    const show = (n: number): string =>
      format === undefined
        ? n.toFixed(places)
        : format.replace(/%%|%([-+ #0]*)(\d*)(?:\.(\d+))?([efgaEFGA])/g, (whole, f: string, w: string, pr: string | undefined, x: string) =>
            whole === "%%" ? "%" : formatNumber(x, f, Number(w), pr === undefined ? undefined : Number(pr), n),
          );
    const width = wide ? Math.max(show(first).length, Number.isFinite(last) ? last.toFixed(places).length : 0) : 0;
    const pad = (text: string): string =>
      wide ? (text.startsWith("-") ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0")) : text;
    let out = "";
    let any = false;
    for (let k = 0; ; k++) {
      const n = first + k * step;
      if (step > 0 ? n > last + 1e-12 * Math.abs(last) : n < last - 1e-12 * Math.abs(last)) break;
      out += (any ? separator : "") + pad(show(n));
      any = true;
      if (out.length > 32768) {
        await p.out(out);
        out = "";
        await p.tick();
      }
    }
    if (any) await p.out(`${out}\n`);
    return 0;
  },
};

export const yes = command({
  name: "yes",
  options: "+",
  usage: "[STRING]...\n  or:  yes OPTION",
  summary: "Repeatedly output a line with all specified STRING(s), or 'y'.",
  async run(c) {
    const line = `${c.operands.length > 0 ? c.operands.join(" ") : "y"}\n`;
    const block = Buffer.from(line.repeat(Math.max(1, Math.floor(8192 / line.length))));
    for (;;) {
      await c.p.write(1, block);
      await c.p.tick();
      // a real machine is not infinitely fast
      await c.p.sleep(1);
    }
  },
});

export const shuf = command({
  name: "shuf",
  options: "e,echo i,input-range= n,head-count= o,output= !random-source= r,repeat z,zero-terminated",
  usage: "[OPTION]... [FILE]\n  or:  shuf -e [OPTION]... [ARG]...\n  or:  shuf -i LO-HI [OPTION]...",
  summary: "Write a random permutation of the input lines to standard output.",
  async run(c) {
    const { p, o } = c;
    const end = o.has("z") ? "\0" : "\n";
    let items: string[] = [];
    const range = o.value("i");
    if (range !== undefined) {
      const m = /^(\d+)-(\d+)$/.exec(range);
      if (!m || Number(m[1]) > Number(m[2])) await c.fail(`invalid input range: ${quote(p, range)}`);
      for (let n = Number(m![1]); n <= Number(m![2]); n++) items.push(String(n));
    } else if (o.has("e")) items = o.operands.map(toBytes);
    else {
      if (o.operands.length > 1) await c.usage(`extra operand ${quote(p, o.operands[1]!)}`);
      try {
        items = await keptLines(p, o.operands[0] ?? "-", end);
      } catch (error) {
        await c.report(error, o.operands[0]!);
        return;
      }
    }
    const random = p.machine.random("shuf");
    const count = o.value("n") === undefined ? Infinity : Number(o.value("n"));
    if (Number.isNaN(count)) await c.fail(`invalid line count: ${quote(p, o.value("n")!)}`);
    let out: string[] = [];
    if (o.has("r"))
      for (let i = 0; i < count && items.length > 0; i++) {
        c.out.raw(random.pick(items) + end);
        if (c.out.full) await c.out.flush();
        await p.tick();
      }
    else {
      for (let i = items.length - 1; i > 0; i--) {
        const j = random.int(0, i);
        [items[i], items[j]] = [items[j]!, items[i]!];
      }
      out = items.slice(0, count === Infinity ? undefined : count);
    }
    const text = Buffer.from(out.map((x) => x + end).join(""), "latin1");
    const to = o.value("o");
    if (to === undefined) c.out.bytes(text);
    else p.fs.write(to, text);
  },
});

export const split = command({
  name: "split",
  options:
    "a,suffix-length= additional-suffix= b,bytes= C,line-bytes= d numeric-suffixes=? x hex-suffixes=? e,elide-empty-files !filter= l,lines= n,number= !t,separator= ~u,unbuffered verbose",
  digits: true,
  usage: "[OPTION]... [FILE [PREFIX]]",
  summary: "Output pieces of FILE to PREFIXaa, PREFIXab, ...;",
  async run(c) {
    const { p, o } = c;
    if (o.has("C") || (o.value("n") !== undefined && !/^\d+$/.test(o.value("n")!))) p.notSimulated("split -C and chunked -n");
    const [name = "-", prefix = "x"] = o.operands;
    let data: Buffer;
    try {
      data = await readInput(p, name);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return c.fail(`cannot open ${quoteName(name) === name ? `'${name}'` : quoteName(name)} for reading: ${error.text}`);
    }
    const parts: Buffer[] = [];
    if (o.value("b") !== undefined) {
      const size = sized(o.value("b")!) ?? 0;
      if (size === 0) await c.fail(`invalid number of bytes: ${quote(p, o.value("b")!)}`);
      for (let at = 0; at < data.length; at += size) parts.push(data.subarray(at, at + size));
    } else if (o.value("n") !== undefined) {
      const n = Number(o.value("n"));
      const size = Math.floor(data.length / n);
      for (let i = 0; i < n; i++) parts.push(data.subarray(i * size, i === n - 1 ? undefined : (i + 1) * size));
    } else {
      const lines = Number(o.value("l") ?? o.value("digits") ?? "1000");
      if (!(lines > 0)) await c.fail(`invalid number of lines: ${quote(p, o.value("l")!)}`);
      for (let at = 0; at < data.length;) {
        let end = at;
        for (let k = 0; k < lines && end < data.length; k++) {
          const next = data.indexOf(10, end);
          end = next < 0 ? data.length : next + 1;
        }
        parts.push(data.subarray(at, end));
        at = end;
      }
    }
    const digits = o.has("d", "numeric-suffixes")
      ? "0123456789"
      : o.has("x", "hex-suffixes")
        ? "0123456789abcdef"
        : "abcdefghijklmnopqrstuvwxyz";
    const width = Number(o.value("a") ?? "2");
    const from = Number(o.value("numeric-suffixes") || "0");
    for (const [i, part] of parts.entries()) {
      let n = i + from;
      let suffix = "";
      for (let k = 0; k < width; k++) {
        suffix = digits[n % digits.length]! + suffix;
        n = Math.floor(n / digits.length);
      }
      if (n > 0) return c.fail("output file suffixes exhausted");
      const to = `${prefix}${suffix}${o.value("additional-suffix") ?? ""}`;
      if (o.has("verbose")) c.out.text(`creating file '${to}'\n`);
      p.fs.write(to, part);
    }
  },
});
