/** Files, pipes and commands that an AWK program reads and writes. */
import { Errno } from "../../../core/errno.ts";
import type { OpenFile } from "../../../kernel/file.ts";
import { shellStatus, type Proc } from "../../../kernel/proc.ts";

/** Records of an open file, split by RS as it stands when they are read. */
export class RecordReader {
  readonly #p: Proc;
  readonly #file: OpenFile;
  readonly child: Proc | undefined;
  #buffer = "";
  #done = false;
  constructor(p: Proc, file: OpenFile, child?: Proc) {
    this.#p = p;
    this.#file = file.retain();
    this.child = child;
  }
  async next(separator: string, regex: (text: string) => { index: number; end: number } | undefined): Promise<string | undefined> {
    for (;;) {
      const found = this.#split(separator, regex);
      if (found) {
        this.#buffer = this.#buffer.slice(found.next);
        return found.record;
      }
      if (this.#done) {
        let rest = this.#buffer;
        this.#buffer = "";
        if (separator === "") rest = rest.replace(/^\n+/, "").replace(/\n+$/, "");
        return rest === "" ? undefined : rest;
      }
      const part = await this.#file.read(65536, this.#p);
      if (part.length === 0) this.#done = true;
      this.#buffer += Buffer.from(part.buffer, part.byteOffset, part.length).toString("latin1");
    }
  }
  #split(
    separator: string,
    regex: (text: string) => { index: number; end: number } | undefined,
  ): { record: string; next: number } | undefined {
    if (separator === "") {
      const start = /^\n*/.exec(this.#buffer)![0].length;
      const m = /\n\n+/g;
      m.lastIndex = start;
      const found = m.exec(this.#buffer);
      // more newlines may follow in the next piece
      if (!found || (!this.#done && found.index + found[0].length === this.#buffer.length)) return undefined;
      return { record: this.#buffer.slice(start, found.index), next: found.index + found[0].length };
    }
    if (separator.length === 1) {
      const at = this.#buffer.indexOf(separator);
      return at < 0 ? undefined : { record: this.#buffer.slice(0, at), next: at + 1 };
    }
    const m = regex(this.#buffer);
    if (!m || m.end === m.index || (!this.#done && m.end === this.#buffer.length)) return undefined;
    return { record: this.#buffer.slice(0, m.index), next: m.end };
  }
  async close(): Promise<number> {
    this.#file.release();
    return this.child ? shellStatus(await this.#p.wait(this.child)) : 0;
  }
}

interface Writer {
  parts: string[];
  file: OpenFile;
  child?: Proc;
  fd?: number;
}

/** Starts `sh -c command` with one end of a pipe. */
function spawnShell(p: Proc, command: string, fds: Map<number, OpenFile>): Proc {
  return p.spawn({ argv: ["sh", "-c", Buffer.from(command, "latin1").toString("utf8")], exe: "/bin/sh", fds });
}

export class Streams {
  readonly #p: Proc;
  readonly writers = new Map<string, Writer>();
  readonly readers = new Map<string, RecordReader>();
  constructor(p: Proc) {
    this.#p = p;
  }

  write(kind: ">" | ">>" | "|", name: string, text: string): void {
    let w = this.writers.get(name);
    if (!w) {
      w = { parts: [], file: this.#open(kind, name) };
      if (kind === "|") {
        const [read, write] = this.#p.pipe();
        w.file = write.retain();
        w.child = spawnShell(
          this.#p,
          name,
          new Map([
            [0, read],
            [1, this.#p.file(1)],
            [2, this.#p.file(2)],
          ]),
        );
      }
      this.writers.set(name, w);
    }
    w.parts.push(text);
  }

  #open(kind: ">" | ">>" | "|", name: string): OpenFile {
    if (kind === "|") return this.#p.file(1);
    if (name === "/dev/stderr" || name === "/dev/fd/2") return this.#p.file(2).retain();
    if (name === "/dev/stdout" || name === "-" || name === "/dev/fd/1") return this.#p.file(1).retain();
    const path = Buffer.from(name, "latin1").toString("utf8");
    return this.#p.open(path, { write: true, create: true, append: kind === ">>", truncate: kind === ">", mode: 0o666 }).retain();
  }

  async reader(kind: "file" | "command", name: string): Promise<RecordReader | undefined> {
    const known = this.readers.get(name);
    if (known) return known;
    const path = Buffer.from(name, "latin1").toString("utf8");
    let reader: RecordReader;
    if (kind === "file") {
      try {
        reader = new RecordReader(this.#p, name === "-" || name === "/dev/stdin" ? this.#p.file(0) : this.#p.open(path, { read: true }));
      } catch (error) {
        if (error instanceof Errno) return undefined;
        throw error;
      }
    } else {
      const [read, write] = this.#p.pipe();
      const child = spawnShell(
        this.#p,
        name,
        new Map([
          [0, this.#p.file(0)],
          [1, write],
          [2, this.#p.file(2)],
        ]),
      );
      reader = new RecordReader(this.#p, read, child);
    }
    this.readers.set(name, reader);
    return reader;
  }

  async flush(): Promise<void> {
    for (const w of this.writers.values())
      if (w.parts.length > 0) await w.file.write(Buffer.from(w.parts.splice(0).join(""), "latin1"), this.#p);
  }

  /** The command's status, 0 for files, -1 when nothing of that name is open. */
  async close(name: string): Promise<number> {
    let status = -1;
    const w = this.writers.get(name);
    if (w) {
      await this.flush();
      w.file.release();
      this.writers.delete(name);
      status = w.child ? shellStatus(await this.#p.wait(w.child)) : 0;
    }
    const r = this.readers.get(name);
    if (r) {
      this.readers.delete(name);
      status = await r.close();
    }
    return status;
  }

  async closeAll(): Promise<void> {
    for (const name of [...this.writers.keys()]) await this.close(name);
    // whoever still writes to a pipe of ours is ended by SIGPIPE
    for (const name of [...this.readers.keys()]) await this.close(name);
  }

  async system(command: string): Promise<number> {
    const child = spawnShell(this.#p, command, new Map([0, 1, 2].map((fd) => [fd, this.#p.file(fd)])));
    return shellStatus(await this.#p.wait(child));
  }
}
