import { Errno, NotSimulated } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { Document } from "./document.ts";
import { ex, opened, type ExState } from "./ex.ts";
import { backWord, firstNonBlank, matching, nextWord, paragraph, search, vimPattern, wordEnd, type Place } from "./motions.ts";
import { textObject } from "./objects.ts";
import { Screen, shownColumn } from "./screen.ts";
import { Settings } from "./settings.ts";
import { paint, type View } from "./window.ts";

/** Vim as Ubuntu ships it, as far as one edits configuration files with it. */
export const vi: CommandProgram = {
  name: "vim",
  async main(p) {
    const tty = Screen.on(p);
    let path: string | undefined;
    let start: string | undefined;
    let readonly = p.name.endsWith("view");
    let vimrc: string | undefined;
    const commands: string[] = [];
    const args = [...p.args];
    while (args.length > 0) {
      const a = args.shift()!;
      if (a === "--version") {
        await p.out("VIM - Vi IMproved 9.1 (2024 Jan 02, compiled Jan 01 2025 00:00:00)\n");
        return 0;
      }
      if (a === "-R") readonly = true;
      else if (a === "-c") commands.push(args.shift() ?? "");
      else if (a.startsWith("+")) start = a.slice(1);
      else if (a === "-u") vimrc = args.shift() ?? "";
      else if (/^-[nNmi]$/.test(a) || a === "--") {
        if (a === "-i") args.shift();
      } else if (a.startsWith("-")) p.notSimulated(`vim ${a}`);
      else if (path === undefined) path = a;
      else p.notSimulated("vim with several files");
    }
    if (!tty || !Screen.on(p, 1)) p.notSimulated("vim without a terminal");
    const screen = new Screen(p, tty!);
    const editor = new Vi(p, screen, path ?? "", readonly);
    await screen.open();
    try {
      return await editor.run(start, commands, vimrc);
    } finally {
      await screen.close();
    }
  },
};

type Motion = { to: Place; lines: boolean; inclusive: boolean };

class Vi implements ExState {
  readonly p: Proc;
  readonly doc: Document;
  readonly #screen: Screen;
  row = 0;
  #col = 0;
  #top = 0;
  readonly settings = new Settings();
  search = "";
  lastSubstitute: ExState["lastSubstitute"];
  register: { text: string[]; lines: boolean } = { text: [], lines: false };
  #message = "";
  #mode: View["mode"] = "normal";
  #anchor: Place = { row: 0, col: 0 };
  #forward: 1 | -1 = 1;
  #lastFind: [string, string] | undefined;
  /** Keys of the last change, for `.`, and those being replayed. */
  #recorded: string[] = [];
  #change: string[] = [];
  #replay: string[] = [];
  #quit: number | undefined;

  constructor(p: Proc, screen: Screen, path: string, readonly: boolean) {
    this.p = p;
    this.#screen = screen;
    this.doc = new Document(p, path, readonly);
  }

  get #line(): string {
    return this.doc.lines[this.row]!;
  }

  async #key(): Promise<string> {
    const key = this.#replay.shift() ?? (await this.#screen.key());
    if (key === undefined) throw new Errno("EIO");
    this.#recorded.push(key);
    return key;
  }

  /** `vimrc`: the file of -u; undefined: the user's own, or without one defaults.vim. */
  async run(start: string | undefined, commands: string[], vimrc: string | undefined): Promise<number> {
    try {
      this.doc.load();
      this.#message = opened(this.doc);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code === "EISDIR") this.p.notSimulated("vim's file browser");
      this.#message = `"${this.doc.path}" [Permission Denied]`;
    }
    if (this.doc.path === "") this.#message = "";
    const own = ["/.vimrc", "/.vim/vimrc"].map((file) => `${this.p.env.HOME ?? ""}${file}`).find((file) => this.p.fs.exists(file));
    const file = vimrc ?? own;
    if (file === undefined) this.settings.ofFileType(this.doc.path);
    else if (file !== "NONE") this.#message = this.settings.source(this.p.fs.tryReadText(file) ?? "", this.doc.path) ?? this.#message;
    if (start === "") this.row = this.doc.lines.length - 1;
    else if (start !== undefined && /^\d+$/.test(start)) this.row = Math.min(this.doc.lines.length, Number(start)) - 1;
    else if (start?.startsWith("/")) this.#find(start.slice(1), 1);
    else if (start !== undefined) this.#ex(start);
    for (const c of commands) this.#ex(c);
    while (this.#quit === undefined) {
      this.#clamp();
      if (this.#replay.length === 0) await this.#draw();
      this.#recorded = [];
      if (this.#mode === "visual" || this.#mode === "lines") await this.#visual();
      else await this.#command();
    }
    return this.#quit;
  }

  /** Column on the screen of a place in the line. */
  #column(at: number): number {
    return shownColumn(this.#line, at, this.settings.tabstop);
  }

  #clamp(): void {
    this.row = Math.max(0, Math.min(this.doc.lines.length - 1, this.row));
    const most = this.#mode === "insert" || this.#mode === "replace" ? this.#line.length : Math.max(0, this.#line.length - 1);
    this.#col = Math.max(0, Math.min(most, this.#col));
  }

  #ex(text: string): void {
    const before = this.row;
    let result;
    try {
      result = ex(this, text);
    } catch (error) {
      if (!(error instanceof NotSimulated)) throw error;
      // what was edited must not be lost for it
      this.p.machine.world.gap(this.p.machine.name, "vim", error.what);
      result = { message: error.message };
    }
    this.#message = result.message ?? "";
    if (result.quit !== undefined) this.#quit = result.quit;
    if (this.row !== before) this.#col = firstNonBlank(this.doc.lines[Math.min(this.row, this.doc.lines.length - 1)] ?? "");
  }

  // --- movement

  /** Where a motion key leads; undefined: no motion, or it fails. */
  async #motion(key: string, count: number | undefined, operator: boolean): Promise<Motion | undefined> {
    const { lines } = this.doc;
    const here: Place = { row: this.row, col: this.#col };
    const n = count ?? 1;
    const to = (row: number, col: number, inclusive = false): Motion => ({ to: { row, col }, lines: false, inclusive });
    const whole = (row: number): Motion => {
      const r = Math.max(0, Math.min(lines.length - 1, row));
      return { to: { row: r, col: firstNonBlank(lines[r]!) }, lines: true, inclusive: true };
    };
    const vertical = (by: number): Motion | undefined =>
      this.row + by < 0 || this.row + by >= lines.length
        ? operator
          ? undefined
          : { ...whole(this.row + by), to: { row: Math.max(0, Math.min(lines.length - 1, this.row + by)), col: this.#col } }
        : { to: { row: this.row + by, col: this.#col }, lines: true, inclusive: true };
    const repeat = (step: (at: Place) => Place): Place => {
      let at = here;
      for (let i = 0; i < n; i++) at = step(at);
      return at;
    };
    const page = Math.max(1, this.#screen.rows - 3);
    switch (key) {
      case "h":
      case "Left":
      case "Backspace":
        return this.#col === 0 ? undefined : to(this.row, Math.max(0, this.#col - n));
      case "l":
      case "Right":
      case " ":
        return to(this.row, Math.min(this.#line.length - (operator ? 0 : 1), this.#col + n));
      case "j":
      case "Down":
      case "^N":
        return vertical(n);
      case "k":
      case "Up":
      case "^P":
        return vertical(-n);
      case "Enter":
      case "+":
        return this.row + n < lines.length ? whole(this.row + n) : undefined;
      case "-":
        return this.row - n >= 0 ? whole(this.row - n) : undefined;
      case "0":
      case "Home":
        return to(this.row, 0);
      case "^":
        return to(this.row, firstNonBlank(this.#line));
      case "_":
        return whole(this.row + n - 1);
      case "$":
      case "End": {
        const row = Math.min(lines.length - 1, this.row + n - 1);
        return to(row, Math.max(0, lines[row]!.length - 1), true);
      }
      case "w":
      case "W": {
        const at = repeat((x) => nextWord(lines, x, key === "W"));
        // an operator stops at the end of the line that the word is on
        if (operator && at.row > this.row) {
          const last = lines[at.row - 1]!;
          if (lines[at.row]!.slice(0, at.col).trim() === "") return to(at.row - 1, last.length);
        }
        return to(at.row, at.col);
      }
      case "b":
      case "B": {
        const at = repeat((x) => backWord(lines, x, key === "B"));
        return to(at.row, at.col);
      }
      case "e":
      case "E": {
        const at = repeat((x) => wordEnd(lines, x, key === "E"));
        return to(at.row, at.col, true);
      }
      case "g": {
        const second = await this.#key();
        if (second === "g") return whole((count ?? 1) - 1);
        if (second === "_") return to(this.row, Math.max(0, this.#line.trimEnd().length - 1), true);
        return undefined;
      }
      case "G":
        return whole(count === undefined ? lines.length - 1 : count - 1);
      case "H":
        return whole(this.#top);
      case "M":
        return whole(this.#top + Math.floor(Math.min(page, lines.length - this.#top) / 2));
      case "L":
        return whole(this.#top + this.#screen.rows - 2);
      case "{":
        return to(paragraph(lines, this.row, -1), 0);
      case "}":
        return to(paragraph(lines, this.row, 1), 0);
      case "%": {
        const at = matching(lines, here);
        return at && to(at.row, at.col, true);
      }
      case "f":
      case "F":
      case "t":
      case "T":
        this.#lastFind = [key, await this.#key()];
        return this.#findInLine(...this.#lastFind, n);
      case ";":
        return this.#lastFind && this.#findInLine(...this.#lastFind, n);
      case ",": {
        if (!this.#lastFind) return undefined;
        const [k, c] = this.#lastFind;
        return this.#findInLine(k === k.toLowerCase() ? k.toUpperCase() : k.toLowerCase(), c, n);
      }
      case "^F":
      case "PageDown":
        this.#top = Math.min(Math.max(0, lines.length - 1), this.#top + page);
        return whole(this.row + page);
      case "^B":
      case "PageUp":
        this.#top = Math.max(0, this.#top - page);
        return whole(this.row - page);
      case "^D":
        return whole(this.row + Math.floor(page / 2));
      case "^U":
        return whole(this.row - Math.floor(page / 2));
      case "n":
      case "N":
      case "*":
      case "#":
      case "/":
      case "?": {
        if (key === "/" || key === "?") {
          const text = await this.#ask(key);
          if (text === undefined) return undefined;
          if (text !== "") this.search = text;
          this.#forward = key === "/" ? 1 : -1;
        } else if (key === "*" || key === "#") {
          const word = [...this.#line.matchAll(/[\p{L}\p{Nd}_]+/gu)].find((m) => m.index + m[0].length > this.#col)?.[0];
          if (word === undefined) return undefined;
          this.search = `\\<${word}\\>`;
          this.#forward = key === "*" ? 1 : -1;
        }
        const at = this.#find("", key === "N" ? (this.#forward === 1 ? -1 : 1) : this.#forward);
        return at && to(at.row, at.col);
      }
      default:
        return undefined;
    }
  }

  #findInLine(key: string, c: string, n: number): Motion | undefined {
    const line = this.#line;
    const back = key === key.toUpperCase();
    let at = this.#col;
    for (let i = 0; i < n; i++) {
      at = back ? line.lastIndexOf(c, at - 1) : line.indexOf(c, at + (key === "t" && i === 0 ? 1 : 1));
      if (at < 0 || (back && at > this.#col)) return undefined;
    }
    const col = key === "t" ? at - 1 : key === "T" ? at + 1 : at;
    return { to: { row: this.row, col }, lines: false, inclusive: !back };
  }

  #find(text: string, by: 1 | -1): Place | undefined {
    if (text !== "") this.search = text;
    if (this.search === "") {
      this.#message = "E35: No previous regular expression";
      return undefined;
    }
    let found;
    try {
      found = search(this.doc.lines, { row: this.row, col: this.#col }, vimPattern(this.search, this.settings.ignores(this.search)), by);
    } catch {
      found = undefined;
    }
    if (!found) {
      this.#message = `E486: Pattern not found: ${this.search}`;
      return undefined;
    }
    this.#message = found.wrapped
      ? by > 0
        ? "search hit BOTTOM, continuing at TOP"
        : "search hit TOP, continuing at BOTTOM"
      : `${by > 0 ? "/" : "?"}${this.search}`;
    if (text !== "") [this.row, this.#col] = [found.place.row, found.place.col];
    return found.place;
  }

  async #ask(prompt: string): Promise<string | undefined> {
    let text = "";
    for (;;) {
      await this.#screen.write(`\x1b[${this.#screen.rows};1H\x1b[K${prompt}${text}`);
      const key = await this.#key();
      if (key === "Esc" || key === "^C") return undefined;
      if (key === "Enter") return text;
      if (key === "Backspace") {
        if (text === "") return undefined;
        text = text.slice(0, -1);
      } else if (key === "^U") text = "";
      else if ([...key].length === 1) text += key;
    }
  }

  // --- changes

  #begin(): void {
    this.doc.mark(this.row);
  }

  /** Text between two places (the second not included), or whole lines. */
  #cut(from: Place, to: Place, whole: boolean, remove: boolean): void {
    const { lines } = this.doc;
    if (whole) {
      this.register = { text: lines.slice(from.row, to.row + 1), lines: true };
      if (remove) {
        lines.splice(from.row, to.row - from.row + 1);
        if (lines.length === 0) lines.push("");
      }
      const n = to.row - from.row + 1;
      if (n > 2) this.#message = remove ? `${n} fewer lines` : `${n} lines yanked`;
      return;
    }
    const first = lines[from.row]!;
    const last = lines[to.row]!;
    this.register = {
      text:
        from.row === to.row
          ? [first.slice(from.col, to.col)]
          : [first.slice(from.col), ...lines.slice(from.row + 1, to.row), last.slice(0, to.col)],
      lines: false,
    };
    if (remove) lines.splice(from.row, to.row - from.row + 1, first.slice(0, from.col) + last.slice(to.col));
  }

  async #operate(op: string, m: Motion | { from: Place; to: Place; lines: boolean; inclusive: boolean }): Promise<void> {
    const here: Place = "from" in m ? m.from : { row: this.row, col: this.#col };
    let [from, to] = [here, m.to];
    if (to.row < from.row || (to.row === from.row && to.col < from.col)) [from, to] = [to, from];
    const end: Place = m.lines ? to : { row: to.row, col: to.col + (m.inclusive ? 1 : 0) };
    if (op === "y") {
      this.#cut(from, end, m.lines, false);
      [this.row, this.#col] = [from.row, m.lines ? this.#col : from.col];
      return;
    }
    this.#begin();
    const { lines } = this.doc;
    if (op === ">" || op === "<") {
      for (let i = from.row; i <= to.row; i++) lines[i] = this.settings.shifted(lines[i]!, op === ">" ? 1 : -1);
      this.row = from.row;
      this.#col = firstNonBlank(this.#line);
      return;
    }
    if (op === "c" && m.lines) {
      this.register = { text: lines.slice(from.row, to.row + 1), lines: true };
      lines.splice(from.row, to.row - from.row + 1, "");
      [this.row, this.#col] = [from.row, 0];
      return this.#insert();
    }
    this.#cut(from, end, m.lines, true);
    this.row = Math.min(from.row, lines.length - 1);
    this.#col = m.lines ? firstNonBlank(this.#line) : from.col;
    if (op === "c") await this.#insert();
  }

  /** Insert mode, to Esc. The change was marked already. */
  async #insert(replace = false): Promise<void> {
    this.#mode = replace ? "replace" : "insert";
    const { lines } = this.doc;
    for (;;) {
      this.#clamp();
      if (this.#replay.length === 0) await this.#draw();
      const key = await this.#key();
      const line = this.#line;
      if (key === "Esc" || key === "^C" || key === "^[") break;
      if (key === "Enter") {
        const indent = this.settings.indent(line);
        const before = line.slice(0, this.#col);
        lines.splice(this.row, 1, indent !== "" && before.trim() === "" ? "" : before, indent + line.slice(this.#col));
        this.row++;
        this.#col = indent.length;
      } else if (key === "Backspace" || key === "^H") {
        if (this.#col > 0) {
          const before = line.slice(0, this.#col);
          const gone = this.settings.backspace(before, this.#column(this.#col));
          lines[this.row] = before.slice(0, -gone) + line.slice(this.#col);
          this.#col -= gone;
        } else if (this.row > 0) {
          this.#col = lines[this.row - 1]!.length;
          lines.splice(this.row - 1, 2, lines[this.row - 1]! + line);
          this.row--;
        }
      } else if (key === "Delete") lines[this.row] = line.slice(0, this.#col) + line.slice(this.#col + 1);
      else if (key === "^W") {
        const kept = line.slice(0, this.#col).replace(/\S*\s*$/, "");
        lines[this.row] = kept + line.slice(this.#col);
        this.#col = kept.length;
      } else if (key === "^U") {
        lines[this.row] = line.slice(this.#col);
        this.#col = 0;
      } else if (key === "Left") this.#col--;
      else if (key === "Right") this.#col++;
      else if (key === "Up") this.row--;
      else if (key === "Down") this.row++;
      else if (key === "Home") this.#col = 0;
      else if (key === "End") this.#col = line.length;
      else {
        const text = key === "Tab" ? this.settings.tab(this.#column(this.#col)) : [...key].length === 1 ? key : "";
        lines[this.row] = line.slice(0, this.#col) + text + line.slice(this.#col + (replace ? text.length : 0));
        this.#col += text.length;
      }
    }
    // what was indented for a text that did not come goes again
    if (this.settings.autoindent && this.#line.trim() === "") lines[this.row] = "";
    this.#mode = "normal";
    this.#col = Math.max(0, this.#col - 1);
  }

  #put(after: boolean, count: number): void {
    const { text, lines: whole } = this.register;
    if (text.length === 0) return;
    this.#begin();
    const { lines } = this.doc;
    for (let i = 0; i < count; i++) {
      if (whole) {
        const at = this.row + (after ? 1 : 0);
        lines.splice(at, 0, ...text);
        this.row = at;
        this.#col = firstNonBlank(this.#line);
      } else {
        const col = Math.min(this.#line.length, this.#col + (after ? 1 : 0));
        const line = this.#line;
        const fresh = (line.slice(0, col) + text.join("\n") + line.slice(col)).split("\n");
        lines.splice(this.row, 1, ...fresh);
        this.#col = text.length === 1 ? col + text[0]!.length - 1 : col;
      }
    }
  }

  async #count(first: string): Promise<[number | undefined, string]> {
    let digits = "";
    let key = first;
    while (/^[1-9]$/.test(key) || (digits !== "" && key === "0")) {
      digits += key;
      key = await this.#key();
    }
    return [digits === "" ? undefined : Number(digits), key];
  }

  async #command(): Promise<void> {
    const replaying = this.#replay.length > 0;
    let [count, key] = await this.#count(await this.#key());
    this.#message = "";
    if (key === '"') {
      await this.#key();
      key = await this.#key();
    }
    const n = count ?? 1;
    const changed = (): void => {
      if (!replaying) this.#change = [...this.#recorded];
    };
    const { lines } = this.doc;
    switch (key) {
      case "Esc":
      case "^C":
        return;
      case ":": {
        const text = await this.#ask(":");
        if (text !== undefined) this.#ex(text);
        return;
      }
      case "d":
      case "c":
      case "y":
      case ">":
      case "<": {
        const [inner, motion] = await this.#count(await this.#key());
        const total = count === undefined && inner === undefined ? undefined : n * (inner ?? 1);
        if (motion === key) {
          const to = this.row + (total ?? 1) - 1;
          if (to < lines.length)
            await this.#operate(key, { from: { row: this.row, col: 0 }, to: { row: to, col: 0 }, lines: true, inclusive: true });
        } else if (motion === "i" || motion === "a") {
          const range = textObject(this.#line, { row: this.row, col: this.#col }, motion, await this.#key());
          if (range) await this.#operate(key, { ...range, lines: false, inclusive: false });
        } else {
          // cw changes to the end of the word, as ce
          const name =
            key === "c" && (motion === "w" || motion === "W") && /\S/.test(this.#line[this.#col] ?? "")
              ? motion === "w"
                ? "e"
                : "E"
              : motion;
          const m = await this.#motion(name, total, true);
          if (m) await this.#operate(key, m);
        }
        if (key !== "y") changed();
        return;
      }
      case "x":
      case "Delete":
        if (this.#line === "") return;
        await this.#operate("d", {
          from: { row: this.row, col: this.#col },
          to: { row: this.row, col: Math.min(this.#line.length, this.#col + n) },
          lines: false,
          inclusive: false,
        });
        return changed();
      case "X":
        if (this.#col === 0) return;
        await this.#operate("d", {
          from: { row: this.row, col: Math.max(0, this.#col - n) },
          to: { row: this.row, col: this.#col },
          lines: false,
          inclusive: false,
        });
        return changed();
      case "D":
      case "C":
        await this.#operate(key.toLowerCase(), {
          from: { row: this.row, col: this.#col },
          to: { row: this.row, col: this.#line.length },
          lines: false,
          inclusive: false,
        });
        return changed();
      case "Y":
        await this.#operate("y", {
          from: { row: this.row, col: 0 },
          to: { row: Math.min(lines.length, this.row + n) - 1, col: 0 },
          lines: true,
          inclusive: true,
        });
        return;
      case "s":
        await this.#operate("c", {
          from: { row: this.row, col: this.#col },
          to: { row: this.row, col: Math.min(this.#line.length, this.#col + n) },
          lines: false,
          inclusive: false,
        });
        return changed();
      case "S":
        await this.#operate("c", {
          from: { row: this.row, col: 0 },
          to: { row: Math.min(lines.length, this.row + n) - 1, col: 0 },
          lines: true,
          inclusive: true,
        });
        return changed();
      case "r": {
        const by = await this.#key();
        if (by === "Esc" || this.#col + n > this.#line.length) return;
        this.#begin();
        lines[this.row] = this.#line.slice(0, this.#col) + (by === "Enter" ? "\n" : by.repeat(n)) + this.#line.slice(this.#col + n);
        if (by === "Enter") lines.splice(this.row, 1, ...lines[this.row]!.split("\n"));
        return changed();
      }
      case "R":
      case "i":
      case "I":
      case "a":
      case "A":
      case "o":
      case "O":
        this.#begin();
        if (key === "I") this.#col = firstNonBlank(this.#line);
        if (key === "a") this.#col++;
        if (key === "A") this.#col = this.#line.length;
        if (key === "o" || key === "O") {
          const indent = this.settings.indent(this.#line);
          if (key === "o") this.row++;
          lines.splice(this.row, 0, indent);
          this.#col = indent.length;
        }
        this.#mode = "insert";
        await this.#insert(key === "R");
        return changed();
      case "J": {
        if (this.row + 1 >= lines.length) return;
        this.#begin();
        for (let i = 0; i < Math.max(1, n - 1) && this.row + 1 < lines.length; i++) {
          const next = lines[this.row + 1]!.trimStart();
          this.#col = this.#line.length;
          lines.splice(this.row, 2, this.#line + (next === "" || this.#line === "" || this.#line.endsWith(" ") ? "" : " ") + next);
        }
        return changed();
      }
      case "~":
        this.#begin();
        lines[this.row] =
          this.#line.slice(0, this.#col) +
          this.#line.slice(this.#col, this.#col + n).replace(/./gu, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())) +
          this.#line.slice(this.#col + n);
        this.#col += n;
        return changed();
      case "p":
      case "P":
        this.#put(key === "p", n);
        return changed();
      case "u":
      case "^R":
        for (let i = 0; i < n; i++) {
          const row = key === "u" ? this.doc.undo(this.row) : this.doc.redo(this.row);
          if (row === undefined) this.#message = key === "u" ? "Already at oldest change" : "Already at newest change";
          else this.row = row;
        }
        return;
      case ".":
        this.#replay = [...this.#change];
        return;
      case "v":
      case "V":
        this.#mode = key === "v" ? "visual" : "lines";
        this.#anchor = { row: this.row, col: this.#col };
        return;
      case "Z": {
        const second = await this.#key();
        if (second === "Z") this.#ex("x");
        else if (second === "Q") this.#quit = 0;
        return;
      }
      case "z": {
        const second = await this.#key();
        if (second === "z" || second === ".") this.#top = Math.max(0, this.row - Math.floor(this.#screen.rows / 2));
        else if (second === "t" || second === "Enter") this.#top = this.row;
        else if (second === "b") this.#top = Math.max(0, this.row - this.#screen.rows + 2);
        return;
      }
      case "^G":
        this.#ex("f");
        return;
      case "^L":
        return;
      case "q":
      case "@":
      case "m":
      case "'":
      case "`":
      case "^V":
        await this.#key();
        this.#message = `kubemend: not simulated: vi's ${key}`;
        return;
      default: {
        const m = await this.#motion(key, count, false);
        if (!m) {
          if (this.#message === "") await this.#screen.write("\x07");
          return;
        }
        [this.row, this.#col] = [m.to.row, m.to.col];
      }
    }
  }

  async #visual(): Promise<void> {
    const [count, key] = await this.#count(await this.#key());
    const leave = (): void => {
      this.#mode = "normal";
    };
    if (key === "Esc" || key === "^C" || key === "v" || key === "V") return leave();
    const op = key === "x" || key === "Delete" ? "d" : key === "s" ? "c" : key;
    if (/^[dcy<>]$/.test(op)) {
      const whole = this.#mode === "lines" || op === ">" || op === "<";
      leave();
      return this.#operate(op, { from: this.#anchor, to: { row: this.row, col: this.#col }, lines: whole, inclusive: true });
    }
    if (key === "o") {
      const here = { row: this.row, col: this.#col };
      [this.row, this.#col] = [this.#anchor.row, this.#anchor.col];
      this.#anchor = here;
      return;
    }
    if (key === ":") {
      const [a, b] = [Math.min(this.#anchor.row, this.row), Math.max(this.#anchor.row, this.row)];
      const text = await this.#ask(":'<,'>");
      leave();
      if (text !== undefined) this.#ex(`${a + 1},${b + 1}${text}`);
      return;
    }
    const m = await this.#motion(key, count, false);
    if (m) [this.row, this.#col] = [m.to.row, m.to.col];
  }

  async #draw(): Promise<void> {
    const { rows, cols } = this.#screen;
    const { lines } = this.doc;
    const shown = paint({
      ...{ rows, cols, lines, top: this.#top, row: this.row, col: this.#col },
      ...{ mode: this.#mode, message: this.#message, settings: this.settings },
    });
    this.#top = shown.top;
    await this.#screen.write(shown.text);
  }
}
