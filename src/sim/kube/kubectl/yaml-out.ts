/** YAML as kubectl prints it: sigs.k8s.io/yaml, keys sorted, lists at their key's indentation. */
import type { Obj } from "../../core/json.ts";

export const toYaml = (value: unknown): string => {
  if (value !== null && typeof value === "object" && (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0))
    return block(value, "");
  return `${scalar(value, "")}\n`;
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
  return `${head} ${scalar(value, `${indent}  `)}\n`;
}

function listItem(item: unknown, indent: string): string {
  if (item !== null && typeof item === "object" && !empty(item)) {
    const inner = block(item, `${indent}  `);
    return `${indent}- ${inner.slice(indent.length + 2)}`;
  }
  return `${indent}- ${scalar(item, `${indent}  `)}\n`;
}

/** What YAML 1.1 would not read as a string (go-yaml's resolve). */
const notString =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N|[-+]?(?:0|[1-9][0-9_]*)|0o?[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|<<|=|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;

function scalar(value: unknown, indent: string): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value !== "string") return Array.isArray(value) ? "[]" : "{}";
  if (value === "") return '""';
  if (notString.test(value)) return JSON.stringify(value);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/.test(value)) return JSON.stringify(value);
  if (value.includes("\n")) return literal(value, indent);
  if (
    /^[-?:](\s|$)/.test(value) ||
    /^[,[\]{}#&*!|>'"%@`]/.test(value) ||
    /^\s|\s$/.test(value) ||
    /: |\s#|:$/.test(value) ||
    value === "---" ||
    value.includes("\t")
  )
    return value.includes("\t") ? JSON.stringify(value) : `'${value.replace(/'/g, "''")}'`;
  return value;
}

function literal(value: string, indent: string): string {
  // go-yaml cannot write these as a block
  if (/ \n|\t\n/.test(value) || /^\s/.test(value.split("\n")[0]!) || value.trim() === "" || value.endsWith(" "))
    return JSON.stringify(value);
  const chomp = value.endsWith("\n\n") ? "+" : value.endsWith("\n") ? "" : "-";
  const body = chomp === "-" ? value : value.slice(0, -1);
  return `|${chomp}\n${body
    .split("\n")
    .map((line) => (line === "" ? "" : indent + line))
    .join("\n")}`;
}
