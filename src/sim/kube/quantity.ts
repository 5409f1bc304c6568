/** resource.Quantity: parsing, comparing and canonical text. */

const suffixes: Record<string, number> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/** What is divided, because 700 × 0.001 is not 0.7. */
const divisors: Record<string, number> = { n: 1e9, u: 1e6, m: 1e3 };

const pattern = /^([+-]?\d*\.?\d*)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

/** In base units (cores, bytes); undefined when it is no quantity. */
/** ErrFormatWrong of apimachinery. */
export const quantityRule = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value === "") return undefined;
  const m = pattern.exec(value);
  if (!m || m[1] === "" || m[1] === "." || Number.isNaN(Number(m[1]))) return undefined;
  const suffix = m[2] ?? "";
  if (/^[eE][+-]?\d/.test(suffix)) return Number(m[1]) * 10 ** Number(suffix.slice(1));
  return divisors[suffix] ? Number(m[1]) / divisors[suffix] : Number(m[1]) * suffixes[suffix]!;
}

/** A sum to the thousandth, as Quantity's milli-values are: three times 0.1 is 0.3. */
export const plus = (a: number, b: number): number =>
  Number.isInteger(a) && Number.isInteger(b) ? a + b : Math.round((a + b) * 1000) / 1000;

/** The same for objects that were admitted: what is missing counts nothing. */
export const quantity = (value: unknown): number => parseQuantity(value) ?? 0;

/** What CanonicalizeUnmarshal makes of a literal: `1000m` → `1`, `0.5` → `500m`, `2048Ki` → `2Mi`. */
export function canonicalQuantity(value: string | number): string {
  const text = String(value);
  const number = parseQuantity(text);
  if (number === undefined) return text;
  if (number === 0) return "0";
  if (text.endsWith("i")) {
    for (const s of ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"]) if (number % suffixes[s]! === 0) return `${number / suffixes[s]!}${s}`;
    return Number.isInteger(number) ? String(number) : milli(number);
  }
  if (!Number.isInteger(number)) return milli(number);
  for (const s of ["E", "P", "T", "G", "M", "k"]) if (number % suffixes[s]! === 0) return `${number / suffixes[s]!}${s}`;
  return String(number);
}

const milli = (n: number): string => `${Math.ceil(n * 1000 - 1e-9)}m`;

/** CPU sums as kubectl describe shows them. */
export const formatCpu = (cores: number): string =>
  cores === 0 ? "0" : Number.isInteger(Math.round(cores * 1000) / 1000) ? String(Math.round(cores)) : milli(cores);

/** Memory sums in the largest binary unit that divides them. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return "0";
  for (const s of ["Ti", "Gi", "Mi", "Ki"]) if (bytes % suffixes[s]! === 0) return `${bytes / suffixes[s]!}${s}`;
  return String(bytes);
}
