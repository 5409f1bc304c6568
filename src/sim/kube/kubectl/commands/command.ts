import type { Proc } from "../../../kernel/proc.ts";

/** A subcommand: arguments after its name; the result is the exit status. Failures are thrown. */
export type Command = (p: Proc, argv: string[]) => Promise<number>;
