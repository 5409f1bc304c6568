/** Log lines of Calico's Go programs: `2026-11-20 09:20:29.464 [INFO][9] startup/startup.go 425: text key="value"`. */
import type { Proc } from "../../../kernel/proc.ts";

const stamp = (p: Proc): string => new Date(p.now).toISOString().replace("T", " ").slice(0, 23);

export type Level = "INFO" | "WARNING" | "ERROR" | "FATAL" | "DEBUG";

/** `at`: the source file and line that the real message carries. */
export function log(p: Proc, level: Level, at: string, text: string, fd: 1 | 2 = 2): void {
  p.log(`${stamp(p)} [${level}][${p.pid}] ${at}: ${text}`, fd);
}
