/** What the tab key offers. */
import { backslashed } from "./quote.ts";
import type { Shell } from "./shell.ts";

const keywords = [
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "case",
  "esac",
  "for",
  "select",
  "while",
  "until",
  "do",
  "done",
  "in",
  "function",
  "time",
];

export function completeCommand(sh: Shell, prefix: string): string[] {
  const found = new Set<string>(
    [...sh.builtinNames(), ...sh.functions.keys(), ...sh.aliases.keys(), ...keywords].filter((name) => name.startsWith(prefix)),
  );
  for (const dir of (sh.vars.get("PATH") ?? "").split(":")) {
    let names: string[];
    try {
      names = sh.p.fs.readdir(dir);
    } catch {
      continue;
    }
    for (const name of names)
      if (name.startsWith(prefix) && sh.p.fs.isFile(`${dir}/${name}`) && sh.p.fs.access(`${dir}/${name}`, 1)) found.add(name);
  }
  return [...found].sort();
}

/** A path without its tilde. */
function plain(sh: Shell, path: string): string {
  const match = /^~([^/]*)(\/|$)/.exec(path);
  return match ? `${sh.home(match[1]!)}/${path.slice(match[0].length)}` : path;
}

/** Paths that begin with `prefix` (a tilde is understood and kept). */
export function completeFile(sh: Shell, prefix: string): string[] {
  const cut = prefix.lastIndexOf("/") + 1;
  const shownDir = prefix.slice(0, cut);
  const base = prefix.slice(cut);
  let names: string[];
  try {
    names = sh.p.fs.readdir(shownDir === "" ? "." : plain(sh, shownDir));
  } catch {
    return [];
  }
  return names.filter((name) => name.startsWith(base) && (base.startsWith(".") || !name.startsWith("."))).map((name) => shownDir + name);
}

export interface Completion {
  /** Where the completed word begins. */
  start: number;
  /** As they are to be inserted. */
  matches: string[];
  /** What follows a single match. */
  suffix(match: string): string;
}

export function complete(sh: Shell, text: string): Completion {
  const word = /(?:[^\s;&|<>()"'\\=:]|\\.)*$/.exec(text)![0];
  const start = text.length - word.length;
  const before = text.slice(0, start);
  const raw = word.replaceAll(/\\(.)/g, "$1");
  const variable = /\$(\{?)(\w*)$/.exec(word);
  if (variable) {
    const head = word.slice(0, variable.index + 1 + variable[1]!.length);
    return { start, matches: sh.variableNames(variable[2]!).map((name) => head + name + (variable[1] ? "}" : "")), suffix: () => " " };
  }
  if (raw.startsWith("~") && !raw.includes("/")) {
    const users = (sh.p.fs.tryReadText("/etc/passwd") ?? "")
      .split("\n")
      .map((l) => l.split(":")[0]!)
      .filter((name) => name !== "" && name.startsWith(raw.slice(1)));
    return { start, matches: users.sort().map((name) => `~${name}`), suffix: () => "/" };
  }
  // the first word of a command, also after sudo
  const command =
    /(^|[;&|(`{]|\$\(|\b(?:then|do|else|sudo|if|while|until|time|exec|command|xargs|nohup|watch))\s*$/.test(before) &&
    !/[<>]\s*$/.test(before);
  if (command && !raw.includes("/")) return { start, matches: completeCommand(sh, raw), suffix: () => " " };
  const current = before.slice(Math.max(...[";", "&", "|", "("].map((c) => before.lastIndexOf(c))) + 1).trim();
  const name = current.split(/\s+/)[0] ?? "";
  const words = sh.completions.get(name);
  if (words && words.length > 0 && !/[<>]\s*$/.test(before))
    return { start, matches: words.filter((w) => w.startsWith(raw)).sort(), suffix: () => " " };
  let files = completeFile(sh, raw);
  if (name === "cd" || name === "pushd" || name === "rmdir") files = files.filter((path) => sh.p.fs.isDir(plain(sh, path)));
  if (command) files = files.filter((path) => sh.p.fs.isDir(plain(sh, path)) || sh.p.fs.access(plain(sh, path), 1));
  return {
    start,
    matches: files.map((path) => (path.startsWith("~") ? path : backslashed(path))),
    suffix: (match) => (sh.p.fs.isDir(plain(sh, match.replaceAll(/\\(.)/g, "$1"))) ? "/" : " "),
  };
}
