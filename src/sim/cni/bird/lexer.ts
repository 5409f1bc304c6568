/** Words of a BIRD configuration (conf/cf-lex.l), shared by BIRD 2 and Calico's BIRD 1.6. */

export interface Token {
  kind: "symbol" | "number" | "text" | "ip" | "prefix" | "punct" | "end";
  value: string;
  file: string;
  line: number;
  column: number;
}

/** A mistake in the configuration, worded as BIRD does: `<file>:<line>:<column> <message>`. */
export class ConfigError extends Error {
  constructor(at: { file: string; line: number; column: number }, message: string) {
    super(`${at.file}:${at.line}:${at.column} ${message}`);
    this.name = "ConfigError";
  }
}

const patterns: [Token["kind"], RegExp][] = [
  ["prefix", /\d+\.\d+\.\d+\.\d+\/\d+|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*\/\d+/y],
  ["ip", /\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*/y],
  ["number", /0x[0-9a-fA-F]+|\d+/y],
  ["text", /"[^"\n]*"/y],
  ["symbol", /[A-Za-z_][A-Za-z0-9_]*|'[A-Za-z0-9_\-.:]+'/y],
  ["punct", /&&|\|\||!=|!~|<=|>=|\.\.|[{}()[\];,=~<>!.+\-*/:?|]/y],
];

/** Splits a file; `include` lines are expanded by `read`, which returns the text of a file (patterns allowed) or throws ConfigError. */
export function tokenize(file: string, text: string, read: (pattern: string) => { file: string; text: string }[], depth = 0): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let start = 0;
  let at = 0;
  const here = (): { file: string; line: number; column: number } => ({ file, line, column: at - start + 1 });
  while (at < text.length) {
    const c = text[at]!;
    if (c === "\n") {
      line++;
      start = ++at;
    } else if (c === " " || c === "\t" || c === "\r") at++;
    else if (c === "#") at = endOf(text, "\n", at);
    else if (text.startsWith("/*", at)) {
      const end = endOf(text, "*/", at);
      const skipped = text.slice(at, end);
      line += skipped.split("\n").length - 1;
      if (skipped.includes("\n")) start = at + skipped.lastIndexOf("\n") + 1;
      at = Math.min(text.length, end + 2);
    } else {
      const token = next(text, at);
      if (!token) throw new ConfigError(here(), `unknown character`);
      tokens.push({ ...token, ...here() });
      at += token.length;
    }
  }
  const end: Token = { kind: "end", value: "", file, line, column: 0 };
  return depth === 0 ? [...expand(tokens, read, depth), end] : expand(tokens, read, depth);
}

function expand(tokens: Token[], read: (pattern: string) => { file: string; text: string }[], depth: number): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [word, name, semicolon] = [tokens[i]!, tokens[i + 1], tokens[i + 2]];
    if (word.kind === "symbol" && word.value === "include" && name?.kind === "text" && semicolon?.value === ";") {
      if (depth >= 8) throw new ConfigError(word, "Max include depth reached");
      let files: { file: string; text: string }[];
      try {
        files = read(name.value);
      } catch (error) {
        throw new ConfigError(word, error instanceof Error ? error.message : String(error));
      }
      for (const f of files) out.push(...tokenize(f.file, f.text, read, depth + 1));
      i += 2;
    } else out.push(word);
  }
  return out;
}

const endOf = (text: string, mark: string, from: number): number => {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
};

function next(text: string, at: number): { kind: Token["kind"]; value: string; length: number } | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) continue;
    const raw = match[0];
    const value = kind === "text" || raw.startsWith("'") ? raw.slice(1, -1) : raw;
    return { kind, value, length: raw.length };
  }
  return undefined;
}
