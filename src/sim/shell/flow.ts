/** Ways in which execution leaves the command it is in. Thrown, never printed. */
import type { Signal } from "../kernel/program.ts";

export class BreakFlow {
  levels: number;
  readonly again: boolean;
  /** `again`: continue rather than break. */
  constructor(levels: number, again: boolean) {
    this.levels = levels;
    this.again = again;
  }
}
export class ReturnFlow {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}
export class ExitFlow {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}
/** Gives up the current line and goes on with the next (an expansion error; ^C at an interactive shell). */
export class DiscardFlow {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}
/** A signal ends the shell, after its EXIT trap. */
export class KilledFlow {
  readonly signal: Signal;
  constructor(signal: Signal) {
    this.signal = signal;
  }
}
