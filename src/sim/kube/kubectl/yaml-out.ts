/** YAML as kubectl prints it: sigs.k8s.io/yaml, keys sorted, lists at their key's indentation. */
import type { Obj } from "../../core/json.ts";

export const toYaml = (value: unknown): string => {
  if (value !== null && typeof value === "object" && (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0))
    return block(value, "");
  return `${scalar(value, "", 0)}\n`;
};

function block(value: object, indent: string): string {
  if (Array.isArray(value)) return value.map((item) => listItem(item, indent)).join("");
  return Object.keys(value)
    .filter((k) => (value as Obj)[k] !== undefined)
    .toSorted()
    .map((key) => entry(key, (value as Obj)[key] as unknown, indent))
    .join("");
}

const empty = (value: unknown): boolean =>
  value !== null &&
  typeof value === "object" &&
  (Array.isArray(value) ? value.length === 0 : Object.keys(value).every((k) => (value as Obj)[k] === undefined));

function entry(key: string, value: unknown, indent: string): string {
  const head = `${indent}${scalar(key, indent)}:`;
  if (value !== null && typeof value === "object" && !empty(value))
    return `${head}\n${block(value, Array.isArray(value) ? indent : `${indent}  `)}`;
  return `${head} ${scalar(value, `${indent}  `, head.length + 1)}\n`;
}

function listItem(item: unknown, indent: string): string {
  if (item !== null && typeof item === "object" && !empty(item)) {
    const inner = block(item, `${indent}  `);
    return `${indent}- ${inner.slice(indent.length + 2)}`;
  }
  return `${indent}- ${scalar(item, `${indent}  `, indent.length + 2)}\n`;
}

/** What YAML 1.1 would not read as a string (go-yaml's resolve). */
const notString =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N|[-+]?(?:0|[1-9][0-9_]*)|0o?[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;

/** `column`: where it begins; keys, which are not folded, have none. `indent`: of its further lines. */
function scalar(value: unknown, indent: string, column?: number): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value !== "string") return Array.isArray(value) ? "[]" : "{}";
  const written = (style: Style): string => folded(value, style, indent, column);
  if (value === "" || notString.test(value) || unprintable.test(value)) return written(double);
  if (value.includes("\n")) return literal(value, indent) ?? written(double);
  const quoted =
    /^[-?:]( |$)/.test(value) || /^[,[\]{}#&*!|>'"%@`]/.test(value) || /^ | $/.test(value) || /: | #|:$/.test(value) || value === "---";
  return written(quoted ? single : plain);
}

/** yamlprivateh.go, is_printable; beyond the first plane nothing is. */
const unprintable = /[^\n\x20-\x7e\u{a0}-\u{d7ff}\u{e000}-\u{fffd}]|\ufeff/u;

interface Style {
  quote: string;
  escape(c: string): string;
}
const plain: Style = { quote: "", escape: (c) => c };
const single: Style = { quote: "'", escape: (c) => (c === "'" ? "''" : c) };
const double: Style = {
  quote: '"',
  escape: (c) => {
    if (c in escapes) return escapes[c]!;
    if (!unprintable.test(c)) return c;
    const code = c.codePointAt(0)!;
    const [letter, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
    return `\\${letter}${code
      .toString(16)
      .toUpperCase()
      .padStart(digits as number, "0")}`;
  },
};
const escapes: Record<string, string> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\x85": "\\N",
};

/** go-yaml's best_width. */
const width = 80;

/**
 * Lines end at the first single space behind the width (emitterc.go: yaml_emitter_write_plain_scalar and its siblings); in double quotes
 * also at the first of several, the next then behind a backslash.
 */
function folded(value: string, style: Style, indent: string, column: number | undefined): string {
  let out = style.quote;
  let at = (column ?? -Infinity) + out.length;
  let spaces = false;
  const characters = [...value];
  for (const [i, c] of characters.entries()) {
    const inside = style === plain || (i > 0 && i < characters.length - 1);
    const more = characters[i + 1] === " ";
    if (c === " " && !spaces && at > width && inside && (!more || style === double)) {
      out += `\n${indent}${more ? "\\" : ""}`;
      at = indent.length + (more ? 1 : 0);
    } else {
      const text = style.escape(c);
      out += text;
      at += text.length;
    }
    spaces = c === " ";
  }
  return out + style.quote;
}

/** undefined: go-yaml cannot write it as a block. */
function literal(value: string, indent: string): string | undefined {
  if (/ \n| $/.test(value)) return undefined;
  const chomp = value === "\n" || value.endsWith("\n\n") ? "+" : value.endsWith("\n") ? "" : "-";
  const body = chomp === "-" ? value : value.slice(0, -1);
  // else the reader would take the first line's own spaces for indentation
  const hint = /^[ \n]/.test(value) ? "2" : "";
  return `|${hint}${chomp}\n${body
    .split("\n")
    .map((line) => (line === "" ? "" : indent + line))
    .join("\n")}`;
}
