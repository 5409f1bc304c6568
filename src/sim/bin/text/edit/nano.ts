import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { Document } from "./document.ts";
import { Screen, shownColumn, shownLine } from "./screen.ts";

const version = "7.2";

export const nano: CommandProgram = {
  name: "nano",
  async main(p) {
    let path = "";
    let line: number | undefined;
    let readonly = false;
    for (const a of p.args) {
      if (a === "--version" || a === "-V") {
        await p.out(` GNU nano, version ${version}\n`);
        return 0;
      }
      if (a === "-v" || a === "--view") readonly = true;
      else if (/^\+\d+/.test(a)) line = parseInt(a.slice(1), 10);
      else if (/^-[lwiLSE]+$|^--(linenumbers|nowrap)$/.test(a)) continue;
      else if (a.startsWith("-")) p.notSimulated(`nano ${a}`);
      else if (path === "") path = a;
      else p.notSimulated("nano with several files");
    }
    const tty = Screen.on(p);
    if (!tty || !Screen.on(p, 1)) {
      await p.err("Standard input is not a terminal\n");
      return 1;
    }
    const screen = new Screen(p, tty);
    const editor = new Nano(p, screen, path, readonly);
    await screen.open();
    try {
      return await editor.run(line);
    } finally {
      await screen.close();
    }
  },
};

class Nano {
  readonly #p: Proc;
  readonly #screen: Screen;
  readonly #doc: Document;
  #row = 0;
  #col = 0;
  #top = 0;
  #message = "";
  #cut: string[] = [];
  #cutting = false;
  #search = "";
  readonly #view: boolean;

  constructor(p: Proc, screen: Screen, path: string, readonly: boolean) {
    this.#p = p;
    this.#screen = screen;
    this.#doc = new Document(p, path);
    this.#view = readonly;
  }

  get #line(): string {
    return this.#doc.lines[this.#row]!;
  }

  async run(line: number | undefined): Promise<number> {
    const doc = this.#doc;
    try {
      doc.load();
      const n = doc.bytes === 0 ? 0 : doc.lines.length;
      if (doc.path !== "")
        this.#message = doc.fresh
          ? "New File"
          : `Read ${n} line${n === 1 ? "" : "s"}${doc.readonly ? " (Warning: No write permission)" : ""}`;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#message = error.code === "EISDIR" ? `"${doc.path}" is a directory` : `Error reading ${doc.path}: ${error.text}`;
      doc.path = "";
    }
    if (line !== undefined) this.#row = Math.max(0, Math.min(doc.lines.length, line) - 1);
    let lastCut = false;
    for (;;) {
      this.#row = Math.max(0, Math.min(doc.lines.length - 1, this.#row));
      this.#col = Math.max(0, Math.min(this.#line.length, this.#col));
      await this.#draw();
      const key = await this.#screen.key();
      if (key === undefined) return 1;
      this.#message = "";
      this.#cutting = lastCut;
      lastCut = key === "^K";
      if (key === "^X") {
        if (await this.#leave()) return 0;
        continue;
      }
      await this.#act(key);
    }
  }

  async #act(key: string): Promise<void> {
    const doc = this.#doc;
    const { lines } = doc;
    const page = Math.max(1, this.#screen.rows - 5);
    switch (key) {
      case "Up":
      case "^P":
        this.#row--;
        return;
      case "Down":
      case "^N":
        this.#row++;
        return;
      case "Left":
      case "^B":
        if (this.#col > 0) this.#col--;
        else if (this.#row > 0) {
          this.#row--;
          this.#col = this.#line.length;
        }
        return;
      case "Right":
      case "^F":
        if (this.#col < this.#line.length) this.#col++;
        else if (this.#row + 1 < lines.length) {
          this.#row++;
          this.#col = 0;
        }
        return;
      case "Home":
      case "^A":
        this.#col = 0;
        return;
      case "End":
      case "^E":
        this.#col = this.#line.length;
        return;
      case "PageDown":
      case "^V":
        this.#row += page;
        return;
      case "PageUp":
      case "^Y":
        this.#row -= page;
        return;
      case "^O":
        await this.#write();
        return;
      case "^S":
        if (doc.path === "") await this.#write();
        else this.#save(doc.path);
        return;
      case "^W": {
        const text = await this.#ask(`Search${this.#search === "" ? "" : ` [${this.#search}]`}: `);
        if (text === undefined) {
          this.#message = "Cancelled";
          return;
        }
        if (text !== "") this.#search = text;
        this.#find();
        return;
      }
      case "^\\":
      case "^R":
      case "^T":
      case "^J":
        this.#message = `kubemend: not simulated: nano's ${key}`;
        return;
      case "^_":
      case "^/": {
        const text = await this.#ask("Enter line number, column number: ");
        const n = parseInt(text ?? "", 10);
        if (!Number.isNaN(n)) this.#row = n - 1;
        return;
      }
      case "^G":
        this.#message = "^X exit, ^O write, ^W search, ^K cut, ^U paste, ^_ go to line";
        return;
      case "^C":
        this.#message = `line ${this.#row + 1}/${lines.length} (${Math.floor(((this.#row + 1) * 100) / lines.length)}%), col ${this.#col + 1}/${this.#line.length + 1}`;
        return;
      case "^L":
      case "Esc":
      case "Unknown":
        return;
    }
    if (this.#view) {
      this.#message = "Key is invalid in view mode";
      return;
    }
    this.#edit(key);
  }

  #edit(key: string): void {
    const doc = this.#doc;
    const { lines } = doc;
    const line = this.#line;
    const mark = (): void => doc.mark(this.#row);
    switch (key) {
      case "^K":
        mark();
        if (!this.#cutting) this.#cut = [];
        this.#cut.push(line);
        lines.splice(this.#row, 1);
        if (lines.length === 0) lines.push("");
        this.#col = 0;
        return;
      case "^U":
        if (this.#cut.length === 0) return;
        mark();
        lines.splice(this.#row, 0, ...this.#cut);
        this.#row += this.#cut.length;
        this.#col = 0;
        return;
      case "Enter":
        mark();
        lines.splice(this.#row, 1, line.slice(0, this.#col), line.slice(this.#col));
        this.#row++;
        this.#col = 0;
        return;
      case "Backspace":
      case "^H":
        if (this.#col > 0) {
          mark();
          lines[this.#row] = line.slice(0, this.#col - 1) + line.slice(this.#col);
          this.#col--;
        } else if (this.#row > 0) {
          mark();
          this.#row--;
          this.#col = lines[this.#row]!.length;
          lines.splice(this.#row, 2, lines[this.#row]! + line);
        }
        return;
      case "Delete":
      case "^D":
        mark();
        if (this.#col < line.length) lines[this.#row] = line.slice(0, this.#col) + line.slice(this.#col + 1);
        else if (this.#row + 1 < lines.length) lines.splice(this.#row, 2, line + lines[this.#row + 1]!);
        return;
      case "Tab":
      default: {
        const text = key === "Tab" ? "\t" : [...key].length === 1 ? key : "";
        if (text === "") return;
        mark();
        lines[this.#row] = line.slice(0, this.#col) + text + line.slice(this.#col);
        this.#col += text.length;
      }
    }
  }

  #find(): void {
    const { lines } = this.#doc;
    if (this.#search === "") return;
    const needle = this.#search.toLowerCase();
    for (let n = 0; n <= lines.length; n++) {
      const row = (this.#row + n) % lines.length;
      const at = lines[row]!.toLowerCase().indexOf(needle, n === 0 ? this.#col + 1 : 0);
      if (at < 0) continue;
      if (this.#row + n >= lines.length) this.#message = "Search Wrapped";
      [this.#row, this.#col] = [row, at];
      return;
    }
    this.#message = `"${this.#search}" not found`;
  }

  async #ask(prompt: string, initial = ""): Promise<string | undefined> {
    let text = initial;
    for (;;) {
      await this.#screen.write(
        `\x1b[${this.#screen.rows - 2};1H\x1b[7m${(prompt + text).padEnd(this.#screen.cols)}\x1b[27m\x1b[${this.#screen.rows - 2};${prompt.length + text.length + 1}H`,
      );
      const key = await this.#screen.key();
      if (key === undefined || key === "^C") return undefined;
      if (key === "Enter") return text;
      if (key === "Backspace") text = text.slice(0, -1);
      else if ([...key].length === 1) text += key;
    }
  }

  #save(path: string): boolean {
    try {
      const doc = this.#doc;
      if (doc.path === "") doc.path = path;
      // nano leaves out the newline that it only shows after the last line
      if (doc.lines.length > 1 && doc.lines.at(-1) === "") doc.lines.pop();
      const n = doc.lines.length === 1 && doc.lines[0] === "" ? 0 : doc.lines.length;
      if (n === 0) this.#p.fs.write(path, "");
      else doc.save(path);
      doc.changed = false;
      this.#message = `Wrote ${n} line${n === 1 ? "" : "s"}`;
      return true;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#message = `Error writing ${path}: ${error.text}`;
      return false;
    }
  }

  async #write(): Promise<boolean> {
    const path = await this.#ask("File Name to Write: ", this.#doc.path);
    if (path === undefined || path === "") {
      this.#message = "Cancelled";
      return false;
    }
    return this.#save(path);
  }

  async #leave(): Promise<boolean> {
    if (!this.#doc.changed) return true;
    for (;;) {
      const { rows, cols } = this.#screen;
      await this.#screen.write(
        `\x1b[${rows - 2};1H\x1b[7m${"Save modified buffer? ".padEnd(cols)}\x1b[27m\x1b[${rows - 1};1H\x1b[K\x1b[7m Y\x1b[27m Yes\x1b[${rows};1H\x1b[K\x1b[7m N\x1b[27m No           \x1b[7m^C\x1b[27m Cancel`,
      );
      const key = await this.#screen.key();
      if (key === undefined || /^[nN]$/.test(key)) return true;
      if (/^[yY]$/.test(key)) return this.#write();
      if (key === "^C") {
        this.#message = "Cancelled";
        return false;
      }
    }
  }

  async #draw(): Promise<void> {
    const { rows, cols } = this.#screen;
    const room = Math.max(1, rows - 4);
    if (this.#row < this.#top) this.#top = Math.max(0, this.#row - Math.floor(room / 2));
    if (this.#row >= this.#top + room) this.#top = this.#row - Math.floor(room / 2);
    const name = this.#doc.path || "New Buffer";
    const title = `  GNU nano ${version}`.padEnd(Math.max(0, Math.floor((cols - name.length) / 2))) + name;
    let out = `\x1b[?25l\x1b[H\x1b[7m${title.padEnd(cols - (this.#doc.changed ? 10 : 0)).slice(0, cols)}${this.#doc.changed ? "Modified  " : ""}\x1b[27m`;
    const column = shownColumn(this.#line, this.#col);
    const shift = column < cols - 1 ? 0 : Math.floor(column / (cols - 8)) * (cols - 8);
    for (let i = 0; i < room; i++) {
      const line = this.#doc.lines[this.#top + i];
      const from = this.#top + i === this.#row ? shift : 0;
      out += `\x1b[${i + 2};1H${line === undefined ? "" : [...shownLine(line)].slice(from, from + cols).join("")}\x1b[K`;
    }
    const note = this.#message === "" ? "" : `[ ${this.#message} ]`;
    out += `\x1b[${rows - 2};1H\x1b[K${note === "" ? "" : `${" ".repeat(Math.max(0, Math.floor((cols - note.length) / 2)))}\x1b[7m${note.slice(0, cols)}\x1b[27m`}`;
    const help = (items: [string, string][]): string => items.map(([k, text]) => `\x1b[7m${k}\x1b[27m ${text.padEnd(11)}`).join("  ");
    out += `\x1b[${rows - 1};1H\x1b[K${help([
      ["^G", "Help"],
      ["^O", "Write Out"],
      ["^W", "Where Is"],
      ["^K", "Cut"],
      ["^_", "Go To Line"],
    ])}`;
    out += `\x1b[${rows};1H\x1b[K${help([
      ["^X", "Exit"],
      ["^S", "Save"],
      ["^C", "Location"],
      ["^U", "Paste"],
      ["^V", "Next Page"],
    ])}`;
    out += `\x1b[${this.#row - this.#top + 2};${column - shift + 1}H\x1b[?25h`;
    await this.#screen.write(out);
  }
}
