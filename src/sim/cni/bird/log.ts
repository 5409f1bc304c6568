/** Where BIRD writes its messages (sysdep/unix/log.c). */
import type { Proc } from "../../kernel/proc.ts";
import { syslog } from "../../systemd/journal.ts";
import { birdState, type ProtocolState } from "./state.ts";

export type LogClass = "INFO" | "WARN" | "ERR" | "RMT" | "AUTH" | "BUG" | "FATAL" | "TRACE";

/** syslog_priorities of sysdep/unix/log.c. */
const priorities: Record<LogClass, number> = { INFO: 6, WARN: 4, ERR: 3, RMT: 3, AUTH: 3, BUG: 2, FATAL: 2, TRACE: 7 };

export function log(p: Proc, level: LogClass, text: string): void {
  const s = birdState(p);
  const logs = s.config.logs;
  if (logs.length === 0) return p.log(`bird: ${text}`);
  for (const { to } of logs) {
    if (to === "syslog") syslog(p.machine, p, "bird", priorities[level], text);
    else if (to === "stderr") p.log(s.flavour === "bird2" ? `${stamp(p.now, true)} <${level}> ${text}` : `bird: ${text}`);
    else {
      try {
        p.fs.write(to.file, `${stamp(p.now, s.flavour === "bird2")} <${level}> ${text}\n`, { append: true });
      } catch {
        // a log that cannot be written is not a reason to stop
      }
    }
  }
}

/** `debug { states }`. */
export function traceState(p: Proc, ps: ProtocolState, state: string): void {
  if (ps.config.traceStates) log(p, "TRACE", `${ps.name}: State changed to ${state}`);
}

/** `2026-11-20 22:09:58.936`; without the fraction in BIRD 1.6. */
export function stamp(ms: number, fraction: boolean): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${fraction ? iso.slice(11, 23) : iso.slice(11, 19)}`;
}
