/** Messages on stderr (errors.c) and to the log (log.c). */
import type { Proc } from "../../../kernel/proc.ts";
import { syslog } from "../../../systemd/journal.ts";
import type { LogTarget, Proxy } from "./settings.ts";
import { worker } from "./state.ts";

type Level = "NOTICE" | "WARNING" | "ALERT";

/** `[WARNING]  (1272) : …` */
const line = (pid: number, level: Level, text: string): string => `${`[${level}]`.padEnd(10)} (${pid}) : ${text}`;

export const say = (p: Proc, level: Level, text: string): void => p.log(line(p.pid, level, text));

const levelNumbers = { emerg: 0, alert: 1, notice: 5, info: 6 } as const;

/** To the proxy's log targets. */
export function log(p: Proc, proxy: Proxy, level: keyof typeof levelNumbers, text: string): void {
  const targets: LogTarget[] = proxy.logs === "global" ? worker(p).config.logs : proxy.logs;
  for (const { address, level: highest } of targets) {
    if (levelNumbers[level] > highest) continue;
    if (address === "stdout") p.log(text, 1);
    else if (address === "stderr") p.log(text, 2);
    else if (address === "/dev/log") syslog(p.machine, p, "haproxy", levelNumbers[level], text);
    // a syslog server elsewhere: a datagram that nothing in the simulation receives
    else p.machine.world.gap(p.machine.name, "haproxy", `log to ${address}`);
  }
}
