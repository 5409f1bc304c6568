/** Says again what is going on when nothing new is said: no silent minute. */
import type { Progress } from "../provider.ts";

/** Milliseconds of silence after which the last words are repeated. */
const silence = 20_000;

export function heartbeat(give: (event: Progress) => void): { tell: (event: Progress) => void; stop: () => void } {
  /** What each machine was last heard to do, and since when. */
  const last = new Map<string, { text: string; since: number }>();
  let heard = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - heard < silence) return;
    heard = performance.now();
    for (const [machine, { text, since }] of last) {
      const event = { text: `still: ${text} (${Math.round((performance.now() - since) / 1000)} s)` };
      give(machine === "" ? event : { ...event, machine });
    }
  }, silence / 4);
  timer.unref();
  return {
    tell: (event) => {
      heard = performance.now();
      last.set(event.machine ?? "", { text: event.text, since: heard });
      give(event);
    },
    stop: () => clearInterval(timer),
  };
}
