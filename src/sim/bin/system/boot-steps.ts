/** Short programs that the boot runs: kernel modules, kernel variables, volatile files. */
import { Errno } from "../../core/errno.ts";
import type { FsView } from "../../fs/view.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { DaemonProgram } from "../../kernel/program.ts";
import { groups, userByName } from "../../image/users.ts";
import { isLoaded, loadModule } from "../../image/modules.ts";
import { readSysctl, sysctlPaths, writeSysctl } from "../../image/sysctls.ts";

/** Configuration files of one kind, in the order in which they apply: by name, /etc over /run over /usr. */
export function configFiles(fs: FsView, kind: string): string[] {
  const found = new Map<string, string>();
  for (const dir of [`/etc/${kind}`, `/run/${kind}`, `/usr/local/lib/${kind}`, `/usr/lib/${kind}`]) {
    if (fs.isDir(dir))
      for (const file of fs.readdir(dir)) if (file.endsWith(".conf") && !found.has(file)) found.set(file, `${dir}/${file}`);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** A step of the boot: a program that lives through a save and load of the world, and takes `took` milliseconds. */
const step = (name: string, took: number, work: (p: Proc) => number): DaemonProgram => ({
  name,
  start(p) {
    p.after(took, "work");
  },
  on(p, event) {
    if (event === "work") p.exit(work(p));
  },
});

const modulesLoad = step("systemd-modules-load", 20, loadModules);

function loadModules(p: Proc): number {
  let status = 0;
  for (const path of configFiles(p.fs, "modules-load.d")) {
    for (const line of (p.fs.tryReadText(path) ?? "").split("\n")) {
      const name = line.trim();
      if (name === "" || name.startsWith("#") || name.startsWith(";")) continue;
      const had = isLoaded(p.machine, name);
      if (!loadModule(p.machine, name)) {
        p.log(`<3>Failed to find module '${name}'`);
        status = 1;
      } else if (!had) p.log(`Inserted module '${name}'`);
    }
  }
  return status;
}

export interface Assignment {
  key: string;
  value: string;
  ignoreFailure: boolean;
}

/** Lines of sysctl.conf(5). */
export function parseSysctlConf(text: string): { assignments: Assignment[]; bad: { line: number; text: string }[] } {
  const assignments: Assignment[] = [];
  const bad: { line: number; text: string }[] = [];
  text.split("\n").forEach((raw, i) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) return;
    const cut = line.indexOf("=");
    if (cut <= 0) {
      bad.push({ line: i + 1, text: line });
      return;
    }
    const key = line.slice(0, cut).trim();
    assignments.push({ key: key.replace(/^-/, "").trim(), value: line.slice(cut + 1).trim(), ignoreFailure: key.startsWith("-") });
  });
  return { assignments, bad };
}

/** `net.ipv4.ip_forward` or `net/ipv4/ip_forward` → net/ipv4/ip_forward; in a dotted name a slash stands for a dot (eth0/100). */
export function sysctlPath(key: string): string {
  const dot = key.indexOf(".");
  const slash = key.indexOf("/");
  if (slash >= 0 && (dot < 0 || slash < dot)) return key;
  return key.replace(/[./]/g, (c) => (c === "." ? "/" : "."));
}
export const sysctlName = (path: string): string => path.replace(/[./]/g, (c) => (c === "/" ? "." : "/"));

/** Paths that a key with `*` matches. */
export function matching(p: Proc, key: string): string[] {
  const path = sysctlPath(key);
  if (!path.includes("*")) return [path];
  const pattern = new RegExp(`^${path.replace(/[.+^${}()|\\[\]]/g, "\\$&").replace(/\*/g, "[^/]*")}$`);
  return sysctlPaths(p.machine, p.state.netns).filter((candidate) => pattern.test(candidate));
}

const systemdSysctl = step("systemd-sysctl", 15, applySysctls);

function applySysctls(p: Proc): number {
  let status = 0;
  for (const path of configFiles(p.fs, "sysctl.d")) {
    for (const { key, value, ignoreFailure } of parseSysctlConf(p.fs.tryReadText(path) ?? "").assignments) {
      for (const variable of matching(p, key)) {
        try {
          if (readSysctl(p.machine, p.state.netns, variable) === undefined) throw new Errno("ENOENT");
          writeSysctl(p.machine, p.state.netns, variable, value);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          // systemd-sysctl(8): variables that do not exist are only mentioned
          if (error.code === "ENOENT" || ignoreFailure) p.log(`Couldn't write '${value}' to '${variable}', ignoring: ${error.text}`);
          else {
            p.log(`<3>Couldn't write '${value}' to '${variable}': ${error.text}`);
            status = 1;
          }
        }
      }
    }
  }
  return status;
}

/** systemd-tmpfiles: d, D, f, L and r lines. */
const tmpfiles = step("systemd-tmpfiles", 25, makeTmpfiles);

function makeTmpfiles(p: Proc): number {
  if (p.args.includes("--clean")) return 0; // nothing is older than the ages in the shipped files
  let status = 0;
  for (const path of configFiles(p.fs, "tmpfiles.d")) {
    for (const line of (p.fs.tryReadText(path) ?? "").split("\n")) {
      if (line.trim() === "" || line.startsWith("#")) continue;
      const [type = "", target = "", mode = "-", user = "-", group = "-", , ...argument] = line.trim().split(/\s+/);
      const letter = type[0]!;
      const bits = mode === "-" ? undefined : parseInt(mode.replace(/^[~:]+/, ""), 8);
      try {
        if (letter === "d" || letter === "D") {
          if (!p.fs.exists(target)) p.fs.mkdirp(target, bits ?? 0o755);
          if (bits !== undefined) p.fs.chmod(target, bits);
        } else if (letter === "f" || letter === "F") {
          if (!p.fs.exists(target) || letter === "F" || type.includes("+")) p.fs.write(target, argument.join(" "), { mode: bits ?? 0o644 });
        } else if (letter === "L") {
          if (!p.fs.tryStat(target, false)) p.fs.symlink(argument.join(" "), target);
        } else if (letter === "r" || letter === "R") p.fs.removeAll(target);
        else p.notSimulated(`tmpfiles.d line type ${type}`);
        if ((user !== "-" || group !== "-") && p.fs.exists(target)) {
          const s = p.fs.stat(target);
          p.fs.chown(
            target,
            user === "-" ? s.uid : (userByName(p.fs, user)?.uid ?? s.uid),
            group === "-" ? s.gid : (groups(p.fs).find((g) => g.name === group)?.gid ?? s.gid),
          );
        }
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        p.log(`<3>Failed to create ${target}: ${error.text}`);
        status = 73;
      }
    }
  }
  return status;
}

/** Steps whose whole effect is already in the image (the root filesystem is mounted read-write, logins are permitted…). */
const quiet = (name: string, took: number): DaemonProgram => step(name, took, () => 0);

const userSessions = step("systemd-user-sessions", 10, permitSessions);

function permitSessions(p: Proc): number {
  if (p.args[0] === "stop")
    p.fs.write(
      "/run/nologin",
      "System is going down. Unprivileged users are not permitted to log in anymore. For technical details, see pam_nologin(8).\n",
    );
  else p.fs.removeAll("/run/nologin");
  return 0;
}

/** systemd-networkd-wait-online: until no managed link is being configured any more, at most two minutes. */
const waitOnline: DaemonProgram = {
  name: "systemd-networkd-wait-online",
  start(p) {
    p.after(0, "look");
    p.after(120_000, "timeout");
  },
  on(p, event) {
    if (event === "timeout") {
      p.log("Timeout occurred while waiting for network connectivity.");
      p.exit(1);
    }
    if (/^ONLINE_STATE=online$/m.test(p.fs.tryReadText("/run/systemd/netif/state") ?? "")) p.exit(0);
    p.after(100, "look");
  },
};

export const bootSteps: DaemonProgram[] = [
  waitOnline,
  modulesLoad,
  systemdSysctl,
  tmpfiles,
  userSessions,
  quiet("systemd-remount-fs", 15),
  quiet("apparmor-reload", 60),
  quiet("fstrim", 40),
];

export const bootStepPaths: Record<string, string> = {
  "/usr/lib/systemd/systemd-modules-load": "systemd-modules-load",
  "/usr/lib/systemd/systemd-sysctl": "systemd-sysctl",
  "/usr/lib/systemd/systemd-networkd-wait-online": "systemd-networkd-wait-online",
  "/usr/bin/systemd-tmpfiles": "systemd-tmpfiles",
  "/usr/lib/systemd/systemd-user-sessions": "systemd-user-sessions",
  "/usr/lib/systemd/systemd-remount-fs": "systemd-remount-fs",
  "/lib/apparmor/apparmor.systemd": "apparmor-reload",
  "/usr/sbin/fstrim": "fstrim",
};
