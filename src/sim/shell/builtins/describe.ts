/** type, command -v, hash, alias: what a name is. */
import { single } from "../quote.ts";
import type { Shell } from "../shell.ts";
import { options, specials, type Builtin } from "./builtin.ts";

const keywords = new Set("if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc".split(" "));

/** Programs of that name in PATH. */
function programs(sh: Shell, name: string, standard = false): string[] {
  const { fs } = sh.p;
  const executable = (path: string): boolean => fs.isFile(path) && fs.access(path, 1);
  if (name.includes("/")) return executable(name) ? [name] : [];
  return (standard ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" : (sh.vars.get("PATH") ?? ""))
    .split(":")
    .map((dir) => `${dir === "" ? "." : dir}/${name}`)
    .filter(executable);
}

export type Style = "short" | "long" | "type" | "path" | "forcepath";

/** Descriptions, the one that would be used first. */
export function describe(sh: Shell, name: string, style: Style, standard = false, all = false, noFunctions = false): string[] {
  const out: string[] = [];
  const add = (kind: string, short: string, long: string): void => {
    if (style === "type") out.push(`${kind}\n`);
    else if (style === "short") out.push(`${short}\n`);
    else if (style === "long") out.push(`${long}\n`);
    else out.push("");
  };
  const alias = sh.aliases.get(name);
  if (alias !== undefined && sh.shopt.expand_aliases && style !== "forcepath")
    add("alias", `alias ${name}=${single(alias)}`, `${name} is aliased to \`${alias}'`);
  if (keywords.has(name) && style !== "forcepath") add("keyword", name, `${name} is a shell keyword`);
  const f = noFunctions ? undefined : sh.functions.get(name);
  if (f && style !== "forcepath") add("function", name, `${name} is a function\n${sh.functionText(f)}`);
  if (sh.isBuiltin(name) && style !== "forcepath")
    add("builtin", name, specials.has(name) && sh.flags.posix ? `${name} is a special shell builtin` : `${name} is a shell builtin`);
  if (all || out.length === 0) {
    const hashed = all || name.includes("/") ? undefined : sh.hashed.get(name);
    for (const path of programs(sh, name, standard)) {
      if (style === "path" || style === "forcepath") out.push(`${path}\n`);
      else add("file", path, hashed && hashed.path === path ? `${name} is hashed (${path})` : `${name} is ${path}`);
      if (!all) break;
    }
  }
  return all ? out : out.slice(0, 1);
}

export const type: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "afptP", "type [-afptP] name [name ...]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  let status = 0;
  const style: Style = flags.has("t") ? "type" : flags.has("P") ? "forcepath" : flags.has("p") ? "path" : "long";
  for (const name of rest) {
    const found = describe(sh, name, style, false, flags.has("a"), flags.has("f"));
    if (found.length === 0) {
      status = 1;
      if (style === "long") await sh.error(`type: ${name}: not found`);
    }
    for (const text of found) if (text !== "") await sh.p.out(text);
  }
  return status;
};

export const hash: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "lrp:dt", "hash [-lr] [-p pathname] [-dt] [name ...]");
  if (!parsed) return 2;
  const { flags, values, rest } = parsed;
  if (flags.has("r")) sh.hashed.clear();
  const path = values.get("p");
  if (path !== undefined) {
    for (const name of rest) sh.hashed.set(name, { path, hits: 0 });
    return 0;
  }
  if (rest.length === 0) {
    if (flags.has("r")) return 0;
    if (sh.hashed.size === 0) {
      await sh.p.out("hash: hash table empty\n");
      return 0;
    }
    if (flags.has("l")) for (const [name, entry] of sh.hashed) await sh.p.out(`builtin hash -p ${entry.path} ${name}\n`);
    else {
      await sh.p.out("hits\tcommand\n");
      for (const { hits, path: at } of sh.hashed.values()) await sh.p.out(`${String(hits).padStart(4)}\t${at}\n`);
    }
    return 0;
  }
  let status = 0;
  for (const name of rest) {
    const known = sh.hashed.get(name);
    if (flags.has("d") || flags.has("t")) {
      if (!known) {
        await sh.error(`hash: ${name}: not found`);
        status = 1;
      } else if (flags.has("d")) sh.hashed.delete(name);
      else await sh.p.out(`${rest.length > 1 ? `${name}\t` : ""}${known.path}\n`);
      continue;
    }
    if (name.includes("/") || sh.isBuiltin(name) || sh.functions.has(name)) continue;
    const [found] = programs(sh, name);
    if (found === undefined) {
      await sh.error(`hash: ${name}: not found`);
      status = 1;
    } else sh.hashed.set(name, { path: found, hits: 0 });
  }
  return status;
};

export const alias: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "p", "alias [-p] [name[=value] ... ]");
  if (!parsed) return 2;
  const { rest } = parsed;
  if (rest.length === 0)
    for (const name of [...sh.aliases.keys()].sort()) await sh.p.out(`alias ${name}=${single(sh.aliases.get(name)!)}\n`);
  let status = 0;
  for (const word of rest) {
    const at = word.indexOf("=");
    if (at > 0) {
      const name = word.slice(0, at);
      if (/[\s$`'"\\/|&;()<>]/.test(name)) {
        await sh.error(`alias: \`${name}': invalid alias name`);
        status = 1;
      } else sh.aliases.set(name, word.slice(at + 1));
      continue;
    }
    const value = sh.aliases.get(word);
    if (value === undefined) {
      await sh.error(`alias: ${word}: not found`);
      status = 1;
    } else await sh.p.out(`alias ${word}=${single(value)}\n`);
  }
  return status;
};

export const unalias: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "a", "unalias [-a] name [name ...]");
  if (!parsed) return 2;
  if (parsed.flags.has("a")) sh.aliases.clear();
  else if (parsed.rest.length === 0) {
    await sh.p.err("unalias: usage: unalias [-a] name [name ...]\n");
    return 2;
  }
  let status = 0;
  for (const name of parsed.rest) {
    if (sh.aliases.delete(name)) continue;
    await sh.error(`unalias: ${name}: not found`);
    status = 1;
  }
  return status;
};
