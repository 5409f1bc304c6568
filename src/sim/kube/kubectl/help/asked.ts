/** Which command a line is of, and whether it asks for help: cobra's Find, and pflag's rules with the flags that the help lists. */
import { globalFlags, globalShort, optional } from "../flags.ts";
import { helpOf } from "./between.ts";
import { known, lacks, subcommands } from "./recorded.ts";

export interface Release {
  minor: number;
  patch: number;
}

export interface Asked {
  /** "create deployment"; "" is kubectl itself. */
  command: string;
  /** What would be the command's own command if there were one by that name. */
  unknown: string | undefined;
  /** Arguments of the command that are no flags. */
  args: string[];
  /** --help, -h. */
  help: boolean;
  /** A flag that the help does not list: a wrong one, or a hidden one. */
  unlisted: string | undefined;
}

/** Whether a flag takes the next argument, by "--name" and "-n". */
type Flags = Map<string, boolean>;

function flagsOf(text: string): Flags {
  const flags: Flags = new Map();
  const put = (name: string, short: string | undefined, takes: boolean): void => {
    flags.set(`--${name}`, takes);
    if (short) flags.set(`-${short}`, takes);
  };
  const shorts = Object.fromEntries(Object.entries(globalShort).map(([short, name]) => [name, short]));
  for (const [name, kind] of Object.entries(globalFlags)) put(name, shorts[name], kind !== "bool");
  // `      --all=false: …` up to 1.2x, `    --all=false:` later; defaults may have a colon
  for (const [, short, name, value] of text.matchAll(/^ +(?:-(\w), )?--([\w-]+)=('[^']*'|[^ ]*):(?: |$)/gm))
    put(name!, short, value !== "false" && value !== "true" && optional[name!] === undefined);
  return flags;
}

/** A command's subcommand by its name or an alias; undefined when this release has none, or when none is known. */
function subcommand(command: string, word: string, release: Release): string | undefined {
  const named = command === "" ? word : `${command} ${word}`;
  if (known(named)) return lacks(named, release.minor) ? undefined : named;
  return subcommands(command).find((name) =>
    /^Aliases:\n(.*)$/m
      .exec(helpOf(name, release.minor, release.patch) ?? "")?.[1]
      ?.split(", ")
      .includes(word),
  );
}

/** cobra.Command.Find: `words` without what it looks on as flags and their values. It knows nothing of --help yet, which takes a word. */
function find(argv: string[], release: Release): { command: string; unknown: string | undefined; flags: Flags; used: Set<number> } {
  const used = new Set<number>();
  let command = "";
  for (;;) {
    const flags = flagsOf(helpOf(command, release.minor, release.patch) ?? "");
    let next: { at: number; name: string } | undefined;
    let unknown: string | undefined;
    for (let i = 0; i < argv.length && argv[i] !== "--"; i++) {
      const arg = argv[i]!;
      if (used.has(i)) continue;
      if (!arg.startsWith("-")) {
        const name = subcommand(command, arg, release);
        if (name === undefined) unknown = arg;
        else next = { at: i, name };
        break;
      }
      const short = !arg.startsWith("--");
      const takes = arg === "--help" || arg === "-h" || (flags.get(arg) ?? true);
      if (!arg.includes("=") && takes && (!short || arg.length === 2)) i++;
    }
    if (!next) return { command, unknown, flags, used };
    used.add(next.at);
    command = next.name;
  }
}

export function asked(argv: string[], release: Release): Asked {
  const { command, unknown, flags, used } = find(argv, release);
  const found: Asked = { command, unknown, args: [], help: false, unlisted: undefined };
  const rest = argv.filter((_, i) => !used.has(i));
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (arg === "--") break;
    if (!arg.startsWith("-") || arg === "-") {
      found.args.push(arg);
      continue;
    }
    if (arg.startsWith("--")) {
      const [name, value] = arg.split("=", 2) as [string, string?];
      const takes = flags.get(name);
      if (takes === undefined) found.unlisted ??= name;
      else if (name === "--help") found.help = value === undefined || /^(1|t|T|true|TRUE|True)$/.test(value);
      else if (takes && value === undefined) rest.shift();
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const takes = flags.get(`-${arg[at]}`);
      if (takes === undefined) found.unlisted ??= `-${arg[at]}`;
      if (arg[at] === "h") found.help = true;
      if (!takes) continue;
      if (at === arg.length - 1) rest.shift();
      break;
    }
  }
  return found;
}
