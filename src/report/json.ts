/** Events as JSON, one a line. */
import type { Writable } from "node:stream";
import type { Listener } from "./events.ts";

export function jsonReporter(out: Writable): Listener {
  return (event) => {
    // output of scripts is in the logs; a stream of fragments helps no program
    if (event.type !== "step-output") out.write(`${JSON.stringify(event)}\n`);
  };
}
