import { Errno } from "../../../core/errno.ts";
import { userName } from "../../../image/users.ts";
import { command } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";
import { parseDate } from "../date.ts";

export const basename = command({
  name: "basename",
  options: "a,multiple s,suffix= z,zero +",
  usage: "NAME [SUFFIX]\n  or:  basename OPTION... NAME...",
  summary: "Print NAME with any leading directory components removed.",
  async run(c) {
    const { p, o } = c;
    const names = o.operands;
    if (names.length === 0) await c.usage("missing operand");
    const many = o.has("a", "s");
    if (!many && names.length > 2) await c.usage(`extra operand ${quote(p, names[2]!)}`);
    const suffix = o.value("s") ?? (many ? "" : (names[1] ?? ""));
    for (const name of many ? names : names.slice(0, 1)) {
      const trimmed = name.replace(/(.)\/+$/s, "$1");
      let base = /^\/+$/.test(trimmed) ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
      if (suffix !== "" && base !== suffix && base.endsWith(suffix)) base = base.slice(0, -suffix.length);
      c.out.text(base + (o.has("z") ? "\0" : "\n"));
    }
  },
});

export const dirname = command({
  name: "dirname",
  options: "z,zero",
  usage: "[OPTION] NAME...",
  summary: "Output each NAME with its last non-slash component and trailing slashes removed.",
  async run(c) {
    if (c.operands.length === 0) await c.usage("missing operand");
    for (const name of c.operands) {
      const trimmed = name.replace(/(.)\/+$/s, "$1");
      const cut = trimmed.lastIndexOf("/");
      const dir = cut < 0 ? "." : trimmed.slice(0, cut).replace(/\/+$/, "") || "/";
      c.out.text(dir + (c.o.has("z") ? "\0" : "\n"));
    }
  },
});

export const touch = command({
  name: "touch",
  options: "a c,no-create d,date= f !h,no-dereference m r,reference= t= !time=",
  usage: "[OPTION]... FILE...",
  summary: "Update the access and modification times of each FILE to the current time.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) await c.usage("missing file operand");
    let when = p.now;
    const given = o.value("d");
    if (given !== undefined) {
      when = parseDate(p, given) ?? (await c.fail(`invalid date format ${quote(p, given)}`));
    }
    const stamp = o.value("t");
    if (stamp !== undefined) {
      const m = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(stamp);
      if (!m) await c.fail(`invalid date format ${quote(p, stamp)}`);
      const two = m![2] === undefined ? m![1] : m![2];
      const year =
        two === undefined
          ? new Date(p.now).getUTCFullYear()
          : m![2] === undefined
            ? (Number(two) < 69 ? 2000 : 1900) + Number(two)
            : Number(m![1]! + m![2]);
      when = Date.UTC(year, Number(m![3]) - 1, Number(m![4]), Number(m![5]), Number(m![6]), Number(m![7] ?? "0"));
    }
    const reference = o.value("r");
    if (reference !== undefined) {
      const s = p.fs.tryStat(reference);
      if (!s) await c.fail(`failed to get attributes of ${quoteAlways(reference)}: No such file or directory`);
      when = s!.mtime;
    }
    for (const name of o.operands) {
      try {
        if (name === "-") continue;
        if (!p.fs.exists(name)) {
          if (o.has("c")) continue;
          p.fs.write(name, "");
        } else if (!p.fs.access(name, 2) && p.fs.stat(name).uid !== p.uid) throw new Errno("EACCES", name);
        if (!o.has("a") || o.has("m")) p.fs.utimes(name, when);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot touch ${quoteAlways(name)}: ${error.text}`);
      }
    }
  },
});

export const mktemp = command({
  name: "mktemp",
  options: "d,directory u,dry-run q,quiet suffix= p= tmpdir=? t",
  usage: "[OPTION]... [TEMPLATE]",
  summary: "Create a temporary file or directory, safely, and print its name.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length > 1) await c.usage("too many templates");
    const template = o.operands[0] ?? "tmp.XXXXXXXXXX";
    const wanted = o.value("p") ?? o.value("tmpdir");
    const tmp = p.env.TMPDIR || "/tmp";
    const dir = o.has("t")
      ? (p.env.TMPDIR ?? wanted ?? tmp)
      : wanted !== undefined
        ? wanted || tmp
        : o.operands[0] === undefined
          ? tmp
          : undefined;
    const suffix = o.value("suffix") ?? "";
    const at = template.lastIndexOf("X");
    let run = at;
    while (run > 0 && template[run - 1] === "X") run--;
    const count = at < 0 ? 0 : at - run + 1;
    if (o.has("suffix") && at !== template.length - 1) await c.fail(`with --suffix, template ${quote(p, template)} must end in X`);
    if (count < 3) await c.fail(`too few X's in template ${quote(p, template + suffix)}`);
    const random = p.machine.random("mktemp");
    for (let tries = 0; tries < 100; tries++) {
      const letters = random.word(count, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
      const name = template.slice(0, run) + letters + template.slice(at + 1) + suffix;
      const path = dir === undefined ? name : `${dir.replace(/\/$/, "")}/${name}`;
      try {
        if (p.fs.tryStat(path, false)) continue;
        if (!o.has("u")) {
          if (o.has("d")) p.fs.mkdir(path, 0o700);
          else p.fs.write(path, "", { mode: 0o600, exclusive: true });
        }
        c.out.text(`${path}\n`);
        return;
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (o.has("q")) return 1;
        await c.fail(
          `failed to create ${o.has("d") ? "directory" : "file"} via template ${quote(p, dir === undefined ? template + suffix : `${dir.replace(/\/$/, "")}/${template}${suffix}`)}: ${error.text}`,
        );
      }
    }
    return 1;
  },
});

export const which = command({
  name: "which",
  options: "a s +",
  usageStatus: 2,
  usage: "[-as] args",
  summary: "Locate a command.",
  run(c) {
    const { p, o } = c;
    let status = 0;
    for (const name of o.operands) {
      const dirs = (p.env.PATH ?? "").split(":");
      const found = name.includes("/")
        ? p.fs.isFile(name) && p.fs.access(name, 1)
          ? [name]
          : []
        : dirs.map((d) => `${d}/${name}`).filter((path) => p.fs.isFile(path) && p.fs.access(path, 1));
      if (found.length === 0) status = 1;
      if (!o.has("s")) for (const path of o.has("a") ? found : found.slice(0, 1)) c.out.text(`${path}\n`);
    }
    return o.operands.length === 0 ? 1 : status;
  },
});

export const printenv = command({
  name: "printenv",
  options: "0,null +",
  usageStatus: 2,
  usage: "[OPTION]... [VARIABLE]...",
  summary: "Print the values of the specified environment VARIABLE(s).",
  run(c) {
    const end = c.o.has("0") ? "\0" : "\n";
    if (c.operands.length === 0) {
      for (const [name, value] of Object.entries(c.p.env)) c.out.text(`${name}=${value}${end}`);
      return 0;
    }
    let status = 0;
    for (const name of c.operands) {
      const value = c.p.env[name];
      if (value === undefined) status = 1;
      else c.out.text(value + end);
    }
    return status;
  },
});

export const logname = command({
  name: "logname",
  options: "",
  usage: "[OPTION]",
  summary: "Print the user's login name.",
  async run(c) {
    if (c.operands.length > 0) await c.usage(`extra operand ${quote(c.p, c.operands[0]!)}`);
    if (c.p.state.tty === "") await c.fail("no login name");
    c.out.text(`${c.p.env.SUDO_USER ?? c.p.env.LOGNAME ?? userName(c.p.fs, c.p.uid)}\n`);
  },
});

export const sync = command({
  name: "sync",
  options: "d,data f,file-system",
  usage: "[OPTION] [FILE]...",
  summary: "Synchronize cached writes to persistent storage",
  async run(c) {
    if (c.o.has("d", "f") && c.operands.length === 0) await c.fail("--data needs at least one argument");
    for (const name of c.operands) if (!c.p.fs.tryStat(name)) await c.warn(`error opening ${quoteAlways(name)}: No such file or directory`);
  },
});
