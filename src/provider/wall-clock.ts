/** The clock of real machines: the wall's. */
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "./provider.ts";

export const wallClock: Clock = {
  now: () => Promise.resolve(Date.now()),
  sleep: (ms) => delay(ms),
  hurry: (work) => work(),
};
