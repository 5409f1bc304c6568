/** Indented fields with aligned values, as kubectl's describers print them (PrefixWriter over a tabwriter: padding 2). */
import { age } from "../../apiserver/columns/duration.ts";

export class Writer {
  readonly #lines: string[][] = [];

  /** A line of cells; a tab in the original separates them. Leading spaces belong to the first cell. */
  line(level: number, ...cells: string[]): this {
    this.#lines.push([`${"  ".repeat(level)}${cells[0] ?? ""}`, ...cells.slice(1)]);
    return this;
  }

  /** Text as it is: it ends the columns above it. */
  raw(text: string): this {
    for (const line of text.split("\n")) this.#lines.push([line]);
    return this;
  }

  /** The lines as the describers write them, for callers that put no tabwriter behind: cells end with tabs. */
  toTabbed(): string {
    return this.#lines.map((cells) => `${cells.join("\t")}\n`).join("");
  }

  /** Aligns cells of neighbouring lines as text/tabwriter does: a column is a run of lines that have it terminated. */
  toString(): string {
    const lines = this.#lines;
    const widths: number[][] = lines.map((l) => l.map(() => 0));
    const done = lines.map((l) => l.map(() => false));
    for (let i = 0; i < lines.length; i++)
      for (let c = 0; c < lines[i]!.length - 1; c++) {
        if (done[i]![c]) continue;
        let end = i;
        while (end < lines.length && lines[end]!.length - 1 > c) end++;
        let width = 0;
        for (let j = i; j < end; j++) {
          const length = Array.from(lines[j]![c]!).length;
          width = Math.max(width, length + 2);
        }
        for (let j = i; j < end; j++) {
          widths[j]![c] = width;
          done[j]![c] = true;
        }
      }
    return lines
      .map(
        (l, i) =>
          `${l.map((cell, c) => (c === l.length - 1 ? cell : cell + " ".repeat(widths[i]![c]! - Array.from(cell).length))).join("")}\n`,
      )
      .join("");
  }
}

/** RFC1123Z as kubectl shows times. */
export function longTime(timestamp: unknown): string {
  if (typeof timestamp !== "string" || timestamp === "") return "<unset>";
  const d = new Date(timestamp);
  const two = (n: number): string => String(n).padStart(2, "0");
  const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  return `${days[d.getUTCDay()]}, ${two(d.getUTCDate())} ${months[d.getUTCMonth()]} ${d.getUTCFullYear()} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
}

/** `limit`: in bytes. */
const shortened = (text: string, limit: number): string =>
  Buffer.byteLength(text) > limit ? `${Buffer.from(text).subarray(0, limit).toString()}...` : text;

const skipped = new Set(["kubectl.kubernetes.io/last-applied-configuration"]);

/** Labels or annotations: the first on the title's line. Long or multi-line annotations go on a line of their own. */
export function mapField(w: Writer, level: number, title: string, map: Record<string, string> | undefined, annotations = false): void {
  const keys = Object.keys(map ?? {})
    .filter((k) => !(annotations && skipped.has(k)))
    .toSorted();
  if (keys.length === 0) {
    w.line(level, `${title}:`, "<none>");
    return;
  }
  const indent = "";
  keys.forEach((key, i) => {
    const head = i === 0 ? `${title}:` : indent;
    const value = annotations ? map![key]!.replace(/\n$/, "") : map![key]!;
    // the lines below the first begin with the tab alone
    if (!annotations) w.line(i === 0 ? level : 0, head, `${key}=${value}`);
    else if (value.includes("\n") || Buffer.byteLength(`${key}: ${value}`) >= 140) {
      w.line(level, head, `${key}:`);
      for (const part of value.split("\n")) w.line(level, indent, `  ${shortened(part, 138)}`);
    } else w.line(level, head, `${key}: ${value}`);
  });
}

export const since = (timestamp: unknown, now: number): string => age(timestamp, now);
