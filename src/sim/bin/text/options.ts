/**
 * Options as glibc's getopt_long(3) reads them, with its messages. A program's options are a table in text:
 *
 *     n,number  e  w,width=  color=?  !Z,context  ~u,unbuffered  +
 *
 * `x,long` a flag with both names, `=` takes a value, `=?` takes one only when attached, `!` exists in the real tool and is
 * not simulated, `~` is accepted and changes nothing here (what it asks for holds anyway), `+` alone: options end at the first operand. An option is known by its first name.
 */
import { NotSimulated } from "../../core/errno.ts";

interface Option {
  key: string;
  arg: "no" | "required" | "optional";
  unmodelled: boolean;
}

export interface OptionTable {
  short: Map<string, Option>;
  long: Map<string, Option>;
  posix: boolean;
}

const tables = new Map<string, OptionTable>();

export function optionTable(text: string): OptionTable {
  const known = tables.get(text);
  if (known) return known;
  const table: OptionTable = { short: new Map(), long: new Map(), posix: false };
  for (const word of text.split(/\s+/).filter((w) => w !== "")) {
    if (word === "+") {
      table.posix = true;
      continue;
    }
    const m = /^([!~]?)(.+?)(=\??)?$/.exec(word)!;
    const names = m[2]!.split(",");
    const option: Option = {
      key: names[0]!,
      arg: m[3] === "=" ? "required" : m[3] === "=?" ? "optional" : "no",
      unmodelled: m[1] === "!",
    };
    for (const name of names) (name.length === 1 ? table.short : table.long).set(name, option);
  }
  tables.set(text, table);
  return table;
}

/** A usage error: the message after `program: `. */
export class BadOption extends Error {}

export class Options {
  readonly list: [string, string][] = [];
  operands: string[] = [];

  has(...keys: string[]): boolean {
    return this.list.some(([k]) => keys.includes(k));
  }
  /** The last value given. */
  value(key: string): string | undefined {
    return this.list.findLast(([k]) => k === key)?.[1];
  }
  values(key: string): string[] {
    return this.list.filter(([k]) => k === key).map(([, v]) => v);
  }
  /** Which of these was given last. */
  last(...keys: string[]): string | undefined {
    return this.list.findLast(([k]) => keys.includes(k))?.[0];
  }
}

/** `program` names it in the text of what is not simulated. `digits`: `-5` is an option with key "digits". */
export function parseOptions(program: string, table: OptionTable, args: readonly string[], digits = false): Options {
  const out = new Options();
  const take = (option: Option, shown: string, value: string): void => {
    if (option.unmodelled) throw new NotSimulated(`${program} ${shown}`);
    out.list.push([option.key, value]);
  };
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      out.operands.push(...args.slice(i + 1));
      return out;
    }
    if (arg === "-" || !arg.startsWith("-")) {
      if (table.posix) break;
      out.operands.push(arg);
      continue;
    }
    if (arg.startsWith("--")) {
      const cut = arg.indexOf("=");
      const name = cut < 0 ? arg.slice(2) : arg.slice(2, cut);
      const option = longOption(table, name, arg);
      if (option.arg === "no" && cut >= 0) throw new BadOption(`option '--${fullName(table, name)}' doesn't allow an argument`);
      if (option.arg === "required" && cut < 0) {
        if (i + 1 >= args.length) throw new BadOption(`option '--${fullName(table, name)}' requires an argument`);
        take(option, `--${name}`, args[++i]!);
      } else take(option, `--${name}`, cut < 0 ? "" : arg.slice(cut + 1));
      continue;
    }
    if (digits && /^-\d/.test(arg)) {
      const m = /^-(\d+)(.*)$/.exec(arg)!;
      out.list.push(["digits", m[1]!]);
      for (const c of m[2]!) take(table.short.get(c) ?? fail(c), `-${c}`, "");
      continue;
    }
    for (let j = 1; j < arg.length; j++) {
      const letter = arg[j]!;
      const option = table.short.get(letter) ?? fail(letter);
      const rest = arg.slice(j + 1);
      if (option.arg === "no") {
        take(option, `-${letter}`, "");
        continue;
      }
      if (option.arg === "required" && rest === "") {
        if (i + 1 >= args.length) throw new BadOption(`option requires an argument -- '${letter}'`);
        take(option, `-${letter}`, args[++i]!);
      } else take(option, `-${letter}`, rest);
      break;
    }
  }
  out.operands.push(...args.slice(i));
  return out;
}

function fail(letter: string): never {
  throw new BadOption(`invalid option -- '${letter}'`);
}

function candidates(table: OptionTable, name: string): string[] {
  if (table.long.has(name)) return [name];
  const found = [...table.long.keys()].filter((k) => k.startsWith(name));
  return new Set(found.map((k) => table.long.get(k))).size === 1 ? [found[0]!] : found;
}

function longOption(table: OptionTable, name: string, arg: string): Option {
  const found = candidates(table, name);
  if (found.length === 0) throw new BadOption(`unrecognized option '--${name}'`);
  if (found.length > 1) throw new BadOption(`option '${arg}' is ambiguous; possibilities: ${found.map((k) => `'--${k}'`).join(" ")}`);
  return table.long.get(found[0]!)!;
}

const fullName = (table: OptionTable, name: string): string => candidates(table, name)[0] ?? name;
