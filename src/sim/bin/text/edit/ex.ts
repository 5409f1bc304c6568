/** Vi's colon commands. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { Document } from "./document.ts";
import { vimPattern } from "./motions.ts";
import type { Settings } from "./settings.ts";
import { steadyRegExp } from "../../../core/regexp/index.ts";

export interface ExState {
  p: Proc;
  doc: Document;
  row: number;
  settings: Settings;
  search: string;
  lastSubstitute: { pattern: string; by: string; flags: string } | undefined;
  register: { text: string[]; lines: boolean };
}

/** What the editor does afterwards: a message for the last line, or the end. */
export type ExResult = { message?: string; quit?: number };

const quoted = (path: string): string => `"${path}"`;

/** Runs a command line without its colon. */
export function ex(s: ExState, line: string): ExResult {
  const text = line.trim();
  const range = parseRange(s, text);
  if (typeof range === "string") return { message: range };
  const { from, to, given, rest } = range;
  const m = /^([a-zA-Z]+|[&!=<>@#])?(!?)\s*(.*)$/s.exec(rest)!;
  const [name, bang, argument] = [m[1] ?? "", m[2] === "!", m[3]!.trim()];
  if (name === "" && argument === "") {
    if (given) s.row = Math.min(to, s.doc.lines.length - 1);
    return {};
  }
  if (/^(s|su|sub|substitute)$/.test(name) || (name.startsWith("s") && /^s[^a-zA-Z0-9\s]/.test(rest)))
    return substitute(s, from, to, rest.replace(/^[a-z]+/, ""));
  switch (name) {
    case "w":
    case "write":
      return write(s, argument, bang, given ? from : 0, given ? to + 1 : s.doc.lines.length);
    case "q":
    case "quit":
    case "qa":
    case "qall":
      if (s.doc.changed && !bang) return { message: "E37: No write since last change (add ! to override)" };
      return { quit: 0 };
    case "cq":
      return { quit: 1 };
    case "wq":
    case "x":
    case "xit":
    case "wqa":
    case "xa":
    case "exit": {
      if (/^(x|xit|xa|exit)$/.test(name) && !s.doc.changed && argument === "") return { quit: 0 };
      const done = write(s, argument, bang, 0, s.doc.lines.length);
      return done.message?.startsWith("E") ? done : { quit: 0 };
    }
    case "e":
    case "edit":
      if (s.doc.changed && !bang) return { message: "E37: No write since last change (add ! to override)" };
      return open(s, argument || s.doc.path);
    case "r":
    case "read": {
      if (argument.startsWith("!")) s.p.notSimulated("vi's :r !command");
      try {
        const lines = s.p.fs
          .readText(argument || s.doc.path)
          .replace(/\n$/, "")
          .split("\n");
        s.doc.mark(s.row);
        const at = given ? to + 1 : s.row + 1;
        s.doc.lines.splice(at, 0, ...lines);
        s.row = at;
        return {};
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        return { message: `E484: Can't open file ${argument}` };
      }
    }
    case "d":
    case "delete": {
      s.doc.mark(s.row);
      s.register = { text: s.doc.lines.splice(from, to - from + 1), lines: true };
      if (s.doc.lines.length === 0) s.doc.lines.push("");
      s.row = Math.min(from, s.doc.lines.length - 1);
      return to - from + 1 > 2 ? { message: `${to - from + 1} fewer lines` } : {};
    }
    case "y":
    case "yank":
      s.register = { text: s.doc.lines.slice(from, to + 1), lines: true };
      return to - from + 1 > 2 ? { message: `${to - from + 1} lines yanked` } : {};
    case "g":
    case "global":
    case "v":
      return global(s, given ? from : 0, given ? to : s.doc.lines.length - 1, argument, (name === "v") !== bang);
    case "m":
    case "t":
    case "co":
    case "copy":
    case "move":
      return s.p.notSimulated(`vi's :${name}`);
    case "set":
    case "se":
      return set(s, argument);
    case "noh":
    case "nohlsearch":
      return {};
    case "u":
    case "undo": {
      const row = s.doc.undo(s.row);
      if (row === undefined) return { message: "Already at oldest change" };
      s.row = row;
      return {};
    }
    case "f":
    case "file":
      return { message: `${quoted(s.doc.path)} ${s.doc.lines.length} lines --${Math.floor(((s.row + 1) * 100) / s.doc.lines.length)}%--` };
    case "=":
      return { message: String(given ? to + 1 : s.doc.lines.length) };
    case "setlocal":
    case "setl":
      return set(s, argument);
    // colours
    case "syntax":
    case "syn":
      return {};
    case "filetype":
      if (/\bplugin\b.*\bon\b/.test(argument)) s.settings.ofFileType(s.doc.path);
      return {};
    case "!":
    case "sh":
    case "shell":
    case "help":
    case "h":
    case "split":
    case "sp":
    case "vsplit":
    case "vs":
    case "tabnew":
    case "make":
    case "n":
    case "next":
    case "bn":
    case "map":
    case "norm":
    case "normal":
    case "sort":
    case "retab":
    case ">":
    case "<":
    case "&":
      return s.p.notSimulated(`vi's :${name}`);
    default:
      return { message: `E492: Not an editor command: ${text}` };
  }
}

function open(s: ExState, path: string): ExResult {
  if (path === "") return { message: "E32: No file name" };
  try {
    s.doc.load(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return { message: error.code === "EISDIR" ? `${quoted(path)} is a directory` : `${quoted(path)} [Permission Denied]` };
  }
  s.row = 0;
  return { message: opened(s.doc) };
}

/** The line vim shows after it read a file. */
export function opened(doc: Document): string {
  if (doc.path === "") return "";
  if (doc.fresh) return `${quoted(doc.path)} [New]`;
  const count = doc.bytes === 0 ? 0 : doc.lines.length;
  return `${quoted(doc.path)} ${doc.readonly ? "[readonly] " : ""}${doc.ended ? "" : "[noeol] "}${count}L, ${doc.bytes}B`;
}

function write(s: ExState, argument: string, bang: boolean, from: number, to: number): ExResult {
  if (argument.startsWith("!")) s.p.notSimulated("vi's :w !command");
  const append = argument.startsWith(">>");
  const path = append ? argument.slice(2).trim() : argument || s.doc.path;
  if (path === "") return { message: "E32: No file name" };
  const existed = s.p.fs.exists(path);
  if (s.p.fs.isDir(path)) return { message: `${quoted(path)} is a directory` };
  if (s.doc.readonly && path === s.doc.path && !bang) return { message: "E45: 'readonly' option is set (add ! to override)" };
  if (path !== s.doc.path && existed && !bang && !append && s.doc.path !== "") return { message: "E13: File exists (add ! to override)" };
  try {
    if (append) {
      s.p.fs.write(path, `${s.doc.lines.slice(from, to).join("\n")}\n`, { append: true });
      return { message: `${quoted(path)} ${to - from}L appended` };
    }
    if (s.doc.path === "") s.doc.path = path;
    const bytes = s.doc.save(path, from, to);
    const count = bytes === 0 ? 0 : to - from;
    return { message: `${quoted(path)} ${existed ? "" : "[New] "}${count}L, ${bytes}B written` };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === "ENOSPC") return { message: "E514: Write error (file system full?)" };
    return {
      message:
        error.code === "EACCES" && existed ? `E505: ${quoted(path)} is read-only (add ! to override)` : `E212: Can't open file for writing`,
    };
  }
}

function set(s: ExState, argument: string): ExResult {
  s.settings.readonly = s.doc.readonly;
  const message = s.settings.set(argument);
  s.doc.readonly = s.settings.readonly;
  return message === undefined ? {} : { message };
}

function parseRange(s: ExState, text: string): { from: number; to: number; given: boolean; rest: string } | string {
  const last = s.doc.lines.length - 1;
  if (text.startsWith("%")) return { from: 0, to: last, given: true, rest: text.slice(1).trimStart() };
  const one = (t: string): [number, string] | string | undefined => {
    let m = /^(\d+)/.exec(t);
    let at: number;
    let rest: string;
    if (m) {
      at = Number(m[1]) - 1;
      rest = t.slice(m[0].length);
    } else if (t.startsWith("$")) [at, rest] = [last, t.slice(1)];
    else if (t.startsWith(".")) [at, rest] = [s.row, t.slice(1)];
    else if ((m = /^\/((?:\\.|[^/\\])*)\/?/.exec(t))) {
      const pattern = vimPattern(m[1]!, s.settings.ignores(m[1]!));
      const order = [...Array(s.doc.lines.length).keys()].map((i) => (s.row + 1 + i) % s.doc.lines.length);
      const found = order.find((i) => pattern.test(s.doc.lines[i]!));
      if (found === undefined) return `E486: Pattern not found: ${m[1]}`;
      [at, rest] = [found, t.slice(m[0].length)];
    } else if (/^[-+]/.test(t)) [at, rest] = [s.row, t];
    else return undefined;
    for (let add; (add = /^([-+])(\d*)/.exec(rest));) {
      at += (add[1] === "-" ? -1 : 1) * Number(add[2] || "1");
      rest = rest.slice(add[0].length);
    }
    return [at, rest];
  };
  const first = one(text);
  if (typeof first === "string") return first;
  if (!first) return { from: s.row, to: s.row, given: false, rest: text };
  let [from, rest] = first as [number, string];
  let to = from;
  if (rest.startsWith(",")) {
    const second = one(rest.slice(1));
    if (typeof second === "string") return second;
    [to, rest] = second ?? [s.row, rest.slice(1)];
  }
  if (from > to) [from, to] = [to, from];
  if (from < 0 || to > last) {
    if (rest.trim() !== "") return "E16: Invalid range";
    return { from: last, to: Math.max(0, Math.min(last, to)), given: true, rest: rest.trimStart() };
  }
  return { from, to, given: true, rest: rest.trimStart() };
}

function parts(text: string, delimiter: string): string[] {
  const out: string[] = [];
  let now = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && i + 1 < text.length) {
      now += text[i + 1] === delimiter ? delimiter : text.slice(i, i + 2);
      i++;
    } else if (text[i] === delimiter && out.length < 2) {
      out.push(now);
      now = "";
    } else now += text[i];
  }
  return [...out, now];
}

function substitute(s: ExState, from: number, to: number, rest: string): ExResult {
  let pattern: string;
  let by: string;
  let flags: string;
  if (rest === "") {
    if (!s.lastSubstitute) return { message: "E35: No previous regular expression" };
    ({ pattern, by, flags } = s.lastSubstitute);
  } else [pattern = "", by = "", flags = ""] = parts(rest.slice(1), rest[0]!);
  if (pattern === "") pattern = s.search;
  if (/[^gicIn&e]/.test(flags.trim())) return { message: `E488: Trailing characters: ${flags}` };
  if (flags.includes("c")) s.p.notSimulated("confirming substitutions in vi");
  s.lastSubstitute = { pattern, by, flags };
  s.search = pattern;
  let regex: RegExp;
  try {
    const base = vimPattern(pattern, s.settings.ignores(pattern) || flags.includes("i"));
    regex = steadyRegExp(base.source, base.flags + (flags.includes("g") ? "g" : ""));
  } catch {
    return { message: `E486: Pattern not found: ${pattern}` };
  }
  let [count, lines] = [0, 0];
  const fresh: string[] = [];
  let lastRow = -1;
  for (let i = from; i <= to; i++) {
    const line = s.doc.lines[i]!;
    let hit = false;
    const changed = line.replace(regex, (...m: unknown[]) => {
      hit = true;
      count++;
      const groups = m as (string | undefined)[];
      return by.replace(/\\(\d|&|\\|[nrt])|&/g, (x, e: string | undefined) =>
        x === "&"
          ? groups[0]!
          : e === "&"
            ? "&"
            : e === "\\"
              ? "\\"
              : e === "t"
                ? "\t"
                : e === "n" || e === "r"
                  ? "\n"
                  : (groups[Number(e)] ?? ""),
      );
    });
    fresh.push(...changed.split("\n"));
    if (hit) {
      lines++;
      lastRow = from + fresh.length - 1;
    }
  }
  if (count === 0) return flags.includes("e") ? {} : { message: `E486: Pattern not found: ${pattern}` };
  if (flags.includes("n")) return { message: `${count} match${count === 1 ? "" : "es"} on ${lines} line${lines === 1 ? "" : "s"}` };
  s.doc.mark(s.row);
  s.doc.lines.splice(from, to - from + 1, ...fresh);
  s.row = lastRow;
  return count > 2 ? { message: `${count} substitutions on ${lines} line${lines === 1 ? "" : "s"}` } : {};
}

function global(s: ExState, from: number, to: number, argument: string, invert: boolean): ExResult {
  const [pattern = "", command = ""] = parts(argument.slice(1), argument[0] ?? "/");
  const regex = vimPattern(pattern || s.search, s.settings.ignores(pattern || s.search));
  if (command.trim() !== "d") s.p.notSimulated(`vi's :g with ${command.trim() || "p"}`);
  const keep = s.doc.lines.filter((line, i) => i < from || i > to || regex.test(line) === invert);
  const removed = s.doc.lines.length - keep.length;
  if (removed === 0) return { message: `E486: Pattern not found: ${pattern}` };
  s.doc.mark(s.row);
  s.doc.lines = keep.length > 0 ? keep : [""];
  s.row = Math.min(s.row, s.doc.lines.length - 1);
  return removed > 2 ? { message: `${removed} fewer lines` } : {};
}
