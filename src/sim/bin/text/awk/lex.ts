/** Words of the AWK language. */

export class AwkSyntax extends Error {}

export interface Token {
  kind: "number" | "string" | "regex" | "name" | "call" | "builtin" | "keyword" | "op" | "newline" | "end";
  text: string;
  value?: number;
  line: number;
}

const keywords = new Set(
  "BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print printf".split(" "),
);
const builtins = new Set(
  "length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system close fflush strftime mktime systime".split(
    " ",
  ),
);
const operators = ["**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "<=", ">=", "!=", "!~", ">>"];

export function lex(source: string): Token[] {
  const out: Token[] = [];
  let line = 1;
  let i = 0;
  const push = (kind: Token["kind"], text: string, value?: number): void => {
    out.push({ kind, text, line, ...(value === undefined ? {} : { value }) });
  };
  /** A slash begins an expression where an operand may stand. */
  const operandAhead = (): boolean => {
    const last = out.at(-1);
    if (!last) return true;
    if (last.kind === "number" || last.kind === "string" || last.kind === "regex" || last.kind === "name" || last.kind === "builtin")
      return false;
    return !(last.kind === "op" && /^(\)|\]|\$|\+\+|--)$/.test(last.text));
  };
  while (i < source.length) {
    const c = source[i]!;
    if (c === "\n") {
      push("newline", "\n");
      line++;
      i++;
    } else if (c === "\\" && /^\\\r?\n/.test(source.slice(i, i + 3))) {
      i += source[i + 1] === "\r" ? 3 : 2;
      line++;
    } else if (/\s/.test(c)) i++;
    else if (c === "#") {
      while (i < source.length && source[i] !== "\n") i++;
    } else if (c === '"') {
      let text = "";
      i++;
      for (;;) {
        if (i >= source.length || source[i] === "\n") throw new AwkSyntax(`${line}: runaway string constant "${text.slice(0, 20)}...`);
        const d = source[i++]!;
        if (d === '"') break;
        if (d !== "\\") {
          text += d;
          continue;
        }
        const [piece, used] = escape(source, i);
        text += piece;
        i += used;
      }
      push("string", text);
    } else if (c === "/" && operandAhead()) {
      let text = "";
      let inClass = false;
      i++;
      for (;;) {
        if (i >= source.length || source[i] === "\n") throw new AwkSyntax(`${line}: runaway regular expression /${text.slice(0, 20)}...`);
        const d = source[i++]!;
        if (d === "/" && !inClass) break;
        if (d === "[" && !inClass) {
          inClass = true;
          text += d;
          if (source[i] === "^") text += source[i++];
          if (source[i] === "]") text += source[i++];
          continue;
        }
        if (d === "[" && inClass && source[i] === ":") {
          const end = source.indexOf(":]", i);
          if (end > 0) {
            text += source.slice(i - 1, end + 2);
            i = end + 2;
            continue;
          }
        }
        if (d === "]") inClass = false;
        if (d === "\\") {
          text += source[i] === "/" ? "/" : `\\${source[i] ?? ""}`;
          i++;
          continue;
        }
        text += d;
      }
      push("regex", text);
    } else if (/\d/.test(c) || (c === "." && /\d/.test(source[i + 1] ?? ""))) {
      const text = /^(0[xX][0-9a-fA-F]+|\d*\.?\d*([eE][-+]?\d+)?)/.exec(source.slice(i))![0];
      push("number", text, Number(text));
      i += text.length;
    } else if (/[A-Za-z_]/.test(c)) {
      const text = /^\w+/.exec(source.slice(i))![0];
      i += text.length;
      if (keywords.has(text)) push("keyword", text === "func" ? "function" : text);
      else if (builtins.has(text)) push("builtin", text);
      else push(source[i] === "(" ? "call" : "name", text);
    } else {
      const op = operators.find((x) => source.startsWith(x, i)) ?? c;
      if (!/^[-+*/%^=<>!&|?:;,(){}[\]~$]/.test(op)) throw new AwkSyntax(`${line}: unexpected character '${c}'`);
      push("op", op);
      i += op.length;
    }
  }
  push("end", "");
  return out;
}

const plainEscapes: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  '"': '"',
  "/": "/",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** The escape sequence after a backslash at `i`: what it stands for, and its length. */
function escape(source: string, i: number): [string, number] {
  const c = source[i];
  if (c === undefined) return ["\\", 0];
  if (plainEscapes[c] !== undefined) return [plainEscapes[c], 1];
  const octal = /^[0-7]{1,3}/.exec(source.slice(i, i + 3))?.[0];
  if (octal) return [String.fromCharCode(parseInt(octal, 8) & 255), octal.length];
  if (c === "\n") return ["", 1];
  return [`\\${c}`, 1];
}

/** Escapes in -v values and command-line assignments. */
export function unescape(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "\\") out += text[i];
    else {
      const [piece, used] = escape(text, i + 1);
      out += piece;
      i += used;
    }
  }
  return out;
}
