/** Go's fmt, as far as templates over decoded JSON need it. Numbers of JSON are float64; integers of templates are bigint here. */
import { NotSimulated } from "../../core/errno.ts";

export type Value = unknown;

const table = (v: Value): v is Record<string, Value> => v !== null && typeof v === "object" && !Array.isArray(v);

/** %v */
export function show(v: Value, top = true): string {
  if (v === undefined || v === null) return top ? "<no value>" : "<nil>";
  if (Array.isArray(v)) return `[${v.map((x) => show(x, false)).join(" ")}]`;
  if (table(v))
    return `map[${Object.keys(v)
      .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      .map((k) => `${k}:${show(v[k], false)}`)
      .join(" ")}]`;
  // %v of a float has an exponent from 1e21 on, as JavaScript's
  return String(v as string | number | bigint | boolean);
}

const typeOf = (v: Value): string =>
  typeof v === "string"
    ? "string"
    : typeof v === "bigint"
      ? "int"
      : typeof v === "number"
        ? "float64"
        : typeof v === "boolean"
          ? "bool"
          : Array.isArray(v)
            ? "[]interface {}"
            : "map[string]interface {}";

function verb(letter: string, precision: string | undefined, v: Value): string {
  const bad = (): string => (v === undefined || v === null ? `%!${letter}(<nil>)` : `%!${letter}(${typeOf(v)}=${show(v, false)})`);
  switch (letter) {
    case "v":
      return show(v, false);
    case "s":
      return typeof v === "string"
        ? precision === undefined
          ? v
          : v.slice(0, Number(precision))
        : Array.isArray(v)
          ? show(v, false)
          : bad();
    case "q":
      return typeof v === "string" ? JSON.stringify(v) : bad();
    case "d":
      return typeof v === "bigint" ? String(v) : bad();
    case "x":
      return typeof v === "bigint" ? v.toString(16) : typeof v === "string" ? Buffer.from(v).toString("hex") : bad();
    case "t":
      return typeof v === "boolean" ? String(v) : bad();
    case "f":
      return typeof v === "number" ? v.toFixed(precision === undefined ? 6 : Number(precision)) : bad();
    case "T":
      return v === undefined || v === null ? "<nil>" : typeOf(v);
    default:
      throw new NotSimulated(`go-template printf %${letter}`);
  }
}

export function sprintf(format: string, values: Value[]): string {
  let next = 0;
  const text = format.replace(
    /%([-+ 0]*)(\d*)(?:\.(\d+))?(.)/g,
    (_whole, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === "%") return "%";
      if (next >= values.length) return `%!${letter}(MISSING)`;
      const shown = verb(letter, precision, values[next++]);
      if (width === "") return shown;
      return flags.includes("-") ? shown.padEnd(Number(width)) : shown.padStart(Number(width), flags.includes("0") ? "0" : " ");
    },
  );
  if (next >= values.length) return text;
  const extra = values.slice(next).map((v) => (v === undefined || v === null ? "<nil>" : `${typeOf(v)}=${show(v, false)}`));
  return `${text}%!(EXTRA ${extra.join(", ")})`;
}

/** fmt.Sprint: a space between two operands when neither is a string. */
export const sprint = (values: Value[]): string =>
  values.map((v, i) => (i > 0 && typeof v !== "string" && typeof values[i - 1] !== "string" ? " " : "") + show(v, false)).join("");
