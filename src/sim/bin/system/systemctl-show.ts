/** systemctl show: properties of units and of the manager. */
import { enablement, preset } from "../../systemd/load.ts";
import { formatSpan, timeSpan, typeOf, withSuffix } from "../../systemd/unit-file.ts";
import { timestamp } from "../../systemd/dates.ts";
import type { Manager } from "../../systemd/manager.ts";
import type { Unit } from "../../systemd/state.ts";
import type { Call } from "./systemctl.ts";

/** Properties in systemd's order (a part of them; the others are reported as not simulated when asked for by name). */
function properties(m: Manager, unit: Unit): [string, string][] {
  const { def } = unit;
  const name = def.name;
  const at = (ms: number) => (ms === 0 ? "" : timestamp(ms));
  const mono = (ms: number) => (ms === 0 ? "0" : String(Math.round((ms - m.machine.state.bootedAt) * 1000)));
  const out: [string, string][] = [];
  const service = typeOf(name) === "service";
  if (service) {
    const main = unit.execs.findLast((e) => e.kind === "ExecStart");
    const procs = m.procs(unit);
    const code = main?.endedAt === undefined ? "0" : main.signal ? (["SIGABRT", "SIGSEGV"].includes(main.signal) ? "3" : "2") : "1";
    out.push(
      ["Type", m.setting(unit, "Service", "Type") || "simple"],
      ["Restart", m.setting(unit, "Service", "Restart") || "no"],
      [
        "NotifyAccess",
        m.setting(unit, "Service", "NotifyAccess") || (m.setting(unit, "Service", "Type").startsWith("notify") ? "main" : "none"),
      ],
      ["RestartUSec", formatSpan(timeSpan(m.setting(unit, "Service", "RestartSec") || "100ms") ?? 100)],
      ["TimeoutStartUSec", formatSpan(timeSpan(m.setting(unit, "Service", "TimeoutStartSec", "TimeoutSec") || "90s") ?? 90_000)],
      ["TimeoutStopUSec", formatSpan(timeSpan(m.setting(unit, "Service", "TimeoutStopSec", "TimeoutSec") || "90s") ?? 90_000)],
      ["RemainAfterExit", m.flag(unit, "Service", "RemainAfterExit") === true ? "yes" : "no"],
      ["MainPID", String(unit.main !== undefined && m.machine.procs.has(unit.main) ? unit.main : 0)],
      ["ControlPID", String(unit.control?.pid ?? 0)],
      ["StatusText", unit.statusText ?? ""],
      ["StatusErrno", "0"],
      ["Result", unit.result],
      ["ReloadResult", unit.reloadResult ?? "success"],
      ["UID", procs[0] ? String(procs[0].uid) : "[not set]"],
      ["GID", procs[0] ? String(procs[0].state.gid) : "[not set]"],
      ["NRestarts", String(unit.restarts)],
      ["ExecMainStartTimestamp", main ? at(main.startedAt) : ""],
      ["ExecMainStartTimestampMonotonic", main ? mono(main.startedAt) : "0"],
      ["ExecMainExitTimestamp", main?.endedAt === undefined ? "" : at(main.endedAt)],
      ["ExecMainPID", String(main?.pid ?? 0)],
      ["ExecMainCode", code],
      ["ExecMainStatus", String(main?.signal ? signalNumber(main.signal) : (main?.code ?? 0))],
      ...(["ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"] as const).flatMap((key) =>
        m.settings(unit, "Service", key).map((text): [string, string] => {
          const argv = m.expand(unit, text).replace(/^[-@:+!]+/, "");
          const r = unit.execs.findLast((e) => e.kind === key);
          return [
            key,
            `{ path=${argv.split(/\s+/)[0]} ; argv[]=${argv} ; ignore_errors=${/^[@:+!]*-/.test(text) ? "yes" : "no"} ; start_time=[${r ? timestamp(r.startedAt) : "n/a"}] ; stop_time=[${r?.endedAt === undefined ? "n/a" : timestamp(r.endedAt)}] ; pid=${r?.pid ?? 0} ; code=${r?.endedAt === undefined ? "(null)" : r.signal ? "killed" : "exited"} ; status=${r?.code ?? 0}/${r?.endedAt === undefined ? "0" : (r.code ?? 0)} }`,
          ];
        }),
      ),
      ["Slice", m.slice(unit).split("/").at(-1) || "-.slice"],
      ["ControlGroup", procs.length > 0 ? m.cgroup(unit) : ""],
      ["MemoryCurrent", procs.length > 0 ? String(procs.reduce((sum, p) => sum + p.state.rss * 1024, 0)) : "[not set]"],
      ["CPUUsageNSec", unit.active === "active" ? String(Math.round(procs.reduce((sum, p) => sum + p.state.cpu, 0) * 1e6)) : "[not set]"],
      ["TasksCurrent", procs.length > 0 ? String(procs.length) : "[not set]"],
      ["Delegate", m.flag(unit, "Service", "Delegate") === true ? "yes" : "no"],
      [
        "Environment",
        m
          .settings(unit, "Service", "Environment")
          .map((e) => m.expand(unit, e))
          .join(" ")
          .replace(/"/g, ""),
      ],
      ...m
        .settings(unit, "Service", "EnvironmentFile")
        .map((f): [string, string] => ["EnvironmentFiles", `${f.replace(/^-/, "")} (ignore_errors=${f.startsWith("-") ? "yes" : "no"})`]),
      ["User", m.setting(unit, "Service", "User")],
      ["Group", m.setting(unit, "Service", "Group")],
      ["WorkingDirectory", m.setting(unit, "Service", "WorkingDirectory")],
      ["KillMode", m.setting(unit, "Service", "KillMode") || "control-group"],
      ["KillSignal", "15"],
    );
  }
  if (typeOf(name) === "swap") out.push(["What", m.setting(unit, "Swap", "What")], ["Result", unit.result]);
  if (typeOf(name) === "mount")
    out.push(
      ["Where", m.setting(unit, "Mount", "Where")],
      ["What", m.setting(unit, "Mount", "What")],
      ["Options", m.setting(unit, "Mount", "Options")],
      ["Type", m.setting(unit, "Mount", "Type")],
      ["Result", unit.result],
    );
  if (typeOf(name) === "timer")
    out.push(
      ["Unit", name.replace(/timer$/, "service")],
      ["NextElapseUSecRealtime", unit.next === undefined ? "" : timestamp(unit.next)],
      ["LastTriggerUSec", unit.last === undefined ? "" : timestamp(unit.last)],
      ["Result", unit.result],
    );
  const state = enablement(m.fs, name);
  const list = (xs: string[]) => xs.join(" ");
  out.push(
    ["Id", name],
    ["Names", list([...new Set([name, ...def.names])])],
    ["Requires", list(def.deps.requires)],
    ["Requisite", list(def.deps.requisite)],
    ["Wants", list(def.deps.wants)],
    ["BindsTo", list(def.deps.bindsTo)],
    ["PartOf", list(def.deps.partOf)],
    ["RequiredBy", list(m.reverse(name, "requires"))],
    ["WantedBy", list(m.reverse(name, "wants"))],
    ["BoundBy", list(m.reverse(name, "bindsTo"))],
    ["Conflicts", list(def.deps.conflicts)],
    ["Before", list([...new Set([...def.deps.before, ...m.reverse(name, "after")])])],
    ["After", list([...new Set([...def.deps.after, ...m.reverse(name, "before")])])],
    ["Documentation", m.settings(unit, "Unit", "Documentation").join(" ")],
    ["Description", m.description(unit)],
    ["LoadState", def.load],
    ["ActiveState", unit.active],
    ["FreezerState", "running"],
    ["SubState", unit.sub],
    ["FragmentPath", def.fragment],
    ["DropInPaths", list(def.dropins)],
    ["UnitFileState", state ?? ""],
    ["UnitFilePreset", state === undefined ? "" : preset(name)],
    ["StateChangeTimestamp", at(unit.since.change)],
    ["StateChangeTimestampMonotonic", mono(unit.since.change)],
    ["InactiveExitTimestamp", at(unit.since.inactiveExit)],
    ["InactiveExitTimestampMonotonic", mono(unit.since.inactiveExit)],
    ["ActiveEnterTimestamp", at(unit.since.activeEnter)],
    ["ActiveEnterTimestampMonotonic", mono(unit.since.activeEnter)],
    ["ActiveExitTimestamp", at(unit.since.activeExit)],
    ["ActiveExitTimestampMonotonic", mono(unit.since.activeExit)],
    ["InactiveEnterTimestamp", at(unit.since.inactiveEnter)],
    ["InactiveEnterTimestampMonotonic", mono(unit.since.inactiveEnter)],
    ["CanStart", def.load === "loaded" && m.flag(unit, "Unit", "RefuseManualStart") !== true ? "yes" : "no"],
    ["CanStop", "yes"],
    ["CanReload", m.canReload(unit) ? "yes" : "no"],
    ["Job", String(m.state.jobs[name]?.id ?? "")],
    ["DefaultDependencies", m.flag(unit, "Unit", "DefaultDependencies") === false ? "no" : "yes"],
    ["NeedDaemonReload", m.needsReload(unit) ? "yes" : "no"],
    ["ConditionResult", unit.condition?.result === true ? "yes" : "no"],
    ["AssertResult", unit.condition ? "yes" : "no"],
    ["ConditionTimestamp", unit.condition ? at(unit.condition.at) : ""],
    ["InvocationID", unit.invocation],
  );
  return out;
}

function signalNumber(name: string): number {
  return (
    ({ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 } as Record<string, number>)[name] ??
    0
  );
}

function managerProperties(m: Manager): [string, string][] {
  return [
    ["Version", "255.4-1ubuntu8.11"],
    ["Features", "+PAM +AUDIT +SELINUX +APPARMOR"],
    ["Virtualization", "oracle"],
    ["Architecture", "x86-64"],
    ["NNames", String(Object.keys(m.state.units).length)],
    ["NFailedUnits", String(m.failedUnits().length)],
    ["NJobs", String(Object.keys(m.state.jobs).length)],
    ["SystemState", m.systemState()],
    ["DefaultTimeoutStartUSec", "1min 30s"],
    ["DefaultTimeoutStopUSec", "1min 30s"],
  ];
}

export async function show(c: Call): Promise<number> {
  const { m, p, o } = c;
  const wanted = [...o.values("p"), ...o.values("P")].flatMap((t) => t.split(","));
  const bare = o.has("value") || o.has("P");
  const print = async (list: [string, string][]): Promise<void> => {
    const known = new Map<string, string[]>();
    for (const [k, v] of list) known.set(k, [...(known.get(k) ?? []), v]);
    // systemd prints in its own order, whatever the order of -p
    const rows = wanted.length === 0 ? list.filter(([, v]) => o.has("a") || v !== "") : list.filter(([k]) => wanted.includes(k));
    for (const key of wanted) if (!known.has(key) && !quiet.has(key)) p.notSimulated(`systemctl show -p ${key}`);
    await p.out(rows.map(([k, v]) => (bare ? `${v}\n` : `${k}=${v}\n`)).join(""));
  };
  if (c.units.length === 0) {
    await print(managerProperties(m));
    return 0;
  }
  for (const [i, name] of c.units.entries()) {
    if (i > 0) await p.out("\n");
    await print(properties(m, m.unit(withSuffix(name))));
  }
  return 0;
}

/** Known to systemd but empty for units that do not have them. */
const quiet = new Set([
  "EnvironmentFiles",
  "ExecStart",
  "ExecStartPre",
  "ExecStartPost",
  "ExecStop",
  "ExecStopPost",
  "ExecReload",
  "MainPID",
  "StatusText",
  "What",
  "Where",
  "Result",
  "Triggers",
  "TriggeredBy",
  "LoadError",
]);
