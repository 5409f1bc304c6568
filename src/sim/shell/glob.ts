/** Pathname expansion. */
import { isPattern, patternRegex, unescaped } from "./pattern.ts";
import type { Shell } from "./shell.ts";

export interface Found extends Array<string> {
  /** The word was a pattern at all. */
  pattern: boolean;
}

/** Splits at slashes that no backslash hides. */
const components = (pattern: string): string[] => pattern.split("/");

/** Paths that match, sorted; empty when none does. */
export function pathnames(sh: Shell, pattern: string): Found {
  const { extglob, dotglob, globstar, nocaseglob } = sh.shopt;
  const found = Object.assign([] as string[], { pattern: isPattern(pattern, extglob) });
  if (!found.pattern) return found;
  const fs = sh.p.fs;
  const parts = components(pattern);
  const absolute = pattern.startsWith("/");
  const list = (dir: string): string[] => {
    try {
      return fs.readdir(dir === "" ? "." : dir);
    } catch {
      return [];
    }
  };
  const walk = (prefix: string, at: number): void => {
    if (at === parts.length) {
      found.push(prefix);
      return;
    }
    const part = parts[at]!;
    const last = at === parts.length - 1;
    if (part === "") {
      // a slash at the end: folders only
      if (last) {
        if (fs.isDir(prefix)) found.push(`${prefix}/`);
      } else walk(prefix, at + 1);
      return;
    }
    const join = (name: string): string => (prefix === "" ? (absolute && at > 0 ? `/${name}` : name) : `${prefix}/${name}`);
    if (!isPattern(part, extglob)) {
      const path = join(unescaped(part));
      if (last ? fs.tryStat(path, false) : fs.isDir(path)) walk(path, at + 1);
      return;
    }
    const here = prefix === "" && absolute ? "/" : prefix;
    if (part === "**" && globstar) {
      if (!last) walk(prefix, at + 1);
      else if (prefix !== "") found.push(`${prefix}/`);
      const descend = (dir: string, base: (name: string) => string): void => {
        for (const name of list(dir)) {
          if (name.startsWith(".") && !dotglob) continue;
          const path = base(name);
          const isDir = fs.tryStat(path, false)?.type === "dir";
          if (last) found.push(path);
          else if (isDir) walk(path, at + 1);
          if (isDir) descend(path, (child) => `${path}/${child}`);
        }
      };
      descend(here, join);
      return;
    }
    const regex = patternRegex(part, { extglob, nocase: nocaseglob });
    for (const name of list(here)) {
      if (name.startsWith(".") && !dotglob && !part.startsWith(".") && !part.startsWith("\\.")) continue;
      if (!regex.test(name)) continue;
      const path = join(name);
      if (last || fs.isDir(path)) walk(path, at + 1);
    }
  };
  walk("", 0);
  found.sort(collate);
  const ignored = sh.vars.get("GLOBIGNORE");
  if (ignored) {
    const patterns = ignored.split(":").map((one) => patternRegex(one, { extglob }));
    const kept = found.filter((path) => !patterns.some((regex) => regex.test(path)));
    return Object.assign(kept, { pattern: true });
  }
  return found;
}

/** Order of the C.UTF-8 locale. */
const collate = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
