/**
 * kubectl's help as recorded. A command's first line names the releases that have it; each other is a line of its help: the releases that
 * print it ("27-31,36" counts the recorded ones; none: all that have the command), then `|` and the line, or `=` and its place in `shared`.
 */
import { shared, texts } from "./texts.ts";

/** Minor releases whose kubectl was recorded: test/recorded/kubectl-help.txt. */
export const recordedReleases = [20, 27, 28, 29, 30, 31, 32, 33, 36];

const within = (releases: string, minor: number): boolean =>
  releases === "" ||
  releases.split(",").some((run) => {
    const [from, to] = run.split("-").map(Number) as [number, number?];
    return minor >= from && minor <= (to ?? from);
  });

/** Whether some recorded release has a command: "create deployment"; "" is kubectl itself. */
export const known = (command: string): boolean => Object.hasOwn(texts, command);

/** Whether a release is recorded to be without a command that another one has. */
export const lacks = (command: string, minor: number): boolean =>
  known(command) && recordedReleases.includes(minor) && !texts[command]!.split("\n", 1)[0]!.split(",").includes(String(minor));

let common: string[] | undefined;

/** What a recorded release prints; undefined when it has no such command. */
export function recorded(command: string, minor: number): string | undefined {
  if (!known(command) || !recordedReleases.includes(minor) || lacks(command, minor)) return undefined;
  const rows = texts[command]!.split("\n").slice(1);
  common ??= shared.split("\n");
  let text = "";
  for (const row of rows) {
    const [, which, kind, rest] = /^([\d,-]*)([|=])(.*)$/s.exec(row)!;
    if (within(which!, minor)) text += `${kind === "|" ? rest : common[Number(rest)]}\n`;
  }
  return text;
}

/** The commands right beneath one. */
export const subcommands = (command: string): string[] =>
  Object.keys(texts).filter(
    (name) =>
      name !== "" && (command === "" ? !name.includes(" ") : name.slice(0, name.lastIndexOf(" ")) === command && name.includes(" ")),
  );

const flagSets = new Map<string, ReadonlySet<string>>();

/**
 * The flags that a command's help names, without the global ones; of a release between two recorded ones those of both. undefined: nothing
 * is recorded of the command.
 */
export function flagsOf(command: string, minor: number): ReadonlySet<string> | undefined {
  if (!known(command)) return undefined;
  const key = `${minor} ${command}`;
  let found = flagSets.get(key);
  if (!found) {
    const near = [recordedReleases.findLast((r) => r <= minor), recordedReleases.find((r) => r >= minor)];
    const texts = near.flatMap((release) => (release === undefined ? [] : (recorded(command, release) ?? [])));
    if (texts.length === 0) return undefined;
    found = new Set(texts.flatMap((text) => [...text.matchAll(/^ +(?:-\w, )?--([a-z0-9-]+)=/gm)].map(([, name]) => name!)));
    flagSets.set(key, found);
  }
  return found;
}
