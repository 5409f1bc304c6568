/** Which parts of an AWK program may wait for input, a command or a turn of a loop; the others run at once. */
import { StrNum, type Program } from "./parse.ts";

export class SlowParts {
  readonly #program: Program;
  readonly #known = new Map<object, boolean>();
  readonly #functions = new Set<string>();

  constructor(program: Program) {
    this.#program = program;
    for (let changed = true; changed;) {
      changed = false;
      this.#known.clear();
      for (const [name, fn] of this.#program.functions) {
        if (!this.#functions.has(name) && this.has(fn.body)) {
          this.#functions.add(name);
          changed = true;
        }
      }
    }
    this.#known.clear();
  }

  has(node: object): boolean {
    let slow = this.#known.get(node);
    if (slow !== undefined) return slow;
    const n = node as { t?: string; name?: string };
    slow =
      n.t === "getline" ||
      n.t === "while" ||
      n.t === "do" ||
      n.t === "for" ||
      n.t === "forin" ||
      (n.t === "builtin" && /^(system|close|fflush)$/.test(n.name!)) ||
      (n.t === "call" && this.#functions.has(n.name!)) ||
      Object.values(node).some((child: unknown) => {
        if (child === null || typeof child !== "object" || child instanceof StrNum) return false;
        return Array.isArray(child) ? child.some((x: unknown) => typeof x === "object" && x !== null && this.has(x)) : this.has(child);
      });
    this.#known.set(node, slow);
    return slow;
  }
}
