import { Errno } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { readInput } from "../command.ts";
import { Screen, shownLine } from "./screen.ts";
import { Tty } from "../../../kernel/tty.ts";
import { steadyRegExp } from "../../../core/regexp/index.ts";

function pager(name: "less" | "more"): CommandProgram {
  return {
    name,
    async main(p) {
      const files: string[] = [];
      const flags = new Set<string>();
      let start: string | undefined;
      for (const a of p.args) {
        if (a.startsWith("+")) start = a.slice(1);
        else if (a.startsWith("-") && a !== "-") for (const c of a.startsWith("--") ? [a] : a.slice(1)) flags.add(c);
        else files.push(a);
      }
      if (p.env.LESS) for (const c of p.env.LESS.replace(/[^A-Za-z]/g, "")) flags.add(c);
      const parts: string[] = [];
      let status = 0;
      if (files.length === 0 && Screen.on(p)) {
        await p.err(
          name === "less" ? 'Missing filename ("less --help" for help)\n' : `more: bad usage\nTry 'more --help' for more information.\n`,
        );
        return 1;
      }
      for (const f of files.length > 0 ? files : ["-"]) {
        try {
          if (f !== "-" && p.fs.isDir(f)) {
            await p.err(name === "less" ? `${f} is a directory\n` : `\n*** ${f}: directory ***\n\n`);
            status = 1;
            continue;
          }
          parts.push((await readInput(p, f)).toString("utf8"));
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          await p.err(name === "less" ? `${f}: ${error.text}\n` : `more: cannot open ${f}: ${error.text}\n`);
          status = 1;
        }
      }
      if (parts.length === 0) return status;
      const text = parts.join("");
      const out = p.fds.get(1);
      if (!(out instanceof Tty)) {
        await p.out(text);
        return status;
      }
      const lines = text
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => (flags.has("R") || flags.has("r") ? line : shownLine(line)));
      const keyboard = Screen.on(p) ?? out;
      if ((flags.has("F") || name === "more") && wrapped(lines, out.cols).length < out.rows) {
        await p.out(text.endsWith("\n") ? text : `${text}\n`);
        return status;
      }
      const screen = new Screen(p, keyboard);
      await screen.open();
      try {
        await new Pager(screen, lines, files[0], flags).run(start);
      } finally {
        await screen.close();
      }
      return status;
    },
  };
}

export const less = pager("less");
export const more = pager("more");

const wrapped = (lines: string[], cols: number): string[] =>
  lines.flatMap((line) => (line.length <= cols ? [line] : (line.match(new RegExp(`.{1,${cols}}`, "gu")) ?? [""])));

class Pager {
  readonly #screen: Screen;
  readonly #lines: string[];
  #rows: string[] = [];
  #top = 0;
  #message = "";
  #search: RegExp | undefined;
  #number = "";

  constructor(screen: Screen, lines: string[], name: string | undefined, flags: Set<string>) {
    this.#screen = screen;
    this.#lines = flags.has("N") ? lines.map((line, i) => `${String(i + 1).padStart(7)} ${line}`) : lines;
    this.#message = name ?? "";
  }

  get #page(): number {
    return Math.max(1, this.#screen.rows - 1);
  }
  get #last(): number {
    return Math.max(0, this.#rows.length - this.#page);
  }

  async run(start: string | undefined): Promise<void> {
    this.#rows = wrapped(this.#lines, this.#screen.cols);
    if (start === "G") this.#top = this.#last;
    else if (start?.startsWith("/")) this.#find(start.slice(1), 1, true);
    else if (start !== undefined && /^\d+$/.test(start)) this.#top = Math.min(this.#last, Number(start) - 1);
    for (;;) {
      await this.#draw();
      const key = await this.#screen.key();
      if (key === undefined || key === "q" || key === "Q" || key === "^C") return;
      this.#message = "";
      if (/^\d$/.test(key)) {
        this.#number += key;
        this.#message = `:${this.#number}`;
        continue;
      }
      const n = this.#number === "" ? undefined : Number(this.#number);
      this.#number = "";
      await this.#act(key, n);
    }
  }

  async #act(key: string, n: number | undefined): Promise<void> {
    const move = (by: number): void => {
      this.#top = Math.max(0, Math.min(this.#last, this.#top + by));
    };
    const half = Math.floor(this.#page / 2);
    switch (key) {
      case " ":
      case "f":
      case "^F":
      case "^V":
      case "PageDown":
        return move(n ?? this.#page);
      case "b":
      case "^B":
      case "PageUp":
        return move(-(n ?? this.#page));
      case "d":
      case "^D":
        return move(n ?? half);
      case "u":
      case "^U":
        return move(-(n ?? half));
      case "j":
      case "e":
      case "^N":
      case "^E":
      case "Enter":
      case "Down":
        return move(n ?? 1);
      case "k":
      case "y":
      case "^P":
      case "^Y":
      case "Up":
        return move(-(n ?? 1));
      case "g":
      case "<":
      case "Home":
        this.#top = Math.min(this.#last, (n ?? 1) - 1);
        return;
      case "G":
      case ">":
      case "End":
        this.#top = n === undefined ? this.#last : Math.min(this.#last, n - 1);
        return;
      case "F":
        this.#top = this.#last;
        return;
      case "/":
      case "?": {
        const pattern = await this.#ask(key);
        if (pattern !== undefined) this.#find(pattern, key === "/" ? 1 : -1, false);
        return;
      }
      case "n":
        this.#find("", 1, false);
        return;
      case "N":
        this.#find("", -1, false);
        return;
      case "h":
        this.#message = "q quit, space next page, b back, /pattern search, n next, g start, G end";
        return;
      default:
        await this.#screen.write("\x07");
    }
  }

  #find(pattern: string, by: 1 | -1, here: boolean): void {
    if (pattern !== "") {
      try {
        this.#search = steadyRegExp(pattern);
      } catch {
        this.#message = "Invalid pattern";
        return;
      }
    }
    if (!this.#search) {
      this.#message = "No previous regular expression";
      return;
    }
    for (let i = this.#top + (here ? 0 : by); i >= 0 && i < this.#rows.length; i += by) {
      if (!this.#search.test(this.#rows[i]!)) continue;
      this.#top = i;
      return;
    }
    this.#message = "Pattern not found  (press RETURN)";
  }

  async #ask(prompt: string): Promise<string | undefined> {
    let text = "";
    for (;;) {
      await this.#screen.write(`\x1b[${this.#screen.rows};1H\x1b[K${prompt}${text}`);
      const key = await this.#screen.key();
      if (key === undefined || key === "Esc" || key === "^C") return undefined;
      if (key === "Enter") return text;
      if (key === "Backspace") {
        if (text === "") return undefined;
        text = text.slice(0, -1);
      } else if ([...key].length === 1) text += key;
    }
  }

  async #draw(): Promise<void> {
    this.#rows = wrapped(this.#lines, this.#screen.cols);
    this.#top = Math.max(0, this.#top);
    let out = "\x1b[H\x1b[2J";
    for (let i = 0; i < this.#page; i++) {
      const row = this.#rows[this.#top + i];
      let text = row ?? "~";
      if (row !== undefined && this.#search)
        text = row.replace(steadyRegExp(this.#search.source, "g"), (m) => (m === "" ? "" : `\x1b[7m${m}\x1b[27m`));
      out += `\x1b[${i + 1};1H${text}`;
    }
    const end = this.#top + this.#page >= this.#rows.length;
    const status = this.#message !== "" ? `\x1b[7m${this.#message}\x1b[27m` : end ? "\x1b[7m(END)\x1b[27m" : ":";
    out += `\x1b[${this.#screen.rows};1H${status}`;
    await this.#screen.write(out);
  }
}
