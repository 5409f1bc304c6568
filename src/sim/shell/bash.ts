/**
 * The bash program. The same program is /bin/sh: on Ubuntu that is dash, whose own wording of messages is not imitated
 * (its scripts run, and read `sh:` in messages).
 */
import { decodeText } from "../core/text-bytes.ts";
import { Errno } from "../core/errno.ts";
import type { Proc } from "../kernel/proc.ts";
import type { CommandProgram } from "../kernel/program.ts";
import { interactiveLoop } from "./interactive.ts";
import { setFlag, setShopt } from "./builtins/variables.ts";
import { setOptions, type SetOption, type Shopt } from "./options.ts";
import { Shell } from "./shell.ts";
import { needsMore } from "./syntax-error.ts";
import { parseScript, Source } from "./syntax.ts";
import { readLine } from "./builtins/read.ts";
import { DiscardFlow, ReturnFlow } from "./flow.ts";

const version = "5.2.21(1)-release";

export const bash: CommandProgram = {
  name: "bash",
  async main(p) {
    const argv0 = p.argv[0] ?? "bash";
    const sh = new Shell(p, argv0);
    return await sh.live(() => start(sh));
  },
};

const usage = `Usage:	%s [GNU long option] [option] ...
	%s [GNU long option] [option] script-file ...
GNU long options:
	--debug
	--debugger
	--dump-po-strings
	--dump-strings
	--help
	--init-file
	--login
	--noediting
	--noprofile
	--norc
	--posix
	--pretty-print
	--rcfile
	--restricted
	--verbose
	--version
Shell options:
	-ilrsD or -c command or -O shopt_option		(invocation only)
	-abefhkmnptuvxBCEHPT or -o option
`;

async function start(sh: Shell): Promise<number> {
  const { p } = sh;
  const args = [...p.args];
  const byLetter = new Map(
    (Object.keys(setOptions) as SetOption[]).filter((n) => setOptions[n] !== "").map((n) => [setOptions[n] as string, n]),
  );
  let command = false;
  let stdin = false;
  let interactive = false;
  let norc = false;
  let noprofile = false;
  let rcfile: string | undefined;
  sh.login = sh.name0.startsWith("-");
  environment(sh);
  const base = sh.name0.slice(sh.name0.lastIndexOf("/") + 1).replace(/^-/, "");
  if (base === "sh") sh.flags.posix = true;

  while (args.length > 0 && /^[-+]./.test(args[0]!)) {
    const option = args.shift()!;
    if (option === "--" || option === "-") break;
    if (option.startsWith("--")) {
      switch (option.slice(2)) {
        case "login":
          sh.login = true;
          break;
        case "norc":
          norc = true;
          break;
        case "noprofile":
          noprofile = true;
          break;
        case "rcfile":
        case "init-file":
          rcfile = args.shift();
          break;
        case "posix":
          sh.flags.posix = true;
          break;
        case "noediting":
          break;
        case "verbose":
          setFlag(sh, "verbose", true);
          break;
        case "version":
          await p.out(
            `GNU bash, version ${version} (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n`,
          );
          return 0;
        case "help":
          await p.out(`GNU bash, version ${version}-(x86_64-pc-linux-gnu)\n${usage.replaceAll("%s", sh.name0)}`);
          return 0;
        case "debugger":
        case "dump-strings":
        case "dump-po-strings":
        case "pretty-print":
        case "restricted":
        case "debug":
          return p.notSimulated(`bash ${option}`);
        default:
          await p.err(`${sh.name0}: ${option}: invalid option\n${usage.replaceAll("%s", sh.name0)}`);
          return 2;
      }
      continue;
    }
    const on = option.startsWith("-");
    for (const letter of option.slice(1)) {
      if (letter === "c") command = true;
      else if (letter === "s") stdin = true;
      else if (letter === "i") interactive = true;
      else if (letter === "l") sh.login = true;
      else if (letter === "r" || letter === "D") return p.notSimulated(`bash -${letter}`);
      else if (letter === "o") {
        const name = args.shift();
        if (name === undefined || !(name in setOptions)) {
          await p.err(`${sh.name0}: line 0: ${sh.name0}: ${name ?? ""}: invalid option name\n`);
          return 2;
        }
        setFlag(sh, name as SetOption, on);
      } else if (letter === "O") {
        const name = args.shift();
        if (name === undefined || !(name in sh.shopt)) {
          await p.err(`${sh.name0}: ${name ?? ""}: invalid shell option name\n`);
          return 2;
        }
        setShopt(sh, name as keyof Shopt, on);
      } else if (byLetter.has(letter)) setFlag(sh, byLetter.get(letter)!, on);
      else {
        await p.err(`${sh.name0}: ${option}: invalid option\n${usage.replaceAll("%s", sh.name0)}`);
        return 2;
      }
    }
  }
  sh.shopt.login_shell = sh.login;

  if (command) {
    const text = args.shift();
    if (text === undefined) {
      await p.err(`${sh.name0}: -c: option requires an argument\n`);
      return 2;
    }
    if (args.length > 0) sh.name0 = args.shift()!;
    sh.positional = args;
    sh.commandString = text;
    if (interactive) becomeInteractive(sh);
    await startupFiles(sh, { noprofile, norc, rcfile });
    sh.source = new Source(text, "environment");
    return await sh.runText(sh.source, "-c");
  }
  if (args.length > 0 && !stdin) {
    const file = args.shift()!;
    sh.positional = args;
    if (interactive) becomeInteractive(sh);
    await startupFiles(sh, { noprofile, norc, rcfile });
    return await scriptFile(sh, file);
  }
  sh.positional = args;
  sh.fromStdin = true;
  const terminal = p.fds.get(0)?.isTerminal && p.fds.get(2)?.isTerminal;
  if (interactive || terminal) {
    becomeInteractive(sh);
    return await interactiveLoop(sh, () => startupFiles(sh, { noprofile, norc, rcfile }));
  }
  await startupFiles(sh, { noprofile, norc, rcfile });
  return await fromInput(sh);
}

function becomeInteractive(sh: Shell): void {
  sh.interactive = true;
  sh.shopt.expand_aliases = true;
  sh.flags.histexpand = true;
  sh.flags.history = true;
  sh.flags.emacs = true;
}

/** Variables that come from the environment, and those that bash sets itself. */
function environment(sh: Shell): void {
  const { p, vars } = sh;
  for (const [name, value] of Object.entries(p.env)) {
    const f = /^BASH_FUNC_(.*)%%$/.exec(name);
    if (f) {
      const text = `${f[1]} ${value}`;
      const node = parseScript(text).commands[0]?.command;
      if (node?.type === "Function")
        sh.functions.set(f[1]!, {
          name: f[1]!,
          body: node.body,
          source: new Source(text, "environment"),
          pos: 0,
          end: text.length,
          exported: true,
          readonly: false,
        });
      continue;
    }
    if (!/^[A-Za-z_]\w*$/.test(name) || vars.special.has(name)) continue;
    const v = vars.declare(name);
    v.value = value;
    v.exported = true;
  }
  const preset = (name: string, value: string): void => {
    if (vars.get(name) === undefined) vars.set(name, value);
  };
  preset("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin");
  preset("IFS", " \t\n");
  vars.set("IFS", " \t\n");
  vars.declare("IFS").exported = false;
  preset("PS4", "+ ");
  preset("OPTIND", "1");
  vars.set("OPTIND", "1");
  preset("OPTERR", "1");
  preset("TERM", "dumb");
  preset("HOSTNAME", p.hostname);
  vars.set("HOSTTYPE", "x86_64");
  vars.set("MACHTYPE", "x86_64-pc-linux-gnu");
  vars.set("OSTYPE", "linux-gnu");
  vars.set("BASH", p.state.exe || "/usr/bin/bash");
  vars.set("BASH_VERSION", version);
  vars.setArray(
    "BASH_VERSINFO",
    ["5", "2", "21", "1", "release", "x86_64-pc-linux-gnu"].map((value) => ({ key: undefined, value })),
  );
  vars.declare("BASH_VERSINFO").readonly = true;
  vars.set("UID", String(p.uid));
  vars.declare("UID").readonly = true;
  vars.declare("UID").integer = true;
  vars.set("EUID", String(p.uid));
  vars.declare("EUID").readonly = true;
  vars.declare("EUID").integer = true;
  const level = Number(vars.get("SHLVL") ?? "0");
  vars.set("SHLVL", String((Number.isInteger(level) ? level : 0) + 1));
  vars.declare("SHLVL").exported = true;
  const pwd = vars.get("PWD");
  let right = false;
  if (pwd?.startsWith("/")) {
    try {
      right = p.fs.realpath(pwd) === p.cwd;
    } catch {
      right = false;
    }
  }
  if (!right) vars.set("PWD", p.cwd);
  vars.declare("PWD").exported = true;
  vars.declare("OLDPWD").exported = true;
  const shell = (p.fs.tryReadText("/etc/passwd") ?? "")
    .split("\n")
    .find((l) => l.split(":")[2] === String(p.uid))
    ?.split(":")[6];
  preset("SHELL", shell ?? "/bin/bash");
  for (const option of (p.env.SHELLOPTS ?? "").split(":")) if (option in setOptions) sh.flags[option as SetOption] = true;
}

async function startupFiles(sh: Shell, options: { noprofile: boolean; norc: boolean; rcfile: string | undefined }): Promise<void> {
  const run = async (path: string): Promise<boolean> => {
    const text = readable(sh, path);
    if (text === undefined) return false;
    const { source } = sh;
    const { commandString } = sh;
    try {
      sh.returns++;
      sh.commandString = undefined;
      await sh.runText(new Source(text, path));
    } catch (error) {
      if (!(error instanceof ReturnFlow) && !(error instanceof DiscardFlow)) throw error;
    } finally {
      sh.returns--;
      sh.source = source;
      sh.commandString = commandString;
    }
    return true;
  };
  if (sh.login && !options.noprofile) {
    await run("/etc/profile");
    const home = sh.vars.get("HOME") ?? "/";
    if (sh.flags.posix) await run(`${home}/.profile`);
    else for (const name of [".bash_profile", ".bash_login", ".profile"]) if (await run(`${home}/${name}`)) break;
  } else if (sh.interactive && !options.norc && !sh.flags.posix) {
    // Debian's bash reads the system-wide file first (SYS_BASHRC)
    await run("/etc/bash.bashrc");
    await run(options.rcfile ?? `${sh.vars.get("HOME") ?? "/"}/.bashrc`);
  } else if (!sh.interactive && !sh.flags.posix) {
    const env = sh.vars.get("BASH_ENV");
    if (env) await run(env);
  }
}

function readable(sh: Shell, path: string): string | undefined {
  try {
    return sh.p.fs.isFile(path) ? sh.p.fs.readText(path) : undefined;
  } catch {
    return undefined;
  }
}

async function scriptFile(sh: Shell, file: string): Promise<number> {
  const { p } = sh;
  let path = file;
  // a name without a slash that is not here is looked for in PATH
  if (!file.includes("/") && !p.fs.exists(file)) {
    const dir = (sh.vars.get("PATH") ?? "").split(":").find((d) => p.fs.isFile(`${d}/${file}`));
    if (dir !== undefined) path = `${dir}/${file}`;
  }
  return await runScriptFile(sh, path, [file, ...sh.positional]);
}

/** Reads and runs a script in this shell. `argv[0]` is what messages call it. */
export async function runScriptFile(sh: Shell, path: string, argv: string[]): Promise<number> {
  const shown = argv[0]!;
  const { p } = sh;
  const before = sh.name0;
  let text: string;
  try {
    if (p.fs.isDir(path)) throw new Errno("EISDIR", path);
    text = await readFile(p, path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const status = error.code === "ENOENT" ? 127 : 126;
    await p.err(error.code === "EISDIR" ? `${shown}: ${shown}: Is a directory\n` : `${before}: ${shown}: ${error.text}\n`);
    return status;
  }
  if (/\0/.test(text.slice(0, text.indexOf("\n") < 0 ? 80 : Math.min(80, text.indexOf("\n"))))) {
    await p.err(`${shown}: ${shown}: cannot execute binary file\n`);
    return 126;
  }
  sh.name0 = shown;
  sh.positional = argv.slice(1);
  sh.commandString = undefined;
  sh.fromStdin = false;
  if (sh.flags.verbose) await p.err(text);
  return await sh.runText(new Source(text, shown));
}

async function readFile(p: Proc, path: string): Promise<string> {
  const file = p.open(path, { read: true }).retain();
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const part = await file.read(65536, p);
      if (part.length === 0) break;
      parts.push(part);
    }
  } finally {
    file.release();
  }
  return decodeText(Buffer.concat(parts));
}

/** Commands from a file or pipe on standard input, read line by line so that commands find the rest of it. */
async function fromInput(sh: Shell): Promise<number> {
  let text = "";
  let first = 1;
  let line = 0;
  for (;;) {
    const got = await readLine(sh, 0, "\n", { raw: true });
    if (got !== undefined) {
      line++;
      text += got.text + (got.atEnd ? "" : "\n");
      if (sh.flags.verbose) await sh.p.err(`${got.text}\n`);
    }
    const end = got === undefined || got.atEnd;
    if (text.trim() !== "") {
      const source = new Source(text, "", first);
      if (end || !needsMore(parseScript(text), source)) {
        try {
          await sh.runText(source);
        } catch (error) {
          if (!(error instanceof DiscardFlow)) throw error;
          sh.status = error.status;
        }
        text = "";
      }
    } else text = "";
    if (text === "") first = line + 1;
    if (end) return sh.status;
  }
}
