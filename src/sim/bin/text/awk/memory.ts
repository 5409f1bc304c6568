/** What an AWK program remembers: its variables, the record and its fields. */
import type { Proc } from "../../../kernel/proc.ts";
import { toBytes } from "../command.ts";
import { Regex } from "../regex.ts";
import { unescape } from "./lex.ts";
import { StrNum, type Value } from "./parse.ts";
import { AwkError, fromInput, toNumber, toText } from "./values.ts";

export type Table = Map<string, Value>;
export interface Cell {
  v: Value | Table;
}

/** Variables whose assignment does more than store a value. */
export const specials = new Set(["NF", "FS", "RS", "OFS", "ORS", "NR", "FNR", "SUBSEP", "CONVFMT", "OFMT", "FILENAME"]);

export class Memory {
  readonly #globals = new Map<string, Cell>();
  readonly #regexes = new Map<string, Regex>();
  #record = "";
  #recordText: string | undefined;
  #fields: (string | StrNum)[] = [];
  #split = true;

  /** `operands`: the words after the program. */
  constructor(p: Proc, assignments: [string, string][], operands: string[]) {
    for (const [name, v] of [
      ["FS", " "],
      ["RS", "\n"],
      ["OFS", " "],
      ["ORS", "\n"],
      ["SUBSEP", "\x1c"],
      ["CONVFMT", "%.6g"],
      ["OFMT", "%.6g"],
      ["NR", 0],
      ["FNR", 0],
      ["NF", 0],
      ["RSTART", 0],
      ["RLENGTH", -1],
      ["FILENAME", ""],
      ["ARGC", operands.length + 1],
    ] as [string, Value][])
      this.cell(name).v = v;
    const argv: Table = new Map([["0", toBytes(p.name)]]);
    operands.forEach((text, i) => argv.set(String(i + 1), fromInput(toBytes(text))));
    this.cell("ARGV").v = argv;
    this.cell("ENVIRON").v = new Map(Object.entries(p.env).map(([k, v]) => [toBytes(k), fromInput(toBytes(v))]));
    for (const [name, text] of assignments) this.setGlobal(name, fromInput(unescape(toBytes(text))));
  }

  count(name: "NR" | "FNR"): void {
    this.cell(name).v = toNumber(this.cell(name).v as Value) + 1;
  }

  cell(name: string): Cell {
    let cell = this.#globals.get(name);
    if (!cell) this.#globals.set(name, (cell = { v: undefined }));
    return cell;
  }

  scalar(cell: Cell, name: string): Value {
    if (cell.v instanceof Map) throw new AwkError(`type error in reference to ${name}`);
    return cell.v;
  }

  get(name: string): Value {
    if (name === "NF" && !this.#split) this.#splitRecord();
    return this.scalar(this.cell(name), name);
  }
  text(name: string): string {
    return toText(this.get(name), "%.6g");
  }

  setGlobal(name: string, v: Value): void {
    this.cell(name).v = v;
    if (name === "NF") this.#resize(toNumber(v));
  }

  #resize(count: number): void {
    if (!this.#split) this.#splitRecord();
    while (this.#fields.length < count) this.#fields.push("");
    this.#fields.length = Math.max(0, count);
    this.cell("NF").v = this.#fields.length;
    this.#recordText = undefined;
  }

  setRecord(text: string): void {
    this.#record = text;
    this.#recordText = text;
    this.#split = false;
  }

  #splitRecord(): void {
    this.#split = true;
    this.#fields = this.splitText(this.#record, this.text("FS")).map(fromInput);
    this.cell("NF").v = this.#fields.length;
  }

  splitText(text: string, fs: string): string[] {
    if (text === "") return [];
    if (fs === " ") {
      const trimmed = text.replace(/^[ \t\n]+|[ \t\n]+$/g, "");
      return trimmed === "" ? [] : trimmed.split(/[ \t\n]+/);
    }
    if (fs === "") return [...text];
    const paragraph = this.text("RS") === "";
    if (fs.length === 1 && fs !== "\\")
      return paragraph && fs !== "\n" ? text.split(new RegExp(`[${fs.replace(/[\\\]^-]/g, "\\$&")}\\n]`)) : text.split(fs);
    return this.splitRegex(text, this.regex(paragraph ? `(${fs})|\n` : fs));
  }

  splitRegex(text: string, regex: Regex): string[] {
    const out: string[] = [];
    let at = 0;
    let from = 0;
    while (from <= text.length) {
      const m = regex.exec(text, from);
      if (!m) break;
      if (m.end === m.index) {
        from = m.index + 1;
        continue;
      }
      out.push(text.slice(at, m.index));
      at = from = m.end;
    }
    out.push(text.slice(at));
    return out;
  }

  /** $0, put together again when a field was changed. */
  recordNow(): string {
    if (this.#recordText === undefined) {
      this.#recordText = this.#fields.map((f) => toText(f, "%.6g")).join(this.text("OFS"));
      this.#record = this.#recordText;
    }
    return this.#recordText;
  }

  field(n: number): Value {
    if (n === 0) return fromInput(this.recordNow());
    if (n < 0) throw new AwkError(`negative field index $${n}`);
    if (!this.#split) this.#splitRecord();
    return this.#fields[n - 1];
  }

  setField(n: number, v: Value): void {
    if (n < 0) throw new AwkError(`negative field index $${n}`);
    if (n === 0) {
      this.setRecord(toText(v, this.text("CONVFMT")));
      return;
    }
    if (!this.#split) this.#splitRecord();
    if (n > this.#fields.length) this.#resize(n);
    this.#fields[n - 1] = v instanceof StrNum ? v : typeof v === "number" ? new StrNum(toText(v, this.text("CONVFMT")), v) : toText(v, "");
    this.#recordText = undefined;
  }

  regex(source: string): Regex {
    let regex = this.#regexes.get(source);
    if (!regex) this.#regexes.set(source, (regex = new Regex(source, { syntax: "awk" })));
    return regex;
  }
}
