import { Errno } from "../../../core/errno.ts";
import type { Stat } from "../../../fs/view.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { groupName, userName } from "../../../image/users.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { argmatch } from "../argmatch.ts";
import { command, type Context } from "../command.ts";
import { quote, quoteAlways, quoteName } from "../quote.ts";
import { compareVersions } from "../versions.ts";
import { colorOf } from "./colors.ts";
import { modeText } from "./mode.ts";
import { blocksOf, humanSize } from "./size.ts";
import { steadyRegExp } from "../../../core/regexp/index.ts";

interface Entry {
  name: string;
  path: string;
  stat: Stat;
  target?: string;
  /** What a symbolic link points at; undefined: dangling. */
  followed?: Stat;
}

interface Style {
  long: boolean;
  layout: "long" | "one" | "columns" | "across" | "commas";
  color: boolean;
  /** Something has been shown in colour. */
  painted: boolean;
  classify: "" | "all" | "slash" | "types";
  quoted: boolean;
  escape: boolean;
  hide: boolean;
  human: 0 | 1024 | 1000;
}

const options =
  "a,all A,almost-all B,ignore-backups author b,escape !block-size= c C color=? colour=? d,directory f F,classify=? file-type full-time g " +
  "group-directories-first G,no-group h,human-readable si H,dereference-command-line !dereference-command-line-symlink-to-dir hide= indicator-style= i,inode I,ignore= k,kibibytes " +
  "L,dereference l m n,numeric-uid-gid N,literal o p q,hide-control-chars ~show-control-chars Q,quote-name quoting-style= r,reverse R,recursive s,size S " +
  "sort= t time= time-style= T,tabsize= u U v w,width= x X 1 zero !D,dired !Z,context !hyperlink=?";

export const ls = command({
  name: "ls",
  options,
  usageStatus: 2,
  usage: "[OPTION]... [FILE]...",
  summary: "List information about the FILEs (the current directory by default).",
  run: (c) => list(c, "ls"),
});
export const dir = command({
  name: "dir",
  options,
  usageStatus: 2,
  usage: "[OPTION]... [FILE]...",
  summary: "List directory contents.",
  run: (c) => list(c, "dir"),
});

const whens = [
  ["always", "yes", "force"],
  ["never", "no", "none"],
  ["auto", "tty", "if-tty"],
];

/** The words that options of ls take. */
async function validate(c: Context, color: string | undefined): Promise<void> {
  const { o, p } = c;
  const style = (o.value("time-style") ?? p.env.TIME_STYLE ?? "locale").replace(/^(posix-)+/, "");
  if (long(c) && !/^\+|^(full-iso|long-iso|iso|locale)$/.test(style))
    await c.usage(
      `invalid argument ${quote(p, style)} for ${quote(p, "time style")}\nValid arguments are:\n` +
        "  - [posix-]full-iso\n  - [posix-]long-iso\n  - [posix-]iso\n  - [posix-]locale\n  - +FORMAT (e.g., +%H:%M) for a 'date'-style format",
    );
  if (color) await argmatch(c, color, "--color", whens);
  if (o.value("F")) await argmatch(c, o.value("F")!, "--classify", whens);
}

/** A link that cannot be followed, for another reason than that nothing is there. */
function refuseUnlessDangling(p: Proc, path: string): void {
  try {
    p.fs.stat(path);
  } catch (error) {
    if (!(error instanceof Errno) || error.code !== "ENOENT") throw error;
  }
}

const long = (c: Context): boolean => c.o.has("l", "g", "o", "n", "full-time");

export const vdir = command({
  name: "vdir",
  options,
  usageStatus: 2,
  usage: "[OPTION]... [FILE]...",
  summary: "List directory contents.",
  run(c) {
    c.o.list.unshift(["l", ""], ["b", ""]);
    return list(c, "ls");
  },
});

async function list(c: Context, as: "ls" | "dir"): Promise<void> {
  const { p, o } = c;
  const tty = p.file(1).isTerminal;
  const layoutKey = o.last("l", "g", "o", "n", "full-time", "1", "C", "x", "m");
  const layout: Style["layout"] =
    layoutKey === undefined
      ? tty || as === "dir"
        ? "columns"
        : "one"
      : layoutKey === "C"
        ? "columns"
        : layoutKey === "x"
          ? "across"
          : layoutKey === "m"
            ? "commas"
            : long(c)
              ? "long"
              : "one";
  const when = o.value("color") ?? o.value("colour");
  await validate(c, when);
  const sortKey = o.last("t", "S", "U", "v", "X", "sort", "f") ?? "";
  const classifyKey = o.last("F", "p", "file-type", "indicator-style");
  const indicator = o.value("indicator-style");
  const style: Style = {
    long: layout === "long",
    layout,
    color: when !== undefined && (when === "" || /^(always|yes|force)$/.test(when) || (/^(auto|tty|if-tty)$/.test(when) && tty)),
    painted: false,
    classify:
      classifyKey === "F" || indicator === "classify"
        ? /^(auto|tty|if-tty)$/.test(o.value("F") ?? "") && !tty
          ? ""
          : "all"
        : classifyKey === "p" || indicator === "slash"
          ? "slash"
          : classifyKey === "file-type" || indicator === "file-type"
            ? "types"
            : "",
    quoted:
      (tty && !o.has("N", "q", "Q", "b", "zero") && o.value("quoting-style") === undefined) ||
      (o.value("quoting-style") ?? "").startsWith("shell"),
    escape: o.has("b"),
    hide: o.has("q"),
    human: o.last("h", "si", "k") === "h" ? 1024 : o.last("h", "si", "k") === "si" ? 1000 : 0,
  };
  const follow = o.has("L");
  const view = (path: string, name: string, argument: boolean): Entry => {
    const link = p.fs.lstat(path);
    const entry: Entry = { name, path, stat: link };
    if (link.type === "symlink") {
      entry.target = p.fs.readlink(path);
      entry.followed = p.fs.tryStat(path);
      // what a command line names is looked at through links, and only a link to nothing is shown itself
      if (argument && !entry.followed && (follow || o.has("H"))) p.fs.stat(path);
      else if (argument && !entry.followed && !(style.long || o.has("d", "F"))) refuseUnlessDangling(p, path);
      const through = follow || (argument && (o.has("H") || (!style.long && !o.has("d", "F") && entry.followed?.type === "dir")));
      if (through && entry.followed) entry.stat = entry.followed;
      else if (through && follow && !entry.followed) throw new Errno("ENOENT", path);
    }
    return entry;
  };
  const time = (s: Stat): number =>
    o.has("c") && !o.has("u") ? s.ctime : /^(ctime|status)$/.test(o.value("time") ?? "") ? s.ctime : s.mtime;
  const sort =
    sortKey === "sort"
      ? (({ time: "t", size: "S", none: "U", version: "v", extension: "X", name: "" } as Record<string, string>)[o.value("sort")!] ?? "")
      : sortKey;
  const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const implicit = sort === "" && !long(c) && o.has("c", "u") ? "t" : sort;
  const order = (entries: Entry[]): Entry[] => {
    if (implicit === "U" || implicit === "f") return entries;
    entries.sort((a, b) => {
      const by =
        implicit === "t"
          ? time(b.stat) - time(a.stat)
          : implicit === "S"
            ? b.stat.size - a.stat.size
            : implicit === "v"
              ? compareVersions(a.name, b.name)
              : implicit === "X"
                ? cmp(extension(a.name), extension(b.name))
                : 0;
      return by || byName(a, b);
    });
    if (o.has("r")) entries.reverse();
    if (o.has("group-directories-first")) {
      const isDir = (e: Entry): number => ((e.followed ?? e.stat).type === "dir" ? 0 : 1);
      entries.sort((a, b) => isDir(a) - isDir(b));
    }
    return entries;
  };
  const files: Entry[] = [];
  const dirs: Entry[] = [];
  const names = o.operands.length > 0 ? o.operands : ["."];
  for (const name of names) {
    try {
      if (name === "") throw new Errno("ENOENT", name);
      const entry = view(name, name, true);
      const kind = style.long && entry.stat.type === "symlink" && name.endsWith("/") ? entry.followed! : entry.stat;
      (kind.type === "dir" && !o.has("d") ? dirs : files).push(entry);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.warn(`cannot access ${quoteAlways(name)}: ${error.text}`, 2);
    }
  }
  order(files);
  order(dirs);
  if (files.length > 0) show(c, style, files, time);
  let first = files.length === 0;
  const titles = names.length > 1 || o.has("R");
  const visit = async (entry: Entry): Promise<void> => {
    await p.tick();
    let found: string[];
    try {
      found = p.fs.readdir(entry.path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.warn(`cannot open directory ${quoteAlways(entry.path)}: ${error.text}`, Math.max(c.status, dirs.includes(entry) ? 2 : 1));
      return;
    }
    if (!first) c.out.text("\n");
    first = false;
    if (titles) c.out.text(`${style.quoted ? quoteName(entry.path) : entry.path}:\n`);
    const hidden = o.has("a", "f") ? "" : o.has("A") ? "A" : "h";
    const entries: Entry[] = [];
    for (const name of [...(hidden === "" ? [".", ".."] : []), ...found]) {
      if (hidden === "h" && name.startsWith(".")) continue;
      if (o.has("B") && name.endsWith("~")) continue;
      if (o.values("I").some((g) => glob(g, name)) || (hidden === "h" && o.values("hide").some((g) => glob(g, name)))) continue;
      const path = entry.path.endsWith("/") ? entry.path + name : `${entry.path}/${name}`;
      try {
        entries.push(view(path, name, false));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot access ${quoteAlways(path)}: ${error.text}`, 1);
      }
    }
    order(entries);
    if (style.long || o.has("s")) c.out.text(`total ${total(c, style, entries)}\n`);
    show(c, style, entries, time);
    await c.out.flush();
    if (o.has("R"))
      for (const child of entries) if (child.stat.type === "dir" && child.name !== "." && child.name !== "..") await visit(child);
  };
  for (const entry of dirs) await visit(entry);
}

const cmp = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const extension = (name: string): string => (name.lastIndexOf(".") > 0 ? name.slice(name.lastIndexOf(".")) : "");

/** The simple globs of --ignore and --hide. */
function glob(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return steadyRegExp(`^${source}$`).test(name);
}

const allocated = (c: Context, e: Entry): number => {
  const content = e.stat.type === "file" ? c.p.fs.content(e.path) : undefined;
  // holes take no blocks; long runs of one byte from dd do
  void content;
  return blocksOf(e.stat);
};

function total(c: Context, style: Style, entries: Entry[]): string {
  const blocks = entries.reduce((sum, e) => sum + allocated(c, e), 0);
  return style.human ? humanSize(blocks * 512, style.human) : String(Math.ceil(blocks / 2));
}

function shownName(style: Style, name: string): string {
  if (style.quoted) return quoteName(name);
  if (style.escape) return name.replaceAll("\\", "\\\\").replaceAll(" ", "\\ ").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  if (style.hide) return name.replace(/[\x00-\x1f\x7f]/g, "?");
  return name;
}

function suffix(style: Style, s: Stat): string {
  if (style.classify === "") return "";
  if (s.type === "dir") return "/";
  if (style.classify === "slash") return "";
  if (s.type === "symlink") return "@";
  if (s.type === "fifo") return "|";
  if (s.type === "socket") return "=";
  return style.classify === "all" && s.type === "file" && s.mode & 0o111 ? "*" : "";
}

function paint(style: Style, e: Entry, text: string, of: Stat | undefined, name: string): string {
  if (!style.color) return text;
  const code = colorOf(of, name, e.stat.type === "symlink" && of === e.stat ? e.followed === undefined : false);
  if (code === "") return text;
  // before the first colour, whatever the terminal was left in ends
  const first = style.painted ? "" : "\x1b[0m";
  style.painted = true;
  return `${first}\x1b[${code}m${text}\x1b[0m`;
}

function show(c: Context, style: Style, entries: Entry[], time: (s: Stat) => number): void {
  const { p, o } = c;
  const anyQuoted = style.quoted && style.layout !== "commas" && entries.some((e) => quoteName(e.name) !== e.name);
  const label = (e: Entry): { text: string; width: number } => {
    let name = o.has("Q") ? `"${e.name.replaceAll('"', '\\"')}"` : shownName(style, e.name);
    const pad = anyQuoted && name === e.name ? " " : "";
    const mark = style.long && e.stat.type === "symlink" ? "" : suffix(style, e.stat);
    const width = [...(pad + name + mark)].length;
    name = pad + paint(style, e, name, e.stat, e.name) + mark;
    return { text: name, width };
  };
  const fields: { text: string; right: boolean }[][] = entries.map((e) => {
    const row: { text: string; right: boolean }[] = [];
    if (o.has("i")) row.push({ text: String(e.stat.ino), right: true });
    if (o.has("s")) {
      const blocks = allocated(c, e);
      row.push({ text: style.human ? humanSize(blocks * 512, style.human) : String(Math.ceil(blocks / 2)), right: true });
    }
    if (!style.long) return row;
    const s = e.stat;
    row.push({ text: modeText(s.type, s.mode), right: false });
    row.push({ text: String(s.nlink), right: true });
    if (!o.has("g")) row.push({ text: o.has("n") ? String(s.uid) : userName(p.fs, s.uid), right: o.has("n") });
    if (!o.has("o", "G")) row.push({ text: o.has("n") ? String(s.gid) : groupName(p.fs, s.gid), right: o.has("n") });
    if (o.has("author")) row.push({ text: userName(p.fs, s.uid), right: false });
    const size =
      s.rdev !== undefined && (s.type === "char" || s.type === "block")
        ? s.rdev.replace(":", ", ")
        : style.human
          ? humanSize(s.size, style.human)
          : String(s.size);
    row.push({ text: size, right: true });
    row.push({ text: timeText(c, time(s)), right: true });
    return row;
  });
  const widths: number[] = [];
  for (const row of fields) row.forEach((f, i) => (widths[i] = Math.max(widths[i] ?? 0, f.text.length)));
  const prefix = (i: number): string =>
    fields[i]!.map((f, k) => `${f.right ? f.text.padStart(widths[k]!) : f.text.padEnd(widths[k]!)} `).join("");
  if (style.layout === "long" || style.layout === "one") {
    const end = o.has("zero") ? "\0" : "\n";
    entries.forEach((e, i) => {
      let text = prefix(i) + label(e).text;
      if (style.long && e.stat.type === "symlink" && e.target !== undefined) {
        const mark = e.followed ? suffix(style, e.followed) : "";
        text += ` -> ${style.color ? paint(style, e, shownName(style, e.target), e.followed ?? e.stat, e.target) : shownName(style, e.target)}${mark}`;
      }
      c.out.text(text + end);
    });
    return;
  }
  const labels = entries.map((e, i) => {
    const l = label(e);
    const before = prefix(i);
    return { text: before + l.text, width: before.length + l.width };
  });
  const width = Number(o.value("w") ?? p.env.COLUMNS ?? terminalWidth(c)) || 80;
  if (style.layout === "commas") {
    let column = 0;
    labels.forEach((l, i) => {
      const last = i === labels.length - 1;
      if (column > 0 && column + l.width + (last ? 0 : 1) >= width) {
        c.out.text("\n");
        column = 0;
      } else if (column > 0) {
        c.out.text(" ");
        column++;
      }
      c.out.text(l.text + (last ? "\n" : ","));
      column += l.width + 1;
    });
    return;
  }
  // between colours there are no tabs
  const tabs = !style.color && o.value("T") !== "0";
  columns(c, labels, width, style.layout === "across", tabs);
}

function terminalWidth(c: Context): number {
  const file = c.p.file(1) as unknown as { cols?: number };
  return file.cols ?? 80;
}

/** As many columns as fit, each as wide as its widest entry and two blanks. */
function columns(c: Context, labels: { text: string; width: number }[], width: number, across: boolean, tabs: boolean): void {
  const n = labels.length;
  if (n === 0) return;
  let best = { count: 1, widths: [Math.max(...labels.map((l) => l.width)) + 2], rows: n };
  for (let count = Math.min(n, Math.max(1, Math.floor(width / 3))); count > 1; count--) {
    const rows = Math.ceil(n / count);
    const used = across ? count : Math.ceil(n / rows);
    if (used !== count) continue;
    const widths: number[] = Array.from({ length: count }, () => 3);
    labels.forEach((l, i) => {
      const k = across ? i % count : Math.floor(i / rows);
      widths[k] = Math.max(widths[k]!, l.width + (k === count - 1 ? 0 : 2));
    });
    if (widths.reduce((a, b) => a + b, 0) < width) {
      best = { count, widths, rows };
      break;
    }
  }
  for (let r = 0; r < best.rows; r++) {
    let line = "";
    let at = 0;
    let target = 0;
    for (let k = 0; k < best.count; k++) {
      const i = across ? r * best.count + k : k * best.rows + r;
      const l = labels[i];
      if (!l) break;
      line += indent(at, target, tabs) + l.text;
      at = target + l.width;
      target += best.widths[k]!;
    }
    c.out.text(`${line}\n`);
  }
}

/** Blanks between two columns; ls uses tab stops where they fall inside the gap. */
function indent(from: number, to: number, tabs: boolean): string {
  let out = "";
  let at = from;
  while (at < to) {
    if (tabs && Math.floor(to / 8) > Math.floor((at + 1) / 8)) {
      out += "\t";
      at += 8 - (at % 8);
    } else {
      out += " ";
      at++;
    }
  }
  return out;
}

function timeText(c: Context, at: number): string {
  const { p, o } = c;
  const m = momentOf(at, zoneOf(p));
  const style = o.has("full-time") ? "full-iso" : (o.value("time-style") ?? p.env.TIME_STYLE ?? "").replace(/^posix-/, "");
  const recent = at <= p.now && at > p.now - 31_556_952_000 / 2;
  if (style === "full-iso") return strftime("%Y-%m-%d %H:%M:%S.%N %z", m);
  if (style === "long-iso") return strftime("%Y-%m-%d %H:%M", m);
  if (style === "iso") return strftime(recent ? "%m-%d %H:%M" : "%Y-%m-%d ", m);
  if (style.startsWith("+")) {
    const [old, fresh] = style.slice(1).split("\n") as [string, string?];
    return strftime(recent ? (fresh ?? old) : old, m);
  }
  return strftime(recent ? "%b %e %H:%M" : "%b %e  %Y", m);
}
