import type { CommandProgram } from "../../../kernel/program.ts";
import { isUtf8, quote } from "../quote.ts";
import { BadRegex, Regex } from "../regex.ts";
import type { Proc } from "../../../kernel/proc.ts";

class Trouble extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** expr(1): grammar of POSIX, with GNU's match, substr, index, length and +. */
export const expr: CommandProgram = {
  name: "expr",
  async main(p) {
    const args = p.args[0] === "--" ? p.args.slice(1) : p.args;
    if (args.length === 0) {
      await p.err("expr: missing operand\nTry 'expr --help' for more information.\n");
      return 2;
    }
    try {
      const value = new Parser(p, args).all();
      await p.out(`${value}\n`);
      return value === "" || /^-?0+$/.test(value) ? 1 : 0;
    } catch (error) {
      if (error instanceof BadRegex) {
        await p.err(`expr: ${error.message}\n`);
        return 2;
      }
      if (!(error instanceof Trouble)) throw error;
      await p.err(`expr: ${error.message}\n`);
      return error.status;
    }
  },
};

const isNull = (v: string): boolean => v === "" || /^-?0+$/.test(v);
const isInteger = (v: string): boolean => /^-?\d+$/.test(v);

class Parser {
  readonly #p: Proc;
  readonly #words: string[];
  #at = 0;
  constructor(p: Proc, words: string[]) {
    this.#p = p;
    this.#words = words;
  }
  all(): string {
    const v = this.#or();
    const rest = this.#words[this.#at];
    if (rest !== undefined) throw new Trouble(`syntax error: unexpected argument ${quote(this.#p, rest)}`, 2);
    return v;
  }
  #take(...ops: string[]): string | undefined {
    const w = this.#words[this.#at];
    if (w === undefined || !ops.includes(w)) return undefined;
    this.#at++;
    return w;
  }
  #or(): string {
    let a = this.#and();
    while (this.#take("|")) {
      const b = this.#and();
      a = isNull(a) ? (isNull(b) ? "0" : b) : a;
    }
    return a;
  }
  #and(): string {
    let a = this.#compare();
    while (this.#take("&")) {
      const b = this.#compare();
      if (isNull(a) || isNull(b)) a = "0";
    }
    return a;
  }
  #compare(): string {
    let a = this.#sum();
    for (let op; (op = this.#take("<", "<=", "=", "==", "!=", ">=", ">"));) {
      const b = this.#sum();
      const d = isInteger(a) && isInteger(b) ? (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0) : a < b ? -1 : a > b ? 1 : 0;
      const yes =
        op === "<"
          ? d < 0
          : op === "<="
            ? d <= 0
            : op === "=" || op === "=="
              ? d === 0
              : op === "!="
                ? d !== 0
                : op === ">="
                  ? d >= 0
                  : d > 0;
      a = yes ? "1" : "0";
    }
    return a;
  }
  #number(v: string): bigint {
    if (!isInteger(v)) throw new Trouble("non-integer argument", 2);
    return BigInt(v);
  }
  #sum(): string {
    let a = this.#product();
    for (let op; (op = this.#take("+", "-"));) {
      const b = this.#product();
      a = String(op === "+" ? this.#number(a) + this.#number(b) : this.#number(a) - this.#number(b));
    }
    return a;
  }
  #product(): string {
    let a = this.#match();
    for (let op; (op = this.#take("*", "/", "%"));) {
      const b = this.#match();
      const [x, y] = [this.#number(a), this.#number(b)];
      if (op !== "*" && y === 0n) throw new Trouble("division by zero", 2);
      a = String(op === "*" ? x * y : op === "/" ? x / y : x % y);
    }
    return a;
  }
  #match(): string {
    let a = this.#word();
    while (this.#take(":")) a = this.#apply(a, this.#word());
    return a;
  }
  #apply(text: string, pattern: string): string {
    const regex = new Regex(pattern, { syntax: "basic" });
    const m = regex.exec(text);
    const hit = m && m.index === 0 ? m : undefined;
    if (regex.groups > 0) return hit ? (hit.groups[1] ?? "") : "";
    return String(hit ? Array.from(text.slice(0, hit.end)).length : 0);
  }
  #word(): string {
    const w = this.#words[this.#at];
    if (w === undefined) throw new Trouble(`syntax error: missing argument after ${quote(this.#p, this.#words[this.#at - 1] ?? "")}`, 2);
    this.#at++;
    const chars = (t: string): string[] => (isUtf8(this.#p) ? [...t] : [...Buffer.from(t, "utf8").toString("latin1")]);
    switch (w) {
      case "(": {
        const v = this.#or();
        if (!this.#take(")"))
          throw new Trouble(
            `syntax error: expecting ')' ${this.#words[this.#at] === undefined ? `after ${quote(this.#p, this.#words[this.#at - 1]!)}` : `instead of ${quote(this.#p, this.#words[this.#at]!)}`}`,
            2,
          );
        return v;
      }
      case ")":
        throw new Trouble("syntax error: unexpected ')'", 2);
      case "+":
        return this.#words[this.#at++] ?? this.#word();
      case "length":
        return String(chars(this.#word()).length);
      case "match":
        return this.#apply(this.#word(), this.#word());
      case "index": {
        const text = chars(this.#word());
        const set = chars(this.#word());
        return String(text.findIndex((c) => set.includes(c)) + 1);
      }
      case "substr": {
        const text = chars(this.#word());
        const from = this.#word();
        const count = this.#word();
        if (!isInteger(from) || !isInteger(count) || Number(from) < 1 || Number(count) < 1) return "";
        return text.slice(Number(from) - 1, Number(from) - 1 + Number(count)).join("");
      }
      default:
        return w;
    }
  }
}
