import { afterAll, expect, test } from "vitest";
import { lineDiff, replay, type Result, type Scenario } from "./replay.ts";

/** One test for each recording, and a count at the end. */
export function replayAll(scenarios: Scenario[]): void {
  const all: Result[] = [];
  for (const scenario of scenarios)
    test(scenario.recording, async () => {
      const results = await replay(scenario);
      all.push(...results);
      expect(results.filter((r) => r.outcome === "different").map(lineDiff)).toEqual([]);
      expect(results.filter((r) => r.outcome === "gone").map((r) => `accepted as different, but equal: ${r.recording}:${r.at.line}`)).toEqual([]);
    });
  afterAll(() => {
    const count = (outcome: Result["outcome"]): number => all.filter((r) => r.outcome === outcome).length;
    const mended = all.filter((r) => r.outcome === "mended").map((r) => `${r.recording}:${r.at.line}`);
    process.stdout.write(
      `\nRecorded commands: ${all.length}; equal ${count("equal") + mended.length}, rightly different ${count("accepted")}, ` +
        `still to be mended ${count("open")}, left out ${count("left out")}.\n` +
        (mended.length > 0 ? `Equal now, strike from differences.ts: ${mended.join(", ")}\n` : ""),
    );
  });
}
