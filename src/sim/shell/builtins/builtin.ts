/** The contract of builtins, and how they read their options. */
import type { Declared } from "../simple.ts";
import type { Shell } from "../shell.ts";

/** `words`: the command and its arguments; arguments of declaration builtins that assign are `Declared`. */
export type Builtin = (sh: Shell, words: string[]) => Promise<number> | number;
export type Words = (string | Declared)[];

export interface Options {
  flags: Set<string>;
  values: Map<string, string>;
  rest: string[];
}

/** Reads options as getopt(3) in bash's builtins does; prints bash's message and returns undefined for one that is not known. */
export async function options(sh: Shell, words: string[], accepted: string, usage: string): Promise<Options | undefined> {
  const name = words[0]!;
  const flags = new Set<string>();
  const values = new Map<string, string>();
  let at = 1;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (typeof word !== "string" || !word.startsWith("-") || word === "-") break;
    if (word === "--") {
      at++;
      break;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!;
      const place = accepted.indexOf(letter);
      if (place < 0 || letter === ":") {
        await sh.error(`${name}: -${letter}: invalid option`);
        await sh.p.err(`${name}: usage: ${usage}\n`);
        return undefined;
      }
      if (accepted[place + 1] === ":") {
        const value = i + 1 < word.length ? word.slice(i + 1) : words[++at];
        if (value === undefined) {
          await sh.error(`${name}: -${letter}: option requires an argument`);
          await sh.p.err(`${name}: usage: ${usage}\n`);
          return undefined;
        }
        values.set(letter, value);
        break;
      }
      flags.add(letter);
    }
  }
  return { flags, values, rest: words.slice(at) };
}

export const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text);

/** POSIX special builtins. */
export const specials = new Set([
  ":",
  ".",
  "break",
  "continue",
  "eval",
  "exec",
  "exit",
  "export",
  "readonly",
  "return",
  "set",
  "shift",
  "source",
  "times",
  "trap",
  "unset",
]);
