/** Finds and reads units: search path, drop-ins, aliases, masks, .wants folders, and whether a unit is enabled. */
import { Errno } from "../core/errno.ts";
import { basename, dirname, normalize, type FsView } from "../fs/view.ts";
import {
  boolean,
  escapePath,
  instanceOf,
  parseUnit,
  specifiers,
  typeOf,
  value,
  values,
  words,
  type Sections,
  type SpecifierContext,
} from "./unit-file.ts";
import { settingKind } from "./unit-settings.ts";

/** systemd.unit(5), "Unit File Load Path", system manager, first wins. */
const searchPath = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/run/systemd/transient",
  "/run/systemd/generator.early",
  "/etc/systemd/system",
  "/etc/systemd/system.attached",
  "/run/systemd/system",
  "/run/systemd/system.attached",
  "/run/systemd/generator",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/run/systemd/generator.late",
];

export interface Definition {
  name: string;
  load: "loaded" | "not-found" | "masked" | "bad-setting" | "error";
  /** Path of the unit file, "" when there is none. */
  fragment: string;
  dropins: string[];
  sections: Sections;
  /** Changes when a file of the unit does. */
  stamp: string;
  /** What is wrong with it, for bad-setting. */
  error?: string;
  /** Lines for the journal. */
  warnings: string[];
  /** Settings that somebody wrote for this machine and that are not simulated. Those of packages are left out: they are many. */
  beyond: string[];
  deps: Record<Dependency, string[]>;
  /** Other names of the unit. */
  names: string[];
}

export type Dependency =
  | "requires"
  | "requisite"
  | "wants"
  | "bindsTo"
  | "partOf"
  | "conflicts"
  | "after"
  | "before"
  | "onFailure"
  | "onSuccess"
  | "upholds";

const keys: [Dependency, string][] = [
  ["requires", "Requires"],
  ["requisite", "Requisite"],
  ["wants", "Wants"],
  ["bindsTo", "BindsTo"],
  ["partOf", "PartOf"],
  ["conflicts", "Conflicts"],
  ["after", "After"],
  ["before", "Before"],
  ["onFailure", "OnFailure"],
  ["onSuccess", "OnSuccess"],
  ["upholds", "Upholds"],
];

/**
 * What lies in the folders of the search path, read once for a unit: most names that are looked for are in none of them.
 * Folders that do not exist are left out.
 */
export function unitFolders(fs: FsView): { dir: string; has: (name: string) => boolean }[] {
  return searchPath
    .filter((dir) => fs.isDir(dir))
    .map((dir) => {
      const names = new Set(fs.readdir(dir));
      return { dir, has: (name) => names.has(name) };
    });
}
type Folders = ReturnType<typeof unitFolders>;

/** The file that defines a name: `masked` for a link to /dev/null or an empty file. */
export function findFragment(
  fs: FsView,
  name: string,
  folders: Folders = unitFolders(fs),
): { path: string; target: string; masked: boolean } | undefined {
  const template = instanceOf(name)?.template;
  for (const candidate of template && template !== name ? [name, template] : [name]) {
    for (const { dir, has } of folders) {
      if (!has(candidate)) continue;
      const path = `${dir}/${candidate}`;
      const s = fs.tryStat(path, false);
      if (!s || s.type === "dir") continue;
      if (s.type === "symlink") {
        const link = fs.readlink(path);
        if (normalize(link.startsWith("/") ? link : `${dir}/${link}`) === "/dev/null") return { path, target: path, masked: true };
        const there = fs.tryStat(path);
        if (!there) {
          // a dangling alias to a template instance (foo.service → bar@.service) or to a unit elsewhere
          const other = findFragment(fs, basename(link), folders);
          if (other) return { ...other, path };
          continue;
        }
        return { path, target: fs.realpath(path), masked: there.type === "file" && there.size === 0 };
      }
      if (s.type !== "file") continue;
      return { path, target: path, masked: s.size === 0 };
    }
  }
  return undefined;
}

/** Drop-in files of a unit in the order in which they apply: by file name, and for one name the first folder wins. */
function dropinsOf(fs: FsView, names: string[], unitDirs: Folders = unitFolders(fs)): string[] {
  const found = new Map<string, string>();
  const folders: string[] = [];
  for (const name of names) {
    const type = typeOf(name);
    const template = instanceOf(name)?.template;
    folders.push(`${name}.d`, ...(template ? [`${template}.d`] : []));
    const bare = name.slice(0, name.lastIndexOf("."));
    const dashes = [...bare.matchAll(/-/g)].map((m) => `${bare.slice(0, m.index + 1)}.${type}.d`).reverse();
    folders.push(...dashes, `${type}.d`);
  }
  for (const folder of folders) {
    for (const { dir, has } of unitDirs) {
      const path = `${dir}/${folder}`;
      if (!has(folder) || !fs.isDir(path)) continue;
      for (const file of fs.readdir(path)) if (file.endsWith(".conf") && !found.has(file)) found.set(file, `${path}/${file}`);
    }
  }
  return [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => path)
    .filter((path) => {
      const s = fs.tryStat(path);
      return s !== undefined && s.type === "file";
    });
}

/** Names linked in NAME.wants, NAME.requires or NAME.upholds. */
function linkedFrom(fs: FsView, name: string, kind: "wants" | "requires" | "upholds", folders: Folders = unitFolders(fs)): string[] {
  const out = new Set<string>();
  const template = instanceOf(name)?.template;
  for (const { dir, has } of folders) {
    for (const n of template ? [name, template] : [name]) {
      const path = `${dir}/${n}.${kind}`;
      if (has(`${n}.${kind}`) && fs.isDir(path)) for (const file of fs.readdir(path)) if (typeOf(file)) out.add(file);
    }
  }
  return [...out];
}

const stampOf = (fs: FsView, paths: string[]): string =>
  paths
    .map((path) => {
      const s = fs.tryStat(path);
      const at = s && fs.locate(path);
      return s ? `${path}:${s.mtime}:${s.size}:${at?.ino ?? 0}` : `${path}:gone`;
    })
    .join(" ");

/** The stamp that the files on disk would give now. */
export function currentStamp(fs: FsView, name: string): string {
  const folders = unitFolders(fs);
  const fragment = findFragment(fs, name, folders);
  return stampOf(fs, fragment ? [fragment.path, ...(fragment.masked ? [] : dropinsOf(fs, namesOf(fs, name, fragment), folders))] : []);
}

function namesOf(_fs: FsView, name: string, fragment: { target: string }): string[] {
  const real = basename(fragment.target);
  return real === name || instanceOf(name)?.template === real ? [name] : [name, real];
}

const implicitTargets: Record<string, Partial<Record<Dependency, string[]>>> = {
  service: {
    requires: ["sysinit.target"],
    after: ["sysinit.target", "basic.target"],
    conflicts: ["shutdown.target"],
    before: ["shutdown.target"],
  },
  socket: {
    requires: ["sysinit.target"],
    after: ["sysinit.target"],
    before: ["sockets.target", "shutdown.target"],
    conflicts: ["shutdown.target"],
  },
  timer: {
    requires: ["sysinit.target"],
    after: ["sysinit.target"],
    before: ["timers.target", "shutdown.target"],
    conflicts: ["shutdown.target"],
  },
  path: {
    requires: ["sysinit.target"],
    after: ["sysinit.target"],
    before: ["paths.target", "shutdown.target"],
    conflicts: ["shutdown.target"],
  },
  target: { conflicts: ["shutdown.target"], before: ["shutdown.target"] },
  mount: { conflicts: ["umount.target"], before: ["umount.target", "local-fs.target"], after: ["local-fs-pre.target"] },
  swap: { conflicts: ["umount.target"], before: ["umount.target", "swap.target"] },
  slice: { conflicts: ["shutdown.target"], before: ["shutdown.target"] },
};

const knownSections = new Set([
  "Unit",
  "Install",
  "Service",
  "Socket",
  "Timer",
  "Path",
  "Mount",
  "Automount",
  "Swap",
  "Slice",
  "Scope",
  "Target",
  "Device",
]);

/** `folders`: given when many units are loaded at once. */
export function loadUnit(
  fs: FsView,
  name: string,
  context: Omit<SpecifierContext, "name" | "user" | "home">,
  folders: Folders = unitFolders(fs),
): Definition {
  const type = typeOf(name);
  const empty = (): Record<Dependency, string[]> =>
    Object.fromEntries(keys.map(([k]) => [k, []])) as unknown as Record<Dependency, string[]>;
  const fragment = findFragment(fs, name, folders);
  if (!fragment) {
    // slices need no file
    const load = type === "slice" ? "loaded" : "not-found";
    return { name, load, fragment: "", dropins: [], sections: {}, stamp: "", warnings: [], beyond: [], deps: empty(), names: [name] };
  }
  if (fragment.masked)
    return {
      name,
      load: "masked",
      fragment: fragment.path,
      dropins: [],
      sections: {},
      stamp: stampOf(fs, [fragment.path]),
      warnings: [],
      beyond: [],
      deps: empty(),
      names: [name],
    };
  const names = namesOf(fs, name, fragment);
  const dropins = dropinsOf(fs, names, folders);
  const sections: Sections = {};
  const warnings: string[] = [];
  const beyond: string[] = [];
  let problem: string | undefined;
  for (const path of [fragment.target, ...dropins]) {
    let text: string;
    try {
      text = fs.readText(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      problem = `Failed to open ${path}: ${error.text}`;
      continue;
    }
    const unit = parseUnit(text);
    for (const p of unit.problems) warnings.push(`${path}:${p.line}: ${p.text}`);
    for (const [section, entries] of Object.entries(unit.sections)) {
      if (!knownSections.has(section) && !section.startsWith("X-")) warnings.push(`${path}: Unknown section '${section}'. Ignoring.`);
      for (const [key, text] of entries) {
        if (settingKind(section, key) === "beyond" && text !== "" && /^\/(?:etc|run)\/systemd\/(?!generator)/.test(path))
          beyond.push(`${key}=`);
      }
      (sections[section] ??= []).push(...entries);
    }
  }
  const c: SpecifierContext = { ...context, name, user: "root", home: "/root" };
  const deps = empty();
  const add = (kind: Dependency, list: string[]) => {
    for (const item of list) if (item !== name && !deps[kind].includes(item)) deps[kind].push(item);
  };
  for (const [kind, key] of keys)
    add(
      kind,
      words(sections, "Unit", key, ...(kind === "bindsTo" ? ["BindTo"] : [])).map((w) => specifiers(w, c)),
    );
  for (const alias of names) {
    add("wants", linkedFrom(fs, alias, "wants", folders));
    add("requires", linkedFrom(fs, alias, "requires", folders));
    add("upholds", linkedFrom(fs, alias, "upholds", folders));
  }
  for (const path of words(sections, "Unit", "RequiresMountsFor")) {
    const unit = `${escapePath(path)}.mount`;
    if (findFragment(fs, unit, folders)) {
      add("requires", [unit]);
      add("after", [unit]);
    }
  }
  if (boolean(value(sections, "Unit", "DefaultDependencies")) !== false && type) {
    for (const [kind, list] of Object.entries(implicitTargets[type] ?? {})) add(kind as Dependency, list);
    if (type === "target")
      add(
        "after",
        [...deps.requires, ...deps.wants].filter((d) => !deps.before.includes(d) && d !== "shutdown.target"),
      );
  }
  if (type === "timer" || type === "path")
    add("before", [value(sections, type === "timer" ? "Timer" : "Path", "Unit") || name.replace(/\.\w+$/, ".service")]);
  if (type === "socket") add("before", [value(sections, "Socket", "Service") || name.replace(/\.socket$/, ".service")]);
  if (type === "service") {
    // a service whose socket exists wants it
    for (const socket of words(sections, "Service", "Sockets")) {
      add("wants", [socket]);
      add("after", [socket]);
    }
    const what = serviceProblem(sections);
    if (what) problem = what;
    const service = sections.Service;
    if (service && boolean(value(sections, "Service", "DynamicUser")) === undefined && value(sections, "Service", "DynamicUser") !== "")
      warnings.push(`${fragment.target}: Failed to parse boolean value, ignoring: ${value(sections, "Service", "DynamicUser")}`);
  }
  return {
    name,
    load: problem ? (problem.startsWith("Failed to open") ? "error" : "bad-setting") : "loaded",
    fragment: fragment.target,
    dropins,
    sections,
    stamp: stampOf(fs, [fragment.path, ...dropins]),
    ...(problem ? { error: problem } : {}),
    warnings,
    beyond,
    deps,
    names,
  };
}

/** What service_verify() of systemd refuses. */
function serviceProblem(sections: Sections): string | undefined {
  const type = value(sections, "Service", "Type");
  const starts = values(sections, "Service", "ExecStart");
  if (!sections.Service) return "Service lacks both ExecStart= and ExecStop= setting. Refusing.";
  if (
    starts.length === 0 &&
    values(sections, "Service", "ExecStop").length === 0 &&
    values(sections, "Service", "SuccessAction").length === 0
  ) {
    return "Service lacks both ExecStart= and ExecStop= setting. Refusing.";
  }
  if (starts.length === 0 && type !== "oneshot" && boolean(value(sections, "Service", "RemainAfterExit")) !== true)
    return "Service has no ExecStart= setting, which is only allowed for RemainAfterExit=yes services. Refusing.";
  if (starts.length > 1 && type !== "oneshot")
    return "Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.";
  for (const start of starts) {
    const path = /^[-@:+!]*(\S+)/.exec(start)?.[1] ?? "";
    // an unparsable command line is dropped, so nothing is left to start
    if (path.includes("/") && !path.startsWith("/") && !path.startsWith('"') && !path.startsWith("%"))
      return "Unit has a bad unit file setting.";
  }
  return undefined;
}

export type Enablement =
  | "enabled"
  | "enabled-runtime"
  | "disabled"
  | "static"
  | "masked"
  | "masked-runtime"
  | "indirect"
  | "generated"
  | "alias"
  | "linked"
  | "transient"
  | "bad";

/** `systemctl is-enabled`; undefined when there is no such unit file. */
export function enablement(fs: FsView, name: string): Enablement | undefined {
  const fragment = findFragment(fs, name);
  if (!fragment) return undefined;
  if (fragment.masked) return fragment.path.startsWith("/run/") ? "masked-runtime" : "masked";
  if (fragment.path.startsWith("/run/systemd/generator")) return "generated";
  if (fragment.path.startsWith("/run/systemd/transient")) return "transient";
  const linked = isLinked(fs, name);
  if (linked) return linked;
  if (basename(fragment.target) !== name && instanceOf(name)?.template !== basename(fragment.target)) return "alias";
  const { sections } = parseUnit(fs.readText(fragment.target));
  const install = sections.Install;
  if (!install || install.length === 0) return "static";
  if (words(sections, "Install", "WantedBy", "RequiredBy", "UpheldBy", "Alias").length === 0) return "indirect";
  return "disabled";
}

/** Whether a .wants, .requires or alias link to the unit exists in /etc (or /run). */
function isLinked(fs: FsView, name: string): "enabled" | "enabled-runtime" | undefined {
  const template = instanceOf(name)?.template;
  for (const [dir, answer] of [
    ["/etc/systemd/system", "enabled"],
    ["/run/systemd/system", "enabled-runtime"],
  ] as const) {
    if (!fs.isDir(dir)) continue;
    for (const entry of fs.readdir(dir)) {
      const path = `${dir}/${entry}`;
      if (/\.(wants|requires|upholds)$/.test(entry) && fs.isDir(path)) {
        if (fs.tryStat(`${path}/${name}`, false)) return answer;
        if (template === name || (name.includes("@.") && fs.readdir(path).some((f) => instanceOf(f)?.template === name))) {
          if (fs.readdir(path).some((f) => instanceOf(f)?.template === name)) return answer;
        }
      } else if (entry !== name && fs.tryStat(path, false)?.type === "symlink" && typeOf(entry)) {
        const link = fs.readlink(path);
        if (basename(link) === name && dirname(link) !== "/dev") return answer;
      }
    }
  }
  return undefined;
}

/** Ubuntu's presets enable everything (/usr/lib/systemd/system-preset/90-systemd.preset says otherwise for a few). */
const disabledByPreset = new Set([
  "debug-shell.service",
  "systemd-networkd-wait-online.service",
  "systemd-network-generator.service",
  "exit.target",
  "halt.target",
  "kexec.target",
  "poweroff.target",
  "reboot.target",
  "rescue.target",
  "systemd-time-wait-sync.service",
  "tmp.mount",
  "proc-sys-fs-binfmt_misc.mount",
]);
export const preset = (name: string): "enabled" | "disabled" => (disabledByPreset.has(name) ? "disabled" : "enabled");

/** All unit files by name, with the folder that wins. */
export function unitFiles(fs: FsView): Map<string, string> {
  const out = new Map<string, string>();
  for (const dir of searchPath) {
    if (!fs.isDir(dir)) continue;
    for (const file of fs.readdir(dir)) {
      if (!typeOf(file) || out.has(file)) continue;
      const s = fs.tryStat(`${dir}/${file}`, false);
      if (s && s.type !== "dir") out.set(file, `${dir}/${file}`);
    }
  }
  return out;
}
