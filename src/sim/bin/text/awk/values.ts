/** AWK's values and their conversions. Text is bytes, one a character, as mawk has it. */
import { formatNumber, pad } from "../format.ts";
import { StrNum, type Value } from "./parse.ts";

const numberPrefix = /^[ \t\n\r\f\v]*([-+]?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?))/;
const wholeNumber = /^[ \t\n]*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)[ \t\n]*$/;

/** What stands in a field, a -v assignment or getline's variable. */
export function fromInput(text: string): string | StrNum {
  return wholeNumber.test(text) ? new StrNum(text, Number(text)) : text;
}

export function toNumber(v: Value): number {
  if (typeof v === "number") return v;
  if (v === undefined) return 0;
  if (v instanceof StrNum) return v.n;
  const m = numberPrefix.exec(v);
  if (!m) return 0;
  const text = m[1]!;
  return /^[-+]/.test(text) ? (text[0] === "-" ? -1 : 1) * Number(text.slice(1)) : Number(text);
}

function numberText(n: number, format: string): string {
  if (Number.isInteger(n) && Math.abs(n) < 2 ** 63) return String(Math.abs(n) < 1e21 ? BigInt(n) : n);
  if (Number.isNaN(n)) return "nan";
  if (!Number.isFinite(n)) return n < 0 ? "-inf" : "inf";
  return sprintf(format, [n]);
}

export function toText(v: Value, format: string): string {
  if (typeof v === "string") return v;
  if (v === undefined) return "";
  if (v instanceof StrNum) return v.s;
  return numberText(v, format);
}

export function truth(v: Value): boolean {
  if (typeof v === "number") return v !== 0;
  if (v === undefined) return false;
  if (v instanceof StrNum) return v.n !== 0;
  return v !== "";
}

export function compare(a: Value, b: Value, format: string): number {
  const numeric = (v: Value): boolean => v === undefined || typeof v === "number" || v instanceof StrNum;
  if (numeric(a) && numeric(b)) {
    const [x, y] = [toNumber(a), toNumber(b)];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  }
  const [x, y] = [toText(a, format), toText(b, format)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export class FormatError extends Error {}

/** sprintf of AWK: %c takes a number as a character code, or a text's first character. */
export function sprintf(format: string, args: Value[]): string {
  let next = 0;
  const take = (): Value => {
    if (next >= args.length) throw new FormatError(format);
    return args[next++];
  };
  return format.replace(
    /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q|j|z|t)?(.)/gs,
    (whole, flags: string, w: string | undefined, pr: string | undefined, c: string) => {
      if (c === "%") return "%";
      let width = w === "*" ? toNumber(take()) : Number(w ?? 0);
      let f = flags;
      if (width < 0) {
        f += "-";
        width = -width;
      }
      const precision = pr === undefined ? undefined : pr === "*" ? toNumber(take()) : Number(pr);
      if (c === "s") {
        const text = toText(take(), "%.6g");
        return pad(precision === undefined ? text : text.slice(0, precision), f, width);
      }
      if (c === "c") {
        const v = take();
        const text = typeof v === "number" ? String.fromCharCode(v & 255) : toText(v, "%.6g").slice(0, 1);
        return pad(text, f, width);
      }
      if (/[dioxXueEfFgG]/.test(c)) return formatNumber(c, f, width, precision, toNumber(take()));
      return whole;
    },
  );
}

/** A run-time error, as mawk reports it. */
export class AwkError extends Error {
  readonly plain: boolean;
  constructor(message: string, plain = false) {
    super(message);
    this.plain = plain;
  }
}
