/** Vi's text objects. */
import type { Place } from "./motions.ts";

/** iw aw i" a" i( … on one line; `to` is not included. */
export function textObject(line: string, at: Place, kind: string, of: string): { from: Place; to: Place } | undefined {
  const place = (a: number, b: number): { from: Place; to: Place } => ({
    from: { row: at.row, col: a },
    to: { row: at.row, col: b },
  });
  if (of === "w" || of === "W") {
    const pattern = of === "W" ? /\S+|\s+/gu : /[\p{L}\p{Nd}_]+|\s+|[^\s\p{L}\p{Nd}_]+/gu;
    const m = [...line.matchAll(pattern)].find((x) => x.index + x[0].length > at.col);
    if (!m) return undefined;
    const end = m.index + m[0].length;
    return place(m.index, kind === "a" ? end + (/^\s*/.exec(line.slice(end))?.[0].length ?? 0) : end);
  }
  const pair = (
    {
      "(": "()",
      ")": "()",
      b: "()",
      "[": "[]",
      "]": "[]",
      "{": "{}",
      "}": "{}",
      B: "{}",
      "<": "<>",
      '"': '""',
      "'": "''",
      "`": "``",
    } as Record<string, string>
  )[of];
  if (!pair) return undefined;
  let a: number;
  let b: number;
  if (pair[0] === pair[1]) {
    const quotes = [...line].flatMap((c, i) => (c === pair[0] ? [i] : []));
    const i = quotes.findIndex((end, k) => k % 2 === 1 && end >= at.col);
    if (i < 0) return undefined;
    [a, b] = [quotes[i - 1]!, quotes[i]!];
  } else {
    a = line.lastIndexOf(pair[0]!, at.col);
    b = line.indexOf(pair[1]!, Math.max(a, at.col));
    if (a < 0 || b < 0) return undefined;
  }
  return kind === "i" ? place(a + 1, b) : place(a, b + 1);
}
