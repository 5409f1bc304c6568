/** Commands as bash shows them: BASH_COMMAND, DEBUG and ERR traps. */
import type { Command, CommandNode, Redirection } from "unbash";
import type { Source } from "./syntax.ts";

/** One blank between words, and one behind the operator of a redirection. */
export function commandText(node: CommandNode, source: Source): string {
  switch (node.type) {
    case "Command":
      return simpleText(node);
    case "Subshell":
      return `( ${source.text.slice(node.body.pos, node.body.end).trim()} )`;
    default:
      return source.text.slice(node.pos, node.end).trim();
  }
}

function simpleText(node: Command): string {
  const parts = [...node.prefix, ...(node.name ? [node.name] : []), ...node.suffix];
  return parts.map((part) => ("operator" in part ? redirectionText(part) : part.text)).join(" ");
}

function redirectionText(one: Redirection): string {
  const { descriptor } = one;
  const fd = !descriptor ? "" : descriptor.type === "FileDescriptor" ? String(descriptor.value) : `{${descriptor.name}}`;
  if (one.type === "HereDoc") return `${fd}${one.operator}${one.delimiter?.text ?? ""}`;
  const target = one.target?.text ?? "";
  const implied = /^[<>]&$/.test(one.operator) ? (one.operator === "<&" ? "0" : "1") : "";
  return implied === "" ? `${fd}${one.operator} ${target}` : `${fd === "" ? implied : fd}${one.operator}${target}`;
}
