/** How much apt says: nothing with -qq, everything otherwise. */
import type { Proc } from "../../../kernel/proc.ts";

export interface Say {
  line(text: string): Promise<void>;
  /** What follows `Reading package lists...`: on a terminal " Done". */
  done: string;
  quiet: number;
  terminal: boolean;
}

export function sayTo(p: Proc, quiet: number): Say {
  const terminal = p.fds.get(1)?.isTerminal === true;
  return { line: (text) => (quiet >= 2 ? Promise.resolve() : p.out(text)), done: terminal && quiet === 0 ? " Done" : "", quiet, terminal };
}
