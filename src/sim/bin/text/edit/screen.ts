/** A full-screen program's terminal: raw keys in, positioned text out. */
import { Tty } from "../../../kernel/tty.ts";
import { copyTermios, type Termios } from "../../../kernel/termios.ts";
import type { Proc } from "../../../kernel/proc.ts";

/** Sequences that terminals send for keys (xterm, vt100). */
const sequences: Record<string, string> = {
  "[A": "Up",
  "[B": "Down",
  "[C": "Right",
  "[D": "Left",
  OA: "Up",
  OB: "Down",
  OC: "Right",
  OD: "Left",
  "[H": "Home",
  "[F": "End",
  OH: "Home",
  OF: "End",
  "[1~": "Home",
  "[4~": "End",
  "[5~": "PageUp",
  "[6~": "PageDown",
  "[3~": "Delete",
  "[2~": "Insert",
};

export class Screen {
  readonly #p: Proc;
  readonly tty: Tty;
  readonly #before: Termios;
  #bytes: number[] = [];
  #alternate = false;

  constructor(p: Proc, tty: Tty) {
    this.#p = p;
    this.tty = tty;
    this.#before = copyTermios(tty.termios);
  }

  /** The terminal on a descriptor, if it is one. */
  static on(p: Proc, fd = 0): Tty | undefined {
    const file = p.fds.get(fd);
    return file instanceof Tty ? file : undefined;
  }

  get rows(): number {
    return this.tty.rows || 24;
  }
  get cols(): number {
    return this.tty.cols || 80;
  }

  async open(): Promise<void> {
    const raw = copyTermios(this.#before);
    raw.modes.icanon = raw.modes.echo = raw.modes.isig = raw.modes.iexten = raw.modes.icrnl = raw.modes.ixon = false;
    this.tty.set(raw);
    this.#alternate = true;
    await this.write("\x1b[?1049h\x1b[H\x1b[2J");
  }

  async close(): Promise<void> {
    if (this.#alternate && !this.tty.hungUp) await this.write("\x1b[?1049l");
    this.tty.set(this.#before);
  }

  write(text: string): Promise<void> {
    return this.tty.write(Buffer.from(text, "utf8"), this.#p);
  }

  async #byte(): Promise<number | undefined> {
    if (this.#bytes.length === 0) {
      const part = await this.tty.read(4096, this.#p);
      if (part.length === 0) return undefined;
      this.#bytes.push(...part);
    }
    return this.#bytes.shift();
  }

  /** A character, or a key's name: Enter, Esc, Backspace, Tab, Up, ^A… undefined when the line is gone. */
  async key(): Promise<string | undefined> {
    const b = await this.#byte();
    if (b === undefined) return undefined;
    if (b === 27) return this.#escape();
    if (b === 13 || b === 10) return "Enter";
    if (b === 127 || b === 8) return "Backspace";
    if (b === 9) return "Tab";
    if (b < 32) return `^${String.fromCharCode(b + 64)}`;
    if (b < 0x80) return String.fromCharCode(b);
    const length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
    const bytes = [b];
    while (bytes.length < length) bytes.push((await this.#byte()) ?? 63);
    return Buffer.from(bytes).toString("utf8");
  }

  /** ESC alone, or the start of a sequence: whatever came in the same moment belongs to it. */
  async #escape(): Promise<string> {
    if (this.#bytes.length === 0 && !this.tty.readable) return "Esc";
    if (this.#bytes.length === 0) this.#bytes.push(...(await this.tty.read(4096, this.#p)));
    if (this.#bytes[0] !== 0x5b && this.#bytes[0] !== 0x4f) return "Esc";
    let text = String.fromCharCode(this.#bytes.shift()!);
    while (this.#bytes.length > 0) {
      const c = String.fromCharCode(this.#bytes.shift()!);
      text += c;
      if (/[A-Za-z~]/.test(c)) break;
    }
    return sequences[text] ?? sequences[text.replace(/\[1;\d/, "[")] ?? "Unknown";
  }
}

/** A line as it is shown: tabs to their stops, control characters as ^X. */
export function shownLine(line: string, tabstop = 8): string {
  let out = "";
  for (const c of line) {
    if (c === "\t") out += " ".repeat(tabstop - ([...out].length % tabstop));
    else if (c < " " || c === "\x7f") out += `^${String.fromCharCode(c.charCodeAt(0) ^ 64)}`;
    else out += c;
  }
  return out;
}

/** Column on the screen of a place in a line. */
export const shownColumn = (line: string, at: number, tabstop = 8): number => [...shownLine(line.slice(0, at), tabstop)].length;
