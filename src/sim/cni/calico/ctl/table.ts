/** Tables of calicoctl: tablewriter's boxes and tabwriter's columns. */

/** olekukonko/tablewriter: headings in capitals, centred; cells left, numbers right. */
export function box(head: string[], rows: string[][]): string {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] ?? "").length)));
  const line = `+${widths.map((w) => "-".repeat(w + 2)).join("+")}+`;
  const numeric = (text: string): boolean => /^-?[\d.]+%?$/.test(text);
  const centred = (text: string, w: number): string => {
    const left = Math.floor((w - text.length) / 2);
    return " ".repeat(left) + text + " ".repeat(w - text.length - left);
  };
  return [
    line,
    `|${head.map((h, i) => ` ${centred(h.toUpperCase(), widths[i]!)} `).join("|")}|`,
    line,
    ...rows.map((r) => `|${r.map((cell, i) => ` ${numeric(cell) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)} `).join("|")}|`),
    line,
    "",
  ].join("\n");
}

/** text/tabwriter with three spaces between columns, trailing ones included. */
export function columns(head: string[], rows: string[][]): string {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] ?? "").length)) + 3);
  return `${[head, ...rows].map((r) => r.map((cell, i) => cell.padEnd(widths[i]!)).join("")).join("\n")}\n`;
}
