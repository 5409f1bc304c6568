/** Syntax of JavaScript's regular expressions, as far as the bounded engine runs it. */

export type Node =
  /** One character; `raw` as it stood in the source (a class, an escape, a literal). */
  | { type: "char"; raw: string }
  | { type: "sequence"; parts: Node[] }
  | { type: "either"; options: Node[] }
  | { type: "group"; number: number; body: Node }
  | { type: "repeat"; body: Node; min: number; max: number; lazy: boolean }
  | { type: "look"; behind: boolean; negative: boolean; body: Node }
  | { type: "edge"; which: "^" | "$" | "\\b" | "\\B" }
  | { type: "back"; group: number };

export interface Parsed {
  body: Node;
  groups: number;
  names: Record<string, number>;
}

/** undefined when it holds something that the bounded engine does not know. The source is one that JavaScript's engine has accepted. */
export function parse(source: string): Parsed | undefined {
  try {
    return new Parser(source).parse();
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

class Unknown extends Error {}

class Parser {
  readonly #source: string;
  #at = 0;
  #groups = 0;
  readonly #names: Record<string, number> = {};

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Parsed {
    const body = this.#either();
    if (this.#at < this.#source.length) throw new Unknown();
    return { body, groups: this.#groups, names: this.#names };
  }

  #either(): Node {
    const options = [this.#sequence()];
    while (this.#source[this.#at] === "|") {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { type: "either", options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) {
      parts.push(this.#repeated(this.#atom()));
    }
    return parts.length === 1 ? parts[0]! : { type: "sequence", parts };
  }

  #repeated(body: Node): Node {
    const m = this.#match(/([*+?]|\{(\d+)(,(\d*))?\})(\??)/y);
    if (!m) return body;
    const [min, max] =
      m[1] === "*"
        ? [0, Infinity]
        : m[1] === "+"
          ? [1, Infinity]
          : m[1] === "?"
            ? [0, 1]
            : [Number(m[2]), m[3] === undefined ? Number(m[2]) : m[4] === "" ? Infinity : Number(m[4])];
    return { type: "repeat", body, min, max, lazy: m[5] === "?" };
  }

  #atom(): Node {
    const c = this.#source[this.#at]!;
    if (c === "(") return this.#group();
    if (c === "^" || c === "$") {
      this.#at++;
      return { type: "edge", which: c };
    }
    const edge = this.#match(/\\[bB]/y);
    if (edge) return { type: "edge", which: edge[0] as "\\b" | "\\B" };
    const back = this.#match(/\\([1-9]\d*)/y);
    if (back) return { type: "back", group: Number(back[1]) };
    if (this.#match(/\\k/y)) throw new Unknown();
    const char = this.#match(/\[(?:\\[^]|[^\]\\])*\]|\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[^])|[^]/uy);
    if (!char) throw new Unknown();
    return { type: "char", raw: char[0] };
  }

  #group(): Node {
    const m = this.#match(/\((?:\?(?:([:=!]|<[=!])|<(\w+)>))?/y)!;
    if (this.#source[this.#at] === "?") throw new Unknown();
    const kind = m[1];
    let node: Node;
    if (kind === ":") node = this.#either();
    else if (kind !== undefined) node = { type: "look", behind: kind.startsWith("<"), negative: kind.endsWith("!"), body: this.#either() };
    else {
      const number = ++this.#groups;
      if (m[2] !== undefined) this.#names[m[2]] = number;
      node = { type: "group", number, body: this.#either() };
    }
    this.#at++;
    return node;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const m = pattern.exec(this.#source) ?? undefined;
    if (m) this.#at = pattern.lastIndex;
    return m;
  }
}

/** Paths that a backtracking engine may try at one place of a text of `length` characters, at most. */
export function paths(node: Node, length: number): number {
  switch (node.type) {
    case "sequence":
      return node.parts.reduce((product, part) => product * paths(part, length), 1);
    case "either":
      return deterministic(node.options) ? 1 : node.options.reduce((sum, option) => sum + paths(option, length), 0);
    case "group":
    case "look":
      return paths(node.body, length);
    case "repeat": {
      const each = paths(node.body, length);
      const most = Math.min(node.max, Math.max(length, node.min));
      return (most - node.min + 1) * (each <= 1 ? 1 : each ** most);
    }
    default:
      return 1;
  }
}

/** The first character says which one can match, and that one matches in one way. */
function deterministic(options: Node[]): boolean {
  const firsts = options.map((option) => {
    const parts = option.type === "sequence" ? option.parts : [option];
    const plain = parts.length > 0 && parts.every((part) => part.type === "char");
    const first = plain && parts[0]!.type === "char" ? parts[0]!.raw : "";
    return /^[\w ]$/.test(first) ? first.toLowerCase() : undefined;
  });
  return !firsts.includes(undefined) && new Set(firsts).size === firsts.length;
}

/** Loops one after the other: a text falls to them in so many ways less, as they keep their order. */
export function loops(node: Node): number {
  switch (node.type) {
    case "sequence":
      return node.parts.reduce((sum, part) => sum + loops(part), 0);
    case "group":
      return loops(node.body);
    case "repeat":
      return node.max === Infinity ? 1 : 0;
    default:
      return 0;
  }
}

export const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** It matches at the start of the text only. */
export function anchored(node: Node): boolean {
  if (node.type === "sequence") return node.parts.length > 0 && anchored(node.parts[0]!);
  if (node.type === "group") return anchored(node.body);
  if (node.type === "look") return node.behind && node.negative && node.body.type === "char" && node.body.raw === "[^]";
  return node.type === "edge" && node.which === "^";
}
