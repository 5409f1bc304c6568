/** What the tab key offers. */
import type { Shell } from "./shell.ts";

export function completeCommand(sh: Shell, prefix: string): string[] {
  const found = new Set<string>([...sh.builtinNames(), ...sh.functions.keys(), ...sh.aliases.keys(), "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in", "function", "time"].filter((name) => name.startsWith(prefix)));
  for (const dir of (sh.vars.get("PATH") ?? "").split(":")) {
    let names: string[];
    try {
      names = sh.p.fs.readdir(dir);
    } catch {
      continue;
    }
    for (const name of names) if (name.startsWith(prefix) && sh.p.fs.isFile(`${dir}/${name}`) && sh.p.fs.access(`${dir}/${name}`, 1)) found.add(name);
  }
  return [...found].sort();
}

/** Paths that begin with `prefix` (a tilde is understood and kept). */
export function completeFile(sh: Shell, prefix: string): string[] {
  const cut = prefix.lastIndexOf("/") + 1;
  const shownDir = prefix.slice(0, cut);
  const match = /^~([^/]*)\//.exec(shownDir);
  const dir = match ? `${sh.home(match[1]!)}/${shownDir.slice(match[0].length)}` : shownDir;
  const base = prefix.slice(cut);
  let names: string[];
  try {
    names = sh.p.fs.readdir(dir === "" ? "." : dir);
  } catch {
    return [];
  }
  return names.filter((name) => name.startsWith(base) && (base.startsWith(".") || !name.startsWith("."))).map((name) => shownDir + name);
}
