/** The text of an editor: lines of a file, how they were read and written. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";

export class Document {
  readonly #p: Proc;
  lines: string[] = [""];
  path: string;
  /** The file did not exist when it was opened. */
  fresh = false;
  readonly: boolean;
  changed = false;
  /** Last line has its newline. */
  ended = true;
  bytes = 0;
  #undo: { lines: string[]; row: number }[] = [];
  #redo: { lines: string[]; row: number }[] = [];

  constructor(p: Proc, path: string, readonly = false) {
    this.#p = p;
    this.path = path;
    this.readonly = readonly;
  }

  /** Throws Errno (EISDIR, EACCES…). A missing file is a new one. */
  load(path = this.path): void {
    this.path = path;
    this.changed = false;
    this.#undo = [];
    this.#redo = [];
    const s = path === "" ? undefined : this.#p.fs.tryStat(path);
    if (s?.type === "dir") throw new Errno("EISDIR", path);
    if (!s) {
      this.lines = [""];
      this.fresh = true;
      this.bytes = 0;
      return;
    }
    const text = this.#p.fs.readText(path);
    this.fresh = false;
    this.bytes = Buffer.byteLength(text);
    this.ended = text === "" || text.endsWith("\n");
    this.lines = (this.ended ? text.replace(/\n$/, "") : text).split("\n");
    if (!this.#p.fs.access(path, 2)) this.readonly = true;
  }

  /** Writes lines [from, to); throws Errno. Returns bytes written. */
  save(path: string, from = 0, to = this.lines.length): number {
    const lines = this.lines.slice(from, to);
    const empty = this.lines.length === 1 && this.lines[0] === "" && this.bytes === 0 && !this.changed;
    const text = empty ? "" : `${lines.join("\n")}\n`;
    this.#p.fs.write(path, text);
    if (from === 0 && to === this.lines.length && path === this.path) {
      this.changed = false;
      this.fresh = false;
      this.bytes = Buffer.byteLength(text);
    }
    return Buffer.byteLength(text);
  }

  /** To be called before a change that undo takes back as one. */
  mark(row: number): void {
    this.#undo.push({ lines: [...this.lines], row });
    if (this.#undo.length > 200) this.#undo.shift();
    this.#redo = [];
    this.changed = true;
  }
  /** Row of the cursor afterwards, or undefined when there is nothing to undo. */
  undo(row: number): number | undefined {
    const last = this.#undo.pop();
    if (!last) return undefined;
    this.#redo.push({ lines: this.lines, row });
    this.lines = last.lines;
    this.changed = this.#undo.length > 0;
    return Math.min(last.row, this.lines.length - 1);
  }
  redo(row: number): number | undefined {
    const next = this.#redo.pop();
    if (!next) return undefined;
    this.#undo.push({ lines: this.lines, row });
    this.lines = next.lines;
    this.changed = true;
    return Math.min(next.row, this.lines.length - 1);
  }
}
