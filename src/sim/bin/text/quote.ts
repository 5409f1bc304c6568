/** File names and words in messages, as gnulib's quotearg writes them. */
import type { Proc } from "../../kernel/proc.ts";

/** Whether the process's locale has UTF-8 (then messages quote with ‘ ’). */
export function isUtf8(p: Proc): boolean {
  const { env } = p;
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "");
}

/** quote(): ‘word’ in a UTF-8 locale, 'word' in C. */
export function quote(p: Proc, text: string): string {
  const shown = text.replaceAll("\n", "\\n");
  return isUtf8(p) ? `‘${shown}’` : `'${shown.replaceAll("'", "\\'")}'`;
}

const plain = /^[^\s!"$&'()*;<=>?[\\^`|\x00-\x1f\x7f~#][^\s!"$&'()*;<=>?[\\^`|\x00-\x1f\x7f]*$/;

/** quotef(): quoted for a shell only where a shell would need it. */
export function quoteName(text: string): string {
  if (text === "{" || text === "}") return `'${text}'`;
  return plain.test(text) ? text : quoteAlways(text);
}

/** quoteaf(): always quoted for a shell. */
export function quoteAlways(text: string): string {
  if (/[\x00-\x1f\x7f]/.test(text)) {
    const names: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x07": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v" };
    return `'${text.replaceAll("'", "'\\''")}'`.replace(
      /[\x00-\x1f\x7f]+/g,
      (run) => `'$'${[...run].map((c) => names[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`).join("")}''`,
    );
  }
  if (text.includes("'")) return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
  return `'${text}'`;
}
