/** How bash writes strings so that it can read them again: %q, declare -p, set -x, ${x@Q}. */

import { decodeText } from "../core/text-bytes.ts";

const control: Record<string, string> = {
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\x1b": "\\E",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\v": "\\v",
};

// eslint-disable-next-line no-control-regex -- that is what is looked for
const unprintable = /[\x00-\x1f\x7f]|(?<![\ud800-\udbff])[\udc80-\udcff]/;

/** $'…' */
export function ansiC(text: string): string {
  let out = "$'";
  for (const c of text) {
    if (c === "'" || c === "\\") out += `\\${c}`;
    else if (control[c]) out += control[c];
    else if (unprintable.test(c)) out += `\\${(c.charCodeAt(0) & 0xff).toString(8).padStart(3, "0")}`;
    else out += c;
  }
  return `${out}'`;
}

/** 'a'\''b' */
export const single = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const metas = /[\s'"\\|&;()<>!{}*[\]?^$`]/;

/** As set -x prints a word (sh_contains_shell_metas, then single or ANSI-C quotes). */
export function traced(text: string): string {
  if (text === "") return "''";
  if (metas.test(text) || /^[~#]|[=:]~/.test(text)) return single(text);
  return unprintable.test(text) ? ansiC(text) : text;
}

/** printf %q: backslashes (sh_backslash_quote). */
export function backslashed(text: string): string {
  if (text === "") return "''";
  if (unprintable.test(text)) return ansiC(text);
  return text.replaceAll(/[\s'"\\|&;()<>!{}*[\]?^$`,]/g, "\\$&").replace(/^[~#]/, "\\$&");
}

/** ${x@Q} and set: single quotes always. */
export const quoted = (text: string): string => (unprintable.test(text) ? ansiC(text) : single(text));

/** declare -p: double quotes. */
export function double(text: string): string {
  return unprintable.test(text.replaceAll(/[\n\t]/g, "")) || /[\n\t]/.test(text) ? ansiC(text) : `"${text.replaceAll(/["\\$`]/g, "\\$&")}"`;
}

/** A value in the listing of `set`, `alias` and `trap`-less contexts: quoted only when it needs to be. */
export const listed = (text: string): string =>
  text === "" ? "" : unprintable.test(text) ? ansiC(text) : metas.test(text) || /^[~#]/.test(text) ? single(text) : text;

/** Decodes $'…' and the escapes of echo -e and printf %b. `mode` decides about octal digits and \c. */
export function unescape(text: string, mode: "ansi-c" | "echo" | "printf"): { text: string; stop: boolean } {
  if (!text.includes("\\")) return { text, stop: false };
  let out = "";
  const raw: number[] = [];
  const flush = (): void => {
    if (raw.length > 0) out += decodeText(Buffer.from(raw.splice(0)));
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c !== "\\" || i === text.length - 1) {
      flush();
      out += c;
      continue;
    }
    const e = text[++i]!;
    const simple: Record<string, string> = {
      n: "\n",
      t: "\t",
      r: "\r",
      a: "\x07",
      b: "\b",
      f: "\f",
      v: "\v",
      e: "\x1b",
      E: "\x1b",
      "\\": "\\",
    };
    if (simple[e] !== undefined) {
      flush();
      out += simple[e];
    } else if (e === "c" && mode === "echo") {
      flush();
      return { text: out, stop: true };
    } else if (e === "x") {
      const digits = /^[0-9a-fA-F]{1,2}/.exec(text.slice(i + 1))?.[0];
      if (digits === undefined) {
        flush();
        out += "\\x";
      } else {
        raw.push(Number.parseInt(digits, 16));
        i += digits.length;
      }
    } else if (e === "u" || e === "U") {
      const digits = new RegExp(`^[0-9a-fA-F]{1,${e === "u" ? 4 : 8}}`).exec(text.slice(i + 1))?.[0];
      flush();
      if (digits === undefined) out += `\\${e}`;
      else {
        out += String.fromCodePoint(Number.parseInt(digits, 16));
        i += digits.length;
      }
    } else if (/[0-7]/.test(e)) {
      if (mode === "echo" && e !== "0") {
        flush();
        out += `\\${e}`;
        continue;
      }
      const digits = (mode === "echo" ? /^0[0-7]{0,3}/ : mode === "printf" && e === "0" ? /^[0-7]{1,4}/ : /^[0-7]{1,3}/).exec(
        text.slice(i),
      )![0];
      raw.push(Number.parseInt(digits, 8) & 255);
      i += digits.length - 1;
    } else if (mode !== "echo" && (e === '"' || e === "'" || e === "?")) {
      flush();
      out += mode === "printf" && e === "?" ? "\\?" : e;
    } else {
      flush();
      out += `\\${e}`;
    }
  }
  flush();
  return { text: out, stop: false };
}
