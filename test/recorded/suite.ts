import { afterAll, expect, test } from "vitest";
import { differences, leftOut, open } from "./differences.ts";
import { lineDiff, replay, type Result, type Scenario } from "./replay.ts";

/** One test for each recording, and a count at the end. */
export function replayAll(scenarios: Scenario[]): void {
  const all: Result[] = [];
  for (const scenario of scenarios)
    test(scenario.recording, async () => {
      const results = await replay(scenario);
      all.push(...results);
      expect(results.filter((r) => r.outcome === "different").map(lineDiff)).toEqual([]);
      // the lists are exact: what is equal now is to be struck
      expect(
        results.filter((r) => r.outcome === "gone" || r.outcome === "mended").map((r) => `listed in differences.ts, but equal: ${r.recording}:${r.at.line}`),
      ).toEqual([]);
      expect(unmet(scenario.recording, results), "lines of differences.ts at which no command begins").toEqual([]);
    });
  afterAll(() => {
    const count = (outcome: Result["outcome"]): number => all.filter((r) => r.outcome === outcome).length;
    process.stdout.write(
      `\nRecorded commands: ${all.length}; equal ${count("equal")}, rightly different ${count("accepted")}, ` +
        `still to be mended ${count("open")}, left out ${count("left out")}.\n`,
    );
  });
}

/** Entries that name a line at which the recording has no command. */
function unmet(recording: string, results: Result[]): number[] {
  const lines = new Set(results.map((r) => r.at.line));
  const listed = [...differences, ...leftOut].filter((e) => e.recording === recording).flatMap((e) => e.line ?? []);
  return [...listed, ...(open[recording] ?? [])].filter((line) => !lines.has(line));
}
