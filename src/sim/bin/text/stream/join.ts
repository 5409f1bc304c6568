import { Errno } from "../../../core/errno.ts";
import { command, fromBytes, readInput, type Context } from "../command.ts";
import { quote, quoteName } from "../quote.ts";

/** Says when a file turns out not to be sorted: once a file, and (without --check-order) only after a line found no partner. */
class Order {
  unpaired = false;
  broken = false;
  readonly #c: Context;
  readonly #lines: [string[], string[]];
  readonly #keys: [string[], string[]];
  readonly #from: number;
  readonly #said = [false, false];
  constructor(c: Context, lines: [string[], string[]], keys: [string[], string[]], from: number) {
    this.#c = c;
    this.#lines = lines;
    this.#keys = keys;
    this.#from = from;
  }
  /** Line `at` of a file has been read. */
  async read(file: 0 | 1, at: number): Promise<void> {
    const { o, operands } = this.#c;
    const keys = this.#keys[file];
    if (o.has("nocheck-order") || this.#said[file] || !(this.unpaired || o.has("check-order"))) return;
    if (at <= this.#from || at >= keys.length || keys[at - 1]! <= keys[at]!) return;
    this.#said[file] = this.broken = true;
    const text = `${operands[file]}:${at + 1}: is not sorted: ${fromBytes(this.#lines[file][at]!)}`;
    if (o.has("check-order")) await this.#c.fail(text);
    await this.#c.warn(text);
  }
}

export const join = command({
  name: "join",
  options: "a= e= i,ignore-case j= o= t= v= 1= 2= check-order nocheck-order header z,zero-terminated",
  usage: "[OPTION]... FILE1 FILE2",
  summary: "For each pair of input lines with identical join fields, write a line to standard output.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length < 2)
      await c.usage(o.operands.length === 0 ? "missing operand" : `missing operand after ${quote(p, o.operands[0]!)}`);
    if (o.operands.length > 2) await c.usage(`extra operand ${quote(p, o.operands[2]!)}`);
    const t = o.value("t");
    const split = (line: string): string[] =>
      t === undefined ? line.replace(/^[ \t]+/, "").split(/[ \t]+/) : t === "" ? [line] : line.split(t);
    for (const key of ["1", "2", "j"])
      if (!/^[1-9]\d*$/.test(o.value(key) ?? "1")) await c.fail(`invalid field number: ${quote(p, o.value(key)!)}`);
    const joint = t === undefined ? " " : t;
    const on = [Number(o.value("1") ?? o.value("j") ?? "1") - 1, Number(o.value("2") ?? o.value("j") ?? "1") - 1];
    const end = o.has("z") ? "\0" : "\n";
    const read = async (name: string): Promise<string[]> => {
      const lines = (await readInput(p, name)).toString("latin1").split(end);
      if (lines.at(-1) === "") lines.pop();
      return lines;
    };
    let lines: [string[], string[]];
    try {
      lines = [await read(o.operands[0]!), await read(o.operands[1]!)];
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return c.fail(`${quoteName(error.path ?? "")}: ${error.text}`);
    }
    const [a, b] = [lines[0].map(split), lines[1].map(split)];
    const fill = o.value("e") ?? "";
    const format = o.value("o");
    const emit = (x: string[] | undefined, y: string[] | undefined, key: string): void => {
      let fields: string[];
      if (format !== undefined && format !== "auto") {
        fields = format.split(/[,\s]+/).map((spec) => {
          if (spec === "0") return key;
          const [file, field] = spec.split(".").map(Number) as [number, number];
          return (file === 1 ? x : y)?.[field - 1] || fill;
        });
      } else fields = [key, ...(x ?? []).filter((_f, i) => i !== on[0]), ...(y ?? []).filter((_f, i) => i !== on[1])];
      c.out.raw(fields.join(joint) + end);
    };
    const keyOf = (row: string[], n: 0 | 1): string => (o.has("i") ? (row[on[n]!] ?? "").toLowerCase() : (row[on[n]!] ?? ""));
    const from = o.has("header") && a.length > 0 && b.length > 0 ? 1 : 0;
    if (from === 1) emit(a[0], b[0], a[0]![on[0]!] ?? "");
    const alone = (n: string): boolean => o.values("a").includes(n) || o.values("v").includes(n);
    const paired = !o.has("v");
    const order = new Order(c, lines, [a.map((row) => keyOf(row, 0)), b.map((row) => keyOf(row, 1))], from);
    let [i, j] = [from, from];
    while (i < a.length || j < b.length) {
      const x = i < a.length ? keyOf(a[i]!, 0) : undefined;
      const y = j < b.length ? keyOf(b[j]!, 1) : undefined;
      if (y === undefined || (x !== undefined && x < y)) {
        if (alone("1")) emit(a[i], undefined, a[i]![on[0]!] ?? "");
        await order.read(0, ++i);
        order.unpaired ||= y !== undefined;
      } else if (x === undefined || y < x) {
        if (alone("2")) emit(undefined, b[j], b[j]![on[1]!] ?? "");
        await order.read(1, ++j);
        order.unpaired ||= x !== undefined;
      } else {
        let [m, n] = [i, j];
        while (m < a.length && keyOf(a[m]!, 0) === x) await order.read(0, ++m);
        while (n < b.length && keyOf(b[n]!, 1) === y) await order.read(1, ++n);
        if (paired) for (let k = i; k < m; k++) for (let l = j; l < n; l++) emit(a[k], b[l], a[k]![on[0]!] ?? "");
        [i, j] = [m, n];
      }
    }
    if (order.broken) await c.fail("input is not in sorted order");
  },
});
