/** Cuts what comes in pieces into lines. */
import type { Proc } from "./proc.ts";

/** A line's beginning is kept in pieces until its end comes: one that never ends costs its length, not its square. */
export class LineSplitter {
  readonly #p: Proc;
  readonly #separator: string;
  #rest: string[] = [];
  #held = 0;

  constructor(p: Proc, separator: string) {
    this.#p = p;
    this.#separator = separator;
  }

  /** The lines that the piece completes. Throws MemoryExhausted. */
  add(text: string): string[] {
    const lines = text.split(this.#separator);
    const last = lines.pop()!;
    if (lines.length > 0) {
      lines[0] = this.end() + lines[0]!;
    }
    if (last !== "") {
      this.#p.hold(last.length);
      this.#held += last.length;
      this.#rest.push(last);
    }
    return lines;
  }

  /** What has come since the last separator. */
  end(): string {
    const text = this.#rest.length === 1 ? this.#rest[0]! : this.#rest.join("");
    this.#rest = [];
    this.#p.hold(-this.#held);
    this.#held = 0;
    return text;
  }
}
