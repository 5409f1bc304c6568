/** Command lines of Go programs: `--name=value`, `--name value`, `--bool`; also with one dash where Go's own flag package is used. */

/** `list` is pflag's StringSlice, split at commas; `words` its StringArray, in which a comma is a comma. */
type FlagKind = "string" | "bool" | "int" | "duration" | "list" | "words" | "map";

export interface FlagTable {
  [name: string]: FlagKind;
}

export interface ParsedFlags {
  values: Record<string, string>;
  /** Repeatable flags, in order. */
  lists: Record<string, string[]>;
  /** Flags as they were given, one after another. */
  given: [name: string, value: string][];
  rest: string[];
}

/** A command line that the real program refuses; the text is pflag's (or flag's). */
export class FlagError extends Error {}

/** Milliseconds of a Go duration such as `4m0s`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(text)) return undefined;
  const unit: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let total = 0;
  for (const [, number, name] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) total += Number(number) * unit[name!]!;
  return text.startsWith("-") ? -total : total;
}

/** As Go's Duration.String: 1m30s, 4m0s, 500ms, 0s. */
export function durationText(ms: number): string {
  if (ms === 0) return "0s";
  if (Math.abs(ms) < 1) return `${trim(ms * 1000)}µs`;
  if (Math.abs(ms) < 1000) return `${trim(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = trim((ms % 60_000) / 1000);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

const trim = (value: number): string => String(Number(value.toFixed(9)));

/** What strconv says about a value that does not fit the flag's kind. */
function refusal(kind: FlagKind, value: string): string | undefined {
  if (kind === "bool" && !/^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value))
    return `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
  if (kind === "int" && !/^[+-]?\d+$/.test(value)) return `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`;
  if (kind === "duration" && parseDuration(value) === undefined)
    return /^[+-]?[\d.]+$/.test(value)
      ? `time: missing unit in duration ${JSON.stringify(value)}`
      : `time: invalid duration ${JSON.stringify(value)}`;
  return undefined;
}

/** github.com/spf13/pflag. `short`: one-letter names. */
export function parsePflags(args: string[], table: FlagTable, short: Record<string, string> = {}): ParsedFlags {
  const parsed: ParsedFlags = { values: {}, lists: {}, given: [], rest: [] };
  const pending = [...args];
  const put = (name: string, value: string): void => {
    const kind = table[name]!;
    const bad = refusal(kind, value);
    if (bad) {
      const letter = Object.keys(short).find((l) => short[l] === name);
      throw new FlagError(
        `invalid argument ${JSON.stringify(value)} for "${letter === undefined ? "" : `-${letter}, `}--${name}" flag: ${bad}`,
      );
    }
    if (kind === "list" || kind === "map") (parsed.lists[name] ??= []).push(...value.split(",").filter((v) => v !== ""));
    if (kind === "words") (parsed.lists[name] ??= []).push(value);
    parsed.values[name] = value;
    parsed.given.push([name, value]);
  };
  while (pending.length > 0) {
    const arg = pending.shift()!;
    if (arg === "--") {
      parsed.rest.push(...pending);
      break;
    }
    if (arg.startsWith("--")) {
      const [, name, value] = /^--([^=]*)(?:=(.*))?$/s.exec(arg)!;
      if (name === "" || name!.startsWith("-")) throw new FlagError(`bad flag syntax: ${arg}`);
      if (!Object.hasOwn(table, name!)) throw new FlagError(`unknown flag: --${name}`);
      if (value !== undefined) put(name!, value);
      else if (table[name!] === "bool") put(name!, "true");
      else if (pending.length === 0) throw new FlagError(`flag needs an argument: --${name}`);
      else put(name!, pending.shift()!);
    } else if (arg.startsWith("-") && arg !== "-") {
      let letters = arg.slice(1);
      while (letters !== "") {
        const letter = letters[0]!;
        const name = short[letter];
        letters = letters.slice(1);
        if (name === undefined) throw new FlagError(`unknown shorthand flag: '${letter}' in ${arg}`);
        if (letters.startsWith("=")) {
          put(name, letters.slice(1));
          break;
        }
        if (table[name] === "bool") put(name, "true");
        else if (letters !== "") {
          put(name, letters);
          break;
        } else if (pending.length === 0) throw new FlagError(`flag needs an argument: '${letter}' in ${arg}`);
        else put(name, pending.shift()!);
      }
    } else parsed.rest.push(arg);
  }
  return parsed;
}

/** Go's standard flag package, as etcd uses it: one or two dashes, flags end at the first operand. */
export function parseGoFlags(args: string[], table: FlagTable): ParsedFlags {
  const parsed: ParsedFlags = { values: {}, lists: {}, given: [], rest: [] };
  const pending = [...args];
  while (pending.length > 0) {
    const arg = pending[0]!;
    if (!arg.startsWith("-") || arg === "-") break;
    pending.shift();
    if (arg === "--") break;
    const [, name, value] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg)!;
    if (name === "" || name!.startsWith("-")) throw new FlagError(`bad flag syntax: ${arg}`);
    if (!Object.hasOwn(table, name!)) throw new FlagError(`flag provided but not defined: -${name}`);
    const kind = table[name!]!;
    let text = value;
    if (text === undefined) {
      if (kind === "bool") text = "true";
      else if (pending.length === 0) throw new FlagError(`flag needs an argument: -${name}`);
      else text = pending.shift()!;
    }
    if (refusal(kind, text))
      throw new FlagError(
        `invalid ${kind === "bool" ? "boolean value" : "value"} ${JSON.stringify(text)} for ${kind === "bool" ? "" : "flag "}-${name}: parse error`,
      );
    parsed.values[name!] = text;
  }
  parsed.rest = pending;
  return parsed;
}
