/** What Vagrant's failures mean: recognised texts, each with a code and the exact repair. What is not recognised is shown whole. */
import { failures } from "./failures.ts";

export interface Explanation {
  /** Stable, in kebab case. */
  code: string;
  message: string;
  /** What to do. */
  hint: string;
}

/**
 * What the output of a Vagrant command that failed says. `output`: both streams together, of a plain or a `--machine-readable` run.
 * undefined: not recognised.
 */
export function explain(output: string): Explanation | undefined {
  const said = flatten(output);
  for (const { code, seen, message, hint } of failures) {
    const found = seen.exec(said);
    if (!found) continue;
    const groups = found.groups ?? {};
    return { code, message: fill(message, groups), hint: fill(hint, groups) };
  }
  return undefined;
}

/** Vagrant wraps its texts, puts a machine's name before each line and, for machines, escapes them: one line of plain words remains. */
function flatten(output: string): string {
  return output
    .replaceAll("%!(VAGRANT_COMMA)", ",")
    .replaceAll(/\\[nr]/g, "\n")
    .replaceAll(/\u001B\[[0-9;]*[A-Za-z]/g, "")
    .replaceAll(/^(?:==>|   ) [\w.-]+: /gm, "")
    .replaceAll(/\s+/g, " ");
}

/** Names in braces stand for what was found; what was not found is left out with its brackets. */
const fill = (text: string, groups: Record<string, string | undefined>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => groups[name]?.trim() ?? "");
