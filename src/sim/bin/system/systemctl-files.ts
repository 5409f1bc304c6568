/** systemctl: unit files, and the links that enable, mask and order them. */
import { Errno } from "../../core/errno.ts";
import { dirname } from "../../fs/view.ts";
import type { Proc } from "../../kernel/proc.ts";
import { enablement, findFragment, preset } from "../../systemd/load.ts";
import { instanceOf, parseUnit, withSuffix, words } from "../../systemd/unit-file.ts";
import { jobs } from "./systemctl-jobs.ts";
import type { Call } from "./systemctl.ts";

export async function cat(c: Call): Promise<number> {
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

export async function isEnabled(c: Call): Promise<number> {
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

export async function enable(c: Call, verb: string): Promise<number> {
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
export async function presetUnits(c: Call): Promise<number> {
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
export async function addDependency(c: Call, kind: "wants" | "requires"): Promise<number> {
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
export async function disable(c: Call): Promise<number> {
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

export async function mask(c: Call): Promise<number> {
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

export async function unmask(c: Call): Promise<number> {
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

export async function getDefault(c: Call): Promise<number> {
  const fragment = findFragment(c.p.fs, "default.target");
  await c.p.out(`${fragment ? fragment.target.slice(fragment.target.lastIndexOf("/") + 1) : "graphical.target"}\n`);
  return 0;
}

export async function setDefault(c: Call): Promise<number> {
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
