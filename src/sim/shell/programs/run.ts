/** What programs that run another program share: options, starting it, its failure's message and status. */
import { Errno } from "../../core/errno.ts";
import { Ended, type Proc } from "../../kernel/proc.ts";
import type { Signal } from "../../kernel/program.ts";

export interface Options {
  has(name: string): boolean;
  value(name: string): string | undefined;
  values(name: string): string[];
  rest: string[];
}

/**
 * getopt_long(3) with `+`: options end at the first operand. `short`: letters, each with `:` behind it when it takes a value.
 * `long`: name → letter. Returns an error text in glibc's words.
 */
export function getopt(args: readonly string[], short: string, long: Record<string, string> = {}, permute = false): Options | string {
  const seen: { name: string; value: string | undefined }[] = [];
  const rest: string[] = [];
  const takes = (letter: string): boolean => short[short.indexOf(letter) + 1] === ":";
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at]!;
    if (word === "--") {
      rest.push(...args.slice(at + 1));
      at = args.length;
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      if (!permute) break;
      rest.push(word);
      continue;
    }
    if (word.startsWith("--")) {
      const [name, given] = word.slice(2).split(/=([\s\S]*)/);
      const names = Object.keys(long).filter((n) => n === name || n.startsWith(name!));
      const full = names.includes(name!) ? name! : names.length === 1 ? names[0]! : undefined;
      if (full === undefined)
        return names.length > 1
          ? `option '${word}' is ambiguous; possibilities:${names.map((n) => ` '--${n}'`).join("")}`
          : `unrecognized option '--${name}'`;
      const letter = long[full]!;
      if (takes(letter)) {
        const value = given ?? args[++at];
        if (value === undefined) return `option '--${full}' requires an argument`;
        seen.push({ name: letter, value });
      } else if (given !== undefined) return `option '--${full}' doesn't allow an argument`;
      else seen.push({ name: letter, value: undefined });
      continue;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!;
      if (letter === ":" || !short.includes(letter)) return `invalid option -- '${letter}'`;
      if (takes(letter)) {
        const value = i + 1 < word.length ? word.slice(i + 1) : args[++at];
        if (value === undefined) return `option requires an argument -- '${letter}'`;
        seen.push({ name: letter, value });
        break;
      }
      seen.push({ name: letter, value: undefined });
    }
  }
  if (at < args.length) rest.push(...args.slice(at));
  return {
    has: (name) => seen.some((o) => o.name === name),
    value: (name) => seen.findLast((o) => o.name === name)?.value,
    values: (name) => seen.filter((o) => o.name === name).map((o) => o.value ?? ""),
    rest,
  };
}

/** Prints a usage error as coreutils do. */
export async function usageError(p: Proc, message: string, status: number): Promise<number> {
  await p.err(`${p.name}: ${message}\nTry '${p.argv[0]} --help' for more information.\n`);
  return status;
}

/** Replaces the process by a command; prints why it could not (status 126 or 127). */
export async function become(p: Proc, argv: string[], env: Record<string, string> = p.env): Promise<number> {
  try {
    return await p.exec({ argv, env });
  } catch (error) {
    if (!(error instanceof Errno) || p.status) throw error;
    await p.err(`${p.name}: ${quoteName(argv[0]!)}: ${error.text}\n`);
    return error.code === "ENOENT" ? 127 : 126;
  }
}

/** ‘name’ in the C.UTF-8 locale as coreutils' quote() prints it. */
export const quoteName = (text: string): string => `‘${text}’`;

/** Waits for a child that stands for this process: what ends it ends us the same way, signals are passed on. */
export async function standFor(
  p: Proc,
  child: Proc,
  forward: Signal[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM"],
): Promise<number> {
  for (const signal of forward) if (p.traps.get(signal) !== "ignore") p.traps.set(signal, () => child.raise(signal));
  for (const signal of ["SIGINT", "SIGQUIT"] as const) p.traps.set(signal, "ignore");
  const status = await p.wait(child);
  if (status.signal) {
    p.traps.clear();
    p.finish({ code: 0, signal: status.signal });
    throw new Ended(p.status!);
  }
  return status.code;
}
