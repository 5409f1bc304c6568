/** systemctl: what starts, stops and reloads units, and how its failures read. */
import type { Proc } from "../../kernel/proc.ts";
import { type Manager, UnitError } from "../../systemd/manager.ts";
import type { JobResult } from "../../systemd/state.ts";
import { typeOf, withSuffix } from "../../systemd/unit-file.ts";
import { matchesPattern } from "./systemctl-list.ts";
import type { Call } from "./systemctl.ts";

type Request = "start" | "stop" | "restart" | "try-restart" | "reload" | "reload-or-restart";

export async function jobs(c: Call, request: Request, word: string, names = c.units): Promise<number> {
  const { p, m, o } = c;
  let status = 0;
  const waiting: { name: string; end: Promise<JobResult> }[] = [];
  const warned = new Set<string>();
  const expanded = names.flatMap((n) =>
    /[*?[]/.test(n) ? Object.keys(m.state.units).filter((u) => matchesPattern(u, withPatternSuffix(n))) : [withSuffix(n)],
  );
  for (const name of expanded) {
    try {
      const unit = m.unit(name);
      if (unit.def.load === "loaded" && m.needsReload(unit) && !warned.has(name)) {
        warned.add(name);
        await reloadWarning(p, unit.def.name);
      }
      const id = m.enqueue(request, name);
      if (id !== 0) waiting.push({ name, end: m.jobEnd(id) });
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      if (error.kind === "not-found" && request === "try-restart") continue;
      await p.err(`Failed to ${word} ${name}: ${error.message}\n`);
      if (!["not-found", "masked"].includes(error.kind)) await p.err(`See system logs and 'systemctl status ${name}' for details.\n`);
      status = error.kind === "not-found" ? 5 : 1;
    }
  }
  if (o.has("no-block")) return status;
  for (const { name, end } of waiting) {
    const result = await p.block(end);
    if (result === "done" || result === "skipped") continue;
    status = 1;
    if (!o.has("q", "quiet")) await p.err(failureText(m, name, result));
  }
  return status;
}

const withPatternSuffix = (pattern: string): string => (typeOf(pattern) ? pattern : `${pattern}.service`);

const reloadWarning = (p: Proc, name: string): Promise<void> =>
  p.err(
    `Warning: The unit file, source configuration file or drop-ins of ${name} changed on disk. Run 'systemctl daemon-reload' to reload units.\n`,
  );

/** log_job_error_with_service_result of systemd, src/shared/bus-wait-for-jobs.c. */
function failureText(m: Manager, name: string, result: JobResult): string {
  const hint = `See "systemctl status ${name}" and "journalctl -xeu ${name}" for details.\n`;
  switch (result) {
    case "canceled":
      return `Job for ${name} canceled.\n`;
    case "timeout":
      return `Job for ${name} timed out.\n`;
    case "dependency":
      return `A dependency job for ${name} failed. See 'journalctl -xe' for details.\n`;
    case "assert":
      return `Assertion failed on job for ${name}.\n`;
    case "invalid":
      return `${name} is not active, cannot reload.\n`;
    default: {
      const why: Record<string, string> = {
        resources: "of unavailable resources or another system error",
        protocol: "the service did not take the steps required by its unit configuration",
        timeout: "a timeout was exceeded",
        "exit-code": "the control process exited with error code",
        signal: "a fatal signal was delivered to the control process",
        "core-dump": "a fatal signal was delivered causing the control process to dump core",
        watchdog: "the service failed to send watchdog ping",
      };
      const unit = m.unit(name);
      const because = why[unit.reloadResult ?? unit.result];
      return `Job for ${name} failed${because && typeOf(name) === "service" ? ` because ${because}` : ""}.\n${hint}`;
    }
  }
}
