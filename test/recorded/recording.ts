/** Recordings: `$ command`, what it printed, `[exit N]`. Lines between commands are the recorder's notes and titles. */
import { readFileSync } from "node:fs";

export interface Recorded {
  /** Line of the file, for messages. */
  line: number;
  /** Machine it ran on, "" when the recording names none. */
  machine: string;
  command: string;
  output: string;
  status: number;
  /** Notes and titles since the command before. */
  notes: string[];
  /** What the title above it says of the time, seconds of the recorder's day. */
  clock?: number;
}

const prompt = /^(?:\[([a-z0-9]+)\])?\$ (.*)$/;
const end = /^\[exit (\d+)\]$/;
const noNewline = "[no newline at end of output]";

function parseRecording(text: string): Recorded[] {
  const found: Recorded[] = [];
  const lines = text.split("\n");
  let notes: string[] = [];
  let clock: number | undefined;
  for (let i = 0; i < lines.length; i++) {
    const start = prompt.exec(lines[i]!);
    if (!start) {
      const t = /^####.*\(t=(\d+):(\d+):(\d+)\)$/.exec(lines[i]!);
      if (t) clock = Number(t[1]) * 3600 + Number(t[2]) * 60 + Number(t[3]);
      if (lines[i]!.startsWith("#")) notes.push(lines[i]!.replace(/^#+ /, "").replace(/ +\(t=[\d:]+\)$/, ""));
      continue;
    }
    const line = i + 1;
    // a command of several lines goes on until its here-document or quotes end: recordings mark that with "> "
    let command = start[2]!;
    while (lines[i + 1]?.startsWith("> ")) command += `\n${lines[++i]!.slice(2)}`;
    const output: string[] = [];
    while (i + 1 < lines.length && !end.test(lines[i + 1]!)) output.push(lines[++i]!);
    const status = Number(end.exec(lines[++i] ?? "")?.[1] ?? Number.NaN);
    const cut = output.at(-1) === noNewline;
    if (cut) output.pop();
    found.push({ line, machine: start[1] ?? "", command, output: output.join("\n") + (cut || output.length === 0 ? "" : "\n"), status, notes, ...(clock === undefined ? {} : { clock }) });
    notes = [];
  }
  return found;
}

export const readRecording = (name: string): Recorded[] =>
  parseRecording(readFileSync(new URL(name, import.meta.url), "utf8"));
