import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Store } from "../../../src/sim/server/store.ts";

const same = (text: string): string => text;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "kubemend-store-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("gives back the last running state", () => {
  const store = new Store(dir);
  expect(store.loadRunning(same)).toBeUndefined();
  store.saveRunning("one");
  store.saveRunning("two");
  expect(new Store(dir).loadRunning(same)).toEqual({ state: "two", damaged: [] });
});

it.each([
  ["cut short", (file: string) => truncateSync(file, 40)],
  ["changed", (file: string) => writeFileSync(file, readFileSync(file, "utf8").replace("two", "2wo"))],
  ["empty", (file: string) => truncateSync(file, 0)],
  ["something else", (file: string) => writeFileSync(file, "hello")],
])("goes back to the state before when the newest is %s, and keeps the file", (_what, damage) => {
  const store = new Store(dir);
  store.saveRunning("one");
  store.saveRunning("two");
  damage(join(dir, "world"));
  const loaded = new Store(dir).loadRunning(same)!;
  expect(loaded.state).toBe("one");
  expect(loaded.damaged).toHaveLength(1);
  expect(readFileSync(loaded.damaged[0]!.keptAs)).toBeDefined();
});

it("says that both are damaged rather than beginning anew in silence", () => {
  const store = new Store(dir);
  store.saveRunning("one");
  store.saveRunning("two");
  for (const name of ["world", "world.before"]) writeFileSync(join(dir, name), "x");
  expect(new Store(dir).loadRunning(same)).toMatchObject({ state: undefined, damaged: [{}, {}] });
});

it("goes back to the state before when the newest cannot be used, and never overwrites a file that it kept", () => {
  const store = new Store(dir);
  const refuse = (text: string): string => {
    if (text !== "good") throw new Error("of another time");
    return text;
  };
  for (let i = 1; i <= 2; i++) {
    store.saveRunning("good");
    store.saveRunning(`new ${i}`);
    const loaded = store.loadRunning(refuse);
    expect(loaded).toMatchObject({ state: "good", damaged: [{ reason: "of another time", keptAs: join(dir, `world.damaged-${i}`) }] });
  }
  expect(readFileSync(join(dir, "world.damaged-1"), "utf8")).toContain("new 1");
});

it("keeps named snapshots, whatever their name", () => {
  const store = new Store(dir);
  store.save("../../etc/passwd", "state");
  expect(store.load("../../etc/passwd")).toBe("state");
  expect(store.list().map((s) => s.name)).toEqual(["../../etc/passwd"]);
  expect(() => store.load("nothing")).toThrow('there is no snapshot "nothing"');
  expect(store.delete("../../etc/passwd")).toBe(true);
  expect(store.delete("../../etc/passwd")).toBe(false);
});
