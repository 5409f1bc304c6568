/** modprobe, lsmod, rmmod, insmod, modinfo (kmod 31), sysctl (procps 4.0.4), dmesg (util-linux 2.39). */
import { Errno } from "../../core/errno.ts";
import {
  exists,
  builtin,
  canonical,
  isLoaded,
  loadModule,
  loadedModules,
  moduleTable,
  references,
  unloadModule,
  usersOf,
} from "../../image/modules.ts";
import { kernelRelease } from "../../image/release.ts";
import { readSysctl, sysctlPaths, writeSysctl } from "../../image/sysctls.ts";
import type { Proc } from "../../kernel/proc.ts";
import { kernelRing } from "../../systemd/journal.ts";
import { command, type Context } from "../text/command.ts";
import { configFiles, matching, parseSysctlConf, sysctlName, sysctlPath, type Assignment } from "./boot-steps.ts";
import { steadyRegExp } from "../../core/regexp/index.ts";

const folder = `/lib/modules/${kernelRelease}`;

/** Names that /etc/modprobe.d forbids: `blacklist` only for aliases, `install NAME /bin/false` for good. */
function forbidden(p: Proc, name: string): string | undefined {
  for (const file of configFiles(p.fs, "modprobe.d")) {
    for (const line of (p.fs.tryReadText(file) ?? "").split("\n")) {
      const m = /^\s*install\s+(\S+)\s+(.+)$/.exec(line);
      if (m && canonical(m[1]!) === canonical(name)) return m[2]!.trim();
    }
  }
  return undefined;
}

export const modprobe = command({
  name: "modprobe",
  usage: "[options] [-i] [-b] modulename",
  summary: "",
  options:
    "a,all r,remove v,verbose q,quiet n,dry-run,show f,force !c,showconfig !D,show-depends !R,resolve-alias first-time !b,use-blacklist !S,set-version= !d,dirname= !s,syslog",
  version: "version 31",
  async run(c) {
    const { p, o } = c;
    if (c.operands.length === 0) return c.fail("ERROR: missing parameters. See -h.");
    const names = o.has("a") || o.has("r") ? c.operands : c.operands.slice(0, 1);
    for (const name of names) {
      if (o.has("r")) {
        await removeModule(c, name);
        continue;
      }
      const by = forbidden(p, name);
      if (!exists(name) && !builtin.has(canonical(name))) {
        if (o.has("q")) c.status = 1;
        else await fatal(c, `modprobe: FATAL: Module ${name} not found in directory ${folder}`);
        continue;
      }
      if (isLoaded(p.machine, name) || builtin.has(canonical(name))) {
        if (o.has("first-time")) await fatal(c, `modprobe: ERROR: could not insert '${canonical(name)}': Module already in kernel`);
        continue;
      }
      if (by !== undefined) {
        if (/\/(true)$/.test(by)) continue;
        await fatal(
          c,
          `modprobe: ERROR: ../libkmod/libkmod-module.c:1047 command_do() Error running install command '${by}' for module ${canonical(name)}: retcode 1\nmodprobe: ERROR: could not insert '${canonical(name)}': Invalid argument`,
        );
        continue;
      }
      if (p.uid !== 0) {
        await fatal(c, `modprobe: ERROR: could not insert '${canonical(name)}': Operation not permitted`);
        continue;
      }
      if (o.has("v")) c.out.text(`insmod ${folder}/kernel/${canonical(name)}.ko.zst \n`);
      if (!o.has("n")) loadModule(p.machine, name);
    }
  },
});

async function fatal(c: Context, text: string): Promise<void> {
  await c.out.flush();
  c.status = 1;
  await c.p.err(`${text}\n`);
}

async function removeModule(c: Context, name: string): Promise<void> {
  const module = canonical(name);
  if (!exists(name)) {
    if (builtin.has(module)) return fatal(c, `modprobe: FATAL: Module ${module} is builtin.`);
    return fatal(c, `modprobe: FATAL: Module ${name} not found.`);
  }
  if (!isLoaded(c.p.machine, name)) return;
  if (c.p.uid !== 0) return fatal(c, `modprobe: ERROR: could not remove '${module}': Operation not permitted`);
  if (!unloadModule(c.p.machine, name, true)) return fatal(c, `modprobe: FATAL: Module ${module} is in use.`);
}

export const rmmod = command({
  name: "rmmod",
  usage: "[options] modulename ...",
  summary: "",
  options: "f,force !s,syslog v,verbose",
  version: "version 31",
  async run(c) {
    for (const name of c.operands) {
      const module = canonical(name);
      if (!isLoaded(c.p.machine, name)) {
        await fatal(
          c,
          exists(name)
            ? `rmmod: ERROR: Module ${module} is not currently loaded`
            : `rmmod: ERROR: Module ${module} is not currently loaded`,
        );
        continue;
      }
      if (c.p.uid !== 0) {
        await fatal(
          c,
          `rmmod: ERROR: ../libkmod/libkmod-module.c:856 kmod_module_remove_module() could not remove '${module}': Operation not permitted\nrmmod: ERROR: could not remove module ${module}: Operation not permitted`,
        );
        continue;
      }
      if (unloadModule(c.p.machine, name, false)) continue;
      const by = usersOf(c.p.machine, module);
      await fatal(c, `rmmod: ERROR: Module ${module} is in use${by.length > 0 ? ` by: ${by.join(" ")}` : ""}`);
    }
  },
});

export const lsmod = command({
  name: "lsmod",
  usage: "",
  summary: "",
  version: "version 31",
  run(c) {
    c.out.text("Module                  Size  Used by\n");
    for (const name of loadedModules(c.p.machine)) {
      const by = usersOf(c.p.machine, name);
      c.out.text(
        `${name.padEnd(19)} ${String(moduleTable[name]!.size).padStart(8)}  ${references(c.p.machine, name)}${by.length > 0 ? ` ${by.join(",")}` : ""}\n`,
      );
    }
  },
});

export const modinfo = command({
  name: "modinfo",
  usage: "[options] <modulename|filename> ...",
  summary: "",
  options: "F,field= n,filename !k,set-version= !b,basedir= !a,author d,description !l,license !p,parameters !0,null",
  version: "version 31",
  async run(c) {
    for (const name of c.operands) {
      const module = canonical(name);
      const info = moduleTable[module];
      if (!info) {
        if (builtin.has(module)) c.out.text(`name:           ${module}\nfilename:       (builtin)\n`);
        else await fatal(c, `modinfo: ERROR: Module ${name} not found.`);
        continue;
      }
      const rows: [string, string][] = [
        ["filename", `${folder}/kernel/${module}.ko.zst`],
        ...(info.description ? ([["description", info.description]] as [string, string][]) : []),
        ["license", "GPL"],
        ["depends", info.deps.join(",")],
        ["retpoline", "Y"],
        ["intree", "Y"],
        ["name", module],
        ["vermagic", `${kernelRelease} SMP preempt mod_unload modversions `],
      ];
      const field = c.o.value("F") ?? (c.o.has("n") ? "filename" : c.o.has("d") ? "description" : undefined);
      for (const [k, v] of rows)
        if (field === undefined) c.out.text(`${`${k}:`.padEnd(16)}${v}\n`);
        else if (k === field) c.out.text(`${v}\n`);
    }
  },
});

// --- sysctl

async function setVariable(c: Context, a: Assignment, quiet: boolean): Promise<void> {
  const { p } = c;
  const paths = matching(p, a.key);
  for (const path of paths.length === 0 ? [sysctlPath(a.key)] : paths) {
    const name = sysctlName(path);
    try {
      if (readSysctl(p.machine, p.state.netns, path) === undefined) throw new Errno("ENOENT");
      if (p.uid !== 0) throw new Errno("EACCES");
      writeSysctl(p.machine, p.state.netns, path, a.value);
      if (!quiet) c.out.text(`${name} = ${a.value}\n`);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.out.flush();
      if (a.ignoreFailure || c.o.has("e")) continue;
      c.status = 1;
      if (error.code === "ENOENT") await p.err(`sysctl: cannot stat /proc/sys/${path}: No such file or directory\n`);
      else if (error.code === "EACCES") await p.err(`sysctl: permission denied on key "${name}"${a.ignoreFailure ? ", ignoring" : ""}\n`);
      else await p.err(`sysctl: setting key "${name}": ${error.text}\n`);
    }
  }
}

async function loadFile(c: Context, path: string, quiet: boolean): Promise<void> {
  let text: string;
  try {
    text = path === "-" ? (await c.p.readAll(0)).toString("utf8") : c.p.fs.readText(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await c.out.flush();
    c.status = 1;
    await c.p.err(`sysctl: cannot open "${path}": ${error.text}\n`);
    return;
  }
  const { assignments, bad } = parseSysctlConf(text);
  for (const b of bad) await c.p.err(`sysctl: ${path}(${b.line}): invalid syntax, continuing...\n`);
  for (const a of assignments) await setVariable(c, a, quiet);
}

export const sysctl = command({
  name: "sysctl",
  usage: "[options] [variable[=value] ...]",
  summary: "",
  options: "a,all A X w,write n,values N,names e,ignore q,quiet p,load=? f system r,pattern= !b,binary ~deprecated !dry-run !V",
  version: "from procps-ng 4.0.4",
  async run(c) {
    const { p, o } = c;
    const quiet = o.has("q");
    const print = (path: string) => {
      const value = (readSysctl(p.machine, p.state.netns, path) ?? "").replace(/\t/g, "\t");
      if (o.has("N")) c.out.text(`${sysctlName(path)}\n`);
      else if (o.has("n")) c.out.text(`${value}\n`);
      else if (!quiet || o.list.length > 0) c.out.text(`${sysctlName(path)} = ${value}\n`);
    };
    if (o.has("system")) {
      const found = new Map<string, string>();
      for (const dir of ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"]) {
        if (p.fs.isDir(dir)) for (const f of p.fs.readdir(dir)) if (f.endsWith(".conf") && !found.has(f)) found.set(f, `${dir}/${f}`);
      }
      const files = [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
      if (p.fs.exists("/etc/sysctl.conf")) files.push("/etc/sysctl.conf");
      // procps 4 reads all files first and sets the variables afterwards
      for (const path of files) c.out.text(quiet ? "" : `* Applying ${path} ...\n`);
      const all: Assignment[] = [];
      for (const path of files) {
        const { assignments, bad } = parseSysctlConf(p.fs.tryReadText(path) ?? "");
        for (const b of bad) {
          await c.out.flush();
          await p.err(`sysctl: ${path}(${b.line}): invalid syntax, continuing...\n`);
        }
        for (const a of assignments) {
          // a later file's value takes the earlier one's place
          const at = all.findIndex((x) => sysctlPath(x.key) === sysctlPath(a.key));
          if (at >= 0) all[at] = a;
          else all.push(a);
        }
      }
      for (const a of all) await setVariable(c, a, quiet);
      return;
    }
    if (o.has("p") || o.has("f")) {
      const attached = o.value("p");
      const files = [...(attached ? [attached] : []), ...c.operands];
      for (const path of files.length === 0 ? ["/etc/sysctl.conf"] : files) await loadFile(c, path, quiet);
      return;
    }
    if (o.has("a", "A", "X") || o.has("r")) {
      const pattern = o.value("r");
      for (const path of sysctlPaths(p.machine, p.state.netns))
        if (pattern === undefined || steadyRegExp(pattern).test(sysctlName(path))) print(path);
      return;
    }
    if (c.operands.length === 0) {
      await p.err("\nUsage:\n sysctl [options] [variable[=value] ...]\n");
      return 1;
    }
    for (const word of c.operands) {
      const cut = word.indexOf("=");
      if (cut > 0) {
        await setVariable(
          c,
          { key: word.slice(0, cut).trim().replace(/^-/, ""), value: word.slice(cut + 1).trim(), ignoreFailure: false },
          quiet,
        );
        continue;
      }
      if (o.has("w")) {
        await c.out.flush();
        c.status = 1;
        await p.err(`sysctl: "${word}" must be of the form name=value\n`);
        continue;
      }
      const path = sysctlPath(word);
      const below = sysctlPaths(p.machine, p.state.netns).filter((x) => x.startsWith(`${path}/`));
      if (readSysctl(p.machine, p.state.netns, path) !== undefined) print(path);
      else if (below.length > 0) below.forEach(print);
      else if (matching(p, word).length > 0 && word.includes("*")) matching(p, word).forEach(print);
      else if (!o.has("e")) {
        await c.out.flush();
        c.status = 1;
        await p.err(`sysctl: cannot stat /proc/sys/${path}: No such file or directory\n`);
      }
    }
  },
});

export const dmesg = command({
  name: "dmesg",
  usage: "[options]",
  summary: "Display or control the kernel ring buffer.",
  options:
    "T,ctime H,human w,follow W,follow-new l,level= ~k,kernel r,raw t,notime x,decode !L,color=? ~nopager ~P C,clear c,read-clear !J,json !d,show-delta !e,reltime !f,facility= !n,console-level= !s,buffer-size= !since= !until= !time-format=",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    if (p.uid !== 0) return c.fail("read kernel buffer failed: Operation not permitted");
    const ring = kernelRing(p.machine);
    if (o.has("C")) {
      ring.lines = [];
      return;
    }
    if (o.has("w", "W")) return p.notSimulated("dmesg --follow");
    const levels = o.value("l")?.split(",");
    const names = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
    for (const line of ring.lines) {
      if (levels && !levels.includes(names[line.prio]!)) continue;
      const seconds = line.at / 1000;
      const stamp = o.has("t")
        ? ""
        : o.has("T", "H")
          ? `[${ctime(p.machine.state.bootedAt + line.at)}] `
          : `[${seconds.toFixed(6).padStart(12)}] `;
      c.out.text(`${o.has("x") ? `kern  :${names[line.prio]!.padEnd(6)}: ` : ""}${stamp}${line.msg}\n`);
    }
    if (o.has("c")) ring.lines = [];
  },
});

function ctime(ms: number): string {
  const d = new Date(ms).toUTCString(); // Fri, 20 Nov 2026 09:00:00 GMT
  const m = /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(d)!;
  return `${m[1]} ${m[3]} ${String(Number(m[2])).padStart(2)} ${m[5]} ${m[4]}`;
}
