/** docker's command lines (spf13/pflag): flags anywhere before the arguments that follow an image or container, and the words about wrong ones. */
import type { Proc } from "../../../kernel/proc.ts";

export interface Flags {
  on: Set<string>;
  values: Record<string, string[]>;
  rest: string[];
}

export interface Usage {
  name: string;
  /** `docker run [OPTIONS] IMAGE [COMMAND] [ARG...]` without the first two words. */
  line: string;
  about: string;
  /** Number of arguments: at least, at most. */
  args: [number, number];
  /** Spelling → name; a trailing = marks those with a value. */
  flags: Record<string, string>;
  /** Flags that docker knows and that are not simulated. */
  beyond?: string[];
  /** What follows the first argument is not docker's. */
  stops?: boolean;
}

/** Ends a command: what it says on stderr, and its status. */
export class CliError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** Texts as recorded with docker 20.10. */
export function parse(p: Proc, usage: Usage, args: string[]): Flags {
  const out: Flags = { on: new Set(), values: {}, rest: [] };
  const see = `See 'docker ${usage.name} --help'.`;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      out.rest.push(...args.slice(i + 1));
      break;
    }
    const m = /^(--?)([\w-]+)(?:=(.*))?$/s.exec(arg);
    if (!m || (usage.stops && out.rest.length > 0)) {
      out.rest.push(arg);
      continue;
    }
    if (m[2] === "help" && m[1] === "--") p.notSimulated(`docker ${usage.name} --help`);
    const names = m[1] === "--" ? [m[2]!] : m[2]!.split("");
    for (const [k, name] of names.entries()) {
      const to = usage.flags[name];
      if (to === undefined) {
        if (usage.beyond?.includes(name)) p.notSimulated(`docker ${usage.name} ${m[1]}${name}`);
        throw new CliError(
          m[1] === "--" ? `unknown flag: --${name}\n${see}` : `unknown shorthand flag: '${name}' in -${m[2]!}\n${see}`,
          125,
        );
      }
      if (!to.endsWith("=")) {
        if (m[3] !== "false") out.on.add(to);
        continue;
      }
      const attached = m[1] === "-" && k < names.length - 1 ? m[2]!.slice(k + 1) : undefined;
      const value = m[3] ?? attached ?? args[++i];
      if (value === undefined)
        throw new CliError(
          m[1] === "--" ? `flag needs an argument: --${name}\n${see}` : `flag needs an argument: '${name}' in -${m[2]!}\n${see}`,
          125,
        );
      (out.values[to.slice(0, -1)] ??= []).push(value);
      if (attached !== undefined) break;
    }
  }
  const [least, most] = usage.args;
  const n = out.rest.length;
  if (n < least || n > most) {
    const plural = (x: number): string => (x === 1 ? "1 argument" : `${x} arguments`);
    const what =
      most === 0
        ? "accepts no arguments"
        : least === most
          ? `requires exactly ${plural(least)}`
          : n < least
            ? `requires at least ${plural(least)}`
            : `requires at most ${plural(most)}`;
    throw new CliError(`"docker ${usage.name}" ${what}.\n${see}\n\nUsage:  docker ${usage.line}\n\n${usage.about}`);
  }
  return out;
}
