/** CRI-O's log lines (logrus with cri-o's time format) and its way to end. */
import type { Proc } from "../../kernel/proc.ts";

/** An error that ends the daemon. */
export class Fatal extends Error {}

export function logLine(
  p: Proc,
  level: "info" | "warning" | "error" | "fatal",
  message: string,
  fields: Record<string, string> = {},
): string {
  const time = `${new Date(p.now).toISOString().replace("T", " ").replace("Z", "")}000000Z`;
  const rest = Object.entries(fields).map(([k, v]) => ` ${k}=${/^[\w\-./:@^+]+$/.test(v) ? v : JSON.stringify(v)}`);
  return `time="${time}" level=${level} msg=${JSON.stringify(message)}${rest.join("")}`;
}
