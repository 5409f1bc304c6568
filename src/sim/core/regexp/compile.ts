/** Programs of the bounded engine: what a regular expression's syntax tree is run as. */
import type { Node, Parsed } from "./parse.ts";

export type Step =
  | { op: "char"; accepts: (code: number) => boolean }
  /** Goes on at both places, `first` preferred. */
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  | { op: "save"; slot: number }
  | { op: "edge"; which: "^" | "$" | "\\b" | "\\B" }
  /** The character before (or after) is one that `accepts` accepts; `negative`: it is none, or there is no such character. */
  | { op: "beside"; behind: boolean; negative: boolean; accepts: (code: number) => boolean }
  | { op: "ahead"; negative: boolean; program: Step[] }
  | { op: "back"; group: number }
  | { op: "match" };

export interface Program {
  steps: Step[];
  groups: number;
  names: Record<string, number>;
  /** Back-references and lookaheads at more than a character: time is not linear in the text. */
  backtracks: boolean;
}

/** Steps of a program; glibc's "Regular expression too big" comes earlier or later, by memory. */
const limit = 50_000;

/** undefined: too big, or a lookbehind at more than one character. */
export function compile(parsed: Parsed, flags: string): Program | undefined {
  const compiler = new Compiler(flags.replaceAll(/[gymd]/g, ""));
  try {
    return { ...compiler.program(parsed.body), groups: parsed.groups, names: parsed.names };
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    throw error;
  }
}

class Unfit extends Error {}

class Compiler {
  readonly #flags: string;
  readonly #classes = new Map<string, (code: number) => boolean>();
  #backtracks = false;
  #steps: Step[] = [];

  constructor(flags: string) {
    this.#flags = flags;
  }

  program(body: Node): { steps: Step[]; backtracks: boolean } {
    this.#emit({ op: "save", slot: 0 });
    this.#node(body);
    this.#emit({ op: "save", slot: 1 });
    this.#emit({ op: "match" });
    return { steps: this.#steps, backtracks: this.#backtracks };
  }

  #emit<S extends Step>(step: S): S {
    if (this.#steps.length >= limit) throw new Unfit();
    this.#steps.push(step);
    return step;
  }

  #node(node: Node): void {
    switch (node.type) {
      case "char":
        this.#emit({ op: "char", accepts: this.#accepts(node.raw) });
        return;
      case "sequence":
        for (const part of node.parts) this.#node(part);
        return;
      case "either":
        return this.#either(node.options);
      case "group":
        this.#emit({ op: "save", slot: 2 * node.number });
        this.#node(node.body);
        this.#emit({ op: "save", slot: 2 * node.number + 1 });
        return;
      case "repeat":
        return this.#repeat(node);
      case "look":
        return this.#look(node);
      case "edge":
        this.#emit({ op: "edge", which: node.which });
        return;
      case "back":
        this.#backtracks = true;
        this.#emit({ op: "back", group: node.group });
    }
  }

  #either(options: Node[]): void {
    const ends: { to: number }[] = [];
    options.forEach((option, i) => {
      if (i === options.length - 1) return this.#node(option);
      const split = this.#emit({ op: "split", first: this.#steps.length + 1, second: 0 });
      this.#node(option);
      ends.push(this.#emit({ op: "jump", to: 0 }));
      split.second = this.#steps.length;
    });
    for (const end of ends) end.to = this.#steps.length;
  }

  #repeat(node: Node & { type: "repeat" }): void {
    const fork = (): ((out: number) => void) => {
      const split = this.#emit({ op: "split", first: 0, second: 0 });
      const inside = this.#steps.length;
      return (out) => Object.assign(split, node.lazy ? { first: out, second: inside } : { first: inside, second: out });
    };
    for (let i = 0; i < node.min; i++) this.#node(node.body);
    if (node.max === Infinity) {
      const start = this.#steps.length;
      const leave = fork();
      this.#node(node.body);
      this.#emit({ op: "jump", to: start });
      leave(this.#steps.length);
      return;
    }
    const leaves: ((out: number) => void)[] = [];
    for (let i = node.min; i < node.max; i++) {
      leaves.push(fork());
      this.#node(node.body);
    }
    for (const leave of leaves) leave(this.#steps.length);
  }

  #look({ behind, negative, body }: Node & { type: "look" }): void {
    if (body.type === "char") {
      this.#emit({ op: "beside", behind, negative, accepts: this.#accepts(body.raw) });
      return;
    }
    if (behind) throw new Unfit();
    this.#backtracks = true;
    const outer = this.#steps;
    this.#steps = [];
    this.#node(body);
    this.#emit({ op: "match" });
    const program = this.#steps;
    this.#steps = outer;
    this.#emit({ op: "ahead", negative, program });
  }

  /** Whether JavaScript's engine takes the character for one of these; asked once for each. */
  #accepts(raw: string): (code: number) => boolean {
    let accepts = this.#classes.get(raw);
    if (accepts) return accepts;
    const regex = new RegExp(`^(?:${raw})$`, this.#flags);
    const known = new Int8Array(256);
    const others = new Map<number, boolean>();
    accepts = (code) => {
      if (code < 256) return (known[code] ||= regex.test(String.fromCharCode(code)) ? 1 : -1) > 0;
      let answer = others.get(code);
      if (answer === undefined) others.set(code, (answer = regex.test(String.fromCodePoint(code))));
      return answer;
    };
    this.#classes.set(raw, accepts);
    return accepts;
  }
}
