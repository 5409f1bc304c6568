/** Vim's options, as `:set` and a vimrc change them (runtime/doc/options.txt of Vim 9.1). */
import { NotSimulated } from "../../../core/errno.ts";

type Switch = "readonly" | "number" | "ignorecase" | "smartcase" | "expandtab" | "autoindent" | "paste";
type Amount = "tabstop" | "shiftwidth" | "softtabstop";

const switches: Record<string, Switch> = {
  number: "number",
  nu: "number",
  ignorecase: "ignorecase",
  ic: "ignorecase",
  smartcase: "smartcase",
  scs: "smartcase",
  expandtab: "expandtab",
  et: "expandtab",
  autoindent: "autoindent",
  ai: "autoindent",
  paste: "paste",
  readonly: "readonly",
  ro: "readonly",
};
const amounts: Record<string, Amount> = {
  tabstop: "tabstop",
  ts: "tabstop",
  shiftwidth: "shiftwidth",
  sw: "shiftwidth",
  softtabstop: "softtabstop",
  sts: "softtabstop",
};
/** Colours and hints on the screen, which this editor does not have, and files beside the edited one, which it does not write. */
const screenOnly = new Set(
  "hlsearch hls incsearch is syntax syn background bg mouse ruler ru showcmd sc showmode smd showmatch sm cursorline cul laststatus ls title visualbell vb errorbells eb scrolloff so compatible cp modeline swapfile swf backup bk writebackup wb undofile udf history hi encoding enc termguicolors tgc wildmenu wmnu".split(
    " ",
  ),
);

/** Options that would change something, with the value that holds here; another one is not simulated. */
const fixed: Record<string, string> = {
  ...Object.fromEntries("wrap wrapscan ws magic startofline sol foldenable fen".split(" ").map((name) => [name, "on"])),
  ...Object.fromEntries(
    "list relativenumber rnu linebreak lbr hidden hid cindent cin smartindent si shiftround sr smarttab sta spell autowrite aw autoread ar gdefault gd tildeop top cursorcolumn cuc"
      .split(" ")
      .map((name) => [name, "off"]),
  ),
  ...Object.fromEntries("textwidth tw wrapmargin wm".split(" ").map((name) => [name, "0"])),
  ...Object.fromEntries("fileformat ff".split(" ").map((name) => [name, "unix"])),
  ...Object.fromEntries("fileencoding fenc".split(" ").map((name) => [name, "utf-8"])),
  ...Object.fromEntries("backspace bs".split(" ").map((name) => [name, "indent,eol,start"])),
  ...Object.fromEntries(
    "clipboard cb whichwrap ww virtualedit ve colorcolumn cc foldmethod fdm pastetoggle pt iskeyword isk listchars lcs"
      .split(" ")
      .map((name) => [name, ""]),
  ),
};

export class Settings {
  readonly = false;
  number = false;
  ignorecase = false;
  smartcase = false;
  expandtab = false;
  autoindent = false;
  paste = false;
  tabstop = 8;
  shiftwidth = 8;
  softtabstop = 0;

  /** What defaults.vim's `filetype plugin on` does for a file of that name (runtime/ftplugin/yaml.vim). */
  ofFileType(path: string): void {
    if (!/\.ya?ml$/.test(path)) return;
    this.expandtab = true;
    this.shiftwidth = 2;
    this.softtabstop = 2;
  }

  /** `:set` with its words. The message is what the last line shows: an error, or the options asked for. */
  set(argument: string): string | undefined {
    if (argument === "" || argument === "all") throw new NotSimulated("vi's list of all options");
    const shown: string[] = [];
    for (const word of argument.split(/\s+/)) {
      const m = /^(no|inv)?([a-z]+)(!|\?|&|[:=](.*))?$/.exec(word);
      if (!m) return `E518: Unknown option: ${word}`;
      const [prefix, name, how, value] = [m[1], m[2]!, m[3]?.[0], m[4]];
      if (screenOnly.has(name)) continue;
      if (/^(ft|filetype)$/.test(name) && value !== undefined) {
        this.ofFileType(`.${value}`);
        continue;
      }
      const amount = amounts[name];
      const on = switches[name];
      if (amount) {
        if (how === "=" || how === ":") {
          if (!/^-?\d+$/.test(value!)) return `E521: Number required after =: ${word}`;
          if (Number(value) < (amount === "tabstop" ? 1 : 0)) return `E487: Argument must be positive: ${word}`;
          this[amount] = Number(value);
        } else if (how === undefined || how === "?") shown.push(`  ${amount}=${this[amount]}`);
        else if (how === "&") this[amount] = new Settings()[amount];
        else return `E474: Invalid argument: ${word}`;
      } else if (on) {
        if (how === "?") shown.push(`${this[on] ? "  " : "no"}${on}`);
        else if (how === "&") this[on] = false;
        else if (how === "!" || prefix === "inv") this[on] = !this[on];
        else if (how === undefined) this[on] = prefix !== "no";
        else return `E474: Invalid argument: ${word}`;
      } else if (name in fixed) {
        const wanted = value ?? (how === undefined ? (prefix === "no" ? "off" : "on") : how);
        if (wanted !== fixed[name]) throw new NotSimulated(`vi's :set ${word}`);
      } else return `E518: Unknown option: ${name}`;
    }
    return shown.length > 0 ? shown.join(" ") : undefined;
  }

  /** The lines of a vimrc; what is not simulated of it is told, the rest holds. */
  source(text: string, path: string): string | undefined {
    let message: string | undefined;
    for (const line of text.split("\n")) {
      const m =
        /^\s*:?\s*(?:"|$|(se|set|setl|setlocal)\s+([^"]*)|(syntax|syn|colo|colorscheme|hi|highlight)\b|(filetype|filet)\b(.*))/.exec(line);
      try {
        if (!m) throw new NotSimulated(`vimrc: ${line.trim()}`);
        if (m[1]) message = this.set(m[2]!.trim()) ?? message;
        if (m[4] && /\bplugin\b.*\bon\b/.test(m[5]!)) this.ofFileType(path);
      } catch (error) {
        if (!(error instanceof NotSimulated)) throw error;
        message = error.message;
      }
    }
    return message;
  }

  /** Whether a search for this pattern passes over case. */
  ignores(pattern: string): boolean {
    return this.ignorecase && !(this.smartcase && /\p{Lu}/u.test(pattern));
  }

  /** What the Tab key puts in at a column of the screen. */
  tab(column: number): string {
    if (this.paste) return "\t";
    const width = this.softtabstop > 0 ? this.softtabstop : this.tabstop;
    const spaces = width - (column % width);
    if (this.expandtab) return " ".repeat(spaces);
    if (this.softtabstop === 0) return "\t";
    // blanks up to there, with tabs as far as they fit: only what is added here
    return this.blanks(column + spaces, column);
  }

  /** White space from one column of the screen to another. */
  blanks(to: number, from = 0): string {
    if (this.expandtab) return " ".repeat(to - from);
    let out = "";
    let at = from;
    for (let stop = at - (at % this.tabstop) + this.tabstop; stop <= to; stop += this.tabstop) {
      out += "\t";
      at = stop;
    }
    return out + " ".repeat(to - at);
  }

  /** A line moved by a number of shift widths, as `>` and `<` do. */
  shifted(line: string, by: number): string {
    const text = line.trimStart();
    if (text === "") return by > 0 ? line : "";
    let column = 0;
    for (const c of line.slice(0, line.length - text.length)) column += c === "\t" ? this.tabstop - (column % this.tabstop) : 1;
    const width = this.shiftwidth || this.tabstop;
    return this.blanks(Math.max(0, column + by * width)) + text;
  }

  /** How many characters Backspace takes away at the end of this text. */
  backspace(before: string, column: number): number {
    if (this.paste || this.softtabstop === 0 || !before.endsWith(" ")) return 1;
    const over = column % this.softtabstop || this.softtabstop;
    return Math.max(1, Math.min(over, before.length - before.trimEnd().length, /( *)$/.exec(before)![1]!.length));
  }

  /** The white space that a new line begins with. */
  indent(line: string): string {
    return this.autoindent && !this.paste ? /^[\t ]*/.exec(line)![0] : "";
  }
}
