/** Log lines of Kubernetes components (k8s.io/klog): `I1120 22:50:50.328798    8431 server.go:416] …`. */
import type { Proc } from "../../kernel/proc.ts";

export type Severity = "I" | "W" | "E" | "F";

function klogHeader(p: Proc, severity: Severity, source: string): string {
  const d = new Date(p.now).toISOString();
  return `${severity}${d.slice(5, 7)}${d.slice(8, 10)} ${d.slice(11, 23)}${String((p.pid * 7) % 1000).padStart(3, "0")} ${String(p.state.pidns === "" ? p.pid : 1).padStart(7)} ${source}]`;
}

/** A plain line. */
export function klog(p: Proc, severity: Severity, source: string, message: string): void {
  p.log(`${klogHeader(p, severity, source)} ${message}`);
}

const quoted = (value: unknown): string =>
  typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : typeof value === "string"
      ? JSON.stringify(value)
      : JSON.stringify(value);

/** A structured line (klog.InfoS, klog.ErrorS): `"Message" key="value"`. `err` comes first, as klog puts it. */
export function klogS(p: Proc, severity: Severity, source: string, message: string, fields: Record<string, unknown> = {}): void {
  const { err, ...rest } = fields;
  const parts = [JSON.stringify(message)];
  if (err !== undefined) parts.push(`err=${quoted(err)}`);
  for (const [k, v] of Object.entries(rest)) parts.push(`${k}=${quoted(v)}`);
  klog(p, severity, source, parts.join(" "));
}

/** Minor release of a program's version "1.35.2": 35. */
export const minorOf = (version: string): number => Number(version.split(".")[1] ?? "35");
