/** Pseudo-terminals for containers that ask for one. */
import { NotSimulated } from "../core/errno.ts";
import type { OpenFile } from "../kernel/file.ts";
import type { Machine } from "../kernel/machine.ts";

export interface Pty {
  name: string;
  slave: OpenFile;
  input(bytes: Uint8Array): void;
  onOutput(fn: (bytes: Uint8Array) => void): void;
  resize(cols: number, rows: number): void;
  hangup(): void;
}

export function openPty(_machine: Machine, _size: { cols: number; rows: number; term: string }): Pty {
  throw new NotSimulated("terminal for a container");
}
