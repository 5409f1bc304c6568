/** printf: shared by the builtin and /usr/bin/printf. */
import { decodeText, encodeText, rejoined } from "../core/text-bytes.ts";
import { backslashed, unescape } from "./quote.ts";

export interface Formatted {
  text: string;
  /** Messages without the command's name. */
  errors: string[];
  status: number;
}

/** `now`: for %(…)T, milliseconds. */
export function format(template: string, args: readonly string[], now: number, time?: (format: string, ms: number) => string): Formatted {
  const errors: string[] = [];
  let status = 0;
  let out = "";
  let at = 0;
  let stop = false;
  const next = (): string | undefined => args[at++];
  const integer = (text: string | undefined, unsigned = false): bigint => {
    if (text === undefined || text === "") return 0n;
    if (text[0] === "'" || text[0] === '"') return BigInt(characterCode(text));
    const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)/.exec(text);
    if (!match) {
      errors.push(`${text}: invalid number`);
      status = 1;
      return 0n;
    }
    let digits = match[2]!;
    let bad = match[0].length !== text.length;
    if (/^0\d+$/.test(digits)) {
      const octal = /^0[0-7]*/.exec(digits)![0];
      if (octal.length < digits.length) bad = true;
      digits = octal.length > 1 ? `0o${octal.slice(1)}` : "0";
    }
    if (bad) {
      errors.push(/^0[0-7]*[89]/.test(match[2]!) ? `${text}: invalid octal number` : `${text}: invalid number`);
      status = 1;
    }
    const value = match[1] === "-" ? -BigInt(digits) : BigInt(digits);
    const limited = unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
    if (limited === value || (unsigned && value < 0n && value >= -(2n ** 64n))) return value;
    // strtoimax(3) and strtoumax(3) stop at their limits
    errors.push(`warning: ${text}: Numerical result out of range`);
    return unsigned ? 2n ** 64n - 1n : value < 0n ? -(2n ** 63n) : 2n ** 63n - 1n;
  };
  const float = (text: string | undefined): number => {
    if (text === undefined || text === "") return 0;
    if (text[0] === "'" || text[0] === '"') return characterCode(text);
    const match = /^\s*[+-]?(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F]+|inf(inity)?|nan)/i.exec(text);
    if (!match) {
      errors.push(`${text}: invalid number`);
      status = 1;
      return 0;
    }
    if (match[0].length !== text.length) {
      errors.push(`${text}: invalid number`);
      status = 1;
    }
    return Number(match[0].replace(/inf(inity)?/i, "Infinity"));
  };
  const pad = (text: string, flags: string, width: number): string => {
    // printf(3) counts bytes
    const { length } = encodeText(text);
    if (length >= width) return text;
    if (flags.includes("-")) return text + " ".repeat(width - length);
    return " ".repeat(width - length) + text;
  };
  const zeros = (sign: string, digits: string, flags: string, width: number, precision: number | undefined): string => {
    let body = digits;
    if (precision !== undefined) body = body.padStart(precision, "0");
    else if (flags.includes("0") && !flags.includes("-")) body = body.padStart(width - sign.length, "0");
    return pad(sign + body, flags, width);
  };

  do {
    const before = at;
    for (let i = 0; i < template.length && !stop;) {
      const c = template[i]!;
      if (c === "\\") {
        const match = /^\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}(?:\\x[0-9a-fA-F]{1,2})*|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[\s\S])?/.exec(
          template.slice(i),
        )!;
        if (match[0] === "\\c") {
          stop = true;
          break;
        }
        out += match[0] === "\\" ? "\\" : unescape(match[0], "ansi-c").text;
        i += match[0].length;
        continue;
      }
      if (c !== "%") {
        const end = template.slice(i).search(/[\\%]/);
        const to = end < 0 ? template.length : i + end;
        out += template.slice(i, to);
        i = to;
        continue;
      }
      if (template[i + 1] === "%") {
        out += "%";
        i += 2;
        continue;
      }
      const spec = /^%([-+ #0']*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:hh|h|ll|l|L|q|j|z|t)?([a-zA-Z]|\(([^)]*)\)T)?/.exec(template.slice(i))!;
      let flags = spec[1]!;
      let width = spec[2] === "*" ? Number(integer(next())) : Number(spec[2] ?? 0);
      if (width < 0) {
        flags += "-";
        width = -width;
      }
      const hasPrecision = /\./.test(spec[0]);
      let precision: number | undefined = hasPrecision ? (spec[3] === "*" ? Number(integer(next())) : Number(spec[3] ?? 0)) : undefined;
      if (precision !== undefined && precision < 0) precision = undefined;
      // %q reads as a length modifier above
      let kind = spec[4];
      let length = spec[0].length;
      if (/q/.test(spec[0]) && (kind === undefined || !/^%[-+ #0']*[\d*.]*q$/.test(spec[0]))) {
        kind = "q";
        length = spec[0].indexOf("q") + 1;
      }
      if (kind === undefined) {
        const bad = template[i + spec[0].length];
        if (bad === undefined) errors.push(`\`${template.slice(i)}': missing format character`);
        else errors.push(`\`${bad}': invalid format character`);
        return { text: out, errors, status: 1 };
      }
      i += length;
      switch (kind[0]) {
        case "s": {
          const text = next() ?? "";
          out += pad(precision === undefined ? text : firstBytes(text, precision), flags, width);
          break;
        }
        case "c":
          out += pad(firstBytes(next() ?? "", 1) || "\0", flags, width);
          break;
        case "b": {
          const { text, stop: end } = unescape((next() ?? "").replaceAll(/\\(?=0?[0-7])/g, "\\"), "printf");
          const cut = text.indexOf("\\c");
          out += pad(cut >= 0 ? text.slice(0, cut) : text, flags, width);
          if (end || cut >= 0) stop = true;
          break;
        }
        case "q":
        case "Q": {
          // the precision of %Q cuts the argument, that of %q the quoted text
          const text = next() ?? "";
          const cut = (whole: string): string => (precision === undefined ? whole : firstBytes(whole, precision));
          out += pad(kind === "Q" ? backslashed(cut(text)) : cut(backslashed(text)), flags, width);
          break;
        }
        case "d":
        case "i": {
          const n = integer(next());
          const sign = n < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
          out += zeros(sign, (n < 0n ? -n : n).toString(), flags, width, precision);
          break;
        }
        case "u":
        case "o":
        case "x":
        case "X": {
          const n = BigInt.asUintN(64, integer(next(), true));
          let digits = n.toString(kind === "u" ? 10 : kind === "o" ? 8 : 16);
          if (kind === "X") digits = digits.toUpperCase();
          const prefix = flags.includes("#") && n !== 0n ? (kind === "o" ? "0" : kind === "x" ? "0x" : kind === "X" ? "0X" : "") : "";
          out += zeros(prefix, digits, flags, width, precision);
          break;
        }
        case "e":
        case "E":
        case "f":
        case "F":
        case "g":
        case "G":
        case "a":
        case "A": {
          const n = float(next());
          const sign = n < 0 || Object.is(n, -0) ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
          let digits = floating(Math.abs(n), kind.toLowerCase(), precision, flags.includes("#"));
          if (kind !== kind.toLowerCase()) digits = digits.toUpperCase();
          out += Number.isFinite(n) ? zeros(sign, digits, flags, width, undefined) : pad(sign + digits, flags, width);
          break;
        }
        case "(": {
          const argument = next();
          const ms = argument === undefined || argument === "-1" || argument === "-2" ? now : Number(integer(argument)) * 1000;
          out += pad(time ? time(spec[5] === "" ? "%X" : spec[5]!, ms) : String(ms), flags, width);
          break;
        }
        default:
          errors.push(`\`${kind}': invalid format character`);
          return { text: out, errors, status: 1 };
      }
    }
    if (at === before) break;
  } while (at < args.length && !stop);
  return { text: rejoined(out), errors, status };
}

/** Of 'c and "c. */
function characterCode(text: string): number {
  const code = text.codePointAt(1) ?? 0;
  return code >= 0xdc80 && code <= 0xdcff ? code & 0xff : code;
}

const firstBytes = (text: string, count: number): string => decodeText(encodeText(text).subarray(0, count));

/** toFixed with ties to even, as printf(3) rounds. */
function fixed(n: number, places: number): string {
  const exact = n.toFixed(places + 25);
  if (!exact.endsWith(`5${"0".repeat(24)}`)) return n.toFixed(places);
  const cut = exact.slice(0, -25).replace(/\.$/, "");
  return Number(cut.at(-1)) % 2 === 0 ? cut : n.toFixed(places);
}

function floating(n: number, kind: string, precision: number | undefined, alternate: boolean): string {
  if (!Number.isFinite(n)) return Number.isNaN(n) ? "nan" : "inf";
  const places = precision ?? 6;
  const exponential = (digits: number): string => n.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2");
  if (kind === "f") return fixed(n, Math.min(75, places));
  if (kind === "e") return exponential(Math.min(100, places));
  const p = places === 0 ? 1 : places;
  const exponent = n === 0 ? 0 : Number(n.toExponential(p - 1).split("e")[1]);
  let text = exponent < -4 || exponent >= p ? exponential(p - 1) : n.toFixed(Math.max(0, p - 1 - exponent));
  if (!alternate && text.includes(".")) text = text.replace(/\.?0+(e|$)/, "$1");
  return text;
}
