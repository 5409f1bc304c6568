/** Functions as `declare -f` and `type` print them. */
import type { ShellFunction } from "./shell.ts";

/** The definition with the body as it was written (bash prints its own layout; the meaning is the same). */
export function shellFunctionText(f: ShellFunction): string {
  return `${f.name} () \n${f.source.text.slice(f.body.pos, f.body.end)}`;
}
