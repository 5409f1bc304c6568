/** systemctl of systemd 255. */
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { runGenerators } from "../../systemd/generators.ts";
import type { Manager } from "../../systemd/manager.ts";
import { signalNamed } from "../../systemd/service.ts";
import { goDown } from "../../systemd/shutdown.ts";
import type { Unit } from "../../systemd/state.ts";
import { typeOf, withSuffix } from "../../systemd/unit-file.ts";
import { BadOption, type Options, optionTable, parseOptions } from "../text/options.ts";
import { connectManager, noManager } from "./manager-client.ts";
import { addDependency, cat, disable, enable, getDefault, isEnabled, mask, presetUnits, setDefault, unmask } from "./systemctl-files.ts";
import { jobs } from "./systemctl-jobs.ts";
import { listTimers, listUnitFiles, listUnits } from "./systemctl-list.ts";
import { show } from "./systemctl-show.ts";
import { status } from "./systemctl-status.ts";
import { unmodelled, verbNeeds } from "./systemctl-verbs.ts";

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
    if (!m && !verbNeeds(verb, "offline")) {
      await p.err(noManager);
      return 1;
    }
    if (verbNeeds(verb, "units") && o.operands.length === 0) {
      await p.err("Too few arguments.\n");
      return 1;
    }
    if (verbNeeds(verb, "changes") && p.uid !== 0) return refused(p, verb, o.operands);
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
