/** tty, stty, clear, tput, reset: programs about the terminal. */
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { copyTermios, defaultTermios } from "../../kernel/termios.ts";
import { Tty } from "../../kernel/tty.ts";

const terminalOf = (p: Proc, fd = 0): Tty | undefined => {
  const file = p.fds.get(fd);
  return file instanceof Tty ? file : undefined;
};

export const tty: CommandProgram = {
  name: "tty",
  async main(p) {
    const silent = p.args.some((a) => a === "-s" || a === "--silent" || a === "--quiet");
    const bad = p.args.find((a) => !["-s", "--silent", "--quiet"].includes(a));
    if (bad !== undefined) {
      await p.err(
        bad.startsWith("-")
          ? `tty: invalid option -- '${bad[1]}'\nTry 'tty --help' for more information.\n`
          : `tty: extra operand ‘${bad}’\nTry 'tty --help' for more information.\n`,
      );
      return 2;
    }
    const terminal = terminalOf(p);
    if (!silent) await p.out(terminal ? `${terminal.path}\n` : "not a tty\n");
    return terminal ? 0 : 1;
  },
};

/** Groups of modes as `stty -a` prints them. */
const groups = {
  control: ["parenb", "parodd", "cmspar", "cs8", "hupcl", "cstopb", "cread", "clocal", "crtscts"],
  input: [
    "ignbrk",
    "brkint",
    "ignpar",
    "parmrk",
    "inpck",
    "istrip",
    "inlcr",
    "igncr",
    "icrnl",
    "ixon",
    "ixoff",
    "iuclc",
    "ixany",
    "imaxbel",
    "iutf8",
  ],
  output: ["opost", "olcuc", "ocrnl", "onlcr", "onocr", "onlret", "ofill", "ofdel", "nl0", "cr0", "tab0", "bs0", "vt0", "ff0"],
  local: [
    "isig",
    "icanon",
    "iexten",
    "echo",
    "echoe",
    "echok",
    "echonl",
    "noflsh",
    "xcase",
    "tostop",
    "echoprt",
    "echoctl",
    "echoke",
    "flusho",
    "extproc",
  ],
};

const shownChar = (code: number | undefined): string =>
  code === undefined ? "<undef>" : code === 127 ? "^?" : code < 32 ? `^${String.fromCharCode(code + 64)}` : String.fromCharCode(code);

const saneModes = [
  "cread",
  "brkint",
  "icrnl",
  "imaxbel",
  "iutf8",
  "opost",
  "onlcr",
  "isig",
  "icanon",
  "iexten",
  "echo",
  "echoe",
  "echok",
  "echoctl",
  "echoke",
];

export const stty: CommandProgram = {
  name: "stty",
  async main(p) {
    const args = [...p.args];
    let fd = 0;
    let device: Tty | undefined;
    const f = args.findIndex((a) => a === "-F" || a.startsWith("--file="));
    let label = "standard input";
    if (f >= 0) {
      label = args[f] === "-F" ? args[f + 1]! : args[f]!.slice(7);
      args.splice(f, args[f] === "-F" ? 2 : 1);
      const opened = p.open(label, { read: true });
      device = opened instanceof Tty ? opened : undefined;
      fd = -1;
    } else device = terminalOf(p, fd);
    if (!device) {
      await p.err(`stty: '${label}': Inappropriate ioctl for device\n`);
      return 1;
    }
    const { rows, cols } = device;
    const t = copyTermios(device.termios);
    if (args.length === 0 || args[0] === "-a" || args[0] === "--all") {
      const all = args.length > 0;
      const base = defaultTermios();
      let out = `speed ${t.speed} baud;${all ? ` rows ${rows}; columns ${cols};` : ""} line = 0;\n`;
      const chars = [
        "intr",
        "quit",
        "erase",
        "kill",
        "eof",
        "eol",
        "eol2",
        "swtch",
        "start",
        "stop",
        "susp",
        "rprnt",
        "werase",
        "lnext",
        "discard",
      ];
      const special = chars.filter((c) => all || t.chars[c] !== base.chars[c]).map((c) => `${c} = ${shownChar(t.chars[c])};`);
      if (all || !t.modes.icanon) special.push(`min = ${t.min};`, `time = ${t.time};`);
      out += wrap(special, cols);
      for (const names of Object.values(groups)) {
        const shown = names
          .filter(
            (name) =>
              all ||
              (name in t.modes &&
                t.modes[name] !== (saneModes.includes(name) ? true : base.modes[name]) &&
                t.modes[name] !== base.modes[name]),
          )
          .map((name) => (!(name in t.modes) || t.modes[name] ? name : `-${name}`));
        out += wrap(shown, cols);
      }
      await p.out(out);
      return 0;
    }
    if (args[0] === "size") {
      await p.out(`${rows} ${cols}\n`);
      return 0;
    }
    if (args[0] === "speed") {
      await p.out(`${t.speed}\n`);
      return 0;
    }
    if (args[0] === "-g" || args[0] === "--save") {
      await p.out(`${Buffer.from(JSON.stringify({ modes: t.modes, chars: t.chars, min: t.min, time: t.time })).toString("hex")}\n`);
      return 0;
    }
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      const on = !arg.startsWith("-");
      const name = on ? arg : arg.slice(1);
      if (name in t.modes) t.modes[name] = on;
      else if (name in t.chars) {
        const value = args[++i];
        if (value === undefined) {
          await p.err(`stty: missing argument to '${name}'\nTry 'stty --help' for more information.\n`);
          return 1;
        }
        t.chars[name] =
          value === "undef" || value === "^-"
            ? undefined
            : value.startsWith("^") && value.length === 2
              ? value === "^?"
                ? 127
                : value.toUpperCase().charCodeAt(1) & 31
              : value.charCodeAt(0);
      } else if (name === "min" || name === "time") t[name] = Number(args[++i]);
      else if (name === "rows") device.resize(device.cols, Number(args[++i]));
      else if (name === "cols" || name === "columns") device.resize(Number(args[++i]), device.rows);
      else if (name === "raw" || name === "cooked") {
        const raw = (name === "raw") === on;
        for (const mode of [
          "ignbrk",
          "brkint",
          "ignpar",
          "parmrk",
          "inpck",
          "istrip",
          "inlcr",
          "igncr",
          "icrnl",
          "ixon",
          "ixoff",
          "icanon",
          "opost",
          "isig",
          "iuclc",
          "ixany",
          "imaxbel",
          "xcase",
        ])
          t.modes[mode] = raw
            ? false
            : ["brkint", "ignpar", "istrip", "icrnl", "ixon", "opost", "isig", "icanon"].includes(mode)
              ? mode !== "istrip"
              : t.modes[mode]!;
      } else if (name === "cbreak") t.modes.icanon = !on;
      else if (name === "sane") Object.assign(t, defaultTermios());
      else if (name === "echoall") continue;
      else if (/^[0-9a-f]{40,}$/.test(arg)) {
        const saved = JSON.parse(Buffer.from(arg, "hex").toString()) as {
          modes: Record<string, boolean>;
          chars: Record<string, number>;
          min: number;
          time: number;
        };
        Object.assign(t, { ...saved, chars: { ...defaultTermios().chars, ...saved.chars } });
      } else {
        await p.err(`stty: invalid argument ‘${arg}’\nTry 'stty --help' for more information.\n`);
        return 1;
      }
    }
    device.set(t);
    return 0;
  },
};

/** Words on lines that fit. */
function wrap(words: string[], cols: number): string {
  if (words.length === 0) return "";
  let out = "";
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > cols) {
      out += `${line}\n`;
      line = "";
    }
    line += (line === "" ? "" : " ") + word;
  }
  return `${out}${line}\n`;
}

export const clear: CommandProgram = {
  name: "clear",
  async main(p) {
    if (!p.env.TERM) {
      await p.err("TERM environment variable not set.\n");
      return 1;
    }
    await p.out("\x1b[H\x1b[2J\x1b[3J");
    return 0;
  },
};

export const reset: CommandProgram = {
  name: "reset",
  async main(p) {
    const terminal = terminalOf(p, 2) ?? terminalOf(p);
    terminal?.set(defaultTermios());
    await p.out("\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>");
    return 0;
  },
};

/** Capabilities of xterm-256color. */
const capabilities: Record<string, string | ((...n: number[]) => string)> = {
  clear: "\x1b[H\x1b[2J\x1b[3J",
  bold: "\x1b[1m",
  dim: "\x1b[2m",
  rev: "\x1b[7m",
  smul: "\x1b[4m",
  rmul: "\x1b[24m",
  sgr0: "\x1b(B\x1b[m",
  el: "\x1b[K",
  ed: "\x1b[J",
  home: "\x1b[H",
  civis: "\x1b[?25l",
  cnorm: "\x1b[?12l\x1b[?25h",
  smcup: "\x1b[?1049h\x1b[22;0;0t",
  rmcup: "\x1b[?1049l\x1b[23;0;0t",
  bel: "\x07",
  setaf: (n) => (n! < 8 ? `\x1b[3${n}m` : n! < 16 ? `\x1b[9${n! - 8}m` : `\x1b[38;5;${n}m`),
  setab: (n) => (n! < 8 ? `\x1b[4${n}m` : n! < 16 ? `\x1b[10${n! - 8}m` : `\x1b[48;5;${n}m`),
  cup: (row, column) => `\x1b[${row! + 1};${column! + 1}H`,
};

export const tput: CommandProgram = {
  name: "tput",
  async main(p) {
    const args = [...p.args];
    let term = p.env.TERM;
    if (args[0]?.startsWith("-T")) term = args.shift()!.slice(2) || args.shift();
    if (!term) {
      await p.err("tput: No value for $TERM and no -T specified\n");
      return 2;
    }
    const name = args[0];
    if (name === undefined) {
      await p.err("usage: tput [-V] [-S] [-T term] capname\n");
      return 2;
    }
    const terminal = terminalOf(p, 2) ?? terminalOf(p, 1) ?? terminalOf(p);
    if (name === "cols" || name === "lines") {
      await p.out(`${name === "cols" ? (terminal?.cols ?? 80) : (terminal?.rows ?? 24)}\n`);
      return 0;
    }
    if (name === "colors") {
      await p.out(term === "dumb" ? "-1\n" : term.includes("256color") ? "256\n" : "8\n");
      return 0;
    }
    const capability = capabilities[name];
    if (capability === undefined) return p.notSimulated(`tput ${name}`);
    if (term === "dumb") return 1;
    await p.out(typeof capability === "string" ? capability : capability(...args.slice(1).map(Number)));
    return 0;
  },
};
