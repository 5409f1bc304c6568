/** Snapshots of a world on the host's disk: the running state with its predecessor, and named ones. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

const header = "kubemend-world 1 ";

export interface Loaded<T> {
  /** undefined when no file could be used. */
  state: T | undefined;
  /** Files that could not be used, with the reason; they are kept under a new name. */
  damaged: { file: string; reason: string; keptAs: string }[];
}

export class Store {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(join(dir, "snapshots"), { recursive: true });
  }

  /** Writes the running state; the one before stays beside it until the next. Throws the file system's error. */
  saveRunning(text: string): void {
    const current = join(this.#dir, "world");
    writeWhole(`${current}.new`, text);
    if (existsSync(current)) renameSync(current, `${current}.before`);
    renameSync(`${current}.new`, current);
  }

  /** The newest running state that is whole and that `use` accepts (it throws otherwise); undefined when there never was one. */
  loadRunning<T>(use: (text: string) => T): Loaded<T> | undefined {
    const damaged: Loaded<T>["damaged"] = [];
    for (const name of ["world", "world.before"]) {
      const file = join(this.#dir, name);
      if (!existsSync(file)) continue;
      try {
        return { state: use(readWhole(file)), damaged };
      } catch (error) {
        const keptAs = unusedName(file);
        renameSync(file, keptAs);
        damaged.push({ file, reason: error instanceof Error ? error.message : String(error), keptAs });
      }
    }
    return damaged.length > 0 ? { state: undefined, damaged } : undefined;
  }

  save(name: string, text: string): void {
    const file = this.#file(name);
    writeWhole(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }

  /** Throws Error with the reason when there is no such snapshot or it is damaged. */
  load(name: string): string {
    const file = this.#file(name);
    if (!existsSync(file)) throw new Error(`there is no snapshot "${name}"`);
    try {
      return readWhole(file);
    } catch (error) {
      throw new Error(
        `snapshot "${name}" is damaged (${error instanceof Error ? error.message : String(error)}); the file is kept: ${file}`,
        {
          cause: error,
        },
      );
    }
  }

  list(): { name: string; at: number; bytes: number }[] {
    return readdirSync(join(this.#dir, "snapshots"))
      .filter((file) => file.endsWith(".world"))
      .map((file) => {
        const s = statSync(join(this.#dir, "snapshots", file));
        return { name: decodeURIComponent(file.slice(0, -".world".length)), at: s.mtimeMs, bytes: s.size };
      })
      .sort((a, b) => a.at - b.at || a.name.localeCompare(b.name));
  }

  delete(name: string): boolean {
    const there = existsSync(this.#file(name));
    rmSync(this.#file(name), { force: true });
    return there;
  }

  #file(name: string): string {
    return join(this.#dir, "snapshots", `${encodeURIComponent(name)}.world`);
  }
}

/** Finds a file that was cut short or changed by accident; nobody is kept out by it. */
const digest = (bytes: Buffer): string => `${crc32(bytes).toString(16).padStart(8, "0")}-${bytes.length}`;

function writeWhole(file: string, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  const fd = openSync(file, "w", 0o600);
  try {
    // no fsync: what survives is a killed process, and a cut-off file is found by its checksum
    writeAll(fd, Buffer.from(`${header}${digest(bytes)}\n`));
    writeAll(fd, bytes);
  } catch (error) {
    // on a full disk half a file only takes the place of others
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** write(2) may take less than it was given. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

/** Throws Error with what is wrong with the file. */
function readWhole(file: string): string {
  const all = readFileSync(file);
  const end = all.indexOf("\n");
  if (end < 0 || all.toString("latin1", 0, header.length) !== header) throw new Error("it does not begin as a snapshot does");
  const bytes = all.subarray(end + 1);
  if (all.toString("latin1", header.length, end) !== digest(bytes))
    throw new Error("its checksum does not match: it was cut short or changed");
  return bytes.toString("utf8");
}

function unusedName(file: string): string {
  for (let i = 1; ; i++) if (!existsSync(`${file}.damaged-${i}`)) return `${file}.damaged-${i}`;
}
