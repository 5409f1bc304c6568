/** Events for people: one line each on stderr, and on a terminal the line of what is going on right now beneath them. */
import { formatFinding } from "../cluster/finding.ts";
import { paint, type Io } from "../cli/io.ts";
import type { KubemendEvent, Listener } from "./events.ts";

export function terminalReporter(io: Io): Listener {
  const color = paint(io, "stderr");
  const live = io.stderr.isTTY === true;
  const running = new Map<string, string>();
  let shown = "";
  const clear = (): void => {
    if (shown !== "") io.stderr.write("\r\u001B[K");
    shown = "";
  };
  const refresh = (): void => {
    if (!live) return;
    const text = [...running.entries()].map(([machine, what]) => `${machine}: ${what}`).join("  ");
    if (text === shown) return;
    clear();
    shown = text.slice(0, (io.stderr.columns ?? 80) - 4);
    if (shown !== "") io.stderr.write(`  ${color("dim", shown)}`);
  };
  const line = (text: string): void => {
    clear();
    io.stderr.write(`${text}\n`);
  };
  return (event: KubemendEvent) => {
    switch (event.type) {
      case "finding":
        line(color(event.finding.severity === "error" ? "red" : "yellow", formatFinding(event.finding)));
        break;
      case "stage":
        line(color("bold", event.title));
        break;
      case "machine":
        line(`  ${event.machine === undefined ? "" : `${event.machine}: `}${event.text}`);
        break;
      case "step-started":
        running.set(event.machine, event.title);
        break;
      case "step-output":
        break;
      case "step-finished":
        running.delete(event.machine);
        line(
          `  ${event.ok ? color("green", "✓") : color("red", "✗")} ${event.machine.padEnd(14)} ${event.title} ${color("dim", `(${seconds(event.milliseconds)})`)}`,
        );
        break;
      case "ready":
        line(color("green", `Cluster ${event.name} is ready (${seconds(event.milliseconds)}).`));
        break;
      case "check":
        line(
          `  ${event.pass ? color("green", "✓") : color("red", "✗")} ${event.title} ${color("dim", `[${event.machine}] ${event.points}/${event.of}`)}`,
        );
        if (!event.pass) line(`      expected: ${indent(event.expected)}\n      seen:     ${indent(event.seen)}`);
        break;
      case "note":
        line(event.text);
        break;
    }
    refresh();
  };
}

const indent = (text: string): string => text.trim().split("\n").join("\n                ");

const seconds = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
