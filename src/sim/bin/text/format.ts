/** printf(3) conversions for numbers and strings. */

/** `flags`, width and precision as written; `precision` undefined when absent. */
export function formatNumber(conversion: string, flags: string, width: number, precision: number | undefined, value: number): string {
  let sign = "";
  let body: string;
  let x = value;
  const negative = x < 0 || Object.is(x, -0);
  if (!Number.isFinite(x)) {
    body = Number.isNaN(x) ? "nan" : "inf";
    if (negative) sign = "-";
    if (/[A-Z]/.test(conversion)) body = body.toUpperCase();
    return pad(sign + body, flags.replace("0", ""), width);
  }
  if (/[di]/.test(conversion)) {
    x = Math.trunc(x);
    body = big(Math.abs(x));
    if (x < 0) sign = "-";
  } else if (/[oxXu]/.test(conversion)) {
    let n = BigInt(Math.trunc(x));
    if (n < 0n) n += 1n << 64n;
    body = n.toString(conversion === "o" ? 8 : conversion === "u" ? 10 : 16);
    if (conversion === "X") body = body.toUpperCase();
    if (flags.includes("#") && n !== 0n) body = (conversion === "o" ? "0" : conversion === "u" ? "" : `0${conversion}`) + body;
  } else {
    body = float(conversion, Math.abs(x), precision ?? 6, flags.includes("#"));
    if (negative) sign = "-";
  }
  if (/[dioxXu]/.test(conversion)) {
    if (precision !== undefined) body = precision === 0 && x === 0 ? "" : body.padStart(precision, "0");
  }
  if (sign === "" && !/[oxXu]/.test(conversion)) sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const zero = flags.includes("0") && !flags.includes("-") && !(/[dioxXu]/.test(conversion) && precision !== undefined);
  if (zero) {
    const prefix = /^0[xX]/.test(body) ? body.slice(0, 2) : "";
    return sign + prefix + body.slice(prefix.length).padStart(width - sign.length - prefix.length, "0");
  }
  return pad(sign + body, flags, width);
}

export const pad = (text: string, flags: string, width: number): string =>
  flags.includes("-") ? text.padEnd(width) : text.padStart(width);

const big = (x: number): string => (x < 1e21 ? String(x) : BigInt(x).toString());

function float(conversion: string, x: number, precision: number, alternate: boolean): string {
  const c = conversion.toLowerCase();
  let out: string;
  if (c === "f") out = fixed(x, precision);
  else if (c === "e") out = exponential(x, precision);
  else {
    const p = precision === 0 ? 1 : precision;
    const exponent = x === 0 ? 0 : Number(exponential(x, p - 1).split("e")[1]);
    if (exponent < -4 || exponent >= p) {
      out = exponential(x, p - 1);
      if (!alternate) out = out.replace(/\.?0+e/, "e");
    } else {
      out = fixed(x, p - 1 - exponent);
      if (!alternate && out.includes(".")) out = out.replace(/\.?0+$/, "");
    }
  }
  return conversion === c ? out : out.toUpperCase();
}

/** Exact decimal digits: toFixed gives up at 1e21 and at 100 places. */
function fixed(x: number, precision: number): string {
  if (x < 1e21) return x.toFixed(Math.min(100, precision)).padEnd(0);
  return BigInt(x).toString() + (precision > 0 ? `.${"0".repeat(precision)}` : "");
}

const exponential = (x: number, precision: number): string => x.toExponential(Math.min(100, precision)).replace(/e([+-])(\d)$/, "e$10$2");
