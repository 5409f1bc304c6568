/** Snapshots of a world on the host's disk: the running state with its predecessor, and named ones. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

const header = "kubemend-world 1 ";

export interface Loaded {
  text: string;
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

  /** The newest running state that is whole; undefined when there is none. */
  loadRunning(): Loaded | undefined {
    const damaged: Loaded["damaged"] = [];
    for (const name of ["world", "world.before"]) {
      const file = join(this.#dir, name);
      if (!existsSync(file)) continue;
      const read = readWhole(file);
      if ("text" in read) return { text: read.text, damaged };
      const keptAs = `${file}.damaged-${damaged.length + 1}`;
      renameSync(file, keptAs);
      damaged.push({ file, reason: read.reason, keptAs });
    }
    return damaged.length > 0 ? { text: "", damaged } : undefined;
  }

  save(name: string, text: string): void {
    writeWhole(this.#file(name), text);
  }

  /** Throws Error with the reason when there is no such snapshot or it is damaged. */
  load(name: string): string {
    const file = this.#file(name);
    if (!existsSync(file)) throw new Error(`there is no snapshot "${name}"`);
    const read = readWhole(file);
    if ("text" in read) return read.text;
    throw new Error(`snapshot "${name}" is damaged (${read.reason}); the file is kept: ${file}`);
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
  } finally {
    closeSync(fd);
  }
}

/** write(2) may take less than it was given. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

function readWhole(file: string): { text: string } | { reason: string } {
  const all = readFileSync(file);
  const end = all.indexOf("\n");
  if (end < 0 || all.toString("latin1", 0, header.length) !== header) return { reason: "it does not begin as a snapshot does" };
  const bytes = all.subarray(end + 1);
  return all.toString("latin1", header.length, end) === digest(bytes)
    ? { text: bytes.toString("utf8") }
    : { reason: "its checksum does not match: it was cut short or changed" };
}
