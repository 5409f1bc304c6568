/** Runs AWK programs. Expressions without input, commands or loops run at once; the others may wait. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { Output, toBytes } from "../command.ts";
import { Regex } from "../regex.ts";
import { unescape } from "./lex.ts";
import { StrNum, type Expr, type Fn, type Program, type Stat, type Value } from "./parse.ts";
import { RecordReader, Streams } from "./streams.ts";
import { compare, fromInput, FormatError, sprintf, toNumber, toText, truth } from "./values.ts";

export type Table = Map<string, Value>;
interface Cell {
  v: Value | Table;
}
type Frame = Cell[];

class Jump {
  readonly kind: "next" | "nextfile" | "break" | "continue" | "return" | "exit";
  readonly value: Value;
  constructor(kind: Jump["kind"], value?: Value) {
    this.kind = kind;
    this.value = value;
  }
}

/** A run-time error, as mawk reports it. */
export class AwkError extends Error {
  readonly plain: boolean;
  constructor(message: string, plain = false) {
    super(message);
    this.plain = plain;
  }
}

const specials = new Set(["NF", "FS", "RS", "OFS", "ORS", "NR", "FNR", "SUBSEP", "CONVFMT", "OFMT", "FILENAME"]);

export class Awk {
  readonly #p: Proc;
  readonly #program: Program;
  readonly #globals = new Map<string, Cell>();
  readonly #out: Output;
  readonly #streams: Streams;
  readonly #regexes = new Map<string, Regex>();
  readonly #slow = new Map<object, boolean>();
  readonly #slowFunctions = new Set<string>();
  readonly #inRange = new Set<number>();
  #frame: Frame = [];
  #record = "";
  #recordText: string | undefined;
  #fields: (string | StrNum)[] = [];
  #split = true;
  #main: RecordReader | undefined;
  #argument = 1;
  #anyFile = false;
  #seed = 0;
  #draw: () => number;

  constructor(p: Proc, program: Program, assignments: [string, string][], operands: string[]) {
    this.#p = p;
    this.#program = program;
    this.#out = new Output(p);
    this.#streams = new Streams(p);
    const source = p.machine.random("awk");
    this.#draw = () => source.float();
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
      this.#cell(name).v = v;
    const argv: Table = new Map([["0", toBytes(p.name)]]);
    operands.forEach((text, i) => argv.set(String(i + 1), fromInput(toBytes(text))));
    this.#cell("ARGV").v = argv;
    this.#cell("ENVIRON").v = new Map(Object.entries(p.env).map(([k, v]) => [toBytes(k), fromInput(toBytes(v))]));
    for (const [name, text] of assignments) this.#assignText(name, text);
    this.#findSlow();
  }

  #assignText(name: string, text: string): void {
    this.#setGlobal(name, fromInput(unescape(toBytes(text))));
  }

  // --- which parts may wait

  #findSlow(): void {
    for (let changed = true; changed;) {
      changed = false;
      this.#slow.clear();
      for (const [name, fn] of this.#program.functions) {
        if (!this.#slowFunctions.has(name) && this.#isSlow(fn.body)) {
          this.#slowFunctions.add(name);
          changed = true;
        }
      }
    }
    this.#slow.clear();
  }

  #isSlow(node: object): boolean {
    let slow = this.#slow.get(node);
    if (slow !== undefined) return slow;
    const n = node as { t?: string; name?: string };
    slow =
      n.t === "getline" ||
      n.t === "while" ||
      n.t === "do" ||
      n.t === "for" ||
      n.t === "forin" ||
      (n.t === "builtin" && /^(system|close|fflush)$/.test(n.name!)) ||
      (n.t === "call" && this.#slowFunctions.has(n.name!)) ||
      Object.values(node).some((child: unknown) => {
        if (child === null || typeof child !== "object" || child instanceof StrNum) return false;
        return Array.isArray(child)
          ? child.some((x: unknown) => typeof x === "object" && x !== null && this.#isSlow(x))
          : this.#isSlow(child);
      });
    this.#slow.set(node, slow);
    return slow;
  }

  // --- variables and fields

  #cell(name: string): Cell {
    let cell = this.#globals.get(name);
    if (!cell) this.#globals.set(name, (cell = { v: undefined }));
    return cell;
  }

  #scalar(cell: Cell, name: string): Value {
    if (cell.v instanceof Map) throw new AwkError(`type error in reference to ${name}`);
    return cell.v;
  }

  #get(name: string): Value {
    if (name === "NF" && !this.#split) this.#splitRecord();
    return this.#scalar(this.#cell(name), name);
  }
  #text(name: string): string {
    return toText(this.#get(name), "%.6g");
  }

  #setGlobal(name: string, v: Value): void {
    this.#cell(name).v = v;
    if (name === "NF") this.#resize(toNumber(v));
  }

  #resize(count: number): void {
    if (!this.#split) this.#splitRecord();
    while (this.#fields.length < count) this.#fields.push("");
    this.#fields.length = Math.max(0, count);
    this.#cell("NF").v = this.#fields.length;
    this.#recordText = undefined;
  }

  #setRecord(text: string): void {
    this.#record = text;
    this.#recordText = text;
    this.#split = false;
  }

  #splitRecord(): void {
    this.#split = true;
    this.#fields = this.#splitText(this.#record, this.#text("FS")).map(fromInput);
    this.#cell("NF").v = this.#fields.length;
  }

  #splitText(text: string, fs: string): string[] {
    if (text === "") return [];
    if (fs === " ") {
      const trimmed = text.replace(/^[ \t\n]+|[ \t\n]+$/g, "");
      return trimmed === "" ? [] : trimmed.split(/[ \t\n]+/);
    }
    if (fs === "") return [...text];
    const paragraph = this.#text("RS") === "";
    if (fs.length === 1 && fs !== "\\")
      return paragraph && fs !== "\n" ? text.split(new RegExp(`[${fs.replace(/[\\\]^-]/g, "\\$&")}\\n]`)) : text.split(fs);
    return this.#splitRegex(text, this.#regex(paragraph ? `(${fs})|\n` : fs));
  }

  #splitRegex(text: string, regex: Regex): string[] {
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

  #recordNow(): string {
    if (this.#recordText === undefined) {
      this.#recordText = this.#fields.map((f) => toText(f, "%.6g")).join(this.#text("OFS"));
      this.#record = this.#recordText;
    }
    return this.#recordText;
  }

  #field(n: number): Value {
    if (n === 0) return fromInput(this.#recordNow());
    if (n < 0) throw new AwkError(`negative field index $${n}`);
    if (!this.#split) this.#splitRecord();
    return this.#fields[n - 1];
  }

  #setField(n: number, v: Value): void {
    if (n < 0) throw new AwkError(`negative field index $${n}`);
    if (n === 0) {
      this.#setRecord(toText(v, this.#text("CONVFMT")));
      return;
    }
    if (!this.#split) this.#splitRecord();
    if (n > this.#fields.length) this.#resize(n);
    this.#fields[n - 1] = v instanceof StrNum ? v : typeof v === "number" ? new StrNum(toText(v, this.#text("CONVFMT")), v) : toText(v, "");
    this.#recordText = undefined;
  }

  #variable(e: Expr & { t: "var" }): Cell {
    return e.slot === undefined ? this.#cell(e.name) : this.#frame[e.slot]!;
  }

  #table(e: Expr & { t: "var" }): Table {
    const cell = this.#variable(e);
    if (cell.v === undefined) cell.v = new Map<string, Value>();
    if (!(cell.v instanceof Map)) throw new AwkError(`type error in reference to array ${e.name}`);
    return cell.v;
  }

  #key(keys: Expr[]): string {
    const format = "%.6g";
    return keys.length === 1 ? toText(this.#ev(keys[0]!), format) : keys.map((k) => toText(this.#ev(k), format)).join(this.#text("SUBSEP"));
  }

  #store(to: Expr, v: Value): void {
    if (to.t === "group" && to.items.length === 1) return this.#store(to.items[0]!, v);
    if (to.t === "var") {
      if (to.slot === undefined && specials.has(to.name)) return this.#setGlobal(to.name, v);
      const cell = this.#variable(to);
      if (cell.v instanceof Map) throw new AwkError(`type error in assignment to ${to.name}`);
      cell.v = v;
    } else if (to.t === "field") this.#setField(Math.trunc(toNumber(this.#ev(to.of))), v);
    else if (to.t === "index") this.#table(to.array).set(this.#key(to.keys), v);
    else throw new AwkError("assignment to something that is no variable");
  }

  #regex(source: string): Regex {
    let regex = this.#regexes.get(source);
    if (!regex) this.#regexes.set(source, (regex = new Regex(source, { syntax: "awk" })));
    return regex;
  }

  #pattern(e: Expr): Regex {
    if (e.t === "group" && e.items.length === 1) return this.#pattern(e.items[0]!);
    return this.#regex(e.t === "regex" ? e.source : toText(this.#ev(e), "%.6g"));
  }

  // --- expressions

  #ev(e: Expr): Value {
    switch (e.t) {
      case "value":
        return e.v;
      case "regex":
        return this.#regex(e.source).test(this.#recordNow()) ? 1 : 0;
      case "var":
        return e.slot === undefined ? this.#get(e.name) : this.#scalar(this.#frame[e.slot]!, e.name);
      case "index": {
        const table = this.#table(e.array);
        const key = this.#key(e.keys);
        if (!table.has(key)) table.set(key, undefined);
        return table.get(key);
      }
      case "field":
        return this.#field(Math.trunc(toNumber(this.#ev(e.of))));
      case "group":
        return e.items.length === 1 ? this.#ev(e.items[0]!) : e.items.map((x) => toText(this.#ev(x), "%.6g")).join(this.#text("SUBSEP"));
      case "assign": {
        const v = this.#ev(e.value);
        const result = e.op === "" ? v : arithmetic(e.op, toNumber(this.#ev(e.to)), toNumber(v));
        this.#store(e.to, result);
        return result;
      }
      case "cond":
        return truth(this.#ev(e.test)) ? this.#ev(e.yes) : this.#ev(e.no);
      case "and":
        return truth(this.#ev(e.a)) && truth(this.#ev(e.b)) ? 1 : 0;
      case "or":
        return truth(this.#ev(e.a)) || truth(this.#ev(e.b)) ? 1 : 0;
      case "binary": {
        const a = this.#ev(e.a);
        const b = this.#ev(e.b);
        if (e.op === " ") {
          const format = typeof a === "number" || typeof b === "number" ? this.#text("CONVFMT") : "";
          return toText(a, format) + toText(b, format);
        }
        if (/^[<>=!]/.test(e.op)) {
          const d = compare(a, b, this.#text("CONVFMT"));
          return (
            e.op === "<"
              ? d < 0
              : e.op === ">"
                ? d > 0
                : e.op === "<="
                  ? d <= 0
                  : e.op === ">="
                    ? d >= 0
                    : e.op === "=="
                      ? d === 0
                      : d !== 0
          )
            ? 1
            : 0;
        }
        return arithmetic(e.op, toNumber(a), toNumber(b));
      }
      case "match":
        return this.#pattern(e.b).test(toText(this.#ev(e.a), "%.6g")) !== e.negate ? 1 : 0;
      case "in":
        return this.#table(e.array).has(this.#key(e.keys)) ? 1 : 0;
      case "unary": {
        const v = this.#ev(e.a);
        return e.op === "!" ? (truth(v) ? 0 : 1) : e.op === "-" ? -toNumber(v) : toNumber(v);
      }
      case "step": {
        const before = toNumber(this.#ev(e.to));
        this.#store(e.to, before + e.by);
        return e.post ? before : before + e.by;
      }
      case "call":
        return this.#call(e.name, e.args);
      case "builtin":
        return this.#builtin(e.name, e.args);
      case "getline":
        throw new AwkError("getline");
    }
  }

  /** The slow way: parts that wait are worked out first and put back as values. */
  async #evSlow(e: Expr): Promise<Value> {
    if (!this.#isSlow(e)) return this.#ev(e);
    switch (e.t) {
      case "getline":
        return this.#getline(e);
      case "cond":
        return truth(await this.#evSlow(e.test)) ? this.#evSlow(e.yes) : this.#evSlow(e.no);
      case "and":
        return truth(await this.#evSlow(e.a)) && truth(await this.#evSlow(e.b)) ? 1 : 0;
      case "or":
        return truth(await this.#evSlow(e.a)) || truth(await this.#evSlow(e.b)) ? 1 : 0;
      case "assign":
        return this.#ev({ ...e, to: await this.#settle(e.to), value: { t: "value", v: await this.#evSlow(e.value) } });
      case "call":
        return this.#callSlow(e.name, e.args);
      case "builtin": {
        const args: Expr[] = [];
        for (const arg of e.args)
          args.push(arg.t === "var" || arg.t === "regex" ? arg : this.#isSlow(arg) ? { t: "value", v: await this.#evSlow(arg) } : arg);
        return this.#builtinSlow(e.name, args);
      }
      case "binary":
      case "match": {
        const a: Expr = { t: "value", v: await this.#evSlow(e.a) };
        const b: Expr = this.#isSlow(e.b) ? { t: "value", v: await this.#evSlow(e.b) } : e.b;
        return this.#ev({ ...e, a, b });
      }
      case "unary":
        return this.#ev({ ...e, a: { t: "value", v: await this.#evSlow(e.a) } });
      case "group": {
        const items: Expr[] = [];
        for (const item of e.items) items.push({ t: "value", v: await this.#evSlow(item) });
        return this.#ev({ ...e, items });
      }
      case "in": {
        const keys: Expr[] = [];
        for (const k of e.keys) keys.push({ t: "value", v: await this.#evSlow(k) });
        return this.#ev({ ...e, keys });
      }
      default:
        return this.#ev(await this.#settle(e));
    }
  }

  /** An lvalue whose subscripts have been worked out. */
  async #settle(e: Expr): Promise<Expr> {
    if (!this.#isSlow(e)) return e;
    if (e.t === "field") return { ...e, of: { t: "value", v: await this.#evSlow(e.of) } };
    if (e.t === "index") {
      const keys: Expr[] = [];
      for (const k of e.keys) keys.push({ t: "value", v: await this.#evSlow(k) });
      return { ...e, keys };
    }
    if (e.t === "step") return { ...e, to: await this.#settle(e.to) };
    return e;
  }

  #enter(name: string, args: Expr[], values: (Value | undefined)[]): { fn: Fn; frame: Frame; leave: () => void } {
    const fn = this.#program.functions.get(name);
    if (!fn) throw new AwkError(`function ${name} never defined`, true);
    if (args.length > fn.params.length) throw new AwkError(`too many arguments in call to ${name}`, true);
    const caller: { from: Cell; to: Cell }[] = [];
    const frame: Frame = fn.params.map((_param, i) => {
      const arg = args[i];
      if (arg?.t === "var") {
        const from = this.#variable(arg);
        if (from.v instanceof Map) return { v: from.v };
        if (from.v === undefined) {
          const to: Cell = { v: undefined };
          caller.push({ from, to });
          return to;
        }
      }
      return { v: values[i] };
    });
    return {
      fn,
      frame,
      leave: () => {
        // a name without a value that the function used as an array has become one
        for (const { from, to } of caller) if (to.v instanceof Map && from.v === undefined) from.v = to.v;
      },
    };
  }

  #values(args: Expr[]): Value[] {
    return args.map((arg) => (arg.t === "var" && this.#variable(arg).v instanceof Map ? undefined : this.#ev(arg)));
  }

  #depth = 0;
  #call(name: string, args: Expr[]): Value {
    const { fn, frame, leave } = this.#enter(name, args, this.#values(args));
    if (++this.#depth > 1500) throw new AwkError(`function call nesting too deep in ${name}`);
    const saved = this.#frame;
    this.#frame = frame;
    try {
      this.#exec(fn.body);
      return undefined;
    } catch (error) {
      if (error instanceof Jump && error.kind === "return") return error.value;
      throw error;
    } finally {
      this.#depth--;
      this.#frame = saved;
      leave();
    }
  }

  async #callSlow(name: string, args: Expr[]): Promise<Value> {
    const values: Value[] = [];
    for (const arg of args) values.push(arg.t === "var" && this.#variable(arg).v instanceof Map ? undefined : await this.#evSlow(arg));
    const { fn, frame, leave } = this.#enter(name, args, values);
    const saved = this.#frame;
    this.#frame = frame;
    try {
      await this.#execSlow(fn.body);
      return undefined;
    } catch (error) {
      if (error instanceof Jump && error.kind === "return") return error.value;
      throw error;
    } finally {
      this.#frame = saved;
      leave();
    }
  }

  async #getline(e: Expr & { t: "getline" }): Promise<Value> {
    const to = e.to && (await this.#settle(e.to));
    const take = (record: string): void => {
      if (to) this.#store(to, fromInput(record));
      else this.#setRecord(record);
    };
    if (e.from === "main") {
      const record = await this.#nextRecord();
      if (record === undefined) return 0;
      take(record);
      return 1;
    }
    const name = toText(await this.#evSlow(e.source!), "%.6g");
    await this.#flush();
    const reader = await this.#streams.reader(e.from, name);
    if (!reader) return -1;
    let record: string | undefined;
    try {
      record = await reader.next(this.#text("RS"), (text) => this.#regex(this.#text("RS")).exec(text));
    } catch (error) {
      if (error instanceof Errno && error.code === "EISDIR") return -1;
      throw error;
    }
    if (record === undefined) return 0;
    if (e.from === "command") this.#cell("NR").v = toNumber(this.#cell("NR").v as Value) + 1;
    take(record);
    return 1;
  }

  async #builtinSlow(name: string, args: Expr[]): Promise<Value> {
    const text = (i: number): string => (args[i] ? toText(this.#ev(args[i]), "%.6g") : "");
    switch (name) {
      case "system":
        await this.#flush();
        return this.#streams.system(text(0));
      case "close":
        await this.#flush();
        return this.#streams.close(text(0));
      case "fflush":
        await this.#flush();
        return 0;
      default:
        return this.#builtin(name, args);
    }
  }

  #builtin(name: string, args: Expr[]): Value {
    const value = (i: number): Value => (args[i] ? this.#ev(args[i]) : undefined);
    const number = (i: number): number => toNumber(value(i));
    const text = (i: number): string => toText(value(i), this.#text("CONVFMT"));
    switch (name) {
      case "length": {
        const [arg] = args;
        if (!arg) return this.#recordNow().length;
        if (arg.t === "var" && this.#variable(arg).v instanceof Map) return (this.#variable(arg).v as Table).size;
        return text(0).length;
      }
      case "substr": {
        const s = text(0);
        const start = round(number(1));
        const end = args[2] ? start + round(number(2)) : Infinity;
        return s.slice(Math.max(1, start) - 1, Math.max(Math.max(1, start), end) - 1);
      }
      case "index":
        return text(0).indexOf(text(1)) + 1;
      case "split": {
        const s = text(0);
        const table = this.#table(args[1] as Expr & { t: "var" });
        const separator = args[2];
        let parts: string[];
        if (!separator) parts = this.#splitText(s, this.#text("FS"));
        else if (separator.t === "regex") parts = s === "" ? [] : this.#splitRegex(s, this.#regex(separator.source));
        else parts = this.#splitText(s, toText(this.#ev(separator), "%.6g"));
        table.clear();
        parts.forEach((part, i) => table.set(String(i + 1), fromInput(part)));
        return parts.length;
      }
      case "sub":
      case "gsub":
        return this.#substitute(name === "gsub", args);
      case "match": {
        const m = this.#pattern(args[1]!).exec(text(0));
        this.#cell("RSTART").v = m ? m.index + 1 : 0;
        this.#cell("RLENGTH").v = m ? m.end - m.index : -1;
        return m ? m.index + 1 : 0;
      }
      case "sprintf":
        return this.#sprintf("sprintf", args);
      case "sin":
        return Math.sin(number(0));
      case "cos":
        return Math.cos(number(0));
      case "atan2":
        return Math.atan2(number(0), number(1));
      case "exp":
        return Math.exp(number(0));
      case "log":
        return Math.log(number(0));
      case "sqrt":
        return Math.sqrt(number(0));
      case "int":
        return Math.trunc(number(0));
      case "rand":
        return this.#draw();
      case "srand": {
        const before = this.#seed;
        this.#seed = args[0] ? number(0) : Math.floor(this.#p.now / 1000);
        const source = this.#p.machine.world.random(`awk/srand/${this.#seed}`);
        this.#draw = () => source.float();
        return before;
      }
      case "tolower":
        return text(0).replace(/[A-Z]+/g, (x) => x.toLowerCase());
      case "toupper":
        return text(0).replace(/[a-z]+/g, (x) => x.toUpperCase());
      case "systime":
        return Math.floor(this.#p.now / 1000);
      case "strftime": {
        const at = args[1] ? number(1) * 1000 : this.#p.now;
        return toBytes(strftime(args[0] ? text(0) : "%c", momentOf(at, args[2] && truth(value(2)) ? "UTC" : zoneOf(this.#p))));
      }
      case "mktime": {
        const parts = text(0).split(/\s+/).map(Number);
        if (parts.length < 6 || parts.some(Number.isNaN)) return -1;
        return Math.floor(Date.UTC(parts[0]!, parts[1]! - 1, parts[2], parts[3], parts[4], parts[5]) / 1000);
      }
      default:
        throw new AwkError(`function ${name} not available here`);
    }
  }

  #sprintf(name: string, args: Expr[]): string {
    const [format, ...rest] = args.map((a) => this.#ev(a));
    const text = toText(format, "%.6g");
    try {
      return sprintf(text, rest);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new AwkError(`not enough arguments passed to ${name}("${text}")`);
    }
  }

  #substitute(global: boolean, args: Expr[]): number {
    const regex = this.#pattern(args[0]!);
    const by = toText(this.#ev(args[1]!), "%.6g");
    const to: Expr = args[2] ?? { t: "field", of: { t: "value", v: 0 } };
    const text = toText(this.#ev(to), this.#text("CONVFMT"));
    const replacement = (matched: string): string => by.replace(/\\\\|\\&|&/g, (x) => (x === "&" ? matched : x === "\\&" ? "&" : "\\"));
    let out = "";
    let at = 0;
    let from = 0;
    let count = 0;
    let lastEnd = -1;
    while (from <= text.length) {
      const m = regex.exec(text, from);
      if (!m) break;
      if (m.end === m.index && m.index === lastEnd) {
        from = m.index + 1;
        continue;
      }
      count++;
      lastEnd = m.end;
      out += text.slice(at, m.index) + replacement(text.slice(m.index, m.end));
      at = m.end;
      if (!global) break;
      from = m.end > m.index ? m.end : m.index + 1;
    }
    if (count > 0) this.#store(to, out + text.slice(at));
    return count;
  }

  // --- statements

  #exec(s: Stat): void {
    switch (s.t) {
      case "expr":
        this.#ev(s.e);
        return;
      case "print":
        this.#print(s, s.args);
        return;
      case "if":
        if (truth(this.#ev(s.test))) this.#exec(s.yes);
        else if (s.no) this.#exec(s.no);
        return;
      case "block":
        for (const item of s.list) this.#exec(item);
        return;
      case "delete": {
        const table = this.#table(s.array);
        if (s.keys) table.delete(this.#key(s.keys));
        else table.clear();
        return;
      }
      case "exit":
      case "return":
        throw new Jump(s.t, s.e && this.#ev(s.e));
      case "next":
      case "nextfile":
      case "break":
      case "continue":
        throw new Jump(s.t);
      default:
        throw new AwkError(`loop where none may be`);
    }
  }

  /** One turn of a loop's body: false to leave the loop. */
  async #turn(body: Stat): Promise<boolean> {
    await this.#p.tick();
    if (this.#out.full) await this.#flush();
    try {
      await this.#execSlow(body);
      return true;
    } catch (error) {
      if (error instanceof Jump && error.kind === "continue") return true;
      if (error instanceof Jump && error.kind === "break") return false;
      throw error;
    }
  }

  async #execSlow(s: Stat): Promise<void> {
    if (!this.#isSlow(s)) return this.#exec(s);
    switch (s.t) {
      case "expr":
        await this.#evSlow(s.e);
        return;
      case "print": {
        const args: Expr[] = [];
        for (const arg of s.args) args.push({ t: "value", v: await this.#evSlow(arg) });
        const to = s.to && { op: s.to.op, e: { t: "value" as const, v: await this.#evSlow(s.to.e) } };
        this.#print({ ...s, ...(to ? { to } : {}) }, args);
        return;
      }
      case "if":
        if (truth(await this.#evSlow(s.test))) await this.#execSlow(s.yes);
        else if (s.no) await this.#execSlow(s.no);
        return;
      case "block":
        for (const item of s.list) await this.#execSlow(item);
        return;
      case "while":
        while (truth(await this.#evSlow(s.test))) if (!(await this.#turn(s.body))) return;
        return;
      case "do":
        do {
          if (!(await this.#turn(s.body))) return;
        } while (truth(await this.#evSlow(s.test)));
        return;
      case "for":
        if (s.init) await this.#execSlow(s.init);
        while (!s.test || truth(await this.#evSlow(s.test))) {
          if (!(await this.#turn(s.body))) return;
          if (s.step) await this.#execSlow(s.step);
        }
        return;
      case "forin":
        for (const key of [...this.#table(s.array).keys()]) {
          this.#store(s.to, fromInput(key));
          if (!(await this.#turn(s.body))) return;
        }
        return;
      case "exit":
      case "return":
        throw new Jump(s.t, s.e && (await this.#evSlow(s.e)));
      case "delete": {
        const keys: Expr[] = [];
        for (const k of s.keys ?? []) keys.push({ t: "value", v: await this.#evSlow(k) });
        this.#exec({ ...s, keys });
        return;
      }
      default:
        this.#exec(s);
    }
  }

  #print(s: Stat & { t: "print" }, args: Expr[]): void {
    let text: string;
    if (s.printf) text = this.#sprintf("printf", args);
    else if (args.length === 0) text = this.#recordNow() + this.#text("ORS");
    else {
      const format = this.#text("OFMT");
      text = args.map((a) => toText(this.#ev(a), format)).join(this.#text("OFS")) + this.#text("ORS");
    }
    if (!s.to) {
      this.#out.raw(text);
      return;
    }
    const name = toText(this.#ev(s.to.e), "%.6g");
    if (s.to.op !== "|" && (name === "/dev/stdout" || name === "-")) {
      this.#out.raw(text);
      return;
    }
    try {
      this.#streams.write(s.to.op, name, text);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new AwkError(`cannot open "${name}" for output (${error.text})`, true);
    }
  }

  async #flush(): Promise<void> {
    await this.#out.flush();
    await this.#streams.flush();
  }

  // --- the main input

  async #nextRecord(): Promise<string | undefined> {
    for (;;) {
      if (!this.#main && !(await this.#openNext())) return undefined;
      let record: string | undefined;
      try {
        record = await this.#main!.next(this.#text("RS"), (text) => this.#regex(this.#text("RS")).exec(text));
      } catch (error) {
        if (!(error instanceof Errno) || error.code !== "EISDIR") throw error;
        // mawk passes over folders
        record = undefined;
      }
      if (record === undefined) {
        await this.#main!.close();
        this.#main = undefined;
        continue;
      }
      this.#cell("NR").v = toNumber(this.#cell("NR").v as Value) + 1;
      this.#cell("FNR").v = toNumber(this.#cell("FNR").v as Value) + 1;
      return record;
    }
  }

  async #openNext(): Promise<boolean> {
    const argv = this.#cell("ARGV").v;
    for (;;) {
      const count = toNumber(this.#get("ARGC"));
      if (this.#argument >= count) {
        if (this.#anyFile) return false;
        this.#anyFile = true;
        this.#main = new RecordReader(this.#p, this.#p.file(0));
        return true;
      }
      const name = toText(argv instanceof Map ? argv.get(String(this.#argument)) : undefined, "%.6g");
      this.#argument++;
      if (name === "") continue;
      const m = /^([A-Za-z_]\w*)=(.*)$/s.exec(name);
      if (m) {
        this.#setGlobal(m[1]!, fromInput(unescape(m[2]!)));
        continue;
      }
      this.#anyFile = true;
      this.#cell("FILENAME").v = name;
      this.#cell("FNR").v = 0;
      try {
        this.#main = new RecordReader(
          this.#p,
          name === "-" ? this.#p.file(0) : this.#p.open(Buffer.from(name, "latin1").toString("utf8"), { read: true }),
        );
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        throw new AwkError(`cannot open ${name} (${error.text})`, true);
      }
      return true;
    }
  }

  /** Runs everything; the exit status. */
  async run(): Promise<number> {
    let status = 0;
    let exited = false;
    const { rules } = this.#program;
    const phase = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Jump) || error.kind !== "exit") throw error;
        if (error.value !== undefined) status = Math.trunc(toNumber(error.value)) & 255;
        exited = true;
      }
    };
    await phase(async () => {
      for (const rule of rules) if (rule.kind === "BEGIN") await this.#execSlow(rule.body!);
    });
    const main = rules.filter((r) => r.kind === "pattern");
    const ends = rules.filter((r) => r.kind === "END");
    if (!exited && (main.length > 0 || ends.length > 0)) await phase(() => this.#loop(main));
    if (ends.length > 0)
      await phase(async () => {
        for (const rule of ends) await this.#execSlow(rule.body!);
      });
    await this.#flush();
    await this.#main?.close();
    await this.#streams.closeAll();
    return status;
  }

  /** Where a run-time error happened, for its message. */
  get place(): string {
    return `\tFILENAME="${this.#text("FILENAME")}" FNR=${this.#text("FNR")} NR=${this.#text("NR")}`;
  }
  flush(): Promise<void> {
    return this.#flush();
  }

  async #loop(rules: Program["rules"]): Promise<void> {
    for (let n = 1; ; n++) {
      const record = await this.#nextRecord();
      if (record === undefined) return;
      this.#setRecord(record);
      await this.#p.tick();
      try {
        for (const [i, rule] of rules.entries()) {
          if (!(await this.#applies(rule, i))) continue;
          if (rule.body) await this.#execSlow(rule.body);
          else this.#out.raw(this.#recordNow() + this.#text("ORS"));
        }
      } catch (error) {
        if (!(error instanceof Jump) || (error.kind !== "next" && error.kind !== "nextfile")) throw error;
        if (error.kind === "nextfile") {
          await this.#main?.close();
          this.#main = undefined;
        }
      }
      if (this.#out.full || this.#p.file(0).kind !== "file") await this.#flush();
    }
  }

  async #applies(rule: Program["rules"][number], i: number): Promise<boolean> {
    if (!rule.pattern) return true;
    if (!rule.to) return truth(await this.#evSlow(rule.pattern));
    if (!this.#inRange.has(i)) {
      if (!truth(await this.#evSlow(rule.pattern))) return false;
      this.#inRange.add(i);
    }
    if (truth(await this.#evSlow(rule.to))) this.#inRange.delete(i);
    return true;
  }
}

function arithmetic(op: string, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    default:
      return a ** b;
  }
}

const round = (n: number): number => (Number.isNaN(n) ? 0 : Math.sign(n) * Math.round(Math.abs(n)));
