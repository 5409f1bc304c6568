import type { CommandProgram } from "../../../kernel/program.ts";
import { Errno } from "../../../core/errno.ts";
import { readInput } from "../command.ts";

/** A decimal number: digits × 10^-scale. */
interface Num {
  n: bigint;
  s: number;
}

class BcError extends Error {}

const ten = (k: number): bigint => 10n ** BigInt(k);
const align = (a: Num, b: Num): [bigint, bigint, number] => {
  const s = Math.max(a.s, b.s);
  return [a.n * ten(s - a.s), b.n * ten(s - b.s), s];
};
const cut = (a: Num, s: number): Num => (a.s <= s ? a : { n: a.n / ten(a.s - s), s });

function show(a: Num): string {
  const negative = a.n < 0n;
  const digits = String(negative ? -a.n : a.n).padStart(a.s + 1, "0");
  const whole = digits.slice(0, digits.length - a.s).replace(/^0+(?=\d)/, "");
  const text = a.s === 0 ? whole : `${whole === "0" ? "" : whole}.${digits.slice(digits.length - a.s)}`;
  return a.n === 0n ? "0" : `${negative ? "-" : ""}${text}`;
}

/** Basic bc: arithmetic with scale, variables, comparisons, sqrt, length, scale; statements on lines or with `;`. */
export const bc: CommandProgram = {
  name: "bc",
  async main(p) {
    let library = false;
    const files: string[] = [];
    for (const a of p.args) {
      if (a === "-l" || a === "--mathlib") library = true;
      else if (/^(-q|--quiet|-s|-w|-i)$/.test(a)) continue;
      else if (a.startsWith("-") && a !== "-") p.notSimulated(`bc ${a}`);
      else files.push(a);
    }
    let text = "";
    for (const f of [...files, "-"]) {
      try {
        text += (await readInput(p, f)).toString("utf8");
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await p.err(`File ${f} is unavailable.\n`);
        return 1;
      }
    }
    const calculator = new Calculator(library, (what) => p.notSimulated(what));
    const lines = text
      .replace(/\/\*.*?\*\//gs, " ")
      .replace(/#[^\n]*/g, "")
      .replace(/\\\n/g, "")
      .split("\n");
    for (const line of lines) {
      for (const statement of line.split(";")) {
        if (statement.trim() === "") continue;
        if (/^\s*(quit|halt)\s*$/.test(statement)) return 0;
        try {
          const out = calculator.run(statement);
          if (out !== "") await p.out(out);
        } catch (error) {
          if (!(error instanceof BcError)) throw error;
          await p.err(`${error.message}\n`);
          break;
        }
      }
    }
    return 0;
  },
};

class Calculator {
  readonly #vars = new Map<string, Num>();
  #scale: number;
  #tokens: string[] = [];
  #at = 0;
  readonly #library: boolean;
  readonly #gap: (what: string) => never;
  constructor(library: boolean, gap: (what: string) => never) {
    this.#library = library;
    this.#scale = library ? 20 : 0;
    this.#gap = gap;
  }

  run(text: string): string {
    const quoted = /^\s*"([^"]*)"\s*$/.exec(text);
    if (quoted) return quoted[1]!;
    if (/^\s*(if|while|for|define|auto|return|print|break|read)\b|[{}[\]]/.test(text)) this.#gap("bc's programming constructs");
    this.#tokens = text.match(/\d+\.?\d*|\.\d+|[a-z_]\w*|\+\+|--|[-+*/%^]=|[<>=!]=|&&|\|\||\S/g) ?? [];
    this.#at = 0;
    const silent = /^[a-z_]\w*$/.test(this.#tokens[0] ?? "") && /^([-+*/%^]?=)$/.test(this.#tokens[1] ?? "");
    const value = this.#expr();
    if (this.#at < this.#tokens.length) throw new BcError(`(standard_in) 1: syntax error`);
    return silent ? "" : `${wrap(show(value))}\n`;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }
  #take(...ops: string[]): string | undefined {
    const t = this.#peek();
    if (t === undefined || !ops.includes(t)) return undefined;
    this.#at++;
    return t;
  }
  #expr(): Num {
    const name = this.#peek() ?? "";
    const op = this.#tokens[this.#at + 1];
    if (/^[a-z_]\w*$/.test(name) && op !== undefined && /^[-+*/%^]?=$/.test(op)) {
      this.#at += 2;
      const right = this.#expr();
      const value = op === "=" ? right : this.#binary(op[0]!, this.#get(name), right);
      this.#set(name, value);
      return value;
    }
    return this.#or();
  }
  #bool(b: boolean): Num {
    return { n: b ? 1n : 0n, s: 0 };
  }
  #or(): Num {
    let a = this.#and();
    while (this.#take("||")) {
      const b = this.#and();
      a = this.#bool(a.n !== 0n || b.n !== 0n);
    }
    return a;
  }
  #and(): Num {
    let a = this.#compare();
    while (this.#take("&&")) {
      const b = this.#compare();
      a = this.#bool(a.n !== 0n && b.n !== 0n);
    }
    return a;
  }
  #compare(): Num {
    let a = this.#sum();
    for (let op; (op = this.#take("<", "<=", ">", ">=", "==", "!="));) {
      const [x, y] = align(a, this.#sum());
      a = this.#bool(
        op === "<" ? x < y : op === "<=" ? x <= y : op === ">" ? x > y : op === ">=" ? x >= y : op === "==" ? x === y : x !== y,
      );
    }
    return a;
  }
  #sum(): Num {
    let a = this.#product();
    for (let op; (op = this.#take("+", "-"));) a = this.#binary(op, a, this.#product());
    return a;
  }
  #product(): Num {
    let a = this.#power();
    for (let op; (op = this.#take("*", "/", "%"));) a = this.#binary(op, a, this.#power());
    return a;
  }
  #power(): Num {
    const a = this.#unary();
    return this.#take("^") ? this.#binary("^", a, this.#power()) : a;
  }
  #unary(): Num {
    if (this.#take("-")) {
      const a = this.#unary();
      return { n: -a.n, s: a.s };
    }
    if (this.#take("!")) return this.#bool(this.#unary().n === 0n);
    return this.#primary();
  }
  #primary(): Num {
    const t = this.#peek();
    if (t === undefined) throw new BcError("(standard_in) 1: syntax error");
    this.#at++;
    if (/^[\d.]/.test(t)) {
      const [whole, fraction = ""] = t.split(".") as [string, string?];
      return { n: BigInt(`${whole || "0"}${fraction}`), s: fraction.length };
    }
    if (t === "(") {
      const a = this.#expr();
      if (!this.#take(")")) throw new BcError("(standard_in) 1: syntax error");
      return a;
    }
    if (/^[a-z_]/.test(t)) {
      if (this.#take("(")) {
        const a = this.#expr();
        if (!this.#take(")")) throw new BcError("(standard_in) 1: syntax error");
        return this.#call(t, a);
      }
      if (this.#take("++")) {
        const before = this.#get(t);
        this.#set(t, this.#binary("+", before, { n: 1n, s: 0 }));
        return before;
      }
      return this.#get(t);
    }
    throw new BcError("(standard_in) 1: syntax error");
  }
  #get(name: string): Num {
    if (name === "scale") return { n: BigInt(this.#scale), s: 0 };
    if (name === "ibase" || name === "obase") return { n: 10n, s: 0 };
    return this.#vars.get(name) ?? { n: 0n, s: 0 };
  }
  #set(name: string, v: Num): void {
    if (name === "scale") this.#scale = Number(cut(v, 0).n);
    else if (name === "ibase" || name === "obase") {
      if (cut(v, 0).n !== 10n) this.#gap(`bc ${name}`);
    } else this.#vars.set(name, v);
  }
  #binary(op: string, a: Num, b: Num): Num {
    switch (op) {
      case "+":
      case "-": {
        const [x, y, s] = align(a, b);
        return { n: op === "+" ? x + y : x - y, s };
      }
      case "*":
        return cut({ n: a.n * b.n, s: a.s + b.s }, Math.min(a.s + b.s, Math.max(this.#scale, a.s, b.s)));
      case "/":
        if (b.n === 0n) throw new BcError("Runtime error (func=(main), adr=3): Divide by zero");
        return { n: (a.n * ten(this.#scale + b.s)) / (b.n * ten(a.s)), s: this.#scale };
      case "%": {
        if (b.n === 0n) throw new BcError("Runtime error (func=(main), adr=3): Modulo by zero");
        const quotient = this.#binary("/", a, b);
        const s = Math.max(this.#scale + b.s, a.s);
        const product: Num = { n: quotient.n * b.n, s: quotient.s + b.s };
        const [x, y, scale] = align(a, product);
        return cut({ n: x - y, s: scale }, s);
      }
      default: {
        const e = Number(cut(b, 0).n);
        if (e >= 0) {
          const full = { n: a.n ** BigInt(e), s: a.s * e };
          return cut(full, Math.min(a.s * e, Math.max(this.#scale, a.s)));
        }
        return this.#binary("/", { n: 1n, s: 0 }, { n: a.n ** BigInt(-e), s: a.s * -e });
      }
    }
  }
  #call(name: string, a: Num): Num {
    switch (name) {
      case "sqrt": {
        if (a.n < 0n) throw new BcError("Runtime error (func=(main), adr=3): Square root of a negative number");
        const s = Math.max(this.#scale, a.s);
        const scaled = a.n * ten(2 * s - a.s);
        let x = scaled === 0n ? 0n : BigInt(Math.floor(Math.sqrt(Number(scaled))));
        while (x * x > scaled) x--;
        while ((x + 1n) * (x + 1n) <= scaled) x++;
        return { n: x, s };
      }
      case "length":
        return { n: BigInt(String(a.n < 0n ? -a.n : a.n).length), s: 0 };
      case "scale":
        return { n: BigInt(a.s), s: 0 };
      default:
        if (this.#library && /^[sclaej]$/.test(name)) return this.#gap(`bc's ${name}()`);
        throw new BcError(`Runtime error (func=(main), adr=5): Function ${name} not defined.`);
    }
  }
}

/** Long numbers are broken after 69 characters. */
const wrap = (text: string): string => (text.length <= 69 ? text : (text.match(/.{1,68}/g) ?? []).join("\\\n"));
