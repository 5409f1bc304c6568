/** How a text program is put together: its option table, its messages, buffered output, exit statuses. */
import { MemoryExhausted } from "../../kernel/limits.ts";
import { LineSplitter } from "../../kernel/lines.ts";
import { Errno } from "../../core/errno.ts";
import { Ended, type Proc } from "../../kernel/proc.ts";
import type { OpenFile } from "../../kernel/file.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { BadOption, optionTable, parseOptions, type Options } from "./options.ts";
import { quote, quoteName } from "./quote.ts";
import { encodeText, fromBytes } from "./encoding.ts";

export { fromBytes, toBytes } from "./encoding.ts";

/** Ends a program with a status; the message has been printed. */
export class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Buffered standard output; bytes go out in order. */
export class Output {
  readonly #p: Proc;
  readonly #fd: number;
  #parts: Uint8Array[] = [];
  #text = "";
  #size = 0;
  constructor(p: Proc, fd = 1) {
    this.#p = p;
    this.#fd = fd;
  }
  /** UTF-8 text. */
  text(text: string): void {
    this.#text += text;
    this.#size += text.length;
  }
  /** One byte a character. */
  raw(text: string): void {
    if (/^[\x00-\x7f]*$/.test(text)) this.text(text);
    else this.bytes(Buffer.from(text, "latin1"));
  }
  bytes(bytes: Uint8Array): void {
    this.#close();
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }
  #close(): void {
    if (this.#text !== "") this.#parts.push(encodeText(this.#text));
    this.#text = "";
  }
  get full(): boolean {
    return this.#size >= 65536;
  }
  async flush(): Promise<void> {
    if (this.#size === 0) return;
    this.#close();
    const all = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    await this.#p.write(this.#fd, all);
  }
}

export class Context {
  readonly p: Proc;
  readonly name: string;
  readonly o: Options;
  readonly out: Output;
  /** Exit status so far. */
  status = 0;
  readonly #usageStatus: number;
  readonly #tryLine: string;
  constructor(p: Proc, name: string, o: Options, usageStatus: number, tryLine = `Try '${name} --help' for more information.`) {
    this.p = p;
    this.name = name;
    this.o = o;
    this.out = new Output(p);
    this.#usageStatus = usageStatus;
    this.#tryLine = tryLine;
  }
  /** Exit status when nothing can go on. */
  get failure(): number {
    return this.#usageStatus;
  }
  get operands(): string[] {
    return this.o.operands;
  }
  /** `name: text` on stderr, after what was written so far; sets the status. */
  async warn(text: string, status = 1): Promise<void> {
    await this.out.flush();
    this.status = status;
    await this.p.err(`${this.name}: ${text}\n`);
  }
  async fail(text: string, status = 1): Promise<never> {
    await this.warn(text, status);
    throw new Exit(status);
  }
  /** A usage error with its hint. */
  async usage(text: string, status = this.#usageStatus): Promise<never> {
    await this.warn(text, status);
    await this.p.err(`${this.#tryLine}\n`);
    throw new Exit(status);
  }
  /** `name: file: strerror`, for an Errno; other errors are thrown on. */
  async report(error: unknown, file: string, prefix = "", status = 1): Promise<void> {
    if (!(error instanceof Errno)) throw error;
    await this.warn(`${prefix}${quoteName(file)}: ${error.text}`, status);
  }
}

export interface TextCommand {
  name: string;
  /** See options.ts. `--help` and `--version` are added. */
  options?: string;
  /** Status of usage errors. */
  usageStatus?: number;
  /** `-5` is an option. */
  digits?: boolean;
  /** Line after `Usage: name `. */
  usage: string;
  /** What it is for, below the usage line. */
  summary: string;
  /** Name and version as --version prints them. */
  version?: string;
  /** Usage errors show this instead of the `Try … --help` line. */
  tryLine?: string;
  /** An operand is a usage error. */
  noOperands?: boolean;
  run(c: Context): Promise<number | void> | number | void;
}

export function command(spec: TextCommand): CommandProgram {
  const table = optionTable(`${spec.options ?? ""} help version`);
  return {
    name: spec.name,
    async main(p) {
      const name = p.name;
      let o: Options;
      try {
        o = parseOptions(spec.name, table, p.args, spec.digits);
      } catch (error) {
        if (!(error instanceof BadOption)) throw error;
        await p.err(`${name}: ${error.message}\n${spec.tryLine ?? `Try '${name} --help' for more information.`}\n`);
        return spec.usageStatus ?? 1;
      }
      if (o.has("help")) {
        const whole = spec.tryLine !== undefined && /^\s*Usage:/.test(spec.tryLine) ? spec.tryLine : undefined;
        await p.out(`${whole ?? `Usage: ${name} ${spec.usage}\n${spec.summary}`}\n`);
        return 0;
      }
      if (o.has("version")) {
        await p.out(`${spec.name} ${spec.version ?? "(GNU coreutils) 9.4"}\n`);
        return 0;
      }
      const c = new Context(p, name, o, spec.usageStatus ?? 1, spec.tryLine);
      return finish(c, async () => {
        if (spec.noOperands && c.operands.length > 0) await c.usage(`extra operand ${quote(p, c.operands[0]!)}`);
        return spec.run(c);
      });
    },
  };
}

/** Runs a program's body with the common ends: buffered output goes out, a closed pipe is silent. */
export async function finish(c: Context, body: () => Promise<number | void> | number | void): Promise<number> {
  try {
    const status = await body();
    await c.out.flush();
    return status ?? c.status;
  } catch (error) {
    if (error instanceof Ended) throw error;
    if (error instanceof Exit) {
      await c.out.flush();
      return error.status;
    }
    if (error instanceof Errno && (error.code === "ENOSPC" || error.code === "EIO")) {
      await c.p.err(`${c.name}: write error: ${error.text}\n`);
      return 1;
    }
    if (error instanceof Errno && error.code === "EPIPE") return 1;
    if (error instanceof MemoryExhausted) {
      await c.p.err(`${c.name}: ${error.message}\n`);
      return c.failure;
    }
    await c.out.flush();
    throw error;
  }
}

/** Opens an input file; "-" is standard input. */
export function openInput(p: Proc, path: string): OpenFile {
  return path === "-" ? p.file(0) : p.open(path, { read: true });
}

/** The pieces of a file as they come. */
export async function* pieces(p: Proc, path: string): AsyncGenerator<Buffer> {
  const file = openInput(p, path).retain();
  try {
    for (;;) {
      const part = await file.read(file.kind === "file" ? 1 << 20 : 65536, p);
      if (part.length === 0) return;
      yield Buffer.from(part.buffer, part.byteOffset, part.length);
      await p.tick();
    }
  } finally {
    file.release();
  }
}

/** All of a file. Throws Errno. */
export async function readInput(p: Proc, path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of pieces(p, path)) {
    // a file's bytes are there anyway
    if (path === "-") p.hold(part.length);
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Lines without their separator, with whether it was there. `encoding` latin1: one byte a character. */
export async function* linesOf(
  p: Proc,
  path: string,
  encoding: "latin1" | "utf8" = "latin1",
  separator = "\n",
): AsyncGenerator<{ line: string; ended: boolean; last: boolean }> {
  const splitter = new LineSplitter(p, separator);
  for await (const part of pieces(p, path)) {
    const parts = splitter.add(part.toString("latin1"));
    for (let i = 0; i < parts.length; i++)
      yield { line: encoding === "utf8" ? fromBytes(parts[i]!) : parts[i]!, ended: true, last: i === parts.length - 1 };
  }
  const rest = splitter.end();
  if (rest !== "") yield { line: encoding === "utf8" ? fromBytes(rest) : rest, ended: false, last: true };
}

/** What a line costs beside its characters. */
const lineOverhead = 40;

/** All lines of a file, without their separators. Throws Errno, MemoryExhausted. */
export async function keptLines(p: Proc, path: string, separator = "\n"): Promise<string[]> {
  const lines: string[] = [];
  for await (const { line } of linesOf(p, path, "latin1", separator)) {
    p.hold(line.length + lineOverhead);
    lines.push(line);
  }
  return lines;
}

/** Numbers with the suffixes of coreutils' xstrtol: K 1024, kB 1000, M, G, T, b 512. undefined: not a number. */
export function sized(text: string): number | undefined {
  const m = /^(\d+)(c|w|b|kB|kiB|[KMGTPE](?:B|iB)?|k)?$/.exec(text);
  if (!m) return undefined;
  const unit = m[2] ?? "";
  if (unit === "" || unit === "c") return Number(m[1]);
  if (unit === "w") return Number(m[1]) * 2;
  if (unit === "b") return Number(m[1]) * 512;
  const power = "KMGTPE".indexOf(unit[0]!.toUpperCase()) + 1;
  return Number(m[1]) * (unit.endsWith("B") && !unit.endsWith("iB") ? 1000 : 1024) ** power;
}
