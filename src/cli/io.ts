/** What a command sees of the outside. */
import type { Readable, Writable } from "node:stream";

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface Io {
  stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  stdout: Writable & Terminal;
  stderr: Writable & Terminal;
  env: Record<string, string | undefined>;
  cwd: string;
}

/** ANSI colours where a person looks at a terminal that wants them (https://no-color.org). */
export function paint(io: Io, stream: "stdout" | "stderr"): (style: keyof typeof styles, text: string) => string {
  const on = io[stream].isTTY === true && !io.env.NO_COLOR && io.env.TERM !== "dumb";
  return (style, text) => (on ? `\u001B[${styles[style]}m${text}\u001B[0m` : text);
}

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
