/** Runs a parsed sed script over lines. */
import { Errno } from "../../../core/errno.ts";
import type { OpenFile } from "../../../kernel/file.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { encodeText, fromBytes } from "../encoding.ts";
import { linesOf, Output } from "../command.ts";
import type { Match, Regex } from "../regex.ts";
import type { Address, Command, Part, Substitute } from "./script.ts";

export interface SedOptions {
  quiet: boolean;
  separate: boolean;
  inPlace: boolean;
  suffix: string;
  nul: boolean;
  lineLength: number;
}

interface Line {
  text: string;
  /** Had its newline. */
  ended: boolean;
}

/** A destination that adds the newline the last line lacked before anything more is written. */
class Sink {
  missing = false;
  readonly write: (text: string) => void;
  constructor(write: (text: string) => void) {
    this.write = write;
  }
  line(text: string, ended: boolean, end: string): void {
    this.raw("", end);
    this.write(text);
    if (ended) this.write(end);
    else this.missing = true;
  }
  raw(text: string, end = "\n"): void {
    if (this.missing) this.write(end);
    this.missing = false;
    this.write(text);
  }
}

export class Sed {
  status = 0;
  readonly #p: Proc;
  readonly #commands: Command[];
  readonly #o: SedOptions;
  readonly #end: string;
  readonly #out: Output;
  readonly #stdout: Sink;
  #sink: Sink;
  readonly #files = new Map<string, { sink: Sink; flush: () => Promise<void> }>();
  readonly #readers = new Map<string, AsyncGenerator<{ line: string; ended: boolean }>>();
  #names: string[];
  #source: AsyncGenerator<{ line: string; ended: boolean; last: boolean }> | undefined;
  #name = "-";
  #ahead: (Line & { starts?: string }) | undefined;
  #lineNumber = 0;
  #space = "";
  #ended = true;
  #hold = "";
  #append: { text?: string; file?: string }[] = [];
  #lastRegex: Regex | undefined;
  #replaced = false;
  #edited: { name: string; parts: string[] } | undefined;

  constructor(p: Proc, commands: Command[], names: string[], o: SedOptions) {
    this.#p = p;
    this.#commands = commands;
    this.#names = [...names];
    this.#o = o;
    this.#end = o.nul ? "\0" : "\n";
    this.#out = new Output(p);
    this.#stdout = new Sink((text) => this.#out.text(text));
    this.#sink = this.#stdout;
  }

  async #complain(text: string, status = 2): Promise<void> {
    await this.#out.flush();
    this.status = status;
    await this.#p.err(`sed: ${text}\n`);
  }

  /** Opens the next file that can be read. */
  async #open(): Promise<boolean> {
    for (;;) {
      const name = this.#names.shift();
      if (name === undefined) return false;
      const s = name === "-" && !this.#o.inPlace ? undefined : this.#p.fs.tryStat(name);
      if (s?.type === "dir") {
        await this.#complain(
          this.#o.inPlace ? `couldn't edit ${name}: not a regular file` : `read error on ${name}: Is a directory`,
          this.#o.inPlace ? 4 : 2,
        );
        continue;
      }
      if (name !== "-" || this.#o.inPlace) {
        try {
          this.#p.open(name, { read: true });
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          await this.#complain(`can't read ${name}: ${error.text}`);
          continue;
        }
      }
      this.#source = linesOf(this.#p, name, "utf8", this.#end);
      this.#name = name;
      return true;
    }
  }

  /** Reads one line ahead, so that the last is known. */
  async #fetch(): Promise<(Line & { starts?: string }) | undefined> {
    for (;;) {
      let starts: string | undefined;
      if (!this.#source) {
        if (!(await this.#open())) return undefined;
        starts = this.#name;
      }
      const next = await this.#source!.next();
      if (!next.done) return { text: next.value.line, ended: next.value.ended, ...(starts === undefined ? {} : { starts }) };
      this.#source = undefined;
      if (starts !== undefined && this.#o.inPlace) {
        // an empty file is edited too
        await this.#startFile(starts);
      }
    }
  }

  async #startFile(name: string): Promise<void> {
    if (!this.#o.inPlace) return;
    await this.#finishFile();
    const parts: string[] = [];
    this.#edited = { name, parts };
    this.#sink = new Sink((text) => void parts.push(text));
  }

  async #finishFile(): Promise<void> {
    const edited = this.#edited;
    if (!edited) return;
    this.#edited = undefined;
    this.#sink = this.#stdout;
    const { p } = { p: this.#p };
    const { name } = edited;
    const s = p.fs.stat(name);
    const dir = name.includes("/") ? name.slice(0, name.lastIndexOf("/") + 1) : "";
    const temp = `${dir}sed${p.machine.random("sed").word(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")}`;
    try {
      p.fs.write(temp, encodeText(edited.parts.join("")), { mode: 0o600, exclusive: true });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new SedFailure(`couldn't open temporary file ${dir === "" ? "./" : dir}${temp.slice(dir.length)}: ${error.text}`, 4);
    }
    if (p.uid === 0 || p.uid === s.uid) p.fs.chmod(temp, s.mode);
    if (p.uid === 0) p.fs.chown(temp, s.uid, s.gid);
    if (this.#o.suffix !== "") {
      const base = name.slice(dir.length);
      const backup = this.#o.suffix.includes("*") ? this.#o.suffix.replaceAll("*", base) : base + this.#o.suffix;
      p.fs.rename(name, backup.includes("/") ? backup : dir + backup);
    }
    p.fs.rename(temp, name);
  }

  get #isLast(): boolean {
    return !this.#ahead || (this.#o.separate && this.#ahead.starts !== undefined);
  }

  /** Loads the next line into the pattern space; false at the end. */
  async #next(): Promise<boolean> {
    const line = this.#ahead;
    if (!line) return false;
    if (line.starts !== undefined) {
      if (this.#o.separate && this.#lineNumber > 0) this.#lineNumber = 0;
      this.#shownName = line.starts;
      await this.#startFile(line.starts);
    }
    this.#lineNumber++;
    this.#space = line.text;
    this.#ended = line.ended;
    this.#ahead = await this.#fetch();
    return true;
  }
  #shownName = "-";

  async run(): Promise<number> {
    this.#ahead = await this.#fetch();
    let again = false;
    for (;;) {
      await this.#p.tick();
      if (!again && !(await this.#next())) break;
      again = false;
      const how = await this.#cycle();
      if (how === "restart") {
        again = true;
        await this.#flushAppends();
        continue;
      }
      if (how !== "silent" && how !== "quit-silent" && !this.#o.quiet) this.#sink.line(this.#space, this.#ended, this.#end);
      if (how !== "quit-silent") await this.#flushAppends();
      if (this.#out.full || !this.#ahead || this.#ahead.starts !== undefined) await this.#flush();
      else if (this.#p.file(0).kind !== "file") await this.#flush();
      if (how === "quit" || how === "quit-silent") {
        await this.#drainInPlace();
        break;
      }
    }
    await this.#finishFile();
    await this.#flush();
    return this.status;
  }

  /** q in -i mode keeps the rest of the file as it was. */
  async #drainInPlace(): Promise<void> {
    if (!this.#edited) return;
    while (this.#ahead && this.#ahead.starts === undefined) {
      this.#sink.line(this.#ahead.text, this.#ahead.ended, this.#end);
      this.#ahead = await this.#fetch();
    }
  }

  async #flush(): Promise<void> {
    await this.#out.flush();
    for (const file of this.#files.values()) await file.flush();
  }

  async #flushAppends(): Promise<void> {
    for (const item of this.#append.splice(0)) {
      if (item.text !== undefined) this.#sink.raw(item.text, this.#end);
      else if (item.file !== undefined) {
        try {
          const file: OpenFile = item.file === "/dev/stdin" ? this.#p.file(0) : this.#p.open(item.file, { read: true });
          const parts: string[] = [];
          for (;;) {
            const part = await file.read(1 << 20, this.#p);
            if (part.length === 0) break;
            parts.push(Buffer.from(part).toString("latin1"));
          }
          if (parts.length > 0) this.#sink.raw(fromBytes(parts.join("")), this.#end);
        } catch (error) {
          if (!(error instanceof Errno)) throw error; // a file that cannot be read is passed over
        }
      }
    }
  }

  #matches(a: Address): boolean {
    switch (a.kind) {
      case "line":
        return this.#lineNumber === a.line;
      case "last":
        return this.#isLast;
      case "regex":
        return this.#regex(a.regex).test(this.#space);
      case "step":
        return a.step <= 0 ? this.#lineNumber === a.first : this.#lineNumber >= a.first && (this.#lineNumber - a.first) % a.step === 0;
      default:
        return false;
    }
  }

  #regex(regex: Regex | undefined): Regex {
    const found = regex ?? this.#lastRegex;
    if (!found) throw new SedFailure("no previous regular expression", 1);
    this.#lastRegex = found;
    return found;
  }

  #selected(c: Command): boolean {
    return this.#inRange(c) !== c.negate;
  }

  #inRange(c: Command): boolean {
    const { a1, a2 } = c;
    if (!a1) return true;
    if (!a2) return this.#matches(a1);
    const n = this.#lineNumber;
    const zero = a1.kind === "line" && a1.line === 0;
    if (zero && c.open === undefined) c.open = true;
    if (!c.open) {
      if (!this.#matches(a1)) return false;
      if (a2.kind === "line") {
        if (a2.line > n) c.open = true;
        c.until = a2.line;
      } else if (a2.kind === "plus") {
        c.until = n + a2.count;
        c.open = a2.count > 0;
      } else if (a2.kind === "multiple") {
        c.until = a2.of > 0 ? Math.ceil(n / a2.of) * a2.of : n;
        c.open = c.until > n;
      } else if (a2.kind === "last") c.open = !this.#isLast;
      else c.open = true;
      return true;
    }
    if (a2.kind === "line" || a2.kind === "plus" || a2.kind === "multiple") {
      if (n >= c.until!) c.open = false;
      if (a2.kind === "line" && n > c.until!) return a1.kind === "line" ? false : this.#inRangeAgain(c);
      return true;
    }
    if (this.#matches(a2)) c.open = false;
    return true;
  }

  /** A range whose end lies behind: the line is only in it when it starts one. */
  #inRangeAgain(c: Command): boolean {
    c.open = false;
    return this.#inRange(c);
  }

  async #cycle(): Promise<"normal" | "silent" | "restart" | "quit" | "quit-silent"> {
    const commands = this.#commands;
    this.#replaced = false;
    for (let i = 0; i < commands.length; i++) {
      const c = commands[i]!;
      if (c.name === "}" || c.name === ":") continue;
      if (!this.#selected(c)) {
        if (c.name === "{") i = c.target!;
        continue;
      }
      switch (c.name) {
        case "{":
          break;
        case "=":
          this.#sink.raw(`${this.#lineNumber}\n`, this.#end);
          break;
        case "a":
          this.#append.push({ text: c.text! });
          break;
        case "i":
          this.#sink.raw(c.text!, this.#end);
          break;
        case "c": {
          const range = c.a2 !== undefined && !c.negate;
          if (!range || !c.open) this.#sink.raw(c.text!, this.#end);
          return "silent";
        }
        case "b":
          if (c.text === "") return "normal";
          i = c.target!;
          break;
        case "t":
        case "T":
          if (this.#replaced === (c.name === "t")) {
            this.#replaced = false;
            if (c.text === "") return "normal";
            i = c.target!;
          } else this.#replaced = false;
          break;
        case "d":
          return "silent";
        case "D": {
          const cut = this.#space.indexOf(this.#end);
          if (cut < 0) return "silent";
          this.#space = this.#space.slice(cut + 1);
          return "restart";
        }
        case "F":
          this.#sink.raw(`${this.#shownName}\n`, this.#end);
          break;
        case "g":
          this.#space = this.#hold;
          break;
        case "G":
          this.#space += this.#end + this.#hold;
          break;
        case "h":
          this.#hold = this.#space;
          break;
        case "H":
          this.#hold += this.#end + this.#space;
          break;
        case "x":
          [this.#space, this.#hold] = [this.#hold, this.#space];
          break;
        case "l":
          this.#sink.raw(listing(this.#space, c.number ?? this.#o.lineLength), this.#end);
          break;
        case "n":
          if (!this.#ahead) return this.#o.quiet ? "quit-silent" : "quit";
          if (!this.#o.quiet) this.#sink.line(this.#space, this.#ended, this.#end);
          await this.#flushAppends();
          await this.#next();
          break;
        case "N": {
          if (!this.#ahead || (this.#o.separate && this.#ahead.starts !== undefined)) {
            if (this.#ahead) {
              return "normal";
            }
            return "quit";
          }
          await this.#flushAppends();
          const before = this.#space;
          await this.#next();
          this.#space = before + this.#end + this.#space;
          break;
        }
        case "p":
          this.#sink.line(this.#space, this.#ended, this.#end);
          break;
        case "P": {
          const cut = this.#space.indexOf(this.#end);
          this.#sink.line(cut < 0 ? this.#space : this.#space.slice(0, cut), cut >= 0 || this.#ended, this.#end);
          break;
        }
        case "q":
          this.status = c.number ?? this.status;
          return "quit";
        case "Q":
          this.status = c.number ?? this.status;
          return "quit-silent";
        case "r":
          this.#append.push({ file: c.text! });
          break;
        case "R": {
          const line = await this.#readLine(c.text!);
          if (line !== undefined) this.#append.push({ text: line + this.#end });
          break;
        }
        case "w":
          this.#to(c.text!).line(this.#space, this.#ended, this.#end);
          break;
        case "W":
          this.#to(c.text!).line(this.#space.split(this.#end)[0]!, true, this.#end);
          break;
        case "s":
          this.#substitute(c.substitute!);
          break;
        case "y":
          this.#space = [...this.#space].map((x) => c.map!.get(x) ?? x).join("");
          break;
        case "z":
          this.#space = "";
          break;
      }
    }
    return "normal";
  }

  async #readLine(name: string): Promise<string | undefined> {
    let reader = this.#readers.get(name);
    if (!reader) {
      if (name !== "/dev/stdin" && !this.#p.fs.exists(name)) return undefined;
      reader = linesOf(this.#p, name === "/dev/stdin" ? "-" : name, "utf8", this.#end);
      this.#readers.set(name, reader);
    }
    const next = await reader.next();
    return next.done ? undefined : next.value.line;
  }

  /** Files of w are created before the first line is read. */
  prepare(): void {
    for (const c of this.#commands) {
      if (c.name === "w" || c.name === "W") this.#to(c.text!);
      if (c.substitute?.file !== undefined) this.#to(c.substitute.file);
    }
  }

  #to(name: string): Sink {
    if (name === "/dev/stdout") return this.#stdout;
    let found = this.#files.get(name);
    if (!found) {
      const p = this.#p;
      let file: OpenFile;
      try {
        file = name === "/dev/stderr" ? p.file(2) : p.open(name, { write: true, create: true, truncate: true });
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        throw new SedFailure(`couldn't open file ${name}: ${error.text}`, 4);
      }
      file.retain();
      const parts: string[] = [];
      found = {
        sink: new Sink((text) => void parts.push(text)),
        flush: async () => {
          if (parts.length > 0) await file.write(encodeText(parts.splice(0).join("")), p);
        },
      };
      this.#files.set(name, found);
    }
    return found.sink;
  }

  #substitute(s: Substitute): void {
    const regex = this.#regex(s.regex);
    const text = this.#space;
    let out = "";
    let at = 0;
    let from = 0;
    let count = 0;
    let done = false;
    let lastEnd = -1;
    while (from <= text.length) {
      const m = regex.exec(text, from);
      if (!m) break;
      if (m.end === m.index && m.index === lastEnd) {
        // an empty match right after a match is none
        if (m.index >= text.length) break;
        from = m.index + step(text, m.index);
        if (from > text.length) break;
        continue;
      }
      count++;
      lastEnd = m.end;
      if (count >= Math.max(1, s.nth)) {
        out += text.slice(at, m.index) + replacement(s.parts, m);
        at = m.end;
        done = true;
        if (!s.global) break;
      }
      from = m.end > m.index ? m.end : m.index;
      if (m.end === m.index) {
        if (m.index >= text.length) break;
        from = m.index + step(text, m.index);
      }
    }
    if (!done) return;
    this.#space = out + text.slice(at);
    this.#replaced = true;
    for (let i = 0; i < s.print; i++) this.#sink.line(this.#space, this.#ended, this.#end);
    if (s.file !== undefined) this.#to(s.file).line(this.#space, this.#ended, this.#end);
  }
}

/** Ends sed with a message and a status. */
export class SedFailure extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const step = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

function replacement(parts: Part[], m: Match): string {
  let out = "";
  let mode: "L" | "U" | "E" = "E";
  let once: "l" | "u" | "" = "";
  for (const part of parts) {
    if ("case" in part) {
      if (part.case === "l" || part.case === "u") once = part.case;
      else {
        mode = part.case;
        once = "";
      }
      continue;
    }
    let text = "text" in part ? part.text : (m.groups[part.group] ?? "");
    if (text === "") continue;
    if (mode !== "E") text = mode === "L" ? text.toLowerCase() : text.toUpperCase();
    if (once !== "") {
      const first = String.fromCodePoint(text.codePointAt(0)!);
      text = (once === "l" ? first.toLowerCase() : first.toUpperCase()) + text.slice(first.length);
      once = "";
    }
    out += text;
  }
  return out;
}

/** The l command: unambiguous form, folded at `width`. */
function listing(text: string, width: number): string {
  const names: Record<string, string> = {
    "\\": "\\\\",
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
  };
  const pieces = [...text].flatMap((c) => {
    if (names[c]) return [names[c]];
    if (/[ -~]/.test(c)) return [c];
    return [...encodeText(c)].map((b) => `\\${b.toString(8).padStart(3, "0")}`);
  });
  let out = "";
  let column = 0;
  for (const piece of pieces) {
    if (width > 1 && column + piece.length > width - 1) {
      out += "\\\n";
      column = 0;
    }
    out += piece;
    column += piece.length;
  }
  return `${out}$\n`;
}
