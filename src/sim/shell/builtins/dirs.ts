/** cd, pwd, pushd, popd, dirs. */
import { Errno } from "../../core/errno.ts";
import { normalize } from "../../fs/view.ts";
import type { Shell } from "../shell.ts";
import { options, type Builtin } from "./builtin.ts";

/** The logical working directory ($PWD while it is right). */
export function logical(sh: Shell): string {
  const pwd = sh.vars.get("PWD");
  if (pwd?.startsWith("/") && normalize(pwd) === pwd) {
    try {
      if (sh.p.fs.realpath(pwd) === sh.p.cwd) return pwd;
    } catch {
      return sh.p.cwd;
    }
  }
  return sh.p.cwd;
}

/** Changes folder and PWD, OLDPWD. Throws Errno. */
function change(sh: Shell, path: string, physical: boolean): void {
  const before = logical(sh);
  const target = path.startsWith("/") ? path : `${before === "/" ? "" : before}/${path}`;
  // `..` goes back along the logical path; where that leads nowhere the kernel is asked
  const wanted = physical ? target : normalize(target);
  try {
    if (!physical && path.split("/").includes("..")) {
      const head = target.slice(0, target.indexOf(".."));
      sh.p.fs.stat(head);
    }
    sh.p.chdir(wanted);
    sh.vars.set("PWD", physical ? sh.p.cwd : wanted);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Errno(error.code, path);
  }
  const pwd = sh.vars.declare("PWD");
  pwd.exported = true;
  sh.vars.set("OLDPWD", before);
  sh.vars.declare("OLDPWD").exported = true;
}

export const cd: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "LPe@", "cd [-L|[-P [-e]] [-@]] [dir]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  if (rest.length > 1) {
    await sh.error("cd: too many arguments");
    return 1;
  }
  let dir = rest[0];
  let print = false;
  if (dir === undefined) {
    dir = sh.vars.get("HOME");
    if (dir === undefined) {
      await sh.error("cd: HOME not set");
      return 1;
    }
  } else if (dir === "-") {
    dir = sh.vars.get("OLDPWD");
    if (dir === undefined) {
      await sh.error("cd: OLDPWD not set");
      return 1;
    }
    print = true;
  }
  if (dir === "") return 0;
  const physical = flags.has("P") || sh.flags.physical;
  if (!/^\.{0,2}\//.test(dir) && dir !== "." && dir !== "..") {
    for (const base of (sh.vars.get("CDPATH") ?? "").split(":").filter((b) => b !== "")) {
      if (!sh.p.fs.isDir(`${base}/${dir}`)) continue;
      dir = `${base}/${dir}`;
      print = true;
      break;
    }
  }
  try {
    change(sh, dir, physical);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await sh.error(`cd: ${rest[0] === "-" ? dir : (rest[0] ?? dir)}: ${error.text}`);
    return 1;
  }
  if (print) await sh.p.out(`${sh.vars.get("PWD")}\n`);
  return 0;
};

export const pwd: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "LP", "pwd [-LP]");
  if (!parsed) return 2;
  await sh.p.out(`${parsed.flags.has("P") ? sh.p.cwd : logical(sh)}\n`);
  return 0;
};

const tilde = (sh: Shell, path: string): string => {
  const home = sh.vars.get("HOME");
  return home && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
};

async function show(sh: Shell): Promise<number> {
  await sh.p.out(`${[logical(sh), ...sh.dirs].map((d) => tilde(sh, d)).join(" ")}\n`);
  return 0;
}

/** Index in the stack (0 = here) that +N or -N means. */
const place = (sh: Shell, spec: string): number => (spec.startsWith("+") ? Number(spec.slice(1)) : sh.dirs.length - Number(spec.slice(1)));

export const pushd: Builtin = async (sh, words) => {
  const quiet = words[1] === "-n";
  const arg = words[quiet ? 2 : 1];
  const here = logical(sh);
  try {
    if (arg === undefined) {
      const [top] = sh.dirs;
      if (top === undefined) {
        await sh.error("pushd: no other directory");
        return 1;
      }
      change(sh, top, false);
      sh.dirs[0] = here;
    } else if (/^[-+]\d+$/.test(arg)) {
      const at = place(sh, arg);
      const all = [here, ...sh.dirs];
      if (at < 0 || at >= all.length) {
        await sh.error(sh.dirs.length === 0 ? "pushd: directory stack empty" : `pushd: ${arg}: directory stack index out of range`);
        return 1;
      }
      const turned = [...all.slice(at), ...all.slice(0, at)];
      change(sh, turned[0]!, false);
      sh.dirs = turned.slice(1);
    } else if (quiet) sh.dirs.unshift(arg);
    else {
      change(sh, arg, false);
      sh.dirs.unshift(here);
    }
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    await sh.error(`pushd: ${arg ?? sh.dirs[0]}: ${error.text}`);
    return 1;
  }
  return await show(sh);
};

export const popd: Builtin = async (sh, words) => {
  const arg = words[1];
  if (sh.dirs.length === 0) {
    await sh.error("popd: directory stack empty");
    return 1;
  }
  const at = arg === undefined ? 0 : place(sh, arg);
  if (at === 0) {
    try {
      change(sh, sh.dirs[0]!, false);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await sh.error(`popd: ${sh.dirs[0]}: ${error.text}`);
      return 1;
    }
    sh.dirs.shift();
  } else if (at > 0 && at <= sh.dirs.length) sh.dirs.splice(at - 1, 1);
  else {
    await sh.error(`popd: ${arg}: directory stack index out of range`);
    return 1;
  }
  return await show(sh);
};

export const dirs: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "clpv", "dirs [-clpv] [+N] [-N]");
  if (!parsed) return 2;
  const { flags } = parsed;
  if (flags.has("c")) {
    sh.dirs = [];
    return 0;
  }
  const all = [logical(sh), ...sh.dirs].map((d) => (flags.has("l") ? d : tilde(sh, d)));
  if (flags.has("v")) for (const [i, d] of all.entries()) await sh.p.out(`${String(i).padStart(2)}  ${d}\n`);
  else await sh.p.out(`${all.join(flags.has("p") ? "\n" : " ")}\n`);
  return 0;
};
