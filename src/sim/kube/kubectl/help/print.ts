/** kubectl's help where it is asked for, and where a command needs another word. Which of both streams, and what status: as recorded. */
import { NotSimulated } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { Tty } from "../../../kernel/tty.ts";
import { asked, type Release } from "./asked.ts";
import { afterHelp, refuseArgs, refuseBare } from "./bare.ts";
import { helpOf } from "./between.ts";
import { known } from "./recorded.ts";
import { fitted } from "./wrap.ts";

/** `fd`: 1 or 2. */
export async function printHelp(p: Proc, text: string, fd = 1): Promise<void> {
  const file = p.file(fd);
  const shown = fitted(text, file instanceof Tty ? file.cols : undefined);
  await (fd === 1 ? p.out(shown) : p.err(shown));
}

function text(command: string, release: Release): string {
  const found = helpOf(command, release.minor, release.patch);
  if (found === undefined) throw new NotSimulated(`kubectl ${command === "" ? "" : `${command} `}--help of 1.${release.minor}`);
  return found;
}

/** Commands that print their help when none of their own follows. */
const parents: Record<string, { fd: number; status: number }> = {
  auth: { fd: 2, status: 1 },
  certificate: { fd: 1, status: 0 },
  config: { fd: 2, status: 1 },
  "create secret": { fd: 2, status: 1 },
  "create service": { fd: 2, status: 1 },
  plugin: { fd: 2, status: 1 },
  rollout: { fd: 1, status: 1 },
  set: { fd: 2, status: 1 },
  top: { fd: 2, status: 1 },
};

/** False for most lines, whose commands need not be looked up in the help. */
function mayNeedHelp(argv: string[]): boolean {
  const end = argv.indexOf("--");
  const own = end < 0 ? argv : argv.slice(0, end);
  const words = own.filter((a) => !a.startsWith("-"));
  return (
    words.length < 2 ||
    (words.length === own.length && known(words.join(" "))) ||
    words.some((w) => w === "help" || w === "config" || w.startsWith("api-")) ||
    own.some((a) => a.startsWith("--help") || /^-[^-]*h/.test(a)) ||
    (words.length < 4 &&
      words.some((w, i) => Object.hasOwn(parents, w) || Object.hasOwn(parents, `${w} ${words[i + 1]}`) || w === "create"))
  );
}

/** Prints help when the line asks for it or has no command to run, and tells the status; undefined: the line is to be run. */
export async function help(p: Proc, release: Release): Promise<number | undefined> {
  if (!mayNeedHelp(p.args)) return undefined;
  const { command, unknown, args, help: wanted, unlisted } = asked(p.args, release);
  if (command === "") {
    if (unknown !== undefined || unlisted !== undefined) return undefined;
    await printHelp(p, text("", release));
    return 0;
  }
  if (wanted) {
    const shown = text(command, release);
    if (unlisted !== undefined) throw new NotSimulated(`kubectl ${command} ${unlisted} --help`);
    await printHelp(p, shown);
    return 0;
  }
  if (unlisted !== undefined) return undefined;
  if (command === "help") return topic(p, release, args);
  const parent = Object.hasOwn(parents, command) ? parents[command] : undefined;
  if (parent && (args.length === 0 || command === "certificate")) {
    await printHelp(p, text(command, release), parent.fd);
    return parent.status;
  }
  const error = afterHelp(command, args, release.minor);
  if (error !== undefined) {
    await printHelp(p, text(command, release));
    if (error !== "") await p.err(error);
    return error === "" ? 0 : 1;
  }
  refuseArgs(command, args);
  if (p.args.some((a) => a.startsWith("-")) || args.length > 0) return undefined;
  // up to 1.30 the help follows; 1.31 only says what is missing
  if (command === "create" && release.minor <= 30) {
    const shown = text("create", release);
    await p.err("Error: must specify one of -f and -k\n\n");
    await printHelp(p, shown, 2);
    return 1;
  }
  refuseBare(command, release.minor);
  return undefined;
}

/** `kubectl help WORD…` */
async function topic(p: Proc, release: Release, words: string[]): Promise<number> {
  const { command } = asked(words, release);
  const shown = text(command, release);
  if (command !== "" || words.length === 0) {
    await printHelp(p, shown);
    return 0;
  }
  await p.err(`Unknown help topic [${words.map((w) => `\`${w}\``).join(" ")}]\n`);
  // cobra's usage of the root is its help without what it is about; a template's pieces are each wrapped by themselves
  const usage = shown.slice(shown.indexOf("\n\nBasic Commands"));
  const piece = usage.lastIndexOf('" for a list');
  await printHelp(p, usage.slice(0, piece), 2);
  await printHelp(p, usage.slice(piece), 2);
  return 0;
}
