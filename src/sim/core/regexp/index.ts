/** Implements regular expressions that end: JavaScript's own engine backtracks, and `^(a+)+$` would hold the whole process for years. */
import { NotSimulated } from "../errno.ts";
import { compile, type Program } from "./compile.ts";
import { anchored, factorial, loops, parse, paths, type Parsed } from "./parse.ts";
import { run, TooManySteps } from "./run.ts";

/** Paths that JavaScript's engine may try, at worst, in one search: some hundred milliseconds. */
const tolerable = 5_000_000;

/** What an expression costs, and the bounded engine's way to run it. */
export class Bounded {
  readonly #source: string;
  readonly #flags: string;
  readonly #parsed: Parsed | undefined;
  #program: Program | undefined;
  /** Texts up to this long are harmless. */
  readonly harmless: number;

  /** `longest`: matches are the leftmost longest ones. */
  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
    this.#parsed = /[*+?{|]/.test(source) ? parse(source) : undefined;
    this.harmless = this.#parsed ? longest(this.#parsed) : Infinity;
  }

  /** Throws NotSimulated when it takes too many steps (back-references). */
  exec(text: string, from: number, o: { sticky?: boolean; longest?: boolean } = {}): number[] | undefined {
    const flags = this.#flags;
    this.#program ??= compile(this.#parsed!, flags);
    if (!this.#program) throw new NotSimulated(`a regular expression as costly as ${this.#source.slice(0, 200)}`);
    try {
      return run(this.#program, text, from, {
        unicode: /[uv]/.test(flags),
        multiline: flags.includes("m"),
        sticky: o.sticky ?? false,
        longest: o.longest ?? false,
      });
    } catch (error) {
      if (error instanceof TooManySteps) throw new NotSimulated(`a regular expression as costly as ${this.#source.slice(0, 200)}`);
      throw error;
    }
  }

  get names(): Record<string, number> {
    return this.#parsed?.names ?? {};
  }
}

/** The longest text for which the worst case is tolerable. */
function longest({ body }: Parsed): number {
  const orders = factorial(loops(body));
  // a search begins anew at each place, unless it is bound to the start
  const cost = (length: number): number => (paths(body, length) * (anchored(body) ? 1 : length)) / orders;
  let most = 8;
  while (most < 2 ** 20 && cost(most * 1.5) <= tolerable) most *= 1.5;
  return most >= 2 ** 20 ? Infinity : most;
}

/** A RegExp that searches long texts with the bounded engine; all of its methods go through `exec`. */
class SteadyRegExp extends RegExp {
  readonly #bounded: Bounded;

  /** String.prototype.split and matchAll make copies with it. */
  constructor(pattern: RegExp | string, flags: string) {
    super(pattern, flags);
    this.#bounded = new Bounded(this.source, flags);
  }

  override exec(text: string): RegExpExecArray | null {
    if (text.length <= this.#bounded.harmless) return super.exec(text);
    const moves = this.global || this.sticky;
    const from = moves ? this.lastIndex : 0;
    const found = from > text.length ? undefined : this.#bounded.exec(text, from, { sticky: this.sticky });
    if (moves) this.lastIndex = found?.[1] ?? 0;
    if (!found) return null;
    const part = (n: number): string | undefined => {
      const [begin, end] = [found[2 * n]!, found[2 * n + 1]!];
      return begin < 0 || end < begin ? undefined : text.slice(begin, end);
    };
    const names = Object.entries(this.#bounded.names);
    return Object.assign(
      Array.from({ length: found.length / 2 }, (_, n) => part(n)),
      {
        index: found[0]!,
        input: text,
        groups: names.length > 0 ? Object.fromEntries(names.map(([name, n]) => [name, part(n)])) : undefined,
      },
    ) as unknown as RegExpExecArray;
  }
}

/** `new RegExp(source, flags)`, for expressions that others write. Throws SyntaxError; its methods throw NotSimulated. */
export function steadyRegExp(source: string, flags = ""): RegExp {
  const plain = new RegExp(source, flags);
  return new Bounded(source, flags).harmless === Infinity ? plain : new SteadyRegExp(source, flags);
}
