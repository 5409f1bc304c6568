/** systemctl status of systemd 255 (src/systemctl/systemctl-show.c, print_status_info). */
import { basename, dirname } from "../../fs/view.ts";
import type { Proc } from "../../kernel/proc.ts";
import { enablement, preset } from "../../systemd/load.ts";
import { timerUnit } from "../../systemd/drivers.ts";
import { openJournal } from "../../systemd/journal.ts";
import { relative, timestamp } from "../../systemd/dates.ts";
import type { Manager } from "../../systemd/manager.ts";
import { codeText, statusText } from "../../systemd/service.ts";
import type { Unit } from "../../systemd/state.ts";
import { formatSpan, typeOf, withSuffix } from "../../systemd/unit-file.ts";
import { bootId } from "../../systemd/journal.ts";
import { formatEntry, matchesUnit } from "./journal-format.ts";
import { dotOf, matchesPattern } from "./systemctl-list.ts";
import type { Call } from "./systemctl.ts";

export async function status(c: Call): Promise<number> {
  const { m, p } = c;
  if (c.units.length === 0) return overall(c);
  let result = 0;
  let first = true;
  const names = c.units.flatMap((n) => {
    if (/^\d+$/.test(n)) {
      const owner = p.machine.procs.get(Number(n));
      const unit = owner?.state.cgroup.split("/").findLast((part) => typeOf(part));
      return [unit ?? n];
    }
    return /[*?[]/.test(n)
      ? Object.keys(m.state.units).filter((u) => m.state.units[u]!.active !== "inactive" && matchesPattern(u, n))
      : [withSuffix(n)];
  });
  for (const name of names) {
    const unit = m.unit(name);
    if (unit.def.load === "not-found" && unit.active === "inactive") {
      await p.err(`Unit ${name} could not be found.\n`);
      result = 4;
      continue;
    }
    if (!first) await p.out("\n");
    first = false;
    if (unit.def.load === "loaded" && m.needsReload(unit))
      await p.err(
        `Warning: The unit file, source configuration file or drop-ins of ${unit.def.name} changed on disk. Run 'systemctl daemon-reload' to reload units.\n`,
      );
    await p.out(block(c, unit));
    if (unit.active !== "active" && unit.active !== "reloading") result = result === 4 ? 4 : 3;
  }
  return result;
}

const row = (label: string, text: string): string => `${`${label}:`.padStart(12)} ${text}\n`;

function block(c: Call, unit: Unit): string {
  const { m, o } = c;
  const { def } = unit;
  const description = m.description(unit);
  let text = `${dotOf(unit)} ${def.name}${description === def.name ? "" : ` - ${description}`}\n`;
  const state = enablement(m.fs, def.name);
  if (def.load === "masked") text += row("Loaded", `masked (Reason: Unit ${def.name} is masked.)`);
  else if (def.load === "not-found") text += row("Loaded", `not-found (Reason: Unit ${def.name} not found.)`);
  else if (def.load === "bad-setting" || def.load === "error")
    text += row(
      "Loaded",
      `${def.load} (Reason: ${def.load === "bad-setting" ? `Unit ${def.name} has a bad unit file setting.` : def.error})`,
    );
  else if (def.fragment === "") text += row("Loaded", "loaded");
  else {
    const hasPreset = state && !["static", "generated", "alias", "transient"].includes(state);
    text += row("Loaded", `loaded (${def.fragment}; ${state ?? "static"}${hasPreset ? `; preset: ${preset(def.name)}` : ""})`);
  }
  text += dropIns(def.dropins);
  text += row("Active", activeLine(m, unit));
  if (unit.next !== undefined && typeOf(def.name) === "timer")
    text += row("Trigger", `${timestamp(unit.next)}; ${relative(unit.next, m.now)}`);
  if (typeOf(def.name) === "timer") text += row("Triggers", `${dotOf(m.unit(timerUnit(m, unit)))} ${timerUnit(m, unit)}`);
  const triggers = triggeredBy(m, unit);
  triggers.forEach(
    (t, i) => (text += i === 0 ? row("TriggeredBy", `${dotOf(t)} ${t.def.name}`) : `${" ".repeat(13)}${dotOf(t)} ${t.def.name}\n`),
  );
  if (unit.condition?.failed && unit.active === "inactive") {
    text += row("Condition", `start condition unmet at ${timestamp(unit.condition.at)}; ${relative(unit.condition.at, m.now)}`);
    text += `${" ".repeat(13)}└─ ${unit.condition.failed} was not met\n`;
  }
  const docs = m.settings(unit, "Unit", "Documentation").flatMap((d) => d.split(/\s+/));
  docs.forEach((d, i) => (text += i === 0 ? row("Docs", d) : `${" ".repeat(13)}${d}\n`));
  if (typeOf(def.name) === "service") text += processes(m, unit);
  if (typeOf(def.name) === "mount") text += row("Where", m.setting(unit, "Mount", "Where")) + row("What", m.setting(unit, "Mount", "What"));
  if (typeOf(def.name) === "swap") text += row("What", m.setting(unit, "Swap", "What"));
  if (unit.statusText) text += row("Status", `"${unit.statusText}"`);
  const procs = m.procs(unit);
  if (procs.length > 0) {
    const memory = procs.reduce((sum, p) => sum + p.state.rss * 1024, 0);
    unit.peak = Math.max(unit.peak, memory);
    text += row("Tasks", `${procs.reduce((sum, p) => sum + threads(p), 0)} (limit: ${tasksMax(m)})`);
    text += row("Memory", `${bytes(memory)} (peak: ${bytes(unit.peak)})`);
    text += row("CPU", formatSpan(Math.max(1, Math.round(procs.reduce((sum, p) => sum + p.state.cpu, 0)) + unit.cpu)));
    text += cgroupTree(m.cgroup(unit), procs);
  }
  const lines = Number(o.value("n") ?? 10);
  const log = lines > 0 ? journalTail(c, unit, lines) : "";
  return log === "" ? text : `${text}\n${log}`;
}

/** What systemd limits a unit's tasks to: 15 % of the kernel's maximum. */
const tasksMax = (m: Manager): number => Math.floor(((m.machine.state.memory * 1024 * 1024) / 8 / 18_000) * 0.15);
/** Go programs run a handful of threads; everything else one. */
const threads = (p: Proc): number => (p.state.rss > 20_000 ? 8 + (p.pid % 5) : 1);

export function bytes(n: number): string {
  if (n >= 1024 ** 3) return `${(n / 1024 ** 3).toFixed(1)}G`;
  if (n >= 1024 ** 2) return `${(n / 1024 ** 2).toFixed(1)}M`;
  return `${(n / 1024).toFixed(1)}K`;
}

function dropIns(paths: string[]): string {
  if (paths.length === 0) return "";
  const byDir = new Map<string, string[]>();
  for (const path of paths) byDir.set(dirname(path), [...(byDir.get(dirname(path)) ?? []), basename(path)]);
  let text = "";
  let first = true;
  for (const [dir, files] of byDir) {
    text += first ? row("Drop-In", dir) : `${" ".repeat(13)}${dir}\n`;
    first = false;
    text += `${" ".repeat(13)}└─${files.join(", ")}\n`;
  }
  return text;
}

function activeLine(m: Manager, unit: Unit): string {
  const result = unit.result !== "success" ? ` (Result: ${unit.result})` : "";
  const sub = unit.active === "failed" ? "" : ` (${unit.sub})`;
  const since =
    unit.active === "active" || unit.active === "reloading"
      ? unit.since.activeEnter
      : unit.active === "inactive" || unit.active === "failed"
        ? unit.since.inactiveEnter
        : unit.active === "activating"
          ? unit.since.inactiveExit
          : unit.since.activeExit || unit.since.change;
  const shown =
    unit.active === "failed"
      ? `failed${result}`
      : `${unit.active}${sub}${unit.active === "inactive" || unit.active === "active" ? "" : result}`;
  return since === 0 ? shown : `${shown} since ${timestamp(since)}; ${relative(since, m.now)}`;
}

function triggeredBy(m: Manager, unit: Unit): Unit[] {
  if (typeOf(unit.def.name) !== "service") return [];
  const base = unit.def.name.replace(/\.service$/, "");
  return [`${base}.socket`, `${base}.timer`, `${base}.path`]
    .map((n) => m.state.units[n])
    .filter((u): u is Unit => u !== undefined && u.def.load === "loaded");
}

function processes(m: Manager, unit: Unit): string {
  let text = "";
  const main = unit.execs.findLast((e) => e.kind === "ExecStart");
  const oneshot = (m.setting(unit, "Service", "Type") || "simple") === "oneshot";
  if (
    (unit.active === "inactive" || unit.active === "failed") &&
    unit.since.activeEnter > 0 &&
    unit.since.activeExit >= unit.since.activeEnter
  )
    text += row("Duration", formatSpan(unit.since.activeExit - unit.since.activeEnter));
  for (const e of unit.execs) {
    if (e === main && !(oneshot && e.endedAt !== undefined)) {
      if (e.endedAt === undefined) continue;
    }
    if (e.endedAt === undefined) continue;
    text += row(
      "Process",
      `${e.pid} ${e.kind}=${e.argv.join(" ")} (code=${codeText(e)}, ${e.signal ? "signal" : "status"}=${e.signal ? e.signal.replace("SIG", "") : statusText(e)})`,
    );
  }
  if (unit.main !== undefined && m.machine.procs.has(unit.main))
    text += row("Main PID", `${unit.main} (${m.machine.procs.get(unit.main)!.state.comm})`);
  else if (main?.endedAt !== undefined)
    text += row(
      "Main PID",
      `${main.pid} (code=${codeText(main)}, ${main.signal ? "signal" : "status"}=${main.signal ? main.signal.replace("SIG", "") : statusText(main)})`,
    );
  if (unit.control && m.machine.procs.has(unit.control.pid) && unit.control.pid !== unit.main)
    text += row("Cntrl PID", `${unit.control.pid} (${m.machine.procs.get(unit.control.pid)!.state.comm})`);
  return text;
}

/** The tree under a control group, as systemd-cgls prints it. */
function cgroupTree(group: string, procs: Proc[]): string {
  const pad = " ".repeat(13);
  let text = row("CGroup", group);
  text += treeLines(group, procs)
    .map((line) => `${pad}${line}\n`)
    .join("");
  return text;
}

export function treeLines(group: string, procs: Proc[]): string[] {
  const own = procs.filter((p) => p.state.cgroup === group).sort((a, b) => a.pid - b.pid);
  const children = [
    ...new Set(
      procs
        .filter((p) => p.state.cgroup.startsWith(`${group === "/" ? "" : group}/`))
        .map((p) => p.state.cgroup.slice(group === "/" ? 1 : group.length + 1).split("/")[0]!),
    ),
  ]
    .filter((n) => n !== "")
    .sort();
  const width = Math.max(...own.map((p) => String(p.pid).length), 0);
  const items: string[][] = [
    ...own.map((p) => [`${String(p.pid).padStart(width)} ${p.argv.map((a) => (/[\s"]/.test(a) ? `"${a}"` : a)).join(" ")}`]),
    ...children.map((name) => [name, ...treeLines(group === "/" ? `/${name}` : `${group}/${name}`, procs)]),
  ];
  return items.flatMap(([head, ...rest], i) => {
    const last = i === items.length - 1;
    return [`${last ? "└─" : "├─"}${head}`, ...rest.map((line) => `${last ? "  " : "│ "}${line}`)];
  });
}

function journalTail(c: Call, unit: Unit, lines: number): string {
  const { p } = c;
  const journal = openJournal(p.machine);
  if (!journal) return "";
  const boot = journal.boots.indexOf(bootId(p.machine));
  // only what belongs to this invocation, as status shows
  const picked = journal.entries.filter((e) => e.boot === boot && matchesUnit(e, unit.def.name)).slice(-lines);
  if (p.uid !== 0 && !mayReadJournal(p)) return "Warning: some journal files were not opened due to insufficient permissions.\n";
  return picked.map((e) => `${formatEntry(e, "short", p.machine)}\n`).join("");
}

/** Members of systemd-journal, adm or sudo may read the system's journal. */
export const mayReadJournal = (p: Proc): boolean =>
  p.uid === 0 || [4, 27, 999].some((g) => p.state.groups.includes(g) || p.state.gid === g);

async function overall(c: Call): Promise<number> {
  const { m, p } = c;
  const s = m.systemState();
  const failed = m.failedUnits().length;
  let text = `● ${p.hostname}\n`;
  text += `    State: ${s}\n    Units: ${Object.values(m.state.units).filter((u) => u.def.load === "loaded").length} loaded (incl. loaded aliases)\n     Jobs: ${Object.keys(m.state.jobs).length} queued\n   Failed: ${failed} units\n`;
  text += `    Since: ${timestamp(p.machine.state.bootedAt)}; ${relative(p.machine.state.bootedAt, p.now)}\n  systemd: 255.4-1ubuntu8.11\n`;
  const lines = treeLines("/", [...p.machine.procs.values()]);
  text += `   CGroup: /\n${lines.map((l) => `           ${l}\n`).join("")}`;
  await p.out(text);
  return 0;
}
