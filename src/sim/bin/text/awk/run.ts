/** Runs AWK programs. Expressions without input, commands or loops run at once; the others may wait. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { Output } from "../command.ts";
import type { Regex } from "../regex.ts";
import { Builtins } from "./builtins.ts";
import { MainInput } from "./input.ts";
import { Memory, specials, type Cell, type Table } from "./memory.ts";
import type { Expr, Fn, Program, Stat, Value } from "./parse.ts";
import { SlowParts } from "./slow.ts";
import { Streams } from "./streams.ts";
import { AwkError, compare, fromInput, toNumber, toText, truth } from "./values.ts";

type Frame = Cell[];

class Jump {
  readonly kind: "next" | "nextfile" | "break" | "continue" | "return" | "exit";
  readonly value: Value;
  constructor(kind: Jump["kind"], value?: Value) {
    this.kind = kind;
    this.value = value;
  }
}

export class Awk {
  readonly #p: Proc;
  readonly #program: Program;
  readonly #memory: Memory;
  readonly #input: MainInput;
  readonly #builtins: Builtins;
  readonly #slow: SlowParts;
  readonly #out: Output;
  readonly #streams: Streams;
  readonly #inRange = new Set<number>();
  #frame: Frame = [];

  constructor(p: Proc, program: Program, assignments: [string, string][], operands: string[]) {
    this.#p = p;
    this.#program = program;
    this.#memory = new Memory(p, assignments, operands);
    this.#input = new MainInput(p, this.#memory);
    this.#builtins = new Builtins(p, this.#memory, {
      value: (e) => this.#ev(e),
      variable: (e) => this.#variable(e),
      table: (e) => this.#table(e),
      pattern: (e) => this.#pattern(e),
      store: (to, v) => this.#store(to, v),
    });
    this.#slow = new SlowParts(program);
    this.#out = new Output(p);
    this.#streams = new Streams(p);
  }

  #variable(e: Expr & { t: "var" }): Cell {
    return e.slot === undefined ? this.#memory.cell(e.name) : this.#frame[e.slot]!;
  }

  #table(e: Expr & { t: "var" }): Table {
    const cell = this.#variable(e);
    if (cell.v === undefined) cell.v = new Map<string, Value>();
    if (!(cell.v instanceof Map)) throw new AwkError(`type error in reference to array ${e.name}`);
    return cell.v;
  }

  #key(keys: Expr[]): string {
    const format = "%.6g";
    return keys.length === 1
      ? toText(this.#ev(keys[0]!), format)
      : keys.map((k) => toText(this.#ev(k), format)).join(this.#memory.text("SUBSEP"));
  }

  #store(to: Expr, v: Value): void {
    if (to.t === "group" && to.items.length === 1) return this.#store(to.items[0]!, v);
    if (to.t === "var") {
      if (to.slot === undefined && specials.has(to.name)) return this.#memory.setGlobal(to.name, v);
      const cell = this.#variable(to);
      if (cell.v instanceof Map) throw new AwkError(`type error in assignment to ${to.name}`);
      cell.v = v;
    } else if (to.t === "field") this.#memory.setField(Math.trunc(toNumber(this.#ev(to.of))), v);
    else if (to.t === "index") this.#table(to.array).set(this.#key(to.keys), v);
    else throw new AwkError("assignment to something that is no variable");
  }

  #pattern(e: Expr): Regex {
    if (e.t === "group" && e.items.length === 1) return this.#pattern(e.items[0]!);
    return this.#memory.regex(e.t === "regex" ? e.source : toText(this.#ev(e), "%.6g"));
  }

  // --- expressions

  #ev(e: Expr): Value {
    switch (e.t) {
      case "value":
        return e.v;
      case "regex":
        return this.#memory.regex(e.source).test(this.#memory.recordNow()) ? 1 : 0;
      case "var":
        return e.slot === undefined ? this.#memory.get(e.name) : this.#memory.scalar(this.#frame[e.slot]!, e.name);
      case "index": {
        const table = this.#table(e.array);
        const key = this.#key(e.keys);
        if (!table.has(key)) table.set(key, undefined);
        return table.get(key);
      }
      case "field":
        return this.#memory.field(Math.trunc(toNumber(this.#ev(e.of))));
      case "group":
        return e.items.length === 1
          ? this.#ev(e.items[0]!)
          : e.items.map((x) => toText(this.#ev(x), "%.6g")).join(this.#memory.text("SUBSEP"));
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
          const format = typeof a === "number" || typeof b === "number" ? this.#memory.text("CONVFMT") : "";
          return toText(a, format) + toText(b, format);
        }
        if (/^[<>=!]/.test(e.op)) {
          const d = compare(a, b, this.#memory.text("CONVFMT"));
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
        return this.#builtins.call(e.name, e.args);
      case "getline":
        throw new AwkError("getline");
    }
  }

  /** The slow way: parts that wait are worked out first and put back as values. */
  async #evSlow(e: Expr): Promise<Value> {
    if (!this.#slow.has(e)) return this.#ev(e);
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
          args.push(arg.t === "var" || arg.t === "regex" ? arg : this.#slow.has(arg) ? { t: "value", v: await this.#evSlow(arg) } : arg);
        return this.#builtinSlow(e.name, args);
      }
      case "binary":
      case "match": {
        const a: Expr = { t: "value", v: await this.#evSlow(e.a) };
        const b: Expr = this.#slow.has(e.b) ? { t: "value", v: await this.#evSlow(e.b) } : e.b;
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
    if (!this.#slow.has(e)) return e;
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
      else this.#memory.setRecord(record);
    };
    if (e.from === "main") {
      const record = await this.#input.next();
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
      record = await reader.next(this.#memory.text("RS"), (text) => this.#memory.regex(this.#memory.text("RS")).exec(text));
    } catch (error) {
      if (error instanceof Errno && error.code === "EISDIR") return -1;
      throw error;
    }
    if (record === undefined) return 0;
    if (e.from === "command") this.#memory.count("NR");
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
        return this.#builtins.call(name, args);
    }
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
    if (!this.#slow.has(s)) return this.#exec(s);
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
    if (s.printf) text = this.#builtins.sprintf("printf", args);
    else if (args.length === 0) text = this.#memory.recordNow() + this.#memory.text("ORS");
    else {
      const format = this.#memory.text("OFMT");
      text = args.map((a) => toText(this.#ev(a), format)).join(this.#memory.text("OFS")) + this.#memory.text("ORS");
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
    await this.#input.skip();
    await this.#streams.closeAll();
    return status;
  }

  /** Where a run-time error happened, for its message. */
  get place(): string {
    return `\tFILENAME="${this.#memory.text("FILENAME")}" FNR=${this.#memory.text("FNR")} NR=${this.#memory.text("NR")}`;
  }
  flush(): Promise<void> {
    return this.#flush();
  }

  async #loop(rules: Program["rules"]): Promise<void> {
    for (let n = 1; ; n++) {
      const record = await this.#input.next();
      if (record === undefined) return;
      this.#memory.setRecord(record);
      await this.#p.tick();
      try {
        for (const [i, rule] of rules.entries()) {
          if (!(await this.#applies(rule, i))) continue;
          if (rule.body) await this.#execSlow(rule.body);
          else this.#out.raw(this.#memory.recordNow() + this.#memory.text("ORS"));
        }
      } catch (error) {
        if (!(error instanceof Jump) || (error.kind !== "next" && error.kind !== "nextfile")) throw error;
        if (error.kind === "nextfile") {
          await this.#input.skip();
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
