/** What the engine says while it works. Reporters only listen; `--output json` prints these as lines. */
import type { Finding } from "../cluster/finding.ts";

export type KubemendEvent =
  | { type: "finding"; finding: Finding }
  | { type: "stage"; title: string }
  | { type: "machine"; machine?: string; text: string }
  | { type: "step-started"; machine: string; script: string; title: string }
  | { type: "step-output"; machine: string; script: string; text: string }
  | { type: "step-finished"; machine: string; script: string; title: string; ok: boolean; milliseconds: number }
  /** What is going on just now, under an id; without a text it is over. */
  | { type: "progress"; id: string; text?: string }
  | { type: "ready"; name: string; milliseconds: number }
  | {
      type: "check";
      lab: string;
      id: string;
      title: string;
      machine: string;
      pass: boolean;
      points: number;
      of: number;
      expected: string;
      seen: string;
    }
  | { type: "note"; text: string };

export type Listener = (event: KubemendEvent) => void;
