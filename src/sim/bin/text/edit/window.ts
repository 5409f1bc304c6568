/** What vi's window shows: the lines, the mode or a message, and where the cursor is. */
import { shownColumn, shownLine } from "./screen.ts";
import type { Settings } from "./settings.ts";

export interface View {
  rows: number;
  cols: number;
  lines: readonly string[];
  /** The first line that is shown, if the cursor's is below it and fits. */
  top: number;
  row: number;
  col: number;
  mode: keyof typeof modes;
  message: string;
  settings: Settings;
}

const modes = { normal: "", insert: "-- INSERT --", replace: "-- REPLACE --", visual: "-- VISUAL --", lines: "-- VISUAL LINE --" };

/** The text for the terminal, and the first line that it shows. */
export function paint(v: View): { text: string; top: number } {
  const { rows, cols, lines } = v;
  let { top } = v;
  const margin = v.settings.number ? Math.max(3, String(lines.length).length) + 1 : 0;
  const room = Math.max(1, cols - margin);
  const height = (i: number): number => Math.max(1, Math.ceil([...shownLine(lines[i]!, v.settings.tabstop)].length / room));
  if (v.row < top) top = v.row;
  const used = (first: number): number => {
    let sum = 0;
    for (let i = first; i <= v.row; i++) sum += height(i);
    return sum;
  };
  while (used(top) > rows - 1 && top < v.row) top++;
  let out = "\x1b[?25l\x1b[H";
  let y = 0;
  let [cursorY, cursorX] = [0, 0];
  for (let i = top; i < lines.length && y < rows - 1; i++) {
    const text = [...shownLine(lines[i]!, v.settings.tabstop)];
    const number = v.settings.number ? `${String(i + 1).padStart(margin - 1)} ` : "";
    if (i === v.row) {
      const column = shownColumn(lines[i]!, v.col, v.settings.tabstop);
      cursorY = y + Math.floor(column / room);
      cursorX = margin + (column % room);
    }
    for (let part = 0; part < height(i) && y < rows - 1; part++, y++)
      out += `\x1b[${y + 1};1H${part === 0 ? number : " ".repeat(margin)}${text.slice(part * room, (part + 1) * room).join("")}\x1b[K`;
  }
  for (; y < rows - 1; y++) out += `\x1b[${y + 1};1H~\x1b[K`;
  const mode = modes[v.mode];
  const left = (mode || v.message).slice(0, cols - 1);
  const where = `${v.row + 1},${lines[v.row]! === "" ? "0-1" : v.col + 1}`;
  const part =
    top === 0 && lines.length <= rows - 1
      ? "All"
      : top === 0
        ? "Top"
        : top + rows - 1 >= lines.length
          ? "Bot"
          : `${Math.floor((top * 100) / Math.max(1, lines.length - rows + 1))}%`;
  const ruler = `${where.padEnd(14)}${part}`;
  out += `\x1b[${rows};1H${v.message.startsWith("E") && mode === "" ? `\x1b[41;97m${left}\x1b[m` : left}\x1b[K`;
  if (left.length < cols - 19) out += `\x1b[${rows};${cols - 17}H${ruler}`;
  out += `\x1b[${cursorY + 1};${cursorX + 1}H\x1b[?25h`;
  return { text: out, top };
}
