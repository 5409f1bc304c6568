import { LineSplitter } from "../../../kernel/lines.ts";
import { Errno } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { command, fromBytes, pieces, readInput, type Context } from "../command.ts";
import { BadRegex } from "../regex.ts";
import { matchGlob } from "../find/glob.ts";
import { lineMatcher, type LineMatcher } from "./matcher.ts";

const options =
  "A,after-context= B,before-context= C,context= a,text binary-files= b,byte-offset c,count color=? colour=? !D,devices= d,directories= E,extended-regexp " +
  "e,regexp= f,file= F,fixed-strings G,basic-regexp h,no-filename H,with-filename i,ignore-case y no-ignore-case include= exclude= exclude-dir= !exclude-from= I !T,initial-tab " +
  "l,files-with-matches L,files-without-match label= ~line-buffered m,max-count= n,line-number no-messages s o,only-matching P,perl-regexp q,quiet,silent r,recursive " +
  "R,dereference-recursive ~U,binary v,invert-match w,word-regexp x,line-regexp z,null-data Z,null no-group-separator group-separator= ~u !V";

const usage = "[OPTION]... PATTERNS [FILE]...";

function grepProgram(name: "grep" | "egrep" | "fgrep"): CommandProgram {
  return command({
    name,
    options,
    usageStatus: 2,
    digits: true,
    usage,
    summary: "Search for PATTERNS in each FILE.",
    version: "(GNU grep) 3.11",
    tryLine: `Usage: grep ${usage}\nTry 'grep --help' for more information.`,
    async run(c) {
      if (name !== "grep") {
        const letter = name === "egrep" ? "E" : "F";
        c.o.list.push([letter, ""]);
      }
      return new Grep(c).run();
    },
  });
}

export const grep = grepProgram("grep");
export const egrep = grepProgram("egrep");
export const fgrep = grepProgram("fgrep");

class Grep {
  readonly #c: Context;
  #match!: LineMatcher;
  #before = 0;
  #after = 0;
  #titles = false;
  #color = false;
  #matched = false;
  #failed = false;
  #separated = false;

  constructor(c: Context) {
    this.#c = c;
  }

  async #number(key: string, value: string): Promise<number> {
    if (!/^\d+$/.test(value)) await this.#c.fail(key === "m" ? "invalid max count" : `${value}: invalid context length argument`, 2);
    return Number(value);
  }

  async run(): Promise<number> {
    const c = this.#c;
    const { p, o } = c;
    const patterns: string[] = [];
    for (const [key, value] of o.list) {
      if (key === "e") patterns.push(...value.split("\n"));
      if (key === "f") {
        try {
          const text = (await readInput(p, value)).toString("utf8");
          if (text !== "") patterns.push(...text.replace(/\n$/, "").split("\n"));
        } catch (error) {
          await c.report(error, value, "", 2);
          return 2;
        }
      }
    }
    const names = [...o.operands];
    if (!o.has("e", "f")) {
      const pattern = names.shift();
      if (pattern === undefined) {
        await p.err(`Usage: grep ${usage}\nTry 'grep --help' for more information.\n`);
        return 2;
      }
      patterns.push(...pattern.split("\n"));
    }
    for (const [key, value] of o.list) {
      if (key === "A") this.#after = await this.#number(key, value);
      if (key === "B") this.#before = await this.#number(key, value);
      if (key === "C" || key === "digits") this.#before = this.#after = await this.#number(key, value);
    }
    const kind = o.last("E", "F", "G", "P") ?? "G";
    const stray: string[] = [];
    try {
      this.#match = lineMatcher(patterns, {
        kind: kind as "E" | "F" | "G" | "P",
        ignoreCase: o.last("i", "y", "no-ignore-case") !== undefined && o.last("i", "y", "no-ignore-case") !== "no-ignore-case",
        word: o.has("w"),
        line: o.has("x"),
        onStray: (what) => stray.push(what),
      });
    } catch (error) {
      if (!(error instanceof BadRegex)) throw error;
      return c.fail(error.message, 2);
    }
    for (const what of stray) await p.err(`${c.name}: warning: stray \\ before ${what === " " ? "white space" : what}\n`);
    const recursive = o.has("r", "R") || o.value("d") === "recurse";
    const when = o.value("color") ?? o.value("colour");
    this.#color =
      when !== undefined &&
      (when === "always" ||
        when === "yes" ||
        ((when === "" || when === "auto" || when === "tty") && p.file(1).isTerminal && p.env.TERM !== "dumb"));
    const files = names.length > 0 ? names : recursive ? ["."] : ["-"];
    const implied = names.length === 0 && recursive;
    this.#titles =
      o.last("h", "H") === "H" ||
      (o.last("h", "H") === undefined && (recursive ? implied || files.length > 1 || p.fs.isDir(files[0]!) : files.length > 1));
    for (const file of files) {
      await this.#visit(implied ? "" : file, implied ? "." : file, recursive, true);
      if (this.#matched && o.has("q")) break;
    }
    if (this.#failed && !(this.#matched && o.has("q"))) return 2;
    return this.#matched ? 0 : 1;
  }

  async #complain(file: string, text: string): Promise<void> {
    this.#failed = true;
    if (!this.#c.o.has("s", "no-messages")) await this.#c.warn(`${file}: ${text}`, 2);
  }

  async #visit(shown: string, path: string, recursive: boolean, argument: boolean): Promise<void> {
    const { p, o } = this.#c;
    await p.tick();
    if (path !== "-") {
      const s = p.fs.tryStat(path, argument || o.has("R"));
      const base = path.split("/").at(-1)!;
      if (s?.type === "dir") {
        if (o.values("exclude-dir").some((g) => matchGlob(g.replace(/\/$/, ""), argument ? path : base))) return;
        if (!recursive) {
          if (o.value("d") !== "skip") await this.#complain(shown, "Is a directory");
          return;
        }
        let names: string[];
        try {
          names = p.fs.readdir(path);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          return this.#complain(shown, error.text);
        }
        const prefix = shown === "" ? "" : shown.endsWith("/") ? shown : `${shown}/`;
        for (const name of names) {
          await this.#visit(prefix + name, `${path}/${name}`, true, false);
          if (this.#matched && o.has("q")) return;
        }
        return;
      }
      if (s && !argument && s.type !== "file") return;
      if (this.#skipped(argument ? path : base)) return;
    }
    try {
      await this.#search(path, path === "-" ? (o.value("label") ?? "(standard input)") : shown);
    } catch (error) {
      if (!(error instanceof Errno) || error.code === "EPIPE" || error.code === "ENOSPC" || error.code === "EINTR") throw error;
      await this.#complain(shown, error.text);
    }
  }

  #skipped(name: string): boolean {
    const { o } = this.#c;
    let skip: boolean | undefined;
    const relevant = o.list.filter(([k]) => k === "include" || k === "exclude");
    if (relevant.length === 0) return false;
    for (const [key, glob] of relevant) if (matchGlob(glob, name) || matchGlob(glob, name.split("/").at(-1)!)) skip = key === "exclude";
    return skip ?? relevant.at(-1)![0] === "include";
  }

  async #search(path: string, title: string): Promise<void> {
    const c = this.#c;
    const { p, o } = c;
    const end = o.has("z") ? "\0" : "\n";
    const most = o.value("m") === undefined ? Infinity : await this.#number("m", o.value("m")!);
    const invert = o.has("v");
    const listing = o.has("q", "l", "L");
    const quiet = listing || o.has("c");
    const only = o.has("o");
    let count = 0;
    let lineNumber = 0;
    let offset = 0;
    let pendingAfter = 0;
    let lastShown = 0;
    let held: { raw: string; number: number; offset: number }[] = [];
    let binary = false;
    let stopped = false;
    const binaryAs = o.has("a") ? "text" : o.has("I") ? "without-match" : (o.value("binary-files") ?? "binary");
    const show = (raw: string, sep: string, number: number, at: number): void => {
      if (
        (this.#before || this.#after) &&
        !o.has("no-group-separator") &&
        !only &&
        lastShown !== number - 1 &&
        (lastShown > 0 || this.#separated)
      )
        c.out.text(`${this.#paint("36", o.value("group-separator") ?? "--")}\n`);
      lastShown = number;
      this.#separated = true;
      if (only) {
        if (invert) return;
        for (const [from, to] of this.#match.all(fromBytes(raw))) {
          const text = fromBytes(raw).slice(from, to);
          c.out.text(
            this.#prefix(title, sep, number, at + Buffer.byteLength(fromBytes(raw).slice(0, from))) + this.#paint("01;31", text) + end,
          );
        }
        return;
      }
      c.out.text(this.#prefix(title, sep, number, at));
      if (this.#color && sep === ":" && !invert) c.out.text(this.#highlight(fromBytes(raw)) + end);
      else c.out.raw(raw + end);
    };
    const take = (raw: string): void => {
      lineNumber++;
      const at = offset;
      offset += raw.length + 1;
      if (stopped && pendingAfter === 0) return;
      const hit = !stopped && this.#match.test(fromBytes(raw)) !== invert;
      if (hit) {
        count++;
        if (!quiet && !binary) {
          for (const h of held) show(h.raw, "-", h.number, h.offset);
          held = [];
          show(raw, ":", lineNumber, at);
        }
        pendingAfter = this.#after;
        if (count >= most) stopped = true;
        return;
      }
      if (quiet || binary || only) return;
      if (pendingAfter > 0) {
        pendingAfter--;
        show(raw, "-", lineNumber, at);
      } else if (this.#before > 0) {
        held.push({ raw, number: lineNumber, offset: at });
        if (held.length > this.#before) held.shift();
      }
    };
    const splitter = new LineSplitter(p, end);
    if (most > 0) {
      for await (const part of pieces(p, path)) {
        if (!binary && binaryAs !== "text" && (end === "\n" ? part.includes(0) : false)) {
          binary = true;
          if (binaryAs === "without-match") return;
        }
        for (const line of splitter.add(part.toString("latin1"))) {
          take(line);
          if ((listing && count > 0) || (binary && count > 0) || (stopped && pendingAfter === 0)) break;
        }
        await c.out.flush();
        if ((listing && count > 0) || (binary && count > 0 && !quiet) || (stopped && pendingAfter === 0)) {
          splitter.end();
          break;
        }
      }
      const rest = splitter.end();
      if (rest !== "") take(rest);
    }
    if (count > 0) this.#matched = true;
    if (o.has("q")) return;
    const shownName = this.#paint("35", title);
    const nul = o.has("Z");
    if (o.has("c") && !o.has("l", "L")) c.out.text(`${this.#titles ? shownName + (nul ? "\0" : this.#paint("36", ":")) : ""}${count}\n`);
    if (o.has("l", "L")) {
      const lister = o.last("l", "L")!;
      if (lister === "l" ? count > 0 : count === 0) c.out.text(shownName + (nul ? "\0" : "\n"));
      if (lister === "L") this.#matched = this.#matched || count > 0;
    }
    if (binary && count > 0 && !quiet) {
      await c.out.flush();
      await p.err(`grep: ${title}: binary file matches\n`);
    }
    await c.out.flush();
  }

  #prefix(title: string, sep: string, number: number, at: number): string {
    const { o } = this.#c;
    const s = this.#paint("36", sep);
    let out = "";
    if (this.#titles) out += this.#paint("35", title) + (o.has("Z") ? "\0" : s);
    if (o.has("n")) out += this.#paint("32", String(number)) + s;
    if (o.has("b")) out += this.#paint("32", String(at)) + s;
    return out;
  }

  #paint(code: string, text: string): string {
    return this.#color && text !== "" ? `\x1b[${code}m\x1b[K${text}\x1b[m\x1b[K` : text;
  }

  #highlight(text: string): string {
    let out = "";
    let at = 0;
    for (const [from, to] of this.#match.all(text)) {
      out += text.slice(at, from) + this.#paint("01;31", text.slice(from, to));
      at = to;
    }
    return out + text.slice(at);
  }
}
