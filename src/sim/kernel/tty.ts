/**
 * Terminals: pseudo-terminals with the kernel's line discipline (n_tty): canonical and raw reading, echo, editing keys,
 * signals from the keyboard, the foreground process group, hang-up. What was typed ahead stays until somebody reads it.
 */
import { Errno } from "../core/errno.ts";
import { OpenFile, type Bytes } from "./file.ts";
import type { Machine } from "./machine.ts";
import type { Proc } from "./proc.ts";
import type { Signal } from "./program.ts";
import { copyTermios, defaultTermios, type Termios } from "./termios.ts";

/** What a shell asks of its controlling terminal. */
export interface Terminal {
  setForeground(pgid: number): void;
  /** Brings the modes back to what the shell had, after a job that died of a signal; otherwise keeps the job's. */
  restoreAfter(killed: boolean): void;
  /** Modes for `read -s` and `read -n`; returns how to undo them. */
  readMode(options: { silent: boolean; characters: boolean }): () => void;
}

/** The host's end. */
export interface Pty {
  /** Such as `pts/0`. */
  readonly name: string;
  readonly slave: OpenFile;
  readonly terminal: Tty;
  /** Bytes from the keyboard. */
  input(bytes: Uint8Array): void;
  /** Bytes for the screen. A promise that is returned holds writers back until it is kept. */
  onOutput(fn: (bytes: Uint8Array) => void | Promise<void>): void;
  resize(cols: number, rows: number): void;
  /** The line is gone: SIGHUP to the session, end of file for readers. */
  hangup(): void;
  /** Called once, after a hang-up or when the last process has closed it. */
  onClosed: (() => void) | undefined;
}

/** Bytes that wait to be read; more are dropped with a bell, as the kernel does. */
const inputLimit = 4096;
const nothing: Bytes = new Uint8Array();

export class Tty extends OpenFile implements Terminal {
  readonly kind = "tty";
  readonly name: string;
  readonly path: string;
  readonly machine: Machine;
  termios: Termios = defaultTermios();
  cols: number;
  rows: number;
  /** Foreground process group; 0 before there is one. */
  foreground = 0;
  session = 0;
  hungUp = false;
  onClosed: (() => void) | undefined;
  /** The line being edited, in canonical mode. */
  #line: number[] = [];
  /** Complete lines (each with how it ends) or raw bytes. */
  #ready: Bytes[] = [];
  #readySize = 0;
  #literalNext = false;
  #paused = false;
  /** Column of the cursor, for tabs that are rubbed out. */
  #column = 0;
  readonly #waiting: (() => void)[] = [];
  #sink: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  #backlog: Bytes[] = [];
  #backlogSize = 0;
  #busy: Promise<void> | undefined;
  /** Modes as the shell left them before it started a job. */
  #shellModes: Termios | undefined;

  constructor(machine: Machine, name: string, cols: number, rows: number) {
    super();
    this.machine = machine;
    this.name = name;
    this.path = `/dev/${name}`;
    this.cols = cols;
    this.rows = rows;
  }

  override get isTerminal(): boolean {
    return true;
  }

  // --- the host's side

  set sink(fn: (bytes: Uint8Array) => void | Promise<void>) {
    this.#sink = fn;
    for (const bytes of this.#backlog.splice(0)) this.#deliver(bytes);
    this.#backlogSize = 0;
    this.#wake();
  }

  #deliver(bytes: Bytes): void {
    if (!this.#sink) {
      this.#backlog.push(bytes);
      this.#backlogSize += bytes.length;
      return;
    }
    const done = this.#sink(bytes);
    if (done) {
      this.#busy = done.then(
        () => {
          this.#busy = undefined;
          this.#wake();
        },
        () => {
          this.#busy = undefined;
          this.#wake();
        },
      );
    }
  }

  resize(cols: number, rows: number): void {
    if (cols === this.cols && rows === this.rows) return;
    this.cols = cols;
    this.rows = rows;
    this.#signal("SIGWINCH");
  }

  hangup(): void {
    if (this.hungUp) return;
    this.hungUp = true;
    const leader = this.machine.procs.get(this.session);
    for (const p of this.machine.procs.values()) {
      if (p !== leader && p.state.pgid === this.foreground && p.state.sid === this.session) {
        p.raise("SIGHUP");
        if (p.state.stopped) p.raise("SIGCONT");
      }
    }
    if (leader && !leader.status) {
      leader.raise("SIGHUP");
      if (leader.state.stopped) leader.raise("SIGCONT");
    }
    this.#wake();
    this.#remove();
  }

  #remove(): void {
    if (!this.machine.terminals.delete(this.name)) return;
    const fs = this.machine.rootFs();
    if (this.machine.state.on && fs.exists(this.path)) fs.unlink(this.path);
    this.onClosed?.();
  }

  protected override closed(): void {
    this.hungUp = true;
    this.#remove();
  }

  /** Gives the terminal to a session as its controlling one. */
  attach(sid: number, pgid: number): void {
    this.session = sid;
    this.foreground = pgid;
  }

  #signal(signal: Signal): void {
    if (this.foreground === 0) return;
    for (const p of this.machine.procs.values()) if (p.state.pgid === this.foreground && p.state.tty === this.name) p.raise(signal);
  }

  /** The keyboard. */
  input(bytes: Uint8Array): void {
    for (const byte of bytes) this.#key(byte);
    this.#wake();
  }

  #key(raw: number): void {
    const { modes, chars } = this.termios;
    let byte = raw;
    if (modes.istrip) byte &= 0x7f;
    if (this.#literalNext) {
      this.#literalNext = false;
      this.#accept(byte);
      return;
    }
    if (byte === 13) {
      if (modes.igncr) return;
      if (modes.icrnl) byte = 10;
    } else if (byte === 10 && modes.inlcr) byte = 13;
    if (modes.isig) {
      const signal = byte === chars.intr ? "SIGINT" : byte === chars.quit ? "SIGQUIT" : byte === chars.susp ? "SIGTSTP" : undefined;
      if (signal) {
        if (!modes.noflsh) {
          this.#line = [];
          this.#ready = [];
          this.#readySize = 0;
        }
        if (modes.echo) this.#echo(byte);
        this.#paused = false;
        this.#signal(signal);
        return;
      }
    }
    if (modes.ixon) {
      if (byte === chars.stop) {
        this.#paused = true;
        return;
      }
      if (byte === chars.start || (this.#paused && modes.ixany)) {
        this.#paused = false;
        this.#wake();
        if (byte === chars.start) return;
      }
    }
    if (modes.icanon) {
      if (byte === chars.erase || (modes.iexten && byte === chars.werase)) return this.#erase(byte === chars.werase);
      if (byte === chars.kill) {
        if (modes.echoke && modes.echoe) while (this.#line.length > 0) this.#rub();
        else {
          this.#line = [];
          if (modes.echo) this.#echo(byte);
          if (modes.echok) this.#emit([10]);
        }
        return;
      }
      if (modes.iexten && byte === chars.lnext) {
        this.#literalNext = true;
        if (modes.echo && modes.echoctl) this.#write([94, 8]);
        return;
      }
      if (modes.iexten && byte === chars.rprnt) {
        if (modes.echo) {
          this.#echo(byte);
          this.#emit([10]);
          for (const c of this.#line) this.#echo(c);
        }
        return;
      }
      if (byte === chars.eof) {
        this.#push(Uint8Array.from(this.#line));
        this.#line = [];
        return;
      }
      if (byte === 10 || byte === chars.eol || byte === chars.eol2) {
        if (modes.echo || (byte === 10 && modes.echonl)) this.#echo(byte);
        this.#push(Uint8Array.from([...this.#line, byte]));
        this.#line = [];
        return;
      }
    }
    this.#accept(byte);
  }

  #accept(byte: number): void {
    const { modes } = this.termios;
    if (this.#line.length + this.#readySize >= inputLimit - 1) {
      if (modes.imaxbel) this.#write([7]);
      return;
    }
    if (modes.echo) this.#echo(byte);
    if (modes.icanon) this.#line.push(byte);
    else this.#push(Uint8Array.of(byte));
  }

  #push(bytes: Bytes): void {
    // an empty piece is an end of file at the start of a line
    this.#ready.push(bytes);
    this.#readySize += bytes.length;
  }

  #echo(byte: number): void {
    const { modes } = this.termios;
    if (modes.echoctl && (byte < 32 || byte === 127) && byte !== 9 && byte !== 10) this.#write([94, byte === 127 ? 63 : byte + 64]);
    else this.#emit([byte]);
  }

  #erase(word: boolean): void {
    if (!word) {
      if (this.#line.length > 0) this.#rub();
      return;
    }
    const blank = (byte: number | undefined): boolean => byte === 32 || byte === 9;
    while (this.#line.length > 0 && blank(this.#line.at(-1))) this.#rub();
    while (this.#line.length > 0 && !blank(this.#line.at(-1))) this.#rub();
  }

  /** Takes the last character of the line back, from the screen too. */
  #rub(): void {
    const { modes } = this.termios;
    let byte = this.#line.pop()!;
    if (modes.iutf8) while ((byte & 0xc0) === 0x80 && this.#line.length > 0) byte = this.#line.pop()!;
    if (!modes.echo) return;
    if (!modes.echoe) return this.#echo(this.termios.chars.erase ?? 127);
    const width = byte < 32 && modes.echoctl ? 2 : 1;
    for (let i = 0; i < width; i++) this.#write([8, 32, 8]);
  }

  // --- the processes' side

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #wait(p: Proc): Promise<void> {
    return p.block(new Promise<void>((resolve) => this.#waiting.push(resolve)));
  }

  /** A background process that reads or changes its controlling terminal is stopped. */
  async #allow(p: Proc, signal: "SIGTTIN" | "SIGTTOU"): Promise<void> {
    while (!this.hungUp && p.state.tty === this.name && this.foreground !== 0 && p.state.pgid !== this.foreground) {
      if (p.traps.get(signal) === "ignore") {
        if (signal === "SIGTTIN") throw new Errno("EIO");
        return;
      }
      this.machine.kill(undefined, -p.state.pgid, signal);
      await p.block(Promise.resolve());
      if (!p.state.stopped && p.traps.has(signal)) throw new Errno("EINTR");
    }
  }

  override async read(max: number, p: Proc): Promise<Bytes> {
    for (;;) {
      await this.#allow(p, "SIGTTIN");
      if (this.#ready.length > 0) return this.#take(max);
      if (this.hungUp) return nothing;
      await this.#wait(p);
    }
  }

  /** Whether a read would not block. */
  get readable(): boolean {
    return this.#ready.length > 0 || this.hungUp;
  }

  #take(max: number): Bytes {
    if (!this.termios.modes.icanon) {
      // raw: as much as there is
      const all = Buffer.concat(this.#ready);
      const part = new Uint8Array(all.subarray(0, max));
      const rest = new Uint8Array(all.subarray(max));
      this.#ready = rest.length > 0 ? [rest] : [];
      this.#readySize = rest.length;
      return part;
    }
    const line = this.#ready[0]!;
    const part = line.subarray(0, max);
    if (part.length < line.length) this.#ready[0] = line.subarray(max);
    else this.#ready.shift();
    this.#readySize -= part.length;
    return part;
  }

  override async write(data: Bytes, p: Proc): Promise<void> {
    if (this.termios.modes.tostop) await this.#allow(p, "SIGTTOU");
    for (let at = 0; at < data.length || at === 0; at += 4096) {
      while (!this.hungUp && (this.#paused || this.#busy || this.#backlogSize > 65536)) {
        if (this.#busy) await p.block(this.#busy);
        else await this.#wait(p);
      }
      if (this.hungUp) throw new Errno("EIO");
      if (data.length === 0) return;
      this.#emit(data.subarray(at, at + 4096));
    }
    const turn = p.tick();
    if (turn) await turn;
  }

  /** Output that does not wait (daemons' messages, job notices). */
  #emit(bytes: Uint8Array | number[]): void {
    const { modes } = this.termios;
    if (!modes.opost || (!modes.onlcr && !modes.ocrnl)) return this.#write(bytes);
    const out: number[] = [];
    for (const byte of bytes) {
      if (byte === 10 && modes.onlcr) out.push(13, 10);
      else if (byte === 13 && modes.ocrnl) out.push(10);
      else out.push(byte);
    }
    this.#write(out);
  }

  #write(bytes: Uint8Array | number[]): void {
    if (this.hungUp) return;
    for (const byte of bytes) this.#column = byte === 13 || byte === 10 ? 0 : this.#column + 1;
    this.#deliver(Uint8Array.from(bytes));
  }

  /** tcsetattr(3). */
  set(termios: Termios): void {
    const wasCanonical = this.termios.modes.icanon;
    this.termios = copyTermios(termios);
    if (wasCanonical && !termios.modes.icanon && this.#line.length > 0) {
      // what was typed of a line becomes readable
      this.#push(Uint8Array.from(this.#line));
      this.#line = [];
    }
    if (wasCanonical && !termios.modes.icanon) this.#ready = this.#ready.filter((piece) => piece.length > 0);
    if (!wasCanonical && termios.modes.icanon && this.#ready.length > 0) {
      // what was typed ahead is cut into lines
      const all = Buffer.concat(this.#ready.splice(0));
      this.#readySize = 0;
      let from = 0;
      for (let i = 0; i < all.length; i++) {
        if (all[i] === 13 && termios.modes.icrnl) all[i] = 10;
        if (all[i] !== 10) continue;
        this.#push(new Uint8Array(all.subarray(from, i + 1)));
        from = i + 1;
      }
      this.#line.push(...all.subarray(from));
    }
    this.#wake();
  }

  // --- for shells

  setForeground(pgid: number): void {
    if (!this.#shellModes) this.#shellModes = copyTermios(this.termios);
    this.foreground = pgid;
    this.#wake();
  }

  restoreAfter(killed: boolean): void {
    if (killed && this.#shellModes) this.set(this.#shellModes);
    this.#shellModes = undefined;
  }

  readMode(options: { silent: boolean; characters: boolean }): () => void {
    const before = copyTermios(this.termios);
    const now = copyTermios(before);
    if (options.silent) now.modes.echo = false;
    if (options.characters) now.modes.icanon = false;
    this.set(now);
    return () => this.set(before);
  }
}

/** A new pseudo-terminal; its node is /dev/pts/N. `uid`: who owns the node. */
export function openPty(machine: Machine, options: { cols: number; rows: number; term?: string; uid?: number }): Pty {
  let n = 0;
  while (machine.terminals.has(`pts/${n}`)) n++;
  const tty = new Tty(machine, `pts/${n}`, options.cols, options.rows);
  machine.terminals.set(tty.name, tty);
  const fs = machine.rootFs();
  if (fs.isDir("/dev/pts") && !fs.exists(tty.path)) {
    fs.mknod(tty.path, "char", 0o620, `136:${n}`);
    fs.chown(tty.path, options.uid ?? 0, 5);
  }
  return {
    name: tty.name,
    slave: tty,
    terminal: tty,
    input: (bytes) => tty.input(bytes),
    onOutput: (fn) => {
      tty.sink = fn;
    },
    resize: (cols, rows) => tty.resize(cols, rows),
    hangup: () => tty.hangup(),
    get onClosed() {
      return tty.onClosed;
    },
    set onClosed(fn) {
      tty.onClosed = fn;
    },
  };
}
