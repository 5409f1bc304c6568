/** Aliases: the first word of a command replaced before it is parsed (interactive shells). */
import type { Command } from "unbash";
import { runStatements } from "./execute.ts";
import type { Shell } from "./shell.ts";
import { parseScript, Source } from "./syntax.ts";

const busy = new WeakMap<Shell, Set<string>>();

/** What to run instead, when the command's name is an alias. */
export function aliased(sh: Shell, node: Command): (() => Promise<number>) | undefined {
  const { name } = node;
  if (!name || name.parts?.some((part) => part.type !== "Literal") || /['"\\$`]/.test(name.text)) return undefined;
  const value = sh.aliases.get(name.text);
  const active = busy.get(sh) ?? new Set<string>();
  if (value === undefined || active.has(name.text)) return undefined;
  const source = sh.source.text;
  let rest = source.slice(name.end, node.end);
  if (value.endsWith(" ")) {
    // the next word is looked up as well
    const next = /^(\s*)([^\s;&|<>()$'"`\\]+)/.exec(rest);
    const second = next ? sh.aliases.get(next[2]!) : undefined;
    if (next && second !== undefined) rest = `${next[1]}${second}${rest.slice(next[0].length)}`;
  }
  const text = `${source.slice(node.pos, name.pos)}${value}${rest}`;
  return async () => {
    busy.set(sh, active.add(name.text));
    const { source: outer, pos } = sh;
    sh.source = new Source(text, outer.name, sh.line);
    try {
      return await runStatements(sh, parseScript(text).commands);
    } finally {
      active.delete(name.text);
      sh.source = outer;
      sh.pos = pos;
    }
  };
}
