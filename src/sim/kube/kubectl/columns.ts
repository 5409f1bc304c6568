/** Text columns: text/tabwriter as kubectl sets it up (minimal width 6, padding 3, the last cell of a line unpadded). */
import type { Obj } from "../../core/json.ts";

export function tabulate(rows: string[][], widths: number[] = []): string {
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, Array.from(cell).length + 3, 6)));
  return rows
    .map(
      (row) =>
        `${row.map((cell, i) => (i === row.length - 1 ? cell : cell + " ".repeat(widths[i]! - Array.from(cell).length))).join("")}\n`,
    )
    .join("");
}

export interface TableOptions {
  /** Of kubectl. */
  minor: number;
  wide?: boolean;
  noHeaders?: boolean;
  namespace?: boolean;
  /** Prefix of names: `pod/`. */
  prefix?: string;
  showLabels?: boolean;
  labelColumns?: string[];
  showKind?: boolean;
  /** Names of columns to leave out of the first line when watching goes on. */
  widths?: number[];
  event?: string;
}

/** A cell ends at its first line; since 1.23 it says so (kubernetes/kubernetes#103514). */
function cellText(cell: unknown, minor: number): string {
  if (cell === null || cell === undefined) return "";
  const [first, ...rest] = String(cell as string).split(/[\n\r\f]/);
  return rest.length > 0 && minor >= 23 ? `${first}...` : first!;
}

export function printTable(table: Obj, o: TableOptions): string {
  const defs = table.columnDefinitions as Obj[];
  const shown = defs.map((d, i) => ({ d, i })).filter(({ d }) => o.wide || Number(d.priority ?? 0) === 0);
  const rows: string[][] = [];
  if (!o.noHeaders)
    rows.push([
      ...(o.event === undefined ? [] : ["EVENT"]),
      ...(o.namespace ? ["NAMESPACE"] : []),
      ...shown.map(({ d }) => String(d.name).toUpperCase()),
      ...(o.labelColumns ?? []).map((l) => l.split("/").at(-1)!.toUpperCase()),
      ...(o.showLabels ? ["LABELS"] : []),
    ]);
  for (const row of table.rows as Obj[]) {
    const meta = (row.object?.metadata ?? {}) as Obj;
    const labels = (meta.labels ?? {}) as Record<string, string>;
    const cells = shown.map(({ d, i }) => {
      const text = cellText((row.cells as unknown[])[i], o.minor);
      return (d.format === "name" || d.name === "Name") && o.prefix ? `${o.prefix}${text}` : text;
    });
    rows.push([
      ...(o.event === undefined ? [] : [o.event]),
      ...(o.namespace ? [String(meta.namespace ?? "")] : []),
      ...cells,
      ...(o.labelColumns ?? []).map((l) => labels[l] ?? ""),
      ...(o.showLabels
        ? [
            Object.keys(labels).length === 0
              ? "<none>"
              : Object.entries(labels)
                  .toSorted(([a], [b]) => (a < b ? -1 : 1))
                  .map(([k, v]) => `${k}=${v}`)
                  .join(","),
          ]
        : []),
    ]);
  }
  return tabulate(rows, o.widths);
}
