/** Variables as `declare -p` writes them. */
import { ansiC, double } from "./quote.ts";
import { hashOrder, type Variable, type Variables } from "./variables.ts";

/** Letters of ${x@a}. */
export function attributes(v: Variable | undefined): string {
  if (!v) return "";
  return (
    (v.kind === "array" ? "a" : v.kind === "assoc" ? "A" : "") +
    (v.integer ? "i" : "") +
    (v.lower ? "l" : "") +
    (v.nameref ? "n" : "") +
    (v.readonly ? "r" : "") +
    (v.upper ? "u" : "") +
    (v.exported ? "x" : "")
  );
}

/** A line of `declare -p`. */
export function declaration(vars: Variables, name: string, v: Variable): string {
  const flags = attributes(v);
  const head = `declare -${flags === "" ? "-" : flags} ${name}`;
  if (v.bare) return head;
  if (v.kind === "array") {
    if (v.array!.size === 0 && v.value === undefined) return `${head}=()`;
    return `${head}=(${vars
      .keys(name)
      .map((key) => `[${key}]=${double(v.array!.get(Number(key))!)}`)
      .join(" ")})`;
  }
  if (v.kind === "assoc") {
    const key = (k: string): string => (/^[\w.+/@%-]+$/.test(k) ? k : /[\n\t]/.test(k) ? ansiC(k) : double(k));
    return `${head}=(${hashOrder(v.assoc!)
      .map((k) => `[${key(k)}]=${double(v.assoc!.get(k)!)} `)
      .join("")})`;
  }
  return v.value === undefined ? head : `${head}=${double(v.value)}`;
}
