/** Lines as k8s.io/klog writes them. */
import type { Proc } from "../../kernel/proc.ts";

/** `where` is the source line, e.g. `server.go:150`. The thread id is always that of the first process of a container. */
export function klogLine(p: Proc, level: "I" | "W" | "E" | "F", where: string, text: string): string {
  const d = new Date(p.now);
  const two = (n: number): string => String(n).padStart(2, "0");
  const micro = String(d.getUTCMilliseconds()).padStart(3, "0").padEnd(6, "0");
  return `${level}${two(d.getUTCMonth() + 1)}${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}.${micro}       1 ${where}] ${text}`;
}
