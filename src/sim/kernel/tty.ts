/** Terminals. */
import type { Machine } from "./machine.ts";
import { OpenFile, type Bytes } from "./file.ts";
import type { Proc } from "./proc.ts";

/** What a shell asks of its controlling terminal. */
export interface Terminal {
  setForeground(pgid: number): void;
  /** Brings the modes back to what they were before a job, when it died of a signal. */
  restoreAfter(killed: boolean): void;
  /** Modes for `read -s` and `read -n`; returns how to undo them. */
  readMode(options: { silent: boolean; characters: boolean }): () => void;
}
export type { Machine, Bytes, Proc };
export { OpenFile };
