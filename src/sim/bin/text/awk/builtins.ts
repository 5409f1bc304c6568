/** The functions that AWK brings, but for those that wait. */
import type { Proc } from "../../../kernel/proc.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { toBytes } from "../command.ts";
import type { Regex } from "../regex.ts";
import type { Cell, Memory, Table } from "./memory.ts";
import type { Expr, Value } from "./parse.ts";
import { AwkError, fromInput, FormatError, sprintf, toNumber, toText, truth } from "./values.ts";

/** What a function needs of the program that calls it. */
export interface Caller {
  value(e: Expr): Value;
  variable(e: Expr & { t: "var" }): Cell;
  table(e: Expr & { t: "var" }): Table;
  pattern(e: Expr): Regex;
  store(to: Expr, v: Value): void;
}

export class Builtins {
  readonly #p: Proc;
  readonly #memory: Memory;
  readonly #host: Caller;
  #seed = 0;
  #draw: () => number;

  constructor(p: Proc, memory: Memory, host: Caller) {
    this.#p = p;
    this.#memory = memory;
    this.#host = host;
    const source = p.machine.random("awk");
    this.#draw = () => source.float();
  }

  call(name: string, args: Expr[]): Value {
    const value = (i: number): Value => (args[i] ? this.#host.value(args[i]) : undefined);
    const number = (i: number): number => toNumber(value(i));
    const text = (i: number): string => toText(value(i), this.#memory.text("CONVFMT"));
    switch (name) {
      case "length": {
        const [arg] = args;
        if (!arg) return this.#memory.recordNow().length;
        if (arg.t === "var" && this.#host.variable(arg).v instanceof Map) return (this.#host.variable(arg).v as Table).size;
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
        const table = this.#host.table(args[1] as Expr & { t: "var" });
        const separator = args[2];
        let parts: string[];
        if (!separator) parts = this.#memory.splitText(s, this.#memory.text("FS"));
        else if (separator.t === "regex") parts = s === "" ? [] : this.#memory.splitRegex(s, this.#memory.regex(separator.source));
        else parts = this.#memory.splitText(s, toText(this.#host.value(separator), "%.6g"));
        table.clear();
        parts.forEach((part, i) => table.set(String(i + 1), fromInput(part)));
        return parts.length;
      }
      case "sub":
      case "gsub":
        return this.#substitute(name === "gsub", args);
      case "match": {
        const m = this.#host.pattern(args[1]!).exec(text(0));
        this.#memory.cell("RSTART").v = m ? m.index + 1 : 0;
        this.#memory.cell("RLENGTH").v = m ? m.end - m.index : -1;
        return m ? m.index + 1 : 0;
      }
      case "sprintf":
        return this.sprintf("sprintf", args);
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

  sprintf(name: string, args: Expr[]): string {
    const [format, ...rest] = args.map((a) => this.#host.value(a));
    const text = toText(format, "%.6g");
    try {
      return sprintf(text, rest);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new AwkError(`not enough arguments passed to ${name}("${text}")`);
    }
  }

  #substitute(global: boolean, args: Expr[]): number {
    const regex = this.#host.pattern(args[0]!);
    const by = toText(this.#host.value(args[1]!), "%.6g");
    const to: Expr = args[2] ?? { t: "field", of: { t: "value", v: 0 } };
    const text = toText(this.#host.value(to), this.#memory.text("CONVFMT"));
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
    if (count > 0) this.#host.store(to, out + text.slice(at));
    return count;
  }
}

const round = (n: number): number => (Number.isNaN(n) ? 0 : Math.sign(n) * Math.round(Math.abs(n)));
