/** The line editor of an interactive shell: readline's emacs mode. */
import { encodeText } from "../core/text-bytes.ts";
import { copyTermios, type Termios } from "../kernel/termios.ts";
import type { Tty } from "../kernel/tty.ts";
import { complete } from "./complete.ts";
import { charWidth, columns, promptWidth, shownChar } from "./screen.ts";
import type { Shell } from "./shell.ts";

const word = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{N}]/u.test(c);

export class LineEditor {
  readonly #sh: Shell;
  readonly #tty: Tty;
  /** Last text that was killed, for ^Y. */
  #killed = "";
  #line: string[] = [];
  #at = 0;
  #prompt = "";
  /** Row of the cursor, counted from the first row of the line. */
  #row = 0;
  #undo: { line: string[]; at: number }[] = [];
  #bytes: number[] = [];

  constructor(sh: Shell, tty: Tty) {
    this.#sh = sh;
    this.#tty = tty;
  }

  /** One line without its newline; undefined at the end of the input. Throws Errno EINTR on ^C (the line is then left). */
  async read(prompt: string): Promise<string | undefined> {
    const before = copyTermios(this.#tty.termios);
    this.#tty.set(rawOf(before));
    const lines = prompt.split("\n");
    this.#prompt = lines.pop()!;
    this.#line = [];
    this.#at = 0;
    this.#row = 0;
    this.#undo = [];
    try {
      const paste = this.#sh.vars.get("TERM") !== "dumb";
      await this.#out(`${paste ? "\x1b[?2004h" : ""}${lines.map((l) => `${strip(l)}\r\n`).join("")}${strip(this.#prompt)}`);
      const text = await this.#edit();
      // at the end of the input the newline comes with the end of bracketed paste (rl_deprep_terminal)
      await this.#out(text === undefined ? (paste ? "\x1b[?2004l\r\n" : "") : `\r\n${paste ? "\x1b[?2004l\r" : ""}`);
      return text;
    } catch (error) {
      if (!this.#sh.p.status && !this.#tty.hungUp) {
        this.#at = this.#line.length;
        await this.#out(`^C\r\n\x1b[?2004l\r`);
      }
      throw error;
    } finally {
      if (!this.#tty.hungUp) this.#tty.set(before);
    }
  }

  async #out(text: string): Promise<void> {
    if (text !== "") await this.#tty.write(encodeText(text), this.#sh.p);
  }

  /** One character from the terminal; undefined when the line is gone. */
  async #char(): Promise<string | undefined> {
    for (;;) {
      const first = this.#bytes[0];
      if (first !== undefined) {
        const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
        if (this.#bytes.length >= length) return Buffer.from(this.#bytes.splice(0, length)).toString("utf8");
      }
      const part = await this.#tty.read(1, this.#sh.p);
      if (part.length === 0) return undefined;
      this.#bytes.push(...part);
    }
  }

  /** A key: a character, or the name of one that sends a sequence. */
  async #key(): Promise<string | undefined> {
    const c = await this.#char();
    if (c !== "\x1b") return c;
    const next = await this.#char();
    if (next === undefined) return undefined;
    if (next !== "[" && next !== "O") return `M-${next}`;
    let sequence = "";
    for (;;) {
      const part = await this.#char();
      if (part === undefined) return undefined;
      sequence += part;
      if (/[A-Za-z~]/.test(part)) break;
    }
    const names: Record<string, string> = {
      A: "up",
      B: "down",
      C: "right",
      D: "left",
      H: "home",
      F: "end",
      "1~": "home",
      "7~": "home",
      "4~": "end",
      "8~": "end",
      "3~": "delete",
      "1;5C": "M-f",
      "1;5D": "M-b",
      "1;3C": "M-f",
      "1;3D": "M-b",
      "5~": "up",
      "6~": "down",
      "200~": "paste",
    };
    return names[sequence] ?? "unknown";
  }

  // --- the screen

  /** Rows and columns of the cursor when it stands before character `at`. */
  #place(at: number): { row: number; column: number } {
    const { cols } = this.#tty;
    let total = promptWidth(this.#prompt);
    for (let i = 0; i < at; i++) {
      if (this.#line[i] === "\n") total = (Math.floor(total / cols) + 1) * cols;
      else total += charWidth(this.#line[i]!);
    }
    return { row: Math.floor(total / cols), column: total % cols };
  }

  async #redraw(): Promise<void> {
    let out = this.#row > 0 ? `\x1b[${this.#row}A` : "";
    out += `\r${strip(this.#prompt)}${this.#line.map((c) => (c === "\n" ? "\r\n" : shownChar(c))).join("")}`;
    const end = this.#place(this.#line.length);
    // a line that fills its row leaves the cursor in the last column: go on to the next row
    if (end.column === 0 && (end.row > 0 || this.#line.length > 0)) out += " \r";
    out += "\x1b[J";
    const here = this.#place(this.#at);
    if (end.row > here.row) out += `\x1b[${end.row - here.row}A`;
    out += "\r";
    if (here.column > 0) out += `\x1b[${here.column}C`;
    this.#row = here.row;
    await this.#out(out);
  }

  async #move(to: number): Promise<void> {
    this.#at = Math.max(0, Math.min(this.#line.length, to));
    const before = this.#row;
    const here = this.#place(this.#at);
    this.#row = here.row;
    await this.#out(
      `${here.row < before ? `\x1b[${before - here.row}A` : here.row > before ? `\x1b[${here.row - before}B` : ""}\r${here.column > 0 ? `\x1b[${here.column}C` : ""}`,
    );
  }

  #remember(): void {
    this.#undo.push({ line: [...this.#line], at: this.#at });
    if (this.#undo.length > 200) this.#undo.shift();
  }

  async #insert(text: string): Promise<void> {
    this.#remember();
    const chars = Array.from(text);
    this.#line.splice(this.#at, 0, ...chars);
    this.#at += chars.length;
    const end = this.#place(this.#line.length);
    if (this.#at === this.#line.length && chars.length === 1 && chars[0]! >= " " && end.column > 0 && end.row === this.#row)
      await this.#out(chars[0]!);
    else await this.#redraw();
  }

  async #cut(from: number, to: number, keep = true): Promise<void> {
    if (from >= to) return this.#out("\x07");
    this.#remember();
    const text = this.#line.splice(from, to - from).join("");
    if (keep) this.#killed = text;
    this.#at = from;
    await this.#redraw();
  }

  async #replace(text: string): Promise<void> {
    this.#line = Array.from(text);
    this.#at = this.#line.length;
    await this.#redraw();
  }

  // --- editing

  #wordLeft(): number {
    let at = this.#at;
    while (at > 0 && !word(this.#line[at - 1])) at--;
    while (at > 0 && word(this.#line[at - 1])) at--;
    return at;
  }

  #wordRight(): number {
    let at = this.#at;
    while (at < this.#line.length && !word(this.#line[at])) at++;
    while (at < this.#line.length && word(this.#line[at])) at++;
    return at;
  }

  async #edit(): Promise<string | undefined> {
    const { history } = this.#sh;
    let place = history.length;
    let draft = "";
    let tabs = 0;
    let lastArgument = 0;
    const recall = async (to: number): Promise<void> => {
      if (to < 0 || to > history.length) return this.#out("\x07");
      if (place === history.length) draft = this.#line.join("");
      place = to;
      await this.#replace(to === history.length ? draft : history[to]!);
    };
    for (;;) {
      const key = await this.#key();
      const last: boolean = key === "\t";
      tabs = last ? tabs + 1 : 0;
      if (key !== "M-." && key !== "M-_") lastArgument = 0;
      switch (key) {
        case undefined:
          return undefined;
        case "\r":
        case "\n":
          await this.#move(this.#line.length);
          return this.#line.join("");
        case "\x04":
          if (this.#line.length === 0) return undefined;
          await this.#cut(this.#at, Math.min(this.#line.length, this.#at + 1), false);
          break;
        case "delete":
          await this.#cut(this.#at, Math.min(this.#line.length, this.#at + 1), false);
          break;
        case "\x7f":
        case "\b":
          await this.#cut(Math.max(0, this.#at - 1), this.#at, false);
          break;
        case "\x01":
        case "home":
          await this.#move(0);
          break;
        case "\x05":
        case "end":
          await this.#move(this.#line.length);
          break;
        case "\x02":
        case "left":
          await this.#move(this.#at - 1);
          break;
        case "\x06":
        case "right":
          await this.#move(this.#at + 1);
          break;
        case "M-b":
          await this.#move(this.#wordLeft());
          break;
        case "M-f":
          await this.#move(this.#wordRight());
          break;
        case "\x0b":
          await this.#cut(this.#at, this.#line.length);
          break;
        case "\x15":
          await this.#cut(0, this.#at);
          break;
        case "\x17": {
          let from = this.#at;
          while (from > 0 && /\s/.test(this.#line[from - 1]!)) from--;
          while (from > 0 && !/\s/.test(this.#line[from - 1]!)) from--;
          await this.#cut(from, this.#at);
          break;
        }
        case "M-\x7f":
        case "M-\b":
          await this.#cut(this.#wordLeft(), this.#at);
          break;
        case "M-d":
          await this.#cut(this.#at, this.#wordRight());
          break;
        case "\x19":
          await this.#insert(this.#killed);
          break;
        case "\x14":
          if (this.#line.length < 2 || this.#at === 0) await this.#out("\x07");
          else {
            const right = Math.min(this.#at, this.#line.length - 1);
            this.#remember();
            [this.#line[right - 1], this.#line[right]] = [this.#line[right]!, this.#line[right - 1]!];
            this.#at = right + 1;
            await this.#redraw();
          }
          break;
        case "M-u":
        case "M-l":
        case "M-c": {
          const to = this.#wordRight();
          const text = this.#line.slice(this.#at, to).join("");
          const changed =
            key === "M-u"
              ? text.toUpperCase()
              : key === "M-l"
                ? text.toLowerCase()
                : text.toLowerCase().replace(/[\p{L}\p{N}]/u, (c) => c.toUpperCase());
          this.#remember();
          this.#line.splice(this.#at, to - this.#at, ...Array.from(changed));
          this.#at = to;
          await this.#redraw();
          break;
        }
        case "\x0c":
          this.#row = 0;
          await this.#out("\x1b[H\x1b[2J");
          await this.#redraw();
          break;
        case "\x10":
        case "up":
          await recall(place - 1);
          break;
        case "\x0e":
        case "down":
          await recall(place + 1);
          break;
        case "M-<":
          await recall(0);
          break;
        case "M->":
          await recall(history.length);
          break;
        case "M-.":
        case "M-_": {
          const previous = history[history.length - 1 - lastArgument];
          const argument = previous?.trim().split(/\s+/).at(-1);
          if (argument === undefined) await this.#out("\x07");
          else {
            if (lastArgument > 0) {
              const undo = this.#undo.pop();
              if (undo) ({ line: this.#line, at: this.#at } = undo);
            }
            lastArgument++;
            await this.#insert(argument);
          }
          break;
        }
        case "\x1f": {
          const undo = this.#undo.pop();
          if (undo) {
            ({ line: this.#line, at: this.#at } = undo);
            await this.#redraw();
          } else await this.#out("\x07");
          break;
        }
        case "\x12":
        case "\x13": {
          const found = await this.#search();
          if (found === undefined) return undefined;
          if (found.accept) {
            await this.#move(this.#line.length);
            return this.#line.join("");
          }
          place = history.length;
          break;
        }
        case "\x16": {
          const c = await this.#char();
          if (c === undefined) return undefined;
          await this.#insert(c);
          break;
        }
        case "paste":
          if (!(await this.#paste())) return undefined;
          break;
        case "\t":
          await this.#complete(tabs);
          break;
        case "unknown":
        case "\x07":
          break;
        default:
          if (key.startsWith("M-") || key < " ") await this.#out("\x07");
          else await this.#insert(key);
      }
    }
  }

  /** Text between the marks of bracketed paste goes into the line as it is. */
  async #paste(): Promise<boolean> {
    let text = "";
    while (!text.endsWith("\x1b[201~")) {
      const c = await this.#char();
      if (c === undefined) return false;
      text += c;
    }
    await this.#insert(text.slice(0, -6).replaceAll("\r", "\n"));
    return true;
  }

  /** ^R: incremental search backwards through the history. */
  async #search(): Promise<{ accept: boolean } | undefined> {
    const { history } = this.#sh;
    const prompt = this.#prompt;
    const before = { line: [...this.#line], at: this.#at };
    let pattern = "";
    let at = history.length;
    let failed = false;
    const show = async (): Promise<void> => {
      this.#prompt = `(${failed ? "failed " : ""}reverse-i-search)\`${pattern}': `;
      await this.#redraw();
    };
    const find = (from: number): void => {
      for (let i = from; i >= 0; i--) {
        const offset = history[i]?.lastIndexOf(pattern) ?? -1;
        if (offset < 0) continue;
        at = i;
        failed = false;
        this.#line = Array.from(history[i]!);
        this.#at = Array.from(history[i]!.slice(0, offset)).length;
        return;
      }
      failed = true;
    };
    const leave = async (): Promise<void> => {
      this.#prompt = prompt;
      await this.#redraw();
    };
    await show();
    for (;;) {
      const key = await this.#key();
      if (key === undefined) return undefined;
      if (key === "\x12") find(at - 1);
      else if (key === "\x7f" || key === "\b") {
        pattern = pattern.slice(0, -1);
        at = history.length;
        if (pattern !== "") find(history.length - 1);
      } else if (key === "\x07") {
        ({ line: this.#line, at: this.#at } = before);
        await leave();
        return { accept: false };
      } else if (key === "\r" || key === "\n") {
        await leave();
        return { accept: true };
      } else if (key.length === 1 && key >= " ") {
        pattern += key;
        find(Math.min(at, history.length - 1));
      } else {
        await leave();
        return { accept: false };
      }
      await show();
    }
  }

  async #complete(tabs: number): Promise<void> {
    const text = this.#line.slice(0, this.#at).join("");
    const completion = complete(this.#sh, text);
    const { start, matches } = completion;
    if (matches.length === 0) return this.#out("\x07");
    const typed = text.slice(start);
    if (matches.length === 1) {
      const whole = matches[0]! + completion.suffix(matches[0]!);
      return this.#complement(typed, whole);
    }
    let common = matches[0]!;
    for (const other of matches) while (!other.startsWith(common)) common = common.slice(0, -1);
    if (common.length > typed.length) return this.#complement(typed, common);
    if (tabs < 2) return this.#out("\x07");
    const names = matches.map((m) => {
      const plain = m.replaceAll(/\\(.)/g, "$1").replace(/\/$/, "");
      return plain.slice(plain.lastIndexOf("/") + 1);
    });
    await this.#move(this.#line.length);
    await this.#out(`\r\n${columns(names, this.#tty.cols).replaceAll("\n", "\r\n")}`);
    this.#row = 0;
    await this.#redraw();
  }

  /** Puts `whole` where `typed` stands before the cursor. */
  async #complement(typed: string, whole: string): Promise<void> {
    this.#remember();
    const from = this.#at - Array.from(typed).length;
    this.#line.splice(from, this.#at - from, ...Array.from(whole));
    this.#at = from + Array.from(whole).length;
    await this.#redraw();
  }
}

/** The marks around invisible parts of a prompt are not printed. */
// eslint-disable-next-line no-control-regex -- the marks are control characters
const strip = (prompt: string): string => prompt.replaceAll(/[\x01\x02]/g, "");

/** Readline's modes: characters one by one, no echo; the keys for signals stay. */
function rawOf(before: Termios): Termios {
  const t = copyTermios(before);
  t.modes.icanon = false;
  t.modes.echo = false;
  t.modes.icrnl = false;
  t.modes.ixon = false;
  t.chars.susp = undefined;
  t.chars.quit = undefined;
  return t;
}
