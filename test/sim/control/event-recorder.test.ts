/** The numbers are those of client-go's own tests (tools/record/events_cache_test.go, event_test.go). */
import { expect, test } from "vitest";
import { correlate, newCorrelator, type Correlated, type NewEvent } from "../../../src/sim/kube/event-recorder.ts";
import { useWorld } from "../support.ts";

const about = (name: string) => ({ kind: "Pod", namespace: "default", name, uid: `uid-${name}`, apiVersion: "v1" });
const event = (at: number, message: string, more: Partial<NewEvent> = {}): NewEvent => ({
  about: about("web"),
  type: "Warning",
  reason: "Unhealthy",
  message,
  source: { component: "kubelet", host: "worker1" },
  at,
  ...more,
});

async function recorder(): Promise<(e: NewEvent) => Correlated | undefined> {
  const machine = (await useWorld(["node1"])).machine("node1");
  const state = newCorrelator();
  return (e) => correlate(machine, state, e, e.at);
}

test("the same again counts up under one name", async () => {
  const record = await recorder();
  const first = record(event(1000, "refused"))!;
  const again = record(event(61_000, "refused"))!;
  expect([first.known, again.known]).toEqual([false, true]);
  expect(again.event).toMatchObject({ count: 2, firstTimestamp: "1970-01-01T00:00:01Z", lastTimestamp: "1970-01-01T00:01:01Z" });
  expect(again.event.metadata.name).toBe(first.event.metadata.name);
});

test("the tenth text of a reason within ten minutes is combined, and what follows counts that one up", async () => {
  const record = await recorder();
  const told = Array.from({ length: 12 }, (_, i) => record(event(i * 1000, `context ${i}`))!);
  expect(told.slice(0, 9).map((x) => x.event.message)).toEqual(Array.from({ length: 9 }, (_, i) => `context ${i}`));
  expect(told.slice(9).map((x) => [x.event.message, x.event.count, x.known])).toEqual([
    ["(combined from similar events): context 9", 1, false],
    ["(combined from similar events): context 10", 2, true],
    ["(combined from similar events): context 11", 3, true],
  ]);
  expect(record(event(620_000, "much later"))!.event.message).toBe("much later");
});

test("a source says 25 things of an object, then one each five minutes; of others it may speak", async () => {
  const record = await recorder();
  const sent = Array.from({ length: 40 }, (_, i) => record(event(i, "the same"))).filter((x) => x !== undefined);
  expect(sent).toHaveLength(25);
  expect(record(event(100, "the same", { about: about("other") }))).toBeDefined();
  expect(record(event(299_000, "the same"))).toBeUndefined();
  // what was not sent is counted all the same
  expect(record(event(301_000, "the same"))!.event.count).toBe(42);
  expect(record(event(302_000, "the same"))).toBeUndefined();
});
