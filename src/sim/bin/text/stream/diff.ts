import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { command, readInput, type Context } from "../command.ts";
import { fromBytes } from "../encoding.ts";
import { matchGlob } from "../find/glob.ts";
import { join } from "../file/copy.ts";
import { changes, type Change } from "./myers.ts";

interface Side {
  name: string;
  lines: string[];
  ended: boolean;
  mtime: number;
  binary: boolean;
}

export const diff = command({
  name: "diff",
  tryLine: "diff: Try 'diff --help' for more information.",
  options:
    "~normal q,brief s,report-identical-files c C,context= u U,unified= !e,ed !n,rcs !y,side-by-side !W,width= !left-column !p,show-c-function !F,show-function-line= label= L= !t,expand-tabs !T,initial-tab " +
    "r,recursive !no-dereference N,new-file !unidirectional-new-file x,exclude= !X,exclude-from= !S,starting-file= i,ignore-case E,ignore-tab-expansion Z,ignore-trailing-space b,ignore-space-change w,ignore-all-space " +
    "B,ignore-blank-lines I,ignore-matching-lines= a,text strip-trailing-cr !D,ifdef= d,minimal ~horizon-lines= ~speed-large-files color=? !from-file= !to-file=",
  usageStatus: 2,
  digits: true,
  version: "(GNU diffutils) 3.10",
  usage: "[OPTION]... FILES",
  summary: "Compare FILES line by line.",
  async run(c) {
    const { o } = c;
    if (o.has("I", "c", "C", "color")) {
      if (o.has("I")) c.p.notSimulated("diff -I");
      if (o.has("c", "C")) c.p.notSimulated("context diffs");
    }
    if (o.operands.length < 2) {
      await c.usage(`missing operand after '${o.operands[0] ?? "diff"}'`);
    }
    if (o.operands.length > 2) await c.usage(`extra operand '${o.operands[2]}'`);
    const [a, b] = o.operands as [string, string];
    return new Diff(c).compare(a, b, true);
  },
});

class Diff {
  readonly #c: Context;
  constructor(c: Context) {
    this.#c = c;
  }

  get #shownOptions(): string {
    const { p } = this.#c;
    return p.args.filter((x) => x.startsWith("-") && x !== "-").join(" ");
  }

  async #side(name: string): Promise<Side | undefined> {
    const { p, o } = this.#c;
    try {
      const data = await readInput(p, name);
      const text = data.toString("latin1");
      const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
      return {
        name,
        lines,
        ended: text === "" || text.endsWith("\n"),
        mtime: name === "-" ? p.now : (p.fs.tryStat(name)?.mtime ?? 0),
        binary: !o.has("a") && data.subarray(0, 4096).includes(0),
      };
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (o.has("N") && error.code === "ENOENT") return { name, lines: [], ended: true, mtime: 0, binary: false };
      await this.#c.warn(`${name}: ${error.text}`, 2);
      return undefined;
    }
  }

  async compare(a: string, b: string, top: boolean): Promise<number> {
    const { p, o, out } = this.#c;
    const [x, y] = [a === "-" ? undefined : p.fs.tryStat(a), b === "-" ? undefined : p.fs.tryStat(b)];
    if (x?.type === "dir" && y?.type === "dir") {
      if (top || o.has("r")) return this.#folders(a, b);
      out.text(`Common subdirectories: ${a} and ${b}\n`);
      return 0;
    }
    if (x?.type === "dir" && y && top) return this.compare(join(a, b.split("/").at(-1)!), b, top);
    if (y?.type === "dir" && x && top) return this.compare(a, join(b, a.split("/").at(-1)!), top);
    if (x && y && (x.type === "dir") !== (y.type === "dir")) {
      const kind = (t: string): string => (t === "dir" ? "directory" : "regular file");
      out.text(`File ${a} is a ${kind(x.type)} while file ${b} is a ${kind(y.type)}\n`);
      return 1;
    }
    const [left, right] = [await this.#side(a), await this.#side(b)];
    if (!left || !right) return 2;
    const key = this.#key();
    const ka = left.lines.map(key);
    const kb = right.lines.map(key);
    const space = o.has("w", "b", "Z");
    if (!left.ended && ka.length > 0 && !space) ka[ka.length - 1] += "\n\\";
    if (!right.ended && kb.length > 0 && !space) kb[kb.length - 1] += "\n\\";
    let list = changes(ka, kb);
    if (o.has("B"))
      list = list.filter((d) => [...left.lines.slice(d.a0, d.a1), ...right.lines.slice(d.b0, d.b1)].some((line) => line.trim() !== ""));
    if (list.length === 0) {
      if (o.has("s")) out.text(`Files ${a} and ${b} are identical\n`);
      return 0;
    }
    if (left.binary || right.binary) {
      out.text(o.has("q") ? `Files ${a} and ${b} differ\n` : `Binary files ${a} and ${b} differ\n`);
      return o.has("q") ? 1 : 2;
    }
    if (o.has("q")) {
      out.text(`Files ${a} and ${b} differ\n`);
      return 1;
    }
    if (!top) out.text(`diff ${this.#shownOptions} ${a} ${b}\n`);
    if (o.has("u", "U") || o.has("digits")) this.#unified(left, right, list);
    else this.#normal(left, right, list);
    return 1;
  }

  #key(): (line: string) => string {
    const { o } = this.#c;
    return (line) => {
      let k = o.has("strip-trailing-cr") ? line.replace(/\r$/, "") : line;
      if (o.has("i")) k = fromBytes(k).toLowerCase();
      if (o.has("E")) k = k.replace(/\t/g, " ".repeat(8));
      if (o.has("w")) return k.replace(/\s/g, "");
      if (o.has("b")) return k.replace(/\s+/g, " ").replace(/ $/, "");
      return o.has("Z") ? k.replace(/\s+$/, "") : k;
    };
  }

  async #folders(a: string, b: string): Promise<number> {
    const { p, o, out } = this.#c;
    const list = (dir: string): string[] => p.fs.readdir(dir).filter((n) => !o.values("x").some((g) => matchGlob(g, n)));
    const names = [...new Set([...list(a), ...list(b)])].sort();
    let status = 0;
    for (const name of names) {
      const [x, y] = [join(a, name), join(b, name)];
      const [inA, inB] = [p.fs.tryStat(x, false), p.fs.tryStat(y, false)];
      if (!inA || !inB) {
        if (o.has("N") && (inA ?? inB)!.type !== "dir") status = Math.max(status, await this.compare(x, y, false));
        else {
          out.text(`Only in ${inA ? a : b}: ${name}\n`);
          status = Math.max(status, 1);
        }
        continue;
      }
      status = Math.max(status, await this.compare(x, y, false));
    }
    return status;
  }

  #line(mark: string, side: Side, i: number): void {
    const { out } = this.#c;
    out.raw(`${mark}${side.lines[i]}\n`);
    if (i === side.lines.length - 1 && !side.ended) out.text("\\ No newline at end of file\n");
  }

  #normal(a: Side, b: Side, list: Change[]): void {
    const { out } = this.#c;
    const range = (from: number, to: number): string => (to - from <= 1 ? String(to === from ? from : from + 1) : `${from + 1},${to}`);
    for (const d of list) {
      const letter = d.a0 === d.a1 ? "a" : d.b0 === d.b1 ? "d" : "c";
      out.text(`${range(d.a0, d.a1)}${letter}${range(d.b0, d.b1)}\n`);
      for (let i = d.a0; i < d.a1; i++) this.#line("< ", a, i);
      if (letter === "c") out.text("---\n");
      for (let i = d.b0; i < d.b1; i++) this.#line("> ", b, i);
    }
  }

  #unified(a: Side, b: Side, list: Change[]): void {
    const { o, out, p } = this.#c;
    const context = Number(o.value("U") ?? o.value("digits") ?? "3");
    const labels = [...o.values("label"), ...o.values("L")];
    const head = (mark: string, side: Side, label: string | undefined): string =>
      `${mark} ${label ?? `${side.name}\t${stamp(p, side.mtime)}`}\n`;
    out.text(head("---", a, labels[0]) + head("+++", b, labels[1]));
    for (let i = 0; i < list.length;) {
      let j = i;
      while (j + 1 < list.length && list[j + 1]!.a0 - list[j]!.a1 <= 2 * context) j++;
      const first = list[i]!;
      const last = list[j]!;
      const a0 = Math.max(0, first.a0 - context);
      const a1 = Math.min(a.lines.length, last.a1 + context);
      const b0 = Math.max(0, first.b0 - context);
      const b1 = Math.min(b.lines.length, last.b1 + context);
      const range = (from: number, to: number): string =>
        to - from === 1 ? String(from + 1) : `${to === from ? from : from + 1},${to - from}`;
      out.text(`@@ -${range(a0, a1)} +${range(b0, b1)} @@\n`);
      let at = a0;
      for (const d of list.slice(i, j + 1)) {
        for (; at < d.a0; at++) this.#line(" ", a, at);
        for (; at < d.a1; at++) this.#line("-", a, at);
        for (let k = d.b0; k < d.b1; k++) this.#line("+", b, k);
      }
      for (; at < a1; at++) this.#line(" ", a, at);
      i = j + 1;
    }
  }
}

const stamp = (p: Proc, at: number): string => strftime("%Y-%m-%d %H:%M:%S.%N %z", momentOf(at, zoneOf(p)));
