/** sd_notify(3). */
import type { Proc } from "../kernel/proc.ts";

/** Tells the service manager, if it asked to be told: `READY=1`, `STATUS=…`, `STOPPING=1`, `RELOADING=1`; lines joined by newlines. */
export function sdNotify(p: Proc, text: string): void {
  if (p.env.NOTIFY_SOCKET === undefined) return;
  p.machine.procs.get(1)?.after(0, "notify", { pid: p.pid, text });
}
