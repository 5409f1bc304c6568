/** Movements of vi's cursor over lines. */
import { steadyRegExp } from "../../../core/regexp/index.ts";
export interface Place {
  row: number;
  col: number;
}

const kind = (c: string | undefined, big: boolean): number =>
  c === undefined || /\s/.test(c) ? 0 : big || /[\p{L}\p{Nd}_]/u.test(c) ? 1 : 2;

/** Start of the next word. */
export function nextWord(lines: readonly string[], at: Place, big: boolean): Place {
  let { row, col } = at;
  const start = kind(lines[row]![col], big);
  while (col < lines[row]!.length && kind(lines[row]![col], big) === start && start !== 0) col++;
  for (;;) {
    const line = lines[row]!;
    while (col < line.length && kind(line[col], big) === 0) col++;
    if (col < line.length) return { row, col };
    if (row + 1 >= lines.length) return { row, col: Math.max(0, line.length) };
    row++;
    col = 0;
    if (lines[row] === "") return { row, col: 0 };
  }
}

export function backWord(lines: readonly string[], at: Place, big: boolean): Place {
  let { row, col } = at;
  col--;
  for (;;) {
    while (col >= 0 && kind(lines[row]![col], big) === 0) col--;
    if (col >= 0) break;
    if (row === 0) return { row: 0, col: 0 };
    row--;
    if (lines[row] === "") return { row, col: 0 };
    col = lines[row]!.length - 1;
  }
  const k = kind(lines[row]![col], big);
  while (col > 0 && kind(lines[row]![col - 1], big) === k) col--;
  return { row, col };
}

export function wordEnd(lines: readonly string[], at: Place, big: boolean): Place {
  let { row, col } = at;
  col++;
  for (;;) {
    while (col < lines[row]!.length && kind(lines[row]![col], big) === 0) col++;
    if (col < lines[row]!.length) break;
    if (row + 1 >= lines.length) return { row, col: Math.max(0, lines[row]!.length - 1) };
    row++;
    col = 0;
  }
  const k = kind(lines[row]![col], big);
  while (col + 1 < lines[row]!.length && kind(lines[row]![col + 1], big) === k) col++;
  return { row, col };
}

export const firstNonBlank = (line: string): number => Math.max(0, line.search(/\S/));

/** The next (or previous) blank line. */
export function paragraph(lines: readonly string[], row: number, by: 1 | -1): number {
  let at = row;
  while (lines[at] === "" && lines[at + by] !== undefined) at += by;
  while (lines[at] !== "" && lines[at + by] !== undefined) at += by;
  return at;
}

/** The bracket that belongs to the one at or after the cursor. */
export function matching(lines: readonly string[], at: Place): Place | undefined {
  const pairs = "()[]{}";
  let { row, col } = at;
  while (col < lines[row]!.length && !pairs.includes(lines[row]![col]!)) col++;
  const open = lines[row]![col];
  if (open === undefined) return undefined;
  const index = pairs.indexOf(open);
  const by = index % 2 === 0 ? 1 : -1;
  const other = pairs[index + by]!;
  let depth = 0;
  while (row >= 0 && row < lines.length) {
    for (; col >= 0 && col < lines[row]!.length; col += by) {
      const c = lines[row]![col];
      if (c === open) depth++;
      if (c === other && --depth === 0) return { row, col };
    }
    row += by;
    col = by > 0 ? 0 : (lines[row]?.length ?? 0) - 1;
  }
  return undefined;
}

/** The next match of a pattern, wrapping around. */
export function search(lines: readonly string[], from: Place, pattern: RegExp, by: 1 | -1): { place: Place; wrapped: boolean } | undefined {
  const all = steadyRegExp(pattern.source, `${pattern.flags.replace("g", "")}g`);
  const hits = (row: number): number[] => [...lines[row]!.matchAll(all)].map((m) => m.index);
  for (let n = 0; n <= lines.length; n++) {
    const row = (((from.row + n * by) % lines.length) + lines.length) % lines.length;
    const wrapped = by > 0 ? from.row + n >= lines.length : from.row - n < 0;
    let cols = hits(row);
    if (n === 0) cols = cols.filter((c) => (by > 0 ? c > from.col : c < from.col));
    if (n === lines.length) cols = cols.filter((c) => (by > 0 ? c <= from.col : c >= from.col));
    const col = by > 0 ? cols[0] : cols.at(-1);
    if (col !== undefined) return { place: { row, col }, wrapped };
  }
  return undefined;
}

/** Vim's "magic" patterns as JavaScript's: `\+ \? \| \( \) \{n} \< \> \s \w \d` are special, + ? | ( ) { are not. */
export function vimPattern(pattern: string, ignoreCase = false): RegExp {
  let out = "";
  let ignore = ignoreCase;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === "\\") {
      const next = pattern[++i] ?? "\\";
      if (/[+?|()]/.test(next)) out += next;
      else if (next === "=") out += "?";
      else if (next === "{") {
        const end = pattern.indexOf("}", i);
        const body = pattern.slice(i + 1, end < 0 ? undefined : end).replace(/\\$/, "");
        out += `{${body.startsWith(",") ? `0${body}` : body}}`;
        i = end < 0 ? pattern.length : end;
      } else if (next === "<" || next === ">") out += "\\b";
      else if (next === "c") ignore = true;
      else if (next === "C") ignore = false;
      else if (next === "v" || next === "V") continue;
      else if (/[swdSWDntr\d]/.test(next)) out += `\\${next}`;
      else out += next.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    } else if (/[+?|(){}]/.test(c)) out += `\\${c}`;
    else out += c;
  }
  return steadyRegExp(out, ignore ? "iu" : "u");
}
