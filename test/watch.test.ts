/** The loop behind checks and symptoms, over machines that are a function of time. */
import { describe, expect, it } from "vitest";
import { Random } from "../src/sim/core/random.ts";
import { watch, type Eyes, type Look } from "../src/watch.ts";

const look = (machine: string, within: number, more: Partial<Look> = {}): Look => ({
  machine,
  command: machine,
  stdin: "",
  status: 0,
  within,
  ...more,
});

/** `holds`: from when on each machine shows what is expected. */
function over(holds: Record<string, number>, pauses: Eyes["pauses"], cost = 0): { eyes: Eyes; looked: [string, number][] } {
  let now = 1_000_000;
  const looked: [string, number][] = [];
  const eyes: Eyes = {
    now: () => now,
    sleep: (ms) => {
      expect(ms).toBeGreaterThan(0);
      now += ms;
      return Promise.resolve();
    },
    run: (looks) => {
      const outputs = looks.map(({ machine }) => {
        looked.push([machine, now - 1_000_000]);
        return { status: now - 1_000_000 >= holds[machine]! ? 0 : 1, stdout: machine, stderr: "" };
      });
      if (looks.length > 0) now += cost;
      return Promise.resolve(outputs);
    },
    pauses,
  };
  return { eyes, looked };
}

const real = { first: 2000, growth: 1.6, longest: 5000 };
const virtual = { before: 20_000, first: 100_000, growth: 1, longest: 100_000 };

describe("watch", () => {
  it("finds whatever holds when its window ends, and nothing that does not, however the others fare", async () => {
    const random = new Random({}, "watch", "times");
    const below = (limit: number): number => random.int(0, limit - 1);
    for (let i = 0; i < 300; i++) {
      const machines = ["a", "b", "c", "d"].slice(0, 1 + below(4));
      const holds = Object.fromEntries(machines.map((m) => [m, below(200_000)]));
      const windows = Object.fromEntries(machines.map((m) => [m, 1 + below(200_000)]));
      const since = 1_000_000 - below(2) * below(300_000);
      const { eyes, looked } = over(holds, below(2) === 0 ? real : virtual, below(2) * below(3000));
      const seen = await watch(
        machines.map((m) => look(m, windows[m]!)),
        eyes,
        since,
      );
      // when the first that is given up was last looked at: those after it are not waited for any longer
      let last = Infinity;
      for (const [j, m] of machines.entries()) {
        const at = looked.filter(([who]) => who === m).map(([, when]) => when);
        expect(at.length, m).toBeGreaterThan(0);
        // the window's end, or the first look where it was over before
        const end = Math.min(Math.max(since - 1_000_000 + windows[m]!, 0), last);
        if (holds[m]! <= end) expect(seen[j], `${m} of ${JSON.stringify({ holds, windows, since })}`).toMatchObject({ pass: true });
        if (holds[m]! > at.at(-1)!) expect(seen[j]!.pass).toBe(false);
        if (!seen[j]!.pass) last = Math.min(last, at.at(-1)!);
      }
    }
  });

  it("gives up with the first that is given up, and looks at the others as they are then", async () => {
    const { eyes, looked } = over({ a: 0, b: Infinity, c: 70_000, d: 10_000 }, real);
    const seen = await watch([look("a", 300_000), look("b", 60_000), look("c", 300_000), look("d", 15_000)], eyes);
    expect(seen.map((s) => s.pass)).toEqual([true, false, false, true]);
    for (const m of ["b", "c"]) expect(looked.findLast(([who]) => who === m)![1], m).toBe(60_000);
    // one that is given up is no reason to give up what comes before it
    const { eyes: others } = over({ a: 100_000, b: Infinity, c: 110_000 }, real);
    expect((await watch([look("a", 120_000), look("b", 60_000), look("c", 300_000)], others)).map((s) => s.pass)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("spares the others while the first fails, until their windows end", async () => {
    const { eyes, looked } = over({ a: 50_000, b: 0 }, real);
    expect((await watch([look("a", 60_000), look("b", 30_000)], eyes)).map((s) => s.pass)).toEqual([true, true]);
    expect(looked.filter(([who]) => who === "b")).toEqual([["b", 30_000]]);
    const { eyes: others, looked: both } = over({ a: 0, b: 0 }, real);
    await watch([look("a", 60_000), look("b", 30_000)], others);
    expect(both).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
  });

  it("looks once when the windows were over before", async () => {
    const { eyes, looked } = over({ a: Infinity, b: Infinity }, virtual);
    expect((await watch([look("a", 60_000), look("b", 30_000)], eyes, 1_000_000 - 120_000)).map((s) => s.pass)).toEqual([false, false]);
    expect(looked).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
  });

  it("judges by status and by text, and shows what was there", async () => {
    const { eyes } = over({ a: 0, b: Infinity }, virtual);
    const cases = [
      look("a", 1, { stdout: "^a$" }),
      look("a", 1, { stdout: "x" }),
      look("a", 1, { absent: "a" }),
      look("b", 1, { status: 1 }),
    ];
    expect((await watch(cases, eyes)).map((s) => s.pass)).toEqual([true, false, false, true]);
    const lost: Eyes = { ...eyes, run: (looks) => Promise.resolve(looks.map(() => "nobody answers")) };
    expect(await watch([look("a", 1)], lost)).toMatchObject([{ pass: false, seen: "nobody answers" }]);
  });
});
