import { Errno } from "../../../core/errno.ts";
import { command, Exit, keptLines, linesOf, toBytes, type Context } from "../command.ts";
import { fromBytes } from "../encoding.ts";
import { quote, quoteName } from "../quote.ts";

async function each(c: Context, work: (name: string) => Promise<void>): Promise<void> {
  for (const name of c.operands.length > 0 ? c.operands : ["-"]) {
    try {
      await work(name);
      await c.out.flush();
    } catch (error) {
      if (error instanceof Errno && error.code === "EPIPE") throw error;
      await c.report(error, name);
    }
  }
}

export const fold = command({
  name: "fold",
  options: "b,bytes s,spaces w,width=",
  digits: true,
  usage: "[OPTION]... [FILE]...",
  summary: "Wrap input lines in each FILE, writing to standard output.",
  async run(c) {
    const { p, o } = c;
    const text = o.value("digits") ?? o.value("w") ?? "80";
    const width = Number(text);
    if (!/^\d+$/.test(text) || width === 0) await c.fail(`invalid number of columns: ${quote(p, text)}`);
    await each(c, async (name) => {
      for await (const { line, ended } of linesOf(p, name)) {
        let out = "";
        let column = 0;
        for (const x of line) {
          const next = o.has("b")
            ? column + 1
            : x === "\b"
              ? Math.max(0, column - 1)
              : x === "\r"
                ? 0
                : x === "\t"
                  ? column + 8 - (column % 8)
                  : column + 1;
          if (next > width && out !== "") {
            let rest = "";
            if (o.has("s")) {
              const cut = Math.max(out.lastIndexOf(" "), out.lastIndexOf("\t"));
              if (cut >= 0) {
                rest = out.slice(cut + 1);
                out = out.slice(0, cut + 1);
              }
            }
            c.out.raw(`${out}\n`);
            out = rest;
            column = rest.length;
          }
          column = o.has("b")
            ? column + 1
            : x === "\b"
              ? Math.max(0, column - 1)
              : x === "\r"
                ? 0
                : x === "\t"
                  ? column + 8 - (column % 8)
                  : column + 1;
          out += x;
        }
        c.out.raw(out + (ended ? "\n" : ""));
      }
    });
  },
});

/** Tab stops: "4" or "4,8,12". */
function stops(text: string | undefined): (column: number) => number {
  const list = (text ?? "8").split(/[,\s]+/).map(Number);
  return (column) => {
    if (list.length === 1) return column + list[0]! - (column % list[0]!);
    return list.find((s) => s > column) ?? column + 1;
  };
}

export const expand = command({
  name: "expand",
  options: "i,initial t,tabs=",
  usage: "[OPTION]... [FILE]...",
  summary: "Convert tabs in each FILE to spaces, writing to standard output.",
  async run(c) {
    const next = stops(c.o.value("t"));
    await each(c, async (name) => {
      for await (const { line, ended } of linesOf(c.p, name)) {
        let column = 0;
        let out = "";
        let initial = true;
        for (const x of line) {
          if (x === "\t" && (initial || !c.o.has("i"))) {
            const to = next(column);
            out += " ".repeat(to - column);
            column = to;
          } else {
            out += x;
            column += x === "\b" ? -1 : 1;
            if (x !== " ") initial = false;
          }
        }
        c.out.raw(out + (ended ? "\n" : ""));
      }
    });
  },
});

export const unexpand = command({
  name: "unexpand",
  options: "a,all first-only t,tabs=",
  usage: "[OPTION]... [FILE]...",
  summary: "Convert blanks in each FILE to tabs, writing to standard output.",
  async run(c) {
    const next = stops(c.o.value("t"));
    const all = (c.o.has("a") || c.o.has("t")) && !c.o.has("first-only");
    await each(c, async (name) => {
      for await (const { line, ended } of linesOf(c.p, name)) {
        let out = "";
        let column = 0;
        let blanks = 0;
        let initial = true;
        const flush = (): void => {
          const end = column;
          let at = end - blanks;
          if (blanks > 1) {
            while (next(at) <= end) {
              out += "\t";
              at = next(at);
            }
          }
          out += " ".repeat(end - at);
          blanks = 0;
        };
        for (const x of line) {
          if ((x === " " || x === "\t") && (initial || all)) {
            const to = x === "\t" ? next(column) : column + 1;
            blanks += to - column;
            column = to;
            if (x === "\t") {
              const start = column - blanks;
              let at = start;
              while (at < column) {
                out += "\t";
                at = next(at);
              }
              blanks = 0;
            }
            continue;
          }
          if (blanks > 0) flush();
          initial = false;
          out += x;
          column++;
        }
        if (blanks > 0) flush();
        c.out.raw(out + (ended ? "\n" : ""));
      }
    });
  },
});

export const paste = command({
  name: "paste",
  options: "d,delimiters= s,serial z,zero-terminated",
  usage: "[OPTION]... [FILE]...",
  summary: "Write lines consisting of the sequentially corresponding lines from each FILE, separated by TABs, to standard output.",
  async run(c) {
    const { p, o } = c;
    const end = o.has("z") ? "\0" : "\n";
    const delimiters = [...toBytes(o.value("d") ?? "\t").matchAll(/\\(.)|[^\\]/gs)].map(([whole, x]) =>
      x === undefined ? whole : (({ n: "\n", t: "\t", "0": "", "\\": "\\" } as Record<string, string>)[x] ?? x),
    );
    const names = o.operands.length > 0 ? o.operands : ["-"];
    if (o.has("s")) {
      for (const name of names) {
        try {
          const lines = await keptLines(p, name, end);
          c.out.raw(lines.map((line, i) => (i === 0 ? "" : (delimiters[(i - 1) % delimiters.length] ?? "")) + line).join("") + end);
        } catch (error) {
          await c.report(error, name);
        }
      }
      return;
    }
    const shared = names.includes("-") ? linesOf(p, "-", "latin1", end) : undefined;
    const sources: AsyncGenerator<{ line: string }>[] = [];
    for (const name of names) {
      if (name !== "-" && !p.fs.exists(name)) await c.fail(`${quoteName(name)}: No such file or directory`);
      sources.push(name === "-" ? shared! : linesOf(p, name, "latin1", end));
    }
    for (;;) {
      const row = [];
      let any = false;
      for (const source of sources) {
        const next = await source.next();
        if (!next.done) any = true;
        row.push(next.done ? "" : next.value.line);
      }
      if (!any) return;
      c.out.raw(row.map((text, i) => (i === 0 ? "" : (delimiters[(i - 1) % delimiters.length] ?? "")) + text).join("") + end);
    }
  },
});

export const comm = command({
  name: "comm",
  options: "1 2 3 check-order nocheck-order output-delimiter= total z,zero-terminated",
  usage: "[OPTION]... FILE1 FILE2",
  summary: "Compare sorted files FILE1 and FILE2 line by line.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length < 2)
      await c.usage(o.operands.length === 0 ? "missing operand" : `missing operand after ${quote(p, o.operands[0]!)}`);
    if (o.operands.length > 2) await c.usage(`extra operand ${quote(p, o.operands[2]!)}`);
    const end = o.has("z") ? "\0" : "\n";
    const lists: string[][] = [];
    for (const name of o.operands) {
      const lines: string[] = [];
      try {
        for await (const { line } of linesOf(p, name, "latin1", end)) lines.push(line);
      } catch (error) {
        await c.report(error, name);
        return;
      }
      lists.push(lines);
    }
    const [a, b] = lists as [string[], string[]];
    const d = toBytes(o.value("output-delimiter") ?? "\t");
    const totals = [0, 0, 0];
    const show = (column: 1 | 2 | 3, line: string): void => {
      totals[column - 1]!++;
      if (o.has(String(column))) return;
      const before = column === 1 ? 0 : column === 2 ? (o.has("1") ? 0 : 1) : (o.has("1") ? 0 : 1) + (o.has("2") ? 0 : 1);
      c.out.raw(d.repeat(before) + line + end);
    };
    let warned = false;
    const check = async (list: string[], i: number, n: number): Promise<void> => {
      if (warned || o.has("nocheck-order") || i === 0 || i >= list.length || list[i - 1]! <= list[i]!) return;
      warned = true;
      await c.warn(`file ${n} is not in sorted order`);
      if (o.has("check-order")) throw new Exit(1);
    };
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
      await check(a, i, 1);
      await check(b, j, 2);
      if (j >= b.length || (i < a.length && a[i]! < b[j]!)) show(1, a[i++]!);
      else if (i >= a.length || b[j]! < a[i]!) show(2, b[j++]!);
      else {
        show(3, a[i]!);
        i++;
        j++;
      }
    }
    if (o.has("total")) c.out.raw(`${totals.join(d)}${d}total${end}`);
    if (warned) await c.fail("input is not in sorted order");
  },
});

/** util-linux's column: -t tables, or filled columns. */
export const column = command({
  name: "column",
  options:
    "t,table s,separator= o,output-separator= c,output-width= N,table-columns= R,table-right= ~n,table-name= x,fillrows L,keep-empty-lines H,table-hide= !J,json d,table-noheadings !l,table-columns-limit=",
  version: "from util-linux 2.39.3",
  usage: "[options] [<file>...]",
  summary: "Columnate lists.",
  async run(c) {
    const { p, o } = c;
    const lines: string[] = [];
    await each(c, async (name) => {
      for await (const { line } of linesOf(p, name)) if (line.trim() !== "" || o.has("L")) lines.push(fromBytes(line));
    });
    if (!o.has("t")) {
      const width = Number(o.value("c") ?? p.env.COLUMNS ?? "80");
      const items = lines.map((line) => line.trim());
      const widest = Math.max(0, ...items.map((x) => [...x].length));
      const size = (Math.floor(widest / 8) + 1) * 8;
      const count = Math.max(1, Math.floor(width / size));
      const rows = Math.ceil(items.length / count);
      for (let r = 0; r < rows; r++) {
        let line = "";
        for (let k = 0; k < count; k++) {
          const i = o.has("x") ? r * count + k : k * rows + r;
          if (i >= items.length) break;
          const more = o.has("x") ? k + 1 < count && i + 1 < items.length : i + rows < items.length;
          line += items[i]!;
          if (more) line += "\t".repeat(Math.ceil((size - [...items[i]!].length) / 8));
        }
        c.out.text(`${line}\n`);
      }
      return;
    }
    const separators = o.value("s");
    const rows = lines.map((line) =>
      separators === undefined ? line.trim().split(/[ \t]+/) : line.split(new RegExp(`[${separators.replace(/[\\\]^-]/g, "\\$&")}]`)),
    );
    const names = o.value("N")?.split(",");
    const hidden = new Set((o.value("H") ?? "").split(",").map((x) => (names ? names.indexOf(x) : Number(x) - 1)));
    if (names && !o.has("d")) rows.unshift(names);
    const right = new Set((o.value("R") ?? "").split(",").map((x) => (names ? names.indexOf(x) : Number(x) - 1)));
    const joint = o.value("o") ?? "  ";
    const widths: number[] = [];
    for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, [...cell].length)));
    const columns = widths.length;
    for (const row of rows) {
      const cells: string[] = [];
      for (let i = 0; i < columns; i++) {
        if (hidden.has(i)) continue;
        const cell = row[i] ?? "";
        const gap = " ".repeat(widths[i]! - [...cell].length);
        cells.push(right.has(i) ? gap + cell : i === columns - 1 ? cell : cell + gap);
      }
      c.out.text(`${cells.join(joint)}\n`);
    }
  },
});
