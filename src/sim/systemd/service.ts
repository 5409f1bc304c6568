/** The life of a service, systemd.service(5): its commands one after another, its main process, its end and its restarts. */
import { Errno } from "../core/errno.ts";
import type { Data } from "../core/json.ts";
import type { Sink } from "../kernel/file.ts";
import type { Proc } from "../kernel/proc.ts";
import { signals, type Signal } from "../kernel/program.ts";
import { groups, groupsOf, userByName } from "../image/users.ts";
import { writeJournal } from "./journal.ts";
import { registerDriver, type Manager } from "./manager.ts";
import type { ExecRecord, Result, Unit } from "./state.ts";
import { environmentFile, execCommands, expandArguments, splitWords, typeOf, type ExecCommand } from "./unit-file.ts";

const startTimeout = 90_000;
const stopTimeout = 90_000;

/** Statuses that systemd.exec(5) gives names to. */
const exitNames: Record<number, string> = {
  0: "SUCCESS",
  1: "FAILURE",
  2: "INVALIDARGUMENT",
  3: "NOTIMPLEMENTED",
  4: "NOPERMISSION",
  5: "NOTINSTALLED",
  6: "NOTCONFIGURED",
  7: "NOTRUNNING",
  200: "CHDIR",
  203: "EXEC",
  209: "STDOUT",
  216: "GROUP",
  217: "USER",
  226: "NAMESPACE",
  255: "EXCEPTION",
};

/** `status=1/FAILURE`, `status=9/KILL`. */
export const statusText = (r: { code?: number; signal?: string }): string =>
  r.signal ? `${signals[r.signal as Signal]}/${r.signal.replace("SIG", "")}` : `${r.code ?? 0}/${exitNames[r.code ?? 0] ?? "n/a"}`;
export const codeText = (r: { signal?: string }): string =>
  !r.signal
    ? "exited"
    : ["SIGABRT", "SIGSEGV", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGBUS", "SIGFPE"].includes(r.signal)
      ? "dumped"
      : "killed";

type Kind = ExecRecord["kind"];

function commands(m: Manager, unit: Unit, kind: Kind): ExecCommand[] {
  return m.settings(unit, "Service", kind).flatMap((text) => execCommands(m.expand(unit, text)));
}

const typeOfService = (m: Manager, unit: Unit): string =>
  m.setting(unit, "Service", "Type") ||
  (m.settings(unit, "Service", "ExecStart").length > 0 ? (m.setting(unit, "Service", "BusName") ? "dbus" : "simple") : "oneshot");

// --- starting processes

interface Credentials {
  uid: number;
  gid: number;
  groups: number[];
  env: Record<string, string>;
}

function credentials(m: Manager, unit: Unit): Credentials | { failed: string; step: "USER" | "GROUP"; status: number } {
  const name = m.setting(unit, "Service", "User");
  const group = m.setting(unit, "Service", "Group");
  const gid = group === "" ? undefined : /^\d+$/.test(group) ? Number(group) : groups(m.fs).find((g) => g.name === group)?.gid;
  if (group !== "" && gid === undefined)
    return { failed: "Failed to determine group credentials: No such process", step: "GROUP", status: 216 };
  if (name === "") return { uid: 0, gid: gid ?? 0, groups: [], env: {} };
  const user = userByName(m.fs, name);
  if (!user) return { failed: "Failed to determine user credentials: No such process", step: "USER", status: 217 };
  return {
    uid: user.uid,
    gid: gid ?? user.gid,
    groups: groupsOf(m.fs, user),
    env: { HOME: user.home, LOGNAME: user.name, USER: user.name, SHELL: user.shell },
  };
}

/** The environment of a unit's processes; a string is what is wrong with an EnvironmentFile. */
function environment(m: Manager, unit: Unit, own: Record<string, string>): Record<string, string> | string {
  const env: Record<string, string> = {
    LANG: "C.UTF-8",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
    ...own,
    ...m.state.environment,
  };
  for (const text of m.settings(unit, "Service", "Environment")) {
    for (const word of splitWords(m.expand(unit, text))) {
      const cut = word.indexOf("=");
      if (cut > 0) env[word.slice(0, cut)] = word.slice(cut + 1);
    }
  }
  for (const text of m.settings(unit, "Service", "EnvironmentFile")) {
    const optional = text.startsWith("-");
    const path = m.expand(unit, optional ? text.slice(1) : text);
    let content: string;
    try {
      content = m.fs.readText(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (optional) continue;
      return `Failed to load environment files: ${error.text}`;
    }
    Object.assign(env, environmentFile(content));
  }
  env.INVOCATION_ID = unit.invocation;
  env.JOURNAL_STREAM = "9:1";
  env.SYSTEMD_EXEC_PID = "0";
  const type = typeOfService(m, unit);
  if (type === "notify" || type === "notify-reload" || m.setting(unit, "Service", "NotifyAccess") !== "")
    env.NOTIFY_SOCKET = "/run/systemd/notify";
  if (unit.main !== undefined) env.MAINPID = String(unit.main);
  return env;
}

function sink(m: Manager, unit: Unit, key: "StandardOutput" | "StandardError", identifier: string, fallback?: Sink): Sink {
  const text = m.setting(unit, "Service", key) || (key === "StandardOutput" ? "journal" : "inherit");
  if (text === "null") return { kind: "null" };
  if (text === "inherit" && fallback) return fallback;
  const file = /^(?:file|append|truncate):(.*)$/.exec(text);
  if (file) return { kind: "file", path: m.expand(unit, file[1]!) };
  return { kind: "journal", unit: unit.def.name, identifier };
}

/** Starts one command of a unit. A number is the status with which systemd's own child gave up before the program ran. */
function spawn(m: Manager, unit: Unit, kind: Kind, command: ExecCommand): Proc | number | "resources" {
  const cred = command.privileged ? { uid: 0, gid: 0, groups: [], env: {} } : credentials(m, unit);
  const env = environment(m, unit, "failed" in cred ? {} : cred.env);
  if (typeof env === "string") {
    m.log(`${unit.def.name}: ${env}`, unit.def.name, 4);
    m.log(`${unit.def.name}: Failed to run '${kindTask[kind]}' task: ${env.slice(env.lastIndexOf(": ") + 2)}`, unit.def.name, 4);
    return "resources";
  }
  const record: ExecRecord = { kind, pid: 0, argv: [], comm: "", startedAt: m.now, ignoreFailure: command.ignoreFailure };
  record.argv = command.noExpansion ? command.argv : expandArguments(command.argv, env);
  record.comm = command.path.slice(command.path.lastIndexOf("/") + 1);
  if (kind === "ExecStart" && typeOfService(m, unit) !== "oneshot") unit.execs = unit.execs.filter((e) => e.kind !== "ExecStart");
  unit.execs.push(record);
  const fail = (step: string, status: number, text: string): number => {
    // the child that failed to exec(2) logs under its own short-lived process id and name (of the program in parentheses)
    const pid = m.machine.state.nextPid++;
    record.pid = pid;
    record.endedAt = m.now;
    record.code = status;
    const own = { pid, uid: 0, id: `(${record.comm.slice(0, 8)})`, prio: 3, unit: unit.def.name, about: unit.def.name, comm: "(systemd)" };
    if (step === "EXEC")
      writeJournal(m.machine, { ...own, msg: `${unit.def.name}: Unable to locate executable '${command.path}': ${text}` });
    writeJournal(m.machine, { ...own, msg: `${unit.def.name}: Failed at step ${step} spawning ${command.path}: ${text}` });
    return status;
  };
  if ("failed" in cred) {
    const pid = m.machine.state.nextPid;
    writeJournal(m.machine, {
      pid,
      uid: 0,
      id: `(${record.comm.slice(0, 8)})`,
      prio: 4,
      unit: unit.def.name,
      about: unit.def.name,
      msg: `${unit.def.name}: ${cred.failed}`,
    });
    return fail(cred.step, cred.status, "No such process");
  }
  for (const [key, root, mode] of [
    ["RuntimeDirectory", "/run", 0o755],
    ["StateDirectory", "/var/lib", 0o755],
    ["CacheDirectory", "/var/cache", 0o755],
    ["LogsDirectory", "/var/log", 0o755],
    ["ConfigurationDirectory", "/etc", 0o755],
  ] as const) {
    for (const dir of m.wordsOf(unit, "Service", key)) {
      const path = `${root}/${m.expand(unit, dir).split(":")[0]}`;
      if (!m.fs.exists(path)) {
        m.fs.mkdirp(path, mode);
        if (cred.uid !== 0) m.fs.chown(path, cred.uid, cred.gid);
      }
    }
  }
  const directory = m.setting(unit, "Service", "WorkingDirectory");
  let cwd = "/";
  if (directory !== "") {
    const path = m.expand(unit, directory.replace(/^-/, "")).replace(/^~$/, cred.env.HOME ?? "/root");
    if (m.fs.isDir(path)) cwd = path;
    else if (!directory.startsWith("-")) return fail("CHDIR", 200, "No such file or directory");
  }
  const identifier = m.setting(unit, "Service", "SyslogIdentifier") || record.comm;
  const out = sink(m, unit, "StandardOutput", m.expand(unit, identifier));
  try {
    const p = m.p.spawn({
      argv: record.argv,
      ...(command.path.includes("/") ? { exe: command.path } : {}),
      env,
      cwd,
      uid: cred.uid,
      gid: cred.gid,
      groups: cred.groups,
      session: true,
      cgroup: m.cgroup(unit),
      capabilities: m.wordsOf(unit, "Service", "AmbientCapabilities").map((c) => c.replace(/^CAP_/, "").toLowerCase()),
      sinks: { out, err: sink(m, unit, "StandardError", m.expand(unit, identifier), out) },
    });
    p.state.env.SYSTEMD_EXEC_PID = String(p.pid);
    const umask = m.setting(unit, "Service", "UMask");
    p.state.umask = p.fs.umask = umask === "" ? 0o022 : parseInt(umask, 8);
    record.pid = p.pid;
    return p;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return fail("EXEC", 203, error.text);
  }
}

const kindTask: Record<Kind, string> = {
  ExecCondition: "start-condition",
  ExecStartPre: "start-pre",
  ExecStart: "start",
  ExecStartPost: "start-post",
  ExecReload: "reload",
  ExecStop: "stop",
  ExecStopPost: "stop-post",
};

// --- the state machine

const subOf: Record<Kind, string> = {
  ExecCondition: "condition",
  ExecStartPre: "start-pre",
  ExecStart: "start",
  ExecStartPost: "start-post",
  ExecReload: "reload",
  ExecStop: "stop",
  ExecStopPost: "stop-post",
};

function enter(m: Manager, unit: Unit, sub: string): void {
  const active =
    sub === "running" || sub === "exited"
      ? "active"
      : sub === "reload"
        ? "reloading"
        : sub.startsWith("stop") || sub.startsWith("final")
          ? "deactivating"
          : "activating";
  m.set(unit, active, sub);
}

const armStart = (m: Manager, unit: Unit): void => {
  const fallback = typeOfService(m, unit) === "oneshot" ? Infinity : startTimeout;
  m.arm(unit, noLimit(m.span(unit, "Service", ["TimeoutStartSec", "TimeoutSec"], fallback)), "start-timeout");
};
/** 0 switches a time-out off. */
const noLimit = (ms: number): number => (ms === 0 ? Infinity : ms);

function start(m: Manager, unit: Unit): void {
  unit.result = "success";
  unit.execs = [];
  delete unit.main;
  delete unit.control;
  delete unit.statusText;
  unit.peak = 0;
  unit.cpu = 0;
  m.disarm(unit);
  runKind(m, unit, "ExecCondition");
}

/** Runs the commands of one kind, one after another, from the first. */
function runKind(m: Manager, unit: Unit, kind: Kind): void {
  unit.step = 0;
  next(m, unit, kind);
}

function next(m: Manager, unit: Unit, kind: Kind): void {
  const list = commands(m, unit, kind);
  const type = typeOfService(m, unit);
  const command = list[unit.step];
  if (!command) return finished(m, unit, kind);
  unit.step++;
  if (kind === "ExecStart" && type !== "oneshot" && type !== "forking") return startMain(m, unit, command, type);
  enter(m, unit, subOf[kind]);
  if (kind === "ExecStop" || kind === "ExecStopPost")
    m.arm(unit, noLimit(m.span(unit, "Service", ["TimeoutStopSec", "TimeoutSec"], stopTimeout)), "stop-timeout");
  else if (unit.timer?.kind !== "start-timeout") armStart(m, unit);
  const p = spawn(m, unit, kind, command);
  if (p === "resources") return failedToRun(m, unit, kind);
  if (typeof p === "number") {
    unit.control = { pid: unit.execs.at(-1)!.pid, kind };
    m.p.after(1, "exec-failed", { unit: unit.def.name, pid: unit.control.pid, status: p });
    return;
  }
  unit.control = { pid: p.pid, kind };
  if (kind === "ExecStart" && type === "oneshot") unit.main = p.pid;
}

function failedToRun(m: Manager, unit: Unit, kind: Kind): void {
  if (kind === "ExecStop") return toSignal(m, unit, "stop-sigterm", "resources");
  if (kind === "ExecStopPost") return toSignal(m, unit, "final-sigterm", "resources");
  if (kind === "ExecReload") return reloadDone(m, unit, false);
  dead(m, unit, "resources");
}

function startMain(m: Manager, unit: Unit, command: ExecCommand, type: string): void {
  const p = spawn(m, unit, "ExecStart", command);
  if (p === "resources") return dead(m, unit, "resources");
  const pid = typeof p === "number" ? unit.execs.at(-1)!.pid : p.pid;
  unit.main = pid;
  if (typeof p === "number") m.p.after(1, "exec-failed", { unit: unit.def.name, pid, status: p });
  if (type === "notify" || type === "notify-reload" || (type === "exec" && typeof p === "number")) {
    enter(m, unit, "start");
    armStart(m, unit);
  } else afterStart(m, unit);
}

function afterStart(m: Manager, unit: Unit): void {
  runKind(m, unit, "ExecStartPost");
}

/** All commands of a kind have run. */
function finished(m: Manager, unit: Unit, kind: Kind): void {
  delete unit.control;
  switch (kind) {
    case "ExecCondition":
      return runKind(m, unit, "ExecStartPre");
    case "ExecStartPre":
      return runKind(m, unit, "ExecStart");
    case "ExecStart":
      delete unit.main;
      if (typeOfService(m, unit) === "forking") unit.main = guessMain(m, unit);
      return afterStart(m, unit);
    case "ExecStartPost": {
      m.disarm(unit);
      const alive =
        unit.main !== undefined &&
        (m.machine.procs.has(unit.main) || unit.execs.some((e) => e.pid === unit.main && e.endedAt === undefined));
      if (alive || (unit.main !== undefined && unit.execs.some((e) => e.pid === unit.main && e.code === 203))) return running(m, unit);
      if (m.flag(unit, "Service", "RemainAfterExit") === true) return enter(m, unit, "exited");
      if (m.procs(unit).length > 0 && typeOfService(m, unit) !== "oneshot") return running(m, unit);
      return enterStop(m, unit, "success");
    }
    case "ExecReload":
      return reloadDone(m, unit, true);
    case "ExecStop":
      return toSignal(m, unit, "stop-sigterm", "success");
    case "ExecStopPost":
      return toSignal(m, unit, "final-sigterm", "success");
  }
}

function running(m: Manager, unit: Unit): void {
  enter(m, unit, "running");
  const limit = m.span(unit, "Service", ["RuntimeMaxSec"], Infinity);
  if (limit !== Infinity) m.arm(unit, limit, "runtime-max");
}

function guessMain(m: Manager, unit: Unit): number | undefined {
  const file = m.setting(unit, "Service", "PIDFile");
  if (file !== "") {
    const path = m.expand(unit, file);
    const pid = Number((m.fs.tryReadText(path.startsWith("/") ? path : `/run/${path}`) ?? "").trim());
    if (pid > 0 && m.machine.procs.has(pid)) return pid;
  }
  return m.procs(unit)[0]?.pid;
}

function worse(unit: Unit, result: Result): void {
  if (unit.result === "success") unit.result = result;
}

function enterStop(m: Manager, unit: Unit, result: Result): void {
  worse(unit, result);
  runKind(m, unit, "ExecStop");
}

function stop(m: Manager, unit: Unit): void {
  if (unit.sub === "auto-restart") {
    m.disarm(unit);
    return m.set(unit, "inactive", "dead");
  }
  if (unit.active === "deactivating") return;
  if (unit.sub === "running" || unit.sub === "exited" || unit.sub === "reload") return enterStop(m, unit, "success");
  toSignal(m, unit, "stop-sigterm", "success");
}

/** Sends the stop (or final) signal and waits until the unit's processes are gone. */
function toSignal(m: Manager, unit: Unit, sub: "stop-sigterm" | "stop-sigkill" | "final-sigterm" | "final-sigkill", result: Result): void {
  worse(unit, result);
  const mode = m.setting(unit, "Service", "KillMode") || "control-group";
  const kill = sub.endsWith("sigkill");
  const signal: Signal = kill ? "SIGKILL" : (signalNamed(m.setting(unit, "Service", "KillSignal")) ?? "SIGTERM");
  const all = m.procs(unit);
  const leaders = new Set([unit.main, unit.control?.pid]);
  const targets = all.filter((p) =>
    mode === "none"
      ? false
      : mode === "process"
        ? leaders.has(p.pid)
        : mode === "mixed" && !kill
          ? leaders.has(p.pid) || sub === "final-sigterm"
          : true,
  );
  if (targets.length === 0) return afterSignal(m, unit, sub);
  enter(m, unit, sub);
  m.arm(unit, noLimit(m.span(unit, "Service", ["TimeoutStopSec", "TimeoutSec"], stopTimeout)), "stop-timeout");
  for (const p of targets) {
    if (kill) m.log(`${unit.def.name}: Killing process ${p.pid} (${p.state.comm}) with signal SIGKILL.`, unit.def.name, 5);
    p.raise(signal);
    if (p.state.stopped) p.raise("SIGCONT");
  }
}

export function signalNamed(text: string): Signal | undefined {
  const name = text.startsWith("SIG") ? text : `SIG${text}`;
  if (name in signals) return name as Signal;
  return (Object.keys(signals) as Signal[]).find((s) => signals[s] === Number(text));
}

/** Whether a process that this stage waits for is left. */
function waitsForProcess(m: Manager, unit: Unit): boolean {
  const mode = m.setting(unit, "Service", "KillMode") || "control-group";
  const leaders = [unit.main, unit.control?.pid].filter((pid) => pid !== undefined);
  if (mode === "process" || mode === "none") return leaders.some((pid) => m.machine.procs.has(pid));
  return m.procs(unit).length > 0;
}

function afterSignal(m: Manager, unit: Unit, sub: string): void {
  m.disarm(unit);
  if (sub.startsWith("stop-")) return runKind(m, unit, "ExecStopPost");
  if (sub === "final-sigterm") {
    // what is left over although it was told to go (KillMode=process leaves it alone)
    const mode = m.setting(unit, "Service", "KillMode") || "control-group";
    if (mode !== "process" && mode !== "none" && m.procs(unit).length > 0) return toSignal(m, unit, "final-sigkill", "success");
  }
  dead(m, unit, "success");
}

function dead(m: Manager, unit: Unit, result: Result): void {
  worse(unit, result);
  m.disarm(unit);
  delete unit.control;
  delete unit.main;
  const name = unit.def.name;
  const failed = unit.result !== "success" && unit.result !== "exec-condition";
  if (failed) m.log(`${name}: Failed with result '${unit.result}'.`, name, 4);
  else if (unit.active !== "inactive") m.log(`${name}: Deactivated successfully.`, name);
  const left = m.procs(unit);
  for (const p of left) m.log(`${name}: Unit process ${p.pid} (${p.state.comm}) remains running after unit stopped.`, name, 4);
  if (unit.cpu >= 1000) m.log(`${name}: Consumed ${(unit.cpu / 1000).toFixed(3)}s CPU time.`, name, 5);
  for (const dir of m.wordsOf(unit, "Service", "RuntimeDirectory")) {
    const keep = m.setting(unit, "Service", "RuntimeDirectoryPreserve");
    if (keep === "" || keep === "no") m.fs.removeAll(`/run/${m.expand(unit, dir)}`);
  }
  const again = !unit.stopping && !m.state.goingDown && shouldRestart(m, unit);
  m.set(unit, failed ? "failed" : "inactive", failed ? "failed" : "dead");
  if (again && !m.state.jobs[name]) {
    m.set(unit, "activating", "auto-restart");
    m.arm(unit, m.span(unit, "Service", ["RestartSec"], 100), "auto-restart");
  }
}

function shouldRestart(m: Manager, unit: Unit): boolean {
  const main = unit.execs.findLast((e) => e.kind === "ExecStart");
  const list = (key: string): string[] => m.wordsOf(unit, "Service", key);
  const matches = (names: string[]) =>
    main !== undefined &&
    names.some((n) => (main.signal ? signalNamed(n) === main.signal : Number(n) === main.code || exitNames[main.code ?? -1] === n));
  if (matches(list("RestartPreventExitStatus"))) return false;
  if (matches(list("RestartForceExitStatus"))) return true;
  const policy = m.setting(unit, "Service", "Restart") || "no";
  const { result } = unit;
  switch (policy) {
    case "always":
      return result !== "start-limit-hit";
    case "on-success":
      return result === "success";
    case "on-failure":
      return result !== "success" && result !== "exec-condition";
    case "on-abnormal":
      return result !== "success" && result !== "exit-code" && result !== "exec-condition";
    case "on-abort":
      return result === "signal" || result === "core-dump";
    case "on-watchdog":
      return result === "watchdog";
    default:
      return false;
  }
}

/** Whether an end counts as success, systemd.service(5) SuccessExitStatus=. */
function isClean(m: Manager, unit: Unit, r: { code?: number; signal?: string }, main: boolean): boolean {
  const extra = m.wordsOf(unit, "Service", "SuccessExitStatus");
  if (r.signal) {
    if (main && typeOfService(m, unit) !== "oneshot" && ["SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE"].includes(r.signal)) return true;
    return main && extra.some((n) => Number.isNaN(Number(n)) && signalNamed(n) === r.signal);
  }
  return r.code === 0 || (main && extra.some((n) => Number(n) === r.code || exitNames[r.code!] === n));
}

/** A process of some unit has ended. */
export function childEnded(m: Manager, pid: number, code: number, signal: string | null): void {
  const unit = Object.values(m.state.units).find((u) => u.main === pid || u.control?.pid === pid);
  if (unit) ended(m, unit, pid, code, signal ?? undefined);
  else {
    for (const u of Object.values(m.state.units)) if (typeOf(u.def.name) === "service" && u.active !== "inactive") settle(m, u);
  }
  m.dispatch();
}

function ended(m: Manager, unit: Unit, pid: number, code: number, signal: string | undefined): void {
  const record = unit.execs.findLast((e) => e.pid === pid);
  const how = { code, ...(signal ? { signal } : {}) };
  if (record) Object.assign(record, { endedAt: m.now, ...how });
  const name = unit.def.name;
  const isControl = unit.control?.pid === pid;
  const kind = isControl ? unit.control!.kind : "ExecStart";
  const isMain = unit.main === pid;
  const clean = isClean(m, unit, how, isMain) || record?.ignoreFailure === true;
  const result: Result = clean ? "success" : signal ? (codeText(how) === "dumped" ? "core-dump" : "signal") : "exit-code";
  if (isMain && (!isControl || typeOfService(m, unit) === "oneshot")) {
    if (!clean || signal) {
      const stoppedByUs = signal !== undefined && clean;
      if (!stoppedByUs) m.log(`${name}: Main process exited, code=${codeText(how)}, status=${statusText(how)}`, name, 5);
    }
  } else if (!clean) m.log(`${name}: Control process exited, code=${codeText(how)}, status=${statusText(how)}`, name, 5);
  if (isControl) {
    delete unit.control;
    if (isMain) delete unit.main;
    if (unit.sub === "stop-sigterm" || unit.sub === "stop-sigkill" || unit.sub.startsWith("final-")) {
      if (unit.active !== "deactivating" || !isMain || clean) return settle(m, unit);
      worse(unit, result);
      return settle(m, unit);
    }
    if (kind === "ExecCondition" && code >= 1 && code <= 254) {
      worse(unit, "exec-condition");
      return toSignal(m, unit, "final-sigterm", "success");
    }
    if (clean) return next(m, unit, kind);
    switch (kind) {
      case "ExecReload":
        return reloadDone(m, unit, false);
      case "ExecStop":
        return toSignal(m, unit, "stop-sigterm", result);
      case "ExecStopPost":
        return toSignal(m, unit, "final-sigterm", result);
      case "ExecStartPost":
        return enterStop(m, unit, result);
      default:
        worse(unit, result);
        return toSignal(m, unit, kind === "ExecStartPre" || kind === "ExecCondition" ? "stop-sigterm" : "stop-sigterm", result);
    }
  }
  // the main process
  delete unit.main;
  if (!clean) worse(unit, result);
  switch (unit.sub) {
    case "start":
      // Type=notify: it went before it was ready
      if (clean) worse(unit, "protocol");
      return toSignal(m, unit, "stop-sigterm", "success");
    case "running":
    case "reload":
      m.disarm(unit);
      if (clean && m.flag(unit, "Service", "RemainAfterExit") === true) return enter(m, unit, "exited");
      if (clean && typeOfService(m, unit) === "forking" && m.procs(unit).length > 0) return;
      return enterStop(m, unit, "success");
    case "start-post":
      return;
    default:
      settle(m, unit);
  }
}

/** Goes on when the last process that a stop waits for is gone. */
function settle(m: Manager, unit: Unit): void {
  if (/^(stop|final)-sig/.test(unit.sub) && !waitsForProcess(m, unit)) afterSignal(m, unit, unit.sub);
  else if (unit.sub === "running" && unit.main === undefined && m.procs(unit).length === 0) enterStop(m, unit, "success");
}

function reload(m: Manager, unit: Unit): void {
  delete unit.reloadResult;
  if (m.setting(unit, "Service", "Type") === "notify-reload") {
    enter(m, unit, "reload");
    m.arm(unit, startTimeout, "start-timeout");
    m.machine.procs.get(unit.main ?? 0)?.raise("SIGHUP");
    return;
  }
  unit.execs = unit.execs.filter((e) => e.kind !== "ExecReload");
  runKind(m, unit, "ExecReload");
}

function reloadDone(m: Manager, unit: Unit, ok: boolean): void {
  m.disarm(unit);
  delete unit.control;
  if (!ok) unit.reloadResult = "exit-code";
  m.reloaded(unit, ok);
}

/** sd_notify from one of our processes. */
export function notified(m: Manager, pid: number, text: string): void {
  const unit =
    Object.values(m.state.units).find((u) => u.main === pid) ??
    Object.values(m.state.units).find((u) => m.procs(u).some((p) => p.pid === pid));
  if (!unit) return;
  const access = m.setting(unit, "Service", "NotifyAccess") || "main";
  if (access === "main" && unit.main !== pid) {
    m.log(
      `${unit.def.name}: Got notification message from PID ${pid}, but reception only permitted for main PID ${unit.main ?? "which is currently not known"}`,
      unit.def.name,
      4,
    );
    return;
  }
  for (const line of text.split("\n")) {
    const cut = line.indexOf("=");
    const key = line.slice(0, cut);
    const value = line.slice(cut + 1);
    if (key === "STATUS") unit.statusText = value;
    else if (key === "MAINPID") unit.main = Number(value);
    else if (key === "READY" && value === "1") {
      if (unit.sub === "start") {
        m.disarm(unit);
        afterStart(m, unit);
      } else if (unit.sub === "reload") reloadDone(m, unit, true);
    } else if (key === "STOPPING" && unit.sub === "running") {
      enter(m, unit, "stop-sigterm");
      m.arm(unit, noLimit(m.span(unit, "Service", ["TimeoutStopSec", "TimeoutSec"], stopTimeout)), "stop-timeout");
    }
  }
  m.dispatch();
}

/** An exec that failed in the child: told a moment later, as its exit would be. */
export function execFailed(m: Manager, data: Data): void {
  const { unit: name, pid, status } = data as { unit: string; pid: number; status: number };
  const unit = m.state.units[name];
  if (unit && (unit.main === pid || unit.control?.pid === pid)) ended(m, unit, pid, status, undefined);
  m.dispatch();
}

function timer(m: Manager, unit: Unit, kind: string): void {
  const name = unit.def.name;
  if (kind === "auto-restart") {
    if (unit.sub !== "auto-restart") return;
    unit.restarts++;
    m.log(`${name}: Scheduled restart job, restart counter is at ${unit.restarts}.`, name);
    try {
      m.enqueue("start", name);
    } catch {
      m.set(unit, "failed", "failed");
    }
    return;
  }
  if (kind === "runtime-max") {
    m.log(`${name}: Service reached runtime time limit. Stopping.`, name, 4);
    return enterStop(m, unit, "timeout");
  }
  const stage = unit.sub;
  if (kind === "start-timeout") {
    if (stage === "reload") {
      m.log(`${name}: Reload operation timed out. Killing reload process.`, name, 4);
      return reloadDone(m, unit, false);
    }
    m.log(`${name}: ${stage} operation timed out. Terminating.`, name, 4);
    return toSignal(m, unit, "stop-sigterm", "timeout");
  }
  if (kind === "stop-timeout") {
    switch (stage) {
      case "stop":
        m.log(`${name}: Stopping timed out. Terminating.`, name, 4);
        return toSignal(m, unit, "stop-sigterm", "timeout");
      case "stop-sigterm":
        m.log(`${name}: State 'stop-sigterm' timed out. Killing.`, name, 4);
        return toSignal(m, unit, "stop-sigkill", "timeout");
      case "stop-sigkill":
        m.log(`${name}: Processes still around after SIGKILL. Ignoring.`, name, 4);
        return runKind(m, unit, "ExecStopPost");
      case "final-sigterm":
        m.log(`${name}: State 'final-sigterm' timed out. Killing.`, name, 4);
        return toSignal(m, unit, "final-sigkill", "timeout");
      default:
        return dead(m, unit, "timeout");
    }
  }
}

registerDriver("service", { start, stop, reload, timer });
