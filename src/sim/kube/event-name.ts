/** Names of events: the object's, and the nanosecond in hexadecimal (client-go tools/record), so that they sort as they happened. */
import type { Machine } from "../kernel/machine.ts";

export function eventName(machine: Machine, object: string): string {
  const now = Math.floor(machine.world.timeline.now);
  const last = machine.layer("kube/event-name", () => ({ at: 0, n: 0 }));
  last.n = last.at === now ? last.n + 1 : 0;
  last.at = now;
  // several within a millisecond keep their order; the rest keeps those of other machines apart
  const nanosecond = BigInt(now) * 1_000_000n + BigInt(Math.min(last.n, 999) * 1000 + machine.random("kube/event-name").int(0, 999));
  return `${object}.${nanosecond.toString(16)}`;
}
