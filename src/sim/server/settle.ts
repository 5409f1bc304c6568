/** Runs virtual time ahead until nothing changes any more. */
import type { World } from "../world.ts";
import type { Driver } from "./driver.ts";
import { fingerprint } from "./fingerprint.ts";

/** Virtual milliseconds between looks. */
const stride = 5000;
/** BGP hold timers (240 s) are the longest silent wait that leads to a change by itself; pod eviction (300 s) the next. */
const quiet = 310_000;
const limit = 30 * 60_000;

/** With `ms`, runs exactly that far. Returns how far time went and whether the world came to rest. */
export async function settle(world: () => World, driver: Driver, ms: number | undefined): Promise<{ advanced: number; settled: boolean }> {
  const begin = world().timeline.now;
  if (ms !== undefined) {
    await driver.advance(ms);
    return { advanced: world().timeline.now - begin, settled: true };
  }
  let last = fingerprint(world());
  let since = begin;
  while (world().timeline.now - begin < limit) {
    await driver.advance(stride);
    const next = fingerprint(world());
    if (next !== last) {
      last = next;
      since = world().timeline.now;
    } else if (world().timeline.now - since >= quiet) return { advanced: world().timeline.now - begin, settled: true };
  }
  return { advanced: world().timeline.now - begin, settled: false };
}
