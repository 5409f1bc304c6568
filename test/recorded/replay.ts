/** Runs the commands of a recording in a simulated world and compares what they print. */
import { MemoryFile } from "../../src/sim/kernel/file.ts";
import type { Machine } from "../../src/sim/kernel/machine.ts";
import { shellStatus } from "../../src/sim/kernel/proc.ts";
import type { World } from "../../src/sim/world.ts";
import { differences, leftOut, open } from "./differences.ts";
import { normalise } from "./normalise.ts";
import { readRecording, type Recorded } from "./recording.ts";

export interface Scenario {
  /** The file of this folder. */
  recording: string;
  /** Brings a world to the state that the recording started from. */
  world(): Promise<World>;
  /** Machine of commands that name none. */
  machine?: string;
  env?: Record<string, string>;
  /** What the recorder did by hand where a note says so: note → shell line. `undo` runs after the next command that was recorded. */
  byHand?: Record<string, { does: string; undo?: string; on?: string } | string>;
  /** Rewrites commands whose names of files or machines are others here (kubectl-1.32 → the binary of that version). */
  command?: (command: string) => string;
  words?: [RegExp, string][];
  /** Of these commands' output only such lines are compared: daemons here log less than real ones. */
  lines?: { command: RegExp; keep: RegExp }[];
  /** Sections begin when their titles say, counted from the first; `--since @…` then means the section's beginning. */
  clocked?: boolean;
}

export interface Result {
  recording: string;
  at: Recorded;
  outcome: "equal" | "accepted" | "open" | "mended" | "different" | "gone" | "left out";
  wanted: string;
  got: string;
}

async function shell(machine: Machine, line: string, env: Record<string, string>): Promise<{ text: string; status: number }> {
  const out = new MemoryFile();
  const p = machine.spawn({
    argv: ["/bin/bash", "-c", line],
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8", ...env },
    uid: 0,
    cwd: "/root",
    session: true,
    fds: new Map([
      [0, new MemoryFile("")],
      [1, out],
      [2, out],
    ]),
  });
  if (!(await machine.world.until(() => p.status !== undefined, 900_000))) return { text: `${out.text()}[still running]\n`, status: Number.NaN };
  return { text: out.text(), status: shellStatus(p.status!) };
}

function compared(s: Scenario, at: Recorded, text: string): string {
  const only = s.lines?.find((l) => l.command.test(at.command));
  if (!only) return text;
  const lines = text.split("\n");
  return lines.filter((line) => only.keep.test(line)).join("\n");
}

const matches = (entry: { command: string | RegExp; line?: number }, at: Recorded): boolean =>
  (entry.line === undefined || entry.line === at.line) &&
  (typeof entry.command === "string" ? entry.command === at.command : entry.command.test(at.command));

export async function replay(s: Scenario): Promise<Result[]> {
  const results: Result[] = [];
  const recorded = readRecording(s.recording);
  const omitted = leftOut.filter((o) => o.recording === s.recording);
  const accepted = differences.filter((d) => d.recording === s.recording);
  const world = await s.world();
  let first: { clock: number; at: number } | undefined;
  let section = { clock: Number.NaN, at: world.timeline.now };
  const by = (text: string, status: number): string => `${normalise(text, s.words)}\n[exit ${status}]`;
  for (const at of recorded) {
    const machine = world.machine(at.machine || s.machine || [...world.machines.keys()][0]!);
    if (s.clocked && at.clock !== undefined && at.clock !== section.clock) {
      first ??= { clock: at.clock, at: world.timeline.now };
      await world.advance(Math.max(0, first.at + (at.clock - first.clock) * 1000 - world.timeline.now));
      section = { clock: at.clock, at: world.timeline.now };
    }
    const undo: [string, Machine][] = [];
    for (const note of [...at.notes, `line ${at.line}`]) {
      const action = s.byHand?.[note];
      if (action === undefined) continue;
      const by = typeof action === "string" ? { does: action } : action;
      const on = by.on === undefined ? machine : world.machine(by.on);
      const done = await shell(on, by.does, s.env ?? {});
      if (done.status !== 0) throw new Error(`${s.recording}:${at.line}: ${note}: ${done.text}`);
      if (typeof action !== "string" && action.undo) undo.push([action.undo, on]);
    }
    if (omitted.some((o) => matches(o, at))) {
      results.push({ recording: s.recording, at, outcome: "left out", wanted: "", got: "" });
    } else {
      const line = s.clocked ? at.command.replace(/--since @\d+/, `--since @${Math.floor(section.at / 1000)}`) : at.command;
      const got = await shell(machine, s.command?.(line) ?? line, s.env ?? {});
      const [a, b] = [by(compared(s, at, at.output), at.status), by(compared(s, at, got.text), got.status)];
      const known = accepted.some((d) => matches(d, at));
      const unmended = open[s.recording]?.includes(at.line) ?? false;
      const outcome = a === b ? (known ? "gone" : unmended ? "mended" : "equal") : known ? "accepted" : unmended ? "open" : "different";
      results.push({ recording: s.recording, at, outcome, wanted: a, got: b });
    }
    for (const [line, on] of undo) await shell(on, line, s.env ?? {});
    // a command of a real machine takes about so long; controllers act meanwhile
    await world.advance(150);
  }
  return results;
}

/** The lines that differ, `-` recorded and `+` simulated. */
export function lineDiff(r: Result): string {
  const [a, b] = [r.wanted.split("\n"), r.got.split("\n")];
  const common: number[][] = Array.from({ length: a.length + 1 }, () => Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const out: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) out.push(`- ${a[i++]}`);
    else out.push(`+ ${b[j++]}`);
  }
  return `${r.recording}:${r.at.line} ${r.at.command}\n${out.join("\n")}`;
}
