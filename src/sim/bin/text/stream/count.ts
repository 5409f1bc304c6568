import { Errno } from "../../../core/errno.ts";
import { command, linesOf, pieces, readInput, type Context } from "../command.ts";
import { fromBytes } from "../encoding.ts";
import { quote, quoteAlways, quoteName } from "../quote.ts";

export const wc = command({
  name: "wc",
  options: "c,bytes m,chars l,lines L,max-line-length w,words files0-from= total=",
  usage: "[OPTION]... [FILE]...\n  or:  wc [OPTION]... --files0-from=F",
  summary: "Print newline, word, and byte counts for each FILE, and a total line if\nmore than one FILE is specified.",
  async run(c) {
    const { p, o } = c;
    const all = !o.has("c", "m", "l", "L", "w");
    const show = (key: string): boolean => o.has(key) || (all && "lwc".includes(key));
    let names = o.operands.length > 0 ? o.operands : ["-"];
    const list = o.value("files0-from");
    if (list !== undefined) names = (await readInput(p, list)).toString("utf8").replace(/\0$/, "").split("\0");
    const rows: { counts: number[]; name: string; ok: boolean }[] = [];
    const total = [0, 0, 0, 0, 0];
    for (const name of names) {
      const counts = [0, 0, 0, 0, 0];
      let ok = true;
      try {
        const s = name === "-" ? undefined : p.fs.tryStat(name);
        if (s?.type === "file" && !show("l") && !show("w") && !show("m") && !show("L") && s.size > 0) counts[3] = s.size;
        else await count(c, name, counts);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`${quoteName(name)}: ${error.text}`);
        ok = error.code === "EISDIR";
      }
      if (ok) rows.push({ counts, name: name === "-" && o.operands.length === 0 && list === undefined ? "" : name, ok });
      counts.forEach((n, i) => (total[i] = i === 4 ? Math.max(total[i]!, n) : total[i]! + n));
    }
    const when = o.value("total") ?? "auto";
    if (when === "only") rows.length = 0;
    if (when === "always" || when === "only" || (when === "auto" && names.length > 1))
      rows.push({ counts: total, name: when === "only" ? "" : "total", ok: true });
    const keys = ["l", "w", "m", "c", "L"].map((k, i) => [k, i] as const).filter(([k]) => show(k));
    const regular = names.reduce((sum, n) => sum + (n === "-" ? 0 : (p.fs.tryStat(n)?.size ?? 0)), 0);
    const stdin = names.includes("-") || names.some((n) => (p.fs.tryStat(n)?.type ?? "file") !== "file");
    const single = (names.length === 1 && keys.length === 1) || when === "only";
    const width = single
      ? 1
      : Math.max(
          stdin && !(names.length === 1 && names[0] === "-" && p.file(0).kind === "file" && p.file(0).path !== "/memfd") ? 7 : 1,
          String(regular).length,
        );
    for (const row of rows)
      c.out.text(
        `${keys.map(([, i]) => String(row.counts[i]).padStart(width)).join(" ")}${row.name === "" ? "" : ` ${quoteIf(row.name)}`}\n`,
      );
  },
});

const quoteIf = (name: string): string => (name.includes("\n") ? quoteName(name) : name);

async function count(c: Context, name: string, counts: number[]): Promise<void> {
  let inWord = false;
  let column = 0;
  for await (const part of pieces(c.p, name)) {
    counts[3]! += part.length;
    for (const b of part) {
      if ((b & 0xc0) !== 0x80) counts[2]!++;
      if (b === 10) {
        counts[0]!++;
        column = 0;
        inWord = false;
      } else if (b === 9 || b === 32 || (b >= 11 && b <= 13)) {
        inWord = false;
        column = b === 9 ? column + 8 - (column % 8) : b === 32 ? column + 1 : 0;
      } else {
        if (!inWord) counts[1]!++;
        inWord = true;
        if ((b & 0xc0) !== 0x80 && b >= 32 && b !== 127) column++;
      }
      if (column > counts[4]!) counts[4] = column;
    }
  }
}

export const uniq = command({
  name: "uniq",
  options:
    "c,count d,repeated D all-repeated=? f,skip-fields= group=? i,ignore-case s,skip-chars= u,unique z,zero-terminated w,check-chars=",
  usage: "[OPTION]... [INPUT [OUTPUT]]",
  summary: "Filter adjacent matching lines from INPUT (or standard input), writing to OUTPUT (or standard output).",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length > 2) await c.usage(`extra operand ${quote(p, o.operands[2]!)}`);
    const number = async (key: string, what: string): Promise<number> => {
      const v = o.value(key);
      if (v === undefined) return 0;
      return /^\d+$/.test(v) ? Number(v) : c.fail(`${v}: invalid number of ${what}`);
    };
    const fields = await number("f", "fields to skip");
    const chars = await number("s", "bytes to skip");
    const width = o.value("w") === undefined ? Infinity : await number("w", "bytes to compare");
    const end = o.has("z") ? "\0" : "\n";
    const group = o.has("group");
    const method = o.value("all-repeated") || (group ? o.value("group") || "separate" : "none");
    const everything = o.has("D", "all-repeated");
    if (group && o.has("c", "d", "D", "u")) await c.usage("--group is mutually exclusive with -c/-d/-D/-u");
    if (everything && o.has("c")) await c.usage("printing all duplicated lines and repeat counts is meaningless");
    const keyOf = (line: string): string => {
      let at = 0;
      for (let n = 0; n < fields && at < line.length; n++) {
        while (at < line.length && /[ \t]/.test(line[at]!)) at++;
        while (at < line.length && !/[ \t]/.test(line[at]!)) at++;
      }
      const key = line.slice(at + chars, at + chars + width);
      return o.has("i") ? key.toLowerCase() : key;
    };
    const to = o.operands[1];
    if (to !== undefined && to !== "-") p.setFd(1, p.open(to, { write: true, create: true, truncate: true }));
    let held: string[] = [];
    let key = "";
    let groups = 0;
    const emit = (): void => {
      if (held.length === 0) return;
      const repeated = held.length > 1;
      if (group || everything) {
        if (everything && !repeated) return;
        if (method === "prepend" || method === "both" || (method === "separate" && groups > 0)) c.out.raw(end);
        for (const line of held) c.out.raw(line + end);
        if (method === "append" || (method === "both" && group)) c.out.raw(method === "both" ? "" : end);
        groups++;
        return;
      }
      if (o.has("d") && !repeated) return;
      if (o.has("u") && repeated) return;
      c.out.raw((o.has("c") ? `${String(held.length).padStart(7)} ` : "") + held[0]! + end);
    };
    try {
      for await (const { line, last } of linesOf(p, o.operands[0] ?? "-", "latin1", end)) {
        const k = keyOf(line);
        if (held.length > 0 && k !== key) {
          emit();
          held = [];
        }
        key = k;
        held.push(line);
        if (last && c.out.full) await c.out.flush();
      }
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.fail(`${quoteName(o.operands[0]!)}: ${error.text}`);
    }
    emit();
    if (method === "both" && groups > 0) c.out.raw(end);
  },
});

export const nl = command({
  name: "nl",
  options:
    "b,body-numbering= d,section-delimiter= f,footer-numbering= h,header-numbering= i,line-increment= l,join-blank-lines= n,number-format= p,no-renumber s,number-separator= v,starting-line-number= w,number-width=",
  usage: "[OPTION]... [FILE]...",
  summary: "Write each FILE to standard output, with line numbers added.",
  async run(c) {
    const { p, o } = c;
    const style = o.value("b") ?? "t";
    if (!/^([atn]|p.*)$/.test(style)) await c.usage(`invalid body numbering style: ${quote(p, style)}`);
    if (style.startsWith("p") || o.has("h", "f", "d", "l")) p.notSimulated("nl with sections or patterns");
    const width = Number(o.value("w") ?? "6");
    const step = Number(o.value("i") ?? "1");
    let n = Number(o.value("v") ?? "1");
    const separator = o.value("s") ?? "\t";
    const format = o.value("n") ?? "rn";
    if (!/^(ln|rn|rz)$/.test(format)) await c.usage(`invalid line numbering format: ${quote(p, format)}`);
    for (const name of o.operands.length > 0 ? o.operands : ["-"]) {
      try {
        for await (const { line } of linesOf(p, name, "latin1")) {
          if (/^(\\:){1,3}$/.test(line)) {
            n = Number(o.value("v") ?? "1");
            c.out.raw("\n");
          } else if (style === "a" || (style === "t" && line !== "")) {
            const text = String(n);
            c.out.raw(
              (format === "ln" ? text.padEnd(width) : format === "rz" ? text.padStart(width, "0") : text.padStart(width)) +
                separator +
                line +
                "\n",
            );
            n += step;
          } else c.out.raw(`${" ".repeat(width + separator.length)}${line}\n`);
        }
      } catch (error) {
        await c.report(error, name);
      }
    }
  },
});

export const tac = command({
  name: "tac",
  options: "b,before r,regex s,separator=",
  usage: "[OPTION]... [FILE]...",
  summary: "Write each FILE to standard output, last line first.",
  async run(c) {
    const { p, o } = c;
    if (o.has("r")) p.notSimulated("tac -r");
    const separator = o.value("s") ?? "\n";
    for (const name of o.operands.length > 0 ? o.operands : ["-"]) {
      try {
        const text = (await readInput(p, name)).toString("latin1");
        const parts = o.has("b")
          ? text.split(separator).map((x, i) => (i === 0 ? x : separator + x))
          : text.split(separator).map((x, i, all) => (i < all.length - 1 ? x + separator : x));
        c.out.raw(parts.reverse().join(""));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(
          error.code === "EISDIR"
            ? `${quoteName(name)}: read error: Is a directory`
            : `failed to open ${quoteAlways(name)} for reading: ${error.text}`,
        );
      }
    }
  },
});

export const rev = command({
  name: "rev",
  options: "0,zero",
  version: "from util-linux 2.39.3",
  usage: "[options] [file ...]",
  summary: "Reverse lines characterwise.",
  async run(c) {
    for (const name of c.operands.length > 0 ? c.operands : ["-"]) {
      try {
        for await (const { line, ended } of linesOf(c.p, name)) c.out.text([...fromBytes(line)].reverse().join("") + (ended ? "\n" : ""));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot open ${name}: ${error.text}`);
      }
    }
  },
});
