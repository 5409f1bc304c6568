/** Words an option takes, as gnulib's argmatch reads them: whole or by a beginning that says which one is meant. */
import type { Context } from "./command.ts";
import { quote } from "./quote.ts";

/** The first of the synonyms that `given` names; else a usage error that lists them all. `choices`: synonyms by meaning. */
export async function argmatch(c: Context, given: string, option: string, choices: readonly (readonly string[])[]): Promise<string> {
  const exact = choices.find((names) => names.includes(given));
  if (exact) return exact[0]!;
  const begun = choices.filter((names) => names.some((name) => name.startsWith(given)));
  if (begun.length === 1) return begun[0]![0]!;
  const list = choices.map((names) => `  - ${names.map((name) => quote(c.p, name)).join(", ")}`);
  const kind = begun.length > 1 ? "ambiguous" : "invalid";
  return c.usage(`${kind} argument ${quote(c.p, given)} for ${quote(c.p, option)}\nValid arguments are:\n${list.join("\n")}`, 1);
}
