/** systemctl list-units, list-unit-files and list-timers. */
import { enablement, preset, unitFiles } from "../../systemd/load.ts";
import { timerUnit } from "../../systemd/drivers.ts";
import { relative, timestamp } from "../../systemd/dates.ts";
import type { Manager } from "../../systemd/manager.ts";
import type { Unit } from "../../systemd/state.ts";
import { typeOf, withSuffix } from "../../systemd/unit-file.ts";
import type { Call } from "./systemctl.ts";
import { steadyRegExp } from "../../core/regexp/index.ts";

export function matchesPattern(name: string, pattern: string): boolean {
  const re = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return steadyRegExp(`^${re}$`).test(name);
}

const patternOf = (text: string): string => (/[*?[]/.test(text) ? text : withSuffix(text));

export function dotOf(unit: Unit): string {
  if (unit.active === "failed") return "×";
  if (unit.active === "inactive") return "○";
  if (unit.active === "reloading" || unit.active === "activating" || unit.active === "deactivating")
    return unit.active === "reloading" ? "↻" : "●";
  return "●";
}

/** Pipes and files get the dot only in front of units that need attention. */
export async function listUnits(c: Call): Promise<number> {
  const { m, p, o } = c;
  const types = o.values("t").flatMap((t) => t.split(","));
  const states = [...o.values("state").flatMap((s) => s.split(",")), ...(o.has("failed") ? ["failed"] : [])];
  const patterns = c.units.map(patternOf);
  const units = allUnits(m)
    .filter((u) => types.length === 0 || types.includes(typeOf(u.def.name) ?? "") || types.includes(u.def.load))
    .filter((u) => states.length === 0 || states.some((s) => s === u.active || s === u.sub || s === u.def.load))
    .filter((u) => patterns.length === 0 || patterns.some((x) => matchesPattern(u.def.name, x)))
    .filter((u) => states.length > 0 || o.has("a") || u.active !== "inactive" || m.state.jobs[u.def.name] !== undefined)
    .sort((a, b) => sortKey(a).localeCompare(sortKey(b), "en"));
  const rows = units.map((u) => [u.def.name, u.def.load, u.active, u.sub, m.description(u)]);
  const job = units.some((u) => m.state.jobs[u.def.name]);
  const width = (i: number, head: string) => Math.max(head.length, ...rows.map((r) => r[i]!.length));
  const w = [width(0, "UNIT"), width(1, "LOAD"), width(2, "ACTIVE"), width(3, "SUB")];
  const plain = o.has("plain");
  const legend = !o.has("no-legend") && o.value("legend") !== "false" && !o.has("q");
  let text = "";
  const lead = plain ? "" : "  ";
  if (legend)
    text += `${lead}${"UNIT".padEnd(w[0]!)} ${"LOAD".padEnd(w[1]!)} ${"ACTIVE".padEnd(w[2]!)} ${"SUB".padEnd(w[3]!)} ${job ? "JOB   " : ""}DESCRIPTION\n`;
  rows.forEach((r, i) => {
    const unit = units[i]!;
    const mark =
      unit.active === "failed" ||
      unit.def.load === "not-found" ||
      unit.def.load === "bad-setting" ||
      unit.def.load === "error" ||
      unit.def.load === "masked"
        ? "● "
        : "  ";
    const j = m.state.jobs[unit.def.name];
    text += `${plain ? "" : mark}${r[0]!.padEnd(w[0]!)} ${r[1]!.padEnd(w[1]!)} ${r[2]!.padEnd(w[2]!)} ${r[3]!.padEnd(w[3]!)} ${job ? `${(j?.type ?? "").padEnd(5)} ` : ""}${r[4]}\n`;
  });
  if (legend) {
    if (rows.length > 0)
      text +=
        "\nLegend: LOAD   → Reflects whether the unit definition was properly loaded.\n        ACTIVE → The high-level unit activation state, i.e. generalization of SUB.\n        SUB    → The low-level unit activation state, values depend on unit type.\n\n";
    const hint = o.has("a") || states.length > 0 ? "" : " Pass --all to see loaded but inactive units, too.";
    text += `${rows.length} loaded units listed.${hint}\n`;
    if (states.length === 0) text += "To show all installed unit files use 'systemctl list-unit-files'.\n";
  }
  await p.out(text);
  return 0;
}

const order = ["automount", "device", "mount", "path", "scope", "service", "slice", "socket", "swap", "target", "timer"];
const sortKey = (u: Unit): string => `${String(order.indexOf(typeOf(u.def.name) ?? "")).padStart(2, "0")}/${u.def.name}`;

function allUnits(m: Manager): Unit[] {
  return Object.values(m.state.units).filter(
    (u) =>
      u.def.load !== "not-found" || u.active !== "inactive" || m.reverse(u.def.name, "requires", "wants", "after", "before").length > 0,
  );
}

export async function listUnitFiles(c: Call): Promise<number> {
  const { p, o } = c;
  const types = o.values("t").flatMap((t) => t.split(","));
  const states = o.values("state").flatMap((s) => s.split(","));
  const patterns = c.units.map(patternOf);
  const rows: [string, string, string][] = [];
  for (const name of unitFiles(p.fs).keys()) {
    if (types.length > 0 && !types.includes(typeOf(name) ?? "")) continue;
    if (patterns.length > 0 && !patterns.some((x) => matchesPattern(name, x))) continue;
    const state = enablement(p.fs, name) ?? "bad";
    if (states.length > 0 && !states.includes(state)) continue;
    const has = ["enabled", "disabled", "indirect", "enabled-runtime", "masked", "masked-runtime", "linked"].includes(state);
    rows.push([name, state, has ? preset(name) : "-"]);
  }
  rows.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const w0 = Math.max(9, ...rows.map((r) => r[0].length));
  const w1 = Math.max(5, ...rows.map((r) => r[1].length));
  const legend = !o.has("no-legend") && o.value("legend") !== "false";
  let text = legend ? `${"UNIT FILE".padEnd(w0)} ${"STATE".padEnd(w1)} PRESET\n` : "";
  for (const r of rows) text += `${r[0].padEnd(w0)} ${r[1].padEnd(w1)} ${r[2]}\n`;
  if (legend) text += `\n${rows.length} unit files listed.\n`;
  await p.out(text);
  return rows.length === 0 && patterns.length > 0 ? 1 : 0;
}

export async function listTimers(c: Call): Promise<number> {
  const { m, p } = c;
  const timers = Object.values(m.state.units).filter((u) => typeOf(u.def.name) === "timer" && (c.o.has("a") || u.active !== "inactive"));
  timers.sort((a, b) => (a.next ?? Infinity) - (b.next ?? Infinity));
  const rows = timers.map((u) => [
    u.next === undefined ? "-" : timestamp(u.next),
    u.next === undefined ? "-" : relative(u.next, m.now).replace(" left", ""),
    u.last === undefined ? "-" : timestamp(u.last),
    u.last === undefined ? "-" : relative(u.last, m.now),
    u.def.name,
    timerUnit(m, u),
  ]);
  const heads = ["NEXT", "LEFT", "LAST", "PASSED", "UNIT", "ACTIVATES"];
  const w = heads.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i]!.length)));
  const line = (r: string[]) =>
    `${r
      .map((t, i) => (i === 5 ? t : i === 1 || i === 3 ? t.padStart(w[i]!) : t.padEnd(w[i]!)))
      .join(" ")
      .trimEnd()}\n`;
  await p.out(
    `${line(heads)}${rows.map(line).join("")}\n${rows.length} timers listed.\n${c.o.has("a") ? "" : "Pass --all to see loaded but inactive timers, too.\n"}`,
  );
  return 0;
}
