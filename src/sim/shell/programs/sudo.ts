/** sudo (1.9.15) and su (util-linux 2.39). Passwords are not simulated: rules with NOPASSWD (and root) are. */
import { Errno } from "../../core/errno.ts";
import type { FsView } from "../../fs/view.ts";
import { groupName, groups, membership, userById, users, type User } from "../../image/users.ts";
import { which } from "../../kernel/machine.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { getopt, standFor } from "./run.ts";

interface Rule {
  password: boolean;
  commands: string[];
  runAs: string[];
}

interface Sudoers {
  rules: Rule[];
  securePath: string | undefined;
  keep: string[];
}

/** By name, or by number written as #N. */
const userNamed = (fs: FsView, who: string): User | undefined =>
  users(fs).find((u) => (who.startsWith("#") ? String(u.uid) === who.slice(1) : u.name === who));

const groupIdNamed = (fs: FsView, who: string): number | undefined =>
  groups(fs).find((g) => (who.startsWith("#") ? String(g.gid) === who.slice(1) : g.name === who))?.gid;

/** What /etc/sudoers and the files it includes say about a user. */
function sudoers(fs: FsView, user: User, hostname: string): Sudoers {
  const out: Sudoers = { rules: [], securePath: undefined, keep: [] };
  const memberOf = membership(fs, user).map((gid) => groupName(fs, gid));
  const read = (path: string, depth: number): void => {
    const text = (fs.tryReadText(path) ?? "").replaceAll("\\\n", "");
    for (const raw of text.split("\n")) {
      const include = /^[@#]include(dir)?\s+(\S+)/.exec(raw);
      if (include && depth < 8) {
        if (!include[1]) read(include[2]!, depth + 1);
        else if (fs.isDir(include[2]!))
          for (const name of fs.readdir(include[2]!))
            if (!name.endsWith("~") && !name.includes(".")) read(`${include[2]}/${name}`, depth + 1);
        continue;
      }
      const line = raw.replace(/#.*/, "").trim();
      if (line === "") continue;
      if (/^Defaults\b/.test(line)) {
        const secure = /secure_path\s*=\s*"?([^"\s]+)"?/.exec(line);
        if (secure) out.securePath = secure[1];
        if (/!secure_path/.test(line)) out.securePath = undefined;
        const keep = /env_keep\s*\+?=\s*"?([^"]+)"?/.exec(line);
        if (keep) out.keep.push(...keep[1]!.trim().split(/\s+/));
        continue;
      }
      const match = /^(\S+)\s+(\S+)\s*=\s*(?:\(([^)]*)\)\s*)?(.*)$/.exec(line);
      if (!match) continue;
      const who = match[1]!;
      const applies =
        who === "ALL" || who === user.name || who === `#${user.uid}` || (who.startsWith("%") && memberOf.includes(who.slice(1)));
      if (!applies || (match[2] !== "ALL" && match[2] !== hostname)) continue;
      const tags = /^((?:[A-Z_]+:\s*)*)(.*)$/.exec(match[4]!)!;
      out.rules.push({
        password: !tags[1]!.includes("NOPASSWD:"),
        commands: tags[2]!.split(/\s*,\s*/),
        runAs: (match[3] ?? "root").split(":")[0]!.split(/\s*,\s*/),
      });
    }
  };
  read("/etc/sudoers", 0);
  return out;
}

const usage =
  "usage: sudo -h | -K | -k | -V\nusage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]\nusage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user]\n            [-u user] [command [arg ...]]\nusage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory]\n            [-g group] [-h host] [-p prompt] [-R directory] [-T timeout]\n            [-u user] [VAR=value] [-i | -s] [command [arg ...]]\nusage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory]\n            [-g group] [-h host] [-p prompt] [-R directory] [-T timeout]\n            [-u user] file ...\n";

/** Variables that pass through env_reset. */
const kept = ["TERM", "COLORTERM", "DISPLAY", "LANG", "LANGUAGE", "LS_COLORS", "XAUTHORITY", "PS1", "PS2", "KRB5CCNAME"];

export const sudo: CommandProgram = {
  name: "sudo",
  async main(p) {
    const o = getopt(p.args, "ABbEHkKNnPSsivlVhu:g:p:C:D:R:T:U:e", {
      login: "i",
      shell: "s",
      user: "u",
      group: "g",
      "non-interactive": "n",
      "set-home": "H",
      "preserve-env": "E",
      background: "b",
      chdir: "D",
      validate: "v",
      list: "l",
      "reset-timestamp": "k",
      "remove-timestamp": "K",
      stdin: "S",
      prompt: "p",
      version: "V",
      help: "h",
    });
    if (typeof o === "string") {
      await p.err(`sudo: ${o}\n${usage}`);
      return 1;
    }
    if (o.has("V")) {
      await p.out(
        "Sudo version 1.9.15p5\nSudoers policy plugin version 1.9.15p5\nSudoers file grammar version 50\nSudoers I/O plugin version 1.9.15p5\nSudoers audit plugin version 1.9.15p5\n",
      );
      return 0;
    }
    if (o.has("h")) {
      await p.out(`sudo - execute a command as another user\n\n${usage}`);
      return 0;
    }
    if (o.has("k") || o.has("K")) {
      if (o.rest.length === 0) return 0;
    }
    for (const letter of ["e", "b", "A", "B", "P", "R", "T", "U", "C"]) if (o.has(letter)) return p.notSimulated(`sudo -${letter}`);
    const fs = p.machine.rootFs(p.state.mntns, p.pid);
    const me = userById(fs, p.uid);
    if (!me) {
      await p.err(`sudo: you do not exist in the passwd database\n`);
      return 1;
    }
    const target = userNamed(fs, o.value("u") ?? "root");
    if (!target) {
      await p.err(`sudo: unknown user ${o.value("u")}\nsudo: error initializing audit plugin sudoers_audit\n`);
      return 1;
    }
    const command = [...o.rest];
    const set: Record<string, string> = {};
    while (command[0] && /^[A-Za-z_]\w*=/.test(command[0])) {
      const [name, value] = command.shift()!.split(/=([\s\S]*)/);
      set[name!] = value!;
    }
    const shell = o.has("i") || o.has("s");
    if (command.length === 0 && !shell && !o.has("v") && !o.has("l")) {
      await p.err(usage);
      return 1;
    }
    const policy = sudoers(fs, me, p.hostname);
    const rule = policy.rules.findLast((r) => r.runAs.includes("ALL") || r.runAs.includes(target.name));
    if (p.uid !== 0) {
      if (!rule) {
        if (!o.has("n")) return p.notSimulated("sudo with a password");
        await p.err("sudo: a password is required\n");
        return 1;
      }
      if (rule.password) {
        if (!o.has("n")) return p.notSimulated("sudo with a password");
        await p.err("sudo: a password is required\n");
        return 1;
      }
    }
    if (o.has("l")) {
      await p.out(
        `Matching Defaults entries for ${me.name} on ${p.hostname}:\n    env_reset, mail_badpass,\n    secure_path=${(policy.securePath ?? "").replaceAll(":", "\\:")},\n    use_pty\n\nUser ${me.name} may run the following commands on ${p.hostname}:\n${policy.rules.map((r) => `    (${r.runAs.join(", ")}) ${r.password ? "" : "NOPASSWD: "}${r.commands.join(", ")}\n`).join("")}`,
      );
      return 0;
    }
    if (o.has("v")) return 0;

    const env: Record<string, string> = {};
    if (o.has("E")) Object.assign(env, p.env);
    for (const name of [...kept, ...policy.keep]) if (p.env[name] !== undefined) env[name] = p.env[name];
    for (const name of Object.keys(p.env)) if (name.startsWith("LC_")) env[name] = p.env[name]!;
    const preserve = p.args.find((a) => a.startsWith("--preserve-env="));
    if (preserve) for (const name of preserve.slice(15).split(",")) if (p.env[name] !== undefined) env[name] = p.env[name];
    env.TERM ??= "unknown";
    env.PATH = policy.securePath ?? p.env.PATH ?? "/usr/bin:/bin";
    if (!o.has("E") || o.has("H") || o.has("i")) env.HOME = target.home;
    env.MAIL = `/var/mail/${target.name}`;
    env.LOGNAME = target.name;
    env.USER = target.name;
    env.SHELL = target.shell;
    Object.assign(env, set);
    env.SUDO_COMMAND = command.length > 0 && !shell ? command.join(" ") : target.shell;
    env.SUDO_USER = me.name;
    env.SUDO_UID = String(p.uid);
    env.SUDO_GID = String(p.state.gid);

    let exe: string | undefined;
    let argv = command;
    let cwd = o.value("D") ?? p.cwd;
    if (shell) {
      const path = o.has("i") ? target.shell : (p.env.SHELL ?? target.shell);
      const base = path.slice(path.lastIndexOf("/") + 1);
      // the shell is given one string; what is not a word character is escaped, $ excepted
      const text = command.map((word) => word.replaceAll(/[^A-Za-z0-9_\-$]/g, "\\$&")).join(" ");
      argv = [o.has("i") ? `-${base}` : path, ...(command.length > 0 ? ["-c", text] : [])];
      exe = path;
      if (o.has("i")) cwd = fs.isDir(target.home) ? target.home : "/";
    } else {
      try {
        exe = which(fs, command[0]!, env.PATH);
      } catch {
        await p.err(`sudo: ${command[0]}: command not found\n`);
        return 1;
      }
      env.SUDO_COMMAND = [exe, ...command.slice(1)].join(" ");
    }
    if (rule && p.uid !== 0 && !rule.commands.includes("ALL") && !rule.commands.some((c) => c === exe || c === argv.join(" "))) {
      await p.err(
        `Sorry, user ${me.name} is not allowed to execute '${[exe, ...argv.slice(1)].join(" ")}' as ${target.name} on ${p.hostname}.\n`,
      );
      return 1;
    }
    const gid = o.value("g") === undefined ? target.gid : groupIdNamed(fs, o.value("g")!);
    if (gid === undefined) {
      await p.err(`sudo: unknown group ${o.value("g")}\n`);
      return 1;
    }
    return await asUser(p, { argv, exe, env, cwd, uid: target.uid, gid, groups: membership(fs, target) });
  },
};

export async function asUser(
  p: Proc,
  options: { argv: string[]; exe: string; env: Record<string, string>; cwd: string; uid: number; gid: number; groups: number[] },
): Promise<number> {
  let child: Proc;
  try {
    child = p.spawn({ ...options, fds: new Map(p.fds), pgid: p.state.pgid });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === "ENOENT" && !options.argv[0]!.includes("/")) await p.err(`${p.name}: ${options.argv[0]}: command not found\n`);
    else if (error.code === "EAGAIN") await p.err(`${p.name}: unable to fork: ${error.text}\n`);
    else if (error.code === "ENOEXEC") {
      // as execvp(3): a file without #! is given to the shell
      child = p.spawn({
        ...options,
        argv: ["/bin/sh", options.exe, ...options.argv.slice(1)],
        exe: "/bin/sh",
        fds: new Map(p.fds),
        pgid: p.state.pgid,
      });
      return await standFor(p, child);
    } else await p.err(`${p.name}: unable to execute ${options.exe}: ${error.text}\n`);
    return 1;
  }
  return await standFor(p, child);
}

export const su: CommandProgram = {
  name: "su",
  async main(p) {
    const login = p.args.includes("-");
    const o = getopt(
      p.args.filter((a) => a !== "-"),
      "c:lmps:g:G:w:PfT",
      {
        command: "c",
        login: "l",
        "preserve-environment": "p",
        shell: "s",
        group: "g",
        "supp-group": "G",
        "whitelist-environment": "w",
        pty: "P",
      },
      true,
    );
    if (typeof o === "string") {
      await p.err(`su: ${o}\nTry 'su --help' for more information.\n`);
      return 1;
    }
    for (const letter of ["g", "G", "w", "P"]) if (o.has(letter)) return p.notSimulated(`su -${letter}`);
    const fs = p.machine.rootFs(p.state.mntns, p.pid);
    const [name = "root", ...args] = o.rest;
    const target = users(fs).find((u) => u.name === name);
    if (!target) {
      await p.err(`su: user ${name} does not exist or the user entry does not contain all the required fields\n`);
      return 1;
    }
    if (p.uid !== 0) return p.notSimulated("su with a password");
    const asLogin = login || o.has("l");
    const keep = (o.has("m") || o.has("p")) && !asLogin;
    const shell = o.value("s") ?? (keep ? (p.env.SHELL ?? target.shell) : target.shell);
    const env: Record<string, string> = asLogin ? (p.env.TERM === undefined ? {} : { TERM: p.env.TERM }) : { ...p.env };
    if (!keep) {
      env.HOME = target.home;
      env.SHELL = shell;
      if (asLogin || target.uid !== 0) {
        env.USER = target.name;
        env.LOGNAME = target.name;
      }
    }
    if (asLogin)
      env.PATH =
        target.uid === 0
          ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
          : "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";
    const base = shell.slice(shell.lastIndexOf("/") + 1);
    const command = o.value("c");
    return await asUser(p, {
      argv: [asLogin ? `-${base}` : base, ...(command === undefined ? [] : ["-c", command]), ...args],
      exe: shell,
      env,
      cwd: asLogin ? (fs.isDir(target.home) ? target.home : "/") : p.cwd,
      uid: target.uid,
      gid: target.gid,
      groups: membership(fs, target),
    });
  },
};
