/**
 * Events for people: one line each on stderr. What is going on just now, since when, and what it printed last stands beneath them on a
 * terminal; elsewhere it is said when a minute passes without a word.
 */
import { stripVTControlCharacters } from "node:util";
import { formatFinding } from "../cluster/finding.ts";
import { paint, type Io } from "../cli/io.ts";
import type { KubemendEvent, Listener } from "./events.ts";

export function terminalReporter(io: Io): Listener {
  const color = paint(io, "stderr");
  const live = io.stderr.isTTY === true;
  const running = new Map<string, { what: string; since: number; last: string }>();
  let shown = "";
  let spoke = performance.now();
  let clock: NodeJS.Timeout | undefined;
  const clear = (): void => {
    if (shown !== "") io.stderr.write("\r\u001B[K");
    shown = "";
  };
  const refresh = (): void => {
    if (!live) return;
    const text = describe()
      .join("  ")
      .slice(0, (io.stderr.columns ?? 80) - 4);
    if (text === shown) return;
    clear();
    shown = text;
    if (shown !== "") io.stderr.write(`  ${color("dim", shown)}`);
  };
  const describe = (): string[] =>
    [...running].map(([id, { what, since, last }]) => {
      const passed = performance.now() - since;
      // only what takes its time has a story
      const story = passed < 3000 ? "" : ` (${seconds(passed, 0)}${last === "" ? "" : `; ${last}`})`;
      return `${id === "" ? "" : `${id}: `}${what}${story}`;
    });
  const tick = (): void => {
    if (live) return refresh();
    if (performance.now() - spoke < silence) return;
    for (const text of describe()) line(`  … ${text}`);
  };
  const begin = (id: string, what: string): void => {
    if (running.get(id)?.what !== what) running.set(id, { what, since: performance.now(), last: "" });
    clock ??= setInterval(tick, 1000).unref();
  };
  const end = (id: string): void => {
    running.delete(id);
    if (running.size > 0) return;
    clearInterval(clock);
    clock = undefined;
  };
  const line = (text: string): void => {
    clear();
    spoke = performance.now();
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
        begin(event.machine, event.title);
        break;
      case "step-output": {
        const of = running.get(event.machine);
        if (of) of.last = lastLine(event.text) ?? of.last;
        break;
      }
      case "progress":
        if (event.text === undefined) end(event.id);
        else begin(event.id, event.text);
        break;
      case "step-finished":
        end(event.machine);
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

/** Milliseconds without a word after which a reader of a log is told what goes on. */
const silence = 45_000;

function lastLine(text: string): string | undefined {
  const line = stripVTControlCharacters(text)
    .trim()
    .split(/[\r\n]+/)
    .at(-1)
    ?.trim();
  return line === undefined || line === "" ? undefined : line.slice(0, 60);
}

const seconds = (ms: number, digits = 2): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(digits)} s` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
