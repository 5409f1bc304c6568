/** The loop behind checks and symptoms, over machines that are a function of time. */
import { describe, expect, it } from "vitest";
import { Random } from "../src/sim/core/random.ts";
import { watch, type Eyes, type Look, type Seen } from "../src/watch.ts";

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
const virtual = { before: 20_000, first: 40_000, growth: 1.5, longest: 100_000 };

/** Each look a group of its own. */
const alone = (...looks: Look[]): Look[][] => looks.map((l) => [l]);
const passes = (seen: Seen[][]): boolean[] => seen.flat().map((s) => s.pass);

describe("watch", () => {
  it("finds whatever holds when its window ends, and nothing that does not, however the others fare", async () => {
    const random = new Random({}, "watch", "times");
    const below = (limit: number): number => random.int(0, limit - 1);
    for (let i = 0; i < 500; i++) {
      const groups: Look[][] = [];
      for (const m of ["a", "b", "c", "d", "e"].slice(0, 1 + below(5))) {
        const group = groups.at(-1);
        if (group && below(3) === 0) group.push(look(m, group[0]!.within));
        else groups.push([look(m, 1 + below(200_000))]);
      }
      const holds = Object.fromEntries(groups.flat().map(({ machine }) => [machine, below(200_000)]));
      const since = 1_000_000 - below(2) * below(300_000);
      const { eyes, looked } = over(holds, below(2) === 0 ? real : virtual, below(2) * below(3000));
      const seen = await watch(groups, eyes, since);
      // when the first group that is given up was last looked at: those after it are not waited for any longer
      let last = Infinity;
      for (const [j, group] of groups.entries()) {
        let given = last;
        for (const [k, { machine, within }] of group.entries()) {
          const at = looked.filter(([who]) => who === machine).map(([, when]) => when);
          expect(at.length, machine).toBeGreaterThan(0);
          // the window's end, or the first look where it was over before
          const end = Math.min(Math.max(since - 1_000_000 + within, 0), last);
          const { pass } = seen[j]![k]!;
          if (holds[machine]! <= end) expect(pass, `${machine} of ${JSON.stringify({ holds, groups, since })}`).toBe(true);
          if (holds[machine]! > at.at(-1)!) expect(pass).toBe(false);
          if (!pass) given = Math.min(given, at.at(-1)!);
        }
        last = given;
      }
    }
  });

  it("gives up with the first that is given up, and looks at the others as they are then", async () => {
    const { eyes, looked } = over({ a: 0, b: Infinity, c: 70_000, d: 10_000 }, real);
    const seen = await watch(alone(look("a", 300_000), look("b", 60_000), look("c", 300_000), look("d", 15_000)), eyes);
    expect(passes(seen)).toEqual([true, false, false, true]);
    for (const m of ["b", "c"]) expect(looked.findLast(([who]) => who === m)![1], m).toBe(60_000);
    // one that is given up is no reason to give up what comes before it
    const { eyes: others } = over({ a: 100_000, b: Infinity, c: 110_000 }, real);
    expect(passes(await watch(alone(look("a", 120_000), look("b", 60_000), look("c", 300_000)), others))).toEqual([true, false, false]);
  });

  it("spares the others while the first fails, until their windows end", async () => {
    const { eyes, looked } = over({ a: 50_000, b: 0 }, real);
    expect(passes(await watch(alone(look("a", 60_000), look("b", 30_000)), eyes))).toEqual([true, true]);
    expect(looked.filter(([who]) => who === "b")).toEqual([["b", 30_000]]);
    const { eyes: others, looked: both } = over({ a: 0, b: 0 }, real);
    await watch(alone(look("a", 60_000), look("b", 30_000)), others);
    expect(both).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
  });

  it("looks at one group after the other, and side by side within a group", async () => {
    const { eyes, looked } = over({ a: 0, b: 0, c: 1500, d: 0 }, real, 1000);
    expect(passes(await watch([[look("a", 60_000), look("b", 60_000)], [look("c", 60_000)], [look("d", 60_000)]], eyes))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(looked).toEqual([
      ["a", 0],
      ["b", 0],
      // what comes after it waits for the next round, and what held is not looked at again
      ["c", 1000],
      ["c", 4000],
      ["d", 5000],
    ]);
  });

  it("looks once when the windows were over before", async () => {
    const { eyes, looked } = over({ a: Infinity, b: Infinity }, virtual);
    expect(passes(await watch(alone(look("a", 60_000), look("b", 30_000)), eyes, 1_000_000 - 120_000))).toEqual([false, false]);
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
    expect(passes(await watch([cases], eyes))).toEqual([true, false, false, true]);
    const lost: Eyes = { ...eyes, run: (looks) => Promise.resolve(looks.map(() => "nobody answers")) };
    expect(await watch([[look("a", 1)]], lost)).toMatchObject([[{ pass: false, seen: "nobody answers" }]]);
  });
});
