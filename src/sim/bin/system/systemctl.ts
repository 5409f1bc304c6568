/** systemctl of systemd 255. */
import { Errno } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { dirname } from "../../fs/view.ts";
import { enablement, findFragment, preset } from "../../systemd/load.ts";
import { UnitError, type Manager } from "../../systemd/manager.ts";
import { runGenerators } from "../../systemd/generators.ts";
import { goDown } from "../../systemd/shutdown.ts";
import { signalNamed } from "../../systemd/service.ts";
import type { JobResult, Unit } from "../../systemd/state.ts";
import { instanceOf, parseUnit, typeOf, withSuffix, words } from "../../systemd/unit-file.ts";
import { BadOption, optionTable, parseOptions, type Options } from "../text/options.ts";
import { connectManager, noManager } from "./manager-client.ts";
import { listTimers, listUnitFiles, listUnits, matchesPattern } from "./systemctl-list.ts";
import { show } from "./systemctl-show.ts";
import { status } from "./systemctl-status.ts";

const table = optionTable(
  `t,type= state= failed p,property= P= a,all ~l,full value ~no-pager no-legend plain n,lines= !o,output= q,quiet now runtime f,force s,signal= kill-whom= kill-who=
   no-block wait ~no-ask-password !no-reload !r,recursive reverse !after !before !show-types legend=? ~system !no-warn !user !H,host= !M,machine= !root= !image= !global !check-inhibitors= !i !job-mode= !T,show-transaction !dry-run preset-mode= !firmware-setup !what= !marked !timestamp= !read-only !mkdir !drop-in= !stdin !when= !with-dependencies ~no-wall !message= h,help version`,
);

type Verb = (c: Call) => Promise<number> | number;
export interface Call {
  p: Proc;
  m: Manager;
  o: Options;
  units: string[];
}

const verbs: Record<string, Verb> = {
  start: (c) => jobs(c, "start", "start"),
  stop: (c) => jobs(c, "stop", "stop"),
  restart: (c) => jobs(c, "restart", "restart"),
  "try-restart": (c) => jobs(c, "try-restart", "try-restart"),
  condrestart: (c) => jobs(c, "try-restart", "try-restart"),
  reload: (c) => jobs(c, "reload", "reload"),
  "reload-or-restart": (c) => jobs(c, "reload-or-restart", "reload or restart"),
  "force-reload": (c) => jobs(c, "reload-or-restart", "reload or restart"),
  status,
  show,
  cat,
  "is-active": (c) => isState(c, (u) => u.active, ["active", "reloading"], 3),
  "is-failed": (c) => isState(c, (u) => u.active, ["failed"], 1),
  "is-enabled": isEnabled,
  "is-system-running": systemRunning,
  enable: (c) => enable(c, "enable"),
  reenable: async (c) => (await disable(c)) || enable(c, "enable"),
  disable,
  preset: presetUnits,
  "add-wants": (c) => addDependency(c, "wants"),
  "add-requires": (c) => addDependency(c, "requires"),
  mask,
  unmask,
  "daemon-reload": daemonReload,
  "daemon-reexec": daemonReload,
  "list-units": listUnits,
  "list-unit-files": listUnitFiles,
  "list-timers": listTimers,
  "list-dependencies": dependencies,
  "list-jobs": listJobs,
  "reset-failed": resetFailed,
  kill,
  "get-default": (c) => getDefault(c),
  "set-default": setDefault,
  reboot: (c) => power(c, "reboot"),
  poweroff: (c) => power(c, "poweroff"),
  halt: (c) => power(c, "halt"),
  "show-environment": (c) =>
    c.p
      .out(
        Object.entries({ LANG: "C.UTF-8", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/snap/bin", ...c.m.state.environment })
          .map(([k, v]) => `${k}=${v}\n`)
          .join(""),
      )
      .then(() => 0),
  "set-environment": (c) => {
    for (const word of c.units) c.m.state.environment[word.slice(0, word.indexOf("="))] = word.slice(word.indexOf("=") + 1);
    return 0;
  },
  "unset-environment": (c) => {
    for (const word of c.units) delete c.m.state.environment[word];
    return 0;
  },
};

const unmodelled = new Set([
  "edit",
  "isolate",
  "set-property",
  "freeze",
  "thaw",
  "clean",
  "bind",
  "mount-image",
  "preset-all",
  "link",
  "revert",
  "list-sockets",
  "list-paths",
  "list-automounts",
  "list-machines",
  "cancel",
  "import-environment",
  "default",
  "rescue",
  "emergency",
  "kexec",
  "suspend",
  "hibernate",
  "hybrid-sleep",
  "exit",
  "switch-root",
  "help",
  "log-level",
  "log-target",
  "service-watchdogs",
  "soft-reboot",
  "whoami",
  "service-log-level",
  "service-log-target",
  "try-reload-or-restart",
  "try-reload-or-try-restart",
  "condreload",
  "condstop",
]);

const changes = new Set([
  "start",
  "stop",
  "restart",
  "try-restart",
  "condrestart",
  "reload",
  "reload-or-restart",
  "force-reload",
  "kill",
  "reset-failed",
  "reboot",
  "poweroff",
  "halt",
  "daemon-reload",
  "daemon-reexec",
  "enable",
  "disable",
  "reenable",
  "preset",
  "add-wants",
  "add-requires",
  "mask",
  "unmask",
  "set-default",
  "set-environment",
  "unset-environment",
]);
const needsUnits = new Set([
  "start",
  "stop",
  "restart",
  "try-restart",
  "condrestart",
  "reload",
  "reload-or-restart",
  "force-reload",
  "kill",
  "is-active",
  "is-failed",
  "is-enabled",
  "enable",
  "disable",
  "reenable",
  "preset",
  "add-wants",
  "add-requires",
  "mask",
  "unmask",
  "cat",
]);
/** These work on files, without a manager. */
const offline = new Set([
  "enable",
  "disable",
  "reenable",
  "preset",
  "add-wants",
  "add-requires",
  "mask",
  "unmask",
  "is-enabled",
  "list-unit-files",
  "get-default",
  "set-default",
  "cat",
]);

export const systemctl: CommandProgram = {
  name: "systemctl",
  async main(p) {
    if (p.name !== "systemctl") return alias(p);
    let o: Options;
    try {
      o = parseOptions("systemctl", table, p.args);
    } catch (error) {
      if (!(error instanceof BadOption)) throw error;
      await p.err(`systemctl: ${error.message}\n`);
      return 1;
    }
    if (o.has("version")) {
      await p.out(
        "systemd 255 (255.4-1ubuntu8.11)\n+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT -GNUTLS +OPENSSL +ACL +BLKID +CURL +ELFUTILS +FIDO2 +IDN2 -IDN +IPTC +KMOD +LIBCRYPTSETUP +LIBFDISK +PCRE2 -PWQUALITY +P11KIT +QRENCODE +TPM2 +BZIP2 +LZ4 +XZ +ZLIB +ZSTD -BPF_FRAMEWORK -XKBCOMMON +UTMP +SYSVINIT default-hierarchy=unified\n",
      );
      return 0;
    }
    if (o.has("h")) p.notSimulated("systemctl --help");
    const verb = o.operands.shift() ?? "list-units";
    const run = verbs[verb];
    if (!run) {
      if (unmodelled.has(verb)) p.notSimulated(`systemctl ${verb}`);
      await p.err(`Unknown command verb ${verb}.\n`);
      return 1;
    }
    const m = connectManager(p);
    if (!m && !offline.has(verb)) {
      await p.err(noManager);
      return 1;
    }
    if (needsUnits.has(verb) && o.operands.length === 0) {
      await p.err("Too few arguments.\n");
      return 1;
    }
    if (changes.has(verb) && p.uid !== 0) return refused(p, verb, o.operands);
    return run({ p, m: m!, o, units: o.operands });
  },
};

/** Without root, polkit wants a password that nobody can type here. */
async function refused(p: Proc, verb: string, units: string[]): Promise<number> {
  const what: Record<string, string> = {
    "daemon-reload": "Failed to reload daemon",
    "daemon-reexec": "Failed to reexecute daemon",
    reboot: "Failed to set wall message, ignoring: Interactive authentication required.\nCall to Reboot failed",
    poweroff: "Failed to set wall message, ignoring: Interactive authentication required.\nCall to PowerOff failed",
    halt: "Call to Halt failed",
  };
  if (what[verb]) {
    await p.err(`${what[verb]}: Interactive authentication required.\n`);
    return 1;
  }
  if (["enable", "disable", "reenable", "preset", "mask", "unmask", "set-default"].includes(verb)) {
    await p.err(
      `Failed to ${verb === "reenable" ? "reenable" : verb === "set-default" ? "set default target" : `${verb} unit`}: Interactive authentication required.\n`,
    );
    return 1;
  }
  for (const unit of units) {
    const name = withSuffix(unit);
    await p.err(
      `Failed to ${verb} ${name}: Interactive authentication required.\nSee system logs and 'systemctl status ${name}' for details.\n`,
    );
  }
  return 1;
}

/** reboot, poweroff, halt and shutdown are links to systemctl. */
async function alias(p: Proc): Promise<number> {
  const m = connectManager(p);
  if (!m) {
    await p.err(noManager);
    return 1;
  }
  let kind: "reboot" | "poweroff" | "halt" =
    p.name === "shutdown" ? "poweroff" : p.name === "halt" ? "halt" : p.name === "reboot" ? "reboot" : "poweroff";
  let when = p.name === "shutdown" ? "" : "now";
  for (const arg of p.args) {
    if (arg === "-r" || arg === "--reboot") kind = "reboot";
    else if (arg === "-h" || arg === "-P" || arg === "-p" || arg === "--poweroff") kind = "poweroff";
    else if (arg === "-H" || arg === "--halt") kind = "halt";
    else if (arg === "-c") p.notSimulated("shutdown -c");
    else if (arg === "-f" || arg === "--force") p.notSimulated(`${p.name} --force`);
    else if (arg.startsWith("-")) {
      await p.err(`${p.name}: ${arg.startsWith("--") ? `unrecognized option '${arg}'` : `invalid option -- '${arg[1]}'`}\n`);
      return 1;
    } else if (when === "") when = arg;
  }
  if (p.uid !== 0) return refused(p, kind, []);
  if (when !== "now" && when !== "+0") p.notSimulated(`shutdown at ${when === "" ? "+1" : when}`);
  goDown(m, kind);
  return 0;
}

function power(c: Call, kind: "reboot" | "poweroff" | "halt"): number {
  if (c.o.has("f")) c.p.notSimulated(`systemctl ${kind} --force`);
  goDown(c.m, kind);
  return 0;
}

// --- jobs

type Request = "start" | "stop" | "restart" | "try-restart" | "reload" | "reload-or-restart";

async function jobs(c: Call, request: Request, word: string, names = c.units): Promise<number> {
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

async function isState(c: Call, of: (u: Unit) => string, good: string[], bad: number): Promise<number> {
  let any = false;
  let known = false;
  for (const name of c.units) {
    const unit = c.m.unit(withSuffix(name));
    if (unit.def.load !== "not-found") known = true;
    const state = of(unit);
    if (good.includes(state)) any = true;
    if (!c.o.has("q")) await c.p.out(`${state}\n`);
  }
  if (any) return 0;
  return bad === 3 && !known ? 4 : bad;
}

async function systemRunning(c: Call): Promise<number> {
  const { m, p, o } = c;
  let state = m.systemState();
  if (o.has("wait")) {
    while (state === "initializing" || state === "starting") {
      await p.sleep(50);
      state = m.systemState();
    }
  }
  if (!o.has("q")) await p.out(`${state}\n`);
  return state === "running" ? 0 : 1;
}

function daemonReload(c: Call): number {
  c.m.log("Reloading requested from client PID " + `${c.p.pid} ('systemctl')${unitSuffix(c.p)}...`);
  for (const complaint of runGenerators(c.m.fs)) c.m.log(complaint, undefined, 3);
  c.m.daemonReload();
  c.m.log("Reloading...");
  c.m.log("Reloading finished in 212 ms.");
  return 0;
}
const unitSuffix = (p: Proc): string => {
  const unit = p.state.cgroup.split("/").at(-1);
  return unit?.includes(".") ? ` (unit ${unit})` : "";
};

async function resetFailed(c: Call): Promise<number> {
  if (c.units.length === 0) c.m.resetFailed();
  let status = 0;
  for (const name of c.units.map(withSuffix)) {
    if (c.m.unit(name).def.load === "not-found" && c.m.unit(name).active === "inactive") {
      await c.p.err(`Failed to reset failed state of unit ${name}: Unit ${name} not loaded.\n`);
      status = 1;
    } else c.m.resetFailed(name);
  }
  return status;
}

async function kill(c: Call): Promise<number> {
  const { p, m, o } = c;
  const signal = signalNamed(o.value("s") ?? "SIGTERM");
  if (!signal) {
    await p.err(`Failed to parse signal string ${o.value("s")}.\n`);
    return 1;
  }
  const whom = o.value("kill-whom") ?? o.value("kill-who") ?? "all";
  let status = 0;
  for (const name of c.units.map(withSuffix)) {
    const unit = m.unit(name);
    if (unit.active === "inactive") {
      await p.err(`Failed to kill unit ${name}: Unit ${name} not loaded.\n`);
      status = 1;
      continue;
    }
    for (const target of m.procs(unit))
      if (whom === "all" || (whom === "main" ? target.pid === unit.main : target.pid === unit.control?.pid)) target.raise(signal);
  }
  return status;
}

async function listJobs(c: Call): Promise<number> {
  const list = Object.values(c.m.state.jobs);
  if (list.length === 0) {
    await c.p.out("No jobs running.\n");
    return 0;
  }
  const width = Math.max(4, ...list.map((j) => j.unit.length));
  let text = `JOB ${"UNIT".padEnd(width)} TYPE  STATE\n`;
  for (const j of list)
    text += `${String(j.id).padEnd(3)} ${j.unit.padEnd(width)} ${j.type.padEnd(5)} ${j.running ? "running" : "waiting"}\n`;
  await c.p.out(`${text}\n${list.length} jobs listed.\n`);
  return 0;
}

async function dependencies(c: Call): Promise<number> {
  const { m, p, o } = c;
  const name = withSuffix(c.units[0] ?? "default.target");
  const lines: string[] = [];
  const seen = new Set<string>();
  const reverse = o.has("reverse");
  const depsOf = (n: string): string[] => {
    const unit = m.unit(n);
    if (reverse) return m.reverse(unit.def.name, "requires", "wants", "bindsTo", "requisite", "partOf").sort();
    return [...new Set([...unit.def.deps.requires, ...unit.def.deps.requisite, ...unit.def.deps.wants, ...unit.def.deps.bindsTo])].sort();
  };
  const dot = (n: string): string => {
    const { active } = m.unit(n);
    return active === "failed" ? "×" : active === "active" || active === "reloading" ? "●" : active === "inactive" ? "○" : "●";
  };
  const walk = (n: string, indent: string): void => {
    const list = depsOf(n);
    list.forEach((dep, i) => {
      const last = i === list.length - 1;
      lines.push(`${dot(dep)} ${indent}${last ? "└─" : "├─"}${dep}`);
      if (seen.has(dep) || (typeOf(dep) !== "target" && !o.has("a"))) return;
      seen.add(dep);
      walk(dep, `${indent}${last ? "  " : "│ "}`);
    });
  };
  seen.add(name);
  walk(name, "");
  await p.out(`${m.unit(name).def.name}\n${lines.map((l) => `${l}\n`).join("")}`);
  return 0;
}

// --- unit files

async function cat(c: Call): Promise<number> {
  const { p, m } = c;
  let status = 0;
  let first = true;
  for (const name of c.units.map(withSuffix)) {
    const fragment = findFragment(p.fs, name);
    if (!fragment) {
      await p.err(`No files found for ${name}.\n`);
      status = 1;
      continue;
    }
    const unit = m?.unit(name);
    if (unit && m.needsReload(unit))
      await p.err(
        `Warning: ${unit.def.name} changed on disk, the version systemd has loaded is outdated.\nThis output shows the current version of the unit's original fragment and drop-in files.\nIf fragments or drop-ins were added or removed, they are not properly reflected in this output.\nRun 'systemctl daemon-reload' to reload units.\n`,
      );
    if (fragment.masked) {
      await p.out(`# Unit ${name} is masked.\n`);
      continue;
    }
    for (const path of [fragment.target, ...(unit?.def.dropins ?? [])]) {
      if (!first) await p.out("\n");
      first = false;
      await p.out(`# ${path}\n${p.fs.readText(path)}`);
    }
  }
  return status;
}

async function isEnabled(c: Call): Promise<number> {
  const { p, o } = c;
  let ok = false;
  for (const name of c.units.map(withSuffix)) {
    const state = enablement(p.fs, name);
    if (state === undefined) {
      await (o.has("q") ? undefined : p.err(`Failed to get unit file state for ${name}: No such file or directory\n`));
      return 1;
    }
    if (["enabled", "enabled-runtime", "static", "alias", "indirect", "generated", "transient"].includes(state)) ok = true;
    if (!o.has("q")) await p.out(`${state}\n`);
  }
  return ok ? 0 : 1;
}

const etc = "/etc/systemd/system";

/** Links that [Install] asks for: link path → target. */
function installLinks(p: Proc, name: string): { links: [string, string][]; also: string[] } {
  const fragment = findFragment(p.fs, name)!;
  const { sections } = parseUnit(p.fs.readText(fragment.target));
  const links: [string, string][] = [];
  const instance = instanceOf(name);
  let own = name;
  if (instance && instance.instance === "") {
    const fallback = words(sections, "Install", "DefaultInstance")[0];
    if (fallback) own = name.replace("@.", `@${fallback}.`);
  }
  const expand = (text: string) =>
    text.replace(/%i/g, instanceOf(own)?.instance ?? "").replace(/%[pN]/g, own.slice(0, own.lastIndexOf(".")));
  for (const alias of words(sections, "Install", "Alias")) links.push([`${etc}/${expand(alias)}`, fragment.target]);
  for (const target of words(sections, "Install", "WantedBy")) links.push([`${etc}/${expand(target)}.wants/${own}`, fragment.target]);
  for (const target of words(sections, "Install", "RequiredBy")) links.push([`${etc}/${expand(target)}.requires/${own}`, fragment.target]);
  for (const target of words(sections, "Install", "UpheldBy")) links.push([`${etc}/${expand(target)}.upholds/${own}`, fragment.target]);
  return { links, also: words(sections, "Install", "Also") };
}

async function enable(c: Call, verb: string): Promise<number> {
  const { p, o } = c;
  const names = c.units.map((n) => (n.startsWith("/") ? n : withSuffix(n)));
  for (const name of names) {
    if (name.startsWith("/")) p.notSimulated("systemctl enable PATH");
    const fragment = findFragment(p.fs, name);
    if (!fragment) {
      await p.err(`Failed to ${verb} unit: Unit file ${name} does not exist.\n`);
      return 1;
    }
    if (fragment.masked) {
      await p.err(`Failed to ${verb} unit: Unit file ${fragment.path} is masked.\n`);
      return 1;
    }
  }
  let carries = false;
  const queue = [...names];
  const done = new Set<string>();
  while (queue.length > 0) {
    const name = queue.shift()!;
    if (done.has(name) || !findFragment(p.fs, name)) continue;
    done.add(name);
    const { links, also } = installLinks(p, name);
    queue.push(...also);
    if (links.length > 0 || also.length > 0) carries = true;
    for (const [path, target] of links) {
      if (p.fs.tryStat(path, false)) {
        if (p.fs.readlink(path) === target) continue;
        p.fs.unlink(path);
      }
      p.fs.mkdirp(dirname(path), 0o755);
      p.fs.symlink(target, path);
      if (!o.has("q")) await p.err(`Created symlink ${path} → ${target}.\n`);
    }
  }
  if (!carries && !o.has("q")) await p.err(noInstall);
  c.m?.daemonReload();
  if (o.has("now") && c.m) return jobs(c, "start", "start", names);
  return 0;
}

const noInstall = `The unit files have no installation config (WantedBy=, RequiredBy=, UpheldBy=,
Also=, or Alias= settings in the [Install] section, and DefaultInstance= for
template units). This means they are not meant to be enabled or disabled using systemctl.
 
Possible reasons for having these kinds of units are:
• A unit may be statically enabled by being symlinked from another unit's
  .wants/, .requires/, or .upholds/ directory.
• A unit's purpose may be to act as a helper for some other unit which has
  a requirement dependency on it.
• A unit may be started when needed via activation (socket, path, timer,
  D-Bus, udev, scripted systemctl call, ...).
• In case of template units, the unit is meant to be enabled with some
  instance name specified.
`;

/** Enables or disables each unit, as the distribution's policy is. */
async function presetUnits(c: Call): Promise<number> {
  const mode = c.o.value("preset-mode") ?? "full";
  for (const unit of c.units) {
    const enabled = preset(withSuffix(unit)) === "enabled";
    if ((enabled && mode === "disable-only") || (!enabled && mode === "enable-only")) continue;
    const one = { ...c, units: [unit] };
    const status = await (enabled ? enable(one, "preset") : disable(one));
    if (status !== 0) return status;
  }
  return 0;
}

/** `add-wants TARGET UNIT…`: links the units into the target's folder, whatever their [Install] says. */
async function addDependency(c: Call, kind: "wants" | "requires"): Promise<number> {
  const { p, o } = c;
  const [target, ...names] = c.units.map(withSuffix);
  if (names.length === 0) {
    await p.err("Too few arguments.\n");
    return 1;
  }
  for (const name of [target!, ...names]) {
    if (findFragment(p.fs, name)) continue;
    await p.err(`Failed to add dependency: Unit file ${name} does not exist.\n`);
    return 1;
  }
  for (const name of names) {
    const path = `${etc}/${target!}.${kind}/${name}`;
    if (p.fs.tryStat(path, false)) continue;
    const file = findFragment(p.fs, name)!.target;
    p.fs.mkdirp(dirname(path), 0o755);
    p.fs.symlink(file, path);
    if (!o.has("q")) await p.err(`Created symlink ${path} → ${file}.\n`);
  }
  c.m?.daemonReload();
  return 0;
}

/** Removes every link in /etc/systemd/system to the unit. */
async function disable(c: Call): Promise<number> {
  const { p, o } = c;
  const names = c.units.map(withSuffix);
  for (const name of names) {
    if (findFragment(p.fs, name)) continue;
    await p.err(`Failed to disable unit: Unit file ${name} does not exist.\n`);
    return 1;
  }
  const all = new Set(names);
  for (const name of names) for (const also of installLinks(p, name).also) all.add(also);
  for (const path of linksTo(p, all)) {
    p.fs.unlink(path);
    if (!o.has("q")) await p.err(`Removed "${path}".\n`);
  }
  c.m?.daemonReload();
  if (o.has("now") && c.m) return jobs(c, "stop", "stop", names);
  return 0;
}

function linksTo(p: Proc, names: Set<string>): string[] {
  const out: string[] = [];
  if (!p.fs.isDir(etc)) return out;
  const visit = (dir: string, depth: number) => {
    for (const entry of p.fs.readdir(dir)) {
      const path = `${dir}/${entry}`;
      const s = p.fs.tryStat(path, false);
      if (s?.type === "dir" && depth === 0 && /\.(wants|requires|upholds)$/.test(entry)) visit(path, 1);
      if (s?.type !== "symlink") continue;
      const target = p.fs.readlink(path);
      const base = target.slice(target.lastIndexOf("/") + 1);
      if (target === "/dev/null") continue;
      if (depth === 1 ? names.has(entry) || names.has(base) : names.has(base) && entry !== base) out.push(path);
      else if (depth === 1 && [...names].some((n) => instanceOf(entry)?.template === n)) out.push(path);
    }
  };
  visit(etc, 0);
  return out;
}

async function mask(c: Call): Promise<number> {
  const { p, o } = c;
  const dir = o.has("runtime") ? "/run/systemd/system" : etc;
  for (const name of c.units.map(withSuffix)) {
    const path = `${dir}/${name}`;
    const s = p.fs.tryStat(path, false);
    if (s?.type === "symlink" && p.fs.readlink(path) === "/dev/null") continue;
    if (s?.type === "file") {
      await p.err(`Failed to mask unit: File '${path}' already exists.\n`);
      return 1;
    }
    if (s) p.fs.unlink(path);
    if (!findFragment(p.fs, name)) await p.err(`Unit ${name} does not exist, proceeding anyway.\n`);
    p.fs.mkdirp(dir, 0o755);
    p.fs.symlink("/dev/null", path);
    if (!o.has("q")) await p.err(`Created symlink ${path} → /dev/null.\n`);
  }
  c.m?.daemonReload();
  if (o.has("now") && c.m) return jobs(c, "stop", "stop");
  return 0;
}

async function unmask(c: Call): Promise<number> {
  const { p, o } = c;
  for (const name of c.units.map(withSuffix)) {
    let found = false;
    for (const dir of [etc, "/run/systemd/system"]) {
      const path = `${dir}/${name}`;
      if (p.fs.tryStat(path, false)?.type !== "symlink" || p.fs.readlink(path) !== "/dev/null") continue;
      p.fs.unlink(path);
      found = true;
      if (!o.has("q")) await p.err(`Removed "${path}".\n`);
    }
    if (!found && !findFragment(p.fs, name)) await p.err(`Unit ${name} does not exist, proceeding anyway.\n`);
  }
  c.m?.daemonReload();
  return 0;
}

async function getDefault(c: Call): Promise<number> {
  const fragment = findFragment(c.p.fs, "default.target");
  await c.p.out(`${fragment ? fragment.target.slice(fragment.target.lastIndexOf("/") + 1) : "graphical.target"}\n`);
  return 0;
}

async function setDefault(c: Call): Promise<number> {
  const { p } = c;
  const name = (c.units[0] ?? "").includes(".") ? c.units[0]! : `${c.units[0]}.target`;
  const fragment = findFragment(p.fs, name);
  if (!fragment) {
    await p.err(`Failed to set default target: Unit file ${name} does not exist.\n`);
    return 1;
  }
  const path = `${etc}/default.target`;
  try {
    if (p.fs.tryStat(path, false)) {
      p.fs.unlink(path);
      await p.err(`Removed "${path}".\n`);
    }
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  p.fs.symlink(fragment.target, path);
  await p.err(`Created symlink ${path} → ${fragment.target}.\n`);
  return 0;
}
